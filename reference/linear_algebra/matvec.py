"""A matrix times a vector, or times each row of a batch."""

from __future__ import annotations

import numpy as np

from reference.bounds import SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, integers, normal
from reference.spec import Exercise, case, misconception


def matvec(A, x):
    """Return A x for a vector, or A times each row of a batch.

    Parameters
    ----------
    A : array of shape (m, n)
        Holdings: one row a portfolio, one column an asset.
    x : array of shape (n,) or (b, n)
        One price for each asset, or b such price scenarios, one a row.

    Returns
    -------
    array of shape (m,) or (b, m), float64
        The value of each portfolio, for each scenario.

    Raises
    ------
    ValueError
        If the last axis of `x` does not have n entries.

    Examples
    --------
    >>> matvec([[1, 2], [3, 4]], [10, 1])
    array([12., 34.])
    """
    A, x = np.asarray(A, dtype=float), np.asarray(x, dtype=float)
    if x.shape[-1] != A.shape[1]:
        msg = f"x has {x.shape[-1]} entries for {A.shape[1]} columns of A"
        raise ValueError(msg)
    return x @ A.T


def nested_loops(A, x):
    A, x = np.array(A, dtype=float), np.array(x, dtype=float)
    if x.shape[-1] != A.shape[1]:
        raise ValueError
    batch = x.reshape(-1, A.shape[1])
    out = np.zeros((len(batch), len(A)))
    for b in range(len(batch)):
        for i in range(len(A)):
            for j in range(A.shape[1]):
                out[b, i] += A[i, j] * batch[b, j]
    return out if x.ndim == 2 else out[0]


def einsum(A, x):
    if np.shape(x)[-1] != np.shape(A)[1]:
        raise ValueError
    return np.einsum("ij,...j->...i", np.asarray(A, float), np.asarray(x, float))


@misconception("Test with 2 portfolios and 3 assets, then with 3 and 3.")
def uses_transpose(A, x):
    A, x = np.asarray(A, float), np.asarray(x, float)
    if x.shape[-1] != A.shape[1]:
        raise ValueError
    return x @ A


@misconception("What happens to cents?")
def integer_output(A, x):
    return matvec(A, x).astype(int)


EXERCISE = Exercise(
    solution=matvec,
    points=2,
    cases=(
        case("two portfolios, two assets", given([[1, 2], [3, 4]]), given([10.0, 1.0]), public=True,
             why="by hand: 1*10 + 2*1 = 12 and 3*10 + 4*1 = 34"),
        case("wide", normal(2, 4), normal(4), why="each row of A meets the whole of x"),
        case("square", normal(4, 4), normal(4), why="with a square A a transpose does not crash, it is just wrong"),
        case("wrong length", normal(3, 4), normal(3), kind="error", why="three prices do not fit four assets"),
        case("whole holdings", integers(3, 2, low=1, high=9), normal(2), kind="edge",
             why="whole numbers of shares still have prices with cents"),
    ),
    checks=(value(rtol=SUM_OF_PRODUCTS, atol=SUM_OF_PRODUCTS),),
    misconceptions=(uses_transpose, integer_output),
    alternatives=(nested_loops, einsum),
)
