"""Cosine similarity of every row of one matrix with every row of another."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import NORMALISED, SUM_OF_PRODUCTS
from reference.measures import largest, value
from reference.recipes import given, integers, joint, made, normal
from reference.spec import Exercise, case, check, equivalents, misconception


def cosine_similarity(X, Y):
    """Return the cosine of the angle between each row of X and each row of Y.

    Parameters
    ----------
    X : array of shape (n, d)
        One row a client, one column a kind of spending.
    Y : array of shape (m, d)
        Clients to compare with.

    Returns
    -------
    array of shape (n, m)
        Entry (i, j) belongs to row i of X and row j of Y and lies in [-1, 1] exactly. A row of zeros has
        similarity 0 with every row.

    Raises
    ------
    ValueError
        If X and Y do not have the same number of columns.

    Examples
    --------
    >>> cosine_similarity([[1, 0]], [[2, 0], [0, 3]])
    array([[1., 0.]])
    """
    X, Y = np.asarray(X, dtype=float), np.asarray(Y, dtype=float)
    if X.shape[1] != Y.shape[1]:
        msg = f"X has {X.shape[1]} columns, Y has {Y.shape[1]}"
        raise ValueError(msg)
    return np.clip(_unit_rows(X) @ _unit_rows(Y).T, -1.0, 1.0)


def _unit_rows(X):
    size = np.max(np.abs(X), axis=1, keepdims=True, initial=0.0)
    X = X / np.where(size == 0, 1.0, size)
    norms = np.linalg.norm(X, axis=1, keepdims=True)
    return X / np.where(norms == 0, 1.0, norms)


def double_loop(X, Y):
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    if X.shape[1] != Y.shape[1]:
        raise ValueError
    out = np.zeros((len(X), len(Y)))
    for i, x in enumerate(X):
        for j, y in enumerate(Y):
            length = np.linalg.norm(x) * np.linalg.norm(y)
            if np.linalg.norm(x) > 0 and np.linalg.norm(y) > 0:
                out[i, j] = max(-1.0, min(1.0, float(x @ y) / length))
    return out


def norms_once(X, Y):
    X, Y = np.array(X, float), np.array(Y, float)
    if X.shape[1] != Y.shape[1]:
        raise ValueError
    lengths = np.outer(np.sqrt((X**2).sum(1)), np.sqrt((Y**2).sum(1)))
    with np.errstate(all="ignore"):
        out = np.where(lengths > 0, X @ Y.T / lengths, 0.0)
    return out.clip(-1, 1)


def from_half_angles(X, Y):
    X, Y = np.asarray(X, float).tolist(), np.asarray(Y, float).tolist()
    if {len(row) for row in X} != {len(row) for row in Y}:
        raise ValueError

    def unit(row):
        length = math.hypot(*row)
        return [entry / length for entry in row] if length else None

    def cosine(x, y):
        if x is None or y is None:
            return 0.0
        apart = math.hypot(*(a - b for a, b in zip(x, y, strict=True)))
        together = math.hypot(*(a + b for a, b in zip(x, y, strict=True)))
        return math.cos(2 * math.atan2(apart, together))

    rows, columns = [unit(x) for x in X], [unit(y) for y in Y]
    return [[cosine(x, y) for y in columns] for x in rows]


def _plain(X, Y):
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    if X.shape[1] != Y.shape[1]:
        raise ValueError
    return X, Y, np.linalg.norm(X, axis=1)[:, None], np.linalg.norm(Y, axis=1)[None, :]


def _safe(products, lengths):
    return np.clip(products / np.where(lengths == 0, 1, lengths), -1, 1)


@misconception("What is the similarity of a client with no transactions?")
def nan_for_zero_vector(X, Y):
    X, Y, nx, ny = _plain(X, Y)
    with np.errstate(all="ignore"):
        return np.clip(X @ Y.T / (nx * ny), -1, 1)


@misconception("That is another well-known coefficient.")
def centres_first_correlation(X, Y):
    X, Y, _, _ = _plain(X, Y)
    return cosine_similarity(X - X.mean(axis=1, keepdims=True), Y - Y.mean(axis=1, keepdims=True))


@misconception("How many norms do you need: one, or one per row?")
def matrix_norm(X, Y):
    X, Y, _, _ = _plain(X, Y)
    return _safe(X @ Y.T, np.array(np.linalg.norm(X) * np.linalg.norm(Y)))


@misconception("Check the units of your quotient.")
def sum_of_norms(X, Y):
    X, Y, nx, ny = _plain(X, Y)
    return _safe(X @ Y.T, nx + ny)


@misconception("Print the similarity of some clients with themselves, with all digits.")
def no_clipping(X, Y):
    X, Y, nx, ny = _plain(X, Y)
    lengths = nx * ny
    return X @ Y.T / np.where(lengths == 0, 1, lengths)


@misconception("Compare some clients with their opposites, and print all digits.")
def clips_above_only(X, Y):
    return np.minimum(no_clipping.solution(X, Y), 1.0)


@misconception("What if the empty client is one to compare with?")
def empty_rows_of_X_only(X, Y):
    X, Y, nx, ny = _plain(X, Y)
    with np.errstate(all="ignore"):
        return np.clip(X @ Y.T / (np.where(nx == 0, 1, nx) * ny), -1, 1)


@misconception("Two clients without spending: do they point the same way?")
def empty_rows_are_alike(X, Y):
    X, Y, nx, ny = _plain(X, Y)
    return np.where((nx == 0) & (ny == 0), 1.0, cosine_similarity(X, Y))


@misconception("Does a small number in the denominator stay small when the data are smaller still?")
def epsilon_in_denominator(X, Y):
    X, Y, nx, ny = _plain(X, Y)
    return np.clip(X @ Y.T / (nx * ny + 1e-8), -1, 1)


@misconception("Is 1 the value for clients who are alike, or for clients who are not?")
def distance_not_similarity(X, Y):
    return 1 - cosine_similarity(X, Y)


@misconception("Are your rows the clients of X?")
def rows_and_columns_swapped(X, Y):
    return cosine_similarity(Y, X)


@check("no entry goes beyond [-1, 1]")
def bounded(X, Y, S):
    # How far beyond, and not how large: 1.0000000000000002 would be told as 1 where at most 1 is allowed.
    return max(largest(S) - 1.0, 0.0), 0.0


def _with_itself(rng):
    X = rng.standard_normal((40, 3))
    return X, X.copy()


def _with_their_opposites(rng):
    X = rng.standard_normal((40, 3))
    return X, -X


def _with_empty_rows(rng):
    X, Y = rng.standard_normal((3, 4)), rng.standard_normal((4, 4))
    X[2] = Y[1] = 0.0
    return X, Y


def _with_empty_row(rng):
    X = rng.standard_normal((3, 4))
    X[1] = 0.0
    return X


NUMBERS = "tolist makes Python's numbers of any array, and float32 and whole numbers fit into float64 exactly"
RAISED = "numpy's product raises ValueError for lengths that do not match"
SCALE = (
    "the rows are brought to length one afterwards, so that any scale which is not 0 and does not under- or "
    "overflow will do; amounts of size 1e-100 have squares of size 1e-200, which float64 holds"
)
ZERO = "a row of zeros stays one, whatever positive number it is divided by"
NOT_NEGATIVE = "a length is never negative"
BOTH = "rows of X and of Y both change their sign, so that their products keep theirs"
SYMMETRIC = "x'y = y'x, term by term in the same order"
SQUARE = "a difference and its opposite have the same square"
STRICT = "the lengths were compared before"
EQUIVALENTS = (
    equivalents("cosine_similarity", "if X.shape[1] != Y.shape[1]:", "if False:", "if X.shape[1] < Y.shape[1]:",
                  "if X.shape[1] > Y.shape[1]:", reason=RAISED)
    + equivalents("cosine_similarity", "size = np.max(np.abs(X), axis=1, keepdims=True, initial=0.0)",
                  "size = np.max(np.abs(X), keepdims=True, initial=0.0)",
                  "size = np.max(np.abs(X), axis=1, keepdims=True)",
                  "size = np.min(np.abs(X), axis=1, keepdims=True, initial=0.0)",
                  "size = np.max(X, axis=1, keepdims=True, initial=0.0)",
                  "size = np.max(np.abs(X), axis=1, keepdims=True, initial=1.0)",
                  "size = np.max(np.abs(X), axis=1, keepdims=True, initial=-1.0)", reason=SCALE)
    + equivalents("cosine_similarity", "X = X / np.where(size == 0, 1.0, size)", "pass", "X = X / 1.0",
                  "X = X / np.where(size >= 0, 1.0, size)", reason=SCALE)
    + equivalents("cosine_similarity", "X = X / np.where(size == 0, 1.0, size)",
                  "X = X / np.where(size == 0, 2.0, size)", "X = X / np.where(size == 0, 0.5, size)",
                  "X = X / np.where(size <= 0, 1.0, size)", reason=ZERO)
    + equivalents("cosine_similarity", "return X / np.where(norms == 0, 1.0, norms)",
                  "return -(X / np.where(norms == 0, 1.0, norms))", reason=BOTH)
    + equivalents("cosine_similarity", "return X / np.where(norms == 0, 1.0, norms)",
                  "return X / np.where(norms == 0, 2.0, norms)", "return X / np.where(norms == 0, 0.5, norms)",
                  reason=ZERO)
    + equivalents("cosine_similarity", "return X / np.where(norms == 0, 1.0, norms)",
                  "return X / np.where(norms <= 0, 1.0, norms)", reason=NOT_NEGATIVE)
    + equivalents("double_loop", "if np.linalg.norm(x) > 0 and np.linalg.norm(y) > 0:",
                  "if np.linalg.norm(x) != 0 and np.linalg.norm(y) > 0:",
                  "if np.linalg.norm(x) > 0 and np.linalg.norm(y) != 0:", reason=NOT_NEGATIVE)
    + equivalents("double_loop", "out[i, j] = max(-1.0, min(1.0, float(x @ y) / length))",
                  "out[i, j] = max(-1.0, min(1.0, float(y @ x) / length))", reason=SYMMETRIC)
    + equivalents("norms_once", "if X.shape[1] != Y.shape[1]:", "if False:", "if X.shape[1] < Y.shape[1]:",
                  "if X.shape[1] > Y.shape[1]:", reason=RAISED)
    + equivalents("norms_once", "out = np.where(lengths > 0, X @ Y.T / lengths, 0.0)",
                  "out = np.where(lengths != 0, X @ Y.T / lengths, 0.0)", reason=NOT_NEGATIVE)
    + equivalents("from_half_angles", "X, Y = np.asarray(X, float).tolist(), np.asarray(Y, float).tolist()",
                  "X, Y = np.asarray(X).tolist(), np.asarray(Y, float).tolist()",
                  "X, Y = np.asarray(X, float).tolist(), np.asarray(Y).tolist()", reason=NUMBERS)
    + equivalents("from_half_angles", "apart = math.hypot(*(a - b for a, b in zip(x, y, strict=True)))",
                  "apart = math.hypot(*(b - a for a, b in zip(x, y, strict=True)))", reason=SQUARE)
    + equivalents("from_half_angles", "apart = math.hypot(*(a - b for a, b in zip(x, y, strict=True)))",
                  "apart = math.hypot(*(a - b for a, b in zip(x, y, strict=False)))", reason=STRICT)
    + equivalents("from_half_angles", "together = math.hypot(*(a + b for a, b in zip(x, y, strict=True)))",
                  "together = math.hypot(*(a + b for a, b in zip(x, y, strict=False)))", reason=STRICT)
    + equivalents("notebook", "if X.shape[1] != Y.shape[1]:", "if False:", "if X.shape[1] < Y.shape[1]:",
                  "if X.shape[1] > Y.shape[1]:", reason=RAISED)
    + equivalents("notebook", "X = X / np.where(lengths_x > 0, lengths_x, 1)[:, None]",
                  "X = X / np.where(lengths_x != 0, lengths_x, 1)[:, None]", reason=NOT_NEGATIVE)
    + equivalents("notebook", "X = X / np.where(lengths_x > 0, lengths_x, 1)[:, None]",
                  "X = X / np.where(lengths_x > 0, lengths_x, 2)[:, None]", reason=ZERO)
    + equivalents("notebook", "Y = Y / np.where(lengths_y > 0, lengths_y, 1)[:, None]",
                  "Y = Y / np.where(lengths_y != 0, lengths_y, 1)[:, None]", reason=NOT_NEGATIVE)
    + equivalents("notebook", "Y = Y / np.where(lengths_y > 0, lengths_y, 1)[:, None]",
                  "Y = Y / np.where(lengths_y > 0, lengths_y, 2)[:, None]", reason=ZERO)
)  # fmt: skip

EXERCISE = Exercise(
    solution=cosine_similarity,
    points=3,
    cases=(
        case("two by two", given([[1.0, 0.0], [3.0, 4.0]]), given([[2.0, 0.0], [0.0, 5.0]]), public=True,
             why="by hand: (3, 4) has length 5, so its cosine with the first axis is 3/5 and with the second 4/5"),
        case("a client without spending", given([[0.0, 0.0]]), given([[1.0, 2.0]]), public=True, kind="edge",
             why="a row of zeros points nowhere; its similarity is defined as 0"),
        case("other columns", given([[1.0, 2.0]]), given([[1.0, 2.0, 3.0]]), public=True, kind="error",
             why="two kinds of spending cannot be compared with three"),
        case("five and four clients", normal(5, 3), normal(4, 3), why="each row of X meets each row of Y"),
        case("as many on both sides", normal(4, 4), normal(4, 4),
             why="with equal shapes rows and columns can be mixed up without a crash"),
        case("with themselves", joint("40 rows, twice", _with_itself), kind="edge",
             why="rounding makes some of these cosines 1.0000000000000002, which no cosine is"),
        case("with their opposites", joint("40 rows, and their opposites", _with_their_opposites), kind="edge",
             why="rounding makes some of these cosines -1.0000000000000002, which no cosine is"),
        case("zero row", made("normal(3, 4) with a zero row", _with_empty_row), normal(2, 4), kind="edge",
             why="a row of zeros gives 0, not NaN, and leaves the others alone"),
        case("zero rows on both sides", joint("a zero row in normal(3, 4), another in normal(4, 4)", _with_empty_rows), kind="edge",
             why="a row of zeros gives 0 on either side, and with another row of zeros too"),
        case("tiny numbers", normal(3, 3, scale=1e-100), normal(2, 3, scale=1e-100), kind="edge",
             why="an angle does not depend on the unit, however small"),
        case("one column", normal(4, 1), normal(3, 1), kind="edge", why="in one dimension the cosine is the sign"),
        case("whole amounts", integers(3, 4, low=-9, high=10), integers(2, 4, low=1, high=9), kind="edge",
             why="whole numbers in, fractions out"),
        case("small integers", given([[200, 100], [30, 40]], dtype=np.uint8), given([[50, 250]], dtype=np.uint8),
             kind="edge", why="counts of one byte overflow when they are squared or multiplied as they come"),
        case("lists", given(((3, 4), (1, 0))), given(((5, 12), (0, 2))), kind="edge",
             why="tables may come as lists of rows, which have no shape until they are made arrays"),
        case("columns that do not match", normal(3, 4), normal(3, 3), kind="error",
             why="rows of different length have no angle"),
        case("single precision", normal(3, 4, dtype=np.float32), normal(2, 4, dtype=np.float32), kind="edge",
             why="the result is float64 whatever comes in"),
        case("clients without spending, a kind less", normal(2, 3), given(np.zeros((2, 2))), kind="error",
             why="rows of zeros have a length, too, that may not match"),
        case("clients without spending, a kind more", given(np.zeros((2, 2))), normal(2, 3), kind="error",
             why="it is the numbers of columns that must agree, whichever is the larger"),
    ),
    checks=(value(rtol=NORMALISED, atol=SUM_OF_PRODUCTS), bounded),
    misconceptions=(
        nan_for_zero_vector, centres_first_correlation, matrix_norm, sum_of_norms, no_clipping,
        clips_above_only, empty_rows_of_X_only, empty_rows_are_alike,
        epsilon_in_denominator, distance_not_similarity, rows_and_columns_swapped,
    ),
    alternatives=(double_loop, norms_once, from_half_angles),
    equivalents=EQUIVALENTS,
)  # fmt: skip
