"""Locks that a case has reserved in the store and not confirmed: is it still about to take them?

A command reserves its lock, and what comes of it confirms that or gives the lock back. When a worker dies in between
and nobody asks again, the lock would stand reserved for ever; so a while later the case itself is asked.
"""

from __future__ import annotations

from datetime import UTC, datetime

from activities._journal import check_lock, grant
from waystation.contracts.errors import Refused
from waystation.gateway.line import CaseLine
from waystation.store import locks
from waystation.store.session import Database, TenantSession
from workflows.machine import load_state


async def settle_lock(line: CaseLine, database: Database, tenant: str, case: str, name: str, path: str) -> None:
    """Confirm a reservation that its case knows of, and give up one that it does not.

    Raises:
        Unavailable: Temporal does not answer; the lock stays reserved.
    """
    async with database.read(tenant) as session:
        until = await locks.reserved_until(session, name, case, path)
    if until is None or until > datetime.now(UTC):
        return  # confirmed, given back, or reserved anew
    wanted = await _is_wanted(line, tenant, case, name, path)

    async def work(session: TenantSession) -> None:
        if wanted:
            await locks.confirm_reservation(session, name, case, path, until=until)
            return
        holder = await locks.drop_reservation(session, name, case, path, until=until)
        if holder is not None:
            await grant(session, name, holder, datetime.now(UTC))

    await database.transact(tenant, work)


async def doubt_locks(session: TenantSession, case: str, at: datetime) -> None:
    """Entries of a case have been taken back: have it looked at whether it knows the locks that it has."""
    for name, path in await locks.suspect(session, case, at):
        await check_lock(session, name, case, path, at)


async def _is_wanted(line: CaseLine, tenant: str, case: str, name: str, path: str) -> bool:
    if not await line.is_running(tenant, case):
        return False
    try:
        state = load_state(await line.state(tenant, case))
    except Refused:
        return False
    known = state.locks.get(name)
    return known is not None and (known.holder == path or path in known.queue)
