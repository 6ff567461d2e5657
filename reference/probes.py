"""Functions and generators that exercises hand to students' code, and the call that hands them over.

Alone of `reference` this module is loaded inside the walls, where students' code can read it: it holds what exercises
hand over and never an answer, so no root and no minimiser, and a gradient only where an exercise gives it away. Test
files quote from it, so each function and class needs numpy and its siblings only.

What a probe counts inside the walls is a claim like every other. It serves to tell a learner that 10,000 evaluations
are too many; where more hangs on it, a check compares the trace with the result.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Log = tuple[int, list[tuple[Any, ...]]]

# What can be wrong with the way a call used the generator it was given; "" where nothing is.
RANDOM = ("", "unused", "global", "differs")
LONGEST_TRACE = 20_000


class Probe:
    """A function as an argument: one of this module with its first parameters fixed, which counts its calls.

    Parameters
    ----------
    name : str
        A function at the top of this module.
    parameters : tuple
        Its first arguments: numbers, strings or arrays.
    trace : bool
        Keep the arguments of every call as well.

    Attributes
    ----------
    calls : int
        How often it was called.
    trace : list of tuple of array
        The arguments of each call, where they are kept.

    Examples
    --------
    >>> f = Probe("polynomial", (np.array([-2.0, 0.0, 1.0]),))
    >>> f(3.0), f.value(0.0), f.calls
    (7.0, -2.0, 1)
    """

    def __init__(self, name: str, parameters: tuple[Any, ...] = (), trace: bool = False) -> None:  # noqa: FBT001, FBT002
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
    """A generator as an argument: `numpy.random.default_rng(number)`, made anew for every call.

    Examples
    --------
    >>> Seed(7)
    numpy.random.default_rng(7)
    """

    def __init__(self, number: int) -> None:
        self.number = number

    def __repr__(self) -> str:
        return f"numpy.random.default_rng({self.number})"


def fresh(value: Any) -> Any:
    """Return an argument as a call gets it: a copy, a probe that was never called, a generator at its start.

    Examples
    --------
    >>> fresh([1, 2]), float(fresh(Seed(7)).random()) == float(np.random.default_rng(7).random())
    ([1, 2], True)
    """
    if isinstance(value, Probe):
        return Probe(value.name, value.parameters, value.traces)
    if isinstance(value, Seed):
        return np.random.default_rng(value.number)
    if isinstance(value, (list, tuple, dict, set)):
        return copy.deepcopy(value)
    return value.copy() if isinstance(value, np.ndarray) else value


def same(a: Any, b: Any) -> bool:
    """Return whether two values are the same to the last bit; NaN is the same as NaN here.

    Examples
    --------
    >>> same((np.zeros(2), [1]), (np.zeros(2), [1])), same(0.0, 0)
    (True, False)
    """
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
    return a is b or (type(a) is type(b) and bool(a == b or a != a))  # noqa: PLR0124 - true for NaN


def in_order(values: Any) -> list[Any]:
    """Return the entries of a set in an order that is the same in every process, as that of a set is not.

    Examples
    --------
    >>> in_order({"b", "a", frozenset({"d", "c"})})
    ['a', 'b', frozenset({...})]
    """
    return sorted(values, key=_name_in_order)


def _name_in_order(value: Any) -> str:
    # Each part is named once, and the name of a set is as long as its parts' together: sets may be nested deeply.
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(_name_in_order, value))) + "}"
    return "(" + ", ".join(map(_name_in_order, value)) + ")" if type(value) is tuple else repr(value)


def call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, tuple[int, ...], str, tuple[Log, ...]]:
    """Call a function on fresh copies of the arguments.

    Returns
    -------
    value : object
        The result.
    changed : tuple of int
        Positions of the arguments that the call changed.
    random : str
        How the call misused the generator that it was given, one of `RANDOM`; "" where it was given none. For this
        it is called a second time.
    logs : tuple of (int, list)
        For each probe among the arguments, how often it was called and its trace.

    Examples
    --------
    >>> call(lambda x: x.sort(), (np.array([2, 1]),))
    (None, (0,), '', ())
    >>> call(lambda rng: 0.5, (Seed(1),))[2]
    'unused'
    """
    given = tuple(map(fresh, arguments))
    seeded = any(isinstance(a, Seed) for a in arguments)
    if seeded:
        np.random.random()  # noqa: NPY002 - so that who seeds it and draws as the call before did is seen as well
    before = np.random.get_state() if seeded else None  # noqa: NPY002 - it is watched, not used
    value = function(*given)
    pairs = tuple(zip(arguments, given, strict=True))
    changed = tuple(i for i, (a, b) in enumerate(pairs) if not isinstance(a, (Probe, Seed)) and not same(a, b))
    logs = tuple((g.calls, g.trace) for g in given if isinstance(g, Probe))
    random = ""
    if seeded:
        used = all(_moved(b, fresh(a)) for a, b in pairs if isinstance(a, Seed))
        if not same(tuple(np.random.get_state()), before):  # noqa: NPY002
            random = "global"
        elif not same(function(*map(fresh, arguments)), value):
            random = "differs"
        elif not used:
            random = "unused"
    return value, changed, random, logs


def _moved(generator: Any, start: Any) -> bool:
    """Return whether anything was drawn from a generator that began like `start`."""
    children = generator.bit_generator.seed_seq.n_children_spawned
    return bool(children or generator.bit_generator.state != start.bit_generator.state)


def told(arguments: tuple[Any, ...], logs: tuple[Log, ...]) -> tuple[Any, ...]:
    """Return the arguments with what the probes among them are said to have been asked; checks get these.

    Examples
    --------
    >>> f, _ = told((Probe("polynomial", (np.ones(1),)), 2.0), ((5, []),))
    >>> f.calls
    5
    """
    left = list(logs)
    made = []
    for value in arguments:
        made.append(fresh(value) if isinstance(value, Probe) else value)
        if isinstance(value, Probe) and left:
            made[-1].calls, made[-1].trace = left.pop(0)
    return tuple(made)


def pack(arguments: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Return arguments as plain values that can be sent: probes by name, generators by seed.

    Examples
    --------
    >>> pack((1.5, Seed(3)))
    [('value', 1.5), ('seed', 3)]
    """
    packed: list[tuple[Any, ...]] = []
    for value in arguments:
        if isinstance(value, Probe):
            packed.append(("probe", value.name, value.parameters, value.traces))
        elif isinstance(value, Seed):
            packed.append(("seed", value.number))
        else:
            packed.append(("value", value))
    return packed


def unpack(packed: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return the arguments that `pack` was given.

    Examples
    --------
    >>> unpack(pack((1.5, Seed(3))))
    (1.5, numpy.random.default_rng(3))
    """
    made: dict[str, Callable[..., Any]] = {"value": lambda v: v, "probe": Probe, "seed": Seed}
    return tuple(made[what](*rest) for what, *rest in packed)


def _parts_of_formula(text: str) -> tuple[list[str], str]:
    names, _, expression = text.partition(":")
    return [name.strip() for name in names.split(",")], expression.strip()


# The functions that exercises hand over. The first line of the docstring is what learners read.


def formula(text: str, *values: Any) -> Any:
    """Return the value of an expression of NumPy's functions: "c, x: cos(x) - c" is given c and x, in that order."""
    names, expression = _parts_of_formula(text)
    if len(values) != len(names):
        msg = f"the function takes {', '.join(names)}: {len(names)} values, but it was given {len(values)}"
        raise TypeError(msg)
    made = (np.array(value, dtype=float) if isinstance(value, (list, tuple)) else value for value in values)
    known = {**vars(np), "__builtins__": {}, **dict(zip(names, made, strict=True))}
    return eval(expression, known)  # noqa: S307 - an author wrote it


def polynomial(coefficients: Array, x: Any) -> Any:
    """c0 + c1 x + c2 x^2 + ..., the coefficients in that order"""
    total = 0.0 * x
    for coefficient in coefficients[::-1]:
        total = total * x + float(coefficient)
    return total


def quadratic(A: Array, b: Array, x: Array) -> float:
    """x'Ax / 2 - b'x"""
    x = np.asarray(x)
    return float(0.5 * x @ A @ x - b @ x)


def bond_value(coupon: float, years: int, x: Array) -> float:
    """price of a bond per 100, x = (yield, spread), both in per cent, paid once a year"""
    rate = 1 + (x[0] + x[1]) / 100
    return float(sum(coupon / rate**t for t in range(1, years + 1)) + 100 / rate**years)


def log_sum_exp(x: Array) -> float:
    """log(exp(x1) + exp(x2) + ...)"""
    x = np.asarray(x)
    top = x.max()
    return float(top + np.log(np.sum(np.exp(x - top))))


def product_and_wave(x: Array) -> float:
    """x1 x2^2 + sin(x1) x3, then the same with the next three, and so on"""
    x = np.asarray(x)
    return float(sum(x[i] * x[i + 1] ** 2 + np.sin(x[i]) * x[i + 2] for i in range(0, len(x) - 2, 3)))


def deposit_value(shift: float, x: Array) -> float:
    """value of a deposit on two assets x1 and x2: x1 x2 / 100 + 20 exp(-(x1 - x2)^2 / 200) + shift"""
    return float(x[0] * x[1] / 100 + 20 * np.exp(-((x[0] - x[1]) ** 2) / 200) + shift)


def swap_values(years: Array, x: Array) -> Array:
    """values of swaps of several maturities at par rates x in per cent: one number for each maturity"""
    x = np.asarray(x, dtype=float) / 100
    discounts = np.exp(-np.outer(years, x) * np.arange(1, len(x) + 1) / len(x))
    return np.asarray(100 * (discounts.prod(axis=1) - 1) + np.asarray(years) * x.sum())


def linear_map(A: Array, x: Array) -> Array:
    """A x, a matrix times a vector"""
    return np.asarray(A @ np.asarray(x))


def first_entries(count: int, x: Array) -> Array:
    """the first entries of x"""
    return np.asarray(x)[:count]


def polar(x: Array) -> Array:
    """(r cos(a), r sin(a)) for x = (r, a)"""
    return np.array([x[0] * np.cos(x[1]), x[0] * np.sin(x[1])])


def scaled_polynomial(scale: float, coefficients: Array, x: float) -> float:
    """S (c0 + c1 x + c2 x^2 + ...), the coefficients in that order"""
    return scale * float(polynomial(coefficients, x))


def net_present_value(flows: Array, rate: float) -> float:
    """value today of payments after 0, 1, 2, ... years at a rate"""
    return float(sum(flow / (1 + rate) ** t for t, flow in enumerate(flows)))


def cube_around(centre: float, x: float) -> float:
    """(x - c)^3"""
    return float((x - centre) ** 3)


def quadratic_gradient(A: Array, b: Array, x: Array) -> Array:
    """A x - b"""
    return np.asarray(A @ x - b)


def constant_matrix(A: Array, x: Array) -> Array:
    """A, wherever x is"""
    return np.asarray(A + 0.0 * np.sum(x))


def barrier_gradient(b: Array, x: Array) -> Array:
    """slope of b'x - log(x1) - log(x2) - ...: b - 1/x"""
    return np.asarray(b - 1 / np.asarray(x, dtype=float))


def barrier_hessian(b: Array, x: Array) -> Array:
    """curvature of b'x - log(x1) - log(x2) - ...: 1/x^2 on the diagonal"""
    return np.asarray(np.diag(1 / np.asarray(x, dtype=float) ** 2) + 0.0 * np.sum(b))


def bent_gradient(A: Array, b: Array, x: Array) -> Array:
    """A x - b + x^3, each entry cubed"""
    return np.asarray(A @ x - b + np.asarray(x, dtype=float) ** 3)


def bent_hessian(A: Array, b: Array, x: Array) -> Array:
    """A + 3 x^2 on the diagonal"""
    return np.asarray(A + np.diag(3 * np.asarray(x, dtype=float) ** 2) + 0.0 * np.sum(b))


def mean_row_gradient(X: Array, y: Array, x: Array, rows: Array) -> Array:
    """mean over the rows named of 2 (X[i] x - y[i]) X[i]"""
    picked = X[np.asarray(rows)]
    return np.asarray(2 * picked.T @ (picked @ x - y[np.asarray(rows)]) / len(picked))


FUNCTIONS = (
    "formula",
    "polynomial",
    "quadratic",
    "bond_value",
    "log_sum_exp",
    "product_and_wave",
    "deposit_value",
    "swap_values",
    "linear_map",
    "first_entries",
    "polar",
    "scaled_polynomial",
    "net_present_value",
    "cube_around",
    "quadratic_gradient",
    "constant_matrix",
    "barrier_gradient",
    "barrier_hessian",
    "bent_gradient",
    "bent_hessian",
    "mean_row_gradient",
)
