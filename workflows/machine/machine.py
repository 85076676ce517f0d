"""Machine: `apply(event) -> Step`. The one door to a running case, behind every driver."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from waystation.contracts.errors import Refused
from waystation.contracts.events import (
    ActionFailed,
    ActionSucceeded,
    CallEnded,
    Command,
    Continued,
    Effect,
    Entry,
    EntryKind,
    Event,
    LockGranted,
    MessageArrived,
    PeopleResolved,
    Started,
    Ticked,
)
from workflows.machine import (
    calls,
    clocks,
    commands,
    desk,
    desk_verbs,
    endings,
    failures,
    firing,
    forks,
    forms,
    joins,
    locks,
    messages,
    returns,
    tokens,
    undo,
)
from workflows.machine.errors import NodeError
from workflows.machine.program import Program
from workflows.machine.run import Run
from workflows.machine.state import CaseState, Frame, Op, Token

#: Steps and journal entries after which an activation stops and asks to be continued.
STEP_BOUND = 500
ENTRY_BOUND = 1_500


@dataclass(slots=True)
class Step:
    """What one event did.

    Args:
        answer: of a command: its result, the same for the same command id.
        more: work is left over: send Continued.
        wake: when the case wants a Ticked event, or None.
        taken: of a message: whether anybody in the case took it.
    """

    entries: list[Entry] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    answer: Any = None
    more: bool = False
    wake: datetime | None = None
    taken: bool = True


class Machine:
    """A program and a case's state. Not thread-safe; keeps no reference to anything outside."""

    def __init__(self, program: Program, state: CaseState) -> None:
        self.program = program
        self.state = state
        self.run = Run(program, state)

    def apply(self, event: Event, target: commands.Target | None = None) -> Step:
        """Apply one event. `target` goes with the command `migrate`: number and program of the version.

        Raises:
            Refused: a command that may not be done; the state is as before.
        """
        run, state = self.run, self.state
        if isinstance(event, Command):
            return self._command(event, target)
        run.begin(event.at)
        run.command, run.actor = "", ""
        if state.status == "suspended" and not isinstance(event, Ticked | Continued):
            state.held.append(event)
            return self._step()
        taken = self._dispatch(event)
        return self._step(taken=taken)

    def lock_wanted(self, command: Command) -> tuple[str, str] | None:
        """Path and full name of the lock across cases that a command takes, if any; other cases may want it too."""
        return desk_verbs.lock_wanted(self.run, command)

    def holds_lock(self, path: str, name: str) -> bool:
        """Does this activation hold a lock, or wait for it, as far as the case knows?"""
        return locks.holds(self.run, path, name)

    def next_due(self) -> datetime | None:
        """When a Ticked event is wanted next."""
        return clocks.next_due(self.state)

    # ------------------------------------------------------------------------------------------- inside
    def _command(self, command: Command, target: commands.Target | None) -> Step:
        run = self.run
        if command.id in self.state.commands:
            return Step(answer=self.state.commands[command.id], wake=self.next_due())
        run.begin(command.at)
        work = commands.check(run, command, target)
        run.command, run.actor = command.id, command.actor
        result = work()
        self.program = run.program
        held = commands.take_held(run)
        self._run_ready()
        for event in held:
            self._dispatch(event)
            self._run_ready()
        answer = commands.accept(run, command, result)
        return self._step(answer=answer)

    def _dispatch(self, event: Event) -> bool:
        run = self.run
        match event:
            case Started():
                start(run, event)
            case ActionSucceeded():
                action_ended(run, event)
            case ActionFailed():
                action_ended(run, event)
            case PeopleResolved():
                desk.resolved(run, event.path, event.key, event.resolution)
            case LockGranted():
                locks.granted(run, event.path, event.name)
            case Ticked():
                if run.state.status == "running":
                    self._tick()
            case MessageArrived():
                return run.state.status != "ended" and messages.arrived(run, event)
            case CallEnded():
                calls.ended(run, event)
            case Continued():
                pass
            case Command():
                raise TypeError("commands go through apply")
        return True

    def _tick(self) -> None:
        for _ in range(STEP_BOUND):
            if self.state.status != "running" or not firing.fire_next(self.run):
                return
            self._run_ready()

    def _step(self, answer: Any = None, *, taken: bool = True) -> Step:
        self._run_ready()
        run = self.run
        return Step(run.entries, run.effects, answer, bool(run.ready), self.next_due(), taken)

    def _run_ready(self) -> None:
        """Work until nothing is ready, or the bound is reached."""
        run, steps = self.run, 0
        while True:
            while run.ready and steps < STEP_BOUND and len(run.entries) < ENTRY_BOUND:
                steps += 1
                perform(run, run.ready.popleft())
                if run.wake:
                    _open_waiting(run)
            if run.wake:
                _open_waiting(run)
                continue
            if not run.ready and self.program.waits_for_reach and _fire_reachable(run):
                continue
            if (
                not run.ready
                and self.program.may_starve
                and any(joins.starve(run, frame) for frame in list(run.state.frames.values()))
            ):
                continue
            if not run.ready and self.state.returning:
                returns.review_waiting(run)
                if run.ready:
                    continue
            if run.data_dirty and not run.ready:
                run.data_dirty = False
                firing.review(run)
                continue
            break
        self.state.ready = list(run.ready)
        endings.maybe_finish(run)


def perform(run: Run, op: Op) -> None:
    """One step of the token game."""
    if op.do == "settle":
        frame = run.state.frames.get(op.frame)
        if frame is not None:
            forks.settle(run, frame, op.node)
        return
    frame = run.state.frames.get(op.frame)
    if frame is None:
        return
    if op.do == "enter":
        tokens.enter(run, frame, op.node, op.token or Token())
    elif op.do == "frame" and frame.tokens <= 0:
        endings.frame_done(run, frame)


def _fire_reachable(run: Run) -> bool:
    """Joins that wait until nothing else can come are looked at when all else stands still."""
    for frame in list(run.state.frames.values()):
        if run.program.bodies[frame.body].reachable_joins and joins.fire_reachable(run, frame):
            return True
    return False


def _open_waiting(run: Run) -> None:
    woken, run.wake = run.wake, []
    for path in woken:
        act = run.state.acts.get(path)
        if act is not None and act.phase == "lock":
            tokens.open_node(run, act)


# -------------------------------------------------------------------------------------------------- events
def check_start(
    program: Program, data: dict[str, Any], actor: str = "", facts: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The data a case would start with: defaults filled in, form rules applied.

    Without an actor it starts by a message, a call or a timetable, which the process's author has allowed.

    Raises:
        Refused: `not_allowed` when the actor may not start it; `bad_form` with `detail: {field: problem}`.
    """
    access = program.plan.access.start
    if access and actor and not commands.is_among(access, actor, facts or {}):
        raise Refused("not_allowed", "you may not start this process", "您无权发起此流程")
    return forms.start_data(program, data)


def begin(program: Program, *, tenant: str, case: str, version: int, at: datetime) -> Machine:
    """A machine for a case that has not started; its first event is Started."""
    plan = program.plan
    state = CaseState(tenant, case, plan.process, version, program.hash, at, at, engine=plan.engine)
    state.frames[""] = Frame("", "")
    return Machine(program, state)


def start(run: Run, event: Started) -> None:
    state, plan = run.state, run.program.plan
    state.initiator, state.key, state.settings = event.initiator, event.key, event.settings
    state.started, state.facts = run.state.now, event.facts
    state.depth = int(event.facts.get("depth", 1))
    state.catches = list(event.facts.get("catches", ()))
    state.caller = str(event.facts.get("caller", ""))
    state.data = dict(event.data)
    run.refresh_names()
    run.actor = event.initiator
    commands.set_title(run)
    run.journal(
        EntryKind.CASE_STARTED,
        data=dict(state.data),
        key=state.key,
        title=state.title,
        priority=state.priority,
        process=state.process,
        version=state.version,
        plan=state.plan,
        caller=state.caller,
    )
    run.actor = ""
    root = state.frames[""]
    root.tokens = 1
    clocks.arm_case(run)
    token = Token(seen={"start": 0})
    tokens.send(run, root, event.node or plan.start.at, token)


def action_ended(run: Run, event: ActionSucceeded | ActionFailed) -> None:
    """An action that an activation, an undo or nobody any more waits for has ended."""
    state = run.state
    done = isinstance(event, ActionSucceeded)
    result = event.result if isinstance(event, ActionSucceeded) else None
    if event.key in state.orphans:
        undo.orphan_ended(run, event.key, succeeded=done, result=result)
        return
    if isinstance(event, ActionSucceeded):
        if undo.succeeded(run, event.key):
            return
    elif undo.failed(run, event.key, event.code, event.title, event.detail):
        return
    act = state.acts.get(event.path)
    if act is None or act.action != event.key:
        return
    node = run.node(act)
    if isinstance(event, ActionSucceeded):
        act.action = ""
        failures.guarded(run, act, node.step.succeeded, result)
        return
    act.action = ""
    run.journal(
        EntryKind.ACTION_FAILED,
        act.path,
        node.key,
        action=getattr(node.params, "do", ""),
        key=event.key,
        code=event.code,
        kind=event.kind,
        title=event.title,
        detail=event.detail,
    )
    failures.fail(run, act, NodeError(event.code, event.title, event.detail))
