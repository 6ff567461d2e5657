"""Linear regression: least squares, penalties, and honest evaluation."""

ORDER = (
    "polynomial_features",
    "mse_loss_grad",
    "ols_fit",
    "r2_score",
    "standardise",
    "ridge_fit",
    "ridge_cv",
)
