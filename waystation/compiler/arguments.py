"""The arguments of an action or a called process against what it takes (`bad_with`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from waystation.compiler.library import Signature
from waystation.contracts.catalog import ActionSpec
from waystation.contracts.problems import Path
from waystation.expressions import Type, type_of_schema
from waystation.expressions.types import fits

if TYPE_CHECKING:
    from waystation.compiler.lowering import NodeLowering


def check_arguments(
    lowering: NodeLowering,
    action: str,
    spec: ActionSpec,
    args: Mapping[str, Any],
    types: Mapping[str, Type],
    path: Path,
) -> None:
    """Report unknown, missing and unfitting arguments of an action."""
    fields = _fields(spec.takes)
    for name, raw in args.items():
        if name not in fields:
            lowering.report(
                "bad_with", *path, name, key=True, variant="unknown", name=name, known=fields, action=action
            )
        elif _has_expression(raw):
            _check_type(lowering, name, types[name], fields[name][1], (*path, name))
        else:
            _check_literal(lowering, spec.takes, name, raw, (*path, name))
    missing = [name for name, (required, _) in fields.items() if required and name not in args]
    if missing:
        lowering.report("bad_with", *path, key=True, variant="missing", missing=missing, action=action)


def check_call(
    lowering: NodeLowering, process: str, signature: Signature, types: Mapping[str, Type], path: Path
) -> None:
    """Report unknown, missing and unfitting data of a called process."""
    known = {name: type_of_schema(schema) for name, schema in signature.data.items()}
    for name, found in types.items():
        if name not in known:
            lowering.report(
                "bad_with", *path, name, key=True, variant="unknown", name=name, known=known, action=process
            )
        else:
            _check_type(lowering, name, found, known[name], (*path, name))
    missing = [name for name in signature.required if name not in types]
    if missing:
        lowering.report("bad_with", *path, key=True, variant="missing", missing=missing, action=process)


def result_type(model: type[BaseModel] | None) -> Type:
    """The type of an action's result: an object that has the fields of its model and no others."""
    if model is None:
        return Type.object_of({})
    return _closed(model)


@lru_cache(maxsize=512)
def _closed(model: type[BaseModel]) -> Type:
    found = type_of_schema(model.model_json_schema(mode="serialization", by_alias=True))
    extra = model.model_config.get("extra") == "allow"
    return Type.object_of(found.fields, open=extra) if found.kind == "object" else found


@lru_cache(maxsize=512)
def _fields(model: type[BaseModel]) -> dict[str, tuple[bool, Type]]:
    """Name as written -> whether it is required, and its type."""
    schema = model.model_json_schema(mode="validation", by_alias=True)
    types = type_of_schema(schema)
    return {
        info.alias or name: (info.is_required(), types.fields.get(info.alias or name, Type("any")))
        for name, info in model.model_fields.items()
    }


@lru_cache(maxsize=2048)
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    info = next(info for field, info in model.model_fields.items() if (info.alias or field) == name)
    kind: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    return TypeAdapter(kind)


def _check_literal(lowering: NodeLowering, model: type[BaseModel], name: str, raw: Any, path: Path) -> None:
    try:
        _adapter(model, name).validate_python(raw)
    except ValidationError as error:
        for fault in error.errors(include_url=False)[:3]:
            sentence = str(fault["msg"])
            where = [part for part in fault["loc"] if isinstance(part, (str, int))]
            lowering.report("bad_with", *path, *where, variant="value", name=name, reason=(sentence, sentence))


def _check_type(lowering: NodeLowering, name: str, found: Type, wanted: Type, path: Path) -> None:
    if not fits(found, wanted):
        (en, zh), (wanted_en, wanted_zh) = found.named(), wanted.named()
        reason = (f"需要{wanted_zh}，而不是{zh}", f"{wanted_en} is needed, not {en}")
        lowering.report("bad_with", *path, variant="value", name=name, reason=reason)


def _has_expression(raw: Any) -> bool:
    if isinstance(raw, str):
        return "${" in raw
    if isinstance(raw, dict):
        return any(_has_expression(each) for each in raw.values())
    return isinstance(raw, list) and any(_has_expression(each) for each in raw)
