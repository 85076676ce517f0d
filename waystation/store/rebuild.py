"""Rebuild: make the projections again from the journal, and say where the stored ones differ. None is expected.

Each case is projected in memory from its own entries and compared row by row, so memory holds one case at a time.
Checking reads one consistent snapshot, so it may run beside live traffic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import inspect, select

from waystation.store import counters, exact_json, journal, search_terms
from waystation.store.case_rows import PROJECTED, CaseRows, key_of, load_all
from waystation.store.counters import CounterKey
from waystation.store.known_effects import unknown_effects
from waystation.store.projector import project
from waystation.store.schema import Base
from waystation.store.session import Database, TenantSession
from waystation.store.tables.cases import CaseRow, CounterRow, NoticeRow
from waystation.store.tables.journal import JournalRow

#: Columns that people change and no journal entry does.
_NOT_PROJECTED = {(NoticeRow, "read_at")}
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """Something stored that the journal does not say. A missing or superfluous row has no column."""

    table: str
    case_id: str
    key: tuple[Any, ...]
    column: str
    stored: Any
    expected: Any


@dataclass(slots=True)
class Report:
    """What a rebuild looked at and found.

    Args:
        unknown: case and key of each effect that the journal of the case does not know; nothing puts these right.
    """

    cases: int = 0
    entries: int = 0
    differences: list[Difference] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)


async def rebuild(database: Database, tenant: str, *, check: bool) -> Report:
    """Compare all projections of a tenant with its journal.

    Args:
        check: only report. Otherwise what differs is put right as well, case by case.
    """
    report = Report()
    counted: Counter[CounterKey] = Counter()
    async with database.snapshot(tenant) as session:
        async for case_id in _case_ids(session):
            await _look_at(session, case_id, report, counted)
        wrong_counts = await _compare_counters(session, counted, report)
    if not check:
        for case_id in sorted({found.case_id for found in report.differences if found.case_id}):
            await database.transact(tenant, partial(put_right, case_id=case_id))
        async with database.write(tenant) as session:
            await counters.add(session, wrong_counts)
    return report


async def _case_ids(session: TenantSession) -> AsyncIterator[str]:
    """Ids of all cases that have entries or rows, in order."""
    last = ""
    while True:
        found: set[str] = set()
        for table in (JournalRow, CaseRow):
            query = select(table.case_id).where(table.case_id > last).distinct().order_by(table.case_id)
            found.update(await session.scalars(query.limit(_BATCH)))
        if not found:
            return
        for case_id in sorted(found)[:_BATCH]:
            yield case_id
            last = case_id


async def _look_at(session: TenantSession, case_id: str, report: Report, counted: Counter[CounterKey]) -> None:
    expected, entries = await project_again(session, case_id)
    stored = await load_all(session, case_id)
    report.cases += 1
    report.entries += entries
    report.differences.extend(_differences(stored, expected))
    report.differences.extend(_term_differences(case_id, await search_terms.stored(session, case_id), expected))
    report.unknown.extend((case_id, key) for key in await unknown_effects(session, case_id))
    found = expected.find(CaseRow)
    if found is not None:
        counted.update(counters.keys_for(case_id, found.process, expected.counts))
    session.expunge_all()


async def project_again(session: TenantSession, case_id: str) -> tuple[CaseRows, int]:
    """What the journal of a case says, as rows of no session; and the number of its last entry."""
    rows, last = CaseRows(case_id), 0
    while True:
        query = select(JournalRow).where(JournalRow.case_id == case_id, JournalRow.seq > last)
        batch = (await session.scalars(query.order_by(JournalRow.seq).limit(_BATCH))).all()
        for row in batch:
            project(rows, journal.entry_of(row), journal.meta_of(row))
            session.expunge(row)
        if len(batch) < _BATCH:
            return rows, batch[-1].seq if batch else last
        last = batch[-1].seq


def _differences(stored: CaseRows, expected: CaseRows) -> Iterator[Difference]:
    for table in PROJECTED:
        theirs = {key_of(row): row for row in stored.each(table)}
        mine = {key_of(row): row for row in expected.each(table)}
        name, case_id = table.__tablename__, stored.case_id
        for key in sorted({*theirs, *mine}, key=repr):
            if key not in mine:
                yield Difference(name, case_id, key, "", "a row", "no row")
            elif key not in theirs:
                yield Difference(name, case_id, key, "", "no row", "a row")
            else:
                for column, old, new in _columns(theirs[key], mine[key]):
                    yield Difference(name, case_id, key, column, old, new)


def _term_differences(case_id: str, kept: search_terms.Kept, expected: CaseRows) -> Iterator[Difference]:
    wanted = search_terms.expected(expected)
    for key in sorted(kept ^ wanted):
        said = ("a row", "no row") if key in kept else ("no row", "a row")
        yield Difference("search_terms", case_id, key, "", *said)


def _columns(stored: Base, expected: Base) -> Iterator[tuple[str, Any, Any]]:
    for attribute in inspect(type(stored)).column_attrs:
        name = attribute.key
        if name == "tenant" or (type(stored), name) in _NOT_PROJECTED:
            continue
        old, new = getattr(stored, name), getattr(expected, name)
        if exact_json.canonical(old) != exact_json.canonical(new):
            yield name, old, new


async def _compare_counters(
    session: TenantSession, counted: Counter[CounterKey], report: Report
) -> dict[CounterKey, int]:
    """What has to be added to each counter."""
    stored: dict[CounterKey, int] = {
        (row.process, row.name, row.hour, row.shard): row.count for row in await session.scalars(select(CounterRow))
    }
    wrong: dict[CounterKey, int] = {}
    for key in sorted({*stored, *counted}):
        if stored.get(key, 0) != counted[key]:
            wrong[key] = counted[key] - stored.get(key, 0)
            report.differences.append(Difference("counters", "", key, "count", stored.get(key, 0), counted[key]))
    return wrong


async def put_right(session: TenantSession, case_id: str) -> CaseRows:
    """Make the stored projections of a case what its journal says; returns what that is."""
    # Appending locks the same row, so nothing is added while this case is put right.
    await session.execute(select(CaseRow.case_id).where(CaseRow.case_id == case_id).with_for_update())
    expected, _ = await project_again(session, case_id)
    stored = await load_all(session, case_id)
    for table in PROJECTED:
        await _replace(session, table, stored, expected)
    await search_terms.put_right(session, expected)
    return expected


async def _replace(session: TenantSession, table: type[Base], stored: CaseRows, expected: CaseRows) -> None:
    mine = {key_of(row): row for row in expected.each(table)}
    theirs = {key_of(row): row for row in stored.each(table)}
    for key, row in theirs.items():
        if key not in mine:
            await session.delete(row)
            continue
        for column, _, value in _columns(row, mine[key]):
            setattr(row, column, value)
    session.add_all(row for key, row in mine.items() if key not in theirs)
    await session.flush()
