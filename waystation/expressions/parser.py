"""Tokens to a tree. Depth is bounded while descending and then for the tree itself, so neither twenty thousand
parentheses nor a chain of thousands of fields can exhaust the stack.

From loose to tight: `?:`, the signs of `precedence.py`, unary `! -`, and `. ?. [] ()`.
"""

from __future__ import annotations

from waystation.expressions import nodes
from waystation.expressions.errors import ExpressionError, failure
from waystation.expressions.lexer import Token, tokens_of, too_long
from waystation.expressions.limits import MAX_DEPTH, MAX_SOURCE
from waystation.expressions.nodes import Node
from waystation.expressions.precedence import LEVEL_OF, Operand, grouped

MACROS = ("all", "exists", "exists_one", "filter", "map")

_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_WORDS_FOR_SIGNS = {"and": "&&", "or": "||", "not": "!", "is": "==", "AND": "&&", "OR": "||", "NOT": "!"}


def parse(source: str) -> Node:
    """The tree of `source`. Raises ExpressionError with reason syntax, too_long or too_deep."""
    if len(source) > MAX_SOURCE:
        raise too_long(0)
    parser = _Parser(source)
    tree = parser.expression()
    if parser.token.kind != "end":
        raise parser.unexpected()
    _refuse_deep(tree)
    return tree


def _refuse_deep(tree: Node) -> None:
    """Operators of one precedence and chains of fields nest without parentheses, so the finished tree is measured."""
    level = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in nodes.children(node)]
        if not level:
            return
    raise too_deep(level[0].start, level[0].end)


def too_deep(start: int, end: int) -> ExpressionError:
    en, zh = f"the expression is nested more than {MAX_DEPTH} deep", f"表达式嵌套超过 {MAX_DEPTH} 层"
    return failure("too_deep", en, zh, start, end)


class _Parser:
    def __init__(self, source: str) -> None:
        self.tokens = tokens_of(source)
        self.position = 0
        self.nesting = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    @property
    def last_end(self) -> int:
        return self.tokens[self.position - 1].end

    def accept(self, sign: str) -> bool:
        token = self.tokens[self.position]
        if token.kind == "sign" and token.value == sign:
            self.position += 1
            return True
        return False

    def expect(self, sign: str) -> None:
        if not self.accept(sign):
            raise self.unexpected(f"'{sign}'", f" '{sign}'")

    def unexpected(self, wanted: str = "", zh_wanted: str = "") -> ExpressionError:
        token = self.token
        if token.kind == "end":
            en, zh = "the expression ends too early", "表达式不完整"
        else:
            shown = self.shown(token)
            en, zh = f"unexpected {shown}", f"此处不应出现 {shown}"
        if wanted:
            en, zh = f"{en}; {wanted} is expected", f"{zh}，应为{zh_wanted}"
        meant = _WORDS_FOR_SIGNS.get(str(token.value)) if token.kind == "name" else None
        if meant:
            en, zh = f"{en}: write {meant}", f"{zh}：请写 {meant}"
        return failure("syntax", en, zh, token.start, token.end)

    def shown(self, token: Token) -> str:
        text = str(token.value)
        return f"'{text if len(text) <= 40 else text[:37] + '…'}'"

    def expression(self) -> Node:
        self.nesting += 1
        if self.nesting > MAX_DEPTH:
            raise too_deep(self.token.start, self.token.end)
        start = self.token.start
        value = self.row()
        branches: list[tuple[Node, Node]] = []
        while self.accept("?"):
            chosen = self.expression()
            self.expect(":")
            branches.append((value, chosen))
            value = self.row()
        self.nesting -= 1
        if not branches:
            return value
        return nodes.Choose(tuple(branches), value, start, self.last_end)

    def row(self) -> Node:
        """Operands with signs between them, of any precedence."""
        operands: list[Operand] = []
        signs: list[str] = []
        while True:
            start = self.token.start
            operands.append(Operand(self.unary(), start, self.last_end))
            sign = self.token.value
            if self.token.kind not in ("sign", "name") or sign not in LEVEL_OF:
                return grouped(operands, signs)
            signs.append(str(sign))
            self.position += 1

    def unary(self) -> Node:
        signs: list[Token] = []
        while (token := self.token).kind == "sign" and token.value in ("!", "-"):
            signs.append(token)
            self.position += 1
        value = self.chain()
        for sign in reversed(signs):
            value = nodes.Unary(str(sign.value), value, sign.start, self.last_end)
        return value

    def chain(self) -> Node:
        start = self.token.start
        value = self.primary()
        quiet = False
        while True:
            if self.accept("."):
                value = self.member(value, start)
            elif self.accept("?."):
                quiet = True
                value = self.member(nodes.Maybe(value, start, self.last_end), start)
            elif self.accept("["):
                key = self.expression()
                self.expect("]")
                value = nodes.Index(value, key, start, self.last_end)
            else:
                return nodes.Quiet(value, start, self.last_end) if quiet else value

    def member(self, target: Node, start: int) -> Node:
        name = self.token
        if name.kind != "name":
            raise self.unexpected("a field name", "字段名")
        self.position += 1
        if not self.accept("("):
            return nodes.Select(target, str(name.value), start, self.last_end, name.start)
        if name.value in MACROS:
            return self.macro(str(name.value), target, start)
        arguments = (target, *self.arguments(")"))
        return nodes.Call(str(name.value), arguments, True, start, self.last_end, name.start)

    def macro(self, name: str, source: Node, start: int) -> Node:
        variable = self.token
        if variable.kind != "name" or variable.value in _CONSTANTS:
            raise self.unexpected(f"{name}(x, …)", f" {name}(x, …)")
        self.position += 1
        parts: list[Node] = []
        while self.accept(","):
            parts.append(self.expression())
        self.expect(")")
        if len(parts) != 1 and not (name == "map" and len(parts) == 2):
            en, zh = f"{name}() takes a variable and one expression", f"{name}() 需要一个变量和一个表达式"
            raise failure("arity", en, zh, start, self.last_end)
        condition = parts[0] if len(parts) == 2 else None
        return nodes.Macro(name, source, str(variable.value), condition, parts[-1], start, self.last_end)

    def arguments(self, close: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self.token.is_sign(close):
            found.append(self.expression())
            if not self.accept(","):
                break
        self.expect(close)
        return tuple(found)

    def primary(self) -> Node:
        token = self.token
        self.position += token.kind != "end"
        if token.kind in ("number", "text"):
            return nodes.Literal(token.value, token.start, token.end)
        if token.kind == "name" and token.value != "in":
            return self.named(str(token.value), token)
        if token.is_sign("("):
            value = self.expression()
            self.expect(")")
            return value
        if token.is_sign("["):
            items = self.arguments("]")
            return nodes.ListOf(items, token.start, self.last_end)
        if token.is_sign("{"):
            return self.map_literal(token.start)
        self.position -= token.kind != "end"
        raise self.unexpected()

    def named(self, name: str, token: Token) -> Node:
        if name in _CONSTANTS:
            return nodes.Literal(_CONSTANTS[name], token.start, token.end)
        if not self.accept("("):
            return nodes.Name(name, token.start, token.end)
        arguments = self.arguments(")")
        if name != "has":
            return nodes.Call(name, arguments, False, token.start, self.last_end, token.start)
        selected = arguments[0] if len(arguments) == 1 else None
        if isinstance(selected, nodes.Quiet):
            selected = selected.chain
        if not isinstance(selected, nodes.Select):
            en, zh = "has() takes one field, as in has(data.amount)", "has() 的参数是一个字段，例如 has(data.amount)"
            raise failure("syntax", en, zh, token.start, self.last_end)
        return nodes.Has(selected, token.start, self.last_end)

    def map_literal(self, start: int) -> Node:
        entries: list[tuple[Node, Node]] = []
        while not self.token.is_sign("}"):
            key = self.expression()
            self.expect(":")
            entries.append((key, self.expression()))
            if not self.accept(","):
                break
        self.expect("}")
        return nodes.MapOf(tuple(entries), start, self.last_end)
