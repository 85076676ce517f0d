"""What the operators make of types: the same table as `operators.py`, for the checker."""

from __future__ import annotations

from waystation.expressions.types import (
    ANY,
    DATE,
    DURATION,
    INT,
    LIST,
    NUMBER,
    STRING,
    TIMESTAMP,
    Type,
    join,
)

_Row = tuple[Type, Type, Type]

_NUMBERS: tuple[_Row, ...] = ((INT, INT, INT), (NUMBER, NUMBER, NUMBER))
_MOVES: tuple[_Row, ...] = (
    (TIMESTAMP, DURATION, TIMESTAMP),
    (DATE, DURATION, DATE),
    (DURATION, DURATION, DURATION),
)
_ARITHMETIC: dict[str, tuple[_Row, ...]] = {
    "+": (
        *_NUMBERS,
        (STRING, STRING, STRING),
        (LIST, LIST, LIST),
        *_MOVES,
        (DURATION, TIMESTAMP, TIMESTAMP),
        (DURATION, DATE, DATE),
    ),
    "-": (*_NUMBERS, *_MOVES, (TIMESTAMP, TIMESTAMP, DURATION), (DATE, DATE, DURATION)),
    "*": (*_NUMBERS, (DURATION, NUMBER, DURATION), (NUMBER, DURATION, DURATION)),
    "/": ((NUMBER, NUMBER, NUMBER), (DURATION, NUMBER, DURATION), (DURATION, DURATION, NUMBER)),
    "%": _NUMBERS,
}
_ORDERED = ("number", "string", "bool", "date", "timestamp", "duration")


def arithmetic_type(operator: str, left: Type, right: Type) -> Type | None:
    """The type of `left operator right`; None when no values of these types can be combined."""
    found = [row for row in _ARITHMETIC[operator] if _may(left, row[0]) and _may(right, row[1])]
    if not found:
        return None
    if not left.is_any and not right.is_any:
        result = found[0][2]
        return join((left, right)) if result.kind == "list" else result
    return join(row[2] for row in found)


def negated_type(operand: Type) -> Type | None:
    """The type of `-operand`; None when it has none."""
    if operand.kind in ("int", "number", "duration"):
        return Type(operand.kind)
    return ANY if operand.is_any else None


def has_order(left: Type, right: Type) -> bool:
    """Whether `<` may compare the two."""
    kinds = [_group(each) for each in (left, right) if not each.is_any]
    return all(kind in _ORDERED for kind in kinds) and len(set(kinds)) <= 1


def _group(given: Type) -> str:
    return "number" if given.kind == "int" else given.kind


def _may(given: Type, wanted: Type) -> bool:
    return given.is_any or given.kind == wanted.kind or (wanted.kind == "number" and given.kind == "int")


def remedy(sign: str, left: Type, right: Type) -> tuple[str, str]:
    """What to write instead, where types are mixed in a way that is common."""
    kinds = {left.kind, right.kind}
    if kinds == {"date", "timestamp"}:
        return "use date(t) to compare by day", "请用 date(t) 按日期比较"
    for kind, function in (("date", "date"), ("timestamp", "timestamp"), ("duration", "duration")):
        if kinds == {kind, "string"}:
            return f"write {function}(…) around the text", f"请在文本外加上 {function}(…)"
    if sign == "+" and "string" in kinds and kinds & {"int", "number", "bool"}:
        return "use string(x) to make a text", "请用 string(x) 转换为文本"
    return "", ""
