"""Which fields of a process have a value where an expression is evaluated."""

from __future__ import annotations

from collections.abc import Iterable

from waystation.compiler.body_values import BodyValues
from waystation.compiler.branches import Branches
from waystation.compiler.budget import Budget
from waystation.compiler.effects import Effects, FieldName, Fields
from waystation.compiler.findings import Moment, Read, Unit

#: Work for finding out which branches of a fork may die, in elementary steps.
_MAX_WORK = 200_000


class Assignment:
    """What has a value at each node of a process.

    Attributes:
        fields: those that something reads without a guard and that the start does not certainly give.
        effects: what each node does to them, by address.
        offered: what the start may give.
    """

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        given, offered = _from_start(unit)
        self.fields = Fields(given)
        for read in unit.reads:
            for root, name in self.fields.needs(read.source):
                if root == "local" or name in unit.plan.data:
                    self.fields.add((root, name))
        self.offered = self.fields.bits(offered)
        self.effects: dict[str, Effects] = {}
        if self.fields:
            self._solve()

    def _solve(self) -> None:
        unit = self.unit
        self.effects = {address: Effects(site.node.condition) for address, site in unit.sites.items()}
        for read in unit.reads:
            self._note_read(read)
        self._note_writes()
        self._bodies: dict[str, BodyValues] = {}
        budget = Budget(_MAX_WORK)
        for address in tuple(unit.graphs)[::-1]:
            branches = Branches(unit.graphs[address], budget)
            body = self._bodies[address] = BodyValues(unit, address, self.effects, self.fields, branches)
            if address:
                self._pass_up(address, body)
        self._base: dict[str, tuple[int, int]] = {"": (0, self.offered)}
        for address in unit.graphs:
            if address:
                self._base[address] = self._stand_on(address)

    def _note_read(self, read: Read) -> None:
        effects = self.effects.get(read.node)
        if effects is None or read.moment is not Moment.ENTER:
            return
        needed = self.needed(read)
        if read.path[-1:] == ("if",):
            effects.asked |= needed
        elif read.path[-1:] == ("when",) and "next" in read.path:
            effects.by_condition[read.source] = needed
        else:
            effects.needed |= needed

    def needed(self, read: Read) -> int:
        """Fields without which an expression has no value."""
        return self.fields.bits(self.fields.needs(read.source))

    def _note_writes(self) -> None:
        for write in self.unit.writes:
            effects = self.effects.get(write.node)
            bit = self.fields.bit("local" if write.local else "data", write.name)
            if effects is None or not bit:
                continue
            effects.perhaps |= bit
            saved = "save" in write.path[len(self.unit.sites[write.node].path) :]
            effects.beside_save |= 0 if saved else bit
            if write.certain:
                kind = effects.saved if saved else effects.other
                for outcome in write.outcomes if write.outcomes is not None else (None,):
                    kind[outcome] = kind.get(outcome, 0) | bit

    def _pass_up(self, address: str, body: BodyValues) -> None:
        """A finished body's writes are those of the node around it; of a foreach, which may have no items, perhaps."""
        effects, items = self.effects[address], self.unit.sites[address].node.kind == "foreach"
        inner = body.writes & ~(self.fields.locals if items else 0)
        effects.perhaps |= inner
        effects.beside_save |= inner
        if not items:
            effects.other[None] = effects.other.get(None, 0) | body.leaves

    def _stand_on(self, address: str) -> tuple[int, int]:
        site = self.unit.sites[address]
        certain, perhaps = self.entering(address)
        effects = self.effects[address]
        certain |= effects.needed | effects.asked | self.fields.assured(effects.condition, holds=True)
        if site.node.kind != "foreach":
            return certain, perhaps
        keep = ~self.fields.locals
        # Another item may have come first.
        return certain & keep, (perhaps & keep) | (self._bodies[address].writes & keep)

    def entering(self, address: str) -> tuple[int, int]:
        """Fields that certainly, and that perhaps, have a value when a node is entered."""
        body, vertex = self.place(address)
        certain, perhaps = self._base[body]
        solved = self._bodies[body]
        return certain | solved.certain[vertex], perhaps | solved.perhaps[vertex]

    def place(self, address: str) -> tuple[str, int]:
        """The body and vertex of a node; a race's alternative is where the race is."""
        site = self.unit.sites[address]
        above = self.unit.sites.get(site.parent)
        if above is not None and above.node.kind == "race":
            site = above
        vertex = self.unit.graphs[site.parent].vertex(site.id)
        assert vertex is not None
        return site.parent, vertex

    def knowing(self, read: Read) -> tuple[int, int] | None:
        """Fields that certainly, and that perhaps, have a value where an expression is evaluated; None: not judged."""
        if not read.node:
            if read.moment in (Moment.START, Moment.ENTER):
                return 0, self.offered
            written = self.offered | self._bodies[""].writes
            return written, written
        if self.is_unreachable(read.node):
            return None
        certain, perhaps = self.entering(read.node)
        effects = self.effects[read.node]
        if read.path[-1:] != ("if",):
            certain |= effects.asked | self.fields.assured(effects.condition, holds=True)
        if read.moment is Moment.ENTER:
            return certain | self._failed_before(read), perhaps
        certain |= effects.needed
        if read.moment is not Moment.DONE:
            return certain, perhaps
        certain |= effects.other.get(None, 0)
        if "undo" in read.path:
            return certain | effects.saved.get(None, 0), perhaps | effects.perhaps
        return certain, perhaps | effects.beside_save

    def _failed_before(self, read: Read) -> int:
        """What the conditions before this one of a choice tell by not having held."""
        site = self.unit.sites[read.node]
        if site.node.kind != "choice" or read.path[:-1] not in site.edges:
            return 0
        effects, found = self.effects[read.node], 0
        for edge in site.node.edges[: site.edges.index(read.path[:-1])]:
            if edge.when is not None:
                found |= effects.by_condition.get(edge.when, 0) | self.fields.assured(edge.when, holds=False)
        return found

    def is_unreachable(self, address: str) -> bool:
        """Whether no token comes to the node, or to one around it."""
        while address:
            body, vertex = self.place(address)
            if vertex not in self.unit.graphs[body].reachable:
                return True
            address = body
        return False

    def cause(self, read: Read, bit: int) -> str:
        """Why a field that perhaps has a value where it is read may have none: `start`, `branch`, `later`, `beside`."""
        if self.offered & bit:
            return "start"
        if not read.node:
            return "branch"
        body, vertex = self.place(read.node)
        return "branch" if self._base[body][1] & bit else self._bodies[body].cause(vertex, bit)


def _from_start(unit: Unit) -> tuple[list[FieldName], list[FieldName]]:
    """What the start certainly gives: required fields, defaults, and what a form insists on when it is the only way to
    start. And what it may give: the form's fields, or without one those the author declares; fields that only another
    form brings are not accepted from outside. What a form has in one region only may come with any form."""
    plan, start = unit.plan, unit.plan.start
    given = [name for name, schema in plan.data.items() if name in plan.required or "default" in schema]
    form = plan.forms.get(start.form) if start.form is not None else None
    declared = unit.tree.get("data")
    offered: Iterable[str] = form.fields if form is not None else declared if isinstance(declared, dict) else ()
    sent = (start.message or {}).get("data") or {}
    if form is not None and start.message is None and start.every is None:
        insists = [name for name, each in form.fields.items() if each.get("required") is True]
        given += [name for name in insists if "show_if" not in form.fields[name]]
    regional = [
        name for each in plan.forms.values() for region in each.by_region.values() for name in region.get("add", {})
    ]
    return [("data", name) for name in given], [("data", name) for name in (*offered, *sent, *regional)]
