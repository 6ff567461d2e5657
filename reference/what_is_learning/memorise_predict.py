"""A perfect memory: answers for rows it has seen, and nothing else."""

from __future__ import annotations

import numpy as np

from reference.measures import same
from reference.recipes import given, joint, made, normal
from reference.spec import Exercise, case, equivalents, misconception


def memorise_predict(X_train, y_train, X_new, default):
    """Return for each new row the label of the first training row that equals it, or a default.

    Parameters
    ----------
    X_train : array of shape (n, d)
        Rows on file.
    y_train : array of shape (n,)
        Their labels: numbers or strings.
    X_new : array of shape (m, d)
        Rows to look up.
    default : label
        The answer for rows that are not on file.

    Returns
    -------
    array of shape (m,)
        Labels, as they stand in `y_train`. A row is on file only if all its entries are exactly equal; of several such rows the first counts.

    Examples
    --------
    >>> memorise_predict([[1, 2], [3, 4]], [7, 8], [[3, 4], [3, 5]], 0)
    array([8, 0])
    """
    X, y, new = np.asarray(X_train), np.asarray(y_train), np.asarray(X_new)
    equal = (new[:, None, :] == X[None, :, :]).all(axis=2)
    first = equal.argmax(axis=1) if len(X) else np.zeros(len(new), int)
    return np.array([y[i] if e.any() else default for i, e in zip(first, equal, strict=True)])


def by_dictionary(X_train, y_train, X_new, default):
    seen = {}
    for row, label in zip(np.asarray(X_train).tolist(), np.asarray(y_train).tolist(), strict=True):
        seen.setdefault(tuple(row), label)
    return [seen.get(tuple(row), default) for row in np.asarray(X_new).tolist()]


def by_search(X_train, y_train, X_new, default):
    X, new = np.asarray(X_train), np.asarray(X_new)
    found = []
    for row in new:
        answer = default
        for i in range(len(X) - 1, -1, -1):
            if np.array_equal(X[i], row):
                answer = y_train[i]
        found.append(answer)
    return np.array(found)


def filled_from_the_end(X_train, y_train, X_new, default):
    X, new = np.asarray(X_train), np.asarray(X_new)
    answers = np.full(len(new), default, dtype=object)
    for i in range(len(X) - 1, -1, -1):
        answers[np.all(new == X[i], axis=1)] = y_train[i]
    return answers


def _by(match, X_train, y_train, X_new, default):
    """Return labels of the first row for which ``match(X, row)`` holds."""
    X, y = np.asarray(X_train, float), np.asarray(y_train)
    hits = [np.flatnonzero(match(X, row)) for row in np.asarray(X_new, float)]
    return np.array([y[hit[0]] if len(hit) else default for hit in hits])


@misconception("A memory has no opinion about rows it has never seen. Has yours?")
def nearest_instead_of_exact(X_train, y_train, X_new, default):
    X, y = np.asarray(X_train, float), np.asarray(y_train)
    return np.array([y[np.argmin(((X - row) ** 2).sum(axis=1))] for row in np.asarray(X_new, float)])


@misconception("If a customer is on file twice, which record does the text ask for?")
def last_duplicate_wins(X_train, y_train, X_new, default):
    return memorise_predict(np.asarray(X_train)[::-1], np.asarray(y_train)[::-1], X_new, default)


@misconception("Is 3.001 the same key as 3?")
def approximate_match(X_train, y_train, X_new, default):
    return _by(lambda X, row: np.isclose(X, row, rtol=1e-2).all(axis=1), X_train, y_train, X_new, default)


@misconception("What would you think if the name on your account were right to the fifth letter?")
def default_tolerance(X_train, y_train, X_new, default):
    return _by(lambda X, row: np.isclose(X, row).all(axis=1), X_train, y_train, X_new, default)


@misconception("Fill an array with a short word, then put a long word into it and print it.")
def cut_to_the_length_of_the_default(X_train, y_train, X_new, default):
    found = memorise_predict(X_train, y_train, X_new, default)
    out = np.full(len(found), default)
    out[:] = found
    return out


@misconception("Two customers of the same age: are they the same customer?")
def any_column_matches(X_train, y_train, X_new, default):
    return _by(lambda X, row: (row == X).any(axis=1), X_train, y_train, X_new, default)


@misconception("Which columns decide?")
def first_column_only(X_train, y_train, X_new, default):
    return _by(lambda X, row: X[:, 0] == row[0], X_train, y_train, X_new, default)


@misconception("Are age 30 with 2 accounts and age 2 with 30 accounts the same?")
def order_of_columns_ignored(X_train, y_train, X_new, default):
    return _by(lambda X, row: (np.sort(X, axis=1) == np.sort(row)).all(axis=1), X_train, y_train, X_new, default)


@misconception("Can two different rows have the same sum?")
def compares_sums(X_train, y_train, X_new, default):
    return _by(lambda X, row: np.isclose(X.sum(axis=1), row.sum()), X_train, y_train, X_new, default)


@misconception("What is the answer for a customer who is not on file?")
def default_is_commonest_label(X_train, y_train, X_new, default):
    labels, counts = np.unique(np.asarray(y_train), return_counts=True)
    return memorise_predict(X_train, y_train, X_new, labels[counts.argmax()])


@misconception("What does argmax return where nothing is true?")
def first_row_where_nothing_matches(X_train, y_train, X_new, default):
    return memorise_predict(X_train, y_train, X_new, np.asarray(y_train)[0])


@misconception("A label, or the position of a row?")
def returns_positions(X_train, y_train, X_new, default):
    return memorise_predict(X_train, np.arange(len(np.asarray(y_train))), X_new, -1)


@misconception("Is the label 0 an answer, or the lack of one?")
def zero_counts_as_missing(X_train, y_train, X_new, default):
    return np.array([label or default for label in by_dictionary(X_train, y_train, X_new, default)])


@misconception("If records disagree, is there a vote?")
def majority_of_duplicates(X_train, y_train, X_new, default):
    X, y = np.asarray(X_train), np.asarray(y_train)
    out = []
    for row in np.asarray(X_new):
        labels, counts = np.unique(y[(row == X).all(axis=1)], return_counts=True)
        out.append(labels[counts.argmax()] if len(labels) else default)
    return np.array(out)


def _file(rng, n, d, known, unknown, labels=(3, 5, 8)):
    """Return rows on file, labels, and new rows, some on file and some not, of which parts are shared with those on file."""
    X = rng.integers(0, 6, (n, d)) + 0.5
    X = X[np.unique(X, axis=0, return_index=True)[1]]
    X = X[rng.permutation(len(X))]
    y = np.array(labels)[rng.permutation(len(X)) % len(labels)]
    new = X[rng.permutation(len(X))[:known]]
    strangers = X[rng.permutation(len(X))[:unknown]].copy()
    strangers[:, rng.integers(d)] += 10
    return X, y, rng.permutation(np.vstack([new, strangers]))


def _duplicates(rng):
    X = np.array([[1.0, 2.0], [4.0, 4.0], [1.0, 2.0], [9.0, 1.0], [1.0, 2.0], [4.0, 4.0]]) + rng.integers(0, 9)
    return X, np.array([6, 2, 1, 7, 1, 9]), X[[2, 5, 3]]


def _close(rng):
    X = rng.integers(3, 50, (6, 2)).astype(float)
    X[:, 0] += 50 * np.arange(6)
    return X, np.array([1, 2, 1, 2, 1, 2]), np.vstack([X[2] + [0, 0.001], X[4], X[1] - [1e-9, 0]])


def _permuted(rng):
    X = np.array([[30.0, 2.0, 7.0], [5.0, 41.0, 6.0], [8.0, 9.0, 60.0]]) + rng.integers(0, 3, (3, 1))
    return X, np.array([4, 5, 6]), np.vstack([X[0][[1, 0, 2]], X[1], X[2][[2, 0, 1]], X[0]])


BROADCAST = "numpy puts the missing axis in front by itself"
NOBODY = "on an empty file nobody is found, so the positions are not used"
STRICT = "both have as many entries as there are rows"
EQUIVALENTS = (
    equivalents("memorise_predict", "equal = (new[:, None, :] == X[None, :, :]).all(axis=2)",
                "equal = (new[:, None, :] == X).all(axis=2)", reason=BROADCAST)
    + equivalents("memorise_predict", "first = equal.argmax(axis=1) if len(X) else np.zeros(len(new), int)",
                  "first = equal.argmax(axis=1) if len(X) else np.zeros(len(new))", reason=NOBODY)
    + equivalents("memorise_predict",
                  "return np.array([y[i] if e.any() else default for i, e in zip(first, equal, strict=True)])",
                  "return np.array([y[i] if e.any() else default for i, e in zip(first, equal, strict=False)])",
                  reason=STRICT)
    + equivalents("by_dictionary",
                  "for row, label in zip(np.asarray(X_train).tolist(), np.asarray(y_train).tolist(), strict=True):",
                  "for row, label in zip(np.asarray(X_train).tolist(), np.asarray(y_train).tolist(), strict=False):",
                  reason=STRICT)
)  # fmt: skip

EXERCISE = Exercise(
    solution=memorise_predict,
    points=2,
    cases=(
        case("two customers", given([[1.0, 2.0], [3.0, 4.0]]), given([7, 8]), given([[3.0, 4.0], [3.0, 5.0]]), given(0), public=True,
             why="by hand: the first is the second customer on file, the second is nobody"),
        case("on file twice", given([[1.0], [1.0]]), given(["low", "high"]), given([[1.0]]), given("unknown"), public=True, kind="edge",
             why="of two records the first counts"),
        case("thirty on file", joint("rows of halves, some new", lambda r: _file(r, 30, 3, 6, 5)), given(0), why="some are on file, some share a column with one who is"),
        case("two columns", joint("rows of halves, two columns", lambda r: _file(r, 20, 2, 4, 6)), given(-1), why="with few columns more of them agree by chance"),
        case("records that disagree", joint("three keys, some several times", _duplicates), given(0), kind="edge",
             why="where records disagree the first one counts, not the last and not the majority"),
        case("almost the same", joint("rows off by a thousandth", _close), given(0), kind="edge", why="a thousandth off is another customer"),
        case("columns in another order", joint("rows and their permutations", _permuted), given(0), kind="edge", why="the same numbers in another order are another customer"),
        case("an empty file", made("zeros(0, 2)", lambda _: np.zeros((0, 2))), made("no labels", lambda _: np.zeros(0, int)), normal(3, 2), given(7),
             kind="edge", why="who has nobody on file knows nobody"),
        case("nobody on file", joint("all rows new", lambda r: _file(r, 12, 3, 0, 5)), given(99), kind="edge", why="a memory knows nobody it has not seen"),
        case("labels in words", joint("labels that are words", lambda r: _file(r, 15, 3, 5, 4, ("high", "low", "none"))), given("unknown"), kind="edge", why="labels may be words"),
        case("a short default", joint("labels that are longer than the default", lambda r: _file(r, 14, 2, 5, 3, ("medium", "low", "very high"))),
             given("?"), kind="edge", why="a label comes back whole, however short the default is"),
        case("labels 0 and 1", joint("all rows on file, some new", lambda r: _file(r, 16, 2, 16, 3, (0, 1))), given(-1), kind="edge",
             why="0 is a label like any other"),
        case("one column", joint("one column", lambda r: (np.array([[4.0], [1.0], [9.0]]) + r.integers(0, 5), np.array([2, 1, 3]), np.array([[9.0], [5.0], [4.0]]) + r.integers(0, 5))),
             given(0), kind="edge", why="a row may have a single entry"),
    ),
    checks=(same(name="every label is right"),),
    misconceptions=(
        nearest_instead_of_exact, last_duplicate_wins, approximate_match, default_tolerance,
        cut_to_the_length_of_the_default, any_column_matches, first_column_only,
        order_of_columns_ignored, compares_sums, default_is_commonest_label, first_row_where_nothing_matches,
        returns_positions, zero_counts_as_missing, majority_of_duplicates,
    ),
    alternatives=(by_dictionary, by_search, filled_from_the_end),
    equivalents=EQUIVALENTS,
)  # fmt: skip
