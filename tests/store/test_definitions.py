"""Versions are immutable and known by their plans; drafts are guarded against overwriting."""

from __future__ import annotations

import asyncio
import hashlib

import pytest

from tests.store.moments import T0, later
from waystation.contracts.errors import Refused
from waystation.store import definitions
from waystation.store.session import Database, TenantSession


async def publish(database: Database, plan: bytes, process: str = "repair", source: str = "text") -> int:
    async def work(session: TenantSession) -> int:
        return await definitions.publish(session, process, source, plan, by="ann", at=T0, notes="why")

    return await database.transact("t", work)


async def test_each_new_plan_is_a_new_version(database: Database) -> None:
    """Publishing the latest plan again is no new version; publishing an older one is."""
    assert [await publish(database, plan) for plan in (b"one", b"one", b"two", b"one")] == [1, 1, 2, 3]
    async with database.read("t") as session:
        newest = await definitions.latest(session, "repair")
        assert newest is not None
        assert (newest.number, newest.plan_hash, newest.notes) == (3, hashlib.sha256(b"one").hexdigest(), "why")
        assert await definitions.plan_by_hash(session, newest.plan_hash) == b"one"
        assert await definitions.plan_by_hash(session, "0" * 64) is None
        assert [version.number for version in await definitions.versions(session, "repair")] == [3, 2, 1]
        second = await definitions.version(session, "repair", 2)
        assert second is not None
        assert second.published_at == T0
    async with database.read("u") as session:
        assert await definitions.plan_by_hash(session, newest.plan_hash) is None


async def test_racing_publishers_get_numbers_without_gaps(database: Database) -> None:
    """Ten different plans at once: versions 1 to 10. One plan ten times at once: one version."""
    numbers = await asyncio.gather(*(publish(database, b"plan %d" % number) for number in range(10)))
    assert sorted(numbers) == list(range(1, 11))
    assert set(await asyncio.gather(*(publish(database, b"same", "other") for _ in range(10)))) == {1}


async def test_a_retired_process_is_not_offered_until_it_is_published_again(database: Database) -> None:
    await publish(database, b"one")
    await publish(database, b"two", "order")
    async with database.write("t") as session:
        await definitions.retire(session, "repair", by="ann", at=later(1))
        assert await definitions.latest(session, "repair") is None
        assert [version.process for version in await definitions.published(session)] == ["order"]
        assert await definitions.version(session, "repair", 1) is not None
        with pytest.raises(Refused, match="not_found"):
            await definitions.retire(session, "nothing", by="ann", at=later(1))
    assert await publish(database, b"one") == 2
    async with database.read("t") as session:
        assert [version.process for version in await definitions.published(session)] == ["order", "repair"]


async def test_a_draft_is_not_overwritten_unseen(database: Database) -> None:
    """Whoever saves names the revision he has read; an older one is stale."""

    async def save(source: str, revision: int | None) -> int:
        async with database.write("t") as session:
            return await definitions.save_draft(
                session, "process", "repair", source, by="ann", at=T0, layout={"visit": [1, 2]}, revision=revision
            )

    assert [await save("a", 0), await save("b", 1)] == [1, 2]
    for stale in (0, 1, 3):
        with pytest.raises(Refused, match="stale"):
            await save("c", stale)
    assert await save("d", None) == 3
    async with database.write("t") as session:
        found = await definitions.draft(session, "process", "repair")
        assert found is not None
        assert (found.source, found.layout, found.revision) == ("d", {"visit": [1, 2]}, 3)
        assert [draft.name for draft in await definitions.drafts(session, "process")] == ["repair"]
        assert await definitions.drafts(session, "form") == []
        assert [await definitions.drop_draft(session, "process", "repair") for _ in range(2)] == [True, False]


async def test_of_racing_savers_one_wins(database: Database) -> None:
    async def save(number: int) -> bool:
        async def work(session: TenantSession) -> int:
            return await definitions.save_draft(session, "form", "f", str(number), by="ann", at=T0, revision=0)

        try:
            return await database.transact("t", work) == 1
        except Refused:
            return False

    assert sum(await asyncio.gather(*(save(number) for number in range(10)))) == 1
