"""Cases: start, list, show, steer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query

from designer_api import schemas, steering
from designer_api.deps import Held, Signed
from designer_api.views import case_view, case_with_tasks, shown, visible_case
from waystation.store import cases, journal
from waystation.store.exact_json import plain
from waystation.store.tables.cases import CaseStatus

router = APIRouter(tags=["cases"])

Limit = Annotated[int, Query(ge=1, le=200)]


@router.post("/cases", status_code=201)
async def start_case(
    body: schemas.StartCase,
    held: Held,
    caller: Signed,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> schemas.Started:
    """Start a case. With an `Idempotency-Key`, the same request again answers with the same case."""
    case = await steering.start(held, caller, body, idempotency_key)
    view, tasks = await case_with_tasks(held, caller, case)
    return schemas.Started(case=view, tasks=tasks)


@router.get("/cases")
async def list_cases(
    held: Held,
    caller: Signed,
    process: str | None = None,
    status: CaseStatus | None = None,
    initiator: str | None = None,
    key: str | None = None,
    text: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    with_incident: bool = False,
    cursor: str | None = None,
    limit: Limit = 50,
) -> schemas.CasePage:
    """Cases that the caller may see, newest first."""
    wanted = cases.CaseFilter(
        process=process, status=status, initiator=initiator, key=key, text=text, since=since, until=until,
        with_incident=with_incident,
    )  # fmt: skip
    return await steering.visible_cases(held, caller, wanted, cursor, limit)


@router.get("/cases/{case}")
async def show_case(case: str, held: Held, caller: Signed) -> schemas.Started:
    """A case with its open tasks."""
    async with held.database.read(caller.tenant) as session:
        await visible_case(held, session, caller, case)
    view, tasks = await case_with_tasks(held, caller, case)
    return schemas.Started(case=view, tasks=tasks)


@router.get("/cases/{case}/timeline")
async def timeline(
    case: str, held: Held, caller: Signed, after: Annotated[int, Query(ge=0)] = 0, limit: Limit = 200
) -> schemas.Timeline:
    """What happened, in order."""
    async with held.database.read(caller.tenant) as session:
        await visible_case(held, session, caller, case)
        found = await journal.entries(session, case, after=after, limit=limit)
    lines = [
        schemas.Line(
            seq=e.seq, at=e.at, kind=e.kind.value, path=e.path, node=e.node, by=e.by, data=shown(plain(e.data))
        )
        for e in found
    ]
    return schemas.Timeline(items=lines, next=lines[-1].seq if len(lines) == limit else None)


@router.get("/cases/{case}/explain")
async def explain(case: str, held: Held, caller: Signed) -> dict[str, Any]:
    """Why a case waits, and why its clocks show what they show."""
    async with held.database.read(caller.tenant) as session:
        row = await visible_case(held, session, caller, case)
    return await steering.explain(held, caller, case_view(row))


@router.post("/cases/{case}/commands")
async def command(case: str, body: schemas.CaseCommand, held: Held, caller: Signed) -> schemas.Answered:
    """A command on a case: suspend, resume, retry, skip, jump, edit, migrate, reopen, …"""
    return await steering.command(held, caller, case, body.verb, body.task, body.args, body.id)


@router.post("/cases/{case}/cancel")
async def cancel(case: str, held: Held, caller: Signed, body: schemas.Verb | None = None) -> schemas.Answered:
    """Cancel a case; what it did is undone."""
    given = body or schemas.Verb()
    args = {"reason": given.reason} if given.reason else {}
    return await steering.command(held, caller, case, "cancel", None, args, given.id)
