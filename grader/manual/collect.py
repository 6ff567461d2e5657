"""From the cells of a notebook to its answers. Nothing is executed, and no cells make it raise.

Where an answer stands
----------------------
Otter puts ``<!-- BEGIN QUESTION -->`` before the text of a question and ``<!-- END QUESTION -->`` behind the answer,
in cells that Jupyter does not let people edit or delete. People add cells in between, and programs other than Jupyter
let them edit everything. So a question is looked for by its text, then by the number of its mark; its answer is all
that follows, up to the next mark or the next question, without what the assignment itself put there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from grader.manual.images import Picture, picture
from grader.manual.questions import ManualQuestion
from grader.notebook import Cell

State = Literal["answered", "unanswered", "not found"]

MOST_PICTURES = 20  # of one answer; each takes up to a second to make anew
LONGEST = 60_000  # characters of one answer; ten pages have a third of them

_MARK = re.compile(r"<!--\s*(BEGIN|END)\s+QUESTION\s*-->")
_EMBEDDED = re.compile(r"data:(image/[\w.+-]{1,20});base64,([A-Za-z0-9+/=]*)")
# In the order in which a front end of Jupyter prefers them.
_PICTURES = ("image/png", "image/jpeg")
_TEXTS = frozenset({"text/plain"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One cell of an answer.

    Attributes
    ----------
    kind : str
        "markdown" or "code".
    source : str
    pictures : tuple of Picture
        Attached to the cell, or drawn by it when the student last ran it.
    hidden : tuple of str
        What else it holds that is not shown, such as "image/svg+xml".
    """

    kind: str
    source: str
    pictures: tuple[Picture, ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What somebody answered to one question.

    Attributes
    ----------
    question : str
    state : str
        "answered"; "unanswered", where all is as it was handed out; "not found", where the question is not there.
    parts : tuple of Part
        None unless it is answered.
    """

    question: str
    state: State
    parts: tuple[Part, ...] = ()

    @property
    def digest(self) -> str:
        """What tells this answer from any other one to the same question."""
        texts = [text for p in self.parts for text in (p.kind, p.source, *(s.data for s in p.pictures), *p.hidden)]
        return hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()


def collect(cells: Sequence[Cell], questions: Sequence[ManualQuestion], starter: Sequence[Cell]) -> tuple[Answer, ...]:
    r"""Return the answer to each question.

    Parameters
    ----------
    cells : sequence of Cell
        Of the notebook that was handed in.
    questions : sequence of ManualQuestion
    starter : sequence of Cell
        Of the assignment as it was handed out; what stands there is no answer.

    Examples
    --------
    >>> why = ManualQuestion(name="why", kind="written", points=4, prompt="Why?", model="")
    >>> def notebook(answer):
    ...     texts = "<!-- BEGIN QUESTION -->\n\nWhy?", answer, "<!-- END QUESTION -->"
    ...     return [Cell(kind="markdown", source=text) for text in texts]
    >>> [answer] = collect(notebook("Since."), [why], notebook("_Type here._"))
    >>> answer.state, answer.parts[0].source
    ('answered', 'Since.')
    >>> collect(notebook("_Type  here._ "), [why], notebook("_Type here._"))[0].state
    'unanswered'
    """
    given = frozenset(_plain(cell.source) for cell in starter) | {""}
    found = _starts(cells, questions)
    return tuple(_answer(question, cells, found, given) for question in questions)


@dataclass(frozen=True, slots=True)
class _Start:
    """Where the answer to a question starts: the cell of its text, and what stands there behind the text."""

    cell: int
    rest: str = ""


def _starts(cells: Sequence[Cell], questions: Sequence[ManualQuestion]) -> Mapping[str, _Start]:
    plain = [_plain(cell.source) if cell.kind != "code" else "" for cell in cells]
    prompts = {question.name: _plain(question.prompt) for question in questions}
    begins = [i for i, c in enumerate(cells) for m in _MARK.finditer(c.source) if c.kind != "code" and m[1] == "BEGIN"]
    found = {}
    for question in questions:
        at = next((i for i, text in enumerate(plain) if prompts[question.name] in text), None)
        if at is not None:
            rest = cells[at].source.partition(question.prompt)[2]
            found[question.name] = _Start(at, _MARK.split(rest)[0].strip())
    if len(begins) == len(questions):
        # Somebody edited a text, or it was another one when the assignment was handed out.
        for question, begin in zip(questions, begins, strict=True):
            found.setdefault(question.name, _Start(begin))
    return found


def _answer(
    question: ManualQuestion, cells: Sequence[Cell], starts: Mapping[str, _Start], given: frozenset[str]
) -> Answer:
    start = starts.get(question.name)
    if start is None:
        return Answer(question=question.name, state="not found")
    others = {other.cell for other in starts.values()} - {start.cell}
    parts = [Part(kind="markdown", source=start.rest[:LONGEST])] if start.rest else []
    for number in range(start.cell + 1, len(cells)):
        cell = cells[number]
        if number in others or (cell.kind != "code" and _MARK.search(cell.source)):
            break
        pictures, characters = sum(len(p.pictures) for p in parts), sum(len(p.source) for p in parts)
        part = _part(cell, MOST_PICTURES - pictures, LONGEST - characters)
        if part.pictures or part.hidden or _plain(part.source) not in given:
            parts.append(part)
    return Answer(question=question.name, state="answered" if parts else "unanswered", parts=tuple(parts))


def _part(cell: Cell, room: int, longest: int) -> Part:
    """Return a cell as a part of an answer, with at most `room` pictures and `longest` characters."""
    source, pictures, hidden = cell.source, list[Picture](), list[str]()
    if cell.kind == "code":
        bundles = [_bundle(output) for output in cell.outputs]
    else:
        bundles = [_mapping(attached) for attached in cell.attachments.values()]
        bundles += [{data[1]: data[2]} for data in _EMBEDDED.finditer(source)]
        source = _EMBEDDED.sub("embedded", source)
    for bundle in bundles:
        shown = _shown(bundle) if len(pictures) < room else None
        if shown:
            pictures.append(shown)
        else:
            hidden += sorted(_odd(bundle))
    if len(source) > longest:
        hidden.append(f"{len(source) - longest:,} more characters")
        source = source[:longest]
    kind = "code" if cell.kind == "code" else "markdown"
    return Part(kind=kind, source=source, pictures=tuple(pictures), hidden=tuple(dict.fromkeys(hidden)))


def _bundle(output: Any) -> Mapping[str, Any]:
    """Return an output by media type; before nbformat 4 there were short names, beside the output's own keys."""
    output = _mapping(output)
    old = {kind: output[short] for short, kind in (("png", _PICTURES[0]), ("jpeg", _PICTURES[1])) if short in output}
    return old or _mapping(output.get("data"))


def _shown(bundle: Mapping[str, Any]) -> Picture | None:
    return next((made for kind in _PICTURES if kind in bundle and (made := picture(bundle[kind]))), None)


def _odd(bundle: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is in an output beside text, which its code tells better."""
    yield from (kind[:60] for kind in bundle if kind not in _TEXTS)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _plain(text: str) -> str:
    """Return a text in which white space tells nothing."""
    return " ".join(text.split())
