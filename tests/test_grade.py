"""From a submission to its result: how often it is run, and for how long."""

from __future__ import annotations

from grader import grade
from grader.grade import Grader
from grader.plan import plan_topic
from grader.records import Claim, Question, Submission, Transcript
from reference.catalogue import load_topic

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
