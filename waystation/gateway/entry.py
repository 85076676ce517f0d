"""The door to the cases: start one, send it a command or a message, ask for its state.

The API, the dispatcher and the scenarios on a server all come through here. What a check needs and a workflow cannot
look up (roles, proxies, the business key's other case) is looked up here, before anything is sent.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from temporalio.client import Client

from activities._journal import hand_out, start_later
from waystation.contracts import runs
from waystation.contracts.errors import Refused, Unavailable
from waystation.contracts.events import CallEnded, Command, LockGranted, MessageArrived, StartCase
from waystation.contracts.people import Organisation
from waystation.contracts.runs import CalledStart, Carried, CaseInput, Pulse, Trial
from waystation.gateway import choosing
from waystation.gateway.arrivals import Arrivals, Seen
from waystation.gateway.choosing import Newcomer
from waystation.gateway.doubts import doubt
from waystation.gateway.line import FIRST_PATIENCE, GONE, CaseLine
from waystation.measures import counted
from waystation.store import case_keys, cases, definitions, locks, messages, people, states, tenants
from waystation.store.ids import new_id
from waystation.store.session import Database, TenantSession
from waystation.store.tables.cases import CaseRow, CaseStatus
from workflows.details import summary
from workflows.engine import Delivered
from workflows.facts import facts_for
from workflows.machine import CaseState, Machine, Program, check_start, load_state
from workflows.plans import PLANS, Plans
from workflows.starting import business_key, message_start

#: The queue that cases are worked from.
TASK_QUEUE = "waystation"

_OPEN = (CaseStatus.OPEN, CaseStatus.SUSPENDED)
#: Ids of cases that a message starts: the same message starts a process once.
_BEGUN_BY = uuid.UUID("5b1f9a52-5c55-5f0e-9a7d-0d1b7f6e3c21")
#: What the store says of changes that are older than this has become history in Temporal long ago.
_SETTLED = timedelta(minutes=10)


#: Whether a command may go to this case: what its sender is to it, as facts of the command. Raises Refused.
Admit = Callable[[TenantSession, CaseRow], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Begun:
    """A case that was asked for. `is_new` is false where its key's open case answers instead."""

    case: str
    is_new: bool


class Gateway:
    """The cases of all tenants.

    Args:
        marks: the server knows our search attributes.
        decided: called when something may lie in the outbox for a case.
    """

    def __init__(
        self,
        client: Client,
        database: Database,
        *,
        plans: Plans = PLANS,
        task_queue: str = TASK_QUEUE,
        marks: bool = False,
        decided: Callable[[], None] = lambda: None,
    ) -> None:
        self.client = client
        self.decided = decided
        self.database = database
        self.plans = plans
        self.task_queue = task_queue
        self.line = CaseLine(client, task_queue, marks=marks)
        self.arrivals = Arrivals(database)

    # ------------------------------------------------------------------------------------------- starting
    async def start(
        self,
        tenant: str,
        process: str,
        data: dict[str, Any],
        *,
        actor: str = "",
        key: str | None = None,
        version: int | None = None,
        case: str | None = None,
        trial: Trial | None = None,
        wait: bool = True,
    ) -> Begun:
        """Start a case; it answers when the first people have been asked.

        Args:
            wait: False: it answers as soon as the case is certain to go on.
            key: business key, where the process does not compute one itself.
            version: default: the one that new cases of this initiator get.
            case: an id for it, so that a request that is repeated starts it once.

        Raises:
            Refused: `not_found`, `not_allowed`, `bad_form`, `key_in_use`, `version_retired`.
            Unavailable: the database or the server does not answer.
        """
        at, case = _time(trial), case or new_id()
        async with self.database.read(tenant) as session:
            organisation = await people.organisation(session)
            settings = await tenants.settings(session)
            newcomer = Newcomer(process, organisation, actor, key, case, at, data, settings)
            number, program = await self.offered(session, newcomer, version)
        facts = facts_for(organisation, actor, process, at)
        cleaned = check_start(program, data, actor, facts)
        key = key if key is not None else business_key(program, cleaned, actor, at, settings)
        given = CaseInput(
            tenant,
            case,
            process,
            number,
            program.hash,
            program.plan.engine,
            cleaned,
            actor,
            key,
            settings,
            trial=trial,
        )
        begun = await self._reserve(given, at)
        if begun.case == given.case:
            await self._start(given, program)
        if wait and await self.arrivals.wait(tenant, begun.case, FIRST_PATIENCE.total_seconds()) is Seen.STORED:
            await self.line.first_answer(tenant, begun.case)
        return begun

    async def start_called(self, tenant: str, called: CalledStart) -> None:
        """Start the case that a call node asks for. If it cannot start, the caller is told."""
        effect, at = called.effect, called.at
        caller, _, path = called.caller.partition("|")
        try:
            async with self.database.read(tenant) as session:
                settings = await tenants.settings(session)
                if effect.version == "latest":
                    organisation = await people.organisation(session)
                    newcomer = Newcomer(effect.process, organisation, effect.initiator, effect.key, effect.case, at)
                    number, program = await self.offered(session, newcomer)
                else:
                    number, program = await self._version(session, effect.process, int(effect.version))
            cleaned = check_start(program, effect.data)
            key = effect.key
            if key is None:
                key = business_key(program, cleaned, effect.initiator, at, settings)
            facts = {"depth": effect.depth, "catches": effect.catches, "caller": called.caller}
            trial = None if called.trial is None else msgspec.structs.replace(called.trial, starts_at=at)
            given = CaseInput(
                tenant,
                effect.case,
                effect.process,
                number,
                program.hash,
                program.plan.engine,
                cleaned,
                effect.initiator,
                key,
                settings,
                facts,
                trial=trial,
            )
            if not (await self._reserve(given, at)).is_new:
                raise _key_in_use()
        except Refused as refused:
            await self.database.transact(tenant, lambda session: case_keys.free(session, effect.case))
            if effect.wait:
                await self.call_ended(tenant, caller, CallEnded(at, path, effect.case, "failed", {}, refused.code))
            return
        await self._start(given, program)
        if called.trial is not None:
            await self.line.first_answer(tenant, effect.case)

    async def offered(
        self, session: TenantSession, newcomer: Newcomer, version: int | None = None
    ) -> tuple[int, Program]:
        """Number and program of the version that a new case gets, or of the one that is asked for.

        Raises:
            Refused: `unknown_process`, `unknown_version`, `version_retired`.
        """
        if version is None:
            found = await choosing.due(session, self.program, newcomer)
        else:
            found = await choosing.startable(session, newcomer.process, version)
        return found.number, await self.program(session, found.plan_hash)

    async def _version(self, session: TenantSession, process: str, number: int | None) -> tuple[int, Program]:
        if number is None:
            found = await choosing.newest(session, process)
        else:
            found = await choosing.existing(session, process, number)
        return found.number, await self.program(session, found.plan_hash)

    async def program(self, session: TenantSession, digest: str) -> Program:
        known = self.plans.known(digest)
        if known is not None:
            return known
        plan = await definitions.plan_by_hash(session, digest)
        if plan is None:
            raise Refused("not_found", f"there is no plan {digest}", f"没有流程方案 {digest}")
        return await asyncio.to_thread(self.plans.put, digest, plan)

    async def _reserve(self, given: CaseInput, at: datetime) -> Begun:
        if given.key is None:
            return Begun(given.case, is_new=True)
        key = given.key

        async def work(session: TenantSession) -> Begun:
            held = await case_keys.reserve(session, given.process, key, given.case, given.data, at)
            return Begun(held.case_id, held.is_new)

        return await self.database.transact(given.tenant, work)

    async def _start(self, given: CaseInput, program: Program, *, again: bool = False) -> None:
        await self.line.start(given, summary(program.plan.title) or given.process, again=again)

    # ------------------------------------------------------------------------------------------- commands
    async def command(
        self, tenant: str, case: str, command: Command, *, trial: Trial | None = None, admit: Admit | None = None
    ) -> Any:
        """Send a command: its answer, `{revision, status, result?}`. The same id again answers as the first time.

        Args:
            admit: told the case before anything else; the facts that it adds to the command, or a refusal.

        Raises:
            Refused: with its code; nothing has changed.
            Unavailable: no answer; sending the same command again is safe.
        """
        async with self.database.read(tenant) as session:
            row = await cases.case(session, case)
            if row is not None and admit is not None:
                command = msgspec.structs.replace(command, facts=await admit(session, row))
            known = await cases.command_answer(session, case, command.id)
            if known is not None and _is_history(known.at):
                return known.answer
            whole = await self.with_facts(session, row, command) if row is not None else command
        if row is None:
            await self._have_written(tenant, case)
            return await self.command(tenant, case, command, trial=trial, admit=admit)
        with counted(command.verb):
            return await self._sent(tenant, row, whole, trial)

    async def _have_written(self, tenant: str, case: str) -> None:
        """Wait for a case that runs and is not in the store yet: its start was answered before its first write.

        Raises:
            Refused: `not_found`.
        """
        if not await self.may_come(tenant, case):
            raise not_found(case)
        await self.line.first_answer(tenant, case)
        async with self.database.read(tenant) as session:
            if await cases.case(session, case) is None:
                raise Unavailable("engine_unavailable", "the case is being started; try again", "流程正在启动，请重试")

    async def may_come(self, tenant: str, case: str) -> bool:
        """Does a case run that is not in the store? Without an engine nothing new comes."""
        with suppress(Unavailable):
            return await self.line.is_running(tenant, case)
        return False

    async def _sent(self, tenant: str, row: CaseRow, whole: Command, trial: Trial | None) -> Any:
        case = row.case_id
        try:
            if row.status in _OPEN or not _is_history(row.changed_at):
                answer = await self.line.update(tenant, case, whole)
                if answer is not GONE:
                    return answer
            return await self._command_ended(tenant, case, whole, trial)
        except Unavailable:
            await doubt(self.database, tenant, case)
            raise

    async def _command_ended(self, tenant: str, case: str, command: Command, trial: Trial | None) -> Any:
        """A command to a case whose end is history: answered as the first time, or it opens the case again."""
        async with self.database.read(tenant) as session:
            known = await cases.command_answer(session, case, command.id)
            row = await cases.case(session, case)
        if known is not None:
            return known.answer
        if row is None or row.status in _OPEN:
            raise Unavailable("engine_unavailable", "the case is changing; try again", "流程正在变化，请重试")
        await self._open_again(tenant, row, command, trial)
        answer = await self.line.update(tenant, case, command)
        if answer is GONE:  # it was opened and has ended again
            async with self.database.read(tenant) as session:
                again = await cases.command_answer(session, case, command.id)
            if again is None:
                raise _ended()
            answer = again.answer
        return answer

    async def with_facts(self, session: TenantSession, row: CaseRow, command: Command) -> Command:
        """The command with what its checks need and a workflow cannot look up."""
        organisation = await people.organisation(session)
        program = await self.program(session, row.plan_hash)
        facts = facts_for(organisation, command.actor, row.process, command.at, command.args)
        facts["held_locks"] = await locks.holders(session) if _claims_locks(program) else {}
        if command.verb == "migrate":
            facts["target"] = await self._migration_target(session, row.process, command.args.get("to"))
        return msgspec.structs.replace(command, facts={**facts, **command.facts})

    async def _migration_target(self, session: TenantSession, process: str, wanted: Any) -> dict[str, Any]:
        """Number and plan of the version that `migrate` names; default the latest."""
        if wanted not in (None, "latest") and not str(wanted).isdigit():
            raise Refused("unknown_version", f"there is no version {wanted}", f"没有版本 {wanted}")
        number = None if wanted in (None, "latest") else int(wanted)
        number, program = await self._version(session, process, number)
        return {"version": number, "plan": program.hash}

    async def _open_again(self, tenant: str, row: CaseRow, command: Command, trial: Trial | None) -> None:
        """Start an ended case from its stored end, if this command may open it."""
        async with self.database.read(tenant) as session:
            end = await states.end_of(session, row.case_id)
            if end is None:
                raise _ended()
            program = await self.program(session, end.plan_hash)
        state = load_state(end.state)
        at = max(state.now, command.at)
        _ = Machine(program, state).apply(msgspec.structs.replace(command, at=at))
        if state.key is not None:
            key = state.key

            async def hold(session: TenantSession) -> None:
                await case_keys.hold(session, row.process, key, row.case_id, at)

            await self.database.transact(tenant, hold)
        given = CaseInput(
            tenant,
            row.case_id,
            row.process,
            row.version,
            end.plan_hash,
            end.engine,
            carried=Carried(msgspec.Raw(end.state)),
            command=command,
            trial=trial,
        )
        await self._start(given, program, again=True)

    # ------------------------------------------------------------------------------------------- messages
    async def message(
        self,
        tenant: str,
        name: str,
        fields: dict[str, Any],
        message_id: str | None = None,
        *,
        trial: Trial | None = None,
    ) -> Delivered:
        """Send a message: processes that begin with it start a case, waiting cases get it, else it is kept for a while.

        Raises:
            Refused: `key_reused`, when the id came with another content before.
        """
        arrived = MessageArrived(_time(trial), message_id or new_id(), name, fields)
        programs = await self._beginnings(tenant, arrived)

        async def work(session: TenantSession) -> Delivered:
            deliveries = await messages.route(session, name, fields, arrived.id, at=arrived.at)
            await hand_out(session, deliveries, arrived.at)
            started = [case for found in programs if (case := await _start_by(session, *found, arrived, trial))]
            if started:
                await messages.not_kept(session, arrived.id)
            return Delivered(len(deliveries), tuple(started))

        delivered = await self.database.transact(tenant, work)
        self.decided()
        return delivered

    async def _beginnings(self, tenant: str, message: MessageArrived) -> list[tuple[int, Program]]:
        """The versions of all processes that may begin with a message, as a case that it starts would get them."""
        found: list[tuple[int, Program]] = []
        async with self.database.read(tenant) as session:
            for version in await definitions.published(session):
                program = await self.program(session, version.plan_hash)
                given = message_start(program, message, message.at) if program.plan.start.message is not None else None
                if given is not None:
                    newcomer = Newcomer(version.process, Organisation(), "", given[1], message.id, message.at)
                    found.append(await self.offered(session, newcomer))
        return found

    async def deliver_message(self, tenant: str, case: str, event: MessageArrived) -> bool:
        """Bring a message to the case it was given to. False when that case has ended."""
        return await self.line.signal(tenant, case, runs.MESSAGE, event)

    async def call_ended(self, tenant: str, case: str, event: CallEnded) -> bool:
        return await self.line.signal(tenant, case, runs.CALL_ENDED, event)

    async def lock_granted(self, tenant: str, case: str, event: LockGranted) -> bool:
        return await self.line.signal(tenant, case, runs.LOCK_GRANTED, event)

    # --------------------------------------------------------------------------------------------- asking
    async def state(self, tenant: str, case: str) -> CaseState:
        """A case's whole state, of an ended one too.

        Raises:
            Refused: `not_found`.
        """
        async with self.database.read(tenant) as session:
            row = await cases.case(session, case)
            end = await states.end_of(session, case) if row is not None and row.status not in _OPEN else None
        if end is not None:
            return load_state(end.state)
        return load_state(await self.line.state(tenant, case))

    async def pulse(self, tenant: str, case: str) -> Pulse:
        """Whether anything is under way in a running case, and when a clock of it is due."""
        return await self.line.pulse(tenant, case)


async def _start_by(
    session: TenantSession, number: int, program: Program, message: MessageArrived, trial: Trial | None
) -> str | None:
    """Have a process that begins with this message start its case, once per message. None where it does not begin."""
    given = message_start(program, message, message.at)
    if given is None:
        return None
    data, key = given
    process = program.plan.process
    case = str(uuid.uuid5(_BEGUN_BY, f"{session.tenant}|{message.id}|{process}"))
    if await cases.case(session, case) is not None:
        return case
    if key is not None:
        try:
            await case_keys.hold(session, process, key, case, message.at)
        except Refused:
            return None  # its open case goes on
    effect = StartCase("", case, process, str(number), check_start(program, data), "", key, wait=False)
    await start_later(session, CalledStart(effect, "", message.at, trial))
    return case


def _is_history(changed: datetime) -> bool:
    """Has what the store wrote then become history for certain? Of the last minutes only Temporal itself knows."""
    return datetime.now(UTC) - changed > _SETTLED


def _claims_locks(program: Program) -> bool:
    """Does a claim in this process take a lock that other cases may hold?"""
    nodes = (node.plan.lock for body in program.bodies.values() for node in body.nodes.values())
    return any(lock is not None and lock.take == "claim" and lock.scope != "case" for lock in nodes)


def _time(trial: Trial | None) -> datetime:
    return trial.starts_at if trial is not None else datetime.now(UTC)


def not_found(case: str) -> Refused:
    return Refused("not_found", f"there is no case {case}", f"没有流程实例 {case}")


def _ended() -> Refused:
    return Refused("not_open", "the case has ended", "流程已结束")


def _key_in_use() -> Refused:
    return Refused("key_in_use", "an open case has this key", "已有相同业务键的流程正在进行")
