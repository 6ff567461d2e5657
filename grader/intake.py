"""Intake: from files and folders to submissions. Nothing is executed, nothing is unpacked to disk."""

from __future__ import annotations

import errno
import hashlib
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.errors import MachineError, UsageError
from grader.notebook import MAX_NOTEBOOK, MEGABYTE, Reading, read_notebook, read_script, too_large
from grader.records import Submission
from grader.sandbox.fake import printable

SUBMISSIONS = (".ipynb", ".py", ".zip")
# What people hand in by mistake; to pass over it in silence would lose a student.
MISTAKES = frozenset(
    ".pdf .docx .doc .odt .rtf .txt .html .htm .rar .7z .gz .tar .tgz .xz .bz2 .pages .png .jpg .jpeg .heic".split()
)
LEFT_OUT = frozenset({"__MACOSX", "__pycache__"})
MAX_ENTRIES = 1_000
MAX_UNPACKED = 100 * MEGABYTE
MAX_ZIP = 200 * MEGABYTE
_CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A file that somebody handed in.

    Attributes
    ----------
    path : Path
    name : str
        Path below the PATH given, printable and unique.
    student : str
    """

    path: Path
    name: str
    student: str


def find(paths: Sequence[Path]) -> tuple[Found, ...]:
    """Return what was handed in below some files and folders, in order of name.

    Raises
    ------
    UsageError
        Where a path does not exist, or nothing was handed in at all.
    """
    found: dict[str, Found] = {}
    for root in paths:
        if not root.exists():
            msg = f"{root}: there is no such file or folder"
            raise UsageError(msg)
        for path, relative in _files(root):
            _add(found, root, path, relative)
    if not found:
        where = ", ".join(map(str, paths))
        msg = f"{where}: no submission is here; expected notebooks (.ipynb), scripts (.py) or zips of them"
        raise UsageError(msg)
    return tuple(found[name] for name in sorted(found))


def _add(found: dict[str, Found], root: Path, path: Path, relative: PurePosixPath) -> None:
    student = relative.parts[0] if len(relative.parts) > 1 else relative.stem
    for name in (str(relative), f"{root.resolve().name}/{relative}"):
        safe = printable(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))
        if safe not in found:
            item = Found(path=path, name=safe, student=printable(student.encode("utf-8", "backslashreplace").decode()))
            found[safe] = item
            return
        if found[safe].path.resolve() == path.resolve():
            return
    msg = f"{found[safe].path} and {path} would both be called {safe}; grade them into different folders"
    raise UsageError(msg)


def _files(root: Path) -> Iterator[tuple[Path, PurePosixPath]]:
    if not root.is_dir():
        yield root, PurePosixPath(root.name)
        return
    yield from _walk(root, PurePosixPath())


def _walk(folder: Path, relative: PurePosixPath) -> Iterator[tuple[Path, PurePosixPath]]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        msg = f"{folder}: cannot be listed: {error.strerror}"
        raise UsageError(msg) from error
    if any(entry.name == "gradebook.db" for entry in entries):
        return  # our own output
    entries = [e for e in entries if not e.name.startswith(".") and e.name not in LEFT_OUT]
    has_submission = any(e.suffix.lower() in SUBMISSIONS and not e.is_dir() for e in entries)
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink() and entry.suffix.lower() not in SUBMISSIONS:
            yield from _walk(entry, relative / entry.name)
        elif entry.suffix.lower() in SUBMISSIONS or (
            entry.suffix.lower() in MISTAKES and (not has_submission or not relative.parts)
        ):
            yield entry, relative / entry.name


def read(found: Found) -> Submission:
    """Return the submission in a file; where it cannot be graded it says why.

    Raises
    ------
    MachineError
        Where the machine fails to read the file.
    """
    sha256, data, reason = _bytes(found.path)
    reading = Reading(reason=reason) if reason else _read_bytes(found.path.suffix.lower(), data)
    return Submission(
        name=found.name,
        student=found.student,
        sha256=sha256,
        assignment=printable(reading.assignment),
        cells=reading.cells,
        reason=printable(reading.reason),
    )


def _read_bytes(suffix: str, data: bytes) -> Reading:
    if suffix == ".ipynb":
        return read_notebook(data)
    if suffix == ".py":
        return read_script(data)
    if suffix == ".zip":
        return _read_zip(data)
    return Reading(
        reason=f"a {suffix or 'nameless'} file was handed in, expected a notebook (.ipynb), a script (.py) or a zip"
    )


def _bytes(path: Path) -> tuple[str, bytes, str]:
    """Return the hash and the bytes of a file, and why it cannot be read where it cannot."""
    digest, kept, size = hashlib.sha256(), [], 0
    most = MAX_ZIP if path.suffix.lower() == ".zip" else MAX_NOTEBOOK
    try:
        state = path.lstat()
        if stat.S_ISLNK(state.st_mode):
            return "", b"", "it is a link, not a file; hand in the file itself"
        if not stat.S_ISREG(state.st_mode):
            return "", b"", "it is not a file"
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if size <= most:
                    kept.append(chunk)
    except OSError as error:
        if error.errno in (errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENFILE):
            msg = f"{path}: the machine cannot read it: {error.strerror}"
            raise MachineError(msg) from error
        return "", b"", f"the file cannot be read: {error.strerror}"
    if size > most:
        kept.clear()
        reason = (
            too_large(size)
            if most == MAX_NOTEBOOK
            else f"the zip has {size / MEGABYTE:.0f} MB, at most {MAX_ZIP // MEGABYTE} MB are read"
        )
        return digest.hexdigest(), b"", reason
    return digest.hexdigest(), b"".join(kept), ""


class _RefusedError(Exception):
    """Why a zip cannot be graded."""


def _read_zip(data: bytes) -> Reading:
    if not data:
        return Reading(reason="the file is empty")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            member = _choose(archive.infolist())
            content = _unpack(archive, member)
    except _RefusedError as refused:
        return Reading(reason=str(refused))
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        OSError,
        KeyError,
        OverflowError,
        MemoryError,
        IndexError,
        AttributeError,
    ) as error:
        return Reading(
            reason=f"the zip is damaged or of a kind that is not read: {str(error)[:100] or type(error).__name__}"
        )
    return read_notebook(content) if member.filename.lower().endswith(".ipynb") else read_script(content)


def _choose(members: Sequence[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """Return the one notebook of a zip, or its one script."""
    if len(members) > MAX_ENTRIES:
        msg = f"the zip has {len(members)} entries, at most {MAX_ENTRIES} are read"
        raise _RefusedError(msg)
    for member in members:
        _refuse_unsafe(member)
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        msg = f"the zip unpacks to more than {MAX_UNPACKED // MEGABYTE} MB"
        raise _RefusedError(msg)
    for suffix, kind in ((".ipynb", "notebooks"), (".py", "scripts")):
        of_kind = [m for m in members if m.filename.lower().endswith(suffix) and not _left_out(m)]
        if len(of_kind) > 1:
            names = ", ".join(m.filename[:80] for m in of_kind[:4])
            msg = f"the zip has {len(of_kind)} {kind} ({names}); hand in one"
            raise _RefusedError(msg)
        if of_kind:
            return of_kind[0]
    msg = "the zip has no notebook (.ipynb) and no script (.py)"
    raise _RefusedError(msg)


def _left_out(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    return member.is_dir() or any(p in LEFT_OUT or p.startswith(".") for p in parts)


def _refuse_unsafe(member: zipfile.ZipInfo) -> None:
    name = member.filename
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0] or "\\" in name or "\0" in name:
        msg = f"the zip has an entry with an unsafe path: {name[:80]}"
        raise _RefusedError(msg)
    if stat.S_ISLNK(member.external_attr >> 16):
        msg = f"the zip has a link: {name[:80]}"
        raise _RefusedError(msg)
    if member.flag_bits & 1:
        msg = "the zip is encrypted; hand it in without a password"
        raise _RefusedError(msg)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return a member's bytes; what its header says of its size is not believed."""
    with archive.open(member) as file:
        content = file.read(MAX_NOTEBOOK + 1)
    if len(content) > MAX_NOTEBOOK:
        msg = f"the notebook in the zip unpacks to more than {MAX_NOTEBOOK // MEGABYTE} MB"
        raise _RefusedError(msg)
    return content
