"""What counts as the same test file on another processor."""

from __future__ import annotations

import pytest

from grader.build import differences, write_files
from grader.content import load_topic
from grader.plan import plan_topic
from grader.rounding import alike
from grader.testfile import render

FILE = """\
LIMIT = 0.25
CASES = (
    Case('homes', 'by hand', 'plain', True,
         (np.array([1.0, 3.0]),),
         (np.array([1.0, 3.0]),),
         {},
         ('number',), (CHECKS[0],), None, ''),
)
"""
HERE = "(0.0, np.array([8.9e-30, -4.249999999999996]))"


def made(expected: str) -> bytes:
    return FILE.format(expected).encode()


@pytest.mark.parametrize(
    ("elsewhere", "same"),
    [
        ("(0.0, np.array([1.5e-29, -4.249999999999995]))", True),
        ("(0.0, np.array([-1.5e-29, -4.25]))", True),
        ("(-0.0, np.array([0.0, -4.25]))", True),
        ("(0.0, np.array([0.0, 4.25]))", False),
        ("(0.0, np.array([0.0, -4.2500001]))", False),
        ("(0.0, np.array([1e-7, -4.25]))", False),
        ("(0, np.array([0.0, -4.25]))", False),
        ("(0.0, np.array([0.0, -4.25, 0.0]))", False),
        ("np.array([0.0, -4.25])", False),
        ("None", False),
    ],
)
def test_expected_numbers_may_differ_in_their_last_digits(elsewhere, same):
    assert alike(made(HERE), made(elsewhere)) is same
    assert alike(made(elsewhere), made(HERE)) is same


@pytest.mark.parametrize(
    ("was", "becomes"),
    [("0.25", "0.25000000000000006"), ("[1.0, 3.0]", "[1.0000000000000002, 3.0]"), ("by hand", "by head")],
)
def test_all_else_is_the_same_to_the_byte(was, becomes):
    assert not alike(made(HERE), made(HERE).replace(was.encode(), becomes.encode()))


@pytest.mark.parametrize("other", [b"", b"\0", b"\xff", b"{", b'{"cells": [null]}'])
def test_what_is_no_test_file_is_compared_to_the_byte(other):
    assert alike(other, other)
    assert not alike(other, other + b" ")


def test_a_build_on_another_machine_is_not_stale_and_changes_nothing(tmp_path):
    planned = next(e for e in plan_topic(load_topic("linear_algebra"), 1).exercises if e.exercise.name == "project")
    built = render(planned, hidden=False).encode()
    number = built.split(b"\n         np.array([")[1].split(b",")[0]
    elsewhere = built.replace(
        b"\n         np.array([" + number, b"\n         np.array([" + number + b"0000000000001", 1
    )
    write_files({"tests/project.py": elsewhere}, tmp_path)
    assert differences({"tests/project.py": built}, tmp_path) == ()
    write_files({"tests/project.py": built}, tmp_path)
    assert (tmp_path / "tests" / "project.py").read_bytes() == elsewhere
    write_files({"tests/project.py": built.replace(b"by hand", b"by head")}, tmp_path)
    assert (tmp_path / "tests" / "project.py").read_bytes() != elsewhere
