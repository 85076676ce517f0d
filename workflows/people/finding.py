"""The rules of section 4.1, one function each: whom does this rule find in this organisation?

Found people are active and known, in the order of the organisation's file, of the rule, of the chain of command or of
distance. Stages above 0 come only from managers of several levels, who are asked one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from geographiclib.geodesic import Geodesic

from waystation.contracts.people import Asked, Organisation, Person
from workflows.people.proxies import is_active


class Found(NamedTuple):
    """Somebody a rule found, and his stage."""

    person: str
    stage: int = 0


def find(organisation: Organisation, asked: Asked) -> list[Found]:
    """Whom the rule finds, each once."""
    first: dict[str, Found] = {}
    for found in _RULES[asked.by](organisation, asked):
        if is_active(organisation, found.person):
            first.setdefault(found.person, found)
    return list(first.values())


def roles_of(organisation: Organisation, person: Person) -> frozenset[str]:
    """The roles he holds: his own, and all that these inherit."""
    held: set[str] = set()
    waiting = list(person.roles)
    while waiting:
        role = waiting.pop()
        if role not in held:
            held.add(role)
            waiting.extend(organisation.inherits.get(role, ()))
    return frozenset(held)


def holders(organisation: Organisation, role: str) -> list[str]:
    """Active people with this role, their own or inherited."""
    return [one.id for one in organisation.people.values() if one.active and role in roles_of(organisation, one)]


def managers(organisation: Organisation, person: str) -> Iterator[Person]:
    """The line of command above somebody, nearest first. People who left are stepped over; a cycle ends the line."""
    met = {person}
    here = organisation.people.get(person)
    while here is not None and here.manager is not None and here.manager not in met:
        met.add(here.manager)
        here = organisation.people.get(here.manager)
        if here is not None and here.active:
            yield here


def first_manager(organisation: Organisation, person: str, barred: Collection[str]) -> str | None:
    """The nearest manager who may be asked."""
    return next((one.id for one in managers(organisation, person) if one.id not in barred), None)


def _named(organisation: Organisation, asked: Asked) -> Iterator[Found]:
    yield from (Found(person) for person in (*_texts(asked.value), *asked.people))


def _known_already(organisation: Organisation, asked: Asked) -> Iterator[Found]:
    yield from (Found(person) for person in asked.people or _texts(asked.value))


def _by_role(organisation: Organisation, asked: Asked) -> Iterator[Found]:
    for role in _texts(asked.value):
        yield from (Found(person) for person in holders(organisation, role))


def _by_group(organisation: Organisation, asked: Asked) -> Iterator[Found]:
    for group in _texts(asked.value):
        yield from (Found(one.id) for one in organisation.people.values() if group in one.groups)


def _by_manager(organisation: Organisation, asked: Asked) -> Iterator[Found]:
    """`levels` managers, or all up to the first with the title `up_to`; without one, up to the top."""
    for person in asked.people or _texts(asked.value):
        for stage, manager in enumerate(managers(organisation, person)):
            if asked.up_to is None and stage >= asked.levels:
                break
            yield Found(manager.id, stage)
            if asked.up_to is not None and manager.title == asked.up_to:
                break


def _by_skill(organisation: Organisation, asked: Asked) -> Iterator[Found]:
    """Everybody who has all the skills asked for, each at least at its level."""
    wanted = _skills(asked.value, asked.levels)
    for one in organisation.people.values() if wanted else ():
        if all(one.skills.get(skill, 0) >= level for skill, level in wanted.items()):
            yield Found(one.id)


def _skills(value: Any, level: int) -> dict[str, int]:
    if isinstance(value, Mapping):
        return {str(skill): int(wanted) for skill, wanted in value.items()}
    return dict.fromkeys(_texts(value), level)


def _by_place(organisation: Organisation, asked: Asked) -> Iterator[Found]:
    """Those within the distance, nearest first; without one, everybody whose place is known."""
    here = _point(asked.value)
    if here is None:
        return
    placed = [(metres_between(here, one.at), one.id) for one in organisation.people.values() if one.at is not None]
    for metres, person in sorted(placed, key=lambda pair: pair[0]):
        if asked.within_m is None or metres <= asked.within_m:
            yield Found(person)


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres along the WGS-84 ellipsoid between two [latitude, longitude], as `distance` of the expressions has it."""
    return float(Geodesic.WGS84.Inverse(*one, *other, Geodesic.DISTANCE)["s12"])


def _point(value: Any) -> tuple[float, float] | None:
    if isinstance(value, Mapping):
        value = [value.get("lat"), value.get("lng")]
    if not isinstance(value, list | tuple) or len(value) != 2 or None in value:
        return None
    return float(value[0]), float(value[1])


def _texts(value: Any) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else (str(value),)


_RULES: dict[str, Callable[[Organisation, Asked], Iterator[Found]]] = {
    "user": _named,
    "role": _by_role,
    "group": _by_group,
    "manager_of": _by_manager,
    "pick_by": _known_already,
    "same_as": _known_already,
    "field": _known_already,
    "expr": _known_already,
    "skill": _by_skill,
    "near": _by_place,
}
