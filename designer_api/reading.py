"""Noting that somebody has opened something. Only the first time is written."""

from __future__ import annotations

from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from waystation.store import receipts
from waystation.store.receipts import WHOLE_CASE
from waystation.store.session import TenantSession


async def note_opened(held: Parts, caller: Caller, case_id: str, path: str = WHOLE_CASE) -> None:
    """The caller has opened a task, or the case as a whole. Whoever was sent the case has read it with either."""
    async with held.database.read(caller.tenant) as session:
        wanted = [path]
        if path != WHOLE_CASE and await receipts.is_reader(session, case_id, caller.person):
            wanted.append(WHOLE_CASE)
        new = [one for one in wanted if not await receipts.has_opened(session, case_id, one, caller.person)]
    if not new:
        return
    at = now()

    async def work(session: TenantSession) -> None:
        for one in new:
            _ = await receipts.opened(session, case_id, one, caller.person, at=at)

    await held.database.transact(caller.tenant, work)


async def note_read(held: Parts, caller: Caller, case_id: str) -> None:
    """The caller has opened a case: noted if it was sent to him to read; others leave no trace by looking."""
    async with held.database.read(caller.tenant) as session:
        if not await receipts.is_reader(session, case_id, caller.person):
            return
    await note_opened(held, caller, case_id)
