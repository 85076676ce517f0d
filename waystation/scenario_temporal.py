"""Scenarios on a real Temporal server with skipped time: one server, one worker, one database, a tenant per scenario.

Every case has a clock of its own on the server, which is moved from one due time to the next and never further. The
case's own time is what its clock was last moved to, so a scenario sees the same times here as in memory.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import msgspec
from sqlalchemy import func, select
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from activities import demo
from activities._engine import CatalogRunner
from activities._journal import CHECK_LOCK, TO_CASES
from activities._runtime import ActionRequest, BeforeCommit, Failed, Outcome, Succeeded
from waystation.case_worker import case_worker
from waystation.contracts.catalog import Catalog
from waystation.contracts.errors import Refused, Unavailable
from waystation.contracts.events import Command, Entry, RunAction
from waystation.contracts.people import Organisation
from waystation.contracts.plan import canonical_json
from waystation.contracts.runs import Pulse, Trial, workflow_id
from waystation.gateway import Gateway
from waystation.scenario_actions import RealActions, ScenarioActions
from waystation.scenario_files import PlanBook, Setup
from waystation.store import cases, definitions, journal, migrate, people, tenants
from waystation.store.session import Database
from waystation.store.tables.cases import CaseRow, CaseStatus
from waystation.store.tables.effects import OutboxRow
from waystation.temporal_server import TemporalServer
from workflows import memory
from workflows.engine import SCENARIO_START, Delivered
from workflows.machine import CaseState, Program
from workflows.plans import PLANS
from workflows.wire import WIRE

#: Seconds that a case may take to come to rest.
PATIENCE = 60.0
#: Seconds between looks at whether it has.
_LOOK = 0.01
#: Skipped beyond the moment at which a timer rings.
_BEYOND = timedelta(milliseconds=5)

_OPEN = (CaseStatus.OPEN, CaseStatus.SUSPENDED)
#: What is on its way to a case. The look at a reserved lock is not: it is due a minute later, in case a worker dies.
_ON_ITS_WAY = tuple(kind for kind in TO_CASES if kind != CHECK_LOCK)


class TemporalRuns:
    """Engines for scenarios on one server that lives as long as the block.

    Scenarios wait for the server most of the time, so several run at once.

    Args:
        continue_after: history events after which every case continues as new; 0: as in production.
        cached: cases that the worker keeps in memory; 0 replays each case from its history at every step.
    """

    at_once = 4

    def __init__(self, catalog: Catalog, *, continue_after: int = 0, cached: int = 1000) -> None:
        self._catalog = catalog
        self._continue_after = continue_after
        self._cached = cached
        self._stack = AsyncExitStack()
        self._stubs: dict[str, tuple[Mapping[str, Any], ScenarioActions]] = {}
        self._count = 0
        self._seeding = asyncio.Lock()
        self._seeded: set[str] = set()

    async def __aenter__(self) -> Self:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="waystation-real-")))
        server = await TemporalServer.start()
        self._stack.push_async_callback(server.stop)
        url = f"sqlite:///{folder / 'scenarios.db'}"
        await migrate.upgrade(url)
        self.database = Database(url)
        self._stack.push_async_callback(self.database.close)
        client = await Client.connect(server.address, data_converter=WIRE)
        self._skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
        self._installed = CatalogRunner(self._catalog.actions, self.database)
        self.gateway: Gateway = await self._stack.enter_async_context(
            case_worker(client, self.database, self._run, cached=self._cached, grace=timedelta(seconds=1))
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def engine(self, setup: Setup) -> TemporalEngine:
        """An engine of its own for one scenario: its own tenant, its own clocks."""
        self._count += 1
        tenant = f"scenario-{self._count}"
        stubs = ScenarioActions(setup.scenario, tenant, RealActions(self._catalog))
        self._stubs[tenant] = (setup.scenario.actions, stubs)
        book = PlanBook(setup.plans, setup.versions)
        async with self.database.write(tenant) as session:
            await tenants.ensure_tenant(session, at=SCENARIO_START)
            await people.save_organisation(session, setup.organisation, by="", at=SCENARIO_START)
            for name, value in setup.scenario.settings.items():
                await tenants.change_setting(session, name, value, by="", at=SCENARIO_START)
            for process in book.processes():
                newest, _ = book.latest(process)
                for number in range(1, newest + 1):
                    plan = canonical_json(book.numbered(process, number).plan)
                    await definitions.publish(session, process, "", plan, by="", at=SCENARIO_START)
        return TemporalEngine(self, tenant, setup.organisation, self._continue_after)

    async def skip(self, tenant: str, case: str, pulse: Pulse) -> None:
        """Move the server's clock of a case just beyond the moment at which its timer rings."""
        if pulse.rings_at is None:
            raise RuntimeError(f"case {case} is due at {pulse.due} and has no timer")
        handle = self.gateway.client.get_workflow_handle(workflow_id(tenant, case))
        now = await self._skipper.get_current_time(handle)
        await self._skipper.fast_forward(handle, max(pulse.rings_at - now, timedelta()) + _BEYOND)

    async def _seed(self, tenant: str) -> None:
        """A tenant whose scenario runs real actions gets the demo rows first."""
        async with self._seeding:
            if tenant not in self._seeded:
                _ = await demo.seed(self.database, tenant, at=SCENARIO_START)
                self._seeded.add(tenant)

    async def _run(self, name: str, request: ActionRequest, before_commit: BeforeCommit | None) -> Outcome:
        """A stub where the scenario has one, else the action itself, in the transaction that it has in production."""
        actions, stubs = self._stubs[request.tenant]
        if name not in actions:
            await self._seed(request.tenant)
            return await self._installed(name, request, before_commit)
        outcome = await _stubbed(name, request, stubs)
        if before_commit is not None and isinstance(outcome, Succeeded):
            await self.database.transact(request.tenant, before_commit)
        return outcome


async def _stubbed(name: str, request: ActionRequest, stubs: ScenarioActions) -> Outcome:
    undo = request.key.startswith("undo:")
    effect = RunAction(request.path, request.key, name, dict(request.args), undo=undo)
    call = memory.ActionCall(
        request.case, request.process, request.initiator, effect, request.at, request.attempt, dict(request.settings)
    )
    found = await stubs(call)
    if not isinstance(found, memory.Failed):
        return Succeeded(found)
    kind: Literal["business", "transient"] = "transient" if found.kind == "transient" else "business"
    return Failed(found.code, kind, found.title, found.title, found.detail or {})


class TemporalEngine:
    """Cases of one tenant on a Temporal server. See `workflows.engine.Engine`."""

    def __init__(self, runs: TemporalRuns, tenant: str, organisation: Organisation, continue_after: int) -> None:
        self._runs = runs
        self._gateway = runs.gateway
        self._database = runs.database
        self._tenant = tenant
        self._organisation = organisation
        self._organisations = 1
        self._continue_after = continue_after
        self._now = SCENARIO_START
        self._messages = 0

    def now(self) -> datetime:
        return self._now

    def organisation(self) -> Organisation:
        return self._organisation

    def _trial(self) -> Trial:
        return Trial(self._now, quick_retries=True, continue_after=self._continue_after)

    # ------------------------------------------------------------------------------------------- changing
    async def start(
        self, process: str, data: dict[str, Any], actor: str = "", key: str | None = None, version: int | None = None
    ) -> str:
        begun = await self._gateway.start(
            self._tenant, process, data, actor=actor, key=key, version=version, trial=self._trial()
        )
        await self._settle()
        return begun.case

    async def command(self, case: str, command: Command) -> Any:
        dated = msgspec.structs.replace(command, at=self._now)
        answer = await self._gateway.command(self._tenant, case, dated, trial=self._trial())
        await self._settle()
        return answer

    async def message(self, name: str, fields: dict[str, Any], message_id: str | None = None) -> Delivered:
        self._messages += 1
        identity = message_id or f"message-{self._messages}"
        delivered = await self._gateway.message(self._tenant, name, fields, identity, trial=self._trial())
        await self._settle()
        return delivered

    async def set_people(self, organisation: Organisation) -> None:
        gone = memory.people_gone(self._organisation, organisation)
        self._organisation = organisation
        async with self._database.write(self._tenant) as session:
            version = await people.save_organisation(session, organisation, by="", at=self._now)
        self._organisations += 1
        for case in await self.open_cases():
            identity = f"people-{version}-{self._organisations}"
            command = Command(self._now, identity, "people_changed", args={"gone": gone})
            await self.command(case, command)

    async def advance(self, by: timedelta) -> None:
        until = self._now + by
        while True:
            due = [
                (pulse.due, case, pulse)
                for case, pulse in (await self._pulses()).items()
                if pulse.due is not None and pulse.due <= until
            ]
            if not due:
                break
            when, case, pulse = min(due, key=lambda each: each[:2])
            self._now = max(self._now, when)
            await self._runs.skip(self._tenant, case, pulse)
            await self._rung(case, pulse)
            await self._settle()
        self._now = until

    async def _rung(self, case: str, before: Pulse) -> None:
        """Wait until the timer has rung: the case is over, or its timer is another."""
        give_up = _Patience(f"case {case} does not notice that it is {before.due}")
        while case in await self.open_cases():
            if (await self._gateway.pulse(self._tenant, case)).rings_at != before.rings_at:
                return
            await give_up.wait()

    # --------------------------------------------------------------------------------------------- asking
    async def state(self, case: str) -> CaseState:
        return await self._gateway.state(self._tenant, case)

    async def program(self, case: str) -> Program:
        async with self._database.read(self._tenant) as session:
            row = await cases.case(session, case)
        found = PLANS.known(row.plan_hash) if row is not None else None
        if found is None:
            raise Refused("not_found", f"there is no case {case}", f"没有流程实例 {case}")
        return found

    async def journal(self, case: str) -> list[Entry]:
        async with self._database.read(self._tenant) as session:
            return await journal.entries(session, case, limit=1_000_000)

    # ------------------------------------------------------------------------------------------- settling
    async def _settle(self) -> None:
        """Wait until nothing is under way in any case and nothing is on its way to one."""
        give_up = _Patience(f"the cases of {self._tenant} do not come to rest")
        while True:
            decided, waiting = await self._outbox()
            still = not waiting and all(pulse.still for pulse in (await self._pulses()).values())
            if still and await self._outbox() == (decided, 0):
                return
            await give_up.wait()

    async def _outbox(self) -> tuple[int, int]:
        """How much was ever decided for cases of this tenant, and how much of it has not been delivered."""
        async with self._database.read(self._tenant) as session:
            rows = await session.execute(
                select(OutboxRow.status, func.count()).where(OutboxRow.kind.in_(_ON_ITS_WAY)).group_by(OutboxRow.status)
            )
            count = {status: int(number) for status, number in rows}
        return sum(count.values()), count.get("waiting", 0)

    async def _pulses(self) -> dict[str, Pulse]:
        open_cases = await self.open_cases()
        pulses = await asyncio.gather(*(self._gateway.pulse(self._tenant, case) for case in open_cases))
        return dict(zip(open_cases, pulses, strict=True))

    async def all_cases(self) -> list[str]:
        async with self._database.read(self._tenant) as session:
            return sorted(await session.scalars(select(CaseRow.case_id)))

    async def open_cases(self) -> list[str]:
        async with self._database.read(self._tenant) as session:
            found = await session.scalars(select(CaseRow.case_id).where(CaseRow.status.in_(_OPEN)))
            return sorted(found)


class _Patience:
    """Waiting for something that has to come, in steps that grow; gives up after `PATIENCE`."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._until = time.monotonic() + PATIENCE
        self._step = _LOOK

    async def wait(self) -> None:
        """One step.

        Raises:
            Unavailable: `scenario_stuck`.
        """
        if time.monotonic() > self._until:
            raise Unavailable("scenario_stuck", f"{self._what} within {PATIENCE:.0f} s", f"{PATIENCE:.0f} 秒内没有静止")
        await asyncio.sleep(self._step)
        self._step = min(self._step * 1.5, 0.2)
