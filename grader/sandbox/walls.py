"""Finding out by trying what can be put around submissions on this machine.

The rungs, best first:

namespaces  bubblewrap, namespaces for each run, Landlock, seccomp, limits
landlock    Landlock (version 6 or newer), seccomp without fork and exec, limits: what most containers allow
none        a process and limits; only ever used when it is asked for by `--unsafe`
"""

from __future__ import annotations

from collections.abc import Callable

from grader.errors import IsolationError, MachineError
from grader.sandbox.keeper import Keeper

RUNGS = ("namespaces", "landlock")
UNSAFE = "none"


def strongest(start: Callable[[str], Keeper], *, unsafe: bool = False) -> tuple[Keeper, tuple[str, ...]]:
    """Return a keeper on the best rung whose walls stand here, and why each better one does not.

    Parameters
    ----------
    start : callable
        Starts a keeper on a rung.
    unsafe : bool
        Whether no walls at all are better than no marks.

    Raises
    ------
    IsolationError
        Where no rung works.
    """
    refused: list[str] = []
    for rung in (*RUNGS, *((UNSAFE,) if unsafe else ())):
        try:
            return _standing(start(rung)), tuple(refused)
        except MachineError as error:
            refused.append(f"{rung}: {error}")
    raise IsolationError("\n".join(refused))


def _standing(keeper: Keeper) -> Keeper:
    """Return the keeper, after a run has put on all walls once."""
    try:
        keeper.run((), ())
    except BaseException:
        keeper.close()
        raise
    return keeper
