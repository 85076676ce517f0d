"""Demo budgets and what was ordered on them: definitions/demo/purchasing.yaml as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from activities._runtime import DataFile, Seed, load_file
from activities.purchasing.tables import Budget, BudgetBooking, PurchaseOrder


class _Order(DataFile):
    supplier: str
    department: str
    period: str
    item: str
    qty: int
    price: int


class Demo(DataFile):
    """The file's form: department -> year -> fen, and orders placed and paid for in earlier years."""

    demo: str
    budgets: dict[str, dict[str, int]]
    orders: dict[str, _Order]


def demo_rows(at: datetime) -> Iterator[Seed]:
    """The rows of the demo."""
    demo = load_file("demo", "purchasing", Demo)
    spent: Counter[tuple[str, str]] = Counter()
    for no, order in demo.orders.items():
        spent[order.department, order.period] += order.qty * order.price
        yield from _order_rows(no, order, at)
    for department, years in demo.budgets.items():
        for period, amount in years.items():
            counters = {"booked": 0, "spent": spent[department, period], "currency": "CNY"}
            yield Budget, {"department": department, "period": period, "amount": amount, **counters}


def _order_rows(no: str, order: _Order, at: datetime) -> Iterator[Seed]:
    amount = order.qty * order.price
    made = {"amount": amount, "case_id": "", "created_at": at}
    booking = {"id": f"open/{no}", "department": order.department, "period": order.period, "spent": amount}
    yield BudgetBooking, {**booking, "released": 0, **made}
    lines = [{"item": order.item, "qty": order.qty, "price": order.price}]
    placed = {"no": no, "supplier": order.supplier, "lines": lines, "booking": f"open/{no}", "state": "placed"}
    yield PurchaseOrder, {**placed, "currency": "CNY", **made}
