"""Holding back a random part of the data."""

from __future__ import annotations

import numpy as np

from reference.recipes import given, joint, made, normal, seeded
from reference.spec import Exercise, case, check, equivalents, misconception


def train_test_split(X, y, test_fraction, rng):
    """Return the data in two random parts, one to learn from and one to test on.

    Parameters
    ----------
    X : array of shape (n, d)
        One row an account.
    y : array of shape (n,)
        One label a row.
    test_fraction : float
        Share of the rows that is held back, between 0 and 1, both excluded.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    X_train, X_test, y_train, y_test : arrays
        int(n * test_fraction + 0.5) rows are in the test part, the others in the training part; every row is in
        exactly one of them, with its own label. Any set of that many rows may be the test part, each as likely as any
        other. The order within the parts is free.

    Raises
    ------
    ValueError
        If `y` does not have one label for each row, or if `test_fraction` is not strictly between 0 and 1.

    Examples
    --------
    >>> parts = train_test_split([[1], [2], [3], [4]], [1, 2, 3, 4], 0.25, np.random.default_rng(0))
    >>> [len(part) for part in parts]
    [3, 1, 3, 1]
    """
    X, y, held_back = _checked(X, y, test_fraction)
    order = rng.permutation(len(X))
    test, train = order[:held_back], order[held_back:]
    return X[train], X[test], y[train], y[test]


def _checked(X, y, test_fraction):
    X, y = np.asarray(X), np.asarray(y)
    if len(X) != len(y) or not 0 < test_fraction < 1:
        msg = f"X and y have {len(X)} and {len(y)} rows, test_fraction is {test_fraction}; needed is a share between 0 and 1"
        raise ValueError(msg)
    return X, y, int(len(X) * test_fraction + 0.5)


def by_choice(X, y, test_fraction, rng):
    X, y, held_back = _checked(X, y, test_fraction)
    test = np.zeros(len(X), dtype=bool)
    test[rng.choice(len(X), held_back, replace=False)] = True
    return [X[~test], X[test], y[~test], y[test]]


def by_random_keys(X, y, test_fraction, rng):
    X, y, held_back = _checked(X, y, test_fraction)
    order = np.argsort(rng.random(len(X)))[::-1]
    train, test = order[: len(X) - held_back], order[len(X) - held_back :]
    return X[train].tolist(), X[test].tolist(), y[train].tolist(), y[test].tolist()


def by_drawing_lots(X, y, test_fraction, rng):
    X, y, held_back = _checked(X, y, test_fraction)
    left, drawn = list(range(len(X))), []
    for _ in range(held_back):
        drawn.append(left.pop(int(rng.integers(len(left)))))
    return tuple(np.array([part[i] for i in rows]) for part in (X, y) for rows in (left, drawn))


@misconception("Can an account be in both parts, or in neither?")
def samples_with_replacement(X, y, test_fraction, rng):
    X, y, held_back = _checked(X, y, test_fraction)
    test, train = rng.integers(0, len(X), held_back), rng.integers(0, len(X), len(X) - held_back)
    return X[train], X[test], y[train], y[test]


@misconception("The caller still needs the original order of X.")
def shuffles_in_place(X, y, test_fraction, rng):
    X, y, held_back = _checked(X, y, test_fraction)
    order = rng.permutation(len(X))
    X[:], y[:] = X[order], y[order]
    return X[held_back:].copy(), X[:held_back].copy(), y[held_back:].copy(), y[:held_back].copy()


@misconception("Does every row keep its own label?")
def shuffles_rows_and_labels_apart(X, y, test_fraction, rng):
    X, y, held_back = _checked(X, y, test_fraction)
    a, b = rng.permutation(len(X)), rng.permutation(len(X))
    return X[a[held_back:]], X[a[:held_back]], y[b[held_back:]], y[b[:held_back]]


@misconception("If the file is sorted by date, what is in your test part?")
def never_shuffles(X, y, test_fraction, rng):
    X, y, held_back = _checked(X, y, test_fraction)
    cut = len(X) - held_back
    return X[:cut], X[cut:], y[:cut], y[cut:]


@misconception("Accounts are filed by date. What do accounts opened in the same month have in common?")
def random_block(X, y, test_fraction, rng):
    X, y, held_back = _checked(X, y, test_fraction)
    order = np.roll(np.arange(len(X)), rng.integers(len(X)))
    return X[order[held_back:]], X[order[:held_back]], y[order[held_back:]], y[order[:held_back]]


@misconception("How many different test parts can your function make, and how many are there?")
def every_so_many_rows(X, y, test_fraction, rng):
    X, y, held_back = _checked(X, y, test_fraction)
    test = np.zeros(len(X), dtype=bool)
    step = len(X) // held_back
    test[(rng.integers(len(X)) + step * np.arange(held_back)) % len(X)] = True
    return X[~test], X[test], y[~test], y[test]


@misconception("Which of the four parts comes second?")
def outputs_in_another_order(X, y, test_fraction, rng):
    A, B, a, b = train_test_split(X, y, test_fraction, rng)
    return A, a, B, b


@misconception("Which part is the large one if a fifth is held back?")
def fraction_taken_for_training(X, y, test_fraction, rng):
    X, y, held_back = _checked(X, y, test_fraction)
    order = rng.permutation(len(X))
    return X[order[:held_back]], X[order[held_back:]], y[order[:held_back]], y[order[held_back:]]


@misconception("How is the number of test rows rounded?")
def rounds_down(X, y, test_fraction, rng):
    X, y, _ = _checked(X, y, test_fraction)
    held_back, order = int(len(X) * test_fraction), rng.permutation(len(X))
    return X[order[held_back:]], X[order[:held_back]], y[order[held_back:]], y[order[:held_back]]


@misconception("Compute 10 * (1 - 0.9) and print all digits.")
def rounds_the_other_part(X, y, test_fraction, rng):
    X, y, _ = _checked(X, y, test_fraction)
    kept, order = int(len(X) * (1 - test_fraction)), rng.permutation(len(X))
    return X[order[:kept]], X[order[kept:]], y[order[:kept]], y[order[kept:]]


@misconception("Run it twice with the same seed: does the same split come out?")
def own_generator(X, y, test_fraction, rng):
    return train_test_split(X, y, test_fraction, np.random.default_rng())


@misconception("Is 4.2 nearer to 4 or to 5?")
def rounds_up(X, y, test_fraction, rng):
    X, y, _ = _checked(X, y, test_fraction)
    order, held_back = rng.permutation(len(X)), int(np.ceil(len(X) * test_fraction))
    return X[order[held_back:]], X[order[:held_back]], y[order[held_back:]], y[order[:held_back]]


@misconception("Which generator does the caller control?")
def seeds_the_global_generator(X, y, test_fraction, rng):
    np.random.seed(0)  # noqa: NPY002 - that is the mistake
    X, y, held_back = _checked(X, y, test_fraction)
    order = np.random.permutation(len(X))  # noqa: NPY002
    return X[order[held_back:]], X[order[:held_back]], y[order[held_back:]], y[order[:held_back]]


@misconception("Is the number of test rows left to chance?")
def tosses_a_coin_for_each_row(X, y, test_fraction, rng):
    X, y, _ = _checked(X, y, test_fraction)
    test = rng.random(len(X)) < test_fraction
    return X[~test], X[test], y[~test], y[test]


@misconception("Is a fixed seed random?")
def same_split_every_time(X, y, test_fraction, rng):
    return train_test_split(X, y, test_fraction, np.random.default_rng(0))


@misconception("Is anybody left who is in neither part?")
def drops_a_row(X, y, test_fraction, rng):
    A, B, a, b = train_test_split(X, y, test_fraction, rng)
    return A[1:], B, a[1:], b


@check("every row is in exactly one part")
def partition(X, y, test_fraction, rng, parts):
    both = np.vstack([parts[0], parts[1]])
    X = np.asarray(X, dtype=float)
    order, wanted = np.lexsort(both.T), np.lexsort(X.T)
    return float(np.sum(both[order] != X[wanted])), 0.0


@check("every row keeps its label")
def paired(X, y, test_fraction, rng, parts):
    # The first column of every case's X says which row it is.
    labels = np.concatenate([parts[2], parts[3]])
    rows = np.concatenate([parts[0][:, 0], parts[1][:, 0]])
    known = {float(i): float(label) for i, label in zip(np.asarray(X)[:, 0], np.asarray(y), strict=True)}
    return float(sum(known.get(float(i)) != float(label) for i, label in zip(rows, labels, strict=True))), 0.0


@check("which rows are held back is left to chance")
def shuffled(X, y, test_fraction, rng, parts):
    # A block of neighbours or every fifth row: going round the file, all gaps between rows held back are equal but one.
    # Chance does that too where rows are few; a fifth of sixty rows or three tenths of fifty-three it does not: fewer
    # than n**2 of the n-choose-m ways to hold back m rows look like that, which is less than one in a hundred million.
    ids = np.sort(np.asarray(X, dtype=float)[:, 0])
    if len(ids) < 50:
        return 0.0, 0.0
    held_back = np.searchsorted(ids, np.sort(parts[1][:, 0]))
    gaps = np.sort(np.diff(held_back, append=held_back[0] + len(ids)))
    return float(len(np.unique(gaps[:-1])) == 1), 0.0


def _accounts(n, d=3):
    """Return a recipe for n accounts in order of their id, with labels that belong to them."""

    def draw(rng):
        X = np.column_stack([np.arange(n) + float(rng.integers(100, 900)), rng.standard_normal((n, d - 1))])
        return X, 3 * X[:, 0] + 1

    return joint(f"{n} accounts with ids", draw)


BACKWARDS = "an order drawn at random is as likely as its reverse"
INTEGER = "numpy's whole numbers index like Python's"
EQUIVALENTS = (
    equivalents("by_random_keys", "order = np.argsort(rng.random(len(X)))[::-1]",
                "order = np.argsort(rng.random(len(X)))", "order = np.argsort(rng.random(len(X)))[::1]",
                reason=BACKWARDS)
    + equivalents("by_drawing_lots", "drawn.append(left.pop(int(rng.integers(len(left)))))",
                  "drawn.append(left.pop(rng.integers(len(left))))", reason=INTEGER)
)  # fmt: skip

EXERCISE = Exercise(
    solution=train_test_split,
    points=3,
    cases=(
        case("four accounts", given([[1.0, 9.0], [2.0, 8.0], [3.0, 7.0], [4.0, 6.0]]), given([10.0, 20.0, 30.0, 40.0]), given(0.25), seeded(), public=True,
             why="by hand: one of four rows is held back, and its label is ten times its id"),
        case("half of three", given([[1.0], [2.0], [3.0]]), given([1.0, 2.0, 3.0]), given(0.5), seeded(), public=True, kind="edge",
             why="3 * 0.5 + 0.5 = 2, so two rows are held back"),
        case("everything", given([[1.0], [2.0]]), given([1.0, 2.0]), given(1.0), seeded(), public=True, kind="error", why="then nothing is left to learn from"),
        case("sixty accounts, a fifth", _accounts(60), given(0.2), seeded(), why="twelve rows are held back, by chance: no block of neighbours, not every fifth"),
        case("fifty-three accounts, three tenths", _accounts(53, 4), given(0.3), seeded(), why="15.9 rows are rounded to sixteen"),
        case("nine tenths of ten", _accounts(10), given(0.9), seeded(), kind="edge", why="10 * (1 - 0.9) is not quite 1 in floating point"),
        case("two accounts", _accounts(2), given(0.5), seeded(), kind="edge", why="one to learn from, one to test on"),
        case("twenty-five accounts, a tenth", _accounts(25, 2), given(0.1), seeded(), kind="edge", why="2.5 rows are rounded up to three"),
        case("forty-two accounts, a tenth", _accounts(42, 2), given(0.1), seeded(), kind="edge", why="4.2 rows are rounded down to four"),
        case("one column", _accounts(24, 1), given(0.25), seeded(), kind="edge", why="a table may have one column"),
        case("lists", given(((1, 9), (2, 8), (3, 7), (4, 6), (5, 5), (6, 4), (7, 3), (8, 2), (9, 1), (10, 0))), given(tuple(range(10, 101, 10))),
             given(0.3), seeded(), kind="edge", why="tables may come as lists of rows, which cannot be indexed with several numbers until they are arrays"),
        case("too few labels", normal(6, 2), normal(5), given(0.5), seeded(), kind="error", why="each row needs one label"),
        case("all held back", normal(6, 2), normal(6), given(1.0), seeded(), kind="error", why="then nothing is left to learn from"),
        case("less than nothing", normal(6, 2), normal(6), given(-0.25), seeded(), kind="error", why="a share lies between 0 and 1"),
        case("too many labels", normal(6, 2), normal(7), given(0.5), seeded(), kind="error", why="each row needs one label"),
        case("nothing held back", normal(6, 2), normal(6), given(0.0), seeded(), kind="error", why="then there is nothing to test on"),
        case("a percentage", normal(6, 2), normal(6), made("20.0", lambda _: 20.0), seeded(), kind="error", why="a share lies between 0 and 1"),
    ),
    checks=(partition, paired, shuffled),
    misconceptions=(
        samples_with_replacement, shuffles_in_place, shuffles_rows_and_labels_apart, never_shuffles, random_block,
        every_so_many_rows,
        outputs_in_another_order, fraction_taken_for_training, rounds_down, rounds_up, rounds_the_other_part, own_generator,
        seeds_the_global_generator, tosses_a_coin_for_each_row, same_split_every_time, drops_a_row,
    ),
    alternatives=(by_choice, by_random_keys, by_drawing_lots),
    equivalents=EQUIVALENTS,
)  # fmt: skip
