"""Tasks: one of them, who has opened it, and verbs. The inbox and other lists are in `lists.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header

from designer_api import acting, desk_schemas, schemas, verbs
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.reading import note_opened
from designer_api.verbs import VERBS, Sent
from designer_api.views import task_view, visible_task
from waystation.store import receipts

router = APIRouter(tags=["tasks"], dependencies=[needs("tasks.see", changing="tasks.act")])

Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]


@router.get("/tasks/{task}")
async def show_task(task: str, held: Held, caller: Signed) -> schemas.Task:
    """One task, if the caller may see its case. That he has opened it is kept, the first time."""
    async with held.database.read(caller.tenant) as session:
        case, found = await visible_task(held, session, caller, task)
    await note_opened(held, caller, found.case_id, found.path)
    return task_view(found, case.title)


@router.get("/tasks/{task}/receipts")
async def list_receipts(task: str, held: Held, caller: Signed) -> desk_schemas.ReceiptList:
    """Who has opened a task and when he did so first, and who is asked and has not yet."""
    async with held.database.read(caller.tenant) as session:
        _, found = await visible_task(held, session, caller, task)
        rows = await receipts.receipts(session, found.case_id, found.path)
    waiting = [person for person in found.candidates if person not in {row.person for row in rows}]
    items = [desk_schemas.Receipt(person=row.person, opened_at=row.opened_at) for row in rows]
    return desk_schemas.ReceiptList(items=[*items, *(desk_schemas.Receipt(person=person) for person in waiting)])


@router.post("/tasks/bulk")
async def bulk(
    body: desk_schemas.Bulk, held: Held, caller: Signed, idempotency_key: Key = None
) -> desk_schemas.BulkDone:
    """One verb on at most 200 tasks; each has an answer of its own, and one refusal does not stop the rest."""
    return await acting.bulk(held, caller, body, idempotency_key)


def _endpoint(name: str, model: type[Sent]) -> Callable[..., Awaitable[schemas.Answered]]:
    async def act(
        task: str, held: Held, caller: Signed, body: Any = None, idempotency_key: Key = None
    ) -> schemas.Answered:
        return await acting.act(held, caller, task, name, body if body is not None else model(), idempotency_key)

    # FastAPI reads the types of parameters; this one differs from verb to verb.
    needed = any(field.is_required() for field in model.model_fields.values())
    act.__annotations__["body"] = model if needed else model | None
    if needed:
        act.__defaults__ = (*_REQUIRED, *(act.__defaults__ or ())[1:])
    return act


#: A body that has required fields must be sent.
_REQUIRED = (...,)

for _name, _verb in VERBS.items():
    router.add_api_route(
        f"/tasks/{{task}}/{_name}",
        _endpoint(_name, _verb.body),
        methods=["POST"],
        name=_name,
        response_model=schemas.Answered,
        summary=f"{_verb.zh} {_name}",
        description=f"{_verb.en}. Refused with the codes of docs/approvals.md.",
    )


@router.post("/tasks/{task}/{verb}", include_in_schema=False)
async def unknown_verb(task: str, verb: str, caller: Signed) -> None:
    """What is no verb is named as such, with the verbs there are."""
    _ = verbs.verb_named(verb)
