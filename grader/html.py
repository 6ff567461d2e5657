"""Pages for people: one file each, which loads nothing, runs nothing, and escapes what others wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from grader.text import visible


def render(template: str, filters: Mapping[str, Callable[..., Any]] | None = None, /, **values: Any) -> str:
    """Return a page.

    Parameters
    ----------
    template : str
        Name of a file in grader/templates. All extend base.html, whose policy forbids addresses, and scripts but for
        a page's own.
    filters : mapping of str to callable, optional
        Filters that the template uses beside `visible`.
    **values : object
        What the template shows. Texts are escaped unless they are `markupsafe.Markup`.

    Raises
    ------
    jinja2.UndefinedError
        Where the template shows something that is not among `values`.
    """
    environment = _environment()
    environment.filters.update(filters or {})
    return environment.get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Before anything is escaped: control characters and overrides of direction are no matter of HTML.
    environment.filters["visible"] = visible
    return environment
