"""The shape of each graph: nodes that nothing leads to, nodes with no way out, loops that nothing slows down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from waystation.compiler.digraph import components_within, cycles_within, reach, reverse
from waystation.compiler.findings import Finding, Unit
from waystation.compiler.graph import BodyGraph
from waystation.contracts.plan import Body

#: Kinds that let time pass, or at least a worker: a cycle through one of them cannot run away.
PAUSING = frozenset({"wait", "task", "approval", "receive", "race", "call", "action"})


def check(unit: Unit) -> Iterable[Finding]:
    """Findings `unreachable`, `no_path_to_end` and `unbounded_loop`, body by body."""
    endless = set(_bodies_that_events_leave(unit))
    guarded = "steps" in _mapping(unit.tree.get("limits"))
    withdrawn = {name for site in unit.sites.values() for name in site.node.cancels}
    for address, graph in unit.graphs.items():
        if graph.entry is None:
            continue
        yield from _unreachable(unit, address, graph)
        if address not in endless:
            yield from _without_end(unit, address, graph, withdrawn)
        if not guarded:
            yield from _unbounded(unit, address, graph)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _unreachable(unit: Unit, address: str, graph: BodyGraph) -> Iterator[Finding]:
    for vertex, name in enumerate(graph.ids):
        if vertex not in graph.reachable:
            site = unit.site(address, name)
            yield Finding("unreachable", site.path, site.address, {"name": name}, key=True)


def _bodies_that_events_leave(unit: Unit) -> Iterator[str]:
    """Bodies that may run on for ever, because an event from outside takes the token out of them."""
    leaving = any(event.interrupt and event.on != "error" for event in unit.plan.on)
    if leaving:
        yield ""
    left = {""} if leaving else set()
    for site in unit.sites.values():
        if site.node.body is None:
            continue
        if site.parent in left or any(event.interrupt and event.on != "error" for event in site.node.on):
            left.add(site.address)
            yield site.address


def _without_end(unit: Unit, address: str, graph: BodyGraph, withdrawn: set[str]) -> Iterator[Finding]:
    """The innermost traps only: whatever merely leads to one is not a fault of its own."""
    leading = reach(graph.predecessors, graph.ends | graph.dangling)
    trapped = sorted(graph.reachable - leading)
    if not trapped:
        return
    stopped = _stopped(graph)
    lasting = [each for each in trapped if graph.ids[each] not in withdrawn and not _inside(graph, each, stopped)]
    for trap in _innermost(graph, lasting):
        site = unit.site(address, graph.ids[trap[0]])
        variant = "loop" if len(trap) > 1 else ""
        yield Finding("no_path_to_end", site.path, site.address, _naming(graph, trap), key=True, variant=variant)


def _innermost(graph: BodyGraph, trapped: list[int]) -> list[list[int]]:
    """The components of the trapped nodes that lead to no other trapped node, in display order."""
    inside = set(trapped)
    parts = components_within(graph.successors, trapped)
    return sorted(part for part in parts if not _leads_on(graph, part, inside))


def _leads_on(graph: BodyGraph, part: list[int], inside: set[int]) -> bool:
    members = set(part)
    return any(target in inside and target not in members for vertex in part for target in graph.successors[vertex])


def _stopped(graph: BodyGraph) -> set[int]:
    """Forks whose branches may be ended by one of them: by a join that cancels the rest, or an end that stops all."""
    terminating = [vertex for vertex, node in enumerate(graph.nodes) if node.params.get("terminate") is True]
    forks = {vertex for vertex in reach(graph.predecessors, terminating) if vertex < graph.end}
    return forks | {fork for fork, joins in graph.closers.items() if any(_cancels(graph, join) for join in joins)}


def _cancels(graph: BodyGraph, join: int) -> bool:
    params = graph.nodes[join].params
    return params.get("rest") == "cancel" and params.get("need", "all") != "all"


def _inside(graph: BodyGraph, vertex: int, forks: set[int]) -> bool:
    opened = graph.open_forks[vertex]
    while opened is not None and opened.fork not in forks:
        opened = opened.outer
    return opened is not None


def _unbounded(unit: Unit, address: str, graph: BodyGraph) -> Iterator[Finding]:
    instant = {vertex for vertex in graph.reachable if not _pauses(graph, vertex)}
    looping = cycles_within(graph.successors, instant)
    joins = [vertex for cycle in looping for vertex in cycle if graph.nodes[vertex].kind == "join"]
    if joins:
        looping = cycles_within(graph.successors, instant - _waiting_joins(graph, joins, instant))
    for cycle in looping:
        site = unit.site(address, graph.ids[cycle[0]])
        yield Finding("unbounded_loop", site.path, site.address, _naming(graph, cycle), key=True)


def _pauses(graph: BodyGraph, vertex: int) -> bool:
    node = graph.nodes[vertex]
    return node.kind in PAUSING or (node.body is not None and _holds_a_pause(node.body))


def _holds_a_pause(body: Body) -> bool:
    pending = [body]
    while pending:
        for node in pending.pop().nodes.values():
            if node.kind in PAUSING:
                return True
            if node.body is not None:
                pending.append(node.body)
    return False


def _waiting_joins(graph: BodyGraph, joins: list[int], instant: set[int]) -> set[int]:
    """Joins in a cycle of instant nodes that nevertheless wait there, for a branch that takes its time."""
    backwards = reverse([graph.successors[at] if at in instant else () for at in range(len(graph.successors))])
    dying = reach(backwards, graph.ends)
    return {join for join in joins if _takes_time(graph, join, backwards, dying)}


def _takes_time(graph: BodyGraph, join: int, backwards: list[list[int]], dying: set[int]) -> bool:
    node, fork = graph.nodes[join], graph.joins[join]
    if node.params.get("count", "branch") == "edge":
        quick = reach(backwards, [join])
        return any(source not in quick for source in graph.predecessors[join] if source in graph.reachable)
    if fork is None or node.params.get("count") == "token":
        return node.params.get("need") == "reachable"
    quick = reach(backwards, [join], [fork])
    branches = [target for _, target in graph.ways[fork]]
    arriving = sum(branch in quick for branch in branches)
    need = node.params.get("need", "all")
    if need in ("all", "reachable") and not any(way.edge and way.edge.when for way, _ in graph.ways[fork]):
        return any(branch not in quick and branch not in dying for branch in branches)
    return arriving < need if isinstance(need, int) else arriving == 0


def _naming(graph: BodyGraph, vertices: list[int]) -> dict[str, Any]:
    names = [graph.ids[vertex] for vertex in vertices]
    return {"name": names[0], "names": names}
