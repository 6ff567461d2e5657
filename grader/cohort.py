"""Grading a cohort: from paths to a gradebook and the files written from it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader import __version__, content
from grader.content import topic_names
from grader.engines.early import PRELOAD
from grader.engines.local import Setting, grade_all, not_graded
from grader.errors import MachineError, UsageError
from grader.given import given_cells
from grader.gradebook import Gradebook
from grader.intake import Found, find, read
from grader.lms.intake import Handed, keep, take_in, told
from grader.manual.files import marked_topics
from grader.notebook import read_notebook
from grader.pace import limits_here
from grader.plan import Plan, Plans
from grader.records import Limits, Result, Submission
from grader.report.statistics import Statistics
from grader.reports import PSEUDONYMOUS, write_reports
from grader.sandbox.keeper import Keeper
from grader.terminal import progress
from reference.catalogue import Topic

# So many that cannot be graded are named on the terminal; the files name all.
TOLD = 5

# So many are read before grading begins, to know which assignments are needed.
FEW = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """How the grading of a cohort went.

    Attributes
    ----------
    graded, rejected, not_graded : int
        Submissions by what became of them in this run.
    unchanged : int
        Submissions that were graded before and have not changed.
    notes : tuple of str
        What the LMS, the roster and the choice among several uploads tell, a line each.
    folder : str
        Below the output folder, where reports went.
    statistics : tuple of (str, Statistics)
        Title and statistics of each assignment.
    refused : tuple of (str, str)
        Name and reason of the first submissions that were not graded in this run.
    alone : Result, optional
        The result of the submission, where there was one alone.
    """

    graded: int
    rejected: int
    not_graded: int
    unchanged: int
    notes: tuple[str, ...] = ()
    folder: str = ""
    statistics: tuple[tuple[str, Statistics], ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    alone: Result | None = None

    def text(self, output: Path) -> str:
        """Return what is said at the end of a run."""
        parts = [f"{self.graded} graded"]
        parts += [f"{self.rejected} rejected"] if self.rejected else []
        parts += [f"{self.not_graded} not graded (run again)"] if self.not_graded else []
        parts += [f"{self.unchanged} unchanged"] if self.unchanged else []
        folder = output / self.folder
        written = (folder / "index.html", folder / "scores.csv", f"{folder / 'results'}/", f"{folder / 'feedback'}/")
        wrote = ", ".join(map(str, (*written, output / "gradebook.db")))
        return "\n".join([", ".join(parts), *self.notes, f"wrote {wrote}"])


def grade_cohort(
    paths: Sequence[Path],
    topics: Sequence[Topic],
    only: str,
    output: Path,
    jobs: int,
    seed: int,
    *,
    force: bool = False,
    quiet: bool = False,
    unsafe: bool = False,
    limits: Limits | None = None,
    handed: Handed | None = None,
    started: Keeper | None = None,
) -> Summary:
    """Grade what is new or changed below `paths` and write all marks to `output`.

    Parameters
    ----------
    paths : sequence of Path
        Files and folders handed in.
    topics : sequence of Topic
        Those that can be graded.
    only : str
        The one that is graded, "" where each submission names its own.
    output : Path
        Folder of the gradebook and the files written from it.
    jobs : int
        Processes side by side.
    seed : int
        Draws the hidden cases.
    force : bool
        Grade again what is graded already.
    quiet : bool
        Print nothing.
    unsafe : bool
        Run submissions without walls where this machine can put up none.
    limits : Limits, optional
        What a submission may use; the course's own where none are given.
    handed : Handed, optional
        How they reached us.
    started : Keeper, optional
        A server that was started early, see `grader.engines.early`; it is left open.

    Raises
    ------
    UsageError
        Where a path or the output folder cannot be used.
    IsolationError
        Where this machine cannot isolate submissions.
    """
    handed = handed or Handed()
    intake = take_in(find(paths), handed, only)
    found = intake.found
    marked = marked_topics(output)  # a fault in a table of marks is told before an hour of grading, not after it
    plans = Plans(topics, seed)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{output}: cannot be made: {error.strerror}"
        raise UsageError(msg) from error
    files = {path: data for topic in topics for path, data in content.data_files(topic.name).items()}
    given = {source: names for topic in topics for source, names in given_of(topic).items()}
    setting = Setting(
        plans=plans, limits=limits or limits_here(), preload=PRELOAD, only=only, files=files, given=given, unsafe=unsafe
    )
    with Gradebook.open(output / "gradebook.db") as book, progress(len(found), quiet=quiet) as advance:
        log = _Log(book, advance)
        left = _changed(found, keep(book, intake), plans, only, log, force=force)
        try:
            for result in grade_all(left, setting, min(jobs, len(found)), _noting(quiet=quiet), started):
                log.store(result, _digest(plans, result.assignment))
        finally:
            reports = write_reports(book, output, marked, pseudonyms=handed.pseudonyms, jobs=jobs)
        notes = told(book, intake)
        alone = book.result(found[0].name) if len(found) == 1 else None
    counts = log.counts
    return Summary(
        graded=counts["graded"],
        rejected=counts["rejected"],
        not_graded=counts["not graded"],
        unchanged=counts["unchanged"],
        notes=notes,
        folder=PSEUDONYMOUS if handed.pseudonyms else "",
        statistics=reports.statistics,
        refused=tuple(log.refused),
        alone=alone,
    )


class _Log:
    """Stores results, counts what became of submissions, and keeps why the first of them were not graded."""

    def __init__(self, book: Gradebook, advance: Callable[[], None]) -> None:
        self.book = book
        self.counts: Counter[str] = Counter()
        self.refused: list[tuple[str, str]] = []
        self._advance = advance

    def count(self, what: str) -> None:
        self.counts[what] += 1
        self._advance()

    def store(self, result: Result, digest: str) -> None:
        self.book.store(result, digest, __version__)
        self.count(result.status)
        if result.status != "graded" and len(self.refused) < TOLD:
            self.refused.append((result.submission, result.reason))


def _changed(
    found: Sequence[Found], skipped: Mapping[str, Result | None], plans: Plans, only: str, log: _Log, *, force: bool
) -> Iterator[Submission]:
    """Yield the submissions that are to be graded; what becomes of the others is noted in the log."""
    for item in found:
        if item.name in skipped:
            if (lost := skipped[item.name]) is not None:
                log.book.store(lost, "", __version__)
            log.count("superseded")
            continue
        try:
            submission = read(item)
        except MachineError as error:
            log.store(not_graded(unread(item), str(error)), "")
            continue
        digest = _digest(plans, only or submission.assignment)
        if not force and log.book.fresh(submission.name, submission.sha256, digest, __version__):
            log.count("unchanged")
        else:
            yield submission


def named_in(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the assignments that submissions name where they are few; none, which stands for all, where they are many.

    One notebook is then graded without loading the rest of the course.
    """
    found = find(paths)
    if len(found) > FEW:
        return ()
    try:
        names = {read(item).assignment for item in found}
    except MachineError:  # told where it is graded
        return ()
    return tuple(sorted(names)) if names <= set(topic_names()) else ()


def given_of(topic: Topic) -> Mapping[str, tuple[list[str], list[str]]]:
    """Return the cells of a topic's assignment that need not run where nothing leans on them."""
    starter = content.starter(topic.name)
    if not starter.is_file():  # an assignment that is not built: every cell runs
        return {}
    return given_cells(read_notebook(starter.read_bytes()).cells, [exercise.name for exercise in topic.exercises])


def _noting(*, quiet: bool) -> Callable[[str], None]:
    """Return what tells of walls that are not the best there are."""
    return lambda line: None if quiet else print(f"weaker walls: {line}", file=sys.stderr)  # noqa: T201


def unread(item: Found) -> Submission:
    """Return a submission of which no more is known than its name."""
    return Submission(name=item.name, student=item.student, sha256="")


def _digest(plans: Mapping[str, Plan], assignment: str) -> str:
    """Return what the marks of an assignment depend on beside the submission and our version."""
    return plans[assignment].digest if assignment in plans else ""
