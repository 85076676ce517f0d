"""Messages from outside, and notices to people."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from designer_api import schemas
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed, now
from designer_api.notice_words import told
from waystation.contracts.errors import Refused
from waystation.store import notices
from waystation.store.session import TenantSession

router = APIRouter(tags=["messages"], dependencies=[needs("notices.own")])

Id = Annotated[str, Path(min_length=1, max_length=64)]


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
    held: Held,
    caller: Signed,
    unread: bool = False,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> schemas.NoticeList:
    """The caller's notices in words, newest first."""
    async with held.database.read(caller.tenant) as session:
        page = await notices.notices_of(session, caller.person, only_unread=unread, cursor=cursor, limit=limit)
    return schemas.NoticeList(items=await told(held, caller, page.items), next=page.next)


@router.post("/notices/read", status_code=204)
async def mark_read(held: Held, caller: Signed) -> None:
    """The caller has read all notices."""
    async with held.database.write(caller.tenant) as session:
        await notices.mark_read(session, caller.person, at=now())


@router.post("/notices/{notice}/read", status_code=204)
async def mark_one_read(notice: Id, held: Held, caller: Signed) -> None:
    """The caller has read this one. Reading it again changes nothing."""

    async def work(session: TenantSession) -> None:
        if not await notices.is_of(session, caller.person, notice):
            raise Refused("not_found", "there is no such notice", "没有该通知")
        await notices.mark_read(session, caller.person, [notice], at=now())

    await held.database.transact(caller.tenant, work)
