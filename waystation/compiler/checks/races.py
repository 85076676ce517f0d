"""Two branches of one fork that write the same field (`data_race`): which value stays depends on who comes last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from waystation.compiler.digraph import reach
from waystation.compiler.findings import Finding, Unit, Write
from waystation.compiler.graph import BodyGraph

#: A field as one body sees it: `data` or an item's `local`, and its name.
_Field = tuple[bool, str]
_Writers = dict[int, Write]


def check(unit: Unit) -> Iterable[Finding]:
    """Findings `data_race`, one for each field and fork."""
    for address, fields in _writers(unit).items():
        graph = unit.graphs[address]
        for (_, name), writers in fields.items():
            if len(writers) > 1:
                yield from _races(unit, graph, name, writers)


def _writers(unit: Unit) -> dict[str, dict[_Field, _Writers]]:
    """For each body and field the first write of each vertex; what a body inside writes, the node around it writes."""
    found: dict[str, dict[_Field, _Writers]] = {address: {} for address in unit.graphs}
    for write in unit.writes:
        site = unit.sites.get(write.node)
        while site is not None:
            around = unit.sites.get(site.parent)
            if around is None or around.node.kind != "race":
                vertex = unit.graphs[site.parent].vertex(site.id)
                if vertex is not None and vertex in unit.graphs[site.parent].reachable:
                    found[site.parent].setdefault((write.local, write.name), {}).setdefault(vertex, write)
            if write.local and around is not None and around.node.kind == "foreach":
                break
            site = around
    return found


def _races(unit: Unit, graph: BodyGraph, name: str, writers: _Writers) -> Iterator[Finding]:
    for fork, first, second in _pairs(graph, writers):
        write = writers[second]
        args = {"field": name, "fork": graph.ids[fork], "first": graph.ids[first], "name": graph.ids[second]}
        yield Finding("data_race", write.path, write.node, args)


def _pairs(graph: BodyGraph, writers: _Writers) -> Iterator[tuple[int, int, int]]:
    """Forks with two writers in different branches, and the first two of these in display order.

    Among vertices in preorder the nearest common dominator of any two is that of some two neighbours.
    """
    dominators = graph.dominators
    ordered = sorted(writers, key=dominators.place)
    below: dict[int, dict[int, int]] = {}
    for one, other in pairwise(ordered):
        fork = dominators.meet(one, other)
        if fork >= graph.end or graph.nodes[fork].kind != "fork" or fork == one:
            continue
        for writer in (one, other):
            child = dominators.child_towards(fork, writer)
            kept = below.setdefault(fork, {}).setdefault(child, writer)
            below[fork][child] = min(kept, writer)
    for fork, children in sorted(below.items()):
        beside = sorted(writer for child, writer in children.items() if _is_in_branch(graph, fork, child))
        if len(beside) > 1:
            yield fork, beside[0], beside[1]


def _is_in_branch(graph: BodyGraph, fork: int, child: int) -> bool:
    """Whether a token may come there while its fork is open."""
    closers = graph.closers.get(fork, ())
    if child in closers:
        return False
    if child in graph.successors[fork]:
        return True
    return child in reach(graph.successors, graph.successors[fork], closed=(fork, *closers))
