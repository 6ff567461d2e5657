"""Building assignments: Otter makes them from a master, and what it makes is brought into a reproducible form."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grader.errors import BuildError
from grader.master import source_notebook
from grader.plan import Plan
from grader.rounding import alike
from grader.testfile import render
from reference.catalogue import Topic

# The first moment that a zip can name; the time of a build must not show in what it builds.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16

Files = Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """What a build makes of one topic.

    Attributes
    ----------
    student : dict of str to bytes
        The student's folder, by path in it.
    autograder : bytes
        The zip for stock Otter and Gradescope.
    """

    student: Files
    autograder: bytes


def build_topic(
    topic: Topic, plan: Plan, master: str, otter_config: Mapping[str, Any], data: Files = MappingProxyType({})
) -> Assignment:
    """Return the assignment of a topic, the same to the byte for the same input.

    Parameters
    ----------
    topic : Topic
    plan : Plan
        Its cases with their inputs; the public ones end in the student's folder.
    master : str
        Text of the master notebook.
    otter_config : mapping
        Settings of the course, merged into the autograder's configuration.
    data : mapping of str to bytes
        Files that the notebook reads, by path below its folder.

    Raises
    ------
    BuildError
        Where the master is wrong or Otter refuses it.
    """
    notebook = source_notebook(master, topic, tuple(data))
    with tempfile.TemporaryDirectory(prefix="fullmarks-build-") as folder:
        write_files(data, Path(folder))
        made = _assign(Path(folder), topic.name, notebook)
    name = f"{topic.name}.ipynb"
    tests = {f"tests/{e.exercise.name}.py": render(e, hidden=False).encode() for e in plan.exercises}
    student = {name: _tidy(made["student"][name], topic.name), **tests, **data}
    hidden = {f"tests/{e.exercise.name}.py": render(e, hidden=True).encode() for e in plan.exercises}
    autograder = _repack(made["autograder"], hidden, otter_config)
    return Assignment(student=dict(sorted(student.items())), autograder=autograder)


def _assign(folder: Path, name: str, notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Run `otter assign` in `folder` and return the student's files and the autograder zip."""
    source = folder / f"{name}.ipynb"
    source.write_text(json.dumps(notebook), encoding="utf-8")
    command = [sys.executable, "-m", "otter", "assign", "--no-run-tests", "--no-pdfs", source.name, "made"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=_environment(folder))
    if run.returncode:
        last = (run.stderr.strip().splitlines() or ["no message"])[-1]
        msg = f"otter assign refuses solutions/{name}.md: {last}"
        raise BuildError(msg)
    made = folder / "made"
    student = {p.name: p.read_bytes() for p in sorted((made / "student").iterdir()) if p.is_file()}
    zips = sorted((made / "autograder").glob("*.zip"))
    return {"student": student, "autograder": zips[0].read_bytes()}


def _environment(folder: Path) -> dict[str, str]:
    """Return the environment for Otter: ours, but with nothing of it written to the user's home."""
    return {**os.environ, "HOME": str(folder), "MPLCONFIGDIR": str(folder), "PYTHONHASHSEED": "0"}


def _tidy(data: bytes, name: str) -> bytes:
    """Return a notebook with ids by position and nothing of the machine that made it."""
    notebook = json.loads(data)
    while not "".join(notebook["cells"][-1]["source"]).strip():
        notebook["cells"].pop()  # Otter leaves an empty cell at the end
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"{name.replace('_', '-')}-{number:03d}"
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    kept = {key: notebook["metadata"][key] for key in ("kernelspec", "otter") if key in notebook["metadata"]}
    notebook["metadata"] = {**kept, "language_info": {"name": "python"}}
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    return (json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _repack(data: bytes, tests: Files, config: Mapping[str, Any]) -> bytes:
    """Return the autograder zip with our test files and settings, in a fixed order and without times."""
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        files = {info.filename: made.read(info) for info in made.infolist() if not info.is_dir()}
    files = {path: content for path, content in files.items() if not path.startswith("tests/")}
    settings = json.loads(files["otter_config.json"])
    files["otter_config.json"] = (json.dumps({**config, **settings}, indent=2, sort_keys=True) + "\n").encode()
    return zip_of({**files, **tests})


def zip_of(files: Files) -> bytes:
    """Return a zip that depends on names and contents only.

    Examples
    --------
    >>> zip_of({"a": b"1", "b": b"2"}) == zip_of({"b": b"2", "a": b"1"})
    True
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for path in sorted(files):
            info = zipfile.ZipInfo(path, _EPOCH)
            info.external_attr = _MODE
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            target.writestr(info, files[path])
    return buffer.getvalue()


def differences(built: Files, committed: Path) -> tuple[str, ...]:
    """Return how a committed folder differs from what was built, one line a file.

    Parameters
    ----------
    built : mapping of str to bytes
    committed : Path
        Folder ``assignments/<topic>``.
    """
    found = {str(p.relative_to(committed)): p for p in sorted(committed.rglob("*")) if p.is_file()}
    found = {name: p for name, p in found.items() if "__pycache__" not in name and ".ipynb_checkpoints" not in name}
    lines = [f"{name} is missing" for name in built if name not in found]
    lines += [f"{name} is not built from anything; delete it" for name in found if name not in built]
    lines += [
        f"{name} is stale" for name, p in found.items() if name in built and not alike(p.read_bytes(), built[name])
    ]
    return tuple(sorted(lines))


def write_files(files: Files, folder: Path) -> None:
    """Write `files` below `folder`, each whole or not at all, and remove test files that no build makes any more.

    A test file that differs by rounding only stays as it is: a build on another machine changes nothing.
    """
    for name, content in files.items():
        path = folder / name
        if path.is_file() and alike(path.read_bytes(), content):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_bytes(content)
        part.replace(path)
    # Only test files: a folder may hold work of somebody else, who must not lose it.
    for path in sorted((folder / "tests").glob("*.py")):
        if f"tests/{path.name}" not in files:
            path.unlink()
