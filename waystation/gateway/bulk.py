"""Commands for many cases: the activities that send them, and what the API asks of them.

The batch and its cases stand in the store. A command's id is derived from the batch, so a slice that is done again
after a crash finds the answers of the first time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from temporalio import activity
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from waystation.contracts.bulk_runs import (
    BULK,
    BULK_CLOSE,
    BULK_SLICE,
    BulkInput,
    BulkSlice,
    BulkStep,
    workflow_id,
)
from waystation.contracts.errors import Refused, Unavailable
from waystation.contracts.events import Command
from waystation.gateway.entry import Gateway
from waystation.gateway.rehearsal import would
from waystation.store import bulks, outbox
from waystation.store.bulks import Result
from waystation.store.session import TenantSession
from waystation.store.tables.changes import BulkItemRow, BulkRow

#: The kind of outbox row that has a batch started.
START_BULK = "start_bulk"
#: Cases of a slice at once. More would take the engine away from those who work.
_AT_ONCE = 6


class BulkActivities:
    """What the workflow of a batch has done."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @property
    def all(self) -> list[Callable[..., Awaitable[Any]]]:
        """What a worker registers."""
        return [self.slice, self.close]

    @activity.defn(name=BULK_SLICE)
    async def slice(self, given: BulkSlice) -> BulkStep:
        """Send the command to the next cases, and keep their answers."""
        async with self._gateway.database.read(given.tenant) as session:
            batch = await bulks.bulk(session, given.bulk)
            items = [] if batch.stopping else await bulks.next_items(session, given.bulk, given.most)
        few = asyncio.Semaphore(_AT_ONCE)

        async def one(item: BulkItemRow) -> Result:
            async with few:
                result = await self._one(given.tenant, batch, item)
                activity.heartbeat()
                return result

        results = await asyncio.gather(*(one(item) for item in items))

        async def work(session: TenantSession) -> None:
            await bulks.note(session, given.bulk, results, at=datetime.now(UTC))

        await self._gateway.database.transact(given.tenant, work)
        return BulkStep(len(results), over=not items)

    @activity.defn(name=BULK_CLOSE)
    async def close(self, given: BulkSlice) -> None:
        """The batch is over."""

        async def work(session: TenantSession) -> None:
            await bulks.close(session, given.bulk, at=datetime.now(UTC))

        await self._gateway.database.transact(given.tenant, work)

    async def _one(self, tenant: str, batch: BulkRow, item: BulkItemRow) -> Result:
        command = command_for(batch, item)
        try:
            if batch.dry_run:
                found = await would(self._gateway, tenant, item.case_id, command)
                return Result(item.number, bulks.DONE, found.code, found.zh, found.en, found.detail or None)
            answer = await self._gateway.command(tenant, item.case_id, command)
        except Refused as refused:
            return Result(item.number, bulks.REFUSED, refused.code, refused.zh, refused.en, refused.detail or None)
        except Unavailable as error:
            return Result(item.number, bulks.FAILED, error.code, error.zh, error.en)
        return Result(item.number, bulks.DONE, answer=answer)


def command_for(batch: BulkRow, item: BulkItemRow) -> Command:
    """The command that a case gets; the same each time."""
    args = {**batch.args, **(item.args or {})}
    return Command(datetime.now(UTC), f"bulk-{batch.bulk_id}", batch.verb, batch.started_by, batch.task, args)


async def ask_for(session: TenantSession, batch: BulkRow, *, at: datetime) -> None:
    """Have a batch worked on once this transaction is through."""
    body = {"bulk": batch.bulk_id, "per_second": batch.per_second, "turn": at.isoformat()}
    await outbox.put(session, START_BULK, f"{batch.bulk_id}/{at.isoformat()}", body, at=at)


async def start(gateway: Gateway, tenant: str, body: dict[str, Any]) -> None:
    """Start the workflow of a batch; one that runs already is the one that was meant.

    Raises:
        Unavailable: the engine does not answer.
    """
    bulk_id = str(body["bulk"])
    try:
        await gateway.client.start_workflow(
            BULK,
            BulkInput(tenant, bulk_id, int(body["per_second"])),
            id=workflow_id(tenant, bulk_id, str(body["turn"])),
            task_queue=gateway.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
    except WorkflowAlreadyStartedError:
        return  # it has run
    except RPCError as error:
        raise Unavailable("engine_unavailable", "the process engine is not answering", "流程引擎没有响应") from error
