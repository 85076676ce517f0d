"""Finished cases of a process with their journals, for whoever wants to learn from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from waystation.contracts.events import Entry
from waystation.store.journal import entry_of
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow
from waystation.store.tables.journal import JournalRow

#: Entries of one case beyond which it is left out: it would eat the time of all others.
MOST_ENTRIES = 2_000


async def finished_cases(session: TenantSession, process: str, last: int) -> list[tuple[str, int]]:
    """Id and version of the cases that ended last, without those that other cases called."""
    query = select(CaseRow.case_id, CaseRow.version).where(
        CaseRow.process == process, CaseRow.ended_at.is_not(None), CaseRow.parent_case.is_(None)
    )
    rows = await session.execute(query.order_by(CaseRow.ended_at.desc(), CaseRow.case_id).limit(last))
    return [(case, version) for case, version in rows]


async def titles(session: TenantSession, cases: Sequence[str]) -> dict[str, Any]:
    """What cases are called, by their ids."""
    query = select(CaseRow.case_id, CaseRow.title).where(CaseRow.case_id.in_(cases))
    return {row[0]: row[1] for row in await session.execute(query)}


async def journals(session: TenantSession, cases: Sequence[str]) -> dict[str, list[Entry]]:
    """The journals of cases, each in order."""
    query = select(JournalRow).where(JournalRow.case_id.in_(cases)).order_by(JournalRow.case_id, JournalRow.seq)
    found: dict[str, list[Entry]] = {}
    for row in await session.scalars(query):
        entries = found.setdefault(row.case_id, [])
        if len(entries) <= MOST_ENTRIES:
            entries.append(entry_of(row))
    return {case: entries for case, entries in found.items() if len(entries) <= MOST_ENTRIES}
