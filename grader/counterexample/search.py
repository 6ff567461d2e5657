"""Which simple input shows best what is wrong with a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.counterexample.inputs import is_fair, simple_inputs
from grader.judge import judge, message
from grader.plan import PlannedExercise
from grader.records import Claim

# States in which calls end; after any other there is nothing to compare, or the wait would be long.
ENDS = frozenset(("failed", "raised"))


def worth_a_search(state: str, claims: Sequence[Claim]) -> bool:
    """Return whether a counterexample may help: somebody has written something that ends.

    Parameters
    ----------
    state : str
        Of the exercise.
    claims : sequence of Claim
        What the function did in the exercise's own cases.

    Examples
    --------
    >>> worth_a_search("failed", [Claim(outcome="returned", value=None)])
    False
    """
    return state in ENDS and any(claim.value is not None or claim.outcome == "raised" for claim in claims)


class Simple:
    """The simple inputs of each exercise, made when somebody first fails it: they are the same for all who do."""

    def __init__(self, make: Callable[[PlannedExercise], PlannedExercise] = simple_inputs) -> None:
        self._make = make
        self._made: dict[str, PlannedExercise] = {}
        self._fair: dict[tuple[str, int], bool] = {}

    def __call__(self, planned: PlannedExercise) -> PlannedExercise:
        """Return the simple inputs of an exercise."""
        name = planned.exercise.name
        if name not in self._made:
            self._made[name] = self._make(planned)
        return self._made[name]

    def simplest(self, simple: PlannedExercise, claims: Sequence[Claim]) -> str:
        """Return what a learner reads of the simplest fair input on which a function fails, "" where it fails on none.

        Parameters
        ----------
        simple : PlannedExercise
            What calling this gave.
        claims : sequence of Claim
            What the function did with its cases.
        """
        for i, (claim, findings) in enumerate(zip(claims, judge(simple, claims), strict=True)):
            wrong = claim.outcome in ("returned", "raised") and not all(finding.passed for finding in findings)
            if wrong and self._is_fair(simple, i):
                return message(simple, i, claim, findings)
        return ""

    def _is_fair(self, simple: PlannedExercise, i: int) -> bool:
        place = simple.exercise.name, i
        if place not in self._fair:
            self._fair[place] = is_fair(simple.exercise, simple.cases[i])
        return self._fair[place]
