"""Value at risk and expected shortfall by historical simulation."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from reference.bounds import NORMALISED
from reference.measures import value
from reference.recipes import given, integers, made, normal, uniform
from reference.spec import Exercise, case, equivalents, misconception

# So much may n alpha exceed a whole number and still count as that number: 100 * 0.55 is 55.00000000000001.
ROUNDING = 1e-9


def var_es(losses, alpha):
    """Return value at risk and expected shortfall of a sample of losses.

    Parameters
    ----------
    losses : array of shape (n,)
        One loss a day, in any order; gains are negative.
    alpha : float
        Level, between 0 and 1: 0.99 for 99 %.

    Returns
    -------
    VaR : float
        The smallest loss of the sample that at least a share alpha of the sample does not exceed: entry number
        k = ceil(n alpha - 1e-9) in ascending order, counted from 1.
    ES : float
        Mean loss in the worst share 1 - alpha of the probability, where each loss has probability 1/n and the loss
        at VaR counts with the part of it that lies beyond alpha:
        (sum of the losses after number k, divided by n, plus VaR (k/n - alpha)) / (1 - alpha).

    Raises
    ------
    ValueError
        If `alpha` is not strictly between 0 and 1, or if `losses` is empty or contains NaN.

    Examples
    --------
    >>> VaR, ES = var_es([4, -1, 3, 0, 2], 0.7)
    >>> VaR, round(ES, 6)
    (3.0, 3.666667)
    """
    x, k = _sorted(losses, alpha)
    n, VaR = len(x), x[k - 1]
    ES = (x[k:].sum() / n + VaR * (k / n - alpha)) / (1 - alpha)
    return float(VaR), float(ES)


def _sorted(losses, alpha):
    """Return the losses in ascending order and the number of the loss at VaR, from 1."""
    x = np.asarray(losses, dtype=float)
    if x.ndim != 1 or x.size == 0 or np.isnan(x).any() or not 0 < alpha < 1:
        msg = f"losses has shape {x.shape} and alpha = {alpha}; needed are some numbers and a level between 0 and 1"
        raise ValueError(msg)
    return np.sort(x), max(math.ceil(len(x) * alpha - ROUNDING), 1)


def rockafellar_uryasev(losses, alpha):
    x, _ = _sorted(losses, alpha)
    VaR = next(c for c in x if np.mean(x <= c) >= alpha - 1e-12)
    return [VaR, min(c + np.mean(np.maximum(x - c, 0.0)) / (1 - alpha) for c in x)]


def integral_of_quantiles(losses, alpha):
    x, _ = _sorted(losses, alpha)
    n, VaR, area = len(x), None, 0.0
    for i, loss in enumerate(x):
        beyond = (i + 1) / n - max(i / n, alpha)
        if VaR is None and beyond > -1e-12:
            VaR = loss
        area += loss * max(beyond, 0.0)
    return VaR, np.asarray(area / (1 - alpha))


def mean_excess(losses, alpha):
    """Add to VaR the mean excess over it, with numpy's own partial sort."""
    x, k = _sorted(losses, alpha)
    VaR = np.partition(np.array(losses, dtype=float), k - 1)[k - 1]
    return np.array([VaR, VaR + np.maximum(x - VaR, 0.0).mean() / (1 - alpha)])


def from_the_worst_day_down(losses, alpha):
    """Take a share of 1/n from each day, the worst first, until 1 - alpha is used up."""
    x, k = _sorted(losses, alpha)
    left, total = 1 - alpha, 0.0
    for loss in x[::-1].tolist():
        share = min(1 / len(x), left)
        total, left = total + share * loss, left - share
    return x.tolist()[k - 1], total / (1 - alpha)


@misconception("Is your VaR one of the observed losses?")
def interpolated_quantile(losses, alpha):
    x, _ = _sorted(losses, alpha)
    return np.quantile(x, alpha), var_es(x, alpha)[1]


@misconception("For n = 100 and 95 %, how many losses are at or below your VaR?")
def index_n_alpha(losses, alpha):
    x, _ = _sorted(losses, alpha)
    return x[int(len(x) * alpha)], var_es(x, alpha)[1]


@misconception("How much probability is really in your tail when n alpha is not a whole number, or with ties?")
def es_simple_tail_mean(losses, alpha):
    VaR, _ = var_es(losses, alpha)
    x = np.asarray(losses, float)
    return VaR, x[x >= VaR].mean()


@misconception("Which part of the loss at VaR lies in the tail? And what if no loss is larger?")
def es_only_beyond_var(losses, alpha):
    VaR, _ = var_es(losses, alpha)
    x = np.asarray(losses, float)
    return VaR, x[x > VaR].mean() if (x > VaR).any() else VaR


@misconception("Are large positive numbers good or bad here?")
def wrong_tail(losses, alpha):
    VaR, ES = var_es(-np.asarray(losses, float), alpha)
    return -VaR, -ES


@misconception("How much probability lies beyond VaR?")
def es_divides_by_alpha(losses, alpha):
    VaR, ES = var_es(losses, alpha)
    return VaR, ES * (1 - alpha) / alpha


@misconception("Which order are the days in?")
def unsorted(losses, alpha):
    x, k = _sorted(losses, alpha)
    x, n = np.asarray(losses, float), len(x)
    return x[k - 1], (x[k:].sum() / n + x[k - 1] * (k / n - alpha)) / (1 - alpha)


@misconception("Compute 100 * 0.55 and print all digits.")
def trusts_n_times_alpha(losses, alpha):
    x, _ = _sorted(losses, alpha)
    return x[math.ceil(len(x) * alpha) - 1], var_es(x, alpha)[1]


@misconception("Is the tail of your losses the tail of a bell curve? Which of your numbers was ever observed?")
def normal_approximation(losses, alpha):
    x, _ = _sorted(losses, alpha)
    z, sd = NormalDist().inv_cdf(alpha), x.std()
    return x.mean() + sd * z, x.mean() + sd * NormalDist().pdf(z) / (1 - alpha)


@misconception("Is alpha the share of days below VaR, or above it?")
def level_taken_as_tail(losses, alpha):
    return var_es(losses, 1 - alpha)


@misconception("What if even the worst day brought a gain?")
def never_negative(losses, alpha):
    VaR, ES = var_es(losses, alpha)
    return max(VaR, 0.0), max(ES, 0.0)


@misconception("Are five days with the same loss one day?")
def drops_ties(losses, alpha):
    _sorted(losses, alpha)
    return var_es(np.unique(np.asarray(losses, float)), alpha)


@misconception("Print the losses after the call: are the days still in their order?")
def sorts_in_place(losses, alpha):
    _sorted(losses, alpha)
    x = np.asarray(losses)
    x.sort()
    return var_es(x, alpha)


@misconception("Which of the two numbers can never be smaller than the other?")
def results_swapped(losses, alpha):
    VaR, ES = var_es(losses, alpha)
    return ES, VaR


def _heavy_tailed(rng, n):
    """Return n daily losses around a small gain, a few of them large."""
    return rng.standard_t(3, n) - 0.1


def _ties_at_var(rng):
    """Return 40 losses, seven of them equal to the one at VaR for 80 % to 90 %."""
    losses = np.concatenate([rng.uniform(-5, 2, 30), np.full(7, rng.uniform(3, 4)), rng.uniform(5, 9, 3)])
    return rng.permutation(losses)


def _with_nan(rng):
    losses = rng.standard_normal(8)
    losses[rng.integers(8)] = np.nan
    return losses


def _days(n):
    return made(f"{n} heavy-tailed losses", lambda rng: _heavy_tailed(rng, n))


SILENT = "the text promises an error where there are no losses, not for a number or a table of them"
LENGTH = "a length is never negative"
NO_DAY = "with n alpha below 1e-9 the text's formula names entry number 0, so that no value is promised"
EDGE = "a share of days would have to miss the level by 1e-12 to the last bit, and no level of the cases does that"
PROMOTED = "VaR is exact in float32 and among whole numbers, and is then subtracted from float64"
NEW = "np.partition leaves its argument as it is"
EQUIVALENTS = (
    equivalents("var_es", "if x.ndim != 1 or x.size == 0 or np.isnan(x).any() or not 0 < alpha < 1:",
                "if x.size == 0 or np.isnan(x).any() or (not 0 < alpha < 1):",
                "if x.ndim < 1 or x.size == 0 or np.isnan(x).any() or not 0 < alpha < 1:",
                "if x.ndim > 1 or x.size == 0 or np.isnan(x).any() or not 0 < alpha < 1:", reason=SILENT)
    + equivalents("var_es", "if x.ndim != 1 or x.size == 0 or np.isnan(x).any() or not 0 < alpha < 1:",
                  "if x.ndim != 1 or x.size <= 0 or np.isnan(x).any() or not 0 < alpha < 1:", reason=LENGTH)
    + equivalents("var_es", "return np.sort(x), max(math.ceil(len(x) * alpha - ROUNDING), 1)",
                  "return np.sort(x), math.ceil(len(x) * alpha - ROUNDING)",
                  "return np.sort(x), max(math.ceil(len(x) * alpha - ROUNDING), 0)", reason=NO_DAY)
    + equivalents("rockafellar_uryasev", "VaR = next(c for c in x if np.mean(x <= c) >= alpha - 1e-12)",
                  "VaR = next(c for c in x if np.mean(x <= c) > alpha - 1e-12)", reason=EDGE)
    + equivalents("integral_of_quantiles", "if VaR is None and beyond > -1e-12:",
                  "if VaR is None and beyond >= -1e-12:", reason=EDGE)
    + equivalents("mean_excess", "VaR = np.partition(np.array(losses, dtype=float), k - 1)[k - 1]",
                  "VaR = np.partition(np.array(losses), k - 1)[k - 1]", reason=PROMOTED)
    + equivalents("mean_excess", "VaR = np.partition(np.array(losses, dtype=float), k - 1)[k - 1]",
                  "VaR = np.partition(np.asarray(losses, dtype=float), k - 1)[k - 1]", reason=NEW)
    + equivalents("notebook", "if losses.ndim != 1 or len(losses) == 0 or np.any(np.isnan(losses)):",
                  "if len(losses) == 0 or np.any(np.isnan(losses)):",
                  "if losses.ndim < 1 or len(losses) == 0 or np.any(np.isnan(losses)):",
                  "if losses.ndim > 1 or len(losses) == 0 or np.any(np.isnan(losses)):", reason=SILENT)
    + equivalents("notebook", "if losses.ndim != 1 or len(losses) == 0 or np.any(np.isnan(losses)):",
                  "if losses.ndim != 1 or len(losses) <= 0 or np.any(np.isnan(losses)):", reason=LENGTH)
)  # fmt: skip

EXERCISE = Exercise(
    solution=var_es,
    points=4,
    cases=(
        case("five days", given([4.0, -1.0, 3.0, 0.0, 2.0]), given(0.7), public=True,
             why="by hand: n alpha = 3.5, so VaR is the fourth loss, 3; the worst 30 % are all of the 4 (20 %) and half "
                 "of the 3 (10 %): (0.2 * 4 + 0.1 * 3) / 0.3 = 3.667"),
        case("ten days", given([3.0, 9.0, -2.0, 1.0, 0.0, 6.0, -4.0, 2.0, -1.0, 5.0]), given(0.8), public=True,
             why="by hand: n alpha is 8, so VaR is the eighth loss, 5, and the worst 20 % are 6 and 9, 7.5 on average"),
        case("level in per cent", given([1.0, 2.0, 3.0]), given(99.0), public=True, kind="error",
             why="the level is 0.99, not 99"),
        case("a year of days", _days(250), given(0.99), why="250 * 0.99 = 247.5: half of a day belongs to the tail"),
        case("an odd number of days", _days(37), given(0.85), why="neither n alpha nor the tail is a whole number of days"),
        case("four years of days", _days(1000), given(0.975), kind="edge",
             why="1000 * 0.975 is whole: 975 losses are at or below VaR, and 25 days are in the tail"),
        case("rounding of n alpha", _days(100), given(0.55), kind="edge",
             why="100 * 0.55 is 55, but not in floating point"),
        case("ties", made("40 losses, seven equal ones at VaR", _ties_at_var), given(0.82), kind="edge",
             why="of the days that share the loss at VaR some lie in the tail and some do not"),
        case("only gains", uniform(30, low=-50.0, high=-10.0), given(0.93), kind="edge",
             why="where every day brings a gain, VaR and expected shortfall are negative"),
        case("one day", uniform(1, low=2.0, high=9.0), given(0.9), kind="edge",
             why="with a single day that day is VaR and shortfall"),
        case("whole losses", integers(23, low=-40, high=60), given(0.9), kind="edge", why="whole numbers in, fractions out"),
        case("millions", normal(50, loc=-2e5, scale=3e6), given(0.75), kind="edge", why="the unit must not matter"),
        case("a level off by rounding", _days(100), given(0.55 + 2e-13), kind="edge",
             why="n alpha is 55 and 2e-11, less than the 1e-9 that count as rounding: the loss at VaR is number 55"),
        case("a level just above 55 %", _days(100), given(0.55 + 5e-10), kind="edge",
             why="n alpha is 55 and 5e-8, more than the 1e-9 that count as rounding: the loss at VaR is number 56"),
        case("a low level", _days(17), given(0.3), kind="edge",
             why="the worst 70 % are most of the days; any level between 0 and 1 is allowed"),
        case("a very low level", _days(1000), given(0.0004), kind="edge",
             why="n alpha is 0.4, so VaR is the smallest loss, and nearly all days are in the tail"),
        case("lists", given((4, -1, 3, 0, 2, 7)), given(0.6), kind="edge",
             why="losses may come as a list, which cannot be divided until it is made an array"),
        case("single precision", normal(60, loc=2.0, dtype=np.float32), given(0.7), kind="edge",
             why="the result is float64 whatever comes in"),
        case("level 95", normal(10), given(95.0), kind="error", why="95 % is 0.95"),
        case("negative level", normal(10), given(-0.5), kind="error", why="no share is negative"),
        case("level 1", normal(10), given(1.0), kind="error", why="no tail is left beyond 100 %"),
        case("level 0", normal(10), given(0.0), kind="error", why="everything exceeds 0 %"),
        case("no losses", made("an empty vector", lambda _: np.zeros(0)), given(0.9), kind="error",
             why="without data there is no VaR"),
        case("a missing loss", made("8 losses, one NaN", _with_nan), given(0.5), kind="error",
             why="sorting puts NaN last, as if it were the worst day"),
    ),
    checks=(
        value(rtol=NORMALISED, part=0, name="the value at risk is right"),
        value(rtol=NORMALISED, part=1, name="the expected shortfall is right"),
    ),
    misconceptions=(
        interpolated_quantile, index_n_alpha, es_simple_tail_mean, es_only_beyond_var, wrong_tail, es_divides_by_alpha,
        unsorted, trusts_n_times_alpha, normal_approximation, level_taken_as_tail, never_negative, drops_ties,
        sorts_in_place, results_swapped,
    ),
    alternatives=(rockafellar_uryasev, integral_of_quantiles, mean_excess, from_the_worst_day_down),
    equivalents=EQUIVALENTS,
)  # fmt: skip
