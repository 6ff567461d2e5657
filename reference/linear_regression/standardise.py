"""Features on one scale, by the training rows alone."""

from __future__ import annotations

import numpy as np

from reference.bounds import SCALED, SCALED_FLOOR, SCALED_OFFSET
from reference.measures import value
from reference.recipes import given, joint, made, normal
from reference.spec import Exercise, case, equivalents, misconception


def standardise(X_train, X_test):
    """Return both matrices with each column shifted and scaled by mean and standard deviation of the training rows.

    Parameters
    ----------
    X_train : array of shape (n, d)
        Training rows; they alone say what mean and standard deviation are.
    X_test : array of shape (m, d)
        Rows that must not be looked at before.

    Returns
    -------
    Z_train : array of shape (n, d)
        (x - mean) / sd, with the population standard deviation (divisor n). A column that is constant in `X_train` is
        shifted and divided by 1.
    Z_test : array of shape (m, d)
        The test rows, treated in the same way by the same numbers.

    Raises
    ------
    ValueError
        If the two are not matrices with the same number of columns, or if there is no training row.

    Examples
    --------
    >>> Z_train, Z_test = standardise([[1], [3]], [[5]])
    >>> Z_train.tolist(), Z_test.tolist()
    ([[-1.0], [1.0]], [[3.0]])
    """
    A, B = _checked(X_train, X_test)
    mean, sd = _statistics(A)
    return (A - mean) / sd, (B - mean) / sd


def _checked(X_train, X_test):
    A, B = np.asarray(X_train, dtype=float), np.asarray(X_test, dtype=float)
    if A.ndim != 2 or B.ndim != 2 or A.shape[1] != B.shape[1] or len(A) == 0:
        msg = f"X_train and X_test have shapes {A.shape} and {B.shape}; needed are (n, d) and (m, d) with n > 0"
        raise ValueError(msg)
    return A, B


def _statistics(A):
    return A.mean(axis=0), np.where(np.ptp(A, axis=0) == 0, 1.0, A.std(axis=0))


def column_loops(X_train, X_test):
    A, B = _checked(X_train, X_test)
    out_a, out_b = np.zeros_like(A), np.zeros_like(B)
    for j in range(A.shape[1]):
        column = A[:, j]
        mean = sum(column) / len(column)
        sd = (sum((v - mean) ** 2 for v in column) / len(column)) ** 0.5
        if min(column) == max(column):
            sd = 1.0
        out_a[:, j], out_b[:, j] = (column - mean) / sd, (B[:, j] - mean) / sd
    return [out_a, out_b]


def by_einsum(X_train, X_test):
    A, B = _checked(X_train, X_test)
    mean = np.einsum("ij->j", A) / len(A)
    centred = A - mean
    sd = np.sqrt(np.einsum("ij,ij->j", centred, centred) / len(A))
    sd[A.max(axis=0) == A.min(axis=0)] = 1.0
    return centred / sd, (B - mean) / sd


def multiplied_by_a_diagonal(X_train, X_test):
    """Shift by the first row, whose column then is exactly 0 where it is constant, and divide by a matrix product."""
    A, B = _checked(X_train, X_test)
    origin = A[0]
    A, B = A - origin, B - origin
    mean = np.ones(len(A)) @ A / len(A)
    squares = np.diag((A - mean).T @ (A - mean)) / len(A)
    D = np.diag([1.0 if not column.any() else s**-0.5 for column, s in zip(A.T, squares, strict=True)])
    return ((A - mean) @ D).tolist(), tuple((B - mean) @ D)


def _apply(X, mean, sd):
    with np.errstate(all="ignore"):
        return (X - mean) / sd


@misconception("Do you know next quarter's mean today?")
def test_uses_own_statistics(X_train, X_test):
    A, B = _checked(X_train, X_test)
    return standardise(A, A)[0], standardise(B, B)[0] if len(B) else B


@misconception("Which rows may the preparation step see?")
def statistics_from_all_data(X_train, X_test):
    A, B = _checked(X_train, X_test)
    both = np.vstack([A, B])
    return standardise(both, A)[1], standardise(both, B)[1]


@misconception("Which divisor does the text ask for, n or n - 1?")
def ddof_1(X_train, X_test):
    A, B = _checked(X_train, X_test)
    mean, sd = _statistics(A)
    sd = np.where(np.ptp(A, axis=0) == 0, 1.0, sd * np.sqrt(len(A) / max(len(A) - 1, 1)))
    return _apply(A, mean, sd), _apply(B, mean, sd)


@misconception("What is the spread of your result?")
def variance_not_sd(X_train, X_test):
    A, B = _checked(X_train, X_test)
    mean, sd = _statistics(A)
    return _apply(A, mean, sd**2), _apply(B, mean, sd**2)


@misconception("Does your result still have a spread of exactly 1?")
def epsilon_in_sd(X_train, X_test):
    A, B = _checked(X_train, X_test)
    mean, sd = _statistics(A)
    sd = np.where(np.ptp(A, axis=0) == 0, 1.0, sd + 0.01)
    return _apply(A, mean, sd), _apply(B, mean, sd)


@misconception("Are income and age on one scale?")
def global_statistics(X_train, X_test):
    A, B = _checked(X_train, X_test)
    sd = A.std() or 1.0
    return _apply(A, A.mean(), sd), _apply(B, A.mean(), sd)


@misconception("What does a row mean here, and what a column?")
def row_statistics(X_train, X_test):
    A, B = _checked(X_train, X_test)
    return standardise(A.T, A.T)[0].T, standardise(B.T, B.T)[0].T if len(B) else B


@misconception("Print the computed standard deviation of a column that holds 0.1 only.")
def trusts_a_computed_zero(X_train, X_test):
    A, B = _checked(X_train, X_test)
    sd = np.where(A.std(axis=0) == 0, 1.0, A.std(axis=0))
    return _apply(A, A.mean(axis=0), sd), _apply(B, A.mean(axis=0), sd)


@misconception("What is the spread of a column that never changes?")
def nan_for_constant_columns(X_train, X_test):
    A, B = _checked(X_train, X_test)
    sd = np.where(np.ptp(A, axis=0) == 0, 0.0, A.std(axis=0))
    return _apply(A, A.mean(axis=0), sd), _apply(B, A.mean(axis=0), sd)


@misconception("Is a constant column to be left as it is, or shifted as well?")
def leaves_constant_columns(X_train, X_test):
    A, B = _checked(X_train, X_test)
    mean, sd = _statistics(A)
    mean = np.where(np.ptp(A, axis=0) == 0, 0.0, mean)
    return _apply(A, mean, sd), _apply(B, mean, sd)


@misconception("Compute the variance of 1,000,001 and 1,000,003 by your formula.")
def uncentred_variance(X_train, X_test):
    A, B = _checked(X_train, X_test)
    mean, sd = _statistics(A)
    with np.errstate(all="ignore"):
        sd = np.where(np.ptp(A, axis=0) == 0, 1.0, np.sqrt(np.mean(A * A, axis=0) - mean**2))
    return _apply(A, mean, sd), _apply(B, mean, sd)


@misconception("Is 0 the smallest value or the average one?")
def scales_to_unit_interval(X_train, X_test):
    A, B = _checked(X_train, X_test)
    width = np.where(np.ptp(A, axis=0) == 0, 1.0, np.ptp(A, axis=0))
    return _apply(A, A.min(axis=0), width), _apply(B, A.min(axis=0), width)


@misconception("Express the same rates per million: is the column still taken for a constant one?")
def absolute_threshold(X_train, X_test):
    A, B = _checked(X_train, X_test)
    sd = np.where(A.std(axis=0) < 1e-3, 1.0, A.std(axis=0))
    return _apply(A, A.mean(axis=0), sd), _apply(B, A.mean(axis=0), sd)


@misconception("The mean of 30 and 45: what becomes of the half?")
def whole_mean(X_train, X_test):
    A, B = _checked(X_train, X_test)
    mean = A.mean(axis=0)
    if np.asarray(X_train).dtype.kind in "iu":
        mean = np.trunc(mean)
    return _apply(A, mean, _statistics(A)[1]), _apply(B, mean, _statistics(A)[1])


@misconception("What are mean and spread of your result?")
def centres_only(X_train, X_test):
    A, B = _checked(X_train, X_test)
    return A - A.mean(axis=0), B - A.mean(axis=0)


def _constant(rng):
    """Return training rows with two constant columns, 0.1 and 7, and test rows in which they change."""
    A, B = rng.standard_normal((10, 4)), rng.standard_normal((4, 4))
    A[:, 1], A[:, 2] = 0.1, 7.0
    B[:, 2] += 7
    return A, B


def _whole(rng):
    """Return whole ages and terms; no mean is a whole number."""
    while True:
        A = rng.integers(18, 80, (7, 2))
        if (A.sum(axis=0) % 7 != 0).all():
            return A, rng.integers(18, 80, (3, 2))


def _far(rng):
    A, B = rng.standard_normal((12, 2)), rng.standard_normal((5, 2)) + 0.5
    return A * [1.0, 3.0] + [1e6, -1e6], B * [1.0, 3.0] + [1e6, -1e6]


PROMOTED = "test rows are only shifted by a float64 mean, for which numpy promotes them to float64 itself"
RAISED = "without training rows there is no largest entry of a column, and numpy raises ValueError itself"
LENGTH = "a length is never negative"
ORDER = "the largest number is never below the smallest"
SQUARE = "a difference is squared, so that its sign does not matter"
ORIGIN = "any training row will do to shift by: a constant column is 0 after it"
CENTRED = (
    "the deviations add up to 0, so that the mean times their sum adds rounding errors only: at most 0.002 of what is "
    "allowed over 40 draws"
)
STRICT = "there is one mean square for each column"
DIAGONAL = "a diagonal matrix is its own transpose"
EQUIVALENTS = (
    equivalents("standardise", "A, B = np.asarray(X_train, dtype=float), np.asarray(X_test, dtype=float)",
                "A, B = np.asarray(X_train, dtype=float), np.asarray(X_test)", reason=PROMOTED)
    + equivalents("standardise", "if A.ndim != 2 or B.ndim != 2 or A.shape[1] != B.shape[1] or len(A) == 0:",
                  "if A.ndim != 2 or B.ndim != 2 or A.shape[1] != B.shape[1]:",
                  "if A.ndim != 2 or B.ndim != 2 or A.shape[1] != B.shape[1] or len(A) < 0:",
                  "if A.ndim != 2 or B.ndim != 2 or A.shape[1] != B.shape[1] or len(A) == -1:", reason=RAISED)
    + equivalents("standardise", "if A.ndim != 2 or B.ndim != 2 or A.shape[1] != B.shape[1] or len(A) == 0:",
                  "if A.ndim != 2 or B.ndim != 2 or A.shape[1] != B.shape[1] or len(A) <= 0:", reason=LENGTH)
    + equivalents("standardise", "return A.mean(axis=0), np.where(np.ptp(A, axis=0) == 0, 1.0, A.std(axis=0))",
                  "return A.mean(axis=0), np.where(np.ptp(A, axis=0) <= 0, 1.0, A.std(axis=0))", reason=ORDER)
    + equivalents("column_loops", "sd = (sum((v - mean) ** 2 for v in column) / len(column)) ** 0.5",
                  "sd = (sum((mean - v) ** 2 for v in column) / len(column)) ** 0.5", reason=SQUARE)
    + equivalents("column_loops", "if min(column) == max(column):", "if min(column) >= max(column):", reason=ORDER)
    + equivalents("by_einsum", "sd[A.max(axis=0) == A.min(axis=0)] = 1.0",
                  "sd[A.max(axis=0) <= A.min(axis=0)] = 1.0", reason=ORDER)
    + equivalents("multiplied_by_a_diagonal", "origin = A[0]", "origin = A[-1]", reason=ORIGIN)
    + equivalents("multiplied_by_a_diagonal", "squares = np.diag((A - mean).T @ (A - mean)) / len(A)",
                  "squares = np.diag((A + mean).T @ (A - mean)) / len(A)",
                  "squares = np.diag((A - mean).T @ (A + mean)) / len(A)", reason=CENTRED)
    + equivalents("multiplied_by_a_diagonal", "D = np.diag([1.0 if not column.any() else s**-0.5 for column, s in zip(A.T, squares, strict=True)])",
                  "D = np.diag([1.0 if not column.any() else s**-0.5 for column, s in zip(A.T, squares, strict=False)])",
                  reason=STRICT)
    + equivalents("multiplied_by_a_diagonal", "return ((A - mean) @ D).tolist(), tuple((B - mean) @ D)",
                  "return ((A - mean) @ D.T).tolist(), tuple((B - mean) @ D)",
                  "return ((A - mean) @ D).tolist(), tuple((B - mean) @ D.T)", reason=DIAGONAL)
    + equivalents("notebook", "X_test = np.asarray(X_test, dtype=float)",
                  "X_test = np.asarray(X_test)", reason=PROMOTED)
    + equivalents("notebook", "if X_train.ndim != 2 or X_test.ndim != 2 or X_train.shape[1] != X_test.shape[1] or len(X_train) == 0:",
                  "if X_train.ndim != 2 or X_test.ndim != 2 or X_train.shape[1] != X_test.shape[1]:",
                  "if X_train.ndim != 2 or X_test.ndim != 2 or X_train.shape[1] != X_test.shape[1] or len(X_train) < 0:",
                  "if X_train.ndim != 2 or X_test.ndim != 2 or X_train.shape[1] != X_test.shape[1] or len(X_train) == -1:",
                  reason=RAISED)
    + equivalents("notebook", "if X_train.ndim != 2 or X_test.ndim != 2 or X_train.shape[1] != X_test.shape[1] or len(X_train) == 0:",
                  "if X_train.ndim != 2 or X_test.ndim != 2 or X_train.shape[1] != X_test.shape[1] or len(X_train) <= 0:",
                  reason=LENGTH)
    + equivalents("notebook", "spread = np.sqrt(np.mean((X_train - centre) ** 2, axis=0))",
                  "spread = np.sqrt(np.mean((centre - X_train) ** 2, axis=0))", reason=SQUARE)
    + equivalents("notebook", "spread[X_train.max(axis=0) == X_train.min(axis=0)] = 1",
                  "spread[X_train.max(axis=0) <= X_train.min(axis=0)] = 1", reason=ORDER)
)  # fmt: skip

EXERCISE = Exercise(
    solution=standardise,
    points=3,
    cases=(
        case("two ages", given([[1.0], [3.0]]), given([[5.0]]), public=True,
             why="by hand: mean 2 and standard deviation 1, so 5 is 3 standard deviations above"),
        case("a column that never changes", given([[4.0, 0.0], [4.0, 2.0]]), given([[6.0, 1.0]]), public=True, kind="edge",
             why="by hand: the first column is shifted by 4 and divided by 1, the second has mean 1 and standard deviation 1"),
        case("other columns", given([[1.0, 2.0]]), given([[1.0]]), public=True, kind="error", why="both need the same columns"),
        case("income, age, utilisation", joint("three scales", lambda r: (r.uniform(0.5, 2, (8, 3)) * [3e4, 20, 0.3], r.uniform(0.5, 2, (5, 3)) * [4e4, 25, 0.4])),
             why="each column has a scale of its own"),
        case("a later quarter", joint("test rows that have drifted", lambda r: (r.standard_normal((9, 2)), 2 * r.standard_normal((6, 2)) + 1.5)),
             why="what has changed since must show, so the test rows have no say in mean and spread"),
        case("constant columns", joint("columns of 0.1 and 7", _constant), kind="edge",
             why="the computed standard deviation of a constant need not be exactly 0"),
        case("one training row", normal(1, 3), normal(4, 3), kind="edge", why="with one row every column is constant"),
        case("one test row", normal(6, 4), normal(1, 4), kind="edge", why="a single new client is treated like many"),
        case("square", normal(4, 4), normal(4, 4), kind="edge", why="where n equals d rows and columns can be mixed up"),
        case("millions", joint("offset 1e6, spread of 1 and 3", _far), kind="stability", checks=(
            value(rtol=SCALED_OFFSET, atol=SCALED_OFFSET, part=0), value(rtol=SCALED_OFFSET, atol=SCALED_OFFSET, part=1)),
             why="a variance must not be computed as a difference of two huge numbers"),
        case("rates", joint("rates of a hundredth of a percent beside balances", lambda r: (r.uniform(0.5, 2, (9, 2)) * [1e-4, 2e4], r.uniform(0.5, 2, (4, 2)) * [1e-4, 2e4])),
             kind="edge", why="a column with a small unit is not constant"),
        case("whole numbers", joint("whole numbers with means that are not", _whole), kind="edge",
             why="whole numbers in, fractions out"),
        case("lists", given(((20, 1), (30, 4), (45, 2))), given(((25, 3),)), kind="edge",
             why="numbers may come as lists, which have no shape until they are arrays"),
        case("single precision", normal(8, 3, loc=5.0, dtype=np.float32), normal(4, 3, loc=5.0, dtype=np.float32), kind="edge",
             why="mean and spread that are computed in seven digits have seven"),
        case("columns that do not match", normal(5, 3), normal(4, 2), kind="error", why="both need the same columns"),
        case("one test column", normal(5, 3), normal(4, 1), kind="error", why="numpy stretches one test column over three"),
        case("one training column", normal(5, 1), normal(4, 3), kind="error", why="numpy stretches mean and spread of one column over three"),
        case("a vector", normal(5), normal(4), kind="error", why="rows and columns are needed"),
        case("a training vector", normal(3), normal(4, 3), kind="error", why="a single training row is a matrix as well"),
        case("a test vector", normal(5, 3), normal(3), kind="error", why="a single test row is a matrix as well"),
        case("two training tables", normal(2, 3, 3), normal(3, 3), kind="error", why="the training rows are one matrix"),
        case("two test tables", normal(5, 3), normal(2, 3, 3), kind="error", why="the test rows are one matrix"),
        case("no training rows", made("zeros(0, 2)", lambda _: np.zeros((0, 2))), normal(3, 2), kind="error",
             why="without training rows there is no mean"),
    ),
    checks=(
        value(rtol=SCALED, atol=SCALED_FLOOR, part=0, name="the training rows are right"),
        value(rtol=SCALED, atol=SCALED_FLOOR, part=1, name="the test rows are right"),
    ),
    misconceptions=(
        test_uses_own_statistics, statistics_from_all_data, ddof_1, variance_not_sd, epsilon_in_sd, global_statistics,
        row_statistics, trusts_a_computed_zero, nan_for_constant_columns, leaves_constant_columns, uncentred_variance,
        scales_to_unit_interval, centres_only, absolute_threshold, whole_mean,
    ),
    alternatives=(column_loops, by_einsum, multiplied_by_a_diagonal),
    equivalents=EQUIVALENTS,
)  # fmt: skip
