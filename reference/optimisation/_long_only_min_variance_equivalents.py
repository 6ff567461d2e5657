"""Changes of the solutions of long_only_min_variance that leave them right, each with the reason."""

from __future__ import annotations

from reference.spec import equivalents

# Reasons why a changed line is as right as the line it replaces.
LARGER = "there is no choice of more assets than there are"
SAME_CUT = "None is what numpy takes for rcond if nothing is given"
BUDGET = "candidates are scaled to the budget, so any other positive budget in the system gives the same"
ALL_POSITIVE = "a candidate that is cut keeps a sum of at least 1, which only adds to its variance; the best one has nothing to cut"
BRACKETS = "the same product, rounded elsewhere"
TIES = "of portfolios that are equally good any is right"
PROMOTED = "quotients and eigenvalues of whole numbers are float64"
RAISED = "numpy raises ValueError as well: for the difference, for eigenvalues, for the truth of several, or for blocks that do not fit"
ANTISYMMETRIC = "S - S' holds each difference with both signs, so its largest entry is its largest absolute one"
ROUNDING = "how much rounding may break symmetry is not in the text: covariances are symmetric to the bit, or off by more than 0.01 of the largest entry"
LARGEST = "the largest absolute entry of a matrix without negative eigenvalues stands on its diagonal; others raise either way"
NEGATIVE = "what counts as rounding is not in the text: eigenvalues that are negative are -0.001 of the largest and beyond, the others 0 or positive"
BUDGET_TOO = (
    "where 1'w = 1, c 11' adds c to w'Sw whatever w is; what that adds to the error is 0.1 of what is allowed (8 seeds)"
)
EDGE = "where a wish equals theta its weight is 0, and counting it among those that stay changes theta by nothing"
ANY_START = (
    "the first projection brings any start among the portfolios, and from each the descent leads to the least variance"
)
ENOUGH = "weights stand still to rounding long before the last turn, so that one more or less changes rounding only"
SAME_STEP = "S is its own transpose, and a product may be taken in any order: the same step, rounded elsewhere"
MOMENTUM = (
    "momentum changes how fast a descent arrives, not where: 0.0003 of what is allowed at most (each, on 60 seeds)"
)
CHANGE = "any first change above the limit begins the loop, and the next turn writes another"
FINER = "a finer limit takes more steps, and is reached"
EXACTLY = "no change of weights is the limit to the last bit"
OPPOSITE = "a difference and its opposite are of one size"
GAINS = "changes of weights add up to 0, so the largest loss is at most n - 1 times the largest gain; ends within 0.003 of what is allowed"
SCALED = "u is scaled to the budget at the end, and the minimum over u is reached from any start: common factors cancel"
LENGTHS = "both have an entry for each asset, so strict finds nothing"
ONE_AXIS = "numpy.nonzero gives one array for a vector: the first is the last"
COARSER = "what stops at changes of 1e-5 ends within 0.22 of what is allowed (measured on 25 seeds)"
EQUIVALENTS = (
    equivalents("long_only_min_variance", "for size in range(1, n + 1):",
                  "for size in range(1, n + 2):",
                  reason=LARGER)
    + equivalents("long_only_min_variance", "w = np.linalg.lstsq(K, np.append(np.zeros(size), 1.0), rcond=None)[0][:size]",
                  "w = np.linalg.lstsq(K, np.append(np.zeros(size), 1.0))[0][:size]",
                  reason=SAME_CUT)
    + equivalents("long_only_min_variance", "w = np.linalg.lstsq(K, np.append(np.zeros(size), 1.0), rcond=None)[0][:size]",
                  "w = np.linalg.lstsq(K, np.append(np.zeros(size), 2.0), rcond=None)[0][:size]",
                  "w = np.linalg.lstsq(K, np.append(np.zeros(size), 0.5), rcond=None)[0][:size]",
                  reason=BUDGET)
    + equivalents("long_only_min_variance", "w = np.maximum(w, 0) / np.maximum(w, 0).sum()",
                  "w = np.maximum(w, 0) / w.sum()", "w = np.maximum(w, 0) * np.maximum(w, 0).sum()",
                  "w = np.maximum(w, 0) / np.maximum(w, -1).sum()",
                  reason=ALL_POSITIVE)
    + equivalents("long_only_min_variance", "if w @ part @ w < least:",
                  "if w @ (w @ part) < least:", "if part @ w @ w < least:",
                  reason=BRACKETS)
    + equivalents("long_only_min_variance", "if w @ part @ w < least:", "if w @ part @ w <= least:", reason=TIES)
    + equivalents("long_only_min_variance", "least = w @ part @ w",
                  "least = w @ (w @ part)", "least = part @ w @ w",
                  reason=BRACKETS)
    + equivalents("long_only_min_variance", "S = np.asarray(Sigma, dtype=float)",
                  "S = np.asarray(Sigma)",
                  reason=PROMOTED)
    + equivalents("long_only_min_variance", "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim < 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] < S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] > S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[1] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[-1] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[0] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  reason=RAISED)
    + equivalents("long_only_min_variance", "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or (S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S.T - S).max() > 1e-10 * np.abs(S).max():",
                  reason=ANTISYMMETRIC)
    + equivalents("long_only_min_variance", "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-07 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-13 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).min():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() >= 1e-10 * np.abs(S).max():",
                  reason=ROUNDING)
    + equivalents("long_only_min_variance", "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * np.abs(S).max():",
                  "if S.ndim != 2 or S.shape[0] != S.shape[1] or np.abs(S - S.T).max() > 1e-10 * S.max():",
                  reason=LARGEST)
    + equivalents("long_only_min_variance", "if np.linalg.eigvalsh(S)[0] < -1e-9 * np.abs(S).max():",
                  "if np.linalg.eigvalsh(S)[0] < -1e-9 * S.max():",
                  reason=LARGEST)
    + equivalents("long_only_min_variance", "if np.linalg.eigvalsh(S)[0] < -1e-9 * np.abs(S).max():",
                  "if np.linalg.eigvalsh(S)[0] < -1e-06 * np.abs(S).max():",
                  "if np.linalg.eigvalsh(S)[0] < -1e-12 * np.abs(S).max():",
                  "if np.linalg.eigvalsh(S)[0] < -1e-9 * np.abs(S).min():",
                  "if np.linalg.eigvalsh(S)[0] <= -1e-9 * np.abs(S).max():",
                  reason=NEGATIVE)
    + equivalents("long_only_min_variance", "return S / np.abs(S).max()", "return S / S.max()", reason=LARGEST)
    + equivalents("long_only_min_variance", "return S / np.abs(S).max()",
                  "return S + np.abs(S).max()", "return S - np.abs(S).max()",
                  reason=BUDGET_TOO)
    + equivalents("projected_descent", "k = np.flatnonzero(u * np.arange(1, len(v) + 1) > sums)[-1] + 1",
                  "k = np.flatnonzero(u * np.arange(1, len(v) + 1) >= sums)[-1] + 1",
                  reason=EDGE)
    + equivalents("projected_descent", "w = np.full(len(S), 1 / len(S))",
                  "w = np.full(len(S), len(S) / 1)", "w = np.full(len(S), 1 + len(S))",
                  "w = np.full(len(S), 1 - len(S))", "w = np.full(len(S), 1 * len(S))",
                  "w = np.full(len(S), 1 // len(S))", "w = np.full(len(S), 1 % len(S))",
                  "w = np.full(len(S), 1 ** len(S))", "w = np.full(len(S), 2 / len(S))",
                  "w = np.full(len(S), 0 / len(S))",
                  reason=ANY_START)
    + equivalents("projected_descent", "for _ in range(1_500):",
                  "for _ in range(1500 - 1):", "for _ in range(1501):", "for _ in range(1499):",
                  reason=ENOUGH)
    + equivalents("projected_descent", "w = _project(w - step * S @ w)",
                  "w = _project(w - w @ (step * S))", "w = _project(w - step * (S @ w))",
                  reason=SAME_STEP)
    + equivalents("accelerated_descent", "w = ahead = np.full(len(S), 1 / len(S))",
                  "w = ahead = np.full(len(S), len(S) / 1)", "w = ahead = np.full(len(S), 1 + len(S))",
                  "w = ahead = np.full(len(S), 1 - len(S))", "w = ahead = np.full(len(S), 1 * len(S))",
                  "w = ahead = np.full(len(S), 1 // len(S))", "w = ahead = np.full(len(S), 1 % len(S))",
                  "w = ahead = np.full(len(S), 1 ** len(S))", "w = ahead = np.full(len(S), 2 / len(S))",
                  "w = ahead = np.full(len(S), 0 / len(S))",
                  reason=ANY_START)
    + equivalents("accelerated_descent", "for k in range(1_000):",
                  "for k in range(1000 - 1):", "for k in range(1001):", "for k in range(999):",
                  reason=ENOUGH)
    + equivalents("accelerated_descent", "new = _project(ahead - step * S @ ahead)",
                  "new = _project(ahead - ahead @ (step * S))", "new = _project(ahead - step * (S @ ahead))",
                  reason=SAME_STEP)
    + equivalents("accelerated_descent", "ahead, w = new + k / (k + 3) * (new - w), new",
                  "ahead, w = new - k / (k + 3) * (new - w), new",
                  "ahead, w = new + k / (k + 3) * (w - new), new",
                  "ahead, w = new + k // (k + 3) * (new - w), new",
                  "ahead, w = new + k / (k + 4) * (new - w), new",
                  "ahead, w = new + k / (k + 2) * (new - w), new",
                  reason=MOMENTUM)
    + equivalents("stops_when_weights_stand_nearly_still", "w, change = np.full(len(S), 1 / len(S)), 1.0",
                  "w, change = np.full(len(S), len(S) / 1), 1.0", "w, change = np.full(len(S), 1 + len(S)), 1.0",
                  "w, change = np.full(len(S), 1 - len(S)), 1.0", "w, change = np.full(len(S), 1 * len(S)), 1.0",
                  "w, change = np.full(len(S), 1 // len(S)), 1.0",
                  "w, change = np.full(len(S), 1 % len(S)), 1.0",
                  "w, change = np.full(len(S), 1 ** len(S)), 1.0",
                  "w, change = np.full(len(S), 2 / len(S)), 1.0", "w, change = np.full(len(S), 0 / len(S)), 1.0",
                  reason=ANY_START)
    + equivalents("stops_when_weights_stand_nearly_still", "w, change = np.full(len(S), 1 / len(S)), 1.0",
                  "w, change = np.full(len(S), 1 / len(S)), 2.0", "w, change = np.full(len(S), 1 / len(S)), 0.5",
                  reason=CHANGE)
    + equivalents("stops_when_weights_stand_nearly_still", "while change > 1e-6:",
                  "while change > 1e-09:",
                  reason=FINER)
    + equivalents("stops_when_weights_stand_nearly_still", "while change > 1e-6:",
                  "while change >= 1e-6:",
                  reason=EXACTLY)
    + equivalents("stops_when_weights_stand_nearly_still", "new = _project(w - step * S @ w)",
                  "new = _project(w - w @ (step * S))", "new = _project(w - step * (S @ w))",
                  reason=SAME_STEP)
    + equivalents("stops_when_weights_stand_nearly_still", "w, change = new, np.abs(new - w).max()",
                  "w, change = new, np.abs(w - new).max()",
                  reason=OPPOSITE)
    + equivalents("stops_when_weights_stand_nearly_still", "w, change = new, np.abs(new - w).max()",
                  "w, change = new, (new - w).max()",
                  reason=GAINS)
    + equivalents("one_asset_at_a_time", "u = [1.0] * len(S)",
                  "u = [2.0] * len(S)", "u = [0.5] * len(S)", "u = [0.0] * len(S)",
                  reason=SCALED)
    + equivalents("one_asset_at_a_time", "for _ in range(500):",
                  "for _ in range(500 - 1):", "for _ in range(501):", "for _ in range(499):",
                  reason=ENOUGH)
    + equivalents("one_asset_at_a_time", "others = sum(s * v for s, v in zip(row, u, strict=True)) - row[i] * u[i]",
                  "others = sum(s * v for s, v in zip(row, u, strict=False)) - row[i] * u[i]",
                  reason=LENGTHS)
    + equivalents("one_asset_at_a_time", "u[i] = max((1 - others) / row[i], 0.0)",
                  "u[i] = max((2 - others) / row[i], 0.0)",
                  reason=SCALED)
    + equivalents("notebook", "Sigma = np.asarray(Sigma, dtype=float)",
                  "Sigma = np.asarray(Sigma)",
                  reason=PROMOTED)
    + equivalents("notebook", "if Sigma.ndim != 2 or Sigma.shape[0] != Sigma.shape[1]:",
                  "if Sigma.ndim != 2:", "if Sigma.ndim != 2 or Sigma.shape[0] < Sigma.shape[1]:",
                  "if Sigma.ndim != 2 or Sigma.shape[0] > Sigma.shape[1]:",
                  "if Sigma.ndim != 2 or Sigma.shape[1] != Sigma.shape[1]:",
                  "if Sigma.ndim != 2 or Sigma.shape[-1] != Sigma.shape[1]:",
                  "if Sigma.ndim != 2 or Sigma.shape[0] != Sigma.shape[0]:",
                  reason=RAISED)
    + equivalents("notebook", "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.max(np.abs(Sigma)):",
                  "if np.max(Sigma - Sigma.T) > 1e-10 * np.max(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma.T - Sigma)) > 1e-10 * np.max(np.abs(Sigma)):",
                  reason=ANTISYMMETRIC)
    + equivalents("notebook", "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.max(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma - Sigma.T)) > 1e-07 * np.max(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma - Sigma.T)) > 1e-13 * np.max(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.min(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma - Sigma.T)) >= 1e-10 * np.max(np.abs(Sigma)):",
                  reason=ROUNDING)
    + equivalents("notebook", "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.max(np.abs(Sigma)):",
                  "if np.max(np.abs(Sigma - Sigma.T)) > 1e-10 * np.max(Sigma):",
                  reason=LARGEST)
    + equivalents("notebook", "if eigenvalues[0] < -1e-9 * eigenvalues[-1]:",
                  "if eigenvalues[0] < -1e-06 * eigenvalues[-1]:",
                  "if eigenvalues[0] < -1e-12 * eigenvalues[-1]:",
                  "if eigenvalues[0] <= -1e-9 * eigenvalues[-1]:",
                  "if eigenvalues[0] < -1e-9 * eigenvalues[-0]:",
                  reason=NEGATIVE)
    + equivalents("notebook", "weights = np.full(len(Sigma), 1 / len(Sigma))",
                  "weights = np.full(len(Sigma), len(Sigma) / 1)",
                  "weights = np.full(len(Sigma), 1 + len(Sigma))",
                  "weights = np.full(len(Sigma), 1 - len(Sigma))",
                  "weights = np.full(len(Sigma), 1 * len(Sigma))",
                  "weights = np.full(len(Sigma), 1 // len(Sigma))",
                  "weights = np.full(len(Sigma), 1 % len(Sigma))",
                  "weights = np.full(len(Sigma), 1 ** len(Sigma))",
                  "weights = np.full(len(Sigma), 2 / len(Sigma))",
                  "weights = np.full(len(Sigma), 0 / len(Sigma))",
                  reason=ANY_START)
    + equivalents("notebook", "for _ in range(20000):",
                  "for _ in range(20000 - 1):", "for _ in range(20001):", "for _ in range(19999):",
                  reason=ENOUGH)
    + equivalents("notebook", "wish = weights - Sigma @ weights / eigenvalues[-1]",
                  "wish = weights - Sigma.T @ weights / eigenvalues[-1]",
                  "wish = weights - weights @ Sigma / eigenvalues[-1]",
                  reason=SAME_STEP)
    + equivalents("notebook", "theta = thetas[np.nonzero(ordered > thetas)[0][-1]]",
                  "theta = thetas[np.nonzero(ordered >= thetas)[0][-1]]",
                  reason=EDGE)
    + equivalents("notebook", "theta = thetas[np.nonzero(ordered > thetas)[0][-1]]",
                  "theta = thetas[np.nonzero(ordered > thetas)[-1][-1]]",
                  reason=ONE_AXIS)
    + equivalents("notebook", "if np.max(np.abs(new - weights)) < 1e-8:",
                  "if np.max(np.abs(new - weights)) < 1e-11:",
                  reason=FINER)
    + equivalents("notebook", "if np.max(np.abs(new - weights)) < 1e-8:",
                  "if np.max(np.abs(new - weights)) <= 1e-8:",
                  reason=EXACTLY)
    + equivalents("notebook", "if np.max(np.abs(new - weights)) < 1e-8:",
                  "if np.max(np.abs(weights - new)) < 1e-8:",
                  reason=OPPOSITE)
    + equivalents("notebook", "if np.max(np.abs(new - weights)) < 1e-8:",
                  "if np.max(new - weights) < 1e-8:",
                  reason=GAINS)
    + equivalents("notebook", "if np.max(np.abs(new - weights)) < 1e-8:",
                  "if np.max(np.abs(new - weights)) < 1e-05:",
                  reason=COARSER)
)  # fmt: skip
