"""The nearest long-only, fully invested portfolio."""

from __future__ import annotations

import numpy as np

from reference.bounds import SIMPLEX, SIMPLEX_FLOOR, SIMPLEX_LEVEL_FLOOR
from reference.measures import value
from reference.recipes import given, joint, made, normal
from reference.spec import Exercise, case, equivalents, misconception


def project_simplex(v):
    """Return the point nearest to v with entries that are not negative and add up to 1.

    Parameters
    ----------
    v : array of shape (n,)
        Wished-for weights, finite, of any sign and size.

    Returns
    -------
    array of shape (n,)
        The one w with w >= 0 and sum 1 whose Euclidean distance from `v` is smallest: max(v - theta, 0) for the one
        theta with which the entries add up to 1.

    Raises
    ------
    ValueError
        If `v` is not a vector, is empty, or holds NaN or infinity.

    Examples
    --------
    >>> project_simplex([0.9, 0.5, -0.3]).round(6).tolist()
    [0.7, 0.3, 0.0]
    """
    v = _checked(v)
    u = np.sort(v)[::-1]
    # Subtracting the largest entry first keeps the digits of entries of size 1e6.
    sums = np.cumsum(u - u[0]) - 1
    positions = np.arange(1, len(v) + 1)
    k = positions[(u - u[0]) * positions > sums][-1]
    return np.maximum(v - u[0] - sums[k - 1] / k, 0.0)


def _checked(v):
    v = np.asarray(v, dtype=float)
    if v.ndim != 1 or len(v) == 0 or not np.isfinite(v).all():
        msg = f"v has shape {v.shape}; needed is a vector of finite numbers"
        raise ValueError(msg)
    return v


def by_bisection(v):
    v = _checked(v)
    v = v - v.max()
    low, high = -1.0, 0.0
    for _ in range(100):
        theta = (low + high) / 2
        if np.maximum(v - theta, 0).sum() > 1:
            low = theta
        else:
            high = theta
    return np.maximum(v - high, 0)


def active_set(v):
    v = _checked(v)
    v = v - max(v)
    active = [True] * len(v)
    while True:
        inside = [x for x, a in zip(v, active, strict=True) if a]
        theta = (sum(inside) - 1) / len(inside)
        still = [a and x > theta for x, a in zip(v, active, strict=True)]
        if still == active:
            return [max(x - theta, 0.0) if a else 0.0 for x, a in zip(v, active, strict=True)]
        active = still


def sorted_with_the_level_left_in(v):
    """Sort and add up in lists, as textbooks do, without taking out the level."""
    wishes = _checked(v).tolist()
    total, theta = 0.0, None
    for k, wish in enumerate(sorted(wishes, reverse=True), 1):
        total += wish
        if wish > (total - 1) / k:
            theta = (total - 1) / k
    return tuple(max(wish - theta, 0) for wish in wishes)


def level_falls_until_spent(v):
    """Lower theta from the largest wish to the next one and the next one, until the budget is spent."""
    wishes = np.sort(_checked(v))[::-1]
    left, theta = 1.0, wishes[0]
    for k, step in enumerate(-np.diff(wishes), 1):
        if k * step >= left:
            return np.clip(np.asarray(v, dtype=float) - (theta - left / k), 0, None)
        left, theta = left - k * step, theta - step
    return np.clip(np.asarray(v, dtype=float) - (theta - left / len(wishes)), 0, None)


@misconception("What should happen to a point that is already feasible?")
def softmax(v):
    v = _checked(v)
    e = np.exp(v - v.max())
    return e / e.sum()


@misconception("Are all weights at least 0?")
def affine_projection_only(v):
    v = _checked(v)
    return v - (v.sum() - 1) / len(v)


@misconception("Which weight belongs to which asset?")
def returns_sorted(v):
    return np.sort(project_simplex(v))[::-1]


@misconception("Do the weights add up to 1?")
def clips_to_unit_interval(v):
    return np.clip(_checked(v), 0, 1)


@misconception("Is the rescaled point the nearest one? Compare distances.")
def clips_and_rescales(v):
    w = np.maximum(_checked(v), 0)
    return w / w.sum() if w.sum() > 0 else np.full(len(w), 1 / len(w))


@misconception("After you cut the negative weights, does the sum still fit?")
def clips_the_affine_projection(v):
    w = np.maximum(affine_projection_only.solution(v), 0)
    return w / w.sum()


@misconception("Does the largest wish get everything?")
def winner_takes_all(v):
    v = _checked(v)
    return np.eye(len(v))[np.argmax(v)]


@misconception("Repeat the cut: are you done after one round?")
def one_round_of_cutting(v):
    w = affine_projection_only.solution(v)
    inside = w > 0
    return np.where(inside, w - (w[inside].sum() - 1) / inside.sum(), 0)


@misconception("Is the budget 1 or the sum of the wishes?")
def keeps_the_sum(v):
    v = _checked(v)
    total = max(v.sum(), 1e-3)
    return total * project_simplex(v / total)


@misconception("May a weight be larger in absolute value than the wish?")
def projects_absolute_values(v):
    return project_simplex(np.abs(_checked(v)))


@misconception("How many weights share what is too much? Count those that stay.")
def shares_among_all(v):
    v = _checked(v)
    u = np.sort(v)[::-1]
    sums = np.cumsum(u) - 1
    k = int(np.sum(u * np.arange(1, len(v) + 1) > sums))
    return np.maximum(v - sums[k - 1] / len(v), 0)


@misconception("What is the distance of your point from v, and what is that of the equal weights?")
def equal_weights(v):
    v = _checked(v)
    return np.full(len(v), 1 / len(v))


def _wishes(n, spread=0.6):
    """Return a recipe for wishes of which some are kept and some are cut."""

    def draw(rng):
        while True:
            v = 1 / n + spread * rng.standard_normal(n)
            kept = (project_simplex(v) > 0).sum()
            if 1 < kept < n - 1:
                return v

    return made(f"{n} wishes", draw)


def _feasible(rng):
    v = rng.dirichlet(np.ones(5))
    return rng.permutation(np.append(v, 0.0))


def _ties(rng):
    a = rng.uniform(0.1, 0.3)
    return rng.permutation(np.array([a, a, a, a - 2, a - 2, 0.4 + a]))


def _whole(rng):
    """Return five whole wishes, none of them the size by which all five would have to fall or rise."""
    while True:
        v = rng.integers(-2, 3, 5)
        if (v.sum() - 1) / 5 not in v:
            return v


EDGE = "where a wish equals theta its weight is 0, and counting it among those that stay changes theta by nothing"
NEVER_LESS = "a length is never less than 0"
WIDER = "theta lies between the largest wish minus 1 and the largest wish; a wider bracket is twice as wide, and 100 halvings leave 1e-30 of it"
HALVINGS = "100 halvings leave 1e-30 of a bracket of 1, and 99 leave 2e-30"
ANY_LEVEL = "a level changes rounding only: by 7e-10 at most for wishes around a million, of 1e-8 allowed (measured on 2000 seeds)"
LENGTHS = "both have an entry for each asset, so strict finds nothing"
RISING = "theta only rises, so who was dropped is below theta for good, and who stays is above it"
SUBSET = "those who still stay are among those who stayed, so the list is never greater, only equal"
FLOAT = "theta is float64, and so is its difference from wishes of any type"
ABOVE = "the level has fallen past the smallest wish with some of the budget left, so that every weight is positive"
RAISED = "numpy finds no largest entry of an empty vector, which raises ValueError"
EQUIVALENTS = (
    equivalents("project_simplex", "k = positions[(u - u[0]) * positions > sums][-1]",
                  "k = positions[(u - u[0]) * positions >= sums][-1]",
                  reason=EDGE)
    + equivalents("project_simplex", "if v.ndim != 1 or len(v) == 0 or not np.isfinite(v).all():",
                  "if v.ndim != 1 or len(v) <= 0 or not np.isfinite(v).all():",
                  reason=NEVER_LESS)
    + equivalents("by_bisection", "low, high = -1.0, 0.0",
                  "low, high = -2.0, 0.0", "low, high = -1.0, 1.0",
                  reason=WIDER)
    + equivalents("by_bisection", "for _ in range(100):",
                  "for _ in range(100 - 1):", "for _ in range(101):", "for _ in range(99):",
                  reason=HALVINGS)
    + equivalents("by_bisection", "if np.maximum(v - theta, 0).sum() > 1:",
                  "if np.maximum(v - theta, 0).sum() >= 1:",
                  reason=EDGE)
    + equivalents("active_set", "v = v - max(v)", "pass", "v = v - min(v)", "v = v + max(v)", reason=ANY_LEVEL)
    + equivalents("active_set", "inside = [x for x, a in zip(v, active, strict=True) if a]",
                  "inside = [x for x, a in zip(v, active, strict=False) if a]",
                  reason=LENGTHS)
    + equivalents("active_set", "still = [a and x > theta for x, a in zip(v, active, strict=True)]",
                  "still = [a and x >= theta for x, a in zip(v, active, strict=True)]",
                  reason=EDGE)
    + equivalents("active_set", "still = [a and x > theta for x, a in zip(v, active, strict=True)]",
                  "still = [a and x > theta for x, a in zip(v, active, strict=False)]",
                  reason=LENGTHS)
    + equivalents("active_set", "still = [a and x > theta for x, a in zip(v, active, strict=True)]",
                  "still = [x > theta for x, a in zip(v, active, strict=True)]",
                  reason=RISING)
    + equivalents("active_set", "if still == active:", "if still >= active:", reason=SUBSET)
    + equivalents("active_set", "return [max(x - theta, 0.0) if a else 0.0 for x, a in zip(v, active, strict=True)]",
                  "return [max(x - theta, 0.0) if a else 0.0 for x, a in zip(v, active, strict=False)]",
                  reason=LENGTHS)
    + equivalents("active_set", "return [max(x - theta, 0.0) if a else 0.0 for x, a in zip(v, active, strict=True)]",
                  "return [max(x - theta, 0.0) for x, a in zip(v, active, strict=True)]",
                  "return [x - theta if a else 0.0 for x, a in zip(v, active, strict=True)]",
                  "return [max(x - theta, -1.0) if a else 0.0 for x, a in zip(v, active, strict=True)]",
                  reason=RISING)
    + equivalents("sorted_with_the_level_left_in", "if wish > (total - 1) / k:",
                  "if wish >= (total - 1) / k:",
                  reason=EDGE)
    + equivalents("level_falls_until_spent", "if k * step >= left:", "if k * step > left:", reason=EDGE)
    + equivalents("level_falls_until_spent", "return np.clip(np.asarray(v, dtype=float) - (theta - left / k), 0, None)",
                  "return np.clip(np.asarray(v) - (theta - left / k), 0, None)",
                  reason=FLOAT)
    + equivalents("level_falls_until_spent", "return np.clip(np.asarray(v, dtype=float) - (theta - left / len(wishes)), 0, None)",
                  "return np.clip(np.asarray(v) - (theta - left / len(wishes)), 0, None)",
                  reason=FLOAT)
    + equivalents("level_falls_until_spent", "return np.clip(np.asarray(v, dtype=float) - (theta - left / len(wishes)), 0, None)",
                  "return np.asarray(v, dtype=float) - (theta - left / len(wishes))",
                  "return np.clip(np.asarray(v, dtype=float) - (theta - left / len(wishes)), -1, None)",
                  reason=ABOVE)
    + equivalents("notebook", "if v.ndim != 1 or len(v) == 0 or not np.all(np.isfinite(v)):",
                  "if v.ndim != 1 or len(v) <= 0 or not np.all(np.isfinite(v)):",
                  reason=NEVER_LESS)
    + equivalents("notebook", "if v.ndim != 1 or len(v) == 0 or not np.all(np.isfinite(v)):",
                  "if v.ndim != 1 or not np.all(np.isfinite(v)):",
                  "if v.ndim != 1 or len(v) < 0 or not np.all(np.isfinite(v)):",
                  "if v.ndim != 1 or len(v) == -1 or not np.all(np.isfinite(v)):",
                  reason=RAISED)
    + equivalents("notebook", "v = v - np.max(v)  # a common level changes nothing but the rounding",
                  "pass  # a common level changes nothing but the rounding",
                  "v = v - np.min(v)  # a common level changes nothing but the rounding",
                  "v = v + np.max(v)  # a common level changes nothing but the rounding",
                  reason=ANY_LEVEL)
    + equivalents("notebook", "too_small = staying & (v <= theta)",
                  "too_small = staying & (v < theta)",
                  reason=EDGE)
)  # fmt: skip

EXERCISE = Exercise(
    solution=project_simplex,
    points=6,
    cases=(
        case("three assets", given([0.9, 0.5, -0.3]), public=True, why="by hand: the third gets nothing, the others give up 0.2 each"),
        case("already a portfolio", given([0.2, 0.5, 0.3]), public=True, kind="edge", why="what is feasible is nearest to itself"),
        case("a table", given([[0.5, 0.5]]), public=True, kind="error", why="a vector is asked for"),
        case("seven wishes", _wishes(7), why="some wishes are cut, and the others share what is too much"),
        case("twelve wishes", _wishes(12, 0.3), why="more of them"),
        case("fifty wishes", _wishes(50, 0.2), kind="edge", why="many wishes, several rounds of cutting"),
        case("a portfolio with a zero", made("weights with a zero", _feasible), kind="edge", why="what is feasible stays as it is"),
        case("all negative", made("six negative wishes", lambda r: -r.uniform(0.2, 3, 6)), kind="edge", why="the least negative wishes get the budget"),
        case("ties", made("wishes with ties", _ties), kind="edge", why="equal wishes get equal weights"),
        case("one asset", normal(1), kind="edge", why="one asset gets everything"),
        case("large wishes", made("around a million", lambda r: 1e6 + r.uniform(0, 0.5, 6)), kind="stability",
             checks=(value(rtol=SIMPLEX, atol=SIMPLEX_LEVEL_FLOOR),), why="a level of a million takes half the digits away"),
        case("far apart", made("thousands apart", lambda r: 1e3 * r.permutation(5) + r.uniform(0, 1, 5)), kind="edge", why="the largest wish is so large that the others get nothing"),
        case("too modest", made("wishes that add up to a fifth", lambda r: 0.2 * r.dirichlet(np.ones(6) * 5)), kind="edge", why="what is missing to 1 is shared equally"),
        case("whole wishes", made("five whole wishes", _whole), kind="edge", why="whole numbers in, fractions out"),
        case("everyone gives up a little", made("wishes that add up to more than 1, none of them small", lambda r: 0.05 + r.dirichlet(np.ones(6) * 20)), kind="edge", why="what is too much is shared equally, and nobody is cut"),
        case("a list", given((1, 0, 2, -1)), kind="edge", why="wishes may come as a list of numbers"),
        case("bytes", given([100, -100, 99, -128, 100], dtype=np.int8), kind="edge", why="the difference of two small whole numbers need not fit into their type"),
        case("single precision", normal(6, scale=0.4, dtype=np.float32), kind="edge", why="the result is float64 whatever comes in"),
        case("a missing wish", made("a NaN among four", lambda r: r.permutation([np.nan, 0.2, 0.3, 0.5])), kind="error", why="what is unknown has no nearest point"),
        case("an infinite wish", joint("an infinity among three", lambda r: (r.permutation([np.inf, 0.2, 0.3]),)), kind="error", why="infinity is near to nothing"),
        case("a wish of minus infinity", joint("minus infinity among three", lambda r: (r.permutation([-np.inf, 0.2, 0.3]),)), kind="error", why="minus infinity is as far away as infinity"),
        case("a column", normal(4, 1), kind="error", why="a column is a table"),
        case("a table of wishes", normal(2, 3), kind="error", why="a table of wishes belongs to more than one portfolio"),
        case("a single number", given(0.5), kind="error", why="a number is no vector"),
        case("no wish", made("an empty vector", lambda _: np.zeros(0)), kind="error", why="nothing cannot add up to 1"),
    ),
    checks=(value(rtol=SIMPLEX, atol=SIMPLEX_FLOOR),),
    misconceptions=(
        softmax, affine_projection_only, returns_sorted, clips_to_unit_interval, clips_and_rescales,
        clips_the_affine_projection, winner_takes_all, one_round_of_cutting, keeps_the_sum, projects_absolute_values,
        shares_among_all, equal_weights,
    ),
    alternatives=(by_bisection, active_set, sorted_with_the_level_left_in, level_falls_until_spent),
    equivalents=EQUIVALENTS,
)  # fmt: skip
