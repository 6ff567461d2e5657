"""`python -m grader` is `fullmarks`."""

from grader.cli import main

main(prog_name="fullmarks")
