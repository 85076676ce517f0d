"""The functions of the expression language, by name, and calls to them.

A function is one entry in the table of its module; nothing else has to know of it.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from waystation.expressions import nodes
from waystation.expressions.environment import Frame, Run
from waystation.expressions.errors import ExpressionError, failure, missing
from waystation.expressions.functions import clock, lists, numbers, patterns, places, text
from waystation.expressions.functions.signatures import Function, Overload
from waystation.expressions.values import named

__all__ = ["FUNCTIONS", "Function", "compile_call", "overloads_for"]

FUNCTIONS: dict[str, Function] = {
    function.name: function
    for module in (text, numbers, lists, clock, patterns, places)
    for function in module.FUNCTIONS
}


def overloads_for(node: nodes.Call) -> tuple[Overload, ...]:
    """The overloads of the called function that take as many arguments. Raises ExpressionError, placed."""
    called = FUNCTIONS.get(node.function)
    end = node.name_start + len(node.function)
    if called is None:
        close = get_close_matches(node.function[:60], FUNCTIONS, n=1)
        hint, zh_hint = (f"; did you mean {close[0]}()?", f"；您是否想用 {close[0]}()？") if close else ("", "")
        en, zh = f"there is no function {node.function}(){hint}", f"没有函数 {node.function}(){zh_hint}"
        raise failure("unknown_function", en, zh, node.name_start, end)
    if node.as_method and not called.method:
        en, zh = (
            f"write {called.name}(x) instead of x.{called.name}()",
            f"请写 {called.name}(x)，而不是 x.{called.name}()",
        )
        raise failure("unknown_function", en, zh, node.name_start, end)
    overloads = tuple(overload for overload in called.overloads if overload.takes(len(node.arguments)))
    if not overloads:
        raise _wrong_count(node, called)
    return overloads


def _wrong_count(node: nodes.Call, called: Function) -> ExpressionError:
    counts = sorted({len(overload.parameters) for overload in called.overloads})
    given = len(node.arguments)
    if node.as_method:
        counts, given = [count - 1 for count in counts if count], given - 1
    wanted = " / ".join(map(str, counts))
    en = f"{called.name}() takes {wanted} argument(s), not {given}"
    return failure("arity", en, f"{called.name}() 需要 {wanted} 个参数，而不是 {given} 个", node.start, node.end)


def compile_call(node: nodes.Call, arguments: list[Run]) -> Run:
    """The function of a call: evaluates the arguments, picks the overload, runs it."""
    overloads = overloads_for(node)

    def run(frame: Frame) -> Any:
        values = [argument(frame) for argument in arguments]
        try:
            frame.steps -= 1
            for overload in overloads:
                fitted = overload.fitted(values)
                if fitted is not None:
                    return overload.run(frame, *fitted)
            raise unfit_arguments(node, values)
        except ExpressionError as error:
            error.at(node)
            raise

    return run


def unfit_arguments(node: nodes.Call, values: list[Any]) -> ExpressionError:
    """Why no overload takes the values: one is missing, or they are of other kinds."""
    name = node.function
    for value, place in zip(values, node.arguments, strict=True):
        if value is None:
            what, zh_what = nodes.described(place)
            en, zh = f"{name}() has no argument: {what} is missing", f"{name}() 的参数 {zh_what} 缺失"
            return missing(en, zh, place.start, place.end)
    kinds = [named(value) for value in values]
    en = f"{name}() cannot take {', '.join(kind[0] for kind in kinds)}"
    return failure("type", en, f"{name}() 的参数不能是{'、'.join(kind[1] for kind in kinds)}")
