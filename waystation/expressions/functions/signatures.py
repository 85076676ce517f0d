"""What a function is: its overloads, each with the types it takes, the type it gives and the code behind it.

One table serves twice: the checker reads the types before anything runs, the evaluator picks the overload by them.
A missing argument is a MissingValue before any code sees it; a decimal without fraction passes for an integer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from waystation.expressions.limits import MAX_DIGITS
from waystation.expressions.types import Type
from waystation.expressions.values import KINDS

#: The result of an overload: a type, or how it follows from the types of the arguments.
Result = Type | Callable[[tuple[Type, ...]], Type]

_TYPES: dict[str, frozenset[type]] = {
    **{kind: frozenset({python}) for python, kind in KINDS.items()},
    "number": frozenset({int, Decimal}),
    "object": frozenset({dict}),
    "any": frozenset(KINDS) - {type(None)},
}


@dataclass(frozen=True, slots=True)
class Overload:
    """One way to call a function. `run` gets the frame and the arguments; with `repeats` the last type may recur."""

    parameters: tuple[Type, ...]
    result: Result
    run: Callable[..., Any]
    repeats: bool = False

    def takes(self, count: int) -> bool:
        return count >= len(self.parameters) if self.repeats else count == len(self.parameters)

    def parameter(self, index: int) -> Type:
        return self.parameters[min(index, len(self.parameters) - 1)]

    def gives(self, arguments: tuple[Type, ...]) -> Type:
        return self.result if isinstance(self.result, Type) else self.result(arguments)

    def fitted(self, values: list[Any]) -> list[Any] | None:
        """The values as this overload takes them, or None when they do not fit."""
        fitted = values
        for index, value in enumerate(values):
            wanted = self.parameter(index).kind
            if type(value) in _TYPES[wanted]:
                continue
            if wanted != "int" or type(value) is not Decimal or not is_whole(value):
                return None
            fitted = [*fitted[:index], int(value), *fitted[index + 1 :]]
        return fitted


@dataclass(frozen=True, slots=True)
class Function:
    """A function by name. `method`: whether `x.name()` means `name(x)`."""

    name: str
    overloads: tuple[Overload, ...]
    method: bool = True


def is_whole(value: Decimal) -> bool:
    """Whether a decimal is an integer of a size that is worth looking at."""
    return abs(value.adjusted()) <= MAX_DIGITS and value == value.to_integral_value()


def function(name: str, *overloads: Overload, method: bool = True) -> Function:
    return Function(name, overloads, method)


def takes(*parameters: Type, gives: Result, run: Callable[..., Any], repeats: bool = False) -> Overload:
    return Overload(parameters, gives, run, repeats)
