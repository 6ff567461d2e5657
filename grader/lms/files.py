"""What this package reads: small files beside submissions, rosters, and the key of pseudonyms."""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.errors import UsageError
from grader.intake import Found
from grader.lms.layouts import METADATA, Parts, Upload, recognise
from grader.lms.pseudonyms import KEY_BYTES
from grader.lms.roster import Roster, parse_roster
from grader.records import Result
from grader.report.files import PART
from grader.text import cell, legible

PLAIN = "plain"
KEY = "pseudonyms.key"
NAMES = "pseudonyms.csv"
# An export of a thousand submissions, each with the output of an autograder, takes some 20 MB.
_LARGEST = {METADATA: 200_000_000}
_SMALL = 1_000
_LARGEST_ROSTER = 50_000_000


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


def load_roster(path: Path) -> Roster:
    """Return the roster in a file.

    Raises
    ------
    UsageError
        Where it cannot be read or is no roster.
    """
    name = legible(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_ROSTER + 1)
    except OSError as error:
        raise UsageError(f"{name}: the roster cannot be read: {error.strerror}") from error
    if len(data) > _LARGEST_ROSTER:
        raise UsageError(f"{name}: it is larger than {_LARGEST_ROSTER // 1_000_000} MB; is it a roster?")
    return parse_roster(data, name)


def write_names(output: Path, shown: Iterable[Result], results: Iterable[Result]) -> None:
    """Write whose each pseudonym is beside the key, readable to us alone; `shown` are `results` without their names.

    Raises
    ------
    UsageError
        Where it cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("pseudonym", "student", "shown as", "submission"))
    for one, other in zip(shown, results, strict=True):
        writer.writerow(map(cell, (one.student, other.student, one.submission, other.submission)))
    path = output / NAMES
    part = path.with_name(path.name + PART)
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.getvalue().encode())
        part.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def key_of(output: Path) -> bytes:
    """Return the key of the pseudonyms of a folder of marks; it is made where there is none, readable to us alone.

    Raises
    ------
    UsageError
        Where it cannot be read or written, or is none.
    """
    path = output / KEY
    try:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            text = path.read_text(encoding="ascii").strip()
        else:
            text = secrets.token_hex(KEY_BYTES)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(f"{text}\n")
        key = bytes.fromhex(text)
    except OSError as error:
        raise UsageError(f"{path}: the key of the pseudonyms cannot be used: {error.strerror}") from error
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        what = f"expected {2 * KEY_BYTES} hexadecimal digits; without the key, take it away and get other pseudonyms"
        raise UsageError(f"{path}: it is no key of pseudonyms; {what}")
    return key
