"""Data to try a node with: as it was when a simulation or a saved scenario came to it, else examples of its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from waystation.contracts.errors import Refused
from waystation.contracts.plan import Plan
from waystation.design.bounds import Bounds
from waystation.design.exact import shown
from waystation.design.guided_steps import Guides, guided
from waystation.design.lone_nodes import Before, lone_plan
from waystation.design.model import Tree
from waystation.design.node_looks import Look, look_at
from waystation.design.scenario_text import read, rows_of, simulation_of
from waystation.design.stand_ins import example_of
from waystation.design.trials import SIMULATION_SECONDS, Special, World, run_now, scenario_of
from workflows.engine import SCENARIO_START
from workflows.machine import Program
from workflows.machine.run import Run
from workflows.machine.state import Activation

#: Scenarios that are played in search of one that comes to the node.
MOST_PLAYED = 10


@dataclass(slots=True)
class Sample:
    """What to try a node with.

    Args:
        reached: the node was entered there; otherwise `before` is what the case began with.
        people, settings: those of the scenario, None for the tenant's.
    """

    source: Literal["simulation", "scenario", "example"]
    before: Before
    at: datetime
    reached: bool = False
    scenario: str | None = None
    people: Tree | None = None
    settings: Tree = field(default_factory=dict)


def sample(world: World, key: str, simulation: Mapping[str, Any] | None, scenarios: str, initiator: str) -> Sample:
    """The best data there is for a node.

    Raises:
        Refused: `not_found`, `not_alone`, `bad_scenario`, `bad_people`, `too_long`.
    """
    plan = world.plans[world.process]
    lone_plan(plan, key)  # refuses what cannot be tried
    bounds = Bounds(SIMULATION_SECONDS)
    if simulation is not None and simulation.get("start") is not None:
        looked = _look(world, key, simulation, bounds)
        if looked is not None:
            return _sample("simulation", looked, simulation)
    found = _of_scenarios(world, key, scenarios, bounds)
    return found or Sample("example", Before(_example(plan), initiator), SCENARIO_START)


def _sample(source: Literal["simulation", "scenario"], look: Look, played: Mapping[str, Any]) -> Sample:
    before = Before(look.data, look.initiator, look.items, look.brought, look.answers, look.picked)
    people, settings = played.get("people"), dict(played.get("settings") or {})
    return Sample(source, before, look.at, reached=True, people=people, settings=settings)


def _look(world: World, key: str, played: Mapping[str, Any], bounds: Bounds) -> Look | None:
    """The node as it was entered last; None when it was not."""
    looks: list[Look] = []

    def look(run: Run, act: Activation) -> None:
        looks[:] = [look_at(run, act)]

    program = guided(world.plans[world.process], Guides(before={key: look}))
    given = {name: played.get(name) for name in ("start", "steps", "actions", "people", "settings")}
    run_now(world, scenario_of(given, world.process), at=played.get("at"), special=Special(program), bounds=bounds)
    return looks[0] if looks else None


def _of_scenarios(world: World, key: str, text: str, bounds: Bounds) -> Sample | None:
    """Of the first scenario that comes to the node; else what the first one begins with."""
    source = read(text)
    if source.flaws or not isinstance(source.tree, dict):
        return None
    rows = [row for row in rows_of(source.tree) if row.get("process", world.process) == world.process]
    begun: Sample | None = None
    for row in rows[:MOST_PLAYED]:
        name = str(row.get("scenario", ""))
        played = simulation_of(text, name)
        start = played.get("start")
        if not isinstance(start, dict):
            continue
        try:
            look = _look(world, key, played, bounds)
        except Refused:
            continue
        if look is not None:
            return replace(_sample("scenario", look, played), scenario=name)
        begun = begun or _begun(played, start, name)
    return begun


def _begun(played: Tree, start: Tree, name: str) -> Sample:
    before = Before(dict(start.get("data") or {}), str(start.get("as") or ""))
    settings = dict(played.get("settings") or {})
    return Sample("scenario", before, SCENARIO_START, False, name, played.get("people"), settings)


def _example(plan: Plan) -> Tree:
    """A value for each field of the start form, and for what a case must begin with."""
    form = plan.forms.get(plan.start.form) if plan.start.form else None
    names = form.fields if form is not None else plan.data
    program = Program(plan)
    found: dict[str, Any] = {}
    for name in plan.data:
        if name not in names and name not in plan.required:
            continue
        value = shown(example_of(plan.data[name]))
        if value is not None and program.field_error(name, value) is None:
            found[name] = value
    return found
