"""Lists of cases and exercises: what `fullmarks cases` prints, and the page of the course."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.plan import PlannedExercise
from grader.score import split_points
from reference.catalogue import TITLE, Topic
from reference.probes import Probe, Seed
from reference.spec import Exercise


def as_text(exercises: Sequence[PlannedExercise]) -> str:
    """Return a list for people, one case a line."""
    lines = []
    for planned in exercises:
        exercise = planned.exercise
        lines.append(f"{exercise.name}({', '.join(planned.names)}), {exercise.points} points")
        for case, points in zip(exercise.cases, split_points(exercise), strict=True):
            shown = "public" if case.public else "hidden"
            lines.append(f"  {shown}  {case.kind:<9}  {points:>7g}  {case.name}: {case.why}")
        lines.append("")
    return "\n".join(lines).rstrip()


def as_data(topic: str, exercises: Sequence[PlannedExercise]) -> dict[str, Any]:
    """Return the same for programs, as JSON values; arrays are lists, and NaN and infinities strings."""
    return {"topic": topic, "exercises": [_exercise(planned) for planned in exercises]}


def course_page(topics: Sequence[Topic], title: str = TITLE) -> str:
    """Return a page in Markdown that lists topics and exercises, generated from the course itself.

    Examples
    --------
    >>> from reference.catalogue import load_topic
    >>> course_page([load_topic("linear_algebra")]).splitlines()[0]
    '# The exercises of the course'
    """
    exercises = [exercise for topic in topics for exercise in topic.exercises]
    lines = [
        "# The exercises of the course",
        "",
        f"*{title}*. This page is written by `fullmarks build`; `fullmarks build --check` fails when it is stale.",
        "",
        f"{len(topics)} topics, {len(exercises)} exercises, {sum(e.points for e in exercises)} points.",
        "Public cases stand in the notebook, hidden ones earn the marks. Alternatives are correct solutions of another",
        "kind that earn full marks, misconceptions are wrong ones that are told by name.",
    ]
    for topic in topics:
        lines += ["", f"## {topic.title}", "", f"`{topic.name}`, {sum(e.points for e in topic.exercises)} points", ""]
        lines += ["| exercise | what it returns | points | public | hidden | misconceptions | alternatives |"]
        lines += ["|---|---|--:|--:|--:|--:|--:|"]
        lines += [_row(exercise) for exercise in topic.exercises]
    return "\n".join(lines) + "\n"


def summary(exercise: Exercise) -> str:
    """Return in one line what an exercise's function returns: the first of its docstring."""
    return (inspect.getdoc(exercise.solution) or "").splitlines()[0]


def _row(exercise: Exercise) -> str:
    arguments = inspect.signature(exercise.solution)
    what = summary(exercise).replace("|", "\\|")
    public = sum(case.public for case in exercise.cases)
    counts = (
        exercise.points,
        public,
        len(exercise.cases) - public,
        len(exercise.misconceptions),
        len(exercise.alternatives),
    )
    return f"| `{exercise.name}{arguments}` | {what} | {' | '.join(map(str, counts))} |"


def _exercise(planned: PlannedExercise) -> dict[str, Any]:
    exercise = planned.exercise
    cases = [
        {
            "name": p.case.name,
            "kind": p.case.kind,
            "public": p.case.public,
            "points": points,
            "why": p.case.why,
            "recipes": [recipe.text for recipe in p.case.inputs],
            "inputs": [_plain(value) for value in p.inputs],
            "expected": "ValueError" if p.case.kind == "error" else _plain(p.expected),
            "checks": [check.name for check in p.checks],
        }
        for p, points in zip(planned.cases, split_points(exercise), strict=True)
    ]
    misconceptions = [{"name": m.name, "hint": m.hint} for m in exercise.misconceptions]
    return {
        "name": exercise.name,
        "arguments": list(planned.names),
        "points": exercise.points,
        "cases": cases,
        "misconceptions": misconceptions,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return _plain(value.tolist())
    if isinstance(value, (Probe, Seed)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value
