"""The penalised logistic loss and its gradient."""

from __future__ import annotations

import numpy as np

from reference.bounds import NORMALISED, SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, integers, joint, made, normal
from reference.spec import Exercise, case, equivalents, misconception


def logistic_loss_grad(w, X, y, lam=0.0):
    """Return the mean logistic loss of the scores X w plus a penalty on the slopes, and the gradient of the sum.

    Parameters
    ----------
    w : array of shape (d,)
        Weights; w[0] is the intercept.
    X : array of shape (n, d)
        One row a client; column 0 is all ones.
    y : array of shape (n,)
        Outcomes, 0 or 1.
    lam : float
        Penalty.

    Returns
    -------
    loss : float
        The mean of log(1 + exp(z)) - y z with z = X w, plus lam/2 (w[1]**2 + ... + w[d-1]**2).
    grad : array of shape (d,)
        1/n X' (sigmoid(z) - y) + lam (0, w[1], ..., w[d-1]).

    Raises
    ------
    ValueError
        If the shapes do not fit, such as `y` of shape (n, 1), or if there are no rows.

    Examples
    --------
    >>> loss, grad = logistic_loss_grad([0, 0], [[1, 1], [1, 3]], [0, 1])
    >>> round(loss, 6), grad.tolist()
    (0.693147, [0.0, -0.5])
    """
    w, X, y = _checked(w, X, y)
    z = X @ w
    slopes = np.concatenate([[0.0], w[1:]])
    loss = np.mean(np.logaddexp(0, z) - y * z) + lam / 2 * slopes @ slopes
    return float(loss), X.T @ (_sigmoid(z) - y) / len(y) + lam * slopes


def _sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


def _checked(w, X, y):
    w, X, y = np.asarray(w, dtype=float), np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or len(X) == 0 or w.shape != (X.shape[1],) or y.shape != (len(X),):
        msg = f"w, X and y have shapes {w.shape}, {X.shape} and {y.shape}; needed are (d,), (n, d) and (n,) with n > 0"
        raise ValueError(msg)
    return w, X, y


def double_loop(w, X, y, lam=0.0):
    w, X, y = _checked(w, X, y)
    n, d = X.shape
    loss, grad = 0.0, [0.0] * d
    for i in range(n):
        z = sum(X[i, j] * w[j] for j in range(d))
        small = np.exp(-abs(z))
        p = 1 / (1 + small) if z >= 0 else small / (1 + small)
        loss += (max(z, 0) - y[i] * z + np.log1p(small)) / n
        for j in range(d):
            grad[j] += (p - y[i]) * X[i, j] / n
    for j in range(1, d):
        loss += lam * w[j] ** 2 / 2
        grad[j] += lam * w[j]
    return [loss, grad]


def by_margins(w, X, y, lam=0.0):
    w, X, y = _checked(w, X, y)
    signs = 2 * y - 1
    margins = signs * (X @ w)
    pull = -signs * _sigmoid(-margins)
    D = np.ones(len(w))
    D[0] = 0
    return np.logaddexp(0, -margins).mean() + 0.5 * lam * (D * w * w).sum(), (pull[:, None] * X).mean(
        axis=0
    ) + lam * D * w


def in_columns(w, X, y, lam=0.0):
    """Keep everything in columns, take the penalty as a quadratic form, and the loss from the probabilities' logarithms."""
    w, X, y = _checked(w, X, y)
    z, target, D = X @ w[:, None], y[:, None], np.diag([0.0, *[lam] * (len(w) - 1)])
    log_p, log_q = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    loss = -np.average(target * log_p + (1 - target) * log_q) + w @ D @ w / 2
    return np.array(loss), (np.exp(log_p) - target).T.dot(X).ravel() / len(y) + np.inner(D, w)


@misconception("Duplicate the data: does the slope of a mean double?")
def gradient_missing_1_over_n(w, X, y, lam=0.0):
    loss, _ = logistic_loss_grad(w, X, y, lam)
    w, X, y = _checked(w, X, y)
    return loss, X.T @ (_sigmoid(X @ w) - y) + lam * np.concatenate([[0.0], w[1:]])


@misconception("Does your gradient match your loss? Compare with a numerical one.")
def penalty_without_half(w, X, y, lam=0.0):
    loss, grad = logistic_loss_grad(w, X, y, lam)
    w = np.asarray(w, float)
    return loss + lam / 2 * w[1:] @ w[1:], grad


@misconception("Where is the sigmoid in your residual?")
def linear_residual(w, X, y, lam=0.0):
    loss, _ = logistic_loss_grad(w, X, y, lam)
    w, X, y = _checked(w, X, y)
    return loss, X.T @ (X @ w - y) / len(y) + lam * np.concatenate([[0.0], w[1:]])


@misconception("Is a high level of defaults a sign of overfitting?")
def penalises_the_intercept(w, X, y, lam=0.0):
    loss, grad = logistic_loss_grad(w, X, y, lam)
    w = np.asarray(w, float)
    grad = grad.copy()
    grad[0] += lam * w[0]
    return loss + lam / 2 * w[0] ** 2, grad


@misconception("Take a small step against your gradient: does the loss fall?")
def residual_sign(w, X, y, lam=0.0):
    loss, _ = logistic_loss_grad(w, X, y, lam)
    w, X, y = _checked(w, X, y)
    return loss, X.T @ (y - _sigmoid(X @ w)) / len(y) + lam * np.concatenate([[0.0], w[1:]])


@misconception("Differentiate the penalty: what is left of the square?")
def penalty_missing_from_gradient(w, X, y, lam=0.0):
    loss, _ = logistic_loss_grad(w, X, y, lam)
    return loss, logistic_loss_grad(w, X, y)[1]


@misconception("If lam is 100, should your loss notice?")
def penalty_missing_from_loss(w, X, y, lam=0.0):
    return logistic_loss_grad(w, X, y)[0], logistic_loss_grad(w, X, y, lam)[1]


@misconception("Is the penalty a part of the mean, or added to it? Duplicate the data.")
def penalty_divided_by_n(w, X, y, lam=0.0):
    return logistic_loss_grad(w, X, y, lam / len(y))


@misconception("What is exp(10,000), and the logarithm of 0?")
def overflows(w, X, y, lam=0.0):
    _, grad = logistic_loss_grad(w, X, y, lam)
    w, X, y = _checked(w, X, y)
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(-X @ w))
        loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    return loss + lam / 2 * w[1:] @ w[1:], grad


@misconception("Is the loss a mean or a total? And the gradient?")
def sum_not_mean(w, X, y, lam=0.0):
    w, X, y = _checked(w, X, y)
    n = len(y)
    loss, grad = logistic_loss_grad(w, X, y, lam / n)
    return loss * n, grad * n


@misconception("In the residual, does the derivative of the sigmoid cancel or stay?")
def extra_sigmoid_derivative(w, X, y, lam=0.0):
    loss, _ = logistic_loss_grad(w, X, y, lam)
    w, X, y = _checked(w, X, y)
    p = _sigmoid(X @ w)
    return loss, X.T @ ((p - y) * p * (1 - p)) / len(y) + lam * np.concatenate([[0.0], w[1:]])


@misconception("Where is the column of ones: in front or at the end?")
def last_weight_is_the_intercept(w, X, y, lam=0.0):
    loss, grad = logistic_loss_grad(w, X, y)
    w = np.asarray(w, float)
    return loss + lam / 2 * w[:-1] @ w[:-1], grad + lam * np.concatenate([w[:-1], [0.0]])


def _ones(rng, n, d):
    return np.column_stack([np.ones(n), rng.standard_normal((n, d - 1)) + 0.5])


def _outcomes(n):
    return made(f"{n} outcomes of 0 and 1", lambda rng: rng.permutation(np.arange(n) % 3 == 0).astype(float))


def _clients(n, d):
    return made(f"ones and normal({n}, {d - 1})", lambda rng: _ones(rng, n, d))


def _extreme(rng):
    """Return weights that are certain, and wrong at least once in either direction."""
    while True:
        w, X = np.array([0.5, 1e4, -1e4]) * rng.uniform(0.8, 1.2, 3), _ones(rng, 6, 3)
        y = rng.permutation([0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
        z = X @ w
        if z[y == 0].max() > 1000 and z[y == 1].min() < -1000:
            return w, X, y


# Reasons why a changed line is as right as the line it replaces.
ASSOCIATIVE = "the same three factors in another order"
FLOAT = "it meets numbers in float64 only, so that numbers of any type give the same"
RAISED = "weights of another shape raise ValueError all the same: in the product with X, or where 0 is put in front of the slopes"
LENGTH = "a length is not negative"
EVEN = "at a score of 0 either form is 1 / (1 + 1)"
ROUNDED = "log(1 + e) is within 1.2e-16 of log1p(e) for e from 0 to 1, as measured, and 1e-12 is allowed"
SUMMED = "the product of two vectors is the sum already, and the sum of one number that number"
SYMMETRIC = "D is diagonal"
EQUIVALENTS = (
    equivalents("logistic_loss_grad", "loss = np.mean(np.logaddexp(0, z) - y * z) + lam / 2 * slopes @ slopes",
                "loss = np.mean(np.logaddexp(0, z) - y * z) + slopes @ (lam / 2 * slopes)",
                "loss = np.mean(np.logaddexp(0, z) - y * z) + lam / 2 * (slopes @ slopes)", reason=ASSOCIATIVE)
    + equivalents("logistic_loss_grad",
                  "w, X, y = np.asarray(w, dtype=float), np.asarray(X, dtype=float), np.asarray(y, dtype=float)",
                  "w, X, y = np.asarray(w), np.asarray(X, dtype=float), np.asarray(y, dtype=float)",
                  "w, X, y = np.asarray(w, dtype=float), np.asarray(X), np.asarray(y, dtype=float)",
                  "w, X, y = np.asarray(w, dtype=float), np.asarray(X, dtype=float), np.asarray(y)", reason=FLOAT)
    + equivalents("logistic_loss_grad",
                  "if X.ndim != 2 or len(X) == 0 or w.shape != (X.shape[1],) or y.shape != (len(X),):",
                  "if X.ndim != 2 or len(X) == 0 or y.shape != (len(X),):",
                  "if X.ndim != 2 or len(X) == 0 or w.shape < (X.shape[1],) or y.shape != (len(X),):",
                  "if X.ndim != 2 or len(X) == 0 or w.shape > (X.shape[1],) or y.shape != (len(X),):", reason=RAISED)
    + equivalents("logistic_loss_grad",
                  "if X.ndim != 2 or len(X) == 0 or w.shape != (X.shape[1],) or y.shape != (len(X),):",
                  "if X.ndim != 2 or len(X) <= 0 or w.shape != (X.shape[1],) or y.shape != (len(X),):", reason=LENGTH)
    + equivalents("double_loop", "p = 1 / (1 + small) if z >= 0 else small / (1 + small)",
                  "p = 1 / (1 + small) if z > 0 else small / (1 + small)", reason=EVEN)
    + equivalents("double_loop", "loss += (max(z, 0) - y[i] * z + np.log1p(small)) / n",
                  "loss += (max(z, 0) - y[i] * z + np.log(1 + small)) / n", reason=ROUNDED)
    + equivalents("by_margins",
                  "return np.logaddexp(0, -margins).mean() + 0.5 * lam * (D * w * w).sum(), (pull[:, None] * X).mean(",
                  "return np.logaddexp(0, -margins).mean() + 0.5 * lam * (D * w @ w).sum(), (pull[:, None] * X).mean(",
                  reason=SUMMED)
    + equivalents("in_columns", "loss = -np.average(target * log_p + (1 - target) * log_q) + w @ D @ w / 2",
                  "loss = -np.average(target * log_p + (1 - target) * log_q) + w @ (w @ D) / 2",
                  "loss = -np.average(target * log_p + (1 - target) * log_q) + w @ D.T @ w / 2",
                  "loss = -np.average(target * log_p + (1 - target) * log_q) + D @ w @ w / 2", reason=SYMMETRIC)
    + equivalents("notebook", "X = np.asarray(X, dtype=float)", "X = np.asarray(X)", reason=FLOAT)
    + equivalents("notebook", "y = np.asarray(y, dtype=float)", "y = np.asarray(y)", reason=FLOAT)
    + equivalents("notebook", "if X.ndim != 2 or len(X) == 0 or w.shape != (X.shape[1],) or y.shape != (len(X),):",
                  "if X.ndim != 2 or len(X) <= 0 or w.shape != (X.shape[1],) or y.shape != (len(X),):", reason=LENGTH)
    + equivalents("notebook", "p = np.where(z >= 0, 1 / (1 + e), e / (1 + e))",
                  "p = np.where(z > 0, 1 / (1 + e), e / (1 + e))", reason=EVEN)
    + equivalents("notebook",
                  "loss = np.mean(np.maximum(z, 0) + np.log1p(e) - y * z) + 0.5 * lam * np.sum(w[1:] ** 2)",
                  "loss = np.mean(np.maximum(z, 0) + np.log(1 + e) - y * z) + 0.5 * lam * np.sum(w[1:] ** 2)",
                  reason=ROUNDED)
)  # fmt: skip

EXERCISE = Exercise(
    solution=logistic_loss_grad,
    points=4,
    cases=(
        case("nothing learnt yet", given([0.0, 0.0]), given([[1.0, 1.0], [1.0, 3.0]]), given([0.0, 1.0]), public=True,
             why="by hand: both probabilities are 1/2, the loss log 2, and the gradient 1/2 (1/2 - 1/2, 1/2 * 1 - 1/2 * 3) = (0, -1/2)"),
        case("the penalty", given([1.0, 2.0]), given([[1.0, 0.0]]), given([1.0]), given(0.5), public=True,
             why="by hand: the penalty is 0.5/2 * 2 squared = 1 and adds 0.5 * 2 = 1 to the slope of the second weight only"),
        case("outcomes in a column", given([0.0]), given([[1.0], [1.0]]), given([[0.0], [1.0]]), public=True, kind="error",
             why="with a column numpy subtracts every outcome from every probability"),
        case("nine clients, three weights", normal(3), _clients(9, 3), _outcomes(9), given(0.3), why="more clients than weights, and a penalty"),
        case("two clients, five weights", normal(5), _clients(2, 5), _outcomes(2), given(0.1), why="more weights than clients"),
        case("no penalty", normal(4), _clients(12, 4), _outcomes(12), kind="edge", why="without a penalty nothing is added"),
        case("weights of zero", made("zeros(3)", lambda _: np.zeros(3)), _clients(8, 3), _outcomes(8), given(2.0), kind="edge",
             why="where all weights are 0 the loss is log 2 and the penalty nothing"),
        case("scores of ten thousand", joint("weights of 1e4", _extreme), kind="stability",
             why="certain and wrong must cost what it should, without overflow"),
        case("as many clients as weights", normal(4), _clients(4, 4), _outcomes(4), given(0.2), kind="edge",
             why="where X is square, X and its transpose are easily mixed up"),
        case("one client", normal(3), _clients(1, 3), given([1.0]), given(0.7), kind="edge", why="the mean over one client is that client"),
        case("whole numbers", integers(3, low=-2, high=3), joint("whole features and outcomes", lambda r: (np.column_stack([np.ones(7, int), r.integers(-3, 4, (7, 2))]), r.permutation([0, 1, 0, 0, 1, 0, 1]))),
             given(1), kind="edge", why="whole numbers in, fractions out"),
        case("lists", made("weights in a list", lambda r: r.normal(size=2).tolist()), made("rows in a list", lambda r: _ones(r, 4, 2).tolist()), given((0.0, 1.0, 1.0, 0.0)), given(0.4), kind="edge",
             why="lists of rows have no shape, and cannot be multiplied, until they are made arrays"),
        case("weights in single precision", normal(3, dtype=np.float32), _clients(8, 3), _outcomes(8), given(0.3), kind="edge",
             why="the penalty is computed in float64, whatever the weights are in"),
        case("large weights in single precision", normal(4, scale=3.0, dtype=np.float32), _clients(6, 4), _outcomes(6), given(1.5), kind="edge",
             why="squares of single numbers keep seven digits where they are not made float64 first"),
        case("a column of outcomes", normal(2), _clients(5, 2), made("outcomes (5, 1)", lambda r: r.permutation([[0.0], [1.0], [0.0], [1.0], [1.0]])), kind="error",
             why="y must be a vector"),
        case("a column as long as the weights", normal(3), _clients(3, 3), made("outcomes (3, 1)", lambda r: r.permutation([[0.0], [1.0], [1.0]])), given(0.2), kind="error",
             why="where n equals d a table of residuals has rows as long as the gradient, and nothing else complains"),
        case("a column for one weight", normal(1), made("ones(4, 1)", lambda _: np.ones((4, 1))), made("outcomes (4, 1)", lambda r: r.permutation([[0.0], [1.0], [1.0], [0.0]])), kind="error",
             why="with an intercept only, numpy stretches everything without a word"),
        case("one outcome for all", normal(2), _clients(5, 2), given([1.0]), kind="error", why="numpy would stretch a single outcome to all clients"),
        case("weights in a column", normal(3, 1), _clients(4, 3), _outcomes(4), kind="error", why="w must be a vector: scores in a column against outcomes in a vector make a table"),
        case("weights in a table of tables", normal(1, 3, 1), _clients(4, 3), _outcomes(4), given(0.2), kind="error", why="w must be a vector, whatever numpy makes of more axes"),
        case("tables for clients", normal(3), normal(3, 3, 3), _outcomes(3), given(0.2), kind="error", why="X must be a matrix with one row a client"),
        case("a vector for a client", normal(3), made("one and normal(2)", lambda r: _ones(r, 1, 3)[0]), given([1.0]), kind="error", why="one client is a matrix with one row"),
        case("no clients", normal(3), made("zeros(0, 3)", lambda _: np.zeros((0, 3))), made("zeros(0)", lambda _: np.zeros(0)), kind="error",
             why="nothing has no mean"),
        case("too few weights", normal(2), _clients(5, 3), _outcomes(5), kind="error", why="each column needs a weight"),
        case("too many outcomes", normal(3), _clients(5, 3), _outcomes(6), kind="error", why="each row needs one outcome"),
    ),
    checks=(
        value(rtol=NORMALISED, atol=SUM_OF_PRODUCTS, part=0, name="the loss is right"),
        value(rtol=NORMALISED, atol=SUM_OF_PRODUCTS, part=1, name="the gradient is right", of_largest=True),
    ),
    misconceptions=(
        gradient_missing_1_over_n, penalty_without_half, linear_residual, penalises_the_intercept, residual_sign,
        penalty_missing_from_gradient, penalty_missing_from_loss, penalty_divided_by_n, overflows, sum_not_mean,
        extra_sigmoid_derivative, last_weight_is_the_intercept,
    ),
    alternatives=(double_loop, by_margins, in_columns),
    equivalents=EQUIVALENTS,
)  # fmt: skip
