"""How fast the pure machine moves a token, against the least that could do it: a loop over a map of nodes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from waystation.contracts.events import Continued, Started
from waystation.contracts.plan import Body, Edge, Node, Plan, Start
from workflows.machine import Program, begin

_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SIZES = (50, 200, 400, 10_000)


def sequence(size: int) -> Plan:
    """`size` nodes one after another; each assigns nothing."""
    nodes = {f"n{i}": Node("set", (Edge(f"n{i + 1}" if i + 1 < size else "end"),)) for i in range(size)}
    return Plan(process="bench", start=Start("n0"), body=Body("n0", nodes))


def run_case(program: Program) -> None:
    machine = begin(program, tenant="bench", case="case", version=1, at=_AT)
    step = machine.apply(Started(_AT, {}, "bench"))
    while step.more:
        step = machine.apply(Continued(_AT))
    if machine.state.status != "ended":
        raise AssertionError("the case did not end")


def walk(plan: Plan) -> None:
    """The baseline: follow edges and note where one has been."""
    at, been = plan.start.at, []
    while at != "end":
        been.append(at)
        at = plan.body.nodes[at].edges[0].to


def nodes_per_second(work: Callable[[], None], nodes: int, seconds: float = 0.4) -> float:
    """Best of three rounds of at least `seconds` each."""
    best = 0.0
    for _ in range(3):
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            work()
            count += 1
        best = max(best, count * nodes / (time.perf_counter() - began))
    return best


def measure() -> list[dict[str, Any]]:
    """Rows of {what, size, figure, unit, baseline, baseline_figure, ratio}."""
    rows: list[dict[str, Any]] = []
    for size in SIZES:
        plan = sequence(size)
        plan = Plan(process=plan.process, start=plan.start, body=plan.body, limits=type(plan.limits)(steps=size + 1))
        program = Program(plan)
        figure = nodes_per_second(lambda program=program: run_case(program), size)  # type: ignore[misc]
        base = nodes_per_second(lambda plan=plan: walk(plan), size)  # type: ignore[misc]
        rows.append(
            {
                "what": f"machine, a sequence of {size} nodes, journal kept",
                "figure": round(figure),
                "unit": "nodes/s",
                "baseline": "a bare loop over the nodes",
                "baseline_figure": round(base),
                "ratio": round(figure / base, 4),
            }
        )
    return rows
