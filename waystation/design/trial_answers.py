"""What a trial shows after its last step: the way so far, who is asked and why, clocks, data, what was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from waystation.contracts.events import AwaitMessage, Entry, EntryKind
from waystation.contracts.plan import Node, Plan
from waystation.design.exact import shown
from waystation.design.model import Tree, address
from waystation.design.says import who
from waystation.design.trials import Ran
from workflows.engine import Told
from workflows.machine import CaseState
from workflows.machine.state import Activation
from workflows.panel import answerers

_MOST = 2_000
_SHOWN = {
    EntryKind.NODE_ENTERED: "entered",
    EntryKind.NODE_LEFT: "left",
    EntryKind.NODE_WITHDRAWN: "withdrawn",
    EntryKind.NODE_PASSED: "skipped",
    EntryKind.ANSWERED: "answered",
    EntryKind.BREACHED: "breached",
    EntryKind.CLOCK_STEP: "clock",
    EntryKind.INCIDENT_OPENED: "incident",
    EntryKind.MESSAGE_TAKEN: "message",
    EntryKind.RETURNED: "returned",
    EntryKind.UNDONE: "undone",
    EntryKind.CASE_ENDED: "ended",
}
_STATES = {
    EntryKind.NODE_ENTERED: "open",
    EntryKind.NODE_LEFT: "done",
    EntryKind.NODE_WITHDRAWN: "withdrawn",
    EntryKind.NODE_PASSED: "skipped",
    EntryKind.INCIDENT_OPENED: "failed",
}
_FALLBACKS = {
    "admin": ("没有找到人，转管理员", "nobody was found: an admin"),
    "user": ("没有找到人，转指定人员", "nobody was found: the person named"),
    "skip": ("没有找到人，跳过", "nobody was found: passed"),
}
_EMPTY: Tree = {"status": None, "outcome": None, "title": "", "data": {}, "id": None}


def answer(ran: Ran, model: Tree) -> Tree:
    """The answer of a simulation (docs/designer.md has the shape)."""
    outcome, case = ran.outcome, ran.case
    found: Tree = {
        "ok": outcome.passed,
        "refused": None if outcome.passed else _refused(ran),
        "now": ran.engine.now(),
        "case": dict(_EMPTY),
        "nodes": {}, "edges": [], "path": [], "tasks": [], "clocks": [], "waits": [], "incidents": [],
        "actions": [_action(each) for each in ran.actions.done[:_MOST]],
        "notices": [_notice(each) for each in ran.engine.told[:_MOST]],
        "sent": [{"message": each.name, "to": each.to, "with": each.fields} for each in ran.engine.sent[:_MOST]],
        "next_due": None, "stubs": ran.actions.made_up, "children": [],
    }  # fmt: skip
    if case is None:
        return plain(found)
    entry = ran.engine.cases[case]
    state, plan = entry.machine.state, entry.machine.program.plan
    found["case"] = _case(case, state)
    found["path"] = list(_path(entry.entries, [mark.get(case, 0) for mark in ran.marks]))[:_MOST]
    found["nodes"] = _nodes(entry.entries, state)
    found["edges"] = list(dict.fromkeys(_edges(entry.entries, model)))
    found["tasks"] = tasks_in(state, entry.entries, plan)
    found["clocks"] = [_clock(each, state) for each in state.clocks.values()]
    found["waits"] = [_wait(each) for each in entry.awaits]
    found["incidents"] = [_incident(act) for act in state.acts.values() if act.failure is not None]
    due = [at for each in ran.engine.cases.values() if (at := each.machine.next_due()) is not None]
    found["next_due"] = min(due, default=None)
    found["children"] = [_case(name, each.machine.state) for name, each in ran.engine.cases.items() if name != case]
    return plain(found)


def plain(value: Any) -> Tree:
    """The same as JSON."""
    made: Tree = shown(msgspec.to_builtins(value, builtin_types=(Decimal,), str_keys=True))
    return made


def node_of(path: str) -> str:
    """The model's address of a visit path: without counts and indexes."""
    parts = (part.split("[")[0].split("#")[0] for part in path.split("/"))
    return "/".join(parts)


def _refused(ran: Ran) -> Tree:
    at = ran.outcome.at
    step = at[-1] + 1 if at and isinstance(at[-1], int) else 0
    found = ran.outcome.refused
    if found is not None:
        return {"step": step, "code": found.code, "zh": found.zh, "en": found.en, "detail": found.detail}
    zh, en = ("; ".join(getattr(line, language) for line in ran.outcome.said) for language in ("zh", "en"))
    return {"step": step, "code": "unexpected", "zh": f"结果与期望不符：{zh}", "en": en, "detail": {}}


def _case(name: str, state: CaseState) -> Tree:
    ending = state.ending
    status = "open" if state.status == "running" else state.status
    return {
        "id": name,
        "process": state.process,
        "status": status if ending is None else ending.status,
        "outcome": ending.outcome or None if ending is not None else None,
        "code": ending.code or None if ending is not None else None,
        "title": state.title,
        "key": state.key,
        "priority": state.priority,
        "data": state.data,
    }


def _path(entries: list[Entry], marks: list[int]) -> Iterator[Tree]:
    """What happened, each with the step that made it happen: 0 is the start."""
    step = 0
    for index, entry in enumerate(entries):
        while step < len(marks) and index >= marks[step]:
            step += 1
        if entry.kind in _SHOWN and (entry.node or entry.path or entry.kind is EntryKind.CASE_ENDED):
            yield {
                "node": node_of(entry.node or entry.path),
                "path": entry.path,
                "event": _SHOWN[entry.kind],
                "at": entry.at,
                "by": entry.by or None,
                "for": entry.data.get("for") or None,
                "step": step,
                "detail": _detail(entry),
            }


def _detail(entry: Entry) -> Tree:
    wanted = ("outcome", "answer", "comment", "form", "mark", "step", "does", "code", "title", "why", "to", "name")
    return {key: value for key, value in entry.data.items() if key in wanted and value not in (None, "", {}, [])}


def _nodes(entries: list[Entry], state: CaseState) -> Tree:
    found: dict[str, Tree] = {}
    for entry in entries:
        if entry.kind in _STATES and (entry.node or entry.path):
            name = node_of(entry.node or entry.path)
            row = found.setdefault(name, {"state": "", "visits": 0})
            row["visits"] += entry.kind in (EntryKind.NODE_ENTERED, EntryKind.NODE_PASSED)
            row["state"] = _STATES[entry.kind]
    for act in state.acts.values():
        name = node_of(act.path)
        found.setdefault(name, {"state": "", "visits": 1})["state"] = "failed" if act.failure is not None else "open"
    return dict(found)


def _edges(entries: list[Entry], model: Tree) -> Iterator[str]:
    """The edges of the model that tokens went along."""
    leading: dict[tuple[str, str], list[Tree]] = {}
    for edge in model.get("edges", ()):
        leading.setdefault((edge["from"], edge["to"]), []).append(edge)
    first = next((edge for edge in model.get("edges", ()) if edge["way"] == "start"), None)
    if first is not None and entries:
        yield first["id"]
    for entry in entries:
        if entry.kind not in (EntryKind.NODE_LEFT, EntryKind.NODE_PASSED, EntryKind.NODE_WITHDRAWN):
            continue
        source = node_of(entry.node or entry.path)
        around = source.rpartition("/")[0]
        targets = entry.data.get("to")
        names = targets if isinstance(targets, list) else [targets]
        for name in names:
            if isinstance(name, str):
                yield from _between(leading, source, around, name, entry.data.get("outcome"))


def _between(
    leading: Mapping[tuple[str, str], list[Tree]], source: str, around: str, name: str, outcome: Any
) -> Iterator[str]:
    edges = leading.get((source, address(around, name))) or leading.get((source, name)) or []
    suited = [edge for edge in edges if edge.get("outcome") == outcome] if outcome is not None else []
    for edge in suited or edges[:1]:
        yield str(edge["id"])


def _wait(awaited: AwaitMessage) -> Tree:
    return {"node": node_of(awaited.path), "message": awaited.name, "field": awaited.field, "key": awaited.value}


def tasks_in(state: CaseState, entries: list[Entry], plan: Plan) -> list[Tree]:
    """The tasks that are open in a case, with who is asked and why."""
    return [_task(act, entries, plan, state) for act in state.acts.values() if _asks(act)]


def _asks(act: Activation) -> bool:
    return act.panel is not None and act.phase in ("open", "closed", "lock")


def _task(act: Activation, entries: list[Entry], plan: Plan, state: CaseState) -> Tree:
    assert act.panel is not None
    own = [entry for entry in entries if entry.path == act.path]
    opened = next((entry.data for entry in reversed(own) if entry.kind is EntryKind.TASK_OPENED), {})
    found = next((entry.data for entry in reversed(own) if entry.kind is EntryKind.PEOPLE_FOUND), {})
    node = node_in(plan, node_of(act.path))
    due = next((clock.due for clock in state.clocks.values() if clock.path == act.path), None)
    judge = act.panel.judge
    return {
        "task": act.path,
        "node": node_of(act.path),
        "kind": opened.get("kind") or (node.kind if node is not None else ""),
        "title": opened.get("title") or (node.title if node is not None else act.node),
        "open": act.phase == "open",
        "who": list(answerers(act.panel)),
        "claimed_by": act.panel.claimer,
        "why": list(_why(found, node)),
        "mode": act.panel.mode,
        "answers": [
            {"person": chair.person, "answer": chair.answer, "by": chair.by}
            for chair in act.panel.chairs if chair.answer is not None
        ],
        "outcomes": opened.get("outcomes") or [],
        "form": {"use": opened.get("form"), "fields": opened.get("fields") or {}} if opened.get("form") else None,
        "verbs": ["approve", "reject", "abstain"] if judge else ["complete"],
        "allow": opened.get("allow") or [],
        "due": due,
        "breached": bool(act.breached),
    }  # fmt: skip


def _why(found: Mapping[str, Any], node: Node | None) -> Iterator[Tree]:
    """Which rule found whom, in words."""
    params = node.params if node is not None else {}
    assign = params.get("assign") or {}
    rules = assign.get("rules") or []
    for each in found.get("rules") or ():
        index = each.get("rule", -1)
        rule = rules[index] if isinstance(index, int) and 0 <= index < len(rules) else {}
        zh, en = _rule_words(rule, each)
        yield {"rule": index, "by": each.get("by"), "people": list(each.get("people") or ()), "zh": zh, "en": en}
    if found.get("fallback"):
        how = str(found["fallback"])
        zh, en = _FALLBACKS.get(how, (f"没有找到人：{how}", f"nobody was found: {how}"))
        yield {"rule": None, "by": "when_empty", "people": [], "zh": zh, "en": en}


def _rule_words(rule: Mapping[str, Any], fired: Mapping[str, Any]) -> tuple[str, str]:
    by = str(rule.get("by") or fired.get("by") or "")
    value = rule.get("value")
    text = value.get("$") if isinstance(value, dict) else value
    key = "expr" if by in ("", "expr") else by
    more = {name: rule[name] for name in ("levels", "up_to", "within") if name in rule}
    try:
        return who([{key: text if text is not None else "", **more}])
    except (TypeError, ValueError, AttributeError):
        return by, by


def node_in(plan: Plan, name: str) -> Node | None:
    """A node of a plan by its address."""
    body, found = plan.body, None
    for part in name.split("/"):
        if body is None or part not in body.nodes:
            return None
        found = body.nodes[part]
        body = found.body  # type: ignore[assignment]
    return found


def _clock(clock: Any, state: CaseState) -> Tree:
    act = state.acts.get(clock.path)
    return {
        "id": clock.id, "node": node_of(clock.path) or None, "kind": clock.kind, "start": clock.start, "due": clock.due,
        "next": clock.next, "paused": clock.paused is not None, "why_paused": clock.why_paused or None,
        "breached": bool(act.breached) if act is not None else False,
    }  # fmt: skip


def _incident(act: Activation) -> Tree:
    assert act.failure is not None
    title = act.failure.title or act.failure.code
    return {
        "node": node_of(act.path), "path": act.path, "code": act.failure.code, "zh": title, "en": title,
        "detail": act.failure.detail,
    }  # fmt: skip


def _notice(told: Told) -> Tree:
    return {"case": told.case, "to": list(told.to), "template": told.template, "with": told.values}


def _action(done: Any) -> Tree:
    return {
        "node": node_of(done.path), "path": done.path, "do": done.action, "with": done.args, "result": done.result,
        "failed": done.failed, "stub": done.stub,
    }  # fmt: skip
