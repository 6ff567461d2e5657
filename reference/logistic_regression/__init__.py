"""Logistic regression: probabilities from scores, two solvers, and decisions with unequal costs."""

ORDER = (
    "sigmoid",
    "log_loss",
    "logistic_loss_grad",
    "fit_logistic_gd",
    "fit_logistic_newton",
    "roc_auc",
    "softmax_cross_entropy",
    "pd_scorecard",
)
