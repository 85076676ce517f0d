"""Goods cost what the oldest of them cost, presales are served in turn, and what comes back is not sold unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.activities.conftest import AT, Desk
from tests.unit.activities.test_inventory import CHENGDU, audit, level, lines

pytestmark = pytest.mark.databases


async def receive(desk: Desk, sku: str, qty: int, cost: int, **more: Any) -> Any:
    wanted = [{"sku": sku, "qty": qty, "unit_cost": cost}]
    return await desk.ok("inventory.receive", warehouse="wh_chengdu", lines=wanted, **more)


async def shipped(desk: Desk, sku: str, qty: int) -> tuple[str, int]:
    """The reservation that left Chengdu, and what it cost."""
    wanted = {"lines": lines(**{sku: qty}), "warehouse": "wh_chengdu", "ref": "SO-1"}
    reservation = (await desk.ok("inventory.reserve", **wanted))["reservation"]
    return reservation, (await desk.ok("inventory.ship", reservation=reservation))["cost"]


async def test_units_leave_oldest_first_at_their_own_cost(desk: Desk) -> None:
    """INV-01: eight at 8,600 yuan, then five at 9,000: ten cost eight of the first and two of the second."""
    desk.at = AT + timedelta(minutes=1)
    await receive(desk, "machine_e8", 5, 900_000)
    _, cost = await shipped(desk, "machine_e8", 10)
    assert cost == 8 * 860_000 + 2 * 900_000
    assert (await shipped(desk, "machine_e8", 1))[1] == 900_000
    assert await audit(desk) == []


async def test_what_comes_back_goes_into_the_batches_it_came_from(desk: Desk) -> None:
    """Called back and sent again, the same units cost the same."""
    desk.at = AT + timedelta(minutes=1)
    await receive(desk, "machine_e8", 5, 900_000)
    reservation, cost = await shipped(desk, "machine_e8", 10)
    await desk.ok("inventory.unship", reservation=reservation)
    assert await audit(desk) == []
    assert (await desk.ok("inventory.ship", reservation=reservation))["cost"] == cost
    assert await audit(desk) == []


async def test_a_receipt_is_dated_back_only_while_nothing_has_left_since(desk: Desk) -> None:
    """Otherwise the cost of what left would change afterwards; and never into the future."""
    desk.at = AT + timedelta(days=3)
    await receive(desk, "machine_e8", 1, 1, received_at=(AT + timedelta(days=1)).isoformat())
    await shipped(desk, "machine_e8", 1)
    late = [{"sku": "machine_e8", "qty": 1, "unit_cost": 1}]
    dated = {"warehouse": "wh_chengdu", "lines": late}
    before = await desk.no("inventory.receive", **dated, received_at=(AT + timedelta(days=2)).isoformat())
    future = await desk.no("inventory.receive", **dated, received_at=(AT + timedelta(days=4)).isoformat())
    assert (before.code, future.code) == ("inventory.back_dated", "inventory.in_future")
    assert (await desk.no("inventory.receive", warehouse="nowhere", lines=late)).code == "inventory.unknown_warehouse"
    await receive(desk, "machine_e8", 1, 1)
    assert await audit(desk) == []


async def test_only_what_is_short_is_presold(desk: Desk) -> None:
    """ORD-16: what there is ships from where it lies; the short part waits."""
    first = await desk.ok("inventory.reserve", lines=lines(machine_e8=70, beans_house=1), to=CHENGDU, partial=True)
    assert first["short"] == [{"sku": "machine_e8", "qty": 7}]
    assert [shipment["presale"] for shipment in first["shipments"]] == [False, False, False, True]
    assert first["shipments"][-1]["lines"] == [{"warehouse": "", "sku": "machine_e8", "qty": 7, "bin": ""}]
    nothing = await desk.ok("inventory.reserve", lines=lines(machine_e8=1), partial=True)
    assert (nothing["reservation"], nothing["lines"]) == (None, [])
    assert (await desk.ok("inventory.release", reservation=None))["units"] == 0
    assert await audit(desk) == []


async def test_presales_are_served_oldest_first_and_before_new_orders(desk: Desk) -> None:
    """Who was promised first gets first; somebody new does not overtake; a dropped promise frees the place."""
    await desk.ok("inventory.reserve", lines=lines(machine_b2=12))
    old = (await desk.ok("inventory.presell", lines=lines(machine_b2=3), ref="SO-1"))["presale"]
    desk.at = AT + timedelta(minutes=1)
    new = await desk.ok("inventory.presell", lines=lines(machine_b2=2), ref="SO-2")
    assert new["ahead"] == 3
    arrived = await receive(desk, "machine_b2", 4, 430_000)
    assert arrived["waiting"] == ["SO-1", "SO-2"]
    for wanted in ({"lines": lines(machine_b2=2), "presale": new["presale"]}, {"lines": lines(machine_b2=1)}):
        assert (await desk.no("inventory.reserve", **wanted)).code == "inventory.shortage"
    await desk.ok("inventory.reserve", lines=lines(machine_b2=3), presale=old)
    assert (await desk.no("inventory.reserve", lines=lines(machine_b2=1))).code == "inventory.shortage"
    await desk.ok("inventory.void_presale", presale=new["presale"])
    await desk.ok("inventory.reserve", lines=lines(machine_b2=1))
    assert (await desk.no("inventory.void_presale", presale="PRE-none")).code == "inventory.unknown_presale"
    assert await audit(desk) == []


async def test_the_parts_of_a_reservation_ship_warehouse_by_warehouse(desk: Desk) -> None:
    """ORD-15: each warehouse ships and takes back its own part; the rest stays reserved."""
    split = await desk.ok("inventory.reserve", lines=lines(machine_e8=45), to=CHENGDU)
    assert [shipment["warehouse"] for shipment in split["shipments"]] == ["wh_shanghai", "wh_chengdu"]
    part = {"reservation": split["reservation"], "warehouse": "wh_chengdu"}
    units = (await desk.ok("inventory.ship", **part))["units"]
    assert await level(desk, "wh_chengdu", "machine_e8") == (8 - units, 0)
    assert (await desk.ok("inventory.unship", **part))["units"] == units
    assert (await desk.no("inventory.ship", reservation=split["reservation"], warehouse="wh_guangzhou")).code == (
        "inventory.unknown_reservation"
    )
    assert (await desk.ok("inventory.release", reservation=split["reservation"]))["units"] == 45
    assert await audit(desk) == []


async def test_returned_goods_are_not_sold_before_a_look(desk: Desk) -> None:
    """A returned unit lies apart at the cost it left with; after the look it is sold again, or scrapped, once."""
    await shipped(desk, "machine_e8", 2)
    back = await desk.ok("inventory.take_return", lines=lines(machine_e8=2), ref="SO-1")
    assert (back["warehouse"], await level(desk, "returns_shanghai", "machine_e8")) == ("returns_shanghai", (2, 0))
    assert (await desk.no("inventory.reserve", lines=lines(machine_e8=62))).code == "inventory.shortage"
    wrong = await desk.no("inventory.settle_return", receipt=back["receipt"], warehouse="parts_shanghai")
    assert wrong.code == "inventory.unknown_warehouse"
    settled = {"receipt": back["receipt"], "warehouse": "wh_chengdu"}
    assert (await desk.ok("inventory.settle_return", **settled))["units"] == 2
    assert (await desk.ok("inventory.settle_return", **settled))["units"] == 0
    assert await level(desk, "wh_chengdu", "machine_e8") == (8, 0)
    assert (await shipped(desk, "machine_e8", 8))[1] == 8 * 860_000
    assert await audit(desk) == []
