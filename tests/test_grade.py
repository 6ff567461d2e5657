"""From a submission to its result: how often it is run, and for how long."""

from __future__ import annotations

import signal
import threading

import pytest

from grader import grade
from grader.errors import MachineError
from grader.grade import Grader
from grader.overdue import at_most
from grader.plan import Plan, plan_exercise, plan_topic
from grader.records import Claim, Question, Result, Submission, Transcript
from grader.sandbox.fake import InProcess
from reference.catalogue import load_topic
from reference.recipes import given
from reference.spec import Exercise, case, check

PLAN = plan_topic(load_topic("linear_algebra"), 11)
SECONDS = 50.0


class Slow:
    """Takes long for every run, and says that another cell has spoilt each function."""

    isolation = "none"

    def __init__(self) -> None:
        self.now = 0.0
        self.spent: list[float] = []

    def run(self, cells: tuple[str, ...], questions: tuple[Question, ...], spent: float = 0.0) -> Transcript:
        self.spent.append(spent)
        self.now += SECONDS
        claims = tuple((Claim(outcome="returned", value=1.0),) * len(question.calls) for question in questions)
        spoilt = {question.function: 1 + i for i, question in enumerate(questions[:6:2])}
        return Transcript(claims=claims, intact=spoilt if len(self.spent) == 1 else {})


def test_all_runs_of_a_submission_share_its_time(monkeypatch) -> None:
    """A notebook says itself which functions it has spoilt where: it can ask for many runs."""
    sandbox = Slow()
    monkeypatch.setattr(grade.time, "monotonic", lambda: sandbox.now)
    submission = Submission(name="a", student="", sha256="", cells=("x",) * 9)
    assert Grader({PLAN.topic: PLAN}, sandbox, only=PLAN.topic).grade(submission).status == "graded"
    assert len(sandbox.spent) == 5  # itself, three functions again, and counterexamples
    assert sandbox.spent == [i * SECONDS for i in range(5)]


def square(x):
    """Return the square of x."""
    return x * x


@check("it is the square")
def as_many_steps(x, got):
    steps = 0.0
    while steps < got:
        steps += 1.0
    return abs(got - x * x), 0.0


COUNTED = Exercise(
    solution=square,
    points=2,
    cases=(
        case("three", given(3.0), why="by hand: 3 times 3", public=True),
        case("four", given(4.0), why="another number"),
    ),
    checks=(as_many_steps,),
)


def graded(answer: str) -> Result:
    plan = Plan(topic="counts", exercises=(plan_exercise(COUNTED, 1),), digest="")
    submission = Submission(name="a", student="", sha256="", cells=(f"def square(x): return {answer}",))
    return Grader({"counts": plan}, InProcess(), only="counts").grade(submission)


def test_a_check_that_does_not_end_is_no_mark_and_no_wait(monkeypatch) -> None:
    monkeypatch.setattr(grade, "JUDGING_SECONDS", 0.3)
    assert graded("x * x").total == 2.0
    assert graded("x + x").total == 0.0
    with pytest.raises(MachineError, match=r"^judging square .* took more than 0.3 s of processor time$"):
        graded("1e300")
    # Right where it is asked, and endless on the simple inputs for a counterexample, which cost no mark.
    assert graded("x * x if x == 3 else 0.0 if x == 4 else 1e300").status == "graded"


def test_the_clock_leaves_nothing_behind(monkeypatch) -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with pytest.raises(ZeroDivisionError), at_most(9.0, "dividing"):
        1 / 0  # noqa: B018
    assert signal.getsignal(signal.SIGVTALRM) is before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
    found = []

    def elsewhere() -> None:
        with at_most(9.0, "waiting"):
            found.append(signal.getitimer(signal.ITIMER_VIRTUAL))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [(0.0, 0.0)]
