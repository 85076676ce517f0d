"""Files and pictures: stored by content, referred to by id."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Response, UploadFile

from designer_api import objects, schemas
from designer_api.deps import Held, Parts, Signed, now
from designer_api.objects import LocalObjects
from designer_api.views import visible_case
from waystation.contracts.errors import Refused
from waystation.store import files
from waystation.store.ids import new_id

router = APIRouter(tags=["files"])


def store(held: Parts) -> LocalObjects:
    return LocalObjects(held.settings.data_dir / "objects")


@router.post("/files", status_code=201)
async def upload(held: Held, caller: Signed, file: Annotated[UploadFile, File()]) -> schemas.StoredFile:
    """Store a file; at most 20 MiB, of a type that is accepted."""
    data = await file.read()
    if len(data) > objects.MOST:
        raise Refused("too_large", f"at most {objects.MOST} bytes", f"文件不得超过 {objects.MOST} 字节")
    name = (file.filename or "file").replace("\\", "/").rsplit("/", 1)[-1][:200]
    media_type = objects.sniff(data, name)
    digest = await store(held).put(caller.tenant, data)
    stored = files.StoredFile(new_id(), name, media_type, len(data), digest)
    async with held.database.write(caller.tenant) as session:
        await files.add_file(session, stored, by=caller.person, at=now())
    return schemas.StoredFile(id=stored.id, name=name, media_type=media_type, size=stored.size, sha256=digest)


@router.get("/files/{file}", response_class=Response)
async def download(file: str, held: Held, caller: Signed) -> Response:
    """A file's bytes, for who stored it or may see its case."""
    async with held.database.read(caller.tenant) as session:
        row = await files.file(session, file)
        if row is None:
            raise Refused("not_found", "there is no such file", "没有该文件")
        if row.stored_by != caller.person and row.case_id is not None:
            await visible_case(held, session, caller, row.case_id)
        elif row.stored_by != caller.person:
            raise Refused("not_allowed", "you may not see this file", "您无权查看此文件")
    data = await store(held).get(caller.tenant, row.sha256)
    disposition = f"attachment; filename*=UTF-8''{quote(row.name)}"
    return Response(data, media_type=row.media_type, headers={"Content-Disposition": disposition})
