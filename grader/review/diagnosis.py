"""How well misconceptions are named: wrong implementations with known behaviour, and what each is called.

What a name should be is decided on inputs that diagnosis does not see: an implementation *is* a misconception where it
fails the same checks with the same results as that does on several fresh draws of all cases. A name that rests on a
chance of one draw is thus a wrong one.

Simpler inputs than the cases would decide too much. A zero matrix or a single row tells a threshold of 1e-8 from one of
1e-5, which are one and the same misconception.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from grader.diagnose import Pairs, Profile, alike_on_good_input, diagnose, failing_pairs, profiles
from grader.grade import run_trusted
from grader.judge import judge
from grader.mutants.program import Program, of_function
from grader.mutants.trial import trials
from grader.plan import PlannedExercise, plan_exercise
from grader.records import Claim, Question, Sandbox
from grader.review.rewrite import rewritings
from reference.spec import Exercise

Kind = Literal["misconception", "rewriting", "mutant of a misconception", "mutant of a solution"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Outcome = Literal["named rightly", "named wrongly", "not named", "nameless"]

# Draws of the cases that decide what an implementation is; none of them is one that diagnosis sees.
FRESH = (910_001, 910_002, 910_003)


@dataclass(frozen=True, kw_only=True, slots=True)
class Implementation:
    """A program that is wrong, or may be.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    origin : str
        The misconception, the reference or the alternative that it was made of.
    what : str
        What was changed: the name of a rewriting, or a diff.
    function : str
        The function that is called.
    cell : str
        The whole program.
    """

    kind: Kind
    origin: str
    what: str
    function: str
    cell: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """What became of an implementation.

    Attributes
    ----------
    of : Implementation
    wrong : bool
        Whether a case fails; what fails none has nothing to be named.
    name : str
        What diagnosis calls it; "" for nothing.
    truth : tuple of str
        The misconceptions that it behaves as.
    failing : tuple of str
        The cases that fail.
    """

    of: Implementation
    wrong: bool
    name: str
    truth: tuple[str, ...]
    failing: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        """Whether it is named rightly, wrongly, not at all though it is a misconception, or rightly not at all."""
        if self.name:
            return "named rightly" if self.name in self.truth else "named wrongly"
        return "not named" if self.truth else "nameless"


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosed:
    """All wrong implementations of one exercise.

    Attributes
    ----------
    topic, exercise : str
    misconceptions : tuple of str
        Their names, in the order of the exercise.
    generated : int
        How many implementations there are.
    run : int
        How many of them were run.
    named : tuple of Named
        Those of them that are wrong.
    """

    topic: str
    exercise: str
    misconceptions: tuple[str, ...]
    generated: int
    run: int
    named: tuple[Named, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Counts of outcomes."""

    rightly: int = 0
    wrongly: int = 0
    missed: int = 0
    nameless: int = 0

    @property
    def wrong(self) -> int:
        """Wrong implementations in all."""
        return self.rightly + self.wrongly + self.missed + self.nameless

    @property
    def recall(self) -> float:
        """Of what is a misconception, the share that is named rightly; 1 where there is none."""
        return _share(self.rightly, self.rightly + self.missed)

    @property
    def precision(self) -> float:
        """Of what is named, the share that is named rightly; 1 where nothing is."""
        return _share(self.rightly, self.rightly + self.wrongly)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def figures(named: Iterable[Named]) -> Figures:
    """Return the counts of outcomes."""
    outcomes = [n.outcome for n in named]
    return Figures(
        rightly=outcomes.count("named rightly"),
        wrongly=outcomes.count("named wrongly"),
        missed=outcomes.count("not named"),
        nameless=outcomes.count("nameless"),
    )


def implementations(exercise: Exercise, arrays: frozenset[int]) -> Iterator[Implementation]:
    """Yield each misconception, its rewritings, and the mutants of misconceptions, reference and alternatives.

    What several of them share is mutated once, in the first that uses it: the reference before all others.

    Raises
    ------
    UsageError
        Where the mutation library is not installed.
    BuildError
        Where the source of one of them cannot be found.
    """
    right = [of_function(f) for f in (exercise.solution, *exercise.alternatives)]
    wrong = [_program(exercise, m.solution) for m in exercise.misconceptions]
    for program in wrong:
        yield _implementation("misconception", program, "", program.source)
        for other in rewritings(program.source, program.function, arrays):
            yield _implementation("rewriting", program, other.name, other.cell)
    for number, (program, made) in enumerate(trials([*right, *wrong])):
        kind: Kind = "mutant of a solution" if number < len(right) else "mutant of a misconception"
        for trial in made:
            yield _implementation(kind, program, trial.mutant.diff, trial.cell)


def _implementation(kind: Kind, program: Program, what: str, cell: str) -> Implementation:
    return Implementation(kind=kind, origin=program.solution, what=what, function=program.function, cell=cell)


def _program(exercise: Exercise, wrong: Callable[..., Any]) -> Program:
    """Return the program of a misconception, in which other misconceptions are the functions that they decorate."""
    program = of_function(wrong)
    names = "|".join(re.escape(m.name) for m in exercise.misconceptions)
    bare = re.compile(rf"\b({names})\.solution\b")
    return replace(program, pieces=tuple(replace(p, source=bare.sub(r"\1", p.source)) for p in program.pieces))


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """The cases of an exercise drawn once, and how its misconceptions behave on them."""

    planned: PlannedExercise
    known: tuple[Profile, ...]


def draw(exercise: Exercise, seed: int) -> Draw:
    """Return the cases drawn from `seed`, with what the misconceptions do.

    Raises
    ------
    AuthorError
        Where the reference fails on a case.
    """
    planned = plan_exercise(exercise, seed)
    return Draw(planned=planned, known=profiles(planned, run_trusted))


def arrays_of(planned: PlannedExercise) -> frozenset[int]:
    """Return the positions of the arguments that are arrays of numbers in every case, in some of fractions.

    Examples
    --------
    >>> from reference.catalogue import load_topic
    >>> sorted(arrays_of(plan_exercise(load_topic("linear_algebra").exercises[0], 1)))
    [0, 1]
    """
    inputs = [p.inputs for p in planned.cases]
    kinds = [{_kind(given[i]) for given in inputs} for i in range(min(map(len, inputs)))]
    return frozenset(i for i, found in enumerate(kinds) if "f" in found and found <= set("iuf"))


def _kind(value: Any) -> str:
    """Return the kind of an array's entries, lists being arrays as well; "" for anything else."""
    try:
        return np.asarray(value).dtype.kind if isinstance(value, (np.ndarray, list, tuple)) else ""
    except ValueError:  # rows of different lengths
        return ""


def name_all(made: Sequence[Implementation], seen: Draw, fresh: Sequence[Draw], sandbox: Sandbox) -> Iterator[Named]:
    """Yield what becomes of implementations, in their order.

    Parameters
    ----------
    made : sequence of Implementation
    seen : Draw
        What is diagnosed with.
    fresh : sequence of Draw
        What decides how they behave.
    sandbox : Sandbox

    Raises
    ------
    MachineError
        Where the sandbox fails.
    """
    for one in made:
        (first,) = _run(one, (seen,), sandbox)
        findings = judge(seen.planned, first)
        failing = sorted({i for i, _ in failing_pairs(findings)})
        named = diagnose(seen.planned, first, findings, seen.known)
        # What is right is nothing else, and no misconception runs for ever: asking these again would take longest.
        again = failing and all(claim.outcome in ("returned", "raised") for claim in first)
        yield Named(
            of=one,
            wrong=bool(failing),
            name=named.name if named else "",
            truth=truth(fresh, _run(one, fresh, sandbox)) if again else (),
            failing=tuple(seen.planned.cases[i].case.name for i in failing),
        )


def _run(one: Implementation, draws: Sequence[Draw], sandbox: Sandbox) -> tuple[tuple[Claim, ...], ...]:
    questions = tuple(Question(function=one.function, calls=d.planned.question.calls) for d in draws)
    return sandbox.run((one.cell,), questions).claims


def truth(fresh: Sequence[Draw], claims: Sequence[Sequence[Claim]]) -> tuple[str, ...]:
    """Return the names of the misconceptions that fail the same checks with the same results on every fresh draw."""
    behaves_as = [
        {p.misconception.name for p in alike_on_good_input(d.planned, claimed, _failing(d, claimed), d.known)}
        for d, claimed in zip(fresh, claims, strict=True)
    ]
    return tuple(p.misconception.name for p in fresh[0].known if all(p.misconception.name in b for b in behaves_as))


def _failing(drawn: Draw, claims: Sequence[Claim]) -> Pairs:
    return failing_pairs(judge(drawn.planned, claims))
