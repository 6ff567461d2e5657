"""From paths to submissions: who handed in what. Nothing is executed, and links are never followed.

A link in what somebody handed in could lead to another one's notebook, or to the solution.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path, PurePosixPath

from grader.archive import LEFT_OUT, Member, unzipped
from grader.errors import MachineError, UsageError
from grader.notebook import LARGEST, Notebook, too_large
from grader.records import Submission
from grader.text import legible

SUBMITTED = (".ipynb", ".py", ".zip")
# What people hand in by mistake. Other files are of no concern: data, pictures of an LMS, notes of the instructor.
MISTAKEN = tuple(
    ".pdf .docx .doc .odt .rtf .txt .html .htm .rar .7z .gz .bz2 .tar .tgz .xz .pages .png .jpg .jpeg .heic".split()
)
GRADEBOOK = "gradebook.db"  # a folder that holds one was written by us

_EXPECTED = "expected .ipynb, .py or .zip"
_MISTAKES = {suffix: f"it is a {suffix} file, {_EXPECTED}; hand in the notebook itself" for suffix in MISTAKEN}
_IS_LINK = "it is a symbolic link, which is not followed; hand in the file itself"
_KINDS = {
    stat.S_IFLNK: _IS_LINK,
    stat.S_IFDIR: "it is a folder, expected a file; hand in the file itself",
    stat.S_IFIFO: "it is a named pipe, expected a file",
    stat.S_IFSOCK: "it is a socket, expected a file",
    stat.S_IFCHR: "it is a device, expected a file",
    stat.S_IFBLK: "it is a device, expected a file",
}
# What can be wrong with one file; any other error is the machine's, and costs nobody a mark.
_REASONS = {
    errno.ENOENT: "it has vanished; hand it in again",
    errno.ENOTDIR: "it has vanished; hand it in again",
    errno.EACCES: "it may not be read: permission denied; change its permissions",
    errno.EPERM: "it may not be read: permission denied; change its permissions",
    errno.ELOOP: _IS_LINK,
    errno.ENAMETOOLONG: "its path is too long; shorten the names of its folders",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A submission that was found and not read yet.

    Attributes
    ----------
    path : Path
        Where it is.
    name, student : str
        As in `Submission`.
    reason : str
        Why it is rejected whatever it holds, "" where its content decides.
    parts : tuple of str
        Where it is below the PATH given.
    """

    path: Path
    name: str
    student: str
    reason: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """The bytes that somebody handed in.

    Attributes
    ----------
    sha256 : str
        Of the file as it was handed in; "" where it could not be read.
    data : bytes
        The notebook or script, unpacked.
    suffix : str
        ".ipynb" or ".py".
    reason : str
        Why there are none, "" where there are.
    """

    sha256: str
    data: bytes
    suffix: str
    reason: str


Finds = tuple[Found, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """A path that becomes a submission: `parts` below a PATH, which itself ends in the folder `root`."""

    path: Path
    root: str
    parts: tuple[str, ...]
    reason: str = ""

    def found(self, *, prefixed: bool) -> Found:
        parts = (self.root, *self.parts) if prefixed and self.root else self.parts
        # Prefixed by "monday", alice/hw.ipynb is still Alice's; but hw.ipynb alone is then the folder's.
        folders = self.parts[:-1] or parts[:-1]
        file = parts[-1]
        student = folders[0] if folders else file if _by_name(file) is None else PurePosixPath(file).stem
        name = legible("/".join(parts))
        return Found(path=self.path, name=name, student=legible(student), reason=self.reason, parts=self.parts)


def find(paths: Sequence[Path]) -> Finds:
    """Return the submissions in files and folders, in order of their names.

    A submission is a notebook, a script or a zip, or what somebody handed in instead of one: a PDF, say, unless a
    submission lies in the same folder or in one around it, below the PATH. Hidden files, `__pycache__`, `__MACOSX`,
    `__init__.py`, folders that hold a gradebook, and `tests` beside a notebook, which is Otter's, are left out.

    Parameters
    ----------
    paths : sequence of Path
        Submissions, and folders of them.

    Returns
    -------
    tuple of Found
        Names are unique: where two of `paths` give the same one, each is prefixed by the folder it came from.

    Raises
    ------
    UsageError
        Where a path does not exist or cannot be read, nothing is found, or two names stay equal.
    """
    seen: dict[Path, _Seen] = {}
    for path in paths:
        for item in _below(path):
            seen.setdefault(item.path, item)  # what two of the paths lead to is handed in once
    if not seen:
        where = ", ".join(legible(str(path)) for path in paths)
        raise UsageError(f"{where}: there are no submissions; {_EXPECTED} files, or folders of them")
    times = Counter(item.parts for item in seen.values())
    found = sorted((item.found(prefixed=times[item.parts] > 1) for item in seen.values()), key=lambda f: f.name)
    for one, other in itertools.pairwise(found):
        if one.name == other.name:
            both = f"{legible(str(one.path))} and {legible(str(other.path))}"
            raise UsageError(f"{both} are both called {one.name}; give one folder that holds both, or grade them apart")
    return tuple(found)


def read(found: Found) -> Submission:
    """Return a submission with its code, or with the reason why it is rejected.

    Raises
    ------
    MachineError
        Where the machine cannot read the file, which is nobody's fault who handed it in.
    """
    sha256, notebook = "", Notebook()
    try:
        reason = _KINDS.get(stat.S_IFMT(found.path.lstat().st_mode), "")
        if not reason:
            with _opened(found.path) as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                if not found.reason:
                    notebook = _member(file, _suffix(found.path.name)).notebook()
    except OSError as error:
        reason = _why(found.path, error)
    return Submission(
        name=found.name,
        student=found.student,
        sha256=sha256,
        assignment=notebook.assignment,
        cells=notebook.cells,
        reason=found.reason or reason or notebook.reason,
    )


def read_bytes(found: Found) -> Handed:
    """Return the bytes of a submission's notebook or script, unpacked where it is a zip.

    Raises
    ------
    MachineError
        Where the machine cannot read the file.
    """
    sha256, member = "", Member()
    try:
        reason = found.reason or _KINDS.get(stat.S_IFMT(found.path.lstat().st_mode), "")
        if not reason:
            with _opened(found.path) as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                member = _member(file, _suffix(found.path.name))
    except OSError as error:
        reason = _why(found.path, error)
    return Handed(sha256=sha256, data=member.data, suffix=member.suffix, reason=reason or member.reason)


def _below(path: Path) -> Iterator[_Seen]:
    """Yield what is handed in by one PATH."""
    path = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow a link at its end
    try:
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            yield from _walk(path)
        elif stat.S_ISLNK(mode) and path.is_dir():
            yield _Seen(path=path, root=path.parent.name, parts=(path.name,), reason=_IS_LINK)
        elif (reason := _by_name(path.name)) is not None:
            yield _Seen(path=path, root=path.parent.name, parts=(path.name,), reason=reason)
    except OSError as error:
        _why(path, error)
        missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        what = "there is no such file or folder" if missing else f"it cannot be read: {error.strerror}"
        raise UsageError(f"{legible(str(path))}: {what}") from error


def _walk(root: Path) -> Iterator[_Seen]:
    """Yield what is handed in below a folder."""
    folders: list[tuple[tuple[str, ...], bool]] = [((), False)]
    while folders:
        parts, holds = folders.pop()
        folder = root.joinpath(*parts)
        try:
            with os.scandir(folder) as listing:
                entries = [entry for entry in listing if not entry.name.startswith(".") and entry.name not in LEFT_OUT]
        except OSError as error:
            if not parts:
                raise
            yield _Seen(path=folder, root=root.name, parts=parts, reason=_why(folder, error))
            continue
        names = {entry.name for entry in entries}
        if parts and GRADEBOOK in names:
            continue
        # At the top lie the submissions of many, below it those of one.
        holds = holds or (bool(parts) and any(_by_name(name) == "" for name in names))
        tests = {"tests"} if any(_suffix(name) == ".ipynb" for name in names) else set()
        for entry in entries:
            place, reason = (*parts, entry.name), _reason(entry)
            if _is_folder(entry):
                folders += [(place, holds)] if entry.name not in tests else []
            elif reason is not None and not (reason in _MISTAKES.values() and holds):
                yield _Seen(path=folder / entry.name, root=root.name, parts=place, reason=reason)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Return whether to look into it; a folder called x.ipynb is what somebody handed in as a notebook."""
    return entry.is_dir(follow_symlinks=False) and _by_name(entry.name) != ""


def _reason(entry: os.DirEntry[str]) -> str | None:
    """Return "" for a file to read, None for one of no concern, and else why it is rejected."""
    by_name = _by_name(entry.name)
    # Behind a link to a folder there may be submissions; isdir(), unlike the methods of paths, survives loops of links.
    if entry.is_symlink() and (by_name is not None or os.path.isdir(entry.path)):  # noqa: PTH112
        return _IS_LINK
    return by_name


def _by_name(name: str) -> str | None:
    """Return the same as far as the name tells."""
    suffix = _suffix(name)
    return "" if suffix in SUBMITTED else _MISTAKES.get(suffix)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _opened(path: Path) -> BufferedReader:
    """Open a file that was none but a file a moment ago: a link or a pipe put there since is not waited for."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def _member(file: BufferedReader, suffix: str) -> Member:
    """Return what is in a file: itself, or the one notebook or script in a zip."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if suffix == ".zip":
        return unzipped(file, size)
    reason = too_large("notebook" if suffix == ".ipynb" else "script", size)
    return Member(reason=reason) if reason else Member(data=file.read(LARGEST + 1), suffix=suffix)


def _why(path: Path, error: OSError) -> str:
    """Return the reason that an error gives for rejecting one file.

    Raises
    ------
    MachineError
        Where the error is the machine's.
    """
    if error.errno in _REASONS:
        return _REASONS[error.errno]
    raise MachineError(
        f"{legible(str(path))}: this machine cannot read it: {error.strerror or error}; run again"
    ) from error
