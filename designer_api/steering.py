"""Starting and steering cases for a caller: rights, idempotency, and the answer as he may see it."""

from __future__ import annotations

import asyncio
from typing import Any

from designer_api import schemas
from designer_api.auth.policy import Action, Caller, can
from designer_api.deps import Parts, now
from designer_api.views import access_of, case_view, case_with_tasks, no_case, shown
from waystation.contracts.errors import Unavailable
from waystation.contracts.events import Command
from waystation.store import cases, idempotency
from waystation.store.ids import new_id
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow
from workflows import explaining

#: How long an answer waits for the journal of a new case to be written.
_PATIENCE = 5.0


async def start(held: Parts, caller: Caller, body: schemas.StartCase, idempotency_key: str | None) -> str:
    """Start a case; its id. Refused with `key_reused` when the Idempotency-Key came with another request."""
    case = await _case_for(held, caller, body, idempotency_key) if idempotency_key else None
    begun = await held.gateway.start(
        caller.tenant, body.process, body.data, actor=caller.person, key=body.key, version=body.version, case=case
    )
    await _written(held, caller.tenant, begun.case)
    return begun.case


async def _case_for(held: Parts, caller: Caller, body: schemas.StartCase, key: str) -> str:
    """The case id that belongs to an Idempotency-Key: chosen once, whoever asks first."""

    async def choose() -> dict[str, str]:
        return {"case": new_id()}

    async def work(session: TenantSession) -> str:
        answer = await idempotency.once(session, f"start:{caller.person}", key, body.model_dump(mode="json"), choose)
        return str(answer["case"])

    return await held.database.transact(caller.tenant, work)


async def _written(held: Parts, tenant: str, case: str) -> None:
    """Wait until the new case can be read: its first journal entries are written by the worker."""
    give_up = asyncio.get_running_loop().time() + _PATIENCE
    while asyncio.get_running_loop().time() < give_up:
        async with held.database.read(tenant) as session:
            if await cases.case(session, case) is not None:
                return
        await asyncio.sleep(0.02)
    raise Unavailable(
        "engine_unavailable",
        "the case is not under way yet; send the same request again",
        "流程尚未开始处理，请重发同一请求",
        {"case": case},
        retry_after=5.0,
    )


async def visible_cases(
    held: Parts, caller: Caller, wanted: cases.CaseFilter, cursor: str | None, limit: int
) -> schemas.CasePage:
    """A page of cases; what the caller may not see is left out."""
    async with held.database.read(caller.tenant) as session:
        page = await cases.search(session, wanted, cursor=cursor, limit=limit)
        rows = [row for row in page.items if await _may_see(held, session, caller, row)]
        return schemas.CasePage(items=[case_view(row) for row in rows], next=page.next)


async def _may_see(held: Parts, session: TenantSession, caller: Caller, row: CaseRow) -> bool:
    if row.initiator == caller.person:
        return True
    return can(caller, Action.SEE, await access_of(held, session, row.plan_hash))


async def command(
    held: Parts,
    caller: Caller,
    case: str,
    verb: str,
    task: str | None,
    args: dict[str, Any],
    command_id: str | None,
    revision: int | None = None,
) -> schemas.Answered:
    """Send a command and answer with the case as it is then."""
    async with held.database.read(caller.tenant) as session:
        row = await cases.case(session, case)
        if row is None:
            raise no_case()
        access = await access_of(held, session, row.plan_hash)
    facts: dict[str, Any] = {}
    if can(caller, Action.OPERATE) and access.operate:
        facts["roles"] = [*caller.roles, *(entry.removeprefix("role:") for entry in access.operate)]
    sent = Command(now(), command_id or new_id(), verb, caller.person, task, args, facts, revision)
    answer = await held.gateway.command(caller.tenant, case, sent)
    view, tasks = await case_with_tasks(held, caller, case)
    return schemas.Answered(
        revision=answer["revision"], status=answer["status"], result=shown(answer.get("result")), case=view, tasks=tasks
    )


async def explain(held: Parts, caller: Caller, view: schemas.Case) -> dict[str, Any]:
    """Where a case stands and why."""
    state = await held.gateway.state(caller.tenant, view.id)
    async with held.database.read(caller.tenant) as session:
        await access_of(held, session, state.plan)
    program = held.gateway.plans.known(state.plan)
    return explaining.explain(program, state) if program is not None else {}
