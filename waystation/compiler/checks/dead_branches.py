"""Edges that no token ever takes (`dead_branch`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from waystation.compiler.bounds import Bounds, bounds_of
from waystation.compiler.findings import Finding, Site, Unit
from waystation.expressions import Environment, ExpressionError, compile_expression

#: Constants do not depend on the time; any will do.
_ANY_TIME = Environment(datetime(2000, 1, 1, tzinfo=UTC))
#: So many comparisons of one node are kept for those behind them.
_MOST_COMPARED = 20
#: Whatever else is a word may depend on something.
_WORDS = frozenset(("true", "false", "null"))
_WORD = re.compile(r"[^\W\d]\w*")


def check(unit: Unit) -> Iterable[Finding]:
    """Findings `dead_branch`: constant conditions, entries that another one leaves nothing, impossible outcomes."""
    for site in unit.sites.values():
        if site.node.kind in ("choice", "fork"):
            yield from _entries(site)
        elif site.node.condition is not None:
            yield from _passing(site)
        if site.node.kind == "scope":
            yield from _outcomes(unit, site)


def constant(source: str | None) -> bool | None:
    """What a condition always comes out as; None where it depends on something."""
    if source is None or not _WORDS.issuperset(_WORD.findall(source)):
        return None
    try:
        value = compile_expression(source).evaluate({}, _ANY_TIME)
    except ExpressionError:
        return None
    return value if isinstance(value, bool) else None


def _entries(site: Site) -> Iterator[Finding]:
    exclusive = site.node.kind == "choice"
    settled = defaulted = False
    seen: set[str] = set()
    earlier: list[Bounds] = []
    for edge, path in zip(site.node.edges, site.edges, strict=True):
        holds = constant(edge.when)
        if settled or (exclusive and defaulted and edge.when is None):
            yield _dead(site, path, "after_default")
        elif holds is False:
            yield _dead(site, (*path, "when"), "false")
        elif exclusive and edge.when is not None and _plain(edge.when) in seen:
            yield _dead(site, (*path, "when"), "repeated")
        elif exclusive and edge.when is not None and (bounds := bounds_of(edge.when)) is not None:
            if any(bounds.within(each) for each in earlier):
                yield _dead(site, (*path, "when"), "covered")
            earlier = [*earlier, bounds][:_MOST_COMPARED]
        settled = settled or (exclusive and holds is True)
        defaulted = defaulted or edge.when is None
        if edge.when is not None:
            seen.add(_plain(edge.when))


def _plain(source: str) -> str:
    return " ".join(source.split())


def _passing(site: Site) -> Iterator[Finding]:
    """Edges of a node that its `if` always passes, or never."""
    holds = constant(site.node.condition)
    if holds is None:
        return
    for edge, path in zip(site.node.edges, site.edges, strict=True):
        if edge.outcome is not None and (edge.outcome == "skipped") is holds:
            yield _dead(site, path, "outcome", outcome=edge.outcome)


def _outcomes(unit: Unit, site: Site) -> Iterator[Finding]:
    """Outcomes of a scope whose ends no token comes to."""
    graph = unit.graphs[site.address]
    ends = {
        graph.nodes[vertex].params.get("outcome") for vertex in graph.reachable if graph.nodes[vertex].kind == "end"
    }
    for edge, path in zip(site.node.edges, site.edges, strict=True):
        if edge.outcome not in (None, "done", "skipped") and edge.outcome not in ends:
            yield _dead(site, path, "outcome", outcome=edge.outcome)


def _dead(site: Site, path: tuple[str | int, ...], variant: str, **args: object) -> Finding:
    return Finding("dead_branch", path, site.address, args, variant=variant)
