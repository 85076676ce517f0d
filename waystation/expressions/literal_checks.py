"""Arguments that are written out can be looked at before anything runs: patterns, zones, dates, durations."""

from __future__ import annotations

from waystation.expressions import nodes
from waystation.expressions.clock_text import date_from, duration_from, timestamp_from
from waystation.expressions.environment import zone_of
from waystation.expressions.errors import ExpressionError, failure
from waystation.expressions.functions.patterns import check_pattern
from waystation.expressions.functions.text import compiled_pattern
from waystation.expressions.types import Type

_READERS = {"date": date_from, "timestamp": timestamp_from, "duration": duration_from}


def literal_fault(node: nodes.Call, types: tuple[Type, ...]) -> ExpressionError | None:
    """What is wrong with the text literals among the arguments of a call, placed; None when nothing is."""
    for index, argument in enumerate(node.arguments):
        if isinstance(argument, nodes.Literal) and isinstance(argument.value, str):
            try:
                _check(node.function, index, argument.value, types[0])
            except ExpressionError as error:
                return error.at(argument)
    return None


def _check(function: str, index: int, text: str, first: Type) -> None:
    reader = _READERS.get(function)
    if reader is not None and reader(text) is None:
        shown = text if len(text) <= 40 else text[:37] + "…"
        raise failure("parse", f"'{shown}' is not a {function}", f"'{shown}' 不能作为 {function}() 的参数")
    if index != 1:
        return
    if function == "matches":
        compiled_pattern(text)
    elif function == "format":
        check_pattern(text, first.kind)
    elif function.startswith("get"):
        zone_of(text)
