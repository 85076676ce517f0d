"""Conditions that compare one value with one number, as the numbers for which they hold.

Only such conditions are understood, and only with a number written out: that is enough to see that `data.n > 10` never
gets its turn behind `data.n > 5`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from waystation.expressions import ExpressionError, compile_expression
from waystation.expressions.nodes import Compare, Literal, Node, Unary, path_of

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
_INFINITE = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Numbers of a value between two ends; `low_in` and `high_in` say whether the ends belong to them."""

    path: tuple[str, ...]
    low: Decimal = -_INFINITE
    low_in: bool = False
    high: Decimal = _INFINITE
    high_in: bool = False

    def within(self, other: Bounds) -> bool:
        """Whether `other` holds wherever this does."""
        above = self.low > other.low or (self.low == other.low and self.low_in <= other.low_in)
        below = self.high < other.high or (self.high == other.high and self.high_in <= other.high_in)
        return self.path == other.path and above and below


def bounds_of(source: str) -> Bounds | None:
    """The numbers for which a condition holds; None where it is not a single comparison with a number."""
    try:
        tree = compile_expression(source).tree
    except ExpressionError:
        return None
    if not isinstance(tree, Compare) or tree.operator not in _MIRRORED:
        return None
    path, number, operator = path_of(tree.left), _number(tree.right), tree.operator
    if path is None:
        path, number, operator = path_of(tree.right), _number(tree.left), _MIRRORED[operator]
    if path is None or number is None:
        return None
    match operator:
        case "<" | "<=":
            return Bounds(path, high=number, high_in=operator == "<=")
        case ">" | ">=":
            return Bounds(path, low=number, low_in=operator == ">=")
        case _:
            return Bounds(path, number, True, number, True)


def _number(node: Node) -> Decimal | None:
    if isinstance(node, Unary) and node.operator == "-":
        inside = _number(node.operand)
        return None if inside is None else -inside
    value = node.value if isinstance(node, Literal) else None
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
