"""Operands and signs in a row to a tree. From loose to tight: `||`, `&&`, comparisons and `in`, `??`, `+ -`, `* / %`.

The parser reads a whole row first and groups it afterwards, so that precedence costs no depth of calls: sixty
parentheses inside each other fit into any stack that a caller may already have used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from waystation.expressions import nodes
from waystation.expressions.nodes import Node

_LEVELS = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("??",), ("+", "-"), ("*", "/", "%"))

#: How tightly each sign between two operands binds.
LEVEL_OF = {sign: level for level, signs in enumerate(_LEVELS) for sign in signs}


class Operand(NamedTuple):
    """A part of a row with its place, parentheses included."""

    node: Node
    start: int
    end: int


def grouped(operands: Sequence[Operand], signs: Sequence[str]) -> Node:
    """The tree of `operands[0] signs[0] operands[1] …`; there is one sign less than operands."""
    if not signs:
        return operands[0].node
    loosest = min(LEVEL_OF[sign] for sign in signs)
    groups: list[Operand] = []
    splits: list[str] = []
    begin = 0
    for index, sign in enumerate((*signs, None)):
        if sign is None or LEVEL_OF[sign] == loosest:
            group = operands[begin : index + 1]
            groups.append(Operand(grouped(group, signs[begin:index]), group[0].start, group[-1].end))
            begin = index + 1
            if sign is not None:
                splits.append(sign)
    return _joined(groups, splits)


def _joined(groups: list[Operand], signs: list[str]) -> Node:
    """One node for groups that are joined by signs of one level, from left to right."""
    parts = tuple(group.node for group in groups)
    start, end = groups[0].start, groups[-1].end
    if signs[0] in ("||", "&&"):
        return nodes.Logic(signs[0], parts, start, end)
    if signs[0] == "??":
        return nodes.Coalesce(parts, start, end)
    if LEVEL_OF[signs[0]] > LEVEL_OF["??"]:
        return nodes.Arithmetic(parts[0], tuple(zip(signs, parts[1:], strict=True)), start, end)
    compared = parts[0]
    for sign, group in zip(signs, groups[1:], strict=True):
        compared = nodes.Compare(sign, compared, group.node, start, group.end)
    return compared
