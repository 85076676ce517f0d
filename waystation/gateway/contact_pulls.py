"""Contact lists pulled by themselves: which tenant takes whose list how often, and the record of every pull.

Workers look every minute; the row of a chore decides which of them pulls. It is taken for a while only, so a pull
whose process was killed is done again by another one; a pull is one transaction and does nothing twice.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

import httpx
import structlog

from activities.people.contracts import Directory
from activities.people.dingtalk import DingTalk
from activities.people.wecom import WeCom
from waystation.contracts.errors import Refused, Unavailable, WaystationError
from waystation.gateway.people_pull import Pulled, pull
from waystation.outside.vendor import Access
from waystation.settings import Settings
from waystation.store import audit, chores, tenants
from waystation.store.session import EVERY_TENANT, Database, TenantSession

Source = Literal["wecom", "dingtalk"]
SOURCES: tuple[Source, ...] = get_args(Source)

#: How often every process looks whether a pull is due, and how long one may take before another process does it.
_LOOK, _TAKEN_FOR = timedelta(minutes=1), timedelta(minutes=30)
#: When a pull is tried again that the other system could not answer.
_AGAIN = timedelta(minutes=15)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """A contact list that a tenant takes."""

    source: Source
    tenant: str


def wanted(settings: Settings) -> list[Due]:
    """What `WAYSTATION_PULL_CONTACTS` asks for: `wecom:acme dingtalk:other`."""
    found = []
    for one in (settings.pull_contacts or "").split():
        source, _, tenant = one.partition(":")
        found += [Due(name, tenant) for name in SOURCES if name == source]
    return found


def directory_of(source: Source, settings: Settings, http: httpx.AsyncClient) -> Directory:
    """The contact list as the settings reach it.

    Raises:
        Refused: `bad_setting`, where its credentials are not set.
    """
    if source == "wecom":
        names = "WAYSTATION_WECOM_CORP_ID, WAYSTATION_WECOM_CONTACTS_SECRET"
        given = (settings.wecom_url, settings.wecom_corp_id, settings.wecom_contacts_secret)
        return WeCom(_access(*given, names), http)
    names = "WAYSTATION_DINGTALK_APP_KEY, WAYSTATION_DINGTALK_APP_SECRET"
    given = (settings.dingtalk_url, settings.dingtalk_app_key, settings.dingtalk_app_secret)
    return DingTalk(_access(*given, names), http)


def _access(url: str, key: str | None, secret: str | None, names: str) -> Access:
    if key is None or secret is None:
        raise Refused("bad_setting", f"set {names} first", f"请先设置 {names}")
    return Access(url, key, secret)


class ContactPulls:
    """Pulls what is wanted when it is due, until it is stopped.

    Args:
        settings: whose lists, how often, and the credentials.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._every = timedelta(minutes=settings.pull_contacts_minutes)

    async def run(self) -> None:
        """Pull what is due, for ever; ends when its task is cancelled, at once where nothing is wanted."""
        while wanted(self._settings):
            await asyncio.sleep(_LOOK.total_seconds() * (0.5 + random.random()))  # noqa: S311 - spreads work
            try:
                _ = await self.do_due()
            except Unavailable as error:
                _log.warning("contact_pulls_paused", code=error.code)

    async def do_due(self, at: datetime | None = None) -> list[Due]:
        """Pull what is due now and what nobody else is pulling; what was tried, done or not.

        Raises:
            Unavailable: the database does not answer.
        """
        at = at or datetime.now(UTC)
        async with self._database.read(EVERY_TENANT) as session:
            known = {row.tenant for row in await tenants.all_tenants(session)}
        found = wanted(self._settings)
        for due in found:
            if due.tenant not in known:
                _log.warning("contacts_of_no_tenant", tenant=due.tenant, source=due.source)
        return [due for due in found if due.tenant in known and await self._do(due, at)]

    async def _do(self, due: Due, at: datetime) -> bool:
        chore = f"pull-{due.source}"
        taken = await self._database.transact(
            due.tenant, lambda session: chores.take(session, chore, at=at, next_at=at + _TAKEN_FOR)
        )
        if not taken:
            return False
        try:
            pulled = await self._pull(due)
        except WaystationError as error:
            await self._note_failure(due, chore, error, at)
            return True
        _log.info("contacts_pulled", tenant=due.tenant, source=due.source, job=pulled.record)
        await self._database.transact(
            due.tenant, lambda session: chores.done(session, chore, at=at, next_at=at + self._every)
        )
        return True

    async def _pull(self, due: Due) -> Pulled:
        async with httpx.AsyncClient(trust_env=False) as http:
            directory = directory_of(due.source, self._settings, http)
            return await pull(self._database, due.tenant, directory, dry_run=False)

    async def _note_failure(self, due: Due, chore: str, error: WaystationError, at: datetime) -> None:
        """Nothing was changed. What the other system could not answer is asked again soon, a refusal next time."""
        _log.warning("contacts_not_pulled", tenant=due.tenant, source=due.source, code=error.code, said=error.en)
        next_at = at + (min(_AGAIN, self._every) if isinstance(error, Unavailable) else self._every)
        said = f"{error.code}: {error.en}"[:2000].replace("\0", "")

        async def note(session: TenantSession) -> None:
            await chores.failed(session, chore, said, next_at=next_at)
            detail = {"en": error.en[:500], "zh": error.zh[:500], **(error.detail or {})}
            target = f"contacts/{due.source}"
            await audit.record(session, "", "people.pull", at=at, target=target, result=error.code, detail=detail)

        await self._database.transact(due.tenant, note)
