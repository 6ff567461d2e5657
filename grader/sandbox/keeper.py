"""The keeper: runs submissions behind the walls and never believes more than it has to.

Theory of operation
-------------------
A keeper starts one fork-server (see `inside.zygote`, whose comment draws the processes) and asks it for a child for
each run of a submission. It speaks with the child over a channel of its own: cells first, then one request for all
calls of an exercise, whose frame is made once for a whole cohort. Nothing is lost by sending the inputs of one
exercise together, for answers and checks never leave this process.

Everything read from a child has a cap and a deadline, and is a claim. The clock is here, and so is the power to kill:
the server kills the child, and with it all that the child has started. After a time-out, a death or a frame that
cannot be read, a new child runs the cells again, and the calls that got no answer are asked one by one, so that a
call costs no more than itself. A cell that never ends or that kills its process is left out of later runs.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from grader.errors import IsolationError, MachineError
from grader.records import Claim, Limits, Outcome, Question, Transcript
from grader.sandbox import policy
from grader.sandbox.fake import claims_of_frame, printable
from grader.sandbox.inside import wire
from reference import probes

START_SECONDS = 60.0
# How often a deadline is put off for a child that has had little processor time: the machine may be busy.
PATIENCE = 2
# Fatal calls after which the rest of an exercise is not tried, and fatal cells after which the rest are not run.
FATAL_CALLS = 3
FATAL_CELLS = 3
_LENGTH = struct.Struct("<I")


class _EndedError(Exception):
    """A child came to an end, or was brought to one."""

    def __init__(self, outcome: Outcome, text: str) -> None:
        super().__init__(outcome, text)
        self.outcome: Outcome = outcome
        self.text = text


@dataclass(kw_only=True, slots=True)
class _Tally:
    """What all children of one run took together."""

    seconds: float = 0.0
    peak: int = 0


class Keeper:
    """A sandbox of namespaces, Landlock and seccomp, for one submission at a time.

    Parameters
    ----------
    limits : Limits
    preload : tuple of str
        Modules that the server imports once, so that submissions need not.
    files : mapping of str to bytes
        Data that every submission finds in its working folder.

    Raises
    ------
    IsolationError
        Where a wall cannot be put up on this machine; the message says which and what to do.
    """

    isolation = "namespaces"

    def __init__(
        self, limits: Limits | None = None, preload: tuple[str, ...] = (), files: Mapping[str, bytes] | None = None
    ) -> None:
        self._limits = limits or Limits()
        self._runs = 0
        self._encoded: dict[int, tuple[Question, bytes]] = {}
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the keeper
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            config = json.dumps(policy.configuration(self._limits, preload, files or {}))
        except OSError as error:
            self._control.close()
            theirs.close()
            self._errors.close()
            msg = f"libseccomp cannot be used: {error}; install the package libseccomp2"
            raise IsolationError(msg) from error
        program = f"{policy.CODE}/grader/sandbox/inside/zygote.py"
        inner = (sys.executable, "-s", "-P", program, str(theirs.fileno()), config)
        try:
            self._process = subprocess.Popen(
                policy.bubblewrap(inner, os.getuid()),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
            )
        except OSError as error:
            self._control.close()
            self._errors.close()
            msg = "bubblewrap (bwrap) is not installed; install it with the system's package manager"
            raise IsolationError(msg) from error
        finally:
            theirs.close()
        self.versions = self._greet()

    def _greet(self) -> dict[str, Any]:
        """Wait until the server is ready and return what it runs with."""
        self._control.settimeout(START_SECONDS)
        try:
            packet = self._control.recv(1 << 16)
        except OSError:
            packet = b""
        answer = json.loads(packet) if packet else {"failed": ""}
        if "failed" in answer:
            self._process.kill()
            self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().decode("utf-8", "replace").strip().splitlines()
            why = answer["failed"].strip() or (said[-1] if said else "the server ended without a word")
            self.close()
            raise IsolationError(_advice(why))
        here = ".".join(map(str, sys.version_info[:3]))
        if answer["ready"] != here:
            self.close()
            msg = f"behind the walls runs Python {answer['ready']}, here {here}; use a Python that does not depend on /proc"
            raise IsolationError(msg)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the server and all that runs under it."""
        self._control.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def run(self, cells: tuple[str, ...], questions: tuple[Question, ...]) -> Transcript:
        """Run the cells, ask the questions, and return what was claimed.

        Raises
        ------
        MachineError
            Where the server or the machine fails; a submission's own failures are claims.
        """
        run = _Run(self, self._limits, cells, tuple(q.function for q in questions))
        try:
            claims = tuple(run.ask(question, self._frame(question)) for question in questions)
        finally:
            run.end()
        return Transcript(
            claims=claims,
            cell_errors=tuple(run.errors.get(i, "") for i in range(len(cells))),
            intact=run.intact,
            cpu_seconds=run.tally.seconds,
            peak_bytes=run.tally.peak,
        )

    def _frame(self, question: Question) -> bytes:
        """Return the request of a question, made once for all submissions."""
        kept = self._encoded.get(id(question))
        if kept is None:
            kept = question, request(question.function, question.calls)
            self._encoded[id(question)] = kept
        return kept[1]

    def spawn(self) -> Child:
        """Return a new child, its walls up.

        Raises
        ------
        MachineError
            Where the server does not answer or a wall does not stand.
        """
        ours, theirs = socket.socketpair()
        self._runs += 1
        try:
            with theirs:
                socket.send_fds(
                    self._control, [json.dumps({"do": "spawn", "run": self._runs}).encode()], [theirs.fileno()]
                )
        except OSError as error:
            msg = "the fork-server has ended; run again"
            raise MachineError(msg) from error
        return Child(self, self._runs, ours)

    def tell(self, what: str, run: int) -> dict[str, Any]:
        """Ask the server about a child, or to end it, and return its answer."""
        try:
            self._control.sendall(json.dumps({"do": what, "run": run}).encode())
            packet = self._control.recv(1 << 16)
        except OSError as error:
            msg = "the fork-server does not answer; run again"
            raise MachineError(msg) from error
        if not packet:
            msg = "the fork-server has ended; run again"
            raise MachineError(msg)
        answer: dict[str, Any] = json.loads(packet)
        return answer


def request(function: str, calls: Sequence[tuple[Any, ...]]) -> bytes:
    """Return the frame that asks for some calls of a function."""
    return wire.encode(("ask", function, [probes.pack(arguments) for arguments in calls]))


class Child:
    """Our end of the channel to one child."""

    def __init__(self, keeper: Keeper, run: int, channel: socket.socket) -> None:
        self._keeper = keeper
        self._run = run
        self._channel = channel
        self._buffer = bytearray()
        self._started = False

    def send(self, frame: bytes, deadline: float) -> None:
        """Send a request; raise `_EndedError` where it is not taken in time."""
        try:
            self._channel.settimeout(max(deadline - time.monotonic(), 0.001))
            self._channel.sendall(frame)
        except TimeoutError:
            raise self.stop("timed out", "it took too long to take a request") from None
        except OSError:
            raise self.died() from None

    def receive(self, seconds: float, what: str) -> memoryview:
        """Return the next frame without its length.

        Parameters
        ----------
        seconds : float
            Wall time that it may take, put off for a child that the machine gave little processor time.
        what : str
            What is waited for, as a sentence's subject.
        """
        size = _LENGTH.unpack(self._take(4, seconds, what))[0]
        if size > wire.MAX_FRAME:
            raise self.stop("unreadable", f"{what} answered with more than {wire.MAX_FRAME >> 20} MB")
        return memoryview(self._take(size, seconds, what))

    def _take(self, count: int, seconds: float, what: str) -> bytes:
        deadline, put_off = time.monotonic() + seconds, 0
        while len(self._buffer) < count:
            if not self._wait(deadline):
                if put_off < PATIENCE and self._idle(seconds * (put_off + 1)):
                    put_off += 1
                    deadline += seconds
                    continue
                raise self.stop("timed out", f"{what} did not end within {seconds:g} s")
            try:
                more = self._channel.recv(1 << 20)
            except OSError:
                more = b""
            if not more:
                raise self.died()
            self._buffer += more
            if not self._started:
                self._greet()
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _greet(self) -> None:
        """Read the first byte, which says whether the walls stand."""
        if self._buffer[:1] != b".":
            msg = f"a wall does not stand: {self._buffer[1:200].decode('utf-8', 'replace')}"
            raise MachineError(msg)
        del self._buffer[:1]
        self._started = True

    def _wait(self, deadline: float) -> bool:
        poll = select.poll()
        poll.register(self._channel, select.POLLIN)
        return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))

    def _idle(self, elapsed: float) -> bool:
        """Return whether the child got less than half a processor since it was asked."""
        return bool(self._keeper.tell("look", self._run)["seconds"] < elapsed / 2)

    def quiet(self) -> bool:
        """Return whether nothing has come that was not asked for."""
        return not self._buffer and not self._wait(0.0)

    def end(self, *, died: bool = False) -> dict[str, Any]:
        """Kill the child with all that it has started, and return what it took.

        Parameters
        ----------
        died : bool
            It has closed its channel: it is given the moment that it takes to end by itself, so that it tells how.
        """
        self._channel.close()
        return self._keeper.tell("wait" if died else "end", self._run)

    def stop(self, outcome: Outcome, text: str) -> _EndedError:
        """Return the error for a child that we end."""
        return _EndedError(outcome, text)

    def died(self) -> _EndedError:
        """Return the error for a child that has ended by itself."""
        return _EndedError("crashed", "it ended the whole process")


class _Run:
    """One submission: a child, and the children after it where one is lost."""

    def __init__(self, keeper: Keeper, limits: Limits, cells: tuple[str, ...], watched: tuple[str, ...]) -> None:
        self._keeper, self._limits = keeper, limits
        self._cells, self._watched = cells, watched
        self._deadline = time.monotonic() + limits.submission_seconds
        self._left_out: dict[int, str] = {}
        self._child: Child | None = None
        self.errors: dict[int, str] = {}
        self.intact: dict[str, int] = {}
        self.tally = _Tally()

    def ask(self, question: Question, frame: bytes) -> tuple[Claim, ...]:
        """Return the claims of one question."""
        count = len(question.calls)
        try:
            child = self._ready()
            child.send(frame, time.monotonic() + self._limits.call_seconds)
            return self._answer(child, self._limits.call_seconds, count)
        except _EndedError as ended:
            self._lose(ended)
        return self._one_by_one(question)

    def _one_by_one(self, question: Question) -> tuple[Claim, ...]:
        """Ask call by call, each in a child that no fatal call has touched."""
        until = min(time.monotonic() + self._limits.exercise_seconds, self._deadline)
        claims: list[Claim] = []
        fatal = 0
        for arguments in question.calls:
            if fatal >= FATAL_CALLS or time.monotonic() > until:
                late = claims[-1].outcome if fatal >= FATAL_CALLS else "timed out"
                claims.append(
                    Claim(outcome=late, text="it was not called any more, for earlier calls took all the time")
                )
                continue
            try:
                child = self._ready()
                child.send(request(question.function, [arguments]), time.monotonic() + self._limits.call_seconds)
                claims += self._answer(child, self._limits.call_seconds, 1)
            except _EndedError as ended:
                self._lose(ended)
                claims.append(Claim(outcome=ended.outcome, text=ended.text))
                fatal += 1
        return tuple(claims)

    def _answer(self, child: Child, seconds: float, count: int) -> tuple[Claim, ...]:
        body = child.receive(seconds, "the call")
        try:
            claims = claims_of_frame(body, count)
        except wire.Bad as error:
            raise _EndedError("unreadable", f"its answer cannot be read: {error}") from None
        if not child.quiet():
            raise _EndedError("unreadable", "it answered more than it was asked")
        return claims

    def _ready(self) -> Child:
        """Return a child that has run the cells."""
        if self._child is not None and not self._child.quiet():
            # It has sent what nobody asked for; whatever it is, it shall not pass for the answer to what comes next.
            self.end()
        while self._child is None:
            if time.monotonic() > self._deadline:
                raise _EndedError("timed out", f"the submission took more than {self._limits.submission_seconds:g} s")
            self._child = self._keeper.spawn()
            self._run_cells(self._child)
        return self._child

    def _run_cells(self, child: Child) -> None:
        """Run all cells but those that ended an earlier child; where one ends this one, there is no child after."""
        until = time.monotonic() + self._limits.cells_seconds
        skipped = sorted(self._left_out)
        current = next((i for i in range(len(self._cells)) if i not in self._left_out), None)
        try:
            child.send(wire.encode(("cells", list(self._cells), skipped, list(self._watched))), until)
            while True:
                seconds = max(min(self._limits.cell_seconds, until - time.monotonic()), 0.01)
                message = self._progress(child.receive(seconds, "the cell"))
                if message[0] == "done":
                    self.intact = message[1]
                    return
                self.errors[message[0]] = printable(message[1])
                current = next((i for i in range(message[0] + 1, len(self._cells)) if i not in self._left_out), None)
        except _EndedError as ended:
            self._lose(ended)
            self._leave_out(current, ended.text)

    def _leave_out(self, cell: int | None, why: str) -> None:
        """Leave a fatal cell out of the next run; after some of them, all that follow it as well."""
        if cell is None:
            self._left_out.update(dict.fromkeys(range(len(self._cells)), why))
            return
        fatal = len(set(self._left_out.values())) if self._left_out else 0
        last = len(self._cells) if len(self._left_out) + 1 >= FATAL_CELLS or fatal >= FATAL_CELLS else cell + 1
        for i in range(cell, last):
            self._left_out[i] = why if i == cell else "it was not run, for earlier cells took all the time"
            self.errors[i] = self._left_out[i]

    def _progress(self, body: memoryview) -> tuple[Any, Any]:
        try:
            message = wire.decode(body)
        except wire.Bad as error:
            raise _EndedError("unreadable", f"its answer cannot be read: {error}") from None
        if type(message) is tuple and len(message) == 2:
            what, said = message
            if (
                what == "done"
                and type(said) is dict
                and all(type(k) is str and type(v) is int for k, v in said.items())
            ):
                return message
            if type(what) is int and 0 <= what < len(self._cells) and type(said) is str:
                return message
        msg = "its answer is none to what it was asked"
        raise _EndedError("unreadable", msg)

    def _lose(self, ended: _EndedError) -> None:
        """End the child, and learn how it died where it died by itself."""
        if self._child is None:
            return
        report = self.end(died=ended.outcome == "crashed")
        if ended.outcome == "crashed" and not report["killed"]:
            ended.text = how_it_ended(report["status"])

    def end(self, *, died: bool = False) -> dict[str, Any]:
        """End the child there is."""
        if self._child is None:
            return {}
        child, self._child = self._child, None
        report = child.end(died=died)
        self.tally.seconds += report["seconds"]
        self.tally.peak = max(self.tally.peak, report["peak"])
        return report


def how_it_ended(status: int) -> str:
    """Return in words how a process ended that ended the whole submission.

    Examples
    --------
    >>> how_it_ended(signal.SIGSEGV)
    'it ended the whole process with signal SIGSEGV'
    >>> how_it_ended(3 << 8)
    'it ended the whole process with exit code 3'
    """
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        name = signal.Signals(number).name if number in set(signal.Signals) else str(number)
        return f"it ended the whole process with signal {name}"
    return f"it ended the whole process with exit code {os.waitstatus_to_exitcode(status)}"


def _advice(why: str) -> str:
    """Return what went wrong when the walls were put up, and what to do about it."""
    hints = {
        "bwrap:": "bubblewrap is refused by this machine",
        "unshare": "user namespaces are refused by this machine; allow them (sysctl kernel.unprivileged_userns_clone=1, "
        "or on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), or grade on a machine that has them",
        "Landlock": "the kernel's Landlock is missing or too old; Linux 6.12 or newer has it",
        "No module": "a package is missing from this Python; install fullmarks again",
    }
    hint = next((text for sign, text in hints.items() if sign in why), "the walls cannot be put up here")
    return f"submissions cannot be isolated: {hint} ({why.splitlines()[-1]}); nothing was graded"
