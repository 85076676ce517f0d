"""The feed: one order for everybody, in which nothing appears behind what was read."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.store.journals import Story
from waystation.contracts.errors import Refused
from waystation.store import feed
from waystation.store.feed import Place
from waystation.store.session import Database
from waystation.store.tables.outside import FeedRow


async def append(database: Database, *stories: Story, tenant: str = "t") -> None:
    for story in stories:
        async with database.write(tenant) as session:
            await story.append(session)


async def numbered(database: Database, tenant: str = "t") -> list[tuple[int | None, str, int, int]]:
    await feed.number_new(database, tenant)
    async with database.read(tenant) as session:
        return [(row.number, row.case_id, row.first_seq, row.last_seq) for row in await feed.after(session, 0, 100)]


async def test_numbers_follow_transactions(database: Database) -> None:
    """One number a transaction, each tenant for itself; what is read again has the number that it had."""
    story = Story().started()
    await append(database, story)
    await append(database, Story("c9").started(), tenant="other")
    assert await numbered(database) == [(1, "c1", 1, 1)]
    await append(database, story.asks("check", "ann"), Story("c2").started(), story)
    assert await numbered(database) == [(1, "c1", 1, 1), (2, "c1", 2, 3), (3, "c2", 1, 1)]
    assert await numbered(database, "other") == [(1, "c9", 1, 1)]
    async with database.read("t") as session:
        second = (await feed.after(session, 2, 1))[0]
        assert [entry.seq for entry in await feed.entries(session, second)] == [2, 3]
        assert [entry.seq for entry in await feed.entries(session, second, 2)] == [3]
        assert await feed.end(session) == Place(3, 1)


async def test_what_is_not_through_is_not_passed(database: Database) -> None:
    """A transaction that began earlier and ends later comes later: whoever has read on does not miss it."""
    if database.writer.dialect.name == "sqlite":
        pytest.skip("transactions that write are alone there")
    async with database.write("t") as slow:
        await Story("slow").started().append(slow)
        await append(database, Story("quick").started())
        assert [row[:2] for row in await numbered(database)] == [(1, "quick")]
    assert [row[:2] for row in await numbered(database)] == [(1, "quick"), (2, "slow")]


async def test_a_case_keeps_its_order_whatever_the_clocks_say(database: Database) -> None:
    """Two machines' clocks may differ: the entries of one case are in the order of its journal all the same."""
    story = Story().started()
    await append(database, story)
    await append(database, Story("c2").started(), story.asks("check", "ann"))
    async with database.write("t") as session:
        for row in await session.scalars(select(FeedRow)):
            back = timedelta(hours=1 if (row.case_id, row.first_seq) == ("c1", 2) else 0)
            row.written_at -= back
    assert await numbered(database) == [(1, "c1", 1, 1), (2, "c1", 2, 3), (3, "c2", 1, 1)]


async def test_many_readers_give_each_number_once(database: Database) -> None:
    """Whoever comes first gives them; the others wait and see the same."""
    await append(database, *(Story(f"c{number}").started() for number in range(8)))
    found = await asyncio.gather(*(numbered(database) for _ in range(4)))
    assert all([row[0] for row in rows] == list(range(1, 9)) for rows in found)
    assert all(rows == found[0] for rows in found)


async def test_what_is_dropped_is_said(database: Database) -> None:
    """Who comes back with a place from which on not everything is kept is told so."""
    await append(database, Story("c1").started(), Story("c2").started())
    await numbered(database)
    await append(database, Story("c3").started())
    later = datetime.now(UTC) + timedelta(minutes=1)
    async with database.write("t") as session:
        await feed.forget(session, later)
    assert await numbered(database) == []
    await append(database, Story("c4").started())
    assert [row[0] for row in await numbered(database)] == [3]
    async with database.read("t") as session:
        await feed.check_kept(session, Place(2, 0))
        for place in (Place(1, 0), Place(4, 0)):
            with pytest.raises(Refused, match="feed_gone"):
                await feed.check_kept(session, place)


@pytest.mark.parametrize("text", ["", "1", "1.", ".1", "a.b", "-1.2", "1.2.3", "１.２", "9" * 30 + ".1"])
def test_what_is_no_place(text: str) -> None:
    """Two numbers with a dot between them, and nothing else."""
    assert Place.read("12.7") == Place(12, 7)
    with pytest.raises(Refused, match="bad_cursor"):
        Place.read(text)
