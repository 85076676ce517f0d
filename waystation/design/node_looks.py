"""What is seen of a node at the moment when it is entered: the data, the item, and what its conditions say of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from waystation.contracts.plan import Table
from waystation.design.lone_nodes import Answered, Item
from waystation.expressions import ExpressionError, plain
from workflows.machine.errors import NodeError
from workflows.machine.program import NodeRun
from workflows.machine.run import Run
from workflows.machine.state import Activation
from workflows.machine.tables import decide, hitting

#: Kinds that decide by conditions on their edges.
_DECIDING = ("choice", "fork")


@dataclass(frozen=True, slots=True)
class Branch:
    """A condition of a decision: what it says, or why it says nothing. Without `when` it is the default."""

    index: int
    to: str
    when: str | None
    holds: bool | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """A decision table as it was asked: its inputs, and the indexes of the rules that fit."""

    table: str
    inputs: dict[str, Any]
    fit: list[int]
    gives: Any


@dataclass(slots=True)
class Look:
    """A node as it is entered."""

    data: dict[str, Any]
    initiator: str
    at: datetime
    items: dict[str, Item] = field(default_factory=dict)
    brought: dict[str, Any] = field(default_factory=dict)
    answers: tuple[Answered, ...] = ()
    picked: dict[str, list[str]] = field(default_factory=dict)
    branches: list[Branch] = field(default_factory=list)
    rules: Rules | None = None


def look_at(run: Run, act: Activation) -> Look:
    """What there is when a node is entered. Nothing is changed."""
    state, node = run.state, run.node(act)
    answers = tuple(
        Answered(key, record.person, record.answer)
        for key, people in state.answers.items()
        for record in people.values()
        if not record.dropped
    )
    return Look(
        dict(state.data), state.initiator, state.now, _items(run, act), plain(act.token.brought), answers,
        {key: list(people) for key, people in state.picked.items()}, list(_branches(run, act, node)),
        _rules(run, act, node),
    )  # fmt: skip


def _items(run: Run, act: Activation) -> dict[str, Item]:
    found: dict[str, Item] = {}
    frame = run.frame(act)
    while frame.owner:
        if frame.local is not None and frame.index is not None:
            found[frame.body] = Item(frame.item, frame.index, dict(frame.local))
        frame = run.state.frames[frame.parent]
    return found


def _branches(run: Run, act: Activation, node: NodeRun) -> Iterator[Branch]:
    if node.kind not in _DECIDING:
        return
    names = run.names_of(act)
    for index, edge in enumerate(node.edges):
        if edge.when is None:
            yield Branch(index, edge.to, None, None)
            continue
        try:
            yield Branch(index, edge.to, edge.when, run.holds(edge.when, names))
        except NodeError as error:
            yield Branch(index, edge.to, edge.when, None, error.title)


def _rules(run: Run, act: Activation, node: NodeRun) -> Rules | None:
    if node.kind != "table":
        return None
    table: Table = run.program.plan.tables[node.params.table]
    names = run.names_of(act)
    try:
        args = run.value(node.params.args, names)
        fit, inputs, _ = hitting(run, table, args, names)
        shown = plain(inputs)
    except (NodeError, ExpressionError):
        return None  # the node itself fails, and says why
    try:
        gives = decide(run, table, args, names)
    except (NodeError, ExpressionError):
        gives = None
    return Rules(node.params.table, shown, fit, gives)


def faulty_part(run: Run, act: Activation) -> str | None:
    """Which part of a node's properties cannot be computed, where it stands for that reason: `save.total`."""
    node = run.node(act)
    names = run.names_of(act, **((act.leaving or {}).get("names") or {}))
    with_args = getattr(node.params, "args", None)
    parts: list[tuple[str, Any]] = []
    if isinstance(with_args, dict) and act.leaving is None:
        parts += [(f"with.{name}", value) for name, value in with_args.items()]
    if act.leaving is not None:
        parts += [(f"save.{name}", value) for name, value in node.plan.save.items()]
    for branch in _branches(run, act, node):
        if branch.error is not None:
            return f"next.{branch.index}.when"
    for name, value in parts:
        try:
            run.value(value, names)
        except NodeError:
            return name
    return None
