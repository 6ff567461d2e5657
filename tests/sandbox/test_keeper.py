"""Submissions behind the walls: what honest ones do and what costs what. These run for real."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.records import Claim, Limits, Question
from grader.sandbox import policy
from grader.sandbox.keeper import Keeper
from reference.probes import Probe, Seed

pytestmark = pytest.mark.walls


def ask(keeper: Keeper, *cells: str, calls=((1.0,),), function="f") -> tuple[Claim, ...]:
    return keeper.run(cells, (Question(function=function, calls=tuple(calls)),)).claims[0]


def value(keeper: Keeper, *cells: str):
    (claim,) = ask(keeper, *cells)
    assert claim.outcome == "returned", claim
    return claim.value


@pytest.mark.parametrize(
    "cells",
    [
        ("def f(x): return x + 1",),
        ("y = 1", "def f(x): return x + y"),
        ("y = 1\nraise RuntimeError\ny = 2", "def f(x): return x + y"),
        ("y = 1\nreturn\ny = 2", "def f(x): return x + y"),
        ("this is not Python", "def f(x): return x + 1"),
        ("%matplotlib inline\n!pip install nothing\n%load_ext x\nlen?\ndef f(x): return x + 1",),
        ("%%time\ndef f(x): return x + 1",),
        ("%%bash\nexit 1", "def f(x): return x + 1"),
        ("%%html\n<b>bold</b>", "def f(x): return x + 1"),
        ("files = !ls", "def f(x): return x + 1 + len(files)"),
        ("import asyncio\nawait asyncio.sleep(0)\ny = 1", "def f(x): return x + y"),
        (
            "import otter\ngrader = otter.Notebook('a.ipynb')",
            "def f(x): return x + 1",
            "grader.check('f')",
            "grader.export(pdf=False)",
        ),
        ("y = input('?')", "def f(x): return x + 1"),
        ("import sys\nsys.exit()", "def f(x): return x + 1"),
        ("exit()", "def f(x): return x + 1"),
        ("import os\nos._exit(1)", "def f(x): return x + 1"),
        ("while True:\n    pass", "def f(x): return x + 1"),
        ("def f(x): return 0", "def f(x): return x + 1"),
        ("open = 1\nlen = 2\nprint = 3\nlist = tuple = dict = type = str = 4", "def f(x): return x + 1"),
        (
            "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])\nplt.show()\nplt.savefig('x.png')",
            "def f(x): return x + 1",
        ),
        ("from __future__ import annotations", "def f(x: undefined) -> unknown: return x + 1"),
        ("for i in range(100000): print(i)", "def f(x): return x + 1"),
        ("display(1); get_ipython().magic('x')", "def f(x): return x + 1"),
        ("import numpy as np\nprint(np.random.rand())", "def f(x):\n    print('x' * 100000)\n    return x + 1"),
        ("open('notes.txt', 'w').write('1')", "def f(x): return x + int(open('notes.txt').read())"),
        ("if __name__ == '__main__': y = 1", "def f(x): return x + y"),
        ("import inspect\ndef f(x): return x + len(inspect.getsource(f).splitlines())",),
    ],
)
def test_notebooks_run_as_in_jupyter(keeper: Keeper, cells: tuple[str, ...]) -> None:
    assert value(keeper, *cells) == 2.0


def test_cell_errors_name_the_place(keeper: Keeper) -> None:
    run = keeper.run(("x = 1", "def g():\n    return 1 / 0\ng()"), (Question(function="x", calls=((1,),)),))
    assert run.cell_errors[0] == ""
    assert run.cell_errors[1].splitlines() == [
        "ZeroDivisionError: division by zero",
        "cell 2, line 3, in <module>: g()",
        "cell 2, line 2, in g: return 1 / 0",
    ]


@pytest.mark.parametrize(
    ("body", "outcome", "text"),
    [
        ("raise KeyError('k')", "raised", "'k'"),
        ("import sys; sys.exit(2)", "raised", "2"),
        ("raise KeyboardInterrupt", "raised", ""),
        ("import os; os._exit(3)", "crashed", "it ended the whole process with exit code 3"),
        ("import ctypes; ctypes.string_at(0)", "crashed", "SIGSEGV"),
        ("while True: pass", "timed out", "the call did not end within 0.5 s"),
        (
            "import time\n    while True:\n        try: time.sleep(9)\n        except BaseException: pass",
            "timed out",
            "0.5 s",
        ),
        ("return bytearray(1 << 40)", "out of memory", "memory"),
        ("return (lambda: 0)", "unreadable", "a value of type function"),
        ("return [[]] * 10**6", "unreadable", "too many values"),
        ("return f(x)", "raised", "recursion"),
    ],
)
def test_a_bad_call_costs_only_itself(keeper: Keeper, body: str, outcome: str, text: str) -> None:
    cell = f"def f(x):\n    if x != 2:\n        return x\n    {body}\ndef g(x):\n    return x"
    f = Question(function="f", calls=((1,), (2,), (3,)))
    g = Question(function="g", calls=((4,),))
    first, second = keeper.run((cell,), (f, g)).claims
    assert [c.outcome for c in first] == ["returned", outcome, "returned"]
    assert text in first[1].text
    assert [c.value for c in first[::2]] == [1, 3]
    assert second[0].value == 4


def test_error_cases_see_value_errors(keeper: Keeper) -> None:
    cell = "import numpy as np\nclass Mine(ValueError): pass\ndef f(x):\n    if x: raise Mine('a')\n    np.linalg.inv(np.zeros((2, 2)))"
    claims = ask(keeper, cell, calls=((1,), (0,)))
    assert [(c.error, c.is_value_error) for c in claims] == [("ValueError", True), ("LinAlgError", True)]


def test_changed_arguments_are_reported(keeper: Keeper) -> None:
    cell = "def f(a, b, c):\n    b[0] = 9.0\n    c.append(1)\n    return a"
    (claim,) = ask(keeper, cell, calls=((np.zeros(2), np.zeros(2), [0]),))
    assert claim.modified == (1, 2)


def test_a_reused_buffer_gives_each_call_its_own_result(keeper: Keeper) -> None:
    cell = "import numpy as np\nout = np.zeros(1)\ndef f(x):\n    out[0] = x\n    return out"
    assert [c.value.tolist() for c in ask(keeper, cell, calls=((1.0,), (2.0,)))] == [[1.0], [2.0]]


def test_a_missing_function_is_told_with_the_nearest_name(keeper: Keeper) -> None:
    assert ask(keeper, "def cosine_similarty(x): pass", function="cosine_similarity")[0].text == (
        "cosine_similarity is not defined; is it cosine_similarty?"
    )
    assert ask(keeper, "f = 3")[0].text == "f is a int at the end of the notebook, not a function"


def test_spoilt_functions_are_noticed(keeper: Keeper) -> None:
    cells = ("import numpy as np", "def f(x): return np.abs(x)", "y = 1", "np = 3", "z = 2")
    run = keeper.run(cells, (Question(function="f", calls=((1.0,),)),))
    assert run.claims[0][0].outcome == "raised"
    assert run.intact == {"f": 3}
    assert keeper.run(cells[:3], (Question(function="f", calls=((1.0,),)),)).intact == {}


def test_time_spent_in_runs_before_counts(keeper: Keeper) -> None:
    cells, questions = ("def f(x): return x",), (Question(function="f", calls=((1.0,),)),)
    (claim,) = keeper.run(cells, questions, Limits().submission_seconds).claims[0]
    assert claim.outcome == "timed out"
    assert "the submission took more than" in claim.text
    assert keeper.run(cells, questions).claims[0][0].outcome == "returned"


def test_nothing_of_a_submission_reaches_the_next(keeper: Keeper) -> None:
    ask(
        keeper,
        "import numpy, builtins, os\nnumpy.pi = 3\nbuiltins.len = None",
        "os.makedirs('a/b/c', 0)\nopen('left', 'w').write('x')\nos.symlink('/usr', 'link')\nopen('/tmp/left', 'w').write('x')",
    )
    assert value(keeper, "import numpy, os\ndef f(x): return [numpy.pi > 3.1, len([1]), os.listdir('.')]") == [
        True,
        1,
        [],
    ]
    assert not Path("/tmp/left").exists()
    assert value(keeper, "import os\ndef f(x): return os.path.exists('/tmp/left')") is False


def test_too_many_files_are_refused_or_end_the_run(keeper: Keeper) -> None:
    cell = "for i in range(10**9):\n    open(str(i), 'w').close()"
    (error,) = keeper.run((cell,), ()).cell_errors
    assert ("No space left" if keeper.isolation == "namespaces" else "it wrote more than") in error
    assert value(keeper, "import os\ndef f(x): return os.listdir('.')") == []


ATTACKS = {
    "reads the password file": "open('/etc/passwd').read()",
    "reads the reference": "import reference.catalogue",
    "reads the repository": f"open({__file__!r}).read()",
    "reads what judges": "import grader.judge",
    "opens a socket": "import socket; socket.socket()",
    "looks up a name": "import socket; assert socket.gethostbyname('localhost')",
    "runs a program": "import subprocess; subprocess.run(['/usr/bin/true'], check=True)",
    "writes to the system": "open('/usr/x', 'w')",
    "writes beside its folder": "open('/box/x', 'w')",
    "writes to its own code": "open('/fullmarks/grader/sandbox/inside/wire.py', 'w')",
    "plants a module": "import numpy; open(numpy.__path__[0] + '/planted.py', 'w')",
    "writes to shared memory": "open('/dev/shm/x', 'w')",
    "writes to a device": "open('/dev/zero', 'wb')",
    "opens a terminal": "open('/dev/ptmx', 'r+b', buffering=0)",
    "makes a pipe others could find": "import os; os.mkfifo('p')",
    "lists the root": "import os; os.listdir('/')",
    "sees home folders": "import os; assert os.path.exists('/root') and os.listdir('/root') or os.listdir('/home')",
    "looks at processes": "import os; assert os.listdir('/proc')",
    "finds a neighbour": "import os; os.kill(2, 0)",
    "reads the server's memory": "open('/proc/1/mem', 'rb')",
    "makes a namespace by clone": "import ctypes; assert ctypes.CDLL(None).syscall({'x86_64': 56, 'aarch64': 220}[__import__('os').uname().machine], 0x10000011, 0, 0, 0, 0) >= 0",
    "mounts": "import ctypes; assert ctypes.CDLL(None).mount(b'none', b'/box/work', b'tmpfs', 0, None) == 0",
    "makes a user namespace": "import os; os.unshare(0x10000000) if hasattr(os, 'unshare') else exec('raise OSError')",
    "traces the server": "import ctypes; c = ctypes.CDLL(None, use_errno=True); assert c.ptrace(16, 1, 0, 0) == 0",
    "becomes root": "import os; os.setuid(0)",
    "raises its limits": "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "fills the disk": "open('big', 'wb').write(bytes(100 << 20))",
    "sees the environment": "import os; assert not os.environ.keys() <= {'PATH', 'LANG', 'HOME', 'TMPDIR', 'PWD', 'MPLBACKEND', 'MPLCONFIGDIR', 'PYTHONHASHSEED', 'PYTHONDONTWRITEBYTECODE', 'OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS', 'MKL_NUM_THREADS'}, os.environ",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_attacks_are_refused(keeper: Keeper, attack: str) -> None:
    # An attack ends with an error where it is refused; without one it has got through. It stands in a block, for at the
    # top of a cell an import that fails does not end the cell.
    assert (
        value(keeper, f"failed = True\nif failed:\n    {attack}\n    failed = False", "def f(x): return failed") is True
    )


# Walls stand behind each other, so that one that is missing would not show above. These ask each for itself.
def test_no_capability_is_left_even_in_its_own_namespace(keeper: Keeper) -> None:
    # Whoever may override permissions can write into a folder that nobody may enter.
    claim = ask(keeper, "import os\nos.mkdir('closed', 0)\ndef f(x): return open('closed/file', 'w').write('x')")[0]
    assert claim.error == "PermissionError"


def test_landlock_refuses_what_nothing_else_does(keeper: Keeper) -> None:
    # The device is writable to everybody and its mount does not matter; only Landlock has no rule for it.
    assert ask(keeper, "def f(x): return open('/dev/zero', 'wb').write(b'x')")[0].error == "PermissionError"
    assert value(keeper, "def f(x): return open('/dev/null', 'wb').write(b'x')") == 1


def test_each_outer_wall_is_asked_for() -> None:
    command = policy.bubblewrap(("true",), uid=1000)
    for wall in (
        "--unshare-user",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
        "--die-with-parent",
        "--new-session",
    ):
        assert wall in command
    assert "--unshare-user" not in policy.bubblewrap(("true",), uid=0), "root shows what others cannot reach"


def test_a_fork_bomb_is_bounded_and_ends_with_the_run(keeper: Keeper) -> None:
    bomb = "import os\npids = []\ndef f(x):\n    try:\n        for _ in range(1000):\n            pid = os.fork()\n            if not pid:\n                while True: pass\n            pids.append(pid)\n    except OSError:\n        pass\n    return len(pids)"
    if keeper.isolation == "namespaces":
        assert 0 < value(keeper, bomb) < 20
        assert value(keeper, "import os\ndef f(x): return os.getpid()") == 1
    else:
        assert value(keeper, bomb) == 0


def test_threads_work_and_are_bounded(keeper: Keeper) -> None:
    cell = (
        "import threading, time\ndef f(x):\n    made = []\n    try:\n        for _ in range(5000):\n"
        "            made.append(threading.Thread(target=time.sleep, args=(9,), daemon=True))\n            made[-1].start()\n"
        "    except RuntimeError:\n        pass\n    return len(made)"
    )
    assert 2 < value(keeper, cell) < 1000


@pytest.mark.parametrize(
    "forge",
    [
        "os.write(3, b'x' * 100)",
        "os.write(3, (5).to_bytes(4, 'little') + b'hello')",
        "os.write(3, (1 << 31).to_bytes(4, 'little'))",
        "os.close(3)",
        "os.write(3, wire.encode([('returned', 42.0, (), '', False, '', '', ())]))",
    ],
)
def test_forged_answers_do_not_pass_for_those_of_others(keeper: Keeper, forge: str) -> None:
    cell = f"import os\nfrom grader.sandbox.inside import wire\ndef f(x):\n    {forge}\n    return x\ndef g(x):\n    return x"
    f, g = (Question(function=name, calls=((1.0,), (2.0,))) for name in "fg")
    first, second = keeper.run((cell,), (f, g)).claims
    assert all(c.outcome != "returned" or c.value in (1.0, 2.0, 42.0) for c in first)
    assert [c.value for c in second] == [1.0, 2.0]
    assert value(keeper, "def f(x): return x") == 1.0


def test_functions_and_generators_go_in_and_what_they_saw_comes_out(keeper: Keeper) -> None:
    traced = Probe("polynomial", (np.array([-2.0, 0.0, 1.0]),), trace=True)
    cell = "def f(g, rng, x):\n    return g(x) + g(1.0), rng.integers(1000, size=3)"
    (claim,) = ask(keeper, cell, calls=((traced, Seed(5), 3.0),))
    assert (claim.outcome, claim.random, claim.value[0]) == ("returned", "", 6.0)
    assert claim.value[1].tolist() == np.random.default_rng(5).integers(1000, size=3).tolist()
    ((calls, trace),) = claim.logs
    assert (calls, [[float(a) for a in entry] for entry in trace]) == (2, [[3.0], [1.0]])


def test_numpys_global_random_numbers_are_watched(keeper: Keeper) -> None:
    cell = "import numpy as np\ndef f(rng):\n    return np.random.rand() + rng.random()"
    (claim,) = ask(keeper, cell, calls=((Seed(5),),))
    assert claim.random == "global"


def test_a_function_may_be_called_a_hundred_thousand_times(keeper: Keeper) -> None:
    parabola = Probe("polynomial", (np.array([-2.0, 1.0]),))
    cell = "def f(g):\n    return sum(g(float(i)) for i in range(100_000))"
    # The limit of this keeper is half a second for a call.
    (claim,) = ask(keeper, cell, calls=((parabola,),))
    assert (claim.outcome, claim.logs[0][0]) == ("returned", 100_000)


@pytest.mark.parametrize(
    "forged",
    [
        "((5, []), 3)",
        "((-1, []),)",
        "((True, []),)",
        "((5, [1]),)",
        "((5, [(1.0,)]),)",
        "((5, [(np.zeros(2, int),)]),)",
        "[(5, [])]",
    ],
)
def test_a_forged_log_is_no_answer(keeper: Keeper, forged: str) -> None:
    cell = (
        "import numpy as np\nfrom grader.sandbox.inside import session\n"
        f"session.claim_of = lambda *_: ('returned', 1, (), '', False, '', '', {forged})\n"
        "def f(g): return 1"
    )
    (claim,) = ask(keeper, cell, calls=((Probe("polynomial", (np.ones(1),)),),))
    assert claim.outcome == "unreadable"


def test_of_the_reference_only_the_questions_are_inside(keeper: Keeper) -> None:
    cell = (
        "import reference, os\n"
        "found = sorted(n for n in os.listdir(os.path.dirname(reference.__file__)) if n.endswith('.py'))\n"
        "def f(x): return found"
    )
    assert value(keeper, cell) == ["__init__.py", "probes.py"]


def test_every_run_finds_the_data_of_the_assignment_as_it_was() -> None:
    cell = "import numpy as np\ndef f(x):\n    return np.loadtxt('data/prices.csv', delimiter=',')"
    spoil = cell + "\nopen('data/prices.csv', 'w').write('5,6')"
    with Keeper(files={"data/prices.csv": b"1,2\n"}) as keeper:
        assert [value(keeper, c).tolist() for c in (cell, spoil, cell)] == [[1, 2], [5, 6], [1, 2]]
