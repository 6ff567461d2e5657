"""What the inputs of all cases have in common, so that a made-up input is one that the exercise speaks of.

A rule is kept where every case obeys it: that a matrix is symmetric, that probabilities add up to one, that there are as
many labels as rows. What is no rule of the exercise may pass for one; that makes fewer inputs, never wrong ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
# A leaf and one of its axes.
Axis = tuple[int, int]

CLOSE = 1e-9


def _symmetric(a: Array) -> bool:
    return a.ndim == 2 and a.shape[0] == a.shape[1] and bool(np.isfinite(a).all()) and np.allclose(a, a.T)


def _rank(a: Array) -> int:
    """Return the rank of a matrix; -1 for what is none, for LAPACK prints complaints of what is not finite."""
    return int(np.linalg.matrix_rank(a)) if a.ndim == 2 and a.size and np.isfinite(a).all() else -1


def _positive_definite(a: Array) -> bool:
    return _symmetric(a) and bool(np.linalg.eigvalsh(a).min() > CLOSE * max(1.0, np.abs(a).max()))


def _not_indefinite(a: Array) -> bool:
    return _symmetric(a) and bool(np.linalg.eigvalsh(a).min() > -CLOSE * max(1.0, np.abs(a).max()))


RULES: Mapping[str, Callable[[Array], bool]] = {
    "finite": lambda a: bool(np.isfinite(a).all()),
    "not negative": lambda a: bool((a >= 0).all()),
    "positive": lambda a: bool((a > 0).all()),
    "at most one": lambda a: bool((a <= 1).all()),
    "below one": lambda a: bool((a < 1).all()),
    "whole": lambda a: bool((a == np.round(a)).all()),
    "rows add up to one": lambda a: a.ndim > 0 and np.allclose(a.sum(-1), 1),
    "adds up to one": lambda a: a.ndim > 0 and np.allclose(a.sum(), 1),
    "symmetric": _symmetric,
    "positive definite": _positive_definite,
    "not indefinite": _not_indefinite,
    "full rank": lambda a: _rank(a) == min(a.shape, default=0),
    "independent columns": lambda a: a.ndim == 2 and _rank(a) == a.shape[1],
    "distinct": lambda a: a.ndim > 0 and len(np.unique(a)) == a.size,
    "ascending": lambda a: a.ndim == 1 and bool((np.diff(a) >= 0).all()),
    "not zero": lambda a: bool(np.any(a)),
    "no zero row": lambda a: a.ndim == 2 and bool(a.any(axis=1).all()),
    "columns vary": lambda a: a.ndim == 2 and len(a) > 0 and bool((np.ptp(a, axis=0) > 0).all()),
    "first column of ones": lambda a: a.ndim == 2 and a.shape[1] > 0 and bool((a[:, 0] == 1).all()),
    "unit length": lambda a: a.ndim == 1 and bool(abs(float(a @ a) - 1) < CLOSE),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """The rules of arguments of one structure, by position of the leaf.

    Attributes
    ----------
    names : tuple of frozenset of str
        For each leaf the rules that it obeys.
    shortest : tuple of tuple of int
        For each leaf the least length along each axis.
    kinds : tuple of int
        For each leaf the least number of different values, two at most.
    equal : tuple of tuple
        Axes and whole numbers that are equally long: groups of (leaf, axis), axis -1 for a whole number itself.
    ordered : tuple
        Pairs of such of which the first is never larger.
    """

    names: tuple[frozenset[str], ...]
    shortest: tuple[tuple[int, ...], ...]
    kinds: tuple[int, ...]
    equal: tuple[tuple[Axis, ...], ...]
    ordered: tuple[tuple[Axis, Axis], ...]

    def hold(self, leaves: Sequence[Any]) -> bool:
        """Return whether leaves obey all rules."""
        sizes = lengths(leaves)
        return (
            all(self._holds(i, leaf) for i, leaf in enumerate(leaves))
            and all(len({sizes[axis] for axis in group}) == 1 for group in self.equal)
            and all(sizes[a] <= sizes[b] for a, b in self.ordered)
        )

    def _holds(self, i: int, leaf: Any) -> bool:
        shape = leaf.shape if isinstance(leaf, np.ndarray) else ()
        if any(n < least for n, least in zip(shape, self.shortest[i], strict=True)):
            return False
        if isinstance(leaf, np.ndarray) and len(np.unique(leaf)) < self.kinds[i]:
            return False
        return not numeric(leaf) or all(RULES[name](np.asarray(leaf, dtype=float)) for name in self.names[i])


def numeric(leaf: Any) -> bool:
    """Return whether a leaf is a number or an array of numbers."""
    return not isinstance(leaf, str) and np.asarray(leaf).dtype.kind in "iuf"


def lengths(leaves: Sequence[Any]) -> dict[Axis, int]:
    """Return the length of every axis, and every whole number under axis -1.

    Examples
    --------
    >>> lengths([np.zeros((2, 3)), 4])
    {(0, 0): 2, (0, 1): 3, (1, -1): 4}
    """
    found: dict[Axis, int] = {}
    for i, leaf in enumerate(leaves):
        if isinstance(leaf, np.ndarray):
            found.update({(i, axis): n for axis, n in enumerate(leaf.shape)})
        elif isinstance(leaf, (int, np.integer)) and not isinstance(leaf, bool):
            found[i, -1] = int(leaf)
    return found


def common(cases: Sequence[Sequence[Any]]) -> Rules:
    """Return the rules that the leaves of all cases obey; the cases are built alike.

    Examples
    --------
    >>> rules = common([[np.eye(2), np.ones(2)], [np.diag([1.0, 2.0, 5.0]), np.zeros(3)]])
    >>> rules.hold([np.eye(4), np.zeros(4)]), rules.hold([np.eye(4), np.zeros(3)]), rules.hold([-np.eye(2), np.zeros(2)])
    (True, False, False)
    """
    positions = range(len(cases[0]))
    columns = [[case[i] for case in cases] for i in positions]
    sizes = [lengths(case) for case in cases]
    axes = sorted(sizes[0])
    return Rules(
        names=tuple(
            frozenset(name for name, rule in RULES.items() if all(rule(np.asarray(v, dtype=float)) for v in column))
            if all(map(numeric, column))
            else frozenset()
            for column in columns
        ),
        shortest=tuple(
            tuple(min(ns) for ns in zip(*(np.shape(v) for v in column), strict=True)) if np.ndim(column[0]) else ()
            for column in columns
        ),
        kinds=tuple(min(2, *(len(np.unique(v)) for v in column)) if np.ndim(column[0]) else 0 for column in columns),
        equal=_groups(axes, sizes),
        ordered=tuple(
            (a, b) for a, b in permutations(axes, 2) if all(s[a] <= s[b] for s in sizes) and -1 in (a[1], b[1])
        ),
    )


def _groups(axes: Sequence[Axis], sizes: Sequence[Mapping[Axis, int]]) -> tuple[tuple[Axis, ...], ...]:
    group = {axis: {axis} for axis in axes}
    for a, b in combinations(axes, 2):
        if all(s[a] == s[b] for s in sizes) and group[a] is not group[b]:
            group[a] |= group[b]
            for axis in group[b]:
                group[axis] = group[a]
    unique = {id(g): tuple(sorted(g)) for g in group.values()}
    return tuple(sorted(unique.values()))
