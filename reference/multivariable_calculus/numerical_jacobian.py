"""The Jacobian by bumping one input after the other."""

from __future__ import annotations

import numpy as np

from reference.bounds import FIRST_DIFFERENCE, FIRST_DIFFERENCE_FLOOR
from reference.measures import value
from reference.probes import Probe
from reference.recipes import given, integers, joint, normal, probe, uniform
from reference.spec import Exercise, case, equivalents, misconception


def numerical_jacobian(F, x, h=1e-5):
    """Return the matrix of all first derivatives of F at x by central differences.

    Parameters
    ----------
    F : callable
        Takes an array of shape (d,) and returns an array of shape (m,).
    x : array of shape (d,)
        Where the derivatives are wanted; whole numbers are welcome, and `x` is not changed.
    h : float
        Half the distance of the two points of each difference.

    Returns
    -------
    array of shape (m, d)
        Row i, column j: the derivative of output i with respect to input j.

    Examples
    --------
    >>> numerical_jacobian(lambda x: np.array([x[0] * x[1], x[1], 1.0]), np.array([2.0, 3.0])).round(6).tolist()
    [[3.0, 2.0], [0.0, 1.0], [0.0, 0.0]]
    """
    x = np.asarray(x, dtype=float)
    columns = [(np.asarray(F(x + h * e)) - np.asarray(F(x - h * e))) / (2 * h) for e in np.eye(len(x))]
    return np.stack(columns, axis=1)


def row_by_row(F, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    rows = []
    for i in range(len(F(x))):
        row = []
        for j in range(len(x)):
            up, down = x.copy(), x.copy()
            up[j] += h
            down[j] -= h
            row.append((F(up)[i] - F(down)[i]) / (2 * h))
        rows.append(row)
    return rows


def four_points(F, x, h=1e-5):
    x = np.array(x, dtype=float)
    h = 30 * h
    J = np.empty((len(F(x)), len(x)))
    for j, e in enumerate(np.eye(len(x))):
        J[:, j] = (F(x - 2 * h * e) - 8 * F(x - h * e) + 8 * F(x + h * e) - F(x + 2 * h * e)) / (12 * h)
    return J


def restoring_a_copy(F, x, h=1e-5):
    x = np.array(x, dtype=float)
    columns = []
    for j in range(len(x)):
        kept, values = x[j], []
        for step in (h, -h):
            x[j] = kept + step
            values.append(np.array(F(x), dtype=float))
        x[j] = kept
        columns.append((values[0] - values[1]) / 2 / h)
    return tuple(np.transpose(columns))


@misconception("With 4 swaps and 3 rates, what is the shape?")
def transposed(F, x, h=1e-5):
    return numerical_jacobian(F, x, h).T


@misconception("Does it run with 4 outputs and 3 inputs? How many rows come back?")
def square_only(F, x, h=1e-5):
    J, d = numerical_jacobian(F, x, h), len(np.asarray(x))
    out = np.zeros((d, d))
    rows = min(d, len(J))
    out[:rows] = J[:rows]
    return out


@misconception("One number per input is not enough: how many outputs are there?")
def gradient_of_sum(F, x, h=1e-5):
    return numerical_jacobian(F, x, h).sum(axis=0)


@misconception("Keep the shape of the table.")
def flattened(F, x, h=1e-5):
    return numerical_jacobian(F, x, h).ravel()


@misconception("How does your error change when h is halved?")
def forward_difference(F, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    return np.stack([(F(x + h * e) - F(x)) / h for e in np.eye(len(x))], axis=1)


@misconception("How far apart are the two points of a central difference?")
def missing_factor_2(F, x, h=1e-5):
    return 2 * numerical_jacobian(F, x, h)


@misconception("If x holds whole numbers, what becomes of x[j] + 0.00001?")
def bump_lost_in_integers(F, x, h=1e-5):
    x = np.array(x)
    columns = []
    for j in range(len(x)):
        up, down = x.copy(), x.copy()
        up[j] += np.asarray(h).astype(x.dtype)
        down[j] -= np.asarray(h).astype(x.dtype)
        columns.append((F(up) - F(down)) / (2 * h))
    return np.stack(columns, axis=1)


@misconception("Draw the error against h with logarithmic axes: is smaller always better?")
def step_too_small(F, x, h=1e-5):
    return row_by_row(F, x, 1e-12)


@misconception("Do you bump one input at a time?")
def bumps_accumulate(F, x, h=1e-5):
    x = np.array(x, dtype=float)
    columns = []
    for j in range(len(x)):
        x[j] += h
        up = np.asarray(F(x))
        x[j] -= 2 * h
        columns.append((up - F(x)) / (2 * h))
    return np.stack(columns, axis=1)


@misconception("With a single output, is the table gone?")
def drops_single_axes(F, x, h=1e-5):
    return np.squeeze(numerical_jacobian(F, x, h))


@misconception("Is h a share of x, also where x is 0?")
def step_relative_to_x(F, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    with np.errstate(all="ignore"):
        columns = [np.divide(F(x + s * e) - F(x - s * e), 2 * s) for s, e in zip(h * x, np.eye(len(x)), strict=True)]
    return np.stack(columns, axis=1)


@misconception("Which of the two values is subtracted?")
def wrong_sign(F, x, h=1e-5):
    return -numerical_jacobian(F, x, h)


def _linear(m, d):
    return joint(
        f"a linear map, ({m}, {d}), and a point",
        lambda rng: (Probe("linear_map", (rng.standard_normal((m, d)),)), rng.standard_normal(d)),
    )


def _swaps(m, d):
    return joint(
        f"{m} swaps, {d} rates",
        lambda rng: (Probe("swap_values", (np.sort(rng.uniform(1, 9, m)),)), rng.uniform(1, 4, d)),
    )


def _rate_at_zero(rng):
    rates = rng.uniform(1, 4, 3)
    rates[1] = 0.0
    return Probe("swap_values", (np.sort(rng.uniform(1, 9, 4)),)), rates


def _far_away(rng):
    # At 1e-8 rounding x and F leaves 1e-7 to 1e-6 of some slope, at 1e-5 a thousandth of that.
    return Probe("linear_map", (rng.uniform(-0.2, 0.2, (12, 6)),)), rng.uniform(100, 150, 6)


LISTS = "a list or array plus float64 bumps is a float64 array with the same entries, and len is the same for both"
STEP = "another step, and still a good one: over 500 draws the error is at most 0.45 of what is allowed"
UNCHANGED = "x is not changed"
RESTORED = "every entry is put back, so the caller's x is after the call what it was before"
RETURNED = "F is given float64 and returns float64 in all cases"
EQUIVALENTS = (
    equivalents("numerical_jacobian", "x = np.asarray(x, dtype=float)", "pass", "x = np.asarray(x)", reason=LISTS)
    + equivalents("four_points", "def four_points(F, x, h=1e-5):", "def four_points(F, x, h=1e-08):", reason=STEP)
    + equivalents("four_points", "x = np.array(x, dtype=float)", "pass", "x = np.array(x)", reason=LISTS)
    + equivalents("four_points", "x = np.array(x, dtype=float)", "x = np.asarray(x, dtype=float)", reason=UNCHANGED)
    + equivalents("four_points", "h = 30 * h", "pass", "h = 30 % h", "h = 31 * h", "h = 29 * h", reason=STEP)
    + equivalents("restoring_a_copy", "x = np.array(x, dtype=float)", "x = np.asarray(x, dtype=float)", reason=RESTORED)
    + equivalents("restoring_a_copy", "values.append(np.array(F(x), dtype=float))", "values.append(np.array(F(x)))",
                  reason=RETURNED)
    + equivalents("notebook", "x = np.asarray(x, dtype=float)", "pass", "x = np.asarray(x)", reason=LISTS)
)  # fmt: skip

EXERCISE = Exercise(
    solution=numerical_jacobian,
    points=4,
    cases=(
        case("polar coordinates", probe("polar"), given([2.0, 0.0]), public=True,
             why="by hand: the derivatives of r cos(a) and r sin(a) at (2, 0) are (1, 0) and (0, 2)"),
        case("three outputs, two inputs", probe("linear_map", [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), given([0.5, -1.0]), public=True,
             why="by hand: the derivative of A x is A"),
        case("four swaps, three rates", _swaps(4, 3), why="a row a swap, a column a rate"),
        case("two swaps, five rates", _swaps(2, 5), why="more inputs than outputs"),
        case("polar, somewhere", probe("polar"), uniform(2, low=1.0, high=3.0), given(1e-5), why="derivatives that depend on the point"),
        case("as many swaps as rates", _swaps(4, 4), kind="edge", why="where m equals d the transpose has the right shape"),
        case("one output", _swaps(1, 4), kind="edge", why="one output still makes a table of one row"),
        case("one input", _swaps(3, 1), kind="edge", why="one input still makes a table of one column"),
        case("whole numbers", probe("polar"), integers(2, low=1, high=5), kind="edge", why="adding 0.00001 to a whole number must not be lost"),
        case("lists", probe("polar"), given((2, 1)), kind="edge", why="a point may come as a list, which cannot be bumped until it is an array"),
        case("a rate of zero", joint("four swaps, three rates, one of which is 0", _rate_at_zero), kind="edge", why="a step must not shrink with x"),
        case("a linear map", _linear(5, 3), kind="edge", why="the derivative of a linear map is the map"),
        case("a linear map, far away", joint("a flat linear map, (12, 6), and a point beyond 100", _far_away), kind="edge",
             why="a step that is too small drowns in the rounding of large numbers"),
        case("a part of the point", probe("first_entries", 2), normal(3), kind="edge",
             why="a function may return a part of the very array that it was given, which then changes with it"),
        case("another step", probe("polar"), normal(2, loc=2.0), given(1e-4), kind="edge", why="a step of 1e-4 is fine too"),
    ),
    checks=(value(rtol=FIRST_DIFFERENCE, atol=FIRST_DIFFERENCE_FLOOR),),
    misconceptions=(
        transposed, square_only, gradient_of_sum, flattened, forward_difference, missing_factor_2, bump_lost_in_integers,
        step_too_small, bumps_accumulate, drops_single_axes, step_relative_to_x, wrong_sign,
    ),
    alternatives=(row_by_row, four_points, restoring_a_copy),
    equivalents=EQUIVALENTS,
)  # fmt: skip
