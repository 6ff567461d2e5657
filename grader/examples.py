"""The examples in the docstrings of exercises: students read them first, so they must be true."""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from typing import Any

from reference.spec import Exercise


def wrong_examples(exercise: Exercise) -> Iterator[str]:
    """Yield for each example in the docstring of the solution what it should give, where it gives something else.

    Examples
    --------
    >>> from reference.catalogue import load_topic
    >>> list(wrong_examples(load_topic("linear_algebra").exercises[0]))
    []
    """
    runner = _Runner(verbose=False)
    solution: Any = exercise.solution
    try:
        test = doctest.DocTestParser().get_doctest(solution.__doc__, solution.__globals__, exercise.name, None, 0)
    except ValueError as error:  # such as an example that is not indented as it began
        yield f"the examples in its docstring cannot be read: {error}"
        return
    runner.run(test, out=lambda _: None)
    yield from runner.faults


class _Runner(doctest.DocTestRunner):
    """Collects what doctest would print."""

    def __init__(self, *, verbose: bool) -> None:
        super().__init__(verbose=verbose)
        self.faults: list[str] = []

    def report_failure(self, _: Any, __: doctest.DocTest, example: doctest.Example, got: str) -> None:
        """Keep a result that is another than the docstring's."""
        expected = " ".join(example.want.split()) or "nothing"
        self.faults.append(
            f"{_shown(example)} gives {' '.join(got.split()) or 'nothing'}, the docstring says {expected}"
        )

    def report_unexpected_exception(self, _: Any, __: doctest.DocTest, example: doctest.Example, exc_info: Any) -> None:
        """Keep an exception that the docstring does not speak of."""
        self.faults.append(f"{_shown(example)} raises {exc_info[0].__name__}: {exc_info[1]}")


def _shown(example: doctest.Example) -> str:
    return f"the example {' '.join(example.source.split())}"
