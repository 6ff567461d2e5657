"""What the walls are made of, looked at without putting them up: the command line, what is hidden, the filter."""

from __future__ import annotations

import ctypes
import errno
import struct
import sysconfig
from pathlib import Path

import pytest

from grader.records import Limits
from grader.sandbox import policy
from grader.sandbox.seccomp import compile_filter

ROOT = Path(__file__).parents[2]
ALLOW, KILL, ERRNO = 0x7FFF0000, (0x00000000, 0x80000000), 0x00050000
EPERM, ENOSYS = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS
# Architectures as the kernel tells them to a filter (linux/audit.h), and as libseccomp numbers them too.
TOKENS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def mounted(command: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return (source, target) of everything that a bubblewrap command binds."""
    return [(command[i + 1], command[i + 2]) for i, word in enumerate(command) if "bind" in word]


def test_root_keeps_its_user_namespace_and_others_get_one() -> None:
    as_root, as_other = policy.bubblewrap(("true",), 0), policy.bubblewrap(("true",), 1000)
    assert "--unshare-user" not in as_root
    assert as_root[as_root.index("--cap-drop") + 1] == "ALL"
    assert [as_root[i + 1] for i, w in enumerate(as_root) if w == "--cap-add"] == ["CAP_SETUID", "CAP_SETGID"]
    assert "--unshare-user" in as_other
    assert "--cap-add" not in as_other
    for command in (as_root, as_other):
        assert {"--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--clearenv"} <= set(command)
        assert command[-2:] == ("--", "true")


def test_everything_is_bound_read_only_and_nothing_of_the_project_but_what_runs_inside() -> None:
    command = policy.bubblewrap(("true",), 0)
    assert {word for word in command if "bind" in word} <= {"--ro-bind", "--ro-bind-try"}
    for source, _ in mounted(command):
        path = Path(source)
        assert path not in (ROOT, *ROOT.parents)
        if path.is_relative_to(ROOT / "grader"):
            assert path.name in ("inside", "__init__.py")
        elif path.is_relative_to(ROOT / "reference"):
            assert path.name in ("probes.py", "__init__.py")
        else:
            assert not path.is_relative_to(ROOT) or path.is_relative_to(ROOT / ".venv")


def test_installed_packages_of_ours_are_hidden(monkeypatch, tmp_path) -> None:
    for name in ("reference", "grader", "numpy"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    # An editable installation leaves the content of the course among the packages: that is hidden as well.
    assert {str(tmp_path / "grader"), str(tmp_path / "reference")} <= set(policy.hidden_folders())
    command = policy.bubblewrap(("true",), 0)
    shown, hidden = command.index(str(tmp_path)), command.index(str(tmp_path / "reference"))
    assert command[hidden - 1] == "--tmpfs"
    assert shown < hidden


def test_a_checkout_among_the_folders_of_the_system_is_hidden(monkeypatch) -> None:
    monkeypatch.setattr(policy, "system_folders", lambda: (str(ROOT.parent),))
    assert {str(ROOT / "reference"), str(ROOT / "grader"), str(ROOT / "tests")} <= set(policy.hidden_folders())


def test_folders_inside_others_are_not_named_twice(monkeypatch, tmp_path) -> None:
    (tmp_path / "lib" / "site").mkdir(parents=True)
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path / "lib" / "site"))
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    folders = policy.python_folders()
    assert str(tmp_path) in folders
    assert str(tmp_path / "lib" / "site") not in folders
    assert not any(folder.startswith("/usr/") for folder in folders)


def test_limits_reach_the_server() -> None:
    limits = Limits(memory_bytes=123 << 20, processes=7, disk_bytes=5 << 20, processor_seconds=9.5)
    config = policy.configuration(limits, ("json",))
    assert (config["memory"], config["processes"], config["disk"], config["cpu"]) == (123 << 20, 7, 5 << 20, 10)
    assert config["preload"] == ["json"]


def test_the_user_is_nobody(monkeypatch) -> None:
    taken = []

    def getpwuid(uid):
        taken.append(uid)
        if len(taken) < 3:
            return uid
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", getpwuid)
    uid = policy.sandbox_uid()
    assert uid == taken[-1]
    assert policy.FIRST_UID <= uid < policy.LAST_UID < 65536
    monkeypatch.setattr("pwd.getpwuid", lambda uid: uid)
    with pytest.raises(OSError, match="every user id"):
        policy.sandbox_uid()


def interpret(program: bytes, token: int, number: int, *arguments: int) -> int:
    """Return what a filter answers, by the rules of classic BPF as far as libseccomp uses them."""
    data = struct.pack("<iIQ6Q", number, token, 0, *(*arguments, *[0] * 6)[:6])
    lines = list(struct.iter_unpack("<HBBI", program))
    accumulator = at = 0
    tests = {
        0x15: lambda k: accumulator == k, 0x25: lambda k: accumulator > k,
        0x35: lambda k: accumulator >= k, 0x45: lambda k: bool(accumulator & k),
    }  # fmt: skip
    while True:
        code, yes, no, k = lines[at]
        at += 1
        if code == 0x06:
            return k
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, k)[0]
        elif code == 0x54:
            accumulator &= k
        elif code == 0x05:
            at += k
        else:
            at += yes if tests[code](k) else no


def answers(architecture: str, rung: str):
    """Return `answer(name, *arguments)`: what the filter of an architecture says to a call."""
    token = TOKENS[architecture]
    program = policy.filter_program(rung, architecture)
    library = ctypes.CDLL("libseccomp.so.2")

    def answer(name: str, *arguments: int, token: int = token, offset: int = 0) -> int:
        number = library.seccomp_syscall_resolve_name_arch(ctypes.c_uint32(TOKENS[architecture]), name.encode())
        assert number >= 0, name
        return interpret(program, token, number + offset, *arguments)

    answer.architecture = architecture
    return answer


@pytest.fixture(scope="module", params=TOKENS)
def answer(request):
    return answers(request.param, "namespaces")


def test_the_filter_of_this_machine_is_that_of_its_architecture() -> None:
    machine = struct.pack("<I", TOKENS[__import__("platform").machine()])
    assert machine in policy.filter_program()


@pytest.mark.parametrize(
    "name", ["read", "write", "openat", "mmap", "futex", "exit_group", "getrandom", "wait4", "recvfrom"]
)
def test_what_computation_needs_is_allowed(answer, name) -> None:
    assert answer(name) == ALLOW


REFUSED = """
    execve execveat ptrace process_vm_readv process_vm_writev mount umount2 pivot_root chroot setns unshare bpf keyctl
    add_key request_key io_uring_setup io_uring_enter userfaultfd perf_event_open socket connect bind listen accept4
    memfd_create init_module finit_module kexec_load open_by_handle_at name_to_handle_at pidfd_open pidfd_getfd
    pidfd_send_signal setuid setgid setresuid setgroups capset seccomp reboot swapon sethostname settimeofday
    clock_settime mknodat fchownat setxattr quotactl acct syslog personality shmget msgget semget mq_open process_madvise
    move_pages mbind landlock_restrict_self mount_setattr fsopen open_tree move_mount inotify_init1 fanotify_init
    timer_create splice vmsplice tee sched_setaffinity setpriority
""".split()


@pytest.mark.parametrize("name", REFUSED)
def test_what_it_does_not_need_is_refused(answer, name) -> None:
    assert answer(name) == EPERM


NEWUSER, NEWNS, NEWPID, NEWNET = 0x10000000, 0x20000, 0x20000000, 0x40000000
THREAD = 0x3D0F00  # what libc starts a thread with


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("clone", (THREAD,), ALLOW),
        ("clone", (17,), ALLOW),
        *(("clone", (THREAD | flag,), EPERM) for flag in (NEWUSER, NEWNS, NEWPID, NEWNET)),
        ("clone3", (), ENOSYS),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), EPERM),  # TIOCSTI types into the terminal
        ("ioctl", (0, 0x541C), EPERM),  # TIOCLINUX
        ("ioctl", (0, 1 << 32 | 0x5412), EPERM),
        ("prctl", (15,), ALLOW),
        ("prctl", (22, 1), EPERM),  # PR_SET_SECCOMP
        ("prctl", (35,), EPERM),  # PR_SET_MM
        ("prctl", (4, 1), EPERM),  # PR_SET_DUMPABLE
        ("socketpair", (1,), ALLOW),
        ("socketpair", (2,), EPERM),
        ("socketpair", (16,), EPERM),  # netlink
        ("prlimit64", (0, 9), ALLOW),
        ("prlimit64", (1, 9), EPERM),  # the limits of somebody else
    ],
)
def test_some_calls_depend_on_their_arguments(answer, name, arguments, expected) -> None:
    assert answer(name, *arguments) == expected


def test_calls_of_other_architectures_kill(answer) -> None:
    assert answer("read", token=0x40000003) in KILL
    others = [t for t in TOKENS.values() if t != TOKENS[answer.architecture]]
    assert all(answer("read", token=t) in KILL for t in others)
    if answer.architecture == "x86_64":
        assert answer("read", offset=0x40000000) in KILL  # the x32 numbers of the same calls


def test_unknown_architectures_are_refused() -> None:
    with pytest.raises(OSError, match="does not know the architecture 'abacus'"):
        compile_filter(["read"], [], [], "abacus")


@pytest.mark.parametrize("architecture", TOKENS)
def test_without_namespaces_there_is_no_fork_and_no_change_of_modes_and_times(architecture) -> None:
    alone, behind = answers(architecture, "landlock"), answers(architecture, "namespaces")
    assert (alone("clone", THREAD), alone("clone", 17), alone("clone", THREAD | NEWUSER)) == (ALLOW, EPERM, EPERM)
    for name in ("fchmod", "fchmodat", "utimensat"):
        assert (alone(name), behind(name)) == (EPERM, ALLOW)
    assert alone("kill") == ALLOW, "Landlock says whom"


def test_a_folder_with_something_hidden_is_readable_by_its_parts(monkeypatch, tmp_path) -> None:
    for name in ("lib/site/numpy", "lib/site/reference", "lib/other"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setattr(policy, "python_folders", lambda: (str(tmp_path),))
    monkeypatch.setattr(policy, "hidden_folders", lambda: (str(tmp_path / "lib/site/reference"),))
    readable, listable = policy.readable_paths("landlock", "/code")
    assert {p for p in readable if p.startswith(str(tmp_path))} == {
        str(tmp_path / "lib/other"),
        str(tmp_path / "lib/site/numpy"),
    }
    assert {str(tmp_path), str(tmp_path / "lib"), str(tmp_path / "lib/site")} == set(listable)
    assert not any(p.startswith("/etc/p") or p in ("/etc", "/dev", "/proc") for p in readable)
