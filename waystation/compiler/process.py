"""From one process document to its plan: read the shapes, learn the data, lower every node, put the plan together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from waystation.compiler.canonical import settled
from waystation.compiler.compilation import Compilation, all_drafts
from waystation.compiler.correlation import MESSAGE
from waystation.compiler.data_fields import FieldReading
from waystation.compiler.drafts import Draft, Drafting
from waystation.compiler.findings import Moment, Unit, Write
from waystation.compiler.forms import FormReading, data_of
from waystation.compiler.library import Library
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.node_lowering import NodeMaking
from waystation.compiler.process_shapes import AfterEndShape, FormBodyShape, ProcessShape, TableBodyShape, WithdrawShape
from waystation.compiler.reporting import Report
from waystation.compiler.shape_faults import read_shape
from waystation.compiler.tables import TableReading
from waystation.contracts.catalog import Catalog
from waystation.contracts.plan import END, LANGUAGE, Access, Fields, Limits, Plan, Start, Withdraw
from waystation.contracts.problems import Path
from waystation.expressions import type_of_schema

#: Stands in for keys that a process must have, so that the rest of a broken one is looked at.
_FALLBACK: Mapping[str, Any] = {"waystation": LANGUAGE, "process": "unnamed", "nodes": {}}


@dataclass(frozen=True, slots=True)
class Lowered:
    """What lowering gives: the unit for the checks; `whole` says that the graph is all there."""

    unit: Unit
    whole: bool


def lower_process(tree: Mapping[str, Any], report: Report, catalog: Catalog, library: Library) -> Lowered | None:
    """Lower a process document. None where not even its outer shape can be used; every problem is in `report`."""
    shape = read_shape(ProcessShape, tree, report, (), fallback=_FALLBACK)
    if shape is None:
        return None
    return _ProcessLowering(shape, Compilation(tree, report, catalog, library)).lowered()


class _ProcessLowering:
    def __init__(self, shape: ProcessShape, compilation: Compilation) -> None:
        self._shape = shape
        self._compilation = compilation
        self._report = compilation.report

    def lowered(self) -> Lowered:
        shape, compilation = self._shape, self._compilation
        if shape.waystation != LANGUAGE:
            what = (f"语言版本是 {LANGUAGE}", f"the version of the language is {LANGUAGE}")
            self._report.add("bad_type", ("waystation",), variant="what", what=what)
        compilation.nodes = Drafting(self._report, compilation.catalog).nodes(shape.nodes, ("nodes",))
        self._know_data(self._read_forms())
        compilation.calendar = self._calendar()
        making = NodeMaking(compilation)
        lowering = NodeLowering(compilation, None, (), compilation.scope())
        on, on_paths = lowering.boundaries(shape.on)
        for event, path in zip(on, on_paths, strict=True):
            self._target(event.to, path)
        at = self._first()
        body = making.body(compilation.nodes, at, compilation.scope(), shape.on, on)
        start = self._start(lowering, at)
        plan = settled(self._plan(lowering, {"body": body, "start": start, "on": on}))
        unit = Unit(
            file=self._report.source.file,
            process=shape.process,
            plan=plan,
            tree=compilation.tree,
            library=compilation.library,
            catalog=compilation.catalog,
            sites=making.sites,
            reads=tuple(compilation.expressions.reads),
            writes=tuple(compilation.writes),
            boundaries=on_paths,
        )
        return Lowered(unit, whole=not self._report.graph_broken and at in compilation.nodes)

    # Data, forms, tables

    def _read_forms(self) -> dict[str, FormReading]:
        readings: dict[str, FormReading] = {}
        for name, raw in self._shape.forms.items():
            path: Path = ("forms", name)
            form = read_shape(FormBodyShape, raw, self._report, path)
            if form is not None:
                readings[name] = FormReading(form, self._report, path)
        return readings

    def _know_data(self, readings: Mapping[str, FormReading]) -> None:
        """Declared fields, then those of the forms in use; local forms and tables see all of them."""
        compilation = self._compilation
        fields = FieldReading(self._report).fields(self._shape.data, ("data",))
        for name in self._shape.required:
            if name not in self._shape.data and not self._in_start_form(name, readings):
                self._report.add(
                    "unknown_field", ("required", self._shape.required.index(name)), name=name, known=fields
                )
        self._add_form_fields(fields, readings)
        compilation.know_data(fields)
        scope = compilation.scope()
        for name, reading in readings.items():
            compilation.forms[name] = reading.form(compilation.expressions, scope)
        for name, raw in self._shape.tables.items():
            path: Path = ("tables", name)
            table = read_shape(TableBodyShape, raw, self._report, path)
            if table is not None:
                lowered = TableReading(self._report, compilation.expressions, path, fields).table(table, scope)
                compilation.tables[name] = lowered
                compilation.local_tables.add(name)

    def _in_start_form(self, name: str, readings: Mapping[str, FormReading]) -> bool:
        return name in self._form_fields(self._shape.start.form or "", readings)

    def _form_fields(self, name: str, readings: Mapping[str, FormReading]) -> Fields:
        if name in readings:
            return readings[name].all_fields
        form = self._compilation.library.forms.get(name)
        if form is None:
            return {}
        added = (region.get("add", {}) for region in form.by_region.values())
        return {**form.fields, **{field: schema for add in added for field, schema in add.items()}}

    def _add_form_fields(self, fields: Fields, readings: Mapping[str, FormReading]) -> None:
        """A form's fields are stored under the same names, so they are data too, unless they are declared."""
        for place, name in self._forms_in_use():
            for field, schema in data_of(self._form_fields(name, readings)).items():
                known = fields.get(field)
                if known is None:
                    fields[field] = schema
                elif not self._compilation.expressions.fits(type_of_schema(schema), type_of_schema(known)):
                    given, wanted = type_of_schema(schema).named(), type_of_schema(known).named()
                    what = (
                        f"表单 {name} 的字段 {field} 是{given[1]}，而数据是{wanted[1]}",
                        f"field {field} of form {name} is {given[0]}, but the data is {wanted[0]}",
                    )
                    self._report.add("bad_type", place, variant="what", what=what)

    def _forms_in_use(self) -> list[tuple[Path, str]]:
        found: list[tuple[Path, str]] = []
        if self._shape.start.form is not None:
            found.append((("start", "form"), self._shape.start.form))
        for draft in all_drafts(self._compilation.nodes):
            if draft.kind is not None and draft.config is not None and not _inside_item(draft):
                found += [(draft.path + path, use.use) for path, use in draft.kind.forms(draft.config)]
        return found

    # The process's own keys

    def _calendar(self) -> str | None:
        name = self._shape.calendar
        return self._compilation.use_calendar(name, ("calendar",)) if name is not None else None

    def _first(self) -> str:
        nodes = self._compilation.nodes
        at = self._shape.start.at
        if not nodes and self._compilation.tree.get("nodes") == {}:
            self._report.add("missing_key", ("nodes",), key=True, variant="no_nodes", name="nodes")
        if at is None:
            return next(iter(nodes), "")
        if at not in nodes:
            self._report.add("unknown_node", ("start", "at"), name=at, known=nodes)
        return at

    def _target(self, name: str, path: Path) -> None:
        if name != END and name not in self._compilation.nodes:
            self._report.graph_broken = True
            self._report.add("unknown_node", path, name=name, known=chain(self._compilation.nodes, (END,)))

    def _start(self, lowering: NodeLowering, at: str) -> Start:
        shape = self._shape.start
        message = every = None
        if shape.form is not None:
            self._compilation.use_form(shape.form, ("start", "form"))
        if shape.message is not None:
            where = ("start", "message")
            data = {}
            for target, raw in shape.message.data.items():
                if target not in self._compilation.data:
                    known = list(self._compilation.data)
                    lowering.report("unknown_field", *where, "data", target, key=True, name=target, known=known)
                data[target] = lowering.value(raw, *where, "data", target, moment=Moment.EVENT, names=MESSAGE)
            key = lowering.value(shape.message.key, *where, "key", moment=Moment.EVENT, names=MESSAGE)
            message = {"name": shape.message.name, "key": key, "data": data}
        if shape.every is not None:
            every = {"cron": self._cron(shape.every.cron)}
            if shape.every.calendar is not None:
                every["calendar"] = lowering.calendar(shape.every.calendar, "start", "every", "calendar") or ""
        key = lowering.value(shape.key, "start", "key", moment=Moment.START)
        self._note_start()
        return Start(at, shape.form, key, message, every)

    def _cron(self, text: str) -> str:
        from waystation.compiler.cron import cron_fault  # noqa: PLC0415

        fault = cron_fault(text)
        if fault is not None:
            self._report.add("bad_type", ("start", "every", "cron"), variant="what", what=fault)
        return " ".join(text.split())

    def _note_start(self) -> None:
        """What a case has from its start: certainly what is required or has a default, perhaps what may be given."""
        compilation = self._compilation
        form = compilation.forms.get(self._shape.start.form or "")
        for name, schema in compilation.fields.items():
            asked = form.fields.get(name) if form is not None else None
            certain = name in self._shape.required or "default" in schema
            certain = certain or (asked is not None and asked.get("required") is True and "show_if" not in asked)
            compilation.writes.append(Write("", name, ("data", name), certain=certain))

    def _plan(self, lowering: NodeLowering, made: dict[str, Any]) -> Plan:
        shape, compilation = self._shape, self._compilation
        return Plan(
            process=shape.process,
            title=shape.title,
            description=shape.description,
            family=shape.family,
            data=compilation.fields,
            required=tuple(shape.required),
            title_of_case=_title(lowering, shape),
            priority=lowering.priority(shape.priority, "priority"),
            calendar=compilation.calendar,
            timezone=shape.timezone,
            deadline=lowering.deadline(shape.deadline, "deadline"),
            withdraw=_withdraw(shape.withdraw),
            access=Access(
                *(tuple(entries) for entries in (shape.access.start, shape.access.see, shape.access.operate))
            ),
            limits=Limits(shape.limits.steps, shape.limits.depth),
            forms=compilation.used_forms,
            tables=compilation.used_tables,
            calendars=compilation.used_calendars,
            actions=dict(sorted(compilation.used_actions.items())),
            **made,
        )


def _title(lowering: NodeLowering, shape: ProcessShape) -> Any:
    title = shape.title_of_case
    if isinstance(title, dict):
        return {
            locale: lowering.value(text, "title_of_case", locale, moment=Moment.ANY) for locale, text in title.items()
        }
    return lowering.value(title, "title_of_case", moment=Moment.ANY)


def _withdraw(shape: WithdrawShape | None) -> Withdraw | None:
    if shape is None:
        return None
    if isinstance(shape.until, AfterEndShape):
        return Withdraw("after_end", shape.until.after_end)
    return Withdraw(shape.until)


def _inside_item(draft: Draft) -> bool:
    """Whether forms there save to the item's `local` and not to the case's data."""
    owner = draft.owner
    while owner is not None:
        if owner.kind is not None and owner.kind.has_items:
            return True
        owner = owner.owner
    return False
