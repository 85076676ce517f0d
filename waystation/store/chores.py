"""Chores: what is done for a tenant again and again. Of all processes that look, one does a chore when it is due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CursorResult, update

from waystation.store.inserts import insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.chores import ChoreRow


async def take(session: TenantSession, chore: str, *, at: datetime, next_at: datetime) -> bool:
    """Take a chore that is due; True for one caller, who does it now. A new chore is due at once."""
    await insert_if_new(session, ChoreRow, chore=chore, due_at=at, done_at=None, error="")
    result = await session.execute(
        update(ChoreRow)
        .where(ChoreRow.chore == chore, ChoreRow.due_at <= at)
        .values(due_at=next_at)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


async def done(session: TenantSession, chore: str, *, at: datetime, next_at: datetime | None = None) -> None:
    """It is done; due again then, or as it was taken."""
    again = {} if next_at is None else {"due_at": next_at}
    await session.execute(update(ChoreRow).where(ChoreRow.chore == chore).values(done_at=at, error="", **again))


async def failed(session: TenantSession, chore: str, error: str, *, next_at: datetime) -> None:
    """It is due again sooner than it would be."""
    await session.execute(update(ChoreRow).where(ChoreRow.chore == chore).values(due_at=next_at, error=error))
