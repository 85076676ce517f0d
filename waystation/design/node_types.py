"""The catalogue as a designer draws it: for each node kind and action its card, its schema and hints for its form.

All of it is made from the shapes that the compiler checks with, so a kind or an action of another package needs no
code of the designer's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_origin

from waystation.compiler.kinds import Exit, Kind
from waystation.compiler.node_shapes import BodyShape
from waystation.compiler.process_shapes import FormBodyShape, ProcessShape, TableBodyShape
from waystation.contracts.catalog import ActionSpec, Card, Catalog
from waystation.design.form_schemas import form_schema

Json = dict[str, Any]
_ASKED: Json = {"approvers": [{"manager_of": "initiator"}]}
#: What a new node of a kind begins with, where its required keys alone say too little.
_NEW: Mapping[str, Json] = {
    "approval": {**_ASKED, "mode": "any"},
    "task": {"assign": [{"manager_of": "initiator"}]},
    "notify": {"to": ["initiator"], "template": ""},
    "wait": {"for": "1d"},
    "set": {"save": {}},
    "receive": {"message": "", "match": ""},
    "send": {"message": "", "to": "cases"},
    "foreach": {"items": "", "body": {"nodes": {"step": {"kind": "task", "assign": ["initiator"], "next": "end"}}}},
    "scope": {"body": {"nodes": {"step": {"kind": "task", "assign": [{"manager_of": "initiator"}], "next": "end"}}}},
    "race": {"of": {"time": {"kind": "wait", "for": "1d"}}},
}
_GROUPS: Mapping[str, tuple[str, str]] = {
    "people": ("人工", "People"),
    "flow": ("流程", "Flow"),
    "work": ("系统", "System"),
    "data": ("数据", "Data"),
    "time": ("时间", "Time"),
    "messages": ("消息", "Messages"),
    "orders": ("订单", "Orders"),
    "inventory": ("库存", "Inventory"),
    "visits": ("外勤", "Field visits"),
    "tickets": ("工单", "Tickets"),
    "purchasing": ("采购", "Purchasing"),
    "http": ("接口", "HTTP"),
}


def node_types(catalog: Catalog) -> Json:
    """Everything the designer draws palettes and property forms from (docs/designer.md has the shape)."""
    kinds = [_kind(cast("Kind[Any]", kind)) for kind in catalog.kinds.values()]
    actions = [_action(action) for action in catalog.actions.values()]
    groups = dict.fromkeys((*_GROUPS, *(each["group"] for each in (*kinds, *actions))))
    used = {each["group"] for each in (*kinds, *actions)}
    return {
        "kinds": kinds,
        "actions": actions,
        "groups": [
            {"group": name, "title": _both(*_GROUPS.get(name, (name, name)))} for name in groups if name in used
        ],
        "process": form_schema(ProcessShape, drop=("waystation", "process", "nodes", "on", "forms", "tables", "data")),
        "form": form_schema(FormBodyShape),
        "table": form_schema(TableBodyShape),
    }


def new_config(catalog: Catalog, kind: str) -> Json:
    """What a new node of a kind begins with; empty for one that is not installed."""
    found = catalog.kinds.get(kind)
    return _new(cast("Kind[Any]", found)) if found is not None else {}


def _both(zh: str, en: str) -> Json:
    return {"zh": zh, "en": en}


def _card(card: Card) -> Json:
    return {
        "title": _both(card.title_zh, card.title_en),
        "about": _both(card.about_zh, card.about_en),
        "icon": card.icon,
        "group": card.group,
    }


def _kind(kind: Kind[Any]) -> Json:
    body = _body_of(kind)
    drop = ["kind", "next", "on", *([body] if body is not None else [])]
    return {
        "kind": kind.name,
        **_card(kind.card),
        "exit": kind.exit.value,
        "answered": kind.answered,
        "body": body,
        "outcomes": _outcomes(kind),
        **form_schema(kind.Config, drop=drop),
        "new": _new(kind),
    }


def _body_of(kind: Kind[Any]) -> str | None:
    """The key under which nodes stand inside it."""
    fields = kind.Config.model_fields
    if "body" in fields and fields["body"].annotation is BodyShape:
        return "body"
    return "of" if "of" in fields and get_origin(fields["of"].annotation) is dict else None


def _outcomes(kind: Kind[Any]) -> list[str] | None:
    """The outcomes of a new node; None where they depend on what it names."""
    if kind.exit is not Exit.OUTCOMES:
        return None
    try:
        found = kind.outcomes(kind.Config.model_construct(), cast("Any", None))
    except (AttributeError, TypeError, KeyError):
        return None
    return list(found.names) if found.names is not None else None


def _new(kind: Kind[Any]) -> Json:
    if kind.name in _NEW:
        return dict(_NEW[kind.name])
    made = form_schema(kind.Config, drop=("kind", "next", "on"))["schema"]
    properties: Json = made.get("properties", {})
    return {name: _empty(properties.get(name, {})) for name in made.get("required", ())}


def _empty(schema: Json) -> Any:
    sort = schema.get("type")
    first = sort[0] if isinstance(sort, list) else sort
    return {"array": [], "object": {}, "integer": 1, "number": 1, "boolean": False}.get(str(first), "")


def _action(action: ActionSpec) -> Json:
    result = form_schema(action.gives)["schema"] if action.gives is not None else {}
    return {
        "do": action.name,
        **_card(action.card),
        "outside": action.outside,
        "errors": [{"code": each.code, "zh": each.zh, "en": each.en, "kind": each.kind} for each in action.errors],
        **form_schema(action.takes, expressions=True),
        "result": result,
    }
