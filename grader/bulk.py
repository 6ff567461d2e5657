"""How much there is to a value: what it costs to hold it, to compare it and to print it."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.probes import Probe

# An array in a list takes as long to print as so many numbers.
ARRAY = 30


def bulk(value: Any, widest: int = 1) -> int:
    """Return the number of entries of a value, each as wide as the longest text in it, and at least `widest`.

    So wide does numpy make all entries of an array that it makes of a list: one text of a million characters among a
    thousand short ones takes four gigabytes.

    Examples
    --------
    >>> bulk(([1.0, 2.0], 3)), bulk(["a", "bcd"]), bulk(np.zeros((20, 5)))
    (5, 9, 130)
    """
    entries = arrays = 0
    todo = [value]
    while todo:
        part = todo.pop()
        if isinstance(part, np.ndarray):
            arrays += 1
            entries += part.size
            widest = max(widest, part.dtype.itemsize // 4 if part.dtype.kind == "U" else 1)
        elif isinstance(part, dict):
            entries += 1
            todo += [*part, *part.values()]
        elif isinstance(part, Probe):
            todo += part.parameters
        else:
            entries += 1
            if isinstance(part, (tuple, list, set, frozenset)):
                todo += part
            elif isinstance(part, (str, bytes)):
                widest = max(widest, len(part))
            elif isinstance(part, int):
                entries += part.bit_length() >> 6
    return entries * widest + arrays * ARRAY
