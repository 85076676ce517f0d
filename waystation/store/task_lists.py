"""Lists of tasks: the inbox of a person, and every task in the cases that somebody sees; with filters and orders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, select

from waystation.store import search_terms
from waystation.store.case_lists import digests
from waystation.store.cursors import Order, Page, page_through
from waystation.store.filters import Conditions, Names, Numbers, Sight, any_of, asked, within
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, Seen, TaskPersonRow, TaskRow

TaskSort = Literal["due", "priority", "opened", "updated"]

_SEAT = (TaskPersonRow.case_id, TaskPersonRow.path)
_INBOX_SORTS = {
    "due": (TaskPersonRow.due_at, *_SEAT),
    "priority": (TaskPersonRow.priority, TaskPersonRow.due_at, *_SEAT),
    "opened": (TaskPersonRow.opened_at, *_SEAT),
    "updated": (TaskPersonRow.changed_at, *_SEAT),
}
_TASK = (TaskRow.case_id, TaskRow.path)
_TASK_SORTS = {
    "due": (TaskRow.due_order, *_TASK),
    "priority": (TaskRow.priority, TaskRow.due_order, *_TASK),
    "opened": (TaskRow.opened_at, *_TASK),
    "updated": (TaskRow.changed_at, *_TASK),
}
_NEWEST_FIRST = ("opened", "updated")
_OF_CASE = (CaseRow.title, CaseRow.key_text, CaseRow.status, CaseRow.initiator)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """What to look for; None means any.

    Args:
        version, initiator, key: of the case; keys are whole business keys.
        assignee: who took it or alone is asked; candidates: who may answer it.
        pooled: several may answer and nobody has taken it; in an inbox only.
        text: words, see `words.py`; unseen: fields that are not searched.
        since, until: opened in [since, until).
        due_after, due_before: due in [due_after, due_before).
        overdue_at: due before this moment.
    """

    process: Names = None
    version: Numbers = None
    node: Names = None
    initiator: Names = None
    key: Names = None
    assignee: Names = None
    candidates: Names = None
    priority: Numbers = None
    pooled: bool | None = None
    text: str | None = None
    unseen: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    due_after: datetime | None = None
    due_before: datetime | None = None
    overdue_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A task with what its case is called. In an inbox, `seen` says why it is there, and `draft` is what this person
    has saved of the form."""

    task: TaskRow
    seen: Seen | None
    case_title: Any
    case_key: Any
    case_status: str
    initiator: str
    answered_at: datetime | None = None
    draft: Any = None


async def inbox(
    session: TenantSession,
    person: str,
    wanted: TaskFilter | None = None,
    *,
    status: Seen = Seen.OPEN,
    sort: TaskSort = "due",
    descending: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[InboxItem]:
    """One page of a person's tasks.

    Args:
        sort: `updated` is when it last changed for this person.
        descending: by default `due` and `priority` put what is most pressing first, `opened` and `updated` the newest.
    Raises:
        Refused: `bad_cursor`, `bad_filter`.
    """
    wanted = wanted or TaskFilter()
    query = (
        select(TaskPersonRow, TaskRow, *_OF_CASE)
        .join(TaskRow, (TaskRow.case_id == TaskPersonRow.case_id) & (TaskRow.path == TaskPersonRow.path))
        .join(CaseRow, CaseRow.case_id == TaskPersonRow.case_id)
        .where(
            TaskPersonRow.person == person,
            TaskPersonRow.status == status,
            *within(TaskPersonRow.due_at, wanted.due_after, wanted.due_before),
            *within(TaskPersonRow.due_at, None, wanted.overdue_at),
            *await _conditions(session, wanted, TaskPersonRow),
        )
    )
    if wanted.pooled is not None:
        query = query.where(TaskPersonRow.pooled.is_(wanted.pooled))
    page = await page_through(session, [query], _order("inbox", sort, descending), cursor, limit, _place)
    items = [
        InboxItem(task, Seen(seat.status), title, key, case_status, initiator, seat.answered_at, seat.draft)
        for seat, task, title, key, case_status, initiator in page.items
    ]
    return Page(items, page.next)


async def everywhere(
    session: TenantSession,
    wanted: TaskFilter | None = None,
    sight: Sight | None = None,
    *,
    status: Literal["open", "closed"] = "open",
    sort: TaskSort = "due",
    descending: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[InboxItem]:
    """One page of the tasks in the cases that somebody sees, whoever may answer them; otherwise like `inbox`.

    Args:
        sight: whose cases; None: all of the tenant.
    """
    wanted = wanted or TaskFilter()
    base: Select[Any] = (
        select(TaskRow, *_OF_CASE)
        .join(CaseRow, CaseRow.case_id == TaskRow.case_id)
        .where(
            TaskRow.status == status,
            *within(TaskRow.due_order, wanted.due_after, wanted.due_before),
            *within(TaskRow.due_order, None, wanted.overdue_at),
            *await _conditions(session, wanted, TaskRow),
        )
    )
    queries = [base.where(*branch) for branch in (sight.branches() if sight is not None else [[]])]
    page = await page_through(session, queries, _order("tasks", sort, descending), cursor, limit, _place)
    return Page([InboxItem(task, None, *case) for task, *case in page.items], page.next)


def _order(name: str, sort: TaskSort, descending: bool | None) -> Order:  # noqa: FBT001 - as the caller was given it
    columns = (_INBOX_SORTS if name == "inbox" else _TASK_SORTS)[sort]
    return Order(f"{name}:{sort}", columns, sort in _NEWEST_FIRST if descending is None else descending, apart=1)


def _place(row: Any) -> tuple[str, str]:
    return row[0].case_id, row[0].path


async def _conditions(session: TenantSession, wanted: TaskFilter, table: type[TaskPersonRow | TaskRow]) -> Conditions:
    """What both lists filter by; `table` is the one that the list walks through."""
    found = [
        *any_of(table.process, wanted.process),
        *any_of(table.priority, wanted.priority),
        *within(table.opened_at, wanted.since, wanted.until),
        *any_of(TaskRow.node, wanted.node),
        *any_of(CaseRow.version, wanted.version),
        *any_of(CaseRow.initiator, wanted.initiator),
        *any_of(CaseRow.key, digests(wanted.key)),
        *asked(TaskRow.case_id, TaskRow.path, wanted.assignee, alone=True),
        *asked(TaskRow.case_id, TaskRow.path, wanted.candidates, alone=False),
    ]
    if wanted.text:
        found += await search_terms.conditions(session, wanted.text, table.case_id, table.path, unseen=wanted.unseen)
    return found
