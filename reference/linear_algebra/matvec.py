"""A matrix times a vector, or times each row of a batch."""

from __future__ import annotations

import numpy as np

from reference.bounds import SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, integers, normal
from reference.spec import Exercise, case, equivalents, misconception


def matvec(A, x):
    """Return A x for a vector, or A times each row of a batch.

    Parameters
    ----------
    A : array of shape (m, n)
        Holdings: one row a portfolio, one column an asset.
    x : array of shape (n,) or (b, n)
        One price for each asset, or b price scenarios, one a row.

    Returns
    -------
    array of shape (m,) or (b, m)
        The value of each portfolio, for each scenario, as float64 whatever the type of the inputs.

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


def list_of_sums(A, x):
    A, x = np.asarray(A, float), np.asarray(x, float)
    if x.shape[-1] != A.shape[1]:
        raise ValueError
    if x.ndim == 2:
        return [list_of_sums(A, row) for row in x]
    return [sum(a * b for a, b in zip(row, x, strict=True)) for row in A]


@misconception("Test with 2 portfolios and 3 assets, then with 3 and 3.")
def uses_transpose(A, x):
    A, x = np.asarray(A, float), np.asarray(x, float)
    return A.T @ x if x.ndim == 1 else x @ A


@misconception("What happens to cents?")
def integer_output(A, x):
    return matvec(A, x).astype(int)


@misconception("How many numbers does each portfolio get: one for each asset, or one?")
def elementwise_product(A, x):
    return np.asarray(A, float) * np.asarray(x, float)


@misconception("Which axis counts the scenarios, and which the portfolios?")
def batch_transposed(A, x):
    return np.asarray(A, float) @ np.asarray(x, float).T


@misconception("How many digits does float32 keep, and how many did you promise?")
def keeps_single_precision(A, x):
    A, x = np.asarray(A), np.asarray(x)
    if x.shape[-1] != A.shape[1]:
        raise ValueError
    return x @ A.T


@misconception("A table of one scenario: how many rows should come back?")
def one_scenario_as_vector(A, x):
    values = np.atleast_2d(matvec(A, x))
    return values[0] if len(values) == 1 else values


@misconception("What should a caller hear who has a price too few?")
def cuts_to_fit(A, x):
    A, x = np.asarray(A, float), np.asarray(x, float)
    n = min(x.shape[-1], A.shape[1])
    return x[..., :n] @ A[:, :n].T


PROMOTED = "a product with a float64 array is computed in float64, and whole numbers and float32 fit into that exactly"
RAISED = "numpy's product raises ValueError for lengths that do not match"
AXES = "x has one axis or two, so two or more are two"
EQUIVALENTS = (
    equivalents("matvec", "A, x = np.asarray(A, dtype=float), np.asarray(x, dtype=float)",
                "A, x = np.asarray(A), np.asarray(x, dtype=float)",
                "A, x = np.asarray(A, dtype=float), np.asarray(x)", reason=PROMOTED)
    + equivalents("matvec", "if x.shape[-1] != A.shape[1]:", "if False:", "if x.shape[-1] < A.shape[1]:",
                  "if x.shape[-1] > A.shape[1]:", reason=RAISED)
    + equivalents("nested_loops", "A, x = np.array(A, dtype=float), np.array(x, dtype=float)",
                  "A, x = np.array(A), np.array(x, dtype=float)", "A, x = np.array(A, dtype=float), np.array(x)",
                  reason=PROMOTED)
    + equivalents("nested_loops", "A, x = np.array(A, dtype=float), np.array(x, dtype=float)",
                  "A, x = np.asarray(A, dtype=float), np.array(x, dtype=float)",
                  "A, x = np.array(A, dtype=float), np.asarray(x, dtype=float)",
                  reason="only out is written to, which is an array of its own")
    + equivalents("nested_loops", "batch = x.reshape(-1, A.shape[1])", "batch = x.reshape(-2, A.shape[1])",
                  reason="numpy works out any length that is negative")
    + equivalents("nested_loops", "return out if x.ndim == 2 else out[0]", "return out if x.ndim >= 2 else out[0]",
                  reason=AXES)
    + equivalents("nested_loops", "return out if x.ndim == 2 else out[0]", "return out if x.ndim == 2 else out[-1]",
                  reason="for a vector out has one row, which is the first and the last")
    + equivalents("einsum", 'return np.einsum("ij,...j->...i", np.asarray(A, float), np.asarray(x, float))',
                  'return np.einsum("ij,...j->...i", np.asarray(A), np.asarray(x, float))',
                  'return np.einsum("ij,...j->...i", np.asarray(A, float), np.asarray(x))', reason=PROMOTED)
    + equivalents("list_of_sums", "A, x = np.asarray(A, float), np.asarray(x, float)",
                  "A, x = np.asarray(A), np.asarray(x, float)", "A, x = np.asarray(A, float), np.asarray(x)",
                  reason=PROMOTED)
    + equivalents("list_of_sums", "if x.shape[-1] != A.shape[1]:", "if False:", "if x.shape[-1] < A.shape[1]:",
                  "if x.shape[-1] > A.shape[1]:", reason="zip with strict=True raises ValueError as well")
    + equivalents("list_of_sums", "if x.ndim == 2:", "if x.ndim >= 2:", reason=AXES)
    + equivalents("list_of_sums", "return [sum(a * b for a, b in zip(row, x, strict=True)) for row in A]",
                  "return [sum(a * b for a, b in zip(row, x, strict=False)) for row in A]",
                  reason="the lengths were compared before")
    + equivalents("notebook", "A = np.asarray(A, dtype=float)", "A = np.asarray(A)", reason=PROMOTED)
    + equivalents("notebook", "x = np.asarray(x, dtype=float)", "x = np.asarray(x)", reason=PROMOTED)
    + equivalents("notebook", "if x.shape[-1] != A.shape[1]:", "if False:", "if x.shape[-1] < A.shape[1]:",
                  "if x.shape[-1] > A.shape[1]:", reason=RAISED)
)  # fmt: skip

EXERCISE = Exercise(
    solution=matvec,
    points=2,
    cases=(
        case("two portfolios, two assets", given([[1, 2], [3, 4]]), given([10.0, 1.0]), public=True,
             why="by hand: 1*10 + 2*1 = 12 and 3*10 + 4*1 = 34"),
        case("two scenarios", given([[1.0, 2.0]]), given([[10.0, 1.0], [20.0, 1.0]]), public=True, kind="edge",
             why="one portfolio in two scenarios is worth 12 and 22: two rows of one number"),
        case("a price too few", given([[1.0, 2.0]]), given([10.0]), public=True, kind="error",
             why="one price for two assets is a mistake of the caller"),
        case("wide", normal(2, 4), normal(4), why="each row of A meets the whole of x"),
        case("square", normal(4, 4), normal(4), why="with a square A a transpose does not crash, it is just wrong"),
        case("batch", normal(2, 4), normal(3, 4), why="each row of x is a scenario of its own"),
        case("batch as long as A", normal(3, 3), normal(3, 3), kind="edge",
             why="with as many scenarios as portfolios nothing crashes when the axes are mixed up"),
        case("whole holdings", integers(3, 2, low=1, high=9), normal(2), kind="edge",
             why="whole numbers of shares still have prices with cents"),
        case("single precision", normal(3, 3, dtype=np.float32), normal(3, dtype=np.float32), kind="edge",
             why="the result is float64 whatever comes in"),
        case("one scenario", normal(2, 3), normal(1, 3), kind="edge", why="a table of one scenario gives a table of one row, not a vector"),
        case("one by one", normal(1, 1), normal(1), kind="edge", why="a portfolio of one asset is a vector of one number"),
        case("a price too many", normal(3, 4), normal(5), kind="error", why="five prices do not fit four assets"),
        case("batch that does not fit", normal(4, 3), normal(3, 4), kind="error",
             why="the last axis of x must be as long as a row of A"),
        case("as many numbers, other rows", normal(3, 4), normal(2, 2), kind="error",
             why="two scenarios of two prices are four numbers, but no price for each of four assets"),
        case("one price for all", normal(3, 4), normal(1), kind="error",
             why="a single price is not stretched over four assets"),
        case("one asset, three prices", normal(2, 1), normal(3), kind="error",
             why="nor is a single asset held three times over"),
        case("lists", given(((1, 2), (3, 4), (5, 6))), given((0.5, 0.25)), kind="edge",
             why="tables may come as lists of rows, which have no shape until they are made arrays"),
    ),
    checks=(value(rtol=SUM_OF_PRODUCTS, atol=SUM_OF_PRODUCTS),),
    misconceptions=(
        uses_transpose, integer_output, elementwise_product, batch_transposed, keeps_single_precision,
        one_scenario_as_vector, cuts_to_fit,
    ),
    alternatives=(nested_loops, einsum, list_of_sums),
    equivalents=EQUIVALENTS,
)  # fmt: skip
