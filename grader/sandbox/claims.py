"""From frames to claims: what a child said, read with care."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.bulk import bulk
from grader.records import Claim
from grader.sandbox.inside import wire
from grader.sandbox.inside.session import LATER
from reference.probes import RANDOM

_OUTCOMES = ("returned", "missing", "raised", "out of memory", "unreadable")
_TYPES = (str, object, tuple, str, bool, str, str, tuple)
_MOST_TEXT = 4_000
_MOST_ARGUMENTS = 100
# Of what functions handed over were called with, see `grader.bulk`: ten times what the course asks for.
_MOST_LOGGED = 400_000
# A count of calls is a number like others: no more than a float holds.
_MOST_CALLS = 1 << 53


def claims_of_frame(body: bytes | memoryview, count: int, token: int, most: int | None = None) -> list[Claim | None]:
    """Return the claims of a reply, None for a call that is to be asked again by itself.

    Parameters
    ----------
    body : bytes
        The frame without its leading length; it may come from anybody.
    count : int
        How many claims were asked for.
    token : int
        What the answer begins with where it is one to this question.
    most : int, optional
        How much a result may hold, see `grader.bulk`; of a larger one it is said that it is too large.

    Raises
    ------
    Bad
        Where the frame is anything else than `count` well-formed claims.
    """
    raw = wire.decode(body)
    if type(raw) is not list or len(raw) != count + 1:
        msg = "not as many claims as calls"
        raise wire.Bad(msg)
    if type(raw[0]) is not int or raw[0] != token:
        msg = "an answer to another question"
        raise wire.Bad(msg)
    return [_claim(part, most) for part in raw[1:]]


def _claim(raw: Any, most: int | None) -> Claim | None:
    if type(raw) is not tuple or len(raw) != len(_TYPES) or not all(map(isinstance, raw, _TYPES)):
        msg = "not a claim"
        raise wire.Bad(msg)
    outcome, value, modified, error, is_value_error, text, random, logs = raw
    if outcome == LATER:
        return None
    positions = len(modified) <= _MOST_ARGUMENTS and all(type(i) is int and 0 <= i < _MOST_ARGUMENTS for i in modified)
    counted = len(logs) <= _MOST_ARGUMENTS and all(map(_is_log, logs))
    if outcome not in _OUTCOMES or random not in RANDOM or not positions or not counted:
        msg = "not a claim"
        raise wire.Bad(msg)
    if most is not None and (held := bulk(value)) > most:
        return Claim(
            outcome="unreadable", text=f"its result is too large: it holds {held:,} values, at most {most:,} are read"
        )
    if bulk(logs) > _MOST_LOGGED:
        return Claim(outcome="unreadable", text="it called a function with too much data too often")
    return Claim(
        outcome=outcome,
        value=value,
        modified=modified,
        error=printable(error[:60]),
        is_value_error=is_value_error,
        text=printable(text[:_MOST_TEXT]),
        random=random,
        logs=logs,
    )


def _is_log(log: Any) -> bool:
    """Return whether it is what a probe keeps: a count, and a list of tuples of arrays of float64."""
    if (
        type(log) is not tuple
        or len(log) != 2
        or type(log[0]) is not int
        or not 0 <= log[0] < _MOST_CALLS
        or type(log[1]) is not list
    ):
        return False
    return all(
        type(entry) is tuple and all(type(a) is np.ndarray and a.dtype == np.float64 for a in entry) for entry in log[1]
    )


def printable(text: str) -> str:
    r"""Return `text` with what cannot be printed, or would change how other text is printed, written as escapes.

    Examples
    --------
    >>> printable("a" + chr(0x202E) + "b" + chr(0xD800))
    'a\\u202eb\\ud800'
    """
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)
