"""Least squares, whatever the rank."""

from __future__ import annotations

import itertools
import math

import numpy as np

from reference.bounds import LEAST_SQUARES_ILL, NORMAL_EQUATIONS, SOLUTION
from reference.measures import value
from reference.recipes import given, integers, joint, made, normal
from reference.spec import Check, Exercise, case, check, equivalents, misconception


def ols_fit(X, y):
    """Return weights whose predictions X w are as near to y as any, in the sum of squares.

    Parameters
    ----------
    X : array of shape (n, d)
        One row an observation; the column of ones is already in it. Columns may be mixtures of others, and there may
        be more columns than rows.
    y : array of shape (n,)
        Targets.

    Returns
    -------
    array of shape (d,)
        Weights. Where several are equally good any of them will do, as long as they are not absurdly large.

    Raises
    ------
    ValueError
        If `X` is not a matrix or `y` is not a vector with one entry for each row.

    Examples
    --------
    >>> ols_fit([[1, 0], [1, 1], [1, 2]], [1, 3, 5]).round(6)
    array([1., 2.])
    """
    X, y = _checked(X, y)
    return np.linalg.lstsq(X, y, rcond=None)[0]


def _checked(X, y):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or y.shape != (len(X),):
        msg = f"X and y have shapes {X.shape} and {y.shape}; needed are (n, d) and (n,)"
        raise ValueError(msg)
    return X, y


def dropping_columns(X, y):
    X, y = _checked(X, y)
    w, basis, kept = np.zeros(X.shape[1]), np.zeros((len(X), 0)), []
    for j in np.argsort(-np.linalg.norm(X, axis=0), kind="stable"):
        left = X[:, j]
        for _ in range(2):
            left = left - basis @ (basis.T @ left)
        if np.linalg.norm(left) > 1e-11 * np.linalg.norm(X[:, j]):
            basis, kept = np.column_stack([basis, left / np.linalg.norm(left)]), [*kept, j]
    Q, R = np.linalg.qr(X[:, kept])
    w[kept] = np.linalg.solve(R, Q.T @ y)
    return w


def by_pseudo_inverse(X, y):
    X, y = _checked(X, y)
    return list(np.linalg.pinv(X) @ y)


def by_truncated_svd(X, y):
    X, y = _checked(X, y)
    sizes = np.linalg.norm(X, axis=0)
    sizes[sizes == 0] = 1.0
    U, s, Vt = np.linalg.svd(X / sizes, full_matrices=False)
    r = int(np.sum(s > 1e-12 * s[0]))
    return Vt[:r].T @ ((U[:, :r].T @ y) / s[:r]) / sizes


def modified_gram_schmidt(X, y):
    """Orthogonalise the columns from left to right, drop what adds nothing, and substitute backwards: no numpy."""
    X, y = _checked(X, y)
    columns, basis, kept, rows = X.T.tolist(), [], [], []
    for j, column in enumerate(columns):
        left, shares = list(column), [0.0] * len(basis)
        for _ in range(2):
            for i, q in enumerate(basis):
                share = sum(a * b for a, b in zip(q, left, strict=True))
                left = [a - share * b for a, b in zip(left, q, strict=True)]
                shares[i] += share
        length = math.sqrt(sum(a * a for a in left))
        if length > 1e-10 * math.sqrt(sum(a * a for a in column)):
            basis, kept = [*basis, [a / length for a in left]], [*kept, j]
            rows.append([*shares, length])
    weights = [0.0] * len(columns)
    for i in reversed(range(len(kept))):
        known = sum(rows[k][i] * weights[kept[k]] for k in range(i + 1, len(kept)))
        weights[kept[i]] = (sum(a * b for a, b in zip(basis[i], y.tolist(), strict=True)) - known) / rows[i][i]
    return weights


@misconception("Is the matrix that you invert of full rank? Try dummies for every region beside an intercept.")
def inverts_singular_gram(X, y):
    X, y = _checked(X, y)
    return np.linalg.inv(X.T @ X) @ X.T @ y


@misconception("What happens to the condition number when X is multiplied by its transpose?")
def normal_equations(X, y):
    X, y = _checked(X, y)
    return np.linalg.solve(X.T @ X, X.T @ y)


@misconception("Is your residual still at right angles to the columns?")
def hidden_ridge_jitter(X, y):
    X, y = _checked(X, y)
    return np.linalg.solve(X.T @ X + 1e-3 * np.eye(X.shape[1]), X.T @ y)


@misconception("Does X already contain it?")
def adds_second_intercept(X, y):
    X, y = _checked(X, y)
    return ols_fit(np.column_stack([np.ones(len(X)), X]), y)


@misconception("What does your model predict when all features are 0?")
def drops_the_intercept(X, y):
    X, y = _checked(X, y)
    w = np.zeros(X.shape[1])
    w[1:] = ols_fit(X[:, 1:], y)
    return w


@misconception("Are the targets that you fit the ones that you were given?")
def centres_the_targets_only(X, y):
    X, y = _checked(X, y)
    return ols_fit(X, y - y.mean())


@misconception("How many of the rows have a say in your weights?")
def fits_the_first_rows_only(X, y):
    X, y = _checked(X, y)
    return ols_fit(X[: X.shape[1]], y[: X.shape[1]])


@misconception("Which directions do you throw away? Are they unimportant, or measured in large units?")
def truncates_too_much(X, y):
    X, y = _checked(X, y)
    return np.linalg.pinv(X, rcond=0.05) @ y


@misconception("Are weights asked for, or predictions?")
def returns_predictions(X, y):
    X, y = _checked(X, y)
    return X @ ols_fit(X, y)


@misconception("How do you know that you have arrived?")
def too_few_descent_steps(X, y):
    X, y = _checked(X, y)
    w, step = np.zeros(X.shape[1]), 1 / np.linalg.norm(X, 2) ** 2
    for _ in range(100):
        w = w - step * X.T @ (X @ w - y)
    return w


@misconception("In which units are your weights?")
def weights_of_scaled_columns(X, y):
    X, y = _checked(X, y)
    sizes = X.std(axis=0)
    sizes[sizes == 0] = 1.0
    return ols_fit(X / sizes, y)


@misconception("Does the fit of one feature stay the same when another one is added?")
def one_feature_at_a_time(X, y):
    X, y = _checked(X, y)
    squares = (X * X).sum(axis=0)
    return (X.T @ y) / np.where(squares == 0, 1.0, squares)


@check("the residual is at right angles to every column")
def perpendicular(X, y, w):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    size = np.sqrt(np.sum(X * X)) * np.sqrt(np.sum(y * y))
    return np.max(np.abs(X.T @ (X @ w - y))), NORMAL_EQUATIONS * size


@check("no other weights leave less")
def least(X, y, w):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    best = X @ np.linalg.lstsq(X, y, rcond=None)[0] - y
    missed = X @ w - y
    return np.sqrt(np.sum(missed**2)) - np.sqrt(np.sum(best**2)), NORMAL_EQUATIONS * np.sqrt(np.sum(y * y))


def _size(expected, got):
    # A thousand times the shortest solution is absurd, and what dividing by rounding errors gives is larger still.
    return np.sqrt(np.sum(got**2)), 1e3 * np.sqrt(np.sum(np.asarray(expected) ** 2)) + 1e-9


reasonable = Check(name="the weights are of a reasonable size", residual=_size, against="expected")
PROPERTIES = (perpendicular, least, reasonable)
UNIQUE = (*PROPERTIES, value(rtol=SOLUTION, of_largest=True, name="the weights are right"))


def _with_ones(rng, n, d):
    return np.column_stack([np.ones(n), rng.standard_normal((n, d - 1)) + rng.uniform(-1, 1, d - 1)])


def _hardly_explained(rng):
    # Rounding X's singular vectors to single precision errs by 1e-7 of y, whatever little of it X explains.
    X = rng.standard_normal((9, 3)).astype(np.float32)
    Q, _ = np.linalg.qr(X.astype(float))
    rest = rng.standard_normal(9)
    return X, X.astype(float) @ rng.uniform(1, 2, 3) + 1e5 * (rest - Q @ (Q.T @ rest))


def _regions(rng):
    """Return an intercept, dummies for all of three regions, and a size: the dummies add up to the intercept."""
    region = rng.permutation(np.repeat([0, 1, 2], [5, 3, 4]))
    return np.column_stack([np.ones(12), np.eye(3)[region], rng.uniform(40, 160, 12)])


def _mixed_units(rng):
    X = _with_ones(rng, 9, 3)
    X[:, 1] *= 1e6
    X[:, 2] *= 1e-3
    return X


def _collinear(rng):
    X = _with_ones(rng, 8, 3)
    return np.column_stack([X, 2 * X[:, 1] - 0.5 * X[:, 2] + 1])


def _with_zeros(rng):
    return np.column_stack([_with_ones(rng, 8, 3), np.zeros(8)])


def _mixtures(rng):
    """Return five rows of two columns and three mixtures of these."""
    a, b = rng.standard_normal((2, 5))
    return np.column_stack([a, b, a + b, a - b, 0.3 * a + 0.7 * b])


def _almost(rng):
    """Return an intercept, two indices, and one that is their sum to a millionth: condition 3e6."""
    a, b, noise = rng.standard_normal((3, 10))
    return np.column_stack([np.ones(10), a, b, a + b + 1e-6 * noise])


def _exact(rng):
    X = np.column_stack([np.ones(6), rng.integers(-5, 6, (6, 2))])
    X[:2, 1:] = [[1, 4], [3, -2]]
    return X, X @ rng.integers(1, 6, 3)


def _wide(rng):
    """Return four rows of seven features, and targets, that any four of the columns fit with weights of a fair size.

    Whoever solves for four columns and leaves the others at 0 is as right as whoever returns the shortest weights; but
    four columns of a careless draw may be so nearly dependent that their weights are a thousand times longer.
    """
    while True:
        X, y = rng.standard_normal((4, 7)), rng.standard_normal(4)
        squares = np.array([X[:, four] for four in itertools.combinations(range(7), 4)])
        longest = np.linalg.norm(np.linalg.solve(squares, np.broadcast_to(y[:, None], (35, 4, 1))), axis=1).max()
        if longest < 50 * np.linalg.norm(np.linalg.pinv(X) @ y):
            return X, y


def _curve(rng):
    """Return powers 0 to 9 of 40 maturities in [0.2, 1], condition 5e7, and targets very near a polynomial.

    With more noise the condition would enter squared into every solution (Higham, theorem 20.1), the stable ones included.
    """
    x = np.linspace(0.2, 1, 40)
    X = x[:, None] ** np.arange(10)
    return X, X @ rng.uniform(-1, 1, 10) + 1e-6 * rng.standard_normal(40)


RCOND = "without a threshold numpy 2 takes the one that rcond=None stands for"
PROMOTED = "where the other array is float64, numpy promotes whole numbers and float32 to it exactly"
RAISED = "for a pile of matrices and for targets of another shape numpy raises LinAlgError itself, a ValueError"
NOTHING = "a direction of zeros takes nothing away"
ORDER = (
    "in whatever order columns are tried, those kept span the same space, and of equally good weights any will do: at "
    "most 0.03 of what is allowed over 40 draws"
)
PASSES = (
    "the basis only decides which columns are kept: a redundant one leaves at most 6e-14 of its length after one pass "
    "and 1e-15 after two or three, over 200 draws, and the threshold is 1e-11"
)
THIRD = "a third pass changes rounding errors only: at most 0.03 of what is allowed over 40 draws, as with two"
SIGN = "of what is left only the length and the line count, which the opposite direction shares"
GAP = (
    "over 200 draws a redundant column leaves at most 1e-15 and any other at least 2e-7 of its length; singular values "
    "are below 4e-16 of the largest, or above 2e-10, and 2e-8 if columns have length 1; every threshold tried here finds "
    "the same rank, and where redundancy begins is not promised"
)
INVERSE = (
    "the inverse errs by the condition times the rounding unit as well: at most 0.03 of what is allowed over 40 draws"
)
ZEROS = "a column of zeros stays one, whatever positive number it is divided by"
NOT_NEGATIVE = "a length is never negative"
UNSCALED = (
    "without scaling, the singular values err by the rounding unit of the largest, for which the bounds leave room: at "
    "most 0.04 of what is allowed over 40 draws"
)
CUT = "the directions beyond the rank are cut away"
INTEGER = "numpy's whole numbers slice like Python's"
UNIT = (
    "with columns of length 1 or 0 the largest singular value is from 1 to the root of their number, or 0 with rank 0"
)
STRICT = "all have one entry for each row, which was compared before"
UNKNOWN = "the weight that is to be found is still 0, so that its own term adds nothing"
EQUIVALENTS = (
    equivalents("ols_fit", "return np.linalg.lstsq(X, y, rcond=None)[0]",
                "return np.linalg.lstsq(X, y)[0]", reason=RCOND)
    + equivalents("ols_fit", "X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)",
                  "X, y = np.asarray(X), np.asarray(y, dtype=float)",
                  "X, y = np.asarray(X, dtype=float), np.asarray(y)", reason=PROMOTED)
    + equivalents("ols_fit", "if X.ndim != 2 or y.shape != (len(X),):",
                  "if X.ndim < 2 or y.shape != (len(X),):", "if X.ndim != 2 or y.shape > (len(X),):", reason=RAISED)
    + equivalents("dropping_columns", "w, basis, kept = np.zeros(X.shape[1]), np.zeros((len(X), 0)), []",
                  "w, basis, kept = np.zeros(X.shape[1]), np.zeros((len(X), 1)), []", reason=NOTHING)
    + equivalents("dropping_columns", 'for j in np.argsort(-np.linalg.norm(X, axis=0), kind="stable"):',
                  "for j in np.argsort(-np.linalg.norm(X, axis=0)):",
                  'for j in np.argsort(np.linalg.norm(X, axis=0), kind="stable"):', reason=ORDER)
    + equivalents("dropping_columns", "for _ in range(2):",
                  "for _ in range(2 - 1):", "for _ in range(3):", "for _ in range(1):", reason=PASSES)
    + equivalents("dropping_columns", "left = left - basis @ (basis.T @ left)",
                  "left = basis @ (basis.T @ left) - left", reason=SIGN)
    + equivalents("dropping_columns", "if np.linalg.norm(left) > 1e-11 * np.linalg.norm(X[:, j]):",
                  "if np.linalg.norm(left) > 1e-08 * np.linalg.norm(X[:, j]):",
                  "if np.linalg.norm(left) > 1e-14 * np.linalg.norm(X[:, j]):", reason=GAP)
    + equivalents("dropping_columns", "w[kept] = np.linalg.solve(R, Q.T @ y)",
                  "w[kept] = np.linalg.inv(R) @ (Q.T @ y)", reason=INVERSE)
    + equivalents("by_truncated_svd", "sizes[sizes == 0] = 1.0",
                  "sizes[sizes == 0] = 2.0", "sizes[sizes == 0] = 0.5", reason=ZEROS)
    + equivalents("by_truncated_svd", "sizes[sizes == 0] = 1.0", "sizes[sizes <= 0] = 1.0", reason=NOT_NEGATIVE)
    + equivalents("by_truncated_svd", "sizes[sizes == 0] = 1.0", "sizes[sizes >= 0] = 1.0", reason=UNSCALED)
    + equivalents("by_truncated_svd", "U, s, Vt = np.linalg.svd(X / sizes, full_matrices=False)",
                  "U, s, Vt = np.linalg.svd(X / sizes)", "U, s, Vt = np.linalg.svd(X / sizes, full_matrices=True)",
                  reason=CUT)
    + equivalents("by_truncated_svd", "r = int(np.sum(s > 1e-12 * s[0]))",
                  "r = np.sum(s > 1e-12 * s[0])", reason=INTEGER)
    + equivalents("by_truncated_svd", "r = int(np.sum(s > 1e-12 * s[0]))",
                  "r = int(np.sum(s > 1e-09 * s[0]))", "r = int(np.sum(s > 1e-15 * s[0]))", reason=GAP)
    + equivalents("by_truncated_svd", "r = int(np.sum(s > 1e-12 * s[0]))",
                  "r = int(np.sum(s > 1e-12 / s[0]))", "r = int(np.sum(s > 1e-12 % s[0]))", reason=UNIT)
    + equivalents("modified_gram_schmidt", "for _ in range(2):", "for _ in range(3):", reason=THIRD)
    + equivalents("modified_gram_schmidt", "share = sum(a * b for a, b in zip(q, left, strict=True))",
                  "share = sum(a * b for a, b in zip(q, left, strict=False))", reason=STRICT)
    + equivalents("modified_gram_schmidt", "left = [a - share * b for a, b in zip(left, q, strict=True)]",
                  "left = [a - share * b for a, b in zip(left, q, strict=False)]", reason=STRICT)
    + equivalents("modified_gram_schmidt", "if length > 1e-10 * math.sqrt(sum(a * a for a in column)):",
                  "if length > 1e-07 * math.sqrt(sum(a * a for a in column)):",
                  "if length > 1e-13 * math.sqrt(sum(a * a for a in column)):", reason=GAP)
    + equivalents("modified_gram_schmidt", "known = sum(rows[k][i] * weights[kept[k]] for k in range(i + 1, len(kept)))",
                  "known = sum(rows[k][i] * weights[kept[k]] for k in range(i, len(kept)))",
                  "known = sum(rows[k][i] * weights[kept[k]] for k in range(i * 1, len(kept)))",
                  "known = sum(rows[k][i] * weights[kept[k]] for k in range(i // 1, len(kept)))",
                  "known = sum(rows[k][i] * weights[kept[k]] for k in range(i ** 1, len(kept)))",
                  "known = sum(rows[k][i] * weights[kept[k]] for k in range(i + 0, len(kept)))", reason=UNKNOWN)
    + equivalents("modified_gram_schmidt", "weights[kept[i]] = (sum(a * b for a, b in zip(basis[i], y.tolist(), strict=True)) - known) / rows[i][i]",
                  "weights[kept[i]] = (sum(a * b for a, b in zip(basis[i], y.tolist(), strict=False)) - known) / rows[i][i]",
                  reason=STRICT)
    + equivalents("notebook", "y = np.asarray(y, dtype=float)", "y = np.asarray(y)", reason=PROMOTED)
    + equivalents("notebook", "keep = s > 1e-14 * max(X.shape) * s[0]",
                  "keep = s > 1e-11 * max(X.shape) * s[0]", "keep = s > 1e-14 * min(X.shape) * s[0]",
                  "keep = s > 1e-14 / max(X.shape) * s[0]", "keep = s > 1e-14 % max(X.shape) * s[0]", reason=GAP)
)  # fmt: skip

EXERCISE = Exercise(
    solution=ols_fit,
    points=4,
    cases=(
        case("a straight line", given([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), given([1.0, 3.0, 5.0]), public=True, checks=UNIQUE,
             why="by hand: the points lie on 1 + 2x"),
        case("three prices of one flat", given([[1.0], [1.0], [1.0]]), given([2.0, 3.0, 7.0]), public=True, kind="edge", checks=UNIQUE,
             why="by hand: with nothing but an intercept the best prediction is the mean, 4"),
        case("too many prices", given([[1.0, 0.0], [1.0, 1.0]]), given([1.0, 2.0, 3.0]), public=True, kind="error",
             why="each row needs one target"),
        case("twelve flats, three features", made("ones and normal(12, 3)", lambda r: _with_ones(r, 12, 4)), normal(12, loc=5.0),
             checks=UNIQUE, why="more rows than weights, and an intercept that matters"),
        case("forty flats", made("ones and normal(40, 5)", lambda r: _with_ones(r, 40, 6)), normal(40, loc=-3.0), checks=UNIQUE,
             why="all rows have a say"),
        case("as many flats as features", made("ones and normal(5, 4), made safe", lambda r: _with_ones(r, 5, 5) + 3 * np.diag([0, 1, 1, 1, 1])),
             normal(5), kind="edge", checks=UNIQUE, why="with as many weights as rows the fit is exact"),
        case("an exact fit", joint("whole numbers on a plane", _exact), kind="edge", checks=UNIQUE,
             why="where a plane goes through all points, nothing is left"),
        case("every region has a dummy", made("intercept, three dummies, a size", _regions), normal(12, loc=300.0, scale=40.0), kind="edge",
             why="the dummies add up to the intercept, so the weights are not unique, but the predictions are"),
        case("a mixture of columns", made("ones, two columns and a mixture of all", _collinear), normal(8), kind="edge",
             why="a column that others make up adds nothing and must not break the fit"),
        case("fewer flats than features", joint("normal(4, 7), no four columns nearly dependent", _wide), kind="edge",
             why="with more weights than rows many fit exactly, and X'X has no inverse"),
        case("euros and shares", made("ones, a column of 1e6, a column of 1e-3", _mixed_units), normal(9), kind="edge",
             why="a small unit is not a small effect"),
        case("whole numbers", integers(9, 3, low=-6, high=7), integers(9, low=-20, high=21), kind="edge", checks=PROPERTIES,
             why="whole numbers in, fractions out"),
        case("a curve of degree nine", joint("powers of 40 maturities", _curve), kind="stability",
             checks=(value(rtol=LEAST_SQUARES_ILL, of_largest=True, name="the weights are right"),),
             why="the columns are nearly dependent, and X'X squares what is bad about them"),
        case("indices that almost add up", made("ones, two columns and nearly their sum", _almost), normal(10, loc=4.0), kind="stability",
             checks=(perpendicular,), why="the prices hold information about a difference of a millionth, and an inverse of X'X drowns it"),
        case("lists", given(((1, 2), (1, 4), (1, 5), (1, 9))), given((3, 4, 8, 9)), kind="edge", checks=UNIQUE,
             why="numbers may come as lists, which have no shape until they are arrays"),
        case("single precision", joint("normal(9, 3) in single precision, targets that it hardly explains", _hardly_explained), kind="edge",
             checks=UNIQUE, why="what is computed in seven digits has seven, and fewer where features explain little"),
        case("one feature", normal(7, 1, loc=2.0), normal(7), kind="edge", checks=UNIQUE, why="one column has one singular value"),
        case("one flat", made("1 and two of uniform(0.5, 3)", lambda r: np.append(1.0, r.uniform(0.5, 3, 2))[None]), normal(1, loc=3.0), kind="edge",
             why="one row is met exactly, in many ways"),
        case("a feature that is always 0", made("ones, two columns and zeros", _with_zeros), normal(8, loc=2.0), kind="edge",
             why="a column of zeros has no length to divide by"),
        case("nothing known", made("zeros(5, 2)", lambda _: np.zeros((5, 2))), normal(5), kind="edge", checks=(perpendicular, least),
             why="where all features are 0 any weights will do, but they must be numbers"),
        case("redundant amounts in small units", made("two columns of 1e9 and three mixtures", lambda r: 1e9 * _mixtures(r)), normal(5, loc=2e9), kind="edge",
             why="a column that others make up leaves rounding errors, which are large where amounts are"),
        case("redundant amounts in large units", made("two columns of 1e-9 and three mixtures", lambda r: 1e-9 * _mixtures(r)), normal(5, loc=2.0), kind="edge",
             why="a column is not redundant because its numbers are small"),
        case("features in a vector", normal(5), normal(5), kind="error", why="X must be a matrix, also with one column"),
        case("a single number for the features", given(3.0), normal(1), kind="error", why="X must be a matrix, also with one entry"),
        case("two tables", normal(2, 2, 2), normal(2), kind="error", why="X is one matrix, not a pile of them"),
        case("targets with three axes", normal(5, 2), normal(1, 5, 1), kind="error",
             why="y must be a vector; numpy multiplies a pile of columns one by one"),
        case("targets in a column", normal(5, 2), normal(5, 1), kind="error", why="y must be a vector"),
        case("rows that do not match", normal(5, 2), normal(4), kind="error", why="each row needs one target"),
    ),
    checks=PROPERTIES,
    misconceptions=(
        inverts_singular_gram, normal_equations, hidden_ridge_jitter, adds_second_intercept, drops_the_intercept,
        centres_the_targets_only, fits_the_first_rows_only, truncates_too_much, returns_predictions,
        too_few_descent_steps, weights_of_scaled_columns, one_feature_at_a_time,
    ),
    alternatives=(dropping_columns, by_pseudo_inverse, by_truncated_svd, modified_gram_schmidt),
    equivalents=EQUIVALENTS,
)  # fmt: skip
