"""Folds for cross-validation."""

from __future__ import annotations

import itertools

import numpy as np

from reference.recipes import given, made
from reference.spec import Exercise, case, check, equivalents, misconception


def kfold_indices(n, k):
    """Return k pairs of index arrays: rows to train on and rows to validate on.

    Parameters
    ----------
    n : int
        Number of rows.
    k : int
        Number of folds, from 2 to n.

    Returns
    -------
    list of k pairs (train_idx, val_idx)
        Arrays of whole numbers from 0 to n - 1. Every row is in exactly one validation part, their sizes differ by at
        most 1, and each training part is all that is not in the validation part beside it. Order is free.

    Raises
    ------
    ValueError
        If `k` is not between 2 and n.

    Examples
    --------
    >>> [len(val) for _, val in kfold_indices(7, 3)]
    [3, 2, 2]
    """
    _check(n, k)
    rows = np.arange(n)
    return [(np.setdiff1d(rows, val), val) for val in np.array_split(rows, k)]


def _check(n, k):
    if not 2 <= k <= n:
        msg = f"n = {n}, k = {k}; needed is a number of folds from 2 to n"
        raise ValueError(msg)


def by_remainder(n, k):
    _check(n, k)
    fold = np.arange(n) % k
    return tuple((np.flatnonzero(fold != j), np.flatnonzero(fold == j)) for j in range(k))


def by_divmod(n, k):
    _check(n, k)
    size, extra = divmod(n, k)
    folds, start = [], 0
    for j in range(k):
        stop = start + size + (j < extra)
        folds.append([[*range(start), *range(stop, n)], list(range(start, stop))])
        start = stop
    return folds


def dealt_like_cards(n, k):
    _check(n, k)
    hands = [[] for _ in range(k)]
    for position, row in enumerate(np.random.default_rng(7).permutation(n).tolist()):
        hands[position % k].append(row)
    return [([row for hand in hands if hand is not val for row in hand], tuple(val)) for val in hands]


def _from_bounds(n, bounds):
    rows = np.arange(n)
    return [(np.concatenate([rows[:a], rows[b:]]), rows[a:b]) for a, b in itertools.pairwise(bounds)]


@misconception("Print the sizes of the folds for n = 23 and k = 5.")
def remainder_in_last_fold(n, k):
    _check(n, k)
    return _from_bounds(n, [*(j * (n // k) for j in range(k)), n])


@misconception("Print the sizes of the folds for n = 9 and k = 4.")
def ceil_fold_size(n, k):
    _check(n, k)
    size = -(-n // k)
    return _from_bounds(n, [min(j * size, n) for j in range(k + 1)])


@misconception("Is every row validated at some time?")
def drops_the_remainder(n, k):
    _check(n, k)
    return _from_bounds(n, [j * (n // k) for j in range(k + 1)])


@misconception("May a row be trained on and validated on in the same fold?")
def trains_on_everything(n, k):
    return [(np.arange(n), val) for _, val in kfold_indices(n, k)]


@misconception("Which of the two is the large part?")
def pairs_swapped(n, k):
    return [(val, train) for train, val in kfold_indices(n, k)]


@misconception("Are rows counted from 0 or from 1?")
def counts_from_one(n, k):
    return [(train + 1, val + 1) for train, val in kfold_indices(n, k)]


@misconception("How often is each row validated?")
def random_validation_parts(n, k):
    _check(n, k)
    rng, rows = np.random.default_rng(3), np.arange(n)
    parts = [np.sort(rng.permutation(n)[: len(val)]) for _, val in kfold_indices(n, k)]
    return [(np.setdiff1d(rows, part), part) for part in parts]


@misconception("Does a fold train on the rows behind it as well?")
def trains_on_earlier_rows_only(n, k):
    return [(np.arange(val[0]), val) for _, val in kfold_indices(n, k)]


@misconception("Row numbers, or a mask of true and false?")
def returns_masks(n, k):
    return [(np.isin(np.arange(n), train), np.isin(np.arange(n), val)) for train, val in kfold_indices(n, k)]


@misconception("How many folds come back?")
def one_fold_missing(n, k):
    return kfold_indices(n, k)[:-1]


@misconception("Is the same row left out of every training part?")
def neighbours_left_out(n, k):
    return [(np.setdiff1d(train, [val[-1] + 1]), val) for train, val in kfold_indices(n, k)]


@check("every row is validated exactly once")
def partition(n, k, folds):
    rows = np.sort(np.concatenate([val for _, val in folds]))
    return float(len(rows) != n or np.any(rows != np.arange(n))), 0.0


@check("the validation parts are of equal size, give or take one")
def balanced(n, k, folds):
    sizes = [len(val) for _, val in folds]
    return float(max(max(sizes) - min(sizes) - 1, 0)), 0.0


@check("each training part is what is not validated beside it")
def complement(n, k, folds):
    wrong = 0
    for train, val in folds:
        rest = np.setdiff1d(np.arange(n), val)
        wrong += len(train) != len(rest) or bool(np.any(np.sort(train) != rest))
    return float(wrong), 0.0


def _number(low, high):
    return made(f"a number from {low} to {high}", lambda rng: int(rng.integers(low, high + 1)))


ONLY = "of a vector np.where returns one array, which is the first and the last"
ORDER = "the rows may be dealt in any order"
EQUIVALENTS = (
    equivalents("notebook", "folds.append((np.where(~in_part)[0], np.where(in_part)[0]))",
                "folds.append((np.where(~in_part)[-1], np.where(in_part)[0]))",
                "folds.append((np.where(~in_part)[0], np.where(in_part)[-1]))", reason=ONLY)
    + equivalents("dealt_like_cards",
                  "for position, row in enumerate(np.random.default_rng(7).permutation(n).tolist()):",
                  "for position, row in enumerate(np.random.default_rng(8).permutation(n).tolist()):",
                  "for position, row in enumerate(np.random.default_rng(6).permutation(n).tolist()):", reason=ORDER)
)  # fmt: skip

EXERCISE = Exercise(
    solution=kfold_indices,
    points=4,
    free_shape=True,
    cases=(
        case("seven rows, three folds", given(7), given(3), public=True, why="by hand: parts of 3, 2 and 2"),
        case("six rows, two folds", given(6), given(2), public=True, why="by hand: two halves, each trains the other"),
        case("one fold", given(5), given(1), public=True, kind="error", why="nothing would be left to train on"),
        case("a hundred and one branches, ten folds", given(101), given(10), why="one part is larger than the others by one"),
        case("some rows, five folds", made("5 m + 3", lambda rng: 5 * int(rng.integers(3, 12)) + 3), given(5), why="a remainder of three is spread over three parts"),
        case("some rows, six folds", made("6 m + 1", lambda rng: 6 * int(rng.integers(3, 9)) + 1), given(6), why="a remainder of one"),
        case("no remainder", made("4 m", lambda rng: 4 * int(rng.integers(3, 12))), given(4), kind="edge", why="parts of exactly the same size"),
        case("one row short", made("7 m - 1", lambda rng: 7 * int(rng.integers(2, 6)) - 1), given(7), kind="edge", why="all parts but one are larger"),
        case("nine rows, four folds", given(9), given(4), kind="edge", why="rounding the size up leaves a part that is too small"),
        case("leave one out", given(8), given(8), kind="edge", why="every part is one row"),
        case("halves of an odd number", made("an odd number", lambda rng: 2 * int(rng.integers(5, 30)) + 1), given(2), kind="edge", why="two parts that differ by one"),
        case("a single fold", _number(4, 12), given(1), kind="error", why="with one fold nothing is left to train on"),
        case("more folds than rows", _number(3, 6), given(7), kind="error", why="a part would be empty"),
        case("no fold", _number(5, 9), given(0), kind="error", why="at least two parts are needed"),
    ),
    checks=(partition, balanced, complement),
    misconceptions=(
        remainder_in_last_fold, ceil_fold_size, drops_the_remainder, trains_on_everything, pairs_swapped, counts_from_one,
        random_validation_parts, trains_on_earlier_rows_only, returns_masks, one_fold_missing, neighbours_left_out,
    ),
    alternatives=(by_remainder, by_divmod, dealt_like_cards),
    equivalents=EQUIVALENTS,
)  # fmt: skip
