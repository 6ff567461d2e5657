"""Folders of servers without bubblewrap: removed with them, or by the next where they were killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox import box
from grader.sandbox.box import PREFIX, Box


@pytest.fixture(autouse=True)
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(box.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(box, "SETTLED_SECONDS", 0)
    return tmp_path


def test_a_box_is_there_until_it_is_cleaned_up(top: Path) -> None:
    one = Box()
    (Path(one.name) / "work").mkdir()
    other = Box()
    assert sorted(map(str, top.iterdir())) == sorted([one.name, other.name])
    one.cleanup()
    assert list(map(str, top.iterdir())) == [other.name]
    other.cleanup()
    other.cleanup()
    assert not list(top.iterdir())


def test_what_a_killed_process_left_is_removed_by_the_next(top: Path) -> None:
    code = (
        "import os, sys, time; from grader.sandbox.box import Box; made = Box(); open(made.name + '/left', 'w').close(); "
        "print(made.name, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(top)}, stdout=subprocess.PIPE, text=True
    )
    name = Path((process.stdout or sys.stdin).readline().strip())
    Box().cleanup()
    assert name.is_dir(), "it lives"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert name.is_dir()
    if os.getuid() == 0:  # so that what runs in it owns it
        os.chown(name, 61_000, 61_000)
    Box().cleanup()
    assert not list(top.iterdir())


def test_young_and_strange_things_stay(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (top / "other").mkdir()
    (top / f"{PREFIX}file").write_text("kept")
    (top / f"{PREFIX}link").symlink_to(top / "other")
    monkeypatch.setattr(box, "SETTLED_SECONDS", 60)
    (top / f"{PREFIX}young").mkdir()
    Box().cleanup()
    assert sorted(path.name for path in top.iterdir()) == [f"{PREFIX}file", f"{PREFIX}link", f"{PREFIX}young", "other"]
