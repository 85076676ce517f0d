"""A worker with its store on a Temporal server, for tests: publish a process, start it, act on it, read what happened.

Actions are functions given by name. The server lives as long as the test run; each test has a store, a queue and a
tenant of its own.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from textwrap import dedent
from typing import Any

import msgspec
import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle, WorkflowHistory

from activities._runtime import ActionRequest, BeforeCommit, Failed, Outcome, Succeeded
from waystation.case_worker import case_worker
from waystation.compiler import Library, compile_process
from waystation.contracts import runs
from waystation.contracts.calendars import WorkCalendar
from waystation.contracts.catalog import Catalog
from waystation.contracts.errors import Refused
from waystation.contracts.events import Command, Entry
from waystation.contracts.people import Organisation, Person
from waystation.contracts.plan import ActionUse, canonical_json
from waystation.contracts.runs import Trial
from waystation.gateway import Gateway
from waystation.store import definitions, journal, people, tenants
from waystation.store.session import Database
from waystation.temporal_server import TemporalServer
from workflows.machine import CaseState
from workflows.nodes import discover
from workflows.plans import PLANS, Plans
from workflows.wire import WIRE

#: Seconds that anything in these tests may take.
PATIENCE = 30.0

_CATALOG = Catalog(discover(), {})

#: An action of a test: what it gives, or how it fails.
Does = Callable[[ActionRequest], Awaitable[Any]]


@pytest.fixture(scope="session")
def temporal() -> Iterator[TemporalServer]:
    """A Temporal server for the whole run."""
    server = asyncio.run(TemporalServer.start())
    yield server
    asyncio.run(server.stop())


async def eventually(check: Callable[[], Awaitable[Any]], patience: float = PATIENCE) -> Any:
    """The first true answer of `check`, asked again and again for `patience` seconds."""
    async with asyncio.timeout(patience):
        while not (found := await check()):
            await asyncio.sleep(0.02)
    return found


@dataclass
class House:
    """One tenant's cases. `calls` are the tries of actions, in order."""

    client: Client
    database: Database
    tenant: str
    queue: str
    actions: dict[str, Does] = field(default_factory=dict)
    calls: list[ActionRequest] = field(default_factory=list)
    rides: list[str] = field(default_factory=list)
    _gateway: Gateway | None = None
    _commands: int = 0

    @property
    def gateway(self) -> Gateway:
        assert self._gateway is not None, "no worker is at work"
        return self._gateway

    @asynccontextmanager
    async def open(self, **how: Any) -> AsyncIterator[House]:
        """A worker at work for the length of the block."""
        how = {"task_queue": self.queue, "name": f"test-{uuid.uuid4().hex[:8]}", "grace": timedelta(0), **how}
        async with case_worker(self.client, self.database, self._run, **how) as gateway:
            self._gateway = gateway
            yield self

    async def publish(
        self,
        process: str,
        text: str,
        *,
        actions: tuple[str, ...] = (),
        outside: str = "",
        computing: str = "",
        calendars: Mapping[str, WorkCalendar] | None = None,
    ) -> int:
        """Publish a process with `nodes:` and whatever else stands in `text`; the number of its version."""
        source = f"waystation: 1\nprocess: {process}\n{dedent(text)}"
        library = Library(untyped_actions=frozenset(actions), calendars=calendars or {})
        plan = compile_process(source, _CATALOG, library).ready()
        uses = {outside: ActionUse(outside=True), computing: ActionUse(computes=True)}
        uses.pop("", None)
        plan = msgspec.structs.replace(plan, actions={**plan.actions, **uses})
        async with self.database.write(self.tenant) as session:
            now = datetime.now(UTC)
            await tenants.ensure_tenant(session, at=now)
            return await definitions.publish(session, process, source, canonical_json(plan), by="test", at=now)

    async def employ(self, *names: str) -> int:
        """These people, each alone in a role of the same name, are the organisation now."""
        found = {name: Person(name, name, roles=(name,)) for name in names}
        async with self.database.write(self.tenant) as session:
            return await people.save_organisation(session, Organisation(found), by="test", at=datetime.now(UTC))

    async def start(self, process: str, data: dict[str, Any] | None = None, **how: Any) -> str:
        return (await self.gateway.start(self.tenant, process, data or {}, **how)).case

    async def does(self, case: str, actor: str, verb: str, task: str | None = None, **args: Any) -> Any:
        """An accepted command's answer."""
        self._commands += 1
        number = str(args.pop("command", f"c{self._commands}"))
        command = Command(datetime.now(UTC), number, verb, actor, task, args)
        return await self.gateway.command(self.tenant, case, command)

    def handle(self, case: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(runs.workflow_id(self.tenant, case))

    async def ended(self, case: str, patience: float = PATIENCE) -> CaseState:
        """The state of a case once it has ended."""

        async def look() -> CaseState | None:
            state = await self._state(case)
            return state if state is not None and state.status == "ended" else None

        found: CaseState = await eventually(look, patience)
        return found

    async def at(self, case: str, *nodes: str, phase: str | None = None) -> CaseState:
        """The state of a case once exactly these nodes are active in it (and in this phase)."""

        async def look() -> CaseState | None:
            state = await self._state(case)
            if state is None:
                return None
            there = sorted(act.node for act in state.acts.values()) == sorted(nodes)
            return state if there and all(phase in (None, act.phase) for act in state.acts.values()) else None

        found: CaseState = await eventually(look)
        return found

    async def _state(self, case: str) -> CaseState | None:
        """The state of a case; None where it has not started yet."""
        try:
            return await self.gateway.state(self.tenant, case)
        except Refused:
            return None

    async def journal(self, case: str) -> list[Entry]:
        async with self.database.read(self.tenant) as session:
            return await journal.entries(session, case, limit=1_000_000)

    async def runs(self, case: str) -> list[WorkflowHistory]:
        """The histories of all runs of a case, oldest first: each names the one before."""
        found: list[WorkflowHistory] = []
        run: str | None = None
        while run != "":
            handle = self.client.get_workflow_handle(runs.workflow_id(self.tenant, case), run_id=run)
            found.append(await handle.fetch_history())
            run = found[-1].events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        return found[::-1]

    async def events(self, case: str) -> Counter[str]:
        """How many events of which type the present run's history has."""
        history = await self.handle(case).fetch_history()
        return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)

    async def _run(self, name: str, request: ActionRequest, before_commit: BeforeCommit | None) -> Outcome:
        self.calls.append(request)
        found = await self.actions[name](request) if name in self.actions else {}
        outcome = found if isinstance(found, Failed | Succeeded) else Succeeded(found)
        if before_commit is not None and isinstance(outcome, Succeeded):
            self.rides.append(request.path)
            await self.database.transact(request.tenant, before_commit)
        return outcome


@pytest.fixture
async def house(temporal: TemporalServer, database: Database) -> House:
    """A house without a worker: `async with house.open():`."""
    client = await Client.connect(temporal.address, data_converter=WIRE)
    return House(client, database, f"t{uuid.uuid4().hex[:12]}", f"q{uuid.uuid4().hex}")


def forget_plans() -> None:
    """This process knows no plan any more, like one that has just started."""
    fresh = Plans()
    PLANS.__dict__.update(fresh.__dict__ | {"_wanted": PLANS.__dict__["_wanted"]})


def dawdling(seconds: float, times: int) -> Does:
    """An action that takes its time in its first `times` tries."""
    tries = 0

    async def do(_: ActionRequest) -> Any:
        nonlocal tries
        tries += 1
        if tries <= times:
            await asyncio.sleep(seconds)
        return {}

    return do


def failing(code: str, times: int = 1_000, *, kind: Any = "business", then: Any = None) -> Does:
    """An action that fails its first `times` tries."""
    tries = 0

    async def do(_: ActionRequest) -> Any:
        nonlocal tries
        tries += 1
        return Failed(code, kind, "出错了", "it went wrong", {"try": tries}) if tries <= times else then or {}

    return do


_MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)
#: A case whose actions are tried again at once.
QUICK = Trial(_MORNING, quick_retries=True)
#: A case that continues as new every few events, too.
RESTLESS = Trial(_MORNING, quick_retries=True, continue_after=12)
