"""Changing the organisation: rows in, a sound new version out, and open work told to look for its people again.

Every way to change people (the API, files, SCIM, directories of vendors) ends in `finish`, in the transaction that
changed the rows; so nothing is half done, and no version exists that breaks a rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import structs

from waystation.contracts.directory import PersonRecord
from waystation.contracts.errors import Refused
from waystation.contracts.people import Organisation, Person
from waystation.contracts.problems import Problem
from waystation.store import organisation as rows
from waystation.store import people, people_jobs
from waystation.store.session import TenantSession
from workflows.people import check_record, roles_of, validate

#: The role that may do everything.
ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Changed:
    """The version that was made, and the job that moves open work; None where nothing needs to move."""

    version: int
    job: str | None


async def finish(session: TenantSession, *, by: str, may_administer: bool, at: datetime) -> Changed:
    """Make a version of the rows as they are now.

    Args:
        may_administer: `by` may say who is an admin, and change admins.
    Raises:
        Refused: `bad_people` with all that would be unsound after this change, `not_allowed`, `last_admin`.
    """
    number = await people.latest_version(session)
    before = await people.organisation(session, number)
    after = await rows.compose(session)
    if after == before:
        return Changed(number, None)
    _check_sound(before, after)
    _check_admins(before, after, by, may_administer=may_administer)
    await _logins(session, before, after, at)
    number = await people.save_version(session, after, number, by=by, at=at)
    for person, moment in _moments(before, after, at):
        await people_jobs.resolve_at(session, person, moment)
    if not _moves_work(before, after):
        return Changed(number, None)
    gone = [person for person in before.people if _works(before, person) and not _works(after, person)]
    return Changed(number, await people_jobs.resolve_later(session, gone, by=by, at=at))


def admins_of(organisation: Organisation) -> set[str]:
    """Active people who hold the role `admin`, also by inheritance."""
    found = organisation.people.values()
    return {one.id for one in found if one.active and ADMIN in roles_of(organisation, one)}


def _check_sound(before: Organisation, after: Organisation) -> None:
    """Only what this change breaks: an old mistake elsewhere must not forbid to mend another."""
    known = {(problem.code, problem.path) for problem in validate(before)}
    fresh = [problem for problem in validate(after) if (problem.code, problem.path) not in known]
    if fresh:
        raise bad_people(fresh)


def bad_people(problems: Sequence[Problem]) -> Refused:
    """Everything wrong with people, each with its path, as one refusal."""
    listed = [{"code": one.code, "path": list(one.path), "zh": one.zh, "en": one.en} for one in problems]
    first = problems[0]
    place = ".".join(map(str, first.path[1:]))
    more = len(problems) - 1
    return Refused(
        "bad_people",
        f"{place}: {first.en}" + (f" (and {more} more)" if more else ""),
        f"{place}：{first.zh}" + (f"（另有 {more} 处）" if more else ""),
        {"problems": listed},
    )


async def check(session: TenantSession, *records: PersonRecord) -> None:
    """Refuse records that are not well formed.

    Raises:
        Refused: `bad_people`.
    """
    parts = await rows.parts(session)
    problems = [problem for record in records for problem in check_record(record, parts)]
    if problems:
        raise bad_people(problems)


def _check_admins(before: Organisation, after: Organisation, by: str, *, may_administer: bool) -> None:
    earlier, later = admins_of(before), admins_of(after)
    if earlier and not later:
        raise Refused("last_admin", "nobody would be admin any more", "操作后将没有任何管理员")
    if may_administer:
        return
    touched = [one for one in earlier if one != by and before.people.get(one) != after.people.get(one)]
    if earlier != later or touched or before.admins != after.admins:
        raise Refused(
            "not_allowed", "only an admin changes admins", "仅管理员可变更管理员", {"people": sorted(touched)}
        )


async def _logins(session: TenantSession, before: Organisation, after: Organisation, at: datetime) -> None:
    """Who leaves is signed out and cannot sign in; who comes back can again."""
    for person in {**before.people, **after.people}:
        was, is_now = _works(before, person), _works(after, person)
        if was and not is_now:
            await people.disable_user(session, person, at=at)
        elif is_now and not was and person in before.people:
            await people.enable_user(session, person)


def _works(organisation: Organisation, person: str) -> bool:
    found = organisation.people.get(person)
    return found is not None and found.active


def _moves_work(before: Organisation, after: Organisation) -> bool:
    """May somebody be found now who was not before, or the other way round?"""
    if before.inherits != after.inherits or before.admins != after.admins:
        return True
    if before.people.keys() != after.people.keys():
        return True
    return any(_as_found(one) != _as_found(after.people[one.id]) for one in before.people.values())


def _as_found(person: Person) -> Person:
    """What finding people looks at. Capacity and duty count only when a task is given out."""
    return structs.replace(person, name="", region=None, capacity=None, duty=())


def _moments(before: Organisation, after: Organisation, at: datetime) -> Iterator[tuple[str, datetime]]:
    """When in the future a new absence or proxy begins and ends."""
    for person in after.people.values():
        earlier = before.people.get(person.id)
        fresh = _ends_of(person) - (_ends_of(earlier) if earlier is not None else set())
        yield from ((person.id, moment) for moment in sorted(fresh) if moment > at)


def _ends_of(person: Person) -> set[datetime]:
    ends = [(one.since, one.until) for one in person.absent] + [(one.since, one.until) for one in person.proxy]
    return {moment for period in ends for moment in period if moment is not None}
