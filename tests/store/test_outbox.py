"""The outbox: what is decided is done at least once, by one worker at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.store.moments import T0, later
from waystation.store import outbox
from waystation.store.outbox import Claimed
from waystation.store.session import EVERY_TENANT, Database, Scope, TenantSession

LEASE = timedelta(seconds=60)


async def put(database: Database, *keys: str, tenant: str = "t", at: float = 0) -> None:
    async with database.write(tenant) as session:
        for key in keys:
            await outbox.put(session, "notice", key, {"key": key}, at=later(at), case_id="c1")


async def claim(
    database: Database, worker: str, at: float = 0, limit: int = 50, scope: Scope = EVERY_TENANT
) -> list[Claimed]:
    async def work(session: TenantSession) -> list[Claimed]:
        return await outbox.claim(session, ["notice"], worker, at=later(at), lease=LEASE, limit=limit)

    return await database.transact(scope, work)


def keys(items: list[Claimed]) -> list[str]:
    return [item.body["key"] for item in items]


async def test_claimed_in_order_and_acknowledged_once(database: Database) -> None:
    """Oldest first; what is claimed is nobody else's; what is done does not come back."""
    await put(database, "a", "b", "c")
    await put(database, "a")
    first = await claim(database, "w1", limit=2)
    assert keys(first) == ["a", "b"]
    assert keys(await claim(database, "w2")) == ["c"]
    assert await claim(database, "w3") == []
    async with database.write("t") as session:
        assert await outbox.acknowledge(session, first[0], at=T0)
        assert not await outbox.acknowledge(session, first[0], at=T0)
    assert sorted(keys(await claim(database, "w3", at=61))) == ["b", "c"]
    async with database.write("t") as session:
        assert await outbox.forget_done(session, later(1)) == 1


async def test_a_claim_that_has_run_out_proves_nothing(database: Database) -> None:
    """A worker that was thought dead cannot acknowledge what another does now."""
    await put(database, "a")
    (old,) = await claim(database, "slow")
    (new,) = await claim(database, "fast", at=61)
    assert (old.tries, new.tries) == (1, 2)
    async with database.write("t") as session:
        assert not await outbox.acknowledge(session, old, at=later(62))
        assert not await outbox.put_off(session, old, until=later(63), error="x")
        assert await outbox.acknowledge(session, new, at=later(62))


async def test_put_off_given_up_and_tried_again(database: Database) -> None:
    await put(database, "a")
    (item,) = await claim(database, "w")
    async with database.write("t") as session:
        assert await outbox.put_off(session, item, until=later(30), error="no answer")
    assert await claim(database, "w", at=29) == []
    (item,) = await claim(database, "w", at=30)
    async with database.write("t") as session:
        assert await outbox.give_up(session, item, at=later(31), error="no such number")
    assert await claim(database, "w", at=9999) == []
    async with database.write("t") as session:
        assert await outbox.try_again(session, item.id, at=later(40))
    assert keys(await claim(database, "w", at=40)) == ["a"]


async def test_not_before_its_time_and_only_its_kind(database: Database) -> None:
    await put(database, "later", at=100)
    async with database.write("t") as session:
        await outbox.put(session, "message", "other", {}, at=T0)
    assert await claim(database, "w", at=99) == []
    assert keys(await claim(database, "w", at=100)) == ["later"]


async def test_one_dispatcher_serves_every_tenant_and_another_only_its_own(database: Database) -> None:
    """The same key in two tenants is two side effects; acknowledging one leaves the other."""
    await put(database, "a", tenant="t")
    await put(database, "a", tenant="u")
    assert [item.tenant for item in await claim(database, "w", scope="u")] == ["u"]
    (item,) = await claim(database, "w")
    assert item.tenant == "t"
    async with database.write(EVERY_TENANT) as session:
        assert await outbox.acknowledge(session, item, at=T0)
    assert [item.tenant for item in await claim(database, "w", at=61)] == ["u"]


async def test_racing_workers_never_claim_the_same(database: Database) -> None:
    """Eight workers empty a full outbox: everything once, nothing left."""
    await put(database, *(f"k{number}" for number in range(60)))

    async def work(worker: str) -> list[str]:
        found: list[str] = []
        while items := await claim(database, worker, limit=4):
            found += keys(items)
        return found

    parts = await asyncio.gather(*(work(f"w{number}") for number in range(8)))
    assert sorted(key for part in parts for key in part) == sorted(f"k{number}" for number in range(60))
