"""Forms, checked where they count: on the server, by the same definition that the browser uses (language.md 7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from waystation.contracts.errors import Refused
from waystation.contracts.params import FormUse
from waystation.contracts.plan import Form
from waystation.expressions import plain, typed
from workflows.machine.errors import NodeError, ValueMissing
from workflows.machine.field_sentences import (
    NO_SUCH_FIELD,
    NOT_IN_FORM,
    NOT_TO_BE_CHANGED,
    REQUIRED,
    Sentence,
    at_most_files,
    both,
    sentence,
)
from workflows.machine.program import Program, evaluate_condition, evaluate_expression, schema_validator
from workflows.machine.run import Run

#: The moment of a start form's rules: a start is checked before there is a case with a time of its own.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Stands for a field that nobody has filled in.
_ABSENT = object()


def bad_form(problems: Mapping[str, Sentence]) -> Refused:
    """The refusal of a form; its detail has the sentence of every field, in English and (`fields_zh`) in Chinese."""
    name, first = next(iter(problems.items()))
    return Refused("bad_form", f"{name}: {first.en}", f"表单有误：{name}：{first.zh}", both(problems))


# ---------------------------------------------------------------------------------------------------- start
def start_data(program: Program, given: Mapping[str, Any]) -> dict[str, Any]:
    """Data a case starts with: the start form's rules applied, defaults filled in, every field checked."""
    plan = program.plan
    problems = {name: NO_SUCH_FIELD for name in given if name not in plan.data}
    form = plan.forms.get(plan.start.form) if plan.start.form else None
    data = dict(given)
    if form is not None:
        fields = fields_of(form, given)
        outside = {name: value for name, value in given.items() if name not in fields}
        inside = {name: value for name, value in given.items() if name in fields}
        names = {"data": typed_fields(plan.data, given), "settings": {}, "case": {}}
        cleaned, found = check(program, form, {}, inside, {}, names, program.environment(EPOCH))
        problems.update(found)
        data = {**outside, **cleaned}
    for name, schema in plan.data.items():
        if name not in data and "default" in schema:
            data[name] = schema["default"]
        if name in data and data[name] is not None:
            problem = program.field_error(name, data[name])
            if problem:
                problems.setdefault(name, problem)
        elif name in plan.required:
            problems.setdefault(name, REQUIRED)
    if problems:
        raise bad_form(problems)
    return data


# --------------------------------------------------------------------------------------------------- answer
def answer_data(run: Run, use: FormUse | None, given: Mapping[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """A task's form as it will be stored.

    Raises:
        Refused: `bad_form` with `detail: {fields: {name: problem}}`.
    """
    plan = run.program.plan
    if use is None:
        problems = {
            name: problem
            for name, value in given.items()
            if name in plan.data and (problem := run.program.field_error(name, value))
        }
        if problems:
            raise bad_form(problems)
        return dict(given)
    form = plan.forms[use.name]
    local = names.get("local")
    current = {**run.state.data, **(local or {})}
    cleaned, problems = check(run.program, form, use.rights, given, current, names, run.environment)
    if problems:
        raise bad_form(problems)
    return cleaned


def check(
    program: Program,
    form: Form,
    rights: Mapping[str, str],
    given: Mapping[str, Any],
    current: Mapping[str, Any],
    names: dict[str, Any],
    environment: Any,
) -> tuple[dict[str, Any], dict[str, Sentence]]:
    """Apply a form's rules. Returns the fields to store and the problems by field."""
    fields = fields_of(form, {**current, **given})
    problems = {name: NOT_IN_FORM for name in given if name not in fields}
    values = {name: current[name] for name in fields if name in current}
    values.update({name: value for name, value in given.items() if name in fields})
    for name, schema in fields.items():
        if name not in values and "default" in schema and rights.get(name, "edit") == "edit":
            values[name] = schema["default"]
    cleaned: dict[str, Any] = {}
    for name, schema in fields.items():
        right = rights.get(name, "edit")
        try:
            scope = {**names, "form": typed_fields(fields, values)}
            _check_field(name, schema, right, given, current, values, cleaned, problems, scope, environment)
        except NodeError as error:
            problems[name] = Sentence(error.title, f"表单规则无法计算：{error.title}")
    return cleaned, problems


def fields_of(form: Form, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The form's fields for the region that the values name."""
    fields = dict(form.fields)
    region = values.get("region")
    change = form.by_region.get(region) if isinstance(region, str) else None
    if isinstance(change, Mapping):
        fields.update(change.get("add", {}))
        for name in change.get("remove", ()):
            fields.pop(name, None)
    return fields


def _check_field(  # noqa: PLR0913, PLR0917 - one field, and all that its rules may look at
    name: str,
    schema: dict[str, Any],
    right: str,
    given: Mapping[str, Any],
    current: Mapping[str, Any],
    values: dict[str, Any],
    cleaned: dict[str, Any],
    problems: dict[str, Sentence],
    names: dict[str, Any],
    environment: Any,
) -> None:
    if right != "edit":
        if name in given and given[name] != current.get(name):
            problems[name] = NOT_TO_BE_CHANGED
        return
    if not holds(schema.get("show_if"), names, environment, default=True):
        values.pop(name, None)
        return
    if "value" in schema:
        values[name] = plain(evaluate_expression(str(schema["value"]), names, environment))
    value = values.get(name, _ABSENT)
    empty = value is _ABSENT or value is None or value == ""
    if empty and holds(schema.get("required"), names, environment, default=False):
        problems[name] = REQUIRED
        return
    if value is _ABSENT:
        return
    if value is not None:
        problem = field_problem(schema, value)
        if problem:
            problems[name] = problem
            return
    if name in given or "value" in schema or name not in current:
        cleaned[name] = value


def holds(rule: Any, names: dict[str, Any], environment: Any, *, default: bool) -> bool:
    """A rule of a field: true, false or a condition. What has not been answered yet makes no rule hold."""
    if rule is None:
        return default
    if isinstance(rule, bool):
        return rule
    try:
        return evaluate_condition(str(rule), names, environment)
    except ValueMissing:
        return False


def field_problem(schema: Mapping[str, Any], value: Any) -> Sentence | None:
    """Why a value does not fit a field's JSON Schema and widget limits, or None."""
    error = next(schema_validator(schema).iter_errors(value), None)
    if error is not None:
        return sentence(error)
    most = schema.get("max")
    if (
        schema.get("widget") in ("image", "file")
        and isinstance(most, int)
        and isinstance(value, list)
        and len(value) > most
    ):
        return at_most_files(most)
    return None


def typed_fields(fields: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: typed(fields.get(name, {}), value) for name, value in values.items()}
