"""Actions with an effect outside that nothing takes back (`undo_missing`), where the scope around them can fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from waystation.compiler.digraph import reach
from waystation.compiler.findings import Finding, Site, Unit


def check(unit: Unit) -> Iterable[Finding]:
    """Findings `undo_missing`, one for each action."""
    for site in unit.sites.values():
        if site.node.kind != "action" or site.node.undo is not None:
            continue
        name = site.node.params.get("do", "")
        use = unit.plan.actions.get(name)
        scope = _failing_scope(unit, site) if use is not None and use.outside else None
        if scope is not None:
            yield Finding("undo_missing", (*site.path, "do"), site.address, {"action": name, "scope": scope.address})


def _failing_scope(unit: Unit, site: Site) -> Site | None:
    """The innermost scope or foreach that may be left by an error or event after the action has succeeded."""
    goes_on = False
    for inner, scope in _upwards(unit, site):
        goes_on = goes_on or scope.node.kind == "foreach" or _goes_on(unit, inner)
        if goes_on and _can_fail(unit, scope):
            return scope
    return None


def _upwards(unit: Unit, site: Site) -> Iterator[tuple[Site, Site]]:
    while site.parent:
        around = unit.sites[site.parent]
        yield site, around
        site = around


def _goes_on(unit: Unit, site: Site) -> bool:
    """Whether anything can still happen in the body once this node is done."""
    graph = unit.graphs.get(site.parent)
    vertex = graph.vertex(site.id) if graph is not None else None
    if graph is None or vertex is None:
        return True
    if graph.open_forks[vertex] is not None:
        return True
    after = reach(graph.successors, [target for way, target in graph.ways[vertex] if way.edge is not None])
    return any(each < graph.end and graph.nodes[each].kind != "end" for each in after) or any(
        each < graph.end and graph.nodes[each].params.get("error") for each in after
    )


def _can_fail(unit: Unit, scope: Site) -> bool:
    """Whether an error edge, an interrupting event or an end that raises an error leaves the scope."""
    if any(event.on == "error" or event.interrupt for event in scope.node.on):
        return True
    return any(inner.node.kind == "end" and inner.node.params.get("error") for inner in unit.children(scope.address))
