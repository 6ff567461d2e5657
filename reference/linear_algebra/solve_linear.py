"""Gaussian elimination with row exchanges."""

from __future__ import annotations

import numpy as np

from reference.bounds import RESIDUAL, SOLUTION
from reference.measures import value
from reference.recipes import given, integers, made, normal, with_condition
from reference.spec import Exercise, case, check, equivalents, misconception

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


@misconception("Which pivot is larger in size: 0.001 or -5?")
def largest_pivot_with_sign(A, b):
    A, b = _system(A, b)
    if np.linalg.matrix_rank(A, rtol=1e-13) < len(b):
        raise ValueError
    for k in range(len(b)):
        p = k + int(np.argmax(A[k:, k]))
        A[[k, p]], b[[k, p]] = A[[p, k]], b[[p, k]]
        with np.errstate(all="ignore"):
            factors = A[k + 1 :, k] / A[k, k]
            A[k + 1 :] -= np.outer(factors, A[k])
            b[k + 1 :] -= factors * b[k]
    return _substitute(A, b)


@misconception("How often may a pivot turn out to be 0: only at the start?")
def exchanges_once(A, b):
    A, b = _system(A, b)
    if np.linalg.matrix_rank(A, rtol=1e-13) < len(b):
        raise ValueError
    p = int(np.argmax(np.abs(A[:, 0])))
    A[[0, p]], b[[0, p]] = A[[p, 0]], b[[p, 0]]
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


def _stack(rng):
    A = rng.standard_normal((3, 3, 3))
    A[2, 0, 2] = 10.0
    return A


def _with_pivot(pivot):
    def draw(rng):
        A = rng.uniform(0.5, 2.0, (4, 4)) + 3 * np.eye(4)[::-1]
        A[0, 0] = pivot
        return A

    return draw


def _large_and_negative(rng):
    # The best pivot of every column is negative and stands in one row only; what is positive is 1e-12 of it.
    A = rng.uniform(0.5, 1.0, (4, 4)) * 1e-12
    return A - np.eye(4)[[1, 2, 3, 0]] * rng.uniform(1.0, 2.0, 4)


def _zero_pivot_later(rng):
    # The second row is twice the first as far as the second column, and its first entry is the largest of its column: what
    # elimination leaves in the second column of the first row is 0 exactly.
    A = rng.uniform(0.1, 0.5, (4, 4))
    A[:2, :2] = [[1.0, 0.5], [2.0, 1.0]]
    A[0, 3], A[1, 2] = rng.uniform(3.0, 4.0, 2)
    A[2:, :2] = np.array([[0.8, 4.0], [-0.8, 4.0]]) * rng.uniform(1.0, 1.25)
    return A


def _tiny_at_the_end(rng):
    A = rng.uniform(0.5, 1.0, (4, 4)) + 3.0 * np.eye(4)
    A[0] = -A[0]
    A[1:, 0] = 1e-20
    return A


def _singular_in_millions(rng):
    # Rank eight of nine up to rounding; in these units the determinant of what rounding leaves is huge.
    return 1e6 * rng.standard_normal((9, 8)) @ rng.standard_normal((8, 9))


def _singular_in_thousands(rng):
    return 1e3 * rng.standard_normal((12, 11)) @ rng.standard_normal((11, 12))


def _whole(rng):
    return rng.integers(1, 4, (3, 3)) + np.diag([9, 8, 9])


RAISED = "where the guard is weaker numpy raises ValueError itself, or lengths that are compared later differ"
SYMMETRIC = "x'y = y'x, term by term in the same order"
INTEGER = "numpy's whole numbers index like Python's"
PROMOTED = "stacked with float64, whole numbers and float32 are promoted to it exactly"
NEW = "only M is written to, which hstack makes"
RANK = "the rank is never more than the number of columns"
PIVOT = "a row that is as good a pivot as the one found is one"
ITSELF = "a row is never better than itself"
INVERSE = (
    "the inverse errs by the condition times the rounding unit as well, with a larger constant: 1e-10 at 1e6, "
    "where 1e-7 is allowed"
)
ANY = "numpy works out any length that is negative"
EQUIVALENTS = (
    equivalents("solve_linear", "b[k] = (b[k] - A[k, k + 1 :] @ b[k + 1 :]) / A[k, k]",
                "b[k] = (b[k] - b[k + 1:] @ A[k, k + 1:]) / A[k, k]", reason=SYMMETRIC)
    + equivalents("solve_linear", "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[0],):",
                "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape < (A.shape[0],):",
                "if A.ndim != 2 or A.shape[0] > A.shape[1] or b.shape != (A.shape[0],):",
                "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[1],):",
                "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[-1],):", reason=RAISED)
    + equivalents("solve_linear", "p = k + int(np.argmax(np.abs(A[k:, k])))", "p = k + np.argmax(np.abs(A[k:, k]))",
                  reason=INTEGER)
    + equivalents("gauss_jordan", "A, b = np.array(A, dtype=float), np.array(b, dtype=float)",
                  "A, b = np.array(A), np.array(b, dtype=float)", "A, b = np.array(A, dtype=float), np.array(b)",
                  reason=PROMOTED)
    + equivalents("gauss_jordan", "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[0],):",
                  "if A.ndim < 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[0],):",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape > (A.shape[0],):",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[1],):",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[-1],):", reason=RAISED)
    + equivalents("rank_then_library", "if np.linalg.matrix_rank(A, rtol=1e-13) < len(b):",
                  "if np.linalg.matrix_rank(A, rtol=1e-13) != len(b):", reason=RANK)
    + equivalents("rank_then_library", "return np.linalg.solve(A, b).tolist()",
                  "return (np.linalg.inv(A) @ b).tolist()", reason=INVERSE)
    + equivalents("notebook", "A = np.array(A, dtype=float)", "A = np.array(A)", reason=PROMOTED)
    + equivalents("notebook", "A = np.array(A, dtype=float)", "A = np.asarray(A, dtype=float)", reason=NEW)
    + equivalents("notebook", "b = np.array(b, dtype=float)", "b = np.array(b)", reason=PROMOTED)
    + equivalents("notebook", "b = np.array(b, dtype=float)", "b = np.asarray(b, dtype=float)", reason=NEW)
    + equivalents("notebook", "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[0],):",
                  "if A.ndim < 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[0],):",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape > (A.shape[0],):",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[1],):",
                  "if A.ndim != 2 or A.shape[0] != A.shape[1] or b.shape != (A.shape[-1],):", reason=RAISED)
    + equivalents("notebook", "M = np.hstack([A, b.reshape(-1, 1)])", "M = np.hstack([A, b.reshape(-2, 1)])",
                  reason=ANY)
    + equivalents("notebook", "for row in range(column + 1, n):", "for row in range(column, n):",
                  "for row in range(column * 1, n):", "for row in range(column // 1, n):",
                  "for row in range(column ** 1, n):", "for row in range(column + 0, n):", reason=ITSELF)
    + equivalents("notebook", "if abs(M[row, column]) > abs(M[best, column]):",
                  "if abs(M[row, column]) >= abs(M[best, column]):", reason=PIVOT)
    + equivalents("notebook", "x[row] = (M[row, n] - M[row, row + 1 : n] @ x[row + 1 :]) / M[row, row]",
                  "x[row] = (M[row, n] - x[row + 1:] @ M[row, row + 1:n]) / M[row, row]", reason=SYMMETRIC)
)  # fmt: skip

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
        case("large and negative", made("1e-12, and -1 to -2 beside the diagonal", _large_and_negative), normal(4), kind="edge",
             why="the largest pivot in absolute value is negative; it is the one to divide by, and a small one costs digits"),
        case("zero pivot later", made("rows that agree as far as the second column", _zero_pivot_later), normal(4), kind="edge",
             why="a pivot may turn out to be 0 in any step, not only in the first"),
        case("nothing but negative numbers", given([[-1.0, -2.0], [-3.0, -4.0]]), normal(2), kind="edge",
             why="the size of a matrix of negative numbers is that of its largest absolute entry"),
        case("tiny at the end", made("large on the diagonal, 1e-20 below the first pivot", _tiny_at_the_end), normal(4),
             kind="edge", why="the best pivot is found by comparing sizes; the last one is not the best"),
        case("units apart", given([[1e6, 0.0], [0.0, 1e-6]]), normal(2), kind="edge",
             why="a pivot of 1e-12 of the largest entry is small, and still more than the rule for singular allows"),
        case("lists", given(((2, 1), (1, 3))), given((3, 4)), kind="edge",
             why="tables may come as lists of rows, which have no shape until they are made arrays"),
        case("one unknown", normal(1, 1, loc=5.0), normal(1), kind="edge", why="one equation is a division"),
        case("whole numbers", made("1 to 3, large on the diagonal", _whole), integers(3, low=1, high=9), kind="edge",
             why="whole numbers in, fractions out"),
        case("millionths", with_condition(4, 4, 10.0, scale=1e-6), normal(4, scale=1e-6), kind="edge",
             why="small entries do not make a system unsolvable: its determinant is 1e-26, its solution ordinary"),
        case("condition 1e6", with_condition(5, 5, 1e6), normal(5), kind="stability",
             why="departments that charge nearly alike still have one solution"),
        case("not square", normal(3, 4), normal(3), kind="error", why="three equations do not fix four unknowns"),
        case("too many equations", normal(4, 3), normal(4), kind="error", why="four equations cannot fix three unknowns"),
        case("too many equations, b as long as x", normal(4, 3), normal(3), kind="error",
             why="four equations have four right-hand sides, and no single solution"),
        case("b that is a column", normal(3, 3), normal(3, 1), kind="error", why="b must be a vector, with one axis"),
        case("b too short", given([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [4.0, 0.0, 1.0]]), normal(2), kind="error",
             why="every equation has a right-hand side"),
        case("a stack of systems", made("normal(3, 3, 3), the largest pivot in the last table", _stack), normal(3), kind="error",
             why="A must be one table, not several"),
        case("A that is a vector", normal(3), normal(3), kind="error", why="A must be a table with rows and columns"),
        case("units too far apart", given([[1e7, 0.0], [0.0, 1e-7]]), normal(2), kind="error",
             why="a pivot of 1e-14 of the largest entry counts as none"),
        case("negative and singular", given([[-1.0, -2.0], [-2.0, -4.0]]), normal(2), kind="error",
             why="the rule compares with the largest absolute entry, which is positive even where all entries are negative"),
        case("only zeros", given([[0.0, 0.0], [0.0, 0.0]]), normal(2), kind="error",
             why="where nothing is charged nothing can be solved for"),
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
        largest_pivot_with_sign, exchanges_once, no_singularity_check, solves_transposed, multiplies_instead_of_solving,
    ),
    alternatives=(gauss_jordan, rank_then_library, singular_values),
    equivalents=EQUIVALENTS,
)  # fmt: skip
