"""Marking by hand: what is collected, what its pages show, and how marks are merged."""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from click.testing import Result as Run
from harmless import HOSTILE, SAFE_TAGS, Seen, assert_harmless
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from grader import __version__, content
from grader.cli import main
from grader.cohort import write_reports
from grader.errors import UsageError
from grader.gradebook import Gradebook
from grader.intake import find, read
from grader.manual.collect import MOST_PICTURES, Answer, Part, collect
from grader.manual.files import marked_topics
from grader.manual.images import LONGEST_SIDE, Picture, picture
from grader.manual.marks import (
    NOBODY,
    Key,
    Marked,
    Owner,
    Row,
    Sheet,
    label,
    left,
    merged,
    read_key,
    read_sheet,
    updated,
    write_key,
    write_sheet,
)
from grader.manual.markup import markdown
from grader.manual.page import question_page
from grader.manual.questions import ManualQuestion, manual_questions
from grader.notebook import Cell, read_all_cells
from grader.records import ExerciseResult, ManualResult, Result
from grader.report.results import from_data, to_data
from grader.report.scores import scores_csv
from reference.catalogue import load_topic, topic_names

TOPIC = "linear_algebra"
SCHEMA = json.loads((files("grader.report") / "result.schema.json").read_text(encoding="utf-8"))


def questions(topic: str = TOPIC) -> tuple[ManualQuestion, ...]:
    return manual_questions((content.solutions() / f"{topic}.md").read_text(encoding="utf-8"))


def starter_bytes(topic: str = TOPIC) -> bytes:
    return (content.assignments() / topic / f"{topic}.ipynb").read_bytes()


def png(size: tuple[int, int] = (4, 3), **how: object) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, "PNG", **how)
    return base64.b64encode(buffer.getvalue()).decode()


def jpeg(exif: Image.Exif | None = None, comment: bytes = b"", size: tuple[int, int] = (4, 3)) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, "JPEG", exif=exif or Image.Exif(), comment=comment)
    return base64.b64encode(buffer.getvalue()).decode()


# --- questions ---


@pytest.mark.parametrize("topic", topic_names())
def test_every_topic_has_questions_that_its_assignment_asks(topic: str) -> None:
    asked = questions(topic)
    assert [q.kind for q in asked].count("written") >= 1
    assert all("Rubric" in q.model for q in asked if q.kind == "written")
    cells = read_all_cells(starter_bytes(topic))
    assert [a.state for a in collect(cells, asked, cells)] == ["unanswered"] * len(asked)


def test_no_question_has_the_name_of_an_exercise_or_of_another_question() -> None:
    names = [q.name for topic in topic_names() for q in questions(topic)]
    names += [e.name for topic in topic_names() for e in load_topic(topic).exercises]
    assert len(names) == len(set(names))


# --- collecting ---

WHY = ManualQuestion(name="why", kind="written", points=4, prompt="**Why** is it\nso?", model="*Rubric: 4.*")
DRAW = ManualQuestion(name="draw", kind="plot", points=2, prompt="Draw it.", model="ax.plot()")


def text(source: str, **more: object) -> Cell:
    return Cell(kind="markdown", source=source, **more)


def code(source: str, *outputs: object) -> Cell:
    return Cell(kind="code", source=source, outputs=outputs)


def notebook(written: list[Cell], drawn: list[Cell]) -> list[Cell]:
    return [
        text("# Title"),
        code("import numpy"),
        text("<!-- BEGIN QUESTION -->\n\n**Why** is it\nso?"),
        *written,
        text("<!-- END QUESTION -->\n\n<!-- BEGIN QUESTION -->\n\nDraw it."),
        *drawn,
        text("<!-- END QUESTION -->\n\n## The end"),
        code("grader.check_all()"),
    ]


STARTER = notebook([text("_Type here._")], [code("...")])


def gather(cells: list[Cell]) -> tuple[Answer, Answer]:
    why, draw = collect(cells, (WHY, DRAW), STARTER)
    return why, draw


def test_what_is_as_it_was_handed_out_is_unanswered() -> None:
    why, draw = gather(notebook([text(" _Type  here._\n"), text("")], [code("...\n")]))
    assert (why.state, draw.state) == ("unanswered", "unanswered")
    assert gather(notebook([], []))[0].state == "unanswered"


def test_all_cells_between_the_marks_are_the_answer_without_the_placeholder() -> None:
    why, draw = gather(notebook([text("_Type here._"), text("So."), code("1 + 1")], [code("...")]))
    assert why == Answer(
        question="why", state="answered", parts=(Part(kind="markdown", source="So."), Part(kind="code", source="1 + 1"))
    )
    assert draw.state == "unanswered"


def test_an_answer_typed_behind_the_question_in_its_own_cell_is_found() -> None:
    cells = notebook([text("_Type here._")], [])
    cells[2] = text("<!-- BEGIN QUESTION -->\n\n**Why** is it\nso? Because I say so.")
    assert [p.source for p in gather(cells)[0].parts] == ["Because I say so."]


@pytest.mark.parametrize("lost", ["begin", "end", "both"])
def test_marks_that_somebody_deleted_cost_nothing(lost: str) -> None:
    cells = notebook([text("So.")], [code("ax.plot()")])
    if lost in ("begin", "both"):
        cells[2] = text("**Why** is it so?")
    if lost in ("end", "both"):
        cells[4] = text("Draw it.")
    why, draw = gather(cells)
    assert [[p.source for p in a.parts] for a in (why, draw)] == [["So."], ["ax.plot()"]]


def test_a_question_whose_text_was_edited_is_found_by_its_place() -> None:
    cells = notebook([text("So.")], [])
    cells[2] = text("<!-- BEGIN QUESTION -->\n\nWhy, oh why?")
    assert [p.source for p in gather(cells)[0].parts] == ["So."]


def test_a_question_that_is_not_there_is_not_called_unanswered() -> None:
    why, draw = gather([text("Hello."), *notebook([], [code("ax.plot()")])[3:]])
    assert (why.state, draw.state) == ("not found", "answered")
    assert gather([])[0].state == "not found"


def test_the_pictures_of_a_plot_are_kept_with_its_code() -> None:
    drawn = {"output_type": "display_data", "data": {"image/png": png(), "text/plain": "<Figure>"}}
    old = {"output_type": "display_data", "png": png((5, 5))}
    part = gather(notebook([], [code("ax.plot()", drawn, old)]))[1].parts[0]
    assert [p.kind for p in part.pictures] == ["png", "png"]
    assert (part.source, part.hidden) == ("ax.plot()", ())


def test_what_cannot_be_shown_is_named_and_kept_out() -> None:
    outputs = (
        {"output_type": "display_data", "data": {"image/svg+xml": "<svg onload='alert(1)'/>", "text/plain": "x"}},
        {"output_type": "display_data", "data": {"text/html": "<script>alert(1)</script>", "image/png": "no"}},
        {"output_type": "stream", "text": "hello"},
    )
    part = gather(notebook([], [code("draw()", *outputs)]))[1].parts[0]
    assert (part.pictures, part.hidden) == ((), ("image/svg+xml", "image/png", "text/html"))


def test_attached_and_embedded_pictures_of_text_are_kept() -> None:
    cell = text(
        f"See ![](data:image/png;base64,{png()}) and ![](attachment:me.jpg)",
        attachments={"me.jpg": {"image/jpeg": jpeg()}},
    )
    part = gather(notebook([cell], []))[0].parts[0]
    assert sorted(p.kind for p in part.pictures) == ["jpeg", "png"]
    assert part.source == "See ![](embedded) and ![](attachment:me.jpg)"


def test_a_thousand_pictures_are_not_all_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(
        "grader.manual.collect.picture", lambda data: asked.append(data) or Picture(kind="png", data="")
    )
    many = [code(f"draw({n})", *({"data": {"image/png": str(k)}} for k in range(30))) for n in range(30)]
    _, draw = gather(notebook([], many))
    assert len(asked) == sum(len(p.pictures) for p in draw.parts) == MOST_PICTURES


def test_a_megabyte_of_text_is_cut_and_said_to_be() -> None:
    parts = gather(notebook([text("So."), text("x" * 1_000_000), text("y" * 10)], []))[0].parts
    assert [len(p.source) for p in parts] == [3, 59_997, 0]
    assert [p.hidden for p in parts] == [(), ("940,003 more characters",), ("10 more characters",)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "image/png", "image/svg+xml", "text", "png", "a.png"]) | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
CELLS = st.builds(
    lambda kind, source, outputs, attachments: {
        "cell_type": kind, "source": source, "outputs": outputs, "attachments": attachments,
    },
    st.sampled_from(["markdown", "code", "raw"]) | JSON,
    st.sampled_from(["<!-- BEGIN QUESTION -->\n\n**Why** is it\nso?", "<!-- END QUESTION -->", "Draw it."]) | JSON,
    st.lists(JSON, max_size=3) | JSON,
    JSON,
)  # fmt: skip


@given(st.lists(CELLS | JSON, max_size=6))
def test_no_notebook_stops_a_collection(cells: list[object]) -> None:
    read_cells = read_all_cells(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}).encode())
    for answer in gather(list(read_cells)):
        assert bool(answer.parts) is (answer.state == "answered")
        assert len(answer.digest) == 64


# --- pictures ---


def test_a_picture_is_made_anew_without_what_else_it_carries() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "Alice")
    exif = Image.Exif()
    exif[0x013B] = "Alice"
    for made in (
        picture(png(pnginfo=info, icc_profile=b"Alice")),
        picture(jpeg(exif, b"Alice")),
        picture([png()[:10], png()[10:]]),
    ):
        assert made is not None
        data = base64.b64decode(made.data)
        assert b"Alice" not in data
        assert Image.open(io.BytesIO(data)).size == (4, 3)


def test_a_photograph_is_turned_upright_and_made_small() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    made = picture(jpeg(exif, size=(4000, 2000)))
    assert made is not None
    assert Image.open(io.BytesIO(base64.b64decode(made.data))).size == (LONGEST_SIDE // 2, LONGEST_SIDE)


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "bad",
    [
        None, 7, "", "not base64 %", ["a", 1], {"x": "y"}, "é", png()[:40],
        encoded(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        encoded(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
        png((30_000, 30_000)),
        "A" * 17_000_000,
    ],
    ids=["none", "number", "empty", "noise", "mixed", "object", "letters", "cut", "svg", "gif", "bomb", "long"],
)  # fmt: skip
def test_what_is_no_picture_that_can_be_shown_is_none(bad: object) -> None:
    assert picture(bad) is None


# --- Markdown and pages ---


def test_markdown_of_students_loads_and_runs_nothing() -> None:
    page = str(markdown(HOSTILE))
    seen = assert_harmless(page)
    assert set(seen.tags) <= SAFE_TAGS
    assert "http://evil.example/pixel.png" not in [v for _, v in seen.attributes]
    assert "<script>alert(1)</script>" in seen.text
    assert "{{ 7 * 7 }}" in seen.text


@given(st.text(max_size=200) | st.text("<>&\"'[]()!$\\`*_#|-:x \n", max_size=80))
def test_no_markdown_becomes_a_tag_of_its_own(source: str) -> None:
    assert set(assert_harmless(str(markdown(source))).tags) <= SAFE_TAGS


def test_formulas_stay_as_they_were_typed() -> None:
    source = r"So $a_1*b_1 < c_1*d_1$ and" + "\n\n" + r"$$\|x_1\|^2_*$$"
    seen = Seen(str(markdown(source)))
    assert "$a_1*b_1 < c_1*d_1$" in seen.text
    assert r"$$\|x_1\|^2_*$$" in seen.text
    assert "em" not in seen.tags


def test_headings_of_students_are_no_headings_of_the_page() -> None:
    assert str(markdown("# Big\n\n## Small")) == '<p class="heading">Big</p>\n<p class="heading">Small</p>\n'


def page_of(*parts: Part, question: ManualQuestion = WHY, unanswered: int = 0) -> str:
    return question_page(
        "logic", question, {"bcdfg-hjkmn": Answer(question="why", state="answered", parts=parts)}, unanswered
    )


def test_a_page_of_hostile_answers_is_harmless() -> None:
    parts = (
        Part(kind="markdown", source=HOSTILE, hidden=("<script>",)),
        Part(kind="code", source=HOSTILE, pictures=(Picture(kind="png", data="AAAA"),), hidden=("\u202e",)),
    )
    page = page_of(*parts)
    seen = assert_harmless(page)
    assert set(seen.tags) - SAFE_TAGS == {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "article", "div", "img", "details",
        "summary",
    }  # fmt: skip
    assert "default-src 'none'" in page


def test_a_page_shows_question_model_rubric_and_every_answer() -> None:
    page = page_of(Part(kind="markdown", source="*Since*."), unanswered=3)
    seen = Seen(page)
    for shown in (
        "is it\nso?",
        "Rubric: 4.",
        "1 of 1: bcdfg-hjkmn",
        "Since",
        "*Since*.",
        "0 to 4 points",
        "3 submissions leave",
    ):
        assert shown in seen.text
    plot = page_of(Part(kind="code", source="ax.plot()"), question=DRAW)
    assert "ax.plot()" in plot


def test_an_answer_that_was_not_found_says_where_to_look() -> None:
    assert "Look into the submission" in page_of()


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_told_apart(scheme: int) -> None:
    style = page_of()
    colours = dict(re.findall(r"--(\w+): (#\w+)", re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]))
    # WCAG 2.2: 4.5 for text (1.4.3), 3 for what marks a part of the page (1.4.11).
    for ink in ("text", "quiet", "link"):
        for ground in ("page", "soft"):
            assert contrast(colours[ink], colours[ground]) >= 4.5
    assert contrast(colours["text"], colours["mark"]) >= 4.5
    for line in ("line", "edge"):
        for ground in ("page", "soft", "mark"):
            assert contrast(colours[line], colours[ground]) >= 3


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
    (result,) = merged([graded("ann")], {"logic": Marked(key=key, sheet=made)})
    assert result.manual == ()
    # Once more with the first answer: its marks hold again.
    key, made = updated(key, made, POINTS, [owner("b-c", "ann"), owner("j-k", "ann", "draw")])
    (result,) = merged([graded("ann")], {"logic": Marked(key=key, sheet=made)})
    assert [m.marks for m in result.manual] == [3]


# --- merging ---


def graded(name: str, sha256: str = "1", status: str = "graded", assignment: str = "logic") -> Result:
    return Result(
        submission=name, student=name, sha256=sha256, assignment=assignment, status=status, total=5.0, possible=8.0,
        reason="" if status == "graded" else "why", isolation="none",
        exercises=(ExerciseResult(name="f", state="passed", marks=5.0, possible=8.0),) if status == "graded" else (),
    )  # fmt: skip


def test_only_what_was_entered_counts() -> None:
    marked = {"logic": Marked(key=KEY, sheet=sheet_of("b-c,why,3.5,=good", "j-k,draw,,later", "unanswered,why,0,"))}
    results = [graded("ann"), graded("bob"), graded("cleo"), graded("dora"), graded("ann", assignment="other")]
    ann, bob, cleo, dora, other = merged(results, marked)
    assert (ann.total, ann.possible) == (8.5, 12.0)
    assert ann.manual == (ManualResult(name="why", marks=3.5, possible=4.0, comment="=good"),)
    assert bob == results[1]
    assert (cleo.total, cleo.possible) == (5.0, 12.0)
    assert (dora, other) == (results[3], results[4])
    assert left(results, marked) == ("logic: 2 answers not marked yet",)


def test_marks_of_what_has_changed_since_do_not_count() -> None:
    marked = {"logic": Marked(key=KEY, sheet=sheet_of("b-c,why,3,", "d-f,why,2,"))}
    results = [graded("ann", sha256="2"), graded("bob", status="rejected")]
    assert merged(results, marked) == tuple(results)
    assert left(results, marked) == (
        "logic: 2 answers of submissions that have changed since; run fullmarks manual again",
    )


def test_scores_have_a_column_for_a_question_once_somebody_has_marks() -> None:
    results = [graded("ann"), graded("bob")]
    before = scores_csv(results, ["f"], ["why", "draw"])
    assert before == scores_csv(results, ["f"])
    marked = {"logic": Marked(key=KEY, sheet=sheet_of("j-k,draw,2,", "d-f,why,1.25,"))}
    lines = scores_csv(merged(results, marked), ["f"], list(POINTS)).splitlines()
    assert lines == [
        "submission,student,assignment,status,f,why,draw,total,possible,percent,reason",
        "ann,ann,logic,graded,5,,2,7,10,70,",
        "bob,bob,logic,graded,5,1.25,,6.25,12,52.08,",
    ]


def test_merged_results_are_of_the_schema_and_others_stay_what_they_were() -> None:
    marked = {"logic": Marked(key=KEY, sheet=sheet_of("b-c,why,3,good"))}
    ann, bob = merged([graded("ann", "1" * 64), graded("bob", "1" * 64)], {"logic": replace(marked["logic"], key=replace(
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
