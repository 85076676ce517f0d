"""Evaluating expressions in tests: one environment, one set of names, one line a check."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from waystation.expressions import Environment, ExpressionError, compile_expression

#: Friday; 16:00 in Shanghai.
NOW = datetime(2024, 3, 1, 8, tzinfo=UTC)


class Weekdays:
    """A calendar whose working days are Monday to Friday in UTC."""

    def workdays_between(self, a: datetime | date, b: datetime | date) -> int:
        start, end = (each.date() if isinstance(each, datetime) else each for each in (a, b))
        days = (start + timedelta(days=offset) for offset in range((end - start).days))
        return sum(day.weekday() < 5 for day in days)

    def add_workdays(self, t: datetime, n: int) -> datetime:
        if n < 0:
            raise ValueError("this calendar only looks ahead")
        while n:
            t += timedelta(days=1)
            n -= t.weekday() < 5
        return t


ENVIRONMENT = Environment(NOW, "Asia/Shanghai", Weekdays())

DATA: dict[str, Any] = {
    "status": "new",
    "vip": True,
    "nothing": None,
    "count": 3,
    "rate": 0.1,
    "price": Decimal("19.90"),
    "金额": 1200,
    "tags": ["a", "b", "a"],
    "lines": [{"sku": "A", "qty": 2, "price": 0.5}, {"sku": "B", "qty": 3, "price": 1.25}],
    "address": {"city": "上海", "point": {"lat": 31.2, "lng": 121.5}, "zip": None},
    "day": date(2024, 3, 1),
    "at": datetime(2024, 3, 1, 23, 30, tzinfo=UTC),
    "took": timedelta(hours=1, minutes=30),
}


def value_of(source: str, **names: Any) -> Any:
    """The value of an expression over `DATA` and the names given."""
    return compile_expression(source).evaluate({"data": DATA, **names}, ENVIRONMENT)


def failure_of(source: str, **names: Any) -> ExpressionError:
    """The error of an expression; the test fails where there is none, or where it is one that nobody foresaw."""
    with pytest.raises(ExpressionError) as caught:
        value_of(source, **names)
    return foreseen(caught.value, source)


def foreseen(error: ExpressionError, source: str) -> ExpressionError:
    """The error itself, after checking what holds for every one: its code, its place, and that a rule raised it."""
    assert error.code == "expression"
    assert error.reason != "unforeseen", f"{source}: {error.en}"
    assert 0 <= error.start <= error.end <= len(source), source
    return error


def reason_of(source: str, **names: Any) -> str:
    return failure_of(source, **names).reason
