"""The form of a result: what kind of thing it is and of which shape, before any value is looked at.

A learner who returns a list for a vector has understood the exercise; one who returns a column for a
vector has not. These functions draw that line once, for the runner and for the test files that quote them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Form = tuple[Any, ...]

# Below it every whole number is a float, and none beyond it becomes the float of one below.
EXACT = 2**53
ALONE = {"array": "number", "whole array": "whole", "complex array": "complex"}


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
        ("none",), ("truth",), ("number",), ("whole",), ("complex",), ("text",), ("array", shape), ("whole array", shape),
        ("complex array", shape), ("labels", shape) for an array of strings, ("set",), ("tuple", forms), ("list", forms),
        where the last form stands for all entries that follow, or ("dict", pairs of a key and the form of its value).
        Whole are whole numbers too large for floats. A shape holds None where any length will do.

    Examples
    --------
    >>> import numpy as np
    >>> form_of((1.0, np.zeros(3)))
    ('tuple', (('number',), ('array', (3,))))
    >>> form_of({"a": ["x", "y"]})
    ('dict', (('a', ('list', (('text',),))),))
    >>> form_of(2**53 + 1)
    ('whole',)
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
    kind = _kind_of(array)
    if not array.ndim and kind in ALONE:
        return (ALONE[kind],)
    return (kind, tuple(None if free else int(n) for n in array.shape))


def _kind_of(array: Any) -> str:
    if array.dtype.kind in "iuO" and any(isinstance(n, int) and abs(n) >= EXACT for n in array.ravel().tolist()):
        return "whole array"
    return {"U": "labels", "O": "labels", "c": "complex array"}.get(array.dtype.kind, "array")


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


SHAPED = {
    "array": "an array",
    "whole array": "an array",
    "complex array": "a complex array",
    "labels": "an array of labels",
}
SINGLE = {
    "none": "None",
    "truth": "True or False",
    "number": "a number",
    "whole": "a whole number",
    "complex": "a complex number",
    "text": "a string",
    "set": "a set",
}


def conform(got: Any, form: Form, where: str = "") -> tuple[Any, str]:
    """Return `got` as plain floats and arrays of the form asked for, and "" or what is wrong with it.

    Lists and arrays of objects stand for arrays, 0-d arrays for numbers, lists for tuples and tuples for lists, any
    mapping that is a dictionary for a dictionary, 0 and 1 for False and True, and complex numbers for real ones where
    every imaginary part is exactly zero. A shape of (1,) is not a number, and a column is not a vector. How long a
    list is, and which keys a dictionary has, is for the checks to say. Where the reference's whole numbers are too large
    for floats, whole numbers stay what they are.

    Examples
    --------
    >>> conform([1, 2], ("array", (2,)))
    (array([1., 2.]), '')
    >>> conform(np.array([1, 2], dtype=object), ("array", (2,)))
    (array([1., 2.]), '')
    >>> conform([[1], [2]], ("array", (2,)))[1]
    'expected an array of shape (2,), got one of shape (2, 1)'
    """
    if isinstance(got, np.ndarray) and got.dtype.kind == "O":
        got = got.tolist()  # what it holds decides, as where a result crosses the walls
    if form[0] == "none":
        return None, "" if got is None else _wrong(form, where, type(got).__name__)
    if got is None:
        return None, _wrong(form, where, "None" if where else "None (is a return missing?)")
    if form[0] in ("tuple", "list", "dict"):
        return {"tuple": _conform_parts, "list": _conform_list, "dict": _conform_dict}[form[0]](got, form, where)
    if form[0] == "set":
        good = isinstance(got, (set, frozenset))
        return (set(got), "") if good else (None, _wrong(form, where, type(got).__name__))
    if form[0] == "text" and isinstance(got, str):
        return str.__str__(got), ""  # an array would lose characters of code 0 at its end
    value, instead = _conform_values(got, form)
    return value, _wrong(form, where, instead) if instead else ""


def _wrong(form: Form, where: str, instead: str) -> str:
    # Made where something is wrong only: to describe a form takes longer than to see whether a result has it.
    return f"expected {describe(form)}{where}, got {instead}"


def _conform_values(got: Any, form: Form) -> tuple[Any, str]:
    """Return text, a number or an array as the form asks for it, and "" or what there is instead."""
    words, whole = form[0] in ("text", "labels"), form[0] in ("whole", "whole array")
    name = type(got).__name__
    try:
        array = np.asarray(got, dtype=object if words or whole else None)
    except (TypeError, ValueError):
        return None, f"{name} that is not rectangular"
    if array.dtype.kind == "O":
        array = _of_objects(array, words=words, whole=whole)
    if array is None or array.dtype.kind not in "biufcO" or (isinstance(got, (str, bytes)) and not words):
        bare = isinstance(got, (str, bytes, int, float))
        return None, name + ("" if bare else f" that does not hold {'text' if words else 'numbers'}")
    shape = form[1] if form[0] in SHAPED else ()
    if len(array.shape) != len(shape) or any(
        want not in (None, has) for want, has in zip(shape, array.shape, strict=True)
    ):
        has = "one" if shape else name if form[0] in ("text", "truth") else "an array"
        return None, f"{has} of shape {array.shape}" if array.shape else "a single value"
    return _of_kind(array, form)


def _of_objects(array: Any, *, words: bool, whole: bool) -> Any:
    """Return an array of objects as one of texts or of numbers, None where it is neither."""
    entries = [
        entry.item() if isinstance(entry, np.ndarray) and not entry.ndim else entry for entry in array.ravel().tolist()
    ]
    if words:  # of which an array would lose characters of code 0 at its end, and wrong labels become right
        good = all(isinstance(entry, str) and entry[-1:] != "\0" for entry in entries)
    else:
        good = all(isinstance(entry, (int, float, complex, np.number, np.bool_)) for entry in entries)
    if not good or not (entries or words or whole):
        return None
    if not words and not whole:  # whole numbers beyond 64 bits
        return np.reshape([_number(entry) for entry in entries], array.shape)
    made = np.empty(len(entries), dtype=object)  # an array made of a list would take whole numbers for floats again
    made[:] = [_exact(entry) for entry in entries] if whole else entries
    return made.reshape(array.shape)


def _of_kind(array: Any, form: Form) -> tuple[Any, str]:
    """Return an array that has the right shape as the form asks for it, and "" or what there is instead."""
    if form[0] == "labels":
        return array.astype(str), ""
    if form[0] in ("complex", "complex array"):
        array = array.astype(complex)
        return array if form[0] in SHAPED else array.item(), ""
    if array.dtype.kind == "c" and not array.imag.any():
        array = array.real
    if array.dtype.kind in "cO" and any(isinstance(entry, complex) for entry in array.ravel().tolist()):
        return None, "complex numbers"
    if form[0] == "truth" and array not in (0, 1):
        return None, "another number"
    if form[0] in ("number", "array", "truth"):
        array = array.astype(bool if form[0] == "truth" else float)
    return array if form[0] in SHAPED else array.item(), ""


def _number(number: complex) -> complex:
    if isinstance(number, (complex, np.complexfloating)):
        return complex(number)
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _exact(number: Any) -> Any:
    """Return a number of Python's own, a whole one as int."""
    number = number.item() if isinstance(number, np.generic) else number
    if isinstance(number, complex) and not number.imag:
        number = number.real
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _listed(got: Any) -> Any:
    """Return what is as good as a list as one, None for all else."""
    # An array of k entries is k values to whoever unpacks it.
    if isinstance(got, (range, np.ndarray)):
        return list(got) if np.ndim(got) else None
    return got if isinstance(got, (tuple, list)) else None


def _conform_parts(got: Any, form: Form, where: str) -> tuple[Any, str]:
    values = _listed(got)
    if values is None or len(values) != len(form[1]):
        return None, _wrong(form, where, type(got).__name__ if values is None else f"{len(values)} values")
    parts = []
    for i, (part, of_part) in enumerate(zip(values, form[1], strict=True), 1):
        value, fault = conform(part, of_part, f" as output {i}")
        if fault:
            return None, fault
        parts.append(value)
    return tuple(parts), ""


def _conform_list(got: Any, form: Form, where: str) -> tuple[Any, str]:
    values = _listed(got)
    if values is None:
        return None, _wrong(form, where, type(got).__name__)
    if not form[1]:
        return list(values), ""
    last = len(form[1]) - 1
    parts = []
    for i, part in enumerate(values):
        value, fault = conform(part, form[1][min(i, last)], f" as entry {i}")
        if fault:
            return None, fault
        parts.append(value)
    return parts, ""


def _conform_dict(got: Any, form: Form, where: str) -> tuple[Any, str]:
    if not isinstance(got, dict):
        return None, _wrong(form, where, type(got).__name__)
    known = dict(form[1])
    parts = {}
    for key, part in got.items():
        value, fault = conform(part, known[key], f" for the key {key!r:.60}") if key in known else (part, "")
        if fault:
            return None, fault
        parts[key] = value
    return parts, ""
