"""What counts as a result of the right form: lists for arrays, but no columns for vectors."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from reference.forms import conform, form_of
from reference.marking import mark_value, show
from reference.measures import apart_from_signs, differing, entrywise, regrouped, same, value

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
        (range(2), form_of([0, 1])),
        (range(2), ("tuple", (NUMBER, NUMBER))),
        (np.array(None, dtype=object), form_of(None)),
        (np.array([{"a": 1}, None], dtype=object), form_of([{"a": 1}, None])),
        *((answer, form_of(2**70)) for answer in (2**70, 1, 2.5, np.int64(2**60), True, 1 + 0j, float("inf"))),
        *(
            (answer, form_of(np.array([2**60, 1])))
            for answer in ([2**60, 1], (1.0, 2**70), np.array([2**63, 1], "u8"), [np.complex64(1), np.array(5)])
        ),
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
        (1j, form_of(2**70), "expected a whole number, got complex numbers"),
        ("1", form_of(2**70), "expected a whole number, got str"),
        ([1], form_of(2**70), "got an array of shape (1,)"),
        ([1, None], form_of(np.array([2**60, 1])), "list that does not hold numbers"),
        ([1, [2]], form_of(np.array([2**60, 1])), "list that does not hold numbers"),
        ([1, 2, 3], form_of(np.array([2**60, 1])), "expected an array of shape (2,), got one of shape (3,)"),
        (["a\0", "b"], form_of(np.array(["a", "b"])), "list that does not hold text"),
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
        ("a", "a\0", 1),
        (np.ones(2), np.ones(3), np.inf),
    ],
)
def test_what_has_to_be_the_same_is_counted_where_it_is_not(expected, got, how_many):
    assert differing(expected, got, None) == (how_many, 0.0)


def test_what_people_read_is_the_same_in_every_process():
    assert show({"b", "a", np.str_("c")}) == "{'a', 'b', 'c'}"
    assert show({"x": [np.int64(1), (np.float64(2.5),)]}) == "{'x': [1, (2.5,)]}"
    assert show(set()) == "set()"
    assert show({frozenset("ba"): {frozenset()}}) == "{frozenset({'a', 'b'}): {frozenset()}}"
    assert show([0] * 10_000) == f"[{'0, ' * 666}0 ..."


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
        ([1, 1, 2, np.nan], False),
        ([0, 0, 1], False),
    ],
)
def test_names_of_groups_are_free(got, right):
    residual, bound = regrouped(np.array([7, 7, 8, 9]), np.array(got), None)
    assert (residual <= bound) is right


BEYOND = (2**53, -(2**53), 2**53 + 1, 10**18 + 1, 2**63, 2**64 + 1, 10**20 + 1, 10**400)


@pytest.mark.parametrize("number", BEYOND)
def test_whole_numbers_that_are_no_floats_are_compared_exactly(number):
    """Alone, in an array, in a list and in a dictionary; as floats each of them is the float of a neighbour."""
    for wrap in (lambda n: n, lambda n: [n, 1], lambda n: {"n": (n, "x")}, lambda n: np.array([n, 1], dtype=object)):
        expected = wrap(number)
        for got, right in ((number, True), (number + 1, False), (number - 1, False), (-number, False), (0, False)):
            value, fault = conform(wrap(got), form_of(expected))
            assert fault == ""
            assert (differing(expected, value, None)[0] == 0) is right
    if abs(number) < 2**63:
        array = np.array([number, 1])
        for got, right in ((array, True), (array + 1, False), (array.tolist(), True), ([number - 1, 1.0], False)):
            assert (differing(array, conform(got, form_of(array))[0], None)[0] == 0) is right


@pytest.mark.parametrize("number", BEYOND)
def test_whole_numbers_of_any_size_are_right_within_a_tolerance(number):
    for wrap in (lambda n: n, lambda n: [n, 1], lambda n: (n, "x")):
        expected = wrap(number)
        for got, right in ((number, True), (number * 2, False), (np.nan, False), (np.inf, False), (1, False)):
            value, fault = conform(wrap(got), form_of(expected))
            assert fault == ""
            residual, bound = entrywise(expected, value, 1e-9, 0.0, None, False)
            assert (residual <= bound) is right, (got, residual, bound)
    if abs(number) < 10**300:
        residual, bound = entrywise(
            number, conform(float(number) * (1 + 1e-12), form_of(number))[0], 1e-9, 0.0, None, False
        )
        assert 0 < residual <= bound


def test_a_text_ends_where_it_ends():
    assert conform("a\0", form_of("a"))[0] == "a\0"
    assert conform("a\n", form_of("a"))[0] == "a\n"


def test_what_has_any_form_but_none_is_seen_quickly():
    """A form of many keys is not written out for each of many entries that have it."""
    form = form_of([dict.fromkeys(map(str, range(3_000)), 1.0)])
    described = []
    import reference.forms

    kept = reference.forms.describe
    reference.forms.describe = lambda of: described.append(of) or kept(of)
    try:
        assert conform([{}] * 100, form)[1] == ""
        assert not described
        assert conform([0] * 100, form)[1].endswith("as entry 0, got int")
    finally:
        reference.forms.describe = kept


@pytest.mark.parametrize(
    ("got", "holds"),
    [
        ((2.0, [1.0]), True),
        ((2.0, []), False),
        ((2.0, ["a"]), False),
        ((2.0, [None]), False),
        ((2.0, [[1.0]]), False),
        ((np.inf, [1.0]), False),
    ],
)
def test_a_check_of_what_may_be_anything_holds_or_does_not(got, holds):
    """It never stops the grading, whatever a learner puts into a list: nor does a bound as infinite as the residual."""
    from reference.spec import Check

    def first(x, got):
        number, (entry, *_) = got[0], iter(got[1])
        return abs(number - x - entry) + next(n for n in got[1] if n > 0) - 1, 1e-9 * number

    (_, (name, passed, *_), _) = mark_value(
        got, None, (1.0,), form_of((2.0, [])), (Check(name="c", residual=first),), ()
    )
    assert (name, passed) == ("c", holds)


def test_sets_within_sets_are_put_in_order_in_one_go():
    """However deep they are: naming the parts of each twice would never end here."""
    deep = frozenset(["b", ("a", frozenset("dc"))])
    for _ in range(50):
        deep = frozenset([deep, 1])
    assert show({deep}).count("frozenset") == 52
    assert (
        show({(2, frozenset("xy")), (1, frozenset("ba"))}) == "{(1, frozenset({'a', 'b'})), (2, frozenset({'x', 'y'}))}"
    )


@pytest.mark.parametrize(
    ("expected", "got", "fault"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, "'b' is missing"),
        ({"a": 1}, {"a": 1, "<b>\u202e": 2}, "'<b>\\u202e' is too much"),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1]}}, "for the key 'a' for the key 'b' 1 entries where 2 are expected"),
        ([(1, {"x"}), (2, {"y"})], [(1, {"x"}), (2, {"z"})], "in entry 1 in entry 1 'y' is missing"),
        ({1, 2}, {1, 2, 1000**900}, "100000000000000000000000000000000000000000000000000000000000 is too much"),
        (["a", "b"], ["a", "c"], ""),
        ({"a": 1}, {"a": 2}, ""),
    ],
)
def test_a_learner_is_told_where_a_result_is_built_otherwise(expected, got, fault):
    for whole, theirs, check in (
        (expected, got, same()),
        ((0, expected), (0, got), same(1)),
        ((0, expected), (0, got), value(rtol=0.0, part=1)),
    ):
        (_, (name, passed, *_, told), _) = mark_value(theirs, whole, (), form_of(whole), (check,), ())
        assert not passed
        assert told == f'"{name}" fails' + (f": {fault}" if fault else "")


def test_a_check_that_cannot_be_asked_says_so():
    from reference.spec import Check

    def total(x, got):
        return sum(got), 1.0

    (_, (_, _, _, _, told), _) = mark_value(["a"], [1.0], (1.0,), form_of([]), (Check(name="c", residual=total),), ())
    assert told == '"c" fails: it cannot be asked of this result'


def test_a_check_that_misuses_what_can_only_be_a_number_is_a_fault_of_its_author():
    from reference.spec import Check

    def wrong(x, got):
        return got.shape[0], 1.0

    with pytest.raises(AttributeError):
        mark_value(1.0, None, (1.0,), form_of(1.0), (Check(name="c", residual=wrong),), ())
