"""Prediction by the nearest neighbours."""

from __future__ import annotations

from collections import Counter

import numpy as np

from reference.measures import same
from reference.recipes import given, joint, normal
from reference.spec import Exercise, case, equivalents, misconception


def knn_predict(X_train, y_train, X_new, k):
    """Return for each new row the commonest label among the k training rows nearest to it.

    Parameters
    ----------
    X_train : array of shape (n, d)
        Rows on file.
    y_train : array of int of shape (n,)
        Their labels.
    X_new : array of shape (m, d)
        Rows to predict.
    k : int
        Number of neighbours, from 1 to n.

    Returns
    -------
    array of shape (m,)
        Labels. Nearness is the Euclidean distance of the rows as they come, in whatever units; of equally distant
        rows those with the lower index come first, of equally common labels the smallest wins.

    Raises
    ------
    ValueError
        If `k` is not between 1 and n.

    Examples
    --------
    >>> knn_predict([[0], [1], [5]], [2, 2, 7], [[0.4], [4]], 1)
    array([2, 7])
    """
    X, y, new = _checked(X_train, y_train, X_new, k)
    distances = ((new[:, None, :] - X[None, :, :]) ** 2).sum(axis=2)
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return np.array([_vote(y[row]) for row in nearest])


def _vote(labels):
    values, counts = np.unique(labels, return_counts=True)
    return values[counts.argmax()]


def _checked(X_train, y_train, X_new, k):
    X, y, new = np.asarray(X_train, dtype=float), np.asarray(y_train), np.asarray(X_new, dtype=float)
    if not 1 <= k <= len(X):
        msg = f"k = {k}; needed is a number of neighbours from 1 to {len(X)}"
        raise ValueError(msg)
    return X, y, new


def double_loop(X_train, y_train, X_new, k):
    X, y, new = _checked(X_train, y_train, X_new, k)
    out = []
    for row in new:
        ranked = sorted((sum((a - b) ** 2 for a, b in zip(row, other, strict=True)), i) for i, other in enumerate(X))
        votes = Counter(int(y[i]) for _, i in ranked[:k])
        out.append(min(label for label in votes if votes[label] == max(votes.values())))
    return out


def one_query_at_a_time(X_train, y_train, X_new, k):
    X, y, new = _checked(X_train, y_train, X_new, k)
    labels = np.unique(y)
    out = np.empty(len(new), dtype=y.dtype)
    for i, row in enumerate(new):
        nearest = np.lexsort((np.arange(len(X)), np.linalg.norm(X - row, axis=1)))[:k]
        out[i] = labels[np.argmax([(y[nearest] == label).sum() for label in labels])]
    return out


def nearest_by_nearest(X_train, y_train, X_new, k):
    X, y, new = _checked(X_train, y_train, X_new, k)
    labels, codes = np.unique(y, return_inverse=True)
    out = []
    for row in new:
        distances, votes = np.sqrt(np.einsum("ij,ij->i", X - row, X - row)), np.zeros(len(labels))
        for _ in range(k):
            nearest = int(np.argmin(distances))
            votes[codes[nearest]] += 1
            distances[nearest] = np.inf
        out.append(labels[int(np.argmax(votes))])
    return tuple(out)


def _predict(X_train, y_train, X_new, k, order, vote=_vote):
    """Return votes of neighbours in the order that ``order(X, row)`` gives."""
    X, y, new = _checked(X_train, y_train, X_new, k)
    return np.array([vote(y[order(X, row)[:k]]) for row in new])


def _near(X, row):
    return np.argsort(((X - row) ** 2).sum(axis=1), kind="stable")


@misconception("What is the average of class 1 and class 3?")
def rounds_mean_label(X_train, y_train, X_new, k):
    return _predict(X_train, y_train, X_new, k, _near, lambda labels: int(np.round(np.mean(labels))))


@misconception("Is the query always one of the training rows?")
def skips_first_neighbour(X_train, y_train, X_new, k):
    return _predict(X_train, y_train, X_new, k, lambda X, row: np.roll(_near(X, row), -1))


@misconception("Which end of the sorted list is near?")
def farthest(X_train, y_train, X_new, k):
    return _predict(X_train, y_train, X_new, k, lambda X, row: np.argsort(-((X - row) ** 2).sum(axis=1), kind="stable"))


@misconception("Which of two equally common labels does the text ask for?")
def vote_tie_to_largest(X_train, y_train, X_new, k):
    def vote(labels):
        values, counts = np.unique(labels, return_counts=True)
        return values[::-1][counts[::-1].argmax()]

    return _predict(X_train, y_train, X_new, k, _near, vote)


@misconception("If two labels are equally common, does the nearer neighbour decide?")
def vote_tie_to_nearest(X_train, y_train, X_new, k):
    return _predict(X_train, y_train, X_new, k, _near, lambda labels: Counter(labels.tolist()).most_common(1)[0][0])


@misconception("Of two equally distant rows, which comes first?")
def distance_tie_to_last(X_train, y_train, X_new, k):
    return _predict(X_train, y_train, X_new, k, lambda X, row: len(X) - 1 - _near(X[::-1], row))


@misconception("What does np.argsort promise about equal numbers?")
def unstable_sort(X_train, y_train, X_new, k):
    return _predict(X_train, y_train, X_new, k, lambda X, row: np.argsort(((X - row) ** 2).sum(axis=1)))


@misconception("Does the contract say anything about the scale of the columns?")
def standardises_first(X_train, y_train, X_new, k):
    X, y, new = _checked(X_train, y_train, X_new, k)
    centre, spread = X.mean(axis=0), X.std(axis=0)
    spread[spread == 0] = 1
    return knn_predict((X - centre) / spread, y, (new - centre) / spread, k)


@misconception("Has every neighbour one vote?")
def weights_votes_by_nearness(X_train, y_train, X_new, k):
    X, y, new = _checked(X_train, y_train, X_new, k)
    labels, out = np.unique(y), []
    for row in new:
        distances = np.linalg.norm(X - row, axis=1)
        nearest = np.argsort(distances, kind="stable")[:k]
        weights = 1 / np.maximum(distances[nearest], 1e-12)
        out.append(labels[np.argmax([weights[y[nearest] == label].sum() for label in labels])])
    return np.array(out)


@misconception("Who is the nearest neighbour of a client on file?")
def leaves_out_clients_on_file(X_train, y_train, X_new, k):
    def order(X, row):
        distances = np.linalg.norm(X - row, axis=1)
        return np.argsort(np.where(distances == 0, np.inf, distances), kind="stable")

    return _predict(X_train, y_train, X_new, k, order)


@misconception("Is the distance the way along the streets, or as the crow flies?")
def city_block_distance(X_train, y_train, X_new, k):
    return _predict(X_train, y_train, X_new, k, lambda X, row: np.argsort(np.abs(X - row).sum(axis=1), kind="stable"))


@misconception("Does only the feature count in which two clients differ most?")
def largest_difference_only(X_train, y_train, X_new, k):
    return _predict(X_train, y_train, X_new, k, lambda X, row: np.argsort(np.abs(X - row).max(axis=1), kind="stable"))


@misconception("Do all columns count?")
def first_column_only(X_train, y_train, X_new, k):
    return _predict(X_train, y_train, X_new, k, lambda X, row: np.argsort(np.abs(X[:, 0] - row[0]), kind="stable"))


@misconception("Compute the square of 100,000,001 and subtract that of 100,000,000.")
def expanded_square(X_train, y_train, X_new, k):
    def order(X, row):
        with np.errstate(all="ignore"):
            return np.argsort((X * X).sum(axis=1) - 2 * X @ row + row @ row, kind="stable")

    return _predict(X_train, y_train, X_new, k, order)


@misconception("Do differences of both signs count as distance?")
def signed_differences(X_train, y_train, X_new, k):
    return _predict(X_train, y_train, X_new, k, lambda X, row: np.argsort((X - row).sum(axis=1), kind="stable"))


@misconception("How many neighbours vote?")
def one_neighbour_only(X_train, y_train, X_new, k):
    return _predict(X_train, y_train, X_new, k, _near, lambda labels: labels[0])


@misconception("How many neighbours does your slice take?")
def one_neighbour_too_many(X_train, y_train, X_new, k):
    X, _, _ = _checked(X_train, y_train, X_new, k)
    return _predict(X_train, y_train, X_new, min(k + 1, len(X)), _near)


@misconception("Is the whole file asked, or the neighbours?")
def majority_of_all(X_train, y_train, X_new, k):
    X, _, _ = _checked(X_train, y_train, X_new, k)
    return _predict(X_train, y_train, X_new, len(X), _near)


@misconception("A label, or the position of a row?")
def returns_position_of_nearest(X_train, y_train, X_new, k):
    X, _, new = _checked(X_train, y_train, X_new, k)
    return np.array([_near(X, row)[0] for row in new])


def _clients(rng, n, m, d, labels=(1, 2, 3), offset=0.0, units=1.0):
    """Return clients in groups that overlap, their labels, and new ones, whose neighbours are told apart clearly."""
    while True:
        y = np.array(labels)[rng.permutation(np.arange(n) % len(labels))]
        X = rng.standard_normal((n, d)) + 0.8 * np.searchsorted(labels, y)[:, None]
        new = rng.standard_normal((m, d)) + rng.uniform(0, 1.6, (m, 1))
        X, new = X * units, new * units
        distances = np.sort(np.linalg.norm(new[:, None] - X, axis=2), axis=1)
        if np.diff(distances, axis=1).min() > 1e-4:
            return X + offset, y, new + offset


def _some(n, m, d, **options):
    return joint(f"{n} clients, {m} new, {d} features", lambda rng: _clients(rng, n, m, d, **options))


def _vote_ties(rng):
    """Return a line on which the two nearest of each query disagree; the nearer one has mostly the larger label."""
    X = np.array([[0.0], [1.0], [10.0], [11.0], [20.0], [21.0], [30.0], [31.0]])
    queries = np.array([[0.4], [10.45], [20.6], [30.4]])
    return X, np.array([9, 4, 8, 3, 2, 7, 1, 6]), queries + rng.uniform(-0.05, 0.05, (4, 1))


def _answers(rng):
    """Return clients who answered two questions on a scale from 1 to 3: most distances tie, many times over.

    Two hundred and seventy rows, for sorting that is not stable may keep the order of fewer, and how many depends on
    the processor.
    """
    grid = np.array([[a, b] for a in (1.0, 2.0, 3.0) for b in (1.0, 2.0, 3.0)])
    X, queries = np.repeat(grid, 30, axis=0), np.vstack([grid, grid[[0, 1, 3, 4]] + 0.5])
    while True:
        order = rng.permutation(len(X))
        y = rng.integers(1, 6, len(X))
        # The nearest are thirty equally distant rows or more; the first and the last of them must not vote alike.
        first = knn_predict(X[order], y, queries, 1)
        if np.sum(first != knn_predict(X[order][::-1], y[::-1], queries, 1)) >= 8:
            return X[order], y, queries


def _slanted(rng):
    """Return clients of whom at least two have a nearest one of another label by each of two other distances."""
    others = (city_block_distance.solution, largest_difference_only.solution)
    while True:
        X, y, new = _clients(rng, 25, 10, 4)
        right = knn_predict(X, y, new, 1)
        if all(np.sum(other(X, y, new, 1) != right) >= 2 for other in others):
            return X, y, new


def _on_file(rng):
    """Return clients, and some of them again as queries, of whom at least two have a nearest other of another label."""
    while True:
        X, y, _ = _clients(rng, 15, 1, 3)
        asked = rng.permutation(15)[:5]
        others = leaves_out_clients_on_file.solution(X, y, X[asked], 1)
        if np.sum(others != y[asked]) >= 2:
            return X, y, X[asked].copy()


SQUARE = "a difference and its opposite have the same square"
PROMOTED = "what it is compared with or subtracted from is float64, and numpy promotes exactly"
STRICT = "rows of both tables have the same number of columns"
BROADCAST = "numpy puts the missing axis in front by itself"
LAST = "a table of distances has two axes, and numpy sorts along the last one by itself"
EMPTY = "without a neighbour there is no vote, and taking the best of none raises ValueError"
LABEL = "labels are compared by value, so their type is free"
MOST = "no count is larger than the largest"
INTEGER = "numpy's whole numbers index like Python's"
UNIT = "the commonest label is the same in whatever unit votes are counted"
EQUIVALENTS = (
    equivalents("knn_predict", "distances = ((new[:, None, :] - X[None, :, :]) ** 2).sum(axis=2)",
                "distances = ((X[None, :, :] - new[:, None, :]) ** 2).sum(axis=2)", reason=SQUARE)
    + equivalents("knn_predict", "distances = ((new[:, None, :] - X[None, :, :]) ** 2).sum(axis=2)",
                  "distances = ((new[:, None, :] - X) ** 2).sum(axis=2)", reason=BROADCAST)
    + equivalents("knn_predict", 'nearest = np.argsort(distances, axis=1, kind="stable")[:, :k]',
                  "nearest = np.argsort(distances, kind='stable')[:, :k]", reason=LAST)
    + equivalents("knn_predict",
                  "X, y, new = np.asarray(X_train, dtype=float), np.asarray(y_train), np.asarray(X_new, dtype=float)",
                  "X, y, new = np.asarray(X_train), np.asarray(y_train), np.asarray(X_new, dtype=float)",
                  "X, y, new = np.asarray(X_train, dtype=float), np.asarray(y_train), np.asarray(X_new)",
                  reason=PROMOTED)
    + equivalents("knn_predict", "if not 1 <= k <= len(X):", "if not 0 <= k <= len(X):", reason=EMPTY)
    + equivalents("double_loop",
                  "ranked = sorted((sum((a - b) ** 2 for a, b in zip(row, other, strict=True)), i) for i, other in enumerate(X))",
                  "ranked = sorted((sum((b - a) ** 2 for a, b in zip(row, other, strict=True)), i) for i, other in enumerate(X))",
                  reason=SQUARE)
    + equivalents("double_loop",
                  "ranked = sorted((sum((a - b) ** 2 for a, b in zip(row, other, strict=True)), i) for i, other in enumerate(X))",
                  "ranked = sorted((sum((a - b) ** 2 for a, b in zip(row, other, strict=False)), i) for i, other in enumerate(X))",
                  reason=STRICT)
    + equivalents("double_loop", "votes = Counter(int(y[i]) for _, i in ranked[:k])",
                  "votes = Counter(y[i] for _, i in ranked[:k])", reason=LABEL)
    + equivalents("double_loop", "out.append(min(label for label in votes if votes[label] == max(votes.values())))",
                  "out.append(min(label for label in votes if votes[label] >= max(votes.values())))", reason=MOST)
    + equivalents("one_query_at_a_time", "out = np.empty(len(new), dtype=y.dtype)", "out = np.empty(len(new))",
                  reason=LABEL)
    + equivalents("one_query_at_a_time",
                  "nearest = np.lexsort((np.arange(len(X)), np.linalg.norm(X - row, axis=1)))[:k]",
                  "nearest = np.lexsort((np.arange(len(X)), np.linalg.norm(row - X, axis=1)))[:k]", reason=SQUARE)
    + equivalents("nearest_by_nearest", "nearest = int(np.argmin(distances))", "nearest = np.argmin(distances)",
                  reason=INTEGER)
    + equivalents("nearest_by_nearest", "votes[codes[nearest]] += 1", "votes[codes[nearest]] += 2", reason=UNIT)
    + equivalents("nearest_by_nearest", "out.append(labels[int(np.argmax(votes))])",
                  "out.append(labels[np.argmax(votes)])", reason=INTEGER)
    + equivalents("notebook", "X_train = np.asarray(X_train, dtype=float)", "pass", "X_train = np.asarray(X_train)",
                  reason=PROMOTED)
    + equivalents("notebook", "X_new = np.asarray(X_new, dtype=float)", "pass", "X_new = np.asarray(X_new)",
                  reason=PROMOTED)
    + equivalents("notebook", "if k < 1 or k > len(X_train):", "if k < 0 or k > len(X_train):", reason=EMPTY)
    + equivalents("notebook", "distances = np.sum((X_train - row) ** 2, axis=1)",
                  "distances = np.sum((row - X_train) ** 2, axis=1)", reason=SQUARE)
)  # fmt: skip

EXERCISE = Exercise(
    solution=knn_predict,
    points=4,
    cases=(
        case("three clients on a line", given([[0.0], [1.0], [5.0]]), given([2, 2, 7]), given([[0.4], [4.0]]), given(1), public=True,
             why="by hand: 0.4 is nearest to 0, and 4 is nearest to 5"),
        case("a vote", given([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [9.0, 9.0]]), given([1, 3, 3, 1]), given([[0.2, 0.2]]), given(3), public=True,
             why="by hand: of the three nearest two say 3, although the nearest says 1"),
        case("no neighbours", given([[0.0], [1.0]]), given([1, 2]), given([[0.5]]), given(0), public=True, kind="error", why="somebody has to be asked"),
        case("thirty clients, five neighbours", _some(30, 12, 3), given(5), why="three overlapping groups"),
        case("forty clients, three neighbours", _some(40, 14, 2), given(3), why="two features, other neighbours"),
        case("the nearest one", joint("25 clients, 10 new, 4 features, some at a slant", _slanted), given(1), kind="edge", why="one neighbour decides alone"),
        case("everybody", _some(16, 6, 2), given(16), kind="edge", why="with k = n all have a vote, and everybody gets the same answer"),
        case("labels -5, 7 and 30", _some(27, 12, 2, labels=(-5, 7, 30)), given(4), kind="edge", why="labels are names, not quantities"),
        case("votes that tie", joint("two neighbours that disagree", _vote_ties), given(2), kind="edge", why="of equally common labels the smallest wins"),
        case("distances that tie", joint("many rows at the same distance", _answers), given(1), kind="edge",
             why="of equally distant clients the first on file comes first, however many there are"),
        case("thousands and shares", _some(30, 14, 3, units=np.array([1.0, 40.0, 0.02])), given(3), kind="edge",
             why="columns count in the units in which they come"),
        case("clients on file", joint("queries that are training rows", _on_file), given(1), kind="edge", why="the nearest neighbour of a client on file is itself"),
        case("account numbers", _some(20, 10, 2, offset=1e8), given(3), kind="stability", why="an offset of a hundred million must not drown the differences"),
        case("lists", given(((0, 0), (1, 0), (5, 5))), given((3, 3, 8)), given(((4, 4), (0, 1))), given(1), kind="edge",
             why="tables may come as lists of rows, which cannot be subtracted until they are arrays"),
        case("small integers", given([[200, 0], [10, 0], [0, 90]], dtype=np.uint8), given([1, 2, 3]), given([[9, 1], [255, 255]], dtype=np.uint8),
             given(1), kind="edge", why="in numbers of one byte 9 - 10 is 255, and 16 squared is 0"),
        case("nobody to ask", normal(4, 2), given([1, 2, 1, 2]), normal(2, 2), given(0), kind="error", why="somebody has to be asked"),
        case("more neighbours than clients", normal(4, 2), given([1, 2, 1, 2]), normal(2, 2), given(5), kind="error", why="five of four cannot be asked"),
        case("a negative number of neighbours", normal(4, 2), given([1, 2, 1, 2]), normal(2, 2), given(-1), kind="error", why="somebody has to be asked"),
    ),
    checks=(same(name="every label is right"),),
    misconceptions=(
        rounds_mean_label, skips_first_neighbour, farthest, vote_tie_to_largest, vote_tie_to_nearest,
        distance_tie_to_last, unstable_sort, standardises_first, weights_votes_by_nearness, leaves_out_clients_on_file,
        city_block_distance, largest_difference_only, first_column_only, expanded_square, signed_differences,
        one_neighbour_only, one_neighbour_too_many, majority_of_all, returns_position_of_nearest,
    ),
    alternatives=(double_loop, one_query_at_a_time, nearest_by_nearest),
    equivalents=EQUIVALENTS,
)  # fmt: skip
