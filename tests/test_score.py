"""Points and when they are earned."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from grader.records import Claim
from grader.score import companions, earned, split_points, state_of
from reference.catalogue import load_topic, topic_names
from reference.measures import value
from reference.recipes import given
from reference.spec import KINDS, Exercise, case

EXERCISES = [e for name in topic_names() for e in load_topic(name).exercises]


def double(x):
    """Return twice x."""
    return 2 * x


def exercise(kinds: list[str], points: int) -> Exercise:
    cases = [case("public", given(1.0), why="by hand", public=True), case("plain", given(2.0), why="ordinary")]
    cases += [case(f"{kind} {i}", given(float(i)), why="because", kind=kind) for i, kind in enumerate(kinds)]  # type: ignore[arg-type]
    return Exercise(solution=double, points=points, cases=tuple(cases), checks=(value(rtol=1e-12),))


@examples(st.lists(st.sampled_from(KINDS), max_size=14), st.integers(1, 10))
def test_points_add_up_exactly_in_any_order_and_caps_hold(kinds: list[str], points: int) -> None:
    made = exercise(kinds, points)
    shares = split_points(made)
    assert sum(shares) == points == sum(reversed(shares))
    assert shares[0] == 0, "public cases earn nothing"
    for kind in ("error", "stability"):
        assert sum(s for s, c in zip(shares, made.cases, strict=True) if c.kind == kind) <= points / 4
    assert all((s > 0) is not c.public for s, c in zip(shares, made.cases, strict=True))
    assert all(s * 64 == int(s * 64) for s in shares), "files of marks have six decimals"


@pytest.mark.parametrize("made", EXERCISES, ids=lambda e: e.name)
def test_every_hidden_case_of_the_course_earns_something(made: Exercise) -> None:
    for share, c in zip(split_points(made), made.cases, strict=True):
        assert (share > 0) is not c.public, c.name


def test_points_come_in_sixteenths_until_a_case_would_be_dealt_none() -> None:
    assert split_points(exercise(["error"] * 4, 1)) == (0, 12 / 16, 1 / 16, 1 / 16, 1 / 16, 1 / 16)
    assert split_points(exercise(["error"] * 5, 1)) == (0, 24 / 32, 2 / 32, 2 / 32, 2 / 32, 1 / 32, 1 / 32)


def test_equal_cases_earn_alike() -> None:
    shares = split_points(exercise(["edge"] * 3, 4))
    assert shares == (0, 1, 1, 1, 1)


def test_a_case_that_is_not_plain_needs_the_plain_one_of_its_visibility() -> None:
    cases = exercise(["edge", "error"], 2).cases
    assert [companions(cases, i) for i in range(4)] == [(), (), (1,), (1,)]
    assert earned(cases, [True, False, True, True]) == (True, False, False, False)
    assert earned(cases, [False, True, True, False]) == (False, True, True, False)


def test_a_plain_case_and_its_counterpart_earn_only_together() -> None:
    cases = exercise(["counterpart", "edge", "error"], 2).cases
    assert [companions(cases, i) for i in range(5)] == [(), (2,), (1,), (1, 2), (1, 2)]
    assert earned(cases, [True, True, False, True, True]) == (True, False, False, False, False)
    assert earned(cases, [True, False, True, True, True]) == (True, False, False, False, False)
    assert all(earned(cases, [True] * 5))


RETURNED, RAISED, MISSING = (Claim(outcome=o) for o in ("returned", "raised", "missing"))


@pytest.mark.parametrize(
    ("claims", "passed", "state"),
    [
        ([RETURNED] * 4, [True] * 4, "passed"),
        ([MISSING] * 4, [False] * 4, "missing"),
        ([RETURNED] * 4, [True, False, True, True], "failed"),
        ([RAISED] * 4, [False] * 4, "raised"),
        ([RETURNED, RAISED, RETURNED, RAISED], [True, False, False, True], "failed"),
        # What should raise and does not says nothing of what should not, and neither does what is right.
        ([RETURNED, RAISED, RETURNED, RETURNED], [True, False, True, False], "raised"),
        ([RETURNED, Claim(outcome="timed out"), RAISED, RAISED], [True, False, False, True], "timed out"),
        (
            [RETURNED, Claim(outcome="timed out"), Claim(outcome="crashed"), RAISED],
            [True, False, False, True],
            "crashed",
        ),
    ],
)
def test_state_is_the_worst_that_happened(claims: list[Claim], passed: list[bool], state: str) -> None:
    assert state_of(exercise(["edge", "error"], 2).cases, claims, passed) == state


def test_states_do_not_depend_on_order_of_failures() -> None:
    cases = exercise(["edge", "edge"], 2).cases
    bad = [Claim(outcome="timed out"), Claim(outcome="crashed"), RAISED, RETURNED]
    assert {state_of(cases, order, [False] * 4) for order in itertools.permutations(bad)} == {"crashed"}
