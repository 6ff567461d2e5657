"""The share of variation that predictions explain."""

from __future__ import annotations

import itertools
import math

import numpy as np

from reference.bounds import NORMALISED, SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, integers, joint, made, normal, uniform
from reference.spec import Exercise, case, equivalents, misconception


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


def _part_met(rng, side):
    """Return equal targets, of which some are met and all others are missed on one side."""
    y, missed = _met(rng)
    missed[rng.permutation(6)[:3]] += side * rng.integers(1, 4, 3)
    return y, missed


def _biased(rng):
    y = 5 * rng.standard_normal(12)
    return y, 0.7 * y + rng.uniform(2.0, 3.0)


SQUARE = "a difference is squared, so that its sign does not matter"
ANY = "all targets equal the first exactly where they all equal another one of them"
NOT_NEGATIVE = "a sum of squares is never negative"
PROMOTED = "predictions are only subtracted from float64 numbers, for which numpy promotes them to float64 itself"
STRICT = "the lengths were compared before"
ORDER = "the largest number is never below the smallest"
TRUTH = "True counts as 1 and False as 0"
EQUIVALENTS = (
    equivalents("r2_score", "centred = y - y.mean()", "centred = y.mean() - y", reason=SQUARE)
    + equivalents("r2_score", "if (y == y[0]).all():", "if (y == y[1]).all():", "if (y == y[-1]).all():", reason=ANY)
    + equivalents("r2_score", "return 1.0 if missed == 0 else 0.0",
                  "return 1.0 if missed <= 0 else 0.0", reason=NOT_NEGATIVE)
    + equivalents("r2_score", "y, p = np.asarray(y_true, dtype=float), np.asarray(y_pred, dtype=float)",
                  "y, p = np.asarray(y_true, dtype=float), np.asarray(y_pred)", reason=PROMOTED)
    + equivalents("by_loop", "for target, prediction in zip(y, p, strict=True):",
                  "for target, prediction in zip(y, p, strict=False):", reason=STRICT)
    + equivalents("by_loop", "missed += (target - prediction) ** 2",
                  "missed += (prediction - target) ** 2", reason=SQUARE)
    + equivalents("by_loop", "total += (target - mean) ** 2", "total += (mean - target) ** 2", reason=SQUARE)
    + equivalents("by_loop", "if max(y) == min(y):", "if max(y) <= min(y):", reason=ORDER)
    + equivalents("by_loop", "return 1 if missed == 0 else 0", "return 1 if missed <= 0 else 0", reason=NOT_NEGATIVE)
    + equivalents("by_variance", "if np.ptp(y) == 0:", "if np.ptp(y) <= 0:", reason=ORDER)
    + equivalents("by_variance", "return np.array(1 - np.mean((y - p) ** 2) / np.var(y))",
                  "return np.array(1 - np.mean((p - y) ** 2) / np.var(y))", reason=SQUARE)
    + equivalents("by_pairs", "total = math.fsum((a - b) ** 2 for a, b in itertools.combinations(y, 2)) / len(y)",
                  "total = math.fsum((b - a) ** 2 for a, b in itertools.combinations(y, 2)) / len(y)", reason=SQUARE)
    + equivalents("by_pairs", "missed = math.fsum((a - b) ** 2 for a, b in zip(y, p, strict=True))",
                  "missed = math.fsum((b - a) ** 2 for a, b in zip(y, p, strict=True))", reason=SQUARE)
    + equivalents("by_pairs", "missed = math.fsum((a - b) ** 2 for a, b in zip(y, p, strict=True))",
                  "missed = math.fsum((a - b) ** 2 for a, b in zip(y, p, strict=False))", reason=STRICT)
    + equivalents("by_pairs", "return int(missed == 0) if min(y) == max(y) else (total - missed) / total",
                  "return missed == 0 if min(y) == max(y) else (total - missed) / total", reason=TRUTH)
    + equivalents("by_pairs", "return int(missed == 0) if min(y) == max(y) else (total - missed) / total",
                  "return int(missed <= 0) if min(y) == max(y) else (total - missed) / total", reason=NOT_NEGATIVE)
    + equivalents("by_pairs", "return int(missed == 0) if min(y) == max(y) else (total - missed) / total",
                  "return int(missed == 0) if min(y) >= max(y) else (total - missed) / total", reason=ORDER)
    + equivalents("notebook", "y_pred = np.asarray(y_pred, dtype=float)",
                  "y_pred = np.asarray(y_pred)", reason=PROMOTED)
    + equivalents("notebook", "missed = np.sum((y_true - y_pred) ** 2)",
                  "missed = np.sum((y_pred - y_true) ** 2)", reason=SQUARE)
    + equivalents("notebook", "if np.all(y_true == y_true[0]):",
                  "if np.all(y_true == y_true[1]):", "if np.all(y_true == y_true[-1]):", reason=ANY)
    + equivalents("notebook", "return float(missed == 0)", "return float(missed <= 0)", reason=NOT_NEGATIVE)
    + equivalents("notebook", "return 1 - missed / np.sum((y_true - np.mean(y_true)) ** 2)",
                  "return 1 - missed / np.sum((np.mean(y_true) - y_true) ** 2)", reason=SQUARE)
)  # fmt: skip

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
        case("nothing happened", made("zeros(4)", lambda _: np.zeros(4)), made("zeros(4)", lambda _: np.zeros(4)), kind="edge",
             why="targets of 0 that are all predicted are perfect as well"),
        case("some of equal targets met", joint("six equal quarters, predictions that are right or too high", lambda r: _part_met(r, 1)), kind="edge",
             why="where nothing varies, one error is enough for a score of 0"),
        case("equal targets, too low", joint("six equal quarters, predictions that are right or too low", lambda r: _part_met(r, -1)), kind="edge",
             why="where nothing varies, an error scores 0 whichever way it goes"),
        case("falling deposits", made("targets that fall", lambda r: np.sort(r.uniform(0, 9, 8))[::-1].copy()), uniform(8, high=9.0), kind="edge",
             why="where no target is above the first, they still vary"),
        case("lists", given((9, 2, 4, 3)), given((7, 3, 4, 4)), kind="edge",
             why="numbers may come as lists, which cannot be subtracted until they are arrays"),
        case("single precision", normal(9, loc=3.0, dtype=np.float32), normal(9, loc=3.0, dtype=np.float32), kind="edge",
             why="a mean that is computed in seven digits has seven"),
        case("millions", joint("around 1e6", lambda r: _good(r, 8, loc=1e6)), kind="stability",
             why="the level of the deposits must not matter"),
        case("two branches", joint("two targets far apart", lambda r: (np.array([0.0, 4.0]) + r.uniform(0, 1), r.uniform(0, 5, 2))),
             kind="edge", why="two numbers are enough for a spread"),
        case("whole numbers", integers(7, low=-20, high=60), integers(7, low=-20, high=60), kind="edge",
             why="whole numbers in, fractions out"),
        case("one prediction too few", normal(5), normal(4), kind="error", why="each target needs a prediction"),
        case("a single branch", normal(1), normal(1), kind="error", why="one number does not vary, whatever was predicted"),
        case("one prediction for all", normal(5), normal(1), kind="error", why="numpy stretches a single prediction over five targets"),
        case("a number for all", normal(5), given(0.5), kind="error", why="predictions must be a vector, also where all are the same"),
        case("single numbers", given(1.5), given(1.0), kind="error", why="a number is not a vector"),
        case("two columns", normal(5, 1), normal(5, 1), kind="error", why="columns are not vectors, also where both are"),
        case("two tables", normal(3, 3), normal(3, 3), kind="error", why="tables are not vectors, also where both are"),
        case("a column", normal(5), normal(5, 1), kind="error", why="a column against a vector compares everything with everything"),
    ),
    checks=(value(rtol=NORMALISED, atol=SUM_OF_PRODUCTS),),
    misconceptions=(
        mean_of_predictions, explained_over_total, arguments_swapped, nan_on_constant_target, ratio_not_one_minus,
        squared_correlation, never_negative, absolute_errors, mixes_divisors, constant_target_always_perfect,
        benchmark_is_zero, uncentred_squares,
    ),
    alternatives=(by_loop, by_variance, by_pairs),
    equivalents=EQUIVALENTS,
)  # fmt: skip
