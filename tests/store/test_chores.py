"""Housekeeping: what is too old goes by and by, one process does it at a time, and a failure is tried again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from waystation.housekeeping import Housekeeper, Rules
from waystation.store import idempotency, locks, messages, outbox, tenants
from waystation.store.session import Database, TenantSession
from waystation.store.tables.chores import ChoreRow
from waystation.store.tables.effects import OutboxRow
from waystation.store.tables.messages import MessageRow
from waystation.store.tables.shared import IdempotencyRow, LockRow

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
OLD, NEW = NOW - timedelta(days=40), NOW - timedelta(hours=1)
RULES = Rules()
CHORES = ["personal", "messages", "keys", "outbox", "feed", "locks", "timetables"]


async def known(database: Database, *names: str) -> None:
    for name in names:
        async with database.write(name) as session:
            await tenants.ensure_tenant(session, at=OLD)


async def count(database: Database, tenant: str, row: type[object]) -> int:
    async with database.read(tenant) as session:
        return await session.scalar(select(func.count()).select_from(row)) or 0


async def leave_things(session: TenantSession, at: datetime) -> None:
    """One of each that is dropped some day."""
    name = at.isoformat()
    await messages.route(session, "paid", {"key": "1"}, name, at=at)
    await outbox.put(session, "notice", name, {}, at=at)
    [item] = await outbox.claim(session, ["notice"], "w", at=at)
    await outbox.acknowledge(session, item, at=at)

    async def answer() -> str:
        return "done"

    await idempotency.once(session, "cases", name, {}, answer)
    await session.execute(update(IdempotencyRow).where(IdempotencyRow.key_text == name).values(at=at))


async def test_what_is_old_goes_and_what_is_young_stays(database: Database) -> None:
    """Messages, keys, finished side effects and unused locks of every tenant, each after its time."""
    await known(database, "a", "b")
    for tenant in ("a", "b"):
        async with database.write(tenant) as session:
            await leave_things(session, OLD)
            await leave_things(session, NEW)
            await locks.take_lock(session, "tenant:held", "c1", "work", OLD)
            await locks.take_lock(session, "tenant:left", "c1", "work", OLD)
            await locks.free_lock(session, "tenant:left", "c1", "work")
    done = await Housekeeper(database, RULES).do_due(NOW)
    assert done == [(tenant, chore) for tenant in ("a", "b") for chore in CHORES]
    for tenant in ("a", "b"):
        for row in (MessageRow, IdempotencyRow, OutboxRow, LockRow):
            assert await count(database, tenant, row) == 1


async def test_one_process_does_it_and_again_when_it_is_due(database: Database) -> None:
    """Of eight that look at once one does each chore; nobody does it before the interval is over."""
    await known(database, "a")
    keepers = [Housekeeper(database, RULES) for _ in range(8)]
    done = await asyncio.gather(*(keeper.do_due(NOW) for keeper in keepers))
    assert sorted(name for each in done for _, name in each) == sorted(CHORES)
    assert await keepers[0].do_due(NOW + RULES.every * 0.7) == []
    assert len(await keepers[0].do_due(NOW + RULES.every * 1.3)) == len(CHORES)


async def test_a_failure_is_noted_and_tried_again_soon(database: Database) -> None:
    """The other chores and tenants are done all the same; a minute later what failed is done."""
    await known(database, "a", "b")
    tries: list[str] = []

    async def falters(session: TenantSession, _: datetime) -> bool:
        tries.append(session.tenant)
        if len(tries) == 1:
            raise RuntimeError("no space left")
        return False

    async def works(_: TenantSession, __: datetime) -> bool:
        return False

    keeper = Housekeeper(database, RULES, {"falters": falters, "works": works})
    assert await keeper.do_due(NOW) == [("a", "works"), ("b", "falters"), ("b", "works")]
    async with database.read("a") as session:
        failed = await session.get_one(ChoreRow, ("a", "falters"))
    assert ("RuntimeError: no space left", None) == (failed.error, failed.done_at)
    assert await keeper.do_due(NOW + timedelta(minutes=1)) == [("a", "falters")]
    async with database.read("a") as session:
        assert (await session.get_one(ChoreRow, ("a", "falters"))).error == ""
    assert tries == ["a", "b", "a"]


async def test_what_there_is_more_of_is_done_in_several_transactions(database: Database) -> None:
    """A chore that leaves something over goes on at once."""
    await known(database, "a")
    left = [True, True, False]

    async def long_one(_: TenantSession, __: datetime) -> bool:
        return left.pop(0)

    assert await Housekeeper(database, RULES, {"long": long_one}).do_due(NOW) == [("a", "long")]
    assert left == []


async def test_it_looks_by_itself(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Running, it does what is due without being told."""
    monkeypatch.setattr("waystation.housekeeping._LOOK", timedelta(milliseconds=10))
    await known(database, "a")
    did = asyncio.Event()

    async def once(_: TenantSession, __: datetime) -> bool:
        did.set()
        return False

    running = asyncio.create_task(Housekeeper(database, RULES, {"once": once}).run())
    try:
        async with asyncio.timeout(20):
            await did.wait()
    finally:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
