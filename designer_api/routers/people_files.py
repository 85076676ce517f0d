"""The organisation as a file: CSV and XLSX in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, File, Query, Request, Response, UploadFile

from designer_api import people_bodies as bodies
from designer_api import people_import, sheets
from designer_api.auth.needs import needs
from designer_api.auth.policy import Action, require
from designer_api.deps import Held, Signed
from designer_api.errors import prefers_english
from designer_api.people_columns import headings, row_of
from waystation.contracts.errors import Refused
from waystation.store import organisation as rows

router = APIRouter(tags=["organisation"], prefix="/organisation", dependencies=[needs("people.manage")])

_MOST_BYTES = 16 * 1024 * 1024


@router.post("/import")
async def import_people(
    held: Held,
    caller: Signed,
    file: Annotated[UploadFile, File(description="CSV or XLSX. 表格文件")],
    dry_run: Annotated[bool, Query(description="Only say what would change. 仅检查")] = False,
) -> bodies.Imported:
    """People from a sheet: new ones are added, known ones changed where a column says so; all or nothing."""
    require(caller, Action.MANAGE_PEOPLE)
    data = await file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise Refused("too_large", f"at most {_MOST_BYTES} bytes", f"文件不得超过 {_MOST_BYTES} 字节")
    return await people_import.bring_in(held, caller, data, dry_run=dry_run)


@router.get("/export", response_class=Response)
async def export_people(
    held: Held,
    caller: Signed,
    request: Request,
    file_format: Annotated[Literal["csv", "xlsx"], Query(alias="format")] = "csv",
    everybody: Annotated[bool, Query(description="Also who has left. 包括离职人员")] = True,
) -> Response:
    """People as a sheet that can be imported again. No cell is a formula, whatever somebody is called."""
    require(caller, Action.MANAGE_PEOPLE)
    async with held.database.read(caller.tenant) as session:
        found = await rows.everybody(session)
    people = [one.record for one in found.values() if everybody or one.record.active]
    table = [list(headings(english=prefers_english(request))), *(row_of(record) for record in people)]
    is_csv = file_format == "csv"
    data = sheets.as_csv(table) if is_csv else sheets.as_xlsx(table, "people")
    disposition = f'attachment; filename="people.{file_format}"'
    media_type = sheets.CSV if is_csv else sheets.XLSX
    return Response(data, media_type=media_type, headers={"Content-Disposition": disposition})
