"""What tests of marking by hand share: the questions of the course, its notebooks, and a picture."""

from __future__ import annotations

import base64
import io

from PIL import Image

from grader import content
from grader.manual.questions import ManualQuestion, manual_questions

TOPIC = "linear_algebra"


def questions(topic: str = TOPIC) -> tuple[ManualQuestion, ...]:
    return manual_questions((content.solutions() / f"{topic}.md").read_text(encoding="utf-8"))


def starter_bytes(topic: str = TOPIC) -> bytes:
    return (content.assignments() / topic / f"{topic}.ipynb").read_bytes()


def png(size: tuple[int, int] = (4, 3), mode: str = "RGB", kind: str = "PNG", **how: object) -> str:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, kind, **how)
    return base64.b64encode(buffer.getvalue()).decode()
