"""Simple inputs: fair to every correct solution, within the rules of the exercise, and none of them hidden."""

from __future__ import annotations

import numpy as np
import pytest

from grader import content
from grader.counterexample.inputs import simple_inputs, simpler
from grader.counterexample.leaves import build, leaves_of, put_together, take_apart
from grader.counterexample.rules import common
from grader.counterexample.search import Simple, worth_a_search
from grader.grade import Grader, run_trusted
from grader.judge import judge
from grader.master import solution_cells
from grader.plan import plan_exercise, plan_topic
from grader.records import Claim, Submission
from grader.sandbox.fake import InProcess
from grader.sandbox.inside import wire
from reference.catalogue import load_topic, topic_names
from reference.measures import same
from reference.probes import Probe, Seed, pack
from reference.recipes import given, made
from reference.spec import Exercise, case, check

EXERCISES = [(topic, e) for topic in topic_names() for e in load_topic(topic).exercises]
IDS = [exercise.name for _, exercise in EXERCISES]


@pytest.fixture(scope="module", name="made")
def simple_of_each():
    kept = {}

    def simple(exercise):
        if exercise.name not in kept:
            planned = plan_exercise(exercise, 20_000)
            kept[exercise.name] = planned, simple_inputs(planned)
        return kept[exercise.name]

    return simple


@pytest.mark.slow
@pytest.mark.parametrize(("topic", "exercise"), EXERCISES, ids=IDS)
def test_inputs_are_fair_new_and_tell_mistakes(topic, exercise, made):
    planned, simple = made(exercise)
    assert len(simple.cases) >= 6
    hidden = {wire.encode(pack(p.inputs)) for p in planned.cases if not p.case.public}
    assert hidden.isdisjoint(wire.encode(pack(p.inputs)) for p in simple.cases)
    for solution in (exercise.solution, *exercise.alternatives):
        assert Simple().simplest(simple, run_trusted(solution, simple.question)) == ""
    master = (content.solutions() / f"{topic}.md").read_text(encoding="utf-8")
    (answer,) = [cell for cell in solution_cells(master) if f"def {exercise.name}(" in cell]
    claims = InProcess().run(("import numpy as np", answer), (simple.question,)).claims[0]
    assert Simple().simplest(simple, claims) == "", "the notebook's own solution"
    # What a case at the edge alone can tell may have no simple input; most mistakes show on one.
    shown = [m for m in exercise.misconceptions if Simple().simplest(simple, run_trusted(m.solution, simple.question))]
    assert len(shown) >= 0.75 * len(exercise.misconceptions)


@pytest.mark.slow
@pytest.mark.parametrize("topic", topic_names())
def test_inputs_do_not_depend_on_the_term(topic, made):
    """They would tell of the hidden cases otherwise, which are drawn from a secret seed."""
    exercise = load_topic(topic).exercises[0]
    _, simple = made(exercise)
    other = simple_inputs(plan_exercise(exercise, 3))
    ours, theirs = ({wire.encode(pack(p.inputs)) for p in s.cases} for s in (simple, other))
    assert len(ours & theirs) >= 0.5 * min(len(ours), len(theirs))


def test_the_smallest_is_shown_with_what_came_and_what_should():
    (exercise,) = [e for _, e in EXERCISES if e.name == "cosine_similarity"]
    simple = simple_inputs(plan_exercise(exercise, 1))
    claims = run_trusted(lambda X, Y: np.asarray(X, float) @ np.asarray(Y, float).T, simple.question)
    text = Simple().simplest(simple, claims)
    first = next(i for i, f in enumerate(judge(simple, claims)) if not all(x.passed for x in f))
    assert all(leaf.size <= 2 for leaf in leaves_of(simple.cases[first].inputs))
    for word in ("input", "got", "expected"):
        assert f"  {word}" in text


@pytest.mark.parametrize(
    ("state", "claim", "expected"),
    [
        ("failed", Claim(outcome="returned", value=1.0), True),
        ("raised", Claim(outcome="raised"), True),
        ("failed", Claim(outcome="returned", value=None), False),
        ("missing", Claim(outcome="missing"), False),
        ("timed out", Claim(outcome="returned", value=1.0), False),
        ("crashed", Claim(outcome="crashed"), False),
        ("passed", Claim(outcome="returned", value=1.0), False),
    ],
)
def test_a_search_is_worth_it_where_somebody_tried(state, claim, expected):
    assert worth_a_search(state, [claim, Claim(outcome="returned")]) is expected


class Counting(InProcess):
    runs = 0

    def run(self, cells, questions, spent=0.0):
        self.runs += 1
        return super().run(cells, questions, spent)


def test_the_search_costs_nothing_where_all_is_right():
    plan = plan_topic(load_topic("linear_algebra"), 11)
    exercise = plan.exercises[0].exercise
    right = Counting({e.exercise.name: e.exercise.solution for e in plan.exercises})
    wrong = Counting({**right._namespace, exercise.name: exercise.misconceptions[0].solution})
    submission = Submission(name="a", student="", sha256="")
    for sandbox, runs in ((right, 1), (wrong, 2)):
        result = Grader({plan.topic: plan}, sandbox, only=plan.topic).grade(submission)
        assert sandbox.runs == runs
        assert [bool(d.counterexample) for d in result.details][1:] == [False] * (len(plan.exercises) - 1)
        assert bool(result.details[0].counterexample) is (runs == 2)


@check("it is a root")
def is_root(x, got):
    return abs(got * got - x[0]), 1e-9


def root(x):
    """Return the root of the first entry, None where there is none: the cases never ask for that."""
    return float(np.sqrt(x[0])) if x[0] >= 0 else None


def test_a_check_that_cannot_be_asked_makes_an_input_unfair_and_stops_nothing():
    """A smaller input may give another type of result, which no case gives and no check was written for."""
    x = given([2.0, -1.5, 2.0, -1.0])
    cases = (case("shown", x, why="by hand", public=True), case("hidden", x, why="another"))
    planned = plan_exercise(Exercise(solution=root, points=1, cases=cases, checks=(is_root,)), 1)
    simple = simple_inputs(planned)
    assert simple.cases
    assert all(p.expected is not None for p in simple.cases)


def test_inputs_are_drawn_as_they_arrive():
    """A name that a generator chose is a string of NumPy's, and a string once it was sent."""
    name = made("a name", lambda rng: rng.choice(list("abcdefghijklmnop")))
    cases = (case("shown", name, why="by hand", public=True), case("hidden", name, why="another"))
    planned = plan_exercise(Exercise(solution=greeting, points=1, cases=cases, checks=(same(),)), 1)
    assert type(planned.cases[0].inputs[0]) is str
    simple = simple_inputs(planned)
    assert simple.cases
    assert {type(p.inputs[0]) for p in simple.cases} == {str}


def greeting(name):
    """Return a greeting."""
    return f"hello {name}"


def test_inputs_are_made_once():
    calls = []
    simple = Simple(lambda planned: calls.append(planned) or planned)
    planned = plan_exercise(EXERCISES[0][1], 1)
    assert simple(planned) is simple(planned)
    assert len(calls) == 1


@pytest.mark.parametrize(
    "value",
    [1.0, 3, "a", [1, 2], [], [[1, 2], "a"], (1, (2.0, np.ones(2))), np.ones((2, 2)), Seed(1), None, True,
     Probe("polynomial", (np.ones(2),))],
)  # fmt: skip
def test_what_is_taken_apart_can_be_put_together(value):
    again = put_together(value, iter(list(take_apart(value))))
    assert wire.encode(pack((again,))) == wire.encode(pack((value,)))
    assert build((again,)) == build((value,))


@pytest.mark.parametrize(
    ("cases", "obeys", "breaks"),
    [
        ([[np.array([0.5, 0.5])], [np.array([0.7, 0.1, 0.2])]], [np.array([0.75, 0.25])], [np.array([1.0, 1.0])]),
        ([[np.eye(2), np.ones(2)], [2 * np.eye(3), np.ones(3)]], [np.eye(4), np.ones(4)], [np.eye(4), np.ones(3)]),
        ([[np.array([0, 1, 1])], [np.array([1, 0])]], [np.array([0, 1])], [np.array([1, 1])]),
        ([[np.ones((3, 2)), 2], [np.ones((5, 4)), 5]], [np.ones((4, 2)), 4], [np.ones((4, 2)), 5]),
        ([[np.array([[2.0, 1], [1, 2]])], [np.eye(3)]], [np.eye(2)], [np.array([[1.0, 2], [2, 1]])]),
    ],
)
def test_rules(cases, obeys, breaks):
    rules = common(cases)
    assert rules.hold(obeys)
    assert not rules.hold(breaks)


def test_simpler_inputs_keep_type_and_structure():
    rules = common([[np.array([1.5, 2.5]), 2, np.array([[1, 2], [3, 4]])], [np.ones(3), 3, np.ones((3, 3), dtype=int)]])
    arguments = (np.array([1.25, -2.75]), 2, np.array([[1, 2], [3, 4]]))
    found = list(simpler(arguments, rules, np.random.default_rng(1)))
    assert {build(f) for f in found} == {build(arguments)}
    assert any(f[0].size == 1 for f in found)
