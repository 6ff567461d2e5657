"""The fake makes the claims that the real one makes."""

from __future__ import annotations

import numpy as np
import pytest

from grader.records import Question
from grader.sandbox.fake import InProcess, claims_of_frame
from grader.sandbox.inside import wire


def raises(x):
    raise IndexError("no")


def changes(x):
    x += 1
    return x


@pytest.mark.walls
@pytest.mark.parametrize(
    "source",
    [
        "def f(x): return x * 2",
        "def f(x): raise IndexError('no')",
        "def f(x): return print",
        "def f(x):\n    x += 1\n    return x",
    ],
)
def test_fake_and_real_agree(keeper, source):
    namespace: dict = {}
    exec(source, namespace)
    question = Question(function="f", calls=((np.ones(2),),))
    real = keeper.run((source,), (question,)).claims[0][0]
    fake = InProcess({"f": namespace["f"]}).run((), (question,)).claims[0][0]
    assert (real.outcome, real.modified, real.error, real.is_value_error) == (
        fake.outcome,
        fake.modified,
        fake.error,
        fake.is_value_error,
    )
    assert np.array_equal(real.value, fake.value)


@pytest.mark.parametrize(
    "raw",
    [
        [],
        [1],
        [("returned", 1)],
        [("passed", 1, (), "", False, "", "", ())],
        [("returned", 1, (-1,), "", False, "", "", ())],
        [("returned", 1, (), "", 1, "")],
        [("timed out", 1, (), "", False, "", "", ())],
        {"a": 1},
    ],
)
def test_claims_of_another_form_are_refused(raw):
    with pytest.raises(wire.Bad):
        claims_of_frame(wire.encode([7, *raw] if isinstance(raw, list) else raw)[4:], 1, 7)
