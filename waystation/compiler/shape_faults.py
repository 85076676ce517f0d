"""From what pydantic says about a shape to findings, and from a broken value to as much of it as can be used."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from waystation.compiler.reporting import Report
from waystation.contracts.problems import Path

Model = TypeVar("Model", bound=BaseModel)

_EXPECTED = {
    "string_type": "string",
    "int_type": "integer",
    "int_from_float": "integer",
    "int_parsing": "integer",
    "bool_type": "boolean",
    "bool_parsing": "boolean",
    "list_type": "list",
    "dict_type": "map",
    "model_type": "map",
    "model_attributes_type": "map",
}
_CODES = frozenset(("unknown_key", "bad_type", "bad_id", "bad_duration", "duplicate_key"))
_NOTHING: Mapping[str, Any] = {}
#: So often the rest is read again without what was wrong.
_ROUNDS = 3


def read_shape(
    model: type[Model],
    raw: Any,
    report: Report,
    path: Path,
    *,
    node: str | None = None,
    fallback: Mapping[str, Any] = _NOTHING,
) -> Model | None:
    """The shape of a value; every fault is reported and left out. None where too little remains.

    `fallback` stands in for required keys that are missing or wrong, so that the rest can still be looked at.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        faults = error.errors(include_url=False)
    for fault in faults:
        _report(report, path, fault, node)
    rest = deepcopy(raw)
    for _ in range(_ROUNDS):
        if not isinstance(rest, dict):
            return None
        taken = [_take_out(rest, fault["loc"]) or fault["loc"][0] in fallback for fault in faults]
        if not all(taken):
            return None
        rest = {**fallback, **rest}
        try:
            return model.model_validate(rest)
        except ValidationError as error:
            faults = error.errors(include_url=False)
    return None


def _report(report: Report, path: Path, fault: Any, node: str | None) -> None:
    kind, loc, context = fault["type"], tuple(fault["loc"]), dict(fault.get("ctx") or {})
    where = path + loc
    if loc and loc[-1] == "[key]":
        where = path + loc[:-1]
        report.add(kind if kind in _CODES else "bad_type", where, node=node, key=True, **_plain(context))
    elif kind == "missing":
        report.add("missing_key", where[:-1], node=node, key=True, name=str(loc[-1]))
    elif kind == "unknown_key":
        report.add("unknown_key", where, node=node, key=True, name=context.get("key"), known=context.get("known"))
    elif kind in _CODES:
        report.add(kind, where, node=node, **_plain(context))
    elif kind in _EXPECTED:
        report.add("bad_type", where, node=node, expected=_EXPECTED[kind])
    elif kind in ("literal_error", "enum"):
        known = [word.strip(" '") for word in str(context.get("expected", "")).replace(" or ", ", ").split(",")]
        got = report.value_at(where)
        report.add("bad_type", where, node=node, variant="choice", known=known, got=str(got))
    else:
        sentence = str(fault["msg"])
        report.add("bad_type", where, node=node, variant="what", what=(sentence, sentence))


def _plain(context: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in context.items() if name not in ("message", "key")} | (
        {"name": context["key"]} if "key" in context else {}
    )


def _take_out(tree: Any, loc: tuple[Any, ...]) -> bool:
    """Remove the value at `loc`, or the nearest thing around it that is a map's entry; False if there is none."""
    steps = [part for part in loc if part != "[key]"]
    holders: list[tuple[Any, Any]] = []
    for part in steps:
        if isinstance(tree, dict) and part in tree:
            holders.append((tree, part))
            tree = tree[part]
        elif isinstance(tree, list) and isinstance(part, int) and part < len(tree):
            tree = tree[part]
        elif part == 0 and not isinstance(tree, list):
            continue
        else:
            break
    if not holders:
        return not steps or len(steps) > 1
    holder, key = holders[-1]
    if key in holder:
        del holder[key]
    return True
