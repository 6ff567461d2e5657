"""Examining this machine: which walls it gives, why not better ones, whether it is fast enough, and what gets through."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import asdict

from grader import content
from grader.attacks import LIMITS, load_attacks, try_attack
from grader.cohort import PRELOAD
from grader.errors import MachineError
from grader.grade import Grader
from grader.master import solution_cells
from grader.plan import Plan, plan_topic
from grader.records import Limits, Result, Submission
from grader.sandbox.keeper import Keeper
from grader.sandbox.walls import RUNGS, strongest
from reference.catalogue import load_topic

TOPIC = "linear_algebra"
SEED = 20_000
# So many times as long as our solution may an honest one take: it loops where ours has numpy.
LEEWAY = 10


def examine() -> Iterator[tuple[str, bool]]:
    """Yield lines to print, each with whether it is good news: rungs, honest answers, the attacks that got through."""
    try:
        keeper, refused = strongest(lambda rung: Keeper(LIMITS, preload=("numpy",), rung=rung))
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
            honest = _honest(keeper.isolation, master, plan)
        except MachineError as error:
            yield f"honest answers cannot be graded: {error}", False
            return
        yield from in_time(honest, Limits())
        yield from _under_attack(keeper, master, plan)


def _honest(rung: str, master: str, plan: Plan) -> Result:
    """Return the result of the solution notebook, under the limits that submissions have."""
    solution = Submission(name="solution", student="", sha256="", cells=solution_cells(master))
    with Keeper(preload=PRELOAD, files=content.data_files(TOPIC), rung=rung) as keeper:
        return Grader({TOPIC: plan}, keeper, only=TOPIC).grade(solution)


def in_time(honest: Result, limits: Limits) -> Iterator[tuple[str, bool]]:
    """Yield whether honest answers earn what they deserve, and what to do where time is too short for those of students.

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
    times = math.ceil(slowest * LEEWAY / limits.call_seconds)
    if times > 1:
        longer = {name: times * most for name, most in asdict(limits).items() if name.endswith("_seconds")}
        advice = " ".join(f"--limit {name}={most:g}" for name, most in longer.items())
        yield f"  this machine is slow or busy; so that nobody loses marks by it, grade with {advice}", True


def _under_attack(keeper: Keeper, master: str, plan: Plan) -> Iterator[tuple[str, bool]]:
    attacks = load_attacks(content.attacks(), master)
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
