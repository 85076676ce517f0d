"""What an evaluation knows besides the names: the case's time, its zone, its working calendar, and what is left of
its budget. No clock is read here: whoever evaluates says what time it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from waystation.expressions.errors import exceeded, failure
from waystation.expressions.limits import MAX_STEPS


class Calendar(Protocol):
    """Counts working days. A ValueError of its own becomes an ExpressionError."""

    def workdays_between(self, a: datetime | date, b: datetime | date) -> int:
        """Working days from `a` to `b`; negative when `b` is earlier."""

    def add_workdays(self, t: datetime, n: int) -> datetime:
        """The same time of day `n` working days later, aware."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Args:
    now: the case's time, aware.
    timezone: IANA name or fixed offset (`+08:00`) for `date`, `format` and the text of timestamps.
    calendar: for `workdays_between` and `add_workdays`; without one they are errors.
    """

    now: datetime
    timezone: str = "Asia/Shanghai"
    calendar: Calendar | None = None

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("the time of an environment must be aware")

    @property
    def zone(self) -> tzinfo:
        """Raises ExpressionError for a zone that does not exist."""
        return zone_of(self.timezone)


_NO_SLOTS: list[Any] = []


class Frame:
    """One evaluation: the names, the environment, the variables of macros by slot, the steps that are left."""

    __slots__ = ("env", "names", "slots", "steps")

    def __init__(self, names: Mapping[str, Any], env: Environment, slots: int) -> None:
        self.names = names
        self.env = env
        self.steps = MAX_STEPS
        self.slots: list[Any] = [None] * slots if slots else _NO_SLOTS

    def charge(self, steps: int) -> None:
        """Take `steps` from the budget. Raises BudgetExceeded."""
        self.steps -= steps
        if self.steps < 0:
            en, zh = f"the expression takes more than {MAX_STEPS} steps", f"表达式的计算超过 {MAX_STEPS} 步"
            raise exceeded("budget", en, zh)


#: A compiled part of an expression.
Run = Callable[[Frame], Any]

_OFFSET = re.compile(r"([+-]?)(\d{2}):(\d{2})", re.ASCII)
_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,3}", re.ASCII)


@lru_cache(maxsize=512)
def zone_of(name: str) -> tzinfo:
    """The zone of an IANA name or of an offset such as `+08:00`. Raises ExpressionError with reason timezone."""
    offset = _OFFSET.fullmatch(name)
    if offset is not None and int(offset[2]) < 24 and int(offset[3]) < 60:
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    # The name becomes a path of the zone database: only what looks like a zone may get there.
    if _ZONE_NAME.fullmatch(name) and len(name) <= 64:
        try:
            return ZoneInfo(name)
        except (KeyError, OSError, ValueError):
            pass
    shown = name[:64]
    raise failure("timezone", f"there is no time zone '{shown}'", f"时区 '{shown}' 不存在")
