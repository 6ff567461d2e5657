"""The gradebook: every result, stored the moment it exists."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from grader.errors import UsageError
from grader.records import Result
from grader.report.results import from_data, to_data

SCHEMA = 1
_TABLE = """
    CREATE TABLE IF NOT EXISTS result (
        submission TEXT PRIMARY KEY,
        sha256 TEXT NOT NULL,
        cases TEXT NOT NULL,
        version TEXT NOT NULL,
        status TEXT NOT NULL,
        graded_at TEXT NOT NULL,
        data TEXT NOT NULL
    ) STRICT
"""


class Gradebook:
    """A SQLite file of results, one row a submission. Open it with `Gradebook.open`, in a `with` statement.

    A write-ahead log keeps what is committed when the process is killed at any moment; only a power failure may cost
    the last commits, never the file.
    """

    def __init__(self, connection: sqlite3.Connection, lock: IO[bytes]) -> None:
        self._connection = connection
        self._lock = lock

    @classmethod
    def open(cls, path: Path) -> Gradebook:
        """Open a gradebook, making it where there is none.

        Raises
        ------
        UsageError
            Where the file cannot be written, is no gradebook, is of a newer kind, or is in use.
        """
        try:
            lock = path.with_name(path.name + ".lock").open("ab")
        except OSError as error:
            msg = f"{path.parent}: cannot be written: {error.strerror}"
            raise UsageError(msg) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            msg = f"{path}: another fullmarks is working on it; wait for it to end"
            raise UsageError(msg) from None
        try:
            return cls(_connect(path), lock)
        except sqlite3.Error as error:
            lock.close()
            msg = f"{path}: is not a gradebook or cannot be written ({error}); choose another folder with -o"
            raise UsageError(msg) from None
        except UsageError:
            lock.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._lock.close()

    def fresh(self, name: str, sha256: str, cases: str, version: str) -> bool:
        """Return whether a submission is graded already, with these bytes, cases and version of ours.

        What could not be graded is never fresh: it is tried again.
        """
        query = (
            "SELECT 1 FROM result WHERE submission=? AND sha256=? AND cases=? AND version=? AND status!='not graded'"
        )
        return self._connection.execute(query, (name, sha256, cases, version)).fetchone() is not None

    def store(self, result: Result, cases: str, version: str) -> None:
        """Store a result for good, in place of an earlier one of the same submission."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        row = (result.submission, result.sha256, cases, version, result.status, now, json.dumps(to_data(result)))
        self._connection.execute("INSERT OR REPLACE INTO result VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def results(self) -> tuple[Result, ...]:
        """Return all results in order of submission."""
        rows = self._connection.execute("SELECT data FROM result ORDER BY submission")
        return tuple(from_data(json.loads(data)) for (data,) in rows)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA:
            msg = f"{path}: was written by a newer fullmarks; install that one"
            raise UsageError(msg)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA user_version={SCHEMA}")
    except BaseException:
        connection.close()
        raise
    return connection
