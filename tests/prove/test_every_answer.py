"""Schemathesis over the whole OpenAPI document with all its checks, on a running engine: ids made up, then real."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from temporalio.client import Client

from activities._engine import CatalogRunner
from designer_api.app import build_app
from designer_api.deps import Parts
from tests.support.fuzzing import KEPT, fuzz, served
from tests.support.real_things import make_all
from waystation.bootstrap import build_catalog
from waystation.case_worker import case_worker
from waystation.compiler.files import Definitions, find_files
from waystation.scenario_files import shipped_definitions
from waystation.settings import Settings
from waystation.store import migrate
from waystation.store.session import Database
from waystation.temporal_server import TemporalServer
from workflows.wire import WIRE

pytestmark = [pytest.mark.slow, pytest.mark.temporal, pytest.mark.asyncio(loop_scope="module")]

EXAMPLES = max(1, round(40 * float(os.environ.get("PROVE_SHARE", "1"))))
OFTEN = 1_000_000_000
TENANT = "fuzz"
Running = tuple[FastAPI, str, Database]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(temporal: TemporalServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    folder: Path = tmp_path_factory.mktemp("answers")
    url = f"sqlite:///{folder / 'answers.db'}"
    await migrate.upgrade(url)
    database, catalog = Database(url), build_catalog()
    client = await Client.connect(temporal.address, data_converter=WIRE)
    library = Definitions.read(find_files([shipped_definitions()])).library
    settings = Settings(data_dir=folder, requests_per_minute=OFTEN, sign_ins_per_minute=OFTEN)
    async with case_worker(client, database, CatalogRunner(catalog.actions, database), task_queue="answers") as gateway:
        app = build_app(Parts(settings, database, gateway, catalog, library))
        async with served(app, database, TENANT) as address:
            yield app, address, database
    await database.close()


#: The document is tried in parts, so that each says for itself how it went; what follows links needs the whole.
PARTS = 8


async def tried(running: Running, folder: Path, seed: int, **how: Any) -> None:
    """All checks of schemathesis; what it found fails, what it tried is printed."""
    app, address, _ = running
    said = await asyncio.to_thread(fuzz, app, address, folder, examples=EXAMPLES, seed=seed, patience=7200, **how)
    print(said[said.index("SUMMARY") :])
    assert "No issues found" in said


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("phases", ["examples,coverage", "fuzzing"])
async def test_made_up_ids(running: Running, tmp_path: Path, phases: str, part: int) -> None:
    """No 5xx, nothing undocumented, what violates the document is refused, whatever the ids."""
    await tried(running, tmp_path, 1, phases=phases, every=PARTS, first=part)


async def test_one_call_after_another(running: Running, tmp_path: Path) -> None:
    """The same along the links of the document, what one call made given to the next."""
    await tried(running, tmp_path, 1, phases="stateful")


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("phase", ["coverage", "fuzzing"])
async def test_real_ids(running: Running, tmp_path: Path, phase: str, part: int) -> None:
    """The same with something real wherever an address names anything: each part and phase has its own, for the one
    before has changed and deleted its."""
    app, address, database = running
    async with httpx.AsyncClient(base_url=f"{address}/api/v1", headers={"Authorization": KEPT}, timeout=60) as http:
        real = await make_all(http, database, TENANT, f"{phase}_{part}")
    named = {name for path in app.openapi()["paths"] for name in re.findall(r"{(\w+)}", path)}
    assert named == real.keys()
    await tried(running, tmp_path, 2, phases=phase, real=real, every=PARTS, first=part)
