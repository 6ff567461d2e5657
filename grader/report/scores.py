"""scores.csv: one row for each submission, whatever happened to it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from grader.errors import UsageError
from grader.records import Result
from grader.report.results import write_whole

BEFORE = ("submission", "student", "assignment", "status")
AFTER = ("total", "possible", "percent", "reason")
# A spreadsheet takes a cell that starts with one of these for a formula and runs it; an apostrophe in front keeps it text.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def scores_csv(results: Sequence[Result], exercises: Sequence[str]) -> str:
    """Return the table.

    Parameters
    ----------
    results : sequence of Result
    exercises : sequence of str
        Names of the columns between status and total.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow((*BEFORE, *exercises, *AFTER))
    for result in results:
        writer.writerow(_row(result, exercises))
    return target.getvalue()


def _row(result: Result, exercises: Sequence[str]) -> list[str]:
    marks = {exercise.name: plain(exercise.marks) for exercise in result.exercises}
    # What could not be graded has no marks, which is not the same as none.
    counted = result.status != "not graded"
    percent = plain(round(100 * result.total / result.possible, 2)) if result.possible else plain(0.0)
    return [
        text(result.submission),
        text(result.student),
        text(result.assignment),
        result.status,
        *(marks.get(name, "") for name in exercises),
        plain(result.total) if counted else "",
        plain(result.possible),
        percent if counted else "",
        text(result.reason),
    ]


def plain(number: float) -> str:
    """Return a number as people write it.

    Examples
    --------
    >>> plain(2.0), plain(1.5), plain(0.0625)
    ('2', '1.5', '0.0625')
    """
    return f"{number:.6f}".rstrip("0").rstrip(".")


def text(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Examples
    --------
    >>> text("=1+1")
    "'=1+1"
    """
    return f"'{value}" if value.startswith(FORMULA) else value


def write_scores(results: Sequence[Result], exercises: Sequence[str], path: Path) -> None:
    """Write the table, whole or not at all.

    Raises
    ------
    UsageError
        Where it cannot be written.
    """
    try:
        write_whole(path, scores_csv(results, exercises))
    except OSError as error:
        msg = f"{path}: cannot be written: {error.strerror}"
        raise UsageError(msg) from error
