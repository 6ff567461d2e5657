"""What must hold for every exercise of the course."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from grader.plan import plan_exercise
from reference.catalogue import load_topic, topic_names
from reference.probes import call, same

EXERCISES = [exercise for name in topic_names() for exercise in load_topic(name).exercises]


@pytest.fixture(params=EXERCISES, ids=lambda e: e.name)
def exercise(request):
    return request.param


def test_students_can_see_what_is_asked(exercise):
    text = inspect.getdoc(exercise.solution)
    for section in ("Parameters", "Returns", "Examples"):
        assert f"{section}\n---" in text
    if any(case.kind == "error" for case in exercise.cases):
        assert "Raises\n------\nValueError" in text
    for argument in inspect.signature(exercise.solution).parameters:
        assert f"\n{argument}" in text or f", {argument} :" in text


def test_there_are_enough_cases_and_misconceptions(exercise):
    assert 2 <= sum(case.public for case in exercise.cases) <= 4
    assert sum(not case.public for case in exercise.cases) >= 5
    assert len(exercise.misconceptions) >= 4
    assert len(exercise.alternatives) >= 3
    assert any(case.kind == "edge" and not case.public for case in exercise.cases)


def test_public_cases_do_not_depend_on_the_seed_and_hidden_ones_do(exercise):
    one, other = plan_exercise(exercise, 1), plan_exercise(exercise, 2)
    changed = 0
    for a, b in zip(one.cases, other.cases, strict=True):
        unchanged = same(a.inputs, b.inputs)
        assert unchanged or not a.case.public
        changed += not unchanged
    assert changed >= 4


def test_the_same_seed_gives_the_same_cases(exercise):
    one, other = plan_exercise(exercise, 5), plan_exercise(exercise, 5)
    for a, b in zip(one.cases, other.cases, strict=True):
        assert same(a.inputs, b.inputs)


def test_solutions_leave_their_inputs_alone(exercise):
    for planned in plan_exercise(exercise, 3).cases:
        for solution in (exercise.solution, *exercise.alternatives):
            try:
                _, changed, random, _ = call(solution, planned.inputs)
            except ValueError:
                assert planned.case.kind == "error"
            else:
                assert changed == ()
                assert random == ("" if planned.draws in (None, True) else "unused")


def test_every_tolerance_has_room(exercise):
    """A correct stable solution stays an order of magnitude below the bound."""
    from grader.grade import run_trusted
    from grader.judge import judge

    for seed in range(5):
        planned = plan_exercise(exercise, seed)
        for solution in (exercise.solution, *exercise.alternatives):
            findings = judge(planned, run_trusted(solution, planned.question))
            for case in findings:
                for finding in case:
                    if finding.check != "every entry lies in [-1, 1]" and not np.isnan(finding.residual):
                        assert finding.residual <= finding.bound / 10 or finding.residual == 0, (
                            solution.__name__,
                            finding,
                        )
