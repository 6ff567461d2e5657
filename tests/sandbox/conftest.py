"""What the tests of this folder share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def processes() -> Callable[[int], dict[int, dict[str, str]]]:
    """Return `processes(pid)`: /proc/<pid>/status of all processes below one."""

    def below(above: int) -> dict[int, dict[str, str]]:
        status = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                lines = (folder / "status").read_text().splitlines()
                status[int(folder.name)] = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        found: dict[int, dict[str, str]] = {}
        while more := {p: s for p, s in status.items() if int(s["PPid"]) in {above, *found} and p not in found}:
            found |= more
        return found

    return below
