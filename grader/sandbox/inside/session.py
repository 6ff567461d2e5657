"""The student's side: runs the cells of a notebook as Jupyter would, then calls functions and says what came of it.

Everything here shares a process with student code, so whatever it tells the parent is a claim. It need not be safe
from students; it must be robust against honest mistakes, such as a variable named `open` or `np`.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import difflib
import inspect
import io
import linecache
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from grader.sandbox.inside import wire
from reference import probes

# outcome, value, positions of changed arguments, name of the exception's class, is it a ValueError, text, how a
# generator was misused, logs of the probes
RawClaim = tuple[str, Any, tuple[int, ...], str, bool, str, str, tuple[probes.Log, ...]]

MAX_TEXT = 500
MAX_PLACES = 5
# Magics that run the cell below them; all others do nothing here.
RUNS_BODY = frozenset({"time", "timeit", "capture", "prun"})


def claim_of(function: Callable[..., Any], arguments: tuple[Any, ...]) -> RawClaim:
    """Call a function on a copy of the arguments and return the claim of what happened.

    Examples
    --------
    >>> claim_of(lambda x: x + 1, (1,))
    ('returned', 2, (), '', False, '', '', ())
    >>> claim_of(lambda x: [].pop(), (1,))[3]
    'IndexError'
    """
    try:
        value, changed, random, logs = probes.call(function, arguments)
    except MemoryError:
        return without_value("out of memory", "it needed more memory than it may use", "MemoryError")
    except BaseException as error:  # noqa: BLE001 - sys.exit() in a function is a mistake like any other
        return ("raised", None, (), class_name(error), isinstance(error, ValueError), describe(error), "", ())
    return ("returned", value, changed, "", False, "", random, logs)


def without_value(outcome: str, text: str, error: str = "") -> RawClaim:
    """Return the claim of a call that gave no result.

    Examples
    --------
    >>> without_value("missing", "f is not defined")[:2]
    ('missing', None)
    """
    return (outcome, None, (), error, False, text, "", ())


def class_name(error: BaseException) -> str:
    """Return the name of an exception's class, or of its nearest ancestor that everybody has."""
    for cls in type(error).__mro__:
        if getattr(builtins, cls.__name__, None) is cls or cls is np.linalg.LinAlgError:
            return cls.__name__
    return "Exception"


def describe(error: BaseException) -> str:
    """Return an exception's message and where in the notebook it arose, the innermost place last."""
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 - the class is the student's
        text = ""
    lines = [text[:MAX_TEXT], *_places(error)]
    return "\n".join(line for line in lines if line).encode("utf-8", "replace").decode()


def _places(error: BaseException) -> list[str]:
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith("<cell "):
            source = linecache.getline(code.co_filename, trace.tb_lineno).strip()[:100]
            places.append(f"{code.co_filename[1:-1]}, line {trace.tb_lineno}, in {code.co_name}: {source}")
        trace = trace.tb_next
    return places[-MAX_PLACES:]


class Quiet:
    """Takes every call, attribute and item, and shows nothing: what is left of tools that have no place here."""

    def __call__(self, *_: Any, **__: Any) -> Quiet:  # noqa: D102 - it is the class that is documented
        return self

    def __getattr__(self, name: str) -> Quiet:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __repr__(self) -> str:
        return ""

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class Sink(io.TextIOBase):
    """Standard output and error: prints go nowhere and cost little."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        """Drop the text."""
        return len(text)

    def writable(self) -> bool:
        """Say that this can be written to."""
        return True


class Session:
    """One notebook being run.

    Parameters
    ----------
    transform : callable
        Turns IPython's syntax into Python's.
    watched : sequence of str
        Functions that will be asked for; see `intact`.
    """

    def __init__(self, transform: Callable[[str], str], watched: Sequence[str] = ()) -> None:
        self._transform = transform
        self._flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._watched = watched
        self._seen: dict[str, tuple[Any, dict[str, Any]]] = {}
        self.intact: dict[str, int] = {}
        """For functions that leaned on a name which a later cell changed: how many cells came before that cell."""
        module = types.ModuleType("__main__")
        self.namespace = module.__dict__
        self.namespace.update(
            __builtins__=builtins,
            get_ipython=lambda: _Shell(self),
            display=Quiet(),
            exit=_leave,
            quit=_leave,
            In=[],
            Out={},
        )
        sys.modules["__main__"] = module
        sys.modules["otter"] = _otter()

    def run_cell(self, number: int, source: str) -> str:
        """Run a cell statement by statement and return "" or the error that ended it.

        Parameters
        ----------
        number : int
            Position in the notebook, from 0; people count from 1.
        source : str
            As it stands in the notebook.
        """
        name = f"<cell {number + 1}>"
        try:
            self.execute(source, name)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it ends this cell only
            text = f"{class_name(error)}: {describe(error)}"
        else:
            text = ""
        _close_figures()
        self._watch(number)
        return text

    def execute(self, source: str, name: str) -> None:
        """Run source code, IPython's syntax included, in the notebook's namespace."""
        try:
            tree = compile(source, name, "exec", self._flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        except SyntaxError:
            source = self._transform(source)
            tree = compile(source, name, "exec", self._flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        # One at a time, as IPython does: a statement that does not compile stops those after it, not those before.
        for statement in tree.body:
            module = ast.Module([statement], type_ignores=[])
            code = compile(module, name, "exec", self._flags, dont_inherit=True)
            if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                for alias in statement.names:
                    self._flags |= getattr(__future__, alias.name).compiler_flag
            if code.co_flags & inspect.CO_COROUTINE:
                _run_coroutine(eval(code, self.namespace))  # noqa: S307 - this is what a notebook is for
            else:
                exec(code, self.namespace)  # noqa: S102

    def ask(self, name: str, calls: Sequence[list[tuple[Any, ...]]]) -> bytes:
        """Call the notebook's function of that name, with arguments as `probes.pack` makes them, and return the claims."""
        packer = wire.Packer()
        function = self.namespace.get(name)
        for arguments in calls:
            claim = claim_of(function, probes.unpack(arguments)) if callable(function) else self._missing(name)
            try:
                packer.add(claim)
            except MemoryError:
                packer.add(without_value("out of memory", "its result needs too much memory", "MemoryError"))
            except wire.Bad as error:
                packer.add(without_value("unreadable", f"its result cannot be read: {error}"))
            except BaseException as error:  # noqa: BLE001 - a result may raise whatever it likes when looked at
                packer.add(without_value("unreadable", f"its result cannot be read: {class_name(error)}"))
        return packer.frame()

    def _missing(self, name: str) -> RawClaim:
        if name in self.namespace:
            held = type(self.namespace[name]).__name__[:60]
            text = f"{name} is a {held} at the end of the notebook, not a function"
        else:
            defined = [n for n, v in self.namespace.items() if isinstance(v, types.FunctionType)]
            near = difflib.get_close_matches(name, defined, n=1)
            text = f"{name} is not defined" + (f"; is it {near[0]}?" if near else "")
        return without_value("missing", text)

    def _watch(self, number: int) -> None:
        """Note which watched functions still find what they found when they were defined."""
        for name in self._watched:
            function = self.namespace.get(name)
            seen, found = self._seen.get(name, (None, {}))
            if isinstance(function, types.FunctionType):
                if function is not seen:
                    self._seen[name] = (function, self._globals_of(function))
                    self.intact.pop(name, None)
                elif name not in self.intact and any(self._lookup(n) is not v for n, v in found.items()):
                    self.intact[name] = number
            elif seen is not None:
                self.intact.setdefault(name, number)

    def _globals_of(self, function: types.FunctionType) -> dict[str, Any]:
        """Return what the function finds under the global names it reads, through functions of the notebook."""
        found: dict[str, Any] = {}
        todo = [function.__code__]
        while todo:
            code = todo.pop()
            todo += [c for c in code.co_consts if isinstance(c, types.CodeType)]
            for name in code.co_names:
                value = self._lookup(name)
                if name not in found and value is not None:
                    found[name] = value
                    if isinstance(value, types.FunctionType) and value.__globals__ is self.namespace:
                        todo.append(value.__code__)
        return found

    def _lookup(self, name: str) -> Any:
        return self.namespace.get(name, builtins.__dict__.get(name))


class _Shell(Quiet):
    """What `get_ipython()` gives: cell magics that time or capture run their cell, nothing else does anything."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.user_ns = session.namespace

    def run_cell_magic(self, magic: str, line: str, cell: str) -> None:
        """Run the cell under magics that time or capture it, and write files."""
        if magic in RUNS_BODY:
            self._session.execute(cell, f"<cell under {magic}>")
        elif magic in ("writefile", "file"):
            with io.open(line.rsplit(maxsplit=1)[-1], "a" if "-a" in line.split() else "w", encoding="utf-8") as file:  # noqa: UP020
                file.write(cell)

    def run_line_magic(self, magic: str, line: str, *_: Any, **__: Any) -> None:
        """Run what is timed; all else does nothing."""
        if magic == "time":
            self._session.execute(line, "<line under time>")

    def getoutput(self, *_: Any, **__: Any) -> list[str]:
        """Give no lines, for nothing was run."""
        return []


def _leave(*_: Any) -> None:
    raise SystemExit


def _otter() -> types.ModuleType:
    module = types.ModuleType("otter")
    module.Notebook = Quiet()  # type: ignore[attr-defined]
    return module


def _close_figures() -> None:
    """Close all figures, as Jupyter does after each cell."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is not None:
        with contextlib.suppress(BaseException):  # a figure is not worth a mark
            helpers.Gcf.destroy_all()


def _run_coroutine(coroutine: Any) -> None:
    import asyncio  # noqa: PLC0415 - few notebooks await

    asyncio.run(coroutine)


def serve(read: Callable[[], Any], write: Callable[[bytes], None], transform: Callable[[str], str]) -> None:
    """Answer requests until there are no more.

    Requests are ("cells", sources, positions to leave out, functions that will be asked for), answered by a pair
    (position, error) after each cell and by ("done", `Session.intact`), and ("ask", function, calls), answered by a
    list of claims.
    """
    session = Session(transform)
    while True:
        request = read()
        if request[0] == "cells":
            session = Session(transform, request[3])
            for number, source in enumerate(request[1]):
                if number not in request[2]:
                    write(wire.encode((number, session.run_cell(number, source))))
            write(wire.encode(("done", session.intact)))
        else:
            write(session.ask(request[1], request[2]))
