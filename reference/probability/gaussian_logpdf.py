"""Logarithm of a multivariate normal density."""

from __future__ import annotations

import math

import numpy as np

from reference.bounds import LOG_DENSITY, LOG_DENSITY_ILL, LOG_DENSITY_ILL_FLOOR
from reference.measures import value
from reference.recipes import given, integers, joint, made, normal, orthogonal, with_spectrum
from reference.spec import Exercise, case, equivalents, misconception

# An asymmetry of this share of the largest entry is more than rounding.
ASYMMETRY = 1e-10
LOG_2PI = math.log(2 * math.pi)


def gaussian_logpdf(X, mu, Sigma):
    """Return the natural logarithm of a normal density at each row of X.

    Parameters
    ----------
    X : array of shape (n, d)
        One row a payment, one column a feature.
    mu : array of shape (d,)
        Mean.
    Sigma : array of shape (d, d)
        Covariance matrix: symmetric and positive definite.

    Returns
    -------
    array of shape (n,)
        -1/2 ((x - mu)' inverse(Sigma) (x - mu) + log det(Sigma) + d log(2 pi)) for each row x. Finite even where the
        density itself or the determinant is too small for a float64.

    Raises
    ------
    ValueError
        If the shapes do not fit, or if Sigma is not symmetric (by more than rounding, 1e-10 of its largest entry) or
        not positive definite.

    Examples
    --------
    >>> gaussian_logpdf([[0.0], [2.0]], [0.0], [[4.0]]).round(6).tolist()
    [-1.612086, -2.112086]
    """
    deviations, Sigma = _checked(X, mu, Sigma)
    L = np.linalg.cholesky(Sigma)
    z = np.linalg.solve(L, deviations.T)
    return -0.5 * ((z**2).sum(axis=0) + 2 * np.log(np.diag(L)).sum() + len(L) * LOG_2PI)


def _fitting(X, mu, Sigma):
    X, mu, Sigma = (np.asarray(v, dtype=float) for v in (X, mu, Sigma))
    if X.ndim != 2 or mu.shape != X.shape[1:] or Sigma.shape != mu.shape * 2:
        msg = f"X has shape {X.shape}, mu {mu.shape} and Sigma {Sigma.shape}; expected (n, d), (d,) and (d, d)"
        raise ValueError(msg)
    return X - mu, Sigma


def _checked(X, mu, Sigma):
    deviations, Sigma = _fitting(X, mu, Sigma)
    if np.abs(Sigma - Sigma.T).max() > ASYMMETRY * np.abs(Sigma).max():
        msg = "Sigma is not symmetric"
        raise ValueError(msg)
    return deviations, Sigma


def _definite(X, mu, Sigma):
    """Return deviations and Sigma, which is positive definite."""
    deviations, Sigma = _checked(X, mu, Sigma)
    np.linalg.cholesky(Sigma)
    return deviations, Sigma


def eigen_decomposition(X, mu, Sigma):
    deviations, Sigma = _checked(X, mu, Sigma)
    values, vectors = np.linalg.eigh(Sigma)
    if values.min() <= 1e-14 * values.max():
        msg = "Sigma is not positive definite"
        raise ValueError(msg)
    scores = deviations @ vectors
    squared = (scores**2 / values).sum(axis=1)
    return (-0.5 * (squared + np.log(2 * np.pi * values).sum())).tolist()


def inverse_in_a_loop(X, mu, Sigma):
    deviations, Sigma = _checked(X, mu, Sigma)
    if np.linalg.eigvalsh(Sigma)[0] <= 0:
        msg = "Sigma is not positive definite"
        raise ValueError(msg)
    inverse, logdet = np.linalg.inv(Sigma), np.linalg.slogdet(Sigma)[1]
    out = np.empty(len(deviations))
    for i, v in enumerate(deviations):
        out[i] = -(v @ inverse @ v + logdet + len(v) * np.log(2 * np.pi)) / 2
    return out


def feature_by_feature(X, mu, Sigma):
    """Multiply the densities of each feature given those before it, by eliminating one feature after the other."""
    deviations, left = _checked(X, mu, Sigma)
    total = np.zeros(len(deviations))
    while len(left):
        variance = left[0, 0]
        if variance <= 0:
            msg = "Sigma is not positive definite"
            raise ValueError(msg)
        total += deviations[:, 0] ** 2 / variance + math.log(2 * math.pi * variance)
        slope = left[1:, 0] / variance
        deviations = deviations[:, 1:] - np.outer(deviations[:, 0], slope)
        left = left[1:, 1:] - np.outer(slope, left[0, 1:])
    return -total / 2


def _squared(deviations, Sigma):
    return np.einsum("ij,ji->i", deviations, np.linalg.solve(Sigma, deviations.T))


def _logdet(Sigma):
    return np.linalg.slogdet(Sigma)[1]


@misconception("What is exp(-1800)?")
def log_of_pdf_underflows(X, mu, Sigma):
    deviations, Sigma = _definite(X, mu, Sigma)
    with np.errstate(all="ignore"):
        scale = np.exp(-0.5 * (_logdet(Sigma) + len(Sigma) * LOG_2PI))
        return np.log(np.exp(-0.5 * _squared(deviations, Sigma)) * scale)


@misconception("Multiply 200 numbers of size 1e-4.")
def det_underflows(X, mu, Sigma):
    deviations, Sigma = _definite(X, mu, Sigma)
    with np.errstate(all="ignore"):
        return -0.5 * (_squared(deviations, Sigma) + np.log(np.linalg.det(Sigma)) + len(Sigma) * LOG_2PI)


@misconception("Where does the square root of the determinant go?")
def missing_half_on_logdet(X, mu, Sigma):
    deviations, Sigma = _definite(X, mu, Sigma)
    return -0.5 * (_squared(deviations, Sigma) + len(Sigma) * LOG_2PI) - _logdet(Sigma)


@misconception("Two features that always move together: are two deviations twice the surprise?")
def ignores_correlations(X, mu, Sigma):
    deviations, Sigma = _definite(X, mu, Sigma)
    variances = np.diag(Sigma)
    return -0.5 * (deviations**2 / variances + np.log(2 * np.pi * variances)).sum(axis=1)


@misconception("Can a variance be negative in some direction?")
def accepts_indefinite(X, mu, Sigma):
    deviations, Sigma = _checked(X, mu, Sigma)
    return -0.5 * (_squared(deviations, Sigma) + _logdet(Sigma) + len(Sigma) * LOG_2PI)


@misconception("Two directions have negative variance. Which sign does the determinant have?")
def checks_sign_of_determinant_only(X, mu, Sigma):
    deviations, Sigma = _checked(X, mu, Sigma)
    sign, logdet = np.linalg.slogdet(Sigma)
    if sign <= 0:
        raise ValueError("not positive definite")
    return -0.5 * (_squared(deviations, Sigma) + logdet + len(Sigma) * LOG_2PI)


@misconception("Which triangle of its argument does np.linalg.cholesky read?")
def reads_lower_triangle_only(X, mu, Sigma):
    deviations, Sigma = _fitting(X, mu, Sigma)
    L = np.linalg.cholesky(Sigma)
    z = np.linalg.solve(L, deviations.T)
    return -0.5 * ((z**2).sum(axis=0) + 2 * np.log(np.diag(L)).sum() + len(L) * LOG_2PI)


@misconception("What does exp of your result integrate to?")
def forgets_two_pi(X, mu, Sigma):
    deviations, Sigma = _definite(X, mu, Sigma)
    return -0.5 * (_squared(deviations, Sigma) + _logdet(Sigma))


@misconception("The density of two independent features is a product: how many times does 2 pi occur in it?")
def one_two_pi_for_all_features(X, mu, Sigma):
    deviations, Sigma = _definite(X, mu, Sigma)
    return -0.5 * (_squared(deviations, Sigma) + _logdet(Sigma) + LOG_2PI)


@misconception("Does a larger variance make a deviation more surprising or less?")
def multiplies_by_sigma(X, mu, Sigma):
    deviations, Sigma = _definite(X, mu, Sigma)
    squared = np.einsum("ij,jk,ik->i", deviations, Sigma, deviations)
    return -0.5 * (squared + _logdet(Sigma) + len(Sigma) * LOG_2PI)


@misconception("With Sigma = L L', which of L and L' do you solve with to get a vector of uncorrelated entries?")
def solves_with_the_other_factor(X, mu, Sigma):
    deviations, Sigma = _checked(X, mu, Sigma)
    L = np.linalg.cholesky(Sigma)
    z = np.linalg.solve(L.T, deviations.T)
    return -0.5 * ((z**2).sum(axis=0) + 2 * np.log(np.diag(L)).sum() + len(L) * LOG_2PI)


@misconception("For d = 1 and variance 4, what is L, and what is the determinant of Sigma?")
def logdet_of_the_factor(X, mu, Sigma):
    deviations, Sigma = _definite(X, mu, Sigma)
    return -0.5 * (_squared(deviations, Sigma) + 0.5 * _logdet(Sigma) + len(Sigma) * LOG_2PI)


@misconception("Is a narrow density higher or lower at its centre than a wide one?")
def wrong_sign_of_logdet(X, mu, Sigma):
    deviations, Sigma = _definite(X, mu, Sigma)
    return -0.5 * (_squared(deviations, Sigma) - _logdet(Sigma) + len(Sigma) * LOG_2PI)


@misconception("Is 1e-6 small next to every variance? Compare with a version that leaves Sigma as it is.")
def adds_jitter(X, mu, Sigma):
    _definite(X, mu, Sigma)
    return gaussian_logpdf(X, mu, np.asarray(Sigma, float) + 1e-6 * np.eye(len(Sigma)))


@misconception("Whose mean is mu: that of the model, or that of the rows you were given?")
def centres_with_sample_mean(X, mu, Sigma):
    _definite(X, mu, Sigma)
    return gaussian_logpdf(X, np.mean(X, axis=0), Sigma)


@misconception("How many numbers should come back for n rows?")
def all_pairs_of_rows(X, mu, Sigma):
    deviations, Sigma = _definite(X, mu, Sigma)
    squared = deviations @ np.linalg.solve(Sigma, deviations.T)
    return -0.5 * (squared + _logdet(Sigma) + len(Sigma) * LOG_2PI)


@misconception("Print the type of the array that you collect the results in.")
def keeps_integer_type(X, mu, Sigma):
    out = np.zeros(len(X), dtype=np.asarray(X).dtype)
    out[:] = gaussian_logpdf(X, mu, Sigma)
    return out


def _with_variances(rng, low, high, d):
    """Return a symmetric matrix in a random basis with eigenvalues from low to high."""
    Q = orthogonal(rng, d)
    S = (Q * np.geomspace(low, high, d)) @ Q.T
    return (S + S.T) / 2


def _many_features(rng):
    d = 200
    Sigma = _with_variances(rng, 2e-5, 2e-3, d)
    mu = rng.standard_normal(d)
    return mu + 1e-2 * rng.standard_normal((4, d)), mu, Sigma


def _far_out(rng):
    Sigma = _with_variances(rng, 0.5, 3.0, 3)
    mu = rng.uniform(1, 2, 3)
    direction = rng.standard_normal((4, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return mu + 120 * direction, mu, Sigma


def _nearly_dependent(rng):
    """Return rows that are likely under a covariance of condition 1e6."""
    Q, sd = orthogonal(rng, 4), np.sqrt(np.geomspace(1e-6, 1.0, 4))
    S = (Q * sd**2) @ Q.T
    mu = rng.uniform(0.5, 1.5, 4)
    return mu + rng.standard_normal((5, 4)) * sd @ Q.T, mu, (S + S.T) / 2


def _positive_diagonal(rng):
    """Return variances of 1 and correlations of -0.8 that three features cannot have at once."""
    S = np.full((3, 3), -0.8) + 1.8 * np.eye(3)
    sd = rng.uniform(0.5, 2.0, 3)
    return S * np.outer(sd, sd)


def _asymmetric(rng):
    S = _with_variances(rng, 0.8, 2.0, 3)
    S[0, 2] += 0.3
    return S


def _tilted(share, scale):
    """Return a recipe for a covariance of size `scale` with one entry off by so large a share of the largest one."""

    def draw(rng):
        S = scale * (_with_variances(rng, 0.8, 2.0, 3) + np.diag([20.0, 0.0, 0.0]))
        S[2, 1] += share * S.max()
        return S

    return made(f"a covariance of size {scale:g}, one entry changed by {share:g} of the largest", draw)


def _equal_correlations(rng):
    """Return a covariance all of whose correlations are 0.6, in features of equal variance."""
    return rng.uniform(0.5, 2.0) * (np.full((4, 4), 0.6) + 0.4 * np.eye(4))


def _single(rng):
    """Return rows thirty away from mu, all float32: what single precision loses is then no matter of luck."""
    S = _with_variances(rng, 0.5, 2.0, 3)
    return tuple(
        v.astype(np.float32) for v in (30 + rng.standard_normal((6, 3)), rng.standard_normal(3), (S + S.T) / 2)
    )


def _shapes(X, mu, Sigma):
    """Return a recipe for arrays of these shapes, Sigma with 2 on its diagonal and 0 elsewhere."""
    return joint(
        f"shapes {X}, {mu} and {Sigma}",
        lambda rng: (rng.standard_normal(X), rng.standard_normal(mu), 2.0 * np.eye(*Sigma)),
    )


INVERSE = "the factor has a condition of up to 1e3, at which its inverse was seen at 3e-8 of what is allowed"
AXES = (
    "X fits a mu and a Sigma of one axis or three only where these fit each other, and numpy raises ValueError for "
    "them: Cholesky for numbers, np.diag for more than two axes"
)
RAISED = "numpy raises ValueError where Sigma is not square, has other axes than two or fits no deviation"
SQUARE = "a deviation and its opposite are at the same distance"
SIGNED = "the difference from the transpose has every entry with both signs"
DIAGONAL = (
    "the largest entry of a positive definite matrix is on its diagonal, and positive; for others Cholesky raises"
)
EDGE = "an asymmetry of exactly 1e-10 of the largest entry has probability 0"
THRESHOLD = (
    "what is positive definite has a condition of up to 1e6 here, as the text says, and what is not has an eigenvalue "
    "that is exactly 0 or well below"
)
SINGULAR = "where an eigenvalue is exactly 0, the inverse raises LinAlgError, which is a ValueError"
SAME = "v'Mv is one number, whatever is multiplied first"
LOGARITHM = "the logarithm of a variance that is not positive raises ValueError"
PROMOTED = "subtracted from a float64 array, whole numbers and float32 are promoted to it exactly"
EQUIVALENTS = (
    equivalents("gaussian_logpdf", "z = np.linalg.solve(L, deviations.T)", "z = np.linalg.inv(L) @ deviations.T",
                reason=INVERSE)
    + equivalents("gaussian_logpdf", "if X.ndim != 2 or mu.shape != X.shape[1:] or Sigma.shape != mu.shape * 2:",
                  "if mu.shape != X.shape[1:] or Sigma.shape != mu.shape * 2:",
                  "if X.ndim < 2 or mu.shape != X.shape[1:] or Sigma.shape != mu.shape * 2:",
                  "if X.ndim > 2 or mu.shape != X.shape[1:] or Sigma.shape != mu.shape * 2:", reason=AXES)
    + equivalents("gaussian_logpdf", "if X.ndim != 2 or mu.shape != X.shape[1:] or Sigma.shape != mu.shape * 2:",
                  "if X.ndim != 2 or mu.shape != X.shape[1:]:",
                  "if X.ndim != 2 or mu.shape != X.shape[1:] or Sigma.shape < mu.shape * 2:",
                  "if X.ndim != 2 or mu.shape > X.shape[1:] or Sigma.shape != mu.shape * 2:",
                  "if X.ndim != 2 or mu.shape != X.shape[1:] or Sigma.shape > mu.shape * 2:", reason=RAISED)
    + equivalents("gaussian_logpdf", "return X - mu, Sigma", "return -(X - mu), Sigma", "return mu - X, Sigma",
                  reason=SQUARE)
    + equivalents("gaussian_logpdf", "if np.abs(Sigma - Sigma.T).max() > ASYMMETRY * np.abs(Sigma).max():",
                  "if (Sigma - Sigma.T).max() > ASYMMETRY * np.abs(Sigma).max():",
                  "if np.abs(Sigma.T - Sigma).max() > ASYMMETRY * np.abs(Sigma).max():", reason=SIGNED)
    + equivalents("gaussian_logpdf", "if np.abs(Sigma - Sigma.T).max() > ASYMMETRY * np.abs(Sigma).max():",
                  "if np.abs(Sigma - Sigma.T).max() > ASYMMETRY * Sigma.max():", reason=DIAGONAL)
    + equivalents("gaussian_logpdf", "if np.abs(Sigma - Sigma.T).max() > ASYMMETRY * np.abs(Sigma).max():",
                  "if np.abs(Sigma - Sigma.T).max() >= ASYMMETRY * np.abs(Sigma).max():", reason=EDGE)
    + equivalents("gaussian_logpdf", "return deviations, Sigma", "return -deviations, Sigma", reason=SQUARE)
    + equivalents("eigen_decomposition", "if values.min() <= 1e-14 * values.max():",
                  "if values.min() <= 1e-11 * values.max():", "if values.min() <= 1e-17 * values.max():",
                  "if values.min() <= 1e-14 * values.min():", reason=THRESHOLD)
    + equivalents("inverse_in_a_loop", "if np.linalg.eigvalsh(Sigma)[0] <= 0:", "if np.linalg.eigvalsh(Sigma)[0] < 0:",
                  reason=SINGULAR)
    + equivalents("inverse_in_a_loop", "out[i] = -(v @ inverse @ v + logdet + len(v) * np.log(2 * np.pi)) / 2",
                  "out[i] = -(v @ (v @ inverse) + logdet + len(v) * np.log(2 * np.pi)) / 2",
                  "out[i] = -(inverse @ v @ v + logdet + len(v) * np.log(2 * np.pi)) / 2", reason=SAME)
    + equivalents("feature_by_feature", "if variance <= 0:", "if False:", "if variance == 0:", "if variance < 0:",
                  "if variance <= -1:", reason=LOGARITHM)
    + equivalents("feature_by_feature", "deviations = deviations[:, 1:] - np.outer(deviations[:, 0], slope)",
                  "deviations = np.outer(deviations[:, 0], slope) - deviations[:, 1:]", reason=SQUARE)
    + equivalents("notebook", "X = np.asarray(X, dtype=float)", "X = np.asarray(X)", reason=PROMOTED)
    + equivalents("notebook", "mu = np.asarray(mu, dtype=float)", "mu = np.asarray(mu)", reason=PROMOTED)
    + equivalents("notebook", "if X.ndim != 2 or mu.shape != (X.shape[1],) or Sigma.shape != (len(mu), len(mu)):",
                  "if X.ndim != 2 or mu.shape != (X.shape[1],):",
                  "if X.ndim != 2 or mu.shape != (X.shape[1],) or Sigma.shape < (len(mu), len(mu)):",
                  "if X.ndim != 2 or mu.shape > (X.shape[1],) or Sigma.shape != (len(mu), len(mu)):",
                  "if X.ndim != 2 or mu.shape != (X.shape[1],) or Sigma.shape > (len(mu), len(mu)):", reason=RAISED)
    + equivalents("notebook", "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.max(np.abs(Sigma)):",
                  "if np.max(Sigma - Sigma.T) > 1e-10 * np.max(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma.T - Sigma)) > 1e-10 * np.max(np.abs(Sigma)):", reason=SIGNED)
    + equivalents("notebook", "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.max(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.max(Sigma):", reason=DIAGONAL)
    + equivalents("notebook", "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.max(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma - Sigma.T)) >= 1e-10 * np.max(np.abs(Sigma)):", reason=EDGE)
    + equivalents("notebook", "z = np.linalg.solve(L, (X - mu).T)", "z = np.linalg.inv(L) @ (X - mu).T", reason=INVERSE)
    + equivalents("notebook", "z = np.linalg.solve(L, (X - mu).T)", "z = np.linalg.solve(L, (mu - X).T)", reason=SQUARE)
)  # fmt: skip

EXERCISE = Exercise(
    solution=gaussian_logpdf,
    points=6,
    cases=(
        case("one feature", given([[0.0], [2.0]]), given([0.0]), given([[4.0]]), public=True,
             why="by hand: (log 4 + log 2 pi) / 2 = 1.612 at the mean, and half of 2^2 / 4 more at 2"),
        case("two features", given([[1.0, 1.0], [1.0, -1.0]]), given([0.0, 0.0]), given([[2.0, 1.0], [1.0, 2.0]]),
             public=True,
             why="by hand: the determinant is 3; (1, 1) has squared distance 2/3 and (1, -1) has 2, so (1, 1) is likelier"),
        case("not a covariance", given([[0.0, 0.0]]), given([0.0, 0.0]), given([[1.0, 2.0], [2.0, 1.0]]), public=True,
             kind="error", why="the direction (1, -1) would have variance -1"),
        case("six payments, three features", normal(6, 3), normal(3), with_spectrum(4.0, 1.0, 0.3),
             why="more rows than features"),
        case("two payments, five features", normal(2, 5), normal(5), with_spectrum(5.0, 2.0, 1.0, 0.5, 0.2),
             why="more features than rows"),
        case("as many payments as features", normal(4, 4), normal(4), with_spectrum(6.0, 2.0, 1.0, 0.4), kind="edge",
             why="with n = d rows and columns can be mixed up without a crash"),
        case("one payment", normal(1, 3, loc=2.0), normal(3), with_spectrum(3.0, 1.5, 0.2), kind="edge",
             why="one row gives a vector with one entry"),
        case("one feature, drawn", normal(5, 1), normal(1), made("a variance from 3 to 5", lambda r: r.uniform(3, 5, (1, 1))),
             kind="edge", why="with d = 1 it is the bell curve of school"),
        case("whole numbers", integers(5, 3, low=-4, high=5), normal(3), with_spectrum(4.0, 1.0, 0.5), kind="edge",
             why="whole numbers in, fractions out"),
        case("lists", given(((1, 2), (0, 3), (2, 2))), given((1, 1)), given(((2, 1), (1, 3))), kind="edge",
             why="tables may come as lists of rows, which have no shape until they are made arrays"),
        case("single precision", joint("float32 rows 30 away from mu", _single), kind="edge",
             why="the result is float64 whatever comes in"),
        case("equal correlations", normal(5, 4), normal(4), made("correlations of 0.6", _equal_correlations), kind="edge",
             why="all directions but one have the same variance, and of such any mixture is an eigenvector"),
        case("tiny units", normal(5, 3, scale=1e-9), normal(3, scale=1e-9), with_spectrum(4.0, 1.0, 0.3, scale=3e-18),
             kind="edge", why="whether a matrix is positive definite does not depend on the unit"),
        case("symmetric but for rounding", normal(4, 3), normal(3), _tilted(1e-11, 1e3), kind="edge",
             why="an asymmetry of less than 1e-10 of the largest entry counts as rounding"),
        case("symmetric but for rounding, small", normal(4, 3, scale=0.01), normal(3, scale=0.01), _tilted(1e-11, 1e-4),
             kind="edge", why="what counts as rounding depends on the largest entry"),
        case("two hundred features", joint("4 rows near mu, d = 200, variances about 1e-4", _many_features),
             kind="stability", why="the determinant of 200 small variances is 0 in floating point; its logarithm is not"),
        case("far out", joint("rows 120 away from mu", _far_out), kind="stability",
             why="the density of an anomaly is 0 in floating point; its logarithm still tells how strange it is"),
        case("nearly dependent features", joint("rows of a normal with condition 1e6", _nearly_dependent),
             kind="stability", checks=(value(rtol=LOG_DENSITY_ILL, atol=LOG_DENSITY_ILL_FLOOR),),
             why="two features that say nearly the same make a covariance of condition a million"),
        case("positive diagonal", normal(3, 3), normal(3), made("three correlations of -0.8", _positive_diagonal),
             kind="error", why="all variances are positive, and yet some mixture of the features has a negative one"),
        case("two negative variances", normal(3, 4), normal(4), with_spectrum(3.0, 1.0, -0.5, -2.0), kind="error",
             why="two negative factors make a positive determinant"),
        case("not symmetric", normal(3, 3), normal(3), made("a covariance with one entry changed", _asymmetric),
             kind="error", why="the covariance of features 1 and 3 is that of 3 and 1"),
        case("slightly asymmetric", normal(3, 3), normal(3), _tilted(1e-8, 1.0), kind="error",
             why="an asymmetry of 1e-8 of the largest entry is more than rounding"),
        case("slightly asymmetric, small", normal(3, 3, scale=0.01), normal(3, scale=0.01), _tilted(1e-8, 1e-4), kind="error",
             why="small entries do not make it less"),
        case("a constant feature", normal(3, 3), normal(3), given([[2.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 3.0]]),
             kind="error", why="with a variance of 0 there is no density"),
        case("no variance at all", normal(3, 2), normal(2), given(np.zeros((2, 2))), kind="error",
             why="the smallest eigenvalue is 0 even where the largest is"),
        case("one payment without its row", _shapes((3,), (3,), (3, 3)), kind="error",
             why="X is a table: a single payment is a table with one row"),
        case("a table for each payment", _shapes((2, 3, 3), (3,), (3, 3)), kind="error", why="X has two axes"),
        case("one column, three means", _shapes((4, 1), (3,), (3, 3)), kind="error",
             why="NumPy would stretch the one column over all features"),
        case("short mean", normal(4, 3), normal(1), with_spectrum(3.0, 1.0, 0.5), kind="error",
             why="NumPy would stretch a mean with one entry over all features without a word"),
    ),
    checks=(value(rtol=LOG_DENSITY, atol=LOG_DENSITY),),
    misconceptions=(
        log_of_pdf_underflows, det_underflows, missing_half_on_logdet, ignores_correlations, accepts_indefinite,
        checks_sign_of_determinant_only, reads_lower_triangle_only, forgets_two_pi, one_two_pi_for_all_features,
        multiplies_by_sigma, solves_with_the_other_factor, logdet_of_the_factor, wrong_sign_of_logdet, adds_jitter,
        centres_with_sample_mean, all_pairs_of_rows, keeps_integer_type,
    ),
    alternatives=(eigen_decomposition, inverse_in_a_loop, feature_by_feature),
    equivalents=EQUIVALENTS,
)  # fmt: skip
