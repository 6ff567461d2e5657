"""The gradebook: every result stored the moment it exists, and whether a submission has to be graded again.

Theory of operation
-------------------
One SQLite file, one row a submission, one transaction a result. With a write-ahead log and synchronous=NORMAL a commit
costs no wait for the disk: what is committed survives the death of this process at any moment, and the file stays
whole even when the machine dies, which may cost the last results; they are then graded again. The file is opened with
an exclusive lock, which the kernel releases when the process ends, however it ends; so two runs never mix.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from grader.errors import MachineError, UsageError
from grader.lms.layouts import Identity, Upload
from grader.records import Result
from grader.report.results import from_data, to_store
from grader.text import legible

SCHEMA = 1
APPLICATION = 0x666D6762  # "fmgb", by which a file tells that it is a gradebook

_CREATE = f"""
BEGIN;
CREATE TABLE results (
    submission TEXT PRIMARY KEY NOT NULL,
    sha256 TEXT NOT NULL,
    cases TEXT NOT NULL,
    version TEXT NOT NULL,
    status TEXT NOT NULL,
    graded_at TEXT NOT NULL,
    result TEXT NOT NULL
);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {SCHEMA};
COMMIT;
"""
# Beside the results; an older fullmarks does not know of them and leaves them alone.
_BESIDE = """
CREATE TABLE IF NOT EXISTS uploads (submission TEXT PRIMARY KEY NOT NULL, upload TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
"""
_FRESH = """
SELECT 1 FROM results WHERE submission = ? AND sha256 = ? AND cases = ? AND version = ? AND status <> 'not graded'
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A result as it is stored: cheap to hand to another process, and read there."""

    path: Path
    submission: str
    text: str

    def result(self) -> Result:
        """Return the result.

        Raises
        ------
        UsageError
            Where somebody changed the file so that it cannot be read.
        """
        try:
            return from_data(json.loads(self.text))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            what = f"the result of {legible(self.submission)} is damaged; move the file away and grade again"
            raise UsageError(f"{self.path}: {what}") from error


class Gradebook:
    """An open gradebook; `Gradebook.open` makes one."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """Open a gradebook for this process alone, and make it where there is none.

        Parameters
        ----------
        path : Path
            Of the file; its folder exists.

        Raises
        ------
        UsageError
            Where it is not a gradebook, of a newer schema, in use, or cannot be written.
        """
        try:
            connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        with closing(connection):
            try:
                _prepare(connection, path)
            except sqlite3.Error as error:
                raise _unusable(path, error) from error
            yield cls(connection, path)

    def fresh(self, name: str, sha256: str, cases: str, version: str) -> bool:
        """Return whether a submission needs no grading: it was graded or rejected with all this unchanged.

        What was not graded is never fresh, nor is what could not be read, whose `sha256` is "".

        Parameters
        ----------
        name, sha256 : str
            Of the submission.
        cases : str
            Digest of the cases that it would be graded with.
        version : str
            Of the grader.
        """
        with self._machine():
            return (
                bool(sha256) and self._connection.execute(_FRESH, (name, sha256, cases, version)).fetchone() is not None
            )

    def store(self, result: Result, cases: str, version: str) -> None:
        """Store a result, at once and in place of an older one of the same submission.

        A mark that still holds is kept where the machine failed to grade the same once more.

        Parameters
        ----------
        result : Result
        cases, version : str
            As in `fresh`.

        Raises
        ------
        MachineError
            Where it cannot be stored; what was stored before is kept.
        """
        if result.status == "not graded" and self.fresh(result.submission, result.sha256, cases, version):
            return
        now = datetime.now(UTC).isoformat(timespec="seconds")
        text = json.dumps(to_store(result), separators=(",", ":"), allow_nan=False)
        row = (result.submission, result.sha256, cases, version, result.status, now, text)
        with self._machine():
            self._connection.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def rows(self) -> Iterator[Row]:
        """Yield all results as they are stored, in order of their names, those of submissions that are gone included."""
        with self._machine():
            for name, text in self._connection.execute("SELECT submission, result FROM results ORDER BY submission"):
                yield Row(path=self._path, submission=name, text=text)

    def result(self, name: str) -> Result | None:
        """Return the result of one submission, None where it has none.

        Raises
        ------
        UsageError
            Where somebody changed the file so that it cannot be read.
        """
        with self._machine():
            found = self._connection.execute("SELECT result FROM results WHERE submission = ?", (name,)).fetchone()
        return Row(path=self._path, submission=name, text=found[0]).result() if found else None

    def results(self) -> Iterator[Result]:
        """Yield all results in the same order, one at a time: a cohort may be larger than memory.

        Raises
        ------
        UsageError
            Where somebody changed the file so that it cannot be read.
        """
        return (row.result() for row in self.rows())

    def briefs(self) -> tuple[Result, ...]:
        """Return all results in order of their names, without what only their own pages show.

        Raises
        ------
        UsageError
            Where somebody changed the file so that it cannot be read.
        """
        return tuple(result.brief() for result in self.results())

    def keep_uploads(self, names: Iterable[str], uploads: Mapping[str, Upload]) -> None:
        """Keep what an LMS told of the submissions `names`, in place of what was known of them."""
        with self._machine():
            self._connection.execute("BEGIN")
            self._connection.executemany("DELETE FROM uploads WHERE submission = ?", ((name,) for name in names))
            rows = ((u.submission, json.dumps(asdict(u), separators=(",", ":"))) for u in uploads.values())
            self._connection.executemany("INSERT OR REPLACE INTO uploads VALUES (?, ?)", rows)
            self._connection.execute("COMMIT")

    def uploads(self) -> dict[str, Upload]:
        """Return what an LMS told, by submission.

        Raises
        ------
        UsageError
            Where somebody changed the file so that it cannot be read.
        """
        with self._machine():
            rows = self._connection.execute("SELECT submission, upload FROM uploads ORDER BY submission").fetchall()
        found = {}
        for name, text in rows:
            try:
                data = json.loads(text)
                found[name] = Upload(**{**data, "who": tuple(Identity(**who) for who in data["who"])})
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                what = f"what is known of the upload {legible(name)} is damaged; move the file away and grade again"
                raise UsageError(f"{self._path}: {what}") from error
        return found

    def keep(self, name: str, value: str) -> None:
        """Keep a setting that later reports rest on."""
        with self._machine():
            self._connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def kept(self, name: str) -> str:
        """Return a setting, "" where it was never made."""
        with self._machine():
            row = self._connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    @contextmanager
    def _machine(self) -> Iterator[None]:
        """Turn what SQLite says of a failing disk into an error of ours."""
        try:
            yield
        except sqlite3.Error as error:
            raise MachineError(f"{self._path}: {error}; what is stored in it is kept, run again") from error


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Lock the file, check that it is ours, and make the table where it is new."""
    # Before the log is opened for the first time: no memory is then shared with other processes, so that this works
    # on the network file systems of a university as well.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    application, schema, tables = (
        connection.execute(query).fetchone()[0]
        for query in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
    )
    if not application and not schema and not tables:
        _begin(connection)
        connection.executescript(_CREATE)
        connection.executescript(_BESIDE)
        return
    if application != APPLICATION:
        raise UsageError(f"{path}: it is not a gradebook but another SQLite file; choose another output folder")
    if schema > SCHEMA:
        raise UsageError(
            f"{path}: it was written by a newer fullmarks: schema {schema}, this one knows {SCHEMA}; "
            "upgrade, or choose another output folder"
        )
    _begin(connection)
    connection.executescript(_BESIDE)


def _begin(connection: sqlite3.Connection) -> None:
    """Take the lock by writing, for a reader would find out too late that it may not write."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("COMMIT")


def _unusable(path: Path, error: sqlite3.Error) -> UsageError:
    """Return what to tell of a gradebook that cannot be opened."""
    reasons = {
        sqlite3.SQLITE_BUSY: "another fullmarks is working with it; wait for its end, or choose another output folder",
        sqlite3.SQLITE_NOTADB: "it is not a gradebook; move it away, or choose another output folder",
        sqlite3.SQLITE_CORRUPT: "it is damaged; move it away and grade again",
    }
    # SQLite calls many a missing permission a disk I/O error.
    may_write = not path.exists() or os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
    why = str(error) if may_write else "permission denied"
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of the bits are details
    return UsageError(f"{path}: {reasons.get(code, f'it cannot be written: {why}; choose another output folder')}")
