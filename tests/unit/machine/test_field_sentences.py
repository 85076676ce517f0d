"""What is wrong with a field is said in Chinese and English, whatever rule of it is broken."""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
import pytest

from waystation.compiler.data_fields import SCHEMA_WORDS
from waystation.contracts.errors import Refused
from workflows.machine.field_sentences import KINDS, REQUIRED, Sentence, sentence
from workflows.machine.forms import bad_form, field_problem
from workflows.machine.program import schema_validator

#: A value that breaks a rule, for every word of a field that is a rule.
BROKEN: dict[str, tuple[dict[str, Any], Any]] = {
    "type": ({"type": ["integer", "null"]}, "x"),
    "enum": ({"enum": ["low", "high"]}, "x"),
    "const": ({"const": 1}, 2),
    "format": ({"type": "string", "format": "date"}, "tomorrow"),
    "minimum": ({"minimum": 3}, 2),
    "maximum": ({"maximum": 3}, 4),
    "exclusiveMinimum": ({"exclusiveMinimum": 3}, 3),
    "exclusiveMaximum": ({"exclusiveMaximum": 3}, 3),
    "multipleOf": ({"multipleOf": 5}, 3),
    "minLength": ({"minLength": 3}, "x"),
    "maxLength": ({"maxLength": 3}, "xxxx"),
    "pattern": ({"pattern": "^[0-9]+$"}, "x"),
    "minItems": ({"minItems": 1}, []),
    "maxItems": ({"maxItems": 1}, [1, 2]),
    "uniqueItems": ({"uniqueItems": True}, [1, 1]),
    "minContains": ({"contains": {"type": "string"}, "minContains": 2}, ["x"]),
    "maxContains": ({"contains": {"type": "string"}, "maxContains": 1}, ["x", "y"]),
    "contains": ({"contains": {"type": "string"}}, [1]),
    "minProperties": ({"minProperties": 1}, {}),
    "maxProperties": ({"maxProperties": 1}, {"a": 1, "b": 2}),
    "required": ({"type": "object", "properties": {"qty": {"type": "object", "required": ["a"]}}}, {"qty": {}}),
    "dependentRequired": ({"dependentRequired": {"a": ["b"]}}, {"a": 1}),
    "dependentSchemas": ({"dependentSchemas": {"a": {"minProperties": 2}}}, {"a": 1}),
    "properties": ({"properties": {"a": {"type": "integer"}}}, {"a": "x"}),
    "patternProperties": ({"patternProperties": {"^a": {"type": "integer"}}}, {"a": "x"}),
    "additionalProperties": ({"properties": {"a": {}}, "additionalProperties": False}, {"b": 1}),
    "propertyNames": ({"propertyNames": {"maxLength": 1}}, {"ab": 1}),
    "items": ({"items": {"type": "integer"}}, [1, "x"]),
    "prefixItems": ({"prefixItems": [{"type": "integer"}]}, ["x"]),
    "allOf": ({"allOf": [{"type": "integer"}]}, "x"),
    "anyOf": ({"anyOf": [{"type": "integer"}, {"const": 1}]}, "x"),
    "oneOf": ({"oneOf": [{"minimum": 1}, {"minimum": 2}]}, 3),
    "not": ({"not": {"type": "string"}}, "x"),
    "if": ({"if": {}, "then": {"type": "integer"}}, "x"),
    "then": ({"if": {}, "then": False}, "x"),
    "else": ({"if": False, "else": {"type": "integer"}}, "x"),
}
#: Words that describe and refuse nothing.
ANNOTATIONS = {
    *("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "nullable"),
    *("contentEncoding", "contentMediaType", "personal"),
}
CHINESE = re.compile("[\u4e00-\u9fff]")


def test_every_rule_of_a_field_is_tried_here() -> None:
    """A word that the compiler learns needs an example here, and so a sentence."""
    assert set(BROKEN) == SCHEMA_WORDS - ANNOTATIONS


@pytest.mark.parametrize("word", sorted(BROKEN))
def test_a_broken_rule_is_said_in_both_languages(word: str) -> None:
    """With a sentence of ours: none of the validator's is passed on."""
    schema, value = BROKEN[word]
    errors = list(schema_validator(schema).iter_errors(value))
    assert errors
    for error in errors:
        said = sentence(error)
        assert CHINESE.search(said.zh)
        assert not CHINESE.search(said.en)
        assert error.message not in (said.en, said.zh)


def test_every_kind_of_error_that_the_validator_knows_has_a_sentence() -> None:
    """Also those that no field can bring about today."""
    names = {"Constant": "const", "OneOfMultipleValid": "oneOf", "OneOfNotValid": "oneOf", "Referencing": "$ref"}
    known = [name for name in vars(jsonschema_rs.ValidationErrorKind) if name[0].isupper()]
    assert len(known) > len(KINDS) / 2
    assert {names.get(name, name[0].lower() + name[1:]) for name in known} <= KINDS


def test_the_place_within_a_list_is_named() -> None:
    """The third row's quantity, not just "the lines"."""
    schema = {"type": "array", "items": {"type": "object", "properties": {"qty": {"type": "integer", "minimum": 1}}}}
    assert field_problem(schema, [{"qty": 1}, {"qty": 0}]) == Sentence(
        "[1].qty: must be 1 or more", "[1].qty：不能小于 1"
    )


def test_a_long_value_is_not_repeated_whole() -> None:
    """Options and patterns are cut: a sentence stays one."""
    found = field_problem({"enum": [str(number) * 50 for number in range(99)]}, "x")
    assert found is not None
    assert len(found.zh) < 350


def test_a_refused_form_has_every_field_in_both_languages() -> None:
    """Its own sentence names the first."""
    refused: Refused = bad_form({"qty": REQUIRED, "sku": Sentence("must be text", "必须是文本")})
    assert (refused.en, refused.zh) == ("qty: is required", "表单有误：qty：必填")
    assert refused.detail == {
        "fields": {"qty": "is required", "sku": "must be text"},
        "fields_zh": {"qty": "必填", "sku": "必须是文本"},
    }
