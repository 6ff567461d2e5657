"""Which cells of an assignment, as students get it, do nothing but bind names; see `grader.sandbox.inside.idle`.

Trusted text only: these are cells of the assignment's author. What is not known to be harmless counts as an effect,
and such a cell always runs.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.sandbox.inside.idle import loads_and_stores, reads

# Modules whose functions change nothing outside their result, but for the ones named below.
HARMLESS = frozenset(("numpy", "math", "matplotlib.pyplot"))
_EFFECTS = frozenset(
    "seed set_state seterr seterrcall setbufsize set_printoptions printoptions errstate save savez savez_compressed "
    "savetxt tofile dump savefig imsave rc rcdefaults rc_context style switch_backend use copyto put place putmask "
    "put_along_axis fill_diagonal memmap open_memmap shuffle write writelines".split()
)
# Random numbers from the state that all cells share: taking some changes what comes after.
_OWN_STATE = ("numpy", "random")
_OF_RANDOM = frozenset(("default_rng", "Generator", "PCG64"))
_BUILTINS = frozenset(
    "abs all any bool complex dict divmod enumerate filter float format frozenset int isinstance len list map max min pow "
    "print range repr reversed round set slice sorted str sum tuple zip".split()
)
_NOT_PLAIN = (
    ast.Global, ast.Nonlocal, ast.ClassDef, ast.Await, ast.AsyncFor, ast.AsyncWith, ast.AsyncFunctionDef, ast.Yield,
    ast.YieldFrom, ast.Delete, ast.Try, ast.Raise,
)  # fmt: skip


def given_cells(starter: Sequence[str], asked: Collection[str]) -> dict[str, tuple[list[str], list[str]]]:
    """Return the cells that may be left out, each with the names it binds or changes and those it reads.

    Parameters
    ----------
    starter : sequence of str
        Code cells of the assignment as students get it.
    asked : collection of str
        Functions that students write.

    Examples
    --------
    >>> cells = ["import numpy as np", "a = np.ones(2)", "np.random.seed(1)", "b = f(a)", "a[0] = 2"]
    >>> given_cells(cells, ["f"])
    {'a = np.ones(2)': (['a'], ['np']), 'b = f(a)': (['b'], ['a', 'f']), 'a[0] = 2': (['a'], ['a'])}
    """
    trees = {}
    for source in (cell.strip() for cell in starter):
        try:
            trees[source] = ast.parse(source)
        except SyntaxError:
            continue  # a magic: it runs
    modules = dict(_imports(trees.values()))
    defined = {s.name for tree in trees.values() for s in tree.body if isinstance(s, ast.FunctionDef)}
    made = {}
    for source, tree in trees.items():
        look = _Look(modules=modules, asked=frozenset(asked), defined=frozenset(defined))
        changed = look.changes(tree)
        if changed is not None:
            _, stores = loads_and_stores(compile(tree, "", "exec"))
            made[source] = (sorted(stores | changed), sorted(reads(source, set())))
    return made


def _imports(trees: Collection[ast.Module]) -> Iterator[tuple[str, str]]:
    """Yield under what name which harmless module is imported, where that is all that the name is used for."""
    for tree in trees:
        for statement in tree.body:
            if isinstance(statement, ast.Import):
                for alias in statement.names:
                    if alias.name in HARMLESS and (alias.asname or "." not in alias.name):
                        yield alias.asname or alias.name, alias.name


@dataclass(frozen=True, kw_only=True, slots=True)
class _Look:
    """Looks at one cell."""

    modules: Mapping[str, str]
    asked: frozenset[str]
    defined: frozenset[str]

    def changes(self, tree: ast.Module) -> set[str] | None:
        """Return the names whose objects a cell may change beside binding names, None for effects beyond that."""
        changed: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, _NOT_PLAIN):
                return None
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                return None  # all cells lean on it, and it costs nothing: the server has imported it
            if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
                root = _root(node)
                if root is None or root in self.modules:
                    return None
                changed.add(root)
            elif isinstance(node, ast.Call):
                touched = self._called(node)
                if touched is None:
                    return None
                changed |= touched
        return changed

    def _called(self, call: ast.Call) -> set[str] | None:
        """Return the names whose objects a call may change, None where it may do more."""
        function = call.func
        if any(keyword.arg in ("out", "where", None) for keyword in call.keywords):
            return None
        return self._of_function(call, function.id) if isinstance(function, ast.Name) else self._of_method(function)

    def _of_function(self, call: ast.Call, name: str) -> set[str] | None:
        if name in self.asked:
            return set()  # what is handed to a student's function stays as it was, or that function is wrong
        if name in self.defined:
            handed = (n for a in (*call.args, *call.keywords) for n in ast.walk(a) if isinstance(n, ast.Name))
            return {n.id for n in handed} - self.modules.keys() - self.asked - self.defined
        return set() if name in _BUILTINS and hasattr(builtins, name) else None

    def _of_method(self, function: ast.expr) -> set[str] | None:
        path = _path(function)
        root = _root(function)
        if isinstance(function, ast.Attribute) and function.attr in _EFFECTS:
            return None
        if path and path[0] in self.modules:
            full = (*self.modules[path[0]].split("."), *path[1:])
            own = full[:2] == _OWN_STATE and full[2:3] and full[2] not in _OF_RANDOM
            return None if own or set(full) & _EFFECTS else set()
        if root is None:
            # A method of what a call or an expression has just made: nobody else has it yet.
            return set() if isinstance(function, ast.Attribute) else None
        return set() if root in self.modules else {root}


def _path(node: ast.expr) -> tuple[str, ...]:
    """Return the dotted name of an expression, () where it is none."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        above = _path(node.value)
        return (*above, node.attr) if above else ()
    return ()


def _root(node: ast.expr) -> str | None:
    """Return the name at the root of attributes, items and calls of methods."""
    while not isinstance(node, ast.Name):
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func
        else:
            return None
    return node.id
