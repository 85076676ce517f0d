"""Sample data of a design: out of what was played, else what a scenario says, else examples of its fields.

A played case is looked at in its journal, at the moment when it first came to a node: so an expression of that node is
tried on just what the engine had there, and not on what came later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waystation.compiler import Unit
from waystation.contracts.events import Entry, EntryKind
from waystation.design.examples import Examples
from waystation.design.model import Tree
from waystation.design.scopes import Place, case_of, scope_at
from waystation.design.trial_answers import plain as as_json
from waystation.design.trials import Ran
from waystation.expressions import ExpressionError, plain
from workflows.engine import SCENARIO_START
from workflows.machine.errors import NodeError
from workflows.machine.run import Run, node_key

_INDEX = re.compile(r"\[(\d+)\](?=/|$)")
_MOMENT = (EntryKind.NODE_ENTERED, EntryKind.NODE_PASSED)
#: Where a node's own names come from, when it is done.
_GIVEN = (EntryKind.ANSWERED, EntryKind.ACTION_DONE, EntryKind.MESSAGE_TAKEN, EntryKind.CALL_ENDED)


@dataclass(frozen=True, slots=True)
class Sample:
    """Names with values as JSON, and the moment that `now()` gives.

    Attributes:
        reached: the case came to the node that was asked about; else its data is that of its end.
        played: it is from a run of the engine; else only put together from what is written.
    """

    names: Tree
    at: datetime
    reached: bool = False
    played: bool = True


def made_up(unit: Unit, place: Place, examples: Examples) -> Sample:
    """Examples of the process's fields, as little as their rules take."""
    fields = {name: schema for form in unit.plan.forms.values() for name, schema in form.fields.items()}
    rules = {name: {**fields.get(name, {}), **schema} for name, schema in unit.plan.data.items()}
    names = {"data": examples.of_fields(rules), "case": case_of(unit, examples)}
    return Sample(_with_scope(unit, place, names, examples), examples.at, played=False)


def written(unit: Unit, place: Place, simulation: Mapping[str, Any], examples: Examples) -> Sample:
    """What a simulation says of data: the start's, then the fields of each answer. Nothing is played."""
    start = simulation.get("start")
    start = start if isinstance(start, dict) else {}
    data = dict(start.get("data") or {})
    for step in simulation.get("steps") or ():
        for args in step.values() if isinstance(step, dict) else ():
            if isinstance(args, dict) and isinstance(args.get("form"), dict):
                data.update(args["form"])
    examples = Examples(SCENARIO_START, str(start.get("as") or examples.person))
    names = {"data": data, "case": case_of(unit, examples)}
    if simulation.get("settings"):
        names["settings"] = simulation["settings"]
    return Sample(as_json(_with_scope(unit, place, names, examples)), SCENARIO_START, played=False)


def seen(unit: Unit, place: Place, ran: Ran, examples: Examples) -> Sample | None:
    """What a played case had at a place; None where no case was started."""
    case = ran.case
    if case is None or ran.engine.cases[case].machine.state.process != unit.process:
        return None
    look = _Look(ran, case)
    at = look.index_of(place.node)
    names = look.names(len(look.entries) if at is None else at)
    now = ran.engine.now() if at is None else look.entries[at].at
    if at is not None:
        names.update(look.items(look.entries[at].path, at))
        names.update(look.brought(at))
        if place.field.split(".")[0] in ("save", "undo"):
            done = look.done(look.entries[at].path)
            names.update(look.own(done))
            names["data"] = look.data(done[-1] + 1) if done else names["data"]
    return Sample(as_json(_with_scope(unit, place, names, examples)), now, reached=at is not None)


def _with_scope(unit: Unit, place: Place, names: Mapping[str, Any], examples: Examples) -> Tree:
    """Only what is in scope there, with examples for what nothing is known of."""
    found: Tree = {}
    for name, sort in scope_at(unit, place).items():
        if name in names:
            found[name] = names[name]
        elif name not in ("settings", "form") or (name == "form" and not place.form):
            found[name] = plain(examples.of_type(sort))
    return found


class _Look:
    """The journal of one played case."""

    def __init__(self, ran: Ran, case: str) -> None:
        self.ran = ran
        self.machine = ran.engine.cases[case].machine
        self.entries: Sequence[Entry] = ran.engine.cases[case].entries

    def index_of(self, address: str) -> int | None:
        """Where the case first came to a node."""
        return next(
            (i for i, entry in enumerate(self.entries) if entry.kind in _MOMENT and entry.node == address), None
        )

    def names(self, until: int) -> Tree:
        state = self.machine.state
        base = Run(self.machine.program, state).base
        return {
            "data": self.data(until),
            "case": {**base["case"], "started_at": plain(state.started)},
            **({"settings": state.settings} if state.settings else {}),
        }

    def data(self, until: int) -> Tree:
        """The case's data before the entry with this index."""
        found: Tree = {}
        for entry in self.entries[:until]:
            if entry.kind is EntryKind.CASE_STARTED:
                found.update(entry.data["data"])
            elif entry.kind is EntryKind.DATA_CHANGED and not entry.data.get("local"):
                found.update(entry.data["fields"])
        return found

    def items(self, path: str, until: int) -> Tree:
        """`item`, its own name, `index` and `local` of every foreach around a visit, outermost first."""
        names: Tree = {}
        for found in _INDEX.finditer(path):
            owner, frame, index = path[: found.start()], path[: found.end()], int(found[1])
            node = self.machine.program.node_by_key(node_key(owner))
            items = self._items_of(owner, node, names)
            item = items[index] if isinstance(items, list) and index < len(items) else None
            names["item"] = names[node.params.as_name if node is not None else "item"] = item
            names.update(index=index, local=self._local(frame, until))
        return names

    def _items_of(self, owner: str, node: Any, around: Tree) -> Any:
        begun = next((i for i, entry in enumerate(self.entries) if entry.path == owner), None)
        if node is None or begun is None:
            return None
        run = Run(self.machine.program, self.machine.state)
        try:
            return run.value(node.params.items, {**run.base, "data": self.data(begun), **around})
        except (NodeError, ExpressionError):
            return None

    def _local(self, frame: str, until: int) -> Tree:
        found: Tree = {}
        for entry in self.entries[:until]:
            if entry.kind is EntryKind.DATA_CHANGED and entry.data.get("local") and entry.path.startswith(f"{frame}/"):
                found.update(entry.data["fields"])
        return found

    def brought(self, until: int) -> Tree:
        """The message that came last, and the error that was met last."""
        names: Tree = {}
        for entry in self.entries[:until]:
            if entry.kind is EntryKind.MESSAGE_TAKEN:
                names["message"] = entry.data["fields"]
            elif entry.kind is EntryKind.ACTION_FAILED:
                known = {key: entry.data.get(key) for key in ("code", "title", "detail")}
                names["error"] = {**known, "node": entry.node}
        return names

    def done(self, path: str) -> list[int]:
        """The entries that brought a visit what its `save` reads."""
        return [i for i, entry in enumerate(self.entries) if entry.path == path and entry.kind in _GIVEN]

    def own(self, done: Sequence[int]) -> Tree:
        """The names that a `save` has beside the others."""
        names: Tree = {}
        for entry in (self.entries[i] for i in done):
            names.update(self._own_of(entry))
        return names

    def _own_of(self, entry: Entry) -> Tree:
        data = entry.data
        match entry.kind:
            case EntryKind.ANSWERED:
                outcome = self._outcome(entry) or data.get("outcome") or data.get("answer")
                return {"form": data.get("form") or {}, "actor": entry.by, "outcome": outcome}
            case EntryKind.ACTION_DONE:
                return {"result": data.get("result")}
            case EntryKind.MESSAGE_TAKEN:
                return {"message": data.get("fields")}
        called = self.ran.engine.cases.get(str(data.get("case")))
        result = called.machine.state.data if called is not None else {}
        return {"result": result, "outcome": data.get("outcome")}

    def _outcome(self, answered: Entry) -> Any:
        """How the visit came out that was answered."""
        left = (
            each.data.get("outcome") for each in self.entries
            if each.kind is EntryKind.NODE_LEFT and each.path == answered.path
        )  # fmt: skip
        return next(left, None)
