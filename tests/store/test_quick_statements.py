"""SQLite's quick statements are asked where they are wanted; what may wait, or has been slow, is asked beside."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiosqlite
import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.support.databases import migrated
from waystation.store.session import Database, TenantSession
from waystation.store.sqlite_driver import Quick
from waystation.store.tables.access import SettingRow

NOW = datetime.now(UTC)


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(await migrated(tmp_path / "quick.db"))
    yield made
    await made.close()


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what is done in threads of connections."""
    found: list[str] = []
    really = aiosqlite.Connection._execute

    async def noted(self: aiosqlite.Connection, fn: object, *args: object, **options: object) -> object:
        found.append(getattr(fn, "__name__", "?"))
        return await really(self, fn, *args, **options)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", noted)
    return found


async def _read(database: Database) -> int:
    async with database.read("acme") as session:
        return len((await session.scalars(select(SettingRow))).all())


async def _write(database: Database, name: str) -> None:
    async with database.write("acme") as session:
        session.add(SettingRow(name=name, value={}, changed_at=NOW, changed_by="ann"))
        await session.flush()
        _ = (await session.scalars(select(SettingRow))).all()


async def test_a_reading_transaction_of_quick_statements_visits_no_thread(
    database: Database, visits: list[str]
) -> None:
    for _ in range(Quick.TRIALS):
        assert await _read(database) == 0
    assert visits, "the first times, nobody knows yet that it is quick"
    visits.clear()
    assert await _read(database) == 0
    assert visits == []


async def test_a_writing_transaction_visits_it_to_take_the_lock_and_to_commit(
    database: Database, visits: list[str]
) -> None:
    for number in range(Quick.TRIALS):
        await _write(database, f"before {number}")
    visits.clear()
    await _write(database, "once more")
    assert visits == ["_tried", "commit"], "the lock with the first statement, the rest at once, the commit"
    assert await _read(database) == Quick.TRIALS + 1


async def test_what_was_written_at_once_is_rolled_back_as_a_whole(database: Database) -> None:
    for number in range(Quick.TRIALS):
        await _write(database, f"before {number}")

    async def fail(session: TenantSession) -> None:
        session.add(SettingRow(name="never", value={}, changed_at=NOW, changed_by="ann"))
        await session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.transact("acme", fail)
    assert await _read(database) == Quick.TRIALS


async def test_a_reading_transaction_sees_one_moment_and_lets_it_go(database: Database) -> None:
    for number in range(Quick.TRIALS + 1):
        await _write(database, f"before {number}")
        assert await _read(database) == number + 1
    async with database.read("acme") as session:
        before = len((await session.scalars(select(SettingRow))).all())
        await _write(database, "meanwhile")
        assert len((await session.scalars(select(SettingRow))).all()) == before
    assert await _read(database) == before + 1


async def test_a_stream_begins_its_transaction_too(database: Database) -> None:
    await _write(database, "one")
    async with database.read("acme") as session:
        rows = await session.stream_scalars(select(SettingRow).execution_options(yield_per=1))
        assert [row.name async for row in rows] == ["one"]
        await _write(database, "two")
        assert len((await session.scalars(select(SettingRow))).all()) == 1


async def test_an_error_of_a_quick_statement_is_named_as_ever(database: Database) -> None:
    for number in range(Quick.TRIALS):
        await _write(database, f"before {number}")
    with pytest.raises(IntegrityError):
        await _write(database, "before 0")
    assert await _read(database) == Quick.TRIALS


def test_what_turns_out_slow_has_to_show_itself_anew() -> None:
    quick = Quick()
    for _ in range(Quick.TRIALS):
        assert not quick.knows("q")
        quick.tried("q", Quick.QUICK / 2)
    assert quick.knows("q")
    quick.asked("q", Quick.SLOW * 2)
    for _ in range(Quick.AGAIN):
        assert not quick.knows("q")
        quick.tried("q", Quick.QUICK / 2)
    assert quick.knows("q")


def test_what_is_slow_is_never_asked_at_once() -> None:
    quick = Quick()
    for _ in range(Quick.TRIALS * 3):
        quick.tried("q", Quick.QUICK * 2)
    assert not quick.knows("q")


def test_only_so_many_statements_are_known() -> None:
    quick = Quick()
    for number in range(Quick.MOST + 1):
        quick.tried(str(number), 0.0)
    assert len(quick._left) <= Quick.MOST


def test_the_library_may_be_used_by_two_threads_in_turn() -> None:
    assert sqlite3.threadsafety >= 1
