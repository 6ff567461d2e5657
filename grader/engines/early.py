"""The fork-server of a submission that somebody waits for: started before the rest of the program is loaded.

Loading numpy and matplotlib behind the walls takes longer than all else, and needs nothing of what is loaded here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.errors import MachineError
from grader.records import Limits
from grader.sandbox.keeper import Keeper
from grader.sandbox.walls import RUNGS

# What the course's notebooks import: paid for once by the fork-server, not by every submission.
PRELOAD = ("numpy", "matplotlib.pyplot")


@contextmanager
def early_server(paths: Sequence[Path], limits: Limits) -> Iterator[Keeper | None]:
    """Yield a server that is still setting itself up, which ends with the block; None where many may be graded.

    Each job then has a server of its own.

    Parameters
    ----------
    paths : sequence of Path
        What was handed in.
    limits : Limits
    """
    keeper = None
    if len(paths) == 1 and paths[0].is_file() and paths[0].suffix != ".zip":
        with suppress(MachineError):  # told where the walls are looked for in earnest
            keeper = Keeper(limits, preload=PRELOAD, rung=RUNGS[0], wait=False, many=False)
    try:
        yield keeper
    finally:
        if keeper:
            keeper.close()
