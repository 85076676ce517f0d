"""The shapes that authors' text may have: the base of every pydantic model of the language, and its small types.

A shape only says what may stand where and turns shorthands into the long form. What names mean, whether expressions are
right and what a default resolves to is decided afterwards. Errors carry the code of the problem as their type, and
what the sentences of that code need as their context.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from waystation.contracts.durations import parse_duration

IDENTIFIER = r"[a-z][a-z0-9_]*"
_IDENTIFIER = re.compile(rf"{IDENTIFIER}\Z")
_FIELD = re.compile(r"[^\W\d]\w*\Z")
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*\Z")
_PERCENT = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?%\Z")
_DISTANCE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?\s*(km|m)\Z")
_WHO = re.compile(r"(role|user|group):(.+)\Z", re.DOTALL)


class Shape(BaseModel):
    """Base of every shape: unknown keys are refused and named together with the keys that are known."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @model_validator(mode="wrap")
    @classmethod
    def _name_unknown_keys(cls, data: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(data)
        except ValidationError as error:
            raise ValidationError.from_exception_data(
                cls.__name__, [_located(cls, detail) for detail in error.errors(include_url=False)]
            ) from None

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """Every key an author may write here."""
        return tuple(info.alias or name for name, info in cls.model_fields.items())


def _located(shape: type[Shape], detail: Any) -> InitErrorDetails:
    kind, loc, context = detail["type"], detail["loc"], dict(detail.get("ctx") or {})
    if kind == "extra_forbidden" and len(loc) == 1:
        context = {"key": str(loc[0]), "known": list(shape.keys())}
        return {"type": PydanticCustomError("unknown_key", "unknown key", context), "loc": loc, "input": None}
    if kind in ("missing", "extra_forbidden"):
        return {"type": kind, "loc": loc, "input": None}
    custom = PydanticCustomError(kind, "{message}", {**context, "message": detail["msg"]})
    return {"type": custom, "loc": loc, "input": None}


def wrong(expected: str, **more: Any) -> PydanticCustomError:
    """The error for a value of the wrong kind; `expected` is a word of `waystation.compiler.messages.EXPECTED`."""
    return PydanticCustomError("bad_type", "expected {expected}", {"expected": expected, **more})


def choice_of(known: Sequence[str], got: str) -> PydanticCustomError:
    """The error for a value that is none of the possible ones."""
    return PydanticCustomError("bad_type", "choice", {"variant": "choice", "known": list(known), "got": got})


def _leaf(check: Callable[[Any], Any], schema: dict[str, Any]) -> Any:
    return (PlainValidator(check), WithJsonSchema(schema))


# Small types


def _identifier(value: Any) -> str:
    if not isinstance(value, str):
        raise wrong("identifier")
    if not _IDENTIFIER.match(value):
        raise PydanticCustomError("bad_id", "bad id", {"id": value})
    return value


def _field_name(value: Any) -> str:
    if not isinstance(value, str) or not _FIELD.match(value):
        raise PydanticCustomError("bad_id", "bad field name", {"id": str(value), "variant": "field"})
    return value


def _target(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise wrong("node")
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong("name")
    return value


def _text(value: Any) -> str | dict[str, str]:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and value and all(isinstance(text, str) for text in value.values()):
        return value
    raise wrong("text")


def _condition(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str) or not value.strip():
        raise wrong("condition")
    return value


def _expression(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong("expression")
    return value


def is_identifier(text: str) -> bool:
    """Whether a text may be the id of a node, form or process."""
    return bool(_IDENTIFIER.match(text))


def is_template(value: Any) -> bool:
    """Whether a value is a text that holds an expression."""
    return isinstance(value, str) and "${" in value


def _duration(value: Any) -> str:
    """A duration text in its canonical form; one with an expression stays as it is."""
    if not isinstance(value, str):
        raise PydanticCustomError("bad_duration", "not a duration", {"text": str(value), "reason": ""})
    return value if is_template(value) else _fixed_duration(value)


def _fixed_duration(value: Any) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("bad_duration", "not a duration", {"text": str(value), "reason": ""})
    try:
        return _canonical_duration(value)[0]
    except ValueError as error:
        raise PydanticCustomError("bad_duration", "not a duration", {"text": value, "reason": str(error)}) from None


@lru_cache(maxsize=1024)
def _canonical_duration(text: str) -> tuple[str, bool]:
    duration = parse_duration(text)
    return str(duration), duration.needs_calendar


def needs_calendar(text: str) -> bool:
    """Whether a duration means nothing without a working calendar. Raises ValueError for a text that is none."""
    return _canonical_duration(text)[1]


def _seconds(value: Any) -> float:
    """A length on the wall clock in seconds: for what a machine waits, where no calendar makes sense."""
    text = _fixed_duration(value)
    duration = parse_duration(text)
    if duration.needs_calendar:
        raise PydanticCustomError("bad_duration", "not wall clock", {"text": text, "variant": "wall", "reason": ""})
    return float(duration.seconds)


def _percent_or_duration(value: Any) -> str:
    if isinstance(value, str) and _PERCENT.match(value.strip()):
        return value.strip()
    return _fixed_duration(value)


def _distance(value: Any) -> str:
    if not isinstance(value, str) or not _DISTANCE.match(value.strip()):
        raise wrong("distance")
    return value.strip().replace(" ", "")


def _timezone(value: Any) -> str:
    if not isinstance(value, str) or value not in _timezones():
        raise wrong("timezone")
    return value


def _timezones() -> set[str]:
    if not _KNOWN_TIMEZONES:
        _KNOWN_TIMEZONES.update(available_timezones())
    return _KNOWN_TIMEZONES


_KNOWN_TIMEZONES: set[str] = set()


def _who(value: Any) -> str:
    """`role:x`, or `{role: x}` as in a rule of an approval."""
    if isinstance(value, dict) and len(value) == 1:
        value = ":".join(str(part) for part in (*value.keys(), *value.values()))
    if not isinstance(value, str) or not _WHO.match(value):
        raise wrong("access")
    return value


def _number_or_expression(value: Any) -> Any:
    if is_template(value) or (isinstance(value, (int, Decimal)) and not isinstance(value, bool)):
        return value
    raise wrong("number")


def _save_target(value: Any) -> str:
    if not isinstance(value, str) or not _DOTTED.match(value):
        raise PydanticCustomError("bad_id", "bad field name", {"id": str(value), "variant": "field"})
    return value


_WHO_SCHEMA = {
    "anyOf": [
        {"type": "string", "pattern": "^(role|user|group):.+"},
        {
            "type": "object",
            "propertyNames": {"enum": ["role", "user", "group"]},
            "additionalProperties": {"type": "string"},
            "minProperties": 1,
            "maxProperties": 1,
        },
    ]
}
Id = Annotated[str, *_leaf(_identifier, {"type": "string", "pattern": f"^{IDENTIFIER}$"})]
FieldName = Annotated[str, *_leaf(_field_name, {"type": "string", "pattern": r"^[^\W\d]\w*$"})]
Target = Annotated[str, *_leaf(_target, {"type": "string", "minLength": 1})]
NameText = Annotated[str, *_leaf(_name, {"type": "string", "minLength": 1})]
Text = Annotated[
    str | dict[str, str],
    *_leaf(_text, {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}),
]
Condition = Annotated[str, *_leaf(_condition, {"type": ["string", "boolean"]})]
Expression = Annotated[str, *_leaf(_expression, {"type": "string", "minLength": 1})]
DurationText = Annotated[str, *_leaf(_duration, {"type": "string", "examples": ["90s", "2h", "3d", "2 workdays"]})]
FixedDuration = Annotated[str, *_leaf(_fixed_duration, {"type": "string", "examples": ["90s", "2h", "3d"]})]
Seconds = Annotated[float, *_leaf(_seconds, {"type": "string", "examples": ["1s", "5m"]})]
StepTime = Annotated[str, *_leaf(_percent_or_duration, {"type": "string", "examples": ["75%", "100%", "1d"]})]
Distance = Annotated[str, *_leaf(_distance, {"type": "string", "examples": ["3km", "500m"]})]
Timezone = Annotated[str, *_leaf(_timezone, {"type": "string", "examples": ["Asia/Shanghai"]})]
Who = Annotated[str, *_leaf(_who, _WHO_SCHEMA)]
NumberValue = Annotated[Any, *_leaf(_number_or_expression, {"type": ["number", "string"]})]
SaveTarget = Annotated[str, *_leaf(_save_target, {"type": "string"})]
#: Any JSON; texts in it may hold expressions.
JsonValue = Annotated[Any, WithJsonSchema({})]
Save = dict[SaveTarget, JsonValue]
Arguments = dict[str, JsonValue]


# Shorthands


@dataclass(frozen=True)
class Expand:
    """A shorthand: `expand` makes the long form; `also` is the JSON Schema of the short one."""

    expand: Callable[[Any], Any]
    also: Callable[[JsonSchemaValue], JsonSchemaValue]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.expand, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        full = handler(schema)
        return {"anyOf": [full, self.also(full)]}


def short(key: str, *types: type) -> Expand:
    """A plain value (a text, unless `types` says otherwise) stands for a map with one key."""
    kinds = types or (str,)
    names = [_JSON_NAMES[kind] for kind in kinds]
    return Expand(lambda value: {key: value} if type(value) in kinds else value, lambda _: {"type": names})


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: {} if each is None else each for key, each in value.items()}
    if not isinstance(value, list) or not all(type(key) is str for key in value):
        return value
    listed: dict[str, dict[str, Any]] = {}
    for key in value:
        if key in listed:
            raise PydanticCustomError("duplicate_key", "twice", {"key": key, "variant": "listed"})
        listed[key] = {}
    return listed


_JSON_NAMES: dict[type, str] = {str: "string", bool: "boolean", int: "integer", list: "array", dict: "object"}
#: A single entry stands for a list of one.
OneOrMany = Expand(
    lambda value: value if isinstance(value, list) or value is None else [value], lambda many: many.get("items", {})
)
#: A list of ids stands for a map of ids to nothing; `id:` with nothing behind it says nothing more of it.
ListedIds = Expand(_listed, lambda _: {"type": "array", "items": {"type": "string"}})


def about(zh: str, en: str, **more: Any) -> Any:
    """A pydantic field with its description in both languages. `default=…` or `alias=…` as usual."""
    return Field(description=f"{en} {zh}", json_schema_extra={"x-zh": zh, "x-en": en}, **more)
