"""Forks and joins: a join that can wait for ever (`deadlock`), and a branch that ends although its join counts on it
(`lost_token`).

A join with `need: all` waits only for branches that are alive, so a dead branch is no deadlock; several joins of one
fork that wait for each other's branches are. What simple counting cannot decide is played out as a token game, within
bounds; what the game does not finish is not judged. So a finding is a run that the graph allows, whatever the
conditions say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from waystation.compiler.board import Board
from waystation.compiler.branches import Branches, most_at_once
from waystation.compiler.budget import Budget, OutOfBounds
from waystation.compiler.digraph import reach
from waystation.compiler.findings import Finding, Unit
from waystation.compiler.graph import BodyGraph
from waystation.compiler.tokens import Game, Verdict

#: Work that all searches and games of one process may do together, in elementary steps: some, and more for each node.
BASE_WORK = 20_000
WORK_PER_NODE = 10


def check(unit: Unit) -> Iterable[Finding]:
    """Findings `deadlock` and `lost_token`, at most one for each join."""
    budget = Budget(BASE_WORK + WORK_PER_NODE * len(unit.sites))
    for address, graph in unit.graphs.items():
        if graph.joins and not graph.dangling:
            yield from _Joins(unit, address, graph, budget).findings()


class _Joins:
    """The joins of one body."""

    def __init__(self, unit: Unit, address: str, graph: BodyGraph, budget: Budget) -> None:
        self.unit = unit
        self.address = address
        self.graph = graph
        self.branches = Branches(graph, budget)
        self.board = Board(graph, {}, budget)

    def findings(self) -> Iterator[Finding]:
        for join in sorted(self.graph.joins):
            finding = None
            with suppress(OutOfBounds):
                finding = self._alone(join)
            if finding is not None:
                self.board.open.add(join)
                yield finding
        homes = self._homes()
        if homes:
            with suppress(OutOfBounds):
                self.board.blocks = self.branches.blocks
        # Inner forks first: an outer join that waits for a fault inside it is not at fault itself.
        for home in sorted(homes, key=self._depth, reverse=True):
            yield from self._together(home)

    def _alone(self, join: int) -> Finding | None:
        """What can be said of a join by looking at its own fork."""
        graph, params = self.graph, self.graph.nodes[join].params
        fork, count, need = graph.joins[join], params.get("count", "branch"), params.get("need", "all")
        if count == "branch" and fork is None and need != "reachable":
            return self._deadlock(join, "no_fork")
        if count == "branch" and fork is not None and not self._closes(join, fork):
            return self._deadlock(join, "outside", fork=graph.ids[fork])
        if count == "token" and isinstance(need, int):
            most = self.branches.most_tokens(join)
            if most is not None and most < need:
                return self._deadlock(join, "too_few", need=need, most=most)
        counts = isinstance(need, int) or (count == "edge" and need == "all")
        if fork is None or not counts:
            return None
        return self._counting(join, fork, need if count == "branch" else None)

    def _closes(self, join: int, fork: int) -> bool:
        """Whether every way to a join passes its fork. A token that an event started around it waits for nothing."""
        graph = self.graph
        return graph.dominators.dominates(fork, join) or graph.quiet_dominators.dominates(fork, join)

    def _counting(self, join: int, fork: int, need: int | None) -> Finding | None:
        branches = self.branches.towards(fork, join)
        most = most_at_once(self.graph, fork, branches)
        if need is not None and need > most:
            return self._deadlock(join, "too_few", need=need, most=most)
        lost = [branch.edge.to for branch in branches if branch.arrives and branch.dies]
        if not lost:
            return None
        site = self.unit.site(self.address, self.graph.ids[join])
        return Finding("lost_token", site.path, site.address, {"name": site.id, "branches": lost}, key=True)

    def _homes(self) -> set[int | None]:
        """Forks whose joins may depend on one another, and None where the whole body has to be looked at."""
        homes: set[int | None] = set()
        graph = self.graph
        for join, fork in graph.joins.items():
            if graph.nodes[join].params.get("count") == "edge" and join not in self.board.open:
                homes.add(fork)
        homes.update(fork for fork, joins in graph.closers.items() if len(joins) > 1)
        waiting = {join for join in graph.joins if self._waits_for_all(join) or self.board.need(join) == "reachable"}
        homes.update(fork for fork in self._left_sideways(waiting) if fork in graph.closers)
        return homes

    def _waits_for_all(self, join: int) -> bool:
        return self.board.count(join) == "branch" and self.board.need(join) == "all"

    def _left_sideways(self, waiting: set[int]) -> set[int]:
        """Forks that a token can leave without one of their joins, for a place from which a waiting join is near."""
        graph, dominators = self.graph, self.graph.dominators
        leading = reach(graph.predecessors, waiting)
        left: dict[int, int] = {}
        for vertex in graph.reachable:
            for target in graph.successors[vertex]:
                if target not in leading:
                    continue
                limit = dominators.depth[dominators.above[target]]
                opened = graph.open_behind[vertex]
                while opened is not None and dominators.depth[opened.fork] > limit:
                    if left.get(opened.fork, limit + 1) <= limit:
                        break
                    left[opened.fork] = limit
                    opened = opened.outer
        return set(left)

    def _depth(self, home: int | None) -> tuple[int, int]:
        return (self.graph.dominators.depth[home], home) if home is not None else (-1, -1)

    def _together(self, home: int | None) -> Iterator[Finding]:
        """What only a game can tell about the joins of a fork."""
        game = Game(self.board, home)
        with suppress(OutOfBounds):
            game.play()
        yield from self._verdict(home, game.verdict)

    def _verdict(self, home: int | None, verdict: Verdict) -> Iterator[Finding]:
        graph, names = self.graph, self.graph.ids
        fed = reach(graph.successors, [target for _, target in graph.events]) if home is None else set()
        said = set(fed)
        for join in sorted(verdict.hungry.keys() - said):
            said.add(join)
            missing = [names[source] for source in sorted(verdict.hungry[join])]
            yield self._deadlock(join, "edges", missing=missing)
        for group in sorted(verdict.crossed):
            if said.isdisjoint(group):
                said.update(group)
                yield self._deadlock(group[0], "crossed", others=[names[join] for join in group[1:]])
        self.board.open |= said - fed

    def _deadlock(self, join: int, variant: str, **args: object) -> Finding:
        site = self.unit.site(self.address, self.graph.ids[join])
        return Finding("deadlock", site.path, site.address, {"name": site.id, **args}, key=True, variant=variant)
