"""Builds assignments from the reference and grades submissions against it."""

import os

__version__ = "0.1.0"

# Before numpy is loaded: matrices here are small, and as many processes as there are cores work side by side. Several
# threads in each of them wait for each other most of the time.
for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
