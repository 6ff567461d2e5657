"""Newton's method for a minimum."""

from __future__ import annotations

import numpy as np

from reference.bounds import NEWTON_GRADIENT
from reference.probes import Probe
from reference.recipes import given, joint, probe
from reference.spec import Exercise, case, check, misconception


def newton_minimise(grad, hess, x0, tol=1e-10, max_iter=50):
    """Return a point at which the gradient vanishes, by Newton's method.

    Parameters
    ----------
    grad : callable
        Takes an array of shape (d,) and returns the gradient there.
    hess : callable
        Takes an array of shape (d,) and returns the Hessian there, of shape (d, d).
    x0 : array of shape (d,)
        Where to start, near enough; whole numbers are welcome, and `x0` is not changed.
    tol : float
        Length of the gradient at which to stop.
    max_iter : int
        Steps that may be taken.

    Returns
    -------
    array of shape (d,)
        A point with a gradient of length at most `tol`, up to rounding.

    Raises
    ------
    ValueError
        If a Hessian is singular, or if `max_iter` steps do not suffice.

    Examples
    --------
    >>> newton_minimise(lambda x: 2 * x - 6, lambda x: np.array([[2.0]]), np.array([0.0])).tolist()
    [3.0]
    """
    x = np.array(x0, dtype=float)
    for _ in range(max_iter):
        gradient = np.asarray(grad(x))
        if np.linalg.norm(gradient) <= tol:
            return x
        x = x - np.linalg.solve(hess(x), gradient)
    if np.linalg.norm(grad(x)) <= max(tol, 1e-9):
        return x
    msg = f"the gradient is longer than {tol} after {max_iter} steps"
    raise ValueError(msg)


def damped(grad, hess, x0, tol=1e-10, max_iter=50):
    x = np.array(x0, dtype=float)
    for _ in range(max_iter):
        g = np.asarray(grad(x))
        if np.linalg.norm(g) <= tol:
            return list(x)
        H = np.asarray(hess(x))
        if abs(np.linalg.eigvalsh(H)).min() < 1e-13 * abs(H).max():
            raise ValueError
        step, length = np.linalg.solve(H, g), 1.0
        with np.errstate(all="ignore"):
            while length > 1e-4 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):
                length /= 2
        x = x - length * step
    if np.linalg.norm(grad(x)) <= 1e-9:
        return list(x)
    raise ValueError


def explicit_inverse(grad, hess, x0, tol=1e-10, max_iter=50):
    x = np.array(x0, dtype=float)
    steps = 0
    while np.linalg.norm(grad(x)) > tol:
        if steps == max_iter:
            if np.linalg.norm(grad(x)) <= 1e-9:
                return x
            raise ValueError
        x = x - np.linalg.inv(np.asarray(hess(x))) @ grad(x)
        steps += 1
    return x


def own_elimination(grad, hess, x0, tol=1e-10, max_iter=50):
    """Solve for each step by Gauss-Jordan elimination in lists, and stop by the largest entry of the gradient."""
    x = [float(entry) for entry in x0]
    for steps_left in range(max_iter, -1, -1):
        g = [float(entry) for entry in grad(np.array(x))]
        if max(map(abs, g)) <= tol:
            return tuple(x)
        if steps_left == 0:
            break
        table = [[*map(float, row), slope] for row, slope in zip(hess(np.array(x)), g, strict=True)]
        for i in range(len(x)):
            best = max(range(i, len(x)), key=lambda r: abs(table[r][i]))
            table[i], table[best] = table[best], table[i]
            if table[i][i] == 0:
                raise ValueError
            table[i] = [entry / table[i][i] for entry in table[i]]
            for r in set(range(len(x))) - {i}:
                table[r] = [a - table[r][i] * b for a, b in zip(table[r], table[i], strict=True)]
        x = [entry - row[-1] for entry, row in zip(x, table, strict=True)]
    raise ValueError


def _iterate(grad, hess, x0, step, steps=50):
    x = np.array(x0, dtype=float)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            x = x + step(np.asarray(grad(x)), np.asarray(hess(x)))
    return x


@misconception("What if the parameters interact strongly?")
def diagonal_hessian_only(grad, hess, x0, tol=1e-10, max_iter=50):
    return _iterate(grad, hess, x0, lambda g, H: -g / np.diag(H))


@misconception("Try a parabola by hand: which way do you go?")
def adds_newton_step(grad, hess, x0, tol=1e-10, max_iter=50):
    return _iterate(grad, hess, x0, lambda g, H: np.linalg.pinv(H) @ g, steps=4)


@misconception("How many steps should Newton need on a parabola?")
def half_newton_step(grad, hess, x0, tol=1e-10, max_iter=50):
    return _iterate(grad, hess, x0, lambda g, H: -0.5 * np.linalg.pinv(H) @ g, steps=12)


@misconception("What is the Hessian for, if the gradient gives the direction?")
def gradient_descent_instead(grad, hess, x0, tol=1e-10, max_iter=50):
    return _iterate(grad, hess, x0, lambda g, _: -0.01 * g)


@misconception("Is one step enough where the curvature changes?")
def one_step_only(grad, hess, x0, tol=1e-10, max_iter=50):
    return _iterate(grad, hess, x0, lambda g, H: -np.linalg.pinv(H) @ g, steps=1)


@misconception("Is the curvature the same all the way?")
def hessian_of_the_start(grad, hess, x0, tol=1e-10, max_iter=50):
    H = np.linalg.pinv(np.asarray(hess(np.array(x0, dtype=float))))
    return _iterate(grad, hess, x0, lambda g, _: -H @ g, steps=8)


@misconception("Divide by a matrix entry by entry?")
def elementwise_inverse(grad, hess, x0, tol=1e-10, max_iter=50):
    def step(g, H):
        with np.errstate(all="ignore"):
            return -np.nan_to_num(1 / H, posinf=0, neginf=0) @ g

    return _iterate(grad, hess, x0, step, steps=6)


@misconception("Is it the point or the gradient that you return?")
def returns_the_gradient(grad, hess, x0, tol=1e-10, max_iter=50):
    return np.asarray(grad(newton_minimise(grad, hess, x0, tol, max_iter))) + 0.0


@misconception("Is the step short because you are there, or because the curvature is large?")
def stops_on_short_steps(grad, hess, x0, tol=1e-10, max_iter=50):
    x = np.array(x0, dtype=float)
    for _ in range(max_iter):
        step = np.linalg.solve(hess(x), grad(x))
        x = x - step
        if np.linalg.norm(step) < 1e-2:
            return x
    return x


@misconception("Which length of the gradient is asked for, and which do you stop at?")
def stops_at_a_loose_tolerance(grad, hess, x0, tol=1e-10, max_iter=50):
    return newton_minimise(grad, hess, x0, max(tol, 1e-5), max_iter)


@misconception("What is x0 after the call?")
def changes_x0(grad, hess, x0, tol=1e-10, max_iter=50):
    x = newton_minimise(grad, hess, x0, tol, max_iter)
    x0 = np.asarray(x0)
    if x0.dtype.kind == "f" and len(x0) > 1:
        x0[:] = x
    return x


@misconception("Start at [1, 2]. Which type has your point after the first step?")
def keeps_integers(grad, hess, x0, tol=1e-10, max_iter=50):
    x = np.array(x0)
    for _ in range(max_iter):
        if np.linalg.norm(grad(x)) <= tol:
            return x
        x[:] = x - np.linalg.solve(hess(x), grad(x))
    if x.dtype.kind == "f" and np.linalg.norm(grad(x)) > 1e-9:
        raise ValueError
    return x


@misconception("What does the caller learn if the last step was not enough?")
def never_says_that_it_failed(grad, hess, x0, tol=1e-10, max_iter=50):
    x = np.array(x0, dtype=float)
    for _ in range(max_iter):
        if np.linalg.norm(grad(x)) <= tol:
            break
        x = x - np.linalg.solve(hess(x), grad(x))
    return x


@misconception("A singular matrix has a pseudo-inverse. Has the function a minimum then?")
def hides_a_singular_hessian(grad, hess, x0, tol=1e-10, max_iter=50):
    x = np.array(x0, dtype=float)
    for _ in range(max_iter):
        if np.linalg.norm(grad(x)) <= tol:
            break
        H = np.asarray(hess(x))
        x = x - np.linalg.pinv(H) @ grad(x)
        if np.linalg.matrix_rank(H) < len(x):
            return x
    if np.linalg.norm(grad(x)) > 1e-9:
        raise ValueError
    return x


@misconception("In which unit is H times the gradient, and in which unit is x?")
def multiplies_by_hessian(grad, hess, x0, tol=1e-10, max_iter=50):
    return _iterate(grad, hess, x0, lambda g, H: -H @ g, steps=4)


@check("the gradient vanishes")
def vanishes(grad, hess, x0, tol, max_iter, x):
    with np.errstate(all="ignore"):
        return np.sqrt(np.sum(grad.value(x) ** 2)), NEWTON_GRADIENT


def _pair(A, b):
    return Probe("quadratic_gradient", (A, b)), Probe("constant_matrix", (A,))


def _quadratic(d):
    def draw(rng):
        A = rng.standard_normal((d, d))
        return (*_pair(A @ A.T / d + np.eye(d), rng.standard_normal(d)), 3 * rng.standard_normal(d))

    return joint(f"a quadratic of {d} variables", draw)


def _coupled(rng):
    s = rng.uniform(1, 3)
    A = s * np.array([[1.0, 0.99], [0.99, 1.0]])
    return (*_pair(A, rng.uniform(-1, 1, 2) + [1, -1]), rng.standard_normal(2))


def _scales(rng):
    c = 3e3
    A = np.array([[1e4, c * 0.02], [c * 0.02, 1.0]])
    return (*_pair(A, rng.uniform(1, 2, 2)), rng.uniform(-2, 2, 2))


def _bent(d):
    def draw(rng):
        A = rng.standard_normal((d, d))
        A = A @ A.T / d + np.eye(d)
        b = 4 * rng.standard_normal(d)
        return Probe("bent_gradient", (A, b)), Probe("bent_hessian", (A, b)), rng.standard_normal(d) + 2

    return joint(f"a quadratic of {d} variables plus fourth powers", draw)


def _barrier(rng):
    """Return three barriers and a start from which the fourth step has a gradient between 1e-7 and 1e-6.

    With e = 1 - b x each step squares e, and the gradient is about b e: e = 0.4 gives 4e-7 and then 2e-13. The other
    two prices are closer from the start. So a tolerance of 1e-5 or 1e-6 stops too early, whatever is drawn.
    """
    b = np.append(rng.uniform(0.7, 1.3), rng.uniform(0.5, 4, 2))
    start = np.append(rng.uniform(0.595, 0.605), rng.uniform(0.7, 0.95, 2)) / b
    order = rng.permutation(3)
    return Probe("barrier_gradient", (b[order],)), Probe("barrier_hessian", (b[order],)), start[order]


def _at_the_minimum(rng):
    A = np.diag(rng.uniform(1, 4, 3))
    x = rng.uniform(-2, 2, 3)
    return (*_pair(A, A @ x), x)


def _whole(rng):
    A = np.array([[3.0, 1.0], [1.0, 2.0]]) + np.diag(rng.uniform(0, 1, 2))
    return (*_pair(A, rng.uniform(0.2, 0.8, 2) + 1), rng.integers(-5, 6, 2))


def _one_step(rng):
    return (*_pair(np.array([[3.0, 1.0], [1.0, 2.0]]), rng.uniform(1, 2, 2)), rng.uniform(2, 4, 2), 1e-10, 1)


def _singular(rng):
    return (*_pair(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([1.0, -1.0])), rng.standard_normal(2))


EXERCISE = Exercise(
    solution=newton_minimise,
    points=4,
    cases=(
        case("a parabola", probe("quadratic_gradient", [[2.0]], [6.0]), probe("constant_matrix", [[2.0]]), given([0.0]), public=True,
             why="by hand: 2x - 6 = 0 at 3, and one step gets there"),
        case("a barrier", probe("barrier_gradient", [2.0]), probe("barrier_hessian", [2.0]), given([0.3]), public=True,
             why="by hand: 2x - log x has the slope 2 - 1/x, which is zero at 1/2"),
        case("a flat direction", probe("quadratic_gradient", [[1.0, 0.0], [0.0, 0.0]], [1.0, 1.0]), probe("constant_matrix", [[1.0, 0.0], [0.0, 0.0]]), given([0.0, 0.0]), public=True,
             kind="error", why="a singular Hessian gives no step"),
        case("a quadratic of four variables", _quadratic(4), why="one step should do"),
        case("fourth powers", _bent(3), why="the curvature changes on the way"),
        case("strongly coupled", joint("a correlation of 0.99", _coupled), kind="edge", why="two parameters that nearly do the same"),
        case("curvatures of 10,000 and 1", joint("two very different curvatures", _scales), kind="edge", why="one direction is ten thousand times as steep"),
        case("log barriers", joint("three prices with barriers", _barrier), kind="edge", why="a function that is steep near its border"),
        case("one variable", _bent(1), kind="edge", why="one variable, vectors of one entry"),
        case("from whole numbers", joint("a whole start", _whole), kind="edge", why="a start of whole numbers, a minimum between them"),
        case("already there", joint("a start at the minimum", _at_the_minimum), kind="edge", why="where the gradient vanishes nothing is to be done"),
        case("one step is enough", joint("a quadratic, 1e-10 and one step", _one_step), kind="edge",
             why="the gradient must be looked at once more after the last step that is allowed"),
        case("singular", joint("a singular Hessian", _singular), kind="error", why="a singular Hessian gives no step"),
        case("too few steps", _bent(4), given(1e-10), given(1), kind="error", why="what has not converged must say so"),
    ),
    checks=(vanishes,),
    misconceptions=(
        diagonal_hessian_only, adds_newton_step, half_newton_step, gradient_descent_instead, one_step_only,
        hessian_of_the_start, elementwise_inverse, returns_the_gradient, stops_on_short_steps,
        stops_at_a_loose_tolerance, changes_x0,
        keeps_integers, never_says_that_it_failed, hides_a_singular_hessian, multiplies_by_hessian,
    ),
    alternatives=(damped, explicit_inverse, own_elimination),
)  # fmt: skip
