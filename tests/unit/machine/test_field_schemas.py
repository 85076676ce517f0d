"""Fields as the schemas that data is checked by: texts for people stand anywhere in them and check nothing."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.machine.program import plain_schema, schema_validator

BOTH = {"zh": "甲", "en": "A"}


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ({"type": "string", "title": BOTH, "description": BOTH}, "a", 1),
        ({"oneOf": [{"const": "a", "title": BOTH}, {"const": "b", "title": BOTH}]}, "b", "c"),
        ({"type": "array", "items": {"anyOf": [{"const": 1, "description": BOTH}]}}, [1], [2]),
        ({"type": "object", "additionalProperties": {"type": "integer", "title": BOTH}}, {"a": 1}, {"a": "x"}),
        ({"anyOf": [{"format": "money", "title": BOTH}, {"type": "null"}]}, None, "x"),
        ({"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}, {"title": "t"}, {}),
    ],
)
def test_texts_in_two_languages_may_stand_anywhere(field: dict[str, Any], good: Any, bad: Any) -> None:
    """A field whose parts have titles checks what it would check without them; a property may be called `title`."""
    validator = schema_validator(field)
    assert validator.is_valid(good)
    assert not validator.is_valid(bad)


def test_what_is_no_schema_is_left_as_it_is() -> None:
    """`additionalProperties: false` and the values of an enumeration are no schemas."""
    field = {"additionalProperties": False, "enum": [{"title": "x"}], "oneOf": [True]}
    assert plain_schema(field) == field
