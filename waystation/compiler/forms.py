"""Forms: from the author's fields to those of a plan, and what a form's fields are as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from waystation.compiler.data_fields import FORM_WORDS, SCHEMA_WORDS, FieldReading
from waystation.compiler.expression_use import Expressions
from waystation.compiler.findings import Moment
from waystation.compiler.process_shapes import FormBodyShape, RegionShape
from waystation.compiler.reporting import Report
from waystation.compiler.shape_faults import read_shape
from waystation.contracts.plan import Fields, Form
from waystation.contracts.problems import Path
from waystation.expressions import Type, type_of_schema

BOOL = Type("bool")
ANY = Type("any")
STRING = Type("string")
_CONDITIONS = ("show_if", "required")
#: Widgets whose value is not a text, and what it is.
_WIDGETS: Mapping[str, Mapping[str, Any]] = {
    "image": {"type": "array", "items": {"type": "string"}},
    "file": {"type": "array", "items": {"type": "string"}},
    "signature": {"type": "string"},
    "detail": {"type": "array"},
    "switch": {"type": "boolean"},
    "checkbox": {"type": "boolean"},
    "number": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "multiselect": {"type": "array", "items": {"type": "string"}},
    "members": {"type": "array", "items": {"type": "string"}},
    "location": {"type": "object"},
}


class FormReading:
    """Reads one form in two steps: its fields first, its expressions once all data is known."""

    def __init__(self, shape: FormBodyShape, report: Report, path: Path) -> None:
        self._shape = shape
        self._report = report
        self._path = path
        reading = FieldReading(report, extra=FORM_WORDS)
        self.fields = self._read(reading, shape.fields, (*path, "fields"))
        self.regions = {name: self._region(reading, name, raw) for name, raw in shape.by_region.items()}

    def _read(self, reading: FieldReading, raw: Mapping[str, Any], path: Path) -> Fields:
        expanded = {name: expand_field(each) for name, each in raw.items()}
        return reading.fields(expanded, path)

    def _region(self, reading: FieldReading, name: str, raw: Any) -> Fields:
        path = (*self._path, "by_region", name)
        shape = read_shape(RegionShape, raw, self._report, path)
        return self._read(reading, shape.add, (*path, "add")) if shape is not None else {}

    @property
    def all_fields(self) -> Fields:
        """The fields of every region together."""
        return {**self.fields, **{name: field for add in self.regions.values() for name, field in add.items()}}

    def form(self, expressions: Expressions, scope: Mapping[str, Type]) -> Form:
        """The form, with its expressions checked against the names around it."""
        known = self.all_fields
        inner = {**scope, "form": Type.object_of(types_of(known)), "actor": STRING}
        self._check_layout(known)
        fields = self._lowered(self.fields, (*self._path, "fields"), expressions, inner)
        regions = {
            name: {"add": self._lowered(add, (*self._path, "by_region", name, "add"), expressions, inner)}
            for name, add in self.regions.items()
        }
        return Form(self._shape.title, fields, tuple(self._shape.layout), regions)

    def _lowered(self, fields: Fields, path: Path, expressions: Expressions, scope: Mapping[str, Type]) -> Fields:
        return {name: self._one(field, (*path, name), expressions, scope) for name, field in fields.items()}

    def _one(
        self, field: Mapping[str, Any], path: Path, expressions: Expressions, scope: Mapping[str, Type]
    ) -> dict[str, Any]:
        found = dict(field)
        for word in _CONDITIONS:
            raw = found.get(word)
            if isinstance(raw, str):
                found[word] = expressions.bare(raw, (*path, word), "", scope, Moment.ANY, BOOL)[0]
            elif raw is not None and not isinstance(raw, (bool, list)):
                self._report.add("bad_type", (*path, word), expected="condition")
        if isinstance(found.get("value"), str):
            found["value"] = expressions.bare(found["value"], (*path, "value"), "", scope, Moment.ANY)[0]
        elif "value" in found:
            self._report.add("bad_type", (*path, "value"), expected="expression")
        if "options_from" in found:
            found["options_from"] = expressions.value(
                found["options_from"], (*path, "options_from"), "", scope, Moment.ANY
            )[0]
        return found

    def _check_layout(self, known: Mapping[str, Any]) -> None:
        for path, name in _cells(self._shape.layout, (*self._path, "layout")):
            if not isinstance(name, str):
                self._report.add("bad_type", path, expected="field")
            elif name not in known:
                self._report.add("unknown_field", path, name=name, known=known)


def _cells(layout: list[Any], path: Path) -> Iterator[tuple[Path, Any]]:
    for index, row in enumerate(layout):
        if isinstance(row, list):
            yield from (((*path, index, column), cell) for column, cell in enumerate(row))
        else:
            yield (*path, index), row


def expand_field(raw: Any) -> Any:
    """A field with what its widget implies, and the columns of a detail as an object."""
    if not isinstance(raw, dict):
        return raw
    field = dict(raw)
    widget = field.get("widget")
    if isinstance(widget, str) and "type" not in field and "enum" not in field and widget in _WIDGETS:
        field = {**_WIDGETS[widget], **field}
    columns = field.get("items")
    if isinstance(columns, dict) and columns and _is_columns(columns):
        required = [name for name, column in columns.items() if column.get("required") is True]
        properties = {name: expand_field(column) for name, column in columns.items()}
        field["items"] = {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }
    return field


def _is_columns(columns: Mapping[str, Any]) -> bool:
    """Whether `items` is a map of columns and not a schema: all its values are fields, and not all keys are words."""
    return all(isinstance(column, dict) for column in columns.values()) and not all(
        name in SCHEMA_WORDS for name in columns
    )


def types_of(fields: Mapping[str, Any]) -> dict[str, Type]:
    """The type of each field."""
    return {name: type_of_schema(field) for name, field in fields.items()}


def data_of(fields: Mapping[str, Any]) -> Fields:
    """The fields as data: only what validates."""
    return {name: data_field(field) for name, field in fields.items()}


def data_field(field: Mapping[str, Any]) -> dict[str, Any]:
    """One form field as a field of data."""
    return {word: _inner(value) for word, value in field.items() if word in SCHEMA_WORDS and word != "required"}


def _inner(value: Any) -> Any:
    if isinstance(value, dict) and "properties" in value:
        properties = {name: data_field(field) for name, field in value["properties"].items()}
        return {**value, "properties": properties}
    return value
