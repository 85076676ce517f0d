"""What a design may be made of: kinds and actions, people, forms, tables, other processes, templates."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel

from designer_api.auth.policy import Caller
from designer_api.deps import Parts
from designer_api.designs import bodies, views
from designer_api.designs.keeping import facts_of
from designer_api.staffing import tenant_library
from waystation.compiler.library import Library
from waystation.contracts.catalog import Catalog
from waystation.contracts.people import Organisation
from waystation.design import gallery as templates
from waystation.design.exact import shown
from waystation.design.node_types import node_types
from waystation.design.per_catalog import once
from waystation.design.role_names import role_name
from waystation.expressions.functions import FUNCTIONS
from waystation.store import definitions, people
from waystation.store.definitions import Version

Words = dict[str, str]
_MOST_PEOPLE = 2_000


class FormParts(BaseModel):
    """The schema of a property form, and hints for how to draw it."""

    schema_: dict[str, Any] = {}
    ui: dict[str, Any] = {}

    model_config = {"alias_generator": lambda name: name.rstrip("_"), "populate_by_name": True}


class Carded(FormParts):
    title: Words
    about: Words
    icon: str
    group: str


class NodeType(Carded):
    kind: str
    exit: str
    answered: bool
    body: str | None
    outcomes: list[str] | None
    new: dict[str, Any]


class ActionType(Carded):
    do: str
    outside: bool
    errors: list[dict[str, str]]
    result: dict[str, Any]


class Group(BaseModel):
    group: str
    title: Words


class NodeTypes(BaseModel):
    kinds: list[NodeType]
    actions: list[ActionType]
    groups: list[Group]
    process: FormParts
    form: FormParts
    table: FormParts


class Named(BaseModel):
    id: str
    name: str


class KnownForm(BaseModel):
    id: str
    title: Any
    fields: dict[str, Any]
    layout: list[Any]


class KnownTable(BaseModel):
    id: str
    inputs: list[str]
    outputs: list[str]


class KnownProcess(BaseModel):
    id: str
    title: Any
    outcomes: list[str] | None
    data: dict[str, Any]


class LibraryView(BaseModel):
    """What a design of this tenant may name."""

    roles: list[str]
    role_titles: dict[str, dict[str, str]]
    groups: list[str]
    users: list[Named]
    forms: list[KnownForm]
    tables: list[KnownTable]
    calendars: list[str]
    templates: list[str]
    processes: list[KnownProcess]
    functions: list[str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    types: NodeTypes
    etag: str


def catalogue(catalog: Catalog) -> Catalogue:
    """The node types, made once, with the mark by which a browser knows them."""
    return once(catalog, _catalogue)


def _catalogue(catalog: Catalog) -> Catalogue:
    made = shown(node_types(catalog))
    return Catalogue(NodeTypes.model_validate(made), f'"{hashlib.sha256(orjson.dumps(made)).hexdigest()[:32]}"')


async def library(held: Parts, caller: Caller) -> LibraryView:
    """What a design of this tenant may name."""
    known = await tenant_library(held, caller.tenant)
    async with held.database.read(caller.tenant) as session:
        organisation = await people.organisation(session)
        published = await definitions.published(session)
    own = await asyncio.to_thread(_titles, published)
    return LibraryView(
        roles=sorted(known.roles or ()),
        role_titles={role: dict(zip(("zh", "en"), role_name(role), strict=True)) for role in sorted(known.roles or ())},
        groups=sorted(known.groups or ()),
        users=_people(organisation),
        forms=[
            KnownForm(id=name, title=form.title, fields=shown(form.fields), layout=shown(list(form.layout)))
            for name, form in known.forms.items()
        ],
        tables=[
            KnownTable(id=name, inputs=[each.name for each in table.inputs], outputs=list(table.outputs))
            for name, table in known.tables.items()
        ],
        calendars=sorted(known.calendars),
        templates=sorted(known.templates or ()),
        processes=_processes(known, own),
        functions=sorted(FUNCTIONS),
    )


def _titles(published: list[Version]) -> dict[str, Any]:
    """The titles of published processes by their ids."""
    return {version.process: facts_of(version.source).title for version in published}


def _people(organisation: Organisation) -> list[Named]:
    working = (person for person in organisation.people.values() if person.active)
    return [
        Named(id=person.id, name=person.name or person.id)
        for person, _ in zip(working, range(_MOST_PEOPLE), strict=False)
    ]


def _processes(known: Library, own: dict[str, Any]) -> list[KnownProcess]:
    found = []
    for name in sorted({*(known.processes or {}), *own}):
        signature = (known.processes or {}).get(name)
        found.append(
            KnownProcess(
                id=name, title=own.get(name) or name, data=shown(signature.data) if signature is not None else {},
                outcomes=list(signature.outcomes) if signature is not None else None,
            )
        )  # fmt: skip
    return found


def gallery() -> bodies.TemplateList:
    return bodies.TemplateList(items=[bodies.TemplateSummary(**_template(each)) for each in templates.templates()])


def one_template(name: str) -> bodies.Template:
    """Raises Refused: `not_found`."""
    found = templates.template(name)
    return bodies.Template(
        **_template(found), text=found.text, scenarios=found.scenarios, layout=found.layout,
        model=views.model_of(found.text),
    )  # fmt: skip


def _template(found: templates.Template) -> dict[str, Any]:
    return {
        "template": found.name,
        "title": found.title,
        "about": found.about,
        "family": found.family,
        "steps": found.steps,
        "tags": list(found.tags),
        "shipped": found.shipped,
    }
