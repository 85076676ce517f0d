"""The organisation as rows: people and parts with their revisions, and the versions that are made from them.

Nothing here judges whether an organisation is sound or who may change it; `waystation.gateway.organisation` does, and
makes a version of what it accepts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import CursorResult, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from waystation.contracts.directory import ADMINS, Part, Parts, PersonRecord, composed, record_of
from waystation.contracts.errors import Refused
from waystation.contracts.people import Organisation
from waystation.store import personal_contacts
from waystation.store.cursors import Page, cut, page_of
from waystation.store.inserts import insert_if_new
from waystation.store.session import Conflict, TenantSession
from waystation.store.tables.access import TenantRow
from waystation.store.tables.people import OrganisationPartRow, PersonLinkRow, PersonRow

#: Rows written by one statement.
_AT_ONCE = 500
_ORDER = (PersonRow.place, PersonRow.person)
_COLUMNS = (
    PersonRow.record,
    PersonRow.contact,
    PersonRow.revision,
    PersonRow.place,
    PersonRow.changed_at,
    PersonRow.changed_by,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A person's record with its revision."""

    record: PersonRecord
    revision: int
    place: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part with its revision."""

    part: Part
    revision: int
    changed_at: datetime
    changed_by: str


# ---------------------------------------------------------------------------------------------------- people
async def person(session: TenantSession, person_id: str) -> Stored | None:
    row = (await session.execute(select(*_COLUMNS).where(PersonRow.person == person_id))).one_or_none()
    return None if row is None else _stored(session, row)


async def everybody(session: TenantSession) -> dict[str, Stored]:
    """All people in the organisation's order, those who left too."""
    found = await session.execute(select(*_COLUMNS).order_by(*_ORDER))
    return {one.record.id: one for one in (_stored(session, row) for row in found)}


async def page(
    session: TenantSession,
    *,
    among: Sequence[str] | None = None,
    text: str = "",
    active: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Stored]:
    """One page of people in the organisation's order.

    Args:
        among: only these ids.
        text: part of an id or name, whatever the case.
    Raises:
        Refused: `bad_cursor`.
    """
    query: Any = select(*_COLUMNS)  # rows of columns, not of a mapped class
    if among is not None:
        query = query.where(PersonRow.person.in_(list(among)))
    if active is not None:
        query = query.where(PersonRow.active == active)
    if text:
        part = text.lower()
        query = query.where(
            or_(
                func.lower(PersonRow.name).contains(part, autoescape=True),
                func.lower(PersonRow.person).contains(part, autoescape=True),
            )
        )
    found = await session.execute(page_of(query, _ORDER, cursor, limit, newest_first=False))
    rows = [_stored(session, row) for row in found]
    return cut(rows, [[row.place, row.record.id] for row in rows], limit)


async def by_external_id(session: TenantSession, source: str, external_id: str) -> Stored | None:
    here = (PersonLinkRow.source == source, PersonLinkRow.external_id == external_id)
    found = await session.scalar(select(PersonLinkRow.person).where(*here))
    return None if found is None else await person(session, found)


async def links(session: TenantSession, source: str) -> dict[str, str]:
    """External id -> person, of one source."""
    query = select(PersonLinkRow.external_id, PersonLinkRow.person).where(PersonLinkRow.source == source)
    return {row.external_id: row.person for row in await session.execute(query)}


async def add(session: TenantSession, records: Sequence[PersonRecord], *, by: str, at: datetime) -> None:
    """New people, after those who are there.

    Raises:
        Refused: `already_there`, `external_id_in_use`.
    """
    last = await session.scalar(select(func.max(PersonRow.place))) or 0
    ids = [record.id for record in records]
    for start in range(0, len(ids), _AT_ONCE):
        taken = await session.scalar(
            select(PersonRow.person).where(PersonRow.person.in_(ids[start : start + _AT_ONCE]))
        )
        if taken is not None:
            raise Refused("already_there", f"there is a person {taken} already", f"人员 {taken} 已存在")
    rows = [
        {
            "person": record.id,
            "place": last + number,
            **_columns(session, record),
            "revision": 1,
            "created_at": at,
            "changed_at": at,
            "changed_by": by,
        }
        for number, record in enumerate(records, 1)
    ]
    try:
        for start in range(0, len(rows), _AT_ONCE):
            await session.execute(insert(PersonRow), rows[start : start + _AT_ONCE])
    except IntegrityError as taken_now:
        raise Conflict("somebody else adds one of these people") from taken_now
    await _link(session, [record for record in records if record.external])


async def change(
    session: TenantSession,
    record: PersonRecord,
    *,
    by: str,
    at: datetime,
    revision: int | None = None,
    known: Stored | None = None,
) -> Stored:
    """Another record of somebody; an equal one changes nothing.

    Args:
        revision: the one that the caller has seen; None: whatever it is.
        known: what is stored, where this transaction has read it already.
    Raises:
        Refused: `not_found`, `changed_meanwhile`, `external_id_in_use`.
    """
    known = known or await person(session, record.id)
    if known is None:
        raise no_person(record.id)
    if revision is not None and revision != known.revision:
        raise changed_meanwhile(known.revision)
    if known.record == record:
        return known
    result = await session.execute(
        update(PersonRow)
        .where(PersonRow.person == record.id, PersonRow.revision == known.revision)
        .values(**_columns(session, record), revision=known.revision + 1, changed_at=at, changed_by=by)
    )
    if not _hit(result):
        # Changed between our look and our write: who named no revision has it done again.
        raise changed_meanwhile(known.revision + 1) if revision is not None else Conflict(f"person {record.id}")
    if known.record.external != record.external:
        await session.execute(delete(PersonLinkRow).where(PersonLinkRow.person == record.id))
        await _link(session, [record])
    return Stored(record, known.revision + 1, known.place, at, by)


async def remove(session: TenantSession, person_id: str, *, revision: int | None = None) -> None:
    """Somebody who was entered by mistake.

    Raises:
        Refused: `not_found`, `changed_meanwhile`.
    """
    known = await person(session, person_id)
    if known is None:
        raise no_person(person_id)
    if revision is not None and revision != known.revision:
        raise changed_meanwhile(known.revision)
    await _forget(session, [person_id])


async def forget_contact(session: TenantSession, person_id: str, *, by: str, at: datetime, force: bool) -> bool:
    """Drop how to reach somebody who has left, or with `force` anybody; whether there was anything to drop."""
    known = await person(session, person_id)
    if known is None or (known.record.active and not force):
        return False
    bare = personal_contacts.without(known.record)
    await change(session, bare, by=by, at=at, known=known)
    return bare != known.record


async def _forget(session: TenantSession, people: Sequence[str]) -> None:
    for row in (PersonLinkRow, PersonRow):
        await session.execute(delete(row).where(row.person.in_(list(people))))


async def _link(session: TenantSession, records: Iterable[PersonRecord]) -> None:
    wanted = [(source, external, record.id) for record in records for source, external in record.external.items()]
    for source, external, owner in wanted:
        made = await insert_if_new(session, PersonLinkRow, source=source, external_id=external, person=owner)
        if not made:
            raise Refused(
                "external_id_in_use",
                f"{source} id {external} belongs to somebody else",
                f"{source} 的外部编号 {external} 已属于他人",
                {"source": source, "external_id": external},
            )


# ----------------------------------------------------------------------------------------------------- parts
async def parts(session: TenantSession) -> Parts:
    """Roles, groups, posts and admins by kind and id."""
    found = [one.part for one in await stored_parts(session)]
    return {(part.kind, part.id): part for part in found}


async def stored_parts(session: TenantSession, kind: str | None = None) -> list[StoredPart]:
    query = select(OrganisationPartRow).order_by(OrganisationPartRow.kind, OrganisationPartRow.part)
    rows = await session.scalars(query if kind is None else query.where(OrganisationPartRow.kind == kind))
    return [_stored_part(row) for row in rows]


async def part(session: TenantSession, kind: str, part_id: str) -> StoredPart | None:
    row = await session.get(OrganisationPartRow, (session.tenant, kind, part_id), populate_existing=True)
    return None if row is None else _stored_part(row)


async def put_part(
    session: TenantSession, wanted: Part, *, by: str, at: datetime, revision: int | None = None
) -> StoredPart:
    """A part as it is now, new or not; an equal one changes nothing.

    Raises:
        Refused: `changed_meanwhile`.
    """
    known = await part(session, wanted.kind, wanted.id)
    if revision is not None and revision != (known.revision if known is not None else 0):
        raise changed_meanwhile(known.revision if known is not None else 0)
    if known is not None and known.part == wanted:
        return known
    values: dict[str, Any] = {"record": _text(wanted), "changed_at": at, "changed_by": by}
    here = (OrganisationPartRow.kind == wanted.kind, OrganisationPartRow.part == wanted.id)
    if known is None:
        made = await insert_if_new(session, OrganisationPartRow, kind=wanted.kind, part=wanted.id, revision=1, **values)
        if not made:
            raise changed_meanwhile(1)
        return StoredPart(wanted, 1, at, by)
    number = known.revision + 1
    change_it = update(OrganisationPartRow).where(*here, OrganisationPartRow.revision == known.revision)
    if not _hit(await session.execute(change_it.values(**values, revision=number))):
        raise changed_meanwhile(number)
    return StoredPart(wanted, number, at, by)


async def remove_part(session: TenantSession, kind: str, part_id: str) -> bool:
    """False where there is none."""
    here = (OrganisationPartRow.kind == kind, OrganisationPartRow.part == part_id)
    return _hit(await session.execute(delete(OrganisationPartRow).where(*here)))


# -------------------------------------------------------------------------------------------------- together
async def compose(session: TenantSession) -> Organisation:
    """The organisation that the rows make now."""
    tenant = await session.get(TenantRow, session.tenant)
    people = await everybody(session)
    zone = tenant.timezone if tenant is not None else Organisation().timezone
    return composed((one.record for one in people.values()), await parts(session), zone)


async def write_all(session: TenantSession, organisation: Organisation, *, by: str, at: datetime) -> None:
    """Make the rows say exactly this; whoever it does not name is forgotten."""
    known = await everybody(session)
    fresh = [record_of(one) for one in organisation.people.values() if one.id not in known]
    gone = [one for one in known if one not in organisation.people]
    if gone:
        await _forget(session, gone)
    for one in organisation.people.values():
        if one.id in known:
            await change(session, record_of(one, known[one.id].record), by=by, at=at)
    if fresh:
        await add(session, fresh, by=by, at=at)
    await _place(session, list(organisation.people))
    await session.execute(delete(OrganisationPartRow))
    for wanted in _parts_of(organisation):
        await put_part(session, wanted, by=by, at=at)


async def _place(session: TenantSession, people: Sequence[str]) -> None:
    """Their order is the organisation's."""
    places = {one.record.id: one.place for one in (await everybody(session)).values()}
    if [*places] == [*people]:
        return
    for number, one in enumerate(people, 1):
        if places[one] != number:
            await session.execute(update(PersonRow).where(PersonRow.person == one).values(place=number))


def _parts_of(organisation: Organisation) -> list[Part]:
    found = [Part("role", role, inherits=inherits) for role, inherits in organisation.inherits.items()]
    return [*found, Part(*ADMINS, people=organisation.admins)] if organisation.admins else found  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------------- common
def no_person(person_id: str) -> Refused:
    return Refused("not_found", f"there is no person {person_id}", f"没有人员 {person_id}", {"person": person_id})


def changed_meanwhile(revision: int) -> Refused:
    return Refused(
        "changed_meanwhile",
        "somebody else has changed this; read it again",
        "内容已被他人修改，请重新读取",
        {"revision": revision},
    )


def _stored(session: TenantSession, row: Any) -> Stored:
    record = personal_contacts.joined(session, msgspec.json.decode(row.record, type=PersonRecord), row.contact)
    return Stored(record, row.revision, row.place, row.changed_at, row.changed_by)


def _stored_part(row: OrganisationPartRow) -> StoredPart:
    return StoredPart(msgspec.json.decode(row.record, type=Part), row.revision, row.changed_at, row.changed_by)


def _columns(session: TenantSession, record: PersonRecord) -> dict[str, Any]:
    kept, contact = personal_contacts.parted(session, record)
    return {"name": record.name, "active": record.active, "record": _text(kept), "contact": contact}


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _hit(result: Any) -> bool:
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
