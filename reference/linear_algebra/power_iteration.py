"""Power iteration: the dominant eigenvalue and its eigenvector."""

from __future__ import annotations

import numpy as np

from reference.bounds import EIGENVALUE, EIGENVECTOR, UNIT_LENGTH
from reference.recipes import given, integers, joint, made, normal, with_spectrum
from reference.spec import Exercise, case, check, equivalents, misconception


def power_iteration(A, v0, n_iter=1000):
    """Return the dominant eigenvalue of a symmetric matrix and a unit eigenvector, by repeated multiplication.

    Parameters
    ----------
    A : array of shape (n, n)
        Symmetric; one eigenvalue is larger in absolute value than all others.
    v0 : array of shape (n,)
        Where to start; not zero.
    n_iter : int
        Number of multiplications; fewer are fine once nothing changes.

    Returns
    -------
    lam : float
        The eigenvalue of largest absolute value, with its sign.
    v : array of shape (n,)
        An eigenvector of length 1; its sign is free.

    Raises
    ------
    ValueError
        If `A` is not square, if `v0` is not a vector of the same length, or if `v0` is zero.

    Examples
    --------
    >>> lam, v = power_iteration([[2, 0], [0, 1]], [1, 1])
    >>> round(lam, 6)
    2.0
    """
    A, v = _start(A, v0)
    for _ in range(n_iter):
        w = A @ v
        v = w / np.linalg.norm(w)
    return float(v @ A @ v), v


def _start(A, v0):
    A, v = np.asarray(A, dtype=float), np.asarray(v0, dtype=float)
    if A.ndim != 2 or A.shape[0] != A.shape[1] or v.shape != (A.shape[0],) or not v.any():
        msg = f"A has shape {A.shape}, v0 has shape {v.shape}; A must be square, v0 as long and not zero"
        raise ValueError(msg)
    return A, v / np.linalg.norm(v)


def largest_entry_scaling(A, v0, n_iter=1000):
    A, v = _start(A, v0)
    for _ in range(n_iter):
        w = A @ v
        v = w / w[np.argmax(np.abs(w))]
        lam = (v @ A @ v) / (v @ v)
        if np.linalg.norm(A @ v - lam * v) <= 1e-12 * abs(lam):
            break
    return [lam, v / np.linalg.norm(v)]


def by_library(A, v0, n_iter=1000):
    A, _ = _start(A, v0)
    values, vectors = np.linalg.eigh(A)
    i = int(np.argmax(np.abs(values)))
    return values[i], -vectors[:, i]


def by_repeated_squaring(A, v0, n_iter=1000):
    A, v = _start(A, v0)
    power = A / np.linalg.norm(A)
    for _ in range(10):  # to the power of 1024
        power = power @ power
        power /= np.linalg.norm(power)
    v = power @ v
    row = int(np.argmax(np.abs(v)))
    return np.array(A[row] @ v / v[row]), (v / np.linalg.norm(v)).tolist()


@misconception("Print v for a matrix with eigenvalue -7.")
def stops_on_difference_only(A, v0, n_iter=1000):
    A, v = _start(A, v0)
    for _ in range(n_iter):
        w = A @ v
        w = w / np.linalg.norm(w)
        if np.linalg.norm(w - v) < 1e-12:
            return float(w @ A @ w), w
        v = w
    return None


@misconception("Can a norm ever be negative?")
def eigenvalue_is_norm(A, v0, n_iter=1000):
    A, v = _start(A, v0)
    _, v = power_iteration(A, v, n_iter)
    return float(np.linalg.norm(A @ v)), v


@misconception("What if the first entry of v is 0?")
def eigenvalue_by_component_ratio(A, v0, n_iter=1000):
    A, v = _start(A, v0)
    _, v = power_iteration(A, v, n_iter)
    with np.errstate(all="ignore"):
        return float((A @ v)[0] / v[0]), v


@misconception("Does the library return eigenvectors in rows or in columns?")
def row_of_eigenvector_matrix(A, v0, n_iter=1000):
    A, _ = _start(A, v0)
    values, vectors = np.linalg.eigh(A)
    i = int(np.argmax(np.abs(values)))
    return values[i], vectors[i]


@misconception("Is the largest number also the largest in absolute value?")
def largest_with_sign(A, v0, n_iter=1000):
    A, _ = _start(A, v0)
    values, vectors = np.linalg.eigh(A)
    return values[-1], vectors[:, -1]


@misconception("How far is v from settled after that many steps if the second eigenvalue is nearly as large?")
def too_few_iterations(A, v0, n_iter=1000):
    return power_iteration(A, v0, 20)


@misconception("What is the sign of an entry that is 0?")
def sign_of_first_entry(A, v0, n_iter=1000):
    A, v = _start(A, v0)
    _, v = power_iteration(A, v, n_iter)
    w = A @ v
    return float(np.linalg.norm(w) * np.sign(w[0] * v[0])), v


@misconception("May a vector of whole numbers be divided in place?")
def divides_whole_numbers_in_place(A, v0, n_iter=1000):
    _start(A, v0)
    v = np.array(v0)
    v[:] = v / np.linalg.norm(v)
    return power_iteration(A, v, n_iter) if v.any() else (0.0, v)


@misconception("How long is the vector that you return?")
def forgets_to_normalise(A, v0, n_iter=1000):
    lam, v = power_iteration(A, v0, n_iter)
    return lam, v * lam


@misconception("Which of the two results comes first?")
def results_swapped(A, v0, n_iter=1000):
    lam, v = power_iteration(A, v0, n_iter)
    return v, lam


@check("v has length 1")
def unit_length(A, v0, n_iter, result):
    _, v = result
    return abs(np.sqrt(np.sum(v**2)) - 1.0), UNIT_LENGTH


@check("lam is the eigenvalue of largest absolute value")
def dominant(A, v0, n_iter, result):
    lam, _ = result
    radius = np.max(np.abs(np.linalg.eigvalsh(np.asarray(A, dtype=float))))
    return abs(abs(lam) - radius), EIGENVALUE * radius


@check("A v equals lam v")
def eigenvector(A, v0, n_iter, result):
    lam, v = result
    return np.sqrt(np.sum((np.asarray(A, dtype=float) @ v - lam * v) ** 2)), EIGENVECTOR * abs(lam)


def _zero_first_entry(rng):
    A = np.zeros((4, 4))
    A[0, 0] = 1.5
    A[1:, 1:] = with_spectrum(4.0, 2.0, -1.0).draw(rng)[0]
    return A


def _rank_one(rng):
    u = rng.uniform(0.5, 2, 3)
    return np.outer(u, u), u + [1.0, -1.0, 0.5]


def _whole(rng):
    # 9 on one entry of the diagonal against sums of at most 3 elsewhere: by Gershgorin the rest stays below 6.
    A = rng.integers(-1, 2, (4, 4))
    A = np.tril(A, -1)
    return A + A.T + np.diag([1, 12, 2, 0])


STOP = (
    "it decides only when to stop: never or later costs steps and no digits, and 1e-9 is within a hundredth of what "
    "the bounds allow"
)
GENERAL = "for a symmetric matrix the general algorithm finds the same pairs, in an order that does not matter here"
STEPS = (
    "one step more or less, or none more once nothing changes, leaves the same vector within the bound: the cases"
    " have settled long before"
)
SYMMETRIC = "A is symmetric, and x'y = y'x"
SIGN = "the sign of the eigenvector is free, and v'Av has the same value for both"
SCALE = (
    "in every step v is divided by what makes it small again, so any factor but 0 will do for the start or "
    "between steps"
)
PROMOTED = (
    "divided by a norm or multiplied with float64, whole numbers become float64; the dominant direction of "
    "float32 numbers is found in float64"
)
RAISED = "numpy's product raises ValueError itself where the guard is weaker"
INTEGER = "numpy's whole numbers index like Python's"
NOT_NEGATIVE = "a norm is never negative"
SQUARE = "A is square where it is compared with v"
UNUSED = "the number of multiplications is not used: fewer are fine, and none are made one by one"
SHRINKS = (
    "without it the power of a matrix of norm 1 becomes small, about 1e-140 in the cases, and float64 holds even its "
    "square, 1e-280"
)
NUMBER = "a number becomes a new array, copied or not"
EQUIVALENTS = (
    equivalents("power_iteration", "def power_iteration(A, v0, n_iter=1000):",
                "def power_iteration(A, v0, n_iter=1001):", "def power_iteration(A, v0, n_iter=999):", reason=STEPS)
    + equivalents("power_iteration", "w = A @ v", "w = A.T @ v", "w = v @ A", reason=SYMMETRIC)
    + equivalents("power_iteration", "return float(v @ A @ v), v", "return float(v @ A @ v), -v", reason=SIGN)
    + equivalents("power_iteration", "return float(v @ A @ v), v", "return float(v @ (v @ A)), v",
                  "return float(v @ A.T @ v), v", "return float(A @ v @ v), v", reason=SYMMETRIC)
    + equivalents("power_iteration", "A, v = np.asarray(A, dtype=float), np.asarray(v0, dtype=float)",
                  "A, v = np.asarray(A), np.asarray(v0, dtype=float)",
                  "A, v = np.asarray(A, dtype=float), np.asarray(v0)", reason=PROMOTED)
    + equivalents("power_iteration",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or v.shape != (A.shape[0],) or not v.any():",
                  "if A.ndim != 2 or v.shape != (A.shape[0],) or (not v.any()):",
                  "if A.ndim != 2 or A.shape[0] < A.shape[1] or v.shape != (A.shape[0],) or not v.any():",
                  "if A.ndim != 2 or A.shape[0] > A.shape[1] or v.shape != (A.shape[0],) or not v.any():",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or v.shape > (A.shape[0],) or not v.any():",
                  "if A.ndim != 2 or A.shape[1] != A.shape[1] or v.shape != (A.shape[0],) or not v.any():",
                  "if A.ndim != 2 or A.shape[-1] != A.shape[1] or v.shape != (A.shape[0],) or not v.any():",
                  "if A.ndim != 2 or A.shape[0] != A.shape[0] or v.shape != (A.shape[0],) or not v.any():",
                  reason=RAISED)
    + equivalents("power_iteration",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or v.shape != (A.shape[0],) or not v.any():",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or v.shape != (A.shape[1],) or not v.any():",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or v.shape != (A.shape[-1],) or not v.any():",
                  reason=SQUARE)
    + equivalents("power_iteration", "return A, v / np.linalg.norm(v)", "return A, -(v / np.linalg.norm(v))",
                  reason=SIGN)
    + equivalents("power_iteration", "return A, v / np.linalg.norm(v)", "return A, v * np.linalg.norm(v)",
                  reason=SCALE)
    + equivalents("largest_entry_scaling", "def largest_entry_scaling(A, v0, n_iter=1000):",
                  "def largest_entry_scaling(A, v0, n_iter=1001):", "def largest_entry_scaling(A, v0, n_iter=999):",
                  reason=STEPS)
    + equivalents("largest_entry_scaling", "w = A @ v", "w = A.T @ v", "w = v @ A", reason=SYMMETRIC)
    + equivalents("largest_entry_scaling", "lam = (v @ A @ v) / (v @ v)", "lam = v @ (v @ A) / (v @ v)",
                  "lam = (v @ A.T @ v) / (v @ v)", "lam = (A @ v @ v) / (v @ v)", reason=SYMMETRIC)
    + equivalents("largest_entry_scaling", "if np.linalg.norm(A @ v - lam * v) <= 1e-12 * abs(lam):", "if False:",
                  "if np.linalg.norm(lam * v - A @ v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ (v - lam * v)) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm((A @ v - lam) * v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A.T @ v - lam * v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A * v - lam * v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(v @ A - lam * v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ v - lam * v) <= 1e-09 * abs(lam):",
                  "if np.linalg.norm(A @ v - lam * v) <= 1e-15 * abs(lam):",
                  "if np.linalg.norm(A @ v - lam * v) <= 1e-12 * lam:",
                  "if np.linalg.norm(A @ v + lam * v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ v * lam * v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ v / lam * v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ v ** lam * v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ v - lam + v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ v - lam - v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ v - lam * v) <= 1e-12 - abs(lam):",
                  "if np.linalg.norm(A @ v - lam / v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ v - lam * v) <= 1e-12 / abs(lam):",
                  "if np.linalg.norm(A @ v - lam // v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ v - lam * v) <= 1e-12 // abs(lam):",
                  "if np.linalg.norm(A @ v - lam % v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ v - lam * v) <= 1e-12 % abs(lam):",
                  "if np.linalg.norm(A @ v - lam ** v) <= 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ v - lam * v) <= 1e-12 ** abs(lam):",
                  "if np.linalg.norm(A @ v - lam * v) == 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ v - lam * v) < 1e-12 * abs(lam):",
                  "if np.linalg.norm(A @ v - lam * v) <= -0.999999999999 * abs(lam):", reason=STOP)
    + equivalents("largest_entry_scaling", "break", "continue", reason=STOP)
    + equivalents("by_library", "def by_library(A, v0, n_iter=1000):", "def by_library(A, v0, n_iter=1001):",
                  "def by_library(A, v0, n_iter=999):", reason=UNUSED)
    + equivalents("by_library", "values, vectors = np.linalg.eigh(A)", "values, vectors = np.linalg.eig(A)",
                  reason=GENERAL)
    + equivalents("by_library", "i = int(np.argmax(np.abs(values)))", "i = np.argmax(np.abs(values))", reason=INTEGER)
    + equivalents("by_library", "return values[i], -vectors[:, i]", "return values[i], --vectors[:, i]",
                  "return values[i], vectors[:, i]", reason=SIGN)
    + equivalents("by_repeated_squaring", "def by_repeated_squaring(A, v0, n_iter=1000):",
                  "def by_repeated_squaring(A, v0, n_iter=1001):", "def by_repeated_squaring(A, v0, n_iter=999):",
                  reason=UNUSED)
    + equivalents("by_repeated_squaring", "power = A / np.linalg.norm(A)", "power = A * np.linalg.norm(A)",
                  reason=SCALE)
    + equivalents("by_repeated_squaring", "for _ in range(10):  # to the power of 1024",
                  "for _ in range(10 - 1):  # to the power of 1024", "for _ in range(11):  # to the power of 1024",
                  "for _ in range(9):  # to the power of 1024", reason=STEPS)
    + equivalents("by_repeated_squaring", "power /= np.linalg.norm(power)", "pass", reason=SHRINKS)
    + equivalents("by_repeated_squaring", "v = power @ v", "v = v @ power", reason=SYMMETRIC)
    + equivalents("by_repeated_squaring", "row = int(np.argmax(np.abs(v)))", "row = np.argmax(np.abs(v))",
                  reason=INTEGER)
    + equivalents("by_repeated_squaring", "return np.array(A[row] @ v / v[row]), (v / np.linalg.norm(v)).tolist()",
                  "return np.asarray(A[row] @ v / v[row]), (v / np.linalg.norm(v)).tolist()", reason=NUMBER)
    + equivalents("by_repeated_squaring", "return np.array(A[row] @ v / v[row]), (v / np.linalg.norm(v)).tolist()",
                  "return np.array(v @ A[row] / v[row]), (v / np.linalg.norm(v)).tolist()", reason=SYMMETRIC)
    + equivalents("notebook", "def power_iteration(A, v0, n_iter=1000):", "def power_iteration(A, v0, n_iter=1001):",
                  "def power_iteration(A, v0, n_iter=999):", reason=STEPS)
    + equivalents("notebook", "A = np.asarray(A, dtype=float)", "A = np.asarray(A)", reason=PROMOTED)
    + equivalents("notebook", "v = np.array(v0, dtype=float)", "v = np.array(v0)", reason=PROMOTED)
    + equivalents("notebook", "if A.ndim != 2 or A.shape[0] != A.shape[1] or v.shape != (len(A),):",
                  "if A.ndim != 2 or v.shape != (len(A),):",
                  "if A.ndim != 2 or A.shape[0] < A.shape[1] or v.shape != (len(A),):",
                  "if A.ndim != 2 or A.shape[0] > A.shape[1] or v.shape != (len(A),):",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or v.shape > (len(A),):",
                  "if A.ndim != 2 or A.shape[1] != A.shape[1] or v.shape != (len(A),):",
                  "if A.ndim != 2 or A.shape[-1] != A.shape[1] or v.shape != (len(A),):",
                  "if A.ndim != 2 or A.shape[0] != A.shape[0] or v.shape != (len(A),):", reason=RAISED)
    + equivalents("notebook", "if np.linalg.norm(v) == 0:", "if np.linalg.norm(v) <= 0:", reason=NOT_NEGATIVE)
    + equivalents("notebook", "v = v / np.linalg.norm(v)", "pass", "v = v * np.linalg.norm(v)", reason=SCALE)
    + equivalents("notebook", "v = A @ v", "v = A.T @ v", "v = v @ A", reason=SYMMETRIC)
    + equivalents("notebook", "return float(v @ (A @ v)), v", "return float(v @ (A @ v)), -v", reason=SIGN)
    + equivalents("notebook", "return float(v @ (A @ v)), v", "return float(A @ v @ v), v",
                  "return float(v @ (A.T @ v)), v", "return float(v @ (v @ A)), v", reason=SYMMETRIC)
)  # fmt: skip

EXERCISE = Exercise(
    solution=power_iteration,
    points=4,
    cases=(
        case("diagonal", given([[2.0, 0.0], [0.0, 1.0]]), given([1.0, 1.0]), public=True,
             why="by hand: the eigenvalues stand on the diagonal, and the larger belongs to the first axis"),
        case("two branches", given([[2.0, 1.0], [1.0, 2.0]]), given([1.0, 0.0]), given(50), public=True,
             why="by hand: (1, 1) is multiplied by 3 and (1, -1) by 1"),
        case("no direction to start", given([[2.0, 1.0], [1.0, 2.0]]), given([0.0, 0.0]), public=True, kind="error",
             why="zero stays zero however often it is multiplied"),
        case("four eigenvalues", with_spectrum(5.0, 3.0, -1.0, 0.5), normal(4), given(200), why="the largest of four in a random basis"),
        case("six eigenvalues", with_spectrum(4.0, -2.5, 2.0, 1.0, 0.5, 0.1), normal(6), given(300),
             why="the largest of six in a random basis"),
        case("negative", with_spectrum(-7.0, 3.0, 1.0), normal(3), given(100), kind="edge",
             why="the dominant eigenvalue is -7: v changes its sign in every step"),
        case("slow", with_spectrum(5.0, 4.5, 1.0), normal(3), kind="edge",
             why="the second eigenvalue is nine tenths of the first, so every step gains little"),
        case("slow and negative", with_spectrum(-5.0, 4.5, 1.0), normal(3), given(400), kind="edge",
             why="close in size, opposite in sign: neither the sign nor an early stop may decide"),
        case("zero first entry", made("a block for the first axis, a random one for the rest", _zero_first_entry),
             normal(4), kind="edge", why="the first entry of the eigenvector is 0, so nothing may be divided by it, nor its sign be used"),
        case("whole numbers", made("small whole numbers, symmetric, one large on the diagonal", _whole), integers(4, low=1, high=4), given(150),
             kind="edge", why="whole numbers in, fractions out"),
        case("millions", with_spectrum(5.0, 3.0, -1.0, scale=1e6), normal(3), given(200), kind="edge",
             why="the size of the entries must not decide when to stop"),
        case("an even start", with_spectrum(4.0, 2.0, 1.0, -0.5), given([0.3, 0.0, 0.0, 0.4]), given(300), kind="edge",
             why="a start with zeros in it is a start; only where all are zero there is no direction"),
        case("lists", given(((2, 1), (1, 2))), given((1, 0)), given(100), kind="edge",
             why="tables may come as lists of rows, which have no shape until they are made arrays"),
        case("along an axis", given([[2.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 1.0]]), given([-1.0, -1.0, -2.0]), kind="edge",
             why="all entries of the eigenvector but one vanish: what stops early or divides by them goes wrong"),
        case("one by one", given([[-3.0]]), given([2.0]), given(10), kind="edge", why="the eigenvalue of one number is the number"),
        case("from the other side", given([[1.5]]), given([-2.0]), given(10), kind="edge", why="every start but zero will do, a negative one too"),
        case("down an axis", given([[1.0, 0.0], [0.0, 3.0]]), given([0.0, -1.0]), given(20), kind="edge",
             why="the largest entry of (0, -3) in size is -3, and nothing may be divided by the other"),
        case("one direction, one step", joint("a matrix of rank 1", _rank_one), given(1), kind="edge",
             why="where all but one eigenvalue are 0 the first step arrives; none at all does not"),
        case("not square", normal(3, 4), normal(4), kind="error", why="only square matrices have eigenvectors"),
        case("too many rows", normal(4, 3), normal(4), kind="error", why="only square matrices have eigenvectors"),
        case("too many columns", normal(3, 4), normal(3), kind="error", why="only square matrices have eigenvectors"),
        case("too many rows, a short start", normal(4, 3), normal(3), kind="error",
             why="only square matrices have eigenvectors"),
        case("a start of zeros", with_spectrum(3.0, 1.0, 0.5), given([0.0, 0.0, 0.0]), kind="error",
             why="zero stays zero however often it is multiplied"),
        case("a start that is a column", given([[2.0]]), given([[1.0]]), kind="error", why="v0 must be a vector, with one axis"),
        case("start too long", normal(3, 3), normal(4), kind="error", why="v0 must be as long as a row of A"),
        case("a stack of matrices", normal(3, 3, 3), normal(3), kind="error", why="A must be one table, not several"),
        case("A that is a vector", normal(3), normal(3), kind="error", why="A must be a table with rows and columns"),
        case("start too short", normal(3, 3), normal(2), kind="error", why="v0 must be as long as a row of A"),
    ),
    checks=(unit_length, dominant, eigenvector),
    misconceptions=(
        stops_on_difference_only, eigenvalue_is_norm, eigenvalue_by_component_ratio, row_of_eigenvector_matrix,
        largest_with_sign, too_few_iterations, sign_of_first_entry,
        divides_whole_numbers_in_place, forgets_to_normalise, results_swapped,
    ),
    alternatives=(largest_entry_scaling, by_library, by_repeated_squaring),
    equivalents=EQUIVALENTS,
)  # fmt: skip
