"""Text that others wrote, made safe to print, to store and to name files with."""

from __future__ import annotations

import unicodedata

REPLACEMENT = chr(0xFFFD)
# A cell that begins so is run as a formula by spreadsheets, some of which read full-width signs as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", *map(chr, (0xFF1D, 0xFF0B, 0xFF0D, 0xFF20)))
# What turns the text around it: marks, embeddings, overrides and isolates of direction.
_TURNS = frozenset(map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def legible(text: str) -> str:
    """Return `text` with every character that cannot be printed as its code between two U+FFFD.

    That covers control characters, lone surrogates, and what turns or hides the text around it. Different texts
    stay different, so that two students' files never get one name.

    Examples
    --------
    >>> legible("hw" + chr(0x202E) + "1.ipynb") == f"hw{REPLACEMENT}202e{REPLACEMENT}1.ipynb"
    True
    """
    if text.isprintable() and REPLACEMENT not in text:
        return text
    return "".join(c if c.isprintable() and c != REPLACEMENT else f"{REPLACEMENT}{ord(c):x}{REPLACEMENT}" for c in text)


def shortened(text: str, longest: int = 80) -> str:
    """Return legible `text`, cut to about `longest` characters.

    Examples
    --------
    >>> shortened("linear algebra", 7)
    'linear ...'
    """
    return legible(text) if len(text) <= longest else f"{legible(text[:longest])}..."


def cell(text: str) -> str:
    """Return `text` for a cell of a table: legible, on one line, and never run as a formula by a spreadsheet.

    Examples
    --------
    >>> cell("=cmd()"), cell("-"), cell("two lines".replace(" ", chr(10)))
    ("'=cmd()", '-', 'two lines')
    """
    line = legible(" ".join(text.splitlines()))
    return f"'{line}" if text.startswith(_FORMULA) and text != "-" else line


def number(value: float) -> str:
    """Return a plain number; marks come in sixteenths or, rarely, in 64ths, which have six decimals.

    Examples
    --------
    >>> number(2.0), number(0.0625), number(1 / 64)
    ('2', '0.0625', '0.015625')
    """
    return f"{value:.6f}".rstrip("0").rstrip(".")


def visible(text: str) -> str:
    r"""Return a text of several lines in which nothing hides or turns what is around it.

    Unlike `legible` it keeps white space, and what joins letters in other scripts: it is for reading, not for names.

    Examples
    --------
    >>> visible("x" + chr(0x202E) + "y\n\tz" + chr(0)) == f"x{REPLACEMENT}y\n\tz{REPLACEMENT}"
    True
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if lines.isascii() and lines.isprintable():
        return lines
    return "".join(
        REPLACEMENT if c in _TURNS or (c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs")) else c
        for c in lines
    )
