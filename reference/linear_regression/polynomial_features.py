"""Powers of one variable as columns."""

from __future__ import annotations

import numpy as np

from reference.bounds import SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, integers, normal, uniform
from reference.spec import Exercise, case, equivalents, misconception


def polynomial_features(x, degree):
    """Return the powers of x from 0 to degree as columns.

    Parameters
    ----------
    x : array of shape (n,)
        One number an observation, such as a maturity in years.
    degree : int
        Highest power, at least 0.

    Returns
    -------
    array of shape (n, degree + 1)
        Column k holds x**k in float64; column 0 is all ones, also where x is 0.

    Raises
    ------
    ValueError
        If `degree` is negative or `x` is not a vector.

    Examples
    --------
    >>> polynomial_features([2, 3], 2)
    array([[1., 2., 4.],
           [1., 3., 9.]])
    """
    x = _checked(x, degree)
    return x[:, None] ** np.arange(degree + 1)


def _checked(x, degree):
    x = np.asarray(x, dtype=float)
    if x.ndim != 1 or degree < 0:
        msg = f"x has shape {x.shape} and degree is {degree}; needed are a vector and a degree of at least 0"
        raise ValueError(msg)
    return x


def vandermonde(x, degree):
    return np.vander(_checked(x, degree), degree + 1, increasing=True)


def running_product(x, degree):
    columns = [[1.0] * len(_checked(x, degree))]
    for _ in range(degree):
        columns.append([c * float(v) for c, v in zip(columns[-1], x, strict=True)])
    return [list(row) for row in zip(*columns, strict=True)]


def whole_powers(x, degree):
    """Halve the exponent with Python's own numbers, which know no largest one: 900**8 comes back as a whole number."""
    _checked(x, degree)

    def power(v, k):
        if k == 0:
            return 1
        half = power(v, k // 2)
        return half * half * (v if k % 2 else 1)

    return tuple(tuple(power(v, k) for k in range(degree + 1)) for v in np.asarray(x).tolist())


def by_logarithms(x, degree):
    x, k = _checked(x, degree), np.arange(degree + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = np.where(k == 0, 1.0, np.exp(k * np.log(np.abs(x))[:, None]))
    return np.where((x[:, None] < 0) & (k % 2 == 1), -sizes, sizes)


@misconception("What is the prediction at x = 0?")
def missing_intercept_column(x, degree):
    return polynomial_features(x, degree)[:, 1:]


@misconception("Which column should be all ones?")
def decreasing_powers(x, degree):
    return polynomial_features(x, degree)[:, ::-1]


@misconception("Compute 1000**8 with an array of whole numbers.")
def integer_overflow(x, degree):
    _checked(x, degree)
    x = np.asarray(x)
    with np.errstate(all="ignore"):
        return np.stack([x**k for k in range(degree + 1)], axis=1)


@misconception("Is the column after x really x squared?")
def multiplies_instead_of_power(x, degree):
    x = _checked(x, degree)
    columns = x[:, None] * np.arange(degree + 1)
    columns[:, 0] = 1.0
    return columns


@misconception("Rows are observations: how many rows should there be?")
def transposed(x, degree):
    return polynomial_features(x, degree).T


@misconception("In which order does the text ask for the columns?")
def ones_column_last(x, degree):
    return np.roll(polynomial_features(x, degree), -1, axis=1)


@misconception("How many powers are there from 0 to degree, both included?")
def stops_one_short(x, degree):
    return polynomial_features(x, degree)[:, : max(degree, 1)]


@misconception("Does a maturity of 1/2 squared stay a half?")
def rounds_to_whole_numbers(x, degree):
    return polynomial_features(np.trunc(_checked(x, degree)), degree)


@misconception("What is the cube of a negative number?")
def forgets_the_sign(x, degree):
    return polynomial_features(np.abs(_checked(x, degree)), degree)


@misconception("Are the powers to be scaled? Compute x = 4, degree 2 by hand.")
def divides_by_factorials(x, degree):
    return polynomial_features(x, degree) / np.cumprod([1.0, *range(1, degree + 1)])


STRICT = "every column has one entry for each number"
NOT_NEGATIVE = "no exponent is negative"
PARITY = "what is left of a division by 2 is 0 or 1"
ZERO = "minus 0 equals 0"
PROMOTED = (
    "x is only multiplied with a float64 column, for which numpy promotes whole numbers and float32 to float64 itself"
)
EQUIVALENTS = (
    equivalents("running_product", "columns.append([c * float(v) for c, v in zip(columns[-1], x, strict=True)])",
                "columns.append([c * float(v) for c, v in zip(columns[-1], x, strict=False)])", reason=STRICT)
    + equivalents("running_product", "return [list(row) for row in zip(*columns, strict=True)]",
                  "return [list(row) for row in zip(*columns, strict=False)]", reason=STRICT)
    + equivalents("whole_powers", "if k == 0:", "if k <= 0:", reason=NOT_NEGATIVE)
    + equivalents("by_logarithms", "sizes = np.where(k == 0, 1.0, np.exp(k * np.log(np.abs(x))[:, None]))",
                  "sizes = np.where(k <= 0, 1.0, np.exp(k * np.log(np.abs(x))[:, None]))", reason=NOT_NEGATIVE)
    + equivalents("by_logarithms", "return np.where((x[:, None] < 0) & (k % 2 == 1), -sizes, sizes)",
                  "return np.where((x[:, None] < 0) & (k % 2 >= 1), -sizes, sizes)", reason=PARITY)
    + equivalents("by_logarithms", "return np.where((x[:, None] < 0) & (k % 2 == 1), -sizes, sizes)",
                  "return np.where((x[:, None] <= 0) & (k % 2 == 1), -sizes, sizes)", reason=ZERO)
    + equivalents("notebook", "x = np.asarray(x, dtype=float)", "x = np.asarray(x)", reason=PROMOTED)
)  # fmt: skip

EXERCISE = Exercise(
    solution=polynomial_features,
    points=2,
    cases=(
        case("two maturities", given([2.0, 3.0]), given(2), public=True, why="by hand: 1, 2, 4 and 1, 3, 9"),
        case("degree 0", given([5.0, -1.0, 0.0]), given(0), public=True, kind="edge",
             why="the zeroth power of every number is 1, so one column of ones is left"),
        case("negative degree", given([1.0, 2.0]), given(-1), public=True, kind="error", why="there is no such polynomial"),
        case("seven numbers, degree 3", normal(7, scale=2.0), given(3), why="one row a number, one column a power"),
        case("negative and fractional", uniform(6, low=-3.0, high=-0.1), given(5), why="odd powers keep the sign, even ones lose it"),
        case("as many rows as columns", normal(5), given(4), kind="edge",
             why="with n = degree + 1 a transposed result has the right shape"),
        case("thousands, degree 8", integers(4, low=900, high=1200), given(8), kind="edge",
             why="the eighth power of a thousand does not fit into 64 bits"),
        case("one number", uniform(1, low=0.2, high=0.8), given(6), kind="edge", why="one observation is still a row"),
        case("degree 1", normal(4), given(1), kind="edge", why="a straight line has two columns"),
        case("only the intercept", normal(6), given(0), kind="edge", why="with degree 0 one column of ones is left"),
        case("a maturity of 0", given([0.0, 1.5, -0.5]), given(4), kind="edge",
             why="the zeroth power of 0 is 1 and all others are 0; a power by way of a logarithm finds neither"),
        case("lists", given((3, 1, 2)), given(3), kind="edge", why="numbers may come as a list, which has no shape until it is an array"),
        case("a column", normal(4, 1), given(2), kind="error", why="a column is not a vector"),
        case("a column, degree 0", normal(4, 1), given(0), kind="error", why="a column is not a vector, also where no power is taken"),
        case("a table of one number", normal(1, 1), given(2), kind="error", why="numpy multiplies a table of one number like a vector"),
        case("a single number", given(2.5), given(2), kind="error", why="a number is not a vector"),
        case("degree minus one", normal(4), given(-1), kind="error",
             why="a degree is at least 0; numpy makes a table without columns of -1 + 1"),
        case("degree below zero", normal(3), given(-2), kind="error", why="a degree is at least 0"),
    ),
    checks=(value(rtol=SUM_OF_PRODUCTS),),
    misconceptions=(
        missing_intercept_column, decreasing_powers, integer_overflow, multiplies_instead_of_power, transposed,
        ones_column_last, stops_one_short, rounds_to_whole_numbers, forgets_the_sign, divides_by_factorials,
    ),
    alternatives=(vandermonde, running_product, whole_powers, by_logarithms),
    equivalents=EQUIVALENTS,
)  # fmt: skip
