"""Gaussian elimination with row exchanges."""

from __future__ import annotations

import numpy as np

from reference.bounds import RESIDUAL, SOLUTION
from reference.measures import value
from reference.recipes import given, integers, made, normal, with_condition
from reference.spec import Exercise, case, check, misconception

SINGULAR = 1e-13


def solve_linear(A, b):
    """Return the solution x of A x = b by Gaussian elimination with row exchanges.

    Parameters
    ----------
    A : array of shape (n, n)
        Row i says how much of every department's cost ends with department i.
    b : array of shape (n,)
        The right-hand side.

    Returns
    -------
    array of shape (n,)
        The solution.

    Raises
    ------
    ValueError
        If `A` is not square, if `b` is not a vector of the same length, or if `A` is singular: the largest pivot
        to be had in a column is at most 1e-13 times the largest absolute entry of `A`.

    Examples
    --------
    >>> solve_linear([[0, 2], [1, 1]], [4, 3])
    array([1., 2.])
    """
    A, b = np.array(A, dtype=float), np.array(b, dtype=float)
    if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[0],):
        msg = f"A has shape {A.shape}, b has shape {b.shape}"
        raise ValueError(msg)
    n, tiny = len(b), SINGULAR * np.max(np.abs(A))
    for k in range(n):
        p = k + int(np.argmax(np.abs(A[k:, k])))
        if np.abs(A[p, k]) <= tiny:
            msg = "A is singular"
            raise ValueError(msg)
        A[[k, p]], b[[k, p]] = A[[p, k]], b[[p, k]]
        factors = A[k + 1 :, k] / A[k, k]
        A[k + 1 :] -= np.outer(factors, A[k])
        b[k + 1 :] -= factors * b[k]
    for k in reversed(range(n)):
        b[k] = (b[k] - A[k, k + 1 :] @ b[k + 1 :]) / A[k, k]
    return b


def _system(A, b):
    A, b = np.array(A, dtype=float), np.array(b, dtype=float)
    if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[0],):
        raise ValueError
    return A, b


def gauss_jordan(A, b):
    A, b = _system(A, b)
    M = np.column_stack([A, b])
    tiny = SINGULAR * np.abs(A).max()
    for k in range(len(b)):
        p = max(range(k, len(b)), key=lambda i: abs(M[i, k]))
        if abs(M[p, k]) <= tiny:
            raise ValueError
        M[[k, p]] = M[[p, k]]
        M[k] = M[k] / M[k, k]
        for i in range(len(b)):
            if i != k:
                M[i] = M[i] - M[i, k] * M[k]
    return M[:, -1]


def rank_then_library(A, b):
    A, b = _system(A, b)
    if np.linalg.matrix_rank(A, rtol=1e-13) < len(b):
        raise ValueError
    return np.linalg.solve(A, b).tolist()


def singular_values(A, b):
    A, b = _system(A, b)
    U, s, Vt = np.linalg.svd(A)
    if s[-1] <= 1e-13 * s[0]:
        raise ValueError
    return Vt.T @ ((U.T @ b) / s)


def _eliminate(A, b, exchange=True, tiny=None):
    """Forward elimination on A and b themselves."""
    n = len(b)
    for k in range(n):
        if exchange:
            p = k + int(np.argmax(np.abs(A[k:, k])))
            A[[k, p]], b[[k, p]] = A[[p, k]], b[[p, k]]
        if tiny is not None and abs(A[k, k]) <= tiny:
            raise ValueError
        with np.errstate(all="ignore"):
            factors = A[k + 1 :, k] / A[k, k]
            A[k + 1 :] -= np.outer(factors, A[k])
            b[k + 1 :] -= factors * b[k]


def _substitute(A, b):
    x = b.copy()
    with np.errstate(all="ignore"):
        for k in reversed(range(len(b))):
            x[k] = (x[k] - A[k, k + 1 :] @ x[k + 1 :]) / A[k, k]
    return x


@misconception("Is each equation still complete after the exchange?")
def swaps_A_but_not_b(A, b):
    A, b = _system(A, b)
    n, tiny = len(b), SINGULAR * np.abs(A).max()
    for k in range(n):
        p = k + int(np.argmax(np.abs(A[k:, k])))
        A[[k, p]] = A[[p, k]]
        if abs(A[k, k]) <= tiny:
            raise ValueError
        factors = A[k + 1 :, k] / A[k, k]
        A[k + 1 :] -= np.outer(factors, A[k])
        b[k + 1 :] -= factors * b[k]
    return _substitute(A, b)


@misconception("Multiply the system by 1e-6: is it now unsolvable? By 1e6: is it now solvable?")
def det_threshold(A, b):
    A, b = _system(A, b)
    if abs(np.linalg.det(A)) < 1e-8:
        raise ValueError
    _eliminate(A, b)
    return _substitute(A, b)


@misconception("Call your function twice with the same A.")
def mutates_A_and_b(A, b):
    if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[0],):
        raise ValueError
    if A.dtype.kind != "f":
        return solve_linear(A, b)
    _eliminate(A, b, tiny=SINGULAR * np.abs(A).max())
    return _substitute(A, b)


@misconception("What is still above the diagonal?")
def no_back_substitution(A, b):
    A, b = _system(A, b)
    _eliminate(A, b, tiny=SINGULAR * np.abs(A).max())
    return b / np.diag(A)


@misconception("What if the first pivot is 0, or nearly 0?")
def no_row_exchanges(A, b):
    A, b = _system(A, b)
    if np.linalg.matrix_rank(A, rtol=1e-13) < len(b):
        raise ValueError
    _eliminate(A, b, exchange=False)
    return _substitute(A, b)


@misconception("Can the departments be charged if two of them always charge alike?")
def no_singularity_check(A, b):
    A, b = _system(A, b)
    _eliminate(A, b)
    return _substitute(A, b)


@misconception("Does row i of your elimination belong to equation i?")
def solves_transposed(A, b):
    return solve_linear(np.asarray(A).T, b)


@misconception("Put your x back into A x: do you get b?")
def multiplies_instead_of_solving(A, b):
    A, b = _system(A, b)
    solve_linear(A, b)
    return A @ b


@check("A x equals b")
def solved(A, b, x):
    A, b = np.asarray(A, dtype=float), np.asarray(b, dtype=float)
    scale = np.sqrt(np.sum(A**2)) * np.sqrt(np.sum(x**2)) + np.sqrt(np.sum(b**2))
    return np.sqrt(np.sum((A @ x - b) ** 2)), RESIDUAL * scale


def _with_pivot(pivot):
    def draw(rng):
        A = rng.uniform(0.5, 2.0, (4, 4)) + 3 * np.eye(4)[::-1]
        A[0, 0] = pivot
        return A

    return draw


def _singular_in_millions(rng):
    # Rank eight of nine up to rounding; in these units the determinant of what rounding leaves is huge.
    return 1e6 * rng.standard_normal((9, 8)) @ rng.standard_normal((8, 9))


def _singular_in_thousands(rng):
    return 1e3 * rng.standard_normal((12, 11)) @ rng.standard_normal((11, 12))


def _whole(rng):
    return rng.integers(1, 4, (3, 3)) + np.diag([9, 8, 9])


EXERCISE = Exercise(
    solution=solve_linear,
    points=6,
    cases=(
        case("two equations", given([[2.0, 1.0], [1.0, 3.0]]), given([3.0, 5.0]), public=True,
             why="by hand: x = (0.8, 1.4), for 1.6 + 1.4 = 3 and 0.8 + 4.2 = 5"),
        case("a zero first", given([[0.0, 2.0], [1.0, 1.0]]), given([4.0, 3.0]), public=True, kind="edge",
             why="the first pivot is 0, so the equations must change places: x = (1, 2)"),
        case("one equation twice", given([[1.0, 2.0], [2.0, 4.0]]), given([1.0, 2.0]), public=True, kind="error",
             why="the second equation is the first one doubled, so there is no single solution"),
        case("five equations", with_condition(5, 5, 20.0), normal(5), why="every equation meets every unknown"),
        case("three equations", with_condition(3, 3, 5.0), normal(3), why="every equation meets every unknown"),
        case("zero pivot", made("0.5 to 2, large off the diagonal, 0 in the corner", _with_pivot(0.0)), normal(4),
             kind="edge", why="the first pivot is 0; without an exchange it is divided by"),
        case("pivot 1e-20", made("0.5 to 2, large off the diagonal, 1e-20 in the corner", _with_pivot(1e-20)), normal(4),
             kind="edge", why="a pivot that is tiny but not 0 wipes out the other equations when it is divided by"),
        case("one unknown", normal(1, 1, loc=5.0), normal(1), kind="edge", why="one equation is a division"),
        case("whole numbers", made("1 to 3, large on the diagonal", _whole), integers(3, low=1, high=9), kind="edge",
             why="whole numbers in, fractions out"),
        case("millionths", with_condition(4, 4, 10.0, scale=1e-6), normal(4, scale=1e-6), kind="edge",
             why="small entries do not make a system unsolvable: its determinant is 1e-26, its solution ordinary"),
        case("condition 1e6", with_condition(5, 5, 1e6), normal(5), kind="stability",
             why="departments that charge nearly alike still have one solution"),
        case("not square", normal(3, 4), normal(3), kind="error", why="three equations do not fix four unknowns"),
        case("b too long", normal(3, 3), normal(4), kind="error", why="a fourth right-hand side has no equation"),
        case("singular up to rounding", given([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]), normal(3), kind="error",
             why="the rows depend on each other; in floating point the last pivot is 1e-17, not 0"),
        case("singular in millions", made("1e6 times a product of rank 8", _singular_in_millions), normal(9), kind="error",
             why="whether a system is singular does not depend on the unit"),
        case("singular in thousands", made("1e3 times a product of rank 11", _singular_in_thousands), normal(12), kind="error",
             why="whether a system is singular depends neither on the unit nor on its size"),
    ),
    checks=(solved, value(rtol=SOLUTION, of_largest=True)),
    misconceptions=(
        swaps_A_but_not_b, det_threshold, mutates_A_and_b, no_back_substitution, no_row_exchanges,
        no_singularity_check, solves_transposed, multiplies_instead_of_solving,
    ),
    alternatives=(gauss_jordan, rank_then_library, singular_values),
)  # fmt: skip
