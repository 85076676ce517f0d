"""Fills a tenant with demo rows, so that the shipped processes run on something.

A capability that has a `seeds.py` gives its rows there with `demo_rows(at)`. Rows that exist already stay as they are:
seeding twice changes nothing, and never resets stock that has moved since.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime

import activities
from activities._runtime import Seed
from waystation.store.inserts import insert_if_new
from waystation.store.session import Database


async def seed(database: Database, tenant: str, *, at: datetime | None = None) -> dict[str, int]:
    """Write the demo rows of every capability in one transaction.

    Args:
        at: time of the opening movements, aware; by default now.

    Returns:
        Table name -> rows written now.
    """
    written: dict[str, int] = {}
    async with database.write(tenant) as session:
        for table, values in _rows(at or datetime.now(UTC)):
            new = await insert_if_new(session, table, **values)
            written[table.__tablename__] = written.get(table.__tablename__, 0) + new
    return written


def _rows(at: datetime) -> Iterator[Seed]:
    for capability in sorted(info.name for info in pkgutil.iter_modules(activities.__path__) if info.ispkg):
        name = f"{activities.__name__}.{capability}.seeds"
        if importlib.util.find_spec(name) is not None:
            yield from importlib.import_module(name).demo_rows(at)
