"""The form of a result: what kind of thing it is and of which shape, before any value is looked at.

A learner who returns a list for a vector has understood the exercise; one who returns a column for a
vector has not. These functions draw that line once, for the runner and for the test files that quote them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Form = tuple[Any, ...]


def form_of(value: Any, *, free: bool = False) -> Form:  # noqa: PLR0911 - one return a form
    """Return the form of a reference result.

    Parameters
    ----------
    value : None, bool, number, string, array, set, or a tuple, list or dictionary of those
    free : bool
        Let arrays have any length along each of their axes.

    Returns
    -------
    tuple
        ("none",), ("truth",), ("number",), ("complex",), ("text",), ("array", shape), ("complex array", shape),
        ("labels", shape) for an array of strings, ("set",), ("tuple", forms), ("list", forms), where the last form
        stands for all entries that follow, or ("dict", pairs of a key and the form of its value). A shape holds None
        where any length will do.

    Examples
    --------
    >>> import numpy as np
    >>> form_of((1.0, np.zeros(3)))
    ('tuple', (('number',), ('array', (3,))))
    >>> form_of({"a": ["x", "y"]})
    ('dict', (('a', ('list', (('text',),))),))
    """
    if value is None:
        return ("none",)
    if isinstance(value, (bool, np.bool_)):
        return ("truth",)
    if isinstance(value, str):
        return ("text",)
    if isinstance(value, (set, frozenset)):
        return ("set",)
    if isinstance(value, dict):
        return ("dict", tuple((key, form_of(part, free=free)) for key, part in value.items()))
    if isinstance(value, (tuple, list)):
        forms = tuple(form_of(part, free=free) for part in value)
        if isinstance(value, tuple):
            return ("tuple", forms)
        return ("list", forms[:1] if len(set(forms)) == 1 else forms)
    array = np.asarray(value)
    shape = tuple(None if free else int(n) for n in array.shape)
    if array.dtype.kind in "UO":
        return ("labels", shape)
    if array.dtype.kind == "c":
        return ("complex array", shape) if shape else ("complex",)
    return ("array", shape) if shape else ("number",)


def describe(form: Form) -> str:
    """Return `form` in words.

    Examples
    --------
    >>> describe(("array", (3,)))
    'an array of shape (3,)'
    >>> describe(("tuple", (("number",), ("number",))))
    'a tuple of 2: each a number'
    >>> describe(("list", (("text",),)))
    'a list, each entry a string'
    """
    if form[0] == "tuple":
        parts = list(dict.fromkeys(describe(part) for part in form[1]))
        alike = len(parts) == 1 and len(form[1]) > 1
        return (
            f"a tuple of {len(form[1])}: "
            + ("each " if alike else "")
            + ", ".join(parts if alike else map(describe, form[1]))
        )
    if form[0] in ("list", "dict"):
        what, entry = ("a list", "entry") if form[0] == "list" else ("a dictionary", "value")
        parts = list(
            dict.fromkeys(describe(part) for part in (form[1] if form[0] == "list" else dict(form[1]).values()))
        )
        return f"{what}, each {entry} {parts[0]}" if len(parts) == 1 else what
    if form[0] in SHAPED:
        return f"{SHAPED[form[0]]} of shape {str(form[1]).replace('None', 'any')}"
    return SINGLE[form[0]]


SHAPED = {"array": "an array", "complex array": "a complex array", "labels": "an array of labels"}
SINGLE = {
    "none": "None",
    "truth": "True or False",
    "number": "a number",
    "complex": "a complex number",
    "text": "a string",
    "set": "a set",
}


def conform(got: Any, form: Form, where: str = "") -> tuple[Any, str]:
    """Return `got` as plain floats and arrays of the form asked for, and "" or what is wrong with it.

    Lists and arrays of objects stand for arrays, 0-d arrays for numbers, lists for tuples and tuples for lists, any
    mapping that is a dictionary for a dictionary, 0 and 1 for False and True, and complex numbers for real ones where
    every imaginary part is exactly zero. A shape of (1,) is not a number, and a column is not a vector. How long a
    list is, and which keys a dictionary has, is for the checks to say.

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
    if form[0] == "none":
        return None, "" if got is None else wrong + type(got).__name__
    if got is None:
        return None, wrong + ("None" if where else "None (is a return missing?)")
    if form[0] in ("tuple", "list", "dict"):
        return {"tuple": _conform_parts, "list": _conform_list, "dict": _conform_dict}[form[0]](got, form[1], wrong)
    if form[0] == "set":
        good = isinstance(got, (set, frozenset))
        return (set(got), "") if good else (None, wrong + type(got).__name__)
    return _conform_values(got, form, wrong)


def _conform_values(got: Any, form: Form, wrong: str) -> tuple[Any, str]:  # noqa: C901, PLR0911 - one return a fault
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
        and all(isinstance(entry, (int, float, complex, np.number)) for entry in array.flat)
    ):
        array = np.reshape([_number(entry) for entry in array.flat], array.shape)  # whole numbers beyond 64 bits
    if array.dtype.kind not in ("UO" if words else "biufc") or (isinstance(got, (str, bytes)) and not words):
        bare = isinstance(got, (str, bytes, int, float))
        return None, wrong + type(got).__name__ + (
            "" if bare else f" that does not hold {'text' if words else 'numbers'}"
        )
    shape = form[1] if form[0] in SHAPED else ()
    if len(array.shape) != len(shape) or any(
        want not in (None, has) for want, has in zip(shape, array.shape, strict=True)
    ):
        has = "one" if shape else type(got).__name__ if form[0] in ("text", "truth") else "an array"
        return None, wrong + (f"{has} of shape {array.shape}" if array.shape else "a single value")
    if words and not all(isinstance(entry, str) for entry in array.flat):
        return None, wrong + f"{type(got).__name__} that does not hold text"
    if words:
        return (array.astype(str), "") if form[0] == "labels" else (str(array.item()), "")
    if form[0] in ("complex", "complex array"):
        array = array.astype(complex)
        return (array if shape else complex(array)), ""
    if array.dtype.kind == "c":
        if array.imag.any():
            return None, wrong + "complex numbers"
        array = array.real
    if form[0] == "truth":
        return (bool(array), "") if array in (0, 1) else (None, wrong + "another number")
    array = array.astype(float)
    return (array if form[0] == "array" else float(array)), ""


def _number(number: complex) -> complex:
    if isinstance(number, (complex, np.complexfloating)):
        return complex(number)
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


def _conform_list(got: Any, forms: tuple[Form, ...], wrong: str) -> tuple[Any, str]:
    if isinstance(got, np.ndarray) and got.ndim > 0:
        got = list(got)
    if not isinstance(got, (tuple, list)):
        return None, wrong + type(got).__name__
    last = len(forms) - 1
    parts = [conform(g, forms[min(i, last)], f" as entry {i}") if forms else (g, "") for i, g in enumerate(got)]
    return [part for part, _ in parts], next((fault for _, fault in parts if fault), "")


def _conform_dict(got: Any, forms: tuple[tuple[Any, Form], ...], wrong: str) -> tuple[Any, str]:
    if not isinstance(got, dict):
        return None, wrong + type(got).__name__
    known = dict(forms)
    parts = {k: conform(v, known[k], f" for the key {k!r:.60}") if k in known else (v, "") for k, v in got.items()}
    return {k: part for k, (part, _) in parts.items()}, next((fault for _, fault in parts.values() if fault), "")
