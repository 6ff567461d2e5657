"""Reading notebooks: from bytes to code cells, or to the reason why not. Nothing is executed, and nothing is raised."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

MEGABYTE = 1 << 20
MAX_NOTEBOOK = 32 * MEGABYTE
MAX_CELLS = 5_000
MAX_SOURCE = 1 * MEGABYTE
NEWEST_FORMAT = 4
# Otter leaves these cells out, and so do we.
IGNORED_TAGS = frozenset({"otter_ignore", "skip-execution"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What was read of a notebook or script.

    Attributes
    ----------
    cells : tuple of str
        Sources of the code cells.
    assignment : str
        What its metadata names; "" where it names nothing.
    reason : str
        Why it cannot be graded, in words a person can act on; "" where it can.
    """

    cells: tuple[str, ...] = ()
    assignment: str = ""
    reason: str = ""


class _RefusedError(Exception):
    """Why a notebook cannot be graded."""


def read_notebook(data: bytes) -> Reading:
    """Return what is in a notebook.

    Parameters
    ----------
    data : bytes
        The file, whatever is in it.

    Examples
    --------
    >>> read_notebook(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = 1", "metadata": {}}]}').cells
    ('x = 1',)
    >>> read_notebook(b"").reason
    'the file is empty'
    """
    try:
        notebook = _load(data)
        cells = notebook.get("cells")
        if not isinstance(cells, list):
            msg = "it is not a notebook: it has no list of cells"
            raise _RefusedError(msg)
        if len(cells) > MAX_CELLS:
            msg = f"the notebook has {len(cells)} cells, at most {MAX_CELLS} are read"
            raise _RefusedError(msg)
        sources = tuple(_source(cell, number) for number, cell in enumerate(cells, 1) if _counts(cell, number))
        return Reading(cells=sources, assignment=_assignment(notebook))
    except _RefusedError as refused:
        return Reading(reason=str(refused))


def read_script(data: bytes) -> Reading:
    """Return a script as one cell, so that its first error ends it, as in Otter.

    Examples
    --------
    >>> read_script(b"x = 1").cells
    ('x = 1',)
    """
    try:
        text = _text(data)
        if len(text) > MAX_SOURCE:
            msg = f"the script has {len(text) / MEGABYTE:.0f} MB, at most {MAX_SOURCE // MEGABYTE} MB are read"
            raise _RefusedError(msg)
        return Reading(cells=(text,))
    except _RefusedError as refused:
        return Reading(reason=str(refused))


def too_large(size: int) -> str:
    """Return the reason for refusing a file of that size, "" where it is not too large.

    Examples
    --------
    >>> too_large(210 << 20)
    'the file has 210 MB, at most 32 MB are read; clear the outputs and hand it in again'
    """
    if size <= MAX_NOTEBOOK:
        return ""
    return f"the file has {size / MEGABYTE:.0f} MB, at most {MAX_NOTEBOOK // MEGABYTE} MB are read; clear the outputs and hand it in again"


def _text(data: bytes) -> str:
    if not data.strip():
        msg = "the file is empty"
        raise _RefusedError(msg)
    if too_large(len(data)):
        raise _RefusedError(too_large(len(data)))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"the file is not UTF-8: byte {error.start} cannot be read; save it as UTF-8"
        raise _RefusedError(msg) from None


def _load(data: bytes) -> dict[str, Any]:
    text = _text(data)
    try:
        notebook = json.loads(text)
    except RecursionError:
        msg = "the file is not a notebook: its JSON is nested too deeply"
        raise _RefusedError(msg) from None
    except ValueError as error:
        where = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        msg = f"the file is not a notebook: its JSON is malformed{where}; was the upload cut short?"
        raise _RefusedError(msg) from None
    if not isinstance(notebook, dict) or type(notebook.get("nbformat")) is not int:
        msg = "the file is not a notebook: it says no nbformat"
        raise _RefusedError(msg)
    version = notebook["nbformat"]
    if version > NEWEST_FORMAT or version < 1:
        msg = f"the notebook is of format {str(version)[:20]}, formats up to {NEWEST_FORMAT} are read; save it as format {NEWEST_FORMAT}"
        raise _RefusedError(msg)
    return notebook if version == NEWEST_FORMAT else _upgrade(text)


def _upgrade(text: str) -> dict[str, Any]:
    import nbformat  # noqa: PLC0415 - slow to import, and few notebooks are older than format 4

    try:
        return dict(nbformat.reads(text, as_version=NEWEST_FORMAT))  # type: ignore[no-untyped-call]
    except Exception:  # noqa: BLE001 - whatever the converter trips over, the notebook is the reason
        msg = f"the notebook is of an old format and cannot be converted; save it as format {NEWEST_FORMAT}"
        raise _RefusedError(msg) from None


def _counts(cell: Any, number: int) -> bool:
    """Return whether a cell is to be run."""
    if not isinstance(cell, dict):
        msg = f"cell {number} of the notebook is not a cell"
        raise _RefusedError(msg)
    if cell.get("cell_type") != "code":
        return False
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    tags = metadata.get("tags")
    otter = metadata.get("otter")
    ignored = isinstance(otter, dict) and bool(otter.get("ignore"))
    tagged = isinstance(tags, list) and any(isinstance(t, str) and t in IGNORED_TAGS for t in tags)
    return not (ignored or tagged)


def _source(cell: dict[str, Any], number: int) -> str:
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        msg = f"cell {number} of the notebook has no text for its source"
        raise _RefusedError(msg)
    if len(source) > MAX_SOURCE:
        msg = f"cell {number} of the notebook has {len(source) / MEGABYTE:.0f} MB, at most {MAX_SOURCE // MEGABYTE} MB are read"
        raise _RefusedError(msg)
    # Lone surrogates cannot be sent on; no source has a use for them.
    return source.encode("utf-8", "replace").decode()


def _assignment(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata")
    otter = metadata.get("otter") if isinstance(metadata, dict) else None
    name = otter.get("assignment_name") if isinstance(otter, dict) else None
    return name[:200].encode("utf-8", "replace").decode() if isinstance(name, str) else ""
