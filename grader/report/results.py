"""The result of each submission as JSON: results/<submission>.json, as result.schema.json describes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.records import CaseResult, Detail, ExerciseResult, ManualResult, Picture, Result
from grader.report.files import PART, write_whole

SCHEMA = 1
# File systems allow 255 bytes; the rest is for what stands behind a name: ".json", ".part" and, where a name is cut,
# 17 bytes of digest.
_LONGEST = 255 - len(".json") - len(PART) - 17


def to_data(result: Result) -> dict[str, Any]:
    """Return a result as JSON values.

    The total of a submission that was not graded is null: it is never a zero.

    Examples
    --------
    >>> lost = Result(submission="a.ipynb", student="a", sha256="", assignment="", status="not graded")
    >>> to_data(lost)["total"] is None
    True
    """
    return {
        "schema": SCHEMA,
        "submission": result.submission,
        "student": result.student,
        "sha256": result.sha256,
        "assignment": result.assignment,
        "status": result.status,
        "reason": result.reason,
        "total": None if result.status == "not graded" else result.total,
        "possible": result.possible,
        "isolation": result.isolation,
        "environment": dict(result.environment),
        "exercises": [_exercise(exercise) for exercise in result.exercises],
        # Left out where nobody marked anything by hand, so that such results stay what they always were.
        **({"manual": [_manual(question) for question in result.manual]} if result.manual else {}),
    }


def to_store(result: Result) -> dict[str, Any]:
    """Return a result as JSON values with the details that only feedback pages show."""
    details = [
        {
            "exercise": detail.exercise,
            "seconds": round(detail.seconds, 6),
            "counterexample": detail.counterexample,
            "pictures": [{"case": p.case, "got": p.got, "expected": p.expected} for p in detail.pictures],
        }
        for detail in result.details
    ]
    return {**to_data(result), "details": details, "cell_errors": result.cell_errors}


def from_data(data: Mapping[str, Any]) -> Result:
    """Return the result that `to_data` or `to_store` turned into `data`.

    Raises
    ------
    ValueError
        Where it is of another schema.
    KeyError, TypeError
        Where something is missing or of the wrong kind.
    """
    if data["schema"] != SCHEMA:
        raise ValueError(f"schema={data['schema']!r}, expected {SCHEMA}")
    fields = {name: data[name] for name in ("submission", "student", "sha256", "assignment", "status", "reason")}
    return Result(
        **fields,
        total=0.0 if data["total"] is None else data["total"],
        possible=data["possible"],
        isolation=data["isolation"],
        environment=dict(data["environment"]),
        exercises=tuple(
            ExerciseResult(**{**exercise, "cases": tuple(CaseResult(**case) for case in exercise["cases"])})
            for exercise in data["exercises"]
        ),
        details=tuple(_detail(detail) for detail in data.get("details", ())),
        cell_errors=tuple((number, text) for number, text in data.get("cell_errors", ())),
        manual=tuple(ManualResult(**question) for question in data.get("manual", ())),
    )


def _detail(data: Mapping[str, Any]) -> Detail:
    pictures = tuple(
        Picture(case=p["case"], got=_tuples(p["got"]), expected=_tuples(p["expected"])) for p in data["pictures"]
    )
    return Detail(**{**data, "pictures": pictures})


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def write_result(result: Result, folder: Path) -> None:
    """Write a result below `folder`, at the path that `result_path` gives, and leave other files alone.

    Raises
    ------
    UsageError, MachineError
        Where a file cannot be written.
    """
    # Escapes beyond ASCII: what a student wrote then changes no terminal that shows the file.
    text = json.dumps(to_data(result), indent=1, allow_nan=False)
    write_whole(folder / result_path(result.submission), f"{text}\n".encode())


def result_path(submission: str) -> Path:
    """Return the relative path of a submission's result: its name and ".json".

    A part that no folder or file can safely be called is cut or cleaned, with a digest of what it was behind it.

    Examples
    --------
    >>> result_path("alice/hw.ipynb").as_posix()
    'alice/hw.ipynb.json'
    >>> result_path("../hw.ipynb").as_posix()
    '__-5ec1f7e700f37c3d/hw.ipynb.json'
    """
    *folders, name = submission.split("/")
    # A folder x.json would stand in the way of the result of a submission x.
    safe = [_part(part, usable=not part.endswith((".json", PART))) for part in folders]
    return Path(*safe, f"{_part(name, usable=True)}.json")


def _part(part: str, *, usable: bool) -> str:
    if (
        usable
        and part not in ("", ".", "..")
        and "\\" not in part
        and part.isprintable()
        and len(part.encode()) <= _LONGEST
    ):
        return part
    cleaned = "".join(c if c.isprintable() and c not in "\\." else "_" for c in part)
    cut = cleaned.encode()[:_LONGEST].decode(errors="ignore")
    return f"{cut}-{hashlib.sha256(part.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _exercise(exercise: ExerciseResult) -> dict[str, Any]:
    return {
        "name": exercise.name,
        "state": exercise.state,
        "marks": exercise.marks,
        "possible": exercise.possible,
        "misconception": dict(exercise.misconception) if exercise.misconception is not None else None,
        "cases": [
            {"name": c.name, "kind": c.kind, "public": c.public, "passed": c.passed, "message": c.message}
            for c in exercise.cases
        ],
    }


def _manual(question: ManualResult) -> dict[str, Any]:
    return {
        "name": question.name,
        "marks": question.marks,
        "possible": question.possible,
        "comment": question.comment,
    }
