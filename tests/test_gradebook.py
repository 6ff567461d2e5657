"""What is stored stays stored, and only what is new or changed is graded again."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from grader import gradebook
from grader.errors import MachineError, UsageError
from grader.gradebook import Gradebook
from grader.records import CaseResult, ExerciseResult, Result

CASE = CaseResult(name="square", kind="edge", public=False, passed=False, message="")
HINT = {"name": "uses_transpose", "hint": "Test with 2 portfolios."}
EXERCISE = ExerciseResult(
    name="matvec", state="failed", marks=0.5, possible=2.0, misconception=HINT, cases=(CASE,)
)  # fmt: skip
RESULT = Result(
    submission="alice/hw.ipynb",
    student="alice",
    sha256="a" * 64,
    assignment="linear_algebra",
    status="graded",
    total=0.5,
    possible=2.0,
    isolation="namespaces",
    environment={"python": "3.11.7"},
    exercises=(EXERCISE,),
)


def test_what_is_stored_is_there_the_next_time_in_order_of_names(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.db"
    others = [replace(RESULT, submission=name) for name in ("Ω.py", "b/x.ipynb", "Z.zip")]
    with Gradebook.open(path) as book:
        for result in (RESULT, *others):
            book.store(result, "cases", "1")
    with Gradebook.open(path) as book:
        results = tuple(book.results())
    assert [result.submission for result in results] == ["Z.zip", "alice/hw.ipynb", "b/x.ipynb", "Ω.py"]
    assert results[1] == RESULT


def test_a_new_result_takes_the_place_of_an_old_one(tmp_path: Path) -> None:
    with Gradebook.open(tmp_path / "gradebook.db") as book:
        book.store(RESULT, "cases", "1")
        better = replace(RESULT, sha256="b" * 64, total=2.0)
        book.store(better, "cases", "1")
        assert tuple(book.results()) == (better,)


def test_fresh_is_what_nothing_changed_for(tmp_path: Path) -> None:
    rejected = replace(RESULT, submission="bob", status="rejected", reason="empty", exercises=())
    key = (RESULT.sha256, "cases", "1")
    with Gradebook.open(tmp_path / "gradebook.db") as book:
        assert not book.fresh(RESULT.submission, *key)
        book.store(RESULT, "cases", "1")
        book.store(rejected, "cases", "1")
    with Gradebook.open(tmp_path / "gradebook.db") as book:
        assert book.fresh(RESULT.submission, *key)
        assert book.fresh("bob", *key)
        assert not book.fresh("carol", *key)
        for place in range(3):
            assert not book.fresh(RESULT.submission, *(f"{k}0" if i == place else k for i, k in enumerate(key)))


def test_what_was_not_graded_or_not_read_is_never_fresh(tmp_path: Path) -> None:
    lost = Result(submission="a", student="a", sha256="c" * 64, assignment="", status="not graded", reason="disk")
    unread = replace(lost, submission="b", sha256="", status="rejected")
    with Gradebook.open(tmp_path / "gradebook.db") as book:
        for result in (lost, unread):
            book.store(result, "cases", "1")
            assert not book.fresh(result.submission, result.sha256, "cases", "1")
        assert tuple(book.results()) == (lost, unread)


def test_a_mark_that_still_holds_survives_a_failure_of_the_machine(tmp_path: Path) -> None:
    lost = replace(RESULT, status="not graded", total=0.0, exercises=(), reason="disk")
    with Gradebook.open(tmp_path / "gradebook.db") as book:
        book.store(RESULT, "cases", "1")
        book.store(lost, "cases", "1")
        assert tuple(book.results()) == (RESULT,)
        book.store(lost, "other cases", "1")
        assert tuple(book.results()) == (lost,)


STORE = """
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from grader.gradebook import Gradebook
from tests.test_gradebook import RESULT
with Gradebook.open(Path(sys.argv[1])) as book:
    number = 0
    while True:
        book.store(replace(RESULT, submission=f"{number:06d}"), "cases", "1")
        print(number, flush=True)
        number += 1
"""


def storing(path: Path) -> subprocess.Popen[str]:
    """Start a process that stores results and says of each that it did, for ever."""
    root = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", STORE, str(path)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "PYTHONPATH": root}
    )


@pytest.mark.parametrize("results", [1, 2_500])
def test_a_kill_loses_nothing_that_was_stored(tmp_path: Path, results: int) -> None:
    path = tmp_path / "gradebook.db"
    with storing(path) as process:
        assert process.stdout is not None
        said = [next(process.stdout) for _ in range(results)]
        os.kill(process.pid, signal.SIGKILL)
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    with Gradebook.open(path) as book:
        names = [result.submission for result in tuple(book.results())]
        assert book.fresh("000000", RESULT.sha256, "cases", "1")
    whole = [line for line in said if line.endswith("\n")]
    assert names[: len(whole)] == [f"{number:06d}" for number in range(len(whole))]
    assert len(whole) <= len(names) <= len(whole) + 1


def test_a_second_run_is_told_to_wait(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.db"
    with storing(path) as process:
        assert process.stdout is not None
        next(process.stdout)
        with pytest.raises(UsageError) as error, Gradebook.open(path):
            pass
        os.kill(process.pid, signal.SIGKILL)
    fault = "another fullmarks is working with it; wait for its end, or choose another output folder"
    assert str(error.value) == f"{path}: {fault}"
    with Gradebook.open(path) as book:
        assert tuple(book.results())


def test_a_gradebook_is_locked_before_anything_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.db"
    for _ in ("new", "old"):
        with Gradebook.open(path), pytest.raises(UsageError, match="another fullmarks"), Gradebook.open(path):
            pass
    with Gradebook.open(path) as book:
        assert tuple(book.results()) == ()


def foreign(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["CREATE TABLE other (x)"], "it is not a gradebook but another SQLite file; choose another output folder"),
        (["PRAGMA user_version = 1"], "it is not a gradebook but another SQLite file; choose another output folder"),
        (
            [f"PRAGMA application_id = {gradebook.APPLICATION}", "PRAGMA user_version = 2"],
            "it was written by a newer fullmarks: schema 2, this one knows 1; upgrade, or choose another output folder",
        ),
    ],
)
def test_a_file_of_another_kind_is_refused_and_not_changed(tmp_path: Path, statements: list[str], fault: str) -> None:
    path = tmp_path / "gradebook.db"
    foreign(path, *statements)
    before = path.read_bytes()
    with pytest.raises(UsageError) as error, Gradebook.open(path):
        pass
    assert str(error.value) == f"{path}: {fault}"
    assert path.read_bytes() == before


def test_what_is_no_database_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.db"
    path.write_text("marks, by hand\n" * 100)
    with pytest.raises(UsageError) as error, Gradebook.open(path):
        pass
    fault = "it is not a gradebook; move it away, or choose another output folder"
    assert str(error.value) == f"{path}: {fault}"
    assert path.read_text() == "marks, by hand\n" * 100


@pytest.mark.parametrize("where", ["missing/gradebook.db", "file/gradebook.db", "folder"])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError) as error, Gradebook.open(tmp_path / where):
        pass
    fault = "it cannot be written: unable to open database file; choose another output folder"
    assert str(error.value) == f"{tmp_path / where}: {fault}"


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be somebody else for a moment where this is root, who may write everywhere."""
    user = os.geteuid()
    if not user:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_gradebook_that_may_not_be_written_is_refused() -> None:
    with tempfile.TemporaryDirectory() as folder:  # unlike tmp_path, which others may not enter
        path = Path(folder) / "gradebook.db"
        with Gradebook.open(path) as book:
            book.store(RESULT, "cases", "1")
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        with unprivileged(), pytest.raises(UsageError) as error, Gradebook.open(path):
            pass
        Path(folder).chmod(0o755)
        path.chmod(0o644)
        assert str(error.value) == f"{path}: it cannot be written: permission denied; choose another output folder"
        with Gradebook.open(path) as book:
            assert tuple(book.results()) == (RESULT,)


def test_a_full_disk_is_the_machines_fault_and_keeps_what_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.db"
    with Gradebook.open(path) as book:
        book.store(RESULT, "cases", "1")
        book._connection.execute("PRAGMA max_page_count = 1")
        big = replace(RESULT, submission="bob", reason="x" * 100_000)
        with pytest.raises(MachineError, match="what is stored in it is kept, run again"):
            book.store(big, "cases", "1")
        assert tuple(book.results()) == (RESULT,)
    with Gradebook.open(path) as book:
        assert tuple(book.results()) == (RESULT,)


@pytest.mark.parametrize("text", ["{", "{}", '{"schema": 2}', "[]"])
def test_a_row_changed_by_hand_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "gradebook.db"
    with Gradebook.open(path) as book:
        book.store(RESULT, "cases", "1")
        book._connection.execute("UPDATE results SET result = ?", (text,))
        with pytest.raises(UsageError) as error:
            tuple(book.results())
    fault = "the result of alice/hw.ipynb is damaged; move the file away and grade again"
    assert str(error.value) == f"{path}: {fault}"
