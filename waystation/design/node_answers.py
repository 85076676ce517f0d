"""What is told of a node that was run alone: who is asked, what it changed, and which edge it leaves by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from waystation.contracts.events import Entry, EntryKind
from waystation.contracts.plan import END
from waystation.design.lone_nodes import real_target
from waystation.design.model import Tree, address
from waystation.design.node_looks import faulty_part
from waystation.design.node_outputs import output_of
from waystation.design.node_trials import Lone
from waystation.design.trial_answers import answer, node_of, plain, tasks_in
from workflows.explaining import explain
from workflows.machine import CaseState
from workflows.machine.program import edge_to
from workflows.machine.run import Run

#: Edges that an event takes out of a node.
_EVENTS = ("error", "deadline", "message")
#: Parts of a simulation's answer that are told of a node alone too.
_SAME = ("refused", "now", "clocks", "waits", "actions", "notices", "sent", "next_due", "stubs")


def told(lone: Lone, model: Tree) -> Tree:
    """What became of it (docs/designer.md has the shape)."""
    whole = answer(lone.ran, model)
    found: Tree = {name: whole[name] for name in _SAME}
    exits = list(_exits(lone, model))
    rules = lone.looks[-1].rules if lone.looks else None
    state = state_of(lone)
    found |= {
        "node": lone.key, "kind": lone.node.kind, "state": state, "exits": exits, "ended": _ended(lone),
        "tasks": list(_tasks(lone)), "branches": _branches(lone, exits), "why": None,
        "rules": asdict(rules) if rules is not None else None, "changes": list(_changes(lone)),
        "problems": list(_problems(lone)), "output": output_of(lone, state),
    }  # fmt: skip
    if lone.state is not None:
        _explain(lone, lone.state, found)
    return plain(found)


# ------------------------------------------------------------------------------------------------ where it goes
def _taken(lone: Lone) -> list[Entry]:
    """Edges from events that were taken: of the node, of what is around it, of the case."""
    edges = [each for each in lone.entries if each.kind is EntryKind.EDGE_TAKEN]
    return [each for each in edges if f"{lone.key}/".startswith(f"{node_of(each.path)}/" if each.path else "")]


def state_of(lone: Lone) -> str:
    """`open`, `failed`, `skipped` (its `if`), `event` (left by an event's edge), `done`, `withdrawn`, `not_entered`."""
    if lone.act is not None:
        return "failed" if lone.act.failure is not None else "open"
    if lone.of_node(EntryKind.NODE_PASSED):
        return "skipped"
    if _taken(lone):
        return "event"
    ending = lone.state.ending if lone.state is not None else None
    if ending is not None and ending.status == "failed":
        return "failed"
    if lone.of_node(EntryKind.NODE_LEFT):
        return "done"
    return "withdrawn" if lone.of_node(EntryKind.NODE_WITHDRAWN) else "not_entered"


def _ended(lone: Lone) -> str | None:
    """With which outcome the whole case would end, where the node is an end that names one."""
    ending = lone.state.ending if lone.state is not None else None
    return ending.outcome or None if ending is not None and lone.node.kind == "end" else None


def _exits(lone: Lone, model: Tree) -> Iterator[Tree]:
    """The edges by which the case goes on, each with the model's edge."""
    for entry in _taken(lone):
        yield _exit(model, node_of(entry.path), str(entry.data.get("to")), None, event=True)
    for entry in lone.of_node(EntryKind.NODE_PASSED):
        edge = edge_to(lone.node, "skipped")
        yield _exit(model, node_of(entry.node), edge.to if edge is not None else END, "skipped")
    for entry in _leavings(lone):
        targets = entry.data.get("to")
        for name in targets if isinstance(targets, list) else [targets or END]:
            yield _exit(model, node_of(entry.node), str(name), entry.data.get("outcome"), branch=_chosen(lone))


def _leavings(lone: Lone) -> list[Entry]:
    """How it was left by its own exit: a race by that of the alternative that was first, an end not at all."""
    if lone.node.kind == "end":
        return []
    if lone.node.kind != "race":
        return lone.of_node(EntryKind.NODE_LEFT)
    inside = (each for each in lone.entries if each.kind is EntryKind.NODE_LEFT)
    return [each for each in inside if node_of(each.node).rpartition("/")[0] == lone.key]


def _exit(model: Tree, source: str, to: str, outcome: Any, *, event: bool = False, branch: int | None = None) -> Tree:
    target = real_target(to)
    edges = [
        edge
        for edge in model.get("edges", ())
        if edge["from"] == source and (edge["way"] in _EVENTS) == event and edge["to"] in _addresses(source, target)
    ]
    suited = [edge for edge in edges if edge.get("outcome") == outcome] if outcome is not None else []
    if branch is not None:
        suited = [edge for edge in edges if edge.get("index") == branch]
    edge = next(iter(suited or edges), None)
    return {
        "to": edge["to"] if edge is not None else address(source.rpartition("/")[0], target),
        "edge": edge["id"] if edge is not None else None,
        "way": edge["way"] if edge is not None else None,
        "outcome": outcome,
    }


def _addresses(source: str, name: str) -> Iterator[str]:
    """What a node's name may mean: beside the source, or outside of what it is in."""
    around = source
    while around:
        around = around.rpartition("/")[0]
        yield address(around, name)


# ---------------------------------------------------------------------------------------------- what it decided
def _branches(lone: Lone, exits: list[Tree]) -> list[Tree]:
    """The conditions of a decision, as they were when it was asked; `taken`: the case goes there."""
    if not lone.looks:
        return []
    went = {each["to"] for each in exits}
    around = lone.key.rpartition("/")[0]
    chosen = _chosen(lone)
    found: list[Tree] = []
    for branch in lone.looks[-1].branches:
        to = address(around, real_target(branch.to))
        taken = branch.index == chosen if lone.node.kind == "choice" else branch.holds is not False
        found.append({**asdict(branch), "to": to, "taken": taken and to in went})
    return found


def _chosen(lone: Lone) -> int | None:
    """Of a choice: the branch that is taken, the first that holds, else the default."""
    branches = lone.looks[-1].branches if lone.looks and lone.node.kind == "choice" else []
    holding = [each.index for each in branches if each.holds]
    default = [each.index for each in branches if each.when is None]
    return next(iter(holding + default), None)


def _changes(lone: Lone) -> Iterator[Tree]:
    """What it changed of the data, or of an item's own values: before and after."""
    before: dict[str, Any] = dict(lone.looks[0].data) if lone.looks else dict(lone.before.data)
    for item in (lone.looks[0].items if lone.looks else {}).values():
        before |= {f"local.{name}": value for name, value in item.local.items()}
    after: dict[str, Any] = {}
    for entry in lone.entries:
        if entry.kind is EntryKind.DATA_CHANGED:
            prefix = "local." if entry.data.get("local") else ""
            after |= {prefix + name: value for name, value in (entry.data.get("fields") or {}).items()}
    for name, value in after.items():
        if name not in before or before[name] != value:
            yield {"field": name, "new": name not in before, "before": before.get(name), "after": value}


# ------------------------------------------------------------------------------------------- who, when, what for
def _tasks(lone: Lone) -> Iterator[Tree]:
    """The open tasks of the node, and of cases that it has called: `call/review`."""
    engine = lone.ran.engine
    names: dict[str, str] = {}
    for name, case in engine.cases.items():
        if case.caller is not None:
            names[name] = f"{names.get(case.caller[0], '')}{case.caller[1]}/"
        state = case.machine.state
        for task in tasks_in(state, case.entries, case.machine.program.plan):
            yield {**task, "task": names.get(name, "") + task["task"], "called": name in names}


def _explain(lone: Lone, state: CaseState, found: Tree) -> None:
    """Why it waits, and why each clock shows what it shows."""
    said = explain(lone.program, state, now=lone.ran.engine.now())
    act = lone.act
    if act is not None and act.failure is None:
        found["why"] = next((each["why"] for each in said["waits"] if each["path"] == act.path), None)
    why = {each["clock"]: each for each in said["clocks"]}
    for clock in found["clocks"]:
        clock["why"] = why[clock["id"]]["why"]
        clock["calendar"] = why[clock["id"]]["calendar"]


def _problems(lone: Lone) -> Iterator[Tree]:
    """Why something stands still or has failed: which node, which of its properties, and the machine's own words."""
    state = lone.state
    if state is None:
        return
    for act in state.acts.values():
        if act.failure is not None:
            run = Run(lone.program, state)
            yield {
                "node": node_of(act.path), "field": faulty_part(run, act), "code": act.failure.code,
                "title": act.failure.title, "detail": act.failure.detail,
            }  # fmt: skip
    if state.ending is not None and state.ending.status == "failed":
        yield {
            "node": lone.key, "field": None, "code": state.ending.code, "title": "", "detail": state.ending.detail,
        }  # fmt: skip
    yield from _caught(lone)


def _caught(lone: Lone) -> Iterator[Tree]:
    """Actions that failed and whose error an edge has caught."""
    standing = lone.act is not None and lone.act.failure is not None
    for entry in lone.of_node(EntryKind.ACTION_FAILED):
        if not standing:
            yield {"node": lone.key, "field": None, **_said(entry.data)}


def _said(data: Mapping[str, Any]) -> Tree:
    return {"code": str(data.get("code")), "title": data.get("title") or "", "detail": data.get("detail")}
