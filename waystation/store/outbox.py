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
from waystation.store.cursors import Page, cut, page_of
from waystation.store.ids import new_id
from waystation.store.inserts import insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.effects import OutboxRow

#: What a session says that it has changed when it has put something here.
OUTBOX = "outbox"


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
    target: str = ""


async def put(
    session: TenantSession,
    kind: str,
    key: str,
    body: dict[str, Any],
    *,
    at: datetime,
    case_id: str | None = None,
    target: str = "",
) -> bool:
    """Decide on a side effect; it is done once this transaction is through.

    Args:
        kind: what is to be done (`notice`, `message`, `start_case`, `cancel_case`, `command` …).
        key: makes it unique within its kind; putting it again changes nothing.
        at: not before then, by the clock of those who claim.
        target: whom it is for, where a kind has several.
    Returns: False when it was there already.
    """
    session.changes(OUTBOX)
    return await insert_if_new(
        session,
        OutboxRow,
        id=exact_json.digest([kind, key]),
        kind=kind,
        case_id=case_id,
        target=target,
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
        Claimed(row.tenant, row.id, row.kind, row.case_id, row.body, row.tries, row.created_at, row.target)
        for row in sorted(rows, key=lambda row: row.place)
    ]


async def acknowledge(session: TenantSession, item: Claimed, *, at: datetime, note: str = "") -> bool:
    """It is done, or (with a note saying why) there is nothing to do. False when the claim has run out and somebody
    else has taken it since."""
    return await _finish(session, item, status="done", done_at=at, error=note)


async def put_off(session: TenantSession, item: Claimed, *, until: datetime, error: str) -> bool:
    """It failed; try again from `until` on."""
    return await _finish(session, item, due_at=until, claimed_by="", error=error)


async def wait(session: TenantSession, item: Claimed, *, until: datetime, why: str) -> bool:
    """Its time has not come; this was no try."""
    return await _finish(session, item, due_at=until, claimed_by="", tries=item.tries - 1, error=why)


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


async def all_again(session: TenantSession, kind: str, target: str, *, at: datetime) -> int:
    """Try again everything that was given up for somebody; returns how much."""
    result = await session.execute(
        update(OutboxRow)
        .where(OutboxRow.kind == kind, OutboxRow.target == target, OutboxRow.status == "dead")
        .values(status="waiting", due_at=at, tries=0, done_at=None)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount


async def waiting_bodies(
    session: TenantSession, kind: str, target: str, case_id: str | None, limit: int
) -> list[dict[str, Any]]:
    """What waits for somebody about a case, oldest first."""
    query = select(OutboxRow.body).where(
        OutboxRow.target == target,
        OutboxRow.case_id == case_id,
        OutboxRow.kind == kind,
        OutboxRow.status == "waiting",
    )
    return list(await session.scalars(query.order_by(OutboxRow.place).limit(limit)))


async def forget_for(session: TenantSession, kind: str, target: str) -> None:
    """Drop everything that was for somebody who is no more."""
    await session.execute(delete(OutboxRow).where(OutboxRow.kind == kind, OutboxRow.target == target))


async def listed(
    session: TenantSession,
    kinds: Sequence[str],
    *,
    status: str | None = None,
    case_id: str | None = None,
    target: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[OutboxRow]:
    """One page of what was decided, newest first.

    Raises:
        Refused: `bad_cursor`.
    """
    query = select(OutboxRow).where(OutboxRow.kind.in_(sorted(kinds)))
    if status is not None:
        query = query.where(OutboxRow.status == status)
    if case_id is not None:
        query = query.where(OutboxRow.case_id == case_id)
    if target is not None:
        query = query.where(OutboxRow.target == target)
    rows = list(await session.scalars(page_of(query, (OutboxRow.place,), cursor, limit, newest_first=True)))
    return cut(rows, [[row.place] for row in rows], limit)


async def find(session: TenantSession, id: str) -> OutboxRow | None:  # noqa: A002 - the column's name
    """One side effect, whatever became of it."""
    return await session.get(OutboxRow, (session.tenant, id))


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
