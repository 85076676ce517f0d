"""A tree to a function: every node becomes a closure over its parts, once, so that evaluating is plain calls."""

from __future__ import annotations

from typing import Any

from waystation.expressions import access, conditions, infix, nodes
from waystation.expressions.access import Variables
from waystation.expressions.environment import Frame, Run
from waystation.expressions.errors import ExpressionError, failure
from waystation.expressions.functions import compile_call
from waystation.expressions.macros import compile_macro
from waystation.expressions.nodes import Node
from waystation.expressions.operators import negate


def compile_tree(tree: Node) -> tuple[Run, int]:
    """The function of a whole tree, and how many variables of macros it has at once."""
    compiler = _Compiler()
    return compiler.run_of(tree), compiler.variables.most


class _Compiler:
    def __init__(self) -> None:
        self.variables = Variables()

    def runs_of(self, several: tuple[Node, ...]) -> list[Run]:
        return [self.run_of(node) for node in several]

    def run_of(self, node: Node) -> Run:
        match node:
            case nodes.Literal(value=value):
                return lambda frame: value
            case nodes.Name():
                return access.read_name(node, self.variables)
            case nodes.Select():
                return self.select(node)
            case nodes.Index():
                return access.read_index(node, self.run_of(node.target), self.run_of(node.key))
            case nodes.Maybe():
                return access.unless_missing(self.run_of(node.target))
            case nodes.Quiet():
                return access.quietly(self.run_of(node.chain))
            case nodes.Has():
                return access.is_present(node, self.run_of(node.selected.target))
            case nodes.Call():
                return compile_call(node, self.runs_of(node.arguments))
            case nodes.Macro():
                return self.macro(node)
            case nodes.ListOf():
                items = self.runs_of(node.items)
                return lambda frame: [item(frame) for item in items]
            case nodes.MapOf():
                return _map_of([(self.run_of(key), self.run_of(value), key) for key, value in node.entries])
            case _:
                return self.operator(node)

    def operator(
        self,
        node: nodes.Unary | nodes.Arithmetic | nodes.Compare | nodes.Logic | nodes.Coalesce | nodes.Choose,
    ) -> Run:
        match node:
            case nodes.Unary(operator="!"):
                return conditions.negation(node.operand, self.run_of(node.operand))
            case nodes.Unary():
                return _negative(node, self.run_of(node.operand))
            case nodes.Arithmetic():
                operands = [self.run_of(operand) for _, operand in node.rest]
                return infix.arithmetic(node, self.run_of(node.first), operands)
            case nodes.Compare():
                return infix.comparison(node, self.run_of(node.left), self.run_of(node.right))
            case nodes.Logic():
                return conditions.logic(node, self.runs_of(node.operands))
            case nodes.Coalesce():
                return conditions.coalesce(self.runs_of(node.operands))
            case nodes.Choose():
                branches = [(self.run_of(test), self.run_of(value)) for test, value in node.branches]
                return conditions.choice(node, branches, self.run_of(node.otherwise))

    def select(self, node: nodes.Select) -> Run:
        chain, root = [node], node.target
        while isinstance(root, nodes.Select):
            chain.append(root)
            root = root.target
        if isinstance(root, nodes.Name) and root.name not in self.variables.slots:
            return access.read_fields(root, chain[::-1])
        return access.read_field(node, self.run_of(node.target))

    def macro(self, node: nodes.Macro) -> Run:
        source = self.run_of(node.source)
        with self.variables.bound(node.variable) as slot:
            condition = self.run_of(node.condition) if node.condition else None
            return compile_macro(node, source, slot, condition, self.run_of(node.body))


def _map_of(entries: list[tuple[Run, Run, Node]]) -> Run:
    def run(frame: Frame) -> dict[Any, Any]:
        built: dict[Any, Any] = {}
        for key_of, value_of, place in entries:
            key = key_of(frame)
            if type(key) not in (str, int, bool):
                en, zh = "a key must be text, an integer or true/false", "键必须是文本、整数或布尔值"
                raise failure("type", en, zh, place.start, place.end)
            if key in built:
                raise failure("type", "the key is given twice", "键重复", place.start, place.end)
            built[key] = value_of(frame)
        return built

    return run


def _negative(node: nodes.Unary, operand: Run) -> Run:
    literal = node.operand.value if isinstance(node.operand, nodes.Literal) else None
    if literal is not None and type(literal) is not str and type(literal) is not bool:
        value = negate(literal)
        return lambda frame: value

    def run(frame: Frame) -> Any:
        try:
            return negate(operand(frame))
        except ExpressionError as error:
            error.at(node)
            raise

    return run
