"""Optimisation: from root finding to constrained problems."""

ORDER = (
    "bisect",
    "gradient_descent",
    "newton_minimise",
    "min_variance_weights",
    "project_simplex",
    "sgd",
    "long_only_min_variance",
)
