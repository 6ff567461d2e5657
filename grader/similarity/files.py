"""Comparing a cohort on disk: from paths to <topic>.html and <topic>.csv."""

from __future__ import annotations

import csv
import inspect
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader import content
from grader.content import load_topic, topic_names
from grader.errors import UsageError
from grader.intake import find, read
from grader.master import solution_cells
from grader.notebook import read_notebook
from grader.records import Submission
from grader.report.files import write_whole
from grader.similarity.compare import Pair, Source, compare
from grader.similarity.page import similarity_page
from grader.text import cell
from reference.catalogue import Topic

COLUMNS = ("first", "second", "share", "evidence")


def write_similar(paths: Sequence[Path], only: str, output: Path, threshold: float) -> tuple[str, ...]:
    """Compare the submissions below `paths`, write a page and a table for each topic, and return what was done.

    Parameters
    ----------
    paths : sequence of Path
        A cohort.
    only : str
        The assignment, "" where each submission names its own.
    output : Path
        A folder, which is made where it is missing.
    threshold : float
        From 0 to 1.

    Raises
    ------
    UsageError
        Where nothing is there to be compared, or a path cannot be used.
    """
    submissions = [read(item) for item in find(paths)]
    topics = {only or s.assignment for s in submissions if not s.reason}
    chosen = [name for name in topic_names() if name in topics]
    if not chosen:
        raise UsageError("no submission names an assignment of this course; name it with -a")
    said = []
    for name in chosen:
        mine = [s for s in submissions if not s.reason and (only or s.assignment) == name]
        # What names no assignment is told of on every page, for nobody knows where it belongs.
        strange = [
            (s.name, _why(s)) for s in submissions if s.reason or (not only and s.assignment not in topic_names())
        ]
        given = _given(name)
        pairs = compare([_source(s, given) for s in mine], given, _known(load_topic(name)), threshold)
        page = similarity_page(name, pairs, len(mine), threshold, strange)
        write_whole(output / f"{name}.html", page.encode("utf-8", "replace"))
        write_whole(output / f"{name}.csv", _table(pairs).encode())
        number = f"{len(pairs)} {'pair' if len(pairs) == 1 else 'pairs'} of {len(mine)} submissions"
        said.append(f"{name}: {number}, {len(strange)} not compared; wrote {output / name}.html and .csv")
    return tuple(said)


def _why(submission: Submission) -> str:
    return submission.reason or "it names no assignment of this course"


def _source(submission: Submission, given: Sequence[str]) -> Source:
    """Return the cells that somebody changed or added."""
    same = frozenset(_plain(cell) for cell in given)
    cells = tuple(cell for cell in submission.cells if _plain(cell) not in same)
    return Source(name=submission.name, student=submission.student, cells=cells)


def _plain(cell: str) -> str:
    return " ".join(cell.split())


def _given(topic: str) -> tuple[str, ...]:
    """Return the code that the assignment gives."""
    return read_notebook((content.assignments() / topic / f"{topic}.ipynb").read_bytes()).cells


def _known(topic: Topic) -> Iterator[str]:
    """Yield the solutions that the course has: of the reference with its alternatives and mistakes, and the master's."""
    for exercise in topic.exercises:
        module = inspect.getmodule(exercise.solution)
        if module is not None:
            yield inspect.getsource(module)
    yield from solution_cells((content.solutions() / f"{topic.name}.md").read_text(encoding="utf-8"))


def _table(pairs: Sequence[Pair]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((cell(p.first.name), cell(p.second.name), f"{p.share:.3f}", f"{p.evidence:.1f}") for p in pairs)
    return text.getvalue()
