"""Naming the misconception behind wrong results, or none: a wrong name is worse than no name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.judge import judge
from grader.plan import PlannedExercise
from grader.records import Claim, Finding, Question
from reference.spec import Misconception

Pairs = frozenset[tuple[int, str]]

# Two writings of one mistake agree to rounding, unless the mistake itself magnifies rounding: then they may differ by
# parts in a thousand, or have not one digit in common.
CLOSE = 1e-6
# It magnifies rounding where inputs that differ in their last bit move the result by this share of it. Summing up in
# another order may round a hundred times as much, and results must agree to CLOSE all the same.
MOVED = CLOSE / 100
_BITS = 1 << 20
_LAST_BIT = float(np.finfo(float).eps)


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """How one misconception behaves on the planned cases.

    Attributes
    ----------
    misconception : Misconception
    failing : frozenset of (int, str)
        The failing (case, check) pairs.
    claims : tuple of Claim
        One a case.
    noisy : frozenset of int
        The failing cases in which rounding decides what comes out.
    """

    misconception: Misconception
    failing: Pairs
    claims: tuple[Claim, ...]
    noisy: frozenset[int] = frozenset()


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
    moved = [_moved(planned.question, sign) for sign in (1.0, -1.0)]
    found = []
    for wrong in planned.exercise.misconceptions:
        claims = run(wrong.solution, planned.question)
        failing = failing_pairs(judge(planned, claims))
        others = [run(wrong.solution, question) for question in moved]
        found.append(
            Profile(
                misconception=wrong,
                failing=failing,
                claims=claims,
                noisy=frozenset(i for i, _ in failing if not all(alike(claims[i], o[i], MOVED) for o in others)),
            )
        )
    return tuple(found)


def diagnose(
    planned: PlannedExercise,
    claims: Sequence[Claim],
    findings: Sequence[Sequence[Finding]],
    known: Sequence[Profile],
) -> Misconception | None:
    """Return the one misconception that fails the same checks with the same results, or None.

    The sets of failing (case, check) pairs are compared first: they are the same for every writing of a mistake.
    Results are compared second: many mistakes fail every case, each in its own way. Where rounding decides what a
    mistake gives, results count only if they are the same.

    What becomes of bad input is compared only where nothing else is wrong, or where several misconceptions remain: many
    forget to raise an error, whatever else they do.
    """
    failing = failing_pairs(findings)
    if not failing:
        return None
    same = alike_on_good_input(planned, claims, failing, known)
    found = [profile for profile in same if profile.failing == failing] or same
    return found[0].misconception if len(found) == 1 else None


def alike_on_good_input(
    planned: PlannedExercise, claims: Sequence[Claim], failing: Pairs, known: Sequence[Profile]
) -> tuple[Profile, ...]:
    """Return the profiles that fail the same checks with the same results in every case that asks for a result.

    Where no such case fails, they are those that fail in the same error cases.
    """
    good = on_good_input(planned, failing)
    where = {i for i, _ in good or failing}
    same = [p for p in known if (on_good_input(planned, p.failing) == good if good else p.failing == failing)]
    to_the_digit = [p for p in same if all(alike(claims[i], p.claims[i]) for i in where)]
    return tuple(to_the_digit or [p for p in same if all(alike(claims[i], p.claims[i]) for i in where - p.noisy)])


def on_good_input(planned: PlannedExercise, pairs: Pairs) -> Pairs:
    """Return the pairs of cases that ask for a result."""
    return frozenset((i, check) for i, check in pairs if planned.cases[i].case.kind != "error")


def alike(ours: Claim, theirs: Claim, close: float = CLOSE) -> bool:
    """Return whether two calls did the same, up to `close` of the largest number in the result."""
    if (ours.outcome, ours.modified, ours.random) != (theirs.outcome, theirs.modified, theirs.random):
        return False
    if ours.outcome == "raised":
        return ours.error == theirs.error
    return ours.outcome != "returned" or _close(ours.value, theirs.value, close)


def _moved(question: Question, sign: float) -> Question:
    """Return the question with every fraction moved by its last bit, some up and some down."""
    return replace(question, calls=tuple(tuple(_nudged(value, sign) for value in call) for call in question.calls))


def _nudged(value: Any, sign: float) -> Any:
    if not isinstance(value, float) and not (isinstance(value, np.ndarray) and value.dtype == np.float64):
        return value
    # What is equal stays equal, and round numbers stay what they are: ties are no matter of rounding.
    mantissa = np.abs(np.frexp(np.where(np.isfinite(value), value, 0.0))[0]) * _BITS
    move = np.where(mantissa == np.floor(mantissa), 0.0, np.where(np.floor(mantissa) % 3 == 1, -sign, sign))
    moved = value * (1.0 + move * _LAST_BIT)
    return float(moved) if isinstance(value, float) else moved


def _close(a: Any, b: Any, close: float) -> bool:
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)) and not _numbers(a):
        return len(a) == len(b) and all(_close(x, y, close) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_close(a[key], b[key], close) for key in a)
    try:
        x, y = np.asarray(a), np.asarray(b)
        if x.shape != y.shape:
            return False
        if x.dtype.kind not in "biufc" or y.dtype.kind not in "biufc":
            return bool(np.all(x == y))
        scale = float(np.max(np.abs(y[np.isfinite(y)]), initial=0.0))
        return bool(np.allclose(x, y, rtol=close, atol=close * scale, equal_nan=True))
    except (TypeError, ValueError, OverflowError):
        return False


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, (int, float)) for v in value)
