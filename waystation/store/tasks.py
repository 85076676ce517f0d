"""Tasks: one of them, those of a case, who has how many. Inboxes and other lists: `task_lists.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from waystation.store.prepared import prepared, row
from waystation.store.session import TenantSession
from waystation.store.tables.cases import ReaderRow, Seen, TaskPersonRow, TaskRow

_PLACE = (TaskPersonRow.case_id, TaskPersonRow.path)
_IN_ORDER = select(TaskRow).where(TaskRow.case_id == bindparam("case")).order_by(TaskRow.opened_at, TaskRow.path)
_OF_CASE, _OPEN_OF_CASE = prepared(_IN_ORDER), prepared(_IN_ORDER.where(TaskRow.status == "open"))
_ASKED = prepared(
    select(TaskPersonRow.path)
    .where(TaskPersonRow.case_id == bindparam("case"), TaskPersonRow.person == bindparam("person"))
    .limit(1)
)


async def task(session: TenantSession, case_id: str, path: str) -> TaskRow | None:
    return await session.get(TaskRow, (session.tenant, case_id, path))


async def of_case(session: TenantSession, case_id: str, *, only_open: bool = False) -> list[TaskRow]:
    """The tasks of a case in the order in which they opened."""
    return list(await session.scalars(_OPEN_OF_CASE if only_open else _OF_CASE, {"case": case_id}))


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
    if (await session.scalars(_ASKED, {"case": case_id, "person": person})).first() is not None:
        return True
    return await row(session, ReaderRow, case_id, person) is not None


async def open_at(session: TenantSession, person: str, cases: Sequence[str]) -> set[tuple[str, str]]:
    """(case id, path) of what a person may answer now in these cases."""
    query = select(*_PLACE).where(
        TaskPersonRow.person == person, TaskPersonRow.status == Seen.OPEN, TaskPersonRow.case_id.in_(list(cases))
    )
    return {(case_id, path) for case_id, path in await session.execute(query)}


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
        .where(TaskRow.status == "open", TaskRow.due_order < at)
        .order_by(TaskRow.due_order, TaskRow.case_id, TaskRow.path)
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
