"""The static check of an expression against the types of the names in scope: everything that is certainly wrong.

All findings are collected. What is not known (`any`) is let pass; it fails at run time as a node error if it must.
"""

from __future__ import annotations

from collections.abc import Mapping

from waystation.expressions.checker import Checker
from waystation.expressions.errors import ExpressionError
from waystation.expressions.findings import ExpressionFinding, finding_of
from waystation.expressions.parser import parse, too_deep
from waystation.expressions.template import pieces_of
from waystation.expressions.types import ANY, STRING, Type

__all__ = ["ExpressionFinding", "check_expression", "check_value"]


def check_expression(
    source: str, scope: Mapping[str, Type], expected: Type | None = None
) -> tuple[Type, list[ExpressionFinding]]:
    """The type of an expression and all that is wrong with it.

    Args:
        source: without its `${ }`.
        scope: the type of each name that may be read.
        expected: what the value is used as (`Type("bool")` for a condition); None: anything.

    Returns:
        The type (`any` where it is not known) and the findings in the order of the source. Codes: `unknown_field`
        for a field that a known object does not have, `dead_branch` (a warning) for a comparison that can only have
        one outcome, `expression` for everything else.
    """
    try:
        tree = parse(source)
        checker = Checker(scope)
        found = checker.type_of(tree)
    except ExpressionError as error:
        return ANY, [finding_of(error)]
    except RecursionError:
        return ANY, [finding_of(too_deep(0, len(source)))]
    if expected is not None:
        checker.expect(tree, found, expected)
    return found, checker.findings.ordered()


def check_value(
    text: str, scope: Mapping[str, Type], expected: Type | None = None
) -> tuple[Type, list[ExpressionFinding]]:
    """The type of a text that may hold expressions, as `compile_value` reads it, and all that is wrong with it.

    A single `${ … }` has the type of its expression, everything else is a string. Places are characters of `text`.
    `expected` is for a single expression only: other texts are the schema's business.
    """
    try:
        pieces = pieces_of(text)
    except ExpressionError as error:
        return ANY, [finding_of(error)]
    alone = len(pieces) == 1
    found, findings = Type("string", values=(text,)) if alone else STRING, []
    for piece in pieces:
        if piece.is_expression:
            inner, faults = check_expression(piece.text, scope, expected if alone else None)
            findings += [fault.moved(piece.start) for fault in faults]
            found = inner if alone else STRING
    return found, findings
