"""Which names an expression reads, and which of these reads are safe where the name is absent.

A read is guarded when its absence is provided for: inside `has(…)`, left of `??`, through `?.`, compared with null, or
where a condition around it has asked before: `has(data.x) && data.x > 1`, `data.x != null ? data.x : 0`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from waystation.expressions import nodes
from waystation.expressions.nodes import Node, path_of

Path = tuple[str, ...]
_Paths = frozenset[Path]
_NONE: _Paths = frozenset()


@dataclass(frozen=True, slots=True)
class Reference:
    """One read of a free name, as far as its path is fixed: `data.lines[0].sku` reads `("data", "lines")`.

    `start` and `end` are characters of the source; `guarded` says that absence does no harm here.
    """

    path: Path
    start: int
    end: int
    guarded: bool


@dataclass(frozen=True, slots=True)
class _Where:
    """The circumstances of a node: whether absence does no harm, which names are hidden, which paths are assured."""

    safe: bool = False
    hidden: frozenset[str] = frozenset()
    assured: _Paths = _NONE

    def made_safe(self) -> _Where:
        return replace(self, safe=True)

    def after(self, condition: Node, *, holds: bool) -> _Where:
        return replace(self, assured=self.assured | assured_by(condition, holds=holds))


def references_of(tree: Node) -> tuple[Reference, ...]:
    """All reads of free names, in the order of the source. Variables of macros are not free."""
    collector = _Collector()
    collector.visit(tree, _Where())
    return tuple(sorted(collector.found, key=lambda reference: (reference.start, reference.end)))


class _Collector:
    def __init__(self) -> None:
        self.found: list[Reference] = []

    def visit(self, node: Node, where: _Where) -> None:
        match node:
            case nodes.Name() | nodes.Select() | nodes.Index() | nodes.Maybe() | nodes.Quiet():
                self.access(node, where)
            case nodes.Has():
                self.visit(node.selected, where.made_safe())
            case nodes.Coalesce():
                for operand in node.operands[:-1]:
                    self.visit(operand, where.made_safe())
                self.visit(node.operands[-1], where)
            case nodes.Compare(operator="==" | "!=") if _is_null(node.left) or _is_null(node.right):
                for side in (node.left, node.right):
                    self.visit(side, where.made_safe() if path_of(side) else where)
            case nodes.Logic() | nodes.Choose() | nodes.Macro():
                self.visit_in_turn(node, where)
            case _:
                for child in nodes.children(node):
                    self.visit(child, where)

    def visit_in_turn(self, node: nodes.Logic | nodes.Choose | nodes.Macro, where: _Where) -> None:
        """Nodes whose later parts are reached only when the earlier ones came out in one way."""
        match node:
            case nodes.Logic():
                for operand in node.operands:
                    self.visit(operand, where)
                    where = where.after(operand, holds=node.operator == "&&")
            case nodes.Choose():
                for test, value in node.branches:
                    self.visit(test, where)
                    self.visit(value, where.after(test, holds=True))
                    where = where.after(test, holds=False)
                self.visit(node.otherwise, where)
            case nodes.Macro():
                self.visit(node.source, where)
                where = replace(where, hidden=where.hidden | {node.variable})
                if node.condition is not None:
                    self.visit(node.condition, where)
                    where = where.after(node.condition, holds=True)
                self.visit(node.body, where)

    def access(self, node: Node, where: _Where) -> None:
        """A chain of fields and elements: the longest fixed part from its root is one reference."""
        links: list[Node] = []
        while True:
            match node:
                case nodes.Quiet(chain=inner):
                    node = inner
                case nodes.Maybe(target=inner):
                    node, where = inner, where.made_safe()
                case nodes.Select(target=inner):
                    links.append(node)
                    node = inner
                case nodes.Index(target=inner):
                    self.visit(node.key, where)
                    links.append(node)
                    node = inner
                case nodes.Name():
                    return self.record(node, links[::-1], where)
                case _:
                    return self.visit(node, where)

    def record(self, root: nodes.Name, links: list[Node], where: _Where) -> None:
        if root.name in where.hidden:
            return
        last: Node = root
        for link in links:
            if path_of(link) is None:
                break
            last = link
        path = path_of(last) or (root.name,)
        guarded = where.safe or any(path[:length] in where.assured for length in range(1, len(path) + 1))
        self.found.append(Reference(path, root.start, last.end, guarded))


def assured_by(condition: Node, *, holds: bool) -> _Paths:
    """The paths that are certainly present when `condition` holds, or when it does not."""
    match condition:
        case nodes.Has() if holds:
            path = path_of(condition.selected)
            return frozenset({path}) if path else _NONE
        case nodes.Compare(operator="==" | "!=" as sign) if (sign == "!=") is holds:
            sides = (condition.left, condition.right)
            paths = (path_of(side) for side in sides)
            return frozenset(path for path in paths if path) if any(map(_is_null, sides)) else _NONE
        case nodes.Unary(operator="!"):
            return assured_by(condition.operand, holds=not holds)
        case nodes.Logic(operator=sign) if (sign == "&&") is holds:
            return frozenset().union(*(assured_by(operand, holds=holds) for operand in condition.operands))
        case _:
            return _NONE


def _is_null(node: Node) -> bool:
    return isinstance(node, nodes.Literal) and node.value is None
