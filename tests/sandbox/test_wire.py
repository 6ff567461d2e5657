"""Values on the wire, and frames that are none."""

from __future__ import annotations

import collections
import contextlib
import enum
import json
import math
import struct
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.sandbox.inside import wire

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=50) | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=20,
)
ARRAYS = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.int8, np.uint16, np.bool_, np.complex128, ">f8", "<U5"]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)


def same(a, b):
    if isinstance(a, (np.ndarray, np.generic)):
        return (
            np.shape(a) == np.shape(b)
            and np.asarray(a).tobytes() == np.asarray(b).astype(np.asarray(a).dtype).tobytes()
        )
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (float, complex)):
        return type(a) is type(b) and repr(a) == repr(b)
    return type(a) is type(b) and a == b


@given(PLAIN)
def test_plain_values_come_back(value):
    assert same(value, wire.decode(wire.encode(value)[4:]))


@given(ARRAYS)
def test_arrays_come_back_to_the_bit(array):
    back = wire.decode(wire.encode(array)[4:])
    assert back.shape == array.shape
    assert back.dtype == array.dtype.newbyteorder("<")
    assert back.astype(array.dtype).tobytes() == array.tobytes()


@settings(max_examples=400)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_a_value(body):
    with contextlib.suppress(wire.Bad):
        wire.decode(body)


SAMPLE = wire.encode(
    [("returned", np.arange(6.0).reshape(2, 3), (), "", False, "x"), {1: {2, 3}}, 1 << 90, 2 + 1j, np.array(["a"])]
)


@settings(max_examples=2000)
@given(
    st.lists(st.tuples(st.integers(0, len(SAMPLE) - 5), st.integers(0, 255)), min_size=1, max_size=4), st.integers(0, 8)
)
def test_mutated_frames_are_refused_or_a_value(changes, cut):
    body = bytearray(SAMPLE[4:])
    for position, byte in changes:
        body[position] = byte
    with contextlib.suppress(wire.Bad):
        wire.decode(bytes(body[: len(body) - cut]))


def deep(levels):
    tree = {"l": []}
    for _ in range(levels):
        tree = {"l": [tree]}
    return tree


def frame(tree, *buffers):
    text = json.dumps(tree).encode()
    return struct.pack("<I", len(text)) + text + b"".join(buffers)


@pytest.mark.parametrize(
    "body",
    [
        frame([1]),
        frame({"l": 1}),
        frame({"a": ["<f8", [2], 8]}, bytes(8)),
        frame({"a": ["<f8", [-1], 8]}, bytes(8)),
        frame({"a": ["O", [1], 8]}, bytes(8)),
        frame({"a": ["<f8", [1 << 31, 0], 0]}),
        frame({"a": ["<f8", [True], 8]}, bytes(8)),
        frame({"a": ["U1", [1], 4]}, b"\xff\xff\xff\xff"),
        frame({"a": ["U0", [1 << 20], 0]}),
        frame({"i": 1 << 20}, bytes(10)),
        frame({"f": "infinity"}),
        frame({"d": [[{"l": []}, 1]]}),
        frame({"s": list(range(wire.MAX_KEYS + 1))}),
        frame({"s": [i * (2**61 - 1) for i in range(8)] * 5}),
        frame({"d": [[{"t": [0]}, 1]] * 40}),
        frame({"c": ["1", "2"]}),
        frame({"a": ["U1", [1], 4]}, b"\x00\xd8\x00\x00"),
        frame({"a": ["<f8", [0, wire.MAX_EMPTY + 1], 0]}),
        frame({"a": ["<f8", [0, 10**30], 0]}),
        frame({"s": [{"s": [1]}]}),
        frame({"i": wire.MAX_INTEGER + 1}, bytes(wire.MAX_INTEGER + 1)),
        struct.pack("<I", 2) + b"\xff\xfe",
        frame({"x": 1}),
        frame(deep(wire.MAX_DEPTH + 5)),
        frame({"l": [1] * (wire.MAX_NODES + 5)}),
        frame({"n": ["<f8", [1], 8]}, bytes(8)),
        frame(1, b"left over"),
        b"\xff\xff\xff\xff",
        frame({"l": [1]})[:-3],
        struct.pack("<I", 3) + b"NaN",
        struct.pack("<I", 200_000) + b"[" * 200_000,
    ],
)
def test_crafted_frames_are_refused(body):
    with pytest.raises(wire.Bad):
        wire.decode(body)


def test_a_boolean_byte_is_true_or_false():
    value = wire.decode(frame({"a": ["|b1", [1], 1]}, b"\x02"))
    assert value.tobytes() == b"\x01"


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (lambda: 0, "a value of type function"),
        (np.broadcast_to(1.0, (10**6, 10**6)), "too many bytes"),
        ([0] * 300_000, "too many values"),
        (nested(100), "nested too deeply"),
        (np.ma.masked_array([1.0, 2.0], [True, False]), "a masked array"),
        (np.array([object()]), "a value of type object"),
        (iter([]), "a value of type list_iterator"),
        (np.broadcast_to(np.array(0, dtype=object), (10**6, 10**6)), "too many values"),
        (np.zeros(2, dtype="i4,f8"), "an array of"),
        (np.array(["2024-01-01"], dtype="M8[D]"), "an array of datetime64"),
        (np.broadcast_to(np.array("x" * 2000), (1000, 1000)), "too many values"),
        (np.full(3_000, "x" * 2000), "too much text"),
        (np.ma.masked, "a masked array"),
        pytest.param(1 << (8 * wire.MAX_INTEGER), "an integer of too many digits", id="huge"),
        (dict.fromkeys(range(wire.MAX_KEYS + 1)), "too many keys"),
        ("x" * (wire.MAX_TREE + 1), "too much text"),
        (type("<b>\x1b", (), {})(), r"a value of type \?b\?\?"),
    ],
)
def test_what_is_not_plain_is_refused_by_name(value, why):
    with pytest.raises(wire.Bad, match=why):
        wire.encode(value)


class Table:
    """Like a column of pandas."""

    def __array__(self, dtype=None, copy=None):
        return np.array([1.0, 2.0])


class Colour(enum.IntEnum):
    RED = 3


class Pair(NamedTuple):
    a: int
    b: int


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Pair(1, 2), (1, 2)),
        (np.array([[1.0, 2.0]]).view(np.matrix), np.array([[1.0, 2.0]])),
        (np.float64(1.5), np.float64(1.5)),
        (np.float32(1.5), np.float32(1.5)),
        (np.bool_(1), np.True_),
        (np.str_("a"), "a"),
        (np.str_("a" * 2_000), "a" * 2_000),
        (np.array(["a", "b" * 2_000]), ["a", "b" * 2_000]),
        (enum.Enum("Text", {"A": "a"}, type=str).A, "a"),
        (np.array(["a", "b" * 2_000], dtype=np.dtypes.StringDType()), ["a", "b" * 2_000]),
        (np.longdouble(1.5), np.float64(1.5)),
        (np.ones(2, dtype=np.clongdouble), np.ones(2, dtype=complex)),
        (np.ones(2, dtype=np.float16), np.ones(2, dtype=np.float16)),
        (np.ones(2, dtype=">i4"), np.ones(2, dtype="<i4")),
        (np.arange(6).reshape(2, 3).T[::-1], np.array([[2, 5], [1, 4], [0, 3]])),
        (np.array([1, "a", None], dtype=object), [1, "a", None]),
        (np.array(7, dtype=object), 7),
        (np.ma.masked_array([1.0]), np.array([1.0])),
        (Table(), np.array([1.0, 2.0])),
        (Colour.RED, 3),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.defaultdict(list, a=[1]), {"a": [1]}),
        (frozenset({1}), frozenset({1})),
        ({frozenset({"a", "b"}): {frozenset()}}, {frozenset({"a", "b"}): {frozenset()}}),
        (range(3), [0, 1, 2]),
        ({(1, "a"): {2.5}}, {(1, "a"): {2.5}}),
        ({-1: 0, -2: 0, True: 1, 2.0: 3}, {-1: 0, -2: 0, 1: 1, 2: 3}),
        ("a\ud800b", "a?b"),
        ("\U0001f600", "\U0001f600"),
        (np.array([], dtype="<U3"), np.array([], dtype="<U3")),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)
def test_derived_types_arrive_as_their_base(value, expected):
    back = wire.decode(wire.encode(value)[4:])
    assert type(back) is type(expected)
    assert getattr(back, "dtype", None) == getattr(expected, "dtype", None)
    assert np.array_equal(np.asarray(back), np.asarray(expected)) if isinstance(back, np.ndarray) else back == expected


def test_honest_keys_do_not_collide():
    keys = {i / 7 for i in range(2000)} | {(i, -i) for i in range(1000)} | {str(i) for i in range(1000)}
    assert wire.decode(wire.encode(keys)[4:]) == keys


def test_a_bad_value_leaves_no_trace_in_a_packer():
    packer = wire.Packer(0)
    packer.add(np.ones(2))
    with pytest.raises(wire.Bad):
        packer.add([np.zeros(3), print])
    with pytest.raises(wire.Bad, match="too many values"):
        packer.add([0] * wire.MAX_NODES)
    packer.add("after")
    _, first, second = wire.decode(packer.frame()[4:])
    assert first.tolist() == [1, 1]
    assert second == "after"


@pytest.mark.parametrize(
    "value", [[0.5] * 50_000, "x" * (1 << 20), np.zeros(3 << 20)], ids=["many values", "much text", "many bytes"]
)
def test_a_full_packer_says_so_and_keeps_room_for_notes(value):
    packer = wire.Packer(0)
    added = 0
    with pytest.raises(wire.Full):  # noqa: PT012 - how many fit is not the question
        for _ in range(100):
            packer.add(value)
            added += 1
    for _ in range(100):
        packer.add("x" * 200, spare=True)
    frame = packer.frame()
    assert len(frame) <= wire.MAX_FRAME
    assert len(wire.decode(memoryview(frame)[4:])) == 1 + added + 100
    assert added > 1


def test_what_is_too_large_by_itself_is_bad_and_not_full():
    with pytest.raises(wire.Bad) as caught:
        wire.Packer(0).add(["x" * (1 << 20)] * 4)
    assert caught.type is wire.Bad


def test_the_encoder_does_not_mind_patched_modules(monkeypatch):
    array, scalar = np.ones(2), np.float64(1)
    for owner, name in (
        (np, "ndarray"),
        (np, "asarray"),
        (np, "array"),
        (np, "generic"),
        (json, "dumps"),
        (math, "isfinite"),
    ):
        monkeypatch.setattr(owner, name, None)
    frame = wire.encode([2.5, array, scalar])
    monkeypatch.undo()
    assert wire.decode(frame[4:])[1].tolist() == [1.0, 1.0]
