"""Naive Bayes for texts: the probability of each category of a transaction."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import LOG_POSTERIOR
from reference.measures import value
from reference.recipes import given, joint
from reference.spec import Exercise, case, equivalents, misconception


def naive_bayes_log_posterior(X, y, X_new, alpha=1.0):
    """Return the log posterior of each class for each new row, by Bernoulli naive Bayes.

    Class c has the prior n_c / n. Within a class the features are independent, and feature j is 1 with probability
    theta_cj = (count + alpha) / (n_c + 2 alpha), where count is the number of rows of the class with a 1 in column j.

    Parameters
    ----------
    X : array of shape (n, d)
        Training rows of zeros and ones: one row a text, one column a word.
    y : array of shape (n,)
        Class label of each training row.
    X_new : array of shape (m, d)
        Rows of zeros and ones to classify.
    alpha : float
        Smoothing: so many rows with the word, and so many without, are added to each class.

    Returns
    -------
    array of shape (m, K)
        Natural logarithm of the posterior probability; columns in the order of np.unique(y). The exponentials of
        each row sum to 1.

    Raises
    ------
    ValueError
        If `alpha` is not positive, if `y` has not one label for each row of X, or if X and X_new do not have the
        same number of columns.

    Examples
    --------
    >>> np.exp(naive_bayes_log_posterior([[1], [1], [0], [0]], [0, 0, 0, 1], [[1]])).round(6)
    array([[0.84375, 0.15625]])
    """
    X, y, X_new = _checked(X, y, X_new, alpha)
    log_joint = _log_prior(y) + _log_likelihood(*_thetas(X, y, alpha), X_new)
    return log_joint - _log_evidence(log_joint)


def _checked(X, y, X_new, alpha):
    X, y, X_new = np.asarray(X, dtype=float), np.asarray(y), np.asarray(X_new, dtype=float)
    if X.ndim != 2 or X_new.ndim != 2 or y.shape != X.shape[:1] or X.shape[1] != X_new.shape[1]:
        msg = f"X has shape {X.shape}, y {y.shape} and X_new {X_new.shape}; expected (n, d), (n,) and (m, d)"
        raise ValueError(msg)
    if not alpha > 0:
        msg = f"alpha = {alpha}, expected a positive number"
        raise ValueError(msg)
    return X, y, X_new


def _log_prior(y):
    return np.log(np.unique(y, return_counts=True)[1] / len(y))


def _thetas(X, y, alpha):
    """Return the probabilities (K, d) of a 1 and of a 0."""
    theta = np.array([(X[y == c].sum(axis=0) + alpha) / ((y == c).sum() + 2 * alpha) for c in np.unique(y)])
    return theta, 1 - theta


def _log_likelihood(one, zero, X_new):
    return X_new @ np.log(one).T + (1 - X_new) @ np.log(zero).T


def _log_evidence(log_joint):
    top = log_joint.max(axis=1, keepdims=True)
    return top + np.log(np.exp(log_joint - top).sum(axis=1, keepdims=True))


def triple_loop(X, y, X_new, alpha=1.0):
    X, y, X_new = _checked(X, y, X_new, alpha)
    labels = sorted(set(y.tolist()))
    rows = []
    for x in X_new.tolist():
        scores = []
        for label in labels:
            members = [row for row, own in zip(X.tolist(), y.tolist(), strict=True) if own == label]
            score = math.log(len(members)) - math.log(len(y))
            for j, present in enumerate(x):
                theta = (sum(row[j] for row in members) + alpha) / (len(members) + 2 * alpha)
                score += math.log(theta if present else 1 - theta)
            scores.append(score)
        top = max(scores)
        evidence = top + math.log(math.fsum(math.exp(s - top) for s in scores))
        rows.append([s - evidence for s in scores])
    return rows


def one_hot_products(X, y, X_new, alpha=1.0):
    X, y, X_new = _checked(X, y, X_new, alpha)
    member = (y[:, None] == np.unique(y)).astype(float)
    theta = (member.T @ X + alpha) / (member.sum(axis=0)[:, None] + 2 * alpha)
    log_odds = np.log(theta) - np.log1p(-theta)
    scores = np.log(member.mean(axis=0)) + np.log1p(-theta).sum(axis=1) + X_new @ log_odds.T
    return scores - np.logaddexp.reduce(scores, axis=1)[:, None]


def word_by_word(X, y, X_new, alpha=1.0):
    """Update the posterior with one word after the other."""
    X, y, X_new = _checked(X, y, X_new, alpha)
    classes, sizes = np.unique(y, return_counts=True)
    belief = np.tile(np.log(sizes / sizes.sum()), (len(X_new), 1))
    for j, column in enumerate(X_new.T):
        theta = np.array([np.count_nonzero(X[y == c, j]) + alpha for c in classes]) / (sizes + 2 * alpha)
        belief = belief + np.log(np.where(column[:, None] == 1, theta, 1 - theta))
        belief = np.array([row - np.log(np.sum(np.exp(row))) for row in belief])
    return belief.tolist()


def _posterior(log_joint):
    with np.errstate(all="ignore"):
        return log_joint - _log_evidence(log_joint)


@misconception("What if a word never occurred in a class?")
def no_smoothing(X, y, X_new, alpha=1.0):
    X, y, X_new = _checked(X, y, X_new, alpha)
    with np.errstate(all="ignore"):
        return _posterior(_log_prior(y) + _log_likelihood(*_thetas(X, y, 0.0), X_new))


@misconception("Is salary as frequent as groceries?")
def ignores_class_prior(X, y, X_new, alpha=1.0):
    X, y, X_new = _checked(X, y, X_new, alpha)
    return _posterior(_log_likelihood(*_thetas(X, y, alpha), X_new))


@misconception("Is a missing word information?")
def ignores_absent_features(X, y, X_new, alpha=1.0):
    X, y, X_new = _checked(X, y, X_new, alpha)
    return _posterior(_log_prior(y) + X_new @ np.log(_thetas(X, y, alpha)[0]).T)


@misconception("How many outcomes has a yes/no feature?")
def denominator_alpha_not_2alpha(X, y, X_new, alpha=1.0):
    X, y, X_new = _checked(X, y, X_new, alpha)
    classes = np.unique(y)
    theta = np.array([(X[y == c].sum(axis=0) + alpha) / ((y == c).sum() + alpha) for c in classes])
    with np.errstate(all="ignore"):
        return _posterior(_log_prior(y) + _log_likelihood(theta, 1 - theta, X_new))


@misconception("Exponentiate a row and add it up.")
def unnormalised(X, y, X_new, alpha=1.0):
    X, y, X_new = _checked(X, y, X_new, alpha)
    return _log_prior(y) + _log_likelihood(*_thetas(X, y, alpha), X_new)


@misconception("Probability of the word given which class?")
def counts_over_all_rows(X, y, X_new, alpha=1.0):
    X, y, X_new = _checked(X, y, X_new, alpha)
    theta = np.array([(X[y == c].sum(axis=0) + alpha) / (len(y) + 2 * alpha) for c in np.unique(y)])
    return _posterior(_log_prior(y) + _log_likelihood(theta, 1 - theta, X_new))


@misconception("What are the labels called?")
def assumes_labels_0_to_K(X, y, X_new, alpha=1.0):
    X, y, X_new = _checked(X, y, X_new, alpha)
    labels = range(int(y.max()) + 1)
    theta = np.array([(X[y == c].sum(axis=0) + alpha) / ((y == c).sum() + 2 * alpha) for c in labels])
    with np.errstate(all="ignore"):
        log_prior = np.log([np.mean(y == c) for c in labels])
    return _posterior(log_prior + _log_likelihood(theta, 1 - theta, X_new))


@misconception("Multiply a thousand probabilities of one tenth.")
def multiplies_probabilities(X, y, X_new, alpha=1.0):
    X, y, X_new = _checked(X, y, X_new, alpha)
    one, zero = _thetas(X, y, alpha)
    joint = np.exp(_log_prior(y)) * np.prod(np.where(X_new[:, None, :] == 1, one, zero), axis=2)
    with np.errstate(all="ignore"):
        return np.log(joint / joint.sum(axis=1, keepdims=True))


@misconception("The logarithms are fine until you exponentiate them: what is exp(-1000)?")
def evidence_without_shift(X, y, X_new, alpha=1.0):
    log_joint = unnormalised.solution(X, y, X_new, alpha)
    with np.errstate(all="ignore"):
        return log_joint - np.log(np.exp(log_joint).sum(axis=1, keepdims=True))


@misconception("Which probabilities are smoothed here, and which are plain shares?")
def smooths_class_prior(X, y, X_new, alpha=1.0):
    X, y, X_new = _checked(X, y, X_new, alpha)
    counts = np.unique(y, return_counts=True)[1] + alpha
    return _posterior(np.log(counts / counts.sum()) + _log_likelihood(*_thetas(X, y, alpha), X_new))


@misconception("Is theta a share of the words of a class, or a share of its texts?")
def shares_of_words(X, y, X_new, alpha=1.0):
    X, y, X_new = _checked(X, y, X_new, alpha)
    counts = np.array([X[y == c].sum(axis=0) + alpha for c in np.unique(y)])
    theta = counts / counts.sum(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        return _posterior(_log_prior(y) + _log_likelihood(theta, 1 - theta, X_new))


@misconception("Change alpha: does your answer change?")
def always_adds_one(X, y, X_new, alpha=1.0):
    _checked(X, y, X_new, alpha)
    return naive_bayes_log_posterior(X, y, X_new)


@misconception("Which sums are 1: those over classes or those over texts?")
def normalises_over_texts(X, y, X_new, alpha=1.0):
    log_joint = unnormalised.solution(X, y, X_new, alpha)
    return log_joint - _log_evidence(log_joint.T).T


@misconception("Probabilities, or their logarithms?")
def returns_probabilities(X, y, X_new, alpha=1.0):
    return np.exp(naive_bayes_log_posterior(X, y, X_new, alpha))


@misconception("In which order are the columns promised?")
def order_of_appearance(X, y, X_new, alpha=1.0):
    log_posterior = naive_bayes_log_posterior(X, y, X_new, alpha)
    first = np.unique(np.asarray(y), return_index=True)[1]
    return log_posterior[:, np.argsort(first)]


def _texts(rng, sizes, labels, d, m):
    """Return training rows, their labels and m new rows; a class of higher label comes first.

    Each class has its own word frequencies between 0.1 and 0.9.
    """
    frequency = rng.uniform(0.1, 0.9, (len(labels), d))
    member = rng.permutation(np.repeat(np.arange(len(labels)), sizes))
    last = np.flatnonzero(member == len(labels) - 1)[0]
    member[[0, last]] = member[[last, 0]]
    X = (rng.uniform(size=(len(member), d)) < frequency[member]).astype(int)
    X_new = (rng.uniform(size=(m, d)) < 0.5).astype(int)
    return X, np.array(labels)[member], X_new


def _drawn(sizes, labels, d, m):
    text = f"classes {labels} with {sizes} rows, {d} words, {m} new rows"
    return joint(text, lambda rng: _texts(rng, sizes, labels, d, m))


def _unseen_word(rng):
    X, y, X_new = _texts(rng, (8, 6, 5), (0, 1, 2), 7, 5)
    X[y == 1, 2] = 0
    X[y == 2, 4] = 1
    X_new[:, 2] = [1, 0, 1, 1, 0]
    X_new[:, 4] = [0, 1, 1, 0, 0]
    return X, y, X_new


def _thousand_words(rng):
    """Return rare words in training and long new texts, so that every product of probabilities underflows."""
    X, y, X_new = _texts(rng, (12, 9, 7), (0, 1, 2), 1000, 3)
    return X * (rng.uniform(size=X.shape) < 0.2), y, X_new


def _opposites(rng):
    """Return classes with opposite words, and new rows like one of them, without a word and with all of them."""
    d = 1000
    frequency = np.array([np.repeat([0.95, 0.05], d // 2), np.repeat([0.05, 0.95], d // 2)])
    member = np.repeat([0, 1], 10)
    X = (rng.uniform(size=(20, d)) < frequency[member]).astype(int)
    X_new = np.array([np.repeat([1, 0], d // 2), np.zeros(d, dtype=int), np.ones(d, dtype=int)])
    return X, member, X_new


def _single(rng):
    X, y, X_new = _texts(rng, (6, 5, 4), (0, 1, 2), 6, 5)
    return X.astype(np.float32), y, X_new.astype(np.float32)


def _one_label_long(rng):
    X, y, X_new = _texts(rng, (5, 4), (0, 1), 4, 3)
    return X[:-1], y, X_new


def _one_label_short(rng):
    X, y, X_new = _texts(rng, (5, 4), (0, 1), 4, 3)
    return X, y[:-1], X_new


def _other_words(rng):
    X, y, X_new = _texts(rng, (5, 4), (0, 1), 4, 3)
    return X, y, X_new[:, :-1]


PROMOTED = "in products with float64 arrays whole numbers, float32 and booleans are promoted to it exactly"
SILENT = "the text promises an error for other numbers of labels or columns, not for tables with one axis or three"
RAISED = "numpy's product raises ValueError where the tables have different numbers of columns"
EITHER = (
    "the product raises ValueError for tables with different numbers of columns, and of other axes the text is silent"
)
CANCELS = "a factor that all classes have in common cancels when the rows are normalised"
STRICT = "the lengths were compared before"
LOG1P = (
    "1 - theta is exact where theta is at least 1/2, and its logarithm errs by 1e-16 in absolute terms elsewhere: by "
    "1e-13 for a thousand words, where 1e-8 is allowed"
)
ZERO_ONE = "the tables hold zeros and ones, so at least 1 is 1"
EQUIVALENTS = (
    equivalents("naive_bayes_log_posterior",
                "X, y, X_new = np.asarray(X, dtype=float), np.asarray(y), np.asarray(X_new, dtype=float)",
                "X, y, X_new = np.asarray(X, dtype=float), np.asarray(y), np.asarray(X_new)", reason=PROMOTED)
    + equivalents("naive_bayes_log_posterior",
                  "if X.ndim != 2 or X_new.ndim != 2 or y.shape != X.shape[:1] or X.shape[1] != X_new.shape[1]:",
                  "if X_new.ndim != 2 or y.shape != X.shape[:1] or X.shape[1] != X_new.shape[1]:",
                  "if X.ndim != 2 or y.shape != X.shape[:1] or X.shape[1] != X_new.shape[1]:",
                  "if X.ndim < 2 or X_new.ndim != 2 or y.shape != X.shape[:1] or X.shape[1] != X_new.shape[1]:",
                  "if X.ndim != 2 or X_new.ndim < 2 or y.shape != X.shape[:1] or X.shape[1] != X_new.shape[1]:",
                  "if X.ndim > 2 or X_new.ndim != 2 or y.shape != X.shape[:1] or X.shape[1] != X_new.shape[1]:",
                  "if X.ndim != 2 or X_new.ndim > 2 or y.shape != X.shape[:1] or X.shape[1] != X_new.shape[1]:",
                  "if X.ndim != 2 and X_new.ndim != 2 or y.shape != X.shape[:1] or X.shape[1] != X_new.shape[1]:",
                  reason=SILENT)
    + equivalents("naive_bayes_log_posterior",
                  "if X.ndim != 2 or X_new.ndim != 2 or y.shape != X.shape[:1] or X.shape[1] != X_new.shape[1]:",
                  "if X.ndim != 2 or X_new.ndim != 2 or y.shape != X.shape[:1]:",
                  "if X.ndim != 2 or X_new.ndim != 2 or y.shape != X.shape[:1] or X.shape[1] < X_new.shape[1]:",
                  "if X.ndim != 2 or X_new.ndim != 2 or y.shape != X.shape[:1] or X.shape[1] > X_new.shape[1]:",
                  reason=RAISED)
    + equivalents("naive_bayes_log_posterior", "return np.log(np.unique(y, return_counts=True)[1] / len(y))",
                  "return np.log(np.unique(y, return_counts=True)[1] * len(y))", reason=CANCELS)
    + equivalents("triple_loop",
                  "members = [row for row, own in zip(X.tolist(), y.tolist(), strict=True) if own == label]",
                  "members = [row for row, own in zip(X.tolist(), y.tolist(), strict=False) if own == label]",
                  reason=STRICT)
    + equivalents("triple_loop", "score = math.log(len(members)) - math.log(len(y))",
                  "score = math.log(len(members)) + math.log(len(y))", reason=CANCELS)
    + equivalents("one_hot_products", "member = (y[:, None] == np.unique(y)).astype(float)",
                  "member = y[:, None] == np.unique(y)", reason=PROMOTED)
    + equivalents("one_hot_products", "log_odds = np.log(theta) - np.log1p(-theta)",
                  "log_odds = np.log(theta) - np.log(1 + -theta)", reason=LOG1P)
    + equivalents("one_hot_products",
                  "scores = np.log(member.mean(axis=0)) + np.log1p(-theta).sum(axis=1) + X_new @ log_odds.T",
                  "scores = np.log(member.sum(axis=0)) + np.log1p(-theta).sum(axis=1) + X_new @ log_odds.T",
                  reason=CANCELS)
    + equivalents("one_hot_products",
                  "scores = np.log(member.mean(axis=0)) + np.log1p(-theta).sum(axis=1) + X_new @ log_odds.T",
                  "scores = np.log(member.mean(axis=0)) + np.log(1 + -theta).sum(axis=1) + X_new @ log_odds.T",
                  reason=LOG1P)
    + equivalents("word_by_word", "belief = np.tile(np.log(sizes / sizes.sum()), (len(X_new), 1))",
                  "belief = np.tile(np.log(sizes * sizes.sum()), (len(X_new), 1))", reason=CANCELS)
    + equivalents("word_by_word", "belief = belief + np.log(np.where(column[:, None] == 1, theta, 1 - theta))",
                  "belief = belief + np.log(np.where(column[:, None] >= 1, theta, 1 - theta))", reason=ZERO_ONE)
    + equivalents("notebook", "X_new = np.asarray(X_new, dtype=float)", "X_new = np.asarray(X_new)", reason=PROMOTED)
    + equivalents("notebook",
                  "if X.ndim != 2 or y.shape != (len(X),) or X_new.ndim != 2 or X_new.shape[1] != X.shape[1]:",
                  "if y.shape != (len(X),) or X_new.ndim != 2 or X_new.shape[1] != X.shape[1]:",
                  "if X.ndim != 2 or y.shape != (len(X),) or X_new.shape[1] != X.shape[1]:",
                  "if X.ndim < 2 or y.shape != (len(X),) or X_new.ndim != 2 or X_new.shape[1] != X.shape[1]:",
                  "if X.ndim != 2 or y.shape != (len(X),) or X_new.ndim < 2 or X_new.shape[1] != X.shape[1]:",
                  "if X.ndim > 2 or y.shape != (len(X),) or X_new.ndim != 2 or X_new.shape[1] != X.shape[1]:",
                  "if X.ndim != 2 or y.shape != (len(X),) or X_new.ndim > 2 or X_new.shape[1] != X.shape[1]:",
                  reason=SILENT)
    + equivalents("notebook",
                  "if X.ndim != 2 or y.shape != (len(X),) or X_new.ndim != 2 or X_new.shape[1] != X.shape[1]:",
                  "if X.ndim != 2 or y.shape != (len(X),) or X_new.ndim != 2:",
                  "if X.ndim != 2 or y.shape != (len(X),) or X_new.ndim != 2 or X_new.shape[1] < X.shape[1]:",
                  "if X.ndim != 2 or y.shape != (len(X),) or X_new.ndim != 2 or X_new.shape[1] > X.shape[1]:",
                  reason=RAISED)
    + equivalents("notebook",
                  "if X.ndim != 2 or y.shape != (len(X),) or X_new.ndim != 2 or X_new.shape[1] != X.shape[1]:",
                  "if X.ndim != 2 or y.shape != (len(X),) or X_new.ndim != 2 and X_new.shape[1] != X.shape[1]:",
                  reason=EITHER)
    + equivalents("notebook", "log_prior = np.log(len(members) / len(X))", "log_prior = np.log(len(members) * len(X))",
                  reason=CANCELS)
)  # fmt: skip

EXERCISE = Exercise(
    solution=naive_bayes_log_posterior,
    points=8,
    cases=(
        case("one word", given([[1], [1], [0], [0]]), given([0, 0, 0, 1]), given([[1], [0]]), public=True,
             why="by hand: the word has probability 3/5 in class 0 and 1/3 in class 1; with the word 3/4 * 3/5 against "
                 "1/4 * 1/3 is 27 to 5, without it 3/4 * 2/5 against 1/4 * 2/3 is 9 to 5"),
        case("two words", given([[1, 0], [1, 1], [0, 1], [0, 1]]), given([7, 7, 3, 3]), given([[1, 0]]), public=True,
             why="by hand: class 3, the first column, has 1/2 * 1/4 * 1/4, class 7 has 1/2 * 3/4 * 1/2: 1 to 6"),
        case("no smoothing", given([[1], [0]]), given([0, 1]), given([[1]]), given(0.0), public=True, kind="error",
             why="with alpha = 0 a word that a class has not shown yet would be impossible in it"),
        case("three categories", _drawn((9, 6, 4), (0, 1, 2), 6, 5), why="three categories of different size"),
        case("two categories", _drawn((7, 5), (0, 1), 4, 6), why="two categories, four words"),
        case("labels 2, 5 and 9", _drawn((4, 7, 5), (2, 5, 9), 5, 4), kind="edge",
             why="a label is a name: the columns are the labels that occur, in ascending order"),
        case("a thousand words", joint("(28, 1000) with rare words, three long new rows", _thousand_words), kind="edge",
             why="a product of a thousand probabilities is 0 in floating point, a sum of logarithms is not"),
        case("a word never seen", joint("a word that class 1 never has, and one that class 2 always has", _unseen_word),
             kind="edge", why="a word that a class has never shown is unlikely in it, not impossible"),
        case("small category", _drawn((38, 2), (0, 1), 5, 5), kind="edge", why="one text in twenty: rare before it is read"),
        case("light smoothing", _drawn((6, 5, 4), (0, 1, 2), 5, 4), given(0.1), kind="edge",
             why="the smoothing is what the caller asks for"),
        case("heavy smoothing", _drawn((5, 7), (0, 1), 5, 4), given(2.5), kind="edge",
             why="smoothing may weigh more than a text or two"),
        case("as many texts as words", _drawn((3, 3), (9, 10), 6, 6), kind="edge",
             why="with square tables rows and columns can be mixed up without a crash; and 9 comes before 10"),
        case("one category", _drawn((5,), (4,), 3, 2), kind="edge", why="a single category is certain: log 1 = 0"),
        case("a single text", _drawn((1,), (3,), 4, 2), kind="edge",
             why="one text makes one category, which is certain for whatever comes next: log 1 = 0"),
        case("categories with opposite words", joint("two classes, 1000 words, new rows of one kind, empty and full", _opposites),
             kind="edge", why="the log joints of a row differ by more than any exponential can hold, and so do those of rows"),
        case("lists", given(((1, 0), (1, 1), (0, 1), (0, 0), (1, 0))), given((5, 5, 2, 2, 2)), given(((1, 0), (0, 1), (1, 1))),
             kind="edge", why="tables may come as lists of rows, which have no shape until they are made arrays"),
        case("single precision", joint("15 float32 rows, six words", _single), given(0.1), kind="edge",
             why="the result is float64 whatever comes in"),
        case("smoothing of nothing", _drawn((5, 4), (0, 1), 4, 3), given(0.0), kind="error",
             why="adding no rows at all is not smoothing: what was never seen would be impossible"),
        case("negative smoothing", _drawn((5, 4), (0, 1), 4, 3), given(-0.5), kind="error",
             why="a negative number of texts cannot be added"),
        case("a label missing", joint("9 rows, 8 labels", _one_label_short), kind="error",
             why="every training row needs a label"),
        case("a label too many", joint("8 rows, 9 labels", _one_label_long), kind="error",
             why="nor may there be a label without a row"),
        case("other words", joint("4 words in training, 3 in the new rows", _other_words), kind="error",
             why="the new texts must be described by the same words"),
    ),
    checks=(value(rtol=LOG_POSTERIOR, atol=LOG_POSTERIOR),),
    misconceptions=(
        no_smoothing, ignores_class_prior, ignores_absent_features, denominator_alpha_not_2alpha, unnormalised,
        counts_over_all_rows, assumes_labels_0_to_K, multiplies_probabilities, evidence_without_shift,
        smooths_class_prior, shares_of_words, always_adds_one, normalises_over_texts, returns_probabilities,
        order_of_appearance,
    ),
    alternatives=(triple_loop, one_hot_products, word_by_word),
    equivalents=EQUIVALENTS,
)  # fmt: skip
