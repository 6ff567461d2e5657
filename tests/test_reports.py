"""Reports of a large cohort: the same whoever writes them, a row at a time, and a death is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader import __version__
from grader.engines.pool import AHEAD, in_order
from grader.errors import MachineError, UsageError
from grader.gradebook import Gradebook
from grader.records import CaseResult, Detail, ExerciseResult, Result
from grader.reports import CHUNK, write_lms, write_reports

COUNT = 3 * CHUNK + 5


def result(number: int) -> Result:
    marks = float(number % 5)
    cases = tuple(
        CaseResult(
            name=f"case {i}", kind="plain", public=i < 2, passed=i < marks, message="" if i < marks else "it is wrong"
        )
        for i in range(5)
    )
    state = "passed" if marks == 4 else "failed"
    exercise = ExerciseResult(name="matvec", state=state, marks=marks, possible=4.0, cases=cases)
    return Result(
        submission=f"student {number:03}/hw.ipynb",
        student=f"student {number:03}",
        sha256="0" * 64,
        assignment="linear_algebra" if number % 7 else "gone",
        status="graded",
        total=marks,
        possible=4.0,
        exercises=(exercise,),
        details=(Detail(exercise="matvec", seconds=0.001 * number),),
    )


def stored(folder: Path) -> Path:
    folder.mkdir()
    with Gradebook.open(folder / "gradebook.db") as book:
        for number in range(COUNT):
            book.store(result(number), "", __version__)
    return folder


def written(folder: Path, *, jobs: int, pseudonyms: bool = False) -> dict[str, bytes]:
    with Gradebook.open(folder / "gradebook.db") as book:
        reports = write_reports(book, folder, {}, jobs=jobs, pseudonyms=pseudonyms)
        assert all(path.exists() for path in reports.paths)
        write_lms(book, folder, ("gradescope",), (), {}, pseudonyms=pseudonyms)
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix in (".json", ".html", ".csv"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("pseudonyms", [False, True])
def test_several_processes_write_what_one_does(tmp_path: Path, *, pseudonyms: bool) -> None:
    alone, together = stored(tmp_path / "alone"), stored(tmp_path / "together")
    if pseudonyms:
        for folder in (alone, together):
            (folder / "pseudonyms.key").write_text("ab" * 32, encoding="ascii")
    one = written(alone, jobs=1, pseudonyms=pseudonyms)
    assert written(together, jobs=3, pseudonyms=pseudonyms) == one
    assert sum(name.endswith(".html") for name in one) == COUNT + 1
    assert sum("/gradescope/" in name for name in one) == COUNT


def test_a_cohort_is_read_a_row_at_a_time(tmp_path: Path) -> None:
    with Gradebook.open(stored(tmp_path / "marks") / "gradebook.db") as book:
        rows = book.rows()
        assert next(rows).result() == result(0)
        assert all(r.exercises[0].cases == () and r.details == () for r in book.briefs())
        assert sum(1 for _ in rows) == COUNT - 1


def test_what_a_process_is_sent_stays_a_few_ahead() -> None:
    taken = []

    def items():
        for i in range(100):
            taken.append(i)
            yield i

    made = in_order(lambda i: i * i, items(), 2)
    assert next(made) == 0
    assert len(taken) == 2 * AHEAD
    assert list(made) == [i * i for i in range(1, 100)]


def test_what_fails_is_told_and_a_death_as_well() -> None:
    def refuse(_: int) -> None:
        raise UsageError("it cannot be written")

    with pytest.raises(UsageError, match="it cannot be written"):
        list(in_order(refuse, range(3), 2))
    with pytest.raises(MachineError, match="run again"):
        list(in_order(lambda _: os._exit(1), range(3), 2))
