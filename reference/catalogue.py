"""The course: its topics and their exercises, in the order of the course."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass

from reference.spec import AuthorError, Exercise


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """A chapter of the course and one assignment.

    Attributes
    ----------
    name : str
        Identifier, name of its package and its folder: "linear_algebra".
    title : str
        What people read: "Linear algebra".
    exercises : tuple of Exercise
        In the order of the notebook.
    """

    name: str
    title: str
    exercises: tuple[Exercise, ...]


# The package that a course of somebody's own is loaded under: no installed package is called so.
OWN = "_fullmarks_course"

TITLE = "Mathematics for Machine Learning"

# A topic's package lists its exercise modules in the order of the course as ORDER.
TITLES = {
    "what_is_learning": "What is learning?",
    "linear_algebra": "Linear algebra",
    "multivariable_calculus": "Multivariable calculus",
    "probability": "Probability",
    "optimisation": "Optimisation",
    "linear_regression": "Linear regression",
    "logistic_regression": "Logistic regression",
}


def topic_names() -> tuple[str, ...]:
    """Return the names of all topics in the order of the course.

    Examples
    --------
    >>> "linear_algebra" in topic_names()
    True
    """
    return tuple(TITLES)


def load_topic(name: str) -> Topic:
    """Return the topic of that name with its exercises.

    Raises
    ------
    KeyError
        Where there is no such topic.
    AuthorError
        With the faults of all its exercises at once.

    Examples
    --------
    >>> load_topic("linear_algebra").title
    'Linear algebra'
    """
    return assemble(name, TITLES[name], f"reference.{name}")


def assemble(name: str, title: str, package: str) -> Topic:
    """Return the topic whose exercises are the modules that a package lists as ORDER.

    Parameters
    ----------
    name, title : str
        What the topic is called.
    package : str
        Full name of the package, "reference.linear_algebra". A module whose name begins with an underscore holds what
        exercises share and is none itself.

    Raises
    ------
    AuthorError
        With the faults of all its modules at once.
    """
    try:
        held = importlib.import_module(package)
    except (Exception, SystemExit) as error:
        raise AuthorError(name, [f"__init__.py: {_told(error, package)}"]) from error
    order = getattr(held, "ORDER", None)
    if not isinstance(order, (tuple, list)) or not all(isinstance(entry, str) for entry in order):
        fault = f"__init__.py has ORDER = {order!r}; expected a tuple with the names of its exercises"
        raise AuthorError(name, [fault])
    exercises, faults = [], []
    for module in dict.fromkeys(order):
        try:
            exercises.append(_exercise(package, module))
        except AuthorError as error:
            faults += [f"{error.where}: {fault}" for fault in error.faults]
    faults += [
        f"ORDER names {entry!r} {order.count(entry)} times" for entry in dict.fromkeys(order) if order.count(entry) > 1
    ]
    modules = {m.name for m in pkgutil.iter_modules(held.__path__) if not m.name.startswith("_")}
    faults += [f"{module}.py is not in ORDER of __init__.py; add it" for module in sorted(modules - set(order))]
    if faults:
        raise AuthorError(name, faults)
    return Topic(name=name, title=title, exercises=tuple(exercises))


def _exercise(package: str, module: str) -> Exercise:
    """Return the exercise of a module.

    Raises
    ------
    AuthorError
        Where it has none, or cannot be imported for whatever reason.
    """
    full = f"{package}.{module}"
    try:
        exercise = getattr(importlib.import_module(full), "EXERCISE", None)
    except AuthorError as error:
        line = _line(error, full)
        raise AuthorError(
            f"{module}.py", [f"line {line}: {fault}" for fault in error.faults] if line else error.faults
        ) from error
    except (Exception, SystemExit) as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == full
        fault = "there is no such file, but ORDER of __init__.py names it" if missing else _told(error, full)
        raise AuthorError(f"{module}.py", [fault]) from error
    if not isinstance(exercise, Exercise):
        raise AuthorError(f"{module}.py", [f"EXERCISE is {exercise!r}; expected EXERCISE = Exercise(...)"])
    if exercise.name != module:
        fault = f"its solution is called {exercise.name}; expected {module}, for a file is called as its function"
        raise AuthorError(f"{module}.py", [fault])
    return exercise


def _line(error: BaseException, module: str) -> int | None:
    """Return the innermost line of a module that an error came through."""
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") == module:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _told(error: BaseException, module: str) -> str:
    """Return in one line why a module cannot be imported, and in which of its lines that shows."""
    line, text = _line(error, module), " ".join(str(error).split())
    if isinstance(error, SyntaxError) and line is None:  # in this file; one in a file that it imports says where
        line, text = error.lineno, error.msg
    kind = type(error).__name__
    return f"{f'line {line}: ' if line else ''}{f'{kind}: {text}' if text else kind}"
