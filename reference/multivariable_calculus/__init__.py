"""Multivariable calculus: derivatives as sensitivities, curvature, the chain rule."""

ORDER = (
    "numerical_gradient",
    "quadratic_form",
    "numerical_jacobian",
    "numerical_hessian",
    "taylor2",
    "classify_critical_point",
    "mlp_loss_grad",
)
