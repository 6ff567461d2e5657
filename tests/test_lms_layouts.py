"""Folders as each LMS hands them out, recognised by names as their documentation and sources describe them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.lms.layouts import Identity, Upload, gradescope, moment, recognise

ROOT = ("downloads",)
SAMPLES = Path(__file__).parent / "lms"


def seen(*paths: str, files: dict[str, str] | None = None, only: str = "") -> dict[str, Upload]:
    texts = {tuple(name.split("/")): text for name, text in (files or {}).items()}
    return recognise({p: (ROOT, tuple(p.split("/"))) for p in paths}, lambda parts: texts.get(parts[1:], ""), only)


def one(path: str, **more: str) -> Upload:
    (upload,) = seen(path, files=more).values()
    return upload


# --- Canvas ---


@pytest.mark.parametrize(
    ("name", "who", "id_", "late", "serial"),
    [
        ("lastfirst_12345_67890_hw1.ipynb", "lastfirst", "12345", False, 67890),
        ("lastfirst_LATE_12345_67890_hw1-1.ipynb", "lastfirst", "12345", True, 67890),
        ("lastfirst_12345_67890_3_of_4_hw.ipynb", "lastfirst", "12345", False, 67890),
        ("müller_zoë_12345_67890_hw.ipynb", "müller_zoë", "12345", False, 67890),
        ("anon_x1Y2z_67890_hw.ipynb", "", "anon_x1Y2z", False, 67890),
        ("LATE_anon_x1Y2z_67890_hw.ipynb", "", "anon_x1Y2z", True, 67890),
        ("late_12345_67890_hw.ipynb", "late", "12345", False, 67890),
        ("lastfirst_12345_text.html", "lastfirst", "12345", False, 0),
        ("lastfirst_LATE_12345_link.html", "lastfirst", "12345", True, 0),
        ("a_12345_" + "9" * 40 + "_hw.ipynb", "a", "12345", False, int("9" * 18)),
        ("a_12345_678_hw\n.ipynb", "a", "12345", False, 678),
    ],
)
def test_canvas_names(name: str, who: str, id_: str, late: bool, serial: int) -> None:
    assert one(name) == Upload(
        submission=name, layout="canvas", who=(Identity(name=who, id=id_),), late=late, serial=serial
    )


@pytest.mark.parametrize("name", ["hw1.ipynb", "alice_hw.ipynb", "alice_1.ipynb", "a_1_2.ipynb", "a b_1_2_hw.ipynb"])
def test_other_names_are_not_canvas(name: str) -> None:
    assert seen(name) == {}


def test_files_that_share_a_number_are_not_canvas_unless_somebody_says_so() -> None:
    names = ("hw_1_2_anna.ipynb", "hw_1_2_ben.ipynb")
    assert seen(*names) == {}
    assert len(seen(*names, only="canvas")) == 2


def test_a_folder_is_of_canvas_where_most_of_its_files_are() -> None:
    names = [f"s{i}_10{i}_20{i}_hw.ipynb" for i in range(3)]
    assert sorted(seen(*names, "solution.ipynb")) == names
    assert seen(names[0], "a.ipynb", "b.ipynb") == {}


# --- Moodle ---


@pytest.mark.parametrize(
    ("path", "who", "id_"),
    [
        ("Jane Doe_123456_assignsubmission_file_/hw.ipynb", "Jane Doe", "123456"),
        ("Jane Doe_123456_assignsubmission_file/hw.ipynb", "Jane Doe", "123456"),
        ("Jane Doe_123456_assignsubmission_file_/deep/er/hw.ipynb", "Jane Doe", "123456"),
        ("Jane Doe_123456_assignsubmission_file_hw.ipynb", "Jane Doe", "123456"),
        ("Jane Doe_123456_assignsubmission_onlinetext_/onlinetext.html", "Jane Doe", "123456"),
        ("Participant_77_assignsubmission_file_/hw.ipynb", "Participant", "77"),
        ("Default group_assignsubmission_file_/hw.ipynb", "Default group", ""),
        ("O'Neil-Öz, J._1_assignsubmission_file/hw.ipynb", "O'Neil-Öz, J.", "1"),
    ],
)
def test_moodle_names(path: str, who: str, id_: str) -> None:
    assert one(path) == Upload(submission=path, layout="moodle", who=(Identity(name=who, id=id_),))


def test_a_moodle_file_called_as_canvas_calls_its_own_is_of_moodle() -> None:
    assert one("Jane Doe_12_assignsubmission_file_/janedoe_1_2_hw.ipynb").layout == "moodle"


# --- nbgrader ---


@pytest.mark.parametrize(
    ("folder", "user", "when"),
    [
        ("student01+hw1+2026-03-01 10:20:30.123456 UTC+kJ_9-x2a==", "student01", "2026-03-01 10:20:30.123456 UTC"),
        ("student01+hw1+2026-03-01 10:20:30 UTC", "student01", "2026-03-01 10:20:30.000000 UTC"),
        ("a+b@c.example+hw1+2026-03-01 10:20:30.5 CET+abc", "a+b@c.example", "2026-03-01 10:20:30.500000 CET"),
    ],
)
def test_nbgrader_inbound(folder: str, user: str, when: str) -> None:
    upload = one(f"{folder}/hw1.ipynb")
    assert (upload.layout, upload.who, upload.when) == ("nbgrader", (Identity(name=user, id=user),), when)


def test_nbgrader_submitted() -> None:
    path = "submitted/student01/hw1/hw1.ipynb"
    upload = one(path, **{"submitted/student01/hw1/timestamp.txt": "2026-03-01 10:20:30.123456 UTC\n"})
    assert upload.key == "nbgrader:student01"
    assert upload.when == "2026-03-01 10:20:30.123456 UTC"
    assert seen(path) == {}


# --- Gradescope ---

YML = (SAMPLES / "gradescope" / "assignment_42_export" / "submission_metadata.yml").read_text(encoding="utf-8")


def test_gradescope_metadata() -> None:
    told = gradescope(YML)
    assert list(told) == ["submission_1001", "submission_1002", "submission_1003"]
    assert told["submission_1001"].who == (Identity(name="Student One", id="s01", email="student01@example.org"),)
    assert told["submission_1001"].when == "2026-03-01 09:20:30.123456 UTC"
    assert told["submission_1002"].student == "Student Two, Student Three"
    assert told["submission_1003"].when == "2026-03-02 08:00:00.000000 UTC"


def test_gradescope_folders() -> None:
    path = "assignment_42_export/submission_1002/deep/hw.ipynb"
    found = seen(
        path, "assignment_42_export/submission_9/hw.ipynb", files={"assignment_42_export/submission_metadata.yml": YML}
    )
    assert list(found) == [path]
    assert found[path].key == "gradescope:s02+s03"
    assert found[path].serial == 1002


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "- 1",
        "submission_1: 3",
        "submission_1:\n  :submitters: x",
        "[" * 5000,
        "a: !!python/object/apply:os.system [ls]",
    ],
)
def test_gradescope_metadata_that_is_none(text: str) -> None:
    assert gradescope(text) == {}


@given(st.text() | st.from_regex(r"submission_1:\n  :submitters: [\\w\\W]{0,30}\n  :created_at: [-:0-9 Z+.]{0,30}"))
def test_no_metadata_makes_a_traceback(text: str) -> None:
    assert all(u.layout == "gradescope" for u in gradescope(text).values())


@pytest.mark.parametrize("time", ["0001-01-01 00:00:00 +01:00", "2026-13-01 00:00:00", "soon", "{utc: x}", "[]"])
def test_gradescope_times_that_are_none(time: str) -> None:
    found = gradescope(f"submission_1:\n  :submitters:\n  - :sid: a\n  :created_at: {time}\n")
    assert all(u.when == "" for u in found.values())


def test_gradescope_people_without_numbers_and_hostile_names() -> None:
    text = 'submission_1:\n  :submitters:\n  - :name: "<b>\\u202Ex\\n"\n    :sid:\n    :email:\n'
    (who,) = gradescope(text)["submission_1"].who
    assert who.name.isprintable()
    assert gradescope(text)["submission_1"].key.startswith("gradescope:<b>")


# --- all of them ---


def test_what_a_student_calls_a_folder_gets_nobodys_name() -> None:
    inner = "Jane Doe_1_assignsubmission_file_"
    yml = {"submission_metadata.yml": YML}
    assert seen(f"submission_1001/{inner}/hw.ipynb", files=yml).popitem()[1].layout == "gradescope"
    assert one(f"student01+hw1+2026-03-01 10:20:30 UTC/{inner}/hw.ipynb").layout == "nbgrader"
    assert one(f"Ben Roe_2_assignsubmission_file_/{inner}/hw.ipynb").student == "Ben Roe"
    assert one("Ben Roe_2_assignsubmission_file_/a+hw1+2026-03-01 10:20:30 UTC/hw.ipynb").student == "Ben Roe"
    assert seen("student01/janedoe_123_456_hw.ipynb") == {}
    assert seen("janedoe_123_456_hw/hw.ipynb") == {}


def test_one_student_with_a_timestamp_makes_no_exchange() -> None:
    paths = [f"monday/student0{i}/hw.ipynb" for i in range(3)]
    assert seen(*paths, files={"monday/student00/timestamp.txt": "2026-03-01 10:20:30 UTC"}) == {}


def test_the_folder_that_was_given_may_be_that_of_one_student() -> None:
    folder = ("Jane Doe_1_assignsubmission_file_",)
    found = recognise({"hw.ipynb": (folder, ("hw.ipynb",))}, lambda _: "")
    assert found["hw.ipynb"].student == "Jane Doe"


@given(st.lists(st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=300), min_size=1, max_size=4))
def test_no_name_is_too_odd(parts: list[str]) -> None:
    path = "/".join(parts)
    for upload in recognise({path: (ROOT, tuple(parts))}, lambda _: "2026-03-01 10:20:30 UTC").values():
        assert upload.submission == path
        assert all(w.key for w in upload.who)
        assert upload.student.isprintable()


@given(st.text())
def test_moments_sort_as_texts_or_are_none(text: str) -> None:
    assert moment(text) == "" or moment(moment(text)) == moment(text)


def test_only_one_layout_is_looked_for() -> None:
    names = ("a_100_200_hw.ipynb", "Jane Doe_1_assignsubmission_file_/hw.ipynb")
    assert [u.layout for u in seen(*names, only="canvas").values()] == ["canvas"]
    assert [u.layout for u in seen(*names, only="moodle").values()] == ["moodle"]
