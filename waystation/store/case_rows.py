"""The projection rows of one case, held together while journal entries are applied to them.

The projector knows only this: it looks rows up and adds rows. Whether they come from the database and go back to it
(`journal.append`) or exist in memory alone (`rebuild`) is the caller's business.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, inspect, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from waystation.contracts.events import Entry, EntryKind
from waystation.store.prepared import prepared
from waystation.store.schema import Base
from waystation.store.session import TenantSession
from waystation.store.tables.cases import (
    CaseRow,
    ClockRow,
    CommandRow,
    DataChangeRow,
    IncidentRow,
    NoticeRow,
    ReaderRow,
    TaskPersonRow,
    TaskRow,
    VisitRow,
)
from waystation.store.tables.desk import CommentRow

Row = TypeVar("Row", bound=Base)

#: Every table that holds rows of one case, made from its journal alone.
PROJECTED: tuple[type[Base], ...] = (
    CaseRow,
    TaskRow,
    TaskPersonRow,
    VisitRow,
    ClockRow,
    IncidentRow,
    DataChangeRow,
    CommandRow,
    ReaderRow,
    NoticeRow,
    CommentRow,
)
#: Kinds after which nothing of the case may stay open, so all that is open is needed.
_SWEEPING = frozenset({EntryKind.CASE_ENDED})
_TASK_KINDS = frozenset(
    {
        EntryKind.TASK_OPENED,
        EntryKind.TASK_CHANGED,
        EntryKind.TASK_CLOSED,
        EntryKind.ANSWERED,
        EntryKind.VERB,
        EntryKind.BREACHED,
        EntryKind.CLOCK_SET,
        EntryKind.INCIDENT_OPENED,
    }
)
#: Node kinds that open tasks.
ASKING = frozenset({"task", "approval"})
_VISIT_KINDS = frozenset({EntryKind.NODE_ENTERED, EntryKind.NODE_LEFT, EntryKind.NODE_WITHDRAWN})
_CLOCK_KINDS = frozenset({EntryKind.CLOCK_SET, EntryKind.CLOCK_STOPPED})


#: Rows that stay open for a while.
Open = TypeVar("Open", TaskRow, TaskPersonRow, VisitRow, ClockRow, IncidentRow)

_CASES = prepared(
    select(CaseRow)
    .where(CaseRow.case_id.in_(bindparam("cases", expanding=True)))
    .order_by(CaseRow.case_id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


class CaseRows:
    """Rows by table and key. `new` are those to be stored; `counts` what happened, by (name, hour)."""

    def __init__(self, case_id: str) -> None:
        self.case_id = case_id
        self.new: list[Base] = []
        self.counts: Counter[tuple[str, datetime]] = Counter()
        self._rows: dict[type[Base], dict[tuple[Any, ...], Base]] = defaultdict(dict)
        self._at: dict[tuple[type[Base], str], dict[tuple[Any, ...], Base]] = defaultdict(dict)

    @property
    def case(self) -> CaseRow:
        """The case itself; it must have started."""
        found = self.find(CaseRow)
        if found is None:
            raise ValueError(f"the journal of case {self.case_id} does not begin with its start")
        return found

    def find(self, table: type[Row], *key: Any) -> Row | None:
        """The row with this key (without tenant and case)."""
        found = self._rows[table].get(key)
        return found if isinstance(found, table) else None

    def each(self, table: type[Row]) -> list[Row]:
        """All rows of a table that are known here."""
        return [row for row in self._rows[table].values() if isinstance(row, table)]

    def each_at(self, table: type[Row], path: str) -> list[Row]:
        """The rows of a table at one visit path."""
        return [row for row in self._at[table, path].values() if isinstance(row, table)]

    def keep(self, rows: Iterable[Base]) -> None:
        """Take rows that are stored already."""
        for row in rows:
            key = key_of(row)
            self._rows[type(row)][key] = row
            self._at[type(row), getattr(row, "path", "")][key] = row

    def add(self, row: Row) -> Row:
        """Take a new row."""
        self.keep([row])
        self.new.append(row)
        return row

    def count(self, name: str, at: datetime) -> None:
        self.counts[name, at.replace(minute=0, second=0, microsecond=0)] += 1


def key_of(row: Base) -> tuple[Any, ...]:
    """A row's primary key without tenant and case."""
    return tuple(getattr(row, name) for name in _key_names(type(row)))


@cache
def _key_names(table: type[Base]) -> list[str]:
    return [name for name in _primary_key(table) if name not in {"tenant", "case_id"}]


def _primary_key(table: type[Base]) -> list[str]:
    return [str(column.key) for column in inspect(table).primary_key]


class Held(dict[str, CaseRows]):
    """Rows of several cases, by case id."""

    def keep(self, rows: Iterable[Base]) -> None:
        """Take rows that are stored already, each to its case."""
        for row in rows:
            self[row.case_id].keep([row])  # type: ignore[attr-defined] # all of PROJECTED have it


#: What entries are about to change in the rows of one table: those of these keys.
Wanted = dict[str, set[str]]


async def load_for(session: TenantSession, entries: Mapping[str, Sequence[Entry]]) -> Held:
    """The stored rows that these entries of cases may change. Their rows are locked until the transaction ends, in
    the order of their ids, so that two transactions never wait for each other in a ring."""
    held = Held({case_id: CaseRows(case_id) for case_id in entries})
    held.keep(await session.scalars(_CASES, {"cases": sorted(entries)}))
    known = {case_id: new for case_id, new in entries.items() if held[case_id].find(CaseRow) is not None}
    ending = {case_id for case_id, new in known.items() if any(entry.kind in _SWEEPING for entry in new)}
    for everything in (False, True):
        some = {case_id: new for case_id, new in known.items() if (case_id in ending) is everything}
        if some:
            await _load_open(session, held, some, everything=everything)
    verbs = sorted(case_id for case_id, new in known.items() if any(entry.kind is EntryKind.VERB for entry in new))
    if verbs:
        held.keep(await session.scalars(select(ReaderRow).where(ReaderRow.case_id.in_(verbs))))
    return held


async def _load_open(
    session: TenantSession, held: Held, entries: Mapping[str, Sequence[Entry]], *, everything: bool
) -> None:
    """Load what is named in these entries; with `everything` also all that is open in their cases."""
    tasks: Wanted = {}
    visits: Wanted = {}
    clocks: Wanted = {}
    closing: Wanted = {}
    for case_id, new in entries.items():
        tasks[case_id] = _paths(new, _TASK_KINDS) | _left_by_people(new)
        visits[case_id] = _paths(new, _VISIT_KINDS)
        clocks[case_id] = {str(entry.data.get("clock")) for entry in new if entry.kind in _CLOCK_KINDS}
        clocks[case_id] |= {f"{path}|deadline" for path in _paths(new, {EntryKind.TASK_OPENED})}
        if held[case_id].case.incidents:
            closing[case_id] = _paths(new, {EntryKind.INCIDENT_CLOSED})
    await _load(session, held, TaskRow, TaskRow.path, tasks, everything=everything)
    asking = {case_id: keys for case_id, keys in tasks.items() if held[case_id].each(TaskRow)}
    await _load(session, held, TaskPersonRow, TaskPersonRow.path, asking, everything=everything)
    await _load(session, held, VisitRow, VisitRow.path, visits, everything=everything)
    await _load(session, held, ClockRow, ClockRow.clock, clocks, everything=everything)
    await _load(session, held, IncidentRow, IncidentRow.path, closing, everything=everything)


async def load_all(session: TenantSession, case_id: str) -> CaseRows:
    """Every stored projection row of a case."""
    rows = CaseRows(case_id)
    for table in PROJECTED:
        rows.keep(await session.scalars(select(table).where(_case_column(table) == case_id)))
    return rows


def _paths(entries: Sequence[Entry], kinds: Iterable[EntryKind]) -> set[str]:
    return {entry.path for entry in entries if entry.kind in kinds}


def _left_by_people(entries: Sequence[Entry]) -> set[str]:
    """Paths of nodes that ask people and have just been left: a task that is still open there closes."""
    leaving = {EntryKind.NODE_LEFT, EntryKind.NODE_WITHDRAWN}
    return {entry.path for entry in entries if entry.kind in leaving and entry.data.get("kind") in ASKING}


async def _load(
    session: TenantSession,
    held: Held,
    table: type[Open],
    column: InstrumentedAttribute[str],
    wanted: Wanted,
    *,
    everything: bool,
) -> None:
    """Load rows of these keys; a case may get those of another's keys too, which are as true."""
    cases = sorted(case_id for case_id, keys in wanted.items() if keys or everything)
    if not cases:
        return
    keys = sorted(set().union(*wanted.values()))
    held.keep(await session.scalars(_of(table, column, everything), {"cases": cases, "keys": keys}))


@cache
def _of(table: type[Open], column: InstrumentedAttribute[str], everything: bool) -> Select[Open]:  # noqa: FBT001 - what it is cached by
    named = column.in_(bindparam("keys", expanding=True))
    which = or_(named, table.status.in_(("open", "active", "running"))) if everything else named
    return prepared(select(table).where(table.case_id.in_(bindparam("cases", expanding=True)), which))


def _case_column(table: type[Base]) -> InstrumentedAttribute[str]:
    column: InstrumentedAttribute[str] = table.case_id  # type: ignore[attr-defined] # all of PROJECTED have it
    return column
