"""What the marks of a cohort say of the students and of the exercises. Values in, values out."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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


def statistics_of(assignment: str, results: Iterable[Result]) -> Statistics:
    """Return the statistics of the graded submissions of one assignment.

    Parameters
    ----------
    assignment : str
    results : iterable of Result
        Those of other assignments and those without marks do not count.
    """
    graded = [r for r in results if r.assignment == assignment and r.status == "graded"]
    totals = sorted(r.total for r in graded)
    names = list(dict.fromkeys(e.name for r in graded for e in r.exercises))
    marks = {name: [_marks(r, name) for r in graded] for name in names}
    items = tuple(_item(name, graded, marks) for name in names)
    failed = _failed_cases(graded)
    return Statistics(
        assignment=assignment,
        possible=max((r.possible for r in graded), default=0.0),
        totals=tuple(totals),
        mean=statistics.fmean(totals) if totals else 0.0,
        median=statistics.median(totals) if totals else 0.0,
        deviation=statistics.stdev(totals) if len(totals) > 1 else 0.0,
        items=items,
        misconceptions=_misconceptions(graded),
        failed_cases=failed,
        alpha=cronbach_alpha(list(marks.values())),
        warnings=(*_item_warnings(items, len(graded)), *_case_warnings(failed)),
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


def _exercise(result: Result, name: str) -> ExerciseResult | None:
    return next((e for e in result.exercises if e.name == name), None)


def _marks(result: Result, name: str) -> float:
    exercise = _exercise(result, name)
    return exercise.marks if exercise else 0.0


def _item(name: str, graded: Sequence[Result], marks: dict[str, list[float]]) -> Item:
    own = marks[name]
    rest = [result.total - mark for result, mark in zip(graded, own, strict=True)]
    found = [e for result in graded if (e := _exercise(result, name))]
    possible = max((e.possible for e in found), default=0.0)
    seconds = [d.seconds for result in graded for d in result.details if d.exercise == name]
    states = Counter(e.state for e in found)
    return Item(
        name=name,
        possible=possible,
        mean=statistics.fmean(own),
        share_full=sum(mark == possible for mark in own) / len(own),
        share_none=sum(mark == 0 for mark in own) / len(own),
        discrimination=correlation(own, rest),
        seconds=statistics.median(seconds) if seconds else 0.0,
        states=tuple(sorted(states.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def _misconceptions(graded: Sequence[Result]) -> tuple[Named, ...]:
    counts = Counter(
        (e.name, e.misconception["name"], e.misconception["hint"])
        for result in graded
        for e in result.exercises
        if e.misconception
    )
    made = [Named(exercise=e, name=name, hint=hint, count=n) for (e, name, hint), n in counts.items()]
    return tuple(sorted(made, key=lambda named: (-named.count, named.exercise, named.name)))


def _failed_cases(graded: Sequence[Result]) -> tuple[FailedCase, ...]:
    failed: Counter[tuple[str, str, str, bool]] = Counter()
    tried: Counter[tuple[str, str, str, bool]] = Counter()
    for result in graded:
        for exercise in result.exercises:
            # Of an exercise that was left out nothing is learnt about its cases.
            if exercise.state != "missing" and any(case.passed for case in exercise.cases):
                for case in exercise.cases:
                    key = (exercise.name, case.name, case.kind, case.public)
                    tried[key] += 1
                    failed[key] += not case.passed
    made = [
        FailedCase(exercise=e, name=name, kind=kind, public=public, failed=n, tried=tried[e, name, kind, public])
        for (e, name, kind, public), n in failed.items()
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
