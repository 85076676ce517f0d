"""Cases whose journal may say more than Temporal's history does, and what is done about it.

A command's effect is written while its workflow task runs, and the task becomes history a moment later. When the
server dies in between, the task may never be done again: the command lives only in the server's memory. Mostly its
sender asks again, and all is well. A command that stays without an answer puts its case in doubt, and so does the start
of a process after a crash for the cases that were changed last; once Temporal answers, what it does not know is taken
out of the store.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from waystation.contracts.errors import Refused
from waystation.contracts.events import Entry
from waystation.gateway.line import CaseLine
from waystation.gateway.reservations import doubt_locks
from waystation.store import journal, lost_entries, outbox
from waystation.store.session import EVERY_TENANT, Database, TenantSession
from waystation.store.tables.cases import CaseRow, CaseStatus

#: The kind of outbox row that a doubt is.
CHECK_CASE = "check_case"
#: A workflow task that was lost is done again after ten seconds, if it is done at all.
_LATER = timedelta(seconds=15)
#: Cases that are looked at after a crash.
_RECENT = 500

_OPEN = (CaseStatus.OPEN, CaseStatus.SUSPENDED)


async def doubt(database: Database, tenant: str, case: str) -> None:
    """Have a case looked at in a while."""

    async def work(session: TenantSession) -> None:
        at = datetime.now(UTC) + _LATER
        # Several processes may doubt a case in the same minute: once is enough.
        await outbox.put(session, CHECK_CASE, f"{case}/{at:%Y-%m-%dT%H:%M}", {}, at=at, case_id=case)

    await database.transact(tenant, work)


async def doubt_recent(database: Database) -> int:
    """Have the cases looked at that were changed last; how many those are."""
    async with database.read(EVERY_TENANT) as session:
        newest = select(CaseRow.tenant, CaseRow.case_id).order_by(CaseRow.changed_at.desc()).limit(_RECENT)
        recent = [(str(tenant), str(case)) for tenant, case in await session.execute(newest)]
    for tenant, case in recent:
        await doubt(database, tenant, case)
    return len(recent)


async def settle(line: CaseLine, database: Database, tenant: str, case: str) -> int:
    """Take out of the store what Temporal does not know of a case; how many entries that were.

    Raises:
        Unavailable: Temporal does not answer; the doubt remains.
    """
    # Read before Temporal is asked: its answer waits for a task that still runs, and so knows what that has written.
    async with database.read(tenant) as session:
        row, last = await session.get(CaseRow, (tenant, case)), await _last(session, case)
    if row is None or last is None:
        return 0
    if row.status not in _OPEN and not await line.is_running(tenant, case):
        return 0
    try:
        pulse = await line.pulse(tenant, case)
    except Refused:
        return 0
    if pulse.seq >= last.seq:
        return 0

    async def take_back(session: TenantSession) -> int:
        _ = (await session.execute(select(CaseRow.case_id).where(CaseRow.case_id == case).with_for_update())).all()
        now = await _last(session, case)
        if now is None or journal.fingerprint(now) != journal.fingerprint(last):
            return 0  # the task has been done again meanwhile
        await doubt_locks(session, case, datetime.now(UTC))
        return await lost_entries.take_back(session, case, pulse.seq + 1)

    return await database.transact(tenant, take_back)


async def _last(session: TenantSession, case: str) -> Entry | None:
    number = await journal.last_seq(session, case)
    found = await journal.entries(session, case, after=number - 1, limit=1)
    return found[0] if found else None
