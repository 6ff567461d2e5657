"""The delta-gamma approximation."""

from __future__ import annotations

import numpy as np

from reference.bounds import QUADRATIC
from reference.measures import value
from reference.recipes import given, joint, normal
from reference.spec import Exercise, case, equivalents, misconception


def taylor2(f0, g, H, x0, X):
    """Return the second-order Taylor approximation of a function at one point or many.

    Parameters
    ----------
    f0 : float
        Value at `x0`.
    g : array of shape (d,)
        Gradient at `x0`.
    H : array of shape (d, d)
        Hessian at `x0`.
    x0 : array of shape (d,)
        Where value, gradient and Hessian were taken.
    X : array of shape (d,) or (n, d)
        One point, or one point a row.

    Returns
    -------
    float, or array of shape (n,)
        f0 + g'u + u'Hu/2 with u = x - x0: a value, not a change; a plain number for a single point.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> taylor2(10.0, [1, 2], [[2, 0], [0, 4]], [0, 0], [1, 1])
    16.0
    """
    f0, g, H, U = _displaced(f0, g, H, x0, X)
    out = f0 + U @ g + 0.5 * np.einsum("...i,ij,...j->...", U, H, U)
    return out if out.ndim else float(out)


def _displaced(f0, g, H, x0, X):
    g, H, x0, X = (np.asarray(part, dtype=float) for part in (g, H, x0, X))
    d = len(g) if g.ndim == 1 else -1
    if d < 0 or H.shape != (d, d) or x0.shape != (d,) or X.ndim not in (1, 2) or X.shape[-1] != d:
        msg = f"g, H, x0 and X have shapes {g.shape}, {H.shape}, {x0.shape} and {X.shape}; needed are (d,), (d, d), (d,), (n, d)"
        raise ValueError(msg)
    return float(f0), g, H, X - x0


def by_loop(f0, g, H, x0, X):
    f0, g, H, U = _displaced(f0, g, H, x0, X)
    out = []
    for u in np.atleast_2d(U):
        total = f0
        for i in range(len(g)):
            total += g[i] * u[i]
            for j in range(len(g)):
                total += 0.5 * H[i, j] * u[i] * u[j]
        out.append(total)
    return out if U.ndim == 2 else out[0]


def row_wise(f0, g, H, x0, X):
    f0, g, H, U = _displaced(f0, g, H, x0, X)
    return f0 + (U * g).sum(axis=-1) + ((U @ H) * U).sum(axis=-1) / 2


def along_principal_axes(f0, g, H, x0, X):
    f0, g, H, U = _displaced(f0, g, H, x0, X)
    curvatures, axes = np.linalg.eigh(H)
    turned, slopes = U @ axes, g @ axes
    return np.asarray(f0 + np.sum(turned * (slopes + turned * curvatures / 2), axis=-1))


@misconception("What should happen at x = x0?")
def uses_x_not_displacement(f0, g, H, x0, X):
    _displaced(f0, g, H, x0, X)
    return taylor2(f0, g, H, np.zeros(len(np.asarray(g))), X)


@misconception("How many numbers should come back for n scenarios?")
def a_table_of_all_pairs(f0, g, H, x0, X):
    f0, g, H, U = _displaced(f0, g, H, x0, X)
    return f0 + U @ g + 0.5 * U @ H @ U.T


@misconception("Move both factors at once: what is missing?")
def diagonal_gamma_only(f0, g, H, x0, X):
    return taylor2(f0, g, np.diag(np.diag(np.asarray(H, float))), x0, X)


@misconception("When is a straight line good enough, and when not?")
def delta_only(f0, g, H, x0, X):
    return taylor2(f0, g, 0 * np.asarray(H, float), x0, X)


@misconception("Level or change: which does the text ask for?")
def drops_f0(f0, g, H, x0, X):
    return taylor2(0.0, g, H, x0, X)


@misconception("Which way did the market move?")
def displacement_sign(f0, g, H, x0, X):
    return taylor2(f0, -np.asarray(g, float), H, x0, X)


@misconception("Expand x squared around 0: what stands in front of the second derivative?")
def missing_half(f0, g, H, x0, X):
    return taylor2(f0, g, 2 * np.asarray(H, float), x0, X)


@misconception("How many half are there in the formula?")
def gradient_halved_too(f0, g, H, x0, X):
    return taylor2(f0, np.asarray(g, float) / 2, H, x0, X)


@misconception("One scenario, one number: what shape comes back for a single point?")
def single_point_as_array(f0, g, H, x0, X):
    return np.atleast_1d(taylor2(f0, g, H, x0, X))


@misconception("What becomes of a half in an array of whole numbers?")
def whole_result(f0, g, H, x0, X):
    out = taylor2(f0, g, H, x0, X)
    return np.trunc(out) if np.asarray(X).dtype.kind in "iu" else out


@misconception("What does numpy make of one starting value and three factors?")
def one_start_for_all(f0, g, H, x0, X):
    x0 = np.asarray(x0, dtype=float)
    return taylor2(f0, g, H, np.repeat(x0, len(np.asarray(g))) if x0.shape == (1,) else x0, X)


@misconception("Is the sum over all scenarios asked for, or one number for each?")
def sums_over_scenarios(f0, g, H, x0, X):
    return float(np.sum(taylor2(f0, g, H, x0, X)))


@misconception("In the quadratic term, is each displacement squared, or are products taken as well?")
def ignores_signs(f0, g, H, x0, X):
    f0, g, H, U = _displaced(f0, g, H, x0, X)
    V = np.abs(U)
    return f0 + U @ g + 0.5 * np.einsum("...i,ij,...j->...", V, H, V)


def _book(rng, d):
    H = rng.standard_normal((d, d))
    return 50 * rng.standard_normal(), 3 * rng.standard_normal(d), H + H.T, rng.standard_normal(d) + 2


def _scenarios(n, d):
    return joint(
        f"a book of {d} factors, {n} scenarios", lambda rng: (*_book(rng, d), rng.standard_normal((n, d)) + 1.5)
    )


def _single(rng):
    return (*_book(rng, 4), rng.standard_normal(4))


def _whole(rng):
    # Odd gammas on the diagonal, and a move by one: half a gamma is no whole number.
    M = np.tril(rng.integers(-3, 4, (3, 3)), -1)
    H = M + M.T + np.diag(2 * rng.integers(-2, 2, 3) + 1)
    x0, X = rng.integers(-2, 3, 3), rng.integers(-4, 5, (5, 3))
    X[rng.integers(5)] = x0 + [0, 1, 0]
    return 7, rng.integers(-3, 4, 3), H, x0, X


def _basket(rng):
    f0, g, _, x0 = _book(rng, 4)
    return f0, g, np.full((4, 4), rng.uniform(1, 2)), x0, rng.standard_normal((5, 4)) + 1.5


def _unmoved(rng):
    book = _book(rng, 3)
    return (*book, np.tile(book[3], (4, 1)))


NUMBER = "for a single point numpy's product U @ g is a number, if one of numpy's, and so is what is added to it"
NEGATIVE = "no shape has a negative length, so H.shape differs from (d, d) for every negative d"
EMPTY = "only for a book without factors is d 0, and the exercise speaks of none"
LONG = "where a point is too long X - x0 or the product with g raises ValueError, in any book that has factors"
AXES = "X, and so U, has one axis or two"
ONE = "a single point makes a list of one number"
TRANSPOSE = "u'H'u and u'Hu are one number; over 60 seeds rounding takes less than 1e-4 of what is allowed"
PROMOTED = "what it is multiplied with or subtracted from is float64, and numpy promotes exactly"
EQUIVALENTS = (
    equivalents("taylor2", "return out if out.ndim else float(out)", "return out", reason=NUMBER)
    + equivalents("taylor2", "d = len(g) if g.ndim == 1 else -1", "d = len(g) if g.ndim == 1 else -2", reason=NEGATIVE)
    + equivalents("taylor2", "d = len(g) if g.ndim == 1 else -1", "d = len(g) if g.ndim == 1 else -0", reason=EMPTY)
    + equivalents("taylor2",
                  "if d < 0 or H.shape != (d, d) or x0.shape != (d,) or X.ndim not in (1, 2) or X.shape[-1] != d:",
                  "if H.shape != (d, d) or x0.shape != (d,) or X.ndim not in (1, 2) or (X.shape[-1] != d):",
                  "if d < -1 or H.shape != (d, d) or x0.shape != (d,) or X.ndim not in (1, 2) or X.shape[-1] != d:",
                  reason=NEGATIVE)
    + equivalents("taylor2",
                  "if d < 0 or H.shape != (d, d) or x0.shape != (d,) or X.ndim not in (1, 2) or X.shape[-1] != d:",
                  "if d < 0 or H.shape != (d, d) or x0.shape != (d,) or X.ndim not in (1, 2) or X.shape[-1] < d:",
                  reason=LONG)
    + equivalents("taylor2",
                  "if d < 0 or H.shape != (d, d) or x0.shape != (d,) or X.ndim not in (1, 2) or X.shape[-1] != d:",
                  "if d == 0 or H.shape != (d, d) or x0.shape != (d,) or X.ndim not in (1, 2) or X.shape[-1] != d:",
                  "if d <= 0 or H.shape != (d, d) or x0.shape != (d,) or X.ndim not in (1, 2) or X.shape[-1] != d:",
                  "if d < 1 or H.shape != (d, d) or x0.shape != (d,) or X.ndim not in (1, 2) or X.shape[-1] != d:",
                  reason=EMPTY)
    + equivalents("by_loop", "return out if U.ndim == 2 else out[0]", "return out if U.ndim >= 2 else out[0]",
                  reason=AXES)
    + equivalents("by_loop", "return out if U.ndim == 2 else out[0]", "return out if U.ndim == 2 else out[-1]",
                  reason=ONE)
    + equivalents("row_wise", "return f0 + (U * g).sum(axis=-1) + ((U @ H) * U).sum(axis=-1) / 2",
                  "return f0 + (U * g).sum(axis=-1) + ((U @ H.T) * U).sum(axis=-1) / 2", reason=TRANSPOSE)
    + equivalents("notebook", "g = np.asarray(g, dtype=float)", "g = np.asarray(g)", reason=PROMOTED)
    + equivalents("notebook", "H = np.asarray(H, dtype=float)", "H = np.asarray(H)", reason=PROMOTED)
    + equivalents("notebook", "x0 = np.asarray(x0, dtype=float)", "x0 = np.asarray(x0)", reason=PROMOTED)
    + equivalents("notebook", "X = np.asarray(X, dtype=float)", "X = np.asarray(X)", reason=PROMOTED)
    + equivalents("notebook",
                  "if g.shape != (d,) or H.shape != (d, d) or x0.shape != (d,) or X.ndim not in (1, 2) or X.shape[-1] != d:",
                  "if g.shape != (d,) or H.shape != (d, d) or x0.shape != (d,) or X.ndim not in (1, 2) or X.shape[-1] < d:",
                  reason=LONG)
    + equivalents("notebook", "return f0 + moves @ g + np.sum((moves @ H) * moves, axis=-1) / 2",
                  "return f0 + moves @ g + np.sum((moves @ H.T) * moves, axis=-1) / 2", reason=TRANSPOSE)
)  # fmt: skip

EXERCISE = Exercise(
    solution=taylor2,
    points=3,
    cases=(
        case("one scenario", given(10.0), given([1.0, 2.0]), given([[2.0, 0.0], [0.0, 4.0]]), given([0.0, 0.0]), given([1.0, 1.0]), public=True,
             why="by hand: 10 + 1 + 2 + (2 + 4)/2 = 16"),
        case("two scenarios", given(0.0), given([1.0]), given([[2.0]]), given([5.0]), given([[5.0], [7.0]]), public=True,
             why="by hand: nothing moved gives 0; a move of 2 gives 2 + 2 * 4 / 2 = 6"),
        case("a factor too many", given(0.0), given([1.0]), given([[2.0]]), given([5.0]), given([[5.0, 1.0]]), public=True, kind="error", why="the book has one factor"),
        case("nine scenarios, three factors", _scenarios(9, 3), why="one number for each scenario"),
        case("five scenarios, six factors", _scenarios(5, 6), why="more factors than scenarios"),
        case("a single point", joint("a book and a point", _single), kind="edge", why="one point gives one number"),
        case("one row", _scenarios(1, 3), kind="edge", why="a table of one row gives a vector of one entry"),
        case("as many scenarios as factors", _scenarios(4, 4), kind="edge", why="where n equals d rows and columns can be mixed up"),
        case("nothing moved", joint("scenarios equal to x0", _unmoved), kind="edge", why="at x0 the approximation is the value"),
        case("one factor", _scenarios(6, 1), kind="edge", why="with one factor it is a parabola"),
        case("whole numbers", joint("a book of whole numbers, odd gammas, and a move by one", _whole), kind="edge", why="whole numbers in, halves out"),
        case("lists", given(3), given((1, 2)), given(((1, 0), (0, 3))), given((0, 1)), given(((1, 1), (2, 0))), kind="edge",
             why="numbers may come as lists, which cannot be subtracted until they are arrays"),
        case("a point in a list", given(2), given((3, -1)), given(((2, 1), (1, 5))), given((1, 0)), given((2, 3)), kind="edge",
             why="one point gives one number, in whatever it comes"),
        case("numbers of one byte", given(9), given([3, 1], dtype=np.uint8), given([[1, 2], [2, 3]], dtype=np.uint8), given([200, 7], dtype=np.uint8),
             given([[190, 9], [201, 5]], dtype=np.uint8), kind="edge", why="in numbers of one byte 190 - 200 is 246"),
        case("an equally weighted basket", joint("a book with equal gammas", _basket), kind="edge", why="where all gammas are equal the book bends in one direction only"),
        case("three factors alike", given(20.0), normal(3, scale=2.0), given([[2.0, 1.0, 1.0], [1.0, 2.0, 1.0], [1.0, 1.0, 2.0]]), normal(3), normal(5, 3, loc=1.5),
             kind="edge", why="where two curvatures are equal their axes are not unique, and need not come out perpendicular"),
        case("a gradient too short", given(1.0), normal(2), normal(3, 3), normal(3), normal(4, 3), kind="error", why="each factor needs a delta"),
        case("a start of one factor", given(1.0), normal(3), normal(3, 3), normal(1), normal(4, 3), kind="error",
             why="numpy would start all factors at the same value and say nothing"),
        case("scenarios of one factor", given(1.0), normal(3), normal(3, 3), normal(3), normal(4, 1), kind="error",
             why="numpy would move all factors alike and say nothing"),
        case("deltas in a column", given(1.0), normal(3, 1), normal(3, 3), normal(3), normal(4, 3), kind="error",
             why="with a column numpy makes a table of what should be one number for each scenario"),
        case("a stack of deltas", given(1.0), normal(1, 3, 1), normal(3, 3), normal(3), normal(4, 3), kind="error", why="deltas are a vector"),
        case("one delta in a column", given(1.0), normal(1, 1), normal(1, 1), normal(1), normal(4, 1), kind="error", why="a column is no vector, even where there is one factor"),
        case("a number of deltas", given(1.0), given(2.0), normal(1, 1), normal(1), normal(4, 1), kind="error", why="a number is no vector of one entry"),
        case("a start for each scenario", given(1.0), normal(3), normal(3, 3), normal(4, 3), normal(4, 3), kind="error", why="the book was valued at one point"),
        case("a stack of scenarios", given(1.0), normal(3), normal(3, 3), normal(3), normal(2, 4, 3), kind="error", why="a point, or a table with one point a row"),
        case("a number for a point", given(1.0), normal(1), normal(1, 1), normal(1), given(2.0), kind="error", why="a number is no point of one factor"),
        case("gammas in a column", given(1.0), normal(3), normal(3, 1), normal(3), normal(4, 3), kind="error",
             why="numpy would stretch a column over all pairs and say nothing"),
        case("gammas of another book", given(1.0), normal(1), normal(2, 2), normal(1), normal(4, 1), kind="error",
             why="numpy would move factors that the book does not have and say nothing"),
        case("a stack of gammas", given(1.0), normal(3), normal(3, 3, 3), normal(3), normal(4, 3), kind="error", why="one gamma for each pair of factors"),
    ),
    checks=(value(rtol=QUADRATIC, atol=QUADRATIC),),
    misconceptions=(
        uses_x_not_displacement, a_table_of_all_pairs, diagonal_gamma_only, delta_only, drops_f0, displacement_sign,
        missing_half, gradient_halved_too, single_point_as_array, whole_result,
        one_start_for_all, sums_over_scenarios, ignores_signs,
    ),
    alternatives=(by_loop, row_wise, along_principal_axes),
    equivalents=EQUIVALENTS,
)  # fmt: skip
