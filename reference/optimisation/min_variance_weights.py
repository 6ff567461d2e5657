"""The fully invested portfolio of least variance."""

from __future__ import annotations

import numpy as np

from reference.bounds import PORTFOLIO, PORTFOLIO_FLOOR, PORTFOLIO_ILL
from reference.measures import value
from reference.recipes import given, joint, made, normal, orthogonal
from reference.spec import Exercise, case, misconception


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
    if len(S) == 1:
        return [1]
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


def _asymmetric(rng):
    """Return a covariance with one entry above the diagonal changed; what is below makes a covariance."""
    S = _covariance(rng, 4)
    S[0, 2] += 0.3
    return S


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
        case("indefinite", made("two correlations of 2", _indefinite), kind="error",
             why="all variances are positive and so is the determinant, and yet two portfolios have a negative variance"),
        case("an asset without risk", made("four variances, one 0", _without_risk), kind="error",
             why="a covariance with a row of zeros is not positive definite, and has no inverse"),
        case("one entry changed", made("a covariance with one entry changed", _asymmetric), kind="error",
             why="the covariance of assets 1 and 3 is that of 3 and 1"),
        case("a table", normal(3, 2), kind="error", why="a covariance is square"),
    ),
    checks=(value(rtol=PORTFOLIO, atol=PORTFOLIO_FLOOR, of_largest=True),),
    misconceptions=(
        inverse_variance_only, inverse_volatility, clips_negative_weights, normalises_by_euclidean_norm,
        elementwise_inverse, not_normalised, equal_weights, single_safest_asset, smallest_eigenvector,
        jitter_on_the_diagonal, absolute_weights, proportional_to_risk, accepts_singular,
        checks_sign_of_determinant_only, reads_lower_triangle_only,
    ),
    alternatives=(by_lagrange, by_cholesky, by_eigenvectors, without_the_last_asset),
)  # fmt: skip
