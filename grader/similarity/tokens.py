"""Code as a stream of tokens in which names that people choose, comments and layout tell nothing.

Not Python's own tokeniser, for that stops at the first mistake and at IPython's magics: this one takes every text, and
takes time in proportion to its length.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass

# A string that is never closed ends with its line, or with the text: nothing is ever looked at twice.
_TOKEN = re.compile(
    r'''(?P<space>\s+|\\\n|\#[^\n]*)
    |(?P<string>(?:[rRbBfFuU]{1,2}(?=["']))?(?:
        """(?:[^"\\]|\\.|"(?!""))*(?:""")?
        |\'\'\'(?:[^'\\]|\\.|'(?!''))*(?:\'\'\')?
        |"(?:[^"\\\n]|\\.)*"?
        |'(?:[^'\\\n]|\\.)*'?))
    |(?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[jJ]?)
    |(?P<name>[^\W\d]\w*)
    |(?P<operator>\*\*=?|//=?|[-+*/%@&|^<>=!:]=|->|.)''',
    re.VERBOSE | re.DOTALL,
)
# What nobody can rename.
_FIXED = frozenset(keyword.kwlist) | frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Token:
    """A token: what it counts as, and where it stands."""

    text: str
    start: int
    end: int


def tokens(source: str) -> Iterator[Token]:
    """Yield the tokens of a source; comments and white space are none.

    Keywords, built-in names, attributes, numbers and operators count as they are; other names are all alike, and so
    are strings.

    Examples
    --------
    >>> [t.text for t in tokens("total += np.sum(x[1:])  # all but one")]
    ['v', '+=', 'v', '.', 'sum', '(', 'v', '[', '1', ':', ']', ')']
    """
    before = ""
    for match in _TOKEN.finditer(source):
        kind, text = match.lastgroup, match[0]
        if kind == "space":
            continue
        if kind == "name" and before != "." and text not in _FIXED:
            text = "v"
        elif kind == "string":
            text = "s"
        yield Token(text, match.start(), match.end())
        before = text
