"""The organisation around its people: roles, groups, posts, admins, and jobs that changes of it cause."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from designer_api import handovers, organisation_parts, staff
from designer_api import people_bodies as bodies
from designer_api.auth.needs import needs
from designer_api.auth.policy import Action, require
from designer_api.deps import Held, Signed
from designer_api.etags import Seen, tag
from waystation.contracts.directory import Part
from waystation.gateway import people_work
from waystation.store import organisation as rows
from waystation.store import people, people_jobs
from waystation.store.session import TenantSession

router = APIRouter(
    tags=["organisation"], prefix="/organisation", dependencies=[needs("people.see", changing="people.manage")]
)

PartId = Annotated[str, Path(min_length=1, max_length=100)]
Limit = Annotated[int, Query(ge=1, le=200)]


class Kind(StrEnum):
    """What an organisation has beside people."""

    ROLES = "roles"
    GROUPS = "groups"
    POSTS = "posts"


@router.get("")
async def show_organisation(held: Held, caller: Signed) -> bodies.Organisation:
    """Its version and size, and who is asked where nobody was found."""
    async with held.database.read(caller.tenant) as session:
        found = await people.organisation(session)
        version = await people.latest_version(session)
    active = sum(one.active for one in found.people.values())
    return bodies.Organisation(version=version, people=len(found.people), active=active, admins=list(found.admins))


@router.put("/admins")
async def set_admins(body: bodies.Admins, held: Held, caller: Signed) -> bodies.Saved:
    """Who is asked where nobody was found, in this order."""
    require(caller, Action.ADMINISTER)

    async def work(session: TenantSession, at: datetime) -> str:
        wanted = Part("admins", "admins", people=tuple(dict.fromkeys(body.people)))
        await rows.put_part(session, wanted, by=caller.person, at=at)
        return "organisation/admins"

    made = await staff.changed(held, caller, "organisation.admins", work)
    return bodies.Saved(version=made.version, job=made.job)


@router.get("/jobs", dependencies=[needs("people.manage")])
async def list_jobs(held: Held, caller: Signed, cursor: str | None = None, limit: Limit = 50) -> bodies.JobPage:
    """Work on many cases that changes of people have caused, newest first."""
    require(caller, Action.MANAGE_PEOPLE)
    async with held.database.read(caller.tenant) as session:
        page = await people_jobs.jobs(session, cursor=cursor, limit=limit)
    return bodies.JobPage(items=[handovers.job_view(row) for row in page.items], next=page.next)


@router.get("/jobs/{job}", dependencies=[needs("people.manage")])
async def show_job(job: str, held: Held, caller: Signed) -> bodies.Job:
    """How far a job is."""
    require(caller, Action.MANAGE_PEOPLE)
    async with held.database.read(caller.tenant) as session:
        row = await people_jobs.job(session, job)
    if row is None:
        raise people_work.no_job(job)
    return handovers.job_view(row)


@router.get("/jobs/{job}/items", dependencies=[needs("people.manage")])
async def list_items(
    job: str, held: Held, caller: Signed, failed: bool = False, cursor: str | None = None, limit: Limit = 50
) -> bodies.JobItemPage:
    """What became of each case or task."""
    require(caller, Action.MANAGE_PEOPLE)
    async with held.database.read(caller.tenant) as session:
        page = await people_jobs.items(session, job, failed_only=failed, cursor=cursor, limit=limit)
    return bodies.JobItemPage(items=[handovers.item_view(row) for row in page.items], next=page.next)


@router.post("/jobs/{job}/retry")
async def retry_job(job: str, held: Held, caller: Signed) -> bodies.Job:
    """Do what failed once more."""
    require(caller, Action.MANAGE_PEOPLE)
    await people_work.try_again(held.gateway, caller.tenant, job)
    return await show_job(job, held, caller)


@router.get("/{kind}")
async def list_parts(kind: Kind, held: Held, caller: Signed) -> bodies.PartList:
    """All roles, groups or posts that have been described, with who holds them."""
    return bodies.PartList(items=await organisation_parts.listed(held, caller, kind.value))


@router.get("/{kind}/{part}")
async def show_part(kind: Kind, part: PartId, held: Held, caller: Signed, response: Response) -> bodies.Part:
    """One role, group or post, with an ETag."""
    found = await organisation_parts.shown(held, caller, kind.value, part)
    tag(response, found.revision)
    return found


@router.put("/{kind}/{part}")
async def put_part(
    kind: Kind, part: PartId, body: bodies.PartBody, held: Held, caller: Signed, seen: Seen, response: Response
) -> bodies.Part:
    """Make a role, group or post be so, new or not; who holds it changes with it."""
    await organisation_parts.put(held, caller, kind.value, part, body, seen)
    return await show_part(kind, part, held, caller, response)


@router.delete("/{kind}/{part}")
async def remove_part(kind: Kind, part: PartId, held: Held, caller: Signed) -> bodies.Saved:
    """Forget a role's, group's or post's description; one that people are in is `in_use`."""
    made = await organisation_parts.remove(held, caller, kind.value, part)
    return bodies.Saved(version=made.version, job=made.job)
