"""The numbers beside lists. Each counts up to a bound, so that it costs the same however long the list is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select

from waystation.store.filters import Sight
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, Seen, TaskPersonRow, TaskRow

#: What a number is at most: "9,999 and more" to a reader.
MOST = 10_000
#: Processes and nodes that are told apart at most.
_MOST_GROUPS = 1_000


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How much a person has, each up to `MOST`: what he may answer, of that what is his alone and what is in a pool,
    what is overdue and of priority 1; and what he has answered."""

    todo: int
    mine: int
    pool: int
    overdue: int
    urgent: int
    done: int


@dataclass(frozen=True, slots=True)
class NodeCount:
    """Open tasks of one node."""

    process: str
    node: str
    open: int


async def inbox_counts(session: TenantSession, person: str, *, at: datetime) -> InboxCounts:
    """The numbers beside a person's inbox."""
    seats = select(TaskPersonRow.case_id).where(TaskPersonRow.person == person)
    todo = seats.where(TaskPersonRow.status == Seen.OPEN)
    mine = todo.where(TaskPersonRow.pooled.is_(False))
    queries = (
        mine,
        todo.where(TaskPersonRow.pooled.is_(True)),
        todo.where(TaskPersonRow.due_at < at),
        todo.where(TaskPersonRow.priority == 1),
        seats.where(TaskPersonRow.status == Seen.DONE),
    )
    found = (await session.execute(select(*(_bounded(query) for query in queries)))).one()
    mine_, pool, *others = (int(number) for number in found)
    return InboxCounts(min(mine_ + pool, MOST), mine_, pool, *others)


async def inbox_processes(session: TenantSession, person: str) -> list[tuple[str, int]]:
    """How many of a person's open tasks are of which process, by process."""
    query = (
        select(TaskPersonRow.process, func.count())
        .where(TaskPersonRow.person == person, TaskPersonRow.status == Seen.OPEN)
        .group_by(TaskPersonRow.process)
        .order_by(TaskPersonRow.process)
    )
    return [(process, int(count)) for process, count in await session.execute(query.limit(_MOST_GROUPS))]


async def node_counts(
    session: TenantSession, sight: Sight | None = None, process: str | None = None
) -> list[NodeCount]:
    """How many open tasks there are at which node, in the cases that somebody sees; the most crowded first."""
    query = select(TaskRow.process, TaskRow.node, func.count()).where(TaskRow.status == "open")
    whole = sight.whole() if sight is not None else []
    if whole:
        query = query.join(CaseRow, CaseRow.case_id == TaskRow.case_id).where(*whole)
    if process is not None:
        query = query.where(TaskRow.process == process)
    query = query.group_by(TaskRow.process, TaskRow.node).order_by(func.count().desc(), TaskRow.process, TaskRow.node)
    return [NodeCount(name, node, int(open_)) for name, node, open_ in await session.execute(query.limit(_MOST_GROUPS))]


def _bounded(query: Select[Any]) -> ScalarSelect[int]:
    return select(func.count()).select_from(query.limit(MOST).subquery()).scalar_subquery()
