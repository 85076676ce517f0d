"""Roles, groups and posts for a caller."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from msgspec import structs

from designer_api import people_bodies as bodies
from designer_api import staff
from designer_api.auth.policy import Caller
from designer_api.deps import Parts
from waystation.contracts.directory import Part, PartKind
from waystation.contracts.errors import Refused
from waystation.gateway import organisation as changing
from waystation.gateway.organisation import Changed
from waystation.store import organisation as rows
from waystation.store import people
from waystation.store.session import TenantSession
from workflows.people import check_part

_FIELDS: dict[str, frozenset[str]] = {
    "role": frozenset({"name", "inherits"}),
    "group": frozenset({"name", "parent", "members"}),
    "post": frozenset({"name", "title", "roles"}),
}


async def listed(held: Parts, caller: Caller, kinds: str) -> list[bodies.Part]:
    async with held.database.read(caller.tenant) as session:
        found = await rows.stored_parts(session, _kind(kinds))
        organisation = await people.organisation(session)
        fillers = await _fillers(session) if kinds == "posts" else {}
    views = [staff.part_view(one.part, one.revision, organisation) for one in found]
    return [_with_fillers(view, fillers) if kinds == "posts" else view for view in views]


async def shown(held: Parts, caller: Caller, kinds: str, part: str) -> bodies.Part:
    """One part.

    Raises:
        Refused: `not_found`.
    """
    found = next((view for view in await listed(held, caller, kinds) if view.id == part), None)
    if found is None:
        raise _no_part(part)
    return found


async def put(
    held: Parts, caller: Caller, kinds: str, part: str, body: bodies.PartBody, revision: int | None
) -> Changed:
    """Make a part be so.

    Raises:
        Refused: `bad_request`, `bad_people`, `changed_meanwhile`, `not_allowed`.
    """
    kind = _kind(kinds)
    superfluous = sorted(body.model_fields_set - _FIELDS[kind])
    if superfluous:
        fields = ", ".join(superfluous)
        raise Refused("bad_request", f"a {kind} has no {fields}", f"{kinds} 没有 {fields}")
    inherits, roles = tuple(body.inherits or ()), tuple(body.roles or ())
    wanted = Part(kind, part, body.name, inherits, body.parent, body.title or None, roles)

    async def work(session: TenantSession, at: datetime) -> str:
        problems = check_part(wanted, await rows.parts(session))
        if problems:
            raise changing.bad_people(problems)
        await rows.put_part(session, wanted, by=caller.person, at=at, revision=revision)
        if body.members is not None:
            await _set_members(session, part, body.members, caller.person, at)
        return f"{kind}/{part}"

    return await staff.changed(held, caller, "organisation.part", work)


async def remove(held: Parts, caller: Caller, kinds: str, part: str) -> Changed:
    """Forget a part.

    Raises:
        Refused: `not_found`, `in_use`.
    """
    kind = _kind(kinds)

    async def work(session: TenantSession, _at: datetime) -> str:
        known = await rows.everybody(session)
        inside = [one for one in known.values() if part in getattr(one.record, kinds)]
        below = [one for one in (await rows.parts(session)).values() if one.parent == part and kind == "group"]
        if kind != "role" and (inside or below):
            raise Refused("in_use", f"people are still in {part}", f"{part} 中还有人员或下级", {"people": len(inside)})
        if not await rows.remove_part(session, kind, part):
            raise _no_part(part)
        return f"{kind}/{part}"

    return await staff.changed(held, caller, "organisation.no_part", work)


async def _set_members(session: TenantSession, group: str, members: list[str], by: str, at: datetime) -> None:
    known = await rows.everybody(session)
    for person in members:
        if person not in known:
            raise rows.no_person(person)
    wanted = set(members)
    for one in known.values():
        groups = one.record.groups
        if (one.record.id in wanted) == (group in groups):
            continue
        fresh = (*groups, group) if one.record.id in wanted else tuple(name for name in groups if name != group)
        await rows.change(session, structs.replace(one.record, groups=fresh), by=by, at=at)


async def _fillers(session: TenantSession) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in (await rows.everybody(session)).values():
        for post in one.record.posts if one.record.active else ():
            found.setdefault(post, []).append(one.record.id)
    return found


def _with_fillers(view: bodies.Part, fillers: dict[str, list[str]]) -> bodies.Part:
    return view.model_copy(update={"holders": fillers.get(view.id, [])})


def _kind(kinds: str) -> PartKind:
    return cast(Literal["role", "group", "post"], kinds.removesuffix("s"))


def _no_part(part: str) -> Refused:
    return Refused("not_found", f"there is no {part}", f"没有 {part}")
