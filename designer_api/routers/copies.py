"""抄送: what the caller was sent to read, and who was sent a case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from designer_api import desk_schemas
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.reading import note_opened
from designer_api.views import visible_case
from waystation.store import receipts
from waystation.store.receipts import Copy

router = APIRouter(tags=["tasks"], dependencies=[needs("tasks.see", changing="tasks.act")])


@router.get("/copies")
async def list_copies(
    held: Held,
    caller: Signed,
    unread: bool = False,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> desk_schemas.CopyPage:
    """What the caller was sent to read, newest first."""
    async with held.database.read(caller.tenant) as session:
        page = await receipts.copies_for(session, caller.person, only_unread=unread, cursor=cursor, limit=limit)
    return desk_schemas.CopyPage(items=[_view(copy) for copy in page.items], next=page.next)


@router.get("/cases/{case}/copies")
async def list_readers(case: str, held: Held, caller: Signed) -> desk_schemas.CopyPage:
    """Who was sent a case to read, and when each of them did."""
    async with held.database.read(caller.tenant) as session:
        _ = await visible_case(held, session, caller, case)
        found = await receipts.copies_of_case(session, case)
    return desk_schemas.CopyPage(items=[_view(copy) for copy in found])


@router.post("/cases/{case}/read", status_code=204)
async def mark_read(case: str, held: Held, caller: Signed) -> None:
    """The caller has read a case, also one that has ended. Only the first time counts."""
    async with held.database.read(caller.tenant) as session:
        _ = await visible_case(held, session, caller, case)
    await note_opened(held, caller, case)


def _view(copy: Copy) -> desk_schemas.Copy:
    return desk_schemas.Copy(
        case=copy.case_id, person=copy.person, process=copy.process, title=copy.title, status=copy.status,
        sent_at=copy.sent_at, read_at=copy.read_at,
    )  # fmt: skip
