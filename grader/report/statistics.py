"""What the marks of a cohort say of the students and of the exercises. Values in, values out."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.records import ExerciseResult, Result

# With fewer submissions a coefficient says more of chance than of an exercise.
ENOUGH = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One exercise, as a cohort did it.

    Attributes
    ----------
    name : str
    possible : float
    mean : float
        Mean marks.
    share_full, share_none : float
        Share of submissions with full marks and with none.
    discrimination : float
        Point-biserial correlation of the marks with the marks of all other exercises; NaN where either does not vary.
    seconds : float
        Median time that its calls took.
    states : tuple of (str, int)
        How many submissions ended in which state, the commonest first.
    """

    name: str
    possible: float
    mean: float
    share_full: float
    share_none: float
    discrimination: float
    seconds: float
    states: tuple[tuple[str, int], ...]

    @property
    def difficulty(self) -> float:
        """Share of the marks that were earned: 1 is easy, 0 hard."""
        return self.mean / self.possible if self.possible else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A misconception and how many submissions show it."""

    exercise: str
    name: str
    hint: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedCase:
    """A case and how many of the submissions that tried its exercise fail it."""

    exercise: str
    name: str
    kind: str
    public: bool
    failed: int
    tried: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """One assignment, as a cohort did it.

    Attributes
    ----------
    assignment : str
    possible : float
    totals : tuple of float
        Of all submissions that were graded, the smallest first.
    mean, median, deviation : float
        Of the totals; the standard deviation divides by n - 1 and is 0 for one submission.
    items : tuple of Item
    misconceptions : tuple of Named
        The commonest first.
    failed_cases : tuple of FailedCase
        The most often failed first.
    alpha : float
        Cronbach's alpha over the exercises; NaN where it is not defined.
    warnings : tuple of str
        What looks broken.
    """

    assignment: str
    possible: float
    totals: tuple[float, ...]
    mean: float
    median: float
    deviation: float
    items: tuple[Item, ...]
    misconceptions: tuple[Named, ...]
    failed_cases: tuple[FailedCase, ...]
    alpha: float
    warnings: tuple[str, ...]


@dataclass(slots=True)
class Tried:
    """What one exercise is remembered by, an entry for each submission that has it."""

    possible: float = 0.0
    seconds: list[float] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    misconceptions: Counter[tuple[str, str]] = field(default_factory=Counter)
    tried: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    failed: Counter[tuple[str, str, bool]] = field(default_factory=Counter)

    def add(self, exercise: ExerciseResult, seconds: Iterable[float]) -> None:
        """Count one submission's exercise."""
        self.possible = max(self.possible, exercise.possible)
        self.seconds += seconds
        self.states[exercise.state] += 1
        if exercise.misconception:
            self.misconceptions[exercise.misconception["name"], exercise.misconception["hint"]] += 1
        # Of an exercise that was left out nothing is learnt about its cases.
        if exercise.state != "missing" and any(case.passed for case in exercise.cases):
            for case in exercise.cases:
                key = (case.name, case.kind, case.public)
                self.tried[key] += 1
                self.failed[key] += not case.passed

    def merge(self, other: Tried) -> None:
        """Count what another has counted."""
        self.possible = max(self.possible, other.possible)
        self.seconds += other.seconds
        for name in ("states", "misconceptions", "tried", "failed"):
            getattr(self, name).update(getattr(other, name))


@dataclass(slots=True)
class Tally:
    """What the statistics of one assignment need, counted a submission at a time, so that memory holds only numbers.

    Attributes
    ----------
    possible : float
    totals : list of float
        Of the submissions that were graded.
    marks : list of mapping of str to float
        By exercise, for the same submissions.
    exercises : mapping of str to Tried
    """

    possible: float = 0.0
    totals: list[float] = field(default_factory=list)
    marks: list[dict[str, float]] = field(default_factory=list)
    exercises: dict[str, Tried] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """Count one submission; without marks it does not count."""
        if result.status != "graded":
            return
        self.possible = max(self.possible, result.possible)
        self.totals.append(result.total)
        self.marks.append({e.name: e.marks for e in result.exercises})
        for exercise in result.exercises:
            seconds = [d.seconds for d in result.details if d.exercise == exercise.name]
            self.exercises.setdefault(exercise.name, Tried()).add(exercise, seconds)

    def merge(self, other: Tally) -> None:
        """Count what another has counted."""
        self.possible = max(self.possible, other.possible)
        self.totals += other.totals
        self.marks += other.marks
        for name, tried in other.exercises.items():
            self.exercises.setdefault(name, Tried()).merge(tried)

    def statistics(self, assignment: str) -> Statistics:
        """Return what the counts say."""
        totals = sorted(self.totals)
        marks = {name: [each.get(name, 0.0) for each in self.marks] for name in self.exercises}
        items = tuple(_item(name, tried, marks[name], self.totals) for name, tried in self.exercises.items())
        failed = _failed_cases(self.exercises)
        return Statistics(
            assignment=assignment,
            possible=self.possible,
            totals=tuple(totals),
            mean=statistics.fmean(totals) if totals else 0.0,
            median=statistics.median(totals) if totals else 0.0,
            deviation=statistics.stdev(totals) if len(totals) > 1 else 0.0,
            items=items,
            misconceptions=_misconceptions(self.exercises),
            failed_cases=failed,
            alpha=cronbach_alpha(list(marks.values())),
            warnings=(*_item_warnings(items, len(totals)), *_case_warnings(failed)),
        )


def cronbach_alpha(items: Sequence[Sequence[float]]) -> float:
    """Return Cronbach's alpha, k / (k - 1) (1 - sum of the items' variances / variance of the sums).

    Where every mark is 0 or 1 it is KR-20. NaN for fewer than two items, fewer than two people, or sums that are all
    the same.

    Parameters
    ----------
    items : sequence of sequence of float
        Marks: one sequence an exercise, one entry a submission.

    Notes
    -----
    L. J. Cronbach, Coefficient alpha and the internal structure of tests, Psychometrika 16, 1951.

    Examples
    --------
    >>> cronbach_alpha([[1, 2, 3], [1, 2, 3]])
    1.0
    >>> cronbach_alpha([[1, 1], [0, 0]])
    nan
    """
    k = len(items)
    if k < 2 or len(items[0]) < 2:
        return math.nan
    whole = statistics.variance([sum(marks) for marks in zip(*items, strict=True)])
    if not whole:
        return math.nan
    return float(k / (k - 1) * (1 - sum(map(statistics.variance, items)) / whole))


def correlation(x: Sequence[float], y: Sequence[float]) -> float:
    """Return Pearson's correlation, NaN where one of the two does not vary.

    Examples
    --------
    >>> correlation([1, 2, 3], [2, 4, 6]), correlation([1, 1], [1, 2])
    (1.0, nan)
    """
    try:
        return statistics.correlation(x, y)
    except statistics.StatisticsError:
        return math.nan


def _item(name: str, tried: Tried, own: Sequence[float], totals: Sequence[float]) -> Item:
    rest = [total - mark for total, mark in zip(totals, own, strict=True)]
    return Item(
        name=name,
        possible=tried.possible,
        mean=statistics.fmean(own),
        share_full=sum(mark == tried.possible for mark in own) / len(own),
        share_none=sum(mark == 0 for mark in own) / len(own),
        discrimination=correlation(own, rest),
        seconds=statistics.median(tried.seconds) if tried.seconds else 0.0,
        states=tuple(sorted(tried.states.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def _misconceptions(exercises: Mapping[str, Tried]) -> tuple[Named, ...]:
    made = [
        Named(exercise=exercise, name=name, hint=hint, count=n)
        for exercise, tried in exercises.items()
        for (name, hint), n in tried.misconceptions.items()
    ]
    return tuple(sorted(made, key=lambda named: (-named.count, named.exercise, named.name)))


def _failed_cases(exercises: Mapping[str, Tried]) -> tuple[FailedCase, ...]:
    made = [
        FailedCase(exercise=exercise, name=name, kind=kind, public=public, failed=n, tried=of.tried[name, kind, public])
        for exercise, of in exercises.items()
        for (name, kind, public), n in of.failed.items()
        if n
    ]
    return tuple(sorted(made, key=lambda case: (-case.failed / case.tried, -case.failed, case.exercise, case.name)))


def _item_warnings(items: Sequence[Item], count: int) -> list[str]:
    if count < ENOUGH:
        return []
    said = []
    for item in items:
        if item.discrimination < 0:
            said.append(
                f"{item.name}: those who do well elsewhere do worse here (discrimination {item.discrimination:.2f}); "
                "is something asked that the text does not say, or is a case wrong?"
            )
        if item.share_none == 1:
            said.append(f"{item.name}: nobody earned anything; was the exercise in the notebook that was handed out?")
    return said


def _case_warnings(cases: Sequence[FailedCase]) -> list[str]:
    return [
        f"{case.exercise}, case {case.name!r}: all {case.tried} who tried fail it; is it right, and does the text say "
        "what it asks for?"
        for case in cases
        if case.failed == case.tried >= ENOUGH
    ]
