"""Naming misconceptions: by what fails first, by results second, and only when one remains."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.diagnose import _nudged, diagnose, profiles
from grader.grade import run_trusted
from grader.judge import judge
from grader.plan import PlannedExercise, plan_exercise
from reference.catalogue import load_topic
from reference.measures import value
from reference.recipes import given, made, normal
from reference.spec import Exercise, case, misconception

MATVEC = plan_exercise(load_topic("linear_algebra").exercises[0], seed=11)


def name_of(planned: PlannedExercise, function: Callable[..., Any]) -> str | None:
    claims = run_trusted(function, planned.question)
    named = diagnose(planned, claims, judge(planned, claims), profiles(planned, run_trusted))
    return named.name if named else None


def test_another_writing_of_a_mistake_is_named() -> None:
    def other_writing(A, x):
        A, x = np.array(A, float), np.array(x, float)
        return np.tensordot(x, A, axes=([-1], [0]))

    assert name_of(MATVEC, other_writing) == "uses_transpose"


@pytest.mark.parametrize(
    "wrong", [lambda A, x: None, lambda A, x: 0 * np.asarray(A) @ np.asarray(x).T, lambda A, x: np.nan]
)
def test_something_else_wrong_everywhere_is_not_named(wrong: Callable[..., Any]) -> None:
    assert name_of(MATVEC, wrong) is None


def test_a_right_solution_has_no_misconception() -> None:
    assert name_of(MATVEC, MATVEC.exercise.solution) is None


def test_who_forgets_to_refuse_bad_input_is_told_the_mistake_all_the_same() -> None:
    def refuses_everything_but_mistakes_it(A, x):
        if np.shape(x)[-1] != np.shape(A)[1]:
            raise ValueError
        return np.asarray(A, float) * np.asarray(x, float)

    def refuses_nothing(A, x):
        return np.asarray(A, float) * np.asarray(x, float) if np.shape(x)[-1] == np.shape(A)[1] else 0.0

    assert name_of(MATVEC, refuses_everything_but_mistakes_it) == "elementwise_product"
    assert name_of(MATVEC, refuses_nothing) == "elementwise_product"


def test_refusing_nothing_alone_is_no_misconception_of_another_kind() -> None:
    def refuses_nothing(A, x):
        good = np.shape(x)[-1] == np.shape(A)[1]
        return np.asarray(x, float) @ np.asarray(A, float).T if good else "not a number"

    assert name_of(MATVEC, refuses_nothing) is None


def variance(x):
    """Return the mean square distance from the mean."""
    return float(np.var(x))


@misconception("What is left of two large numbers that are nearly the same?")
def difference_of_squares(x):
    x = np.asarray(x, float)
    return float(np.mean(x**2) - np.mean(x) ** 2)


def _far_from_zero(rng):
    return 1e7 + rng.uniform(-1, 1, 300)


NOISE = Exercise(
    solution=variance,
    points=1,
    cases=(
        case("by hand", given([1.0, 3.0]), why="the mean is 2, the distances are 1", public=True),
        case("five", normal(5), why="five numbers"),
        case("far from zero", made("1e7 + uniform(300)", _far_from_zero), kind="stability", why="squares cancel"),
    ),
    checks=(value(rtol=1e-6),),
    misconceptions=(difference_of_squares,),
)


def test_where_rounding_decides_another_writing_is_named_by_what_fails() -> None:
    def other_writing(x):
        mean = sum(x) / len(x)
        return sum(v * v for v in x) / len(x) - mean * mean

    planned = plan_exercise(NOISE, seed=3)
    (profile,) = profiles(planned, run_trusted)
    assert profile.noisy == {2}
    ours, theirs = run_trusted(other_writing, planned.question)[2], profile.claims[2]
    assert ours.value != pytest.approx(theirs.value, rel=1e-3)
    assert name_of(planned, other_writing) == "difference_of_squares"


def test_where_rounding_decides_nothing_results_count_in_every_kind_of_case() -> None:
    @misconception("Is it 0?")
    def nothing(x):
        return 0.0 if np.mean(x) > 1e6 else variance(x)

    planned = plan_exercise(dataclasses.replace(NOISE, misconceptions=(nothing,)), seed=3)
    (profile,) = profiles(planned, run_trusted)
    assert profile.noisy == frozenset()
    assert name_of(planned, lambda x: 5.0 if np.mean(x) > 1e6 else variance(x)) is None


def test_nudged_ties_stay_ties_and_round_numbers_stay_round() -> None:
    values = np.array([0.1, 0.3, 0.1, 2.0, -0.5, np.inf, np.nan, 0.0])
    for sign in (1.0, -1.0):
        moved = _nudged(values, sign)
        assert moved[0] == moved[2] != values[0]
        assert moved[1] != values[1]
        assert np.array_equal(moved[3:], values[3:], equal_nan=True)
    assert _nudged("text", 1.0) == "text"
    assert isinstance(_nudged(0.1, 1.0), float)
