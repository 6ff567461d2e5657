"""The form of a result: what kind of thing it is and of which shape, before any value is looked at.

A learner who returns a list for a vector has understood the exercise; one who returns a column for a
vector has not. These functions draw that line once, for the runner and for the test files that quote them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Form = tuple[Any, ...]


def form_of(value: Any, *, free: bool = False) -> Form:
    """Return the form of a reference result.

    Parameters
    ----------
    value : number, string, array, or a tuple or list of those
    free : bool
        Let arrays have any length along each of their axes.

    Returns
    -------
    tuple
        ("number",), ("text",), ("array", shape), ("labels", shape) for an array of strings, or ("tuple", forms).
        A shape holds None where any length will do.

    Examples
    --------
    >>> import numpy as np
    >>> form_of((1.0, np.zeros(3)))
    ('tuple', (('number',), ('array', (3,))))
    """
    if isinstance(value, (tuple, list)):
        return ("tuple", tuple(form_of(part, free=free) for part in value))
    if isinstance(value, str):
        return ("text",)
    array = np.asarray(value)
    shape = tuple(None if free else int(n) for n in array.shape)
    if array.dtype.kind in "UO":
        return ("labels", shape)
    return ("array", shape) if shape else ("number",)


def describe(form: Form) -> str:
    """Return `form` in words.

    Examples
    --------
    >>> describe(("array", (3,)))
    'an array of shape (3,)'
    >>> describe(("tuple", (("number",), ("number",))))
    'a tuple of 2: each a number'
    """
    if form[0] == "tuple":
        parts = list(dict.fromkeys(describe(part) for part in form[1]))
        alike = len(parts) == 1 and len(form[1]) > 1
        return (
            f"a tuple of {len(form[1])}: "
            + ("each " if alike else "")
            + ", ".join(parts if alike else map(describe, form[1]))
        )
    if form[0] in ("array", "labels"):
        shape = str(form[1]).replace("None", "any")
        return f"an array{' of labels' if form[0] == 'labels' else ''} of shape {shape}"
    return {"number": "a number", "text": "a string"}[form[0]]


def conform(got: Any, form: Form, where: str = "") -> tuple[Any, str]:  # noqa: C901, PLR0911 - one return a fault
    """Return `got` as plain floats and arrays of the form asked for, and "" or what is wrong with it.

    Lists and arrays of objects stand for arrays, 0-d arrays for numbers, lists for tuples, and complex numbers for
    real ones where every imaginary part is exactly zero. A shape of (1,) is not a number, and a column is not a vector.

    Examples
    --------
    >>> conform([1, 2], ("array", (2,)))
    (array([1., 2.]), '')
    >>> conform(np.array([1, 2], dtype=object), ("array", (2,)))
    (array([1., 2.]), '')
    >>> conform([[1], [2]], ("array", (2,)))[1]
    'expected an array of shape (2,), got one of shape (2, 1)'
    """
    wrong = f"expected {describe(form)}{where}, got "
    if got is None:
        return None, wrong + "None (is a return missing?)"
    if form[0] == "tuple":
        return _conform_parts(got, form[1], wrong)
    objects = isinstance(got, np.ndarray) and got.dtype.kind == "O"
    try:
        # Of an array of objects decides what it holds, as where a result crosses the walls.
        array = np.asarray(got.tolist() if objects else got)
    except (TypeError, ValueError):
        return None, wrong + f"{type(got).__name__} that is not rectangular"
    words = form[0] in ("text", "labels")
    if (
        array.dtype.kind == "O"
        and array.size
        and all(isinstance(entry, (int, float, np.number)) for entry in array.flat)
    ):
        array = np.reshape([_real(entry) for entry in array.flat], array.shape)  # whole numbers beyond 64 bits
    if array.dtype.kind not in ("UO" if words else "biufc") or (isinstance(got, (str, bytes)) and not words):
        return None, wrong + f"{type(got).__name__} that does not hold {'text' if words else 'numbers'}"
    shape = form[1] if form[0] in ("array", "labels") else ()
    if len(array.shape) != len(shape) or any(
        want not in (None, has) for want, has in zip(shape, array.shape, strict=True)
    ):
        has = "one" if shape else "an array"
        return None, wrong + (f"{has} of shape {array.shape}" if array.shape else "a single value")
    if words and not all(isinstance(entry, str) for entry in array.flat):
        return None, wrong + f"{type(got).__name__} that does not hold text"
    if words:
        return (array.astype(str), "") if form[0] == "labels" else (str(array.item()), "")
    if array.dtype.kind == "c":
        if array.imag.any():
            return None, wrong + "complex numbers"
        array = array.real
    array = array.astype(float)
    return (array if form[0] == "array" else float(array)), ""


def _real(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _conform_parts(got: Any, forms: tuple[Form, ...], wrong: str) -> tuple[Any, str]:
    # An array of k entries is k values to whoever unpacks it.
    if isinstance(got, np.ndarray) and got.ndim > 0:
        got = list(got)
    if not isinstance(got, (tuple, list)):
        return None, wrong + f"{type(got).__name__}"
    if len(got) != len(forms):
        return None, wrong + f"{len(got)} values"
    parts = [conform(g, f, f" as output {i}") for i, (g, f) in enumerate(zip(got, forms, strict=True), 1)]
    return tuple(part for part, _ in parts), next((fault for _, fault in parts if fault), "")
