"""A budget is never overspent, and taking back restores it to the fen."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from activities._runtime import Failed, Succeeded
from activities.purchasing.rules import budget_period
from activities.purchasing.tables import Budget, BudgetBooking
from tests.unit.activities.conftest import Desk

LINES = [{"item": "cup", "qty": 3, "price": 100_000}]


async def budget(desk: Desk) -> tuple[int, int]:
    """Fen booked and spent by the department it in 2026; checked against the bookings."""
    async with desk.database.read(desk.tenant) as session:
        row = (await session.scalars(select(Budget).where(Budget.department == "it", Budget.period == "2026"))).one()
        bookings = list(await session.scalars(select(BudgetBooking).where(BudgetBooking.department == "it")))
    assert row.booked == sum(each.amount - each.spent - each.released for each in bookings)
    assert row.spent == sum(each.spent for each in bookings)
    return row.booked, row.spent


@pytest.mark.databases
async def test_requests_at_the_same_time_never_overspend(desk: Desk) -> None:
    """9,000,000 fen and 20 requests over 1,000,000: nine are booked."""
    tries = [desk.run("purchasing.book_budget", case=f"c{i}", department="it", amount=1_000_000) for i in range(20)]
    outcomes = await asyncio.gather(*tries)
    assert sum(isinstance(outcome, Succeeded) for outcome in outcomes) == 9
    assert {each.code for each in outcomes if isinstance(each, Failed)} == {"purchasing.over_budget"}
    assert await budget(desk) == (9_000_000, 0)


@pytest.mark.databases
async def test_a_booking_is_ordered_with_and_its_rest_freed(desk: Desk) -> None:
    """Ordering spends what the lines cost; what is left can be freed, once."""
    booking = (await desk.ok("purchasing.book_budget", department="it", amount=500_000))["booking"]
    order = await desk.ok("purchasing.order", supplier="s", lines=LINES, booking=booking)
    assert (order["amount"], order["left"]) == (300_000, 200_000)
    freed = [(await desk.ok("purchasing.release_budget", booking=booking))["amount"] for _ in range(2)]
    assert freed == [200_000, 0]
    assert await budget(desk) == (0, 300_000)


@pytest.mark.databases
async def test_undo_restores_the_budget_to_the_fen(desk: Desk) -> None:
    """Cancel the order, then free the booking: nothing booked, nothing spent; twice changes nothing."""
    booking = (await desk.ok("purchasing.book_budget", department="it", amount=300_000))["booking"]
    order = (await desk.ok("purchasing.order", supplier="s", lines=LINES, booking=booking))["order"]
    assert await budget(desk) == (0, 300_000)
    assert [(await desk.ok("purchasing.cancel_order", order=order))["changed"] for _ in range(2)] == [True, False]
    assert await budget(desk) == (300_000, 0)
    await desk.ok("purchasing.release_budget", booking=booking)
    assert await budget(desk) == (0, 0)


@pytest.mark.databases
async def test_an_order_may_not_cost_more_than_its_booking(desk: Desk) -> None:
    """One fen too much is too much."""
    booking = (await desk.ok("purchasing.book_budget", department="it", amount=299_999))["booking"]
    assert (await desk.no("purchasing.order", supplier="s", lines=LINES, booking=booking)).code == (
        "purchasing.over_booking"
    )


@pytest.mark.databases
async def test_a_department_without_a_budget_is_refused(desk: Desk) -> None:
    """No budget is not an empty budget: the codes differ."""
    refused = await desk.no("purchasing.book_budget", department="nobody", amount=1)
    assert refused.code == "purchasing.no_budget"
    assert (await desk.no("purchasing.book_budget", department="it", amount=0)).code == "bad_args"


@pytest.mark.parametrize(
    ("at", "year"),
    [
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), "2026"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2027"),
    ],
)
def test_years_begin_in_china(at: datetime, year: str) -> None:
    """Midnight in Shanghai is 16:00 UTC."""
    assert budget_period(at) == year


@pytest.mark.databases
async def test_an_engineering_purchase_needs_a_contract(desk: Desk) -> None:
    """ORD-10: rejected with the reason without one; a regular purchase needs none."""
    asked = {"supplier": "昌盛包装", "kind": "engineering"}
    without = await desk.ok("purchasing.check", **asked)
    assert (without["rejected"], without["reasons_zh"]) == (True, "工程采购须附合同")
    assert (await desk.ok("purchasing.check", **asked, contract=["file-1"]))["rejected"] is False
    assert [rule["passed"] for rule in (await desk.ok("purchasing.check", supplier="昌盛包装"))["results"]] == [
        True,
        True,
    ]


@pytest.mark.databases
async def test_a_new_supplier_is_confirmed_by_a_person(desk: Desk) -> None:
    """ORD-09: until an order was placed that was not cancelled; a tenant may do without."""
    assert (await desk.ok("purchasing.check", supplier="新供应商"))["first_order"] is True
    booking = (await desk.ok("purchasing.book_budget", department="it", amount=300_000))["booking"]
    placed = await desk.ok("purchasing.order", supplier="新供应商", lines=LINES, booking=booking)
    assert (await desk.ok("purchasing.check", supplier="新供应商"))["first_order"] is False
    await desk.ok("purchasing.cancel_order", order=placed["order"])
    assert (await desk.ok("purchasing.check", supplier="新供应商"))["first_order"] is True
    desk.settings = {"approval.review_first_order": False}
    assert (await desk.ok("purchasing.check", supplier="新供应商"))["first_order"] is False
