"""Options and arguments that several commands take, and what they mean."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from grader import content
from grader.content import load_topic, topic_names
from grader.errors import UsageError
from reference.catalogue import Topic
from reference.spec import AuthorError, Exercise

FOUND_WRONG = 1
DEFAULT_SEED = 20_000


def use_course(ctx: click.Context, _: click.Parameter, folder: Path | None) -> None:
    """Take the course in that folder for as long as the command runs; leave the one in use where none is named."""
    if folder is not None:
        ctx.with_resource(content.using(folder))


course_option = click.option(
    "--course",
    type=click.Path(path_type=Path),
    default=None,
    expose_value=False,
    callback=use_course,
    help="Folder of a course of your own.  [default: $FULLMARKS_COURSE, or where course.toml is, from here upwards]",
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=DEFAULT_SEED,
    show_default=True,
    help="Draws the hidden cases; change it every term and keep it secret.",
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=None,
    help="Processes that work side by side.  [default: one for each core]",
)


def say(text: str) -> None:
    """Print to standard error, whatever characters are in `text`."""
    click.echo(text.encode("utf-8", "backslashreplace").decode(), err=True)


def topics_of(names: Sequence[str]) -> tuple[Topic, ...]:
    """Return the topics named, all of them where none is."""
    for name in names:
        if name not in topic_names():
            msg = f"there is no topic {name!r}; expected one of {', '.join(topic_names())}"
            raise UsageError(msg)
    topics, faults = [], []
    for name in names or topic_names():
        try:
            topics.append(load_topic(name))
        except AuthorError as error:
            faults.append(error)
    for fault in faults:
        say(str(fault))
    if faults:
        sys.exit(FOUND_WRONG)
    return tuple(topics)


def exercises_of(what: str) -> list[tuple[Topic, Exercise]]:
    """Return the exercises that TOPIC or TOPIC/EXERCISE names, each with its topic."""
    name, _, wanted = what.partition("/")
    (topic,) = topics_of([name])
    chosen = [e for e in topic.exercises if wanted in ("", e.name)]
    if not chosen:
        msg = f"{name} has no exercise {wanted!r}; expected one of {', '.join(e.name for e in topic.exercises)}"
        raise UsageError(msg)
    return [(topic, exercise) for exercise in chosen]


def cores(jobs: int | None) -> int:
    """Return `jobs`, or the number of cores that this process may use."""
    return jobs or len(os.sched_getaffinity(0))
