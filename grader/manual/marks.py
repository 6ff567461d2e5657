"""The table of marks that people enter, and whose answers its rows are.

``marks.csv`` names answers by labels; ``key.json`` tells whose they are, and stays with who organises the marking. A
label depends on the submission's name and on the answer alone: marks stay right when answers come later, and are never
taken for those of an answer that has changed since.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from grader.errors import UsageError
from grader.records import ManualResult, Result
from grader.text import shortened

COLUMNS = ("answer", "question", "marks", "comment")
NOBODY = "unanswered"  # the row of all who left a question as it was handed out
SCHEMA = 1

KeyState = Literal["answered", "unanswered", "not found", "replaced"]

# No vowels, so that no label is a word, and no digits, so that no spreadsheet takes one for a number or a date.
_LETTERS = "bcdfghjkmnpqrstvwxz"
_LABEL = 10  # of a thousand answers, two have the same in one of ten million cohorts
# A comma is what half of Europe types; spreadsheets there write semicolons between the cells.
_MARKS = re.compile(r"[0-9]{1,4}([.,][0-9]{1,4})?")
_SEPARATORS = ",;\t"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of marks.csv, with the marks as they were typed; "" until somebody enters them."""

    answer: str
    question: str
    entered: str = ""
    comment: str = ""

    @property
    def marks(self) -> float | None:
        """The marks as a number, None until somebody enters them."""
        return float(self.entered.replace(",", ".")) if self.entered else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A table of marks without faults, and what stands between its cells."""

    rows: tuple[Row, ...] = ()
    separator: str = ","


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """Whose answer a label stands for.

    Attributes
    ----------
    answer, question : str
        As in `Row`, but for those who did not answer: they have labels too, and share one row.
    submission, sha256 : str
        What the answer was taken from.
    state : str
        That of the answer, or "replaced": the submission has another answer now.
    """

    answer: str
    question: str
    submission: str
    sha256: str
    state: KeyState

    @property
    def row(self) -> tuple[str, str]:
        """Answer and question of the row that holds its marks."""
        return NOBODY if self.state == "unanswered" else self.answer, self.question


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """Whose answers the labels of an assignment stand for, and the points of its questions."""

    points: Mapping[str, float]
    owners: tuple[Owner, ...] = ()


def label(question: str, submission: str, digest: str) -> str:
    """Return what an answer is called where its author is not to be known.

    Examples
    --------
    >>> label("why", "alice/hw.ipynb", "0f")
    'krpsb-qfxdq'
    """
    text = f"{question}\0{submission}\0{digest}".encode("utf-8", "surrogatepass")
    number = int.from_bytes(hashlib.sha256(text).digest())
    letters = ""
    for _ in range(_LABEL):
        number, letter = divmod(number, len(_LETTERS))
        letters += _LETTERS[letter]
    return f"{letters[: _LABEL // 2]}-{letters[_LABEL // 2 :]}"


def write_key(key: Key) -> str:
    """Return a key as it is stored."""
    owners = [
        {"answer": o.answer, "question": o.question, "submission": o.submission, "sha256": o.sha256, "state": o.state}
        for o in key.owners
    ]
    return json.dumps({"schema": SCHEMA, "points": dict(key.points), "answers": owners}, indent=1) + "\n"


def read_key(text: str, where: str) -> Key:
    """Return the key that `write_key` wrote.

    Raises
    ------
    UsageError
        Where somebody changed it so that it cannot be read.
    """
    try:
        data = json.loads(text)
        if data["schema"] != SCHEMA:
            raise UsageError(f"{where}: schema={data['schema']!r}, expected {SCHEMA}; upgrade fullmarks")
        points = {str(name): float(value) for name, value in data["points"].items()}
        return Key(points=points, owners=tuple(Owner(**owner) for owner in data["answers"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"{where}: it is damaged; delete it and run fullmarks manual again") from error


def write_sheet(sheet: Sheet) -> str:
    """Return the table in which marks are entered.

    Examples
    --------
    >>> print(write_sheet(Sheet(rows=(Row(answer="bcdf-ghjk", question="why", entered="2.5"),))), end="")
    answer,question,marks,comment
    bcdf-ghjk,why,2.5,
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=sheet.separator, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((row.answer, row.question, row.entered, row.comment) for row in sheet.rows)
    return text.getvalue()


def read_sheet(data: bytes, key: Key, where: str) -> Sheet:
    r"""Return a table of marks, if all of its rows are right.

    Parameters
    ----------
    data : bytes
        UTF-8, with commas, semicolons or tabs between the cells.
    key : Key
        Its answers are those that can be marked.
    where : str
        What the file is called in messages.

    Raises
    ------
    UsageError
        With all faults, one line each.

    Examples
    --------
    >>> owner = Owner(answer="b-c", question="why", submission="a.ipynb", sha256="", state="answered")
    >>> key = Key(points={"why": 4}, owners=(owner,))
    >>> read_sheet(b"answer;question;marks;comment\nb-c;why;2,5;\n", key, "marks.csv").rows[0].marks
    2.5
    >>> read_sheet(b"answer,question,marks,comment\nb-c,why,5,\n", key, "marks.csv")
    Traceback (most recent call last):
    grader.errors.UsageError: marks.csv, line 2: marks=5, expected at most the 4 points of why
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: it is not UTF-8 at byte {error.start + 1}; save it as CSV in UTF-8") from error
    separator = max(_SEPARATORS, key=text.partition("\n")[0].count)
    lines = list(_lines(text, separator, where))
    heading = tuple(cell.strip().lower() for cell in lines[0][1]) if lines else ()
    if heading[: len(COLUMNS)] != COLUMNS or any(heading[len(COLUMNS) :]):
        raise UsageError(
            f"{where}, line 1: it has the columns {shortened(','.join(heading))}, expected {','.join(COLUMNS)}"
        )
    rows: dict[tuple[str, str], tuple[int, Row]] = {}
    faults = []
    known = frozenset(owner.row for owner in key.owners) | {(NOBODY, question) for question in key.points}
    for line, cells in lines[1:]:
        row, fault = _row(cells, known, key.points)
        if not fault and (row.answer, row.question) in rows:
            first = rows[row.answer, row.question][0]
            fault = f"{row.answer} of {row.question} stands in line {first} already; expected once"
        if fault:
            faults.append(f"{where}, line {line}: {fault}")
        else:
            rows[row.answer, row.question] = line, row
    if faults:
        raise UsageError("\n".join(faults))
    return Sheet(rows=tuple(row for _, row in rows.values()), separator=separator)


def _lines(text: str, separator: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, with the number of the line that each begins at."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        raise UsageError(f"{where}, line {before + 1}: it is not CSV: {error}") from error


def _row(cells: Sequence[str], known: frozenset[tuple[str, str]], points: Mapping[str, float]) -> tuple[Row, str]:
    """Return a row and what is wrong with it, "" where nothing is."""
    answer, question, entered, comment = (cell.strip() for cell in (*cells, "", "", "", "")[: len(COLUMNS)])
    row = Row(answer=answer.lower(), question=question, entered=entered, comment=comment)
    if any(cell.strip() for cell in cells[len(COLUMNS) :]):
        return row, f"it has {len(cells)} cells, expected {len(COLUMNS)}; put a comment with separators between quotes"
    if question not in points:
        return row, f"question={shortened(question)}, expected one of {', '.join(points)}"
    if (row.answer, question) not in known:
        return row, f"answer={shortened(answer)}, expected an answer on the page of {question}"
    if entered and not _MARKS.fullmatch(entered):
        return row, f"marks={shortened(entered)}, expected a number from 0 to {points[question]:g}"
    if row.marks is not None and row.marks > points[question]:
        return row, f"marks={entered}, expected at most the {points[question]:g} points of {question}"
    return row, ""


def updated(key: Key, sheet: Sheet, points: Mapping[str, float], owners: Sequence[Owner]) -> tuple[Key, Sheet]:
    """Return a key and its table with the answers of a new collection; no marks are lost.

    Answers come in the order of their labels, which tells nothing of whose they are. What a submission has replaced
    stays at the end as long as it has marks or a comment; what belongs to submissions that `owners` does not name
    stays as it is.

    Parameters
    ----------
    key, sheet : Key, Sheet
        What there is.
    points : mapping of str to float
        Of each question, in order.
    owners : sequence of Owner
        All answers of the submissions that were read now.
    """
    read = {owner.submission for owner in owners}
    now = {(owner.answer, owner.question) for owner in owners}
    old = [o for o in key.owners if (o.answer, o.question) not in now and o.question in points]
    kept = [replace(o, state="replaced") if o.submission in read else o for o in old]
    entered = {(row.answer, row.question): row for row in sheet.rows if row.entered or row.comment}
    kept = [o for o in kept if o.state != "replaced" or (o.answer, o.question) in entered]
    order = {question: number for number, question in enumerate(points)}
    made = sorted([*owners, *kept], key=lambda o: (o.state == "replaced", order[o.question], o.answer))
    places = {o.row for o in made} | {(NOBODY, question) for question in points if (NOBODY, question) in entered}
    gone = {(o.answer, o.question) for o in made if o.state == "replaced"}
    ordered = sorted(places, key=lambda p: (p in gone, order[p[1]], p[0] == NOBODY, p[0]))
    rows = tuple(entered.get(place) or Row(answer=place[0], question=place[1]) for place in ordered)
    return Key(points=points, owners=tuple(made)), Sheet(rows=rows, separator=sheet.separator)


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """The key and the marks of one assignment."""

    key: Key
    sheet: Sheet


def marking(marked: Mapping[str, Marked]) -> Callable[[Result], Result]:
    """Return a function that adds to a result the marks that people entered.

    Only marks that were entered count, and the points of their questions with them: an answer that nobody has marked
    yet is no zero.

    Parameters
    ----------
    marked : mapping of str to Marked
        By assignment.
    """
    whose = _whose(marked)
    return lambda result: _with(result, whose.get((result.assignment, result.submission), ()))


def left(results: Iterable[Result], marked: Mapping[str, Marked]) -> tuple[str, ...]:
    """Return what is left to do before all marks by hand count, a line each.

    Parameters
    ----------
    results : iterable of Result
    marked : mapping of str to Marked
        By assignment.
    """
    whose = _whose(marked)
    counts = Counter[tuple[str, str]]()
    for result in results:
        for one in whose.get((result.assignment, result.submission), ()) if result.status == "graded" else ():
            if one.owner.sha256 != result.sha256:
                counts[result.assignment, "of submissions that have changed since; run fullmarks manual again"] += 1
            elif one.row.marks is None:
                counts[result.assignment, "not marked yet"] += 1
    return tuple(
        f"{name}: {number} {'answer' if number == 1 else 'answers'} {what}"
        for (name, what), number in sorted(counts.items())
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answered:
    """An answer with its row and what it can earn."""

    owner: Owner
    row: Row
    possible: float


def _whose(marked: Mapping[str, Marked]) -> Mapping[tuple[str, str], Sequence[_Answered]]:
    """Return the answers of each submission by assignment and submission, in the order of the questions."""
    found: dict[tuple[str, str], list[_Answered]] = {}
    for name, one in marked.items():
        rows = {(row.answer, row.question): row for row in one.sheet.rows}
        order = {question: number for number, question in enumerate(one.key.points)}
        for owner in sorted(one.key.owners, key=lambda o: order[o.question]):
            if owner.state != "replaced":
                row = rows.get(owner.row) or Row(answer=owner.answer, question=owner.question)
                answered = _Answered(owner=owner, row=row, possible=one.key.points[owner.question])
                found.setdefault((name, owner.submission), []).append(answered)
    return found


def _with(result: Result, answers: Sequence[_Answered]) -> Result:
    if result.status != "graded":
        return result
    manual = tuple(
        ManualResult(name=one.owner.question, marks=one.row.marks, possible=one.possible, comment=one.row.comment)
        for one in answers
        if one.owner.sha256 == result.sha256 and one.row.marks is not None
    )
    return replace(
        result,
        total=result.total + sum(m.marks for m in manual),
        possible=result.possible + sum(m.possible for m in manual),
        manual=manual,
    )
