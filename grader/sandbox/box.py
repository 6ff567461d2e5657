"""The folder of a server that no bubblewrap starts. It is removed with the server, or by the next one."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

PREFIX = "fullmarks-box-"
# A folder that is younger may not be locked yet.
SETTLED_SECONDS = 60


class Box:
    """A temporary folder, locked for as long as this process lives.

    The kernel drops the lock however a process ends; what one that was killed has left is removed by the next.
    """

    def __init__(self) -> None:
        top = Path(tempfile.gettempdir())
        for left in top.glob(f"{PREFIX}*"):
            _remove_left(left)
        self.name = tempfile.mkdtemp(prefix=PREFIX, dir=top)
        self._lock = _locked(self.name)

    def cleanup(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.name, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _locked(path: str | Path) -> int | None:
    """Return a descriptor of a folder that nobody else has locked, None where there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _remove_left(path: Path) -> None:
    try:
        found = path.lstat()
    except OSError:
        return
    # As root we have given it to the user who runs submissions.
    ours = stat.S_ISDIR(found.st_mode) and os.getuid() in (0, found.st_uid)
    if not ours or time.time() - found.st_mtime < SETTLED_SECONDS:
        return
    if (lock := _locked(path)) is not None:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)
