"""The tutorial, run as it stands: its files are written, its commands are run, and what they say is compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TUTORIAL = ROOT / "docs" / "tutorial.md"

# A fence of three or four backquotes; a file stands in a block whose first line says file=PATH.
BLOCK = re.compile(r"^(`{3,4})(\w+)(?: file=(\S+))?\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A file to write, or a command to run with what it says."""

    file: str = ""
    command: str = ""
    text: str = ""


def steps(markdown: str) -> list[Step]:
    found = []
    for _, language, file, body in BLOCK.findall(markdown):
        if file:
            found.append(Step(file=file, text=body))
        elif language == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, said = part.partition("\n")
                found.append(Step(command=command, text=said))
    return found


def pattern(text: str) -> str:
    """Return the pattern of an output: `...` is any text within a line, and any lines where it is a line of its own."""
    lines = [
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n"
        for line in text.splitlines()
    ]
    return "".join(lines)


def test_steps_are_taken_from_markdown() -> None:
    text = "A\n```console\n$ one\nsaid\nmore\n$ two\n```\n````markdown file=a/b.md\n```python\nx\n```\n````\n```sh\nnot run\n```\n"
    assert steps(text) == [
        Step(command="one", text="said\nmore\n"),
        Step(command="two"),
        Step(file="a/b.md", text="```python\nx\n```\n"),
    ]


@pytest.mark.parametrize(
    ("expected", "said", "matches"),
    [
        ("in ... s\n", "in 3 s\n", True),
        ("in ... s\n", "in 3 m\n", False),
        ("a\n...\nb\n", "a\nx\ny\nb\n", True),
        ("a\n...\nb\n", "a\nb\n", True),
        ("a\n...\nb\n", "a\nx\ny\n", False),
        ("a\n", "a\nb\n", False),
        ("", "oops\n", False),
    ],
)
def test_what_is_said_is_compared(expected, said, matches) -> None:
    assert bool(re.fullmatch(pattern(expected), said)) is matches


@pytest.mark.slow
@pytest.mark.walls
def test_the_tutorial_works_as_it_stands(tmp_path: Path) -> None:
    programs, here = tmp_path / "bin", tmp_path / "anywhere"
    programs.mkdir()
    here.mkdir()
    for name, command in {"fullmarks": "-m grader", "python": ""}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {command} "$@"\n')
        (programs / name).chmod(0o755)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "FULLMARKS"))}
    environment = {**kept, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    commands = 0
    for step in steps(TUTORIAL.read_text(encoding="utf-8")):
        if step.file:
            (here / step.file).write_text(step.text, encoding="utf-8")
        elif step.command.startswith("cd "):
            here /= step.command.removeprefix("cd ")
        else:
            done = subprocess.run(
                step.command,
                shell=True,
                cwd=here,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert re.fullmatch(pattern(step.text), done.stdout), (
                f"$ {step.command}\n{done.stdout}\nexpected\n{step.text}"
            )
            commands += 1
    assert commands > 20
