"""Forms while they are filled in: which fields are shown, required and worked out, by the rules that will judge them.

The browser asks again as somebody types, so that it never has rules of its own that could differ.
"""

from __future__ import annotations

from fastapi import APIRouter

from designer_api import filling, form_bodies
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed

router = APIRouter(tags=["forms"])


@router.post("/processes/{process}/form", dependencies=[needs("cases.start")])
async def show_start_form(
    process: str, body: form_bodies.FilledStart, held: Held, caller: Signed
) -> form_bodies.StartForm:
    """The start form with what is filled in so far. Nothing is kept. 发起表单的当前状态"""
    return await filling.start_form(held, caller, process, body.data)


@router.post("/tasks/{task}/desk", dependencies=[needs("tasks.see")])
async def show_task_desk(task: str, body: form_bodies.FilledTask, held: Held, caller: Signed) -> form_bodies.TaskDesk:
    """What the caller may do with a task now, and its form with what is filled in so far. 任务办理页"""
    return await filling.task_desk(held, caller, task, body)
