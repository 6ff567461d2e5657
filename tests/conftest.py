"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from grader.records import Limits
from grader.sandbox.keeper import Keeper

GOLDEN = Path(__file__).parent / "golden"

# Examples are the same in every CI run, so that a change is what makes a test fail; machines are slow at times.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files instead of comparing with them")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a golden file; with --update-golden, write it."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"{path} is missing; run pytest with --update-golden and look at it"
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def keeper() -> Iterator[Keeper]:
    """A sandbox with short limits. Where there is none the tests fail: skipping would look like passing."""
    limits = Limits(
        call_seconds=0.5, exercise_seconds=4.0, cells_seconds=8.0, cell_seconds=1.5, submission_seconds=30.0
    )
    with Keeper(limits, preload=("numpy", "matplotlib.pyplot")) as made:
        yield made
