"""Drafts of forms, each for one person alone, kept until submitted: of tasks, and of the starts of processes.

A save names in `If-Match` the draft that it follows, so nobody overwrites what he saved in another window. What shall
be on the record of the case is saved with the verb `draft` instead.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from designer_api import desk_schemas, drafting
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.etags import Seen, tag
from waystation.store.form_drafts import start_form

router = APIRouter(tags=["drafts"], dependencies=[needs("tasks.see", changing="tasks.act")])


@router.get("/drafts")
async def list_drafts(held: Held, caller: Signed) -> desk_schemas.FormDraftList:
    """All drafts of the caller, last saved first."""
    return await drafting.all_of(held, caller)


@router.get("/tasks/{task}/draft")
async def show_task_draft(task: str, held: Held, caller: Signed, response: Response) -> desk_schemas.FormDraft:
    """What the caller has saved of a task's form."""
    found = await drafting.show(held, caller, drafting.of_task(task))
    tag(response, found.revision)
    return found


@router.put("/tasks/{task}/draft")
async def save_task_draft(
    task: str, body: desk_schemas.Form, held: Held, caller: Signed, response: Response, seen: Seen
) -> desk_schemas.FormDraft:
    """Save a task's form as far as it is filled in; for those who are asked at it."""
    await drafting.require_asked(held, caller, task)
    saved = await drafting.save(held, caller, drafting.of_task(task), body.form, seen)
    tag(response, saved.revision)
    return saved


@router.delete("/tasks/{task}/draft", status_code=204)
async def drop_task_draft(task: str, held: Held, caller: Signed, seen: Seen) -> None:
    """Forget it."""
    await drafting.drop(held, caller, drafting.of_task(task), seen)


@router.get("/processes/{process}/draft")
async def show_start_draft(process: str, held: Held, caller: Signed, response: Response) -> desk_schemas.FormDraft:
    """What the caller has saved of a process's start form."""
    found = await drafting.show(held, caller, start_form(process))
    tag(response, found.revision)
    return found


@router.put("/processes/{process}/draft")
async def save_start_draft(
    process: str, body: desk_schemas.Form, held: Held, caller: Signed, response: Response, seen: Seen
) -> desk_schemas.FormDraft:
    """Save a start form as far as it is filled in. `POST /cases` with its revision as `draft` submits it."""
    await drafting.require_start(held, caller, process)
    saved = await drafting.save(held, caller, start_form(process), body.form, seen)
    tag(response, saved.revision)
    return saved


@router.delete("/processes/{process}/draft", status_code=204)
async def drop_start_draft(process: str, held: Held, caller: Signed, seen: Seen) -> None:
    """Forget it."""
    await drafting.drop(held, caller, start_form(process), seen)
