"""How a message finds its waiter: from `match` to a field of the message, a value, and what else must hold (4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from waystation.compiler.expression_use import unwrap
from waystation.compiler.findings import Moment
from waystation.contracts.plan import Match
from waystation.contracts.problems import Path
from waystation.expressions import ExpressionError, Type, compile_expression
from waystation.expressions import nodes as tree
from waystation.expressions.nodes import Node, path_of

if TYPE_CHECKING:
    from waystation.compiler.lowering import NodeLowering

MESSAGE: Mapping[str, Type] = {"message": Type("any")}


def match_of(lowering: NodeLowering, raw: Any, path: Path) -> Match | None:
    """A value is compared with `message.key`; a text that reads `message` is a condition."""
    condition = _as_condition(raw)
    if condition is None:
        return Match("key", lowering.value(raw, *path, moment=Moment.EVENT))
    lowering.condition(raw, *path, moment=Moment.EVENT, names=MESSAGE)
    found = correlation_in(condition)
    if found is None:
        lowering.report("no_correlation", *path)
        return None
    name, value, rest = found
    return Match(name, {"$": f"${{ {value} }}"}, rest)


def _as_condition(raw: Any) -> str | None:
    if not isinstance(raw, str):
        return None
    source = unwrap(raw)[0]
    wrapped = source != raw.strip()
    if not wrapped and "message" not in source:
        return None
    try:
        expression = compile_expression(source)
    except ExpressionError:
        return source if wrapped and "message" in source else None
    reads = any(reference.path[0] == "message" for reference in expression.references)
    return source if reads else None


def correlation_in(source: str) -> tuple[str, str, str | None] | None:
    """The field of the message, the expression it equals, and the rest of the condition.

    The first part `message.<field> == <expression without message>` of the conjunction, either way round; None if
    there is none.
    """
    try:
        root = compile_expression(source).tree
    except ExpressionError:
        return None
    parts = root.operands if isinstance(root, tree.Logic) and root.operator == "&&" else (root,)
    for index, part in enumerate(parts):
        pair = _equality(part, source)
        if pair is not None:
            rest = [f"({_text(each, source)})" for number, each in enumerate(parts) if number != index]
            return (*pair, " && ".join(rest) or None)
    return None


def _equality(part: Node, source: str) -> tuple[str, str] | None:
    if not isinstance(part, tree.Compare) or part.operator != "==":
        return None
    for field, value in ((part.left, part.right), (part.right, part.left)):
        path = path_of(field)
        if path is not None and len(path) == 2 and path[0] == "message" and not _reads_message(value):
            return path[1], _text(value, source)
    return None


def _reads_message(node: Node) -> bool:
    if isinstance(node, tree.Name):
        return node.name == "message"
    return any(_reads_message(child) for child in tree.children(node))


def _text(node: Node, source: str) -> str:
    return source[node.start : node.end]
