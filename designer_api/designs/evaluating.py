"""Expressions of a design tried on sample data, by the engine's own evaluator. Nothing is kept of what comes out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.designs import evaluation_bodies as bodies
from designer_api.designs.effective import laid_text
from designer_api.designs.keeping import opened
from designer_api.designs.trial_bodies import Simulation, Words
from designer_api.designs.trials import world_of
from designer_api.staffing import tenant_library
from waystation.compiler import Unit, compile_process
from waystation.contracts.errors import DefinitionInvalid, Refused
from waystation.design import samples as found_samples
from waystation.design import scenario_text
from waystation.design.bounds import Bounds
from waystation.design.checking import read_text
from waystation.design.evaluations import Asked, Found, evaluate_all
from waystation.design.examples import Examples
from waystation.design.operations import exact
from waystation.design.samples import Sample
from waystation.design.scopes import Place
from waystation.design.trials import World, run_now, scenario_of
from waystation.store.designs import Design

#: Scenarios that samples are made of, seconds to play them, and bytes of a sample.
MOST_SCENARIOS, SECONDS, MOST_BYTES = 20, 2.0, 512 * 1024


async def evaluated(held: Parts, caller: Caller, name: str, asked: bodies.EvaluationAsked) -> bodies.Evaluation:
    """Evaluate expressions where they stand in a design.

    Raises:
        Refused: `not_found`, `bad_sample`, `too_large`; DefinitionInvalid: the text cannot be read at all.
    """
    design = (await opened(held, caller, name)).design
    unit = await _unit(held, caller, await _text(held, caller, design))
    at = asked.now or now()

    def work() -> list[Found]:
        sample: dict[str, Any] = exact(asked.names)
        if _bytes(asked.names) > MOST_BYTES:
            raise Refused("too_large", f"at most {MOST_BYTES} bytes", f"示例数据不得超过 {MOST_BYTES} 字节")
        places = [Asked(one.text, one.how, Place(one.node, one.field, one.form)) for one in asked.items]
        return evaluate_all(unit, places, sample, at, caller.person)

    found = await asyncio.to_thread(work)
    return bodies.Evaluation(
        items=[_view(one, given.text) for one, given in zip(found, asked.items, strict=True)],
    )


async def samples(held: Parts, caller: Caller, name: str, asked: bodies.SamplesAsked) -> bodies.SampleList:
    """Sample data for a place in a design. Scenarios of a design with errors are read, not played.

    Raises:
        Refused: `not_found`; DefinitionInvalid: the text cannot be read at all.
    """
    design = (await opened(held, caller, name)).design
    text = await _text(held, caller, design)
    unit = await _unit(held, caller, text)
    try:
        world = (await world_of(held, caller, text))[0]
    except DefinitionInvalid:
        world = None
    place, examples = Place(asked.node, asked.field, asked.form), Examples(now(), caller.person)
    taking = _Taking(unit, world, place, examples)
    return bodies.SampleList(items=await asyncio.to_thread(lambda: list(taking.all(asked.played, design))))


async def _text(held: Parts, caller: Caller, design: Design) -> str:
    return (await laid_text(held, caller, design))[0]


async def _unit(held: Parts, caller: Caller, text: str) -> Unit:
    """A text as far as the compiler gets with it: mistakes elsewhere keep no expression from being tried."""
    library = await tenant_library(held, caller.tenant)
    compiled = await asyncio.to_thread(lambda: compile_process(read_text(text), held.catalog, library))
    if compiled.unit is None:
        raise DefinitionInvalid(compiled.problems)
    return compiled.unit


class _Taking:
    """Samples of one place, one after another, within the bounds of all."""

    def __init__(self, unit: Unit, world: World | None, place: Place, examples: Examples) -> None:
        self._unit = unit
        self._world = world
        self._place = place
        self._examples = examples
        self._bounds = Bounds(SECONDS)

    def all(self, played: Simulation | None, design: Design) -> Iterator[bodies.Sample]:
        if played is not None:
            given = played.model_dump(include={"start", "steps", "actions", "people", "settings"})
            yield _sample("played", None, self._of(given, at=played.at))
        left = MOST_BYTES * 4
        for name, simulation in _simulations(design.content.scenarios):
            made = _sample("scenario", name, self._of(simulation))
            left -= _bytes(made.names)
            if left < 0:
                break
            yield made
        yield _sample("made", None, found_samples.made_up(self._unit, self._place, self._examples))

    def _of(self, simulation: dict[str, Any], **more: Any) -> Sample:
        ran = self._run(simulation, **more) if self._world is not None else None
        return ran or found_samples.written(self._unit, self._place, exact(simulation), self._examples)

    def _run(self, simulation: dict[str, Any], **more: Any) -> Sample | None:
        assert self._world is not None
        try:
            scenario = scenario_of(exact(simulation), self._world.process)
            ran = run_now(self._world, scenario, bounds=self._bounds, **more)
        except Refused:  # what cannot be played still says what the data may be
            return None
        return found_samples.seen(self._unit, self._place, ran, self._examples)


def _simulations(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The saved scenarios as simulations; none of a text that has to be mended first."""
    rows = scenario_text.rows_of(scenario_text.read(text).tree)
    for row in rows[:MOST_SCENARIOS]:
        try:
            yield str(row.get("scenario", "")), scenario_text.simulation_of(text, row.get("scenario", ""))
        except (Refused, TypeError):  # flawed, or of another shape: the simulator says so
            continue


def _bytes(names: dict[str, Any]) -> int:
    return len(json.dumps(names, ensure_ascii=False).encode(errors="surrogatepass"))


def _sample(source: Any, name: str | None, found: Sample) -> bodies.Sample:
    return bodies.Sample(
        source=source, name=name, reached=found.reached, ran=found.played, now=found.at, names=found.names
    )


def _view(found: Found, text: str) -> bodies.Evaluated:
    fault = found.fault
    if fault is None:
        return bodies.Evaluated(
            kind=found.kind, type=Words(zh=found.zh, en=found.en), text=found.text, value=found.value, cut=found.is_cut
        )
    start = min(max(fault.start, 0), len(text))
    problem = bodies.ExpressionProblem(
        code=fault.code, zh=fault.zh, en=fault.en, hint_zh=fault.hint_zh, hint_en=fault.hint_en, start=start,
        end=max(min(fault.end, len(text)), start), line=text.count("\n", 0, start) + 1,
        column=start - text.rfind("\n", 0, start),
    )  # fmt: skip
    return bodies.Evaluated(problem=problem)
