"""Rosters: whose columns stand anywhere, whose faults are all named at once, and who is found in them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.lms.layouts import Identity
from grader.lms.roster import Roster, parse_roster

SAMPLES = Path(__file__).parent / "lms" / "rosters"


def sample(name: str) -> Roster:
    return parse_roster((SAMPLES / name).read_bytes(), name)


def refusal(data: bytes) -> str:
    with pytest.raises(UsageError) as error:
        parse_roster(data, "r.csv")
    return str(error.value)


@pytest.mark.parametrize("name", sorted(p.name for p in SAMPLES.glob("*.csv")))
def test_every_sample_names_the_same_people(name: str) -> None:
    roster = sample(name)
    assert [p.name for p in roster.people] in (
        ["Student One", "Student Two", "Student Three", "Student Four"],
        ["One, Student", "Two, Student", "Three, Student", "Four, Student"],
    )
    assert roster.is_canvas == name.startswith("canvas")
    assert roster.is_worksheet == (name == "moodle-worksheet.csv")


@pytest.mark.parametrize(
    ("name", "who", "layout"),
    [
        ("canvas.csv", Identity(name="x", id="1001"), "canvas"),
        ("canvas.csv", Identity(name="onestudent", id="7"), "canvas"),
        ("canvas-first-last.csv", Identity(name="x", id="1001"), "canvas"),
        ("own.csv", Identity(name="onestudent", id="1001"), "canvas"),
        ("own.csv", Identity(name="student01", id="student01"), "nbgrader"),
        ("own.csv", Identity(name="STUDENT01", id="STUDENT01"), ""),
        ("moodle-worksheet.csv", Identity(name="Participant", id="501"), "moodle"),
        ("moodle-worksheet.csv", Identity(name="Student One", id="9"), "moodle"),
        ("moodle-participants.csv", Identity(name="Student One", id="501"), "moodle"),
        ("gradescope.csv", Identity(name="Somebody", id="", email="Student01@example.org"), "gradescope"),
        ("gradescope.csv", Identity(name="Somebody", id="s01"), "gradescope"),
        ("own-semicolons.csv", Identity(name="Student One"), ""),
    ],
)
def test_people_are_found(name: str, who: Identity, layout: str) -> None:
    person = sample(name).find(who, layout)
    assert person is not None
    assert person.line == min(p.line for p in sample(name).people)


def test_a_number_of_canvas_is_not_that_of_a_participant() -> None:
    assert sample("moodle-worksheet.csv").find(Identity(name="x", id="501"), "canvas") is None


def test_of_two_people_of_one_name_nobody_is_taken() -> None:
    roster = parse_roster(b'name,id\nJane Doe,1\n"Doe, Jane",2\n')
    assert roster.find(Identity(name="Jane Doe")) is None
    found = roster.find(Identity(name="Jane Doe", id="2"), "canvas")
    assert found is not None
    assert found.line == 3


def test_encodings_separators_and_blank_lines() -> None:
    text = "name\temail\r\n\r\nZoë\tzoe@example.org\r\n"
    for data in (text.encode("utf-16"), text.encode("utf-8-sig"), ("sep=\t\r\n" + text).encode()):
        (person,) = parse_roster(data).people
        assert (person.name, person.ids) == ("Zoë", {"email": "zoe@example.org"})


def test_all_faults_are_named_at_once() -> None:
    data = b"name,id,email\nAda,1,a@x.example\n,,\nBob,1,b@x.example\nDoe, Jane,3,c@x.example\nEve,5,A@x.example\n"
    assert refusal(data).splitlines() == [
        "r.csv: 3 faults",
        "  line 4: id 1 is that of line 2 too",
        "  line 5: it has 4 cells, expected 3; is a comma not quoted?",
        "  line 6: email A@x.example is that of line 2 too",
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "r.csv: it is empty; expected a line of column names such as name,id,login,email"),
        (b"name,id\n", "r.csv: line 1: nobody stands below the column names"),
        (
            b"colour,size\nred,3\n",
            "r.csv: line 1: expected column names such as name, id, login, email, got colour, size",
        ),
        (
            b"id,ID number\n1,2\n",
            "r.csv: line 1: id and ID number both tell the id; rename the one that does not count",
        ),
        (b"name\nZo\xeb\n", "r.csv: line 2 is not UTF-8; save it as CSV UTF-8"),
        (b"PK\x03\x04\0\0", "r.csv: it is not a text file; save it as CSV UTF-8"),
        (b'name,id\n"Ada,1\n', "r.csv: line 2: unexpected end of data; is a quotation mark missing?"),
        (b"section,name\nA,\n", "r.csv: line 2: it names nobody; expected a name, an id, a login or an email address"),
    ],
)
def test_what_is_no_roster(data: bytes, said: str) -> None:
    assert refusal(data) == said


def test_faults_do_not_fill_the_screen() -> None:
    lines = refusal(b"name,id\n" + b"x,1\n" * 1000).splitlines()
    assert len(lines) == 52
    assert lines[-1] == "  and 949 more"


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=300)


@given(st.lists(NAMES, min_size=1, max_size=5), st.sampled_from(",;\t"))
def test_whatever_names_csv_can_hold_are_read(names: list[str], separator: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([["name", "id"], *([name, str(i)] for i, name in enumerate(names))])
    people = parse_roster(text.getvalue().encode()).people
    kept = [n for n in names if not n.strip().startswith("Points Possible")]
    assert [p.name for p in people] == [n.strip() for n in kept]


@given(st.binary(max_size=200))
def test_no_bytes_make_a_traceback(data: bytes) -> None:
    for whole in (data, b"name,id\n" + data):
        try:
            parse_roster(whole)
        except UsageError as error:
            assert str(error).isprintable() or "\n" in str(error)  # noqa: PT017
