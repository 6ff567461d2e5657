"""From claims and what is expected to findings. Runs outside the walls, on our own copy of the inputs."""

from __future__ import annotations

from collections.abc import Sequence

from grader.plan import PlannedCase, PlannedExercise
from grader.records import Claim, Finding
from reference.marking import explain, mark_error, mark_random, mark_value, show
from reference.probes import told

OUTCOMES = {
    "missing": "the function is not defined",
    "raised": "the call raised an exception",
    "timed out": "the call did not end within its time",
    "out of memory": "the call needed more memory than it may use",
    "crashed": "the call ended the whole process",
    "unreadable": "the result could not be read as plain data",
}
FAULTS = {
    "the form of the result": "the result is of the wrong type or shape",
    "the inputs stay as they were": "the call changed one of its arguments; work on a copy",
    "all randomness comes from rng": "the result must come from rng and nothing else that is random",
}

NO_ERROR = "a ValueError was expected"
# All that is ever said of a hidden case beside its reason and the name of a check.
HIDDEN_TEXTS = frozenset({*OUTCOMES.values(), *FAULTS.values(), NO_ERROR})


def judge(planned: PlannedExercise, claims: Sequence[Claim]) -> tuple[tuple[Finding, ...], ...]:
    """Return the findings of one exercise, a tuple for each case.

    Parameters
    ----------
    planned : PlannedExercise
    claims : sequence of Claim
        One a case, in the order of the cases.

    Examples
    --------
    >>> from grader.plan import plan_exercise
    >>> from reference.catalogue import load_topic
    >>> planned = plan_exercise(load_topic("linear_algebra").exercises[0], seed=1)
    >>> claims = [Claim(outcome="missing", text="it is not defined")] * len(planned.cases)
    >>> any(finding.passed for case in judge(planned, claims) for finding in case)
    False
    """
    return tuple(_judge_case(planned, p, claim) for p, claim in zip(planned.cases, claims, strict=True))


def _judge_case(exercise: PlannedExercise, planned: PlannedCase, claim: Claim) -> tuple[Finding, ...]:
    if claim.outcome not in ("returned", "raised"):
        return (Finding(check="the call ends", passed=False, message=claim.text),)
    if planned.case.kind == "error":
        results = mark_error(claim.error, claim.outcome == "raised" and claim.is_value_error)
    elif claim.outcome == "raised":
        return (Finding(check="the call returns", passed=False, message=f"{claim.error} was raised"),)
    else:
        modified = tuple(exercise.names[i] for i in claim.modified if i < len(exercise.names))
        arguments = told(planned.arguments, claim.logs)
        results = mark_value(claim.value, planned.expected, arguments, planned.form, planned.checks, modified)
        results += mark_random(claim.random, planned.draws)
    return tuple(Finding(check=c, passed=ok, residual=r, bound=b, message=m) for c, ok, r, b, m in results)


def message(exercise: PlannedExercise, index: int, claim: Claim, findings: Sequence[Finding]) -> str:
    """Return what a learner may read of one case: "" where it holds.

    A public case is shown with input, result and expectation. Of a hidden one only its reason and which check fails
    are told: a result's shape, an exception's class or text, an exit code could each carry the hidden input out.
    """
    failing = [finding for finding in findings if not finding.passed]
    if not failing:
        return ""
    planned = exercise.cases[index]
    why = planned.case.why
    if not planned.case.public:
        return f"{_bare(claim, failing[0])}. Why this case: {why}"
    if claim.outcome not in ("returned", "raised", "unreadable"):
        return f"{claim.text or OUTCOMES[claim.outcome]}. Why this case: {why}"
    got = {"returned": show(claim.value), "raised": f"{claim.error}: {claim.text}"}.get(claim.outcome, "")
    unique = any(check.against == "expected" for check in planned.checks)
    expected = "ValueError" if planned.case.kind == "error" else show(planned.expected) if unique else ""
    faults = [finding.message for finding in failing]
    return explain(planned.case.name, why, exercise.names, planned.inputs, got, expected, faults)


def _bare(claim: Claim, finding: Finding) -> str:
    """Return what fails in a hidden case, in words that do not depend on what the call said."""
    if claim.outcome not in ("returned", "raised"):
        return OUTCOMES[claim.outcome]
    if finding.check == "raises ValueError":
        return NO_ERROR
    if claim.outcome == "raised":
        return OUTCOMES["raised"]
    return FAULTS.get(finding.check, f'"{finding.check}" fails')
