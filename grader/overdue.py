"""A clock on judging. Checks are an author's, run outside the walls, and are given what strangers return.

One that counts up to a number in the result, say, would go on for as long as a student likes, and grading with it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from grader.errors import MachineError


class _OverdueError(BaseException):
    """No `Exception`: what a check raises counts as a check that does not hold, and this is no verdict."""


@contextmanager
def at_most(seconds: float, what: str) -> Iterator[None]:
    """End what is done in the block where it takes more processor time than that.

    A call of a library that does not come back to Python is not ended, and in threads beside the main one nothing is.

    Parameters
    ----------
    seconds : float
        Processor time of this process: how busy the machine is does not matter.
    what : str
        For people: what is done.

    Raises
    ------
    MachineError
        Where the time is up.

    Examples
    --------
    >>> with at_most(0.01, "counting"):
    ...     while True: pass
    Traceback (most recent call last):
    ...
    grader.errors.MachineError: counting took more than 0.01 s of processor time
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(_: int, __: FrameType | None) -> None:
        raise _OverdueError

    before = signal.signal(signal.SIGVTALRM, give_up)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
    except _OverdueError:
        msg = f"{what} took more than {seconds:g} s of processor time"
        raise MachineError(msg) from None
    finally:
        signal.signal(signal.SIGVTALRM, before)
