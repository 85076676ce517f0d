"""Fields of data and forms: JSON Schema (2020-12) by field, checked word by word and against the meta-schema.

Only words that validate or describe are known. References are not: a schema that reaches outside its file would make
the same text mean different things on different days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any

import jsonschema_rs
import re2

from waystation.compiler.reporting import Report
from waystation.contracts.plan import Fields
from waystation.contracts.problems import Path
from waystation.sealing.personal import KINDS, WORD, read_personal

_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "dependentSchemas")
_SINGLE = ("items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else")
_PLAIN = (
    *("type", "enum", "const", "default", "format", "title", "description", "examples", "deprecated", "readOnly"),
    *(
        "writeOnly",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
    ),
    *("pattern", "minItems", "maxItems", "uniqueItems", "minContains", "maxContains", "minProperties", "maxProperties"),
    *(WORD, "required", "dependentRequired", "contentEncoding", "contentMediaType", "nullable"),
)
SCHEMA_WORDS = frozenset((*_LISTS, *_MAPS, *_SINGLE, *_PLAIN))
#: What a form's field may have besides.
FORM_WORDS = frozenset(
    (
        *("widget", "show_if", "required", "value", "options_from", "max", "min", "max_size", "accept", "placeholder"),
        *("help", "rows", "unit", "options", "capture", "watermark", "datum", "scan"),
    )
)
_TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
_TEXTS = ("title", "description")
_OWN_EXTENSION = "x-"


class FieldReading:
    """Reads fields at one place of a document."""

    def __init__(self, report: Report, *, extra: frozenset[str] = frozenset(), node: str | None = None) -> None:
        self._report = report
        self._extra = extra
        self._node = node
        self._broken = False

    def fields(self, raw: Mapping[str, Any], path: Path) -> Fields:
        """All fields that are schemas, normalised; what is wrong is reported."""
        return {name: field for name, each in raw.items() if (field := self.field(each, (*path, name))) is not None}

    def field(self, raw: Any, path: Path) -> dict[str, Any] | None:
        """One field; None where it is none."""
        if not isinstance(raw, dict):
            self._say("bad_type", path, expected="schema")
            return None
        self._broken = False
        self._walk(raw, path, self._extra)
        field = _with_money(raw)
        if not self._broken:
            self._check_schema(field, path)
        return {} if self._broken else field

    def _say(self, code: str, path: Path, *, key: bool = False, variant: str = "", **args: Any) -> None:
        self._broken = True
        self._report.add(code, path, node=self._node, key=key, variant=variant, **args)

    def _walk(self, schema: Mapping[str, Any], path: Path, extra: frozenset[str] = frozenset()) -> None:
        for word, value in schema.items():
            if word in extra and word != "items":
                continue
            if word not in SCHEMA_WORDS and not word.startswith(_OWN_EXTENSION):
                known = sorted(SCHEMA_WORDS | extra)
                self._say("unknown_key", (*path, word), key=True, name=word, known=known)
            elif word in _LISTS:
                self._each(enumerate(value) if isinstance(value, list) else (), (*path, word))
            elif word in _MAPS:
                self._each(value.items() if isinstance(value, dict) else (), (*path, word))
            elif word in _SINGLE and isinstance(value, dict):
                self._walk(value, (*path, word), extra)
            elif word == "type":
                self._check_types(value, (*path, word))
            elif word == WORD and read_personal(value) is None:
                self._say("bad_type", (*path, word), variant="choice", known=["true", *KINDS], got=str(value))
            elif word == "pattern" and isinstance(value, str):
                self._check_pattern(value, (*path, word))
            elif (
                word == "format"
                and value == "money"
                and schema.get("type", "integer") not in ("integer", ["integer", "null"])
            ):
                what = ("money 以分为单位，类型是 integer", "money counts minor units: its type is integer")
                self._say("bad_type", (*path, word), variant="what", what=what)

    def _each(self, parts: Iterable[tuple[Any, Any]], path: Path) -> None:
        for key, part in parts:
            if isinstance(part, dict):
                self._walk(part, (*path, key), self._extra)

    def _check_types(self, value: Any, path: Path) -> None:
        for name in value if isinstance(value, list) else [value]:
            if not isinstance(name, str) or name not in _TYPES:
                self._say("bad_type", path, variant="choice", known=list(_TYPES), got=str(name))

    def _check_pattern(self, pattern: str, path: Path) -> None:
        reason = _pattern_fault(pattern)
        if reason is not None:
            self._say("bad_type", path, variant="what", what=(f"正则表达式有误：{reason}", f"not a pattern: {reason}"))

    def _check_schema(self, field: Mapping[str, Any], path: Path) -> None:
        schema = schema_of(field)
        faults = [(fault.instance_path, fault.message) for fault in islice(_META.iter_errors(schema), _MOST_FAULTS)]
        for inner, sentence in faults:
            shown = sentence[:_LONGEST_SENTENCE]
            self._say("bad_type", (*path, *inner), variant="what", what=(shown, shown))
        if not faults and "default" in schema:
            self._check_default(schema, path)

    def _check_default(self, schema: dict[str, Any], path: Path) -> None:
        # Patterns are matched in linear time: a default must not be able to stop the compiler.
        try:
            validator = jsonschema_rs.Draft202012Validator(schema, offline=True, pattern_options=_LINEAR)
            faults = list(islice(validator.iter_errors(schema["default"]), 1))
        except jsonschema_rs.ValidationError as error:
            faults = [error]  # a pattern that is too large to be matched
        for fault in faults:
            shown = fault.message[:_LONGEST_SENTENCE]
            what = (f"默认值不符合定义：{shown}", f"the default breaks the field: {shown}")
            self._say("bad_type", (*path, "default"), variant="what", what=what)


_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_META = jsonschema_rs.Draft202012Validator({"$schema": _DIALECT, "$ref": _DIALECT}, offline=True)
_LARGEST_PATTERN = 1 << 20  # bytes, once compiled
_LINEAR = jsonschema_rs.RegexOptions(size_limit=_LARGEST_PATTERN, dfa_size_limit=_LARGEST_PATTERN)
_MOST_FAULTS = 5
_LONGEST_SENTENCE = 200


@lru_cache(maxsize=1024)
def _pattern_fault(pattern: str) -> str | None:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        return str(error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0])
    return None


def _with_money(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Money without a type is an integer (分), at any depth."""
    found = {"type": "integer", **raw} if raw.get("format") == "money" and "type" not in raw else dict(raw)
    for word in ("items", "additionalProperties"):
        if isinstance(found.get(word), dict):
            found[word] = _with_money(found[word])
    inner = found.get("properties")
    if isinstance(inner, dict):
        found["properties"] = {k: _with_money(part) if isinstance(part, dict) else part for k, part in inner.items()}
    return found


def schema_of(field: Any) -> Any:
    """The JSON Schema of a field: without the words of forms, with texts in one language and plain numbers."""
    if isinstance(field, list):
        return [schema_of(each) for each in field]
    if isinstance(field, Decimal):
        return int(field) if field == field.to_integral_value() and abs(field) < 1 << 53 else float(field)
    if not isinstance(field, dict):
        return field
    found: dict[str, Any] = {}
    for word, value in field.items():
        if word in ("nullable", WORD) or word in _TEXTS:
            continue
        if word in ("enum", "const", "default", "examples"):
            found[word] = _plain(value)
        elif word in _MAPS and isinstance(value, dict):
            found[word] = {name: schema_of(part) for name, part in value.items()}
        elif word == "required":
            if isinstance(value, list):
                found[word] = value
        elif word in SCHEMA_WORDS:
            found[word] = schema_of(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return schema_of(value) if isinstance(value, Decimal) else value
