"""Files that Canvas, Moodle and Gradescope import, held against what their importers ask for."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.lms.deliver import deliver, named_titles
from grader.lms.gradebooks import (
    Cohort,
    canvas_csv,
    canvas_titles,
    gather,
    gradescope_results,
    handed_in_csv,
    maximum_differs,
    moodle_csv,
)
from grader.lms.layouts import Identity, Upload
from grader.lms.roster import parse_roster
from grader.records import CaseResult, ExerciseResult, Result

SAMPLES = Path(__file__).parent / "lms" / "rosters"
CANVAS = parse_roster((SAMPLES / "canvas.csv").read_bytes())
WORKSHEET = parse_roster((SAMPLES / "moodle-worksheet.csv").read_bytes())
OWN = parse_roster((SAMPLES / "own.csv").read_bytes())
FORMULAE = ("=cmd()", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1")
HOSTILE = (*FORMULAE, "<script>alert(1)</script>", "\u202egnp", "a\nb", "x" * 300, 'quo"te', "a,b;c")


def result(name: str, total: float = 1.0, *, status: str = "graded", assignment: str = "a", **more) -> Result:
    return Result(
        submission=name, student=more.pop("student", name), sha256="0", assignment=assignment, status=status,
        total=total, possible=37.0, **more,
    )  # fmt: skip


def of(layout: str, name: str, *who: Identity, **more) -> dict[str, Upload]:
    return {name: Upload(submission=name, layout=layout, who=who, **more)}


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


ONE = of("canvas", "1.ipynb", Identity(name="onestudent", id="1001"), late=True)
TWO = of("canvas", "2.ipynb", Identity(name="twostudent", id="1002"))
BOTH = [result("1.ipynb", 20.0625), result("2.ipynb", 3.0)]


def canvas_header_is_valid(header: list[str]) -> bool:
    """As `header?` and `update_column_count` in Canvas's gradebook importer decide."""
    if not (len(header) > 3 and "Student" in header[0] and "ID" in header[1]):
        return False
    known = 3
    if "SIS Login ID" in header[2]:
        known += 1
    elif "SIS User ID" in header[2] and "SIS Login ID" in header[3]:
        known += 2
    return "Section" in header[known - 1]


# --- Canvas ---


def test_canvas_with_its_own_roster() -> None:
    cohort = gather(BOTH, ONE | TWO, CANVAS)
    lines = canvas_csv(cohort, {"a": "Homework 1 (4711)"}, CANVAS).splitlines()
    assert lines == [
        "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (4711)",
        "    Points Possible,,,,,37",
        '"One, Student",1001,s01,student01,Linear Algebra A,20.0625',
        '"Two, Student",1002,s02,student02,Linear Algebra A,3',
    ]
    assert canvas_header_is_valid(lines[0].split(","))
    assert [p.name for p in cohort.absent] == ["Three, Student", "Four, Student"]


def test_canvas_without_a_roster_knows_people_by_the_numbers_in_file_names() -> None:
    rows = table(canvas_csv(gather(BOTH, ONE | TWO), {}))
    assert [(r["Student"], r["ID"], r["a"]) for r in rows[1:]] == [
        ("onestudent", "1001", "20.0625"),
        ("twostudent", "1002", "3"),
    ]


def test_canvas_with_a_roster_of_ones_own() -> None:
    (row,) = table(canvas_csv(gather([result("student01")], {}, OWN), {}, OWN))[1:]
    assert (row["ID"], row["SIS User ID"], row["SIS Login ID"]) == ("", "4444401", "student01")


def test_an_anonymous_number_is_none_of_canvas() -> None:
    anonymous = of("canvas", "1.ipynb", Identity(id="anon_x1Y2z"))
    (row,) = table(canvas_csv(gather(BOTH[:1], anonymous), {}))[1:]
    assert (row["Student"], row["ID"]) == ("anon_x1Y2z", "")


def test_who_has_no_mark_has_no_row_for_an_empty_cell_deletes_a_mark() -> None:
    results = [BOTH[0], result("2.ipynb", 0, status="rejected", reason="it is empty")]
    rows = table(canvas_csv(gather(results, ONE | TWO, CANVAS), {}, CANVAS))
    assert [r["Student"] for r in rows] == ["    Points Possible", "One, Student"]


def test_columns_of_canvas() -> None:
    one_column = parse_roster((SAMPLES / "canvas-first-last.csv").read_bytes())
    assert canvas_titles(("a",), {}, one_column) == {"a": "Homework 1 (4711)"}
    assert canvas_titles(("a",), {}, CANVAS) == {"a": "a"}
    assert canvas_titles(("a", "b"), {"b": "B (1)"}, one_column) == {"a": "a", "b": "B (1)"}


def test_titles_that_belong_to_nothing() -> None:
    assert named_titles(["a=x=y"], ("a", "b")) == {"a": "x=y"}
    assert named_titles(["x=y"], ("a",)) == {"a": "x=y"}
    with pytest.raises(UsageError) as error:
        named_titles(["Homework"], ("a", "b"))
    assert str(error.value) == "--column Homework: expected TOPIC=NAME, where TOPIC is one of a, b"


# --- Moodle ---


def moodle(*numbers: int) -> dict[str, Upload]:
    found: dict[str, Upload] = {}
    for n in numbers:
        found |= of("moodle", f"{n}.ipynb", Identity(name=f"Student {n}", id=f"50{n}"))
    return found


def test_a_worksheet_comes_back_with_its_grades() -> None:
    results = [BOTH[0], BOTH[1], result("3.ipynb", 0, status="rejected", reason="it is <b>empty</b>")]
    text = moodle_csv(gather(results, moodle(1, 2, 3), WORKSHEET), {}, WORKSHEET)
    before, after = table(WORKSHEET.text), table(text)
    assert list(after[0]) == list(before[0])
    assert [r["Grade"] for r in after] == ["20.0625", "3", "", ""]
    assert after[2].pop("Feedback comments") == "it is &lt;b&gt;empty&lt;/b&gt;"
    del before[2]["Feedback comments"]
    for old, new in zip(before, after, strict=True):
        assert {k: v.strip() for k, v in old.items() if k != "Grade"} == {k: v for k, v in new.items() if k != "Grade"}


def test_a_worksheet_may_have_two_columns_of_one_name() -> None:
    roster = parse_roster(b"Identifier,Full name,Grade,Remark,Remark\nParticipant 501,A,,x,y\n")
    assert (
        moodle_csv(gather(BOTH[:1], moodle(1), roster), {}, roster).splitlines()[1] == "Participant 501,A,20.0625,x,y"
    )


def test_moodle_without_a_worksheet_has_what_its_importer_asks_for() -> None:
    rows = table(moodle_csv(gather(BOTH, moodle(1, 2)), {}))
    assert {"Identifier", "Grade", "Last modified (grade)"} <= rows[0].keys()
    assert [(r["Identifier"], r["Full name"], r["Grade"]) for r in rows] == [
        ("Participant 501", "Student 1", "20.0625"),
        ("Participant 502", "Student 2", "3"),
    ]


def test_moodle_with_several_assignments_has_a_column_for_each() -> None:
    results = [BOTH[0], result("2.ipynb", 5.0, assignment="b")]
    uploads = moodle(1) | of("moodle", "2.ipynb", Identity(name="Student 1", id="501"))
    (row,) = table(moodle_csv(gather(results, uploads), {"b": "Second"}))
    assert (row["a"], row["Second"]) == ("20.0625", "5")


def test_a_maximum_that_differs_is_told() -> None:
    cohort = gather(BOTH, moodle(1, 2), WORKSHEET)
    assert maximum_differs(cohort, WORKSHEET) == ""
    other = parse_roster(WORKSHEET.text.replace("37.00", "100.00").encode())
    told = "Moodle's maximum grade is 100.00, ours 37: set Moodle's to ours first"
    assert maximum_differs(gather(BOTH, moodle(1, 2), other), other) == told


# --- who has which marks ---


def test_a_group_hands_in_for_all_of_it() -> None:
    two = of("gradescope", "1.ipynb", Identity(name="A", id="s01"), Identity(name="B", id="s02"))
    cohort = gather(BOTH[:1], two, CANVAS)
    assert [(e.name, e.marks["a"].total) for e in cohort.entries] == [
        ("One, Student", 20.0625),
        ("Two, Student", 20.0625),
    ]


def test_of_several_marks_of_one_student_none_is_taken() -> None:
    results = [result("s/1.ipynb", student="s"), result("s/2.ipynb", student="s")]
    (entry,) = gather(results, {}).entries
    assert entry.marks == {}
    assert entry.remarks["a"].startswith("several submissions are graded")


def test_what_was_not_graded_is_left_empty() -> None:
    (entry,) = gather([result("1", 0, status="not graded", reason="no memory")], {}).entries
    assert (entry.marks, entry.remarks) == ({}, {"a": "no memory"})


def test_two_students_of_one_name_keep_their_marks_apart() -> None:
    same = of("canvas", "1.ipynb", Identity(name="doejane", id="1")) | of(
        "canvas", "2.ipynb", Identity(name="doejane", id="2")
    )
    rows = table(canvas_csv(gather(BOTH, same), {}))[1:]
    assert [(r["ID"], r["a"]) for r in rows] == [("1", "20.0625"), ("2", "3")]


def test_who_is_not_on_the_roster_is_named() -> None:
    assert gather(BOTH, ONE | of("canvas", "2.ipynb", Identity(name="x", id="9")), CANVAS).strangers == ("x",)
    assert gather(BOTH, ONE | TWO).strangers == ()


def test_handed_in_has_a_row_for_everything_and_everybody() -> None:
    results = [BOTH[0], result("2.ipynb", 0, status="rejected", reason="a later upload counts: 1.ipynb")]
    uploads = ONE | of("canvas", "2.ipynb", Identity(name="onestudent", id="1001"), late=False)
    rows = table(handed_in_csv(results, uploads, gather(results, uploads, CANVAS), CANVAS))
    assert [(r["student"], r["late"], r["status"], r["counts"]) for r in rows] == [
        ("One, Student", "yes", "graded", "yes"),
        ("One, Student", "no", "rejected", "no"),
        ("Two, Student", "", "nothing handed in", "no"),
        ("Three, Student", "", "nothing handed in", "no"),
        ("Four, Student", "", "nothing handed in", "no"),
    ]


# --- hostile names ---


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_run_nowhere(name: str) -> None:
    uploads = of("gradescope", "1.ipynb", Identity(name=name, id="7"))
    cohort = gather(BOTH[:1], uploads)
    for text in (canvas_csv(cohort, {}), moodle_csv(cohort, {}), handed_in_csv(BOTH[:1], uploads, cohort)):
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert len({len(row) for row in rows}) == 1
        assert text.count("\n") == len(rows)
        for row in rows:
            assert not any(c.startswith(tuple(f[0] for f in FORMULAE)) and c != "-" for c in row)
            assert all(c.isprintable() for c in row)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)


@given(st.lists(st.tuples(TEXTS, TEXTS, st.integers(0, 592)), min_size=1, max_size=5, unique_by=lambda t: t[1]))
def test_what_is_written_reads_back(people: list[tuple[str, str, int]]) -> None:
    uploads: dict[str, Upload] = {}
    for i, (name, id_, _) in enumerate(people):
        uploads |= of("nbgrader", f"{i}.ipynb", Identity(name=name, id=id_))
    results = [result(f"{i}.ipynb", sixteenths / 16) for i, (*_, sixteenths) in enumerate(people)]
    cohort = gather(results, uploads)
    expected = sorted(sixteenths / 16 for *_, sixteenths in people)
    assert sorted(float(r["a"]) for r in table(canvas_csv(cohort, {}))[1:]) == expected
    assert sorted(float(r["Grade"]) for r in table(moodle_csv(cohort, {}))) == expected
    assert len(table(handed_in_csv(results, uploads, cohort))) == len(people)


# --- Gradescope ---

CASES = (
    CaseResult(name="small", kind="plain", public=True, passed=True),
    CaseResult(name="wide", kind="plain", public=True, passed=False, message="got None"),
    CaseResult(name="secret one", kind="edge", public=False, passed=False, message="hidden words"),
)
HINT = {"name": "transposed", "hint": "Mind the order."}
EXERCISE = ExerciseResult(name="matvec", state="failed", marks=1.0, possible=2.0, misconception=HINT, cases=CASES)


def test_gradescope_results_follow_the_specification() -> None:
    data = gradescope_results(result("1", 1.0, exercises=(EXERCISE,)))
    assert data is not None
    assert data["score"] == 1.0 == sum(t["score"] for t in data["tests"])
    (test,) = data["tests"]
    assert (test["name"], test["max_score"], test["status"], test["visibility"]) == ("matvec", 2.0, "failed", "visible")
    assert test["output"] == "small: passed\nwide: failed\ngot None\nhidden cases: 0 of 1 passed\nhint: Mind the order."
    # What the specification allows, and no key besides.
    assert data.keys() <= set(
        "score execution_time output output_format test_output_format test_name_format visibility stdout_visibility extra_data tests leaderboard".split()
    )
    assert test.keys() <= set(
        "score max_score status name name_format number output output_format tags visibility extra_data".split()
    )
    assert {data["stdout_visibility"], test["visibility"]} <= {"hidden", "after_due_date", "after_published", "visible"}


def test_hidden_cases_are_not_named() -> None:
    text = json.dumps(gradescope_results(result("1", exercises=(EXERCISE,))))
    assert "secret one" not in text
    assert "hidden words" not in text


def test_rejected_and_not_graded_on_gradescope() -> None:
    data = gradescope_results(result("1", 0, status="rejected", reason="it is empty"))
    assert data == {"score": 0.0, "output": "not graded: it is empty", "output_format": "text", "tests": []}
    assert gradescope_results(result("1", 0, status="not graded")) is None


def test_delivered_files_are_named_after_submissions(tmp_path: Path) -> None:
    results = [result("submission_1/hw.ipynb"), result("../../x"), result("y", 0, status="not graded")]
    written, notes = deliver(results, results, {}, None, tmp_path, ("gradescope",))
    assert written == (tmp_path / "lms" / "gradescope",)
    found = sorted(str(p.relative_to(written[0])) for p in written[0].rglob("*.json"))
    assert len(found) == 2
    assert "submission_1/hw.ipynb.json" in found
    assert notes == ()


def test_notes_of_delivery_tell_what_is_left_empty(tmp_path: Path) -> None:
    results = [BOTH[0], result("2.ipynb", 0, status="rejected", reason="it is\nempty")]
    _, notes = deliver(results, results, ONE | TWO, CANVAS, tmp_path, ("canvas",))
    assert notes == (
        "left empty: 1",
        "  Two, Student: it is empty",
        "canvas.csv: the column of a is called a; --column a=NAME takes Canvas's own name",
    )
    assert (tmp_path / "lms" / "canvas.csv").read_text(encoding="utf-8").startswith("Student,ID,")


def test_an_empty_gradebook_has_empty_files() -> None:
    assert canvas_csv(Cohort(), {}).count("\n") == 2
    assert moodle_csv(Cohort(), {}).count("\n") == 1
    assert replace(Cohort()).entries == ()
