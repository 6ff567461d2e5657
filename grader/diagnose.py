"""Naming the misconception behind wrong results, or none: a wrong name is worse than no name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.judge import judge
from grader.plan import PlannedExercise
from grader.records import Claim, Finding, Question
from reference.spec import Misconception

Pairs = frozenset[tuple[int, str]]

# Two writings of one mistake agree to rounding on ordinary inputs; on ill-conditioned ones (stability cases) they
# may differ by parts in a thousand, so those are not compared by value.
CLOSE = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """How one misconception behaves on the planned cases."""

    misconception: Misconception
    failing: Pairs
    claims: tuple[Claim, ...]


def failing_pairs(findings: Sequence[Sequence[Finding]]) -> Pairs:
    """Return the failing (case, check) pairs."""
    return frozenset((i, f.check) for i, case in enumerate(findings) for f in case if not f.passed)


def profiles(
    planned: PlannedExercise, run: Callable[[Callable[..., Any], Question], tuple[Claim, ...]]
) -> tuple[Profile, ...]:
    """Return the profile of every misconception of an exercise.

    Parameters
    ----------
    planned : PlannedExercise
    run : callable
        ``run(function, question)`` returns the claims of a trusted function.
    """
    found = []
    for wrong in planned.exercise.misconceptions:
        claims = run(wrong.solution, planned.question)
        found.append(Profile(misconception=wrong, failing=failing_pairs(judge(planned, claims)), claims=claims))
    return tuple(found)


def diagnose(
    planned: PlannedExercise,
    claims: Sequence[Claim],
    findings: Sequence[Sequence[Finding]],
    known: Sequence[Profile],
) -> Misconception | None:
    """Return the one misconception that fails the same checks with the same results, or None.

    The sets of failing (case, check) pairs are compared first: they are the same for every writing of a mistake.
    Results are compared second: many mistakes fail every case, each in its own way.
    """
    failing = failing_pairs(findings)
    if not failing:
        return None
    same = [
        profile
        for profile in known
        if profile.failing == failing and _behave_alike(planned, failing, claims, profile.claims)
    ]
    return same[0].misconception if len(same) == 1 else None


def _behave_alike(planned: PlannedExercise, failing: Pairs, ours: Sequence[Claim], theirs: Sequence[Claim]) -> bool:
    for i in {index for index, _ in failing}:
        a, b = ours[i], theirs[i]
        if a.outcome != b.outcome or a.modified != b.modified or a.random != b.random:
            return False
        if planned.cases[i].case.kind == "stability":
            continue
        if a.outcome == "raised" and a.error != b.error:
            return False
        if a.outcome == "returned" and not _close(a.value, b.value):
            return False
    return True


def _close(a: Any, b: Any) -> bool:
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)) and not _numbers(a):
        return len(a) == len(b) and all(_close(x, y) for x, y in zip(a, b, strict=True))
    try:
        x, y = np.asarray(a), np.asarray(b)
        if x.shape != y.shape:
            return False
        if x.dtype.kind not in "biufc" or y.dtype.kind not in "biufc":
            return bool(np.all(x == y))
        scale = float(np.max(np.abs(y[np.isfinite(y)]), initial=0.0))
        return bool(np.allclose(x, y, rtol=CLOSE, atol=CLOSE * scale, equal_nan=True))
    except (TypeError, ValueError, OverflowError):
        return False


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, (int, float)) for v in value)
