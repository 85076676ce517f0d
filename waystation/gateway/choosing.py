"""Which version a new case gets: the newest one offered, or, while a roll-out runs, the one that its initiator is due.

Who belongs to the roll-out's units gets the new version. Of the others a percentage does, chosen by a hash: the same
initiator (or business key) is always on the same side, and whoever has come in stays in while the roll-out widens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from waystation.contracts.errors import Refused
from waystation.contracts.people import Organisation, Person
from waystation.store import definitions, rollouts
from waystation.store.definitions import Version
from waystation.store.session import TenantSession
from waystation.store.tables.changes import RolloutRow
from workflows.machine import Program, check_start
from workflows.machine.errors import NodeError
from workflows.people import roles_of
from workflows.starting import business_key

#: Finds the program of a plan by its hash.
ProgramOf = Callable[[TenantSession, str], Awaitable[Program]]
#: What a roll-out's unit may be. `team` is somebody with all who report to him, directly or not.
UNIT_KINDS = ("user", "role", "group", "region", "team")
#: Links of a chain of managers that are followed.
_MOST_LEVELS = 50


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A case that is to be started. `key` where whoever starts it gives one; `case` is its id."""

    process: str
    organisation: Organisation
    actor: str
    key: str | None
    case: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


async def startable(session: TenantSession, process: str, number: int) -> Version:
    """A version that is asked for by its number.

    Raises:
        Refused: `unknown_version`, `version_retired`.
    """
    found = await existing(session, process, number)
    if number in await rollouts.retired(session, process):
        raise Refused(
            "version_retired",
            f"version {number} of {process} is retired; start a newer one",
            f"流程 {process} 的版本 {number} 已停用，请使用新版本",
            {"process": process, "version": number},
        )
    return found


async def newest(session: TenantSession, process: str) -> Version:
    """The newest version offered.

    Raises:
        Refused: `unknown_process`.
    """
    found = await definitions.latest(session, process)
    if found is None:
        raise _unknown("unknown_process", process)
    return found


async def due(session: TenantSession, program_of: ProgramOf, newcomer: Newcomer) -> Version:
    """The version that new cases of this initiator get.

    Raises:
        Refused: `unknown_process`.
    """
    running = await rollouts.rollout(session, newcomer.process)
    found = await newest(session, newcomer.process)
    if running is None:
        return found
    part = newcomer.actor or newcomer.key or newcomer.case
    if running.part_by == "key":
        part = newcomer.key or _key_of(await program_of(session, found.plan_hash), newcomer) or part
    if takes_part(running, newcomer.organisation, newcomer.actor, part):
        return await existing(session, newcomer.process, running.version)
    return await existing(session, newcomer.process, running.base)


def _key_of(program: Program, newcomer: Newcomer) -> str | None:
    """The business key that the case would have under the new version; None where its data does not suit that."""
    try:
        cleaned = check_start(program, newcomer.data, newcomer.actor, {"roles": _roles(newcomer)})
        return business_key(program, cleaned, newcomer.actor, newcomer.at, newcomer.settings)
    except (Refused, NodeError):
        return None


def _roles(newcomer: Newcomer) -> list[str]:
    person = newcomer.organisation.people.get(newcomer.actor)
    return sorted(roles_of(newcomer.organisation, person)) if person is not None else []


async def existing(session: TenantSession, process: str, number: int) -> Version:
    """A version, retired or not.

    Raises:
        Refused: `unknown_version`.
    """
    found = await definitions.version(session, process, number)
    if found is None:
        raise _unknown("unknown_version", process)
    return found


def takes_part(rollout: RolloutRow, organisation: Organisation, actor: str, part: str) -> bool:
    """Does a case of this initiator get the new version?"""
    return belongs(organisation, actor, [str(unit) for unit in rollout.units]) or share_of(
        f"{rollout.process}|{rollout.version}|{part}"
    ) < int(rollout.percent)


def share_of(text: str) -> int:
    """A number from 0 to 99, always the same for one text and evenly spread over many."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % 100


def belongs(organisation: Organisation, actor: str, units: Sequence[str]) -> bool:
    """Is somebody in one of these units?"""
    person = organisation.people.get(actor)
    return person is not None and any(_is_in(organisation, person, unit) for unit in units)


def _is_in(organisation: Organisation, person: Person, unit: str) -> bool:
    kind, _, name = unit.partition(":")
    match kind:
        case "user":
            return person.id == name
        case "role":
            return name in roles_of(organisation, person)
        case "group":
            return name in person.groups
        case "region":
            return person.region == name
        case "team":
            return _reports_to(organisation, person, name)
    return False


def _reports_to(organisation: Organisation, person: Person, lead: str) -> bool:
    found: Person | None = person
    for _ in range(_MOST_LEVELS):
        if found is None or found.id == lead:
            return found is not None
        found = organisation.people.get(found.manager or "")
    return False


def _unknown(code: str, process: str) -> Refused:
    return Refused(code, f"there is no process {process}", f"没有流程 {process}", {"process": process})
