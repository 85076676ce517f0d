"""Everything known while one process is compiled: its data, its library, what it has used so far, what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from waystation.compiler.expression_use import Expressions
from waystation.compiler.findings import Write
from waystation.compiler.library import Library, Signature
from waystation.compiler.reporting import Report, value_at
from waystation.compiler.ways import incoming_in
from waystation.contracts.catalog import ActionSpec, Catalog
from waystation.contracts.plan import ActionUse, Fields, Form, Table
from waystation.contracts.problems import Path
from waystation.contracts.work_calendar import WorkCalendar
from waystation.expressions import Type, type_of_schema

if TYPE_CHECKING:
    from waystation.compiler.drafts import Draft

ANY = Type("any")
STRING = Type("string")
#: What `case` has in expressions.
CASE = Type.object_of(
    {
        "id": STRING,
        "key": Type("string", nullable=True),
        "process": STRING,
        "version": ANY,
        "initiator": STRING,
        "started_at": Type("timestamp"),
        "tenant": STRING,
    }
)
#: What `error` has where an error edge leads.
ERROR = Type.object_of({"code": STRING, "title": STRING, "detail": ANY, "node": STRING})


class Compilation:
    """One process while it is compiled.

    `forms` and `tables` hold the local ones over those of the library; the `used_…` collect what the plan embeds.
    """

    def __init__(self, tree: Mapping[str, Any], report: Report, catalog: Catalog, library: Library) -> None:
        self.tree = tree
        self.report = report
        self.catalog = catalog
        self.library = library
        self.expressions = Expressions(report)
        self.writes: list[Write] = []
        self.fields: Fields = {}
        self.data: dict[str, Type] = {}
        self.nodes: dict[str, Draft] = {}
        self.calendar: str | None = None
        self.forms: dict[str, Form] = dict(library.forms)
        self.tables: dict[str, Table] = dict(library.tables)
        self.local_tables: set[str] = set()
        self._incoming: dict[int, dict[str, list[str]]] = {}
        self.used_forms: dict[str, Form] = {}
        self.used_tables: dict[str, Table] = {}
        self.used_calendars: dict[str, WorkCalendar] = {}
        self.used_actions: dict[str, ActionUse] = {}

    def know_data(self, fields: Fields) -> None:
        """Set what a case knows."""
        self.fields = fields
        self.data = {name: type_of_schema(schema) for name, schema in fields.items()}

    def scope(self) -> dict[str, Type]:
        """The names that every expression of the process sees."""
        return {"data": Type.object_of(self.data), "case": CASE, "settings": Type.map_of(ANY)}

    def value_at(self, path: Path) -> Any:
        """What the author wrote there."""
        return value_at(self.tree, path)

    def anywhere(self, name: str) -> Draft | None:
        """A node of any body, by its address or by an id that only one node has."""
        return self._index.get(name)

    @cached_property
    def _index(self) -> dict[str, Draft | None]:
        drafts = list(all_drafts(self.nodes))
        found: dict[str, Draft | None] = {}
        for draft in drafts:
            found[draft.id] = None if draft.id in found else draft
        return {**found, **{draft.address: draft for draft in drafts}}

    def incoming(self, draft: Draft) -> tuple[str, ...]:
        """Ids of the nodes beside this one with an edge to it, in display order."""
        around = self._incoming.get(id(draft.beside))
        if around is None:
            around = self._incoming[id(draft.beside)] = incoming_in(draft.beside)
        return tuple(around.get(draft.id, ()))

    # Looking up, with a problem where there is nothing

    def use_form(self, name: str, path: Path, node: str = "") -> Form | None:
        form = self.forms.get(name)
        if form is None:
            self.report.add("unknown_form", path, node=node or None, name=name, known=self.forms)
        else:
            self.used_forms[name] = form
        return form

    def use_table(self, name: str, path: Path, node: str = "") -> Table | None:
        table = self.tables.get(name)
        if table is None:
            self.report.add("unknown_table", path, node=node or None, name=name, known=self.tables)
        else:
            self.used_tables[name] = table
        return table

    def use_calendar(self, name: str, path: Path, node: str = "") -> str:
        calendar = self.library.calendars.get(name)
        if calendar is None:
            known = list(self.library.calendars)
            self.report.add("unknown_calendar", path, node=node or None, name=name, known=known)
        else:
            self.used_calendars[name] = calendar
        return name

    def use_action(self, name: str, path: Path, node: str = "") -> ActionSpec | None:
        spec = self.catalog.actions.get(name)
        if name in self.library.untyped_actions:
            if spec is not None:
                self.used_actions[name] = ActionUse(outside=spec.outside, computes=spec.computes)
            return None
        if spec is None:
            self.report.add("unknown_action", path, node=node or None, name=name, known=self.catalog.actions)
            return None
        self.used_actions[name] = ActionUse(outside=spec.outside, computes=spec.computes)
        return spec

    def signature(self, name: str, path: Path, node: str = "") -> Signature | None:
        """What is known of another process."""
        processes = self.library.processes
        if processes is None or name == self.tree.get("process"):
            return None
        if name not in processes:
            self.report.add("unknown_process", path, node=node or None, name=name, known=processes)
        return processes.get(name)

    def people(self, way: str) -> frozenset[str] | None:
        """The known roles, groups or users; None where the organisation is not known."""
        known = {"role": self.library.roles, "group": self.library.groups, "user": self.library.users}
        return known[way]

    def know_template(self, name: str, path: Path, node: str = "") -> None:
        known = self.library.templates
        if known is not None and name not in known:
            self.report.add("unknown_template", path, node=node or None, name=name, known=sorted(known))


def all_drafts(members: Mapping[str, Draft]) -> Iterator[Draft]:
    """The nodes of a body and of all bodies inside it."""
    for draft in members.values():
        yield draft
        yield from all_drafts(draft.members)
