"""What went out by mail and SMS, what could not, and how people want to be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from activities._journal import SEND_OUT
from designer_api.auth.needs import needs
from designer_api.auth.permissions import has
from designer_api.auth.policy import Caller
from designer_api.code_words import Said, said_of
from designer_api.deps import Held, Signed, now
from designer_api.notice_words import template_of
from designer_api.schemas import Asked
from waystation.contracts.catalog import Catalog
from waystation.contracts.errors import Refused
from waystation.post import KINDS, NOTICE
from waystation.store import audit, outbox, preferences, webhooks
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
    to: str | None = Field(description="Person, channel, or the webhook. 收件人、通道或回调")
    people: list[str] = Field(description="Whom it is for, by id. 收件人编号")
    about: str | None = Field(description="Template, message or event. 模板、消息或事件")
    title: Said | None = Field(description="What the template is called. 模板名称")
    status: DeliveryStatus
    note: str = Field(description="The code of why it failed last, or why nothing had to be sent. 失败原因或说明的代码")
    said: Said | None = Field(description="`note` in words, where it has any. note 的文字说明")
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
    kind: Literal["notice", "mail", "sms", "wecom", "dingtalk", "send_out", "webhook"] | None = None,
    case: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveryPage:
    """What went out or is to, newest first. `status=dead` are those that were given up.

    What went to webhooks is among it for those who manage them.
    """
    kinds = [each for each in kinds_for(caller) if kind in (None, each)]
    async with held.database.read(caller.tenant) as session:
        page = await outbox.listed(session, kinds, status=status, case_id=case, cursor=cursor, limit=limit)
        labels = {row.id: row.label for row in await webhooks.everyone(session)}
    return DeliveryPage(items=[delivery(row, held.catalog, labels) for row in page.items], next=page.next)


@router.post("/deliveries/{id}/retry", status_code=202, dependencies=[needs("notices.manage")])
async def retry_delivery(id: Id, held: Held, caller: Signed) -> Delivery:  # noqa: A002 - its name in the address
    """Try again what was given up."""
    return await again(held, caller, id, kinds_for(caller))


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
        return delivery(row, held.catalog)

    done = await held.database.transact(caller.tenant, work)
    held.gateway.decided()
    return done


def kinds_for(caller: Caller) -> tuple[str, ...]:
    """What of the outbox somebody may see who may see any of it."""
    return (*KINDS, webhooks.KIND) if has(caller.roles, caller.scopes, "webhooks.manage") else KINDS


def delivery(row: OutboxRow, catalog: Catalog, labels: Mapping[str, str] = MappingProxyType({})) -> Delivery:
    """A row of the outbox, without what it says. `labels` are those of webhooks, by id."""
    body = row.body
    people = [str(each) for each in body.get("to") or ()] if row.kind == NOTICE else _one(body.get("person"))
    to = ", ".join(people) or (body.get("to") if row.kind == SEND_OUT else labels.get(row.target, row.target))
    about = body.get("template") or body.get("message") or body.get("name") or body.get("event")
    template = template_of(str(body["template"])) if body.get("template") else None
    return Delivery(
        id=row.id, kind=row.kind, case=row.case_id, to=to or None, people=people, about=about,
        title=None if template is None else Said(zh=template.title["zh"], en=template.title["en"]),
        status=DeliveryStatus(row.status), note=row.error, said=said_of(row.error, catalog) if row.error else None,
        tries=row.tries, created_at=row.created_at, due_at=row.due_at, done_at=row.done_at,
    )  # fmt: skip


def _one(person: object) -> list[str]:
    return [str(person)] if person else []


def _locale(kept: str) -> Literal["zh", "en"]:
    return "en" if kept == "en" else "zh"
