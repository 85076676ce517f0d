"""A plan in which a case begins at one node and ends as soon as it has left it: how one node is tried alone.

The node keeps everything of its own; what its edges lead to is an end. A node inside a body is reached through its
enclosing nodes, of which only the body and the error edges remain: the machine itself opens them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from waystation.contracts.errors import Refused
from waystation.contracts.plan import Access, Body, Boundary, Edge, Node, Plan, Start
from workflows.machine import tokens
from workflows.machine.run import Run
from workflows.machine.state import Activation, AnswerRecord, Frame
from workflows.machine.step_kind import StepKind
from workflows.machine.steps.bodies import open_frame, start_frame

ENTRY, ITEM = "trial_entry", "trial_item"
#: No node of an author is called so: an id has no space.
_BEGIN, _AGAIN = "trial begin", " again"
_AROUND = ("scope", "foreach", "race")


@dataclass(frozen=True, slots=True)
class Item:
    """What an enclosing foreach is at."""

    item: Any = None
    index: int = 0
    local: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """An earlier answer that the node may ask about (`same_as`, four eyes)."""

    node: str
    person: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """What a case has when it comes to the node.

    Args:
        items: by the key of each enclosing foreach.
        brought: `message` and `error`, as an edge from an event brings them.
        picked: whom the initiator chose, by the key of the node that asks them.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    initiator: str = ""
    items: Mapping[str, Item] = field(default_factory=dict)
    brought: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[Answered, ...] = ()
    picked: Mapping[str, list[str]] = field(default_factory=dict)


def lone_plan(plan: Plan, key: str) -> Plan:
    """The plan with this node alone.

    Raises:
        Refused: `not_found`; `not_alone`, a join, which is nothing without its fork.
    """
    node = _found(plan.body, key.split("/"), key)
    if node.kind == "join":
        raise Refused(
            "not_alone",
            "a join only waits for the branches of its fork: try the fork, or the whole process",
            "汇合节点只等待其分叉的各分支，不能单独试运行；请试运行分叉节点或整个流程",
            {"node": key},
        )
    inner = _alone(plan.body, key.split("/"))
    nodes = {**inner.nodes, _BEGIN: Node(ENTRY, edges=(Edge(inner.at),))}
    caught = tuple(replace(each, to=_there(inner.at, each.to)) for each in _errors(plan.on))
    return replace(
        plan, start=Start(_BEGIN), body=Body(_BEGIN, nodes), required=(), deadline=None, access=Access(), on=caught
    )  # fmt: skip


def real_target(name: str) -> str:
    """The name of a node as the author knows it: a node that leads to itself leads to an end of that name."""
    return name.removesuffix(_AGAIN)


def steps_for(before: Before) -> dict[str, StepKind]:
    """The run halves of the kinds that only such plans have."""
    return {ENTRY: _Entry(before), ITEM: _Item(before)}


def node_at(plan: Plan, key: str) -> Node:
    """A node by its key.

    Raises:
        Refused: `not_found`.
    """
    return _found(plan.body, key.split("/"), key)


def _found(body: Body, parts: list[str], key: str) -> Node:
    node = body.nodes.get(parts[0])
    if node is not None and len(parts) == 1:
        return node
    if node is None or node.body is None:
        raise Refused("not_found", f"there is no node {key}", f"没有节点 {key}", {"node": key})
    if node.kind not in _AROUND:
        raise Refused("not_alone", f"a node inside a {node.kind} is not tried alone", "此节点不能单独试运行")
    return _found(node.body, parts[1:], key)


def _alone(body: Body, parts: list[str]) -> Body:
    name = parts[0]
    node = body.nodes[name] if len(parts) == 1 else _around(body.nodes[name], parts[1:])
    ends = {other: Node("end") for other in body.nodes if other != name}
    return Body(name, {name: _not_again(node, name), name + _AGAIN: Node("end"), **ends})


def _around(node: Node, parts: list[str]) -> Node:
    """An enclosing node: it opens, and does nothing of its own."""
    assert node.body is not None
    if node.kind == "race":  # it enters all that is in it
        body = replace(node.body, nodes={parts[0]: node.body.nodes[parts[0]]})
    else:
        body = _alone(node.body, parts)
    bare = replace(node, body=body, on=_errors(node.on), save={}, undo=None, cancels=(), lock=None, condition=None)
    if node.kind != "foreach":
        return bare
    return replace(bare, kind=ITEM, params={"as_name": node.params.get("as_name", "item")})


def _not_again(node: Node, name: str) -> Node:
    """A node whose edges to itself lead to the end of that name."""
    body = node.body
    if node.kind == "race" and body is not None:
        body = replace(body, nodes={each: _leads(inner, name) for each, inner in body.nodes.items()})
    return replace(_leads(node, name), body=body)


def _leads(node: Node, name: str) -> Node:
    edges = tuple(replace(edge, to=_there(name, edge.to)) for edge in node.edges)
    return replace(node, edges=edges, on=tuple(replace(each, to=_there(name, each.to)) for each in node.on))


def _there(name: str, to: str) -> str:
    return name + _AGAIN if to == name else to


def _errors(on: tuple[Boundary, ...]) -> tuple[Boundary, ...]:
    return tuple(each for each in on if each.on == "error")


class _Entry(StepKind):
    """The case has what it would have by then, and goes on."""

    def __init__(self, before: Before) -> None:
        self.before = before

    def enter(self, run: Run, act: Activation) -> None:
        for each in self.before.answers:
            record = AnswerRecord(each.node, each.node, each.person, each.person, each.answer, run.state.now, act.visit)
            run.state.answers.setdefault(each.node, {})[each.person] = record
            run.state.last_actor = each.person
        run.state.picked.update({node: list(people) for node, people in self.before.picked.items()})
        act.token.brought = dict(self.before.brought)
        tokens.leave(run, act)


class _ItemParams(Struct, frozen=True):
    as_name: str = "item"


class _Item(StepKind):
    """A foreach at one item."""

    params = _ItemParams

    def __init__(self, before: Before) -> None:
        self.before = before

    def enter(self, run: Run, act: Activation) -> None:
        node = run.node(act)
        given = self.before.items.get(node.key, Item())
        act.phase = "inside"
        frame = open_frame(run, act, f"{act.path}[{given.index}]")
        frame.item, frame.index, frame.local = given.item, given.index, dict(given.local)
        frame.as_name = node.params.as_name
        start_frame(run, act, frame)

    def body_done(self, run: Run, act: Activation, frame: Frame) -> None:
        run.state.frames.pop(frame.path, None)
        tokens.leave(run, act)

    def withdrawn(self, run: Run, act: Activation, *, undo_inside: bool, undo_late: bool) -> None:
        for path in [path for path, frame in run.state.frames.items() if frame.owner == act.path]:
            tokens.withdraw_frame(run, path, "its foreach was withdrawn", with_undo=undo_inside, undo_late=undo_late)
