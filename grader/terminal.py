"""What `fullmarks grade`, `report` and `demo` show on the terminal: progress, marks, and how the exercises went."""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from grader.records import ExerciseResult, Result
from grader.report.statistics import Statistics
from grader.text import legible, number, shortened

# What every terminal has; what is piped into a file is as wide.
WIDTH = 80


@contextmanager
def progress(total: int, *, quiet: bool) -> Iterator[Callable[[], None]]:
    """Show how far grading is: a bar with rate and time left on a terminal, a few plain lines elsewhere."""
    if quiet:
        yield lambda: None
    elif sys.stderr.isatty():
        with _bar(total) as advance:
            yield advance
    else:
        yield _lines(total)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    from rich.console import Console  # noqa: PLC0415 - slow to import, and not needed elsewhere
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    class Rate(ProgressColumn):
        def render(self, task):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return Text(f"{task.speed:.1f}/s" if task.speed else "", style="progress.data.speed")

    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("grading", total=total)
        yield lambda: bar.advance(task)


def _lines(total: int) -> Callable[[], None]:
    """Return a function that counts and prints a line at every tenth of the way."""
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        if done * 10 // total != (done - 1) * 10 // total:
            print(f"graded {done} of {total}", file=sys.stderr)  # noqa: T201 - this is what the command says

    return advance


def show_scores(output: Path) -> None:
    """Print scores.csv as a table."""
    with (output / "scores.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = ("submission", "status", "total", "possible", "percent", "reason")
    headings = ("submission", "status", "total", "of", "percent", "reason")
    _table(headings, [[row[key] for key in keys] for row in rows], right=(2, 3, 4), widths={0: 30, 5: 26})


def show_statistics(parts: Sequence[tuple[str, Statistics]]) -> None:
    """Print how each assignment went, an exercise a line.

    Parameters
    ----------
    parts : sequence of (str, Statistics)
        Title and statistics of each assignment.
    """
    for title, found in parts:
        count = len(found.totals)
        if not count:
            continue
        alpha = "" if math.isnan(found.alpha) else f", reliability {found.alpha:.2f}"
        print(  # noqa: T201 - this is what the command says
            f"{legible(title)}: mean {_number(found.mean)} of {_number(found.possible)}, "
            f"median {_number(found.median)}{alpha}"
        )
        rows = [
            (
                item.name,
                _number(item.possible),
                _number(item.mean),
                f"{item.share_full:.0%}",
                f"{item.share_none:.0%}",
                "" if math.isnan(item.discrimination) else f"{item.discrimination:.2f}",
            )
            for item in found.items
        ]
        headings = ("exercise", "of", "mean", "full", "none", "discrimination")
        _table(headings, rows, right=(1, 2, 3, 4, 5), widths={0: 34})
        for warning in found.warnings:
            print(f"worth a look: {legible(warning)}")  # noqa: T201


def show_result(title: str, result: Result) -> None:
    """Print the marks of one submission, an exercise a line, with what is wrong in short."""
    print(f"{legible(title)}: {number(result.total)} of {number(result.possible)}")  # noqa: T201
    rows = [(e.name, number(e.marks), number(e.possible), _remark(e)) for e in result.exercises]
    rows += [(m.name, number(m.marks), number(m.possible), shortened(m.comment, 200)) for m in result.manual]
    _table(("exercise", "marks", "of", "remark"), rows, right=(1, 2), widths={0: 34, 3: 40})


def _remark(exercise: ExerciseResult) -> str:
    """Return what is wrong: a misconception by its name, else what became of the cases.

    Examples
    --------
    >>> from grader.records import CaseResult
    >>> cases = tuple(CaseResult(name=n, kind="plain", public=True, passed=n == "b") for n in "abc")
    >>> _remark(ExerciseResult(name="f", state="failed", marks=1.0, possible=3.0, cases=cases))
    'failed 2 of 3 cases'
    """
    failed = sum(not case.passed for case in exercise.cases)
    if not failed:
        return ""
    if exercise.misconception:
        return exercise.misconception["name"].replace("_", " ")
    if exercise.state == "missing":
        return "not defined"
    return f"{exercise.state if exercise.state != 'passed' else 'failed'} {failed} of {len(exercise.cases)} cases"


def show_refused(refused: Sequence[tuple[str, str]], others: int) -> None:
    """Print why submissions were not graded.

    Parameters
    ----------
    refused : sequence of (str, str)
        Names and reasons.
    others : int
        How many more there are.
    """
    for name, reason in refused:
        print(f"{shortened(name)}: {shortened(' '.join(reason.split()), 300)}")  # noqa: T201
    if others:
        print(f"and {others} more, see scores.csv")  # noqa: T201


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], right: tuple[int, ...], widths: dict[int, int]
) -> None:
    """Print a table that fits `WIDTH` columns, with long texts folded in the columns that `widths` names."""
    from rich.console import Console  # noqa: PLC0415 - likewise
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    for i, heading in enumerate(headings):
        table.add_column(
            heading,
            justify="right" if i in right else "left",
            overflow="fold",
            max_width=widths.get(i),
            no_wrap=i not in widths,
        )
    for row in rows:
        table.add_row(*map(Text, row))
    Console(width=WIDTH, highlight=False).print(table)
