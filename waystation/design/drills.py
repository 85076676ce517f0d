"""Fault drills: what a process does when an action is down, somebody says nothing, a message comes twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from waystation.contracts.durations import parse_duration
from waystation.contracts.errors import Refused
from waystation.contracts.events import EntryKind
from waystation.design.drill_words import Moment, Names, story
from waystation.design.lengths import in_words
from waystation.design.model import Tree
from waystation.design.stand_ins import StandIns
from waystation.design.trial_answers import node_of
from waystation.design.trials import Ran, World, run_now, scenario_of
from workflows.engine import SCENARIO_START
from workflows.memory import ActionCall, Failed

MOST_FAULTS = 20
_LONGEST = timedelta(days=366)


@dataclass(slots=True)
class Drilled:
    """What became of a case with a fault. `simulation` is what was played, for the simulator to show."""

    fault: Tree
    zh: str
    en: str
    ended: str | None
    incidents: list[Tree]
    breaches: list[str]
    escalations: list[str]
    notices: list[str]
    refused: Tree | None
    simulation: Tree = field(default_factory=dict)
    story: list[Moment] = field(default_factory=list)


class _Down(StandIns):
    """Actions of which one is out of reach for a while."""

    fault_name: str = ""
    until: datetime = SCENARIO_START

    async def __call__(self, call: ActionCall) -> Any:
        if call.effect.action == self.fault_name and call.at < self.until:
            return Failed("unavailable", "transient", "the drill has it down")
        return await super().__call__(call)


def drill(world: World, simulation: Mapping[str, Any], fault: Tree) -> Drilled:
    """Play a simulation with one fault.

    Raises:
        Refused: `bad_drill`, `bad_scenario`, `too_long`.
    """
    played = {key: simulation.get(key) for key in ("start", "actions", "people", "settings")}
    steps = list(simulation.get("steps") or [])
    kind = fault.get("kind")
    if kind == "action_down":
        return _action_down(world, played, steps, fault, simulation.get("at"))
    if kind == "silent":
        return _silent(world, played, steps, fault, simulation.get("at"))
    if kind == "twice":
        return _twice(world, played, steps, fault, simulation.get("at"))
    raise Refused("bad_drill", f"there is no fault {kind}", f"没有这种故障：{kind}")


def _action_down(world: World, played: Tree, steps: list[Any], fault: Tree, at: datetime | None) -> Drilled:
    name, lasts = str(fault.get("action", "")), _span(fault.get("for", "2h"))
    steps = [*steps, {"advance": _seconds(lasts)}]
    scenario = scenario_of({**played, "steps": _tolerant(steps)}, world.process)
    actions = _Down(world.catalog, scenario)
    actions.fault_name, actions.until = name, (at or SCENARIO_START) + lasts
    ran = run_now(world, scenario, at=at, runner=actions)
    called, length = Names(world).action(name), in_words(str(fault.get("for", "2h")))
    zh, en = f"「{called[0]}」中断 {length[0]}", f"“{called[1]}” is down for {length[1]}"
    return _told(world, ran, fault, (zh, en), {**played, "steps": steps})


def _silent(world: World, played: Tree, steps: list[Any], fault: Tree, at: datetime | None) -> Drilled:
    node, lasts = str(fault.get("node", "")), _span(fault.get("for", "2d"))
    before = []
    for step in steps:
        if any(isinstance(args, dict) and node_of(str(args.get("task", ""))) == node for args in step.values()):
            break
        before.append(step)
    steps = [*before, {"advance": _seconds(lasts)}]
    ran = run_now(world, scenario_of({**played, "steps": steps}, world.process), at=at)
    called, length = Names(world).node(node), in_words(str(fault.get("for", "2d")))
    zh, en = f"「{called[0]}」的处理人 {length[0]}没有答复", f"nobody answers “{called[1]}” for {length[1]}"
    return _told(world, ran, fault, (zh, en), {**played, "steps": steps})


def _twice(world: World, played: Tree, steps: list[Any], fault: Tree, at: datetime | None) -> Drilled:
    name, twice = str(fault.get("message", "")), []
    for number, step in enumerate(steps):
        sent = step.get("message") if isinstance(step, dict) else None
        if isinstance(sent, dict) and sent.get("name") == name:
            once = {"message": {"id": f"drill-{number}", **sent}}
            twice += [once, once]
        else:
            twice.append(step)
    if len(twice) == len(steps):
        twice += [{"message": {"id": "drill", "name": name, "with": fault.get("with") or {}}}] * 2
    ran = run_now(world, scenario_of({**played, "steps": twice}, world.process), at=at)
    zh, en = f"消息 {name} 到达两次", f"the message {name} arrives twice"
    return _told(world, ran, fault, (zh, en), {**played, "steps": twice})


def _tolerant(steps: list[Any]) -> list[Any]:
    """Steps of which one that is refused does not end the rest: after a fault not everything can be done any more."""
    return [{"bulk": [step]} if isinstance(step, dict) and "advance" not in step else step for step in steps]


def _told(world: World, ran: Ran, fault: Tree, said: tuple[str, str], simulation: Tree) -> Drilled:
    (zh, en), names = said, Names(world)
    refused = ran.outcome.refused
    told = None if refused is None else {"code": refused.code, "zh": refused.zh, "en": refused.en}
    if ran.case is None:
        return Drilled(fault, zh, en, None, [], [], [], [], told, simulation)
    case = ran.engine.cases[ran.case]
    state, entries = case.machine.state, case.entries
    standing = {act.path for act in state.acts.values() if act.failure is not None}
    incidents = [
        {"node": node_of(each.path), "code": each.data.get("code"), "open": each.path in standing}
        for each in entries
        if each.kind is EntryKind.INCIDENT_OPENED
    ]
    breaches = [node_of(each.path) for each in entries if each.kind is EntryKind.BREACHED]
    steps = [each for each in entries if each.kind is EntryKind.CLOCK_STEP]
    escalations = [f"{node_of(each.path)}: {_does(each.data.get('does'))}" for each in steps]
    ended = (state.ending.outcome or state.ending.status) if state.ending is not None else None
    waits = [names.node(node_of(act.path)) for act in state.acts.values()]
    outcome = names.outcome(ended or "")
    end_zh = f"流程以「{outcome[0]}」结束" if ended else f"停在「{'」「'.join(each[0] for each in waits)}」"
    end_en = f"it ends “{outcome[1]}”" if ended else f"it stands at {', '.join(f'“{each[1]}”' for each in waits)}"
    if any(each["open"] for each in incidents):
        end_zh, end_en = f"出现异常等待运维处理，{end_zh}", f"an operator is needed, {end_en}"
    return Drilled(
        fault, f"{zh}：{end_zh}", f"{en}: {end_en}", ended, incidents, list(dict.fromkeys(breaches)), escalations,
        [f"{told.template} → {', '.join(told.to)}" for told in ran.engine.told], told, simulation,
        story(entries, names),
    )  # fmt: skip


def _does(what: Any) -> str:
    if isinstance(what, (list, tuple)):
        return ", ".join(map(str, what))
    return ", ".join(what) if isinstance(what, dict) else str(what)


def _span(text: Any) -> timedelta:
    try:
        duration = parse_duration(str(text))
    except ValueError as error:
        raise Refused("bad_drill", str(error), f"时长有误：{text}") from error
    span = timedelta(seconds=duration.seconds)
    if duration.needs_calendar or not timedelta(0) < span <= _LONGEST:
        raise Refused("bad_drill", f"{text} is no wall clock time up to a year", f"时长 {text} 不可用")
    return span


def _seconds(span: timedelta) -> str:
    return f"{int(span.total_seconds())}s"
