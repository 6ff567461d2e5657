"""Where the grading of many submissions runs."""
