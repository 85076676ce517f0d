"""Housekeeping: drops, tenant by tenant, what the store keeps for a while only, and has timetables looked at.

Every worker looks; the row of a chore decides who does it, so that one does it at a time. What fails is logged and
done again a minute later, and the other chores and tenants do not wait for it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from waystation.contracts.errors import Unavailable
from waystation.settings import Settings
from waystation.store import chores, feed, idempotency, locks, messages, outbox, retention, tenants, timetables
from waystation.store.session import EVERY_TENANT, Database, TenantSession

#: How often every process looks whether something is due, give or take a half.
_LOOK = timedelta(minutes=1)
#: When a chore that failed is due again.
_AGAIN = timedelta(minutes=1)
#: A chore is due up to this share of its interval earlier or later, so that not all tenants come at once.
_JITTER = 0.2
#: Locks that are dropped in one transaction.
_LOCKS = 500

_log = structlog.get_logger(__name__)

#: Does a chore in a tenant's transaction: what is left to do makes it come again at once.
Chore = Callable[[TenantSession, datetime], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Rules:
    """How often, and how long things are kept."""

    every: timedelta = timedelta(minutes=10)
    done_for: timedelta = timedelta(days=7)
    keys_for: timedelta = timedelta(days=30)

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        return cls(
            timedelta(minutes=settings.tidy_minutes),
            timedelta(days=settings.keep_done_days),
            timedelta(days=settings.keep_keys_days),
        )


def standard_chores(rules: Rules) -> dict[str, Chore]:
    """What is dropped by and by, by the chore's name."""

    async def old_messages(session: TenantSession, at: datetime) -> bool:
        _ = await messages.forget_expired(session, at)
        return False

    async def old_keys(session: TenantSession, at: datetime) -> bool:
        _ = await idempotency.forget(session, at - rules.keys_for)
        return False

    async def done_effects(session: TenantSession, at: datetime) -> bool:
        _ = await outbox.forget_done(session, at - rules.done_for)
        return False

    async def old_feed(session: TenantSession, at: datetime) -> bool:
        await feed.forget(session, at - rules.done_for)
        return False

    async def unused_locks(session: TenantSession, _: datetime) -> bool:
        return await locks.forget_unused(session, _LOCKS) == _LOCKS

    async def all_timetables(session: TenantSession, at: datetime) -> bool:
        await timetables.have_all_set(session, at)
        return False

    async def old_personal_data(session: TenantSession, at: datetime) -> bool:
        return await retention.carry_out(session, at)

    return {
        "personal": old_personal_data,
        "messages": old_messages,
        "keys": old_keys,
        "outbox": done_effects,
        "feed": old_feed,
        "locks": unused_locks,
        "timetables": all_timetables,
    }


class Housekeeper:
    """Does the chores of all tenants until it is stopped.

    Args:
        chores: by name; default: those of this module.
    """

    def __init__(self, database: Database, rules: Rules, chores: Mapping[str, Chore] | None = None) -> None:
        self._database = database
        self._rules = rules
        self._chores = standard_chores(rules) if chores is None else chores

    async def run(self) -> None:
        """Do what is due, for ever; ends when its task is cancelled."""
        while True:
            await asyncio.sleep(_LOOK.total_seconds() * _around(0.5))
            try:
                _ = await self.do_due()
            except Unavailable as error:
                _log.warning("housekeeping_paused", code=error.code)

    async def do_due(self, at: datetime | None = None) -> list[tuple[str, str]]:
        """Do what is due now and what nobody else is doing: tenant and name of each chore done.

        Raises:
            Unavailable: the database does not answer.
        """
        at = at or datetime.now(UTC)
        async with self._database.read(EVERY_TENANT) as session:
            known = [row.tenant for row in await tenants.all_tenants(session)]
        return [(tenant, name) for tenant in known for name in self._chores if await self._do(tenant, name, at)]

    async def _do(self, tenant: str, name: str, at: datetime) -> bool:
        next_at = at + self._rules.every * _around(_JITTER)

        async def take(session: TenantSession) -> bool:
            return await chores.take(session, name, at=at, next_at=next_at)

        if not await self._database.transact(tenant, take):
            return False
        try:
            while await self._database.transact(tenant, lambda session: self._chores[name](session, at)):
                pass
        except Exception as error:  # noqa: BLE001 - the edge: one chore that fails must not stop the others
            _log.exception("chore_failed", tenant=tenant, chore=name)
            said = f"{type(error).__name__}: {error}"[:2000].replace("\0", "")
            await self._database.transact(
                tenant, lambda session: chores.failed(session, name, said, next_at=at + _AGAIN)
            )
            return False
        await self._database.transact(tenant, lambda session: chores.done(session, name, at=at))
        return True


def _around(share: float) -> float:
    """A factor around 1."""
    return 1 + share * (2 * random.random() - 1)  # noqa: S311 - spreads work, keeps no secret
