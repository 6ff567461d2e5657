"""Master notebooks: from the text an author writes to the source notebook that Otter assigns.

An author marks cells by metadata, in jupytext's Markdown: ``exercise="name"`` on the code cell with a solution,
``plot="name" points=2`` on the code cell of a plot, and regions ``written="name" points=4`` and ``answer="name"``
for a written question and its model answer. In any other code cell what stands between ``# BEGIN SOLUTION`` and
``# END SOLUTION`` becomes ``...``, as in the methods of a class. Everything else reaches students as it is.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any

from grader.errors import BuildError
from grader.score import split_points
from reference.catalogue import Topic
from reference.spec import Exercise

Cell = dict[str, Any]

_MARKS = ("exercise", "plot", "written", "answer")
_SOLUTION = re.compile(r"^([ \t]*)# BEGIN SOLUTION[ \t]*\n(?:.*\n)*?[ \t]*# END SOLUTION[ \t]*$", re.MULTILINE)
_SCOPES = (ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def source_notebook(text: str, topic: Topic, files: Sequence[str] = ()) -> dict[str, Any]:
    """Return Otter's source notebook of a master.

    Parameters
    ----------
    text : str
        The master as jupytext Markdown.
    topic : Topic
        Its exercises give docstrings, cases and points.
    files : sequence of str
        Data that the notebook reads, by path below its folder.

    Raises
    ------
    BuildError
        With all faults of the master, one line each.
    """
    import jupytext  # noqa: PLC0415 - slow to import, and only builds need it

    cells = [_cell(c) for c in jupytext.reads(text, fmt="md").cells]
    faults = list(_faults(cells, topic))
    if faults:
        raise BuildError("\n".join(f"solutions/{topic.name}.md: {fault}" for fault in faults))
    exercises = {exercise.name: exercise for exercise in topic.exercises}
    answers = {c["metadata"]["answer"]: c["source"] for c in cells if "answer" in c["metadata"]}
    made = [raw(_config(topic, files))]
    for cell in cells:
        if "plot" in cell["metadata"] and made[-1]["cell_type"] == "markdown":
            # The text above a plot is its prompt: people who mark it by hand see both together.
            prompt = made.pop()
            made += _plot(cell, prompt)
        else:
            made += _convert(cell, exercises, answers)
    for number, cell in enumerate(made):
        cell["id"] = f"source-{number}"
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def solution_cells(text: str) -> tuple[str, ...]:
    r"""Return the code cells of a master, solutions and all.

    Examples
    --------
    >>> solution_cells('Prose.\n\n```python\nx = 1\n```\n')
    ('x = 1',)
    """
    import jupytext  # noqa: PLC0415

    return tuple(c.source for c in jupytext.reads(text, fmt="md").cells if c.cell_type == "code")


def raw(text: str) -> Cell:
    """Return a raw cell, which is how Otter is told what is what."""
    return {"cell_type": "raw", "metadata": {}, "source": text}


def _cell(cell: Any) -> Cell:
    kept = {k: v for k, v in cell.metadata.items() if k in (*_MARKS, "points", "tags")}
    return {"cell_type": cell.cell_type, "metadata": kept, "source": cell.source}


def _config(topic: Topic, files: Sequence[str]) -> str:
    return "\n".join(
        (
            "# ASSIGNMENT CONFIG",
            f"name: {topic.name}",
            "init_cell: true",
            "check_all_cell: true",
            "export_cell:",
            "  pdf: false",
            "  run_tests: true",
            "  instructions: Save the notebook before you run this cell, then hand in the zip file that it writes.",
            "tests:",
            "  files: true",
            "  ok_format: false",
            "requirements:",
            "  - numpy",
            "  - matplotlib",
            "run_tests: false",
            *(["files:", *(f"  - {path}" for path in files)] if files else []),
        )
    )


def _convert(cell: Cell, exercises: dict[str, Exercise], answers: dict[str, str]) -> Iterator[Cell]:
    marks = cell["metadata"]
    if "exercise" in marks:
        yield from _exercise(cell, exercises[marks["exercise"]])
    elif "written" in marks:
        prompt = _plain("markdown", cell["source"])
        yield from _manual(marks["written"], marks["points"], [prompt], _plain("markdown", answers[marks["written"]]))
    elif "answer" not in marks:
        tags = {"tags": marks["tags"]} if "tags" in marks else {}
        source = without_solutions(cell["source"]) if cell["cell_type"] == "code" else cell["source"]
        yield {"cell_type": cell["cell_type"], "metadata": tags, "source": source}


def without_solutions(source: str) -> str:
    r"""Return a cell with `...` in the place of each solution in it.

    Examples
    --------
    >>> print(without_solutions("def f(x):\n    # BEGIN SOLUTION\n    return x\n    # END SOLUTION"))
    def f(x):
        ...
    """
    return _SOLUTION.sub(r"\1...", source)


def _plain(kind: str, source: str) -> Cell:
    return {"cell_type": kind, "metadata": {}, "source": source}


def _exercise(cell: Cell, exercise: Exercise) -> Iterator[Cell]:
    """Yield a question: solution with the reference's docstring, and a place for the test of each case."""
    yield raw(f"# BEGIN QUESTION\nname: {exercise.name}")
    yield raw("# BEGIN SOLUTION")
    yield _plain("code", with_docstring(cell["source"], exercise))
    yield raw("# END SOLUTION")
    yield raw("# BEGIN TESTS")
    # Otter is told how many cases there are, which are hidden and what they earn. The files it writes for them are
    # replaced by `grader.testfile`, since Otter prints test bodies again without comments and layout.
    for number, (case, points) in enumerate(zip(exercise.cases, split_points(exercise), strict=True), 1):
        head = f'""" # BEGIN TEST CONFIG\nhidden: {str(not case.public).lower()}\npoints: {points!r}\n""" # END TEST CONFIG'
        yield _plain("code", f"{head}\ndef test_{number}(env):\n    assert env")
    yield raw("# END TESTS")
    yield raw("# END QUESTION")


def _plot(cell: Cell, prompt: Cell) -> Iterator[Cell]:
    solution = _plain("code", f"# BEGIN SOLUTION\n{cell['source']}\n# END SOLUTION")
    yield from _manual(cell["metadata"]["plot"], cell["metadata"]["points"], [prompt], solution)


def _manual(name: str, points: int, prompt: list[Cell], solution: Cell) -> Iterator[Cell]:
    yield raw(f"# BEGIN QUESTION\nname: {name}\nmanual: true\npoints: {points}")
    yield from prompt
    yield raw("# BEGIN SOLUTION")
    yield solution
    yield raw("# END SOLUTION")
    yield raw("# END QUESTION")


def with_docstring(source: str, exercise: Exercise) -> str:
    r"""Return a solution cell with the reference's docstring and Otter's marks around the body.

    Examples
    --------
    >>> from reference.catalogue import load_topic
    >>> print(with_docstring("def matvec(A, x):\n    return A @ x", load_topic("linear_algebra").exercises[0])[:17])
    def matvec(A, x):
    """
    function = ast.parse(source).body[0]
    lines = source.splitlines()
    start = function.body[0].lineno - 1  # type: ignore[attr-defined]
    documentation = inspect.getdoc(exercise.solution) or ""
    doc = [f"    {line}" if line else "" for line in f'"""{documentation}\n"""'.splitlines()]
    if "\\" in documentation:
        doc[0] = "    r" + doc[0].lstrip()
    head = lines[:start]
    return "\n".join([*head, *doc, "    # BEGIN SOLUTION", *lines[start:], "    # END SOLUTION"])


def _faults(cells: Sequence[Cell], topic: Topic) -> Iterator[str]:
    found = {mark: [c["metadata"][mark] for c in cells if mark in c["metadata"]] for mark in _MARKS}
    wanted = [exercise.name for exercise in topic.exercises]
    if found["exercise"] != wanted:
        yield from (f"there is no cell with exercise={n!r}" for n in wanted if n not in found["exercise"])
        yield from (
            f"exercise={n!r} is no exercise of {topic.name}; expected one of its ORDER"
            for n in found["exercise"]
            if n not in wanted
        )
        if sorted(found["exercise"]) == sorted(wanted):
            yield f"the exercises stand in the order {', '.join(found['exercise'])}, expected {', '.join(wanted)}"
        yield from (f"exercise={n!r} stands twice" for n in wanted if found["exercise"].count(n) > 1)
    yield from (f"written={n!r} has no region with answer={n!r}" for n in found["written"] if n not in found["answer"])
    yield from (f"answer={n!r} has no region with written={n!r}" for n in found["answer"] if n not in found["written"])
    for before, cell in zip([None, *cells], cells, strict=False):
        marks = cell["metadata"]
        if "plot" in marks and (before is None or before["cell_type"] != "markdown" or before["metadata"]):
            yield f"plot={marks['plot']!r} has no text right above it that says what to draw"
        for mark in ("plot", "written"):
            if mark in marks and not isinstance(marks.get("points"), int):
                yield f"{mark}={marks[mark]!r} has no points=...; expected a whole number"
        if cell["cell_type"] == "code" and not marks.keys() & {"exercise", "plot"}:
            yield from _name_faults(cell["source"], topic)
            if re.search(r"#\s*(BEGIN|END) SOLUTION", without_solutions(cell["source"])):
                yield "a cell has # BEGIN SOLUTION or # END SOLUTION without the other; each stands on a line of its own"
        if marks.get("exercise") in wanted:
            yield from _solution_faults(cell["source"], topic.exercises[wanted.index(marks["exercise"])])


def _name_faults(source: str, topic: Topic) -> Iterator[str]:
    """Yield names of a given cell that would hide a student's mistake: a forgotten argument of that name is found."""
    arguments = {a: e.name for e in topic.exercises for a in inspect.signature(e.solution).parameters}
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return  # IPython's syntax sets no such names
    inner = {n for f in ast.walk(tree) if isinstance(f, _SCOPES) for n in ast.walk(f)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Store)
            and node not in inner
            and node.id in arguments
        ):
            what = f"a given cell sets {node.id!r}, an argument of {arguments[node.id]}"
            yield f"{what}: a student who forgets the argument would not notice; use another name"


def _solution_faults(source: str, exercise: Exercise) -> Iterator[str]:
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        yield f"exercise={exercise.name!r} does not parse: {error.msg} in line {error.lineno} of its cell"
        return
    if len(body) != 1 or not isinstance(body[0], ast.FunctionDef) or body[0].name != exercise.name:
        yield f"exercise={exercise.name!r}: expected one function of that name in its cell and nothing else"
        return
    got = ast.unparse(body[0].args)
    expected = str(inspect.signature(exercise.solution))[1:-1]
    if got != ast.unparse(ast.parse(f"def f({expected}): ...").body[0].args):  # type: ignore[attr-defined]
        yield f"exercise={exercise.name!r} takes ({got}), expected ({expected})"
    if ast.get_docstring(body[0]) is not None:
        yield f"exercise={exercise.name!r} has a docstring; leave it out, students get the reference's"
