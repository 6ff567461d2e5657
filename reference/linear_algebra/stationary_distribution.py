"""The long-run distribution of a Markov chain."""

from __future__ import annotations

import numpy as np

from reference.bounds import STATIONARY, STATIONARY_FLOOR
from reference.measures import value
from reference.recipes import given, made, stochastic
from reference.spec import Exercise, case, misconception

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


def _negative(rng):
    P = stochastic(3).draw(rng)[0]
    P[0] = [1.2, -0.4, 0.2]
    return P


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
        case("rating migration",
             given([[0.93, 0.06, 0.01, 0.0], [0.04, 0.88, 0.07, 0.01], [0.01, 0.08, 0.83, 0.08], [0.3, 0.2, 0.5, 0.0]]),
             kind="edge", why="zeros in the matrix are allowed as long as every rating can be reached"),
        case("doubly stochastic", made("rows and columns sum to 1", _doubly_stochastic), kind="edge",
             why="where columns sum to 1 as well, all states are equally likely"),
        case("one state", given([[1.0]]), kind="edge", why="a single state has probability 1"),
        case("negative entry", made("stochastic(3) with a negative entry", _negative), kind="error",
             why="the rows sum to 1, but one probability is negative"),
        case("not square", given([[0.5, 0.25, 0.25], [0.2, 0.3, 0.5]]), kind="error",
             why="every state needs a row and a column"),
    ),
    checks=(value(rtol=STATIONARY, atol=STATIONARY_FLOOR),),
    misconceptions=(
        iterates_P_times_column, not_normalised_to_sum_1, too_few_iterations, row_of_matrix_power, normalises_columns,
        average_of_rows, no_validation, diagonal_only,
    ),
    alternatives=(left_eigenvector, one_equation_replaced, repeated_squaring),
)  # fmt: skip
