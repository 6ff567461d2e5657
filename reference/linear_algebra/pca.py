"""Principal components of a data matrix."""

from __future__ import annotations

import itertools
import math

import numpy as np

from reference.bounds import EIGENSPACE, MEAN, ORTHONORMAL, VARIANCE
from reference.measures import orthonormality, value
from reference.recipes import given, integers, made, normal
from reference.spec import Exercise, case, check, equivalents, misconception


def pca(X, k):
    """Return mean, first k principal components, and the variance along each.

    Parameters
    ----------
    X : array of shape (n, d)
        One row a day, one column a maturity.
    k : int
        Number of components.

    Returns
    -------
    mean : array of shape (d,)
        Mean of each column.
    components : array of shape (k, d)
        Directions of length 1, perpendicular to each other, one a row; signs are free.
    variances : array of shape (k,)
        Variance of the data along each direction, divided by n - 1, in descending order.

    Raises
    ------
    ValueError
        If there are fewer than two rows, or if k is not between 1 and the smaller of n and d.

    Examples
    --------
    >>> mean, components, variances = pca([[0, 0], [2, 2], [4, 4]], 1)
    >>> mean, variances.round(6)
    (array([2., 2.]), array([8.]))
    """
    X = _checked(X, k)
    mean = X.mean(axis=0)
    _, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k], s[:k] ** 2 / (len(X) - 1)


def _checked(X, k):
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or len(X) < 2 or not 1 <= k <= min(X.shape):
        msg = f"X has shape {np.shape(X)} and k = {k}; two rows are needed, and k from 1 to the smaller of n and d"
        raise ValueError(msg)
    return X


def _of_covariance(S, k):
    values, vectors = np.linalg.eigh(S)
    return vectors[:, ::-1][:, :k].T, values[::-1][:k]


def eigenvectors_of_covariance(X, k):
    X = _checked(X, k)
    components, variances = _of_covariance(np.atleast_2d(np.cov(X, rowvar=False)), k)
    return X.mean(axis=0), -components, variances


def orthogonal_iteration(X, k):
    X = _checked(X, k)
    mean = X.mean(axis=0)
    C = X - mean
    S = C.T @ C / (len(X) - 1)
    # A few more directions than asked for, and many steps: neighbours may be nearly as large.
    Q = np.linalg.qr(np.random.default_rng(1).standard_normal(S.shape))[0]
    for _ in range(1000):
        Q = np.linalg.qr(S @ Q + 1e-3 * np.trace(S) * Q)[0]
    variances = np.einsum("ij,jk,ki->i", Q.T, S, Q)
    order = np.argsort(-variances)[:k]
    return [mean, Q[:, order].T, variances[order]]


def by_rotations(X, k):
    """Jacobi's method: turn pairs of axes until no two of them vary together."""
    X = _checked(X, k)
    n, d = X.shape
    mean = [sum(column) / n for column in X.T.tolist()]
    C, axes = X - np.array(mean), np.eye(d)
    for _ in range(10):
        for i, j in itertools.combinations(range(d), 2):
            a, b = C[:, i], C[:, j]
            angle = math.atan2(2 * (a @ b), b @ b - a @ a) / 2
            turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
            C[:, [i, j]], axes[:, [i, j]] = C[:, [i, j]] @ turn, axes[:, [i, j]] @ turn
    variances = (C**2).sum(axis=0) / (n - 1)
    first = sorted(range(d), key=lambda i: -variances[i])[:k]
    return mean, axes[:, first].T.tolist(), tuple(variances[first])


@misconception("What does PCA return if all curves are shifted up by 3 %?")
def no_centring(X, k):
    X = _checked(X, k)
    _, s, Vt = np.linalg.svd(X, full_matrices=False)
    return X.mean(axis=0), Vt[:k], s[:k] ** 2 / (len(X) - 1)


@misconception("Compare with the sample variance of a single column.")
def divides_by_n(X, k):
    mean, components, variances = pca(X, k)
    return mean, components, variances * (len(X) - 1) / len(X)


@misconception("Add 1e6 to the data: does the variance survive?")
def uncentred_moment_formula(X, k):
    X = _checked(X, k)
    n, mean = len(X), X.mean(axis=0)
    S = (X.T @ X / n - np.outer(mean, mean)) * n / (n - 1)
    return (mean, *_of_covariance(S, k))


@misconception("k rows of length d: which axis do you slice?")
def components_as_columns_sliced_wrong(X, k):
    X = _checked(X, k)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(X, rowvar=False)))
    return X.mean(axis=0), vectors[:, ::-1][:k], values[::-1][:k]


@misconception("Which direction should come first?")
def ascending_order(X, k):
    X = _checked(X, k)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(X, rowvar=False)))
    return X.mean(axis=0), vectors[:, :k].T, values[:k]


@misconception("How are singular values and variances related?")
def singular_values_not_squared(X, k):
    mean, components, variances = pca(X, k)
    n = len(X)
    return mean, components, np.sqrt(variances * (n - 1)) / (n - 1)


@misconception("That analyses correlations, not covariances.")
def standardises_columns(X, k):
    X = _checked(X, k)
    mean = X.mean(axis=0)
    return mean, *pca((X - mean) / X.std(axis=0, ddof=1), k)[1:]


@misconception("Are rows observations or variables here?")
def covariance_of_rows(X, k):
    X = _checked(X, k)
    return (X.mean(axis=0), *_of_covariance(np.cov(X), k))


@misconception("Share of the variance, or the variance itself?")
def explained_share(X, k):
    X = _checked(X, k)
    mean, components, variances = pca(X, k)
    return mean, components, variances / pca(X, min(X.shape))[2].sum()


@misconception("Is the mean that you return the mean of what came in?")
def returns_scores(X, k):
    X = _checked(X, k)
    mean, components, variances = pca(X, k)
    return mean, (X - mean) @ components.T, variances


@check("the components are perpendicular and of length 1")
def orthonormal(X, k, result):
    _, components, _ = result
    return orthonormality(components.T), ORTHONORMAL


@check("the covariance only stretches each component, by its variance")
def eigenvectors(X, k, result):
    _, components, variances = result
    X = np.asarray(X, dtype=float)
    C = X - X.mean(axis=0)
    S = C.T @ C / (len(X) - 1)
    first = np.max(np.linalg.eigvalsh(S))
    off = S @ components.T - components.T * variances
    return np.sqrt(np.max(np.sum(off**2, axis=0))), EIGENSPACE * first


_SIZES = np.array([3.0, 2.0, 1.2, 0.7, 0.4, 0.2])


def _spread(rng, n, d, offset=0.0):
    mix = np.linalg.qr(rng.standard_normal((d, d)))[0]
    return offset + rng.uniform(0.5, 1.5, d) + rng.standard_normal((n, d)) * _SIZES[:d] @ mix


def _tied(rng):
    # Columns orthonormal and perpendicular to the ones, so that the two largest variances are equal exactly.
    Q = np.linalg.qr(np.column_stack([np.ones(8), rng.standard_normal((8, 3))]))[0][:, 1:]
    mix = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    return rng.standard_normal(3) + (Q * np.array([2.0, 2.0, 1.0])) @ mix


SIGN = "signs are free, and a variance is the same in both directions"
CUT = "the directions beyond the smaller of n and d are cut away, for k is not larger"
RAISED = "the singular value decomposition of a vector raises LinAlgError, a ValueError"
START = "iterating a square Q finds every direction from almost every start; they are put in order afterwards"
STEPS = (
    "a step more or less changes nothing: neighbouring variances of the cases differ so much that 1000 steps are plenty"
)
SHIFT = (
    "adding a multiple of Q moves all eigenvalues alike: the eigenvectors stay, and 1000 steps are enough for either"
)
SYMMETRIC = "S is symmetric"
LIST = "an array of a list is new, copied or not"
SWEEPS = "eight sweeps settle all cases to the last digits, for each squares what is left"
SWAP = "x'y = y'x, and doubling is exact"
EQUIVALENTS = (
    equivalents("pca", "_, s, Vt = np.linalg.svd(X - mean, full_matrices=False)", "_, s, Vt = np.linalg.svd(X - mean)",
                "_, s, Vt = np.linalg.svd(X - mean, full_matrices=True)", reason=CUT)
    + equivalents("pca", "_, s, Vt = np.linalg.svd(X - mean, full_matrices=False)",
                  "_, s, Vt = np.linalg.svd(mean - X, full_matrices=False)", reason=SIGN)
    + equivalents("pca", "return mean, Vt[:k], s[:k] ** 2 / (len(X) - 1)",
                  "return mean, -Vt[:k], s[:k] ** 2 / (len(X) - 1)", reason=SIGN)
    + equivalents("pca", "if X.ndim != 2 or len(X) < 2 or not 1 <= k <= min(X.shape):",
                  "if X.ndim > 2 or len(X) < 2 or not 1 <= k <= min(X.shape):", reason=RAISED)
    + equivalents("eigenvectors_of_covariance", "return vectors[:, ::-1][:, :k].T, values[::-1][:k]",
                  "return -vectors[:, ::-1][:, :k].T, values[::-1][:k]", reason=SIGN)
    + equivalents("eigenvectors_of_covariance", "return X.mean(axis=0), -components, variances",
                  "return X.mean(axis=0), --components, variances", "return X.mean(axis=0), components, variances",
                  reason=SIGN)
    + equivalents("orthogonal_iteration", "C = X - mean", "C = mean - X", reason=SIGN)
    + equivalents("orthogonal_iteration", "Q = np.linalg.qr(np.random.default_rng(1).standard_normal(S.shape))[0]",
                  "Q = np.linalg.qr(np.random.default_rng(2).standard_normal(S.shape))[0]",
                  "Q = np.linalg.qr(np.random.default_rng(0).standard_normal(S.shape))[0]",
                  "Q = np.linalg.qr(np.random.default_rng(1).standard_normal(S.shape))[1]",
                  "Q = np.linalg.qr(np.random.default_rng(1).standard_normal(S.shape))[-1]", reason=START)
    + equivalents("orthogonal_iteration", "for _ in range(1000):", "for _ in range(1000 - 1):",
                  "for _ in range(1001):", "for _ in range(999):", reason=STEPS)
    + equivalents("orthogonal_iteration", "Q = np.linalg.qr(S @ Q + 1e-3 * np.trace(S) * Q)[0]",
                  "Q = np.linalg.qr(S @ (Q + 0.001 * np.trace(S) * Q))[0]",
                  "Q = np.linalg.qr(S @ Q + 0.002 * np.trace(S) * Q)[0]",
                  "Q = np.linalg.qr(S @ Q + 0.0005 * np.trace(S) * Q)[0]",
                  "Q = np.linalg.qr(S @ Q - 1e-3 * np.trace(S) * Q)[0]",
                  "Q = np.linalg.qr(S @ Q + 1e-3 / np.trace(S) * Q)[0]",
                  "Q = np.linalg.qr(S @ Q + 1e-3 // np.trace(S) * Q)[0]",
                  "Q = np.linalg.qr(S @ Q + 1e-3 % np.trace(S) * Q)[0]",
                  "Q = np.linalg.qr(S @ Q + 1e-3 ** np.trace(S) * Q)[0]",
                  "Q = np.linalg.qr(S @ Q + 1.001 * np.trace(S) * Q)[0]",
                  "Q = np.linalg.qr(S @ Q + -0.999 * np.trace(S) * Q)[0]", reason=SHIFT)
    + equivalents("orthogonal_iteration", "Q = np.linalg.qr(S @ Q + 1e-3 * np.trace(S) * Q)[0]",
                  "Q = np.linalg.qr(S.T @ Q + 1e-3 * np.trace(S) * Q)[0]", reason=SYMMETRIC)
    + equivalents("by_rotations", "C, axes = X - np.array(mean), np.eye(d)",
                  "C, axes = np.array(mean) - X, np.eye(d)", reason=SIGN)
    + equivalents("by_rotations", "C, axes = X - np.array(mean), np.eye(d)",
                  "C, axes = X - np.asarray(mean), np.eye(d)", reason=LIST)
    + equivalents("by_rotations", "for _ in range(10):", "for _ in range(10 - 1):", "for _ in range(11):",
                  "for _ in range(9):", reason=SWEEPS)
    + equivalents("by_rotations", "angle = math.atan2(2 * (a @ b), b @ b - a @ a) / 2",
                  "angle = math.atan2(2 * a @ b, b @ b - a @ a) / 2",
                  "angle = math.atan2(2 * (b @ a), b @ b - a @ a) / 2", reason=SWAP)
    + equivalents("notebook", "centred = X - mean", "centred = mean - X", reason=SIGN)
    + equivalents("notebook", "return mean, vectors[:, order].T, values[order]",
                  "return mean, -vectors[:, order].T, values[order]", reason=SIGN)
)  # fmt: skip

EXERCISE = Exercise(
    solution=pca,
    points=8,
    cases=(
        case("on a line", given([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]]), given(1), public=True,
             why="by hand: all points lie on the diagonal at distances -2.83, 0 and 2.83 from the mean: (8 + 0 + 8) / 2 = 8"),
        case("along the axes", given([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, -2.0]]), given(2), public=True,
             why="by hand: the second axis spreads more, 8/3, and so comes before the first, 2/3"),
        case("a single day", given([[1.0, 2.0]]), given(1), public=True, kind="error", why="one row has no variance"),
        case("twenty days, four maturities", made("20 rows, 4 columns of unequal spread", lambda r: _spread(r, 20, 4)),
             given(2), why="two of four directions of unequal spread"),
        case("yield curve", made("30 rows, 6 columns of unequal spread", lambda r: _spread(r, 30, 6)), given(3),
             why="three of six directions: level, slope and curvature"),
        case("as many days as maturities", made("5 rows, 5 columns of unequal spread", lambda r: _spread(r, 5, 5)),
             given(2), kind="edge", why="with n = d rows and columns can be mixed up without a crash"),
        case("more maturities than days", normal(4, 7), given(2), kind="edge",
             why="four days span three directions, however many maturities there are"),
        case("all components", made("12 rows, 3 columns of unequal spread", lambda r: _spread(r, 12, 3)), given(3),
             kind="edge", why="k = d asks for every direction"),
        case("one column", normal(6, 1, loc=4.0), given(1), kind="edge", why="with d = 1 it is the sample variance"),
        case("tied variances", made("8 rows, 3 columns, two variances equal", _tied), given(2), kind="edge",
             why="where two variances are equal any two directions of their plane will do"),
        case("far from zero", made("15 rows, 3 columns, offset 1e6", lambda r: _spread(r, 15, 3, 1e6)), given(2),
             kind="edge", why="rates in basis points around a million: the spread must survive the subtraction"),
        case("whole numbers", integers(9, 3, low=-20, high=21), given(2), kind="edge", why="whole numbers in, fractions out"),
        case("lists", given(((1, 2), (3, 5), (4, 4), (0, 1))), given(1), kind="edge",
             why="tables may come as lists of rows, which have no shape until they are made arrays"),
        case("single precision", normal(9, 3, dtype=np.float32), given(2), kind="edge",
             why="the result is float64 whatever comes in"),
        case("two days", normal(2, 3), given(1), kind="edge", why="two rows are the fewest that have a variance"),
        case("no component", normal(5, 3), given(0), kind="error", why="k must be at least 1"),
        case("one day", normal(1, 2), given(1), kind="error", why="one row has no variance"),
        case("more components than maturities", normal(6, 2), given(3), kind="error",
             why="two columns have at most two components"),
        case("a vector", normal(5), given(1), kind="error", why="X must be a table with rows and columns"),
        case("a stack of tables", normal(3, 3, 3), given(2), kind="error", why="X must be one table, not several"),
        case("too many components", normal(3, 5), given(4), kind="error", why="three rows have at most three components"),
    ),
    checks=(
        value(rtol=MEAN, part=0, name="the mean is right", of_largest=True),
        value(rtol=VARIANCE, part=2, name="the variances are right and in descending order", of_largest=True),
        orthonormal,
        eigenvectors,
    ),
    misconceptions=(
        no_centring, divides_by_n, uncentred_moment_formula, components_as_columns_sliced_wrong, ascending_order,
        singular_values_not_squared, standardises_columns, covariance_of_rows, explained_share, returns_scores,
    ),
    alternatives=(eigenvectors_of_covariance, orthogonal_iteration, by_rotations),
    equivalents=EQUIVALENTS,
)  # fmt: skip
