"""Ridge regression with an intercept that is not penalised."""

from __future__ import annotations

import numpy as np

from reference.bounds import RIDGE, RIDGE_FLOOR, RIDGE_ILL
from reference.measures import value
from reference.recipes import given, integers, joint, made, normal
from reference.spec import Exercise, case, equivalents, misconception


def ridge_fit(X, y, lam):
    """Return the weights with the least mean squared error plus lam times the squared slopes.

    Parameters
    ----------
    X : array of shape (n, d)
        One row an observation; column 0 is all ones.
    y : array of shape (n,)
        Targets.
    lam : float
        Penalty, at least 0. With 0 the columns of `X` are independent.

    Returns
    -------
    array of shape (d,)
        The minimiser of the mean of (X w - y)**2 plus lam (w[1]**2 + ... + w[d-1]**2). The loss is a mean over the rows,
        the penalty is added to the mean, and the intercept w[0] is not penalised.

    Raises
    ------
    ValueError
        If `lam` is negative, or if `X` is not a matrix or `y` not a vector with one entry for each row.

    Examples
    --------
    >>> ridge_fit([[1, -1], [1, 1]], [1, 5], 1.0).round(6)
    array([3., 1.])
    """
    X, y = _checked(X, y, lam)
    return _augmented(X, y, np.sqrt(len(y) * lam))


def _augmented(X, y, strength):
    """Return the least-squares solution with a row for each slope below X, which the penalty amounts to."""
    d = X.shape[1]
    rows = strength * np.eye(d)[1:]
    return np.linalg.lstsq(np.vstack([X, rows]), np.concatenate([y, np.zeros(d - 1)]), rcond=None)[0]


def _checked(X, y, lam):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or y.shape != (len(X),) or not lam >= 0:
        msg = f"X and y have shapes {X.shape} and {y.shape}, lam is {lam}; needed are (n, d), (n,) and a penalty of at least 0"
        raise ValueError(msg)
    return X, y


def _with(X, y, lam, D):
    return np.linalg.solve(X.T @ X + len(y) * lam * D, X.T @ y)


def _slopes(d):
    D = np.eye(d)
    D[0, 0] = 0.0
    return D


def by_normal_equations(X, y, lam):
    X, y = _checked(X, y, lam)
    return list(_with(X, y, lam, _slopes(X.shape[1])))


def centred_svd(X, y, lam):
    X, y = _checked(X, y, lam)
    means = X[:, 1:].mean(axis=0)
    U, s, Vt = np.linalg.svd(X[:, 1:] - means, full_matrices=False)
    slopes = Vt.T @ (s / (s**2 + len(y) * lam) * (U.T @ (y - y.mean())))
    return np.concatenate([[y.mean() - means @ slopes], slopes])


def by_elimination(X, y, lam):
    """Add up the normal equations entry by entry and eliminate with row exchanges: no numpy."""
    X, y = (part.tolist() for part in _checked(X, y, lam))
    n, d = len(X), len(X[0])
    rows = [
        [sum(r[i] * r[j] for r in X) / n + (lam if i == j > 0 else 0) for j in range(d)]
        + [sum(r[i] * t for r, t in zip(X, y, strict=True)) / n]
        for i in range(d)
    ]
    for k in range(d):
        p = max(range(k, d), key=lambda i: abs(rows[i][k]))
        rows[k], rows[p] = rows[p], rows[k]
        for i in range(d):
            if i != k:
                factor = rows[i][k] / rows[k][k]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return tuple(rows[i][d] / rows[i][i] for i in range(d))


@misconception("How large is your extra term beside the squares of a column in thousandths?")
def a_little_for_safety(X, y, lam):
    X, y = _checked(X, y, lam)
    A = X.T @ X + len(y) * lam * _slopes(X.shape[1])
    return np.linalg.solve(A + 1e-8 * np.eye(X.shape[1]), X.T @ y)


@misconception("Our loss is a mean: duplicate every row and compare the weights.")
def forgets_factor_n(X, y, lam):
    X, y = _checked(X, y, lam)
    return _augmented(X, y, np.sqrt(lam))


@misconception("Does more data need more or less penalty in this convention?")
def divides_lambda_by_n(X, y, lam):
    X, y = _checked(X, y, lam)
    return _augmented(X, y, np.sqrt(lam / len(y)))


@misconception("Which entries of the matrix belong to the squares of the weights?")
def adds_lambda_to_all_entries(X, y, lam):
    X, y = _checked(X, y, lam)
    d = X.shape[1]
    return np.linalg.pinv(X.T @ X + len(y) * lam * np.ones((d, d))) @ (X.T @ y)


@misconception("What do you predict for an average client?")
def centres_y_but_drops_intercept(X, y, lam):
    w = ridge_fit(X, y, lam)
    w[0] = 0.0
    return w


@misconception("Where is the column of ones?")
def penalises_last_instead_of_first(X, y, lam):
    X, y = _checked(X, y, lam)
    D = np.eye(X.shape[1])
    D[-1, -1] = 0.0
    return np.linalg.pinv(X.T @ X + len(y) * lam * D) @ (X.T @ y)


@misconception("Let lam grow: should the average prediction go to 0?")
def penalises_the_intercept(X, y, lam):
    X, y = _checked(X, y, lam)
    return np.linalg.pinv(X.T @ X + len(y) * lam * np.eye(X.shape[1])) @ (X.T @ y)


@misconception("Does lam change anything?")
def no_regularisation(X, y, lam):
    X, y = _checked(X, y, lam)
    return np.linalg.lstsq(X, y, rcond=None)[0]


@misconception("Is the penalty lam times the squares, or half of that?")
def half_the_penalty(X, y, lam):
    return ridge_fit(X, y, lam / 2)


@misconception("Which power of lam stands in the formula?")
def lambda_squared(X, y, lam):
    return ridge_fit(X, y, lam**2)


@misconception("Does a penalty pull weights towards 0 or away from it?")
def penalty_subtracted(X, y, lam):
    X, y = _checked(X, y, lam)
    return np.linalg.pinv(X.T @ X - len(y) * lam * _slopes(X.shape[1])) @ (X.T @ y)


@misconception("What predicts the level, if the slopes are all 0?")
def intercept_is_the_mean_of_y(X, y, lam):
    w = ridge_fit(X, y, lam)
    w[0] = np.mean(y)
    return w


@misconception("Is it the absolute slope that is penalised, or its square? Compare small and large slopes.")
def shrinks_by_a_constant(X, y, lam):
    X, y = _checked(X, y, lam)
    w = np.linalg.lstsq(X, y, rcond=None)[0]
    w[1:] = np.sign(w[1:]) * np.maximum(np.abs(w[1:]) - lam, 0)
    return w


def _with_ones(rng, n, d):
    return np.column_stack([np.ones(n), rng.standard_normal((n, d - 1)) + rng.uniform(0.5, 1.5, d - 1)])


def _right_angles(_):
    signs = np.array([1.0, -1.0])
    return np.column_stack([np.ones(8), np.tile(signs, 4), np.tile(np.repeat(signs, 2), 2), np.repeat(signs, 4)])


def _collinear(rng):
    X = _with_ones(rng, 9, 3)
    return np.column_stack([X, X[:, 1] + X[:, 2]])


RCOND = "without a threshold numpy 2 takes the one that rcond=None stands for"
PROMOTED = "stacked or multiplied with float64, whole numbers and float32 are promoted to it exactly"
RAISED = (
    "numpy does not stack rows below a matrix of three axes, does not join zeros to a column, and does not solve for "
    "another number of targets: each raises ValueError"
)
UNPACKED = "a shape of three lengths is not unpacked into two: that raises ValueError as well"
INVERSE = (
    "the inverse errs by the condition times the rounding unit as well: at most 2e-6 of what is allowed over 40 draws"
)
CENTRED = (
    "the columns are centred, so that a constant added to the targets is at right angles to them: it changes at most "
    "5e-6 of what is allowed over 40 draws"
)
SYMMETRIC = "x'y = y'x, term by term in the same order"
ROWS = "all rows have the same length"
POSITION = "a position is never negative"
STRICT = "the lengths were compared before, or come from the same d"
DEFINITE = (
    "the matrix is positive definite, for which elimination without exchanges is stable (Higham, chapter 10): at most "
    "2e-6 of what is allowed over 40 draws"
)
SIGN = "an equation holds with the opposite signs too, and the quotient at the end is the same"
EQUIVALENTS = (
    equivalents("ridge_fit", "return np.linalg.lstsq(np.vstack([X, rows]), np.concatenate([y, np.zeros(d - 1)]), rcond=None)[0]",
                "return np.linalg.lstsq(np.vstack([X, rows]), np.concatenate([y, np.zeros(d - 1)]))[0]", reason=RCOND)
    + equivalents("ridge_fit", "X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)",
                  "X, y = np.asarray(X), np.asarray(y, dtype=float)",
                  "X, y = np.asarray(X, dtype=float), np.asarray(y)", reason=PROMOTED)
    + equivalents("ridge_fit", "if X.ndim != 2 or y.shape != (len(X),) or not lam >= 0:",
                  "if X.ndim < 2 or y.shape != (len(X),) or not lam >= 0:",
                  "if X.ndim != 2 or y.shape < (len(X),) or not lam >= 0:", reason=RAISED)
    + equivalents("by_normal_equations", "return np.linalg.solve(X.T @ X + len(y) * lam * D, X.T @ y)",
                  "return np.linalg.inv(X.T @ X + len(y) * lam * D) @ (X.T @ y)", reason=INVERSE)
    + equivalents("centred_svd", "slopes = Vt.T @ (s / (s**2 + len(y) * lam) * (U.T @ (y - y.mean())))",
                  "slopes = Vt.T @ (s / (s**2 + len(y) * lam) * (U.T @ (y - y.sum())))",
                  "slopes = Vt.T @ (s / (s**2 + len(y) * lam) * (U.T @ (y + y.mean())))", reason=CENTRED)
    + equivalents("centred_svd", "return np.concatenate([[y.mean() - means @ slopes], slopes])",
                  "return np.concatenate([[y.mean() - slopes @ means], slopes])", reason=SYMMETRIC)
    + equivalents("by_elimination", "n, d = len(X), len(X[0])", "n, d = len(X), len(X[-1])", reason=ROWS)
    + equivalents("by_elimination", "[sum(r[i] * r[j] for r in X) / n + (lam if i == j > 0 else 0) for j in range(d)]",
                  "[sum(r[i] * r[j] for r in X) / n + (lam if i == j != 0 else 0) for j in range(d)]", reason=POSITION)
    + equivalents("by_elimination", "+ [sum(r[i] * t for r, t in zip(X, y, strict=True)) / n]",
                  "+ [sum(r[i] * t for r, t in zip(X, y, strict=False)) / n]", reason=STRICT)
    + equivalents("by_elimination", "rows[k], rows[p] = rows[p], rows[k]", "pass", reason=DEFINITE)
    + equivalents("by_elimination", "rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]",
                  "rows[i] = [factor * b - a for a, b in zip(rows[i], rows[k], strict=True)]", reason=SIGN)
    + equivalents("by_elimination", "rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]",
                  "rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=False)]", reason=STRICT)
    + equivalents("notebook", "y = np.asarray(y, dtype=float)", "y = np.asarray(y)", reason=PROMOTED)
    + equivalents("notebook", "if lam < 0 or X.ndim != 2 or y.shape != (len(X),):",
                  "if lam < 0 or X.ndim < 2 or y.shape != (len(X),):", reason=UNPACKED)
    + equivalents("notebook", "return np.linalg.solve(X.T @ X + n * lam * D, X.T @ y)",
                  "return np.linalg.inv(X.T @ X + n * lam * D) @ (X.T @ y)", reason=INVERSE)
)  # fmt: skip

EXERCISE = Exercise(
    solution=ridge_fit,
    points=4,
    cases=(
        case("two months", given([[1.0, -1.0], [1.0, 1.0]]), given([1.0, 5.0]), given(1.0), public=True,
             why="by hand: the mean is 3, the slope without penalty 2; (2 + 2 * 1) w = 4 halves it to 1"),
        case("no penalty", given([[1.0, -1.0], [1.0, 1.0]]), given([1.0, 5.0]), given(0.0), public=True, kind="edge",
             why="by hand: without penalty the line goes through both points, 3 + 2x"),
        case("negative penalty", given([[1.0, 0.0], [1.0, 1.0]]), given([1.0, 2.0]), given(-0.1), public=True, kind="error",
             why="a negative penalty would reward large weights"),
        case("twelve months, three indicators", made("ones and three columns", lambda r: _with_ones(r, 12, 4)), normal(12, loc=4.0), given(0.3),
             why="an intercept that is not penalised, slopes that are"),
        case("forty months", made("ones and four columns", lambda r: _with_ones(r, 40, 5)), normal(40, loc=-6.0, scale=2.0), given(0.05),
             why="the loss is a mean, so the number of rows matters"),
        case("penalty 0, ten months", made("ones and two columns", lambda r: _with_ones(r, 10, 3)), normal(10, loc=2.0), given(0.0), kind="edge",
             why="without penalty it is least squares"),
        case("a huge penalty", made("ones and three columns", lambda r: _with_ones(r, 15, 4)), normal(15, loc=30.0), given(1e4), kind="edge",
             why="the slopes go to 0 and the intercept to the mean of the targets"),
        case("indicators that move together", made("ones, two columns and their sum", _collinear), normal(9, loc=1.0), given(0.2), kind="edge",
             checks=(value(rtol=RIDGE_ILL, atol=RIDGE_FLOOR, of_largest=True),),
             why="where columns make up others the penalty alone makes the weights unique"),
        case("more indicators than months", made("ones and seven columns, five rows", lambda r: _with_ones(r, 5, 8)), normal(5, loc=2.0), given(0.1),
             kind="edge", checks=(value(rtol=RIDGE_ILL, atol=RIDGE_FLOOR, of_largest=True),),
             why="with more weights than rows the penalty decides"),
        case("indicators as small shares", made("ones and two columns of a thousandth", lambda r: _with_ones(r, 14, 3) * [1, 1e-3, 1e-3]), normal(14, loc=5.0), given(2e-7),
             kind="edge", why="a penalty acts on weights in their own units, and beside small features a small one counts"),
        case("only an intercept", made("ones(6, 1)", lambda _: np.ones((6, 1))), normal(6, loc=9.0), given(2.0), kind="edge",
             why="nothing is penalised, so the mean is left"),
        case("whole numbers", joint("ones and whole columns", lambda r: (np.column_stack([np.ones(8, int), r.integers(1, 9, 8), r.integers(-9, 0, 8)]), r.integers(10, 60, 8))),
             given(1), kind="edge", why="whole numbers in, fractions out"),
        case("lists", given(((1, 2, 0), (1, -1, 3), (1, 0, 1), (1, 4, 5))), given((3, 1, 2, 7)), given(0.5), kind="edge",
             why="numbers may come as lists, which have no shape until they are arrays"),
        case("single precision", made("ones and two columns of float32", lambda r: _with_ones(r, 9, 3).astype(np.float32)), normal(9, loc=2.0, dtype=np.float32),
             given(0.1), kind="edge", why="sums of products that are computed in seven digits have seven"),
        case("numbers of one byte", made("ones and two columns of uint8", lambda r: np.column_stack([np.ones(7, np.uint8), r.integers(100, 250, (7, 2), dtype=np.uint8)])),
             normal(7, loc=5.0), given(0.4), kind="edge", why="in numbers of one byte 200 * 200 is 64"),
        case("one month", made("ones and two columns, one row", lambda r: _with_ones(r, 1, 3)), normal(1, loc=3.0), given(0.5), kind="edge",
             why="from one row no slope can be learnt: the intercept meets it and the slopes are 0"),
        case("indicators at right angles", made("ones and three columns of 1 and -1, all at right angles", _right_angles), normal(8, loc=4.0), given(0.3),
             kind="edge", why="where all products of columns are 0, each slope is shrunk by itself; who eliminates finds zeros beside the diagonal"),
        case("indicators that cancel", given([[1.0, 0.0, -1.0], [1.0, 4.0, 3.0], [1.0, 0.0, 1.0], [1.0, 4.0, 1.0]]), normal(4, loc=2.0), given(0.0),
             kind="edge", why="elimination meets an entry of exactly 0 beside a negative one, and the larger in size is the one to divide by"),
        case("penalty below zero", normal(5, 2), normal(5), given(-1.0), kind="error", why="a penalty is at least 0"),
        case("a negative penalty on nothing", made("ones(6, 1)", lambda _: np.ones((6, 1))), normal(6), given(-2.0), kind="error",
             why="a penalty is at least 0, also where there is no slope"),
        case("just below zero", made("ones(4, 1)", lambda _: np.ones((4, 1))), normal(4), given(-0.5), kind="error", why="a penalty is at least 0"),
        case("indicators in a vector", normal(5), normal(5), given(1.0), kind="error", why="X must be a matrix, also with one column"),
        case("a single number for the indicators", given(1.0), normal(1), given(1.0), kind="error", why="X must be a matrix, also with one entry"),
        case("a single number for the targets", normal(5, 2), given(2.0), given(1.0), kind="error", why="each row needs a target of its own"),
        case("targets with three axes", normal(5, 2), normal(1, 5, 1), given(1.0), kind="error",
             why="y must be a vector; numpy multiplies a pile of columns one by one"),
        case("rows that do not match", normal(5, 2), normal(4), given(1.0), kind="error", why="each row needs one target"),
        case("targets in a column", normal(5, 2), integers(5, 1, low=0, high=9), given(1.0), kind="error", why="y must be a vector"),
    ),
    checks=(value(rtol=RIDGE, atol=RIDGE_FLOOR, of_largest=True),),
    misconceptions=(
        forgets_factor_n, divides_lambda_by_n, adds_lambda_to_all_entries, centres_y_but_drops_intercept,
        penalises_last_instead_of_first, penalises_the_intercept, no_regularisation, half_the_penalty, lambda_squared,
        penalty_subtracted, intercept_is_the_mean_of_y, shrinks_by_a_constant, a_little_for_safety,
    ),
    alternatives=(by_normal_equations, centred_svd, by_elimination),
    equivalents=EQUIVALENTS,
)  # fmt: skip
