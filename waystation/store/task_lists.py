"""Lists of tasks: the inbox of a person, and every task in the cases that somebody sees; with filters and orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, select

from waystation.store.cursors import Order, Page, page_through
from waystation.store.filters import Sight, any_of
from waystation.store.list_filters import ListFilter, Walked, conditions
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


_SEATS = Walked(
    case=TaskPersonRow.case_id,
    process=TaskPersonRow.process,
    priority=TaskPersonRow.priority,
    began=TaskPersonRow.opened_at,
    due=TaskPersonRow.due_at,
)
_TASKS = Walked(
    case=TaskRow.case_id,
    process=TaskRow.process,
    priority=TaskRow.priority,
    began=TaskRow.opened_at,
    due=TaskRow.due_order,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter(ListFilter):
    """What to look for; None means any.

    Args:
        pooled: several may answer and nobody has taken it; in an inbox only.
    """

    pooled: bool | None = None


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
            *any_of(TaskRow.node, wanted.node),
            *await conditions(session, wanted, _SEATS, TaskPersonRow.path),
        )
    )
    if wanted.pooled is not None:
        query = query.where(TaskPersonRow.pooled.is_(wanted.pooled))
    page = await page_through(session, query, [[]], _order("inbox", sort, descending), cursor, limit)
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
    query: Select[Any] = (
        select(TaskRow, *_OF_CASE)
        .join(CaseRow, CaseRow.case_id == TaskRow.case_id)
        .where(
            TaskRow.status == status,
            *any_of(TaskRow.node, wanted.node),
            *await conditions(session, wanted, _TASKS, TaskRow.path),
        )
    )
    branches = sight.branches() if sight is not None else [[]]
    page = await page_through(session, query, branches, _order("tasks", sort, descending), cursor, limit)
    return Page([InboxItem(task, None, *case) for task, *case in page.items], page.next)


def _order(name: str, sort: TaskSort, descending: bool | None) -> Order:  # noqa: FBT001 - as the caller was given it
    columns = (_INBOX_SORTS if name == "inbox" else _TASK_SORTS)[sort]
    return Order(f"{name}:{sort}", columns, sort in _NEWEST_FIRST if descending is None else descending, names=2)
