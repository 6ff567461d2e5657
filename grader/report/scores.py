"""scores.csv: one row for each submission, whatever happened to it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.records import Result
from grader.report.files import write_whole
from grader.text import cell, number

BEFORE = ("submission", "student", "assignment", "status")
AFTER = ("total", "possible", "percent", "reason")


def scores_csv(results: Iterable[Result], exercises: Sequence[str], questions: Sequence[str] = ()) -> str:
    """Return the table of marks, in order of the submissions.

    A text that spreadsheets would run as a formula has a single quote before it. Every row is one line, for line breaks
    become spaces. A submission that was not graded has no total and no percentage: it is never a zero.

    Parameters
    ----------
    results : iterable of Result
    exercises : sequence of str
        Columns of marks; those of exercises that stand in `results` only come after them.
    questions : sequence of str
        The order of those that people mark. One has a column as soon as somebody has marks for it.

    Examples
    --------
    >>> result = Result(submission="=1.ipynb", student="=1", sha256="", assignment="a", status="rejected", possible=9)
    >>> print(scores_csv([result], ["matvec"]), end="")
    submission,student,assignment,status,matvec,total,possible,percent,reason
    '=1.ipynb,'=1,a,rejected,,0,9,0,
    """
    rows = sorted(results, key=lambda result: result.submission)
    columns = tuple(dict.fromkeys([*exercises, *(e.name for result in rows for e in result.exercises)]))
    marked = dict.fromkeys(m.name for result in rows for m in result.manual)
    by_hand = tuple(dict.fromkeys([*(name for name in questions if name in marked), *marked]))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*BEFORE, *columns, *by_hand, *AFTER))
    writer.writerows(_row(result, columns, by_hand) for result in rows)
    return text.getvalue()


def write_scores(
    results: Iterable[Result], exercises: Sequence[str], path: Path, questions: Sequence[str] = ()
) -> None:
    """Write the table of `scores_csv` in UTF-8.

    Raises
    ------
    UsageError, MachineError
        Where the file cannot be written.
    """
    write_whole(path, scores_csv(results, exercises, questions).encode())


def _row(result: Result, columns: Sequence[str], questions: Sequence[str]) -> tuple[str, ...]:
    marks = {exercise.name: number(exercise.marks) for exercise in result.exercises}
    by_hand = {question.name: number(question.marks) for question in result.manual}
    texts = (result.submission, result.student, result.assignment, result.status)
    total, possible, percent = number(result.total), number(result.possible), number(_percent(result))
    if result.status == "not graded":
        # What was possible is known only where somebody set it.
        total, possible, percent = "", possible if result.possible else "", ""
    given = (*(marks.get(c, "") for c in columns), *(by_hand.get(q, "") for q in questions))
    return (*map(cell, texts), *given, total, possible, percent, cell(result.reason))


def _percent(result: Result) -> float:
    return round(100 * result.total / result.possible, 2) if result.possible else 0.0
