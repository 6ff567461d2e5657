"""Where the content of the course is: beside the code in a checkout, inside the package where it is installed."""

from __future__ import annotations

from pathlib import Path

from grader.errors import MachineError

_PACKAGED = Path(__file__).parent / "course"
_CHECKOUT = Path(__file__).parent.parent


def solutions() -> Path:
    """Return the folder of the master notebooks."""
    return _find("solutions", "solutions")


def assignments() -> Path:
    """Return the folder of the built assignments."""
    return _find("assignments", "assignments")


def submissions() -> Path:
    """Return the folder of the sample cohort."""
    return _find("submissions", "tests/submissions")


def otter_config() -> Path:
    """Return the file of the course's Otter settings."""
    return _find("otter_config.json", "otter_config.json")


def _find(packaged: str, checkout: str) -> Path:
    for path in (_PACKAGED / packaged, _CHECKOUT / checkout):
        if path.exists():
            return path
    msg = f"the course's {packaged} is missing from this installation; install fullmarks again"
    raise MachineError(msg)
