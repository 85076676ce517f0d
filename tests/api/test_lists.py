"""Lists over HTTP: filters, search, cursors, counts, saved views, and what others may see of them."""

from __future__ import annotations

import pytest

from tests.api.conftest import World
from tests.api.test_cases import fresh, publish

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]


async def test_lists_are_filtered_searched_and_paged(world: World) -> None:
    """One process, three cases: its tasks page by page, found by number and by role, counted."""
    name, clerk = fresh(), world.with_role("service_agent")
    await publish(world, name)
    headers = await world.sign_in(clerk)
    for days in (4711, 4712, 4713):
        body = {"process": name, "data": {"days": days, "note": f"海南年假{days}"}}
        assert (await world.http.post("/api/v1/cases", json=body, headers=headers)).status_code == 201
    seen: list[str] = []
    asked = {"box": "all", "process": name, "role": "service_agent", "text": "年假", "sort": "created", "limit": "2"}
    while True:
        page = await world.http.get("/api/v1/tasks", params=asked, headers=headers)
        assert page.status_code == 200, page.text
        seen += [task["case"] for task in page.json()["items"]]
        if page.json()["next"] is None:
            break
        asked["cursor"] = page.json()["next"]
    assert len(seen) == len(set(seen)) == 3
    one = await world.http.get("/api/v1/cases", params={"text": "海南 4712", "initiator": "@me"}, headers=headers)
    assert [case["data"]["days"] for case in one.json()["items"]] == [4712]
    counts = (await world.http.get("/api/v1/counts", headers=headers)).json()
    assert counts["processes"][name] == 3
    nodes = (await world.http.get("/api/v1/counts/nodes", params={"process": name}, headers=headers)).json()
    assert nodes["items"] == [{"process": name, "node": "review", "open": 3}]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("cursor=zzz", "bad_cursor"),
        ("sort=colour", "bad_request"),
        ("since=2026-01-01T00:00:00", "bad_request"),
        ("due_before=9999-12-31T23:59:59-23:59", "bad_filter"),
        ("version=99999999999999999999", "bad_request"),
        ("no_such=1", "bad_request"),
        ("text=" + "a" * 200, "bad_request"),
    ],
)
async def test_bad_questions_are_named_in_two_languages(world: World, query: str, code: str) -> None:
    answer = await world.http.get(f"/api/v1/cases?{query}", headers=await world.sign_in(world.with_role("admin")))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["zh"] != answer.json()["en"]


async def test_views_are_kept_shared_and_guarded(world: World) -> None:
    """A view is its owner's; shared with a role, its holders use it and do not change it; a filter is checked."""
    admin, clerk = world.with_role("admin"), world.with_role("service_agent")
    mine, theirs = await world.sign_in(admin), await world.sign_in(clerk)
    said = {
        "of": "tasks",
        "name": fresh(),
        "filter": {"box": "pool", "priority": [1]},
        "sort": "due",
        "columns": ["title"],
    }
    kept = await world.http.post("/api/v1/views", json=said, headers=mine)
    assert kept.status_code == 201, kept.text
    address = f"/api/v1/views/{kept.json()['id']}"
    assert (await world.http.get(address, headers=theirs)).status_code == 404
    again = await world.http.post("/api/v1/views", json=said, headers=mine)
    assert (again.status_code, again.json()["code"]) == (409, "name_in_use")
    shared = await world.http.put(address, json={**said, "role": "service_agent", "revision": 1}, headers=mine)
    assert shared.status_code == 200, shared.text
    listed = (await world.http.get("/api/v1/views", params={"of": "tasks"}, headers=theirs)).json()["items"]
    assert [view["own"] for view in listed if view["id"] == kept.json()["id"]] == [False]
    assert (await world.http.delete(address, headers=theirs)).status_code == 403
    stale = await world.http.put(address, json={**said, "revision": 1}, headers=mine)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    for wrong in ({"filter": {"colour": 1}}, {"sort": "colour"}, {"columns": ["secret"]}):
        answer = await world.http.post("/api/v1/views", json={**said, "name": fresh(), **wrong}, headers=mine)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_view"), answer.text
    assert (await world.http.delete(address, headers=mine)).status_code == 204
    assert (await world.http.get(address, headers=mine)).status_code == 404
