"""The long-only portfolio of least variance."""

from __future__ import annotations

import itertools

import numpy as np

from reference.bounds import FEASIBLE, LEAST_VARIANCE, NOT_NEGATIVE
from reference.optimisation._long_only_min_variance_equivalents import EQUIVALENTS
from reference.recipes import given, joint, made, normal, orthogonal
from reference.spec import Exercise, case, check, misconception


def long_only_min_variance(Sigma):
    """Return weights of a fully invested portfolio without short positions that has the least variance.

    Parameters
    ----------
    Sigma : array of shape (n, n)
        Covariance of the returns: symmetric and positive semidefinite, of any scale. No portfolio without short
        positions is free of risk.

    Returns
    -------
    array of shape (n,)
        Weights w >= 0 with sum 1 whose variance w' Sigma w is the smallest there is, up to a factor of 1.00001; where
        several are equally good any of them.

    Raises
    ------
    ValueError
        If `Sigma` is not square, not symmetric, or has a negative eigenvalue beyond rounding.

    Examples
    --------
    >>> long_only_min_variance([[1.0, 1.5], [1.5, 4.0]]).round(6).tolist()
    [1.0, 0.0]
    """
    S = _checked(Sigma)
    n = len(S)
    best, least = None, np.inf
    for size in range(1, n + 1):
        for chosen in itertools.combinations(range(n), size):
            part = S[np.ix_(chosen, chosen)]
            K = np.block([[part, np.ones((size, 1))], [np.ones((1, size)), np.zeros((1, 1))]])
            w = np.linalg.lstsq(K, np.append(np.zeros(size), 1.0), rcond=None)[0][:size]
            # Cutting what is short makes some portfolio of it; that of the best choice needs no cut.
            w = np.maximum(w, 0) / np.maximum(w, 0).sum()
            if w @ part @ w < least:
                least = w @ part @ w
                best = np.zeros(n)
                best[list(chosen)] = w
    return best


def _checked(Sigma):
    S = np.asarray(Sigma, dtype=float)
    if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():
        msg = f"Sigma has shape {S.shape}; needed is a symmetric matrix"
        raise ValueError(msg)
    if np.linalg.eigvalsh(S)[0] < -1e-9 * np.abs(S).max():
        msg = "Sigma has a negative eigenvalue"
        raise ValueError(msg)
    return S / np.abs(S).max()


def _project(v):
    u = np.sort(v)[::-1]
    sums = np.cumsum(u) - 1
    k = np.flatnonzero(u * np.arange(1, len(v) + 1) > sums)[-1] + 1
    return np.maximum(v - sums[k - 1] / k, 0)


def projected_descent(Sigma):
    S = _checked(Sigma)
    step = 1 / np.linalg.eigvalsh(S)[-1]
    w = np.full(len(S), 1 / len(S))
    for _ in range(1_500):
        w = _project(w - step * S @ w)
    return list(w)


def accelerated_descent(Sigma):
    S = _checked(Sigma)
    step = 1 / np.linalg.eigvalsh(S)[-1]
    w = ahead = np.full(len(S), 1 / len(S))
    for k in range(1_000):
        new = _project(ahead - step * S @ ahead)
        ahead, w = new + k / (k + 3) * (new - w), new
    return w


def one_asset_at_a_time(Sigma):
    """Minimise u'Su / 2 - sum(u) over u >= 0 by one entry after the other, in lists, and scale u to the budget."""
    S = _checked(Sigma).tolist()
    u = [1.0] * len(S)
    for _ in range(500):
        for i, row in enumerate(S):
            others = sum(s * v for s, v in zip(row, u, strict=True)) - row[i] * u[i]
            u[i] = max((1 - others) / row[i], 0.0)
    return tuple(v / sum(u) for v in u)


def _descend(S, step, steps, move=_project, start=None):
    w = np.full(len(S), 1 / len(S)) if start is None else start
    with np.errstate(all="ignore"):
        for _ in range(steps):
            new = move(w - step * S @ w)
            if not np.isfinite(new).all():
                return w
            w = new
    return w


def _raw(Sigma):
    """Return the matrix as it is, after the same tests."""
    _checked(Sigma)
    return np.asarray(Sigma, dtype=float)


def stops_when_weights_stand_nearly_still(Sigma):
    S = _checked(Sigma)
    step = 1 / np.linalg.eigvalsh(S)[-1]
    w, change = np.full(len(S), 1 / len(S)), 1.0
    while change > 1e-6:
        new = _project(w - step * S @ w)
        w, change = new, np.abs(new - w).max()
    return w


@misconception("Compare your variance with that of slightly different weights.")
def clips_unconstrained_solution(Sigma):
    S = _checked(Sigma)
    w = np.maximum(np.linalg.pinv(S) @ np.ones(len(S)), 0)
    return w / w.sum()


@misconception("Express returns in per cent: does your algorithm still arrive?")
def fixed_step_ignores_scale(Sigma):
    return _descend(_raw(Sigma), 0.1, 300)


@misconception("How do you know that you have arrived?")
def too_few_iterations(Sigma):
    S = _checked(Sigma)
    return _descend(S, 0.2 / max(np.linalg.eigvalsh(S)[-1], 1e-300), 20)


@misconception("Look at the signs of the weights.")
def allows_short_positions(Sigma):
    S = _checked(Sigma)
    u = np.linalg.pinv(S) @ np.ones(len(S))
    return u / u.sum()


@misconception("Can a softmax ever give exactly 0?")
def softmax_instead_of_projection(Sigma):
    S = _checked(Sigma)

    def softmax(v):
        e = np.exp(v - v.max())
        return e / e.sum()

    return _descend(S, 1.0, 500, softmax)


@misconception("Does diversification help?")
def single_safest_asset(Sigma):
    S = _checked(Sigma)
    return np.eye(len(S))[np.argmin(np.diag(S))]


@misconception("Up or down?")
def gradient_ascent(Sigma):
    S = _checked(Sigma)
    return _descend(S, -1 / max(np.linalg.eigvalsh(S)[-1], 1e-300), 500)


@misconception("When do correlations not matter?")
def inverse_variance_only(Sigma):
    S = _checked(Sigma)
    u = 1 / np.maximum(np.diag(S), 1e-12)
    return u / u.sum()


@misconception("Is the risk of each asset the same?")
def equal_weights(Sigma):
    S = _checked(Sigma)
    return np.full(len(S), 1 / len(S))


@misconception("Drop the short positions. Is it over then, or are others short now?")
def drops_short_positions_once(Sigma):
    S = _checked(Sigma)
    u = np.linalg.pinv(S) @ np.ones(len(S))
    kept = u > 0
    out = np.zeros(len(S))
    v = np.linalg.pinv(S[np.ix_(kept, kept)]) @ np.ones(kept.sum())
    out[kept] = v / v.sum()
    return out


@misconception("After the step: is rescaling the nearest feasible point?")
def rescales_instead_of_projecting(Sigma):
    S = _checked(Sigma)

    def rescale(v):
        v = np.maximum(v, 0)
        return v / v.sum() if v.sum() > 0 else np.full(len(v), 1 / len(v))

    return _descend(S, 1 / max(np.linalg.eigvalsh(S)[-1], 1e-300), 400, rescale)


@misconception("Is everything invested?")
def not_fully_invested(Sigma):
    return 0.9 * long_only_min_variance(Sigma)


@misconception("In which direction does Sigma stretch most: along one asset, or along a mixture of several?")
def step_from_largest_variance(Sigma):
    S = _checked(Sigma)
    return _descend(S, 1 / np.diag(S).max(), 501)


@misconception("An asset that was sold short at first: can it be worth having once others are gone?")
def drops_short_positions_for_good(Sigma):
    S = _checked(Sigma)
    kept = np.arange(len(S))
    while True:
        u = np.linalg.lstsq(S[np.ix_(kept, kept)], np.ones(len(kept)), rcond=None)[0]
        if (u >= 0).all():
            break
        kept = kept[u >= 0]
    w = np.zeros(len(S))
    w[kept] = u / u.sum()
    return w


@misconception("How small is a daily variance itself, and how small is the change at which you stop?")
def stops_at_an_absolute_change(Sigma):
    S = _raw(Sigma)
    step = 1 / np.linalg.eigvalsh(S)[-1]
    w = np.full(len(S), 1 / len(S))
    for _ in range(20_000):
        new = _project(w - step * S @ w)
        if abs(new @ S @ new - w @ S @ w) < 1e-8:
            return new
        w = new
    return w


@misconception("Is the least risk reached where every asset contributes the same share of it?")
def equal_risk_contributions(Sigma):
    S = _checked(Sigma)
    # Contributions w_i (S w)_i of 1 minimise w'Sw / 2 - sum(log w), by one asset after the other.
    w = np.ones(len(S))
    for _ in range(100):
        for i, row in enumerate(S):
            others = row @ w - row[i] * w[i]
            w[i] = (np.sqrt(others * others + 4 * row[i]) - others) / (2 * row[i])
    return w / w.sum()


@check("everything is invested")
def invested(Sigma, w):
    return abs(np.sum(w) - 1), FEASIBLE


@check("nothing is sold short")
def long_only(Sigma, w):
    return max(-np.min(w), 0.0), NOT_NEGATIVE


@check("no other portfolio has less variance")
def least(Sigma, w):
    # For every vector u and every long-only portfolio p, p'Sp is at least min(Su)^2 / u'Su where that minimum is
    # positive: a floor under all portfolios, sharp at the optimum. The marginal risks of w itself give a floor that is
    # too low by the error of w, while its variance errs by the square; so the floors of what is best on the largest
    # weights are tried as well. No optimum has to be known.
    S = np.asarray(Sigma, dtype=float)
    order = np.argsort(-w)
    floor = 0.0
    for k in range(len(w) + 1):
        u = w
        if k > 0:
            u = np.zeros(len(w))
            u[order[:k]] = np.linalg.lstsq(S[np.ix_(order[:k], order[:k])], np.ones(k), rcond=None)[0]
        risk = S @ u
        if np.min(risk) > 0 and u @ risk > 0:
            floor = max(floor, np.min(risk) ** 2 / (u @ risk))
    return max(w @ S @ w - floor, 0.0), LEAST_VARIANCE * floor


def _covariance(rng, n, scale=1.0):
    """Return a covariance of condition up to 100 whose long-only portfolio leaves somebody out and holds at least two.

    Where there are five assets or more, one is sold short still, or again, after those sold short at first are dropped.
    The asset with the largest variance has the largest marginal risk among equal weights too: whoever walks uphill ends
    there, by steps of any length.
    """
    while True:
        Q = orthogonal(rng, n)
        S = (Q * np.geomspace(1, 0.04, n)) @ Q.T
        risks = rng.uniform(0.7, 1.6, n)
        S = S * np.outer(risks, risks)
        S = scale * (S + S.T) / 2
        if np.argmax(S.sum(axis=0)) != np.argmax(np.diag(S)):
            continue
        if n >= 5 and drops_short_positions_once.solution(S).min() > -1e-2:
            continue
        if 1 < (long_only_min_variance(S) > 1e-3).sum() < n:
            return S


def _some(n, scale=1.0):
    return made(f"a covariance of {n} assets, scale {scale:g}", lambda rng: _covariance(rng, n, scale))


def _dominated(rng):
    """Return three assets of which one is riskier than another and almost the same."""
    a, b = rng.uniform(0.8, 1.2), rng.uniform(2, 3)
    S = np.diag([a * a, b * b, rng.uniform(1, 2)])
    S[0, 1] = S[1, 0] = 0.9 * a * b
    return S


def _against_each_other(rng):
    """Return six assets in two blocks: Sigma stretches their difference three times as much as a single asset.

    Other directions have curvatures some fifty times smaller. A descent with steps of 1/L is 3e-5 to 6e-5 above the
    least variance after 200 of them, and at rounding after 1000.
    """
    order = rng.permutation(6)
    blocks = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])[order]
    risks = np.linspace(0.7, 1.3, 6)[order] * rng.uniform(0.98, 1.02, 6)
    return (0.85 * np.outer(blocks, blocks) + 0.15 * np.eye(6)) * np.outer(risks, risks)


def _second_look(rng):
    """Return five assets of which one, with a weight of 28% in the end, is sold short as long as all are there.

    It is the one sold short most: dropping the worst one at a time loses it as well, and has 1.25 times the variance.
    """
    S = np.array(
        [
            [32, -5, 5, 21, 18],
            [-5, 27, -15, 28, -12],
            [5, -15, 26, 4, 10],
            [21, 28, 4, 100, -10],
            [18, -12, 10, -10, 22],
        ]
    )
    order = rng.permutation(5)
    return rng.uniform(0.01, 0.03) * S[np.ix_(order, order)]


def _replicas(rng):
    """Return four assets of which two are the same, and one is sold short if it may be: many portfolios are equally good.

    The matrix is singular to the last bit, whoever computes its eigenvalues or pivots: the twins are neighbours, are
    unrelated to the others, and the root of their variance is exact. In a random basis rounding would decide, case by
    case and processor by processor, whether the zero eigenvalue comes out negative.
    """
    S = np.zeros((4, 4))
    S[2:, 2:] = (rng.integers(6, 13) / 8) ** 2
    a, b, rho = rng.uniform(0.8, 1.2), rng.uniform(2, 3), rng.uniform(0.6, 0.9)
    S[:2, :2] = [[a * a, rho * a * b], [rho * a * b, b * b]]
    return S


def _indefinite(rng):
    """Return two pairs of assets with a correlation of 2: variances and determinant are positive."""
    return np.kron(np.diag(rng.uniform(0.5, 2, 2)), np.array([[1.0, 2.0], [2.0, 1.0]]))


def _changed(scale):
    """Return a recipe for a covariance of some scale with one entry above the diagonal changed by 0.3 of it."""

    def draw(rng):
        S = _covariance(rng, 4)
        S[0, 2] += 0.3
        return scale * S

    return made(f"a covariance of scale {scale:g} with one entry changed", draw)


def _one_sided(rng):
    """Return a covariance with zeros below its diagonal."""
    return np.triu(0.1 + np.abs(_covariance(rng, 3))) + np.eye(3)


def _below_zero(scale):
    """Return a recipe for a symmetric matrix with positive variances and one eigenvalue of -0.001 of its scale."""

    def draw(rng):
        Q = orthogonal(rng, 4)
        S = scale * (Q * np.array([1.0, 0.5, 0.3, -0.001])) @ Q.T
        return (S + S.T) / 2

    return made(f"eigenvalues of {scale:g} and of -0.001 times as much", draw)


EXERCISE = Exercise(
    solution=long_only_min_variance,
    points=8,
    cases=(
        case("two unrelated assets", given([[1.0, 0.0], [0.0, 4.0]]), public=True, why="by hand: weights proportional to 1 and 1/4, as without the constraint"),
        case("one would be sold short", given([[1.0, 1.5], [1.5, 4.0]]), public=True, why="by hand: without short positions the riskier asset gets nothing"),
        case("correlation of 2", given([[1.0, 2.0], [2.0, 1.0]]), public=True, kind="error", why="no portfolio has a negative variance"),
        case("five assets", _some(5), why="some assets are left out"),
        case("seven assets", _some(7), why="more of them"),
        case("daily returns", _some(5, 1e-5), kind="edge", why="a step that fits variances of 1 is too short for 0.00001"),
        case("returns in per cent", _some(4, 1e4), kind="edge", why="a step that fits variances of 1 is too long for 10,000"),
        case("no correlations", made("a diagonal matrix", lambda r: np.diag(r.uniform(0.5, 5, 5))), kind="edge", why="without correlations the inverse variances decide"),
        case("two blocks against each other", made("six assets in two blocks, shuffled", _against_each_other), kind="edge",
             why="what one block gains the other loses; along that direction the gradient changes fastest, and long steps jump "
                 "across, while short ones need several hundred for the others"),
        case("worth a second look", made("a covariance of five assets, shuffled", _second_look), kind="edge",
             why="an asset that looks useless among all may belong into the portfolio once others are gone"),
        case("two against two", given([[1.4, -0.8, 1.0, -1.3], [-0.8, 0.6, -0.6, 0.9], [1.0, -0.6, 0.9, -1.1], [-1.3, 0.9, -1.1, 1.8]]), kind="edge",
             why="risk changes fastest between assets that move against each other: steps twice too long swing to and fro"),
        case("a dominated asset", made("one asset worse than another", _dominated), kind="edge", why="an asset that only adds risk gets nothing"),
        case("the same asset twice", made("four assets, two of them the same", _replicas), kind="edge", why="identical assets share their weight in any way"),
        case("one asset", made("one variance", lambda r: np.array([[r.uniform(0.5, 3)]])), kind="edge", why="one asset gets everything"),
        case("whole numbers", joint("a whole covariance", lambda r: (np.array([[9, 5, 1], [5, 6, -1], [1, -1, 4]]) + np.diag(r.integers(0, 4, 3)),)), kind="edge", why="whole numbers in, fractions out"),
        case("tiny returns", _some(4, 1e-12), kind="edge", why="variances may be of any size, also of 1e-12"),
        case("a list of rows", given(((4, 1, 5), (1, 3, 0), (5, 0, 9))), kind="edge", why="a table may come as lists of rows"),
        case("one entry changed", _changed(1.0), kind="error", why="the covariance of assets 1 and 3 is that of 3 and 1"),
        case("one entry changed, daily returns", _changed(1e-5), kind="error", why="what makes a difference among daily variances is small"),
        case("one entry changed, tiny returns", _changed(1e-12), kind="error", why="no fixed number tells how much is a difference"),
        case("one entry changed, small returns", _changed(3e-10), kind="error", why="a difference of 1e-10 is large among variances of 3e-10"),
        case("one-sided", made("a covariance with zeros below its diagonal", _one_sided), kind="error", why="half a covariance is none"),
        case("just below zero", _below_zero(1.0), kind="error", why="-0.001 is far beyond rounding"),
        case("just below zero, daily returns", _below_zero(1e-5), kind="error", why="among daily variances -1e-8 is far beyond rounding"),
        case("just below zero, tiny returns", _below_zero(1e-12), kind="error", why="no fixed number tells what is rounding"),
        case("a row of variances", made("three variances", lambda r: r.uniform(0.5, 2, 3)), kind="error", why="variances without covariances are no covariance matrix"),
        case("a stack", given([[[2.0, 0.5], [0.5, 1.0]], [[0.5, 1.0], [1.0, 3.0]]]), kind="error", why="a stack of covariances is not square, even where each of them is"),
        case("a stack of one", given([[[2.0]]]), kind="error", why="a stack of one variance is no covariance matrix"),
        case("not symmetric", made("normal(3, 3) and a triangle", lambda r: r.standard_normal((3, 3)) + np.triu(np.ones((3, 3)), 1)), kind="error", why="covariances are symmetric"),
        case("a table", normal(3, 2), kind="error", why="a covariance is square"),
        case("indefinite", made("two correlations of 2", _indefinite), kind="error",
             why="all variances are positive and so is the determinant, and yet two portfolios have a negative variance"),
    ),
    checks=(invested, long_only, least),
    misconceptions=(
        clips_unconstrained_solution, fixed_step_ignores_scale, too_few_iterations, allows_short_positions,
        softmax_instead_of_projection, single_safest_asset, gradient_ascent, inverse_variance_only, equal_weights,
        drops_short_positions_once, rescales_instead_of_projecting, not_fully_invested, step_from_largest_variance,
        drops_short_positions_for_good, stops_at_an_absolute_change, equal_risk_contributions,
    ),
    alternatives=(projected_descent, accelerated_descent, stops_when_weights_stand_nearly_still, one_asset_at_a_time),
    equivalents=EQUIVALENTS,
)  # fmt: skip
