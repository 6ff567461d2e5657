"""The rules that conftest.py lays down, each seen at work in a small run of pytest of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
INI = "[pytest]\nmarkers = walls: needs the sandbox\n"


@pytest.fixture
def inner(tmp_path: Path):
    """Return a function that runs pytest on one test file beside a copy of conftest.py."""
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path)
    (tmp_path / "pytest.ini").write_text(INI)

    def run(source: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "test_inner.py").write_text(source)
        # Coordinates of the outer run (xdist, its options) must not reach the inner one.
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "CI"))}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


WALLS = "import pytest\n@pytest.mark.walls\ndef test_walls(): pass\ndef test_other(): pass\n"


def test_without_bubblewrap_what_needs_walls_fails_and_says_what_to_install(inner, tmp_path) -> None:
    ended = inner(WALLS, PATH=str(tmp_path))
    assert ended.returncode == 1
    assert "bubblewrap missing: install it (Debian: apt-get install bubblewrap libseccomp2)" in ended.stdout
    assert "1 passed, 1 error" in ended.stdout


GOLDEN = "def test_golden(golden): golden('deep/message.txt', {!r})\n"


def test_a_golden_text_is_missed_kept_and_compared(inner, tmp_path) -> None:
    text = "got 1\nexpected 2\n"
    missing = inner(GOLDEN.format(text))
    assert missing.returncode == 1
    assert "+got 1" in missing.stdout
    assert "--update-golden" in missing.stdout

    assert inner(GOLDEN.format(text), "--update-golden").returncode == 0
    assert (tmp_path / "golden/deep/message.txt").read_bytes() == text.encode()
    assert inner(GOLDEN.format(text)).returncode == 0

    for changed in ("got 1\nexpected 3\n", "got 1\r\nexpected 2\r\n", ""):
        ended = inner(GOLDEN.format(changed))
        assert ended.returncode == 1, changed
        assert "tests/golden/deep/message.txt" in ended.stdout


def test_in_ci_the_same_examples_are_drawn_every_time(inner) -> None:
    source = "from hypothesis import settings\ndef test_profile(): assert settings().derandomize is {}\n"
    assert inner(source.format(True), CI="true").returncode == 0
    assert inner(source.format(False)).returncode == 0
