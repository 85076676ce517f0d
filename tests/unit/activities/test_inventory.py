"""Stock is never promised twice, and every undo gives back exactly what was taken."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from activities._runtime import Failed, Succeeded
from activities.inventory.tables import PartIssue, Reservation, StockBatch, StockLevel, StockMove
from tests.unit.activities.conftest import Desk

pytestmark = pytest.mark.databases

SHANGHAI = {"lat": 31.23, "lng": 121.47, "datum": "wgs84"}
CHENGDU = {"lat": 30.66, "lng": 104.07, "datum": "wgs84"}


async def level(desk: Desk, warehouse: str, sku: str) -> tuple[int, int]:
    """Units on hand and units reserved."""
    async with desk.database.read(desk.tenant) as session:
        statement = select(StockLevel).where(StockLevel.warehouse == warehouse, StockLevel.sku == sku)
        row = (await session.scalars(statement)).one()
        return row.on_hand, row.reserved


async def audit(desk: Desk) -> list[str]:
    """Counters that differ from the facts they are made from."""
    async with desk.database.read(desk.tenant) as session:
        levels = {(row.warehouse, row.sku): row for row in await session.scalars(select(StockLevel))}
        moved: dict[tuple[str, str], int] = {}
        for move in await session.scalars(select(StockMove)):
            key = move.warehouse, move.sku
            moved[key] = moved.get(key, 0) + move.qty
        held: dict[tuple[str, str], int] = {}
        for row in await session.scalars(select(Reservation)):
            key = row.warehouse, row.sku
            held[key] = held.get(key, 0) + row.qty - row.consumed - row.released
        lying: dict[tuple[str, str], int] = {}
        for batch in await session.scalars(select(StockBatch)):
            key = batch.warehouse, batch.sku
            lying[key] = lying.get(key, 0) + batch.unspent
    wrong = [f"batches {key}" for key, row in levels.items() if row.on_hand != lying.get(key, 0)]
    wrong += [f"on_hand {key}" for key, row in levels.items() if row.on_hand != moved.get(key, 0)]
    return wrong + [f"reserved {key}" for key, row in levels.items() if row.reserved != held.get(key, 0)]


def lines(**wanted: int) -> list[dict[str, Any]]:
    return [{"sku": sku, "qty": qty} for sku, qty in wanted.items()]


async def test_the_nearest_warehouse_with_everything_delivers(desk: Desk) -> None:
    """INV-04: sufficiency first, then distance; the goods are locked there."""
    east = await desk.ok("inventory.reserve", lines=lines(machine_e8=2), to=SHANGHAI)
    west = await desk.ok("inventory.reserve", lines=lines(machine_e8=2), to=CHENGDU)
    assert (east["warehouse"], west["warehouse"]) == ("wh_shanghai", "wh_chengdu")
    assert await level(desk, "wh_chengdu", "machine_e8") == (8, 2)


async def test_a_near_warehouse_without_enough_gives_way(desk: Desk) -> None:
    """One parcel from far away beats two parcels."""
    far = await desk.ok("inventory.reserve", lines=lines(machine_e8=20), to=CHENGDU)
    assert (far["warehouse"], far["parcels"]) == ("wh_shanghai", 1)


async def test_an_order_is_split_only_where_it_may_be(desk: Desk) -> None:
    """ORD-15: later sources give what the earlier ones left open; without `split` it is a shortage."""
    wanted = lines(machine_e8=50)
    refused = await desk.no("inventory.reserve", lines=wanted, to=CHENGDU, split=False)
    assert (refused.code, refused.kind) == ("inventory.shortage", "business")
    split = await desk.ok("inventory.reserve", lines=wanted, to=CHENGDU)
    assert split["parcels"] == 2
    assert sum(line["qty"] for line in split["lines"]) == 50
    assert await audit(desk) == []


async def test_a_shortage_names_what_is_short_and_takes_nothing(desk: Desk) -> None:
    """All or nothing: the article that there is stays free."""
    refused = await desk.no("inventory.reserve", lines=lines(cups_paper=10, machine_e8=64))
    assert refused.detail["short"] == [{"sku": "machine_e8", "qty": 1}]
    assert await level(desk, "wh_guangzhou", "cups_paper") == (4000, 0)


async def test_the_same_article_on_two_lines_counts_once(desk: Desk) -> None:
    """Demand is summed before it is checked: two lines of 10 do not both fit into 15."""
    twice = [{"sku": "machine_b2", "qty": 7}, {"sku": "machine_b2", "qty": 7}]
    refused = await desk.no("inventory.reserve", lines=twice)
    assert refused.detail["short"] == [{"sku": "machine_b2", "qty": 2}]


async def test_many_writers_never_oversell(desk: Desk) -> None:
    """INV-02: 20 orders at once for 12 units; exactly 12 win, the others hear of a shortage."""
    wanted = lines(machine_b2=1)
    tries = [desk.run("inventory.reserve", case=f"case-{i}", lines=wanted) for i in range(20)]
    outcomes = await asyncio.gather(*tries)
    won = [outcome for outcome in outcomes if isinstance(outcome, Succeeded)]
    lost = {outcome.code for outcome in outcomes if isinstance(outcome, Failed)}
    assert (len(won), lost) == (12, {"inventory.shortage"})
    assert await level(desk, "wh_shanghai", "machine_b2") == (12, 12)
    assert await audit(desk) == []


async def test_eight_writers_race_for_the_last_unit(desk: Desk) -> None:
    """INV-02: exactly one of eight wins."""
    await desk.ok("inventory.reserve", lines=lines(machine_b2=11))
    tries = [desk.run("inventory.reserve", case=f"case-{i}", lines=lines(machine_b2=1)) for i in range(8)]
    outcomes = await asyncio.gather(*tries)
    assert sum(isinstance(outcome, Succeeded) for outcome in outcomes) == 1


async def test_orders_for_the_same_articles_do_not_block_each_other(desk: Desk) -> None:
    """Rows are taken in one order, whatever the order of the lines: no deadlock ends as a failure."""
    one = lines(beans_house=1, beans_single=1, machine_e8=1)
    other = list(reversed(one))
    tries = [
        desk.run("inventory.reserve", case=f"case-{i}", lines=one if i % 2 else other, to=CHENGDU) for i in range(8)
    ]
    assert all(isinstance(outcome, Succeeded) for outcome in await asyncio.gather(*tries))
    assert await audit(desk) == []


async def test_one_key_takes_effect_once(desk: Desk) -> None:
    """A repeated attempt gets the first answer and reserves nothing more."""
    first = await desk.ok("inventory.reserve", key="reserve", lines=lines(machine_b2=3))
    again = await desk.ok("inventory.reserve", key="reserve", lines=lines(machine_b2=3))
    assert again == first
    assert await level(desk, "wh_shanghai", "machine_b2") == (12, 3)


async def test_attempts_at_the_same_time_take_effect_once(desk: Desk) -> None:
    """Two workers with the same activation: one reservation."""
    tries = [desk.run("inventory.reserve", key="reserve", lines=lines(machine_b2=2)) for _ in range(6)]
    outcomes = await asyncio.gather(*tries)
    assert len({str(outcome) for outcome in outcomes}) == 1
    assert await level(desk, "wh_shanghai", "machine_b2") == (12, 2)


async def test_a_key_does_not_serve_another_request(desk: Desk) -> None:
    """The same key with other arguments is refused, not answered."""
    await desk.ok("inventory.reserve", key="reserve", lines=lines(machine_b2=3))
    assert (await desk.no("inventory.reserve", key="reserve", lines=lines(machine_b2=4))).code == "key_reused"


async def test_release_gives_back_exactly_once(desk: Desk) -> None:
    """INV-03, ORD-20: a second release frees nothing."""
    reservation = (await desk.ok("inventory.reserve", lines=lines(machine_e8=50), to=SHANGHAI))["reservation"]
    assert (await desk.ok("inventory.release", reservation=reservation))["units"] == 50
    assert (await desk.ok("inventory.release", reservation=reservation))["units"] == 0
    assert await level(desk, "wh_shanghai", "machine_e8") == (40, 0)
    assert await audit(desk) == []


async def test_releases_at_the_same_time_give_back_once(desk: Desk) -> None:
    """ORD-20: exactly once, also for two cancellations at once."""
    reservation = (await desk.ok("inventory.reserve", lines=lines(machine_b2=5)))["reservation"]
    await asyncio.gather(*[desk.ok("inventory.release", case=f"c{i}", reservation=reservation) for i in range(5)])
    assert await level(desk, "wh_shanghai", "machine_b2") == (12, 0)


async def test_shipped_goods_leave_the_shelf_and_come_back_reserved(desk: Desk) -> None:
    """Undo of shipping restores on_hand and reserved; releasing afterwards frees them."""
    reservation = (await desk.ok("inventory.reserve", lines=lines(machine_b2=5)))["reservation"]
    assert (await desk.ok("inventory.ship", reservation=reservation))["units"] == 5
    assert await level(desk, "wh_shanghai", "machine_b2") == (7, 0)
    assert (await desk.ok("inventory.release", reservation=reservation))["units"] == 0
    assert (await desk.ok("inventory.unship", reservation=reservation))["units"] == 5
    assert await level(desk, "wh_shanghai", "machine_b2") == (12, 5)
    assert (await desk.ok("inventory.release", reservation=reservation))["units"] == 5
    assert await level(desk, "wh_shanghai", "machine_b2") == (12, 0)
    assert await audit(desk) == []


async def test_released_goods_cannot_be_shipped(desk: Desk) -> None:
    """What was freed belongs to others."""
    reservation = (await desk.ok("inventory.reserve", lines=lines(machine_b2=5)))["reservation"]
    await desk.ok("inventory.release", reservation=reservation)
    assert (await desk.no("inventory.ship", reservation=reservation)).code == "inventory.not_reserved"


async def test_safety_stock_warns_once_per_crossing(desk: Desk) -> None:
    """INV-01: the reservation that crosses the level says so, the next one does not."""
    calm = await desk.ok("inventory.reserve", lines=lines(machine_b2=10))
    low = await desk.ok("inventory.reserve", lines=lines(machine_b2=1))
    lower = await desk.ok("inventory.reserve", lines=lines(machine_b2=1))
    assert [each["low_stock"] for each in (calm, low, lower)] == [[], ["machine_b2"], []]


async def test_parts_come_from_the_nearest_parts_store(desk: Desk) -> None:
    """INV-09: parts leave stock at once; goods warehouses do not hand out parts."""
    issued = await desk.ok("inventory.requisition", lines=lines(pump_15bar=1), technician="eng_wu", to=CHENGDU)
    assert issued["warehouse"] == "parts_chengdu"
    assert await level(desk, "parts_chengdu", "pump_15bar") == (5, 0)
    assert (await desk.no("inventory.requisition", lines=lines(machine_e8=1), technician="eng_wu")).code == (
        "inventory.shortage"
    )


async def test_issued_parts_are_used_returned_or_in_hand(desk: Desk) -> None:
    """Never more used and returned than issued; the undo brings back what is still in hand."""
    wanted = lines(gasket_58=4)
    issue = (await desk.ok("inventory.requisition", lines=wanted, technician="eng_wu", to=SHANGHAI))["requisition"]
    await desk.ok("inventory.use_part", requisition=issue, lines=lines(gasket_58=3))
    too_many = await desk.no("inventory.return_part", requisition=issue, lines=lines(gasket_58=2))
    assert too_many.code == "inventory.not_in_hand"
    assert (await desk.ok("inventory.return_part", requisition=issue))["units"] == 1
    assert (await desk.ok("inventory.return_part", requisition=issue))["units"] == 0
    assert await level(desk, "parts_shanghai", "gasket_58") == (117, 0)
    async with desk.database.read(desk.tenant) as session:
        row = (await session.scalars(select(PartIssue))).one()
        assert (row.issued, row.used, row.returned) == (4, 3, 1)
    assert await audit(desk) == []


async def test_tenants_do_not_see_each_others_stock(desk: Desk) -> None:
    """A tenant without stock has a shortage, whatever its neighbour holds."""
    stranger = Desk(desk.database, tenant="other")
    assert (await stranger.no("inventory.reserve", lines=lines(machine_b2=1))).code == "inventory.shortage"
    async with desk.database.read("other") as session:
        assert await session.scalar(select(func.count()).select_from(StockLevel)) == 0


@pytest.mark.parametrize(
    "args",
    [
        {"lines": []},
        {"lines": [{"sku": "a", "qty": 0}]},
        {"lines": [{"sku": "a", "qty": "2"}]},
        {"lines": [{"sku": "a", "qty": True}]},
        {"lines": [{"sku": "a", "qty": 1}], "to": {"lat": 1, "lng": 2}},
        {"lines": [{"sku": "a", "qty": 1}], "unheard": 1},
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_arguments_of_the_wrong_form_are_refused(desk: Desk, args: dict[str, Any]) -> None:
    """No texts for numbers, no unknown fields, no coordinate without its datum."""
    failed = await desk.no("inventory.reserve", **args)
    assert (failed.code, failed.kind) == ("bad_args", "business")
