"""Checks answer for large graphs: the time grows with the graph, not with its square."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.effort import calls
from tests.support.plans import node, on_error, process
from waystation.compiler.checks import (
    dataflow,
    dead_branches,
    deadlines,
    races,
    soundness,
    structure,
    tables,
    undo,
    unused,
)
from waystation.compiler.findings import Moment, Read, Write
from waystation.contracts.plan import Deadline

CHECKS = (dataflow, dead_branches, deadlines, races, soundness, structure, tables, undo, unused)
TEXT = {"type": "string"}


def rounds(size):
    """Forks with a loop, an action that may fail and a wait in their branches, one after another, with data."""
    nodes = {}
    for place in range(size // 6):
        a, b, c, f, j, x = (f"{letter}{place}" for letter in "abcfjx")
        after = f"f{place + 1}" if place < size // 6 - 1 else "last"
        nodes[f] = node("fork", [a, b, c])
        nodes[a] = node("task", {"ok": j, "no": x})
        nodes[x] = node("choice", [("data.f1 == ''", a), (None, j)])
        nodes[b] = node("action", j, on=[on_error("failed")])
        nodes[c] = node("wait", j, lasts="1h")
        nodes[j] = node("join", after, need=("all", 3, "any", "reachable")[place % 4] if place % 4 != 1 else "all")
    nodes |= {"last": node("task", "end"), "failed": node("task", "end")}
    unit = process(nodes, data={f"f{number}": TEXT for number in range(40)}, deadline=Deadline("1h"))
    sites = list(enumerate(unit.sites.values()))
    reads = (Read(site.address, f"data.f{at % 40} + '{at}'", (*site.path, "title"), Moment.ENTER) for at, site in sites)
    writes = (Write(site.address, f"f{at % 40}", (*site.path, "save", "x")) for at, site in sites if at % 3)
    return replace(unit, reads=tuple(reads), writes=tuple(writes))


def chain(size):
    """One node after another, all with the same way out on errors."""
    nodes = {f"n{at}": node("task", f"n{at + 1}", on=[on_error("failed")]) for at in range(size)}
    return process({**nodes, f"n{size}": node("task", "end"), "failed": node("task", "end")})


def nest(size):
    """Forks inside forks."""
    depth = size // 3
    nodes = {}
    for at in range(depth):
        nodes[f"f{at}"] = node("fork", [f"t{at}", f"f{at + 1}" if at < depth - 1 else f"j{at}"])
        nodes[f"t{at}"] = node("task", f"j{at}")
    nodes |= {f"j{at}": node("join", f"j{at - 1}" if at else "end", need=2) for at in range(depth)}
    return process(nodes)


def fan(size):
    """One fork with all nodes as branches."""
    branches = {f"t{at}": node("task", "j") for at in range(size)}
    return process({"f": node("fork", list(branches)), **branches, "j": node("join", "end", need=size)})


def effort(unit):
    return calls(lambda: [list(check.check(unit)) for check in CHECKS])


@pytest.mark.parametrize("shape", [rounds, chain, nest, fan])
def test_ten_times_the_nodes_take_about_ten_times_as_long(shape):
    """Counted in calls; a quadratic step would take a hundred times as many."""
    small, large = effort(shape(200)), effort(shape(2000))
    assert small < 200_000
    assert large < 12 * small
