"""Pinned outputs in simulations: a node that has one is not run, what it gave is used in its place.

What comes from outside is given where the case would ask for it: a person's answer, an action's result, a message.
What is computed is taken over. All of that is of one simulation: publishing and real cases know no pins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from waystation.contracts.errors import Refused
from waystation.contracts.events import AwaitMessage, Command
from waystation.contracts.plan import Plan
from waystation.design.guided_steps import Guides, Output, guided
from waystation.design.lone_nodes import node_at
from waystation.design.model import Tree
from waystation.design.node_outputs import ANSWERED, COMPUTED, PINNED
from waystation.design.stand_ins import StandIns
from waystation.design.trials import Ran, Special, World, run
from workflows.machine.run import Run, node_key
from workflows.machine.state import Activation
from workflows.memory import MemoryEngine
from workflows.panel import Panel, answerers
from workflows.scenarios import Scenario

#: How often one pin answers in one simulation: a pinned refusal may lead back to its own node for ever.
MOST_ANSWERS = 50
_VERBS = {"approved": "approve", "rejected": "reject"}


@dataclass(frozen=True, slots=True)
class Given:
    """A step that a pin took, in the place of somebody: during which step of the simulation, and when."""

    during: int
    at: datetime
    step: Tree


@dataclass(slots=True)
class Pins:
    """The pins of one simulation, and what became of them.

    Args:
        outputs: by the node's key, those that can be used.
        unfit: why one is not used, or was refused; by the node's key.
        times: the moment after the start and after each step.
    """

    outputs: dict[str, Tree] = field(default_factory=dict)
    unfit: dict[str, Refused] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)

    def told(self) -> list[Tree]:
        """What became of each: how often it was used, and why it was not."""
        rows = []
        for key in {**self.outputs, **self.unfit}:
            row: Tree = {"node": key, "used": self.used.get(key, 0), "code": None, "zh": None, "en": None}
            if key in self.unfit:
                refused = self.unfit[key]
                row |= {"code": refused.code, "zh": refused.zh, "en": refused.en}
            rows.append(row)
        return rows

    def count(self, key: str) -> None:
        self.used[key] = self.used.get(key, 0) + 1


def fitting(plan: Plan, wanted: Mapping[str, Tree]) -> Pins:
    """Those pins that the design still has a node for, of the kind that gave them."""
    found = Pins()
    for key, output in wanted.items():
        try:
            kind = node_at(plan, key).kind
        except Refused as refused:
            found.unfit[key] = refused
            continue
        if kind != output.get("kind"):
            found.unfit[key] = Refused(
                "pin_outdated",
                f"it was pinned as {output.get('kind')}, and is {kind} now",
                f"固定时是 {output.get('kind')}，现在是 {kind}",
            )
        elif kind not in PINNED:
            found.unfit[key] = Refused("not_pinned", f"a {kind} has no output of its own", "此类节点没有可固定的输出")
        else:
            found.outputs[key] = dict(output)
    return found


def run_pinned(
    world: World, scenario: Scenario, wanted: Mapping[str, Tree], *, at: datetime | None
) -> tuple[Ran, Pins]:
    """Play a scenario with pins, from a thread without a loop.

    Raises:
        Refused: `too_long`, `bad_people`.
    """
    plan = world.plans[world.process]
    pins = fitting(plan, wanted)
    computed = {key: each for key, each in pins.outputs.items() if each["kind"] in COMPUTED}
    guides = Guides(before={key: partial(_count, pins) for key in computed}, instead=_instead(computed))
    actions = {key: _stub(each) for key, each in pins.outputs.items() if each["kind"] == "action"}
    runner = StandIns(world.catalog, scenario, pins=actions, used=pins.count)
    engines: list[MemoryEngine] = []

    def engine(*args: Any, **more: Any) -> MemoryEngine:
        engines.append(PinnedEngine(*args, process=world.process, pins=pins, **more))
        return engines[0]

    def done(_: int) -> None:
        pins.times.append(engines[0].now())

    special = Special(guided(plan, guides) if computed else None, engine, done)
    ran = asyncio.run(run(world, scenario, at=at, runner=runner, special=special))
    return ran, pins


def _count(pins: Pins, run: Run, act: Activation) -> None:
    pins.count(run.node(act).key)


def _instead(computed: Mapping[str, Tree]) -> dict[str, Output]:
    return {
        key: Output(dict(each.get("values") or {}), each.get("outcome"), each.get("to"))
        for key, each in computed.items()
    }


def _stub(output: Tree) -> Tree:
    return {"fails": output["failed"]} if output.get("failed") else {"returns": output.get("result")}


# ----------------------------------------------------------------------------------------------- while it runs
class PinnedEngine(MemoryEngine):
    """The engine in memory, in which pinned people answer and pinned messages come as soon as they are waited for."""

    def __init__(self, *args: Any, process: str, pins: Pins, **more: Any) -> None:
        super().__init__(*args, **more)
        self._process = process
        self._pins = pins
        self._giving = False
        self._done_with: set[tuple[str, str]] = set()

    async def _pump(self) -> None:
        await super()._pump()
        if self._giving:
            return
        self._giving = True
        try:
            while await self._give_one():
                self._watch()
        finally:
            self._giving = False

    async def _give_one(self) -> bool:
        for case, entry in list(self.cases.items()):
            state = entry.machine.state
            if state.process != self._process or state.status != "running":
                continue
            for act in list(state.acts.values()):
                key = node_key(act.path)
                output = self._pins.outputs.get(key)
                if output is None or act.phase != "open" or (case, act.path) in self._done_with:
                    continue
                if await self._tried(case, act, key, output):
                    return True
        return False

    async def _tried(self, case: str, act: Activation, key: str, output: Tree) -> bool:
        """Whether something was given; what was refused is left to whoever simulates."""
        if self._pins.used.get(key, 0) >= MOST_ANSWERS:
            self._done_with.add((case, act.path))
            return False
        try:
            step = await self._give(case, act, output)
        except Refused as refused:
            self._pins.unfit[key] = refused
            step = None
        if step is None:
            self._done_with.add((case, act.path))
            return False
        self._pins.count(key)
        self._pins.given.append(Given(len(self._pins.times), self.now(), step))
        return True

    async def _give(self, case: str, act: Activation, output: Tree) -> Tree | None:
        if output["kind"] in ANSWERED and act.panel is not None:
            return await self._answer(case, act.path, act.panel, output)
        awaited = next((each for each in self.cases[case].awaits if each.path == act.path), None)
        if output["kind"] == "receive" and awaited is not None:
            return await self._send(awaited, output)
        return None

    async def _answer(self, case: str, path: str, panel: Panel, output: Tree) -> Tree | None:
        people = answerers(panel)
        if not people:
            return None
        person = output.get("by") if output.get("by") in people else people[0]
        outcome = str(output.get("outcome") or "")
        verb = _VERBS.get(outcome, "complete") if panel.judge else "complete"
        args: Tree = {"form": dict(output["form"])} if output.get("form") else {}
        if verb == "complete":
            args["outcome"] = outcome
        self._numbers += 1
        await self.command(case, Command(self.now(), f"pin-{self._numbers}", verb, str(person), path, args))
        return {verb: {"task": path, "as": person, **args}}

    async def _send(self, awaited: AwaitMessage, output: Tree) -> Tree | None:
        fields = dict(output.get("message") or {})
        if awaited.field:
            fields[awaited.field] = awaited.value
        delivered = await self.message(awaited.name, fields)
        return {"message": {"name": awaited.name, "with": fields}} if delivered.taken else None


# ------------------------------------------------------------------------------------------------ as a scenario
def as_steps(steps: list[Tree], pins: Pins) -> list[Tree]:
    """The steps of a simulation with those that pins took: what a scenario has to do to go the same way."""
    found = [each.step for each in pins.given if each.during == 0]
    for number, step in enumerate(steps, start=1):
        given = [each for each in pins.given if each.during == number]
        since, until = pins.times[number - 1], pins.times[number]
        if "advance" not in step or not given:
            found += [step, *(each.step for each in given)]
            continue
        for each in given:
            found += [*_advance(since, each.at), each.step]
            since = each.at
        found += _advance(since, until)
    return found


def _advance(since: datetime, until: datetime) -> list[Tree]:
    seconds = int((until - since).total_seconds())
    return [{"advance": f"{seconds}s"}] if seconds > 0 else []


def as_stubs(ran: Ran, pins: Pins) -> Tree:
    """The pins of actions as stubs of a scenario.

    Raises:
        Refused: `pin_not_in_scenario`, a scenario cannot say what a pin has done; `pins_differ`, it says once for all
            nodes what an action gives.
    """
    names: Callable[[list[str]], str] = ", ".join
    taken_over = [key for key, each in pins.outputs.items() if each["kind"] in COMPUTED and pins.used.get(key)]
    if taken_over:
        raise Refused(
            "pin_not_in_scenario",
            f"a scenario always runs {names(taken_over)}: release what is pinned there and play it again",
            f"场景总会真正运行 {names(taken_over)}：请取消其固定输出，重新试运行后再保存",
            {"nodes": taken_over},
        )
    found: Tree = {}
    for key, output in pins.outputs.items():
        if output["kind"] == "action" and pins.used.get(key):
            action = next(each.action for each in ran.actions.done if node_key(each.path) == key)
            _require_one(ran, action, key)
            found[action] = _stub(output)
    return found


def _require_one(ran: Ran, action: str, key: str) -> None:
    results = [(each.failed, each.result) for each in ran.actions.done if each.action == action]
    if any(each != results[0] for each in results):
        raise Refused(
            "pins_differ",
            f"a scenario says once what {action} gives, and it gave different things: release what is pinned at {key}",
            f"场景对 {action} 只能写一个返回值，而本次各节点的返回值不同：请取消 {key} 的固定输出",
            {"nodes": [key]},
        )
