"""Who is in the course: a CSV file of one's own, or one that Canvas, Moodle or Gradescope exported."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.errors import UsageError
from grader.lms.layouts import Identity, Upload
from grader.text import shortened

# What a column is called, in lower case and without spaces, in files of one's own and in those of
#   Canvas      Student, ID, SIS User ID, SIS Login ID, Section (gradebook export); LastName, FirstName likewise
#   Moodle      Identifier, Full name, Email address (grading worksheet); First name, Last name, ID number, Username
#   Gradescope  Name, SID, Email
#   nbgrader    id, first_name, last_name, email
COLUMNS = {
    "name": "name student fullname studentname",
    "last": "lastname surname familyname",
    "first": "firstname givenname",
    "id": "id studentid number idnumber sid studentnumber matriculation lmsuserid",
    "sis": "sisuserid",
    "login": "login sisloginid username user loginid",
    "email": "email emailaddress mail",
    "participant": "identifier",
    "section": "section group",
}
_KINDS = {alias: kind for kind, aliases in COLUMNS.items() for alias in aliases.split()}
_TELLS = ("id", "sis", "login", "email", "participant")  # no two people share one
_PARTICIPANT = re.compile(r"\D*(\d+)")
_SEPARATORS = ",;\t"
_SHOWN = 50  # faults; a file of the wrong kind has one a line
MOST = 100_000  # people; the largest courses there are have fewer


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A line of the roster.

    Attributes
    ----------
    name : str
    ids : mapping of str to str
        What tells them from others: "id", "sis", "login", "email", "participant".
    section : str
    line : int
        Where the line ends in the file.
    row : tuple of str
        Its cells, one for each column of the roster.
    """

    name: str
    ids: Mapping[str, str]
    section: str = ""
    line: int = 0
    row: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    """All people of a course, in the order of the file.

    Attributes
    ----------
    people : tuple of Person
    header : tuple of str
        The columns of the file.
    text : str
        The whole file.
    """

    people: tuple[Person, ...] = ()
    header: tuple[str, ...] = ()
    text: str = field(default="", repr=False)
    _index: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict, repr=False)

    def find(self, who: Identity, layout: str = "") -> Person | None:
        """Return the one person that an upload tells of, None where there is none or more than one."""
        for key in _asked(who, layout):
            places = self._index.get(key, ())
            if len(places) == 1:
                return self.people[places[0]]
        return None

    @property
    def is_canvas(self) -> bool:
        """Whether Canvas exported it, so that its "ID" is the number that Canvas knows people by."""
        return {"ID", "Section"} <= set(self.header) and bool({"Student", "LastName"} & set(self.header))

    @property
    def is_worksheet(self) -> bool:
        """Whether it is a grading worksheet of Moodle, which can be filled in and uploaded again."""
        return {"Identifier", "Grade"} <= set(self.header)


def parse_roster(data: bytes, name: str = "roster") -> Roster:
    r"""Return the roster in a CSV file, whose columns may stand in any order.

    Separated by commas, semicolons or tabs, as the first line shows; in UTF-8, with or without a byte-order mark, or in
    UTF-16 with one.

    Parameters
    ----------
    data : bytes
        What the file holds.
    name : str
        What to call it in messages.

    Raises
    ------
    UsageError
        Where it is no roster; all that is wrong with it is named at once, with line numbers.

    Examples
    --------
    >>> parse_roster(b"email;name\nada@example.org;Ada\n").people[0].name
    'Ada'
    """
    text = _decoded(data, name)
    lines = _lines(text, name)
    if not lines:
        raise UsageError(f"{name}: it is empty; expected a line of column names such as name,id,login,email")
    (start, header), *rest = lines
    kinds = [_KINDS.get(re.sub(r"[\W_]+", "", cell).lower(), "") for cell in header]
    faults = [f"line {start}: {fault}" for fault in _faults_of_header(header, kinds)]
    people: list[Person] = []
    if not faults:
        rows = [(line, cells) for line, cells in rest if any(cells) and not _of_canvas_itself(cells)]
        people = [_person(kinds, cells, line, len(header)) for line, cells in rows]
        faults = list(_faults_of_people(rows, people, len(header)))
    if not people and not faults:
        faults = [f"line {start}: nobody stands below the column names"]
    if len(people) > MOST:
        faults = [f"it names {len(people)} people, expected no more than {MOST}"]
    if faults:
        shown = "\n  ".join([*faults[:_SHOWN], *([f"and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else [])])
        raise UsageError(f"{name}: {shown}" if len(faults) == 1 else f"{name}: {len(faults)} faults\n  {shown}")
    index: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, person in enumerate(people):
        for known in _known(person):
            index[known].append(i)
    places = {key: tuple(found) for key, found in index.items()}
    return Roster(people=tuple(people), header=tuple(header), text=text, _index=places)


def _decoded(data: bytes, name: str) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UsageError(
            f"{name}: line {line} is not {encoding[:6].rstrip('-').upper()}; save it as CSV UTF-8"
        ) from error
    if "\0" in text:
        raise UsageError(f"{name}: it is not a text file; save it as CSV UTF-8")
    return text


def _lines(text: str, name: str) -> list[tuple[int, list[str]]]:
    """Return the rows with the lines that they end in; the separator is the commonest in the first."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    # Excel writes which separator it used above the table.
    told = re.fullmatch(r'"?sep=([,;\t])"?', first.strip(" \r\n"))
    separator = told[1] if told else max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if cells]
    except csv.Error as error:
        raise UsageError(f"{name}: line {reader.line_num}: {error}; is a quotation mark missing?") from error
    return rows[1:] if told else rows


def _faults_of_header(header: Sequence[str], kinds: Sequence[str]) -> Iterable[str]:
    known = [kind for kind in kinds if kind]
    if not set(known) & {"name", "last", *_TELLS}:
        seen = ", ".join(shortened(cell, 30) for cell in header[:8])
        yield f"expected column names such as name, id, login, email, got {seen}"
    for kind in dict.fromkeys(known):
        if known.count(kind) > 1:
            which = " and ".join(shortened(cell, 30) for cell, k in zip(header, kinds, strict=True) if k == kind)
            yield f"{which} both tell the {kind}; rename the one that does not count"


def _faults_of_people(rows: Sequence[tuple[int, Sequence[str]]], people: Sequence[Person], width: int) -> Iterable[str]:
    first: dict[tuple[str, str], int] = {}
    for (line, cells), person in zip(rows, people, strict=True):
        if any(cells[width:]):
            yield f"line {line}: it has {len(cells)} cells, expected {width}; is a comma not quoted?"
            continue
        if not person.name and not person.ids:
            yield f"line {line}: it names nobody; expected a name, an id, a login or an email address"
        for key in person.ids.items():
            before = first.setdefault(_folded(key), line)
            if before != line:
                yield f"line {line}: {key[0]} {shortened(key[1])} is that of line {before} too"


def _of_canvas_itself(cells: Sequence[str]) -> bool:
    """Return whether Canvas wrote a line of no student: points possible, or "Manual Posting"."""
    return cells[0].startswith("Points Possible") or all(
        re.fullmatch(r"(muted|manual posting.*)?", cell, re.IGNORECASE) for cell in cells
    )


def _person(kinds: Sequence[str], cells: Sequence[str], line: int, width: int) -> Person:
    padded = [*cells[:width], *[""] * (width - len(cells))]
    told = {kind: cell for kind, cell in zip(kinds, padded, strict=True) if kind and cell}
    name = told.get("name") or " ".join(told[k] for k in ("first", "last") if k in told)
    ids = {kind: told[kind] for kind in _TELLS if kind in told}
    if "participant" in ids:
        match = _PARTICIPANT.fullmatch(ids["participant"])
        ids["participant"] = match[1] if match else ids["participant"]
    return Person(name=name, ids=ids, section=told.get("section", ""), line=line, row=tuple(padded))


def _folded(key: tuple[str, str]) -> tuple[str, str]:
    return key[0], key[1].casefold()


def _known(person: Person) -> set[tuple[str, str]]:
    """Return all by which somebody can be asked for."""
    keys = {_folded(item) for item in person.ids.items()}
    # A folder of one's own may be called by any of them.
    keys |= {("any", value.casefold()) for value in person.ids.values()}
    if "email" in person.ids:
        keys.add(("any", person.ids["email"].casefold().partition("@")[0]))
    return keys | {("name", name) for name in _names(person.name)}


def _asked(who: Identity, layout: str) -> list[tuple[str, str]]:
    """Return what to look for, the surest first."""
    keys = []
    if who.email:
        keys.append(("email", who.email.casefold()))
    if who.id and layout == "moodle":
        keys.append(("participant", who.id))
    elif who.id and layout == "canvas":
        keys.append(("id", who.id))
    elif who.id:
        keys.append(("any", who.id.casefold()))
    keys += [("name", name) for name in _names(who.name)[:1]]
    return keys


def _names(name: str) -> tuple[str, ...]:
    """Return what a name may look like where an LMS has taken all but its letters and turned it round.

    Examples
    --------
    >>> _names("Doe, Jane"), _names("Jane Doe")
    (('doejane', 'janedoe'), ('janedoe', 'doejane'))
    """
    last, comma, first = name.casefold().partition(",")
    if comma:
        forms = (last + first, first + last)
    else:
        *before, end = name.casefold().split() or [""]
        forms = (name.casefold(), end + "".join(before))
    return tuple(dict.fromkeys(plain for form in forms if (plain := re.sub(r"[\W_]+", "", form))))


def people_of(upload: Upload, roster: Roster) -> tuple[tuple[Identity, Person | None], ...]:
    """Return who handed in an upload, each with their line of the roster, if there is one."""
    return tuple((who, roster.find(who, upload.layout)) for who in upload.who)
