"""Where benchmarks of running cases run: a Temporal server, a store on SQLite and a worker, in this process.

The baseline runs on the same server, in a worker with the same limits, so that a ratio compares two ways of writing
the same thing and nothing else.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from temporalio.client import Client

from tests.support.house import House
from waystation.store import migrate
from waystation.store.session import Database
from waystation.temporal_server import TemporalServer
from workflows.wire import WIRE


@asynccontextmanager
async def store() -> AsyncIterator[Database]:
    """A database of its own on SQLite, with all tables."""
    with tempfile.TemporaryDirectory(prefix="waystation-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        await migrate.upgrade(url)
        database = Database(url)
        try:
            yield database
        finally:
            await database.close()


@asynccontextmanager
async def yard(address: str = "") -> AsyncIterator[House]:
    """A tenant's cases with a store of their own; on a server that runs already, or on one for the block."""
    async with AsyncExitStack() as stack:
        if not address:
            server = await TemporalServer.start()
            stack.push_async_callback(server.stop)
            address = server.address
        database = await stack.enter_async_context(store())
        client = await Client.connect(address, data_converter=WIRE)
        yield House(client, database, f"t{uuid.uuid4().hex[:12]}", f"q{uuid.uuid4().hex}")


async def a_second(work: Callable[[int], Awaitable[object]], count: int, at_once: int) -> float:
    """How many of `count` pieces of work are done in a second, `at_once` of them at the same time."""
    turns = asyncio.Semaphore(at_once)

    async def one(number: int) -> None:
        async with turns:
            await work(number)

    began = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(count)))
    return count / (time.perf_counter() - began)


async def in_turn(rounds: int, *ways: Callable[[], Awaitable[float]]) -> list[float]:
    """The best of several rounds of each way, taken in turn, so that a busy moment does not fall on one alone."""
    best = [0.0] * len(ways)
    for _ in range(rounds):
        for index, way in enumerate(ways):
            best[index] = max(best[index], await way())
    return best


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which `share` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
