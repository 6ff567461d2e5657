"""What submissions may do: the files they see, the system calls they make, the limits they keep. Pure, but for looks."""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader import content
from grader.records import Limits
from grader.sandbox.seccomp import compile_filter
from reference import probes

CODE = "/fullmarks"
INSIDE = Path(__file__).parent / "inside"
PROBES = Path(probes.__file__).parent

# Calls that plain computation with numpy, matplotlib and threads makes. All others are refused with EPERM.
CALLS = """
    read write readv writev pread64 pwrite64 lseek open openat close fstat stat lstat newfstatat statx access faccessat
    faccessat2 readlink readlinkat getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename
    renameat renameat2 link linkat symlink symlinkat chmod fchmod fchmodat umask utime utimensat truncate ftruncate
    fallocate fsync fdatasync flock fcntl statfs fstatfs copy_file_range creat dup dup2 dup3 pipe pipe2 poll ppoll
    select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2 mmap mprotect munmap mremap madvise brk
    membarrier futex set_robust_list get_robust_list rseq set_tid_address sched_yield sched_getaffinity
    sched_getparam sched_getscheduler getcpu rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack pause alarm
    getitimer setitimer nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times getrusage
    getrlimit uname sysinfo getrandom getpid getppid gettid getpgrp getuid geteuid getgid getegid
    getgroups getresuid getresgid kill tgkill wait4 exit exit_group arch_prctl sendto recvfrom sendmsg recvmsg
    shutdown getsockname getsockopt
""".split()
_NEW_NAMESPACES = 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000
_THREAD = 0x10000
_TERMINAL_QUESTIONS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIO(N)CLEX
_PROCESS_NAME = (15, 16)  # PR_SET_NAME, PR_GET_NAME
# (call, argument, mask or None for equality, value): calls allowed for some arguments only.
GUARDED: tuple[tuple[str, int, int | None, int], ...] = (
    *(("ioctl", 1, None, request) for request in _TERMINAL_QUESTIONS),
    *(("prctl", 0, None, option) for option in _PROCESS_NAME),
    ("socketpair", 0, None, 1),  # AF_UNIX, which asyncio talks to itself over
    ("prlimit64", 0, None, 0),  # one's own limits, not those of others
)
# Not behind a wall of mounts: Landlock does not look at modes and times, and a file may belong to whoever grades.
NOT_ALONE = frozenset("chmod fchmod fchmodat utime utimensat".split())
# Answered as if the kernel were too old to know it: libc then falls back to clone, whose flags can be looked at.
UNKNOWN = ("clone3",)

_DAC_READ_SEARCH = 2
FIRST_UID, LAST_UID = 60_600, 61_100  # above what people and packages get, below what systemd hands out

# Beside our packages in a checkout of the project: what students must not read, should the checkout be in sight.
OURS = ("reference", "grader", "solutions", "tests", "dist")
# Likewise in a course of somebody's own.
THEIRS = ("exercises", "solutions", "submissions", "dist")


def filter_program(rung: str = "namespaces", architecture: str = "") -> bytes:
    """Return the seccomp filter of a rung, for this machine's architecture where none is named.

    Raises
    ------
    OSError
        Where libseccomp is missing or refuses a rule.
    """
    if rung == "namespaces":
        return compile_filter(CALLS, (*GUARDED, ("clone", 0, _NEW_NAMESPACES, 0)), UNKNOWN, architecture)
    calls = [name for name in CALLS if name not in NOT_ALONE]
    return compile_filter(calls, (*GUARDED, ("clone", 0, _THREAD | _NEW_NAMESPACES, _THREAD)), UNKNOWN, architecture)


def python_folders() -> tuple[str, ...]:
    """Return the folders that this Python needs to run, none of them inside another."""
    paths = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    paths |= {sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    paths.add(str(Path(sys.executable).resolve().parent.parent))
    paths |= set(package_folders())
    folders = sorted(str(Path(p)) for p in paths if p and Path(p).is_dir())
    kept: list[str] = []
    for folder in folders:
        if not any(folder == k or folder.startswith(k + "/") for k in (*kept, "/usr")):
            kept.append(folder)
    return tuple(kept)


def package_folders() -> tuple[str, ...]:
    """Return the folders that hold the packages submissions use; they need not lie with Python itself."""
    found = (importlib.util.find_spec(name) for name in ("numpy", "matplotlib", "IPython"))
    return tuple(sorted({str(Path(spec.origin).parent.parent) for spec in found if spec and spec.origin}))


def font_lists() -> tuple[Path, ...]:
    """Return what matplotlib once found out about the fonts here; it takes a quarter of a second to find out again."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("MPLCONFIGDIR") or home / "matplotlib")
    return tuple(sorted(folder.glob("fontlist-v*.json"))) if os.access(folder, os.R_OK | os.X_OK) else ()


def system_folders() -> tuple[str, ...]:
    """Return the folders of the system that programs need, links among them included."""
    return tuple(p for p in ("/usr", "/lib", "/lib64", "/lib32", "/bin") if Path(p).exists())


def hidden_folders() -> tuple[str, ...]:
    """Return folders of ours that would otherwise be seen among those of Python and the system."""
    site = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *package_folders()}
    checkout = str(INSIDE.parents[2])
    names = [(folder, name) for folder in site for name in OURS[:2]]
    names += [(checkout, name) for name in OURS if checkout not in site]
    own = content.own()
    names += [(str(own.resolve()), name) for name in THEIRS] if own else []
    seen = (*python_folders(), *system_folders())
    found = {f"{folder}/{name}" for folder, name in names if any(Path(folder).is_relative_to(s) for s in seen)}
    return tuple(sorted(folder for folder in found if Path(folder).is_dir()))


def bubblewrap(command: tuple[str, ...], uid: int) -> tuple[str, ...]:
    """Return the command line that runs `command` behind the outer walls.

    Parameters
    ----------
    command : tuple of str
    uid : int
        Who starts bubblewrap. Root needs no user namespace for it, and so can show files that others cannot reach,
        such as a Python in root's home; what runs inside gives root up before anything else.
    """
    return ("bwrap", *_namespaces(uid), *_files(), *_environment(), "--", *command)


def _namespaces(uid: int) -> Iterator[str]:
    yield from ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
    yield from ("--die-with-parent", "--new-session")
    if uid:
        yield from ("--unshare-user", "--uid", str(FIRST_UID), "--gid", str(FIRST_UID))
    else:
        yield from ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")


def _files() -> Iterator[str]:
    for folder in system_folders():
        if Path(folder).is_symlink():
            yield from ("--symlink", str(Path(folder).readlink()), folder)
        else:
            yield from ("--ro-bind", folder, folder)
    # bubblewrap would make the folders above for root alone.
    above = {
        str(p)
        for folder in (*python_folders(), f"{CODE}/fonts/x", f"{CODE}/grader/sandbox/inside", f"{CODE}/reference/x")
        for p in Path(folder).parents
    }
    for folder in sorted(above - {"/"}):
        yield from ("--perms", "0755", "--dir", folder)
    for folder in python_folders():
        yield from ("--ro-bind", folder, folder)
    for folder in hidden_folders():
        yield from ("--tmpfs", folder, "--remount-ro", folder)
    for name in ("ld.so.cache", "localtime"):
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    for source, target in our_files():
        yield from ("--ro-bind", str(source), f"{CODE}/{target}")
    yield from ("--dev", "/dev", "--remount-ro", "/dev", "--proc", "/proc", "--dir", "/box")
    if not any(folder.startswith("/tmp/") for folder in python_folders()):  # noqa: S108 - where notebooks write
        yield from ("--symlink", "/box/work", "/tmp")  # noqa: S108
    yield from ("--chdir", "/", "--remount-ro", "/")


def our_files() -> Iterator[tuple[Path, str]]:
    """Yield what runs inside, and of the reference the questions only: file or folder, and where it goes."""
    for package in (INSIDE.parent.parent, INSIDE.parent):
        yield package / "__init__.py", f"{package.relative_to(INSIDE.parent.parent.parent)}/__init__.py"
    yield INSIDE, "grader/sandbox/inside"
    for name in ("__init__.py", "probes.py"):
        yield PROBES / name, f"reference/{name}"
    for font_list in font_lists():
        yield font_list, f"fonts/{font_list.name}"


def _environment() -> Iterator[str]:
    yield "--clearenv"
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    settings = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    for name, value in {**settings, **one_thread, "MPLBACKEND": "agg"}.items():
        yield from ("--setenv", name, value)


def environment(folder: str) -> dict[str, str]:
    """Return the environment of a server that no bubblewrap starts; it may write to `folder` only."""
    words = list(_environment())[1:]
    return {**dict(zip(words[1::3], words[2::3], strict=True)), "HOME": folder, "MPLCONFIGDIR": folder}


def lay_out_code(folder: Path) -> None:
    """Copy to `folder` what runs inside, where no bubblewrap can show it: away from all that must not be read."""
    for source, target in our_files():
        if source.is_dir():
            shutil.copytree(source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / target)


def readable_paths(rung: str, code: str) -> tuple[list[str], list[str]]:
    """Return what may be read below, and where names may be listed as well, for Landlock.

    Behind bubblewrap nothing else is in sight. Without it, rules allow only: a folder with something hidden in it is
    allowed by its parts.
    """
    if rung == "namespaces":
        return [*system_folders(), *python_folders(), code, "/dev", "/etc"], []
    files = ("/etc/ld.so.cache", "/etc/localtime", *(f"/dev/{name}" for name in ("null", "zero", "random", "urandom")))
    readable, listable = [code, *(f for f in files if Path(f).exists())], []
    hidden = {os.path.realpath(folder) for folder in hidden_folders()}
    todo = [os.path.realpath(folder) for folder in (*system_folders(), *python_folders())]
    while todo:
        folder = todo.pop()
        if folder in hidden:
            continue
        if any(h.startswith(f"{folder}/") for h in hidden):
            listable.append(folder)
            todo += [entry.path for entry in os.scandir(folder) if not entry.is_symlink()]
        else:
            readable.append(folder)
    return readable, listable


def capabilities() -> int:
    """Return the capabilities that root leaves to a server without namespaces.

    None, if everybody can read this Python. Otherwise the one that reads what permissions forbid: Landlock then says
    alone what that is.
    """
    for folder in python_folders():
        for path in (Path(folder), *Path(folder).parents):
            if not path.stat().st_mode & stat.S_IXOTH:
                return 1 << _DAC_READ_SEARCH
    return 0


def configuration(
    limits: Limits,
    preload: tuple[str, ...],
    rung: str = "namespaces",
    box: str = "",
    *,
    many: bool = True,
) -> dict[str, Any]:
    """Return what the server is told.

    Parameters
    ----------
    limits : Limits
    preload : tuple of str
        See `grader.sandbox.keeper.Keeper`.
    rung : str
        One of `grader.sandbox.walls.RUNGS`.
    box : str
        The server's own folder, where bubblewrap makes none.
    many : bool
        See `grader.sandbox.keeper.Keeper`.
    """
    code = f"{box}/code" if box else CODE
    readable, listable = readable_paths(rung, code)
    return {
        "rung": rung,
        "box": box,
        "code": code,
        "capabilities": capabilities() if os.getuid() == 0 else 0,
        "uid": sandbox_uid(),
        "memory": limits.memory_bytes,
        # The keeper ends what takes too long by the clock; this ends what escapes it. Whole seconds, rounded up.
        "cpu": int(-(-limits.processor_seconds // 1)),
        # Without namespaces a user's own programs would count; threads need memory, and that has its limit.
        "processes": limits.processes if rung == "namespaces" or os.getuid() == 0 else None,
        "disk": limits.disk_bytes,
        "packages": list(package_folders()),
        "preload": list(preload),
        "many": many,
        "readable": readable,
        "listable": listable,
        "seccomp": "" if rung == "none" else filter_program(rung).hex(),
    }


def sandbox_uid() -> int:
    """Return a user id that belongs to nobody, another for each process that asks at the same time."""
    import pwd  # noqa: PLC0415 - not on Windows, where `fullmarks doctor` must be able to say so

    for step in range(LAST_UID - FIRST_UID):
        uid = FIRST_UID + (os.getpid() + step) % (LAST_UID - FIRST_UID)
        try:
            pwd.getpwuid(uid)
        except KeyError:
            return uid
    msg = f"every user id from {FIRST_UID} to {LAST_UID} is taken"
    raise OSError(msg)
