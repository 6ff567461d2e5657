"""From the source of one function to its mutants. Pure: text in, records out."""

from __future__ import annotations

import ast
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from grader.mutants import library, numeric


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """A piece of source with one small change.

    Attributes
    ----------
    function : str
        The function or constant that was changed.
    operator : str
        What kind of change it is.
    line : int
        The first line that changed, counted from 1.
    was, becomes : str
        The lines that changed, before and after, without the space around them.
    source : str
        The piece as it now is.
    """

    function: str
    operator: str
    line: int
    was: str
    becomes: str
    source: str

    @property
    def diff(self) -> str:
        """The change as a diff without context."""
        old = [f"- {line}" for line in self.was.splitlines()]
        return "\n".join([*old, *(f"+ {line}" for line in self.becomes.splitlines())])


def mutants(function: str, source: str) -> Iterator[Mutant]:
    r"""Yield the mutants of a piece of source: each compiles, and no two are the same but for layout and texts.

    Parameters
    ----------
    function : str
        Its name.
    source : str
        Statements as they stand at the top of a module.

    Raises
    ------
    UsageError
        Where the mutation library is not installed.

    Examples
    --------
    >>> [m.becomes for m in mutants("f", "def f(n):\n    return n / 2\n") if m.operator == "numeric: sign"]
    ['return -(n / 2)']
    """
    tree = ast.parse(source)
    seen = {_key(tree)}
    made = [("numeric: " + name, splice(source, node, new)) for name, node, new in numeric.changes(tree)]
    # Ours come first, for their names say more where both make the same mutant.
    for operator, text in [*made, *((name, tidy(source, text)) for name, text in library.changed(source))]:
        parsed = _compiled(text)
        if parsed is None or (key := _key(parsed)) in seen:
            continue
        seen.add(key)
        line, was, becomes = difference(source, text)
        yield Mutant(function=function, operator=operator, line=line, was=was, becomes=becomes, source=text)


def splice(source: str, node: ast.AST, instead: ast.AST) -> str:
    """Return `source` with one node replaced and everything else as it was, comments and layout included.

    Examples
    --------
    >>> tree = ast.parse("y = a * x  # twice")
    >>> splice("y = a * x  # twice", tree.body[0].value.right, ast.parse("b + 1", mode="eval").body)
    'y = a * (b + 1)  # twice'
    """
    data = source.encode()
    starts = [0]
    for row in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(row))
    # Positions in a tree count bytes.
    begin = starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
    end = starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
    new = ast.unparse(ast.fix_missing_locations(instead))

    def put(text: str, around: int = 0) -> str:
        return (data[: begin - around] + text.encode() + data[end + around :]).decode()

    if isinstance(instead, ast.stmt):
        return put(new)
    # The least brackets that mean the same: those that stood around the node may have become idle.
    safe = put(f"({new})")
    inside = data[begin - 1 : begin] == b"(" and data[end : end + 1] == b")"
    shorter = [put(new, around=1), put(new)] if inside else [put(new)]
    return next((text for text in shorter if _same(text, safe)), safe)


def tidy(before: str, after: str) -> str:
    """Return `after` without the spaces that the library puts around what it changes, where they do not matter.

    Examples
    --------
    >>> tidy("x[0]", "x[ -1]"), tidy("if x: y()", "if not x: y()")
    ('x[-1]', 'if not x: y()')
    """
    least = min(len(before), len(after))
    first = next((i for i in range(least) if before[i] != after[i]), least)
    last = next((i for i in range(least - first) if before[-1 - i] != after[-1 - i]), least - first)
    bare = after[:first] + after[first : len(after) - last].strip() + after[len(after) - last :]
    return bare if _same(bare, after) else after


def difference(before: str, after: str) -> tuple[int, str, str]:
    r"""Return the first line that differs and the lines that do, before and after, without the space around them.

    Examples
    --------
    >>> difference("a = 1\nb = 2\n", "a = 1\nb = 3\n")
    (2, 'b = 2', 'b = 3')
    """
    old, new = before.splitlines(), after.splitlines()
    most = min(len(old), len(new))
    first = next((i for i in range(most) if old[i] != new[i]), most)
    last = next((i for i in range(most - first) if old[-1 - i] != new[-1 - i]), most - first)
    return first + 1, _bare(old[first : len(old) - last]), _bare(new[first : len(new) - last])


def _bare(lines: list[str]) -> str:
    return "\n".join(line.strip() for line in textwrap.dedent("\n".join(lines)).splitlines())


def _compiled(text: str) -> ast.Module | None:
    """Return the tree of what compiles, None for what does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `1 is n` compiles, with a warning
            compile(text, "mutant", "exec")
            return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def _same(text: str, other: str) -> bool:
    """Return whether two texts compile to the same tree."""
    one, two = _compiled(text), _compiled(other)
    return one is not None and two is not None and ast.dump(one) == ast.dump(two)


class _WithoutTexts(ast.NodeTransformer):
    def visit_JoinedStr(self, _: ast.JoinedStr) -> ast.Constant:
        return ast.Constant("")


def _key(tree: ast.Module) -> str:
    """Return what tells mutants apart: not the layout, and not the message of an exception, which earns nothing."""
    return ast.dump(_WithoutTexts().visit(tree))
