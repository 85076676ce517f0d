"""Lists of cases: filters, orders and pages. What a filter may name is in `CaseFilter`, who sees what in `Sight`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, exists, func, select

from waystation.store import exact_json, search_terms
from waystation.store.cursors import Order, Page, page_through
from waystation.store.filters import Conditions, Names, Numbers, Sight, any_of, asked, within
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, CaseStatus, VisitRow

CaseSort = Literal["created", "due", "priority", "updated"]

_SORTS = {
    "created": (CaseRow.started_at, CaseRow.case_id),
    "due": (CaseRow.due_order, CaseRow.case_id),
    "priority": (CaseRow.priority, CaseRow.due_order, CaseRow.case_id),
    "updated": (CaseRow.changed_at, CaseRow.case_id),
}
_UNDER_WAY = (CaseStatus.OPEN, CaseStatus.SUSPENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """What to look for; None means any.

    Args:
        key: business keys, whole.
        node: nodes that a case stands at now.
        assignee: who has a task of it alone; candidates: who may answer one of its tasks.
        text: words, see `words.py`; unseen: fields that are not searched.
        since, until: started in [since, until).
        due_after, due_before: due in [due_after, due_before).
        overdue_at: under way and due before this moment.
        parent: called by this case.
    """

    process: Names = None
    version: Numbers = None
    status: Names = None
    initiator: Names = None
    key: Names = None
    node: Names = None
    assignee: Names = None
    candidates: Names = None
    priority: Numbers = None
    text: str | None = None
    unseen: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    due_after: datetime | None = None
    due_before: datetime | None = None
    overdue_at: datetime | None = None
    with_incident: bool = False
    parent: str | None = None


async def search(
    session: TenantSession,
    wanted: CaseFilter,
    sight: Sight | None = None,
    *,
    sort: CaseSort = "created",
    descending: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[CaseRow]:
    """One page of the cases that are wanted.

    Args:
        sight: whose cases; None: all of the tenant.
        descending: by default `created` and `updated` put the newest first, `due` and `priority` the most pressing.
    Raises:
        Refused: `bad_cursor`, `bad_filter`.
    """
    newest_first = sort in ("created", "updated") if descending is None else descending
    order = Order(f"cases:{sort}", _SORTS[sort], newest_first)
    conditions = await _conditions(session, wanted)
    queries = [
        select(CaseRow).where(*conditions, *branch, *status)
        for branch in (sight.branches() if sight is not None else [[]])
        for status in _statuses(wanted, sort)
    ]
    page = await page_through(session, queries, order, cursor, limit, lambda row: row[0].case_id)
    return Page([row[0] for row in page.items], page.next)


async def count(session: TenantSession, wanted: CaseFilter, sight: Sight | None = None, *, most: int = 10_000) -> int:
    """How many cases are wanted, counted up to `most`."""
    conditions = [*await _conditions(session, wanted), *any_of(CaseRow.status, wanted.status)]
    found = select(CaseRow.case_id).where(*conditions, *(sight.whole() if sight is not None else []))
    return int(await session.scalar(select(func.count()).select_from(found.limit(most).subquery())) or 0)


def _statuses(wanted: CaseFilter, sort: CaseSort) -> list[Conditions]:
    """One condition a status, since each is a stretch of its own in the indexes of orders."""
    if wanted.overdue_at is not None and wanted.status is None:
        return [[CaseRow.status == status] for status in _UNDER_WAY]
    if wanted.status is None:
        return [[]] if sort == "created" else [[CaseRow.status == status] for status in CaseStatus]
    named = {wanted.status} if isinstance(wanted.status, str) else set(wanted.status)
    return [[CaseRow.status == status] for status in CaseStatus if status in named] or [any_of(CaseRow.status, ())]


async def _conditions(session: TenantSession, wanted: CaseFilter) -> Conditions:
    """Everything but the status."""
    found = [
        *any_of(CaseRow.process, wanted.process),
        *any_of(CaseRow.version, wanted.version),
        *any_of(CaseRow.initiator, wanted.initiator),
        *any_of(CaseRow.key, digests(wanted.key)),
        *any_of(CaseRow.priority, wanted.priority),
        *any_of(CaseRow.parent_case, wanted.parent),
        *within(CaseRow.started_at, wanted.since, wanted.until),
        *within(CaseRow.due_order, wanted.due_after, wanted.due_before),
        *within(CaseRow.due_order, None, wanted.overdue_at),
        *asked(CaseRow.case_id, None, wanted.assignee, alone=True),
        *asked(CaseRow.case_id, None, wanted.candidates, alone=False),
    ]
    if wanted.overdue_at is not None:
        found.append(CaseRow.status.in_(_UNDER_WAY))
    if wanted.with_incident:
        found.append(CaseRow.incidents > 0)
    if wanted.node is not None:
        found.append(_stands_at(wanted.node))
    if wanted.text:
        found += await search_terms.conditions(session, wanted.text, CaseRow.case_id, unseen=wanted.unseen)
    return found


def digests(keys: Names) -> Names:
    """Business keys as they are stored."""
    if keys is None:
        return None
    return [exact_json.digest(key) for key in ([keys] if isinstance(keys, str) else keys)]


def _stands_at(nodes: Names) -> ColumnElement[bool]:
    query = select(VisitRow.path).where(VisitRow.case_id == CaseRow.case_id, VisitRow.status == "active")
    return exists(query.where(*any_of(VisitRow.node, nodes)).correlate_except(VisitRow))
