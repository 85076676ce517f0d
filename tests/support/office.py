"""An API without an engine, over SQLite in this process: two tenants with a person for each role."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from temporalio.client import Client

from designer_api.auth import passwords, tokens
from designer_api.deps import Parts
from tests.support.applications import application
from tests.support.databases import migrated
from waystation.bootstrap import build_catalog
from waystation.compiler.library import Library
from waystation.contracts.people import Organisation, Person
from waystation.gateway import Gateway
from waystation.sealing.ring import KeyRing
from waystation.settings import Settings
from waystation.store import people, tenants
from waystation.store.session import Database

#: Person -> roles; `ann` and `bob` have none of the product's.
STAFF: dict[str, tuple[str, ...]] = {
    "root": ("admin",),
    "dee": ("designer",),
    "hal": ("hr",),
    "olly": ("operator",),
    "audrey": ("auditor",),
    "ann": ("agent",),
    "bob": ("agent",),
    "lea": ("lead",),
}
PASSWORD = "correct horse battery"


@dataclass(slots=True)
class Office:
    """The application, and how to ask it."""

    app: FastAPI
    http: httpx.AsyncClient
    database: Database
    made: dict[tuple[str, str], str] = field(default_factory=dict)

    async def token(self, person: str, tenant: str = "acme", **confined: Any) -> str:
        """A fresh token for somebody; `scopes`, `kind`, `lasts`."""
        given: dict[str, Any] = {"kind": tokens.SIGNED_IN, "lasts": timedelta(hours=1), **confined}
        async with self.database.write(tenant) as session:
            return await tokens.make(session, person, datetime.now(UTC), **given)

    async def headers(self, person: str, tenant: str = "acme") -> dict[str, str]:
        """Headers of a request by this person; made once."""
        if (tenant, person) not in self.made:
            self.made[tenant, person] = await self.token(person, tenant)
        return {"Authorization": f"Bearer {self.made[tenant, person]}"}

    async def ask(self, person: str, method: str, path: str, tenant: str = "acme", **more: Any) -> httpx.Response:
        return await self.http.request(method, f"/api/v1{path}", headers=await self.headers(person, tenant), **more)

    def browser(self, base: str = "http://test") -> httpx.AsyncClient:
        """A client that keeps cookies and has none yet."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=base)


@asynccontextmanager
async def open_office(folder: Path, **settings: Any) -> AsyncIterator[Office]:
    """Two tenants, `acme` and `other`, with the same people in both. `library`: what processes may name."""
    library: Library = settings.pop("library", Library())
    database = Database(await migrated(folder / "office.db"), ring=KeyRing.of(Settings(data_dir=folder, **settings)))
    client = await Client.connect("127.0.0.1:1", lazy=True)
    parts = Parts(
        Settings(data_dir=folder, **settings),
        database,
        Gateway(client, database),
        build_catalog(),
        library,
    )
    at, hashed = datetime.now(UTC), await passwords.hash_password(PASSWORD)
    staff = {name: Person(name, roles=roles, groups=("north",)) for name, roles in STAFF.items()}
    for tenant in ("acme", "other"):
        async with database.write(tenant) as session:
            await tenants.ensure_tenant(session, at=at)
            await people.save_organisation(session, Organisation(staff), by="", at=at)
            for name in STAFF:
                await people.save_user(session, name, name, hashed, at=at)
    app = application(parts)
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
            yield Office(app, http, database)
    finally:
        await database.close()
