"""A quadratic function of several variables, and its gradient."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import QUADRATIC, SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, integers, made, normal
from reference.spec import Exercise, case, equivalents, misconception


def quadratic_form(A, b, x):
    """Return x'Ax/2 - b'x and its gradient at x.

    Parameters
    ----------
    A : array of shape (n, n)
        Need not be symmetric.
    b, x : arrays of shape (n,)
        Linear part, and the point.

    Returns
    -------
    value : float
        One half of x'Ax, minus b'x.
    grad : array of shape (n,)
        (A + A')x/2 - b.

    Raises
    ------
    ValueError
        If `A` is not square or `b` and `x` are not vectors as long as its rows.

    Examples
    --------
    >>> value, grad = quadratic_form([[2, 0], [0, 4]], [1, 0], [1, 1])
    >>> value, grad.tolist()
    (2.0, [1.0, 4.0])
    """
    A, b, x = _checked(A, b, x)
    return float(0.5 * x @ A @ x - b @ x), 0.5 * (A + A.T) @ x - b


def _checked(A, b, x):
    A, b, x = (np.asarray(part, dtype=float) for part in (A, b, x))
    if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (len(A),) or x.shape != (len(A),):
        msg = f"A, b and x have shapes {A.shape}, {b.shape} and {x.shape}; needed are (n, n), (n,) and (n,)"
        raise ValueError(msg)
    return A, b, x


def double_loop(A, b, x):
    A, b, x = _checked(A, b, x)
    n, total, grad = len(x), 0.0, [0.0] * len(x)
    for i in range(n):
        total -= b[i] * x[i]
        grad[i] -= b[i]
        for j in range(n):
            total += 0.5 * A[i, j] * x[i] * x[j]
            grad[i] += 0.5 * A[i, j] * x[j]
            grad[j] += 0.5 * A[i, j] * x[i]
    return [total, grad]


def by_einsum(A, b, x):
    A, b, x = _checked(A, b, x)
    return np.array(np.einsum("i,ij,j->", x, A, x) / 2 - np.einsum("i,i->", b, x)), (A @ x + x @ A) / 2 - b


def from_the_gradient(A, b, x):
    A, b, x = (part.tolist() for part in _checked(A, b, x))
    n = range(len(x))
    slopes = [sum((A[i][j] + A[j][i]) / 2 * x[j] for j in n) for i in n]
    # By Euler x'Ax is x'(A + A')x / 2.
    return math.fsum(x[i] * (slopes[i] / 2 - b[i]) for i in n), tuple(slopes[i] - b[i] for i in n)


@misconception("Try A = 1, b = 0 and x = 2 by hand.")
def missing_half(A, b, x):
    A, b, x = _checked(A, b, x)
    return float(x @ A @ x - b @ x), (A + A.T) @ x - b


@misconception("What about products of different coordinates?")
def elementwise_square(A, b, x):
    A, b, x = _checked(A, b, x)
    return float(0.5 * np.sum(A @ x**2) - b @ x), quadratic_form(A, b, x)[1]


@misconception("Return a plain number: what shape has yours?")
def scalar_as_matrix(A, b, x):
    total, grad = quadratic_form(A, b, x)
    return np.array([[total]]), grad


@misconception("Is A symmetric? Bump x and compare your gradient.")
def gradient_for_symmetric_only(A, b, x):
    A, b, x = _checked(A, b, x)
    return quadratic_form(A, b, x)[0], A @ x - b


@misconception("Which of the two, A or its transpose, is half of the gradient?")
def gradient_of_the_transpose(A, b, x):
    A, b, x = _checked(A, b, x)
    return quadratic_form(A, b, x)[0], A.T @ x - b


@misconception("Does the linear part push up or down?")
def sign_of_b(A, b, x):
    A, b, x = _checked(A, b, x)
    return quadratic_form(A, -b, x)


@misconception("What is left of b'x when you differentiate it?")
def gradient_without_b(A, b, x):
    total, grad = quadratic_form(A, b, x)
    return total, grad + np.asarray(b, float)


@misconception("Which of the two results comes first?")
def results_swapped(A, b, x):
    total, grad = quadratic_form(A, b, x)
    return grad, total


@misconception("Is the gradient multiplied by two, or the value halved? Differentiate x squared over two.")
def gradient_not_halved(A, b, x):
    A, b, x = _checked(A, b, x)
    return quadratic_form(A, b, x)[0], (A + A.T) @ x - b


@misconception("What does numpy make of one cost and four trades?")
def one_cost_for_all(A, b, x):
    b = np.asarray(b, dtype=float)
    return quadratic_form(A, np.repeat(b, len(np.asarray(x))) if b.shape == (1,) else b, x)


@misconception("Do the entries away from the diagonal count?")
def diagonal_only(A, b, x):
    A, b, x = _checked(A, b, x)
    return quadratic_form(np.diag(np.diag(A)), b, x)


ORDER = "the same products, bracketed otherwise; over 60 seeds rounding takes less than 1e-4 of what is allowed"
TRANSPOSE = "x'A'x and x'Ax are one number; over 60 seeds rounding takes less than 1e-4 of what is allowed"
SYMMETRIC = (
    "A + A' is symmetric, so x may stand on either side; over 60 seeds rounding takes less than 1e-4 of what is allowed"
)
SQUARE = "x has as many entries as A has rows, so x @ A @ x raises ValueError where A is not square"
WIDE = (
    "a matrix of one row makes x @ symmetric raise ValueError, other wide ones A + A.T; no rows at all are not "
    "spoken of"
)
PROMOTED = "what it is multiplied with or subtracted from is float64, and numpy promotes exactly"
EQUIVALENTS = (
    equivalents("quadratic_form", "return float(0.5 * x @ A @ x - b @ x), 0.5 * (A + A.T) @ x - b",
                "return float(x @ (0.5 * x @ A) - b @ x), 0.5 * (A + A.T) @ x - b",
                "return float(0.5 * (x @ A) @ x - b @ x), 0.5 * (A + A.T) @ x - b",
                "return float(0.5 * x @ A @ x - x @ b), 0.5 * (A + A.T) @ x - b",
                "return float(0.5 * x @ A @ x - b @ x), 0.5 * ((A + A.T) @ x) - b", reason=ORDER)
    + equivalents("quadratic_form", "return float(0.5 * x @ A @ x - b @ x), 0.5 * (A + A.T) @ x - b",
                  "return float(0.5 * x @ A.T @ x - b @ x), 0.5 * (A + A.T) @ x - b",
                  "return float(A @ (0.5 * x) @ x - b @ x), 0.5 * (A + A.T) @ x - b", reason=TRANSPOSE)
    + equivalents("quadratic_form", "return float(0.5 * x @ A @ x - b @ x), 0.5 * (A + A.T) @ x - b",
                  "return float(0.5 * x @ A @ x - b @ x), x @ (0.5 * (A + A.T)) - b", reason=SYMMETRIC)
    + equivalents("quadratic_form",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (len(A),) or x.shape != (len(A),):",
                  "if A.ndim != 2 or b.shape != (len(A),) or x.shape != (len(A),):",
                  "if A.ndim != 2 or A.shape[0] < A.shape[1] or b.shape != (len(A),) or x.shape != (len(A),):",
                  "if A.ndim != 2 or A.shape[0] > A.shape[1] or b.shape != (len(A),) or x.shape != (len(A),):",
                  "if A.ndim != 2 or A.shape[1] != A.shape[1] or b.shape != (len(A),) or x.shape != (len(A),):",
                  "if A.ndim != 2 or A.shape[-1] != A.shape[1] or b.shape != (len(A),) or x.shape != (len(A),):",
                  "if A.ndim != 2 or A.shape[0] != A.shape[0] or b.shape != (len(A),) or x.shape != (len(A),):",
                  reason=SQUARE)
    + equivalents("notebook", "b = np.asarray(b, dtype=float)", "b = np.asarray(b)", reason=PROMOTED)
    + equivalents("notebook", "x = np.asarray(x, dtype=float)", "x = np.asarray(x)", reason=PROMOTED)
    + equivalents("notebook",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (len(A),) or x.shape != (len(A),):",
                  "if A.ndim != 2 or A.shape[0] > A.shape[1] or b.shape != (len(A),) or x.shape != (len(A),):",
                  reason=WIDE)
    + equivalents("notebook", "return x @ symmetric @ x / 2 - b @ x, symmetric @ x - b",
                  "return x @ (x @ symmetric) / 2 - b @ x, symmetric @ x - b",
                  "return x @ symmetric @ x / 2 - x @ b, symmetric @ x - b", reason=ORDER)
    + equivalents("notebook", "return x @ symmetric @ x / 2 - b @ x, symmetric @ x - b",
                  "return symmetric @ x @ x / 2 - b @ x, symmetric @ x - b",
                  "return x @ symmetric @ x / 2 - b @ x, x @ symmetric - b", reason=SYMMETRIC)
)  # fmt: skip

EXERCISE = Exercise(
    solution=quadratic_form,
    points=3,
    cases=(
        case("two trades", given([[2.0, 0.0], [0.0, 4.0]]), given([1.0, 0.0]), given([1.0, 1.0]), public=True,
             why="by hand: (2 + 4)/2 - 1 = 2, and the slopes are 2 - 1 and 4"),
        case("an impact that is not symmetric", given([[0.0, 2.0], [0.0, 0.0]]), given([0.0, 0.0]), given([1.0, 3.0]), public=True,
             why="by hand: the value is x1 x2 = 3, and its gradient (x2, x1) = (3, 1)"),
        case("not square", given([[1.0, 2.0]]), given([1.0]), given([1.0, 1.0]), public=True, kind="error", why="x stands on both sides of A"),
        case("five trades", normal(5, 5), normal(5), normal(5), why="an asymmetric matrix and a linear part"),
        case("eight trades", normal(8, 8, scale=3.0), normal(8), normal(8, loc=1.0), why="more of them"),
        case("one trade", normal(1, 1), normal(1), normal(1), kind="edge", why="one variable: a parabola"),
        case("no trade", normal(4, 4), normal(4), made("zeros(4)", lambda _: np.zeros(4)), kind="edge", why="at zero the value is 0 and the slope -b"),
        case("whole amounts", integers(3, 3, low=-4, high=5), integers(3, low=-3, high=4), integers(3, low=1, high=6), kind="edge",
             why="whole numbers in, halves out"),
        case("basis points", normal(4, 4, scale=1e-4), normal(4, scale=1e-2), normal(4, scale=100.0), kind="edge", why="small impacts on large trades"),
        case("lists", given(((1, 2), (0, 3))), given((1, 0)), given((2, 1)), kind="edge",
             why="numbers may come as lists, which cannot be multiplied until they are arrays"),
        case("one trade in lists", given(((3,),)), given((2,)), given((5,)), kind="edge", why="a list of one amount is a vector of one entry"),
        case("numbers of one byte", given([[100, 90], [60, 120]], dtype=np.int8), given([7, -5], dtype=np.int8), given([3, -2], dtype=np.int8), kind="edge",
             why="in numbers of one byte 120 + 120 is -16"),
        case("too few amounts", normal(4, 4), normal(4), normal(3), kind="error", why="each row needs an amount"),
        case("b too long", normal(3, 3), normal(4), normal(3), kind="error", why="each row needs a cost"),
        case("a single cost", normal(4, 4), normal(1), normal(4), kind="error", why="numpy would charge every trade alike and say nothing"),
        case("amounts in a column", normal(4, 4), normal(4), normal(4, 1), kind="error",
             why="with a column numpy makes tables of what should be numbers, and says nothing"),
        case("amounts in a table", normal(4, 4), normal(4), normal(4, 4), kind="error", why="one amount for each row, not a table of them"),
        case("a stack of amounts", normal(4, 4), normal(4), normal(1, 4, 4), kind="error", why="one amount for each row, not a stack of tables"),
        case("costs in a row", normal(4, 4), normal(1, 4), normal(4), kind="error", why="a table of one row is no vector"),
        case("costs in a table", normal(4, 4), normal(4, 4), normal(4), kind="error", why="one cost for each row, not a table of them"),
        case("a column of impacts", normal(4, 1), normal(4), normal(4), kind="error",
             why="a column and its transpose add up to a square matrix, and numpy says nothing"),
        case("a vector of impacts", normal(4), normal(4), normal(4), kind="error", why="A must be a matrix"),
        case("a stack of impacts", normal(3, 3, 3), normal(3), normal(3), kind="error", why="A must be one matrix, not a stack of them"),
        case("a tall matrix", normal(4, 3), normal(4), normal(4), kind="error", why="x stands on both sides of A"),
    ),
    checks=(
        value(rtol=QUADRATIC, atol=SUM_OF_PRODUCTS, part=0, name="the value is right"),
        value(rtol=QUADRATIC, atol=SUM_OF_PRODUCTS, part=1, name="the gradient is right", of_largest=True),
    ),
    misconceptions=(
        missing_half, elementwise_square, scalar_as_matrix, gradient_for_symmetric_only, gradient_of_the_transpose,
        sign_of_b, gradient_without_b, results_swapped, gradient_not_halved, one_cost_for_all, diagonal_only,
    ),
    alternatives=(double_loop, by_einsum, from_the_gradient),
    equivalents=EQUIVALENTS,
)  # fmt: skip
