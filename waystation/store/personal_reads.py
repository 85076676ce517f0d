"""The access log of personal data: who was shown which fields of which case in full, when, and by what request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import CursorResult, delete, insert

from waystation.store.cursors import Page, log_page
from waystation.store.ids import new_id
from waystation.store.session import TenantSession
from waystation.store.tables.personal import PersonalReadRow


async def note(
    session: TenantSession, actor: str, shown: Mapping[str, Iterable[str]], *, route: str, at: datetime
) -> None:
    """Note that somebody has been shown these fields, by case."""
    rows = [
        {"id": new_id(), "at": at, "actor": actor, "case_id": case, "fields": sorted(set(fields)), "route": route[:200]}
        for case, fields in sorted(shown.items())
    ]
    if rows:
        await session.execute(insert(PersonalReadRow), rows)


async def reads(
    session: TenantSession, *, actor: str | None, case: str | None, cursor: str | None, limit: int
) -> Page[PersonalReadRow]:
    """One page of the log, newest first.

    Raises:
        Refused: `bad_cursor`.
    """
    return await log_page(session, PersonalReadRow, {"actor": actor, "case_id": case}, cursor, limit)


async def forget(session: TenantSession, before: datetime) -> int:
    """Drop what is older; how many rows."""
    old = delete(PersonalReadRow).where(PersonalReadRow.at < before).execution_options(synchronize_session=False)
    result = await session.execute(old)
    assert isinstance(result, CursorResult)
    return result.rowcount
