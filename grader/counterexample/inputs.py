"""Simple inputs for an exercise: few numbers, small, on which every correct solution agrees.

They are made from fresh draws of the exercise's own cases, never from the hidden ones: rows and columns are taken away,
values are rounded or replaced by small whole ones, and what breaks a rule that all cases obey is thrown away (`rules`).
What is left is sorted by how much there is to read. An input is fair where the reference and its alternatives agree on it:
that is asked only of the few that somebody is about to be shown, for alternatives may be slow.
"""

from __future__ import annotations

import inspect
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any

import numpy as np

from grader.counterexample.leaves import build, leaves_of, put_together
from grader.counterexample.rules import RULES, Axis, Rules, common, lengths, numeric
from grader.plan import PlannedCase, PlannedExercise, draw_inputs, generator, planned_of
from grader.sandbox.inside import wire
from reference.forms import form_of
from reference.marking import mark_random, mark_value, show
from reference.probes import Seed, call, pack, told
from reference.spec import Check, Exercise, case

# Not a seed that anybody chooses: the draws have nothing to do with those of the hidden cases.
SALT = "counterexample"
# Sizes along an axis, the smaller first.
SIZES = (1, 2, 3, 4)
DRAWS = 2
# Cases with more are there for other reasons than their values, and slow to draw.
MOST_NUMBERS = 2_000
LOOKED_AT = 120
TRIED_EACH = 16
FAIR_EACH = 8
# Of one draw, inputs of the same lengths: a mistake may need more than one row to show.
ALIKE = 2
NAME = "simplest counterexample"
WHY = "It is the simplest input that was found on which your function and the reference disagree."


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A fresh draw of one case.

    Attributes
    ----------
    name, kind : str
        Of the case.
    arguments : tuple
    """

    name: str
    kind: str
    arguments: tuple[Any, ...]


def simple_inputs(planned: PlannedExercise) -> PlannedExercise:
    """Return the exercise with simple inputs for cases, the simplest first; it may have none.

    Examples
    --------
    >>> from grader.plan import plan_exercise
    >>> from reference.catalogue import load_topic
    >>> found = simple_inputs(plan_exercise(load_topic("linear_algebra").exercises[0], seed=1))
    >>> found.cases[0].arguments[0].size < 3
    True
    """
    drawn = [Drawn(name=p.case.name, kind=p.case.kind, arguments=p.inputs) for p in planned.cases if p.case.public]
    small = [p for p in planned.cases if not p.case.public and _numbers(p.inputs) <= MOST_NUMBERS]
    for p, number in product(small, range(DRAWS)):
        rng = generator(number, f"{SALT}\0{planned.exercise.name}", p.case.name)
        drawn.append(Drawn(name=p.case.name, kind=p.case.kind, arguments=draw_inputs(p.case, rng)))
    ordinary = [p.inputs for p in planned.cases if p.case.kind != "error"]
    ruled = _rules([inputs for inputs in ordinary if _numbers(inputs) <= MOST_NUMBERS])
    found: list[PlannedCase] = []
    # No hidden case, and no public one either: what it shows is seen there.
    seen = {_digest(p.inputs) for p in planned.cases}
    for each in drawn:
        rules = ruled.get(build(each.arguments)) if each.kind != "error" else None
        if each.kind == "error" or rules:
            found += _two_of(planned, each, rules, seen)
    # What a function does with good input says more than that it takes bad input.
    found.sort(key=lambda p: (p.case.kind == "error", sum(len(show(value)) for value in p.inputs)))
    return planned_of(planned.exercise, tuple(found))


def _rules(cases: Sequence[tuple[Any, ...]]) -> dict[Any, Rules]:
    alike: dict[Any, list[list[Any]]] = {}
    for arguments in cases:
        alike.setdefault(build(arguments), []).append(leaves_of(arguments))
    return {structure: common(leaves) for structure, leaves in alike.items()}


def _two_of(planned: PlannedExercise, drawn: Drawn, rules: Rules | None, seen: set[bytes]) -> list[PlannedCase]:
    """Return two simple inputs made from one draw."""
    rng = generator(0, f"{SALT}\0simpler\0{planned.exercise.name}", drawn.name)
    ranked: list[tuple[int, int, tuple[Any, ...]]] = []
    for arguments in islice(simpler(drawn.arguments, rules, rng), LOOKED_AT):
        digest = _digest(arguments)
        if digest not in seen and (rules is None or rules.hold(leaves_of(arguments))):
            seen.add(digest)
            ranked.append((_to_read(arguments), len(ranked), arguments))
    ranked.sort(key=lambda item: item[:2])
    likely: list[PlannedCase] = []
    alike: Counter[Any] = Counter()
    tried = 0
    for _, _, arguments in ranked:
        shape = tuple(np.shape(leaf) for leaf in leaves_of(arguments))
        if alike[shape] < ALIKE and len(likely) < FAIR_EACH and tried < TRIED_EACH:
            tried += 1
            expected = _expect(planned.exercise, arguments, drawn.kind)
            if expected:
                alike[shape] += 1
                likely.append(expected)
    # The simplest, and the one with the most to it: those between tell hardly any mistake that neither of them tells.
    return likely if len(likely) < 2 else [likely[0], likely[-1]]


def _to_read(arguments: tuple[Any, ...]) -> int:
    """Return about how much there is to read: numpy's own way of writing arrays takes a hundred times as long."""
    return sum(len(str(leaf.tolist() if isinstance(leaf, np.ndarray) else leaf)) for leaf in leaves_of(arguments))


def simpler(arguments: tuple[Any, ...], rules: Rules | None, rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    """Yield simpler arguments, and the arguments themselves.

    Parameters
    ----------
    arguments : tuple
    rules : Rules or None
        What the exercise's inputs have in common; nothing is known of those that must be refused.
    rng : Generator
        Draws small whole numbers.
    """
    yield arguments
    leaves = leaves_of(arguments)
    groups = rules.equal if rules else tuple((axis,) for axis in sorted(lengths(leaves)))
    for size in SIZES:
        for cut in _cuts(leaves, groups, size):
            for change in _CHANGES:
                with np.errstate(all="ignore"):
                    changed = [_changed(i, leaf, change, rules, rng) for i, leaf in enumerate(cut)]
                parts = iter(changed)
                yield tuple(put_together(like, parts) for like in arguments)


def _cuts(leaves: list[Any], groups: Sequence[tuple[Axis, ...]], size: int) -> Iterator[list[Any]]:
    """Yield leaves of which all axes are cut to `size`, then those with one group of axes a little longer."""
    yield _cut(leaves, dict.fromkeys((axis for group in groups for axis in group), size))
    if len(groups) > 1:
        for longer in groups:
            sizes = {axis: size + (group is longer) for group in groups for axis in group}
            yield _cut(leaves, sizes)


def _cut(leaves: list[Any], sizes: dict[Axis, int]) -> list[Any]:
    made: list[Any] = []
    for i, leaf in enumerate(leaves):
        if isinstance(leaf, np.ndarray):
            made.append(leaf[tuple(slice(sizes.get((i, axis), n)) for axis, n in enumerate(leaf.shape))])
        elif (i, -1) in sizes and leaf > sizes[i, -1]:
            made.append(sizes[i, -1])
        else:
            made.append(leaf)
    return made


def _changed(
    i: int, leaf: Any, change: Callable[[Any, np.random.Generator], Any], rules: Rules | None, rng: np.random.Generator
) -> Any:
    """Return a leaf with simpler values, of the same type, brought back to the rules that are easily broken."""
    if not numeric(leaf) or isinstance(leaf, (bool, int)) or not np.all(np.isfinite(leaf)):
        return leaf
    names = rules.names[i] if rules else frozenset()
    values = np.asarray(leaf, dtype=float)
    made = np.asarray(change(values, rng), dtype=float)
    if made.ndim:
        made = _mended(made, names)
    if not isinstance(leaf, np.ndarray):
        return type(leaf)(made)
    return made.astype(leaf.dtype)


def _mended(values: Any, names: frozenset[str]) -> Any:
    if "not negative" in names:
        values = np.abs(values)
    if "positive definite" in names:
        values = values @ values.T + np.eye(len(values))
    elif "symmetric" in names and values.shape[0] == values.shape[1]:
        values = np.triu(values) + np.triu(values, 1).T
    if "first column of ones" in names:
        values[:, :1] = 1
    for name, axis in (("rows add up to one", -1), ("adds up to one", None)):
        if name in names and values.size and not RULES[name](values):
            values = np.round(4 * np.abs(values) / np.maximum(np.abs(values).sum(axis, keepdims=True), 1)) / 4
            rest = 1 - values.sum(axis, keepdims=True)
            first = np.zeros_like(values)
            first[..., :1] = 1
            values += rest * (first if axis == -1 else first / max(first.sum(), 1))
    return values


# Ways to make values simpler, the simplest first; a small whole number reads best.
_CHANGES: tuple[Callable[[Any, np.random.Generator], Any], ...] = (
    lambda a, _: np.clip(np.round(a), -3, 3),
    lambda a, rng: rng.integers(0, 3, a.shape),
    lambda a, rng: rng.integers(-2, 4, a.shape),
    lambda a, rng: rng.integers(1, 4, a.shape) / 4,
    lambda a, _: np.round(a),
    lambda a, _: np.round(2 * a) / 2,
    lambda a, _: np.round(a, 1),
    lambda a, _: a,
)


def is_fair(exercise: Exercise, planned: PlannedCase) -> bool:
    """Return whether all other correct solutions agree on an input."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return all(_agrees(planned, alternative) for alternative in exercise.alternatives)


def _expect(exercise: Exercise, arguments: tuple[Any, ...], kind: str) -> PlannedCase | None:
    """Return an input as a case with what the reference makes of it, None where it is not one of the exercise's."""
    planned = PlannedCase(
        case=case(NAME, why=WHY, kind="error" if kind == "error" else "plain", public=True),
        inputs=arguments,
        arguments=arguments,
        expected=None,
        form=("error",),
        checks=(),
    )
    try:
        bound = inspect.signature(exercise.solution).bind(*arguments)
        bound.apply_defaults()
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected, changed, random, logs = call(exercise.solution, arguments)
    except ValueError:
        return planned if kind == "error" else None
    except Exception:  # noqa: BLE001 - an input that the reference cannot take is none
        return None
    if kind == "error" or changed or mark_random(random, draws=False)[0][4] or not _finite(expected):
        return None
    whole = tuple(bound.arguments.values())
    form = form_of(expected, free=exercise.free_shape)
    if not _all_hold(expected, expected, told(whole, logs), form, exercise.checks):
        return None
    draws = random == "" if any(isinstance(value, Seed) for value in arguments) else None
    return replace(planned, arguments=whole, expected=expected, form=form, checks=exercise.checks, draws=draws)


def _agrees(planned: PlannedCase, solution: Callable[..., Any]) -> bool:
    """Return whether another correct solution holds on the input as well."""
    try:
        value, changed, random, logs = call(solution, planned.inputs)
    except ValueError:
        return planned.case.kind == "error"
    except Exception:  # noqa: BLE001 - likewise
        return False
    if planned.case.kind == "error":
        return False
    drawn = all(ok for _, ok, *_ in mark_random(random, planned.draws))
    arguments = told(planned.arguments, logs)
    return drawn and not changed and _all_hold(value, planned.expected, arguments, planned.form, planned.checks)


def _all_hold(
    value: Any, expected: Any, arguments: tuple[Any, ...], form: tuple[Any, ...], checks: Sequence[Check]
) -> bool:
    try:
        return all(ok for _, ok, *_ in mark_value(value, expected, arguments, form, checks, ()))
    except Exception:  # noqa: BLE001 - a check for a root where there is None: the cases never ask for that
        return False


def _finite(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return all(map(_finite, value))
    return not numeric(value) or bool(np.isfinite(np.asarray(value, dtype=float)).all())


def _numbers(arguments: tuple[Any, ...]) -> int:
    return sum(int(np.size(leaf)) for leaf in leaves_of(arguments))


def _digest(arguments: tuple[Any, ...]) -> bytes:
    return wire.encode(pack(arguments))
