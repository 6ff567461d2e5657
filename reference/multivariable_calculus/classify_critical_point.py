"""Minimum, maximum, saddle, or undecided."""

from __future__ import annotations

import itertools
import math

import numpy as np

from reference.measures import same
from reference.recipes import given, joint, made, normal, orthogonal, with_spectrum
from reference.spec import Exercise, case, misconception


def classify_critical_point(H, tol=1e-8):
    """Return what kind of critical point a function has where its Hessian is H.

    Parameters
    ----------
    H : array of shape (n, n)
        Symmetric.
    tol : float
        An eigenvalue counts as zero where its absolute value is at most `tol` times the largest absolute eigenvalue.

    Returns
    -------
    str
        "minimum" if all eigenvalues are positive, "maximum" if all are negative, "saddle" if there are positive and
        negative ones, and "degenerate" otherwise: some are zero and the others share one sign, or all are zero.

    Raises
    ------
    ValueError
        If `H` is not square or not symmetric (entries may differ from their mirror images by 1e-8 of the largest).

    Examples
    --------
    >>> classify_critical_point([[1, 3], [3, 1]])
    'saddle'
    """
    H = _checked(H)
    return _by_signs(np.linalg.eigvalsh(H), tol)


def _checked(H):
    H = np.asarray(H, dtype=float)
    if H.ndim != 2 or H.shape[0] != H.shape[1] or np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():
        msg = f"H has shape {H.shape}; needed is a symmetric matrix"
        raise ValueError(msg)
    return H


def _by_signs(values, tol):
    size = tol * np.abs(values).max()
    up, down = bool((values > size).any()), bool((values < -size).any())
    if up and down:
        return "saddle"
    if (np.abs(values) <= size).any():
        return "degenerate"
    return "minimum" if up else "maximum"


def general_eigenvalues(H, tol=1e-8):
    H = _checked(H)
    scale = np.abs(H).max()
    if scale == 0:
        return "degenerate"
    values = np.linalg.eigvals(H / scale).real
    largest = max(abs(v) for v in values)
    signs = {0 if abs(v) <= tol * largest else 1 if v > 0 else -1 for v in values}
    if {1, -1} <= signs:
        return np.str_("saddle")
    return np.str_("degenerate" if 0 in signs else "minimum" if 1 in signs else "maximum")


def by_inertia(H, tol=1e-8):
    H = _checked(H)
    values = np.linalg.svd(H)[1]
    size = tol * values[0]
    shifted = [
        int((np.linalg.eigvalsh(H + s * np.eye(len(H))) > 0).sum()) for s in (-size * (1 + 1e-12), size * (1 + 1e-12))
    ]
    positive, negative = shifted[0], len(H) - shifted[1]
    if positive and negative:
        return "saddle"
    if positive + negative < len(H) or not values[0]:
        return "degenerate"
    return "minimum" if positive else "maximum"


def by_rotations(H, tol=1e-8):
    """Jacobi's method: turn pairs of axes until nothing is left away from the diagonal."""
    H = _checked(H)
    n = len(H)
    for _ in range(50):
        for i, j in itertools.combinations(range(n), 2):
            angle = math.atan2(2 * H[i, j], H[j, j] - H[i, i]) / 2
            turn = np.eye(n)
            turn[[i, j], [i, j]] = math.cos(angle)
            turn[i, j], turn[j, i] = math.sin(angle), -math.sin(angle)
            H = turn.T @ H @ turn
    values = [float(H[i, i]) for i in range(n)]
    size = tol * max(map(abs, values))
    up, down = sum(v > size for v in values), sum(v < -size for v in values)
    kind = "saddle" if up and down else "minimum" if up == n else "maximum" if down == n else "degenerate"
    return np.array(kind)


@misconception("Try [[1, 3], [3, 1]]: is every direction like the axes?")
def diagonal_signs(H, tol=1e-8):
    d = np.diag(_checked(H))
    return (
        "minimum"
        if (d > 0).all()
        else "maximum"
        if (d < 0).all()
        else "saddle"
        if (d > 0).any() and (d < 0).any()
        else "degenerate"
    )


@misconception("Is a flat valley a strict minimum?")
def semidefinite_is_minimum(H, tol=1e-8):
    values = np.linalg.eigvalsh(_checked(H))
    size = tol * np.abs(values).max()
    return "minimum" if (values >= -size).all() else "maximum" if (values <= size).all() else "saddle"


@misconception("Change the currency to billions: does a minimum stop being one?")
def absolute_tolerance(H, tol=1e-8):
    values = np.linalg.eigvalsh(_checked(H))
    up, down = (values > 1e-6).any(), (values < -1e-6).any()
    if up and down:
        return "saddle"
    return "degenerate" if (np.abs(values) <= 1e-6).any() else "minimum" if up else "maximum"


@misconception("What does a positive determinant say about three eigenvalues?")
def determinant_only(H, tol=1e-8):
    H = _checked(H)
    det = np.linalg.det(H)
    if abs(det) <= tol * np.abs(H).max() ** len(H):
        return "degenerate"
    return ("minimum" if H[0, 0] > 0 else "maximum") if det > 0 else "saddle"


@misconception("Is a valley where the second derivative is positive or negative?")
def minimum_and_maximum_swapped(H, tol=1e-8):
    return {"minimum": "maximum", "maximum": "minimum"}.get(kind := classify_critical_point(H, tol), kind)


@misconception("One direction goes up, one goes down, one is flat: is that undecided?")
def any_zero_is_degenerate(H, tol=1e-8):
    values = np.linalg.eigvalsh(_checked(H))
    if (np.abs(values) <= tol * np.abs(values).max()).any():
        return "degenerate"
    return classify_critical_point(H, tol)


@misconception("Can a computed eigenvalue be exactly zero?")
def exact_zero(H, tol=1e-8):
    values = np.linalg.eigvalsh(_checked(H))
    return _by_signs(values, 0.0)


@misconception("What do the entries add up to, and what has that to do with directions?")
def trace_only(H, tol=1e-8):
    trace = np.trace(_checked(H))
    return "minimum" if trace > 0 else "maximum" if trace < 0 else "degenerate"


@misconception("Which answers does the text name, letter by letter?")
def other_words(H, tol=1e-8):
    return {"minimum": "min", "maximum": "max"}.get(kind := classify_critical_point(H, tol), kind)


@misconception("If second derivatives are counted in billions, is a difference of 1e-9 nothing?")
def symmetric_in_absolute_terms(H, tol=1e-8):
    H = np.asarray(H, dtype=float)
    if H.ndim != 2 or H.shape[0] != H.shape[1] or not np.allclose(H, H.T):
        raise ValueError
    return _by_signs(np.linalg.eigvalsh(H), tol)


@misconception("What if every second derivative is zero?")
def zero_matrix_is_minimum(H, tol=1e-8):
    return classify_critical_point(H, tol) if _checked(H).any() else "minimum"


@misconception("Do the sums of the rows say anything about directions?")
def row_sums(H, tol=1e-8):
    return _by_signs(_checked(H).sum(axis=1), tol)


@misconception("What are the leading minors of [[-2, 0], [0, -3]], and what kind of point is it?")
def maximum_if_all_minors_are_negative(H, tol=1e-8):
    H = _checked(H)
    scale = np.abs(H).max() or 1.0
    minors = np.array([np.linalg.det(H[:k, :k] / scale) for k in range(1, len(H) + 1)])
    if abs(minors[-1]) <= tol:
        return "degenerate"
    return "minimum" if (minors > 0).all() else "maximum" if (minors < 0).all() else "saddle"


def _positive_diagonal(rng):
    a = rng.uniform(1, 2, 2)
    c = rng.uniform(2.5, 4) * rng.choice([-1, 1])
    return np.array([[a[0], c], [c, a[1]]])


def _cancelling(rng):
    a, b = rng.uniform(1, 1.5), rng.uniform(9, 12)
    c = -rng.uniform(1.6, 2.4)
    return np.array([[a, c], [c, b]])


def _nearly_symmetric(rng):
    A = with_spectrum(3.0, 1.0, 0.5).draw(rng)[0]
    A[0, 1] += 1e-10  # as second differences leave it
    return A


def _slanted_in_billions(rng):
    A = with_spectrum(4.0, 2.0, 1.0).draw(rng)[0]
    A[0, 2] += rng.uniform(1.0, 2.0)
    return 1e-9 * A


def _rounded_zero(rng):
    """Return a matrix of rank two in five dimensions, whose zeros are rounding errors."""
    Q = orthogonal(rng, 5)
    A = (Q * np.array([3.0, 1.5, 0.0, 0.0, 0.0])) @ Q.T
    return (A + A.T) / 2


EXERCISE = Exercise(
    solution=classify_critical_point,
    points=3,
    cases=(
        case("a bowl", given([[2.0, 0.0], [0.0, 3.0]]), public=True, why="by hand: both second derivatives are positive and nothing is mixed"),
        case("a positive diagonal is not enough", given([[1.0, 3.0], [3.0, 1.0]]), public=True, why="by hand: along (1, -1) the curvature is 1 - 3 = -2"),
        case("not symmetric", given([[1.0, 2.0], [0.0, 1.0]]), public=True, kind="error", why="mixed derivatives do not depend on the order"),
        case("a minimum of four variables", with_spectrum(4.0, 2.0, 1.0, 0.3), why="all directions go up"),
        case("a saddle with a positive diagonal", made("two by two, large mixed derivative", _positive_diagonal), why="the diagonal does not show the direction that goes down"),
        case("rows that cancel", made("two by two, both signs away from the diagonal", _cancelling), kind="edge",
             why="a positive definite matrix may have rows with a negative sum"),
        case("a maximum of three variables", with_spectrum(-5.0, -2.0, -0.7), kind="edge", why="three negative eigenvalues have a negative product"),
        case("two down, one up", with_spectrum(3.0, -2.0, -1.0), kind="edge", why="the product is positive although some directions go down"),
        case("a saddle with a flat direction", with_spectrum(2.0, -1.0, 0.0), kind="edge", why="up and down decide, whatever is flat beside them"),
        case("a valley", with_spectrum(3.0, 1.0, 0.0), kind="edge", why="along the bottom of a valley nothing says minimum"),
        case("a ridge", with_spectrum(-2.0, -1.0, 0.0, 0.0), kind="edge", why="along the top of a ridge nothing says maximum"),
        case("zeros that are rounding errors", made("rank two in five dimensions", _rounded_zero), kind="edge", why="a computed zero is never quite zero"),
        case("all zeros", given([[0.0, 0.0], [0.0, 0.0]]), kind="edge", why="where every second derivative is zero nothing is decided"),
        case("billions", with_spectrum(4.0, 2.0, 1.0, scale=1e-9), kind="edge", why="in billions every curvature is tiny, and a minimum is still one"),
        case("cents", with_spectrum(4.0, 1.0, 1e-13, scale=1e9), kind="edge", why="in cents even a rounding error is large, and a valley is still one"),
        case("another tolerance", with_spectrum(2.0, 1.0, 1e-3), given(0.01), kind="edge", why="what counts as zero can be chosen"),
        case("symmetric up to rounding", made("a minimum, one entry off by 1e-10", _nearly_symmetric), kind="edge",
             why="second derivatives by differences are symmetric up to rounding only"),
        case("one variable", given([[-2.0]]), kind="edge", why="one variable has one curvature"),
        case("a table", normal(2, 3), kind="error", why="a Hessian is square"),
        case("not symmetric in billions", made("1e-9 times a matrix that is not symmetric", _slanted_in_billions), kind="error",
             why="whether a matrix is symmetric does not depend on the unit"),
        case("any matrix", joint("normal(3, 3)", lambda rng: (rng.standard_normal((3, 3)) + np.triu(np.ones((3, 3)), 1),)), kind="error", why="a Hessian is symmetric"),
    ),
    checks=(same(name="the kind is right"),),
    misconceptions=(
        diagonal_signs, semidefinite_is_minimum, absolute_tolerance, determinant_only, minimum_and_maximum_swapped,
        any_zero_is_degenerate, exact_zero, trace_only, other_words, symmetric_in_absolute_terms,
        zero_matrix_is_minimum, row_sums,
        maximum_if_all_minors_are_negative,
    ),
    alternatives=(general_eigenvalues, by_inertia, by_rotations),
)  # fmt: skip
