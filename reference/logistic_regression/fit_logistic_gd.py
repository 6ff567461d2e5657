"""Logistic regression by gradient descent."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import DESCENT, DESCENT_FLOOR
from reference.measures import value
from reference.recipes import given, integers, joint, made, normal
from reference.spec import Exercise, case, equivalents, misconception


def fit_logistic_gd(X, y, lr, n_iter, lam=0.0):
    """Return the weights after n_iter steps of gradient descent on the penalised logistic loss, from zeros.

    Parameters
    ----------
    X : array of shape (n, d)
        One row a client; column 0 is all ones.
    y : array of shape (n,)
        Outcomes, 0 or 1.
    lr : float
        Length of a step, greater than 0; the same for all steps.
    n_iter : int
        Number of steps; 0 returns the zeros.
    lam : float
        Penalty; the loss is a mean plus lam/2 times the squared slopes, without the intercept.

    Returns
    -------
    array of shape (d,)
        Each step subtracts lr times the whole gradient, taken at the weights before the step.

    Raises
    ------
    ValueError
        If `lr` is not greater than 0 or the shapes do not fit.

    Examples
    --------
    >>> fit_logistic_gd([[1, 1], [1, 3]], [0, 1], 0.5, 1).tolist()
    [0.0, 0.25]
    """
    X, y = _checked(X, y, lr)
    w = np.zeros(X.shape[1])
    for _ in range(n_iter):
        w = w - lr * _gradient(w, X, y, lam)
    return w


def _gradient(w, X, y, lam):
    penalty = lam * w
    penalty[0] = 0.0
    return X.T @ (_sigmoid(X @ w) - y) / len(y) + penalty


def _sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


def _checked(X, y, lr):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or len(X) == 0 or y.shape != (len(X),) or not lr > 0:
        msg = f"X and y have shapes {X.shape} and {y.shape}, lr is {lr}; needed are (n, d), (n,) and a step greater than 0"
        raise ValueError(msg)
    return X, y


def bias_apart(X, y, lr, n_iter, lam=0.0):
    X, y = _checked(X, y, lr)
    bias, slopes = 0.0, np.zeros(X.shape[1] - 1)
    for _ in range(n_iter):
        missed = _sigmoid(bias + X[:, 1:] @ slopes) - y
        step_bias, step_slopes = missed.mean(), (missed[:, None] * X[:, 1:]).mean(axis=0) + lam * slopes
        bias, slopes = bias - lr * step_bias, slopes - lr * step_slopes
    return [bias, *slopes]


def by_rows(X, y, lr, n_iter, lam=0.0):
    X, y = _checked(X, y, lr)
    w, n = np.zeros(X.shape[1]), len(y)
    for _ in range(n_iter):
        total = np.zeros(len(w))
        for row, outcome in zip(X, y, strict=True):
            z = float(row @ w)
            small = np.exp(-abs(z))
            p = 1 / (1 + small) if z >= 0 else small / (1 + small)
            total += (p - outcome) * row
        total /= n
        total[1:] += lam * w[1:]
        w -= lr * total
    return w


def shrink_and_pull(X, y, lr, n_iter, lam=0.0):
    """Shrink the slopes and pull towards the outcomes, in Python's own numbers."""
    X, y = (part.tolist() for part in _checked(X, y, lr))
    columns = list(zip(*X, strict=True))
    w = [0] * len(columns)
    for _ in range(n_iter):
        missed = []
        for row, outcome in zip(X, y, strict=True):
            z = math.fsum(a * b for a, b in zip(row, w, strict=True))
            missed.append(outcome - (1 / (1 + math.exp(-z)) if z > 0 else 1 - 1 / (1 + math.exp(z))))
        pulls = [sum(a * b for a, b in zip(column, missed, strict=True)) * lr / len(y) for column in columns]
        w = [w[0] + pulls[0], *((1 - lr * lam) * v + pull for v, pull in zip(w[1:], pulls[1:], strict=True))]
    return tuple(w)


def _descend(X, y, lr, n_iter, lam, gradient):
    X, y = _checked(X, y, lr)
    w = np.zeros(X.shape[1])
    for _ in range(n_iter):
        w = w - lr * gradient(w, X, y, lam)
    return w


@misconception("At which point is the whole gradient taken?")
def intercept_updated_before_weights(X, y, lr, n_iter, lam=0.0):
    X, y = _checked(X, y, lr)
    w = np.zeros(X.shape[1])
    for _ in range(n_iter):
        w[0] -= lr * _gradient(w, X, y, lam)[0]
        w[1:] -= lr * _gradient(w, X, y, lam)[1:]
    return w


@misconception("Duplicate the data: should the steps become longer?")
def gradient_missing_1_over_n(X, y, lr, n_iter, lam=0.0):
    def gradient(w, X, y, lam):
        penalty = lam * w
        penalty[0] = 0.0
        return X.T @ (_sigmoid(X @ w) - y) + penalty

    return _descend(X, y, lr, n_iter, lam, gradient)


@misconception("Try n_iter = 0.")
def one_step_too_many(X, y, lr, n_iter, lam=0.0):
    return fit_logistic_gd(X, y, lr, n_iter + 1, lam)


@misconception("Count the steps that your loop takes for n_iter = 1.")
def one_step_too_few(X, y, lr, n_iter, lam=0.0):
    return fit_logistic_gd(X, y, lr, max(n_iter - 1, 0), lam)


@misconception("Does the loss fall from step to step?")
def moves_uphill(X, y, lr, n_iter, lam=0.0):
    return _descend(X, y, lr, n_iter, lam, lambda *a: -_gradient(*a))


@misconception("Is a high level of defaults to be penalised?")
def penalises_the_intercept(X, y, lr, n_iter, lam=0.0):
    return _descend(X, y, lr, n_iter, lam, lambda w, X, y, lam: _gradient(w, X, y, 0.0) + lam * w)


@misconception("Does lam change anything?")
def ignores_the_penalty(X, y, lr, n_iter, lam=0.0):
    return fit_logistic_gd(X, y, lr, n_iter)


@misconception("Is it lam/2 or lam in front of the squares? Differentiate.")
def twice_the_penalty(X, y, lr, n_iter, lam=0.0):
    return fit_logistic_gd(X, y, lr, n_iter, 2 * lam)


@misconception("Where is the sigmoid in your residual?")
def fits_a_straight_line(X, y, lr, n_iter, lam=0.0):
    def gradient(w, X, y, lam):
        penalty = lam * w
        penalty[0] = 0.0
        return X.T @ (X @ w - y) / len(y) + penalty

    return _descend(X, y, lr, n_iter, lam, gradient)


@misconception("From which weights does the text start?")
def starts_from_ones(X, y, lr, n_iter, lam=0.0):
    X, y = _checked(X, y, lr)
    w = np.ones(X.shape[1])
    for _ in range(n_iter):
        w = w - lr * _gradient(w, X, y, lam)
    return w


@misconception("Is the length of a step the same all the time?")
def decaying_step(X, y, lr, n_iter, lam=0.0):
    X, y = _checked(X, y, lr)
    w = np.zeros(X.shape[1])
    for t in range(n_iter):
        w = w - lr / (t + 1) * _gradient(w, X, y, lam)
    return w


@misconception("How many steps does the text ask for where the last ones change little?")
def stops_when_it_looks_flat(X, y, lr, n_iter, lam=0.0):
    X, y = _checked(X, y, lr)
    w = np.zeros(X.shape[1])
    for _ in range(n_iter):
        gradient = _gradient(w, X, y, lam)
        if np.linalg.norm(gradient) < 1e-5:
            break
        w = w - lr * gradient
    return w


@misconception("What is the probability at a score of 20, and what at 5?")
def cuts_scores_off(X, y, lr, n_iter, lam=0.0):
    def gradient(w, X, y, lam):
        return _gradient(w, X, y, lam) + X.T @ (_sigmoid(np.clip(X @ w, -5, 5)) - _sigmoid(X @ w)) / len(y)

    return _descend(X, y, lr, n_iter, lam, gradient)


@misconception("How many steps are taken before you return?")
def returns_inside_loop(X, y, lr, n_iter, lam=0.0):
    return fit_logistic_gd(X, y, lr, min(n_iter, 1), lam)


def _incomes(rng):
    X = np.column_stack([np.ones(10), 300 + 40 * rng.standard_normal((10, 2))])
    return X, rng.permutation(np.arange(10) % 3 == 0).astype(float)


def _thrown_about(rng):
    """Return incomes in hundreds that four steps of 0.1 throw from one certainty to the other, and never close to neither."""
    while True:
        X, y = _incomes(rng)
        paths = [[X @ fit_logistic_gd(X, y, 0.1, t, lam) for t in (1, 2, 3)] for lam in (0.0, 0.5)]
        if all(np.abs(scores).min() > 720 and np.ptp(np.sign(scores)) == 2 for scores in map(np.array, paths)):
            return X, y


def _clients(n, d):
    """Return a recipe for clients and outcomes that depend on them, both kinds present."""

    def draw(rng):
        X = np.column_stack([np.ones(n), rng.standard_normal((n, d - 1)) + 0.3])
        order = np.argsort(X @ rng.standard_normal(d) + rng.standard_normal(n))
        y = np.zeros(n)
        y[order[-(n // 3) :]] = 1.0
        return X, y

    return joint(f"{n} clients, {d} weights, a third defaults", draw)


# Reasons why a changed line is as right as the line it replaces.
FLOAT = "it meets weights in float64 only, so that numbers of any type give the same"
NO_ROWS = "the text does not speak of data without rows: no clients and no outcomes fit each other"
MATCHED = "the lengths were compared before, or follow from each other"
SYMMETRIC = "the product of two vectors does not depend on their order"
EVEN = "at a score of 0 either form is 1/2"
BOTH = "from -1 to 1 either form is right: exp overflows for large scores only"
LENGTH = "a length is not negative"
EQUIVALENTS = (
    equivalents("fit_logistic_gd", "X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)",
                "X, y = np.asarray(X), np.asarray(y, dtype=float)",
                "X, y = np.asarray(X, dtype=float), np.asarray(y)", reason=FLOAT)
    + equivalents("fit_logistic_gd", "if X.ndim != 2 or len(X) == 0 or y.shape != (len(X),) or not lr > 0:",
                  "if X.ndim != 2 or y.shape != (len(X),) or (not lr > 0):",
                  "if X.ndim != 2 or len(X) < 0 or y.shape != (len(X),) or not lr > 0:",
                  "if X.ndim != 2 or len(X) == -1 or y.shape != (len(X),) or not lr > 0:", reason=NO_ROWS)
    + equivalents("fit_logistic_gd", "if X.ndim != 2 or len(X) == 0 or y.shape != (len(X),) or not lr > 0:",
                  "if X.ndim != 2 or len(X) <= 0 or y.shape != (len(X),) or not lr > 0:", reason=LENGTH)
    + equivalents("by_rows", "for row, outcome in zip(X, y, strict=True):",
                  "for row, outcome in zip(X, y, strict=False):", reason=MATCHED)
    + equivalents("by_rows", "z = float(row @ w)", "z = float(w @ row)", reason=SYMMETRIC)
    + equivalents("by_rows", "p = 1 / (1 + small) if z >= 0 else small / (1 + small)",
                  "p = 1 / (1 + small) if z > 0 else small / (1 + small)", reason=EVEN)
    + equivalents("shrink_and_pull", "columns = list(zip(*X, strict=True))", "columns = list(zip(*X, strict=False))",
                  reason=MATCHED)
    + equivalents("shrink_and_pull", "for row, outcome in zip(X, y, strict=True):",
                  "for row, outcome in zip(X, y, strict=False):", reason=MATCHED)
    + equivalents("shrink_and_pull", "z = math.fsum(a * b for a, b in zip(row, w, strict=True))",
                  "z = math.fsum(a * b for a, b in zip(row, w, strict=False))", reason=MATCHED)
    + equivalents("shrink_and_pull",
                  "missed.append(outcome - (1 / (1 + math.exp(-z)) if z > 0 else 1 - 1 / (1 + math.exp(z))))",
                  "missed.append(outcome - (1 / (1 + math.exp(-z)) if z >= 0 else 1 - 1 / (1 + math.exp(z))))",
                  reason=EVEN)
    + equivalents("shrink_and_pull",
                  "missed.append(outcome - (1 / (1 + math.exp(-z)) if z > 0 else 1 - 1 / (1 + math.exp(z))))",
                  "missed.append(outcome - (1 / (1 + math.exp(-z)) if z > 1 else 1 - 1 / (1 + math.exp(z))))",
                  "missed.append(outcome - (1 / (1 + math.exp(-z)) if z > -1 else 1 - 1 / (1 + math.exp(z))))",
                  reason=BOTH)
    + equivalents("shrink_and_pull",
                  "pulls = [sum(a * b for a, b in zip(column, missed, strict=True)) * lr / len(y) for column in columns]",
                  "pulls = [sum(a * b for a, b in zip(column, missed, strict=False)) * lr / len(y) for column in columns]",
                  reason=MATCHED)
    + equivalents("shrink_and_pull",
                  "w = [w[0] + pulls[0], *((1 - lr * lam) * v + pull for v, pull in zip(w[1:], pulls[1:], strict=True))]",
                  "w = [w[0] + pulls[0], *((1 - lr * lam) * v + pull for v, pull in zip(w[1:], pulls[1:], strict=False))]",
                  reason=MATCHED)
    + equivalents("notebook", "X = np.asarray(X, dtype=float)", "X = np.asarray(X)", reason=FLOAT)
    + equivalents("notebook", "y = np.asarray(y, dtype=float)", "y = np.asarray(y)", reason=FLOAT)
    + equivalents("notebook", "if lr <= 0 or X.ndim != 2 or len(X) == 0 or y.shape != (len(X),):",
                  "if lr <= 0 or X.ndim != 2 or y.shape != (len(X),):",
                  "if lr <= 0 or X.ndim != 2 or len(X) < 0 or y.shape != (len(X),):",
                  "if lr <= 0 or X.ndim != 2 or len(X) == -1 or y.shape != (len(X),):", reason=NO_ROWS)
    + equivalents("notebook", "if lr <= 0 or X.ndim != 2 or len(X) == 0 or y.shape != (len(X),):",
                  "if lr <= 0 or X.ndim != 2 or len(X) <= 0 or y.shape != (len(X),):", reason=LENGTH)
    + equivalents("notebook", "p = np.where(X @ w >= 0, 1, e) / (1 + e)", "p = np.where(X @ w > 0, 1, e) / (1 + e)",
                  reason=EVEN)
)  # fmt: skip

EXERCISE = Exercise(
    solution=fit_logistic_gd,
    points=3,
    cases=(
        case("one step", given([[1.0, 1.0], [1.0, 3.0]]), given([0.0, 1.0]), given(0.5), given(1), public=True,
             why="by hand: at zero the gradient is (0, -1/2), so one step of 0.5 leads to (0, 0.25)"),
        case("no step", given([[1.0, 2.0]]), given([1.0]), given(0.1), given(0), public=True, kind="edge", why="without a step the zeros are left"),
        case("a step of length 0", given([[1.0, 2.0]]), given([1.0]), given(0.0), given(5), public=True, kind="error",
             why="a step must be longer than 0"),
        case("fifty steps", _clients(15, 3), given(0.4), given(50), why="fifty steps from zero"),
        case("two hundred steps with a penalty", _clients(24, 4), given(0.2), given(200), given(0.3), why="the penalty pulls the slopes back, not the intercept"),
        case("a single step", _clients(9, 3), given(0.7), given(1), given(0.5), kind="edge", why="one step is one step"),
        case("hidden zero steps", _clients(6, 4), given(0.7), given(0), kind="edge", why="no step, no change"),
        case("nobody defaults", made("ones and normal(8, 2)", lambda r: np.column_stack([np.ones(8), r.standard_normal((8, 2))])),
             made("zeros(8)", lambda _: np.zeros(8)), given(0.5), given(40), given(0.1), kind="edge",
             why="with one kind of outcome the intercept walks on and on"),
        case("incomes in hundreds", joint("features of size 300", _incomes), given(1e-5), given(30), kind="edge",
             why="large features make large gradients"),
        case("steps that are too long", joint("features of size 300", _incomes), given(1e-3), given(4), kind="edge",
             why="a step that overshoots makes scores of size 20 and more, and their probabilities count as they are"),
        case("steps that are far too long", joint("features of size 300, scores beyond 720 of either sign", _thrown_about), given(0.1), given(4), kind="stability",
             why="exp(1000) is too large for any computer, the probability is not"),
        case("far too long, and a penalty", joint("features of size 300, scores beyond 720 of either sign", _thrown_about), given(0.1), given(4), given(0.5), kind="stability",
             why="scores of a thousand are certain, in either direction"),
        case("long after arrival", _clients(20, 3), given(1.0), given(150), given(0.5), kind="edge",
             why="n_iter steps are n_iter steps, also where the last ones are tiny"),
        case("whole numbers", joint("whole features and outcomes", lambda r: (np.column_stack([np.ones(8, int), r.integers(-3, 4, (8, 2))]), r.permutation([0, 1, 0, 0, 1, 0, 1, 1]))),
             given(1), given(12), kind="edge", why="whole numbers in, fractions out"),
        case("one client", made("one and normal(2)", lambda r: np.concatenate([[1.0], r.standard_normal(2)])[None, :]), given([1.0]), given(0.3), given(8), given(0.1), kind="edge",
             why="the mean over one client is that client"),
        case("one good client", made("one and normal(3)", lambda r: np.concatenate([[1.0], r.standard_normal(3)])[None, :]), given([0.0]), given(0.5), given(5), kind="edge",
             why="one client is enough to learn from"),
        case("lists", made("rows in a list", lambda r: np.column_stack([np.ones(5), r.standard_normal((5, 2))]).tolist()), given((0.0, 1.0, 1.0, 0.0, 1.0)), given(0.4), given(10), given(0.2), kind="edge",
             why="lists of rows have no shape, and cannot be multiplied, until they are made arrays"),
        case("a step of length zero", _clients(6, 2), given(0.0), given(4), kind="error", why="a step must be longer than 0"),
        case("no step, of length zero", _clients(6, 3), given(0.0), given(0), given(0.1), kind="error", why="lr must be greater than 0, also where no step is taken"),
        case("a negative step", _clients(6, 2), given(-0.1), given(5), kind="error", why="a negative step would climb"),
        case("outcomes in a column", normal(6, 2), integers(6, 1, low=0, high=2), given(0.1), given(3), kind="error", why="y must be a vector"),
        case("a column as long as the weights", normal(3, 3), made("outcomes (3, 1)", lambda r: r.permutation([[0.0], [1.0], [1.0]])), given(0.1), given(3), kind="error",
             why="where n equals d a table of residuals has rows as long as the weights, and nothing else complains"),
        case("one outcome for all", normal(5, 2), given([1.0]), given(0.1), given(3), kind="error", why="numpy would stretch a single outcome to all clients"),
        case("tables for clients", normal(3, 3, 3), given([0.0, 1.0, 1.0]), given(0.1), given(2), kind="error", why="X must be a matrix with one row a client"),
        case("a vector for a client", normal(3), given([0.0, 1.0, 1.0]), given(0.1), given(2), kind="error", why="one client is a matrix with one row"),
    ),
    checks=(value(rtol=DESCENT, atol=DESCENT_FLOOR, of_largest=True),),
    misconceptions=(
        intercept_updated_before_weights, gradient_missing_1_over_n, one_step_too_many, one_step_too_few, moves_uphill,
        penalises_the_intercept, ignores_the_penalty, twice_the_penalty, fits_a_straight_line, starts_from_ones,
        decaying_step, returns_inside_loop, stops_when_it_looks_flat, cuts_scores_off,
    ),
    alternatives=(bias_apart, by_rows, shrink_and_pull),
    equivalents=EQUIVALENTS,
)  # fmt: skip
