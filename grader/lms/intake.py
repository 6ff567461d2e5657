"""What an LMS tells of submissions on their way in: whose they are, which is late, and which need no grading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.errors import MachineError
from grader.gradebook import Gradebook
from grader.intake import Found, read
from grader.lms.choose import Candidate, does_not_count, settle, superseded
from grader.lms.files import describe, load_roster
from grader.lms.gradebooks import gather
from grader.lms.layouts import Upload, in_layout
from grader.lms.roster import Roster, parse_roster
from grader.records import Result
from grader.text import legible

_LISTED = 5  # names that a line holds


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """How submissions reached us.

    Attributes
    ----------
    layout : str
        The LMS whose folders they are; "" to look for all, "plain" for none.
    attempts : str
        Which of several uploads of one student counts, see `grader.lms.choose`.
    roster : Path, optional
        CSV file of the people of the course.
    due : str
        As `Upload.when`, in UTC; what came after it is late where the LMS does not say. "" for never.
    pseudonyms : bool
        Write reports without names.
    """

    layout: str = ""
    attempts: str = "latest"
    roster: Path | None = None
    due: str = ""
    pseudonyms: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """Submissions with what an LMS tells of them.

    Attributes
    ----------
    found : tuple of Found
    uploads : mapping of str to Upload
        By submission, for those in the layout of an LMS.
    skipped : mapping of str to Result
        Of submissions that need no grading, because another upload counts.
    attempts : str
    roster : Roster, optional
    """

    found: tuple[Found, ...]
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    skipped: Mapping[str, Result] = field(default_factory=dict)
    attempts: str = "latest"
    roster: Roster | None = None


def take_in(found: Sequence[Found], handed: Handed, only: str = "") -> Intake:
    """Return submissions with what an LMS tells of them.

    Parameters
    ----------
    found : sequence of Found
    handed : Handed
        How they reached us.
    only : str
        The one assignment that is graded, "" where each submission names its own.

    Raises
    ------
    UsageError
        Where the roster or a file of the LMS cannot be read.
    """
    roster = load_roster(handed.roster) if handed.roster else None
    uploads = {name: _dated(upload, handed.due) for name, upload in describe(found, handed.layout).items()}
    named = tuple(replace(f, student=legible(uploads[f.name].student)) if f.name in uploads else f for f in found)
    return Intake(
        found=named,
        uploads=uploads,
        skipped=_skipped(named, uploads, only, handed.attempts),
        attempts=handed.attempts,
        roster=roster,
    )


def _dated(upload: Upload, due: str) -> Upload:
    """Return an upload with whether it is late, where the LMS tells when it came but not whether it was late."""
    dated = due and upload.late is None and upload.when.endswith(" UTC")
    return replace(upload, late=upload.when > due) if dated else upload


def _skipped(found: Sequence[Found], uploads: Mapping[str, Upload], only: str, attempts: str) -> dict[str, Result]:
    """Return the results of what need not be graded; of those with several uploads all are read to know what they are."""
    times = Counter(u.key for u in uploads.values())
    candidates: dict[str, Candidate] = {}
    students = {item.name: item.student for item in found}
    for item in found:
        upload = uploads.get(item.name)
        if upload is None or times[upload.key] < 2:
            continue
        try:
            submission = read(item)
        except MachineError:
            continue
        assignment = only or submission.assignment
        if not submission.reason and assignment and submission.assignment in ("", assignment):
            candidates[item.name] = Candidate(upload=upload, assignment=assignment)
    # Without a digest none is ever fresh: with another choice it is graded.
    return {
        name: Result(
            submission=name,
            student=students[name],
            sha256="",
            assignment=candidates[name].assignment,
            status="rejected",
            reason=reason,
        )
        for name, reason in superseded(candidates.values(), attempts).items()
    }


def keep(book: Gradebook, intake: Intake) -> dict[str, Result | None]:
    """Keep what was told in the gradebook; return what to store of each submission that needs no grading.

    That is nothing where it was graded before: its marks are kept for the day when another choice is made.
    """
    book.keep_uploads((f.name for f in intake.found), intake.uploads)
    book.keep("attempts", intake.attempts)
    if intake.roster:
        book.keep("roster", intake.roster.text)
    if not intake.skipped:
        return {}
    graded = {r.submission for r in book.briefs() if r.status == "graded"}
    return {name: None if name in graded else result for name, result in intake.skipped.items()}


def counted(book: Gradebook) -> tuple[tuple[Result, ...], dict[str, Upload]]:
    """Return the results in brief, with what does not count rejected, and what LMS told of the uploads."""
    uploads = book.uploads()
    return settle(book.briefs(), uploads, book.kept("attempts") or "latest"), uploads


def known_roster(book: Gradebook) -> Roster | None:
    """Return the roster that was given when grading."""
    text = book.kept("roster")
    return parse_roster(text.encode(), "the roster in the gradebook") if text else None


def told(book: Gradebook, intake: Intake) -> tuple[str, ...]:
    """Return what to say of uploads and people after grading, a line each."""
    results, _ = counted(book)
    late = [name for name, upload in intake.uploads.items() if upload.late]
    other = [r.submission for r in results if r.status == "rejected" and does_not_count(r.reason)]
    recognised = in_layout(intake.uploads.values())
    notes = [f"recognised {recognised}"] if recognised else []
    notes += [f"late: {listed(late)}"] if late else []
    notes += [f"do not count, for another upload of the same student does: {listed(other)}"] if other else []
    return (*notes, *who_is_missing(book))


def adopt(book: Gradebook, path: Path) -> tuple[str, ...]:
    """Take a roster in place of the one given when grading, and return what to say of it.

    Raises
    ------
    UsageError
        Where it cannot be read or is no roster.
    """
    book.keep("roster", load_roster(path).text)
    return who_is_missing(book)


def who_is_missing(book: Gradebook) -> tuple[str, ...]:
    """Return who of the roster handed in nothing, and who is not on it; nothing where there is none."""
    if (roster := known_roster(book)) is None:
        return ()
    cohort = gather(*counted(book), roster)
    absent = [p.name or next(iter(p.ids.values())) for p in cohort.absent]
    notes = [f"on the roster, but handed in nothing: {listed(absent)}"] if absent else []
    notes += [f"handed in, but not on the roster: {listed(cohort.strangers)}"] if cohort.strangers else []
    return tuple(notes)


def listed(names: Sequence[str]) -> str:
    """Return how many names there are, and the first of them.

    Examples
    --------
    >>> listed(["a", "b"])
    '2 (a; b)'
    """
    shown = "; ".join(legible(name) for name in names[:_LISTED])
    return f"{len(names)} ({shown}{'; ...' if len(names) > _LISTED else ''})"
