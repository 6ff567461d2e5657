"""Sample mean and sample covariance matrix."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import MEAN, VARIANCE
from reference.measures import value
from reference.recipes import given, made, normal
from reference.spec import Exercise, case, equivalents, misconception


def mean_and_covariance(X):
    """Return the sample mean and the sample covariance matrix of the columns of X.

    Parameters
    ----------
    X : array of shape (n, d)
        One row a day, one column an asset; at least two rows. Computed in float64, whatever the type of X.

    Returns
    -------
    mean : array of shape (d,)
        Mean of each column.
    cov : array of shape (d, d)
        Entry (i, j) is the sum over rows of the product of the deviations of columns i and j from their means,
        divided by n - 1. The shape is (1, 1) for a single column.

    Raises
    ------
    ValueError
        If X has fewer than two rows.

    Examples
    --------
    >>> mean, cov = mean_and_covariance([[1, 2], [3, 6]])
    >>> mean
    array([2., 4.])
    >>> cov
    array([[2., 4.],
           [4., 8.]])
    """
    X = _checked(X)
    mean = X.mean(axis=0)
    centred = X - mean
    return mean, centred.T @ centred / (len(X) - 1)


def _checked(X):
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or len(X) < 2:
        msg = f"X has shape {X.shape}; a covariance needs a table with at least two rows"
        raise ValueError(msg)
    return X


def fsum_loops(X):
    X = _checked(X)
    n, d = X.shape
    mean = [math.fsum(X[:, j]) / n for j in range(d)]
    cov = [
        [math.fsum((row[i] - mean[i]) * (row[j] - mean[j]) for row in X) / (n - 1) for j in range(d)] for i in range(d)
    ]
    return [mean, cov]


def welford(X):
    X = _checked(X)
    mean, scatter = np.zeros(X.shape[1]), np.zeros((X.shape[1], X.shape[1]))
    for count, row in enumerate(X, 1):
        before = row - mean
        mean = mean + before / count
        scatter += np.outer(before, row - mean)
    return mean, scatter / (len(X) - 1)


def by_library(X):
    X = _checked(X)
    return X.mean(axis=0), np.atleast_2d(np.cov(X, rowvar=False))


@misconception("Which axis is time?")
def rows_are_variables(X):
    X = _checked(X)
    return X.mean(axis=1), np.cov(X)


@misconception("Add ten million to every value: did your answer change?")
def uncentred_moment_formula(X):
    X = _checked(X)
    n, mean = len(X), X.mean(axis=0)
    return mean, (X.T @ X - n * np.outer(mean, mean)) / (n - 1)


@misconception("Look at your diagonal.")
def correlation_instead(X):
    mean, cov = mean_and_covariance(X)
    sd = np.sqrt(np.diag(cov))
    return mean, cov / np.outer(sd, sd)


@misconception("How many of the deviations of two observations from their own mean are free?")
def divides_by_n(X):
    mean, cov = mean_and_covariance(X)
    return mean, cov * (len(X) - 1) / len(X)


@misconception("Is the spread of prices around zero the same as their spread around the mean?")
def no_centring(X):
    X = _checked(X)
    return X.mean(axis=0), X.T @ X / (len(X) - 1)


@misconception("Do all assets have the same mean?")
def one_mean_for_all_columns(X):
    X = _checked(X)
    centred = X - X.mean()
    return X.mean(axis=0), centred.T @ centred / (len(X) - 1)


@misconception("How many decimal digits does a float32 hold?")
def stays_in_single_precision(X):
    kept = np.float32 if np.asarray(X).dtype == np.float32 else np.float64
    X = _checked(X).astype(kept)
    mean = X.mean(axis=0)
    centred = X - mean
    return mean, centred.T @ centred / (len(X) - 1)


@misconception("What do two assets that move together leave in your matrix?")
def variances_only(X):
    mean, cov = mean_and_covariance(X)
    return mean, np.diag(np.diag(cov))


@misconception("Which shape does the covariance of a single column have?")
def number_for_one_column(X):
    X = _checked(X)
    return X.mean(axis=0), np.cov(X, rowvar=False)


@misconception("Print X after the call.")
def centres_in_place(X):
    data = np.asarray(X)
    if data.dtype != float:
        return mean_and_covariance(X)
    _checked(data)
    mean = data.mean(axis=0)
    data -= mean
    return mean, data.T @ data / (len(data) - 1)


@misconception("Print the deviations of whole numbers from their mean. What type is the array that holds them?")
def keeps_integer_type(X):
    whole = np.asarray(X).dtype.kind == "i"
    X = _checked(X)
    mean = X.mean(axis=0)
    centred = (X - mean).astype(int if whole else float)
    return mean, centred.T @ centred / (len(X) - 1)


def _returns(rng, n, d, loc=0.0):
    """Return n days of d assets of unequal spread that move together in part."""
    common = rng.standard_normal((n, 1)) * rng.uniform(0.5, 1.0, d)
    return (
        loc
        + rng.uniform(0.5, 1.5, d) * np.arange(1, d + 1)
        + common
        + rng.standard_normal((n, d)) * np.linspace(0.5, 1.5, d)
    )


def _whole(rng):
    """Return whole numbers, none of whose columns has a whole mean."""
    X = rng.integers(-9, 10, (7, 3))
    X[0] += X.sum(axis=0) % 7 == 0
    return X


def _assets(n, d, loc=0.0, dtype=float):
    text = f"{n} days of {d} assets around {loc:g}, {np.dtype(dtype).name}"
    return made(text, lambda rng: _returns(rng, n, d, loc).astype(dtype))


SIGNS = "both factors change their sign"
SILENT = "the text promises an error for fewer than two rows, not for data with one axis or three"
EQUIVALENTS = (
    equivalents("mean_and_covariance", "centred = X - mean", "centred = mean - X", reason=SIGNS)
    + equivalents("mean_and_covariance", "if X.ndim != 2 or len(X) < 2:", "if len(X) < 2:",
                  "if X.ndim < 2 or len(X) < 2:", "if X.ndim > 2 or len(X) < 2:", reason=SILENT)
    + equivalents("notebook", "if X.ndim != 2 or X.shape[0] < 2:", "if X.shape[0] < 2:",
                  "if X.ndim < 2 or X.shape[0] < 2:", "if X.ndim > 2 or X.shape[0] < 2:", reason=SILENT)
    + equivalents("notebook", "deviations = X - mean", "deviations = mean - X", reason=SIGNS)
)  # fmt: skip

EXERCISE = Exercise(
    solution=mean_and_covariance,
    points=3,
    cases=(
        case("three days, two assets", given([[1.0, 0.0], [2.0, 1.0], [3.0, 5.0]]), public=True,
             why="by hand: deviations (-1, 0, 1) and (-2, -1, 3), so 2/2 = 1, 14/2 = 7 and (2 + 0 + 3)/2 = 2.5"),
        case("two days", given([[1.0, 2.0], [3.0, 6.0]]), public=True, kind="edge",
             why="by hand: deviations (-1, 1) and (-2, 2), divided by n - 1 = 1"),
        case("a single day", given([[1.0, 2.0]]), public=True, kind="error", why="one day has no spread"),
        case("ten days, four assets", _assets(10, 4), why="more rows than columns"),
        case("three days, five assets", _assets(3, 5), why="more columns than rows"),
        case("as many days as assets", _assets(4, 4), kind="edge",
             why="with n = d rows and columns can be mixed up without a crash"),
        case("two days, three assets", _assets(2, 3), kind="edge", why="with two rows the divisor is 1"),
        case("one asset", _assets(6, 1), kind="edge", why="the covariance of one column is a matrix with one entry"),
        case("index levels", _assets(12, 3, loc=1e7), kind="stability",
             why="a spread of one around ten million must survive the subtraction"),
        case("single precision", _assets(9, 3, loc=1e4, dtype=np.float32), kind="edge",
             why="float32 holds seven digits; at ten thousand the sums need more"),
        case("tiny returns", normal(8, 3, loc=2e-6, scale=1e-6), kind="edge", why="the unit must not matter"),
        case("whole numbers", made("whole numbers (7, 3) with fractional means", _whole), kind="edge", why="whole numbers in, fractions out"),
        case("lists", given(((1, 2), (4, 0), (2, 5), (0, 3))), kind="edge",
             why="tables may come as lists of rows, which have no shape until they are made arrays"),
        case("two days, one asset", normal(2, 1, loc=3.0), kind="edge", why="two rows and one column are the least there can be"),
        case("a single number", normal(1, 1), kind="error", why="one row is too few, however short"),
        case("one row of four", normal(1, 4), kind="error", why="n - 1 is 0 for a single row"),
        case("no rows", made("no rows, 3 columns", lambda _: np.zeros((0, 3))), kind="error",
             why="without data there is no mean"),
    ),
    checks=(
        value(rtol=MEAN, part=0, name="the mean is right", of_largest=True),
        value(rtol=VARIANCE, part=1, name="the covariance matrix is right", of_largest=True),
    ),
    misconceptions=(
        rows_are_variables, uncentred_moment_formula, correlation_instead, divides_by_n, no_centring,
        one_mean_for_all_columns, stays_in_single_precision, variances_only, number_for_one_column, centres_in_place,
        keeps_integer_type,
    ),
    alternatives=(fsum_loops, welford, by_library),
    equivalents=EQUIVALENTS,
)  # fmt: skip
