"""SpiffWorkflow's half of `bench.spiff`, run by itself: nodes per second for each graph, as JSON.

Its path leads to the folder that SpiffWorkflow is installed in, so that its licence (LGPL) never meets the product.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from SpiffWorkflow import Workflow  # type: ignore[import-not-found]
from SpiffWorkflow.specs.Join import Join  # type: ignore[import-not-found]
from SpiffWorkflow.specs.Simple import Simple  # type: ignore[import-not-found]
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec  # type: ignore[import-not-found]


def sequence(size: int) -> Any:
    """`size` nodes one after another."""
    spec = WorkflowSpec("bench", addstart=True)
    last = spec.start
    for number in range(size):
        node = Simple(spec, f"n{number}")
        last.connect(node)
        last = node
    return spec


def fork(size: int) -> Any:
    """`size` branches of one node between a fork and a join."""
    spec = WorkflowSpec("bench", addstart=True)
    split, met = Simple(spec, "split"), Join(spec, "met")
    spec.start.connect(split)
    for number in range(size):
        node = Simple(spec, f"n{number}")
        split.connect(node)
        node.connect(met)
    return spec


def nodes_per_second(spec: Any, nodes: int, seconds: float = 1.0) -> float:
    """Best of three rounds of at least `seconds` each."""
    best = 0.0
    for _ in range(3):
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            workflow = Workflow(spec)
            workflow.run_all()
            if not workflow.is_completed():
                raise AssertionError("the workflow did not end")
            count += 1
        best = max(best, count * nodes / (time.perf_counter() - began))
    return best


if __name__ == "__main__":
    kinds = {"sequence": sequence, "fork": fork}
    wanted = [(kind, int(size)) for kind, size in (each.split(":") for each in sys.argv[1:])]
    print(json.dumps([nodes_per_second(kinds[kind](size), size) for kind, size in wanted]))
