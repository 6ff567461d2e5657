"""Quoting source: the functions and classes that a test file needs, with all that they lean on, as text."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import symtable
import sys
import textwrap
import types
from collections.abc import Callable, Iterable
from typing import Any

from grader.errors import BuildError
from reference.catalogue import OWN
from reference.probes import Probe, Seed, in_order

_BUILTINS = frozenset(dir(__import__("builtins")))
_MODULES = frozenset({("np", "numpy"), ("copy", "copy")})  # those that test files import
_OURS = ("reference", OWN)
_CONSTANTS = (int, float, complex, str, tuple, list, dict, set, frozenset)


def quote(functions: Iterable[Callable[..., Any]]) -> str:
    """Return the source of `functions` and of all functions, classes and constants they use, each once, in order of need.

    Numpy may be used as ``np``, and Python's own library as it is imported; everything else must come from the package
    `reference` or the course.

    Raises
    ------
    BuildError
        Where a function uses a name that cannot be quoted.

    Examples
    --------
    >>> from reference.measures import largest
    >>> quote([largest]).splitlines()[0]
    'def largest(x: Array) -> float:'
    """
    done: dict[str, str] = {}
    begun: dict[str, Callable[..., Any]] = {}
    for function in functions:
        _add(function, done, begun)
    return "\n\n".join(done.values())


def _add(function: Callable[..., Any], done: dict[str, str], begun: dict[str, Callable[..., Any]]) -> None:
    name = function.__name__
    if begun.get(name) is function:  # two functions may use each other
        return
    if name in begun:
        msg = f"{_called(function)}: a test file has {_called(begun[name])} as well; rename it"
        raise BuildError(msg)
    begun[name] = function
    text = textwrap.dedent(inspect.getsource(function))
    node = ast.parse(text).body[0]
    if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        msg = f"{_called(function)}: expected a function defined with def"
        raise BuildError(msg)
    module = vars(inspect.getmodule(function))
    for used in _names(node):
        if used == name or (used in _BUILTINS and used not in module):
            continue
        _take(function, used, module.get(used), done, begun)
    # The decorator that made a check of the function stays behind, for the test file has no such record.
    done[name] = "\n".join(_shortened(text, node)[node.lineno - 1 :]) + "\n"


def _take(
    function: Callable[..., Any], used: str, value: Any, done: dict[str, str], begun: dict[str, Callable[..., Any]]
) -> None:
    """Add what a function calls `used`: a definition, a constant or an import."""
    if isinstance(value, (types.FunctionType, type)) and value.__module__.split(".")[0] in _OURS:
        _add(value, done, begun)
        return
    if isinstance(value, types.ModuleType) and (used, value.__name__) in _MODULES:
        return
    line = f"{used} = {_constant(value)}" if isinstance(value, _CONSTANTS) else _import(used, value)
    if not line:
        what = "np, Python's own library and reference.measures"
        raise BuildError(f"{_called(function)} uses {used}, which a test file cannot have; use {what}")
    if done.setdefault(used, line) != line:
        raise BuildError(f"{_called(function)} uses {used}, of which a test file has another; rename it")


def _import(used: str, value: Any) -> str:
    """Return the line that imports a name from Python's own library, "" where it is not from there."""
    if isinstance(value, types.ModuleType):
        module, name = value.__name__, ""
    else:
        module, name = str(getattr(value, "__module__", "")), str(getattr(value, "__qualname__", ""))
    if module.split(".")[0] not in sys.stdlib_module_names - {"builtins", "__main__"}:
        return ""
    if not name:
        return f"import {module}" + ("" if used == module else f" as {used}")
    if getattr(importlib.import_module(module), name, None) is not value:
        return ""
    return f"from {module} import {name}" + ("" if used == name else f" as {used}")


def _called(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__name__}".removeprefix(f"{OWN}.")


def _shortened(text: str, node: ast.FunctionDef | ast.ClassDef) -> list[str]:
    """Return the lines of a definition, its docstrings cut to their first lines."""
    lines: list[str | None] = list(text.splitlines())
    for part in ast.walk(node):
        if isinstance(part, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(part) is not None:
            first, last = part.body[0].lineno - 1, (part.body[0].end_lineno or 0) - 1
            if last > first:
                lines[first] = f'{lines[first]}"""'
                lines[first + 1 : last + 1] = [None] * (last - first)
    return [re.sub(r"  # noqa.*$", "", line) for line in lines if line is not None]


def _constant(value: Any) -> str:
    return 'float("nan")' if value != value else literal(value, readable=True)  # noqa: PLR0124 - true for NaN only


def _names(node: ast.FunctionDef | ast.ClassDef) -> list[str]:
    """Return the global names that a function or class reads, without those in annotations, in order of use."""
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef):
            part.returns = None
            part.decorator_list = []
            for argument in (
                *part.args.args,
                *part.args.posonlyargs,
                *part.args.kwonlyargs,
                part.args.vararg,
                part.args.kwarg,
            ):
                if argument is not None:
                    argument.annotation = None
        if isinstance(part, ast.AnnAssign):
            part.annotation = ast.Constant(None)
    known = _globals(symtable.symtable(ast.unparse(node), "quoted", "exec"))
    names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return list(dict.fromkeys(name for name in names if name in known))


def _globals(table: symtable.SymbolTable) -> set[str]:
    """Return the names that are read as global ones in a piece of source, in any of its scopes."""
    whole = table.get_type() == "module"
    found = {s.get_name() for s in table.get_symbols() if s.is_referenced() and (whole or s.is_global())}
    return found.union(*map(_globals, table.get_children()))


def literal(value: Any, *, readable: bool) -> str:  # noqa: PLR0911 - one return a type
    """Return an expression that makes `value` again to the last bit, with ``np`` and ``packed`` in scope.

    Parameters
    ----------
    value : None, bool, number, str, array, probe, seed, or a tuple, list, set or dictionary of those
    readable : bool
        Write arrays as lists that people can read, rather than packed.

    Examples
    --------
    >>> import numpy as np
    >>> literal((np.eye(2), 3), readable=True)
    '(np.array([[1.0, 0.0], [0.0, 1.0]]), 3)'
    """
    import base64  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415

    if isinstance(value, (tuple, list)):
        inner = ", ".join(literal(part, readable=readable) for part in value)
        return f"({inner}{',' if len(value) == 1 else ''})" if isinstance(value, tuple) else f"[{inner}]"
    if isinstance(value, dict):
        pairs = [f"{literal(k, readable=readable)}: {literal(v, readable=readable)}" for k, v in value.items()]
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, (set, frozenset)):
        inner = ", ".join(literal(part, readable=readable) for part in in_order(value))
        return f"{type(value).__name__}([{inner}])"
    if isinstance(value, Probe):
        return f"Probe({value.name!r}, {literal(value.parameters, readable=readable)}, {value.traces})"
    if isinstance(value, Seed):
        return f"Seed({value.number})"
    if isinstance(value, np.generic):  # a number, and no array of no dimension: it may be a key
        return f"{literal(np.asarray(value), readable=readable)}[()]"
    if isinstance(value, complex):  # of which repr shows neither the sign of a zero nor NaN in a way that can be read
        return f"complex({literal(value.real, readable=readable)}, {literal(value.imag, readable=readable)})"
    if not isinstance(value, np.ndarray):
        return f'float("{value}")' if isinstance(value, float) and not np.isfinite(value) else repr(value)
    plain = value.dtype.kind in "biu" or (value.dtype == np.float64 and bool(np.isfinite(value).all()))
    if readable and plain and value.size:
        dtype = "" if value.dtype in (np.float64, np.int64) else f", dtype=np.{value.dtype.name}"
        return f"np.array({value.tolist()!r}{dtype})"
    data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
    return f'packed("{value.dtype.str}", {tuple(value.shape)!r}, "{data}")'
