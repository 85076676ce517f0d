"""Designs against reality: finished cases played again, and what becomes of a case when something fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from designer_api.auth.policy import Caller
from designer_api.deps import Parts
from designer_api.designs import trial_bodies, trials
from designer_api.designs.effective import meant
from designer_api.designs.keeping import opened
from designer_api.designs.rights import Right
from waystation.contracts.errors import Refused
from waystation.contracts.plan import Plan, read_plan
from waystation.design.drill_words import Names
from waystation.design.drills import drill
from waystation.design.operations import exact
from waystation.design.replay_runs import in_words, replay_last
from waystation.design.replays import Replayed
from waystation.design.scenario_text import simulation_of
from waystation.design.trial_answers import plain
from waystation.store import definitions, finished

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
    names = Names(world, *await _older(held, caller, design.facts.process, found.items))
    async with held.database.read(caller.tenant) as session:
        titles = await finished.titles(session, [row.case for row in found.items])
    items = []
    for row in found.items:
        zh, en = in_words(row, names)
        shown = {key: value for key, value in asdict(row).items() if key != "why"}
        items.append(trial_bodies.ReplayedCase(**shown, title=titles.get(row.case), zh=zh, en=en))
    return trial_bodies.Replay(
        cases=found.cases, same=found.same, changed=found.changed, stuck=found.stuck, left_out=found.left_out,
        ms=round(found.seconds * 1000), nodes=_named(found.items, names),
        outcomes=names.outcomes, items=items,
    )  # fmt: skip


async def _older(held: Parts, caller: Caller, process: str, rows: Iterable[Replayed]) -> list[Plan]:
    """The versions that these cases ran on, oldest first."""
    plans = []
    async with held.database.read(caller.tenant) as session:
        for number in sorted({row.version for row in rows}):
            version = await definitions.version(session, process, number)
            data = await definitions.plan_by_hash(session, version.plan_hash) if version is not None else None
            plans += [] if data is None else [read_plan(data)]
    return plans


def _named(rows: Iterable[Replayed], names: Names) -> dict[str, Any]:
    nodes = {node for row in rows for node in (*row.path_before, *row.path_after)}
    return {node: names.nodes[node] for node in sorted(nodes) if names.nodes.get(node)}


async def drilled(held: Parts, caller: Caller, name: str, asked: trial_bodies.DrillAsked) -> trial_bodies.Drill:
    """What a case does with each fault.

    Raises:
        Refused: `not_found`, `bad_drill`, `bad_scenario`, `too_long`; DefinitionInvalid: the design has errors.
    """
    design = (await opened(held, caller, name)).design
    if (asked.simulation is None) == (asked.scenario is None):
        raise Refused("bad_drill", "name a simulation or a scenario", "请给出一次试运行或一个场景")
    whole = asked.simulation or trial_bodies.Simulation()
    world, _ = await trials.world_of(held, caller, await trials.text_of(held, caller, design, whole))
    given = whole.model_dump(include={"start", "steps", "actions", "people", "settings"})
    if asked.scenario is not None:
        given = await asyncio.to_thread(simulation_of, design.content.scenarios, asked.scenario)
    simulation = {**exact(given), "at": whole.at}
    faults = [fault.model_dump(by_alias=True, exclude_none=True) for fault in asked.faults]
    found, until = [], time.monotonic() + _SECONDS
    for fault in faults:
        if time.monotonic() > until:
            raise Refused("too_long", "these drills take too long; send fewer", "演练耗时过长，请减少故障")
        found.append(await asyncio.to_thread(drill, world, simulation, fault))
    return trial_bodies.Drill(items=[trial_bodies.DrilledFault.model_validate(plain(asdict(each))) for each in found])
