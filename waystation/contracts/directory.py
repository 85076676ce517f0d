"""The organisation as it is stored: a record per person and per part (roles, groups, posts), and what they make.

`composed` makes the `Organisation` that rules are resolved in; a record holds more than that: how to reach somebody,
what he is called elsewhere, the posts he fills.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from waystation.contracts.people import Absence, Duty, Organisation, Person, Proxy

PartKind = Literal["role", "group", "post", "admins"]


class StandIn(Struct, frozen=True, omit_defaults=True):
    """A proxy with an id of its own, so that it can be taken back."""

    id: str
    proxy: Proxy


class PersonRecord(Struct, frozen=True, omit_defaults=True):
    """Everything known of a person. `external` is his id by source (`scim`, `wecom`, …)."""

    id: str
    name: str = ""
    email: str = ""
    phone: str = ""
    manager: str | None = None
    title: str | None = None
    posts: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    region: str | None = None
    skills: dict[str, int] = {}
    at: tuple[float, float] | None = None
    capacity: int | None = None
    duty: tuple[Duty, ...] = ()
    proxies: tuple[StandIn, ...] = ()
    absences: tuple[Absence, ...] = ()
    away: bool = False
    active: bool = True
    external: dict[str, str] = {}


class Part(Struct, frozen=True, omit_defaults=True):
    """A role, group or post. Which of these it has depends on its kind.

    Args:
        inherits: roles that holders of this role hold too.
        parent: group that this one belongs to: its members are members of that one, and so on upwards.
        title, roles: what everybody who fills this post has.
        people: of `admins`: who is asked where nobody was found, in order.
    """

    kind: PartKind
    id: str
    name: str = ""
    inherits: tuple[str, ...] = ()
    parent: str | None = None
    title: str | None = None
    roles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


Parts = Mapping[tuple[str, str], Part]

#: Key of the one part that says who is asked where nobody was found.
ADMINS = ("admins", "admins")


def composed(records: Iterable[PersonRecord], parts: Parts, timezone: str = "Asia/Shanghai") -> Organisation:
    """The organisation that these make, people in the order given."""
    inherits = {part.id: part.inherits for part in parts.values() if part.kind == "role" and part.inherits}
    admins = parts.get(ADMINS)
    people = {record.id: _person(record, parts) for record in records}
    return Organisation(people, inherits, admins.people if admins is not None else (), timezone)


def record_of(person: Person, earlier: PersonRecord | None = None) -> PersonRecord:
    """The record that makes this person; what the organisation does not know stays as it was."""
    known = earlier or PersonRecord(person.id)
    return PersonRecord(
        person.id,
        person.name,
        known.email,
        known.phone,
        person.manager,
        person.title,
        (),
        person.roles,
        person.groups,
        person.region,
        person.skills,
        person.at,
        person.capacity,
        person.duty,
        tuple(StandIn(str(index + 1), proxy) for index, proxy in enumerate(person.proxy)),
        person.absent,
        person.away,
        person.active,
        known.external,
    )


def _person(record: PersonRecord, parts: Parts) -> Person:
    posts = [part for post in record.posts if (part := parts.get(("post", post))) is not None]
    roles = dict.fromkeys([*record.roles, *(role for post in posts for role in post.roles)])
    return Person(
        id=record.id,
        name=record.name,
        roles=tuple(roles),
        groups=_with_parents(record.groups, parts),
        manager=record.manager,
        title=record.title or next((post.title for post in posts if post.title), None),
        skills=record.skills,
        at=record.at,
        proxy=tuple(one.proxy for one in record.proxies),
        away=record.away,
        active=record.active,
        capacity=record.capacity,
        region=record.region,
        absent=record.absences,
        duty=record.duty,
    )


def _with_parents(groups: tuple[str, ...], parts: Parts) -> tuple[str, ...]:
    """The groups and all that they belong to; a circle ends where it began."""
    found: dict[str, None] = {}
    waiting = list(groups)
    while waiting:
        group = waiting.pop(0)
        if group not in found:
            found[group] = None
            part = parts.get(("group", group))
            if part is not None and part.parent is not None:
                waiting.append(part.parent)
    return tuple(found)
