"""The mean squared error of a linear model, and its gradient."""

from __future__ import annotations

import numpy as np

from reference.bounds import NORMALISED, SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, joint, made, normal
from reference.spec import Exercise, case, equivalents, misconception


def mse_loss_grad(w, X, y):
    """Return the mean squared error of the predictions X w, and its gradient with respect to w.

    Parameters
    ----------
    w : array of shape (d,)
        Weights.
    X : array of shape (n, d)
        One row an observation; a column of ones, if wanted, is already in it.
    y : array of shape (n,)
        Targets.

    Returns
    -------
    loss : float
        The mean of (X w - y)**2 over the rows, without a factor of one half.
    grad : array of shape (d,)
        2/n X' (X w - y).

    Raises
    ------
    ValueError
        If the shapes do not fit, such as `y` of shape (n, 1), or if there are no rows.

    Examples
    --------
    >>> loss, grad = mse_loss_grad([0, 1], [[1, 1], [1, 3]], [2, 2])
    >>> loss, grad.tolist()
    (1.0, [0.0, 2.0])
    """
    w, X, y = _checked(w, X, y)
    residual = X @ w - y
    return float(residual @ residual / len(y)), 2 * X.T @ residual / len(y)


def _checked(w, X, y):
    w, X, y = np.asarray(w, dtype=float), np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or len(X) == 0 or w.shape != (X.shape[1],) or y.shape != (X.shape[0],):
        msg = f"w, X and y have shapes {w.shape}, {X.shape} and {y.shape}; needed are (d,), (n, d) and (n,) with n > 0"
        raise ValueError(msg)
    return w, X, y


def double_loop(w, X, y):
    w, X, y = _checked(w, X, y)
    loss, grad = 0.0, [0.0] * len(w)
    for row, target in zip(X, y, strict=True):
        residual = sum(a * b for a, b in zip(row, w, strict=True)) - target
        loss += residual**2
        for j in range(len(w)):
            grad[j] += 2 * residual * row[j]
    return loss / len(y), [g / len(y) for g in grad]


def mean_of_rows(w, X, y):
    w, X, y = _checked(w, X, y)
    residual = (X * w).sum(axis=1) - y
    return np.array(np.mean(residual**2)), np.mean(2 * residual[:, None] * X, axis=0)


def multiplied_out(w, X, y):
    """Take the products of the columns first, as normal equations do; 0-d loss, gradient as a tuple."""
    w, X, y = _checked(w, X, y)
    G, c = np.einsum("ij,ik->jk", X, X) / len(y), np.einsum("ij,i->j", X, y) / len(y)
    return np.array(np.mean((np.tensordot(X, w, axes=1) - y) ** 2)), tuple(2 * (np.inner(G, w) - c))


@misconception("How many digits are left of the difference of two losses of ten billion each?")
def numerical_gradient(w, X, y):
    w, X, y = _checked(w, X, y)
    ahead, back = (np.array([mse_loss_grad(w + h, X, y)[0] for h in h * np.eye(len(w))]) for h in (1e-5, -1e-5))
    return mse_loss_grad(w, X, y)[0], (ahead - back) / 2e-5


@misconception("Which type do your slopes have if the weights are whole numbers?")
def whole_gradient(w, X, y):
    loss, grad = mse_loss_grad(w, X, y)
    return loss, grad.astype(np.asarray(w).dtype)


@misconception("Duplicate the data: should the slope of a mean double?")
def gradient_missing_1_over_n(w, X, y):
    loss, grad = mse_loss_grad(w, X, y)
    return loss, grad * len(y)


@misconception("Which loss has this gradient? Differentiate a square.")
def gradient_missing_2(w, X, y):
    loss, grad = mse_loss_grad(w, X, y)
    return loss, grad / 2


@misconception("Take a small step against your gradient: does the loss fall?")
def residual_sign(w, X, y):
    loss, grad = mse_loss_grad(w, X, y)
    return loss, -grad


@misconception("May a residual pull in both directions?")
def absolute_residual(w, X, y):
    w, X, y = _checked(w, X, y)
    return mse_loss_grad(w, X, y)[0], 2 * X.T @ np.abs(X @ w - y) / len(y)


@misconception("Is it a mean or a total? Duplicate the data and compare.")
def sum_not_mean(w, X, y):
    loss, grad = mse_loss_grad(w, X, y)
    return loss * len(y), grad * len(y)


@misconception("Read the formula again: is there a root in it?")
def rmse(w, X, y):
    loss, grad = mse_loss_grad(w, X, y)
    return np.sqrt(loss), grad


@misconception("Is there a one half in our loss?")
def half_the_loss(w, X, y):
    loss, grad = mse_loss_grad(w, X, y)
    return loss / 2, grad / 2


@misconception("Print the shape of X w - y before you square it.")
def broadcasts_a_column(w, X, y):
    w, X, y = _checked(w, X, y)
    residual = (X @ w)[:, None] - y
    return np.mean(residual**2), 2 * np.mean(residual, axis=1) @ X / len(y)


@misconception("Is the error of the mean the mean of the errors?")
def square_of_mean(w, X, y):
    w, X, y = _checked(w, X, y)
    return np.mean(X @ w - y) ** 2, mse_loss_grad(w, X, y)[1]


@misconception("Are the weights to grow with each other? Where is a penalty asked for?")
def adds_penalty(w, X, y):
    loss, grad = mse_loss_grad(w, X, y)
    w = np.asarray(w, float)
    return loss + 0.1 * w @ w, grad + 0.2 * w


@misconception("Which of the two results comes first?")
def results_swapped(w, X, y):
    loss, grad = mse_loss_grad(w, X, y)
    return grad, loss


@misconception("Divide by the number of rows, or of columns?")
def divides_by_columns(w, X, y):
    loss, grad = mse_loss_grad(w, X, y)
    n, d = np.shape(X)
    return loss * n / d, grad * n / d


def _perfect(rng):
    X, w = rng.integers(-4, 5, (6, 3)).astype(float), rng.integers(-3, 4, 3).astype(float)
    return w, X, X @ w


def _whole(rng):
    """Return whole weights, features and targets with slopes that are not whole."""
    while True:
        w, X, y = rng.integers(-3, 4, 2), rng.integers(-5, 6, (5, 2)), rng.integers(-9, 10, 5)
        if (2 * X.T @ (X @ w - y) % 5 != 0).any():
            return w, X, y


TWICE = "multiplying by 2 is exact, before a sum or after it"
PROMOTED = (
    "wherever it stands the other factor or term is float64, and numpy promotes whole numbers and float32 to it exactly"
)
LENGTH = "a length is never negative"
STRICT = "the lengths were compared before"
SQUARE = "a difference is squared, so that its sign does not matter"
EQUIVALENTS = (
    equivalents("mse_loss_grad", "return float(residual @ residual / len(y)), 2 * X.T @ residual / len(y)",
                "return float(residual @ residual / len(y)), 2 * (X.T @ residual) / len(y)", reason=TWICE)
    + equivalents("mse_loss_grad", "w, X, y = np.asarray(w, dtype=float), np.asarray(X, dtype=float), np.asarray(y, dtype=float)",
                  "w, X, y = np.asarray(w), np.asarray(X, dtype=float), np.asarray(y, dtype=float)",
                  "w, X, y = np.asarray(w, dtype=float), np.asarray(X, dtype=float), np.asarray(y)", reason=PROMOTED)
    + equivalents("mse_loss_grad", "if X.ndim != 2 or len(X) == 0 or w.shape != (X.shape[1],) or y.shape != (X.shape[0],):",
                  "if X.ndim != 2 or len(X) <= 0 or w.shape != (X.shape[1],) or y.shape != (X.shape[0],):",
                  reason=LENGTH)
    + equivalents("double_loop", "for row, target in zip(X, y, strict=True):",
                  "for row, target in zip(X, y, strict=False):", reason=STRICT)
    + equivalents("double_loop", "residual = sum(a * b for a, b in zip(row, w, strict=True)) - target",
                  "residual = sum(a * b for a, b in zip(row, w, strict=False)) - target", reason=STRICT)
    + equivalents("multiplied_out", "return np.array(np.mean((np.tensordot(X, w, axes=1) - y) ** 2)), tuple(2 * (np.inner(G, w) - c))",
                  "return np.array(np.mean((y - np.tensordot(X, w, axes=1)) ** 2)), tuple(2 * (np.inner(G, w) - c))",
                  reason=SQUARE)
    + equivalents("notebook", "w = np.asarray(w, dtype=float)", "w = np.asarray(w)", reason=PROMOTED)
    + equivalents("notebook", "X = np.asarray(X, dtype=float)", "X = np.asarray(X)", reason=PROMOTED)
    + equivalents("notebook", "y = np.asarray(y, dtype=float)", "y = np.asarray(y)", reason=PROMOTED)
    + equivalents("notebook", "if X.ndim != 2 or len(X) == 0 or w.shape != (X.shape[1],) or y.shape != (len(X),):",
                  "if X.ndim != 2 or len(X) <= 0 or w.shape != (X.shape[1],) or y.shape != (len(X),):", reason=LENGTH)
)  # fmt: skip

EXERCISE = Exercise(
    solution=mse_loss_grad,
    points=3,
    cases=(
        case("two loans", given([0.0, 1.0]), given([[1.0, 1.0], [1.0, 3.0]]), given([2.0, 2.0]), public=True,
             why="by hand: the residuals are -1 and 1, so the mean square is 1 and the gradient 2/2 (-1 + 1, -1 + 3) = (0, 2)"),
        case("one loan", given([2.0]), given([[3.0]]), given([5.0]), public=True, kind="edge",
             why="by hand: the residual is 1, the loss 1, the gradient 2 * 1 * 3 = 6"),
        case("targets in a column", given([1.0, 1.0]), given([[1.0, 2.0], [1.0, 0.0]]), given([[1.0], [2.0]]), public=True,
             kind="error", why="with a column numpy subtracts every target from every prediction"),
        case("seven rows, three columns", normal(3), normal(7, 3), normal(7, loc=1.0), why="more rows than weights"),
        case("two rows, four columns", normal(4), normal(2, 4), normal(2), why="more weights than rows"),
        case("as many rows as columns", normal(4), normal(4, 4), normal(4), kind="edge",
             why="where X is square, X and its transpose are easily mixed up"),
        case("one row", normal(3), normal(1, 3), normal(1), kind="edge", why="the mean over one row is that row"),
        case("one column", normal(1), normal(6, 1), normal(6), kind="edge", why="with one weight the gradient still has a shape"),
        case("incomes", normal(3, scale=1e-5), normal(8, 3, loc=1e5, scale=2e4), normal(8, loc=3.0), kind="edge",
             why="amounts of 100,000 beside targets of 3"),
        case("a perfect fit", joint("whole numbers that fit exactly", _perfect), kind="edge",
             why="where every prediction is right, loss and gradient are 0"),
        case("whole numbers", joint("whole numbers with slopes that are not", _whole), kind="edge", why="whole numbers in, fractions out"),
        case("balances", normal(3), normal(9, 3), normal(9, loc=3e5, scale=1e5), kind="stability",
             why="beside a loss of a hundred billion a slope still has all its digits, if it comes from the formula"),
        case("lists", given((1, -2)), given(((1, 3), (2, -1), (4, 5))), given((2, 0, -3)), kind="edge",
             why="numbers may come as lists, which have no shape until they are arrays"),
        case("features of one byte", normal(3), made("integers(6, 3, low=100, high=250, dtype=uint8)", lambda r: r.integers(100, 250, (6, 3), dtype=np.uint8)),
             normal(6), kind="edge", why="in numbers of one byte 2 * 200 is 144"),
        case("a column of targets", normal(3), normal(5, 3), normal(5, 1), kind="error", why="y must be a vector"),
        case("a column beside a square", normal(4), normal(4, 4), normal(4, 1), kind="error",
             why="where X is square the table of all differences fits it again"),
        case("one target for all", normal(3), normal(5, 3), normal(1), kind="error",
             why="numpy stretches a single target over five rows"),
        case("features in a vector", normal(1), normal(5), normal(5), kind="error", why="X must be a matrix, also with one column"),
        case("two tables", normal(2), normal(2, 2, 2), normal(2), kind="error", why="X is one matrix, not a pile of them"),
        case("weights in a column", normal(4, 1), normal(4, 4), normal(4), kind="error",
             why="the predictions become a column, from which numpy subtracts every target"),
        case("weights with three axes", normal(1, 4, 1), normal(4, 4), normal(4), kind="error",
             why="w must be a vector; numpy multiplies a pile of columns one by one"),
        case("too few weights", normal(2), normal(5, 3), normal(5), kind="error", why="each column needs a weight"),
        case("too many targets", normal(3), normal(4, 3), normal(5), kind="error", why="each row needs one target"),
        case("no rows", normal(2), made("zeros(0, 2)", lambda _: np.zeros((0, 2))), made("zeros(0)", lambda _: np.zeros(0)),
             kind="error", why="without rows there is no mean"),
    ),
    checks=(
        value(rtol=NORMALISED, atol=SUM_OF_PRODUCTS, part=0, name="the loss is right"),
        value(rtol=NORMALISED, atol=SUM_OF_PRODUCTS, part=1, name="the gradient is right", of_largest=True),
    ),
    misconceptions=(
        gradient_missing_1_over_n, gradient_missing_2, residual_sign, absolute_residual, sum_not_mean, rmse, half_the_loss,
        broadcasts_a_column, square_of_mean, adds_penalty, results_swapped, divides_by_columns, numerical_gradient, whole_gradient,
    ),
    alternatives=(double_loop, mean_of_rows, multiplied_out),
    equivalents=EQUIVALENTS,
)  # fmt: skip
