"""What counts as a result of the right form: lists for arrays, but no columns for vectors."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from reference.forms import conform, form_of
from reference.marking import mark_value, show
from reference.measures import apart_from_signs, differing, entrywise, regrouped

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
        (np.str_("minimum"), ("text",)),
        (None, form_of(None)),
        *((answer, form_of(True)) for answer in (True, np.bool_(False), 1, 0.0, np.array(True))),
        *((answer, form_of(1j)) for answer in (1j, 2, np.complex64(1j), np.array(1.5))),
        *((answer, form_of(np.array([1j, 0]))) for answer in ([1, 2j], (1, 2), np.ones(2), [np.complex64(1), 1000**8])),
        *((answer, form_of(["a", "b"])) for answer in (["x"], ("x", "y"), np.array(["x"]), [np.str_("x")], [])),
        *((answer, form_of([1.0, "a", None])) for answer in ([1, "x", None], [np.int64(3), "y"], [1, "x", None, None])),
        *(
            (answer, form_of({"a": 1, "b": None}))
            for answer in ({"b": None}, Counter("aac"), {np.str_("a"): np.int8(1)})
        ),
        *((answer, form_of({"a"})) for answer in ({1, "b"}, frozenset("ab"), set())),
        ({(1, "a"): [[1, 2], [3]]}, form_of({(1, "a"): [[1.0], []]})),
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
        ("12", VECTOR, "got str"),
        (["a", "b"], VECTOR, "list that does not hold numbers"),
        ([10**400, None], VECTOR, "list that does not hold numbers"),
        (10**400, VECTOR, "got a single value"),
        (np.array([1j, 2]), VECTOR, "got complex numbers"),
        (1.0, ("tuple", (NUMBER, NUMBER)), "got float"),
        ((1.0,), ("tuple", (NUMBER, NUMBER)), "got 1 values"),
        (([1.0], 1.0), ("tuple", (NUMBER, NUMBER)), "a number as output 1"),
        (1, ("text",), "got int"),
        (["a"], ("text",), "got list"),
        (False, form_of(None), "expected None, got bool"),
        ("True", form_of(True), "expected True or False, got str"),
        (2, form_of(True), "got another number"),
        ([True], form_of(True), "got list"),
        ("x", form_of(1j), "expected a complex number, got str"),
        ([1, 2, 3], form_of(np.array([1j, 0])), "a complex array of shape (2,), got one of shape (3,)"),
        ("ab", form_of(["a", "b"]), "expected a list, each entry a string, got str"),
        ({"a", "b"}, form_of(["a", "b"]), "got set"),
        (["a", None], form_of(["a", "b"]), "expected a string as entry 1, got None"),
        ([("a", 1)], form_of({"a": 1}), "expected a dictionary, each value a number, got list"),
        ({"a": "1"}, form_of({"a": 1}), "expected a number for the key 'a', got str"),
        (["a"], form_of({"a"}), "expected a set, got list"),
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


NESTED = {"a": [1.0, 2.0], "b": ("x", None), "c": {1, 2}, "d": 1e-3j, "e": True}


@pytest.mark.parametrize(
    ("got", "right"),
    [
        (NESTED, True),
        (dict(reversed(NESTED.items())), True),
        ({**NESTED, "a": [1.0, 2.0 + 1e-14]}, True),
        ({**NESTED, "e": 1.0}, True),
        ({**NESTED, "a": [1.0, 2.1]}, False),
        ({**NESTED, "a": [1.0]}, False),
        ({**NESTED, "b": ("y", None)}, False),
        ({**NESTED, "c": {1}}, False),
        ({**NESTED, "d": -1e-3j}, False),
        ({**NESTED, "f": 1}, False),
        ({k: v for k, v in NESTED.items() if k != "d"}, False),
    ],
)
def test_what_is_nested_is_compared_entry_by_entry(got, right):
    value, fault = conform(got, form_of(NESTED))
    assert fault == ""
    residual, bound = entrywise(NESTED, value, 1e-12, 0.0, None, False)
    assert (residual <= bound) is right


@pytest.mark.parametrize(
    ("expected", "got", "how_many"),
    [
        ([("a", 1), ("b", 2)], [["a", 1.0], ("b", 2)], 0),
        ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)], 4),
        (["a", "b"], ["a"], 1),
        (["a"], ["a", None, 3], 2),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, 1),
        ({"a": 1}, {}, 1),
        ({"a", "b"}, {"b", "c", "d"}, 3),
        (None, 0.0, 1),
        (True, 1.0, 0),
        ("a", None, 1),
        (np.ones(2), np.ones(3), np.inf),
    ],
)
def test_what_has_to_be_the_same_is_counted_where_it_is_not(expected, got, how_many):
    assert differing(expected, got, None) == (how_many, 0.0)


def test_what_people_read_is_the_same_in_every_process():
    assert show({"b", "a", np.str_("c")}) == "{'a', 'b', 'c'}"
    assert show({"x": [np.int64(1), (np.float64(2.5),)]}) == "{'x': [1, (2.5,)]}"
    assert show(set()) == "set()"


@pytest.mark.parametrize(
    ("got", "right"),
    [
        ([[1, 0], [0, -1]], True),
        ([[-1, 0], [0, -1]], True),
        ([[0, 1], [1, 0]], False),
        ([[1, 0], [0, 2]], False),
        ([[1, 0], [0, np.nan]], False),
        ([[0, 0], [0, 0]], False),
        ([[1j, 0], [0, 1]], True),
    ],
)
def test_signs_of_columns_are_free(got, right):
    residual, bound = apart_from_signs(np.eye(2), np.array(got), 1e-12, 0.0, None)
    assert (residual <= bound) is right


@pytest.mark.parametrize(
    ("got", "right"),
    [
        ([0, 0, 1, 2], True),
        ([2.0, 2.0, 0.0, 1.0], True),
        ([0, 0, 1, 1], False),
        ([0, 3, 1, 2], False),
        ([0, 1, 1, 2], False),
        ([0, 0, 0, 0], False),
        ([np.nan] * 4, False),
        ([0, 0, 1], False),
    ],
)
def test_names_of_groups_are_free(got, right):
    residual, bound = regrouped(np.array([7, 7, 8, 9]), np.array(got), None)
    assert (residual <= bound) is right
