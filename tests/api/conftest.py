"""The API against a real Temporal server, a real worker and SQLite, all in this process and shared by the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest_asyncio
from temporalio.client import Client

from activities._engine import CatalogRunner
from designer_api.deps import Parts
from tests.support.applications import application
from tests.support.databases import migrated
from waystation.bootstrap import build_catalog
from waystation.case_worker import case_worker
from waystation.compiler.files import Definitions, find_files
from waystation.provision import Provisioned, provision_demo
from waystation.scenario_files import shipped_definitions
from waystation.settings import Settings
from waystation.store.session import Database
from waystation.temporal_server import TemporalServer
from workflows.wire import WIRE


@dataclass(slots=True)
class World:
    """The running product, and who has signed in."""

    http: httpx.AsyncClient
    parts: Parts
    made: Provisioned
    tokens: dict[str, str] = field(default_factory=dict)

    async def sign_in(self, person: str) -> dict[str, str]:
        """Headers of a request by this person."""
        if person not in self.tokens:
            body = {"tenant": "demo", "user": person, "password": self.made.passwords[person]}
            answer = await self.http.post("/api/v1/sessions", json=body)
            assert answer.status_code == 201, answer.text
            self.tokens[person] = answer.json()["token"]
        return {"Authorization": f"Bearer {self.tokens[person]}"}

    def with_role(self, role: str) -> str:
        """Somebody who has this role himself."""
        people = self.made.organisation.people.values()
        return next(person.id for person in people if role in person.roles)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(tmp_path_factory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("api")) as made:
        yield made


@asynccontextmanager
async def open_world(folder: Path) -> AsyncIterator[World]:
    """A world of its own, for tests that concern every case there is."""
    database = Database(await migrated(folder / "api.db"))
    catalog = build_catalog()
    made = await provision_demo(database, catalog)
    server = await TemporalServer.start()
    try:
        client = await Client.connect(server.address, data_converter=WIRE)
        library = Definitions.read(find_files([shipped_definitions()])).library
        async with case_worker(client, database, CatalogRunner(catalog.actions, database)) as gateway:
            parts = Parts(Settings(data_dir=folder), database, gateway, catalog, library)
            transport = httpx.ASGITransport(application(parts))
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                yield World(http, parts, made)
    finally:
        await database.close()
        await server.stop()
