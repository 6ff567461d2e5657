"""The author's page: what each case catches, which ones nobody would miss, and that a page is whole and harmless."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser
from pathlib import Path

import axe_playwright_python
import numpy as np
import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.diagnose import profiles
from grader.grade import run_trusted
from grader.mutants.program import of_function
from grader.mutants.trial import held_against, run_trials, trials
from grader.plan import plan_exercise
from grader.review.cases import Review, review, spare
from grader.review.course import times
from grader.review.diagnosis import FRESH, Diagnosed, draw, implementations, name_all
from grader.review.page import review_page
from grader.review.seeds import gathered, try_seed
from grader.review.text import of_review
from grader.sandbox.fake import InProcess
from reference.measures import value
from reference.recipes import given, normal
from reference.spec import Exercise, case, misconception


def total(x):
    """Return the sum of the numbers that are not negative."""
    x = np.asarray(x, dtype=float)
    return float(np.sum(x[x >= 0]))


@misconception("Which numbers count?")
def everything(x):
    return float(np.sum(x))


@misconception("What is the sum of no numbers?")
def none_is_unknown(x):
    return total(x) if len(x) else float("nan")


TOY = Exercise(
    solution=total,
    points=1,
    cases=(
        case("by hand", given([1.0, -2.0]), why="only 1 counts", public=True),
        case("five", normal(5), why="five numbers"),
        case("six", normal(6), why="six numbers"),
        case("nothing", given(np.zeros(0)), kind="edge", why="no number adds up to 0"),
    ),
    checks=(value(rtol=1e-9),),
    misconceptions=(everything, none_is_unknown),
)  # fmt: skip


def reviewed(exercise: Exercise = TOY) -> Review:
    planned = plan_exercise(exercise, 1)
    made = list(trials([of_function(exercise.solution)]))
    verdicts = [v for program, mine in made for v in run_trials(planned, program, mine, InProcess())]
    found = held_against(exercise, "toys", [t for _, mine in made for t in mine], verdicts)
    draws = [draw(exercise, seed) for seed in (1, *FRESH)]
    wrong = [i for i in implementations(exercise, frozenset()) if i.kind == "misconception"]
    named = tuple(name_all(wrong, draws[0], draws[1:], InProcess()))
    names = tuple(m.name for m in exercise.misconceptions)
    diagnosed = Diagnosed(
        topic="toys", exercise=exercise.name, misconceptions=names, generated=9, run=len(wrong), named=named
    )
    seeded = gathered("toys", exercise.name, [try_seed(exercise, seed) for seed in (1, 2)])
    return review(planned, profiles(planned, run_trusted), times(planned), seeded, found, diagnosed)


@pytest.fixture(scope="module")
def toy() -> Review:
    return reviewed()


def case_of(one: Review, name: str):
    return next(c for c in one.cases if c.name == name)


def test_each_case_shows_what_it_catches_and_what_it_alone_catches(toy):
    assert case_of(toy, "five").misconceptions == case_of(toy, "six").misconceptions == ("everything",)
    assert [c.what for c in case_of(toy, "nothing").alone if not c.diff] == ["none_is_unknown"]
    assert case_of(toy, "five").mutants > 5
    assert not any("everything" in [c.what for c in case.alone] for case in toy.cases)
    assert [c.points for c in toy.cases] == [0.0, 0.375, 0.3125, 0.3125]


def test_public_cases_catch_nothing(toy):
    assert case_of(toy, "by hand").caught == ()


def test_redundant_cases_are_found(toy):
    assert set(toy.redundant) == {"five", "six"}
    assert len(toy.spare) == 1
    assert set(toy.spare) < {"five", "six"}


def test_a_case_that_goes_leaves_the_other_needed():
    cases = tuple(c for c in TOY.cases if c.name != "six")
    assert reviewed(dataclasses.replace(TOY, cases=cases)).redundant == ()


def test_the_last_plain_case_is_never_spare():
    cases = (TOY.cases[0], TOY.cases[1], dataclasses.replace(TOY.cases[2], kind="edge"), TOY.cases[3])
    assert reviewed(dataclasses.replace(TOY, cases=cases)).spare == ("six",)


def test_what_catches_least_goes_first():
    caught = [("a", "b"), ("b", "c"), ("c", "d"), ("c",)]
    assert spare(["a", "b", "c", "d"], caught) == ("a", "d")
    assert spare(["a"], []) == ("a",)


def test_times_are_taken_of_every_case(toy):
    assert all(c.seconds > 0 for c in toy.cases)


def test_the_text_tells_everything(toy):
    told = of_review(toy)
    assert told.faults == ()
    assert "only 'nothing' catches none_is_unknown" in told.text
    assert "catch nothing alone: 'five', 'six'" in told.text
    survivors = {v.trial.mutant.becomes for v in toy.found.survived}
    assert "return float(np.sum(x[x > 0]))" in survivors
    assert all(f"+ {line}" in told.text for line in survivors)
    assert "narrowest margin" in told.text
    assert "2 seeds" in told.text


def test_faults_come_first():
    @misconception("Again?")
    def once_more(x):
        return float(np.sum(x))

    one = reviewed(dataclasses.replace(TOY, misconceptions=(everything, once_more)))
    told = of_review(one)
    assert sum("is named as nothing" in fault for fault in told.faults) == 2
    assert "fault: total, everything: is named as nothing" in told.text.splitlines()[1]
    page = review_page([one])
    assert page.index("is named as nothing") < page.index("<h3>Cases</h3>")


class Seen(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append(tag)
        self.ids += [v for name, v in attributes if name == "id"]
        assert not {name for name, _ in attributes} & {"src", "onclick", "style"}
        assert all(v.startswith("#") for name, v in attributes if name == "href")


def test_the_page_is_whole_and_names_are_text(toy):
    hostile = "<script>alert(1)</script>\u202e{{ 7 * 7 }}"
    cases = (*TOY.cases[:2], dataclasses.replace(TOY.cases[2], name=hostile), TOY.cases[3])
    page = review_page([toy, dataclasses.replace(reviewed(dataclasses.replace(TOY, cases=cases)), topic="other")])
    assert "\u202e" not in page
    seen = Seen(page)
    assert "script" not in seen.found
    assert len(seen.ids) == len(set(seen.ids)) == 2
    assert {"toys-total", "other-total"} == set(seen.ids)
    for text in ("none_is_unknown", "No faults under 2 seeds", "x[x &gt; 0]"):
        assert text in page


def test_a_page_that_cannot_be_written_is_said_before_any_work(tmp_path):
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(main, ["review", "linear_algebra/matvec", "-o", str(tmp_path / "file" / "x.html")])
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_exercise_that_is_not_there_is_said_in_one_line():
    result = CliRunner().invoke(main, ["review", "linear_algebra/gauss"])
    assert result.exit_code == 2
    assert "linear_algebra has no exercise 'gauss'" in result.stderr


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1100])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_page(browser_program, toy, tmp_path, width, scheme):
    from playwright.sync_api import sync_playwright

    @misconception("Again?")
    def once_more(x):
        return float(np.sum(x))

    faulty = reviewed(dataclasses.replace(TOY, misconceptions=(everything, once_more)))
    path = tmp_path / "r.html"
    path.write_text(review_page([toy, dataclasses.replace(faulty, topic="other")]), encoding="utf-8")
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = playwright.chromium.launch(executable_path=browser_program, args=options)
        tab = opened.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
        ).new_page()
        tab.goto(path.as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        tab.evaluate(axe)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = tab.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
        opened.close()
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]] == []


@pytest.mark.slow
@pytest.mark.walls
def test_an_exercise_of_the_course_is_reviewed(tmp_path):
    page = tmp_path / "r.html"
    arguments = ["review", "linear_algebra/matvec", "--sample", "20", "--seeds", "2", "--jobs", "2", "-o", str(page)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    assert result.stdout.startswith("linear_algebra/matvec\n")
    assert "keeps_single_precision" in page.read_text(encoding="utf-8")
