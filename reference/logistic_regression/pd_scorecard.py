"""From raw applications to probabilities of default and decisions."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import SCORECARD, SCORECARD_FLOOR
from reference.logistic_regression._pd_scorecard_equivalents import EQUIVALENTS
from reference.measures import same, value
from reference.recipes import given, joint, made, normal
from reference.spec import Exercise, case, misconception

# Decisions are compared exactly, so no probability may be within this of the threshold; solvers differ by 1e-9.
CLEAR = 7e-4


def pd_scorecard(X_train, y_train, X_test, lam, c_fp, c_fn):
    """Return a probability of default for each new applicant, and whether to reject.

    Standardise the columns by the training rows (population standard deviation, a constant column divided by 1), put a
    column of ones in front, and fit a logistic regression whose loss is the mean over the rows plus lam/2 times the
    squared slopes, to convergence: until the gradient is no longer than 1e-8.

    Parameters
    ----------
    X_train : array of shape (n, d)
        Past applicants in raw units, without a column of ones.
    y_train : array of shape (n,)
        Whether they defaulted, 0 or 1; both present.
    X_test : array of shape (m, d)
        New applicants.
    lam : float
        Penalty, greater than 0; the intercept is not penalised.
    c_fp : float
        Cost of rejecting a good client, greater than 0.
    c_fn : float
        Cost of accepting a defaulter, greater than 0.

    Returns
    -------
    pd : array of shape (m,)
        Probabilities of default.
    reject : array of int of shape (m,)
        1 where pd >= c_fp / (c_fp + c_fn), that is, where accepting costs at least as much as rejecting on average.

    Raises
    ------
    ValueError
        If the shapes do not fit or a cost is not greater than 0.

    Examples
    --------
    >>> pd, reject = pd_scorecard([[0], [0], [1], [1]], [0, 0, 0, 1], [[0], [1]], 0.1, 1, 3)
    >>> pd.round(3).tolist(), reject.tolist()
    ([0.094, 0.406], [0, 1])
    """
    A, y, B = _checked(X_train, y_train, X_test, c_fp, c_fn)
    A, B = _scale(A, B)
    pd = _sigmoid(_ones(B) @ _newton(_ones(A), y, lam))
    return pd, (pd >= c_fp / (c_fp + c_fn)).astype(int)


def _checked(X_train, y_train, X_test, c_fp, c_fn):
    A, y, B = (np.asarray(part, dtype=float) for part in (X_train, y_train, X_test))
    fits = A.ndim == 2 and B.ndim == 2 and A.shape[1] == B.shape[1] and y.shape == (len(A),) and len(A) > 0
    if not fits or not (c_fp > 0 and c_fn > 0):
        msg = f"shapes {A.shape}, {y.shape}, {B.shape} and costs {c_fp}, {c_fn}: needed are (n, d), (n,), (m, d) and costs above 0"
        raise ValueError(msg)
    return A, y, B


def _scale(A, B):
    sd = np.where(np.ptp(A, axis=0) == 0, 1.0, A.std(axis=0))
    return (A - A.mean(axis=0)) / sd, (B - A.mean(axis=0)) / sd


def _ones(X):
    return np.column_stack([np.ones(len(X)), X])


def _sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


def _newton(X, y, lam):
    penalties = np.full(X.shape[1], float(lam))
    penalties[0] = 0.0
    w = np.zeros(X.shape[1])
    for _ in range(100):
        p = _sigmoid(X @ w)
        gradient = X.T @ (p - y) / len(y) + penalties * w
        if np.linalg.norm(gradient) < 1e-12:
            break
        hessian = X.T @ (X * (p * (1 - p))[:, None]) / len(y) + np.diag(penalties)
        w = w - np.linalg.lstsq(hessian, gradient, rcond=None)[0]
    return w


def log_odds_threshold(X_train, y_train, X_test, lam, c_fp, c_fn):
    A, y, B = _checked(X_train, y_train, X_test, c_fp, c_fn)
    A, B = _scale(A, B)
    A, n = _ones(A), len(A)
    penalties = np.sqrt(np.diag([0.0, *[lam] * (A.shape[1] - 1)]))
    w = np.zeros(A.shape[1])
    for _ in range(60):
        z = A @ w
        p = _sigmoid(z)
        weight = np.maximum(p * (1 - p), 1e-12) / n
        rows = np.vstack([A * np.sqrt(weight)[:, None], penalties])
        target = np.concatenate([np.sqrt(weight) * (z + (y - p) / (weight * n)), np.zeros(len(w))])
        w = np.linalg.lstsq(rows, target, rcond=None)[0]
    scores = _ones(B) @ w
    return [_sigmoid(scores), scores >= np.log(c_fp / c_fn)]


def descent_and_expected_cost(X_train, y_train, X_test, lam, c_fp, c_fn):
    A, y, B = _checked(X_train, y_train, X_test, c_fp, c_fn)
    A, B = (_ones(part) for part in _scale(A, B))
    step = 1 / (np.linalg.norm(A, 2) ** 2 / (4 * len(y)) + lam)
    w = np.zeros(A.shape[1])
    for _ in range(20_000):
        gradient = A.T @ (_sigmoid(A @ w) - y) / len(y)
        gradient[1:] += lam * w[1:]
        if np.linalg.norm(gradient) < 1e-11:
            break
        w -= step * gradient
    pd = _sigmoid(B @ w)
    return pd, [int(p * c_fn >= (1 - p) * c_fp) for p in pd]


def one_applicant_at_a_time(X_train, y_train, X_test, lam, c_fp, c_fn):
    """Newton's method with Python's own numbers, and the odds against the ratio of the costs."""
    A, y, B = (part.tolist() for part in _checked(X_train, y_train, X_test, c_fp, c_fn))
    n, columns = len(A), list(zip(*A, strict=True))
    means = [math.fsum(c) / n for c in columns]
    sds = [
        1 if min(c) == max(c) else math.sqrt(math.fsum((v - m) ** 2 for v in c) / n)
        for c, m in zip(columns, means, strict=True)
    ]
    A, B = ([[1, *((v - m) / s for v, m, s in zip(row, means, sds, strict=True))] for row in part] for part in (A, B))

    def probability(row):
        z = sum(a * b for a, b in zip(row, w, strict=True))
        return 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))

    d = len(means) + 1
    w = [0.0] * d
    for _ in range(12):
        p = [probability(row) for row in A]
        rows = [
            [
                sum(q * (1 - q) * r[i] * r[j] for q, r in zip(p, A, strict=True)) / n + (lam if i == j > 0 else 0)
                for j in range(d)
            ]
            + [sum((q - t) * r[i] for q, t, r in zip(p, y, A, strict=True)) / n + (lam * w[i] if i else 0)]
            for i in range(d)
        ]
        for k in range(d):  # the Hessian is positive definite: no rows need to be exchanged
            for i in range(d):
                if i != k:
                    factor = rows[i][k] / rows[k][k]
                    rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
        w = [v - rows[i][d] / rows[i][i] for i, v in enumerate(w)]
    pd = [probability(row) for row in B]
    return tuple(pd), [p >= (1 - p) * (c_fp / c_fn) for p in pd]


def _decide(pd, c_fp, c_fn):
    return pd, (pd >= c_fp / (c_fp + c_fn)).astype(int)


@misconception("Are both mistakes equally expensive?")
def threshold_half(X_train, y_train, X_test, lam, c_fp, c_fn):
    pd, _ = pd_scorecard(X_train, y_train, X_test, lam, c_fp, c_fn)
    return pd, (pd >= 0.5).astype(int)


@misconception("If defaults become more expensive, should you reject more applicants or fewer?")
def cost_ratio_inverted(X_train, y_train, X_test, lam, c_fp, c_fn):
    return pd_scorecard(X_train, y_train, X_test, lam, c_fn, c_fp)


@misconception("Odds, or a probability? Which of them can exceed 1?")
def threshold_cost_ratio_not_probability(X_train, y_train, X_test, lam, c_fp, c_fn):
    pd, _ = pd_scorecard(X_train, y_train, X_test, lam, c_fp, c_fn)
    return pd, (pd >= c_fp / c_fn).astype(int)


@misconception("What is the probability of default of an average client?")
def no_intercept(X_train, y_train, X_test, lam, c_fp, c_fn):
    A, y, B = _checked(X_train, y_train, X_test, c_fp, c_fn)
    A, B = _scale(A, B)
    w = np.zeros(A.shape[1])
    for _ in range(60):
        p = _sigmoid(A @ w)
        hessian = A.T @ (A * (p * (1 - p))[:, None]) / len(y) + lam * np.eye(len(w))
        w = w - np.linalg.solve(hessian, A.T @ (p - y) / len(y) + lam * w)
    return _decide(_sigmoid(B @ w), c_fp, c_fn)


@misconception("Two outputs with two meanings: is the first a decision as well?")
def returns_hard_probabilities(X_train, y_train, X_test, lam, c_fp, c_fn):
    _, reject = pd_scorecard(X_train, y_train, X_test, lam, c_fp, c_fn)
    return reject.astype(float), reject


@misconception("Is income in euros penalised like age in years?")
def no_standardisation(X_train, y_train, X_test, lam, c_fp, c_fn):
    A, y, B = _checked(X_train, y_train, X_test, c_fp, c_fn)
    centre = A.mean(axis=0)
    return _decide(_sigmoid(_ones(B - centre) @ _newton(_ones(A - centre), y, lam)), c_fp, c_fn)


@misconception("Do you know the mean of next month's applicants today?")
def test_uses_own_statistics(X_train, y_train, X_test, lam, c_fp, c_fn):
    A, y, B = _checked(X_train, y_train, X_test, c_fp, c_fn)
    Z, _ = _scale(A, A)
    V, _ = _scale(B, B)
    return _decide(_sigmoid(_ones(V) @ _newton(_ones(Z), y, lam)), c_fp, c_fn)


@misconception("Divisor n or n - 1: which does the text ask for, and which does your function use?")
def sample_standard_deviation(X_train, y_train, X_test, lam, c_fp, c_fn):
    A, y, B = _checked(X_train, y_train, X_test, c_fp, c_fn)
    sd = np.where(np.ptp(A, axis=0) == 0, 1.0, A.std(axis=0, ddof=1))
    A, B = (_ones((part - A.mean(axis=0)) / sd) for part in (A, B))
    return _decide(_sigmoid(B @ _newton(A, y, lam)), c_fp, c_fn)


@misconception("Does a past client's probability change with who applies next month?")
def standardises_past_and_new_together(X_train, y_train, X_test, lam, c_fp, c_fn):
    A, y, B = _checked(X_train, y_train, X_test, c_fp, c_fn)
    everybody = np.vstack([A, B])
    A, B = (_scale(everybody, part)[1] for part in (A, B))
    return _decide(_sigmoid(_ones(B) @ _newton(_ones(A), y, lam)), c_fp, c_fn)


@misconception("Should a penalty pull every probability towards one half?")
def penalises_the_intercept(X_train, y_train, X_test, lam, c_fp, c_fn):
    A, y, B = _checked(X_train, y_train, X_test, c_fp, c_fn)
    A, B = (_ones(part) for part in _scale(A, B))
    w = np.zeros(A.shape[1])
    for _ in range(60):
        p = _sigmoid(A @ w)
        hessian = A.T @ (A * (p * (1 - p))[:, None]) / len(y) + lam * np.eye(len(w))
        w = w - np.linalg.solve(hessian, A.T @ (p - y) / len(y) + lam * w)
    return _decide(_sigmoid(B @ w), c_fp, c_fn)


@misconception("What does lam do to the slopes?")
def ignores_the_penalty(X_train, y_train, X_test, lam, c_fp, c_fn):
    return pd_scorecard(X_train, y_train, X_test, lam / 100, c_fp, c_fn)


@misconception("Probabilities of what: of a default, or of none?")
def probability_of_repayment(X_train, y_train, X_test, lam, c_fp, c_fn):
    pd, reject = pd_scorecard(X_train, y_train, X_test, lam, c_fp, c_fn)
    return 1 - pd, reject


@misconception("What does a 1 in the second output mean?")
def accepts_instead_of_rejects(X_train, y_train, X_test, lam, c_fp, c_fn):
    pd, reject = pd_scorecard(X_train, y_train, X_test, lam, c_fp, c_fn)
    return pd, 1 - reject


@misconception("How far does a handful of steps get?")
def stops_too_early(X_train, y_train, X_test, lam, c_fp, c_fn):
    A, y, B = _checked(X_train, y_train, X_test, c_fp, c_fn)
    A, B = (_ones(part) for part in _scale(A, B))
    w = np.zeros(A.shape[1])
    for _ in range(30):
        gradient = A.T @ (_sigmoid(A @ w) - y) / len(y)
        gradient[1:] += lam * w[1:]
        w = w - 0.1 * gradient
    return _decide(_sigmoid(B @ w), c_fp, c_fn)


@misconception("What is the spread of a column that never changes?")
def nan_for_constant_columns(X_train, y_train, X_test, lam, c_fp, c_fn):
    A, _, _ = _checked(X_train, y_train, X_test, c_fp, c_fn)
    pd, reject = pd_scorecard(X_train, y_train, X_test, lam, c_fp, c_fn)
    if (np.ptp(A, axis=0) == 0).any():
        return np.full(len(pd), np.nan), np.zeros(len(pd), int)
    return pd, reject


@misconception("Is the penalty lam or lam/2 times the squares?")
def twice_the_penalty(X_train, y_train, X_test, lam, c_fp, c_fn):
    return pd_scorecard(X_train, y_train, X_test, 2 * lam, c_fp, c_fn)


def _applicants(n, m, lam, c_fp, c_fn, *, share=0.3, drift=0.0, constant=None, noise=1.2):
    """Return a recipe for applicants in raw units whose probabilities keep clear of the threshold, on both sides of it."""

    def draw(rng):
        scales, offsets = np.array([12_000.0, 9.0, 0.2]), np.array([38_000.0, 41.0, 0.5])
        while True:
            raw = rng.standard_normal((n + m, 3))
            order = np.argsort(raw[:n] @ [-0.8, -0.5, 0.9] + noise * rng.standard_normal(n))
            y = np.zeros(n)
            y[order[-max(round(share * n), 2) :]] = 1.0
            raw[n:] += drift
            X = raw * scales + offsets
            A, B = X[:n], X[n:]
            if constant is not None:
                A[:, 1] = constant
            pd, reject = pd_scorecard(A, y, B, lam, c_fp, c_fn)
            clear = (np.abs(pd - c_fp / (c_fp + c_fn)) > 2 * CLEAR).all()
            if clear and (m == 1 or 0 < reject.sum() < m):
                return A, y, B

    return joint(f"{n} past and {m} new applicants", draw)


def _far_from_elsewhere(rng):
    """Return applicants for whom whole Newton steps arrive from zero, but not from weights of -1."""
    while True:
        A, y, B = _applicants(45, 10, 0.02, 1.0, 3.0, share=0.5).draw(rng)
        X, w = _ones(_scale(A, A)[0]), -np.ones(4)
        penalties = np.array([0.0, 0.02, 0.02, 0.02])
        with np.errstate(all="ignore"):
            for _ in range(20):
                p = _sigmoid(X @ w)
                step = X.T @ (p - y) / len(y) + penalties * w
                w = w - np.linalg.pinv(X.T @ (X * (p * (1 - p))[:, None]) / len(y) + np.diag(penalties)) @ step
                if not np.abs(w).max() < 1e6:
                    return A, y, B


def _certain(rng):
    """Return applicants of whom one ends with a score beyond 38, where p or 1 - p and so p (1 - p) is 0 in floating point."""
    while True:
        A, y, B = _applicants(40, 10, 5e-4, 1.0, 3.0, noise=0.05).draw(rng)
        X = _ones(_scale(A, A)[0])
        if np.abs(X @ _newton(X, y, 5e-4)).max() > 38:
            return A, y, B


def _slips(rng):
    """Return applicants of whom two new ones are a million times out in one figure, each in its direction."""
    A, y, B = _applicants(50, 4, 0.02, 1.0, 4.0).draw(rng)
    B = B.copy()
    B[0, 0], B[1, 0] = 1e6 * B[0, 0], -1e6 * abs(B[1, 0])
    return A, y, B


def _clear(text, draw, lam, c_fp, c_fn):
    """Return a recipe for what `draw` makes, as soon as all probabilities keep clear of the threshold."""

    def clear(rng):
        while True:
            A, y, B = draw(rng)
            pd, _ = pd_scorecard(A, y, B, lam, c_fp, c_fn)
            if (np.abs(pd - c_fp / (c_fp + c_fn)) > 2 * CLEAR).all():
                return A, y, B

    return joint(text, clear)


def _two_past(rng):
    A, between = rng.standard_normal((2, 2)), np.array([[0.2], [0.4], [0.7], [0.9]])
    return A, rng.permutation([0.0, 1.0]), A[0] + between * (A[1] - A[0]) + 0.05 * rng.standard_normal((4, 2))


def _one_column(rng):
    return rng.standard_normal((20, 1)), rng.permutation(np.arange(20) % 2).astype(float), rng.standard_normal((5, 1))


def _twenty_columns(rng):
    """Return applicants whose columns are one and the same but for a little noise, half of them defaults."""
    same_for_all = rng.standard_normal((86, 1))
    X = same_for_all + 0.2 * rng.standard_normal((86, 20))
    y = np.zeros(80)
    y[np.argsort(same_for_all[:80, 0] + 4 * rng.standard_normal(80))[40:]] = 1.0
    return X[:80], y, X[80:]


def _on_a_level(rng):
    X = rng.standard_normal((48, 2))
    y = np.zeros(40)
    y[np.argsort(X[:40] @ [1.0, -1.0] + rng.standard_normal(40))[-12:]] = 1.0
    X = X + [1e8, 0.0]
    return X[:40], y, X[40:]


def _in_half_precision(rng):
    X = (rng.standard_normal((48, 3)) * [12.0, 9.0, 0.2] + [38.0, 41.0, 0.5]).astype(np.float16)
    return X[:40], rng.permutation(np.arange(40) % 3 == 0).astype(float), X[40:]


def _terms(lam, c_fp, c_fn):
    return given(lam), given(c_fp), given(c_fn)


EXERCISE = Exercise(
    solution=pd_scorecard,
    points=8,
    cases=(
        case("four past, two new", given([[0.0], [0.0], [1.0], [1.0]]), given([0.0, 0.0, 0.0, 1.0]), given([[0.0], [1.0]]), *_terms(0.1, 1.0, 3.0), public=True,
             why="a default costs three times as much as a lost client, so from a probability of 1/4 on applicants are rejected"),
        case("both mistakes cost the same", given([[-1.0], [1.0]]), given([0.0, 1.0]), given([[0.0], [2.0], [-2.0]]), *_terms(0.25, 1.0, 1.0), public=True,
             why="by symmetry the applicant in the middle has a probability of 1/2, and at the threshold it is rejected",
             checks=(value(rtol=SCORECARD, atol=SCORECARD_FLOOR, part=0, name="the probabilities are right"),)),
        case("a cost of 0", given([[0.0], [1.0]]), given([0.0, 1.0]), given([[0.0]]), *_terms(0.1, 0.0, 1.0), public=True, kind="error",
             why="what costs nothing needs no decision"),
        case("forty past, nine new", _applicants(40, 9, 0.05, 1.0, 4.0), *_terms(0.05, 1.0, 4.0), why="income, age and utilisation in their own units"),
        case("sixty past, twelve new", _applicants(60, 12, 0.02, 2.0, 5.0), *_terms(0.02, 2.0, 5.0), why="another penalty, other costs"),
        case("a default costs twenty times as much", _applicants(50, 10, 0.03, 1.0, 20.0, share=0.1), *_terms(0.03, 1.0, 20.0), kind="edge",
             why="where defaults are expensive, small probabilities are too large"),
        case("a lost client costs more", _applicants(45, 10, 0.02, 3.0, 1.0, share=0.5), *_terms(0.02, 3.0, 1.0), kind="edge",
             why="where good clients are precious, only very likely defaulters are rejected"),
        case("one applicant", _applicants(35, 1, 0.05, 1.0, 3.0), *_terms(0.05, 1.0, 3.0), kind="edge", why="a single applicant has no spread of its own"),
        case("a constant column", _applicants(40, 8, 0.05, 1.0, 4.0, constant=0.1), *_terms(0.05, 1.0, 4.0), kind="edge",
             why="a column that has never changed has no spread to divide by and no say, whatever it does next"),
        case("a column of sevens", _applicants(36, 9, 0.05, 1.0, 3.0, constant=7.0), *_terms(0.05, 1.0, 3.0), kind="edge",
             why="a column of sevens has a spread of exactly 0, and 0 divided by 0 is no number"),
        case("nearly separated", joint("40 past applicants, one of them certain, and 10 new ones", _certain), *_terms(5e-4, 1.0, 3.0), kind="edge",
             why="where groups hardly overlap and the penalty is small, weights are large, steps with the wrong curvature do not arrive, and whoever is certain has no curvature to divide by"),
        case("nearly separated, many defaults", _applicants(50, 10, 5e-4, 2.0, 3.0, share=0.5, noise=0.05), *_terms(5e-4, 2.0, 3.0), kind="edge",
             why="the smaller the penalty, the larger the weights, and the longer the way"),
        case("as many defaults as good clients", joint("45 past and 10 new applicants, half of them defaults", _far_from_elsewhere), *_terms(0.02, 1.0, 3.0), kind="edge",
             why="whole Newton steps arrive from zero; from elsewhere they may go on and on unless they are halved"),
        case("a slip of the keyboard", joint("50 past and 4 new applicants, two of them a million times out", _slips), *_terms(0.02, 1.0, 4.0), kind="stability",
             why="exp(1000) is too large for any computer, a probability of 0 or 1 is not"),
        case("two past applicants", _clear("2 past applicants, 4 new ones between them", _two_past, 0.01, 1.0, 2.0), *_terms(0.01, 1.0, 2.0), kind="edge",
             why="one past applicant of each kind is enough to fit"),
        case("one column, a penalty of ten", _clear("20 past and 5 new applicants, one column", _one_column, 10.0, 1.0, 3.0), *_terms(10.0, 1.0, 3.0), kind="edge",
             why="where the penalty makes nearly all of the curvature, a step twice as long swings from side to side for ever"),
        case("twenty columns that say nearly the same", _clear("80 past and 6 new applicants, 20 columns nearly alike", _twenty_columns, 0.1, 1.0, 3.0), *_terms(0.1, 1.0, 3.0), kind="edge",
             why="the curvatures of columns that say the same add up, and so does what they have to say"),
        case("a level of a hundred million", _clear("40 past and 8 new applicants, one column near 1e8 with a spread of 1", _on_a_level, 0.02, 1.0, 3.0), *_terms(0.02, 1.0, 3.0), kind="stability",
             why="standardising takes the level out; beside what is left of it the spread would drown"),
        case("half precision", _clear("40 past and 8 new applicants in float16", _in_half_precision, 0.02, 1.0, 4.0), *_terms(0.02, 1.0, 4.0), kind="edge",
             why="half precision keeps three digits of a mean and a spread: they are computed in float64, whatever the figures are in"),
        case("lists", made("rows in a list", lambda r: r.normal(size=(6, 2)).tolist()), given((0.0, 1.0, 1.0, 0.0, 1.0, 0.0)), made("new rows in a list", lambda r: r.normal(size=(3, 2)).tolist()), *_terms(0.5, 1.0, 1000.0), kind="edge",
             why="lists of rows have no shape, no mean and no spread until they are made arrays"),
        case("a strong penalty", _applicants(40, 9, 3.0, 2.0, 5.0), *_terms(3.0, 2.0, 5.0), kind="edge", why="the slopes shrink, and the share of defaults stays"),
        case("another population", _applicants(48, 12, 0.05, 1.0, 2.5, drift=0.9), *_terms(0.05, 1.0, 2.5), kind="edge",
             why="new applicants differ from past ones, and the scorecard must show it"),
        case("columns that do not match", normal(6, 3), given([0.0, 1.0, 0.0, 1.0, 0.0, 1.0]), normal(2, 2), *_terms(0.1, 1.0, 1.0), kind="error",
             why="new applicants need the same columns"),
        case("outcomes in a column", normal(6, 2), given([[0.0], [1.0], [0.0], [1.0], [0.0], [1.0]]), normal(2, 2), *_terms(0.1, 1.0, 1.0), kind="error",
             why="y_train must be a vector"),
        case("one column for all", normal(6, 3), given([0.0, 1.0, 0.0, 1.0, 0.0, 1.0]), normal(2, 1), *_terms(0.1, 1.0, 1.0), kind="error",
             why="numpy would stretch a single column to all three"),
        case("one outcome for all", normal(6, 2), given([1.0]), normal(2, 2), *_terms(0.1, 1.0, 1.0), kind="error", why="numpy would stretch a single outcome to all past applicants"),
        case("past applicants in a vector", normal(4), given([0.0, 1.0, 0.0, 1.0]), normal(2, 4), *_terms(0.1, 1.0, 1.0), kind="error", why="X_train must be a matrix with one row an applicant"),
        case("a new applicant in a vector", normal(4, 3), given([0.0, 1.0, 0.0, 1.0]), normal(3), *_terms(0.1, 1.0, 1.0), kind="error", why="a single applicant is a matrix with one row"),
        case("a lost client that costs nothing", normal(6, 2), given([0.0, 1.0, 0.0, 1.0, 0.0, 1.0]), normal(2, 2), *_terms(0.1, 0.0, 1.0), kind="error", why="a cost is greater than 0"),
        case("a lost client that pays", normal(6, 2), given([0.0, 1.0, 0.0, 1.0, 0.0, 1.0]), normal(2, 2), *_terms(0.1, -1.0, 3.0), kind="error", why="a cost is not negative"),
        case("a lost client that pays a little", normal(6, 2), given([0.0, 1.0, 0.0, 1.0, 0.0, 1.0]), normal(2, 2), *_terms(0.1, -0.25, 3.0), kind="error", why="a cost is greater than 0, even if the sum of both is"),
        case("a default that costs nothing", normal(6, 2), given([0.0, 1.0, 0.0, 1.0, 0.0, 1.0]), normal(2, 2), *_terms(0.1, 1.0, 0.0), kind="error", why="a cost is greater than 0"),
        case("a negative cost", normal(6, 2), given([0.0, 1.0, 0.0, 1.0, 0.0, 1.0]), normal(2, 2), *_terms(0.1, 1.0, -1.0), kind="error", why="a cost is greater than 0"),
    ),
    checks=(
        value(rtol=SCORECARD, atol=SCORECARD_FLOOR, part=0, name="the probabilities are right"),
        same(1, name="the decisions are right"),
    ),
    misconceptions=(
        threshold_half, cost_ratio_inverted, threshold_cost_ratio_not_probability, no_intercept,
        returns_hard_probabilities, no_standardisation, test_uses_own_statistics, penalises_the_intercept,
        ignores_the_penalty, probability_of_repayment, accepts_instead_of_rejects, stops_too_early,
        nan_for_constant_columns, twice_the_penalty, sample_standard_deviation, standardises_past_and_new_together,
    ),
    alternatives=(log_odds_threshold, descent_and_expected_cost, one_applicant_at_a_time),
    equivalents=EQUIVALENTS,
)  # fmt: skip
