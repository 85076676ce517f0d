"""The Temporal adapter: one workflow class runs every process. It holds a machine and does no I/O of its own.

Events reach the machine at once, in the order in which they come; what the machine decides goes out through one pump:
journal entries and effects are written by a local activity before any action starts, or in the transaction of the one
action that starts. Actions that only compute are run by that activity, with what follows them; those that take their
time are run beside, and their entries wait for company. A command is answered as soon as its entries are written. One
timer serves every clock of the case.
Near the limits of a run's history, at a quiet point, the state moves into a fresh run; nothing is started meanwhile.

A plain exception here fails only the workflow task, which is then tried again: that is how a missing plan is waited
for, and how a mistake in this program stands still instead of ending cases.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy, SearchAttributeKey
from temporalio.exceptions import ApplicationError, FailureError

from waystation.contracts import runs
from waystation.contracts.errors import Refused
from waystation.contracts.events import (
    ActionFailed,
    ActionSucceeded,
    CallEnded,
    Command,
    Continued,
    Event,
    LockGranted,
    MessageArrived,
    RunAction,
    Started,
    Ticked,
)
from waystation.contracts.runs import (
    ActionDone,
    Carried,
    CaseInput,
    CaseMark,
    Pulse,
    Recorded,
    Refusal,
    StoredState,
)
from workflows import ahead
from workflows.alarm import Alarm
from workflows.attempts import Attempts, Riding
from workflows.details import details, status_mark
from workflows.gauge import Gauge
from workflows.machine import Machine, Program, Step, begin, commands, dump_state, load_state
from workflows.outflow import Outflow
from workflows.plans import PLANS
from workflows.reserving import Reserving

#: How long one attempt to write to the store may take.
STORE_PATIENCE = timedelta(seconds=30)
#: Bytes of state that are handed to the next run as input; more goes through the store.
CARRIED_LIMIT = 256 * 1024
#: How often a change of run waits for a workflow task of its own.
MOST_POSTPONED = 3
#: Ids of messages that are remembered, so that one delivered twice is taken once.
REMEMBERED = 1_000
#: Journal entries that wait for company while actions only compute.
MOST_WAITING = 40

_STORE_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=10))
_STATUS = SearchAttributeKey.for_keyword(runs.STATUS_ATTRIBUTE)


@workflow.defn(dynamic=True, sandboxed=False)
class CaseWorkflow:
    """One case. See the module."""

    @workflow.init
    def __init__(self, args: Sequence[RawValue]) -> None:
        self.given: CaseInput = workflow.payload_converter().from_payload(args[0].payload, CaseInput)
        carried = self.given.carried or Carried()
        program = PLANS.find(self.given.tenant, self.given.plan)
        self.outflow = Outflow()
        self.actions: list[RunAction] = list(carried.actions)
        self.more = carried.more
        self.seen: dict[str, None] = dict.fromkeys(carried.seen)
        self.cancels = carried.cancels
        self.running = 0
        self.fault: BaseException | None = None
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.started = 0
        self.pumping = False
        self.computes = False
        self.declined: RunAction | None = None
        self.unanswered = 0
        self.postponed = 0
        self.shown = self.marked = ""
        self.early: list[Event] = []
        self.machine: Machine | None = None
        self.gauge = Gauge(self.given.trial)
        self.alarm = Alarm(self.given.trial, self.gauge, self._spawn, self._ring)
        self.attempts = Attempts(
            self.outflow, self.gauge, self.given.trial, self._running_machine, self._mark, self._written
        )
        self.reserving = Reserving(self.outflow, self._running_machine, self._mark, self._written, self._store)
        if self.given.carried is None:
            self._start(program)
        elif not carried.stored:
            self._go_on_from(bytes(carried.state))

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> Any:
        """Run the case to its end, or into its next run."""
        while True:
            try:
                if self.machine is None:
                    await self._fetch_state()
                if not self.pumping:
                    self.pumping = True
                    _ = self._spawn(self._pump())
                await workflow.wait_condition(lambda: bool(self.fault) or self._is_over() or self._may_renew())
                if self.fault is not None:
                    raise self.fault
                if self._is_over():
                    break
                await self._renew()
            except asyncio.CancelledError:
                self._cancelled()
        return self._result()

    # ------------------------------------------------------------------------------- what comes from outside
    @workflow.update(name=runs.COMMAND)
    async def command(self, command: Command) -> Any:
        """Carry out a command: its answer, once what it changed is written. Refused ones fail with `Refusal`."""
        await workflow.wait_condition(lambda: self.machine is not None)
        self.gauge.command(command)
        claim = await self.reserving.reserve(command)
        command = self.reserving.told(command, claim)
        try:
            step = self._apply(msgspec.structs.replace(command, at=self.alarm.told(command.at)), self._target(command))
        except Refused as refused:
            raise _refusal(refused) from None
        finally:
            self.reserving.settle(claim)
        await self._written()
        return step.answer

    @command.validator
    def check_command(self, command: Command) -> None:
        """Refuse what may not be done before it becomes an event of the history."""
        machine = self.machine
        if machine is None or command.id in machine.state.commands:
            return
        before = machine.state.now
        machine.run.begin(self.alarm.would_be(command.at))
        try:
            _ = commands.check(machine.run, command, self._target(command))
        except Refused as refused:
            raise _refusal(refused) from None
        finally:
            machine.state.now = before

    @workflow.query(name=runs.STATE)
    def state(self) -> msgspec.Raw:
        """The whole state of the case, as JSON."""
        return msgspec.Raw(dump_state(self._running_machine().state))

    @workflow.query(name=runs.PULSE)
    def pulse(self) -> Pulse:
        """Is anything under way, and when is a clock due?"""
        machine = self._running_machine()
        written = self.outflow.is_empty and not (self.more or self.actions or self.attempts.trying)
        return Pulse(written and not self.running, written, machine.state.seq, machine.next_due(), self.alarm.rings_at)

    @workflow.signal(name=runs.MESSAGE)
    def message(self, event: MessageArrived) -> None:
        self.gauge.signal(event)
        self._deliver(event)

    @workflow.signal(name=runs.CALL_ENDED)
    def call_ended(self, event: CallEnded) -> None:
        self.gauge.signal(event)
        self._deliver(event)

    @workflow.signal(name=runs.LOCK_GRANTED)
    def lock_granted(self, event: LockGranted) -> None:
        self.gauge.signal(event)
        self._deliver(event)

    @workflow.signal(name=runs.TICK)
    def tick(self) -> None:
        """Look at the clocks now."""
        self.gauge.signal(None)
        self._deliver(Ticked(self.alarm.now()))

    def _deliver(self, event: Event) -> None:
        if self.machine is None:
            self.early.append(event)
        elif isinstance(event, MessageArrived):
            self._take_message(event)
        elif isinstance(event, LockGranted) and self._holds(event):
            return
        else:
            _ = self._apply(msgspec.structs.replace(event, at=self.alarm.told(event.at)))

    def _take_message(self, event: MessageArrived) -> None:
        """A message that comes twice is taken once; one that was refused may come again, for another place."""
        if event.id in self.seen:
            return
        step = self._apply(msgspec.structs.replace(event, at=self.alarm.told(event.at)))
        if not step.taken:
            self.outflow.refused.items.append(event.id)
            return
        self.outflow.taken.items.append(event.id)
        self.seen[event.id] = None
        while len(self.seen) > REMEMBERED:
            del self.seen[next(iter(self.seen))]

    def _holds(self, event: LockGranted) -> bool:
        line = self._running_machine().state.locks.get(event.name)
        return line is not None and line.holder == event.path

    def _cancelled(self) -> None:
        """Somebody cancelled the workflow itself: the case is cancelled as by command, and undo runs."""
        self.cancels += 1
        if self.machine is None:
            return  # told again when the state is there
        args = {"reason": workflow.cancellation_reason() or "cancelled in Temporal"}
        try:
            _ = self._apply(Command(self.alarm.now(), f"temporal-cancel-{self.cancels}", "cancel", args=args))
        except Refused:
            return  # it has ended, or is ending already

    # ------------------------------------------------------------------------------------------- the machine
    def _start(self, program: Program) -> None:
        given = self.given
        self.machine = begin(program, tenant=given.tenant, case=given.case, version=given.version, at=self.alarm.now())
        self._apply(
            Started(self.alarm.now(), given.data, given.initiator, given.key, given.settings, facts=dict(given.facts))
        )

    def _go_on_from(self, state: bytes) -> None:
        self.machine = Machine(PLANS.find(self.given.tenant, self.given.plan), load_state(state))
        _ = self.alarm.told(self.machine.state.now)
        self.outflow.written = self.machine.state.seq
        if self.given.command is not None:
            _ = self._apply(msgspec.structs.replace(self.given.command, at=self.alarm.told(self.given.command.at)))
        early, self.early = self.early, []
        for event in early:
            self._deliver(event)
        self._after()

    def _running_machine(self) -> Machine:
        if self.machine is None:
            raise ApplicationError("the case is being loaded; ask again", type="Loading")
        return self.machine

    def _target(self, command: Command) -> tuple[int, Program] | None:
        """The version that `migrate` goes to; whoever sent the command has looked it up."""
        found = command.facts.get("target") if command.verb == "migrate" else None
        return None if found is None else (found["version"], PLANS.find(self.given.tenant, found["plan"]))

    def _apply(self, event: Event, target: tuple[int, Program] | None = None) -> Step:
        step = self._running_machine().apply(event, target)
        self.actions += self.outflow.add(step.entries, step.effects)
        self.more = self.more or step.more
        if step.entries:
            self.alarm.changed()
        self._after()
        return step

    def _after(self) -> None:
        """The state may have changed: set the timer, and what Temporal's page shows."""
        machine = self._running_machine()
        self.alarm.set(machine.next_due())
        shown = details(machine.program, machine.state)
        if shown != self.shown:
            self.shown = shown
            workflow.set_current_details(shown)
        mark = status_mark(machine.state)
        if self.given.marks and mark not in (self.marked or "running", "ended"):
            workflow.upsert_search_attributes([_STATUS.value_set(mark)])
            self.marked = mark

    def _ring(self, at: datetime) -> None:
        self.gauge.new_task()
        _ = self._apply(Ticked(at))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside the rest. What goes wrong there goes wrong for the workflow task."""
        self.started += 1
        number = self.started

        async def watched() -> None:
            try:
                await work
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001 - handed to `run`, which raises it
                self.fault = error
            finally:
                self.tasks.pop(number, None)

        task = self.tasks[number] = asyncio.create_task(watched())
        return task

    # --------------------------------------------------------------------------------------------- the pump
    async def _pump(self) -> None:
        """Write what is decided, start what was asked for, take up what was left over; for ever."""
        while True:
            await workflow.wait_condition(self._has_work)
            await self._breathe()
            if self.computes and self._may_compute():
                await self._record()
                continue
            if self._may_ride():
                request, sent = self.outflow.request(self._mark(), self._running_machine().state)
                self._run(self.actions.pop(0), (request, sent))
                continue
            if self.outflow.unsent and not self._may_wait():
                await self._record()
            if self._must_renew():
                continue
            at_once = self.given.at_once or len(self.actions)
            actions, self.actions = self.actions[:at_once], self.actions[at_once:]
            for effect in actions:
                self._run(effect, None)
            if self.actions:
                await self._sleep("more actions")
            elif self.more:
                self.more = False
                self._apply(Continued(self.alarm.now()))

    async def _breathe(self) -> None:
        """End a workflow task that has done much: commands come through, and less is done again after a crash."""
        if self.gauge.wants_breath:
            if self.outflow.unsent and self._may_wait():  # what has waited does not wait longer than a task
                await self._record()
            await self._sleep("next workflow task")

    async def _sleep(self, why: str) -> None:
        """Come back in the next workflow task."""
        self.gauge.timer()
        await workflow.sleep(timedelta(milliseconds=1), summary=why)
        self.gauge.new_task()

    def _has_work(self) -> bool:
        if (self.actions or self.more) and not self._must_renew():
            return True
        return self.outflow.unsent and not self._may_wait()

    def _may_wait(self) -> bool:
        """May what is unwritten wait for what comes of actions that only compute? Nobody sees the difference, but that
        it comes a moment later; the case itself is known at once, and whoever waits for an answer gets it."""
        if not self.outflow.written or not self.outflow.is_quiet or len(self.outflow.entries.items) >= MOST_WAITING:
            return False
        if self.unanswered or self.more or self._must_renew():
            return False
        return all(map(self.attempts.computes, self.actions)) if self.actions else self.attempts.computing > 0

    def _may_ride(self) -> bool:
        """May the one action that starts carry what is unwritten in its transaction?"""
        if len(self.actions) != 1 or self.more or self.unanswered or not self.outflow.unsent or self._must_renew():
            return False
        only = self.actions[0]
        return self.outflow.is_quiet and not (self.attempts.is_outside(only) or self.attempts.computes(only))

    def _may_compute(self) -> bool:
        """May the one action that starts be run where the case is written? It only computes, and is not known to take
        its time."""
        if len(self.actions) != 1 or self.running or self.more or self._must_renew() or not self.outflow.is_quiet:
            return False
        only = self.actions[0]
        return self.attempts.computes(only) and not only.undo and only != self.declined

    async def _record(self) -> None:
        machine, mark = self._running_machine(), self._mark()
        request, sent = self.outflow.request(mark, machine.state)
        request.action = self.actions[0] if self._may_compute() else None
        if request.action is not None or (self.outflow.asks_for_people and not self.more):
            request.ahead = ahead.handed_along(machine.state)
        self.running += 1
        recorded: Recorded = await self._store(runs.RECORD, request, Recorded)
        self.running -= 1
        self.outflow.done(sent)
        self.computes = recorded.computes
        if recorded.done:
            self._take_up(recorded, sent.seq)
        else:
            self.declined = request.action
            self._take_answers(recorded, sent.seq)

    def _take_up(self, recorded: Recorded, seq: int) -> None:
        """Take the same steps as whoever ran actions before the write. Where something has happened in between, only
        the first of them is known here; what was written beyond it makes room."""
        if self._running_machine().state.seq != seq:
            first = recorded.done[0]
            if self._take_off(first):
                self._deliver(first)
            return
        for done in recorded.done:
            _ = self._take_off(done)
            _ = self._apply(done)
        if self._running_machine().state.seq == recorded.reached:
            self.outflow.written_ahead(recorded.reached)
            self._take_answers(recorded, recorded.reached)

    def _take_off(self, done: ActionDone) -> bool:
        """An action is done: it need not be started."""
        left = [action for action in self.actions if (action.path, action.key) != (done.path, done.key)]
        was_waiting, self.actions = len(left) < len(self.actions), left
        return was_waiting

    def _take_answers(self, recorded: Recorded, seq: int) -> None:
        machine = self._running_machine()
        if not recorded.ahead or machine.state.seq != seq:
            for answer in recorded.answers:
                self._deliver(answer)
            return
        for answer in recorded.answers:
            _ = self._apply(answer)
        if machine.state.seq == recorded.ahead:
            self.outflow.written_ahead(recorded.ahead)

    async def _store(self, name: str, argument: Any, kind: Any) -> Any:
        """A local activity that is repeated until it succeeds. What cannot succeed stops the workflow task."""
        try:
            answer = await workflow.execute_local_activity(
                name,
                argument,
                result_type=kind,
                start_to_close_timeout=STORE_PATIENCE,
                retry_policy=_STORE_RETRY,
            )
        except FailureError as error:
            raise RuntimeError(f"{name} cannot succeed: {error.cause or error}") from error
        self.gauge.local_activity(answer)
        return answer

    async def _written(self) -> None:
        """Wait until everything decided so far is written."""
        upto = self._running_machine().state.seq
        self.unanswered += 1
        try:
            await workflow.wait_condition(lambda: self.outflow.written >= upto)
        finally:
            self.unanswered -= 1

    def _mark(self) -> CaseMark:
        given = self.given
        state = self._running_machine().state
        return CaseMark(
            given.tenant,
            given.case,
            given.process,
            state.version,
            state.plan,
            self.alarm.now(),
            state.engine,
            given.trial,
        )

    def _run(self, effect: RunAction, riding: Riding | None) -> None:
        self.running += 1
        _ = self._spawn(self._act(effect, riding))

    async def _act(self, effect: RunAction, riding: Riding | None) -> None:
        answer = await self.attempts.run(effect, riding)
        self.running -= 1
        at = self.alarm.now()
        if answer.code:
            failure = answer.code, answer.kind, answer.title, answer.detail
            _ = self._apply(ActionFailed(at, effect.path, effect.key, *failure))
        else:
            _ = self._apply(ActionSucceeded(at, effect.path, effect.key, answer.result))

    # ------------------------------------------------------------------------------------- ending, renewing
    def _is_still(self) -> bool:
        """Nothing is under way and everything is written."""
        return self.machine is not None and not self.running and self.outflow.is_empty

    def _is_over(self) -> bool:
        if not self._is_still() or self.more or self.actions or not workflow.all_handlers_finished():
            return False
        return self._running_machine().state.status == "ended"

    def _must_renew(self) -> bool:
        return self.gauge.is_full

    def _may_renew(self) -> bool:
        return self._must_renew() and self._is_still() and workflow.all_handlers_finished()

    async def _renew(self) -> None:
        """Go on in a fresh run, from a workflow task in which nothing else was done.

        The server turns the change of run away when something new has come, and the whole task is done again; what it
        has written would then be written twice. Whatever comes meanwhile waits for the next quiet point.
        """
        revision = self._running_machine().state.seq
        if self.postponed < MOST_POSTPONED:
            self.postponed += 1
            await self._sleep("continue as new")
            if not self._may_renew() or self._running_machine().state.seq != revision:
                return
        state = dump_state(self._running_machine().state)
        carried = Carried(msgspec.Raw(state), "", self.actions, self.more, list(self.seen), self.cancels)
        if len(state) > CARRIED_LIMIT:
            stored: StoredState = await self._store(
                runs.KEEP_STATE, StoredState(self._mark(), zlib.compress(state)), StoredState
            )
            if not self._may_renew() or self._running_machine().state.seq != revision:
                return
            carried.state, carried.stored = Carried().state, stored.hash
        now = self._running_machine().state
        workflow.continue_as_new(
            msgspec.structs.replace(
                self.given,
                version=now.version,
                plan=now.plan,
                data={},
                settings={},
                facts={},
                carried=carried,
                command=None,
                at_once=runs.AT_ONCE,
            )
        )

    async def _fetch_state(self) -> None:
        given, carried = self.given, self.given.carried or Carried()
        mark = CaseMark(given.tenant, given.case, given.process, given.version, given.plan, self.alarm.now())
        stored: StoredState = await self._store(runs.LOAD_STATE, StoredState(mark, hash=carried.stored), StoredState)
        self._go_on_from(zlib.decompress(stored.packed))
        if self.cancels > carried.cancels:
            self.cancels -= 1
            self._cancelled()

    def _result(self) -> Any:
        """How Temporal sees the end of the case: cancelled from its page, failed, or completed."""
        ending = self._running_machine().state.ending
        status = ending.status if ending is not None else "done"
        if status == "cancelled" and self.cancels:
            raise asyncio.CancelledError
        if ending is not None and status == "failed":
            raise ApplicationError(f"the case failed: {ending.code}", type=ending.code, non_retryable=True)
        return {"status": status, "outcome": ending.outcome if ending is not None else ""}


def _refusal(refused: Refused) -> ApplicationError:
    said = Refusal(refused.code, refused.en, refused.zh, refused.detail)
    return ApplicationError(str(refused), said, type=runs.REFUSED, non_retryable=True)
