"""Webhooks as rows: whom to tell what, and how far he has been told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select

from waystation.contracts.errors import Refused
from waystation.store import feed, kept_secrets, outbox
from waystation.store.ids import new_id
from waystation.store.session import TenantSession
from waystation.store.tables.outside import FeedRow, WebhookRow

#: The kind of what lies in the outbox for a webhook.
KIND = "webhook"
#: Webhooks that a tenant may have.
MOST = 100
#: Transactions of the feed that are handed on at once.
_AT_ONCE = 100
#: After a failure nobody calls for a second, two, four, … at most a minute.
_LONGEST_REST = 60.0


async def find(session: TenantSession, webhook: str, *, locked: bool = False) -> WebhookRow | None:
    query = select(WebhookRow).where(WebhookRow.id == webhook)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).one_or_none()


async def everyone(session: TenantSession) -> list[WebhookRow]:
    """All of them, oldest first."""
    return list(await session.scalars(select(WebhookRow).order_by(WebhookRow.created_at, WebhookRow.id)))


async def tenants_told(session: TenantSession) -> list[str]:
    """Tenants with somebody to tell; the session is of every tenant."""
    return list(await session.scalars(select(WebhookRow.tenant).where(WebhookRow.active).distinct()))


async def add(session: TenantSession, values: dict[str, Any], secret: str, *, at: datetime) -> WebhookRow:
    """A new webhook, told of what happens from now on.

    Raises:
        Refused: `too_many`.
    """
    if (await session.scalar(select(func.count()).select_from(WebhookRow)) or 0) >= MOST:
        raise Refused("too_many", f"at most {MOST} webhooks", f"最多 {MOST} 个回调")
    webhook = new_id()
    kept, end = kept_secrets.keep(session, webhook, secret), await feed.end(session)
    row = WebhookRow(
        id=webhook, **values, secrets=kept, position=end.number, failures=0,
        resting_until=None, revision=1, created_at=at, changed_at=at,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row


async def remove(session: TenantSession, webhook: str) -> bool:
    """Tell somebody no more, also not of what waits. False when there is none."""
    row = await find(session, webhook, locked=True)
    if row is None:
        return False
    await session.execute(delete(WebhookRow).where(WebhookRow.id == webhook))
    await outbox.forget_for(session, KIND, webhook)
    return True


async def hand_on(session: TenantSession, webhook: str, *, at: datetime) -> bool:
    """Put what is new for a webhook into its outbox; True when there may be more."""
    row = await find(session, webhook, locked=True)
    if row is None or not row.active:
        return False
    found = await feed.after(session, row.position + 1, _AT_ONCE)
    for each in found:
        if not row.processes or each.process in row.processes:
            await _put(session, row, each, at)
        row.position = each.number or row.position
    await session.flush()
    return len(found) == _AT_ONCE


async def _put(session: TenantSession, row: WebhookRow, each: FeedRow, at: datetime) -> None:
    for entry in await feed.entries(session, each):
        if row.kinds and entry.kind not in row.kinds:
            continue
        body = {"event": entry.kind, "number": each.number, "seq": entry.seq}
        key = f"{row.id}/{each.number}.{entry.seq}"
        _ = await outbox.put(session, KIND, key, body, at=at, case_id=each.case_id, target=row.id)


async def went(session: TenantSession, webhook: str, *, well: bool, at: datetime) -> None:
    """A call went well, or the other side is in trouble and gets a rest."""
    row = await find(session, webhook, locked=True)
    if row is not None and (row.failures or not well):
        row.failures = 0 if well else row.failures + 1
        rest = min(_LONGEST_REST, 2.0 ** min(row.failures - 1, 10))
        row.resting_until = None if well else at + timedelta(seconds=rest)


async def switch_off(session: TenantSession, webhook: str, *, at: datetime) -> None:
    """The other side wants no more calls."""
    row = await find(session, webhook, locked=True)
    if row is not None:
        row.active, row.changed_at, row.revision = False, at, row.revision + 1


def first_waiting(bodies: Sequence[dict[str, Any]]) -> tuple[int, int] | None:
    """Which of what waits about a case comes first in the feed."""
    return min(((int(body["number"]), int(body["seq"])) for body in bodies), default=None)
