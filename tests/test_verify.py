"""Verification finds what is wrong, and the course has nothing wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from grader.plan import plan_exercise, plan_topic
from grader.prove import SEEDS, prove_topic
from grader.verify import verify_misconceptions, verify_plan, verify_solutions, verify_stubs
from reference.catalogue import load_topic, topic_names
from reference.measures import value
from reference.recipes import as_is, given, normal
from reference.spec import Exercise, case, check, misconception

TOPICS = [load_topic(name) for name in topic_names()]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t.name)
@pytest.mark.parametrize("seed", [*SEEDS, 7, 8])
def test_the_course_is_right_under_every_seed(topic, seed):
    assert verify_plan(plan_topic(topic, seed)) == ()


@pytest.mark.slow
@pytest.mark.walls
@pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t.name)
def test_the_whole_topic_is_proved_otter_included(topic):
    for line, faults in prove_topic(topic, jobs=2, otter=True):
        assert not faults, line


def total(x):
    """Return the sum."""
    return float(np.sum(x))


@misconception("Is the order of the numbers important?")
def first(x):
    return float(x[0])


@misconception("Which of the numbers count?")
def right_after_all(x):
    return float(sum(x))


def off_by_a_little(x):
    return total(x) + 1e-3


CASES = (
    case("by hand", given([1.0, 2.0]), why="1 + 2 = 3", public=True),
    case("five", normal(5), why="five numbers"),
)
GOOD = Exercise(solution=total, points=1, cases=CASES, checks=(value(rtol=1e-9),), misconceptions=(first,))


def test_a_right_exercise_has_no_faults():
    planned = plan_exercise(GOOD, 1)
    assert not [*verify_solutions(planned), *verify_stubs(planned), *verify_misconceptions(planned)]


def test_a_wrong_alternative_is_found():
    planned = plan_exercise(dataclasses.replace(GOOD, alternatives=(off_by_a_little,)), 1)
    assert {f.where for f in verify_solutions(planned)} == {"total, off_by_a_little"}


def test_a_misconception_that_nothing_catches_is_found():
    planned = plan_exercise(dataclasses.replace(GOOD, misconceptions=(first, right_after_all)), 1)
    faults = [str(f) for f in verify_misconceptions(planned)]
    assert any("right_after_all: no hidden case catches it by a wrong result" in f for f in faults)


def test_two_misconceptions_that_fail_alike_are_found():
    @misconception("Again?")
    def also_first(x):
        return float(x[0])

    planned = plan_exercise(dataclasses.replace(GOOD, misconceptions=(first, also_first)), 1)
    assert sum("is named as nothing" in str(f) for f in verify_misconceptions(planned)) == 2


def test_a_case_that_a_stub_passes_is_found():
    cases = (CASES[0], case("nothing", given(np.zeros(3)), why="zeros"))
    planned = plan_exercise(dataclasses.replace(GOOD, cases=cases), 1)
    assert any("returns 0 earns 1 from 'nothing'" in str(f) for f in verify_stubs(planned))


@check("every entry is there")
def there(x, got):
    return float(not all(entry in x for entry in got)), 0.0


@pytest.mark.parametrize(
    ("solution", "what"),
    [
        (set, "set"),
        ("".join, "string"),
        (lambda x: dict.fromkeys(x, 1), "dictionary"),
    ],
)
def test_a_check_that_nothing_satisfies_is_found(solution, what):
    """All entries of what is empty are right."""

    def entries(x):
        """Return the entries."""
        return solution(x)

    cases = (case("a", as_is(["a"]), why="one", public=True), case("b", as_is(["b", "c"]), why="two"))
    planned = plan_exercise(Exercise(solution=entries, points=1, cases=cases, checks=(there,)), 1)
    assert [f"a stub that returns an empty {what} earns 1" in str(fault) for fault in verify_stubs(planned)] == [True]
