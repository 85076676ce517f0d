"""Comments on cases and tasks. They are part of the journal: nobody alters or removes one.

On a task one comments with its verb `comment`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query

from designer_api import acting, desk_schemas, schemas, verbs
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.views import task_id, visible_case, visible_task
from waystation.store import comments
from waystation.store.cursors import Page
from waystation.store.tables.desk import CommentRow

router = APIRouter(tags=["comments"], dependencies=[needs("cases.see", changing="tasks.act")])

Limit = Annotated[int, Query(ge=1, le=200)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]


@router.post("/cases/{case}/comments")
async def comment(
    case: str, body: verbs.NewComment, held: Held, caller: Signed, idempotency_key: Key = None
) -> schemas.Answered:
    """Comment on a case as a whole, for all who may see it; who is mentioned is told."""
    async with held.database.read(caller.tenant) as session:
        _ = await visible_case(held, session, caller, case)
    return await acting.comment_on_case(held, caller, case, body, idempotency_key)


@router.get("/cases/{case}/comments")
async def of_case(
    case: str, held: Held, caller: Signed, cursor: str | None = None, limit: Limit = 50
) -> desk_schemas.CommentPage:
    """All comments of a case, those on its tasks included, oldest first."""
    async with held.database.read(caller.tenant) as session:
        _ = await visible_case(held, session, caller, case)
        return _page(await comments.comments(session, case, cursor=cursor, limit=limit))


@router.get("/tasks/{task}/comments")
async def of_task(
    task: str, held: Held, caller: Signed, cursor: str | None = None, limit: Limit = 50
) -> desk_schemas.CommentPage:
    """The comments on one task, oldest first."""
    async with held.database.read(caller.tenant) as session:
        _, found = await visible_task(held, session, caller, task)
        return _page(await comments.comments(session, found.case_id, found.path, cursor=cursor, limit=limit))


def _page(page: Page[CommentRow]) -> desk_schemas.CommentPage:
    return desk_schemas.CommentPage(items=[_view(row) for row in page.items], next=page.next)


def _view(row: CommentRow) -> desk_schemas.Comment:
    task = task_id(row.case_id, row.path) if row.path else None
    return desk_schemas.Comment(
        seq=row.seq, task=task, by=row.by, text=row.sealed or row.text, mentions=row.mentions, at=row.at
    )
