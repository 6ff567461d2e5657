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
import functools
import inspect
import io
import linecache
import operator
import re
import sys
import traceback
import types
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from grader.sandbox.inside import wire
from grader.sandbox.inside.idle import Given, idle, reads
from grader.sandbox.inside.stubs import Quiet, quiet_packages
from reference import probes

# outcome, value, positions of changed arguments, name of the exception's class, is it a ValueError, text, how a
# generator was misused, logs of the probes
RawClaim = tuple[str, Any, tuple[int, ...], str, bool, str, str, tuple[probes.Log, ...]]
# The outcome of a call whose result does not fit into the frame with those before it: it is to be asked by itself.
LATER = "later"

MAX_TEXT = 500
MAX_PLACES = 5
MAX_ERRORS = 1 << 20  # characters about errors in cells; beyond it there is one line a cell
# Magics that run the cell below them, and those that run their line; all others do nothing here.
RUNS_CELL = frozenset({"time", "timeit", "capture", "prun"})
RUNS_LINE = frozenset({"time", "prun"})
# What IPython runs for %pylab.
_PYLAB = """import numpy, matplotlib
from matplotlib import pylab, mlab, pyplot
np, plt = numpy, pyplot
from pylab import *
from numpy import *"""
# What may look back at the results of earlier cells.
_LOOKS_BACK = re.compile(r"\bOut\b|(?<![\w.])_(?!\w)")
_IMPORTS = (ast.Import, ast.ImportFrom)
_FUTURES = functools.reduce(operator.or_, (getattr(__future__, n).compiler_flag for n in __future__.all_feature_names))

# Bound early, for students may give these names to other things.
_linalg_error = np.linalg.LinAlgError


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


def add_claim(packer: wire.Packer, claim: RawClaim) -> None:
    """Add a claim to a frame, or in its place one that says why it cannot be."""
    try:
        packer.add(claim)
    except MemoryError:
        claim = without_value("out of memory", "its result needs too much memory", "MemoryError")
    except wire.Full:
        claim = without_value(LATER, "")
    except wire.Bad as error:
        claim = without_value("unreadable", f"its result cannot be read: {error}")
    except BaseException as error:  # noqa: BLE001 - a result may raise whatever it likes when looked at
        claim = without_value("unreadable", f"its result cannot be read: {class_name(error)}")
    else:
        return
    packer.add(claim, spare=True)


def class_name(error: BaseException) -> str:
    """Return the name of an exception's class, or of its nearest ancestor that everybody has.

    Examples
    --------
    >>> class_name(np.exceptions.AxisError(0))
    'ValueError'
    """
    for cls in type(error).__mro__:
        if builtins.__dict__.get(cls.__name__) is cls or cls is _linalg_error:
            return cls.__name__
    return "BaseException"


def describe(error: BaseException) -> str:
    """Return an exception's message and where in the notebook it arose, the innermost place last."""
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 - the class is the student's
        text = ""
    lines = [text[:MAX_TEXT], *_places(error)]
    return "\n".join(line for line in lines if line)


def _places(error: BaseException) -> list[str]:
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith("<cell "):
            places.append((code.co_filename, trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    return [
        f"{file[1:-1]}, line {line}, in {name}: {linecache.getline(file, line).strip()[:100]}"
        for file, line, name in places[-MAX_PLACES:]
    ]


class Sink(io.TextIOBase):
    """Standard output and error: prints go nowhere and cost little."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        """Drop the text."""
        return len(text)

    def fileno(self) -> int:
        """Return the descriptor, which leads nowhere as well."""
        return 1

    def reconfigure(self, **_: Any) -> None:
        """Stay as it is."""

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
    keeps_results : bool
        Whether `_` and `Out` hold what cells end in. It costs time, and few notebooks ask for it.
    """

    def __init__(
        self, transform: Callable[[str], str], watched: Sequence[str] = (), *, keeps_results: bool = True
    ) -> None:
        self._transform = transform
        self._flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._watched = watched
        self._seen: dict[str, tuple[Any, dict[str, Any]]] = {}
        self._keeps_results = keeps_results
        self._last: Any = ""
        self._loop = _Loop()
        self.cell = ""
        """Name of the cell that runs, as tracebacks have it."""
        self.intact: dict[str, int] = {}
        """For functions that leaned on a name which a later cell changed: how many cells came before that cell."""
        self._module = types.ModuleType("__main__")
        self.namespace = self._module.__dict__
        shell = Shell(self)
        self._get_ipython = lambda: shell
        self.namespace.update(
            __builtins__=builtins,
            get_ipython=self._get_ipython,
            display=Quiet(),
            exit=_leave,
            quit=_leave,
            In=[""],
            Out={},
            _="",
        )

    @contextlib.contextmanager
    def stage(self) -> Iterator[None]:
        """Be `__main__` for a while, with nothing to read, nowhere to print to and quiet packages."""
        kept = sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr
        sys.modules["__main__"] = self._module
        sys.stdin, sys.stdout, sys.stderr = io.StringIO(), Sink(), Sink()
        try:
            with quiet_packages(self._get_ipython):
                yield
        finally:
            sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr = kept
            self._loop.close()

    def run_cell(self, number: int, source: str) -> str:
        """Run a cell statement by statement and return "" or the error that ended it.

        Parameters
        ----------
        number : int
            Position in the notebook, from 0; people count from 1.
        source : str
            As it stands in the notebook.
        """
        self.cell = f"<cell {number + 1}>"
        text = ""
        with self._loop.around(source):
            try:
                self._remember(number, source)
                self.execute(source, self.cell)
            except BaseException as error:  # noqa: BLE001 - whatever it is, it ends this cell only
                text = f"{class_name(error)}: {describe(error)}"
        _close_figures()
        self._watch(number)
        return text

    def _remember(self, number: int, source: str) -> None:
        """Keep the source for tracebacks, for `inspect.getsource` and for `In`."""
        linecache.cache[self.cell] = (len(source), None, source.splitlines(keepends=True), self.cell)
        if self._keeps_results and type(sources := self.namespace.get("In")) is list:
            sources += [""] * (number + 1 - len(sources)) + [source]

    def execute(self, source: str, name: str) -> None:
        """Run source code, IPython's syntax included, in the notebook's namespace."""
        code = None if self._keeps_results else self._at_once(source, name)
        if code is not None:
            try:
                self._run(code)
            except ModuleNotFoundError as error:
                self._go_on(self._parse(source, name).body, name, error)
            return
        try:
            tree = self._parse(source, name)
        except SyntaxError:
            tree = self._parse(self._transform(source), name)
        self._one_by_one(tree.body, name)

    def _one_by_one(self, statements: Sequence[ast.stmt], name: str) -> None:
        """Run statements as IPython does: one that does not compile stops those after it, not those before.

        One that imports what is not installed here stops nothing: where it was written it was there, and what a cell
        imports for a progress bar shall not cost it `import numpy` in the next line. It is raised in the end.
        """
        absent = None
        single = [one for statement in statements for one in _single(statement)]
        for statement in single:
            last = statement is single[-1]
            try:
                if self._keeps_results and last and isinstance(statement, ast.Expr):
                    self._run(_code(ast.Expression(statement.value), name, "eval", self._flags), keep=True)
                else:
                    self._run(_code(ast.Module([statement], type_ignores=[]), name, "exec", self._flags))
            except ModuleNotFoundError as error:
                if not isinstance(statement, _IMPORTS):
                    raise
                absent = absent or error
        if absent:
            raise absent

    def _go_on(self, statements: Sequence[ast.stmt], name: str, error: ModuleNotFoundError) -> None:
        """Run what is left of a cell from an import that failed on; what it imported before is imported again."""
        places = (line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == name)
        line = next(places, 0)
        left = [statement for statement in statements if (statement.end_lineno or 0) >= line]
        if not left or not isinstance(left[0], _IMPORTS):
            raise error
        self._one_by_one(left, name)

    def _at_once(self, source: str, name: str) -> types.CodeType | None:
        """Return the code of all statements where all of them compile: it comes to the same, and is faster."""
        try:
            return _code(source, name, "exec", self._flags)
        except SyntaxError:
            return None

    def _parse(self, source: str, name: str) -> ast.Module:
        tree: ast.Module = compile(source, name, "exec", self._flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        return tree

    def _run(self, code: types.CodeType, *, keep: bool = False) -> None:
        self._flags |= code.co_flags & _FUTURES
        result = eval(code, self.namespace)  # noqa: S307 - this is what a notebook is for
        if code.co_flags & inspect.CO_COROUTINE:
            result = self._loop.wait_for(result)
        if keep and result is not None:
            if self.namespace.get("_") is self._last:  # a student's own `_` is left alone
                self.namespace["_"] = self._last = result
            if type(results := self.namespace.get("Out")) is dict and self.cell:
                results[int(self.cell[6:-1])] = result

    def ask(self, name: str, calls: Sequence[list[tuple[Any, ...]]], token: int) -> bytes:
        """Call the notebook's function of that name, with arguments as `probes.pack` makes them.

        Returns
        -------
        bytes
            A frame with the token and the claims.
        """
        packer = wire.Packer(token)
        function = self.namespace.get(name)
        for arguments in calls:
            if callable(function):
                add_claim(packer, claim_of(function, probes.unpack(arguments)))
            else:
                add_claim(packer, self._missing(name))
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


def _single(statement: ast.stmt) -> Sequence[ast.stmt]:
    """Return a statement, or one for each module where it imports several."""
    if not isinstance(statement, ast.Import):
        return (statement,)
    return [ast.copy_location(ast.Import([module]), statement) for module in statement.names]


def _code(source: str | ast.Module | ast.Expression, name: str, mode: str, flags: int) -> types.CodeType:
    code: types.CodeType = compile(source, name, mode, flags, dont_inherit=True)
    return code


class _Loop:
    """The event loop that Jupyter has running at all times; made when a cell first has to do with it."""

    def __init__(self) -> None:
        self._made: Any = None

    def _get(self) -> Any:
        if self._made is None:
            import asyncio  # noqa: PLC0415 - few notebooks await

            self._made = asyncio.new_event_loop()
            asyncio.set_event_loop(self._made)
        return self._made

    @contextlib.contextmanager
    def around(self, source: str) -> Iterator[None]:
        """Let a cell find the loop running, and tasks that it starts make some progress after it."""
        if self._made is None and "asyncio" not in source and "asyncio" not in sys.modules:
            yield
            return
        import asyncio  # noqa: PLC0415

        before = asyncio._get_running_loop()  # noqa: SLF001 - how loops themselves say that they run
        asyncio._set_running_loop(self._get())  # noqa: SLF001
        try:
            yield
            with contextlib.suppress(BaseException):
                self.wait_for(asyncio.sleep(0))
        finally:
            asyncio._set_running_loop(before)  # noqa: SLF001

    def wait_for(self, coroutine: Any) -> Any:
        """Run the loop until a coroutine of the cell has ended, and return its result."""
        loop = self._get()
        import asyncio  # noqa: PLC0415

        running = asyncio._get_running_loop()  # noqa: SLF001
        asyncio._set_running_loop(None)  # noqa: SLF001
        try:
            return loop.run_until_complete(coroutine)
        finally:
            asyncio._set_running_loop(running)  # noqa: SLF001

    def close(self) -> None:
        """Close the loop, if there is one."""
        if self._made is not None:
            self._made.close()
            self._made = None


class Shell(Quiet):
    """What `get_ipython()` gives: magics that time or capture run their code, nothing else does anything."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.user_ns = session.namespace

    def run_cell_magic(self, magic: str, line: str, cell: str) -> Quiet:
        """Run the cell under magics that time or capture it, and write files."""
        session = self._session
        if magic in RUNS_CELL:
            if magic == "capture" and line.strip().isidentifier():
                session.namespace[line.strip()] = Quiet()
            above = len(linecache.getlines(session.cell)) - len(cell.splitlines())
            session.execute("\n" * above + cell, session.cell)
        elif magic in ("writefile", "file"):
            mode = "a" if "-a" in line.split() else "w"
            with io.open(line.rsplit(maxsplit=1)[-1], mode, encoding="utf-8") as file:  # noqa: UP020 - `open` may be gone
                file.write(cell)
        return Quiet()

    def run_line_magic(self, magic: str, line: str, *_: Any, **__: Any) -> Quiet:
        """Run what is timed, and the imports of %pylab; all else does nothing."""
        if magic == "pylab":
            self._session.execute(_PYLAB, self._session.cell)
        if magic in RUNS_LINE:
            above = sys._getframe(1).f_lineno - 1  # noqa: SLF001 - so that an error tells the line of the magic
            self._session.execute("\n" * above + line, self._session.cell)
        return Quiet()

    def getoutput(self, *_: Any, **__: Any) -> list[str]:
        """Return what a command said, which is nothing."""
        return []


def _leave(*_: Any) -> None:
    raise SystemExit


def _close_figures() -> None:
    """Close all figures, as Jupyter does after each cell."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is not None:
        with contextlib.suppress(BaseException):  # a figure is not worth a mark
            helpers.Gcf.destroy_all()


def looks_back(cells: Sequence[str], begin: Callable[[int], None] = lambda _: None) -> bool:
    """Return whether a notebook may ask for results of earlier cells.

    Parameters
    ----------
    cells : sequence of str
    begin : callable
        Told the position of a cell before its source is looked into.

    Examples
    --------
    >>> looks_back(["1 + 1", "_ * 2"]), looks_back(["Out[1]"]), looks_back(["def _f(x_): return x_._y"])
    (True, True, False)
    >>> looks_back(["for _ in range(3): print(_)"])
    False
    """
    for number, cell in enumerate(cells):
        if _LOOKS_BACK.search(cell):
            begin(number)
            if not {"_", "Out"}.isdisjoint(reads(cell, {"_"}, ("_", "Out"))):
                return True
    return False


def run_cells(
    session: Session, cells: Sequence[str], left_out: Collection[int], begin: Callable[[int], None]
) -> Mapping[int, str]:
    """Run all cells but some, and return the errors that ended cells.

    Parameters
    ----------
    session : Session
    cells : sequence of str
    left_out : collection of int
        Positions of cells that are not run.
    begin : callable
        Told the position of each cell before it runs.
    """
    errors: dict[int, str] = {}
    room = MAX_ERRORS
    for number, source in enumerate(cells):
        if number not in left_out:
            begin(number)
            if text := session.run_cell(number, source):
                errors[number] = text if room > len(text) else text[:20]
                room -= len(errors[number])
    return errors


def serve(
    read: Callable[[], Any],
    write: Callable[[bytes], None],
    transform: Callable[[str], str],
    begin: Callable[[int], None],
    given: Given,
) -> None:
    """Answer requests for ever.

    The first is ("cells", sources, positions to leave out, functions that will be asked for), answered by
    (errors by position, `Session.intact`). Those after it are ("ask", token, function, calls), answered by a list of the token and
    claims.
    Cells of `given` on which nothing leans are left out as well.
    """
    _, cells, left_out, watched = read()
    not_run = set(left_out)
    seen = ["" if i in not_run else cell for i, cell in enumerate(cells)]  # what ended a child is not looked into
    keeps_results = looks_back(seen, begin)
    if not keeps_results:
        not_run |= idle(seen, given, watched, begin)
    session = Session(transform, watched, keeps_results=keeps_results)
    with session.stage():
        write(wire.encode((run_cells(session, cells, not_run, begin), session.intact)))
        while True:
            _, token, function, calls = read()
            write(session.ask(function, calls, token))
