"""Messages find their cases, wait for them for a week, and are given to nobody twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.store.journals import Story
from tests.store.moments import T0, later
from waystation.contracts.errors import Refused
from waystation.contracts.events import EntryKind
from waystation.store import messages
from waystation.store.session import Database, TenantSession

WEEK = 7 * 24 * 3600.0


async def route(database: Database, message_id: str, at: float = 0, name: str = "paid", **fields: Any) -> list[str]:
    """Send a message; the cases that get it."""

    async def work(session: TenantSession) -> list[str]:
        found = await messages.route(session, name, fields, message_id, at=later(at))
        return [delivery.case_id for delivery in found]

    return await database.transact("t", work)


async def wait(
    database: Database,
    case_id: str,
    value: Any = "1",
    at: float = 0,
    path: str = "pay",
    *,
    keep: bool = True,
    field: str = "key",
) -> list[str]:
    """Wait for a message; the ids of those that are there already."""

    async def work(session: TenantSession) -> list[str]:
        found = await messages.await_message(session, case_id, path, "paid", field, value, keep=keep, at=later(at))
        return [message.id for message in found]

    return await database.transact("t", work)


async def refuse(database: Database, case_id: str, message_id: str, at: float = 10) -> list[str]:
    async with database.write("t") as session:
        return [found.case_id for found in await messages.refuse(session, case_id, message_id, at=later(at))]


async def test_a_message_goes_to_every_waiting_case_that_matches(database: Database) -> None:
    """By name, field and value; within a case to its oldest waiter."""
    await wait(database, "c2", at=1)
    await wait(database, "c1", at=3, path="late")
    await wait(database, "c1", at=2, path="early")
    await wait(database, "c3", "2")
    await wait(database, "c4", "1", field="order")
    await wait(database, "c5", None, field="", at=4)
    async with database.write("t") as session:
        given = await messages.route(session, "paid", {"key": "1", "sum": 5}, "m1", at=later(9))
    assert [(found.case_id, found.path) for found in given] == [("c2", "pay"), ("c1", "early"), ("c5", "pay")]
    assert given[0].message == messages.Message("m1", "paid", {"key": "1", "sum": 5}, later(9))
    assert await route(database, "m2", name="Paid", key="1") == []


@pytest.mark.parametrize(
    ("sent", "awaited", "matches"),
    [
        (Decimal("1.50"), Decimal("1.5"), True),
        (2, Decimal("2.0"), True),
        ("2", 2, False),
        ("ABC", "abc", False),
        ("x ", "x", False),
        ({"b": 1, "a": [1]}, {"a": [1], "b": 1}, True),
        (True, 1, False),
        (None, None, True),
    ],
)
async def test_values_are_compared_as_values(database: Database, sent: Any, awaited: Any, matches: bool) -> None:
    """Numbers by value, texts exactly, whatever the database's collation."""
    await wait(database, "c1", awaited)
    assert await route(database, "m1", key=sent) == (["c1"] if matches else [])


async def test_the_same_message_again_gives_the_same_answer(database: Database) -> None:
    """Also when others have begun to wait since; the id with another content is refused."""
    await wait(database, "c1")
    assert await route(database, "m1", key="1") == ["c1"]
    await wait(database, "c2")
    assert await route(database, "m1", key="1") == ["c1"]
    with pytest.raises(Refused, match="key_reused"):
        await route(database, "m1", key="2")


async def test_a_message_that_nobody_waits_for_is_kept_for_the_first_that_does(database: Database) -> None:
    """Oldest first, each to one case; a waiter that keeps nothing does not see it."""
    await route(database, "m2", at=2, key="1")
    await route(database, "m1", at=1, key="1")
    assert await wait(database, "c1", at=3, keep=False) == []
    assert await wait(database, "c2", at=4) == ["m1"]
    assert await wait(database, "c2", at=4) == ["m1"]
    assert await wait(database, "c3", at=5) == ["m2"]
    assert await wait(database, "c4", at=6) == []


async def test_kept_messages_have_their_week(database: Database) -> None:
    """A message is there until seven days have passed, and then no more."""
    await route(database, "m1", key="1")
    await route(database, "m2", key="2")
    assert await wait(database, "c1", "1", at=WEEK - 1) == ["m1"]
    assert await wait(database, "c1", "2", at=WEEK, path="other") == []
    async with database.write("t") as session:
        assert await messages.forget_expired(session, T0 + timedelta(days=6)) == 0
        assert await messages.forget_expired(session, T0 + timedelta(days=7)) == 2


async def test_who_stops_waiting_gets_nothing(database: Database) -> None:
    for case_id in ("c1", "c2", "c3"):
        await wait(database, case_id)
    await Story("c2").started().ended().store(database)
    async with database.write("t") as session:
        await messages.stop_awaiting(session, "c1", "pay", "paid")
        await messages.stop_awaiting(session, "c3", "elsewhere", "paid")
    assert await route(database, "m1", key="1") == ["c3"]


async def test_what_a_case_does_not_want_goes_on(database: Database) -> None:
    """A refused message goes to the next waiter that keeps, else it is kept; the refusing place is not asked again."""
    await wait(database, "c1")
    assert await route(database, "m1", at=1, key="1") == ["c1"]
    await wait(database, "c2", at=2, keep=False)
    await wait(database, "c3", at=3)
    assert await refuse(database, "c1", "m1") == ["c3"]
    assert await refuse(database, "c3", "m1") == []
    assert await wait(database, "c1", at=15) == []
    assert await wait(database, "c1", path="again", at=16) == ["m1"]
    assert await wait(database, "c4", at=20) == []
    assert await refuse(database, "c1", "m1") == ["c4"]


async def test_who_refuses_a_kept_message_gets_the_next(database: Database) -> None:
    """One after another, until one is wanted or none is left."""
    for number in range(3):
        await route(database, f"m{number}", at=number, key="1")
    assert await wait(database, "c1", at=5) == ["m0"]
    for number in (1, 2):
        async with database.write("t") as session:
            instead = await messages.refuse(session, "c1", f"m{number - 1}", at=later(6))
            assert [("c1", f"m{number}")] == [(each.case_id, each.message.id) for each in instead]
            assert not await messages.is_given(session, "c1", f"m{number - 1}")
            assert await messages.is_given(session, "c1", f"m{number}")
    assert await refuse(database, "c1", "m2") == []


async def test_what_another_case_has_is_not_kept(database: Database) -> None:
    """A message that went to two cases and is refused by one has still found its case."""
    await wait(database, "c1")
    await wait(database, "c2")
    assert sorted(await route(database, "m1", key="1")) == ["c1", "c2"]
    assert await refuse(database, "c1", "m1") == []
    assert await wait(database, "c3", at=20) == []


async def test_what_a_case_has_taken_it_cannot_refuse(database: Database) -> None:
    """The journal says that it was taken: a late, repeated delivery changes nothing."""
    await wait(database, "c1")
    await route(database, "m1", key="1")
    story = Story("c1").started().tell(EntryKind.MESSAGE_TAKEN, "pay", id="m1", name="paid", fields={"key": "1"})
    await story.store(database)
    assert await refuse(database, "c1", "m1") == []
    assert await wait(database, "c2", at=20) == []
    assert await wait(database, "c1", at=20) == []


async def test_a_message_and_its_waiter_never_pass_each_other(database: Database) -> None:
    """Sent and awaited at the same moment, many times over: each message is given to its case exactly once."""

    async def meet(number: int) -> list[str]:
        sent, there = await asyncio.gather(
            route(database, f"m{number}", key=number), wait(database, f"c{number}", number)
        )
        return [*sent, *there]

    met = await asyncio.gather(*(meet(number) for number in range(25)))
    assert [len(found) for found in met] == [1] * 25


async def test_one_kept_message_goes_to_one_of_many_racers(database: Database) -> None:
    """Also when they find it by different fields."""
    await route(database, "m1", key="1", order="7")
    racers = [wait(database, f"k{number}", "1", at=1) for number in range(8)]
    racers += [wait(database, f"o{number}", "7", at=1, field="order") for number in range(8)]
    found = await asyncio.gather(*racers)
    assert max(found, key=len) == ["m1"]
    assert sum(len(one) for one in found) == 1


async def test_a_message_that_started_a_case_is_not_kept(database: Database) -> None:
    """What was used to start a case is nobody's later; what a case was given stays given."""
    await route(database, "m1", key="1")
    await wait(database, "c1", "2")
    await route(database, "m2", key="2")
    async with database.write("t") as session:
        for message_id in ("m1", "m2", "unknown"):
            await messages.not_kept(session, message_id)
    assert await wait(database, "c2", "1", at=5) == []
    assert await refuse(database, "c1", "m2") == []
    assert await wait(database, "c3", "2", at=20) == ["m2"]
