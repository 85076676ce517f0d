"""The dispatcher: brings to cases what other cases, or the store, decided for them, after the deciding transaction.

Messages, granted locks, ends of called cases, cases to start and to cancel: all of it lies in the outbox, so nothing is
lost when a worker dies, and what comes twice changes nothing.
"""

from __future__ import annotations

import msgspec

from activities._journal import (
    CANCEL_CASE,
    CHECK_LOCK,
    DELIVER_CALL_ENDED,
    DELIVER_GRANT,
    DELIVER_MESSAGE,
    START_CASE,
    grant,
    hand_out,
)
from waystation.carrier import IDLE, Carrier, Does
from waystation.contracts.errors import Refused
from waystation.contracts.events import CallEnded, Command, LockGranted, MessageArrived
from waystation.contracts.runs import CalledStart
from waystation.gateway import Gateway, bulk, histories
from waystation.gateway.bulk import START_BULK
from waystation.gateway.doubts import CHECK_CASE, settle
from waystation.gateway.people_work import carry_on
from waystation.gateway.reservations import settle_lock
from waystation.gateway.timetables import Timetables
from waystation.store import locks, messages
from waystation.store.erasing import FORGET_HISTORY
from waystation.store.outbox import Claimed
from waystation.store.people_jobs import PEOPLE_JOB
from waystation.store.session import Database, TenantSession
from waystation.store.timetables import SET_TIMETABLE

#: Tries of a cancellation whose case has not been started yet.
_MOST_EARLY = 10


class Dispatcher(Carrier):
    """Delivers the outbox to cases until it is stopped. What concerns one case goes to it in the order of decision.

    Args:
        worker: a name that tells this process from others.
    """

    def __init__(
        self, gateway: Gateway, database: Database, timetables: Timetables, worker: str, *, idle: float = IDLE
    ) -> None:
        self._gateway = gateway
        self._timetables = timetables
        self._database = database
        does: dict[str, Does] = {
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
            FORGET_HISTORY: self._forget,
        }
        super().__init__(database, does, worker, _case_of, idle=idle)

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

    async def _forget(self, item: Claimed) -> bool:
        return await histories.forget(self._gateway.client, self._database, item.tenant, str(item.case_id))

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
