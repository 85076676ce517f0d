"""Insert a row unless it is there, in one statement that no concurrent transaction can slip past.

A query followed by an insert loses races; a failed insert would end the transaction on PostgreSQL. This does neither.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult, Insert, insert
from sqlalchemy.dialects import postgresql, sqlite

from waystation.store.schema import Base
from waystation.store.session import TenantSession


async def insert_if_new(session: TenantSession, row: type[Base], **values: Any) -> bool:
    """Insert a row; False when one with the same primary key or unique columns exists.

    Another transaction that has inserted the same key and is still open is waited for.
    """
    result = await session.execute(_ignoring(session.dialect, row).values(**values))
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


async def insert_all_new(session: TenantSession, row: type[Base], values: list[dict[str, Any]]) -> None:
    """Insert many rows, except those that are there."""
    if values:
        await session.execute(_ignoring(session.dialect, row), values)


def _ignoring(dialect: str, row: type[Base]) -> Insert:
    match dialect:
        case "sqlite":
            return sqlite.insert(row).on_conflict_do_nothing()
        case "postgresql":
            return postgresql.insert(row).on_conflict_do_nothing()
        case _:
            # IGNORE would also hide values that do not fit; the column types have refused those before.
            return insert(row).prefix_with("IGNORE")
