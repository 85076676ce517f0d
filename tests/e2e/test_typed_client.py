"""The typed client: made from the document without a loss, and used by the example of the docs against the API."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.conftest import World, world  # noqa: F401 - a fixture
from tests.support.applications import application
from tests.support.fuzzing import serving
from tools.client import DOCUMENT, make

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.temporal, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def test_the_example_runs_with_the_client_of_the_document(world: World, tmp_path: Path) -> None:  # noqa: F811
    """Nothing is left out, every operation is there with its types, and a ticket is done with it."""
    made = tmp_path / "client"
    assert await asyncio.to_thread(make, made) == []
    package = made / "waystation_client"
    assert (package / "py.typed").exists()
    document = json.loads((ROOT / DOCUMENT).read_text("utf-8"))
    operations = sum(len(methods) for methods in document["paths"].values())
    assert len([path for path in package.glob("api/*/*.py") if path.name != "__init__.py"]) == operations

    person = "agent_zhou"
    async with serving(application(world.parts)) as address:
        example = [sys.executable, str(ROOT / "docs/examples/typed_ticket.py"), address, person]
        ran = await asyncio.to_thread(
            subprocess.run,
            [*example, world.made.passwords[person]],
            env={"PYTHONPATH": str(made), "PATH": ""},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    assert "answered sort_by_hand agent_zhou" in ran.stdout
