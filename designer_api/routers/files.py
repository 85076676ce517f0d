"""Files: stored by content, scanned, put with cases and tasks, referred to by id."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Header, Request, Response, UploadFile

from designer_api import attaching, desk_schemas
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.objects import ObjectStore
from designer_api.objects.scanning import Scanner
from designer_api.opening import route_of
from designer_api.views import visible_case, visible_task
from waystation.store import attachments

router = APIRouter(tags=["files"], dependencies=[needs("files.see", changing="files.store")])


async def _objects(request: Request) -> ObjectStore:
    found: ObjectStore = request.app.state.objects
    return found


async def _scanner(request: Request) -> Scanner:
    found: Scanner = request.app.state.scanner
    return found


Objects = Annotated[ObjectStore, Depends(_objects)]
Scans = Annotated[Scanner, Depends(_scanner)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]


@router.post("/files", status_code=201)
async def upload(
    held: Held,
    objects: Objects,
    scanner: Scans,
    caller: Signed,
    file: Annotated[UploadFile, File()],
    idempotency_key: Key = None,
) -> desk_schemas.StoredFile:
    """Store a file; at most 20 MiB, of a type that is accepted. `state` says whether it may be handed out."""
    return await attaching.take_in(held, objects, scanner, caller, await file.read(), file.filename, idempotency_key)


@router.get("/files/{file}", response_class=Response)
async def download(file: str, request: Request, held: Held, objects: Objects, caller: Signed) -> Response:
    """A file's bytes, for who stored it or may see its case."""
    row = await attaching.released(held, caller, file)
    data, name = await attaching.content(held, objects, caller, row, route_of(request))
    return Response(data, media_type=row.media_type, headers=attaching.headers_of(name))


@router.delete("/files/{file}", status_code=204)
async def delete(file: str, held: Held, objects: Objects, caller: Signed) -> None:
    """Delete a file of one's own; one that is part of a case's record is `in_use`."""
    await attaching.remove(held, objects, caller, file)


@router.post("/files/{file}/scan")
async def scan(file: str, held: Held, objects: Objects, scanner: Scans, caller: Signed) -> desk_schemas.StoredFile:
    """Scan a file again: one in quarantine because the scanner failed is released once it is found clean."""
    return await attaching.scan_again(held, objects, scanner, caller, file)


@router.put("/cases/{case}/attachments/{file}", status_code=204)
async def attach_to_case(case: str, file: str, held: Held, caller: Signed) -> None:
    """Put a file of one's own with a case: who may see the case may see it from now on."""
    await attaching.attach(held, caller, case, "", file)


@router.put("/tasks/{task}/attachments/{file}", status_code=204)
async def attach_to_task(task: str, file: str, held: Held, caller: Signed) -> None:
    """Put a file of one's own with a task, and so with its case."""
    async with held.database.read(caller.tenant) as session:
        _, found = await visible_task(held, session, caller, task)
    await attaching.attach(held, caller, found.case_id, found.path, file)


@router.get("/cases/{case}/attachments")
async def of_case(case: str, held: Held, caller: Signed) -> desk_schemas.AttachmentList:
    """The files of a case, those of its tasks included."""
    async with held.database.read(caller.tenant) as session:
        _ = await visible_case(held, session, caller, case)
        found = await attachments.attachments(session, case)
    return desk_schemas.AttachmentList(items=[attaching.view(one) for one in found])


@router.get("/tasks/{task}/attachments")
async def of_task(task: str, held: Held, caller: Signed) -> desk_schemas.AttachmentList:
    """The files of one task."""
    async with held.database.read(caller.tenant) as session:
        _, row = await visible_task(held, session, caller, task)
        found = await attachments.attachments(session, row.case_id, row.path)
    return desk_schemas.AttachmentList(items=[attaching.view(one) for one in found])
