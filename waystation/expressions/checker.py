"""The walk of the static check over a tree: a type for every node, a finding for everything that cannot be.

After a finding the type is `any`, so that one mistake is reported once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from waystation.expressions import nodes
from waystation.expressions.errors import ExpressionError
from waystation.expressions.findings import ExpressionFinding, Findings, finding_of
from waystation.expressions.functions import overloads_for
from waystation.expressions.literal_checks import literal_fault
from waystation.expressions.nodes import Node
from waystation.expressions.operator_types import arithmetic_type, has_order, negated_type, remedy
from waystation.expressions.types import ANY, BOOL, NULL, Type, comparable, fits, join

_LITERALS: dict[type, str] = {bool: "bool", int: "int", Decimal: "number", str: "string"}


class Checker:
    """Collects the findings of one tree in `findings` while `type_of` goes over it."""

    def __init__(self, scope: Mapping[str, Type]) -> None:
        self.scope: dict[str, Type] = dict(scope)
        self.findings = Findings()

    def type_of(self, node: Node) -> Type:
        match node:
            case nodes.Literal(value=value):
                return literal_type(value)
            case nodes.Name():
                return self.name(node)
            case nodes.Select():
                return self.field(node, self.type_of(node.target))
            case nodes.Index():
                return self.element(node)
            case nodes.Maybe(target=inner):
                return self.type_of(inner)
            case nodes.Quiet(chain=inner):
                return replace(self.type_of(inner), nullable=True)
            case nodes.Has(selected=inner):
                self.type_of(inner)
                return BOOL
            case nodes.ListOf(items=items):
                types = [self.type_of(item) for item in items]
                return Type("list", join(types)) if types else Type("list", NULL)
            case nodes.MapOf():
                return self.map_of(node)
            case nodes.Call():
                return self.call(node)
            case nodes.Macro():
                return self.macro(node)
            case _:
                return self.operator(node)

    def operator(
        self,
        node: nodes.Unary | nodes.Arithmetic | nodes.Compare | nodes.Logic | nodes.Coalesce | nodes.Choose,
    ) -> Type:
        match node:
            case nodes.Unary(operator="!"):
                self.condition(node.operand)
                return BOOL
            case nodes.Unary():
                return self.negated(node)
            case nodes.Arithmetic():
                return self.arithmetic(node)
            case nodes.Compare():
                self.compare(node, self.type_of(node.left), self.type_of(node.right))
                return BOOL
            case nodes.Logic():
                for operand in node.operands:
                    self.condition(operand)
                return BOOL
            case nodes.Coalesce():
                *tried, last = [self.type_of(operand) for operand in node.operands]
                present = [replace(each, nullable=False) for each in tried if each.kind != "null"]
                return join([*present, last])
            case nodes.Choose():
                return self.choose(node)

    def name(self, node: nodes.Name) -> Type:
        known = self.scope.get(node.name)
        if known is not None:
            return known
        en, zh = f"the name '{node.name}' is not known here", f"此处没有名称 '{node.name}'"
        self.findings.unknown(ExpressionFinding("expression", node.start, node.end, en, zh), node.name, self.scope)
        return ANY

    def field(self, node: nodes.Select, target: Type) -> Type:
        return self.field_of(target, node.field, node.target, node.field_start, node.end)

    def field_of(self, target: Type, field: str, owner: Node, start: int, end: int) -> Type:
        found = target.field_type(field)
        if found is not None:
            return found
        path = nodes.path_of(owner)
        shown = ".".join((*path, field)) if path else field
        if target.kind == "object":
            en, zh = f"there is no field '{shown}'", f"没有字段 '{shown}'"
            self.findings.unknown(ExpressionFinding("unknown_field", start, end, en, zh), field, target.fields)
        else:
            en, zh = target.named()
            self.findings.fault(start, end, f"{en} has no field '{field}'", f"{zh}没有字段 '{field}'")
        return ANY

    def element(self, node: nodes.Index) -> Type:
        target, key = self.type_of(node.target), self.type_of(node.key)
        if target.is_any:
            return ANY
        if target.kind == "list":
            self.expect(node.key, key, Type("int"))
            return target.element
        if target.kind not in ("map", "object"):
            en, zh = target.named()
            self.findings.fault(node.start, node.end, f"{en} has no elements", f"{zh}没有元素")
            return ANY
        if isinstance(node.key, nodes.Literal) and isinstance(node.key.value, str):
            return self.field_of(target, node.key.value, node.target, node.key.start, node.key.end)
        return (target.item or ANY) if target.kind == "map" else ANY

    def map_of(self, node: nodes.MapOf) -> Type:
        keys = [self.type_of(key) for key, _ in node.entries]
        values = [self.type_of(value) for _, value in node.entries]
        for (key, _), found in zip(node.entries, keys, strict=True):
            if found.kind not in ("any", "string", "int", "bool"):
                en, zh = found.named()
                self.findings.fault(key.start, key.end, f"a key is text, not {en}", f"键必须是文本，而不是{zh}")
        names = [key.value if isinstance(key, nodes.Literal) else None for key, _ in node.entries]
        if not all(isinstance(name, str) for name in names):
            return Type("map", join(values))
        return Type.object_of(dict(zip(map(str, names), values, strict=True)))

    def negated(self, node: nodes.Unary) -> Type:
        operand = self.type_of(node.operand)
        found = negated_type(operand)
        if found is None:
            en, zh = operand.named()
            self.findings.fault(node.start, node.end, f"'-' cannot be applied to {en}", f"'-' 不能用于{zh}")
        return found or ANY

    def arithmetic(self, node: nodes.Arithmetic) -> Type:
        left = self.type_of(node.first)
        for sign, operand in node.rest:
            right = self.type_of(operand)
            found = arithmetic_type(sign, left, right)
            if found is None:
                self.unfit(sign, left, right, node.start, operand.end)
            left = found or ANY
        return left

    def unfit(self, sign: str, left: Type, right: Type, start: int, end: int) -> None:
        (en, zh), (other_en, other_zh) = left.named(), right.named()
        en, zh = f"'{sign}' cannot be applied to {en} and {other_en}", f"'{sign}' 不能用于{zh}和{other_zh}"
        self.findings.fault(start, end, en, zh, *remedy(sign, left, right))

    def compare(self, node: nodes.Compare, left: Type, right: Type) -> None:
        if node.operator == "in":
            self.membership(node, left, right)
        elif node.operator in ("==", "!="):
            if not comparable(left, right):
                self.unfit(node.operator, left, right, node.start, node.end)
            else:
                self.findings.never(node, left, right)
        elif not has_order(left, right):
            self.unfit(node.operator, left, right, node.start, node.end)

    def membership(self, node: nodes.Compare, needle: Type, within: Type) -> None:
        if within.kind not in ("any", "list", "map", "object"):
            en, zh = within.named()
            en, zh = f"'in' needs a list or a map, not {en}", f"'in' 需要列表或映射，而不是{zh}"
            self.findings.fault(node.right.start, node.right.end, en, zh)
        elif within.kind == "list" and not comparable(needle, within.element):
            self.unfit("in", needle, within, node.start, node.end)
        elif isinstance(node.right, nodes.ListOf):
            for item in node.right.items:
                if isinstance(item, nodes.Literal):
                    self.findings.never(item, needle, literal_type(item.value))
        elif within.kind == "list":
            self.findings.never(node, needle, within.element)

    def choose(self, node: nodes.Choose) -> Type:
        found: list[Type] = []
        for test, value in node.branches:
            self.condition(test)
            found.append(self.type_of(value))
        return join([*found, self.type_of(node.otherwise)])

    def condition(self, node: Node) -> None:
        self.expect(node, self.type_of(node), BOOL)

    def expect(self, node: Node, found: Type, wanted: Type) -> None:
        """A finding where the value of `node` certainly is not what is wanted."""
        if fits(found, wanted):
            return
        (en, zh), (wanted_en, wanted_zh) = found.named(), wanted.named()
        en, zh = f"{wanted_en} is needed here, not {en}", f"此处需要{wanted_zh}，而不是{zh}"
        self.findings.fault(node.start, node.end, en, zh)

    def call(self, node: nodes.Call) -> Type:
        given = tuple(self.type_of(argument) for argument in node.arguments)
        try:
            overloads = overloads_for(node)
        except ExpressionError as error:
            self.findings.add(finding_of(error))
            return ANY
        fitting = [
            overload
            for overload in overloads
            if all(fits(each, overload.parameter(index)) and each.kind != "null" for index, each in enumerate(given))
        ]
        if not fitting:
            self.unfit_call(node, given, overloads[0].parameters if len(overloads) == 1 else ())
            return ANY
        fault = literal_fault(node, given)
        if fault is not None:
            self.findings.add(finding_of(fault))
        return join(overload.gives(given) for overload in fitting)

    def unfit_call(self, node: nodes.Call, given: tuple[Type, ...], wanted: tuple[Type, ...]) -> None:
        for index, (argument, found) in enumerate(zip(node.arguments, given, strict=True)):
            if found.kind == "null":
                en, zh = f"{node.function}() cannot take null", f"{node.function}() 的参数不能是空值"
                return self.findings.fault(argument.start, argument.end, en, zh)
            if index < len(wanted) and not fits(found, wanted[index]):
                return self.expect(argument, found, wanted[index])
        names = [each.named() for each in given]
        en = f"{node.function}() cannot take {', '.join(name[0] for name in names)}"
        zh = f"{node.function}() 的参数不能是{'、'.join(name[1] for name in names)}"
        return self.findings.fault(node.start, node.end, en, zh)

    def macro(self, node: nodes.Macro) -> Type:
        source = self.type_of(node.source)
        if source.kind not in ("any", "list", "map", "object"):
            en, zh = source.named()
            en, zh = f"{node.name}() needs a list or a map, not {en}", f"{node.name}() 需要列表或映射，而不是{zh}"
            self.findings.fault(node.source.start, node.source.end, en, zh)
        outer = self.scope
        self.scope = {**outer, node.variable: source.element}
        if node.condition is not None:
            self.condition(node.condition)
        body = self.type_of(node.body)
        if node.name != "map":
            self.expect(node.body, body, BOOL)
        self.scope = outer
        if node.name == "map":
            return Type("list", body)
        return Type("list", source.element) if node.name == "filter" else BOOL


def literal_type(value: Any) -> Type:
    """The type of a literal; of a text it also says which text."""
    kind = _LITERALS.get(type(value))
    if kind is None:
        return NULL
    return Type(kind, values=(value,)) if kind in ("string", "int") else Type(kind)
