"""Processes that start by themselves are listed with their next ticks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from tests.api.conftest import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROCESS = """
waystation: 1
process: listed_daily
timezone: Asia/Shanghai
start: { every: { cron: "30 8 * * *", calendar: cn }, at: check }
nodes:
  check: { kind: task, assign: [{ user: eng_wu }], next: end }
"""


async def test_a_timetable_is_listed(world: World) -> None:
    """As its newest version says, and once Temporal knows of it, with what comes next."""
    admin, anybody = await world.sign_in("admin_xu"), await world.sign_in("sales_mo")
    assert (await world.http.post("/api/v1/processes", json={"text": PROCESS}, headers=admin)).status_code == 201
    for _ in range(500):
        items = (await world.http.get("/api/v1/timetables", headers=anybody)).json()["items"]
        (found,) = [item for item in items if item["process"] == "listed_daily"]
        if found["is_set"]:
            break
        await asyncio.sleep(0.02)
    assert {name: found[name] for name in ("cron", "timezone", "calendar", "is_paused")} == {
        "cron": "30 8 * * *", "timezone": "Asia/Shanghai", "calendar": "cn", "is_paused": False,
    }  # fmt: skip
    first = datetime.fromisoformat(found["next"][0])
    assert first > datetime.now(UTC)
    assert (first.astimezone(UTC).hour, first.minute) == (0, 30)
    retired = await world.http.post("/api/v1/processes/listed_daily/versions/1/retire", json={}, headers=admin)
    assert retired.status_code in (200, 204), retired.text
