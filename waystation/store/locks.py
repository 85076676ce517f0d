"""Locks across cases (language section 8): one holder, the others in order of arrival.

A queue changes only while its row is locked, so two cases never both hold a lock, and the next holder is decided in
the transaction that frees it. Names are full names with their scope, such as `process:repair:bench`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from waystation.store import exact_json
from waystation.store.inserts import insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.shared import LockClaimRow, LockRow


@dataclass(frozen=True, slots=True)
class Holder:
    """An activation that has a lock, or that waits for one. The holder has the lowest ticket."""

    case_id: str
    path: str
    ticket: int


async def take_lock(session: TenantSession, name: str, case_id: str, path: str, at: datetime) -> bool:
    """Queue for a lock. True: this activation has it now. Asking again changes nothing."""
    lock = await _locked(session, name)
    claim = await session.get(LockClaimRow, (session.tenant, case_id, path, lock.lock))
    if claim is None:
        lock.tickets += 1
        session.add(LockClaimRow(case_id=case_id, path=path, lock=lock.lock, ticket=lock.tickets, since=at))
        await session.flush()
    first = await _first(session, lock)
    return first is not None and (first.case_id, first.path) == (case_id, path)


async def free_lock(session: TenantSession, name: str, case_id: str, path: str) -> Holder | None:
    """Give a lock back, or leave its queue. Returns who holds it from now on because of that, if anybody."""
    lock = await _locked(session, name)
    claim = await session.get(LockClaimRow, (session.tenant, case_id, path, lock.lock))
    if claim is None:
        return None
    before = await _first(session, lock)
    await session.delete(claim)
    await session.flush()
    was_holder = before is not None and before.ticket == claim.ticket
    return await _first(session, lock) if was_holder else None


async def free_all(session: TenantSession, case_id: str) -> list[tuple[str, Holder]]:
    """Give back every lock of a case and leave every queue. Returns the new holders, each with its lock's name."""
    # In name order, so that two cases that end at once take the rows in the same order.
    claims = await session.execute(
        select(LockRow.name, LockClaimRow.path)
        .join(LockClaimRow, LockClaimRow.lock == LockRow.lock)
        .where(LockClaimRow.case_id == case_id)
        .order_by(LockRow.lock, LockClaimRow.ticket.desc())
    )
    freed = [(name, await free_lock(session, name, case_id, path)) for name, path in claims.all()]
    return [(name, holder) for name, holder in freed if holder is not None and holder.case_id != case_id]


async def queue_of(session: TenantSession, name: str) -> list[Holder]:
    """The holder of a lock and those who wait for it, in order."""
    rows = await session.scalars(
        select(LockClaimRow).where(LockClaimRow.lock == exact_json.digest(name)).order_by(LockClaimRow.ticket)
    )
    return [Holder(row.case_id, row.path, row.ticket) for row in rows]


async def holders(session: TenantSession) -> dict[str, str]:
    """Which case holds each lock that is held now, by the lock's full name."""
    rows = await session.execute(
        select(LockRow.name, LockClaimRow.case_id)
        .join(LockClaimRow, LockClaimRow.lock == LockRow.lock)
        .order_by(LockClaimRow.ticket.desc())
    )
    return {name: case for name, case in rows}  # noqa: C416 - rows are not plain pairs


async def forget_unused(session: TenantSession) -> None:
    """Drop the rows of locks that nobody holds or waits for."""
    await session.execute(delete(LockRow).where(LockRow.lock.not_in(select(LockClaimRow.lock))))


async def _locked(session: TenantSession, name: str) -> LockRow:
    lock = exact_json.digest(name)
    await insert_if_new(session, LockRow, lock=lock, name=name, tickets=0)
    query = select(LockRow).where(LockRow.lock == lock).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def _first(session: TenantSession, lock: LockRow) -> Holder | None:
    query = select(LockClaimRow).where(LockClaimRow.lock == lock.lock).order_by(LockClaimRow.ticket).limit(1)
    row = (await session.scalars(query)).one_or_none()
    return None if row is None else Holder(row.case_id, row.path, row.ticket)
