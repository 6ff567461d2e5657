"""Second derivatives by bumping two coordinates."""

from __future__ import annotations

import numpy as np

from reference.bounds import SECOND_DIFFERENCE
from reference.measures import largest
from reference.probes import Probe
from reference.recipes import given, integers, joint, normal, probe, uniform
from reference.spec import Exercise, case, check, equivalents, misconception


def numerical_hessian(f, x, h=1e-4):
    """Return the matrix of all second derivatives of f at x by central differences.

    Parameters
    ----------
    f : callable
        Takes an array of shape (d,) and returns a number.
    x : array of shape (d,)
        Where the derivatives are wanted; whole numbers are welcome, and `x` is not changed.
    h : float
        Length of a bump.

    Returns
    -------
    array of shape (d, d)
        Entry (i, j) is (f(x + h e_i + h e_j) - f(x + h e_i - h e_j) - f(x - h e_i + h e_j) + f(x - h e_i - h e_j)) / (4 h**2);
        the matrix is symmetric.

    Examples
    --------
    >>> numerical_hessian(lambda x: x[0] ** 2 * x[1], np.array([1.0, 3.0])).round(4).tolist()
    [[6.0, 2.0], [2.0, 0.0]]
    """
    x = np.asarray(x, dtype=float)
    E, d = h * np.eye(len(x)), len(x)
    H = np.zeros((d, d))
    for i in range(d):
        for j in range(i + 1):
            a, b = E[i], E[j]
            H[i, j] = H[j, i] = (f(x + a + b) - f(x + a - b) - f(x - a + b) + f(x - a - b)) / (4 * h**2)
    return H


def three_points_on_the_diagonal(f, x, h=1e-4):
    x = np.array(x, dtype=float)
    d, centre = len(x), f(np.array(x, dtype=float))
    H = [[0.0] * d for _ in range(d)]
    for i in range(d):
        for j in range(d):
            if i == j:
                up, down = x.copy(), x.copy()
                up[i] += h
                down[i] -= h
                H[i][i] = (f(up) - 2 * centre + f(down)) / h**2
            else:
                values = []
                for s, t in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
                    point = x.copy()
                    point[i] += s * h
                    point[j] += t * h
                    values.append(f(point))
                H[i][j] = (values[0] - values[1] - values[2] + values[3]) / (4 * h * h)
    return H


def jacobian_of_the_gradient(f, x, h=1e-4):
    x = np.asarray(x, dtype=float)
    E = np.eye(len(x))

    def gradient(p):
        return np.array([(f(p + h * e) - f(p - h * e)) / (2 * h) for e in E])

    H = np.array([(gradient(x + h * e) - gradient(x - h * e)) / (2 * h) for e in E])
    return (H + H.T) / 2


def by_polarisation(f, x, h=1e-4):
    x = np.array(x, dtype=float)
    E, centre = h * np.eye(len(x)), f(np.array(x))

    def along(u):
        return f(x + u) - 2 * centre + f(x - u)

    straight = [along(u) for u in E]
    rows = range(len(x))
    return tuple(
        [straight[i] / h**2 if i == j else (along(E[i] + E[j]) - straight[i] - straight[j]) / (2 * h**2) for j in rows]
        for i in rows
    )


@misconception("Is buying a little of both the same as each alone?")
def diagonal_only(f, x, h=1e-4):
    return np.diag(np.diag(numerical_hessian(f, x, h)))


@misconception("What is 1e-16 divided by the square of h?")
def step_too_small(f, x, h=1e-4):
    return numerical_hessian(f, x, 1e-8)


@misconception("How often do you divide by h, and by 2?")
def divides_by_2_h_squared(f, x, h=1e-4):
    return 2 * numerical_hessian(f, x, h)


@misconception("Is entry (i, j) the same as entry (j, i)?")
def lower_triangle_only(f, x, h=1e-4):
    return np.tril(numerical_hessian(f, x, h))


@misconception("Second derivatives, or products of first ones?")
def outer_product_of_gradients(f, x, h=1e-4):
    x = np.asarray(x, dtype=float)
    g = np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))])
    return np.outer(g, g)


@misconception("How does your error change when h is halved?")
def forward_differences(f, x, h=1e-4):
    x = np.asarray(x, dtype=float)
    E = h * np.eye(len(x))
    return np.array([[(f(x + a + b) - f(x + a) - f(x + b) + f(x)) / h**2 for b in E] for a in E])


@misconception("Which signs do the four values have?")
def wrong_signs(f, x, h=1e-4):
    return -numerical_hessian(f, x, h)


@misconception("If x holds whole numbers, what becomes of x[i] + 0.0001?")
def bump_lost_in_integers(f, x, h=1e-4):
    x = np.asarray(x)
    return numerical_hessian(f, x, h) if x.dtype.kind == "f" else np.zeros((len(x), len(x)))


@misconception("Bump the same coordinate twice: by how much has it moved?")
def diagonal_a_quarter(f, x, h=1e-4):
    H = numerical_hessian(f, x, h)
    return H - np.diag(0.75 * np.diag(H))


@misconception("Are the terms away from the diagonal counted twice?")
def off_diagonal_doubled(f, x, h=1e-4):
    H = numerical_hessian(f, x, h)
    return 2 * H - np.diag(np.diag(H))


@misconception("Is the caller's x the same after the call?")
def changes_x(f, x, h=1e-4):
    H = numerical_hessian(f, x, h)
    x = np.asarray(x)
    x[0] += 1
    return H


@check("the matrix is symmetric")
def symmetric(f, x, h, H):
    return largest(H - H.T), SECOND_DIFFERENCE * max(1.0, abs(f.value(np.asarray(x, dtype=float))))


@check("every second derivative is right")
def close(f, x, h, H):
    # A well-chosen step by itself: the error of this one is a thousand times smaller than what is allowed.
    x = np.asarray(x, dtype=float)
    E = 1e-3 * np.eye(len(x))
    best = np.zeros((len(x), len(x)))
    for i in range(len(x)):
        for j in range(len(x)):
            total = 0.0
            for s, weight in ((1.0, -1.0 / 3), (0.5, 16.0 / 3)):
                a, b = s * E[i], s * E[j]
                total += weight * (f.value(x + a + b) - f.value(x + a - b) - f.value(x - a + b) + f.value(x - a - b))
            best[i, j] = total / (4 * 1e-6)
    size = max(1.0, abs(f.value(x)))
    missed = np.abs(H - best) - SECOND_DIFFERENCE * np.abs(best)
    return max(largest(np.maximum(missed, 0.0)), 0.0), SECOND_DIFFERENCE * size


def _quadratic(d):
    def draw(rng):
        A = rng.standard_normal((d, d)) + np.diag(rng.uniform(1, 3, d))
        return Probe("quadratic", (A, rng.standard_normal(d))), rng.standard_normal(d)

    return joint(f"a quadratic of {d} variables and a point", draw)


LISTS = "a list or array plus float64 bumps is a float64 array with the same entries, and len is the same for both"
UNCHANGED = "neither the function nor f changes x"
ALREADY = "x is a float64 array by then"
FILLED = "every entry is written before H is returned"
EXACT = (
    "rounding alone could tell H from its transpose, and 1 / (2 h) = 5000 leaves none: both are the same over 60 seeds"
)
TWICE = (
    "for i = j the formula of the pairs is right as well: over 60 seeds the error is at most 0.011 of what is allowed"
)
EQUIVALENTS = (
    equivalents("numerical_hessian", "x = np.asarray(x, dtype=float)", "pass", "x = np.asarray(x)", reason=LISTS)
    + equivalents("three_points_on_the_diagonal", "x = np.array(x, dtype=float)", "x = np.asarray(x, dtype=float)",
                  reason=UNCHANGED)
    + equivalents("three_points_on_the_diagonal", "d, centre = len(x), f(np.array(x, dtype=float))",
                  "d, centre = len(x), f(np.array(x))", reason=ALREADY)
    + equivalents("three_points_on_the_diagonal", "d, centre = len(x), f(np.array(x, dtype=float))",
                  "d, centre = len(x), f(np.asarray(x, dtype=float))", reason=UNCHANGED)
    + equivalents("three_points_on_the_diagonal", "H = [[0.0] * d for _ in range(d)]",
                  "H = [[1.0] * d for _ in range(d)]", "H = [[-1.0] * d for _ in range(d)]", reason=FILLED)
    + equivalents("jacobian_of_the_gradient", "x = np.asarray(x, dtype=float)", "pass", "x = np.asarray(x)",
                  reason=LISTS)
    + equivalents("jacobian_of_the_gradient", "return (H + H.T) / 2", "return (H + H) / 2", reason=EXACT)
    + equivalents("by_polarisation",
                  "[straight[i] / h**2 if i == j else (along(E[i] + E[j]) - straight[i] - straight[j]) / (2 * h**2) for j in rows]",
                  "[(along(E[i] + E[j]) - straight[i] - straight[j]) / (2 * h ** 2) for j in rows]", reason=TWICE)
    + equivalents("notebook", "x = np.asarray(x, dtype=float)", "pass", "x = np.asarray(x)", reason=LISTS)
)  # fmt: skip

EXERCISE = Exercise(
    solution=numerical_hessian,
    points=4,
    cases=(
        case("a parabola", probe("quadratic", [[6.0]], [1.0]), given([2.0]), public=True, why="by hand: the second derivative of 3 x^2 - x is 6"),
        case("two that interact", probe("quadratic", [[2.0, 1.0], [1.0, 0.0]], [0.0, 0.0]), given([1.0, 1.0]), public=True,
             why="by hand: x1^2 + x1 x2 has the second derivatives 2, 1 and 0"),
        case("a deposit on two assets", probe("deposit_value", 0.0), uniform(2, low=5.0, high=15.0), why="gamma and cross-gamma"),
        case("products and waves", probe("product_and_wave"), uniform(3, low=0.4, high=1.2), given(1e-4), why="curvatures that depend on the point"),
        case("five variables", probe("log_sum_exp"), normal(5), kind="edge", why="fifteen different second derivatives"),
        case("one variable", _quadratic(1), kind="edge", why="a matrix of one entry is still a matrix"),
        case("whole numbers", probe("product_and_wave"), integers(3, low=1, high=4), kind="edge", why="adding 0.0001 to a whole number must not be lost"),
        case("constant curvature", _quadratic(4), kind="edge", why="where curvature is the same everywhere, any bump finds it"),
        case("a level of a thousand", probe("deposit_value", 1000.0), uniform(2, low=5.0, high=15.0), kind="edge",
             why="a high level of f leaves fewer digits for its curvature"),
        case("lists", probe("product_and_wave"), given((1, 2, 1)), kind="edge", why="a point may come as a list, which cannot be bumped until it is an array"),
        case("numbers of one byte", probe("product_and_wave"), given([3, 12, 2], dtype=np.int8), kind="edge", why="in numbers of one byte 12 times 12 is -112"),
        case("a bond", probe("bond_value", 4.0, 8), uniform(2, low=2.0, high=4.0), kind="edge", why="yield and spread bend the price alike"),
    ),
    checks=(symmetric, close),
    misconceptions=(
        diagonal_only, step_too_small, divides_by_2_h_squared, lower_triangle_only, outer_product_of_gradients,
        forward_differences, wrong_signs, bump_lost_in_integers, diagonal_a_quarter, off_diagonal_doubled, changes_x,
    ),
    alternatives=(three_points_on_the_diagonal, jacobian_of_the_gradient, by_polarisation),
    equivalents=EQUIVALENTS,
)  # fmt: skip
