"""Lists for a caller: which cases he sees, and what his question means to the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from designer_api import schemas
from designer_api.auth.access_rules import EVERY, Right
from designer_api.auth.policy import Action, Caller, can, reach_in
from designer_api.deps import Parts, now
from designer_api.list_queries import ME, Box, CaseListQuery, CaseQuery, Direction, TaskListQuery, TaskQuery
from designer_api.views import case_view, task_view
from waystation.contracts.people import Organisation
from waystation.contracts.plan import read_access
from waystation.store import case_lists, definitions, list_counts, notices, people, task_lists
from waystation.store.case_lists import CaseFilter
from waystation.store.filters import ALL_ROWS, RowSight, Sight
from waystation.store.session import TenantSession
from waystation.store.tables.cases import Seen
from waystation.store.task_lists import TaskFilter, TaskSort
from workflows.people import roles_of


async def sight_of(held: Parts, session: TenantSession, caller: Caller) -> Sight:
    """Which cases the caller sees in lists: the same that he may open one by one."""
    if can(caller, Action.ADMINISTER):
        return Sight(caller.person)
    hashes = await definitions.plan_hashes(session)
    for missing in (known for known in hashes if known not in held.accesses):
        plan = await definitions.plan_by_hash(session, missing)
        if plan is not None:
            held.accesses[missing] = read_access(plan)
    seen = frozenset(known for known in hashes if can(caller, Action.SEE, held.accesses.get(known)))
    return Sight(caller.person, None if len(seen) == len(hashes) else seen, _rows_of(caller))


def _rows_of(caller: Caller) -> RowSight:
    """The caller's row rights as a condition on lists."""
    if not caller.rules.rows:
        return ALL_ROWS
    named = {rule.process for rule in caller.rules.rows} - {EVERY}
    others = {process: reach_in(caller, process).value for process in named}
    return RowSight(reach_in(caller, EVERY).value, others, caller.unit)


async def case_page(held: Parts, caller: Caller, asked: CaseListQuery) -> schemas.CasePage:
    """A page of cases that the caller may see."""
    async with held.database.read(caller.tenant) as session:
        page = await case_lists.search(
            session,
            CaseFilter(
                **await _common(session, caller, asked),
                status=None if asked.status is None else [status.value for status in asked.status],
                with_incident=asked.with_incident,
            ),
            await sight_of(held, session, caller),
            sort=asked.sort,
            descending=_descending(asked.order),
            cursor=asked.cursor,
            limit=asked.limit,
        )
    return schemas.CasePage(items=[case_view(row) for row in page.items], next=page.next)


async def task_page(held: Parts, caller: Caller, asked: TaskListQuery) -> schemas.TaskPage:
    """A page of the caller's own tasks, or of all in the cases that he may see."""
    sort: TaskSort = "opened" if asked.sort == "created" else asked.sort
    pages: dict[str, Any] = {"sort": sort, "descending": _descending(asked.order)}
    pages |= {"cursor": asked.cursor, "limit": asked.limit}
    async with held.database.read(caller.tenant) as session:
        pooled = {Box.MINE: False, Box.POOL: True}.get(asked.box)
        wanted = TaskFilter(**await _common(session, caller, asked), pooled=pooled)
        if asked.box is Box.ALL:
            sight = await sight_of(held, session, caller)
            page = await task_lists.everywhere(session, wanted, sight, status=asked.status, **pages)
        else:
            status = Seen.DONE if asked.box is Box.DONE else Seen.OPEN
            page = await task_lists.inbox(session, caller.person, wanted, status=status, **pages)
    views = [task_view(item.task, item.case_title, item.draft) for item in page.items]
    return schemas.TaskPage(items=views, next=page.next)


async def counts(held: Parts, caller: Caller) -> schemas.InboxCounts:
    """The numbers beside the caller's inbox."""
    async with held.database.read(caller.tenant) as session:
        found = await list_counts.inbox_counts(session, caller.person, at=now())
        processes = await list_counts.inbox_processes(session, caller.person)
        told = await notices.unread(session, caller.person, most=list_counts.MOST)
    return schemas.InboxCounts(
        todo=found.todo, mine=found.mine, pool=found.pool, overdue=found.overdue, urgent=found.urgent, done=found.done,
        most=list_counts.MOST, processes=dict(processes), notices=told,
    )  # fmt: skip


async def node_counts(held: Parts, caller: Caller, process: str | None) -> schemas.NodeCounts:
    """How many open tasks stand at which node, in the cases that the caller may see."""
    async with held.database.read(caller.tenant) as session:
        found = await list_counts.node_counts(session, await sight_of(held, session, caller), process)
    return schemas.NodeCounts(
        items=[schemas.NodeCount(process=count.process, node=count.node, open=count.open) for count in found]
    )


async def _common(session: TenantSession, caller: Caller, asked: CaseQuery | TaskQuery) -> dict[str, Any]:
    """What both filters have in common."""
    found = {
        name: getattr(asked, name)
        for name in ("process", "version", "node", "key", "priority", "text", "since", "until")
    }
    needs_people = asked.unit or asked.role or asked.group
    organisation = await people.organisation(session) if needs_people else Organisation()
    rights = caller.rules.rights(caller.roles)
    return found | {
        "unseen": [name for name, right in rights.items() if right <= Right.MASK],
        "due_after": asked.due_after,
        "due_before": asked.due_before,
        "overdue_at": now() if asked.overdue else None,
        "initiator": _both(_named(caller, asked.initiator), _members(organisation, asked.unit)),
        "assignee": _named(caller, asked.assignee),
        "candidates": _both(_holders(organisation, asked.role), _members(organisation, asked.group)),
    }


def _named(caller: Caller, names: Sequence[str] | None) -> list[str] | None:
    return None if names is None else [caller.person if name == ME else name for name in names]


def _members(organisation: Organisation, group: str | None) -> list[str] | None:
    """Everybody in a group or one below it."""
    if group is None:
        return None
    return [person.id for person in organisation.people.values() if group in person.groups]


def _holders(organisation: Organisation, role: str | None) -> list[str] | None:
    if role is None:
        return None
    return [person.id for person in organisation.people.values() if role in roles_of(organisation, person)]


def _both(some: list[str] | None, others: list[str] | None) -> list[str] | None:
    """People in both lists; None is everybody."""
    if some is None or others is None:
        return others if some is None else some
    return [person for person in some if person in set(others)]


def _descending(order: Direction | None) -> bool | None:
    return None if order is None else order is Direction.DESC
