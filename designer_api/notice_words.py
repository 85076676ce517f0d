"""A person's notices in words: the texts of the templates that mail and chat use, in both languages.

Values pass the veil, and are opened as the reader may see them, before a text is made of them: a text tells nobody more
than the fields would. People and nodes are named as users know them, not by their ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from activities.notifications.templates import LOCALES, Rendered, Template, load_template, render
from designer_api import schemas
from designer_api.auth.policy import Caller
from designer_api.code_words import CHANNELS, Said, said_of
from designer_api.deps import Parts
from designer_api.opening import opened_for
from designer_api.views import may_see, shown, task_id
from waystation.contracts.catalog import Catalog
from waystation.contracts.errors import WaystationError
from waystation.contracts.plan import Body, Plan
from waystation.post import UNDELIVERED
from waystation.sealing.envelopes import envelopes_in
from waystation.store import cases, organisation, tasks
from waystation.store.exact_json import plain
from waystation.store.session import TenantSession
from waystation.store.tables.cases import NoticeRow

#: Values that name a person by the id.
_PEOPLE = ("by", "to")


@dataclass(frozen=True, slots=True)
class _Known:
    """What notices of a page are about: plans by case, cases that the reader may see, his open tasks, names."""

    plans: Mapping[str, Plan]
    readable: frozenset[str]
    tasks: frozenset[tuple[str, str]]
    names: Mapping[str, str]


async def told(held: Parts, caller: Caller, rows: Sequence[NoticeRow]) -> list[schemas.Notice]:
    """Notices as their reader sees them."""
    given: list[Any] = [shown(plain(row.body.get("values"))) for row in rows]
    if any(True for _ in envelopes_in(given)):
        given = await opened_for(held.database, caller, given, "GET /notices")
    values: list[dict[str, Any]] = [dict(each) if isinstance(each, Mapping) else {} for each in given]
    async with held.database.read(caller.tenant) as session:
        known = await _known(held, session, caller, rows, values)
    return [_view(row, each, known, held.catalog) for row, each in zip(rows, values, strict=True)]


async def _known(
    held: Parts, session: TenantSession, caller: Caller, rows: Sequence[NoticeRow], values: Sequence[Mapping[str, Any]]
) -> _Known:
    plans: dict[str, Plan] = {}
    readable: set[str] = set()
    for case_id in sorted({row.case_id for row in rows if row.case_id}):
        case = await cases.case(session, case_id)
        if case is None:
            continue
        plans[case_id] = (await held.gateway.program(session, case.plan_hash)).plan
        if await may_see(held, session, caller, case):
            readable.add(case_id)
    asked = await tasks.open_at(session, caller.person, sorted(readable)) if readable else set()
    people = {str(each[name]) for each in values for name in _PEOPLE if each.get(name)}
    names = {}
    for person in sorted(people):
        stored = await organisation.person(session, person)
        names[person] = stored.record.name if stored is not None and stored.record.name else person
    return _Known(plans, frozenset(readable), frozenset(asked), names)


def _view(row: NoticeRow, values: dict[str, Any], known: _Known, catalog: Catalog) -> schemas.Notice:
    template = template_of(row.template)
    in_words = _in_words(row, values, known, catalog)
    zh, en = (_rendered(row.template, template, in_words, locale) for locale in LOCALES)
    asked = (row.case_id, row.path) in known.tasks
    return schemas.Notice(
        id=row.notice, case=row.case_id, task=task_id(row.case_id, row.path) if asked else None,
        readable=row.case_id in known.readable, template=row.template, title=Said(zh=zh.subject, en=en.subject),
        text=Said(zh=zh.body, en=en.body), urgent=row.priority == 1 or (template and template.severity) == "urgent",
        values=values, at=row.at, read=row.read_at is not None,
    )  # fmt: skip


def template_of(name: str) -> Template | None:
    """A template that may have been taken away since."""
    try:
        return load_template(name)
    except WaystationError:
        return None


def _rendered(name: str, template: Template | None, values: Mapping[str, Any], locale: str) -> Rendered:
    return Rendered(subject=name, body="") if template is None else render(template, values, locale=locale)


def _in_words(row: NoticeRow, values: dict[str, Any], known: _Known, catalog: Catalog) -> dict[str, Any]:
    """Values with names in the place of ids. Texts may be in both languages: each rendering takes its own."""
    found = values | {name: known.names.get(str(values[name]), values[name]) for name in _PEOPLE if values.get(name)}
    plan = known.plans.get(row.case_id)
    if plan is not None:
        found["node"] = node_title(plan, row.path) or values.get("node")
        found["case_title"] = values.get("case_title") or plan.title or plan.process
    return found | _of_undelivered(values, catalog) if row.template == UNDELIVERED else found


def _of_undelivered(values: Mapping[str, Any], catalog: Catalog) -> dict[str, Any]:
    """By which way, why, and what could not be sent, by their names."""
    found: dict[str, Any] = {}
    if (name := CHANNELS.get(str(values.get("channel")))) is not None:
        found["channel"] = dict(zip(LOCALES, name, strict=True))
    if (said := said_of(str(values.get("code")), catalog)) is not None:
        found["code"] = said.model_dump()
    if (template := template_of(str(values.get("about")))) is not None:
        found["about"] = dict(template.title)
    return found


def node_title(plan: Plan, path: str) -> Any:
    """What the node of a visit path is called; empty where it has no title."""
    body: Body | None = plan.body
    node = None
    for part in path.split("/") if path else ():
        node = body.nodes.get(part.split("#")[0].split("[")[0]) if body is not None else None
        body = node.body if node is not None else None
    return node.title if node is not None else ""
