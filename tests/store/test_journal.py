"""The journal only grows, and appending twice is appending once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from tests.store.journals import Story
from tests.store.moments import T0, later
from waystation.contracts.errors import Refused
from waystation.contracts.events import Entry, EntryKind
from waystation.store import case_keys, cases, counters, exact_json, journal, outbox
from waystation.store.session import Database, TenantSession


async def test_appending_again_changes_nothing(database: Database) -> None:
    """The same entries sent again, whole or overlapping, leave journal, projections and counters as they were."""
    story = Story().started().asks("visit", "bob")
    await story.store(database)
    async with database.write("t") as session:
        assert await story.append(session) == 0
    story.answered("visit", "bob").ended()
    async with database.write("t") as session:
        assert await story.append(session, since=1) == 4
        assert await story.append(session, since=5) == 0
    async with database.read("t") as session:
        assert await journal.entries(session, "c1") == [plain(entry) for entry in story.entries]
        assert await journal.last_seq(session, "c1") == len(story.entries)
        totals = await counters.totals(session, later(-7200), later(7200))
    assert {name: count for _, name, _, count in totals} == {
        "started": 1,
        "task_opened": 1,
        "answered": 1,
        "task_closed": 1,
        "done": 1,
    }


async def test_another_entry_under_a_number_that_is_taken_is_an_error(database: Database) -> None:
    """History is not rewritten."""
    story = Story().started().asks("visit", "bob")
    await story.store(database)
    other = msgspec.structs.replace(story.entries[1], path="elsewhere")
    with pytest.raises(journal.JournalBroken):
        async with database.write("t") as session:
            await journal.append(session, "c1", [other, *story.entries[2:]])


@pytest.mark.parametrize("numbers", [[3], [2, 4], [2, 2], [0]])
async def test_gaps_and_repeated_numbers_are_errors(database: Database, numbers: list[int]) -> None:
    """Entries continue the journal one by one."""
    await Story().started().store(database)
    entries = [Entry(number, T0, EntryKind.SUSPENDED) for number in numbers]
    with pytest.raises(journal.JournalBroken):
        async with database.write("t") as session:
            await journal.append(session, "c1", entries)


async def test_a_case_begins_with_its_start(database: Database) -> None:
    with pytest.raises(ValueError, match="does not begin"):
        async with database.write("t") as session:
            await journal.append(session, "c1", [Entry(1, T0, EntryKind.SUSPENDED)])


async def test_concurrent_appends_of_one_journal_end_as_one(database: Database) -> None:
    """Several workers that flush the same entries at once, also the very first, leave each entry once."""
    story = Story().started().asks("visit", "bob", due=60).answered("visit", "bob").ended()

    async def append(session: TenantSession) -> int:
        return await story.append(session)

    written = await asyncio.gather(*(database.transact("t", append) for _ in range(12)))
    assert sorted(written) == [0] * 11 + [len(story.entries)]
    async with database.read("t") as session:
        assert await journal.last_seq(session, "c1") == len(story.entries)


async def test_what_is_rolled_back_never_was(database: Database) -> None:
    """Entries, projections and outbox are one transaction."""
    story = Story().started().tell(EntryKind.NOTICE, id="n1", to=["bob"], template="hello", priority=3)

    async def fail_after_appending() -> None:
        async with database.write("t") as session:
            await story.append(session)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await fail_after_appending()
    async with database.write("t") as session:
        assert await cases.case(session, "c1") is None
        assert await journal.entries(session, "c1") == []
        assert await outbox.claim(session, ["notice"], "w", at=datetime.now(UTC)) == []


async def test_a_notice_is_sent_once_however_often_it_is_appended(database: Database) -> None:
    story = Story().started().tell(EntryKind.NOTICE, id="n1", to=["bob"], template="hello", priority=3)
    await story.store(database)
    await story.store(database)
    async with database.write("t") as session:
        sent = await outbox.claim(session, ["notice"], "w", at=datetime.now(UTC))
    assert [(item.case_id, item.body["template"], item.body["to"]) for item in sent] == [("c1", "hello", ["bob"])]


async def test_one_open_case_per_key(database: Database) -> None:
    """A second case with the key of an open one is refused; after the end the key is free; reopening takes it back."""
    first = Story("c1").started(key="A1")
    await first.store(database)
    with pytest.raises(Refused, match="key_in_use"):
        await Story("c2").started(key="A1").store(database)
    await Story("c3").started("other", key="A1").store(database)
    first.ended()
    await first.store(database)
    second = Story("c2").started(key="A1")
    await second.store(database)
    first.tell(EntryKind.REOPENED, node="visit")
    with pytest.raises(Refused, match="key_in_use"):
        await first.store(database)


async def test_starting_again_with_equal_input_answers_with_that_case(database: Database) -> None:
    """Equal input: the case of then, whatever the order of its keys; other input: key_in_use."""

    async def reserve(case_id: str, given: dict[str, object]) -> case_keys.Reservation:
        async with database.write("t") as session:
            return await case_keys.reserve(session, "repair", "A1", case_id, given, T0)

    assert await reserve("c1", {"a": 1, "b": 2}) == case_keys.Reservation("c1", True)
    assert await reserve("c1", {"a": 1, "b": 2}) == case_keys.Reservation("c1", True)
    assert await reserve("c2", {"b": 2, "a": 1}) == case_keys.Reservation("c1", False)
    with pytest.raises(Refused, match="key_in_use"):
        await reserve("c3", {"a": 1})


async def test_of_racing_starts_with_one_key_one_wins(database: Database) -> None:
    """Twenty programs start the same thing at once: one case."""

    def start(number: int) -> object:
        async def work(session: TenantSession) -> case_keys.Reservation:
            return await case_keys.reserve(session, "repair", "A1", f"c{number}", {"a": 1}, T0)

        return database.transact("t", work)

    reservations = await asyncio.gather(*(start(number) for number in range(20)))  # type: ignore[call-overload]
    assert len({found.case_id for found in reservations}) == 1
    assert sum(found.is_new for found in reservations) == 1


async def test_what_a_person_did_is_found(database: Database) -> None:
    await Story("c1").started(by="ann").asks("visit", "bob").answered("visit", "bob").store(database)
    await Story("c2").started(by="bob").store(database)
    async with database.read("t") as session:
        done = await journal.of_actor(session, "bob", since=T0, until=later(100))
    assert [(case_id, entry.kind) for case_id, entry in done] == [
        ("c1", EntryKind.ANSWERED),
        ("c2", EntryKind.CASE_STARTED),
    ]


async def test_decimals_and_long_texts_survive(database: Database) -> None:
    """A value comes back from the journal digit by digit."""
    data = {"price": Decimal("12345678901234.5678"), "big": 2**80, "note": "审批" * 40_000, "nul": "a\0b"}
    await Story().started(data=data).store(database)
    async with database.read("t") as session:
        found = await cases.case(session, "c1")
    assert found is not None
    assert found.data == data


def plain(entry: Entry) -> Entry:
    """An entry as it is read back: moments in its data are texts."""
    return msgspec.structs.replace(entry, data=exact_json.plain(entry.data))
