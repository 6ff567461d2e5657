"""Reference solutions, hidden cases and misconceptions of the course. Needs numpy only."""
