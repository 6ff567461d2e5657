"""Whole ways through the command: folders as each LMS hands them out, graded, and files for it written."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader import content
from grader.cli import main
from grader.intake import find
from grader.lms.files import describe
from grader.lms.intake import Handed, take_in

COHORT = content.submissions() / "linear_algebra"
SAMPLES = Path(__file__).parent / "lms"
GOOD, BAD, CUT = (COHORT / f"{name}.ipynb" for name in ("full", "empty", "cut-short"))


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def grade(folder: Path, *arguments: object) -> str:
    output = folder.parent / "out"
    return run("grade", folder, "-a", "linear_algebra", "-o", output, "--jobs", 1, *arguments).stdout


def put(folder: Path, **files: Path) -> Path:
    for name, source in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def marks(folder: Path) -> dict[str, str]:
    return {
        r["submission"]: r["total"] if r["status"] == "graded" else r["reason"] for r in rows(folder / "scores.csv")
    }


def canvas(folder: Path) -> Path:
    put(folder / "hw1", **{
        "onestudent_1001_20001_hw1.ipynb": BAD,
        "onestudent_LATE_1001_20009_hw1-1.ipynb": GOOD,
        "twostudent_1002_20002_hw1.ipynb": BAD,
        "threestudent_1003_20004_hw1.ipynb": GOOD,
        "threestudent_LATE_1003_20005_hw1-1.ipynb": CUT,
    })  # fmt: skip
    (folder / "hw1" / "twostudent_1002_20003_helper.py").write_text("def helper(): return 1\n", encoding="utf-8")
    return folder / "hw1"


# --- what the folders tell, without grading ---


def test_gradescope_and_nbgrader_folders_are_read_from_disk(tmp_path: Path) -> None:
    export = shutil.copytree(SAMPLES / "gradescope", tmp_path / "gradescope")
    put(export / "assignment_42_export", **{f"submission_100{i}/hw.ipynb": BAD for i in (1, 2, 3)})
    put(tmp_path / "inbound", **{"s1+hw1+2026-03-01 10:20:30.5 UTC+xyz/hw.ipynb": BAD})
    put(tmp_path / "submitted", **{"s1/hw1/hw.ipynb": BAD})
    (tmp_path / "submitted/s1/hw1/timestamp.txt").write_text("2026-03-02 10:20:30.5 UTC", encoding="utf-8")
    (tmp_path / "inbound/s1+hw1+2026-03-01 10:20:30.5 UTC+xyz/submission_secret.txt").write_text("x", encoding="utf-8")
    found = find((export, tmp_path / "inbound", tmp_path / "submitted"))
    uploads = describe(found)
    assert Counter(u.layout for u in uploads.values()) == {"gradescope": 3, "nbgrader": 2}
    for folder, when in (("inbound", "2026-03-01"), ("submitted", "2026-03-02")):
        (upload,) = describe(find((tmp_path / folder,))).values()
        assert (upload.key, upload.when[:10]) == ("nbgrader:s1", when)


def test_a_link_in_place_of_metadata_is_not_followed(tmp_path: Path) -> None:
    folder = put(tmp_path / "x", **{"submission_1001/hw.ipynb": BAD})
    (folder / "submission_metadata.yml").symlink_to(SAMPLES / "gradescope/assignment_42_export/submission_metadata.yml")
    line = run("grade", folder, "-o", tmp_path / "out", code=2).stderr
    assert "submission_metadata.yml: it cannot be read:" in line


def test_late_by_the_time_that_is_told(tmp_path: Path) -> None:
    put(tmp_path / "in", **{f"s{i}+hw1+2026-03-0{i} 10:00:00.0 UTC/hw.ipynb": BAD for i in (1, 2)})
    intake = take_in(find((tmp_path / "in",)), Handed(due="2026-03-01 12:00:00.000000 UTC"))
    assert sorted((u.who[0].id, u.late) for u in intake.uploads.values()) == [("s1", False), ("s2", True)]
    assert {u.late for u in take_in(find((tmp_path / "in",)), Handed()).uploads.values()} == {None}


def test_uploads_for_different_assignments_do_not_displace_each_other(tmp_path: Path) -> None:
    other = json.loads(BAD.read_text(encoding="utf-8"))
    other["metadata"]["otter"] = {"assignment_name": "probability"}
    put(tmp_path / "in", **{"a_1001_20001_hw1.ipynb": BAD, "a_1001_20002_hw2.ipynb": BAD})
    (tmp_path / "in/a_1001_20002_hw2.ipynb").write_text(json.dumps(other), encoding="utf-8")
    found = find((tmp_path / "in",))
    assert take_in(found, Handed()).skipped == {}
    assert take_in(found, Handed(), "linear_algebra").skipped == {}


def test_a_layout_that_is_not_there(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", **{"alice.ipynb": BAD})
    line = run("grade", folder, "--layout", "moodle", "-o", tmp_path / "out", code=2).stderr.strip()
    assert line == "fullmarks: --layout moodle: no submission lies as moodle hands them out; leave the option out"


def test_a_roster_that_is_none_stops_before_grading(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", **{"alice.ipynb": BAD})
    line = run("grade", folder, "--roster", BAD, "-o", tmp_path / "out", code=2).stderr
    assert "expected column names such as name, id, login, email" in line or "line" in line
    assert not (tmp_path / "out").exists()


# --- with grading ---


@pytest.mark.walls
def test_a_download_of_canvas(tmp_path: Path) -> None:
    said = grade(canvas(tmp_path), "--roster", SAMPLES / "rosters" / "canvas.csv")
    out = tmp_path / "out"
    assert "recognised 6 from Canvas\n" in said
    assert "late: 2 (onestudent_LATE_1001_20009_hw1-1.ipynb; threestudent_LATE_1003_20005_hw1-1.ipynb)\n" in said
    assert "do not count, for another upload of the same student does: 2 (" in said
    assert "on the roster, but handed in nothing: 1 (Four, Student)\n" in said
    told = marks(out)
    assert told["onestudent_1001_20001_hw1.ipynb"] == "a later upload counts: onestudent_LATE_1001_20009_hw1-1.ipynb"
    assert told["onestudent_LATE_1001_20009_hw1-1.ipynb"] == "37"
    assert told["twostudent_1002_20003_helper.py"].startswith("another file of the same student counts: ")
    assert told["threestudent_1003_20004_hw1.ipynb"] == "37"
    assert "it is not a notebook" in told["threestudent_LATE_1003_20005_hw1-1.ipynb"]
    counted = Counter(r["student"] for r in rows(out / "scores.csv") if r["status"] == "graded")
    assert set(counted.values()) == {1}

    run("report", out, *(f"--lms={lms}" for lms in ("canvas", "moodle", "gradescope")), "--column", "Homework 1 (4711)")
    imported = {r["ID"]: r["Homework 1 (4711)"] for r in rows(out / "lms" / "canvas.csv")}
    assert imported == {"": "37", "1001": "37", "1002": "0", "1003": "37"}
    sent = out / "lms" / "gradescope" / "onestudent_LATE_1001_20009_hw1-1.ipynb.json"
    assert json.loads(sent.read_text(encoding="utf-8"))["score"] == 37.0


@pytest.mark.walls
def test_another_choice_takes_another_upload_and_loses_nothing(tmp_path: Path) -> None:
    folder = canvas(tmp_path)
    grade(folder)
    first, last = "onestudent_1001_20001_hw1.ipynb", "onestudent_LATE_1001_20009_hw1-1.ipynb"
    grade(folder, "--attempts", "first")
    assert (marks(tmp_path / "out")[first], marks(tmp_path / "out")[last]) == (
        "0",
        f"an earlier upload counts: {first}",
    )
    said = grade(folder, "--attempts", "best")
    assert "\n1 graded, 5 unchanged\n" in said  # the script had never been worth grading before
    assert (marks(tmp_path / "out")[first], marks(tmp_path / "out")[last]) == (f"a better upload counts: {last}", "37")
    grade(folder, "--attempts", "all")
    assert (marks(tmp_path / "out")[first], marks(tmp_path / "out")[last]) == ("0", "37")


@pytest.mark.walls
def test_an_upload_that_is_gone_gives_way_to_the_one_that_came(tmp_path: Path) -> None:
    folder = put(tmp_path / "hw1", **{"a_1001_20001_hw1.ipynb": GOOD, "b_1002_20003_hw1.ipynb": GOOD})
    grade(folder)
    (folder / "a_1001_20001_hw1.ipynb").unlink()
    put(folder, **{"a_1001_20009_hw1-1.ipynb": BAD})
    grade(folder)
    told = marks(tmp_path / "out")
    assert told["a_1001_20001_hw1.ipynb"] == "a later upload counts: a_1001_20009_hw1-1.ipynb"
    assert told["a_1001_20009_hw1-1.ipynb"] == "0"


@pytest.mark.walls
def test_a_worksheet_of_moodle_goes_round(tmp_path: Path) -> None:
    folder = put(tmp_path / "hw1", **{
        "Student One_501_assignsubmission_file_/hw.ipynb": GOOD,
        "Student One_501_assignsubmission_onlinetext_/onlinetext.html": GOOD,
        "Student Two_502_assignsubmission_file_/hw.ipynb": CUT,
    })  # fmt: skip
    worksheet = SAMPLES / "rosters" / "moodle-worksheet.csv"
    grade(folder, "--roster", worksheet)
    out = tmp_path / "out"
    text = marks(out)["Student One_501_assignsubmission_onlinetext_/onlinetext.html"]
    assert text.startswith("another file of the same student counts: ")
    run("report", out, "--lms", "moodle")
    after = rows(out / "lms" / "moodle.csv")
    assert [r["Grade"] for r in after] == ["37", "12.50", "", ""]
    assert after[1]["Feedback comments"] == "<p>Well begun</p>"


@pytest.mark.walls
def test_no_name_is_in_what_is_written_with_pseudonyms(tmp_path: Path) -> None:
    folder = canvas(tmp_path)
    put(folder, **{"<b>x_1004_20010_=cmd().ipynb": BAD})
    out = tmp_path / "out"
    said = grade(folder, "--pseudonyms", "--roster", SAMPLES / "rosters" / "canvas.csv")
    assert str(out / "pseudonymous" / "scores.csv") in said
    assert not (out / "scores.csv").exists()
    assert not (out / "results").exists()
    run("report", out, "--pseudonyms", *(f"--lms={lms}" for lms in ("canvas", "moodle", "gradescope")))
    written = [p for p in (out / "pseudonymous").rglob("*") if p.is_file()]
    assert len(written) > 15
    named = re.compile(r"(one|two|three)student|student0|100[1-4]|200\d\d|One, |hw1-1|cmd")
    for path in written:
        assert not named.search(str(path.relative_to(out)))
        # The coordinates of a figure are numbers too.
        text = re.sub(r"<svg.*?</svg>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not named.search(text), path
    before = (out / "pseudonymous" / "scores.csv").read_bytes()
    run("report", out, "--pseudonyms")
    assert (out / "pseudonymous" / "scores.csv").read_bytes() == before


@pytest.mark.walls
def test_an_exchange_of_nbgrader_holds_every_upload(tmp_path: Path) -> None:
    early, late = (f"student01+hw1+2026-03-0{i} 10:00:00.000000 UTC+x{i}/hw.ipynb" for i in (1, 2))
    folder = put(tmp_path / "inbound", **{early: BAD, late: GOOD})
    grade(folder, "--due", "2026-03-01T13:00+0200", "--roster", SAMPLES / "rosters" / "nbgrader.csv")
    told = {r["submission"]: (r["late"], r["counts"]) for r in rows(tmp_path / "out" / "lms" / "handed-in.csv")}
    assert told == {early: ("no", "no"), late: ("yes", "yes"), "": ("", "no")}
    said = run("report", tmp_path / "out", "--lms", "canvas", "--roster", SAMPLES / "rosters" / "canvas.csv").stdout
    assert "on the roster, but handed in nothing: 3 (Two, Student; Three, Student; Four, Student)\n" in said
    assert "Two, Student" in (tmp_path / "out" / "lms" / "handed-in.csv").read_text(encoding="utf-8")
    assert [r["ID"] for r in rows(tmp_path / "out" / "lms" / "canvas.csv")] == ["", "1001"]


def test_a_time_that_is_none(tmp_path: Path) -> None:
    assert "'tomorrow' does not match" in run("grade", tmp_path, "--due", "tomorrow", code=2).stderr
