"""Conditions and what depends on them, as closures: `! && || ?: ??`.

Only true and false are conditions. Null is never taken for false: it is a MissingValue.
"""

from __future__ import annotations

from typing import Any

from waystation.expressions import nodes
from waystation.expressions.environment import Frame, Run
from waystation.expressions.errors import BudgetExceeded, ExpressionError, MissingValue, failure, missing
from waystation.expressions.nodes import Node, described
from waystation.expressions.values import named


def truth(value: Any, place: Node, en: str, zh: str) -> bool:
    """The value as a condition. Raises ExpressionError, placed, unless it is true or false."""
    if value is True or value is False:
        return bool(value)
    if value is None:
        what, zh_what = described(place)
        raise missing(
            f"{what} is missing: {en} must be true or false",
            f"{zh_what} 缺失：{zh}必须是布尔值",
            place.start,
            place.end,
        )
    kind, zh_kind = named(value)
    en, zh = f"{en} must be true or false, not {kind}", f"{zh}必须是布尔值，而不是{zh_kind}"
    raise failure("type", en, zh, place.start, place.end)


def negation(place: Node, operand: Run) -> Run:
    return lambda frame: not truth(operand(frame), place, "the value after '!'", "'!' 后面")


def logic(node: nodes.Logic, operands: list[Run]) -> Run:
    """`&&` or `||` over operands: one that decides absorbs the errors of the others, on either side."""
    decisive = node.operator == "||"
    parts = list(zip(operands, node.operands, strict=True))
    en, zh = f"a side of '{node.operator}'", f"'{node.operator}' 的一侧"

    def run(frame: Frame) -> bool:
        pending: ExpressionError | None = None
        for operand, place in parts:
            try:
                value = operand(frame)
                if (value if value is True or value is False else truth(value, place, en, zh)) is decisive:
                    return decisive
            except BudgetExceeded:
                raise
            except ExpressionError as error:
                pending = pending or error
        if pending is not None:
            raise pending
        return not decisive

    return run


def coalesce(operands: list[Run]) -> Run:
    """`a ?? b ?? …`. Whatever is missing inside an operand makes that operand missing; other errors stay errors."""
    *tried, last = operands

    def run(frame: Frame) -> Any:
        for operand in tried:
            try:
                value = operand(frame)
            except MissingValue:
                continue
            if value is not None:
                return value
        return last(frame)

    return run


def choice(node: nodes.Choose, branches: list[tuple[Run, Run]], otherwise: Run) -> Run:
    """`c1 ? v1 : c2 ? v2 : … : otherwise`."""
    parts = [(test, value, place) for (test, value), (place, _) in zip(branches, node.branches, strict=True)]

    def run(frame: Frame) -> Any:
        for test, value, place in parts:
            if truth(test(frame), place, "the condition before '?'", "'?' 前的条件"):
                return value(frame)
        return otherwise(frame)

    return run
