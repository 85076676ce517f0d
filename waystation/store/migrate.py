"""Bring a database to the shape that this release needs, or back.

Tables of capabilities stand in the same metadata; the store may not import them, so whoever compares names their
modules. Applying migrations needs none of that: migration files stand on their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from waystation.store.engines import open_engines
from waystation.store.schema import Base, metadata

_TABLES = "waystation.store.tables"
_FOLDER = Path(__file__).parent / "migrations"

Answer = TypeVar("Answer")


def all_metadata(modules: Sequence[str] = ()) -> MetaData:
    """The complete metadata.

    Args:
        modules: names of modules that define further tables, for example `activities.inventory.tables`.
    """
    for module in (_TABLES, *modules):
        import_module(module)
    return metadata


def only_tables_of(modules: Sequence[str]) -> Callable[..., bool]:
    """Alembic's filter for the store's own tables, those of `modules`, and whatever else is in the database.

    The metadata may hold more: whatever the process at hand happens to have imported.
    """
    all_metadata(modules)
    wanted = {
        str(mapper.local_table)
        for mapper in Base.registry.mappers
        if mapper.class_.__module__ in modules or mapper.class_.__module__.startswith(f"{_TABLES}.")
    }

    def included(_item: Any, name: str | None, kind: str, reflected: bool, _compared: Any) -> bool:  # noqa: FBT001
        return kind != "table" or reflected or name in wanted

    return included


async def upgrade(url: str, revision: str = "head") -> None:
    """Apply what is missing; nothing where the database is up to date."""
    await _with_connection(url, lambda connection: command.upgrade(_config(connection), revision))


async def downgrade(url: str, revision: str = "base") -> None:
    """Undo migrations down to `revision`. The data in dropped tables is lost."""
    await _with_connection(url, lambda connection: command.downgrade(_config(connection), revision))


async def current(url: str) -> str | None:
    """The revision that the database is at; None for an empty one."""
    return await _with_connection(url, lambda connection: MigrationContext.configure(connection).get_current_revision())


def newest() -> str | None:
    """The revision that this release needs."""
    return ScriptDirectory(str(_FOLDER)).get_current_head()


async def drift(url: str, modules: Sequence[str] = ()) -> list[Any]:
    """How the database differs from the metadata, as Alembic's operations; empty when it does not."""

    def compare(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "include_object": only_tables_of(modules)}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), all_metadata(modules)))

    return await _with_connection(url, compare)


async def write_migration(url: str, message: str, modules: Sequence[str] = ()) -> None:
    """Write a migration from an up-to-date database to the metadata into `versions/`, for a person to review."""

    def write(connection: Connection) -> None:
        config = _config(connection, modules)
        number = f"{len(list(ScriptDirectory(str(_FOLDER)).walk_revisions())) + 1:04d}"
        command.revision(config, message=message, autogenerate=True, rev_id=number)

    await _with_connection(url, write)


def _config(connection: Connection, modules: Sequence[str] = ()) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes.update(
        connection=connection, metadata=all_metadata(modules), include_object=only_tables_of(modules)
    )
    return config


async def _with_connection(url: str, work: Callable[[Connection], Answer]) -> Answer:
    writer, reader = open_engines(url)
    try:
        async with writer.connect() as connection:
            return await connection.run_sync(work)
    finally:
        await writer.dispose()
        await reader.dispose()
