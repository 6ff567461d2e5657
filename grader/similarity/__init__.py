"""Which submissions of a cohort are suspiciously alike. It says where to look; what it means, people decide."""
