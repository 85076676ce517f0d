"""Moving a running case to another version: first what it would mean, then the move.

Nodes that both versions have, by id and kind, stay open as they are; a node that the map names is left and the one it
is mapped to is entered. What is not active does not matter: the past is in the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from waystation.contracts.errors import Refused
from waystation.contracts.events import Command, EntryKind
from workflows.machine import clocks, desk, refitting, tokens
from workflows.machine.program import NodeRun, Program
from workflows.machine.run import Run
from workflows.machine.state import Activation, CaseState, Token

_HUMAN = ("task", "approval")


@dataclass(slots=True)
class Finding:
    """`clean`: nothing to decide. `needs_map`: name a place for `missing` nodes. `stuck`: for `reasons`."""

    verdict: Literal["clean", "needs_map", "stuck"] = "clean"
    missing: list[str] = field(default_factory=list)
    reasons: list[dict[str, str]] = field(default_factory=list)  # {zh, en}

    def stands(self, zh: str, en: str) -> None:
        """Something stands in the way."""
        self.reasons.append({"zh": zh, "en": en})

    def conclude(self) -> Finding:
        self.verdict = "stuck" if self.reasons else "needs_map" if self.missing else "clean"
        return self


def examine(
    old: Program,
    new: Program,
    state: CaseState,
    node_map: Mapping[str, str] | None = None,
    restored: Mapping[str, Any] | None = None,
) -> Finding:
    """Can this case go on under the new version, as it stands now, with this data given back to it?"""
    found = Finding()
    mapping = dict(node_map or {})
    for frame in state.frames.values():
        if frame.body not in new.bodies:
            found.stands(
                f"新版本没有 {frame.body}，而其中还有进行中的节点",
                f"the body {frame.body} is gone, and something is active inside it",
            )
    for act in state.acts.values():
        _examine_place(old, new, mapping, state.frames[act.frame].body, act.node, found)
    for frame in state.frames.values():
        for join, queue in frame.queues.items():
            if queue:
                _examine_place(old, new, {}, frame.body, join, found)
        for fork in frame.forks.values():
            _examine_place(old, new, {}, frame.body, fork.node, found)
            if fork.join:
                _examine_place(old, new, {}, frame.body, fork.join, found)
    for op in state.ready:
        if op.do == "enter" and op.frame in state.frames:
            _examine_place(old, new, mapping, state.frames[op.frame].body, op.node, found)
    _examine_data(new, {**(restored or {}), **state.data}, found)
    if state.undo is not None:
        found.stands("正在撤销已完成的动作", "undo is under way")
    return found.conclude()


def _examine_place(
    old: Program, new: Program, mapping: Mapping[str, str], body: str, node_id: str, found: Finding
) -> None:
    if body not in new.bodies:
        return
    before = old.bodies[body].nodes.get(node_id)
    target = mapping.get(before.key if before is not None else node_id, mapping.get(node_id))
    after = new.bodies[body].nodes.get(_local(target or node_id))
    key = before.key if before is not None else node_id
    if after is None:
        if target is not None:
            found.stands(
                f"{key} 映射到 {target}，但新版本在该处没有此节点",
                f"{key} is mapped to {target}, which the new version does not have there",
            )
        elif key not in found.missing:
            found.missing.append(key)
    elif before is not None and target is None and not _same_kind(before, after):
        found.stands(
            f"{key} 原为 {before.kind}，新版本为 {after.kind}", f"{key} was a {before.kind} and is a {after.kind} now"
        )


def _same_kind(before: NodeRun, after: NodeRun) -> bool:
    return before.kind == after.kind


def _examine_data(new: Program, data: Mapping[str, Any], found: Finding) -> None:
    for name, value in data.items():
        if name not in new.schemas:
            continue
        problem = new.field_error(name, value)
        if problem:
            found.stands(f"data.{name}：{problem.zh}", f"data.{name}: {problem.en}")
    for name in new.plan.required:
        if data.get(name) is None and "default" not in new.schemas.get(name, {}):
            found.stands(
                f"新版本要求 data.{name}，但没有值", f"data.{name} is required by the new version and has no value"
            )


def check(run: Run, command: Command, new: Program, version: int) -> Callable[[], Any]:
    """The work of `migrate`. It answers what it moved and what data it dropped, which is what a way back needs.

    Args of the command: `map` (node -> node), `clocks` (`keep`, `restart`), `from` (refused unless the case is of this
    version still), `restore` (data that the new version has and the case lost on its way), `dry_run`.

    Raises:
        Refused: `needs_map` or `stuck`, with the reasons; a dry run is never refused. `moved_on`; `not_allowed`.
    """
    mapping = _texts(command.args.get("map"))
    wanted = command.args.get("from")
    if wanted is not None and wanted != run.state.version:
        now = run.state.version
        raise Refused("moved_on", f"the case is of version {now}", f"流程已是版本 {now}", {"version": now})
    if new.plan.process != run.state.process:
        raise Refused("not_allowed", "that is another process", "不是同一个流程")
    restored = _fitting(run, new, command.args.get("restore"))
    found = examine(run.program, new, run.state, mapping, restored)
    told: dict[str, Any] = {"verdict": found.verdict, "missing": found.missing, "reasons": found.reasons}
    if command.args.get("dry_run"):
        return lambda: told
    if found.verdict != "clean":
        raise _refusal(found, told)
    restart = command.args.get("clocks") == "restart"

    def work() -> dict[str, Any]:
        before = {"from": run.state.version, "to": version, "moved": _moves(run, mapping)}
        dropped = {name: value for name, value in run.state.data.items() if name not in new.schemas}
        run.state.data = {**restored, **run.state.data}
        move(run, new, version, mapping, restart=restart)
        return {**told, **before, "dropped": dropped}

    return work


def _refusal(found: Finding, told: dict[str, Any]) -> Refused:
    if found.verdict == "needs_map":
        names = ", ".join(found.missing)
        return Refused(found.verdict, f"name a place for {names}", f"请指定对应节点：{names}", told)
    zh = "；".join(reason["zh"] for reason in found.reasons)
    return Refused(found.verdict, "; ".join(reason["en"] for reason in found.reasons), f"无法迁移：{zh}", told)


def _texts(given: Any) -> dict[str, str]:
    if given is not None and not isinstance(given, Mapping):
        raise Refused("bad_form", "`map` names nodes: {old: new}", "map 应为节点映射：{旧节点: 新节点}")
    return {str(old): str(to) for old, to in (given or {}).items()}


def _fitting(run: Run, new: Program, given: Any) -> dict[str, Any]:
    """Of the data that is to come back, what the new version has and takes, and the case has no value of."""
    lost = given if isinstance(given, Mapping) else {}
    return {
        name: value
        for name, value in lost.items()
        if name in new.schemas and name not in run.state.data and new.field_error(name, value) is None
    }


def _moves(run: Run, mapping: Mapping[str, str]) -> dict[str, str]:
    """Which open nodes are left, and for which they are entered."""
    found: dict[str, str] = {}
    for act in run.state.acts.values():
        target = _target(run.program, run.state, act, mapping)
        if target is not None:
            body = run.state.frames[act.frame].body
            found[run.program.bodies[body].nodes[act.node].key] = f"{body}/{target}" if body else target
    return found


def move(run: Run, new: Program, version: int, mapping: Mapping[str, str], *, restart: bool) -> None:
    """Put the case under the new program."""
    state, old = run.state, run.program
    leaving = [act for act in state.acts.values() if _target(old, state, act, mapping) is not None]
    goals = {act.path: str(_target(old, state, act, mapping)) for act in leaving}
    moved: list[tuple[str, str, Token]] = []
    for act in leaving:
        clock = run.state.clocks.get(f"{act.path}|deadline")
        token = tokens.withdraw(run, act, f"moved to version {version}", undo_inside=False, undo_late=True)
        token.clock = None if restart or not _has_deadline(new, state, act, goals[act.path]) else clock
        moved.append((act.frame, goals[act.path], token))
    versions: dict[str, Any] = {"from": state.version, "to": version}
    run.program, state.plan, state.version = new, new.hash, version
    for name, schema in new.schemas.items():
        if name not in state.data and "default" in schema:
            state.data[name] = schema["default"]
    state.data = {name: value for name, value in state.data.items() if name in new.schemas}
    run.journal(EntryKind.MIGRATED, plan=new.hash, data=dict(state.data), **versions)
    run.refresh_names()
    run.data_dirty = True
    for act in list(state.acts.values()):
        _keep(run, old, act, restart=restart)
    refitting.refit_case(run, old.plan.on, restart=restart)
    refitting.recount(run, old.plan.calendars, [token.clock for _, _, token in moved if token.clock is not None])
    for frame, node, token in moved:
        token.came = ""
        tokens.send(run, state.frames[frame], node, token)


def _has_deadline(new: Program, state: CaseState, act: Activation, goal: str) -> bool:
    node = new.bodies[state.frames[act.frame].body].nodes[goal]
    return getattr(node.params, "deadline", None) is not None


def _target(old: Program, state: CaseState, act: Activation, mapping: Mapping[str, str]) -> str | None:
    key = old.bodies[state.frames[act.frame].body].nodes[act.node].key
    target = mapping.get(key, mapping.get(act.node))
    return _local(target) if target is not None else None


def _local(key: str) -> str:
    """A node's id within its body; a map may name nodes by their whole key."""
    return key.rsplit("/", 1)[-1]


def _keep(run: Run, old: Program, act: Activation, *, restart: bool) -> None:
    """A node that stays open: its clock and its outcomes are those of the new version."""
    node = run.node(act)
    deadline = getattr(node.params, "deadline", None)
    clock = run.state.clocks.get(f"{act.path}|deadline")
    if deadline is None:
        if clock is not None:
            del run.state.clocks[clock.id]
            run.journal(EntryKind.CLOCK_STOPPED, act.path, by="", clock=clock.id)
    elif clock is None or restart:
        act.since = run.state.now
        clocks.arm_deadline(run, act, deadline)
    else:
        refitting.fit(run, clock)
    before = old.bodies[run.state.frames[act.frame].body].nodes[act.node].plan.on
    if restart or before != node.plan.on:
        refitting.refit_node(run, act, before, restart=restart)
    if act.panel is not None and node.kind in _HUMAN:
        if node.kind == "task":
            act.panel.outcomes = tuple(node.params.outcomes)
        desk.show(run, act, opened=act.phase == "open")
