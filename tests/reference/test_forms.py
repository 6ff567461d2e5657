"""What counts as a result of the right form: lists for arrays, but no columns for vectors."""

from __future__ import annotations

import numpy as np
import pytest

from reference.forms import conform, form_of
from reference.marking import mark_value
from reference.measures import entrywise

VECTOR = ("array", (2,))
NUMBER = ("number",)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize(
    ("got", "form"),
    [
        (np.array([1.0, 2.0]), VECTOR),
        ([1, 2], VECTOR),
        ([1, 1000**8], VECTOR),
        ([np.int64(2), 1000**8], VECTOR),
        ([0.5, 10**400], VECTOR),
        ((1.0, 2.0), VECTOR),
        (np.array([1, 2], dtype=np.int8), VECTOR),
        (np.array([1.0, 2.0], dtype=np.float32), VECTOR),
        (np.array([1 + 0j, 2 + 0j]), VECTOR),
        ([np.float64(1), np.float32(2)], VECTOR),
        (np.array([[1.0, 2.0]]).view(np.matrix), ("array", (1, 2))),
        (1, NUMBER),
        (True, NUMBER),
        (np.float64(1), NUMBER),
        (np.array(1.0), NUMBER),
        (1 + 0j, NUMBER),
        ([1.0, [1, 2]], ("tuple", (NUMBER, VECTOR))),
        ("minimum", ("text",)),
    ],
)
def test_reasonable_results_are_taken(got, form):
    assert conform(got, form)[1] == ""


@pytest.mark.parametrize(
    ("got", "form", "fault"),
    [
        (None, VECTOR, "got None (is a return missing?)"),
        (np.ones((2, 1)), VECTOR, "got one of shape (2, 1)"),
        (np.ones((1, 2)), VECTOR, "got one of shape (1, 2)"),
        (1.0, VECTOR, "got a single value"),
        ([1.0], NUMBER, "got an array of shape (1,)"),
        (np.ones((1, 1)), NUMBER, "got an array of shape (1, 1)"),
        ([1.0, [2.0, 3.0]], VECTOR, "list that is not rectangular"),
        ("12", VECTOR, "str that does not hold numbers"),
        (["a", "b"], VECTOR, "list that does not hold numbers"),
        ([10**400, None], VECTOR, "list that does not hold numbers"),
        (10**400, VECTOR, "got a single value"),
        (np.array([1j, 2]), VECTOR, "got complex numbers"),
        (1.0, ("tuple", (NUMBER, NUMBER)), "got float"),
        ((1.0,), ("tuple", (NUMBER, NUMBER)), "got 1 values"),
        (([1.0], 1.0), ("tuple", (NUMBER, NUMBER)), "a number as output 1"),
        (1, ("text",), "got int"),
    ],
)
def test_others_are_refused_in_words(got, form, fault):
    assert fault in conform(got, form)[1]


def test_whole_numbers_beyond_64_bits_are_numbers():
    assert conform([1, 1000**8], VECTOR)[0].tolist() == [1.0, 1e24]
    assert conform((-(10**400), 10**400), VECTOR)[0].tolist() == [-np.inf, np.inf]
    assert conform(2**70, NUMBER)[0] == 2.0**70


def test_a_complex_result_that_should_be_a_number_is_refused_quietly():
    assert "complex" in conform(1j, NUMBER)[1]


@pytest.mark.parametrize(
    ("expected", "got", "right"),
    [
        ([1.0, 2.0], [1.0, 2.0 + 1e-13], True),
        ([1.0, 2.0], [1.0, 2.1], False),
        ([np.inf, -np.inf], [np.inf, -np.inf], True),
        ([np.inf], [-np.inf], False),
        ([np.inf], [1e308], False),
        ([1.0], [np.nan], False),
        ([np.nan], [np.nan], True),
        ([1e308], [-1e308], False),
        ([], [], True),
    ],
)
def test_comparison_of_values(expected, got, right):
    with np.errstate(over="ignore"):
        residual, bound = entrywise(np.array(expected), np.array(got), 1e-12, 0.0, None, False)
    assert (residual <= bound) is right


def test_a_check_that_cannot_be_evaluated_does_not_hold():
    from reference.spec import Check

    def broken(x, y):
        return np.linalg.svd(np.full((2, 2), np.nan)), 1.0

    results = mark_value(1.0, 1.0, (1.0,), form_of(1.0), (Check(name="broken", residual=broken),), ())
    assert [passed for _, passed, *_ in results] == [True, False, True]
