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
    title = TITLES[name]
    package = importlib.import_module(f"reference.{name}")
    exercises, faults = [], []
    for module in package.ORDER:
        try:
            exercises.append(importlib.import_module(f"{package.__name__}.{module}").EXERCISE)
        except AuthorError as error:
            faults += [f"{error.where}: {fault}" for fault in error.faults]
    unlisted = {m.name for m in pkgutil.iter_modules(package.__path__)} - set(package.ORDER)
    faults += [f"{module}.py is not in ORDER of {package.__name__}" for module in sorted(unlisted)]
    if faults:
        raise AuthorError(name, faults)
    return Topic(name=name, title=title, exercises=tuple(exercises))
