"""Work that several processes of this machine do side by side, in the order in which it comes."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from grader.errors import MachineError
from grader.sandbox.inside.confine import die_with_parent

# Pieces in flight for each process: enough that none waits for this one, few enough that memory stays flat.
AHEAD = 4

Item = TypeVar("Item")
Made = TypeVar("Made")

_function: Callable[[Any], Any] | None = None


def in_order(function: Callable[[Item], Made], items: Iterable[Item], jobs: int) -> Iterator[Made]:
    """Yield what a function makes of each item, in their order; items are taken a few ahead of what is made.

    Parameters
    ----------
    function : callable
        It may be a closure: processes are forked, and nothing but items and what is made of them is sent.
    items : iterable
    jobs : int
        Processes; with one, it is done here.

    Raises
    ------
    MachineError
        Where a process dies. What `function` raises is raised here.

    Examples
    --------
    >>> list(in_order(lambda x: x * x, range(4), 1))
    [0, 1, 4, 9]
    """
    if jobs == 1:
        yield from map(function, items)
        return
    context = multiprocessing.get_context("fork")
    waiting: deque[Future[Made]] = deque()
    with ProcessPoolExecutor(jobs, context, _begin, (function,)) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(_call, item))
                if len(waiting) >= jobs * AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            msg = "a process that wrote reports ended unexpectedly; run again"
            raise MachineError(msg) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def new_processes(jobs: int, begin: Callable[[], None] | None = None) -> Iterator[ProcessPoolExecutor]:
    """Yield a pool of processes that start with nothing of this one: for verifying, where libraries have threads.

    Parameters
    ----------
    jobs : int
    begin : callable, optional
        Is called in each; a function of a module, for it is sent by its name.

    Raises
    ------
    MachineError
        Where a process dies.
    """
    # A fork of a process with threads may hang; what a worker needs it can load.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _begin_new, (begin,)) as pool:
        try:
            yield pool
        except BrokenProcessPool as error:
            msg = "a process that verifies has ended; run again, with fewer --jobs where memory is short"
            raise MachineError(msg) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _begin_new(begin: Callable[[], None] | None) -> None:
    die_with_parent()
    if begin:
        begin()


def _begin(function: Callable[[Any], Any]) -> None:
    global _function  # noqa: PLW0603 - a pool hands nothing to its tasks but through a global
    die_with_parent()  # a pool whose parent is killed would wait for work for ever
    _function = function


def _call(item: Any) -> Any:
    if _function is None:
        msg = "the process was not set up"
        raise MachineError(msg)
    return _function(item)
