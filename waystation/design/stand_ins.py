"""Actions in a trial: what the author says they do, the real ones on a private database, or something of that shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from waystation.contracts.catalog import ActionSpec, Catalog
from waystation.design.exact import shown
from waystation.scenario_actions import RealActions, ScenarioActions
from workflows.machine.run import node_key
from workflows.memory import ActionCall, Failed
from workflows.scenarios import Scenario

#: What an example holds for a format.
_FORMATS = {
    "date": "2026-03-02",
    "date-time": "2026-03-02T01:00:00Z",
    "duration": "PT1H",
    "email": "somebody@example.com",
    "uri": "https://example.com",
    "time": "09:00:00",
}
_DEEPEST = 6


@dataclass(slots=True)
class Done:
    """One try of an action: where, what with, what came of it, and whether that was made up or said by the author."""

    case: str
    path: str
    action: str
    args: dict[str, Any]
    result: Any
    failed: str | None
    stub: bool


@dataclass(slots=True)
class StandIns:
    """The runner of one trial.

    Args:
        real: runs what has no effect outside; None: only what computes and has no effect at all runs for real.
        pins: by the node's address: what its action gives, as a stub says it.
        used: told the address of each pin that is used.
    """

    catalog: Catalog
    scenario: Scenario
    real: RealActions | None = None
    tenant: str = "trial"
    pins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    used: Callable[[str], None] = lambda _: None
    done: list[Done] = field(default_factory=list)
    made_up: dict[str, Any] = field(default_factory=dict)
    _stubs: ScenarioActions | None = None
    _computing: RealActions | None = None

    async def __call__(self, call: ActionCall) -> Any:
        name = call.effect.action
        result, said = await self._result(call), self._is_said(call)
        failed = result.code if isinstance(result, Failed) else None
        self.done.append(
            Done(
                call.case,
                call.effect.path,
                name,
                shown(call.effect.args),
                None if failed else shown(result),
                failed,
                said,
            )
        )
        return result

    def _is_said(self, call: ActionCall) -> bool:
        return call.effect.action in self.scenario.actions or self._pinned(call) is not None

    def _pinned(self, call: ActionCall) -> Mapping[str, Any] | None:
        return self.pins.get(node_key(call.effect.path)) if call.process == self.scenario.process else None

    def _real(self) -> RealActions:
        if self.real is not None:
            return self.real
        self._computing = self._computing or RealActions(self.catalog)
        return self._computing

    async def _result(self, call: ActionCall) -> Any:
        name = call.effect.action
        pinned = self._pinned(call)
        if pinned is not None:
            self.used(node_key(call.effect.path))
            return Failed(str(pinned["fails"])) if "fails" in pinned else pinned.get("returns", {})
        if name in self.scenario.actions:
            if self._stubs is None:
                self._stubs = ScenarioActions(self.scenario, self.tenant, self._real())
            return await self._stubs(call)
        spec = self.catalog.actions.get(name)
        if spec is None:
            return Failed("unknown_action", title=f"there is no action {name}")
        if spec.computes or (self.real is not None and not spec.outside):
            return await self._real().run(self.tenant, call)
        made = example(spec)
        self.made_up[name] = {"returns": made}
        return made


def example(spec: ActionSpec) -> Any:
    """A result of the shape that an action gives."""
    if spec.gives is None:
        return {}
    return example_of(spec.gives.model_json_schema())


def example_of(schema: dict[str, Any]) -> Any:
    """A value that a JSON Schema allows, as simple as may be."""
    return _example(schema, schema.get("$defs", {}), 0)


def _example(schema: dict[str, Any], defs: dict[str, Any], depth: int) -> Any:
    if "$ref" in schema:
        return _example(defs.get(str(schema["$ref"]).rpartition("/")[2], {}), defs, depth + 1)
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    branches = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if branches:
        return _example(branches[0], defs, depth + 1)
    return _of_type(schema, defs, depth)


def _of_type(schema: dict[str, Any], defs: dict[str, Any], depth: int) -> Any:
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {}) if depth < _DEEPEST else {}
            return {name: _example(each, defs, depth + 1) for name, each in properties.items()}
        case "array":
            return []
        case "integer" | "number":
            return max(1, int(schema.get("minimum", 1)))
        case "boolean":
            return True
        case "string":
            return _FORMATS.get(str(schema.get("format", "")), "示例")
    return None
