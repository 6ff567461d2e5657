"""Logistic regression by Newton's method."""

from __future__ import annotations

import numpy as np

from reference.bounds import LOSS_ROUNDING, STATIONARY_GRADIENT
from reference.logistic_regression._fit_logistic_newton_equivalents import EQUIVALENTS
from reference.recipes import given, integers, joint, made, normal
from reference.spec import Exercise, case, check, misconception


def fit_logistic_newton(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    """Return the weights at which the gradient of the penalised logistic loss vanishes.

    Parameters
    ----------
    X : array of shape (n, d)
        One row a client; column 0 is all ones.
    y : array of shape (n,)
        Outcomes, 0 or 1, both present.
    lam : float
        Penalty, at least 0; the loss is a mean plus lam/2 times the squared slopes, without the intercept.
    tol : float
        Length of the gradient at which to stop.
    max_iter : int
        Steps that may be taken.

    Returns
    -------
    array of shape (d,)
        Weights with a gradient of length at most `tol`.

    Raises
    ------
    ValueError
        If `lam` is negative, if the shapes do not fit, or if `max_iter` steps do not suffice.

    Examples
    --------
    >>> fit_logistic_newton([[1], [1], [1], [1]], [0, 0, 0, 1]).round(6)
    array([-1.098612])
    """
    X, y = _checked(X, y, lam)
    w = np.zeros(X.shape[1])
    for _ in range(max_iter):
        gradient = _gradient(w, X, y, lam)
        if np.linalg.norm(gradient) <= tol:
            return w
        step = np.linalg.lstsq(_hessian(w, X, lam), gradient, rcond=None)[0]
        # A whole step may overshoot where the loss is flat: halve it while the loss rises. Near the minimum the loss
        # changes by less than its rounding, which must not be taken for a rise.
        length, highest = 1.0, _loss(w, X, y, lam) + LOSS_ROUNDING
        while _loss(w - length * step, X, y, lam) > highest and length > 1e-8:
            length /= 2
        w = w - length * step
    if np.linalg.norm(_gradient(w, X, y, lam)) <= tol:
        return w
    msg = f"the gradient is longer than {tol} after {max_iter} steps"
    raise ValueError(msg)


def _checked(X, y, lam):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or len(X) == 0 or y.shape != (len(X),) or not lam >= 0:
        msg = f"X and y have shapes {X.shape} and {y.shape}, lam is {lam}; needed are (n, d), (n,) and a penalty of at least 0"
        raise ValueError(msg)
    return X, y


def _sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


def _slopes(d, lam):
    penalties = np.full(d, float(lam))
    penalties[0] = 0.0
    return penalties


def _loss(w, X, y, lam):
    z = X @ w
    return np.mean(np.logaddexp(0, z) - y * z) + 0.5 * _slopes(len(w), lam) @ w**2


def _gradient(w, X, y, lam):
    return X.T @ (_sigmoid(X @ w) - y) / len(y) + _slopes(len(w), lam) * w


def _hessian(w, X, lam):
    p = _sigmoid(X @ w)
    return X.T @ (X * (p * (1 - p))[:, None]) / len(X) + np.diag(_slopes(len(w), lam))


def reweighted_least_squares(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    X, y = _checked(X, y, lam)
    n, d = X.shape
    w = np.zeros(d)
    for _ in range(max_iter):
        if np.linalg.norm(_gradient(w, X, y, lam)) <= tol:
            return list(w)
        z = X @ w
        p = _sigmoid(z)
        weight = np.maximum(p * (1 - p), 1e-12)
        target = z + (y - p) / weight
        rows = np.vstack([X * np.sqrt(weight / n)[:, None], np.diag(np.sqrt(_slopes(d, lam)))])
        new = np.linalg.lstsq(rows, np.concatenate([target * np.sqrt(weight / n), np.zeros(d)]), rcond=None)[0]
        step, length = new - w, 1.0
        while _loss(w + length * step, X, y, lam) > _loss(w, X, y, lam) + LOSS_ROUNDING and length > 1e-8:
            length /= 2
        w = w + length * step
    raise ValueError


def accelerated_descent(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    X, y = _checked(X, y, lam)
    if max_iter < 5:
        raise ValueError
    sizes = np.sqrt(np.mean(X**2, axis=0))
    sizes[sizes == 0] = 1.0
    Z, penalties = X / sizes, _slopes(X.shape[1], lam) / sizes**2
    step = 1 / (np.linalg.norm(Z, 2) ** 2 / (4 * len(y)) + penalties.max(initial=0.0))

    def gradient(v):
        return Z.T @ (_sigmoid(Z @ v) - y) / len(y) + penalties * v

    v = ahead = np.zeros(X.shape[1])
    t = 1.0
    # Over twice what any case needs: steps that crawl fail by their number, on machines of any speed.
    for _ in range(20_000):
        g = gradient(ahead)
        if np.linalg.norm(gradient(v) * sizes) <= tol:
            return v / sizes
        new = ahead - step * g
        if g @ (new - v) > 0:
            t = 1.0
        s = (1 + np.sqrt(1 + 4 * t * t)) / 2
        ahead, v, t = new + (t - 1) / s * (new - v), new, s
    raise ValueError


def quasi_newton(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    """Learn the inverse of the Hessian from differences of gradients (BFGS), on columns of size one."""
    X, y = _checked(X, y, lam)
    if max_iter < 5:
        raise ValueError
    sizes = np.sqrt(np.mean(X**2, axis=0))
    sizes[sizes == 0] = 1.0
    Z, penalties = X / sizes, _slopes(X.shape[1], lam) / sizes**2

    def slope(v):
        return Z.T @ (_sigmoid(Z @ v) - y) / len(y) + penalties * v

    v, identity = np.zeros(X.shape[1]), np.eye(X.shape[1])
    g, B = slope(v), identity
    for _ in range(1000):
        if np.linalg.norm(g * sizes) <= tol:
            return tuple(v / sizes)
        length = 1.0
        while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ B @ g) and length > 1e-8:
            length /= 2  # beyond the minimum along this line, and nearly as steep there
        step = -length * B @ g
        turn = slope(v + step) - g
        v, g = v + step, g + turn
        if (curvature := step @ turn) > 0:
            left = identity - np.outer(step, turn) / curvature
            B = left @ B @ left.T + np.outer(step, step) / curvature
    raise ValueError


def _newton(X, y, lam, hessian, *, steps=60, gradient=_gradient, sign=1.0):
    """Return where a search with a mistake in one of its parts has got to."""
    X, y = _checked(X, y, lam)
    w = np.zeros(X.shape[1])
    with np.errstate(all="ignore"):
        for _ in range(steps):
            w = w - sign * np.clip(np.linalg.pinv(hessian(w, X, lam)) @ gradient(w, X, y, lam), -1e3, 1e3)
    return w


@misconception("Is your step the same after duplicating the data?")
def hessian_and_gradient_scaled_differently(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    def hessian(w, X, lam):
        p = _sigmoid(X @ w)
        return X.T @ (X * (p * (1 - p))[:, None]) + np.diag(_slopes(len(w), lam))

    return _newton(X, y, lam, hessian, steps=min(max_iter, 25))


@misconception("What is the derivative of the gradient of the penalty?")
def penalty_missing_from_hessian(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    return _newton(X, y, lam, lambda w, X, _: _hessian(w, X, 0.0))


@misconception("Is the penalty of the loss that you minimise the one of the text?")
def penalty_divided_by_n(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    return _newton(X, y, lam / len(y), _hessian)


@misconception("Is a high level of defaults to be penalised?")
def regularises_the_intercept(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    return _newton(
        X, y, lam, lambda w, X, lam: _hessian(w, X, 0.0) + lam * np.eye(len(w)),
        gradient=lambda w, X, y, lam: _gradient(w, X, y, 0.0) + lam * w,
    )  # fmt: skip


@misconception("How long is the gradient when you stop?")
def too_few_iterations(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    return _newton(X, y, lam, _hessian, steps=3)


@misconception("Which way do you go from a point where the loss falls to the right?")
def newton_step_added(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    return _newton(X, y, lam, _hessian, steps=5, sign=-1.0)


@misconception("Does lam change anything?")
def ignores_the_penalty(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    return _newton(X, y, 0.0, _hessian, steps=20)


@misconception("Is it lam/2 or lam in front of the squares? Differentiate.")
def twice_the_penalty(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    return _newton(X, y, 2 * lam, _hessian)


@misconception("How far do a few hundred small steps get when features differ in scale?")
def plain_descent(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    X, y = _checked(X, y, lam)
    w = np.zeros(X.shape[1])
    for _ in range(300):
        w = w - 0.1 * _gradient(w, X, y, lam)
    return w


@misconception("Where is the curvature of the sigmoid, p (1 - p), in your matrix?")
def curvature_of_least_squares(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    return _newton(X, y, lam, lambda w, X, lam: X.T @ X / len(X) + np.diag(_slopes(len(w), lam)), steps=10)


@misconception("Do the features influence each other?")
def diagonal_hessian(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    return _newton(X, y, lam, lambda w, X, lam: np.diag(np.diag(_hessian(w, X, lam))), steps=min(max_iter, 12))


@misconception("A probability is bent: what does the best straight line through the outcomes have to do with it?")
def fits_a_straight_line(X, y, lam=1e-3, tol=1e-8, max_iter=100):
    X, y = _checked(X, y, lam)
    return np.linalg.pinv(X.T @ X / len(y) + np.diag(_slopes(X.shape[1], lam))) @ (X.T @ y / len(y))


@check("the gradient vanishes")
def vanishes(X, y, lam, tol, max_iter, w):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    penalty = lam * np.concatenate([[0.0], w[1:]])
    gradient = X.T @ (0.5 * (1 + np.tanh(X @ w / 2)) - y) / len(y) + penalty
    return np.sqrt(np.sum(gradient**2)), STATIONARY_GRADIENT


def _clients(n, d, share=1 / 3, scale=1.0):
    """Return a recipe for clients and noisy outcomes, a share of them defaults."""

    def draw(rng):
        X = np.column_stack([np.ones(n), rng.standard_normal((n, d - 1)) + 0.3])
        order = np.argsort(X @ rng.standard_normal(d) + 1.5 * rng.standard_normal(n))
        y = np.zeros(n)
        y[order[-max(round(n * share), 1) :]] = 1.0
        X[:, 1:] *= scale
        return X, y

    return joint(f"{n} clients, {d} weights, {share:.0%} defaults, scale {scale:g}", draw)


def _passes_the_rounding(X, y, lam):
    """Return whether whole Newton steps jump from a gradient of 1e-6 to one of 1e-9.

    In between the loss still falls, by less than its own rounding: a search that halves its steps until the loss falls
    would stand still there, more than tol away.
    """
    w = np.zeros(X.shape[1])
    for _ in range(30):
        gradient = _gradient(w, X, y, lam)
        if np.linalg.norm(gradient) <= 1e-9:
            return True
        if not np.linalg.norm(gradient) >= 1e-6:
            return False
        w = w - np.linalg.lstsq(_hessian(w, X, lam), gradient, rcond=None)[0]
    return False


def _another_unit(rng):
    while True:
        X, y = _clients(40, 3, scale=30.0).draw(rng)
        if _passes_the_rounding(X, y, 0.001):
            return X, y


def _arrives_slowly(rng):
    """Return 25 clients for whom whole Newton steps from zero pass a gradient of between 3e-6 and 1e-5."""
    while True:
        X, y = _clients(25, 3).draw(rng)
        w, lengths = np.zeros(3), []
        for _ in range(12):
            gradient = _gradient(w, X, y, 0.01)
            lengths.append(np.linalg.norm(gradient))
            w = w - np.linalg.lstsq(_hessian(w, X, 0.01), gradient, rcond=None)[0]
        if any(3e-6 < length < 1e-5 for length in lengths):
            return X, y


def _separable(rng):
    x = np.concatenate([rng.uniform(-3, -1, 6), rng.uniform(1, 3, 5)])
    order = rng.permutation(11)
    return np.column_stack([np.ones(11), x, rng.standard_normal(11)])[order], (x > 0).astype(float)[order]


# Seven kinds of clients, how many there are of each, and their outcomes: 21 clients for whom whole Newton steps from zero
# saturate most scores, with a matrix so flat that the next step throws the loss beyond 1000. Found by climbing.
FLAT = np.array(
    [[2.11, 0.2], [-5.56, -0.78], [1.32, 2.58], [32.22, -20.43], [3.73, 0.22], [0.36, -1.64], [-1.74, 0.73]]
)
HOW_MANY, OUTCOMES = [1, 2, 1, 4, 3, 4, 6], [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]


def _overshoots(rng):
    """Return clients near those of `FLAT`, mirrored and in any order, for whom whole Newton steps end far from anywhere."""
    x, y = np.repeat(FLAT, HOW_MANY, axis=0), np.repeat(OUTCOMES, HOW_MANY)
    if rng.random() < 0.5:
        x, y = -x, 1 - y
    while True:
        near = x * (1 + 0.01 * rng.standard_normal(x.shape))
        order = rng.permutation(len(y))
        X = np.column_stack([np.ones(len(y)), near])[order]
        with np.errstate(all="ignore"):
            if _loss(_newton(X, y[order], 0.001, _hessian, steps=30), X, y[order], 0.001) > 10:
                return X, y[order]


def _overshoots_twice(rng):
    """Return such clients, their columns swapped and each client twice, which changes neither mean nor minimum."""
    X, y = _overshoots(rng)
    return np.repeat(X[:, [0, 2, 1]], 2, axis=0), np.repeat(y, 2)


def _overlapping(rng):
    """Return 60 clients whose groups overlap so much that a penalty of 0, or a little less, leaves a minimum nearby."""
    while True:
        X, y = _clients(60, 3).draw(rng)
        w = np.zeros(3)
        for _ in range(20):
            w = w - np.linalg.pinv(_hessian(w, X, -0.01)) @ _gradient(w, X, y, -0.01)
        if np.linalg.norm(_gradient(w, X, y, -0.01)) < 1e-12 and np.abs(w).max() < 3:
            return X, y


def _arrives(X, y, lam, share):
    """Return whether Newton's method arrives that halves its steps by a loss with a share of the penalty only."""
    w, part = np.zeros(X.shape[1]), share * lam
    for _ in range(100):
        gradient = _gradient(w, X, y, lam)
        if np.linalg.norm(gradient) <= STATIONARY_GRADIENT:
            return True
        step = np.linalg.lstsq(_hessian(w, X, lam), gradient, rcond=None)[0]
        length, highest = 1.0, _loss(w, X, y, part) + LOSS_ROUNDING
        while _loss(w - length * step, X, y, part) > highest and length > 1e-6:
            length /= 2
        w = w - length * step
    return False


def _amounts_and_shares(rng):
    """Return 20 clients with an amount in hundreds and a share, for whom the loss must hold the whole penalty."""
    while True:
        X, y = _clients(20, 3, share=0.1, scale=300.0).draw(rng)
        X[:, 2] /= 300.0
        if not _arrives(X, y, 0.1, 0.5) and not _arrives(X, y, 0.1, 1 / 20):
            return X, y


def _zero_for_all(rng):
    X, y = _clients(30, 4).draw(rng)
    X[:, 2] = 0.0
    return X, y


def _on_a_level(rng):
    X, y = _clients(400, 9).draw(rng)
    X[:, 1:] += 50.0
    return X, y


def _separable_in_quarters(rng):
    X, y = _separable(rng)
    return X * [1.0, 0.25, 0.25], y


def _mirrored(rng):
    """Return pairs of clients with opposite features and outcomes, so that the intercept is 0, and a column with its opposite."""
    x = rng.uniform(0.5, 2.0, 8)
    y = rng.permutation([1.0] * 6 + [0.0] * 2)
    both, order = np.concatenate([x, -x]), rng.permutation(16)
    return np.column_stack([np.ones(16), both, -both])[order], np.concatenate([y, 1 - y])[order]


def _duplicated(rng):
    X, y = _clients(18, 3).draw(rng)
    return np.column_stack([X, X[:, 1]]), y


EXERCISE = Exercise(
    solution=fit_logistic_newton,
    points=6,
    cases=(
        case("only an intercept", given([[1.0], [1.0], [1.0], [1.0]]), given([0.0, 0.0, 0.0, 1.0]), public=True,
             why="by hand: one default in four is a probability of 1/4, and log(1/3) = -1.0986"),
        case("two groups", given([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]), given([0.0, 1.0, 1.0, 1.0]), given(0.1), public=True,
             why="the penalty keeps the slope finite, although nobody in the second group is good"),
        case("a negative penalty", given([[1.0], [1.0]]), given([0.0, 1.0]), given(-1.0), public=True, kind="error",
             why="a negative penalty would reward large weights"),
        case("thirty clients, four weights", _clients(30, 4), given(0.05), why="features that influence each other, and a penalty"),
        case("sixty clients, the usual penalty", _clients(60, 3), why="with the default of 0.001"),
        case("defaults are rare", _clients(100, 3, share=0.03), given(0.01), kind="edge", why="three defaults in a hundred"),
        case("perfectly separated", joint("two groups that do not overlap", _separable), given(0.02), kind="edge",
             why="without the penalty no weights would be large enough"),
        case("hardly any penalty", joint("two groups that do not overlap", _separable), given(1e-5), kind="edge",
             why="the smaller the penalty, the larger the weights, and the longer the way"),
        case("hardly any penalty, larger units", joint("two groups that do not overlap, in units of a quarter", _separable_in_quarters), given(1e-5), kind="edge",
             why="weights and steps are large where features are small"),
        case("another unit", joint("40 clients, 3 weights, scale 30", _another_unit), given(0.001), kind="edge", why="a unit thirty times smaller makes curvatures a thousand times larger"),
        case("amounts in thousands", _clients(40, 3, scale=1000.0), given(0.001), kind="edge", why="the length of the gradient is asked for in the units of the features, not in any others"),
        case("a feature and its opposite", joint("clients in pairs, one the mirror image of the other, and a column with both signs", _mirrored), given(0.1), kind="edge",
             why="entries of a gradient that add up to 0 are not 0"),
        case("a feature twice", joint("18 clients, one column twice", _duplicated), given(0.1), kind="edge",
             why="two columns that say the same share the weight"),
        case("intercept only", made("ones(20, 1)", lambda _: np.ones((20, 1))), made("outcomes", lambda r: r.permutation(np.arange(20) % 4 == 0).astype(float)), given(5.0),
             kind="edge", why="an intercept is not penalised, however large lam is"),
        case("a strong penalty", _clients(24, 3), given(2.0), kind="edge", why="where the penalty outweighs the data, most of the curvature is its own"),
        case("nearly there", joint("25 clients, 3 weights, a gradient of 1e-5 on the way", _arrives_slowly), given(0.01), kind="edge",
             why="a gradient of a hundred thousandth is not yet the end"),
        case("whole numbers", joint("whole features and outcomes", lambda r: (np.column_stack([np.ones(12, int), r.integers(-3, 4, (12, 2))]), r.permutation([0, 1] * 6))),
             given(1), kind="edge", why="whole numbers in, fractions out"),
        case("a step that overshoots", joint("21 clients for whom whole steps diverge", _overshoots), kind="stability",
             why="where the loss is flat a whole step goes much too far: it must be halved while the loss rises"),
        case("a step that overshoots, each client twice", joint("42 clients for whom whole steps diverge", _overshoots_twice), given(0.001), kind="stability",
             why="a mean does not change when each client comes twice, and a whole step goes too far all the same"),
        case("one default among eight", given([[1.0, v] for v in (5.0, 28.0, -21.0, 23.0, 4.0, 26.0, 0.0, -21.0)]), given([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]), given(0.1), kind="stability",
             why="which lengths of a step are refused hangs on the loss of each client, of sure ones and of unsure ones"),
        case("amounts and shares", joint("20 clients, an amount in hundreds and a share, two defaults", _amounts_and_shares), given(0.1), kind="edge",
             why="steps are halved while the loss rises that is to be minimised: with another penalty in it, right steps are refused"),
        case("amounts in cents", _clients(200, 6, scale=3e6), given(0.001), kind="edge", why="where features are millions, the gradient is rounded at some 1e-11: whoever asks for less goes on for ever"),
        case("small features, a large penalty", _clients(40, 16, scale=0.1), given(1000.0), kind="edge", why="the penalty makes the curvature of sixteen slopes thousands of times the intercept's, and no single length of a step is right for both"),
        case("a level of fifty", joint("400 clients, eight features near 50 with a spread of 1", _on_a_level), given(0.1), kind="edge",
             why="features far from zero are nearly multiples of the ones, and a mean over many clients is still a mean"),
        case("nearly as many weights as clients", _clients(12, 9), given(1e-5), kind="edge", why="few clients and a small penalty leave the loss flat in most directions"),
        case("a feature that nobody has", joint("30 clients, a column of zeros", _zero_for_all), given(0.1), kind="edge", why="a column of zeros has no size to divide by, and its weight is 0 under the penalty"),
        case("no penalty", joint("60 clients, 3 weights, overlapping groups", _overlapping), given(0.0), kind="edge", why="where groups overlap a minimum exists without a penalty"),
        case("no penalty on an intercept", made("ones(10, 1)", lambda _: np.ones((10, 1))), made("outcomes", lambda r: r.permutation(np.arange(10) % 3 > 0).astype(float)), given(0), kind="edge",
             why="a penalty of 0 is at least 0, and where most default the intercept is positive"),
        case("lists", made("rows in a list", lambda r: [[1.0, v] for v in r.normal(size=6).tolist()]), given((0.0, 1.0, 1.0, 0.0, 1.0, 0.0)), given(0.3), kind="edge",
             why="lists of rows have no shape, and cannot be multiplied, until they are made arrays"),
        case("a penalty just below zero", joint("60 clients, 3 weights, overlapping groups", _overlapping), given(-0.001), kind="error",
             why="a penalty is at least 0, also where a minimum would exist"),
        case("a hundredth below zero", joint("60 clients, 3 weights, overlapping groups", _overlapping), given(-0.01), kind="error", why="a penalty is at least 0"),
        case("one outcome for all", made("ones and normal(6, 1)", lambda r: np.column_stack([np.ones(6), r.standard_normal(6)])), given([1.0]), kind="error", why="numpy would stretch a single outcome to all clients"),
        case("a column of outcomes for an intercept", made("ones(4, 1)", lambda _: np.ones((4, 1))), made("outcomes (4, 1)", lambda r: r.permutation([[0.0], [1.0], [0.0], [0.0]])), kind="error",
             why="with an intercept only, numpy makes four fits of a column without a word"),
        case("a vector for a client", normal(3), given([0.0, 1.0, 1.0]), kind="error", why="one client is a matrix with one row"),
        case("penalty below zero", _clients(8, 2), given(-0.5), kind="error", why="a penalty is at least 0"),
        case("outcomes in a column", normal(6, 2), integers(6, 1, low=0, high=2), kind="error", why="y must be a vector"),
        case("a single step", _clients(25, 4, scale=3.0), given(0.001), given(1e-12), given(1), kind="error", why="what has not converged must say so"),
    ),
    checks=(vanishes,),
    misconceptions=(
        hessian_and_gradient_scaled_differently, penalty_missing_from_hessian, penalty_divided_by_n,
        regularises_the_intercept, too_few_iterations, newton_step_added, ignores_the_penalty, twice_the_penalty, plain_descent, curvature_of_least_squares,
        diagonal_hessian, fits_a_straight_line,
    ),
    alternatives=(reweighted_least_squares, accelerated_descent, quasi_newton),
    equivalents=EQUIVALENTS,
)  # fmt: skip
