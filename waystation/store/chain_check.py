"""Checking the hash chains of a tenant: which rows of its journals and its audit log were changed, removed or inserted.

Reads one consistent snapshot, a few cases at a time, so it may run beside live traffic.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import select, type_coerce

from waystation.store import chains
from waystation.store.schema import LongText
from waystation.store.session import Database, TenantSession
from waystation.store.tables.access import AuditHeadRow, AuditRow
from waystation.store.tables.cases import CaseRow
from waystation.store.tables.journal import JournalRow

#: Cases, and rows of the audit log, that are looked at together.
_CASES, _ROWS = 50, 1_000

_JOURNAL = (
    JournalRow.case_id, JournalRow.seq, JournalRow.at, JournalRow.kind, JournalRow.path, JournalRow.node,
    JournalRow.actor, type_coerce(JournalRow.data, LongText()).label("data"), JournalRow.command,
    type_coerce(JournalRow.meta, LongText()).label("meta"), JournalRow.chain,
)  # fmt: skip
_AUDIT = (
    AuditRow.seq, AuditRow.id, AuditRow.at, AuditRow.actor, AuditRow.action, AuditRow.target, AuditRow.result,
    type_coerce(AuditRow.detail, LongText()).label("detail"), AuditRow.chain,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain does not hold.

    Args:
        chain: `audit`, or `case/<id>`.
        seq: number of the row.
        why: `changed`: the row, or the one before it, is not what was written; `missing`: it is not there;
            `unexpected`: it is there and nothing else knows of it.
    """

    chain: str
    seq: int
    why: str


@dataclass(slots=True)
class Checked:
    """What was looked at. `head` is number and hash of the last audit row, to be kept elsewhere."""

    cases: int = 0
    entries: int = 0
    records: int = 0
    head: str = "0:"
    breaks: list[Break] = field(default_factory=list)


async def check(database: Database, tenant: str, expected: str | None = None) -> Checked:
    """Look through all chains of a tenant.

    Args:
        expected: a head that was noted earlier; the audit log must still hold it.
    """
    found = Checked()
    async with database.snapshot(tenant) as session:
        await _check_audit(session, tenant, found, expected)
        async for cases in _cases(session):
            await _check_journals(session, tenant, cases, found)
    return found


async def _check_audit(session: TenantSession, tenant: str, found: Checked, expected: str | None) -> None:
    last, before, known = 0, chains.START, expected is None or expected == "0:"
    while True:
        query = select(*_AUDIT).where(AuditRow.seq > last).order_by(AuditRow.seq).limit(_ROWS)
        rows: Sequence[Any] = (await session.execute(query)).all()
        for row in rows:
            found.breaks.extend(Break("audit", gap, "missing") for gap in _gap(last, row.seq))
            if row.chain != _audit_link(before, tenant, row):
                found.breaks.append(Break("audit", row.seq, "changed"))
            last, before = row.seq, row.chain
            known = known or f"{row.seq}:{row.chain}" == expected
        found.records += len(rows)
        if len(rows) < _ROWS:
            break
    found.head = f"{last}:{before}"
    head = (await session.scalars(select(AuditHeadRow))).one_or_none()
    _compare_ends(found, "audit", last, head.seq if head is not None else 0)
    if head is not None and head.seq == last and head.chain != before:
        found.breaks.append(Break("audit", last, "changed"))
    if not known:
        found.breaks.append(Break("audit", int((expected or "0").partition(":")[0]), "changed"))


async def _check_journals(session: TenantSession, tenant: str, cases: dict[str, int], found: Checked) -> None:
    query = select(*_JOURNAL).where(JournalRow.case_id.in_(list(cases)))
    rows = (await session.execute(query.order_by(JournalRow.case_id, JournalRow.seq))).all()
    ends = dict.fromkeys(cases, 0)
    for case_id, entries in groupby(rows, key=lambda row: str(row.case_id)):
        ends[case_id] = _check_journal(tenant, case_id, entries, found)
    for case_id, end in ends.items():
        _compare_ends(found, f"case/{case_id}", end, cases[case_id])
    found.cases += len(cases)
    found.entries += len(rows)


def _check_journal(tenant: str, case_id: str, entries: Iterator[Any], found: Checked) -> int:
    last, before = 0, chains.START
    for row in entries:
        found.breaks.extend(Break(f"case/{case_id}", gap, "missing") for gap in _gap(last, row.seq))
        if row.chain != _entry_link(before, tenant, row):
            found.breaks.append(Break(f"case/{case_id}", row.seq, "changed"))
        last, before = row.seq, row.chain
    return last


def _compare_ends(found: Checked, chain: str, last: int, expected: int) -> None:
    """A chain cannot show by itself that its end was cut off; who else counts the rows can."""
    if last < expected:
        found.breaks.append(Break(chain, last + 1, "missing"))
    elif last > expected:
        found.breaks.append(Break(chain, expected + 1, "unexpected"))


def _gap(last: int, seq: int) -> range:
    """The first number that is missing between two rows, if any is."""
    return range(last + 1, min(seq, last + 2))


def _entry_link(before: str, tenant: str, row: Any) -> str:
    return chains.link(
        before, tenant, row.case_id, row.seq, chains.moment(row.at), row.kind, row.path, row.node, row.actor,
        row.data, row.command, row.meta,
    )  # fmt: skip


def _audit_link(before: str, tenant: str, row: Any) -> str:
    return chains.link(
        before, tenant, row.seq, row.id, chains.moment(row.at), row.actor, row.action, row.target, row.result,
        row.detail,
    )  # fmt: skip


async def _cases(session: TenantSession) -> AsyncIterator[dict[str, int]]:
    """A few cases at a time, with the number of their last entry as the case's row says; 0 without a row."""
    last = ""
    while True:
        ids: set[str] = set()
        for table in (JournalRow, CaseRow):
            query = select(table.case_id).where(table.case_id > last).distinct().order_by(table.case_id).limit(_CASES)
            ids.update(await session.scalars(query))
        few = sorted(ids)[:_CASES]
        if not few:
            return
        revisions = await session.execute(select(CaseRow.case_id, CaseRow.revision).where(CaseRow.case_id.in_(few)))
        yield dict.fromkeys(few, 0) | {row.case_id: row.revision for row in revisions}
        last = few[-1]
