"""Newton's method for a minimum."""

from __future__ import annotations

import numpy as np

from reference.bounds import NEWTON_GRADIENT
from reference.probes import Probe
from reference.recipes import given, joint, probe
from reference.spec import Exercise, case, check, equivalents, misconception


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
    if np.linalg.norm(grad(x)) <= tol:
        return x
    msg = f"the gradient is longer than {tol} after {max_iter} steps"
    raise ValueError(msg)


def damped(grad, hess, x0, tol=1e-10, max_iter=50):
    x = np.array(x0, dtype=float)
    for _ in range(max_iter):
        g = np.asarray(grad(x))
        if np.linalg.norm(g) <= tol:
            return list(x)
        step, length = np.linalg.solve(hess(x), g), 1.0
        with np.errstate(all="ignore"):
            while length > 1e-4 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):
                length /= 2
        x = x - length * step
    if np.linalg.norm(grad(x)) <= tol:
        return list(x)
    raise ValueError


def explicit_inverse(grad, hess, x0, tol=1e-10, max_iter=50):
    x = np.array(x0, dtype=float)
    steps = 0
    while np.linalg.norm(grad(x)) > tol:
        if steps == max_iter:
            raise ValueError
        x = x - np.linalg.inv(np.asarray(hess(x))) @ grad(x)
        steps += 1
    return x


def own_elimination(grad, hess, x0, tol=1e-10, max_iter=50):
    """Solve for each step by Gauss-Jordan elimination in lists, which needs no swaps at a minimum, and stop by the largest entry of the gradient."""
    x = [float(entry) for entry in x0]
    for _ in range(max_iter + 1):
        g = [float(entry) for entry in grad(np.array(x))]
        if max(map(abs, g)) <= tol:
            return tuple(x)
        table = [[*map(float, row), slope] for row, slope in zip(hess(np.array(x)), g, strict=True)]
        for i in range(len(x)):
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


def _closer_barrier(rng):
    """Return a barrier and a start from which the fourth step has a gradient of 2e-8 to 5e-8: 0.34^16 is 3e-8."""
    b = np.array([rng.uniform(0.7, 1.3)])
    return Probe("barrier_gradient", (b,)), Probe("barrier_hessian", (b,)), rng.uniform(0.657, 0.665, 1) / b


def _jumps_across(rng):
    """Return barriers and a start beyond the minimum, from which the first step lands where the slope is steeper."""
    b = rng.uniform(0.7, 2, 2)
    return Probe("barrier_gradient", (b,)), Probe("barrier_hessian", (b,)), rng.uniform(1.85, 1.93, 2) / b


def _alike(rng):
    A, b = np.ones((1, 1)), np.zeros(1)
    return Probe("bent_gradient", (A, b)), Probe("bent_hessian", (A, b)), rng.uniform(0.3, 0.6, 1)


def _slopes(first, second, *rest):
    """Return a recipe for a quadratic of two variables, and a whole start with these slopes."""

    def draw(rng):
        A, x = np.array([[3.0, 1.0], [1.0, 2.0]]), rng.integers(-5, 6, 2).astype(float)
        return (*_pair(A, A @ x - [first, second]), x, *rest)

    return joint(
        f"a quadratic and a start with slopes of {first} and {second}{', 1e-10 and no step' if rest else ''}", draw
    )


def _also_singular(rng):
    return (*_pair(np.array([[2.0, 4.0], [4.0, 8.0]]), np.array([2.0, -1.0])), rng.standard_normal(2))


def _fourth_power(rng):
    """Return x^4 / 4, whose slope x^3 each step multiplies by 8/27, and a start 50 steps from a slope of 1e-10."""
    nothing = np.zeros((1, 1)), np.zeros(1)
    start = np.cbrt(1e-10 * 3.375 ** rng.uniform(49.4, 49.6, 1))
    return Probe("bent_gradient", nothing), Probe("bent_hessian", nothing), start


LAST = "no search with as many steps as by default needs more than 50 of them, so a 51st is never taken"
PROMOTED = (
    "the first step makes float64 of whole numbers, and where none is taken the start is the same number in any type"
)
NEW = "nothing is written into x: each step makes a new array"
FROM_A_LIST = "an array made from a list shares nothing with it"
GOES_ON = (
    "steps that go on stay where the gradient vanishes: it is 0.007 of what is allowed at most (measured on 60 seeds)"
)
EDGE = "no length of a gradient is tol, or that of the one before, to the last bit"
INVERSE = "the gradient at the end is 0.01 of what is allowed at most, as with a solver (measured on 60 seeds)"
SYMMETRIC = "a Hessian is symmetric, and so is its inverse"
SHORTEST = (
    "the shortest step that these starts ask for is half of the full one (60 seeds), far from any of these limits"
)
UNDAMPED = "these starts are near enough for full steps: without damping the end is the same (0.01 of what is allowed, on 60 seeds)"
THIRD = "a third of a step leads downhill as well as a half (0.01 of what is allowed, on 60 seeds)"
COUNTED = "steps are counted one by one, so that they cannot be more than max_iter without having been as many"
LENGTHS = "both have an entry for each variable, so strict finds nothing"
NOT_INDEFINITE = "no Hessian here has a negative eigenvalue, so no pivot is negative"
EQUIVALENTS = (
    equivalents("newton_minimise", "def newton_minimise(grad, hess, x0, tol=1e-10, max_iter=50):",
                  "def newton_minimise(grad, hess, x0, tol=1e-10, max_iter=51):",
                  reason=LAST)
    + equivalents("newton_minimise", "x = np.array(x0, dtype=float)", "x = np.array(x0)", reason=PROMOTED)
    + equivalents("newton_minimise", "if np.linalg.norm(gradient) <= tol:",
                  "if False:", "if np.linalg.norm(gradient) == tol:",
                  reason=GOES_ON)
    + equivalents("newton_minimise", "if np.linalg.norm(gradient) <= tol:",
                  "if np.linalg.norm(gradient) < tol:",
                  reason=EDGE)
    + equivalents("newton_minimise", "x = x - np.linalg.solve(hess(x), gradient)",
                  "x = x - np.linalg.inv(hess(x)) @ gradient",
                  reason=INVERSE)
    + equivalents("newton_minimise", "if np.linalg.norm(grad(x)) <= tol:",
                  "if np.linalg.norm(grad(x)) < tol:",
                  reason=EDGE)
    + equivalents("damped", "def damped(grad, hess, x0, tol=1e-10, max_iter=50):",
                  "def damped(grad, hess, x0, tol=1e-10, max_iter=51):",
                  reason=LAST)
    + equivalents("damped", "x = np.array(x0, dtype=float)", "x = np.array(x0)", reason=PROMOTED)
    + equivalents("damped", "x = np.array(x0, dtype=float)", "x = np.asarray(x0, dtype=float)", reason=NEW)
    + equivalents("damped", "if np.linalg.norm(g) <= tol:",
                  "if False:", "if np.linalg.norm(g) == tol:",
                  reason=GOES_ON)
    + equivalents("damped", "if np.linalg.norm(g) <= tol:", "if np.linalg.norm(g) < tol:", reason=EDGE)
    + equivalents("damped", "step, length = np.linalg.solve(hess(x), g), 1.0",
                  "step, length = np.linalg.inv(hess(x)) @ g, 1.0",
                  reason=INVERSE)
    + equivalents("damped", "while length > 1e-4 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  "while length > 1e-4 and not np.linalg.norm(grad(x - length * step)) <= np.linalg.norm(g):",
                  reason=EDGE)
    + equivalents("damped", "while length > 1e-4 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  "while not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  "while length > 0.1 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  "while length > 1e-07 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  "while length != 1e-4 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  "while length >= 1e-4 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  "while length > -0.9999 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  reason=SHORTEST)
    + equivalents("damped", "while length > 1e-4 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  "while length > 1e-4 and not np.linalg.norm(grad(x - length * step)) != np.linalg.norm(g):",
                  "while length == 1e-4 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  "while length < 1e-4 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  "while length <= 1e-4 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  "while not length > 1e-4 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  "while length > 1.0001 and not np.linalg.norm(grad(x - length * step)) < np.linalg.norm(g):",
                  reason=UNDAMPED)
    + equivalents("damped", "length /= 2", "length /= 3", reason=THIRD)
    + equivalents("damped", "if np.linalg.norm(grad(x)) <= tol:", "if np.linalg.norm(grad(x)) < tol:", reason=EDGE)
    + equivalents("explicit_inverse", "def explicit_inverse(grad, hess, x0, tol=1e-10, max_iter=50):",
                  "def explicit_inverse(grad, hess, x0, tol=1e-10, max_iter=51):",
                  reason=LAST)
    + equivalents("explicit_inverse", "x = np.array(x0, dtype=float)", "x = np.array(x0)", reason=PROMOTED)
    + equivalents("explicit_inverse", "x = np.array(x0, dtype=float)",
                  "x = np.asarray(x0, dtype=float)",
                  reason=NEW)
    + equivalents("explicit_inverse", "while np.linalg.norm(grad(x)) > tol:",
                  "while np.linalg.norm(grad(x)) >= tol:",
                  reason=EDGE)
    + equivalents("explicit_inverse", "if steps == max_iter:", "if steps >= max_iter:", reason=COUNTED)
    + equivalents("explicit_inverse", "x = x - np.linalg.inv(np.asarray(hess(x))) @ grad(x)",
                  "x = x - grad(x) @ np.linalg.inv(np.asarray(hess(x)))",
                  reason=SYMMETRIC)
    + equivalents("own_elimination", "def own_elimination(grad, hess, x0, tol=1e-10, max_iter=50):",
                  "def own_elimination(grad, hess, x0, tol=1e-10, max_iter=51):",
                  reason=LAST)
    + equivalents("own_elimination", "g = [float(entry) for entry in grad(np.array(x))]",
                  "g = [float(entry) for entry in grad(np.asarray(x))]",
                  reason=FROM_A_LIST)
    + equivalents("own_elimination", "if max(map(abs, g)) <= tol:", "if max(map(abs, g)) < tol:", reason=EDGE)
    + equivalents("own_elimination", "table = [[*map(float, row), slope] for row, slope in zip(hess(np.array(x)), g, strict=True)]",
                  "table = [[*map(float, row), slope] for row, slope in zip(hess(np.asarray(x)), g, strict=True)]",
                  reason=FROM_A_LIST)
    + equivalents("own_elimination", "table = [[*map(float, row), slope] for row, slope in zip(hess(np.array(x)), g, strict=True)]",
                  "table = [[*map(float, row), slope] for row, slope in zip(hess(np.array(x)), g, strict=False)]",
                  reason=LENGTHS)
    + equivalents("own_elimination", "if table[i][i] == 0:", "if table[i][i] <= 0:", reason=NOT_INDEFINITE)
    + equivalents("own_elimination", "table[r] = [a - table[r][i] * b for a, b in zip(table[r], table[i], strict=True)]",
                  "table[r] = [a - table[r][i] * b for a, b in zip(table[r], table[i], strict=False)]",
                  reason=LENGTHS)
    + equivalents("own_elimination", "x = [entry - row[-1] for entry, row in zip(x, table, strict=True)]",
                  "x = [entry - row[-1] for entry, row in zip(x, table, strict=False)]",
                  reason=LENGTHS)
    + equivalents("notebook", "def newton_minimise(grad, hess, x0, tol=1e-10, max_iter=50):",
                  "def newton_minimise(grad, hess, x0, tol=1e-10, max_iter=51):",
                  reason=LAST)
    + equivalents("notebook", "x = np.array(x0, dtype=float)", "x = np.array(x0)", reason=PROMOTED)
    + equivalents("notebook", "if np.sqrt(np.sum(slope**2)) <= tol:",
                  "if False:", "if np.sqrt(np.sum(slope**2)) == tol:",
                  reason=GOES_ON)
    + equivalents("notebook", "if np.sqrt(np.sum(slope**2)) <= tol:",
                  "if np.sqrt(np.sum(slope**2)) < tol:",
                  reason=EDGE)
    + equivalents("notebook", "x = x - np.linalg.solve(np.asarray(hess(x)), slope)",
                  "x = x - np.linalg.inv(np.asarray(hess(x))) @ slope",
                  reason=INVERSE)
    + equivalents("notebook", "if np.sqrt(np.sum(np.asarray(grad(x)) ** 2)) > tol:",
                  "if np.sqrt(np.sum(np.asarray(grad(x)) ** 2)) >= tol:",
                  reason=EDGE)
)  # fmt: skip

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
        case("a barrier, closer", joint("a price with a barrier", _closer_barrier), kind="edge", why="a slope of 3e-8 is not yet one of 1e-10"),
        case("across and back", joint("two prices with barriers, started beyond", _jumps_across), kind="edge", why="a step may land on the other side, where it is steeper, and still arrive"),
        case("the same on both sides", joint("x^2 / 2 + x^4 / 4 from 0.3 to 0.6", _alike), kind="edge", why="where both sides look alike, twice the step leads to the other side and not down"),
        case("fifty steps", joint("a fourth power, fifty steps from its minimum", _fourth_power), kind="edge", why="where the curvature vanishes too, steps only get a third shorter each time, and all fifty are needed"),
        case("slopes that cancel", _slopes(2, -2), kind="edge", why="the length of a gradient is not the sum of its entries"),
        case("slopes of 3 and 1", _slopes(3, 1), kind="edge", why="two slopes of one sign, and a point between whole numbers"),
        case("slopes of -3 and -1", _slopes(-3, -1), kind="edge", why="the same downhill"),
        case("slopes of -200 and -100", _slopes(-200, -100), kind="edge", why="a gradient is long whichever way it points: -100 is no less of a slope than 100"),
        case("one slope is zero", _slopes(0, 3), kind="edge", why="one direction is level already, the other is not"),
        case("the other slope is zero", _slopes(-5, 0), kind="edge", why="all entries of a gradient must vanish"),
        case("no step is needed", _slopes(0, 0, 1e-10, 0), kind="edge", why="where no step may be taken, and none is needed, the start is the answer"),
        case("no step is allowed", _slopes(1, -1, 1e-10, 0), kind="error", why="without a step a slope of 1 and one of -1 stay as they are"),
        case("no step is allowed either", _slopes(-2, -2, 1e-10, 0), kind="error", why="without a step two slopes of -2 stay as they are"),
        case("singular, steeper", joint("another singular Hessian", _also_singular), kind="error", why="rows of 2, 4 and 4, 8 are dependent as well"),
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
    equivalents=EQUIVALENTS,
)  # fmt: skip
