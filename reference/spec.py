"""What an exercise is: frozen records, checked when they are put together.

An author writes plain functions and composes them in one :class:`Exercise`. Its constructor is the
moment at which the exercise is complete, so that is where every fault of it is reported, all at once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

Kind = Literal["plain", "counterpart", "edge", "stability", "error"]
KINDS: tuple[str, ...] = get_args(Kind)

# At most a quarter of the points may come from cases of these kinds: they ask for care, not for the idea.
CAPPED_KINDS = ("error", "stability")

# The solution in the master notebook, where mutants are spoken of.
NOTEBOOK = "notebook"


class AuthorError(Exception):
    """An exercise is not well formed. Carries every fault found, one line each.

    Attributes
    ----------
    where : str
        The exercise or topic that is at fault.
    faults : tuple of str
        What is wrong, what was expected and what to do, one line a fault.
    """

    def __init__(self, where: str, faults: Sequence[str]) -> None:
        super().__init__(where, tuple(faults))
        self.where = where
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join(f"{self.where}: {fault}" for fault in self.faults)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """How to make one or more arguments of a case from a random generator.

    Attributes
    ----------
    text : str
        The recipe as an author would write it; it identifies the recipe in lists.
    draw : callable
        ``draw(rng)`` returns a tuple with the arguments made.
    """

    text: str
    draw: Callable[[np.random.Generator], tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A relation that an output must satisfy, as a residual that must not exceed a bound.

    Attributes
    ----------
    name : str
        What must hold, as a clause a learner reads: "the columns of Q are orthonormal".
    residual : callable
        A function defined at the top of a module. ``residual(*inputs, output, **options)`` for a property,
        ``residual(expected, output, **options)`` for a comparison; returns ``(residual, bound)``.
    against : {"inputs", "expected"}
        What the output is held against.
    options : tuple of (str, float or int or None)
        Keyword arguments of `residual`.
    """

    name: str
    residual: Callable[..., tuple[float, float]]
    against: Literal["inputs", "expected"] = "inputs"
    options: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One input on which a solution is tried, and the reason why it is tried.

    Attributes
    ----------
    name : str
        Identifies the case within its exercise; the draw of its inputs depends on it.
    inputs : tuple of Recipe
        Together they make the positional arguments.
    why : str
        What a wrong solution gets wrong here, in words a learner understands.
    kind : {"plain", "counterpart", "edge", "stability", "error"}
        An ``error`` case expects `ValueError`; the other kinds expect a result. A plain case and its ``counterpart``
        earn only together: for questions with few answers, of which each is right somewhere.
    public : bool
        Whether students have the case in their notebook. Public cases earn nothing.
    checks : tuple of Check, optional
        Checks for this case instead of those of the exercise.
    """

    name: str
    inputs: tuple[Recipe, ...]
    why: str
    kind: Kind = "plain"
    public: bool = False
    checks: tuple[Check, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Misconception:
    """A wrong solution that people really write.

    Attributes
    ----------
    name : str
        The name of its function.
    hint : str
        A question or remark that points to the mistake without giving the answer away.
    solution : callable
        The wrong solution.
    """

    name: str
    hint: str
    solution: Callable[..., Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Equivalent:
    """A change of a right solution that leaves it right, so that no case can tell the two apart.

    Attributes
    ----------
    function : str
        Whose change it is: the name of the solution or of an alternative, or "notebook" for the master's solution.
    was, becomes : str
        The lines that change, before and after, as `fullmarks verify --mutants` shows them.
    reason : str
        Why both are right: a proof, or an argument with numbers.
    """

    function: str
    was: str
    becomes: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Exercise:
    """A function to write, with all that is needed to mark it.

    Attributes
    ----------
    solution : callable
        The reference solution. Its name and signature are the student's; so is its docstring.
    points : int
        What full marks are worth.
    cases : tuple of Case
        Public and hidden cases.
    checks : tuple of Check
        What holds for the result of every case that is not an error case.
    misconceptions : tuple of Misconception
        Wrong solutions, each caught by at least one hidden case through a wrong result.
    alternatives : tuple of callable
        Other correct solutions; they earn full marks.
    free_shape : bool
        Whether arrays may have other lengths than the reference's; the number of their axes counts all the same.
    equivalents : tuple of Equivalent
        Changes of its solutions that no case can find; each with the reason.

    Raises
    ------
    AuthorError
        With all faults of the exercise at once.
    """

    solution: Callable[..., Any]
    points: int
    cases: tuple[Case, ...]
    checks: tuple[Check, ...]
    misconceptions: tuple[Misconception, ...] = ()
    alternatives: tuple[Callable[..., Any], ...] = ()
    free_shape: bool = False
    equivalents: tuple[Equivalent, ...] = ()

    @property
    def name(self) -> str:
        """The name of the function that students write."""
        return self.solution.__name__

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise AuthorError(getattr(self.solution, "__name__", repr(self.solution)), faults)


def case(
    name: str,
    *inputs: Recipe,
    why: str,
    kind: Kind = "plain",
    public: bool = False,
    checks: tuple[Check, ...] | None = None,
) -> Case:
    """Return a :class:`Case`; its positional arguments after the name are recipes.

    Examples
    --------
    >>> from reference.recipes import normal
    >>> case("tall", normal(5, 3), why="more rows than columns").kind
    'plain'
    """
    return Case(name=name, inputs=inputs, why=why, kind=kind, public=public, checks=checks)


def check(name: str) -> Callable[[Callable[..., tuple[float, float]]], Check]:
    """Make a property check of a function ``(*inputs, output) -> (residual, bound)``.

    Examples
    --------
    >>> @check("the result has unit length")
    ... def unit(x, y):
    ...     return abs(float(y @ y) - 1), 1e-12
    >>> unit.name
    'the result has unit length'
    """
    _refuse_bare("check", name)

    def make(residual: Callable[..., tuple[float, float]]) -> Check:
        return Check(name=name, residual=residual)

    return make


def misconception(hint: str) -> Callable[[Callable[..., Any]], Misconception]:
    """Make a misconception of a wrong solution; the function's name becomes the misconception's.

    Examples
    --------
    >>> @misconception("Which of the two is the row?")
    ... def transposed(A):
    ...     return A.T
    >>> transposed.name
    'transposed'
    """
    _refuse_bare("misconception", hint)

    def make(solution: Callable[..., Any]) -> Misconception:
        return Misconception(name=solution.__name__, hint=hint, solution=solution)

    return make


def _refuse_bare(decorator: str, text: Any) -> None:
    if callable(text):
        what = "hint" if decorator == "misconception" else "name"
        msg = f'@{decorator} above {text.__name__} lacks its {what}; write @{decorator}("...")'
        raise TypeError(msg)


def equivalents(function: str, was: str, *becomes: str, reason: str) -> tuple[Equivalent, ...]:
    """Return an :class:`Equivalent` for each of several changes of the same lines that have the same reason.

    Examples
    --------
    >>> [e.becomes for e in equivalents("norm", "if x <= 0:", "if x < 0:", "if x == 0:", reason="x is never negative")]
    ['if x < 0:', 'if x == 0:']
    """
    return tuple(Equivalent(function=function, was=was, becomes=line, reason=reason) for line in becomes)


def _faults(exercise: Exercise) -> Iterator[str]:
    """Yield every fault of `exercise` in the words its author needs."""
    yield from _faults_of_functions(exercise)
    yield from _faults_of_cases(exercise)
    yield from _faults_of_checks(exercise)
    yield from _faults_of_misconceptions(exercise)
    yield from _faults_of_equivalents(exercise)


def _faults_of_functions(exercise: Exercise) -> Iterator[str]:
    if not callable(exercise.solution):
        yield f"solution={exercise.solution!r}: expected a function"
        return
    if not (exercise.solution.__doc__ or "").strip():
        yield "the solution has no docstring: students would see none; write one"
    if not isinstance(exercise.points, int) or exercise.points < 1:
        yield f"points={exercise.points!r}: expected a whole number of at least 1"
    if not isinstance(exercise.alternatives, tuple):
        yield "alternatives: expected a tuple (is a comma missing?)"
    elif not all(callable(a) for a in exercise.alternatives):
        yield "alternatives: expected functions only"
    else:
        yield from _faults_of_signatures(exercise)


def _faults_of_signatures(exercise: Exercise) -> Iterator[str]:
    """Yield which of the other solutions cannot be called as the reference is."""
    arguments = inspect.signature(exercise.solution)
    wrong = exercise.misconceptions if isinstance(exercise.misconceptions, tuple) else ()
    others = [("misconception", m.solution) for m in wrong if isinstance(m, Misconception)]
    for what, function in [*(("alternative", a) for a in exercise.alternatives), *others]:
        try:
            takes = inspect.signature(function)
        except ValueError:  # some functions that are built in have none
            continue
        try:
            takes.bind(*arguments.parameters)
        except TypeError:
            yield f"{what} {function.__name__!r} takes {takes}, expected {arguments}"


def _faults_of_cases(exercise: Exercise) -> Iterator[str]:
    cases = exercise.cases
    if not isinstance(cases, tuple) or not all(isinstance(c, Case) for c in cases):
        yield "cases: expected a tuple of case(...) (is a comma missing?)"
        return
    names = [c.name for c in cases]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"case {name!r} is declared {names.count(name)} times; names must differ"
    for c in cases:
        if not c.why.strip():
            yield f"case {c.name!r}: why is empty; say what a wrong solution gets wrong here"
        if c.kind not in KINDS:
            yield f"case {c.name!r}: kind={c.kind!r}, expected one of {', '.join(KINDS)}"
        yield from _faults_of_inputs(c)
    for public, least in ((True, 1), (False, 1)):
        plain = sum(c.kind == "plain" and c.public is public for c in cases)
        if plain < least:
            yield f"no {'public' if public else 'hidden'} plain case; others lean on one, so add it"


def _faults_of_inputs(c: Case) -> Iterator[str]:
    if not c.inputs:
        yield f"case {c.name!r}: it has no inputs; add a recipe for each argument"
    for r in c.inputs:
        if not isinstance(r, Recipe):
            yield f"case {c.name!r}: the input {r!r:.60} is no recipe; write given(...) around a value"


def _faults_of_checks(exercise: Exercise) -> Iterator[str]:
    if not isinstance(exercise.checks, tuple) or not all(isinstance(c, Check) for c in exercise.checks):
        yield "checks: expected a tuple of checks (is a comma missing?)"
        return
    if not exercise.checks:
        yield "no check: every answer would be right; add value(...) or a property"
    if not callable(exercise.solution):
        return
    arguments = len(inspect.signature(exercise.solution).parameters)
    cases = exercise.cases if isinstance(exercise.cases, tuple) else ()
    of_cases = [c.checks or () for c in cases if isinstance(c, Case)]
    for c in {id(c): c for group in (exercise.checks, *of_cases) for c in group}.values():
        takes = len(inspect.signature(c.residual).parameters) - len(c.options)
        expected = 2 if c.against == "expected" else arguments + 1
        if takes != expected:
            yield f"check {c.name!r} takes {takes} arguments, expected {expected}: the inputs and the output"
        if "<locals>" in c.residual.__qualname__ or c.residual.__name__ == "<lambda>":
            yield f"check {c.name!r} is not a function at the top of a module; test files quote its source"


def _faults_of_misconceptions(exercise: Exercise) -> Iterator[str]:
    wrong = exercise.misconceptions
    held: tuple[Any, ...] = wrong if isinstance(wrong, tuple) else ()
    bare = [m.__name__ for m in held if inspect.isfunction(m)]
    yield from (f'misconceptions: {name} has no hint; write @misconception("...") above it' for name in bare)
    if not isinstance(wrong, tuple) or not all(isinstance(m, Misconception) for m in wrong):
        if not bare:
            yield "misconceptions: expected a tuple of misconceptions (is a comma missing?)"
        return
    names = [m.name for m in wrong]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"misconception {name!r} is declared {names.count(name)} times; names must differ"
    for m in wrong:
        if not m.hint.strip():
            yield f"misconception {m.name!r} has no hint"


def _faults_of_equivalents(exercise: Exercise) -> Iterator[str]:
    declared = exercise.equivalents
    if not isinstance(declared, tuple) or not all(isinstance(e, Equivalent) for e in declared):
        yield "equivalents: expected what equivalents(...) returns, joined by +"
        return
    alternatives = exercise.alternatives if isinstance(exercise.alternatives, tuple) else ()
    known = [getattr(f, "__name__", "") for f in (exercise.solution, *alternatives)] + [NOTEBOOK]
    seen = set()
    for e in declared:
        where = f"equivalent {e.was!r} to {e.becomes!r} of {e.function!r}"
        if e.function not in known:
            yield f"{where}: there is no such solution; expected one of {', '.join(known)}"
        if not e.reason.strip():
            yield f"{where} has no reason; say why both are right"
        if e.was == e.becomes:
            yield f"{where}: nothing changes; write the lines before and after"
        if (e.function, e.was, e.becomes) in seen:
            yield f"{where} is declared twice"
        seen.add((e.function, e.was, e.becomes))
