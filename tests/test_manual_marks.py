"""Marking by hand: how marks are read, kept and merged, and the commands."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from click.testing import Result as Run
from handmade import TOPIC, png, questions, starter_bytes
from harmless import HOSTILE, assert_harmless
from hypothesis import given
from hypothesis import strategies as st

from grader import __version__
from grader.cli import main
from grader.errors import UsageError
from grader.gradebook import Gradebook
from grader.intake import find, read
from grader.manual.files import marked_topics
from grader.manual.marks import (
    NOBODY,
    Key,
    Marked,
    Owner,
    Row,
    Sheet,
    label,
    left,
    marking,
    read_key,
    read_sheet,
    updated,
    write_key,
    write_sheet,
)
from grader.records import ExerciseResult, ManualResult, Result
from grader.report.results import from_data, to_data
from grader.report.scores import scores_csv
from grader.reports import write_reports

SCHEMA = json.loads((files("grader.report") / "result.schema.json").read_text(encoding="utf-8"))


# --- marks ---


def owner(answer: str, submission: str, question: str = "why", state: str = "answered", sha256: str = "1") -> Owner:
    return Owner(answer=answer, question=question, submission=submission, sha256=sha256, state=state)


POINTS = {"why": 4.0, "draw": 2.0}
KEY = Key(
    points=POINTS,
    owners=(
        owner("b-c", "ann"),
        owner("d-f", "bob"),
        owner("g-h", "cleo", state="unanswered"),
        owner("j-k", "ann", "draw"),
    ),
)


def sheet_of(*lines: str) -> Sheet:
    return read_sheet("\n".join(("answer,question,marks,comment", *lines)).encode(), KEY, "marks.csv")


def test_marks_are_read_as_spreadsheets_write_them() -> None:
    for data in (
        "answer,question,marks,comment\nb-c,why,2.5,fine\n",
        "\ufeffanswer;question;marks;comment\r\nB-C;why;2,5;fine\r\n;;;\r\n",
        'Answer\tQuestion\tMarks\tComment\n"b-c"\twhy\t 2.5 \tfine\n\n',
    ):
        (row,) = read_sheet(data.encode(), KEY, "marks.csv").rows
        assert (row.answer, row.question, row.marks, row.comment) == ("b-c", "why", 2.5, "fine")


def test_every_bad_row_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        sheet_of(
            "b-c,why,3,",
            "x-x,why,3,",
            "b-c,who,3,",
            'd-f,why,,"two',
            'lines"',
            "d-f,draw,1,",
            "j-k,draw,2.5,",
            "j-k,draw,-1,",
            "j-k,draw,nan,",
            "j-k,draw,1e0,",
            "b-c,why,1,again",
            "unanswered,why,0,fine, or not",
        )
    assert str(caught.value).splitlines() == [
        "marks.csv, line 3: answer=x-x, expected an answer on the page of why",
        "marks.csv, line 4: question=who, expected one of why, draw",
        "marks.csv, line 7: answer=d-f, expected an answer on the page of draw",
        "marks.csv, line 8: marks=2.5, expected at most the 2 points of draw",
        "marks.csv, line 9: marks=-1, expected a number from 0 to 2",
        "marks.csv, line 10: marks=nan, expected a number from 0 to 2",
        "marks.csv, line 11: marks=1e0, expected a number from 0 to 2",
        "marks.csv, line 12: b-c of why stands in line 2 already; expected once",
        "marks.csv, line 13: it has 5 cells, expected 4; put a comment with separators between quotes",
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "line 1: it has the columns , expected answer,question,marks,comment"),
        (b"answer,marks\n", "line 1: it has the columns answer,marks, expected"),
        ("answer,question,marks,comment\nb-c,why,1,Stück".encode("latin-1"), "not UTF-8 at byte 43"),
        (b"answer,question,marks,comment\nb-c,why,1," + b"x" * 200_000, "line 2: it is not CSV"),
    ],
)
def test_a_table_that_is_none_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        read_sheet(data, KEY, "marks.csv")


@given(st.binary(max_size=60) | st.text(',;\n"bcwhy-0123456789.', max_size=60).map(str.encode))
def test_no_table_gives_a_traceback(data: bytes) -> None:
    try:
        sheet = read_sheet(b"answer,question,marks,comment\n" + data, KEY, "marks.csv")
    except UsageError:
        return
    assert all(row.marks is None or 0 <= row.marks <= POINTS[row.question] for row in sheet.rows)


@given(st.lists(st.builds(Row, answer=st.sampled_from(["b-c", "d-f"]), question=st.just("why"),
                          entered=st.sampled_from(["", "1", "2,5"]), comment=st.text(st.characters(exclude_categories=["Cs", "Cc"]))),
                unique_by=lambda row: row.answer), st.sampled_from(",;\t"))  # fmt: skip
def test_a_table_is_read_as_it_was_written(rows: list[Row], separator: str) -> None:
    sheet = Sheet(rows=tuple(replace(r, comment=r.comment.strip()) for r in rows), separator=separator)
    assert read_sheet(write_sheet(sheet).encode(), KEY, "marks.csv") == sheet


def test_a_key_is_read_as_it_was_written() -> None:
    assert read_key(write_key(KEY), "key.json") == KEY
    for damaged in ("", "[]", "{}", '{"schema": 2}', write_key(KEY).replace('"state"', '"stat"')):
        with pytest.raises(UsageError, match=r"^key\.json: "):
            read_key(damaged, "key.json")


def test_a_label_tells_answers_apart_and_names_nobody() -> None:
    made = {label(q, s, d) for q in ("why", "draw") for s in ("ann", "bob") for d in ("1", "2")}
    assert len(made) == 8
    assert all(re.fullmatch("[b-z]{5}-[b-z]{5}", name) and not set("aeiou") & set(name) for name in made)
    assert label("why", "ann", "1") == label("why", "ann", "1")


def test_new_answers_come_into_the_table_and_no_marks_are_lost() -> None:
    sheet = sheet_of("d-f,why,3,good", "unanswered,why,0,")
    key, made = updated(KEY, sheet, POINTS, [*KEY.owners, owner("a-a", "dora")])
    assert [(r.answer, r.question, r.entered, r.comment) for r in made.rows] == [
        ("a-a", "why", "", ""),
        ("b-c", "why", "", ""),
        ("d-f", "why", "3", "good"),
        ("unanswered", "why", "0", ""),
        ("j-k", "draw", "", ""),
    ]
    assert updated(key, made, POINTS, key.owners) == (key, made)


def test_marks_of_an_answer_that_was_replaced_are_kept_and_not_counted() -> None:
    sheet = sheet_of("b-c,why,3,good", "d-f,why,1,")
    key, made = updated(KEY, sheet, POINTS, [owner("z-z", "ann"), owner("j-k", "ann", "draw")])
    assert [(o.answer, o.submission, o.state) for o in key.owners if o.question == "why"] == [
        ("d-f", "bob", "answered"),
        ("g-h", "cleo", "unanswered"),
        ("z-z", "ann", "answered"),
        ("b-c", "ann", "replaced"),
    ]
    assert (made.rows[-1].answer, made.rows[-1].entered) == ("b-c", "3")
    (result,) = marked_by_hand([graded("ann")], {"logic": Marked(key=key, sheet=made)})
    assert result.manual == ()
    # Once more with the first answer: its marks hold again.
    key, made = updated(key, made, POINTS, [owner("b-c", "ann"), owner("j-k", "ann", "draw")])
    (result,) = marked_by_hand([graded("ann")], {"logic": Marked(key=key, sheet=made)})
    assert [m.marks for m in result.manual] == [3]


# --- merging ---


def graded(name: str, sha256: str = "1", status: str = "graded", assignment: str = "logic") -> Result:
    return Result(
        submission=name, student=name, sha256=sha256, assignment=assignment, status=status, total=5.0, possible=8.0,
        reason="" if status == "graded" else "why", isolation="none",
        exercises=(ExerciseResult(name="f", state="passed", marks=5.0, possible=8.0),) if status == "graded" else (),
    )  # fmt: skip


def marked_by_hand(results: list[Result], marked: dict[str, Marked]) -> tuple[Result, ...]:
    return tuple(map(marking(marked), results))


def test_only_what_was_entered_counts() -> None:
    marked = {"logic": Marked(key=KEY, sheet=sheet_of("b-c,why,3.5,=good", "j-k,draw,,later", "unanswered,why,0,"))}
    results = [graded("ann"), graded("bob"), graded("cleo"), graded("dora"), graded("ann", assignment="other")]
    ann, bob, cleo, dora, other = marked_by_hand(results, marked)
    assert (ann.total, ann.possible) == (8.5, 12.0)
    assert ann.manual == (ManualResult(name="why", marks=3.5, possible=4.0, comment="=good"),)
    assert bob == results[1]
    assert (cleo.total, cleo.possible) == (5.0, 12.0)
    assert (dora, other) == (results[3], results[4])
    assert left(results, marked) == ("logic: 2 answers not marked yet",)


def test_marks_of_what_has_changed_since_do_not_count() -> None:
    marked = {"logic": Marked(key=KEY, sheet=sheet_of("b-c,why,3,", "d-f,why,2,"))}
    results = [graded("ann", sha256="2"), graded("bob", status="rejected")]
    assert marked_by_hand(results, marked) == tuple(results)
    assert left(results, marked) == (
        "logic: 2 answers of submissions that have changed since; run fullmarks manual again",
    )


def test_scores_have_a_column_for_a_question_once_somebody_has_marks() -> None:
    results = [graded("ann"), graded("bob")]
    before = scores_csv(results, ["f"], ["why", "draw"])
    assert before == scores_csv(results, ["f"])
    marked = {"logic": Marked(key=KEY, sheet=sheet_of("j-k,draw,2,", "d-f,why,1.25,"))}
    lines = scores_csv(marked_by_hand(results, marked), ["f"], list(POINTS)).splitlines()
    assert lines == [
        "submission,student,assignment,status,f,why,draw,total,possible,percent,reason",
        "ann,ann,logic,graded,5,,2,7,10,70,",
        "bob,bob,logic,graded,5,1.25,,6.25,12,52.08,",
    ]


def test_merged_results_are_of_the_schema_and_others_stay_what_they_were() -> None:
    marked = {"logic": Marked(key=KEY, sheet=sheet_of("b-c,why,3,good"))}
    ann, bob = marked_by_hand([graded("ann", "1" * 64), graded("bob", "1" * 64)], {"logic": replace(marked["logic"], key=replace(
        KEY, owners=(owner("b-c", "ann", sha256="1" * 64),)))})  # fmt: skip
    for result in (ann, bob):
        jsonschema.Draft202012Validator(SCHEMA).validate(to_data(result))
        assert from_data(to_data(result)) == result
    assert to_data(ann)["manual"] == [{"name": "why", "marks": 3.0, "possible": 4.0, "comment": "good"}]
    assert "manual" not in to_data(bob)


# --- the commands ---


def answered(topic: str, answers: dict[str, str]) -> bytes:
    """Return the assignment as somebody would hand it in, with some placeholders replaced."""
    tree = json.loads(starter_bytes(topic))
    for question in questions(topic):
        at = next(i for i, c in enumerate(tree["cells"]) if question.prompt in "".join(c["source"]))
        if question.name in answers:
            tree["cells"][at + 1]["source"] = answers[question.name]
            if question.kind == "plot":
                tree["cells"][at + 1]["outputs"] = [
                    {"output_type": "display_data", "metadata": {}, "data": {"image/png": png()}}
                ]
    return json.dumps(tree).encode()


COHORT = {
    "ann.ipynb": {
        "projection_matrix": "Ann says\n\n" + HOSTILE.replace("\ud800", ""),
        "principal_components": "ax.plot()",
    },
    "bob.ipynb": {"projection_matrix": "Bob says"},
    "cleo.ipynb": {},
}


def stored(folder: Path, output: Path) -> None:
    """Put a gradebook there as `grade` would; how it comes to its marks is not of interest here."""
    output.mkdir(exist_ok=True)
    with Gradebook.open(output / "gradebook.db") as book:
        for item in find([folder]):
            submission = read(item)
            book.store(
                Result(
                    submission=submission.name, student=submission.student, sha256=submission.sha256,
                    assignment=submission.assignment, status="graded", total=30.0, possible=37.0,
                ),
                "", __version__,
            )  # fmt: skip


@pytest.fixture
def cohort(tmp_path: Path) -> tuple[Path, Path]:
    folder, output = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name, answers in COHORT.items():
        (folder / name).write_bytes(answered(TOPIC, answers))
    stored(folder, output)
    return folder, output


def run(*arguments: object) -> Run:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def enter(output: Path, *entries: tuple[str, str, str]) -> None:
    """Type marks: whose answer, to which question, how many."""
    folder = output / "manual" / TOPIC
    key = read_key((folder / "key.json").read_text(), "key.json")
    labels = {(o.submission, o.question): o.row[0] for o in key.owners}
    text = (folder / "marks.csv").read_text()
    for submission, question, marks in entries:
        row = f"{labels[submission, question]},{question},"
        assert row in text
        text = text.replace(f"{row},", f"{row}{marks},")
    (folder / "marks.csv").write_text(text)


def test_pages_and_a_table_are_written_and_name_nobody(cohort: tuple[Path, Path]) -> None:
    folder, output = cohort
    made = run("manual", output, folder)
    assert (made.exit_code, made.output) == (
        0, f"wrote {output}/manual/{TOPIC}: 3 pages, marks.csv with 6 of 6 rows to mark\n",
    )  # fmt: skip
    where = output / "manual" / TOPIC
    assert sorted(p.name for p in where.iterdir()) == sorted(
        ["key.json", "marks.csv", *(f"{q.name}.html" for q in questions())]
    )
    shown = "".join(p.read_text() for p in where.iterdir() if p.name != "key.json")
    assert "Ann says" in shown
    assert not [name for name in COHORT if name in shown or name.removesuffix(".ipynb") in shown]
    page = (where / "projection_matrix.html").read_text()
    assert_harmless(page)
    assert page.count("<article") == 2
    assert "1 submission leaves" in page
    assert "data:image/png;base64," in (where / "principal_components.html").read_text()


def test_report_merges_marks_and_grade_keeps_them(cohort: tuple[Path, Path]) -> None:
    folder, output = cohort
    run("manual", output, folder)
    enter(output, ("ann.ipynb", "projection_matrix", "3"), ("cleo.ipynb", "principal_components", "0"))
    made = run("report", output)
    assert made.exit_code == 0
    assert f"{TOPIC}: 6 answers not marked yet" in made.output
    rows = (output / "scores.csv").read_text().splitlines()
    assert rows[0].endswith(",pca,principal_components,projection_matrix,total,possible,percent,reason")
    assert rows[1].endswith(",,3,33,41,80.49,")
    assert rows[2].endswith(",0,,30,39,76.92,")
    assert json.loads((output / "results" / "ann.ipynb.json").read_text())["manual"][0]["marks"] == 3
    with Gradebook.open(output / "gradebook.db") as book:
        assert all(result.manual == () for result in book.results()), "merged anew from the table each time"
        write_reports(book, output, marked_topics(output))
    assert (output / "scores.csv").read_text().splitlines() == rows


def test_a_bad_row_merges_nothing_and_loses_nothing(cohort: tuple[Path, Path]) -> None:
    folder, output = cohort
    run("manual", output, folder)
    enter(output, ("ann.ipynb", "projection_matrix", "3"))
    run("report", output)
    before = (output / "scores.csv").read_bytes()
    enter(output, ("bob.ipynb", "projection_matrix", "40"))
    typed = (output / "manual" / TOPIC / "marks.csv").read_bytes()
    for command in (("report", output), ("manual", output, folder), ("grade", folder, "-o", output)):
        made = run(*command)
        assert made.exit_code == 2
        assert "marks=40, expected at most the 4 points of projection_matrix" in made.output
        assert (output / "scores.csv").read_bytes() == before
        assert (output / "manual" / TOPIC / "marks.csv").read_bytes() == typed


def test_collecting_again_keeps_marks_and_adds_who_came_late(cohort: tuple[Path, Path]) -> None:
    folder, output = cohort
    run("manual", output, folder)
    enter(output, ("bob.ipynb", "projection_matrix", "3"))
    (folder / "late.ipynb").write_bytes(answered(TOPIC, {"projection_matrix": "Late"}))
    (folder / "bob.ipynb").write_bytes(
        answered(TOPIC, {"projection_matrix": "Bob says", "power_iteration_rate": "More"})
    )
    refused = run("manual", output, folder)
    assert refused.exit_code == 2
    assert "bob.ipynb, late.ipynb: not in" in refused.output
    stored(folder, output)
    assert "of submissions that have changed since; run fullmarks manual again" in run("report", output).output
    assert run("manual", output, folder).exit_code == 0
    run("report", output)
    rows = (output / "scores.csv").read_text().splitlines()
    assert rows[2].startswith("bob.ipynb,")
    assert rows[2].endswith(",3,33,41,80.49,")


def test_without_its_key_a_table_is_not_merged_and_can_be_saved(cohort: tuple[Path, Path]) -> None:
    folder, output = cohort
    run("manual", output, folder)
    enter(output, ("ann.ipynb", "projection_matrix", "3"))
    (output / "manual" / TOPIC / "key.json").unlink()
    assert "run fullmarks manual again" in run("report", output).output
    assert run("manual", output, folder).exit_code == 0
    run("report", output)
    assert ",3,33,41," in (output / "scores.csv").read_text()


def test_scripts_and_folders_without_a_gradebook(cohort: tuple[Path, Path], tmp_path: Path) -> None:
    folder, output = cohort
    refused = run("manual", tmp_path, folder)
    assert (refused.exit_code, "it has no gradebook.db" in refused.output) == (2, True)
    (folder / "dan.py").write_text("x = 1")
    stored(folder, output)
    with Gradebook.open(output / "gradebook.db") as book:
        script = next(r for r in book.results() if r.submission == "dan.py")
        book.store(replace(script, assignment=TOPIC), "", __version__)
    run("manual", output, folder)
    assert "The question was not found" in (output / "manual" / TOPIC / "power_iteration_rate.html").read_text()
    assert NOBODY in (output / "manual" / TOPIC / "marks.csv").read_text()
