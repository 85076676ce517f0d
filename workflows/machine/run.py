"""Run: a program, a state and one moment. What the step functions see while one event is applied.

It journals, asks for effects, computes values in the right scope and changes data. Moving tokens is the matter of
`tokens.py`, `joins.py` and their neighbours, which take a Run.
"""

from __future__ import annotations

import re
from collections import deque
from datetime import datetime
from typing import Any

import msgspec

from waystation.contracts.events import Effect, Entry, EntryKind
from waystation.contracts.plan import Text
from waystation.expressions import Environment, plain, typed
from workflows.machine.errors import NodeError
from workflows.machine.program import NodeRun, Program, evaluate_condition, evaluate_expression, evaluate_value
from workflows.machine.state import Activation, CaseState, Frame, Op

#: A case's data in bytes, at most.
DATA_LIMIT = 256 * 1024

_ITERATION = re.compile(r"#\d+|\[\d+\]")
_JSON = msgspec.json.Encoder(decimal_format="number")


def node_key(path: str) -> str:
    """A visit path without visit numbers and item indexes: `lines#2[0]/pick#3` is `lines/pick`."""
    return _ITERATION.sub("", path) if "#" in path or "[" in path else path


def nested(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings by their dotted names and as maps: `settings["approval.over"]` and `settings.approval.over` are one."""
    out: dict[str, Any] = dict(settings)
    for name, value in settings.items():
        *path, last = name.split(".")
        place = out
        for part in path:
            inner = place.get(part)
            place[part] = place = dict(inner) if isinstance(inner, dict) else {}
        place[last] = value
    return out


class Run:
    """One event being applied to one case."""

    def __init__(self, program: Program, state: CaseState) -> None:
        self.program = program
        self.state = state
        self.ready: deque[Op] = deque(state.ready)
        self.entries: list[Entry] = []
        self.effects: list[Effect] = []
        self.command = ""
        self.actor = ""
        self.data_dirty = False
        self.environment: Environment = program.environment(state.now)
        self.wake: list[str] = []  # activations whose lock came free; they open when the step at hand is done
        self.base: dict[str, Any] = {}
        self.refresh_names()

    # ------------------------------------------------------------------------------------------ one moment
    def begin(self, at: datetime) -> None:
        """Start applying an event that happens at `at`; time never runs backwards within a case."""
        self.state.now = max(at, self.state.now)
        self.entries = []
        self.effects = []
        self.environment = self.program.environment(self.state.now)

    def journal(
        self, kind: EntryKind, path: str = "", node: str = "", /, *, by: str | None = None, **data: Any
    ) -> None:
        state = self.state
        state.seq += 1
        who = self.actor if by is None else by
        self.entries.append(Entry(state.seq, state.now, kind, path, node, who, data, self.command))

    def effect(self, effect: Effect) -> None:
        self.effects.append(effect)

    # ----------------------------------------------------------------------------------------------- graph
    def frame(self, act: Activation) -> Frame:
        return self.state.frames[act.frame]

    def node(self, act: Activation) -> NodeRun:
        return self.program.bodies[self.state.frames[act.frame].body].nodes[act.node]

    def node_in(self, frame: Frame, node_id: str) -> NodeRun:
        return self.program.bodies[frame.body].nodes[node_id]

    # ---------------------------------------------------------------------------------------------- values
    def refresh_names(self) -> None:
        """Work out anew what is derived from the state: sizes and typed values of its data, the names in scope."""
        state, plan = self.state, self.program.plan
        self.sizes = {name: len(_JSON.encode(value)) for name, value in state.data.items()}
        self.settings = typed({}, nested(state.settings))
        self.typed_data = {name: typed(plan.data.get(name, {}), value) for name, value in state.data.items()}
        case = {
            "id": state.case,
            "key": state.key,
            "process": state.process,
            "version": state.version,
            "initiator": state.initiator,
            "started_at": state.started,
            "tenant": state.tenant,
        }
        self.base = {"data": self.typed_data, "case": case, "settings": self.settings}

    def names(self, frame: Frame, brought: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """The names in scope for an expression that stands in this frame."""
        if not frame.owner and not brought and not more:
            return self.base
        names = dict(self.base)
        for outer in self._with_items(frame):
            names["item"] = names[outer.as_name] = outer.item
            names["index"] = outer.index
            names["local"] = outer.local
        if brought:
            names.update(brought)
        names.update(more)
        return names

    def _with_items(self, frame: Frame) -> list[Frame]:
        """The item frames around (and with) this one, outermost first."""
        found: list[Frame] = []
        current: Frame | None = frame
        while current is not None and current.owner:
            if current.local is not None:
                found.append(current)
            current = self.state.frames.get(current.parent)
        return found[::-1]

    def names_of(self, act: Activation, **more: Any) -> dict[str, Any]:
        return self.names(self.frame(act), act.token.brought, **more)

    def value(self, value: Any, names: dict[str, Any]) -> Any:
        """A plan.Value computed, as plain JSON data."""
        return plain(evaluate_value(value, names, self.environment))

    def raw(self, value: Any, names: dict[str, Any]) -> Any:
        """A plan.Value computed, with its expression types kept (timestamps, durations)."""
        return evaluate_value(value, names, self.environment)

    def expression(self, source: str, names: dict[str, Any]) -> Any:
        return evaluate_expression(source, names, self.environment)

    def holds(self, source: str, names: dict[str, Any]) -> bool:
        return evaluate_condition(source, names, self.environment)

    def text(self, text: Text, names: dict[str, Any]) -> Text:
        """A text in all its locales, with expressions put in. A text that cannot be computed shows as written."""
        try:
            if isinstance(text, dict) and "$" not in text:
                return {locale: str(self._words(part, names)) for locale, part in text.items()}
            return str(self._words(text, names))
        except NodeError:
            return text if isinstance(text, str) else dict(text)

    def _words(self, text: Any, names: dict[str, Any]) -> Any:
        found = self.value({"$": text} if isinstance(text, str) and "${" in text else text, names)
        return "" if found is None else found

    # ------------------------------------------------------------------------------------------------ data
    def assign(self, values: dict[str, Any], frame: Frame, path: str = "") -> None:
        """Write `field` or `local.field` values, all or none.

        Raises:
            NodeError: `bad_data` when a value breaks the field's schema or the case would grow over its limit.
        """
        to_data, to_local = self._sorted_targets(values, frame)
        for name, value in to_data.items():
            self._check_field(name, value)
        self._check_size(to_data)
        if to_data:
            self._write_data(to_data, path)
        if to_local:
            local_frame = self._with_items(frame)[-1]
            local_frame.local = {**(local_frame.local or {}), **to_local}
            self.journal(EntryKind.DATA_CHANGED, path, fields=to_local, local=True)

    def _sorted_targets(self, values: dict[str, Any], frame: Frame) -> tuple[dict[str, Any], dict[str, Any]]:
        to_data: dict[str, Any] = {}
        to_local: dict[str, Any] = {}
        for target, value in values.items():
            if target.startswith("local."):
                to_local[target[6:]] = value
            else:
                to_data[target.removeprefix("data.")] = value
        if to_local and not self._with_items(frame):
            raise NodeError("bad_data", "there is no item here to hold local values", {"fields": sorted(to_local)})
        return to_data, to_local

    def _check_field(self, name: str, value: Any) -> None:
        if name not in self.program.schemas:
            raise NodeError("bad_data", f"the process has no data field {name!r}", {"field": name})
        problem = self.program.field_error(name, value)
        if problem:
            raise NodeError(
                "bad_data", f"{name}: {problem.en}", {"field": name, "problem": problem.en, "zh": problem.zh}
            )

    def _check_size(self, changed: dict[str, Any]) -> None:
        sizes = {name: len(_JSON.encode(value)) for name, value in changed.items()}
        total = sum({**self.sizes, **sizes}.values())
        if total > DATA_LIMIT:
            raise NodeError("bad_data", f"the case's data would be {total} bytes, over {DATA_LIMIT}", {"bytes": total})
        self.sizes.update(sizes)

    def _write_data(self, changed: dict[str, Any], path: str) -> None:
        state = self.state
        state.data.update(changed)
        schemas = self.program.schemas
        for name, value in changed.items():
            self.typed_data[name] = typed(schemas.get(name, {}), value)
        self.data_dirty = True
        self.journal(EntryKind.DATA_CHANGED, path, fields=changed)
