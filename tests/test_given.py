"""Cells that need not run: only given ones, only where nothing leans on them, and no mark depends on it."""

from __future__ import annotations

import pytest

from grader import content
from grader.cohort import given_of
from grader.engines.early import PRELOAD
from grader.given import given_cells
from grader.grade import Grader
from grader.intake import find, read
from grader.master import solution_cells
from grader.notebook import read_notebook
from grader.plan import plan_topic
from grader.records import Limits, Question, Submission
from grader.sandbox.inside.idle import idle, reads
from grader.sandbox.keeper import Keeper
from reference.catalogue import load_topic, topic_names

# What is waited for until its time is over is the same with fewer cells, and takes minutes.
WAITED_FOR = ("never-ends.ipynb", "crashes.ipynb")
LIMITS = Limits(call_seconds=1.0, exercise_seconds=3.0, cell_seconds=3.0)
STARTER = (
    "import numpy as np\nimport matplotlib.pyplot as plt",
    "rates = np.array([0.01, 0.02])",
    "def total(x):\n    ...",
    "fig, ax = plt.subplots()\nfor rate in rates:\n    ax.plot(rate, total(rates))\nplt.show()",
    "level = total(rates)",
)


def left_out(*cells: str, starter: tuple[str, ...] = STARTER, asked: tuple[str, ...] = ("total",)) -> set[int]:
    return idle(cells, given_cells(starter, asked), asked)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ("", {1, 3, 4}),
        ("fig, ax = plt.subplots()\nax.plot([1])", {1, 3, 4}),
        ("print(ax)", {4}),
        ("print(level)", {3}),
        ("def helper():\n    return rates", {3, 4}),
        ("eval('level')", set()),
        ("def f():\n    global seen\n    seen = 1", set()),
        ("for name in globals(): print(name)", set()),
        ("%run other.py", set()),
        ("%time print(level)", {3}),
        ("if level > 1", {3}),
        ("del rates\ndef helper(): ...", {3, 4}),
        ("e = eval\ne('level')", set()),
        ("import sys\nsys._getframe().f_globals['level']", set()),
        ("# the level, in words: globally", {1, 3, 4}),
    ],
)
def test_a_given_cell_is_left_out_where_nothing_leans_on_it(extra, expected):
    mine = "def total(x):\n    return np.sum(x)"
    assert left_out(STARTER[0], STARTER[1], mine, *STARTER[3:], extra) == expected


def test_a_cell_that_was_changed_runs():
    assert 1 not in left_out(STARTER[0], "rates = np.array([0.01, 0.03])", *STARTER[2:])


def test_a_function_that_leans_on_given_data_finds_it():
    cells = (STARTER[0], STARTER[1], "def total(x):\n    return rates.sum()", *STARTER[3:])
    assert left_out(*cells) == {3, 4}


@pytest.mark.parametrize(
    "cell",
    [
        "np.random.seed(1)",
        "y = np.random.normal(size=3)",
        "np.set_printoptions(precision=2)",
        "plt.rcParams['figure.dpi'] = 90",
        "np.random.default_rng = None",
        "np.add(1, 2, out=rates)",
        "np.savetxt('a.csv', rates)",
        "rates.tofile('a')",
        "open('a', 'w')",
        "import os\nos.makedirs('out')",
        "from random import seed",
        "setup()",
        "(lambda: 1)()",
        "def f():\n    global level\n    level = 1",
        "class A:\n    pass",
        "del rates",
        "raise ValueError",
        "try:\n    a = 1\nexcept ValueError:\n    pass",
        "%matplotlib inline",
        "exec('a = 1')",
        "f = print\nf(1)\nnp.load(*[1])\ng = open\nh = g('x')",
    ],
)
def test_a_given_cell_with_an_effect_beyond_its_names_always_runs(cell):
    assert cell not in given_cells((*STARTER, cell), ["total"])


@pytest.mark.parametrize(
    ("cell", "changed"),
    [
        ("rates[0] = 2", "rates"),
        ("rates.sort()", "rates"),
        ("table = []\ntable.append(1)", "table"),
        ("rng = np.random.default_rng(1)\nrng.normal()", "rng"),
        ("def fill(a):\n    a[0] = 1\nfill(rates)", "rates"),
        ("axes[0].plot(1)", "axes"),
    ],
)
def test_what_a_given_cell_may_change_counts_as_bound(cell, changed):
    binds, _ = given_cells((*STARTER, cell), ["total"])[cell]
    assert changed in binds


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("x = x + 1", {"x"}),
        ("x = 1\ny = x", set()),
        ("x += 1", {"x"}),
        ("if a:\n    x = 1\nprint(x)", {"a", "x", "print"}),
        ("for i in r:\n    if i:\n        break\n    t = i\n    print(t)", {"r", "print"}),
        ("def f():\n    return later\nlater = 1", {"later"}),
        ("with c as d:\n    print(d)", {"c", "d", "print"}),
        ("not python at all", {"otherwise"}),
    ],
)
def test_reads(source, names):
    assert reads(source, {"otherwise"}) == names
    assert reads(source, {"otherwise"}, ("x", "t", "later")) >= names & {"x", "t", "later"}


@pytest.mark.parametrize("topic", topic_names())
def test_no_given_cell_of_the_course_but_imports_has_to_run(topic):
    """So that an author who writes one with an effect hears of it."""
    exercises = [exercise.name for exercise in load_topic(topic).exercises]
    starter = read_notebook(content.starter(topic).read_bytes()).cells
    left = idle(starter, given_of(load_topic(topic)), exercises)
    run = [cell for i, cell in enumerate(starter) if i not in left]
    plain = [c for c in run if not any(f"def {name}(" in c for name in exercises)]
    assert all(cell.startswith(("import ", "# Initialize Otter", "# Save your notebook", "...")) for cell in plain), (
        plain
    )


@pytest.mark.walls
@pytest.mark.slow
@pytest.mark.parametrize("topic", topic_names())
def test_marks_are_the_same_with_and_without_the_cells(topic):
    of_topic = load_topic(topic)
    plan = plan_topic(of_topic, 20_000)
    cells = solution_cells((content.solutions() / f"{topic}.md").read_text(encoding="utf-8"))
    folder = content.submissions() / topic
    notebooks = [read(item) for item in find((folder,))] if folder.is_dir() else []
    notebooks.append(Submission(name="solution", student="", sha256="", cells=tuple(cells)))
    files = content.data_files(topic)
    with (
        Keeper(LIMITS, PRELOAD, files) as every,
        Keeper(LIMITS, PRELOAD, files, given=given_of(of_topic)) as fewer,
    ):
        for submission in notebooks:
            if not submission.reason and submission.name not in WAITED_FOR:
                results = [
                    Grader({topic: plan}, keeper, only=topic).grade(submission).exercises for keeper in (every, fewer)
                ]
                assert results[0] == results[1], submission.name


@pytest.mark.walls
def test_the_child_leaves_given_cells_out():
    given = given_cells(("while True: pass", "x = 1"), ["f"])
    question = Question(function="f", calls=((),))
    with Keeper(LIMITS, given=given) as keeper:
        transcript = keeper.run(("while True: pass", "x = 1", "def f():\n    return 2"), (question,))
    assert transcript.claims[0][0].value == 2
    assert transcript.cell_errors == ("", "", "")
