"""A tenant whose journals grow by hand, for what follows them: webhooks, the stream of events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.store.journals import Story
from waystation.contracts.people import Organisation, Person
from waystation.store import feed, outbox, people, tenants, webhooks
from waystation.store.session import Database, TenantSession
from waystation.store.tables.effects import OutboxRow

NOW = datetime.now(UTC)
TENANT = "t"


async def found(database: Database, **settings: Any) -> None:
    """A tenant with an admin `boss`, and `ann` and `bob` without roles; settings by name, dots as two underscores."""
    everybody = [Person("boss", roles=("admin",)), Person("ann"), Person("bob")]

    async def work(session: TenantSession) -> None:
        await tenants.ensure_tenant(session, at=NOW)
        await people.save_organisation(session, Organisation({one.id: one for one in everybody}), by="", at=NOW)
        for name, value in settings.items():
            await tenants.change_setting(session, name.replace("__", "."), value, by="", at=NOW)

    await database.transact(TENANT, work)


async def append(database: Database, story: Story, since: int = 0) -> None:
    async with database.write(TENANT) as session:
        await story.append(session, since)


async def subscribe(database: Database, url: str, secret: str, person: str = "boss", **values: Any) -> str:
    """A webhook; its id."""
    await feed.number_new(database, TENANT)
    given = {"label": "w", "url": url, "kinds": [], "processes": [], "person": person, "active": True, **values}
    async with database.write(TENANT) as session:
        return (await webhooks.add(session, given, secret, at=NOW)).id


async def outgoing(database: Database, **filters: Any) -> list[OutboxRow]:
    """What was decided for webhooks, oldest first."""
    async with database.read(TENANT) as session:
        return (await outbox.listed(session, [webhooks.KIND], limit=200, **filters)).items[::-1]


async def make_due(database: Database) -> None:
    """What was put off is due now, and nobody rests."""
    async with database.write(TENANT) as session:
        for row in (await outbox.listed(session, [webhooks.KIND], status="waiting", limit=200)).items:
            row.due_at = NOW
        for hook in await webhooks.everyone(session):
            hook.resting_until = None
