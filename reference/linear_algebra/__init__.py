"""Linear algebra: clients and portfolios as vectors, matrices as maps, eigenvectors as stable directions."""

ORDER = (
    "matvec",
    "cosine_similarity",
    "project",
    "gram_schmidt",
    "solve_linear",
    "power_iteration",
    "stationary_distribution",
    "pca",
)
