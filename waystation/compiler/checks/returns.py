"""Returns to a node that always comes later (`bad_return`): there is nothing of it yet that could be done again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from waystation.compiler.digraph import reach
from waystation.compiler.findings import Finding, Site, Unit
from waystation.compiler.graph import BodyGraph

#: Searches through a graph that one process may cost; beyond them returns are not judged.
_MOST_SEARCHES = 200


def check(unit: Unit) -> Iterable[Finding]:
    """Findings `bad_return`, one for each target that a way leads to, but that never leads here."""
    searches = 0
    for site in unit.sites.values():
        for index, name, graph, here, target in _targets(unit, site):
            if here == target or graph.dominators.dominates(target, here):
                continue
            searches += 1
            if searches > _MOST_SEARCHES:
                return
            if here not in reach(graph.successors, [target]) and target in reach(graph.successors, [here]):
                reason = (f"{name} 在本节点之后才会到达", f"{name} comes only after this node")
                yield Finding("bad_return", (*site.path, "return", "to", index), site.address, {"reason": reason})


def _targets(unit: Unit, site: Site) -> Iterator[tuple[int, str, BodyGraph, int, int]]:
    """The nodes a return may go to: their place in the list, their body, and the vertices of both nodes there."""
    returns = site.node.params.get("returns") if site.node.kind == "approval" else None
    for index, name in enumerate(returns.get("to", ()) if returns else ()):
        inner: Site | None = site
        while inner is not None:
            graph = unit.graphs.get(inner.parent)
            target = graph.vertex(name) if graph is not None else None
            here = graph.vertex(inner.id) if graph is not None else None
            if graph is not None and target is not None and here is not None:
                if {target, here} <= graph.reachable:
                    yield index, name, graph, here, target
                break
            inner = unit.sites.get(inner.parent)
