"""Demo budgets: definitions/demo/purchasing.yaml as rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from activities._runtime import DataFile, Seed, load_file
from activities.purchasing.tables import Budget


class Demo(DataFile):
    """The file's form: department -> year -> fen."""

    demo: str
    budgets: dict[str, dict[str, int]]


def demo_rows(_at: datetime) -> Iterator[Seed]:
    """The rows of the demo."""
    for department, years in load_file("demo", "purchasing", Demo).budgets.items():
        for period, amount in years.items():
            empty = {"booked": 0, "spent": 0, "currency": "CNY"}
            yield Budget, {"department": department, "period": period, "amount": amount, **empty}
