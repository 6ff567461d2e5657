"""Steps against the gradient, and the path they take."""

from __future__ import annotations

import itertools

import numpy as np

from reference.bounds import DESCENT_PATH, DIVERGING_PATH, SUM_OF_PRODUCTS
from reference.measures import value
from reference.probes import Probe
from reference.recipes import given, joint, probe
from reference.spec import Exercise, case, equivalents, misconception


def gradient_descent(grad, x0, lr, n_iter):
    """Return the path of gradient descent with a constant step.

    Parameters
    ----------
    grad : callable
        Takes an array of shape (d,) and returns the gradient there, of the same shape.
    x0 : array of shape (d,)
        Where to start; whole numbers are welcome, and `x0` is not changed.
    lr : float
        Length of a step, greater than 0.
    n_iter : int
        Number of steps, at least 0.

    Returns
    -------
    array of shape (n_iter + 1, d)
        Row 0 is `x0`; each further row is the one before it minus lr times the gradient there. A step that is too long
        makes the path diverge, which is no error.

    Raises
    ------
    ValueError
        If `lr` is not greater than 0 or `n_iter` is negative.

    Examples
    --------
    >>> gradient_descent(lambda x: 2 * x, np.array([4.0]), 0.25, 2).tolist()
    [[4.0], [2.0], [1.0]]
    """
    x = _checked(x0, lr, n_iter)
    path = [x]
    for _ in range(n_iter):
        x = x - lr * np.asarray(grad(x))
        path.append(x)
    return np.array(path)


def _checked(x0, lr, n_iter):
    if not lr > 0 or n_iter < 0:
        msg = f"lr = {lr}, n_iter = {n_iter}; needed are a step greater than 0 and a number of steps of at least 0"
        raise ValueError(msg)
    return np.array(x0, dtype=float)


def preallocated(grad, x0, lr, n_iter):
    x = _checked(x0, lr, n_iter)
    path = np.empty((n_iter + 1, len(x)))
    path[0] = x
    for t in range(n_iter):
        path[t + 1] = path[t] - lr * grad(path[t].copy())
    return path


def in_place_on_a_copy(grad, x0, lr, n_iter):
    x = _checked(x0, lr, n_iter)
    path = [x.tolist()]
    for _ in range(n_iter):
        x -= lr * grad(x)
        path.append(x.tolist())
    return path


def lists_of_numbers(grad, x0, lr, n_iter):
    x = _checked(x0, lr, n_iter).tolist()
    path = [tuple(x)]
    for _ in range(n_iter):
        x = [float(entry - lr * slope) for entry, slope in zip(x, grad(x), strict=True)]
        path.append(tuple(x))
    return tuple(path)


def from_the_sum_of_gradients(grad, x0, lr, n_iter):
    """Take each point from the start and the sum of all gradients so far."""
    start = _checked(x0, lr, n_iter)
    totals = itertools.accumulate(
        range(n_iter), lambda total, _: total + grad(start - lr * total), initial=np.zeros_like(start)
    )
    return start - lr * np.vstack(list(totals))


@misconception("Print the first and the last row of the path.")
def history_aliases_same_array(grad, x0, lr, n_iter):
    x = _checked(x0, lr, n_iter)
    path = [x]
    for _ in range(n_iter):
        x -= lr * grad(x)
        path.append(x)
    return np.array(path)


@misconception("Call it twice from the same starting point.")
def mutates_x0(grad, x0, lr, n_iter):
    path = gradient_descent(grad, x0, lr, n_iter)
    x0 = np.asarray(x0)
    if x0.dtype.kind == "f":
        x0[:] = path[-1]
    return path


@misconception("Does the loss go down?")
def moves_uphill(grad, x0, lr, n_iter):
    return gradient_descent(lambda x: -np.asarray(grad(x)), x0, lr, n_iter)


@misconception("At which point is the whole gradient taken?")
def updates_coordinates_sequentially(grad, x0, lr, n_iter):
    x = _checked(x0, lr, n_iter)
    path = [x.copy()]
    for _ in range(n_iter):
        for j in range(len(x)):
            x[j] -= lr * grad(x)[j]
        path.append(x.copy())
    return np.array(path)


@misconception("Is the length of a step the same all the time?")
def decaying_step(grad, x0, lr, n_iter):
    x = _checked(x0, lr, n_iter)
    path = [x]
    for t in range(n_iter):
        x = x - lr / (t + 1) * grad(x)
        path.append(x)
    return np.array(path)


@misconception("Near the minimum, should steps get shorter?")
def normalises_gradient(grad, x0, lr, n_iter):
    def direction(x):
        g = np.asarray(grad(x))
        return g / (np.linalg.norm(g) or 1.0)

    return gradient_descent(direction, x0, lr, n_iter)


@misconception("How many rows are there after n_iter steps, the start included?")
def start_left_out(grad, x0, lr, n_iter):
    return gradient_descent(grad, x0, lr, n_iter)[1:]


@misconception("How many rows are there after n_iter steps?")
def one_step_too_few(grad, x0, lr, n_iter):
    return gradient_descent(grad, x0, lr, n_iter)[: max(n_iter, 1)]


@misconception("Is the last point asked for, or the way there?")
def last_point_only(grad, x0, lr, n_iter):
    return gradient_descent(grad, x0, lr, n_iter)[-1]


@misconception("What type has your path if x0 is [1, 2]?")
def path_of_integers(grad, x0, lr, n_iter):
    _checked(x0, lr, n_iter)
    x0 = np.asarray(x0)
    path = np.zeros((n_iter + 1, len(x0)), dtype=x0.dtype)
    path[0] = x0
    for t in range(n_iter):
        path[t + 1] = path[t] - lr * np.asarray(grad(path[t]))
    return path


@misconception("Where is the gradient of each step taken: at the start, or where you are?")
def gradient_of_the_start(grad, x0, lr, n_iter):
    g = np.asarray(grad(_checked(x0, lr, n_iter)))
    return gradient_descent(lambda _: g, x0, lr, n_iter)


@misconception("Is there anything in the rule about the step before?")
def adds_momentum(grad, x0, lr, n_iter):
    x, v = _checked(x0, lr, n_iter), 0.0
    path = [x]
    for _ in range(n_iter):
        v = 0.5 * v - lr * np.asarray(grad(x))
        x = x + v
        path.append(x)
    return np.array(path)


def _bowl(rng, d):
    A = rng.standard_normal((d, d))
    A = A @ A.T / d + np.diag(rng.uniform(0.5, 2, d))
    return A, rng.standard_normal(d)


@misconception("How many rows must the path have, even if hardly anything moves any more?")
def stops_when_nearly_flat(grad, x0, lr, n_iter):
    path = gradient_descent(grad, x0, lr, n_iter)
    for t in range(n_iter):
        if np.linalg.norm(grad(path[t])) < 1e-2:
            path[t + 1 :] = 0
            break
    return path


@misconception("What should happen if the steps are too long? The path is the answer, good or bad.")
def shortens_steps_that_climb(grad, x0, lr, n_iter):
    path = [_checked(x0, lr, n_iter)]
    for _ in range(n_iter):
        g = np.asarray(grad(path[-1]))
        while np.linalg.norm(grad(path[-1] - lr * g)) > np.linalg.norm(g):
            lr = lr / 2
        path.append(path[-1] - lr * g)
    return np.array(path)


def _descent(d, share, steps):
    """Return a recipe for a quadratic, a start, and a step that is a share of the longest one that converges."""

    def draw(rng):
        A, b = _bowl(rng, d)
        lr = share * 2 / float(np.linalg.eigvalsh(A)[-1])
        return Probe("quadratic_gradient", (A, b)), 3 * rng.standard_normal(d), lr, steps

    return joint(f"a quadratic of {d} variables, {share:g} of the longest step, {steps} steps", draw)


def _bent(rng):
    A, b = _bowl(rng, 3)
    return Probe("bent_gradient", (A, b)), rng.uniform(-1, 1, 3), 0.05, 40


def _whole(rng):
    A, b = _bowl(rng, 3)
    return Probe("quadratic_gradient", (A, b)), rng.integers(-4, 5, 3), 0.1, 15


def _whole_and_still(rng):
    return (*_whole(rng)[:3], 0)


PROMOTED = (
    "the first step makes float64 of whole numbers, and where none is taken the start is the same number in any type"
)
UNTOUCHED = "a gradient writes to nothing that it is given"
LENGTHS = "a gradient has as many entries as its point, so strict finds nothing"
EQUIVALENTS = (
    equivalents("gradient_descent", "return np.array(x0, dtype=float)", "return np.array(x0)", reason=PROMOTED)
    + equivalents("preallocated", "path[t + 1] = path[t] - lr * grad(path[t].copy())",
                  "path[t + 1] = path[t] - lr * grad(path[t])",
                  reason=UNTOUCHED)
    + equivalents("lists_of_numbers", "x = [float(entry - lr * slope) for entry, slope in zip(x, grad(x), strict=True)]",
                  "x = [float(entry - lr * slope) for entry, slope in zip(x, grad(x), strict=False)]",
                  reason=LENGTHS)
    + equivalents("notebook", "path = [np.array(x0, dtype=float)]", "path = [np.array(x0)]", reason=PROMOTED)
)  # fmt: skip

EXERCISE = Exercise(
    solution=gradient_descent,
    points=3,
    cases=(
        case("a parabola", probe("quadratic_gradient", [[2.0]], [0.0]), given([4.0]), given(0.25), given(2), public=True, why="by hand: each step halves x: 4, 2, 1"),
        case("no step", probe("quadratic_gradient", [[2.0]], [0.0]), given([4.0]), given(0.25), given(0), public=True, kind="edge", why="without a step the path is its start"),
        case("a step of length 0", probe("quadratic_gradient", [[2.0]], [0.0]), given([4.0]), given(0.0), given(2), public=True, kind="error", why="a step has a length"),
        case("four variables, thirty steps", _descent(4, 0.4, 30), why="a path in four dimensions"),
        case("two parameters, twenty-five steps", _descent(2, 0.3, 25), why="the fee curve with two parameters"),
        case("a bent valley", joint("a quadratic plus fourth powers", _bent), why="a gradient that is not a straight line"),
        case("hidden zero steps", _descent(3, 0.4, 0), kind="edge", why="the path of no steps has one row"),
        case("a single step", _descent(3, 0.4, 1), kind="edge", why="the path of one step has two rows"),
        case("no step from whole numbers", joint("a whole start and no step", _whole_and_still), kind="edge", why="a path that is only its start has one row, of whole numbers too"),
        case("one variable", _descent(1, 0.3, 40), kind="edge",
             why="one variable still makes a table; and a path has all its rows, also once it has arrived"),
        case("too long a step", _descent(3, 1.6, 25), kind="edge", checks=(value(rtol=DIVERGING_PATH, of_largest=True),), why="a step that is too long makes the path diverge, and that is what it must show"),
        case("from whole numbers", joint("a whole start", _whole), kind="edge", why="a start of whole numbers, steps of fractions"),
        case("no length", _descent(2, 0.0, 5), kind="error", why="a step of length 0 leads nowhere"),
        case("a negative step", _descent(2, -0.3, 5), kind="error", why="a negative step would climb"),
        case("a tiny negative step", _descent(2, -1e-9, 5), kind="error", why="a step that climbs by next to nothing climbs all the same"),
        case("far less than no step", _descent(4, 0.3, -25), kind="error", why="a number of steps is at least 0"),
        case("a negative number of steps", _descent(2, 0.3, -1), kind="error", why="there are no fewer steps than none"),
    ),
    checks=(value(rtol=DESCENT_PATH, atol=SUM_OF_PRODUCTS),),
    misconceptions=(
        history_aliases_same_array, mutates_x0, moves_uphill, updates_coordinates_sequentially, decaying_step,
        normalises_gradient, start_left_out, one_step_too_few, last_point_only, path_of_integers, gradient_of_the_start,
        adds_momentum, stops_when_nearly_flat, shortens_steps_that_climb,
    ),
    alternatives=(preallocated, in_place_on_a_copy, lists_of_numbers, from_the_sum_of_gradients),
    equivalents=EQUIVALENTS,
)  # fmt: skip
