"""The keeper: runs submissions behind the walls and never believes more than it has to.

Theory of operation
-------------------
A keeper starts one fork-server (see `inside.zygote`, whose comment draws the processes) and asks it for a child for
each run of a submission. It speaks with the server over a control socket, whose answers may be trusted, and with the
child over a channel of its own (`child`): cells first, then one request for all calls of an exercise, whose frame is
made once for a whole cohort. Nothing is lost by sending the inputs of one exercise together, for answers and checks
never leave this process.

Everything read from a child has a cap and a deadline, and is a claim. The clock is here, and so is the power to kill:
the server kills the child, and with it all that the child has started. After a time-out, a death or a frame that
cannot be read, a new child runs the cells again, and the calls that got no answer are asked one by one, so that a
call costs no more than itself (`run`). A cell that never ends or that kills its process is left out of later runs.

    keeper ── control socket ──> server          spawn, look, end: JSON, one packet each; the server never speaks first
    keeper ── channel ────────── child           frames of `inside.wire`, one answer to each request
    keeper ── memfd ───────────> launcher        the configuration, read once at the start
    keeper ── memfd ───────────> server          what submissions find: files, and the cells that are given
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from grader.errors import IsolationError, MachineError
from grader.records import Limits, Question, Transcript
from grader.sandbox import policy
from grader.sandbox.box import Box
from grader.sandbox.child import Child
from grader.sandbox.inside import wire
from grader.sandbox.inside.idle import Given
from grader.sandbox.run import Request, Run, request

# A start takes a second; an emulated or crowded machine has taken a hundred, fonts to be found included.
START_SECONDS = 300.0
ANSWER_SECONDS = 60.0
CLOSE_SECONDS = 2.0
PACKET = 1 << 16


class Keeper:
    """A sandbox of namespaces, Landlock and seccomp, for one submission at a time.

    It ends with the thread that made it, for the kernel ends bubblewrap with its parent thread.

    Parameters
    ----------
    limits : Limits
    preload : tuple of str
        Modules that the server imports once, so that submissions need not.
    files : mapping of str to bytes
        Data that every submission finds in its working folder.
    rung : str
        What is put around submissions, see `grader.sandbox.walls`.
    given : mapping, optional
        Cells of the assignment that are left out where nothing leans on them, see `grader.given`.
    wait : bool
        Whether to wait until the server is ready; else the first run does, and raises what this would have raised.
    many : bool
        Whether many submissions are to come, so that what each of them may need is worth being made beforehand.

    Raises
    ------
    IsolationError
        Where a wall cannot be put up on this machine; the message says which and what to do.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        preload: tuple[str, ...] = (),
        files: Mapping[str, bytes] | None = None,
        rung: str = "namespaces",
        given: Given | None = None,
        *,
        wait: bool = True,
        many: bool = True,
    ) -> None:
        if sys.platform != "linux":
            msg = f"submissions can be isolated on Linux only, this is {sys.platform}; nothing was graded"
            raise IsolationError(msg)
        self.isolation = rung
        self._limits = limits or Limits()
        self._spawned = 0
        self._in_step = True
        self._encoded: dict[int, tuple[Question, Request]] = {}
        self._box = Box() if rung != "namespaces" else None
        box = self._box.name if self._box else ""
        try:
            config = policy.configuration(self._limits, preload, rung, box, many=many)
            if box:
                _furnish(Path(box), config["uid"] if os.getuid() == 0 and rung == "landlock" else None)
        except OSError as error:
            msg = (
                f"submissions cannot be isolated: {error}; install libseccomp (Debian: libseccomp2); nothing was graded"
            )
            raise IsolationError(msg) from error
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the keeper
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, os.fdopen(os.memfd_create("config"), "w+b") as told:
            told.write(json.dumps(config).encode())
            told.seek(0)
            self._process = self._start(theirs.fileno(), told.fileno(), box)
        self._versions: dict[str, Any] | None = None
        self._untold: dict[str, Any] = {}
        if files or given:
            self.furnish(files or {}, given or {})
        if wait:
            _ = self.versions

    def _start(self, control: int, config: int, box: str) -> subprocess.Popen[bytes]:
        program = f"{f'{box}/code' if box else policy.CODE}/grader/sandbox/inside/zygote.py"
        inner = (sys.executable, "-s", "-P", program, str(control), str(config))
        try:
            return subprocess.Popen(
                inner if box else policy.bubblewrap(inner, os.getuid()),
                pass_fds=(control, config),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env=policy.environment(box) if box else {"PATH": "/usr/local/bin:/usr/bin:/bin"},
            )
        except OSError as error:
            self._control.close()
            self._errors.close()
            msg = f"bubblewrap cannot be started: {error}; nothing was graded"
            if isinstance(error, FileNotFoundError):
                msg = "bubblewrap (bwrap) is not installed; install it with the system's package manager"
            raise IsolationError(msg) from error

    def _greet(self) -> dict[str, Any]:
        """Wait until the server is ready and return what it runs with."""
        self._control.settimeout(START_SECONDS)
        packet, silence = b"", ""
        try:
            packet = self._control.recv(PACKET)
        except TimeoutError:
            silence = f"the server was not ready within {START_SECONDS:g} s"
        except OSError:
            pass  # said below: it has ended
        answer: dict[str, Any] = json.loads(packet) if packet else {"failed": silence}
        if "failed" in answer:
            self._process.kill()
            self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().decode("utf-8", "replace").strip().splitlines()
            why = answer["failed"].strip() or (said[-1] if said else "the server ended without a word")
            self.close()
            raise IsolationError(_advice(why))
        here = {"ready": ".".join(map(str, sys.version_info[:3])), "numpy": np.__version__}
        for what, version in here.items():
            if answer[what] != version:
                self.close()
                name = "Python" if what == "ready" else what
                told = f"behind the walls runs {name} {answer[what]}, here {version}"
                msg = f"{told}; install fullmarks in a virtual environment of its own; nothing was graded"
                raise IsolationError(msg)
        self._control.settimeout(ANSWER_SECONDS)
        return answer

    @property
    def versions(self) -> dict[str, Any]:
        """What the server runs with, as soon as it is ready."""
        if self._versions is None:
            self._versions = self._greet()
        return self._versions

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the server and all that runs under it."""
        self._control.close()
        if self._versions is None:  # it is still importing, and would look up only then
            self._process.kill()
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()
        if self._box:
            self._box.cleanup()

    def run(self, cells: tuple[str, ...], questions: tuple[Question, ...], spent: float = 0.0) -> Transcript:
        """Run the cells, ask the questions, and return what was claimed.

        Parameters
        ----------
        cells : tuple of str
        questions : tuple of Question
        spent : float
            Seconds of its time that the submission has had in runs before.

        Raises
        ------
        MachineError
            Where the server or the machine fails; a submission's own failures are claims.
        """
        try:
            requests = [self._request(question) for question in questions]
            return Run(self, self._limits, cells, spent).transcript(questions, requests)
        except wire.Bad as error:
            msg = f"the cells or the inputs of a case cannot be sent to the sandbox: {error}"
            raise MachineError(msg) from error

    def _request(self, question: Question) -> Request:
        """Return the request of a question, made once for all submissions."""
        kept = self._encoded.get(id(question))
        if kept is None:
            kept = question, request(question.function, question.calls, question.most)
            self._encoded[id(question)] = kept
        return kept[1]

    def furnish(self, files: Mapping[str, bytes], given: Given) -> None:
        """Let submissions find this from now on; a server that was started early is told before its first run.

        Parameters
        ----------
        files : mapping of str to bytes
        given : mapping
            See `Keeper`.
        """
        self._untold = {"files": {name: data.hex() for name, data in files.items()}, "given": given}

    def spawn(self) -> Child:
        """Return a new child, which puts on its walls before it does anything else.

        Raises
        ------
        MachineError
            Where the server has ended.
        """
        _ = self.versions  # a server that is not ready yet is waited for
        if self._untold:
            with os.fdopen(os.memfd_create("untold"), "w+b") as told:
                told.write(json.dumps(self._untold).encode())
                told.seek(0)
                self._hand_over({"do": "furnish"}, told.fileno())
            self._untold = {}
        ours, theirs = socket.socketpair()
        self._spawned += 1
        try:
            with theirs:
                self._hand_over({"do": "spawn", "run": self._spawned}, theirs.fileno())
        except MachineError:
            ours.close()
            raise
        return Child(ours, self._spawned)

    def _hand_over(self, message: dict[str, Any], descriptor: int) -> None:
        try:
            socket.send_fds(self._control, [json.dumps(message).encode()], [descriptor])
        except OSError as error:
            msg = "the fork-server has ended; run again"
            raise MachineError(msg) from error

    def look(self, child: Child) -> tuple[float, int]:
        """Return the processor time of a child so far, and which cell it says it runs."""
        answer = self._tell({"do": "look", "run": child.number})
        return answer["seconds"], answer["cell"]

    def end(self, child: Child, grace: float) -> dict[str, Any]:
        """Kill a child with all that it has started, and return how it ended and what it took.

        Parameters
        ----------
        child : Child
        grace : float
            Seconds in which it may end by itself.
        """
        child.close()
        return self._tell({"do": "end", "run": child.number, "grace": grace})

    def _tell(self, message: dict[str, Any]) -> dict[str, Any]:
        packet = b""
        try:
            if self._in_step:
                self._in_step = False  # until the answer is here: one that was missed would be taken for the next
                self._control.sendall(json.dumps(message).encode())
                packet = self._control.recv(PACKET)
                self._in_step = bool(packet)
        except OSError as error:
            msg = "the fork-server does not answer; run again"
            raise MachineError(msg) from error
        answer: dict[str, Any] = json.loads(packet) if packet else {"failed": "it has ended"}
        if "failed" in answer:
            msg = f"the fork-server failed: {(answer['failed'].strip() or '?').splitlines()[-1]}; run again"
            raise MachineError(msg)
        return answer


def _furnish(box: Path, uid: int | None) -> None:
    """Lay out the folder of a server that no bubblewrap starts, and give it to its user."""
    policy.lay_out_code(box / "code")
    box.chmod(0o755)
    if uid is not None:
        os.chown(box, uid, uid)


def _advice(why: str) -> str:
    """Return what went wrong when the walls were put up, and what to do about it.

    Examples
    --------
    >>> print(_advice("unshare: Operation not permitted"))  # doctest: +ELLIPSIS
    submissions cannot be isolated: user namespaces are refused by this machine; ... nothing was graded
    """
    namespaces = (
        "user namespaces are refused by this machine; allow them (sysctl kernel.unprivileged_userns_clone=1, or on "
        "Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), or grade on a machine that has them"
    )
    hints = {
        "Unknown option": "bubblewrap is too old; install version 0.5 or newer",
        "execvp": "this Python cannot be started behind the walls; use one in a virtual environment",
        "namespace": namespaces,
        "unshare": namespaces,
        "uid map": namespaces,
        "bwrap:": "bubblewrap is refused by this machine; in a container it needs more privileges",
        "Landlock": "the kernel's Landlock is missing or switched off; use Linux 5.13 or newer with lsm=landlock",
        "not ready": "this machine is too slow or too busy; run again with less beside it, or with fewer --jobs",
        "No module": "a package is missing from this Python; install fullmarks in a virtual environment of its own",
    }
    hint = next((text for sign, text in hints.items() if sign in why), "the walls cannot be put up here")
    return f"submissions cannot be isolated: {hint} ({why.splitlines()[-1]}); nothing was graded"
