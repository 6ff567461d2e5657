"""Notebooks run as in Jupyter, behind the walls and in the fake alike."""

from __future__ import annotations

import sys

import pytest

from grader.records import Question
from grader.sandbox.fake import InProcess
from grader.sandbox.inside.session import looks_back
from grader.sandbox.inside.stubs import Quiet, quiet_packages
from grader.sandbox.walls import RUNGS

F = "def f(x): return x + 1"
# Each row ends with a function f for which f(1.0) is 2.0.
NOTEBOOKS = {
    "statements before an error count": ("y = 1\nraise RuntimeError\ny = 5", "def f(x): return x + y"),
    "a stray return stops what is below it only": ("y = 1\nreturn\ny = 5", "def f(x): return x + y"),
    "what does not parse costs its cell": ("y = 1\ny = = 5", "y = 1", "def f(x): return x + y"),
    "prose in a code cell": ("Here I explain my work.", F),
    "a null byte": ("y = '\0'", F),
    "half a surrogate pair": ("y = '\ud800'", F),
    "nested too deeply to compile": ("(" * 500 + ")" * 500, F),
    "an empty cell": ("", "\n\n", "# only a comment", F),
    "an indented cell": ("    y = 1", "def f(x): return x + y"),
    "prompts copied from a page": (">>> y = 1", "def f(x): return x + y"),
    "the last definition wins": ("def f(x): return 0", F),
    "deleted and defined again": ("def f(x): return 0", "del f", F),
    "line magics": ("%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n" + F,),
    "shell lines": ("!pip install numpy\n!!ls\nfiles = !ls\n%cd ..\n%pip install x", F),
    "help": ("len?\nlen??\n?len", F),
    "timed cell": ("%%time\n" + F,),
    "timed line": ("%time y = 1\n%prun z = 2", "def f(x): return x + y + z - 2"),
    "timeit": ("%timeit 1 + 1\nt = %timeit -o 2 + 2\nprint(f'{t.average:.3f}')\n" + F,),
    "captured cell": ("%%capture out\ny = 1", "out.show()\nprint(out.stdout)\ndef f(x): return x + y"),
    "magic in a magic": ("%%time\n%matplotlib inline\ny = 1", "def f(x): return x + y"),
    "other languages": ("%%bash\nexit 1", "%%html\n<b>", "%%javascript\nalert(1)", "%%latex\n$x$", F),
    "pylab": ("%pylab inline", "y = np.cos(zeros(1))[0]\ndef f(x): return x + y"),
    "a module that is not here": ("import no_such\nimport numpy as np", "def f(x): return x + np.cos(0)"),
    "among others": ("y = 1\nimport json, no_such, numpy as np; from no.such import z\ny += np.cos(0)", "def f(x): return x + y - 1"),
    "that and results": ("import no_such, numpy as np\nnp.cos(0)", "y = _", "def f(x): return x + y"),
    "streams of a program": ("import os, sys\nos.fstat(sys.stdout.fileno())\nsys.stderr.reconfigure(encoding='utf-8')\n" + F,),
    "unknown magic": ("%no_such_magic\n" + F,),
    "await": ("import asyncio\nawait asyncio.sleep(0)\ny = 1", "def f(x): return x + y"),
    "await in a loop": ("async def g(): return 1", "y = 0\nfor i in range(1):\n    y += await g()", "def f(x): return x + y"),
    "a task made in one cell and awaited in another": (
        "import asyncio\nasync def g(): return 1", "t = asyncio.create_task(g())", "y = await t", "def f(x): return x + y",
    ),
    "async comprehension": ("async def g():\n    yield 1", "y = [v async for v in g()][0]", "def f(x): return x + y"),
    "asyncio.run in a function": ("import asyncio\nasync def g(): return 1", "def f(x): return x + asyncio.run(g())"),
    "otter": (
        "import otter\ngrader = otter.Notebook('lab.ipynb')", "grader.check('q1')\ngrader.check_all()",
        "from otter import Notebook\nNotebook().export(pdf=False, force_save=True)", F,
    ),
    "IPython": (
        "from IPython.display import display, HTML, Markdown, Image\ndisplay(HTML('<b>'), Image('no such.png'))",
        "from IPython import get_ipython\nget_ipython().run_line_magic('matplotlib', 'inline')",
        "from IPython.core.interactiveshell import InteractiveShell\nInteractiveShell.ast_node_interactivity = 'all'",
        "from IPython.core.magic import Magics, magics_class\n@magics_class\nclass Mine(Magics): pass", F,
    ),
    "display": ("display(1, 2)\nget_ipython().system('ls')\nget_ipython().magic('x')", F),
    "input": ("y = input('name? ')", F),
    "input in an except": ("try:\n    input()\nexcept EOFError:\n    y = 1", "def f(x): return x + y"),
    "sys.exit": ("import sys\nsys.exit(1)\ny = 5", F),
    "exit and quit": ("exit()", "quit()", "exit(0)", F),
    "SystemExit inside a function": ("def g(): raise SystemExit\ng()", F),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", F),
    "names of builtins": ("open = len = print = list = tuple = dict = type = str = isinstance = 4", F),
    "names that sessions use": ("np = wire = linecache = sys = compile = exec = eval = __name__ = 4", F),
    "In, Out and _": ("1", "_ + 1", "y = Out[2] - 1\nz = len(In)", "def f(x): return x + y + z - 4"),
    "_ is a variable": ("_ = 1\n2", "def f(x): return x + _"),
    "_ in a loop": ("for _ in range(3): pass", F),
    "__main__": ("if __name__ == '__main__': y = 1", "import __main__\ndef f(x): return x + __main__.y"),
    "__future__": ("from __future__ import annotations", "def f(x: no) -> such: return x + 1"),
    "__future__ below code": ("y = 1\nfrom __future__ import annotations\ndef f(x: no): return x + y",),
    "source of a function": (F, "import inspect\ny = len(inspect.getsource(f).splitlines())", "def f(x): return x + y"),
    "pickle and copy": ("import pickle, copy\nclass A: v = 1\ny = pickle.loads(pickle.dumps(A())).v", "def f(x): return x + y"),
    "dataclasses": ("from dataclasses import dataclass\n@dataclass\nclass P:\n    v: int = 1", "def f(x): return x + P().v"),
    "globals across cells": ("y = 0", "def g():\n    global y\n    y = 1\ng()", "def f(x): return x + y"),
    "a class with a call": ("class F:\n    def __call__(self, x): return x + 1\nf = F()",),
    "a lambda": ("f = lambda x: x + 1",),
    "warnings": ("import warnings\nwarnings.warn('w')\n1 / 1 is 1", F),
    "decorated": ("import functools\n@functools.lru_cache\ndef f(x): return x + 1",),
}  # fmt: skip


@pytest.fixture(params=[*RUNGS, "fake"])
def sandbox(request, keepers):
    return InProcess() if request.param == "fake" else keepers(request.param)


@pytest.mark.walls
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("cells", NOTEBOOKS.values(), ids=NOTEBOOKS.keys())
def test_notebooks(sandbox, cells) -> None:
    transcript = sandbox.run(cells, (Question(function="f", calls=((1.0,),)),))
    claim = transcript.claims[0][0]
    assert (claim.outcome, claim.value) == ("returned", 2.0), (claim, transcript.cell_errors)
    assert len(transcript.cell_errors) == len(cells)


@pytest.mark.walls
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("x = 1", "1 / 0"), ["", "ZeroDivisionError: division by zero\ncell 2, line 1, in <module>: 1 / 0"]),
        (
            ("def g():\n    return [][3]", "\n\ng()"),
            ["", "IndexError: list index out of range\ncell 2, line 3, in <module>: g()\ncell 1, line 2, in g: return [][3]"],
        ),
        (
            ("%%time\n\nx = 1\nx.y",),
            [
                "AttributeError: 'int' object has no attribute 'y'\ncell 1, line 1, in <module>: %%time\ncell 1, line 4, in <module>: x.y"
            ],
        ),
        (
            ("x = 1\n%time x.y",),
            [
                "AttributeError: 'int' object has no attribute 'y'\ncell 1, line 2, in <module>: %time x.y\ncell 1, line 2, in <module>: %time x.y"
            ],
        ),
        (
            ("import no_such",),
            ["ModuleNotFoundError: No module named 'no_such'\ncell 1, line 1, in <module>: import no_such"],
        ),
        (
            ("x = 1\nimport no_such\nimport nor_this\ny = 2", "x + y", "def g():\n    import no_such\ng()\ny = 3", "1 / (y - 2)"),
            [
                "ModuleNotFoundError: No module named 'no_such'\ncell 1, line 2, in <module>: import no_such",
                "",
                "ModuleNotFoundError: No module named 'no_such'\ncell 3, line 3, in <module>: g()\ncell 3, line 2, in g: import no_such",
                "ZeroDivisionError: division by zero\ncell 4, line 1, in <module>: 1 / (y - 2)",
            ],
        ),
        (("class E(KeyError): pass\nraise E(3)",), ["KeyError: 3\ncell 1, line 2, in <module>: raise E(3)"]),
        (("return",), ["SyntaxError: 'return' outside function (<cell 1>, line 1)"]),
        (("class E(Exception):\n    def __str__(self): 1 / 0\nraise E",), ["Exception: cell 1, line 3, in <module>: raise E"]),
    ],
)  # fmt: skip
def test_errors_name_their_place(sandbox, cells, expected) -> None:
    assert list(sandbox.run(cells, ()).cell_errors) == expected


@pytest.mark.walls
def test_only_the_last_places_of_a_deep_error_are_told(sandbox) -> None:
    cell = "def g(n):\n    if n == 0:\n        raise ValueError('x' * 10_000 + '\\x1b[2J')\n    g(n - 1)"
    (error,) = sandbox.run((f"{cell}\ng(50)",), ()).cell_errors
    lines = error.splitlines()
    assert lines[0] == "ValueError: " + "x" * 500
    assert len(lines) == 6
    assert lines[-1] == "cell 1, line 3, in g: raise ValueError('x' * 10_000 + '\\x1b[2J')"


@pytest.mark.walls
def test_messages_hold_nothing_that_cannot_be_printed(sandbox) -> None:
    (error,) = sandbox.run(("raise ValueError('\\x1b[2J \\u202e \\ud800')",), ()).cell_errors
    assert error.splitlines()[0] == "ValueError: \\x1b[2J \\u202e ?"
    assert error.encode()


@pytest.mark.walls
def test_files_beside_the_notebook_and_modules_in_them(keeper) -> None:
    cells = (
        "%%writefile helper.py\ny = 1",
        "%%writefile -a helper.py\nz = 1",
        "import helper",
        "def f(x): return x + helper.y + helper.z - 1",
    )
    assert keeper.run(cells, (Question(function="f", calls=((1.0,),)),)).claims[0][0].value == 2.0


@pytest.mark.walls
def test_plots_draw_to_nowhere_and_are_closed(keeper) -> None:
    cells = (
        "import matplotlib.pyplot as plt\nfor _ in range(30):\n    plt.figure()\nplt.plot([1, 2])\nplt.show()",
        "fig, ax = plt.subplots()\nax.hist([1, 2])\nplt.savefig('a.png')\nopen_now = len(plt.get_fignums())",
        "import os\nimport matplotlib\ndef f(x): return [len(plt.get_fignums()), open_now, os.path.getsize('a.png') > 0, matplotlib.get_backend().lower()]",
    )
    assert keeper.run(cells, (Question(function="f", calls=((1.0,),)),)).claims[0][0].value == [0, 1, True, "agg"]


@pytest.mark.walls
def test_random_numbers_are_the_same_in_every_run(keeper) -> None:
    cell = "import random, numpy\ndef f(x): return [random.random(), float(numpy.random.rand()), hash('a')]"
    first, second = (keeper.run((cell,), (Question(function="f", calls=((1.0,),)),)).claims[0][0].value for _ in "12")
    assert first == second


def test_the_fake_leaves_this_process_as_it_was() -> None:
    before = {
        name: id(module)
        for name, module in sys.modules.items()
        if name.partition(".")[0] in ("otter", "IPython", "__main__")
    }
    kept = sys.stdout, sys.stderr, list(sys.meta_path)
    InProcess().run(("import otter, IPython.display\nprint(1)\nimport asyncio\nawait asyncio.sleep(0)",), ())
    assert kept == (sys.stdout, sys.stderr, list(sys.meta_path))
    after = {
        name: id(module)
        for name, module in sys.modules.items()
        if name.partition(".")[0] in ("otter", "IPython", "__main__")
    }
    assert before == after


def test_the_fake_gives_cells_the_functions_it_was_made_with() -> None:
    sandbox = InProcess({"f": lambda x: x, "h": lambda x: x})
    claims = sandbox.run(("def f(x): return h(x) + 1",), (Question(function="f", calls=((1,),)),)).claims
    assert claims[0][0].value == 2
    (missing,) = sandbox.run((), (Question(function="g", calls=((1,),)),)).claims[0]
    assert (missing.outcome, missing.text) == ("missing", "g is not defined")


def test_only_notebooks_that_look_back_pay_for_it() -> None:
    assert not looks_back(["x = 1", "a_b = c._d + __name__", "Output = 3"])
    assert looks_back(["x", "_"])
    assert looks_back(["Out [3]"])


def test_quiet_things_take_anything() -> None:
    quiet = Quiet(1, a=2)
    with quiet.capture() as inner:
        inner["a"] = quiet[3].b(4)
    assert list(quiet) == []
    assert f"{quiet.average:.2f} {quiet!r}" == " "
    with pytest.raises(AttributeError):
        _ = quiet.__array__


def test_quiet_packages_come_and_go() -> None:
    before = {name for name in sys.modules if name.partition(".")[0] == "otter"}
    with quiet_packages(lambda: "shell"):
        import otter.export as quiet

        assert quiet.get_ipython() == "shell"
        assert isinstance(quiet.export_notebook("x.ipynb"), Quiet)
        assert sys.modules["otter"].__version__ == "0"
    assert {name for name in sys.modules if name.partition(".")[0] == "otter"} == before
