"""What `fullmarks new` writes: a small exercise that works, to be replaced, with a TODO wherever something belongs."""

from __future__ import annotations

import ast

from grader.errors import BuildError

# The example is the length of a vector. What has to be told anew says TODO, and `fullmarks verify` finds each.
_EXERCISE = '''\
"""TODO: what the function is, in a line."""

from __future__ import annotations

import numpy as np

from reference.bounds import SUM_OF_PRODUCTS
from reference.measures import value
from reference.recipes import given, normal
from reference.spec import Exercise, case, check, misconception

# The length of a vector stands here as an example that works. Put your own function in its place, part by part, and
# take out each TODO as you do what it says; fullmarks verify names those that are left.


def example_name(x):
    """Return the length of a vector (TODO: one sentence; students get this docstring and nothing else of this file).

    Parameters
    ----------
    x : array of shape (n,)
        TODO: what each argument holds, in which unit, and what is allowed.

    Returns
    -------
    float
        TODO: what comes back.

    Raises
    ------
    ValueError
        If `x` is empty (TODO: input that makes no sense; leave this section out where there is none).

    Examples
    --------
    >>> example_name([3.0, 4.0])  # TODO: a call that can be checked by hand
    5.0
    """
    # TODO: the reference solution. Never change an argument: work on a copy.
    x = np.asarray(x, dtype=float)
    if x.size == 0:
        raise ValueError("x is empty")
    return float(np.sqrt(np.sum(x**2)))


# TODO: other correct solutions, as different as people write them. Each must earn full marks.


def with_a_loop(x):
    if len(x) == 0:
        raise ValueError
    total = 0.0
    for number in x:
        total += float(number) ** 2
    return total**0.5


def with_norm(x):
    if np.size(x) == 0:
        raise ValueError
    return np.linalg.norm(x)


# TODO: wrong solutions that people really write, four or more. Each is caught by a hidden case through a wrong result,
# and the hint points to the mistake without giving the answer away.


@misconception("TODO: May entries of different sign cancel?")
def sum_of_entries(x):
    return float(np.sum(x))


@misconception("TODO: How long is a step of 3 to the east and 4 to the north?")
def sum_of_sizes(x):
    return float(np.sum(np.abs(x)))


@misconception("TODO: If x is in metres, what is the unit of your result?")
def without_root(x):
    return float(np.sum(np.asarray(x, dtype=float) ** 2))


@misconception("TODO: Does a vector become longer when an entry of zero is added?")
def root_of_mean(x):
    return float(np.sqrt(np.mean(np.asarray(x, dtype=float) ** 2)))


# TODO: what must hold for every result beside its value, if anything: the inputs and the result, to a residual and the
# bound that it must not exceed. Where the answer is not unique such checks stand alone, and value(...) goes.


@check("the square of the length is the sum of the squares")
def squares_add_up(x, got):
    expected = float(np.sum(np.asarray(x, dtype=float) ** 2))
    return abs(float(got) ** 2 - expected), 4 * SUM_OF_PRODUCTS * expected


EXERCISE = Exercise(
    solution=example_name,
    points=2,  # TODO: what full marks are worth
    cases=(
        # TODO: two or three public cases, which students see and can check by hand; they earn nothing.
        case("by hand", given([3.0, 4.0]), public=True, why="TODO: the square root of 9 + 16 is 5"),
        case("one entry", given([2.0]), public=True, why="TODO: a vector of one entry is as long as that entry"),
        # TODO: hidden cases, which earn the marks: another draw for every seed, every edge, and bad input.
        case("five entries", normal(5), why="TODO: what a wrong solution gets wrong here, in words for a learner"),
        case("below zero", given([-7.0]), kind="edge", why="TODO: a length is never negative"),
        case("nothing", given(np.zeros(0)), kind="error", why="TODO: an empty vector has no direction and no length"),
    ),
    checks=(value(rtol=SUM_OF_PRODUCTS), squares_add_up),  # TODO: a tolerance with its source, see reference.bounds
    misconceptions=(sum_of_entries, sum_of_sizes, without_root, root_of_mean),
    alternatives=(with_a_loop, with_norm),
)
'''

_MASTER = """\
---
jupyter:
  jupytext:
    text_representation:
      extension: .md
      format_name: markdown
  kernelspec:
    display_name: Python 3
    language: python
    name: python3
---

# Example title

TODO: what the topic is about, and what students can do when they are through.

```python
import numpy as np
```
"""

_SECTION = """\

## TODO: a title

TODO: where it is needed, the formula, and an example with numbers.

**Exercise (TODO: 2 points).** Write `example_name`. TODO: say what goes in, what comes out, and when a `ValueError` is due.

```python exercise="example_name"
def example_name(x):
    x = np.asarray(x, dtype=float)  # TODO: a solution as a good student writes it, without a docstring
    if x.size == 0:
        raise ValueError("x is empty")
    return float(np.sqrt(np.sum(x**2)))
```
"""


def title_of(name: str) -> str:
    """Return a title for a name, until its author finds a better one.

    Examples
    --------
    >>> title_of("interest_rates")
    'Interest rates'
    """
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def exercise_file(exercise: str) -> str:
    """Return the file of a new exercise, a small one that works.

    Examples
    --------
    >>> "def present_value(x):" in exercise_file("present_value")
    True
    """
    return _EXERCISE.replace("example_name", exercise)


def master_file(title: str) -> str:
    """Return a master notebook without exercises."""
    return _MASTER.replace("Example title", title)


def with_section(master: str, exercise: str) -> str:
    """Return a master with the section of a new exercise at its end; as it is, where it has one already.

    Examples
    --------
    >>> with_section("# Rates", "present_value").count("present_value")
    3
    """
    if f'exercise="{exercise}"' in master:
        return master
    return master.rstrip("\n") + "\n" + _SECTION.replace("example_name", exercise)


def topic_file() -> str:
    """Return the ``__init__.py`` of a new topic."""
    return '"""TODO: what the topic is about, in a line."""\n\nORDER = ()\n'


def with_entry(source: str, exercise: str) -> str:
    r"""Return the ``__init__.py`` of a topic with an exercise at the end of its ORDER; as it is, where it is there.

    Raises
    ------
    BuildError
        Where it has no ORDER that can be added to.

    Examples
    --------
    >>> with_entry('ORDER = ("yields",)\n', "present_value")
    'ORDER = (\n    "yields",\n    "present_value",\n)\n'
    """
    try:
        assigned = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    except SyntaxError as error:
        msg = f"line {error.lineno}: {error.msg}"
        raise BuildError(msg) from error
    for node in assigned:
        if [ast.unparse(target) for target in node.targets] == ["ORDER"] and isinstance(
            node.value, (ast.Tuple, ast.List)
        ):
            names = [e.value for e in node.value.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
            if len(names) != len(node.value.elts):
                break
            return source if exercise in names else _spliced(source, node.value, exercise)
    msg = "there is no ORDER = (...) of names to add the exercise to"
    raise BuildError(msg)


def _spliced(source: str, order: ast.Tuple | ast.List, exercise: str) -> str:
    """Return the source with an entry more in a tuple; comments between the entries stay where they are."""
    lines = source.encode().splitlines(keepends=True)
    starts = [sum(map(len, lines[:i])) for i in range(len(lines))]

    def place(line: int | None, column: int | None) -> int:
        return starts[(line or 1) - 1] + (column or 0)

    text = source.encode()
    close = place(order.end_lineno, order.end_col_offset) - 1
    if order.lineno == order.end_lineno:
        # On one line: laid out anew, an entry a line.
        names = [ast.unparse(e).replace("'", '"') for e in order.elts]
        body = "".join(f"    {name},\n" for name in [*names, f'"{exercise}"'])
        return (text[: place(order.lineno, order.col_offset) + 1] + f"\n{body}".encode() + text[close:]).decode()
    head, tail = text[:close].rstrip(b" \t"), text[close:]
    if order.elts:
        last = order.elts[-1]
        end = place(last.end_lineno, last.end_col_offset)
        after = b"".join(line.split(b"#")[0] for line in head[end:].splitlines())
        head = head if b"," in after else head[:end] + b"," + head[end:]
    if not head.endswith(b"\n"):
        head += b"\n"
    return (head + f'    "{exercise}",\n'.encode() + tail).decode()


def course_file(title: str) -> str:
    """Return a course.toml without topics."""
    return f"title = {_quoted(title)}\n"


def with_topic(text: str, name: str, title: str) -> str:
    r"""Return a course.toml with a topic more at its end.

    Examples
    --------
    >>> with_topic('title = "Banking"\n', "rates", "Interest rates").splitlines()[2:]
    ['[[topics]]', 'name = "rates"', 'title = "Interest rates"']
    """
    return f"{text.rstrip()}\n\n[[topics]]\nname = {_quoted(name)}\ntitle = {_quoted(title)}\n"


def with_title(source: str, name: str, title: str) -> str:
    r"""Return `reference/catalogue.py` with a topic more at the end of TITLES.

    Raises
    ------
    BuildError
        Where it has no TITLES that can be added to.

    Examples
    --------
    >>> with_title('TITLES = {\n    "rates": "Rates",\n}\n', "options", "Options")
    'TITLES = {\n    "rates": "Rates",\n    "options": "Options",\n}\n'
    """
    begin = source.find("\nTITLES = {\n") + 1 if not source.startswith("TITLES = {\n") else 0
    end = source.find("\n}\n", begin)
    if not source[begin:].startswith("TITLES = {\n") or end < 0:
        msg = "there is no TITLES = {...} to add the topic to"
        raise BuildError(msg)
    return f"{source[: end + 1]}    {_quoted(name)}: {_quoted(title)},\n{source[end + 1 :]}"


def _quoted(text: str) -> str:
    """Return a text as TOML and Python both write it."""
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else " " for c in text) + '"'
