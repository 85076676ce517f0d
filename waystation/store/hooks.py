"""Addresses of ours that others call, as rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from waystation.contracts.errors import Refused
from waystation.store import kept_secrets
from waystation.store.ids import new_id
from waystation.store.session import TenantSession
from waystation.store.tables.outside import HookRow

#: Hooks that a tenant may have.
MOST = 100


async def find(session: TenantSession, hook: str, *, locked: bool = False) -> HookRow | None:
    query = select(HookRow).where(HookRow.id == hook)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).one_or_none()


async def everyone(session: TenantSession) -> list[HookRow]:
    """All of them, oldest first."""
    return list(await session.scalars(select(HookRow).order_by(HookRow.created_at, HookRow.id)))


async def add(session: TenantSession, values: dict[str, Any], secret: str, *, at: datetime) -> HookRow:
    """A new hook.

    Raises:
        Refused: `too_many`.
    """
    if (await session.scalar(select(func.count()).select_from(HookRow)) or 0) >= MOST:
        raise Refused("too_many", f"at most {MOST} hooks", f"最多 {MOST} 个接收地址")
    hook = new_id()
    kept = kept_secrets.keep(session, hook, secret)
    row = HookRow(id=hook, **values, secrets=kept, revision=1, created_at=at, changed_at=at)
    session.add(row)
    await session.flush()
    return row


async def remove(session: TenantSession, hook: str) -> None:
    """It answers nobody any more."""
    await session.execute(delete(HookRow).where(HookRow.id == hook))
