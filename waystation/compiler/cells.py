"""Cells of a decision table: a literal, a comparison, a range, a list of alternatives, or a condition."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from waystation.compiler.source import scalar
from waystation.contracts.plan import CellTest

_COMPARISON = re.compile(r"(<=|>=|==|!=|<|>)\s*(.+)\Z", re.DOTALL)
_RANGE = re.compile(r"([\[(])?\s*(\S.*?)?\s*\.\.\s*(.*?\S)?\s*([\])])?\Z", re.DOTALL)
_MOST_ALTERNATIVES = 1000


class CellFault(ValueError):
    """The text of a cell is none of the forms."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def read_cell(raw: Any) -> tuple[CellTest, ...]:
    """The tests of a cell, of which one must hold; none for a cell that matches everything.

    A text with `..` between two values is a range; `[5000 .. 10000)` leaves out the end, `5000 ..` has none.

    Raises:
        CellFault: a range without ends or the wrong way round, a list in a list, a map.
    """
    if isinstance(raw, list):
        if len(raw) > _MOST_ALTERNATIVES:
            raise CellFault("单元格的备选过多", "a cell has too many alternatives")
        return tuple(_test(each) for each in raw)
    return (_test(raw),)


def _test(raw: Any) -> CellTest:
    if isinstance(raw, (dict, list)):
        raise CellFault("单元格是值、比较、范围、列表或条件", "a cell is a value, comparison, range, list or condition")
    if not isinstance(raw, str):
        return CellTest("==", raw)
    text = raw.strip()
    if text.startswith("${"):
        return CellTest("expr", raw)
    if comparison := _COMPARISON.match(text):
        return CellTest(comparison[1], _literal(comparison[2]))
    if ".." in text and (span := _RANGE.match(text)):
        return _range(*span.groups())
    return CellTest("==", raw)


def _range(opening: str | None, low: str | None, high: str | None, closing: str | None) -> CellTest:
    if (opening is None) != (closing is None):
        raise CellFault("范围的括号不成对", "the brackets of the range do not pair")
    if low is None and high is None:
        raise CellFault("范围没有两端", "a range has at least one end")
    start = _literal(low) if low is not None else None
    end = _literal(high) if high is not None else None
    low_in, high_in = opening != "(", closing != ")"
    if start is not None and end is not None:
        if not (_is_number(start) and _is_number(end)) and not (isinstance(start, str) and isinstance(end, str)):
            raise CellFault("范围两端类型不同", "the ends of the range are of different types")
        if start > end or (start == end and not (low_in and high_in)):
            raise CellFault("范围为空：起点在终点之后", "the range is empty: it ends before it begins")
    return CellTest("range", low=start, high=end, low_in=low_in, high_in=high_in)


def _literal(text: str) -> Any:
    stripped = text.strip()
    if len(stripped) >= 2 and stripped[0] == stripped[-1] and stripped[0] in "\"'":
        return stripped[1:-1]
    return scalar(stripped)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
