"""The one notebook or script in a zip, read in memory under limits; nothing is ever extracted to disk.

What a zip says of itself is what somebody wrote into it: sizes are checked where they are stated, and again while
unpacking. Only stored and deflated members are read, for the unpackers of other methods cannot be held to a limit.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from grader.notebook import LARGEST, Notebook, read_notebook, read_script, too_large
from grader.text import shortened

LARGEST_ZIP = 100_000_000  # bytes, packed as well as unpacked
MOST_ENTRIES = 1_000
# Deflate packs at most 1032:1; notebooks are packed 3:1 to 20:1, and a log of equal lines about 200:1.
MOST_RATIO = 250
SMALL = 1_000_000  # bytes that may be packed at any ratio
# What programs leave behind; the last is nbgrader's.
LEFT_OUT = frozenset({"__MACOSX", "__pycache__", "__init__.py", "submission_secret.txt"})

_CHUNK = 1 << 16
# The table of contents is read in one go; an entry takes 46 bytes and its name.
_LONGEST_READ = MOST_ENTRIES * 1024
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NAMED = 3  # files that a reason lists


class _FailedError(Exception):
    """Reading the file failed. It is no OSError, for those `zipfile` takes for a damaged zip."""


class _Bounded:
    """A file of which `zipfile` gets no more at once than it needs for an honest zip, whatever the zip claims."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._file.read(min(size, _LONGEST_READ + 1) if size >= 0 else _LONGEST_READ + 1)
        except OSError as error:
            raise _FailedError from error
        if len(data) > _LONGEST_READ:
            raise zipfile.BadZipFile("its table of contents is too long")
        return data


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """The bytes of a notebook or script and its suffix, or the reason why there are none."""

    data: bytes = b""
    suffix: str = ""
    reason: str = ""

    def notebook(self) -> Notebook:
        """Return what is in it."""
        if self.reason:
            return Notebook(reason=self.reason)
        return read_notebook(self.data) if self.suffix == ".ipynb" else read_script(self.data)


def unzipped(file: IO[bytes], size: int) -> Member:
    """Return the one notebook of a zip, or else its one script.

    Parameters
    ----------
    file : binary file
        Seekable.
    size : int
        Its bytes.

    Raises
    ------
    OSError
        Where the file cannot be read; whatever is wrong with its content is a reason.
    """
    if large := too_large("zip", size, LARGEST_ZIP):
        return Member(reason=large)
    if not size:
        return Member(reason="the file is empty; hand in the notebook itself")
    try:
        with zipfile.ZipFile(_Bounded(file)) as archive:
            entries = archive.infolist()
            member = _fault(entries) or _choice(entries)
            if isinstance(member, str):
                return Member(reason=member)
            return Member(data=_unpacked(archive, member), suffix=_suffix(member))
    except _FailedError as failed:
        raise failed.__cause__ or failed from None
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - zipfile raises a dozen kinds for what is damaged or crafted
        why = shortened(str(error)) or type(error).__name__
        return Member(
            reason=f"it is not a zip that can be unpacked: {why}; make the zip again, or hand in the notebook itself"
        )


def _fault(entries: Sequence[zipfile.ZipInfo]) -> str:
    """Return what no zip that somebody hands in ought to have, "" where nothing is wrong."""
    if len(entries) > MOST_ENTRIES:
        return f"the zip has {len(entries)} files, at most {MOST_ENTRIES} are allowed; hand in the notebook alone"
    for entry in entries:
        if fault := _entry_fault(entry):
            return f"the zip holds {_name(entry)}, {fault}"
    total = sum(entry.file_size for entry in entries)
    if total > LARGEST_ZIP:
        unpacked = (
            f"the zip has {-(-total // 1_000_000)} MB unpacked, at most {LARGEST_ZIP // 1_000_000} MB are allowed"
        )
        return f"{unpacked}; hand in the notebook alone"
    return ""


def _entry_fault(entry: zipfile.ZipInfo) -> str:
    path = entry.orig_filename  # zipfile cuts `filename` at a NUL
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if "\\" in path or "\0" in path or path.startswith("/") or ".." in path.split("/") or path[1:2] == ":":
        return "which is not a path inside the zip; make the zip again"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "which is a link or another special file; put the file itself into the zip"
    if entry.flag_bits & _ENCRYPTED:
        return "which is encrypted; make the zip again without a password"
    if entry.file_size > max(SMALL, MOST_RATIO * entry.compress_size):
        return f"which unpacks to more than {MOST_RATIO} times its size; hand in the notebook alone"
    return ""


def _choice(entries: Sequence[zipfile.ZipInfo]) -> zipfile.ZipInfo | str:
    """Return the member to read, or why none is: the one notebook, else the one script."""
    files = [entry for entry in entries if not entry.is_dir() and not _is_left_out(entry)]
    for suffix, what in ((".ipynb", "notebooks"), (".py", "scripts")):
        found = [entry for entry in files if _suffix(entry) == suffix]
        if len(found) > 1:
            names = ", ".join(_name(entry) for entry in found[:_NAMED])
            return f"the zip has {len(found)} {what}: {names}{', ...' if len(found) > _NAMED else ''}; hand in one"
        if found:
            (member,) = found
            if member.compress_type not in _METHODS:
                method = f"method {member.compress_type}, which is not read"
                return f"{_name(member)} is packed with {method}; make an ordinary zip"
            return too_large("notebook" if suffix == ".ipynb" else "script", member.file_size) or member
    inner = "; the zip inside it is not opened" if any(_suffix(entry) == ".zip" for entry in files) else ""
    return f"the zip has no .ipynb and no .py{inner}; hand in the notebook"


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a member, hardly more than are read of a notebook."""
    data = bytearray()
    with archive.open(member) as source:
        while len(data) <= LARGEST and (chunk := source.read(_CHUNK)):
            data += chunk
    return bytes(data)


def _is_left_out(entry: zipfile.ZipInfo) -> bool:
    return any(part in LEFT_OUT or part.startswith(".") for part in PurePosixPath(entry.filename).parts)


def _suffix(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).suffix.lower()


def _name(entry: zipfile.ZipInfo) -> str:
    return shortened(entry.orig_filename)
