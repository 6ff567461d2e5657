"""Gram-Schmidt: an orthonormal basis of a column space."""

from __future__ import annotations

import numpy as np

from reference.bounds import ORTHONORMAL, SPAN
from reference.measures import largest, orthonormality
from reference.recipes import dependent, given, integers, made, normal
from reference.spec import Exercise, case, check, equivalents, misconception

DROP = 1e-10


def gram_schmidt(A):
    """Return an orthonormal basis of the column space of A.

    Parameters
    ----------
    A : array of shape (m, n)
        One column a risk factor.

    Returns
    -------
    array of shape (m, r)
        Orthonormal columns that span the columns of `A`; r is the rank of `A`. A column of `A` that depends on
        those before it is dropped: what is left of it, v, counts as nothing if ||v|| <= 1e-10 ||a||, with a the
        column itself. A column of zeros is dropped too.

    Raises
    ------
    ValueError
        If `A` does not have two axes.

    Examples
    --------
    >>> gram_schmidt([[3, 6], [4, 8]])
    array([[0.6],
           [0.8]])
    """
    A = np.asarray(A, dtype=float)
    if A.ndim != 2:
        msg = f"A has {A.ndim} axes, expected 2"
        raise ValueError(msg)
    Q = np.zeros((A.shape[0], 0))
    for a in A.T:
        v = a - Q @ (Q.T @ a)
        v = v - Q @ (Q.T @ v)  # twice is enough: what rounding left of the first pass is gone
        if np.linalg.norm(v) > DROP * np.linalg.norm(a):
            Q = np.column_stack([Q, v / np.linalg.norm(v)])
    return Q


def modified(A):
    A = np.array(A, dtype=float)
    if A.ndim != 2:
        raise ValueError
    basis = []
    for a in A.T:
        v = a.copy()
        for q in basis:
            v -= (q @ v) * q
        if np.linalg.norm(v) > DROP * np.linalg.norm(a):
            basis.append(v / np.linalg.norm(v))
    return np.array(basis).T if basis else np.zeros((len(A), 0))


def _scaled(A):
    A = np.asarray(A, float)
    if A.ndim != 2:
        raise ValueError
    norms = np.linalg.norm(A, axis=0)
    return A[:, norms > 0] / norms[norms > 0]


def householder(A):
    A = _scaled(A)
    kept = []
    for j in range(A.shape[1]):
        R = np.linalg.qr(A[:, [*kept, j]], mode="r")
        if len(kept) < len(A) and abs(R[len(kept), len(kept)]) > 1e-10:
            kept.append(j)
    return np.linalg.qr(A[:, kept])[0] if kept else np.zeros((len(A), 0))


def singular_vectors(A):
    A = _scaled(A)
    if not A.shape[1]:
        return np.zeros((len(A), 0))
    U, s, _ = np.linalg.svd(A, full_matrices=False)
    return U[:, s > 1e-10]


def _run(A, step, keep=lambda v, a: np.linalg.norm(v) > DROP * np.linalg.norm(a)):
    A = np.array(A, dtype=float)
    if A.ndim != 2:
        raise ValueError
    basis = []
    for a in A.T:
        v = step(a.copy(), basis)
        if keep(v, a):
            basis.append(v)
    return np.array(basis).T if basis else np.zeros((len(A), 0))


def _unit(v):
    norm = np.linalg.norm(v)
    return v / norm if norm else v


def _reduced(a, basis):
    for q in basis * 2:
        a = a - (q @ a) * q
    return a


@misconception("Are the directions you remove perpendicular to each other?")
def projects_on_original_vectors(A):
    A = np.array(A, dtype=float)
    if A.ndim != 2:
        raise ValueError
    basis = []
    for j, a in enumerate(A.T):
        v = a.copy()
        for i in range(j):
            if A[:, i].any():
                v = v - (A[:, i] @ a) / (A[:, i] @ A[:, i]) * A[:, i]
        if np.linalg.norm(v) > DROP * np.linalg.norm(a):
            basis.append(v / np.linalg.norm(v))
    return np.array(basis).T if basis else np.zeros((len(A), 0))


@misconception("Where in the loop do you divide by the length?")
def coefficients_with_unnormalised(A):
    def step(a, basis):
        v = a
        for u in basis:
            v = v - (u @ a) * u
        return v

    Q = _run(A, step)
    return Q / np.linalg.norm(Q, axis=0)


@misconception("What should the diagonal of Q'Q be?")
def forgets_to_normalise(A):
    def step(a, basis):
        for u in basis * 2:
            a = a - (u @ a) / (u @ u) * u
        return a

    return _run(A, step)


@misconception("How many columns should Q have if A has rank 2?")
def keeps_zero_columns(A):
    A = np.array(A, dtype=float)
    if A.ndim != 2:
        raise ValueError
    basis = []
    for a in A.T:
        v = _reduced(a.copy(), basis)
        small = np.linalg.norm(v) <= DROP * np.linalg.norm(a)
        basis.append(np.zeros(len(v)) if small else _unit(v))
    return np.array(basis).T


@misconception("Express the same data in billions: does the rank change?")
def absolute_threshold(A):
    A = np.array(A, dtype=float)
    if A.ndim != 2:
        raise ValueError
    basis = []
    for a in A.T:
        v = _reduced(a.copy(), basis)
        if np.linalg.norm(v) > 1e-6:
            basis.append(_unit(v))
    return np.array(basis).T if basis else np.zeros((len(A), 0))


@misconception("Compute the coefficient from what is left, not from the start.")
def classical_unstable(A):
    A = np.array(A, dtype=float)
    if A.ndim != 2:
        raise ValueError
    basis = []
    for a in A.T:
        v = a.copy()
        for q in basis:
            v = v - (q @ a) * q
        if np.linalg.norm(v) > DROP * np.linalg.norm(a):
            basis.append(_unit(v))
    return np.array(basis).T if basis else np.zeros((len(A), 0))


@misconception("Does the caller's matrix survive?")
def mutates_input(A):
    A = np.asarray(A)
    if A.ndim != 2:
        raise ValueError
    Q = gram_schmidt(A)
    A[:, : Q.shape[1]] = Q
    return Q


@misconception("Does the library's factorisation look at the rank?")
def qr_without_rank(A):
    A = np.array(A, dtype=float)
    if A.ndim != 2:
        raise ValueError
    return np.linalg.qr(A)[0]


@misconception("Count your data in billionths: is a remainder of 1e-7 then still nothing?")
def tiny_absolute_threshold(A):
    A = np.array(A, dtype=float)
    if A.ndim != 2:
        raise ValueError
    basis = []
    for a in A.T:
        v = _reduced(a.copy(), basis)
        if np.linalg.norm(v) > 1e-10:
            basis.append(_unit(v))
    return np.array(basis).T if basis else np.zeros((len(A), 0))


@misconception("If the second column is twice the first, what are the first two columns of the library's Q?")
def first_columns_of_qr(A):
    A = _scaled(A)
    return np.linalg.qr(A)[0][:, : np.linalg.matrix_rank(A)]


@misconception("Is a column that depends on others always the last one?")
def stops_at_first_dependent_column(A):
    A = np.array(A, dtype=float)
    if A.ndim != 2:
        raise ValueError
    kept = [j for j in range(A.shape[1]) if gram_schmidt(A[:, : j + 1]).shape[1] == j + 1]
    return gram_schmidt(A[:, kept])


@misconception("Are the risk factors the rows or the columns?")
def works_on_rows(A):
    A = np.array(A, dtype=float)
    if A.ndim != 2:
        raise ValueError
    return gram_schmidt(A.T).T


@check("the columns of Q are orthonormal")
def orthonormal(A, Q):
    return orthonormality(Q), ORTHONORMAL


@check("the columns of Q span the columns of A")
def spans(A, Q):
    A = np.asarray(A, dtype=float)
    norms = np.sqrt(np.sum(A**2, axis=0))
    A = A / np.where(norms == 0, 1.0, norms)
    return largest(A - Q @ (Q.T @ A)), SPAN


def _with_zero_column(rng):
    A = rng.standard_normal((4, 3))
    A[:, 1] = 0.0
    return A


def _nearly_parallel(rng):
    return rng.standard_normal((8, 1)) + 5e-6 * rng.standard_normal((8, 5))


def _of_one_size(rng):
    A = rng.standard_normal((6, 4))
    return A / np.sqrt(np.sum(A**2, axis=0))


def _below_the_threshold(rng):
    a, b, c, _ = _of_one_size(rng).T
    return np.column_stack([a, b, a + 1e-12 * c])


def _dependent_and_large(rng):
    return 1e14 * np.asarray(dependent(6, 4, 2).draw(rng)[0])


def _of_many_sizes(rng):
    return rng.standard_normal((5, 3)) * np.array([1e9, 1.0, 1e-9])


def _multiple_second(rng):
    A = rng.standard_normal((6, 4))
    A[:, 1] = rng.uniform(1.5, 3.0) * A[:, 0]
    return A


SIGN = "the opposite of a direction spans the same line, and every basis of the span is right"
FLOAT = "a column minus what Q spans is float64, for Q is, and whole numbers and float32 are promoted exactly"
RAISED = "a vector has no columns: looping over its numbers, numpy's product raises ValueError"
NEW = "nothing is written to but copies of columns"
SYMMETRIC = "x'y = y'x, term by term in the same order"
NOT_NEGATIVE = "a length or a singular value is never negative"
MOST = "no more directions are kept than A has rows"
EDGE = "the threshold itself is met with probability 0"
EMPTY = "an array without entries has no signs, and numpy factorises it to one of the same shape"
EQUIVALENTS = (
    equivalents("gram_schmidt", "A = np.asarray(A, dtype=float)", "A = np.asarray(A)", reason=FLOAT)
    + equivalents("gram_schmidt", "if A.ndim != 2:", "if A.ndim > 2:", reason=RAISED)
    + equivalents("gram_schmidt", "v = a - Q @ (Q.T @ a)", "v = Q @ (Q.T @ a) - a", reason=SIGN)
    + equivalents("gram_schmidt",
                  "v = v - Q @ (Q.T @ v)  # twice is enough: what rounding left of the first pass is gone",
                  "v = Q @ (Q.T @ v) - v  # twice is enough: what rounding left of the first pass is gone",
                  reason=SIGN)
    + equivalents("gram_schmidt", "return Q", "return -Q", reason=SIGN)
    + equivalents("modified", "A = np.array(A, dtype=float)", "A = np.asarray(A, dtype=float)", reason=NEW)
    + equivalents("modified", "v -= (q @ v) * q", "v -= v @ q * q", reason=SYMMETRIC)
    + equivalents("modified", "return np.array(basis).T if basis else np.zeros((len(A), 0))",
                  "return -(np.array(basis).T if basis else np.zeros((len(A), 0)))", reason=SIGN)
    + equivalents("modified", "return np.array(basis).T if basis else np.zeros((len(A), 0))",
                  "return np.asarray(basis).T if basis else np.zeros((len(A), 0))", reason=NEW)
    + equivalents("householder", "return A[:, norms > 0] / norms[norms > 0]",
                  "return -(A[:, norms > 0] / norms[norms > 0])", reason=SIGN)
    + equivalents("householder", "return A[:, norms > 0] / norms[norms > 0]",
                  "return A[:, norms != 0] / norms[norms > 0]", "return A[:, norms > 0] / norms[norms != 0]",
                  reason=NOT_NEGATIVE)
    + equivalents("householder", "if len(kept) < len(A) and abs(R[len(kept), len(kept)]) > 1e-10:",
                  "if len(kept) != len(A) and abs(R[len(kept), len(kept)]) > 1e-10:", reason=MOST)
    + equivalents("householder", "if len(kept) < len(A) and abs(R[len(kept), len(kept)]) > 1e-10:",
                  "if len(kept) < len(A) and abs(R[len(kept), len(kept)]) >= 1e-10:", reason=EDGE)
    + equivalents("householder", "return np.linalg.qr(A[:, kept])[0] if kept else np.zeros((len(A), 0))",
                  "return -(np.linalg.qr(A[:, kept])[0] if kept else np.zeros((len(A), 0)))", reason=SIGN)
    + equivalents("householder", "return np.linalg.qr(A[:, kept])[0] if kept else np.zeros((len(A), 0))",
                  "return np.linalg.qr(A[:, kept])[0]", reason=EMPTY)
    + equivalents("singular_vectors", "if not A.shape[1]:", "if False:", "if not A.shape[0]:", reason=EMPTY)
    + equivalents("singular_vectors", "return np.zeros((len(A), 0))", "return -np.zeros((len(A), 0))", reason=EMPTY)
    + equivalents("singular_vectors", "return U[:, s > 1e-10]", "return -U[:, s > 1e-10]", reason=SIGN)
    + equivalents("singular_vectors", "return U[:, s > 1e-10]", "return U[:, s >= 1e-10]", reason=EDGE)
    + equivalents("notebook", "left = left - (q @ left) * q", "left = q @ left * q - left", reason=SIGN)
    + equivalents("notebook", "left = left - (q @ left) * q", "left = left - left @ q * q", reason=SYMMETRIC)
    + equivalents("notebook", "return np.zeros((A.shape[0], 0))", "return -np.zeros((A.shape[0], 0))", reason=EMPTY)
    + equivalents("notebook", "return np.column_stack(columns)", "return -np.column_stack(columns)", reason=SIGN)
)  # fmt: skip

EXERCISE = Exercise(
    solution=gram_schmidt,
    points=6,
    cases=(
        case("two columns", given([[3.0, 1.0], [4.0, 3.0]]), public=True,
             why="by hand: the first column has length 5, so q1 = (0.6, 0.8); what is left of the second is q2's direction"),
        case("one direction", given([[3.0, 6.0], [4.0, 8.0]]), public=True, kind="edge",
             why="the second column is twice the first, so one column remains"),
        case("a vector", given([1.0, 2.0]), public=True, kind="error", why="a vector has no columns"),
        case("tall", normal(5, 3), why="three factors, five observations"),
        case("square", normal(4, 4), why="rows and columns can be mixed up without a crash"),
        case("wide", normal(3, 5), kind="edge", why="five factors in three dimensions: at most three directions remain"),
        case("dependent columns", dependent(6, 5, 2), kind="edge",
             why="what is left of a dependent column is rounding, and must be dropped, not stretched to length one"),
        case("above the threshold", given([[1.0, 1.0], [0.0, 8e-8], [0.0, 0.0]]), kind="edge",
             why="8e-8 of a column is more than the threshold, so it is a direction of its own"),
        case("below the threshold", made("three columns, what is left of one is 1e-12", _below_the_threshold), kind="edge",
             why="1e-12 of a column is less than the threshold, so it counts as nothing"),
        case("dependent in a large unit", made("1e14 times dependent(6, 4, rank=2)", _dependent_and_large), kind="edge",
             why="in a large unit what rounding leaves is large as well, and still nothing but rounding"),
        case("a tiny unit", normal(4, 2, scale=1e-20), kind="edge",
             why="columns of size 1e-20 have directions like any others"),
        case("nothing but zeros", given([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]), kind="edge",
             why="no column is left, so Q has three rows and no column"),
        case("single precision", normal(5, 3, dtype=np.float32), kind="edge", why="the result is float64 whatever comes in"),
        case("lists", given(((3, 1), (4, 3), (0, 2))), kind="edge",
             why="tables may come as lists of rows, which have no shape until they are made arrays"),
        case("zero column", made("normal(4, 3) with a zero column", _with_zero_column), kind="edge",
             why="a column of zeros has no direction and no length to divide by"),
        case("single column", normal(4, 1), kind="edge", why="one column is only brought to length one"),
        case("whole numbers", integers(4, 3, low=-9, high=10), kind="edge", why="whole numbers in, fractions out"),
        case("many sizes", made("normal(5, 3) with columns of size 1e9, 1 and 1e-9", _of_many_sizes), kind="edge",
             why="a factor counted in billions and one in billionths are both factors"),
        case("a multiple in second place", made("normal(6, 4), the second column a multiple of the first", _multiple_second), kind="edge",
             why="dependent columns may stand anywhere: those after them count all the same"),
        case("nearly parallel", made("five columns that differ by 5e-6", _nearly_parallel), kind="stability",
             why="rounding in one step is enlarged by all that follow, unless coefficients come from what is left"),
        case("one axis", normal(4), kind="error", why="a vector has no columns"),
        case("three axes", normal(2, 2, 2), kind="error", why="A must have two axes"),
    ),
    checks=(orthonormal, spans),
    misconceptions=(
        projects_on_original_vectors, coefficients_with_unnormalised, forgets_to_normalise, keeps_zero_columns,
        absolute_threshold, classical_unstable, mutates_input, qr_without_rank,
        tiny_absolute_threshold, first_columns_of_qr, stops_at_first_dependent_column, works_on_rows,
    ),
    alternatives=(modified, householder, singular_vectors),
    equivalents=EQUIVALENTS,
)  # fmt: skip
