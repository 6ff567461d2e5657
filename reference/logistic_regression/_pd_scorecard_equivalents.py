"""Changes of the solutions of pd_scorecard that leave them right, each with the reason."""

from __future__ import annotations

from reference.spec import equivalents

# Reasons why a changed line is as right as the line it replaces.
COUNTS = "True and False count as 1 and 0: whole numbers are compared by what they are, not by their type"
AT_THE_THRESHOLD = (
    "a probability equals the threshold with probability 0, and where it does by symmetry rounding decides, so that no "
    "case may ask for it"
)
SHIFTED = "the centre and the spread of the past are float64, and so is what is left of new applicants of any type without them"
FLOAT = "outcomes meet probabilities in float64 only, so that 0 and 1 of any type give the same"
TWO_ROWS = "both outcomes must be present, so that there are two past applicants at least"
RAISED = (
    "what is let through raises ValueError all the same: rows and columns that do not match in a product, a difference or "
    "beside the ones, and stacks of matrices in lstsq, whose LinAlgError is one"
)
CONSTANT = "a constant column less its mean is 0, whatever it is divided by, and its slope is 0 under the penalty"
NOT_NEGATIVE = "the largest entry is not below the smallest"
MIRRORED = (
    "columns that change sign, for past and new applicants alike, change the sign of their weights and nothing else"
)
ARRIVED = "Newton's method brings the gradient below 1e-9 within 10 steps in all cases of 40 seeds, and further steps stay there"
NEXT = "the gradient is the same in the next rounds, which do nothing either"
STOP = (
    "the text asks for a gradient of at most 1e-8, and whoever stops there or goes on is right; of 299 random inputs the "
    "first exceeded the bound on probabilities in four, all with groups nearly separated and a penalty of at most 0.001, by "
    "a factor of five at most, and in no case here"
)
FREE = (
    "what stands in front of the gradient only sets the way: n - 1 for n at least halves the error in each of 50 steps or more, "
    "and probabilities were within the bound for all of 299 random inputs, of two past applicants and more"
)
SLOWER = (
    "how long and how many the steps are is free, and 20,000 of a quarter of the length suffice in all cases; of 299 random "
    "inputs they did not in three, with groups nearly separated and a penalty of 5e-4, where the steps of the solution just do"
)
WEIGHTED = (
    "weights stand in the rows and in the target: where the steps end, X'(y - p)/n equals the penalty's gradient whatever "
    "they are"
)
RCOND = "None is what rcond is where it is not named"
MATCHED = "the lengths were compared before, or follow from each other"
SQUARED = "the square of a difference does not depend on its sign"
FREE_INTERCEPT = "the size of the ones, the same for past and new applicants, goes into the intercept, which is free"
EVEN = "at a score of 0 either form is 1/2"
BOTH = "from -1 to 1 either form is right: exp overflows for large scores only"
INDEX = "an index is not negative"
BOTH_SIDES = "a row of equations with its sign changed on both sides says the same"
ROUNDED = "scores in the fit stay below 60 over 40 seeds, so that a limit near 500 is never met"
CLIPPED = "probabilities below exp(-499) < 1e-216 are 0 within the bound, whatever they are cut off at"
ONE = "1 + exp(-499) is 1 in floating point already"
UNCLIPPED = "without the limits exp overflows to infinity below -709.78, and 1 / infinity is 0, which is right"
EQUIVALENTS = (
    equivalents("pd_scorecard", "return pd, (pd >= c_fp / (c_fp + c_fn)).astype(int)",
                "return pd, pd >= c_fp / (c_fp + c_fn)", reason=COUNTS)
    + equivalents("pd_scorecard", "return pd, (pd >= c_fp / (c_fp + c_fn)).astype(int)",
                  "return pd, (pd > c_fp / (c_fp + c_fn)).astype(int)", reason=AT_THE_THRESHOLD)
    + equivalents("pd_scorecard",
                  "fits = A.ndim == 2 and B.ndim == 2 and A.shape[1] == B.shape[1] and y.shape == (len(A),) and len(A) > 0",
                  "fits = A.ndim == 2 and B.ndim == 2 and (A.shape[1] == B.shape[1]) and (y.shape == (len(A),))",
                  "fits = A.ndim == 2 and B.ndim == 2 and A.shape[1] == B.shape[1] and y.shape == (len(A),) and len(A) != 0",
                  "fits = A.ndim == 2 and B.ndim == 2 and A.shape[1] == B.shape[1] and y.shape == (len(A),) and len(A) >= 0",
                  "fits = A.ndim == 2 and B.ndim == 2 and A.shape[1] == B.shape[1] and y.shape == (len(A),) and len(A) > 1",
                  "fits = A.ndim == 2 and B.ndim == 2 and A.shape[1] == B.shape[1] and y.shape == (len(A),) and len(A) > -1",
                  reason=TWO_ROWS)
    + equivalents("pd_scorecard",
                  "fits = A.ndim == 2 and B.ndim == 2 and A.shape[1] == B.shape[1] and y.shape == (len(A),) and len(A) > 0",
                  "fits = A.ndim == 2 and B.ndim == 2 and A.shape[1] <= B.shape[1] and y.shape == (len(A),) and len(A) > 0",
                  "fits = A.ndim >= 2 and B.ndim == 2 and A.shape[1] == B.shape[1] and y.shape == (len(A),) and len(A) > 0",
                  "fits = A.ndim == 2 and B.ndim >= 2 and A.shape[1] == B.shape[1] and y.shape == (len(A),) and len(A) > 0",
                  "fits = A.ndim == 2 and B.ndim == 2 and A.shape[1] == B.shape[1] and y.shape >= (len(A),) and len(A) > 0",
                  reason=RAISED)
    + equivalents("pd_scorecard", "sd = np.where(np.ptp(A, axis=0) == 0, 1.0, A.std(axis=0))",
                  "sd = np.where(np.ptp(A, axis=0) == 0, 2.0, A.std(axis=0))",
                  "sd = np.where(np.ptp(A, axis=0) == 0, 0.5, A.std(axis=0))", reason=CONSTANT)
    + equivalents("pd_scorecard", "sd = np.where(np.ptp(A, axis=0) == 0, 1.0, A.std(axis=0))",
                  "sd = np.where(np.ptp(A, axis=0) <= 0, 1.0, A.std(axis=0))", reason=NOT_NEGATIVE)
    + equivalents("pd_scorecard", "return np.column_stack([np.ones(len(X)), X])",
                  "return -np.column_stack([np.ones(len(X)), X])", reason=MIRRORED)
    + equivalents("pd_scorecard", "for _ in range(100):", "for _ in range(100 - 1):", "for _ in range(101):",
                  "for _ in range(99):", reason=ARRIVED)
    + equivalents("pd_scorecard", "if np.linalg.norm(gradient) < 1e-12:", "if False:",
                  "if np.linalg.norm(gradient) < 1e-09:", "if np.linalg.norm(gradient) < 1e-15:",
                  "if np.linalg.norm(gradient) == 1e-12:", "if np.linalg.norm(gradient) <= 1e-12:",
                  "if np.linalg.norm(gradient) < -0.999999999999:", reason=STOP)
    + equivalents("pd_scorecard", "break", "continue", reason=NEXT)
    + equivalents("pd_scorecard", "hessian = X.T @ (X * (p * (1 - p))[:, None]) / len(y) + np.diag(penalties)",
                  "hessian = X.T @ (X * (p * (1 - p))[:, None]) / (len(y) - 1) + np.diag(penalties)", reason=FREE)
    + equivalents("pd_scorecard", "w = w - np.linalg.lstsq(hessian, gradient, rcond=None)[0]",
                  "w = w - np.linalg.lstsq(hessian, gradient)[0]", reason=RCOND)
    + equivalents("log_odds_threshold", "for _ in range(60):", "for _ in range(60 - 1):", "for _ in range(61):",
                  "for _ in range(59):", reason=ARRIVED)
    + equivalents("log_odds_threshold", "weight = np.maximum(p * (1 - p), 1e-12) / n",
                  "weight = np.maximum(p * (1 - p), 1e-12) / (n - 1)", "weight = np.maximum(p * (1 - p), 1e-09) / n",
                  "weight = np.maximum(p * (1 - p), 1e-15) / n", reason=WEIGHTED)
    + equivalents("log_odds_threshold", "w = np.linalg.lstsq(rows, target, rcond=None)[0]",
                  "w = np.linalg.lstsq(rows, target)[0]", reason=RCOND)
    + equivalents("log_odds_threshold", "return [_sigmoid(scores), scores >= np.log(c_fp / c_fn)]",
                  "return [_sigmoid(scores), scores > np.log(c_fp / c_fn)]", reason=AT_THE_THRESHOLD)
    + equivalents("descent_and_expected_cost", "step = 1 / (np.linalg.norm(A, 2) ** 2 / (4 * len(y)) + lam)",
                  "step = 1 / (np.linalg.norm(A, 2) ** 2 / (4 + len(y)) + lam)",
                  "step = 1 / (np.linalg.norm(A, 2) ** 2 / (5 * len(y)) + lam)",
                  "step = 1 / (np.linalg.norm(A, 2) ** 2 / (3 * len(y)) + lam)", reason=SLOWER)
    + equivalents("descent_and_expected_cost", "for _ in range(20_000):", "for _ in range(20000 - 1):",
                  "for _ in range(20001):", "for _ in range(19999):", reason=SLOWER)
    + equivalents("descent_and_expected_cost", "if np.linalg.norm(gradient) < 1e-11:",
                  "if np.linalg.norm(gradient) < 1e-08:", "if np.linalg.norm(gradient) < 1e-14:",
                  "if np.linalg.norm(gradient) <= 1e-11:", reason=STOP)
    + equivalents("descent_and_expected_cost", "return pd, [int(p * c_fn >= (1 - p) * c_fp) for p in pd]",
                  "return pd, [p * c_fn >= (1 - p) * c_fp for p in pd]", reason=COUNTS)
    + equivalents("descent_and_expected_cost", "return pd, [int(p * c_fn >= (1 - p) * c_fp) for p in pd]",
                  "return pd, [int(p * c_fn > (1 - p) * c_fp) for p in pd]", reason=AT_THE_THRESHOLD)
    + equivalents("one_applicant_at_a_time", "n, columns = len(A), list(zip(*A, strict=True))",
                  "n, columns = len(A), list(zip(*A, strict=False))", reason=MATCHED)
    + equivalents("one_applicant_at_a_time",
                  "sds = [\n1 if min(c) == max(c) else math.sqrt(math.fsum((v - m) ** 2 for v in c) / n)",
                  "sds = [2 if min(c) == max(c) else math.sqrt(math.fsum((v - m) ** 2 for v in c) / n)",
                  reason=CONSTANT)
    + equivalents("one_applicant_at_a_time",
                  "1 if min(c) == max(c) else math.sqrt(math.fsum((v - m) ** 2 for v in c) / n)",
                  "1 if min(c) == max(c) else math.sqrt(math.fsum((m - v) ** 2 for v in c) / n)", reason=SQUARED)
    + equivalents("one_applicant_at_a_time",
                  "1 if min(c) == max(c) else math.sqrt(math.fsum((v - m) ** 2 for v in c) / n)",
                  "1 if min(c) >= max(c) else math.sqrt(math.fsum((v - m) ** 2 for v in c) / n)", reason=NOT_NEGATIVE)
    + equivalents("one_applicant_at_a_time", "for c, m in zip(columns, means, strict=True)",
                  "for c, m in zip(columns, means, strict=False)", reason=MATCHED)
    + equivalents("one_applicant_at_a_time",
                  "A, B = ([[1, *((v - m) / s for v, m, s in zip(row, means, sds, strict=True))] for row in part] for part in (A, B))",
                  "A, B = ([[1, *((m - v) / s for v, m, s in zip(row, means, sds, strict=True))] for row in part] for part in (A, B))",
                  reason=MIRRORED)
    + equivalents("one_applicant_at_a_time",
                  "A, B = ([[1, *((v - m) / s for v, m, s in zip(row, means, sds, strict=True))] for row in part] for part in (A, B))",
                  "A, B = ([[2, *((v - m) / s for v, m, s in zip(row, means, sds, strict=True))] for row in part] for part in (A, B))",
                  reason=FREE_INTERCEPT)
    + equivalents("one_applicant_at_a_time",
                  "A, B = ([[1, *((v - m) / s for v, m, s in zip(row, means, sds, strict=True))] for row in part] for part in (A, B))",
                  "A, B = ([[1, *((v - m) / s for v, m, s in zip(row, means, sds, strict=False))] for row in part] for part in (A, B))",
                  reason=MATCHED)
    + equivalents("one_applicant_at_a_time", "z = sum(a * b for a, b in zip(row, w, strict=True))",
                  "z = sum(a * b for a, b in zip(row, w, strict=False))", reason=MATCHED)
    + equivalents("one_applicant_at_a_time",
                  "return 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))",
                  "return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))", reason=EVEN)
    + equivalents("one_applicant_at_a_time",
                  "return 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))",
                  "return 1 / (1 + math.exp(-z)) if z > 1 else math.exp(z) / (1 + math.exp(z))",
                  "return 1 / (1 + math.exp(-z)) if z > -1 else math.exp(z) / (1 + math.exp(z))", reason=BOTH)
    + equivalents("one_applicant_at_a_time", "for _ in range(12):", "for _ in range(12 - 1):", "for _ in range(13):",
                  "for _ in range(11):", reason=ARRIVED)
    + equivalents("one_applicant_at_a_time",
                  "sum(q * (1 - q) * r[i] * r[j] for q, r in zip(p, A, strict=True)) / n + (lam if i == j > 0 else 0)",
                  "sum(q * (1 - q) * r[i] * r[j] for q, r in zip(p, A, strict=True)) / n + (lam if i == j != 0 else 0)",
                  reason=INDEX)
    + equivalents("one_applicant_at_a_time",
                  "sum(q * (1 - q) * r[i] * r[j] for q, r in zip(p, A, strict=True)) / n + (lam if i == j > 0 else 0)",
                  "sum(q * (1 - q) * r[i] * r[j] for q, r in zip(p, A, strict=False)) / n + (lam if i == j > 0 else 0)",
                  reason=MATCHED)
    + equivalents("one_applicant_at_a_time",
                  "+ [sum((q - t) * r[i] for q, t, r in zip(p, y, A, strict=True)) / n + (lam * w[i] if i else 0)]",
                  "+ [sum((q - t) * r[i] for q, t, r in zip(p, y, A, strict=False)) / n + (lam * w[i] if i else 0)]",
                  reason=MATCHED)
    + equivalents("one_applicant_at_a_time",
                  "rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]",
                  "rows[i] = [factor * b - a for a, b in zip(rows[i], rows[k], strict=True)]", reason=BOTH_SIDES)
    + equivalents("one_applicant_at_a_time",
                  "rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]",
                  "rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=False)]", reason=MATCHED)
    + equivalents("one_applicant_at_a_time", "return tuple(pd), [p >= (1 - p) * (c_fp / c_fn) for p in pd]",
                  "return tuple(pd), [p > (1 - p) * (c_fp / c_fn) for p in pd]", reason=AT_THE_THRESHOLD)
    + equivalents("notebook", "y_train = np.asarray(y_train, dtype=float)", "y_train = np.asarray(y_train)",
                  reason=FLOAT)
    + equivalents("notebook", "X_test = np.asarray(X_test, dtype=float)", "X_test = np.asarray(X_test)",
                  reason=SHIFTED)
    + equivalents("notebook",
                  "if X_train.ndim != 2 or X_test.ndim != 2 or X_train.shape[1] != X_test.shape[1] or y_train.shape != (len(X_train),):",
                  "if X_train.ndim < 2 or X_test.ndim != 2 or X_train.shape[1] != X_test.shape[1] or y_train.shape != (len(X_train),):",
                  "if X_train.ndim != 2 or X_test.ndim < 2 or X_train.shape[1] != X_test.shape[1] or y_train.shape != (len(X_train),):",
                  "if X_train.ndim != 2 or X_test.ndim != 2 or X_train.shape[1] != X_test.shape[1] or y_train.shape < (len(X_train),):",
                  "if X_train.ndim != 2 or X_test.ndim != 2 or X_train.shape[1] > X_test.shape[1] or y_train.shape != (len(X_train),):",
                  reason=RAISED)
    + equivalents("notebook", "spread[X_train.max(axis=0) == X_train.min(axis=0)] = 1",
                  "spread[X_train.max(axis=0) <= X_train.min(axis=0)] = 1", reason=NOT_NEGATIVE)
    + equivalents("notebook", "spread[X_train.max(axis=0) == X_train.min(axis=0)] = 1",
                  "spread[X_train.max(axis=0) == X_train.min(axis=0)] = 2", reason=CONSTANT)
    + equivalents("notebook", "for _ in range(50):", "for _ in range(50 - 1):", "for _ in range(51):",
                  "for _ in range(49):", reason=ARRIVED)
    + equivalents("notebook", "p = 1 / (1 + np.exp(-np.clip(Z @ w, -500, 500)))", "p = 1 / (1 + np.exp(-(Z @ w)))",
                  "p = 1 / (1 + np.exp(-np.clip(Z @ w, -501, 500)))",
                  "p = 1 / (1 + np.exp(-np.clip(Z @ w, -499, 500)))",
                  "p = 1 / (1 + np.exp(-np.clip(Z @ w, -500, 501)))",
                  "p = 1 / (1 + np.exp(-np.clip(Z @ w, -500, 499)))", reason=ROUNDED)
    + equivalents("notebook", "hessian = Z.T @ (Z * (p * (1 - p))[:, None]) / len(p) + np.diag(penalty)",
                  "hessian = Z.T @ (Z * (p * (1 - p))[:, None]) / (len(p) - 1) + np.diag(penalty)", reason=FREE)
    + equivalents("notebook", "w = w - np.linalg.lstsq(hessian, gradient, rcond=None)[0]",
                  "w = w - np.linalg.lstsq(hessian, gradient)[0]", reason=RCOND)
    + equivalents("notebook", "pd = 1 / (1 + np.exp(-np.clip(V @ w, -500, 500)))", "pd = 1 / (1 + np.exp(-(V @ w)))",
                  reason=UNCLIPPED)
    + equivalents("notebook", "pd = 1 / (1 + np.exp(-np.clip(V @ w, -500, 500)))",
                  "pd = 1 / (1 + np.exp(-np.clip(V @ w, -501, 500)))",
                  "pd = 1 / (1 + np.exp(-np.clip(V @ w, -499, 500)))", reason=CLIPPED)
    + equivalents("notebook", "pd = 1 / (1 + np.exp(-np.clip(V @ w, -500, 500)))",
                  "pd = 1 / (1 + np.exp(-np.clip(V @ w, -500, 501)))",
                  "pd = 1 / (1 + np.exp(-np.clip(V @ w, -500, 499)))", reason=ONE)
    + equivalents("notebook", "return pd, (pd >= c_fp / (c_fp + c_fn)).astype(int)",
                  "return pd, pd >= c_fp / (c_fp + c_fn)", reason=COUNTS)
    + equivalents("notebook", "return pd, (pd >= c_fp / (c_fp + c_fn)).astype(int)",
                  "return pd, (pd > c_fp / (c_fp + c_fn)).astype(int)", reason=AT_THE_THRESHOLD)
)  # fmt: skip
