"""Which version new cases get: retired versions, roll-outs, and what stands in the way of publishing meanwhile."""

from __future__ import annotations

import pytest

from tests.store.moments import T0, later
from waystation.contracts.errors import Refused
from waystation.store import audit, definitions, rollouts
from waystation.store.session import Database, TenantSession


async def publish(database: Database, *plans: bytes) -> None:
    for plan in plans:

        async def work(session: TenantSession, plan: bytes = plan) -> int:
            return await definitions.publish(session, "repair", "text", plan, by="ann", at=T0)

        await database.transact("t", work)


async def offered(database: Database) -> int | None:
    async with database.read("t") as session:
        found = await definitions.latest(session, "repair")
        assert [version.number for version in await definitions.published(session)] == ([found.number] if found else [])
    return found.number if found else None


async def test_a_retired_version_is_offered_no_more(database: Database) -> None:
    """The newest of the others takes its place, until it is offered again; without any, the process is gone."""
    await publish(database, b"one", b"two")
    async with database.write("t") as session:
        for _ in range(2):
            await rollouts.retire_version(session, "repair", 2, by="ann", at=later(1), reason="wrong fee")
        with pytest.raises(Refused, match="unknown_version"):
            await rollouts.retire_version(session, "repair", 3, by="ann", at=later(1))
    assert await offered(database) == 1
    async with database.write("t") as session:
        assert [(n, row.reason) for n, row in (await rollouts.retired(session, "repair")).items()] == [(2, "wrong fee")]
        await rollouts.retire_version(session, "repair", 1, by="ann", at=later(1))
    assert await offered(database) is None
    async with database.write("t") as session:
        await rollouts.offer_version(session, "repair", 2, by="ann", at=later(2))
    assert await offered(database) == 2


async def test_the_plan_of_a_retired_version_can_be_published_again(database: Database) -> None:
    """It becomes a version of its own."""
    await publish(database, b"one", b"two")
    async with database.write("t") as session:
        await rollouts.retire_version(session, "repair", 2, by="ann", at=later(1))
    await publish(database, b"two")
    assert await offered(database) == 3


async def test_a_roll_out_is_widened_and_finished(database: Database) -> None:
    """It begins from the version below, changes as asked, and stands in the way of publishing until it is over."""
    await publish(database, b"one", b"two")
    async with database.write("t") as session:
        row = await rollouts.roll_out(session, "repair", 2, ["group:pilot"], 0, by="ann", at=later(1))
        assert (row.base, row.version, row.units, row.percent, row.revision) == (1, 2, ["group:pilot"], 0, 1)
        row = await rollouts.roll_out(session, "repair", 2, ["group:pilot"], 50, by="ann", at=later(2))
        assert (row.percent, row.revision) == (50, 2)
        for number in (1, 2):
            with pytest.raises(Refused, match="rollout_active"):
                await rollouts.retire_version(session, "repair", number, by="ann", at=later(2))
    with pytest.raises(Refused, match="rollout_active"):
        await publish(database, b"three")
    await publish(database, b"two")  # nothing new
    async with database.write("t") as session:
        assert await rollouts.finish(session, "repair", by="ann", at=later(3)) == 2
        assert await rollouts.rollout(session, "repair") is None
    await publish(database, b"three")
    async with database.read("t") as session:
        noted = (await audit.records(session, target="process/repair")).items
    assert {row.action for row in noted} == {"rollout.begin", "rollout.change", "rollout.finish"}


async def test_a_roll_out_is_rolled_back(database: Database) -> None:
    """The new version is retired; there is nothing to roll back then."""
    await publish(database, b"one", b"two")
    async with database.write("t") as session:
        await rollouts.roll_out(session, "repair", 2, [], 10, by="ann", at=later(1))
        assert await rollouts.roll_back(session, "repair", by="ann", at=later(2), reason="slow") == 1
        with pytest.raises(Refused, match="not_found"):
            await rollouts.roll_back(session, "repair", by="ann", at=later(2))
    assert await offered(database) == 1


async def test_only_the_newest_is_rolled_out_beside_an_older(database: Database) -> None:
    await publish(database, b"one", b"two", b"three")
    async with database.write("t") as session:
        for number, code in ((2, "not_newest"), (9, "unknown_version")):
            with pytest.raises(Refused, match=code):
                await rollouts.roll_out(session, "repair", number, [], 10, by="ann", at=later(1))
        for number in (1, 2):
            await rollouts.retire_version(session, "repair", number, by="ann", at=later(1))
        with pytest.raises(Refused, match="no_base"):
            await rollouts.roll_out(session, "repair", 3, [], 10, by="ann", at=later(1))


async def test_a_version_is_published_to_nobody_yet(database: Database) -> None:
    """Held back in the transaction of its publication; the first version of a process cannot be held back."""
    async with database.write("t") as session:
        await definitions.publish(session, "repair", "", b"one", by="ann", at=T0)
        assert await rollouts.hold(session, "repair", by="ann", at=T0, before=0) is None
        await definitions.publish(session, "repair", "", b"two", by="ann", at=T0)
        row = await rollouts.hold(session, "repair", by="ann", at=T0, before=1)
    assert row is not None
    assert (row.base, row.version, row.percent) == (1, 2, 0)
