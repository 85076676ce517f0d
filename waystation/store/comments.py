"""Comments of a case as people read them. They are made from the journal, so nobody alters or removes one."""

from __future__ import annotations

from sqlalchemy import select

from waystation.store.cursors import Page, cut, page_of
from waystation.store.session import TenantSession
from waystation.store.tables.desk import CommentRow

_OLDEST = (CommentRow.seq,)


async def comments(
    session: TenantSession, case_id: str, path: str | None = None, *, cursor: str | None = None, limit: int = 50
) -> Page[CommentRow]:
    """One page of the comments of a case, oldest first.

    Args:
        path: of one task only; "": on the case as a whole only.
    Raises:
        Refused: `bad_cursor`.
    """
    query = select(CommentRow).where(CommentRow.case_id == case_id)
    if path is not None:
        query = query.where(CommentRow.path == path)
    rows = list(await session.scalars(page_of(query, _OLDEST, cursor, limit, newest_first=False)))
    return cut(rows, [[row.seq] for row in rows], limit)
