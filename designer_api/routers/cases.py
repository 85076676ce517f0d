"""Cases: start, show, steer. Lists of them are in `lists.py`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Query, Request
from fastapi.responses import JSONResponse

from designer_api import looking, schemas, steering
from designer_api.auth.needs import needs
from designer_api.case_commands import COMMANDS, CaseVerb, parts_of, read_command
from designer_api.code_words import FAILURES, said_in
from designer_api.deps import Held, Signed, now
from designer_api.reading import note_read
from designer_api.views import case_with_tasks, shown, visible_case
from waystation.contracts.catalog import Catalog
from waystation.contracts.errors import Refused
from waystation.contracts.events import Entry
from waystation.gateway import rehearsal
from waystation.store import journal
from waystation.store.exact_json import plain

router = APIRouter(tags=["cases"], dependencies=[needs("cases.see", changing="cases.steer")])

Limit = Annotated[int, Query(ge=1, le=200)]
#: What `Prefer` may ask for (RFC 7240).
_ASYNC = "respond-async"


@router.post(
    "/cases",
    status_code=201,
    response_model=schemas.Started,
    responses={202: {"model": schemas.Accepted, "description": "Accepted, as `Prefer: respond-async` asks for"}},
    dependencies=[needs("cases.start")],
)
async def start_case(
    request: Request,
    body: schemas.StartCase,
    held: Held,
    caller: Signed,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    prefer: Annotated[str | None, Header(max_length=200)] = None,
) -> schemas.Started | JSONResponse:
    """Start a case. With an `Idempotency-Key`, the same request again answers with the same case.

    With `Prefer: respond-async` (RFC 7240) it answers 202 as soon as the case is certain to go on, before anybody is
    asked: for programs that start many at once.
    """
    if _ASYNC in [word.strip().lower() for word in (prefer or "").split(",")]:
        case = await steering.start(held, caller, body, idempotency_key, wait=False)
        headers = {"Preference-Applied": _ASYNC, "Location": f"{request.url.path}/{case}"}
        return JSONResponse(schemas.Accepted(case=case).model_dump(), 202, headers)
    case = await steering.start(held, caller, body, idempotency_key)
    view, tasks = await case_with_tasks(held, caller, case)
    return schemas.Started(case=view, tasks=tasks)


@router.get("/cases/{case}")
async def show_case(case: str, held: Held, caller: Signed) -> schemas.Started:
    """A case with its open tasks. Whoever was sent it to read has read it now."""
    try:
        await _check_visible(held, caller, case)
    except Refused as refused:
        if refused.code != "not_found" or not await steering.arrives(held, caller, case):
            raise
        await _check_visible(held, caller, case)
    await note_read(held, caller, case)
    view, tasks = await case_with_tasks(held, caller, case)
    return schemas.Started(case=view, tasks=tasks)


async def _check_visible(held: Held, caller: Signed, case: str) -> None:
    async with held.database.read(caller.tenant) as session:
        await visible_case(held, session, caller, case)


@router.get("/cases/{case}/timeline")
async def timeline(
    case: str, held: Held, caller: Signed, after: Annotated[int, Query(ge=0)] = 0, limit: Limit = 200
) -> schemas.Timeline:
    """What happened, in order."""
    async with held.database.read(caller.tenant) as session:
        await visible_case(held, session, caller, case)
        found = await journal.entries(session, case, after=after, limit=limit)
    lines = [_line(entry, held.catalog) for entry in found]
    return schemas.Timeline(items=lines, next=lines[-1].seq if len(lines) == limit else None)


def _line(entry: Entry, catalog: Catalog) -> schemas.Line:
    return schemas.Line(
        seq=entry.seq, at=entry.at, kind=entry.kind.value, path=entry.path, node=entry.node, by=entry.by,
        data=shown(plain(entry.data)), said=said_in(entry.data, catalog) if entry.kind in FAILURES else None,
    )  # fmt: skip


@router.get("/cases/{case}/explain")
async def explain(case: str, held: Held, caller: Signed) -> dict[str, Any]:
    """Why a case waits, and why its clocks show what they show."""
    async with held.database.read(caller.tenant) as session:
        await visible_case(held, session, caller, case)
    return await looking.explain(held, caller, case)


@router.get("/cases/{case}/forecast")
async def forecast(case: str, held: Held, caller: Signed) -> schemas.Prospect:
    """Who will be asked from here on, as far as it can be told. 审批预测"""
    async with held.database.read(caller.tenant) as session:
        await visible_case(held, session, caller, case)
    return looking.prospect(await rehearsal.forecast(held.gateway, caller.tenant, case))


@router.post("/cases/{case}/undo_preview", dependencies=[needs("cases.see")])
async def undo_preview(case: str, body: schemas.CaseCommand, held: Held, caller: Signed) -> schemas.UndoPreview:
    """What a command would undo, in order, and what it would leave and enter. Nothing is done. 撤销预览"""
    async with held.database.read(caller.tenant) as session:
        await visible_case(held, session, caller, case)
    return await looking.undo_preview(held, caller, case, body)


@router.post("/processes/{process}/forecast", dependencies=[needs("cases.start")])
async def forecast_start(process: str, body: schemas.ForecastStart, held: Held, caller: Signed) -> schemas.Prospect:
    """Who will be asked if the caller starts a case with this data. Nothing is started. 提交前审批预测"""
    number, found = await rehearsal.forecast_of_start(
        held.gateway, caller.tenant, process, body.data, actor=caller.person, at=now(), version=body.version
    )
    return looking.prospect(found, version=number)


@router.post("/cases/{case}/commands")
async def command(case: str, body: schemas.CaseCommand, held: Held, caller: Signed) -> schemas.Answered:
    """A command by its name: the same as the addresses below, and every verb of a task."""
    verb, node, args = read_command(body)
    return await steering.command(held, caller, case, verb, node, args, body.id)


def _offer(verb: str, model: type[CaseVerb]) -> None:
    """A route of its own for each command, so that the description says what it takes."""

    async def carry_out(case: str, held: Held, caller: Signed, body: CaseVerb) -> schemas.Answered:
        node, args = parts_of(body)
        return await steering.command(held, caller, case, verb, node, args, body.id)

    needs_body = any(field.is_required() for field in model.model_fields.values())
    given = Annotated[model, Body()] if needs_body else Annotated[model, Body(default_factory=model)]
    carry_out.__annotations__["body"] = given
    router.add_api_route(
        f"/cases/{{case}}/{verb}",
        carry_out,
        methods=["POST"],
        name=f"{verb} case",
        description=model.__doc__,
        response_model=schemas.Answered,
    )


for _verb, _model in COMMANDS.items():
    _offer(_verb, _model)
