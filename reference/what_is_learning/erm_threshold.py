"""The cut-off with the fewest mistakes on the data."""

from __future__ import annotations

import numpy as np

from reference.bounds import SUM_OF_PRODUCTS
from reference.recipes import given, integers, joint, made, normal
from reference.spec import Exercise, case, check, equivalents, misconception


def erm_threshold(x, y):
    """Return a threshold that makes as few mistakes as any, and the share of mistakes it makes.

    The rule with threshold t predicts 1 where x >= t and 0 elsewhere.

    Parameters
    ----------
    x : array of shape (n,)
        One number an applicant, such as debt to income.
    y : array of shape (n,)
        Outcomes, 0 or 1.

    Returns
    -------
    t : float
        A threshold with the smallest share of mistakes on the data; inf is the rule that never predicts 1, -inf the
        one that always does. Of several equally good ones any will do; NaN is none.
    risk : float
        The share of mistakes with that threshold.

    Raises
    ------
    ValueError
        If the two are not vectors of the same length, or are empty.

    Examples
    --------
    >>> erm_threshold([0.2, 0.5, 0.3], [0, 1, 0])
    (0.5, 0.0)
    """
    x, y = _checked(x, y)
    candidates = np.append(np.unique(x), np.inf)
    risks = [_risk(t, x, y) for t in candidates]
    best = int(np.argmin(risks))
    return float(candidates[best]), float(risks[best])


def _risk(t, x, y):
    return np.mean((x >= t) != (y == 1))


def _checked(x, y):
    x, y = np.asarray(x, dtype=float), np.asarray(y)
    if x.ndim != 1 or x.shape != y.shape or len(x) == 0:
        msg = f"x and y have shapes {x.shape} and {y.shape}; needed are vectors of the same length, not empty"
        raise ValueError(msg)
    return x, y


def by_cumulative_sums(x, y):
    x, y = _checked(x, y)
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order].astype(int)
    # Mistakes of the threshold at position i: ones below it and zeros from it on.
    mistakes = np.concatenate([[0], np.cumsum(y)]) + np.concatenate([np.cumsum((1 - y)[::-1])[::-1], [0]])
    allowed = np.concatenate([[True], x[1:] > x[:-1], [True]])
    best = int(np.argmin(np.where(allowed, mistakes, len(x) + 1)))
    return [x[best] if best < len(x) else np.inf, mistakes[best] / len(x)]


def midpoints(x, y):
    x, y = _checked(x, y)
    values = np.unique(x)
    candidates = np.concatenate([[-np.inf], (values[1:] + values[:-1]) / 2, [np.inf]])
    risks = ((x[None, :] >= candidates[:, None]) != (y == 1)).mean(axis=1)
    return candidates[risks.argmin()], np.array(risks.min())


def by_plain_loops(x, y):
    x, y = (part.tolist() for part in _checked(x, y))
    best, fewest = float("-inf"), y.count(0)
    for t in [*x, max(x) + 1]:
        mistakes = sum((value >= t) != (outcome == 1) for value, outcome in zip(x, y, strict=True))
        if mistakes < fewest:
            best, fewest = t, mistakes
    return np.array([best, fewest / len(x)])


def _search(x, y, candidates, choose=np.argmin):
    risks = [_risk(t, x, y) for t in candidates]
    best = int(choose(risks))
    return float(candidates[best]), float(risks[best])


@misconception("The rule with the fewest mistakes: does yours look at mistakes at all?")
def midpoint_of_class_means(x, y):
    x, y = _checked(x, y)
    ones, zeros = x[y == 1], x[y == 0]
    if not len(ones) or not len(zeros):
        return erm_threshold(x, y)
    t = (ones.mean() + zeros.mean()) / 2
    return float(t), float(_risk(t, x, y))


@misconception("What is the best rule if nobody ever defaulted?")
def observed_values_only(x, y):
    x, y = _checked(x, y)
    return _search(x, y, np.unique(x))


@misconception("A risk lies between 0 and 1. Does yours?")
def returns_count(x, y):
    t, risk = erm_threshold(x, y)
    return t, risk * len(np.asarray(y))


@misconception("Are you looking for the fewest mistakes or for the most?")
def maximises_risk(x, y):
    x, y = _checked(x, y)
    return _search(x, y, np.append(np.unique(x), np.inf), np.argmax)


@misconception("What does the rule say where x equals t?")
def strictly_above(x, y):
    x, y = _checked(x, y)
    candidates = np.append(np.unique(x), -np.inf)
    risks = [np.mean((x > t) != (y == 1)) for t in candidates]
    best = int(np.argmin(risks))
    return float(candidates[best]), float(risks[best])


@misconception("Does a high ratio of debt to income speak for a default or against it?")
def predicts_one_below(x, y):
    x, y = _checked(x, y)
    return erm_threshold(x, 1 - y)


@misconception("What is the mean of no numbers?")
def nan_where_a_class_is_missing(x, y):
    x, y = _checked(x, y)
    if (y == 1).any() and (y == 0).any():
        return erm_threshold(x, y)
    return float("nan"), float(np.mean(y == 1))


@misconception("Which of the two results comes first?")
def results_swapped(x, y):
    t, risk = erm_threshold(x, y)
    return risk, t


@misconception("Share of mistakes, or share of right answers?")
def returns_accuracy(x, y):
    t, risk = erm_threshold(x, y)
    return t, 1 - risk


@misconception("Is the best threshold among ten evenly spaced ones?")
def coarse_grid(x, y):
    x, y = _checked(x, y)
    return _search(x, y, np.append(np.linspace(x.min(), x.max(), 4), np.inf))


@misconception("Is the midpoint of two rows that follow each other in the file a point between neighbours?")
def midpoints_in_the_order_of_the_file(x, y):
    x, y = _checked(x, y)
    return _search(x, y, np.concatenate([[-np.inf], (x[1:] + x[:-1]) / 2, [np.inf]]))


@misconception("Does a miss count as much as a false alarm?")
def counts_misses_only(x, y):
    x, y = _checked(x, y)
    candidates = np.append(np.unique(x), np.inf)
    risks = [np.mean((x < t) & (y == 1)) for t in candidates]
    best = int(np.argmin(risks))
    return float(candidates[best]), float(risks[best])


@misconception("Is the sorted x still beside its own y?")
def sorts_x_only(x, y):
    x, y = _checked(x, y)
    return erm_threshold(np.sort(x), y)


@misconception("If values repeat, can a threshold pass between them?")
def splits_ties(x, y):
    x, y = _checked(x, y)
    order = np.lexsort((y, x))
    x, y = x[order], y[order].astype(int)
    mistakes = np.concatenate([[0], np.cumsum(y)]) + np.concatenate([np.cumsum((1 - y)[::-1])[::-1], [0]])
    best = int(np.argmin(mistakes))
    return float(x[best] if best < len(x) else np.inf), mistakes[best] / len(x)


@check("the reported risk is that of the threshold")
def reported(x, y, result):
    t, risk = result
    share = np.mean((np.asarray(x, dtype=float) >= t) != (np.asarray(y) == 1))
    return abs(risk - share), SUM_OF_PRODUCTS


@check("no threshold makes fewer mistakes")
def optimal(x, y, result):
    x, ones = np.asarray(x, dtype=float), np.asarray(y) == 1
    if np.isnan(result[0]):  # no number is at or above it, so it would pass for a rule that never fires
        return np.inf, SUM_OF_PRODUCTS
    best = min([np.mean((x >= t) != ones) for t in x] + [np.mean(ones)])
    return np.mean((x >= result[0]) != ones) - best, SUM_OF_PRODUCTS


def _applicants(n, noise):
    """Return a recipe for ratios and outcomes, more defaults where the ratio is high."""

    def draw(rng):
        x = rng.uniform(0.05, 0.9, n)
        y = (x + noise * rng.standard_normal(n) > 0.55).astype(int)
        # A few good clients with very high ratios pull the class means away from the best cut.
        return np.append(x, rng.uniform(2, 4, 2)), np.append(y, [1, 1])

    return joint(f"{n + 2} applicants", draw)


def _ties(rng):
    x = np.repeat(np.array([0.1, 0.3, 0.5, 0.7]) + rng.uniform(0, 0.1), [4, 5, 5, 4])
    y = np.array([0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1])
    order = rng.permutation(18)
    return x[order], y[order]


def _reversed(rng):
    x = rng.uniform(0, 1, 13)
    return x, (x < np.sort(x)[5]).astype(int)


def _narrow(rng):
    """Return ratios that one cut separates, between two values a hundred-thousandth apart that only sorting brings together."""
    while True:
        low, high = rng.uniform(0.05, 0.4, 8), rng.uniform(0.65, 0.9, 7)
        cut = rng.integers(450, 550) / 1000 + 0.0004  # far from every number of three digits
        x = rng.permutation(np.concatenate([low, [cut - 5e-6, cut + 5e-6], high]))
        y = (x > cut).astype(int)
        grids = [np.linspace(x.min(), x.max(), size) for size in (100, 101, 1000, 1001)]
        if _search(x, y, np.concatenate([*grids, (x[1:] + x[:-1]) / 2]))[1] > 0:
            return x, y


def _far_away(rng):
    x = 1000.0 + rng.standard_normal(20)
    y = (x + 0.5 * rng.standard_normal(20) > 1000.0).astype(int)
    y[np.argmin(x)], y[np.argmax(x)] = 0, 1
    return x, y


INTEGER = "numpy's whole numbers index like Python's"
ZERO_ONE = "outcomes are 0 or 1, so at least 1 is 1"
EXACT = "numbers of any type are compared by value, and a threshold that is one of them is right in their type as well"
LENGTH = "a length is never negative"
TIED = (
    "among equal numbers no threshold passes, and the order of their outcomes does not change the count at their ends"
)
SORTED = "the numbers are sorted, so that different ones increase"
NEVER = "what is not allowed must only lose: there is always an allowed threshold with at most half of the mistakes"
SIGNED = "1 - y is 0 or 1 in every type that y may have, and numpy sums small types in large ones"
POSITION = "positions go from 0 to the length, which stands for the rule that never fires"
BETWEEN = "a midpoint of two different numbers equals none of them"
BROADCAST = "numpy puts the missing axis in front by itself"
FREE = "of equally good thresholds any will do"
ABOVE = "every threshold above all numbers is the rule that never fires"
STRICT = "the lengths were compared before"
EQUIVALENTS = (
    equivalents("erm_threshold", "best = int(np.argmin(risks))", "best = np.argmin(risks)", reason=INTEGER)
    + equivalents("erm_threshold", "return np.mean((x >= t) != (y == 1))", "return np.mean((x >= t) != (y >= 1))",
                  reason=ZERO_ONE)
    + equivalents("erm_threshold", "x, y = np.asarray(x, dtype=float), np.asarray(y)",
                  "x, y = np.asarray(x), np.asarray(y)", reason=EXACT)
    + equivalents("erm_threshold", "if x.ndim != 1 or x.shape != y.shape or len(x) == 0:",
                  "if x.ndim != 1 or x.shape != y.shape or len(x) <= 0:", reason=LENGTH)
    + equivalents("by_cumulative_sums", 'order = np.argsort(x, kind="stable")', "order = np.argsort(x)", reason=TIED)
    + equivalents("by_cumulative_sums", "x, y = x[order], y[order].astype(int)", "x, y = x[order], y[order]",
                  reason=SIGNED)
    + equivalents("by_cumulative_sums", "allowed = np.concatenate([[True], x[1:] > x[:-1], [True]])",
                  "allowed = np.concatenate([[True], x[1:] != x[:-1], [True]])", reason=SORTED)
    + equivalents("by_cumulative_sums", "best = int(np.argmin(np.where(allowed, mistakes, len(x) + 1)))",
                  "best = np.argmin(np.where(allowed, mistakes, len(x) + 1))", reason=INTEGER)
    + equivalents("by_cumulative_sums", "best = int(np.argmin(np.where(allowed, mistakes, len(x) + 1)))",
                  "best = int(np.argmin(np.where(allowed, mistakes, len(x))))",
                  "best = int(np.argmin(np.where(allowed, mistakes, len(x) - 1)))",
                  "best = int(np.argmin(np.where(allowed, mistakes, len(x) * 1)))",
                  "best = int(np.argmin(np.where(allowed, mistakes, len(x) / 1)))",
                  "best = int(np.argmin(np.where(allowed, mistakes, len(x) // 1)))",
                  "best = int(np.argmin(np.where(allowed, mistakes, len(x) ** 1)))",
                  "best = int(np.argmin(np.where(allowed, mistakes, len(x) + 2)))",
                  "best = int(np.argmin(np.where(allowed, mistakes, len(x) + 0)))", reason=NEVER)
    + equivalents("by_cumulative_sums", "return [x[best] if best < len(x) else np.inf, mistakes[best] / len(x)]",
                  "return [x[best] if best != len(x) else np.inf, mistakes[best] / len(x)]", reason=POSITION)
    + equivalents("midpoints", "risks = ((x[None, :] >= candidates[:, None]) != (y == 1)).mean(axis=1)",
                  "risks = ((x >= candidates[:, None]) != (y == 1)).mean(axis=1)", reason=BROADCAST)
    + equivalents("midpoints", "risks = ((x[None, :] >= candidates[:, None]) != (y == 1)).mean(axis=1)",
                  "risks = ((x[None, :] >= candidates[:, None]) != (y >= 1)).mean(axis=1)", reason=ZERO_ONE)
    + equivalents("midpoints", "risks = ((x[None, :] >= candidates[:, None]) != (y == 1)).mean(axis=1)",
                  "risks = ((x[None, :] > candidates[:, None]) != (y == 1)).mean(axis=1)", reason=BETWEEN)
    + equivalents("by_plain_loops", "for t in [*x, max(x) + 1]:", "for t in [*x, max(x) + 2]:", reason=ABOVE)
    + equivalents("by_plain_loops",
                  "mistakes = sum((value >= t) != (outcome == 1) for value, outcome in zip(x, y, strict=True))",
                  "mistakes = sum((value >= t) != (outcome >= 1) for value, outcome in zip(x, y, strict=True))",
                  reason=ZERO_ONE)
    + equivalents("by_plain_loops",
                  "mistakes = sum((value >= t) != (outcome == 1) for value, outcome in zip(x, y, strict=True))",
                  "mistakes = sum((value >= t) != (outcome == 1) for value, outcome in zip(x, y, strict=False))",
                  reason=STRICT)
    + equivalents("by_plain_loops", "if mistakes < fewest:", "if mistakes <= fewest:", reason=FREE)
    + equivalents("notebook", "x = np.asarray(x, dtype=float)", "x = np.asarray(x)", reason=EXACT)
    + equivalents("notebook", "if x.ndim != 1 or x.shape != y.shape or len(x) == 0:",
                  "if x.ndim != 1 or x.shape != y.shape or len(x) <= 0:", reason=LENGTH)
    + equivalents("notebook", "best_t, best_risk = np.inf, np.mean(y == 1)",
                  "best_t, best_risk = np.inf, np.mean(y >= 1)", reason=ZERO_ONE)
    + equivalents("notebook", "risk = np.mean((x >= t) != (y == 1))", "risk = np.mean((x >= t) != (y >= 1))",
                  reason=ZERO_ONE)
    + equivalents("notebook", "if risk < best_risk:", "if risk <= best_risk:", reason=FREE)
)  # fmt: skip

EXERCISE = Exercise(
    solution=erm_threshold,
    points=4,
    cases=(
        case("three applicants", given([0.2, 0.5, 0.3]), given([0, 1, 0]), public=True, why="by hand: every threshold above 0.3 and up to 0.5 makes no mistake"),
        case("nobody defaulted", given([0.4, 0.1]), given([0, 0]), public=True, kind="edge", why="the rule that never fires makes no mistake: a threshold above all values"),
        case("too few outcomes", given([0.4, 0.1]), given([0]), public=True, kind="error", why="each applicant needs an outcome"),
        case("twenty-one applicants", _applicants(19, 0.15), why="the classes overlap, so mistakes remain"),
        case("forty applicants", _applicants(38, 0.3), why="more overlap, and some extreme values"),
        case("many equal ratios", joint("four values, many ties", _ties), kind="edge", why="no threshold passes between equal values"),
        case("a narrow gap", joint("seventeen values, the best cut in a gap of 1e-5", _narrow), kind="edge",
             why="the best threshold may lie between two values that are almost the same, wherever they stand in the file"),
        case("only good clients", normal(7), made("zeros(7)", lambda _: np.zeros(7, int)), kind="edge", why="the best rule never fires"),
        case("only defaults", normal(7), made("ones(7)", lambda _: np.ones(7, int)), kind="edge", why="the best rule always fires"),
        case("the wrong way round", joint("defaults where the ratio is low", _reversed), kind="edge", why="where high values are good, the best rule of this kind may be never to fire"),
        case("one applicant", normal(1), given([1]), kind="edge", why="one applicant can always be got right"),
        case("whole ratios", integers(15, low=0, high=7), made("outcomes", lambda r: r.permutation([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0])), kind="edge",
             why="whole numbers, many of them equal"),
        case("far from zero", joint("twenty applicants, ratios around a thousand", _far_away), kind="edge",
             why="a threshold must lie between the values, wherever they are"),
        case("outcomes of one byte", given([3.0, 1.0, 2.0, 5.0, 4.0]), given([0, 0, 1, 1, 1], dtype=np.uint8), kind="edge",
             why="in numbers without a sign 1 - 2 is 255"),
        case("lists", given((0.5, 0.1, 0.4, 0.3)), given((1, 0, 1, 0)), kind="edge",
             why="numbers may come as lists, which cannot be compared with a threshold until they are arrays"),
        case("one outcome for all", normal(6), given([1]), kind="error", why="each applicant needs an outcome; a single one is not stretched over six"),
        case("single numbers", given(0.5), given(1), kind="error", why="vectors are asked for"),
        case("tables", normal(3, 2), integers(3, 2, low=0, high=2), kind="error", why="vectors are asked for"),
        case("two outcomes too many", normal(5), integers(7, low=0, high=2), kind="error", why="each outcome needs an applicant"),
        case("a column of outcomes", normal(5), integers(5, 1, low=0, high=2), kind="error", why="as many outcomes as applicants, but as a column"),
        case("nobody", made("zeros(0)", lambda _: np.zeros(0)), made("zeros(0)", lambda _: np.zeros(0)), kind="error", why="without data there is no best rule"),
    ),
    checks=(reported, optimal),
    misconceptions=(
        midpoint_of_class_means, observed_values_only, returns_count, maximises_risk, strictly_above, predicts_one_below,
        results_swapped, returns_accuracy, nan_where_a_class_is_missing,
        coarse_grid, midpoints_in_the_order_of_the_file, counts_misses_only, sorts_x_only, splits_ties,
    ),
    alternatives=(by_cumulative_sums, midpoints, by_plain_loops),
    equivalents=EQUIVALENTS,
)  # fmt: skip
