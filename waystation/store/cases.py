"""Cases: one case with all that is known of it, and where cases stand. Lists of cases: `case_lists.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from waystation.store.prepared import row
from waystation.store.session import TenantSession
from waystation.store.tables.cases import (
    CaseRow,
    CaseStatus,
    ClockRow,
    CommandRow,
    DataChangeRow,
    IncidentRow,
    ReaderRow,
    VisitRow,
)

_OPEN = (CaseStatus.OPEN, CaseStatus.SUSPENDED)


@dataclass(frozen=True, slots=True)
class NodeLoad:
    """How many cases stand at a node now, and since when the longest of them."""

    process: str
    node: str
    active: int
    since: datetime


async def case(session: TenantSession, case_id: str) -> CaseRow | None:
    return await row(session, CaseRow, case_id)


async def open_of_version(session: TenantSession, process: str, version: int) -> list[str]:
    """Ids of the open cases of a version: what a migration would move."""
    query = select(CaseRow.case_id).where(CaseRow.process == process, CaseRow.version == version)
    return list(await session.scalars(query.where(CaseRow.status.in_(_OPEN)).order_by(CaseRow.case_id)))


async def plans_in_use(session: TenantSession) -> list[str]:
    """Hashes of the plans of open cases: what a worker loads before it starts."""
    query = select(CaseRow.plan_hash).where(CaseRow.status.in_(_OPEN)).distinct()
    return list(await session.scalars(query.order_by(CaseRow.plan_hash)))


async def visits(session: TenantSession, case_id: str) -> list[VisitRow]:
    """Every activation of a node, in order of entry."""
    query = select(VisitRow).where(VisitRow.case_id == case_id)
    return list(await session.scalars(query.order_by(VisitRow.entered_at, VisitRow.path)))


async def clocks(session: TenantSession, case_id: str) -> list[ClockRow]:
    """The clocks of a case, those that act next first."""
    query = select(ClockRow).where(ClockRow.case_id == case_id)
    return list(await session.scalars(query.order_by(ClockRow.status, ClockRow.next_at, ClockRow.clock)))


async def changes(session: TenantSession, case_id: str, field: str | None = None) -> list[DataChangeRow]:
    """How a case's data (one field of it) changed, in order."""
    query = select(DataChangeRow).where(DataChangeRow.case_id == case_id)
    if field is not None:
        query = query.where(DataChangeRow.field == field)
    return list(await session.scalars(query.order_by(DataChangeRow.seq, DataChangeRow.field)))


async def incidents(session: TenantSession, case_id: str | None = None, *, only_open: bool = True) -> list[IncidentRow]:
    """Incidents of a case or of all cases, oldest first; at most a thousand."""
    query = select(IncidentRow).order_by(IncidentRow.opened_at, IncidentRow.case_id, IncidentRow.seq).limit(1000)
    if case_id is not None:
        query = query.where(IncidentRow.case_id == case_id)
    return list(await session.scalars(query.where(IncidentRow.status == "open") if only_open else query))


async def readers(session: TenantSession, case_id: str) -> list[ReaderRow]:
    """Who was sent a case to read, and when he did."""
    query = select(ReaderRow).where(ReaderRow.case_id == case_id)
    return list(await session.scalars(query.order_by(ReaderRow.sent_at, ReaderRow.person)))


async def to_read(session: TenantSession, person: str, *, limit: int = 200) -> list[ReaderRow]:
    """What a person was sent to read, newest first."""
    query = select(ReaderRow).where(ReaderRow.person == person)
    return list(await session.scalars(query.order_by(ReaderRow.sent_at.desc(), ReaderRow.case_id).limit(limit)))


async def command_answer(session: TenantSession, case_id: str, command: str) -> CommandRow | None:
    """The accepted command with this id and its answer, also after the case has ended."""
    return await row(session, CommandRow, case_id, command)


async def node_loads(session: TenantSession, process: str | None = None) -> list[NodeLoad]:
    """On which nodes cases stand now (of one process), the most crowded first."""
    entered = func.min(VisitRow.entered_at)
    query = (
        select(VisitRow.process, VisitRow.node, func.count(), entered)
        .where(VisitRow.status == "active")
        .group_by(VisitRow.process, VisitRow.node)
        .order_by(func.count().desc(), VisitRow.process, VisitRow.node)
    )
    found = await session.execute(query if process is None else query.where(VisitRow.process == process))
    return [NodeLoad(name, node, int(active), since) for name, node, active, since in found]
