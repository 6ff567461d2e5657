"""Marks as an LMS takes them: CSV files that Canvas and Moodle import, and Gradescope's results.json.

What the importers ask for:

- Canvas (canvas-lms, lib/gradebook_importer.rb): the columns Student, ID, SIS User ID, SIS Login ID, Section, then one
  for each assignment, called "Name (number)" or by its name alone; a row "Points Possible". People are found by ID, then
  by SIS User ID, SIS Login ID and name. An empty cell deletes a mark, so only people with a mark have a row.
- Moodle's grading worksheet (mod/assign/feedback/offline/importgradeslib.php) asks for the columns Identifier, Grade and
  "Last modified (grade)"; an empty grade changes nothing. A worksheet that was handed to us as the roster comes back
  with the grades filled in. The gradebook's own CSV import maps any column to any other, so the same file serves there.
- Gradescope: https://gradescope-autograders.readthedocs.io/en/latest/specs/ (Output format).

A student who handed in nothing, whose submission was rejected, or who could not be graded, gets no mark from us: that is
for people to decide.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.lms.choose import does_not_count
from grader.lms.layouts import Identity, Upload
from grader.lms.roster import Person, Roster
from grader.records import ExerciseResult, Result
from grader.text import cell, number

_WORKSHEET = ("Identifier", "Full name", "Email address", "ID number", "Username")
_MODIFIED, _FEEDBACK, _GRADE, _MAXIMUM = "Last modified (grade)", "Feedback comments", "Grade", "Maximum Grade"
_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_OF_CANVAS = re.compile(r".+ \(\d+\)", re.DOTALL)
_HANDED_IN = (
    "student", "id", "login", "email", "submission", "assignment", "layout", "handed in", "late", "status", "counts",
    "reason",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What one student has.

    Attributes
    ----------
    who : Identity
    layout : str
        That of their submission; "" where it lies in none.
    person : Person, optional
        Their line of the roster.
    marks : mapping of str to Result
        The graded result of each assignment.
    remarks : mapping of str to str
        Why there is no mark for an assignment.
    """

    who: Identity
    layout: str = ""
    person: Person | None = None
    marks: Mapping[str, Result] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What to call them."""
        return (self.person.name if self.person else "") or self.who.name or self.who.key

    def told(self, kind: str) -> str:
        """Return an id of the roster, "" where there is none."""
        return self.person.ids.get(kind, "") if self.person else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cohort:
    """All marks, by student.

    Attributes
    ----------
    entries : tuple of Entry
        Those who handed in something, in order of their names.
    absent : tuple of Person
        Those of the roster who handed in nothing.
    strangers : tuple of str
        Names of those who are not on the roster; empty where there is none.
    possible : mapping of str to float
        Points of each assignment, in order of their names.
    """

    entries: tuple[Entry, ...] = ()
    absent: tuple[Person, ...] = ()
    strangers: tuple[str, ...] = ()
    possible: Mapping[str, float] = field(default_factory=dict)


def gather(results: Iterable[Result], uploads: Mapping[str, Upload], roster: Roster | None = None) -> Cohort:
    """Return the marks of each student.

    Parameters
    ----------
    results : iterable of Result
        Those of which `grader.lms.choose.settle` has rejected what does not count.
    uploads : mapping of str to Upload
        By submission, for those in the layout of an LMS.
    roster : Roster, optional
    """
    known = roster or Roster()
    theirs: dict[tuple[object, ...], list[Result]] = defaultdict(list)
    people: dict[tuple[object, ...], tuple[Identity, str, Person | None]] = {}
    results = sorted(results, key=lambda r: r.submission)
    for result in results:
        upload = uploads.get(result.submission)
        layout = upload.layout if upload else ""
        plain = Identity(name=result.student, id=result.student)
        for who in upload.who if upload else (plain,):
            person = known.find(who, layout)
            key = ("roster", person.line) if person else (layout, who.key)
            people.setdefault(key, (who, layout, person))
            theirs[key].append(result)
    possible = {r.assignment: r.possible for r in results if r.assignment and r.possible}
    entries = [_entry(*people[key], theirs[key]) for key in theirs]
    here = {entry.person.line for entry in entries if entry.person}
    return Cohort(
        entries=tuple(sorted(entries, key=lambda e: (e.name.casefold(), e.who.key))),
        absent=tuple(p for p in known.people if p.line not in here),
        strangers=tuple(e.name for e in entries if not e.person) if roster else (),
        possible=dict(sorted(possible.items())),
    )


def _entry(who: Identity, layout: str, person: Person | None, results: Sequence[Result]) -> Entry:
    marks, remarks = {}, {}
    results = [r for r in results if r.status != "rejected" or not does_not_count(r.reason)]
    for assignment in dict.fromkeys(r.assignment for r in results):
        of_it = [r for r in results if r.assignment == assignment]
        graded = [r for r in of_it if r.status == "graded"]
        waiting = [r for r in of_it if r.status == "not graded"]
        if len(graded) == 1 and not waiting:
            marks[assignment] = graded[0]
        elif len(graded) > 1:
            names = ", ".join(r.submission for r in graded)
            remarks[assignment] = f"several submissions are graded and nothing tells which counts: {names}"
        else:
            remarks[assignment] = (waiting or of_it)[-1].reason
    return Entry(who=who, layout=layout, person=person, marks=marks, remarks=remarks)


def canvas_csv(cohort: Cohort, titles: Mapping[str, str], roster: Roster | None = None) -> str:
    """Return the file that Canvas imports under Grades.

    Parameters
    ----------
    cohort : Cohort
    titles : mapping of str to str
        What Canvas calls each assignment: best "Name (number)", as in its own export.
    roster : Roster, optional
        Where Canvas exported it, its IDs are Canvas's.

    Examples
    --------
    >>> who = Identity(name="doejane", id="7")
    >>> marked = Result(submission="x", student="", sha256="", assignment="a", status="graded", total=1.5, possible=2)
    >>> entry = Entry(who=who, layout="canvas", marks={"a": marked})
    >>> print(canvas_csv(Cohort(entries=(entry,), possible={"a": 2}), {"a": "Homework (4711)"}), end="")
    Student,ID,SIS User ID,SIS Login ID,Section,Homework (4711)
        Points Possible,,,,,2
    doejane,7,,,,1.5
    """
    of_canvas = roster is not None and roster.is_canvas
    rows = [(*_CANVAS, *(cell(titles.get(a, a)) for a in cohort.possible))]
    rows += [("    Points Possible", "", "", "", "", *map(number, cohort.possible.values()))]
    for entry in cohort.entries:
        if not entry.marks:
            continue
        numbered = entry.who.id if entry.layout == "canvas" and entry.who.id.isdecimal() else ""
        canvas_id = (of_canvas and entry.told("id")) or numbered
        sis = entry.told("sis") if of_canvas else entry.told("sis") or entry.told("id")
        section = entry.person.section if entry.person else ""
        texts = (entry.name, canvas_id, sis, entry.told("login"), section)
        rows += [(*map(cell, texts), *(_mark(entry, a) for a in cohort.possible))]
    return _csv(rows)


def canvas_titles(assignments: Sequence[str], told: Mapping[str, str], roster: Roster | None) -> dict[str, str]:
    """Return what Canvas calls each assignment: what was told, or the one that its export holds, or our own name."""
    of_canvas = [c for c in roster.header if _OF_CANVAS.fullmatch(c)] if roster and roster.is_canvas else []
    only = of_canvas[0] if len(of_canvas) == 1 and len(assignments) == 1 else ""
    return {a: told.get(a) or only or a for a in assignments}


def moodle_csv(cohort: Cohort, titles: Mapping[str, str], roster: Roster | None = None) -> str:
    """Return the file that Moodle imports, as a grading worksheet or into its gradebook.

    Parameters
    ----------
    cohort : Cohort
    titles : mapping of str to str
        Columns of the assignments; with a single one, its column is always "Grade".
    roster : Roster, optional
        Where it is a grading worksheet and there is one assignment, it comes back with its grades filled in.
    """
    assignments = tuple(cohort.possible)
    if roster is not None and roster.is_worksheet and len(assignments) == 1:
        return _csv(_filled(cohort, assignments[0], roster))
    single = len(assignments) == 1
    columns = (_GRADE,) if single else tuple(cell(titles.get(a, a)) for a in assignments)
    rows = [(*_WORKSHEET, *columns, *((_MAXIMUM,) if single else ()), _MODIFIED, _FEEDBACK)]
    for entry in cohort.entries:
        number_ = entry.told("participant") or (entry.who.id if entry.layout == "moodle" else "")
        login = entry.told("login") or (entry.who.id if entry.layout in ("nbgrader", "") else "")
        of_their_own = "" if roster is not None and roster.is_canvas else entry.told("id")
        texts = (
            f"Participant {number_}" if number_ else "",
            entry.name,
            entry.told("email") or entry.who.email,
            entry.told("sis") or of_their_own or (entry.who.id if entry.layout == "gradescope" else ""),
            login,
        )
        marks = [_mark(entry, a) for a in assignments]
        most = [number(cohort.possible[a]) for a in assignments] if single else []
        rows += [(*map(cell, texts), *marks, *most, "-", _remark(entry, assignments))]
    return _csv(rows)


def _filled(cohort: Cohort, assignment: str, roster: Roster) -> list[tuple[str, ...]]:
    by_line = {entry.person.line: entry for entry in cohort.entries if entry.person}
    rows = [tuple(map(cell, roster.header))]
    grade = roster.header.index(_GRADE)
    feedback = roster.header.index(_FEEDBACK) if _FEEDBACK in roster.header else None
    for person in roster.people:
        row = list(person.row)
        entry = by_line.get(person.line)
        if entry and _mark(entry, assignment):
            row[grade] = _mark(entry, assignment)
        elif entry and feedback is not None and not row[feedback]:
            row[feedback] = _remark(entry, (assignment,))
        rows += [tuple(map(cell, row))]
    return rows


def maximum_differs(cohort: Cohort, roster: Roster | None) -> str:
    """Return what to tell where Moodle's maximum is not ours, "" where it is: Moodle refuses marks above its own."""
    if roster is None or not roster.is_worksheet or _MAXIMUM not in roster.header or len(cohort.possible) != 1:
        return ""
    place = roster.header.index(_MAXIMUM)
    found = {person.row[place].replace(",", ".") for person in roster.people}
    (possible,) = cohort.possible.values()
    if all(re.fullmatch(r"\d+(\.\d+)?", text) and float(text) == possible for text in found):
        return ""
    return f"Moodle's maximum grade is {cell(', '.join(sorted(found)))}, ours {number(possible)}: set Moodle's to ours first"


def gradescope_results(result: Result) -> dict[str, Any] | None:
    """Return what an autograder writes to results.json for one submission, None where it was not graded.

    Hidden cases are counted, never named.

    Examples
    --------
    >>> gone = Result(submission="x", student="", sha256="", assignment="a", status="not graded")
    >>> gradescope_results(gone) is None
    True
    """
    if result.status == "not graded":
        return None
    if result.status == "rejected":
        return {"score": 0.0, "output": f"not graded: {result.reason}", "output_format": "text", "tests": []}
    return {
        "score": result.total,
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "tests": [_test(exercise, i) for i, exercise in enumerate(result.exercises, 1)],
    }


def _test(exercise: ExerciseResult, place: int) -> dict[str, Any]:
    hidden = [case for case in exercise.cases if not case.public]
    lines = []
    for case in exercise.cases:
        if case.public:
            lines += [f"{case.name}: {'passed' if case.passed else 'failed'}"]
            lines += [case.message] if case.message and not case.passed else []
    if hidden:
        lines += [f"hidden cases: {sum(case.passed for case in hidden)} of {len(hidden)} passed"]
    if exercise.misconception:
        lines += [f"hint: {exercise.misconception['hint']}"]
    return {
        "name": exercise.name,
        "number": str(place),
        "score": exercise.marks,
        "max_score": exercise.possible,
        "status": "passed" if exercise.state == "passed" else "failed",
        "output": "\n".join(lines),
        "visibility": "visible",
    }


def handed_in_csv(
    results: Iterable[Result], uploads: Mapping[str, Upload], cohort: Cohort, roster: Roster | None = None
) -> str:
    """Return who handed in what and when, which of it is late and which counts, and who handed in nothing.

    One row for each submission of each student, and one for each person of the roster without any.
    """
    counting = {r.submission for e in cohort.entries for r in e.marks.values()}
    known = roster or Roster()
    rows: list[tuple[str, ...]] = [_HANDED_IN]
    lateness = {None: "", True: "yes", False: "no"}
    people = {(e.layout, e.who.key): e for e in cohort.entries}
    for r in sorted(results, key=lambda r: r.submission):
        upload = uploads.get(r.submission)
        layout = upload.layout if upload else ""
        for who in upload.who if upload else (Identity(name=r.student, id=r.student),):
            person = known.find(who, layout)
            entry = people.get((layout, who.key)) or Entry(who=who, layout=layout, person=person)
            ids = (
                entry.told("id") or (who.id if layout else ""),
                entry.told("login"),
                entry.told("email") or who.email,
            )
            when = upload.when if upload else ""
            late = lateness[upload.late if upload else None]
            counts = "yes" if r.submission in counting else "no"
            texts = (entry.name, *ids, r.submission, r.assignment, layout, when, late, r.status, counts, r.reason)
            rows += [tuple(map(cell, texts))]
    for p in cohort.absent:
        told = [p.ids.get(kind, "") for kind in ("id", "login", "email")]
        rows += [tuple(map(cell, (p.name, *told, "", "", "", "", "", "nothing handed in", "no", "")))]
    return _csv(rows)


def _mark(entry: Entry, assignment: str) -> str:
    return number(entry.marks[assignment].total) if assignment in entry.marks else ""


def _remark(entry: Entry, assignments: Sequence[str]) -> str:
    """Return why there is no mark, as text that Moodle takes for HTML."""
    told = [entry.remarks[a] for a in (*assignments, "") if a in entry.remarks and a not in entry.marks]
    return cell(html.escape("; ".join(dict.fromkeys(told))))


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
