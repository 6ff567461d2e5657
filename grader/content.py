"""Where the content of the course is: beside the code in a checkout, inside the package where it is installed."""

from __future__ import annotations

from pathlib import Path

from grader.errors import MachineError

# The wheel carries the content here (pyproject.toml, force-include); a checkout never has this folder.
_PACKAGED = Path(__file__).parent / "course"
_CHECKOUT = Path(__file__).parent.parent


def installed() -> bool:
    """Return whether this is an installed copy, whose content is not to be written over."""
    return _PACKAGED.is_dir()


def solutions() -> Path:
    """Return the folder of the master notebooks.

    Raises
    ------
    MachineError
        Where this installation lacks it; likewise for the functions below.
    """
    return _find("solutions", "solutions")


def assignments() -> Path:
    """Return the folder of the built assignments, one folder a topic."""
    return _find("assignments", "assignments")


def starter(topic: str) -> Path:
    """Return the notebook that students of a topic start from."""
    return assignments() / topic / f"{topic}.ipynb"


def submissions() -> Path:
    """Return the folder of the sample cohort, one folder a topic."""
    return _find("submissions", "tests/submissions")


def attacks() -> Path:
    """Return the folder of hostile notebooks that the walls are tried with."""
    return _find("attacks", "tests/attacks")


def data_files(topic: str) -> dict[str, bytes]:
    """Return the data of an assignment, by path below the student's folder: "data/loans.csv"."""
    folder = solutions() / "data" / topic
    return {f"data/{p.name}": p.read_bytes() for p in sorted(folder.glob("*.csv"))}


def exercise_page() -> Path:
    """Return the page that lists all exercises; only a checkout has it."""
    return _CHECKOUT / "docs" / "exercises.md"


def otter_config() -> Path:
    """Return the file of the course's Otter settings.

    Examples
    --------
    >>> otter_config().name
    'otter_config.json'
    """
    return _find("otter_config.json", "otter_config.json")


def _find(packaged: str, checkout: str) -> Path:
    path = _PACKAGED / packaged if _PACKAGED.is_dir() else _CHECKOUT / checkout
    if not path.exists():
        msg = f"{path}: expected a part of the course here, but it is missing; install fullmarks again"
        raise MachineError(msg)
    return path
