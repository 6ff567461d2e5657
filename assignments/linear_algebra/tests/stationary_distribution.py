"""Checks of `stationary_distribution`. Students have the public cases; hidden ones are added when marks are given."""

from __future__ import annotations

import base64
import copy
import traceback
from collections import namedtuple

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "stationary_distribution"
points = None

Check = namedtuple("Check", "name residual against options")
Case = namedtuple("Case", "name why kind public inputs arguments expected form checks companion")


def packed(dtype, shape, data):
    return np.frombuffer(base64.b64decode(data), dtype=dtype).reshape(shape).copy()


NAN = float("nan")

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


def _hold(check: Any, value: Any, expected: Any, arguments: tuple[Any, ...]) -> Result:
    operands = (expected,) if check.against == "expected" else arguments
    with np.errstate(all="ignore"):
        try:
            residual, bound = check.residual(*operands, value, **dict(check.options))
        except (ValueError, ArithmeticError, IndexError):
            # Output for which the relation cannot even be evaluated (an SVD of NaN, say) does not satisfy it.
            residual, bound = float("inf"), 0.0
    passed = bool(residual <= bound)  # false for NaN as well
    measured = f"off by {residual:.3g}, at most {bound:.3g} is allowed"
    return (check.name, passed, float(residual), float(bound), "" if passed else f'"{check.name}" fails: {measured}')


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
        text = "(" + ",\n ".join(show(part, " ") for part in value) + ")"
    elif isinstance(value, (np.ndarray, np.generic)):
        text = np.array2string(
            np.asarray(value), precision=8, separator=" ", threshold=60, edgeitems=3, max_line_width=88
        )
    else:
        text = repr(value)
    lines = text[:2000].splitlines() or [""]
    if len(lines) > 12:
        lines = [*lines[:11], "..."]
    return ("\n" + indent).join(lines).translate({0x3C: "\u2039", 0x3E: "\u203a"})


def _pair(name: str, value: Any) -> str:
    return f"{name} = " + show(value, " " * (15 + len(name)))


def _hang(text: str) -> str:
    return text.replace("\n", "\n" + " " * 12)


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


def entrywise(
    expected: Any,
    got: Any,
    rtol: float,
    atol: float,
    part: int | None,
    of_largest: bool,  # noqa: FBT001
) -> tuple[float, float]:
    """Return the error of the entry that is furthest beyond its tolerance, and that tolerance.

    Infinite entries must agree exactly and NaN must meet NaN; where they do not, the error is infinite.
    """
    if part is not None:
        expected, got = expected[part], got[part]
    expected, got = np.asarray(expected), np.asarray(got)
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


ARGUMENTS = ('P',)
CHECKS = (Check('the value is right', entrywise, 'expected', (('rtol', 1e-07), ('atol', 1e-09), ('part', None), ('of_largest', False))),)
CASES = {case.name: case for case in (
    Case('two ratings', 'by hand: 5/6 and 1/6, for 5/6 * 0.1 leave the first rating each year and 1/6 * 0.5 return', 'plain', True,
         (np.array([[0.9, 0.1], [0.5, 0.5]]),),
         (np.array([[0.9, 0.1], [0.5, 0.5]]),),
         np.array([0.8333333333333341, 0.16666666666666632]),
         ('array', (2,)), (CHECKS[0],), ''),
    Case('every other year', 'the chain alternates for ever, and yet half and half is unchanged', 'edge', True,
         (np.array([[0.0, 1.0], [1.0, 0.0]]),),
         (np.array([[0.0, 1.0], [1.0, 0.0]]),),
         np.array([0.5, 0.5]),
         ('array', (2,)), (CHECKS[0],), 'two ratings'),
    Case('rows that do not sum to 1', 'the first row sends out 110 % of its clients', 'error', True,
         (np.array([[0.9, 0.2], [0.5, 0.5]]),),
         (np.array([[0.9, 0.2], [0.5, 0.5]]),),
         None,
         ('error',), (), 'two ratings'),
)}


class Wrong(Exception):
    """The text of it is what a learner reads."""


def same(a, b):
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or a != a)


def place(error):
    """Return where in the student's own code the error arose."""
    frames = [f for f in traceback.extract_tb(error.__traceback__)[1:] if f.line and "site-packages" not in f.filename]
    return f", in line {frames[-1].lineno} of {frames[-1].name}: {frames[-1].line}" if frames else ""


def ask(env, case_name, before=""):
    case = CASES[case_name]
    function = env.get(name)
    if not callable(function):
        held = "not defined yet" if function is None else f"a {type(function).__name__}, not a function"
        raise Wrong(f"{name} is {held}")
    given = copy.deepcopy(case.inputs)
    error, value = None, None
    try:
        value = function(*given)
    except KeyboardInterrupt:
        raise
    except BaseException as raised:  # a call of sys.exit() must cost no more than this case
        error = raised
    if case.kind == "error":
        results = mark_error(type(error).__name__ if error else "", isinstance(error, ValueError))
    elif error:
        results = [("the call returns", False, NAN, NAN, f"{type(error).__name__} was raised")]
    else:
        modified = tuple(a for a, x, y in zip(ARGUMENTS, case.inputs, given) if not same(x, y))
        results = mark_value(value, case.expected, case.arguments, case.form, case.checks, modified)
    faults = [fault for _, passed, _, _, fault in results if not passed]
    if faults:
        got = f"{type(error).__name__}: {error}{place(error)}" if error else show(value)
        unique = any(check.against == "expected" for check in case.checks)
        expected = "ValueError" if case.kind == "error" else show(case.expected) if unique else ""
        text = explain(case.name, case.why, ARGUMENTS, case.inputs, got, expected, faults)
        raise Wrong((before + text).translate({0x3C: "\u2039", 0x3E: "\u203a"}))
    if case.companion:
        ask(env, case.companion, f'"{case.name}" holds, but it counts only together with this one:\n')


@test_case(name='stationary_distribution: two ratings', points=0.0, hidden=False)
def test_1(env):
    ask(env, 'two ratings')


@test_case(name='stationary_distribution: every other year', points=0.0, hidden=False)
def test_2(env):
    ask(env, 'every other year')


@test_case(name='stationary_distribution: rows that do not sum to 1', points=0.0, hidden=False)
def test_3(env):
    ask(env, 'rows that do not sum to 1')

