"""Recipes: how the inputs of a case are made, as data that a seed turns into arrays.

Every function returns a :class:`~reference.spec.Recipe`. Whatever is random comes from the generator that
the recipe is given, so that a seed, an exercise and a case name fix the inputs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.probes import FUNCTIONS, Probe, Seed
from reference.spec import Recipe

Array = np.ndarray[Any, np.dtype[Any]]


def given(value: Any, dtype: Any = None) -> Recipe:
    """Return a recipe for one fixed argument; lists become arrays (`as_is` keeps them).

    Examples
    --------
    >>> import numpy as np
    >>> given([[1, 2], [3, 4]]).draw(np.random.default_rng(0))[0].shape
    (2, 2)
    """
    try:
        fixed = np.array(value, dtype=dtype) if isinstance(value, list) else value
    except ValueError as error:
        msg = f"given({value!r:.60}): the list makes no array, for its rows differ in length; as_is(...) keeps lists"
        raise ValueError(msg) from error
    # A copy each time: a solution that changes its input must not change the case.
    return Recipe(text=f"given({value!r})", draw=lambda _: (_copy(fixed),))


def as_is(value: Any) -> Recipe:
    """Return a recipe for one fixed argument that stays what it is: a list a list, with all that is in it.

    Examples
    --------
    >>> import numpy as np
    >>> as_is(["a", ["b"]]).draw(np.random.default_rng(0))[0]
    ['a', ['b']]
    """
    return Recipe(text=f"as_is({value!r})", draw=lambda _: (copy.deepcopy(value),))


def normal(*shape: int, loc: float = 0.0, scale: float = 1.0, dtype: Any = float) -> Recipe:
    """Return a recipe for an array of independent normal numbers; without a shape, for one number.

    Parameters
    ----------
    *shape : int
        The shape of the array.
    loc, scale : float
        Mean and standard deviation.
    dtype : dtype-like
        The type of the array; `loc` and `scale` should suit it.

    Examples
    --------
    >>> import numpy as np
    >>> normal(2, 3).draw(np.random.default_rng(0))[0].shape
    (2, 3)
    """
    text = f"normal({', '.join(map(str, shape))}, loc={loc:g}, scale={scale:g}, dtype={np.dtype(dtype).name})"
    return Recipe(
        text=text, draw=lambda rng: (_scalar(np.asarray(loc + scale * rng.standard_normal(shape)).astype(dtype)),)
    )


def uniform(*shape: int, low: float = 0.0, high: float = 1.0) -> Recipe:
    """Return a recipe for an array of independent uniform numbers in [low, high); without a shape, for one number.

    Examples
    --------
    >>> import numpy as np
    >>> bool((uniform(4, low=2.0, high=3.0).draw(np.random.default_rng(0))[0] >= 2).all())
    True
    """
    text = f"uniform({', '.join(map(str, shape))}, low={low:g}, high={high:g})"
    return Recipe(text=text, draw=lambda rng: (_scalar(rng.uniform(low, high, shape)),))


def integers(*shape: int, low: int, high: int) -> Recipe:
    """Return a recipe for an int64 array with entries in low..high-1; without a shape, for one whole number.

    Examples
    --------
    >>> import numpy as np
    >>> integers(2, low=1, high=2).draw(np.random.default_rng(0))[0].tolist()
    [1, 1]
    """
    text = f"integers({', '.join(map(str, shape))}, low={low}, high={high})"
    return Recipe(text=text, draw=lambda rng: (_scalar(rng.integers(low, high, shape)),))


def made(text: str, draw: Callable[[np.random.Generator], Any]) -> Recipe:
    """Return a recipe for one argument made by ``draw(rng)``, described by `text`.

    Examples
    --------
    >>> import numpy as np
    >>> made("a unit vector", lambda rng: np.eye(3)[0]).draw(np.random.default_rng(0))[0]
    array([1., 0., 0.])
    """
    return Recipe(text=text, draw=lambda rng: (draw(rng),))


def joint(text: str, draw: Callable[[np.random.Generator], tuple[Any, ...]]) -> Recipe:
    """Return a recipe for several arguments that depend on each other.

    Examples
    --------
    >>> import numpy as np
    >>> joint("a matrix and its first row", lambda rng: (np.eye(2), np.eye(2)[0])).draw(np.random.default_rng(0))[1]
    array([1., 0.])
    """
    return Recipe(text=text, draw=draw)


def probe(name: str, *parameters: Any, trace: bool = False) -> Recipe:
    """Return a recipe for an argument that is a function: one of `reference.probes` with its first parameters fixed.

    Parameters
    ----------
    name : str
    *parameters : number, string, list or array
        Lists become arrays.
    trace : bool
        Keep the arguments of every call, for checks that look at them.

    Examples
    --------
    >>> import numpy as np
    >>> f = probe("polynomial", [1, 2]).draw(np.random.default_rng(0))[0]
    >>> f(3.0)
    7.0
    """
    fixed = tuple(np.array(p, dtype=float) if isinstance(p, list) else p for p in parameters)
    text = f"probe({', '.join([repr(name), *map(repr, parameters)])}{', trace=True' if trace else ''})"

    def draw(_: np.random.Generator) -> tuple[Probe]:
        if name not in FUNCTIONS:  # a course has none of its own: `reference.probes` alone is there inside the walls
            msg = f"there is no probe {name!r}; expected one of reference.probes: {', '.join(FUNCTIONS)}"
            raise ValueError(msg)
        return (Probe(name, fixed, trace),)

    return Recipe(text=text, draw=draw)


def formula(arguments: str, expression: str, *, trace: bool = False, **constants: Any) -> Recipe:
    """Return a recipe for an argument that is a function, written as an expression.

    Parameters
    ----------
    arguments : str
        Names of its arguments: "x" or "t, y".
    expression : str
        Its value, of the arguments, the constants and NumPy's functions by their bare names: "exp(-k * t) * y". Learners
        read it.
    trace : bool
        Keep the arguments of every call, for checks that look at them.
    **constants : number, list, array or Recipe
        What else stands in the expression; a recipe draws it.

    Raises
    ------
    ValueError
        Where the expression is none, or holds a name that is not known.

    Examples
    --------
    >>> import numpy as np
    >>> formula("x", "sin(pi * x) + c", c=1.0).draw(np.random.default_rng(0))[0]
    a function of x: sin(pi * x) + c (c = 1.0)
    >>> float(formula("t, y", "k * y", k=[1, 2]).draw(np.random.default_rng(0))[0](0.0, 10.0)[1])
    20.0
    """
    text = f"formula({arguments!r}, {expression!r}{''.join(f', {k}={v!r}' for k, v in constants.items())})"
    names = [name.strip() for name in arguments.split(",")]
    try:
        used = compile(expression, "formula", "eval").co_names
    except SyntaxError as error:
        msg = f"{text}: the expression does not parse: {error.msg}"
        raise ValueError(msg) from error
    unknown = sorted({name for name in used if name not in (*names, *constants) and not hasattr(np, name)})
    if not all(map(str.isidentifier, names)):
        msg = f"{text}: expected names of arguments with commas between them"
        raise ValueError(msg)
    if unknown:
        msg = (
            f"{text}: there is no {', '.join(unknown)}; expected arguments, constants and NumPy's functions without np."
        )
        raise ValueError(msg)
    line = f"{', '.join((*constants, *names))}: {expression}"

    def draw(rng: np.random.Generator) -> tuple[Probe]:
        made = (v.draw(rng)[0] if isinstance(v, Recipe) else v for v in constants.values())
        return (Probe("formula", (line, *(np.array(v) if isinstance(v, list) else v for v in made)), trace),)

    return Recipe(text=text, draw=draw)


def seeded() -> Recipe:
    """Return a recipe for an argument that is a random generator, another for every draw.

    Examples
    --------
    >>> import numpy as np
    >>> seeded().draw(np.random.default_rng(0))[0]
    numpy.random.default_rng(850624)
    """
    return Recipe(text="seeded()", draw=lambda rng: (Seed(int(rng.integers(1_000_000))),))


def orthogonal(rng: np.random.Generator, n: int) -> Array:
    """Return a random orthogonal (n, n) matrix, uniform up to column signs.

    Examples
    --------
    >>> import numpy as np
    >>> Q = orthogonal(np.random.default_rng(0), 4)
    >>> bool(np.allclose(Q.T @ Q, np.eye(4)))
    True
    """
    return np.linalg.qr(rng.standard_normal((n, n)))[0]


def with_spectrum(*eigenvalues: float, scale: float = 1.0) -> Recipe:
    """Return a recipe for a symmetric matrix with these eigenvalues, times `scale`, in a random basis.

    Examples
    --------
    >>> import numpy as np
    >>> A = with_spectrum(3.0, -1.0).draw(np.random.default_rng(0))[0]
    >>> bool(np.allclose(np.linalg.eigvalsh(A), [-1, 3]))
    True
    """

    def draw(rng: np.random.Generator) -> Array:
        Q = orthogonal(rng, len(eigenvalues))
        A = scale * (Q * np.array(eigenvalues)) @ Q.T
        return np.asarray((A + A.T) / 2)

    return made(f"with_spectrum({', '.join(f'{v:g}' for v in eigenvalues)}, scale={scale:g})", draw)


def with_condition(m: int, n: int, condition: float, scale: float = 1.0) -> Recipe:
    """Return a recipe for an (m, n) matrix, m >= n, with singular values from `scale` down to scale/condition.

    Examples
    --------
    >>> import numpy as np
    >>> A = with_condition(4, 3, 100.0).draw(np.random.default_rng(0))[0]
    >>> round(float(np.linalg.cond(A)), 6)
    100.0
    """

    def draw(rng: np.random.Generator) -> Array:
        values = scale * np.logspace(0, -np.log10(condition), n)
        return np.asarray((orthogonal(rng, m)[:, :n] * values) @ orthogonal(rng, n))

    return made(f"with_condition({m}, {n}, {condition:g}, scale={scale:g})", draw)


def dependent(m: int, n: int, rank: int) -> Recipe:
    """Return a recipe for an (m, n) matrix whose first `rank` columns make all others, by mixtures of order one.

    Examples
    --------
    >>> import numpy as np
    >>> int(np.linalg.matrix_rank(dependent(5, 4, 2).draw(np.random.default_rng(0))[0]))
    2
    """

    def draw(rng: np.random.Generator) -> Array:
        first = rng.standard_normal((m, rank))
        return np.hstack([first, first @ rng.uniform(0.5, 1.5, (rank, n - rank))])

    return made(f"dependent({m}, {n}, rank={rank})", draw)


def stochastic(n: int, stay: float = 0.0) -> Recipe:
    """Return a recipe for a row-stochastic (n, n) matrix with positive entries; `stay` is added to the diagonal's share.

    Examples
    --------
    >>> import numpy as np
    >>> bool(np.allclose(stochastic(3).draw(np.random.default_rng(0))[0].sum(axis=1), 1))
    True
    """

    def draw(rng: np.random.Generator) -> Array:
        move = rng.uniform(0.1, 1.0, (n, n))
        move /= move.sum(axis=1, keepdims=True)
        return np.asarray(stay * np.eye(n) + (1 - stay) * move)

    return made(f"stochastic({n}, stay={stay:g})", draw)


def _scalar(drawn: Any) -> Any:
    # An array of no dimension is changed by `x -= 1`, which nobody expects of a number.
    return drawn if np.ndim(drawn) else np.asarray(drawn).item()


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value
