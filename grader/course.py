"""A course of one's own: a folder with a course.toml, which lists its topics.

    course.toml                      title = "...", and for each topic [[topics]] with name and title
    exercises/<topic>/__init__.py    a docstring, and ORDER: the names of its exercises
    exercises/<topic>/<exercise>.py  as in `reference`
    solutions/<topic>.md             the master notebook
    solutions/data/<topic>/*.csv     what the notebook reads, if anything
    submissions/<topic>/             submissions that `fullmarks verify` compares with Otter, if any
    otter_config.json                Otter's settings, if others than ours
    exercises.md  assignments/  dist/    written by `fullmarks build`

The modules of its exercises are loaded under a name of their own, so that a topic may be called as any package is.
"""

from __future__ import annotations

import importlib
import json
import keyword
import os
import re
import sys
import tomllib
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from reference.catalogue import OWN, Topic, assemble
from reference.spec import AuthorError

FILE = "course.toml"
_KEYS = ("title", "topics")
_TOPIC_KEYS = ("name", "title")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """What a course.toml says.

    Attributes
    ----------
    title : str
        What people read.
    titles : mapping of str to str
        Titles of the topics by name, in the order of the course.
    """

    title: str
    titles: Mapping[str, str]


def is_name(text: str) -> bool:
    """Return whether a topic or an exercise may be called so: it names files, and a function that students write.

    Examples
    --------
    >>> is_name("present_value"), is_name("Present value"), is_name("lambda")
    (True, False, False)
    """
    return _NAME.fullmatch(text) is not None and not keyword.iskeyword(text)


def find_course() -> Path | None:
    """Return the folder of the course that the working directory is in, or None.

    Raises
    ------
    UsageError
        Where its course.toml belongs to somebody else: loading a course runs its code.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:  # deleted under our feet
        return None
    for folder in (here, *here.parents):
        try:
            owner = (folder / FILE).stat().st_uid
        except OSError:
            continue
        if owner not in (0, os.getuid()):
            msg = f"{folder / FILE}: belongs to another user, and a course runs code; set FULLMARKS_COURSE={folder} if you trust it"
            raise UsageError(msg)
        return folder
    return None


def read_course(folder: Path) -> Course:
    """Return what the course.toml of a folder says.

    Raises
    ------
    UsageError
        Where there is none that can be read.
    AuthorError
        With all its faults at once.
    """
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        msg = f"{path}: there is no such file; write a course with fullmarks new TOPIC/EXERCISE"
        raise UsageError(msg) from error
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read: {error}"
        raise UsageError(msg) from error
    course = parse_course(text)
    found = {p.parent.name for p in folder.glob("exercises/*/__init__.py")}
    faults = [f"exercises/{name} is no topic; add it as [[topics]]" for name in sorted(found - set(course.titles))]
    if faults:
        raise AuthorError(FILE, faults)
    return course


def parse_course(text: str) -> Course:
    r"""Return what the text of a course.toml says.

    Raises
    ------
    AuthorError
        With all its faults at once.

    Examples
    --------
    >>> parse_course('title = "Banking"\n[[topics]]\nname = "rates"\ntitle = "Interest"').titles
    {'rates': 'Interest'}
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AuthorError(FILE, [f"is not TOML: {error}"]) from error
    faults = list(_faults(data))
    if faults:
        raise AuthorError(FILE, faults)
    return Course(title=data["title"], titles={topic["name"]: topic["title"] for topic in data["topics"]})


def _faults(data: Mapping[str, Any]) -> Iterator[str]:
    yield from _key_faults(data, _KEYS, "")
    if not _is_text(data.get("title")):
        yield f"title = {data.get('title')!r}: expected a text"
    topics = data.get("topics")
    if not isinstance(topics, list) or not topics or not all(isinstance(topic, dict) for topic in topics):
        yield "topics: expected one [[topics]] or more, each with name and title"
        return
    names = [topic.get("name") for topic in topics]
    for number, topic in enumerate(topics, 1):
        name = topic.get("name")
        if not isinstance(name, str) or not is_name(name):
            yield f"topic {number}: name = {name!r}: expected small letters, digits and _, a letter first"
        elif names.index(name) == number - 1 and names.count(name) > 1:
            yield f"topic {name!r} is listed {names.count(name)} times"
        if not _is_text(topic.get("title")):
            yield f"topic {number}: title = {topic.get('title')!r}: expected a text"
        yield from _key_faults(topic, _TOPIC_KEYS, f"topic {number}: ")


def _key_faults(data: Mapping[str, Any], known: tuple[str, ...], where: str) -> Iterator[str]:
    for key in data.keys() - set(known):
        yield f"{where}there is no setting {key!r}; expected {' and '.join(known)}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def load(folder: Path, name: str) -> Topic:
    """Return a topic of a course with its exercises.

    Raises
    ------
    UsageError
        Where the folder is no course.
    AuthorError
        With all faults of the topic at once.
    """
    title = read_course(folder).titles[name]
    faults = list(_missing(folder, name))
    try:
        if not (folder / "exercises" / name / "__init__.py").is_file():
            fault = f"exercises/{name}/__init__.py is missing; it lists the exercises as ORDER"
            raise AuthorError(name, [fault])
        topic = _load(folder, name, title)
    except AuthorError as error:
        raise AuthorError(name, [*error.faults, *faults]) from error
    if faults:
        raise AuthorError(name, faults)
    return topic


def _missing(folder: Path, name: str) -> Iterator[str]:
    """Yield what is wrong with the files of a topic beside its exercises."""
    try:
        (folder / "solutions" / f"{name}.md").read_text(encoding="utf-8")
    except FileNotFoundError:
        yield f"solutions/{name}.md, the master notebook, is missing"
    except (OSError, UnicodeDecodeError) as error:
        yield f"solutions/{name}.md cannot be read: {error}"
    settings = folder / "otter_config.json"
    if settings.exists():
        try:
            held = json.loads(settings.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            yield f"otter_config.json cannot be read: {error}"
        else:
            if not isinstance(held, dict):
                yield f"otter_config.json holds {held!r}; expected settings in braces"


def _load(folder: Path, name: str, title: str) -> Topic:
    path = [str((folder / "exercises").resolve())]
    held = sys.modules.get(OWN)
    if held is None or list(held.__path__) != path:
        forget()
        package = types.ModuleType(OWN, "The exercises of the course in use.")
        package.__path__ = path
        sys.modules[OWN] = package
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # the folder is the author's, not Python's
    try:
        return assemble(name, title, f"{OWN}.{name}")
    finally:
        sys.dont_write_bytecode = writes


def forget() -> None:
    """Forget all modules that were loaded from courses, so that the next are loaded from their files."""
    for name in [name for name in sys.modules if name == OWN or name.startswith(f"{OWN}.")]:
        del sys.modules[name]
    importlib.invalidate_caches()
