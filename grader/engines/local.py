"""Grading many submissions on this machine: one process with its own fork-server for each job."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import multiprocessing.util
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from grader.errors import MachineError
from grader.grade import Grader
from grader.plan import Plan
from grader.records import Limits, Result, Submission
from grader.sandbox.inside.confine import die_with_parent
from grader.sandbox.inside.idle import Given
from grader.sandbox.keeper import Keeper
from grader.sandbox.walls import strongest

# Submissions in flight for each job: enough that no job waits for the parent, few enough that memory stays flat.
AHEAD = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What every job needs to grade.

    Attributes
    ----------
    plans : mapping of str to Plan
        By name of the assignment.
    limits : Limits
    preload : tuple of str
        Modules that the fork-server imports once for all submissions.
    only : str
        The one assignment that is graded, "" where each submission names its own.
    files : mapping of str to bytes
        Data that submissions read, by path below their working folder.
    given : mapping
        Cells of the assignments that are left out where nothing leans on them, see `grader.given`.
    rung : str
        What is put around submissions, see `grader.sandbox.walls`; "" for the best that works here.
    unsafe : bool
        Whether no walls at all are better than no marks.
    """

    plans: Mapping[str, Plan]
    limits: Limits
    preload: tuple[str, ...] = ()
    only: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    given: Given = field(default_factory=dict)
    rung: str = ""
    unsafe: bool = False

    def keeper(self, rung: str = "") -> Keeper:
        """Return a new sandbox for these submissions, which may have to be waited for."""
        rung = rung or self.rung
        return Keeper(self.limits, preload=self.preload, files=self.files, rung=rung, given=self.given, wait=False)


class Worker:
    """Grades one submission after another; starts a new fork-server after a failure of the old one.

    Parameters
    ----------
    setting : Setting
        Its rung is one that works here.
    keeper : Keeper
        The first fork-server.
    """

    def __init__(self, setting: Setting, keeper: Keeper) -> None:
        self._setting = setting
        self._keeper = keeper
        self._grader = Grader(setting.plans, self._keeper, only=setting.only)

    def grade(self, submission: Submission) -> Result:
        """Return the result; a failure of ours or of the machine gives "not graded", never a zero."""
        try:
            return self._grader.grade(submission)
        except MachineError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - a defect of ours must cost nobody else's marks
            reason = f"fullmarks failed: {type(error).__name__}: {error}"
        # Whatever state the server is in, the next submission gets a new one.
        self._keeper.close()
        self._keeper = self._setting.keeper()
        self._grader = Grader(self._setting.plans, self._keeper, only=self._setting.only)
        return not_graded(submission, reason)

    def close(self) -> None:
        """End the fork-server."""
        self._keeper.close()


def not_graded(submission: Submission, reason: str) -> Result:
    """Return the result of a submission that we failed to grade."""
    return Result(
        submission=submission.name,
        student=submission.student,
        sha256=submission.sha256,
        assignment=submission.assignment,
        status="not graded",
        reason=reason,
    )


def grade_all(
    submissions: Iterable[Submission],
    setting: Setting,
    jobs: int,
    note: Callable[[str], None] = lambda _: None,
    started: Keeper | None = None,
) -> Iterator[Result]:
    """Yield results as they come; their order is that of completion.

    Parameters
    ----------
    submissions : iterable of Submission
        Read lazily, a few ahead of what is being graded.
    setting : Setting
    jobs : int
        Processes; with one, this process grades by itself.
    note : callable
        Is told where the walls are not the best there are, and why.
    started : Keeper, optional
        A server that was started before all this was known, for one job.

    Raises
    ------
    IsolationError
        Where this machine cannot isolate submissions.
    """
    # With several jobs the first server is for trying only: a machine without isolation is reported, not a broken pool.
    first_setting = setting if jobs == 1 else replace(setting, preload=(), files={}, given={})
    submissions = iter(submissions)
    first: list[Submission] = []

    def begin() -> None:
        # Reading the first draws the cases that it is graded with: while the server starts, and once for all processes.
        first.extend(islice(submissions, 1))

    def start(rung: str) -> Keeper:
        if started is None or rung != started.isolation:
            return first_setting.keeper(rung)
        started.furnish(setting.files, setting.given)
        return started

    keeper, refused = strongest(start, begin, unsafe=setting.unsafe)
    submissions = chain(first, submissions)
    setting = replace(setting, rung=keeper.isolation)
    for line in refused:
        note(line)
    if jobs == 1:
        worker = Worker(setting, keeper)
        try:
            yield from map(worker.grade, submissions)
        finally:
            worker.close()
        return
    keeper.close()
    yield from _pooled(submissions, setting, jobs)


def _pooled(submissions: Iterable[Submission], setting: Setting, jobs: int) -> Iterator[Result]:
    context = multiprocessing.get_context("fork")  # the plans are shared, not sent
    waiting: dict[concurrent.futures.Future[Result], Submission] = {}
    with concurrent.futures.ProcessPoolExecutor(jobs, context, _begin, (setting,)) as pool:
        try:
            for submission in submissions:
                waiting[pool.submit(_grade, submission)] = submission
                if len(waiting) >= jobs * AHEAD:
                    yield from _finished(waiting)
            while waiting:
                yield from _finished(waiting)
        except BrokenProcessPool:
            for submission in waiting.values():
                yield not_graded(submission, "a grading process ended unexpectedly; run again")
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _finished(waiting: dict[concurrent.futures.Future[Result], Submission]) -> Iterator[Result]:
    done, _ = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
    for future in done:
        result = future.result()
        del waiting[future]
        yield result


_worker: Worker | None = None


def _begin(setting: Setting) -> None:
    global _worker  # noqa: PLW0603 - a pool hands nothing to its tasks but through a global
    die_with_parent()  # a pool whose parent is killed would wait for work for ever
    _worker = Worker(setting, setting.keeper())
    multiprocessing.util.Finalize(_worker, _worker.close, exitpriority=1)


def _grade(submission: Submission) -> Result:
    if _worker is None:
        msg = "the grading process was not set up"
        raise MachineError(msg)
    return _worker.grade(submission)
