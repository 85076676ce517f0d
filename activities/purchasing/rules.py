"""What a purchase costs, and in which year's budget it falls. Pure; amounts in fen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

#: Budgets follow the calendar year of China.
_CHINA = timezone(timedelta(hours=8))


def total_of(lines: Iterable[tuple[int, int]]) -> int:
    """Sum of quantity times price."""
    return sum(qty * price for qty, price in lines)


def budget_period(at: datetime) -> str:
    """The year of an instant in China: the first eight hours of a UTC New Year's Eve evening belong to the next."""
    return str(at.astimezone(_CHINA).year)
