"""What becomes of the branches of a fork: which can arrive at a join, which can die before it, how many tokens come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from waystation.compiler.budget import Budget
from waystation.compiler.digraph import components
from waystation.compiler.graph import BodyGraph
from waystation.contracts.plan import Edge


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of a fork, seen from a join. `dies`: all its tokens may reach a plain end without having arrived."""

    edge: Edge
    arrives: bool
    dies: bool


def is_conditional(graph: BodyGraph, fork: int) -> bool:
    """Whether a fork may leave branches out."""
    return any(edge.when is not None for edge in graph.nodes[fork].edges)


def most_at_once(graph: BodyGraph, fork: int, branches: Iterable[Branch]) -> int:
    """How many branches that can arrive one activation of the fork may have."""
    arriving = [branch.edge for branch in branches if branch.arrives]
    if not is_conditional(graph, fork):
        return len(arriving)
    asked = sum(edge.when is not None for edge in arriving)
    return max(asked, int(asked < len(arriving)))


class Branches:
    """Answers about the branches of one body's forks. Every answer raises OutOfBounds when the budget is spent."""

    def __init__(self, graph: BodyGraph, budget: Budget) -> None:
        self.graph = graph
        self._budget = budget

    @cached_property
    def blocks(self) -> dict[int, int]:
        """Forks all of whose branches come to their one join and nowhere else, with that join.

        Such a block does nothing to what is around it: a token comes in and a token goes out. So blocks inside are
        passed in one step, which keeps looking at deeply nested forks linear.
        """
        found: dict[int, int] = {}
        depth = self.graph.dominators.depth
        for fork in sorted(self.graph.closers, key=lambda vertex: depth[vertex], reverse=True):
            joins = self.graph.closers[fork]
            if len(joins) == 1 and self._is_block(fork, joins[0], found):
                found[fork] = joins[0]
        return found

    def _is_block(self, fork: int, join: int, inner: dict[int, int]) -> bool:
        graph, dominators = self.graph, self.graph.dominators
        if not dominators.dominates(fork, join) or graph.nodes[join].params.get("count", "branch") != "branch":
            return False
        region = self._region(fork, join, inner)
        if not graph.ends.isdisjoint(region) or not all(dominators.dominates(fork, vertex) for vertex in region):
            return False
        followed = [vertex for vertex in region if vertex != join]
        if any(graph.nodes[vertex].kind == "join" or graph.nodes[vertex].cancels for vertex in followed):
            return False
        ahead = (target for vertex in (fork, *followed) for target in self._targets(vertex, inner))
        return join in region and not any(self._is_before(target, fork) for target in ahead)

    def _targets(self, vertex: int, blocks: dict[int, int]) -> list[int]:
        return self.graph.successors[blocks.get(vertex, vertex)]

    @cached_property
    def _component(self) -> list[int]:
        number = [0] * len(self.graph.successors)
        for index, part in enumerate(components(self.graph.successors)):
            for vertex in part:
                number[vertex] = index
        return number

    def towards(self, fork: int, join: int) -> list[Branch]:
        """The branches of a fork as the join sees them.

        Followed are all ways inside the activation: not through the join, and not back before the fork. An end that
        stops everything, or raises an error, loses nothing.
        """
        ways = [(way.edge, target) for way, target in self.graph.ways[fork] if way.edge is not None]
        region = self._region(fork, join, self.blocks)
        arriving = self._arriving(region, join)
        dying = self._dying(region)
        return [Branch(edge, target in arriving, target in dying) for edge, target in ways]

    def _region(self, fork: int, join: int, blocks: dict[int, int]) -> dict[int, list[int]]:
        """Vertices inside the activation, each with its successors; the join is one without successors. Of a block
        inside there is only its fork, which leads where the block's join leads."""
        region: dict[int, list[int]] = {}
        pending = [target for target in self.graph.successors[fork] if not self._is_before(target, fork)]
        while pending:
            vertex = pending.pop()
            if vertex in region:
                continue
            self._budget.charge()
            targets = self._targets(vertex, blocks) if vertex != join else []
            region[vertex] = [target for target in targets if not self._is_before(target, fork)]
            pending.extend(region[vertex])
        return region

    def _is_before(self, vertex: int, fork: int) -> bool:
        """Whether going there leaves the activation backwards: to the fork again, or to what leads to it."""
        if vertex == fork:
            return True
        again = self._component[vertex] == self._component[fork]
        return again and not self.graph.dominators.dominates(fork, vertex)

    def _arriving(self, region: dict[int, list[int]], join: int) -> set[int]:
        entering = _entering(region)
        seen, pending = {join}, [join]
        while pending:
            for source in entering.get(pending.pop(), ()):
                if source not in seen:
                    seen.add(source)
                    pending.append(source)
        return seen

    def _dying(self, region: dict[int, list[int]]) -> set[int]:
        """A node's token can die where one way on dies; at an unconditional fork inside, where all branches do.

        A token that an event starts beside a node may end: the node's own goes on.
        """
        entering = _entering({vertex: self._own_targets(vertex, targets) for vertex, targets in region.items()})
        pending = [vertex for vertex in region if self._is_plain_end(vertex)]
        dying = set(pending)
        left = {vertex: len(targets) for vertex, targets in region.items() if self._takes_all(vertex)}
        while pending:
            for source in entering[pending.pop()]:
                if source in dying:
                    continue
                if source in left:
                    left[source] -= 1
                    if left[source]:
                        continue
                dying.add(source)
                pending.append(source)
        return dying

    def _own_targets(self, vertex: int, targets: list[int]) -> list[int]:
        ways = self.graph.ways[vertex] if vertex < self.graph.end else ()
        if vertex in self.blocks or not any(way.beside for way, _ in ways):
            return targets
        own = {target for way, target in ways if not way.beside}
        return [target for target in targets if target in own]

    def _takes_all(self, vertex: int) -> bool:
        graph = self.graph
        is_fork = vertex < graph.end and graph.nodes[vertex].kind == "fork" and vertex not in self.blocks
        return is_fork and not is_conditional(graph, vertex)

    def _is_plain_end(self, vertex: int) -> bool:
        if vertex == self.graph.end:
            return True
        node = self.graph.nodes[vertex]
        return node.kind == "end" and not node.params.get("terminate") and not node.params.get("error")

    def most_tokens(self, join: int) -> int | None:
        """How many tokens can come to a join in one run of the body; None where there is no bound."""
        graph = self.graph
        self._budget.charge(len(graph.reachable))
        region = {vertex: [*graph.successors[vertex]] for vertex in graph.reachable | {graph.end}}
        leading = self._arriving(region, join)
        if any(target in leading for _, target in graph.events):
            return None
        return self._count(join, leading)

    def _count(self, join: int, leading: set[int]) -> int | None:
        """Arrivals for one token in each vertex, successors first; a cycle on the way has no bound."""
        arrivals = {join: 1}
        for part in components(self.graph.successors):
            for vertex in part:
                if vertex not in leading or vertex == join:
                    continue
                looped = len(part) > 1 or vertex in self.graph.successors[vertex]
                most = None if looped else self._arrivals_from(vertex, arrivals)
                if most is None:
                    return None
                arrivals[vertex] = most
        return arrivals.get(self.graph.entry, 0) if self.graph.entry is not None else 0

    def _arrivals_from(self, vertex: int, arrivals: dict[int, int]) -> int | None:
        node, ways = self.graph.nodes[vertex], self.graph.ways[vertex]
        join = self.blocks.get(vertex)
        if join is not None and self.graph.nodes[join].params.get("reset") != "at_once":
            return max(arrivals.get(target, 0) for _, target in self.graph.ways[join])
        if any(way.beside and arrivals.get(target) for way, target in ways):
            return None
        if node.kind != "fork":
            return max(arrivals.get(target, 0) for _, target in ways)
        copies = node.params.get("copies", 1)
        if not isinstance(copies, int):
            return None
        asked = [arrivals.get(target, 0) for way, target in ways if way.edge and way.edge.when is not None]
        default = [arrivals.get(target, 0) for way, target in ways if not way.edge or way.edge.when is None]
        return copies * (max(sum(asked), *default) if asked and default else sum(asked) + sum(default))


def _entering(region: dict[int, list[int]]) -> dict[int, list[int]]:
    entering: dict[int, list[int]] = {vertex: [] for vertex in region}
    for vertex, targets in region.items():
        for target in targets:
            entering[target].append(vertex)
    return entering
