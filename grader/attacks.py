"""Attacks on the walls: hostile notebooks, the marks they deserve, and what they must leave as it was.

Each is a notebook as text. It is graded together with one honest answer and between submissions of others: it may earn
what that answer earns and no more, everybody else's marks stay, and nothing is left behind.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.counterexample.leaves import leaves_of
from grader.counterexample.rules import numeric
from grader.grade import Grader
from grader.judge import HIDDEN_TEXTS
from grader.master import solution_cells
from grader.plan import Plan
from grader.records import Limits, Result, Submission
from grader.score import NOT_ALONE, NOT_WITHOUT_COUNTERPART

# The exercise that attackers solve honestly as well, and whose marks they therefore deserve.
HONEST = "cosine_similarity"
# Enough for honest answers, and short, for many attacks wait until they are stopped.
LIMITS = Limits(call_seconds=0.5, exercise_seconds=3.0, cells_seconds=6.0, cell_seconds=1.0, submission_seconds=20.0)
_CARELESS = "It may spoil its own honest answers."
# So many characters of a number are no coincidence.
_DIGITS = 8
_TRACES = ("fullmarks-was-here", "evil.pth", "otter.py", "numpy.py", "sitecustomize.py", "usercustomize.py")


@dataclass(frozen=True, kw_only=True, slots=True)
class Attack:
    """A hostile notebook.

    Attributes
    ----------
    name : str
    about : str
        What it tries.
    cells : tuple of str
        The honest answer first.
    careless : bool
        Whether it may lose the marks of its honest answer by what it does.
    """

    name: str
    about: str
    cells: tuple[str, ...]
    careless: bool


def load_attacks(folder: Path, master: str) -> tuple[Attack, ...]:
    """Return the attacks in a folder.

    Parameters
    ----------
    folder : Path
        One Markdown notebook each: a title, a paragraph that says what it tries, code cells.
    master : str
        The master notebook whose solution is the honest answer.
    """
    (answer,) = [cell for cell in solution_cells(master) if cell.startswith(f"def {HONEST}(")]
    made = []
    for path in sorted(folder.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        prose = text.split("```")[0].split("\n\n")
        cells = ("import numpy as np", answer, *solution_cells(text))
        made.append(Attack(name=path.stem, about=prose[1].strip(), cells=cells, careless=_CARELESS in text))
    return tuple(made)


def victim(attack: Attack) -> Submission:
    """Return the submission of somebody who has nothing to do with it."""
    return Submission(name="victim", student="", sha256="", cells=attack.cells[:2])


def try_attack(attack: Attack, grader: Grader, plan: Plan) -> Iterator[str]:
    """Yield what an attack gained or spoilt.

    Parameters
    ----------
    attack : Attack
    grader : Grader
        Its sandbox is what is attacked.
    plan : Plan
        Of the assignment attacked.

    Raises
    ------
    MachineError
        Where the sandbox itself broke: the attack got through.
    """
    attacker = Submission(name=attack.name, student="", sha256="", cells=attack.cells)
    result = grader.grade(attacker)
    (possible,) = [e.exercise.points for e in plan.exercises if e.exercise.name == HONEST]
    for exercise in result.exercises:
        if exercise.name != HONEST and exercise.marks:
            yield f"{exercise.name} earned {exercise.marks:g}, it deserves nothing"
        elif exercise.name == HONEST and exercise.marks != possible and not attack.careless:
            yield f"{HONEST} earned {exercise.marks:g} of the {possible} it deserves"
    yield from _told(result)
    yield from _shown(result, plan)
    after = {exercise.name: exercise.marks for exercise in grader.grade(victim(attack)).exercises}
    if after[HONEST] != possible or sum(after.values()) != possible:
        yield f"the submission after it earned {after[HONEST]:g} of {possible}"
    folders = {Path(tempfile.gettempdir()), Path.home(), Path.cwd()}
    yield from (f"it left {folder / name}" for folder in folders for name in _TRACES if (folder / name).exists())


def _told(result: Result) -> Iterator[str]:
    """Yield messages on hidden cases that depend on what the submission said."""
    for exercise in result.exercises:
        for case in exercise.cases:
            what = case.message.split(". Why this case: ")[0]
            known = what in HIDDEN_TEXTS or what in (NOT_ALONE, NOT_WITHOUT_COUNTERPART)
            known = known or (what.startswith('"') and what.endswith('" fails'))
            if not case.public and case.message and not known:
                yield f"the message on a hidden case of {exercise.name} says {what!r}"


def _shown(result: Result, plan: Plan) -> Iterator[str]:
    """Yield public texts in which a number from a hidden input can be read."""
    texts = [(e.name, c.message) for e in result.exercises for c in e.cases]
    numbers = {
        (planned.exercise.name, repr(float(number))[:_DIGITS])
        for planned in plan.exercises
        for case in planned.cases
        if not case.case.public
        for leaf in leaves_of(case.inputs)
        if numeric(leaf)
        for number in np.ravel(leaf)
        if len(repr(float(number))) > _DIGITS
    }
    for exercise, digits in sorted(numbers):
        for where, text in texts:
            if digits in text:
                yield f"a text on {where} shows {digits}, from a hidden input of {exercise}"
                return
