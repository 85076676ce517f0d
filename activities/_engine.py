"""The activities of a case's workflow: write what it decided, run actions, keep and load large states.

An action's activity has the action's name, so Temporal's page reads as the process does. Its first try is a local
activity, and may carry journal entries into the transaction of its effect; later tries send signs of life, so a dead
worker is noticed within seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from structlog.contextvars import bind_contextvars
from temporalio import activity
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from activities._asking import Asking
from activities._computing import Computing, request_of, title_of
from activities._journal import may_go_together, record, record_together, reserve
from activities._runtime import ActionRequest, BeforeCommit, Failed, Outcome, Succeeded, run_action
from activities._together import Together
from waystation.contracts import runs
from waystation.contracts.catalog import ActionSpec
from waystation.contracts.runs import ActionAnswer, ActionTry, LockClaim, Recorded, RecordRequest, StoredState
from waystation.outside import Outside
from waystation.store import idempotency, states
from waystation.store.outbox import OUTBOX
from waystation.store.session import Database, TenantSession

#: Seconds between looks at a database that does not answer; the action's own time limit goes on.
OUTAGE_PAUSE = 0.5
_OUTAGES = frozenset({"database_unavailable", "database_conflict"})

Answer = TypeVar("Answer")


class ActionRunner(Protocol):
    """Runs one try of an action by name, and writes what rides along in its transaction."""

    async def __call__(self, name: str, request: ActionRequest, before_commit: BeforeCommit | None) -> Outcome: ...


class CatalogRunner:
    """Runs the actions that are installed.

    Args:
        outside: how they go out; None: those that would are refused.
    """

    def __init__(self, actions: Mapping[str, ActionSpec], database: Database, outside: Outside | None = None) -> None:
        self._actions = actions
        self._database = database
        self._outside = outside

    async def __call__(self, name: str, request: ActionRequest, before_commit: BeforeCommit | None) -> Outcome:
        spec = self._actions.get(name)
        if spec is None:
            return Failed("unknown_action", "business", f"没有动作 {name}", f"there is no action {name}")
        outcome = await run_action(spec, self._database, request, before_commit=before_commit, outside=self._outside)
        if isinstance(outcome, Failed) and outcome.code == "key_reused":
            return await self._effect_of_then(request, before_commit)
        return outcome

    async def _effect_of_then(self, request: ActionRequest, before_commit: BeforeCommit | None) -> Outcome:
        """A workflow task that was done again asks with other arguments for what has taken effect: that counts."""

        async def work(session: TenantSession) -> Outcome:
            answer = await idempotency.answer_of(session, f"action:{request.case}", request.key)
            if before_commit is not None:
                await before_commit(session)
            return Succeeded(answer)

        return await self._database.transact(request.tenant, work)


class CaseActivities:
    """The activities of every case.

    Args:
        decided: called after each transaction that may have left something in the outbox.
    """

    def __init__(
        self, database: Database, asking: Asking, runner: ActionRunner, decided: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._asking = asking
        self._runner = runner
        self._decided = decided
        self._computing = Computing(self._run, asking.run_ahead)
        self._together = Together(self._write_all)

    @property
    def all(self) -> list[Callable[..., Awaitable[Any]]]:
        """What a worker registers."""
        return [self.record, self.keep_state, self.load_state, self.reserve_lock, self.act]

    @activity.defn(name=runs.RECORD)
    async def record(self, request: RecordRequest) -> Recorded:
        """Run the action that only computes, if there is one, and write entries and effects in one transaction."""
        bind_contextvars(tenant=request.mark.tenant, case=request.mark.case)
        whole, done = await self._computing.ahead(request)
        recorded = await self._write(whole)
        reached = whole.entries[-1].seq if done and whole.entries else 0
        return Recorded(recorded.answers, recorded.ahead, done, reached, computes=True)

    async def _write(self, request: RecordRequest) -> Recorded:
        return await (self._together.record(request) if may_go_together(request) else self._alone(request))

    async def _run(self, name: str, request: ActionRequest) -> Outcome:
        return await self._runner(name, request, None)

    async def _alone(self, request: RecordRequest) -> Recorded:
        async def work(session: TenantSession) -> Recorded:
            return await record(session, request, self._asking)

        return await self._transact(request.mark.tenant, work)

    async def _write_all(self, requests: Sequence[RecordRequest]) -> list[Recorded]:
        """Write requests of one tenant: one as it is, several together."""
        if len(requests) == 1:
            return [await self._alone(requests[0])]

        async def work(session: TenantSession) -> list[Recorded]:
            return await record_together(session, requests, self._asking)

        return await self._transact(requests[0].mark.tenant, work)

    async def _transact(self, tenant: str, work: Callable[[TenantSession], Awaitable[Answer]]) -> Answer:
        """The answer of `work`; whoever carries what lies in the outbox is told when it has left something there."""
        left = False

        async def watched(session: TenantSession) -> Answer:
            nonlocal left
            answer = await work(session)
            left = session.has_changed(OUTBOX)
            return answer

        answer = await self._database.transact(tenant, watched)
        if left:
            self._decided()
        return answer

    @activity.defn(name=runs.KEEP_STATE)
    async def keep_state(self, given: StoredState) -> StoredState:
        """Keep a state that is too large to be carried as input."""

        async def work(session: TenantSession) -> str:
            digest = await states.carry(session, given.mark.case, given.packed, at=given.mark.at)
            await states.drop_carried(session, given.mark.case, keep=digest)
            return digest

        return StoredState(given.mark, hash=await self._database.transact(given.mark.tenant, work))

    @activity.defn(name=runs.LOAD_STATE)
    async def load_state(self, given: StoredState) -> StoredState:
        """The kept state with this hash."""
        async with self._database.read(given.mark.tenant) as session:
            packed = await states.carried(session, given.hash)
        if packed is None:
            raise LookupError(f"no state {given.hash} is kept for case {given.mark.case}")
        return StoredState(given.mark, packed, given.hash)

    @activity.defn(name=runs.RESERVE_LOCK)
    async def reserve_lock(self, given: LockClaim) -> LockClaim:
        """Hold a lock across cases for a command that takes it."""
        held = await self._database.transact(given.mark.tenant, lambda session: reserve(session, given))
        return LockClaim(given.mark, given.path, given.name, held)

    @activity.defn(dynamic=True)
    async def act(self, args: Sequence[RawValue]) -> ActionAnswer:
        """One try of the action that the activity is named after."""
        info = activity.info()
        given: ActionTry = activity.payload_converter().from_payload(args[0].payload, ActionTry)
        mark, node = given.mark, given.effect.path
        bind_contextvars(tenant=mark.tenant, case=mark.case, node=node, action=info.activity_type)
        riding = _Riding(given.record, self._asking) if given.record is not None else None
        write = riding.write if riding is not None else None
        async with _signs_of_life(given.heartbeat):
            request = request_of(given, given.before + info.attempt)
            outcome = await self._runner(info.activity_type, request, write)
            while _is_outage(outcome):
                await asyncio.sleep(OUTAGE_PAUSE)
                outcome = await self._runner(info.activity_type, request, write)
        if riding is not None and riding.left:
            self._decided()
        if not isinstance(outcome, Failed):
            return ActionAnswer(outcome.result)
        if outcome.kind == "transient" and not info.is_local:
            raise _again(outcome)
        return _failure(outcome)


@dataclass(slots=True)
class _Riding:
    """What is written in the transaction of an action's effect, and whether that has put something in the outbox."""

    record: RecordRequest
    asking: Asking
    left: bool = False

    async def write(self, session: TenantSession) -> None:
        await record(session, self.record, self.asking)
        self.left = session.has_changed(OUTBOX)


def _is_outage(outcome: Outcome) -> bool:
    """Was it our own database that failed? Then nothing was tried, and the author's count of tries stands."""
    return isinstance(outcome, Failed) and outcome.code in _OUTAGES


def _failure(failed: Failed) -> ActionAnswer:
    return ActionAnswer(
        None, failed.code, failed.kind, title_of(failed), dict(failed.detail) or None, failed.retry_after
    )


def _again(failed: Failed) -> ApplicationError:
    """A failure that the server repeats by the node's retry rule, not before the time that it asks for."""
    answer = _failure(failed)
    pause = timedelta(seconds=failed.retry_after) if failed.retry_after > 1 else None
    return ApplicationError(answer.title or answer.code, answer.detail, type=answer.code, next_retry_delay=pause)


@asynccontextmanager
async def _signs_of_life(every: float) -> AsyncIterator[None]:
    """Heartbeats while the block runs; none where `every` is 0."""
    if not every:
        yield
        return

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(every)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
