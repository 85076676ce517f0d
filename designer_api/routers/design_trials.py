"""Designs tried out: simulation, and the scenarios saved with a design."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from designer_api.auth.needs import needs
from designer_api.deps import Held, Signed
from designer_api.designs import bodies, keeping, node_trials, rehearsing, trial_bodies, trials
from designer_api.designs.node_trial_bodies import (
    NewScenario,
    NodeSample,
    NodeTrial,
    NodeTrialAsked,
    PinnedSimulation,
    PinnedTrial,
    SampleAsked,
)
from designer_api.etags import Seen
from designer_api.routers.designs import DesignId, shown

router = APIRouter(
    prefix="/designs/{design}", tags=["designer"], dependencies=[needs("designs.see", changing="designs.edit")]
)


@router.post("/simulate", dependencies=[needs("designs.see")])
async def simulate(design: DesignId, body: PinnedSimulation, held: Held, caller: Signed) -> PinnedTrial:
    """Play steps on the design from its start; nothing is kept, and nothing outside happens."""
    return await trials.simulate(held, caller, design, body)


@router.post("/nodes/try", dependencies=[needs("designs.see")])
async def try_node(design: DesignId, body: NodeTrialAsked, held: Held, caller: Signed) -> NodeTrial:
    """Run one node of the design alone with given data; nothing is kept, and nothing outside happens."""
    return await node_trials.try_node(held, caller, design, body)


@router.post("/nodes/sample", dependencies=[needs("designs.see")])
async def sample(design: DesignId, body: SampleAsked, held: Held, caller: Signed) -> NodeSample:
    """Data to try a node with: of a simulation, else of a saved scenario, else examples."""
    return await node_trials.sample_for(held, caller, design, body)


@router.get("/scenarios")
async def list_scenarios(design: DesignId, held: Held, caller: Signed) -> trial_bodies.ScenarioList:
    """The scenarios that are saved with a design."""
    return await trials.scenarios(held, caller, design)


@router.post("/scenarios")
async def save_scenario(
    design: DesignId, body: NewScenario, held: Held, caller: Signed, seen: Seen, response: Response
) -> bodies.Design:
    """Save what was simulated as a scenario, with what is true at its end."""
    found = await trials.save_scenario(held, caller, design, seen, body)
    return await shown(response, keeping.Saved(found, []))


@router.delete("/scenarios/{scenario}")
async def drop_scenario(
    design: DesignId,
    scenario: Annotated[str, Path(max_length=200)],
    held: Held,
    caller: Signed,
    seen: Seen,
    response: Response,
) -> bodies.Design:
    """Throw a scenario away."""
    found = await trials.drop_scenario(held, caller, design, seen, scenario)
    return await shown(response, keeping.Saved(found, []))


@router.post("/scenarios/run", dependencies=[needs("designs.see")])
async def run_scenarios(
    design: DesignId, body: trial_bodies.RunAsked, held: Held, caller: Signed
) -> trial_bodies.ScenarioVerdicts:
    """Run the saved scenarios on the design."""
    return await trials.run_scenarios(held, caller, design, body.names)


@router.post("/replay")
async def replay(design: DesignId, body: trial_bodies.ReplayAsked, held: Held, caller: Signed) -> trial_bodies.Replay:
    """Play the last finished cases again on the design, with their recorded answers."""
    return await rehearsing.replay(held, caller, design, body.last)


@router.post("/drill", dependencies=[needs("designs.see")])
async def drill(design: DesignId, body: trial_bodies.DrillAsked, held: Held, caller: Signed) -> trial_bodies.Drill:
    """What the process does with an action down, somebody silent, a message twice."""
    return await rehearsing.drilled(held, caller, design, body)
