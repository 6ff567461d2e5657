"""From findings to marks: how points are split over cases, and when a case earns them."""

from __future__ import annotations

from collections.abc import Sequence

from grader.records import CaseResult, Claim, ExerciseResult, State
from reference.spec import CAPPED_KINDS, Case, Exercise

# Points come in sixteenths: sums of them are exact in binary, so that adding them up in another order, as Otter
# does, gives the same marks to the last bit. Where a case would be dealt none of them, that exercise's points come in
# halves or quarters of sixteenths, which are as exact and have the six decimals that files of marks allow.
UNITS_PER_POINT = (16, 32, 64)
CAP = 4  # a quarter of the points for each of the capped kinds

# The worst that happened to a case names the state of the exercise, in this order.
_SEVERITY: tuple[State, ...] = ("crashed", "out of memory", "timed out", "unreadable")

# Said of a case that holds where the plain case does not.
NOT_ALONE = "counts only together with the plain case, which fails"
NOT_WITHOUT_COUNTERPART = "counts only together with its counterpart, which fails"


def split_points(exercise: Exercise) -> tuple[float, ...]:
    """Return the points of each case: public cases earn nothing, hidden ones share.

    Every hidden case gets an equal share, but all error cases together at most a quarter of the points, and so
    all stability cases; what the caps leave over goes to the other hidden cases.

    Examples
    --------
    >>> from reference.catalogue import load_topic
    >>> exercise = load_topic("linear_algebra").exercises[0]
    >>> sum(split_points(exercise)) == exercise.points
    True
    """
    hidden = [i for i, case in enumerate(exercise.cases) if not case.public]
    for per_point in UNITS_PER_POINT:
        shares = _shares(exercise, hidden, exercise.points * per_point)
        if all(shares[i] for i in hidden):
            break
    return tuple(share / per_point for share in shares)


def _shares(exercise: Exercise, hidden: Sequence[int], units: int) -> list[int]:
    """Return how many of `units` each case is dealt."""
    shares = [0] * len(exercise.cases)
    left = units
    open_cases = list(hidden)
    for kind in CAPPED_KINDS:
        of_kind = [i for i in hidden if exercise.cases[i].kind == kind]
        budget = min(units // CAP, units * len(of_kind) // len(hidden))
        _deal(shares, of_kind, budget)
        left -= sum(shares[i] for i in of_kind)
        open_cases = [i for i in open_cases if i not in of_kind]
    _deal(shares, open_cases, left)
    return shares


def _deal(shares: list[int], cases: Sequence[int], units: int) -> None:
    """Deal `units` out over `cases` as evenly as whole units allow, the earlier ones first."""
    for position, case in enumerate(cases):
        shares[case] = units // len(cases) + (position < units % len(cases))


def companions(cases: Sequence[Case], index: int) -> tuple[int, ...]:
    """Return the positions of the cases that must hold too for case `index` to count: the plain one and counterparts.

    Without the plain case a stub that always raises would earn the error cases, and one that returns zero some edge
    cases; without a counterpart one that always returns True would earn the plain case of a yes-or-no question. A plain
    case leans on counterparts only.
    """
    alike = [i for i, case in enumerate(cases) if case.public is cases[index].public]
    plain = [i for i in alike if cases[i].kind == "plain"]
    counterparts = [i for i in alike if cases[i].kind == "counterpart"]
    needed = counterparts if cases[index].kind == "plain" else [plain[0], *counterparts]
    return tuple(i for i in needed if i != index)


def earned(cases: Sequence[Case], held: Sequence[bool]) -> tuple[bool, ...]:
    """Return for each case whether it counts: its own checks hold, and so do its companions'."""
    return tuple(ok and all(held[p] for p in companions(cases, i)) for i, ok in enumerate(held))


def _missing(case: Case) -> str:
    return NOT_WITHOUT_COUNTERPART if case.kind in ("plain", "counterpart") else NOT_ALONE


def state_of(cases: Sequence[Case], claims: Sequence[Claim], passed: Sequence[bool]) -> State:
    """Return the state that an exercise ended in."""
    if all(passed):
        return "passed"
    outcomes = {claim.outcome for claim in claims}
    if outcomes == {"missing"}:
        return "missing"
    for state in _SEVERITY:
        if state in outcomes:
            return state
    failing = [c for c, case, ok in zip(claims, cases, passed, strict=True) if not ok and case.kind != "error"]
    return "raised" if failing and all(claim.outcome == "raised" for claim in failing) else "failed"


def score(
    exercise: Exercise,
    claims: Sequence[Claim],
    held: Sequence[bool],
    messages: Sequence[str],
    misconception: dict[str, str] | None,
) -> ExerciseResult:
    """Return the result of one exercise.

    Parameters
    ----------
    exercise : Exercise
    claims : sequence of Claim
        What happened, one a case.
    held : sequence of bool
        Whether all checks of a case hold, one a case.
    messages : sequence of str
        What is said of each case.
    misconception : dict or None
        Name and hint of the misconception diagnosed.
    """
    counts = earned(exercise.cases, held)
    points = split_points(exercise)
    results = tuple(
        CaseResult(
            name=case.name,
            # Who reads results need not know who leans on whom, and files of results know four kinds.
            kind="plain" if case.kind == "counterpart" else case.kind,
            public=case.public,
            passed=ok,
            message=message or ("" if ok else _missing(case)),
        )
        for case, ok, message in zip(exercise.cases, counts, messages, strict=True)
    )
    return ExerciseResult(
        name=exercise.name,
        state=state_of(exercise.cases, claims, counts),
        marks=sum(p for p, ok in zip(points, counts, strict=True) if ok),
        possible=float(exercise.points),
        misconception=misconception,
        cases=results,
    )
