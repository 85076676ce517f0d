"""A fixed small share of what schemathesis makes of the OpenAPI document, with all its checks; more in tests/prove."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from designer_api.deps import Parts
from tests.api.conftest import World
from tests.support.applications import application
from tests.support.fuzzing import fuzz, served
from waystation.settings import Settings

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]


async def test_a_share_of_requests_gets_documented_answers(world: World, tmp_path: Path) -> None:
    """No 5xx, no status, type, header or body that the document does not have; what violates it is refused."""
    held = world.parts
    parts = Parts(
        Settings(data_dir=tmp_path, requests_per_minute=10**9, sign_ins_per_minute=10**9),
        held.database,
        held.gateway,
        held.catalog,
        held.library,
    )
    app = application(parts)
    async with served(app, held.database, "fuzz") as address:
        said = await asyncio.to_thread(fuzz, app, address, tmp_path, phases="fuzzing", examples=1, seed=1, every=8)
    assert "No issues found" in said or " passed" in said, said
