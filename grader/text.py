"""Text that others wrote, made safe to print, to store and to name files with."""

from __future__ import annotations

REPLACEMENT = chr(0xFFFD)
# A cell that begins so is run as a formula by spreadsheets, some of which read full-width signs as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", *map(chr, (0xFF1D, 0xFF0B, 0xFF0D, 0xFF20)))


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
    """Return a plain number; marks come in sixteenths, which have four decimals.

    Examples
    --------
    >>> number(2.0), number(0.0625)
    ('2', '0.0625')
    """
    return f"{value:.6f}".rstrip("0").rstrip(".")
