"""The share of wrong predictions."""

from __future__ import annotations

import numpy as np

from reference.bounds import SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, integers, joint, made
from reference.spec import Exercise, case, equivalents, misconception


def zero_one_risk(y_true, y_pred):
    """Return the share of predictions that are wrong.

    Parameters
    ----------
    y_true : array of shape (n,)
        What was right: numbers, strings or booleans.
    y_pred : array of shape (n,)
        What was predicted.

    Returns
    -------
    float
        The number of places in which the two differ, divided by n; between 0 and 1.

    Raises
    ------
    ValueError
        If the two are not vectors of the same length, or are empty.

    Examples
    --------
    >>> zero_one_risk(["genuine", "fraud"], ["genuine", "genuine"])
    0.5
    """
    y, p = _checked(y_true, y_pred)
    return float(np.mean(y != p))


def _checked(y_true, y_pred):
    y, p = np.asarray(y_true), np.asarray(y_pred)
    if y.ndim != 1 or y.shape != p.shape or len(y) == 0:
        msg = f"y_true and y_pred have shapes {y.shape} and {p.shape}; needed are vectors of the same length, not empty"
        raise ValueError(msg)
    return y, p


def by_counting(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    wrong = 0
    for a, b in zip(y, p, strict=True):
        if a != b:
            wrong += 1
    return wrong / len(y)


def one_minus_accuracy(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    return np.float64(1 - np.count_nonzero(y == p) / len(y))


def from_confusion_counts(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    labels, codes = np.unique(np.concatenate([y, p]), return_inverse=True)
    table = np.zeros((len(labels), len(labels)), dtype=int)
    np.add.at(table, (codes[: len(y)], codes[len(y) :]), 1)
    return np.array((table.sum() - np.trace(table)) / table.sum())


def _numbers(y):
    """Return labels as whole numbers, strings in alphabetical order."""
    return np.unique(y, return_inverse=True)[1] if y.dtype.kind in "US" else y.astype(float)


def _both(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    if y.dtype.kind in "US" or p.dtype.kind in "US":
        n = _numbers(np.concatenate([y.astype(str), p.astype(str)]))
        return n[: len(y)], n[len(y) :]
    return y.astype(float), p.astype(float)


@misconception("Would this number still make sense for a portfolio ten times as large?")
def counts_instead_of_mean(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    return int((y != p).sum())


@misconception("Try one false alarm and one miss: do they undo each other?")
def signed_difference_cancels(y_true, y_pred):
    y, p = _both(y_true, y_pred)
    return float(abs(np.mean(p - y)))


@misconception("Print the shape of the comparison before you average it.")
def compares_every_pair(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    return float(np.mean(y[:, None] != p))


@misconception("Is a mistake between classes 1 and 3 worse than one between 1 and 2?")
def squares_the_difference(y_true, y_pred):
    y, p = _both(y_true, y_pred)
    return float(np.mean((y - p) ** 2))


@misconception("What should a rule get that is always right?")
def returns_accuracy(y_true, y_pred):
    return 1 - zero_one_risk(y_true, y_pred)


@misconception("Which mistakes do you count: alarms only, or misses too?")
def false_alarms_only(y_true, y_pred):
    y, p = _both(y_true, y_pred)
    return float(np.mean(p > y))


@misconception("Is one mistake in a thousand as bad as a thousand?")
def all_or_nothing(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    return float((y != p).any())


@misconception("How many transactions are there: n, or n - 1?")
def divides_by_n_minus_1(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    return float((y != p).sum() / max(len(y) - 1, 1))


@misconception("Is a client of class 1 rightly told if the answer is 1.0?")
def compares_as_text(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    return float(np.mean(y.astype(str) != p.astype(str)))


@misconception("Put a long word into an array of short ones and print it.")
def cuts_words_to_length(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    length = min(len(label) for label in y.tolist()) if y.dtype.kind == "U" else 0
    return float(np.mean(y.astype(f"U{length}") != p.astype(f"U{length}"))) if length else zero_one_risk(y, p)


@misconception("Does the order in which the mistakes happen matter?")
def compares_sorted_labels(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    return float(np.mean(np.sort(y) != np.sort(p)))


def _outcomes(labels, n):
    """Return a recipe for n right labels and predictions of which some are wrong, both ways."""

    def draw(rng):
        y = rng.permutation(np.array(labels)[np.arange(n) % len(labels)])
        p = y.copy()
        wrong = rng.permutation(n)[: max(n // 3, 2)]
        p[wrong] = np.array(labels)[(np.searchsorted(np.sort(labels), y[wrong]) + 1) % len(labels)]
        first = np.flatnonzero(y == y[wrong[0]])
        p[first[0]] = next(label for label in labels if label != y[first[0]])
        return y, p

    return joint(f"{n} labels of {labels}", draw)


def _codes(rng):
    y = rng.permutation([1] * 6 + [4] * 4 + [9] * 2)
    p = y.copy()
    p[rng.permutation(np.flatnonzero(y == 1))[:2]] = [4, 9]
    return y, p


def _opposites(rng):
    y = rng.permutation(np.arange(7) % 2)
    return y, 1 - y


def _twice(rng):
    y = rng.permutation(np.arange(8) % 3)
    return y, y.copy()


def _words(rng):
    while True:
        y, p = _outcomes(["fraud", "fraud suspected", "genuine"], 12).draw(rng)
        if {("fraud", "fraud suspected"), ("fraud suspected", "fraud")} & set(zip(y.tolist(), p.tolist(), strict=True)):
            return y, p


def _with_decimals(rng):
    y, p = _outcomes([1, 2, 3], 14).draw(rng)
    return y, p.astype(float)


LENGTH = "a length is never negative"
STRICT = "the lengths were compared before"
COUNTS = "counts are exact in floating point too, and their quotient is the same"
SHARE = "a share does not depend on the unit in which both of its numbers are counted"
NUMBER = "a number becomes a new array, copied or not"
EQUIVALENTS = (
    equivalents("zero_one_risk", "if y.ndim != 1 or y.shape != p.shape or len(y) == 0:",
                "if y.ndim != 1 or y.shape != p.shape or len(y) <= 0:", reason=LENGTH)
    + equivalents("by_counting", "for a, b in zip(y, p, strict=True):", "for a, b in zip(y, p, strict=False):",
                  reason=STRICT)
    + equivalents("from_confusion_counts", "table = np.zeros((len(labels), len(labels)), dtype=int)",
                  "table = np.zeros((len(labels), len(labels)))", reason=COUNTS)
    + equivalents("from_confusion_counts", "np.add.at(table, (codes[: len(y)], codes[len(y) :]), 1)",
                  "np.add.at(table, (codes[: len(y)], codes[len(y) :]), 2)", reason=SHARE)
    + equivalents("from_confusion_counts", "return np.array((table.sum() - np.trace(table)) / table.sum())",
                  "return np.asarray((table.sum() - np.trace(table)) / table.sum())", reason=NUMBER)
    + equivalents("notebook", "if y_true.ndim != 1 or y_true.shape != y_pred.shape or y_true.size == 0:",
                  "if y_true.ndim != 1 or y_true.shape != y_pred.shape or y_true.size <= 0:", reason=LENGTH)
)  # fmt: skip

EXERCISE = Exercise(
    solution=zero_one_risk,
    points=2,
    cases=(
        case("four alarms", given([0, 1, 1, 0]), given([0, 1, 0, 0]), public=True, why="by hand: one of four is wrong"),
        case("three outcomes", given(["genuine", "fraud", "disputed"]), given(["genuine", "disputed", "fraud"]), public=True,
             why="by hand: two of three are wrong, and labels may be words"),
        case("a column", given([0, 1]), given([[0], [1]]), public=True, kind="error",
             why="numpy compares a vector with a column pair by pair, and the mean of that is no risk"),
        case("fifteen transactions", _outcomes([0, 1], 15), why="misses and false alarms"),
        case("twenty with three outcomes", _outcomes([2, 5, 11], 20), why="classes need not be 0 and 1"),
        case("mistakes in both directions", made("as many misses as false alarms", lambda _: np.repeat([0, 1], 4)),
             made("two wrong of each", lambda r: np.concatenate([r.permutation([0, 0, 1, 1]), r.permutation([0, 0, 1, 1])])), kind="edge",
             why="a miss and a false alarm are two mistakes, not none"),
        case("codes 1, 4 and 9", joint("two of twelve codes wrong, both too high", _codes), kind="edge", why="codes are names: how far apart they are does not matter"),
        case("words", joint("12 outcomes in words, two of which begin alike", _words), kind="edge",
             why="words can be compared, not subtracted, and two words may begin alike"),
        case("1 and 1.0", joint("whole labels, predictions with a decimal point", _with_decimals), kind="edge",
             why="1 and 1.0 are the same label, though they are written differently"),
        case("true and false", joint("booleans", lambda r: (r.permutation(np.arange(9) < 4), r.permutation(np.arange(9) < 5))), kind="edge",
             why="booleans are labels too"),
        case("one transaction", integers(1, low=0, high=2), given([1]), kind="edge", why="one prediction is right or wrong"),
        case("all wrong", joint("labels and their opposites", _opposites), kind="edge", why="the worst rule has risk 1"),
        case("all right", joint("labels twice", _twice), kind="edge", why="the best rule has risk 0"),
        case("lists", given(("genuine", "fraud", "fraud")), given(("fraud", "fraud", "genuine")), kind="edge",
             why="two lists are compared as wholes, two arrays place by place"),
        case("a label too few", integers(4, low=0, high=2), integers(5, low=0, high=2), kind="error", why="each prediction needs a label"),
        case("one prediction for all", integers(6, low=0, high=2), given([1]), kind="error",
             why="each label needs a prediction; a single one is not stretched over six"),
        case("single labels", given(1), given(1), kind="error", why="vectors are asked for"),
        case("lengths that do not match", integers(5, low=0, high=2), integers(4, low=0, high=2), kind="error", why="each label needs a prediction"),
        case("no transactions", made("an empty vector", lambda _: np.zeros(0)), made("an empty vector", lambda _: np.zeros(0)), kind="error", why="nothing has no share"),
        case("a column of predictions", integers(6, low=0, high=2), integers(6, 1, low=0, high=2), kind="error",
             why="as long as the labels, but a column: numpy would compare each label with each prediction"),
        case("a table", integers(3, 2, low=0, high=2), integers(3, 2, low=0, high=2), kind="error", why="vectors are asked for"),
    ),
    checks=(value(rtol=SUM_OF_PRODUCTS, atol=SUM_OF_PRODUCTS),),
    misconceptions=(
        counts_instead_of_mean, signed_difference_cancels, compares_every_pair, squares_the_difference, returns_accuracy,
        false_alarms_only, all_or_nothing, divides_by_n_minus_1, compares_as_text, cuts_words_to_length,
        compares_sorted_labels,
    ),
    alternatives=(by_counting, one_minus_accuracy, from_confusion_counts),
    equivalents=EQUIVALENTS,
)  # fmt: skip
