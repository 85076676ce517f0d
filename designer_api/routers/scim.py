"""SCIM 2.0: a company's directory creates, changes and deactivates people here. Groups are read with the user."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from msgspec import structs

from designer_api import scim_users as scim
from designer_api import staff
from designer_api.auth.needs import needs
from designer_api.auth.policy import Action, Caller, require
from designer_api.deps import Held, Parts, Signed
from designer_api.errors import status_of
from waystation.contracts.directory import PersonRecord
from waystation.contracts.errors import Refused, WaystationError
from waystation.contracts.people import Organisation
from waystation.gateway import organisation as changing
from waystation.store import organisation as rows
from waystation.store import people
from waystation.store.organisation import Stored
from waystation.store.session import TenantSession

MEDIA_TYPE = "application/scim+json"
_PREFIX = "/scim/v2"


class ScimRoute(APIRoute):
    """Errors in the form that SCIM clients read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except RequestValidationError as error:
                faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:3])
                return _error(400, "invalidSyntax", "; ".join(faults))
            except WaystationError as error:
                if status_of(error) in (401, 403):
                    raise
                return _failed(error)

        return answer


router = APIRouter(tags=["scim"], prefix=_PREFIX, route_class=ScimRoute, dependencies=[needs("people.manage")])

UserId = Annotated[str, Path(min_length=1, max_length=100)]
Resource = Annotated[dict[str, Any], Body()]


@router.get("/ServiceProviderConfig")
async def provider(caller: Signed) -> Response:
    """What of SCIM is understood."""
    require(caller, Action.MANAGE_PEOPLE)
    no, yes = {"supported": False}, {"supported": True}
    schema = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
    bulk, search = {**no, "maxOperations": 0, "maxPayloadSize": 0}, {**yes, "maxResults": 200}
    known = {"schemas": [schema], "patch": yes, "bulk": bulk, "filter": search, "changePassword": no, "sort": no}
    return _json({**known, "etag": yes, "authenticationSchemes": [{"type": "oauthbearertoken", "name": "Bearer"}]})


@router.get("/Users")
async def list_users(
    held: Held,
    caller: Signed,
    request: Request,
    wanted: Annotated[str | None, Query(alias="filter", max_length=500)] = None,
    start: Annotated[int, Query(alias="startIndex")] = 1,
    count: Annotated[int, Query(ge=0, le=200)] = 100,
) -> Response:
    """People, by `startIndex` and `count`; `filter` knows `eq` on id, userName, externalId and active."""
    require(caller, Action.MANAGE_PEOPLE)
    found = await _matching(held, caller, wanted)
    first = max(start, 1)
    organisation = await _organisation(held, caller)
    shown = [_shown(one, organisation, request) for one in found[first - 1 : first - 1 + count]]
    counts = {"totalResults": len(found), "startIndex": first, "itemsPerPage": len(shown)}
    return _json({"schemas": [scim.LIST], **counts, "Resources": shown})


@router.post("/Users", status_code=201, responses={200: {"description": "He was there, and has been changed"}})
async def create_user(resource: Resource, held: Held, caller: Signed, request: Request) -> Response:
    """A new person. The same `externalId` again changes him instead, so that a repeated request does no harm."""
    person = scim.user_name(resource)
    external = resource.get("externalId")

    def make(known: Stored | None, by_external: Stored | None) -> PersonRecord:
        if known is not None and (by_external is None or by_external.record.id != known.record.id):
            raise Refused("already_there", f"there is a user {person}", f"用户 {person} 已存在")
        target = by_external.record if by_external is not None else PersonRecord(person)
        return scim.record_from(resource, target, whole=by_external is None)

    return await _put(held, caller, person, external, make, request)


@router.get("/Users/{user}")
async def show_user(user: UserId, held: Held, caller: Signed, request: Request) -> Response:
    """One person."""
    require(caller, Action.MANAGE_PEOPLE)
    return _json(_shown(await _one(held, caller, user), await _organisation(held, caller), request))


@router.put("/Users/{user}")
async def replace_user(user: UserId, resource: Resource, held: Held, caller: Signed, request: Request) -> Response:
    """Exactly this, as far as SCIM knows a person; roles, skills and proxies stay."""

    def make(known: Stored | None, _other: Stored | None) -> PersonRecord:
        if known is None:
            raise rows.no_person(user)
        return scim.record_from(resource, known.record, whole=True)

    return await _put(held, caller, user, None, make, request)


@router.patch("/Users/{user}")
async def patch_user(user: UserId, resource: Resource, held: Held, caller: Signed, request: Request) -> Response:
    """Operations; `active: false` signs him out and moves his work."""

    def make(known: Stored | None, _other: Stored | None) -> PersonRecord:
        if known is None:
            raise rows.no_person(user)
        return scim.patched(known.record, resource.get("Operations"))

    return await _put(held, caller, user, None, make, request)


@router.delete("/Users/{user}", status_code=204)
async def remove_user(user: UserId, held: Held, caller: Signed) -> Response:
    """He leaves; what he did stays on record under his name."""
    await staff.edit(held, caller, user, lambda known: structs.replace(known, active=False), None, "person.scim")
    return Response(status_code=204)


Make = Callable[[Stored | None, Stored | None], PersonRecord]


async def _put(held: Parts, caller: Caller, person: str, external: Any, make: Make, request: Request) -> Response:
    outcome: dict[str, Any] = {}

    async def work(session: TenantSession, at: datetime) -> str:
        known = await rows.person(session, person)
        linked = await rows.by_external_id(session, scim.SOURCE, external) if isinstance(external, str) else None
        record = make(known, linked)
        await changing.check(session, record)
        outcome.update(person=record.id, new=known is None and linked is None)
        if outcome["new"]:
            await rows.add(session, [record], by=caller.person, at=at)
        else:
            await rows.change(session, record, by=caller.person, at=at)
        return f"person/{record.id}"

    await staff.changed(held, caller, "person.scim", work)
    found = await _one(held, caller, outcome["person"])
    return _json(_shown(found, await _organisation(held, caller), request), 201 if outcome["new"] else 200)


async def _matching(held: Parts, caller: Caller, wanted: str | None) -> list[Stored]:
    attribute, value = scim.filtered(wanted) if wanted is not None else ("", "")
    async with held.database.read(caller.tenant) as session:
        if attribute == "externalId":
            one = await rows.by_external_id(session, scim.SOURCE, value)
            return [one] if one is not None else []
        if attribute in ("id", "userName"):
            one = await rows.person(session, value)
            return [one] if one is not None else []
        found = list((await rows.everybody(session)).values())
    return [one for one in found if attribute != "active" or one.record.active == (value == "true")]


async def _one(held: Parts, caller: Caller, person: str) -> Stored:
    async with held.database.read(caller.tenant) as session:
        found = await rows.person(session, person)
    if found is None:
        raise rows.no_person(person)
    return found


async def _organisation(held: Parts, caller: Caller) -> Organisation:
    async with held.database.read(caller.tenant) as session:
        return await people.organisation(session)


def _shown(found: Stored, organisation: Organisation, request: Request) -> dict[str, Any]:
    known = organisation.people.get(found.record.id)
    groups = known.groups if known is not None else ()
    return scim.resource_of(found, groups, f"{str(request.base_url).rstrip('/')}{_PREFIX}/Users")


def _json(content: Any, status: int = 200) -> Response:
    version = content.get("meta", {}).get("version") if isinstance(content, dict) else None
    return JSONResponse(content, status, {"ETag": version} if version else None, MEDIA_TYPE)


def _failed(error: WaystationError) -> Response:
    kinds = {"bad_filter": "invalidFilter", "already_there": "uniqueness", "external_id_in_use": "uniqueness"}
    status = 400 if error.code == "bad_filter" else status_of(error)
    kind = kinds.get(error.code, "invalidValue" if status in (400, 422) else "")
    return _error(400 if status == 422 else status, kind, f"{error.en}  {error.zh}")


def _error(status: int, kind: str, detail: str) -> Response:
    body = {"schemas": [scim.ERROR], "status": str(status), "detail": detail}
    return JSONResponse({**body, "scimType": kind} if kind else body, status, None, MEDIA_TYPE)
