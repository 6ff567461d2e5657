"""What is read of notebooks and scripts, whatever bytes they are."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import nbformat
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader import notebook as module
from grader.notebook import Notebook, read_notebook, read_script, too_large
from grader.sandbox.inside import wire


def code(source: Any, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def book(*cells: Any, **changes: Any) -> bytes:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **changes}).encode()


def test_code_cells_are_read_in_order_whether_text_or_lines() -> None:
    cells = (
        code("x = 1"),
        {"cell_type": "markdown", "metadata": {}, "source": "# no"},
        code(["def f():\n", "    pass"]),
    )
    assert read_notebook(book(*cells)) == Notebook(cells=("x = 1", "def f():\n    pass"))


def test_what_otter_leaves_out_is_left_out() -> None:
    cells = [
        code("kept", tags=["hide", 3]),
        code("ignored", tags=["otter_ignore"]),
        code("ignored", otter={"ignore": True}),
        code("kept too", otter={"ignore": False}),
        code("skipped", tags=["skip-execution"]),
    ]
    assert read_notebook(book(*cells)).cells == ("kept", "kept too")


def test_an_empty_notebook_is_no_reason_to_reject_it() -> None:
    assert read_notebook(book()) == Notebook()


def test_the_assignment_is_read_where_otter_writes_it() -> None:
    data = book(metadata={"otter": {"assignment_name": "linear_algebra"}})
    assert read_notebook(data).assignment == "linear_algebra"


@pytest.mark.parametrize("metadata", [None, [], "otter", {"otter": 1}, {"otter": {"assignment_name": None}}])
def test_odd_metadata_costs_nobody_the_marks(metadata: Any) -> None:
    read = read_notebook(book({**code("x = 1"), "metadata": metadata}, metadata=metadata))
    assert read == Notebook(cells=("x = 1",))


def test_an_assignment_that_cannot_be_printed_can_afterwards() -> None:
    name = read_notebook(book(metadata={"otter": {"assignment_name": "\x1b[2J\ud800" + "a" * 1000}})).assignment
    assert name.isprintable()
    assert name.encode()
    assert len(name) < 200


def test_a_byte_order_mark_and_a_newer_minor_format_do_no_harm() -> None:
    assert read_notebook(b"\xef\xbb\xbf" + book(code("x = 1"), nbformat_minor=99)).cells == ("x = 1",)
    assert read_script(b"\xef\xbb\xbfx = 1").cells == ("x = 1",)


def test_the_last_of_equal_keys_wins_as_in_jupyter() -> None:
    data = b'{"nbformat": 3, "nbformat": 4, "cells": 1, "cells": [{"cell_type": "code", "source": "a", "source": "b"}]}'
    assert read_notebook(data).cells == ("b",)


@pytest.mark.parametrize(
    ("version", "lines"), [(2, ["x = 1", "y = 2"]), (3, ["x = 1", "y = 2"]), (3, ["x = 1\n", "y = 2"])]
)
def test_notebooks_from_before_format_4_are_read_as_nbformat_reads_them(version: int, lines: list[str]) -> None:
    cells = [
        {"cell_type": "code", "input": lines, "language": "python", "outputs": [], "metadata": {}},
        {"cell_type": "heading", "level": 1, "source": "Title", "metadata": {}},
        {
            "cell_type": "code",
            "input": "z = 3",
            "language": "python",
            "outputs": [],
            "collapsed": False,
            "metadata": {},
        },
    ]
    tree = {"nbformat": version, "nbformat_minor": 0, "metadata": {"name": "a"}, "worksheets": [{"cells": cells}]}
    data = json.dumps(tree).encode()
    expected = [cell.source for cell in nbformat.reads(data, as_version=4).cells if cell.cell_type == "code"]
    assert list(read_notebook(data).cells) == expected == ["x = 1\ny = 2", "z = 3"]


DEEP = b'{"nbformat": 4, "cells": ' + b"[" * 200_000
AGAIN = "; save it again in Jupyter and hand in that file"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty; save the notebook and hand it in again"),
        (b"\xff\xfe{\0", "it is not UTF-8 at byte 0; save it with the encoding UTF-8 and hand it in again"),
        (b'\xef\xbb\xbf{"\xe9": 1}', "it is not UTF-8 at byte 5; save it with the encoding UTF-8 and hand it in again"),
        (b'{\n "cells": [', "it is not a notebook: not valid JSON at line 2, column 12" + AGAIN),
        (b"<html>", "it is not a notebook: not valid JSON at line 1, column 1" + AGAIN),
        (DEEP, "it is not a notebook: it is nested too deeply" + AGAIN),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", "it is not a notebook: a number in it is too long" + AGAIN),
        (b'"text"', "it is not a notebook: it is text, expected an object" + AGAIN),
        (b"{}", "it is not a notebook: it has no nbformat" + AGAIN),
        (book(nbformat=True), "it is not a notebook: its nbformat is true or false, expected a whole number" + AGAIN),
        (book(nbformat="4"), "it is not a notebook: its nbformat is text, expected a whole number" + AGAIN),
        (
            book(nbformat=5),
            "it is a notebook of nbformat 5, supported are 2 to 4; save it as nbformat 4 and hand it in again",
        ),
        (book(cells={}), "it is not a notebook: it has no list of cells" + AGAIN),
        (book(nbformat=3), "it is not a notebook: it has no list of worksheets" + AGAIN),
        (book(nbformat=3, worksheets=[7]), "it is not a notebook: it has no list of cells" + AGAIN),
        (book(code("a"), None), "it is not a notebook: cell 2 is null, expected an object" + AGAIN),
        (
            book(code({"a": 1})),
            "it is not a notebook: the source of cell 1 is an object, expected text or a list of lines" + AGAIN,
        ),
        (
            book(code(["a", 1])),
            "it is not a notebook: the source of cell 1 is a list, expected text or a list of lines" + AGAIN,
        ),
        (
            book(*[{}] * 5001),
            "it has 5001 cells, at most 5000 are read; leave out what does not belong to the assignment",
        ),
        (
            book(code("x" * 1_000_001)),
            "a cell has 1,000,001 characters of code, at most 1,000,000 are read; load data from a file instead",
        ),
        (book(*[code("é" * 900_000)] * 2), "its code has more than 4 MB; load data from a file instead"),
        (
            b"{" + b" " * module.LARGEST + b"}",
            "the notebook has 33 MB, at most 32 MB are read; clear the outputs and hand it in again",
        ),
        (b"[" * 1_000_001, "its outputs are too large to read; clear the outputs and hand it in again"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value[:40],
)
def test_what_cannot_be_read_is_rejected_with_a_reason(data: bytes, reason: str) -> None:
    assert read_notebook(data) == Notebook(reason=reason)


def test_a_script_is_one_cell() -> None:
    assert read_script("# é\nx = 1\n".encode()) == Notebook(cells=("# é\nx = 1\n",))
    assert read_script(b"") == Notebook(reason="the file is empty; save the script and hand it in again")
    assert read_script(b"\xef\xbb\xbfa\xe9").reason.startswith("it is not UTF-8 at byte 4;")
    assert read_script(b" " * 1_000_001).reason.startswith("a cell has 1,000,001 characters")


def test_exactly_the_largest_size_is_read() -> None:
    assert too_large("notebook", module.LARGEST) == ""
    assert too_large("notebook", module.LARGEST + 1).startswith("the notebook has 33 MB, at most 32 MB are read")


@pytest.mark.parametrize("letter", ["x", "é", "\U0001f600"])
def test_as_much_code_as_is_read_fits_the_sandbox(letter: str) -> None:
    size = len(json.dumps(letter)) - 2
    cell = letter * min(900_000, 3_900_000 // size)
    cells = [code(cell)] * (3_900_000 // (size * len(cell)))
    read = read_notebook(book(*cells))
    assert len(read.cells) == len(cells) > 0
    frame = ("cells", list(read.cells), list(range(module.MOST_CELLS)), [])
    assert module.MOST_SOURCE < wire.MAX_TREE
    assert wire.decode(wire.encode(frame)[4:]) == frame


def test_half_a_character_becomes_whole() -> None:
    assert read_notebook(book(code("x = '\ud800'"), code(["'\ud83d", "\ude00'"]))).cells == ("x = '\ufffd'", "'😀'")


def test_notebooks_are_read_without_importing_nbformat() -> None:
    test = "import sys, grader.notebook, grader.intake; sys.exit(any('nbformat' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", test], check=False).returncode == 0


# Everything that JSON can say, with the keys of a notebook in it more often than not.
KEYS = st.sampled_from(
    "cells worksheets cell_type source input metadata otter tags ignore assignment_name nbformat nbformat_minor".split()
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(1, 5), st.floats(), st.text(st.characters(codec=None)),
    st.sampled_from(["code", "markdown", "otter_ignore", "x = 1"]),
)  # fmt: skip
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=6)
)
CELLS = st.fixed_dictionaries(
    {"cell_type": st.just("code")},
    optional={"source": TREES | st.lists(st.text(st.characters(codec=None))), "metadata": TREES, "input": TREES},
)
BOOKS = st.fixed_dictionaries(
    {"nbformat": st.integers(2, 4) | LEAVES},
    optional={"cells": st.lists(CELLS | TREES), "metadata": TREES, "worksheets": st.lists(st.fixed_dictionaries({"cells": st.lists(CELLS)})) | TREES},
)  # fmt: skip


def check(read: Notebook) -> None:
    """A notebook with a reason has nothing else, and all of it can be printed, stored and sent."""
    assert isinstance(read, Notebook)
    assert read.reason.isprintable()
    assert read.assignment.isprintable()
    assert len(read.reason) < 300
    if read.reason:
        assert read == Notebook(reason=read.reason)
    for cell in read.cells:
        assert type(cell) is str
        assert cell.encode()[:0] == b""


@given(st.binary())
@example(b"\xef\xbb\xbf")
def test_any_bytes_give_cells_or_a_reason(data: bytes) -> None:
    check(read_notebook(data))
    check(read_script(data))


@given(TREES | BOOKS)
def test_any_json_gives_cells_or_a_reason(tree: Any) -> None:
    check(read_notebook(json.dumps(tree).encode()))


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(st.integers(0, 10_000), st.sampled_from([0, 1, 9]), st.binary(max_size=4)), min_size=1, max_size=4
    )
)
def test_damaged_notebooks_give_cells_or_a_reason(edits: list[tuple[int, int, bytes]]) -> None:
    data = bytearray(book(code("x = 1", tags=["a"]), code(["a\n", "b"]), metadata={"otter": {"assignment_name": "a"}}))
    for place, length, new in edits:
        start = place % len(data)
        data[start : start + length] = new
        data = data or bytearray(b"{")
    check(read_notebook(bytes(data)))
