"""A shape as the JSON Schema of a property form: without what only a compiler needs, with titles in both languages.

What pydantic says of `Optional` and of shorthands makes unusable forms: null branches go, a shorthand stands under
`x-short` beside the long form, and which widget suits a property is said by name in the UI schema.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from pydantic import BaseModel

from waystation.compiler.schema import FormSchemaGenerator
from waystation.compiler.shapes import Shape
from waystation.design.field_words import words_of

Json = dict[str, Any]
#: Property -> widget, wherever it stands; a schema that tells more goes before it.
_WIDGETS = {
    "approvers": "approvers",
    "assign": "approvers",
    "save": "save",
    "collect": "save",
    "with": "arguments",
    "deadline": "deadline",
    "do": "action",
    "calendar": "calendar",
    "process": "process",
    "table": "table",
    "template": "template",
    "same_as": "node",
    "cancels": "node",
    "role": "role",
    "notify": "notice",
    "required": "data_field",
    "if": "condition",
    "when": "condition",
    "open_while": "condition",
    "pause_when": "condition",
    "need": "expression",
    "items": "expression",
    "match": "expression",
    "key": "expression",
    "near": "expression",
    "skill": "expression",
    "expr": "expression",
    "until": "expression",
    "start": "json",
}
_TEXT = {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}
_FIRST = ("title", "approvers", "assign", "do", "with", "form", "to", "template", "for", "until", "message", "match")
_CLAUSE = re.compile(r"[：:；;。（(]|\.(?:\s|$)")


def form_schema(model: type[BaseModel], *, drop: Collection[str] = (), expressions: bool = False) -> Json:
    """`{"schema": …, "ui": …}` of a shape.

    Args:
        drop: keys that the designer shows elsewhere.
        expressions: any value may be an expression instead (arguments of actions).
    """
    whole = model.model_json_schema(schema_generator=FormSchemaGenerator)
    defs: Json = {name: _clean(found) for name, found in whole.pop("$defs", {}).items()}
    schema = _clean(whole)
    properties: Json = {name: each for name, each in schema.get("properties", {}).items() if name not in drop}
    schema["properties"] = properties
    schema["required"] = [name for name in schema.get("required", ()) if name not in drop]
    schema.pop("title", None)
    used = _used(schema, defs)
    if used:
        schema["$defs"] = {name: defs[name] for name in defs if name in used}
    if expressions:
        schema["x-expressions"] = True
    return {"schema": schema, "ui": _ui(properties, is_shape=issubclass(model, Shape))}


def _ui(properties: Json, *, is_shape: bool) -> Json:
    ui: Json = {}
    for name, schema in properties.items():
        widget = _widget(name, schema) if is_shape else None
        if widget is not None:
            ui[name] = {"ui:widget": widget}
    first = [name for name in _FIRST if name in properties]
    return {"ui:order": [*first, "*"], **ui}


def _widget(name: str, schema: Json) -> str | None:
    if schema.get("x-widget"):
        return str(schema.pop("x-widget"))
    if name in _WIDGETS:
        return _WIDGETS[name]
    if name == "form":
        return "form_use" if "$ref" in schema else "form"
    if "90s" in schema.get("examples", ()):
        return "duration"
    if name == "to" and schema.get("type") == "array":
        return "approvers"
    known = {"type", "anyOf", "$ref", "enum", "const", "allOf", "oneOf"}
    return None if known & schema.keys() else "expression"


def _clean(schema: Any) -> Any:
    """The same without null branches and shorthands, with titles in both languages."""
    if isinstance(schema, list):
        return [_clean(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _clean(value) for key, value in schema.items() if key not in ("properties", "patternProperties")}
    for key in ("properties", "patternProperties"):
        if key in schema:
            found[key] = {name: _named(name, _clean(each)) for name, each in schema[key].items()}
    if found.get("default", 0) is None:
        del found["default"]
    return _without_branches(found)


def _without_branches(schema: Json) -> Json:
    branches = schema.get("anyOf")
    if not isinstance(branches, list):
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    if branches == _TEXT["anyOf"]:
        return {**schema, "x-widget": "text"}
    kept = [each for each in branches if each.get("type") != "null"]
    main = kept[0] if kept else {}
    long_form = "$ref" in main or main.get("type") in ("array", "object")
    if len(kept) == 1:
        return {**main, **rest}
    if len(kept) == 2 and long_form:
        return {**main, **rest, "x-short": kept[1]}
    return {**rest, "anyOf": kept}


def _named(name: str, schema: Json) -> Json:
    zh, en = schema.pop("x-zh", ""), schema.pop("x-en", "")
    if not zh:
        zh, en = words_of(name)
        about = schema.get("description", "")
        schema["x-i18n"] = {"title": {"zh": zh, "en": en}, "description": {"zh": "", "en": about}}
    else:
        titles = {"zh": _CLAUSE.split(zh)[0].strip(), "en": _CLAUSE.split(en)[0].strip()}
        schema["x-i18n"] = {"title": titles, "description": {"zh": zh, "en": en}}
        schema["description"] = zh
    schema["title"] = schema["x-i18n"]["title"]["zh"]
    return schema


def _used(schema: Any, defs: Json) -> set[str]:
    found: set[str] = set()
    todo = [schema]
    while todo:
        each = todo.pop()
        if isinstance(each, list):
            todo += each
        elif isinstance(each, dict):
            name = str(each.get("$ref", "")).removeprefix("#/$defs/")
            if name in defs and name not in found:
                found.add(name)
                todo.append(defs[name])
            todo += each.values()
    return found
