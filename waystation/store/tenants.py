"""Tenants and their settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from waystation.store import prepared
from waystation.store.inserts import insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.access import SettingRow, TenantRow

_SETTINGS = prepared.prepared(select(SettingRow).order_by(SettingRow.name))


async def ensure_tenant(
    session: TenantSession, *, at: datetime, title: Any = None, timezone: str = "Asia/Shanghai"
) -> bool:
    """Make the tenant of this session known. False when it is."""
    return await insert_if_new(session, TenantRow, title=title, timezone=timezone, created_at=at)


async def tenant(session: TenantSession) -> TenantRow | None:
    return await session.get(TenantRow, session.tenant)


async def all_tenants(session: TenantSession) -> list[TenantRow]:
    """Every tenant that this session can see: with `EVERY_TENANT`, all of them."""
    return list(await session.scalars(select(TenantRow).order_by(TenantRow.tenant)))


async def settings(session: TenantSession) -> dict[str, Any]:
    """The settings that this tenant has changed, by dotted name."""
    return {row.name: row.value for row in await session.scalars(_SETTINGS)}


async def setting(session: TenantSession, name: str) -> Any:
    """One setting that this tenant has changed; None where it has not."""
    found = await prepared.row(session, SettingRow, name)
    return None if found is None else found.value


async def change_setting(session: TenantSession, name: str, value: Any, *, by: str, at: datetime) -> None:
    """Set one setting."""
    await insert_if_new(session, SettingRow, name=name, value=value, changed_at=at, changed_by=by)
    query = select(SettingRow).where(SettingRow.name == name).with_for_update()
    row = (await session.scalars(query.execution_options(populate_existing=True))).one()
    row.value, row.changed_at, row.changed_by = value, at, by


async def reset_setting(session: TenantSession, name: str) -> None:
    """Go back to a setting's default."""
    row = await session.get(SettingRow, (session.tenant, name))
    if row is not None:
        await session.delete(row)
