"""Starting an exercise: the files that `fullmarks new` writes and adds to, in a course or in a checkout of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader import content
from grader.course import FILE, is_name, parse_course
from grader.errors import BuildError, UsageError
from grader.skeleton import (
    course_file,
    exercise_file,
    master_file,
    title_of,
    topic_file,
    with_entry,
    with_section,
    with_title,
    with_topic,
)
from reference import catalogue
from reference.spec import AuthorError

# Zips for graders hold the hidden cases, and marks are nobody else's business: neither goes with the course.
_IGNORED = "dist/\nmarks/\n__pycache__/\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A file to be written.

    Attributes
    ----------
    path : Path
    text : str
        All of it.
    new : bool
        Whether there is no such file yet.
    """

    path: Path
    text: str
    new: bool


def names_of(what: str) -> tuple[str, str]:
    """Return topic and exercise of "topic/exercise".

    Raises
    ------
    UsageError
        Where these are no names.

    Examples
    --------
    >>> names_of("rates/present_value")
    ('rates', 'present_value')
    """
    topic, _, exercise = what.partition("/")
    if not (is_name(topic) and is_name(exercise)):
        msg = f"{what!r}: expected TOPIC/EXERCISE in small letters, digits and _, such as rates/present_value"
        raise UsageError(msg)
    return topic, exercise


def start(what: str, folder: Path | None) -> Iterator[str]:
    """Write what a new exercise needs and is missing, and yield a line for each file and for what to do next.

    Parameters
    ----------
    what : str
        "topic/exercise".
    folder : Path or None
        The course; None for ours, in a checkout.

    Raises
    ------
    UsageError
        Where the exercise is there already, or a file cannot be added to: then nothing is written.
    """
    topic, exercise = names_of(what)
    changes = list(_course(folder, topic, exercise) if folder else _checkout(topic, exercise))
    for change in changes:
        _write(change)
        yield f"{'wrote' if change.new else 'added to'} {change.path}"
    file, master = (
        next(c.path for c in changes if c.path.name == f"{exercise}.py"),
        content.solutions() / f"{topic}.md",
    )
    yield f"next: put your exercise in the place of the example in {file}, and its story in {master};"
    yield f"every TODO says what belongs there; then fullmarks build, and fullmarks verify {topic}"


def _course(folder: Path, topic: str, exercise: str) -> Iterator[Change]:
    course = folder / FILE

    def listed(text: str) -> str:
        if not text:
            text = course_file(title_of(folder.resolve().name) or "Course")
        elif topic in parse_course(text).titles:
            return text
        text = with_topic(text, topic, title_of(topic))
        parse_course(text)
        return text

    if not course.exists() and not (folder / ".gitignore").exists():
        yield Change(path=folder / ".gitignore", text=_IGNORED, new=True)
    yield from _changed(course, listed)
    title = parse_course(listed(_read(course))).titles[topic]
    yield from _exercise(folder / "exercises" / topic, folder / "solutions" / f"{topic}.md", title, exercise)


def _checkout(topic: str, exercise: str) -> Iterator[Change]:
    file = Path(catalogue.__file__)
    title = catalogue.TITLES.get(topic, title_of(topic))
    if topic not in catalogue.TITLES:
        yield from _changed(file, lambda text: with_title(text, topic, title))
    yield from _exercise(content.exercises(topic), content.solutions() / f"{topic}.md", title, exercise)


def _exercise(folder: Path, master: Path, title: str, exercise: str) -> Iterator[Change]:
    path = folder / f"{exercise}.py"
    if path.exists() or path.is_symlink():
        msg = f"{path}: is there already, and is not written over; choose another name, or move it away"
        raise UsageError(msg)
    yield from _changed(folder / "__init__.py", lambda text: with_entry(text or topic_file(), exercise))
    yield Change(path=path, text=exercise_file(exercise), new=True)
    yield from _changed(master, lambda text: with_section(text or master_file(title), exercise))


def _changed(path: Path, change: Callable[[str], str]) -> Iterator[Change]:
    """Yield the change that makes of a file, empty where there is none, what `change` makes of its text."""
    before = _read(path)
    try:
        after = change(before)
    except (BuildError, AuthorError) as error:
        first = str(error).splitlines()[0].removeprefix(f"{FILE}: ")
        msg = f"{path}: cannot be added to: {first}"
        raise UsageError(msg) from error
    if after != before:
        yield Change(path=path, text=after, new=not path.exists())


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read: {error}"
        raise UsageError(msg) from error


def _write(change: Change) -> None:
    try:
        change.path.parent.mkdir(parents=True, exist_ok=True)
        if change.new:
            with change.path.open("xb") as file:
                file.write(change.text.encode())
        else:
            part = change.path.with_name(change.path.name + ".part")
            part.write_bytes(change.text.encode())
            part.replace(change.path)
    except OSError as error:
        msg = f"{change.path}: cannot be written: {error.strerror}"
        raise UsageError(msg) from error
