"""Filters for system calls, by name, through libseccomp: it knows the numbers of every architecture."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Sequence

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_EQUAL, _MASKED_EQUAL = 4, 7
_OPTIMISE, _BINARY_TREE = 8, 2
_MISSING = -1
_NATIVE = ctypes.c_uint32(0)


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


def compile_filter(
    allowed: Sequence[str],
    guarded: Sequence[tuple[str, int, int | None, int]],
    unknown: Sequence[str],
    architecture: str = "",
) -> bytes:
    """Return the program of a filter that refuses everything not named with EPERM.

    Parameters
    ----------
    allowed : sequence of str
        Names of calls allowed whatever their arguments; those that an architecture lacks are passed over.
    guarded : sequence of (str, int, int or None, int)
        Calls allowed where argument number i, after masking, equals a value.
    unknown : sequence of str
        Calls answered with ENOSYS.
    architecture : str
        As libseccomp names it; "" for that of this machine. Calls of any other end the process.

    Raises
    ------
    OSError
        Where libseccomp is missing or refuses a rule.

    Examples
    --------
    >>> len(compile_filter(["read"], [], [])) % 8
    0
    """
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(_ERRNO | errno.EPERM)))
    if not context:
        msg = "libseccomp makes no filter"
        raise OSError(msg)
    try:
        if architecture:
            _turn_to(library, context, architecture)
        # A tree of calls instead of a list: some 7 comparisons for a call rather than some 130.
        library.seccomp_attr_set(context, _OPTIMISE, ctypes.c_uint32(_BINARY_TREE))
        for name in allowed:
            _add(library, context, _ALLOW, name)
        for name, argument, mask, value in guarded:
            how = (_EQUAL, value, 0) if mask is None else (_MASKED_EQUAL, mask, value)
            _add(library, context, _ALLOW, name, _Comparison(argument, *how))
        for name in unknown:
            _add(library, context, _ERRNO | errno.ENOSYS, name)
        return _export(library, context)
    finally:
        library.seccomp_release(context)


def _turn_to(library: ctypes.CDLL, context: ctypes.c_void_p, architecture: str) -> None:
    library.seccomp_arch_resolve_name.restype = ctypes.c_uint32
    token = ctypes.c_uint32(library.seccomp_arch_resolve_name(architecture.encode()))
    if not token.value:
        msg = f"libseccomp does not know the architecture {architecture!r}"
        raise OSError(msg)
    if token.value != library.seccomp_arch_native() & 0xFFFFFFFF:
        library.seccomp_arch_add(context, token)
        library.seccomp_arch_remove(context, _NATIVE)


def _add(library: ctypes.CDLL, context: ctypes.c_void_p, action: int, name: str, *comparisons: _Comparison) -> None:
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number == _MISSING:
        return  # the library is older than the call, so the call stays refused
    array = (_Comparison * len(comparisons))(*comparisons)
    result = library.seccomp_rule_add_array(context, ctypes.c_uint32(action), number, len(comparisons), array)
    if result:
        msg = f"libseccomp refuses a rule for {name}: {os.strerror(-result)}"
        raise OSError(-result, msg)


def _export(library: ctypes.CDLL, context: ctypes.c_void_p) -> bytes:
    fd = os.memfd_create("filter")
    with os.fdopen(fd, "r+b") as file:
        result = library.seccomp_export_bpf(context, fd)
        if result:
            raise OSError(-result, f"libseccomp cannot write its filter: {os.strerror(-result)}")
        file.seek(0)
        return file.read()
