"""Personal data: looked for, erased, exported; how long they are kept, and who has read them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from designer_api import privacy
from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.routers.files import Objects
from designer_api.schemas import CasePage
from waystation.store.retention import Retention

router = APIRouter(tags=["privacy"])

Name = Annotated[str | None, Query(min_length=1, max_length=200)]
_ZIP = {"content": {"application/zip": {}}, "description": "A ZIP file with JSON and files in it."}


@router.post("/cases/find", dependencies=[needs("cases.see")])
async def find_cases(body: privacy.Where, held: Held, caller: Signed) -> CasePage:
    """Cases in which exactly this telephone number, identity number or the like occurs. At most 100, newest first."""
    return await privacy.cases_of(held, caller, body)


@router.post("/privacy/find", dependencies=[needs("privacy.manage")])
async def find_person(body: privacy.Who, held: Held, caller: Signed) -> privacy.Held:
    """What is held of somebody: his keys, and the cases with data of him."""
    return await privacy.find(held, caller, body)


@router.post("/privacy/erasures", dependencies=[needs("privacy.manage")])
async def erase_person(body: privacy.Erasure, held: Held, caller: Signed) -> privacy.Held:
    """Destroy somebody's keys: his data can never be read again. Refused while open cases need him, unless forced."""
    return await privacy.erase(held, caller, body)


@router.post(
    "/privacy/exports",
    dependencies=[needs("privacy.manage")],
    response_class=Response,
    responses={200: _ZIP},
)
async def export_person(body: privacy.Who, held: Held, objects: Objects, caller: Signed) -> Response:
    """Everything that is held on somebody, for him, as a ZIP file: JSON, and his files."""
    return _zip(await privacy.export(held, objects, caller, body))


@router.get("/me/data", dependencies=[needs("privacy.own")], response_class=Response, responses={200: _ZIP})
async def export_own(held: Held, objects: Objects, caller: Signed) -> Response:
    """Everything that is held on the caller himself."""
    return _zip(await privacy.export(held, objects, caller, privacy.Who(by="member", value=caller.person)))


@router.get("/privacy/reads", dependencies=[needs("privacy.see")])
async def list_reads(
    held: Held,
    caller: Signed,
    actor: Name = None,
    case: Name = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> privacy.ReadPage:
    """Who was shown which personal fields of which case, newest first."""
    return await privacy.reads(held, caller, actor=actor, case=case, cursor=cursor, limit=limit)


@router.get("/privacy/retention", dependencies=[needs("privacy.see")])
async def show_retention(held: Held, caller: Signed) -> Retention:
    """How long after their end cases keep personal data."""
    return await privacy.retention(held, caller)


@router.put("/privacy/retention", dependencies=[needs("privacy.manage")])
async def change_retention(body: Retention, held: Held, caller: Signed) -> Retention:
    """Make these the rules. What they say is over cannot be brought back."""
    return await privacy.change_retention(held, caller, body)


def _zip(content: bytes) -> Response:
    names = {"Content-Disposition": 'attachment; filename="personal-data.zip"'}
    return Response(content, media_type="application/zip", headers=names)
