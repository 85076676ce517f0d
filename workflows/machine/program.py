"""A plan made ready to run: expressions compiled, params typed, edges indexed. Built once per plan and shared."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
import msgspec

from waystation.contracts.params import JoinParams
from waystation.contracts.plan import END, Body, Boundary, Edge, Node, Plan, plan_hash
from waystation.expressions import Environment, Expression, ExpressionError, Template, compile_expression, compile_value
from waystation.expressions.errors import MissingValue
from workflows.machine.errors import NodeError, ValueMissing
from workflows.machine.field_sentences import Sentence, sentence
from workflows.machine.step_kind import StepKind

#: Kinds whose `next` is a list of conditions.
BRANCHING = ("choice", "fork")


class NodeRun:
    """One node, ready to run. `key` is its path through bodies, without visit numbers: `lines/pick`."""

    __slots__ = (
        "body",
        "by_outcome",
        "condition",
        "conditional",
        "edges",
        "id",
        "key",
        "kind",
        "params",
        "plain",
        "plan",
        "step",
    )

    def __init__(self, program: Program, body: BodyRun, node_id: str, plan: Node) -> None:
        self.id = node_id
        self.plan = plan
        self.kind = plan.kind
        self.body = body
        self.key = f"{body.key}/{node_id}" if body.key else node_id
        self.step = program.steps[plan.kind]
        self.params: Any = msgspec.convert(plan.params, self.step.params, str_keys=True)
        self.edges = plan.edges
        self.by_outcome: dict[str, Edge] = {edge.outcome: edge for edge in plan.edges if edge.outcome is not None}
        self.plain = next((edge for edge in plan.edges if edge.outcome is None), None)
        self.condition = compiled(plan.condition) if plan.condition else None
        self.conditional = plan.kind in BRANCHING or plan.condition is not None
        if plan.body is not None:
            program.add_body(self.key, plan.body)

    def boundaries(self, on: str) -> list[tuple[int, Boundary]]:
        return [(index, boundary) for index, boundary in enumerate(self.plan.on) if boundary.on == on]


class BodyRun:
    """A body's nodes by id, with its graph for reachability."""

    __slots__ = ("_reaches", "at", "counting_joins", "key", "nodes", "reachable_joins")

    def __init__(self, program: Program, key: str, plan: Body) -> None:
        self.key = key
        self.at = plan.at
        self.nodes: dict[str, NodeRun] = {}
        for node_id, node in plan.nodes.items():
            self.nodes[node_id] = NodeRun(program, self, node_id, node)
        joins = {node.id: node.params for node in self.nodes.values() if isinstance(node.params, JoinParams)}
        self.reachable_joins = [name for name, params in joins.items() if params.need == "reachable"]
        self.counting_joins = [
            name for name, params in joins.items() if params.need != "reachable" and params.count != "branch"
        ]
        self._reaches: dict[str, frozenset[str]] = {}

    def reaches(self, start: str) -> frozenset[str]:
        """Nodes of this body that a token leaving `start` may come to."""
        known = self._reaches.get(start)
        if known is None:
            known = self._reaches[start] = frozenset(self._walk(start))
        return known

    def _walk(self, start: str) -> set[str]:
        found: set[str] = set()
        todo = list(self.targets(start))
        while todo:
            node = todo.pop()
            if node not in found:
                found.add(node)
                todo.extend(self.targets(node))
        return found

    def targets(self, node_id: str) -> list[str]:
        node = self.nodes[node_id].plan
        ends = [edge.to for edge in node.edges] + [boundary.to for boundary in node.on]
        if node.kind == "race" and node.body is not None:
            ends += [edge.to for inner in node.body.nodes.values() for edge in inner.edges]
        return [to for to in ends if to != END]


def built_in_steps() -> Mapping[str, StepKind]:
    """The run halves of the built-in kinds; they import this module, so it asks for them late."""
    from workflows.machine.steps import STEPS  # noqa: PLC0415

    return STEPS


class Program:
    """A plan with everything compiled."""

    def __init__(self, plan: Plan, digest: str | None = None, steps: Mapping[str, StepKind] | None = None) -> None:
        self.plan = plan
        self.steps = steps if steps is not None else built_in_steps()
        self.hash = digest or plan_hash(plan)
        self.bodies: dict[str, BodyRun] = {}
        self.add_body("", plan.body)
        self.root = self.bodies[""]
        if "start" not in self.root.nodes:
            self.root.nodes["start"] = NodeRun(self, self.root, "start", resubmission(plan))
        self.waits_for_reach = any(body.reachable_joins for body in self.bodies.values())
        self.may_starve = any(body.counting_joins for body in self.bodies.values())
        self.schemas: dict[str, dict[str, Any]] = plan.data
        self._validators: dict[str, Any] = {}
        self._mapped: dict[str, frozenset[str]] = {}
        self.environment_calendar = plan.calendars.get(plan.calendar) if plan.calendar else None

    def add_body(self, key: str, plan: Body) -> None:
        self.bodies[key] = BodyRun(self, key, plan)

    def node(self, body: str, node_id: str) -> NodeRun:
        return self.bodies[body].nodes[node_id]

    def node_by_key(self, key: str) -> NodeRun | None:
        """The node with this key (`lines/pick`), or None."""
        body, _, node_id = key.rpartition("/")
        found = self.bodies.get(body)
        return found.nodes.get(node_id) if found is not None else None

    def mapped_form_fields(self, node: NodeRun) -> frozenset[str]:
        """Fields of a node's form that its `save` reads: these are not stored under their own names."""
        known = self._mapped.get(node.key)
        if known is None:
            texts = [value["$"] for value in node.plan.save.values() if isinstance(value, dict) and "$" in value]
            known = self._mapped[node.key] = frozenset(name for text in texts for name in _form_names(text))
        return known

    def environment(self, now: Any) -> Environment:
        return Environment(now=now, timezone=self.plan.timezone, calendar=self.environment_calendar)

    def field_error(self, name: str, value: Any) -> Sentence | None:
        """Why `value` may not stand in data field `name`, or None if it may. null clears any optional field."""
        if value is None and name not in self.plan.required:
            return None
        validator = self._validators.get(name)
        if validator is None:
            validator = self._validators[name] = schema_validator(self.schemas[name])
        error = next(validator.iter_errors(value), None)
        return None if error is None else sentence(error)


def resubmission(plan: Plan) -> Node:
    """The task `start` that a return to the initiator opens: the start form, then the first node again."""
    form = {"form": {"name": plan.start.form}} if plan.start.form else {}
    assign = {"rules": [{"by": "expr", "value": {"$": "${case.initiator}"}}]}
    return Node(
        "task",
        edges=(Edge(plan.start.at),),
        params={"assign": assign, "outcomes": {"done": {"title": {"zh": "重新提交", "en": "Submit again"}}}, **form},
        title={"zh": "修改后重新提交", "en": "Correct and submit again"},
    )


def _form_names(text: str) -> list[str]:
    prepared = compiled_value(text)
    if isinstance(prepared, str):
        return []
    found = [prepared] if isinstance(prepared, Expression) else list(prepared.expressions)
    paths = [reference.path for expression in found for reference in expression.references]
    return [path[1] for path in paths if path[0] == "form" and len(path) > 1]


def schema_validator(schema: Mapping[str, Any]) -> Any:
    """A validator of one field; never fetches remote references."""
    return jsonschema_rs.Draft202012Validator(plain_schema(schema), offline=True, validate_formats=True)


#: Keys that are ours and not JSON Schema's.
_OURS = frozenset(
    {
        "widget",
        "show_if",
        "required",
        "value",
        "options_from",
        "max_size",
        "max",
        "title",
        "help",
        "placeholder",
        "description",
    }
)
#: Where a schema holds others: under names, one, or a list of them.
_NAMED = frozenset({"properties", "patternProperties", "dependentSchemas"})
_ONE = frozenset({"items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else"})
_LISTED = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})


def plain_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema part of a field: our own keys dropped, formats of ours turned into plain rules."""
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _NAMED and isinstance(value, Mapping):
            out[key] = {name: plain_schema(inner) for name, inner in value.items()}
        elif key in _ONE and isinstance(value, Mapping):
            out[key] = plain_schema(value)
        elif key in _LISTED and isinstance(value, list | tuple):
            out[key] = [plain_schema(inner) if isinstance(inner, Mapping) else inner for inner in value]
        elif key == "required" and isinstance(value, list | tuple):
            out[key] = list(value)
        elif key == "format" and value in ("money", "duration"):
            out.update({"type": "integer"} if value == "money" and "type" not in schema else {})
        elif key not in _OURS:
            out[key] = value
    return out


@lru_cache(maxsize=20_000)
def compiled(source: str) -> Expression:
    return compile_expression(source)


@lru_cache(maxsize=20_000)
def compiled_value(text: str) -> str | Expression | Template:
    return compile_value(text)


def evaluate_expression(source: str, names: Mapping[str, Any], environment: Environment) -> Any:
    try:
        return compiled(source).evaluate(names, environment)
    except MissingValue as error:
        raise ValueMissing("expression", error.en, {"expression": source}) from None
    except ExpressionError as error:
        raise NodeError("expression", error.en, {"expression": source}) from None


def evaluate_condition(source: str, names: Mapping[str, Any], environment: Environment) -> bool:
    """A condition's truth. Anything but true or false is a node error, never a wrong branch."""
    value = evaluate_expression(source, names, environment)
    if not isinstance(value, bool):
        raise NodeError("expression", f"a condition must be true or false, not {value!r}", {"expression": source})
    return value


def evaluate_value(value: Any, names: Mapping[str, Any], environment: Environment) -> Any:
    """A `plan.Value` computed: literals stay, `{"$": text}` is evaluated, lists and maps are walked."""
    if isinstance(value, dict):
        if len(value) == 1 and "$" in value:
            return _evaluate_text(value["$"], names, environment)
        return {key: evaluate_value(inner, names, environment) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [evaluate_value(inner, names, environment) for inner in value]
    return value


def _evaluate_text(text: str, names: Mapping[str, Any], environment: Environment) -> Any:
    try:
        prepared = compiled_value(text)
        return prepared if isinstance(prepared, str) else prepared.evaluate(names, environment)
    except ExpressionError as error:
        raise NodeError("expression", error.en, {"expression": text}) from None


def edge_to(node: NodeRun, outcome: str | None) -> Edge | None:
    """The edge a node is left by: by outcome, else the plain one."""
    edge = node.by_outcome.get(outcome) if outcome is not None else None
    return edge if edge is not None else node.plain


__all__ = [
    "BodyRun",
    "NodeRun",
    "Program",
    "compiled",
    "edge_to",
    "evaluate_condition",
    "evaluate_expression",
    "evaluate_value",
    "plain_schema",
    "schema_validator",
]
