"""The cross-entropy of a softmax over several classes, and its gradient."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import NORMALISED, SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, integers, joint, made, normal
from reference.spec import Exercise, case, equivalents, misconception


def softmax_cross_entropy(Z, y):
    """Return the mean cross-entropy of the classes under softmax(Z), and its gradient with respect to Z.

    Parameters
    ----------
    Z : array of shape (n, K)
        One row a message, one column a class: scores (logits) of any size.
    y : array of int of shape (n,)
        The class of each message, 0 to K - 1.

    Returns
    -------
    loss : float
        The mean over the rows of log(sum(exp(Z[i]))) - Z[i, y[i]], natural logarithm.
    dZ : array of shape (n, K)
        (softmax of each row - 1 at the right class) / n.

    Raises
    ------
    ValueError
        If `Z` is not a matrix with at least one row, if `y` is not a vector with one class for each row, or if a class
        is not a whole number from 0 to K - 1.

    Examples
    --------
    >>> loss, dZ = softmax_cross_entropy([[0.0, 0.0]], [1])
    >>> round(loss, 6), dZ.tolist()
    (0.693147, [[0.5, -0.5]])
    """
    Z, y = _checked(Z, y)
    shifted = Z - Z.max(axis=1, keepdims=True)
    total = np.exp(shifted).sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    loss = np.mean(np.log(total[:, 0]) - shifted[rows, y])
    dZ = np.exp(shifted) / total
    dZ[rows, y] -= 1
    return float(loss), dZ / len(y)


def _checked(Z, y):
    Z, y = np.asarray(Z, dtype=float), np.asarray(y)
    fits = Z.ndim == 2 and len(Z) > 0 and y.shape == (len(Z),)
    if not fits or not ((y >= 0) & (y < Z.shape[1]) & (y == np.floor(y))).all():
        msg = f"Z and y have shapes {Z.shape} and {y.shape}; needed are (n, K) and a class from 0 to K - 1 for each row"
        raise ValueError(msg)
    return Z, y.astype(int)


def by_loops(Z, y):
    Z, y = _checked(Z, y)
    n, K = Z.shape
    loss, dZ = 0.0, [[0.0] * K for _ in range(n)]
    for i in range(n):
        top = max(Z[i])
        parts = [math.exp(v - top) for v in Z[i]]
        loss += (top + math.log(sum(parts)) - Z[i, y[i]]) / n
        for c in range(K):
            dZ[i][c] = (parts[c] / sum(parts) - (c == y[i])) / n
    return loss, dZ


def by_one_hot(Z, y):
    Z, y = _checked(Z, y)
    Y = np.eye(Z.shape[1])[y]
    logs = Z - np.logaddexp.reduce(Z, axis=1)[:, None]
    return [np.array(-(Y * logs).sum(axis=1).mean()), (np.exp(logs) - Y) / len(y)]


def by_differences(Z, y):
    """Measure every score from the right class's, and add the right class's share of the gradient up from the others'."""
    Z, y = _checked(Z, y)
    rows = np.arange(len(y))
    behind = Z - np.take_along_axis(Z, y[:, None], axis=1)
    losses = np.logaddexp.reduce(behind, axis=1)
    dZ = np.exp(behind - losses[:, None])
    dZ[rows, y] = 0.0
    dZ[rows, y] = -dZ.sum(axis=1)
    return np.average(losses), tuple(dZ / len(y))


def _gradient(P, y):
    G = np.array(P)
    G[np.arange(len(y)), y] -= 1
    return G / len(y)


@misconception("What is exp(1000)?")
def overflow_no_max_shift(Z, y):
    Z, y = _checked(Z, y)
    with np.errstate(all="ignore"):
        P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
        return float(-np.mean(np.log(P[np.arange(len(y)), y]))), _gradient(P, y)


@misconception("What is left of the second row after your shift?")
def global_max_underflows(Z, y):
    Z, y = _checked(Z, y)
    with np.errstate(all="ignore"):
        E = np.exp(Z - Z.max())
        total = E.sum(axis=1, keepdims=True)
        loss = np.mean(np.log(total[:, 0]) + Z.max() - Z[np.arange(len(y)), y])
        return float(loss), _gradient(E / total, y)


@misconception("Do the probabilities of one message add up to 1?")
def softmax_over_axis_0(Z, y):
    Z, y = _checked(Z, y)
    E = np.exp(Z - Z.max(axis=0))
    P = E / E.sum(axis=0)
    with np.errstate(all="ignore"):
        return float(-np.mean(np.log(P[np.arange(len(y)), y]))), _gradient(P, y)


@misconception("Is the logarithm taken before or after the division?")
def log_of_underflowed_probability(Z, y):
    Z, y = _checked(Z, y)
    _loss, dZ = softmax_cross_entropy(Z, y)
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    with np.errstate(all="ignore"):
        return float(-np.mean(np.log((E / E.sum(axis=1, keepdims=True))[np.arange(len(y)), y]))), dZ


@misconception("How large can your loss get? Try logits of 0 and 100 and the wrong class.")
def clipped_probability(Z, y):
    Z, y = _checked(Z, y)
    _loss, dZ = softmax_cross_entropy(Z, y)
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    return float(-np.mean(np.log(np.maximum(P[np.arange(len(y)), y], 1e-12)))), dZ


@misconception("What should the gradient be for a perfect prediction?")
def forgets_to_subtract_one_hot(Z, y):
    loss, dZ = softmax_cross_entropy(Z, y)
    dZ = dZ.copy()
    Z, y = _checked(Z, y)
    dZ[np.arange(len(y)), y] += 1 / len(y)
    return loss, dZ


@misconception("How many entries do you average? Print the shape of P[:, y].")
def indexes_columns_for_all_rows(Z, y):
    Z, y = _checked(Z, y)
    logs = Z - np.logaddexp.reduce(Z, axis=1)[:, None]
    return float(-logs[:, y].mean()), softmax_cross_entropy(Z, y)[1]


@misconception("Duplicate the data: is it a mean or a total?")
def sum_not_mean(Z, y):
    loss, dZ = softmax_cross_entropy(Z, y)
    return loss * len(y), dZ * len(y)


@misconception("The gradient of a mean: what is it divided by?")
def gradient_missing_1_over_n(Z, y):
    loss, dZ = softmax_cross_entropy(Z, y)
    return loss, dZ * len(y)


@misconception("Should the gradient of a class that is too likely be positive or negative?")
def gradient_sign(Z, y):
    loss, dZ = softmax_cross_entropy(Z, y)
    return loss, -dZ


@misconception("Are there n rows or n K entries in the mean?")
def mean_over_classes_too(Z, y):
    loss, dZ = softmax_cross_entropy(Z, y)
    K = np.shape(Z)[1]
    return loss / K, dZ / K


@misconception("Is a message of several classes at once, or of exactly one?")
def a_sigmoid_for_each_class(Z, y):
    Z, y = _checked(Z, y)
    Y = np.eye(Z.shape[1])[y]
    loss = np.mean(np.sum(np.logaddexp(0, Z) - Y * Z, axis=1))
    return float(loss), (0.5 * (1 + np.tanh(Z / 2)) - Y) / len(y)


@misconception("Do your classes start at 0?")
def classes_from_one(Z, y):
    Z, y = _checked(Z, y)
    return softmax_cross_entropy(Z, (y - 1) % Z.shape[1])


def _classes(n, K):
    """Return a recipe for n classes out of K in no order, all present where n allows."""
    return made(f"{n} classes of {K}", lambda rng: rng.permutation(np.arange(n) % K))


def _huge(rng):
    Z = 1e4 * rng.standard_normal((4, 3))
    y = rng.permutation(np.arange(4) % 3)
    y[2] = np.argmin(Z[2])
    return Z, y


def _wrong(rng):
    return np.array([[0.0, 100.0, 30.0], [95.0, 0.0, 10.0]]) + rng.uniform(-1, 1, (2, 3))


# Reasons why a changed line is as right as the line it replaces.
ONE_COLUMN = "the sums stand in one column, which is the first and the last"
LENGTH = "a length is not negative"
ASSOCIATIVE = "three conditions hold together in any order"
WHOLE = "floor(y) <= y <= ceil(y), with equality for whole numbers, and for those only; NaN is neither equal nor below"
INDEX = "the text asks for an array of int, and whole numbers are indices as they are"
OVERWRITTEN = "every entry is written before it is read"
LAST = "the last axis of a matrix, which take_along_axis takes where none is named, is axis 1"
UNPACKED = "n, K = Z.shape raises ValueError for any other number of axes"
EQUIVALENTS = (
    equivalents("softmax_cross_entropy", "loss = np.mean(np.log(total[:, 0]) - shifted[rows, y])",
                "loss = np.mean(np.log(total[:, -1]) - shifted[rows, y])", reason=ONE_COLUMN)
    + equivalents("softmax_cross_entropy", "fits = Z.ndim == 2 and len(Z) > 0 and y.shape == (len(Z),)",
                  "fits = Z.ndim == 2 and len(Z) != 0 and y.shape == (len(Z),)", reason=LENGTH)
    + equivalents("softmax_cross_entropy",
                  "if not fits or not ((y >= 0) & (y < Z.shape[1]) & (y == np.floor(y))).all():",
                  "if not fits or not ((y >= 0) & ((y < Z.shape[1]) & (y == np.floor(y)))).all():",
                  reason=ASSOCIATIVE)
    + equivalents("softmax_cross_entropy",
                  "if not fits or not ((y >= 0) & (y < Z.shape[1]) & (y == np.floor(y))).all():",
                  "if not fits or not ((y >= 0) & (y < Z.shape[1]) & (y == np.ceil(y))).all():",
                  "if not fits or not ((y >= 0) & (y < Z.shape[1]) & (y <= np.floor(y))).all():", reason=WHOLE)
    + equivalents("softmax_cross_entropy", "return Z, y.astype(int)", "return Z, y", reason=INDEX)
    + equivalents("by_loops", "loss, dZ = 0.0, [[0.0] * K for _ in range(n)]",
                  "loss, dZ = 0.0, [[1.0] * K for _ in range(n)]", "loss, dZ = 0.0, [[-1.0] * K for _ in range(n)]",
                  reason=OVERWRITTEN)
    + equivalents("by_differences", "behind = Z - np.take_along_axis(Z, y[:, None], axis=1)",
                  "behind = Z - np.take_along_axis(Z, y[:, None])", reason=LAST)
    + equivalents("notebook", "if Z.ndim != 2 or len(Z) == 0 or y.shape != (len(Z),) or np.any(y != np.floor(y)):",
                  "if len(Z) == 0 or y.shape != (len(Z),) or np.any(y != np.floor(y)):",
                  "if Z.ndim < 2 or len(Z) == 0 or y.shape != (len(Z),) or np.any(y != np.floor(y)):",
                  "if Z.ndim > 2 or len(Z) == 0 or y.shape != (len(Z),) or np.any(y != np.floor(y)):",
                  reason=UNPACKED)
    + equivalents("notebook", "if Z.ndim != 2 or len(Z) == 0 or y.shape != (len(Z),) or np.any(y != np.floor(y)):",
                  "if Z.ndim != 2 or len(Z) == 0 or y.shape != (len(Z),) or np.any(y != np.ceil(y)):", reason=WHOLE)
    + equivalents("notebook", "if Z.ndim != 2 or len(Z) == 0 or y.shape != (len(Z),) or np.any(y != np.floor(y)):",
                  "if Z.ndim != 2 or len(Z) <= 0 or y.shape != (len(Z),) or np.any(y != np.floor(y)):", reason=LENGTH)
    + equivalents("notebook", "y = y.astype(int)", "pass", "y = y", reason=INDEX)
)  # fmt: skip

EXERCISE = Exercise(
    solution=softmax_cross_entropy,
    points=6,
    cases=(
        case("two teams", given([[0.0, 0.0]]), given([1]), public=True, why="by hand: both probabilities are 1/2, the loss is log 2, the gradient (1/2, 1/2 - 1)"),
        case("two messages", given([[0.0, np.log(3.0)], [0.0, 0.0]]), given([1, 0]), public=True,
             why="by hand: probabilities (1/4, 3/4) and (1/2, 1/2); the mean of -log(3/4) and -log(1/2) is 0.490"),
        case("a thousand", given([[1000.0, 0.0]]), given([0]), public=True, kind="stability", why="by hand: the model is certain and right, so the loss is 0, not NaN"),
        case("team 2 of two", given([[0.0, 1.0]]), given([2]), public=True, kind="error", why="classes are counted from 0"),
        case("seven messages, four teams", normal(7, 4, scale=2.0), _classes(7, 4), why="each row has a softmax of its own"),
        case("three messages, five teams", normal(3, 5, scale=2.0), _classes(3, 5), why="more classes than messages"),
        case("as many messages as teams", normal(4, 4, scale=2.0), _classes(4, 4), kind="edge", why="where n equals K rows and columns can be mixed up"),
        case("scores of ten thousand", joint("normal(4, 3) times 1e4, one class the least likely", _huge), kind="stability",
             why="no score is too large, and a certain mistake costs what it should"),
        case("rows on different levels", made("normal(3, 4) plus -900, 0 and 700", lambda r: r.standard_normal((3, 4)) + r.permutation([-900.0, 0.0, 700.0])[:, None]), _classes(3, 4),
             kind="stability", why="every row has a maximum of its own"),
        case("certain and wrong", made("the right class 95 to 100 behind", _wrong), made("the wrong classes", lambda _: np.array([0, 1])), kind="edge",
             checks=(value(rtol=NORMALISED, atol=SUM_OF_PRODUCTS, part=1, name="the gradient is right", of_largest=True), value(rtol=NORMALISED, part=0, name="the loss is right")),
             why="a loss of 100 must not be cut off"),
        case("one message", normal(1, 5), given([3]), kind="edge", why="the mean over one message is that message"),
        case("one team", normal(5, 1), given([0, 0, 0, 0, 0]), kind="edge", why="with one class there is nothing to choose and nothing to lose"),
        case("whole scores", integers(6, 3, low=-4, high=5), _classes(6, 3), kind="edge", why="whole numbers in, fractions out"),
        case("lists", made("rows in a list", lambda r: r.normal(size=(4, 3)).tolist()), given((2, 0, 1, 2)), kind="edge", why="lists of rows have no shape, and no columns to choose from, until they are made arrays"),
        case("single precision", normal(5, 3, scale=2.0, dtype=np.float32), _classes(5, 3), kind="edge", why="loss and gradient are computed in float64, whatever the scores are in"),
        case("scores of one byte", made("integers (4, 3) from 0 to 9 in uint8", lambda r: r.integers(0, 10, (4, 3)).astype(np.uint8)), _classes(4, 3), kind="edge",
             why="bytes have no minus sign: a score below the largest wraps around where it is not made float64 first"),
        case("a class and a half", normal(4, 3), made("classes with a 1.5", lambda r: r.permutation([0.0, 1.0, 2.0, 1.5])), kind="error", why="there is no column between two others"),
        case("a share for a class", normal(3, 4), made("classes with a 0.25", lambda r: r.permutation([2.0, 1.0, 0.25])), kind="error", why="a class is a whole number"),
        case("a missing class", normal(4, 3), made("classes, one NaN", lambda r: r.permutation([0.0, 1.0, 2.0, np.nan])), kind="error", why="NaN is no whole number, and what is not above its own floor need not be one"),
        case("class beyond K", normal(4, 3), made("classes up to 4 of three", lambda r: r.permutation([0, 1, 2, 4])), kind="error", why="there is no such column either"),
        case("one class for all", normal(4, 3), given([1]), kind="error", why="numpy would stretch a single class to all messages"),
        case("no messages", made("zeros(0, 3)", lambda _: np.zeros((0, 3))), made("no classes", lambda _: np.zeros(0, int)), kind="error", why="nothing has no mean"),
        case("a vector of scores", normal(3), given([0, 1, 2]), kind="error", why="Z must be a matrix with one row a message"),
        case("tables of scores", normal(3, 4, 3), given([0, 2, 1]), kind="error", why="Z must be a matrix, not a stack of them"),
        case("class K", normal(4, 3), made("classes up to 3 of three", lambda r: r.permutation([0, 1, 2, 3])), kind="error", why="there is no such column"),
        case("class -1", normal(4, 3), made("classes with a -1", lambda r: r.permutation([0, 1, 2, -1])), kind="error", why="numpy would take the last column without a word"),
        case("one-hot rows", normal(3, 3), made("eye(3)", lambda r: r.permutation(np.eye(3))), kind="error", why="classes are asked for, not indicators"),
        case("too few classes", normal(4, 3), given([0, 1, 2]), kind="error", why="each message needs a class"),
    ),
    checks=(
        value(rtol=NORMALISED, atol=SUM_OF_PRODUCTS, part=0, name="the loss is right"),
        value(rtol=NORMALISED, atol=SUM_OF_PRODUCTS, part=1, name="the gradient is right"),
    ),
    misconceptions=(
        overflow_no_max_shift, global_max_underflows, softmax_over_axis_0, log_of_underflowed_probability,
        clipped_probability, forgets_to_subtract_one_hot, indexes_columns_for_all_rows, sum_not_mean,
        gradient_missing_1_over_n, gradient_sign, mean_over_classes_too, a_sigmoid_for_each_class, classes_from_one,
    ),
    alternatives=(by_loops, by_one_hot, by_differences),
    equivalents=EQUIVALENTS,
)  # fmt: skip
