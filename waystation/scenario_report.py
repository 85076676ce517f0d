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
from waystation.contracts.problems import Path as DocumentPath
from waystation.scenario_files import Broken, Setup
from waystation.scenario_run import Runs, Verdict
from workflows.engine import Engine
from workflows.machine import Program
from workflows.scenarios import Said, run_scenario


@dataclass(slots=True, kw_only=True)
class Row(Verdict):
    """One scenario of a file."""

    file: str


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
        self._names: dict[str, str] = {}
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
        row = Row(item.scenario.name, item.line, file=item.file)
        try:
            engine = await runs.engine(item)
            outcome = await run_scenario(item.scenario, engine, item.plans)
            await self._cover(item, engine)
        except Unavailable as error:
            row.said = [Said(f"{error.code}：{error.zh}", f"{error.code}: {error.en}")]
            return row
        except Exception as error:  # noqa: BLE001 - the edge: a crash is this scenario's failure, not the run's
            place = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
            row.said = [Said(f"引擎异常：{what}", f"the engine crashed: {what}")]
            return row
        if outcome.said:
            row.line = item.lines.get(outcome.at, item.line)
            row.step = _step(outcome.at)
        row.said = outcome.said
        return row

    async def _cover(self, item: Setup, engine: Engine) -> None:
        for case in await engine.all_cases():
            program = await engine.program(case)
            covered = self._row(program, item.file)
            for entry in await engine.journal(case):
                if entry.kind is EntryKind.NODE_LEFT:
                    covered.nodes.add(entry.node)
                    covered.edges.update(_edges_left(entry.node, entry.data.get("to")))
                elif entry.kind is EntryKind.NODE_ENTERED and _raises(program, entry.node):
                    covered.nodes.add(entry.node)
                elif entry.kind is EntryKind.EDGE_TAKEN:
                    covered.edges.update(_edges_left(entry.node or "case", entry.data.get("to")))

    def _row(self, program: Program, file: str) -> Covered:
        """The row of a plan; another plan of the same name, such as a second version, has a row of its own."""
        name = self._names.get(program.hash)
        if name is None:
            name = program.plan.process
            if name in self.covered:
                name = f"{program.plan.process} ({file}, {program.hash[:8]})"
            self._names[program.hash] = name
            self.covered[name] = _all_of(program.plan)
        return self.covered[name]

    def as_text(self, *, coverage: bool = False) -> str:
        """For people: what failed, then one closing line."""
        lines = [broken.report.rstrip() for broken in self.broken]
        for row in self.rows:
            if not row.passed:
                step = "start" if row.step is None else f"step {row.step + 1}"
                lines.append(f"{row.file}:{row.line}: FAILED {row.name} ({step})")
                lines += [f"    {failure}" for failure in row.failures]
        if not self.rows and not self.broken:
            lines.append("no scenario found 没有找到场景")
        lines += self._coverage_lines(all_of_them=coverage)
        failed = sum(1 for row in self.rows if not row.passed) + len(self.broken)
        seconds = time.perf_counter() - self._began
        lines.append(f"{len(self.rows) + len(self.broken) - failed} passed, {failed} failed ({seconds:.2f} s)")
        return "\n".join(lines) + "\n"

    def _coverage_lines(self, *, all_of_them: bool) -> list[str]:
        """A line a process, then what no scenario reached; with `all_of_them` also what one did."""
        lines = []
        for process, covered in sorted(self.covered.items()):
            nodes, edges = _parted(covered.all_nodes, covered.nodes), _parted(covered.all_edges, covered.edges)
            lines.append(
                f"coverage of {process}: {len(nodes[0])}/{len(covered.all_nodes)} nodes, "
                f"{len(edges[0])}/{len(covered.all_edges)} edges"
            )
            told = [("never left", nodes[1]), ("never taken", edges[1])]
            told += [("left", nodes[0]), ("taken", edges[0])] if all_of_them else []
            lines += [f"    {what}: {', '.join(names)}" for what, names in told if names]
        return lines

    def as_json(self) -> str:
        """For programs."""
        found: dict[str, Any] = {
            "passed": self.passed,
            "scenarios": [
                {"file": row.file, "line": row.line, "name": row.name, "passed": row.passed, "step": row.step,
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


def _step(path: DocumentPath) -> int | None:
    numbers = [part for part in path if isinstance(part, int)]
    return numbers[-1] if "steps" in path and numbers else None


def _raises(program: Program, node: str) -> bool:
    """An end that raises an error is never left."""
    found = program.node_by_key(node)
    return found is not None and found.kind == "end"


def _edges_left(node: str, to: Any) -> list[str]:
    targets = to if isinstance(to, list) else [to]
    return [f"{node} -> {target}" for target in targets if target is not None]


def _parted(names: list[str], hit: set[str]) -> tuple[list[str], list[str]]:
    """Those that were hit, and the others."""
    return [name for name in names if name in hit], [name for name in names if name not in hit]


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
