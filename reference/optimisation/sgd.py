"""Stochastic gradient descent over shuffled batches."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import SGD_REPLAY
from reference.measures import largest
from reference.probes import Probe
from reference.recipes import given, joint, seeded
from reference.spec import Exercise, case, check, equivalents, misconception


def sgd(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    """Return the weights after some epochs of stochastic gradient descent.

    Parameters
    ----------
    grad_batch : callable
        ``grad_batch(x, idx)`` returns the mean gradient over the rows named in the array `idx`, at weights `x`. It is
        called once for each batch.
    x0 : array of shape (d,)
        Where to start; whole numbers are welcome, and `x0` is not changed.
    n : int
        Number of rows.
    lr : float
        Length of a step.
    n_epochs : int
        Passes over all rows. Each draws a new order of all rows from `rng`, also where one batch holds them all, and
        takes `batch_size` rows at a time in that order. With 0 the result is `x0`.
    batch_size : int
        Rows of a batch, from 1 to n; the last batch of an epoch may be smaller.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    array of shape (d,)
        After one step for each batch: x minus lr times the gradient of the batch at x.

    Raises
    ------
    ValueError
        If `batch_size` is not between 1 and n.

    Examples
    --------
    >>> sgd(lambda x, idx: np.array([float(len(idx))]), np.array([0.0]), 5, 1.0, 1, 2, np.random.default_rng(0)).tolist()
    [-5.0]
    """
    x = _start(x0, n, batch_size)
    for _ in range(n_epochs):
        order = rng.permutation(n)
        for first in range(0, n, batch_size):
            x = x - lr * np.asarray(grad_batch(x, order[first : first + batch_size]))
    return x


def _start(x0, n, batch_size):
    if not 1 <= batch_size <= n:
        msg = f"batch_size = {batch_size}; needed is a number from 1 to {n}"
        raise ValueError(msg)
    return np.array(x0, dtype=float)


def shuffles_one_index_array(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    x, rows = _start(x0, n, batch_size), np.arange(n)
    for _ in range(n_epochs):
        rng.shuffle(rows)
        for batch in np.split(rows, range(batch_size, n, batch_size)):
            x -= lr * np.asarray(grad_batch(x.copy(), batch.copy()))
    return list(x)


def sorts_random_keys(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    x = _start(x0, n, batch_size)
    for _ in range(n_epochs):
        left = list(np.argsort(rng.random(n)))
        while left:
            batch, left = left[:batch_size], left[batch_size:]
            x = x - lr * grad_batch(x, batch)
    return x


def draws_from_what_is_left(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    """Draw each batch from the rows that are left, and keep weights as a list of numbers."""
    x = _start(x0, n, batch_size).tolist()
    for _ in range(n_epochs):
        left = set(range(n))
        while left:
            batch = rng.choice(sorted(left), min(batch_size, len(left)), replace=False).tolist()
            left -= set(batch)
            gradient = grad_batch(np.array(x), np.array(batch))
            x = [float(entry - lr * slope) for entry, slope in zip(x, gradient, strict=True)]
    return tuple(x)


def deals_batch_numbers(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    """Give every row a batch number by swapping numbers at random, as Fisher and Yates do."""
    x = _start(x0, n, batch_size)
    for _ in range(n_epochs):
        number = np.arange(n) // batch_size
        for i in range(n - 1, 0, -1):
            j = rng.integers(i + 1)
            number[[i, j]] = number[[j, i]]
        for k in range(math.ceil(n / batch_size)):
            x = x - lr * grad_batch(x, np.flatnonzero(number == k))
    return x


def _run(grad_batch, x0, n, lr, n_epochs, batch_size, orders, point=lambda x, _: x):
    """Return the weights after passes in given orders; the gradient is taken at ``point(x, start of the epoch)``."""
    x = _start(x0, n, batch_size)
    for _ in range(n_epochs):
        begun = x
        order = orders()
        for first in range(0, len(order), batch_size):
            x = x - lr * np.asarray(grad_batch(point(x, begun), order[first : first + batch_size]))
    return x


@misconception("What if the file is sorted by date?")
def never_shuffles(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    return _run(grad_batch, x0, n, lr, n_epochs, batch_size, lambda: np.arange(n))


@misconception("Is the second pass in the same order?")
def shuffles_once(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    _start(x0, n, batch_size)
    order = rng.permutation(n)
    return _run(grad_batch, x0, n, lr, n_epochs, batch_size, lambda: order)


@misconception("How often is the step multiplied by lr?")
def learning_rate_applied_twice(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    return sgd(grad_batch, x0, n, lr * lr, n_epochs, batch_size, rng)


@misconception("Is every row seen once in a pass?")
def samples_with_replacement(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    return _run(grad_batch, x0, n, lr, n_epochs, batch_size, lambda: rng.integers(0, n, n))


@misconception("What happens to the rows that do not fill a batch?")
def drops_the_last_batch(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    _start(x0, n, batch_size)
    whole = n // batch_size * batch_size
    return _run(grad_batch, x0, n, lr, n_epochs, batch_size, lambda: rng.permutation(n)[:whole])


@misconception("At which weights is the gradient of the second batch taken?")
def gradient_at_the_start_of_the_epoch(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    return _run(grad_batch, x0, n, lr, n_epochs, batch_size, lambda: rng.permutation(n), lambda _, begun: begun)


@misconception("Does the loss go down?")
def moves_uphill(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    return sgd(grad_batch, x0, n, -lr, n_epochs, batch_size, rng)


@misconception("How many batches are there in a pass?")
def one_batch_per_epoch(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    _start(x0, n, batch_size)
    return _run(grad_batch, x0, n, lr, n_epochs, batch_size, lambda: rng.permutation(n)[:batch_size])


@misconception("Is the gradient of a batch a mean already?")
def divides_by_the_batch_again(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    x = _start(x0, n, batch_size)
    for _ in range(n_epochs):
        order = rng.permutation(n)
        for first in range(0, n, batch_size):
            batch = order[first : first + batch_size]
            x = x - lr * np.asarray(grad_batch(x, batch)) / len(batch)
    return x


@misconception("Call it with two generators of different seeds. Does the way change?")
def own_generator(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    return sgd(grad_batch, x0, n, lr, n_epochs, batch_size, np.random.default_rng(0))


@misconception("How many passes does your loop make for n_epochs = 0?")
def one_epoch_too_many(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    return sgd(grad_batch, x0, n, lr, n_epochs + 1, batch_size, rng)


@misconception("Is the gradient of all rows asked for, or of a few?")
def full_gradient_every_time(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    x = _start(x0, n, batch_size)
    for _ in range(n_epochs * math.ceil(n / batch_size)):
        x = x - lr * np.asarray(grad_batch(x, rng.permutation(n)))
    return x


@misconception("Two neighbours in the file: do they ever get into different batches?")
def shuffles_batches_not_rows(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    x = _start(x0, n, batch_size)
    # What is left over stays last.
    for _ in range(n_epochs):
        order = [i * batch_size for i in rng.permutation(n // batch_size)]
        for first in [*order, *range(n // batch_size * batch_size, n, batch_size)]:
            x = x - lr * np.asarray(grad_batch(x, np.arange(first, min(first + batch_size, n))))
    return x


@misconception("Two neighbours in the file: does one ever come without the other?")
def begins_somewhere_else(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    _start(x0, n, batch_size)
    return _run(grad_batch, x0, n, lr, n_epochs, batch_size, lambda: np.roll(np.arange(n), rng.integers(1, max(n, 2))))


@misconception("What does the last batch hold if nothing is left to fill it?")
def fills_the_last_batch(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    def filled():
        order = rng.permutation(n)
        return np.append(order, order[: -n % batch_size])

    return _run(grad_batch, x0, n, lr, n_epochs, batch_size, filled)


@misconception("Is batch_size the size of a batch or the number of batches?")
def takes_size_for_number(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    x = _start(x0, n, batch_size)
    for _ in range(n_epochs):
        for batch in np.array_split(rng.permutation(n), batch_size):
            x = x - lr * np.asarray(grad_batch(x, batch))
    return x


@misconception("Is the last point asked for, or the average of all?")
def returns_the_average(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    x = _start(x0, n, batch_size)
    seen = [x]
    for _ in range(n_epochs):
        order = rng.permutation(n)
        for first in range(0, n, batch_size):
            x = x - lr * np.asarray(grad_batch(x, order[first : first + batch_size]))
            seen.append(x)
    return np.mean(seen, axis=0)


@misconception("Where does the second pass begin?")
def starts_anew_every_epoch(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    x = _start(x0, n, batch_size)
    for _ in range(n_epochs):
        x = sgd(grad_batch, x0, n, lr, 1, batch_size, rng)
    return x


@misconception("Start at whole numbers. Which type do your weights have after the first step?")
def keeps_whole_numbers(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    _start(x0, n, batch_size)
    x = np.array(x0)
    for _ in range(n_epochs):
        order = rng.permutation(n)
        for first in range(0, n, batch_size):
            x[:] = x - lr * np.asarray(grad_batch(x, order[first : first + batch_size]))
    return x


@misconception("Call it twice from the same starting point.")
def changes_x0(grad_batch, x0, n, lr, n_epochs, batch_size, rng):
    _start(x0, n, batch_size)
    x = np.asarray(x0, dtype=float)
    for _ in range(n_epochs):
        order = rng.permutation(n)
        for first in range(0, n, batch_size):
            x -= lr * np.asarray(grad_batch(x, order[first : first + batch_size]))
    return x


def _batches(trace, n, batch_size):
    """Return the rows that each call asked for, as whole numbers, or None where a call is no batch."""
    batches = []
    for entry in trace:
        if len(entry) != 2 or entry[1].ndim != 1 or np.any(entry[1] != np.floor(entry[1])):
            return None
        batches.append(entry[1].astype(int))
    return batches


@check("every epoch is one pass over all rows in batches of the right size")
def passes(grad_batch, x0, n, lr, n_epochs, batch_size, rng, x):
    each = -(-n // batch_size)
    batches = _batches(grad_batch.trace, n, batch_size)
    if batches is None or grad_batch.calls != each * n_epochs or len(batches) != grad_batch.calls:
        return float("inf"), 0.0
    wrong = 0
    for e in range(n_epochs):
        epoch = batches[e * each : (e + 1) * each]
        sizes = [len(batch) for batch in epoch]
        rows = np.sort(np.concatenate(epoch))
        full = sizes[:-1] == [batch_size] * (each - 1) and sizes[-1] == n - batch_size * (each - 1)
        wrong += not full or len(rows) != n or bool(np.any(rows != np.arange(n)))
    return float(wrong), 0.0


@check("every epoch is shuffled anew")
def shuffled(grad_batch, x0, n, lr, n_epochs, batch_size, rng, x):
    batches = _batches(grad_batch.trace, n, batch_size)
    # With few rows, or all of them in one batch, an order may come back by chance or cannot be seen.
    if batches is None or n < 12 or batch_size == n or not batches:
        return 0.0, 0.0
    each = -(-n // batch_size)
    seen = [{frozenset((i, i + 1)) for i in range(n - 1)}]
    for e in range(n_epochs):
        order = [int(i) for batch in batches[e * each : (e + 1) * each] for i in batch]
        pairs = {frozenset(order[i : i + 2]) for i in range(len(order) - 1)}
        # Chance leaves about two pairs of neighbours together; an order turned round or begun elsewhere nearly all.
        if any(len(pairs & before) > 0.75 * n for before in seen):
            return 1.0, 0.0
        seen.append(pairs)
    return 0.0, 0.0


@check("every epoch deals the rows into new batches")
def dealt(grad_batch, x0, n, lr, n_epochs, batch_size, rng, x):
    batches = _batches(grad_batch.trace, n, batch_size)
    if batches is None or n < 12 or not 2 < batch_size < n or not batches:
        return 0.0, 0.0
    each = -(-n // batch_size)
    rows = np.arange(n)
    seen = {tuple(rows[i : i + batch_size].tolist()) for i in range(0, n, batch_size)}
    for e in range(n_epochs):
        full = {tuple(sorted(b.tolist())) for b in batches[e * each : (e + 1) * each] if len(b) == batch_size}
        # One batch may come back by chance, most of them will not.
        if len(full & seen) > max(1, len(full) / 2):
            return 1.0, 0.0
        seen |= full
    return 0.0, 0.0


@check("every gradient is taken at the weights of that moment, and the result follows from them")
def replayed(grad_batch, x0, n, lr, n_epochs, batch_size, rng, x):
    now = np.array(x0, dtype=float)
    worst, size = 0.0, max(1.0, float(np.max(np.abs(now))))
    for entry in grad_batch.trace:
        if len(entry) != 2 or entry[0].shape != now.shape or entry[1].ndim != 1:
            return float("inf"), 0.0
        worst = max(worst, largest(entry[0] - now))
        now = now - lr * grad_batch.value(now, entry[1].astype(int))
        size = max(size, float(np.max(np.abs(now))))
    return max(worst, largest(x - now)), SGD_REPLAY * size


@check("every row has every place in some epoch")
def everywhere(grad_batch, x0, n, lr, n_epochs, batch_size, rng, x):
    batches = _batches(grad_batch.trace, n, batch_size)
    if batches is None:
        return 0.0, 0.0
    each = -(-n // batch_size)
    places = {(i % each, int(row)) for i, batch in enumerate(batches) for row in batch}
    return float(each * n - len(places)), 0.0


def _rows(n, d, lr, epochs, batch, whole=False):
    """Return a recipe for a regression on n rows; its gradient keeps what it is asked."""

    def draw(rng):
        X = rng.standard_normal((n, d))
        y = X @ rng.standard_normal(d) + 0.3 * rng.standard_normal(n)
        start = rng.integers(-3, 4, d) if whole else rng.standard_normal(d)
        return Probe("mean_row_gradient", (X, y), trace=True), start, n, lr, epochs, batch

    return joint(f"{n} rows, {d} weights, {epochs} epochs, batches of {batch}", draw)


def _by_hand(_):
    X, y = np.array([[1.0], [1.0], [1.0], [1.0]]), np.array([2.0, 2.0, 2.0, 2.0])
    return Probe("mean_row_gradient", (X, y), trace=True), np.zeros(1), 4, 0.25, 1, 2


PROMOTED = (
    "the first step makes float64 of whole numbers, and where none is taken the start is the same number in any type"
)
UNTOUCHED = "a gradient writes to nothing that it is given"
NEW = "nothing is written into x: each step makes a new array"
FROM_A_LIST = "an array made from a list shares nothing with it"
LENGTHS = "a gradient has as many entries as its point, so strict finds nothing"
WITH_ITSELF = "the additional turn has i = 0, draws j = 0, and swaps the first with itself"
EQUIVALENTS = (
    equivalents("sgd", "return np.array(x0, dtype=float)", "return np.array(x0)", reason=PROMOTED)
    + equivalents("shuffles_one_index_array", "x -= lr * np.asarray(grad_batch(x.copy(), batch.copy()))",
                  "x -= lr * np.asarray(grad_batch(x, batch.copy()))",
                  "x -= lr * np.asarray(grad_batch(x.copy(), batch))",
                  reason=UNTOUCHED)
    + equivalents("draws_from_what_is_left", "gradient = grad_batch(np.array(x), np.array(batch))",
                  "gradient = grad_batch(np.asarray(x), np.array(batch))",
                  "gradient = grad_batch(np.array(x), np.asarray(batch))",
                  reason=FROM_A_LIST)
    + equivalents("draws_from_what_is_left", "x = [float(entry - lr * slope) for entry, slope in zip(x, gradient, strict=True)]",
                  "x = [float(entry - lr * slope) for entry, slope in zip(x, gradient, strict=False)]",
                  reason=LENGTHS)
    + equivalents("deals_batch_numbers", "for i in range(n - 1, 0, -1):",
                  "for i in range(n - 1, 0 - 1, -1):", "for i in range(n - 1, -1, -1):",
                  reason=WITH_ITSELF)
    + equivalents("notebook", "x = np.array(x0, dtype=float)", "x = np.array(x0)", reason=PROMOTED)
    + equivalents("notebook", "x = np.array(x0, dtype=float)", "x = np.asarray(x0, dtype=float)", reason=NEW)
)  # fmt: skip

EXERCISE = Exercise(
    solution=sgd,
    points=6,
    cases=(
        case("four equal rows", joint("four rows that say 2", _by_hand), seeded(), public=True,
             why="by hand: every batch has the gradient 2 (x - 2), so two steps of 0.25 lead from 0 to 1 and to 1.5"),
        case("no epoch", joint("no epoch", lambda _: (Probe("mean_row_gradient", (np.ones((3, 1)), np.ones(3)), trace=True), np.array([4.0]), 3, 0.1, 0, 1)), seeded(), public=True, kind="edge",
             why="without a pass the start is left"),
        case("batches of none", joint("batch size 0", lambda _: (Probe("mean_row_gradient", (np.ones((3, 1)), np.ones(3)), trace=True), np.array([4.0]), 3, 0.1, 1)), given(0), seeded(), public=True,
             kind="error", why="a batch has at least one row"),
        case("forty rows, batches of eight", _rows(40, 3, 0.05, 4, 8), seeded(), why="four passes in another order each"),
        case("thirty rows, batches of seven", _rows(30, 4, 0.04, 3, 7), seeded(), why="the last batch of each pass has two rows"),
        case("one row at a time", _rows(14, 2, 0.03, 3, 1), seeded(), kind="edge", why="batches of one row"),
        case("all rows at once", _rows(16, 3, 0.1, 5, 16), seeded(), kind="edge", why="one batch a pass: plain gradient descent"),
        case("nothing to do", _rows(20, 3, 0.1, 0, 4), seeded(), kind="edge", why="no pass, no step, no gradient"),
        case("a remainder of one", _rows(25, 2, 0.05, 2, 6), seeded(), kind="edge", why="one row is left over, and has its own step"),
        case("a hundred and fifty passes", _rows(4, 2, 0.01, 150, 1), seeded(), kind="edge", checks=(passes, everywhere, replayed),
             why="in so many new orders each of four rows is first, second, third and last at some time; chance misses that once in 10^17"),
        case("from whole numbers", _rows(18, 3, 0.05, 2, 5, whole=True), seeded(), kind="edge", why="a start of whole numbers, steps of fractions"),
        case("far too large batches", _rows(6, 2, 0.1, 2, 60), seeded(), kind="error", why="ten times as many rows as there are cannot be dealt"),
        case("batches too large", _rows(10, 2, 0.1, 1, 11), seeded(), kind="error", why="a batch has at most all rows"),
        case("no pass, batches without rows", _rows(10, 2, 0.1, 0, 0), seeded(), kind="error", why="a batch size that makes no sense is refused, even where no batch is asked for"),
        case("batches without rows", _rows(10, 2, 0.1, 1, 0), seeded(), kind="error", why="no row, no gradient"),
        case("batches of less than none", _rows(10, 2, 0.1, 1, -2), seeded(), kind="error", why="a batch has at least one row"),
    ),
    checks=(passes, shuffled, dealt, replayed),
    misconceptions=(
        never_shuffles, shuffles_once, learning_rate_applied_twice, samples_with_replacement, drops_the_last_batch,
        gradient_at_the_start_of_the_epoch, moves_uphill, one_batch_per_epoch, divides_by_the_batch_again,
        own_generator, one_epoch_too_many, full_gradient_every_time, shuffles_batches_not_rows, begins_somewhere_else, fills_the_last_batch,
        takes_size_for_number, returns_the_average, starts_anew_every_epoch, keeps_whole_numbers, changes_x0,
    ),
    alternatives=(shuffles_one_index_array, sorts_random_keys, draws_from_what_is_left, deals_batch_numbers),
    equivalents=EQUIVALENTS,
)  # fmt: skip
