"""Designs tried out: simulations, and the scenarios that are saved with them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

from designer_api.auth.policy import Caller
from designer_api.deps import Parts
from designer_api.designs import trial_bodies
from designer_api.designs.effective import meant
from designer_api.designs.keeping import Opened, keep, opened, require_newest
from designer_api.designs.node_trial_bodies import NewScenario, PinnedSimulation, PinnedTrial
from designer_api.designs.rights import Right
from designer_api.designs.trying import meant_text
from designer_api.staffing import tenant_library
from waystation.compiler.library import Library
from waystation.contracts.errors import DefinitionInvalid
from waystation.contracts.people import Organisation
from waystation.contracts.plan import Body, Plan, read_plan
from waystation.design import scenario_text
from waystation.design.checking import check
from waystation.design.exact import shown
from waystation.design.model import Tree, to_model
from waystation.design.operations import exact
from waystation.design.pins import Pins, as_steps, as_stubs, run_pinned
from waystation.design.scenario_runs import Verdicts, run_all
from waystation.design.trial_answers import answer
from waystation.design.trials import Ran, World, scenario_of
from waystation.scenario_run import Verdict
from waystation.store import definitions, people
from waystation.store.designs import Content, Design
from waystation.store.session import TenantSession

#: Processes that may be called, one by the other, in one trial.
_MOST_CALLED = 50


async def simulate(held: Parts, caller: Caller, name: str, asked: PinnedSimulation) -> PinnedTrial:
    """Play a simulation on a design.

    Raises:
        Refused: `not_found`, `bad_scenario`, `too_long`, `bad_edit`; DefinitionInvalid: the design has errors.
    """
    found = await opened(held, caller, name)
    text = await text_of(held, caller, found.design, asked)
    world, tree = await world_of(held, caller, text)
    ran, pins = await asyncio.to_thread(played, world, asked)
    trial = await asyncio.to_thread(answer, ran, to_model(tree))
    return PinnedTrial.model_validate({**trial, "pins": pins.told()})


async def text_of(held: Parts, caller: Caller, design: Design, asked: trial_bodies.Simulation) -> str:
    """The text that a simulation is about: one that is not saved, else what the design means.

    Raises:
        Refused: `bad_edit`, `not_editable`; DefinitionInvalid: an overlay does not fit its base.
    """
    if asked.text is None and not asked.ops:
        return await meant(held, caller, design)
    return await asyncio.to_thread(meant_text, held, design, asked.text, asked.ops)


def played(world: World, asked: PinnedSimulation) -> tuple[Ran, Pins]:
    """Play what was sent."""
    given = asked.model_dump(include={"start", "steps", "actions", "people", "settings"})
    wanted = {key: exact(pin.model_dump()) for key, pin in asked.pins.items()}
    return run_pinned(world, scenario_of(exact(given), world.process), wanted, at=asked.at)


async def world_of(held: Parts, caller: Caller, text: str) -> tuple[World, Tree]:
    """A design's plan with those of the processes that it calls, and the tenant's people.

    Raises:
        DefinitionInvalid: the design has errors.
    """
    library = await tenant_library(held, caller.tenant)
    found = await asyncio.to_thread(check, text, held.catalog, library)
    if found.plan is None:
        raise DefinitionInvalid(found.problems)
    async with held.database.read(caller.tenant) as session:
        plans = await _called(session, found.plan)
        organisation: Organisation = await people.organisation(session)
    return World(plans, held.catalog, organisation, found.plan.process), found.source.tree


async def _called(session: TenantSession, plan: Plan) -> dict[str, Plan]:
    plans = {plan.process: plan}
    todo = list(_calls(plan.body))
    while todo and len(plans) < _MOST_CALLED:
        name = todo.pop()
        if name in plans:
            continue
        version = await definitions.latest(session, name)
        data = await definitions.plan_by_hash(session, version.plan_hash) if version is not None else None
        if data is not None:
            plans[name] = read_plan(data)
            todo += _calls(plans[name].body)
    return plans


def _calls(body: Body) -> Iterator[str]:
    for node in body.nodes.values():
        if node.kind == "call":
            yield str(node.params["process"])
        if node.body is not None:
            yield from _calls(node.body)


async def scenarios(held: Parts, caller: Caller, name: str) -> trial_bodies.ScenarioList:
    """The scenarios that are saved with a design."""
    design = (await opened(held, caller, name)).design
    source = await asyncio.to_thread(scenario_text.read, design.content.scenarios)
    rows = scenario_text.rows_of(source.tree)
    several = isinstance(source.tree, dict) and isinstance(source.tree.get("scenarios"), list)
    items = [
        trial_bodies.ScenarioRow(
            name=str(row.get("scenario", "")), process=str(row.get("process", design.facts.process)),
            start=shown(row.get("start")), steps=len(row["steps"]) if isinstance(row.get("steps"), list) else 0,
            line=source.place(("scenarios", index) if several else ()).line,
        )
        for index, row in enumerate(rows)
    ]  # fmt: skip
    return trial_bodies.ScenarioList(items=items)


async def save_scenario(held: Parts, caller: Caller, name: str, seen: int | None, asked: NewScenario) -> Opened:
    """Keep what was simulated as a scenario.

    Raises:
        Refused: as `simulate`; `revision_needed`, `changed_meanwhile`, `not_allowed`, `bad_scenario`,
            `pin_not_in_scenario`, `pins_differ`.
    """
    found = await opened(held, caller, name, Right.EDIT)
    require_newest(found, seen)
    text = await text_of(held, caller, found.design, asked.simulation)
    world, _ = await world_of(held, caller, text)
    content = await asyncio.to_thread(_with_scenario, world, found.design.content, asked)
    return await keep(held, caller, found, content, "design.scenario", scenario=asked.name)


def _with_scenario(world: World, content: Content, asked: NewScenario) -> Content:
    ran, pins = played(world, asked.simulation)
    if ran.outcome.refused is not None:
        raise ran.outcome.refused
    given = asked.simulation.model_dump(include={"start", "steps", "actions", "people", "settings"})
    given["steps"] = as_steps(given["steps"], pins)
    given["actions"] = {**given["actions"], **as_stubs(ran, pins)}
    row = scenario_text.scenario_from(asked.name, given, ran)
    return replace(content, scenarios=scenario_text.added(content.scenarios, world.process, row))


async def drop_scenario(held: Parts, caller: Caller, name: str, seen: int | None, scenario: str) -> Opened:
    """Throw a scenario away.

    Raises:
        Refused: `not_found`, `revision_needed`, `changed_meanwhile`, `not_allowed`.
    """
    found = await opened(held, caller, name, Right.EDIT)
    require_newest(found, seen)
    text = await asyncio.to_thread(scenario_text.removed, found.design.content.scenarios, scenario)
    content = replace(found.design.content, scenarios=text)
    return await keep(held, caller, found, content, "design.scenario", dropped=scenario)


async def run_scenarios(
    held: Parts, caller: Caller, name: str, names: list[str] | None
) -> trial_bodies.ScenarioVerdicts:
    """Run the saved scenarios.

    Raises:
        Refused: `not_found`; DefinitionInvalid: the design has errors.
    """
    design = (await opened(held, caller, name)).design
    world, _ = await world_of(held, caller, await meant(held, caller, design))
    found = await verdicts(held, caller, world, design.content.scenarios, names)
    return verdict_view(found, world.plans[world.process])


async def verdicts(held: Parts, caller: Caller, world: World, text: str, names: list[str] | None = None) -> Verdicts:
    """How scenarios go on a design."""
    library: Library = await tenant_library(held, caller.tenant)
    return await asyncio.to_thread(run_all, text, world, library, names)


def one_verdict(row: Verdict) -> trial_bodies.ScenarioVerdict:
    said = [trial_bodies.Words(zh=line.zh, en=line.en) for line in row.said]
    return trial_bodies.ScenarioVerdict(
        name=row.name, passed=row.passed, step=row.step, line=row.line, failures=row.failures, said=said
    )


def verdict_view(found: Verdicts, plan: Plan) -> trial_bodies.ScenarioVerdicts:
    items = [one_verdict(row) for row in found.rows]
    nodes = list(_addresses(plan.body, ""))
    covered = trial_bodies.Coverage(
        nodes=[name for name in nodes if name in found.nodes],
        missed=[name for name in nodes if name not in found.nodes],
    )
    return trial_bodies.ScenarioVerdicts(
        passed=len(found.rows) - len(found.failed), failed=len(found.failed), items=items, coverage=covered
    )


def _addresses(body: Body, around: str) -> Iterator[str]:
    for name, node in body.nodes.items():
        own = f"{around}/{name}" if around else name
        yield own
        if node.body is not None:
            yield from _addresses(node.body, own)
