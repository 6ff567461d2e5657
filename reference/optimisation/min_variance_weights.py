"""The fully invested portfolio of least variance."""

from __future__ import annotations

import numpy as np

from reference.bounds import PORTFOLIO, PORTFOLIO_FLOOR, PORTFOLIO_ILL
from reference.measures import value
from reference.recipes import given, joint, made, normal, orthogonal
from reference.spec import Exercise, case, equivalents, misconception


def min_variance_weights(Sigma):
    """Return the weights of the fully invested portfolio with the least variance; short positions are allowed.

    Parameters
    ----------
    Sigma : array of shape (n, n)
        Covariance of the returns: symmetric and positive definite, of any scale.

    Returns
    -------
    array of shape (n,)
        Weights that add up to 1: the solution of Sigma u = (1, ..., 1)', divided by its sum.

    Raises
    ------
    ValueError
        If `Sigma` is not square, not symmetric, or not positive definite.

    Examples
    --------
    >>> min_variance_weights([[1, 0], [0, 4]]).tolist()
    [0.8, 0.2]
    """
    S = _checked(Sigma)
    u = np.linalg.solve(S, np.ones(len(S)))
    return u / u.sum()


def _checked(Sigma):
    S = np.asarray(Sigma, dtype=float)
    if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():
        msg = f"Sigma has shape {S.shape}; needed is a symmetric matrix"
        raise ValueError(msg)
    # Rounding can make a zero eigenvalue positive; the pivots of a row of zeros are zero.
    np.linalg.cholesky(S)
    return S


def by_lagrange(Sigma):
    S = _checked(Sigma)
    n, scale = len(S), np.abs(S).max()
    K = np.zeros((n + 1, n + 1))
    K[:n, :n], K[:n, n], K[n, :n] = S / scale, 1, 1
    return list(np.linalg.solve(K, np.append(np.zeros(n), 1.0))[:n])


def by_cholesky(Sigma):
    L = np.linalg.cholesky(_checked(Sigma))
    u = np.linalg.solve(L.T, np.linalg.solve(L, np.ones(len(L))))
    return u / sum(u)


def by_eigenvectors(Sigma):
    values, vectors = np.linalg.eigh(_checked(Sigma))
    u = sum(v.sum() / value * v for value, v in zip(values, vectors.T, strict=True))
    return tuple(u / np.sum(u))


def without_the_last_asset(Sigma):
    """Put the budget into the last weight, and minimise over the others, which are free."""
    S = _checked(Sigma)
    against_last = np.vstack([np.eye(len(S) - 1), -np.ones(len(S) - 1)])
    others = np.linalg.solve(against_last.T @ S @ against_last, -against_last.T @ S[:, -1])
    return np.append(others, 1 - others.sum())


@misconception("When do correlations not matter?")
def inverse_variance_only(Sigma):
    u = 1 / np.diag(_checked(Sigma))
    return u / u.sum()


@misconception("Test with a diagonal matrix, and do the algebra.")
def inverse_volatility(Sigma):
    u = 1 / np.sqrt(np.diag(_checked(Sigma)))
    return u / u.sum()


@misconception("Does the text forbid short positions here?")
def clips_negative_weights(Sigma):
    w = np.maximum(min_variance_weights(Sigma), 0)
    return w / w.sum()


@misconception("Which norm is the budget?")
def normalises_by_euclidean_norm(Sigma):
    w = min_variance_weights(Sigma)
    return w / np.linalg.norm(w)


@misconception("Is 1 / Sigma the inverse of a matrix?")
def elementwise_inverse(Sigma):
    S = _checked(Sigma)
    with np.errstate(all="ignore"):
        u = np.where(S == 0, 0.0, 1 / S).sum(axis=1)
        return u / u.sum()


@misconception("What do your weights add up to?")
def not_normalised(Sigma):
    S = _checked(Sigma)
    return np.linalg.solve(S, np.ones(len(S)))


@misconception("Is the risk of each asset the same?")
def equal_weights(Sigma):
    S = _checked(Sigma)
    return np.full(len(S), 1 / len(S))


@misconception("Does diversification help?")
def single_safest_asset(Sigma):
    S = _checked(Sigma)
    return np.eye(len(S))[np.argmin(np.diag(S))]


@misconception("Does the direction of least variance respect the budget?")
def smallest_eigenvector(Sigma):
    v = np.linalg.eigh(_checked(Sigma))[1][:, 0]
    return v / v.sum()


@misconception("How large is what you add to the diagonal, compared with daily variances?")
def jitter_on_the_diagonal(Sigma):
    S = _checked(Sigma)
    return min_variance_weights(S + 1e-4 * np.eye(len(S)))


@misconception("Rows of the inverse are added up. And then?")
def absolute_weights(Sigma):
    w = np.abs(min_variance_weights(Sigma))
    return w / w.sum()


@misconception("Do large weights belong to assets of large or of small risk?")
def proportional_to_risk(Sigma):
    u = _checked(Sigma).sum(axis=1)
    return u / u.sum()


@misconception("Two directions have negative variance. Which sign does the determinant have?")
def checks_sign_of_determinant_only(Sigma):
    S = np.asarray(Sigma, dtype=float)
    if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():
        raise ValueError
    if np.linalg.det(S / np.abs(S).max()) <= 0:
        raise ValueError
    u = np.linalg.solve(S, np.ones(len(S)))
    return u / u.sum()


@misconception("Which triangle of its argument does np.linalg.cholesky read?")
def reads_lower_triangle_only(Sigma):
    L = np.linalg.cholesky(np.asarray(Sigma, dtype=float))
    u = np.linalg.solve(L.T, np.linalg.solve(L, np.ones(len(L))))
    return u / u.sum()


@misconception("What weight gets an asset without any risk from your formula, and what weight should it get?")
def accepts_singular(Sigma):
    S = np.asarray(Sigma, dtype=float)
    if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():
        raise ValueError
    if np.linalg.eigvalsh(S)[0] < -1e-12:
        raise ValueError
    u = np.linalg.pinv(S) @ np.ones(len(S))
    return u / u.sum()


def _covariance(rng, n, scale=1.0, condition=30.0):
    """Return a covariance matrix of a given condition whose least-variance portfolio is clearly invested."""
    while True:
        Q = orthogonal(rng, n)
        S = (Q * np.geomspace(1, 1 / condition, n)) @ Q.T
        S = scale * (S + S.T) / 2
        u = np.linalg.solve(S, np.ones(n))
        if n == 1 or u.sum() > 0.15 * np.sqrt(n) * np.linalg.norm(u):
            return S


def _some(n, scale=1.0, condition=30.0):
    return made(
        f"a covariance of {n} assets, scale {scale:g}, condition {condition:g}",
        lambda rng: _covariance(rng, n, scale, condition),
    )


def _short(rng):
    """Return two strongly correlated assets of different risk, of which the riskier one is sold short."""
    a, b, rho = rng.uniform(0.8, 1.2), rng.uniform(2, 3), rng.uniform(0.75, 0.9)
    S = np.eye(3) * rng.uniform(1.5, 2)
    S[:2, :2] = [[a * a, rho * a * b], [rho * a * b, b * b]]
    return S


def _without_risk(rng):
    """Return four variances, one of them 0.

    Without correlations the zero eigenvalue is exactly 0 on every processor. Among correlated assets rounding would
    decide whether it comes out positive, and with it whether a test of the eigenvalues raises.
    """
    return np.diag(rng.permutation(np.append(rng.uniform(0.5, 5, 3), 0.0)))


def _indefinite(rng):
    """Return two pairs of assets with a correlation of 2: variances and determinant are positive."""
    return np.kron(np.diag(rng.uniform(0.5, 2, 2)), np.array([[1.0, 2.0], [2.0, 1.0]]))


def _one_factor(rng):
    """Return assets that share one factor, and whose own risks are the same: all eigenvalues but one are equal."""
    loads = rng.uniform(0.3, 1.5, 5)
    return rng.uniform(0.5, 1) * np.eye(5) + np.outer(loads, loads)


def _negative_direction(rng):
    """Return a symmetric matrix with positive variances and one negative eigenvalue."""
    b, c = rng.uniform(0.8, 0.95, 2)
    scale = np.diag(rng.uniform(0.5, 2, 3))
    return scale @ np.array([[1.0, b, -c], [b, 1.0, c], [-c, c, 1.0]]) @ scale


def _one_sided(rng):
    """Return a covariance with zeros below its diagonal."""
    return np.triu(0.1 + np.abs(_covariance(rng, 3))) + np.eye(3)


def _changed(scale):
    """Return a recipe for a covariance of some scale with one entry above the diagonal changed by 0.3 of it."""
    return made(f"a covariance of scale {scale:g} with one entry changed", lambda rng: scale * _asymmetric(rng))


def _asymmetric(rng):
    """Return a covariance with one entry above the diagonal changed; what is below makes a covariance."""
    S = _covariance(rng, 4)
    S[0, 2] += 0.3
    return S


INVERSE = "differs by 5e-14 of the largest weight, of 1e-7 allowed, and by 4e-10 of 1e-6 at condition 1e6 (measured on 300 seeds)"
PROMOTED = "the factor and the solution are float64 for whole numbers, and the right-hand side makes float64 of single precision"
RAISED = "numpy's difference of a table and its transpose, or else its Cholesky factor, raises ValueError for a table that is not square"
ANTISYMMETRIC = "S - S' holds each difference with both signs, so its largest entry is its largest absolute one"
ROUNDING = "how much rounding may break symmetry is not in the text: covariances here are symmetric to the bit, or off by 0.04 and more of the largest entry"
LARGEST = "the largest absolute entry of a matrix without negative eigenvalues stands on its diagonal, and is positive; others raise either way"
SCALE_FREE = "the sign cancels in u / sum(u), and the Cholesky factor has been tried before"
BUDGET = "where 1'w = 1, c 11' adds c to w'Sw whatever w is, a factor of S changes no minimiser, and the multiplier may be any multiple"
LENGTHS = "there is an eigenvector for each eigenvalue, so strict finds nothing"
SYMMETRIC = "S is symmetric: it is its own transpose"
EQUIVALENTS = (
    equivalents("min_variance_weights", "u = np.linalg.solve(S, np.ones(len(S)))",
                  "u = np.linalg.inv(S) @ np.ones(len(S))",
                  reason=INVERSE)
    + equivalents("min_variance_weights", "S = np.asarray(Sigma, dtype=float)",
                  "S = np.asarray(Sigma)",
                  reason=PROMOTED)
    + equivalents("min_variance_weights", "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] < S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] > S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[1] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[-1] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[0] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  reason=RAISED)
    + equivalents("min_variance_weights", "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or (S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S.T - S).max() > 1e-10 * np.abs(S).max():",
                  reason=ANTISYMMETRIC)
    + equivalents("min_variance_weights", "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-07 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-13 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).min():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() >= 1e-10 * np.abs(S).max():",
                  reason=ROUNDING)
    + equivalents("min_variance_weights", "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * S.max():",
                  reason=LARGEST)
    + equivalents("min_variance_weights", "return S", "return -S", reason=SCALE_FREE)
    + equivalents("by_lagrange", "n, scale = len(S), np.abs(S).max()", "n, scale = len(S), S.max()", reason=LARGEST)
    + equivalents("by_lagrange", "K[:n, :n], K[:n, n], K[n, :n] = S / scale, 1, 1",
                  "K[:n, :n], K[:n, n], K[n, :n] = S + scale, 1, 1",
                  "K[:n, :n], K[:n, n], K[n, :n] = S - scale, 1, 1",
                  "K[:n, :n], K[:n, n], K[n, :n] = S * scale, 1, 1",
                  "K[:n, :n], K[:n, n], K[n, :n] = S / scale, 2, 1",
                  reason=BUDGET)
    + equivalents("by_lagrange", "return list(np.linalg.solve(K, np.append(np.zeros(n), 1.0))[:n])",
                  "return list((np.linalg.inv(K) @ np.append(np.zeros(n), 1.0))[:n])",
                  reason=INVERSE)
    + equivalents("by_cholesky", "u = np.linalg.solve(L.T, np.linalg.solve(L, np.ones(len(L))))",
                  "u = np.linalg.inv(L.T) @ np.linalg.solve(L, np.ones(len(L)))",
                  "u = np.linalg.solve(L.T, np.linalg.inv(L) @ np.ones(len(L)))",
                  reason=INVERSE)
    + equivalents("by_eigenvectors", "u = sum(v.sum() / value * v for value, v in zip(values, vectors.T, strict=True))",
                  "u = sum(v.sum() / value * v for value, v in zip(values, vectors.T, strict=False))",
                  reason=LENGTHS)
    + equivalents("without_the_last_asset", "others = np.linalg.solve(against_last.T @ S @ against_last, -against_last.T @ S[:, -1])",
                  "others = np.linalg.inv(against_last.T @ S @ against_last) @ (-against_last.T @ S[:, -1])",
                  reason=INVERSE)
    + equivalents("without_the_last_asset", "others = np.linalg.solve(against_last.T @ S @ against_last, -against_last.T @ S[:, -1])",
                  "others = np.linalg.solve(against_last.T @ S.T @ against_last, -against_last.T @ S[:, -1])",
                  reason=SYMMETRIC)
    + equivalents("notebook", "Sigma = np.asarray(Sigma, dtype=float)",
                  "Sigma = np.asarray(Sigma)",
                  reason=PROMOTED)
    + equivalents("notebook", "if Sigma.ndim != 2 or Sigma.shape[0] != Sigma.shape[1]:",
                  "if Sigma.ndim != 2:", "if Sigma.ndim != 2 or Sigma.shape[0] < Sigma.shape[1]:",
                  "if Sigma.ndim != 2 or Sigma.shape[0] > Sigma.shape[1]:",
                  "if Sigma.ndim != 2 or Sigma.shape[1] != Sigma.shape[1]:",
                  "if Sigma.ndim != 2 or Sigma.shape[-1] != Sigma.shape[1]:",
                  "if Sigma.ndim != 2 or Sigma.shape[0] != Sigma.shape[0]:",
                  reason=RAISED)
    + equivalents("notebook", "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.max(np.abs(Sigma)):",
                  "if np.max(Sigma - Sigma.T) > 1e-10 * np.max(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma.T - Sigma)) > 1e-10 * np.max(np.abs(Sigma)):",
                  reason=ANTISYMMETRIC)
    + equivalents("notebook", "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.max(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma - Sigma.T)) > 1e-07 * np.max(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma - Sigma.T)) > 1e-13 * np.max(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.min(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma - Sigma.T)) >= 1e-10 * np.max(np.abs(Sigma)):",
                  reason=ROUNDING)
    + equivalents("notebook", "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.max(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.max(Sigma):",
                  reason=LARGEST)
    + equivalents("notebook", "weights = np.linalg.solve(Sigma, np.ones(len(Sigma)))",
                  "weights = np.linalg.inv(Sigma) @ np.ones(len(Sigma))",
                  reason=INVERSE)
)  # fmt: skip

EXERCISE = Exercise(
    solution=min_variance_weights,
    points=4,
    cases=(
        case("two unrelated assets", given([[1.0, 0.0], [0.0, 4.0]]), public=True, why="by hand: weights proportional to 1 and 1/4"),
        case("a short position", given([[1.0, 1.5], [1.5, 4.0]]), public=True, why="by hand: (4 - 1.5, 1 - 1.5) divided by 2: the riskier asset hedges the other"),
        case("not symmetric", given([[1.0, 0.5], [0.0, 1.0]]), public=True, kind="error", why="covariances are symmetric"),
        case("five assets", _some(5), why="five correlated assets"),
        case("eight assets", _some(8, 2.0, 100.0), why="more of them"),
        case("somebody is sold short", made("two correlated assets and a third", _short), kind="edge", why="a short position reduces risk where two assets move together"),
        case("no correlations", made("a diagonal matrix", lambda r: np.diag(r.uniform(0.5, 5, 4))), kind="edge", why="without correlations the inverse variances decide"),
        case("one asset", made("one variance", lambda r: np.array([[r.uniform(0.5, 3)]])), kind="edge", why="one asset gets everything"),
        case("daily returns", _some(4, 1e-5), kind="edge", why="daily variances are of size 0.00001"),
        case("whole numbers", joint("a whole covariance", lambda r: (np.array([[9, 2, 1], [2, 6, -1], [1, -1, 4]]) + np.diag(r.integers(0, 4, 3)),)), kind="edge", why="whole numbers in, fractions out"),
        case("nearly dependent", _some(4, 1.0, 1e6), kind="edge", checks=(value(rtol=PORTFOLIO_ILL, atol=PORTFOLIO_FLOOR, of_largest=True),), why="assets that nearly replicate each other"),
        case("two assets", _some(2, 0.04, 8.0), kind="edge", why="two assets, one number to choose"),
        case("tiny returns", _some(3, 1e-12), kind="edge", why="variances may be of any size, also of 1e-12"),
        case("one factor", made("five assets that share one factor", _one_factor), kind="edge", why="where eigenvalues are equal, eigenvectors can be chosen in many ways, and the portfolio cannot"),
        case("a list of rows", given(((2, 1), (1, 3))), kind="edge", why="a table may come as lists of rows"),
        case("indefinite", made("two correlations of 2", _indefinite), kind="error",
             why="all variances are positive and so is the determinant, and yet two portfolios have a negative variance"),
        case("an asset without risk", made("four variances, one 0", _without_risk), kind="error",
             why="a covariance with a row of zeros is not positive definite, and has no inverse"),
        case("one entry changed", made("a covariance with one entry changed", _asymmetric), kind="error",
             why="the covariance of assets 1 and 3 is that of 3 and 1"),
        case("one entry changed, daily returns", _changed(1e-5), kind="error", why="what makes a difference among daily variances is small"),
        case("one entry changed, tiny returns", _changed(1e-12), kind="error", why="no fixed number tells how much is a difference"),
        case("one entry changed, small returns", _changed(3e-10), kind="error", why="a difference of 1e-10 is large among variances of 3e-10"),
        case("one-sided", made("a covariance with zeros below its diagonal", _one_sided), kind="error", why="half a covariance is none"),
        case("a negative direction", made("three correlations that contradict each other", _negative_direction), kind="error",
             why="if two assets move together, a third cannot move with one and against the other"),
        case("a table", normal(3, 2), kind="error", why="a covariance is square"),
        case("a row of variances", made("three variances", lambda r: r.uniform(0.5, 2, 3)), kind="error", why="variances without covariances are no covariance matrix"),
        case("a stack", given([[[2.0, 0.5], [0.5, 1.0]], [[0.5, 1.0], [1.0, 3.0]]]), kind="error", why="a stack of covariances is not square, even where each of them is"),
    ),
    checks=(value(rtol=PORTFOLIO, atol=PORTFOLIO_FLOOR, of_largest=True),),
    misconceptions=(
        inverse_variance_only, inverse_volatility, clips_negative_weights, normalises_by_euclidean_norm,
        elementwise_inverse, not_normalised, equal_weights, single_safest_asset, smallest_eigenvector,
        jitter_on_the_diagonal, absolute_weights, proportional_to_risk, accepts_singular,
        checks_sign_of_determinant_only, reads_lower_triangle_only,
    ),
    alternatives=(by_lagrange, by_cholesky, by_eigenvectors, without_the_last_asset),
    equivalents=EQUIVALENTS,
)  # fmt: skip
