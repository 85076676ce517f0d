"""The type that a JSON Schema gives to a value, and how types combine."""

from __future__ import annotations

from typing import Any

import pytest

from waystation.expressions import Type, type_of_schema
from waystation.expressions.types import ANY, BOOL, DATE, DURATION, INT, NULL, NUMBER, STRING, TIMESTAMP, fits, join


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, STRING),
        ({"type": "integer"}, INT),
        ({"type": "number"}, NUMBER),
        ({"type": "boolean"}, BOOL),
        ({"type": "null"}, NULL),
        ({"type": "string", "format": "date"}, DATE),
        ({"type": "string", "format": "date-time"}, TIMESTAMP),
        ({"type": "string", "format": "duration"}, DURATION),
        ({"type": "string", "format": "email"}, STRING),
        ({"format": "date"}, DATE),
        ({"format": "money"}, INT),
        ({"type": "integer", "format": "money"}, INT),
        ({}, ANY),
        (True, ANY),
        (None, ANY),
        ({"type": "mystery"}, ANY),
        ({"type": "array", "items": {"type": "integer"}}, Type.list_of(INT)),
        ({"items": {"type": "integer"}}, Type.list_of(INT)),
        ({"type": "array"}, Type("list")),
        ({"type": "object"}, Type("map")),
        ({"type": "object", "additionalProperties": {"type": "number"}}, Type.map_of(NUMBER)),
        ({"type": ["string", "null"]}, Type("string", nullable=True)),
        ({"type": "string", "nullable": True}, Type("string", nullable=True)),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, Type("int", nullable=True)),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, NUMBER),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, ANY),
        ({"allOf": [{"minLength": 1}, {"type": "string"}]}, STRING),
        ({"enum": ["a", "b"]}, Type("string", values=("a", "b"))),
        ({"type": "string", "enum": ["a", None]}, Type("string", nullable=True, values=("a",))),
        ({"enum": [1, 2]}, Type("int", values=(1, 2))),
        ({"enum": [1, "a"]}, ANY),
        ({"const": "x"}, Type("string", values=("x",))),
    ],
)
def test_types_of_schemas(schema: Any, expected: Type) -> None:
    """What a schema does not say is any."""
    assert expected == type_of_schema(schema)


def test_objects_with_properties_are_open_only_when_the_schema_says_so() -> None:
    """Whoever lists properties means these: a misspelt one is found. `additionalProperties` allows others."""
    fields = {"a": {"type": "integer"}}
    closed = type_of_schema({"type": "object", "properties": fields, "additionalProperties": False})
    listed = type_of_schema({"type": "object", "properties": fields})
    opened = type_of_schema({"type": "object", "properties": fields, "additionalProperties": True})
    partly = type_of_schema({"properties": fields, "additionalProperties": {"type": "boolean"}})
    assert closed.field_type("a") == INT
    assert closed.field_type("b") is None
    assert listed.field_type("b") is None
    assert opened.field_type("b") == ANY
    assert type_of_schema({"type": "object", "properties": {}}).field_type("b") == ANY
    assert partly.field_type("b") == BOOL


def test_references_inside_a_schema_are_followed() -> None:
    """Also when a schema refers to itself: the type goes as deep as it is asked, and ends."""
    schema = {
        "type": "object",
        "properties": {"child": {"$ref": "#"}, "size": {"$ref": "#/$defs/size~1x"}, "lost": {"$ref": "#/$defs/none"}},
        "additionalProperties": False,
        "$defs": {"size/x": {"type": "integer"}},
    }
    found = type_of_schema(schema)
    child = found.field_type("child")
    assert found.field_type("size") == INT
    assert found.field_type("lost") == ANY
    assert child is not None
    assert child.field_type("size") == INT


def test_a_schema_that_only_refers_to_itself_is_any() -> None:
    """A circle without an end says nothing."""
    assert type_of_schema({"$ref": "#"}) == ANY


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ((INT, NUMBER), NUMBER),
        ((INT, NULL), Type("int", nullable=True)),
        ((NULL, NULL), NULL),
        ((INT, STRING), ANY),
        ((Type.list_of(INT), Type.list_of(NUMBER)), Type.list_of(NUMBER)),
        ((Type("string", values=("a",)), Type("string", values=("b",))), Type("string", values=("a", "b"))),
        ((Type("string", values=("a",)), STRING), STRING),
        ((Type.map_of(INT), Type.object_of({"a": INT})), Type.map_of(ANY)),
        ((), ANY),
    ],
)
def test_join_covers_all(types: tuple[Type, ...], expected: Type) -> None:
    """The join is the narrowest type that has room for each."""
    assert expected == join(types)


def test_join_of_objects_keeps_the_fields_of_both() -> None:
    """A field that only one side has may be read: at run time it may be missing."""
    joined = join((Type.object_of({"a": INT}), Type.object_of({"a": NUMBER, "b": STRING})))
    assert joined.field_type("a") == NUMBER
    assert joined.field_type("b") == ANY
    assert joined.field_type("c") is None


def test_fits_refuses_only_what_is_certain() -> None:
    """Any fits everywhere; numbers fit each other; lists fit by element."""
    assert fits(ANY, INT)
    assert fits(INT, NUMBER)
    assert fits(Type.list_of(ANY), Type.list_of(INT))
    assert not fits(Type.list_of(STRING), Type.list_of(INT))
    assert not fits(STRING, DATE)


def test_types_have_names_in_both_languages() -> None:
    """Sentences name types as people do."""
    assert Type.list_of(INT).named() == ("list of integer", "整数的列表")
    assert TIMESTAMP.named() == ("timestamp", "时间")
