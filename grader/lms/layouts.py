"""Who handed in what, and when, as folders downloaded from Canvas, Moodle, Gradescope and nbgrader tell by their names.

Where each form comes from:

- Canvas zips one flat folder: `name[_LATE]_user_file_original`, where the name has lost all but letters, digits and
  underscores, and an anonymous assignment has `anon_xxxxx` for name and user (canvas-lms, lib/content_zipper.rb). Texts
  and links have no number of a file: `name_user_text.html`, `name_user_link.html`.
- Moodle makes a folder `Full name_id_assignsubmission_file` for each participant, in older versions with an underscore
  behind it, or, on demand, flat files `Full name_id_assignsubmission_file_original`; the id is that of "Participant id"
  in the grading worksheet, and a team without a group has none (mod/assign/classes/downloader.php).
- Gradescope exports `submission_id/` folders and `submission_metadata.yml`, which says who handed in each and when.
- nbgrader's exchange holds `user+assignment+time[+random]` folders, and what is collected lies in `user/assignment/`
  beside a `timestamp.txt` (nbgrader/exchange/default/submit.py and collect.py).
"""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from grader.lms import LAYOUTS
from grader.text import legible

Parts = tuple[str, ...]
Place = tuple[Parts, Parts]  # the folder that was given to us, and the path below it
Read = Callable[[Parts], str]  # the text of a small file, "" where there is none

METADATA = "submission_metadata.yml"
TIMESTAMP = "timestamp.txt"

_CANVAS = re.compile(
    r"(?:(?!LATE_)(?P<name>\w+?)_)?(?P<late>LATE_)?(?P<id>\d+|anon_[0-9A-Za-z]+)_(?:(?P<file>\d+)_.+|text\.html|link\.html)",
    re.DOTALL,
)
_MOODLE = re.compile(r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_[a-z]+(?:_.*)?", re.DOTALL)
_GRADESCOPE = re.compile(r"submission_(?P<serial>\d+)")
_EXCHANGE = re.compile(r"(?P<user>.+?)\+[^+]+\+(?P<when>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^+]*)(?:\+[\w-]+=*)?", re.DOTALL)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))? ?(\S{0,40})", re.ASCII)
_SERIAL = 18  # digits that a number of an LMS may have; more are somebody's joke


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who somebody is, as far as a layout tells; "" for what it does not tell.

    Attributes
    ----------
    name : str
        For people; Canvas writes "doejane".
    id : str
        Number of the person in Canvas, of the participant in Moodle, of the student (SID) in Gradescope, user name in
        nbgrader.
    email : str
    """

    name: str = ""
    id: str = ""
    email: str = ""

    @property
    def key(self) -> str:
        """What no two people of one layout share, as far as it is told."""
        return self.id or self.email or self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """What the layout tells of one submission.

    Attributes
    ----------
    submission : str
        As in `Submission.name`.
    layout : str
    who : tuple of Identity
        More than one where a group handed it in.
    when : str
        "2026-03-01 10:20:30.000000 UTC", "" where the layout does not tell.
    serial : int
        Grows with every upload where the LMS counts them, otherwise 0.
    late : bool, optional
        None where the layout does not tell.
    """

    submission: str
    layout: str
    who: tuple[Identity, ...]
    when: str = ""
    serial: int = 0
    late: bool | None = None

    @property
    def key(self) -> str:
        """The same for all uploads of the same people."""
        return f"{self.layout}:{'+'.join(sorted(w.key for w in self.who))}"

    @property
    def student(self) -> str:
        """Names for people."""
        return ", ".join(w.name or w.key for w in self.who)


def recognise(files: Mapping[str, Place], read: Read, only: str = "") -> dict[str, Upload]:
    """Return what the layouts tell of submissions; those in no layout are left out.

    The outermost folder of a layout decides: what lies below it are names that a student chose, and who calls a folder
    as Moodle calls that of somebody else gets nobody's name by it.

    Parameters
    ----------
    files : mapping of str to pair of tuples of str
        By the name of each submission: the folder that was given to us, and the path below it.
    read : callable
        Returns the text of `submission_metadata.yml` and `timestamp.txt` files.
    only : str
        The one layout to look for, "" for all.

    Examples
    --------
    >>> files = {"doejane_LATE_123_4567_hw.ipynb": (("hw1",), ("doejane_LATE_123_4567_hw.ipynb",))}
    >>> recognise(files, lambda parts: "")["doejane_LATE_123_4567_hw.ipynb"].late
    True
    """
    looked = _Folders(read, LAYOUTS if only == "" else (only,))
    # What students hand in may hold a timestamp.txt as well; nbgrader puts one into every folder.
    lying = Counter(root for root, _ in files.values())
    stamped = {name: root for name, (root, parts) in files.items() if looked.stamp(root, parts)}
    with_stamp = Counter(stamped.values())
    collected = [name for name, root in stamped.items() if only == "nbgrader" or 2 * with_stamp[root] > lying[root]]
    found = {}
    for name, (root, parts) in files.items():
        if (upload := looked.upload(name, root, parts)) is not None:
            found[name] = upload
    for name in collected:
        root, parts = files[name]
        user, when = legible(parts[-3]), moment(looked.stamp(root, parts))
        found.setdefault(name, _nbgrader(name, user, when))
    if "canvas" in looked.layouts:
        # Canvas's folders are flat: what lies deeper was called so by whoever handed it in.
        rest = {n: (*root, parts[0]) for n, (root, parts) in files.items() if n not in found and len(parts) == 1}
        found |= {u.submission: u for u in _canvas(rest, sure=only == "canvas")}
    return found


class _Folders:
    """Looks at the folders that submissions lie in, and reads each small file once."""

    def __init__(self, read: Read, layouts: Sequence[str]) -> None:
        self.layouts = layouts
        self._read = functools.cache(read)
        self._metadata = functools.cache(lambda folder: gradescope(self._read((*folder, METADATA))))

    def upload(self, name: str, root: Parts, parts: Parts) -> Upload | None:
        """Return what the outermost folder of a layout tells."""
        path = (*root, *parts)
        for i in range(max(len(root) - 1, 0), len(path)):
            part, is_folder = path[i], i < len(path) - 1
            if "moodle" in self.layouts and (match := _MOODLE.fullmatch(part)):
                who = Identity(name=legible(match["name"]), id=match["id"] or "")
                return Upload(submission=name, layout="moodle", who=(who,))
            if not is_folder:
                break
            if "nbgrader" in self.layouts and (match := _EXCHANGE.fullmatch(part)):
                return _nbgrader(name, legible(match["user"]), moment(match["when"]))
            if "gradescope" in self.layouts and _GRADESCOPE.fullmatch(part):
                told = self._metadata(path[:i]).get(part)
                if told:
                    return replace(told, submission=name)
        return None

    def stamp(self, root: Parts, parts: Parts) -> str:
        """Return what `timestamp.txt` says of user/assignment/notebook, "" where there is none."""
        if "nbgrader" not in self.layouts or len(parts) < 3:
            return ""
        return self._read((*root, *parts[:-1], TIMESTAMP))


def _nbgrader(name: str, user: str, when: str) -> Upload:
    return Upload(submission=name, layout="nbgrader", who=(Identity(name=user, id=user),), when=when)


def _canvas(files: Mapping[str, Parts], *, sure: bool) -> Iterable[Upload]:
    """Yield the uploads of flat folders; `sure` says that the caller knows them to be of Canvas."""
    folders: dict[Parts, list[tuple[str, re.Match[str] | None]]] = defaultdict(list)
    for name, parts in files.items():
        folders[parts[:-1]].append((name, _CANVAS.fullmatch(parts[-1])))
    for entries in folders.values():
        matched = [(name, match) for name, match in entries if match]
        numbers = Counter(match["file"] for _, match in matched if match["file"])
        # Files called hw_1_2_a.ipynb and hw_1_2_b.ipynb look like Canvas's, but no two of its files share a number.
        if not sure and (2 * len(matched) <= len(entries) or max(numbers.values(), default=1) > 1):
            continue
        for name, match in matched:
            who = Identity(name=match["name"] or "", id=match["id"])
            serial = int((match["file"] or "0")[:_SERIAL])
            yield Upload(submission=name, layout="canvas", who=(who,), serial=serial, late=bool(match["late"]))


def gradescope(text: str) -> dict[str, Upload]:
    r"""Return what `submission_metadata.yml` tells, by folder; nothing where it cannot be read.

    Examples
    --------
    >>> told = gradescope("submission_7:\n  :submitters:\n  - :name: A\n    :sid: '1'\n    :email: a@b.example\n")
    >>> told["submission_7"].who
    (Identity(name='A', id='1', email='a@b.example'),)
    """
    try:
        data = yaml.load(text, Loader=_Tolerant)  # noqa: S506 - it is a safe loader
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    found = {}
    for folder, entry in data.items() if isinstance(data, dict) else ():
        if not (isinstance(folder, str) and (match := _GRADESCOPE.fullmatch(folder)) and isinstance(entry, dict)):
            continue
        submitters = entry.get(":submitters")
        people = [p for p in submitters if isinstance(p, dict)] if isinstance(submitters, list) else []
        who = tuple(
            Identity(name=_text(p.get(":name")), id=_text(p.get(":sid")), email=_text(p.get(":email"))) for p in people
        )
        if any(w.key for w in who):
            found[folder] = Upload(
                submission=folder,
                layout="gradescope",
                who=tuple(w for w in who if w.key),
                when=_when(entry.get(":created_at")),
                serial=int(match["serial"][:_SERIAL]),
            )
    return found


class _Tolerant(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Builds plain values only; what Ruby objects hold, as some exports have them for times, is read as a mapping."""


def _plain(loader: Any, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else str(node.value)


_Tolerant.add_multi_constructor("!ruby/", _plain)


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, (dict, list)) else legible(str(value).strip())


def _when(value: object) -> str:
    """Return a moment; Ruby's own times are written with "utc", "zone" and "time"."""
    if isinstance(value, dict):
        value = value.get("utc", value.get("time"))
    # What YAML read as a time knows its own offset.
    shift = getattr(value, "utcoffset", lambda: None)()
    if shift is not None:
        try:
            return moment(f"{(value - shift).replace(tzinfo=None).isoformat(' ')} UTC")
        except OverflowError:  # in the year 1
            return ""
    return moment(str(value)) if value is not None else ""


def moment(text: str) -> str:
    """Return a time in the one form in which times of one zone sort as texts, "" for what is none.

    Examples
    --------
    >>> moment("2026-03-01T10:20:30Z")
    '2026-03-01 10:20:30.000000 UTC'
    """
    match = _MOMENT.match(text.strip())
    if not match:
        return ""
    day, time, fraction, zone = match.groups()
    zone = "UTC" if zone in ("", "Z", "UTC", "+00:00", "+0000", "GMT") else zone
    return f"{day} {time}.{(fraction or '')[:6]:0<6} {zone}"


def in_layout(uploads: Iterable[Upload], layouts: Sequence[str] = LAYOUTS) -> str:
    """Return how many submissions lie in which layout, for people: "12 from Canvas"."""
    names = {"canvas": "Canvas", "moodle": "Moodle", "gradescope": "Gradescope", "nbgrader": "nbgrader"}
    counts = Counter(u.layout for u in uploads)
    return ", ".join(f"{counts[layout]} from {names[layout]}" for layout in layouts if counts[layout])
