"""What an expression sees where it stands: the type of each name, and a value for it out of a sample.

The names are those that the compiler checks with and the machine gives (language.md section 3). A sample is JSON:
`data`, and whatever else is known. A name that it lacks gets an example of its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waystation.compiler import Unit
from waystation.compiler.compilation import CASE
from waystation.compiler.correlation import MESSAGE
from waystation.compiler.forms import data_of
from waystation.contracts.errors import Refused
from waystation.design.examples import Examples
from waystation.expressions import Type, plain, type_of_schema, typed
from workflows.machine.run import nested

_ANY, _INT, _TEXT = Type("any"), Type("int"), Type("string")
#: Names beside those of the node, by a key of the path to the expression.
_AT_KEY: Mapping[str, Mapping[str, Type]] = {
    "match": MESSAGE,
    "need": {"arrived": _INT, "total": _INT},
    "collect": {"results": Type.list_of(Type.map_of(_ANY))},
}
_STARTED = {"properties": {"started_at": {"format": "date-time"}}}
_MAPS = ("data", "case", "settings", "form")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: in a node (its address), at a dotted path of its config, or inside a form."""

    node: str = ""
    field: str = ""
    form: str = ""


def scope_at(unit: Unit, place: Place) -> dict[str, Type]:
    """The type of each name that an expression there may read. A node that is not there sees what the process sees."""
    site = unit.sites.get(place.node)
    scope = dict(site.scope) if site is not None and not place.form else process_scope(unit)
    keys = place.field.split(".")
    if site is not None and keys[0] in ("save", "undo"):
        scope.update(site.own)
    for key in keys:
        scope.update(_AT_KEY.get(key, {}))
    if place.form:
        types = {name: type_of_schema(field) for name, field in data_of(fields_of(unit, place.form)).items()}
        scope.update(form=Type.object_of(types), actor=_TEXT)
    return scope


def process_scope(unit: Unit) -> dict[str, Type]:
    """What every expression of a process sees."""
    fields = {name: type_of_schema(schema) for name, schema in unit.plan.data.items()}
    return {"data": Type.object_of(fields), "case": CASE, "settings": Type.map_of(_ANY)}


def fields_of(unit: Unit, form: str) -> dict[str, Any]:
    """The fields of a form of the process or of the library; of one that nothing uses, as they are written."""
    found = unit.plan.forms.get(form) or unit.library.forms.get(form)
    if found is not None:
        return dict(found.fields)
    forms = unit.tree.get("forms")
    body = forms.get(form) if isinstance(forms, Mapping) else None
    fields = body.get("fields") if isinstance(body, Mapping) else None
    return {str(name): field for name, field in (fields or {}).items() if isinstance(field, Mapping)}


def case_of(unit: Unit, examples: Examples) -> dict[str, Any]:
    """What `case` is where nothing is said of it."""
    return {
        "id": "sample", "key": None, "process": unit.process, "version": 1, "initiator": examples.person,
        "started_at": plain(examples.at), "tenant": "",
    }  # fmt: skip


def names_in(unit: Unit, place: Place, sample: Mapping[str, Any], examples: Examples) -> dict[str, Any]:
    """A value for each name in scope there, typed as the machine has them.

    Raises:
        Refused: `bad_sample`, a name that must be a map is not one.
        ExpressionError: the sample is nested too deeply, or has numbers that are none.
    """
    require_maps(sample)
    return {name: _value(unit, place, name, found, sample, examples) for name, found in scope_at(unit, place).items()}


def _value(unit: Unit, place: Place, name: str, found: Type, sample: Mapping[str, Any], examples: Examples) -> Any:
    if name == "data":
        fields = unit.plan.data
        return {key: typed(fields.get(key, {}), value) for key, value in sample.get("data", {}).items()}
    if name == "case":
        return typed(_STARTED, {**case_of(unit, examples), **sample.get("case", {})})
    if name == "settings":
        return typed({}, nested(sample.get("settings", {})))
    if name == "form" and place.form and "form" not in sample:
        return _form(unit, place.form, sample.get("data", {}), examples)
    if name not in sample:
        return examples.of_type(found)
    fields = data_of(fields_of(unit, place.form)) if name == "form" and place.form else _form_of(unit, place.node)
    return typed({"properties": fields} if name == "form" else {}, sample[name])


def _form(unit: Unit, form: str, data: Mapping[str, Any], examples: Examples) -> dict[str, Any]:
    """A form as it stands once the data has come from it; one that none of the data is from is filled with examples."""
    fields = fields_of(unit, form)
    given = {name: data[name] for name in fields if name in data} or examples.of_fields(fields)
    rules = data_of(fields)
    return {name: typed(rules.get(name, {}), value) for name, value in given.items()}


def _form_of(unit: Unit, node: str) -> dict[str, Any]:
    """The fields of the form that a node's people fill in."""
    site = unit.sites.get(node)
    use = site.node.params.get("form") if site is not None else None
    return data_of(fields_of(unit, str(use["name"]))) if isinstance(use, Mapping) and "name" in use else {}


def require_maps(sample: Mapping[str, Any]) -> None:
    """Raises Refused: `bad_sample`."""
    for name in _MAPS:
        if not isinstance(sample.get(name, {}), dict):
            raise Refused(
                "bad_sample", f"`{name}` of the sample must be an object", f"示例数据的 {name} 必须是对象（{{…}}）",
                {"path": [name]},
            )  # fmt: skip
