"""What is lost and what is not when submissions hang, crash, flood or lie. These run for real, with short limits."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from grader.errors import MachineError
from grader.records import Limits, Question
from grader.sandbox.child import Child
from grader.sandbox.inside import wire
from grader.sandbox.keeper import Keeper
from grader.sandbox.run import Request, Run

LIMITS = Limits(
    call_seconds=0.2, exercise_seconds=1.0, cells_seconds=3.0, cell_seconds=0.3, submission_seconds=30.0,
    memory_bytes=512 << 20,
)  # fmt: skip


def question(function: str, *arguments: object) -> Question:
    return Question(function=function, calls=tuple((a,) for a in arguments))


@pytest.fixture(scope="module")
def quick():
    with Keeper(LIMITS) as made:
        yield made


def within(keeper: Keeper, **limits) -> Keeper:
    """Return a keeper of the same server with other limits in the parent."""
    other = object.__new__(Keeper)
    other.__dict__ = keeper.__dict__ | {"_limits": replace(LIMITS, **limits)}
    return other


G = "def g(x): return x"
FATAL = ("while True: pass", "import os; os._exit(3)", "import ctypes; ctypes.string_at(0)", "import os; os.abort()")


@pytest.mark.walls
def test_each_fatal_cell_costs_only_itself(quick) -> None:
    cells = ("a = 1", *FATAL, "b = 2", FATAL[1], "raise KeyError", "def f(x): return a + b + x")
    run = quick.run(cells, (question("f", 1), question("g", 1)))
    assert run.claims[0][0].value == 4
    assert run.claims[1][0].outcome == "missing"
    errors = run.cell_errors
    assert [bool(e) for e in errors] == [False, True, True, True, True, False, True, True, False]
    assert errors[1] == "the cell did not end within 0.3 s"
    assert errors[2] == errors[6] == "it ended the whole process with exit code 3"
    assert errors[3] == "it ended the whole process with signal SIGSEGV"
    assert errors[7].startswith("KeyError")


@pytest.mark.walls
def test_without_questions_the_cells_run_all_the_same(quick) -> None:
    run = quick.run(("1 / 0", FATAL[1], "x = 1"), ())
    assert [e.partition(":")[0] for e in run.cell_errors] == [
        "ZeroDivisionError", "it ended the whole process with exit code 3", "",
    ]  # fmt: skip
    assert run.claims == ()


@pytest.mark.walls
def test_cells_that_take_too_long_together_end_where_they_are(quick) -> None:
    slow = [
        G,
        *["import time\nuntil = time.process_time() + 0.2\nwhile time.process_time() < until: pass"] * 12,
        "def h(x): return x",
    ]
    run = within(quick, cells_seconds=0.5).run(tuple(slow), (question("g", 1), question("h", 1)))
    assert run.claims[0][0].value == 1
    assert run.claims[1][0].outcome == "missing"
    assert run.cell_errors[0] == ""
    assert run.cell_errors[-1] == "it was not run, for the cells before it took all the time"
    assert "the cells did not end within 0.5 s" in run.cell_errors


@pytest.mark.walls
def test_half_of_the_time_is_kept_for_the_questions(quick) -> None:
    cells = (G, *["while True: pass"] * 10, "def h(x): return x")
    run = within(quick, submission_seconds=3.0).run(cells, (question("g", 1), question("h", 1)))
    assert run.claims[0][0].value == 1
    assert run.claims[1][0].outcome == "missing"
    assert run.cell_errors[-1] == "it was not run, for the cells before it took too much time"


@pytest.mark.walls
def test_a_sleeping_call_is_given_the_benefit_of_the_doubt_and_a_busy_one_is_not(quick) -> None:
    cell = "import time\ndef f(x):\n    if x == 0:\n        time.sleep(0.4)\n    until = time.process_time() + x\n    while time.process_time() < until: pass\n    return x"
    claims = quick.run((cell,), (question("f", 0, 0.5),)).claims[0]
    assert [c.outcome for c in claims] == ["returned", "timed out"]
    (asleep,) = quick.run(("import time\ndef f(x): time.sleep(60)",), (question("f", 0),)).claims[0]
    assert (asleep.outcome, asleep.text) == ("timed out", "the call did not end within 0.2 s")


@pytest.mark.walls
def test_a_sleeping_cell_likewise(quick) -> None:
    run = quick.run(
        ("import time\ntime.sleep(0.45)\na = 1", "time.sleep(60)", "def f(x): return a"), (question("f", 1),)
    )
    assert run.claims[0][0].value == 1
    assert [bool(e) for e in run.cell_errors] == [False, True, False]


@pytest.mark.walls
def test_many_fatal_calls_cost_no_other_exercise(quick) -> None:
    cell = "import os\ndef f(x):\n    if x % 2: os._exit(x)\n    return x\ndef loop(x):\n    while True: pass\n" + G
    f, loop, g = quick.run((cell,), (question("f", *range(8)), question("loop", *range(9)), question("g", 5))).claims
    assert [c.value if c.outcome == "returned" else c.text[-11:] for c in f] == [
        0, "exit code 1", 2, "exit code 3", 4, "exit code 5", 6, "exit code 7",
    ]  # fmt: skip
    assert {c.outcome for c in loop} == {"timed out"}
    # As many as fit in the second, however busy the machine is.
    assert [c.text.startswith("the call") for c in loop] == [True] * 5 + [False] * 4
    assert loop[0].text == "the call did not end within 0.2 s"
    assert loop[-1].text == "it was not called: the calls before it took the 1 s of the exercise"
    assert g[0].value == 5


@pytest.mark.walls
def test_other_exercises_are_asked_before_a_slow_one_is_asked_again(quick) -> None:
    cell = "def loop(x):\n    while True: pass\n" + G
    keeper = within(quick, submission_seconds=0.8, exercise_seconds=60.0)
    loop, g = keeper.run((cell,), (question("loop", *range(40)), question("g", 5))).claims
    assert g[0].value == 5
    assert loop[-1].text == "it was not called: the submission took more than 0.8 s"


@pytest.mark.walls
def test_results_too_large_for_one_frame_come_one_by_one(quick) -> None:
    keeper = within(quick, call_seconds=5.0, exercise_seconds=60.0)
    cell = "import numpy as np\ndef f(x): return [x] + [0.123456789] * 45_000\ndef g(x): return np.full(2_000_000, x)"
    f, g = keeper.run((cell,), (question("f", *range(8)), question("g", *range(6)))).claims
    assert [c.value[0] for c in f] == list(range(8))
    assert [c.value[-1] for c in g] == list(range(6))


@pytest.mark.walls
@pytest.mark.parametrize(
    ("body", "outcome", "text"),
    [
        ("return 'x' * (5 << 20)", "unreadable", "too much"),
        ("return [0] * 10**6", "unreadable", "too many values"),
        ("import numpy; return numpy.zeros(10 << 20)", "unreadable", "too many bytes"),
        ("import numpy; return numpy.ones(1 << 28)", "out of memory", "more memory"),
        ("return [bytearray(1 << 20) for _ in range(10_000)]", "out of memory", "more memory"),
        ("return {i: i for i in range(6000)}", "unreadable", "too many keys"),
        ("return (v for v in [1])", "unreadable", "a value of type generator"),
        ("import os; os.write(3, (1 << 30).to_bytes(4, 'little'))", "unreadable", "more than 64 MB"),
        ("import os; os.write(3, (99).to_bytes(4, 'little'))\n    while True: pass", "timed out", "0.2 s"),
        ("import os, time\n    while True: os.write(3, b'x')", "unreadable", "more than 64 MB"),
        ("import sys; sys.setrecursionlimit(10**9); return sorted([x], key=f)", "crashed", "SIGSEGV"),
        ("class Evil:\n        def __array__(self, *_, **__): raise SystemExit\n    return Evil()", "unreadable", "SystemExit"),
        ("class Evil(dict):\n        def items(self):\n            while True: pass\n    return Evil()", "returned", ""),
        ("import threading\n    for _ in range(1000): threading.Thread(target=threading.Event().wait, daemon=True).start()", "raised", "can't start new thread"),
        ("import os\n    for _ in range(1000): os.write(1, bytes(1 << 16)); print('x' * (1 << 16))\n    return x", "returned", ""),
        ("import os; os.kill(0, 9); return x", "returned", ""),
        ("import os; os.kill(-1, 9); return x", "raised", ""),
        ("import ctypes; return ctypes.CDLL(None).syscall(0x40000000 + 39)", "crashed", "SIGSYS"),
    ],
)  # fmt: skip
def test_what_a_call_may_do_to_itself_alone(quick, body, outcome, text) -> None:
    if "0x40000000" in body and os.uname().machine != "x86_64":
        body, outcome, text = "return x", "returned", ""
    keeper = within(quick, call_seconds=0.2 if "while" in body else 5.0)
    f, g = keeper.run((f"def f(x):\n    {body}\n{G}",), (question("f", 1), question("g", 5))).claims
    assert (f[0].outcome, text in f[0].text) == (outcome, True), f[0]
    assert g[0].value == 5
    assert keeper.run((G,), (question("g", 6),)).claims[0][0].value == 6


@pytest.mark.walls
def test_nothing_runs_on_after_the_end(quick, processes) -> None:
    before = set(processes(quick._process.pid))
    cell = (
        "import os, time, signal\nfor _ in range(5):\n    if not os.fork():\n        for n in range(1, 65):\n            try: signal.signal(n, signal.SIG_IGN)\n            except (OSError, ValueError): pass\n        while True: time.sleep(1)\n"
        + G
    )
    assert quick.run((cell,), (question("g", 1),)).claims[0][0].value == 1
    assert set(processes(quick._process.pid)) == before


@pytest.mark.walls
def test_a_process_that_a_notebook_forks_off_does_not_answer_for_it(quick) -> None:
    for _ in range(5):
        run = quick.run(("import os\npid = os.fork()", G), (question("g", 1), question("g", 2)))
        assert [c[0].value for c in run.claims] == [1, 2]
        assert run.cell_errors == ("", "")


@pytest.mark.walls
def test_the_shared_page_is_no_letter_box(quick) -> None:
    find = "import sys\nframe = sys._getframe()\nwhile 'begin' not in frame.f_locals: frame = frame.f_back\npage = frame.f_locals['begin'].__self__._page\n"
    quick.run((find + "page[100:106] = b'answer'",), ())
    read = find + "found = bytes(page[100:106])\ndef g(x): return found"
    assert quick.run((read,), (question("g", 1),)).claims[0][0].value == bytes(6)


@pytest.mark.walls
def test_descriptors_sent_over_the_channel_do_not_arrive(quick) -> None:
    cell = "import socket\nchannel = socket.socket(fileno=3)\ndef g(x):\n    try: socket.send_fds(channel, [b'x'], [0, 1, 2])\n    except OSError: pass\n    return x"
    before = len(os.listdir("/proc/self/fd"))
    quick.run((cell,), (question("g", 1),))
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.walls
def test_only_the_channel_is_open_inside(quick) -> None:
    cell = "import os\ndef still_open(fd):\n    try: os.fstat(fd)\n    except OSError: return False\n    return True\ndef g(x): return [fd for fd in range(200) if still_open(fd)]"
    assert quick.run((cell,), (question("g", 1),)).claims[0][0].value == [0, 1, 2, 3]


@pytest.mark.walls
def test_a_child_has_put_on_everything_before_it_reads_anything(quick, processes) -> None:
    before = processes(quick._process.pid)
    child = quick.spawn()
    assert not child.answered(time.monotonic() + 0.2)  # it has greeted, and waits
    ((pid, status),) = ((p, s) for p, s in processes(quick._process.pid).items() if p not in before)
    server = int(status["PPid"])
    assert {status[f"Cap{kind}"].strip("0") for kind in ("Inh", "Prm", "Eff", "Amb")} == {""}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert "0" not in status["Uid"].split() or os.getuid() != 0
    assert os.getpgid(pid) == os.getsid(pid) == pid
    for space in ("pid", "mnt"):
        assert os.readlink(f"/proc/{pid}/ns/{space}") != os.readlink(f"/proc/{server}/ns/{space}")
    for space in ("pid", "mnt", "net", "ipc", "uts", "user"):
        assert os.readlink(f"/proc/{pid}/ns/{space}") != os.readlink(f"/proc/self/ns/{space}")
    quick.end(child, 0.0)


@pytest.mark.walls
def test_time_and_memory_are_counted(quick) -> None:
    cell = "import time\ndef g(x):\n    until = time.process_time() + 0.1\n    big = bytearray(b'1' * (100 << 20))\n    while time.process_time() < until: pass\n    return x"
    run = within(quick, call_seconds=5.0).run((cell,), (question("g", 1),))
    assert run.claims[0][0].value == 1
    assert run.cpu_seconds > 0.1
    assert run.peak_bytes > 100 << 20


@pytest.mark.walls
def test_values_go_in_and_out_unchanged(quick) -> None:
    values = (
        np.arange(6.0).reshape(2, 3),
        (1, "a", None),
        [2.5, np.float32(1)],
        {"k": (1j, b"\0")},
        float("inf"),
        1 << 80,
        "ü\n",
    )
    back = [c.value for c in quick.run((G,), (question("g", *values),)).claims[0]]
    assert np.array_equal(back[0], values[0])
    assert back[1:] == list(values[1:])


@pytest.mark.walls
def test_changes_deep_in_arguments_are_reported(quick) -> None:
    cell = "def g(a):\n    a[1][0] = 7\n    return 1\ndef h(a):\n    a[0].sort()\n    return 1"
    arguments = ((1, np.zeros(2)), [1, [0]], {1: np.zeros(1)})
    assert [c.modified for c in quick.run((cell,), (question("g", *arguments),)).claims[0]] == [(0,)] * 3
    assert [c.modified for c in quick.run((cell,), (question("h", [[1, 2]], [[2, 1]]),)).claims[0]] == [(), (0,)]


class Scripted:
    """A server whose children greet, give one answer to each request as they are told to, and then end."""

    def __init__(self, *answers: bytes | list[bytes], greeting: bytes = b".", cell: int = 0) -> None:
        self.answers, self.greeting, self.cell, self.spawned = answers, greeting, cell, 0

    def spawn(self) -> Child:
        ours, theirs = socket.socketpair()
        self.spawned += 1
        threading.Thread(target=self._speak, args=(theirs,)).start()
        return Child(ours, self.spawned)

    def _speak(self, channel: socket.socket) -> None:
        with channel, contextlib.suppress(OSError):
            channel.sendall(self.greeting)
            for answer in self.answers:
                if not channel.recv(1 << 16):
                    return
                for part in answer if isinstance(answer, list) else [answer]:
                    channel.sendall(part)
                    time.sleep(0.05 if isinstance(answer, list) else 0.0)

    def look(self, child: Child) -> tuple[float, int]:
        return 0.0, self.cell

    def end(self, child: Child, grace: float) -> dict:
        child.close()
        return {"status": 0, "killed": False, "cell": self.cell, "seconds": 0.0, "peak": 0}


def ask(server: Scripted, cells: int = 3):
    one = question("f", 1)
    return Run(server, LIMITS, ("x",) * cells).transcript((one,), (Request(wire.encode(("ask", 0, "f", [(1,)])), 0),))


DONE = wire.encode(({}, {}))


@pytest.mark.parametrize("cell", [-1, 0, 2, 3, 1 << 31])
def test_children_that_always_die_are_given_up(cell) -> None:
    server = Scripted(cell=cell)
    with pytest.raises(MachineError, match="a child ended without running anything"):
        ask(server)
    assert server.spawned <= 5


class Restless(Scripted):
    """Its first child never ends its cells, and says at every look that it runs another: none that there is."""

    def _speak(self, channel: socket.socket) -> None:
        if self.spawned > 1:
            super()._speak(channel)
            return
        with channel, contextlib.suppress(OSError):
            channel.sendall(self.greeting)
            while channel.recv(1 << 16):
                pass

    def look(self, child: Child) -> tuple[float, int]:
        self.cell = -3 - self.cell
        return time.monotonic(), self.cell


def test_a_notebook_that_lies_about_its_cells_until_time_is_over_is_graded() -> None:
    """It has only itself to thank: nothing of ours has failed."""
    run = ask(Restless(DONE, RETURNED, cell=-1))
    assert all("the cells before it took all the time" in text for text in run.cell_errors)
    assert run.claims[0][0].value == 5


@pytest.mark.parametrize(("said", "why"), [(b"!mount: no", "mount: no"), (b"", "ended before it began")])
def test_walls_that_do_not_stand_are_never_the_submission(said, why) -> None:
    with pytest.raises(MachineError, match=f"a wall does not stand: .*{why}"):
        ask(Scripted(greeting=said))


@pytest.mark.parametrize(
    "lie", [1, [], ({}, {}, {}), ({9: "x"}, {}), ({0: 1}, {}), ({"0": "x"}, {}), ({}, {"f": 7}), ({}, {3: 0}), ({True: "x"}, {})]
)  # fmt: skip
def test_lies_about_cells_are_refused(lie) -> None:
    with pytest.raises(MachineError, match="its answer cannot be read"):
        ask(Scripted(wire.encode(lie)))


RETURNED = wire.encode([0, ("returned", 5, (), "", False, "\x1b[2J", "", ())])


def test_what_is_told_is_cleaned_and_nothing_that_was_not_asked_for_is_kept() -> None:
    run = ask(Scripted(wire.encode(({1: "a\x1b[2Jb"}, {"f": 1, "other": 2})), RETURNED))
    assert run.cell_errors == ("", "a\\x1b[2Jb", "")
    assert run.intact == {"f": 1}
    assert (run.claims[0][0].value, run.claims[0][0].text) == (5, "\\x1b[2J")


@pytest.mark.parametrize(
    "answer",
    [
        wire.encode([0, ("later", None, (), "", False, "", "", ())]),
        wire.encode([0]),
        wire.encode([("returned", 5, (), "", False, "", "", ())]),
        wire.encode([1, ("returned", 5, (), "", False, "", "", ())]),
        wire.encode([0, *[("returned", 5, (), "", False, "", "", ())] * 2]),
        wire.encode([0, ("timed out", 5, (), "", False, "", "", ())]),
        RETURNED * 2,
        b"\x05\0\0\0hello",
    ],
)
def test_what_is_no_answer_is_unreadable(answer) -> None:
    claim = ask(Scripted(DONE, answer, answer)).claims[0][0]
    assert claim.outcome == "unreadable"
    assert claim.text.startswith(("its answer cannot be read", "it answered more than"))


def test_what_nobody_asked_for_does_not_pass_for_the_next_answer() -> None:
    forged = wire.encode([0, ("returned", 42, (), "", False, "", "", ())])
    server = Scripted(DONE, [RETURNED, forged], RETURNED)
    questions = (question("f", 1), question("g", 1))

    class Late(Run):
        def _ask(self, question, frame):
            time.sleep(0.3)  # the forged answer is there before the second question
            return super()._ask(question, frame)

    frames = [Request(wire.encode(("ask", 0, name, [(1,)])), 0) for name in "fg"]
    claims = Late(server, LIMITS, ("x",)).transcript(questions, frames).claims
    assert [c[0].value for c in claims] == [5, 5]
    assert server.spawned == 2
