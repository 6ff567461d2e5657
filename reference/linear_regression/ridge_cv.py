"""Choosing the penalty of a ridge regression by cross-validation."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import CROSS_VALIDATED, CROSS_VALIDATED_FLOOR, CROSS_VALIDATED_WIDE
from reference.measures import same, value
from reference.recipes import given, joint, normal
from reference.spec import Exercise, case, equivalents, misconception


def ridge_cv(X, y, lams, k):
    """Return the penalty with the smallest cross-validated error, and the error of every penalty.

    For each of k contiguous folds, `numpy.array_split(numpy.arange(n), k)`: standardise the columns by the rows outside
    the fold (population standard deviation, a constant column divided by 1), put a column of ones in front, fit a ridge
    regression to these rows, and predict the rows of the fold.

    Parameters
    ----------
    X : array of shape (n, d)
        One row an observation, in raw units and without a column of ones.
    y : array of shape (n,)
        Targets.
    lams : sequence of float
        Penalties to try, each at least 0; see `ridge_fit`: the loss is a mean, the intercept is not penalised.
    k : int
        Number of folds, from 2 to n.

    Returns
    -------
    best_lam : float
        The penalty with the smallest error; of equal ones the first.
    cv_mse : array of shape (len(lams),)
        For each penalty the sum of all squared validation errors, divided by n.

    Raises
    ------
    ValueError
        If `k` is not between 2 and n.

    Examples
    --------
    >>> best, errors = ridge_cv([[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0], [0.0, 1.0], 2)
    >>> best, errors.round(6).tolist()
    (0.0, [0.0, 4.25])
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    errors = np.zeros(len(lams))
    for train, held_out in _folds(len(y), k):
        Z, V = _scale(X[train], X[held_out])
        for i, lam in enumerate(lams):
            w = _ridge(_ones(Z), y[train], lam)
            errors[i] += np.sum((_ones(V) @ w - y[held_out]) ** 2)
    errors /= len(y)
    return float(lams[int(np.argmin(errors))]), errors


def _folds(n, k):
    if not 2 <= k <= n:
        msg = f"k = {k}; needed is a number of folds from 2 to {n}"
        raise ValueError(msg)
    for held_out in np.array_split(np.arange(n), k):
        yield np.setdiff1d(np.arange(n), held_out), held_out


def _scale(A, B):
    sd = np.where(np.ptp(A, axis=0) == 0, 1.0, A.std(axis=0))
    return (A - A.mean(axis=0)) / sd, (B - A.mean(axis=0)) / sd


def _ones(X):
    return np.column_stack([np.ones(len(X)), X])


def _ridge(X, y, lam):
    d = X.shape[1]
    rows = np.sqrt(len(y) * lam) * np.eye(d)[1:]
    return np.linalg.lstsq(np.vstack([X, rows]), np.concatenate([y, np.zeros(d - 1)]), rcond=None)[0]


def one_svd_per_fold(X, y, lams, k):
    X, y, lams = np.asarray(X, float), np.asarray(y, float), np.asarray(lams, float)
    errors = np.zeros(len(lams))
    for train, held_out in _folds(len(y), k):
        Z, V = _scale(X[train], X[held_out])
        centre = y[train].mean()
        U, s, Vt = np.linalg.svd(Z, full_matrices=False)
        shrunk = s / (s**2 + len(train) * lams[:, None])
        predicted = centre + (shrunk * (U.T @ (y[train] - centre))) @ (V @ Vt.T).T
        errors += ((predicted - y[held_out]) ** 2).sum(axis=1)
    return lams[errors.argmin()], errors / len(y)


def pooled_list(X, y, lams, k):
    X, y = np.asarray(X, float), np.asarray(y, float)
    scores = []
    for lam in lams:
        squares = []
        for train, held_out in _folds(len(y), k):
            Z, V = (_ones(part) for part in _scale(X[train], X[held_out]))
            D = len(train) * lam * np.eye(Z.shape[1])
            D[0, 0] = 0.0
            w = np.linalg.pinv(Z.T @ Z + D, hermitian=True) @ (Z.T @ y[train])
            squares += [(p - t) ** 2 for p, t in zip(V @ w, y[held_out], strict=True)]
        scores.append(sum(squares) / len(squares))
    return (lams[scores.index(min(scores))], scores)


def by_inner_products_of_rows(X, y, lams, k):
    """Predict every row once from the inner products of its features with those of the training rows: the dual form."""
    X, y = np.asarray(X, float), np.asarray(y, float)
    predicted = np.zeros((len(lams), len(y)))
    for train, held_out in _folds(len(y), k):
        Z, V = _scale(X[train], X[held_out])
        centre, K = y[train].mean(), Z @ Z.T
        for i, lam in enumerate(lams):
            dual = np.linalg.lstsq(K + len(train) * lam * np.eye(len(train)), y[train] - centre, rcond=1e-12)[0]
            predicted[i, held_out] = centre + V @ Z.T @ dual
    errors = [math.fsum((p - t) ** 2 for p, t in zip(row, y, strict=True)) / len(y) for row in predicted]
    return np.array(min(zip(errors, range(len(lams)), lams, strict=True))[2]), tuple(errors)


def _variant(X, y, lams, k, *, scale=_scale, fit=_ridge, score="held out", choose=np.argmin):
    """Return what a search gives that differs from the right one in the parts named."""
    X, y = np.asarray(X, float), np.asarray(y, float)
    errors = np.zeros(len(lams))
    for train, held_out in _folds(len(y), k):
        Z, V = scale(X[train], X[held_out])
        rows, targets = (Z, y[train]) if score == "train" else (V, y[held_out])
        for i, lam in enumerate(lams):
            missed = np.sum((_ones(rows) @ fit(_ones(Z), y[train], lam) - targets) ** 2)
            if score == "last":
                errors[i] = missed
            else:
                errors[i] += missed / len(rows) * (len(y) / k) if score == "mean of folds" else missed
    errors /= len(y)
    return float(lams[int(choose(errors))]), errors


@misconception("Which penalty always wins a contest on the rows that it was fitted to?")
def scores_on_training_folds(X, y, lams, k):
    return _variant(X, y, lams, k, score="train")


@misconception("Is the penalty fair to a feature measured in cents?")
def no_standardisation(X, y, lams, k):
    return _variant(X, y, lams, k, scale=lambda A, B: (A, B))


@misconception("How many squared errors are in your sum?")
def last_fold_only(X, y, lams, k):
    return _variant(X, y, lams, k, score="last")


@misconception("A penalty, or its position in the list?")
def returns_index(X, y, lams, k):
    _, errors = ridge_cv(X, y, lams, k)
    return int(np.argmin(errors)), errors


@misconception("Is the best penalty the one with the smallest or the largest error?")
def argmax(X, y, lams, k):
    return _variant(X, y, lams, k, choose=np.argmax)


@misconception("Which rows may mean and standard deviation see?")
def scales_before_splitting(X, y, lams, k):
    X = np.asarray(X, float)
    return _variant(_scale(X, X)[0], y, lams, k, scale=lambda A, B: (A, B))


@misconception("Does each validation fold have statistics of its own?")
def scales_each_part_by_itself(X, y, lams, k):
    return _variant(X, y, lams, k, scale=lambda A, B: (_scale(A, A)[0], _scale(B, B)[0]))


@misconception("Are all folds of the same size?")
def mean_of_fold_means(X, y, lams, k):
    return _variant(X, y, lams, k, score="mean of folds")


@misconception("Should a penalty pull the level of the predictions to 0?")
def penalises_the_intercept(X, y, lams, k):
    def fit(A, b, lam):
        rows = np.sqrt(len(b) * lam) * np.eye(A.shape[1])
        return np.linalg.lstsq(np.vstack([A, rows]), np.concatenate([b, np.zeros(A.shape[1])]), rcond=None)[0]

    return _variant(X, y, lams, k, fit=fit)


@misconception("The loss is a mean: of how many rows?")
def penalty_without_n(X, y, lams, k):
    return _variant(X, y, lams, k, fit=lambda A, b, lam: _ridge(A, b, lam / len(b)))


@misconception("In the fit, is n the number of all rows or of those that are fitted?")
def counts_all_rows_in_the_penalty(X, y, lams, k):
    return _variant(X, y, lams, k, fit=lambda A, b, lam: _ridge(A, b, lam * len(y) / len(b)))


@misconception("Are mean squared errors asked for, or their roots?")
def returns_rmse(X, y, lams, k):
    best, errors = ridge_cv(X, y, lams, k)
    return best, np.sqrt(errors)


@misconception("Which rows are in the first fold?")
def interleaved_folds(X, y, lams, k):
    order = np.argsort(np.arange(len(y)) % max(k, 1), kind="stable")
    return ridge_cv(np.asarray(X)[order], np.asarray(y)[order], lams, k)


@misconception("Divide by the number of rows, or by the number of folds?")
def divides_by_folds(X, y, lams, k):
    best, errors = ridge_cv(X, y, lams, k)
    return best, errors * len(y) / k


GRID = (0.0, 0.003, 0.03, 0.3, 3.0)


def _clear(rng, n, d, lams, k, scales=1.0):
    """Return rows in an order that matters, of which the best penalty is clearly best and is neither end of the grid."""
    while True:
        X = rng.standard_normal((n, d)) * scales + rng.uniform(1, 3, d) * scales
        slopes = rng.choice([-1, 1], d) * rng.uniform(0.2, 0.7, d) / scales
        y = 20 + X @ slopes + 0.8 * rng.standard_normal(n) + np.linspace(0, 1.5, n)
        errors = ridge_cv(X, y, lams, k)[1]
        first, *others = np.argsort(errors)
        clear = not others or errors[others[0]] > 1.002 * errors[first]
        if clear and (len(lams) < 3 or 0 < first < len(lams) - 1):
            return X, y


THREE = (0.01, 0.1, 1.0)


def _changed(rng, n, k, change):
    """Return n homes with two features after `change`, which leaves one of three penalties clearly best."""
    while True:
        X, y = change(*_clear(rng, n, 2, THREE, k))
        first, second, _ = np.sort(ridge_cv(X, y, THREE, k)[1])
        if second > 1.002 * first:
            return X, y


def _single(rng):
    return _changed(rng, 16, 4, lambda X, y: ((X + 1e5).astype(np.float32), (y + 3000).astype(np.float32)))


def _constant(rng):
    return _changed(rng, 18, 3, lambda X, y: (np.column_stack([X[:, 0], np.full(18, 2.5), X[:, 1]]), y))


def _one_fold(rng):
    """Return homes of which the first fold lies in a region of its own, and is dearer."""
    first = np.repeat([1.0, 0.0], [6, 12])
    return _changed(rng, 18, 3, lambda X, y: (np.column_stack([X[:, 0], 1.5 + first, X[:, 1]]), y + 0.3 * first))


def _far(rng):
    X, y = _clear(rng, 20, 3, GRID, 4)
    return X + [1e6, -1e6, 0.0], y


def _homes(n, d, lams, k, scales=1.0):
    return joint(f"{n} homes, {d} features", lambda rng: _clear(rng, n, d, lams, k, np.asarray(scales)))


PROMOTED = "targets are joined, multiplied or subtracted with float64 numbers, for which numpy promotes them exactly"
SQUARE = "a difference is squared, so that its sign does not matter"
INTEGER = "numpy's whole numbers index like Python's"
RAISED = (
    "with one fold no row is left to train on, and numpy, asked for the largest entry of none, raises ValueError itself"
)
ZEROS = (
    "a column that is constant in the training rows is 0 there, so that the penalty makes its slope 0, whatever "
    "positive number the other rows are divided by; without a penalty the columns are independent"
)
ORDER = "the largest number is never below the smallest"
BOTH = (
    "columns change their sign in training and in held-out rows, so that their weights change it and predictions do not"
)
RCOND = "without a threshold numpy 2 takes the one that rcond=None stands for"
PENALTIES = "penalties are asked for as floats, and whole ones become floats where they are added to squares"
CENTRED = (
    "the columns are centred, so that a constant added to the targets is at right angles to them: it changes at most 0.09 "
    "of what is allowed over 40 draws"
)
SYMMETRIC = "the matrix is symmetric, and so is its inverse: at most 1e-5 of what is allowed over 40 draws"
GENERAL = (
    "for a symmetric matrix the general algorithm finds the same inverse: at most 1e-5 of what is allowed over 40 draws"
)
STRICT = "there is one prediction for each target, and one error for each penalty"
GAP = (
    "singular values of the cases are below 2e-16 or above 1e-3 of the largest over 200 draws, so that every threshold "
    "between, numpy's own included, finds the same rank"
)
NEW = "nothing is written to the array, which is made of a single number"
EQUIVALENTS = (
    equivalents("ridge_cv", "X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)",
                "X, y = np.asarray(X, dtype=float), np.asarray(y)", reason=PROMOTED)
    + equivalents("ridge_cv", "errors[i] += np.sum((_ones(V) @ w - y[held_out]) ** 2)",
                  "errors[i] += np.sum((y[held_out] - _ones(V) @ w) ** 2)", reason=SQUARE)
    + equivalents("ridge_cv", "return float(lams[int(np.argmin(errors))]), errors",
                  "return float(lams[np.argmin(errors)]), errors", reason=INTEGER)
    + equivalents("ridge_cv", "if not 2 <= k <= n:", "if not 1 <= k <= n:", reason=RAISED)
    + equivalents("ridge_cv", "sd = np.where(np.ptp(A, axis=0) == 0, 1.0, A.std(axis=0))",
                  "sd = np.where(np.ptp(A, axis=0) == 0, 2.0, A.std(axis=0))",
                  "sd = np.where(np.ptp(A, axis=0) == 0, 0.5, A.std(axis=0))", reason=ZEROS)
    + equivalents("ridge_cv", "sd = np.where(np.ptp(A, axis=0) == 0, 1.0, A.std(axis=0))",
                  "sd = np.where(np.ptp(A, axis=0) <= 0, 1.0, A.std(axis=0))", reason=ORDER)
    + equivalents("ridge_cv", "return np.column_stack([np.ones(len(X)), X])",
                  "return -np.column_stack([np.ones(len(X)), X])", reason=BOTH)
    + equivalents("ridge_cv", "return np.linalg.lstsq(np.vstack([X, rows]), np.concatenate([y, np.zeros(d - 1)]), rcond=None)[0]",
                  "return np.linalg.lstsq(np.vstack([X, rows]), np.concatenate([y, np.zeros(d - 1)]))[0]", reason=RCOND)
    + equivalents("one_svd_per_fold", "X, y, lams = np.asarray(X, float), np.asarray(y, float), np.asarray(lams, float)",
                  "X, y, lams = np.asarray(X, float), np.asarray(y, float), np.asarray(lams)", reason=PENALTIES)
    + equivalents("one_svd_per_fold", "predicted = centre + (shrunk * (U.T @ (y[train] - centre))) @ (V @ Vt.T).T",
                  "predicted = centre + (shrunk * (U.T @ (y[train] + centre))) @ (V @ Vt.T).T", reason=CENTRED)
    + equivalents("one_svd_per_fold", "errors += ((predicted - y[held_out]) ** 2).sum(axis=1)",
                  "errors += ((y[held_out] - predicted) ** 2).sum(axis=1)", reason=SQUARE)
    + equivalents("pooled_list", "X, y = np.asarray(X, float), np.asarray(y, float)",
                  "X, y = np.asarray(X, float), np.asarray(y)", reason=PROMOTED)
    + equivalents("pooled_list", "w = np.linalg.pinv(Z.T @ Z + D, hermitian=True) @ (Z.T @ y[train])",
                  "w = Z.T @ y[train] @ np.linalg.pinv(Z.T @ Z + D, hermitian=True)", reason=SYMMETRIC)
    + equivalents("pooled_list", "w = np.linalg.pinv(Z.T @ Z + D, hermitian=True) @ (Z.T @ y[train])",
                  "w = np.linalg.pinv(Z.T @ Z + D) @ (Z.T @ y[train])",
                  "w = np.linalg.pinv(Z.T @ Z + D, hermitian=False) @ (Z.T @ y[train])", reason=GENERAL)
    + equivalents("pooled_list", "squares += [(p - t) ** 2 for p, t in zip(V @ w, y[held_out], strict=True)]",
                  "squares += [(t - p) ** 2 for p, t in zip(V @ w, y[held_out], strict=True)]", reason=SQUARE)
    + equivalents("pooled_list", "squares += [(p - t) ** 2 for p, t in zip(V @ w, y[held_out], strict=True)]",
                  "squares += [(p - t) ** 2 for p, t in zip(V @ w, y[held_out], strict=False)]", reason=STRICT)
    + equivalents("by_inner_products_of_rows", "dual = np.linalg.lstsq(K + len(train) * lam * np.eye(len(train)), y[train] - centre, rcond=1e-12)[0]",
                  "dual = np.linalg.lstsq(K + len(train) * lam * np.eye(len(train)), y[train] - centre)[0]",
                  "dual = np.linalg.lstsq(K + len(train) * lam * np.eye(len(train)), y[train] - centre, rcond=1e-09)[0]",
                  "dual = np.linalg.lstsq(K + len(train) * lam * np.eye(len(train)), y[train] - centre, rcond=1e-15)[0]",
                  reason=GAP)
    + equivalents("by_inner_products_of_rows", "dual = np.linalg.lstsq(K + len(train) * lam * np.eye(len(train)), y[train] - centre, rcond=1e-12)[0]",
                  "dual = np.linalg.lstsq(K + len(train) * lam * np.eye(len(train)), y[train] + centre, rcond=1e-12)[0]",
                  reason=CENTRED)
    + equivalents("by_inner_products_of_rows", "errors = [math.fsum((p - t) ** 2 for p, t in zip(row, y, strict=True)) / len(y) for row in predicted]",
                  "errors = [math.fsum((t - p) ** 2 for p, t in zip(row, y, strict=True)) / len(y) for row in predicted]",
                  reason=SQUARE)
    + equivalents("by_inner_products_of_rows", "errors = [math.fsum((p - t) ** 2 for p, t in zip(row, y, strict=True)) / len(y) for row in predicted]",
                  "errors = [math.fsum((p - t) ** 2 for p, t in zip(row, y, strict=False)) / len(y) for row in predicted]",
                  reason=STRICT)
    + equivalents("by_inner_products_of_rows", "return np.array(min(zip(errors, range(len(lams)), lams, strict=True))[2]), tuple(errors)",
                  "return np.asarray(min(zip(errors, range(len(lams)), lams, strict=True))[2]), tuple(errors)",
                  reason=NEW)
    + equivalents("by_inner_products_of_rows", "return np.array(min(zip(errors, range(len(lams)), lams, strict=True))[2]), tuple(errors)",
                  "return np.array(min(zip(errors, range(len(lams)), lams, strict=False))[2]), tuple(errors)",
                  reason=STRICT)
    + equivalents("notebook", "y = np.asarray(y, dtype=float)", "y = np.asarray(y)", reason=PROMOTED)
    + equivalents("notebook", "if not 2 <= k <= n:", "if not 1 <= k <= n:", reason=RAISED)
    + equivalents("notebook", "spread[X[train].max(axis=0) == X[train].min(axis=0)] = 1",
                  "spread[X[train].max(axis=0) <= X[train].min(axis=0)] = 1", reason=ORDER)
    + equivalents("notebook", "spread[X[train].max(axis=0) == X[train].min(axis=0)] = 1",
                  "spread[X[train].max(axis=0) == X[train].min(axis=0)] = 2", reason=ZEROS)
    + equivalents("notebook", "Z = np.column_stack([np.ones(n), (X - centre) / spread])",
                  "Z = np.column_stack([np.ones(n), (centre - X) / spread])", reason=BOTH)
    + equivalents("notebook", "w = np.linalg.lstsq(Z[train].T @ Z[train] + D, Z[train].T @ y[train], rcond=None)[0]",
                  "w = np.linalg.lstsq(Z[train].T @ Z[train] + D, Z[train].T @ y[train])[0]", reason=RCOND)
    + equivalents("notebook", "squared_errors[i, held_out] = (Z[held_out] @ w - y[held_out]) ** 2",
                  "squared_errors[i, held_out] = (y[held_out] - Z[held_out] @ w) ** 2", reason=SQUARE)
)  # fmt: skip

EXERCISE = Exercise(
    solution=ridge_cv,
    points=8,
    cases=(
        case("four homes on a line", given([[0.0], [1.0], [2.0], [3.0]]), given([1.0, 3.0, 5.0, 7.0]), given([0.0, 1.0]), given(2), public=True,
             why="by hand: without penalty the line through two homes meets the other two; with penalty 1 its slope is halved, "
                 "the predictions miss by 1.5 and 2.5 in each fold, and (2.25 + 6.25) / 2 = 4.25"),
        case("one fold", given([[0.0], [1.0], [2.0]]), given([1.0, 2.0, 3.0]), given([0.1]), given(1), public=True, kind="error",
             why="with one fold nothing is left to train on"),
        case("twenty-three homes in five folds", _homes(23, 3, GRID, 5), given(np.array(GRID)), given(5), why="folds of 5, 5, 5, 4 and 4 homes"),
        case("thirty-one homes in four folds", _homes(31, 4, GRID, 4), given(np.array(GRID)), given(4), why="another number of folds, of another size"),
        case("scales from 0.1 to 100", _homes(26, 3, GRID, 5, [0.1, 1.0, 100.0]), given(np.array(GRID)), given(5),
             kind="edge", why="a penalty on raw weights would depend on the unit"),
        case("every home once", _homes(11, 2, (0.01, 0.1, 1.0), 11), given([0.01, 0.1, 1.0]), given(11), kind="edge",
             why="with as many folds as homes one home is left out at a time"),
        case("two folds", _homes(17, 2, (0.01, 0.1, 1.0), 2), given([0.01, 0.1, 1.0]), given(2), kind="edge", why="halves of 9 and 8"),
        case("more features than homes", _homes(9, 14, (0.05, 0.5, 5.0), 3), given([0.05, 0.5, 5.0]), given(3), kind="edge",
             checks=(same(0, name="the best penalty is right"), value(rtol=CROSS_VALIDATED_WIDE, atol=CROSS_VALIDATED_FLOOR, part=1, name="the errors are right")),
             why="with more weights than rows the penalty makes the fit unique"),
        case("a single penalty", _homes(12, 2, (0.2,), 3), given([0.2]), given(3), kind="edge", why="a list of one is still a list"),
        case("penalties in no order", _homes(20, 3, (0.3, 0.01, 3.0, 0.1), 4), given([0.3, 0.01, 3.0, 0.1]), given(4), kind="edge",
             why="the penalties are not sorted, and the errors keep their order"),
        case("lists", given(((1, 7), (2, 5), (4, 6), (3, 9), (6, 8), (5, 2))), given((3, 4, 8, 7, 11, 9)), given((1, 0.1, 10)), given(3), kind="edge",
             why="numbers may come as lists, which cannot be indexed by folds until they are arrays"),
        case("single precision", joint("16 homes, 2 features around 100,000, prices around 3000, float32", _single), given(np.array(THREE)), given(4), kind="edge",
             why="means and spreads that are computed in seven digits have seven"),
        case("a feature that never changes", joint("18 homes, 2 features and a column of 2.5", _constant), given(np.array(THREE)), given(3), kind="edge",
             why="a constant column is divided by 1, in every fold"),
        case("a region in one fold", joint("18 homes, 2 features and a dummy for the first six", _one_fold), given(np.array(THREE)), given(3), kind="edge",
             why="a column may be constant in the training rows of one fold only"),
        case("far from 0", joint("20 homes, 3 features of which two are around a million", _far), given(np.array(GRID)), given(4), kind="stability",
             why="a shift that the intercept could take up costs digits where it is large"),
        case("more folds than homes", normal(5, 2), normal(5), given([0.1, 1.0]), given(6), kind="error", why="a fold would be empty"),
        case("a single fold", normal(6, 2), normal(6), given([0.1, 1.0]), given(1), kind="error", why="nothing would be left to train on"),
    ),
    checks=(
        same(0, name="the best penalty is right"),
        value(rtol=CROSS_VALIDATED, atol=CROSS_VALIDATED_FLOOR, part=1, name="the errors are right"),
    ),
    misconceptions=(
        scores_on_training_folds, no_standardisation, last_fold_only, returns_index, argmax, scales_before_splitting,
        scales_each_part_by_itself, mean_of_fold_means, penalises_the_intercept, penalty_without_n,
        counts_all_rows_in_the_penalty, returns_rmse, interleaved_folds, divides_by_folds,
    ),
    alternatives=(one_svd_per_fold, pooled_list, by_inner_products_of_rows),
    equivalents=EQUIVALENTS,
)  # fmt: skip
