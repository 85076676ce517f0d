"""A worker of cases: the workflow, its activities, the dispatcher of the outbox, and plans loaded as they are needed.

`worker.py` runs one in a process of its own; tests and `waystation test --real` run one beside everything else.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Protocol

import structlog
from temporalio.client import Client
from temporalio.worker import Worker

from activities._asking import Asking, Figures
from activities._engine import ActionRunner, CaseActivities
from waystation.carrier import Carrier
from waystation.contracts.errors import Unavailable
from waystation.contracts.people import Organisation, Request, Resolution
from waystation.dispatcher import Dispatcher
from waystation.gateway import TASK_QUEUE, Gateway
from waystation.gateway.bulk import BulkActivities
from waystation.gateway.timetables import Timetables
from waystation.store import cases, definitions, people, tenants
from waystation.store.session import EVERY_TENANT, Database
from workflows.ahead import look_ahead, run_ahead
from workflows.bulk import BulkWorkflow
from workflows.graph import CaseWorkflow
from workflows.people import Load, resolve
from workflows.plans import PLANS, Plans
from workflows.timetable import TimetableWorkflow

#: Workflow tasks at once. The clock for one includes waiting for a thread, so each has one.
WORKFLOW_TASKS = 12
#: Seconds after which a workflow task is taken for one that hangs; the server waits for ten. Temporal's two are not
#: enough on a machine that is busy, and a task that is interrupted with many actions begun may never let its case go.
TASK_PATIENCE = 8
#: How long a workflow task waits for the worker that has its case in memory before any other may have it. A server may
#: lose the task after a command that was refused as the very first thing of a run; its sender waits so long then.
STICKY_PATIENCE = timedelta(seconds=5)
#: Actions and writes to the store at once; they wait for a database most of the time.
ACTIVITIES = 64
#: Seconds that a workflow task waits for a plan, well below the two that it may take.
_PLAN_PATIENCE = 0.8
#: Seconds that running actions get when the worker is asked to stop.
GRACE = timedelta(seconds=20)

_log = structlog.get_logger(__name__)


class Beside(Protocol):
    """Something that runs until its task is cancelled."""

    async def run(self) -> None: ...


class PlanLoader:
    """Loads plans from the store into this process: those in use beforehand, the others when a case asks."""

    def __init__(self, database: Database, plans: Plans = PLANS) -> None:
        self._database = database
        self._plans = plans
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._under_way: dict[str, Future[None]] = {}

    def want(self, tenant: str, digest: str) -> None:
        """A workflow task, in a thread of its own, misses a plan: it waits for it a moment.

        A task that fails is done again at once, and after two failures only after seconds.
        """
        loading = self._under_way.get(digest)
        if loading is None or loading.done():
            loading = asyncio.run_coroutine_threadsafe(self._load(tenant, digest), self._loop)
            self._under_way[digest] = loading
        if threading.get_ident() != self._thread:
            with suppress(FutureTimeout):
                loading.result(_PLAN_PATIENCE)

    async def load_in_use(self) -> int:
        """Load the plans of all open cases and of every version that new cases get; how many there are."""
        async with self._database.read(EVERY_TENANT) as session:
            known = [row.tenant for row in await tenants.all_tenants(session)]
        wanted: dict[str, str] = {}
        for tenant in known:
            async with self._database.read(tenant) as session:
                wanted |= dict.fromkeys(await cases.plans_in_use(session), tenant)
                wanted |= {version.plan_hash: tenant for version in await definitions.published(session)}
        for digest, tenant in wanted.items():
            await self._load(tenant, digest)
        return len(wanted)

    async def _load(self, tenant: str, digest: str) -> None:
        try:
            async with self._database.read(tenant) as session:
                plan = await definitions.plan_by_hash(session, digest)
            if plan is None:
                _log.error("plan_not_in_store", tenant=tenant, plan=digest)
            else:
                await asyncio.to_thread(self._plans.put, digest, plan)
        except Unavailable as error:
            _log.warning("plan_not_loaded", tenant=tenant, plan=digest, code=error.code)
        finally:
            self._under_way.pop(digest, None)


def asking() -> Asking:
    """How people are found: the organisation as the store has it, the rules as `workflows.people` knows them."""
    return Asking(people.organisation, _resolve, look_ahead, run_ahead)


def _resolve(organisation: Organisation, request: Request, figures: Figures) -> Resolution:
    return resolve(organisation, request, Load(figures.open, figures.cursor, figures.seed))


@asynccontextmanager
async def case_worker(  # noqa: PLR0913 - how it works; all but the first by keyword
    client: Client,
    database: Database,
    runner: ActionRunner,
    *,
    name: str = "worker",
    task_queue: str = TASK_QUEUE,
    plans: Plans = PLANS,
    cached: int = 1000,
    marks: bool = False,
    grace: timedelta = GRACE,
    beside: Sequence[Beside] = (),
) -> AsyncIterator[Gateway]:
    """A worker at work for the length of the block; the gateway leads to its cases.

    Args:
        name: tells this process from others.
        cached: cases kept in memory between their tasks; 0 replays each from its history every time.
        marks: the server knows our search attributes.
        beside: what runs as long as the worker, such as a housekeeper.
    """
    gateway = Gateway(client, database, plans=plans, task_queue=task_queue, marks=marks)
    timetables = Timetables(client, database, task_queue)
    dispatcher = Dispatcher(gateway, database, timetables, name)

    def decided() -> None:
        for carrier in (dispatcher, *(one for one in beside if isinstance(one, Carrier))):
            carrier.wake()

    gateway.decided = timetables.decided = decided
    plans.load_with(PlanLoader(database, plans).want)
    activities = CaseActivities(database, asking(), runner, decided)
    with ThreadPoolExecutor(WORKFLOW_TASKS, thread_name_prefix="workflow") as threads:
        worker = Worker(
            client,
            task_queue=task_queue,
            workflows=[CaseWorkflow, TimetableWorkflow, BulkWorkflow],
            activities=[*activities.all, timetables.start_on_time, *BulkActivities(gateway).all],
            workflow_task_executor=threads,
            max_concurrent_workflow_tasks=WORKFLOW_TASKS,
            max_concurrent_local_activities=ACTIVITIES,
            max_concurrent_activities=ACTIVITIES,
            max_cached_workflows=cached,
            sticky_queue_schedule_to_start_timeout=STICKY_PATIENCE,
            graceful_shutdown_timeout=grace,
            identity=name,
        )
        _give_time(worker)
        async with worker:
            running = [asyncio.create_task(one.run()) for one in (dispatcher, *beside)]
            dispatcher.wake()
            try:
                yield gateway
            finally:
                for task in running:
                    task.cancel()
                for task in running:
                    with suppress(asyncio.CancelledError):
                        await task
                plans.load_with(None)


def _give_time(worker: Worker) -> None:
    """Let a workflow task take `TASK_PATIENCE`. The library has no argument for that."""
    tasks = worker._workflow_worker
    if tasks is None or not hasattr(tasks, "_deadlock_timeout_seconds"):
        raise RuntimeError("this release of temporalio keeps the time limit of workflow tasks elsewhere")
    if tasks._deadlock_timeout_seconds is not None:  # None: it is being debugged
        tasks._deadlock_timeout_seconds = TASK_PATIENCE
