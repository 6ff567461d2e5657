"""The logarithmic loss of probabilities that are given by their scores."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import NORMALISED, SMALL_LOSS, SMALL_LOSS_FLOOR, SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, integers, made, normal, uniform
from reference.spec import Exercise, case, equivalents, misconception


def log_loss(y, z):
    """Return the mean negative log-likelihood of outcomes y under the probabilities sigmoid(z).

    Parameters
    ----------
    y : array of shape (n,)
        Outcomes: 0 or 1, or shares between them.
    z : array of shape (n,)
        Scores (logits), of any size.

    Returns
    -------
    float
        The mean of log(1 + exp(z)) - y z, natural logarithm, without overflow and without a limit to the loss of a
        confident mistake.

    Raises
    ------
    ValueError
        If the two are not vectors of the same length, if they are empty, or if an outcome lies outside [0, 1].

    Examples
    --------
    >>> round(log_loss([1, 0], [0.0, 0.0]), 6)
    0.693147
    """
    y, z = _checked(y, z)
    return float(np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))))


def _checked(y, z):
    y, z = np.asarray(y, dtype=float), np.asarray(z, dtype=float)
    if y.ndim != 1 or y.shape != z.shape or len(y) == 0 or not ((y >= 0) & (y <= 1)).all():
        msg = f"y and z have shapes {y.shape} and {z.shape}; needed are vectors of one length, outcomes between 0 and 1"
        raise ValueError(msg)
    return y, z


def by_logaddexp(y, z):
    y, z = _checked(y, z)
    return np.mean(np.logaddexp(0, z) - y * z)


def one_at_a_time(y, z):
    y, z = _checked(y, z)
    total = 0.0
    for outcome, score in zip(y, z, strict=True):
        big, small = (score, -score) if score > 0 else (0.0, score)
        total += big - outcome * score + math.log1p(math.exp(small))
    return np.array(total / len(y))


def of_two_classes(y, z):
    """Weigh the log probabilities of both outcomes, each a difference from log(exp(0) + exp(z))."""
    y, z = _checked(y, z)
    both = np.stack([np.zeros_like(z), z])
    logs = both - np.logaddexp.reduce(both, axis=0)
    return np.float64(-np.einsum("ij,ij->", np.stack([1 - y, y]), logs) / len(y))


def _probability(z):
    return 0.5 * (1 + np.tanh(z / 2))


@misconception("What is 1 - sigmoid(50) in floating point, and what is the logarithm of that?")
def log_of_zero(y, z):
    y, z = _checked(y, z)
    p = _probability(z)
    with np.errstate(all="ignore"):
        return float(np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p)))


@misconception("How large can your loss get? How large should it be for a score of -10,000 and a default?")
def clips_probabilities(y, z):
    y, z = _checked(y, z)
    p = np.clip(_probability(z), 1e-15, 1 - 1e-15)
    return float(np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p)))


@misconception("Is a perfect prediction exactly as good as you report?")
def adds_epsilon(y, z):
    y, z = _checked(y, z)
    p = _probability(z)
    return float(np.mean(-y * np.log(p + 1e-7) - (1 - y) * np.log(1 - p + 1e-7)))


@misconception("Which labels does the formula with one logarithm expect, 0 and 1 or -1 and 1?")
def minus_one_plus_one_labels(y, z):
    y, z = _checked(y, z)
    return float(np.mean(np.logaddexp(0, -y * z)))


@misconception("What is your value at a score of 0?")
def log2(y, z):
    return log_loss(y, z) / math.log(2)


@misconception("Can a loss be negative here?")
def wrong_sign(y, z):
    return -log_loss(y, z)


@misconception("Is it a mean or a total? Duplicate the data.")
def sum_not_mean(y, z):
    return log_loss(y, z) * len(y)


@misconception("Are the scores logits or probabilities?")
def takes_scores_for_probabilities(y, z):
    y, z = _checked(y, z)
    p = np.clip(z, 1e-12, 1 - 1e-12)
    return float(np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p)))


@misconception("What does a client who did not default tell you about the model?")
def defaults_only(y, z):
    y, z = _checked(y, z)
    return float(np.mean(y * np.logaddexp(0, -z)))


@misconception("A confident mistake: is it to cost at most 1?")
def squared_error(y, z):
    y, z = _checked(y, z)
    return float(np.mean((y - _probability(z)) ** 2))


@misconception("Is an outcome of 0.3 a default?")
def rounds_outcomes(y, z):
    y, z = _checked(y, z)
    return log_loss(np.round(y), z)


@misconception("Which of the two arguments are the outcomes?")
def outcomes_flipped(y, z):
    y, z = _checked(y, z)
    return log_loss(1 - y, z)


def _outcomes(n):
    """Return a recipe for n outcomes, about a third of them 1, both kinds present."""
    return made(f"{n} outcomes of 0 and 1", lambda rng: rng.permutation(np.arange(n) % 3 == 0).astype(float))


def _huge(rng):
    return np.array([-1.0, 1.0, -1.0, 1.0]) * rng.uniform(5e3, 2e4, 4)


# Reasons why a changed line is as right as the line it replaces.
ROUNDED = (
    "log(1 + e) is within 1.2e-16 of log1p(e) for e from 0 to 1, as measured, and 1e-13 is the least that is allowed"
)
FLOAT = "outcomes are compared and meet scores in float64 only, so that 0 and 1 of any type give the same"
LENGTH = "a length is not negative"
MATCHED = "the lengths were compared before"
ZERO = "at a score of 0 either pair is (0, 0)"
BOTH = "from -1 to 1 either form is right: log(1 + exp(z)) and z + log(1 + exp(-z)) overflow for large scores only"
COPY = "a number becomes a new array either way"
FIRST = "the first axis is what reduce takes where none is named"
EQUIVALENTS = (
    equivalents("log_loss", "return float(np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))))",
                "return float(np.mean(np.maximum(z, 0) - y * z + np.log(1 + np.exp(-np.abs(z)))))", reason=ROUNDED)
    + equivalents("log_loss", "y, z = np.asarray(y, dtype=float), np.asarray(z, dtype=float)",
                  "y, z = np.asarray(y), np.asarray(z, dtype=float)", reason=FLOAT)
    + equivalents("log_loss",
                  "if y.ndim != 1 or y.shape != z.shape or len(y) == 0 or not ((y >= 0) & (y <= 1)).all():",
                  "if y.ndim != 1 or y.shape != z.shape or len(y) <= 0 or not ((y >= 0) & (y <= 1)).all():",
                  reason=LENGTH)
    + equivalents("one_at_a_time", "for outcome, score in zip(y, z, strict=True):",
                  "for outcome, score in zip(y, z, strict=False):", reason=MATCHED)
    + equivalents("one_at_a_time", "big, small = (score, -score) if score > 0 else (0.0, score)",
                  "big, small = (score, -score) if score >= 0 else (0.0, score)", reason=ZERO)
    + equivalents("one_at_a_time", "big, small = (score, -score) if score > 0 else (0.0, score)",
                  "big, small = (score, -score) if score > 1 else (0.0, score)",
                  "big, small = (score, -score) if score > -1 else (0.0, score)", reason=BOTH)
    + equivalents("one_at_a_time", "total += big - outcome * score + math.log1p(math.exp(small))",
                  "total += big - outcome * score + np.log(1 + math.exp(small))", reason=ROUNDED)
    + equivalents("one_at_a_time", "return np.array(total / len(y))", "return np.asarray(total / len(y))",
                  reason=COPY)
    + equivalents("of_two_classes", "logs = both - np.logaddexp.reduce(both, axis=0)",
                  "logs = both - np.logaddexp.reduce(both)", reason=FIRST)
    + equivalents("notebook", "y = np.asarray(y, dtype=float)", "y = np.asarray(y)", reason=FLOAT)
    + equivalents("notebook",
                  "if y.ndim != 1 or y.shape != z.shape or len(y) == 0 or np.any(y < 0) or np.any(y > 1):",
                  "if y.ndim != 1 or y.shape != z.shape or len(y) <= 0 or np.any(y < 0) or np.any(y > 1):",
                  reason=LENGTH)
)  # fmt: skip

EXERCISE = Exercise(
    solution=log_loss,
    points=4,
    cases=(
        case("nothing known", given([1.0, 0.0]), given([0.0, 0.0]), public=True, why="by hand: both probabilities are 1/2, and -log(1/2) = 0.693"),
        case("three to one", given([1.0]), given([1.0986122886681098]), public=True,
             why="by hand: a score of log 3 is a probability of 3/4, and -log(3/4) = 0.288"),
        case("a confident mistake", given([1.0]), given([-800.0]), public=True, kind="stability",
             why="by hand: log(1 + e^-800) + 800 = 800; the mistake costs what it should"),
        case("an outcome of 2", given([2.0]), given([0.0]), public=True, kind="error", why="an outcome lies between 0 and 1"),
        case("eleven loans", _outcomes(11), normal(11, scale=2.0), why="some default, most do not"),
        case("twenty loans", _outcomes(20), normal(20, loc=-1.0, scale=1.5), why="scores with a level of their own"),
        case("shares", uniform(8, low=0.05, high=0.95), normal(8, scale=2.0), kind="edge",
             why="an outcome may be the share of a portfolio that defaulted"),
        case("nothing known about shares", uniform(6, low=0.05, high=0.95), made("zeros(6)", lambda _: np.zeros(6)), kind="edge",
             why="a score of 0 says one half, and costs the same whatever happens"),
        case("scores of ten thousand, all right", given([0.0, 1.0, 0.0, 1.0]), made("four huge scores", _huge), kind="edge",
             why="where the model is certain and right, the loss is 0 and not NaN"),
        case("scores of ten thousand, all wrong", given([1.0, 0.0, 1.0, 0.0]), made("four huge scores", _huge), kind="stability",
             why="where the model is certain and wrong, the loss is as large as the score"),
        case("fairly certain", given([1.0, 0.0, 1.0, 0.0, 1.0]), made("scores between 17 and 20, of the right sign", lambda rng: np.array([1, -1, 1, -1, 1]) * rng.uniform(17, 20, 5)),
             kind="edge", checks=(value(rtol=SMALL_LOSS, atol=SMALL_LOSS_FLOOR),), why="a loss of a hundred millionth is small, and still not 0"),
        case("fairly certain and wrong", given([0.0, 1.0, 0.0]), made("scores of size 40 to 90", lambda rng: np.array([1, -1, 1]) * rng.uniform(40, 90, 3)),
             kind="stability", why="one minus the probability is 0 in floating point here, the loss is not infinite"),
        case("one loan", given([1.0]), uniform(1, low=-2.0, high=-1.0), kind="edge", why="the mean over one loan is that loan"),
        case("whole scores", integers(7, low=0, high=2), integers(7, low=-3, high=4), kind="edge", why="whole numbers in, a fraction out"),
        case("lists", made("outcomes in a list", lambda rng: rng.permutation([0.0, 1.0, 1.0, 0.0]).tolist()), made("scores in a list", lambda rng: rng.normal(0, 2, 4).tolist()), kind="edge",
             why="lists cannot be compared with 0 or multiplied until they are made arrays"),
        case("scores in single precision", _outcomes(9), normal(9, scale=2.0, dtype=np.float32), kind="edge", why="a loss is computed in float64, whatever the scores are in"),
        case("shares and scores in single precision", uniform(7, low=0.05, high=0.95), normal(7, loc=-1.0, dtype=np.float32), kind="edge",
             why="single precision would keep seven digits of each loss"),
        case("an outcome above 1", made("outcomes with a 1.5", lambda rng: rng.permutation([0.0, 1.0, 1.5])), normal(3), kind="error",
             why="one and a half defaults are no outcome"),
        case("an outcome of 2 among others", made("outcomes with a 2", lambda rng: rng.permutation([0.0, 1.0, 2.0, 0.0])), normal(4), kind="error",
             why="one wrong outcome among right ones is wrong"),
        case("tables", integers(2, 3, low=0, high=2), normal(2, 3), kind="error", why="two tables of one shape fit each other, and are no vectors"),
        case("a number each", given(1.0), given(0.5), kind="error", why="two numbers are no vectors, not even of length one"),
        case("one score for all", _outcomes(4), normal(1), kind="error", why="numpy would stretch a single score to all outcomes"),
        case("one outcome for all", given([1.0]), normal(4), kind="error", why="numpy would stretch a single outcome to all scores"),
        case("an outcome below 0", made("outcomes with a -1", lambda rng: rng.permutation([0.0, 1.0, -1.0])), normal(3), kind="error",
             why="-1 is no outcome here"),
        case("a negative share", made("shares, one of -0.25", lambda rng: rng.permutation([0.5, 0.25, -0.25, 0.75])), normal(4), kind="error",
             why="a share of a portfolio is not negative"),
        case("lengths that do not match", _outcomes(4), normal(5), kind="error", why="each outcome needs a score"),
        case("a column of outcomes", made("outcomes (3, 1)", lambda rng: rng.permutation([[0.0], [1.0], [1.0]])), normal(3), kind="error",
             why="a column against a vector compares everything with everything"),
        case("no loans", made("zeros(0)", lambda _: np.zeros(0)), made("zeros(0)", lambda _: np.zeros(0)), kind="error", why="nothing has no mean"),
    ),
    checks=(value(rtol=NORMALISED, atol=SUM_OF_PRODUCTS),),
    misconceptions=(
        log_of_zero, clips_probabilities, adds_epsilon, minus_one_plus_one_labels, log2, wrong_sign, sum_not_mean,
        takes_scores_for_probabilities, defaults_only, squared_error, rounds_outcomes, outcomes_flipped,
    ),
    alternatives=(by_logaddexp, one_at_a_time, of_two_classes),
    equivalents=EQUIVALENTS,
)  # fmt: skip
