"""The saved scenarios of a design run on it: each in its own world, all within a bounded time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from waystation.compiler import compile_process
from waystation.compiler.library import Library
from waystation.compiler.source import Source
from waystation.contracts.errors import Refused
from waystation.contracts.events import EntryKind
from waystation.contracts.problems import Path
from waystation.design.bounds import Bounds
from waystation.design.scenario_text import read
from waystation.design.trial_answers import node_of
from waystation.design.trials import World, run
from waystation.scenario_actions import RealActions
from waystation.scenario_run import Verdict
from workflows.scenarios import Said, Scenario, read_scenarios

#: Seconds for all scenarios of a design.
SECONDS = 60.0


@dataclass(slots=True)
class Verdicts:
    """All scenarios of a design, and the nodes that they came through."""

    rows: list[Verdict] = field(default_factory=list)
    nodes: set[str] = field(default_factory=set)

    @property
    def failed(self) -> list[Verdict]:
        return [row for row in self.rows if not row.passed]


def run_all(text: str, world: World, library: Library, names: Iterable[str] | None = None) -> Verdicts:
    """Run the scenarios of a text (those with these names) on a design."""
    source = read(text)
    found = Verdicts()
    if source.flaws:
        said = Said("场景文本有语法错误", "the text is no sound YAML")
        found.rows.append(Verdict("scenarios.yaml", source.flaws[0].line, [said]))
        return found
    if not isinstance(source.tree, dict):
        return found
    faults: list[tuple[Path, Said]] = []

    def complain(path: Path, zh: str, en: str, *, known: frozenset[str] = frozenset()) -> None:
        faults.append((path, Said(zh, en)))

    scenarios = read_scenarios(source.tree, complain)
    for path, said in faults:
        found.rows.append(Verdict("scenarios.yaml", source.place(path).line, [said]))
    wanted = None if names is None else set(names)
    chosen = [each for each in scenarios.scenarios if wanted is None or each.name in wanted]
    if scenarios.processes:
        world = _with_local(world, source, library, len(scenarios.processes))
    lines = {each.path: source.place(each.path).line for each in chosen}
    asyncio.run(_run(chosen, world, found, lines))
    return found


def _with_local(world: World, source: Source, library: Library, count: int) -> World:
    """Processes that the scenario file brings along (called ones) are known too; the design itself stays itself."""
    plans = dict(world.plans)
    for index in range(count):
        plan = compile_process(source, world.catalog, library, at=("processes", index)).plan
        if plan is not None:
            plans.setdefault(plan.process, plan)
    return replace(world, plans=plans)


async def _run(scenarios: list[Scenario], world: World, found: Verdicts, lines: dict[Path, int]) -> None:
    bounds = Bounds(SECONDS)
    real = RealActions(world.catalog)
    try:
        for number, scenario in enumerate(scenarios):
            verdict = Verdict(scenario.name, lines[scenario.path])
            found.rows.append(verdict)
            try:
                ran = await run(world, scenario, bounds=bounds, real=real, tenant=f"trial-{number}")
            except Refused as refused:
                verdict.said = [Said(f"{refused.code}：{refused.zh}", f"{refused.code}: {refused.en}")]
                continue
            verdict.said = ran.outcome.said
            if ran.outcome.at and isinstance(ran.outcome.at[-1], int) and not ran.outcome.passed:
                verdict.step = ran.outcome.at[-1]
            for case in ran.engine.cases.values():
                if case.machine.state.process == world.process:
                    found.nodes |= {node_of(each.node) for each in case.entries if each.kind is EntryKind.NODE_LEFT}
    finally:
        await real.close()
