"""Transactions: committed at the edge, repeated after conflicts, and honest about what went wrong."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, text, update

from tests.store.moments import T0
from waystation.contracts.errors import Unavailable
from waystation.store import tenants
from waystation.store.engines import async_url
from waystation.store.session import Conflict, Database, OutOfScope, TenantSession
from waystation.store.tables.access import SettingRow


async def test_nobody_but_the_edge_commits(database: Database) -> None:
    """A session that is handed on can be neither committed nor begun again, nor gives its bare connection away."""
    async with database.write("t") as session:
        with pytest.raises(OutOfScope):
            await session.commit()
        with pytest.raises(OutOfScope):
            await session.connection()
        await tenants.ensure_tenant(session, at=T0)
    async with database.read("t") as session:
        assert await tenants.tenant(session) is not None


async def test_read_modify_write_loses_nothing(database: Database) -> None:
    """Thirty transactions that read a row under lock and write it back add up to thirty."""
    async with database.write("t") as session:
        await tenants.change_setting(session, "n", 0, by="a", at=T0)

    async def add_one(session: TenantSession) -> None:
        row = (await session.scalars(select(SettingRow).where(SettingRow.name == "n").with_for_update())).one()
        row.value += 1

    await asyncio.gather(*(database.transact("t", add_one) for _ in range(30)))
    async with database.read("t") as session:
        assert await tenants.settings(session) == {"n": 30}


async def test_transactions_that_block_each_other_in_a_ring_both_get_through(database: Database) -> None:
    """Two that take two rows in opposite order: the database ends one of them, and it runs again."""
    async with database.write("t") as session:
        for name in ("a", "b"):
            await tenants.change_setting(session, name, 0, by="", at=T0)
    runs = 0

    def crossing(first: str, second: str) -> object:
        async def work(session: TenantSession) -> None:
            nonlocal runs
            runs += 1
            for name in (first, second):
                row = await session.scalars(select(SettingRow).where(SettingRow.name == name).with_for_update())
                row.one().value += 1
                await session.flush()
                if database.writer.dialect.name != "sqlite":  # there, one waits for the other from the beginning
                    await asyncio.sleep(0.05)

        return database.transact("t", work)

    await asyncio.gather(crossing("a", "b"), crossing("b", "a"))  # type: ignore[call-overload]
    async with database.read("t") as session:
        assert await tenants.settings(session) == {"a": 2, "b": 2}
    assert runs >= 2


async def test_work_that_goes_on_conflicting_ends_as_a_conflict(database: Database) -> None:
    """The number of attempts is limited; other errors are not repeated at all."""
    attempts = 0

    async def conflict(session: TenantSession) -> None:
        nonlocal attempts
        attempts += 1
        raise Conflict

    impatient = Database(database.writer.url.render_as_string(hide_password=False), attempts=3)
    with pytest.raises(Conflict):
        await impatient.transact("t", conflict)
    assert attempts == 3

    async def break_down(session: TenantSession) -> None:
        nonlocal attempts
        attempts += 1
        raise FileNotFoundError

    with pytest.raises(FileNotFoundError):
        await impatient.transact("t", break_down)
    assert attempts == 4
    await impatient.close()


async def test_a_snapshot_does_not_move(database: Database) -> None:
    """What others commit meanwhile is not seen in it."""
    async with database.write("t") as session:
        await tenants.change_setting(session, "n", 1, by="", at=T0)
    async with database.snapshot("t") as looking:
        assert await tenants.settings(looking) == {"n": 1}
        async with database.write("t") as session:
            await session.execute(update(SettingRow).values(value=2))
        assert await looking.scalar(select(SettingRow.value)) == 1
    async with database.read("t") as session:
        assert await tenants.settings(session) == {"n": 2}


async def test_a_database_that_is_not_there_is_unavailable(database_kind: str) -> None:
    """Not an error of the program: worth trying again."""
    urls = {
        "sqlite": "sqlite:////nowhere/at/all.db",
        "postgresql": "postgresql://x@127.0.0.1:1/x",
        "mariadb": "mariadb://x@127.0.0.1:1/x",
    }
    database = Database(urls[database_kind])
    with pytest.raises(Unavailable) as caught:
        await database.ping()
    assert caught.value.code == "database_unavailable"
    await database.close()


async def test_a_connection_that_was_cut_is_replaced(database: Database, database_kind: str) -> None:
    """Connections that the server has closed while they lay in the pool cost no request."""
    if database_kind == "sqlite":
        assert "pool" in repr(database.writer.pool).lower()  # a file has no server that could cut anything
        return
    await database.ping()
    kill = {
        "postgresql": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
        "mariadb": "SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND db = database()",
    }[database_kind]
    other = Database(database.writer.url.render_as_string(hide_password=False))
    async with other.writer.connect() as connection:
        found = (await connection.execute(text(kill))).scalars().all()
        if database_kind == "mariadb":
            for process in found:
                await connection.execute(text(f"KILL {process}"))
    await other.close()
    assert found
    await database.ping()


async def test_sqlite_in_memory_is_refused() -> None:
    """Each connection would see a database of its own."""
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(ValueError, match="give a file"):
            async_url(url)
