"""The pages: what they tell, what they keep to themselves, and that what students wrote is text and nothing else."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import axe_playwright_python
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.pictures import pictures
from grader.plan import plan_topic
from grader.records import CaseResult, Claim, Detail, ExerciseResult, Picture, Result
from grader.report.figures import picture_svg
from grader.report.pages import STATES, cohort_page, feedback_page, feedback_path, write_cohort_page, write_feedback
from grader.report.results import from_data, to_data, to_store
from grader.report.statistics import Tally
from reference.catalogue import load_topic

TITLES = {"linear_algebra": "Linear algebra"}
# No page may have an element for any of it.
HOSTILE = (
    "<script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "</pre></section><h1>Full marks</h1>",
    "\x1b[31m\x00\x07 \u202egnp.exe \u2066hidden",
    "{{ 7 * 7 }} {% for x in y %}",
    'javascript:alert(1)" onfocus="alert(1)',
    "&lt;b&gt; &amp; ]]> <!-- ",
    "\ud800 lone",
    "x" * 200_000,
    "wide\n" * 5_000,
)


def result(text: str = "text", name: str = "a.ipynb", status: str = "graded", **more) -> Result:
    cases = (
        CaseResult(name="first", kind="plain", public=True, passed=False, message=f'Case "first"\n  input     x = 1\n  got       {text}'),
        CaseResult(name="second", kind="plain", public=True, passed=True),
        CaseResult(name="third", kind="edge", public=False, passed=False, message="the call raised an exception. Why this case: w"),
    )  # fmt: skip
    exercises = tuple(
        ExerciseResult(
            name=f"exercise_{i}", state=state, marks=1.0, possible=2.0, cases=cases,
            misconception={"name": "wrong_axis", "hint": "Which axis is it?"},
        )
        for i, state in enumerate(STATES)
    )  # fmt: skip
    details = (
        Detail(
            exercise="exercise_0",
            seconds=0.5,
            counterexample=f'Case "simplest counterexample"\n  got       {text}',
            pictures=(
                Picture(case="first", got=(1.0, 2.0, None), expected=(1.0, 2.0, 3.0)),
                Picture(case="second", got=((1.0, 2.0), (3.0, 4.0)), expected=((1.0, 2.0), (3.0, 5.0))),
            ),
        ),
    )
    fields = {
        "submission": name, "student": text, "sha256": "", "assignment": "linear_algebra", "status": status, "reason": "",
        "total": 8.0, "possible": 16.0, "exercises": exercises, "details": details, "cell_errors": ((2, text),),
    }  # fmt: skip
    return Result(**{**fields, **more})


def page(of: Result) -> str:
    return feedback_page(of, "Linear algebra", {"exercise_0": "Return something."})


def tallied(results):
    tallies = {}
    for one in results:
        tallies.setdefault(one.assignment, Tally()).add(one)
    return [tally.statistics(name) for name, tally in tallies.items()]


def the_cohort(results, titles):
    return cohort_page(results, tallied(results), titles)


def write_all(results, folder, titles, summaries):
    for one in results:
        write_feedback(one, folder / "feedback", titles.get(one.assignment, ""), summaries)
    write_cohort_page(results, tallied(results), titles, folder / "index.html")


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.text: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, tuple(name for name, _ in attributes)))
        self.ids += [value for name, value in attributes if name == "id"]

    def handle_data(self, data):
        self.text.append(data)


def elements(html: str) -> Elements:
    parser = Elements()
    parser.feed(html)
    return parser


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_what_students_write_makes_no_element(text):
    assert elements(page(result(text))).found == elements(page(result())).found
    rows = [result(text, name=f"{text[:50]}.ipynb"), result(text, status="rejected", reason=text)]
    plain = [result(), result(name="b", status="rejected", reason="x")]
    assert elements(the_cohort(rows, TITLES)).found == elements(the_cohort(plain, TITLES)).found


@given(st.text(min_size=1, max_size=60))
def test_any_text_makes_no_element(text):
    assert elements(page(result(text))).found == elements(page(result())).found


def test_what_turns_or_hides_text_is_shown_as_its_code():
    html = page(result(HOSTILE[3]))
    assert not set(html) & {"\x1b", "\x00", "\x07", "\u202e", "\u2066"}
    assert "202e" in html


def test_megabytes_are_cut():
    assert len(page(result("x" * 5_000_000))) < 100_000 + 5 * 5_100_000 / 1000
    assert len(page(result(cell_errors=tuple((i, "error") for i in range(500))))) < 200_000


def test_nothing_is_loaded_and_every_id_is_there_once():
    for html in (page(result()), the_cohort([result(), result(name="b")], TITLES)):
        assert not re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", html)
        ids = elements(html).ids
        assert len(ids) == len(set(ids))
        assert "default-src 'none'" in html


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_told_in_words(state):
    assert STATES[state] in page(result())


def test_hidden_cases_tell_name_and_reason_only():
    html = page(result())
    assert "third" in html
    assert "Why this case: w" in html
    assert "Which axis is it?" in html
    assert "wrong_axis" not in html


@pytest.mark.parametrize("status", ["rejected", "not graded"])
def test_without_marks_there_is_the_reason(status):
    html = page(result(status=status, reason="it is not UTF-8", exercises=(), details=(), cell_errors=()))
    assert "it is not UTF-8" in html
    assert "of 16 marks" not in html


def test_details_are_stored_and_come_back():
    made = result()
    assert from_data(to_store(made)) == made
    assert "details" not in to_data(made)


def test_pages_stand_where_links_point(tmp_path):
    cohort = [result(name=n) for n in ("a b/x#1%.ipynb", "ä/ü?.ipynb", "../up.ipynb", "q&'\".zip")]
    write_all(cohort, tmp_path, TITLES, {})
    links = re.findall(r'href="(feedback/[^"]+)"', (tmp_path / "index.html").read_text(encoding="utf-8"))
    from urllib.parse import unquote

    assert len(links) == len(cohort)
    for link in links:
        assert (tmp_path / unquote(link)).is_file()
    assert feedback_path("a/b.ipynb").as_posix() == "a/b.ipynb.html"


def test_an_empty_cohort_has_a_page():
    assert "0 submissions" in the_cohort([], TITLES)


def test_figures_are_drawn_of_public_results_that_are_worth_it():
    exercises = plan_topic(load_topic("linear_regression"), 5).exercises
    (planned,) = [e for e in exercises if e.exercise.name == "polynomial_features"]
    wrong = [
        Claim(outcome="returned", value=p.expected + 0.5) if p.case.kind != "error" else Claim(outcome="raised")
        for p in planned.cases
    ]
    right = [Claim(outcome="returned", value=p.expected) for p in planned.cases]
    public = {p.case.name for p in planned.cases if p.case.public}
    found = pictures(planned, wrong)
    assert found
    assert {picture.case for picture in found} <= public
    assert pictures(planned, right) == ()
    assert pictures(planned, [Claim(outcome="returned", value="text")] * len(wrong)) == ()


def test_a_figure_is_the_same_every_time():
    picture = Picture(case="c", got=(1.0, None, 3.0), expected=(1.0, 2.0, 3.0))
    first = picture_svg(picture)
    picture_svg.cache_clear()
    assert picture_svg(picture) == first
    assert first.startswith("<svg")


# What a browser makes of them ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(browser_program):
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser_program, args=quiet)
        yield opened
        opened.close()


COHORT = [
    result(name="plain.ipynb"),
    *(result(text[:3000], name=f"{i}-{text[:20]}.ipynb") for i, text in enumerate(HOSTILE[:4])),
    result(HOSTILE[0], name="rejected.ipynb", status="rejected", reason=HOSTILE[1], exercises=(), details=()),
    result(
        name="lost.ipynb", status="not graded", reason="the machine failed", exercises=(), details=(), cell_errors=()
    ),
]
FORMS = [
    pytest.param(
        {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}, media, id=f"{scheme}-{width}-{media}"
    )
    for scheme in ("light", "dark")
    for width, media in ((1100, "screen"), (320, "screen"), (800, "print"))
]


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(("form", "media"), FORMS)
def test_axe_finds_nothing_and_nothing_runs(browser, form, media, tmp_path):
    write_all(COHORT, tmp_path, TITLES, {})
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    context = browser.new_context(**form, bypass_csp=True)
    try:
        for path in (tmp_path / "index.html", *sorted((tmp_path / "feedback").rglob("*.html"))):
            tab = context.new_page()
            said = []
            tab.on("console", lambda message, said=said: said.append(message.text))
            tab.on("pageerror", lambda error, said=said: said.append(str(error)))
            tab.emulate_media(media=media)
            tab.goto(path.as_uri())
            assert tab.title() != "taken"
            assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} is too wide"
            tab.evaluate(axe)
            tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
            found = tab.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
            assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]] == [], path.name
            assert said == []
            tab.close()
    finally:
        context.close()


@pytest.mark.slow
@pytest.mark.browser
def test_the_table_sorts_by_keyboard(browser, tmp_path):
    cohort = [result(name=f"{n}.ipynb", total=t) for n, t in (("b", 9.0), ("a", 10.0), ("c", 2.5))]
    write_all([*cohort, result(name="d.ipynb", status="not graded")], tmp_path, TITLES, {})
    tab = browser.new_page()
    tab.goto((tmp_path / "index.html").as_uri())

    def names() -> list[str]:
        return [text.removesuffix(".ipynb") for text in tab.locator("#submissions tbody th").all_inner_texts()]

    assert names() == ["a", "b", "c", "d"]
    total = tab.get_by_role("button", name="Total")
    total.focus()
    tab.keyboard.press("Enter")
    assert names() == ["c", "b", "a", "d"]
    assert tab.locator("#submissions th[aria-sort=ascending]").inner_text() == "Total"
    tab.keyboard.press("Space")
    assert names()[:3] == ["d", "a", "b"] or names()[:3] == ["a", "b", "c"]
    tab.get_by_role("link", name="c.ipynb").click()
    assert tab.title().startswith("Feedback")
