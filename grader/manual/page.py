"""The page of one question: what is asked, what a full answer says, and every answer without its author."""

from __future__ import annotations

from collections.abc import Mapping

from grader.html import render
from grader.manual.collect import Answer
from grader.manual.marks import NOBODY
from grader.manual.markup import markdown
from grader.manual.questions import ManualQuestion


def question_page(topic: str, question: ManualQuestion, answers: Mapping[str, Answer], unanswered: int) -> str:
    """Return the page of a question as HTML.

    Parameters
    ----------
    topic : str
    question : ManualQuestion
    answers : mapping of str to Answer
        By label. They are shown in the order of their labels, which is that of the table of marks.
    unanswered : int
        How many submissions leave the question as it was handed out.

    Examples
    --------
    >>> why = ManualQuestion(name="why", kind="written", points=4, prompt="Why?", model="Because.")
    >>> "2 submissions leave" in question_page("logic", why, {}, 2)
    True
    """
    shown = [
        {
            "label": label,
            "parts": [
                {"part": part, "html": markdown(part.source) if part.kind == "markdown" else None}
                for part in answer.parts
            ],
        }
        for label, answer in sorted(answers.items())
    ]
    return render(
        "question.html",
        topic=topic,
        question=question,
        prompt=markdown(question.prompt),
        model=markdown(question.model) if question.kind == "written" else None,
        answers=shown,
        unanswered=unanswered,
        nobody=NOBODY,
    )
