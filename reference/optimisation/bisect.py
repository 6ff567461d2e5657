"""A root by halving a bracket."""

from __future__ import annotations

import numpy as np

from reference.probes import Probe
from reference.recipes import given, joint, probe
from reference.spec import Exercise, case, check, equivalents, misconception

MOST = 400


def bisect(f, a, b, tol=1e-10):
    """Return a point within tol of a root of a continuous function, by halving a bracket.

    Parameters
    ----------
    f : callable
        Takes a number and returns a number, of any size; at most 400 calls.
    a, b : float
        Ends of the bracket, a < b, at which f has opposite signs or is zero.
    tol : float
        How far from a root the result may be.

    Returns
    -------
    float
        A number in [a, b].

    Raises
    ------
    ValueError
        If a >= b, or if f has the same sign at both ends.

    Examples
    --------
    >>> round(bisect(lambda x: x * x - 2, 0, 2), 9)
    1.414213562
    """
    left, right, low = _start(f, a, b)
    if left == right:
        return left
    while right - left > tol:
        middle = left + (right - left) / 2
        if middle in (left, right):
            break
        value = f(middle)
        if value == 0:
            return middle
        if (value > 0) == (low > 0):
            left = middle
        else:
            right = middle
    return left + (right - left) / 2


def _start(f, a, b):
    """Return the bracket and the value at its left end; both ends are the same where one is a root."""
    a, b = float(a), float(b)
    if a >= b:
        msg = f"a = {a} and b = {b}; needed is a < b"
        raise ValueError(msg)
    low, high = f(a), f(b)
    if low == 0:
        return a, a, low
    if high == 0:
        return b, b, high
    if (low > 0) == (high > 0):
        msg = f"f is {low} at {a} and {high} at {b}; needed are opposite signs"
        raise ValueError(msg)
    return a, b, low


def fixed_number_of_halvings(f, a, b, tol=1e-10):
    left, right, low = _start(f, a, b)
    for _ in range(200):
        middle = (left + right) / 2
        value = f(middle)
        if np.sign(value) == np.sign(low):
            left = middle
        else:
            right = middle
    return np.float64(right)


def with_false_position(f, a, b, tol=1e-10):
    """Halve the bracket, and cut it where the straight line through its ends is zero, by turns."""
    left, right, low = _start(f, a, b)
    if left == right:
        return np.array(left)
    high = f(right)
    for turn in range(300):
        share = low / (low - high) if turn % 2 else 0.5
        guess = left + (right - left) * share
        value = f(guess)
        if value == 0:
            return np.array(guess)
        if (value > 0) == (low > 0):
            left, low = guess, value
        else:
            right, high = guess, value
    return np.array(right)


def in_thirds(f, a, b, tol=1e-10):
    """Cut the bracket in three, with Python's numbers only, and give back its left end."""
    left, right, low = _start(f, a, b)
    while right - left > tol:
        third = (right - left) / 3
        for end in (left + third, left + 2 * third):
            if (f(end) < 0) != (low < 0):
                right = end
                break
            left = end
    return left


def _halve(f, a, b, tol, keep_right):
    """Return the end of a search that keeps the right half where ``keep_right(f(left), f(middle))`` says so."""
    left, right, _ = _start(f, a, b)
    for _ in range(150):
        if right - left <= tol:
            break
        middle = (left + right) / 2
        if keep_right(f(left), f(middle)):
            left = middle
        else:
            right = middle
    return (left + right) / 2


@misconception("Multiply 1e-200 by -1e-200.")
def product_underflows(f, a, b, tol=1e-10):
    return _halve(f, a, b, tol, lambda low, value: not low * value <= 0)


@misconception("How does a price move with the yield?")
def assumes_increasing(f, a, b, tol=1e-10):
    return _halve(f, a, b, tol, lambda _, value: value < 0)


@misconception("Which half holds the change of sign?")
def keeps_the_wrong_half(f, a, b, tol=1e-10):
    return _halve(f, a, b, tol, lambda low, value: (low > 0) != (value > 0))


@misconception("Is f small near the root, whatever its unit?")
def stops_on_small_value(f, a, b, tol=1e-10):
    left, right, low = _start(f, a, b)
    for _ in range(150):
        middle = (left + right) / 2
        value = f(middle)
        if abs(value) <= tol or right - left <= tol:
            return middle
        if (value > 0) == (low > 0):
            left = middle
        else:
            right = middle
    return (left + right) / 2


@misconception("How often must a bracket of 1 be halved to reach 1e-10?")
def too_few_halvings(f, a, b, tol=1e-10):
    return bisect(f, a, b, max(tol, (b - a) / 2**20))


@misconception("What type is the middle of 1 and 2?")
def middle_of_integers(f, a, b, tol=1e-10):
    if isinstance(a, int) and isinstance(b, int):
        left, right, low = _start(f, a, b)
        left, right = int(left), int(right)
        while right - left > 1:
            middle = (left + right) // 2
            if (f(middle) > 0) == (low > 0):
                left = middle
            else:
                right = middle
        return left
    return bisect(f, a, b, tol)


@misconception("Which x gives the smallest of a thousand values, and how far is it from the root?")
def searches_a_grid(f, a, b, tol=1e-10):
    _start(f, a, b)
    grid = np.linspace(a, b, 300)
    return float(grid[np.argmin([abs(f(x)) for x in grid])])


@misconception("What if the root stands at an end?")
def forgets_the_ends(f, a, b, tol=1e-10):
    left, right, low = _start(f, a, b)
    if left == right:
        return (float(a) + float(b)) / 2
    del low
    return bisect(f, a, b, tol)


@misconception("A root may stand at the right end as well. Which sign has the value that you compare with then?")
def compares_with_a_zero(f, a, b, tol=1e-10):
    left, right, _ = _start(f, a, b)
    if left == right == float(a):
        return left
    left, right, high = float(a), float(b), f(float(b))
    while right - left > tol:
        middle = left + (right - left) / 2
        if (f(middle) > 0) == (high > 0):
            right = middle
        else:
            left = middle
    return (left + right) / 2


@misconception("How often is f called? Could you remember a value?")
def calls_too_often(f, a, b, tol=1e-10):
    root = bisect(f, a, b, tol)
    for _ in range(MOST):
        f(root)
    return root


@misconception("Is the value at the root asked for, or the root?")
def returns_the_value(f, a, b, tol=1e-10):
    return float(f(bisect(f, a, b, tol)))


@misconception("Is tol a share of the root, however large it is?")
def relative_tolerance(f, a, b, tol=1e-10):
    return bisect(f, a, b, tol * max(abs(a), abs(b), 1.0) * 1e4)


@check("a root is within tol")
def near(f, a, b, tol, x):
    slack = tol + 4e-16 * max(abs(a), abs(b))
    left, right = max(float(a), x - slack), min(float(b), x + slack)
    if not float(a) - slack <= x <= float(b) + slack or left > right:
        return float("inf"), 0.0
    low, high = f.value(left), f.value(right)
    crosses = low == 0 or high == 0 or (low > 0) != (high > 0)
    return float(not crosses), 0.0


@check("f is called at most 400 times")
def patient(f, a, b, tol, x):
    return float(max(f.calls - MOST, 0)), 0.0


def _bond(rng):
    """Return the net present value of buying a bond, whose root is its yield."""
    years, coupon, price = int(rng.integers(5, 20)), rng.uniform(2, 6), rng.uniform(85, 115)
    return (
        Probe("net_present_value", (np.concatenate([[-price], np.full(years - 1, coupon), [100 + coupon]]),)),
        -0.05,
        0.4,
    )


def _polynomial(scale, sign=1.0, spread=1.0, offset=0.0, last=0.8):
    """Return a recipe for a cubic with one root in a bracket of width about `spread`: in its left half with 0.4 as `last`."""

    def draw(rng):
        root = offset + spread * rng.uniform(0.2, last)
        coefficients = sign * np.array([-root * (1 + root * root), 1 + root * root + 0.0, -root, 1.0])
        a, b = offset - spread * rng.uniform(0.1, 0.3), offset + spread * rng.uniform(1.1, 1.4)
        return Probe("scaled_polynomial", (scale, coefficients)), float(a), float(b)

    return joint(f"a cubic times {scale * sign:g} with a root near {offset:g}", draw)


def _at_the_left_end(rng):
    root = float(rng.integers(2, 9))
    return Probe("polynomial", (np.array([root, -1.0]),)), root, root + rng.uniform(1, 3)


def _at_the_right_end(rng):
    root = float(rng.integers(2, 9))
    return Probe("polynomial", (np.array([-root, 1.0]),)), root - rng.uniform(1, 3), root


def _falls_to_the_right_end(rng):
    root = float(rng.integers(2, 9))
    return Probe("polynomial", (np.array([root, -1.0]),)), root - rng.uniform(1, 3), root


def _rises_from_the_left_end(rng):
    root = float(rng.integers(2, 9))
    return Probe("polynomial", (np.array([-root, 1.0]),)), root, root + rng.uniform(1, 3)


def _around_zero(rng):
    """Return a cubic whose root is 0, where no halving of the bracket ever stands."""
    slope = rng.uniform(1, 3)
    return Probe("polynomial", (np.array([0.0, slope, 0.0, 1.0]),)), -1.0, 2.0


def _whole_values(*ends):
    """Return a recipe for x - c, c whole, between whole numbers so far from c."""

    def draw(rng):
        root = float(rng.integers(10, 20))
        return Probe("polynomial", (np.array([-root, 1.0]),)), root + ends[0], root + ends[1]

    return joint(f"a line between {ends[0]} and {ends[1]} around its root", draw)


def _three_roots(rng):
    """Return a cubic with a root in each third of the bracket from 0 to 1."""
    roots = np.array([0.0, 1.0, 2.0]) / 3 + rng.uniform(0.08, 0.25, 3)
    return Probe("polynomial", (np.poly(roots)[::-1].copy(),)), 0.0, 1.0


def _beside_a_pole(rng):
    """Return the value of a project by the rate, in a bracket that ends just above a loss of everything."""
    flows = np.array([-100.0, rng.uniform(20, 40), rng.uniform(40, 60), rng.uniform(60, 90)])
    return Probe("net_present_value", (flows,)), -0.999, 0.8


def _changes_back(rng):
    """Return a parabola with a root in the bracket from 0 to 1 and another one soon after it."""
    roots = np.array([rng.uniform(0.4, 0.9), rng.uniform(1.1, 2.0)])
    return Probe("polynomial", (np.poly(roots)[::-1].copy(),)), 0.0, 1.0


def _wrong_way(rng):
    return Probe("polynomial", (np.array([rng.uniform(-1, 1), -1.0]),)), 4.0, -2.0


def _beside(root, slope):
    """Return a recipe for a line with small values on the bracket from 6 to 9."""
    return joint(
        f"a line of slope {slope:g} beside its root",
        lambda rng: (Probe("polynomial", (slope * np.array([-root * rng.uniform(1, 1.2), 1.0]),)), 6.0, 9.0),
    )


def _large(rng):
    return Probe("polynomial", (np.array([-rng.uniform(2e5, 8e5), 1.0]),)), 0.0, 1e6


FINER = "a finer tol asks for more, and is reached: roots searched without a tol are below 100, where 1.4e-14 lies between numbers"
GOES_ON = "a tol that is never reached leaves it to the 300 halvings to end the search, nearer to the root"
ONE_POINT = "where both ends are the root there is nothing to halve: the loop is skipped, and left + 0 is the root"
EDGE = "a bracket of exactly tol may be halved once more: both its middles are within tol of a root"
ANY_CUT = "wherever it is cut, the bracket keeps a change of sign; at most 2/3 are left, so 1e6 gets to 1e-8 in 80 cuts, 160 calls"
SPACING = "tol is never below the spacing of numbers, so the loop has ended before the middle is one of the ends"
ZERO = "a value of 0 makes the root an end of the bracket, whichever, and an end that is a root is closed in upon"
NOT_ZERO = "a value of 0 has been dealt with before, or comes from no function that is searched"
INSIDE = "the bracket is at most tol wide, so each of its points is within tol of a root: left + [0, right - left]"
NUMBER = "halves of whole numbers are float64, and a whole number that is returned is the number that it is"
SIGNLESS = "that value is 0, and -0 has no other sign"
UNUSED = "this solution halves until nothing is left to halve, and never looks at tol"
HALVINGS = "150 halvings leave 1e-45 of a bracket: one more or less moves the result by less than any tol"
ONE_ROOT = "where both ends are the root, so is the first guess, and its value of 0 ends the search"
HALVES = "at least 100 of the 300 turns halve the bracket, and the others cut it where they may or leave it as it is"
QUARTER = "150 cuts at a quarter leave at most 0.75^150 = 1.8e-19 of a bracket, 1.8e-13 of a million"
TO_THE_END = "without a stop 300 halvings leave a bracket of neighbouring numbers around the root, with 302 calls"
EQUIVALENTS = (
    equivalents("bisect", "def bisect(f, a, b, tol=1e-10):", "def bisect(f, a, b, tol=1e-13):", reason=FINER)
    + equivalents("bisect", "if left == right:",
                  "if False:", "if left > right:", "if left >= right:",
                  reason=ONE_POINT)
    + equivalents("bisect", "while right - left > tol:", "while right - left >= tol:", reason=EDGE)
    + equivalents("bisect", "middle = left + (right - left) / 2",
                  "middle = left + (right - left) / 3",
                  reason=ANY_CUT)
    + equivalents("bisect", "if middle in (left, right):", "if False:", reason=SPACING)
    + equivalents("bisect", "break", "continue", reason=SPACING)
    + equivalents("bisect", "if value == 0:", "if False:", reason=ZERO)
    + equivalents("bisect", "if (value > 0) == (low > 0):",
                  "if (value >= 0) == (low > 0):", "if (value > 0) == (low >= 0):",
                  reason=NOT_ZERO)
    + equivalents("bisect", "return left + (right - left) / 2",
                  "return left + (right - left) // 2", "return left + (right - left) % 2",
                  "return left + (right - left) / 3", "return left + (right - left) / 1",
                  reason=INSIDE)
    + equivalents("bisect", "a, b = float(a), float(b)", "pass", reason=NUMBER)
    + equivalents("bisect", "return a, a, low", "return a, a, -low", reason=SIGNLESS)
    + equivalents("bisect", "return b, b, high", "return b, b, -high", reason=SIGNLESS)
    + equivalents("bisect", "if (low > 0) == (high > 0):",
                  "if (low >= 0) == (high > 0):", "if (low > 0) == (high >= 0):",
                  reason=NOT_ZERO)
    + equivalents("fixed_number_of_halvings", "def fixed_number_of_halvings(f, a, b, tol=1e-10):",
                  "def fixed_number_of_halvings(f, a, b, tol=1e-07):",
                  "def fixed_number_of_halvings(f, a, b, tol=1e-13):",
                  "def fixed_number_of_halvings(f, a, b, tol=1.0000000001):",
                  "def fixed_number_of_halvings(f, a, b, tol=-0.9999999999):",
                  reason=UNUSED)
    + equivalents("fixed_number_of_halvings", "for _ in range(200):",
                  "for _ in range(200 - 1):", "for _ in range(201):", "for _ in range(199):",
                  reason=HALVINGS)
    + equivalents("with_false_position", "def with_false_position(f, a, b, tol=1e-10):",
                  "def with_false_position(f, a, b, tol=1e-07):", "def with_false_position(f, a, b, tol=1e-13):",
                  "def with_false_position(f, a, b, tol=1.0000000001):",
                  "def with_false_position(f, a, b, tol=-0.9999999999):",
                  reason=UNUSED)
    + equivalents("with_false_position", "if left == right:",
                  "if False:", "if left > right:", "if left >= right:",
                  reason=ONE_ROOT)
    + equivalents("with_false_position", "for turn in range(300):",
                  "for turn in range(300 - 1):", "for turn in range(301):", "for turn in range(299):",
                  reason=HALVINGS)
    + equivalents("with_false_position", "share = low / (low - high) if turn % 2 else 0.5",
                  "share = 0.5", "share = low // (low - high) if turn % 2 else 0.5",
                  "share = low / (low - high) if not turn % 2 else 0.5",
                  "share = low / (low - high) if turn % 3 else 0.5",
                  "share = low / (low - high) if turn % 1 else 0.5",
                  reason=HALVES)
    + equivalents("with_false_position", "share = low / (low - high) if turn % 2 else 0.5",
                  "share = low / (low - high) if turn % 2 else 0.25",
                  reason=QUARTER)
    + equivalents("with_false_position", "if value == 0:", "if False:", reason=ZERO)
    + equivalents("with_false_position", "if (value > 0) == (low > 0):",
                  "if (value >= 0) == (low > 0):", "if (value > 0) == (low >= 0):",
                  reason=NOT_ZERO)
    + equivalents("in_thirds", "def in_thirds(f, a, b, tol=1e-10):",
                  "def in_thirds(f, a, b, tol=1e-13):",
                  reason=FINER)
    + equivalents("in_thirds", "while right - left > tol:", "while right - left >= tol:", reason=EDGE)
    + equivalents("in_thirds", "third = (right - left) / 3",
                  "third = (right - left) / 4", "third = (right - left) / 2",
                  reason=ANY_CUT)
    + equivalents("in_thirds", "for end in (left + third, left + 2 * third):",
                  "for end in (left + third, left + 3 * third):", "for end in (left + third, left + 1 * third):",
                  reason=ANY_CUT)
    + equivalents("in_thirds", "if (f(end) < 0) != (low < 0):", "if (f(end) <= 0) != (low < 0):", reason=ZERO)
    + equivalents("in_thirds", "if (f(end) < 0) != (low < 0):", "if (f(end) < 0) != (low <= 0):", reason=NOT_ZERO)
    + equivalents("notebook", "def bisect(f, a, b, tol=1e-10):", "def bisect(f, a, b, tol=1e-13):", reason=FINER)
    + equivalents("notebook", "def bisect(f, a, b, tol=1e-10):",
                  "def bisect(f, a, b, tol=-0.9999999999):",
                  reason=GOES_ON)
    + equivalents("notebook", "a, b = float(a), float(b)", "pass", reason=NUMBER)
    + equivalents("notebook", "if sign_a == 0:", "if False:", reason=ZERO)
    + equivalents("notebook", "if sign_b == 0:", "if False:", reason=ZERO)
    + equivalents("notebook", "for _ in range(300):",
                  "for _ in range(300 - 1):", "for _ in range(301):", "for _ in range(299):",
                  reason=HALVINGS)
    + equivalents("notebook", "middle = a + (b - a) / 2", "middle = a + (b - a) / 3", reason=ANY_CUT)
    + equivalents("notebook", "if b - a <= tol or middle in (a, b):",
                  "if b - a < tol or middle in (a, b):",
                  reason=EDGE)
    + equivalents("notebook", "if b - a <= tol or middle in (a, b):", "if b - a <= tol:", reason=SPACING)
    + equivalents("notebook", "if b - a <= tol or middle in (a, b):",
                  "if False:", "if middle in (a, b):", "if b - a == tol or middle in (a, b):",
                  "if b - a <= tol and middle in (a, b):",
                  reason=TO_THE_END)
    + equivalents("notebook", "break", "continue", reason=TO_THE_END)
    + equivalents("notebook", "if sign == 0:", "if False:", reason=ZERO)
    + equivalents("notebook", "return a + (b - a) / 2",
                  "return a + (b - a) // 2", "return a + (b - a) % 2", "return a + (b - a) / 3",
                  "return a + (b - a) / 1",
                  reason=INSIDE)
)  # fmt: skip

EXERCISE = Exercise(
    solution=bisect,
    points=3,
    cases=(
        case("the root of two", probe("polynomial", [-2.0, 0.0, 1.0]), given(0.0), given(2.0), public=True, why="by hand: x^2 = 2 between 0 and 2"),
        case("a falling line", probe("polynomial", [3.0, -2.0]), given(0.0), given(4.0), public=True, why="by hand: 3 - 2x is zero at 1.5, and falls"),
        case("no change of sign", probe("polynomial", [1.0, 0.0, 1.0]), given(-1.0), given(1.0), public=True, kind="error", why="x^2 + 1 has no root"),
        case("the yield of a bond", joint("the value of buying a bond, as a function of the yield", _bond), why="the value falls when the yield rises"),
        case("a cubic", _polynomial(1.0), why="a function that rises"),
        case("another tolerance", _polynomial(1.0, -1.0), given(1e-6), kind="edge", why="a coarser answer is enough where it is asked for"),
        case("tiny values", _polynomial(1e-200, last=0.4), kind="edge", why="the product of two tiny numbers is zero in floating point"),
        case("huge values", _polynomial(1e12, -1.0), kind="edge", why="near the root a steep function is still large"),
        case("very small values", _polynomial(1e-13), kind="edge", why="far from the root a flat function is already small"),
        case("the root is an end", joint("a falling line and a bracket that starts at its root", _at_the_left_end), kind="edge", why="a bracket may begin with the root"),
        case("the root is the other end", joint("a line and a bracket that ends at its root", _at_the_right_end), kind="edge", why="a bracket may end with the root"),
        case("a flat root", joint("a cube around a number", lambda r: (Probe("cube_around", (r.uniform(0.3, 0.7),)), 0.0, 1.0)), kind="edge",
             checks=(patient, near), why="near a triple root the function is almost zero"),
        case("whole ends", joint("a cubic between whole numbers", lambda r: (Probe("polynomial", (np.array([-r.uniform(2, 20), 1.0, 0.0, 1.0]),)), 0, 3)), kind="edge",
             why="the middle of 0 and 3 is not a whole number"),
        case("a wide bracket", joint("a line between 0 and a million", _large), given(1e-8), kind="edge", why="tol is a distance, not a share of the root"),
        case("a coarse tolerance", joint("a line between 0 and a million", _large), given(1000.0), kind="edge", why="1000 is enough where x counts in hundreds of thousands, and no more than 1000"),
        case("a negative root", _polynomial(1.0, offset=-5.0), kind="edge", why="both ends may be negative; the width of the bracket is not"),
        case("a root at zero", joint("a cubic around its root 0", _around_zero), kind="edge", why="numbers around 0 are so dense that only tol can end the search"),
        case("a value of 1", _whole_values(-3.0, 5.0), kind="edge", why="where the value is 1 there is no root"),
        case("a value of minus 1", _whole_values(-5.0, 3.0), kind="edge", why="where the value is -1 there is no root either"),
        case("between small values", probe("polynomial", [0.74, -2.0]), given(0.1), given(0.7), kind="edge", why="from 0.54 to -0.66 is a change of sign like any other"),
        case("the root is the middle", _whole_values(-2.0, 2.0), kind="edge", why="the first look may find the root"),
        case("a line falls to its end", joint("a falling line and a bracket that ends at its root", _falls_to_the_right_end), kind="edge", why="a bracket may end with the root, whichever sign f has before it"),
        case("a line rises from its start", joint("a line and a bracket that starts at its root", _rises_from_the_left_end), kind="edge", why="a bracket may begin with the root, whichever sign f has after it"),
        case("three roots", joint("a cubic with a root in each third of the bracket", _three_roots), kind="edge", why="between opposite signs there may be several roots; each is right"),
        case("nearly a loss of everything", joint("the value of a project, from a rate of -99.9 %", _beside_a_pole), kind="edge", why="at -100 % the value does not exist: nothing outside the bracket may be asked for"),
        case("the sign changes back", joint("a parabola with one root in the bracket and one behind it", _changes_back), kind="edge", why="behind the bracket the sign may change again: only what lies between its ends counts"),
        case("the wrong way round", probe("polynomial", [-1.0, 1.0]), given(2.0), given(0.0), kind="error", why="a bracket begins with its smaller end"),
        case("the same sign", joint("a line beside its root", lambda r: (Probe("polynomial", (np.array([-r.uniform(2, 5), 1.0]),)), 6.0, 9.0)),
             kind="error", why="without a change of sign there need be no root"),
        case("negative at both ends", joint("a falling line beside its root", lambda r: (Probe("polynomial", (np.array([r.uniform(2, 5), -1.0]),)), 6.0, 9.0)),
             kind="error", why="two negative values are no change of sign either"),
        case("small at both ends", _beside(2.0, 0.01), kind="error", why="0.04 and 0.07 have one sign, however small they are"),
        case("small and negative at both ends", _beside(2.0, -0.01), kind="error", why="-0.04 and -0.07 have one sign, however small they are"),
        case("no bracket", probe("polynomial", [-2.0, 1.0]), given(2.0), given(2.0), kind="error", why="a bracket begins with its smaller end, also where both are the root"),
        case("a line the wrong way round", joint("a falling line and a bracket that begins with its larger end", _wrong_way), kind="error",
             why="opposite signs do not make a bracket out of ends that are the wrong way round"),
    ),
    checks=(near, patient),
    misconceptions=(
        product_underflows, assumes_increasing, keeps_the_wrong_half, stops_on_small_value, too_few_halvings,
        middle_of_integers, searches_a_grid, forgets_the_ends, compares_with_a_zero, calls_too_often, returns_the_value, relative_tolerance,
    ),
    alternatives=(fixed_number_of_halvings, with_false_position, in_thirds),
    equivalents=EQUIVALENTS,
)  # fmt: skip
