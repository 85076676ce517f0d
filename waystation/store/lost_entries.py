"""Entries that were written and never became history: taken back, with all that was projected from them.

A case writes its journal while a workflow task runs, and the task becomes history a moment later. If the worker dies
in between, the task is done again, at another time and perhaps after other events, or never, if the command that it
was for was lost too. Temporal's history is the truth; what the store says beyond it was never confirmed to anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from sqlalchemy import delete, select

from waystation.contracts.events import Entry, EntryKind
from waystation.store import audit, case_keys, counters, exact_json, journal
from waystation.store.case_rows import CaseRows
from waystation.store.projector import notice_id
from waystation.store.rebuild import project_again, put_right
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow
from waystation.store.tables.effects import OutboxRow
from waystation.store.tables.journal import JournalRow

_log = structlog.get_logger(__name__)

#: Lost entries whose hash is kept.
_MOST_NOTED = 100


async def first_difference(session: TenantSession, case_id: str, wanted: Sequence[Entry]) -> int | None:
    """The number of the first stored entry that is not the wanted one; None where all that is stored agrees."""
    if not wanted:
        return None
    stored = await journal.entries(session, case_id, after=wanted[0].seq - 1, limit=len(wanted))
    for mine, theirs in zip(wanted, stored, strict=False):
        if not await journal.is_same(session, mine, theirs):
            return mine.seq
    return None


async def take_back(session: TenantSession, case_id: str, since: int) -> int:
    """Take the entries of a case from number `since` on out of the journal and the projections; returns how many.

    Whoever calls this holds the lock on the case's row, or gets it here.
    """
    locked = select(CaseRow.case_id).where(CaseRow.case_id == case_id).with_for_update()
    _ = (await session.execute(locked)).all()
    lost = await journal.entries(session, case_id, after=since - 1, limit=1_000_000)
    if not lost:
        return 0
    before, _ = await project_again(session, case_id)
    await session.execute(delete(JournalRow).where(JournalRow.case_id == case_id, JournalRow.seq >= since))
    after = await put_right(session, case_id)
    await _note(session, case_id, since, lost)
    await _count_back(session, before, after)
    await _unsend(session, case_id, lost)
    await _keep_key(session, after, lost)
    _log.warning("entries_taken_back", case=case_id, since=since, entries=len(lost))
    return len(lost)


async def _note(session: TenantSession, case_id: str, since: int, lost: Sequence[Entry]) -> None:
    """The journal ends before the lost entries, and the next one is chained to that end; that they were there and what
    they said (by hash) stays in the audit log."""
    said = {"since": since, "entries": [journal.fingerprint(entry) for entry in lost[:_MOST_NOTED]], "count": len(lost)}
    await audit.record(session, "", "journal.taken_back", at=datetime.now(UTC), target=f"case/{case_id}", detail=said)


async def _count_back(session: TenantSession, before: CaseRows, after: CaseRows) -> None:
    process, case_id = before.case.process, before.case_id
    less = {key: after.counts[key] - count for key, count in before.counts.items() if after.counts[key] != count}
    await counters.add(session, counters.keys_for(case_id, process, less))


async def _unsend(session: TenantSession, case_id: str, lost: Sequence[Entry]) -> None:
    """Notices that have not gone out do not go out. Those that have are repeated at most once."""
    keys = [notice_id(case_id, str(entry.data["id"])) for entry in lost if entry.kind is EntryKind.NOTICE]
    ids = [exact_json.digest(["notice", key]) for key in keys]
    if ids:
        await session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.status == "waiting"))


async def _keep_key(session: TenantSession, after: CaseRows, lost: Sequence[Entry]) -> None:
    """A case whose end was taken back has its business key again, unless another case has got it meanwhile."""
    case = after.find(CaseRow)
    if case is None or case.key_text is None or all(entry.kind is not EntryKind.CASE_ENDED for entry in lost):
        return
    holder = await case_keys.case_of(session, case.process, str(case.key_text))
    if holder is None:
        await case_keys.hold(session, case.process, str(case.key_text), case.case_id, lost[-1].at)
