"""The expression language of Waystation: CEL's syntax with exact decimals, Chinese names and quiet absence.

Deterministic and bounded: no clock, no random, no I/O, and whatever is written ends soon. Section 3 of
`docs/language.md` is its reference. Everything else in this package is reached through these names.
"""

from __future__ import annotations

from waystation.expressions.check import ExpressionFinding, check_expression, check_value
from waystation.expressions.conversion import plain, typed
from waystation.expressions.environment import Environment
from waystation.expressions.errors import ExpressionError
from waystation.expressions.expression import Expression, compile_expression
from waystation.expressions.references import Reference
from waystation.expressions.template import Template, compile_value
from waystation.expressions.types import Type, type_of_schema

__all__ = [
    "Environment",
    "Expression",
    "ExpressionError",
    "ExpressionFinding",
    "Reference",
    "Template",
    "Type",
    "check_expression",
    "check_value",
    "compile_expression",
    "compile_value",
    "plain",
    "type_of_schema",
    "typed",
]
