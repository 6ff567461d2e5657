"""Residuals shared by checks. Test files quote these functions, so each needs numpy and its arguments only."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.spec import Check

Array = np.ndarray[Any, np.dtype[Any]]


def value(
    *, rtol: float, atol: float = 0.0, part: int | None = None, name: str = "", of_largest: bool = False
) -> Check:
    """Return the check that every entry is close to the reference's, |got - expected| <= atol + rtol |expected|.

    Parameters
    ----------
    rtol, atol : float
        Relative and absolute tolerance; their source belongs in `reference.bounds`.
    part : int, optional
        For results that are tuples: the position compared.
    name : str
        What the check is called; by default it says "the value".
    of_largest : bool
        Take `rtol` of the largest entry instead of each: for results whose small entries carry the rounding of
        large ones, such as solutions of linear systems.

    Examples
    --------
    >>> value(rtol=1e-9).name
    'the value is right'
    """
    label = name or ("the value is right" if part is None else f"output {part + 1} is right")
    options = (("rtol", rtol), ("atol", atol), ("part", part), ("of_largest", of_largest))
    return Check(name=label, residual=entrywise, against="expected", options=options)


def entrywise(
    expected: Any,
    got: Any,
    rtol: float,
    atol: float,
    part: int | None,
    of_largest: bool,  # noqa: FBT001
) -> tuple[float, float]:
    """Return the error of the entry that is furthest beyond its tolerance, and that tolerance.

    Infinite entries must agree exactly and NaN must meet NaN; where they do not, the error is infinite. So it is where
    a text, None or a set differs, and where lists differ in length or dictionaries in their keys.
    """
    if part is not None:
        expected, got = expected[part], got[part]
    if isinstance(expected, (dict, list, tuple)) and not _is_row(expected):
        if len(expected) != len(got) or (isinstance(expected, dict) and expected.keys() != got.keys()):
            return float("inf"), atol
        keys = expected if isinstance(expected, dict) else range(len(expected))
        found = [entrywise(expected[key], got[key], rtol, atol, None, of_largest) for key in keys]
        return max(found, key=lambda pair: pair[0] - pair[1], default=(0.0, atol))
    theirs, ours = _floats(expected), _floats(got)
    if theirs is None or ours is None:
        return (float("inf") if _differing(expected, got) else 0.0), atol
    expected, got = theirs, ours
    if expected.shape != got.shape:
        return float("inf"), atol
    if expected.size == 0:
        return 0.0, atol
    same = (expected == got) | (np.isnan(expected) & np.isnan(got))
    finite = np.isfinite(expected) & np.isfinite(got)
    error = np.where(same, 0.0, np.inf)
    error[finite] = np.abs(got[finite] - expected[finite])  # an overflow is an infinite error, which is right
    size = np.where(np.isfinite(expected), np.abs(expected), 0.0)
    allowed = atol + rtol * (np.full_like(size, size.max()) if of_largest else size)
    worst = np.unravel_index(np.argmax(error - allowed), error.shape)
    return float(error[worst]), float(allowed[worst])


def _floats(values: Any) -> Any:
    """Return numbers as an array of floats or complex numbers, None for other things and for more than a float holds."""
    array = np.asarray(values)
    if array.dtype.kind in "biufc":
        return array + 0.0
    if not all(isinstance(entry, (int, float)) for entry in array.ravel().tolist()):
        return None
    try:
        return array.astype(float)
    except OverflowError:
        return None


def _is_row(parts: Any) -> bool:
    return not isinstance(parts, dict) and all(isinstance(part, (int, float, complex, np.number)) for part in parts)


def same(part: int | None = None, name: str = "") -> Check:
    """Return the check that every entry is exactly the reference's: for labels, whole numbers and text.

    Parameters
    ----------
    part : int, optional
        For results that are tuples: the position compared.
    name : str
        What the check is called; by default it says "the answer".

    Examples
    --------
    >>> same(0).name
    'output 1 is right'
    """
    label = name or ("the answer is right" if part is None else f"output {part + 1} is right")
    return Check(name=label, residual=differing, against="expected", options=(("part", part),))


def differing(expected: Any, got: Any, part: int | None) -> tuple[float, float]:
    """Return how many entries differ, and 0; NaN differs from everything.

    What a list, a set or a dictionary has too many or too few counts as well.

    Examples
    --------
    >>> import numpy as np
    >>> differing(np.array(["a", "b"]), np.array(["a", "c"]), None)
    (1.0, 0.0)
    >>> differing({"a": 1, "b": 2}, {"a": 3, "c": 2}, None)
    (3.0, 0.0)
    """
    if part is not None:
        expected, got = expected[part], got[part]
    return float(_differing(expected, got)), 0.0


def _differing(expected: Any, got: Any) -> float:
    if isinstance(expected, (set, frozenset)) and isinstance(got, (set, frozenset)):
        return len(expected ^ got)
    if isinstance(expected, dict) and isinstance(got, dict):
        both = expected.keys() & got.keys()
        return len(expected.keys() ^ got.keys()) + sum(_differing(expected[key], got[key]) for key in both)
    if isinstance(expected, (list, tuple)) and isinstance(got, (list, tuple)):
        return abs(len(expected) - len(got)) + sum(map(_differing, expected, got))
    if isinstance(expected, str) and isinstance(got, str):
        return float(expected != got)
    expected, got = np.asarray(expected), np.asarray(got)
    if expected.shape != got.shape:
        return float("inf")
    if expected.dtype.kind in "iu":  # as objects whole numbers are compared exactly, whatever they are compared with
        expected = expected.astype(object)
    return float(np.sum(expected != got))


def orthonormality(Q: Array) -> float:
    """Return how far the columns of `Q` (m, r) are from orthonormal: the largest entry of |Q'Q - I|.

    Examples
    --------
    >>> import numpy as np
    >>> orthonormality(2 * np.eye(2))
    3.0
    """
    return largest(Q.T @ Q - np.eye(Q.shape[1]))


def largest(x: Array) -> float:
    """Return the largest absolute entry of `x`; NaN counts as infinite, an empty array as 0.

    Examples
    --------
    >>> import numpy as np
    >>> largest(np.array([-3.0, 2.0]))
    3.0
    """
    x = np.asarray(x)
    if x.size == 0:
        return 0.0
    return float(np.max(np.where(np.isnan(x), np.inf, np.abs(x))))


def up_to_signs(*, rtol: float, atol: float = 0.0, part: int | None = None, name: str = "") -> Check:
    """Return the check that every column is the reference's or its negative: for eigenvectors, QR, components of a PCA.

    Parameters
    ----------
    rtol, atol : float
        Of the largest entry of the reference's matrix, and absolute.
    part : int, optional
        For results that are tuples: the position compared.
    name : str
        What the check is called.

    Examples
    --------
    >>> up_to_signs(rtol=1e-9).name
    'the answer is right up to the signs of columns'
    """
    label = name or f"{'the answer' if part is None else f'output {part + 1}'} is right up to the signs of columns"
    options = (("rtol", rtol), ("atol", atol), ("part", part))
    return Check(name=label, residual=apart_from_signs, against="expected", options=options)


def apart_from_signs(expected: Any, got: Any, rtol: float, atol: float, part: int | None) -> tuple[float, float]:
    """Return how far the columns are from the expected ones, each with the sign that suits it, and what is allowed.

    A vector is one column. Complex columns may be turned by any factor of size 1.

    Examples
    --------
    >>> import numpy as np
    >>> apart_from_signs(np.eye(2), np.diag([1.0, -1.0]), 1e-9, 0.0, None)
    (0.0, 1e-09)
    """
    if part is not None:
        expected, got = expected[part], got[part]
    if got.shape != expected.shape:
        return float("inf"), atol
    products = np.sum(np.conj(got) * expected, axis=0)
    size = np.abs(products)
    turned = got * np.where(size > 0, products / np.where(size > 0, size, 1.0), 1.0)
    return largest(turned - expected), atol + rtol * largest(expected)


def same_groups(part: int | None = None, name: str = "") -> Check:
    """Return the check that labels make the reference's groups, whatever the groups are called.

    Parameters
    ----------
    part : int, optional
        For results that are tuples: the position compared.
    name : str
        What the check is called.

    Examples
    --------
    >>> same_groups().name
    'the groups are right, whatever they are called'
    """
    label = name or f"the groups{'' if part is None else f' of output {part + 1}'} are right, whatever they are called"
    return Check(name=label, residual=regrouped, against="expected", options=(("part", part),))


def regrouped(expected: Any, got: Any, part: int | None) -> tuple[float, float]:
    """Return how many groups are split or joined, and 0; NaN is the name of no group.

    Examples
    --------
    >>> regrouped([0, 0, 1], ["b", "b", "a"], None), regrouped([0, 0, 1], [0, 1, 1], None)
    ((0.0, 0.0), (2.0, 0.0))
    """
    if part is not None:
        expected, got = expected[part], got[part]
    theirs, ours = np.asarray(expected).ravel().tolist(), np.asarray(got).ravel().tolist()
    if len(theirs) != len(ours) or any(name != name for name in ours):  # noqa: PLR0124 - true for NaN only
        return float("inf"), 0.0
    return float(2 * len(set(zip(theirs, ours, strict=True))) - len(set(theirs)) - len(set(ours))), 0.0
