"""The questions of an assignment that people mark: what is asked, what a full answer says, what it earns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["written", "plot"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ManualQuestion:
    """One question that a person marks.

    Attributes
    ----------
    name : str
        As the master gives it; the column of its marks.
    kind : str
        "written" or "plot".
    points : int
    prompt : str
        What is asked, in Markdown.
    model : str
        The master's answer with its rubric in Markdown, or the code of its plot.
    """

    name: str
    kind: Kind
    points: int
    prompt: str
    model: str


def manual_questions(text: str) -> tuple[ManualQuestion, ...]:
    r"""Return the manual questions of a master, in order.

    Parameters
    ----------
    text : str
        The master as jupytext Markdown, without faults: `grader.master.source_notebook` names those.

    Examples
    --------
    >>> master = '''<!-- #region written="why" points=4 -->
    ... Why?
    ... <!-- #endregion -->
    ...
    ... <!-- #region answer="why" -->
    ... *Rubric: because 4.*
    ... <!-- #endregion -->
    ... '''
    >>> manual_questions(master)[0].model
    '*Rubric: because 4.*'
    """
    import jupytext  # noqa: PLC0415 - slow to import, and marks are merged without it

    cells: list[Any] = jupytext.reads(text, fmt="md").cells
    answers = {c.metadata["answer"]: c.source for c in cells if "answer" in c.metadata}
    found = []
    for before, cell in zip([None, *cells], cells, strict=False):
        marks = cell.metadata
        if "written" in marks:
            name = marks["written"]
            asked = {"name": name, "kind": "written", "prompt": cell.source, "model": answers[name]}
        elif "plot" in marks and before is not None:
            asked = {"name": marks["plot"], "kind": "plot", "prompt": before.source, "model": cell.source}
        else:
            continue
        found.append(ManualQuestion(points=marks["points"], **asked))
    return tuple(found)
