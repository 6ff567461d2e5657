"""The logistic function: from log-odds to a probability."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import PROBABILITY, PROBABILITY_FLOOR
from reference.measures import value
from reference.recipes import given, integers, made, normal, uniform
from reference.spec import Exercise, case, equivalents, misconception


def sigmoid(z):
    """Return 1 / (1 + exp(-z)) for every entry of z, without overflow.

    Parameters
    ----------
    z : float or array of any shape
        Scores: log-odds.

    Returns
    -------
    float or array of the shape of `z`
        Probabilities between 0 and 1, in float64. However large or small a score is, nothing overflows and nothing
        becomes NaN.

    Examples
    --------
    >>> sigmoid(0.0)
    0.5
    >>> sigmoid([-1000, 1000]).tolist()
    [0.0, 1.0]
    """
    z = np.asarray(z, dtype=float)
    small = np.exp(-np.abs(z))
    out = np.where(z >= 0, 1 / (1 + small), small / (1 + small))
    return out if out.ndim else float(out)


def by_branches(z):
    z = np.asarray(z, dtype=float)
    out = [1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v)) for v in z.ravel()]
    return np.reshape(out, z.shape)


def by_tanh(z):
    return 0.5 * (1 + np.tanh(np.asarray(z, dtype=float) / 2))


def clipped(z):
    return 1 / (1 + np.exp(-np.clip(np.asarray(z, dtype=float), -500, 500)))


# 1 / (1 + exp(-z)) is no misconception here, though it warns: below -709.78 exp overflows to infinity, and the result is 0
# where the truth is less than 6e-309; above, it errs by 2.4e-16 of the probability, less than the tanh form does. So it
# earns full marks. exp(z) / (1 + exp(z)) makes NaN of the same overflow.
@misconception("What is exp(1000)? And infinity divided by infinity?")
def overflow(z):
    with np.errstate(all="ignore"):
        e = np.exp(np.asarray(z, dtype=float))
        return e / (1 + e)


@misconception("What is the logarithm of a probability that was rounded to 0?")
def rounds_to_4_digits(z):
    return np.round(sigmoid(z), 4)


@misconception("What is your value at 0?")
def tanh(z):
    return np.tanh(np.asarray(z, dtype=float))


@misconception("Does a higher score mean a higher probability?")
def wrong_sign(z):
    return sigmoid(-np.asarray(z, dtype=float))


@misconception("Which scores do you cut off, and what is the probability of the largest you let through?")
def clips_at_ten(z):
    return sigmoid(np.clip(np.asarray(z, dtype=float), -10, 10))


@misconception("Is a score a probability, or a decision?")
def step(z):
    return np.where(np.asarray(z, dtype=float) >= 0, 1.0, 0.0)


@misconception("Between which numbers must a probability lie?")
def linear_between(z):
    return np.clip(0.5 + np.asarray(z, dtype=float) / 4, 0.0, 1.0)


@misconception("Do the probabilities of different clients have to add up to 1?")
def softmax(z):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max(initial=0.0))
    return e / e.sum() if e.size else e


@misconception("Is it the logarithm of the odds to base e, or to base 10?")
def base_ten(z):
    return sigmoid(np.asarray(z, dtype=float) * np.log(10))


@misconception("A large part of statistics uses another curve with this shape: which one is asked for?")
def normal_distribution(z):
    z = np.asarray(z, dtype=float)
    return np.reshape([0.5 * math.erfc(-v / math.sqrt(2)) for v in z.ravel()], z.shape)


@misconception("What shape comes back for a table of scores?")
def flattens(z):
    return np.ravel(sigmoid(z))


@misconception("Print the type of your result for the scores -1, 0 and 1 as whole numbers.")
def keeps_integer_type(z):
    z = np.asarray(z)
    return sigmoid(z).astype(z.dtype) if z.dtype.kind in "iu" and z.ndim else sigmoid(z)


# Reasons why a changed line is as right as the line it replaces.
EVEN = "at a score of 0 either form is 1 / (1 + 1)"
BOTH = "from -1 to 1 either form is right: exp is below 2.72, and both err by a few u"
NUMBER = "an array without axes counts as a number"
CLIPPED = "probabilities below exp(-499) < 1e-216 are 0 within the 1e-13 that is allowed, whatever they are cut off at"
ONE = "1 + exp(-499) is 1 in floating point already"
UNCLIPPED = (
    "without the limits exp overflows to infinity below -709.78, and 1 / infinity is 0, where the truth is below 6e-309"
)
OVERFLOWS = "exp(-z) for negative scores, too, is the form 1 / (1 + exp(-z)): where exp overflows the result is 0, which is right"
EQUIVALENTS = (
    equivalents("sigmoid", "out = np.where(z >= 0, 1 / (1 + small), small / (1 + small))",
                "out = np.where(z > 0, 1 / (1 + small), small / (1 + small))", reason=EVEN)
    + equivalents("sigmoid", "return out if out.ndim else float(out)", "return out", reason=NUMBER)
    + equivalents("by_branches",
                  "out = [1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v)) for v in z.ravel()]",
                  "out = [1 / (1 + math.exp(-v)) if v > 0 else math.exp(v) / (1 + math.exp(v)) for v in z.ravel()]",
                  reason=EVEN)
    + equivalents("by_branches",
                  "out = [1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v)) for v in z.ravel()]",
                  "out = [1 / (1 + math.exp(-v)) if v >= 1 else math.exp(v) / (1 + math.exp(v)) for v in z.ravel()]",
                  "out = [1 / (1 + math.exp(-v)) if v >= -1 else math.exp(v) / (1 + math.exp(v)) for v in z.ravel()]",
                  reason=BOTH)
    + equivalents("clipped", "return 1 / (1 + np.exp(-np.clip(np.asarray(z, dtype=float), -500, 500)))",
                  "return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))", reason=UNCLIPPED)
    + equivalents("clipped", "return 1 / (1 + np.exp(-np.clip(np.asarray(z, dtype=float), -500, 500)))",
                  "return 1 / (1 + np.exp(-np.clip(np.asarray(z, dtype=float), -501, 500)))",
                  "return 1 / (1 + np.exp(-np.clip(np.asarray(z, dtype=float), -499, 500)))", reason=CLIPPED)
    + equivalents("clipped", "return 1 / (1 + np.exp(-np.clip(np.asarray(z, dtype=float), -500, 500)))",
                  "return 1 / (1 + np.exp(-np.clip(np.asarray(z, dtype=float), -500, 501)))",
                  "return 1 / (1 + np.exp(-np.clip(np.asarray(z, dtype=float), -500, 499)))", reason=ONE)
    + equivalents("notebook", "positive = z >= 0", "positive = z != 0", reason=OVERFLOWS)
    + equivalents("notebook", "positive = z >= 0", "positive = z > 0", reason=EVEN)
    + equivalents("notebook", "positive = z >= 0", "positive = z >= 1", "positive = z >= -1", reason=BOTH)
)  # fmt: skip

EXERCISE = Exercise(
    solution=sigmoid,
    points=3,
    cases=(
        case("even odds", given(0.0), public=True, why="by hand: exp(0) = 1, so 1 / (1 + 1)"),
        case("three clients", given([0.0, np.log(3.0), -np.log(3.0)]), public=True,
             why="by hand: odds of 1 to 1, 3 to 1 and 1 to 3 are probabilities of 1/2, 3/4 and 1/4"),
        case("a thousand", given([-1000.0, 1000.0]), public=True, kind="stability",
             why="exp(1000) is too large for any computer, the probabilities 0 and 1 are not"),
        case("nine scores", normal(9, scale=2.0), why="scores of ordinary clients"),
        case("a table of scores", normal(3, 4, scale=3.0), why="each entry by itself, in its place"),
        case("one score", made("a number", lambda rng: float(rng.uniform(-3, -1))), kind="edge", why="a number in, a number out"),
        case("hundreds", made("scores of size 710 to 1000, both signs", lambda rng: rng.permutation(np.array([-1, -1, 1, 1, 1]) * rng.uniform(710, 1000, 5))),
             kind="stability", why="neither branch of the formula may overflow for the other's scores"),
        case("hundreds in a table", made("scores of size 710 to 1000 in a table, both signs", lambda rng: rng.permutation(np.array([-1, 1, 1, -1])).reshape(2, 2) * rng.uniform(710, 1000, (2, 2))),
             kind="stability", why="in a table, too, the branch is chosen for each entry by itself"),
        case("rare events", made("scores from -19 to -8.5, one from -27 to -25", lambda rng: rng.permutation(np.append(rng.uniform(-19, -8.5, 5), rng.uniform(-27, -25)))), kind="edge",
             why="a probability of one in ten million is not 0, and its logarithm counts"),
        case("nearly certain", uniform(5, low=8.0, high=14.0), kind="edge", why="one minus a small probability is not quite 1"),
        case("whole scores", integers(6, low=-4, high=5), kind="edge", why="whole numbers in, probabilities out"),
        case("no scores", made("an empty vector", lambda _: np.zeros(0)), kind="edge", why="no clients, no probabilities, no error"),
        case("a list", made("four scores in a list", lambda rng: rng.normal(0, 2, 4).tolist()), kind="edge", why="scores may come in a list, which has no shape until it is made an array"),
        case("single precision", normal(6, scale=2.0, dtype=np.float32), kind="edge", why="the result is in float64, whatever the scores are in"),
        case("a table in single precision", normal(2, 3, scale=4.0, dtype=np.float32), kind="edge", why="single precision keeps seven digits, and a small probability needs more"),
        case("scores of one byte", made("a permutation of 0 to 5 in uint8", lambda rng: rng.permutation(6).astype(np.uint8)), kind="edge",
             why="bytes have no minus sign: -3 becomes 253 where they are not made float64 first"),
        case("three axes", normal(2, 3, 2), kind="edge", why="any shape goes in and comes out"),
    ),
    checks=(value(rtol=PROBABILITY, atol=PROBABILITY_FLOOR),),
    misconceptions=(
        overflow, rounds_to_4_digits, tanh, wrong_sign, clips_at_ten, step, linear_between, softmax, base_ten,
        normal_distribution, flattens, keeps_integer_type,
    ),
    alternatives=(by_branches, by_tanh, clipped),
    equivalents=EQUIVALENTS,
)  # fmt: skip
