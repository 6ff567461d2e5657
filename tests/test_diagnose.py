"""Naming misconceptions: by what fails first, by results second, and only when one remains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.diagnose import diagnose, profiles
from grader.grade import run_trusted
from grader.judge import judge
from grader.plan import PlannedExercise, plan_exercise
from reference.catalogue import load_topic

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
