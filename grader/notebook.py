"""From the bytes of a notebook or script to the code in it. Nothing is executed, and no bytes make it raise.

Formats 2 to 4 are read straight from their JSON: importing nbformat takes longer than grading a submission, and its
upgrades expect well-formed notebooks. What is said twice counts as in Jupyter: the last of equal keys wins.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.text import shortened

LARGEST = 32_000_000  # bytes of a notebook or script; only outputs make one larger
MOST_CELLS = 5_000
LONGEST_CELL = 1_000_000  # characters
# Bytes of all sources as JSON, escapes and all: a little less than one frame to the sandbox carries, wire.MAX_TREE.
MOST_SOURCE = 4_000_000
# Lists and objects in the JSON: a parsed one takes some 200 bytes, so that 3 bytes can become 200. Plotly's figures
# have thousands.
MOST_CONTAINERS = 1_000_000

OLDEST, NEWEST = 2, 4
# Cells that Otter, and nbclient for it, leave out of an execution.
LEFT_OUT_TAGS = ("otter_ignore", "skip-execution")

_BOM = b"\xef\xbb\xbf"
_LONGEST_ESCAPE = 12  # a character outside the basic plane is two \uXXXX in JSON
_LONGEST_NAME = 100
_KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Notebook:
    """What is in a notebook or script.

    Attributes
    ----------
    cells : tuple of str
        Sources of the code cells that are to run, in order. Lone surrogates are replaced by U+FFFD.
    assignment : str
        What its metadata names as the assignment, as Otter writes it; "" where nothing does.
    reason : str
        Why it cannot be read, in words a person can act on; "" where it can.
    """

    cells: tuple[str, ...] = ()
    assignment: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell of a notebook, of whatever kind.

    Attributes
    ----------
    kind : str
        "code", "markdown", "raw", or what the notebook calls it.
    source : str
        Lone surrogates are replaced by U+FFFD.
    outputs, attachments : mapping or tuple
        As they stand in the JSON; nothing about them is checked.
    """

    kind: str
    source: str
    outputs: tuple[Any, ...] = ()
    attachments: Mapping[str, Any] = field(default_factory=dict)


class _UnfitError(Exception):
    """The reason why something handed in cannot be read; it becomes data before it leaves this module."""


def read_notebook(data: bytes) -> Notebook:
    """Return what is in a notebook.

    Parameters
    ----------
    data : bytes
        Any bytes; those of a notebook are JSON in UTF-8, with or without a byte order mark.

    Examples
    --------
    >>> read_notebook(b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "x = 1"}]}').cells
    ('x = 1',)
    >>> read_notebook(b"[]").reason
    'it is not a notebook: it is a list, expected an object; save it again in Jupyter and hand in that file'
    """
    try:
        tree = _object(data)
        cells = tuple(_sources(_cells(tree)))
        _check_source(cells)
    except _UnfitError as unfit:
        return Notebook(reason=str(unfit))
    return Notebook(cells=cells, assignment=_assignment(tree))


def read_all_cells(data: bytes) -> tuple[Cell, ...]:
    """Return every cell of a notebook with its outputs, in order; none where it cannot be read.

    Why it cannot be read, `read_notebook` says.

    Examples
    --------
    >>> read_all_cells(b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "markdown", "source": "Why?"}]}')
    (Cell(kind='markdown', source='Why?', outputs=(), attachments={}),)
    >>> read_all_cells(b"[]")
    ()
    """
    try:
        return tuple(_whole(cell, number) for number, cell in enumerate(_cells(_object(data)), 1))
    except _UnfitError:
        return ()


def read_script(data: bytes) -> Notebook:
    """Return a script as a notebook of one cell.

    Examples
    --------
    >>> read_script(b"x = 1").cells
    ('x = 1',)
    >>> read_script("Stück".encode("latin-1")).reason
    'it is not UTF-8 at byte 2; save it with the encoding UTF-8 and hand it in again'
    """
    try:
        cells = (_text(data, "script"),)
        _check_source(cells)
    except _UnfitError as unfit:
        return Notebook(reason=str(unfit))
    return Notebook(cells=cells)


def too_large(what: str, size: int, largest: int = LARGEST) -> str:
    """Return why something of `size` bytes is not read, "" where it is.

    Examples
    --------
    >>> too_large("notebook", 210_000_000)
    'the notebook has 210 MB, at most 32 MB are read; clear the outputs and hand it in again'
    """
    if size <= largest:
        return ""
    # Rounded up, so that nothing has "32 MB" of 32 MB.
    has = f"the {what} has {-(-size // 1_000_000)} MB, at most {largest // 1_000_000} MB are read"
    remedy = "clear the outputs and hand it in again" if what == "notebook" else "hand in the notebook alone"
    return f"{has}; {remedy}"


def _text(data: bytes, what: str) -> str:
    if large := too_large(what, len(data)):
        raise _UnfitError(large)
    if not data:
        raise _UnfitError(f"the file is empty; save the {what} and hand it in again")
    start = len(_BOM) if data.startswith(_BOM) else 0
    try:
        return data[start:].decode()
    except UnicodeDecodeError as error:
        raise _UnfitError(
            f"it is not UTF-8 at byte {start + error.start}; save it with the encoding UTF-8 and hand it in again"
        ) from None


def _object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`."""
    text = _text(data, "notebook")
    if text.count("{") + text.count("[") > MOST_CONTAINERS:
        raise _UnfitError("its outputs are too large to read; clear the outputs and hand it in again")
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        raise _not_a_notebook(f"not valid JSON at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _not_a_notebook("it is nested too deeply") from None
    except ValueError:  # Python refuses to read integers of thousands of digits, which takes quadratic time
        raise _not_a_notebook("a number in it is too long") from None
    if not isinstance(tree, dict):
        raise _not_a_notebook(f"it is {_kind(tree)}, expected an object")
    return tree


def _cells(tree: dict[str, Any]) -> Sequence[Any]:
    """Return the cells of a notebook, of whatever kind they are."""
    version = tree.get("nbformat")
    if type(version) is not int:
        raise _not_a_notebook(
            f"its nbformat is {_kind(version)}, expected a whole number" if "nbformat" in tree else "it has no nbformat"
        )
    if not OLDEST <= version <= NEWEST:
        raise _UnfitError(
            f"it is a notebook of nbformat {shortened(str(version))}, supported are {OLDEST} to {NEWEST}; "
            f"save it as nbformat {NEWEST} and hand it in again"
        )
    # Before 4 the cells stood in sheets, of which no program ever made more than one.
    sheets = [tree] if version == NEWEST else _list(tree, "worksheets")
    cells = [cell for sheet in sheets for cell in _list(sheet, "cells")]
    if len(cells) > MOST_CELLS:
        raise _UnfitError(
            f"it has {len(cells)} cells, at most {MOST_CELLS} are read; "
            "leave out what does not belong to the assignment"
        )
    return cells


def _sources(cells: Sequence[Any]) -> Iterator[str]:
    """Yield the sources of the code cells that are to run."""
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict):
            raise _not_a_notebook(f"cell {number} is {_kind(cell)}, expected an object")
        if cell.get("cell_type") == "code" and not _left_out(cell):
            yield _source(cell, number)


def _whole(cell: Any, number: int) -> Cell:
    if not isinstance(cell, dict):
        raise _not_a_notebook(f"cell {number} is {_kind(cell)}, expected an object")
    kind, outputs = cell.get("cell_type"), cell.get("outputs")
    return Cell(
        kind=kind if isinstance(kind, str) else "",
        source=_source(cell, number),
        outputs=tuple(outputs) if isinstance(outputs, list) else (),
        attachments=_mapping(cell.get("attachments")),
    )


def _source(cell: dict[str, Any], number: int) -> str:
    old = "source" not in cell  # before nbformat 4 it was called input, and lines often came without their ends
    source = cell.get("input" if old else "source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = ("\n" if old and source and not source[0].endswith("\n") else "").join(source)
    if not isinstance(source, str):
        raise _not_a_notebook(f"the source of cell {number} is {_kind(source)}, expected text or a list of lines")
    try:
        source.encode()
    except UnicodeEncodeError:
        # JSON can escape half a character, which nothing after this could send, store or print.
        source = source.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return source


def _left_out(cell: dict[str, Any]) -> bool:
    """Return whether Otter would leave a cell out."""
    metadata = _mapping(cell.get("metadata"))
    tags = metadata.get("tags")
    tagged = isinstance(tags, list) and any(tag in tags for tag in LEFT_OUT_TAGS)
    return tagged or bool(_mapping(metadata.get("otter")).get("ignore"))


def _check_source(cells: Sequence[str]) -> None:
    for cell in cells:
        if len(cell) > LONGEST_CELL:
            raise _UnfitError(
                f"a cell has {len(cell):,} characters of code, at most {LONGEST_CELL:,} are read; "
                "load data from a file instead"
            )
    if sum(map(len, cells)) * _LONGEST_ESCAPE > MOST_SOURCE and len(json.dumps(cells)) > MOST_SOURCE:
        raise _UnfitError(f"its code has more than {MOST_SOURCE // 1_000_000} MB; load data from a file instead")


def _assignment(tree: dict[str, Any]) -> str:
    """Return the name where `otter assign` writes it: in the notebook's metadata, under "otter"."""
    name = _mapping(_mapping(tree.get("metadata")).get("otter")).get("assignment_name")
    return shortened(name, _LONGEST_NAME) if isinstance(name, str) else ""


def _list(tree: Any, key: str) -> list[Any]:
    value = _mapping(tree).get(key)
    if not isinstance(value, list):
        raise _not_a_notebook(f"it has no list of {key}")
    return value


def _mapping(value: Any) -> dict[str, Any]:
    """Return `value` where it is an object; metadata of another kind costs nobody the marks."""
    return value if isinstance(value, dict) else {}


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "a number")


def _not_a_notebook(why: str) -> _UnfitError:
    return _UnfitError(f"it is not a notebook: {why}; save it again in Jupyter and hand in that file")
