"""The dispatcher: brings to cases what other cases, or the store, decided for them, after the deciding transaction.

Messages, granted locks, ends of called cases, cases to start and to cancel: all of it lies in the outbox, so nothing is
lost when a worker dies, and what comes twice changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import groupby

import msgspec
import structlog
from sqlalchemy import select

from activities._journal import (
    CANCEL_CASE,
    CHECK_LOCK,
    DELIVER_CALL_ENDED,
    DELIVER_GRANT,
    DELIVER_MESSAGE,
    START_CASE,
    TO_CASES,
    grant,
    hand_out,
)
from waystation.contracts.errors import Refused, Unavailable
from waystation.contracts.events import CallEnded, Command, LockGranted, MessageArrived
from waystation.contracts.runs import CalledStart
from waystation.gateway import Gateway, bulk
from waystation.gateway.bulk import START_BULK
from waystation.gateway.doubts import CHECK_CASE, settle
from waystation.gateway.people_work import carry_on
from waystation.gateway.reservations import settle_lock
from waystation.gateway.timetables import Timetables
from waystation.store import locks, messages, outbox
from waystation.store.outbox import Claimed
from waystation.store.people_jobs import PEOPLE_JOB
from waystation.store.session import EVERY_TENANT, Database, TenantSession
from waystation.store.tables.effects import OutboxRow
from waystation.store.timetables import SET_TIMETABLE

#: What is done here: deliveries to cases, looks at those in doubt, timetables.
KINDS = (*TO_CASES, PEOPLE_JOB, CHECK_CASE, START_BULK, SET_TIMETABLE)
#: Seconds between looks into the outbox when nobody says that there is something.
IDLE = 0.25
#: Rows taken at once.
BATCH = 50
#: Tries of a cancellation whose case has not been started yet.
_MOST_EARLY = 10

_log = structlog.get_logger(__name__)


class Dispatcher:
    """Delivers the outbox to cases until it is stopped.

    Args:
        worker: a name that tells this process from others.
    """

    def __init__(
        self, gateway: Gateway, database: Database, timetables: Timetables, worker: str, *, idle: float = IDLE
    ) -> None:
        self._gateway = gateway
        self._timetables = timetables
        self._database = database
        self._worker = worker
        self._idle = idle
        self._wake = asyncio.Event()
        self.delivered = 0
        self._does: dict[str, Callable[[Claimed], Awaitable[bool]]] = {
            DELIVER_MESSAGE: self._message,
            DELIVER_GRANT: self._grant,
            DELIVER_CALL_ENDED: self._call_ended,
            START_CASE: self._start,
            CANCEL_CASE: self._cancel,
            CHECK_CASE: self._check,
            START_BULK: self._start_bulk,
            PEOPLE_JOB: self._people,
            CHECK_LOCK: self._check_lock,
            SET_TIMETABLE: self._set_timetable,
        }

    def wake(self) -> None:
        """There may be something to deliver."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver for ever; ends when its task is cancelled."""
        while True:
            try:
                async with asyncio.timeout(self._idle):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                while await self.deliver_due():
                    pass
            except Unavailable as error:
                _log.warning("dispatch_paused", code=error.code)
                await asyncio.sleep(error.retry_after)

    async def deliver_due(self) -> int:
        """Deliver what is due now; how much was taken in hand."""
        if not await self._anything_due():
            return 0
        async with self._database.write(EVERY_TENANT) as session:
            claimed = await outbox.claim(session, KINDS, self._worker, at=datetime.now(UTC), limit=BATCH)
        by_case = groupby(sorted(claimed, key=_case_of), key=_case_of)
        await asyncio.gather(*(self._deliver_in_order(list(items)) for _, items in by_case))
        return len(claimed)

    async def _anything_due(self) -> bool:
        async with self._database.read(EVERY_TENANT) as session:
            query = select(OutboxRow.id).where(
                OutboxRow.status == "waiting", OutboxRow.kind.in_(KINDS), OutboxRow.due_at <= datetime.now(UTC)
            )
            return await session.scalar(query.limit(1)) is not None

    async def _deliver_in_order(self, items: list[Claimed]) -> None:
        """What concerns one case goes to it in the order in which it was decided."""
        for item in items:
            await self._deliver(item)

    async def _deliver(self, item: Claimed) -> None:
        try:
            done = await self._does[item.kind](item)
        except Unavailable as error:
            await self._put_off(item, error.code, max(error.retry_after, 1.0))
        except Exception as error:  # noqa: BLE001 - the edge: one bad row must not stop the others
            _log.exception("delivery_failed", kind=item.kind, case=item.case_id)
            await self._put_off(item, type(error).__name__, min(60.0, 2.0**item.tries))
        else:
            if done:
                await self._acknowledge(item)
            else:
                await self._put_off(item, "too_early", 1.0)

    async def _acknowledge(self, item: Claimed) -> None:
        async def work(session: TenantSession) -> bool:
            return await outbox.acknowledge(session, item, at=datetime.now(UTC))

        _ = await self._database.transact(item.tenant, work)
        self.delivered += 1

    async def _put_off(self, item: Claimed, error: str, seconds: float) -> None:
        until = datetime.now(UTC) + timedelta(seconds=seconds)

        async def work(session: TenantSession) -> bool:
            return await outbox.put_off(session, item, until=until, error=error)

        _ = await self._database.transact(item.tenant, work)

    # -------------------------------------------------------------------------------------- one of each kind
    async def _message(self, item: Claimed) -> bool:
        case, event = str(item.case_id), msgspec.convert(item.body, MessageArrived)
        async with self._database.read(item.tenant) as session:
            if not await messages.is_given(session, case, event.id):
                return True  # it has been delivered before, and the case has decided
        if not await self._gateway.deliver_message(item.tenant, case, event):
            await self._database.transact(item.tenant, lambda session: _refuse(session, case, event))
        return True

    async def _grant(self, item: Claimed) -> bool:
        case, event = str(item.case_id), msgspec.convert(item.body, LockGranted)
        if not await self._gateway.lock_granted(item.tenant, case, event):
            await self._database.transact(item.tenant, lambda session: _free(session, case, event))
        return True

    async def _call_ended(self, item: Claimed) -> bool:
        await self._gateway.call_ended(item.tenant, str(item.case_id), msgspec.convert(item.body, CallEnded))
        return True

    async def _start(self, item: Claimed) -> bool:
        await self._gateway.start_called(item.tenant, msgspec.convert(item.body, CalledStart))
        return True

    async def _cancel(self, item: Claimed) -> bool:
        command = msgspec.convert(item.body, Command)
        try:
            await self._gateway.command(item.tenant, str(item.case_id), command)
        except Refused as refused:
            return refused.code != "not_found" or item.tries >= _MOST_EARLY
        return True

    async def _start_bulk(self, item: Claimed) -> bool:
        await bulk.start(self._gateway, item.tenant, item.body)
        return True

    async def _check(self, item: Claimed) -> bool:
        await settle(self._gateway.line, self._database, item.tenant, str(item.case_id))
        return True

    async def _set_timetable(self, item: Claimed) -> bool:
        await self._timetables.set(item.tenant, str(item.body["process"]))
        return True

    async def _check_lock(self, item: Claimed) -> bool:
        case, name, path = str(item.case_id), str(item.body["name"]), str(item.body["path"])
        await settle_lock(self._gateway.line, self._database, item.tenant, case, name, path)
        return True

    async def _people(self, item: Claimed) -> bool:
        await carry_on(self._gateway, item.tenant, item.body)
        self.wake()
        return True


def _case_of(item: Claimed) -> tuple[str, str]:
    return item.tenant, item.case_id or ""


async def _refuse(session: TenantSession, case: str, event: MessageArrived) -> None:
    await hand_out(session, await messages.refuse(session, case, event.id, at=event.at), event.at)


async def _free(session: TenantSession, case: str, event: LockGranted) -> None:
    """A lock granted to a case that is over goes to the next in line."""
    holder = await locks.free_lock(session, event.name, case, event.path)
    if holder is not None:
        await grant(session, event.name, holder, event.at)
