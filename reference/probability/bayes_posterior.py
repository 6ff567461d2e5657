"""Bayes' rule for a handful of classes, for one observation or a batch."""

from __future__ import annotations

import numpy as np

from reference.bounds import POSTERIOR
from reference.measures import value
from reference.recipes import given, integers, joint, made, normal, uniform
from reference.spec import Exercise, case, equivalents, misconception

SUM = 1e-8


def bayes_posterior(prior, likelihood):
    """Return the probability of each class after an observation.

    Parameters
    ----------
    prior : array of shape (K,)
        Probability of each class before the observation.
    likelihood : array of shape (K,) or (b, K)
        Probability or density of the observation under each class. Densities may exceed 1. Of a batch every row is
        another observation, each judged with the same prior.

    Returns
    -------
    array of the shape of `likelihood`
        Probability of each class given the observation, or given each of the batch; each row sums to 1.

    Raises
    ------
    ValueError
        If an entry of `prior` or `likelihood` is negative, if `prior` does not sum to 1 within 1e-8, if the last axis
        of `likelihood` is not as long as `prior`, or if an observation has probability 0 under every class that can
        occur.

    Examples
    --------
    >>> bayes_posterior([0.2, 0.8], [0.4, 0.1])
    array([0.5, 0.5])
    """
    joint = _joint(prior, likelihood)
    return joint / joint.sum(axis=-1, keepdims=True)


def _checked(prior, likelihood):
    prior, likelihood = np.asarray(prior, dtype=float), np.asarray(likelihood, dtype=float)
    if prior.ndim != 1 or likelihood.ndim not in (1, 2) or likelihood.shape[-1] != len(prior):
        msg = f"prior has shape {prior.shape}, likelihood {likelihood.shape}; the last axes must agree"
        raise ValueError(msg)
    if (prior < 0).any() or (likelihood < 0).any() or abs(prior.sum() - 1) > SUM:
        msg = "prior and likelihood must not be negative, and prior must sum to 1"
        raise ValueError(msg)
    if ((likelihood * prior).sum(axis=-1) == 0).any():
        msg = "an observation has probability 0 under every class that can occur"
        raise ValueError(msg)
    return prior, likelihood


def _joint(prior, likelihood):
    prior, likelihood = _checked(prior, likelihood)
    return likelihood * prior


def loops(prior, likelihood):
    prior, likelihood = _checked(prior, likelihood)
    rows = []
    for row in np.atleast_2d(likelihood):
        evidence = sum(p * f for p, f in zip(prior, row, strict=True))
        rows.append([p * f / evidence for p, f in zip(prior, row, strict=True)])
    return rows if likelihood.ndim == 2 else rows[0]


def log_space(prior, likelihood):
    prior, likelihood = _checked(prior, likelihood)
    with np.errstate(divide="ignore"):
        logs = np.log(prior) + np.log(likelihood)
    weights = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return (weights.T / weights.sum(axis=-1)).T


def one_over_odds(prior, likelihood):
    """Divide 1 by the sum of the odds of all classes against each one."""
    prior, likelihood = _checked(prior, likelihood)

    def of_one(row):
        joint = [p * f for p, f in zip(prior.tolist(), row, strict=True)]
        return tuple(1 / sum(other / own for other in joint) if own else 0 for own in joint)

    rows = tuple(of_one(row) for row in np.atleast_2d(likelihood).tolist())
    return rows if likelihood.ndim == 2 else rows[0]


def diagonal_matrices(prior, likelihood):
    prior, likelihood = _checked(prior, likelihood)
    if likelihood.ndim == 1:
        return np.diag(prior) @ likelihood / np.dot(prior, likelihood)
    return np.diag(1 / (likelihood @ prior)) @ likelihood @ np.diag(prior)


@misconception("Does it matter how rare fraud is?")
def ignores_prior(prior, likelihood):
    _, likelihood = _checked(prior, likelihood)
    return likelihood / likelihood.sum(axis=-1, keepdims=True)


@misconception("In which order do you multiply and normalise?")
def returns_prior_times_normalised_likelihood(prior, likelihood):
    prior, likelihood = _checked(prior, likelihood)
    return likelihood / likelihood.sum(axis=-1, keepdims=True) * prior


@misconception("The probability that two things happen together is a product of what?")
def adds_instead_of_multiplies(prior, likelihood):
    prior, likelihood = _checked(prior, likelihood)
    total = likelihood + prior
    return total / total.sum(axis=-1, keepdims=True)


@misconception("Add up a row of your result.")
def joint_not_posterior(prior, likelihood):
    return _joint(prior, likelihood)


@misconception("Add up each row of a batch: is every observation a world of its own?")
def one_total_for_the_batch(prior, likelihood):
    joint = _joint(prior, likelihood)
    return joint / joint.sum()


@misconception("Over which axis do the probabilities of one observation lie?")
def normalises_columns(prior, likelihood):
    joint = _joint(prior, likelihood)
    with np.errstate(all="ignore"):
        return joint / joint.sum(axis=0) if joint.ndim == 2 else joint / joint.sum()


@misconception("With as many observations as classes a batch is square: which axis does your prior run along?")
def prior_along_the_rows(prior, likelihood):
    prior, likelihood = _checked(prior, likelihood)
    joint = likelihood * (prior[:, None] if likelihood.shape == (len(prior), len(prior)) else prior)
    return joint / joint.sum(axis=-1, keepdims=True)


@misconception("Are the rows several payments, or evidence about a single one that piles up?")
def updates_from_row_to_row(prior, likelihood):
    prior, likelihood = _checked(prior, likelihood)
    belief, rows = prior, []
    for row in np.atleast_2d(likelihood):
        belief = belief * row / (belief @ row)
        rows.append(belief)
    return np.array(rows).reshape(likelihood.shape)


@misconception("Is the small number in your denominator small compared with every evidence?")
def epsilon_in_evidence(prior, likelihood):
    joint = _joint(prior, likelihood)
    return joint / (joint.sum(axis=-1, keepdims=True) + 1e-12)


@misconception("A density of 30 is not a probability. Must it be cut down to one?")
def caps_likelihood_at_one(prior, likelihood):
    joint = _joint(prior, np.minimum(_checked(prior, likelihood)[1], 1.0))
    return joint / joint.sum(axis=-1, keepdims=True)


@misconception("How many axes came in, and how many go out?")
def squeezes_a_single_row(prior, likelihood):
    return np.squeeze(bayes_posterior(prior, likelihood))


@misconception("Does a class that cannot have made the observation keep some probability in your result?")
def softmax_of_joint(prior, likelihood):
    weights = np.exp(_joint(prior, likelihood))
    return weights / weights.sum(axis=-1, keepdims=True)


@misconception("Print the type of the array that you write your result into.")
def keeps_integer_type(prior, likelihood):
    out = np.zeros_like(np.asarray(likelihood))
    out[...] = bayes_posterior(prior, likelihood)
    return out


def _prior(rng, K):
    weights = rng.uniform(0.2, 1.0, K) * np.linspace(1.0, 4.0, K)
    return rng.permutation(weights / weights.sum())


def _zeros(rng):
    likelihood = rng.uniform(0.1, 0.9, (4, 3))
    likelihood[1, 2] = likelihood[3, 0] = likelihood[3, 1] = 0.0
    return likelihood


def _one_zero(rng):
    likelihood = rng.uniform(0.1, 0.9, 4)
    likelihood[rng.integers(4)] = 0.0
    return likelihood


def _impossible_class(rng):
    prior = _prior(rng, 4)
    prior[2] = 0.0
    return prior / prior.sum()


def _one_impossible(rng):
    """Row 1 of the batch can only come from a class that does not occur."""
    likelihood = rng.uniform(0.1, 0.9, (3, 4))
    likelihood[1] = [0.0, 0.0, 0.5, 0.0]
    return _impossible_class(rng), likelihood


def _all_impossible(rng):
    return _impossible_class(rng), rng.uniform(0.1, 0.9) * np.array([0.0, 0.0, 1.0, 0.0])


def _negative(rng):
    likelihood = rng.uniform(0.1, 0.9, (2, 3))
    likelihood[1, 1] *= -1
    return likelihood


def _negative_prior(rng):
    """Return three numbers that sum to 1, the first of them negative."""
    prior = _prior(rng, 3)
    prior[0] = -0.1
    prior[1:] *= 1.1 / prior[1:].sum()
    return prior


def _prior_of(K):
    return made(f"prior of {K} classes", lambda rng: _prior(rng, K))


def _far_apart(rng):
    return rng.uniform(0.1, 0.9, (2, 3)) * np.array([[1e-200], [1e200]])


PROMOTED = "multiplied with a float64 array, whole numbers and float32 are promoted to it exactly"
SILENT = "the text promises an error for a last axis of another length, not for a prior or a likelihood with other axes"
DIFFERENCE = "a difference and its opposite have the same size"
EDGE = "a sum that is off by exactly 1e-8 has probability 0"
NOT_NEGATIVE = "sums of products of numbers that are not negative are not negative"
CANCELS = "numerator and denominator both change their sign"
STRICT = "the lengths were compared before"
AXES = "likelihoods have one axis or two, so two or more are two, and one or less is one"
ONLY = "of a single observation there is one row, which is the first and the last"
DIAGONAL = "a diagonal matrix multiplies each entry by its own factor, from the left as from the right"
EQUIVALENTS = (
    equivalents("bayes_posterior",
                "prior, likelihood = np.asarray(prior, dtype=float), np.asarray(likelihood, dtype=float)",
                "prior, likelihood = np.asarray(prior, dtype=float), np.asarray(likelihood)", reason=PROMOTED)
    + equivalents("bayes_posterior",
                  "if prior.ndim != 1 or likelihood.ndim not in (1, 2) or likelihood.shape[-1] != len(prior):",
                  "if likelihood.ndim not in (1, 2) or likelihood.shape[-1] != len(prior):",
                  "if prior.ndim != 1 or likelihood.shape[-1] != len(prior):",
                  "if prior.ndim < 1 or likelihood.ndim not in (1, 2) or likelihood.shape[-1] != len(prior):",
                  "if prior.ndim > 1 or likelihood.ndim not in (1, 2) or likelihood.shape[-1] != len(prior):",
                  "if prior.ndim != 1 and likelihood.ndim not in (1, 2) or likelihood.shape[-1] != len(prior):",
                  reason=SILENT)
    + equivalents("bayes_posterior", "if (prior < 0).any() or (likelihood < 0).any() or abs(prior.sum() - 1) > SUM:",
                  "if (prior < 0).any() or (likelihood < 0).any() or abs(1 - prior.sum()) > SUM:", reason=DIFFERENCE)
    + equivalents("bayes_posterior", "if (prior < 0).any() or (likelihood < 0).any() or abs(prior.sum() - 1) > SUM:",
                  "if (prior < 0).any() or (likelihood < 0).any() or abs(prior.sum() - 1) >= SUM:", reason=EDGE)
    + equivalents("bayes_posterior", "if ((likelihood * prior).sum(axis=-1) == 0).any():",
                  "if ((likelihood * prior).sum(axis=-1) <= 0).any():", reason=NOT_NEGATIVE)
    + equivalents("bayes_posterior", "return prior, likelihood", "return -prior, likelihood",
                  "return prior, -likelihood", reason=CANCELS)
    + equivalents("bayes_posterior", "return likelihood * prior", "return -(likelihood * prior)", reason=CANCELS)
    + equivalents("loops", "evidence = sum(p * f for p, f in zip(prior, row, strict=True))",
                  "evidence = sum(p * f for p, f in zip(prior, row, strict=False))", reason=STRICT)
    + equivalents("loops", "rows.append([p * f / evidence for p, f in zip(prior, row, strict=True)])",
                  "rows.append([p * f / evidence for p, f in zip(prior, row, strict=False)])", reason=STRICT)
    + equivalents("loops", "return rows if likelihood.ndim == 2 else rows[0]",
                  "return rows if likelihood.ndim >= 2 else rows[0]", reason=AXES)
    + equivalents("loops", "return rows if likelihood.ndim == 2 else rows[0]",
                  "return rows if likelihood.ndim == 2 else rows[-1]", reason=ONLY)
    + equivalents("one_over_odds", "joint = [p * f for p, f in zip(prior.tolist(), row, strict=True)]",
                  "joint = [p * f for p, f in zip(prior.tolist(), row, strict=False)]", reason=STRICT)
    + equivalents("one_over_odds", "return rows if likelihood.ndim == 2 else rows[0]",
                  "return rows if likelihood.ndim >= 2 else rows[0]", reason=AXES)
    + equivalents("one_over_odds", "return rows if likelihood.ndim == 2 else rows[0]",
                  "return rows if likelihood.ndim == 2 else rows[-1]", reason=ONLY)
    + equivalents("diagonal_matrices", "if likelihood.ndim == 1:", "if likelihood.ndim <= 1:", reason=AXES)
    + equivalents("diagonal_matrices", "return np.diag(prior) @ likelihood / np.dot(prior, likelihood)",
                  "return likelihood @ np.diag(prior) / np.dot(prior, likelihood)", reason=DIAGONAL)
    + equivalents("notebook", "likelihood = np.asarray(likelihood, dtype=float)", "likelihood = np.asarray(likelihood)",
                  reason=PROMOTED)
    + equivalents("notebook",
                  "if prior.ndim != 1 or likelihood.ndim not in (1, 2) or likelihood.shape[-1] != len(prior):",
                  "if likelihood.ndim not in (1, 2) or likelihood.shape[-1] != len(prior):",
                  "if prior.ndim != 1 or likelihood.shape[-1] != len(prior):",
                  "if prior.ndim < 1 or likelihood.ndim not in (1, 2) or likelihood.shape[-1] != len(prior):",
                  "if prior.ndim > 1 or likelihood.ndim not in (1, 2) or likelihood.shape[-1] != len(prior):",
                  "if prior.ndim != 1 and likelihood.ndim not in (1, 2) or likelihood.shape[-1] != len(prior):",
                  reason=SILENT)
    + equivalents("notebook", "if abs(prior.sum() - 1) > 1e-8:", "if abs(1 - prior.sum()) > 1e-8:", reason=DIFFERENCE)
    + equivalents("notebook", "if abs(prior.sum() - 1) > 1e-8:", "if abs(prior.sum() - 1) >= 1e-8:", reason=EDGE)
    + equivalents("notebook", "if np.any(evidence == 0):", "if np.any(evidence <= 0):", reason=NOT_NEGATIVE)
)  # fmt: skip

EXERCISE = Exercise(
    solution=bayes_posterior,
    points=3,
    cases=(
        case("two classes", given([0.2, 0.8]), given([0.4, 0.1]), public=True,
             why="by hand: 0.2 * 0.4 and 0.8 * 0.1 are both 0.08, so half and half"),
        case("alarm and no alarm", given([0.01, 0.99]), given([[0.9, 0.1], [0.1, 0.9]]), public=True,
             why="by hand: 0.009 against 0.099 is 1/12 and 11/12; 0.001 against 0.891 is 1/892 and 891/892"),
        case("impossible", given([0.5, 0.5]), given([0.0, 0.0]), public=True, kind="error",
             why="what cannot happen under any class gives 0/0"),
        case("four classes", _prior_of(4), uniform(4, low=0.05, high=0.9), why="one observation, four classes"),
        case("five payments", _prior_of(3), uniform(5, 3, low=0.05, high=0.9), why="every row has a total of its own"),
        case("one payment, a class ruled out", _prior_of(4), made("uniform(4) with a zero", _one_zero), kind="edge",
             why="a class that cannot have made the observation gets exactly 0, and the others share what is left"),
        case("as many payments as classes", _prior_of(4), uniform(4, 4, low=0.05, high=0.9), kind="edge",
             why="in a square batch rows and columns can be mixed up without a crash"),
        case("zero likelihood", _prior_of(3), made("uniform(4, 3) with three zeros", _zeros), kind="edge",
             why="a class that rules the observation out gets exactly 0; a row may be left with a single class"),
        case("a class that does not occur", made("prior of 4 classes, one 0", _impossible_class),
             uniform(3, 4, low=0.1, high=0.9), kind="edge", why="no observation can raise a prior of 0"),
        case("densities", _prior_of(3), uniform(4, 3, low=0.2, high=40.0), kind="edge",
             why="likelihoods that are densities may exceed 1"),
        case("tiny likelihoods", _prior_of(3), uniform(2, 3, low=1e-100, high=9e-100), kind="edge",
             why="only ratios matter, however small the numbers"),
        case("one class", given([1.0]), uniform(3, 1, low=0.2, high=0.8), kind="edge",
             why="a single class is certain, whatever is observed"),
        case("a batch of one", _prior_of(3), uniform(1, 3, low=0.05, high=0.9), kind="edge",
             why="a batch with one row is still a batch"),
        case("counts as likelihood", _prior_of(4), integers(3, 4, low=1, high=30), kind="edge",
             why="whole numbers in, fractions out"),
        case("lists", given((0.25, 0.75)), given(((1, 3), (0, 2))), kind="edge",
             why="tables may come as lists of rows, which have no shape until they are made arrays"),
        case("single precision", given([0.45, 0.2, 0.15, 0.2], dtype=np.float32),
             normal(3, 4, loc=3.0, scale=0.1, dtype=np.float32), kind="edge",
             why="computed in float64, whatever comes in: these four float32 sum to 1, but added in float32 they miss it by 6e-8"),
        case("prior sums to 1.000000001", made("prior of 3 classes times 1 + 1e-9", lambda r: (1 + 1e-9) * _prior(r, 3)),
             uniform(2, 3, low=0.1, high=0.9), kind="edge", why="a sum that is off by less than 1e-8 is rounding"),
        case("prior sums to 0.999999999", made("prior of 3 classes times 1 - 1e-9", lambda r: (1 - 1e-9) * _prior(r, 3)),
             uniform(2, 3, low=0.1, high=0.9), kind="edge", why="from below as from above"),
        case("levels far apart", _prior_of(3), made("uniform(2, 3), rows times 1e-200 and 1e200", _far_apart), kind="edge",
             why="each row is normalised by its own evidence, however far it is from the others"),
        case("prior sums to 1.0000001", made("prior of 3 classes times 1 + 1e-7", lambda r: (1 + 1e-7) * _prior(r, 3)),
             uniform(3, low=0.1, high=0.9), kind="error", why="an error of 1e-7 is more than the rounding that is allowed"),
        case("prior sums to 0.999", made("prior of 3 classes times 0.999", lambda r: 0.999 * _prior(r, 3)),
             uniform(3, low=0.1, high=0.9), kind="error", why="rounded somewhere: a thousandth of the probability is missing"),
        case("negative prior", made("prior of 3 classes, one negative, sum 1", _negative_prior),
             uniform(2, 3, low=0.1, high=0.9), kind="error", why="the prior sums to 1, but one of its entries is negative"),
        case("negative likelihood", _prior_of(3), made("uniform(2, 3), one negative", _negative), kind="error",
             why="no probability or density is negative"),
        case("a class too many", _prior_of(3), uniform(2, 4, low=0.1, high=0.9), kind="error",
             why="every likelihood needs a prior"),
        case("one prior for three classes", given([1.0]), uniform(2, 3, low=0.1, high=0.9), kind="error",
             why="NumPy would stretch the one prior over all classes without a word"),
        case("one likelihood for three classes", _prior_of(3), uniform(2, 1, low=0.1, high=0.9), kind="error",
             why="nor does one likelihood count for all"),
        case("only an impossible class", joint("a prior with a 0, a likelihood for that class alone", _all_impossible),
             kind="error", why="the only class that explains the observation does not occur"),
        case("one impossible row", joint("a prior with a 0, a batch with a row for that class alone", _one_impossible),
             kind="error", why="one row of the batch cannot happen under any class that occurs"),
    ),
    checks=(value(rtol=POSTERIOR),),
    misconceptions=(
        ignores_prior, returns_prior_times_normalised_likelihood, adds_instead_of_multiplies, joint_not_posterior,
        one_total_for_the_batch, normalises_columns, prior_along_the_rows, updates_from_row_to_row,
        epsilon_in_evidence, caps_likelihood_at_one, squeezes_a_single_row, softmax_of_joint, keeps_integer_type,
    ),
    alternatives=(loops, log_space, one_over_odds, diagonal_matrices),
    equivalents=EQUIVALENTS,
)  # fmt: skip
