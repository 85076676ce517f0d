"""Ten thousand finished cases played again on a design, as `waystation replay` does it: read from the store and run.

The baseline reads the same journals and plays nothing.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec

from bench.designing import leave_world
from bench.yard import store
from waystation.bootstrap import build_catalog
from waystation.contracts.events import Entry
from waystation.design.replay_runs import replay_last
from waystation.design.trials import World
from waystation.store import journal
from waystation.store.finished import finished_cases, journals
from waystation.store.journal import Addition
from waystation.store.session import Database

CASES, _BATCH = 10_000, 100
_TENANT = "bench"


async def _fill(database: Database, entries: list[Entry], count: int) -> None:
    """Store so many cases that went alike."""
    for start in range(0, count, _BATCH):
        async with database.write(_TENANT) as session:
            numbers = range(start, min(start + _BATCH, count))
            await journal.append_all(session, [Addition(f"c{number}", entries) for number in numbers])


async def _read(database: Database, process: str, count: int) -> float:
    began = time.perf_counter()
    async with database.read(_TENANT) as session:
        wanted = await finished_cases(session, process, count)
    for start in range(0, len(wanted), _BATCH):
        async with database.read(_TENANT) as session:
            _ = await journals(session, [case for case, _ in wanted[start : start + _BATCH]])
    return time.perf_counter() - began


async def _measure(world: World, entries: list[Entry], count: int) -> list[dict[str, Any]]:
    facts = {"version": 1, "plan": "0" * 64}
    first = msgspec.structs.replace(entries[0], data={**entries[0].data, **facts})
    async with store() as database:
        await _fill(database, [first, *entries[1:]], count)
        reading = await _read(database, world.process, count)
        found = await replay_last(database, _TENANT, world, world.process, count)
    if (found.cases, found.same) != (count, count):
        raise AssertionError(f"of {count} cases {found.cases} were played, and {found.same} went as they had gone")
    return [
        {
            "what": f"{count:,} finished cases of 2 approvals played again on a design",
            "figure": round(found.seconds, 1),
            "unit": "s",
            "baseline": "reading their journals",
            "baseline_figure": round(reading, 1),
            "ratio": round(found.seconds / reading, 2),
        }
    ]


def measure(count: int = CASES) -> list[dict[str, Any]]:
    """Rows as in `bench.machine`."""
    return asyncio.run(_measure(*leave_world(build_catalog()), count))
