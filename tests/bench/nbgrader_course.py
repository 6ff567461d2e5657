"""The same assignment for nbgrader: a course folder with one student, to measure `nbgrader autograde` on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from grader.testfile import render

# What nbgrader has instead of Otter: it runs the cell, and an exception loses the points.
_SHIM = """
import sys, types
_found = []
def _test_case(**_):
    def keep(function):
        _found.append(function)
        return function
    return keep
_module = types.ModuleType("otter.test_files")
_module.test_case = _test_case
sys.modules["otter"], sys.modules["otter.test_files"] = types.ModuleType("otter"), _module
exec({text!r}, {{}})
for _test in _found:
    _test(globals())
"""


class Course:
    """A course folder made from a topic.

    Parameters
    ----------
    folder : Path
        Does not exist yet.
    python : str
        One that has nbgrader.
    material : Material
        What is measured, see `bench`.
    """

    def __init__(self, folder: Path, python: str, material: Any) -> None:
        self._folder, self._python, self._name = folder, python, material.name
        tests = [_SHIM.format(text=render(planned, hidden=True)) for planned in material.plan.exercises]
        solved = [_cell(code, number, {}) for number, code in enumerate(material.cells)]
        graded = [_cell(code, 1000 + number, {"grade": True, "points": 1}) for number, code in enumerate(tests)]
        notebook = json.dumps({"cells": solved + graded, "metadata": _KERNEL, "nbformat": 4, "nbformat_minor": 5})
        source = folder / "source" / self._name
        source.mkdir(parents=True)
        (source / f"{self._name}.ipynb").write_text(notebook, encoding="utf-8")
        for path, data in material.files.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(data)
        (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'bench'\n")
        self._nbgrader("generate_assignment")
        # What is released is solved already; it carries the checksums that autograding wants.
        shutil.copytree(folder / "release" / self._name, folder / "submitted" / "somebody" / self._name)

    def autograde(self) -> None:
        """Grade the one submission."""
        self._nbgrader("autograde", "--force")

    def _nbgrader(self, command: str, *options: str) -> None:
        run = [self._python, "-m", "nbgrader", command, self._name, *options]
        # nbgrader calls the programs beside its own by name.
        path = f"{Path(self._python).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            run, cwd=self._folder, check=False, capture_output=True, text=True, env={**os.environ, "PATH": path}
        )
        if done.returncode:
            sys.exit(f"nbgrader {command} failed: {done.stderr[-600:]}")


_KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def _cell(code: str, number: int, marks: dict[str, Any]) -> dict[str, Any]:
    metadata = {}
    if marks:
        fixed = {"schema_version": 3, "solution": False, "locked": True, "task": False, "grade_id": f"cell-{number}"}
        metadata = {"nbgrader": {**fixed, **marks}}
    return {
        "cell_type": "code", "execution_count": None, "id": f"c{number}", "metadata": metadata, "outputs": [], "source": code
    }  # fmt: skip
