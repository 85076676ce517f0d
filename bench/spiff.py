"""The machine against SpiffWorkflow, another engine that runs a graph in memory, on the same graphs.

SpiffWorkflow is installed into a folder of its own under `.venv` the first time; the product never sees it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.machine import nodes_per_second, run_case, sequence
from waystation.contracts.plan import Body, Edge, Node, Plan, Start
from workflows.machine import Program

VERSION = "3.2.0"
GRAPHS = (("sequence", 50), ("sequence", 200), ("sequence", 400), ("fork", 100))
_FOLDER = Path(sys.prefix) / "bench" / f"spiffworkflow-{VERSION}"


def fork(size: int) -> Plan:
    """`size` branches of one node between a fork and a join."""
    split = Node("fork", tuple(Edge(f"n{number}") for number in range(size)))
    branches = {f"n{number}": Node("set", (Edge("met"),)) for number in range(size)}
    nodes = {"split": split, **branches, "met": Node("join", (Edge("end"),))}
    return Plan(process="bench", start=Start("split"), body=Body("split", nodes))


def theirs() -> list[float]:
    """Nodes per second of SpiffWorkflow, in a process of its own."""
    if not _FOLDER.is_dir():
        pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(_FOLDER), f"SpiffWorkflow=={VERSION}"]
        subprocess.run(pip, check=True)
    side = Path(__file__).with_name("spiff_side.py")
    wanted = [f"{kind}:{size}" for kind, size in GRAPHS]
    path = {**os.environ, "PYTHONPATH": str(_FOLDER)}
    done = subprocess.run([sys.executable, side, *wanted], check=True, capture_output=True, text=True, env=path)
    figures: list[float] = json.loads(done.stdout)
    return figures


def measure() -> list[dict[str, Any]]:
    """Rows as in `bench.machine`."""
    rows: list[dict[str, Any]] = []
    for (kind, size), base in zip(GRAPHS, theirs(), strict=True):
        program = Program(sequence(size) if kind == "sequence" else fork(size))
        figure = nodes_per_second(lambda program=program: run_case(program), size)  # type: ignore[misc]
        rows.append(
            {
                "what": f"machine, a {kind} of {size} nodes, journal kept",
                "figure": round(figure),
                "unit": "nodes/s",
                "baseline": f"SpiffWorkflow {VERSION}",
                "baseline_figure": round(base),
                "ratio": round(figure / base, 1),
            }
        )
    return rows
