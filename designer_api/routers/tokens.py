"""Tokens that people make for programs: confined to scopes, expiring, shown once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from designer_api.auth import tokens
from designer_api.auth.needs import needs
from designer_api.auth.permissions import is_scope
from designer_api.deps import Held, Signed, now
from designer_api.schemas import Asked
from waystation.contracts.errors import Refused
from waystation.store import audit, people
from waystation.store.session import TenantSession
from waystation.store.tables.access import TokenRow

router = APIRouter(prefix="/me/tokens", tags=["sessions"], dependencies=[needs("tokens.own")])

#: Valid tokens that one person may have made.
_MOST = 50

Scope = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z]+\.([a-z]+|\*)$")]


class NewToken(Asked):
    """A token to be made. It can do what its maker can, and of that only what the scopes hold."""

    label: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*[^\x00 ]$")]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=50)] = Field(
        description="Permissions, or all of a noun: `cases.*`. 权限范围"
    )
    days: Annotated[int, Field(ge=1, le=365)] = 90


class Token(BaseModel):
    """A token, without its secret. `used_at` is exact to five minutes."""

    id: str
    kind: str
    label: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    ended: bool
    current: bool


class MadeToken(BaseModel):
    id: str
    token: str = Field(description="Shown this once. 仅此一次显示")
    expires_at: datetime


class TokenList(BaseModel):
    items: list[Token]


@router.post("", status_code=201)
async def make_token(body: NewToken, held: Held, caller: Signed, request: Request) -> MadeToken:
    """Make a token. Only who has signed in may: a token makes no tokens."""
    strange = [scope for scope in body.scopes if not is_scope(scope)]
    if strange:
        said = ", ".join(strange)
        raise Refused("bad_request", f"no such scope: {said}", f"没有该权限范围：{said}", {"scopes": strange})
    if request.state.bearer.kind != tokens.SIGNED_IN:
        raise Refused("not_allowed", "sign in to make a token", "请登录后再创建令牌")
    at, lasts = now(), timedelta(days=body.days)

    async def work(session: TenantSession) -> str:
        valid = [row for row in await people.tokens_of(session, caller.person) if not _ended(row, at)]
        if sum(row.kind == tokens.MADE for row in valid) >= _MOST:
            raise Refused("too_many", f"at most {_MOST} tokens", f"最多 {_MOST} 个令牌")
        made = await tokens.make(session, caller.person, at, lasts=lasts, scopes=tuple(body.scopes), label=body.label)
        name = tokens.id_of(tokens.digest(made))
        detail = {"scopes": body.scopes, "days": body.days}
        await audit.record(session, caller.person, "token.make", at=at, target=f"token/{name}", detail=detail)
        return made

    token = await held.database.transact(caller.tenant, work)
    return MadeToken(id=tokens.id_of(tokens.digest(token)), token=token, expires_at=at + lasts)


@router.get("")
async def list_tokens(held: Held, caller: Signed, request: Request) -> TokenList:
    """The caller's sessions and tokens, newest first, those that are over too."""
    at = now()
    async with held.database.read(caller.tenant) as session:
        rows = await people.tokens_of(session, caller.person)
    return TokenList(items=[_view(row, at, request.state.token) for row in rows[:200]])


@router.delete("/{token}", status_code=204)
async def revoke_token(token: Annotated[str, Path(min_length=1, max_length=64)], held: Held, caller: Signed) -> None:
    """End a session or token of one's own, at once."""
    at = now()

    async def work(session: TenantSession) -> None:
        rows = await people.tokens_of(session, caller.person)
        found = next((row.digest for row in rows if tokens.id_of(row.digest) == token), None)
        if found is None:
            raise Refused("not_found", "there is no such token", "没有该令牌")
        if await people.revoke(session, found, at=at):
            await audit.record(session, caller.person, "token.revoke", at=at, target=f"token/{token}")

    await held.database.transact(caller.tenant, work)


def _ended(row: TokenRow, at: datetime) -> bool:
    return row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= at)


def _view(row: TokenRow, at: datetime, current: str) -> Token:
    return Token(
        id=tokens.id_of(row.digest), kind=row.kind, label=row.label, scopes=list(row.scopes), created_at=row.created_at,
        expires_at=row.expires_at, used_at=row.used_at, ended=_ended(row, at), current=row.digest == current,
    )  # fmt: skip
