"""Probability: expected losses, base rates, dependence, tails, and logarithms of tiny probabilities."""

ORDER = (
    "expected_loss",
    "bayes_posterior",
    "mean_and_covariance",
    "logsumexp",
    "kl_divergence",
    "var_es",
    "gaussian_logpdf",
    "naive_bayes_log_posterior",
)
