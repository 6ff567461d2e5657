"""Similarity within a cohort: copies are found however they are disguised, and obvious solutions are not taken for them."""

from __future__ import annotations

import csv
import inspect
import io
import itertools
import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from harmless import HOSTILE, SAFE_TAGS, assert_harmless
from hypothesis import given
from hypothesis import strategies as st

from grader import content
from grader.cli import main
from grader.notebook import read_notebook
from grader.similarity import compare as module
from grader.similarity.compare import MOST_TOKENS, RUN, Pair, Source, compare, fingerprints
from grader.similarity.files import _known
from grader.similarity.page import LONGEST, MOST_PAIRS, similarity_page
from grader.similarity.tokens import tokens
from reference.catalogue import load_topic, topic_names

TOPIC = "linear_algebra"

# Written by one hand, in ways that are not those of the course.
ANN = (
    """def matvec(A, x):
    rows = len(A)
    result = [0.0] * rows
    for i in range(rows):
        entry = 0.0
        for j, weight in enumerate(A[i]):
            entry = entry + float(weight) * float(x[j])  # one product at a time
        result[i] = entry
    return np.array(result)
""",
    """def cosine_similarity(x, y):
    dot, left, right = 0.0, 0.0, 0.0
    for a, b in zip(x, y, strict=True):
        dot += a * b
        left += a ** 2
        right += b ** 2
    if not left or not right:
        raise ValueError("a zero vector has no direction")
    angle = dot / (left ** 0.5 * right ** 0.5)
    return max(-1.0, min(1.0, angle))
""",
    """def power_iteration(A, v0, steps):
    current = np.asarray(v0, dtype=float) / np.sqrt(np.sum(np.square(v0)))
    history = []
    while len(history) < steps:
        image = np.dot(A, current)
        size = np.sqrt(np.sum(np.square(image)))
        if size < 1e-14:
            break
        current = image / size
        history.append(float(current.dot(A).dot(current)))
    return history[-1] if history else 0.0, current
""",
)  # fmt: skip
CLEO = (
    """def matvec(A, x):
    total = np.zeros(A.shape[0])
    for column, factor in zip(A.T, x):
        total += column * factor
    return total
""",
    """def cosine_similarity(x, y):
    lengths = np.sqrt((x ** 2).sum()) * np.sqrt((y ** 2).sum())
    if lengths == 0:
        raise ValueError("zero vector")
    return (x * y).sum() / lengths
""",
    """def power_iteration(A, v0, steps):
    v = v0 / np.linalg.norm(v0)
    for _ in range(steps):
        w = A.dot(v)
        v = w / np.linalg.norm(w)
    eigenvalue = v.dot(A.dot(v)) / v.dot(v)
    return eigenvalue, v
""",
)  # fmt: skip


def renamed(text: str) -> str:
    names = "rows result entry weight dot left right angle current history image size total column factor lengths eigenvalue"
    for number, name in enumerate(names.split()):
        text = re.sub(rf"\b{name}\b(?!\()", f"zz{number}", text)
    return text


def commented(text: str) -> str:
    lines = [f"{line.split('  #')[0]}  # {n}: my own idea" for n, line in enumerate(text.splitlines())]
    return "\n# ----------\n\n".join(lines).replace('"a zero vector has no direction"', "'no angle'")


DISGUISES = {
    "as it is": lambda cells: cells,
    "renamed": lambda cells: tuple(map(renamed, cells)),
    "commented": lambda cells: tuple(map(commented, cells)),
    "reordered": lambda cells: cells[::-1],
    "in one cell": lambda cells: ("\n\n".join(cells[::-1]),),
    "laid out anew": lambda cells: tuple(c.replace("    ", "\t").replace(" = ", "=").replace(", ", ",") for c in cells),
    "all of it": lambda cells: tuple(renamed(commented(c)) for c in cells[::-1]),
    "two of three, with much beside": lambda cells: (*map(renamed, cells[1:]), *CLEO[:1]),
}


def given_code(topic: str) -> tuple[str, ...]:
    return read_notebook((content.assignments() / topic / f"{topic}.ipynb").read_bytes()).cells


def source(name: str, *cells: str, student: str = "") -> Source:
    return Source(name=name, student=student or name, cells=cells)


def crowd(topic: str, size: int) -> list[Source]:
    """Return people who solve each exercise in one of the ways that the course knows to be right."""
    rng = random.Random(7)
    ways = [[inspect.getsource(f) for f in (e.solution, *e.alternatives)] for e in load_topic(topic).exercises]
    return [source(f"someone{n:03d}", *(rng.choice(w) for w in ways)) for n in range(size)]


def alike(sources: list[Source], topic: str = TOPIC, **how: object) -> tuple[Pair, ...]:
    return compare(sources, given_code(topic), list(_known(load_topic(topic))), **how)


# --- what is found ---


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("size", [0, 20, 60])
def test_a_copy_is_found_however_it_is_disguised(disguise: str, size: int) -> None:
    cohort = [*crowd(TOPIC, size), source("ann", *ANN), source("cleo", *CLEO), source("bob", *DISGUISES[disguise](ANN))]
    (pair,) = alike(cohort)
    assert {pair.first.name, pair.second.name} == {"ann", "bob"}
    assert pair.share > 0.6


@pytest.mark.parametrize("topic", topic_names())
@pytest.mark.parametrize("size", [2, 5, 30, 120])
def test_those_who_solve_it_in_an_obvious_way_are_not_flagged(topic: str, size: int) -> None:
    assert alike(crowd(topic, size), topic) == ()


def test_what_most_of_a_cohort_shares_is_obvious_even_where_the_course_does_not_know_it() -> None:
    cohort = [source(f"s{n}", *ANN) for n in range(6)]
    assert compare(cohort, (), ()) == ()
    assert len(compare(cohort[:2], (), ())) == 1
    assert compare(cohort[:2], (), ANN) == ()


def test_what_many_have_takes_nothing_from_what_two_have() -> None:
    cohort = [source(f"s{n}", *ANN, *(CLEO if n < 2 else ())) for n in range(12)]
    (pair,) = compare(cohort, (), ())
    assert {pair.first.name, pair.second.name} == {"s0", "s1"}
    assert pair.share == 1


def test_a_ring_of_four_in_a_cohort_is_found_as_six_pairs() -> None:
    ring = [source(f"r{n}", *map(renamed, ANN)) for n in range(4)]
    pairs = alike([*crowd(TOPIC, 60), *ring])
    assert len(pairs) == 6
    assert {p.first.name for p in pairs} | {p.second.name for p in pairs} == {"r0", "r1", "r2", "r3"}


def test_what_the_assignment_gives_is_nobodys() -> None:
    starter = given_code(TOPIC)
    assert sum(map(len, starter)) > 5_000
    assert alike([source("a", *starter), source("b", *starter)]) == ()
    assert compare([source("a", *starter), source("b", *starter)], (), ()) != ()


def test_two_submissions_of_one_student_are_not_compared() -> None:
    twice = [source("ann/1.ipynb", *ANN, student="ann"), source("ann/2.ipynb", *ANN, student="ann")]
    assert compare(twice, (), ()) == ()
    pairs = compare([*twice, source("bob", *ANN)], (), ())
    assert [(p.first.name, p.second.name) for p in pairs] == [("ann/1.ipynb", "bob"), ("ann/2.ipynb", "bob")]


def test_a_few_lines_are_no_evidence() -> None:
    one_line = "def matvec(A, x):\n    return np.einsum('ij,j->i', np.asarray(A, float), x)"
    assert compare([source("a", one_line), source("b", one_line)], (), ()) == ()


def test_pairs_come_in_order_whatever_the_order_of_the_cohort() -> None:
    cohort = [
        *crowd(TOPIC, 20),
        source("ann", *ANN),
        source("bob", *ANN),
        source("dan", *ANN[:2], *CLEO),
        source("eve", *CLEO),
    ]
    pairs = alike(cohort, threshold=0.2)
    assert [p.share for p in pairs] == sorted((p.share for p in pairs), reverse=True)
    back = alike(cohort[::-1], threshold=0.2)
    assert [{p.first.name, p.second.name} for p in pairs] == [{p.first.name, p.second.name} for p in back]
    assert [p.share for p in alike(cohort, threshold=0.95)] == [p.share for p in pairs if p.share >= 0.95]
    assert 0.2 <= pairs[-1].share < 0.95


def test_time_grows_with_the_cohort_and_not_with_its_square(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a time, but what takes it: how often two submissions are looked at together."""
    looked = []
    original = module.combinations
    monkeypatch.setattr(module, "combinations", lambda n, k: looked.append(len(n)) or original(n, k))
    work = []
    for size in (100, 400):
        looked.clear()
        compare(crowd(TOPIC, size), given_code(TOPIC), ())
        work.append(sum(n * n for n in looked))
    assert work[1] <= 4 * max(work[0], 1)


# --- tokens and places ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = f(y)", "v = v ( v )"),
        ("np.linalg.norm(A)", "v . linalg . norm ( v )"),
        ("if len(x) >= 1_0.5e-3:", "if len ( v ) >= 1_0.5e-3 :"),
        ("r'\\d' + f\"{x}\" + '''a\nb'''", "s + s + s"),
        ("%matplotlib inline\n!ls", "% v v ! v"),
        ("a \\\n  + b # c", "v + v"),
        ("'never closed\nx", "s v"),
        ('"""never closed\nx', "s"),
        ("rb = 1", "v = 1"),
        ("größe", "v"),
    ],
)
def test_tokens(text: str, expected: str) -> None:
    assert " ".join(t.text for t in tokens(text)) == expected


@given(st.text() | st.text("'\"\\\n#rbx1. ("))
def test_every_text_is_cut_into_tokens_that_stand_where_they_say(text: str) -> None:
    at = 0
    for token in tokens(text):
        assert at <= token.start < token.end
        between = re.sub(r"#[^\n]*|\\\n", "", text[at : token.start])
        assert not between.strip()
        at = token.end


@pytest.mark.parametrize(
    "text", ['"\\' * 200_000, "'''\"\"\"" * 100_000, "(" * 500_000, "\\" * 500_000, "1_" * 300_000]
)
def test_hostile_text_is_cut_in_one_go(text: str) -> None:
    assert sum(1 for _ in tokens(text)) <= len(text)


def test_of_an_endless_notebook_a_part_is_compared() -> None:
    long = tuple(" ".join(f"x{n} + {n * k}" for n in range(5_000)) for k in range(40))
    assert len(fingerprints(long, frozenset())) <= MOST_TOKENS


def test_spans_cover_what_is_shared_and_lead_to_each_other() -> None:
    mine = "unusual = [i ** 3 - 7 * i for i in range(9, 99, 3) if i % 5 != 2 and i % 7 != 4]\n"
    extra = [f"{n} * {n + 1} - {n + 2} // {n + 3}\n" for n in range(60)]
    first = source("a", mine + "".join(extra[:30]), "x = 1")
    second = source("b", "y = 2", "".join(extra[:30]), renamed(mine).replace("unusual", "mine"))
    (pair,) = compare([first, second], (), (), 0.1)
    for side, spans in ((first, pair.spans[0]), (second, pair.spans[1])):
        assert spans
        assert all(0 <= s.start < s.end <= len(side.cells[s.cell]) for s in spans)
    numbers = [{s.number for s in spans} for spans in pair.spans]
    assert numbers[0] == numbers[1]
    assert "range(9, 99, 3)" in "".join(first.cells[s.cell][s.start : s.end] for s in pair.spans[0])


def test_every_link_of_what_stands_twice_leads_somewhere() -> None:
    mine = "unusual = [i ** 3 - 7 * i for i in range(9, 99, 3) if i % 5 != 2 and i % 7 != 4]\n"
    extra = "".join(f"{n} * {n + 1} - {n + 2} // {n + 3}\n" for n in range(30))
    first = source("a", mine, extra + mine + "b = a[3] + 1\n", mine)
    second = source("b", extra + mine + "b = a[3] + 1\n")
    (pair,) = compare([first, second], (), (), 0.1)
    for order in (pair, replace(pair, first=pair.second, second=pair.first, spans=pair.spans[::-1])):
        page = similarity_page(TOPIC, [order], 2, 0.3)
        assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))


@given(st.lists(st.sampled_from(["x = 1\n", "for i in y:\n", "  z += i * 2 ** 3\n", "f(1, 2)[3]\n"]), min_size=RUN, max_size=40),
       st.integers(0, 39))  # fmt: skip
def test_spans_stand_in_order_and_apart(lines: list[str], cut: int) -> None:
    one, other = source("a", "".join(lines)), source("b", "".join(lines[cut:]), "".join(lines[:cut]))
    for pair in compare([one, other], (), (), 0):
        for side, spans in ((one, pair.spans[0]), (other, pair.spans[1])):
            for left, right in itertools.pairwise(spans):
                assert (left.cell, left.end) <= (right.cell, right.start)
            assert all(s.end <= len(side.cells[s.cell]) for s in spans)


# --- the page and the command ---


def test_a_page_of_hostile_sources_is_harmless() -> None:
    name = "<script>alert(1)</script>\u202e"
    cells = (HOSTILE + "\n" + ANN[0], *ANN[1:])
    (pair,) = compare([source(name, *cells), source("b", *cells, ANN[0])], (), ())
    assert len(pair.spans[1]) > len(pair.spans[0])
    page = similarity_page(TOPIC, [pair], 2, 0.3, [(name, "<b>")])
    links = re.findall(r'href="([^"]*)"', page)
    seen = assert_harmless(page.replace("href=", "data-href="))
    assert all(re.fullmatch(r"#(pair-1|p1[ab]-\d+)", link) for link in links)
    assert set(seen.tags) - SAFE_TAGS == {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "div", "section", "mark", "a",
    }  # fmt: skip
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links} <= set(ids)
    assert "<script>alert(1)</script>" in seen.text


def test_a_page_shows_both_sources_and_says_what_it_cannot_say() -> None:
    (pair,) = alike([*crowd(TOPIC, 20), source("ann", *ANN), source("bob", *map(renamed, ANN))])
    page = similarity_page(TOPIC, [pair], 22, 0.3)
    assert "no proof of anything" in page
    text = re.sub(r"<[^>]*>", "", page)
    assert "history.append(float(current.dot(A).dot(current)))" in text
    assert "zz9.append(float(zz8.dot(A).dot(zz8)))" in text
    assert page.count("<mark") > 4
    assert "With so few submissions" not in page
    assert "With so few submissions" in similarity_page(TOPIC, [pair], 2, 0.3)


def test_no_page_is_endless() -> None:
    long = source("a", "x" * LONGEST, "y" * LONGEST)
    pair = Pair(first=long, second=source("b", "z"), share=1.0, evidence=99.0, spans=((), ()))
    page = similarity_page(TOPIC, [pair] * (MOST_PAIRS + 5), 10, 0.3)
    assert "yyy" not in page
    assert "The rest is too long" in page
    assert "5 more pairs are" in page
    assert page.count("<section") == MOST_PAIRS


def handed_in(folder: Path, name: str, cells: tuple[str, ...], topic: str = TOPIC) -> None:
    tree = json.loads((content.assignments() / topic / f"{topic}.ipynb").read_text(encoding="utf-8"))
    tree["cells"] += [{"cell_type": "code", "metadata": {}, "source": c, "outputs": []} for c in cells]
    (folder / name).write_text(json.dumps(tree), encoding="utf-8")


def test_the_command_writes_a_page_and_a_table(tmp_path: Path) -> None:
    folder, output = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    handed_in(folder, "=ann.ipynb", ANN)
    handed_in(folder, "bob.ipynb", tuple(map(renamed, ANN)))
    handed_in(folder, "cleo.ipynb", CLEO)
    (folder / "dan.pdf").write_bytes(b"%PDF")
    (folder / "eve.py").write_text(ANN[0])
    run = CliRunner().invoke(main, ["similar", str(folder), "-o", str(output)])
    assert (run.exit_code, run.output) == (
        0, f"{TOPIC}: 1 pair of 3 submissions, 2 not compared; wrote {output / TOPIC}.html and .csv\n",
    )  # fmt: skip
    (row,) = csv.DictReader(io.StringIO((output / f"{TOPIC}.csv").read_text()))
    assert (row["first"], row["second"]) == ("'=ann.ipynb", "bob.ipynb")
    assert 0.9 < float(row["share"]) <= 1
    page = (output / f"{TOPIC}.html").read_text()
    assert "it is a .pdf file" in page
    assert "it names no assignment of this course" in page
    run = CliRunner().invoke(main, ["similar", str(folder), "-a", TOPIC, "-o", str(output), "--threshold", "1"])
    assert "of 4 submissions, 1 not compared" in run.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-a", "cooking"], "there is no topic 'cooking'"),
        ([], "no submission names an assignment of this course; name it with -a"),
        (["--threshold", "2"], "2.0 is not in the range 0<=x<=1"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    run = CliRunner().invoke(main, ["similar", str(tmp_path), "-o", str(tmp_path / "out"), *arguments])
    assert run.exit_code == 2
    assert said in run.output
    assert not (tmp_path / "out").exists()
