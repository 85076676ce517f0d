"""Changing people for a caller: rights, well-formed records, one transaction, and the answer as he may see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from msgspec import structs

from designer_api import people_bodies as bodies
from designer_api.auth.policy import Action, Caller, can, require
from designer_api.deps import Parts, now
from waystation.contracts.directory import Part, PersonRecord
from waystation.contracts.errors import Refused
from waystation.contracts.people import Organisation
from waystation.gateway import organisation as changing
from waystation.gateway.organisation import Changed
from waystation.store import audit, people
from waystation.store import organisation as rows
from waystation.store.organisation import Stored
from waystation.store.session import TenantSession
from workflows.people import duty_text, is_away, parse_duty, roles_of

#: From a record to another; what is to be done to a person.
Edit = Callable[[PersonRecord], PersonRecord]
Work = Callable[[TenantSession, datetime], Awaitable[str]]
BeforeCommit = Callable[[Changed], Awaitable[None]]

_LISTS = ("posts", "roles", "groups")
_OPTIONAL = ("manager", "title", "region", "capacity")


async def changed(
    held: Parts, caller: Caller, action: str, work: Work, *, before_commit: BeforeCommit | None = None
) -> Changed:
    """Do some work on the rows and make a version of it, all or nothing; `work` answers with what it was done to.

    Args:
        before_commit: sees what was made, and may still raise.
    """
    require(caller, Action.MANAGE_PEOPLE)
    return await _changed(held, caller, action, work, before_commit)


async def _changed(
    held: Parts, caller: Caller, action: str, work: Work, before_commit: BeforeCommit | None = None
) -> Changed:
    may_administer = can(caller, Action.ADMINISTER)

    async def whole(session: TenantSession) -> Changed:
        at = now()
        target = await work(session, at)
        made = await changing.finish(session, by=caller.person, may_administer=may_administer, at=at)
        await audit.record(session, caller.person, action, at=at, target=target, detail={"version": made.version})
        if before_commit is not None:
            await before_commit(made)
        return made

    made = await held.database.transact(caller.tenant, whole)
    if made.job is not None:
        held.gateway.decided()
    return made


async def edit(
    held: Parts, caller: Caller, person: str, change: Edit, revision: int | None, action: str = "person.change"
) -> bodies.SavedPerson:
    """Change one person."""
    require(caller, Action.MANAGE_PEOPLE)
    return await _edit(held, caller, person, change, revision, action)


async def edit_own(held: Parts, caller: Caller, person: str, change: Edit, action: str) -> bodies.SavedPerson:
    """Change what everybody may change of himself: absences and proxies."""
    if caller.person != person:
        require(caller, Action.MANAGE_PEOPLE)
    return await _edit(held, caller, person, change, None, action)


async def _edit(
    held: Parts, caller: Caller, person: str, change: Edit, revision: int | None, action: str
) -> bodies.SavedPerson:
    async def work(session: TenantSession, at: datetime) -> str:
        known = await rows.person(session, person)
        if known is None:
            raise rows.no_person(person)
        wanted = change(known.record)
        await changing.check(session, wanted)
        await rows.change(session, wanted, by=caller.person, at=at, revision=revision)
        return f"person/{person}"

    made = await _changed(held, caller, action, work)
    return await saved(held, caller, person, made)


async def saved(held: Parts, caller: Caller, person: str, made: Changed) -> bodies.SavedPerson:
    return bodies.SavedPerson(person=await show(held, caller, person), job=made.job)


async def show(held: Parts, caller: Caller, person: str) -> bodies.Person:
    """One person as the caller may see him.

    Raises:
        Refused: `not_found`.
    """
    async with held.database.read(caller.tenant) as session:
        found = await rows.person(session, person)
        organisation = await people.organisation(session)
    if found is None:
        raise rows.no_person(person)
    return view(found, organisation, caller, now())


def view(found: Stored, organisation: Organisation, caller: Caller, at: datetime) -> bodies.Person:
    record = found.record
    whole = record.id == caller.person or can(caller, Action.MANAGE_PEOPLE)
    known = organisation.people.get(record.id)
    return bodies.Person(
        id=record.id,
        name=record.name,
        email=record.email if whole else masked_email(record.email),
        phone=record.phone if whole else masked_phone(record.phone),
        manager=record.manager,
        title=record.title or (known.title if known is not None else None),
        posts=list(record.posts),
        roles=list(record.roles),
        all_roles=sorted(roles_of(organisation, known)) if known is not None else [],
        groups=list(record.groups),
        region=record.region,
        skills=record.skills,
        at=list(record.at) if record.at is not None and whole else None,
        capacity=record.capacity,
        duty=duty_text(record.duty),
        away=record.away,
        absent_now=known is not None and is_away(known, at),
        absences=[
            bodies.Absence(id=one.id, since=one.since, until=one.until, reason=one.reason if whole else "")
            for one in record.absences
        ],
        proxies=[
            bodies.Proxy(
                id=one.id,
                person=one.proxy.person,
                processes=list(one.proxy.processes),
                since=one.proxy.since,
                until=one.proxy.until,
            )
            for one in record.proxies
        ],
        active=record.active,
        external=record.external if whole else {},
        revision=found.revision,
        changed_at=found.changed_at,
    )


def with_values(record: PersonRecord, values: dict[str, Any]) -> PersonRecord:
    """The record with these fields of a body; None empties a field.

    Raises:
        Refused: `bad_people`, hours of duty that cannot be read.
    """
    given: dict[str, Any] = {}
    for field, value in values.items():
        if field in _LISTS:
            given[field] = tuple(dict.fromkeys(value or ()))
        elif field in _OPTIONAL:
            given[field] = value or (None if field != "capacity" else value)
        elif field == "at":
            given[field] = None if value is None else (float(value[0]), float(value[1]))
        elif field == "duty":
            given[field] = read_duty(record.id, value or "")
        elif field in ("away", "active"):
            given[field] = field == "active" if value is None else value
        elif field in ("skills", "external"):
            given[field] = dict(value or {})
        else:
            given[field] = value or ""
    return structs.replace(record, **given)


def read_duty(person: str, text: str) -> Any:
    try:
        return parse_duty(text)
    except ValueError:
        zh, en = "值班时间应形如 mon-fri 09:00-18:00", "hours of duty look like mon-fri 09:00-18:00"
        problem = {"code": "bad_value", "path": ["people", person, "duty"], "zh": zh, "en": en}
        raise Refused("bad_people", f"duty: {en}", f"duty：{zh}", {"problems": [problem]}) from None


def masked_phone(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 9 else "****" if phone else ""


def masked_email(email: str) -> str:
    name, _, domain = email.partition("@")
    return f"{name[:1]}***@{domain}" if email else ""


def part_view(part: Part, revision: int, organisation: Organisation) -> bodies.Part:
    """A role, group or post with those who hold it."""
    active = [one for one in organisation.people.values() if one.active]
    is_role, is_group, is_post = part.kind == "role", part.kind == "group", part.kind == "post"
    holders: list[str] = []
    if is_role:
        holders = [one.id for one in active if part.id in roles_of(organisation, one)]
    elif is_group:
        holders = [one.id for one in active if part.id in one.groups]
    return bodies.Part(
        id=part.id,
        name=part.name,
        inherits=list(part.inherits) if is_role else None,
        parent=part.parent,
        title=part.title,
        roles=list(part.roles) if is_post else None,
        holders=holders,
        revision=revision,
    )
