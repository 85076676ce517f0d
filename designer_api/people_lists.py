"""Finding people for a caller, and the changes of one person that need a look around first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from msgspec import structs
from sqlalchemy import select

from designer_api import people_bodies as bodies
from designer_api import staff
from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.staff import Edit
from waystation.contracts.directory import PersonRecord
from waystation.contracts.errors import Refused
from waystation.contracts.people import Organisation, Person
from waystation.gateway import organisation as changing
from waystation.store import organisation as rows
from waystation.store import people
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, TaskPersonRow
from workflows.people import is_away, roles_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of a list of people; None: whatever."""

    text: str = ""
    role: str | None = None
    group: str | None = None
    manager: str | None = None
    skill: str | None = None
    active: bool | None = None
    away: bool | None = None

    def holds(self, organisation: Organisation, one: Person, at: datetime) -> bool:
        """Is he among them, as far as the organisation tells?"""
        return (
            (self.role is None or self.role in roles_of(organisation, one))
            and (self.group is None or self.group in one.groups)
            and (self.manager is None or self.manager == one.manager)
            and (self.skill is None or self.skill in one.skills)
            and (self.away is None or self.away == is_away(one, at))
        )

    @property
    def is_plain(self) -> bool:
        return self == Wanted(self.text, active=self.active)


async def page(held: Parts, caller: Caller, wanted: Wanted, cursor: str | None, limit: int) -> bodies.PersonPage:
    """One page of people."""
    at = now()
    async with held.database.read(caller.tenant) as session:
        organisation = await people.organisation(session)
        among = None
        if not wanted.is_plain:
            among = [one.id for one in organisation.people.values() if wanted.holds(organisation, one, at)]
        found = await rows.page(
            session, among=among, text=wanted.text, active=wanted.active, cursor=cursor, limit=limit
        )
    views = [staff.view(one, organisation, caller, at) for one in found.items]
    return bodies.PersonPage(items=views, next=found.next)


async def check_unused(session: TenantSession, person: str) -> None:
    """Refuse to remove somebody whom records of cases name.

    Raises:
        Refused: `in_use`.
    """
    task = await session.scalar(select(TaskPersonRow.case_id).where(TaskPersonRow.person == person).limit(1))
    case = await session.scalar(select(CaseRow.case_id).where(CaseRow.initiator == person).limit(1))
    if task is not None or case is not None:
        en = f"{person} has taken part in cases; set `active` to false instead"
        raise Refused("in_use", en, f"{person} 参与过流程，不能删除，请改为离职（active: false）")


async def upsert(
    held: Parts, caller: Caller, source: str, external_id: str, body: bodies.NewPerson
) -> tuple[bodies.SavedPerson, bool]:
    """The person with this external id, made so; and whether he is new.

    Who is not linked yet, but has the id that the body proposes, is linked now.
    """
    values = body.model_dump(exclude_unset=True, exclude={"id", "external"})
    outcome: dict[str, str | bool] = {}

    async def work(session: TenantSession, at: datetime) -> str:
        known = await rows.by_external_id(session, source, external_id) or await rows.person(session, body.id)
        record = known.record if known is not None else PersonRecord(body.id)
        record = staff.with_values(structs.replace(record, external={**record.external, source: external_id}), values)
        await changing.check(session, record)
        if known is None:
            await rows.add(session, [record], by=caller.person, at=at)
        else:
            await rows.change(session, record, by=caller.person, at=at)
        outcome.update(person=record.id, new=known is None)
        return f"person/{record.id}"

    made = await staff.changed(held, caller, "person.upsert", work)
    return await staff.saved(held, caller, str(outcome["person"]), made), bool(outcome["new"])


def without(field: Literal["absences", "proxies"], wanted: str) -> Edit:
    """Take the absence or proxy with this id away.

    Raises:
        Refused: `not_found`, when the edit is made.
    """

    def edit(known: PersonRecord) -> PersonRecord:
        listed = known.absences if field == "absences" else known.proxies
        left = tuple(one for one in listed if one.id != wanted)
        if len(left) == len(listed):
            raise Refused("not_found", f"there is none called {wanted}", f"没有 {wanted}")
        return structs.replace(known, **{field: left})

    return edit
