"""Hash chains: each entry of a journal and of a tenant's audit log carries a hash of itself and the one before.

Whoever changes, removes or inserts a row in the database breaks the chain there; `chain_check` finds the place. Hashed
are the texts that are stored, so checking needs no more than the rows, and appending no more than the last hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from waystation.contracts.events import Entry
from waystation.store import exact_json
from waystation.store.inserts import insert_if_new
from waystation.store.prepared import prepared
from waystation.store.session import TenantSession
from waystation.store.tables.access import AuditHeadRow
from waystation.store.tables.journal import JournalRow

#: What the first link is chained to.
START = ""

_LINKS = prepared(
    select(JournalRow.case_id, JournalRow.seq, JournalRow.chain).where(
        JournalRow.case_id.in_(bindparam("cases", expanding=True)),
        JournalRow.seq.in_(bindparam("numbers", expanding=True)),
    )
)


def link(before: str, *facts: str | int | None) -> str:
    """The hash (hex) of a row with these facts that follows the one with the hash `before`."""
    return hashlib.sha256(msgspec.json.encode([before, *facts])).hexdigest()


def moment(at: datetime) -> str:
    """A moment as the chains spell it: the same before it is stored and after."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def journal_link(before: str, tenant: str, case_id: str, entry: Entry, meta: dict[str, Any] | None) -> str:
    return link(
        before, tenant, case_id, entry.seq, moment(entry.at), entry.kind.value, entry.path, entry.node, entry.by,
        exact_json.encode(entry.data), entry.command, None if meta is None else exact_json.encode(meta),
    )  # fmt: skip


async def journal_ends(session: TenantSession, last: Mapping[str, int]) -> dict[str, str]:
    """The hash that the entry after number `last` of each case follows."""
    begun = {case_id: seq for case_id, seq in last.items() if seq}
    found: dict[str, str] = {}
    if begun:
        rows = await session.execute(_LINKS, {"cases": sorted(begun), "numbers": sorted(set(begun.values()))})
        found = {row.case_id: row.chain for row in rows if begun[row.case_id] == row.seq}
    return {case_id: found.get(case_id) or START for case_id in last}


def journal_links(
    before: str, tenant: str, case_id: str, entries: Sequence[tuple[Entry, dict[str, Any] | None]]
) -> list[str]:
    """The hashes of entries that follow each other."""
    found: list[str] = []
    for entry, meta in entries:
        before = journal_link(before, tenant, case_id, entry, meta)
        found.append(before)
    return found


async def audit_head(session: TenantSession) -> AuditHeadRow:
    """Number and hash of the tenant's last audit row, held for this transaction: rows are chained one at a time."""
    query = select(AuditHeadRow).with_for_update().execution_options(populate_existing=True)
    head = (await session.scalars(query)).one_or_none()
    if head is None:
        await insert_if_new(session, AuditHeadRow, seq=0, chain=START)
        head = (await session.scalars(query)).one()
    return head
