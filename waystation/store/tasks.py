"""Tasks as people see them: inboxes with filters, orders and pages, counts, and the tasks of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import case, func, select

from waystation.store.cursors import Page, Sort, cut, page_of
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, ReaderRow, Seen, TaskPersonRow, TaskRow

SortBy = Literal["due", "priority", "opened"]

_PLACE = (TaskPersonRow.case_id, TaskPersonRow.path)
_SORTS: dict[SortBy, Sort] = {
    "due": (TaskPersonRow.due_at, *_PLACE),
    "priority": (TaskPersonRow.priority, TaskPersonRow.due_at, *_PLACE),
    "opened": (TaskPersonRow.opened_at, *_PLACE),
}


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A task in somebody's inbox. `seen` says why it is there; `draft` is what this person has saved of the form."""

    task: TaskRow
    seen: Seen
    case_title: Any
    case_key: Any
    case_status: str
    initiator: str
    answered_at: datetime | None
    draft: Any


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How much waits for somebody: open tasks, those of them overdue, and those of priority 1."""

    open: int
    overdue: int
    urgent: int


async def inbox(
    session: TenantSession,
    person: str,
    *,
    status: Seen = Seen.OPEN,
    process: str | None = None,
    sort: SortBy = "due",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[InboxItem]:
    """One page of a person's tasks.

    Args:
        sort: `due` and `priority` put what is most pressing first, `opened` the newest.
    Raises:
        Refused: `bad_cursor`.
    """
    query = (
        select(TaskPersonRow, TaskRow, CaseRow.title, CaseRow.key_text, CaseRow.status, CaseRow.initiator)
        .join(TaskRow, (TaskRow.case_id == TaskPersonRow.case_id) & (TaskRow.path == TaskPersonRow.path))
        .join(CaseRow, CaseRow.case_id == TaskPersonRow.case_id)
        .where(TaskPersonRow.person == person, TaskPersonRow.status == status)
    )
    if process is not None:
        query = query.where(TaskPersonRow.process == process)
    columns = _SORTS[sort]
    found = await session.execute(page_of(query, columns, cursor, limit, newest_first=sort == "opened"))
    rows = found.all()
    items = [
        InboxItem(task, Seen(seat.status), title, key, case_status, initiator, seat.answered_at, seat.draft)
        for seat, task, title, key, case_status, initiator in rows
    ]
    return cut(items, [[getattr(row[0], column.key) for column in columns] for row in rows], limit)


async def inbox_counts(session: TenantSession, person: str, *, at: datetime) -> InboxCounts:
    """The numbers beside a person's inbox."""
    overdue = func.sum(case((TaskPersonRow.due_at < at, 1), else_=0))
    urgent = func.sum(case((TaskPersonRow.priority == 1, 1), else_=0))
    query = select(func.count(), overdue, urgent).select_from(TaskPersonRow)
    row = (await session.execute(query.where(TaskPersonRow.person == person, TaskPersonRow.status == Seen.OPEN))).one()
    return InboxCounts(int(row[0]), int(row[1] or 0), int(row[2] or 0))


async def task(session: TenantSession, case_id: str, path: str) -> TaskRow | None:
    return await session.get(TaskRow, (session.tenant, case_id, path))


async def of_case(session: TenantSession, case_id: str, *, only_open: bool = False) -> list[TaskRow]:
    """The tasks of a case in the order in which they opened."""
    query = select(TaskRow).where(TaskRow.case_id == case_id).order_by(TaskRow.opened_at, TaskRow.path)
    return list(await session.scalars(query.where(TaskRow.status == "open") if only_open else query))


async def open_for(session: TenantSession, person: str, *, limit: int = 1000) -> list[tuple[str, str]]:
    """(case id, path) of everything a person may answer now: what a handover moves."""
    query = (
        select(TaskPersonRow.case_id, TaskPersonRow.path)
        .where(TaskPersonRow.person == person, TaskPersonRow.status == Seen.OPEN)
        .order_by(TaskPersonRow.opened_at, *_PLACE)
        .limit(limit)
    )
    return [(case_id, path) for case_id, path in await session.execute(query)]


async def sees(session: TenantSession, person: str, case_id: str) -> bool:
    """Whether a person has or had a task of this case, or was sent it to read."""
    query = select(TaskPersonRow.path).where(TaskPersonRow.case_id == case_id, TaskPersonRow.person == person)
    if (await session.scalars(query.limit(1))).first() is not None:
        return True
    return await session.get(ReaderRow, (session.tenant, case_id, person)) is not None


async def may_draft(session: TenantSession, case_id: str, path: str, people: Sequence[str]) -> bool:
    """Is one of these people asked at this task now?"""
    query = select(TaskPersonRow.person).where(
        TaskPersonRow.case_id == case_id,
        TaskPersonRow.path == path,
        TaskPersonRow.person.in_(list(people)),
        TaskPersonRow.status == Seen.OPEN,
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def overdue(session: TenantSession, *, at: datetime, limit: int = 200) -> list[TaskRow]:
    """Open tasks past their due time, longest overdue first."""
    query = (
        select(TaskRow)
        .where(TaskRow.status == "open", TaskRow.due_at < at)
        .order_by(TaskRow.due_at, TaskRow.case_id, TaskRow.path)
        .limit(limit)
    )
    return list(await session.scalars(query))


async def loads(session: TenantSession, people: Sequence[str]) -> dict[str, int]:
    """How many open tasks each of these people has: what `least_loaded` compares."""
    query = (
        select(TaskPersonRow.person, func.count())
        .where(TaskPersonRow.person.in_(sorted(set(people))), TaskPersonRow.status == Seen.OPEN)
        .group_by(TaskPersonRow.person)
    )
    found = {person: int(count) for person, count in await session.execute(query)}
    return {person: found.get(person, 0) for person in people}
