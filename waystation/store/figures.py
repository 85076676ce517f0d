"""The figures of the business as it stands, over all tenants: what is open, late, failed, or waits to be delivered.

Each question is one statement over an index, answered from what is open, never from history; and it gives at most
`MOST` rows, so that an installation with very many processes does not drown whoever reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select

from waystation.store.session import EVERY_TENANT, Database, TenantSession
from waystation.store.tables.cases import CaseRow, CaseStatus, IncidentRow, TaskRow
from waystation.store.tables.effects import OutboxRow

#: Rows of one question.
MOST = 2_000

_OPEN = (CaseStatus.OPEN.value, CaseStatus.SUSPENDED.value)
#: Tenant, and process or kind -> how many.
Counts = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Figures:
    """By tenant and process; the outbox by tenant and kind. `oldest` is in seconds past its time, by tenant."""

    cases: Counts
    cases_overdue: Counts
    tasks: Counts
    tasks_overdue: Counts
    incidents: Counts
    waiting: Counts
    dead: Counts
    oldest: Mapping[str, float]


async def figures(database: Database, at: datetime) -> Figures:
    """All figures at a moment.

    Raises:
        Unavailable: the database does not answer.
    """
    async with database.read(EVERY_TENANT) as session:
        cases = await _two(session, _open_cases(at))
        tasks = await _two(session, _open_tasks(at))
        incidents = await _two(session, _open_incidents())
        outbox = list(await session.execute(_outbox(at)))
    kinds = {(row.tenant, row.kind, row.status): int(row.number) for row in outbox}
    late: dict[str, float] = {}
    for row in outbox:
        if row.status == "waiting" and row.first is not None:
            late[row.tenant] = max(late.get(row.tenant, 0.0), (at - row.first).total_seconds(), 0.0)
    return Figures(
        cases=cases[0],
        cases_overdue=cases[1],
        tasks=tasks[0],
        tasks_overdue=tasks[1],
        incidents=incidents[0],
        waiting={(tenant, kind): count for (tenant, kind, status), count in kinds.items() if status == "waiting"},
        dead={(tenant, kind): count for (tenant, kind, status), count in kinds.items() if status == "dead"},
        oldest=late,
    )


async def _two(session: TenantSession, query: Select[*tuple[Any, ...]]) -> tuple[Counts, Counts]:
    rows = list(await session.execute(query.limit(MOST)))
    return {(row[0], row[1]): int(row[2]) for row in rows}, {(row[0], row[1]): int(row[3] or 0) for row in rows}


def _open_cases(at: datetime) -> Select[*tuple[Any, ...]]:
    late = func.sum(case((CaseRow.due_order < at, 1), else_=0))
    query = select(CaseRow.tenant, CaseRow.process, func.count(), late).where(CaseRow.status.in_(_OPEN))
    found: Select[*tuple[Any, ...]] = query.group_by(CaseRow.tenant, CaseRow.process).order_by(
        CaseRow.tenant, CaseRow.process
    )
    return found


def _open_tasks(at: datetime) -> Select[*tuple[Any, ...]]:
    late = func.sum(case((TaskRow.due_order < at, 1), else_=0))
    query = select(TaskRow.tenant, TaskRow.process, func.count(), late).where(TaskRow.status == "open")
    found: Select[*tuple[Any, ...]] = query.group_by(TaskRow.tenant, TaskRow.process).order_by(
        TaskRow.tenant, TaskRow.process
    )
    return found


def _open_incidents() -> Select[*tuple[Any, ...]]:
    row = IncidentRow
    query = select(row.tenant, row.process, func.count(), func.count()).where(row.status == "open")
    found: Select[*tuple[Any, ...]] = query.group_by(row.tenant, row.process).order_by(row.tenant, row.process)
    return found


def _outbox(at: datetime) -> Select[*tuple[Any, ...]]:
    """What waits or is dead. `first` is the earliest time of what is due and has not been done."""
    row = OutboxRow
    first = func.min(case((row.due_at <= at, row.due_at), else_=None))
    query = select(row.tenant, row.kind, row.status, func.count().label("number"), first.label("first"))
    query = query.where(row.status.in_(("waiting", "dead"))).group_by(row.tenant, row.kind, row.status)
    found: Select[*tuple[Any, ...]] = query.order_by(row.tenant, row.kind, row.status).limit(MOST)
    return found
