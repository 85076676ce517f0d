"""Where tokens go: `next` in all its forms, read against what the kind and its outcomes allow."""

from __future__ import annotations

from itertools import chain
from typing import Any

from waystation.compiler.drafts import Draft
from waystation.compiler.kinds import Exit, Outcomes
from waystation.compiler.lowering import NodeLowering
from waystation.compiler.ways import Way
from waystation.contracts.plan import END, Edge
from waystation.contracts.problems import Path

#: The outcome of a node that its `if` passed.
SKIPPED = "skipped"


class EdgeLowering:
    """The edges of one node."""

    def __init__(self, draft: Draft, lowering: NodeLowering, outcomes: Outcomes) -> None:
        self._draft = draft
        self._lowering = lowering
        self._outcomes = outcomes

    def edges(self) -> tuple[tuple[Edge, ...], tuple[Path, ...]]:
        """The edges and the place of each."""
        draft = self._draft
        assert draft.kind is not None
        assert draft.config is not None
        ways = list(draft.ways)
        for way in ways:
            self.target(way.to, *way.path, *(() if way.branch is None else ("to",)))
        if not self._allowed(draft.kind.exit, ways):
            return (), ()
        if draft.kind.exit is Exit.CONDITIONS:
            edges = self._conditional(ways)
        else:
            self._complete(ways)
            edges = tuple(Edge(way.to, outcome=way.outcome) for way in ways if self._known(way))
            ways = [way for way in ways if self._known(way)]
        return edges, tuple(draft.path + way.path for way in ways)

    def target(self, name: str, *path: str | int) -> None:
        """A problem unless `name` is a node beside this one, or `end`."""
        if name != END and name not in self._draft.beside:
            elsewhere = self._draft.visible(name) is not None or name in self._draft.members
            known = chain(self._draft.beside, (END,))
            self._fault("unknown_node", *path, name=name, known=known, variant="elsewhere" if elsewhere else "")

    def _fault(self, code: str, *path: str | int, key: bool = False, variant: str = "", **args: Any) -> None:
        """A problem after which edges are missing: the graph as a whole cannot be judged."""
        self._lowering.compilation.report.graph_broken = True
        self._lowering.report(code, *path, key=key, variant=variant, **args)

    def _allowed(self, exit_: Exit, ways: list[Way]) -> bool:
        config = self._draft.config
        assert config is not None
        if exit_ is Exit.NONE:
            if ways:
                self._fault("unknown_key", "next", key=True, variant="no_exit", name="next")
            return False
        if not ways:
            if config.next is None and not _is_race(self._draft):
                self._fault("no_path_to_end", key=True, variant="no_next", name=self._draft.id)
            elif config.next is not None:
                self._fault("no_path_to_end", "next", variant="no_next", name=self._draft.id)
            return False
        conditional = ways[0].branch is not None
        if conditional != (exit_ is Exit.CONDITIONS):
            self._fault("bad_type", "next", expected="edge_list" if exit_ is Exit.CONDITIONS else "edges")
            return False
        if exit_ is Exit.CONDITIONS and config.if_ is not None:
            self._fault("unknown_outcome", "if", variant="no_way_round", name=SKIPPED)
        return True

    def _conditional(self, ways: list[Way]) -> tuple[Edge, ...]:
        some = any(way.branch is not None and way.branch.when is not None for way in ways)
        edges = []
        for way in ways:
            assert way.branch is not None
            when = self._lowering.condition(way.branch.when, *way.path, "when")
            edges.append(Edge(way.to, when=when, otherwise=some and when is None))
        return tuple(edges)

    def _known(self, way: Way) -> bool:
        return way.outcome is None or self._outcomes.allows(way.outcome) or way.outcome == SKIPPED

    def _complete(self, ways: list[Way]) -> None:
        """Every outcome needs an edge, and every edge an outcome."""
        if ways[0].outcome is None:
            return
        named = [way.outcome for way in ways if way.outcome is not None]
        known = [*(self._outcomes.names or ()), *self._outcomes.also]
        passes = self._draft.config is not None and self._draft.config.if_ is not None
        for way in ways:
            if not self._known(way) or (way.outcome == SKIPPED and not passes and not self._outcomes.allows(SKIPPED)):
                self._fault("unknown_outcome", *way.path, key=True, name=way.outcome, known=known)
        missing = [name for name in self._outcomes.names or () if name not in named]
        if passes and SKIPPED not in named:
            missing.append(SKIPPED)
        if missing:
            self._fault("unknown_outcome", "next", key=True, variant="no_edge", missing=missing)


def _is_race(draft: Draft) -> bool:
    return draft.inside is not None and draft.inside.free
