"""Cases through five short actions, against the same five written by hand with temporalio on the same server."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

from temporalio.worker import Worker

from activities._engine import CaseActivities
from activities._runtime import BeforeCommit
from bench.handwritten import STEPS, FiveActivities, FiveLocalActivities, step
from bench.yard import a_second, in_turn, yard
from tests.support.house import House
from waystation import case_worker
from waystation.contracts import runs
from waystation.contracts.runs import Recorded, RecordRequest

COUNT, AT_ONCE, ROUNDS = 200, 20, 3

_NODES = "\n".join(
    f"  n{number}: {{ kind: action, do: x.step, next: {f'n{number + 1}' if number + 1 < STEPS else 'end'} }}"
    for number in range(STEPS)
)


class Unrecorded(CaseActivities):
    """The engine without its store: what a case decides is run and not written down."""

    async def _write(self, request: RecordRequest) -> Recorded:
        return Recorded()

    def _riding(self, request: RecordRequest | None) -> BeforeCommit | None:
        return None


@asynccontextmanager
async def _by_hand(house: House) -> AsyncIterator[str]:
    """A worker of the hand-written workflows, with the limits of ours; its queue."""
    queue = f"q{uuid.uuid4().hex}"
    with ThreadPoolExecutor(case_worker.WORKFLOW_TASKS) as threads:
        worker = Worker(
            house.client,
            task_queue=queue,
            workflows=[FiveActivities, FiveLocalActivities],
            activities=[step],
            workflow_task_executor=threads,
            max_concurrent_workflow_tasks=case_worker.WORKFLOW_TASKS,
            max_concurrent_local_activities=case_worker.ACTIVITIES,
            max_concurrent_activities=case_worker.ACTIVITIES,
        )
        async with worker:
            yield queue


async def _hand_rate(house: House, queue: str, workflow: Any) -> float:
    async def one(_: int) -> None:
        await house.client.execute_workflow(workflow.run, "x", id=uuid.uuid4().hex, task_queue=queue)

    return await a_second(one, COUNT, AT_ONCE)


async def _our_rate(house: House, *, recorded: bool) -> float:
    kind = CaseActivities if recorded else Unrecorded
    with patch.object(case_worker, "CaseActivities", kind):
        async with house.open():

            async def one(number: int) -> None:
                case = f"c{uuid.uuid4().hex}"
                if recorded:
                    await house.gateway.start(house.tenant, "p", {}, case=case, wait=False)
                else:
                    await _only_started(house, case)
                await house.handle(case).result()

            return await a_second(one, COUNT, AT_ONCE)


async def _only_started(house: House, case: str) -> None:
    """Start a case without waiting until the store knows it: it never will."""
    async with house.database.read(house.tenant) as session:
        number, program = await house.gateway._version(session, "p", None)
    given = runs.CaseInput(house.tenant, case, "p", number, program.hash, program.plan.engine, {}, "", None, {})
    await house.gateway.line.start(given, "p")


async def _measure() -> list[dict[str, Any]]:
    async with yard() as house:
        await house.employ("ann")
        await house.publish("p", f"nodes:\n{_NODES}", actions=("x.step",), computing="x.step")
        async with _by_hand(house) as queue:
            ours, hand, bare, local = await in_turn(
                ROUNDS,
                lambda: _our_rate(house, recorded=True),
                lambda: _hand_rate(house, queue, FiveActivities),
                lambda: _our_rate(house, recorded=False),
                lambda: _hand_rate(house, queue, FiveLocalActivities),
            )
    rows = [
        ("cases of five short actions, journal and lists written", ours, "by hand, five activities, no journal", hand),
        ("the same, nothing written down", bare, "by hand, five local activities", local),
    ]
    return [
        {
            "what": what,
            "figure": round(figure, 1),
            "unit": "cases/s",
            "baseline": baseline,
            "baseline_figure": round(base, 1),
            "ratio": round(figure / base, 2),
        }
        for what, figure, baseline, base in rows
    ]


def measure() -> list[dict[str, Any]]:
    """Rows as in `bench.machine`."""
    return asyncio.run(_measure())
