"""People: who they are, when they are away, who stands in for them, and who takes over their work."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from msgspec import structs

from designer_api import handovers, people_lists, staff
from designer_api import people_bodies as bodies
from designer_api.auth import passwords
from designer_api.auth.needs import needs
from designer_api.auth.policy import Action, can, require
from designer_api.deps import Held, Signed, now
from designer_api.etags import Seen, tag
from waystation.contracts.directory import PersonRecord, StandIn
from waystation.contracts.people import Absence, Proxy
from waystation.gateway import organisation as changing
from waystation.store import organisation as rows
from waystation.store import people
from waystation.store.ids import new_id
from waystation.store.session import TenantSession

router = APIRouter(tags=["people"], dependencies=[needs("people.see", changing="people.manage")])

PersonId = Annotated[str, Path(min_length=1, max_length=100)]
Source = Annotated[str, Query(min_length=1, max_length=40)]


@router.get("/people")
async def list_people(
    held: Held,
    caller: Signed,
    q: Annotated[str, Query(max_length=100)] = "",
    role: str | None = None,
    group: str | None = None,
    manager: str | None = None,
    skill: str | None = None,
    active: bool | None = None,
    away: bool | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> bodies.PersonPage:
    """People in the organisation's order. `role` and `group` count what is inherited."""
    wanted = people_lists.Wanted(q, role, group, manager, skill, active, away)
    return await people_lists.page(held, caller, wanted, cursor, limit)


@router.post("/people", status_code=201)
async def add_person(body: bodies.NewPerson, held: Held, caller: Signed, response: Response) -> bodies.SavedPerson:
    """Somebody new."""
    record = staff.with_values(PersonRecord(body.id), body.model_dump(exclude_unset=True, exclude={"id"}))

    async def work(session: TenantSession, at: datetime) -> str:
        await changing.check(session, record)
        await rows.add(session, [record], by=caller.person, at=at)
        return f"person/{record.id}"

    made = await staff.changed(held, caller, "person.add", work)
    tag(response, 1)
    return await staff.saved(held, caller, record.id, made)


@router.get("/people/{person}")
async def show_person(person: PersonId, held: Held, caller: Signed, response: Response) -> bodies.Person:
    """One person, with an ETag."""
    found = await staff.show(held, caller, person)
    tag(response, found.revision)
    return found


@router.put("/people/{person}")
async def replace_person(
    person: PersonId, body: bodies.PersonBody, held: Held, caller: Signed, seen: Seen, response: Response
) -> bodies.SavedPerson:
    """Exactly this; what is not named is empty. Absences and proxies stay."""
    values = body.model_dump()
    done = await staff.edit(held, caller, person, lambda known: staff.with_values(known, values), seen)
    tag(response, done.person.revision)
    return done


@router.patch("/people/{person}")
async def change_person(
    person: PersonId, body: bodies.PersonPatch, held: Held, caller: Signed, seen: Seen, response: Response
) -> bodies.SavedPerson:
    """Only what is named changes. `active: false` or `away: true` has open work look for its people again."""
    values = body.model_dump(exclude_unset=True)
    done = await staff.edit(held, caller, person, lambda known: staff.with_values(known, values), seen)
    tag(response, done.person.revision)
    return done


@router.delete("/people/{person}")
async def remove_person(person: PersonId, held: Held, caller: Signed, seen: Seen) -> bodies.Saved:
    """Somebody entered by mistake. Who has ever worked here is not removed but leaves: `active: false`."""

    async def work(session: TenantSession, _at: datetime) -> str:
        await people_lists.check_unused(session, person)
        await rows.remove(session, person, revision=seen)
        return f"person/{person}"

    made = await staff.changed(held, caller, "person.remove", work)
    return bodies.Saved(version=made.version, job=made.job)


@router.put(
    "/people/by-external-id/{external_id}",
    responses={201: {"model": bodies.SavedPerson, "description": "There was nobody, and is now"}},
)
async def upsert_person(
    external_id: Annotated[str, Path(max_length=200)],
    body: bodies.NewPerson,
    held: Held,
    caller: Signed,
    response: Response,
    source: Source = "external",
) -> bodies.SavedPerson:
    """Make the person with this id in another system be so, new or not; again, it changes nothing."""
    done, is_new = await people_lists.upsert(held, caller, source, external_id, body)
    response.status_code = 201 if is_new else 200
    tag(response, done.person.revision)
    return done


@router.post("/people/{person}/absences", status_code=201, dependencies=[needs("people.own")])
async def add_absence(person: PersonId, body: bodies.AbsenceBody, held: Held, caller: Signed) -> bodies.SavedPerson:
    """Out of office for a period; everybody may say so of himself."""
    absence = Absence(body.since, body.until, body.reason, new_id()[:12])
    return await staff.edit_own(
        held,
        caller,
        person,
        lambda known: structs.replace(known, absences=(*known.absences, absence)),
        "person.absent",
    )


@router.delete("/people/{person}/absences/{absence}", dependencies=[needs("people.own")])
async def remove_absence(person: PersonId, absence: str, held: Held, caller: Signed) -> bodies.SavedPerson:
    """Back, or never gone."""
    edit = people_lists.without("absences", absence)
    return await staff.edit_own(held, caller, person, edit, "person.present")


@router.post("/people/{person}/proxies", status_code=201, dependencies=[needs("people.own")])
async def add_proxy(person: PersonId, body: bodies.ProxyBody, held: Held, caller: Signed) -> bodies.SavedPerson:
    """Let somebody act for this person, for named processes and a period. A loop is refused."""
    proxy = StandIn(new_id()[:12], Proxy(body.person, tuple(body.processes), body.since, body.until))
    return await staff.edit_own(
        held, caller, person, lambda known: structs.replace(known, proxies=(*known.proxies, proxy)), "person.proxy"
    )


@router.delete("/people/{person}/proxies/{proxy}", dependencies=[needs("people.own")])
async def remove_proxy(person: PersonId, proxy: str, held: Held, caller: Signed) -> bodies.SavedPerson:
    """Nobody acts for him by this rule any more."""
    edit = people_lists.without("proxies", proxy)
    return await staff.edit_own(held, caller, person, edit, "person.no_proxy")


@router.post(
    "/people/{person}/handover",
    status_code=202,
    responses={200: {"model": bodies.Handover, "description": "What would move; nothing has"}},
)
async def hand_over(
    person: PersonId, body: bodies.HandoverBody, held: Held, caller: Signed, response: Response
) -> bodies.Handover:
    """离职转办: all open work of this person goes to another; `preview` only says what would move."""
    require(caller, Action.MANAGE_PEOPLE)
    if body.preview:
        response.status_code = 200
        return await handovers.preview(held, caller, person, body)
    return await handovers.begin(held, caller, person, body)


@router.post("/people/{person}/password", status_code=201)
async def reset_password(person: PersonId, held: Held, caller: Signed) -> bodies.Password:
    """A new random password, shown once; all sessions of this person end."""
    require(caller, Action.MANAGE_PEOPLE)
    async with held.database.read(caller.tenant) as session:
        organisation = await people.organisation(session)
        user = await people.user(session, person)
    if person not in organisation.people:
        raise rows.no_person(person)
    if person in changing.admins_of(organisation) and not can(caller, Action.ADMINISTER):
        require(caller, Action.ADMINISTER)
    fresh = passwords.new_password()
    hashed = await passwords.hash_password(fresh)
    login = user.login if user is not None else person
    async with held.database.write(caller.tenant) as session:
        await people.save_user(session, person, login, hashed, at=now())
        await people.revoke_all(session, person, at=now())
    return bodies.Password(person=person, login=login, password=fresh)
