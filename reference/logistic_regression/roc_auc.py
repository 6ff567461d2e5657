"""The area under the ROC curve, with ties."""

from __future__ import annotations

import itertools

import numpy as np

from reference.bounds import RANKS
from reference.measures import value
from reference.recipes import given, joint, made, normal
from reference.spec import Exercise, case, equivalents, misconception


def roc_auc(y_true, score):
    """Return the probability that a random defaulter has a higher score than a random good client.

    Parameters
    ----------
    y_true : array of shape (n,)
        Outcomes: 1 for a default, 0 for none; both present.
    score : array of shape (n,)
        The higher, the riskier. Many clients may share one.

    Returns
    -------
    float
        The share of all pairs of a defaulter and a good client in which the defaulter's score is higher; a tie counts
        one half.

    Raises
    ------
    ValueError
        If the two are not vectors of the same length, if an outcome is neither 0 nor 1, if only one kind is present, or
        if a score is NaN.

    Examples
    --------
    >>> roc_auc([0, 0, 1, 1], [1, 2, 2, 3])
    0.875
    """
    y, s = _checked(y_true, score)
    bad, good = s[y == 1], s[y == 0]
    order = np.sort(good)
    below = np.searchsorted(order, bad, side="left")
    not_above = np.searchsorted(order, bad, side="right")
    return float((below + not_above).sum() / (2 * len(bad) * len(good)))


def _checked(y_true, score):
    y, s = np.asarray(y_true, dtype=float), np.asarray(score, dtype=float)
    if y.ndim != 1 or y.shape != s.shape or np.isnan(s).any() or set(np.unique(y)) != {0.0, 1.0}:
        msg = f"y_true and score have shapes {y.shape} and {s.shape}; needed are 0 and 1, both, and a score for each"
        raise ValueError(msg)
    return y, s


def all_pairs(y_true, score):
    y, s = _checked(y_true, score)
    total = 0.0
    for a in s[y == 1]:
        for b in s[y == 0]:
            total += 1.0 if a > b else 0.5 if a == b else 0.0
    return total / ((y == 1).sum() * (y == 0).sum())


def mid_ranks(y_true, score):
    y, s = _checked(y_true, score)
    _values, place, counts = np.unique(s, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    m, n = int(y.sum()), len(y)
    return np.float64((middle[place][y == 1].sum() - m * (m + 1) / 2) / (m * (n - m)))


def trapezoid(y_true, score):
    y, s = _checked(y_true, score)
    area, tp, fp, px, py = 0.0, 0, 0, 0.0, 0.0
    for threshold in np.unique(s)[::-1]:
        tp += int(((s == threshold) & (y == 1)).sum())
        fp += int(((s == threshold) & (y == 0)).sum())
        x, h = fp / (y == 0).sum(), tp / (y == 1).sum()
        area += (x - px) * (h + py) / 2
        px, py = x, h
    return np.array(area)


def _by_order(y, s, order):
    ranks = np.empty(len(s))
    ranks[order] = np.arange(1, len(s) + 1)
    m = int(y.sum())
    return float((ranks[y == 1].sum() - m * (m + 1) / 2) / (m * (len(y) - m)))


@misconception("Shuffle the rows: does your area change?")
def ties_broken_by_position(y_true, score):
    y, s = _checked(y_true, score)
    return _by_order(y, s, np.argsort(s, kind="stable"))


@misconception("How is a whole grade with mixed outcomes drawn on the curve? Is it left out?")
def leaves_ties_out(y_true, score):
    y, s = _checked(y_true, score)
    above, below = (s[y == 1][:, None] > s[y == 0]).sum(), (s[y == 1][:, None] < s[y == 0]).sum()
    return float(above / (above + below)) if above + below else 0.5


@misconception("What area has a score that is the same for everybody?")
def ties_count_zero(y_true, score):
    y, s = _checked(y_true, score)
    return float((s[y == 1][:, None] > s[y == 0]).mean())


@misconception("What area has a score that says nothing about anybody?")
def ties_count_one(y_true, score):
    y, s = _checked(y_true, score)
    return float((s[y == 1][:, None] >= s[y == 0]).mean())


@misconception("Do high scores mean high risk here?")
def reversed_ranking(y_true, score):
    return 1 - roc_auc(y_true, score)


@misconception("The area looks at all thresholds. How many do you look at?")
def single_threshold_balanced_accuracy(y_true, score):
    y, s = _checked(y_true, score)
    says = s >= 0.5
    return float((says[y == 1].mean() + (~says[y == 0]).mean()) / 2)


@misconception("Gini, or the area? What is your value for a perfect rating?")
def gini(y_true, score):
    return 2 * roc_auc(y_true, score) - 1


@misconception("Can a rating be worse than a coin? Should you know?")
def never_below_half(y_true, score):
    return max(roc_auc(y_true, score), 1 - roc_auc(y_true, score))


@misconception("Which pairs do you compare: neighbours, or all?")
def share_of_rising_neighbours(y_true, score):
    y, s = _checked(y_true, score)
    ordered = y[np.argsort(s, kind="stable")]
    return float(np.mean(np.diff(ordered) >= 0))


@misconception("Does the area depend on how far apart the scores are, or on their order?")
def difference_of_means(y_true, score):
    y, s = _checked(y_true, score)
    width = np.ptp(s) or 1.0
    return float(0.5 + 0.5 * (s[y == 1].mean() - s[y == 0].mean()) / width)


@misconception("Pairs of two good clients: do they say anything?")
def divides_by_all_pairs(y_true, score):
    y, s = _checked(y_true, score)
    n, m = len(y), int(y.sum())
    return roc_auc(y, s) * m * (n - m) / (n * (n - 1) / 2)


@misconception("Where does the curve start, and where does it end?")
def forgets_the_origin(y_true, score):
    y, s = _checked(y_true, score)
    points = [
        (((s >= t) & (y == 0)).sum() / (y == 0).sum(), ((s >= t) & (y == 1)).sum() / (y == 1).sum())
        for t in np.unique(s)[::-1]
    ]
    return float(sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in itertools.pairwise(points)))


def _rated(rng, n, defaults, grades=None, lift=1.0):
    """Return outcomes in no order and scores that are higher for defaults, in grades where a number of them is given."""
    y = rng.permutation(np.arange(n) < defaults).astype(float)
    s = rng.standard_normal(n) + lift * y
    if grades:
        s = np.clip(np.round(s + 2), 0, grades - 1)
    return y, s


def _probabilities(rng):
    """Return outcomes and probabilities from a hundredth of a percent to some ten percent, most of them small."""
    y, s = _rated(rng, 60, 15)
    return y, 1e-3 * np.exp(np.minimum(1.5 * s, 5))


def _some(n, defaults, grades=None):
    return joint(f"{n} clients, {defaults} defaults, grades: {grades}", lambda rng: _rated(rng, n, defaults, grades))


def _perfect(rng):
    y = rng.permutation(np.arange(9) < 4).astype(float)
    return y, rng.uniform(0, 1, 9) + 2 * y


def _upside_down(rng):
    """Return scores that are lower for defaults: also where chance plays along, the area is below 0.4."""
    while True:
        y, s = _rated(rng, 20, 8, lift=-1.5)
        if roc_auc(y, s) < 0.4:
            return y, s


def _bytes(rng):
    """Return outcomes in no order and scores from 0 to 255, low and high ones for either."""
    s = np.concatenate([rng.choice(100, 6, replace=False), 150 + rng.choice(100, 6, replace=False)])
    order = rng.permutation(12)
    return np.tile([1, 1, 0], 4)[order], s.astype(np.uint8)[order]


def _mixed_grades(rng):
    """Return twelve clients in two grades, each with both kinds of outcome."""
    y = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    s = np.repeat([3.0, 7.0], 6)
    order = rng.permutation(12)
    return y[order], s[order] + float(rng.integers(0, 3))


# Reasons why a changed line is as right as the line it replaces.
TWO = "every outcome is 0 or 1, as was checked before"
LEFT = "left is the side that searchsorted takes where none is named"
COMPARED = "0 and 1 of any type compare alike with 0 and 1"
ORDERED = "scores are put in order and compared, which no type of number changes"
ONE_KIND = "a single number is one kind of outcome, and both are needed"
NOT_ABOVE = "a > b is dealt with before, and what is left of a >= b is a == b"
EXACT = "counts are whole numbers far below 2**53, which every type here holds exactly"
EVEN = "m (m + 1) is even"
COPY = "a number becomes a new array either way"
NEVER_BOTH = "no outcome is 0 and 1 at once"
AT_MOST_TWO = "outcomes that are all 0 or 1 have at most two values"
STRETCHED = "numpy puts the missing axis in front by itself"
EQUIVALENTS = (
    equivalents("roc_auc", "bad, good = s[y == 1], s[y == 0]", "bad, good = s[y == 1], s[y <= 0]",
                "bad, good = s[y >= 1], s[y == 0]", reason=TWO)
    + equivalents("roc_auc", 'below = np.searchsorted(order, bad, side="left")',
                  "below = np.searchsorted(order, bad)", reason=LEFT)
    + equivalents("roc_auc", "y, s = np.asarray(y_true, dtype=float), np.asarray(score, dtype=float)",
                  "y, s = np.asarray(y_true), np.asarray(score, dtype=float)", reason=COMPARED)
    + equivalents("roc_auc", "y, s = np.asarray(y_true, dtype=float), np.asarray(score, dtype=float)",
                  "y, s = np.asarray(y_true, dtype=float), np.asarray(score)", reason=ORDERED)
    + equivalents("roc_auc",
                  "if y.ndim != 1 or y.shape != s.shape or np.isnan(s).any() or set(np.unique(y)) != {0.0, 1.0}:",
                  "if y.ndim > 1 or y.shape != s.shape or np.isnan(s).any() or set(np.unique(y)) != {0.0, 1.0}:",
                  reason=ONE_KIND)
    + equivalents("all_pairs", "for a in s[y == 1]:", "for a in s[y >= 1]:", reason=TWO)
    + equivalents("all_pairs", "for b in s[y == 0]:", "for b in s[y <= 0]:", reason=TWO)
    + equivalents("all_pairs", "total += 1.0 if a > b else 0.5 if a == b else 0.0",
                  "total += 1.0 if a > b else 0.5 if a >= b else 0.0", reason=NOT_ABOVE)
    + equivalents("all_pairs", "return total / ((y == 1).sum() * (y == 0).sum())",
                  "return total / ((y == 1).sum() * (y <= 0).sum())",
                  "return total / ((y >= 1).sum() * (y == 0).sum())", reason=TWO)
    + equivalents("mid_ranks", "m, n = int(y.sum()), len(y)", "m, n = y.sum(), len(y)", reason=EXACT)
    + equivalents("mid_ranks", "return np.float64((middle[place][y == 1].sum() - m * (m + 1) / 2) / (m * (n - m)))",
                  "return np.float64((middle[place][y == 1].sum() - m * (m + 1) // 2) / (m * (n - m)))", reason=EVEN)
    + equivalents("mid_ranks", "return np.float64((middle[place][y == 1].sum() - m * (m + 1) / 2) / (m * (n - m)))",
                  "return np.float64((middle[place][y >= 1].sum() - m * (m + 1) / 2) / (m * (n - m)))", reason=TWO)
    + equivalents("trapezoid", "tp += int(((s == threshold) & (y == 1)).sum())",
                  "tp += ((s == threshold) & (y == 1)).sum()", reason=EXACT)
    + equivalents("trapezoid", "tp += int(((s == threshold) & (y == 1)).sum())",
                  "tp += int(((s == threshold) & (y >= 1)).sum())", reason=TWO)
    + equivalents("trapezoid", "fp += int(((s == threshold) & (y == 0)).sum())",
                  "fp += ((s == threshold) & (y == 0)).sum()", reason=EXACT)
    + equivalents("trapezoid", "fp += int(((s == threshold) & (y == 0)).sum())",
                  "fp += int(((s == threshold) & (y <= 0)).sum())", reason=TWO)
    + equivalents("trapezoid", "x, h = fp / (y == 0).sum(), tp / (y == 1).sum()",
                  "x, h = fp / (y <= 0).sum(), tp / (y == 1).sum()",
                  "x, h = fp / (y == 0).sum(), tp / (y >= 1).sum()", reason=TWO)
    + equivalents("trapezoid", "return np.array(area)", "return np.asarray(area)", reason=COPY)
    + equivalents("notebook", "if y_true.ndim != 1 or y_true.shape != score.shape or np.any(np.isnan(score)):",
                  "if y_true.ndim > 1 or y_true.shape != score.shape or np.any(np.isnan(score)):", reason=ONE_KIND)
    + equivalents("notebook", "if not np.all((y_true == 0) | (y_true == 1)) or len(np.unique(y_true)) < 2:",
                  "if not np.all((y_true == 0) ^ (y_true == 1)) or len(np.unique(y_true)) < 2:", reason=NEVER_BOTH)
    + equivalents("notebook", "if not np.all((y_true == 0) | (y_true == 1)) or len(np.unique(y_true)) < 2:",
                  "if not np.all((y_true == 0) | (y_true == 1)) or len(np.unique(y_true)) != 2:", reason=AT_MOST_TWO)
    + equivalents("notebook", "difference = score[y_true == 1][:, None] - score[y_true == 0][None, :]",
                  "difference = score[y_true == 1][:, None] - score[y_true == 0]", reason=STRETCHED)
    + equivalents("notebook", "difference = score[y_true == 1][:, None] - score[y_true == 0][None, :]",
                  "difference = score[y_true == 1][:, None] - score[y_true <= 0][None, :]",
                  "difference = score[y_true >= 1][:, None] - score[y_true == 0][None, :]", reason=TWO)
)  # fmt: skip

EXERCISE = Exercise(
    solution=roc_auc,
    points=4,
    cases=(
        case("four clients", given([0.0, 0.0, 1.0, 1.0]), given([1.0, 2.0, 2.0, 3.0]), public=True,
             why="by hand: of four pairs three are in the right order and one is a tie: (3 + 1/2) / 4"),
        case("a perfect rating", given([1.0, 0.0, 1.0]), given([0.9, 0.1, 0.8]), public=True, kind="edge", why="by hand: every defaulter is above every good client"),
        case("nobody defaults", given([0.0, 0.0]), given([0.1, 0.2]), public=True, kind="error", why="without a pair there is no probability"),
        case("twenty-five clients", _some(25, 9), why="scores without ties"),
        case("forty clients in five grades", _some(40, 13, grades=5), why="many ties, most of them between different outcomes"),
        case("two grades", joint("two grades with both outcomes", _mixed_grades), kind="edge", why="two grades, each with both kinds of outcome"),
        case("one grade for all", made("outcomes", lambda r: r.permutation(np.arange(8) % 3 == 0).astype(float)), made("one score", lambda r: np.full(8, r.uniform())),
             kind="edge", why="a rating that is the same for everybody is a coin: one half"),
        case("in perfect order", joint("defaults above 2", _perfect), kind="edge", why="no pair is in the wrong order"),
        case("worse than a coin", joint("20 clients, 8 defaults, lower scores for defaults", _upside_down), kind="edge", why="a rating may be the wrong way round, and the area says so"),
        case("one default in a hundred", _some(100, 1), kind="edge", why="one default makes ninety-nine pairs"),
        case("whole grades", joint("integers", lambda r: tuple(v.astype(int) for v in _rated(r, 30, 10, grades=6))), kind="edge",
             why="grades are whole numbers"),
        case("probabilities", joint("small probabilities of default", _probabilities),
             kind="edge", why="no threshold is better known than another, and a thousandth is a difference"),
        case("lists", made("outcomes in a list", lambda r: r.permutation([0, 1, 0, 1, 1]).tolist()), made("scores in a list", lambda r: r.normal(size=5).tolist()), kind="edge",
             why="a list cannot be compared with 1 entry by entry until it is made an array"),
        case("scores of one byte", joint("twelve clients, scores in uint8", _bytes), kind="edge",
             why="bytes have no minus sign: differences of scores wrap around where they are not made float64 first"),
        case("grades of one byte", joint("thirty clients, grades in uint8", lambda r: tuple(v.astype(np.uint8) for v in _rated(r, 30, 12, grades=7))), kind="edge",
             why="a grade below another is not a grade far above it"),
        case("labels of -1 and 1", made("ones and minus ones", lambda r: r.permutation([1.0, -1.0, 1.0, -1.0])), normal(4), kind="error", why="outcomes are 0 and 1, not -1 and 1"),
        case("a negative outcome", made("zeros, ones and a -1", lambda r: r.permutation([0.0, 1.0, -1.0, 1.0, 0.0])), normal(5), kind="error", why="an outcome of -1 is neither"),
        case("a share", made("zeros, ones and a half", lambda r: r.permutation([0.0, 1.0, 0.5, 1.0, 0.0])), normal(5), kind="error", why="half a default is neither"),
        case("tables", given([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]), normal(2, 3), kind="error", why="two tables of one shape fit each other, and are no vectors"),
        case("columns", given([[0.0], [1.0], [1.0], [0.0]]), normal(4, 1), kind="error", why="a column is a table"),
        case("more outcomes than scores", given([0.0, 1.0, 1.0, 0.0]), normal(3), kind="error", why="each outcome needs a score"),
        case("one score for all", given([0.0, 1.0, 1.0, 0.0]), normal(1), kind="error", why="each outcome needs a score of its own"),
        case("labels of 1 and 2", made("ones and twos", lambda r: r.permutation([1.0, 2.0, 1.0, 2.0])), normal(4), kind="error", why="outcomes are 0 and 1"),
        case("everybody defaults", made("ones(5)", lambda _: np.ones(5)), normal(5), kind="error", why="without good clients there is no pair"),
        case("a third outcome", made("zeros, ones and a two", lambda r: r.permutation([0.0, 1.0, 2.0, 1.0, 0.0])), normal(5), kind="error", why="an outcome of 2 is neither"),
        case("a missing score", given([0.0, 1.0, 0.0, 1.0]), made("four scores, one NaN", lambda r: r.permutation([np.nan, 0.3, 0.8, 0.5])), kind="error",
             why="NaN is neither above nor below anything"),
        case("lengths that do not match", given([0.0, 1.0, 1.0]), normal(4), kind="error", why="each outcome needs a score"),
    ),
    checks=(value(rtol=RANKS),),
    misconceptions=(
        ties_broken_by_position, leaves_ties_out, ties_count_zero, ties_count_one, reversed_ranking,
        single_threshold_balanced_accuracy, gini, never_below_half, share_of_rising_neighbours, difference_of_means,
        divides_by_all_pairs, forgets_the_origin,
    ),
    alternatives=(all_pairs, mid_ranks, trapezoid),
    equivalents=EQUIVALENTS,
)  # fmt: skip
