"""The gradient by bumping one coordinate after the other."""

from __future__ import annotations

import numpy as np

from reference.bounds import FIRST_DIFFERENCE, FIRST_DIFFERENCE_FLOOR, SINGLE_PRECISION_GRADIENT
from reference.measures import value
from reference.probes import Probe
from reference.recipes import given, integers, joint, normal, probe, uniform
from reference.spec import Exercise, case, equivalents, misconception


def numerical_gradient(f, x, h=1e-5):
    """Return the gradient of f at x by central differences.

    Parameters
    ----------
    f : callable
        Takes an array of shape (d,) and returns a number.
    x : array of shape (d,)
        Where the gradient is wanted; whole numbers and single precision are welcome, and `x` is not changed.
    h : float
        Half the distance of the two points of each difference.

    Returns
    -------
    array of shape (d,)
        Entry i is (f(x + h e_i) - f(x - h e_i)) / (2 h), computed in float64.

    Raises
    ------
    ValueError
        If `x` is not a vector.

    Examples
    --------
    >>> numerical_gradient(lambda x: x[0] ** 2 + 3 * x[1], np.array([1.0, 5.0])).round(6)
    array([2., 3.])
    """
    x = _checked(x)
    gradient = np.zeros(len(x))
    for i in range(len(x)):
        bump = np.zeros(len(x))
        bump[i] = h
        gradient[i] = (f(x + bump) - f(x - bump)) / (2 * h)
    return gradient


def _checked(x):
    x = np.asarray(x, dtype=float)
    if x.ndim != 1:
        msg = f"x has shape {x.shape}; a vector is needed"
        raise ValueError(msg)
    return x


def along_unit_vectors(f, x, h=1e-5):
    x = _checked(x)
    return [(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))]


def richardson(f, x, h=1e-5):
    x = _checked(x)
    h = 100 * h
    wide = np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))])
    narrow = np.array([(f(x + h / 2 * e) - f(x - h / 2 * e)) / h for e in np.eye(len(x))])
    return (4 * narrow - wide) / 3


def restoring_a_copy(f, x, h=1e-5):
    x = _checked(x).copy()
    out = np.empty(len(x))
    for i in range(len(x)):
        kept = x[i]
        x[i] = kept + h
        up = f(x)
        x[i] = kept - h
        down = f(x)
        x[i] = kept
        out[i] = (up - down) / (2 * h)
    return out


@misconception("How does your error change when h is halved?")
def forward_difference(f, x, h=1e-5):
    x = _checked(x)
    return np.array([(f(x + h * e) - f(x)) / h for e in np.eye(len(x))])


@misconception("Draw the error against h with logarithmic axes: is smaller always better?")
def step_too_small(f, x, h=1e-5):
    return along_unit_vectors(f, x, 1e-12)


@misconception("What type is your result array if x is [1, 2]?")
def integer_result(f, x, h=1e-5):
    gradient = numerical_gradient(f, x, h)
    x = np.asarray(x)
    return np.trunc(gradient).astype(x.dtype) if x.dtype.kind in "iu" else gradient


@misconception("If x holds whole numbers, what becomes of x[i] + 0.00001?")
def bump_lost_in_integers(f, x, h=1e-5):
    _checked(x)
    x = np.array(x)
    out = np.zeros(len(x))
    for i in range(len(x)):
        up, down = x.copy(), x.copy()
        up[i] += np.asarray(h).astype(x.dtype)
        down[i] -= np.asarray(h).astype(x.dtype)
        out[i] = (f(up) - f(down)) / (2 * h)
    return out


@misconception("What is x when the second coordinate is bumped?")
def does_not_restore_coordinate(f, x, h=1e-5):
    x = _checked(x).copy()
    out = np.zeros(len(x))
    for i in range(len(x)):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        out[i] = (up - f(x)) / (2 * h)
    return out


@misconception("How many entries are filled when you return?")
def returns_inside_loop(f, x, h=1e-5):
    gradient = np.zeros(len(_checked(x)))
    gradient[0] = numerical_gradient(f, x, h)[0]
    return gradient


@misconception("How far apart are the two points of a central difference?")
def divides_by_h(f, x, h=1e-5):
    return 2 * numerical_gradient(f, x, h)


@misconception("Which of the two values is subtracted?")
def wrong_sign(f, x, h=1e-5):
    return -numerical_gradient(f, x, h)


@misconception("Do you bump one coordinate at a time, or all at once?")
def bumps_all_at_once(f, x, h=1e-5):
    x = _checked(x)
    return np.full(len(x), (f(x + h) - f(x - h)) / (2 * h))


@misconception("Is the caller's x the same after the call?")
def changes_x(f, x, h=1e-5):
    gradient = numerical_gradient(f, x, h)
    x = np.asarray(x)
    if x.ndim == 1 and x.dtype.kind == "f":
        x[-1] += 0.5
    return gradient


@misconception("Is h a share of x, also where x is 0?")
def step_relative_to_x(f, x, h=1e-5):
    x = _checked(x)
    steps = h * x
    with np.errstate(all="ignore"):
        return np.array(
            [np.divide(f(x + s * e) - f(x - s * e), 2 * s) for s, e in zip(steps, np.eye(len(x)), strict=True)]
        )


def _quadratic(d):
    def draw(rng):
        # Values of some tens: with steps down to 1e-7 their rounding stays below what is allowed for small slopes.
        A = rng.standard_normal((d, d))
        return Probe(
            "quadratic", (A @ A.T + np.diag(rng.uniform(5, 20, d)), 2 * rng.standard_normal(d))
        ), 0.4 * rng.standard_normal(d)

    return joint(f"a quadratic of {d} variables and a point", draw)


def _flat(rng):
    # Eight variables, so that rounding shows in one at least where the step is too small for it.
    A = np.diag(rng.uniform(1, 4, 8))
    x = rng.uniform(1, 3, 8)
    return Probe("quadratic", (A, A @ x)), x


PROMOTED = "the bumps are float64, so x + bump is float64 whatever the type of x, and numpy promotes exactly"
STEP = "another step, and still a good one: over 500 draws the error is at most 0.45 of what is allowed"
RESTORED = "every entry is put back, so the caller's x is after the call what it was before"
LIST = "numpy makes a new array of a list in either case"
EQUIVALENTS = (
    equivalents("numerical_gradient", "x = np.asarray(x, dtype=float)", "x = np.asarray(x)", reason=PROMOTED)
    + equivalents("richardson", "def richardson(f, x, h=1e-5):", "def richardson(f, x, h=1e-08):", reason=STEP)
    + equivalents("richardson", "h = 100 * h", "pass", "h = 100 % h", "h = 101 * h", "h = 99 * h", reason=STEP)
    + equivalents("restoring_a_copy", "x = _checked(x).copy()", "x = _checked(x)", reason=RESTORED)
    + equivalents("notebook", "return np.array(slopes)", "return np.asarray(slopes)", reason=LIST)
)  # fmt: skip

EXERCISE = Exercise(
    solution=numerical_gradient,
    points=3,
    cases=(
        case("a parabola", probe("quadratic", [[2.0]], [0.0]), given([3.0]), public=True, why="by hand: the derivative of x^2 at 3 is 6"),
        case("a product", probe("product_and_wave"), given([0.0, 2.0, 5.0]), public=True,
             why="by hand: (x2^2 + cos(x1) x3, 2 x1 x2, sin(x1)) = (4 + 5, 0, 0)"),
        case("a table", probe("log_sum_exp"), given([[1.0, 2.0]]), public=True, kind="error", why="the gradient is wanted at a vector"),
        case("a ten-year bond", probe("bond_value", 4.0, 10), uniform(2, low=1.0, high=5.0), why="the sensitivity of a bond to yield and spread"),
        case("six variables that interact", _quadratic(6), why="each coordinate has a slope of its own"),
        case("products and waves", probe("product_and_wave"), normal(6, scale=1.5), given(1e-5), why="slopes that depend on the other coordinates"),
        case("one variable", _quadratic(1), kind="edge", why="a vector of one entry is still a vector"),
        case("whole numbers", probe("product_and_wave"), integers(6, low=1, high=5), kind="edge", why="adding 0.00001 to a whole number must not be lost"),
        case("single precision", probe("product_and_wave"), normal(3, dtype=np.float32), kind="edge",
             checks=(value(rtol=SINGLE_PRECISION_GRADIENT, atol=SINGLE_PRECISION_GRADIENT),), why="a bump of 0.00001 is lost in single precision too"),
        case("at the bottom", joint("a quadratic and its minimum", _flat), kind="edge", why="where f is flat the gradient is 0"),
        case("twenty variables", probe("log_sum_exp"), normal(20, scale=2.0), kind="edge", why="the slopes of a log-sum-exp add up to 1"),
        case("at zero", probe("log_sum_exp"), given([0.0, 0.0, 0.0, 0.0]), given(1e-5), kind="edge", why="a step must not shrink with x"),
        case("another step", probe("bond_value", 3.0, 7), uniform(2, low=1.0, high=4.0), given(1e-4), kind="edge", why="a step of 1e-4 is fine too"),
        case("a matrix", probe("log_sum_exp"), normal(2, 3), kind="error", why="the gradient is wanted at a vector"),
        case("a square table", probe("log_sum_exp"), normal(3, 3), kind="error", why="numpy would bump whole columns and say nothing"),
        case("a row", probe("log_sum_exp"), normal(1, 4), kind="error", why="a table of one row is no vector"),
        case("a number", probe("log_sum_exp"), given(1.5), kind="error", why="a number is no vector of one entry"),
    ),
    checks=(value(rtol=FIRST_DIFFERENCE, atol=FIRST_DIFFERENCE_FLOOR),),
    misconceptions=(
        forward_difference, step_too_small, integer_result, bump_lost_in_integers, does_not_restore_coordinate,
        returns_inside_loop, divides_by_h, wrong_sign, bumps_all_at_once, changes_x, step_relative_to_x,
    ),
    alternatives=(along_unit_vectors, richardson, restoring_a_copy),
    equivalents=EQUIVALENTS,
)  # fmt: skip
