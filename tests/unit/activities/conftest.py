"""Databases with the tables of every capability, and one way to run an action in them."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Table

from activities import discover, table_modules
from activities._runtime import ActionRequest, Failed, Outcome, Succeeded, run_action
from activities.demo import seed
from tests.support.databases import (  # noqa: F401 - fixtures
    database,
    database_kind,
    database_url,
    mariadb_server,
    postgresql_server,
    prepared,
)
from waystation.store.schema import metadata
from waystation.store.session import Database

AT = datetime(2026, 5, 12, 2, 0, tzinfo=UTC)
ACTIONS = discover()

for module in table_modules():
    importlib.import_module(module)


class Desk:
    """Runs actions for one tenant the way a worker does."""

    def __init__(self, store: Database, tenant: str = "demo") -> None:
        self.database = store
        self.tenant = tenant
        self.settings: dict[str, Any] = {}
        self.at = AT
        self._count = 0

    async def run(self, name: str, *, key: str = "", case: str = "case-1", **args: Any) -> Outcome:
        """The outcome of one action; every call is an activation of its own unless it names a key."""
        self._count += 1
        request = ActionRequest(
            tenant=self.tenant,
            case=case,
            process="test",
            path=key or f"node#{self._count}",
            key=key or f"node#{self._count}",
            args=args,
            at=self.at,
            actor="alice",
            initiator="alice",
            settings=self.settings,
        )
        return await run_action(ACTIONS[name], self.database, request)

    async def ok(self, name: str, **args: Any) -> Any:
        """The result of an action that must succeed."""
        outcome = await self.run(name, **args)
        assert isinstance(outcome, Succeeded), outcome
        return outcome.result

    async def no(self, name: str, **args: Any) -> Failed:
        """The failure of an action that must fail."""
        outcome = await self.run(name, **args)
        assert isinstance(outcome, Failed), outcome
        return outcome


@pytest.fixture
async def desk(database: Database) -> Desk:  # noqa: F811
    """A tenant with the demo rows, on every database."""
    kind = database.writer.dialect.name
    if kind not in _SEEDED:
        await seed(database, "demo", at=AT)
        _SEEDED[kind] = await _rows(database)
    else:
        async with database.writer.begin() as connection:
            for table, rows in _SEEDED[kind]:
                await connection.execute(table.insert(), rows)
    return Desk(database)


#: What the demo is in the tables, by kind of database: seeded by the first test, and put back for those after it.
_SEEDED: dict[str, list[tuple[Table, list[dict[str, Any]]]]] = {}


async def _rows(store: Database) -> list[tuple[Table, list[dict[str, Any]]]]:
    async with store.writer.connect() as connection:
        found = [(table, await connection.execute(table.select())) for table in metadata.sorted_tables]
        return [(table, rows) for table, held in found if (rows := [dict(row) for row in held.mappings()])]
