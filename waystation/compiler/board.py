"""A body as the token game sees it: where something happens, what lies between, and what each join needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from waystation.compiler.budget import Budget
from waystation.compiler.digraph import reach
from waystation.compiler.graph import BodyGraph


class Board:
    """A body as the game sees it. One board serves all games of a body."""

    def __init__(self, graph: BodyGraph, blocks: Mapping[int, int], budget: Budget) -> None:
        """`blocks` are forks with joins that nothing outside depends on: they are plain nodes of the game."""
        self.graph = graph
        self.blocks = blocks
        self.budget = budget
        self.open: set[int] = set()  # joins that are taken to let everything pass, because they are reported already
        self._stops: dict[int, tuple[tuple[int, int], ...]] = {}
        self._leading: dict[int, set[int]] = {}

    def is_stop(self, vertex: int) -> bool:
        """Whether something happens at a vertex that the game must see."""
        if vertex >= self.graph.end:
            return True
        node = self.graph.nodes[vertex]
        if vertex in self.blocks:
            return False
        if node.kind in ("fork", "join", "end") or node.cancels:
            return True
        return any(way.beside for way, _ in self.graph.ways[vertex])

    def stops(self, vertex: int) -> tuple[tuple[int, int], ...]:
        """The stops that a token in a plain node may come to, each with the node before it where that matters."""
        known = self._stops.get(vertex)
        if known is None:
            known = self._stops[vertex] = tuple(self._search(vertex))
        return known

    def _search(self, start: int) -> Iterator[tuple[int, int]]:
        seen, pending, found = {start}, [start], set()
        while pending:
            vertex = pending.pop()
            self.budget.charge()
            for target in self.graph.successors[self.blocks.get(vertex, vertex)]:
                if self.is_stop(target):
                    # Only a join that counts edges cares which node a token comes from.
                    source = self.blocks.get(vertex, vertex)
                    stop = (target, source if self.counts_edges(target) else -1)
                    if stop not in found:
                        found.add(stop)
                        yield stop
                elif target not in seen:
                    seen.add(target)
                    pending.append(target)

    def counts_edges(self, vertex: int) -> bool:
        return self.count(vertex) == "edge"

    def count(self, vertex: int) -> str:
        if vertex >= self.graph.end or self.graph.nodes[vertex].kind != "join":
            return ""
        return str(self.graph.nodes[vertex].params.get("count", "branch"))

    def need(self, join: int) -> str | int:
        """`all`, `any`, `reachable` or a number; a condition is taken for `any`, the kindest reading."""
        if join in self.open:
            return "any"
        need = self.graph.nodes[join].params.get("need", "all")
        return need if isinstance(need, int) or need in ("all", "reachable") else "any"

    def leading(self, join: int) -> set[int]:
        """Vertices from which a token may still come to the join."""
        if join not in self._leading:
            self._leading[join] = reach(self.graph.predecessors, self.graph.predecessors[join])
            self.budget.charge(len(self._leading[join]))
        return self._leading[join]
