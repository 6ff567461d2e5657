"""Test files that differ by rounding only.

The last digits of what a reference returns depend on the processor: BLAS has other kernels for each, which add up in
another order. A test file that was built on one machine is not stale on another for that.
"""

from __future__ import annotations

import ast
import math

# Of the largest number in what a case expects. Rounding takes 1e-11 where derivatives are taken by differences.
ROUNDING = 1e-9
# Where a case of a test file has what it expects: see `grader.testfile`.
EXPECTED = 6


def alike(committed: bytes, built: bytes) -> bool:
    """Return whether two files are the same, but for the last digits of what the cases of a test file expect.

    Examples
    --------
    >>> file = "Case('thirds', 'by hand', 'plain', True, ({},), ({},), {}, ('number',), (), None, '')".format
    >>> alike(file(1.0, 1.0, 0.3333333333333333).encode(), file(1.0, 1.0, 0.33333333333333337).encode())
    True
    >>> alike(file(1.0, 1.0, 0.3333333333333333).encode(), file(1.0, 1.0, 0.3334).encode())
    False
    >>> alike(file(0.3333333333333333, 1.0, 1.0).encode(), file(0.33333333333333337, 1.0, 1.0).encode())
    False
    """
    if committed == built:
        return True
    try:
        (kept, old), (remade, new) = _apart(committed), _apart(built)
    except (SyntaxError, ValueError):
        return False  # a notebook or data
    return kept == remade and len(old) == len(new) and all(map(_close, old, new))


def _apart(source: bytes) -> tuple[bytes, list[ast.expr]]:
    """Return a test file without what its cases expect, and that."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    cases = [node for node in calls if ast.unparse(node.func) == "Case" and len(node.args) > EXPECTED]
    expected = sorted((case.args[EXPECTED] for case in cases), key=lambda node: (node.lineno, node.col_offset))
    lines = source.splitlines(keepends=True)
    for node in reversed(expected):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        lines[first : last + 1] = [lines[first][: node.col_offset] + lines[last][node.end_col_offset :]]
    return b"".join(lines), expected


def _close(one: ast.expr, other: ast.expr) -> bool:
    ours, theirs = _Floats(), _Floats()
    if ast.dump(ours.visit(one)) != ast.dump(theirs.visit(other)):
        return False
    # One that is 0 but for rounding may be of any size below that, and of either sign.
    within = ROUNDING * max(map(abs, ours.found), default=0.0)
    return all(math.isclose(a, b, rel_tol=0.0, abs_tol=within) for a, b in zip(ours.found, theirs.found, strict=True))


class _Floats(ast.NodeTransformer):
    """Takes the floats out of an expression, and puts 0 in their place."""

    def __init__(self) -> None:
        self.found: list[float] = []

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, float):
            return node
        self.found.append(node.value)
        return ast.Constant(0.0)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        operand = node.operand
        if isinstance(node.op, ast.USub) and isinstance(operand, ast.Constant) and isinstance(operand.value, float):
            self.found[-1] *= -1
            return operand
        return node
