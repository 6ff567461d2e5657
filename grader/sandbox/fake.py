"""A sandbox without walls, for code of ours: it makes the same claims by the same code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.records import Claim, Question, Transcript
from grader.sandbox.inside import wire
from grader.sandbox.inside.session import claim_of, without_value
from reference import probes


def claims_of_frame(body: bytes | memoryview, count: int) -> tuple[Claim, ...]:
    """Return the claims of a reply.

    Parameters
    ----------
    body : bytes
        The frame without its leading length; it may come from anybody.
    count : int
        How many claims were asked for.

    Raises
    ------
    Bad
        Where the frame is anything else than `count` well-formed claims.
    """
    raw = wire.decode(body)
    if type(raw) is not list or len(raw) != count:
        msg = "not as many claims as calls"
        raise wire.Bad(msg)
    return tuple(map(_claim, raw))


_OUTCOMES = ("returned", "missing", "raised", "out of memory", "unreadable")
_TYPES = (str, object, tuple, str, bool, str, str, tuple)
_LONGEST = 4_000
_MOST = 100  # arguments of a call


def _claim(raw: Any) -> Claim:
    if type(raw) is not tuple or len(raw) != len(_TYPES) or not all(map(isinstance, raw, _TYPES)):
        msg = "not a claim"
        raise wire.Bad(msg)
    outcome, value, modified, error, is_value_error, text, random, logs = raw
    positions = len(modified) <= _MOST and all(type(i) is int and 0 <= i < _MOST for i in modified)
    counted = len(logs) <= _MOST and all(map(_is_log, logs))
    if outcome not in _OUTCOMES or random not in probes.RANDOM or not positions or not counted:
        msg = "not a claim"
        raise wire.Bad(msg)
    return Claim(
        outcome=outcome,
        value=value,
        modified=modified,
        error=printable(error[:60]),
        is_value_error=is_value_error,
        text=printable(text[:_LONGEST]),
        random=random,
        logs=logs,
    )


def _is_log(log: Any) -> bool:
    """Return whether it is what a probe keeps: a count, and a list of tuples of arrays of float64."""
    if type(log) is not tuple or len(log) != 2 or type(log[0]) is not int or log[0] < 0 or type(log[1]) is not list:
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


class InProcess:
    """Runs trusted functions in this process.

    Parameters
    ----------
    namespace : mapping of str to callable
        The functions, by the name that questions ask for.

    Examples
    --------
    >>> sandbox = InProcess({"double": lambda x: 2 * x})
    >>> sandbox.run((), (Question(function="double", calls=((3,),)),)).claims[0][0].value
    6
    """

    isolation = "none"

    def __init__(self, namespace: Mapping[str, Callable[..., Any]]) -> None:
        self._namespace = namespace

    def run(self, cells: tuple[str, ...], questions: tuple[Question, ...]) -> Transcript:
        """Return the claims of the functions; there is nothing here that could run cells.

        Raises
        ------
        ValueError
            Where there are cells.
        """
        if cells:
            msg = "cells run inside the walls only"
            raise ValueError(msg)
        return Transcript(claims=tuple(self._ask(question) for question in questions))

    def _ask(self, question: Question) -> tuple[Claim, ...]:
        function = self._namespace[question.function]
        packer = wire.Packer()
        for arguments in question.calls:
            claim = claim_of(function, arguments)
            try:
                packer.add(claim)
            except wire.Bad as error:
                packer.add(without_value("unreadable", f"its result cannot be read: {error}"))
        return claims_of_frame(memoryview(packer.frame())[4:], len(question.calls))
