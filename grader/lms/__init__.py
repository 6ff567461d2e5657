"""Into and out of a learning management system: downloaded folders, rosters, gradebook files, pseudonyms."""

# Which of several uploads of one student counts, see `choose`.
ATTEMPTS = ("latest", "first", "best", "all")
# Whose downloaded folders are known, see `layouts`.
LAYOUTS = ("canvas", "moodle", "gradescope", "nbgrader")
# Those that import marks, see `gradebooks`.
LMS = ("canvas", "moodle", "gradescope")
