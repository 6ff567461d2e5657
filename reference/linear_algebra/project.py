"""Orthogonal projection on the column space of a matrix."""

from __future__ import annotations

import numpy as np

from reference.bounds import PROJECTION, PROJECTION_FLOOR, PROJECTION_ILL
from reference.measures import value
from reference.recipes import dependent, given, integers, joint, made, normal, with_condition
from reference.spec import Exercise, case, equivalents, misconception


def project(x, B):
    """Return the point of the column space of B that is nearest to x.

    Parameters
    ----------
    x : array of shape (D,)
        The cash flows of a liability, one a date.
    B : array of shape (D, M)
        The cash flows of M bonds, one a column. Columns may depend on each other: some bonds may be redundant.

    Returns
    -------
    array of shape (D,)
        The orthogonal projection of `x`: the difference to `x` is perpendicular to every column of `B`.

    Raises
    ------
    ValueError
        If `B` is not a matrix or `x` is not a vector as long as its columns.

    Examples
    --------
    >>> project([1, 2, 3], [[1, 0], [0, 1], [0, 0]])
    array([1., 2., 0.])
    """
    x, B = np.asarray(x, dtype=float), np.asarray(B, dtype=float)
    if B.ndim != 2 or x.shape != (B.shape[0],):
        msg = f"x has shape {x.shape}, B has shape {B.shape}"
        raise ValueError(msg)
    U, s, _ = np.linalg.svd(B, full_matrices=False)
    U = U[:, s > 1e-10 * np.max(s, initial=0.0)]
    return U @ (U.T @ x)


def least_squares(x, B):
    x, B = np.asarray(x, float), np.asarray(B, float)
    if B.ndim != 2 or x.shape != (len(B),):
        raise ValueError
    return B @ np.linalg.lstsq(B, x, rcond=1e-10)[0]


def gram_schmidt_twice(x, B):
    x, B = np.asarray(x, float), np.asarray(B, float)
    if B.ndim != 2 or x.shape != (len(B),):
        raise ValueError
    out = np.zeros(len(x))
    basis = []
    for b in B.T:
        v = b.copy()
        for q in basis * 2:
            v = v - (q @ v) * q
        if np.linalg.norm(v) > 1e-10 * np.linalg.norm(b):
            basis.append(v / np.linalg.norm(v))
            out += (basis[-1] @ x) * basis[-1]
    return out


def pseudo_inverse(x, B):
    x, B = np.asarray(x, float), np.asarray(B, float)
    if B.ndim != 2 or x.shape != (len(B),):
        raise ValueError
    return list(B @ (np.linalg.pinv(B, rcond=1e-10) @ x))


def independent_columns(x, B):
    x, B = np.asarray(x, float), np.asarray(B, float)
    if B.ndim != 2 or x.shape != (len(B),):
        raise ValueError
    kept = []
    for j in range(B.shape[1]):
        if np.linalg.matrix_rank(B[:, [*kept, j]], rtol=1e-10) > len(kept):
            kept.append(j)
    C = B[:, kept]
    return tuple(C @ np.linalg.solve(C.T @ C, C.T @ x))


def _checked(x, B):
    x, B = np.asarray(x, float), np.asarray(B, float)
    if B.ndim != 2 or x.shape != (len(B),):
        raise ValueError
    return x, B


@misconception("When may one-dimensional projections be added?")
def sums_1d_projections(x, B):
    x, B = _checked(x, B)
    return sum((b @ x) / (b @ b) * b for b in B.T)


@misconception("Length M or length D?")
def returns_coordinates(x, B):
    x, B = _checked(x, B)
    return np.linalg.lstsq(B, x, rcond=1e-10)[0]


@misconception("Project a vector that already lies in the span.")
def returns_residual(x, B):
    return np.asarray(x, float) - project(x, B)


@misconception("Check the units when b is doubled.")
def divides_by_norm_not_squared(x, B):
    x, B = _checked(x, B)
    return sum((b @ x) / np.linalg.norm(b) * b for b in B.T)


@misconception("For which matrices is B'B the identity?")
def forgets_the_inverse(x, B):
    x, B = _checked(x, B)
    return B @ (B.T @ x)


@misconception("What does B'B become when one bond is a mixture of others?")
def inverts_singular_gram(x, B):
    x, B = _checked(x, B)
    return B @ (np.linalg.inv(B.T @ B + 0.0) @ (B.T @ x))


@misconception("Does the shortcut change the answer, even a little?")
def ridge_jitter(x, B):
    x, B = _checked(x, B)
    return B @ np.linalg.solve(B.T @ B + 1e-6 * np.eye(B.shape[1]), B.T @ x)


@misconception("Count the money in billionths: is a difference of 1e-7 then still nothing?")
def absolute_threshold(x, B):
    x, B = _checked(x, B)
    U, s, _ = np.linalg.svd(B, full_matrices=False)
    U = U[:, s > 1e-10]
    return U @ (U.T @ x)


@misconception("Which bonds are left when the redundant ones are gone: one, or as many as needed?")
def first_column_only(x, B):
    x, B = _checked(x, B)
    return (B[:, 0] @ x) / (B[:, 0] @ B[:, 0]) * B[:, 0]


def _redundant_in_billionths(rng):
    # What rounding leaves of a redundant column is 1e-7 in these units. The last digits are blurred, so that it is more than
    # u times the largest singular value, LAPACK's own threshold, under every seed; numpy's are 3 times as large at least.
    B = 1e9 * np.asarray(dependent(9, 6, 3).draw(rng)[0])
    return B * (1 + 7e-16 * rng.choice([-1, 1], B.shape))


def _redundant_and_tiny(rng):
    B = rng.standard_normal((6, 3)) * 1e-14
    return np.column_stack([B, B[:, 0] - 2.0 * B[:, 1]])


def _in_span(rng):
    B = rng.standard_normal((5, 2))
    return B @ rng.uniform(0.5, 2.0, 2), B


PROMOTED = "where the other factor is float64, whole numbers and float32 are promoted to it exactly"
RAISED = (
    "without the guard numpy raises ValueError by itself: vectors and stacks of matrices are not factorised, numbers "
    "are not multiplied with @, lengths that differ neither, and a matrix is not added to a vector in place"
)
GAP = (
    "singular values of the cases are below 1e-14 or above 1e-5 times the largest, so that every threshold "
    "between, numpy's own included, finds the same rank; where redundancy begins is not promised"
)
NOT_NEGATIVE = "the largest singular value of a matrix with an entry is not negative"
NEW = "v is not written to: each step makes a new array"
PASSES = (
    "columns whose condition is at most 1e4 lose 2e-12 of their right angles in one pass, and another pass "
    "changes nothing once they are right; the bound is wider"
)
SIGN = "a direction and its opposite span the same line, and the projection holds it twice"
SYMMETRIC = "x'y = y'x, term by term in the same order"
RANK = "what is kept is independent, so that the rank is that number or one more"
INVERSE = (
    "the inverse of C'C errs by its condition, 1e8 at most, times the rounding unit as well: a hundredth of the bound "
    "there was seen at most"
)
EQUIVALENTS = (
    equivalents("project", "x, B = np.asarray(x, dtype=float), np.asarray(B, dtype=float)",
                "x, B = np.asarray(x), np.asarray(B, dtype=float)", reason=PROMOTED)
    + equivalents("project", "if B.ndim != 2 or x.shape != (B.shape[0],):",
                  "if B.ndim > 2 or x.shape != (B.shape[0],):", "if B.ndim != 2 or x.shape > (B.shape[0],):",
                  reason=RAISED)
    + equivalents("project", "U = U[:, s > 1e-10 * np.max(s, initial=0.0)]",
                  "U = U[:, s > 1e-07 * np.max(s, initial=0.0)]", "U = U[:, s > 1e-13 * np.max(s, initial=0.0)]",
                  reason=GAP)
    + equivalents("project", "U = U[:, s > 1e-10 * np.max(s, initial=0.0)]", "U = U[:, s > 1e-10 * np.max(s)]",
                  "U = U[:, s > 1e-10 * np.max(s, initial=-1.0)]", reason=NOT_NEGATIVE)
    + equivalents("least_squares", "x, B = np.asarray(x, float), np.asarray(B, float)",
                  "x, B = np.asarray(x), np.asarray(B, float)", "x, B = np.asarray(x, float), np.asarray(B)",
                  reason=PROMOTED)
    + equivalents("least_squares", "if B.ndim != 2 or x.shape != (len(B),):", "if x.shape != (len(B),):",
                  "if B.ndim < 2 or x.shape != (len(B),):", "if B.ndim > 2 or x.shape != (len(B),):",
                  "if B.ndim != 2 or x.shape > (len(B),):", reason=RAISED)
    + equivalents("least_squares", "return B @ np.linalg.lstsq(B, x, rcond=1e-10)[0]",
                  "return B @ np.linalg.lstsq(B, x)[0]", "return B @ np.linalg.lstsq(B, x, rcond=1e-07)[0]",
                  "return B @ np.linalg.lstsq(B, x, rcond=1e-13)[0]", reason=GAP)
    + equivalents("gram_schmidt_twice", "x, B = np.asarray(x, float), np.asarray(B, float)",
                  "x, B = np.asarray(x), np.asarray(B, float)", reason=PROMOTED)
    + equivalents("gram_schmidt_twice", "if B.ndim != 2 or x.shape != (len(B),):",
                  "if B.ndim > 2 or x.shape != (len(B),):", reason=RAISED)
    + equivalents("gram_schmidt_twice", "v = b.copy()", "v = b", reason=NEW)
    + equivalents("gram_schmidt_twice", "for q in basis * 2:", "for q in basis * 3:", "for q in basis * 1:",
                  reason=PASSES)
    + equivalents("gram_schmidt_twice", "v = v - (q @ v) * q", "v = q @ v * q - v", reason=SIGN)
    + equivalents("gram_schmidt_twice", "v = v - (q @ v) * q", "v = v - v @ q * q", reason=SYMMETRIC)
    + equivalents("gram_schmidt_twice", "if np.linalg.norm(v) > 1e-10 * np.linalg.norm(b):",
                  "if np.linalg.norm(v) > 1e-07 * np.linalg.norm(b):",
                  "if np.linalg.norm(v) > 1e-13 * np.linalg.norm(b):", reason=GAP)
    + equivalents("gram_schmidt_twice", "out += (basis[-1] @ x) * basis[-1]", "out += x @ basis[-1] * basis[-1]",
                  reason=SYMMETRIC)
    + equivalents("pseudo_inverse", "x, B = np.asarray(x, float), np.asarray(B, float)",
                  "x, B = np.asarray(x), np.asarray(B, float)", reason=PROMOTED)
    + equivalents("pseudo_inverse", "if B.ndim != 2 or x.shape != (len(B),):",
                  "if B.ndim > 2 or x.shape != (len(B),):", "if B.ndim != 2 or x.shape > (len(B),):", reason=RAISED)
    + equivalents("pseudo_inverse", "return list(B @ (np.linalg.pinv(B, rcond=1e-10) @ x))",
                  "return list(B @ (np.linalg.pinv(B) @ x))", "return list(B @ (np.linalg.pinv(B, rcond=1e-07) @ x))",
                  "return list(B @ (np.linalg.pinv(B, rcond=1e-13) @ x))", reason=GAP)
    + equivalents("independent_columns", "x, B = np.asarray(x, float), np.asarray(B, float)",
                  "x, B = np.asarray(x), np.asarray(B, float)", reason=PROMOTED)
    + equivalents("independent_columns", "if B.ndim != 2 or x.shape != (len(B),):",
                  "if B.ndim != 2 or x.shape > (len(B),):", reason=RAISED)
    + equivalents("independent_columns", "if np.linalg.matrix_rank(B[:, [*kept, j]], rtol=1e-10) > len(kept):",
                  "if np.linalg.matrix_rank(B[:, [*kept, j]]) > len(kept):",
                  "if np.linalg.matrix_rank(B[:, [*kept, j]], rtol=1e-07) > len(kept):",
                  "if np.linalg.matrix_rank(B[:, [*kept, j]], rtol=1e-13) > len(kept):", reason=GAP)
    + equivalents("independent_columns", "if np.linalg.matrix_rank(B[:, [*kept, j]], rtol=1e-10) > len(kept):",
                  "if np.linalg.matrix_rank(B[:, [*kept, j]], rtol=1e-10) != len(kept):", reason=RANK)
    + equivalents("independent_columns", "return tuple(C @ np.linalg.solve(C.T @ C, C.T @ x))",
                  "return tuple(C @ (np.linalg.inv(C.T @ C) @ (C.T @ x)))", reason=INVERSE)
    + equivalents("notebook", "x = np.asarray(x, dtype=float)", "x = np.asarray(x)", reason=PROMOTED)
    + equivalents("notebook", "B = np.asarray(B, dtype=float)", "B = np.asarray(B)", reason=PROMOTED)
    + equivalents("notebook", "if B.ndim != 2 or x.ndim != 1 or len(x) != len(B):",
                  "if x.ndim != 1 or len(x) != len(B):", "if B.ndim != 2 or x.ndim != 1:",
                  "if B.ndim < 2 or x.ndim != 1 or len(x) != len(B):",
                  "if B.ndim != 2 or x.ndim != 1 or len(x) < len(B):",
                  "if B.ndim > 2 or x.ndim != 1 or len(x) != len(B):",
                  "if B.ndim != 2 or x.ndim != 1 or len(x) > len(B):", reason=RAISED)
    + equivalents("notebook", "weights = np.linalg.lstsq(B, x, rcond=None)[0]", "weights = np.linalg.lstsq(B, x)[0]",
                  reason=GAP)
)  # fmt: skip

EXERCISE = Exercise(
    solution=project,
    points=4,
    cases=(
        case("on a line", given([2.0, 0.0]), given([[1.0], [1.0]]), public=True,
             why="by hand: (2, 0) is nearest to (1, 1) among the multiples of (1, 1)"),
        case("on a slanted plane", given([1.0, 2.0, 3.0]), given([[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]), public=True,
             why="the columns span the first two axes, so (1, 2, 0), though they are not perpendicular"),
        case("x too long", given([1.0, 2.0, 3.0]), given([[1.0], [1.0]]), public=True, kind="error",
             why="three cash flows cannot be hedged with bonds that pay on two dates"),
        case("two slanted columns", normal(5), normal(5, 2), why="columns that are not perpendicular share directions"),
        case("three slanted columns", normal(6), normal(6, 3), why="every pair of columns shares a direction"),
        case("redundant columns", normal(9), dependent(9, 7, 5), kind="edge",
             why="two of seven bonds are mixtures of the others: the span has dimension two"),
        case("one redundant column", normal(12), dependent(12, 10, 9), kind="edge",
             why="one bond of ten is a mixture of the others, with coefficients that rounding blurs"),
        case("the same bond twice", normal(4), given([[1.0, 2.0], [2.0, 4.0], [0.0, 0.0], [3.0, 6.0]]), kind="edge",
             why="a doubled bond adds nothing that can be hedged"),
        case("one column", normal(4), normal(4, 1), kind="edge", why="M = 1 is a projection on a line"),
        case("the whole space", normal(3), with_condition(3, 3, 10.0), kind="edge",
             why="with M = D independent columns everything can be hedged: the answer is x"),
        case("already in the span", joint("x in the span of normal(5, 2)", _in_span), kind="edge",
             why="what lies in the span stays where it is"),
        case("whole cash flows", integers(4, low=1, high=9), integers(4, 2, low=1, high=9), kind="edge",
             why="whole numbers in, fractions out"),
        case("millions", normal(4, scale=1e6), normal(4, 2, scale=1e6), kind="edge",
             why="the unit of money must not matter"),
        case("redundant, in a tiny unit", normal(6), made("four columns of size 1e-14, rank 3", _redundant_and_tiny),
             kind="edge", why="which bonds are redundant does not depend on the unit, however small the numbers"),
        case("redundant in billionths", normal(9, scale=1e9), made("1e9 times three columns and three mixtures", _redundant_in_billionths), kind="edge",
             why="whether a bond is redundant depends neither on the unit nor on the last digits"),
        case("bonds that pay nothing", normal(4), given([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]), kind="edge",
             why="without any cash flow nothing can be hedged: the nearest point is 0"),
        case("single precision", normal(5, dtype=np.float32), normal(5, 3, dtype=np.float32), kind="edge",
             why="the result is float64 whatever comes in"),
        case("lists", given((1, 2, 4)), given(((1, 1), (0, 1), (1, 0))), kind="edge",
             why="tables may come as lists of rows, which have no shape until they are made arrays"),
        case("nearly parallel columns", normal(6), with_condition(6, 3, 1e4), kind="edge",
             checks=(value(rtol=PROJECTION_ILL, atol=PROJECTION_FLOOR, of_largest=True),),
             why="bonds that pay nearly alike are still different"),
        case("B that is a vector", normal(4), normal(4), kind="error", why="B must be a matrix with columns"),
        case("B with three axes", normal(3), normal(3, 3, 3), kind="error", why="B must be one table, not several"),
        case("a stack of one number", given([1.0]), given([[[2.0]]]), kind="error", why="a stack is no table, even where there is one number in it"),
        case("a stack of zeros", normal(2), given(np.zeros((2, 2, 2))), kind="error", why="nor is it one where there is nothing to project on"),
        case("x that is a column", normal(4, 1), normal(4, 2), kind="error", why="x must be a vector, with one axis"),
        case("x that is a number", given(3.0), normal(4, 2), kind="error", why="a number is no vector"),
        case("x much too long", normal(6), normal(4, 2), kind="error", why="x must be as long as the columns"),
        case("x too short", normal(3), normal(4, 2), kind="error", why="x must be as long as the columns"),
    ),
    checks=(value(rtol=PROJECTION, atol=PROJECTION_FLOOR, of_largest=True),),
    misconceptions=(
        sums_1d_projections, returns_coordinates, returns_residual, divides_by_norm_not_squared, forgets_the_inverse,
        inverts_singular_gram, ridge_jitter, absolute_threshold, first_column_only,
    ),
    alternatives=(least_squares, gram_schmidt_twice, pseudo_inverse, independent_columns),
    equivalents=EQUIVALENTS,
)  # fmt: skip
