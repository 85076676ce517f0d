"""A random process on the in-memory engine and on a Temporal server, both ready to be done the same to."""

from __future__ import annotations

from random import Random

from tests.support.lives import agrees, book, memory
from tests.support.random_processes import PEOPLE, write
from waystation.scenario_files import Setup
from waystation.scenario_temporal import TemporalRuns
from workflows.people import parse_people
from workflows.scenarios import Scenario


async def compared(runs: TemporalRuns, seed: int) -> None:
    """One life on both; they show the same after each doing."""
    dice = Random(seed)
    made = write(dice, dice.randint(3, 12), races=False, calm=True)
    plans = book([made.plan()])
    scenario = Scenario(f"life {seed}", "p", PEOPLE, made.actions, {}, None, (), ())
    setup = Setup("lives", 0, scenario, plans.plans, parse_people(PEOPLE), plans.versions)
    await agrees(seed, made, (memory(made, plans.versions["p"]), await runs.engine(setup)), steps=12)
