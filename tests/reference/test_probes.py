"""Functions and generators as arguments: what students' code gets, and what is learnt from it."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from otter.test_files import ExceptionTestFile

from grader.grade import mark_exercise, run_trusted
from grader.plan import plan_exercise
from grader.sandbox.inside import wire
from grader.testfile import render
from reference import probes, recipes
from reference.forms import conform, form_of
from reference.measures import same
from reference.probes import Probe, Seed, call, fresh, pack, told, unpack
from reference.recipes import given, probe, seeded
from reference.spec import AuthorError, Exercise, case, check

PARABOLA = Probe("polynomial", (np.array([-2.0, 0.0, 1.0]),))


def test_arguments_survive_the_wire() -> None:
    sent = (PARABOLA, Seed(7), np.arange(3), "text", (1.0, [2]))
    got = unpack(wire.decode(wire.encode(pack(sent))[4:]))
    assert probes.same(got, sent)
    assert got[0](3.0) == 7.0


def test_every_call_gets_arguments_of_its_own() -> None:
    tracing = Probe("polynomial", (np.ones(1),), True)
    arguments = (tracing, Seed(1), [np.zeros(2)], (np.zeros(2),))

    def spoil(f, rng, vectors, pair):
        f(0.0)
        rng.random()
        vectors[0] += 1
        pair[0][0] = 5

    for _ in range(2):
        _, changed, random, logs = call(spoil, arguments)
        assert (changed, random) == ((2, 3), "")
        assert logs[0][0] == 1
        assert [list(map(float, entry)) for entry in logs[0][1]] == [[0.0]]


@pytest.mark.parametrize(
    ("function", "random"),
    [
        (lambda rng: rng.random(), ""),
        (lambda rng: rng.spawn(1)[0].random(), ""),
        (lambda rng: 0.5, "unused"),
        (lambda rng: rng.random() + np.random.default_rng().random(), "differs"),
        (lambda rng: rng.random() + np.random.rand(), "global"),  # noqa: NPY002
        (lambda rng: np.random.seed(0) or rng.random(), "global"),  # noqa: NPY002
        (lambda rng: [float("nan"), rng.random()], ""),
    ],
)
def test_misuse_of_a_generator_is_noticed(function, random) -> None:
    assert call(function, (Seed(3),))[2] == random


def test_a_trace_has_an_end(monkeypatch) -> None:
    monkeypatch.setattr(probes, "LONGEST_TRACE", 3)
    f = Probe("polynomial", (np.ones(1),), True)
    for _ in range(5):
        f(0.0)
    assert (f.calls, len(f.trace)) == (5, 3)


def test_checks_are_told_what_was_asked_and_nothing_else() -> None:
    (f, x) = told((PARABOLA, 2.0), ((12, [(np.zeros(1),)]),))
    assert (f.calls, len(f.trace), x) == (12, 1, 2.0)
    assert told((PARABOLA,), ())[0].calls == 0
    assert PARABOLA.calls == 0
    assert fresh(f).calls == 0


@pytest.mark.parametrize("name", [name for name in probes.FUNCTIONS if name != "formula"])
def test_learners_can_read_what_a_function_is(name) -> None:
    function = getattr(probes, name)
    first = (inspect.getdoc(function) or "").splitlines()[0]
    assert 5 < len(first) < 110
    assert first in repr(Probe(name, ()))


def test_a_formula_is_a_function_with_its_constants_drawn() -> None:
    recipe = recipes.formula("t, y", "-k * y + sin(t)", k=recipes.made("a rate", lambda rng: float(rng.integers(2, 9))))
    (f,) = recipe.draw(np.random.default_rng(1))
    k = f.parameters[1]
    assert repr(f) == f"a function of t, y: -k * y + sin(t) (k = {k})"
    assert f(0.5, 3.0) == -k * 3.0 + np.sin(0.5)
    assert f(0.0, [1.0, 2.0]).tolist() == [-k, -2 * k]
    assert f.calls == 2
    ((what, *rest),) = pack((f,))
    assert what == "probe"
    assert Probe(*rest)(0.0, 1.0) == -k
    with pytest.raises(TypeError, match="takes k, t, y: 3 values, but it was given 2"):
        f(0.0)


@pytest.mark.parametrize(
    ("arguments", "expression", "fault"),
    [
        ("x", "sinn(x)", "there is no sinn"),
        ("x", "x +", "does not parse"),
        ("x", "k * x", "there is no k"),
        ("x", "np.sin(x)", "there is no np"),
        ("x y", "x", "names of arguments with commas"),
        ("x", "open('a')", "there is no open"),
    ],
)
def test_a_formula_that_is_none_is_refused_at_once(arguments, expression, fault) -> None:
    with pytest.raises(ValueError, match=fault):
        recipes.formula(arguments, expression)


def test_a_draw_without_a_shape_is_a_number() -> None:
    made = (recipes.uniform(low=1.0, high=2.0), recipes.normal(), recipes.integers(low=3, high=4))
    drawn = [recipe.draw(np.random.default_rng(0))[0] for recipe in made]
    assert list(map(type, drawn)) == [float, float, int]
    assert recipes.uniform(1).draw(np.random.default_rng(0))[0].shape == (1,)


def test_the_module_names_all_functions_it_hands_over() -> None:
    after = inspect.getsource(probes).split("# The functions that exercises hand over.")[1]
    assert [line[4 : line.index("(")] for line in after.splitlines() if line.startswith("def ")] == list(
        probes.FUNCTIONS
    )


# An exercise that uses all of it, marked by our runner and by Otter.


def noisy_root(f, rng, labels):
    """Return a root of `f` found by trying, a draw, and the labels."""
    x = 1.0
    for _ in range(60):
        x -= f(x) / ((f(x + 1e-6) - f(x - 1e-6)) / 2e-6)
    return x, rng.integers(10, size=20), labels


@check("f is called at most 200 times")
def few(f, rng, labels, result):
    return f.calls, 200


@check("it is a root")
def root(f, rng, labels, result):
    return abs(f.value(result[0])), 1e-9


LABELS = ["b", "a", "b"]
EXERCISE = Exercise(
    solution=noisy_root,
    points=2,
    cases=(
        case("shown", probe("polynomial", [-2, 0, 1]), seeded(), given(LABELS), public=True, why="by hand"),
        case("hidden", probe("polynomial", [-3, 0, 1]), seeded(), given(LABELS), why="another"),
    ),
    checks=(few, root, same(2)),
)


def patient(f, rng, labels):
    for _ in range(500):
        f(0.0)
    return noisy_root(f, rng, labels)


WRONG = {
    "f is called at most 200 times": patient,
    "it is a root": lambda f, rng, labels: (0.0, rng.integers(9, size=20), labels),
    "output 3 is right": lambda f, rng, labels: (*noisy_root(f, rng, labels)[:2], ["a", "a", "b"]),
    "all randomness comes from rng": lambda f, rng, labels: noisy_root(f, np.random.default_rng(1), labels),
    "the form of the result": lambda f, rng, labels: (*noisy_root(f, rng, labels)[:2], [1, 2, 3]),
}


def otter_marks(planned, function) -> list[bool]:
    file = ExceptionTestFile.from_string(render(planned, hidden=True))
    file.run({"noisy_root": function})
    return [r.passed for r in file.test_case_results]


def test_a_right_answer_is_right_everywhere() -> None:
    planned = plan_exercise(EXERCISE, 4)
    assert mark_exercise(planned, run_trusted(noisy_root, planned.question), lambda _: ()).marks == 2
    assert otter_marks(planned, noisy_root) == [True, True]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_answer_is_wrong_everywhere(wrong) -> None:
    planned = plan_exercise(EXERCISE, 4)
    result = mark_exercise(planned, run_trusted(WRONG[wrong], planned.question), lambda _: ())
    assert result.marks == 0
    assert otter_marks(planned, WRONG[wrong]) == [False, False]
    shown = result.cases[0].message
    assert "f = a function of x: c0 + c1 x + c2 x^2" in shown
    assert "rng = numpy.random.default_rng(" in shown


def test_an_author_hears_of_a_reference_that_misuses_its_generator() -> None:
    def careless(rng):
        """Return a number."""
        return np.random.rand()  # noqa: NPY002

    cases = (case("a", seeded(), public=True, why="x"), case("b", seeded(), why="x"))
    with pytest.raises(AuthorError, match="numpy's global random numbers"):
        plan_exercise(Exercise(solution=careless, points=1, cases=cases, checks=(same(),)), 1)


def test_an_author_hears_of_a_function_that_is_not_there() -> None:
    def solution(f):
        """Return a number."""
        return 0

    cases = (case("a", probe("nothing"), public=True, why="x"), case("b", probe("nothing"), why="x"))
    with pytest.raises(AuthorError, match="nothing"):
        plan_exercise(Exercise(solution=solution, points=1, cases=cases, checks=(same(),)), 1)


def test_free_shapes_count_axes_only() -> None:
    form = form_of([np.zeros(3), np.zeros((2, 2))], free=True)
    assert conform(([1, 2], [[1]]), form)[1] == ""
    assert "of shape (any, any)" in conform(([1, 2], [1]), form)[1]


def test_who_seeds_the_global_generator_is_seen_in_every_call() -> None:
    def seeds(rng):
        np.random.seed(0)  # noqa: NPY002
        return np.random.permutation(5)  # noqa: NPY002

    assert [call(seeds, (Seed(1),))[2] for _ in range(3)] == ["global"] * 3
