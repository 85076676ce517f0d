"""Drafts for a caller: his own, of forms that he may fill in."""

from __future__ import annotations

from typing import Any

from designer_api import desk_schemas
from designer_api.auth.policy import Action, Caller, require
from designer_api.deps import Parts, now
from designer_api.views import access_of, shown, task_id, task_place, visible_task
from waystation.contracts.errors import Refused
from waystation.store import definitions, form_drafts, people, tasks
from waystation.store.form_drafts import Subject, task_form
from waystation.store.session import TenantSession
from waystation.store.tables.desk import FormDraftRow
from workflows.facts import facts_for


def of_task(task: str) -> Subject:
    """Raises Refused: `not_found`."""
    return task_form(*task_place(task))


async def all_of(held: Parts, caller: Caller) -> desk_schemas.FormDraftList:
    async with held.database.read(caller.tenant) as session:
        rows = await form_drafts.drafts_of(session, caller.person)
    return desk_schemas.FormDraftList(items=[_view(row) for row in rows])


async def show(held: Parts, caller: Caller, subject: Subject) -> desk_schemas.FormDraft:
    """Raises Refused: `not_found`."""
    async with held.database.read(caller.tenant) as session:
        row = await form_drafts.draft(session, caller.person, subject)
    if row is None:
        raise Refused("not_found", "nothing has been saved", "没有草稿")
    return _view(row)


async def save(
    held: Parts, caller: Caller, subject: Subject, form: dict[str, Any], seen: int | None
) -> desk_schemas.FormDraft:
    """Raises Refused: `revision_needed`, `changed_meanwhile`, `too_large`, `too_many`."""
    at = now()

    async def work(session: TenantSession) -> int:
        return await form_drafts.save(session, caller.person, subject, form, seen=seen, at=at)

    _ = await held.database.transact(caller.tenant, work)
    return await show(held, caller, subject)


async def drop(held: Parts, caller: Caller, subject: Subject, seen: int | None) -> None:
    async def work(session: TenantSession) -> None:
        _ = await form_drafts.drop(session, caller.person, subject, seen=seen)

    await held.database.transact(caller.tenant, work)


async def require_asked(held: Parts, caller: Caller, task: str) -> None:
    """Is the caller asked at this open task, or a stand-in of somebody who is?

    Raises:
        Refused: `not_found`, `not_allowed`, `not_open`, `not_yours`.
    """
    async with held.database.read(caller.tenant) as session:
        case, found = await visible_task(held, session, caller, task)
        organisation = await people.organisation(session)
        facts = facts_for(organisation, caller.person, case.process, now())
        asked = await tasks.may_draft(session, found.case_id, found.path, [caller.person, *facts["acts_for"]])
    if found.status != "open":
        raise Refused("not_open", "the task is not open", "任务未打开")
    if not asked:
        raise Refused("not_yours", "this task is not yours", "这不是您的任务")


async def require_start(held: Parts, caller: Caller, process: str) -> None:
    """Raises Refused: `unknown_process`, `not_allowed`."""
    async with held.database.read(caller.tenant) as session:
        version = await definitions.latest(session, process)
        if version is None:
            raise Refused("unknown_process", f"there is no process {process}", f"没有流程 {process}")
        require(caller, Action.START, await access_of(held, session, version.plan_hash))


def _view(row: FormDraftRow) -> desk_schemas.FormDraft:
    is_task = row.kind == "task"
    return desk_schemas.FormDraft(
        kind=row.kind,
        task=task_id(*row.target) if is_task else None,
        process=None if is_task else row.target[0],
        form=shown(row.form),
        revision=row.revision,
        saved_at=row.saved_at,
    )
