"""Starting and steering cases for a caller: rights, idempotency, and the answer as he may see it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from designer_api import schemas
from designer_api.auth import veil
from designer_api.auth.policy import Caller, reaches
from designer_api.deps import Parts, now
from designer_api.views import Look, case_with_tasks, may_see, shown
from waystation.contracts.errors import Refused, Unavailable
from waystation.contracts.events import Command
from waystation.gateway.arrivals import Seen
from waystation.gateway.line import FIRST_PATIENCE
from waystation.store import audit, cases, form_drafts, idempotency
from waystation.store.form_drafts import start_form
from waystation.store.ids import new_id
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow

#: How long an answer waits for the journal of a new case to be written.
_PATIENCE = 20.0


async def start(
    held: Parts, caller: Caller, body: schemas.StartCase, idempotency_key: str | None, *, wait: bool = True
) -> str:
    """Start a case; its id. Refused with `key_reused` when the Idempotency-Key came with another request.

    Args:
        wait: until it can be read and the first people are asked; else only until it is certain to go on.
    """
    veil.check_writable(body.data)
    case = await _case_for(held, caller, body, idempotency_key) if idempotency_key else None
    begun = await held.gateway.start(
        caller.tenant,
        body.process,
        body.data,
        actor=caller.person,
        key=body.key,
        version=body.version,
        case=case,
        wait=wait,
    )
    if wait:
        await _written(held, caller.tenant, begun.case)
    if body.draft is not None:
        await _draft_served(held, caller, body.process, body.draft)
    return begun.case


async def _draft_served(held: Parts, caller: Caller, process: str, revision: int) -> None:
    """The start form has been submitted. A draft that was saved after this one, in another window, stays."""

    async def work(session: TenantSession) -> None:
        with suppress(Refused):
            _ = await form_drafts.drop(session, caller.person, start_form(process), seen=revision)

    await held.database.transact(caller.tenant, work)


async def _case_for(held: Parts, caller: Caller, body: schemas.StartCase, key: str) -> str:
    """The case id that belongs to an Idempotency-Key: chosen once, whoever asks first."""
    request, mine = body.model_dump(mode="json"), {"case": new_id()}

    async def work(session: TenantSession) -> str:
        answer = await idempotency.chosen(session, f"start:{caller.person}", key, request, mine)
        return str(answer["case"])

    return await held.database.transact(caller.tenant, work)


async def _written(held: Parts, tenant: str, case: str) -> None:
    """Wait until the new case can be read: its first journal entries are written by the worker."""
    async with held.database.read(tenant) as session:
        if await cases.case(session, case) is not None:
            return
    if await held.gateway.arrivals.wait(tenant, case, _PATIENCE) is not Seen.NOTHING:
        return
    raise Unavailable(
        "engine_unavailable",
        "the case is not under way yet; send the same request again",
        "流程尚未开始处理，请重发同一请求",
        {"case": case},
        retry_after=5.0,
    )


async def arrives(held: Parts, caller: Caller, case: str) -> bool:
    """Wait a moment for a case that is not in the store: it may have been accepted just now. False where none comes."""
    if not await held.gateway.may_come(caller.tenant, case):
        return False
    return await held.gateway.arrivals.wait(caller.tenant, case, FIRST_PATIENCE.total_seconds()) is not Seen.NOTHING


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
    given = Command(now(), command_id or new_id(), verb, caller.person, task, args, revision=revision)
    answer = await carry_out(held, caller, case, given)
    return await answered(held, caller, case, answer)


async def carry_out(held: Parts, caller: Caller, case: str, given: Command) -> dict[str, Any]:
    """Send a command; the case's answer, `{revision, status, result?}`.

    A refusal leaves nothing in the case, so it is noted in the audit log with its code.
    """
    veil.check_writable(given.args)
    admitted = False

    async def admit(session: TenantSession, row: CaseRow) -> dict[str, Any]:
        nonlocal admitted
        sees = await may_see(held, session, caller, row)
        if not sees and "for" not in given.args and not reaches(caller, row.process, row.initiator):
            raise Refused("not_allowed", "you may not act on this case", "您无权操作此流程")
        admitted = True
        return {"sees": sees}

    try:
        answer: dict[str, Any] = await held.gateway.command(caller.tenant, case, given, admit=admit)
    except Refused as refused:
        if admitted:
            await _note_refusal(held, caller, case, given, refused)
        raise
    return answer


async def _note_refusal(held: Parts, caller: Caller, case: str, given: Command, refused: Refused) -> None:
    detail = {"task": given.task or "", "command": given.id}

    async def work(session: TenantSession) -> None:
        action, target = f"command.{given.verb}"[:200].rstrip(), f"case/{case}"
        await audit.record(
            session, caller.person, action, at=given.at, target=target, result=refused.code, detail=detail
        )

    await held.database.transact(caller.tenant, work)


async def answered(
    held: Parts, caller: Caller, case: str, answer: dict[str, Any], beside: Look | None = None
) -> schemas.Answered:
    """A command's answer with the case as it is now; `beside` as of `case_with_tasks`."""
    view, tasks = await case_with_tasks(held, caller, case, beside)
    return schemas.Answered(
        revision=answer["revision"], status=answer["status"], result=shown(answer.get("result")), case=view, tasks=tasks
    )
