"""Static types of expressions, and the type that a JSON Schema gives to a value.

A type says what a value is when it is there: that a field may be absent is not part of its type. `any` stands for
whatever is not known, and is compatible with everything, so the checker reports only what is certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from waystation.expressions.limits import MAX_DATA_DEPTH
from waystation.expressions.values import KIND_NAMES


@dataclass(frozen=True, slots=True)
class Type:
    """One type.

    Attributes:
        kind: any, null, bool, int, number, string, date, timestamp, duration, list, map or object.
        item: of a list its elements (null for the empty list, which then takes the type of what it is joined with),
            of a map its values, of an open object its other fields; None: any.
        fields: of an object, by name.
        open: whether an object may have other fields.
        nullable: whether null is one of the values.
        values: of an enumeration all that the value can be, else empty.
    """

    kind: str
    item: Type | None = None
    fields: Mapping[str, Type] = field(default_factory=dict)
    open: bool = False
    nullable: bool = False
    values: tuple[Any, ...] = ()

    @staticmethod
    def list_of(item: Type) -> Type:
        return Type("list", item)

    @staticmethod
    def map_of(value: Type) -> Type:
        return Type("map", value)

    @staticmethod
    def object_of(fields: Mapping[str, Type], *, open: bool = False) -> Type:  # noqa: A002 - the word of the attribute
        return Type("object", fields=dict(fields), open=open)

    @property
    def is_any(self) -> bool:
        return self.kind == "any"

    @property
    def element(self) -> Type:
        """What a list holds, or a macro over a map sees (its keys)."""
        if self.kind == "list":
            return self.item if self.item and self.item.kind != "null" else ANY
        return STRING if self.kind in ("map", "object") else ANY

    def field_type(self, name: str) -> Type | None:
        """The type of a field; None when there is certainly no such field."""
        if self.kind == "map":
            return self.item or ANY
        if self.kind != "object":
            return ANY if self.is_any else None
        return self.fields.get(name) or ((self.item or ANY) if self.open else None)

    def named(self) -> tuple[str, str]:
        """What the type is called, in English and Chinese."""
        en, zh = KIND_NAMES[self.kind]
        if self.kind == "list" and self.item and not self.item.is_any:
            item_en, item_zh = self.item.named()
            return f"list of {item_en}", f"{item_zh}的列表"
        return en, zh


ANY = Type("any")
NULL = Type("null", nullable=True)
BOOL = Type("bool")
INT = Type("int")
NUMBER = Type("number")
STRING = Type("string")
DATE = Type("date")
TIMESTAMP = Type("timestamp")
DURATION = Type("duration")
LIST = Type("list")
MAP = Type("map")

_NUMERIC = ("int", "number")
_SHAPED = ("map", "object")
_JSON_TYPES = {"boolean": BOOL, "integer": INT, "number": NUMBER, "string": STRING, "null": NULL}
_FORMATS = {"date": DATE, "date-time": TIMESTAMP, "duration": DURATION}


def join(types: Iterable[Type]) -> Type:
    """The narrowest type that covers all of them."""
    found: Type | None = None
    for each in types:
        found = each if found is None else _join_two(found, each)
    return found or ANY


def _join_two(left: Type, right: Type) -> Type:
    if left == right:
        return left
    if left.kind == "null" or right.kind == "null":
        other = right if left.kind == "null" else left
        return replace(other, nullable=True)
    nullable = left.nullable or right.nullable
    if left.kind in _NUMERIC and right.kind in _NUMERIC:
        return Type("int" if left.kind == right.kind else "number", nullable=nullable)
    if left.kind == right.kind == "list":
        return Type("list", _join_two(left.item or ANY, right.item or ANY), nullable=nullable)
    if left.kind in _SHAPED and right.kind in _SHAPED:
        return _join_shapes(left, right, nullable=nullable)
    if left.kind != right.kind:
        return ANY
    values = tuple(dict.fromkeys((*left.values, *right.values))) if left.values and right.values else ()
    return Type(left.kind, nullable=nullable, values=values)


def _join_shapes(left: Type, right: Type, *, nullable: bool) -> Type:
    if "map" in (left.kind, right.kind):
        return Type("map", ANY, nullable=nullable)
    names = (*left.fields, *(name for name in right.fields if name not in left.fields))
    fields = {name: _join_two(left.fields.get(name, ANY), right.fields.get(name, ANY)) for name in names}
    return Type("object", ANY, fields, open=left.open or right.open, nullable=nullable)


def fits(given: Type, wanted: Type) -> bool:
    """Whether a value of `given` may be one of `wanted`. False only when it certainly is not."""
    if given.is_any or wanted.is_any:
        return True
    if given.kind in _NUMERIC and wanted.kind in _NUMERIC:
        return True
    if given.kind in _SHAPED and wanted.kind in _SHAPED:
        return True
    if given.kind == wanted.kind == "list":
        items = (given.item or ANY, wanted.item or ANY)
        return "null" in (items[0].kind, items[1].kind) or fits(*items)
    return given.kind == wanted.kind


def comparable(left: Type, right: Type) -> bool:
    """Whether two values may be equal at all, null aside."""
    return left.kind == "null" or right.kind == "null" or fits(left, right)


def type_of_schema(schema: Any) -> Type:
    """The type of the values that a JSON Schema (2020-12) admits; what it does not say is `any`.

    `$ref` within the schema is followed. Schemas that are true, empty or not understood give `any`.
    """
    return _schema_type(schema, schema, 0)


def _schema_type(schema: Any, root: Any, depth: int) -> Type:
    if not isinstance(schema, Mapping) or depth > MAX_DATA_DEPTH:
        return ANY
    if "$ref" in schema:
        return _schema_type(referred(schema["$ref"], root), root, depth + 1)
    for word in ("anyOf", "oneOf"):
        if isinstance(schema.get(word), list) and "type" not in schema:
            return join(_schema_type(part, root, depth + 1) for part in schema[word])
    if isinstance(schema.get("allOf"), list) and "type" not in schema and "properties" not in schema:
        known = [part for part in (_schema_type(each, root, depth + 1) for each in schema["allOf"]) if not part.is_any]
        return known[0] if known else ANY
    return _plain_schema_type(schema, root, depth)


def _plain_schema_type(schema: Mapping[str, Any], root: Any, depth: int) -> Type:
    if "const" in schema:
        return _of_values((schema["const"],))
    if isinstance(schema.get("enum"), list):
        return _of_values(tuple(schema["enum"]))
    names = schema.get("type", _implied(schema))
    several = names if isinstance(names, list) else [names]
    found = join(_named_schema_type(name, schema, root, depth) for name in several)
    return replace(found, nullable=True) if schema.get("nullable") is True and not found.is_any else found


def _implied(schema: Mapping[str, Any]) -> str:
    """The type of a schema that does not say it, from the words it uses."""
    if "properties" in schema:
        return "object"
    if "items" in schema:
        return "array"
    if schema.get("format") == "money":
        return "integer"
    return "string" if schema.get("format") in _FORMATS else ""


def _named_schema_type(name: Any, schema: Mapping[str, Any], root: Any, depth: int) -> Type:
    if name == "object":
        return _object_type(schema, root, depth)
    if name == "array":
        items = schema.get("items")
        return Type("list", _schema_type(items, root, depth + 1) if items is not None else None)
    if name == "string":
        return _FORMATS.get(str(schema.get("format")), STRING)
    return _JSON_TYPES.get(str(name), ANY)


def _object_type(schema: Mapping[str, Any], root: Any, depth: int) -> Type:
    extra = schema.get("additionalProperties", True)
    other = _schema_type(extra, root, depth + 1) if isinstance(extra, Mapping) else None
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        closed = extra is False and "patternProperties" not in schema
        return Type("object") if closed else Type("map", other)
    fields = {str(name): _schema_type(part, root, depth + 1) for name, part in properties.items()}
    # An author who lists properties means these; more are read only where the schema says so itself.
    is_open = ("additionalProperties" in schema and extra is not False) or "patternProperties" in schema or not fields
    return Type("object", other, fields, open=is_open)


def _of_values(values: tuple[Any, ...]) -> Type:
    kinds = {bool: BOOL, int: INT, float: NUMBER, str: STRING}
    given = tuple(value for value in values if value is not None)
    found = join(kinds.get(type(value), ANY) for value in given) if given else NULL
    listed = given if found.kind in ("string", "int") else ()
    return replace(found, values=listed, nullable=len(given) < len(values))


def referred(reference: Any, root: Any) -> Any:
    """What a `#/…` reference points to; None for any other."""
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    found = root
    for part in reference[1:].split("/")[1:]:
        if not isinstance(found, Mapping):
            return None
        found = found.get(part.replace("~1", "/").replace("~0", "~"))
    return found
