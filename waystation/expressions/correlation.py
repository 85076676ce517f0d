"""What a condition demands of a message: `message.order_no == data.order_no` as a field and the value it must have.

A waiting case is found by these pairs without evaluating its condition, so only parts that must hold count: the whole
condition or an operand of `&&` at its top.
"""

from __future__ import annotations

from collections.abc import Iterator

from waystation.expressions import nodes
from waystation.expressions.nodes import Node, path_of
from waystation.expressions.references import references_of

#: The path of a field below the root, and the node that it must equal.
Pair = tuple[tuple[str, ...], Node]


def correlated(tree: Node, root: str) -> Iterator[Pair]:
    """The fields of `root` that must equal something else which does not read `root`, in the order of the source."""
    if isinstance(tree, nodes.Logic) and tree.operator == "&&":
        for operand in tree.operands:
            yield from correlated(operand, root)
    elif isinstance(tree, nodes.Compare) and tree.operator == "==":
        for field, value in ((tree.left, tree.right), (tree.right, tree.left)):
            path = path_of(field)
            if path and path[0] == root and len(path) > 1 and not _reads(value, root):
                yield path[1:], value


def _reads(tree: Node, root: str) -> bool:
    return any(reference.path[0] == root for reference in references_of(tree))
