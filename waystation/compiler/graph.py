"""The graph of one body: where tokens go, what lies on every way to a node, and which fork each join closes.

Vertices are the body's nodes in display order, then one for `end` and one above all entries (the first node and the
targets of the body's own boundary events). A race is one vertex: its alternatives' edges are its own. A node of a
body inside is no vertex here; what leaves that body does so by the edges and boundary events of the node around it.
Names that are not there are left out: whoever resolves names speaks of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from waystation.compiler.digraph import Dominators, reach, reverse
from waystation.contracts.plan import END, Body, Boundary, Edge, Node


class Exit(NamedTuple):
    """One way out of a node. `event` is the boundary event that takes it, None for the node's own edges."""

    to: str
    edge: Edge | None = None
    event: Boundary | None = None

    @property
    def beside(self) -> bool:
        """Whether the token that goes here is a new one and the node stays open."""
        return self.event is not None and not self.event.interrupt


def exits(node: Node) -> list[Exit]:
    """Every way a token leaves a node: its edges, its boundary events, and those of a race's alternatives."""
    found = [Exit(edge.to, edge) for edge in node.edges]
    if node.on:
        found += [Exit(event.to, None, event) for event in node.on]
    if node.kind == "race" and node.body is not None:
        for alternative in node.body.nodes.values():
            found += exits(alternative)
    return found


class BodyGraph:
    """A body as numbered vertices.

    Attributes:
        ids: id of each vertex that is a node.
        nodes: the nodes, by vertex.
        ways: the exits of each node, in document order, with the vertex each leads to.
        successors: the same without repetition, for every vertex.
        dangling: nodes with an exit to a name that is not there.
    """

    def __init__(self, body: Body, events: Iterable[Boundary] = ()) -> None:
        """`events` are the boundary events of the whole case, for the outermost body."""
        self.ids = tuple(body.nodes)
        self.nodes: tuple[Node, ...] = tuple(body.nodes.values())
        self._vertices = {name: vertex for vertex, name in enumerate(self.ids)}
        self.end = len(self.ids)
        self.top = self.end + 1
        self.dangling: set[int] = set()
        self.ways: list[list[tuple[Exit, int]]] = [self._ways(at, node) for at, node in enumerate(self.nodes)]
        self.entry = self.vertex(body.at)
        self.events = [(event, target) for event in events if (target := self.vertex(event.to)) is not None]
        entries = [target for target in (self.entry, *(target for _, target in self.events)) if target is not None]
        self.successors = [list(dict.fromkeys([target for _, target in ways])) for ways in self.ways]
        self.successors += [[], list(dict.fromkeys(entries))]

    def _ways(self, vertex: int, node: Node) -> list[tuple[Exit, int]]:
        ways = []
        for way in exits(node):
            target = self.vertex(way.to)
            if target is None:
                self.dangling.add(vertex)
            else:
                ways.append((way, target))
        return ways

    def vertex(self, name: str) -> int | None:
        """The vertex of a node id or of `end`; None for an unknown name."""
        return self._vertices.get(name, self.end if name == END else None)

    @cached_property
    def predecessors(self) -> list[list[int]]:
        return reverse(self.successors)

    @cached_property
    def dominators(self) -> Dominators:
        return Dominators(self.successors, self.top)

    @cached_property
    def quiet_dominators(self) -> Dominators:
        """The same as if no boundary event ever came."""
        quiet = [[target for way, target in ways if way.edge is not None] for ways in self.ways]
        return Dominators([*quiet, [], [] if self.entry is None else [self.entry]], self.top)

    @cached_property
    def reachable(self) -> set[int]:
        """The nodes that a token can come to."""
        return {vertex for vertex in reach(self.successors, [self.top]) if vertex < self.end}

    @cached_property
    def ends(self) -> set[int]:
        """Vertices that consume the token: `end` and nodes of that kind."""
        return {self.end, *(vertex for vertex, node in enumerate(self.nodes) if node.kind == "end")}

    @property
    def joins(self) -> dict[int, int | None]:
        """The fork that each reachable join closes: the one it names, else the nearest open one above it."""
        return self._pairing[0]

    @property
    def open_forks(self) -> list[Opened | None]:
        """The forks open at each vertex, before it acts: those above it that no join above it has closed."""
        return self._pairing[1]

    @property
    def open_behind(self) -> list[Opened | None]:
        """The forks open for a token that leaves each vertex: a fork opens itself, a join closes one."""
        return self._pairing[2]

    @cached_property
    def closers(self) -> dict[int, list[int]]:
        """The joins that close each fork, in display order."""
        found: dict[int, list[int]] = {}
        for join in sorted(self.joins):
            fork = self.joins[join]
            if fork is not None:
                found.setdefault(fork, []).append(join)
        return found

    @cached_property
    def _pairing(self) -> tuple[dict[int, int | None], list[Opened | None], list[Opened | None]]:
        """Down the dominator tree, with the open forks as a stack that each vertex hands to those below it."""
        joins: dict[int, int | None] = {}
        before: list[Opened | None] = [None] * len(self.successors)
        behind: list[Opened | None] = [None] * len(self.successors)
        for vertex in self.dominators.order:
            above = self.dominators.above[vertex]
            opened = before[vertex] = behind[above] if above >= 0 else None
            kind = self.nodes[vertex].kind if vertex < self.end else ""
            if kind == "fork":
                opened = Opened(vertex, opened)
            elif kind == "join":
                joins[vertex] = fork = self._closed_by(vertex, opened)
                if fork is not None and self.dominators.dominates(fork, vertex):
                    opened = _without(opened, fork)
            behind[vertex] = opened
        return joins, before, behind

    def _closed_by(self, join: int, opened: Opened | None) -> int | None:
        name = self.nodes[join].params.get("of")
        if name is None:
            return opened.fork if opened else None
        fork = self._vertices.get(name)
        return fork if fork is not None and self.nodes[fork].kind == "fork" else None


@dataclass(frozen=True, slots=True)
class Opened:
    """A fork that is open, and the one that was open before it."""

    fork: int
    outer: Opened | None


def _without(opened: Opened | None, fork: int | None) -> Opened | None:
    """What stays open when a fork is closed: it and all that was opened inside it are not."""
    around = opened
    while around is not None:
        if around.fork == fork:
            return around.outer
        around = around.outer
    return opened


def resolve_joins(body: Body, events: Sequence[Boundary] = ()) -> dict[str, str | None]:
    """The fork each join of a body closes, by id; None where there is none, or where the join is not reached.

    A join closes the fork that its `of` names, else the nearest fork on every way to it that no join on every way to
    it has closed before. `events` are the boundary events of the case, for the outermost body.
    """
    graph = BodyGraph(body, events)
    resolved: dict[str, str | None] = {name: None for name, node in body.nodes.items() if node.kind == "join"}
    for join, fork in graph.joins.items():
        resolved[graph.ids[join]] = graph.ids[fork] if fork is not None else None
    return resolved
