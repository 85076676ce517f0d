"""Messages from outside, and notices to people."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from designer_api import schemas
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed, now
from designer_api.views import shown
from waystation.store import notices
from waystation.store.exact_json import plain

router = APIRouter(tags=["messages"], dependencies=[needs("notices.own")])


@router.post("/messages", status_code=202, dependencies=[needs("messages.send")])
async def send(body: schemas.Message, held: Held, caller: Signed) -> schemas.Delivered:
    """Send a message to the cases that wait for it; kept seven days when none does. The same id counts once."""
    fields: dict[str, Any] = dict(body.fields)
    if body.key is not None:
        fields["key"] = body.key
    found = await held.gateway.message(caller.tenant, body.name, fields, body.id)
    return schemas.Delivered(taken=found.taken, started=list(found.started))


@router.get("/notices")
async def list_notices(
    held: Held, caller: Signed, unread: bool = False, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> schemas.NoticeList:
    """The caller's notices, newest first."""
    async with held.database.read(caller.tenant) as session:
        page = await notices.notices_of(session, caller.person, only_unread=unread, limit=limit)
    return schemas.NoticeList(
        items=[
            schemas.Notice(
                id=row.notice, case=row.case_id, template=row.template, values=shown(plain(row.body)), at=row.at,
                read=row.read_at is not None,
            )
            for row in page.items
        ]
    )  # fmt: skip


@router.post("/notices/read", status_code=204)
async def mark_read(held: Held, caller: Signed) -> None:
    """The caller has read all notices."""
    async with held.database.write(caller.tenant) as session:
        await notices.mark_read(session, caller.person, at=now())
