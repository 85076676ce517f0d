"""Receipts: who opened a task or a case, and when he did so first; and what people were sent to read.

Opening is no event of the case: it works on ended cases too, and leaves nothing in the journal. The verb `read` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from waystation.store.cursors import Page, cut, page_of
from waystation.store.inserts import insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, ReaderRow
from waystation.store.tables.desk import ReceiptRow

#: Stands for the case as a whole.
WHOLE_CASE = ""

_NEWEST = (ReaderRow.sent_at, ReaderRow.case_id)


@dataclass(frozen=True, slots=True)
class Copy:
    """A case that somebody was sent to read; `read_at` is when he first opened it or said that he has read it."""

    case_id: str
    path: str
    person: str
    sent_at: datetime
    read_at: datetime | None
    process: str = ""
    title: Any = None
    status: str = ""


async def opened(session: TenantSession, case_id: str, path: str, person: str, *, at: datetime) -> bool:
    """Note that somebody has opened this; only the first time counts. False: he had before."""
    return await insert_if_new(session, ReceiptRow, case_id=case_id, path=path, person=person, opened_at=at)


async def has_opened(session: TenantSession, case_id: str, path: str, person: str) -> bool:
    return await session.get(ReceiptRow, (session.tenant, case_id, path, person)) is not None


async def receipts(session: TenantSession, case_id: str, path: str) -> list[ReceiptRow]:
    """Who has opened a task, in order."""
    query = select(ReceiptRow).where(ReceiptRow.case_id == case_id, ReceiptRow.path == path)
    return list(await session.scalars(query.order_by(ReceiptRow.opened_at, ReceiptRow.person)))


async def is_reader(session: TenantSession, case_id: str, person: str) -> bool:
    """Was he sent this case to read?"""
    return await session.get(ReaderRow, (session.tenant, case_id, person)) is not None


async def copies_of_case(session: TenantSession, case_id: str) -> list[Copy]:
    """Whom a case was sent to, in order."""
    query = _copies().where(ReaderRow.case_id == case_id).order_by(ReaderRow.sent_at, ReaderRow.person)
    return [_copy(reader, case, opened_at) for reader, case, opened_at in await session.execute(query)]


async def copies_for(
    session: TenantSession, person: str, *, only_unread: bool = False, cursor: str | None = None, limit: int = 50
) -> Page[Copy]:
    """One page of what a person was sent to read, newest first.

    Raises:
        Refused: `bad_cursor`.
    """
    query = _copies().where(ReaderRow.person == person)
    if only_unread:
        query = query.where(ReaderRow.read_at.is_(None), ReceiptRow.opened_at.is_(None))
    rows = (await session.execute(page_of(query, _NEWEST, cursor, limit, newest_first=True))).all()
    copies = [_copy(reader, case, opened_at) for reader, case, opened_at in rows]
    return cut(copies, [[copy.sent_at, copy.case_id] for copy in copies], limit)


def _copies() -> Any:
    opened_case = (
        (ReceiptRow.case_id == ReaderRow.case_id)
        & (ReceiptRow.person == ReaderRow.person)
        & (ReceiptRow.path == WHOLE_CASE)
        & (ReceiptRow.tenant == ReaderRow.tenant)
    )
    return (
        select(ReaderRow, CaseRow, ReceiptRow.opened_at)
        .join(CaseRow, CaseRow.case_id == ReaderRow.case_id)
        .outerjoin(ReceiptRow, opened_case)
    )


def _copy(reader: ReaderRow, case: CaseRow, opened_at: datetime | None) -> Copy:
    moments = [moment for moment in (reader.read_at, opened_at) if moment is not None]
    return Copy(
        reader.case_id,
        reader.path,
        reader.person,
        reader.sent_at,
        min(moments) if moments else None,
        case.process,
        case.title,
        case.status,
    )
