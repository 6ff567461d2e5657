"""The long-run distribution of a Markov chain."""

from __future__ import annotations

import numpy as np

from reference.bounds import STATIONARY, STATIONARY_FLOOR
from reference.measures import value
from reference.recipes import given, made, stochastic
from reference.spec import Exercise, case, equivalents, misconception

ROW_SUM = 1e-8


def stationary_distribution(P):
    """Return the distribution that one step of a Markov chain does not change.

    Parameters
    ----------
    P : array of shape (n, n)
        Entry (i, j) is the probability to go from state i to state j in a year. Rows sum to 1, and every state can
        be reached from every other, so that the answer is unique. The chain may be periodic.

    Returns
    -------
    array of shape (n,)
        Probabilities, not negative and with sum 1, with pi P = pi.

    Raises
    ------
    ValueError
        If `P` is not square, has a negative entry, or a row whose sum differs from 1 by more than 1e-8.

    Examples
    --------
    >>> stationary_distribution([[0.5, 0.5], [1.0, 0.0]]).round(6)
    array([0.666667, 0.333333])
    """
    P = _checked(P)
    n = len(P)
    equations = np.vstack([P.T - np.eye(n), np.ones(n)])
    pi = np.linalg.lstsq(equations, np.append(np.zeros(n), 1.0), rcond=None)[0]
    return np.maximum(pi, 0.0)


def _checked(P):
    P = np.asarray(P, dtype=float)
    if P.ndim != 2 or P.shape[0] != P.shape[1]:
        msg = f"P has shape {P.shape}, expected a square matrix"
        raise ValueError(msg)
    if (P < 0).any() or (np.abs(P.sum(axis=1) - 1) > ROW_SUM).any():
        msg = "the rows of P must be probabilities that sum to 1"
        raise ValueError(msg)
    return P


def left_eigenvector(P):
    P = _checked(P)
    values, vectors = np.linalg.eig(P.T)
    v = vectors[:, np.argmin(np.abs(values - 1))]
    return v.real / v.real.sum()


def one_equation_replaced(P):
    P = _checked(P)
    n = len(P)
    M = P.T - np.eye(n)
    M[-1] = 1.0
    return np.linalg.solve(M, np.eye(n)[-1]).tolist()


def repeated_squaring(P):
    M = (_checked(P) + np.eye(len(P))) / 2
    for _ in range(40):
        M = M @ M
        M /= M.sum(axis=1, keepdims=True)
    return M[0]


def by_removing_states(P):
    """Grassmann, Taksar and Heyman: sums and quotients of positive numbers only."""
    P = _checked(P).tolist()
    n = len(P)
    for k in range(n - 1, 0, -1):
        away = sum(P[k][:k])
        for i in range(k):
            P[i][k] /= away
            for j in range(k):
                P[i][j] += P[i][k] * P[k][j]
    pi = [1.0]
    for k in range(1, n):
        pi.append(sum(pi[i] * P[i][k] for i in range(k)))
    return [share / sum(pi) for share in pi]


@misconception("Your answer is the same for every chain: why?")
def iterates_P_times_column(P):
    P = _checked(P)
    v = np.ones(len(P)) / len(P)
    for _ in range(1000):
        v = P @ v
    return v


@misconception("What must probabilities add up to?")
def not_normalised_to_sum_1(P):
    pi = stationary_distribution(P)
    return pi / np.linalg.norm(pi)


@misconception("How fast does a 0.9995 diagonal forget its start?")
def too_few_iterations(P):
    P = _checked(P)
    pi = np.ones(len(P)) / len(P)
    for _ in range(50):
        pi = pi @ (P + np.eye(len(P))) / 2
    return pi


@misconception("What happens if the chain alternates between two groups of states?")
def row_of_matrix_power(P):
    return np.linalg.matrix_power(_checked(P), 100001)[0]


@misconception("Which sums of P are 1: those along rows or along columns?")
def normalises_columns(P):
    P = _checked(P)
    totals = P.sum(axis=0)
    return totals / (totals @ totals)


@misconception("Is the average of the rows the mix after one year, or after many?")
def average_of_rows(P):
    return _checked(P).mean(axis=0)


@misconception("May a probability be negative, and must a row account for every client?")
def no_validation(P):
    P = np.asarray(P, float)
    if P.ndim != 2 or P.shape[0] != P.shape[1]:
        raise ValueError
    n = len(P)
    equations = np.vstack([P.T - np.eye(n), np.ones(n)])
    return np.linalg.lstsq(equations, np.append(np.zeros(n), 1.0), rcond=None)[0]


@misconception("If all clients together are accounted for, is each of them?")
def checks_the_total_only(P):
    P = np.asarray(P, float)
    if P.ndim != 2 or P.shape[0] != P.shape[1] or (P < 0).any() or abs(P.sum() - len(P)) > ROW_SUM:
        raise ValueError
    return no_validation.solution(P)


@misconception("Do the states that are stayed in longest also get the most arrivals?")
def diagonal_only(P):
    stay = np.diag(_checked(P))
    return stay / stay.sum() if stay.sum() else stay + 1 / len(stay)


def _periodic(rng):
    P = np.zeros((5, 5))
    P[:2, 2:] = rng.uniform(0.2, 1.0, (2, 3))
    P[2:, :2] = rng.uniform(0.2, 1.0, (3, 2))
    return P / P.sum(axis=1, keepdims=True)


def _doubly_stochastic(rng):
    a, b = rng.uniform(0.1, 0.4, 2)
    return np.array([[1 - a - b, a, b], [b, 1 - a - b, a], [a, b, 1 - a - b]])


def _three_groups(rng):
    P = np.zeros((6, 6))
    for first, then in ((0, 2), (2, 4), (4, 0)):
        P[first : first + 2, then : then + 2] = rng.uniform(0.2, 1.0, (2, 2))
    return P / P.sum(axis=1, keepdims=True)


def _columns_sum_to_1(rng):
    return np.asarray(stochastic(4).draw(rng)[0]).T


def _negative(rng):
    P = stochastic(3).draw(rng)[0]
    P[0] = [1.2, -0.4, 0.2]
    return P


RAISED = (
    "a stack of matrices cannot be stacked with a row of ones, and sides that differ are not subtracted; both "
    "raise ValueError"
)
SIDES = "the same equations with the other sign"
FLOAT = "subtracting the unit matrix or halving makes float64 of whole numbers and float32"
FLOOR = "every state has a positive probability; rounding leaves it above -1e-16, which the bound of 1e-9 contains"
EDGE = "the threshold itself is met with probability 0"
INVERSE = (
    "the inverse errs by the condition times the rounding unit as well, with a larger constant: 1e-12 where 1e-7 "
    "is allowed"
)
GAP = "without rcond numpy takes a threshold of the same size, and the smallest singular value is above 1e-5"
NEAREST = "all eigenvalues lie in the unit disc, and of those 1 is the nearest to 2 as well"
MIX = (
    "any mixture with the unit matrix has the same stationary distribution and is not periodic; rows are brought "
    "to sum 1 in each step"
)
STEPS = "39 squarings are 2^39 steps already, and what is forgotten stays forgotten"
STOCHASTIC = "the square of a matrix whose rows sum to 1 is one again: what is divided by is 1 but for rounding"
ROWS = "all rows of the limit are the same"
FIRST = "the first state has none before it, so that nothing is done in its turn"
SHARES = "shares are divided by their sum, so that any positive number will do for the first"
EQUIVALENTS = (
    equivalents("stationary_distribution", "equations = np.vstack([P.T - np.eye(n), np.ones(n)])",
                "equations = np.vstack([np.eye(n) - P.T, np.ones(n)])", reason=SIDES)
    + equivalents("stationary_distribution",
                  "pi = np.linalg.lstsq(equations, np.append(np.zeros(n), 1.0), rcond=None)[0]",
                  "pi = np.linalg.lstsq(equations, np.append(np.zeros(n), 1.0))[0]", reason=GAP)
    + equivalents("stationary_distribution", "return np.maximum(pi, 0.0)", "return pi", "return np.maximum(pi, -1.0)",
                  reason=FLOOR)
    + equivalents("stationary_distribution", "P = np.asarray(P, dtype=float)", "P = np.asarray(P)", reason=FLOAT)
    + equivalents("stationary_distribution", "if P.ndim != 2 or P.shape[0] != P.shape[1]:",
                  "if P.ndim < 2 or P.shape[0] != P.shape[1]:", "if P.ndim != 2 or P.shape[0] > P.shape[1]:",
                  reason=RAISED)
    + equivalents("stationary_distribution", "if (P < 0).any() or (np.abs(P.sum(axis=1) - 1) > ROW_SUM).any():",
                  "if (P < 0).any() or (np.abs(1 - P.sum(axis=1)) > ROW_SUM).any():", reason=SIDES)
    + equivalents("stationary_distribution", "if (P < 0).any() or (np.abs(P.sum(axis=1) - 1) > ROW_SUM).any():",
                  "if (P < 0).any() or (np.abs(P.sum(axis=1) - 1) >= ROW_SUM).any():", reason=EDGE)
    + equivalents("left_eigenvector", "v = vectors[:, np.argmin(np.abs(values - 1))]",
                  "v = vectors[:, np.argmin(np.abs(1 - values))]", reason=SIDES)
    + equivalents("left_eigenvector", "v = vectors[:, np.argmin(np.abs(values - 1))]",
                  "v = vectors[:, np.argmin(np.abs(values - 2))]", reason=NEAREST)
    + equivalents("one_equation_replaced", "M = P.T - np.eye(n)", "M = np.eye(n) - P.T", reason=SIDES)
    + equivalents("one_equation_replaced", "return np.linalg.solve(M, np.eye(n)[-1]).tolist()",
                  "return (np.linalg.inv(M) @ np.eye(n)[-1]).tolist()", reason=INVERSE)
    + equivalents("repeated_squaring", "M = (_checked(P) + np.eye(len(P))) / 2",
                  "M = _checked(P) + np.eye(len(P)) / 2", "M = (_checked(P) + np.eye(len(P))) * 2",
                  "M = (_checked(P) + np.eye(len(P))) / 3", "M = (_checked(P) + np.eye(len(P))) / 1", reason=MIX)
    + equivalents("repeated_squaring", "for _ in range(40):", "for _ in range(40 - 1):", "for _ in range(41):",
                  "for _ in range(39):", reason=STEPS)
    + equivalents("repeated_squaring", "M /= M.sum(axis=1, keepdims=True)", "M /= M.sum(axis=1)",
                  "M /= M.sum(axis=1, keepdims=False)", reason=STOCHASTIC)
    + equivalents("repeated_squaring", "return M[0]", "return M[-1]", reason=ROWS)
    + equivalents("by_removing_states", "for k in range(n - 1, 0, -1):", "for k in range(n - 1, 0 - 1, -1):",
                  "for k in range(n - 1, -1, -1):", reason=FIRST)
    + equivalents("by_removing_states", "pi = [1.0]", "pi = [2.0]", "pi = [0.5]", reason=SHARES)
    + equivalents("notebook", "P = np.asarray(P, dtype=float)", "P = np.asarray(P)", reason=FLOAT)
    + equivalents("notebook", "if P.ndim != 2 or P.shape[0] != P.shape[1]:",
                  "if P.ndim < 2 or P.shape[0] != P.shape[1]:", "if P.ndim != 2 or P.shape[0] > P.shape[1]:",
                  reason=RAISED)
    + equivalents("notebook", "if np.any(P < 0) or np.any(np.abs(P.sum(axis=1) - 1) > 1e-8):",
                  "if np.any(P < 0) or np.any(np.abs(1 - P.sum(axis=1)) > 1e-8):", reason=SIDES)
    + equivalents("notebook", "if np.any(P < 0) or np.any(np.abs(P.sum(axis=1) - 1) > 1e-8):",
                  "if np.any(P < 0) or np.any(np.abs(P.sum(axis=1) - 1) >= 1e-8):", reason=EDGE)
    + equivalents("notebook", "system = P.T - np.eye(n)", "system = np.eye(n) - P.T", reason=SIDES)
    + equivalents("notebook", "return np.maximum(np.linalg.solve(system, right), 0)",
                  "return np.linalg.solve(system, right)", "return np.maximum(np.linalg.solve(system, right), -1)",
                  reason=FLOOR)
    + equivalents("notebook", "return np.maximum(np.linalg.solve(system, right), 0)",
                  "return np.maximum(np.linalg.inv(system) @ right, 0)", reason=INVERSE)
)  # fmt: skip

EXERCISE = Exercise(
    solution=stationary_distribution,
    points=4,
    cases=(
        case("two ratings", given([[0.9, 0.1], [0.5, 0.5]]), public=True,
             why="by hand: 5/6 and 1/6, for 5/6 * 0.1 leave the first rating each year and 1/6 * 0.5 return"),
        case("every other year", given([[0.0, 1.0], [1.0, 0.0]]), public=True, kind="edge",
             why="the chain alternates for ever, and yet half and half is unchanged"),
        case("rows that do not sum to 1", given([[0.9, 0.2], [0.5, 0.5]]), public=True, kind="error",
             why="the first row sends out 110 % of its clients"),
        case("five states", stochastic(5), why="a general chain; columns do not sum to 1"),
        case("three sticky states", stochastic(3, stay=0.6), why="a general chain that tends to stay"),
        case("slow mixing", stochastic(4, stay=0.9995), kind="edge",
             why="a state is left once in two thousand steps, so many steps are needed to forget the start"),
        case("periodic", made("two groups of states that alternate", _periodic), kind="edge",
             why="the chain alternates between two groups, so its powers never settle"),
        case("three groups in turn", made("three groups of two states that follow each other", _three_groups), kind="edge",
             why="the chain comes back to a group every third year only"),
        case("rating migration",
             given([[0.93, 0.06, 0.01, 0.0], [0.04, 0.88, 0.07, 0.01], [0.01, 0.08, 0.83, 0.08], [0.3, 0.2, 0.5, 0.0]]),
             kind="edge", why="zeros in the matrix are allowed as long as every rating can be reached"),
        case("doubly stochastic", made("rows and columns sum to 1", _doubly_stochastic), kind="edge",
             why="where columns sum to 1 as well, all states are equally likely"),
        case("rounded", given([[0.3, 0.7 + 5e-10], [0.6, 0.4 - 5e-10]]), kind="edge",
             why="rows may miss 1 by 5e-10, which rounding does"),
        case("lists", given(((0.25, 0.75), (0.5, 0.5))), kind="edge",
             why="tables may come as lists of rows, which have no shape until they are made arrays"),
        case("one state", given([[1.0]]), kind="edge", why="a single state has probability 1"),
        case("negative entry", made("stochastic(3) with a negative entry", _negative), kind="error",
             why="the rows sum to 1, but one probability is negative"),
        case("columns that sum to 1", made("stochastic(4), transposed", _columns_sum_to_1), kind="error",
             why="the columns sum to 1, and so does the average row, but a row sends out more than it has"),
        case("a row that sums to less", given([[0.5, 0.4], [0.5, 0.5]]), kind="error",
             why="the first row loses a tenth of its clients"),
        case("a row that sums to more", given([[0.5, 0.5], [0.5, 0.6]]), kind="error",
             why="the second row sends out 110 % of its clients"),
        case("a row that misses by a millionth", given([[0.5, 0.5 + 1e-6], [0.5, 0.5]]), kind="error",
             why="a row may miss 1 by rounding, and that is less than a millionth"),
        case("a stack of matrices", given([[[0.5, 0.5], [0.5, 0.5]], [[0.5, 0.5], [0.5, 0.5]]]), kind="error",
             why="P must be one table, not several"),
        case("one row", given([[0.5, 0.5]]), kind="error", why="every state needs a row and a column"),
        case("one column", given([[1.0], [1.0], [1.0]]), kind="error", why="every state needs a row and a column"),
        case("a vector", given([0.25, 0.75]), kind="error", why="P must be a table with rows and columns"),
        case("too many rows", given([[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]]), kind="error",
             why="every state needs a row and a column"),
        case("not square", given([[0.5, 0.25, 0.25], [0.2, 0.3, 0.5]]), kind="error",
             why="every state needs a row and a column"),
    ),
    checks=(value(rtol=STATIONARY, atol=STATIONARY_FLOOR),),
    misconceptions=(
        iterates_P_times_column, not_normalised_to_sum_1, too_few_iterations, row_of_matrix_power, normalises_columns,
        average_of_rows, no_validation, checks_the_total_only, diagonal_only,
    ),
    alternatives=(left_eigenvector, one_equation_replaced, repeated_squaring, by_removing_states),
    equivalents=EQUIVALENTS,
)  # fmt: skip
