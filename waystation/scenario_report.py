"""What a run of scenarios says: which failed and where, and which nodes and edges were covered."""

from __future__ import annotations

import asyncio
import json
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from waystation.contracts.errors import Unavailable
from waystation.contracts.events import EntryKind
from waystation.contracts.plan import Body, Plan
from waystation.scenario_files import Broken, Setup
from waystation.scenario_run import Runs
from workflows.engine import Engine
from workflows.scenarios import Outcome, run_scenario


@dataclass(slots=True)
class Row:
    """One scenario: `step` is the index of the step that failed, None for the start."""

    file: str
    line: int
    scenario: str
    failures: list[str] = field(default_factory=list)
    step: int | None = None

    @property
    def passed(self) -> bool:
        return not self.failures


@dataclass(slots=True)
class Covered:
    """Nodes and edges of one process; an edge is `from -> to`."""

    nodes: set[str] = field(default_factory=set)
    edges: set[str] = field(default_factory=set)
    all_nodes: list[str] = field(default_factory=list)
    all_edges: list[str] = field(default_factory=list)


class Report:
    """Collects scenarios as they run."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.broken: list[Broken] = []
        self.covered: dict[str, Covered] = {}
        self._began = time.perf_counter()

    @property
    def passed(self) -> bool:
        return bool(self.rows) and not self.broken and all(row.passed for row in self.rows)

    async def add_all(self, items: Iterable[Setup | Broken], runs: Runs) -> None:
        """Run scenarios, as many at once as `runs` bears, and keep their outcomes in order."""
        places = asyncio.Semaphore(runs.at_once)
        waiting: list[asyncio.Task[Row]] = []
        for item in items:
            if isinstance(item, Broken):
                self.broken.append(item)
                continue
            await places.acquire()
            waiting.append(asyncio.create_task(self._run(item, runs)))
            waiting[-1].add_done_callback(lambda _: places.release())
        self.rows += await asyncio.gather(*waiting)

    async def _run(self, item: Setup, runs: Runs) -> Row:
        row = Row(item.file, item.line, item.scenario.name)
        try:
            engine = await runs.engine(item)
            outcome = await run_scenario(item.scenario, engine)
            await self._cover(item, engine, outcome)
        except Unavailable as error:
            row.failures = [f"{error.code}: {error.en}"]
            return row
        except Exception as error:  # noqa: BLE001 - the edge: a crash is this scenario's failure, not the run's
            place = traceback.extract_tb(error.__traceback__)[-1]
            row.failures = [
                f"the engine crashed: {type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
            ]
            return row
        numbers = [part for part in outcome.at if isinstance(part, int)]
        row.step = numbers[-1] if "steps" in outcome.at and numbers else None
        row.failures = outcome.failures
        return row

    async def _cover(self, item: Setup, engine: Engine, outcome: Outcome) -> None:
        for case in outcome.cases.values():
            state = await engine.state(case)
            covered = self.covered.setdefault(state.process, _all_of(item.plans[state.process]))
            for entry in await engine.journal(case):
                if entry.kind is EntryKind.NODE_LEFT:
                    covered.nodes.add(entry.node)
                    covered.edges.update(_edges_left(entry.node, entry.data.get("to")))
                elif entry.kind is EntryKind.EDGE_TAKEN:
                    covered.edges.update(_edges_left(entry.node or "case", entry.data.get("to")))

    def as_text(self, *, coverage: bool = False) -> str:
        """For people: what failed, then one closing line."""
        lines = [broken.report.rstrip() for broken in self.broken]
        for row in self.rows:
            if not row.passed:
                step = "start" if row.step is None else f"step {row.step + 1}"
                lines.append(f"{row.file}:{row.line}: FAILED {row.scenario} ({step})")
                lines += [f"    {failure}" for failure in row.failures]
        if not self.rows and not self.broken:
            lines.append("no scenario found 没有找到场景")
        if coverage:
            lines += self._coverage_lines()
        failed = sum(1 for row in self.rows if not row.passed) + len(self.broken)
        seconds = time.perf_counter() - self._began
        lines.append(f"{len(self.rows) + len(self.broken) - failed} passed, {failed} failed ({seconds:.2f} s)")
        return "\n".join(lines) + "\n"

    def _coverage_lines(self) -> list[str]:
        lines = []
        for process, covered in sorted(self.covered.items()):
            missing = [name for name in covered.all_nodes if name not in covered.nodes]
            edges = [name for name in covered.all_edges if name not in covered.edges]
            hit = len(covered.all_nodes) - len(missing)
            lines.append(
                f"{process}: {hit}/{len(covered.all_nodes)} nodes, "
                f"{len(covered.all_edges) - len(edges)}/{len(covered.all_edges)} edges"
            )
            lines += [f"    never left: {', '.join(missing)}"] if missing else []
            lines += [f"    never taken: {', '.join(edges)}"] if edges else []
        return lines

    def as_json(self) -> str:
        """For programs."""
        found: dict[str, Any] = {
            "passed": self.passed,
            "scenarios": [
                {"file": row.file, "line": row.line, "name": row.scenario, "passed": row.passed, "step": row.step,
                 "failures": row.failures}
                for row in self.rows
            ],
            "broken": [{"file": broken.file, "report": broken.report} for broken in self.broken],
            "coverage": {
                process: {
                    "nodes": [len(covered.nodes & set(covered.all_nodes)), len(covered.all_nodes)],
                    "edges": [len(covered.edges & set(covered.all_edges)), len(covered.all_edges)],
                    "nodes_missing": [name for name in covered.all_nodes if name not in covered.nodes],
                    "edges_missing": [name for name in covered.all_edges if name not in covered.edges],
                }
                for process, covered in sorted(self.covered.items())
            },
        }  # fmt: skip
        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _edges_left(node: str, to: Any) -> list[str]:
    targets = to if isinstance(to, list) else [to]
    return [f"{node} -> {target}" for target in targets if target is not None]


def _all_of(plan: Plan) -> Covered:
    covered = Covered()
    _collect(plan.body, "", covered)
    covered.all_edges += [f"case -> {boundary.to}" for boundary in plan.on]
    return covered


def _collect(body: Body, prefix: str, covered: Covered) -> None:
    for node_id, node in body.nodes.items():
        key = f"{prefix}/{node_id}" if prefix else node_id
        covered.all_nodes.append(key)
        targets = dict.fromkeys([edge.to for edge in node.edges] + [boundary.to for boundary in node.on])
        covered.all_edges += [f"{key} -> {to}" for to in targets]
        if node.body is not None:
            _collect(node.body, key, covered)
