"""Values on the wire, and frames that are none."""

from __future__ import annotations

import contextlib
import json
import struct

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
    ],
)
def test_what_is_not_plain_is_refused_by_name(value, why):
    with pytest.raises(wire.Bad, match=why):
        wire.encode(value)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_derived_types_arrive_as_their_base():
    class Point(tuple):
        __slots__ = ()

    matrix = np.asmatrix([[1.0, 2.0]])
    back = wire.decode(wire.encode([Point((1, 2)), matrix, np.float64(1.5), np.ma.masked_array([1.0])])[4:])
    assert [type(v) for v in back] == [tuple, np.ndarray, np.float64, np.ndarray]


def test_a_bad_value_leaves_no_trace_in_a_packer():
    packer = wire.Packer()
    packer.add(np.ones(2))
    with pytest.raises(wire.Bad):
        packer.add([np.zeros(3), print])
    packer.add("after")
    first, second = wire.decode(packer.frame()[4:])
    assert first.tolist() == [1, 1]
    assert second == "after"
