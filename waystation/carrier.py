"""A carrier: claims what lies in the outbox, has it done, and says what became of it. What is done is others' matter.

It works in rounds. Things of one lane are done one after another, lanes beside each other. What fails comes again
later; with a `Patience` it is given up after a while, and stays in the outbox as a dead letter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import bindparam, select

from waystation.contracts.errors import Refused, Unavailable
from waystation.measures import DELIVERIES, DELIVERY_LAG
from waystation.store import outbox
from waystation.store.outbox import Claimed
from waystation.store.session import EVERY_TENANT, Database, TenantSession
from waystation.store.tables.effects import OutboxRow

#: Seconds between looks into the outbox when nobody says that there is something.
IDLE = 0.25
#: Rows taken at once.
BATCH = 50

#: Does one thing. False: it is too early for it; a text: there is nothing to do, and why. `NotYet`: later,
#: which is no failure. `Unavailable`: not now. With a patience, `Refused`: never.
Does = Callable[[Claimed], Awaitable[bool | str]]

_log = structlog.get_logger(__name__)
_DUE = (
    select(OutboxRow.id)
    .where(
        OutboxRow.status == "waiting",
        OutboxRow.kind.in_(bindparam("kinds", expanding=True)),
        OutboxRow.due_at <= bindparam("now"),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long something that fails is tried: pauses in seconds, each twice the one before, and tries at most."""

    first: float = 10.0
    longest: float = 3600.0
    most: int = 14

    def pause(self, tries: int) -> float:
        """Seconds to wait after so many tries."""
        return min(self.longest, self.first * 2.0 ** min(tries - 1, 30))


class NotYet(Exception):
    """The time of something has not come: it is looked at again after `seconds`, and this was no try."""

    def __init__(self, why: str, seconds: float) -> None:
        super().__init__(why)
        self.why, self.seconds = why, seconds


class Carrier:
    """Has the outbox done until it is stopped.

    Args:
        does: what is done with each kind; other kinds are left to others.
        worker: a name that tells this process from others.
        lane: what must not be done beside each other has one lane.
        given_up: told of what is given up, with its code, in the transaction that gives it up.
        patience: when to give up; None: never, and everything is tried again soon.
        lease: how long a round has something in hand before others may take it.
    """

    def __init__(
        self,
        database: Database,
        does: Mapping[str, Does],
        worker: str,
        lane: Callable[[Claimed], Hashable],
        *,
        patience: Patience | None = None,
        given_up: Callable[[TenantSession, Claimed, str], Awaitable[None]] | None = None,
        idle: float = IDLE,
        batch: int = BATCH,
        lease: timedelta = timedelta(minutes=1),
    ) -> None:
        self._database = database
        self._does = dict(does)
        self._kinds = tuple(sorted(does))
        self._worker = worker
        self._lane = lane
        self._patience, self._given_up = patience, given_up
        self._idle, self._batch, self._lease = idle, batch, lease
        self._wake = asyncio.Event()
        self.delivered = 0

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    async def run(self) -> None:
        """Do what is due, for ever; ends when its task is cancelled."""
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
        """Do what is due now; how much was taken in hand."""
        if not await self._anything_due():
            return 0
        begun = datetime.now(UTC)
        async with self._database.write(EVERY_TENANT) as session:
            claimed = await outbox.claim(
                session, self._kinds, self._worker, at=begun, lease=self._lease, limit=self._batch
            )
        lanes: dict[Hashable, list[Claimed]] = {}
        for item in claimed:
            if item.tries == 1:
                DELIVERY_LAG.labels(item.kind).observe(max(0.0, (begun - item.created_at).total_seconds()))
            lanes.setdefault(self._lane(item), []).append(item)
        await asyncio.gather(*(self._deliver_in_order(items, begun + self._lease / 2) for items in lanes.values()))
        return len(claimed)

    async def _anything_due(self) -> bool:
        async with self._database.read(EVERY_TENANT) as session:
            return await session.scalar(_DUE, {"kinds": self._kinds, "now": datetime.now(UTC)}) is not None

    async def _deliver_in_order(self, items: list[Claimed], until: datetime) -> None:
        """One after another; what a slow round leaves is let go before somebody else may take it."""
        for item in items:
            if datetime.now(UTC) < until:
                await self._deliver(item)
            else:
                await self._wait(item, NotYet("", 0.0))

    async def _deliver(self, item: Claimed) -> None:
        try:
            done = await self._does[item.kind](item)
        except NotYet as early:
            await self._wait(item, early)
        except Unavailable as error:
            await self._fail(item, error.code, max(error.retry_after, 1.0))
        except Refused as refused:
            if self._patience is not None:
                await self._give_up(item, refused.code)
            else:
                await self._crashed(item, refused)
        except Exception as error:  # noqa: BLE001 - the edge: one bad row must not stop the others
            await self._crashed(item, error)
        else:
            if done:
                await self._acknowledge(item, done if isinstance(done, str) else "")
            else:
                await self._put_off(item, "too_early", 1.0)

    async def _crashed(self, item: Claimed, error: Exception) -> None:
        _log.error("delivery_failed", kind=item.kind, case=item.case_id, exc_info=error)
        await self._fail(item, type(error).__name__, min(60.0, 2.0 ** min(item.tries, 10)))

    async def _fail(self, item: Claimed, code: str, seconds: float) -> None:
        """It comes again later, unless it has been tried often enough."""
        if self._patience is None:
            await self._put_off(item, code, seconds)
        elif item.tries >= self._patience.most:
            await self._give_up(item, code)
        else:
            await self._put_off(item, code, max(seconds, self._patience.pause(item.tries)))

    async def _acknowledge(self, item: Claimed, note: str) -> None:
        async def work(session: TenantSession) -> bool:
            return await outbox.acknowledge(session, item, at=datetime.now(UTC), note=note)

        _ = await self._database.transact(item.tenant, work)
        self.delivered += 1
        DELIVERIES.labels(item.kind, "done").inc()

    async def _give_up(self, item: Claimed, error: str) -> None:
        _log.warning("given_up", kind=item.kind, case=item.case_id, item=item.id, code=error, tries=item.tries)

        async def work(session: TenantSession) -> bool:
            done = await outbox.give_up(session, item, at=datetime.now(UTC), error=error)
            if done and self._given_up is not None:
                await self._given_up(session, item, error)
            return done

        _ = await self._database.transact(item.tenant, work)
        DELIVERIES.labels(item.kind, "given_up").inc()

    async def _wait(self, item: Claimed, early: NotYet) -> None:
        until = datetime.now(UTC) + timedelta(seconds=early.seconds)

        async def work(session: TenantSession) -> bool:
            return await outbox.wait(session, item, until=until, why=early.why)

        _ = await self._database.transact(item.tenant, work)

    async def _put_off(self, item: Claimed, error: str, seconds: float) -> None:
        until = datetime.now(UTC) + timedelta(seconds=seconds)

        async def work(session: TenantSession) -> bool:
            return await outbox.put_off(session, item, until=until, error=error)

        _ = await self._database.transact(item.tenant, work)
        DELIVERIES.labels(item.kind, "put_off").inc()
