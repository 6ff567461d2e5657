"""Bytes from strangers, changed at random: a clean refusal or a valid value, in bounded time and memory."""

from __future__ import annotations

import io
import json
import random
import tracemalloc
import zipfile

import numpy as np
import pytest

from grader.intake import find, read
from grader.judge import judge
from grader.plan import plan_topic
from grader.records import Claim
from grader.sandbox.claims import claims_of_frame
from grader.sandbox.inside import wire
from reference.catalogue import load_topic, topic_names

pytestmark = pytest.mark.slow
INTERESTING = [0, 1, 0x7F, 0x80, 0xFF, 0x22, 0x5B, 0x5D, 0x7B, 0x7D, 0x2C, 0x3A]


def mutations(rng: random.Random, seeds: list[bytes], count: int):
    """Yield `count` byte strings: seeds with bytes changed, doubled, cut out, or parts of two put together."""
    for _ in range(count):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.choice([1, 1, 2, 4, 16])):
            at = rng.randrange(len(data) + 1)
            what = rng.randrange(6)
            if what == 0 and at < len(data):
                data[at] = rng.choice(INTERESTING) if rng.random() < 0.5 else rng.randrange(256)
            elif what == 1:
                data[at:at] = bytes(rng.choices(INTERESTING, k=rng.randrange(1, 9)))
            elif what == 2:
                del data[at : at + rng.randrange(1, 20)]
            elif what == 3:
                data[at:at] = data[max(0, at - rng.randrange(1, 200)) : at]
            elif what == 4:
                other = rng.choice(seeds)
                data[at:] = other[rng.randrange(len(other) + 1) :]
            elif at + 4 <= len(data):
                data[at : at + 4] = rng.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"9999"])
        yield bytes(data)


def frames() -> list[bytes]:
    answers = [1.5, None, np.arange(6.0).reshape(2, 3), (1, [2.0, {"a": {3}}]), "text", 1 << 90, float("nan"), b"x"]
    claims = [("returned", a, (0,), "", False, "", "", ((3, [(np.ones(2),)]),)) for a in answers]
    claims += [("raised", None, (), "ValueError", True, "why", "global", ())]
    return [wire.encode([7, *claims])[4:], *(wire.encode([7, claim])[4:] for claim in claims)]


def test_frames() -> None:
    """Thirty thousand answers, some of which are still claims: those are judged as well."""
    rng = random.Random(1)
    planned = plan_topic(load_topic("linear_algebra"), 1).exercises[0]
    good = bad = 0
    tracemalloc.start()
    for body in mutations(rng, frames(), 30_000):
        try:
            (claim,) = claims_of_frame(body, 1, 7)
        except wire.Bad:
            bad += 1
            continue
        good += 1
        if good % 20 == 0 and claim is not None:
            judge(planned, [claim] * len(planned.cases))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert good > 300
    assert bad > 20_000
    assert peak < 64 << 20


def notebooks() -> list[bytes]:
    cell = {"cell_type": "code", "metadata": {}, "source": ["x = 1\n", "y"], "outputs": [], "execution_count": None}
    old = {"cell_type": "code", "input": "x = 1", "outputs": [], "language": "python", "collapsed": False}
    metadata = {"otter": {"assignment_name": "linear_algebra"}, "kernelspec": {"name": "python3"}}
    made = [
        {"cells": [cell] * 3, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5},
        {"worksheets": [{"cells": [old]}], "metadata": {}, "nbformat": 3, "nbformat_minor": 0},
        {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 2},
    ]
    return [json.dumps(one).encode() for one in made]


def zips() -> list[bytes]:
    made = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            archive.writestr("hw.ipynb", notebooks()[0])
            archive.writestr("__zip_filename__", "hw.zip")
            archive.writestr("data/notes.txt", "x" * 100)
        made.append(buffer.getvalue())
    return made


@pytest.mark.parametrize(
    ("kind", "seeds"), [("ipynb", notebooks()), ("zip", zips()), ("py", [b"# %%\nx = 1\n", b"\xef\xbb\xbfx"])]
)
def test_files(kind: str, seeds: list[bytes], tmp_path) -> None:
    """Eight thousand files of each kind: read, or rejected with a reason of one line."""
    rng = random.Random(2)
    path = tmp_path / f"hw.{kind}"
    accepted = 0
    for data in mutations(rng, seeds, 8_000):
        path.write_bytes(data)
        (found,) = find((path,))
        submission = read(found)
        accepted += not submission.reason
        assert bool(submission.reason) != bool(submission.cells) or not submission.reason
        assert len(submission.reason.splitlines()) <= 1
        assert submission.reason.isprintable()
        assert all(type(cell) is str for cell in submission.cells)
    assert accepted > 100


HOSTILE = [
    *(np.zeros(shape) for shape in [(), (0,), (1,), (2, 0), (3, 3, 3), (100_000,), (1,) * 30]),
    np.full(4, np.nan), np.full((2, 2), np.inf), np.full(3, -np.inf), np.array(["a", "b"]), np.array([True, False]),
    np.zeros(3, complex), np.array([1e308, -1e308]), 10**400, -(10**400), float("nan"), "", "x" * 100_000, b"x", None, True,
    [], [[]], [[1], [2, 3]], [None], ["a", 1], (), ((),) * 9, {}, {"a": 1}, {1, 2}, [[[[[[1.0]]]]]], [1e308] * 5, 1j,
    (np.zeros(3), np.full((3, 3), np.nan)), (np.full((2, 5), np.inf), "x"), [np.zeros(0)] * 4,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", topic_names())
def test_no_result_breaks_the_judge(name: str) -> None:
    """Whatever comes back for whatever case is a finding; most of all where it goes into the checks."""
    for planned in plan_topic(load_topic(name), 1).exercises:
        count = len(planned.cases)
        for value in HOSTILE:
            for log in ((), ((-1, []),), ((10**30, [(np.full(3, np.nan),), ()]), (0, [])) * 2):
                findings = judge(planned, [Claim(outcome="returned", value=value, logs=log)] * count)
                assert len(findings) == count
        # Results of one case for all others: right in kind, wrong in size.
        for p in planned.cases:
            judge(planned, [Claim(outcome="returned", value=p.expected)] * count)
