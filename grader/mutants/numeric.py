"""Mistakes that matter where arrays are computed with: operators of our own, on Python's syntax trees.

An operator takes a node and yields ``(node, replacement)``: the node itself or one below it, and what stands there
instead. Where a replacement raises in every case it dies at once and costs little; so operators do not guess types.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence

Change = tuple[ast.AST, ast.AST]

_MAKERS = frozenset({"array", "asarray", "asanyarray", "zeros", "ones", "empty", "full", "eye", "arange"})
_CASTS = frozenset({"float", "int", "bool"})
_GUARDS = frozenset({"clip", "maximum", "minimum", "max", "min", "nan_to_num", "abs", "where", "fmax", "fmin", "sort"})
_SWAPS = {
    "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "argmin": "argmax", "argmax": "argmin",
    "any": "all", "all": "any", "floor": "ceil", "ceil": "floor", "mean": "sum", "median": "mean", "var": "std",
    "std": "var", "eigh": "eig", "eigvalsh": "eigvals", "searchsorted": "digitize",
}  # fmt: skip
# What is exact for small arguments, and what is not.
_NAIVE = {"log1p": "np.log(1 + {0})", "expm1": "np.exp({0}) - 1", "solve": "np.linalg.inv({0}) @ {1}"}
# An array of these is new, copied or not.
_FRESH = (ast.List, ast.Tuple, ast.ListComp, ast.GeneratorExp)
_IN_PLACE = frozenset({"sort", "fill", "put", "resize", "shuffle", "partition", "fill_diagonal", "copyto", "at"})
_COUNTS = frozenset({"n", "m", "N", "M", "d", "D", "T"})
# (a op b) op c is a op (b op c) but for rounding.
_ASSOCIATIVE = frozenset(
    {
        (ast.Add, ast.Add), (ast.Add, ast.Sub), (ast.Mult, ast.Mult), (ast.Mult, ast.Div), (ast.MatMult, ast.MatMult),
        (ast.MatMult, ast.Div),
    }
)  # fmt: skip
_SMALL, _LARGE = 1e-3, 1e3


def changes(tree: ast.AST) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    """Yield ``(operator, node, replacement)`` for everything that the operators change in a tree.

    Texts are left alone, and so are annotations and what is raised: nobody earns marks for them. Copies are taken away
    only where something is written in place: where nothing is, the copy makes no difference.
    """
    operators = [o for o in _OPERATORS if o is not _missing_copy or any(map(_writes, ast.walk(tree)))]
    for node in _walked(tree):
        for operator in operators:
            for where, instead in operator(node):
                yield operator.__name__.lstrip("_").replace("_", " "), where, instead


def _walked(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, (ast.JoinedStr, ast.Raise)):
                yield from _walked(child)


def _writes(node: ast.AST) -> bool:
    """Return whether a node changes an array in place."""
    if isinstance(node, ast.Call):
        return _called(node) in _IN_PLACE or any(k.arg in ("out", "overwrite_input") for k in node.keywords)
    if isinstance(node, ast.AugAssign):
        return True
    return isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store)


def _called(node: ast.AST) -> str:
    """Return the last part of the name that is called; "" where nothing is."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _of_module(node: ast.Call) -> bool:
    """Return whether a function of a module or a plain name is called, not the method of a value."""
    inner = node.func
    while isinstance(inner, ast.Attribute):
        inner = inner.value
        if isinstance(inner, ast.Name) and inner.id in {"np", "numpy", "math", "copy"}:
            return True
    return isinstance(node.func, ast.Name)


def _with(node: ast.AST, **parts: object) -> ast.AST:
    made = copy.copy(node)
    for name, value in parts.items():
        setattr(made, name, value)
    return made


def _expression(text: str, *parts: ast.expr) -> ast.expr:
    filled = text.format(*(f"({ast.unparse(part)})" for part in parts))
    return ast.parse(filled, mode="eval").body


def _without(node: ast.Call, keyword: ast.keyword) -> ast.AST:
    return _with(node, keywords=[k for k in node.keywords if k is not keyword])


def _axis_swapped(node: ast.AST) -> Iterator[Change]:
    for keyword in node.keywords if isinstance(node, ast.Call) else ():
        if keyword.arg == "axis" and (axis := _whole(keyword.value)) is not None:
            yield keyword.value, ast.Constant(1 if axis in (0, -2) else 0)


def _axis_dropped(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Call):
        yield from ((node, _without(node, k)) for k in node.keywords if k.arg == "axis")
        if isinstance(node.func, ast.Attribute) and not _of_module(node) and [*map(_whole, node.args)] in ([0], [1]):
            yield node, _with(node, args=[])
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Tuple):
        new = [part for part in node.slice.elts if isinstance(part, ast.Constant) and part.value is None]
        if new:
            yield node, node.value


def _keyword_dropped(node: ast.AST) -> Iterator[Change]:
    # What numpy says of a division by zero earns nothing; `strict` is False where it is left out, which the library tries.
    if isinstance(node, ast.Call) and _called(node) != "errstate":
        yield from ((node, _without(node, k)) for k in node.keywords if k.arg not in (None, "axis", "dtype", "strict"))


def _dtype_kept(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Call):
        return
    yield from ((node, _without(node, k)) for k in node.keywords if k.arg == "dtype")
    name = _called(node)
    if name == "astype" and isinstance(node.func, ast.Attribute):
        yield node, node.func.value
    # Without float() the result is numpy's float, which is a float as well.
    if name in ("int", "bool") and isinstance(node.func, ast.Name) and len(node.args) == 1:
        yield node, node.args[0]
    if name in _MAKERS and len(node.args) == 2 and isinstance(node.args[1], ast.Name) and node.args[1].id in _CASTS:
        yield node, _with(node, args=node.args[:1])


def _missing_copy(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    if node.func.attr in ("copy", "deepcopy"):
        yield node, node.args[0] if _of_module(node) and node.args else node.func.value
    if node.func.attr == "array" and _of_module(node) and node.args and not isinstance(node.args[0], _FRESH):
        kept = [k for k in node.keywords if k.arg != "copy"]
        yield node, _with(node, func=_with(node.func, attr="asarray"), keywords=kept)


def _transpose(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Attribute) and node.attr == "T" and isinstance(node.ctx, ast.Load):
        yield node, node.value
    if isinstance(node, ast.Call) and _called(node) in ("transpose", "swapaxes"):
        yield node, node.args[0] if _of_module(node) else node.func.value  # type: ignore[attr-defined]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        # Matrices have capitals here; the transpose of a vector is the vector.
        for side in (node.left, node.right):
            if isinstance(side, ast.Name) and side.id[:1].isupper():
                yield side, ast.Attribute(side, "T", ast.Load())


def _product(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.MatMult)):
        other = ast.Mult() if isinstance(node.op, ast.MatMult) else ast.MatMult()
        yield node, _with(node, op=other)


def _sign(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Return) and node.value is not None:
        parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        for part in parts:
            if not isinstance(part, ast.Constant):
                yield part, ast.UnaryOp(ast.USub(), part)


def _order_of_operations(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.BinOp):
        return
    if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult, ast.Pow)):
        yield node, _with(node, left=node.right, right=node.left)
    left, right = node.left, node.right
    if isinstance(left, ast.BinOp) and (type(left.op), type(node.op)) not in _ASSOCIATIVE:
        yield node, _with(left, right=_with(node, left=left.right))
    if isinstance(right, ast.BinOp) and (type(node.op), type(right.op)) not in _ASSOCIATIVE:
        yield node, _with(right, left=_with(node, right=right.left))


def _n_for_n_minus_1(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)) and _whole(node.right) == 1:
        yield node, node.left
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.FloorDiv)) and _is_count(node.right):
        yield node.right, _one_less(node.right)
    if isinstance(node, ast.Call) and _called(node) in ("range", "arange") and node.args:
        end = node.args[0] if len(node.args) == 1 else node.args[1]
        yield end, _one_less(end)


def _is_count(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    if isinstance(node, ast.Attribute):
        return node.attr == "size"
    return _called(node) == "len" or (isinstance(node, ast.Name) and node.id in _COUNTS)


def _one_less(node: ast.expr) -> ast.expr:
    return ast.BinOp(node, ast.Sub(), ast.Constant(1))


def _constant_perturbed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Constant) and isinstance(node.value, float) and node.value:
        # A threshold is told from another by orders of magnitude, a factor by less.
        factor = 2.0 if _SMALL <= abs(node.value) <= _LARGE else 1000.0
        yield node, ast.Constant(float(f"{node.value * factor:.12g}"))
        yield node, ast.Constant(float(f"{node.value / factor:.12g}"))


def _missing_guard(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.If) and isinstance(node.body[-1], (ast.Raise, ast.Return, ast.Continue, ast.Break)):
        yield node.test, ast.Constant(False)  # noqa: FBT003 - the word that is written
    if isinstance(node, ast.BoolOp):
        for left_out in node.values:
            kept = [value for value in node.values if value is not left_out]
            yield node, kept[0] if len(kept) == 1 else _with(node, values=kept)
    if isinstance(node, ast.IfExp):
        yield node, node.body
        yield node, node.orelse
    if isinstance(node, ast.Call) and _called(node) in _GUARDS:
        if not _of_module(node):
            yield node, node.func.value  # type: ignore[attr-defined]
        elif _called(node) == "where":
            yield from ((node, value) for value in node.args[1:])
        else:
            among = node.args[:1] if _called(node) in ("clip", "nan_to_num", "abs", "sort") else node.args[:2]
            yield from ((node, value) for value in among)


def _other_function(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Call):
        return
    name = _called(node)
    if name in _SWAPS:
        if isinstance(node.func, ast.Attribute):
            yield node, _with(node, func=_with(node.func, attr=_SWAPS[name]))
        else:
            yield node, _with(node, func=ast.Name(_SWAPS[name], ast.Load()))
    if name in _NAIVE and isinstance(node.func, ast.Attribute) and len(node.args) == (2 if name == "solve" else 1):
        yield node, _expression(_NAIVE[name], *node.args)


def _slice_dropped(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load):
        yield node, node.value


def _statement_dropped(node: ast.AST) -> Iterator[Change]:
    for body in (getattr(node, name, None) for name in ("body", "orelse")):
        for statement in body if isinstance(body, list) else ():
            if _changes_what_is_there(statement):
                yield statement, ast.Pass()


def _changes_what_is_there(statement: ast.AST) -> bool:
    """Return whether the code goes on without a statement: it changes a value that was there before."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call)
    if isinstance(statement, ast.AugAssign):
        return True
    if not isinstance(statement, ast.Assign):
        return False
    used = {name.id for name in ast.walk(statement.value) if isinstance(name, ast.Name)}
    targets = [part for target in statement.targets for part in ast.walk(target)]
    return any(isinstance(t, ast.Subscript) or (isinstance(t, ast.Name) and t.id in used) for t in targets)


def _whole(node: ast.AST) -> int | None:
    """Return the whole number that is written, or None."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if type(value) is int else None


_OPERATORS: Sequence[Callable[[ast.AST], Iterator[Change]]] = (
    _axis_swapped, _axis_dropped, _keyword_dropped, _dtype_kept, _missing_copy, _transpose, _product, _sign,
    _order_of_operations, _n_for_n_minus_1, _constant_perturbed, _missing_guard, _other_function, _slice_dropped,
    _statement_dropped,
)  # fmt: skip
