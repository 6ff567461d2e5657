"""Arguments taken apart into numbers and arrays, and put together again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from reference.probes import Probe


def take_apart(value: Any) -> Iterator[Any]:
    """Yield the leaves of an argument: arrays, numbers, texts, generators; a list of numbers is one array.

    Examples
    --------
    >>> [np.asarray(leaf).tolist() for leaf in take_apart(((1.0, [2, 3]), "a"))]
    [1.0, [2, 3], 'a']
    """
    if isinstance(value, Probe):
        yield from take_apart(value.parameters)
    elif _is_vector(value):
        yield np.array(value)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from take_apart(part)
    else:
        yield value


def leaves_of(arguments: Sequence[Any]) -> list[Any]:
    """Return the leaves of all arguments of a call.

    Examples
    --------
    >>> leaves_of((1.0, 2.0))
    [1.0, 2.0]
    """
    return [leaf for value in arguments for leaf in take_apart(value)]


def put_together(like: Any, leaves: Iterator[Any]) -> Any:
    """Return an argument built as `like` is, of other leaves.

    Examples
    --------
    >>> put_together(((1.0, [2, 3]), "a"), iter([5.0, np.array([6, 7, 8]), "b"]))
    ((5.0, [6, 7, 8]), 'b')
    """
    if isinstance(like, Probe):
        return Probe(like.name, put_together(like.parameters, leaves), like.traces)
    if _is_vector(like):
        return next(leaves).tolist()
    if isinstance(like, (tuple, list)):
        return type(like)(put_together(part, leaves) for part in like)
    return next(leaves)


def build(arguments: Sequence[Any]) -> tuple[Any, ...]:
    """Return the structure of arguments, alike for arguments that differ in lengths and values only.

    Examples
    --------
    >>> build((1.0, [2, 3], np.zeros((2, 2)))) == build((5.0, [2], np.ones((3, 4))))
    True
    """
    return tuple(_build(value) for value in arguments)


def _build(value: Any) -> Any:
    if isinstance(value, Probe):
        return (value.name, build(value.parameters))
    if _is_vector(value):
        return ("list", np.array(value).dtype.kind)
    if isinstance(value, (tuple, list)):
        return (type(value).__name__, *build(value))
    if isinstance(value, np.ndarray):
        return ("array", value.dtype.kind, value.ndim)
    return type(value).__name__


def _is_vector(value: Any) -> bool:
    numbers = (int, float)
    return isinstance(value, list) and bool(value) and all(isinstance(v, numbers) for v in value)
