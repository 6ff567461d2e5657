"""Results are compared and printed outside the walls, where no clock runs: what is too large is not looked at."""

from __future__ import annotations

import numpy as np
import pytest

from grader.bulk import bulk
from grader.plan import MOST, MOST_FREE, TIMES, plan_topic
from grader.records import Claim
from grader.sandbox.claims import claims_of_frame
from grader.sandbox.inside import wire
from reference.catalogue import load_topic


def claimed(value: object = None, logs: tuple[object, ...] = (), most: int | None = MOST) -> Claim | None:
    raw = ("returned", value, (), "", False, "", "", logs)
    return claims_of_frame(wire.encode([7, raw])[4:], 1, 7, most)[0]


@pytest.mark.parametrize(
    "value",
    [
        np.zeros(MOST + 1),
        np.zeros((6,) * 8, "i1"),
        [np.zeros(1)] * 10_000,
        [{}] * (MOST + 1),
        (np.zeros(0),) * 10_000,
        ["a" * 190_000, *["b"] * 10_000],
        [["a" * 1_000], np.full(200, "b")],
        np.full(200, "b" * 600),
        dict.fromkeys(range(4000), "x" * 50),
        "x" * (MOST + 1),
        [1 << 8_000] * 1_000,
    ],
)
def test_what_would_take_long_to_compare_or_print_is_too_large(value) -> None:
    claim = claimed(value)
    assert claim.outcome == "unreadable"
    assert claim.value is None
    assert claim.text.startswith("its result is too large: it holds ")
    assert claimed(value, most=None).outcome == "returned"


@pytest.mark.parametrize("value", [np.zeros(MOST // 2), [[1.0] * 200] * 200, ["red", "green"] * 1_000, 1 << 8_000])
def test_what_is_merely_wrong_is_read(value) -> None:
    assert claimed(value).outcome == "returned"


def test_all_integers_that_are_read_can_be_printed() -> None:
    assert repr(claimed(-(1 << (8 * wire.MAX_INTEGER - 2))).value)


def test_logs_have_a_size_and_counts_a_bound() -> None:
    assert claimed(logs=((5, [(np.zeros(3),)]),)).outcome == "returned"
    assert claimed(logs=((5, [(np.zeros(500_000),)]),)).text == "it called a function with too much data too often"
    with pytest.raises(wire.Bad):
        claimed(logs=((1 << 60, []),))


def test_a_question_says_how_large_its_answers_may_be() -> None:
    """Relative to its cases; where any length has the right form, less of it goes into the checks."""
    planned = {
        p.exercise.name: p
        for name in ("linear_algebra", "probability", "what_is_learning")
        for p in plan_topic(load_topic(name), 1).exercises
    }
    assert [question.most for question in planned["matvec"].questions] == [MOST, MOST]
    assert planned["kfold_indices"].questions[0].most == MOST_FREE
    largest = max(bulk((p.inputs, p.expected)) for p in planned["gaussian_logpdf"].cases)
    assert planned["gaussian_logpdf"].questions[1].most == TIMES * largest > MOST
    assert planned["matvec"].question.most is None
