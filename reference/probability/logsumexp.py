"""The logarithm of a sum of numbers that are given by their logarithms."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import LOG_SUM, SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, integers, made, normal, uniform
from reference.spec import Exercise, case, equivalents, misconception


def logsumexp(a, axis=-1):
    """Return log(sum(exp(a))) along one axis, however large or small exp(a) is.

    Parameters
    ----------
    a : array of any shape with at least one axis
        Natural logarithms; -inf stands for the logarithm of 0. No length is 0.
    axis : int
        Axis that is summed over.

    Returns
    -------
    array of the shape of `a` without `axis`, or float if `a` has one axis only
        Where all entries of a sum are -inf, the result is -inf; where one is NaN, it is NaN.

    Examples
    --------
    >>> logsumexp([[1000.0, 1000.0], [0.0, -1000.0]]).round(6).tolist()
    [1000.693147, 0.0]
    """
    a = np.asarray(a, dtype=float)
    top = a.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.log(np.exp(a - top).sum(axis=axis)) + np.squeeze(top, axis=axis)


def pairwise(a, axis=-1):
    with np.errstate(invalid="ignore"):
        return np.logaddexp.reduce(np.asarray(a, float), axis=axis)


def pure_python(a, axis=-1):
    a = np.moveaxis(np.asarray(a, float), axis, -1)
    sums = [_of_slice([float(v) for v in row]) for row in a.reshape(-1, a.shape[-1])]
    return np.reshape(sums, a.shape[:-1]).tolist()


def two_at_a_time(a, axis=-1):
    """Add one slice after the other, the smaller to the larger by log1p."""
    total, *others = np.moveaxis(np.array(a, dtype=float), axis, 0)
    for term in others:
        high, low = np.maximum(total, term), np.minimum(total, term)
        with np.errstate(invalid="ignore"):
            total = np.where(np.isneginf(low), high, high + np.log1p(np.exp(low - high)))
    return np.asarray(total)


def _of_slice(numbers):
    if any(math.isnan(v) for v in numbers):
        return math.nan
    top = max(numbers)
    if math.isinf(top):
        return top
    return top + math.log(math.fsum(math.exp(v - top) for v in numbers))


def _shifted(a, shift, axis):
    """Return log(sum(exp(a - shift))) + shift, where `shift` has kept its axes."""
    with np.errstate(all="ignore"):
        shift = np.where(np.isfinite(shift), shift, 0.0)
        total = np.exp(a - shift).sum(axis=axis, keepdims=True)
        return np.squeeze(np.log(total) + shift, axis=axis)


@misconception("Evaluate exp(1000) and exp(-1000).")
def no_max_shift(a, axis=-1):
    with np.errstate(all="ignore"):
        return np.log(np.exp(np.asarray(a, float)).sum(axis=axis))


@misconception("What is left of a row that is 1700 below the maximum?")
def global_max_underflows(a, axis=-1):
    a = np.asarray(a, float)
    return _shifted(a, a.max(keepdims=True), axis)


@misconception("Is every exponent guaranteed to be at most 0?")
def shifts_by_mean(a, axis=-1):
    a = np.asarray(a, float)
    return _shifted(a, a.mean(axis=axis, keepdims=True), axis)


@misconception("How large is log(e^0 + e^0)?")
def returns_max(a, axis=-1):
    return np.asarray(a, float).max(axis=axis)


@misconception("How many numbers should come back?")
def ignores_axis(a, axis=-1):
    a = np.asarray(a, float).ravel()
    return _shifted(a, a.max(keepdims=True), 0)


@misconception("Which of the axes should be gone?")
def always_last_axis(a, axis=-1):
    return logsumexp(a)


@misconception("Which shape is promised?")
def keeps_dims(a, axis=-1):
    return np.expand_dims(logsumexp(a, axis), axis)


@misconception("A table with a single row: which of its axes have length one, and which of them did you sum over?")
def squeezes_every_axis(a, axis=-1):
    return np.squeeze(logsumexp(a, axis))


@misconception("What does axis=-2 mean?")
def drops_the_sign_of_axis(a, axis=-1):
    return logsumexp(a, abs(axis)) if np.ndim(a) > 1 else logsumexp(a)


@misconception("What is minus infinity minus minus infinity?")
def nan_where_all_are_impossible(a, axis=-1):
    a = np.asarray(a, float)
    with np.errstate(all="ignore"):
        top = a.max(axis=axis, keepdims=True)
        return np.squeeze(top + np.log(np.exp(a - top).sum(axis=axis, keepdims=True)), axis=axis)


@misconception("Is there an average in the formula?")
def log_of_mean(a, axis=-1):
    return logsumexp(a, axis) - np.log(np.shape(a)[axis])


@misconception("Add 5 to every entry: by how much does your result change, and by how much should it?")
def forgets_to_add_the_maximum(a, axis=-1):
    a = np.asarray(a, float)
    top = a.max(axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        return np.log(np.exp(a - np.where(np.isfinite(top), top, 0.0)).sum(axis=axis))


@misconception("If one of the terms is unknown, is the sum known?")
def skips_nan(a, axis=-1):
    a = np.asarray(a, float)
    return logsumexp(np.where(np.isnan(a), -np.inf, a), axis)


@misconception("Which sum does log(1e-12) stand for: a small one, or one of nothing but zeros?")
def epsilon_inside_the_logarithm(a, axis=-1):
    with np.errstate(all="ignore"):
        return np.log(np.exp(np.asarray(a, float)).sum(axis=axis) + 1e-12)


def _wide(rng):
    """Return nine logarithms from -2000 to 2000, in no order; two of the largest count."""
    return rng.permutation(np.concatenate([rng.uniform(-2000, -1000, 6), rng.uniform(1000, 1001, 1) + [0.0, 0.5, 900]]))


def _levels(rng):
    return rng.uniform(-3, 3, (4, 5)) + rng.permutation([-1900.0, -850.0, 0.0, 20.0])[:, None]


def _block_levels(rng):
    return rng.uniform(-2, 2, (2, 4, 3)) + np.array([[1500.0], [-1200.0]])[:, :, None] * rng.uniform(
        0.9, 1.1, (2, 1, 3)
    )


def _with(rng, shape, index, wrong):
    a = rng.uniform(-3, 3, shape)
    a[index] = wrong
    return a


def _unknown(rng):
    return _with(rng, (2, 3), 1, [-np.inf, np.nan, -np.inf])


ANY_SHIFT = "whatever is subtracted is added again: with no finite term the result is -inf or NaN, and stays it"
EXACT = "each number is made a Python float afterwards, and whole numbers and float32 fit into that exactly"
NEGATIVE = "numpy takes any negative length for the one that is left to compute, not only -1"
SIGN_OF_NAN = "NaN has no sign that counts"
LOG1P = "log(1 + v) errs by 1e-16 in absolute terms for v between 0 and 1, and 1e-12 is allowed"
EQUIVALENTS = (
    equivalents("logsumexp", "top = np.where(np.isfinite(top), top, 0.0)", "top = np.where(np.isfinite(top), top, 1.0)",
                "top = np.where(np.isfinite(top), top, -1.0)", reason=ANY_SHIFT)
    + equivalents("pure_python", "a = np.moveaxis(np.asarray(a, float), axis, -1)",
                  "a = np.moveaxis(np.asarray(a), axis, -1)", reason=EXACT)
    + equivalents("pure_python", "sums = [_of_slice([float(v) for v in row]) for row in a.reshape(-1, a.shape[-1])]",
                  "sums = [_of_slice([float(v) for v in row]) for row in a.reshape(-2, a.shape[-1])]", reason=NEGATIVE)
    + equivalents("pure_python", "return math.nan", "return -math.nan", reason=SIGN_OF_NAN)
    + equivalents("two_at_a_time", "total = np.where(np.isneginf(low), high, high + np.log1p(np.exp(low - high)))",
                  "total = np.where(np.isneginf(low), high, high + np.log(1 + np.exp(low - high)))", reason=LOG1P)
    + equivalents("notebook", "m = np.where(np.isfinite(m), m, 0)", "m = np.where(np.isfinite(m), m, 1)",
                  "m = np.where(np.isfinite(m), m, -1)", reason=ANY_SHIFT)
)  # fmt: skip

EXERCISE = Exercise(
    solution=logsumexp,
    points=4,
    cases=(
        case("two ones", given([0.0, 0.0]), public=True, why="by hand: log(1 + 1) = log 2 = 0.693"),
        case("columns", given([[0.0, 0.0], [0.0, 0.0], [0.0, -np.inf]]), given(0), public=True,
             why="by hand: the first column holds three ones, log 3 = 1.099, the second two and a zero, log 2 = 0.693"),
        case("a thousand and a thousand", given([1000.0, 1000.0]), public=True, kind="stability",
             why="by hand: log(2 e^1000) = 1000 + log 2, though e^1000 is too large for any computer"),
        case("four payments, six profiles", normal(4, 6, scale=2.0), why="one number for each row"),
        case("along the first axis", normal(5, 3, scale=2.0), given(0), why="one number for each column"),
        case("one vector", uniform(7, low=-9.0, high=-1.0), why="a vector gives one number"),
        case("from -2000 to 2000", made("nine logarithms, some of them huge", _wide), kind="stability",
             why="neither the largest nor the smallest exponential exists as a number"),
        case("rows on very different levels", made("uniform(4, 5) plus a level for each row", _levels), kind="stability",
             why="what is tiny next to another row may be all that its own row has"),
        case("all tiny", uniform(3, 4, low=-1520.0, high=-1500.0), kind="stability",
             why="every exponential is 0 in floating point, and yet their sum has a logarithm"),
        case("middle axis, large and small", made("(2, 4, 3), blocks around 1500 and -1200", _block_levels), given(1),
             kind="stability", why="each of the six sums has a level of its own"),
        case("middle axis", normal(2, 4, 3), given(1), kind="edge", why="with three axes the second is summed over"),
        case("counted from the end", normal(3, 2, 4), given(-2), kind="edge", why="axis -2 is the last but one"),
        case("a single row", normal(1, 5, scale=2.0), kind="edge",
             why="only the axis that is summed over goes; one row still gives a vector with one entry"),
        case("square", normal(4, 4, scale=2.0), given(0), kind="edge",
             why="where rows are as long as columns the wrong axis gives the right shape"),
        case("one impossible profile", made("uniform(3, 4), one -inf", lambda r: _with(r, (3, 4), (1, 2), -np.inf)),
             kind="edge", why="log 0 = -inf adds nothing, and nothing breaks"),
        case("all impossible", made("uniform(3, 4), a row of -inf", lambda r: _with(r, (3, 4), 1, -np.inf)), kind="edge",
             why="0 + 0 = 0, whose logarithm is -inf and not NaN"),
        case("missing", made("uniform(3, 4), one NaN", lambda r: _with(r, (3, 4), (2, 1), np.nan)), kind="edge",
             why="a sum with an unknown term is unknown, and only that one"),
        case("whole numbers", integers(3, 4, low=-5, high=6), kind="edge", why="whole numbers in, fractions out"),
        case("lists", given(((1, 2, 0), (3, 0, 1))), given(0), kind="edge",
             why="tables may come as lists of rows, which have no axes until they are made arrays"),
        case("single precision", normal(4, 5, scale=2.0, dtype=np.float32), kind="edge", why="the result is float64 whatever comes in"),
        case("a middle axis of length one", normal(3, 1, 4), kind="edge",
             why="only the axis that is summed over goes: the other one stays, though its length is one"),
        case("nothing possible", given([-np.inf, -np.inf, -np.inf]), kind="edge", why="a vector of impossible terms gives -inf, too"),
        case("missing and impossible", made("uniform(2, 3), a row of -inf, NaN and -inf", _unknown), kind="edge",
             why="next to terms that are impossible the unknown one decides, and the sum is unknown"),
        case("length one", normal(5, 1, scale=3.0), kind="edge", why="the sum of one number is that number"),
    ),
    checks=(value(rtol=LOG_SUM, atol=SUM_OF_PRODUCTS),),
    misconceptions=(
        no_max_shift, global_max_underflows, shifts_by_mean, returns_max, ignores_axis, always_last_axis, keeps_dims,
        squeezes_every_axis, drops_the_sign_of_axis, nan_where_all_are_impossible, log_of_mean, forgets_to_add_the_maximum, skips_nan,
        epsilon_inside_the_logarithm,
    ),
    alternatives=(pairwise, pure_python, two_at_a_time),
    equivalents=EQUIVALENTS,
)  # fmt: skip
