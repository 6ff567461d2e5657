"""The command line. Every error for people is one line; whose fault it is decides the exit code."""

import os

# Before numpy is loaded: matrices here are small, and as many processes as there are cores work side by side. Several
# threads in each of them wait for each other most of the time.
for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

from grader.cli import authoring, grading  # noqa: E402
from grader.cli.group import main  # noqa: E402

__all__ = ["main"]

for _command in (
    grading.grade, grading.report, grading.manual, grading.similar, grading.demo, grading.doctor,
    authoring.new, authoring.build, authoring.verify, authoring.review, authoring.cases,
):  # fmt: skip
    main.add_command(_command)
