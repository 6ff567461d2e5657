"""Checks of `pca`. Students have the public cases; hidden ones are added when marks are given."""

from __future__ import annotations

import base64
import copy
import traceback
from collections import namedtuple

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "pca"
points = None

Check = namedtuple("Check", "name residual against options")
Case = namedtuple("Case", "name why kind public inputs arguments expected form checks draws companions")


def packed(dtype, shape, data):
    return np.frombuffer(base64.b64decode(data), dtype=dtype).reshape(shape).copy()


NAN = float("nan")

def mark_error(raised: str, is_value_error: bool) -> list[Result]:
    """Return the findings of a case that must raise ValueError."""
    what = f"{raised} was raised" if raised else "the call returned"
    return [
        ("raises ValueError", is_value_error, NAN, NAN, "" if is_value_error else f"expected a ValueError, but {what}")
    ]


SHAPED = {'array': 'an array', 'whole array': 'an array', 'complex array': 'a complex array', 'labels': 'an array of labels'}

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


def _exact(number: Any) -> Any:
    """Return a number of Python's own, a whole one as int."""
    number = number.item() if isinstance(number, np.generic) else number
    if isinstance(number, complex) and not number.imag:
        number = number.real
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _number(number: complex) -> complex:
    if isinstance(number, (complex, np.complexfloating)):
        return complex(number)
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


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


SINGLE = {'none': 'None', 'truth': 'True or False', 'number': 'a number', 'whole': 'a whole number', 'complex': 'a complex number', 'text': 'a string', 'set': 'a set'}

def describe(form: Form) -> str:
    """Return `form` in words."""
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


def _wrong(form: Form, where: str, instead: str) -> str:
    # Made where something is wrong only: to describe a form takes longer than to see whether a result has it.
    return f"expected {describe(form)}{where}, got {instead}"


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


def conform(got: Any, form: Form, where: str = "") -> tuple[Any, str]:
    """Return `got` as plain floats and arrays of the form asked for, and "" or what is wrong with it."""
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


LONGEST_TRACE = 20000

def _parts_of_formula(text: str) -> tuple[list[str], str]:
    names, _, expression = text.partition(":")
    return [name.strip() for name in names.split(",")], expression.strip()


class Probe:
    """A function as an argument: one of this module with its first parameters fixed, which counts its calls."""

    def __init__(self, name: str, parameters: tuple[Any, ...] = (), trace: bool = False) -> None:
        self.name = name
        self.parameters = parameters
        self.traces = trace
        self.calls = 0
        self.trace: list[tuple[Any, ...]] = []
        self._function: Callable[..., Any] = globals()[name]

    def value(self, *arguments: Any) -> Any:
        """Return the value without counting the call."""
        return self._function(*self.parameters, *arguments)

    def __call__(self, *arguments: Any) -> Any:
        """Return the value, and count the call."""
        self.calls += 1
        if self.traces and self.calls <= LONGEST_TRACE:
            self.trace.append(tuple(np.array(a, dtype=float) for a in arguments))
        return self._function(*self.parameters, *arguments)

    def __repr__(self) -> str:
        if self.name == "formula":
            names, what = _parts_of_formula(self.parameters[0])
            parameters = self.parameters[1:]
        else:
            code, what = self._function.__code__, (self._function.__doc__ or self.name).strip().splitlines()[0]
            names, parameters = list(code.co_varnames[: code.co_argcount]), self.parameters
        rest = ", ".join(names[len(parameters) :])
        fixed = zip(names, parameters, strict=False)
        where = ", ".join(f"{name} = {np.asarray(value).tolist()}" for name, value in fixed)
        return f"a function of {rest}: {what}" + (f" ({where})" if where else "")


class Seed:
    """A generator as an argument: `numpy.random.default_rng(number)`, made anew for every call."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __repr__(self) -> str:
        return f"numpy.random.default_rng({self.number})"


def fresh(value: Any) -> Any:
    """Return an argument as a call gets it: a copy, a probe that was never called, a generator at its start."""
    if isinstance(value, Probe):
        return Probe(value.name, value.parameters, value.traces)
    if isinstance(value, Seed):
        return np.random.default_rng(value.number)
    if isinstance(value, (list, tuple, dict, set)):
        return copy.deepcopy(value)
    return value.copy() if isinstance(value, np.ndarray) else value


def _copied(value: Any) -> Any:
    return value if isinstance(value, (Probe, Seed)) else fresh(value)


def residual_of(check: Any, value: Any, expected: Any, arguments: tuple[Any, ...]) -> tuple[float, float]:
    """Return what a check measures and what it allows; whatever it raises comes through."""
    operands = (expected,) if check.against == "expected" else arguments
    residual, bound = check.residual(*map(_copied, operands), _copied(value), **dict(check.options))
    return float(residual), float(bound)


def _name_in_order(value: Any) -> str:
    # Each part is named once, and the name of a set is as long as its parts' together: sets may be nested deeply.
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(_name_in_order, value))) + "}"
    return "(" + ", ".join(map(_name_in_order, value)) + ")" if type(value) is tuple else repr(value)


def in_order(values: Any) -> list[Any]:
    """Return the entries of a set in an order that is the same in every process, as that of a set is not."""
    return sorted(values, key=_name_in_order)


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


def _compared(check: Any, expected: Any, value: Any) -> tuple[Any, Any]:
    """Return what a check holds against each other: results, or one of their parts."""
    part = dict(check.options).get("part")
    return (expected, value) if part is None else (expected[part], value[part])


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


def mark_value(
    got: Any,
    expected: Any,
    arguments: tuple[Any, ...],
    form: Form,
    checks: Any,
    modified: tuple[str, ...],
) -> list[Result]:
    """Return the findings of a case whose call returned."""
    value, fault = conform(got, form)
    results: list[Result] = [("the form of the result", not fault, NAN, NAN, fault)]
    if not fault:
        results += [_hold(check, value, expected, arguments) for check in checks]
    changed = f"the call changed its argument {' and '.join(modified)}; work on a copy" if modified else ""
    return [*results, ("the inputs stay as they were", not modified, NAN, NAN, changed)]


def mark_random(random: str, draws: bool | None) -> list[Result]:
    """Return the findings of a call that was given a generator."""
    if draws is None:
        return []
    fault = {
        "unused": "nothing was drawn from rng" if draws else "",
        "global": "numpy's global random numbers were used or seeded; draw from rng only",
        "differs": "two calls with the same generator gave different results; draw from rng only",
    }.get(random, "")
    return [("all randomness comes from rng", not fault, NAN, NAN, fault)]


def show(value: Any, indent: str = "") -> str:
    """Return `value` as a learner reads it: few digits, at most some twelve lines, no markup."""
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


def _pair(name: str, value: Any) -> str:
    return f"{name} = " + show(value, " " * (15 + len(name)))


def _hang(text: str) -> str:
    return text.replace("\n", "\n" + " " * 12)


def explain(
    case: str, why: str, names: tuple[str, ...], arguments: tuple[Any, ...], got: str, expected: str, faults: list[str]
) -> str:
    """Return what a learner reads when a public case fails."""
    lines = [f'Case "{case}"']
    lines += [
        f"  {'input' if i == 0 else '':10}{_pair(n, v)}" for i, (n, v) in enumerate(zip(names, arguments, strict=False))
    ]
    lines += [f"  {label:10}{text}" for label, text in (("got", _hang(got)), ("expected", _hang(expected))) if text]
    lines += [f"  {'wrong' if i == 0 else '':10}{fault}" for i, fault in enumerate(faults)]
    return "\n".join([*lines, f"  {'why':10}{why}"])


def same(a: Any, b: Any) -> bool:
    """Return whether two values are the same to the last bit; NaN is the same as NaN here."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(v, b[k]) for k, v in a.items())
    if isinstance(a, Probe):
        return isinstance(b, Probe) and a.name == b.name and same(a.parameters, b.parameters)
    if isinstance(a, Seed):
        return isinstance(b, Seed) and a.number == b.number
    return a is b or (type(a) is type(b) and bool(a == b or a != a))


def _moved(generator: Any, start: Any) -> bool:
    """Return whether anything was drawn from a generator that began like `start`."""
    children = generator.bit_generator.seed_seq.n_children_spawned
    return bool(children or generator.bit_generator.state != start.bit_generator.state)


def call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, tuple[int, ...], str, tuple[Log, ...]]:
    """Call a function on fresh copies of the arguments."""
    given = tuple(map(fresh, arguments))
    seeded = any(isinstance(a, Seed) for a in arguments)
    if seeded:
        np.random.random()
    before = np.random.get_state() if seeded else None
    value = function(*given)
    pairs = tuple(zip(arguments, given, strict=True))
    changed = tuple(i for i, (a, b) in enumerate(pairs) if not isinstance(a, (Probe, Seed)) and not same(a, b))
    logs = tuple((g.calls, g.trace) for g in given if isinstance(g, Probe))
    random = ""
    if seeded:
        used = all(_moved(b, fresh(a)) for a, b in pairs if isinstance(a, Seed))
        if not same(tuple(np.random.get_state()), before):
            random = "global"
        elif not same(function(*map(fresh, arguments)), value):
            random = "differs"
        elif not used:
            random = "unused"
    return value, changed, random, logs


def told(arguments: tuple[Any, ...], logs: tuple[Log, ...]) -> tuple[Any, ...]:
    """Return the arguments with what the probes among them are said to have been asked; checks get these."""
    left = list(logs)
    made = []
    for value in arguments:
        made.append(fresh(value) if isinstance(value, Probe) else value)
        if isinstance(value, Probe) and left:
            made[-1].calls, made[-1].trace = left.pop(0)
    return tuple(made)


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


def entrywise(
    expected: Any,
    got: Any,
    rtol: float,
    atol: float,
    part: int | None,
    of_largest: bool,
) -> tuple[float, float]:
    """Return the error of the entry that is furthest beyond its tolerance, and that tolerance."""
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


ORTHONORMAL = 1e-08

def largest(x: Array) -> float:
    """Return the largest absolute entry of `x`; NaN counts as infinite, an empty array as 0."""
    x = np.asarray(x)
    if x.size == 0:
        return 0.0
    return float(np.max(np.where(np.isnan(x), np.inf, np.abs(x))))


def orthonormality(Q: Array) -> float:
    """Return how far the columns of `Q` (m, r) are from orthonormal: the largest entry of |Q'Q - I|."""
    return largest(Q.T @ Q - np.eye(Q.shape[1]))


def orthonormal(X, k, result):
    _, components, _ = result
    return orthonormality(components.T), ORTHONORMAL


EIGENSPACE = 1e-06

def eigenvectors(X, k, result):
    _, components, variances = result
    X = np.asarray(X, dtype=float)
    C = X - X.mean(axis=0)
    S = C.T @ C / (len(X) - 1)
    first = np.max(np.linalg.eigvalsh(S))
    off = S @ components.T - components.T * variances
    return np.sqrt(np.max(np.sum(off**2, axis=0))), EIGENSPACE * first


ARGUMENTS = ('X', 'k')
CHECKS = (Check('the mean is right', entrywise, 'expected', (('rtol', 1e-09), ('atol', 0.0), ('part', 0), ('of_largest', True))), Check('the variances are right and in descending order', entrywise, 'expected', (('rtol', 1e-06), ('atol', 0.0), ('part', 2), ('of_largest', True))), Check('the components are perpendicular and of length 1', orthonormal, 'inputs', ()), Check('the covariance only stretches each component, by its variance', eigenvectors, 'inputs', ()),)
CASES = {case.name: case for case in (
    Case('on a line', 'by hand: all points lie on the diagonal at distances -2.83, 0 and 2.83 from the mean: (8 + 0 + 8) / 2 = 8', 'plain', True,
         (np.array([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]]), 1),
         (np.array([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]]), 1),
         (np.array([2.0, 2.0]), np.array([[0.7071067811865476, 0.7071067811865475]]), np.array([8.0])),
         ('tuple', (('array', (2,)), ('array', (1, 2)), ('array', (1,)))), (CHECKS[0], CHECKS[1], CHECKS[2], CHECKS[3],), None, ()),
    Case('along the axes', 'by hand: the second axis spreads more, 8/3, and so comes before the first, 2/3', 'plain', True,
         (np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, -2.0]]), 2),
         (np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, -2.0]]), 2),
         (np.array([0.0, 0.0]), np.array([[-0.0, -1.0], [-1.0, -0.0]]), np.array([2.6666666666666674, 0.6666666666666669])),
         ('tuple', (('array', (2,)), ('array', (2, 2)), ('array', (2,)))), (CHECKS[0], CHECKS[1], CHECKS[2], CHECKS[3],), None, ()),
    Case('a single day', 'one row has no variance', 'error', True,
         (np.array([[1.0, 2.0]]), 1),
         (np.array([[1.0, 2.0]]), 1),
         None,
         ('error',), (), None, ('on a line',)),
)}


class Wrong(Exception):
    """The text of it is what a learner reads."""


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
    error = None
    try:
        value, changed, random, logs = call(function, case.inputs)
    except KeyboardInterrupt:
        raise
    except BaseException as raised:  # a call of sys.exit() must cost no more than this case
        error = raised
    if case.kind == "error":
        results = mark_error(type(error).__name__ if error else "", isinstance(error, ValueError))
    elif error:
        results = [("the call returns", False, NAN, NAN, f"{type(error).__name__} was raised")]
    else:
        modified = tuple(ARGUMENTS[i] for i in changed)
        results = mark_value(value, case.expected, told(case.arguments, logs), case.form, case.checks, modified)
        results += mark_random(random, case.draws)
    faults = [fault for _, passed, _, _, fault in results if not passed]
    if faults:
        got = f"{type(error).__name__}: {error}{place(error)}" if error else show(value)
        unique = any(check.against == "expected" for check in case.checks)
        expected = "ValueError" if case.kind == "error" else show(case.expected) if unique else ""
        text = explain(case.name, case.why, ARGUMENTS, case.inputs, got, expected, faults)
        raise Wrong((before + text).translate({0x3C: "\u2039", 0x3E: "\u203a"}))
    for companion in () if before else case.companions:
        ask(env, companion, f'"{case.name}" holds, but it counts only together with this one:\n')


@test_case(name='pca: on a line', points=0.0, hidden=False)
def test_1(env):
    ask(env, 'on a line')


@test_case(name='pca: along the axes', points=0.0, hidden=False)
def test_2(env):
    ask(env, 'along the axes')


@test_case(name='pca: a single day', points=0.0, hidden=False)
def test_3(env):
    ask(env, 'a single day')

