"""Where the content of the course is: beside the code in a checkout, inside the package where it is installed.

Or in a folder of somebody's own, while one is in use: see `grader.course`.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader import course
from grader.errors import MachineError, UsageError
from reference import catalogue
from reference.catalogue import Topic
from reference.spec import AuthorError

# Processes that we start work on the same course: whether forked or spawned, they inherit the environment.
_IN_USE = "FULLMARKS_COURSE"

# The wheel carries the content here (pyproject.toml, force-include); a checkout never has this folder.
_PACKAGED = Path(__file__).parent / "course"
_CHECKOUT = Path(__file__).parent.parent


@contextmanager
def using(folder: Path | None) -> Iterator[None]:
    """Take the course in `folder`, the built-in one for None, as long as the context lasts."""
    before = os.environ.get(_IN_USE)
    os.environ[_IN_USE] = str(folder.resolve()) if folder else ""
    course.forget()
    try:
        yield
    finally:
        if before is None:
            del os.environ[_IN_USE]
        else:
            os.environ[_IN_USE] = before


def own() -> Path | None:
    """Return the folder of the course in use, seen from the working directory; None for the built-in course."""
    held = os.environ.get(_IN_USE)
    if not held:
        return None
    here = Path.cwd()
    return Path(held).relative_to(here) if Path(held).is_relative_to(here) else Path(held)


def title() -> str:
    """Return the title of the course in use."""
    folder = own()
    return course.read_course(folder).title if folder else catalogue.TITLE


def topic_names() -> tuple[str, ...]:
    """Return the names of all topics of the course in use, in its order.

    Raises
    ------
    UsageError, AuthorError
        Where it is a course of somebody's own that cannot be read.
    """
    folder = own()
    return tuple(course.read_course(folder).titles) if folder else catalogue.topic_names()


def load_topic(name: str) -> Topic:
    """Return the topic of that name of the course in use.

    Raises
    ------
    KeyError
        Where there is no such topic.
    AuthorError
        With the faults of all its exercises at once.
    """
    folder = own()
    return course.load(folder, name) if folder else catalogue.load_topic(name)


def author_error(error: Exception) -> AuthorError | None:
    """Return what to tell the author where an exercise raised `error`, and None where its source is elsewhere.

    The functions of an exercise are called in many places; wherever they fail, it is their author who can do something.
    """
    packages = {f"{catalogue.OWN}.{name}": name for name in _topics()}
    packages |= {f"reference.{name}": name for name in catalogue.TITLES}
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        package, _, module = str(frame.f_globals.get("__name__")).rpartition(".")
        if package in packages:
            text = " ".join(str(error).split())
            found = AuthorError(packages[package], [f"{module}.py: line {line}: {type(error).__name__}: {text}"])
    return found


def _topics() -> tuple[str, ...]:
    try:
        return topic_names()
    except (UsageError, AuthorError):
        return ()


def installed() -> bool:
    """Return whether this is an installed copy, whose content is not to be written over."""
    return own() is None and _PACKAGED.is_dir()


def in_checkout() -> bool:
    """Return whether the working directory is in a checkout of ours, whose course is then the one to work on."""
    return not _PACKAGED.is_dir() and (_CHECKOUT / "pyproject.toml").is_file() and Path.cwd().is_relative_to(_CHECKOUT)


def solutions() -> Path:
    """Return the folder of the master notebooks.

    Raises
    ------
    MachineError
        Where this installation lacks it; likewise for the functions below.
    """
    return _in_course("solutions") or _find("solutions", "solutions")


def exercises(topic: str) -> Path:
    """Return the folder of the exercises of a topic."""
    return _in_course(f"exercises/{topic}") or Path(catalogue.__file__).parent / topic


def assignments() -> Path:
    """Return the folder of the built assignments, one folder a topic."""
    return _in_course("assignments") or _find("assignments", "assignments")


def autograders() -> Path:
    """Return the folder that autograder zips are written to."""
    return _in_course("dist") or Path("dist")


def starter(topic: str) -> Path:
    """Return the notebook that students of a topic start from."""
    return assignments() / topic / f"{topic}.ipynb"


def submissions() -> Path:
    """Return the folder of the sample cohort, one folder a topic."""
    return _in_course("submissions") or _find("submissions", "tests/submissions")


def attacks() -> Path:
    """Return the folder of hostile notebooks that the walls are tried with."""
    return _find("attacks", "tests/attacks")


def data_files(topic: str) -> dict[str, bytes]:
    """Return the data of an assignment, by path below the student's folder: "data/loans.csv"."""
    folder = solutions() / "data" / topic
    return {f"data/{p.name}": p.read_bytes() for p in sorted(folder.glob("*.csv"))}


def exercise_page() -> Path | None:
    """Return the page that lists all exercises; where the built-in course is installed there is none."""
    return _in_course("exercises.md") or (None if _PACKAGED.is_dir() else _CHECKOUT / "docs" / "exercises.md")


def otter_config() -> Path:
    """Return the file of the course's Otter settings.

    Examples
    --------
    >>> otter_config().name
    'otter_config.json'
    """
    settings = _in_course("otter_config.json")
    return settings if settings and settings.exists() else _find("otter_config.json", "otter_config.json")


def _in_course(name: str) -> Path | None:
    folder = own()
    return folder / name if folder else None


def _find(packaged: str, checkout: str) -> Path:
    path = _PACKAGED / packaged if _PACKAGED.is_dir() else _CHECKOUT / checkout
    if not path.exists():
        msg = f"{path}: expected a part of the course here, but it is missing; install fullmarks again"
        raise MachineError(msg)
    return path
