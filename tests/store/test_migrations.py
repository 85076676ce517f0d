"""Migrations bring every database to the shape that the code has, and take it back."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from activities import table_modules
from tests.store.moments import T0
from waystation.store import migrate, schema, tenants
from waystation.store.session import Database

#: Everything that migrations make, not the store's own tables alone.
MODULES = table_modules()


async def tables_of(url: str) -> list[str]:
    database = Database(url)
    async with database.writer.connect() as connection:
        found: list[str] = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await database.close()
    return sorted(found)


async def test_up_brings_what_the_code_needs_and_down_takes_it_away(database_url: str) -> None:
    """Migrated, a database is as the metadata says; migrated again, it keeps its data; undone, it is empty."""
    await migrate.upgrade(database_url)
    assert await migrate.current(database_url) == migrate.newest()
    assert await migrate.drift(database_url, MODULES) == []
    database = Database(database_url)
    async with database.write("t") as session:
        await tenants.ensure_tenant(session, at=T0)
    await migrate.upgrade(database_url)
    async with database.read("t") as session:
        assert await tenants.tenant(session) is not None
    await database.close()
    await migrate.downgrade(database_url)
    assert await migrate.current(database_url) is None
    assert await tables_of(database_url) == ["alembic_version"]


async def test_processes_that_start_together_migrate_one_after_another(database_url: str) -> None:
    """Two processes bring one empty database up at once: both succeed."""
    code = f"import asyncio; from waystation.store import migrate; asyncio.run(migrate.upgrade({database_url!r}))"
    both = [await asyncio.create_subprocess_exec(sys.executable, "-c", code) for _ in range(2)]
    assert [await process.wait() for process in both] == [0, 0]
    assert await migrate.current(database_url) == migrate.newest()


async def test_drift_is_noticed(tmp_path: Path) -> None:
    """A missing table, a superfluous column and a missing index are three differences: the comparison can fail."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    await migrate.upgrade(url)
    database = Database(url)
    async with database.writer.begin() as connection:
        for change in ("DROP TABLE users", "ALTER TABLE drafts ADD COLUMN extra INTEGER", "DROP INDEX ix_audit_at"):
            await connection.execute(text(change))
    await database.close()
    found = [difference[0] for difference in await migrate.drift(url, MODULES)]
    assert sorted(found) == ["add_index", "add_table", "remove_column"]


GADGETS = """
from sqlalchemy.orm import Mapped, mapped_column
from waystation.store.schema import Base, Key

class Gadget(Base):
    __tablename__ = "gadgets"
    label: Mapped[str] = mapped_column(Key(12), primary_key=True)
"""


@pytest.fixture
def gadgets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module that defines one more table, as a capability does; forgotten afterwards."""
    (tmp_path / "gadget_tables.py").write_text(GADGETS)
    monkeypatch.syspath_prepend(tmp_path)
    yield "gadget_tables"
    sys.modules.pop("gadget_tables", None)
    schema.metadata.remove(schema.metadata.tables["gadgets"])


@pytest.fixture
def own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations, to write into."""
    source, folder = Path(migrate.__file__).parent / "migrations", tmp_path / "migrations"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrate, "_FOLDER", folder)
    return folder / "versions"


async def test_a_migration_is_written_from_what_differs(tmp_path: Path, gadgets: str, own_history: Path) -> None:
    """A new table of another module becomes a migration in portable types, which applies and leaves no difference."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    await migrate.upgrade(url)
    head = migrate.newest()
    complete = [*MODULES, gadgets]
    assert [len(await migrate.drift(url, modules)) for modules in (complete, MODULES)] == [1, 0]
    await migrate.write_migration(url, "gadgets", complete)
    written = next(own_history.glob("*gadgets.py")).read_text()  # noqa: ASYNC240 - a test may block
    assert f"down_revision = '{head}'" in written
    assert "sa.Column('label', schema.Key(12), nullable=False)" in written
    await migrate.upgrade(url)
    assert await migrate.drift(url, complete) == []
