"""A sandbox without walls, for code of ours: it makes the same claims by the same code."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from grader.records import Claim, Question, Transcript
from grader.sandbox.claims import claims_of_frame, printable
from grader.sandbox.inside import wire
from grader.sandbox.inside.session import Session, run_cells
from reference.probes import pack


class InProcess:
    """Runs trusted functions and cells in this process.

    Parameters
    ----------
    namespace : mapping of str to callable
        The functions, by the name that questions ask for; cells find them, and may define others.

    Examples
    --------
    >>> sandbox = InProcess({"double": lambda x: 2 * x})
    >>> sandbox.run((), (Question(function="double", calls=((3,),)),)).claims[0][0].value
    6
    >>> sandbox.run(("def triple(x): return x + double(x)",), (Question(function="triple", calls=((3,),)),)).claims[0][0].value
    9
    """

    isolation = "none"

    def __init__(self, namespace: Mapping[str, Callable[..., Any]] | None = None) -> None:
        self._namespace = namespace or {}

    def run(self, cells: tuple[str, ...], questions: tuple[Question, ...], spent: float = 0.0) -> Transcript:  # noqa: ARG002 - it has all the time there is
        """Return the claims of the functions, after the cells."""
        session = Session(_transform() if cells else str, tuple(q.function for q in questions))
        session.namespace.update(self._namespace)
        if not cells:
            return Transcript(claims=tuple(_ask(session, question) for question in questions))
        # What the caller makes of warnings is not what a notebook does: there they are no errors.
        with warnings.catch_warnings(action="ignore"), session.stage():
            errors = wire.decode(wire.encode(run_cells(session, cells, (), lambda _: None))[4:])
            claims = tuple(_ask(session, question) for question in questions)
        cell_errors = tuple(printable(errors.get(i, "")) for i in range(len(cells)))
        return Transcript(claims=claims, cell_errors=cell_errors, intact=session.intact)


def _ask(session: Session, question: Question) -> tuple[Claim, ...]:
    def ask(calls: tuple[tuple[Any, ...], ...]) -> list[Claim | None]:
        frame = session.ask(question.function, [*map(pack, calls)], 0)
        try:
            return claims_of_frame(memoryview(frame)[4:], len(calls), 0, question.most)
        except wire.Bad:  # of one of them
            return [None] * len(calls)

    together = zip(question.calls, ask(question.calls), strict=True)
    return tuple(claim or _sure(ask((arguments,))[0]) for arguments, claim in together)


def _sure(claim: Claim | None) -> Claim:
    return claim or Claim(outcome="unreadable", text="its result cannot be read")


@functools.cache
def _transform() -> Callable[[str], str]:
    from grader.sandbox.inside.zygote import load_transform  # noqa: PLC0415 - few of us run cells here

    return load_transform()
