"""From an exercise and a seed to concrete inputs and what is expected of them."""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.bulk import ARRAY, bulk
from grader.records import Claim, Question
from grader.sandbox.inside import wire
from reference import probes
from reference.catalogue import Topic
from reference.forms import Form, conform, form_of
from reference.marking import mark_random, residual_of
from reference.spec import AuthorError, Case, Check, Exercise

# Public cases are the same for every term: students have them in the notebook that is built once.
PUBLIC_SEED = 0
# How much a result may hold: this, or so many times what the largest case holds. Wrong shapes have room, such as a
# table in the place of a vector; a result of the right form but of any length, which goes into checks, has less: a
# check may multiply it with itself, or compare each entry with each.
MOST, MOST_FREE, TIMES = 100_000, 4_000, 8
_OF_ANY_LENGTH = frozenset(("text", "set", "list", "dict"))
# So wide are the entries of the largest result taken to be that it can be read where each is an array by itself.
_WIDE = ARRAY // TIMES + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedCase:
    """A case with its inputs drawn.

    Attributes
    ----------
    case : Case
    inputs : tuple
        Positional arguments; functions among them are probes, generators are seeds.
    arguments : tuple
        The same with the defaults of the signature filled in; what checks get.
    expected : object
        Result of the reference solution; None for an error case.
    form : tuple
        Form of that result.
    checks : tuple of Check
        Those that apply to the case; none for an error case.
    draws : bool or None
        Whether the reference draws from the generator that it is given; None where it is given none.
    """

    case: Case
    inputs: tuple[Any, ...]
    arguments: tuple[Any, ...]
    expected: Any
    form: Form
    checks: tuple[Check, ...]
    draws: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedExercise:
    """An exercise with its cases drawn.

    Attributes
    ----------
    exercise : Exercise
    cases : tuple of PlannedCase
    question : Question
        All cases, for solutions of ours.
    questions : tuple of Question
        The same for a submission: first the public cases, then the hidden ones.
    """

    exercise: Exercise
    cases: tuple[PlannedCase, ...]
    question: Question
    questions: tuple[Question, Question]

    def in_order(self, public: Sequence[Claim], hidden: Sequence[Claim]) -> tuple[Claim, ...]:
        """Return the answers to both questions in the order of the cases."""
        claims = {True: iter(public), False: iter(hidden)}
        return tuple(next(claims[planned.case.public]) for planned in self.cases)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the arguments of the solution."""
        return tuple(inspect.signature(self.exercise.solution).parameters)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A topic with all its cases drawn.

    Attributes
    ----------
    topic : str
    exercises : tuple of PlannedExercise
    digest : str
        Changes whenever inputs, expected results, checks or points do.
    """

    topic: str
    exercises: tuple[PlannedExercise, ...]
    digest: str

    @property
    def possible(self) -> float:
        """Full marks."""
        return float(sum(e.exercise.points for e in self.exercises))


class Plans(Mapping[str, Plan]):
    """Plans of topics by name, each drawn when it is first asked for: a cohort rarely needs all of them.

    Parameters
    ----------
    topics : sequence of Topic
    seed : int
        Draws the hidden cases.
    """

    def __init__(self, topics: Sequence[Topic], seed: int) -> None:
        self._topics = {topic.name: topic for topic in topics}
        self._seed = seed
        self._made: dict[str, Plan] = {}

    def __getitem__(self, name: str) -> Plan:
        """Return the plan of a topic; raises what `plan_topic` does."""
        if name not in self._made:
            self._made[name] = plan_topic(self._topics[name], self._seed)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the topics; none is drawn by that."""
        return iter(self._topics)

    def __len__(self) -> int:
        """Return how many topics there are."""
        return len(self._topics)

    def __contains__(self, name: object) -> bool:
        """Return whether there is such a topic."""
        return name in self._topics


def generator(seed: int, exercise: str, case: str) -> np.random.Generator:
    """Return the generator that draws one case; another seed, exercise or case gives an independent one.

    Examples
    --------
    >>> int(generator(1, "matvec", "wide").integers(10)) == int(generator(1, "matvec", "wide").integers(10))
    True
    """
    words = hashlib.sha256(f"{seed}\0{exercise}\0{case}".encode()).digest()
    return np.random.default_rng(np.frombuffer(words, dtype="<u4"))


def plan_topic(topic: Topic, seed: int) -> Plan:
    """Return the plan of a topic.

    Raises
    ------
    AuthorError
        Where the reference fails on a case: all such faults at once.
    """
    planned, faults = [], []
    for exercise in topic.exercises:
        try:
            planned.append(plan_exercise(exercise, seed))
        except AuthorError as error:
            faults += [f"{error.where}: {fault}" for fault in error.faults]
    if faults:
        raise AuthorError(topic.name, faults)
    return Plan(topic=topic.name, exercises=tuple(planned), digest=_digest(planned))


def plan_exercise(exercise: Exercise, seed: int) -> PlannedExercise:
    """Return the exercise with its cases drawn from `seed`; public ones do not depend on it.

    Raises
    ------
    AuthorError
        Where a recipe or the reference solution fails, or an error case does not raise: all at once.
    """
    cases, faults = [], []
    for case in exercise.cases:
        try:
            cases.append(_plan_case(exercise, case, PUBLIC_SEED if case.public else seed))
        except _FaultError as fault:
            faults.append(f"case {case.name!r}: {fault}")
    if faults:
        raise AuthorError(exercise.name, faults)
    return planned_of(exercise, tuple(cases))


def planned_of(exercise: Exercise, cases: tuple[PlannedCase, ...]) -> PlannedExercise:
    """Return the exercise with these cases, and the questions that ask them."""
    return PlannedExercise(
        exercise=exercise,
        cases=cases,
        question=Question(function=exercise.name, calls=tuple(p.inputs for p in cases)),
        questions=(_question(exercise, cases, shown=True), _question(exercise, cases, shown=False)),
    )


def _question(exercise: Exercise, cases: tuple[PlannedCase, ...], *, shown: bool) -> Question:
    asked = [p for p in cases if p.case.public is shown]
    largest = max((max(bulk((p.inputs, p.expected)), bulk(p.expected, _WIDE)) for p in asked), default=0)
    free = exercise.free_shape or any(_of_any_length(p.form) for p in asked)
    return Question(
        function=exercise.name,
        calls=tuple(p.inputs for p in asked),
        shown=shown,
        most=max(MOST_FREE if free else MOST, TIMES * largest),
    )


def _of_any_length(form: Form) -> bool:
    return form[0] in _OF_ANY_LENGTH or (form[0] == "tuple" and any(map(_of_any_length, form[1])))


_CAN_BE_USED = "numbers, strings, None, arrays, and lists, tuples, sets and dictionaries of them can be used"


def draw_inputs(case: Case, rng: np.random.Generator) -> tuple[Any, ...]:
    """Return the arguments of a case as they reach a student: an array of objects arrives as a list.

    Raises
    ------
    Bad
        Where something cannot be sent; whatever a recipe raises comes through as well.
    """
    made = tuple(value for recipe in case.inputs for value in recipe.draw(rng))
    return probes.unpack(_arrived(probes.pack(made)))


def _arrived(value: Any) -> Any:
    return wire.decode(wire.encode(value)[4:])


class _FaultError(Exception):
    """What is wrong with one case."""


def _plan_case(exercise: Exercise, case: Case, seed: int) -> PlannedCase:
    rng = generator(seed, exercise.name, case.name)
    try:
        inputs = draw_inputs(case, rng)
    except wire.Bad as error:
        msg = f"an argument is {error}; {_CAN_BE_USED}"
        raise _FaultError(msg) from error
    except Exception as error:
        msg = f"its inputs cannot be made: {type(error).__name__}: {error}"
        raise _FaultError(msg) from error
    takes = inspect.signature(exercise.solution)
    try:
        bound = takes.bind(*inputs)
    except TypeError as error:
        msg = f"its recipes make {len(inputs)} arguments, but {exercise.name} takes {takes}"
        raise _FaultError(msg) from error
    bound.apply_defaults()
    arguments = tuple(bound.arguments.values())
    try:
        expected, changed, random, logs = probes.call(exercise.solution, inputs)
    except Exception as error:
        if case.kind == "error" and isinstance(error, ValueError):
            return PlannedCase(case=case, inputs=inputs, arguments=arguments, expected=None, form=("error",), checks=())
        msg = f"the reference raises {type(error).__name__}: {error}"
        raise _FaultError(msg) from error
    fault = (
        "it is an error case, but the reference returns; raise ValueError"
        if case.kind == "error"
        else "the reference changes its input; work on a copy"
        if changed
        else mark_random(random, draws=False)[0][4]
    )
    if fault:
        raise _FaultError(fault)
    try:
        expected = _arrived(expected)
    except wire.Bad as error:
        msg = f"the result of the reference is {error}; {_CAN_BE_USED}"
        raise _FaultError(msg) from error
    form = form_of(expected, free=exercise.free_shape)
    if conform(expected, form)[1]:
        msg = f"the result of the reference is of type {type(expected).__name__}; {_CAN_BE_USED}"
        raise _FaultError(msg)
    checks = case.checks or exercise.checks
    _try_checks(checks, expected, probes.told(arguments, logs), form)
    return PlannedCase(
        case=case,
        inputs=inputs,
        arguments=arguments,
        expected=expected,
        form=form,
        checks=checks,
        draws=random == "" if any(isinstance(value, probes.Seed) for value in inputs) else None,
    )


def _try_checks(checks: tuple[Check, ...], expected: Any, arguments: tuple[Any, ...], form: Form) -> None:
    """Refuse a check that cannot even look at the reference's own result: with it nobody could be graded."""
    value, _ = conform(expected, form)
    for check in checks:
        try:
            with np.errstate(all="ignore"):
                residual_of(check, value, expected, arguments)
        except Exception as error:
            msg = f"check {check.name!r} of the reference's result raises {type(error).__name__}: {error}"
            raise _FaultError(msg) from error


@functools.cache
def _source(function: Any) -> bytes:
    """Return the source of a function; a few functions check all cases, and to find their ends takes long."""
    return inspect.getsource(function).encode()


def _digest(planned: list[PlannedExercise]) -> str:
    digest = hashlib.sha256()
    for exercise in planned:
        digest.update(repr((exercise.exercise.name, exercise.exercise.points)).encode())
        for p in exercise.cases:
            digest.update(repr((p.case.name, p.case.kind, p.case.public, p.case.why)).encode())
            digest.update(wire.encode((probes.pack(p.inputs), p.expected)))
            for name in sorted({value.name for value in p.inputs if isinstance(value, probes.Probe)}):
                digest.update(_source(getattr(probes, name)))
            for check in p.checks:
                digest.update(repr((check.name, check.against, check.options)).encode())
                digest.update(_source(check.residual))
    return digest.hexdigest()
