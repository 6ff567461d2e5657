"""Verification of topics from end to end, with everything it reads and runs, several topics side by side."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader import content
from grader.build import Assignment, build_topic, differences
from grader.content import load_topic
from grader.engines.early import PRELOAD
from grader.engines.pool import new_processes
from grader.examples import wrong_examples
from grader.given import given_cells
from grader.grade import Grader
from grader.intake import find, read
from grader.master import solution_cells
from grader.notebook import read_notebook
from grader.pace import limits_here
from grader.plan import Plan, plan_topic
from grader.records import Submission
from grader.sandbox.keeper import Keeper
from grader.sandbox.walls import best
from grader.verify import Fault, notebook_of, verify_notebooks, verify_otter, verify_plan
from reference.catalogue import Topic

SEEDS = (20_000, 1, 2)
_TO_DO = re.compile(r"\bTODO\b")
Step = tuple[str, Sequence[Fault]]


def prove_topics(names: Sequence[str], jobs: int, *, otter: bool) -> Iterator[tuple[float, Sequence[Step]]]:
    """Yield for each topic, in the order given, how many seconds it took and its steps.

    Parameters
    ----------
    names : sequence of str
    jobs : int
        Processes side by side.
    otter : bool
        Whether our marks are compared with those of `otter run`.

    Raises
    ------
    AuthorError, BuildError
        Where a topic is so wrong that it cannot be planned or built.
    """
    workers = max(1, min(jobs, len(names)))
    with new_processes(workers) as pool:
        share = max(1, jobs // workers)
        yield from pool.map(_timed, names, [share] * len(names), [otter] * len(names))


def _timed(name: str, jobs: int, otter: bool) -> tuple[float, Sequence[Step]]:  # noqa: FBT001 - map has no keywords
    start = time.perf_counter()
    try:
        steps = list(prove_topic(load_topic(name), jobs, otter=otter))
    except Exception as error:
        fault = content.author_error(error)
        if fault is None:
            raise
        raise fault from error
    return time.perf_counter() - start, steps


def prove_topic(topic: Topic, jobs: int, *, otter: bool) -> Iterator[Step]:
    """Yield for each step a line that says what was proved, and the faults found.

    Parameters
    ----------
    topic : Topic
    jobs : int
        Runs of Otter side by side.
    otter : bool
        Whether our marks are compared with those of `otter run`.
    """
    if left := left_to_do(topic.name):
        yield f"{topic.name}: what its author has still to do", left
    plans = [plan_topic(topic, seed) for seed in SEEDS]
    faults = [fault for plan in plans for fault in verify_plan(plan)]
    faults += [Fault(where=e.name, what=line) for e in topic.exercises for line in wrong_examples(e)]
    yield f"{topic.name}: reference, alternatives, stubs and misconceptions under {len(SEEDS)} seeds", _once(faults)
    master = (content.solutions() / f"{topic.name}.md").read_text(encoding="utf-8")
    config = json.loads(content.otter_config().read_text(encoding="utf-8"))
    data = content.data_files(topic.name)
    made = build_topic(topic, plans[0], master, config, data)
    lines = differences(made.student, content.assignments() / topic.name)
    stale = [Fault(where=topic.name, what=f"{line}; run fullmarks build") for line in lines]
    yield f"{topic.name}: the committed assignment is what the master makes", stale
    solution = solution_cells(master)
    starter = made.student[f"{topic.name}.ipynb"]
    starter_cells = read_notebook(starter).cells
    given = given_cells(starter_cells, [exercise.name for exercise in topic.exercises])
    with best(limits_here(), PRELOAD, data, given) as keeper:
        found = [f for plan in plans for f in verify_notebooks(plan, keeper, solution, starter_cells)]
        yield f"{topic.name}: solution notebook and starter under {len(SEEDS)} seeds", _once(found)
        if otter:
            notebooks = {"solution.ipynb": notebook_of(solution, topic.name), "starter.ipynb": starter}
            yield from _against_otter(topic, plans[0], made, keeper, notebooks, jobs)


def left_to_do(topic: str) -> tuple[Fault, ...]:
    """Return the marks that `fullmarks new` left in the exercises and the master of a topic, each with its place."""
    files = (*sorted(content.exercises(topic).glob("*.py")), content.solutions() / f"{topic}.md")
    return tuple(
        Fault(where=f"{path}:{number}", what=line.strip().strip("#").strip())
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _TO_DO.search(line)
    )


def _against_otter(
    topic: Topic, plan: Plan, made: Assignment, keeper: Keeper, notebooks: Mapping[str, bytes], jobs: int
) -> Iterator[Step]:
    cohort = content.submissions() / topic.name
    submissions = dict(notebooks)
    left_out = _left_out(cohort)
    items = [item for item in find((cohort,)) if read(item).name not in left_out] if cohort.is_dir() else []
    for item in items:
        submission = read(item)
        if not submission.reason:
            submissions[submission.name] = (cohort / submission.name).read_bytes()
    ours = {name: _ours(plan, keeper, name, data, cohort) for name, data in submissions.items()}
    faults = list(verify_otter(made, submissions, ours, jobs))
    yield f"{topic.name}: our marks of {len(submissions)} notebooks are those of otter run", faults


def _ours(plan: Plan, keeper: Keeper, name: str, data: bytes, cohort: Path) -> dict[str, float]:
    path = cohort / name
    if path.is_file():
        (item,) = find((path,))
        submission = replace(read(item), assignment=plan.topic)
    else:
        submission = Submission(
            name=name, student="", sha256="", assignment=plan.topic, cells=read_notebook(data).cells
        )
    result = Grader({plan.topic: plan}, keeper, only=plan.topic).grade(submission)
    return {exercise.name: exercise.marks for exercise in result.exercises}


def _left_out(cohort: Path) -> frozenset[str]:
    """Return the sample submissions that stock Otter does not survive; the file beside the cohort says why."""
    path = cohort.with_suffix(".json")
    expected = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return frozenset(name for name, of in expected.items() if of.get("not for otter"))


def _once(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Return the faults without those that several seeds share."""
    return tuple(dict.fromkeys(faults))
