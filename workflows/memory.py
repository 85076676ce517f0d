"""The in-memory driver: the same machine as on Temporal, without a server, on a clock that is moved by hand.

It runs scenarios, simulations and forecasts in milliseconds. Actions are run by the runner it is given; side effects
are carried out in the order in which the machine asks for them, so that a run is the same every time.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from waystation.contracts.errors import Refused
from waystation.contracts.events import (
    ActionFailed,
    ActionSucceeded,
    AwaitMessage,
    CallEnded,
    CancelCase,
    Command,
    Continued,
    Effect,
    Entry,
    Event,
    FreeLock,
    LockGranted,
    MessageArrived,
    PeopleResolved,
    ResolvePeople,
    RunAction,
    SendMessage,
    SendNotice,
    StartCase,
    Started,
    StopAwaiting,
    TakeLock,
    Ticked,
)
from waystation.contracts.people import Organisation
from waystation.expressions import plain
from workflows.engine import SCENARIO_START, Delivered, Programs, Told
from workflows.facts import facts_for
from workflows.machine import CaseState, Machine, Program, Step, begin, check_start
from workflows.panel import answerers
from workflows.people import Load, resolve
from workflows.starting import business_key, message_start

#: How long a message waits for somebody who wants it.
KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ActionCall:
    """One try of an action, as a runner sees it."""

    case: str
    process: str
    initiator: str
    effect: RunAction
    at: datetime
    attempt: int
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """An action's failure. Transient ones are tried again."""

    code: str
    kind: str = "business"
    title: str = ""
    detail: Any = None


#: Runs an action: its result as JSON data, or Failed.
ActionRunner = Callable[[ActionCall], Awaitable[Any]]


@dataclass(slots=True)
class _Case:
    machine: Machine
    entries: list[Entry] = field(default_factory=list)
    caller: tuple[str, str] | None = None  # case, path
    awaits: list[AwaitMessage] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    reported: bool = False


@dataclass(slots=True)
class _Kept:
    message: MessageArrived
    until: datetime


class MemoryEngine:
    """Cases of one tenant, in memory. See `workflows.engine.Engine`."""

    def __init__(
        self,
        programs: Programs,
        organisation: Organisation,
        actions: ActionRunner,
        *,
        tenant: str = "memory",
        settings: dict[str, Any] | None = None,
        at: datetime = SCENARIO_START,
        watch: Callable[[], None] | None = None,
    ) -> None:
        """`watch` is called before each piece of work; raising there ends a run that has become too long."""
        self.programs = programs
        self.actions = actions
        self.tenant = tenant
        self.settings = dict(settings or {})
        self.cases: dict[str, _Case] = {}
        self.told: list[Told] = []
        self.sent: list[SendMessage] = []
        self._organisation = organisation
        self._now = at
        self._kept: list[_Kept] = []
        self._work: deque[tuple[str, Event | _Doing | _Offer]] = deque()
        self._locks: dict[str, deque[tuple[str, str]]] = {}
        self._turns: dict[str, int] = {}
        self._numbers = 0
        self._watch = watch or (lambda: None)

    def now(self) -> datetime:
        return self._now

    def organisation(self) -> Organisation:
        return self._organisation

    async def set_people(self, organisation: Organisation) -> None:
        gone = people_gone(self._organisation, organisation)
        self._organisation = organisation
        for case, entry in list(self.cases.items()):
            if entry.machine.state.status != "ended":
                self._numbers += 1
                await self.command(
                    case, Command(self._now, f"people-{self._numbers}", "people_changed", args={"gone": gone})
                )

    # --------------------------------------------------------------------------------------------- asking
    async def state(self, case: str) -> CaseState:
        return self._case(case).machine.state

    async def program(self, case: str) -> Program:
        return self._case(case).machine.program

    async def journal(self, case: str) -> list[Entry]:
        return self._case(case).entries

    async def open_cases(self) -> list[str]:
        return [case for case, entry in self.cases.items() if entry.machine.state.status != "ended"]

    async def all_cases(self) -> list[str]:
        return list(self.cases)

    def _case(self, case: str) -> _Case:
        found = self.cases.get(case)
        if found is None:
            raise Refused("not_found", f"there is no case {case}", f"没有流程实例 {case}")
        return found

    # ------------------------------------------------------------------------------------------- starting
    async def start(
        self, process: str, data: dict[str, Any], actor: str = "", key: str | None = None, version: int | None = None
    ) -> str:
        number, program = self.programs.latest(process)
        if version is not None and version != number:
            number, program = version, self.programs.numbered(process, version)
        facts = facts_for(self._organisation, actor, process, self._now)
        cleaned = check_start(program, data, actor, facts)
        found = key if key is not None else self._key_of(program, cleaned, actor)
        open_one = self._open_with(process, found)
        if open_one is not None:
            return self._same_or_refuse(open_one, cleaned)
        self._numbers += 1
        case = f"case-{self._numbers}"
        self._begin(case, number, program, cleaned, actor, found, {})
        await self._pump()
        return case

    def _begin(
        self,
        case: str,
        number: int,
        program: Program,
        data: dict[str, Any],
        actor: str,
        key: str | None,
        facts: dict[str, Any],
    ) -> None:
        machine = begin(program, tenant=self.tenant, case=case, version=number, at=self._now)
        self.cases[case] = _Case(machine, given=data)
        self._work.append((case, Started(self._now, dict(data), actor, key, self.settings, facts=facts)))

    def _key_of(self, program: Program, data: dict[str, Any], actor: str) -> str | None:
        return business_key(program, data, actor, self._now, self.settings)

    def _open_with(self, process: str, key: str | None) -> str | None:
        if key is None:
            return None
        for case, entry in self.cases.items():
            state = entry.machine.state
            if state.process == process and state.key == key and state.status != "ended":
                return case
        return None

    def _same_or_refuse(self, case: str, data: dict[str, Any]) -> str:
        if _canonical(self.cases[case].given) != _canonical(data):
            raise Refused("key_in_use", "an open case has this key", "已有相同业务键的流程正在进行", {"case": case})
        return case

    # ------------------------------------------------------------------------------------------- commands
    async def command(self, case: str, command: Command) -> Any:
        entry = self._case(case)
        state = entry.machine.state
        facts = {
            **facts_for(self._organisation, command.actor, state.process, self._now, command.args),
            "held_locks": {name: line[0][0] for name, line in self._locks.items() if line},
            **command.facts,
        }
        dated = msgspec.structs.replace(command, at=self._now, facts=facts)
        if command.verb in ("reopen", "withdraw") and state.status == "ended" and state.key is not None:
            other = self._open_with(state.process, state.key)
            if other is not None and other != case:
                raise Refused("key_in_use", "another open case has this key", "已有相同业务键的流程正在进行")
        step = entry.machine.apply(dated, self._target(state, dated))
        self._take(case, step)
        await self._pump()
        return step.answer

    def _target(self, state: CaseState, command: Command) -> tuple[int, Program] | None:
        """The version that `migrate` names by number; default the latest."""
        if command.verb != "migrate":
            return None
        wanted = command.args.get("to")
        if wanted in (None, "latest"):
            return self.programs.latest(state.process)
        if not str(wanted).isdigit():
            raise Refused("unknown_version", f"there is no version {wanted}", f"没有版本 {wanted}")
        return int(wanted), self.programs.numbered(state.process, int(wanted))

    async def message(self, name: str, fields: dict[str, Any], message_id: str | None = None) -> Delivered:
        self._numbers += 1
        arrived = MessageArrived(self._now, message_id or f"message-{self._numbers}", name, dict(fields))
        started = self._start_by(arrived)
        taken = self._route(arrived, keep=not started)
        await self._pump()
        return Delivered(taken, tuple(started))

    def _start_by(self, message: MessageArrived) -> list[str]:
        """Start a case of every process that begins with this message, unless its key is in use."""
        started: list[str] = []
        for process in self.programs.processes():
            number, program = self.programs.latest(process)
            given = message_start(program, message, self._now)
            if given is None or self._open_with(process, given[1]) is not None:
                continue
            data = check_start(program, given[0])
            self._numbers += 1
            case = f"case-{self._numbers}"
            self._begin(case, number, program, data, "", given[1] or self._key_of(program, data, ""), {})
            started.append(case)
        return started

    async def advance(self, by: timedelta) -> None:
        until = self._now + by
        while True:
            self._watch()
            due = [(when, case) for case, entry in self.cases.items() if (when := entry.machine.next_due()) is not None]
            first = min(due, default=None)
            if first is None or first[0] > until:
                break
            self._now = max(self._now, first[0])
            self._work.append((first[1], Ticked(self._now)))
            await self._pump()
        self._now = until

    # ------------------------------------------------------------------------------------------- the pump
    async def _pump(self) -> None:
        """Apply events and carry out effects until nothing is left to do."""
        while self._work:
            self._watch()
            case, event = self._work.popleft()
            entry = self.cases.get(case)
            if entry is None:
                continue
            if isinstance(event, _Doing):
                self._work.append((case, await self._act(case, event.effect)))
                continue
            if isinstance(event, _Offer):
                self._offer_kept(case, event.wait)
                continue
            self._take(case, entry.machine.apply(event))

    def _take(self, case: str, step: Step) -> None:
        entry = self.cases[case]
        entry.entries.extend(step.entries)
        for effect in step.effects:
            self._carry_out(case, effect)
        if step.more:
            self._work.append((case, Continued(self._now)))
        if entry.machine.state.status == "ended":
            self._report_end(case, entry)
        else:
            entry.reported = False

    def _carry_out(self, case: str, effect: Effect) -> None:
        match effect:
            case RunAction():
                self._work.append((case, _Doing(self._now, effect)))
            case ResolvePeople():
                self._work.append((case, self._resolve(case, effect)))
            case TakeLock():
                self._take_lock(case, effect)
            case FreeLock():
                self._free_lock(case, effect)
            case StartCase():
                self._start_called(case, effect)
            case CancelCase():
                self._cancel_called(effect)
            case SendMessage():
                self.sent.append(effect)
                if effect.to == "cases":
                    self._route(MessageArrived(self._now, effect.id, effect.name, dict(effect.fields)))
            case AwaitMessage():
                self.cases[case].awaits.append(effect)
                if effect.keep and self._kept:
                    self._work.append((case, _Offer(self._now, effect)))
            case StopAwaiting():
                waits = self.cases[case].awaits
                waits[:] = [one for one in waits if (one.path, one.name) != (effect.path, effect.name)]
            case SendNotice():
                self.told.append(Told(case, effect.to, effect.template, effect.values))

    async def _act(self, case: str, effect: RunAction) -> Event:
        """Run an action with its retries. Pauses between tries take no time here."""
        state = self.cases[case].machine.state
        tries = int(effect.retry.get("max_attempts", 1)) or 1
        result: Any = None
        for attempt in range(1, tries + 1):
            call = ActionCall(case, state.process, state.initiator, effect, self._now, attempt, self.settings)
            result = await self.actions(call)
            if not isinstance(result, Failed) or result.kind != "transient":
                break
        if isinstance(result, Failed):
            return ActionFailed(
                self._now, effect.path, effect.key, result.code, result.kind, result.title, result.detail
            )
        return ActionSucceeded(self._now, effect.path, effect.key, result)

    # --------------------------------------------------------------------------------------------- people
    def _resolve(self, case: str, effect: ResolvePeople) -> Event:
        request = effect.request
        turn = f"{request.process}/{request.node}"
        load = Load(self._open_tasks(), dict(self._turns), f"{case}/{effect.path}/{effect.key}")
        resolution = resolve(self._organisation, request, load)
        if request.strategy == "round_robin" and effect.key == "assign":
            self._turns[turn] = self._turns.get(turn, 0) + 1
        return PeopleResolved(self._now, effect.path, effect.key, resolution)

    def _open_tasks(self) -> dict[str, int]:
        return open_tasks([entry.machine.state for entry in self.cases.values()])

    # ---------------------------------------------------------------------------------------------- locks
    def _take_lock(self, case: str, effect: TakeLock) -> None:
        line = self._locks.setdefault(effect.name, deque())
        line.append((case, effect.path))
        if len(line) == 1:
            self._work.append((case, LockGranted(self._now, effect.path, effect.name)))

    def _free_lock(self, case: str, effect: FreeLock) -> None:
        line = self._locks.get(effect.name)
        if not line or (case, effect.path) not in line:
            return
        held = line[0] == (case, effect.path)
        line.remove((case, effect.path))
        if held and line:
            self._work.append((line[0][0], LockGranted(self._now, line[0][1], effect.name)))

    # -------------------------------------------------------------------------------------------- calling
    def _start_called(self, case: str, effect: StartCase) -> None:
        facts = {"depth": effect.depth, "catches": effect.catches, "caller": f"{case}|{effect.path}"}
        try:
            if effect.version == "latest":
                number, program = self.programs.latest(effect.process)
            else:
                number = int(effect.version)
                program = self.programs.numbered(effect.process, number)
            data = check_start(program, effect.data)
            key = effect.key if effect.key is not None else self._key_of(program, data, effect.initiator)
            other = self._open_with(effect.process, key)
            if other is not None:
                raise Refused(
                    "key_in_use", "an open case has this key", "已有相同业务键的流程正在进行", {"case": other}
                )
        except Refused as refused:
            if effect.wait:
                self._work.append((case, CallEnded(self._now, effect.path, effect.case, "failed", {}, refused.code)))
            return
        self._begin(effect.case, number, program, data, effect.initiator, key, facts)
        if effect.wait:
            self.cases[effect.case].caller = (case, effect.path)

    def _cancel_called(self, effect: CancelCase) -> None:
        called = self.cases.get(effect.case)
        if called is not None and called.machine.state.status != "ended":
            called.reported = True  # nobody waits for it any more
            self._numbers += 1
            step = called.machine.apply(Command(self._now, f"cancel-{self._numbers}", "cancel"))
            self._take(effect.case, step)

    def _report_end(self, case: str, entry: _Case) -> None:
        state = entry.machine.state
        if entry.reported or state.ending is None:
            return
        entry.reported = True
        entry.awaits.clear()
        if entry.caller is not None:
            ending = state.ending
            error = {"failed": ending.code, "cancelled": "cancelled", "withdrawn": "cancelled"}.get(ending.status)
            caller, path = entry.caller
            ended = CallEnded(self._now, path, case, ending.outcome or ending.status, dict(state.data), error)
            self._work.append((caller, ended))

    # ------------------------------------------------------------------------------------------- messages
    def _route(self, message: MessageArrived, *, keep: bool = True) -> int:
        """To every waiting case that matches; kept for a while if none does."""
        takers = 0
        for case, entry in list(self.cases.items()):
            if any(_fits(wait, message) for wait in entry.awaits):
                step = entry.machine.apply(msgspec.structs.replace(message, at=self._now))
                self._take(case, step)
                takers += 1 if step.taken else 0
        if not takers and keep:
            self._kept.append(_Kept(message, self._now + KEPT_FOR))
        return takers

    def _offer_kept(self, case: str, wait: AwaitMessage) -> None:
        """A new waiter gets the oldest message that was kept and fits, if it still waits."""
        self._kept = [kept for kept in self._kept if kept.until > self._now]
        for kept in list(self._kept):
            if wait in self.cases[case].awaits and _fits(wait, kept.message):
                step = self.cases[case].machine.apply(msgspec.structs.replace(kept.message, at=self._now))
                self._take(case, step)
                if step.taken:
                    self._kept.remove(kept)
                    return


class _Offer(msgspec.Struct):
    """A new waiter is to be offered what was kept; not an event of the machine."""

    at: datetime
    wait: AwaitMessage


class _Doing(msgspec.Struct):
    """An action that is about to be tried; not an event of the machine."""

    at: datetime
    effect: RunAction


def _fits(wait: AwaitMessage, message: MessageArrived) -> bool:
    return wait.name == message.name and (not wait.field or plain(message.fields.get(wait.field)) == wait.value)


def people_gone(before: Organisation, after: Organisation) -> list[str]:
    """Who has left: in the organisation before, and not working in it any more."""
    return [person for person in before.people if person not in after.people or not after.people[person].active]


def open_tasks(states: list[CaseState]) -> dict[str, int]:
    """How many open tasks each person has: claimed ones, and those he alone is asked for."""
    count: dict[str, int] = {}
    for state in states:
        for act in state.acts.values():
            if act.panel is not None and act.phase == "open":
                people = answerers(act.panel)
                if len(people) == 1:
                    count[people[0]] = count.get(people[0], 0) + 1
    return count


def _canonical(data: dict[str, Any]) -> str:
    return json.dumps(msgspec.to_builtins(data), sort_keys=True, default=str)
