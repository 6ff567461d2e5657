"""Our end of the channel to one child: frames out, frames in, deadlines and nothing believed."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import time

from grader.errors import MachineError
from grader.records import Outcome
from grader.sandbox.inside import wire

_LENGTH = struct.Struct("<I")


class EndedError(Exception):
    """A child came to an end, or has to be brought to one.

    Attributes
    ----------
    outcome : str
        What that makes of the call it was busy with.
    text : str
        In words.
    by_itself : bool
        Whether its end of the channel was closed.
    """

    def __init__(self, outcome: Outcome, text: str, *, by_itself: bool = False) -> None:
        super().__init__(outcome, text)
        self.outcome: Outcome = outcome
        self.text = text
        self.by_itself = by_itself


class Child:
    """A child of the fork-server, once its walls are up.

    Parameters
    ----------
    channel : socket
        Ours from here on.
    number : int
        By which the server knows it.
    """

    def __init__(self, channel: socket.socket, number: int) -> None:
        self.number = number
        self.born = time.monotonic()
        self._channel = channel
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._buffer = bytearray()
        self._greeted = False

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()

    def quiet(self) -> bool:
        """Return whether nothing has come since the last answer."""
        return not self._greeted or not self._poll.poll(0)

    def send(self, frame: bytes, seconds: float) -> None:
        """Send a request.

        Raises
        ------
        EndedError
            Where it is not taken in time.
        """
        try:
            self._channel.settimeout(seconds)
            self._channel.sendall(frame)
        except TimeoutError:
            raise EndedError("timed out", f"it did not take a request within {seconds:g} s") from None
        except OSError:
            # It has ended: reading tells whether it did so before its walls stood.
            self.answered(time.monotonic() + seconds)
            raise EndedError("crashed", "it ended the whole process", by_itself=True) from None

    def answered(self, deadline: float) -> bool:
        """Return whether a whole frame is there, waiting for it until `deadline`.

        Raises
        ------
        EndedError
            Where the child ends before, or announces more than a frame may hold.
        MachineError
            Where its walls do not stand.
        """
        while not self._whole():
            if not self._poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                return False
            try:
                more = self._channel.recv(1 << 20)
            except OSError:
                more = b""
            self._buffer += more
            if not self._greeted:
                self._greet()
            elif not more:
                raise EndedError("crashed", "it ended the whole process", by_itself=True)
        return True

    def _greet(self) -> None:
        """Read the first byte, which says whether the walls stand; it comes before anything of the submission runs."""
        if self._buffer[:1] != b".":
            why = self._buffer[1:200].decode("utf-8", "replace") or "a child ended before it began"
            msg = f"a wall does not stand: {why}"
            raise MachineError(msg)
        del self._buffer[:1]
        self._greeted = True

    def _whole(self) -> bool:
        if not self._greeted or len(self._buffer) < 4:
            return False
        size: int = _LENGTH.unpack_from(self._buffer)[0]
        if size > wire.MAX_FRAME:
            raise EndedError("unreadable", f"it answered with more than {wire.MAX_FRAME >> 20} MB")
        return len(self._buffer) >= 4 + size

    def answer(self) -> bytes:
        """Return the frame that is there, without its length.

        Raises
        ------
        EndedError
            Where more has come than was asked for.
        """
        frame = bytes(memoryview(self._buffer)[4:])
        if len(frame) != _LENGTH.unpack_from(self._buffer)[0]:
            raise EndedError("unreadable", "it answered more than it was asked")
        self._buffer.clear()
        return frame


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
        if number == signal.SIGXCPU:
            return "it used all the processor time it may use"
        name = signal.Signals(number).name if number in set(signal.Signals) else str(number)
        return f"it ended the whole process with signal {name}"
    return f"it ended the whole process with exit code {os.waitstatus_to_exitcode(status)}"
