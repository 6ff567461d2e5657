"""The operators of cosmic-ray, a mutation library, which changes trees of parso and so keeps the text as it was.

Only its operators are used: what it plans and runs stays out, for solutions here are neither files nor test suites.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

from grader.errors import UsageError

# Of its operators that put one sign for another, those within one of these families: `<<` for `*` raises for arrays of
# fractions, and `is` for `==` makes no sense for numbers. Signs before a value are only taken away.
_FAMILIES = (
    frozenset({"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"}),
    frozenset({"BitOr", "BitAnd", "BitXor"}),
    frozenset({"Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"}),
    frozenset({"Is", "IsNot"}),
    frozenset({"Delete", "USub"}),
    frozenset({"Delete", "Invert"}),
    frozenset({"Delete", "Not"}),
)
# These ask to be told a name, or take away decorators, which solutions do not have.
_LEFT_OUT = frozenset({"VariableReplacer", "VariableInserter", "RemoveDecorator"})


def changed(source: str) -> Iterator[tuple[str, str]]:
    """Yield ``(operator, source)`` for everything that the library changes in `source`.

    Raises
    ------
    UsageError
        Where the library is not installed.
    """
    mutate, nodes, parse, operators = _library()
    found = list(nodes(parse(source)))
    for name, operator in operators:
        for occurrence in range(sum(len(list(operator.mutation_positions(node))) for node in found)):
            mutated = mutate(source, operator, occurrence)
            if mutated is not None:
                yield name, mutated


@functools.cache
def _library() -> tuple[Any, Any, Any, Sequence[tuple[str, Any]]]:
    try:
        from cosmic_ray.ast import ast_nodes, get_ast  # noqa: PLC0415 - an extra that only this command needs
        from cosmic_ray.mutating import mutate_code  # noqa: PLC0415
        from cosmic_ray.operators.provider import OperatorProvider  # noqa: PLC0415
    except ImportError as error:
        msg = f"mutants are made with cosmic-ray, which cannot be loaded ({error}); pip install 'fullmarks[mutants]'"
        raise UsageError(msg) from error
    provider = OperatorProvider()
    return mutate_code, ast_nodes, get_ast, [(name, provider[name]()) for name in provider if _wanted(name)]


def _wanted(name: str) -> bool:
    """Return whether an operator of the library makes mistakes that people make.

    Examples
    --------
    >>> _wanted("ReplaceComparisonOperator_Lt_LtE"), _wanted("ReplaceBinaryOperator_Mul_LShift")
    (True, False)
    """
    _, *signs = name.split("_")
    return name not in _LEFT_OUT if not signs else any(family >= set(signs) for family in _FAMILIES)
