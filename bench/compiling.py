"""How long it takes to compile a large process with all checks, against only reading its text with positions."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from waystation.bootstrap import build_catalog
from waystation.compiler import compile_process
from waystation.compiler.source import read_source


def text(size: int) -> str:
    """A process of `size` nodes: assignments with a condition and a task every ten nodes."""
    lines = ["waystation: 1", "process: large", "data: { n: { type: integer, default: 0 } }", "nodes:"]
    for i in range(size):
        to = f"n{i + 1}" if i + 1 < size else "end"
        if i % 10 == 9:
            lines.append(f"  n{i}: {{ kind: task, assign: [{{ role: clerk }}], next: {to} }}")
        elif i % 10 == 5:
            lines.append(
                f'  n{i}: {{ kind: choice, next: [{{ when: "${{ data.n > {i} }}", to: {to} }}, {{ to: {to} }}] }}'
            )
        else:
            lines.append(f'  n{i}: {{ kind: set, save: {{ n: "${{ data.n + 1 }}" }}, next: {to} }}')
    return "\n".join(lines) + "\n"


def best_of(work: Callable[[], Any], rounds: int = 3) -> float:
    """Milliseconds of the fastest round."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times) * 1000


def measure() -> list[dict[str, Any]]:
    """Rows as in `bench.machine`."""
    catalog = build_catalog()
    rows: list[dict[str, Any]] = []
    for size in (100, 1_000, 10_000):
        source = text(size)

        def compiled(source: str = source) -> None:
            compile_process(source, catalog).ready()

        def read(source: str = source) -> None:
            read_source(source)

        figure, base = best_of(compiled), best_of(read)
        rows.append(
            {
                "what": f"compile {size} nodes with all checks",
                "figure": round(figure, 1),
                "unit": "ms",
                "baseline": "reading the same text with all positions",
                "baseline_figure": round(base, 1),
                "ratio": round(figure / base, 2),
            }
        )
    return rows
