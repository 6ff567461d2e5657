"""Writes what goes out: who handed in what, and files that an LMS imports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from grader.errors import UsageError
from grader.lms.gradebooks import (
    Cohort,
    canvas_csv,
    canvas_titles,
    gather,
    gradescope_results,
    handed_in_csv,
    maximum_differs,
    moodle_csv,
)
from grader.lms.layouts import Upload
from grader.lms.roster import Roster
from grader.records import Result
from grader.report.files import write_whole
from grader.report.results import result_path
from grader.text import legible

FOLDER = "lms"
_LISTED = 5  # names that a line holds


def write_handed_in(
    results: Sequence[Result], uploads: Mapping[str, Upload], roster: Roster | None, folder: Path
) -> Path:
    """Write lms/handed-in.csv below a folder, and return its path."""
    path = folder / FOLDER / "handed-in.csv"
    write_whole(path, handed_in_csv(results, uploads, gather(results, uploads, roster), roster).encode())
    return path


def deliver(
    results: Sequence[Result],
    whole: Iterable[Result],
    uploads: Mapping[str, Upload],
    roster: Roster | None,
    folder: Path,
    wanted: Sequence[str],
    titles: Sequence[str] = (),
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Write the files for each LMS wanted below a folder; return their paths, and what to tell of them.

    Parameters
    ----------
    results : sequence of Result
        In brief.
    whole : iterable of Result
        The same with their cases, which are gone through once and only where they are needed.
    uploads : mapping of str to Upload
    roster : Roster or None
    folder : Path
    wanted : sequence of str
        "canvas", "moodle" and "gradescope".
    titles : sequence of str
        What the LMS calls the assignments, see `named_titles`.

    Raises
    ------
    UsageError
        Where a title names no assignment, or a file cannot be written.
    """
    cohort = gather(results, uploads, roster)
    told = named_titles(titles, tuple(cohort.possible))
    written: list[Path] = []
    notes: list[str] = []
    if {"canvas", "moodle"} & set(wanted):
        notes += _unmarked(cohort)
    if "canvas" in wanted:
        named = canvas_titles(tuple(cohort.possible), told, roster)
        written.append(folder / FOLDER / "canvas.csv")
        write_whole(written[-1], canvas_csv(cohort, named, roster).encode())
        notes += [
            f"canvas.csv: the column of {a} is called {legible(named[a])}; --column {a}=NAME takes Canvas's own name"
            for a in cohort.possible
            if named[a] == a
        ]
    if "moodle" in wanted:
        written.append(folder / FOLDER / "moodle.csv")
        write_whole(written[-1], moodle_csv(cohort, told, roster).encode())
        notes += [f"moodle.csv: {note}" for note in [maximum_differs(cohort, roster)] if note]
    if "gradescope" in wanted:
        written.append(folder / FOLDER / "gradescope")
        for result in whole:
            data = gradescope_results(result)
            if data is not None:
                text = json.dumps(data, indent=1, allow_nan=False)
                write_whole(written[-1] / result_path(result.submission), f"{text}\n".encode())
    return tuple(written), tuple(notes)


def named_titles(titles: Sequence[str], assignments: Sequence[str]) -> dict[str, str]:
    """Return what an LMS calls each assignment.

    Parameters
    ----------
    titles : sequence of str
        "TOPIC=NAME", or a name alone where there is one assignment.
    assignments : sequence of str

    Raises
    ------
    UsageError
        Where a title belongs to no assignment.

    Examples
    --------
    >>> named_titles(["Homework 1 (4711)"], ["linear_algebra"])
    {'linear_algebra': 'Homework 1 (4711)'}
    """
    told = {}
    for title in titles:
        topic, sign, name = title.partition("=")
        if sign and topic in assignments:
            told[topic] = name
        elif len(assignments) == 1:
            told[assignments[0]] = title
        else:
            which = ", ".join(assignments) or "none, for nothing is graded"
            raise UsageError(f"--column {title}: expected TOPIC=NAME, where TOPIC is one of {which}")
    return told


def _unmarked(cohort: Cohort) -> Iterable[str]:
    without = [
        f"{entry.name}: {entry.remarks[a]}" for entry in cohort.entries for a in entry.remarks if a not in entry.marks
    ]
    lines = [legible(" ".join(line.splitlines())) for line in without[:_LISTED]]
    if without:
        yield f"left empty: {len(without)}"
        yield from (f"  {line}" for line in lines)
        if len(without) > _LISTED:
            yield f"  and {len(without) - _LISTED} more, see scores.csv"
