"""An exercise that is not well formed is refused, with everything that is wrong in one go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference.measures import value
from reference.recipes import given, normal
from reference.spec import AuthorError, Exercise, case, check, misconception


def double(x):
    """Return twice x."""
    return 2 * x


def undocumented(x):
    return x


@misconception("Twice, or once?")
def single(x):
    return x


@misconception("Of how many?")
def wide(x, y):
    return x + y


@check("the result is even")
def even(x, y):
    return abs(y % 2), 0.0


@check("takes too much")
def greedy(x, y, z):
    return 0.0, 0.0


def local_check():
    @check("is local")
    def inner(x, y):
        return 0.0, 0.0

    return inner


PUBLIC = case("by hand", given(1.0), why="1 doubled is 2", public=True)
HIDDEN = case("some", normal(3), why="three numbers")
GOOD: dict[str, Any] = {
    "solution": double,
    "points": 2,
    "cases": (PUBLIC, HIDDEN),
    "checks": (value(rtol=1e-12),),
    "misconceptions": (single,),
    "alternatives": (),
}


def faults(**changes: Any) -> tuple[str, ...]:
    with pytest.raises(AuthorError) as error:
        Exercise(**{**GOOD, **changes})
    return error.value.faults


def test_a_good_one_is_taken():
    assert Exercise(**GOOD).name == "double"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"solution": undocumented}, "the solution has no docstring"),
        ({"solution": 3}, "solution=3: expected a function"),
        ({"points": 0}, "points=0: expected a whole number of at least 1"),
        ({"points": 1.5}, "points=1.5"),
        ({"cases": PUBLIC}, "cases: expected a tuple of case(...) (is a comma missing?)"),
        ({"cases": (PUBLIC,)}, "no hidden plain case"),
        ({"cases": (HIDDEN,)}, "no public plain case"),
        ({"cases": (PUBLIC, HIDDEN, HIDDEN)}, "case 'some' is declared 2 times"),
        ({"cases": (PUBLIC, HIDDEN, case("a", given(1), why=" "))}, "case 'a': why is empty"),
        (
            {"cases": (PUBLIC, HIDDEN, case("a", given(1), why="b", kind="odd"))},
            "case 'a': kind='odd', expected one of plain",
        ),
        ({"cases": (PUBLIC, HIDDEN, case("a", why="b"))}, "case 'a': it has no inputs"),
        (
            {"cases": (PUBLIC, HIDDEN, case("a", 3.0, why="b"))},
            "case 'a': the input 3.0 is no recipe; write given(...)",
        ),
        ({"checks": ()}, "no check: every answer would be right"),
        ({"checks": even}, "checks: expected a tuple"),
        ({"checks": (greedy,)}, "check 'takes too much' takes 3 arguments, expected 2"),
        ({"checks": (local_check(),)}, "check 'is local' is not a function at the top of a module"),
        ({"misconceptions": single}, "misconceptions: expected a tuple"),
        ({"misconceptions": (single, single)}, "misconception 'single' is declared 2 times"),
        ({"alternatives": double}, "alternatives: expected a tuple"),
        ({"alternatives": (3,)}, "alternatives: expected functions only"),
        ({"alternatives": (greedy.residual,)}, "alternative 'greedy' takes (x, y, z), expected (x)"),
        ({"misconceptions": (wide,)}, "misconception 'wide' takes (x, y), expected (x)"),
        ({"misconceptions": (double,)}, 'misconceptions: double has no hint; write @misconception("...") above it'),
    ],
)
def test_each_mistake_is_named(changes: dict[str, Any], fault: str) -> None:
    assert any(fault in line for line in faults(**changes)), faults(**changes)


def test_all_mistakes_are_listed_at_once() -> None:
    found = faults(points=-1, checks=(), cases=(PUBLIC,), misconceptions=(single, single), alternatives=double)
    assert len(found) == 5
    with pytest.raises(AuthorError) as error:
        Exercise(**{**GOOD, "points": -1, "checks": ()})
    assert str(error.value).splitlines() == [
        "double: points=-1: expected a whole number of at least 1",
        "double: no check: every answer would be right; add value(...) or a property",
    ]


def test_inputs_of_a_case_are_new_each_time() -> None:
    recipe = given([1.0, 2.0])
    first = recipe.draw(np.random.default_rng(0))[0]
    first[:] = 0
    assert recipe.draw(np.random.default_rng(0))[0].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("decorator", [check, misconception])
def test_a_decorator_without_its_text_is_refused_where_it_stands(decorator) -> None:
    with pytest.raises(TypeError, match=f"@{decorator.__name__} above double lacks its (name|hint); write @"):
        decorator(double)
