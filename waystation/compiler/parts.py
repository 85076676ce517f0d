"""Compiling what a process may name: form, table and calendar files, and what a caller sees of a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from waystation.compiler.checks.tables import check_table
from waystation.compiler.compilation import CASE
from waystation.compiler.data_fields import FieldReading
from waystation.compiler.expression_use import Expressions
from waystation.compiler.forms import FormReading, data_of
from waystation.compiler.library import Signature
from waystation.compiler.process_shapes import FormShape, TableShape
from waystation.compiler.reporting import Report, value_at
from waystation.compiler.shape_faults import read_shape
from waystation.compiler.source import Source
from waystation.compiler.tables import TableReading
from waystation.contracts.calendars import CalendarInvalid, WorkCalendar, parse_calendar
from waystation.contracts.plan import END, Fields, Form, Table
from waystation.contracts.problems import Path, Problem, has_errors
from waystation.expressions import Type

Part = TypeVar("Part")
ANY = Type("any")
#: Outside a process nothing is known of its data.
_LOOSE: Mapping[str, Type] = {"data": Type.map_of(ANY), "case": CASE, "settings": Type.map_of(ANY)}


@dataclass(frozen=True, slots=True)
class CompiledPart(Generic[Part]):
    """A compiled form, table or calendar. `value` is None where there are errors."""

    id: str
    value: Part | None
    problems: tuple[Problem, ...]


def compile_form(source: Source, *, at: Path = ()) -> CompiledPart[Form]:
    """Compile a form file."""
    report = Report(source, at)
    shape = read_shape(FormShape, value_at(source.tree, at), report, ())
    form = FormReading(shape, report, ()).form(Expressions(report), _LOOSE) if shape is not None else None
    return _part(shape.form if shape is not None else "", form, report)


def compile_table(source: Source, *, at: Path = ()) -> CompiledPart[Table]:
    """Compile a decision table file. Its inputs are looked at again where a process uses it."""
    report = Report(source, at)
    shape = read_shape(TableShape, value_at(source.tree, at), report, ())
    table = TableReading(report, Expressions(report), (), {}).table(shape, _LOOSE) if shape is not None else None
    if shape is not None and table is not None and not has_errors(report.problems()):
        report.extend(check_table(shape.table, table, ()))
    return _part(shape.table if shape is not None else "", table, report)


def compile_calendar(source: Source, *, at: Path = ()) -> CompiledPart[WorkCalendar]:
    """Compile a calendar file."""
    report = Report(source, at)
    tree = value_at(source.tree, at)
    calendar = None
    try:
        calendar = parse_calendar(tree if isinstance(tree, dict) else {})
    except CalendarInvalid as invalid:
        for fault in invalid.faults:
            report.add("bad_calendar", fault.path, reason=(fault.zh, fault.en))
    name = tree.get("calendar") if isinstance(tree, dict) else None
    return _part(name if isinstance(name, str) else "", calendar, report)


def _part(name: str, value: Part | None, report: Report) -> CompiledPart[Part]:
    problems = report.problems()
    return CompiledPart(name, None if has_errors(problems) else value, problems)


def signature_of(tree: Mapping[str, Any], forms: Mapping[str, Form]) -> Signature:
    """What a caller sees of a process, from its text: forgiving, because its own problems are reported with itself."""
    quiet = Report(Source("", "", None))
    raw = tree.get("data")
    fields: Fields = FieldReading(quiet).fields(raw, ()) if isinstance(raw, dict) else {}
    start = tree.get("start")
    form = forms.get(str(start.get("form"))) if isinstance(start, dict) else None
    local = tree.get("forms")
    if isinstance(start, dict) and isinstance(local, dict) and start.get("form") in local:
        fields = {**_local_fields(local[start["form"]]), **fields}
    if form is not None:
        fields = {**data_of(form.fields), **fields}
    required = tree.get("required")
    needed = tuple(name for name in required if isinstance(name, str)) if isinstance(required, list) else ()
    return Signature(
        _outcomes(tree.get("nodes")), fields, tuple(name for name in needed if "default" not in fields.get(name, {}))
    )


def _local_fields(form: Any) -> Fields:
    fields = form.get("fields") if isinstance(form, dict) else None
    return (
        {name: dict(field) for name, field in fields.items() if isinstance(field, dict)}
        if isinstance(fields, dict)
        else {}
    )


def _outcomes(nodes: Any) -> tuple[str, ...]:
    """The outcomes that its ends name, and `done` where a token can end without a name."""
    named: list[str] = []
    plain = False
    for node in nodes.values() if isinstance(nodes, dict) else ():
        if not isinstance(node, dict):
            continue
        if node.get("kind") == "end" and node.get("error") is None:
            outcome = node.get("outcome")
            named += [outcome] if isinstance(outcome, str) and outcome not in named else []
            plain = plain or outcome is None
        plain = plain or END in _targets(node)
    return (*named, "done") if plain or not named else tuple(named)


def _targets(node: Mapping[str, Any]) -> list[Any]:
    written = node.get("next")
    found = [written]
    if isinstance(written, dict):
        found = list(written.values())
    elif isinstance(written, list):
        found = [each.get("to") if isinstance(each, dict) else each for each in written]
    race = node.get("of")
    if node.get("kind") == "race" and isinstance(race, dict):
        found += [target for each in race.values() if isinstance(each, dict) for target in _targets(each)]
    return found
