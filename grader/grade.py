"""From one submission to its result."""

from __future__ import annotations

import platform
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import Any

import numpy as np

from grader.counterexample.search import Simple, worth_a_search
from grader.diagnose import Profile, diagnose, profiles
from grader.errors import MachineError
from grader.judge import judge, message
from grader.overdue import at_most
from grader.pictures import pictures
from grader.plan import Plan, PlannedExercise
from grader.records import Claim, Detail, ExerciseResult, Question, Result, Sandbox, Submission, Transcript
from grader.sandbox.fake import InProcess
from grader.score import score

# Processor time to judge the results of one exercise, which takes milliseconds.
JUDGING_SECONDS = 60.0
# What is kept of the error of a cell.
LONGEST_ERROR = 1_000


def environment() -> dict[str, str]:
    """Return what a mark may depend on beside the code: versions of Python and numpy, and the machine."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
        "system": platform.system(),
    }


class Grader:
    """Grades submissions against the plans of their assignments. Trusted: it never runs what a student wrote.

    Parameters
    ----------
    plans : mapping of str to Plan
        By name of the assignment.
    sandbox : Sandbox
        Where submissions run.
    only : str
        The one assignment that is graded; "" lets each submission name its own.
    """

    def __init__(self, plans: Mapping[str, Plan], sandbox: Sandbox, only: str = "") -> None:
        self._plans = plans
        self._sandbox = sandbox
        self._only = only
        self._known = Known()
        self._simple = Simple()
        self._environment = environment()

    def grade(self, submission: Submission) -> Result:
        """Return the result of a submission; a rejected one is not run.

        Raises
        ------
        MachineError
            Where the machine or our own code failed: the submission is then not graded.
        """
        assignment = self._only or submission.assignment
        plan = self._plans.get(assignment)
        result = Result(
            submission=submission.name,
            student=submission.student,
            sha256=submission.sha256,
            assignment=assignment,
            status="rejected",
            reason=submission.reason or self._mismatch(submission),
            possible=plan.possible if plan else 0.0,
            environment=self._environment,
        )
        if result.reason or plan is None:
            return result
        runs = _Runs(self._sandbox)
        transcript = runs.run(submission.cells, questions_of(plan.exercises))
        claims = claims_of(plan.exercises, transcript)
        marked = [mark_exercise(p, c, self._known) for p, c in zip(plan.exercises, claims, strict=True)]
        exercises = self._again(plan, submission, transcript, marked, runs)
        return replace(
            result,
            status="graded",
            total=sum(exercise.marks for exercise in exercises),
            exercises=exercises,
            isolation=self._sandbox.isolation,
            details=self._details(plan, submission, transcript, exercises, runs),
            cell_errors=tuple((i, text[:LONGEST_ERROR]) for i, text in enumerate(transcript.cell_errors) if text),
        )

    def _details(
        self,
        plan: Plan,
        submission: Submission,
        transcript: Transcript,
        exercises: Sequence[ExerciseResult],
        runs: _Runs,
    ) -> tuple[Detail, ...]:
        """Return what feedback tells beside the results: counterexamples, pictures, times."""
        claims = claims_of(plan.exercises, transcript)
        worth = [
            planned
            for planned, claimed, result in zip(plan.exercises, claims, exercises, strict=True)
            if worth_a_search(result.state, claimed) and planned.exercise.name not in transcript.intact
        ]
        found = self._counterexamples(submission, worth, runs) if worth else {}
        taken = transcript.seconds or (0.0,) * (2 * len(plan.exercises))
        return tuple(
            Detail(
                exercise=planned.exercise.name,
                seconds=public + hidden,
                counterexample=found.get(planned.exercise.name, ""),
                pictures=pictures(planned, claimed),
            )
            for planned, claimed, public, hidden in zip(plan.exercises, claims, taken[::2], taken[1::2], strict=True)
        )

    def _counterexamples(
        self, submission: Submission, exercises: Sequence[PlannedExercise], runs: _Runs
    ) -> dict[str, str]:
        """Return the simplest counterexample of each exercise, from a run that is told no hidden input."""
        simple = [self._simple(planned) for planned in exercises]
        run = runs.run(submission.cells, tuple(s.questions[0] for s in simple))
        found = {}
        for planned, claims in zip(simple, run.claims, strict=True):
            found[planned.exercise.name] = ""
            with suppress(MachineError), _judging(planned):  # a check that does not end costs no mark here
                found[planned.exercise.name] = self._simple.simplest(planned, claims)
        return found

    def _again(
        self,
        plan: Plan,
        submission: Submission,
        transcript: Transcript,
        exercises: Sequence[ExerciseResult],
        runs: _Runs,
    ) -> tuple[ExerciseResult, ...]:
        """Return the results, better where a cell further down had spoilt a function that was right before.

        A function finds `np` when it is called, not when it is defined: `np = 3` in a last cell breaks every function
        of a notebook in which every check passed. Otter checks each function in the place where the student did, and
        here a function that leans on a changed name is asked once more with the cells above the change only.
        """
        spoilt: dict[int, list[int]] = {}
        for i, exercise in enumerate(exercises):
            before = transcript.intact.get(exercise.name)
            if exercise.marks < exercise.possible and before is not None and 0 < before < len(submission.cells):
                spoilt.setdefault(before, []).append(i)
        best = list(exercises)
        for before, positions in spoilt.items():
            planned = tuple(plan.exercises[i] for i in positions)
            run = runs.run(submission.cells[:before], questions_of(planned))
            for i, p, claimed in zip(positions, planned, claims_of(planned, run), strict=True):
                result = mark_exercise(p, claimed, self._known)
                if result.marks > best[i].marks:
                    best[i] = result
        return tuple(best)

    def _mismatch(self, submission: Submission) -> str:
        named = submission.assignment
        if self._only and named not in ("", self._only):
            return f"it is the assignment {named!r}, expected {self._only!r}; was the wrong file handed in?"
        if not self._only and named not in self._plans:
            what = f"it names the assignment {named!r}, which is not one of ours" if named else "it names no assignment"
            return f"{what}; name the assignment with -a"
        return ""


class _Runs:
    """The runs of one submission, which share its time; what judging takes between them is ours."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._spent = 0.0

    def run(self, cells: tuple[str, ...], questions: tuple[Question, ...]) -> Transcript:
        """Run cells and ask questions in what is left of the time."""
        began = time.monotonic()
        try:
            return self._sandbox.run(cells, questions, self._spent)
        finally:
            self._spent += time.monotonic() - began


def questions_of(exercises: Sequence[PlannedExercise]) -> tuple[Question, ...]:
    """Return what is asked of a submission: two questions for each exercise."""
    return tuple(question for planned in exercises for question in planned.questions)


def claims_of(exercises: Sequence[PlannedExercise], transcript: Transcript) -> tuple[tuple[Claim, ...], ...]:
    """Return the answers to `questions_of`, for each exercise in the order of its cases."""
    answers = iter(transcript.claims)
    return tuple(planned.in_order(next(answers), next(answers)) for planned in exercises)


def mark_exercise(
    planned: PlannedExercise, claims: Sequence[Claim], known: Callable[[PlannedExercise], tuple[Profile, ...]]
) -> ExerciseResult:
    """Return the result of one exercise.

    Parameters
    ----------
    planned : PlannedExercise
    claims : sequence of Claim
        One a case.
    known : callable
        Gives the profiles of the exercise's misconceptions; called only where something failed.

    Raises
    ------
    MachineError
        Where a check does not end.
    """
    with _judging(planned):
        findings = judge(planned, claims)
    held = [all(f.passed for f in case) for case in findings]
    named = None
    if not all(held):
        wrong = diagnose(planned, claims, findings, known(planned))
        named = {"name": wrong.name, "hint": wrong.hint} if wrong else None
    messages = [message(planned, i, claim, findings[i]) for i, claim in enumerate(claims)]
    return score(planned.exercise, claims, held, messages, named)


def _judging(planned: PlannedExercise) -> AbstractContextManager[None]:
    what = f"judging {planned.exercise.name} (a check that does not end on what was returned?)"
    return at_most(JUDGING_SECONDS, what)


def run_trusted(function: Callable[..., Any], question: Question) -> tuple[Claim, ...]:
    """Return the claims of a function of ours, run in this process."""
    # Misconceptions divide by zero and worse; nobody needs to hear of it.
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return InProcess({question.function: function}).run((), (question,)).claims[0]


class Known:
    """The profiles of an exercise's misconceptions, made when they are first asked for.

    Most cohorts never ask for most of them, and they are the same for all who do.
    """

    def __init__(self) -> None:
        self._made: dict[str, tuple[Profile, ...]] = {}

    def __call__(self, planned: PlannedExercise) -> tuple[Profile, ...]:
        """Return the profiles of `planned`."""
        name = planned.exercise.name
        if name not in self._made:
            self._made[name] = profiles(planned, run_trusted)
        return self._made[name]
