"""Tasks: inbox and verbs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from designer_api import schemas, steering
from designer_api.deps import Held, Signed
from designer_api.views import no_task, task_place, task_view, visible_case
from waystation.store import tasks
from waystation.store.tables.cases import Seen

router = APIRouter(tags=["tasks"])


class TaskVerb(StrEnum):
    """Every verb of docs/approvals.md that concerns one task."""

    DRAFT = "draft"
    CLAIM = "claim"
    RELEASE = "release"
    COMPLETE = "complete"
    APPROVE = "approve"
    REJECT = "reject"
    ABSTAIN = "abstain"
    TRANSFER = "transfer"
    DELEGATE = "delegate"
    ADD = "add"
    REMOVE = "remove"
    RETURN = "return"
    URGE = "urge"
    CC = "cc"
    COMMENT = "comment"
    READ = "read"
    TAKE_BACK = "take_back"


class Box(StrEnum):
    """`todo`: what I may answer now. `mine`: of those, what I took or alone am asked. `pool`: the others. `done`."""

    TODO = "todo"
    MINE = "mine"
    POOL = "pool"
    DONE = "done"


@router.get("/tasks")
async def inbox(
    held: Held,
    caller: Signed,
    box: Box = Box.TODO,
    process: str | None = None,
    sort: Literal["due", "priority", "opened"] = "due",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> schemas.TaskPage:
    """The caller's tasks."""
    status = Seen.DONE if box is Box.DONE else Seen.OPEN
    async with held.database.read(caller.tenant) as session:
        page = await tasks.inbox(
            session, caller.person, status=status, process=process, sort=sort, cursor=cursor, limit=limit
        )
    items = [item for item in page.items if _belongs(item, caller.person, box)]
    views = [task_view(item.task, item.case_title, item.draft) for item in items]
    return schemas.TaskPage(items=views, next=page.next)


def _belongs(item: tasks.InboxItem, person: str, box: Box) -> bool:
    own = item.task.claimer == person or len(item.task.candidates) == 1
    return box in (Box.TODO, Box.DONE) or (box is Box.MINE) == own


@router.get("/tasks/{task}")
async def show_task(task: str, held: Held, caller: Signed) -> schemas.Task:
    """One task, if the caller may see its case."""
    case, path = task_place(task)
    async with held.database.read(caller.tenant) as session:
        row = await visible_case(held, session, caller, case)
        found = await tasks.task(session, case, path)
    if found is None:
        raise no_task()
    return task_view(found, row.title)


@router.post("/tasks/{task}/{verb}")
async def act(
    task: str, verb: TaskVerb, held: Held, caller: Signed, body: schemas.Verb | None = None
) -> schemas.Answered:
    """Carry out a verb. Refusals come with their code: not_yours, claimed, bad_form, …"""
    case, path = task_place(task)
    given = body or schemas.Verb()
    args = given.model_dump(exclude_none=True, exclude={"id", "revision", "on_behalf"})
    if given.on_behalf is not None:
        args["for"] = given.on_behalf
    return await steering.command(held, caller, case, verb.value, path, args, given.id, given.revision)
