"""Hooks: addresses of ours that others call to start a case or to send a message."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Header, Path, Request
from pydantic import BaseModel, Field, model_validator

from designer_api.auth.entrance import address_of
from designer_api.auth.needs import anybody, needs
from designer_api.deps import Held, Signed, now, parts
from designer_api.events import incoming
from designer_api.events.incoming import Arrived
from designer_api.registered import Register
from designer_api.routers.webhooks import Label, NewSecret, Rotation
from designer_api.schemas import Asked
from waystation.contracts.errors import Refused
from waystation.outside.signing import is_secret, new_secret
from waystation.store import audit, definitions, hooks
from waystation.store.session import TenantSession
from waystation.store.tables.outside import HookRow

router = APIRouter(prefix="/hooks", tags=["webhooks"], dependencies=[needs("webhooks.manage")])

Id = Annotated[str, Path(min_length=1, max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(max_length=2000)]
Signature = Annotated[str, Header(max_length=2000)]


class NewHook(Asked):
    """What a call does. Texts may hold expressions over `body`, the JSON of the call."""

    label: Label
    start: Name | None = Field(default=None, description="Starts this process. 发起的流程")
    message: Name | None = Field(default=None, description="Sends this message. 发送的消息")
    when: Text | None = Field(default=None, description="Calls for which it is not true are ignored. 条件")
    key: Text | None = Field(default=None, description="Business key, or key of the message. 业务键")
    fields: Annotated[dict[Name, Any], Field(max_length=100)] | None = Field(
        default=None, description="Data or content by name; without it, the whole body. 字段映射"
    )
    active: bool = True

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if (self.start is None) == (self.message is None):
            raise ValueError("start or message, one of them")
        return self

    def does(self) -> dict[str, Any]:
        """As it is kept."""
        return self.model_dump(exclude={"label", "active", "secret"}, exclude_none=True)


class NewHookWithSecret(NewHook):
    secret: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="`whsec_…`, where the other side has one already. 对方已有的密钥"
    )


class Hook(NewHook):
    id: str
    path: str = Field(description="Where to call. 接收地址")
    created_at: datetime
    changed_at: datetime


class MadeHook(Hook):
    secret: str = Field(description="Shown this once. 仅此一次显示")


class HookList(BaseModel):
    items: list[Hook]


class Received(BaseModel):
    """What became of a call."""

    ignored: bool
    started: list[str] = Field(description="Cases. 发起的流程实例")
    taken: int = Field(description="Cases that got the message. 收到消息的流程数")


@router.post("", status_code=201)
async def make_hook(body: NewHookWithSecret, held: Held, caller: Signed) -> MadeHook:
    """Make an address that others may call."""
    secret = body.secret or new_secret()
    if not is_secret(secret):
        raise Refused(
            "bad_request", "a secret is whsec_ and base64 of 24 to 64 bytes", "密钥须为 whsec_ 加 24–64 字节的 base64"
        )
    at = now()

    async def work(session: TenantSession) -> MadeHook:
        await _check(session, body)
        values = {"label": body.label, "does": body.does(), "person": caller.person, "active": body.active}
        row = await hooks.add(session, values, secret, at=at)
        await audit.record(session, caller.person, "hook.make", at=at, target=f"hook/{row.id}", detail=row.does)
        return MadeHook(**_view(row).model_dump(), secret=secret)

    return await held.database.transact(caller.tenant, work)


@router.get("")
async def list_hooks(held: Held, caller: Signed) -> HookList:
    """All of them, without their secrets."""
    return HookList(items=await _HOOKS.listed(held, caller))


@router.get("/{hook}")
async def show_hook(hook: Id, held: Held, caller: Signed) -> Hook:
    """One of them."""
    return await _HOOKS.shown(held, caller, hook)


@router.put("/{hook}")
async def change_hook(hook: Id, body: NewHook, held: Held, caller: Signed) -> Hook:
    """Change what its calls do. Its secret stays."""

    async def work(session: TenantSession, row: HookRow) -> Hook:
        await _check(session, body)
        row.label, row.does, row.active, row.person = body.label, body.does(), body.active, caller.person
        row.changed_at, row.revision = now(), row.revision + 1
        await session.flush()
        return _view(row)

    return await _HOOKS.changing(held, caller, hook, "change", work)


@router.delete("/{hook}", status_code=204)
async def remove_hook(hook: Id, held: Held, caller: Signed) -> None:
    """It answers nobody any more."""

    async def work(session: TenantSession, row: HookRow) -> None:
        await hooks.remove(session, row.id)

    await _HOOKS.changing(held, caller, hook, "remove", work)


@router.post("/{hook}/rotate")
async def rotate_hook_secret(hook: Id, body: Rotation, held: Held, caller: Signed) -> NewSecret:
    """A new secret. For so many hours calls signed with the one before are taken as well."""
    return NewSecret(secret=await _HOOKS.rotated(held, caller, hook, hours=body.hours))


@router.post(
    "/{tenant}/{hook}",
    status_code=202,
    dependencies=[anybody],
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}},
)
async def receive_call(
    tenant: Id,
    hook: Id,
    request: Request,
    webhook_id: Annotated[str, Header(max_length=200)] = "",
    webhook_timestamp: Annotated[str, Header(max_length=20)] = "",
    webhook_signature: Signature = "",
) -> Received:
    """Called by others, signed as Standard Webhooks has it. The same call again does nothing more."""
    call = Arrived(webhook_id, webhook_timestamp, webhook_signature, await request.body())
    try:
        found = await incoming.receive(await parts(request), tenant, hook, call, now())
    except Refused as refused:
        if refused.code == "bad_signature":
            request.app.state.gate.strangers.take(address_of(request), now())
        raise
    return Received(ignored=found.ignored, started=list(found.started), taken=found.taken)


async def _check(session: TenantSession, body: NewHook) -> None:
    incoming.check(body.does())
    if body.start is not None and await definitions.latest(session, body.start) is None:
        raise Refused("unknown_process", f"there is no process {body.start}", f"没有流程 {body.start}")


def _view(row: HookRow) -> Hook:
    return Hook(
        id=row.id, label=row.label, active=row.active, path=f"/api/v1/hooks/{row.tenant}/{row.id}",
        created_at=row.created_at, changed_at=row.changed_at, **row.does,
    )  # fmt: skip


_HOOKS = Register("hook", "接收地址", hooks, _view, lambda row: row.does)
