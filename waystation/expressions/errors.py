"""What can go wrong in an expression, as exceptions with a place and sentences in two languages.

    WaystationError
    └── ExpressionError            at compile time or at run time; `code` is `expression`
        ├── MissingValue           a value was needed and is absent or null; `??` and `has` absorb it
        └── BudgetExceeded         a bound of `limits.py` was met; nothing absorbs it

`reason` says more finely and just as stably what happened: syntax, too_long, too_deep, unknown_name,
unknown_function, arity, type, missing, index, zero_division, overflow, range, budget, too_big, pattern,
timezone, calendar, parse, unforeseen.
"""

from __future__ import annotations

from typing import Protocol, Self

from waystation.contracts.errors import WaystationError


class Spanned(Protocol):
    """Anything that knows where it stands in the source: characters from 0, the end excluded."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class ExpressionError(WaystationError):
    """An expression cannot be compiled or has no value.

    `start` and `end` count characters of the source from 0, the end excluded; -1 while the place is not known.
    """

    def __init__(self, code: str, start: int, end: int, en: str, zh: str, *, reason: str = "expression") -> None:
        super().__init__(code, en, zh)
        self.start = start
        self.end = end
        self.reason = reason

    def at(self, place: Spanned) -> Self:
        """This error, placed at `place` unless it already has a place."""
        if self.start < 0:
            self.start, self.end = place.start, place.end
        return self

    def moved(self, offset: int) -> Self:
        """The same error for a source that begins `offset` characters into a longer text. A new object."""
        return type(self)(self.code, self.start + offset, self.end + offset, self.en, self.zh, reason=self.reason)


class MissingValue(ExpressionError):
    """A value that an operator, a condition or a function needs is absent or null."""


class BudgetExceeded(ExpressionError):
    """The evaluation took too many steps or built something too large."""


def failure(reason: str, en: str, zh: str, start: int = -1, end: int = -1) -> ExpressionError:
    """An ordinary error of code `expression`."""
    return ExpressionError("expression", start, end, en, zh, reason=reason)


def missing(en: str, zh: str, start: int = -1, end: int = -1) -> MissingValue:
    return MissingValue("expression", start, end, en, zh, reason="missing")


def exceeded(reason: str, en: str, zh: str) -> BudgetExceeded:
    return BudgetExceeded("expression", -1, -1, en, zh, reason=reason)
