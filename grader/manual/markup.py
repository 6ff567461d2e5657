"""Markdown of students as HTML that loads nothing, runs nothing and leads nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

from markupsafe import Markup

from grader.manual.formulas import mathml
from grader.text import visible

# Nested quotes and lists of hostile depth cost time; nobody writes more levels than these.
_DEEPEST = 12


def markdown(text: str) -> Markup:
    r"""Return Markdown as HTML.

    HTML in it shows as text, pictures as what stands for them, links as text with their address behind it. Formulas
    between dollars are drawn; one that cannot be stays as it was typed.

    Examples
    --------
    >>> print(markdown(r"*So* $\a_1 b_1$ <b> [x](http://a.example)"), end="")
    <p><em>So</em> <span class="math">$\a_1 b_1$</span> &lt;b&gt; x (http://a.example)</p>
    """
    # Made visible at the end, for entities such as &#x202e; become characters on the way.
    return Markup(visible(_parser().render(text)))  # noqa: S704 - the parser escapes, and the rules below do


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - slow to import, and marks are merged without it
    from mdit_py_plugins.amsmath import amsmath_plugin  # noqa: PLC0415
    from mdit_py_plugins.dollarmath import dollarmath_plugin  # noqa: PLC0415

    # "js-default" escapes HTML instead of passing it on. Addresses do not become links of themselves.
    parser = MarkdownIt("js-default", {"html": False, "linkify": False, "maxNesting": _DEEPEST})
    parser.use(dollarmath_plugin, double_inline=True).use(amsmath_plugin)
    for name, rule in _RULES.items():
        parser.add_render_rule(name, rule)
    return parser


def _picture(_self: Any, tokens: Sequence[Any], index: int, *_: Any) -> str:
    return f"[picture: {escape(tokens[index].content)}]"


def _opened(_self: Any, _tokens: Sequence[Any], _index: int, *_: Any) -> str:
    return ""


def _closed(_self: Any, tokens: Sequence[Any], index: int, *_: Any) -> str:
    """Return the address behind the text of a link: of the nearest opening before it, for links do not nest."""
    opening = next(t for t in reversed(tokens[:index]) if t.type == "link_open")
    return f" ({escape(str(opening.attrs.get('href', '')))})"


def _heading(_self: Any, tokens: Sequence[Any], index: int, *_: Any) -> str:
    """Return a paragraph: the headings of a page are its own, and lead readers who cannot see it."""
    return '<p class="heading">' if tokens[index].nesting > 0 else "</p>\n"


def _fence(_self: Any, tokens: Sequence[Any], index: int, *_: Any) -> str:
    return f"<pre><code>{escape(tokens[index].content)}</code></pre>\n"


def _inline(_self: Any, tokens: Sequence[Any], index: int, *_: Any) -> str:
    token = tokens[index]
    drawn = mathml(token.content, display=token.markup == "$$")
    return drawn or f'<span class="math">{token.markup}{escape(token.content)}{token.markup}</span>'


def _block(_self: Any, tokens: Sequence[Any], index: int, *_: Any) -> str:
    token = tokens[index]
    dollars = "$$" if token.type.startswith("math") else ""
    drawn = mathml(token.content, display=True)
    if drawn:
        return f'<p class="formula">{drawn}</p>\n'
    return f'<pre class="math">{dollars}{escape(token.content)}{dollars}</pre>\n'


_RULES = {
    "image": _picture,
    "link_open": _opened,
    "link_close": _closed,
    "heading_open": _heading,
    "heading_close": _heading,
    "fence": _fence,
    "math_inline": _inline,
    "math_inline_double": _inline,
    "math_block": _block,
    "math_block_label": _block,
    "amsmath": _block,
}
