"""Kullback-Leibler divergence of two distributions over the same bands."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import NORMALISED, SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, joint, made
from reference.spec import Exercise, case, equivalents, misconception

SUM = 1e-8


def kl_divergence(p, q):
    """Return the Kullback-Leibler divergence D(p || q) in natural units.

    Parameters
    ----------
    p : array of shape (K,)
        Probability of each band in the distribution that the average is taken over.
    q : array of shape (K,)
        Probability of each band in the distribution it is compared with.

    Returns
    -------
    float
        Sum over the bands with p > 0 of p log(p / q). It is `inf` where q is 0 and p is not. Bands with p = 0 add
        nothing, whatever q is.

    Raises
    ------
    ValueError
        If `p` and `q` are not vectors of the same length, if an entry is negative, or if one of them does not sum to
        1 within 1e-8.

    Examples
    --------
    >>> round(kl_divergence([0.5, 0.5, 0.0], [0.25, 0.25, 0.5]), 6)
    0.693147
    """
    p, q = _checked(p, q)
    if (q[p > 0] == 0).any():
        return math.inf
    there = p > 0
    return max(float(np.sum(p[there] * (np.log(p[there]) - np.log(q[there])))), 0.0)


def _checked(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    if p.ndim != 1 or p.shape != q.shape:
        msg = f"p has shape {p.shape}, q has shape {q.shape}; expected two vectors of one length"
        raise ValueError(msg)
    for name, v in (("p", p), ("q", q)):
        if (v < 0).any() or abs(v.sum() - 1) > SUM:
            msg = f"{name} must not be negative and must sum to 1"
            raise ValueError(msg)
    return p, q


def loop(p, q):
    p, q = _checked(p, q)
    terms = []
    for a, b in zip(p.tolist(), q.tolist(), strict=True):
        if a > 0 and b == 0:
            return float("inf")
        if a > 0:
            terms.append(a * math.log(a / b))
    return math.fsum(terms)


def where_on_logs(p, q):
    p, q = _checked(p, q)
    with np.errstate(all="ignore"):
        return np.asarray(np.where(p > 0, p * (np.log(p) - np.log(q)), 0.0).sum())


def cross_entropy_minus_entropy(p, q):
    p, q = _checked(p, q)
    there = p > 0
    if not q[there].all():
        return np.inf
    return p[there] @ np.log(p[there]) - p[there] @ np.log(q[there])


@misconception("What is the limit of p log p at 0?")
def nan_on_zero_p(p, q):
    p, q = _checked(p, q)
    with np.errstate(all="ignore"):
        return np.sum(p * np.log(p / q))


@misconception("Can a model that rules out what happened get a finite penalty?")
def eps_hides_infinity(p, q):
    p, q = _checked(p, q)
    return np.sum(p * np.log((p + 1e-12) / (q + 1e-12)))


@misconception("Which impossible event have you ignored?")
def drops_q_zero_terms(p, q):
    p, q = _checked(p, q)
    both = (p > 0) & (q > 0)
    return np.sum(p[both] * np.log(p[both] / q[both]))


def _log_ratios(p, q):
    """Return p, q and log(p / q) with 0 where p is 0."""
    p, q = _checked(p, q)
    with np.errstate(all="ignore"):
        return p, q, np.where(p > 0, np.log(p) - np.log(q), 0.0)


@misconception("Do rare and frequent bands count the same?")
def missing_weight_p(p, q):
    return np.sum(_log_ratios(p, q)[2])


@misconception("An expectation already contains weights. What would a band that nobody is in change?")
def mean_not_sum(p, q):
    return kl_divergence(p, q) / len(p)


@misconception("Over which of the two distributions is the average taken?")
def arguments_swapped(p, q):
    return kl_divergence(q, p)


@misconception("Swap p and q: does your number stay the same, and should it?")
def stability_index_instead(p, q):
    return kl_divergence(p, q) + kl_divergence(q, p)


@misconception("Which logarithm does the text ask for?")
def bits_not_natural_units(p, q):
    return kl_divergence(p, q) / math.log(2)


@misconception("How far is a distribution from itself?")
def cross_entropy(p, q):
    p, q = _checked(p, q)
    with np.errstate(all="ignore"):
        return -np.sum(np.where(p > 0, p * np.log(q), 0.0))


@misconception("May a band lower the total?")
def absolute_logs(p, q):
    p, _, logs = _log_ratios(p, q)
    with np.errstate(all="ignore"):
        return np.sum(np.where(p > 0, p * np.abs(logs), 0.0))


@misconception("Is your number ever positive?")
def wrong_sign(p, q):
    return -kl_divergence(p, q)


@misconception("Is a ratio of 4 twice or four times as surprising as a ratio of 2?")
def ratio_without_logarithm(p, q):
    p, q = _checked(p, q)
    if (q[p > 0] == 0).any():
        return math.inf
    there = p > 0
    return np.sum(p[there] * (p[there] / q[there] - 1))


def _bands(rng, K, zeros=()):
    """Return shares of K bands that differ; those in `zeros` are empty."""
    shares = rng.permutation(np.linspace(1.0, 4.0, K) * rng.uniform(0.8, 1.2, K))
    shares[list(zeros)] = 0.0
    return shares / shares.sum()


def _shares(K, *zeros):
    return made(f"shares of {K} bands, {len(zeros)} empty", lambda rng: _bands(rng, K, zeros))


def _same(rng):
    p = _bands(rng, 6)
    return p, p.copy()


def _nearly_impossible(rng):
    q = _bands(rng, 4)
    q[1] = 1e-300
    return q / q.sum()


def _never_seen(rng):
    p = _bands(rng, 4)
    p[2] = 1e-300
    return p / p.sum()


def _drifted(rng, total):
    """Return shares that have drifted far, so that what is done about the total matters little."""
    p, q = np.array([6.0, 3.0, 1.0]) * rng.uniform(0.9, 1.1, 3), np.array([1.0, 3.0, 6.0]) * rng.uniform(0.9, 1.1, 3)
    return total * p / p.sum(), total * q / q.sum()


def _one_negative(rng):
    """Return four shares that sum to 1, the first of them negative."""
    p = _bands(rng, 4)
    p[0] = -0.1
    p[1:] *= 1.1 / p[1:].sum()
    return p


def _one_band(rng):
    band = np.zeros(4, dtype=int)
    band[rng.integers(4)] = 1
    return band


INFINITE = "where q is 0 and p is not, the sum has an infinite term and no other that is not finite, so that it is infinite too"
NOT_NEGATIVE = "a share is never negative, as was checked before"
ROUNDING = "the sum is not negative but for rounding, which is 1e-16 of its terms, and 1e-12 is allowed"
SYMMETRIC = "a product of two vectors is the same from either side, and the same as the sum of the products"
DIFFERENCE = "a difference and its opposite have the same size"
EDGE = "a sum that is off by exactly 1e-8 has probability 0"
FREE = "p sums to 1 but for rounding, and the text leaves open what becomes of that"
STRICT = "the lengths were compared before"
EQUIVALENTS = (
    equivalents("kl_divergence", "if (q[p > 0] == 0).any():", "if False:", "if (q[p > 0] == 0).all():",
                "if (q[p > 0] < 0).any():", "if (q[p < 0] == 0).any():", "if (q[p > 1] == 0).any():",
                "if (q[p > 0] == -1).any():", reason=INFINITE)
    + equivalents("kl_divergence", "if (q[p > 0] == 0).any():", "if (q[p > 0] <= 0).any():",
                  "if (q[p != 0] == 0).any():", reason=NOT_NEGATIVE)
    + equivalents("kl_divergence", "there = p > 0", "there = p != 0", reason=NOT_NEGATIVE)
    + equivalents("kl_divergence", "return max(float(np.sum(p[there] * (np.log(p[there]) - np.log(q[there])))), 0.0)",
                  "return float(np.sum(p[there] * (np.log(p[there]) - np.log(q[there]))))",
                  "return max(float(np.sum(p[there] * (np.log(p[there]) - np.log(q[there])))), -1.0)", reason=ROUNDING)
    + equivalents("kl_divergence", "return max(float(np.sum(p[there] * (np.log(p[there]) - np.log(q[there])))), 0.0)",
                  "return max(float(np.sum(p[there] @ (np.log(p[there]) - np.log(q[there])))), 0.0)", reason=SYMMETRIC)
    + equivalents("kl_divergence", "if (v < 0).any() or abs(v.sum() - 1) > SUM:",
                  "if (v < 0).any() or abs(1 - v.sum()) > SUM:", reason=DIFFERENCE)
    + equivalents("kl_divergence", "if (v < 0).any() or abs(v.sum() - 1) > SUM:",
                  "if (v < 0).any() or abs(v.sum() - 1) >= SUM:", reason=EDGE)
    + equivalents("loop", "for a, b in zip(p.tolist(), q.tolist(), strict=True):",
                  "for a, b in zip(p.tolist(), q.tolist(), strict=False):", reason=STRICT)
    + equivalents("loop", "if a > 0 and b == 0:", "if a > 0 and b <= 0:", "if a != 0 and b == 0:", reason=NOT_NEGATIVE)
    + equivalents("loop", "if a > 0:", "if a != 0:", reason=NOT_NEGATIVE)
    + equivalents("where_on_logs", "return np.asarray(np.where(p > 0, p * (np.log(p) - np.log(q)), 0.0).sum())",
                  "return np.asarray(np.where(p != 0, p * (np.log(p) - np.log(q)), 0.0).sum())", reason=NOT_NEGATIVE)
    + equivalents("cross_entropy_minus_entropy", "there = p > 0", "there = p != 0", reason=NOT_NEGATIVE)
    + equivalents("cross_entropy_minus_entropy", "if not q[there].all():", "if False:", "if not q[there].any():",
                  reason=INFINITE)
    + equivalents("cross_entropy_minus_entropy", "return p[there] @ np.log(p[there]) - p[there] @ np.log(q[there])",
                  "return np.log(p[there]) @ p[there] - p[there] @ np.log(q[there])",
                  "return p[there] @ np.log(p[there]) - np.log(q[there]) @ p[there]", reason=SYMMETRIC)
    + equivalents("notebook",
                  "if np.any(p < 0) or np.any(q < 0) or abs(p.sum() - 1) > 1e-8 or abs(q.sum() - 1) > 1e-8:",
                  "if np.any(p < 0) or np.any(q < 0) or abs(1 - p.sum()) > 1e-8 or abs(q.sum() - 1) > 1e-8:",
                  "if np.any(p < 0) or np.any(q < 0) or abs(p.sum() - 1) > 1e-8 or abs(1 - q.sum()) > 1e-8:",
                  reason=DIFFERENCE)
    + equivalents("notebook",
                  "if np.any(p < 0) or np.any(q < 0) or abs(p.sum() - 1) > 1e-8 or abs(q.sum() - 1) > 1e-8:",
                  "if np.any(p < 0) or np.any(q < 0) or abs(p.sum() - 1) >= 1e-8 or abs(q.sum() - 1) > 1e-8:",
                  "if np.any(p < 0) or np.any(q < 0) or abs(p.sum() - 1) > 1e-8 or abs(q.sum() - 1) >= 1e-8:",
                  reason=EDGE)
    + equivalents("notebook", "if np.any((p > 0) & (q == 0)):", "if False:", "if np.all((p > 0) & (q == 0)):",
                  "if np.any((p > 0) & (q < 0)):", "if np.any((p < 0) & (q == 0)):", "if np.any((p > 1) & (q == 0)):",
                  "if np.any((p > 0) & (q == -1)):", reason=INFINITE)
    + equivalents("notebook", "if np.any((p > 0) & (q == 0)):", "if np.any((p > 0) & (q <= 0)):",
                  "if np.any((p != 0) & (q == 0)):", reason=NOT_NEGATIVE)
    + equivalents("notebook", "p, q = p[p > 0], q[p > 0]", "p, q = p[p != 0], q[p > 0]", "p, q = p[p > 0], q[p != 0]",
                  reason=NOT_NEGATIVE)
    + equivalents("notebook", "return max(0.0, np.sum(p * np.log(p / q)))", "return np.sum(p * np.log(p / q))",
                  "return max(-1.0, np.sum(p * np.log(p / q)))", reason=ROUNDING)
    + equivalents("notebook", "return max(0.0, np.sum(p * np.log(p / q)))",
                  "return max(0.0, np.sum(p @ np.log(p / q)))", reason=SYMMETRIC)
    + equivalents("cross_entropy_minus_entropy",
                  "return p[there] @ np.log(p[there]) - p[there] @ np.log(q[there])",
                  "return p[there] @ (np.log(p[there]) - p[there] @ np.log(q[there]))", reason=FREE)
)  # fmt: skip

EXERCISE = Exercise(
    solution=kl_divergence,
    points=3,
    cases=(
        case("twice as many", given([0.5, 0.5, 0.0]), given([0.25, 0.25, 0.5]), public=True,
             why="by hand: both ratios are 2, so log 2 = 0.693; the empty band adds nothing"),
        case("two bands", given([0.75, 0.25]), given([0.5, 0.5]), public=True,
             why="by hand: 0.75 log 1.5 - 0.25 log 2 = 0.3041 - 0.1733 = 0.1308"),
        case("counts", given([30.0, 70.0]), given([0.4, 0.6]), public=True, kind="error",
             why="counts are no distribution until they are divided by their sum"),
        case("eight bands", _shares(8), _shares(8), why="eight score bands, development sample against applicants"),
        case("three bands", _shares(3), _shares(3), why="three bands with other shares"),
        case("empty band in p", _shares(5, 1, 3), _shares(5), kind="edge", why="0 log 0 counts as 0"),
        case("empty band in q", _shares(5), _shares(5, 2), kind="edge",
             why="what q rules out has happened: infinite"),
        case("empty band in both", _shares(6, 4), _shares(6, 4), kind="edge",
             why="a band that is empty in both says nothing"),
        case("equal", joint("the same 6 bands twice", _same), kind="edge", why="no drift is exactly no divergence"),
        case("nearly impossible in q", _shares(4), made("shares of 4 bands, one 1e-300", _nearly_impossible),
             kind="edge", why="1e-300 is not 0: the penalty is large and finite"),
        case("nearly impossible in p", made("shares of 4 bands, one 1e-300", _never_seen), _shares(4), kind="edge",
             why="what hardly ever happens adds hardly anything"),
        case("one band", given([1.0]), given([1.0]), kind="edge", why="with one band there is nothing to differ in"),
        case("all in one band", made("a whole-number vector with a single 1", _one_band), _shares(4), kind="edge",
             why="whole numbers in, fractions out; three bands are empty"),
        case("all where q has nothing", given([0, 1, 0]), given([0.5, 0.0, 0.5]), kind="edge",
             why="what is certain under p is impossible under q: infinite"),
        case("lists", given((0, 0.25, 0.75)), given((0, 0.5, 0.5)), kind="edge",
             why="shares may come as lists, which cannot be divided until they are made arrays"),
        case("single precision", given([0.45, 0.2, 0.15, 0.2], dtype=np.float32),
             given([0.25, 0.2, 0.35, 0.2], dtype=np.float32), kind="edge",
             why="computed in float64, whatever comes in: each four float32 sum to 1, but added in float32 they miss it by 6e-8"),
        case("sums just above 1", joint("3 shares each, times 1 + 5e-11", lambda r: _drifted(r, 1 + 5e-11)), kind="edge",
             why="sums that are off by less than 1e-8 are rounding"),
        case("sums just below 1", joint("3 shares each, times 1 - 5e-11", lambda r: _drifted(r, 1 - 5e-11)), kind="edge",
             why="from below as from above"),
        case("negative share", made("4 shares, one negative, sum 1", _one_negative), _shares(4), kind="error",
             why="the shares sum to 1, but one is negative"),
        case("negative share in q", _shares(4), made("4 shares, one negative, sum 1", _one_negative), kind="error",
             why="a negative share is none in q either"),
        case("shares sum to 0.98", _shares(5), made("shares of 5 bands times 0.98", lambda r: 0.98 * _bands(r, 5)),
             kind="error", why="rounded shares that lost two per cent are no distribution"),
        case("shares of p sum to 1.02", made("shares of 5 bands times 1.02", lambda r: 1.02 * _bands(r, 5)), _shares(5),
             kind="error", why="two per cent too much in p"),
        case("shares of p sum to 0.9999999", made("shares of 5 bands times 1 - 1e-7", lambda r: (1 - 1e-7) * _bands(r, 5)),
             _shares(5), kind="error", why="an error of 1e-7 is more than the rounding that is allowed"),
        case("shares of q sum to 1.0000001", _shares(5),
             made("shares of 5 bands times 1 + 1e-7", lambda r: (1 + 1e-7) * _bands(r, 5)), kind="error",
             why="nor is it allowed in q"),
        case("one band against three", given([1.0]), _shares(3), kind="error",
             why="NumPy would stretch a single band over all others without a word"),
        case("three bands against one", _shares(3), given([1.0]), kind="error", why="nor may q be stretched"),
        case("a band more in q", _shares(4), _shares(5), kind="error", why="a band that p does not know"),
        case("tables", given([[0.5, 0.25], [0.25, 0.0]]), given([[0.25, 0.25], [0.25, 0.25]]), kind="error",
             why="tables of one shape are no vectors"),
        case("numbers", given(1.0), given(1.0), kind="error",
             why="a single band is a vector with one entry; a number has no length"),
        case("other bands", _shares(5), _shares(4), kind="error", why="the bands must be the same"),
    ),
    checks=(value(rtol=NORMALISED, atol=SUM_OF_PRODUCTS),),
    misconceptions=(
        nan_on_zero_p, eps_hides_infinity, drops_q_zero_terms, missing_weight_p, mean_not_sum, arguments_swapped,
        stability_index_instead, bits_not_natural_units, cross_entropy, absolute_logs, wrong_sign,
        ratio_without_logarithm,
    ),
    alternatives=(loop, where_on_logs, cross_entropy_minus_entropy),
    equivalents=EQUIVALENTS,
)  # fmt: skip
