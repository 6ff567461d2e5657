"""Finding out by trying what can be put around submissions on this machine.

The rungs, best first:

namespaces  bubblewrap, namespaces for each run, Landlock, seccomp, limits
landlock    Landlock (version 6 or newer), seccomp without fork and exec, limits: what most containers allow
none        a process and limits; only ever used when it is asked for by `--unsafe`
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from grader.errors import IsolationError, MachineError
from grader.records import Limits
from grader.sandbox.inside.idle import Given
from grader.sandbox.keeper import Keeper

RUNGS = ("namespaces", "landlock")
UNSAFE = "none"


def strongest(
    start: Callable[[str], Keeper], meanwhile: Callable[[], None] = lambda: None, *, unsafe: bool = False
) -> tuple[Keeper, tuple[str, ...]]:
    """Return a keeper on the best rung whose walls stand here, and why each better one does not.

    Parameters
    ----------
    start : callable
        Starts a keeper on a rung.
    meanwhile : callable
        Is called while the server of the first keeper sets itself up, where it can be started.
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
            keeper = start(rung)
        except MachineError as error:
            refused.append(f"{rung}: {error}")
            continue
        with _closed_on_failure(keeper):
            if rung == RUNGS[0]:
                meanwhile()
            why = _why_not(keeper)
        if not why:
            return keeper, tuple(refused)
        keeper.close()
        refused.append(f"{rung}: {why}")
    raise IsolationError("\n".join(refused))


def best(
    limits: Limits, preload: tuple[str, ...] = (), files: Mapping[str, bytes] | None = None, given: Given | None = None
) -> Keeper:
    """Return a keeper on the best rung whose walls stand here: for what an author runs, who need not hear which it is.

    Parameters
    ----------
    limits : Limits
    preload : tuple of str
    files : mapping of str to bytes, optional
    given : mapping, optional
        See `grader.sandbox.keeper.Keeper`.

    Raises
    ------
    IsolationError
        Where no rung works.
    """
    return strongest(lambda rung: Keeper(limits, preload, files, rung=rung, given=given))[0]


def _why_not(keeper: Keeper) -> str:
    """Return why a run cannot put on all walls, "" where it can."""
    try:
        keeper.run((), ())
    except MachineError as error:
        return str(error)
    return ""


@contextmanager
def _closed_on_failure(keeper: Keeper) -> Iterator[None]:
    try:
        yield
    except BaseException:
        keeper.close()
        raise
