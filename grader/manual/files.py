"""Marking by hand on disk: manual/<topic>/ holds a page for each question, marks.csv and key.json."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader import content
from grader.content import topic_names
from grader.errors import UsageError
from grader.gradebook import Gradebook
from grader.intake import Found, find, read_bytes
from grader.manual.collect import Answer, collect
from grader.manual.marks import (
    Key,
    Marked,
    Owner,
    Sheet,
    label,
    read_key,
    read_sheet,
    updated,
    write_key,
    write_sheet,
)
from grader.manual.page import question_page
from grader.manual.questions import ManualQuestion, manual_questions
from grader.notebook import Cell, read_all_cells
from grader.records import Result
from grader.report.files import write_whole

FOLDER = "manual"
MARKS = "marks.csv"
KEY = "key.json"
_NAMED = 5  # submissions that a message lists


def marked_topics(output: Path) -> dict[str, Marked]:
    """Return what people entered below `output`/manual, by topic; every table is checked before any is used.

    Raises
    ------
    UsageError
        With all that is wrong with the tables, one line each.
    """
    found, faults = {}, []
    for topic in topic_names():
        folder = output / FOLDER / topic
        if not (folder / MARKS).exists():
            continue
        try:
            found[topic] = _marked(folder)
        except UsageError as error:
            faults.append(str(error))
    if faults:
        raise UsageError("\n".join(faults))
    return found


def _marked(folder: Path) -> Marked:
    if not (folder / KEY).exists():
        raise UsageError(f"{folder / KEY}: missing; run fullmarks manual again, which keeps the marks in {MARKS}")
    key = _key(folder)
    return Marked(key=key, sheet=read_sheet(_read(folder / MARKS), key, str(folder / MARKS)))


@dataclass(slots=True)
class _Topic:
    """What is collected for one topic."""

    questions: tuple[ManualQuestion, ...]
    starter: tuple[Cell, ...]
    answers: dict[str, dict[str, Answer]]
    owners: list[Owner] = field(default_factory=list)


def write_manual(output: Path, paths: Sequence[Path]) -> tuple[str, ...]:
    """Write pages and tables for the submissions below `paths`, and return what was done, a line each.

    Parameters
    ----------
    output : Path
        The folder of a gradebook.
    paths : sequence of Path
        What was graded into it.

    Raises
    ------
    UsageError
        Where a submission is not in the gradebook as it is now, or a table of marks has faults. Nothing is then
        written.
    """
    with Gradebook.open(output / "gradebook.db") as book:
        results = {result.submission: result for result in book.briefs()}
    topics: dict[str, _Topic] = {}
    strange: list[str] = []
    for item in find(paths):
        handed = read_bytes(item)
        result = results.get(item.name)
        if result is None or (handed.sha256 != result.sha256 and result.status != "not graded"):
            strange.append(item.name)
        elif result.status == "graded" and result.assignment in topic_names():
            topic = topics.setdefault(result.assignment, _topic(result.assignment))
            cells = read_all_cells(handed.data) if handed.suffix == ".ipynb" else ()
            _add(topic, item, result, collect(cells, topic.questions, topic.starter))
    if strange:
        more = f" and {len(strange) - _NAMED} more" if len(strange) > _NAMED else ""
        raise UsageError(
            f"{', '.join(strange[:_NAMED])}{more}: not in {output / 'gradebook.db'} as it is now; "
            "grade it first, with the same PATH"
        )
    if not topics:
        raise UsageError(f"{output / 'gradebook.db'}: no graded submission is below the given paths")
    order = [name for name in topic_names() if name in topics]
    # All tables are read before any is written.
    kept = {name: _kept(output / FOLDER / name, topics[name]) for name in order}
    return tuple(_write(output / FOLDER / name, name, topics[name], kept[name]) for name in order)


def _topic(name: str) -> _Topic:
    questions = manual_questions(_read(content.solutions() / f"{name}.md").decode())
    starter = read_all_cells(_read(content.assignments() / name / f"{name}.ipynb"))
    return _Topic(questions=questions, starter=starter, answers={question.name: {} for question in questions})


def _add(topic: _Topic, item: Found, result: Result, answers: Sequence[Answer]) -> None:
    for answer in answers:
        name = label(answer.question, item.name, answer.digest)
        topic.owners.append(
            Owner(
                answer=name,
                question=answer.question,
                submission=item.name,
                sha256=result.sha256,
                state=answer.state,
            )
        )
        if answer.state != "unanswered":
            topic.answers[answer.question][name] = answer


def _kept(folder: Path, topic: _Topic) -> Marked:
    """Return the key and the table of a topic, with all that people entered so far."""
    points = {question.name: float(question.points) for question in topic.questions}
    # Without a key, that of today tells what it can of the labels in the table.
    key = Key(points=points, owners=tuple(topic.owners))
    if (folder / KEY).exists():
        key = _key(folder)
    sheet = read_sheet(_read(folder / MARKS), key, str(folder / MARKS)) if (folder / MARKS).exists() else Sheet()
    key, sheet = updated(key, sheet, points, topic.owners)
    return Marked(key=key, sheet=sheet)


def _write(folder: Path, name: str, topic: _Topic, kept: Marked) -> str:
    """Write the files of a topic; the key first, for every label in the table must be in it."""
    write_whole(folder / KEY, write_key(kept.key).encode())
    write_whole(folder / MARKS, write_sheet(kept.sheet).encode())
    for question in topic.questions:
        answers = topic.answers[question.name]
        unanswered = sum(o.question == question.name and o.state == "unanswered" for o in topic.owners)
        page = question_page(name, question, answers, unanswered)
        write_whole(folder / f"{question.name}.html", page.encode("utf-8", "replace"))
    empty = sum(not row.entered for row in kept.sheet.rows)
    return f"wrote {folder}: {len(topic.questions)} pages, {MARKS} with {empty} of {len(kept.sheet.rows)} rows to mark"


def _key(folder: Path) -> Key:
    return read_key(_read(folder / KEY).decode("utf-8", "replace"), str(folder / KEY))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
