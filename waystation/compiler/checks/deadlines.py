"""Deadlines that even the shortest way cannot keep (`deadline_shorter_than_path`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

from waystation.compiler.findings import Finding, Unit
from waystation.compiler.graph import BodyGraph, Exit
from waystation.contracts.durations import DAY, LONGEST_DAYS, Duration, parse_duration
from waystation.contracts.plan import Node, Value

#: What a length of time is counted in: `wall`, or days or hours of one calendar.
Measure = tuple[str, str]
WALL: Measure = ("wall", "")
_NO_LIMIT = LONGEST_DAYS * DAY


def check(unit: Unit) -> Iterable[Finding]:
    """Findings `deadline_shorter_than_path` of the case, of scopes and of foreach nodes."""
    paths = _Paths(unit)
    deadline = unit.plan.deadline
    if deadline is not None:
        yield from paths.compare("", deadline.due, deadline.calendar, ("deadline", "in"))
    for event, path in zip(unit.plan.on, unit.boundaries, strict=False):
        if event.on == "deadline":
            yield from paths.compare("", event.due, event.calendar, (*path, "in"))
    for address in unit.graphs:
        site = unit.sites.get(address)
        for event, path in zip(site.node.on, site.boundaries, strict=True) if site is not None else ():
            if event.on == "deadline":
                yield from paths.compare(address, event.due, event.calendar, (*path, "in"))


class _Paths:
    """For each body the fixed waits on its shortest way, by measure."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._lengths: dict[Measure, dict[str, int]] = {}

    def compare(self, address: str, due: Value, calendar: str | None, path: tuple[str | int, ...]) -> Iterator[Finding]:
        """A finding, if a body takes longer than its deadline allows."""
        allowed = _duration(due)
        measured = _measured(allowed, calendar) if allowed is not None else None
        if allowed is None or measured is None:
            return
        measure, most = measured
        length = self._of(measure)[address]
        if length > most:
            args = {"due": str(allowed), "waits": str(_as_duration(measure, min(length, _NO_LIMIT)))}
            yield Finding("deadline_shorter_than_path", path, address or None, args)

    def _of(self, measure: Measure) -> dict[str, int]:
        """Inner bodies first, for the outer ones need them."""
        known = self._lengths.get(measure)
        if known is not None:
            return known
        lengths = self._lengths[measure] = {}
        for address in tuple(self._unit.graphs)[::-1]:
            graph = self._unit.graphs[address]
            inside = f"{address}/" if address else ""
            nodes = zip(graph.ids, graph.nodes, strict=True)
            costs = [_cost(node, lengths.get(f"{inside}{name}", 0), measure) for name, node in nodes]
            lengths[address] = _shortest(graph, costs, measure)
        return lengths


def _cost(node: Node, inside: int, measure: Measure) -> int:
    """How long a node takes at least. A foreach may have no items."""
    if node.kind == "scope":
        return inside
    lasts = _duration(node.params.get("lasts")) if node.kind == "wait" else None
    if lasts is None:
        return 0
    calendar = node.params.get("calendar")
    measured = _measured(lasts, calendar)
    if measured is not None and measured[0] == measure:
        return measured[1]
    return _least_on_the_wall(lasts) if measure == WALL else 0


def _measured(duration: Duration, calendar: str | None) -> tuple[Measure, int] | None:
    """Seconds on the wall or of opening time, or working days; None for a mixture, which has no fixed length."""
    if duration.kind == "workdays":
        return ("days", calendar or ""), duration.count
    if duration.kind == "workhours":
        return ("hours", calendar or ""), duration.seconds
    if calendar is None:
        return WALL, duration.seconds
    if duration.days and not duration.rest and not duration.weeks:
        return ("days", calendar), duration.days
    return (("hours", calendar), duration.rest) if not duration.days and not duration.weeks else None


def _least_on_the_wall(lasts: Duration) -> int:
    """Opening time is never shorter on the wall; a working day may begin just before its end."""
    return lasts.rest + max(0, lasts.count + lasts.days - 1) * DAY


def _as_duration(measure: Measure, length: int) -> Duration:
    if measure[0] == "days":
        return Duration("workdays", count=min(length, LONGEST_DAYS))
    return Duration("wall", length, days=length // DAY if measure == WALL else 0)


def _duration(value: Value) -> Duration | None:
    try:
        return parse_duration(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _shortest(graph: BodyGraph, costs: list[int], measure: Measure) -> int:
    """Dijkstra from the first node to an end."""
    if graph.entry is None:
        return 0
    best: set[int] = set()
    waiting = [(0, graph.entry)]
    while waiting:
        length, vertex = heappop(waiting)
        if vertex in best:
            continue
        best.add(vertex)
        if vertex in graph.ends:
            return length
        for way, target in graph.ways[vertex]:
            if target not in best and not way.beside:
                heappush(waiting, (length + min(costs[vertex], _stay(graph.nodes[vertex], way, measure)), target))
    return 0


def _stay(node: Node, way: Exit, measure: Measure) -> int:
    """How long a token stays at most in a node that it leaves this way. Errors and messages may come at once."""
    if way.event is None:
        return 0 if node.condition is not None else _NO_LIMIT
    due = _duration(way.event.due) if way.event.on == "deadline" else None
    measured = _measured(due, way.event.calendar) if due is not None else None
    return measured[1] if measured is not None and measured[0] == measure else 0
