"""The sample cohort: notebooks as people write them, with the marks that they deserve."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import jsonschema
import pytest

from grader import content
from grader.cohort import grade_cohort
from grader.gradebook import Gradebook
from grader.reports import write_reports
from reference.catalogue import load_topic

TOPIC = load_topic("linear_algebra")
COHORT = content.submissions() / "linear_algebra"
EXPECTED = json.loads(COHORT.with_suffix(".json").read_text(encoding="utf-8"))
SCHEMA = json.loads((Path(content.__file__).parent / "report" / "result.schema.json").read_text(encoding="utf-8"))
SEED = 20_000

pytestmark = pytest.mark.walls


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("marks")
    grade_cohort((COHORT,), (TOPIC,), TOPIC.name, output, 2, SEED, quiet=True)
    return output


def result(marked: Path, name: str) -> dict:
    return json.loads((marked / "results" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", EXPECTED)
def test_each_gets_what_it_deserves(marked: Path, name: str) -> None:
    got, expected = result(marked, name), EXPECTED[name]
    assert got["status"] == expected["status"]
    assert got["reason"].startswith(expected.get("reason", ""))
    assert bool(got["reason"]) == (got["status"] != "graded")
    if got["status"] == "graded":
        odd = {
            e["name"]: {"marks": e["marks"], "state": e["state"]}
            | ({"misconception": e["misconception"]["name"]} if e["misconception"] else {})
            for e in got["exercises"]
            if e["state"] != "passed"
        }
        assert odd == expected.get("exercises", {})
        assert got["total"] == expected["total"] == sum(e["marks"] for e in got["exercises"])


@pytest.mark.parametrize("name", EXPECTED)
def test_results_follow_their_schema(marked: Path, name: str) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(result(marked, name))


def test_every_submission_has_one_row(marked: Path) -> None:
    with (marked / "scores.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["submission"] for row in rows] == sorted(p.name for p in COHORT.iterdir()) == sorted(EXPECTED)
    names = [exercise.name for exercise in TOPIC.exercises]
    columns = ["submission", "student", "assignment", "status", *names, "total", "possible", "percent", "reason"]
    assert list(rows[0]) == columns
    full = next(row for row in rows if row["submission"] == "full.ipynb")
    assert full | {"student": "full"} == full
    assert [full[k] for k in (*names, "total", "percent")] == ["2", "3", "4", "6", "6", "4", "4", "8", "37", "100"]


def test_hidden_cases_tell_nothing_of_the_call(marked: Path) -> None:
    messages = {
        case["message"].split(". Why this case:")[0]
        for name in EXPECTED
        for exercise in result(marked, name)["exercises"]
        for case in exercise["cases"]
        if not case["public"] and not case["passed"]
    }
    assert messages
    for message in messages:
        assert "[" not in message.replace("[-1, 1]", ""), message
        assert "array" not in message
        assert "Traceback" not in message


def test_a_second_run_grades_nothing_and_changes_nothing(marked: Path) -> None:
    before = {p: p.read_bytes() for p in marked.rglob("*.json")} | {
        marked / "scores.csv": (marked / "scores.csv").read_bytes()
    }
    summary = grade_cohort((COHORT,), (TOPIC,), TOPIC.name, marked, 2, SEED, quiet=True)
    assert (summary.graded, summary.rejected, summary.unchanged) == (0, 0, len(EXPECTED))
    assert {p: p.read_bytes() for p in before} == before


def test_another_seed_gives_the_same_marks(marked: Path, tmp_path: Path) -> None:
    some = [COHORT / name for name in ("full.ipynb", "partial.ipynb", "misconceptions.ipynb", "other-types.ipynb")]
    summary = grade_cohort(some, (TOPIC,), TOPIC.name, tmp_path, 1, SEED + 1, quiet=True)
    assert summary.graded == len(some)
    for path in some:
        assert result(tmp_path, path.name)["total"] == EXPECTED[path.name]["total"]


def test_what_changed_is_graded_again(tmp_path: Path) -> None:
    folder, output = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "a.ipynb").write_bytes((COHORT / "empty.ipynb").read_bytes())
    (folder / "b.ipynb").write_bytes((COHORT / "empty.ipynb").read_bytes())
    grade_cohort((folder,), (TOPIC,), TOPIC.name, output, 1, SEED, quiet=True)
    (folder / "a.ipynb").write_bytes((COHORT / "full.ipynb").read_bytes())
    summary = grade_cohort((folder,), (TOPIC,), TOPIC.name, output, 1, SEED, quiet=True)
    assert (summary.graded, summary.unchanged) == (1, 1)
    assert result(output, "a.ipynb")["total"] == 37
    assert grade_cohort((folder,), (TOPIC,), TOPIC.name, output, 1, SEED, force=True, quiet=True).graded == 2


def test_reports_are_written_again_from_the_gradebook(marked: Path) -> None:
    before = (marked / "scores.csv").read_bytes()
    (marked / "scores.csv").unlink()
    with Gradebook.open(marked / "gradebook.db") as book:
        write_reports(book, marked, {})
    assert (marked / "scores.csv").read_bytes() == before


def test_without_an_assignment_each_notebook_names_its_own(tmp_path: Path) -> None:
    some = [COHORT / name for name in ("full.ipynb", "wrong-assignment.ipynb", "script.py")]
    grade_cohort(some, (TOPIC,), "", tmp_path, 1, SEED, quiet=True)
    assert result(tmp_path, "full.ipynb")["total"] == 37
    assert result(tmp_path, "wrong-assignment.ipynb")["reason"].startswith("it names the assignment 'probability'")
    assert result(tmp_path, "script.py")["reason"] == "it names no assignment; name the assignment with -a"


def test_a_file_that_the_machine_cannot_read_is_not_graded_and_never_a_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader import cohort
    from grader.errors import MachineError

    def read(item):
        if item.name == "empty.ipynb":
            raise MachineError("the disk fails")
        return original(item)

    original = cohort.read
    monkeypatch.setattr(cohort, "read", read)
    some = [COHORT / name for name in ("full.ipynb", "empty.ipynb")]
    summary = grade_cohort(some, (TOPIC,), TOPIC.name, tmp_path, 1, SEED, quiet=True)
    assert (summary.graded, summary.not_graded) == (1, 1)
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as file:
        (row,) = [row for row in csv.DictReader(file) if row["submission"] == "empty.ipynb"]
    assert (row["status"], row["total"], row["percent"], row["reason"]) == ("not graded", "", "", "the disk fails")
    monkeypatch.undo()
    assert grade_cohort(some, (TOPIC,), TOPIC.name, tmp_path, 1, SEED, quiet=True).graded == 1
