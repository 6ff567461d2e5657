"""Which cells of a notebook need not run: given ones that nothing else of the notebook leans on.

An assignment comes with cells of its author's: data, worked examples, figures. Most of them are for the reader, and
they take most of the time of a run. Where such a cell stands in the notebook as it was given, does nothing but bind
names (`grader.given` says which cells do), and no cell that runs reads one of these names, its absence changes nothing
that is asked later. Whatever a student wrote or changed runs.
"""

from __future__ import annotations

import ast
import dis
import re
import types
from collections.abc import Callable, Collection, Mapping, Sequence

# For each given cell that may be left out: the names it binds or changes, and those it reads.
Given = Mapping[str, tuple[Collection[str], Collection[str]]]

_NAME = re.compile(r"[^\W\d]\w*")
# With these a cell can reach names without naming them, or keep something from one call of a function to the next.
_REACHES = re.compile(
    r"\b(?:eval|exec|globals|locals|vars|getattr|setattr)\b\s*(?:[(,)]|$)|^\s*(?:global|nonlocal)\s|__main__|__dict__|__globals__"
    r"|f_globals|user_ns|sys\s*\.\s*modules|%run",
    re.MULTILINE,
)
# What is deleted has to be there.
_LOADS = frozenset(("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS", "DELETE_NAME", "DELETE_GLOBAL"))
_STORES = frozenset(("STORE_NAME", "STORE_GLOBAL"))
_BINDING = (ast.Assign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def idle(
    cells: Sequence[str], given: Given, asked: Collection[str], begin: Callable[[int], None] = lambda _: None
) -> set[int]:
    """Return the positions of cells that need not run.

    Parameters
    ----------
    cells : sequence of str
    given : mapping
        Sources of given cells that may be left out, without white space around them.
    asked : collection of str
        Names of the functions that will be asked for.
    begin : callable
        Told the position of a cell before its source is looked into.

    Examples
    --------
    >>> given = {"rates = [1, 2]": (["rates"], []), "total = f(rates)": (["total"], ["f", "rates"])}
    >>> cells = ["rates = [1, 2]", "def f(x): return sum(x)", "total = f(rates)"]
    >>> sorted(idle(cells, given, ["f"]))
    [0, 2]
    >>> sorted(idle([*cells, "print(total)"], given, ["f"]))
    []
    """
    sources = [cell.strip() for cell in cells]
    left = {number for number, source in enumerate(sources) if source in given}
    if not left:
        return left
    binds = {name for number in left for name in given[sources[number]][0]}
    needed = set(asked)
    for number, source in enumerate(sources):
        if number not in left:
            if _REACHES.search(source):
                return set()
            mentioned = set(_NAME.findall(source))
            if not mentioned.isdisjoint(binds):  # a closer look takes longer, and is seldom needed
                begin(number)
                needed |= reads(source, mentioned, binds)
    while True:
        run = {number for number in left if not needed.isdisjoint(given[sources[number]][0])}
        if not run:
            return left
        left -= run
        for number in run:
            needed |= set(given[sources[number]][1])


def reads(source: str, otherwise: set[str], wanted: Collection[str] | None = None) -> set[str]:
    r"""Return the names that a cell may read from other cells, and maybe some more.

    Parameters
    ----------
    source : str
    otherwise : set of str
        What is returned of a cell that is not plain Python.
    wanted : collection of str, optional
        The names that matter; to look for few is faster.

    Examples
    --------
    >>> sorted(reads("fig, ax = subplots()\nfor a in range(3):\n    ax.plot(x, a)", set()))
    ['range', 'subplots', 'x']
    """
    try:
        return _reads(ast.parse(source).body, set(), None if wanted is None else frozenset(wanted))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return otherwise


def _reads(statements: Sequence[ast.stmt], bound: set[str], wanted: frozenset[str] | None) -> set[str]:
    """Return the names that statements may read while only `bound` are bound; add to `bound` what surely is then."""
    found: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.For):
            found |= _of(ast.Expr(statement.iter), wanted)[0] - bound
            targets = _of(ast.Assign([statement.target], ast.Constant(0), lineno=1), wanted)[1]
            found |= _reads(statement.body, bound | targets, wanted)
            found |= _reads(statement.orelse, set(bound), wanted)
        else:
            loads, stores = _of(statement, wanted)
            found |= loads - bound
            if isinstance(statement, _BINDING):
                bound |= stores
    return found


def _of(statement: ast.stmt, wanted: frozenset[str] | None) -> tuple[set[str], set[str]]:
    # In a loop, for the body of one may say break.
    loop = ast.While(ast.Constant(value=True), [statement], [])
    module = ast.fix_missing_locations(ast.Module([loop], type_ignores=[]))
    return loads_and_stores(compile(module, "", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), wanted)


def loads_and_stores(code: types.CodeType, wanted: frozenset[str] | None = None) -> tuple[set[str], set[str]]:
    r"""Return the names that a statement may read and those that it binds, or those of them that are `wanted`.

    Of functions and comprehensions in it all names count as read, those of attributes too.

    Examples
    --------
    >>> code = compile("def f(x):\n    return x + rate\ny = f(z)", "", "exec")
    >>> [sorted(names) for names in loads_and_stores(code)]
    [['f', 'rate', 'z'], ['f', 'y']]
    """
    loads: set[str] = set()
    todo = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    while todo:
        inner = todo.pop()
        loads.update(inner.co_names)
        todo += [c for c in inner.co_consts if isinstance(c, types.CodeType)]
    if wanted is not None:
        loads &= wanted
        if wanted.isdisjoint(code.co_names):
            return loads, set()
    stores: set[str] = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in _LOADS:
            loads.add(instruction.argval)
        elif instruction.opname in _STORES:
            stores.add(instruction.argval)
    return loads, stores
