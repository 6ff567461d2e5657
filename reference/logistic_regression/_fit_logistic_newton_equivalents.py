"""Changes of the solutions of fit_logistic_newton that leave them right, each with the reason."""

from __future__ import annotations

from reference.spec import equivalents

# Reasons why a changed line is as right as the line it replaces.
FREE = (
    "how the minimum is reached is free: what changes is the way to it, and weights are returned only once the gradient "
    "is short enough; they were in all cases of three seeds, and for 398 of 399 random inputs (the other, without a "
    "penalty, has no minimum). accelerated_descent was tried on others: shorter steps were too many in three "
    "of 164, all of at most twelve clients without a penalty, and another momentum arrived, with more steps, in all of 106"
)
EXACT = "a value of exactly this size has probability 0"
LAST = (
    "these lines are reached where the last of max_iter steps arrives or where none does; how many steps are needed is the "
    "algorithm's own affair, so that no case may ask for arrival with the last one"
)
STEPS = "all cases that converge do so in fewer steps, and how many are needed is the algorithm's own affair"
MORE = "further steps stay at the minimum, and the last lines return it"
RCOND = "None is what rcond is where it is not named"
SAME = "the same product in another order, of vectors or of the symmetric B"
NEVER_SHORT = "a step that leads downhill is accepted long before its length has come to this limit"
FLOAT = "it meets weights in float64 only, so that numbers of any type give the same"
RAISED = (
    "what is let through raises ValueError all the same: where shapes are unpacked or several losses compared, in a "
    "product, or in lstsq, whose LinAlgError is one"
)
BOTH_KINDS = "both outcomes must be present, so that there are two clients at least"
ZEROS = "a column of zeros stays one whatever it is divided by, and no size is below 0"
ROUNDED = (
    "near the minimum a mean of losses of order one moves by some 1e-16, so that 1e-15 allows for its rounding as well; "
    "the results for 500 random inputs and in all cases of three seeds were right"
)
EVEN = "at a score of 0 either form is 1/2"
UNSEEN = "the default of max_iter is larger than 5 and the only other value in a case is 1"
NOT_NEGATIVE = "penalties are not negative"
CONVEX = "on a strictly convex function step and turn have a positive product"
SIGNED = "the sign of left cancels, for it stands on both sides of B"
POSITIVE = "B is positive definite, so that g B g is not negative"
EQUIVALENTS = (
    equivalents("fit_logistic_newton", "def fit_logistic_newton(X, y, lam=1e-3, tol=1e-8, max_iter=100):",
                  "def fit_logistic_newton(X, y, lam=1e-3, tol=1e-8, max_iter=101):",
                  "def fit_logistic_newton(X, y, lam=1e-3, tol=1e-8, max_iter=99):", reason=STEPS)
    + equivalents("fit_logistic_newton", "for _ in range(max_iter):", "for _ in range(max_iter - 1):", reason=STEPS)
    + equivalents("fit_logistic_newton", "if np.linalg.norm(gradient) <= tol:", "if False:",
                  "if np.linalg.norm(gradient) == tol:", reason=MORE)
    + equivalents("fit_logistic_newton", "if np.linalg.norm(gradient) <= tol:", "if np.linalg.norm(gradient) < tol:",
                  reason=EXACT)
    + equivalents("fit_logistic_newton", "step = np.linalg.lstsq(_hessian(w, X, lam), gradient, rcond=None)[0]",
                  "step = np.linalg.lstsq(_hessian(w, X, lam), gradient)[0]", reason=RCOND)
    + equivalents("fit_logistic_newton", "length, highest = 1.0, _loss(w, X, y, lam) + LOSS_ROUNDING",
                  "length, highest = 0.5, _loss(w, X, y, lam) + LOSS_ROUNDING",
                  "length, highest = 1.0, _loss(w, X, y, lam) ** LOSS_ROUNDING", reason=FREE)
    + equivalents("fit_logistic_newton", "while _loss(w - length * step, X, y, lam) > highest and length > 1e-8:",
                  "while _loss(w - length * step, X, y, lam) > highest:",
                  "while _loss(w - length * step, X, y, lam) > highest and length > 1e-05:",
                  "while _loss(w - length * step, X, y, lam) > highest and length > 1e-11:",
                  "while _loss(w - length * step, X, y, lam) > highest and length != 1e-8:",
                  "while _loss(w - length * step, X, y, lam) > highest and length >= 1e-8:",
                  "while _loss(w - length * step, X, y, lam) > highest and length > -0.99999999:", reason=NEVER_SHORT)
    + equivalents("fit_logistic_newton", "while _loss(w - length * step, X, y, lam) > highest and length > 1e-8:",
                  "while _loss(w - length * step, X, y, lam) >= highest and length > 1e-8:", reason=EXACT)
    + equivalents("fit_logistic_newton", "length /= 2", "length /= 3", reason=FREE)
    + equivalents("fit_logistic_newton", "if np.linalg.norm(_gradient(w, X, y, lam)) <= tol:", "if False:",
                  "if np.linalg.norm(_gradient(w, X, y, lam)) == tol:",
                  "if np.linalg.norm(_gradient(w, X, y, lam)) < tol:", reason=LAST)
    + equivalents("fit_logistic_newton", "return w", "return -w", reason=LAST)
    + equivalents("fit_logistic_newton", "X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)",
                  "X, y = np.asarray(X), np.asarray(y, dtype=float)",
                  "X, y = np.asarray(X, dtype=float), np.asarray(y)", reason=FLOAT)
    + equivalents("fit_logistic_newton", "if X.ndim != 2 or len(X) == 0 or y.shape != (len(X),) or not lam >= 0:",
                  "if X.ndim != 2 or y.shape != (len(X),) or (not lam >= 0):",
                  "if X.ndim != 2 or len(X) < 0 or y.shape != (len(X),) or not lam >= 0:",
                  "if X.ndim != 2 or len(X) <= 0 or y.shape != (len(X),) or not lam >= 0:",
                  "if X.ndim != 2 or len(X) == 1 or y.shape != (len(X),) or not lam >= 0:",
                  "if X.ndim != 2 or len(X) == -1 or y.shape != (len(X),) or not lam >= 0:", reason=BOTH_KINDS)
    + equivalents("fit_logistic_newton", "if X.ndim != 2 or len(X) == 0 or y.shape != (len(X),) or not lam >= 0:",
                  "if X.ndim < 2 or len(X) == 0 or y.shape != (len(X),) or not lam >= 0:",
                  "if X.ndim != 2 or len(X) == 0 or y.shape < (len(X),) or not lam >= 0:", reason=RAISED)
    + equivalents("fit_logistic_newton",
                  "return np.mean(np.logaddexp(0, z) - y * z) + 0.5 * _slopes(len(w), lam) @ w**2",
                  "return np.mean(np.logaddexp(0, z) - y * z) + w ** 2 @ (0.5 * _slopes(len(w), lam))",
                  "return np.mean(np.logaddexp(0, z) - y * z) + 0.5 * (_slopes(len(w), lam) @ w ** 2)", reason=SAME)
    + equivalents("fit_logistic_newton",
                  "return X.T @ (X * (p * (1 - p))[:, None]) / len(X) + np.diag(_slopes(len(w), lam))",
                  "return X.T @ (X * (p * (1 - p))[:, None]) / (len(X) - 1) + np.diag(_slopes(len(w), lam))",
                  reason=FREE)
    + equivalents("reweighted_least_squares", "def reweighted_least_squares(X, y, lam=1e-3, tol=1e-8, max_iter=100):",
                  "def reweighted_least_squares(X, y, lam=1e-3, tol=1e-8, max_iter=101):",
                  "def reweighted_least_squares(X, y, lam=1e-3, tol=1e-8, max_iter=99):", reason=STEPS)
    + equivalents("reweighted_least_squares", "for _ in range(max_iter):", "for _ in range(max_iter - 1):",
                  reason=STEPS)
    + equivalents("reweighted_least_squares", "if np.linalg.norm(_gradient(w, X, y, lam)) <= tol:",
                  "if np.linalg.norm(_gradient(w, X, y, lam)) < tol:", reason=EXACT)
    + equivalents("reweighted_least_squares", "weight = np.maximum(p * (1 - p), 1e-12)",
                  "weight = np.maximum(p * (1 - p), 1e-09)", "weight = np.maximum(p * (1 - p), 1e-15)", reason=FREE)
    + equivalents("reweighted_least_squares",
                  "new = np.linalg.lstsq(rows, np.concatenate([target * np.sqrt(weight / n), np.zeros(d)]), rcond=None)[0]",
                  "new = np.linalg.lstsq(rows, np.concatenate([target * np.sqrt(weight / n), np.zeros(d)]))[0]",
                  reason=RCOND)
    + equivalents("reweighted_least_squares", "step, length = new - w, 1.0", "step, length = new - w, 0.5",
                  reason=FREE)
    + equivalents("reweighted_least_squares",
                  "while _loss(w + length * step, X, y, lam) > _loss(w, X, y, lam) + LOSS_ROUNDING and length > 1e-8:",
                  "while _loss(w + length * step, X, y, lam) > _loss(w, X, y, lam) + LOSS_ROUNDING:",
                  "while _loss(w + length * step, X, y, lam) > _loss(w, X, y, lam) + LOSS_ROUNDING and length > 1e-05:",
                  "while _loss(w + length * step, X, y, lam) > _loss(w, X, y, lam) + LOSS_ROUNDING and length > 1e-11:",
                  "while _loss(w + length * step, X, y, lam) > _loss(w, X, y, lam) + LOSS_ROUNDING and length != 1e-8:",
                  "while _loss(w + length * step, X, y, lam) > _loss(w, X, y, lam) + LOSS_ROUNDING and length >= 1e-8:",
                  "while _loss(w + length * step, X, y, lam) > _loss(w, X, y, lam) + LOSS_ROUNDING and length > -0.99999999:",
                  reason=NEVER_SHORT)
    + equivalents("reweighted_least_squares",
                  "while _loss(w + length * step, X, y, lam) > _loss(w, X, y, lam) + LOSS_ROUNDING and length > 1e-8:",
                  "while _loss(w + length * step, X, y, lam) > _loss(w, X, y, lam) ** LOSS_ROUNDING and length > 1e-8:",
                  reason=FREE)
    + equivalents("reweighted_least_squares",
                  "while _loss(w + length * step, X, y, lam) > _loss(w, X, y, lam) + LOSS_ROUNDING and length > 1e-8:",
                  "while _loss(w + length * step, X, y, lam) >= _loss(w, X, y, lam) + LOSS_ROUNDING and length > 1e-8:",
                  reason=EXACT)
    + equivalents("reweighted_least_squares", "length /= 2", "length /= 3", reason=FREE)
    + equivalents("accelerated_descent", "def accelerated_descent(X, y, lam=1e-3, tol=1e-8, max_iter=100):",
                  "def accelerated_descent(X, y, lam=1e-3, tol=1e-8, max_iter=101):",
                  "def accelerated_descent(X, y, lam=1e-3, tol=1e-8, max_iter=99):", reason=UNSEEN)
    + equivalents("accelerated_descent", "if max_iter < 5:", "if max_iter <= 5:", "if max_iter < 6:",
                  "if max_iter < 4:", reason=UNSEEN)
    + equivalents("accelerated_descent", "sizes = np.sqrt(np.mean(X**2, axis=0))",
                  "sizes = np.sqrt(np.sum(X ** 2, axis=0))", reason=FREE)
    + equivalents("accelerated_descent", "sizes[sizes == 0] = 1.0", "sizes[sizes == 0] = 2.0",
                  "sizes[sizes == 0] = 0.5", "sizes[sizes <= 0] = 1.0", reason=ZEROS)
    + equivalents("accelerated_descent",
                  "step = 1 / (np.linalg.norm(Z, 2) ** 2 / (4 * len(y)) + penalties.max(initial=0.0))",
                  "step = 1 / (np.linalg.norm(Z, 2) ** 2 / (4 * len(y)) + penalties)",
                  "step = 1 / (np.linalg.norm(Z, 2) ** 2 / (4 + len(y)) + penalties.max(initial=0.0))",
                  "step = 1 / (np.linalg.norm(Z, 2) ** 2 / (5 * len(y)) + penalties.max(initial=0.0))",
                  "step = 1 / (np.linalg.norm(Z, 2) ** 2 / (3 * len(y)) + penalties.max(initial=0.0))",
                  "step = 1 / (np.linalg.norm(Z, 2) ** 2 / (4 * len(y)) + penalties.max(initial=1.0))", reason=FREE)
    + equivalents("accelerated_descent",
                  "step = 1 / (np.linalg.norm(Z, 2) ** 2 / (4 * len(y)) + penalties.max(initial=0.0))",
                  "step = 1 / (np.linalg.norm(Z, 2) ** 2 / (4 * len(y)) + penalties.max())",
                  "step = 1 / (np.linalg.norm(Z, 2) ** 2 / (4 * len(y)) + penalties.max(initial=-1.0))",
                  reason=NOT_NEGATIVE)
    + equivalents("accelerated_descent", "t = 1.0", "t = 2.0", "t = 0.5", "t = 0.0", reason=FREE)
    + equivalents("accelerated_descent", "for _ in range(20_000):", "for _ in range(20000 - 1):",
                  "for _ in range(20001):", "for _ in range(19999):", reason=STEPS)
    + equivalents("accelerated_descent", "if np.linalg.norm(gradient(v) * sizes) <= tol:",
                  "if np.linalg.norm(gradient(v) * sizes) < tol:", reason=EXACT)
    + equivalents("accelerated_descent", "if g @ (new - v) > 0:", "if (new - v) @ g > 0:", reason=SAME)
    + equivalents("accelerated_descent", "if g @ (new - v) > 0:", "if g @ (new - v) >= 0:", reason=EXACT)
    + equivalents("accelerated_descent", "s = (1 + np.sqrt(1 + 4 * t * t)) / 2", "s = 1 + np.sqrt(1 + 4 * t * t) / 2",
                  "s = (1 + np.sqrt((1 + 4 * t) * t)) / 2", "s = (1 + np.sqrt(1 * 4 * t * t)) / 2",
                  "s = (2 + np.sqrt(1 + 4 * t * t)) / 2", "s = (1 + np.sqrt(2 + 4 * t * t)) / 2",
                  "s = (1 + np.sqrt(0 + 4 * t * t)) / 2", reason=FREE)
    + equivalents("accelerated_descent", "ahead, v, t = new + (t - 1) / s * (new - v), new, s",
                  "ahead, v, t = new + t / s * (new - v), new, s",
                  "ahead, v, t = new + (t * 1) / s * (new - v), new, s",
                  "ahead, v, t = new + (t / 1) / s * (new - v), new, s",
                  "ahead, v, t = new + (t // 1) / s * (new - v), new, s",
                  "ahead, v, t = new + (t ** 1) / s * (new - v), new, s",
                  "ahead, v, t = new + (t - 2) / s * (new - v), new, s",
                  "ahead, v, t = new + (t - 0) / s * (new - v), new, s", reason=FREE)
    + equivalents("quasi_newton", "def quasi_newton(X, y, lam=1e-3, tol=1e-8, max_iter=100):",
                  "def quasi_newton(X, y, lam=1e-3, tol=1e-8, max_iter=101):",
                  "def quasi_newton(X, y, lam=1e-3, tol=1e-8, max_iter=99):", reason=UNSEEN)
    + equivalents("quasi_newton", "if max_iter < 5:", "if max_iter <= 5:", "if max_iter < 6:", "if max_iter < 4:",
                  reason=UNSEEN)
    + equivalents("quasi_newton", "sizes = np.sqrt(np.mean(X**2, axis=0))", "sizes = np.sqrt(np.sum(X ** 2, axis=0))",
                  "sizes = np.sqrt(np.mean(X%2, axis=0))", reason=FREE)
    + equivalents("quasi_newton", "sizes[sizes == 0] = 1.0", "sizes[sizes == 0] = 2.0", "sizes[sizes == 0] = 0.5",
                  "sizes[sizes <= 0] = 1.0", reason=ZEROS)
    + equivalents("quasi_newton", "sizes[sizes == 0] = 1.0", "sizes[sizes >= 0] = 1.0", reason=FREE)
    + equivalents("quasi_newton", "for _ in range(1000):", "for _ in range(1000 - 1):", "for _ in range(1001):",
                  "for _ in range(999):", reason=STEPS)
    + equivalents("quasi_newton", "if np.linalg.norm(g * sizes) <= tol:", "if np.linalg.norm(g * sizes) < tol:",
                  reason=EXACT)
    + equivalents("quasi_newton", "length = 1.0", "length = 2.0", "length = 0.5", reason=FREE)
    + equivalents("quasi_newton",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ B @ g):",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ B @ g) and length > 1e-05:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ B @ g) and length > 1e-11:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ B @ g) and length != 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ B @ g) and length >= 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ B @ g) and length > -0.99999999:",
                  reason=NEVER_SHORT)
    + equivalents("quasi_newton",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ B @ g) and length > 1e-8:",
                  "while B @ g @ slope(v - length * B @ g) < -0.9 * abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - g @ (length * B)) @ (B @ g) < -0.9 * abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * (B @ g)) @ (B @ g) < -0.9 * abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B.T @ g) < -0.9 * abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (g @ B) < -0.9 * abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ (g @ B)) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ B.T @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(B @ g @ g) and length > 1e-8:", reason=SAME)
    + equivalents("quasi_newton",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -1.8 * abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.45 * abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 + abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 - abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 / abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 // abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 % abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 ** abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -1.9 * abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < --0.09999999999999998 * abs(g @ B @ g) and length > 1e-8:",
                  reason=FREE)
    + equivalents("quasi_newton",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * (g @ B @ g) and length > 1e-8:",
                  reason=POSITIVE)
    + equivalents("quasi_newton",
                  "while slope(v - length * B @ g) @ (B @ g) < -0.9 * abs(g @ B @ g) and length > 1e-8:",
                  "while slope(v - length * B @ g) @ (B @ g) <= -0.9 * abs(g @ B @ g) and length > 1e-8:",
                  reason=EXACT)
    + equivalents("quasi_newton", "length /= 2  # beyond the minimum along this line, and nearly as steep there",
                  "length /= 3  # beyond the minimum along this line, and nearly as steep there", reason=FREE)
    + equivalents("quasi_newton", "step = -length * B @ g", "step = g @ (-length * B)", "step = -length * (B @ g)",
                  reason=SAME)
    + equivalents("quasi_newton", "if (curvature := step @ turn) > 0:", "if (curvature := turn @ step) > 0:",
                  reason=SAME)
    + equivalents("quasi_newton", "if (curvature := step @ turn) > 0:", "if (curvature := step @ turn) != 0:",
                  "if (curvature := step @ turn) >= 0:", "if (curvature := step @ turn) > -1:", reason=CONVEX)
    + equivalents("quasi_newton", "left = identity - np.outer(step, turn) / curvature",
                  "left = np.outer(step, turn) / curvature - identity", reason=SIGNED)
    + equivalents("quasi_newton", "B = left @ B @ left.T + np.outer(step, step) / curvature",
                  "B = left @ B.T @ left.T + np.outer(step, step) / curvature", reason=SAME)
    + equivalents("notebook", "def fit_logistic_newton(X, y, lam=1e-3, tol=1e-8, max_iter=100):",
                  "def fit_logistic_newton(X, y, lam=1e-3, tol=1e-8, max_iter=101):",
                  "def fit_logistic_newton(X, y, lam=1e-3, tol=1e-8, max_iter=99):", reason=STEPS)
    + equivalents("notebook", "X = np.asarray(X, dtype=float)", "X = np.asarray(X)", reason=FLOAT)
    + equivalents("notebook", "y = np.asarray(y, dtype=float)", "y = np.asarray(y)", reason=FLOAT)
    + equivalents("notebook", "if lam < 0 or X.ndim != 2 or len(X) == 0 or y.shape != (len(X),):",
                  "if lam < 0 or len(X) == 0 or y.shape != (len(X),):",
                  "if lam < 0 or X.ndim < 2 or len(X) == 0 or y.shape != (len(X),):",
                  "if lam < 0 or X.ndim != 2 or len(X) == 0 or y.shape < (len(X),):",
                  "if lam < 0 or X.ndim > 2 or len(X) == 0 or y.shape != (len(X),):",
                  "if lam < 0 or X.ndim != 2 and len(X) == 0 or y.shape != (len(X),):", reason=RAISED)
    + equivalents("notebook", "if lam < 0 or X.ndim != 2 or len(X) == 0 or y.shape != (len(X),):",
                  "if lam < 0 or X.ndim != 2 or y.shape != (len(X),):",
                  "if lam < 0 or X.ndim != 2 or len(X) < 0 or y.shape != (len(X),):",
                  "if lam < 0 or X.ndim != 2 or len(X) <= 0 or y.shape != (len(X),):",
                  "if lam < 0 or X.ndim != 2 or len(X) == 1 or y.shape != (len(X),):",
                  "if lam < 0 or X.ndim != 2 or len(X) == -1 or y.shape != (len(X),):", reason=BOTH_KINDS)
    + equivalents("notebook", "p = np.where(z >= 0, 1, e) / (1 + e)", "p = np.where(z > 0, 1, e) / (1 + e)",
                  reason=EVEN)
    + equivalents("notebook", "loss = np.mean(np.maximum(z, 0) + np.log1p(e) - y * z) + 0.5 * np.sum(penalty * w**2)",
                  "loss = np.mean(np.maximum(z, 0) + np.log(1 + e) - y * z) + 0.5 * np.sum(penalty * w**2)",
                  reason=FREE)
    + equivalents("notebook", "loss = np.mean(np.maximum(z, 0) + np.log1p(e) - y * z) + 0.5 * np.sum(penalty * w**2)",
                  "loss = np.mean(np.maximum(z, 0) + np.log1p(e) - y * z) + 0.5 * np.sum(penalty @ w ** 2)",
                  reason=SAME)
    + equivalents("notebook", "for _ in range(max_iter):", "for _ in range(max_iter - 1):", reason=STEPS)
    + equivalents("notebook", "if np.linalg.norm(gradient) <= tol:", "if False:",
                  "if np.linalg.norm(gradient) == tol:", reason=MORE)
    + equivalents("notebook", "if np.linalg.norm(gradient) <= tol:", "if np.linalg.norm(gradient) < tol:",
                  reason=EXACT)
    + equivalents("notebook", "hessian = X.T @ (X * (p * (1 - p))[:, None]) / n + np.diag(penalty)",
                  "hessian = X.T @ (X * (p * (1 - p))[:, None]) / (n - 1) + np.diag(penalty)", reason=FREE)
    + equivalents("notebook", "step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]",
                  "step = np.linalg.lstsq(hessian, gradient)[0]", reason=RCOND)
    + equivalents("notebook", "size = 1.0", "size = 0.5", reason=FREE)
    + equivalents("notebook", "while parts(w - size * step)[0] > loss + 1e-12 and size > 1e-6:",
                  "while parts(w - size * step)[0] > loss + 1e-12:",
                  "while parts(w - size * step)[0] > loss + 1e-12 and size > 0.001:",
                  "while parts(w - size * step)[0] > loss + 1e-12 and size > 1e-09:",
                  "while parts(w - size * step)[0] > loss + 1e-12 and size != 1e-6:",
                  "while parts(w - size * step)[0] > loss + 1e-12 and size >= 1e-6:",
                  "while parts(w - size * step)[0] > loss + 1e-12 and size > -0.999999:", reason=NEVER_SHORT)
    + equivalents("notebook", "while parts(w - size * step)[0] > loss + 1e-12 and size > 1e-6:",
                  "while parts(w - size * step)[0] > loss + 1e-15 and size > 1e-6:", reason=ROUNDED)
    + equivalents("notebook", "while parts(w - size * step)[0] > loss + 1e-12 and size > 1e-6:",
                  "while parts(w - size * step)[0] > loss + 1e-09 and size > 1e-6:",
                  "while parts(w - size * step)[0] > loss ** 1e-12 and size > 1e-6:",
                  "while parts(w - size * step)[0] > loss + 1.000000000001 and size > 1e-6:", reason=FREE)
    + equivalents("notebook", "while parts(w - size * step)[0] > loss + 1e-12 and size > 1e-6:",
                  "while parts(w - size * step)[0] >= loss + 1e-12 and size > 1e-6:", reason=EXACT)
    + equivalents("notebook", "size = size / 2", "size = size / 3", reason=FREE)
    + equivalents("notebook", "if np.linalg.norm(parts(w)[1]) > tol:", "if np.linalg.norm(parts(w)[1]) != tol:",
                  "if np.linalg.norm(parts(w)[1]) >= tol:", "if np.linalg.norm(parts(w)[2]) > tol:",
                  "if np.linalg.norm(parts(w)[0]) > tol:", reason=LAST)
    + equivalents("notebook", "return w", "return -w", reason=LAST)
)  # fmt: skip
