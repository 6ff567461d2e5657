"""What all tests share: profiles of hypothesis, golden files, walls that must be there, and a sandbox."""

from __future__ import annotations

import ctypes
import difflib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Before numpy is loaded, as in `grader.cli`: tests run side by side as well.
for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

from grader.pace import limits_here  # noqa: E402
from grader.records import Limits  # noqa: E402
from grader.sandbox.keeper import Keeper  # noqa: E402
from grader.sandbox.walls import RUNGS  # noqa: E402

# Notebooks and scripts of the sample cohort are read by tests, and never imported by them.
collect_ignore = ["submissions", "golden"]

GOLDEN = Path(__file__).parent / "golden"

# No time limit for an example: machines are shared. In CI a failure must be one that everybody can have again.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that takes new texts as golden."""
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/ anew from what the tests make")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test that needs the walls where they cannot stand: skipped, nobody would miss it."""
    if item.get_closest_marker("walls") and (missing := missing_for_walls()):
        pytest.fail(
            f"{' and '.join(missing)} missing: install it (Debian: apt-get install bubblewrap libseccomp2); "
            "this test needs the walls of the sandbox",
            pytrace=False,
        )
    if item.get_closest_marker("browser") and not find_browser():
        pytest.fail(
            "Chromium is missing: install it (Debian: apt-get install chromium); this test looks at pages in it",
            pytrace=False,
        )


def find_browser() -> str | None:
    """Return the path of the Chromium that is installed, None where there is none."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


def missing_for_walls() -> tuple[str, ...]:
    """Return the names of the programs and libraries that the walls need and that are not installed."""
    missing = [] if shutil.which("bwrap") else ["bubblewrap"]
    try:
        ctypes.CDLL("libseccomp.so.2")
    except OSError:
        missing.append("libseccomp")
    return tuple(missing)


@pytest.fixture(scope="session")
def browser_program() -> str | None:
    """Return the path of Chromium."""
    return find_browser()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return `golden(name, text)`, which holds a text that people read against tests/golden/<name>."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            return
        kept = path.read_bytes().decode() if path.exists() else None
        if text != kept:
            lines = difflib.unified_diff(
                (kept or "").splitlines(), text.splitlines(), f"tests/golden/{name}", "made now", lineterm=""
            )
            shown = "\n".join(lines) or f"tests/golden/{name}: missing, or only line endings differ"
            pytest.fail(f"{shown}\nread it; if it is right, keep it with pytest --update-golden", pytrace=False)

    return compare


@pytest.fixture(scope="session")
def keepers() -> Iterator[Callable[[str], Keeper]]:
    """Return `keepers(rung)`: a sandbox with short limits on that rung, one for all tests."""
    limits = limits_here(
        Limits(call_seconds=0.5, exercise_seconds=4.0, cells_seconds=8.0, cell_seconds=1.5, submission_seconds=30.0)
    )
    made: dict[str, Keeper] = {}

    def keeper_on(rung: str) -> Keeper:
        if rung not in made:
            made[rung] = Keeper(limits, preload=("numpy", "matplotlib.pyplot"), rung=rung)
        return made[rung]

    yield keeper_on
    for keeper in made.values():
        keeper.close()


@pytest.fixture(params=RUNGS)
def keeper(request: pytest.FixtureRequest, keepers: Callable[[str], Keeper]) -> Keeper:
    """Return a sandbox with short limits, on each rung."""
    return keepers(request.param)
