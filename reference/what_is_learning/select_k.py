"""Choosing the number of neighbours by cross-validation."""

from __future__ import annotations

import numpy as np

from reference.bounds import SUM_OF_PRODUCTS
from reference.measures import same, value
from reference.recipes import given, joint, normal
from reference.spec import Exercise, case, equivalents, misconception


def select_k(X, y, ks, n_folds):
    """Return the number of neighbours with the smallest cross-validated risk, and the risk of each.

    Parameters
    ----------
    X : array of shape (n, d)
        One row a client.
    y : array of int of shape (n,)
        Labels.
    ks : sequence of int
        Numbers of neighbours to try.
    n_folds : int
        Number of contiguous folds, `numpy.array_split(numpy.arange(n), n_folds)`; from 2 to n.

    Returns
    -------
    best_k : int
        The number with the smallest risk; of equal ones the first in `ks`.
    risks : array of shape (len(ks),)
        For each number all wrong predictions of the validation rows, each predicted by the rows outside its fold,
        divided by n. Ties of distance go to the lower index, ties of votes to the smallest label.

    Raises
    ------
    ValueError
        If `n_folds` is not between 2 and n, or if a number of neighbours is less than 1 or exceeds the rows outside a
        fold.

    Examples
    --------
    >>> best, risks = select_k([[0], [1], [10], [11]], [1, 1, 2, 2], [1], 4)
    >>> best, risks.tolist()
    (1, [0.0])
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    wrong = np.zeros(len(ks))
    for train, held_out in _folds(len(y), n_folds):
        for i, k in enumerate(ks):
            wrong[i] += np.sum(_predict(X[train], y[train], X[held_out], k) != y[held_out])
    risks = wrong / len(y)
    return int(ks[int(np.argmin(risks))]), risks


def _folds(n, n_folds):
    if not 2 <= n_folds <= n:
        msg = f"n_folds = {n_folds}; needed is a number from 2 to {n}"
        raise ValueError(msg)
    for held_out in np.array_split(np.arange(n), n_folds):
        yield np.setdiff1d(np.arange(n), held_out), held_out


def _predict(X, y, new, k):
    if not 1 <= k <= len(X):
        msg = f"k = {k}; needed is a number of neighbours from 1 to {len(X)}"
        raise ValueError(msg)
    nearest = np.argsort(((new[:, None] - X) ** 2).sum(axis=2), axis=1, kind="stable")[:, :k]
    return np.array([_vote(y[row]) for row in nearest])


def _vote(labels):
    values, counts = np.unique(labels, return_counts=True)
    return values[counts.argmax()]


def every_row_once(X, y, ks, n_folds):
    X, y = np.asarray(X, float), np.asarray(y)
    risks = []
    for k in ks:
        predicted = np.empty(len(y), dtype=y.dtype)
        for train, held_out in _folds(len(y), n_folds):
            predicted[held_out] = _predict(X[train], y[train], X[held_out], k)
        risks.append(float(np.mean(predicted != y)))
    return ks[risks.index(min(risks))], risks


def distances_reused(X, y, ks, n_folds):
    X, y = np.asarray(X, float), np.asarray(y)
    n = len(y)
    distances = np.sqrt(((X[:, None] - X) ** 2).sum(axis=2))
    fold = np.empty(n, int)
    for j, (_, held_out) in enumerate(_folds(n, n_folds)):
        fold[held_out] = j
    distances[fold[:, None] == fold] = np.inf
    order = np.argsort(distances, axis=1, kind="stable")
    if min(ks) < 1 or max(ks) > n - np.bincount(fold).max():
        raise ValueError
    risks = np.array([np.mean([_vote(y[order[i, :k]]) != y[i] for i in range(n)]) for k in ks])
    return np.asarray(ks)[risks.argmin()], risks


def rates_weighted_by_size(X, y, ks, n_folds):
    X, y = np.asarray(X, float).tolist(), np.asarray(y).tolist()
    n, risks = len(y), [0.0] * len(ks)
    for train, held_out in _folds(n, n_folds):
        if not 1 <= min(ks) <= max(ks) <= len(train):
            raise ValueError
        wrong = [0] * len(ks)
        for i in held_out:
            ranked = sorted((sum((a - b) ** 2 for a, b in zip(X[i], X[j], strict=True)), j) for j in train)
            for position, k in enumerate(ks):
                votes = [y[j] for _, j in ranked[:k]]
                wrong[position] += max(sorted(set(votes)), key=votes.count) != y[i]
        risks = [risk + len(held_out) / n * (w / len(held_out)) for risk, w in zip(risks, wrong, strict=True)]
    return np.array(ks)[np.argmin(risks)], tuple(risks)


def _search(X, y, ks, n_folds, *, score="held out", combine="pooled", choose=np.argmin, folds=_folds):
    X, y = np.asarray(X, float), np.asarray(y)
    rates, sizes = [], []
    for train, held_out in folds(len(y), n_folds):
        rows = train if score == "train" else held_out
        rates.append([np.mean(_predict(X[train], y[train], X[rows], k) != y[rows]) for k in ks])
        sizes.append(len(rows))
    rates, sizes = np.array(rates), np.array(sizes)
    if combine == "pooled":
        risks = (rates * sizes[:, None]).sum(axis=0) / sizes.sum()
    else:
        risks = rates.mean(axis=0) if combine == "mean of folds" else rates[-1]
    return int(ks[int(choose(risks))]), risks


@misconception("Are all folds of the same size?")
def unweighted_mean_of_folds(X, y, ks, n_folds):
    return _search(X, y, ks, n_folds, combine="mean of folds")


@misconception("A position in the list is not a number of neighbours.")
def returns_index_not_k(X, y, ks, n_folds):
    _, risks = select_k(X, y, ks, n_folds)
    return int(np.argmin(risks)), risks


@misconception("Which number of neighbours always wins on the rows it has memorised?")
def scores_on_training_rows(X, y, ks, n_folds):
    return _search(X, y, ks, n_folds, score="train")


@misconception("Is the smallest or the largest risk the best?")
def takes_the_largest_risk(X, y, ks, n_folds):
    return _search(X, y, ks, n_folds, choose=np.argmax)


@misconception("Of equal risks, which number comes first in the list?")
def last_of_equal_risks(X, y, ks, n_folds):
    return _search(X, y, ks, n_folds, choose=lambda risks: len(risks) - 1 - np.argmin(risks[::-1]))


@misconception("How many folds are in your risk?")
def last_fold_only(X, y, ks, n_folds):
    return _search(X, y, ks, n_folds, combine="last fold")


@misconception("Which rows are in the first fold?")
def interleaved_folds(X, y, ks, n_folds):
    def folds(n, n_folds):
        for held_out, _ in _folds(n, n_folds):
            del held_out
        for j in range(n_folds):
            rows = np.arange(n) % n_folds == j
            yield np.flatnonzero(~rows), np.flatnonzero(rows)

    return _search(X, y, ks, n_folds, folds=folds)


@misconception("Which clients are in the first fold that the text describes? And in yours?")
def shuffles_the_rows_first(X, y, ks, n_folds):
    X, y = np.asarray(X, float), np.asarray(y)
    order = np.random.default_rng(0).permutation(len(y))
    return select_k(X[order], y[order], ks, n_folds)


@misconception("A risk lies between 0 and 1. Does yours?")
def returns_counts(X, y, ks, n_folds):
    best, risks = select_k(X, y, ks, n_folds)
    return best, risks * len(np.asarray(y))


@misconception("May the row that is predicted be its own neighbour?")
def rows_are_their_own_neighbours(X, y, ks, n_folds):
    X, y = np.asarray(X, float), np.asarray(y)
    for _ in _folds(len(y), n_folds):
        pass
    risks = np.array([np.mean(_predict(X, y, X, k) != y) for k in ks])
    return int(ks[int(np.argmin(risks))]), risks


@misconception("A share of wrong answers, or of right ones?")
def returns_accuracy(X, y, ks, n_folds):
    best, risks = select_k(X, y, ks, n_folds)
    return best, 1 - risks


@misconception("Of equal risks the smallest number, or the first in the list?")
def smallest_of_equal_risks(X, y, ks, n_folds):
    _, risks = select_k(X, y, ks, n_folds)
    return min(k for k, risk in zip(ks, risks, strict=True) if risk == risks.min()), risks


@misconception("Of equal risks the largest number, or the first in the list?")
def largest_of_equal_risks(X, y, ks, n_folds):
    _, risks = select_k(X, y, ks, n_folds)
    return max(k for k, risk in zip(ks, risks, strict=True) if risk == risks.min()), risks


@misconception("In which order are your risks?")
def risks_of_sorted_ks(X, y, ks, n_folds):
    best, _ = select_k(X, y, ks, n_folds)
    return best, select_k(X, y, sorted(ks), n_folds)[1]


@misconception("One neighbour is in the first segment, one in the third: is the client in the second?")
def rounds_mean_label(X, y, ks, n_folds):
    X, y = np.asarray(X, float), np.asarray(y)
    wrong = np.zeros(len(ks))
    for train, held_out in _folds(len(y), n_folds):
        order = np.argsort(((X[held_out][:, None] - X[train]) ** 2).sum(axis=2), axis=1, kind="stable")
        for i, k in enumerate(ks):
            if not 1 <= k <= len(train):
                raise ValueError
            wrong[i] += np.sum(np.round(y[train][order[:, :k]].mean(axis=1)) != y[held_out])
    risks = wrong / len(y)
    return int(ks[int(np.argmin(risks))]), risks


def _segments(rng, n, ks, n_folds, *, tie=None, labels=(1, 2, 5)):
    """Return clients in noisy segments, in an order that drifts, whose best number of neighbours is unique, or tied on purpose.

    With `tie`, which is `min` or `max`, the first of the best is not the one that `tie` takes. A tie must hold to the last
    bit whether mistakes are counted or rates weighted, so there the folds are of one size, a power of two.
    """
    for _ in range(5000):
        y = np.array(labels)[rng.permutation(np.arange(n) % len(labels))]
        X = rng.standard_normal((n, 2)) + 1.1 * np.searchsorted(labels, y)[:, None] + np.linspace(0, 1.0, n)[:, None]
        _, risks = select_k(X, y, ks, n_folds)
        best = np.flatnonzero(risks == risks.min())
        if list(ks) != sorted(ks) and np.array_equal(risks, risks[np.argsort(ks)]):
            continue  # then the order of the risks would not show
        if tie and len(best) > 1 and best[0] > 0 and ks[best[0]] != tie(ks[i] for i in best):
            return X, y
        if not tie and len(best) == 1 and (len(ks) == 1 or 0 < best[0]) and len(np.unique(risks)) > len(ks) / 2:
            return X, y
    msg = "no such draw"
    raise ValueError(msg)


def _clients(n, ks, n_folds, **options):
    return (
        joint(f"{n} clients in segments", lambda rng: _segments(rng, n, ks, n_folds, **options)),
        given(np.array(ks)),
        given(n_folds),
    )


def _halves(rng):
    return rng.standard_normal((6, 2)) + np.array([[0.0], [4.0]] * 3), np.array([1, 2] * 3)


def _at_three_places(rng):
    for _ in range(100):
        X, y = rng.integers(0, 3, (280, 1)).astype(float), rng.integers(1, 4, 280)
        _, risks = select_k(X, y, [5, 60, 21], 4)
        if np.sum(risks == risks.min()) == 1:
            break
    return X, y


INTEGER = "numpy's whole numbers index like Python's"
SQUARE = "a difference and its opposite have the same square"
LAST = "a table of distances has two axes, and numpy sorts along the last one by itself"
EMPTY = "without a neighbour there is no vote, and taking the best of none raises ValueError"
ONE_FOLD = (
    "with one fold no rows are left to ask, so that every number of neighbours is too large; for fewer folds numpy "
    "raises ValueError"
)
LABEL = "labels are compared by value, so their type is free"
LIST = "an array of a list is new, copied or not"
PYTHON = "as lists they hold Python's numbers, whose whole ones do not overflow"
STRICT = "both have as many entries as there are columns, or numbers of neighbours"
EQUIVALENTS = (
    equivalents("select_k", "return int(ks[int(np.argmin(risks))]), risks", "return ks[int(np.argmin(risks))], risks",
                "return int(ks[np.argmin(risks)]), risks", reason=INTEGER)
    + equivalents("select_k", "if not 2 <= n_folds <= n:", "if not 1 <= n_folds <= n:", reason=ONE_FOLD)
    + equivalents("select_k", "if not 1 <= k <= len(X):", "if not 0 <= k <= len(X):", reason=EMPTY)
    + equivalents("select_k",
                  'nearest = np.argsort(((new[:, None] - X) ** 2).sum(axis=2), axis=1, kind="stable")[:, :k]',
                  "nearest = np.argsort(((new[:, None] - X) ** 2).sum(axis=2), kind='stable')[:, :k]", reason=LAST)
    + equivalents("select_k",
                  'nearest = np.argsort(((new[:, None] - X) ** 2).sum(axis=2), axis=1, kind="stable")[:, :k]',
                  'nearest = np.argsort(((X - new[:, None]) ** 2).sum(axis=2), axis=1, kind="stable")[:, :k]',
                  reason=SQUARE)
    + equivalents("every_row_once", "predicted = np.empty(len(y), dtype=y.dtype)", "predicted = np.empty(len(y))",
                  reason=LABEL)
    + equivalents("distances_reused", "distances = np.sqrt(((X[:, None] - X) ** 2).sum(axis=2))",
                  "distances = np.sqrt(((X - X[:, None]) ** 2).sum(axis=2))", reason=SQUARE)
    + equivalents("distances_reused", 'order = np.argsort(distances, axis=1, kind="stable")',
                  "order = np.argsort(distances, kind='stable')", reason=LAST)
    + equivalents("distances_reused", "if min(ks) < 1 or max(ks) > n - np.bincount(fold).max():",
                  "if min(ks) < 0 or max(ks) > n - np.bincount(fold).max():", reason=EMPTY)
    + equivalents("rates_weighted_by_size", "X, y = np.asarray(X, float).tolist(), np.asarray(y).tolist()",
                  "X, y = np.asarray(X).tolist(), np.asarray(y).tolist()", reason=PYTHON)
    + equivalents("rates_weighted_by_size", "if not 1 <= min(ks) <= max(ks) <= len(train):",
                  "if not 0 <= min(ks) <= max(ks) <= len(train):", reason=EMPTY)
    + equivalents("rates_weighted_by_size",
                  "ranked = sorted((sum((a - b) ** 2 for a, b in zip(X[i], X[j], strict=True)), j) for j in train)",
                  "ranked = sorted((sum((b - a) ** 2 for a, b in zip(X[i], X[j], strict=True)), j) for j in train)",
                  reason=SQUARE)
    + equivalents("rates_weighted_by_size",
                  "ranked = sorted((sum((a - b) ** 2 for a, b in zip(X[i], X[j], strict=True)), j) for j in train)",
                  "ranked = sorted((sum((a - b) ** 2 for a, b in zip(X[i], X[j], strict=False)), j) for j in train)",
                  reason=STRICT)
    + equivalents("rates_weighted_by_size",
                  "risks = [risk + len(held_out) / n * (w / len(held_out)) for risk, w in zip(risks, wrong, strict=True)]",
                  "risks = [risk + len(held_out) / n * (w / len(held_out)) for risk, w in zip(risks, wrong, strict=False)]",
                  reason=STRICT)
    + equivalents("rates_weighted_by_size", "return np.array(ks)[np.argmin(risks)], tuple(risks)",
                  "return np.asarray(ks)[np.argmin(risks)], tuple(risks)", reason=LIST)
    + equivalents("notebook", "if n_folds < 2 or n_folds > n:", "if n_folds > n:", "if n_folds < 1 or n_folds > n:",
                  reason=ONE_FOLD)
    + equivalents("notebook", "if min(ks) < 1 or max(ks) > len(train):", "if min(ks) < 0 or max(ks) > len(train):",
                  reason=EMPTY)
    + equivalents("notebook", "distances = np.sum((X[train] - X[i]) ** 2, axis=1)",
                  "distances = np.sum((X[i] - X[train]) ** 2, axis=1)", reason=SQUARE)
    + equivalents("notebook", "risks = np.array(mistakes) / n", "risks = np.asarray(mistakes) / n", reason=LIST)
    + equivalents("notebook", "return ks[int(np.argmin(risks))], risks", "return ks[np.argmin(risks)], risks",
                  reason=INTEGER)
)  # fmt: skip

EXERCISE = Exercise(
    solution=select_k,
    points=6,
    cases=(
        case("two pairs", given([[0.0], [1.0], [10.0], [11.0]]), given([1, 1, 2, 2]), given([1]), given(4), public=True,
             why="by hand: each client's nearest other client has the same label, so no prediction is wrong"),
        case("one or three", given([[0.0], [1.0], [2.0], [10.0]]), given([1, 1, 1, 2]), given([1, 3]), given(4), public=True,
             why="by hand: the last client is always taken for a 1, so both risks are 1/4, and of equal ones the first counts"),
        case("one fold", given([[0.0], [1.0]]), given([1, 2]), given([1]), given(1), public=True, kind="error", why="nothing would be left to learn from"),
        case("thirty-two clients, five folds", *_clients(32, (1, 3, 7, 12), 5), why="folds of 7, 7, 6, 6 and 6 clients"),
        case("forty-one clients, four folds", *_clients(41, (1, 2, 5, 9, 15), 4), why="another number of folds, of other sizes"),
        case("leave one out", *_clients(18, (1, 3, 6), 18), kind="edge", why="as many folds as clients"),
        case("a single number", *_clients(20, (4,), 3), kind="edge", why="a list of one is still a list"),
        case("risks that tie", *_clients(32, (9, 5, 3, 1), 4, tie=min), kind="edge", why="of equal risks the first in the list counts, not the smallest number and not the last"),
        case("risks that tie in rising order", *_clients(32, (1, 3, 6, 10), 8, tie=max), kind="edge", why="of equal risks the first in the list counts, not the largest number"),
        case("numbers in no order", *_clients(30, (6, 11, 1, 2), 6), kind="edge", why="risks come in the order of the list"),
        case("labels -3, 0 and 40", *_clients(27, (1, 4, 8), 4, labels=(-3, 0, 40)), kind="edge", why="labels are names, not quantities"),
        case("very uneven folds", *_clients(11, (1, 2, 4), 4), kind="edge", why="folds of 3, 3, 3 and 2: a mistake in the last one is not worth more"),
        case("two folds, as many neighbours as there are", joint("six clients in two groups", _halves), given([1, 3]), given(2), kind="edge",
             why="two is the least number of folds, and three the most neighbours that three clients can be"),
        case("distances that tie", joint("280 clients at three places", _at_three_places), given([5, 60, 21]), given(4), kind="edge",
             why="of equally distant clients the first on file comes first, however many there are"),
        case("small integers", given([[0], [16], [1], [17]], dtype=np.uint8), given([1, 2, 1, 2]), given([1]), given(4), kind="edge",
             why="in numbers of one byte 16 squared is 0, as if the clients were one"),
        case("lists", given(((0, 0), (1, 0), (9, 9), (8, 9))), given((4, 4, 7, 7)), given((1,)), given(4), kind="edge",
             why="tables may come as lists of rows, which cannot be subtracted until they are arrays"),
        case("a single fold", normal(6, 2), given([1, 2, 1, 2, 1, 2]), given([1]), given(1), kind="error", why="nothing would be left to learn from"),
        case("some neighbours, or fewer than none", normal(6, 2), given([1, 2, 1, 2, 1, 2]), given([2, -1]), given(3), kind="error",
             why="a negative number of neighbours is none, not all but one"),
        case("some neighbours, or none", normal(6, 2), given([1, 2, 1, 2, 1, 2]), given([2, 0]), given(3), kind="error", why="one of the numbers asks nobody"),
        case("too many neighbours for the larger fold", normal(5, 2), given([1, 2, 1, 2, 1]), given([3]), given(2), kind="error",
             why="the folds have three clients and two; outside the first are only two"),
        case("too many folds", normal(5, 2), given([1, 2, 1, 2, 1]), given([1]), given(6), kind="error", why="a fold would be empty"),
        case("too many neighbours", normal(6, 2), given([1, 2, 1, 2, 1, 2]), given([1, 4]), given(2), kind="error", why="outside a fold of three are only three"),
        case("no neighbours", normal(6, 2), given([1, 2, 1, 2, 1, 2]), given([0]), given(3), kind="error", why="somebody has to be asked"),
    ),
    checks=(
        same(0, name="the best number is right"),
        value(rtol=SUM_OF_PRODUCTS, atol=SUM_OF_PRODUCTS, part=1, name="the risks are right"),
    ),
    misconceptions=(
        unweighted_mean_of_folds, returns_index_not_k, scores_on_training_rows, takes_the_largest_risk, last_of_equal_risks,
        last_fold_only, interleaved_folds, shuffles_the_rows_first, returns_counts, rows_are_their_own_neighbours, returns_accuracy,
        smallest_of_equal_risks, largest_of_equal_risks, risks_of_sorted_ks, rounds_mean_label,
    ),
    alternatives=(every_row_once, distances_reused, rates_weighted_by_size),
    equivalents=EQUIVALENTS,
)  # fmt: skip
