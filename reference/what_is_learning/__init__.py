"""What is learning: memorisation against generalisation."""

ORDER = (
    "zero_one_risk",
    "memorise_predict",
    "train_test_split",
    "erm_threshold",
    "knn_predict",
    "hoeffding_sample_size",
    "kfold_indices",
    "select_k",
)
