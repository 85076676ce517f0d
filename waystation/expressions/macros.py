"""The macros over lists and over the keys of maps: `all exists exists_one filter map`.

Every round is charged, more for a larger body, so nested loops end. As in CEL, `all` and `exists` are `&&` and `||`
over the elements: one element that decides absorbs the error of another; the other macros let errors through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from waystation.expressions import nodes
from waystation.expressions.conditions import truth
from waystation.expressions.environment import Frame, Run
from waystation.expressions.errors import BudgetExceeded, ExpressionError, failure, missing
from waystation.expressions.values import PLAIN, check_list, named, read

_BODY = ("the condition", "条件")


def compile_macro(node: nodes.Macro, source: Run, slot: int, condition: Run | None, body: Run) -> Run:
    """The function of a macro whose parts are compiled with its variable in `slot`."""
    elements = _Elements(node, source, slot)
    if node.name == "map":
        return _map(node, elements, condition, body)
    if node.name == "filter":
        return _filter(node, elements, body)
    if node.name == "exists_one":
        return _exists_one(node, elements, body)
    return _decide(node, elements, body, decisive=node.name == "exists")


class _Elements:
    """The elements that a macro goes over. Every round has a price, so nested loops end."""

    def __init__(self, node: nodes.Macro, source: Run, slot: int) -> None:
        self.node = node
        self.source = source
        self.slot = slot
        self.weight = 1 + _size(node) // 8

    def of(self, frame: Frame) -> list[Any]:
        found = self.source(frame)
        try:
            if type(found) is list:
                check_list(len(found))
                return found
            if isinstance(found, Mapping):
                check_list(len(found))
                return list(found)
        except ExpressionError as error:
            error.at(self.node)
            raise
        place, name = self.node.source, self.node.name
        if found is None:
            what, zh_what = nodes.described(place)
            en, zh = f"{name}() has no list: {what} is missing", f"{name}() 的列表 {zh_what} 缺失"
            raise missing(en, zh, place.start, place.end)
        en, zh = named(found)
        en, zh = f"{name}() needs a list or a map, not {en}", f"{name}() 需要列表或映射，而不是{zh}"
        raise failure("type", en, zh, place.start, place.end)

    def rounds(self, frame: Frame) -> Iterator[Any]:
        """Each element in turn, with the variable set to it and its round charged."""
        slots, slot, weight = frame.slots, self.slot, self.weight
        for element in self.of(frame):
            frame.steps -= weight
            if frame.steps < 0 or type(element) not in PLAIN:
                slots[slot] = self.readable(frame, element)
            else:
                slots[slot] = element
            yield element

    def readable(self, frame: Frame, element: Any) -> Any:
        try:
            frame.charge(0)
            return read(element)
        except ExpressionError as error:
            error.at(self.node)
            raise


def _size(node: nodes.Node) -> int:
    """How many nodes a tree has."""
    count, waiting = 0, [node]
    while waiting:
        count += 1
        waiting.extend(nodes.children(waiting.pop()))
    return count


def _map(node: nodes.Macro, elements: _Elements, condition: Run | None, body: Run) -> Run:
    if condition is None:
        return lambda frame: [body(frame) for _ in elements.rounds(frame)]
    place = node.condition or node
    return lambda frame: [body(frame) for _ in elements.rounds(frame) if truth(condition(frame), place, *_BODY)]


def _filter(node: nodes.Macro, elements: _Elements, body: Run) -> Run:
    place = node.body
    return lambda frame: [element for element in elements.rounds(frame) if truth(body(frame), place, *_BODY)]


def _exists_one(node: nodes.Macro, elements: _Elements, body: Run) -> Run:
    def run(frame: Frame) -> bool:
        count = 0
        for _ in elements.rounds(frame):
            count += truth(body(frame), node.body, *_BODY)
        return count == 1

    return run


def _decide(node: nodes.Macro, elements: _Elements, body: Run, *, decisive: bool) -> Run:
    def run(frame: Frame) -> bool:
        pending: ExpressionError | None = None
        for _ in elements.rounds(frame):
            try:
                if truth(body(frame), node.body, *_BODY) is decisive:
                    return decisive
            except BudgetExceeded:
                raise
            except ExpressionError as error:
                pending = pending or error
        if pending is not None:
            raise pending
        return not decisive

    return run
