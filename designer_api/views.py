"""From rows of the store to answers, and what a caller may see of them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from designer_api import schemas
from designer_api.auth import veil
from designer_api.auth.policy import Action, Caller, CaseRights, can
from designer_api.deps import Parts
from waystation.contracts.errors import Refused
from waystation.contracts.plan import Access
from waystation.store import cases, definitions, tasks
from waystation.store.exact_json import plain
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, TaskRow
from workflows.plans import Plans


def task_id(case: str, path: str) -> str:
    """A task's id in addresses: case and visit path, safe in a URL."""
    return base64.urlsafe_b64encode(f"{case}|{path}".encode()).decode().rstrip("=")


def task_place(given: str) -> tuple[str, str]:
    """Case and visit path of a task id.

    Raises:
        Refused: `not_found`.
    """
    try:
        text = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode()
    except (binascii.Error, ValueError):
        raise no_task() from None
    case, found, path = text.partition("|")
    if not found or not path:
        raise no_task()
    return case, path


def no_task() -> Refused:
    return Refused("not_found", "there is no such task", "没有该任务")


def no_case() -> Refused:
    return Refused("not_found", "there is no such case", "没有该流程实例")


def shown(value: Any) -> Any:
    """Data as JSON that any program reads: decimals are numbers where a double holds them exactly as written."""
    if isinstance(value, Decimal):
        number = float(value)
        return number if Decimal(repr(number)) == value else str(value)
    if isinstance(value, dict):
        return {key: shown(item) for key, item in veil.veiled(value).items()}
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    return value


def case_view(row: CaseRow) -> schemas.Case:
    return schemas.Case(
        id=row.case_id,
        process=row.process,
        version=row.version,
        key=row.key_text,
        title=row.title,
        status=row.status,
        outcome=row.outcome or None,
        initiator=row.initiator,
        data=shown(plain(row.data)),
        nodes=row.nodes,
        priority=row.priority,
        due_at=row.due_at,
        incidents=row.incidents,
        breaches=row.breaches,
        started_at=row.started_at,
        ended_at=row.ended_at,
        revision=row.revision,
    )


def task_view(row: TaskRow, case_title: Any = None, draft: Any = None) -> schemas.Task:
    return schemas.Task(
        id=task_id(row.case_id, row.path),
        case=row.case_id,
        path=row.path,
        node=row.node,
        process=row.process,
        kind=row.kind,
        title=row.title,
        form=row.form,
        fields=shown(row.fields),
        outcomes=row.outcomes,
        allow=row.allow,
        candidates=list(row.candidates),
        claimer=row.claimer or None,
        priority=row.priority,
        due_at=row.due_at,
        breached=row.breached,
        status=row.status,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        outcome=row.outcome or None,
        answered_by=row.answered_by or None,
        revision=row.revision,
        case_title=case_title,
        draft=shown(draft),
    )


async def access_of(held: Parts, session: TenantSession, plan_hash: str) -> Access:
    """Who may start, see and operate the process of a plan."""
    return await access_by(held.gateway.plans, session, plan_hash)


async def access_by(plans: Plans, session: TenantSession, plan_hash: str) -> Access:
    """Who may start, see and operate the process of a plan, where there is no application."""
    known = plans.known(plan_hash)
    if known is None:
        plan = await definitions.plan_by_hash(session, plan_hash)
        if plan is None:
            return Access()
        known = plans.put(plan_hash, plan)
    return known.plan.access


async def visible_case(held: Parts, session: TenantSession, caller: Caller, case_id: str) -> CaseRow:
    """A case that the caller may see.

    Raises:
        Refused: `not_found`, of another tenant too; `not_allowed`.
    """
    row = await cases.case(session, case_id)
    if row is None:
        raise no_case()
    if not await may_see(held, session, caller, row):
        raise Refused("not_allowed", "you may not see this case", "您无权查看此流程")
    return row


async def may_see(held: Parts, session: TenantSession, caller: Caller, row: CaseRow) -> bool:
    """Initiator, whoever has or had a task of it or was sent it to read, and whom the process lets see its cases."""
    return await sees(held.gateway.plans, session, caller, row)


async def sees(plans: Plans, session: TenantSession, caller: Caller, row: CaseRow) -> bool:
    """The same, where there is no application."""
    involved = row.initiator == caller.person or await tasks.sees(session, caller.person, row.case_id)
    access = Access() if involved else await access_by(plans, session, row.plan_hash)
    return can(caller, Action.SEE, CaseRights(row.process, access, row.initiator, involved))


async def visible_task(held: Parts, session: TenantSession, caller: Caller, task: str) -> tuple[CaseRow, TaskRow]:
    """A task by its id in addresses, and its case, if the caller may see that.

    Raises:
        Refused: `not_found`, `not_allowed`.
    """
    case_id, path = task_place(task)
    row = await visible_case(held, session, caller, case_id)
    found = await tasks.task(session, case_id, path)
    if found is None:
        raise no_task()
    return row, found


#: A further look at what a session sees.
Look = Callable[[TenantSession], Awaitable[None]]


async def case_with_tasks(
    held: Parts, caller: Caller, case_id: str, beside: Look | None = None
) -> tuple[schemas.Case, list[schemas.Task]]:
    """A case as it is now, with its open tasks.

    Args:
        beside: looks for something else in the same session.
    """
    async with held.database.read(caller.tenant) as session:
        if beside is not None:
            await beside(session)
        row = await cases.case(session, case_id)
        if row is None:
            raise no_case()
        found = await tasks.of_case(session, case_id, only_open=True)
        return case_view(row), [task_view(task, row.title) for task in found]
