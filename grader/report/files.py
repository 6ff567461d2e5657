"""Writing files of marks: each is there whole, or as it was before."""

from __future__ import annotations

import errno
from pathlib import Path

from grader.errors import MachineError, UsageError

# What choosing another folder does not help against.
_OF_THE_MACHINE = (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.ENFILE, errno.EMFILE, errno.ENOMEM)
PART = ".part"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody, however it ends, finds half of it; its folder is made where it is missing.

    Raises
    ------
    UsageError
        Where the path cannot be written to.
    MachineError
        Where the machine fails: a full disk, for example.
    """
    part = path.with_name(path.name + PART)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        kind = MachineError if error.errno in _OF_THE_MACHINE else UsageError
        raise kind(f"{path}: cannot be written: {error.strerror or error}") from error
