"""Which results of public cases are better drawn than printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.plan import PlannedExercise
from grader.records import Claim, Picture
from reference.forms import conform

# Fewer numbers are read as fast as drawn, more do not fit into a figure of a page.
FEWEST, MOST = 6, 400
# No figure has room for more.
MOST_PICTURES = 2


def pictures(planned: PlannedExercise, claims: Sequence[Claim]) -> tuple[Picture, ...]:
    """Return pictures of the public cases whose result has the right form and some wrong number.

    Parameters
    ----------
    planned : PlannedExercise
    claims : sequence of Claim
        One a case.
    """
    made = []
    for case, claim in zip(planned.cases, claims, strict=True):
        # Where the answer is not unique there is nothing to draw it against.
        unique = any(check.against == "expected" for check in case.checks)
        if case.case.public and unique and claim.outcome == "returned":
            value, fault = conform(claim.value, case.form)
            expected, _ = conform(case.expected, case.form)
            if not fault:
                made += [Picture(case=case.case.name, got=g, expected=e) for g, e in _worth_it(value, expected)]
    return tuple(made[:MOST_PICTURES])


def _worth_it(got: Any, expected: Any) -> list[tuple[Any, Any]]:
    if isinstance(expected, tuple):
        return [pair for g, e in zip(got, expected, strict=True) for pair in _worth_it(g, e)]
    drawn = isinstance(expected, np.ndarray) and expected.dtype.kind == "f" and expected.ndim in (1, 2)
    if not drawn or got.shape != expected.shape or not FEWEST <= expected.size <= MOST:
        return []
    # Rounding is no mistake that a figure could show.
    scale = float(np.max(np.abs(expected[np.isfinite(expected)]), initial=0.0)) or 1.0
    with np.errstate(all="ignore"):
        if bool(np.all(np.abs(got - expected) <= 1e-6 * scale)):
            return []
    return [(_plain(got), _plain(expected))]


def _plain(array: Any) -> Any:
    """Return an array as nested tuples, None for what is no finite number."""
    if array.ndim > 1:
        return tuple(map(_plain, array))
    return tuple(float(v) if np.isfinite(v) else None for v in array)
