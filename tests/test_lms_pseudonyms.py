"""Pseudonyms: stable, all different, and no name left behind them."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.lms import pseudonyms as module
from grader.lms.files import key_of, write_names
from grader.lms.layouts import Identity, Upload
from grader.lms.pseudonyms import pseudonyms, pseudonyms_of
from grader.lms.roster import parse_roster
from grader.records import CaseResult, ExerciseResult, Result
from grader.report.results import to_data

KEY = bytes(range(32))


def result(name: str, student: str, reason: str = "", message: str = "") -> Result:
    cases = (CaseResult(name="c", kind="plain", public=True, passed=False, message=message),)
    exercise = ExerciseResult(name="matvec", state="failed", marks=0.0, possible=1.0, cases=cases)
    return Result(
        submission=name,
        student=student,
        sha256="0",
        assignment="a",
        status="graded",
        reason=reason,
        exercises=(exercise,),
    )


def pseudonymised(results, uploads, key, roster=None):
    people = pseudonyms_of(results, uploads, key, roster)
    return tuple(map(people.without, results)), people.shown_uploads()


def test_a_pseudonym_does_not_depend_on_the_others() -> None:
    alone = pseudonyms(["ada"], KEY)["ada"]
    assert alone.startswith("student-")
    assert pseudonyms(["bob", "ada", "\udce9"], KEY)["ada"] == alone
    assert pseudonyms(["ada"], bytes(32))["ada"] != alone


@given(st.lists(st.text(), unique=True, max_size=50))
def test_all_are_different(values: list[str]) -> None:
    assert len(set(pseudonyms(values, KEY).values())) == len(values)


def test_where_two_would_share_one_both_are_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SHORT", 1)
    made = pseudonyms(map(str, range(40)), KEY)
    assert len(set(made.values())) == 40
    assert max(map(len, made.values())) > len("student-0")


def test_no_name_is_left() -> None:
    name = "Jane Doe_123456_assignsubmission_file_/Jane Doe hw.ipynb"
    who = Identity(name="Jane Doe", id="123456", email="jane@example.org")
    uploads = {name: Upload(submission=name, layout="moodle", who=(who,))}
    other = "Jane Doe_123456_assignsubmission_file_/old.ipynb"
    uploads[other] = Upload(submission=other, layout="moodle", who=(who,))
    results = [
        result(
            name, "Jane Doe", message="NameError: name 'Jane' is not defined; jane@example.org, JANE DOE wrote this"
        ),
        result(other, "Jane Doe", reason=f"a later upload counts: {name}"),
        result("plain/bob.ipynb", "bob", reason="bob.ipynb: bob, not bobby"),
    ]
    made, told = pseudonymised(results, uploads, KEY)
    text = json.dumps([to_data(r) for r in made]) + repr(told)
    for word in ("jane", "doe", "123456", "example", "bob.", "bob,"):
        assert word not in text.lower()
    assert "bobby" in text
    assert made[0].student == made[1].student != made[2].student
    assert made[1].reason == f"a later upload counts: {made[0].submission}"
    assert made[0].submission.endswith(".ipynb")
    assert set(told) == {made[0].submission, made[1].submission}
    assert [r.exercises[0].marks for r in made] == [0.0, 0.0, 0.0]


def test_what_the_roster_tells_is_gone_as_well() -> None:
    roster = parse_roster(b'Student,ID,SIS Login ID,Section\n"Doe, Jane",1001,jdoe7,A\n')
    uploads = {"x.ipynb": Upload(submission="x.ipynb", layout="canvas", who=(Identity(name="doejane", id="1001"),))}
    made, _ = pseudonymised([result("x.ipynb", "doejane", message="by Jane Doe (jdoe7)")], uploads, KEY, roster)
    text = made[0].exercises[0].cases[0].message
    assert text == "by {0} {0} ({0})".format(made[0].student)


def test_two_students_of_one_name_are_two() -> None:
    uploads = {
        f"{i}.ipynb": Upload(submission=f"{i}.ipynb", layout="canvas", who=(Identity(name="doejane", id=f"{i}"),))
        for i in (1, 2)
    }
    made, _ = pseudonymised([result(n, "doejane") for n in uploads], uploads, KEY)
    assert made[0].student != made[1].student


def test_a_value_is_not_taken_for_a_student() -> None:
    uploads = {"x.ipynb": Upload(submission="x.ipynb", layout="canvas", who=(Identity(name="doejane", id="1001"),))}
    made, _ = pseudonymised([result("x.ipynb", "doejane", message="got [1001, 2]")], uploads, KEY)
    assert made[0].exercises[0].cases[0].message == "got [1001, 2]"


def test_words_of_two_letters_stay() -> None:
    made, _ = pseudonymised([result("of.ipynb", "of", message="an array of numbers")], {}, KEY)
    assert made[0].exercises[0].cases[0].message == "an array of numbers"


@pytest.mark.parametrize("name", ["<b>x</b>", "=cmd()", "\u202exyz", "a\nb", "x" * 300, "[a-z]+", "\\1\\2"])
def test_hostile_names_are_gone(name: str) -> None:
    made, _ = pseudonymised([result(f"{name}/hw.ipynb", name, reason=f"it is {name} here")], {}, KEY)
    assert name not in json.dumps(to_data(made[0]), ensure_ascii=False)
    assert made[0].submission.isascii()


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), unique_by=lambda t: t[0], max_size=6))
def test_every_submission_keeps_a_place_of_its_own(pairs: list[tuple[str, str]]) -> None:
    results = [result(name, student) for name, student in pairs]
    made, _ = pseudonymised(results, {}, KEY)
    assert len({r.submission for r in made}) == len(pairs)
    assert pseudonymised(results, {}, KEY) == pseudonymised(results, {}, KEY)
    assert len({r.student for r in made}) == len({s for _, s in pairs})


def test_the_key_is_made_once_and_is_ours_alone(tmp_path: Path) -> None:
    key = key_of(tmp_path)
    assert key == key_of(tmp_path) != bytes(32)
    path = tmp_path / "pseudonyms.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for text in ("", "zz", "00" * 31, "é"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError) as error:
            key_of(tmp_path)
        assert "it is no key of pseudonyms" in str(error.value)


def test_whose_they_are_is_told_to_us_alone(tmp_path: Path) -> None:
    results = [result("=x.ipynb", "=x")]
    made, _ = pseudonymised(results, {}, KEY)
    previous = os.umask(0)
    try:
        write_names(tmp_path, made, results)
        write_names(tmp_path, made, results)
    finally:
        os.umask(previous)
    path = tmp_path / "pseudonyms.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="utf-8").splitlines()[1] == f"{made[0].student},'=x,{made[0].submission},'=x.ipynb"
