"""Whatever happens to stock, in whatever order: counters equal the facts they are made from."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from activities._runtime import Succeeded
from activities.inventory.tables import Reservation, StockBatch, StockCost, StockLevel, StockMove, Warehouse
from tests.support.databases import create_tables
from tests.unit.activities.conftest import Desk
from waystation.store.session import Database

STOCK = {("w1", "a"): 6, ("w1", "b"): 3, ("w2", "a"): 4}
TENANTS = count()

reserving = st.tuples(st.just("inventory.reserve"), st.sampled_from("ab"), st.integers(1, 8))
moving = st.tuples(
    st.sampled_from(["inventory.release", "inventory.ship", "inventory.unship"]), st.just(""), st.integers(0, 5)
)
histories = st.lists(st.one_of(reserving, moving, moving), max_size=14)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    """One event loop for all examples: the connections of a database belong to a loop."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def stocked(loop: asyncio.Runner) -> Iterator[Database]:
    """One database for all examples; each example is a tenant of its own."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'stock.db'}")
        loop.run(create_tables(database))
        yield database
        loop.run(database.close())


async def prepare(database: Database) -> Desk:
    desk = Desk(database, f"t{next(TENANTS)}")
    async with database.write(desk.tenant) as session:
        for place in ("w1", "w2"):
            session.add(Warehouse(id=place, title={}, serves="goods", lat=0, lng=0, datum="wgs84", open=True))
        for (place, sku), units in STOCK.items():
            facts: dict[str, Any] = {"warehouse": place, "sku": sku}
            session.add(StockLevel(**facts, on_hand=units, reserved=0))
            session.add(StockMove(id=f"{place}/{sku}", **facts, qty=units, kind="opening", at=desk.at))
            for age, part in enumerate((units - units // 2, units // 2)):
                batch = {"received_at": desk.at - timedelta(days=9 - age), "unit_cost": 10 + age}
                session.add(StockBatch(id=f"{place}/{sku}/{age}", **facts, **batch, qty=part, unspent=part))
    return desk


async def live(desk: Desk, history: list[tuple[str, str, int]]) -> None:
    """Carry a history out; what names a reservation that is not there is left out."""
    made: list[str] = []
    for name, sku, number in history:
        if name == "inventory.reserve":
            outcome = await desk.run(name, lines=[{"sku": sku, "qty": number}])
            if isinstance(outcome, Succeeded):
                made.append(outcome.result["reservation"])
        elif number < len(made):
            await desk.run(name, reservation=made[number])


async def check(desk: Desk) -> None:
    """The invariants of stock: reserved and on_hand are what promises and movements add up to, and never negative."""
    async with desk.database.read(desk.tenant) as session:
        moves = list(await session.scalars(select(StockMove)))
        promises = list(await session.scalars(select(Reservation)))
        batches = list(await session.scalars(select(StockBatch)))
        costs = list(await session.scalars(select(StockCost)))
        for level in await session.scalars(select(StockLevel)):
            here = (level.warehouse, level.sku)
            held = [each for each in promises if (each.warehouse, each.sku) == here]
            assert level.on_hand == sum(move.qty for move in moves if (move.warehouse, move.sku) == here)
            left = [each for each in batches if (each.warehouse, each.sku) == here]
            assert level.on_hand == sum(each.unspent for each in left)
            assert level.reserved == sum(each.qty - each.consumed - each.released for each in held)
            assert 0 <= level.reserved <= level.on_hand <= STOCK[here]
    assert all(each.consumed + each.released in (0, each.qty) for each in promises)
    for batch in batches:
        assert batch.qty - batch.unspent == sum(each.qty - each.returned for each in costs if each.batch == batch.id)


@settings(max_examples=60)
@given(history=histories)
def test_counters_always_equal_their_facts(stocked: Database, loop: asyncio.Runner, history: Any) -> None:
    """Reserve, release, ship and take back in any order, also twice: the audit finds no difference."""

    async def example() -> None:
        desk = await prepare(stocked)
        await live(desk, history)
        await check(desk)

    loop.run(example())


@settings(max_examples=30)
@given(history=histories)
def test_undoing_everything_leaves_the_stock_as_it_was(stocked: Database, loop: asyncio.Runner, history: Any) -> None:
    """Take back what was shipped and release what was reserved: every unit is where it was, and free."""

    async def example() -> None:
        desk = await prepare(stocked)
        await live(desk, history)
        async with desk.database.read(desk.tenant) as session:
            made = set(await session.scalars(select(Reservation.id)))
        for reservation in sorted(made):
            await desk.ok("inventory.unship", reservation=reservation)
            await desk.ok("inventory.release", reservation=reservation)
        async with desk.database.read(desk.tenant) as session:
            levels = {
                (row.warehouse, row.sku): (row.on_hand, row.reserved)
                for row in await session.scalars(select(StockLevel))
            }
        assert levels == {place: (units, 0) for place, units in STOCK.items()}

    loop.run(example())
