"""What would happen: a command tried on a copy of a case, and the way that a case will go. Nothing is sent anywhere."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from waystation.contracts.errors import Refused
from waystation.contracts.events import Command
from waystation.contracts.people import Organisation
from waystation.gateway.choosing import Newcomer
from waystation.gateway.entry import Gateway, not_found
from waystation.store import cases, people, tenants
from waystation.store.ids import new_id
from workflows.desk_offers import Desk, look
from workflows.facts import facts_for
from workflows.forecast import Forecast, Prospect, forecast_start
from workflows.machine import CaseState, Machine, Program, check_start, commands
from workflows.machine.form_states import FieldState, start_fields
from workflows.undo_preview import UndoPreview, undo_preview

#: What a command that would be accepted is told to be.
ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of a command: `accepted`, the verdict on a migration, or the code of its refusal."""

    code: str
    zh: str = ""
    en: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return self.code in (ACCEPTED, "clean")


@dataclass(slots=True)
class Copy:
    """A copy of a case with a command that is ready to be tried on it."""

    program: Program
    state: CaseState
    organisation: Organisation
    command: Command
    target: tuple[int, Program] | None


async def copy_of(gateway: Gateway, tenant: str, case: str, command: Command) -> Copy:
    """The case as it is now.

    Raises:
        Refused: `not_found`, `unknown_version`.
    """
    state = await gateway.state(tenant, case)
    async with gateway.database.read(tenant) as session:
        row = await cases.case(session, case)
        if row is None:
            raise not_found(case)
        whole = await gateway.with_facts(session, row, command)
        organisation = await people.organisation(session)
        program = await gateway.program(session, state.plan)
        found = whole.facts.get("target")
        target = (int(found["version"]), await gateway.program(session, found["plan"])) if found else None
    return Copy(program, state, organisation, whole, target)


async def would(gateway: Gateway, tenant: str, case: str, command: Command) -> Verdict:
    """Whether a case would take a command; why not."""
    try:
        copy = await copy_of(gateway, tenant, case, command)
        return await asyncio.to_thread(_try, copy)
    except Refused as refused:
        return Verdict(refused.code, refused.zh, refused.en, refused.detail)


def _try(copy: Copy) -> Verdict:
    """Raises:
    Refused: as the command would be.
    """
    machine = Machine(copy.program, copy.state)
    machine.run.begin(max(copy.command.at, copy.state.now))
    if copy.command.verb == "migrate":
        return _try_migration(machine, copy)
    _ = commands.check(machine.run, copy.command, copy.target)
    return Verdict(ACCEPTED)


def _try_migration(machine: Machine, copy: Copy) -> Verdict:
    """A verdict with all reasons, where the command itself would be refused by the first."""
    try:
        _ = commands.check(machine.run, copy.command, copy.target)
    except Refused as refused:
        if refused.code not in ("needs_map", "stuck"):
            raise
        return Verdict(refused.code, refused.zh, refused.en, refused.detail)
    return Verdict("clean")


async def undo_of(gateway: Gateway, tenant: str, case: str, command: Command) -> UndoPreview:
    """What a command would undo, in order.

    Raises:
        Refused: as the command would be.
    """
    copy = await copy_of(gateway, tenant, case, command)
    return await asyncio.to_thread(undo_preview, copy.program, copy.state, copy.command, copy.target)


async def desk(
    gateway: Gateway, tenant: str, case: str, command: Command, given: dict[str, Any], outcome: str | None
) -> tuple[Program, Desk]:
    """The task that a command names, before its actor: what he may do, and its form filled in so far.

    Raises:
        Refused: `not_found`.
    """
    copy = await copy_of(gateway, tenant, case, command)
    found = await asyncio.to_thread(look, copy.program, copy.state, copy.command, given, outcome, command.at)
    return copy.program, found


async def start_form(
    gateway: Gateway, tenant: str, process: str, data: dict[str, Any], *, actor: str, at: datetime
) -> tuple[int, Program, list[FieldState]]:
    """The start form of the version that this person would get, filled in so far.

    Raises:
        Refused: `unknown_process`, `version_retired`.
    """
    async with gateway.database.read(tenant) as session:
        organisation = await people.organisation(session)
        settings = await tenants.settings(session)
        newcomer = Newcomer(process, organisation, actor, None, new_id(), at, data, settings)
        number, program = await gateway.offered(session, newcomer)
    return number, program, await asyncio.to_thread(start_fields, program, data)


async def forecast(gateway: Gateway, tenant: str, case: str) -> Prospect:
    """Who will be asked from here on.

    Raises:
        Refused: `not_found`.
    """
    state = await gateway.state(tenant, case)
    async with gateway.database.read(tenant) as session:
        organisation = await people.organisation(session)
        program = await gateway.program(session, state.plan)
    return await asyncio.to_thread(lambda: Forecast(program, organisation, state).prospect())


async def forecast_of_start(
    gateway: Gateway,
    tenant: str,
    process: str,
    data: dict[str, Any],
    *,
    actor: str,
    at: datetime,
    version: int | None = None,
) -> tuple[int, Prospect]:
    """Who will be asked if this person starts a case with this data; and the version that he gets.

    Raises:
        Refused: as the start would be.
    """
    async with gateway.database.read(tenant) as session:
        organisation = await people.organisation(session)
        settings = await tenants.settings(session)
        newcomer = Newcomer(process, organisation, actor, None, new_id(), at, data, settings)
        number, program = await gateway.offered(session, newcomer, version)
    cleaned = check_start(program, data, actor, facts_for(organisation, actor, process, at))
    found = await asyncio.to_thread(forecast_start, program, organisation, cleaned, actor, at, settings)
    return number, found
