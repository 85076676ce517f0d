"""A design tried out on the engine in memory: played from its start, step by step, with nothing kept in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from waystation.contracts.catalog import Catalog
from waystation.contracts.errors import DefinitionInvalid, Refused
from waystation.contracts.people import Organisation
from waystation.contracts.plan import Plan
from waystation.contracts.problems import Path
from waystation.design.bounds import MOST_STEPS, Bounds
from waystation.design.stand_ins import StandIns
from waystation.scenario_actions import RealActions
from waystation.scenario_files import PlanBook, with_admin
from workflows.engine import SCENARIO_START
from workflows.machine import Program
from workflows.memory import MemoryEngine
from workflows.people import parse_people
from workflows.scenarios import Scenario, read_scenarios, run_scenario
from workflows.scenarios.runner import Outcome

#: Seconds that one simulation may take.
SIMULATION_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class World:
    """What trials run in. `plans` has the design's process and those that it calls; `people` is the tenant's."""

    plans: Mapping[str, Plan]
    catalog: Catalog
    people: Organisation
    process: str


@dataclass(slots=True)
class Ran:
    """A trial that was played as far as it went. `marks` counts the journal's entries of all cases after each step."""

    engine: MemoryEngine
    outcome: Outcome
    actions: StandIns
    scenario: Scenario
    marks: list[dict[str, int]] = field(default_factory=list)

    @property
    def case(self) -> str | None:
        """The case that was started first."""
        return next(iter(self.engine.cases), None)


@dataclass(frozen=True, slots=True)
class Special:
    """How one trial differs from the others.

    Args:
        program: in place of the one that is made of the process's plan.
        done: told after each step how many are done; 0 after the start.
    """

    program: Program | None = None
    engine: Callable[..., MemoryEngine] = MemoryEngine
    done: Callable[[int], None] = lambda _: None


def scenario_of(tree: Mapping[str, Any], process: str) -> Scenario:
    """A simulation as the client sends it, as a scenario.

    Raises:
        Refused: `bad_scenario`, with the first fault of its shape.
    """
    faults: list[tuple[Path, str, str]] = []

    def complain(path: Path, zh: str, en: str, *, known: frozenset[str] = frozenset()) -> None:
        faults.append((path, zh, en))

    given = {key: value for key, value in tree.items() if value is not None}
    found = read_scenarios({"scenario": "trial", "process": process, **given}, complain)
    if faults or not found.scenarios:
        path, zh, en = faults[0] if faults else ((), "没有场景", "there is no scenario")
        raise Refused("bad_scenario", en, zh, {"path": list(path)})
    if len(found.scenarios[0].steps) > MOST_STEPS:
        raise Refused("too_long", f"at most {MOST_STEPS} steps", f"最多 {MOST_STEPS} 步")
    return found.scenarios[0]


def people_of(scenario: Scenario, tenants: Organisation) -> Organisation:
    """The people of a trial: its own, else the tenant's.

    Raises:
        Refused: `bad_people`.
    """
    if scenario.people is None:
        return with_admin(tenants)
    try:
        return with_admin(parse_people(scenario.people))
    except DefinitionInvalid as invalid:
        first = invalid.problems[0]
        raise Refused("bad_people", first.en, first.zh) from invalid


async def run(
    world: World,
    scenario: Scenario,
    *,
    at: datetime | None = None,
    bounds: Bounds | None = None,
    real: RealActions | None = None,
    runner: StandIns | None = None,
    tenant: str = "trial",
    special: Special | None = None,
) -> Ran:
    """Play a scenario.

    Raises:
        Refused: `too_long`, `bad_people`.
    """
    bounds, special = bounds or Bounds(SIMULATION_SECONDS), special or Special()
    actions = runner or StandIns(world.catalog, scenario, real, tenant)
    programs = {} if special.program is None else {(world.process, 1): special.program}
    made = special.engine(
        PlanBook(world.plans, programs=programs), people_of(scenario, world.people), actions, tenant=tenant,
        settings=dict(scenario.settings), at=at or SCENARIO_START, watch=bounds.check,
    )  # fmt: skip
    bounds.engine = made
    marks: list[dict[str, int]] = []

    def mark(number: int) -> None:
        marks.append({name: len(case.entries) for name, case in made.cases.items()})
        special.done(number)

    outcome = await run_scenario(scenario, made, world.plans, done=mark)
    if outcome.refused is not None and outcome.refused.code == "too_long":
        raise outcome.refused
    return Ran(made, outcome, actions, scenario, marks)


def run_now(world: World, scenario: Scenario, **more: Any) -> Ran:
    """The same from a thread without a loop."""
    return asyncio.run(run(world, scenario, **more))
