"""Designs against reality: finished cases played again, and what becomes of a case when something fails."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict

from designer_api.auth.policy import Caller
from designer_api.deps import Parts
from designer_api.designs import trial_bodies, trials
from designer_api.designs.effective import meant
from designer_api.designs.keeping import opened
from designer_api.designs.rights import Right
from waystation.contracts.errors import Refused
from waystation.design.drills import drill
from waystation.design.operations import exact
from waystation.design.replay_runs import in_words, replay_last
from waystation.design.trial_answers import plain

#: Seconds that one request may take.
_SECONDS = 60.0


async def replay(held: Parts, caller: Caller, name: str, last: int) -> trial_bodies.Replay:
    """Play the last finished cases of its process again on a design.

    Raises:
        Refused: `not_found`, `not_allowed`; DefinitionInvalid: the design has errors.
    """
    design = (await opened(held, caller, name, Right.EDIT)).design
    world, _ = await trials.world_of(held, caller, await meant(held, caller, design))
    found = await replay_last(held.database, caller.tenant, world, design.facts.process, last, seconds=_SECONDS)
    items = []
    for row in found.items:
        zh, en = in_words(row)
        shown = {key: value for key, value in asdict(row).items() if key != "why"}
        items.append(trial_bodies.ReplayedCase(**shown, zh=zh, en=en))
    return trial_bodies.Replay(
        cases=found.cases, same=found.same, changed=found.changed, stuck=found.stuck, left_out=found.left_out,
        ms=round(found.seconds * 1000), items=items,
    )  # fmt: skip


async def drilled(held: Parts, caller: Caller, name: str, asked: trial_bodies.DrillAsked) -> trial_bodies.Drill:
    """What a case does with each fault.

    Raises:
        Refused: `not_found`, `bad_drill`, `bad_scenario`, `too_long`; DefinitionInvalid: the design has errors.
    """
    design = (await opened(held, caller, name)).design
    world, _ = await trials.world_of(held, caller, await trials.text_of(held, caller, design, asked.simulation))
    given = exact(asked.simulation.model_dump(include={"start", "steps", "actions", "people", "settings"}))
    simulation = {**given, "at": asked.simulation.at}
    faults = [fault.model_dump(by_alias=True, exclude_none=True) for fault in asked.faults]
    found, until = [], time.monotonic() + _SECONDS
    for fault in faults:
        if time.monotonic() > until:
            raise Refused("too_long", "these drills take too long; send fewer", "演练耗时过长，请减少故障")
        found.append(await asyncio.to_thread(drill, world, simulation, fault))
    return trial_bodies.Drill(items=[trial_bodies.DrilledFault.model_validate(plain(asdict(each))) for each in found])
