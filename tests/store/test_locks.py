"""Locks across cases: one holder, the others in order of arrival."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.store.moments import T0
from waystation.store import locks
from waystation.store.locks import Holder
from waystation.store.session import Database, TenantSession

BENCH = "process:repair:bench"


async def take(database: Database, case_id: str, name: str = BENCH, path: str = "work", tenant: str = "t") -> bool:
    async def work(session: TenantSession) -> bool:
        return await locks.take_lock(session, name, case_id, path, T0)

    return await database.transact(tenant, work)


async def free(database: Database, case_id: str, name: str = BENCH) -> Holder | None:
    async def work(session: TenantSession) -> Holder | None:
        return await locks.free_lock(session, name, case_id, "work")

    return await database.transact("t", work)


async def test_waiting_is_in_order_of_arrival(database: Database) -> None:
    """Who comes first holds; each return gives it to the next in line."""
    assert [await take(database, case_id) for case_id in ("c1", "c2", "c3")] == [True, False, False]
    assert await free(database, "c1") == Holder("c2", "work", 2)
    assert await free(database, "c2") == Holder("c3", "work", 3)
    assert await free(database, "c3") is None
    assert await take(database, "c4")


async def test_asking_again_changes_nothing(database: Database) -> None:
    """A repeated take keeps the place in the queue; a repeated return gives nothing away."""
    for case_id in ("c1", "c2", "c1", "c2"):
        assert await take(database, case_id) is (case_id == "c1")
    assert await free(database, "c1") == Holder("c2", "work", 2)
    assert await free(database, "c1") is None
    async with database.read("t") as session:
        assert await locks.queue_of(session, BENCH) == [Holder("c2", "work", 2)]


async def test_who_leaves_the_queue_does_not_pass_the_lock_on(database: Database) -> None:
    for case_id in ("c1", "c2", "c3"):
        await take(database, case_id)
    assert await free(database, "c2") is None
    assert await free(database, "c1") == Holder("c3", "work", 3)


async def test_names_and_tenants_are_apart(database: Database) -> None:
    """Another name, also one that differs in case only, and another tenant are other locks."""
    assert await take(database, "c1")
    assert await take(database, "c2", "process:repair:Bench")
    assert await take(database, "c2", tenant="other")


async def test_the_end_of_a_case_gives_back_all_it_holds(database: Database) -> None:
    """Every lock goes to the next case in line, also where the ending case stands in a line twice."""
    await take(database, "c1", "tenant:a")
    await take(database, "c1", "tenant:a", "work#2")
    await take(database, "c2", "tenant:a")
    await take(database, "c3", "tenant:b")
    await take(database, "c1", "tenant:b")
    async with database.write("t") as session:
        assert await locks.free_all(session, ["c1"]) == [("c1", "tenant:a", Holder("c2", "work", 3))]
        await locks.forget_unused(session)
    async with database.read("t") as session:
        assert [holder.case_id for holder in await locks.queue_of(session, "tenant:b")] == ["c3"]


async def test_a_lock_passes_over_cases_that_end_together(database: Database) -> None:
    """Of those in line the first that goes on has it, not one that ends in the same transaction."""
    for case_id in ("c1", "c2", "c3"):
        await take(database, case_id, "tenant:a")
    async with database.write("t") as session:
        assert await locks.free_all(session, ["c2", "c1"]) == [("c1", "tenant:a", Holder("c3", "work", 3))]


async def test_of_racing_cases_one_holds_and_each_gets_its_turn(database: Database) -> None:
    """Twenty cases take and return one lock at once: never two holders, and in the end everybody has had it."""
    held = await asyncio.gather(*(take(database, f"c{number}") for number in range(20)))
    assert sum(held) == 1
    async with database.read("t") as session:
        queue = await locks.queue_of(session, BENCH)
    assert sorted(holder.ticket for holder in queue) == list(range(1, 21))
    turns = [queue[0]]
    while (following := await free(database, turns[-1].case_id)) is not None:
        turns.append(following)
    assert turns == queue


async def test_leaving_at_once_hands_the_lock_to_one_who_stays(database: Database) -> None:
    """Half of the queue leaves while the holder returns the lock: exactly one case learns that it holds it now."""
    for number in range(10):
        await take(database, f"c{number}")
    leaving = [f"c{number}" for number in range(0, 10, 2)]
    told = [holder for holder in await asyncio.gather(*(free(database, case_id) for case_id in leaving)) if holder]
    async with database.read("t") as session:
        queue = await locks.queue_of(session, BENCH)
    assert [holder.case_id for holder in queue] == ["c1", "c3", "c5", "c7", "c9"]
    assert told[-1] == queue[0] or queue[0] in told


async def reserve(database: Database, case_id: str, until: timedelta = timedelta(minutes=1)) -> bool:
    async def work(session: TenantSession) -> bool:
        return await locks.reserve_lock(session, BENCH, case_id, "work", until=T0 + until, at=T0)

    return await database.transact("t", work)


async def test_of_racing_claims_one_gets_the_lock_and_nobody_queues(database: Database) -> None:
    """Twenty cases claim one lock at once: one has it, the others leave nothing behind."""
    held = await asyncio.gather(*(reserve(database, f"c{number}") for number in range(20)))
    assert sum(held) == 1
    async with database.read("t") as session:
        queue = await locks.queue_of(session, BENCH)
    assert [holder.case_id for holder in queue] == [f"c{held.index(True)}"]


async def test_claims_and_entries_race_for_one_lock(database: Database) -> None:
    """Half of the cases claim, half queue: one holds, all that queued are in line behind, and none is lost."""
    claiming, queueing = [f"c{number}" for number in range(10)], [f"q{number}" for number in range(10)]
    told = await asyncio.gather(
        *(reserve(database, case_id) for case_id in claiming), *(take(database, case_id) for case_id in queueing)
    )
    assert sum(told) == 1
    async with database.read("t") as session:
        queue = [holder.case_id for holder in await locks.queue_of(session, BENCH)]
    assert queue[0] == [*claiming, *queueing][told.index(True)]
    assert set(queue) == {queue[0], *queueing}


async def test_a_reservation_is_confirmed_or_given_up(database: Database) -> None:
    """Confirmed, it stays; renewed, an older look does not take it away; else the next in line gets the lock."""
    later = timedelta(minutes=2)
    assert await reserve(database, "c1")
    assert await reserve(database, "c1", later)
    assert not await take(database, "c2")
    async with database.write("t") as session:
        assert await locks.drop_reservation(session, BENCH, "c1", "work", until=T0 + timedelta(minutes=1)) is None
        assert await locks.drop_reservation(session, BENCH, "c1", "work", until=T0 + later) == Holder("c2", "work", 2)
    assert await free(database, "c2") is None
    assert await reserve(database, "c3")
    assert await take(database, "c3")
    async with database.write("t") as session:
        assert await locks.reserved_until(session, BENCH, "c3", "work") is None
        assert await locks.drop_reservation(session, BENCH, "c3", "work", until=T0 + later) is None
    assert not await reserve(database, "c4")


async def test_forgetting_and_taking_do_not_meet(database: Database) -> None:
    """Locks are taken while unused ones are dropped: whoever took one is in its line, and the line is in order."""

    async def drop() -> None:
        await database.transact("t", locks.forget_unused)

    for number in range(10):
        assert (await asyncio.gather(take(database, f"c{number}"), drop(), drop()))[0]
        assert not await take(database, "after")
        following = await free(database, f"c{number}")
        assert following is not None
        assert following.case_id == "after"
        assert await free(database, "after") is None
