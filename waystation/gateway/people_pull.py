"""A vendor's contact list into the organisation: what would change, and the change, all or nothing.

People are known by their id at the vendor; who is not linked yet is found by an e-mail address or telephone that
nobody else has, else he is new. Departments become groups. What the vendor does not know (roles, skills, proxies)
stays as it is. Who was linked and is not in the list any more has left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from msgspec import structs

from activities.people.contracts import Department, Directory, Member
from waystation.contracts.directory import Part, PersonRecord
from waystation.contracts.errors import Refused
from waystation.gateway import organisation as changing
from waystation.gateway.organisation import Changed
from waystation.store import audit, people_jobs
from waystation.store import organisation as rows
from waystation.store.organisation import Stored
from waystation.store.people_jobs import Done
from waystation.store.session import Database, TenantSession
from workflows.people import check_record

#: Of those linked, the share that may leave at once before somebody has to say that this is meant.
_MOST_LEAVERS = 0.3
_FEW = 5
_UNFIT = re.compile(r"[^\w.@+\-]")


@dataclass(slots=True)
class Pulled:
    """What a pull did, or would do. `changed` says which fields; `skipped` why somebody cannot be taken over.

    Args:
        job: moves open work; record: says person by person what the pull did. None where there is none.
    """

    added: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    unchanged: int = 0
    version: int = 0
    job: str | None = None
    record: str | None = None


class _DryRun(Exception):
    """Ends a transaction that was only to be tried."""


async def pull(
    database: Database, tenant: str, directory: Directory, *, by: str = "", dry_run: bool, force: bool = False
) -> Pulled:
    """Bring the organisation to what the directory says.

    Args:
        force: also if so many leave that it may be a mistake.
    Raises:
        Refused: `too_many_leavers`, `bad_people`, and what the directory raises.
        Unavailable: what the directory raises.
    """
    departments = await directory.departments()
    members = await directory.members(departments)
    report = Pulled()

    async def work(session: TenantSession) -> None:
        nonlocal report
        report, at = Pulled(), datetime.now(UTC)
        await _write(session, directory.source, departments, members, report, by, at, force=force)
        made: Changed = await changing.finish(session, by=by, may_administer=True, at=at)
        report.version, report.job = made.version, None if dry_run else made.job
        if dry_run:
            raise _DryRun
        report.record = await _note(session, directory.source, report, by, at)

    with suppress(_DryRun):
        await database.transact(tenant, work)
    return report


async def _note(session: TenantSession, source: str, report: Pulled, by: str, at: datetime) -> str | None:
    """Keep what became of each person that something became of, and the pull itself in the audit log."""
    results = [
        *(_result(f"person/{person}", "added") for person in report.added),
        *(_result(f"person/{person}", "changed", fields=fields) for person, fields in report.changed.items()),
        *(_result(f"person/{person}", "left") for person in report.left),
        *(_result(f"group/{group}", "changed") for group in report.groups),
        *(_result(f"{source}/{member}", "skipped", why=why) for member, why in report.skipped.items()),
    ]
    counts = {
        "added": len(report.added), "changed": len(report.changed), "left": len(report.left),
        "groups": len(report.groups), "skipped": len(report.skipped), "unchanged": report.unchanged,
    }  # fmt: skip
    kept = None
    if results:
        kept = await people_jobs.note(session, people_jobs.PULL, {"source": source, **counts}, results, by=by, at=at)
    detail = {**counts, "version": report.version, **({"job": kept} if kept else {})}
    await audit.record(session, by, "people.pull", at=at, target=f"contacts/{source}", detail=detail)
    return kept


def _result(whom: str, what: str, **more: object) -> Done:
    return Done(("", whom[:400]), ok=what != "skipped", code=what, detail=dict(more) or None)


async def _write(
    session: TenantSession,
    source: str,
    departments: list[Department],
    members: list[Member],
    report: Pulled,
    by: str,
    at: datetime,
    *,
    force: bool,
) -> None:
    known, parts = await rows.everybody(session), await rows.parts(session)
    for department in departments:
        parent = f"{source}-{department.parent}" if department.parent is not None else None
        part = Part("group", f"{source}-{department.id}", department.name[:100], parent=parent)
        if parts.get(("group", part.id)) != part:
            report.groups.append(part.id)
            await rows.put_part(session, part, by=by, at=at)
    people = _people(source, members, known, await rows.links(session, source))
    managers = _managers(members, departments)
    wanted: list[PersonRecord] = []
    for member in members:
        manager = managers.get(member.id)
        record = _record(source, member, people[member.id], known, people.get(manager) if manager else None)
        faults = check_record(record, parts)
        if faults:
            report.skipped[member.id] = f"{faults[0].path[-1]}: {faults[0].en}  {faults[0].zh}"
        else:
            wanted.append(record)
    left = [one.record for one in known.values() if _has_left(one, source, {member.id for member in members})]
    _check_leavers(left, known, source, force=force)
    await _save(session, _known_managers(wanted, known), left, known, report, by, at)


async def _save(
    session: TenantSession,
    wanted: list[PersonRecord],
    left: list[PersonRecord],
    known: Mapping[str, Stored],
    report: Pulled,
    by: str,
    at: datetime,
) -> None:
    fresh = [record for record in wanted if record.id not in known]
    report.added = [record.id for record in fresh]
    report.left = [record.id for record in left]
    await rows.add(session, fresh, by=by, at=at)
    for record in wanted:
        if record.id not in known:
            continue
        earlier = known[record.id].record
        fields = [name for name in record.__struct_fields__ if getattr(record, name) != getattr(earlier, name)]
        if fields:
            report.changed[record.id] = fields
            await rows.change(session, record, by=by, at=at, known=known[record.id])
        else:
            report.unchanged += 1
    for record in left:
        await rows.change(session, structs.replace(record, active=False), by=by, at=at, known=known[record.id])


def _people(
    source: str, members: Iterable[Member], known: Mapping[str, Stored], links: Mapping[str, str]
) -> dict[str, str]:
    """Member -> person, new ids included."""
    unlinked = [one.record for one in known.values() if source not in one.record.external]
    by_contact: dict[str, list[str]] = {}
    for record in unlinked:
        for contact in (record.email.lower(), _digits(record.phone)):
            if contact:
                by_contact.setdefault(contact, []).append(record.id)
    found: dict[str, str] = {}
    taken = set(known)
    for member in members:
        person = links.get(member.id) or _same(member, by_contact, found)
        if person is None or person not in known:
            person = _fresh_id(member.id, source, taken)
        taken.add(person)
        found[member.id] = person
    return found


def _same(member: Member, by_contact: Mapping[str, list[str]], found: Mapping[str, str]) -> str | None:
    for contact in (member.email.lower(), _digits(member.phone)):
        people = by_contact.get(contact, []) if contact else []
        if len(people) == 1 and people[0] not in found.values():
            return people[0]
    return None


def _fresh_id(member: str, source: str, taken: set[str]) -> str:
    plain = _UNFIT.sub("_", member).lstrip(".@+-")[:80] or "person"
    person = plain if plain not in taken else f"{plain}.{source}"
    number = 2
    while person in taken:
        person, number = f"{plain}.{source}{number}", number + 1
    return person


def _record(source: str, member: Member, person: str, known: Mapping[str, Stored], manager: str | None) -> PersonRecord:
    earlier = known[person].record if person in known else PersonRecord(person)
    own = [group for group in earlier.groups if not group.startswith(f"{source}-")]
    return structs.replace(
        earlier,
        name=member.name[:100] or earlier.name,
        email=member.email or earlier.email,
        phone=member.phone or earlier.phone,
        title=member.title or earlier.title,
        manager=manager or earlier.manager,
        groups=(*own, *(f"{source}-{department}" for department in member.departments)),
        active=member.active,
        external={**earlier.external, source: member.id},
    )


def _managers(members: list[Member], departments: list[Department]) -> dict[str, str]:
    """Member -> the one he reports to: as the vendor says, else who leads his main department or one above it."""
    by_id = {department.id: department for department in departments}
    leaders: dict[str, str] = {department.id: department.leaders[0] for department in departments if department.leaders}
    present = {member.id for member in members}
    for member in members:
        for department in member.leads:
            leaders.setdefault(department, member.id)
    found: dict[str, str] = {}
    for member in members:
        manager = member.manager if member.manager in present else None
        here = by_id.get(member.departments[0]) if member.departments and manager is None else None
        while manager is None and here is not None:
            leader = leaders.get(here.id)
            manager = leader if leader in present and leader != member.id else None
            here = by_id.get(here.parent) if here.parent is not None else None
        if manager is not None and manager != member.id and not _leads_back(member.id, manager, found):
            found[member.id] = manager
    return found


def _leads_back(member: str, manager: str, managers: Mapping[str, str]) -> bool:
    """Would this close a circle of command?"""
    here: str | None = manager
    while here is not None:
        if here == member:
            return True
        here = managers.get(here)
    return False


def _known_managers(wanted: list[PersonRecord], known: Mapping[str, Stored]) -> list[PersonRecord]:
    """Nobody reports to somebody who could not be taken over."""
    there = {*known, *(record.id for record in wanted)}
    return [record if record.manager in there else structs.replace(record, manager=None) for record in wanted]


def _has_left(one: Stored, source: str, present: set[str]) -> bool:
    external = one.record.external.get(source)
    return one.record.active and external is not None and external not in present


def _check_leavers(left: list[PersonRecord], known: Mapping[str, Stored], source: str, *, force: bool) -> None:
    linked = [one for one in known.values() if one.record.active and source in one.record.external]
    if force or len(left) <= _FEW or len(left) <= _MOST_LEAVERS * len(linked):
        return
    raise Refused(
        "too_many_leavers",
        f"{len(left)} of {len(linked)} people would leave; say that this is meant, or see what it may read",
        f"{len(linked)} 人中将有 {len(left)} 人离职；请确认，或检查应用的可见范围",
        {"people": [record.id for record in left[:50]]},
    )


def _digits(phone: str) -> str:
    """A telephone number as it is compared: without the country code of the mainland."""
    digits = re.sub(r"\D", "", phone)
    return digits[2:] if digits.startswith("86") and len(digits) == 13 else digits
