"""The one place where this package reads: small files beside submissions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from grader.errors import UsageError
from grader.intake import Found
from grader.lms.layouts import METADATA, Parts, Upload, recognise
from grader.text import legible

PLAIN = "plain"
# An export of a thousand submissions, each with the output of an autograder, takes some 20 MB.
_LARGEST = {METADATA: 200_000_000}
_SMALL = 1_000


def describe(found: Sequence[Found], layout: str = "") -> dict[str, Upload]:
    """Return what the layout of folders tells of submissions that were found in them.

    Parameters
    ----------
    found : sequence of Found
    layout : str
        The one to look for; "plain" for none, "" for all.

    Raises
    ------
    UsageError
        Where a file of the LMS cannot be read, or is none.
    """
    if layout == PLAIN:
        return {}
    files = {f.name: (f.path.parts[: len(f.path.parts) - len(f.parts)], f.parts) for f in found}
    uploads = recognise(files, read, layout)
    if layout and not uploads:
        raise UsageError(f"--layout {layout}: no submission lies as {layout} hands them out; leave the option out")
    return uploads


def read(parts: Parts) -> str:
    """Return the text of a small file, "" where there is none; links are not followed.

    Raises
    ------
    UsageError
        Where it is there and cannot be read or is too large.
    """
    path = Path(*parts)
    largest = _LARGEST.get(path.name, _SMALL)
    try:
        # A pipe that somebody put there is not waited for.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        if path.name == METADATA and path.exists():
            raise UsageError(f"{legible(str(path))}: it cannot be read: {error.strerror}") from error
        return ""
    if len(data) > largest:
        if path.name == METADATA:
            raise UsageError(f"{legible(str(path))}: it is larger than {largest // 1_000_000} MB; is it Gradescope's?")
        return ""
    return data.decode("utf-8", "replace")
