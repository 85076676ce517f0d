"""One node of a design, run alone on the engine in memory with given data.

The machine runs the node itself (`lone_nodes`), `node_answers` tells what became of it. Nothing is kept, and nothing
outside happens: actions are those of a trial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from waystation.contracts.events import Entry, EntryKind
from waystation.design.guided_steps import Guides, guided
from waystation.design.lone_nodes import Before, lone_plan, steps_for
from waystation.design.node_looks import Look, look_at
from waystation.design.trial_answers import node_of
from waystation.design.trials import Ran, Special, World, run_now, scenario_of
from workflows.machine import CaseState
from workflows.machine.program import NodeRun, Program
from workflows.machine.run import Run
from workflows.machine.state import Activation


@dataclass(slots=True)
class Lone:
    """A node that was run alone."""

    key: str
    node: NodeRun
    before: Before
    ran: Ran
    program: Program
    looks: list[Look] = field(default_factory=list)

    @property
    def entries(self) -> list[Entry]:
        return [] if self.ran.case is None else self.ran.engine.cases[self.ran.case].entries

    @property
    def state(self) -> CaseState | None:
        return None if self.ran.case is None else self.ran.engine.cases[self.ran.case].machine.state

    @property
    def act(self) -> Activation | None:
        """The node while it is not left."""
        acts = self.state.acts.values() if self.state is not None else ()
        return next((act for act in acts if node_of(act.path) == self.key), None)

    def of_node(self, *kinds: EntryKind) -> list[Entry]:
        """The journal's entries of these kinds about the node itself."""
        return [each for each in self.entries if each.kind in kinds and node_of(each.node or each.path) == self.key]


def run_alone(
    world: World, key: str, before: Before, simulation: Mapping[str, Any], *, at: datetime | None = None
) -> Lone:
    """Run one node.

    Args:
        simulation: `steps`, `actions`, `people`, `settings`, and the case's `key`, as a simulation has them.

    Raises:
        Refused: `not_found`, `not_alone`, `bad_scenario`, `bad_people`, `too_long`.
    """
    plan = world.plans[world.process]
    lone = lone_plan(plan, key)
    looks: list[Look] = []

    def look(run: Run, act: Activation) -> None:
        looks.append(look_at(run, act))

    program = guided(lone, Guides(before={key: look}), steps_for(before))
    start = {"as": before.initiator, "data": dict(before.data)}
    if simulation.get("key"):
        start["key"] = simulation["key"]
    played = {name: simulation.get(name) for name in ("steps", "actions", "people", "settings")}
    scenario = scenario_of({**played, "start": start}, world.process)
    alone = replace(world, plans={**world.plans, world.process: lone})
    node = program.node_by_key(key)
    assert node is not None  # lone_plan has found it
    return Lone(key, node, before, run_now(alone, scenario, at=at, special=Special(program)), program, looks)
