"""Locks across cases (language section 8): one holder, the others in order of arrival.

A queue changes only while its row is locked, so two cases never both hold a lock, and the next holder is decided in
the transaction that frees it. Who takes a lock at a claim does not queue: the lock is reserved in its row before the
command is carried out, and confirmed with its journal entries. Names are full names with their scope, such as
`process:repair:bench`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, select

from waystation.store import exact_json
from waystation.store.inserts import insert_if_new
from waystation.store.prepared import prepared
from waystation.store.session import Conflict, TenantSession
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
    claim = await _claim(session, lock, case_id, path)
    if claim is None:
        _ = _queue(session, lock, case_id, path, at)
    else:
        claim.reserved_until = None
    await session.flush()
    return _is(await _first(session, lock), case_id, path)


async def reserve_lock(
    session: TenantSession, name: str, case_id: str, path: str, *, until: datetime, at: datetime
) -> bool:
    """Hold a lock for a command that takes it, without queueing. False: somebody else has it, or waits for it.

    Args:
        until: when whoever reserved it is asked whether he still wants it; `take_lock` confirms it before.
    """
    lock = await _locked(session, name)
    first = await _first(session, lock)
    if first is None:
        claim = _queue(session, lock, case_id, path, at)
    elif _is(first, case_id, path):
        own = await _claim(session, lock, case_id, path)
        if own is None or own.reserved_until is None:
            return True
        claim = own
    else:
        return False
    claim.reserved_until = until
    await session.flush()
    return True


async def reserved_until(session: TenantSession, name: str, case_id: str, path: str) -> datetime | None:
    """Until when a lock is reserved and not confirmed; None where it is confirmed, or not claimed at all."""
    claim = await session.get(LockClaimRow, (session.tenant, case_id, path, exact_json.digest(name)))
    return None if claim is None else claim.reserved_until


async def drop_reservation(
    session: TenantSession, name: str, case_id: str, path: str, *, until: datetime
) -> Holder | None:
    """Give up a reservation that nobody confirmed, unless it was renewed since. Returns who holds the lock now."""
    _lock = await _locked(session, name)
    if await reserved_until(session, name, case_id, path) != until:
        return None
    return await free_lock(session, name, case_id, path)


async def confirm_reservation(session: TenantSession, name: str, case_id: str, path: str, *, until: datetime) -> None:
    """The case knows of its reservation, unless it was renewed since."""
    lock = await _locked(session, name)
    claim = await _claim(session, lock, case_id, path)
    if claim is not None and claim.reserved_until == until:
        claim.reserved_until = None


async def suspect(session: TenantSession, case_id: str, at: datetime) -> list[tuple[str, str]]:
    """Make all that a case has or waits for mere reservations up to `at`. Returns names of locks, and paths."""
    found = await session.execute(
        select(LockRow.name, LockClaimRow)
        .join(LockClaimRow, LockClaimRow.lock == LockRow.lock)
        .where(LockClaimRow.case_id == case_id)
    )
    suspected = [(str(name), claim) for name, claim in found]
    for _name, claim in suspected:
        claim.reserved_until = at
    await session.flush()
    return [(name, claim.path) for name, claim in suspected]


async def free_lock(session: TenantSession, name: str, case_id: str, path: str) -> Holder | None:
    """Give a lock back, or leave its queue. Returns who holds it from now on because of that, if anybody."""
    lock = await _locked(session, name)
    claim = await _claim(session, lock, case_id, path)
    if claim is None:
        return None
    before = await _first(session, lock)
    await session.delete(claim)
    await session.flush()
    was_holder = before is not None and before.ticket == claim.ticket
    return await _first(session, lock) if was_holder else None


_CLAIMED = prepared(
    select(LockClaimRow.lock).where(LockClaimRow.case_id.in_(bindparam("cases", expanding=True))).limit(1)
)


async def free_all(session: TenantSession, cases: Collection[str]) -> list[tuple[str, str, Holder]]:
    """Give back every lock of these cases and leave every queue. Returns the new holders, each with the case that had
    the lock and the lock's name."""
    if (await session.scalars(_CLAIMED, {"cases": sorted(cases)})).first() is None:
        return []
    # In name order, so that two cases that end at once take the rows in the same order.
    claims = await session.execute(
        select(LockRow.name, LockClaimRow.case_id, LockClaimRow.path)
        .join(LockClaimRow, LockClaimRow.lock == LockRow.lock)
        .where(LockClaimRow.case_id.in_(sorted(cases)))
        .order_by(LockRow.lock, LockClaimRow.ticket.desc())
    )
    freed = [(case, name, await free_lock(session, name, case, path)) for name, case, path in claims.all()]
    return [(case, name, now) for case, name, now in freed if now is not None and now.case_id not in cases]


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


async def forget_unused(session: TenantSession, limit: int = 500) -> int:
    """Drop the rows of locks that nobody holds or waits for, those in use passed over; returns how many."""
    claims = select(LockClaimRow.lock).where(LockClaimRow.lock == LockRow.lock)
    query = select(LockRow).where(~exists(claims)).order_by(LockRow.lock).limit(limit)
    # Looked at again once its row is locked: somebody may have joined the queue between the look and the lock.
    rows = list(await session.scalars(query.with_for_update(skip_locked=True)))
    dropped = 0
    for row in rows:
        if await _first(session, row) is None:
            await session.delete(row)
            dropped += 1
    await session.flush()
    return dropped


async def _locked(session: TenantSession, name: str) -> LockRow:
    lock = exact_json.digest(name)
    await insert_if_new(session, LockRow, lock=lock, name=name, tickets=0)
    query = select(LockRow).where(LockRow.lock == lock).with_for_update()
    row = (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if row is None:  # it was dropped as unused after we had found it
        raise Conflict(f"lock {lock} was dropped")
    return row


async def _claim(session: TenantSession, lock: LockRow, case_id: str, path: str) -> LockClaimRow | None:
    return await session.get(LockClaimRow, (session.tenant, case_id, path, lock.lock), populate_existing=True)


def _queue(session: TenantSession, lock: LockRow, case_id: str, path: str, at: datetime) -> LockClaimRow:
    lock.tickets += 1
    row = LockClaimRow(case_id=case_id, path=path, lock=lock.lock, ticket=lock.tickets, since=at, reserved_until=None)
    session.add(row)
    return row


def _is(holder: Holder | None, case_id: str, path: str) -> bool:
    return holder is not None and (holder.case_id, holder.path) == (case_id, path)


async def _first(session: TenantSession, lock: LockRow) -> Holder | None:
    query = select(LockClaimRow).where(LockClaimRow.lock == lock.lock).order_by(LockClaimRow.ticket).limit(1)
    row = (await session.scalars(query)).one_or_none()
    return None if row is None else Holder(row.case_id, row.path, row.ticket)
