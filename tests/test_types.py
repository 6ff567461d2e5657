"""Results of every type: each shape of a right answer earns, here and in Otter, no wrong one does, and none stops us."""

from __future__ import annotations

import enum
import itertools
import math
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from otter.test_files import ExceptionTestFile

from grader.grade import Known, claims_of, mark_exercise
from grader.plan import MOST, MOST_FREE, plan_exercise
from grader.sandbox.fake import InProcess
from grader.testfile import render
from reference.measures import same, same_groups, up_to_signs, value
from reference.recipes import as_is, given, normal
from reference.spec import AuthorError, Exercise, case, check


def columns(x):
    """Return a dictionary of arrays."""
    x = np.asarray(x, dtype=float)
    return {"mean": x.mean(axis=0), "sd": x.std(axis=0)}


def people(x):
    """Return a list of dictionaries."""
    return [{"name": name, "marks": [mark, mark + 1]} for name, mark in x]


def words(x):
    """Return a set of strings."""
    return set(x.split())


def roots(x):
    """Return a list of complex numbers."""
    return [complex(x, -1.5), complex(x, 1.5)]


def report(x):
    """Return a string."""
    return f"mean {np.mean(x):.2f}"


def positive(x):
    """Return True or False."""
    return bool(np.all(np.asarray(x) > 0))


def nothing(x):
    """Return None."""


def mixed(x):
    """Return one of each."""
    return (len(x), "many" if len(x) > 2 else "few", np.asarray(x, float), None, {"n": len(x)}, {len(x)}, len(x) > 2)


def factorial(x):
    """Return a whole number."""
    return math.factorial(x)


def powers(x):
    """Return whole numbers that are no floats."""
    return np.array([2**53 + 1, 2**53 + x])


def counts(x):
    """Return a dictionary whose keys are numbers of NumPy's."""
    return dict(zip(*np.unique(x, return_counts=True), strict=True))


def itemsets(x):
    """Return a dictionary whose keys are sets."""
    return {frozenset(pair): sum(pair) for pair in itertools.combinations(x, 2)}


def partition(x):
    """Return a set of sets."""
    return {frozenset(x[:2]), frozenset(x[2:])}


def letters(x):
    """Return a Counter."""
    return Counter(x)


def groups(x):
    """Return labels of groups."""
    return np.asarray(x) % 3


def axes(x):
    """Return columns with free signs."""
    return np.linalg.qr(x)[0]


def signs(x):
    """Return an array of strings."""
    return np.array(["up" if v > 0 else "down" for v in x])


def length(x):
    """Return a whole number."""
    return len(x)


def floats(x):
    """Return a list of floats."""
    return [float(v) for v in x]


@check("the shares add up")
def adds_up(x, got):
    return abs(sum(got[0].values()) - 1) + abs(got[1] - len(x)), 1e-9


def shares(x):
    """Return a dictionary and a number."""
    return {v: x.count(v) / len(x) for v in x}, len(x)


@check("it is the smallest")
def smallest_first(x, got):
    return float(next(iter(got)) > min(x)), 0.0


def ascending(x):
    """Return a list."""
    return sorted(x)


@check("it is the first letter")
def first_letter(x, got):
    return abs(ord(got) - ord(x[0])), 0.0


def initial(x):
    """Return a letter."""
    return x[0]


def exercise(function, first, second, *checks) -> Exercise:
    cases = (
        case("shown", first, why="by hand", public=True),
        case("first", first, why="again"),
        case("second", second, why="another"),
    )
    return Exercise(solution=function, points=2, cases=cases, checks=checks)


TRIPLE, PAIR = as_is([3, 1, 2]), as_is([1, -1])
NUMBERS, EXACT = value(rtol=1e-9), same()
EXERCISES = {
    made.name: made
    for made in (
        exercise(columns, as_is([[1.0, 2.0], [3.0, 5.0]]), normal(4, 2), NUMBERS),
        exercise(people, as_is([["ann", 1]]), as_is([["zoe", 7], ["eve", 2]]), EXACT),
        exercise(words, as_is("one two"), as_is("the cat the dog"), EXACT),
        exercise(roots, given(1.25), given(-2.25), NUMBERS),
        exercise(report, TRIPLE, PAIR, EXACT),
        exercise(positive, TRIPLE, PAIR, EXACT),
        exercise(nothing, TRIPLE, PAIR, EXACT),
        exercise(mixed, TRIPLE, PAIR, EXACT),
        exercise(factorial, given(25), given(170), EXACT),
        exercise(powers, given(25), given(31), EXACT),
        exercise(counts, given([3, 1, 3]), given([5, 5, 1]), EXACT),
        exercise(itemsets, TRIPLE, PAIR, EXACT),
        exercise(partition, TRIPLE, as_is(["x", "y", "z"]), EXACT),
        exercise(letters, as_is("abca"), as_is("xyzzy"), EXACT),
        exercise(groups, given([3, 1, 2, 3]), given([0, 1, 2]), same_groups()),
        exercise(axes, normal(3, 3), normal(4, 2), up_to_signs(rtol=1e-9)),
        exercise(signs, given([1, -2]), given([-5, 4, 1]), EXACT),
        exercise(length, TRIPLE, PAIR, EXACT),
        exercise(floats, TRIPLE, PAIR, NUMBERS),
        exercise(shares, TRIPLE, PAIR, adds_up),
        exercise(ascending, TRIPLE, PAIR, smallest_first),
        exercise(initial, as_is("abc"), as_is("xyz"), first_letter),
    )
}
PLANNED = {name: plan_exercise(made, 1) for name, made in EXERCISES.items()}


def ours(name, function):
    """Return the result of a function that comes through the wire."""
    planned = PLANNED[name]
    transcript = InProcess({name: function}).run((), planned.questions)
    (claims,) = claims_of((planned,), transcript)
    return mark_exercise(planned, claims, Known())


def held_in_otter(name, function) -> list[bool]:
    file = ExceptionTestFile.from_string(render(PLANNED[name], hidden=True))
    file.run({name: function})
    return [result.passed for result in file.test_case_results]


def changed(name, change):
    return lambda x: change(PLANNED[name].exercise.solution(x))


class Seven(NamedTuple):
    a: int
    b: str
    c: np.ndarray
    d: None
    e: dict
    f: set
    g: bool


class Number(enum.IntEnum):
    TWO = 2
    THREE = 3


class Stubborn(str):
    """A text whose str() is another."""

    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


class Table(dict):
    pass


def keep(result):
    return result


FAIR = {
    "columns": [
        OrderedDict,
        Table,
        lambda d: defaultdict(list, d),
        lambda d: dict(reversed(d.items())),
        lambda d: {np.str_(k): v.tolist() for k, v in d.items()},
        lambda d: {k: v + 0j for k, v in d.items()},
    ],
    "people": [
        tuple,
        lambda a: np.array(a, dtype=object),
        lambda a: [{"marks": np.array(d["marks"]), "name": np.str_(d["name"])} for d in a],
        lambda a: [{**d, "marks": tuple(map(float, d["marks"]))} for d in a],
    ],
    "words": [frozenset, lambda s: {np.str_(w) for w in s}],
    "roots": [tuple, np.array, lambda a: np.array(a, np.complex64), lambda a: [z * (1 + 1e-12) for z in a]],
    "report": [
        np.str_,
        np.array,
        Stubborn,
        lambda s: np.array(s, dtype=object),
        lambda s: enum.Enum("Text", {"A": s}, type=str).A,
    ],
    "positive": [np.bool_, int, float, np.array, complex],
    "nothing": [lambda n: np.array(n, dtype=object)],
    "mixed": [list, lambda m: np.array(m, dtype=object), lambda m: Seven(*m), lambda m: (*m[:5], frozenset(m[5]), np.bool_(m[6]))],
    "factorial": [lambda n: np.array(n, dtype=object), lambda n: complex(n) if n < 2 else n],
    "powers": [list, tuple, lambda a: a.astype("u8"), lambda a: a.astype(object), lambda a: a.tolist()],
    "counts": [
        lambda d: {int(k): float(v) for k, v in d.items()},
        lambda d: Counter({float(k): int(v) for k, v in d.items()}),
    ],
    "itemsets": [lambda d: dict(reversed(d.items()))],
    "partition": [frozenset],
    "letters": [dict],
    "groups": [lambda g: 7 * g + 1, lambda g: -g.astype(float), list],
    "axes": [np.negative, np.ndarray.tolist, lambda Q: Q * np.where(np.arange(Q.shape[1]), 1, -1), lambda Q: Q + 0j],
    "signs": [list, tuple, lambda a: a.astype(object), lambda a: [np.array(v) for v in a]],
    "length": [float, complex, np.int8, np.array, Number, lambda n: np.array(n, dtype=object)],
    "floats": [tuple, np.array, np.ma.array, lambda a: [np.float32(v) for v in a], lambda a: [int(v) for v in a]],
    "shares": [list],
    "ascending": [tuple, np.array],
    "initial": [np.str_],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "change"), [(name, change) for name in EXERCISES for change in (keep, *FAIR.get(name, ()))]
)
def test_every_shape_of_a_right_answer_earns(name, change) -> None:
    result = ours(name, changed(name, change))
    assert result.marks == 2, result.cases[0].message
    assert held_in_otter(name, changed(name, change)) == [True, True, True]


WRONG = {
    "columns": [
        lambda d: {**d, "n": 1},
        lambda d: {"mean": d["mean"]},
        lambda d: {"mean": d["sd"], "sd": d["mean"]},
        lambda d: {"Mean": d["mean"], "sd": d["sd"]},
        lambda d: [*d.items()],
        lambda d: {**d, "sd": d["sd"] + 1e-6},
        lambda d: {**d, "sd": d["sd"] * np.nan},
    ],
    "people": [
        lambda a: [*a, *a],
        lambda a: [],
        lambda a: {0: a[0]},
        lambda a: [{**d, "marks": d["marks"][::-1]} for d in a],
        lambda a: [{**d, "name": d["name"].title()} for d in a],
        lambda a: [{**d, float("nan"): 1} for d in a],
    ],
    "words": [
        list,
        lambda s: s | {""},
        lambda s: set(list(s)[1:]),
        lambda s: {w.upper() for w in s},
        lambda s: {w + "\0" for w in s},
        dict.fromkeys,
        lambda s: dict.fromkeys(s).keys(),
    ],
    "roots": [set, lambda a: a[::-1], lambda a: [z.real for z in a], lambda a: [*a, a[0]], lambda a: list(map(str, a))],
    "report": [
        str.upper,
        str.encode,
        *(lambda s, end=end: s + end for end in (" ", "\n", "\0", "\u202e", "\ud800", "\u200b")),
        lambda s: [s],
        lambda s: "<script>alert(1)</script>",
    ],
    "positive": [str, lambda b: not b, lambda b: [b], lambda b: b + 1e-12, lambda b: math.nan, lambda b: 2],
    "nothing": [lambda n, v=v: v for v in (0, False, "", [], {}, math.nan, "None", ())],
    "mixed": [
        *(lambda m, i=i, v=v: (*m[:i], v, *m[i + 1 :]) for i, v in enumerate((99, "x", [0.0], 0, {"n": -1}, {99}, 2))),
        lambda m: m[:-1],
        lambda m: (*m, 1),
        lambda m: (*m[:5], list(m[5]), m[6]),
    ],
    "factorial": [lambda n: n + 1, lambda n: -n, lambda n: n * 10**400, lambda n: float(n + (n >> 60)), str],
    "powers": [lambda a: a + 1, lambda a: a - 1, lambda a: a.astype(float), lambda a: a[::-1], lambda a: a * 1j],
    "counts": [
        lambda d: {str(k): v for k, v in d.items()},
        lambda d: {k: v + 1 for k, v in d.items()},
        lambda d: {**d, 0: 0},
        lambda d: dict(list(d.items())[1:]),
        lambda d: dict(zip(d, list(d.values())[::-1], strict=True)),
    ],
    "itemsets": [lambda d: {tuple(k): v for k, v in d.items()}, lambda d: {k: v + 1 for k, v in d.items()}],
    "partition": [lambda s: {tuple(k) for k in s}, lambda s: set().union(*s), list],
    "letters": [lambda c: c.most_common(), Counter.total],
    "groups": [lambda g: g * 0, lambda g: g * np.nan, lambda g: g[:-1], lambda g: np.arange(len(g)) // 2],
    "axes": [lambda Q: Q[:, ::-1], lambda Q: Q * np.nan, lambda Q: 2 * Q, lambda Q: Q * 1j, lambda Q: Q * 0],
    "signs": [
        set,
        np.char.upper,
        lambda a: [v + " " for v in a],
        lambda a: [v + "\0" for v in a],
        lambda a: a.astype("S"),
        lambda a: a[:, None],
    ],
    "length": [str, lambda n: [n], lambda n: n + 1e-9, Fraction, Decimal],
    "floats": [set, deque, iter, lambda a: a[::-1], lambda a: list(map(str, a)), lambda a: [[v] for v in a]],
    "shares": [
        lambda s: ({**s[0], "z": "text"}, s[1]),
        lambda s: ({**s[0], "z": None}, s[1]),
        lambda s: ({"z": [1.0]}, s[1]),
        lambda s: ({}, s[1]),
    ],
    "ascending": [lambda a: [], lambda a: ["a"], lambda a: [[1]]],
    "initial": [lambda s: "", lambda s: 2 * s, lambda s: chr(0x10FFFF)],
}


@pytest.mark.parametrize(("name", "change"), [(name, change) for name, changes in WRONG.items() for change in changes])
def test_no_wrong_answer_earns(name, change) -> None:
    wrong = changed(name, change)
    result = ours(name, wrong)
    assert result.marks == 0
    assert held_in_otter(name, wrong) == [False, False, False]
    for shown in result.cases:
        assert shown.message.isprintable() or shown.message.replace("\n", "").isprintable()


class Liar:
    """Equal to everything, of every length, and an int, says it."""

    __class__ = int
    __hash__ = lambda self: 1  # noqa: E731
    __eq__ = lambda self, other: True  # noqa: E731
    __len__ = lambda self: 1  # noqa: E731
    __iter__ = lambda self: itertools.repeat(1.0)  # noqa: E731
    __repr__ = lambda self: "25"  # noqa: E731
    __float__ = __int__ = __index__ = lambda self: 77
    __reduce__ = lambda self: (print, ("here",))  # noqa: E731


class EqualText(str):
    __slots__ = ()
    __hash__ = str.__hash__
    __eq__ = lambda self, other: True  # noqa: E731


def cyclic():
    made: list[object] = []
    made.append(made)
    return made


def deep(depth=10_000):
    made: list[object] = []
    for _ in range(depth):
        made = [made]
    return made


HOSTILE = {
    "a liar": Liar,
    "a set of liars": lambda: {Liar()},
    "a dictionary of liars": lambda: {"mean": Liar(), "sd": Liar()},
    "a text that is equal": lambda: EqualText("no"),
    "a cycle": cyclic,
    "a cycle in a dictionary": lambda: (made := {}).setdefault("mean", made),
    "depth": deep,
    "a large set": lambda: set(range(6_000)),
    "a large dictionary": lambda: dict.fromkeys(range(6_000)),
    "a long list": lambda: [0] * (MOST_FREE + 1),
    "a long list of nothing": lambda: [{}] * 20_000,
    "a long text": lambda: "x" * (8 << 20),
    "an endless iterator": itertools.count,
    "an array that says it is small": lambda: np.broadcast_to(0.0, (1 << 20, 1 << 20)),
    "keys that collide": lambda: dict.fromkeys(i * ((1 << 61) - 1) for i in range(1, 4_000)),
    "sets that collide": lambda: {frozenset([i * ((1 << 61) - 1)]) for i in range(1, 4_000)},
    "not a number as a key": lambda: {math.nan: 1, np.nan: 2, complex(math.nan, 1): 3},
    "keys of all kinds": lambda: {None: 1, True: 2, "a": 3, (1, (2,)): 4, b"x": 5, 1.5: 6, frozenset(): 7, 1j: 8},
    "a number of too many digits": lambda: 1 << 20_000,
    "many long numbers": lambda: [1 << 8_000] * 400,
    "empty": dict,
    "a record": lambda: np.zeros(2, dtype=[("mean", "f8"), ("sd", "f8")]),
    "dates": lambda: np.array(["2024-01-01"], dtype="M8[D]"),
    "no characters": lambda: "\ud800\x00\u202e\x1b[31m<script>" * 10,
    "parts that are no numbers": lambda: [complex(math.inf, math.nan), complex(-0.0, -math.inf)],
    "a class": lambda: Liar,
    "a module": lambda: math,
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("name", ["columns", "people", "words", "report", "mixed", "powers", "length", "ascending"])
def test_hostile_results_earn_nothing_and_stop_nothing(name, what) -> None:
    made = HOSTILE[what]()
    result = ours(name, lambda _: made)
    assert result.marks == 0
    for shown in result.cases:
        assert shown.message.replace("\n", "").isprintable()
        assert len(shown.message) < 4_000


def test_a_long_text_is_right_in_an_array_as_in_a_list() -> None:
    def long(x):
        """Return long texts."""
        return [word * 1_500 for word in x]

    planned = plan_exercise(exercise(long, as_is(["a", "b"]), as_is(["c"]), EXACT), 1)
    for change in (keep, np.array, lambda a: np.array(a, dtype=object)):
        transcript = InProcess({"long": lambda x, change=change: change(long(x))}).run((), planned.questions)
        assert mark_exercise(planned, claims_of((planned,), transcript)[0], Known()).marks == 2


def test_a_result_may_change_after_it_was_returned() -> None:
    """What is marked is what it was when its call returned."""
    kept: list[float] = []

    def late(x):
        kept[:] = [float(v) for v in x]
        return kept

    assert ours("floats", late).marks == 2


@check("they are the entries")
def entries(x, got):
    x.sort()
    got.sort()
    return float(x != got), 0.0


@check("they are in order")
def ordered(x, got):
    return float(sorted(x) != got), 0.0


def test_a_check_that_changes_what_it_is_given_does_so_for_itself() -> None:
    planned = plan_exercise(exercise(ascending, TRIPLE, as_is([3, 2]), entries, ordered), 1)
    before = planned.cases[0].inputs
    for _ in range(2):
        (claims,) = claims_of((planned,), InProcess({"ascending": sorted}).run((), planned.questions))
        assert mark_exercise(planned, claims, Known()).marks == 2
        (claims,) = claims_of((planned,), InProcess({"ascending": keep}).run((), planned.questions))
        assert mark_exercise(planned, claims, Known()).marks == 0
        file = ExceptionTestFile.from_string(render(planned, hidden=True))
        file.run({"ascending": keep})
        assert not any(result.passed for result in file.test_case_results)
    assert before == ([3, 1, 2],)


def test_a_result_may_be_the_argument() -> None:
    assert ours("floats", keep).marks == 2


def numbers_of(function, checks=(EXACT,)):
    return plan_exercise(exercise(function, TRIPLE, PAIR, *checks), 1)


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: Fraction(1, 3), "a value of type Fraction; return float(...) of it; numbers, strings, None,"),
        (lambda: Decimal(1), "a value of type Decimal; return float(...) of it; numbers,"),
        ({}.keys, "a value of type dict_keys; return set(...) or list(...) of it; numbers,"),
        (lambda: Liar, "a value of type type; numbers,"),
        (lambda: b"x", "the result of the reference is of type bytes; numbers, strings, None, arrays"),
        (lambda: np.array(["2024-01-01"], dtype="M8[D]"), "an array of datetime64[D]; numbers,"),
        (lambda: set(range(6_000)), "too many keys; numbers,"),
        (lambda: 1 << 20_000, "an integer of too many digits; numbers,"),
    ],
)
def test_an_author_is_told_what_a_result_cannot_be(make, fault) -> None:
    def solution(x):
        """Return it."""
        return make()

    with pytest.raises(AuthorError) as caught:
        numbers_of(solution)
    assert len(caught.value.faults) == 3
    assert all(fault in line for line in caught.value.faults)


def test_the_reference_is_given_what_arrives_and_marked_by_what_arrives() -> None:
    """An array of objects crosses the walls as a list, in both directions."""
    seen = []

    def solution(x):
        """Return it as it came, in an array of objects."""
        seen.append(type(x))
        return np.array([1, "a", None], dtype=object)

    planned = plan_exercise(exercise(solution, given([1, "a", None], dtype=object), PAIR, EXACT), 1)
    assert set(seen) == {list}
    assert planned.cases[0].expected == [1, "a", None]
    file = ExceptionTestFile.from_string(render(planned, hidden=True))
    file.run({"solution": solution})
    assert all(result.passed for result in file.test_case_results)


def test_results_of_any_length_that_go_into_checks_have_less_room() -> None:
    rooms = {name: planned.questions[1].most for name, planned in PLANNED.items()}
    free = {"columns", "people", "words", "roots", "report", "mixed", "counts", "itemsets", "partition", "letters"}
    free |= {"floats", "shares", "ascending", "initial"}
    assert {name for name, most in rooms.items() if most == MOST_FREE} == free
    assert {most for name, most in rooms.items() if name not in free} == {MOST}


def test_a_right_answer_of_many_small_arrays_has_room() -> None:
    def points(x):
        """Return points."""
        return [(float(i), -float(i)) for i in range(2_000)]

    planned = numbers_of(points)
    for form in (np.array, lambda point: [np.array(number) for number in point]):
        transcript = InProcess({"points": lambda x, form=form: list(map(form, points(x)))}).run((), planned.questions)
        assert {claim.outcome for claims in transcript.claims for claim in claims} == {"returned"}
