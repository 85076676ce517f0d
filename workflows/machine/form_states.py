"""How a form stands while somebody fills it in: what is shown, required and worked out, by the rules of `forms.check`.

Nothing is refused here and nothing is stored; the browser draws from it what the server would take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from waystation.contracts.plan import Form
from waystation.expressions import plain
from workflows.machine.errors import NodeError
from workflows.machine.forms import EPOCH, fields_of, holds, typed_fields
from workflows.machine.program import Program, evaluate_expression, evaluate_value


@dataclass(frozen=True, slots=True)
class FieldState:
    """A field as it stands before somebody who fills in its form.

    Args:
        right: `edit` or `read`; hidden fields are left out.
        computed: its value is a formula's, not the person's.
        options: what `options_from` gives, or None.
    """

    name: str
    schema: dict[str, Any]
    right: str
    shown: bool
    required: bool
    computed: bool
    value: Any
    options: Any


def field_states(
    form: Form,
    rights: Mapping[str, str],
    given: Mapping[str, Any],
    current: Mapping[str, Any],
    names: dict[str, Any],
    environment: Any,
) -> list[FieldState]:
    """How `check` would take a form that is filled in this far; in the order of the form. Nothing is refused."""
    fields = fields_of(form, {**current, **given})
    values = {name: current[name] for name in fields if name in current}
    values.update({name: value for name, value in given.items() if name in fields and rights.get(name) != "read"})
    for name, schema in fields.items():
        if "default" in schema and rights.get(name, "edit") == "edit":
            values.setdefault(name, schema["default"])
    found: list[FieldState] = []
    for name, schema in fields.items():
        right = rights.get(name, "edit")
        if right == "hide":
            continue
        scope = {**names, "form": typed_fields(fields, values)}
        state = _field_state(name, schema, right, values, scope, environment)
        if not state.shown:
            values.pop(name, None)
        found.append(state)
    return found


def _field_state(
    name: str, schema: dict[str, Any], right: str, values: dict[str, Any], names: dict[str, Any], environment: Any
) -> FieldState:
    edited = right == "edit"
    shown = not edited or _stands(schema.get("show_if"), names, environment, default=True)
    computed = edited and "value" in schema
    if computed and shown:
        values[name] = _worked_out(lambda: evaluate_expression(str(schema["value"]), names, environment))
    options = schema.get("options_from")
    return FieldState(
        name,
        schema,
        right,
        shown,
        edited and shown and _stands(schema.get("required"), names, environment, default=False),
        computed,
        values.get(name),
        _worked_out(lambda: evaluate_value(options, names, environment)) if options is not None else None,
    )


def _stands(rule: Any, names: dict[str, Any], environment: Any, *, default: bool) -> bool:
    """`holds`; a rule that cannot be worked out with what is filled in so far does not hold."""
    try:
        return holds(rule, names, environment, default=default)
    except NodeError:
        return False


def _worked_out(value: Callable[[], Any]) -> Any:
    """A formula's value as JSON; None while what it needs is not filled in."""
    try:
        return plain(value())
    except NodeError:
        return None


def start_fields(program: Program, given: Mapping[str, Any]) -> list[FieldState]:
    """The start form as it stands while it is filled in; empty where the process has none."""
    plan = program.plan
    form = plan.forms.get(plan.start.form) if plan.start.form else None
    if form is None:
        return []
    names = {"data": typed_fields(plan.data, given), "settings": {}, "case": {}}
    return field_states(form, {}, given, {}, names, program.environment(EPOCH))
