"""Marking one call: from an outcome and a case to findings. Quoted by the test files, so it needs numpy only.

A finding is a tuple (check, passed, residual, bound, fault): the name of what was checked, whether it holds, what
was measured and allowed (NaN where nothing was measured), and what is wrong in words ("" where nothing is).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.forms import Form, conform
from reference.probes import Probe, Seed, fresh, in_order

NAN = float("nan")
Result = tuple[str, bool, float, float, str]


def mark_error(raised: str, is_value_error: bool) -> list[Result]:  # noqa: FBT001 - mirrors the claim
    """Return the findings of a case that must raise ValueError.

    Parameters
    ----------
    raised : str
        Name of the exception's class, "" where the call returned.
    is_value_error : bool
        Whether it is a ValueError or derived from it.

    Examples
    --------
    >>> mark_error("LinAlgError", True)[0][1]
    True
    >>> mark_error("", False)[0][4]
    'expected a ValueError, but the call returned'
    """
    what = f"{raised} was raised" if raised else "the call returned"
    return [
        ("raises ValueError", is_value_error, NAN, NAN, "" if is_value_error else f"expected a ValueError, but {what}")
    ]


def mark_value(
    got: Any,
    expected: Any,
    arguments: tuple[Any, ...],
    form: Form,
    checks: Any,
    modified: tuple[str, ...],
) -> list[Result]:
    """Return the findings of a case whose call returned.

    Parameters
    ----------
    got : object
        The result as returned.
    expected : object
        The reference's result.
    arguments : tuple
        All arguments of the solution, defaults included, as they were before the call.
    form : tuple
        The form of the result, see `reference.forms`.
    checks : sequence
        Objects with `name`, `residual`, `against` and `options`.
    modified : tuple of str
        Names of the arguments that the call changed.
    """
    value, fault = conform(got, form)
    results: list[Result] = [("the form of the result", not fault, NAN, NAN, fault)]
    if not fault:
        results += [_hold(check, value, expected, arguments) for check in checks]
    changed = f"the call changed its argument {' and '.join(modified)}; work on a copy" if modified else ""
    return [*results, ("the inputs stay as they were", not modified, NAN, NAN, changed)]


def mark_random(random: str, draws: bool | None) -> list[Result]:  # noqa: FBT001 - it stands in test files
    """Return the findings of a call that was given a generator.

    Parameters
    ----------
    random : str
        How the generator was misused, see `reference.probes.RANDOM`.
    draws : bool or None
        Whether the reference draws from it; None where there is no generator.

    Examples
    --------
    >>> mark_random("unused", draws=False)[0][1], mark_random("unused", draws=True)[0][4]
    (True, 'nothing was drawn from rng')
    """
    if draws is None:
        return []
    fault = {
        "unused": "nothing was drawn from rng" if draws else "",
        "global": "numpy's global random numbers were used or seeded; draw from rng only",
        "differs": "two calls with the same generator gave different results; draw from rng only",
    }.get(random, "")
    return [("all randomness comes from rng", not fault, NAN, NAN, fault)]


def _hold(check: Any, value: Any, expected: Any, arguments: tuple[Any, ...]) -> Result:
    unable = False
    with np.errstate(all="ignore"):
        try:
            residual, bound = residual_of(check, value, expected, arguments)
        except Exception as error:
            # Output for which the relation cannot even be evaluated (an SVD of NaN, a dictionary without a key, the
            # first entry of an empty list) does not satisfy it. That the reference's can be is seen when the case is
            # planned: what may not be said of an operand is a fault of the check, where an operand is of one type only.
            if isinstance(error, (TypeError, AttributeError, NameError)) and _typed(value):
                raise
            residual, bound, unable = float("inf"), 0.0, True
    # False for NaN as well, and where a bound that depends on the result is as infinite as the residual.
    passed = residual <= bound and residual < float("inf")
    measured = f": {residual:.3g} where at most {bound:.3g} is allowed"
    if check.against == "expected":  # of what has to be the same, it is seen where it differs
        measured = measured.replace(":", ": off by", 1) if bound > 0 and residual < float("inf") else ""
        unlike = "" if passed or unable else _unlike(*_compared(check, expected, value))
        measured = f": {unlike}" if unlike else measured
    elif unable:
        measured = ": it cannot be asked of this result"
    return (check.name, passed, residual, bound, "" if passed else f'"{check.name}" fails{measured}')


def residual_of(check: Any, value: Any, expected: Any, arguments: tuple[Any, ...]) -> tuple[float, float]:
    """Return what a check measures and what it allows; whatever it raises comes through.

    It is given copies: one that sorts a list in its place does so for itself, and not for the checks after it and for
    all submissions to come.
    """
    operands = (expected,) if check.against == "expected" else arguments
    residual, bound = check.residual(*map(_copied, operands), _copied(value), **dict(check.options))
    return float(residual), float(bound)


def _copied(value: Any) -> Any:
    return value if isinstance(value, (Probe, Seed)) else fresh(value)


def _compared(check: Any, expected: Any, value: Any) -> tuple[Any, Any]:
    """Return what a check holds against each other: results, or one of their parts."""
    part = dict(check.options).get("part")
    return (expected, value) if part is None else (expected[part], value[part])


def _unlike(expected: Any, got: Any) -> str:
    """Return in words where a result is not built as the reference's, which is hard to see in a long one; "" if it is."""
    pairs: Any = ()
    if isinstance(expected, dict) and isinstance(got, dict):
        missing, more = ([key for key in one if key not in other] for one, other in ((expected, got), (got, expected)))
        pairs = ((f"for the key {_written(key):.60}", expected[key], got[key]) for key in expected if key in got)
    elif isinstance(expected, (set, frozenset)) and isinstance(got, (set, frozenset)):
        missing, more = in_order(expected - got), in_order(got - expected)
    elif isinstance(expected, (list, tuple)) and isinstance(got, (list, tuple)):
        if len(expected) != len(got):
            return f"{len(got)} entries where {len(expected)} are expected"
        missing = more = []
        pairs = ((f"in entry {i}", *pair) for i, pair in enumerate(zip(expected, got, strict=True)))
    else:
        return ""
    if missing or more:
        return f"{_written(missing[0]):.60} is missing" if missing else f"{_written(more[0]):.60} is too much"
    return next((f"{where} {what}" for where, one, other in pairs if (what := _unlike(one, other))), "")


def _typed(value: Any) -> bool:
    """Return whether the form alone says what can be done with a value: not with a text or a list of any length."""
    if isinstance(value, tuple):
        return all(map(_typed, value))
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fc"
    return value is None or isinstance(value, (bool, float, complex))


def show(value: Any, indent: str = "") -> str:
    """Return `value` as a learner reads it: few digits, at most some twelve lines, no markup.

    Angle brackets become quotation marks of that shape, for Otter shows messages as HTML without escaping them.

    Examples
    --------
    >>> import numpy as np
    >>> print(show(np.array([[1.0, 2.5], [3.0, 4.0]])))
    [[1.  2.5]
     [3.  4. ]]
    """
    if isinstance(value, tuple):
        text = "(" + ",\n ".join(show(part, " ") for part in value) + ("," if len(value) == 1 else "") + ")"
    elif isinstance(value, (np.ndarray, np.generic)):
        text = np.array2string(
            np.asarray(value), precision=8, separator=" ", threshold=60, edgeitems=3, max_line_width=88
        )
    else:
        text = _written(value)
    lines = (text if len(text) <= 2000 else f"{text[:2000]} ...").splitlines() or [""]
    if len(lines) > 12:
        lines = [*lines[:11], "..."]
    return ("\n" + indent).join(lines).translate({0x3C: "\u2039", 0x3E: "\u203a"})


def _written(value: Any) -> str:
    """Return `repr` of a value, the same in every process and without the names of NumPy's types."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(k)}: {_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, frozenset):
        return f"frozenset({_written(set(value)) if value else ''})"
    if isinstance(value, set):
        return "{" + ", ".join(map(_written, in_order(value))) + "}" if value else "set()"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_written, value)) + ("," if len(value) == 1 else "") + ")"
    return repr(value.item() if isinstance(value, np.generic) else value)


def explain(
    case: str, why: str, names: tuple[str, ...], arguments: tuple[Any, ...], got: str, expected: str, faults: list[str]
) -> str:
    """Return what a learner reads when a public case fails.

    Parameters
    ----------
    case, why : str
        Name of the case and the reason it exists.
    names, arguments : tuple
        Names and values of the arguments.
    got, expected : str
        Result and reference's result as `show` puts them; "" leaves the line out.
    faults : list of str
        What is wrong, the most telling first.
    """
    lines = [f'Case "{case}"']
    lines += [
        f"  {'input' if i == 0 else '':10}{_pair(n, v)}" for i, (n, v) in enumerate(zip(names, arguments, strict=False))
    ]
    lines += [f"  {label:10}{text}" for label, text in (("got", _hang(got)), ("expected", _hang(expected))) if text]
    lines += [f"  {'wrong' if i == 0 else '':10}{fault}" for i, fault in enumerate(faults)]
    return "\n".join([*lines, f"  {'why':10}{why}"])


def _pair(name: str, value: Any) -> str:
    return f"{name} = " + show(value, " " * (15 + len(name)))


def _hang(text: str) -> str:
    return text.replace("\n", "\n" + " " * 12)
