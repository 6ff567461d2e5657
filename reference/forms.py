"""The form of a result: what kind of thing it is and of which shape, before any value is looked at.

A learner who returns a list for a vector has understood the exercise; one who returns a column for a
vector has not. These functions draw that line once, for the runner and for the test files that quote them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Form = tuple[Any, ...]


def form_of(value: Any) -> Form:
    """Return the form of a reference result: ("number",), ("array", shape), ("text",) or ("tuple", forms).

    Examples
    --------
    >>> import numpy as np
    >>> form_of((1.0, np.zeros(3)))
    ('tuple', (('number',), ('array', (3,))))
    """
    if isinstance(value, tuple):
        return ("tuple", tuple(form_of(part) for part in value))
    if isinstance(value, str):
        return ("text",)
    shape = tuple(int(n) for n in np.shape(value))
    return ("array", shape) if shape else ("number",)


def describe(form: Form) -> str:
    """Return `form` in words.

    Examples
    --------
    >>> describe(("array", (3,)))
    'an array of shape (3,)'
    """
    if form[0] == "tuple":
        return f"a tuple of {len(form[1])}: " + ", ".join(describe(part) for part in form[1])
    if form[0] == "array":
        return f"an array of shape {form[1]}"
    return {"number": "a number", "text": "a string"}[form[0]]


def conform(got: Any, form: Form, where: str = "") -> tuple[Any, str]:  # noqa: C901, PLR0911 - one return a fault
    """Return `got` as plain floats and arrays of the form asked for, and "" or what is wrong with it.

    Lists stand for arrays, 0-d arrays for numbers, lists for tuples, and complex numbers for real ones where
    every imaginary part is exactly zero. A shape of (1,) is not a number, and a column is not a vector.

    Examples
    --------
    >>> conform([1, 2], ("array", (2,)))
    (array([1., 2.]), '')
    >>> conform([[1], [2]], ("array", (2,)))[1]
    'expected an array of shape (2,), got one of shape (2, 1)'
    """
    wrong = f"expected {describe(form)}{where}, got "
    if got is None:
        return None, wrong + "None (is a return missing?)"
    if form[0] == "tuple":
        if not isinstance(got, (tuple, list)):
            return None, wrong + f"{type(got).__name__}"
        if len(got) != len(form[1]):
            return None, wrong + f"{len(got)} values"
        parts = [conform(g, f, f" as output {i}") for i, (g, f) in enumerate(zip(got, form[1], strict=True), 1)]
        return tuple(part for part, _ in parts), next((fault for _, fault in parts if fault), "")
    if form[0] == "text":
        return (str(got), "") if isinstance(got, str) else (None, wrong + type(got).__name__)
    try:
        array = np.asarray(got)
    except (TypeError, ValueError):
        return None, wrong + f"{type(got).__name__} that is not rectangular"
    if array.dtype.kind not in "biufc" or isinstance(got, (str, bytes)):
        return None, wrong + f"{type(got).__name__} that does not hold numbers"
    shape = form[1] if form[0] == "array" else ()
    if array.shape != shape:
        has = "one" if form[0] == "array" else "an array"
        return None, wrong + (f"{has} of shape {array.shape}" if array.shape else "a single number")
    if array.dtype.kind == "c":
        if array.imag.any():
            return None, wrong + "complex numbers"
        array = array.real
    array = array.astype(float)
    return (array if form[0] == "array" else float(array)), ""
