"""A person's notices inside the product; sending them elsewhere is the matter of the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, func, select, update

from waystation.store import exact_json
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


async def tell(
    session: TenantSession, key: str, people: Sequence[str], template: str, values: Mapping[str, Any], *,
    priority: int, at: datetime,
) -> None:  # fmt: skip
    """Tell people something that no case says: it belongs to no journal, so a rebuild leaves it alone.

    Args:
        key: what is told again under it stands in the place of what was told before, and is unread again.
    """
    notice = exact_json.digest(["told", key])
    told = {"case_id": "", "path": "", "template": template, "priority": priority, "at": at, "read_at": None}
    for person in people:
        found = await session.get(NoticeRow, (session.tenant, notice, person))
        if found is None:
            found = NoticeRow(notice=notice, person=person)
            session.add(found)
        for name, value in {**told, "body": {"values": dict(values), "channels": ["inbox"]}}.items():
            setattr(found, name, value)
    await session.flush()


async def unread(session: TenantSession, person: str, *, most: int = 10_000) -> int:
    """How many notices a person has not read, counted up to `most`."""
    query = select(NoticeRow.notice).where(NoticeRow.person == person, NoticeRow.read_at.is_(None))
    return int(await session.scalar(select(func.count()).select_from(query.limit(most).subquery())) or 0)


async def is_of(session: TenantSession, person: str, notice: str) -> bool:
    """Whether a person was told this."""
    return await session.get(NoticeRow, (session.tenant, notice, person)) is not None


async def mark_read(session: TenantSession, person: str, notices: Sequence[str] | None = None, *, at: datetime) -> int:
    """A person has read these notices (None: all of his); returns how many were unread."""
    which = update(NoticeRow).where(NoticeRow.person == person, NoticeRow.read_at.is_(None))
    if notices is not None:
        which = which.where(NoticeRow.notice.in_(list(notices)))
    result = await session.execute(which.values(read_at=at))
    assert isinstance(result, CursorResult)
    return result.rowcount
