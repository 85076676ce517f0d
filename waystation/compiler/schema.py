"""The JSON Schema of the language, made from the shapes: for editors, and for programs that write processes.

It says what may stand where; names, expressions and graphs are checked by the compiler only. One schema covers all
kinds of files: a file is what its top keys say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from waystation.compiler.kinds import Kind
from waystation.compiler.process_shapes import FormBodyShape, FormShape, ProcessShape, TableBodyShape, TableShape
from waystation.contracts.catalog import Catalog

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEFS = "#/$defs/"


def language_schema(catalog: Catalog) -> dict[str, Any]:
    """The schema of process, form and table files, with the node kinds and actions of a catalogue."""
    kinds = {name: cast("Kind[Any]", kind) for name, kind in catalog.kinds.items()}
    models: list[type[BaseModel]] = [ProcessShape, FormShape, TableShape, FormBodyShape, TableBodyShape]
    models += [kind.Config for kind in kinds.values()]
    _, whole = models_json_schema([(model, "validation") for model in models], schema_generator=FormSchemaGenerator)
    defs: dict[str, Any] = whole["$defs"]
    for kind in kinds.values():
        _name_kind(defs[kind.Config.__name__], kind)
    _name_actions(defs, catalog)
    defs["Node"] = {"oneOf": [{"$ref": _DEFS + kind.Config.__name__} for kind in kinds.values()], **_BY_KIND}
    nodes = {"type": "object", "additionalProperties": {"$ref": _DEFS + "Node"}}
    for shape in defs.values():
        if str(shape.get("title", "")).endswith(("Shape", "Config")):
            del shape["title"]  # Python's name for it, which says nothing to an author
    for name in ("ProcessShape", "BodyShape"):
        _describe(defs[name]["properties"], "nodes", nodes)
    if "RaceConfig" in defs:
        _describe(defs["RaceConfig"]["properties"], "of", nodes)
    local = (("forms", "FormBodyShape"), ("tables", "TableBodyShape"))
    for key, definition in local:
        _describe(defs["ProcessShape"]["properties"], key, {"additionalProperties": {"$ref": _DEFS + definition}})
    return {
        "$schema": _DIALECT,
        "title": "Waystation 驿站",
        "description": "Processes, forms and decision tables. 流程、表单与决策表。",
        "anyOf": [
            {"required": [key], "$ref": f"{_DEFS}{name}"}
            for key, name in (("process", "ProcessShape"), ("form", "FormShape"), ("table", "TableShape"))
        ],
        "$defs": dict(sorted(defs.items())),
    }


_BY_KIND: dict[str, Any] = {"required": ["kind"]}


class FormSchemaGenerator(GenerateJsonSchema):
    """Without the titles that pydantic makes from Python's names, and without defaults that are not JSON."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, BaseModel):
            return dft.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return super().encode_default(dft)


def _name_kind(schema: dict[str, Any], kind: Kind[Any]) -> None:
    schema["title"] = f"{kind.card.title_en} {kind.card.title_zh}"
    schema["description"] = f"{kind.card.about_en} {kind.card.about_zh}"
    schema["properties"]["kind"] = {"const": kind.name, "description": schema["properties"]["kind"]["description"]}


def _name_actions(defs: dict[str, Any], catalog: Catalog) -> None:
    """The actions there are, as suggestions: a scenario may use others."""
    names = [
        {"const": name, "description": f"{action.card.title_en} {action.card.title_zh}"}
        for name, action in catalog.actions.items()
    ]
    for shape in ("ActionConfig", "UndoShape"):
        if names and shape in defs:
            _describe(defs[shape]["properties"], "do", {"anyOf": [*names, {"type": "string"}]})


def _describe(properties: dict[str, Any], name: str, schema: dict[str, Any]) -> None:
    """Put another schema in place of a property's, keeping what describes it."""
    kept: Iterable[str] = ("description", "x-zh", "x-en")
    properties[name] = {**schema, **{key: properties[name][key] for key in kept if key in properties[name]}}
