"""Webhooks: addresses of others that are told of events, with what went there and what could not."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed, now
from designer_api.events.cloud_events import KINDS
from designer_api.registered import Register
from designer_api.routers.deliveries import Delivery, DeliveryPage, DeliveryStatus, again, delivery
from designer_api.schemas import Asked
from waystation.contracts.errors import Refused
from waystation.outside.reach import LONGEST_URL, parse_url
from waystation.outside.signing import new_secret
from waystation.store import audit, feed, outbox, webhooks
from waystation.store.session import TenantSession
from waystation.store.tables.outside import WebhookRow

router = APIRouter(prefix="/webhooks", tags=["webhooks"], dependencies=[needs("webhooks.manage")])

Id = Annotated[str, Path(min_length=1, max_length=64)]
Label = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*[^\x00 ]$")]


class NewWebhook(Asked):
    """An address to be told. It is told what its maker may see, and only of what happens from now on."""

    label: Label
    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
    events: Annotated[list[str], Field(max_length=60)] = Field(
        default=[], description="Kinds of journal entry, such as `case_ended`; none: all. 事件类型，空为全部"
    )
    processes: Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=100)] = Field(
        default=[], description="Of these processes; none: of all. 限定流程，空为全部"
    )
    active: bool = True


class Webhook(NewWebhook):
    id: str
    owner: str = Field(description="Whose rights decide what is told. 以其权限决定可见内容")
    failures: int = Field(description="Calls that failed one after another. 连续失败次数")
    created_at: datetime
    changed_at: datetime


class MadeWebhook(Webhook):
    secret: str = Field(description="Shown this once. 仅此一次显示")


class WebhookList(BaseModel):
    items: list[Webhook]


class Rotation(Asked):
    """How long the secret before the new one counts too."""

    hours: Annotated[int, Field(ge=0, le=168)] = 24


class NewSecret(BaseModel):
    secret: str = Field(description="Shown this once. 仅此一次显示")


class Replayed(BaseModel):
    again: int


@router.post("", status_code=201)
async def make_webhook(body: NewWebhook, held: Held, caller: Signed) -> MadeWebhook:
    """Have an address told, by https. Each call is signed with the secret that is answered here."""
    _check(body)
    await feed.number_new(held.database, caller.tenant)
    at, secret = now(), new_secret()

    async def work(session: TenantSession) -> MadeWebhook:
        row = await webhooks.add(session, {**_values(body), "person": caller.person}, secret, at=at)
        await audit.record(
            session, caller.person, "webhook.make", at=at, target=f"webhook/{row.id}", detail=_told(body)
        )
        return MadeWebhook(**_view(row).model_dump(), secret=secret)

    return await held.database.transact(caller.tenant, work)


@router.get("")
async def list_webhooks(held: Held, caller: Signed) -> WebhookList:
    """All of them, without their secrets."""
    return WebhookList(items=await _WEBHOOKS.listed(held, caller))


@router.get("/{webhook}")
async def show_webhook(webhook: Id, held: Held, caller: Signed) -> Webhook:
    """One of them."""
    return await _WEBHOOKS.shown(held, caller, webhook)


@router.put("/{webhook}")
async def change_webhook(webhook: Id, body: NewWebhook, held: Held, caller: Signed) -> Webhook:
    """Change it. Whoever changes it is its owner from then on."""
    _check(body)

    async def work(session: TenantSession, row: WebhookRow) -> Webhook:
        for name, value in {**_values(body), "person": caller.person}.items():
            setattr(row, name, value)
        row.changed_at, row.revision, row.failures, row.resting_until = now(), row.revision + 1, 0, None
        await session.flush()
        return _view(row)

    return await _WEBHOOKS.changing(held, caller, webhook, "change", work)


@router.delete("/{webhook}", status_code=204)
async def remove_webhook(webhook: Id, held: Held, caller: Signed) -> None:
    """Tell it no more, also not of what waits."""

    async def work(session: TenantSession, row: WebhookRow) -> None:
        _ = await webhooks.remove(session, row.id)

    await _WEBHOOKS.changing(held, caller, webhook, "remove", work)


@router.post("/{webhook}/rotate")
async def rotate_secret(webhook: Id, body: Rotation, held: Held, caller: Signed) -> NewSecret:
    """A new secret. For so many hours calls are signed with the one before as well."""
    return NewSecret(secret=await _WEBHOOKS.rotated(held, caller, webhook, hours=body.hours))


@router.get("/{webhook}/deliveries")
async def list_webhook_deliveries(
    webhook: Id,
    held: Held,
    caller: Signed,
    status: DeliveryStatus | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveryPage:
    """What went there or is to, newest first. `status=dead` are those that were given up."""
    async with held.database.read(caller.tenant) as session:
        row = _WEBHOOKS.there(await webhooks.find(session, webhook))
        page = await outbox.listed(
            session, [webhooks.KIND], status=status, target=row.id, cursor=cursor, limit=limit
        )  # fmt: skip
    labels = {row.id: row.label}
    return DeliveryPage(items=[delivery(item, held.catalog, labels) for item in page.items], next=page.next)


@router.post("/{webhook}/deliveries/{id}/retry", status_code=202)
async def retry_webhook_delivery(webhook: Id, id: Id, held: Held, caller: Signed) -> Delivery:  # noqa: A002
    """Send again what was given up."""
    async with held.database.read(caller.tenant) as session:
        row = await outbox.find(session, id)
    if row is None or row.target != webhook:
        raise Refused("not_found", "there is no such delivery", "没有该外发记录")
    return await again(held, caller, id, (webhooks.KIND,))


@router.post("/{webhook}/replay", status_code=202)
async def replay_webhook(webhook: Id, held: Held, caller: Signed) -> Replayed:
    """Send again everything that was given up."""

    async def work(session: TenantSession, row: WebhookRow) -> Replayed:
        row.failures, row.resting_until = 0, None
        return Replayed(again=await outbox.all_again(session, webhooks.KIND, row.id, at=now()))

    return await _WEBHOOKS.changing(held, caller, webhook, "replay", work)


def _check(body: NewWebhook) -> None:
    strange = [kind for kind in body.events if kind not in KINDS]
    if strange:
        said = ", ".join(strange)[:200]
        raise Refused("bad_request", f"no such event: {said}", f"没有该事件：{said}", {"events": strange})
    if any(ord(character) < 33 for character in body.url):
        raise Refused("http.bad_url", "this is no address over http or https", "不是有效的 http(s) 地址")
    _ = parse_url(body.url)


def _values(body: NewWebhook) -> dict[str, object]:
    return {
        "label": body.label, "url": body.url, "kinds": list(body.events), "processes": list(body.processes),
        "active": body.active,
    }  # fmt: skip


def _told(body: NewWebhook) -> dict[str, object]:
    """For the audit log: the host; the rest of an address may hold a secret."""
    return {"host": parse_url(body.url).host, "events": list(body.events), "processes": list(body.processes)}


def _view(row: WebhookRow) -> Webhook:
    return Webhook(
        id=row.id, label=row.label, url=row.url, events=list(row.kinds), processes=list(row.processes),
        active=row.active, owner=row.person, failures=row.failures, created_at=row.created_at,
        changed_at=row.changed_at,
    )  # fmt: skip


_WEBHOOKS = Register("webhook", "回调", webhooks, _view)
