"""The kernel's means of confinement, each a thin call that raises `OSError` where it fails: the walls fail closed."""

from __future__ import annotations

import ctypes
import os
import resource
import struct
from collections.abc import Iterable

# Flags of clone(2), mount(2), prctl(2) and landlock(7); the same numbers on every architecture.
NEWNS, NEWUSER, NEWPID = 0x20000, 0x10000000, 0x20000000
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _REC, _PRIVATE = 1, 2, 4, 8, 32, 1 << 14, 1 << 18
_SET_PDEATHSIG, _SET_DUMPABLE, _SET_KEEPCAPS, _SET_SECCOMP, _SET_NO_NEW_PRIVS = 1, 4, 8, 22, 38
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_CAPABILITY_VERSION_3 = 0x20080522

# The GIL is kept during these calls: they are short, and a child that was just forked has one thread.
_libc = ctypes.PyDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def unshare(flags: int) -> None:
    """Leave the namespaces named."""
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def enter(fd: int, kind: int) -> None:
    """Enter a namespace of the process behind a pidfd."""
    _checked(_libc.setns(ctypes.c_int(fd), ctypes.c_int(kind)), "setns")


def become(uid: int, gid: int, kept: int = 0) -> None:
    """Give up root for good: no groups, no capabilities but those kept, and a /proc/self that is the new user's."""
    _prctl(_SET_KEEPCAPS, int(kept != 0))
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    drop_capabilities(kept)
    _prctl(_SET_DUMPABLE, 1)


def own_user_namespace() -> None:
    """Enter a new user namespace in which the present user is the only one, with all capabilities in it."""
    uid, gid = os.getuid(), os.getgid()
    unshare(NEWUSER | NEWNS)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123
            file.write(text)


def private_mounts() -> None:
    """Keep what is mounted from here on to this mount namespace."""
    _mount("none", "/", "", _REC | _PRIVATE)


def tmpfs(path: str, size: int, files: int, *, writable: bool = True) -> None:
    """Mount an empty file system of at most `size` bytes and `files` files."""
    flags = _NOSUID | _NODEV | (0 if writable else _RDONLY | _NOEXEC)
    _mount("tmpfs", path, "tmpfs", flags, f"size={size},nr_inodes={files},mode={'700' if writable else '555'}")


def seal(path: str) -> None:
    """Make a mounted file system read-only for good."""
    _mount("none", path, "", _REMOUNT | _RDONLY | _NOSUID | _NODEV)


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    arguments = source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode()
    _checked(_libc.mount(*arguments), f"mount {target}")


def _prctl(option: int, *arguments: int) -> None:
    _checked(_libc.prctl(ctypes.c_ulong(option), *(ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4])), "prctl")


def first_to_go() -> None:
    """Have the kernel end this process, and those that it makes, before others when memory runs out."""
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:  # noqa: PTH123
        file.write("1000")


def die_with_parent() -> None:
    """Be killed when the parent ends."""
    _prctl(_SET_PDEATHSIG, 9)


def drop_capabilities(kept: int = 0) -> None:
    """Give up all capabilities, those of the user namespace included, but for a set of the first 32."""
    header, data = struct.pack("Ii", _CAPABILITY_VERSION_3, 0), struct.pack("6I", kept, kept, 0, 0, 0, 0)
    _checked(_libc.capset(header, data), "capset")


def no_new_privileges() -> None:
    """Gain no privileges by executing files; Landlock and seccomp ask for it."""
    _prctl(_SET_NO_NEW_PRIVS, 1)


def limit(*, address_space: int, processor_seconds: int, processes: int | None, file_bytes: int, files: int) -> None:
    """Set resource limits of this process and of those it makes."""
    limits = {
        resource.RLIMIT_AS: address_space,
        resource.RLIMIT_CPU: processor_seconds,
        resource.RLIMIT_NPROC: processes,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_NOFILE: files,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for kind, most in limits.items():
        if most is not None:
            resource.setrlimit(kind, (most, most))


def filter_calls(program: bytes) -> None:
    """Install a seccomp filter, for good.

    Parameters
    ----------
    program : bytes
        Instructions as libseccomp exports them, 8 bytes each.
    """
    buffer = ctypes.create_string_buffer(program, len(program))
    record = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer)))
    _prctl(_SET_SECCOMP, 2, ctypes.addressof(record))


class Landlock:
    """A set of rules on files, network and signals, made once and put on by many children.

    Parameters
    ----------
    readable : iterable of str
        Paths below which files may be read and executed.
    listable : iterable of str
        Folders below which names may be listed.
    writable : iterable of str
        Paths below which they may be written and made as well.
    oldest : int
        The least version that will do. From 1 on it holds files; from 6 on signals and abstract sockets as well, which
        behind namespaces have nobody to reach.
    """

    _EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
    _MAKE_SPECIAL = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11  # devices, sockets and pipes
    # How many rights over files the versions know: moving came with 2, truncating with 3, ioctl on devices with 5.
    _RIGHTS = (13, 14, 15, 15, 16)

    def __init__(
        self, readable: Iterable[str], listable: Iterable[str], writable: Iterable[str], oldest: int = 1
    ) -> None:
        version = _libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
        if version < oldest:
            msg = f"Landlock of version {oldest} is needed, the kernel has {max(version, 0)}"
            raise OSError(msg)
        everything = (1 << self._RIGHTS[min(version, len(self._RIGHTS)) - 1]) - 1
        # All that is named here is refused unless a rule allows it: files, TCP from version 4 on, scopes from 6 on.
        attributes = struct.pack("Q", everything) + struct.pack("Q", 3) * ((version >= 4) + (version >= 6))
        self.fd = _checked(
            _libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0), "landlock_create_ruleset"
        )
        reading = self._EXECUTE | self._READ | self._LIST
        writing = everything & ~self._MAKE_SPECIAL
        for paths, access in ((readable, reading), (listable, self._LIST), (writable, writing)):
            for path in paths:
                self._allow(path, access)

    def _allow(self, path: str, access: int) -> None:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not os.path.isdir(path):  # noqa: PTH112
                access &= self._EXECUTE | self._WRITE | self._READ
            rule = struct.pack("=Qi", access, fd)
            _checked(_libc.syscall(_LANDLOCK_ADD, self.fd, 1, rule, 0), f"landlock_add_rule {path}")
        finally:
            os.close(fd)

    def put_on(self) -> None:
        """Restrict this process and all that it makes, for good."""
        _checked(_libc.syscall(_LANDLOCK_RESTRICT, self.fd, 0), "landlock_restrict_self")
        os.close(self.fd)
