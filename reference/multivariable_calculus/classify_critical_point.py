"""Minimum, maximum, saddle, or undecided."""

from __future__ import annotations

import itertools
import math

import numpy as np

from reference.measures import same
from reference.recipes import given, joint, made, normal, orthogonal, with_spectrum
from reference.spec import Exercise, case, equivalents, misconception


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


def _nearly_symmetric_with_zeros(rng):
    a, b, c = rng.uniform(2, 3, 3)
    return np.array([[-a, 0.0, -1.0], [1e-10, -b, 0.0], [-1.0, 0.0, -c]])


def _nearly_symmetric_in_cents(rng):
    return 1e9 * _nearly_symmetric(rng)


def _not_quite_symmetric(rng):
    # A millionth of an entry that is not small itself: measured by that entry it would pass for rounding.
    A = np.ones((3, 3)) + np.diag(rng.uniform(2, 3, 3))
    A[2, 0] += 1e-6
    return A


def _alike(n, correlation):
    """Return a matrix with ones on its diagonal and one number beside them: eigenvalues 1 - c and 1 + (n - 1) c."""
    return np.full((n, n), correlation) + (1 - correlation) * np.eye(n)


def _slanted_in_billions(rng):
    A = with_spectrum(4.0, 2.0, 1.0).draw(rng)[0]
    A[0, 2] += rng.uniform(1.0, 2.0)
    return 1e-9 * A


def _rounded_zero(rng):
    """Return a matrix of rank two in five dimensions, whose zeros are rounding errors."""
    Q = orthogonal(rng, 5)
    A = (Q * np.array([3.0, 1.5, 0.0, 0.0, 0.0])) @ Q.T
    return (A + A.T) / 2


GENERAL = (
    "of a symmetric matrix the general solver finds the same: over 60 seeds the real parts differ by 2e-11 of the "
    "largest, eigenvalues keep 0.07 of the tolerance from it or stand on a diagonal, which is exact, and numpy "
    "orders by real parts"
)
SQUARE = "where H is not square H - H.T raises ValueError or eigvalsh does: LinAlgError is one"
CLOSE = "where H is not square np.allclose raises ValueError or eigvalsh does: LinAlgError is one"
PAIRS = "the entries of H - H.T come in pairs of opposite sign"
TRUTH = "numpy's truth values count as Python's"
SIZE = "an absolute value is never negative"
SCALE = (
    "eigenvalues and their limit take the same factor, and the cases, of size 1e-15 to 1e9, stay far from what "
    "overflows"
)
ZERO = "zero is at most the limit, so it has been dealt with"
COUNT = "numpy's whole numbers count as Python's"
FUZZ = (
    "the factor keeps rounding from deciding at the limit; no eigenvalue of the cases is nearer to it than 0.07 of "
    "it but those at it, which are exact and stay on their side"
)
SHIFTED = "after the shift none is 0 but in a matrix of zeros, which is degenerate by its singular value"
DISJOINT = "none is counted as positive and as negative, so there are never more than len(H)"
LEAST = "where the least singular value is 0 an eigenvalue is, and a saddle has been returned before"
TURNED = (
    "nothing is left to turn: over 60 seeds 48 sweeps leave at most 4e-11 of the largest, the asymmetry that H came "
    "with"
)
SLOWER = (
    "in the end such a turn halves the entry instead of removing it: over 60 seeds 50 sweeps leave at most 4e-11 of "
    "the largest"
)
MIRRORED = "the transpose has the same diagonal, and differs elsewhere by the asymmetry that H may have"
MOST = "no count is larger than the number of eigenvalues"
TEXT = "a text shares nothing with an array"
DOUBLE = (
    "numpy's solvers compute in double precision, and whole numbers that differ do so by at least 1; half precision, "
    "which numpy's solvers refuse, is not spoken of"
)
NEVER = "a count is never negative"
EQUIVALENTS = (
    equivalents("classify_critical_point", "return _by_signs(np.linalg.eigvalsh(H), tol)",
                "return _by_signs(np.linalg.eigvals(H), tol)", reason=GENERAL)
    + equivalents("classify_critical_point",
                  "if H.ndim != 2 or H.shape[0] != H.shape[1] or np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():",
                  "if H.ndim != 2 or np.abs(H - H.T).max() > 1e-08 * np.abs(H).max():",
                  "if H.ndim != 2 or H.shape[0] < H.shape[1] or np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():",
                  "if H.ndim != 2 or H.shape[0] > H.shape[1] or np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():",
                  "if H.ndim != 2 or H.shape[1] != H.shape[1] or np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():",
                  "if H.ndim != 2 or H.shape[-1] != H.shape[1] or np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():",
                  "if H.ndim != 2 or H.shape[0] != H.shape[0] or np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():",
                  reason=SQUARE)
    + equivalents("classify_critical_point",
                  "if H.ndim != 2 or H.shape[0] != H.shape[1] or np.abs(H - H.T).max() > 1e-8 * np.abs(H).max():",
                  "if H.ndim != 2 or H.shape[0] != H.shape[1] or (H - H.T).max() > 1e-8 * np.abs(H).max():",
                  "if H.ndim != 2 or H.shape[0] != H.shape[1] or np.abs(H.T - H).max() > 1e-8 * np.abs(H).max():",
                  reason=PAIRS)
    + equivalents("classify_critical_point", "up, down = bool((values > size).any()), bool((values < -size).any())",
                  "up, down = (values > size).any(), bool((values < -size).any())",
                  "up, down = bool((values > size).any()), (values < -size).any()", reason=TRUTH)
    + equivalents("general_eigenvalues", "if scale == 0:", "if scale <= 0:", reason=SIZE)
    + equivalents("general_eigenvalues", "values = np.linalg.eigvals(H / scale).real",
                  "values = np.linalg.eigvals(H * scale).real", reason=SCALE)
    + equivalents("general_eigenvalues",
                  "signs = {0 if abs(v) <= tol * largest else 1 if v > 0 else -1 for v in values}",
                  "signs = {0 if abs(v) <= tol * largest else 1 if v >= 0 else -1 for v in values}", reason=ZERO)
    + equivalents("by_inertia",
                  "int((np.linalg.eigvalsh(H + s * np.eye(len(H))) > 0).sum()) for s in (-size * (1 + 1e-12), size * (1 + 1e-12))",
                  "(np.linalg.eigvalsh(H + s * np.eye(len(H))) > 0).sum() for s in (-size * (1 + 1e-12), size * (1 + 1e-12))",
                  reason=COUNT)
    + equivalents("by_inertia",
                  "int((np.linalg.eigvalsh(H + s * np.eye(len(H))) > 0).sum()) for s in (-size * (1 + 1e-12), size * (1 + 1e-12))",
                  "int((np.linalg.eigvals(H + s * np.eye(len(H))) > 0).sum()) for s in (-size * (1 + 1e-12), size * (1 + 1e-12))",
                  reason=GENERAL)
    + equivalents("by_inertia",
                  "int((np.linalg.eigvalsh(H + s * np.eye(len(H))) > 0).sum()) for s in (-size * (1 + 1e-12), size * (1 + 1e-12))",
                  "int((np.linalg.eigvalsh(H + s * np.eye(len(H))) > 0).sum()) for s in (-size * (1 + 1e-09), size * (1 + 1e-12))",
                  "int((np.linalg.eigvalsh(H + s * np.eye(len(H))) > 0).sum()) for s in (-size * (1 + 1e-15), size * (1 + 1e-12))",
                  "int((np.linalg.eigvalsh(H + s * np.eye(len(H))) > 0).sum()) for s in (-size * (1 + 1e-12), size * (1 + 1e-09))",
                  "int((np.linalg.eigvalsh(H + s * np.eye(len(H))) > 0).sum()) for s in (-size * (1 + 1e-12), size * (1 + 1e-15))",
                  "int((np.linalg.eigvalsh(H + s * np.eye(len(H))) > 0).sum()) for s in (-size * (1 ** 1e-12), size * (1 + 1e-12))",
                  reason=FUZZ)
    + equivalents("by_inertia",
                  "int((np.linalg.eigvalsh(H + s * np.eye(len(H))) > 0).sum()) for s in (-size * (1 + 1e-12), size * (1 + 1e-12))",
                  "int((np.linalg.eigvalsh(H + s * np.eye(len(H))) >= 0).sum()) for s in (-size * (1 + 1e-12), size * (1 + 1e-12))",
                  reason=SHIFTED)
    + equivalents("by_inertia", "if positive + negative < len(H) or not values[0]:",
                  "if positive + negative != len(H) or not values[0]:", reason=DISJOINT)
    + equivalents("by_inertia", "if positive + negative < len(H) or not values[0]:",
                  "if positive + negative < len(H) or not values[-1]:", reason=LEAST)
    + equivalents("by_rotations", "for _ in range(50):", "for _ in range(50 - 1):", "for _ in range(51):",
                  "for _ in range(49):", reason=TURNED)
    + equivalents("by_rotations", "angle = math.atan2(2 * H[i, j], H[j, j] - H[i, i]) / 2",
                  "angle = math.atan2(3 * H[i, j], H[j, j] - H[i, i]) / 2",
                  "angle = math.atan2(1 * H[i, j], H[j, j] - H[i, i]) / 2", reason=SLOWER)
    + equivalents("by_rotations", "H = turn.T @ H @ turn", "H = turn.T @ H.T @ turn", reason=MIRRORED)
    + equivalents("by_rotations",
                  'kind = "saddle" if up and down else "minimum" if up == n else "maximum" if down == n else "degenerate"',
                  'kind = "saddle" if up and down else "minimum" if up >= n else "maximum" if down == n else "degenerate"',
                  'kind = "saddle" if up and down else "minimum" if up == n else "maximum" if down >= n else "degenerate"',
                  reason=MOST)
    + equivalents("by_rotations", "return np.array(kind)", "return np.asarray(kind)", reason=TEXT)
    + equivalents("notebook", "H = np.asarray(H, dtype=float)", "H = np.asarray(H)", reason=DOUBLE)
    + equivalents("notebook",
                  "if H.ndim != 2 or H.shape[0] != H.shape[1] or not np.allclose(H, H.T, rtol=0, atol=1e-8 * np.max(np.abs(H))):",
                  "if H.ndim != 2 or not np.allclose(H, H.T, rtol=0, atol=1e-08 * np.max(np.abs(H))):",
                  "if H.ndim != 2 or H.shape[0] < H.shape[1] or not np.allclose(H, H.T, rtol=0, atol=1e-8 * np.max(np.abs(H))):",
                  "if H.ndim != 2 or H.shape[0] > H.shape[1] or not np.allclose(H, H.T, rtol=0, atol=1e-8 * np.max(np.abs(H))):",
                  "if H.ndim != 2 or H.shape[1] != H.shape[1] or not np.allclose(H, H.T, rtol=0, atol=1e-8 * np.max(np.abs(H))):",
                  "if H.ndim != 2 or H.shape[-1] != H.shape[1] or not np.allclose(H, H.T, rtol=0, atol=1e-8 * np.max(np.abs(H))):",
                  "if H.ndim != 2 or H.shape[0] != H.shape[0] or not np.allclose(H, H.T, rtol=0, atol=1e-8 * np.max(np.abs(H))):",
                  reason=CLOSE)
    + equivalents("notebook", "eigenvalues = np.linalg.eigvalsh(H)", "eigenvalues = np.linalg.eigvals(H)",
                  reason=GENERAL)
    + equivalents("notebook", "if positive > 0 and negative > 0:", "if positive != 0 and negative > 0:",
                  "if positive > 0 and negative != 0:", reason=NEVER)
    + equivalents("notebook", "if positive == len(H):", "if positive >= len(H):", reason=MOST)
    + equivalents("notebook", "if negative == len(H):", "if negative >= len(H):", reason=MOST)
)  # fmt: skip

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
        case("a shallow bowl", with_spectrum(3.0, 1.0, 1e-6), kind="edge", why="a curvature of a millionth is more than the tolerance, and counts"),
        case("a shallow hilltop", with_spectrum(-3.0, -1.0, -1e-6), kind="edge", why="a curvature of a millionth is more than the tolerance, and counts"),
        case("almost a valley", with_spectrum(3.0, 1.0, 1e-10), kind="edge", why="a curvature of 1e-10 is less than the tolerance, and counts as zero"),
        case("almost a ridge", with_spectrum(-3.0, -1.0, -1e-10), kind="edge", why="a curvature of 1e-10 is less than the tolerance, and counts as zero"),
        case("just more than the tolerance", made("n = 2, entries 1 and 0.8", lambda _: _alike(2, 0.8)), given(0.1), kind="edge",
             why="by hand: the eigenvalues are 1.8 and 0.2, and 0.2 is more than 0.1 times 1.8"),
        case("just less than the tolerance", made("n = 2, entries 1 and 0.8", lambda _: _alike(2, 0.8)), given(0.12), kind="edge",
             why="by hand: the eigenvalues are 1.8 and 0.2, and 0.2 is less than 0.12 times 1.8"),
        case("just more, upside down", made("n = 5, entries -1 and -0.9", lambda _: -_alike(5, 0.9)), given(0.02), kind="edge",
             why="by hand: the eigenvalues are -4.6 and -0.1, and 0.1 is more than 0.02 times 4.6"),
        case("just less, upside down", made("n = 5, entries -1 and -0.9", lambda _: -_alike(5, 0.9)), given(0.03), kind="edge",
             why="by hand: the eigenvalues are -4.6 and -0.1, and 0.1 is less than 0.03 times 4.6"),
        case("at the tolerance", given([[1.0, 0.0], [0.0, 0.5]]), given(0.5), kind="edge", why="at most the tolerance counts as zero, so half of the largest does where it is one half"),
        case("at the tolerance, below zero", given([[-0.5, 0.0], [0.0, -1.0]]), given(0.5), kind="edge",
             why="at most the tolerance counts as zero, so half of the largest does where it is one half"),
        case("at the tolerance, up", given([[0.5, 0.0], [0.0, -1.0]]), given(0.5), kind="edge", why="what counts as zero makes no saddle"),
        case("at the tolerance, down", given([[1.0, 0.0], [0.0, -0.5]]), given(0.5), kind="edge", why="what counts as zero makes no saddle"),
        case("trillionths", with_spectrum(-4.0, -2.0, -1.0, scale=1e-15), kind="edge", why="in another unit every curvature is tiny, and a maximum is still one"),
        case("a ridge in cents", with_spectrum(-4.0, -1.0, -2e-8, scale=1e9), kind="edge", why="in cents a curvature of 20 may be next to nothing"),
        case("lists", given(((2, 1), (1, 2))), kind="edge", why="numbers may come as a list of rows, which has no transpose until it is an array"),
        case("a number of one byte", given([[-128]], dtype=np.int8), kind="edge", why="in numbers of one byte -128 is its own absolute value"),
        case("numbers of one byte", given([[-128, -128], [-128, -128]], dtype=np.int8), kind="edge", why="in numbers of one byte -128 is its own absolute value"),
        case("symmetric up to rounding in cents", made("a minimum in a unit of 1e9, one entry off by 1e-10", _nearly_symmetric_in_cents), kind="edge",
             why="whether a matrix is symmetric does not depend on the unit"),
        case("zeros up to rounding", made("a maximum, one of its zeros is 1e-10", _nearly_symmetric_with_zeros), kind="edge",
             why="entries may differ by a share of the largest, also where they are small themselves or negative"),
        case("symmetric up to rounding", made("a minimum, one entry off by 1e-10", _nearly_symmetric), kind="edge",
             why="second derivatives by differences are symmetric up to rounding only"),
        case("one variable", given([[-2.0]]), kind="edge", why="one variable has one curvature"),
        case("a table", normal(2, 3), kind="error", why="a Hessian is square"),
        case("not symmetric in billions", made("1e-9 times a matrix that is not symmetric", _slanted_in_billions), kind="error",
             why="whether a matrix is symmetric does not depend on the unit"),
        case("not quite symmetric", made("a minimum, one entry off by 1e-6", _not_quite_symmetric), kind="error", why="a millionth is more than rounding leaves"),
        case("a vector", normal(3), kind="error", why="a Hessian is a matrix"),
        case("a stack of matrices", made("ones(2, 2, 2)", lambda _: np.ones((2, 2, 2))), kind="error", why="a Hessian is one matrix"),
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
    equivalents=EQUIVALENTS,
)  # fmt: skip
