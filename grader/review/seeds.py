"""Verification under many seeds: each fault once, and how near right solutions come to failing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.grade import run_trusted
from grader.judge import judge
from grader.plan import Plan, PlannedExercise, plan_exercise
from grader.verify import Fault, verify_plan
from reference.spec import AuthorError, Exercise

# Seeds are the same in every run: a fault that is told once can be had again.
_SERIES = 20_260_301
LARGEST_SEED = 1_000_000
# A right solution that uses a third of what is allowed under some seeds may fail under others.
NARROW = 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Margin:
    """How near a right solution came to failing: `residual` of the `bound` of one check of one case.

    Attributes
    ----------
    solution, case, check : str
    seed : int
        That the case was drawn from.
    residual, bound : float
    """

    solution: str
    case: str
    check: str
    seed: int
    residual: float
    bound: float

    @property
    def room(self) -> float:
        """How many times the residual fits into the bound; below 1 the check fails."""
        if math.isnan(self.residual):
            return 0.0
        return self.bound / self.residual if self.residual > 0 else math.inf

    def __str__(self) -> str:
        room = f"{self.room:.3g}" if self.room < 1e6 else f"{self.room:.0e}"
        return (
            f"{room} (residual {self.residual:.2g}, allowed {self.bound:.2g}; {self.solution}, case {self.case!r}, "
            f"check {self.check!r}, seed {self.seed})"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """One exercise under one seed.

    Attributes
    ----------
    seed : int
    faults : tuple of Fault
    margins : tuple of Margin
        The narrowest of each case.
    """

    seed: int
    faults: tuple[Fault, ...]
    margins: tuple[Margin, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recurring:
    """A fault, and the seeds under which it was found."""

    fault: Fault
    seeds: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Seeded:
    """One exercise under all seeds.

    Attributes
    ----------
    topic, exercise : str
    seeds : int
        How many were tried.
    faults : tuple of Recurring
    margins : tuple of Margin
        The narrowest of each case, narrowest first.
    """

    topic: str
    exercise: str
    seeds: int
    faults: tuple[Recurring, ...]
    margins: tuple[Margin, ...]


def draw_seeds(count: int) -> tuple[int, ...]:
    """Return so many different seeds, always the same; more of them begin with the fewer.

    Examples
    --------
    >>> draw_seeds(5)[:3] == draw_seeds(3), len(set(draw_seeds(1000)))
    (True, 1000)
    """
    rng = np.random.default_rng(_SERIES)
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        drawn[int(rng.integers(LARGEST_SEED))] = None
    return tuple(drawn)


def try_seed(exercise: Exercise, seed: int) -> Tried:
    """Return what verification finds in one exercise drawn from one seed, and how narrow its margins are."""
    try:
        planned = plan_exercise(exercise, seed)
    except AuthorError as error:
        faults = tuple(Fault(where=exercise.name, what=fault) for fault in error.faults)
        return Tried(seed=seed, faults=faults, margins=())
    faults = verify_plan(Plan(topic="", exercises=(planned,), digest=""))
    return Tried(seed=seed, faults=faults, margins=tuple(narrowest(margins(planned, seed))))


def margins(planned: PlannedExercise, seed: int) -> Iterator[Margin]:
    """Yield the margin of every check that allows something, of the reference and the alternatives.

    Checks that compare exactly have no margin, and neither have those that measure nothing. A limit that is met to the
    last bit, such as a correlation of 1, is met by construction and not by luck.
    """
    for solution in (planned.exercise.solution, *planned.exercise.alternatives):
        found = judge(planned, run_trusted(solution, planned.question))
        for p, findings in zip(planned.cases, found, strict=True):
            for finding in findings:
                if 0 < finding.bound < math.inf and finding.residual != finding.bound:
                    yield Margin(
                        solution=solution.__name__,
                        case=p.case.name,
                        check=finding.check,
                        seed=seed,
                        residual=finding.residual,
                        bound=finding.bound,
                    )


def narrowest(found: Iterable[Margin]) -> list[Margin]:
    """Return the narrowest margin of each case, narrowest first."""
    best: dict[str, Margin] = {}
    for margin in found:
        if margin.case not in best or margin.room < best[margin.case].room:
            best[margin.case] = margin
    return sorted(best.values(), key=lambda m: m.room)


def gathered(topic: str, exercise: str, tried: Sequence[Tried]) -> Seeded:
    """Return what several seeds show together: each fault once."""
    seeds: dict[Fault, list[int]] = {}
    for one in tried:
        for fault in dict.fromkeys(one.faults):
            seeds.setdefault(fault, []).append(one.seed)
    return Seeded(
        topic=topic,
        exercise=exercise,
        seeds=len(tried),
        faults=tuple(Recurring(fault=fault, seeds=tuple(where)) for fault, where in seeds.items()),
        margins=tuple(narrowest(margin for one in tried for margin in one.margins)),
    )
