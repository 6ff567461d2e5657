"""Expected loss of a loan book and its standard deviation."""

from __future__ import annotations

import itertools
import math

import numpy as np

from reference.bounds import NORMALISED
from reference.measures import value
from reference.recipes import given, integers, joint, made, normal, uniform
from reference.spec import Exercise, case, equivalents, misconception


def expected_loss(pd, lgd, ead):
    """Return the expected loss of a loan book and the standard deviation of its loss.

    Loans default independently of each other; a loan that defaults loses lgd times ead, any other loses nothing.

    Parameters
    ----------
    pd : array of shape (n,)
        Probability of default of each loan, between 0 and 1.
    lgd : array of shape (n,)
        Loss given default: the share of the exposure that is lost, between 0 and 1.
    ead : array of shape (n,)
        Exposure at default, an amount of money.

    Returns
    -------
    EL : float
        Expected loss of the whole book.
    sd : float
        Standard deviation of the loss of the whole book.

    Raises
    ------
    ValueError
        If the three are not vectors of the same length, or if an entry of `pd` or `lgd` lies outside [0, 1].

    Examples
    --------
    >>> expected_loss([0.5, 0.5], [1.0, 0.5], [6, 16])
    (7.0, 5.0)
    """
    pd, severity = _checked(pd, lgd, ead)
    return float(pd @ severity), float(np.sqrt((pd * (1 - pd)) @ severity**2))


def _checked(pd, lgd, ead):
    pd, lgd, ead = (np.asarray(v, dtype=float) for v in (pd, lgd, ead))
    if pd.ndim != 1 or pd.shape != lgd.shape or pd.shape != ead.shape:
        msg = f"pd has shape {pd.shape}, lgd {lgd.shape}, ead {ead.shape}; expected three vectors of one length"
        raise ValueError(msg)
    if not all(((0 <= v) & (v <= 1)).all() for v in (pd, lgd)):
        msg = "pd and lgd must lie between 0 and 1"
        raise ValueError(msg)
    return pd, lgd * ead


def second_moment_minus_square(pd, lgd, ead):
    pd, severity = _checked(pd, lgd, ead)
    mean = variance = 0.0
    for p, s in zip(pd, severity, strict=True):
        mean += p * s
        variance += p * s**2 - (p * s) ** 2
    return [mean, math.sqrt(max(variance, 0.0))]


def einsum_and_norm(pd, lgd, ead):
    pd, _ = _checked(pd, lgd, ead)
    lgd, ead = np.array(lgd, float), np.array(ead, float)
    return np.einsum("i,i,i->", pd, lgd, ead), np.linalg.norm(np.sqrt(pd - pd**2) * lgd * ead)


def every_outcome(pd, lgd, ead):
    """Go through all ways in which the loans can default."""
    pd, severity = _checked(pd, lgd, ead)
    outcomes = []
    for defaults in itertools.product((False, True), repeat=len(pd)):
        chance = math.prod(p if d else 1 - p for p, d in zip(pd.tolist(), defaults, strict=True))
        outcomes.append((chance, sum(s for s, d in zip(severity.tolist(), defaults, strict=True) if d)))
    mean = math.fsum(chance * loss for chance, loss in outcomes)
    return np.array([mean, math.sqrt(math.fsum(chance * (loss - mean) ** 2 for chance, loss in outcomes))])


@misconception("Which unit should the second number have?")
def variance_not_sd(pd, lgd, ead):
    EL, sd = expected_loss(pd, lgd, ead)
    return EL, sd**2


@misconception("What adds up for independent losses?")
def adds_standard_deviations(pd, lgd, ead):
    p, s = _checked(pd, lgd, ead)
    return float(p @ s), float(np.sum(np.sqrt(p * (1 - p)) * s))


@misconception("Is lgd what you lose or what you keep?")
def recovery_instead_of_loss(pd, lgd, ead):
    _checked(pd, lgd, ead)
    return expected_loss(pd, 1 - np.asarray(lgd, float), ead)


@misconception("How uncertain is the loss on a loan that is sure to default?")
def second_moment_as_variance(pd, lgd, ead):
    p, s = _checked(pd, lgd, ead)
    return float(p @ s), float(np.sqrt(p @ s**2))


@misconception("If every loan were ten times as large, how much larger would the standard deviation be?")
def severity_not_squared(pd, lgd, ead):
    p, s = _checked(pd, lgd, ead)
    return float(p @ s), float(np.sqrt((p * (1 - p)) @ s))


@misconception("Halve every lgd: does your second number change?")
def leaves_lgd_out_of_sd(pd, lgd, ead):
    p, s = _checked(pd, lgd, ead)
    return float(p @ s), float(np.sqrt((p * (1 - p)) @ np.asarray(ead, float) ** 2))


@misconception("Do your large loans have the same probability of default as your small ones?")
def multiplies_averages(pd, lgd, ead):
    p, s = _checked(pd, lgd, ead)
    mean_loss = p.mean() * np.mean(lgd) * np.mean(ead)
    return float(len(p) * mean_loss), float(np.sqrt((p * (1 - p)) @ s**2))


@misconception("Is the provision asked for one loan or for the whole book?")
def average_loan(pd, lgd, ead):
    EL, sd = expected_loss(pd, lgd, ead)
    return EL / len(pd), sd / len(pd)


@misconception("Does the spread between loans tell how uncertain the total is? Try a book of a single loan.")
def spread_between_loans(pd, lgd, ead):
    p, s = _checked(pd, lgd, ead)
    return float(p @ s), float(np.std(p * s))


@misconception("Print the loss of each loan for exposures without decimals. What type is the array that holds it?")
def keeps_integer_type(pd, lgd, ead):
    p, s = _checked(pd, lgd, ead)
    severity = np.zeros_like(np.asarray(ead))
    severity[:] = s
    return float(p @ severity), float(np.sqrt((p * (1 - p)) @ severity.astype(float) ** 2))


@misconception("Which of the two numbers is asked for first?")
def results_swapped(pd, lgd, ead):
    EL, sd = expected_loss(pd, lgd, ead)
    return sd, EL


def _several_scales(rng):
    """Return seven exposures from thousands to hundreds of millions, in no order."""
    return rng.permutation(10.0 ** np.array([3.2, 4.1, 4.6, 5.3, 6.0, 7.2, 8.1]) * rng.uniform(0.6, 1.4, 7))


def _certain_loans(rng):
    pd, lgd = rng.uniform(0.02, 0.3, 6), rng.uniform(0.2, 0.9, 6)
    pd[[1, 4]] = lgd[[2, 3]] = 1.0, 0.0
    return pd, lgd


def _one_outside(rng, n, wrong):
    values = rng.uniform(0.05, 0.6, n)
    values[rng.integers(n)] = wrong
    return values


def _shapes(pd, lgd, ead):
    """Return a recipe for entries that make sense in shapes that may not."""
    return joint(
        f"shapes {pd}, {lgd} and {ead}",
        lambda rng: (rng.uniform(0.01, 0.2, pd), rng.uniform(0.2, 0.8, lgd), rng.uniform(1e3, 1e5, ead)),
    )


def _single(rng):
    return tuple(
        v.astype(np.float32) for v in (rng.uniform(0.02, 0.3, 6), rng.uniform(0.2, 0.9, 6), rng.uniform(1, 9, 6))
    )


SYMMETRIC = "a product of two vectors is the same from either side, and a sum of products the same as their product"
RAISED = "numpy's product of vectors raises ValueError where one of them is a number"
STRICT = "the lengths were compared before"
ROUNDING = (
    "each term is exactly 0 where the pd is 0 or 1 and positive elsewhere; rounding made none negative of 1.4 million "
    "that were drawn for a pd of 1 or up to eight units of its last place less"
)
PROMOTED = "multiplied with a float64 array, lists become arrays, and whole numbers and float32 are promoted exactly"
SQUARE = "a difference and its opposite have the same square"
EQUIVALENTS = (
    equivalents("expected_loss", "return float(pd @ severity), float(np.sqrt((pd * (1 - pd)) @ severity**2))",
                "return float(severity @ pd), float(np.sqrt((pd * (1 - pd)) @ severity**2))",
                "return float(pd @ severity), float(np.sqrt(severity ** 2 @ (pd * (1 - pd))))", reason=SYMMETRIC)
    + equivalents("expected_loss", "if pd.ndim != 1 or pd.shape != lgd.shape or pd.shape != ead.shape:",
                  "if pd.ndim > 1 or pd.shape != lgd.shape or pd.shape != ead.shape:", reason=RAISED)
    + equivalents("second_moment_minus_square", "for p, s in zip(pd, severity, strict=True):",
                  "for p, s in zip(pd, severity, strict=False):", reason=STRICT)
    + equivalents("second_moment_minus_square", "return [mean, math.sqrt(max(variance, 0.0))]",
                  "return [mean, math.sqrt(variance)]", "return [mean, math.sqrt(max(variance, -1.0))]",
                  reason=ROUNDING)
    + equivalents("einsum_and_norm", "lgd, ead = np.array(lgd, float), np.array(ead, float)", "pass",
                  "lgd, ead = np.array(lgd), np.array(ead, float)", "lgd, ead = np.array(lgd, float), np.array(ead)",
                  reason=PROMOTED)
    + equivalents("every_outcome",
                  "chance = math.prod(p if d else 1 - p for p, d in zip(pd.tolist(), defaults, strict=True))",
                  "chance = math.prod(p if d else 1 - p for p, d in zip(pd.tolist(), defaults, strict=False))",
                  reason=STRICT)
    + equivalents("every_outcome",
                  "outcomes.append((chance, sum(s for s, d in zip(severity.tolist(), defaults, strict=True) if d)))",
                  "outcomes.append((chance, sum(s for s, d in zip(severity.tolist(), defaults, strict=False) if d)))",
                  reason=STRICT)
    + equivalents("every_outcome",
                  "return np.array([mean, math.sqrt(math.fsum(chance * (loss - mean) ** 2 for chance, loss in outcomes))])",
                  "return np.array([mean, math.sqrt(math.fsum(chance * (mean - loss) ** 2 for chance, loss in outcomes))])",
                  reason=SQUARE)
    + equivalents("notebook", "lgd = np.asarray(lgd, dtype=float)", "lgd = np.asarray(lgd)", reason=PROMOTED)
    + equivalents("notebook", "ead = np.asarray(ead, dtype=float)", "ead = np.asarray(ead)", reason=PROMOTED)
    + equivalents("notebook", "EL = np.sum(pd * loss)", "EL = np.sum(pd @ loss)", reason=SYMMETRIC)
    + equivalents("notebook", "sd = np.sqrt(np.sum(pd * (1 - pd) * loss**2))",
                  "sd = np.sqrt(np.sum(pd * (1 - pd) @ loss ** 2))", reason=SYMMETRIC)
)  # fmt: skip

EXERCISE = Exercise(
    solution=expected_loss,
    points=2,
    cases=(
        case("two loans", given([0.5, 0.5]), given([1.0, 0.5]), given([6.0, 16.0]), public=True,
             why="by hand: each defaults half of the time and loses 6 or 8, so 3 + 4 = 7; the variances are 9 and 16, "
                 "and the root of 25 is 5"),
        case("one loan", given([0.1]), given([0.45]), given([200_000.0]), public=True, kind="edge",
             why="by hand: 90 000 with probability one tenth is 9 000 on average, and sqrt(0.1 * 0.9) * 90 000 = 27 000"),
        case("per cent", given([2.0, 3.0]), given([0.4, 0.4]), given([100.0, 100.0]), public=True, kind="error",
             why="2 % is 0.02; a probability of 2 does not exist"),
        case("five loans", uniform(5, low=0.01, high=0.25), uniform(5, low=0.2, high=0.8),
             uniform(5, low=1e3, high=9e4), why="five loans that differ in everything"),
        case("retail and corporate", uniform(7, low=0.002, high=0.1), uniform(7, low=0.3, high=0.7),
             made("seven exposures from thousands to hundreds of millions", _several_scales),
             why="a few large loans dominate the book, so averages mislead"),
        case("certain loans", joint("pd and lgd of 6 loans, a 1 and a 0 in each", _certain_loans),
             uniform(6, low=1e3, high=9e4), kind="edge",
             why="a loan that is sure to default has a loss, but no uncertainty; one that never does has neither; "
                 "and a default may take everything or nothing"),
        case("one loan, drawn", uniform(1, low=0.05, high=0.3), uniform(1, low=0.3, high=0.6),
             uniform(1, low=1e4, high=5e4), kind="edge", why="with a single loan there is no spread between loans"),
        case("whole exposures", uniform(6, low=0.02, high=0.3), uniform(6, low=0.2, high=0.8),
             integers(6, low=3, high=60), kind="edge", why="whole amounts in, fractions out"),
        case("in billions", uniform(5, low=0.02, high=0.3), uniform(5, low=0.2, high=0.8), uniform(5, low=1e-5, high=1e-3),
             kind="edge", why="the unit of money is free: small numbers are as good as large ones"),
        case("lists", given((0.02, 0.1, 0.05)), given((0.4, 0.45, 1)), given((2000, 800, 150)), kind="edge",
             why="a table may come as lists, which cannot be multiplied until they are made arrays"),
        case("single precision", joint("six loans as float32", _single), kind="edge",
             why="the result is float64 whatever comes in"),
        case("lgd above 1", uniform(4, low=0.01, high=0.2), made("one of 4 is 1.2", lambda r: _one_outside(r, 4, 1.2)),
             normal(4, loc=1e4, scale=100), kind="error", why="more than everything cannot be lost"),
        case("negative lgd", uniform(4, low=0.01, high=0.2), made("one of 4 is -0.2", lambda r: _one_outside(r, 4, -0.2)),
             normal(4, loc=1e4, scale=100), kind="error", why="nobody gains by a default"),
        case("negative pd", made("one of 5 is -0.1", lambda r: _one_outside(r, 5, -0.1)), uniform(5, low=0.2, high=0.8),
             normal(5, loc=1e4, scale=100), kind="error", why="a probability is not negative"),
        case("one pd above 1", made("one of 5 is 1.3", lambda r: _one_outside(r, 5, 1.3)), uniform(5, low=0.2, high=0.8),
             normal(5, loc=1e4, scale=100), kind="error", why="one impossible loan is one too many"),
        case("one lgd for four loans", _shapes(4, 1, 4), kind="error",
             why="every loan needs an lgd of its own; NumPy would stretch a single one without a word"),
        case("one exposure for four loans", _shapes(4, 4, 1), kind="error",
             why="every loan needs an exposure of its own, too"),
        case("one pd for four loans", _shapes(1, 4, 4), kind="error", why="and a probability of default of its own"),
        case("one loan with four exposures", _shapes(1, 1, 4), kind="error",
             why="two vectors of one length do not make up for a third of another"),
        case("four pd for one loan", _shapes(4, 1, 1), kind="error", why="nor does it help that the other two agree"),
        case("lgd as a column", _shapes(3, (3, 1), 3), kind="error",
             why="a column has two axes: multiplied with a vector it makes a table of all pairs"),
        case("exposures as a column", _shapes(3, 3, (3, 1)), kind="error", why="exposures in a column make a table, too"),
        case("tables", _shapes((3, 3), (3, 3), (3, 3)), kind="error", why="tables of one shape are no vectors"),
        case("numbers", given(0.1), given(0.45), given(2000.0), kind="error",
             why="a single loan is a vector with one entry; a number has no length"),
    ),
    checks=(
        value(rtol=NORMALISED, part=0, name="the expected loss is right"),
        value(rtol=NORMALISED, part=1, name="the standard deviation is right"),
    ),
    misconceptions=(
        variance_not_sd, adds_standard_deviations, recovery_instead_of_loss, second_moment_as_variance,
        severity_not_squared, leaves_lgd_out_of_sd, multiplies_averages, average_loan, spread_between_loans,
        keeps_integer_type, results_swapped,
    ),
    alternatives=(second_moment_minus_square, einsum_and_norm, every_outcome),
    equivalents=EQUIVALENTS,
)  # fmt: skip
