"""Checks of `classify_critical_point`. Students have the public cases; hidden ones are added when marks are given."""

from __future__ import annotations

import base64
import copy
import traceback
from collections import namedtuple

import numpy as np
from otter.test_files import test_case

OK_FORMAT = False
name = "classify_critical_point"
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


SHAPED = {'array': 'an array', 'complex array': 'a complex array', 'labels': 'an array of labels'}

def _number(number: complex) -> complex:
    if isinstance(number, (complex, np.complexfloating)):
        return complex(number)
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _conform_values(got: Any, form: Form, wrong: str) -> tuple[Any, str]:
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


SINGLE = {'none': 'None', 'truth': 'True or False', 'number': 'a number', 'complex': 'a complex number', 'text': 'a string', 'set': 'a set'}

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


def conform(got: Any, form: Form, where: str = "") -> tuple[Any, str]:
    """Return `got` as plain floats and arrays of the form asked for, and "" or what is wrong with it."""
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


def _hold(check: Any, value: Any, expected: Any, arguments: tuple[Any, ...]) -> Result:
    operands = (expected,) if check.against == "expected" else arguments
    with np.errstate(all="ignore"):
        try:
            residual, bound = check.residual(*operands, value, **dict(check.options))
        except (ValueError, ArithmeticError, LookupError):
            # Output for which the relation cannot even be evaluated (an SVD of NaN, a dictionary without a key) does
            # not satisfy it.
            residual, bound = float("inf"), 0.0
        except (TypeError, AttributeError):
            if not isinstance(value, (list, dict, set)):
                raise
            # Of these any entry may be anything. That the reference's can be looked at is seen when the case is planned.
            residual, bound = float("inf"), 0.0
    passed = bool(residual <= bound)  # false for NaN as well
    measured = f": {residual:.3g} where at most {bound:.3g} is allowed"
    if check.against == "expected":  # of what has to be the same, it is seen where it differs
        measured = measured.replace(":", ": off by", 1) if bound > 0 and residual < float("inf") else ""
    return (check.name, passed, float(residual), float(bound), "" if passed else f'"{check.name}" fails{measured}')


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


def _name_in_order(value: Any) -> str:
    return str([_name_in_order(part) for part in in_order(value)]) if isinstance(value, frozenset) else repr(value)


def in_order(values: Any) -> list[Any]:
    """Return the entries of a set in an order that is the same in every process, as that of a set is not."""
    return sorted(values, key=_name_in_order)


def _written(value: Any) -> str:
    """Return `repr` of a value, the same in every process and without the names of NumPy's types."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(k)}: {_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(map(_written, in_order(value))) + "}" if value else "set()"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_written, value)) + ("," if len(value) == 1 else "") + ")"
    return repr(value.item() if isinstance(value, np.generic) else value)


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
    """Return what a learner reads when a public case fails."""
    lines = [f'Case "{case}"']
    lines += [
        f"  {'input' if i == 0 else '':10}{_pair(n, v)}" for i, (n, v) in enumerate(zip(names, arguments, strict=False))
    ]
    lines += [f"  {label:10}{text}" for label, text in (("got", _hang(got)), ("expected", _hang(expected))) if text]
    lines += [f"  {'wrong' if i == 0 else '':10}{fault}" for i, fault in enumerate(faults)]
    return "\n".join([*lines, f"  {'why':10}{why}"])


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


def _differing(expected: Any, got: Any) -> float:
    if isinstance(expected, (set, frozenset)) and isinstance(got, (set, frozenset)):
        return len(expected ^ got)
    if isinstance(expected, dict) and isinstance(got, dict):
        both = expected.keys() & got.keys()
        return len(expected.keys() ^ got.keys()) + sum(_differing(expected[key], got[key]) for key in both)
    if isinstance(expected, (list, tuple)) and isinstance(got, (list, tuple)):
        return abs(len(expected) - len(got)) + sum(map(_differing, expected, got))
    expected, got = np.asarray(expected), np.asarray(got)
    if expected.shape != got.shape:
        return float("inf")
    return float(np.sum(expected != got))


def differing(expected: Any, got: Any, part: int | None) -> tuple[float, float]:
    """Return how many entries differ, and 0; NaN differs from everything."""
    if part is not None:
        expected, got = expected[part], got[part]
    return float(_differing(expected, got)), 0.0


ARGUMENTS = ('H', 'tol')
CHECKS = (Check('the kind is right', differing, 'expected', (('part', None),)),)
CASES = {case.name: case for case in (
    Case('a bowl', 'by hand: both second derivatives are positive and nothing is mixed', 'plain', True,
         (np.array([[2.0, 0.0], [0.0, 3.0]]),),
         (np.array([[2.0, 0.0], [0.0, 3.0]]), 1e-08),
         'minimum',
         ('text',), (CHECKS[0],), None, ()),
    Case('a positive diagonal is not enough', 'by hand: along (1, -1) the curvature is 1 - 3 = -2', 'plain', True,
         (np.array([[1.0, 3.0], [3.0, 1.0]]),),
         (np.array([[1.0, 3.0], [3.0, 1.0]]), 1e-08),
         'saddle',
         ('text',), (CHECKS[0],), None, ()),
    Case('not symmetric', 'mixed derivatives do not depend on the order', 'error', True,
         (np.array([[1.0, 2.0], [0.0, 1.0]]),),
         (np.array([[1.0, 2.0], [0.0, 1.0]]), 1e-08),
         None,
         ('error',), (), None, ('a bowl',)),
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


@test_case(name='classify_critical_point: a bowl', points=0.0, hidden=False)
def test_1(env):
    ask(env, 'a bowl')


@test_case(name='classify_critical_point: a positive diagonal is not enough', points=0.0, hidden=False)
def test_2(env):
    ask(env, 'a positive diagonal is not enough')


@test_case(name='classify_critical_point: not symmetric', points=0.0, hidden=False)
def test_3(env):
    ask(env, 'not symmetric')

