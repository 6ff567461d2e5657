"""Text that others wrote, made safe to print, to store and to name files with."""

from __future__ import annotations

REPLACEMENT = chr(0xFFFD)


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
