"""How fast this machine is. Limits are seconds, and a slow machine shall take no marks from those who are graded on it.

Time limits hold for a machine as most people have one. Where the same work takes many times as long, on a small board
or an emulated machine, honest answers would not end in time either, so that everybody gets as many times the time.
"""

from __future__ import annotations

import time

from grader.records import Limits

# What `_work` takes on a machine as most people have one; limits leave enough room for one half as fast.
USUAL_SECONDS = 0.001
ENOUGH = 2
ROUNDS = 9


def limits_here(usual: Limits | None = None) -> Limits:
    """Return what a submission may use where nothing else is said: the usual limits, longer on a slow machine."""
    return (usual or Limits()).longer(times_slower(_measured()))


def times_slower(seconds: float) -> int:
    """Return how many times the usual time is needed where a measure takes so long.

    Parameters
    ----------
    seconds : float
        What a fixed piece of work took.

    Examples
    --------
    >>> [times_slower(seconds) for seconds in (0.0, 0.0008, 0.0019, 0.0021, 0.025)]
    [1, 1, 1, 2, 25]
    """
    slower = seconds / USUAL_SECONDS
    return round(slower) if slower > ENOUGH else 1


def _measured() -> float:
    """Return the processor time of a fixed piece of work: being busy does not make a machine slow."""
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        _work()
        taken.append(time.process_time() - began)
    return min(taken)


def _work() -> float:
    total = 0.0
    for i in range(20_000):
        total += i * 0.5
    return total
