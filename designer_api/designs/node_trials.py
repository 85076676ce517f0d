"""Single nodes of a design tried alone, and data to try them with."""

from __future__ import annotations

import asyncio
from typing import Any

from designer_api.auth.policy import Caller
from designer_api.code_words import said_in
from designer_api.deps import Parts
from designer_api.designs.keeping import opened
from designer_api.designs.node_trial_bodies import NodeGiven, NodeSample, NodeTrial, NodeTrialAsked, SampleAsked
from designer_api.designs.trial_bodies import Simulation
from designer_api.designs.trials import text_of, world_of
from waystation.contracts.catalog import Catalog
from waystation.design.lone_nodes import Answered, Before, Item
from waystation.design.model import Tree, to_model
from waystation.design.node_answers import told
from waystation.design.node_samples import Sample, sample
from waystation.design.node_trials import run_alone
from waystation.design.operations import exact
from waystation.design.trial_answers import plain


async def try_node(held: Parts, caller: Caller, name: str, asked: NodeTrialAsked) -> NodeTrial:
    """Run one node of a design alone.

    Raises:
        Refused: `not_found`, `not_alone`, `bad_scenario`, `too_long`, `bad_edit`; DefinitionInvalid: the design has
            errors.
    """
    found = await opened(held, caller, name)
    text = await text_of(held, caller, found.design, Simulation(text=asked.text, ops=asked.ops))
    world, tree = await world_of(held, caller, text)
    played = exact(asked.model_dump(include={"steps", "actions", "people", "settings", "key"}))
    lone = await asyncio.to_thread(run_alone, world, asked.node, _before(asked), played, at=asked.at)
    answer = await asyncio.to_thread(told, lone, to_model(tree))
    answer["problems"] = [_in_words(each, held.catalog) for each in answer["problems"]]
    return NodeTrial.model_validate(answer)


def _before(asked: NodeGiven) -> Before:
    given: dict[str, Any] = exact(asked.model_dump(include=set(NodeGiven.model_fields)))
    items = {key: Item(**each) for key, each in given["items"].items()}
    answers = tuple(Answered(**each) for each in given["answers"])
    return Before(given["data"], given["initiator"], items, given["brought"], answers, given["picked"])


def _in_words(problem: Tree, catalog: Catalog) -> Tree:
    said = said_in(problem, catalog)
    title = problem["title"] or problem["code"]
    return {**problem, "zh": said.zh if said is not None else title, "en": said.en if said is not None else title}


async def sample_for(held: Parts, caller: Caller, name: str, asked: SampleAsked) -> NodeSample:
    """Data to try a node with.

    Raises:
        Refused: `not_found`, `not_alone`, `bad_scenario`, `too_long`, `bad_edit`; DefinitionInvalid: the design has
            errors.
    """
    found = await opened(held, caller, name)
    text = await text_of(held, caller, found.design, Simulation(text=asked.text, ops=asked.ops))
    world, _ = await world_of(held, caller, text)
    played = None
    if asked.simulation is not None:
        given = asked.simulation.model_dump(include={"start", "steps", "actions", "people", "settings"})
        played = {**exact(given), "at": asked.simulation.at}
    scenarios = found.design.content.scenarios
    best = await asyncio.to_thread(sample, world, asked.node, played, scenarios, caller.person)
    return NodeSample.model_validate(_shown(best))


def _shown(best: Sample) -> Tree:
    before = best.before
    items = {
        key: {"item": each.item, "index": each.index, "local": dict(each.local)} for key, each in before.items.items()
    }
    answers = [{"node": each.node, "person": each.person, "answer": each.answer} for each in before.answers]
    return plain(
        {
            "source": best.source, "scenario": best.scenario, "reached": best.reached, "at": best.at,
            "data": before.data, "initiator": before.initiator, "items": items, "brought": before.brought,
            "answers": answers, "picked": before.picked, "people": best.people, "settings": best.settings,
        }
    )  # fmt: skip
