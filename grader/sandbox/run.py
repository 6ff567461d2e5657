"""One submission: a child, and the children after it where one is lost."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from grader.errors import MachineError
from grader.records import Claim, Limits, Question, Transcript
from grader.sandbox.child import Child, EndedError, how_it_ended
from grader.sandbox.claims import claims_of_frame, printable
from grader.sandbox.inside import wire
from reference.probes import pack

# How often a time limit is given again to a child that has had little processor time: the machine may be busy.
PATIENCE = 3
# What ended in time once shall not fail by chance when it is run again.
AGAIN = 2.0
# Seconds in which a child whose channel has closed may end by itself.
GRACE = 1.0
# How often in the time for one cell it is looked at which cell runs.
LOOKS = 5
_NOT_AN_ANSWER = "its answer cannot be read"


class Server(Protocol):
    """What a run needs of the keeper."""

    def spawn(self) -> Child:
        """Return a new child."""
        ...

    def look(self, child: Child) -> tuple[float, int]:
        """Return the processor time of a child so far, and which cell it says it runs."""
        ...

    def end(self, child: Child, grace: float) -> dict[str, Any]:
        """Kill a child with all that it has started, and return what the server knows of it."""
        ...


class Request(NamedTuple):
    """A frame that asks for some calls of a function, and the token that its answer begins with.

    What a submission has written for one question is then never taken for the answer to the next, whose token it has
    not seen.
    """

    frame: bytes
    token: int
    most: int | None = None


def request(function: str, calls: Sequence[tuple[Any, ...]], most: int | None = None) -> Request:
    """Return the request for some calls of a function, whose results may hold so much."""
    token = secrets.randbits(62)
    return Request(wire.encode(("ask", token, function, [pack(arguments) for arguments in calls])), token, most)


class Run:
    """Runs the cells of one submission and asks its functions.

    Parameters
    ----------
    server : Server
    limits : Limits
    cells : tuple of str
    spent : float
        Seconds of its time that the submission has had in runs before.
    """

    def __init__(self, server: Server, limits: Limits, cells: tuple[str, ...], spent: float = 0.0) -> None:
        self._server, self._limits, self._cells = server, limits, cells
        self._began = time.monotonic() - spent
        self._deadline = self._began + limits.submission_seconds
        self._watched: tuple[str, ...] = ()
        self._left_out: dict[int, str] = {}
        self._reached = 0  # the cells before this one are known to end
        self._stuck = -1  # the cell that had its time
        self._child: Child | None = None
        self._spent: dict[str, tuple[float, float]] = {}  # answering and waiting, by function
        self._errors: Mapping[int, str] = {}
        self._intact: Mapping[str, int] = {}
        self._seconds = 0.0
        self._peak = 0

    def transcript(self, questions: Sequence[Question], requests: Sequence[Request]) -> Transcript:
        """Return all that the submission claims.

        Questions whose answers are shown come first. All questions of a kind are asked before any is asked again call
        by call, so that an exercise that takes all the time there is takes it from nobody else.
        """
        self._watched = tuple(dict.fromkeys(question.function for question in questions))
        claims: dict[int, tuple[Claim, ...]] = {}
        seconds: dict[int, float] = {}
        asked = [(i, question, what) for i, (question, what) in enumerate(zip(questions, requests, strict=True))]
        try:
            with contextlib.suppress(EndedError):  # said again of the first call
                self._ready()
            for shown in (True, False):
                kind = [item for item in asked if item[1].shown is shown]
                found = {}
                for i, question, what in kind:
                    began = time.monotonic()
                    found[i] = self._ask(question, what)
                    seconds[i] = time.monotonic() - began
                for i, question, _ in kind:
                    began = time.monotonic()
                    claims[i] = self._one_by_one(question, found[i])
                    seconds[i] += time.monotonic() - began
        finally:
            self._end(0.0)
        errors = {**self._errors, **self._left_out}
        return Transcript(
            claims=tuple(claims[i] for i in range(len(asked))),
            seconds=tuple(seconds[i] for i in range(len(asked))),
            cell_errors=tuple(errors.get(i, "") for i in range(len(self._cells))),
            intact=self._intact,
            cpu_seconds=self._seconds,
            peak_bytes=self._peak,
        )

    def _ask(self, question: Question, what: Request) -> list[Claim | None]:
        """Ask all calls at once; None for those that got no answer."""
        try:
            return self._exchange(what, len(question.calls))
        except EndedError as ended:
            self._lose(ended)
            return [None] * len(question.calls)

    def _one_by_one(self, question: Question, found: list[Claim | None]) -> tuple[Claim, ...]:
        """Ask the calls that got no answer, each in a child that no fatal call has touched.

        A time-out counts as `call_seconds`, whatever it took, and running the cells again counts nothing: which calls
        fit into the time of the exercise, and so the marks, shall not depend on how busy the machine is.
        """
        limits = self._limits
        answering, waiting = self._spent.get(question.function, (0.0, 0.0))
        spare = limits.exercise_seconds - limits.call_seconds
        claims = []
        for arguments, known in zip(question.calls, found, strict=True):
            claim = known
            if claim is None and time.monotonic() >= self._deadline:
                text = f"it was not called: the submission took more than {limits.submission_seconds:g} s"
                claim = Claim(outcome="timed out", text=text)
            elif claim is None and (answering >= limits.exercise_seconds or 0 < waiting > spare):
                text = f"it was not called: the calls before it took the {limits.exercise_seconds:g} s of the exercise"
                claim = Claim(outcome="timed out", text=text)
            elif claim is None:
                claim, seconds = self._once(question, arguments)
                waiting += limits.call_seconds if claim.outcome == "timed out" else 0.0
                answering += 0.0 if claim.outcome == "timed out" else seconds
            claims.append(claim)
        self._spent[question.function] = answering, waiting
        return tuple(claims)

    def _once(self, question: Question, arguments: tuple[Any, ...]) -> tuple[Claim, float]:
        """Ask for one call, and return its claim and the seconds that it took."""
        asked = time.monotonic()
        try:
            used = self._server.look(self._ready())[0]
            asked = time.monotonic()
            (claim,) = self._exchange(request(question.function, [arguments], question.most), 1, used)
            if claim is None:
                raise EndedError("unreadable", _NOT_AN_ANSWER)
        except EndedError as ended:
            self._lose(ended)
            claim = Claim(outcome=ended.outcome, text=ended.text)
        return claim, time.monotonic() - asked

    def _exchange(self, what: Request, count: int, used_before: float | None = None) -> list[Claim | None]:
        """Ask, and return what was answered.

        Parameters
        ----------
        what : Request
        count : int
            Calls asked for.
        used_before : float, optional
            Processor time of the child so far. Where nobody has looked, it is taken for all the time there was, which
            is at most too lenient with a time limit.
        """
        seconds = self._limits.call_seconds
        child = self._ready()
        asked = time.monotonic()
        if used_before is None:
            used_before = asked - child.born
        child.send(what.frame, seconds)
        for times in range(1, PATIENCE + 1):
            if child.answered(min(asked + times * seconds, self._deadline)):
                break
            waited = time.monotonic() - asked
            used = self._server.look(child)[0] - used_before
            if times == PATIENCE or used > waited / 2 or time.monotonic() >= self._deadline:
                raise EndedError("timed out", f"the call did not end within {seconds:g} s")
        try:
            return claims_of_frame(child.answer(), count, what.token, what.most)
        except wire.Bad as error:
            raise EndedError("unreadable", f"{_NOT_AN_ANSWER}: {error}") from None

    def _ready(self) -> Child:
        """Return a child that has run the cells."""
        if self._child is not None and not self._child.quiet():
            # It has sent what nobody asked for; whatever it is, it shall not pass for the answer to what comes next.
            self._end(0.0)
        while self._child is None:
            if time.monotonic() >= self._deadline:
                raise EndedError("timed out", f"the submission took more than {self._limits.submission_seconds:g} s")
            self._try_cells()
        return self._child

    def _try_cells(self) -> None:
        """Run all cells but those left out, in a new child; where one ends it, it is left out the next time."""
        self._stuck = -1
        nothing = len(self._left_out) == len(self._cells)
        self._child = child = self._server.spawn()
        try:
            frame = wire.encode(("cells", list(self._cells), sorted(self._left_out), list(self._watched)))
            child.send(frame, self._limits.cells_seconds)
            self._wait_for_cells(child)
            self._errors, self._intact = self._outcome_of_cells(child.answer())
            self._reached = len(self._cells)
        except EndedError as ended:
            reported = self._lose(ended)
            if nothing:
                msg = f"a child ended without running anything: {ended.text}"
                raise MachineError(msg) from ended
            self._leave_out(reported if self._stuck < 0 else self._stuck, ended.text)

    def _wait_for_cells(self, child: Child) -> None:
        """Wait, and look now and then which cell runs and whether it has had its time."""
        limits = self._limits
        began = since = time.monotonic()
        cell, used_before = -1, 0.0
        while not child.answered(time.monotonic() + limits.cell_seconds / LOOKS):
            now = time.monotonic()
            used, at = self._server.look(child)
            if at != cell:
                cell, since, used_before = at, now, used
            one = limits.cell_seconds * (AGAIN if cell < self._reached else 1)
            every = limits.cells_seconds * (AGAIN if self._reached else 1)
            if _over(now - since, used - used_before, one):
                self._stuck = cell
                raise EndedError("timed out", f"the cell did not end within {limits.cell_seconds:g} s")
            if _over(now - began, used, every) or now > self._deadline:
                self._stuck = cell
                self._close_at(cell + 1, "it was not run, for the cells before it took all the time")
                raise EndedError("timed out", f"the cells did not end within {limits.cells_seconds:g} s")

    def _leave_out(self, cell: int, why: str) -> None:
        """Leave a fatal cell out of the next run; where that does not help or takes too long, all after it as well."""
        why = printable(why)
        if not 0 <= cell < len(self._cells) or cell in self._left_out:
            self._close_at(0, f"it was not run: {why}")
            return
        self._left_out[cell] = why
        self._reached = max(self._reached, cell)
        if time.monotonic() - self._began > self._limits.submission_seconds / 2:
            self._close_at(cell, "it was not run, for the cells before it took too much time")

    def _close_at(self, cell: int, why: str) -> None:
        """Leave out a cell and all that follow it."""
        for i in range(max(cell, 0), len(self._cells)):
            self._left_out.setdefault(i, why)

    def _outcome_of_cells(self, body: bytes) -> tuple[Mapping[int, str], Mapping[str, int]]:
        try:
            errors, intact = wire.decode(body)
            errors = {_position(k, len(self._cells)): printable(_kind(v, str)) for k, v in errors.items()}
            intact = {_kind(k, str): _position(v, len(self._cells)) for k, v in intact.items()}
        except (wire.Bad, TypeError, ValueError, AttributeError) as error:
            raise EndedError("unreadable", _NOT_AN_ANSWER) from error
        return errors, {name: cells for name, cells in intact.items() if name in self._watched}

    def _lose(self, ended: EndedError) -> int:
        """End the child, learn how it died where it died by itself, and return which cell it says it ran."""
        report = self._end(GRACE if ended.by_itself else 0.0)
        if report.get("wrote too much"):
            ended.text = f"it wrote more than {self._limits.disk_bytes >> 20} MB"
        elif ended.by_itself and report and not report["killed"]:
            ended.text = how_it_ended(report["status"])
        return int(report.get("cell", -1))

    def _end(self, grace: float) -> dict[str, Any]:
        if self._child is None:
            return {}
        child, self._child = self._child, None
        report = self._server.end(child, grace)
        self._seconds += report["seconds"]
        self._peak = max(self._peak, report["peak"])
        return report


def _over(waited: float, used: float, limit: float) -> bool:
    """Return whether a time limit is reached; it is given again to what has had little processor time.

    Examples
    --------
    >>> _over(10.5, 10.4, 10.0), _over(10.5, 1.0, 10.0), _over(30.5, 1.0, 10.0)
    (True, False, True)
    """
    return waited > limit * PATIENCE or (waited > limit and used > waited / 2)


def _position(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value < most:
        raise TypeError
    return value


def _kind(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError
    return value
