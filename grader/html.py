"""Pages for people: one file each, which loads nothing, runs nothing, and escapes what others wrote."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from grader.text import visible


def render(template: str, **values: Any) -> str:
    """Return a page.

    Parameters
    ----------
    template : str
        Name of a file in grader/templates. All extend base.html, whose policy forbids scripts and addresses.
    **values : object
        What the template shows. Texts are escaped unless they are `markupsafe.Markup`.

    Raises
    ------
    jinja2.UndefinedError
        Where the template shows something that is not among `values`.
    """
    return _environment().get_template(template).render(**values)


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
