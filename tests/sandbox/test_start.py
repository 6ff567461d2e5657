"""Putting the walls up, refusing where they do not stand, and taking them down with all that is behind them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.errors import IsolationError, MachineError
from grader.records import Limits, Question
from grader.sandbox import keeper as module
from grader.sandbox import policy
from grader.sandbox.keeper import Keeper

ROOT = Path(__file__).parents[2]
F = (Question(function="f", calls=((1.0,),)),)


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 20
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)
    return holds()


def value(keeper: Keeper, *cells: str):
    (claim,) = keeper.run(cells, F).claims[0]
    assert claim.outcome == "returned", claim
    return claim.value


@pytest.mark.walls
def test_a_keeper_says_what_it_runs_with() -> None:
    with Keeper() as keeper:
        assert keeper.isolation == "namespaces"
        assert keeper.versions["ready"] == sys.version.split()[0]
        assert keeper.versions["numpy"] == np.__version__
        assert keeper.versions["uid"] != 0


@pytest.mark.walls
def test_answers_are_waited_for_less_long_than_a_start() -> None:
    with Keeper() as keeper:
        assert keeper._control.gettimeout() == module.ANSWER_SECONDS < module.START_SECONDS


@pytest.mark.walls
def test_the_server_is_nobody_and_ends_with_the_keeper(processes) -> None:
    with Keeper() as keeper:
        below = processes(keeper._process.pid)
        pythons = {pid: status for pid, status in below.items() if status["Name"].startswith("python")}
        assert len(pythons) == 2  # the launcher and the server
        if os.getuid() == 0:
            for status in pythons.values():
                assert not {"0"} & set(status["Uid"].split() + status["Gid"].split())
                assert status["Groups"].strip() == ""
        for pid in pythons:
            inner, _, count = Path(f"/proc/{pid}/uid_map").read_text().split()
            assert (inner != "0", count) == (True, "1"), "a user namespace of one user who is not root"
    assert eventually(lambda: not processes(keeper._process.pid) and not any(map(alive, below)))
    keeper.close()


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.walls
def test_nothing_outlives_a_killed_parent(processes) -> None:
    script = (
        "import time\nfrom grader.sandbox.keeper import Keeper\nkeeper = Keeper()\n"
        "print(keeper._process.pid, flush=True)\n"
        "from grader.records import Question\n"
        "keeper.run(('while True: pass',), (Question(function='f', calls=((1,),)),))"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT)
    with parent, parent.stdout:
        below: dict = {}
        bwrap = int(parent.stdout.readline())
        assert eventually(lambda: len(processes(bwrap)) >= 4)
        below = processes(bwrap)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert eventually(lambda: not any(map(alive, below))), below


@pytest.mark.walls
def test_the_way_of_ordinary_users_works_too(monkeypatch) -> None:
    # As root this maps root itself to nobody, which is no wall; it is the command line that is tried here.
    monkeypatch.setattr(module.os, "getuid", lambda: 1000)
    with Keeper() as keeper:
        monkeypatch.undo()
        assert keeper.versions["uid"] == policy.FIRST_UID
        assert value(keeper, "import os\ndef f(x): return [x, os.getpid(), os.path.exists('/proc/self')]") == [
            1.0,
            1,
            False,
        ]


@pytest.mark.walls
def test_two_keepers_do_not_meet() -> None:
    with Keeper() as one, Keeper() as other:
        assert value(one, "open('a', 'w').close()\ndef f(x): return x") == 1.0
        assert value(other, "import os\ndef f(x): return os.listdir('.')") == []


@pytest.mark.walls
def test_data_files_are_there_for_everybody_and_changes_to_them_for_nobody() -> None:
    files = {"table.csv": b"1,2\n" * 100_000, "data/raw.bin": bytes(range(256))}
    with Keeper(files=files) as keeper:
        cell = "def f(x):\n    both = [open('table.csv', 'rb').read(), open('data/raw.bin', 'rb').read()]\n    open('table.csv', 'w').write('spoilt')\n    return both"
        assert value(keeper, cell) == list(files.values())
        assert value(keeper, cell) == list(files.values())


@pytest.mark.walls
def test_a_server_can_be_told_later_what_submissions_find() -> None:
    given, cell = "made = open('made', 'w')", "import os\ndef f(x): return sorted(os.listdir('.'))"
    with Keeper(wait=False, many=False) as keeper:
        keeper.furnish({"a.csv": b"1"}, {given: (["made"], [])})
        assert value(keeper, given, cell) == ["a.csv"]
        keeper.furnish({"b.csv": b"1", "c.csv": b"2"}, {})
        assert value(keeper, given, cell) == ["b.csv", "c.csv", "made"]


@pytest.mark.walls
def test_a_server_that_is_not_ready_is_not_waited_for_in_closing(processes) -> None:
    code = "import time; time.sleep(20)"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(policy, "bubblewrap", lambda command, uid: (command[0], "-c", code))
        patch.setattr(module, "CLOSE_SECONDS", 600.0)
        keeper = Keeper(wait=False)
        keeper.close()
    assert keeper._process.returncode == -signal.SIGKILL
    assert not processes(keeper._process.pid)


@pytest.mark.walls
def test_files_that_do_not_fit_are_our_fault() -> None:
    with (
        Keeper(Limits(disk_bytes=1 << 20), files={"a": bytes(2 << 20)}) as keeper,
        pytest.raises(MachineError, match=r"a wall does not stand: .*(space|large)"),
    ):
        keeper.run((), F)


@pytest.mark.walls
def test_modules_loaded_before_are_there() -> None:
    with Keeper(preload=("fractions",)) as keeper:
        assert value(keeper, "import sys\ndef f(x): return 'fractions' in sys.modules") is True


@pytest.mark.walls
def test_what_is_hidden_is_not_seen(monkeypatch, tmp_path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "answers.py").write_text("")
    (tmp_path / "other.py").write_text("")
    folders = policy.python_folders()
    monkeypatch.setattr(policy, "python_folders", lambda: (*folders, str(tmp_path)))
    monkeypatch.setattr(policy, "hidden_folders", lambda: (str(tmp_path / "reference"),))
    with Keeper() as keeper:
        cell = f"import os\ndef f(x): return [os.path.exists({str(tmp_path)!r} + n) for n in ('/other.py', '/reference/answers.py')]"
        assert value(keeper, cell) == [True, False]


@pytest.mark.walls
def test_a_dead_server_is_our_fault_and_says_so() -> None:
    with Keeper() as keeper:
        keeper._process.kill()
        keeper._process.wait()
        with pytest.raises(MachineError, match=r"fork-server .*run again"):
            keeper.run(("x = 1",), F)


@pytest.mark.walls
def test_an_interrupted_keeper_does_not_mistake_old_answers_for_new_ones(monkeypatch) -> None:
    class Interrupted:
        def __init__(self, control):
            self._control = control

        def __getattr__(self, name):
            return getattr(self._control, name)

        def recv(self, size):
            raise KeyboardInterrupt

    with Keeper() as keeper:
        control = keeper._control
        keeper._control = Interrupted(control)
        with pytest.raises((KeyboardInterrupt, MachineError)):
            keeper.run((), F)
        keeper._control = control
        with pytest.raises(MachineError, match="run again"):
            keeper.run((), F)


@pytest.mark.walls
def test_what_cannot_be_sent_is_our_fault() -> None:
    with Keeper() as keeper:
        with pytest.raises(MachineError, match="cannot be sent to the sandbox: a value of type function"):
            keeper.run((), (Question(function="f", calls=((lambda: 0,),)),))
        assert value(keeper, "def f(x): return x") == 1.0


def refused() -> str:
    with pytest.raises(IsolationError) as caught:
        Keeper()
    message = str(caught.value)
    assert message.count("\n") == 0
    assert message.endswith("nothing was graded")
    return message


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("bwrap: No permissions to create new namespace, likely because of ...", "kernel.unprivileged_userns_clone=1"),
        ("bwrap: setting up uid map: Permission denied", "kernel.apparmor_restrict_unprivileged_userns=0"),
        ("bwrap: pivot_root: Operation not permitted", "bubblewrap is refused by this machine"),
        ("bwrap: Unknown option --perms", "install version 0.5 or newer"),
        ("bwrap: execvp /x/python: No such file or directory", "this Python cannot be started"),
        ("", "the server ended without a word"),
    ],
)
def test_a_refusal_of_bubblewrap_is_explained(monkeypatch, said, advice) -> None:
    monkeypatch.setattr(policy, "bubblewrap", lambda *_: ("sh", "-c", f"echo '{said}' >&2; exit 1"))
    message = refused()
    assert advice in message
    assert said in message


def test_a_server_that_takes_too_long_to_start_is_not_said_to_have_ended(monkeypatch) -> None:
    monkeypatch.setattr(policy, "bubblewrap", lambda *_: ("sleep", "60"))
    monkeypatch.setattr(module, "START_SECONDS", 0.1)
    message = refused()
    assert "this machine is too slow or too busy" in message
    assert "(the server was not ready within 0.1 s)" in message


def test_bubblewrap_missing(monkeypatch) -> None:
    monkeypatch.setattr(policy, "bubblewrap", lambda *_: ("no-such-bwrap",))
    with pytest.raises(IsolationError, match=r"^bubblewrap \(bwrap\) is not installed; install it with"):
        Keeper()
    monkeypatch.setattr(policy, "bubblewrap", lambda *_: ("/etc/passwd",))
    assert "bubblewrap cannot be started" in refused()


def test_libseccomp_missing(monkeypatch) -> None:
    def missing(*_):
        raise OSError("libseccomp.so.2: cannot open shared object file")

    monkeypatch.setattr(policy, "compile_filter", missing)
    assert "libseccomp.so.2: cannot open shared object file; install libseccomp" in refused()


def test_other_systems_are_told(monkeypatch) -> None:
    monkeypatch.setattr(module.sys, "platform", "darwin")
    assert refused() == "submissions can be isolated on Linux only, this is darwin; nothing was graded"


@pytest.mark.walls
def test_a_module_that_is_missing_inside_is_told(monkeypatch) -> None:
    with pytest.raises(IsolationError, match=r"a package is missing .*No module named 'no_such_module'"):
        Keeper(preload=("no_such_module",))


@pytest.mark.walls
def test_another_numpy_inside_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(module.np, "__version__", "0.1")
    with pytest.raises(IsolationError, match=rf"behind the walls runs numpy {np.version.version}, here 0\.1"):
        Keeper()


@pytest.mark.walls
def test_a_wall_that_cannot_be_put_up_is_a_refusal_or_ours(monkeypatch) -> None:
    # A filter that the kernel does not take: the first child must say so, and no submission be blamed.
    monkeypatch.setattr(policy, "filter_program", lambda *_: b"\xff" * 8)
    with Keeper() as keeper, pytest.raises(MachineError, match="a wall does not stand: prctl: Invalid argument"):
        keeper.run(("x = 1",), F)
