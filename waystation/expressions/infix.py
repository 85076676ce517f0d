"""The operators between two values, as closures: arithmetic, comparison, membership."""

from __future__ import annotations

import operator as py
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from waystation.expressions import nodes
from waystation.expressions.environment import Frame, Run
from waystation.expressions.errors import ExpressionError, MissingValue, failure, missing
from waystation.expressions.nodes import Node, described
from waystation.expressions.operators import ARITHMETIC, comparable
from waystation.expressions.values import equal, lookup, named, read

# Equality of these needs no budget.
_SIMPLE = frozenset({str, int, bool, Decimal, date, datetime, timedelta, type(None)})
_LONG = 256
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {"<": py.lt, "<=": py.le, ">": py.gt, ">=": py.ge}


def arithmetic(node: nodes.Arithmetic, first: Run, operands: list[Run]) -> Run:
    """`first op operand op operand …`, from left to right."""
    links = [(ARITHMETIC[sign], run, place) for (sign, place), run in zip(node.rest, operands, strict=True)]
    if len(links) == 1:
        return _one_operation(node, first, *links[0])

    def run(frame: Frame) -> Any:
        result, left = first(frame), node.first
        for apply, operand, place in links:
            right = operand(frame)
            try:
                result = apply(result, right)
                _charge(frame, result)
            except ExpressionError as error:
                raise _explained(error, node, (left, result), (place, right)) from None
            left = node
        return result

    return run


def _one_operation(
    node: nodes.Arithmetic, first: Run, apply: Callable[[Any, Any], Any], second: Run, place: Node
) -> Run:
    def run(frame: Frame) -> Any:
        left, right = first(frame), second(frame)
        try:
            result = apply(left, right)
            _charge(frame, result)
        except ExpressionError as error:
            raise _explained(error, node, (node.first, left), (place, right)) from None
        return result

    return run


def _charge(frame: Frame, result: Any) -> None:
    kind = type(result)
    if kind is str:
        frame.charge(len(result) // 64)
    elif kind is list:
        frame.charge(len(result) // 8)


def _explained(error: ExpressionError, node: Node, *operands: tuple[Node, Any]) -> ExpressionError:
    """The error at the operand that is missing, by its name; any other at the whole operation."""
    for place, value in operands:
        if value is None and isinstance(error, MissingValue) and error.start < 0:
            en, zh = described(place)
            return missing(f"{en} is missing", f"{zh} 缺失", place.start, place.end)
    return error.at(node)


def comparison(node: nodes.Compare, left: Run, right: Run) -> Run:
    """`== != < <= > >= in`."""
    if node.operator == "in":
        return _membership(node, left, right)
    if node.operator in _ORDERS:
        return _order(node, left, right)
    return _equality(node, left, right)


def _equality(node: nodes.Compare, left_of: Run, right_of: Run) -> Run:
    wanted = node.operator == "=="
    needs_both = not (_is_null(node.left) or _is_null(node.right))

    def run(frame: Frame) -> bool:
        left, right = left_of(frame), right_of(frame)
        kind = type(left)
        if kind is type(right) and kind in _SIMPLE and (kind is not str or len(right) < _LONG):
            return (left == right) is wanted
        if needs_both:
            _demand(node.left, left)
            _demand(node.right, right)
        try:
            return equal(frame, left, right) is wanted
        except ExpressionError as error:
            error.at(node)
            raise

    return run


def _is_null(node: Node) -> bool:
    return isinstance(node, nodes.Literal) and node.value is None


def _demand(place: Node, value: Any) -> None:
    """What is read and is not there equals nothing and differs from nothing: that would be a wrong branch."""
    if value is None and isinstance(place, nodes.Name | nodes.Select | nodes.Index):
        en, zh = described(place)
        raise missing(f"{en} is missing", f"{zh} 缺失", place.start, place.end)


def _order(node: nodes.Compare, left_of: Run, right_of: Run) -> Run:
    sign, holds = node.operator, _ORDERS[node.operator]

    def run(frame: Frame) -> bool:
        left, right = left_of(frame), right_of(frame)
        if type(left) is not int or type(right) is not int:
            try:
                comparable(left, right, sign)
            except ExpressionError as error:
                raise _explained(error, node, (node.left, left), (node.right, right)) from None
        return holds(left, right)

    return run


def _membership(node: nodes.Compare, needle_of: Run, within_of: Run) -> Run:
    def run(frame: Frame) -> bool:
        needle, within = needle_of(frame), within_of(frame)
        _demand(node.left, needle)
        try:
            if type(within) is list:
                return _is_element(frame, needle, within)
            if isinstance(within, Mapping):
                frame.charge(1 + len(within) // 8)
                return _is_key(within, needle)
            if within is None:
                raise missing("the list is missing", "列表缺失")
            en, zh = named(within)
            raise failure("type", f"'in' needs a list or a map, not {en}", f"'in' 需要列表或映射，而不是{zh}")
        except ExpressionError as error:
            raise _explained(error, node, (node.right, within)) from None

    return run


def _is_element(frame: Frame, needle: Any, within: list[Any]) -> bool:
    frame.charge(1 + len(within) // 8)
    if type(needle) is str:
        return needle in within
    return any(equal(frame, needle, read(item)) for item in within)


def _is_key(within: Mapping[Any, Any], needle: Any) -> bool:
    if type(needle) is str:
        return needle in within
    return lookup(dict.fromkeys(within, True), needle) is True
