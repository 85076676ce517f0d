"""Effects of actions that the journal of their case does not know: none, but for a crash in the wrong few milliseconds.

An action takes effect while its workflow task runs. If that task is lost and the task done again takes another way, the
effect stays and no undo knows of it. Nothing can put that right by itself; it is found here, and shown to operators.
"""

from __future__ import annotations

from sqlalchemy import select

from waystation.contracts.events import EntryKind
from waystation.store.session import TenantSession
from waystation.store.tables.journal import JournalRow
from waystation.store.tables.shared import IdempotencyRow


async def unknown_effects(session: TenantSession, case_id: str) -> list[str]:
    """Keys of actions that took effect in a case and that its journal never started, sorted.

    Args:
        session: must see one moment: an effect and its entries are written together, or the entries before.
    """
    done = select(IdempotencyRow.key_text).where(
        IdempotencyRow.scope == f"action:{case_id}", IdempotencyRow.state == "done"
    )
    took_effect = set(await session.scalars(done))
    return sorted(took_effect - await _started(session, case_id)) if took_effect else []


async def _started(session: TenantSession, case_id: str) -> set[str]:
    kinds = (EntryKind.ACTION_STARTED, EntryKind.UNDO_STARTED)
    query = select(JournalRow.kind, JournalRow.data).where(JournalRow.case_id == case_id, JournalRow.kind.in_(kinds))
    known: set[str] = set()
    for kind, data in await session.execute(query):
        if kind == EntryKind.ACTION_STARTED:
            known.add(str(data["key"]))
        else:
            known.update(f"undo:{path}" for path in data["records"])
    return known
