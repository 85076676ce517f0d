"""Example values: of a field by its schema, of a name by its type. The least that the rules take, always the same.

They stand in for data that nobody has given yet, so that an expression can be tried at once. Nothing is drawn by lot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from waystation.expressions import ExpressionError, Type, plain
from workflows.machine.program import schema_validator

_WORD = "示例"
#: Texts for fields with a pattern, the first that fits is taken: a phone, an identity card, a code, a number.
_PATTERNS = ("13800000000", "110101199001011237", "A001", "AB-001", "1", "a@example.com")
_TEXTS = {"duration": "PT1H", "email": "somebody@example.com", "uri": "https://example.com", "time": "09:00:00"}
_PEOPLE = ("member", "members")
_HUNDRED_YUAN = 10_000
_DEEPEST = 6
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Examples:
    """Args:
    at: the moment that dates and times are of, aware.
    person: who stands in fields of people.
    """

    at: datetime
    person: str = ""

    def of_fields(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A value for each field, as JSON; fields for which none is known are left out."""
        found = {name: self.of_schema(schema) for name, schema in fields.items()}
        return {name: value for name, value in found.items() if value is not None}

    def of_schema(self, schema: Any, depth: int = 0) -> Any:
        """A value that a field's schema takes, as JSON; None where none is known."""
        if not isinstance(schema, Mapping) or depth > _DEEPEST:
            return None
        for word in ("const", "default"):
            if schema.get(word) is not None:
                return schema[word]
        if isinstance(schema.get("enum"), list | tuple) and schema["enum"]:
            return schema["enum"][0]
        for word in ("anyOf", "oneOf", "allOf"):
            if isinstance(schema.get(word), list | tuple) and "type" not in schema:
                return next(
                    (got for each in schema[word] if (got := self.of_schema(each, depth + 1)) is not None), None
                )
        return self._of_kind(schema, depth)

    def _of_kind(self, schema: Mapping[str, Any], depth: int) -> Any:
        names = schema.get("type")
        kind = next((name for name in names if name != "null"), None) if isinstance(names, list | tuple) else names
        if schema.get("format") == "money" and kind in (None, "integer"):
            return _number(schema, _HUNDRED_YUAN)
        match kind or _implied(schema):
            case "integer" | "number":
                return _number(schema, 1)
            case "boolean":
                return True
            case "array":
                item = (
                    self.person if schema.get("widget") in _PEOPLE else self.of_schema(schema.get("items"), depth + 1)
                )
                return [] if item in (None, "") else [item]
            case "object":
                properties = schema.get("properties") or {}
                inner = {name: self.of_schema(each, depth + 1) for name, each in properties.items()}
                return {name: value for name, value in inner.items() if value is not None}
            case "string":
                return self._text(schema)
        return None

    def _text(self, schema: Mapping[str, Any]) -> str | None:
        form = str(schema.get("format", ""))
        if form == "date":
            return self.at.date().isoformat()
        if form == "date-time":
            return str(plain(self.at))
        if form in _TEXTS:
            return _TEXTS[form]
        if schema.get("widget") in _PEOPLE and self.person:
            return self.person
        return _fitting(schema)

    def of_type(self, found: Type, depth: int = 0) -> Any:
        """A value of a type, as expressions have it; a name of which nothing is known is an empty map."""
        if found.values:
            return found.values[0]
        match found.kind:
            case "bool":
                return True
            case "int" | "number":
                return 1
            case "string":
                return _WORD
            case "date":
                return self.at.date()
            case "timestamp":
                return self.at
            case "duration":
                return timedelta(hours=1)
            case "list":
                return [self.of_type(found.element, depth + 1)] if depth < _DEEPEST else []
            case "null":
                return None
        fields = found.fields if depth < _DEEPEST else {}
        return {name: self.of_type(each, depth + 1) for name, each in fields.items()}


def _implied(schema: Mapping[str, Any]) -> str:
    if "properties" in schema:
        return "object"
    if "items" in schema:
        return "array"
    return "string" if "format" in schema or "pattern" in schema else ""


def _number(schema: Mapping[str, Any], usual: int) -> Any:
    """The usual number, or the nearest that the limits take."""
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    candidates = [usual, low, high, *(each + 1 for each in (above,) if each is not None)]
    candidates += [each - 1 for each in (below,) if each is not None]
    step = schema.get("multipleOf")
    candidates += [step] if step is not None else []
    return _first_that_fits(schema, [each for each in candidates if each is not None], usual)


def _fitting(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength", _LONGEST)
    length = max(least if isinstance(least, int) else 0, len(_WORD))
    longest = most if isinstance(most, int) else _LONGEST
    word = (_WORD * (min(length, _LONGEST) // len(_WORD) + 1))[: max(min(length, longest), 0)]
    return str(_first_that_fits(schema, [word, *_PATTERNS], word))


def _first_that_fits(schema: Mapping[str, Any], candidates: Iterable[Any], otherwise: Any) -> Any:
    try:
        rules = schema_validator(schema)
        return next((each for each in candidates if rules.is_valid(each)), otherwise)
    except (ValueError, TypeError, ExpressionError):  # a schema that the compiler has a problem with
        return otherwise
