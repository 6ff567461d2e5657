"""Marking by hand: what is collected, and what its pages show."""

from __future__ import annotations

import base64
import io
import json
import re

import pytest
from handmade import png, questions, starter_bytes
from harmless import DRAWN_TAGS, HOSTILE, SAFE_TAGS, Seen, assert_harmless
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from grader.manual.collect import MOST_PICTURES, Answer, Part, collect
from grader.manual.formulas import mathml
from grader.manual.images import LONGEST_SIDE, Picture, picture
from grader.manual.markup import markdown
from grader.manual.page import question_page
from grader.manual.questions import ManualQuestion
from grader.notebook import Cell, read_all_cells
from grader.text import visible
from reference.catalogue import load_topic, topic_names


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
        png(kind="GIF"),
        png((8_000, 8_000), "1"),
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


def test_formulas_are_drawn_or_stay_as_they_were_typed() -> None:
    source = r"So $a_1*b_1 < c_1*d_1$ and" + "\n\n" + r"$$\|x_1\|^2_*$$" + "\n\n" + r"$\my{a_1 b_1}$"
    page = str(markdown(source))
    seen = Seen(page)
    assert "<msub><mi>a</mi><mn>1</mn></msub>" in page
    assert "a1*b1<c1*d1" in seen.text
    assert page.count('<p class="formula">') == 1
    assert r"$\my{a_1 b_1}$" in seen.text
    assert "em" not in seen.tags


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}", r"\style{color:red}{x}", r"\class{a}{x}", r"\id{a}{x}", r"\text{<b>x</b>}",
        r"\color{red}{x}", "x" * 5_000, "{" * 900 + "}" * 900, "^" * 1_500, r"\frac" * 300, r"\left(" * 300, "{", "&", "\\",
        r"\unicode{60}", r"\mathop{&lt;script&gt;}", "&lt;b&gt;",
    ],
)  # fmt: skip
def test_a_formula_does_nothing_but_show(latex: str) -> None:
    for display in (False, True):
        seen = assert_harmless(mathml(latex, display=display))
        assert set(seen.tags) <= DRAWN_TAGS
        assert not {name for name, _ in seen.attributes} & {"href", "style", "class", "id", "mathcolor"}


@given(st.text(max_size=60) | st.text("\\{}^_&$frac text<>\"'=a1 ", max_size=60))
def test_no_formula_becomes_anything_else(latex: str) -> None:
    assert set(assert_harmless(visible(mathml(latex, display=True))).tags) <= DRAWN_TAGS


@pytest.mark.parametrize("topic", topic_names())
def test_the_formulas_of_all_questions_are_drawn(topic: str) -> None:
    asked = questions(topic)
    page = "".join(str(markdown(q.prompt) + markdown(q.model if q.kind == "written" else "")) for q in asked)
    assert page.count("<math")
    assert 'class="math"' not in page


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
