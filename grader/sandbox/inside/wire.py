"""Values on the wire: a tagged JSON tree with raw buffers behind it. Never pickle.

A frame is ``u32 length | u32 length of the tree | tree | buffers``, little-endian; the first length counts what
follows it. In the tree None, booleans, strings, finite floats and integers of 64 bits stand for themselves; every
other value is an object with one key, its tag:

    l t s z d    list, tuple, set, frozenset, dictionary (a list of pairs)
    a n          array, numpy scalar: [dtype, shape, bytes]; the bytes are the next in the buffers
    f i c b      "nan", "inf" or "-inf"; a large integer; a complex number; bytes

Decoding allocates in proportion to the frame, whatever it says, and gives plain values only or `Bad`. That matters
for frames that a student's process sends; a student may patch whatever the encoder uses there, so nothing that the
parent relies on may depend on the encoder.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np

from reference.probes import in_order

MAX_FRAME = 64 << 20
MAX_TREE = 4 << 20  # JSON text becomes objects of 25 times its size
MAX_NODES = 200_000
MAX_DEPTH = 60
MAX_KEYS = 5_000  # of a set or dictionary
MAX_COLLISIONS = 16  # keys with another one's hash: many of them, as only an attacker has, take quadratic time
MAX_INTEGER = 1 << 10  # bytes: Python prints integers of up to 4,300 digits, these have 2,466
MAX_TEXT_WIDTH = 1_024  # characters of an entry of a string array
MAX_EMPTY = 1 << 20  # product of the other lengths of an array without entries
# What a frame of claims keeps free for the claims that say why another is not in it.
SPARE_TREE, SPARE_NODES = 1 << 18, 8_000

_NAMES = "|b1 |i1 |u1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <f8 <c8 <c16".split()
_DTYPES = {name: np.dtype(name) for name in _NAMES}
_CODES = {dtype: name for name, dtype in _DTYPES.items()}
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_LENGTHS = struct.Struct("<II")
# Arrays of objects and of texts of any length are sent as lists, and so are those of long texts.
_AS_LISTS = frozenset("OT")
_WIDEST = 4 * MAX_TEXT_WIDTH

# Bound early: a notebook that puts something else in their place shall still be understood.
_dumps = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_isfinite, _ndarray, _generic = math.isfinite, np.ndarray, np.generic
_asarray, _array, _contiguous = np.asarray, np.array, np.ascontiguousarray
_masked_array, _mask_of = np.ma.MaskedArray, np.ma.getmaskarray
_EXTENDED = {np.dtype(np.longdouble): np.dtype(np.float64), np.dtype(np.clongdouble): np.dtype(np.complex128)}


_REMEDIES = {
    "isdisjoint": "; return set(...) or list(...) of it",
    "__iter__": "; return list(...) of it",
    "__float__": "; return float(...) of it",
}


class Bad(Exception):  # noqa: N818 - it is what a value is, to whoever reads `except wire.Bad`
    """A value or a frame that the wire does not carry; the message says why."""


class Full(Bad):
    """A value that the wire carries, but not in a frame with all that is in it already."""


def encode(value: Any) -> bytes:
    """Return the frame of a value.

    Raises
    ------
    Bad
        Where the value holds something that is not plain data, or too much of it.

    Examples
    --------
    >>> decode(encode((1, [2.5, "x"]))[4:])
    (1, [2.5, 'x'])
    """
    writer = _Writer(MAX_NODES)
    return _frame(_dumps(writer.node(value, 0)), writer.buffers)


def _frame(text: str, buffers: list[bytes]) -> bytes:
    tree = text.encode("ascii")  # JSON writes all else as escapes
    if len(tree) > MAX_TREE:
        msg = "too much text"
        raise Bad(msg)
    body = len(tree) + sum(map(len, buffers))
    return b"".join((_LENGTHS.pack(4 + body, len(tree)), tree, *buffers))


def decode(body: bytes | memoryview) -> Any:
    """Return the value of a frame without its leading length.

    Raises
    ------
    Bad
        Where the frame is not what `encode` makes of some value.

    Notes
    -----
    Half surrogate pairs, which no file or terminal takes, become question marks.

    Examples
    --------
    >>> decode(b"rubbish")
    Traceback (most recent call last):
    ...
    grader.sandbox.inside.wire.Bad: the tree is longer than the frame
    """
    view = memoryview(body)
    if len(view) < 4:
        msg = "the frame is too short"
        raise Bad(msg)
    length = int.from_bytes(view[:4], "little")
    if length > min(MAX_TREE, len(view) - 4):
        msg = "the tree is longer than the frame"
        raise Bad(msg)
    try:
        tree = json.loads(bytes(view[4 : 4 + length]).decode("ascii"), parse_constant=_refuse)
        reader = _Reader(view[4 + length :])
        value = reader.value(tree, 0)
    except Bad:
        raise
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError, AttributeError) as error:
        msg = f"not a frame: {type(error).__name__}"
        raise Bad(msg) from None
    if reader.position != len(reader.buffers):
        msg = "bytes are left over"
        raise Bad(msg)
    return value


def _refuse(constant: str) -> None:
    msg = f"the constant {constant}"
    raise Bad(msg)


class _Writer:
    """Turns one value into a tree and collects its buffers."""

    def __init__(self, nodes: int) -> None:
        self.buffers: list[bytes] = []
        self.nodes = nodes
        self._bytes = MAX_FRAME - MAX_TREE

    def node(self, value: Any, depth: int) -> Any:  # noqa: C901, PLR0911, PLR0912 - one branch a type
        self.nodes -= 1
        if self.nodes < 0 or depth > MAX_DEPTH:
            msg = "too many values" if self.nodes < 0 else "nested too deeply"
            raise Bad(msg)
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is float:
            return value if _isfinite(value) else {"f": repr(value)}
        if kind is int:
            if -(1 << 63) <= value < 1 << 64:
                return value
            size = value.bit_length() // 8 + 1
            if size > MAX_INTEGER:
                msg = "an integer of too many digits"
                raise Bad(msg)
            return {"i": self._buffer(value.to_bytes(size, "little", signed=True))}
        if kind is str:
            self._spend(len(value))
            return value
        if kind is _ndarray:
            listed = value.dtype.kind in _AS_LISTS or (value.dtype.kind == "U" and value.dtype.itemsize > _WIDEST)
            return self._objects(value, depth) if listed else {"a": self._array(value)}
        if kind is list:
            return {"l": [self.node(v, depth + 1) for v in value]}
        if kind is tuple:
            return {"t": [self.node(v, depth + 1) for v in value]}
        if kind in (dict, set, frozenset) and len(value) > MAX_KEYS:
            msg = "too many keys"
            raise Bad(msg)
        if kind is dict:
            return {"d": [[self.node(k, depth + 1), self.node(v, depth + 1)] for k, v in value.items()]}
        if kind in (set, frozenset):
            return {"s" if kind is set else "z": [self.node(v, depth + 1) for v in in_order(value)]}
        if kind is complex:
            return {"c": [self.node(value.real, depth), self.node(value.imag, depth)]}
        if kind is bytes:
            return {"b": self._buffer(value)}
        if isinstance(value, str):  # str(...) of it, as of a member of an enumeration, may be another text
            return self.node(str.__str__(value), depth + 1)
        if isinstance(value, _generic):
            return {"n": self._array(_asarray(value))} if value.dtype.kind != "O" else self.node(value.item(), depth)
        return self._derived(value, depth)

    def _objects(self, array: Any, depth: int) -> Any:
        if array.size > self.nodes:  # before the list is made: a view with zero strides costs nothing
            msg = "too many values"
            raise Bad(msg)
        return self.node(array.tolist(), depth)

    def _derived(self, value: Any, depth: int) -> Any:
        """Return the node of a subclass of a plain type, or of something that can become an array."""
        if isinstance(value, _masked_array) and _mask_of(value).any():
            msg = "a masked array"
            raise Bad(msg)
        if isinstance(value, _ndarray):
            return self.node(_array(value, subok=False), depth + 1)
        bases: tuple[Any, ...] = (bool, int, float, complex, bytes, list, tuple, dict, set, frozenset)
        for base in bases:
            if isinstance(value, base):
                return self.node(base(value), depth + 1)
        if isinstance(value, range):
            return self.node(list(value[: MAX_NODES + 1]), depth + 1)
        if hasattr(type(value), "__array__"):
            return self.node(_array(value, subok=False), depth + 1)
        name = "".join(c if c.isalnum() or c in "_." else "?" for c in type(value).__name__[:60])
        # Views and iterators, which people take for lists, and fractions, which they take for numbers.
        remedy = next((text for method, text in _REMEDIES.items() if hasattr(type(value), method)), "")
        msg = f"a value of type {name}{remedy}"
        raise Bad(msg)

    def _array(self, array: Any) -> list[Any]:
        if array.dtype in _EXTENDED and array.dtype.newbyteorder("<") not in _CODES:
            array = array.astype(_EXTENDED[array.dtype])
        dtype = array.dtype.newbyteorder("<")
        code = _CODES.get(dtype)
        if code is None:
            if dtype.kind != "U":
                msg = f"an array of {str(array.dtype)[:40]}"
                raise Bad(msg)
            code = f"U{dtype.itemsize // 4}"
        self._spend(array.nbytes)  # before the copy: a view with zero strides may stand for more than there is memory
        data = _contiguous(array).astype(dtype, copy=False).tobytes()
        return [code, list(array.shape), self._buffer(data, paid=True)]

    def _buffer(self, data: bytes, *, paid: bool = False) -> int:
        if not paid:
            self._spend(len(data))
        self.buffers.append(data)
        return len(data)

    def _spend(self, size: int) -> None:
        self._bytes -= size
        if self._bytes < 0:
            msg = "too many bytes"
            raise Bad(msg)


class _Reader:
    """Turns a tree and its buffers into a value."""

    def __init__(self, buffers: memoryview) -> None:
        self.buffers = buffers
        self.position = 0
        self._nodes = MAX_NODES

    def value(self, node: Any, depth: int) -> Any:  # noqa: C901, PLR0911, PLR0912 - one branch a tag
        self._nodes -= 1
        if self._nodes < 0 or depth > MAX_DEPTH:
            msg = "too many values" if self._nodes < 0 else "nested too deeply"
            raise Bad(msg)
        kind = type(node)
        if kind is str:
            return node if node.isascii() else node.encode("utf-8", "replace").decode()
        if kind is not dict:
            if kind is list:
                msg = "a list without a tag"
                raise Bad(msg)
            return node
        if len(node) != 1:
            msg = "an object without exactly one tag"
            raise Bad(msg)
        ((tag, content),) = node.items()
        if tag == "a":
            return self._array(content)
        if tag == "n":
            array = self._array(content)
            if array.ndim:
                msg = "a numpy scalar with a shape"
                raise Bad(msg)
            return array[()]
        if tag in ("l", "t", "s", "z", "d"):
            return self._container(tag, content, depth)
        if tag == "f":
            return _NOT_FINITE[content]
        if tag == "c":
            real, imaginary = (self.value(part, depth) for part in content)
            if type(real) is not float or type(imaginary) is not float:
                msg = "a complex number without two parts"
                raise Bad(msg)
            return complex(real, imaginary)
        if tag == "i":
            if type(content) is int and content > MAX_INTEGER:
                msg = "an integer of too many digits"
                raise Bad(msg)
            return int.from_bytes(self._take(content), "little", signed=True)
        if tag == "b":
            return bytes(self._take(content))
        msg = "an unknown tag"
        raise Bad(msg)

    def _container(self, tag: str, content: Any, depth: int) -> Any:
        if type(content) is not list:
            msg = "a container without a list"
            raise Bad(msg)
        if tag in ("s", "z", "d") and len(content) > MAX_KEYS:
            msg = "too many keys"
            raise Bad(msg)
        if tag == "d":
            pairs = [(self.value(k, depth + 1), self.value(v, depth + 1)) for k, v in content]
            _hashable([k for k, _ in pairs])
            return dict(pairs)
        made = [self.value(part, depth + 1) for part in content]
        if tag in ("s", "z"):
            _hashable(made)
            return set(made) if tag == "s" else frozenset(made)
        return made if tag == "l" else tuple(made)

    def _take(self, size: Any) -> memoryview:
        if type(size) is not int or not 0 <= size <= len(self.buffers) - self.position:
            msg = "a buffer outside the frame"
            raise Bad(msg)
        self.position += size
        return self.buffers[self.position - size : self.position]

    def _array(self, content: Any) -> Any:
        code, shape, size = content
        if (
            type(code) is str
            and code[:1] == "U"
            and code[1:].isascii()
            and code[1:].isdigit()
            and int(code[1:]) <= MAX_TEXT_WIDTH
        ):
            dtype = np.dtype(f"<{code}")
        else:
            dtype = _DTYPES[code]
        if type(shape) is not list or len(shape) > 32:
            msg = "not a shape"
            raise Bad(msg)
        if any(type(n) is not int or n < 0 for n in shape) or (
            0 in shape and math.prod(n or 1 for n in shape) > MAX_EMPTY
        ):
            msg = "not a shape"
            raise Bad(msg)
        if math.prod(shape) * dtype.itemsize != size:
            msg = "shape and bytes do not agree"
            raise Bad(msg)
        raw = self._take(size)
        if dtype.kind == "U":
            return self._text(raw, dtype, shape)
        if dtype.kind == "b":
            # A boolean byte of 2 is neither true nor false and breaks comparisons.
            return (np.frombuffer(raw, np.uint8) != 0).reshape(shape)
        return np.frombuffer(raw, dtype).reshape(shape).copy()

    @staticmethod
    def _text(raw: memoryview, dtype: Any, shape: list[int]) -> Any:
        if not dtype.itemsize:
            if math.prod(shape) > MAX_NODES:
                msg = "too many empty strings"
                raise Bad(msg)
            return np.zeros(shape, dtype)
        points = np.frombuffer(raw, "<u4")
        if (points > 0x10FFFF).any() or ((points >= 0xD800) & (points < 0xE000)).any():
            msg = "not a character"
            raise Bad(msg)
        return points.view(dtype).reshape(shape).copy()


def _hashable(keys: list[Any]) -> None:
    """Refuse keys of which too many share a hash; the dictionary of the hashes themselves cannot be attacked so."""
    if len(keys) - len({hash(key) for key in keys}) > MAX_COLLISIONS:
        msg = "keys that collide"
        raise Bad(msg)


class Packer:
    """Packs several values into one frame, a list, each at the moment it is added.

    Parameters
    ----------
    head : object
        What the list begins with.

    A value that cannot be packed leaves no trace, so that one bad result does not cost the others.

    Examples
    --------
    >>> packer = Packer(0)
    >>> packer.add(1)
    >>> packer.add((2, 3))
    >>> decode(packer.frame()[4:])
    [0, 1, (2, 3)]
    """

    def __init__(self, head: Any) -> None:
        self._texts: list[str] = []
        self._buffers: list[bytes] = []
        self._left = {"tree": MAX_TREE - 64, "nodes": MAX_NODES - 1, "bytes": MAX_FRAME - MAX_TREE}
        self.add(head)

    def add(self, value: Any, *, spare: bool = False) -> None:
        """Add a value.

        Parameters
        ----------
        value : object
        spare : bool
            Whether it may take the room that is kept for short notes.

        Raises
        ------
        Bad
            Where it is not plain data or too large for any frame; whatever the value raises comes through as well.
        Full
            Where it is too large for what is left of this one.
        """
        nodes = MAX_NODES - 1 - (0 if spare else SPARE_NODES)
        writer = _Writer(nodes)
        text = _dumps(writer.node(value, 1))
        needs = {"tree": len(text) + 1, "nodes": nodes - writer.nodes, "bytes": sum(map(len, writer.buffers))}
        kept = {} if spare else {"tree": SPARE_TREE, "nodes": SPARE_NODES}
        if any(need > self._left[what] - kept.get(what, 0) for what, need in needs.items()):
            msg = "too much data"
            raise (Full if len(self._texts) > 1 else Bad)(msg)
        for what, need in needs.items():
            self._left[what] -= need
        self._texts.append(text)
        self._buffers += writer.buffers

    def frame(self) -> bytes:
        """Return the frame of the list."""
        return _frame('{"l":[' + ",".join(self._texts) + "]}", self._buffers)
