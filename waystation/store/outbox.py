"""The outbox: side effects decided in a transaction and done after it, at least once each.

A worker claims what is due, does it, and acknowledges. What it does not acknowledge within its lease comes back to
be claimed again, so a dead worker loses nothing; receivers recognise repetitions by the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, select, update

from waystation.store import exact_json
from waystation.store.ids import new_id
from waystation.store.inserts import insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.effects import OutboxRow


@dataclass(frozen=True, slots=True)
class Claimed:
    """One side effect to do. `tries` counts this attempt; with `id` it proves the claim when acknowledging."""

    tenant: str
    id: str
    kind: str
    case_id: str | None
    body: dict[str, Any]
    tries: int
    created_at: datetime


async def put(
    session: TenantSession,
    kind: str,
    key: str,
    body: dict[str, Any],
    *,
    at: datetime,
    case_id: str | None = None,
) -> bool:
    """Decide on a side effect; it is done once this transaction is through.

    Args:
        kind: what is to be done (`notice`, `message`, `start_case`, `cancel_case`, `command` …).
        key: makes it unique within its kind; putting it again changes nothing.
        at: not before then, by the clock of those who claim.
    Returns: False when it was there already.
    """
    return await insert_if_new(
        session,
        OutboxRow,
        id=exact_json.digest([kind, key]),
        kind=kind,
        case_id=case_id,
        body=body,
        status="waiting",
        place=new_id(),
        created_at=at,
        due_at=at,
        tries=0,
        claimed_by="",
        error="",
        done_at=None,
    )


async def claim(
    session: TenantSession,
    kinds: Sequence[str],
    worker: str,
    *,
    at: datetime,
    lease: timedelta = timedelta(minutes=1),
    limit: int = 50,
) -> list[Claimed]:
    """Take what is due, oldest first; nobody else gets it before the lease is over.

    The session may be of one tenant or of `EVERY_TENANT`.
    """
    query = (
        select(OutboxRow)
        .where(OutboxRow.status == "waiting", OutboxRow.kind.in_(sorted(kinds)), OutboxRow.due_at <= at)
        .order_by(OutboxRow.due_at, OutboxRow.place)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    # SQLite knows no row locks and needs none: a writing transaction there is alone from its beginning.
    rows = list(await session.scalars(query.execution_options(populate_existing=True)))
    for row in rows:
        row.due_at, row.claimed_by, row.tries = at + lease, worker, row.tries + 1
    await session.flush()
    return [
        Claimed(row.tenant, row.id, row.kind, row.case_id, row.body, row.tries, row.created_at)
        for row in sorted(rows, key=lambda row: row.place)
    ]


async def acknowledge(session: TenantSession, item: Claimed, *, at: datetime) -> bool:
    """It is done. False when the claim has run out and somebody else has taken it since."""
    return await _finish(session, item, status="done", done_at=at, error="")


async def put_off(session: TenantSession, item: Claimed, *, until: datetime, error: str) -> bool:
    """It failed; try again from `until` on."""
    return await _finish(session, item, due_at=until, claimed_by="", error=error)


async def give_up(session: TenantSession, item: Claimed, *, at: datetime, error: str) -> bool:
    """It failed for good; it stays here with its error for an operator to see."""
    return await _finish(session, item, status="dead", done_at=at, error=error)


async def try_again(session: TenantSession, id: str, *, at: datetime) -> bool:  # noqa: A002 - the column's name
    """An operator wants something that was given up to be tried again."""
    result = await session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == id, OutboxRow.status == "dead")
        .values(status="waiting", due_at=at, tries=0, done_at=None)
    )
    return _changed(result)


async def forget_done(session: TenantSession, before: datetime) -> int:
    """Drop what was done before `before`; returns how many."""
    old = delete(OutboxRow).where(OutboxRow.status == "done", OutboxRow.done_at < before)
    result = await session.execute(old)
    assert isinstance(result, CursorResult)
    return result.rowcount


async def _finish(session: TenantSession, item: Claimed, **values: Any) -> bool:
    result = await session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.tenant == item.tenant,
            OutboxRow.id == item.id,
            OutboxRow.tries == item.tries,
            OutboxRow.status == "waiting",
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return _changed(result)


def _changed(result: Any) -> bool:
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
