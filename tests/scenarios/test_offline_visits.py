"""Visits written down without a network: whenever and in whatever order the records come, the case is the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waystation.bootstrap import build_catalog
from waystation.scenario_files import Setup, prepare
from waystation.scenario_run import MemoryRuns
from workflows.engine import Engine
from workflows.scenarios import run_scenario

FILE = Path(__file__).parents[2] / "definitions" / "visit.scenarios.yaml"
PLACES = {"hotel_bund": (31.2415, 121.4868), "cafe_nanjing_road": (31.2289, 121.4527)}
#: Customer and kind of each record.
RECORDS = [
    ("hotel_bund", "check_in"),
    ("hotel_bund", "notes"),
    ("cafe_nanjing_road", "check_in"),
    ("cafe_nanjing_road", "notes"),
]


class Office:
    """One event loop, and one folder of actions, for all examples; each example is a tenant of its own."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.runs = self.runner.run(self.stack.enter_async_context(MemoryRuns(build_catalog())))
        self.setup = self._two_shops()

    def close(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()

    def visited(self, order: list[int]) -> dict[str, Any]:
        """What is known of the visits after these records, numbered as in `RECORDS`, have come in this order."""
        return self.runner.run(self._visited(order))

    def _two_shops(self) -> Setup:
        """The first scenario of the visits up to the moment when the salesperson sets off."""
        found = next(setup for setup in prepare([FILE], build_catalog()) if isinstance(setup, Setup))
        steps = tuple(step for step in found.scenario.steps if step[0] == "complete")[:1]
        return replace(found, scenario=replace(found.scenario, steps=steps))

    async def _visited(self, order: list[int]) -> dict[str, Any]:
        engine = await self.runs.engine(self.setup)
        outcome = await run_scenario(self.setup.scenario, engine, self.setup.plans)
        assert outcome.passed, outcome.failures
        case = (await engine.open_cases())[0]
        stops = {stop["customer"]: stop["visit"] for stop in (await engine.state(case)).data["stops"]}
        for sent, number in enumerate(order):
            await self._send(engine, stops, number, sent)
        data = dict((await engine.state(case)).data)
        kept = ("visited", "effective", "ordering", "completion", "effective_rate", "order_rate")
        promised = [(each["need"], each["at"]) for each in data.get("follow_ups", [])]
        nodes = sorted(entry.node for entry in await engine.journal(case) if entry.kind.value == "node_left")
        return {name: data.get(name) for name in kept} | {"follow_ups": promised, "nodes": nodes}

    async def _send(self, engine: Engine, stops: dict[str, str], number: int, sent: int) -> None:
        customer, kind = RECORDS[number]
        lat, lng = PLACES[customer]
        here = {"location": {"lat": lat, "lng": lng, "datum": "wgs84"}, "accuracy_m": 8, "photo": f"file-{number}"}
        talk = {"goal_met": True, "notes": customer, "need": "补货", "follow_up_at": "2026-03-05T10:00:00+08:00"}
        fields: dict[str, Any] = {"visit": stops[customer], "kind": kind, "record": f"device-{number}"}
        fields |= {"device_time": f"2026-03-02T1{number}:00:00+08:00", "content": here if kind == "check_in" else talk}
        await engine.message("visit_arrival" if kind == "check_in" else "visit_notes", fields, f"sent-{sent}")


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    made = Office()
    yield made
    made.close()


def test_every_order_of_the_records_gives_the_same_case(office: Office) -> None:
    """FLD-06: all 24 orders of four records; nothing is lost, nothing counts twice."""
    first = office.visited([0, 1, 2, 3])
    assert (first["visited"], first["effective"], first["completion"]) == (2, 2, 100)
    assert len(first["follow_ups"]) == 2
    for order in permutations(range(4)):
        assert office.visited(list(order)) == first, order


@settings(max_examples=6, deadline=None)
@given(more=st.lists(st.integers(0, 3), max_size=4), data=st.data())
def test_records_that_are_sent_again_change_nothing(office: Office, more: list[int], data: st.DataObject) -> None:
    """The device does not know what has arrived and sends it again: each record counts once."""
    order = data.draw(st.permutations([0, 1, 2, 3, *more]))
    expected = {"visited": 2, "effective": 2, "ordering": 0, "completion": 100, "effective_rate": 100, "order_rate": 0}
    found = office.visited(order)
    assert {name: found[name] for name in expected} == expected
    assert len(found["follow_ups"]) == 2
