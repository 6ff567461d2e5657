"""Proving that references, hidden cases, notebooks and graders are right."""

from __future__ import annotations

import concurrent.futures
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grader.build import Assignment
from grader.diagnose import diagnose
from grader.grade import Grader, Known, mark_exercise, run_trusted
from grader.judge import judge
from grader.otter import otter_marks
from grader.plan import Plan, PlannedExercise
from grader.records import Sandbox, Submission

# A stub is what people hand in without an idea. The last ones give back an argument as it came.
STUBS: Mapping[str, Callable[..., Any]] = {
    "returns None": lambda *_: None,
    "returns 0": lambda *_: 0,
    "returns 1": lambda *_: 1,
    "returns NaN": lambda *_: float("nan"),
    "returns an empty array": lambda *_: np.zeros(0),
    "returns an empty string": lambda *_: "",
    "returns an empty set": lambda *_: set(),
    "returns an empty dictionary": lambda *_: {},
    "raises ValueError": lambda *_: _raise(ValueError("not done")),
    "raises RuntimeError": lambda *_: _raise(RuntimeError("not done")),
    "returns its first input": lambda *inputs: inputs[0],
    "returns its last input": lambda *inputs: inputs[-1],
    "returns zeros like its first input": lambda *inputs: np.zeros_like(inputs[0], dtype=float),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Something that verification found wrong."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def _raise(error: Exception) -> Any:
    raise error


def verify_solutions(planned: PlannedExercise) -> Iterator[Fault]:
    """Yield where the reference or an alternative does not earn full marks."""
    exercise = planned.exercise
    for solution in (exercise.solution, *exercise.alternatives):
        result = mark_exercise(planned, run_trusted(solution, planned.question), lambda _: ())
        for case in result.cases:
            if not case.passed:
                yield Fault(where=f"{exercise.name}, {solution.__name__}", what=f"fails {case.name!r}: {case.message}")


def verify_stubs(planned: PlannedExercise) -> Iterator[Fault]:
    """Yield where a stub earns something."""
    for name, stub in STUBS.items():
        result = mark_exercise(planned, run_trusted(stub, planned.question), lambda _: ())
        if result.marks:
            cases = ", ".join(repr(c.name) for c in result.cases if c.passed and not c.public)
            what = f"a stub that {name} earns {result.marks:g} from {cases}; make these cases edge cases or less convenient"
            yield Fault(where=planned.exercise.name, what=what)


def verify_misconceptions(planned: PlannedExercise) -> Iterator[Fault]:
    """Yield misconceptions that no hidden case catches by a wrong result, or that are not named as themselves."""
    known = Known()(planned)
    for profile in known:
        where = f"{planned.exercise.name}, {profile.misconception.name}"
        findings = judge(planned, profile.claims)
        caught = [
            case
            for case, claim, found in zip(planned.cases, profile.claims, findings, strict=True)
            if not case.case.public and claim.outcome == "returned" and not all(f.passed for f in found)
        ]
        raised = {f"{c.error}: {c.text}" for c in profile.claims if c.outcome == "raised" and not c.is_value_error}
        if not caught and raised:
            told = " ".join(min(raised).split())
            yield Fault(where=where, what=f"it raises {told}; a misconception gives a wrong result")
        elif not caught:
            yield Fault(where=where, what="no hidden case catches it by a wrong result; add one")
        named = diagnose(planned, profile.claims, findings, known)
        if named is not profile.misconception:
            alike = [p.misconception.name for p in known if p is not profile and p.failing == profile.failing]
            as_what = "nothing" if named is None else named.name
            other = f", for the same cases fail as of {' and '.join(alike)}" if alike and named is None else ""
            yield Fault(where=where, what=f"is named as {as_what}{other}; add a case that tells it apart")


def verify_plan(plan: Plan) -> tuple[Fault, ...]:
    """Return what is wrong with a plan: solutions, stubs and misconceptions of every exercise."""
    proofs = (verify_solutions, verify_stubs, verify_misconceptions)
    return tuple(fault for planned in plan.exercises for proof in proofs for fault in proof(planned))


def verify_notebooks(plan: Plan, sandbox: Sandbox, solution: Sequence[str], starter: Sequence[str]) -> Iterator[Fault]:
    """Yield where the solution notebook does not earn full marks, or the starter earns something."""
    grader = Grader({plan.topic: plan}, sandbox, only=plan.topic)
    for name, cells, share in (("the solution notebook", solution, 1.0), ("the starter", starter, 0.0)):
        submission = Submission(name=name, student="", sha256="", assignment=plan.topic, cells=tuple(cells))
        for exercise in grader.grade(submission).exercises:
            if exercise.marks != share * exercise.possible:
                faults = "; ".join(f"{c.name!r}: {c.message}" for c in exercise.cases if not c.passed)
                what = f"{exercise.name} earns {exercise.marks:g} of {exercise.possible:g}. {faults}"
                yield Fault(where=name, what=what)


def verify_otter(
    assignment: Assignment,
    submissions: Mapping[str, bytes],
    ours: Mapping[str, Mapping[str, float]],
    jobs: int,
) -> Iterator[Fault]:
    """Yield where stock Otter gives other marks than we do.

    Parameters
    ----------
    assignment : Assignment
        Its autograder zip is what Otter grades with.
    submissions : mapping of str to bytes
        Notebooks by file name.
    ours : mapping of str to mapping of str to float
        Our marks of each, by exercise.
    jobs : int
        Runs of Otter side by side.
    """
    with (
        tempfile.TemporaryDirectory(prefix="fullmarks-verify-") as folder,
        concurrent.futures.ThreadPoolExecutor(jobs) as pool,
    ):
        paths = {}
        for name, data in submissions.items():
            paths[name] = Path(folder) / name
            paths[name].write_bytes(data)
        runs = {name: pool.submit(otter_marks, path, assignment.autograder) for name, path in paths.items()}
        for name, run in runs.items():
            theirs = run.result()
            if theirs is None:
                yield Fault(where=name, what="otter run does not survive it")
                continue
            for exercise, marks in ours[name].items():
                if theirs.get(exercise) != marks:
                    yield Fault(
                        where=name, what=f"{exercise}: we give {marks:g}, otter run gives {theirs.get(exercise)}"
                    )


def notebook_of(cells: Sequence[str], assignment: str) -> bytes:
    """Return a notebook with these code cells.

    Examples
    --------
    >>> notebook_of(["x = 1"], "linear_algebra")[:8]
    b'{"cells"'
    """
    made: list[dict[str, Any]] = [
        {"cell_type": "code", "execution_count": None, "id": f"cell-{i}", "metadata": {}, "outputs": [], "source": c}
        for i, c in enumerate(cells)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "otter": {"assignment_name": assignment}}
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()
