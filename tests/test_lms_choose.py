"""Which upload counts: at most one for each student and assignment, whatever was handed in."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.lms import ATTEMPTS
from grader.lms.choose import Candidate, settle, superseded
from grader.lms.layouts import Identity, Upload
from grader.records import Result


def upload(name: str, *, who: str = "7", when: str = "", serial: int = 0) -> Upload:
    return Upload(submission=name, layout="canvas", who=(Identity(id=who),), when=when, serial=serial)


def result(name: str, total: float = 1.0, status: str = "graded", assignment: str = "a", reason: str = "") -> Result:
    return Result(
        submission=name, student="s", sha256="0", assignment=assignment, status=status, total=total, reason=reason
    )


def settled(pairs: list[tuple[Upload, Result]], attempts: str = "latest") -> dict[str, str]:
    after = settle([r for _, r in pairs], {u.submission: u for u, _ in pairs}, attempts)
    return {r.submission: r.reason or r.status for r in after}


TWO = [(upload("1.ipynb", serial=1), result("1.ipynb", 9.0)), (upload("2.ipynb", serial=2), result("2.ipynb", 3.0))]


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        ("latest", {"1.ipynb": "a later upload counts: 2.ipynb", "2.ipynb": "graded"}),
        ("first", {"1.ipynb": "graded", "2.ipynb": "an earlier upload counts: 1.ipynb"}),
        ("best", {"1.ipynb": "graded", "2.ipynb": "a better upload counts: 1.ipynb"}),
        ("all", {"1.ipynb": "graded", "2.ipynb": "graded"}),
    ],
)
def test_the_choice(attempts: str, expected: dict[str, str]) -> None:
    assert settled(TWO, attempts) == expected
    skipped = superseded((Candidate(upload=u, assignment="a") for u, _ in TWO), attempts)
    assert skipped == {k: v for k, v in expected.items() if v != "graded" and attempts != "best"}


def test_time_goes_before_numbers() -> None:
    early = (upload("1.ipynb", when="2026-01-01 00:00:00", serial=9), result("1.ipynb"))
    late = (upload("2.ipynb", when="2026-01-02 00:00:00", serial=1), result("2.ipynb"))
    assert settled([early, late])["1.ipynb"] == "a later upload counts: 2.ipynb"


def test_what_was_rejected_displaces_nothing_and_keeps_its_reason() -> None:
    broken = (upload("2.ipynb", serial=2), result("2.ipynb", 0, "rejected", reason="it is cut short"))
    assert settled([TWO[0], broken]) == {"1.ipynb": "graded", "2.ipynb": "it is cut short"}


def test_what_was_not_graded_is_waited_for() -> None:
    waiting = (upload("2.ipynb", serial=2), result("2.ipynb", 0, "not graded", reason="no memory"))
    assert settled([TWO[0], waiting]) == {"1.ipynb": "a later upload counts: 2.ipynb", "2.ipynb": "no memory"}
    assert settled([TWO[0], waiting], "best")["1.ipynb"] == "graded"


def test_a_picture_beside_a_notebook_needs_nobodys_action() -> None:
    picture = (upload("3.png", serial=3), result("3.png", 0, "rejected", assignment="", reason="it is a .png file"))
    assert settled([TWO[0], picture])["3.png"] == "another file of the same student counts: 1.ipynb"
    assert settled([picture]) == {"3.png": "it is a .png file"}


def test_a_script_gives_way_to_a_notebook_at_any_time() -> None:
    script = (upload("3.py", serial=3), result("3.py"))
    for attempts in ("latest", "first"):
        assert settled([TWO[0], script], attempts)["3.py"] == "another file of the same student counts: 1.ipynb"
    assert settled([script]) == {"3.py": "graded"}


def test_assignments_and_students_are_told_apart() -> None:
    other = (upload("3.ipynb", serial=3), result("3.ipynb", assignment="b"))
    somebody = (upload("4.ipynb", serial=4, who="8"), result("4.ipynb"))
    assert set(settled([TWO[0], other, somebody]).values()) == {"graded"}


def test_of_uploads_that_nothing_tells_apart_the_better_counts_and_all_are_graded() -> None:
    tied = [(upload(n), result(n, total)) for n, total in (("1.ipynb", 5.0), ("2.ipynb", 2.0))]
    assert superseded((Candidate(upload=u, assignment="a") for u, _ in tied), "latest") == {}
    assert settled(tied) == {"1.ipynb": "graded", "2.ipynb": "another file of the same student counts: 1.ipynb"}


def test_what_is_in_no_layout_is_left_alone() -> None:
    results = [result("x/1.ipynb"), result("x/2.ipynb")]
    assert settle(results, {}, "latest") == tuple(results)


SOME = st.lists(
    st.tuples(
        st.sampled_from("12"),
        st.sampled_from(["", "2026-01-01 00:00:00.000000 UTC", "2026-01-02 00:00:00.000000 UTC"]),
        st.integers(0, 2),
        st.sampled_from([".ipynb", ".zip", ".py", ".pdf"]),
        st.sampled_from(["graded", "rejected", "not graded"]),
        st.integers(0, 3),
        st.sampled_from("ab"),
    ),
    max_size=8,
)


@given(SOME, st.sampled_from([a for a in ATTEMPTS if a != "all"]))
def test_nobody_ever_has_two_marks_and_nobody_loses_all(rows: list, attempts: str) -> None:
    pairs = [
        (
            upload(f"{i}{suffix}", who=who, when=when, serial=serial),
            result(f"{i}{suffix}", float(total), "rejected" if suffix == ".pdf" else status, to),
        )
        for i, (who, when, serial, suffix, status, total, to) in enumerate(rows)
    ]
    uploads = {u.submission: u for u, _ in pairs}
    after = settle([r for _, r in pairs], uploads, attempts)
    assert [r.submission for r in after] == [r.submission for _, r in pairs]
    counted = Counter((uploads[r.submission].key, r.assignment) for r in after if r.status != "rejected")
    assert set(counted.values()) <= {1}
    assert counted.keys() == {(u.key, r.assignment) for u, r in pairs if r.status != "rejected"}
    assert settle(after, uploads, attempts) == after
    readable = [Candidate(upload=u, assignment=r.assignment) for u, r in pairs if r.status != "rejected"]
    still = {r.submission for r in after if r.status != "rejected"}
    assert not still & superseded(readable, attempts).keys()
