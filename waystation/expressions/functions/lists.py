"""Functions of lists: sum, extremes, order, ends. Elements compare by value, so 1 and 1.0 are one element."""

from __future__ import annotations

from typing import Any

from waystation.expressions.environment import Frame
from waystation.expressions.errors import failure, missing
from waystation.expressions.functions.signatures import function, takes
from waystation.expressions.limits import MAX_DATA_DEPTH
from waystation.expressions.operators import add, comparable, divide
from waystation.expressions.types import ANY, LIST, NUMBER, Type, join
from waystation.expressions.values import NUMERIC, check_list, named, read, too_nested


def _elements(frame: Frame, values: list[Any], what: str) -> list[Any]:
    """The elements, each present, charged."""
    check_list(len(values))
    frame.charge(1 + len(values) // 2)
    found = [read(value) for value in values]
    if None in found:
        raise missing(f"{what}() meets an element that is missing", f"{what}() 的列表中有缺失的元素")
    return found


def _sum(frame: Frame, values: list[Any]) -> Any:
    """Of numbers or of durations; of nothing 0."""
    total: Any = None
    for value in _elements(frame, values, "sum"):
        kind = named(value)
        if type(value) not in NUMERIC and kind[0] != "duration":
            raise failure("type", f"sum() cannot add {kind[0]}", f"sum() 不能累加{kind[1]}")
        total = value if total is None else add(total, value)
    return 0 if total is None else total


def _avg(frame: Frame, values: list[Any]) -> Any:
    """Of numbers a decimal, of durations a duration; of nothing null."""
    return divide(_sum(frame, values), len(values)) if values else None


def _extreme(frame: Frame, values: list[Any], sign: str) -> Any:
    name = "min" if sign == "<" else "max"
    best: Any = None
    for value in _elements(frame, values, name):
        comparable(value, value if best is None else best, sign)
        if best is None or (value < best if sign == "<" else value > best):
            best = value
    return best


def _sort(frame: Frame, values: list[Any]) -> list[Any]:
    """Ascending; equal elements keep their order."""
    found = _elements(frame, values, "sort")
    frame.charge(2 * len(found))
    for value in found:
        comparable(value, found[0], "<")
    return sorted(found)


def _distinct(frame: Frame, values: list[Any]) -> list[Any]:
    """The first of each group of equal elements."""
    check_list(len(values))
    seen: dict[Any, Any] = {}
    for value in values:
        plain = read(value)
        seen.setdefault(_identity(frame, plain, 0), plain)
    return list(seen.values())


def _identity(frame: Frame, value: Any, depth: int) -> Any:
    """Something hashable that is equal exactly when the values are."""
    frame.charge(1)
    if depth > MAX_DATA_DEPTH:
        raise too_nested()
    kind = type(value)
    if kind is list:
        return ("list", tuple(_identity(frame, read(item), depth + 1) for item in value))
    if kind is dict:
        pairs = ((_identity(frame, key, depth), _identity(frame, read(item), depth + 1)) for key, item in value.items())
        return ("map", frozenset(pairs))
    return ("number", value) if kind in NUMERIC else (kind.__name__, value)


def _end(frame: Frame, values: list[Any], at: int) -> Any:
    return read(values[at]) if values else None


def _item(types: tuple[Type, ...]) -> Type:
    return types[0].element


def _same(types: tuple[Type, ...]) -> Type:
    return types[0] if types[0].kind == "list" else LIST


def _joined(types: tuple[Type, ...]) -> Type:
    return join(types)


def _average(types: tuple[Type, ...]) -> Type:
    item = _item(types)
    return NUMBER if item.kind in ("int", "number") else item


def _extremes(name: str, sign: str) -> Any:
    return function(
        name,
        takes(LIST, gives=_item, run=lambda frame, values: _extreme(frame, values, sign)),
        takes(ANY, ANY, gives=_joined, run=lambda frame, *values: _extreme(frame, list(values), sign), repeats=True),
    )


FUNCTIONS = (
    function("sum", takes(LIST, gives=_item, run=_sum)),
    function("avg", takes(LIST, gives=_average, run=_avg)),
    _extremes("min", "<"),
    _extremes("max", ">"),
    function("sort", takes(LIST, gives=_same, run=_sort)),
    function("distinct", takes(LIST, gives=_same, run=_distinct)),
    function("first", takes(LIST, gives=_item, run=lambda frame, values: _end(frame, values, 0))),
    function("last", takes(LIST, gives=_item, run=lambda frame, values: _end(frame, values, -1))),
)
