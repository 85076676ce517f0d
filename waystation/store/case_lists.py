"""Lists of cases: filters, orders and pages. What a filter may name is in `CaseFilter`, who sees what in `Sight`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, exists, func, select

from waystation.store.cursors import Order, Page, page_through
from waystation.store.filters import Conditions, Names, Sight, any_of
from waystation.store.list_filters import ListFilter, Walked, conditions
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


_WALKED = Walked(
    case=CaseRow.case_id,
    process=CaseRow.process,
    priority=CaseRow.priority,
    began=CaseRow.started_at,
    due=CaseRow.due_order,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter(ListFilter):
    """What to look for; None means any.

    Args:
        node: nodes that a case stands at now.
        assignee, candidates: of one of its tasks.
        overdue_at: under way and due before this moment.
        parent: called by this case.
    """

    status: Names = None
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
    branches = [
        [*branch, *status]
        for branch in (sight.branches() if sight is not None else [[]])
        for status in _statuses(wanted, sort)
    ]
    query = select(CaseRow).where(*await _conditions(session, wanted))
    page = await page_through(session, query, branches, order, cursor, limit)
    return Page([row[0] for row in page.items], page.next)


async def count(session: TenantSession, wanted: CaseFilter, sight: Sight | None = None, *, most: int = 10_000) -> int:
    """How many cases are wanted, counted up to `most`."""
    wants = [*await _conditions(session, wanted), *any_of(CaseRow.status, wanted.status)]
    found = select(CaseRow.case_id).where(*wants, *(sight.whole() if sight is not None else []))
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
    found = [*await conditions(session, wanted, _WALKED), *any_of(CaseRow.parent_case, wanted.parent)]
    if wanted.overdue_at is not None:
        found.append(CaseRow.status.in_(_UNDER_WAY))
    if wanted.with_incident:
        found.append(CaseRow.incidents > 0)
    if wanted.node is not None:
        found.append(_stands_at(wanted.node))
    return found


def _stands_at(nodes: Names) -> ColumnElement[bool]:
    query = select(VisitRow.path).where(VisitRow.case_id == CaseRow.case_id, VisitRow.status == "active")
    return exists(query.where(*any_of(VisitRow.node, nodes)).correlate_except(VisitRow))
