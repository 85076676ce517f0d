"""The line to running cases: every call to the Temporal server, with its patience and its limits.

Whatever is asked here may be asked again: a start and a command are known by their ids, a signal by what it brings.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from waystation.contracts import runs
from waystation.contracts.errors import Refused, Unavailable
from waystation.contracts.events import Command
from waystation.contracts.runs import CaseInput, Pulse, Refusal

#: How long anything asked of a case may take.
PATIENCE = timedelta(seconds=20)
#: How long a start waits for the first people to be asked; the case goes on by itself.
FIRST_PATIENCE = timedelta(seconds=5)
#: The answer of a case that does not run.
GONE: Any = object()
#: What passes: a limit of the server (10 updates in flight to one case), a run being continued as new, a restart.
_PASSING = frozenset(
    {
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.ABORTED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.FAILED_PRECONDITION,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
    }
)
#: How the client's error begins that has never reached a server.
_NO_SERVER = "Failed client connect"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0
#: Commands in flight to one case from this process. The server takes 10, and what it turns away comes back only after
#: seconds; the others wait here, in order.
_IN_FLIGHT = 6
_TENANT = SearchAttributeKey.for_keyword(runs.TENANT_ATTRIBUTE)
_STATUS = SearchAttributeKey.for_keyword(runs.STATUS_ATTRIBUTE)

Answer = TypeVar("Answer")


class CaseLine:
    """Calls to running cases.

    Args:
        task_queue: where cases are worked from.
        marks: the server knows our search attributes.
    """

    def __init__(self, client: Client, task_queue: str, *, marks: bool) -> None:
        self.client = client
        self._task_queue = task_queue
        self._marks = marks
        self._turns: dict[str, tuple[asyncio.Semaphore, int]] = {}
        self._first_answers: dict[str, asyncio.Task[None]] = {}

    async def start(self, given: CaseInput, title: str, *, again: bool = False) -> None:
        """Start a case; one that runs already under this id is the one that was meant.

        Args:
            title: of the process, for Temporal's own page.
            again: it may have run and ended before.
        """
        marked = msgspec.structs.replace(given, marks=self._marks, at_once=runs.AT_ONCE)
        reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE if again else WorkflowIDReusePolicy.REJECT_DUPLICATE
        try:
            await self._ask(
                lambda: self.client.start_workflow(
                    given.process,
                    marked,
                    id=runs.workflow_id(given.tenant, given.case),
                    task_queue=self._task_queue,
                    id_reuse_policy=reuse,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    search_attributes=self._attributes(given.tenant),
                    static_summary=title,
                )
            )
        except WorkflowAlreadyStartedError:
            return

    def _attributes(self, tenant: str) -> TypedSearchAttributes:
        if not self._marks:
            return TypedSearchAttributes.empty
        return TypedSearchAttributes([SearchAttributePair(_TENANT, tenant), SearchAttributePair(_STATUS, "running")])

    async def first_answer(self, tenant: str, case: str) -> None:
        """Wait until the case is in the store, with the first people asked; not for actions that take their time.

        However many wait for one case, the server is asked by one: it keeps few questions to a case waiting.
        """
        name = runs.workflow_id(tenant, case)
        waiting = self._first_answers.get(name)
        if waiting is None:
            waiting = asyncio.create_task(self._until_written(tenant, case))
            self._first_answers[name] = waiting
            waiting.add_done_callback(lambda _: self._first_answers.pop(name, None))
        await asyncio.shield(waiting)

    async def _until_written(self, tenant: str, case: str) -> None:
        give_up = asyncio.get_running_loop().time() + FIRST_PATIENCE.total_seconds()
        pause = _FIRST_PAUSE
        while asyncio.get_running_loop().time() < give_up:
            try:
                if (await self.pulse(tenant, case, FIRST_PATIENCE)).written:
                    return
            except (Refused, Unavailable):
                return  # it has started, and goes on as soon as a worker is there
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def update(self, tenant: str, case: str, command: Command) -> Any:
        """Send a command to a running case: its answer, or `GONE` where none runs (any more).

        Raises:
            Refused: the case's refusal.
        """
        handle = self._handle(tenant, case)
        try:
            async with self._turn(runs.workflow_id(tenant, case)):
                return await self._ask(
                    lambda: handle.execute_update(
                        runs.COMMAND, command, id=command.id, result_type=dict[str, Any], rpc_timeout=PATIENCE
                    )
                )
        except WorkflowUpdateFailedError as failed:
            refused = _refused(failed)
            if refused is not None:
                raise refused from None
            return GONE
        except Refused:
            return GONE

    async def signal(self, tenant: str, case: str, name: str, event: Any) -> bool:
        """Tell a case something. False when it does not run."""
        handle = self._handle(tenant, case)
        try:
            await self._ask(lambda: handle.signal(name, event))
        except Refused:
            return False
        return True

    async def state(self, tenant: str, case: str) -> bytes:
        """The state of a case that Temporal still knows, as JSON.

        Raises:
            Refused: `not_found`.
        """
        handle = self._handle(tenant, case)
        return bytes(await self._ask(lambda: handle.query(runs.STATE, result_type=msgspec.Raw, rpc_timeout=PATIENCE)))

    async def pulse(self, tenant: str, case: str, patience: timedelta = PATIENCE) -> Pulse:
        """Whether anything is under way in a case, and when a clock of it is due.

        Raises:
            Refused: `not_found`.
        """
        handle = self._handle(tenant, case)
        return await self._ask(lambda: handle.query(runs.PULSE, result_type=Pulse, rpc_timeout=patience), patience)

    async def is_running(self, tenant: str, case: str) -> bool:
        """Does its workflow run? False also where there is none."""
        handle = self._handle(tenant, case)
        try:
            about = await self._ask(lambda: handle.describe(rpc_timeout=PATIENCE))
        except Refused:
            return False
        return about.status is WorkflowExecutionStatus.RUNNING

    def _handle(self, tenant: str, case: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(runs.workflow_id(tenant, case))

    @asynccontextmanager
    async def _turn(self, case: str) -> AsyncIterator[None]:
        """One of the few places for commands in flight to a case; the counter forgets cases that nobody waits for."""
        gate, users = self._turns.get(case, (asyncio.Semaphore(_IN_FLIGHT), 0))
        self._turns[case] = gate, users + 1
        try:
            async with gate:
                yield
        finally:
            gate, users = self._turns.pop(case)
            if users > 1:
                self._turns[case] = gate, users - 1

    async def _ask(self, call: Callable[[], Awaitable[Answer]], patience: timedelta = PATIENCE) -> Answer:
        """Call the server, again while what it says is only passing.

        Raises:
            Refused: `not_found`, no such workflow runs.
            Unavailable: the server does not answer in time.
        """
        give_up = asyncio.get_running_loop().time() + patience.total_seconds()
        pause = _FIRST_PAUSE
        while True:
            try:
                return await call()
            except WorkflowUpdateRPCTimeoutOrCancelledError as error:
                raise _not_answering() from error
            except WorkflowQueryFailedError as error:
                # Our queries do not fail: the case is being loaded, or the worker has just put it out of its memory.
                if asyncio.get_running_loop().time() > give_up:
                    raise _not_answering() from error
            except RPCError as error:
                if error.status == RPCStatusCode.NOT_FOUND:
                    raise Refused("not_found", "no such case is running", "没有运行中的流程实例") from None
                if error.status not in _PASSING or asyncio.get_running_loop().time() > give_up:
                    raise _not_answering() from error
            except RuntimeError as error:  # a client that has not found its server so far
                if not str(error).startswith(_NO_SERVER):
                    raise
                raise _not_answering() from error
            await asyncio.sleep(pause * (0.5 + random.random()))  # noqa: S311 - spreads repetitions, keeps no secret
            pause = min(pause * 2, _LONGEST_PAUSE)


def _refused(failed: WorkflowUpdateFailedError) -> Refused | None:
    """The refusal that a failed update carries; None when it failed because its case ended."""
    cause = failed.cause
    if not isinstance(cause, ApplicationError) or cause.type != runs.REFUSED:
        return None
    said = msgspec.convert(cause.details[0], Refusal)
    return Refused(said.code, said.en, said.zh, said.detail)


def _not_answering() -> Unavailable:
    return Unavailable("engine_unavailable", "the process engine is not answering", "流程引擎没有响应")
