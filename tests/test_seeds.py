"""Verification under many seeds: recipes that degenerate are found, each fault once, and margins are measured."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.plan import plan_exercise
from grader.review.course import try_seeds
from grader.review.seeds import Margin, Tried, draw_seeds, gathered, margins, narrowest, try_seed
from grader.review.text import margin_text, of_seeds
from grader.verify import Fault
from reference.catalogue import load_topic
from reference.measures import value
from reference.recipes import given, made, normal
from reference.spec import Exercise, case, check, misconception


def largest(x):
    """Return the largest number."""
    return float(np.max(x))


@misconception("Which of the numbers was asked for?")
def last(x):
    return float(x[-1])


def a_little_off(x):
    return largest(x) * (1 + 1e-8)


PUBLIC = case("by hand", given([2.0, 1.0]), why="2 is larger", public=True)
GOOD = Exercise(
    solution=largest,
    points=1,
    cases=(PUBLIC, case("rising at first", made("-3, 7, 5", lambda r: np.array([-3.0, 7.0, 5.0])), why="7 stands inside")),
    checks=(value(rtol=1e-6),),
    misconceptions=(last,),
    alternatives=(a_little_off,),
)  # fmt: skip
# The largest stands last in one of three draws: the misconception is then right by chance.
DEGENERATE = dataclasses.replace(GOOD, cases=(PUBLIC, case("three", normal(3), why="any of them may be the largest")))


def seeded(exercise: Exercise, seeds):
    return gathered("toys", exercise.name, [try_seed(exercise, seed) for seed in seeds])


def test_a_good_exercise_has_no_faults():
    assert seeded(GOOD, draw_seeds(5)).faults == ()


def test_a_recipe_that_degenerates_is_found_with_the_seeds_on_which_it_does():
    seeds = draw_seeds(12)
    found = seeded(DEGENERATE, seeds)
    draws = {s: plan_exercise(DEGENERATE, s).cases[1].inputs[0] for s in seeds}
    by_chance = tuple(s for s in seeds if draws[s].argmax() == 2)
    assert 0 < len(by_chance) < len(seeds)
    (fault,) = (f for f in found.faults if "no hidden case catches it" in f.fault.what)
    assert fault.fault.where == "largest, last"
    assert fault.seeds == by_chance


def test_a_recipe_that_fails_is_a_fault_and_not_the_end():
    def broken(rng):
        if rng.random() < 0.5:
            msg = "drawn badly"
            raise ValueError(msg)
        return np.array([-3.0, 7.0, 5.0])

    exercise = dataclasses.replace(GOOD, cases=(PUBLIC, case("sometimes", made("x", broken), why="w")))
    found = seeded(exercise, draw_seeds(12))
    (fault,) = found.faults
    assert "case 'sometimes': its inputs cannot be made: ValueError: drawn badly" in fault.fault.what
    assert 0 < len(fault.seeds) < 12
    (told,) = of_seeds([found])
    assert told.faults[0].startswith("toys/largest: case 'sometimes'")
    assert f"(with {len(fault.seeds)} of 12 seeds: {fault.seeds[0]}, " in told.faults[0]


def test_a_fault_of_several_seeds_is_told_once():
    fault, other = Fault(where="a", what="b"), Fault(where="a", what="c")
    tried = [
        Tried(seed=1, faults=(fault, fault), margins=()),
        Tried(seed=2, faults=(other,), margins=()),
        Tried(seed=3, faults=(fault,), margins=()),
    ]
    assert [(f.fault, f.seeds) for f in gathered("t", "e", tried).faults] == [(fault, (1, 3)), (other, (2,))]


def test_the_margin_is_bound_over_residual_of_the_worst_right_solution():
    (one,) = (m for m in seeded(GOOD, [4, 5]).margins if m.case == "rising at first")
    assert (one.solution, one.seed) == ("a_little_off", 4)
    assert one.room == pytest.approx(100, rel=1e-6)
    assert one.residual == pytest.approx(7e-8)
    assert "narrowest margin: 100 (residual 2e-08, allowed 2e-06; a_little_off, case 'by hand', check " in margin_text(
        seeded(GOOD, [4])
    )


def test_a_narrow_margin_is_marked():
    narrow = dataclasses.replace(GOOD, checks=(value(rtol=2e-8),))
    assert "NARROW, 2 (" in margin_text(seeded(narrow, [4]))


@check("the result is at most 7")
def at_most_seven(x, y):
    return y, 7.0


def test_limits_that_are_met_to_the_last_bit_and_exact_checks_have_no_margin():
    exact = dataclasses.replace(GOOD, checks=(value(rtol=0), at_most_seven), alternatives=())
    found = list(margins(plan_exercise(exact, 1), 1))
    assert {(m.case, m.check) for m in found} == {("by hand", "the result is at most 7")}
    assert "no margins" in margin_text(seeded(dataclasses.replace(exact, checks=(value(rtol=0),)), [1]))


def test_the_narrowest_of_each_case_is_kept_and_nothing_used_is_widest():
    def margin(case_name, residual):
        return Margin(solution="s", case=case_name, check="c", seed=1, residual=residual, bound=1.0)

    found = narrowest([margin("a", 0.1), margin("b", 0.0), margin("a", 0.5), margin("c", math.nan)])
    assert [(m.case, m.room) for m in found] == [("c", 0.0), ("a", 2.0), ("b", math.inf)]


def test_exercises_are_tried_in_processes_and_in_order():
    topic = load_topic("linear_algebra")
    found = list(try_seeds([(topic, topic.exercises[0]), (topic, topic.exercises[1])], 2, 7))
    assert [(f.exercise, f.seeds, f.faults) for f in found] == [("matvec", 7, ()), ("cosine_similarity", 7, ())]
    assert found[0].margins[0].room > 3


def test_the_command_prints_json_and_ends_well():
    result = CliRunner().invoke(main, ["verify", "--seeds", "2", "--jobs", "1", "--json", "linear_algebra/matvec"])
    assert result.exit_code == 0
    (data,) = json.loads(result.stdout)
    assert (data["exercise"], data["seeds"], data["faults"]) == ("matvec", 2, [])
    assert {m["case"] for m in data["margins"]} >= {"wide", "batch"}
