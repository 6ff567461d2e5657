"""The share of variation that predictions explain."""

from __future__ import annotations

import itertools
import math

import numpy as np

from reference.bounds import NORMALISED, SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, integers, joint, normal
from reference.spec import Exercise, case, misconception


def r2_score(y_true, y_pred):
    """Return 1 minus the squared errors of the predictions over those of the mean of the targets.

    Parameters
    ----------
    y_true : array of shape (n,)
        What happened.
    y_pred : array of shape (n,)
        What was predicted.

    Returns
    -------
    float
        1 for perfect predictions, 0 for ones as good as the mean of `y_true`, negative for worse ones. Where all
        targets are equal: 1 if every prediction is right, else 0.

    Raises
    ------
    ValueError
        If the two are not vectors of the same length, or have fewer than two entries.

    Examples
    --------
    >>> r2_score([1, 2, 3], [1, 2, 4])
    0.5
    """
    y, p = _checked(y_true, y_pred)
    centred = y - y.mean()
    total = centred @ centred
    missed = (y - p) @ (y - p)
    if (y == y[0]).all():
        return 1.0 if missed == 0 else 0.0
    return float(1 - missed / total)


def _checked(y_true, y_pred):
    y, p = np.asarray(y_true, dtype=float), np.asarray(y_pred, dtype=float)
    if y.ndim != 1 or y.shape != p.shape or len(y) < 2:
        msg = (
            f"y_true and y_pred have shapes {y.shape} and {p.shape}; needed are vectors of the same length, at least 2"
        )
        raise ValueError(msg)
    return y, p


def by_loop(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    mean = sum(y) / len(y)
    missed = total = 0.0
    for target, prediction in zip(y, p, strict=True):
        missed += (target - prediction) ** 2
        total += (target - mean) ** 2
    if max(y) == min(y):
        return 1 if missed == 0 else 0
    return 1 - missed / total


def by_variance(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    if np.ptp(y) == 0:
        return np.float64((y == p).all())
    return np.array(1 - np.mean((y - p) ** 2) / np.var(y))


def by_pairs(y_true, y_pred):
    """Add up the squared differences of all pairs, which takes no mean."""
    y, p = (part.tolist() for part in _checked(y_true, y_pred))
    total = math.fsum((a - b) ** 2 for a, b in itertools.combinations(y, 2)) / len(y)
    missed = math.fsum((a - b) ** 2 for a, b in zip(y, p, strict=True))
    return int(missed == 0) if min(y) == max(y) else (total - missed) / total


def _ratio(missed, total):
    with np.errstate(all="ignore"):
        return float(1 - np.float64(missed) / total)


@misconception("Which mean does the benchmark model predict?")
def mean_of_predictions(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    if np.ptp(y) == 0:
        return r2_score(y, p)
    return _ratio(np.sum((y - p) ** 2), np.sum((y - p.mean()) ** 2))


@misconception("Do the two sums of squares always add up, or only for least squares on its own training data?")
def explained_over_total(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    if np.ptp(y) == 0:
        return r2_score(y, p)
    return 1 - _ratio(np.sum((p - y.mean()) ** 2), np.sum((y - y.mean()) ** 2))


@misconception("Is the formula the same if truth and prediction change places?")
def arguments_swapped(y_true, y_pred):
    return r2_score(y_pred, y_true)


@misconception("What if nothing varies?")
def nan_on_constant_target(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    return _ratio(np.sum((y - p) ** 2), np.sum((y - y.mean()) ** 2))


@misconception("What does a perfect fit give?")
def ratio_not_one_minus(y_true, y_pred):
    return 1 - r2_score(y_true, y_pred)


@misconception("Can the square of a correlation tell that all predictions are 10 too high?")
def squared_correlation(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    if np.ptp(y) == 0 or np.ptp(p) == 0:
        return r2_score(y, p)
    return np.corrcoef(y, p)[0, 1] ** 2


@misconception("Can a model be worse than the mean? What should the score then be?")
def never_negative(y_true, y_pred):
    return max(r2_score(y_true, y_pred), 0.0)


@misconception("Are residuals added before or after they are squared?")
def absolute_errors(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    if np.ptp(y) == 0:
        return r2_score(y, p)
    return _ratio(np.sum(np.abs(y - p)), np.sum(np.abs(y - y.mean())))


@misconception("Both divisors should be the same, or cancel: which ones do you use?")
def mixes_divisors(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    if np.ptp(y) == 0:
        return r2_score(y, p)
    return _ratio(np.mean((y - p) ** 2), np.var(y, ddof=1))


@misconception("If every target is 5 and every prediction is 7, is that perfect?")
def constant_target_always_perfect(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    return 1.0 if np.ptp(y) == 0 else r2_score(y, p)


@misconception("Shift all values by a million: should the benchmark not be the mean?")
def benchmark_is_zero(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    if np.ptp(y) == 0:
        return r2_score(y, p)
    return _ratio(np.sum((y - p) ** 2), np.sum(y**2))


@misconception("Compute the spread of 1,000,001 and 1,000,003 by your formula: how many digits cancel?")
def uncentred_squares(y_true, y_pred):
    y, p = _checked(y_true, y_pred)
    if np.ptp(y) == 0:
        return r2_score(y, p)
    return _ratio(np.sum((y - p) ** 2), np.sum(y * y) - len(y) * y.mean() ** 2)


def _good(rng, n, loc=0.0, noise=0.4):
    y = loc + 2.0 * rng.standard_normal(n)
    return y, y + noise * rng.standard_normal(n) + 0.1


def _bad(rng):
    y = rng.standard_normal(9) + 3
    return y, -y + rng.standard_normal(9)


def _met(rng):
    """Return equal targets and predictions whose mean and deviations are exact, in whatever order they are added up."""
    level = int(rng.integers(1, 40)) / 4
    return np.full(6, level), np.full(6, level)


def _biased(rng):
    y = 5 * rng.standard_normal(12)
    return y, 0.7 * y + rng.uniform(2.0, 3.0)


EXERCISE = Exercise(
    solution=r2_score,
    points=2,
    cases=(
        case("three branches", given([1.0, 2.0, 3.0]), given([1.0, 2.0, 4.0]), public=True,
             why="by hand: one error of 1 against a spread of 1 + 0 + 1 = 2 around the mean, so 1 - 1/2"),
        case("no better than the mean", given([1.0, 2.0, 6.0]), given([3.0, 3.0, 3.0]), public=True,
             why="by hand: predicting the mean of 3 explains nothing"),
        case("one branch", given([1.0]), given([1.0]), public=True, kind="error", why="one number does not vary"),
        case("eleven branches", joint("good predictions of normal(11)", lambda r: _good(r, 11)), why="good, not perfect"),
        case("all too high", joint("predictions with a bias", _biased),
             why="predictions that move with the truth but stand beside it are not good"),
        case("worse than the mean", joint("predictions of the wrong sign", _bad), kind="edge",
             why="a model that is wrong in direction is worse than none, and the score says so"),
        case("all targets equal", given([4.0, 4.0, 4.0, 4.0]), normal(4, loc=4.0), kind="edge",
             why="where nothing varies, an error scores 0"),
        case("all targets equal and met", joint("six equal quarters, twice", _met), kind="edge",
             why="where nothing varies and every prediction is right, the score is 1"),
        case("millions", joint("around 1e6", lambda r: _good(r, 8, loc=1e6)), kind="stability",
             why="the level of the deposits must not matter"),
        case("two branches", joint("two targets far apart", lambda r: (np.array([0.0, 4.0]) + r.uniform(0, 1), r.uniform(0, 5, 2))),
             kind="edge", why="two numbers are enough for a spread"),
        case("whole numbers", integers(7, low=-20, high=60), integers(7, low=-20, high=60), kind="edge",
             why="whole numbers in, fractions out"),
        case("one prediction too few", normal(5), normal(4), kind="error", why="each target needs a prediction"),
        case("a single branch", normal(1), normal(1), kind="error", why="one number does not vary, whatever was predicted"),
        case("a column", normal(5), normal(5, 1), kind="error", why="a column against a vector compares everything with everything"),
    ),
    checks=(value(rtol=NORMALISED, atol=SUM_OF_PRODUCTS),),
    misconceptions=(
        mean_of_predictions, explained_over_total, arguments_swapped, nan_on_constant_target, ratio_not_one_minus,
        squared_correlation, never_negative, absolute_errors, mixes_divisors, constant_target_always_perfect,
        benchmark_is_zero, uncentred_squares,
    ),
    alternatives=(by_loop, by_variance, by_pairs),
)  # fmt: skip
