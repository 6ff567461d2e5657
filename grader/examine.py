"""Examining this machine: which walls it gives, why not better ones, and whether attacks get through them."""

from __future__ import annotations

import time
from collections.abc import Iterator

from grader import content
from grader.attacks import LIMITS, load_attacks, try_attack
from grader.errors import MachineError
from grader.grade import Grader
from grader.plan import plan_topic
from grader.sandbox.keeper import Keeper
from grader.sandbox.walls import RUNGS, strongest
from reference.catalogue import load_topic

TOPIC = "linear_algebra"
SEED = 20_000


def examine() -> Iterator[tuple[str, bool]]:
    """Yield lines to print, each with whether it is good news: rungs first, then the attacks that got through."""
    try:
        keeper, refused = strongest(lambda rung: Keeper(LIMITS, preload=("numpy",), rung=rung))
    except MachineError as error:
        yield from ((line, False) for line in str(error).splitlines())
        yield f"isolation: none of {', '.join(RUNGS)} works here", False
        return
    with keeper:
        yield f"isolation: {keeper.isolation}", True
        yield from ((f"  not {line}", True) for line in refused)
        yield from _under_attack(keeper)


def _under_attack(keeper: Keeper) -> Iterator[tuple[str, bool]]:
    master = (content.solutions() / f"{TOPIC}.md").read_text(encoding="utf-8")
    attacks = load_attacks(content.attacks(), master)
    plan = plan_topic(load_topic(TOPIC), SEED)
    grader = Grader({TOPIC: plan}, keeper, only=TOPIC)
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
