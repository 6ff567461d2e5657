"""The files written from the gradebook: results/*.json and scores.csv."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import MachineError, UsageError
from grader.records import STATES, STATUSES, CaseResult, ExerciseResult, Result
from grader.report.files import write_whole
from grader.report.results import from_data, result_path, to_data, write_result
from grader.report.scores import scores_csv, write_scores
from reference.spec import KINDS, Kind

# A counterpart is a plain case to whoever reads results.
KINDS_OF_FILES = tuple(kind for kind in KINDS if kind != "counterpart")

SCHEMA = json.loads((files("grader.report") / "result.schema.json").read_text(encoding="utf-8"))
VALID = jsonschema.Draft202012Validator(SCHEMA)

NAMES = st.text(min_size=1, max_size=12)
FUNCTIONS = st.text("abc_", min_size=1, max_size=3)
MARKS = st.integers(0, 64 * 20).map(lambda units: units / 64)
CASES = st.builds(
    CaseResult,
    name=NAMES,
    kind=st.sampled_from(KINDS_OF_FILES),
    public=st.booleans(),
    passed=st.booleans(),
    message=st.text(),
)
EXERCISES = st.builds(
    ExerciseResult,
    name=FUNCTIONS,
    state=st.sampled_from(STATES),
    marks=MARKS,
    possible=MARKS,
    misconception=st.none() | st.fixed_dictionaries({"name": NAMES, "hint": NAMES}),
    cases=st.lists(CASES, max_size=3).map(tuple),
)
COMMON: dict[str, Any] = {
    "submission": NAMES,
    "student": st.text(),
    "sha256": st.just("") | st.text("0123456789abcdef", min_size=64, max_size=64),
    "assignment": st.text(),
    "possible": MARKS,
    "environment": st.dictionaries(st.text(), st.text(), max_size=2),
}
RESULTS = st.one_of(
    st.builds(
        Result,
        **COMMON,
        status=st.just("graded"),
        total=MARKS,
        isolation=st.text(),
        exercises=st.lists(EXERCISES, max_size=3).map(tuple),
    ),
    st.builds(Result, **COMMON, status=st.sampled_from(["rejected", "not graded"]), reason=NAMES),
)


def graded(submission: str, **marks: float) -> Result:
    exercises = tuple(ExerciseResult(name=n, state="passed", marks=m, possible=2.0) for n, m in marks.items())
    return Result(
        submission=submission,
        student=submission.partition(".")[0],
        sha256="a" * 64,
        assignment="linear_algebra",
        status="graded",
        total=sum(marks.values()),
        possible=8.0,
        exercises=exercises,
    )


# --- results/*.json ---


@given(RESULTS)
def test_a_result_survives_json_and_is_as_the_schema_says(result: Result) -> None:
    data = json.loads(json.dumps(to_data(result)))
    VALID.validate(data)
    assert from_data(data) == result


def test_the_schema_is_sound_and_knows_all_states() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert tuple(SCHEMA["properties"]["status"]["enum"]) == STATUSES
    assert tuple(SCHEMA["$defs"]["exercise"]["properties"]["state"]["enum"]) == STATES
    assert get_args(Kind) == KINDS
    assert tuple(SCHEMA["$defs"]["case"]["properties"]["kind"]["enum"]) == KINDS_OF_FILES


def test_keys_stand_in_the_order_that_the_design_fixes() -> None:
    keys = "schema submission student sha256 assignment status reason total possible isolation environment exercises"
    result = graded("a.ipynb", matvec=2.0)
    assert list(to_data(result)) == keys.split() == SCHEMA["required"]
    (exercise,) = to_data(result)["exercises"]
    assert list(exercise) == ["name", "state", "marks", "possible", "misconception", "cases"]


def paths(tree: Any) -> list[tuple[Any, ...]]:
    """Return the way to every object in a JSON value."""
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return ([()] if isinstance(tree, dict) else []) + [(key, *way) for key, part in children for way in paths(part)]


def at(tree: Any, way: tuple[Any, ...]) -> Any:
    for key in way:
        tree = tree[key]
    return tree


FULL = to_data(
    replace(
        graded("a.ipynb", matvec=2.0),
        exercises=(
            ExerciseResult(
                name="matvec",
                state="failed",
                marks=0.0,
                possible=2.0,
                misconception={"name": "a", "hint": "b"},
                cases=(CaseResult(name="c", kind="edge", public=True, passed=False),),
            ),
        ),
    )
)
STRICT = [way for way in paths(FULL) if way != ("environment",)]


@pytest.mark.parametrize("way", STRICT, ids=str)
def test_the_schema_refuses_what_is_missing_and_what_is_too_much(way: tuple[Any, ...]) -> None:
    VALID.validate(FULL)
    assert len(STRICT) == 4
    more = json.loads(json.dumps(FULL))
    at(more, way)["extra"] = ""
    assert not VALID.is_valid(more)
    for key in at(FULL, way):
        less = json.loads(json.dumps(FULL))
        del at(less, way)[key]
        assert not VALID.is_valid(less), key


@pytest.mark.parametrize(
    "change",
    [
        {"status": "failed"},
        {"total": None},
        {"total": -1},
        {"status": "not graded", "reason": "disk", "exercises": []},
        {"status": "rejected", "reason": "", "exercises": []},
        {"status": "graded", "reason": "why"},
        {"sha256": "A" * 64},
        {"schema": 2},
        {"submission": ""},
        {"environment": {"numpy": 2}},
    ],
    ids=str,
)
def test_the_schema_refuses_what_contradicts_itself(change: dict[str, Any]) -> None:
    assert not VALID.is_valid({**FULL, **change})


def write_all(results: list[Result], folder: Path) -> None:
    for result in results:
        write_result(result, folder)


def test_another_schema_is_refused() -> None:
    with pytest.raises(ValueError, match="schema=2, expected 1"):
        from_data({**FULL, "schema": 2})


def test_results_are_written_by_name_and_other_files_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    results = [graded("a.ipynb", matvec=2.0), graded("bob/week 1/hw.zip", matvec=1.5)]
    write_all(results, folder)
    (folder / "old.json").write_text("kept")
    first = (folder / "a.ipynb.json").read_bytes()
    write_all(results, folder)
    found = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    assert found == ["a.ipynb.json", "bob/week 1/hw.zip.json", "old.json"]
    assert (folder / "a.ipynb.json").read_bytes() == first
    assert from_data(json.loads((folder / "bob" / "week 1" / "hw.zip.json").read_bytes())) == results[1]


def test_a_result_changes_no_terminal(tmp_path: Path) -> None:
    write_all([replace(graded("a.ipynb"), reason="\x1b[2J\u202eé\ud800")], tmp_path)
    assert (tmp_path / "a.ipynb.json").read_text(encoding="ascii").replace("\n", "").isprintable()


ODD = ["../a", "/etc/a", "a/../../b", "..", ".", "", "a//b", "a/./b", "\0", "a\nb", "\ud800", "..\\b", "x" * 300]
ODD += ["é" * 200, "a/" + "\ufffd" * 250 + "/b", "hw.ipynb", "hw.ipynb.json/b.py", "hw.ipynb.json.part/c.py"]


def test_nothing_is_written_outside_whatever_the_name(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "results"
    write_all([graded(name) for name in ODD], folder)
    outside = [p for p in tmp_path.rglob("*") if p.is_file() and folder not in p.parents]
    assert outside == []
    written = [json.loads(p.read_bytes())["submission"] for p in folder.rglob("*") if p.is_file()]
    assert sorted(written) == sorted(ODD)
    assert all(p.suffix == ".json" for p in folder.rglob("*") if p.is_file())


@given(st.text(st.characters(codec=None) | st.sampled_from("./\\"), max_size=300))
def test_a_path_of_a_result_is_relative_and_can_be_made(name: str) -> None:
    path = result_path(name)
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert all(len(part.encode()) <= 250 for part in path.parts)
    assert "\0" not in str(path)


@given(st.lists(st.text("ab./", max_size=6), unique=True, max_size=6))
def test_different_submissions_have_different_results(submissions: list[str]) -> None:
    written = [result_path(name) for name in submissions]
    assert len(set(written)) == len(written)
    assert not any(one in other.parents for one in written for other in written)


def test_a_file_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scores.csv"
    write_whole(path, b"old")
    write_bytes = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        write_bytes(self, data[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(MachineError) as error:
        write_whole(path, b"new")
    assert str(error.value) == f"{path}: cannot be written: No space left on device"
    assert path.read_bytes() == b"old"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file")
    with pytest.raises(UsageError, match=r"results/a\.ipynb\.json: cannot be written: "):
        write_all([graded("a.ipynb")], tmp_path / "results")
    (tmp_path / "scores.csv").mkdir()
    with pytest.raises(UsageError, match=r"scores\.csv: cannot be written: Is a directory"):
        write_scores([], [], tmp_path / "scores.csv")


# --- scores.csv ---


def test_the_table_is_what_the_design_fixes(tmp_path: Path) -> None:
    results = [
        Result(
            submission="c.ipynb",
            student="c",
            sha256="",
            assignment="linear_algebra",
            status="not graded",
            reason="disk",
        ),
        Result(
            submission="b/x, y.ipynb",
            student="b",
            sha256="",
            assignment="linear_algebra",
            status="rejected",
            reason='it says "no", twice',
            possible=8.0,
        ),
        graded("a.ipynb", project=0.0625, matvec=2.0),
        graded("d.ipynb", other=1.5, matvec=0.0),
        replace(graded("é.py"), assignment="", possible=0.0),
    ]
    write_scores(results, ["matvec", "project", "pca"], tmp_path / "scores.csv")
    expected = """\
submission,student,assignment,status,matvec,project,pca,other,total,possible,percent,reason
a.ipynb,a,linear_algebra,graded,2,0.0625,,,2.0625,8,25.78,
"b/x, y.ipynb",b,linear_algebra,rejected,,,,,0,8,0,"it says ""no"", twice"
c.ipynb,c,linear_algebra,not graded,,,,,,,,disk
d.ipynb,d,linear_algebra,graded,0,,,1.5,1.5,8,18.75,
é.py,é,,graded,,,,,0,0,0,
"""
    assert (tmp_path / "scores.csv").read_bytes() == expected.encode()


def test_the_order_of_results_does_not_matter() -> None:
    results = [graded(name, matvec=1.0) for name in ("b", "a", "Z", "é")]
    assert scores_csv(results, ["matvec"]) == scores_csv(results[::-1], ["matvec"])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_spreadsheets_run_nothing_that_a_student_wrote(start: str) -> None:
    text = f"{start}cmd|' /C calc'!A0"
    result = replace(graded("x"), submission=text, student=text, assignment=text, status="rejected", reason=text)
    (row,) = csv.DictReader(io.StringIO(scores_csv([result], [])))
    for column in ("submission", "student", "assignment", "reason"):
        assert row[column].startswith("'")
        assert row[column].endswith("cmd|' /C calc'!A0")


@given(st.lists(RESULTS, max_size=5), st.lists(FUNCTIONS, max_size=2, unique=True))
def test_every_submission_has_one_line_and_every_line_all_columns(results: list[Result], exercises: list[str]) -> None:
    text = scores_csv(results, exercises)
    assert text.encode().count(b"\n") == len(results) + 1
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {len(header(text))}
    assert len(rows) == len(results) + 1
    for result, row in zip(sorted(results, key=lambda r: r.submission), rows[1:], strict=True):
        marks = row[4:-1]
        assert all(set(mark) <= set("0123456789.") for mark in marks)
        total = "" if result.status == "not graded" else result.total
        assert (float(row[-4]) if row[-4] else "") == total


def header(text: str) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline="")))


@given(st.integers(0, 10**6))
def test_marks_are_plain_numbers(units: int) -> None:
    marks = units / 64
    (row,) = csv.DictReader(io.StringIO(scores_csv([graded("a", matvec=marks)], [])))
    assert float(row["matvec"]) == marks == float(row["total"])
    assert row["matvec"] == (str(int(marks)) if marks == int(marks) else str(marks))
