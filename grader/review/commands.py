"""What the command line does with seeds, names and reviews: run, print, write."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from grader.report.files import write_whole
from grader.review import course, page, text
from reference.catalogue import Topic
from reference.spec import Exercise

_Chosen = Sequence[tuple[Topic, Exercise]]
_Say = Callable[[str], None]


def show_seeds(chosen: _Chosen, jobs: int, count: int, say: _Say, *, as_json: bool) -> int:
    """Print what verification finds under so many seeds, and return how many faults there are."""
    return _tell(text.of_seeds(course.try_seeds(chosen, jobs, count)), say, as_json=as_json)


def show_names(chosen: _Chosen, jobs: int, most: int | None, say: _Say, *, as_json: bool) -> int:
    """Print what wrong implementations are called, and return how many aims are missed."""
    return _tell(text.of_names(course.try_names(chosen, jobs, most=most)), say, as_json=as_json)


def show_review(chosen: _Chosen, jobs: int, count: int, most: int | None, output: Path | None, say: _Say) -> int:
    """Print the page of each exercise, write them to `output` where it is given, and return how many faults there are.

    Raises
    ------
    UsageError, MachineError
        Where the file cannot be written: before any work is done.
    """
    if output is not None:
        write_whole(output, page.review_page([]).encode())
    done, faults = [], 0
    for one in course.reviews(chosen, jobs, count=count, most=most):
        done.append(one)
        faults += _tell([text.of_review(one)], say, as_json=False)
        if output is not None:
            write_whole(output, page.review_page(done).encode())
    if output is not None:
        click.echo(f"wrote {output}")
    return faults


def _tell(told: Iterable[text.Told], say: _Say, *, as_json: bool) -> int:
    """Print what was found, each part when it is there or all as JSON at the end, and return how many faults it has."""
    faults = 0
    data: list[dict[str, Any]] = []
    for one in told:
        data += one.data
        if not as_json:
            click.echo(one.text)
        for fault in one.faults:
            say(fault)
        faults += len(one.faults)
    if as_json:
        click.echo(json.dumps(data, indent=2))
    if faults:
        say(f"fullmarks: {faults} faults")
    return faults
