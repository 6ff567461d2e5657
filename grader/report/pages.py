"""The pages that people read: feedback for each submission, and the cohort at a glance.

Everything that students wrote is text: Jinja2 escapes it, and what cannot be printed is shown as its code.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from grader.html import render
from grader.records import Detail, ExerciseResult, Picture, Result
from grader.report.files import write_whole
from grader.report.results import result_path
from grader.report.statistics import ENOUGH, Statistics
from grader.text import legible, shortened

# What a state means to a learner.
STATES: Mapping[str, str] = {
    "passed": "Every case holds.",
    "failed": "Some cases do not hold.",
    "missing": "The function was not found at the end of the notebook.",
    "raised": "The function ended with an exception where it should have returned.",
    "timed out": "The function, or a cell before it, did not end within its time.",
    "out of memory": "The function needed more memory than it may use.",
    "crashed": "A call of the function ended the whole process.",
    "unreadable": "The result could not be read as numbers, text, arrays, or tuples and lists of them.",
}
STATUSES: Mapping[str, str] = {
    "graded": "graded",
    "rejected": "rejected: it could not be graded as it was handed in",
    "not graded": "not graded: the fault is not the submission's; it will be graded in the next run",
}
# A page tells of an error what helps, not everything.
LONGEST = 4_000
MOST_CELLS = 20


def feedback_path(submission: str) -> Path:
    """Return the relative path of a submission's page: its name and ".html".

    Examples
    --------
    >>> feedback_path("alice/hw.ipynb").as_posix()
    'alice/hw.ipynb.html'
    """
    return result_path(submission).with_suffix(".html")


def feedback_page(result: Result, title: str, summaries: Mapping[str, str]) -> str:
    """Return the page of one submission.

    Parameters
    ----------
    result : Result
    title : str
        Of the assignment.
    summaries : mapping of str to str
        For each exercise what its function returns, in one line.
    """
    details = {detail.exercise: detail for detail in result.details}
    exercises = [(e, details.get(e.name, Detail(exercise=e.name))) for e in result.exercises]
    return render(
        "feedback.html",
        FILTERS,
        result=result,
        title=title or result.assignment,
        status=STATUSES[result.status],
        states=STATES,
        summaries=summaries,
        exercises=exercises,
        cell_errors=result.cell_errors[:MOST_CELLS],
        more_errors=max(0, len(result.cell_errors) - MOST_CELLS),
    )


def cohort_page(results: Iterable[Result], statistics: Sequence[Statistics], titles: Mapping[str, str]) -> str:
    """Return the page of a whole cohort.

    Parameters
    ----------
    results : iterable of Result
        Of one assignment or several, in brief.
    statistics : sequence of Statistics
        Of each assignment; one without a graded submission is left out.
    titles : mapping of str to str
        Of the assignments.
    """
    parts = [_part(found, titles.get(found.assignment, found.assignment)) for found in statistics if found.totals]
    rows = [(r, feedback_path(r.submission).as_posix()) for r in sorted(results, key=lambda r: r.submission)]
    return render(
        "cohort.html",
        FILTERS,
        parts=parts,
        rows=rows,
        several=len(parts) > 1,
        not_counted=[(r, path) for r, path in rows if r.status != "graded"],
        enough=ENOUGH,
        titles=titles,
    )


def write_feedback(result: Result, folder: Path, title: str, summaries: Mapping[str, str]) -> None:
    """Write the page of one submission below `folder`; other parameters are those of `feedback_page`.

    Raises
    ------
    UsageError, MachineError
        Where it cannot be written.
    """
    write_whole(folder / feedback_path(result.submission), feedback_page(result, title, summaries).encode())


def write_cohort_page(
    results: Iterable[Result], statistics: Sequence[Statistics], titles: Mapping[str, str], path: Path
) -> None:
    """Write the page of the whole cohort; other parameters are those of `cohort_page`.

    Raises
    ------
    UsageError, MachineError
        Where it cannot be written.
    """
    write_whole(path, cohort_page(results, statistics, titles).encode())


def _part(found: Statistics, title: str) -> dict[str, object]:
    part = {"title": title, "of": found, "reliability": reliability(found.alpha), "totals": "", "items": ""}
    if len(found.totals) < 2:  # one submission has no distribution
        return part
    from grader.report.figures import items_svg, totals_svg, with_ids  # noqa: PLC0415 - matplotlib is slow to import

    # Drawn by us, from numbers and names of exercises.
    totals = Markup(with_ids(totals_svg(found.totals, found.possible), f"{found.assignment}-totals-"))  # noqa: S704
    items = Markup(with_ids(items_svg(found.items), f"{found.assignment}-items-"))  # noqa: S704
    return {**part, "totals": totals, "items": items}


def reliability(alpha: float) -> str:
    """Return what Cronbach's alpha means, in a sentence.

    Examples
    --------
    >>> reliability(0.85)
    'Another assignment like this one would order the students much as this one did.'
    """
    if math.isnan(alpha):
        return "It is not defined here: it needs two exercises, two submissions, and totals that differ."
    for least, words in (
        (0.9, "Another assignment like this one would order the students almost as this one did."),
        (0.8, "Another assignment like this one would order the students much as this one did."),
        (0.7, "Enough for marks of one assignment among several; not for a decision that hangs on this one alone."),
        (0.5, "The exercises measure different things, or there are too few of them: small differences mean little."),
    ):
        if alpha >= least:
            return words
    return "The exercises hardly agree on who does well: do not read anything into differences between totals."


def _lines(text: str, longest: int = LONGEST) -> str:
    """Return text of several lines with what cannot be printed made visible, cut where it is very long."""
    cut = text[:longest] + (" ... (cut)" if len(text) > longest else "")
    return "\n".join(map(legible, cut.split("\n")))


def _body(text: str) -> str:
    r"""Return a message on a case as `_lines` does, without its first line, which names the case.

    Examples
    --------
    >>> _body('Case "two by two"\n  input     x = 1\n  got       2')
    'input     x = 1\ngot       2'
    """
    head, _, rest = text.partition("\n")
    return textwrap.dedent(_lines(rest if head.startswith('Case "') and rest else text))


def _marks(value: float) -> str:
    """Return marks with at most two decimals, as people read them.

    Examples
    --------
    >>> _marks(3.0), _marks(2.0625), _marks(2.5)
    ('3', '2.06', '2.5')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _percent(part: float, whole: float = 1.0) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""


def _two(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def _drawn(picture: Picture, prefix: str) -> Markup:
    from grader.report.figures import picture_svg, with_ids  # noqa: PLC0415 - likewise

    return Markup(with_ids(picture_svg(picture), prefix))  # noqa: S704 - drawn by us, from numbers


def _anchor(exercise: ExerciseResult) -> str:
    return "exercise-" + "".join(c if c.isalnum() or c in "_-" else "-" for c in exercise.name)


FILTERS: dict[str, Callable[..., Any]] = {
    "legible": legible,
    "shortened": shortened,
    "lines": _lines,
    "body": _body,
    "marks": _marks,
    "percent": _percent,
    "two": _two,
    "drawn": _drawn,
    "anchor": _anchor,
}
