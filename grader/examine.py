"""Examining this machine: which walls it gives, why not better ones, what it makes of honest answers, and what gets through."""

from __future__ import annotations

import time
from collections.abc import Iterator

from grader import content
from grader.attacks import LIMITS, load_attacks, try_attack
from grader.engines.early import PRELOAD
from grader.errors import MachineError
from grader.grade import Grader
from grader.master import solution_cells
from grader.pace import limits_here
from grader.plan import Plan, plan_topic
from grader.records import Limits, Result, Submission
from grader.sandbox.keeper import Keeper
from grader.sandbox.walls import RUNGS, strongest
from reference.catalogue import load_topic

TOPIC = "linear_algebra"
SEED = 20_000


def examine() -> Iterator[tuple[str, bool]]:
    """Yield lines to print, each with whether it is good news: rungs, honest answers, the attacks that got through."""
    short = limits_here(LIMITS)
    try:
        keeper, refused = strongest(lambda rung: Keeper(short, preload=("numpy",), rung=rung))
    except MachineError as error:
        yield from ((line, False) for line in str(error).splitlines())
        yield f"isolation: none of {', '.join(RUNGS)} works here", False
        return
    with keeper:
        yield f"isolation: {keeper.isolation}", True
        yield from ((f"  not {line}", True) for line in refused)
        master = (content.solutions() / f"{TOPIC}.md").read_text(encoding="utf-8")
        plan = plan_topic(load_topic(TOPIC), SEED)
        try:
            limits = limits_here()
            honest = _honest(keeper.isolation, limits, master, plan)
        except MachineError as error:
            yield f"honest answers cannot be graded: {error}", False
            return
        yield from in_time(honest, limits)
        yield from _under_attack(keeper, master, plan)


def _honest(rung: str, limits: Limits, master: str, plan: Plan) -> Result:
    """Return the result of the solution notebook, under the limits that submissions have."""
    solution = Submission(name="solution", student="", sha256="", cells=solution_cells(master))
    with Keeper(limits, PRELOAD, content.data_files(TOPIC), rung) as keeper:
        return Grader({TOPIC: plan}, keeper, only=TOPIC).grade(solution)


def in_time(honest: Result, limits: Limits) -> Iterator[tuple[str, bool]]:
    """Yield whether honest answers earn what they deserve, and how much of their time they take.

    Parameters
    ----------
    honest : Result
        Of our own solutions, on this machine.
    limits : Limits
        What they had.
    """
    slowest = max(detail.seconds for detail in honest.details)
    said = f"honest answers: {honest.total:g} of {honest.possible:g}, the slowest in {slowest:.2g} s"
    yield f"{said} of {limits.call_seconds:g} s", honest.total == honest.possible
    if (times := limits.call_seconds / Limits().call_seconds) > 1:
        yield f"  this machine is slow: submissions get {times:g} times the usual time", True


def _under_attack(keeper: Keeper, master: str, plan: Plan) -> Iterator[tuple[str, bool]]:
    attacks = load_attacks(content.attacks(), master)
    grader = Grader({TOPIC: plan}, keeper, only=TOPIC)
    yield f"trying {len(attacks)} attacks, a second or two each ...", True
    began, through = time.monotonic(), 0
    for attack in attacks:
        try:
            faults = list(try_attack(attack, grader, plan))
        except MachineError as error:
            yield f"  {attack.name}: it broke the sandbox: {error}", False
            yield f"{through + 1} attacks got through; the others were not tried", False
            return
        through += bool(faults)
        yield from ((f"  {attack.name}: {fault}", False) for fault in faults)
    seconds = time.monotonic() - began
    what = f"{through} got through" if through else "none got through"
    yield f"{len(attacks)} attacks tried in {seconds:.0f} s: {what}", not through
