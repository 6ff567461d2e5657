"""What each case of an exercise catches, what it alone catches, and which ones nobody would miss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.diagnose import Profile
from grader.mutants.trial import Found
from grader.plan import PlannedExercise
from grader.review.diagnosis import Diagnosed
from grader.review.seeds import Margin, Seeded
from grader.score import split_points


@dataclass(frozen=True, kw_only=True, slots=True)
class Catch:
    """A wrong implementation, and the hidden cases that fail for it.

    Attributes
    ----------
    what : str
        Name of the misconception, or whose mutant it is.
    diff : str
        The change of a mutant; "" for a misconception.
    cases : tuple of str
    """

    what: str
    diff: str
    cases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseReview:
    """One case.

    Attributes
    ----------
    name, kind, why : str
    public : bool
    points : float
    caught : tuple of Catch
        What fails it.
    alone : tuple of Catch
        What fails no other hidden case.
    margin : Margin or None
        The narrowest that a right solution had; None where nothing is measured.
    seconds : float
        Processor time of the slowest right solution.
    """

    name: str
    kind: str
    why: str
    public: bool
    points: float
    caught: tuple[Catch, ...]
    alone: tuple[Catch, ...]
    margin: Margin | None
    seconds: float

    @property
    def misconceptions(self) -> tuple[str, ...]:
        """Names of the misconceptions caught."""
        return tuple(c.what for c in self.caught if not c.diff)

    @property
    def mutants(self) -> int:
        """How many mutants are caught."""
        return sum(bool(c.diff) for c in self.caught)


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """One exercise, as its author reads it.

    Attributes
    ----------
    topic : str
    exercise : str
    cases : tuple of CaseReview
    spare : tuple of str
        Hidden cases that may go all at once, and everything is still caught.
    seeded : Seeded
        Faults and margins under several seeds.
    found : Found
        Mutants.
    diagnosed : Diagnosed
        Names.
    """

    topic: str
    exercise: str
    cases: tuple[CaseReview, ...]
    spare: tuple[str, ...]
    seeded: Seeded
    found: Found
    diagnosed: Diagnosed

    @property
    def redundant(self) -> tuple[str, ...]:
        """The hidden cases that catch nothing alone: each of them may go, if the others stay."""
        return tuple(case.name for case in self.cases if not case.public and not case.alone)


def review(
    planned: PlannedExercise,
    known: Sequence[Profile],
    seconds: Mapping[str, float],
    seeded: Seeded,
    found: Found,
    diagnosed: Diagnosed,
) -> Review:
    """Put together what an author reads of one exercise.

    Parameters
    ----------
    planned : PlannedExercise
    known : sequence of Profile
        Of its misconceptions on these cases.
    seconds : mapping of str to float
        Processor time of each case.
    seeded : Seeded
    found : Found
    diagnosed : Diagnosed
    """
    caught = catches(planned, known, found)
    margins = {margin.case: margin for margin in seeded.margins}
    cases = tuple(
        CaseReview(
            name=p.case.name,
            kind=p.case.kind,
            why=p.case.why,
            public=p.case.public,
            points=points,
            caught=tuple(c for c in caught if p.case.name in c.cases),
            alone=tuple(c for c in caught if c.cases == (p.case.name,)),
            margin=margins.get(p.case.name),
            seconds=seconds.get(p.case.name, 0.0),
        )
        for p, points in zip(planned.cases, split_points(planned.exercise), strict=True)
    )
    hidden = [p.case.name for p in planned.cases if not p.case.public]
    # Other cases earn only beside a plain one, so one of these has to stay.
    plain = tuple(p.case.name for p in planned.cases if not p.case.public and p.case.kind == "plain")
    return Review(
        topic=found.topic,
        exercise=planned.exercise.name,
        cases=cases,
        spare=spare(hidden, [plain, *(c.cases for c in caught)]),
        seeded=seeded,
        found=found,
        diagnosed=diagnosed,
    )


def catches(planned: PlannedExercise, known: Sequence[Profile], found: Found) -> tuple[Catch, ...]:
    """Return the misconceptions and mutants that hidden cases catch."""
    hidden = {i: p.case.name for i, p in enumerate(planned.cases) if not p.case.public}
    wrong = [
        Catch(
            what=profile.misconception.name,
            diff="",
            cases=tuple(name for i, name in hidden.items() if i in {i for i, _ in profile.failing}),
        )
        for profile in known
    ]
    mutants = [
        Catch(what=f"{v.trial.solution}, line {v.trial.line}", diff=v.trial.mutant.diff, cases=v.killed_by)
        for v in found.verdicts
    ]
    return tuple(catch for catch in (*wrong, *mutants) if catch.cases)


def spare(cases: Sequence[str], caught: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return cases that may go all at once while each of `caught` still fails one that stays.

    Those that catch least go first. There may be larger sets; finding the largest would take too long.

    Examples
    --------
    >>> spare(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c",)])
    ('a',)
    """
    left = set(cases)
    counts = {name: sum(name in one for one in caught) for name in cases}
    for name in sorted(cases, key=lambda name: (counts[name], cases.index(name))):
        without = left - {name}
        if all(without.intersection(one) for one in caught):
            left = without
    return tuple(name for name in cases if name not in left)
