"""What `pip install .` gives: a working command with the content of the course."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
@pytest.mark.walls
def test_an_installed_copy_works_without_the_checkout(tmp_path: Path) -> None:
    home = tmp_path / "installed"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip"] if _has_pip(sys.executable) else ["python3", "-m", "pip"]
    command = [
        *pip,
        "--python",
        str(python),
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    # The dependencies are those of this environment; what is under test is what the wheel brings along.
    site = next((home / "lib").glob("python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    subprocess.run(
        [*command, "--no-build-isolation", str(ROOT)], check=True, env={**os.environ, "PIP_NO_CACHE_DIR": "1"}
    )
    empty = tmp_path / "empty"
    empty.mkdir()

    def run(*arguments: str) -> str:
        command = [str(home / "bin" / "fullmarks"), *arguments]
        return subprocess.run(command, cwd=empty, check=True, capture_output=True, text=True).stdout

    assert "fullmarks" in run("--version")
    assert "matvec(A, x), 2 points" in run("cases", "linear_algebra")
    assert "committed assignments are" in run("build", "--check")
    where = subprocess.run(
        [str(python), "-c", "import grader.content as c; print(c.submissions())"],
        cwd=empty,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    assert where.startswith(str(home))


def _has_pip(python: str) -> bool:
    return subprocess.run([python, "-c", "import pip"], check=False, capture_output=True).returncode == 0
