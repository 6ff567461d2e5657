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

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import yaml

from grader.text import legible

Layout = Literal["canvas", "moodle", "gradescope", "nbgrader"]
LAYOUTS: tuple[str, ...] = get_args(Layout)
Parts = tuple[str, ...]
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


def recognise(files: Mapping[str, Parts], read: Read, only: str = "") -> dict[str, Upload]:
    """Return what the layouts tell of submissions; those in no layout are left out.

    Parameters
    ----------
    files : mapping of str to tuple of str
        The parts of each submission's path, by its name.
    read : callable
        Returns the text of `submission_metadata.yml` and `timestamp.txt` files.
    only : str
        The one layout to look for, "" for all.

    Examples
    --------
    >>> files = {"doejane_LATE_123_4567_hw.ipynb": ("hw1", "doejane_LATE_123_4567_hw.ipynb")}
    >>> recognise(files, lambda parts: "")["doejane_LATE_123_4567_hw.ipynb"].late
    True
    """
    metadata: dict[Parts, dict[str, Upload]] = {}

    def of_gradescope(name: str, parts: Parts) -> Upload | None:
        for i in range(len(parts) - 2, 0, -1):
            if _GRADESCOPE.fullmatch(parts[i]):
                if parts[:i] not in metadata:
                    metadata[parts[:i]] = gradescope(read((*parts[:i], METADATA)))
                told = metadata[parts[:i]].get(parts[i])
                return told and replace(told, submission=name)
        return None

    ways: dict[str, Callable[[str, Parts], Upload | None]] = {
        "moodle": _of_moodle,
        "gradescope": of_gradescope,
        "nbgrader": lambda name, parts: _of_nbgrader(name, parts, read),
    }
    found: dict[str, Upload] = {}
    for name, parts in files.items():
        tried = (way(name, parts) for layout, way in ways.items() if only in ("", layout))
        if (upload := next((u for u in tried if u is not None), None)) is not None:
            found[name] = upload
    if only in ("", "canvas"):
        rest = {name: parts for name, parts in files.items() if name not in found}
        found |= {u.submission: u for u in _of_canvas(rest, sure=only == "canvas")}
    return found


def _of_canvas(files: Mapping[str, Parts], *, sure: bool) -> Iterable[Upload]:
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


def _of_moodle(name: str, parts: Parts) -> Upload | None:
    match = next((m for part in reversed(parts) if (m := _MOODLE.fullmatch(part))), None)
    if match is None:
        return None
    return Upload(submission=name, layout="moodle", who=(Identity(name=legible(match["name"]), id=match["id"] or ""),))


def _of_nbgrader(name: str, parts: Parts, read: Read) -> Upload | None:
    match = next((m for part in reversed(parts[:-1]) if (m := _EXCHANGE.fullmatch(part))), None)
    if match:
        user, when = match["user"], match["when"]
    elif len(parts) > 3 and (stamp := read((*parts[:-1], TIMESTAMP))):
        user, when = parts[-3], stamp
    else:
        return None
    user = legible(user)
    return Upload(submission=name, layout="nbgrader", who=(Identity(name=user, id=user),), when=moment(when))


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
        return moment(f"{(value - shift).replace(tzinfo=None).isoformat(' ')} UTC")
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
