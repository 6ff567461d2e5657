"""What a solution needs to run by itself: its function with the helpers, constants and imports that it leans on."""

from __future__ import annotations

import ast
import dis
import functools
import importlib
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.errors import BuildError
from grader.mutants.mutate import Mutant
from reference.spec import NOTEBOOK


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A statement at the top of a program.

    Attributes
    ----------
    name : str
        What it defines.
    source : str
    line : int
        Where it stands in its file.
    own : bool
        Whether it belongs to the solution; imports and what comes from elsewhere do not, and are not mutated.
    """

    name: str
    source: str
    line: int
    own: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """A solution as one cell.

    Attributes
    ----------
    solution : str
        Whose it is: the name of the reference or of an alternative, or "notebook".
    function : str
        The function that is called.
    file : str
        Where it stands.
    pieces : tuple of Piece
        In the order in which they run.
    """

    solution: str
    function: str
    file: str
    pieces: tuple[Piece, ...]

    @property
    def source(self) -> str:
        """The cell."""
        return "\n\n".join(piece.source for piece in self.pieces)

    def mutated(self, position: int, mutant: Mutant) -> str:
        """Return the cell with one piece mutated."""
        sources = [piece.source for piece in self.pieces]
        sources[position] = mutant.source
        return "\n\n".join(sources)


def of_function(function: Callable[..., Any]) -> Program:
    """Return the program of a function of the reference.

    Raises
    ------
    BuildError
        Where it uses a name that nothing defines.
    """
    module = inspect.getmodule(function)
    if module is None or module.__file__ is None:
        msg = f"{function.__name__}: its source cannot be found"
        raise BuildError(msg)
    file = "/".join(module.__name__.split(".")) + ".py"
    name = function.__name__
    return Program(solution=name, function=name, file=file, pieces=_pieces(name, _defined(module), file))


def of_notebook(function: str, cells: Sequence[str], text: str, file: str) -> Program:
    """Return the program of a function of a master notebook.

    Parameters
    ----------
    function : str
    cells : sequence of str
        Its code cells; those that are not plain Python are left out.
    text, file : str
        The master and its name, for the lines.

    Raises
    ------
    BuildError
        Where no cell defines the function.
    """
    defined: dict[str, Piece] = {}
    for cell in cells:
        at = text.find(cell)
        above = text.count("\n", 0, at) if at >= 0 else 0
        try:
            defined |= _statements(cell, above)
        except SyntaxError:
            continue
    if function not in defined:
        msg = f"{file}: no cell defines {function}"
        raise BuildError(msg)
    return Program(solution=NOTEBOOK, function=function, file=file, pieces=_pieces(function, defined, file))


def _pieces(name: str, defined: Mapping[str, Piece], file: str) -> tuple[Piece, ...]:
    found: dict[str, Piece] = {}
    waiting = [name]
    while waiting:
        wanted = waiting.pop()
        if wanted in found or wanted not in defined:
            continue
        piece = found[wanted] = defined[wanted]
        waiting += _globals(compile(piece.source, file, "exec"))
    # Several names may come from one import; files come one after the other, what is imported first.
    once = {(piece.own, piece.line, piece.source): piece for piece in found.values()}
    return tuple(sorted(once.values(), key=lambda piece: (piece.own, piece.line)))


@functools.cache
def _defined(module: types.ModuleType) -> Mapping[str, Piece]:
    """Return what a module defines, and what it imports from modules of the reference or beside it."""
    defined = _statements(inspect.getsource(module), 0)
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ImportFrom) and node.module and (node.level or node.module.startswith("reference.")):
            others = _defined(importlib.import_module("." * node.level + node.module, module.__package__))
            foreign = {n: Piece(name=p.name, source=p.source, line=p.line, own=False) for n, p in others.items()}
            for alias in node.names:
                defined.pop(alias.asname or alias.name, None)
            defined = foreign | defined
    return types.MappingProxyType(defined)


def _statements(source: str, above: int) -> dict[str, Piece]:
    lines = source.splitlines()
    defined = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            continue
        text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        own = not isinstance(node, (ast.Import, ast.ImportFrom))
        for name in _binds(node):
            defined[name] = Piece(name=name, source=text, line=above + node.lineno, own=own)
    return defined


def _binds(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(alias.asname or alias.name).split(".")[0] for alias in node.names]
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def _globals(code: types.CodeType) -> list[str]:
    """Return the names that code looks up outside of its functions."""
    inner = [name for part in code.co_consts if isinstance(part, types.CodeType) for name in _globals(part)]
    looked_up = [str(i.argval) for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
    return [*looked_up, *inner]
