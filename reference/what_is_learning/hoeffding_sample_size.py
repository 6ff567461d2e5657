"""How many files must be checked, by Hoeffding's inequality."""

from __future__ import annotations

import math

import numpy as np

from reference.measures import same
from reference.recipes import given, joint
from reference.spec import Exercise, case, equivalents, misconception

# The unrounded value keeps this far from a whole number, so that the order of rounding errors cannot decide.
CLEAR = 0.05


def hoeffding_sample_size(eps, delta, n_hypotheses=1):
    """Return the smallest sample that guarantees the error rates of several fixed rules.

    Parameters
    ----------
    eps : float
        Largest difference allowed between the measured and the true error rate, greater than 0.
    delta : float
        Probability with which that may fail for at least one rule, between 0 and 1.
    n_hypotheses : int
        Number of rules that are measured on the same sample, at least 1; it may be very large.

    Returns
    -------
    int
        The smallest n with n >= ln(2 N / delta) / (2 eps**2), where N is `n_hypotheses`.

    Raises
    ------
    ValueError
        If `eps` is not greater than 0, `delta` not strictly between 0 and 1, or `n_hypotheses` less than 1.

    Examples
    --------
    >>> hoeffding_sample_size(0.1, 0.05)
    185
    """
    _check(eps, delta, n_hypotheses)
    return math.ceil(math.log(2 * n_hypotheses / delta) / (2 * eps**2))


def _check(eps, delta, n_hypotheses):
    if not eps > 0 or not 0 < delta < 1 or not n_hypotheses >= 1:
        msg = (
            f"eps = {eps}, delta = {delta}, n_hypotheses = {n_hypotheses}; needed are eps > 0, 0 < delta < 1 and a rule"
        )
        raise ValueError(msg)


def logs_added(eps, delta, n_hypotheses=1):
    _check(eps, delta, n_hypotheses)
    return np.ceil((np.log(2) + np.log(n_hypotheses) - np.log(delta)) / 2 / eps / eps)


def by_search(eps, delta, n_hypotheses=1):
    _check(eps, delta, n_hypotheses)
    n = 1
    while math.log(2 * n_hypotheses) - 2 * n * eps**2 > math.log(delta):
        n *= 2
    low = n // 2
    while n - low > 1:
        middle = (low + n) // 2
        if math.log(2 * n_hypotheses) - 2 * middle * eps**2 > math.log(delta):
            low = middle
        else:
            n = middle
    return n


def one_by_one(eps, delta, n_hypotheses=1):
    _check(eps, delta, n_hypotheses)
    n = 1
    while 2 * n_hypotheses * math.exp(-2 * n * eps**2) > delta:
        n += 1
    return n


@misconception("Does the cost grow linearly or logarithmically in the number of rules?")
def multiplies_outside_the_log(eps, delta, n_hypotheses=1):
    _check(eps, delta, n_hypotheses)
    return math.ceil(n_hypotheses * math.log(2 / delta) / (2 * eps**2))


@misconception("Does the guarantee hold for the number that you return?")
def rounds_down(eps, delta, n_hypotheses=1):
    _check(eps, delta, n_hypotheses)
    return math.floor(math.log(2 * n_hypotheses / delta) / (2 * eps**2))


@misconception("May the measured rate be wrong in both directions?")
def one_sided(eps, delta, n_hypotheses=1):
    _check(eps, delta, n_hypotheses)
    return math.ceil(math.log(n_hypotheses / delta) / (2 * eps**2))


@misconception("Half the deviation: how many times the files?")
def eps_not_squared(eps, delta, n_hypotheses=1):
    _check(eps, delta, n_hypotheses)
    return math.ceil(math.log(2 * n_hypotheses / delta) / (2 * eps))


@misconception("Where is the 2 in front of eps squared?")
def forgets_the_two_below(eps, delta, n_hypotheses=1):
    _check(eps, delta, n_hypotheses)
    return math.ceil(math.log(2 * n_hypotheses / delta) / eps**2)


@misconception("Is the logarithm to base e or to base 10?")
def base_ten(eps, delta, n_hypotheses=1):
    _check(eps, delta, n_hypotheses)
    return math.ceil(math.log10(2 * n_hypotheses / delta) / (2 * eps**2))


@misconception("Does it matter that several rules are measured?")
def ignores_the_number_of_rules(eps, delta, n_hypotheses=1):
    _check(eps, delta, n_hypotheses)
    return math.ceil(math.log(2 / delta) / (2 * eps**2))


@misconception("Is delta the probability of failure, or of success?")
def confidence_for_delta(eps, delta, n_hypotheses=1):
    return hoeffding_sample_size(eps, 1 - delta, n_hypotheses)


@misconception("Can a file be checked by halves?")
def no_rounding(eps, delta, n_hypotheses=1):
    _check(eps, delta, n_hypotheses)
    return math.log(2 * n_hypotheses / delta) / (2 * eps**2)


@misconception("If two parts of a sum are each rounded up, is the sum rounded up once?")
def rounds_each_part(eps, delta, n_hypotheses=1):
    _check(eps, delta, n_hypotheses)
    return math.ceil(math.log(2 / delta) / (2 * eps**2)) + math.ceil(math.log(n_hypotheses) / (2 * eps**2))


@misconception("Is the nearest whole number always enough?")
def rounds_to_nearest(eps, delta, n_hypotheses=1):
    _check(eps, delta, n_hypotheses)
    return round(math.log(2 * n_hypotheses / delta) / (2 * eps**2))


def _audit(low, high, rules, fraction):
    """Return a recipe for eps, delta and a number of rules, the unrounded value with its fraction in a range."""

    def draw(rng):
        while True:
            eps, delta = round(float(rng.uniform(low, high)), 3), round(float(rng.uniform(0.01, 0.2)), 3)
            exact = math.log(2 * rules / delta) / (2 * eps**2)
            rounded_once = rules == 1 or rounds_each_part.solution(eps, delta, rules) != math.ceil(exact)
            if fraction[0] < exact % 1 < fraction[1] and rounded_once:
                return eps, delta, rules

    return joint(f"eps in {low} to {high}, {rules} rules", draw)


def _single(rng):
    return _audit(0.02, 0.1, 1, (CLEAR, 0.45)).draw(rng)[:2]


DOMAIN = "the logarithm of what is not positive raises ValueError, and so does making a whole number of NaN"
LOWER = "any lower end of the search that is too small will do"
POWERS = "n is a power of two and low its half, so that every middle is whole"
EQUAL = "the two sides are equal with probability 0"
GREATER = "n stays above low"
START = "the loop starts with a number that is too small anyway"
WHOLE = "a whole number counts as one, whatever its type"
EQUIVALENTS = (
    equivalents("hoeffding_sample_size", "if not eps > 0 or not 0 < delta < 1 or not n_hypotheses >= 1:",
                "if not eps > 0 or not 0 < delta < 1:",
                "if not eps > 0 or not 0 != delta < 1 or not n_hypotheses >= 1:",
                "if not eps > 0 or not 0 < delta < 1 or not n_hypotheses >= 0:", reason=DOMAIN)
    + equivalents("by_search", "while math.log(2 * n_hypotheses) - 2 * n * eps**2 > math.log(delta):",
                  "while math.log(2 * n_hypotheses) - 2 * n * eps**2 >= math.log(delta):", reason=EQUAL)
    + equivalents("by_search", "low = n // 2", "low = n / 2", reason=POWERS)
    + equivalents("by_search", "low = n // 2", "low = n % 2", "low = n // 3", reason=LOWER)
    + equivalents("by_search", "while n - low > 1:", "while n - low != 1:", reason=GREATER)
    + equivalents("by_search", "middle = (low + n) // 2", "middle = (low + n) / 2", reason=POWERS)
    + equivalents("by_search", "if math.log(2 * n_hypotheses) - 2 * middle * eps**2 > math.log(delta):",
                  "if math.log(2 * n_hypotheses) - 2 * middle * eps**2 >= math.log(delta):", reason=EQUAL)
    + equivalents("one_by_one", "n = 1", "n = 0", reason=START)
    + equivalents("one_by_one", "while 2 * n_hypotheses * math.exp(-2 * n * eps**2) > delta:",
                  "while 2 * n_hypotheses * math.exp(-2 * n * eps**2) >= delta:", reason=EQUAL)
    + equivalents("notebook", "if eps <= 0 or delta <= 0 or delta >= 1 or n_hypotheses < 1:",
                  "if eps <= 0 or delta == 0 or delta >= 1 or n_hypotheses < 1:", reason=DOMAIN)
    + equivalents("notebook", "return int(np.ceil(np.log(2 * n_hypotheses / delta) / (2 * eps**2)))",
                  "return np.ceil(np.log(2 * n_hypotheses / delta) / (2 * eps ** 2))", reason=WHOLE)
)  # fmt: skip

EXERCISE = Exercise(
    solution=hoeffding_sample_size,
    points=3,
    cases=(
        case("one rule, ten points", given(0.1), given(0.05), public=True, why="by hand: ln 40 = 3.689, divided by 0.02 gives 184.4"),
        case("a hundred rules, two points", given(0.02), given(0.01), given(100), public=True, why="by hand: ln 20,000 = 9.903, divided by 0.0008 gives 12,379.4"),
        case("certainty", given(0.1), given(0.0), public=True, kind="error", why="no sample gives certainty"),
        case("twelve rules", _audit(0.03, 0.08, 12, (CLEAR, 0.45)), why="the audit of twelve candidate rules"),
        case("three hundred rules", _audit(0.02, 0.05, 300, (0.55, 1 - CLEAR)), why="many rules on the same files"),
        case("one rule by default", joint("eps and delta only", _single), kind="edge", why="without a number of rules there is one"),
        case("a trillion rules", _audit(0.05, 0.1, 10**12, (CLEAR, 0.45)), kind="edge", why="the logarithm makes even a trillion rules affordable"),
        case("a rough answer", _audit(0.2, 0.35, 3, (CLEAR, 0.45)), kind="edge", why="a rough answer needs few files, and the rounding shows"),
        case("half a point", _audit(0.004, 0.007, 5, (0.55, 1 - CLEAR)), kind="edge", why="a tenth of the deviation needs a hundred times the files"),
        case("one file", given(1.0), given(0.9), given(1), kind="edge", why="where nearly anything is allowed one file is enough"),
        case("three files", given(0.8), given(0.1), given(1), kind="edge", why="ln 20 = 2.996, divided by 1.28 gives 2.3: three files"),
        case("just above a power of two", given(0.05), given(2.506e-6), given(1000), kind="edge",
             why="4,099.5 is a little more than 4,096: a search that doubles must not stop there"),
        case("just below a power of two", given(0.1), given(0.05), given(4), kind="edge",
             why="253.8 is a little less than 256: a search that doubles must not go past it"),
        case("no doubt", given(0.1), given(0.0), given(2), kind="error", why="no sample gives certainty"),
        case("less than no doubt", given(0.1), given(-0.5), given(2), kind="error", why="a probability is not negative"),
        case("more than every doubt", given(0.1), given(1.5), given(2), kind="error", why="a probability is at most 1"),
        case("no deviation", given(0.0), given(0.05), given(3), kind="error", why="no sample measures a rate to the last digit, and nothing can be divided by 0"),
        case("a negative deviation", given(-0.1), given(0.05), given(2), kind="error", why="a deviation is greater than 0"),
        case("a probability of one", given(0.1), given(1.0), given(2), kind="error", why="a guarantee that may always fail is none"),
        case("no rule", given(0.1), given(0.05), given(0), kind="error", why="there must be something to measure"),
    ),
    checks=(same(name="the number of files is right"),),
    misconceptions=(
        multiplies_outside_the_log, rounds_down, one_sided, eps_not_squared, forgets_the_two_below, base_ten,
        ignores_the_number_of_rules, confidence_for_delta, no_rounding, rounds_each_part, rounds_to_nearest,
    ),
    alternatives=(logs_added, by_search, one_by_one),
    equivalents=EQUIVALENTS,
)  # fmt: skip
