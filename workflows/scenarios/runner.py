"""Running a scenario on an engine: each step in turn; the first thing that is not as written ends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from waystation.contracts.durations import parse_duration
from waystation.contracts.errors import DefinitionInvalid, Refused
from waystation.contracts.events import Command
from waystation.contracts.plan import Plan
from waystation.contracts.problems import Path
from workflows.engine import Engine
from workflows.machine.run import node_key
from workflows.panel import answerers
from workflows.people import parse_people
from workflows.scenarios.differences import Failure, Said
from workflows.scenarios.expect import World, check
from workflows.scenarios.model import CASE_COMMANDS, TASK_VERBS, Scenario
from workflows.scenarios.ticks import next_tick

_INSTANT = timedelta(microseconds=1)


@dataclass(slots=True)
class Outcome:
    """How a scenario went. `said` is empty when it passed; `at` is the document path of the failing step.

    `refused` is what the engine said, where that made it fail.
    """

    scenario: str
    said: list[Said] = field(default_factory=list)
    at: Path = ()
    cases: dict[str, str] = field(default_factory=dict)
    refused: Refused | None = None

    @property
    def passed(self) -> bool:
        return not self.said

    @property
    def failures(self) -> list[str]:
        """What was said, in English only."""
        return [line.en for line in self.said]


class _Session:
    """The cases a scenario has started, by the ids it gives them."""

    def __init__(self, engine: Engine, scenario: Scenario, plans: Mapping[str, Plan]) -> None:
        self.engine = engine
        self.scenario = scenario
        self.cases: dict[str, str] = {}
        self.last = ""
        self.commands = 0
        named = {scenario.process, *(str(args.get("process")) for verb, args, _ in scenario.steps if verb == "start")}
        self.timed = {name: plan for name, plan in plans.items() if name in named and plan.start.every is not None}

    def case(self, args: Mapping[str, Any]) -> str:
        name = args.get("case")
        if name is None:
            if not self.last:
                raise Failure(Said("尚未发起任何流程实例", "no case has been started"))
            return self.last
        if name not in self.cases:
            raise Failure(Said(f"没有编号为 {name!r} 的流程实例", f"no case has the id {name!r}"))
        return self.cases[str(name)]


async def run_scenario(
    scenario: Scenario,
    engine: Engine,
    plans: Mapping[str, Plan] = MappingProxyType({}),
    *,
    done: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Run one scenario. The engine is this scenario's own: its own tenant, its own clock.

    Args:
        plans: its processes; those that start by themselves (`start.every`) do so when the clock moves.
        done: told after each step how many are done; 0 after the start.
    """
    session = _Session(engine, scenario, plans)
    outcome = Outcome(scenario.name, cases=session.cases)
    place: Path = (*scenario.path, "start")
    try:
        if scenario.start is not None:
            await _start(session, scenario.start)
        done(0)
        for number, (verb, args, path) in enumerate(scenario.steps, start=1):
            place = path
            await _step(session, verb, args)
            done(number)
    except Failure as failure:
        outcome.said, outcome.at = list(failure.lines), place
    except Refused as refused:
        outcome.refused = refused
        outcome.said, outcome.at = [_turned_down(refused)], place
    return outcome


def _turned_down(refused: Refused) -> Said:
    code, detail = refused.code, refused.detail or ""
    zh = f"被拒绝（{code}）：{refused.zh} {detail}".strip()
    return Said(zh, f"refused with {code}: {refused.en} {detail}".strip())


async def _step(session: _Session, verb: str, args: Any) -> None:
    if verb == "expect":
        await check(World(session.engine, session.cases, session.last), args)
    elif verb == "refuse":
        await _refuse(session, args)
    elif verb == "bulk":
        await _bulk(session, args)
    else:
        await _do(session, verb, args)


async def _do(session: _Session, verb: str, args: Any) -> Any:
    match verb:
        case "start":
            return await _start(session, args)
        case "advance":
            return await _advance(session, _span(args))
        case "message":
            fields = dict(args.get("with") or {})
            if "key" in args:
                fields["key"] = args["key"]
            return await _message(session, str(args["name"]), fields, args.get("id"))
        case "people":
            try:
                changed = parse_people(args, session.engine.organisation())
            except DefinitionInvalid as invalid:
                lines = (
                    Said(f"人员：{place}：{each.zh}", f"people: {place}: {each.en}")
                    for each in invalid.problems
                    for place in [".".join(map(str, each.path))]
                )
                raise Failure(*lines) from None
            return await session.engine.set_people(changed)
        case _:
            return await _command(session, verb, args or {})


async def _advance(session: _Session, by: timedelta) -> None:
    """Move the clock, starting on the way what starts by itself."""
    engine = session.engine
    until = engine.now() + by
    while due := min(
        filter(None, (next_tick(plan, engine.now(), until) for plan in session.timed.values())), default=None
    ):
        await engine.advance(due - engine.now())
        for process, plan in session.timed.items():
            if next_tick(plan, due - _INSTANT, due) is not None:
                await _start_on_time(session, process)
    await engine.advance(until - engine.now())


async def _start_on_time(session: _Session, process: str) -> None:
    """As on a server, nothing happens where its key is in use or it cannot start without being given something."""
    earlier = session.last
    with suppress(Refused):
        await _start(session, {"process": process})
    session.last = earlier or session.last


async def _message(session: _Session, name: str, fields: dict[str, Any], message_id: str | None) -> None:
    delivered = await session.engine.message(name, fields, message_id)
    for case in delivered.started:
        session.cases[f"case{len(session.cases) + 1}"] = case
        session.last = case


def _span(text: Any) -> timedelta:
    try:
        duration = parse_duration(str(text))
    except ValueError as error:
        raise Failure(Said(f"推进时间：{error}", f"advance: {error}")) from None
    if duration.needs_calendar:
        raise Failure(Said("推进时间须写自然时长，如 3h、2d", "advance takes wall time such as 3h or 2d"))
    return timedelta(seconds=duration.seconds)


async def _start(session: _Session, args: Mapping[str, Any]) -> None:
    process = str(args.get("process") or session.scenario.process)
    data = dict(args.get("data") or {})
    key = args.get("key")
    case = await session.engine.start(
        process, data, str(args.get("as") or ""), None if key is None else str(key), args.get("version")
    )
    name = str(args.get("id") or f"case{len(session.cases) + 1}")
    session.cases[name] = case
    session.last = case


async def _command(session: _Session, verb: str, args: Mapping[str, Any]) -> Any:
    if verb == "handover" and "task" not in args and "case" not in args:
        return await _hand_over(session, args)
    case = session.case(args)
    target = args.get("task", args.get("node"))
    if verb == "jump":
        target = args.get("from")
    case, task = await locate(session.engine, case, None if target is None else str(target))
    if verb not in TASK_VERBS and verb not in CASE_COMMANDS:
        raise Failure(Said(f"无法识别的步骤 {verb!r}", f"unknown step {verb!r}"))
    return await _send(session, case, verb, args, task)


async def _send(session: _Session, case: str, verb: str, args: Mapping[str, Any], task: str | None) -> Any:
    session.commands += 1
    rest = {key: value for key, value in args.items() if key not in ("task", "as", "case", "revision")}
    if verb == "jump" and task is not None:
        rest["from"] = task
    command = Command(
        session.engine.now(),
        f"step-{session.commands}",
        verb,
        str(args.get("as") or await _somebody(session.engine, case, verb, task)),
        task,
        rest,
        revision=args.get("revision"),
    )
    return await session.engine.command(case, command)


async def _somebody(engine: Engine, case: str, verb: str, task: str | None) -> str:
    """Where a step on a task does not say who: the first who may answer it."""
    if verb not in TASK_VERBS or task is None:
        return ""
    for act in (await engine.state(case)).acts.values():
        if act.panel is not None and task in (act.path, node_key(act.path), act.node):
            return next(iter(answerers(act.panel)), "")
    return ""


async def _hand_over(session: _Session, args: Mapping[str, Any]) -> None:
    """离职转办: all open work, in every case."""
    for case in await session.engine.open_cases():
        await _send(session, case, "handover", args, None)


async def locate(engine: Engine, case: str, task: str | None) -> tuple[str, str | None]:
    """A task `call/node` of a called case is the task `node` of that case."""
    while task is not None and "/" in task:
        state = await engine.state(case)
        head, called = _called(state.acts, task)
        if called is None:
            break
        case, task = called, task[len(head) + 1 :]
    return case, task


def _called(acts: Mapping[str, Any], task: str) -> tuple[str, str | None]:
    for path, act in acts.items():
        called = act.work.get("case")
        if isinstance(called, str):
            for name in (path, act.node):
                if task.startswith(f"{name}/"):
                    return name, called
    return "", None


async def _refuse(session: _Session, args: Mapping[str, Any]) -> None:
    code = args["code"]
    verb = next(key for key in args if key != "code")
    try:
        await _do(session, verb, args[verb])
    except Refused as refused:
        if refused.code != code and not _kept_away(refused, code) and not _bad_values(verb, refused, code):
            raise Failure(_not_refused(verb, code, refused.code)) from None
        return
    raise Failure(_not_refused(verb, code, None))


def _not_refused(verb: str, code: str, got: str | None) -> Said:
    zh, en = ("却被接受", "it was accepted") if got is None else (f"实际拒绝原因是 {got}", f"it was refused with {got}")
    return Said(f"{verb} 应被拒绝（{code}），{zh}", f"expected {verb} to be refused with {code}, but {en}")


def _kept_away(refused: Refused, code: str) -> bool:
    """Whom four eyes keep away is not asked, so the task is not his: a scenario may name either reason."""
    return (code, refused.code, (refused.detail or {}).get("reason")) == ("four_eyes", "not_yours", "excluded")


def _bad_values(verb: str, refused: Refused, code: str) -> bool:
    """Data that breaks the schema is `bad_data` at a node and `bad_form` in a command: a scenario may say either."""
    return verb in ("start", "edit", "add_item") and (code, refused.code) == ("bad_data", "bad_form")


async def _bulk(session: _Session, rows: list[Mapping[str, Any]]) -> None:
    """Many in one call: a row that is refused does not stop the rest; one that must be refused stands in `refuse`."""
    failures: list[Said] = []
    for index, row in enumerate(rows):
        verb, args = next(iter(row.items()))
        try:
            await _step(session, verb, args)
        except Failure as failure:
            failures += [
                Said(f"批量第 {index + 1} 行：{line.zh}", f"bulk[{index}]: {line.en}") for line in failure.lines
            ]
        except Refused:
            continue
    if failures:
        raise Failure(*failures)
