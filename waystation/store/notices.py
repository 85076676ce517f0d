"""A person's notices inside the product; sending them elsewhere is the matter of the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CursorResult, func, select, update

from waystation.store.cursors import Page, cut, page_of
from waystation.store.session import TenantSession
from waystation.store.tables.cases import NoticeRow

_NEWEST = (NoticeRow.at, NoticeRow.notice)


async def notices_of(
    session: TenantSession, person: str, *, only_unread: bool = False, cursor: str | None = None, limit: int = 50
) -> Page[NoticeRow]:
    """One page of a person's notices, newest first.

    Raises:
        Refused: `bad_cursor`.
    """
    query = select(NoticeRow).where(NoticeRow.person == person)
    if only_unread:
        query = query.where(NoticeRow.read_at.is_(None))
    rows = list(await session.scalars(page_of(query, _NEWEST, cursor, limit, newest_first=True)))
    return cut(rows, [[row.at, row.notice] for row in rows], limit)


async def unread(session: TenantSession, person: str) -> int:
    query = select(func.count()).select_from(NoticeRow)
    return int(await session.scalar(query.where(NoticeRow.person == person, NoticeRow.read_at.is_(None))) or 0)


async def mark_read(session: TenantSession, person: str, notices: Sequence[str] | None = None, *, at: datetime) -> int:
    """A person has read these notices (None: all of his); returns how many were unread."""
    which = update(NoticeRow).where(NoticeRow.person == person, NoticeRow.read_at.is_(None))
    if notices is not None:
        which = which.where(NoticeRow.notice.in_(list(notices)))
    result = await session.execute(which.values(read_at=at))
    assert isinstance(result, CursorResult)
    return result.rowcount
