"""Other writings of a solution that compute the same, up to rounding where they say so. Pure: text in, text out.

They stand for what students do: other names, other functions of the same library, loops, lists for arrays.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewriting:
    """A program that computes what another does.

    Attributes
    ----------
    name : str
        What was rewritten.
    cell : str
        The whole program.
    """

    name: str
    cell: str


# A tree, the function that is called, and the positions of its arguments that are arrays of numbers.
_Change = Callable[[ast.Module, str, frozenset[int]], ast.Module]

_REDUCTIONS = frozenset({"sum", "mean", "max", "min", "argmax", "argmin", "prod", "any", "all", "std", "var", "cumsum"})
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.Eq, ast.NotEq: ast.NotEq,
}  # fmt: skip

_OTHER_TYPE = """
def _other_type(value):
    if isinstance(value, tuple):
        return [_other_type(part) for part in value]
    if isinstance(value, np.ndarray) and value.size:
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    return np.float64(value) if isinstance(value, float) else value
"""
_LOOPS = """
def _product(a, b):
    a_, b_ = np.asarray(a), np.asarray(b)
    if a_.ndim not in (1, 2) or b_.ndim not in (1, 2) or a_.shape[-1] != b_.shape[0] or not a_.size * b_.size:
        return np.matmul(a, b)
    rows, columns = np.atleast_2d(a_), b_.reshape(b_.shape[0], -1)
    made = np.zeros((len(rows), columns.shape[1]), dtype=np.result_type(a_, b_))
    for i in range(made.shape[0]):
        for j in range(made.shape[1]):
            for k in range(columns.shape[0]):
                made[i, j] += rows[i, k] * columns[k, j]
    return made.reshape(a_.shape[:-1] + b_.shape[1:])[()]
"""


def rewritings(source: str, function: str, arrays: frozenset[int]) -> Iterator[Rewriting]:
    r"""Yield other writings of a program, each different from it and from the ones before.

    Parameters
    ----------
    source : str
        A program, as one cell.
    function : str
        The function that is called.
    arrays : frozenset of int
        Positions of its arguments that are arrays of numbers, fractions among them.

    Examples
    --------
    >>> made = {r.name: r.cell for r in rewritings("def f(x):\n    return x ** 2", "f", frozenset())}
    >>> print(made["squares as products"])
    def f(x):
        return x * x
    """
    seen = {ast.dump(ast.parse(source))}
    for name, change in CHANGES.items():
        tree = ast.fix_missing_locations(change(ast.parse(source), function, arrays))
        if (key := ast.dump(tree)) not in seen:
            seen.add(key)
            yield Rewriting(name=name, cell=ast.unparse(tree))


def _other_names(tree: ast.Module, _: str, __: frozenset[int]) -> ast.Module:
    """Rename arguments and variables of all functions."""
    # What is named in calls, such as `ddof`, may be a name of ours too; then it stays.
    kept = {k.arg for node in ast.walk(tree) if isinstance(node, ast.Call) for k in node.keywords}
    for function in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
        nodes = list(ast.walk(function))
        kept |= {name for n in nodes if isinstance(n, (ast.Global, ast.Nonlocal)) for name in n.names}
        bound = {n.arg for n in nodes if isinstance(n, ast.arg)}
        bound |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for node in nodes:
            if isinstance(node, ast.arg) and node.arg in bound - kept:
                node.arg += "_1"
            elif isinstance(node, ast.Name) and node.id in bound - kept:
                node.id += "_1"
    return tree


def _asked(tree: ast.Module, function: str) -> ast.FunctionDef | None:
    """Return the function that is called, None where it is none of ours but a name for something else."""
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function]
    return found[-1] if found else None


def _cast_arguments(tree: ast.Module, function: str, arrays: frozenset[int]) -> ast.Module:
    asked = _asked(tree, function)
    if asked is not None and arrays:
        names = [a.arg for i, a in enumerate(asked.args.args) if i in arrays]
        asked.body[:0] = [_statement(f"{name} = np.asarray({name}, dtype=float)") for name in names]
        _with_numpy(tree)
    return tree


def _other_result(tree: ast.Module, function: str, _: frozenset[int]) -> ast.Module:
    """Give back a list for an array or a tuple, and Python's numbers for numpy's."""
    tree = _in_a_function(tree, function, _)
    outer = _asked(tree, function)
    if outer is not None and isinstance(outer.body[0], ast.Return) and outer.body[0].value is not None:
        outer.body[0].value = _filled("_other_type(_)", outer.body[0].value)
        tree.body += ast.parse(_OTHER_TYPE).body
        _with_numpy(tree)
    return tree


def _named_result(tree: ast.Module, function: str, _: frozenset[int]) -> ast.Module:
    """Put what is returned into a variable first."""
    asked = _asked(tree, function)
    if asked is not None:
        _Stepwise(asked).visit(asked)
    return tree


class _Stepwise(ast.NodeTransformer):
    def __init__(self, asked: ast.FunctionDef) -> None:
        self._asked = asked

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self.generic_visit(node) if node is self._asked else node

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        if node.value is None:
            return [node]
        target = ast.Name("the_result", ast.Store())
        return [ast.Assign([target], node.value), ast.Return(ast.Name("the_result", ast.Load()))]


def _in_a_function(tree: ast.Module, function: str, _: frozenset[int]) -> ast.Module:
    """Let the function hand everything on to another one."""
    asked = _asked(tree, function)
    if asked is not None and not (asked.args.vararg or asked.args.kwarg or asked.args.kwonlyargs):
        outer = copy.deepcopy(asked)
        asked.name = "_do_it"
        handed = ", ".join(a.arg for a in (*asked.args.posonlyargs, *asked.args.args))
        outer.body = [_statement(f"return _do_it({handed})")]
        tree.body.insert(tree.body.index(asked) + 1, outer)
    return tree


class _Functions(ast.NodeTransformer):
    """Functions of numpy for methods and operators of arrays."""

    def __init__(self, modules: frozenset[str]) -> None:
        self._modules = modules

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func
        if not isinstance(called, ast.Attribute) or called.attr not in _REDUCTIONS or _root(called) in self._modules:
            return node
        return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), called.attr, ast.Load()), [called.value, *node.args], node.keywords)  # fmt: skip

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr != "T" or not isinstance(node.ctx, ast.Load):
            return node
        return _filled("np.transpose(_)", node.value)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _filled("np.matmul(_, __)", node.left, node.right) if isinstance(node.op, ast.MatMult) else node


def _functions_for_methods(tree: ast.Module, _: str, __: frozenset[int]) -> ast.Module:
    _Functions(_imported(tree)).visit(tree)
    _with_numpy(tree)
    return tree


class _Mirror(ast.NodeTransformer):
    """What may stand in either order, in the other one."""

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        other = _MIRRORED.get(type(node.ops[0]))
        if len(node.ops) > 1 or other is None or _both_call(node.left, node.comparators[0]):
            return node
        return ast.Compare(node.comparators[0], [other()], [node.left])

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mult) and not _both_call(node.left, node.right):
            node.left, node.right = node.right, node.left
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        return ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.orelse, node.body)

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        return ast.If(ast.UnaryOp(ast.Not(), node.test), node.orelse or [ast.Pass()], node.body)


def _both_call(*sides: ast.AST) -> bool:
    """Return whether both sides call something: a generator of random numbers minds the order."""
    return all(any(isinstance(node, ast.Call) for node in ast.walk(side)) for side in sides)


def _mirrored(tree: ast.Module, _: str, __: frozenset[int]) -> ast.Module:
    _Mirror().visit(tree)
    return tree


class _Quotients(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _filled("_ * (1.0 / __)", node.left, node.right) if isinstance(node.op, ast.Div) else node


def _quotients(tree: ast.Module, _: str, __: frozenset[int]) -> ast.Module:
    _Quotients().visit(tree)
    return tree


class _Squares(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        two = isinstance(node.right, ast.Constant) and node.right.value == 2
        if not (isinstance(node.op, ast.Pow) and two) or _both_call(node.left):
            return node
        return ast.BinOp(node.left, ast.Mult(), copy.deepcopy(node.left))


def _squares(tree: ast.Module, _: str, __: frozenset[int]) -> ast.Module:
    _Squares().visit(tree)
    return tree


class _Sums(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        first = node.left
        if isinstance(node.op, ast.Add) and isinstance(first, ast.BinOp) and isinstance(first.op, ast.Add):
            return ast.BinOp(first.left, ast.Add(), ast.BinOp(first.right, ast.Add(), node.right))
        return node


def _sums(tree: ast.Module, _: str, __: frozenset[int]) -> ast.Module:
    _Sums().visit(tree)
    return tree


class _Products(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _filled("_product(_, __)", node.left, node.right) if isinstance(node.op, ast.MatMult) else node


def _products(tree: ast.Module, _: str, __: frozenset[int]) -> ast.Module:
    before = ast.dump(tree)
    _Products().visit(tree)
    if ast.dump(tree) != before:
        _with_numpy(tree)
        tree.body += ast.parse(_LOOPS).body
    return tree


def _several(tree: ast.Module, function: str, arrays: frozenset[int]) -> ast.Module:
    for change in (_functions_for_methods, _mirrored, _named_result, _cast_arguments, _other_names):
        tree = ast.parse(ast.unparse(ast.fix_missing_locations(change(tree, function, arrays))))
    return tree


# The last four but one may differ by rounding.
CHANGES: dict[str, _Change] = {
    "other names": _other_names,
    "arguments made arrays": _cast_arguments,
    "another type of result": _other_result,
    "the result in a variable": _named_result,
    "a function in a function": _in_a_function,
    "functions for methods": _functions_for_methods,
    "the other way round": _mirrored,
    "products for quotients": _quotients,
    "squares as products": _squares,
    "sums in another order": _sums,
    "products in loops": _products,
    "several at once": _several,
}


def _statement(text: str) -> ast.stmt:
    return ast.parse(text).body[0]


def _filled(pattern: str, *values: ast.expr | None) -> ast.expr:
    """Return an expression with `_`, `__` replaced by what is handed over."""
    names = {"_" * (i + 1): value for i, value in enumerate(values)}

    class Fill(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return names.get(node.id) or node

    made: ast.expr = Fill().visit(ast.parse(pattern, mode="eval").body)
    return made


def _imported(tree: ast.Module) -> frozenset[str]:
    imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    return frozenset((a.asname or a.name).partition(".")[0] for node in imports for a in node.names)


def _root(node: ast.expr) -> str:
    """Return the name at the root of attributes: "np" of `np.linalg.norm`; "" where there is none."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _with_numpy(tree: ast.Module) -> None:
    if "np" not in _imported(tree):
        tree.body.insert(0, _statement("import numpy as np"))
