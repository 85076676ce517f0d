"""审批预测: who will be asked, worked out by the machine itself on a copy of the case.

Every human node is answered with its first outcome (approved), actions succeed without a result, waits pass. Where the
way depends on what nobody knows yet, the row says so.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from waystation.contracts.events import (
    ActionSucceeded,
    CallEnded,
    Continued,
    Effect,
    EntryKind,
    Event,
    LockGranted,
    PeopleResolved,
    ResolvePeople,
    RunAction,
    StartCase,
    Started,
    TakeLock,
)
from waystation.contracts.params import ApprovalParams
from waystation.contracts.people import Organisation
from workflows.engine import Engine
from workflows.machine import CaseState, Machine, Program, begin, desk, dump_state, load_state, tokens
from workflows.machine.errors import NodeError
from workflows.machine.state import Activation
from workflows.panel import Panel
from workflows.people import Load, resolve

#: Rows of a forecast, at most: a process may loop.
MOST_ROWS = 200

#: Activations that are passed, at most: a process may turn in a loop that asks nobody.
MOST_PASSES = 2_000

#: Modes in which everybody asked answers, as long as nobody refuses.
_ALL_ANSWER = ("all", "sequence", "all_then_any")


@dataclass(frozen=True, slots=True)
class Row:
    """One node that will ask people. `unknown` says what the forecast had to guess on the way to it."""

    node: str
    title: Any
    people: tuple[str, ...]
    unknown: tuple[str, ...] = ()


@dataclass(slots=True)
class Prospect:
    """The way that a case will take, as far as it can be told.

    Args:
        rows: who will be asked, in order.
        branches: (choice, node that it leads to), in order.
        complete: the end was reached; otherwise the list was cut, or something stands that cannot be passed.
    """

    rows: list[Row]
    branches: list[tuple[str, str]] = field(default_factory=list)
    complete: bool = True


async def forecast(engine: Engine, case: str) -> list[Row]:
    """From where a case stands now: open nodes first."""
    state = load_state(dump_state(await engine.state(case)))
    return Forecast(await engine.program(case), engine.organisation(), state).rows()


def forecast_start(
    program: Program,
    organisation: Organisation,
    data: dict[str, Any],
    actor: str,
    at: datetime,
    settings: dict[str, Any],
) -> Prospect:
    """Before a case is started."""
    machine = begin(program, tenant="", case="forecast", version=0, at=at)
    walk = Forecast(program, organisation, machine.state)
    walk.apply(Started(at, dict(data), actor, None, settings))
    return walk.prospect()


class Forecast:
    """A copy of a case that is walked to its end."""

    def __init__(self, program: Program, organisation: Organisation, state: CaseState) -> None:
        self.program = program
        self.organisation = organisation
        self.machine = Machine(program, state)
        self.found: list[Row] = []
        self.guessed: list[str] = []
        self.branches: list[tuple[str, str]] = []
        self._work: deque[Event] = deque()
        self._seen: set[str] = set()

    def rows(self) -> list[Row]:
        for _ in range(MOST_PASSES):
            if self.machine.state.status != "running" or len(self.found) >= MOST_ROWS or not self._pass_one():
                break
        return self.found

    def prospect(self) -> Prospect:
        """The rows, with the branches that lead to them."""
        rows = self.rows()
        return Prospect(rows, self.branches, self.machine.state.status == "ended")

    def apply(self, event: Event) -> None:
        self._work.append(event)
        while self._work:
            step = self.machine.apply(self._work.popleft())
            self._note(step.entries)
            for effect in step.effects:
                self._carry_out(effect)
            if step.more:
                self._work.append(Continued(self._now))

    @property
    def _now(self) -> datetime:
        return self.machine.state.now

    def _note(self, entries: list[Any]) -> None:
        for entry in entries:
            if entry.kind is EntryKind.NODE_LEFT and entry.data.get("kind") == "choice":
                to = entry.data.get("to")
                self.branches += [(entry.node, str(node)) for node in ([to] if isinstance(to, str) else to or ())]
            if entry.kind is EntryKind.TASK_OPENED and entry.path not in self._seen:
                act = self.machine.state.acts.get(entry.path)
                if act is None:
                    self._add(entry.path, entry.node, entry.data.get("title"), tuple(entry.data["candidates"]))

    def _add(self, path: str, node: str, title: Any, people: tuple[str, ...]) -> None:
        self._seen.add(path)
        self.found.append(Row(node, title, people, tuple(self.guessed)))

    def _pass_one(self) -> bool:
        """Take the oldest activation that stands, and let it pass. False when nothing can be passed."""
        for act in sorted(self.machine.state.acts.values(), key=lambda act: act.visit):
            if act.phase in ("open", "incident", "waiting", "closed") and act.path not in self._seen_twice(act):
                return self._pass(act)
        return False

    def _seen_twice(self, act: Activation) -> set[str]:
        return self._seen if act.panel is None else set()

    def _pass(self, act: Activation) -> bool:
        run, node = self.machine.run, self.machine.run.node(act)
        run.begin(self._now)
        if act.panel is not None:
            self._add(
                act.path, node.key, run.text(node.plan.title or node.id, run.names_of(act)), _everybody(act.panel)
            )
        else:
            self._seen.add(act.path)
            if act.phase == "incident":
                self.guessed.append(node.key)
                default = next((edge.to for edge in node.edges if edge.when is None), None)
                if node.kind == "choice" and default is not None:
                    act.work["to"] = default  # what it looks at is not known yet
        params = node.params
        outcome = "approved" if isinstance(params, ApprovalParams) else next(iter(node.by_outcome), None)
        try:
            if act.panel is not None:
                _answer(act.panel, outcome or "done", self._now)
                desk.close(run, act, outcome or "done", "forecast")
            else:
                tokens.finish(run, act, outcome)
        except NodeError:
            self.guessed.append(node.key)
            tokens.finish(run, act, outcome)
        effects, entries = list(run.effects), list(run.entries)
        self._note(entries)
        for effect in effects:
            self._carry_out(effect)
        self.apply(Continued(self._now))
        return True

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case ResolvePeople():
                resolution = resolve(self.organisation, effect.request, Load(seed="forecast"))
                self._work.append(PeopleResolved(self._now, effect.path, effect.key, resolution))
            case RunAction():
                self._work.append(ActionSucceeded(self._now, effect.path, effect.key, {}))
            case TakeLock():
                self._work.append(LockGranted(self._now, effect.path, effect.name))
            case StartCase():
                if effect.wait:
                    self._work.append(CallEnded(self._now, effect.path, effect.case))
            case _:
                pass


def _answer(panel: Panel, outcome: str, at: datetime) -> None:
    """Those whose answer is certain give it, as later nodes may ask the same or keep them away: the only one asked, or
    all of them where all are waited for. Who of several will answer is not known."""
    asked = [chair for chair in panel.chairs if chair.state == "open"]
    if len({chair.person for chair in asked}) > 1 and (panel.pool or panel.mode not in _ALL_ANSWER):
        return
    for chair in asked:
        chair.state, chair.answer, chair.at, chair.by = "answered", outcome, at, chair.person
        if panel.judge:
            chair.answer = "approve"


def _everybody(panel: Panel) -> tuple[str, ...]:
    """All who are or will be asked, in order of stages."""
    asked = sorted((chair for chair in panel.chairs if chair.state == "open"), key=lambda chair: chair.stage)
    return tuple(dict.fromkeys(chair.person for chair in asked))
