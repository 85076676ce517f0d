"""Forms: fields with what their widgets imply, conditions, formulas, details, regions."""

from __future__ import annotations

from typing import Any

from tests.support.compiling import places
from waystation.compiler.forms import data_of
from waystation.compiler.parts import CompiledPart, compile_form
from waystation.compiler.source import read_source
from waystation.contracts.plan import Form


def form(text: str) -> CompiledPart[Form]:
    return compile_form(read_source(f"form: f\nfields:\n{text}"))


def field(text: str) -> dict[str, Any]:
    part = form(f"  a: {text}")
    assert part.value is not None, part.problems
    return part.value.fields["a"]


def test_money_is_an_integer() -> None:
    """分, whatever a person sees."""
    assert {"type": "integer", "format": "money", "minimum": 0} == field("{ format: money, minimum: 0 }")


def test_a_widget_implies_a_type() -> None:
    """Pictures are a list of file ids, unless the field says otherwise."""
    assert {"type": "array", "items": {"type": "string"}, "widget": "image", "max": 8} == field(
        "{ widget: image, max: 8 }"
    )
    assert "string" == field("{ widget: image, type: string }")["type"]


def test_conditions_and_formulas_are_bare() -> None:
    """With or without `${ }` in the text."""
    found = field("{ type: number, show_if: '${ form.a > 1 }', required: form.a > 2, value: '${ form.a + 1 }' }")
    assert ("form.a > 1", "form.a > 2", "form.a + 1") == (found["show_if"], found["required"], found["value"])


def test_a_detail_has_columns() -> None:
    """They become an object; those that are required are required in it."""
    found = field(
        "{ type: array, widget: detail, items: { sku: { type: string, required: true }, n: { format: money } } }"
    )
    assert ("object", ["sku"], "integer") == (
        found["items"]["type"],
        found["items"]["required"],
        found["items"]["properties"]["n"]["type"],
    )


def test_items_may_be_a_schema_too() -> None:
    """All its keys are words of JSON Schema."""
    assert {"type": "string", "maxLength": 9} == field("{ type: array, items: { type: string, maxLength: 9 } }")[
        "items"
    ]


def test_data_has_only_what_validates() -> None:
    """No widget, no condition."""
    text = "{ type: array, widget: detail, show_if: form.b, items: { sku: { type: string, required: true } } }"
    part = form(f"  a: {text}\n  b: {{ type: boolean, title: {{ zh: 乙 }} }}")
    assert part.value is not None
    inner = {
        "type": "object",
        "properties": {"sku": {"type": "string"}},
        "required": ["sku"],
        "additionalProperties": False,
    }
    assert {"a": {"type": "array", "items": inner}, "b": {"type": "boolean", "title": {"zh": "乙"}}} == data_of(
        part.value.fields
    )


def test_a_region_adds_fields_that_conditions_see() -> None:
    """A condition may read a field that only some regions have."""
    part = form(
        "  a: { type: string, show_if: form.pledge }\nby_region: { 华北: { add: { pledge: { type: boolean } } } }"
    )
    assert part.value is not None
    assert {"华北": {"add": {"pledge": {"type": "boolean"}}}} == part.value.by_region


def test_what_is_wrong_with_a_form_has_places() -> None:
    """Unknown words, wrong types, fields that the layout or a condition names."""
    part = form(
        "  a: { type: string, widgt: x }\n"
        "  b: { type: text }\n"
        "  c: { type: string, show_if: form.d }\n"
        "  e: { type: string, pattern: '(' }\n"
        "  f: text\n"
        "layout: [ a, [ b, z ] ]\n"
    )
    assert [
        "3:22 unknown_key",
        "4:14 bad_type",
        "5:36 unknown_field",
        "6:31 bad_type",
        "7:6 bad_type",
        "8:19 unknown_field",
    ] == places(part.problems)
