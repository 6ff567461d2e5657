"""Formulas as MathML, which every browser draws and reads aloud, of elements and attributes that do nothing else."""

from __future__ import annotations

from html import escape, unescape
from xml.etree.ElementTree import Element

# Nobody writes longer ones; the converter calls itself for every pair of braces.
LONGEST = 2_000
DEEPEST = 60
_ELEMENTS = frozenset(
    "math mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow mspace msqrt mstyle msub msubsup "
    "msup mtable mtd mtext mtr munder munderover".split()
)
_ATTRIBUTES = frozenset(
    "accent columnalign columnlines columnspacing displaystyle fence form largeop linethickness lspace mathsize "
    "mathvariant maxsize minsize movablelimits rowlines rowspacing rspace scriptlevel separator stretchy symmetric "
    "width".split()
)


def mathml(latex: str, *, display: bool) -> str:
    r"""Return a formula of LaTeX as MathML, "" where it cannot be drawn as it is meant: the source says more then.

    Parameters
    ----------
    latex : str
        Without dollars.
    display : bool
        Whether it stands on a line of its own.

    Examples
    --------
    >>> mathml("x<1", display=False)
    '<math display="inline"><mrow><mi>x</mi><mo>&lt;</mo><mn>1</mn></mrow></math>'
    >>> mathml(r"\unknown{x}", display=False), mathml("{", display=False)
    ('', '')
    """
    from latex2mathml.converter import convert_to_element  # noqa: PLC0415 - slow to import, and rarely needed

    if len(latex) > LONGEST:
        return ""
    try:
        return _written(convert_to_element(latex, display="block" if display else "inline"), DEEPEST)
    except Exception:  # noqa: BLE001 - whatever a student typed and the converter does not understand
        return ""


class _StrangeError(Exception):
    """What is no plain formula."""


def _written(element: Element, deep: int) -> str:
    """Return an element as text; the converter's own way does not escape what stands in it."""
    text = unescape(element.text or "")
    # A command that is not known becomes a name with its backslash.
    if not deep or element.tag not in _ELEMENTS or "\\" in text or (element.tail or "").strip():
        raise _StrangeError
    kept = {"display": element.get("display", "inline")} if element.tag == "math" else {}
    kept |= {name: value for name, value in element.attrib.items() if name in _ATTRIBUTES}
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
    inner = "".join(_written(child, deep - 1) for child in element)
    return f"<{element.tag}{attributes}>{escape(text)}{inner}</{element.tag}>"
