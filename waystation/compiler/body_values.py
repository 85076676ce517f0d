"""Which fields have a value at each node of one body: certainly, on every way, or perhaps, on some way or beside it.

A body is solved by itself, from nothing. Nothing takes a value away again, so what the node around it knows is simply
added. A read without a guard counts like a write for what follows: whoever passed it had the value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

from waystation.compiler.branches import Branches, is_conditional
from waystation.compiler.budget import OutOfBounds
from waystation.compiler.digraph import components, reach
from waystation.compiler.effects import Effects, Fields
from waystation.compiler.findings import Site, Unit
from waystation.compiler.graph import BodyGraph
from waystation.contracts.plan import Edge

#: Rounds after which a body that has not settled is taken as it is: too much seems certain, so doubts are not said.
_MAX_ROUNDS = 40


class Flow(NamedTuple):
    """A way a token goes, and the fields that certainly have a value when it goes there."""

    source: int
    brings: int


class BodyValues:
    """One body solved by itself, from nothing.

    Attributes:
        certain, perhaps: by vertex, the fields that have a value on entering it.
        writes: all that the body may write; leaves: what certainly has a value when it is done.
    """

    def __init__(
        self, unit: Unit, address: str, effects: Mapping[str, Effects], fields: Fields, branches: Branches
    ) -> None:
        self.graph: BodyGraph = unit.graphs[address]
        self.sites = [unit.site(address, name) for name in self.graph.ids]
        self._unit = unit
        self._effects = effects
        self._fields = fields
        self._writes_of = [self._perhaps(site) for site in self.sites]
        self.writes = reduce(or_, self._writes_of, 0)
        self.perhaps = self._solve_perhaps()
        self._flows_into = self._all_flows()
        self.certain = self._solve_certain(branches)
        self.leaves = self._leaves()

    def _alternatives(self, site: Site) -> tuple[Site, ...]:
        return self._unit.children(site.address) if site.node.kind == "race" else ()

    def _perhaps(self, site: Site) -> int:
        sites = (site, *self._alternatives(site))
        return reduce(or_, (self._effects[each.address].perhaps for each in sites), 0)

    # Perhaps

    def _solve_perhaps(self) -> list[int]:
        """What any node before may have written, also in an earlier round, and any node beside."""
        graph, parts = self.graph, components(self.graph.successors)
        writes = [*self._writes_of, 0, 0]
        behind = [0] * len(writes)
        for part in parts:
            below = reduce(or_, (behind[target] | writes[target] for at in part for target in graph.successors[at]), 0)
            for at in part:
                behind[at] = below
        brings = [each | (behind[at] if self._opens(at) else 0) for at, each in enumerate(writes)]
        before = [0] * len(writes)
        for part in reversed(parts):
            found = reduce(or_, (before[at] for at in part), 0)
            if len(part) > 1 or part[0] in graph.successors[part[0]]:
                found = reduce(or_, (brings[at] for at in part), found)
            for at in part:
                before[at] = found
                for target in graph.successors[at]:
                    before[target] |= found | brings[at]
        return before

    def _opens(self, vertex: int) -> bool:
        """Whether several tokens may be on their way behind a vertex."""
        if vertex >= self.graph.end:
            return vertex == self.graph.top and bool(self.graph.events)
        return self.graph.nodes[vertex].kind == "fork" or any(way.beside for way, _ in self.graph.ways[vertex])

    def cause(self, vertex: int, bit: int) -> str:
        """Why a field that something writes may yet have no value here: written on some ways (`branch`), only in a
        later round (`later`), or only by a branch beside (`beside`)."""
        leading = reach(self.graph.predecessors, [vertex])
        first_time = reach(self.graph.successors, [self.graph.top], closed=[vertex])
        writers = {at for at, writes in enumerate(self._writes_of) if writes & bit and at in leading}
        if not writers.isdisjoint(first_time):
            return "branch"
        return "later" if writers else "beside"

    # Certainly

    def _all_flows(self) -> list[list[Flow]]:
        """The flows into each vertex."""
        entering: list[list[Flow]] = [[] for _ in self.graph.successors]
        for first in self.graph.successors[self.graph.top]:
            entering[first].append(Flow(self.graph.top, 0))
        for vertex, site in enumerate(self.sites):
            for target, brings in self._ways(site):
                if target is not None:
                    entering[target].append(Flow(vertex, brings))
        return entering

    def _ways(self, site: Site) -> Iterator[tuple[int | None, int]]:
        """Targets of a node's edges and events. Events bring nothing: the node was not done."""
        for each in (site, *self._alternatives(site)):
            effects = self._effects[each.address]
            failed = 0
            for edge in each.node.edges:
                needed = effects.by_condition.get(edge.when, 0) if edge.when is not None else 0
                held = self._fields.assured(edge.when, holds=True)
                yield self.graph.vertex(edge.to), self._brings(edge, effects) | needed | held | failed
                if each.node.kind == "choice":
                    failed |= needed | self._fields.assured(edge.when, holds=False)
            for event in each.node.on:
                yield self.graph.vertex(event.to), 0

    def _brings(self, edge: Edge, effects: Effects) -> int:
        done = effects.asked | effects.needed | effects.certain(edge.outcome)
        if effects.condition is None:
            return done
        if edge.outcome == "skipped":
            return effects.asked | self._fields.assured(effects.condition, holds=False)
        if edge.outcome is None and edge.when is None:
            return effects.asked
        return done | self._fields.assured(effects.condition, holds=True)

    def _solve_certain(self, branches: Branches) -> list[int]:
        """The meet over all ways; a join that waits for all has what each of its branches brings."""
        order = [vertex for vertex in self.graph.dominators.order if vertex != self.graph.top]
        grouped = {join: groups for join in self.graph.joins if (groups := self._groups(join, branches))}
        known: list[int | None] = [None] * len(self.graph.successors)
        known[self.graph.top] = 0
        for _ in range(_MAX_ROUNDS):
            settled = True
            for vertex in order:
                meets = [self._meet(flows, known) for flows in grouped.get(vertex, (self._flows_into[vertex],))]
                found = [each for each in meets if each is not None]
                value = reduce(or_, found) if found else None
                if value != known[vertex]:
                    known[vertex], settled = value, False
            if settled:
                break
        return [each or 0 for each in known]

    def _meet(self, flows: Iterable[Flow], known: list[int | None]) -> int | None:
        values = [state | flow.brings for flow in flows if (state := known[flow.source]) is not None]
        return reduce(and_, values) if values else None

    def _groups(self, join: int, branches: Branches) -> list[list[Flow]]:
        """The flows into a join, by what must have come before it fires; empty where any one of them is enough."""
        params, fork = self.graph.nodes[join].params, self.graph.joins[join]
        if params.get("count") == "edge":
            return [[flow] for flow in self._flows_into[join]]
        counts_all = params.get("need", "all") == "all" and params.get("count", "branch") == "branch"
        if not counts_all or fork is None or is_conditional(self.graph, fork):
            return []
        try:
            dying = {branch.edge.to for branch in branches.towards(fork, join) if branch.dies}
        except OutOfBounds:
            return []
        return self._by_branch(join, fork, {self.graph.vertex(name) for name in dying})

    def _by_branch(self, join: int, fork: int, dying: set[int | None]) -> list[list[Flow]]:
        dominators = self.graph.dominators
        firsts = {self.graph.vertex(edge.to) for edge in self.graph.nodes[fork].edges}
        own: dict[int, list[Flow]] = {}
        shared: list[Flow] = []
        for flow in self._flows_into[join]:
            if flow.source == fork:
                continue  # a branch without nodes brings nothing that the others do not
            if not dominators.dominates(fork, flow.source):
                shared.append(flow)
                continue
            first = dominators.child_towards(fork, flow.source)
            (own.setdefault(first, []) if first in firsts else shared).append(flow)
        return [[*flows, *shared] for first, flows in own.items() if first not in dying]

    def _leaves(self) -> int:
        quiet = [at for at in self.graph.ends if at == self.graph.end or not self.graph.nodes[at].params.get("error")]
        quiet = [at for at in quiet if self.graph.dominators.reaches(at)]
        return reduce(and_, (self.certain[vertex] for vertex in quiet)) if quiet else 0
