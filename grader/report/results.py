"""results/<submission>.json: everything that is known of one submission; `result.schema.json` describes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.records import CaseResult, ExerciseResult, Result

SCHEMA = 1


def to_data(result: Result) -> dict[str, Any]:
    """Return a result as JSON values, in the order in which they are written."""
    return {
        "schema": SCHEMA,
        "submission": result.submission,
        "student": result.student,
        "sha256": result.sha256,
        "assignment": result.assignment,
        "status": result.status,
        "reason": result.reason,
        "total": result.total,
        "possible": result.possible,
        "isolation": result.isolation,
        "environment": dict(result.environment),
        "exercises": [_exercise(exercise) for exercise in result.exercises],
    }


def _exercise(exercise: ExerciseResult) -> dict[str, Any]:
    return {
        "name": exercise.name,
        "state": exercise.state,
        "marks": exercise.marks,
        "possible": exercise.possible,
        "misconception": None if exercise.misconception is None else dict(exercise.misconception),
        "cases": [
            {"name": c.name, "kind": c.kind, "public": c.public, "passed": c.passed, "message": c.message}
            for c in exercise.cases
        ],
    }


def from_data(data: dict[str, Any]) -> Result:
    """Return the result that `to_data` made these values of."""
    values = {key: value for key, value in data.items() if key != "schema"}
    exercises = tuple(
        ExerciseResult(**{**exercise, "cases": tuple(CaseResult(**case) for case in exercise["cases"])})
        for exercise in values.pop("exercises")
    )
    return Result(**values, exercises=exercises)


def write_results(results: Sequence[Result], folder: Path) -> None:
    """Write one file for each result, each whole or not at all.

    Raises
    ------
    UsageError
        Where the folder cannot be written.
    """
    try:
        for result in results:
            write_whole(
                path_of(result.submission, folder), json.dumps(to_data(result), indent=1, ensure_ascii=False) + "\n"
            )
    except OSError as error:
        msg = f"{error.filename or folder}: cannot be written: {error.strerror}"
        raise UsageError(msg) from error


def path_of(submission: str, folder: Path) -> Path:
    """Return where the result of a submission is written: never outside `folder`, whatever the submission's name.

    Examples
    --------
    >>> path_of("alice/hw.ipynb", Path("results")).as_posix()
    'results/alice/hw.ipynb.json'
    >>> path_of("../hw.ipynb", Path("results")).as_posix()
    'results/_/hw.ipynb.json'
    """
    parts = ["_" if part in ("", ".", "..") else part.replace("\0", "_") for part in submission.split("/")]
    return folder.joinpath(*parts[:-1], parts[-1] + ".json")


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part"[-200:])
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(path)
