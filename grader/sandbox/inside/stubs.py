"""What notebooks use that has no place behind the walls: it takes whatever is done to it, and does nothing."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

# Grading is ours, and there is nobody to display anything to; the real packages would cost a quarter of a second.
QUIET_PACKAGES = ("otter", "IPython")


class Quiet:
    """Takes every call, attribute and item, and shows nothing.

    Examples
    --------
    >>> f"{Quiet().widget(1).value[0]:.3f}"
    ''
    """

    def __init__(self, *_: Any, **__: Any) -> None:
        """Take whatever it is made with."""

    def __call__(self, *_: Any, **__: Any) -> Quiet:
        """Do nothing."""
        return self

    def __getattr__(self, name: str) -> Quiet:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Quiet:
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        """Forget it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let errors pass."""

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (object,)

    def __repr__(self) -> str:
        return ""

    def __format__(self, spec: str) -> str:
        return ""

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class _QuietModule(types.ModuleType):
    __version__ = "0"

    def __getattr__(self, name: str) -> Quiet:
        if name.startswith("__"):
            raise AttributeError(name)
        return Quiet()


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the quiet packages, and in them every module that anybody asks for."""

    def __init__(self, get_ipython: Callable[[], Any]) -> None:
        self._get_ipython = get_ipython

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: types.ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a specification of any module in a quiet package."""
        if fullname.partition(".")[0] not in QUIET_PACKAGES:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return a quiet module."""
        return _QuietModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Add the one function that does something."""
        module.__dict__["get_ipython"] = self._get_ipython


@contextmanager
def quiet_packages(get_ipython: Callable[[], Any]) -> Iterator[None]:
    """Put quiet packages in the place of the real ones for a while."""
    finder = _Finder(get_ipython)
    kept = {name: module for name, module in sys.modules.items() if _quiet(name)}
    for name in kept:
        del sys.modules[name]
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if _quiet(name)]:
            del sys.modules[name]
        sys.modules.update(kept)


def _quiet(name: str) -> bool:
    return name.partition(".")[0] in QUIET_PACKAGES
