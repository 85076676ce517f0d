"""What went out by mail and SMS, what could not, and how people want to be told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed, now
from designer_api.schemas import Asked
from waystation.contracts.errors import Refused
from waystation.post import KINDS
from waystation.store import audit, outbox, preferences
from waystation.store.preferences import Preferences
from waystation.store.session import TenantSession
from waystation.store.tables.effects import OutboxRow

router = APIRouter(tags=["messages"])

Id = Annotated[str, Path(min_length=1, max_length=64)]


class DeliveryStatus(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class Delivery(BaseModel):
    """Something on its way out. What it says is not shown: it stands in the journal of its case."""

    id: str
    kind: str = Field(
        description="`notice` (to be handed out), `mail`, `sms`, `wecom`, `dingtalk`, `send_out`, `webhook`. 类别"
    )
    case: str | None
    to: str | None = Field(description="Person, or the webhook. 收件人或回调")
    about: str | None = Field(description="Template or message. 模板或消息")
    status: DeliveryStatus
    note: str = Field(description="Why it failed last, or why nothing had to be sent. 失败原因或说明")
    tries: int
    created_at: datetime
    due_at: datetime
    done_at: datetime | None


class DeliveryPage(BaseModel):
    items: list[Delivery]
    next: str | None = None


class NoticePreferences(Asked):
    """How one wants to be told. The inbox always has everything."""

    mail: bool = True
    sms: bool = True
    quiet: Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$")] = Field(
        default="22:00-08:00", description="Hours without SMS unless it is urgent; empty: none. 免打扰时段"
    )
    locale: Literal["zh", "en"] = "zh"


@router.get("/deliveries", dependencies=[needs("notices.see")])
async def list_deliveries(
    held: Held,
    caller: Signed,
    status: DeliveryStatus | None = None,
    kind: Literal["notice", "mail", "sms", "wecom", "dingtalk", "send_out"] | None = None,
    case: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveryPage:
    """What went out or is to, newest first. `status=dead` are those that were given up."""
    kinds = KINDS if kind is None else (kind,)
    async with held.database.read(caller.tenant) as session:
        page = await outbox.listed(session, kinds, status=status, case_id=case, cursor=cursor, limit=limit)
    return DeliveryPage(items=[delivery(row) for row in page.items], next=page.next)


@router.post("/deliveries/{id}/retry", status_code=202, dependencies=[needs("notices.manage")])
async def retry_delivery(id: Id, held: Held, caller: Signed) -> Delivery:  # noqa: A002 - its name in the address
    """Try again what was given up."""
    return await again(held, caller, id, KINDS)


@router.get("/me/notifications", dependencies=[needs("notices.own")])
async def show_preferences(held: Held, caller: Signed) -> NoticePreferences:
    """How the caller wants to be told."""
    async with held.database.read(caller.tenant) as session:
        found = await preferences.preferences_of(session, caller.person)
    return NoticePreferences(mail=found.mail, sms=found.sms, quiet=found.quiet, locale=_locale(found.locale))


@router.put("/me/notifications", dependencies=[needs("notices.own")])
async def change_preferences(body: NoticePreferences, held: Held, caller: Signed) -> NoticePreferences:
    """Say how one wants to be told."""
    wanted = Preferences(body.mail, body.sms, body.quiet, body.locale)

    async def work(session: TenantSession) -> None:
        await preferences.prefer(session, caller.person, wanted, at=now())

    await held.database.transact(caller.tenant, work)
    return body


async def again(held: Held, caller: Signed, id: str, kinds: tuple[str, ...]) -> Delivery:  # noqa: A002
    """Have something tried again.

    Raises:
        Refused: `not_found`; `not_given_up`, it is done or still on its way.
    """
    at = now()

    async def work(session: TenantSession) -> Delivery:
        row = await outbox.find(session, id)
        if row is None or row.kind not in kinds:
            raise Refused("not_found", "there is no such delivery", "没有该外发记录")
        if not await outbox.try_again(session, id, at=at):
            raise Refused("not_given_up", "it was not given up", "该记录并未失败终止")
        await audit.record(session, caller.person, "delivery.retry", at=at, target=f"delivery/{id}")
        await session.refresh(row)
        return delivery(row)

    done = await held.database.transact(caller.tenant, work)
    held.gateway.decided()
    return done


def delivery(row: OutboxRow) -> Delivery:
    """A row of the outbox, without what it says."""
    body = row.body
    told = ", ".join(map(str, body.get("to") or ())) if row.kind == "notice" else body.get("person") or row.target
    about = body.get("template") or body.get("message") or body.get("name") or body.get("event")
    return Delivery(
        id=row.id, kind=row.kind, case=row.case_id, to=told or None, about=about, status=DeliveryStatus(row.status),
        note=row.error, tries=row.tries, created_at=row.created_at, due_at=row.due_at, done_at=row.done_at,
    )  # fmt: skip


def _locale(kept: str) -> Literal["zh", "en"]:
    return "en" if kept == "en" else "zh"
