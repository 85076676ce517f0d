"""The organisation as a file: a dry run, faults with their places, nothing half done, and back again."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio

from designer_api.auth import passwords
from tests.api.conftest import World
from waystation.contracts.people import Organisation, Person
from waystation.store import people, tenants

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def company(world: World) -> tuple[World, dict[str, str]]:
    """A tenant with one admin, and his headers."""
    tenant, password, at = f"t{uuid.uuid4().hex[:8]}", uuid.uuid4().hex, datetime.now(UTC)
    hashed = await passwords.hash_password(password)
    async with world.parts.database.write(tenant) as session:
        await tenants.ensure_tenant(session, at=at)
        await people.save_organisation(session, Organisation({"root": Person("root", roles=("admin",))}), by="", at=at)
        await people.save_user(session, "root", "root", hashed, at=at)
    body = {"tenant": tenant, "user": "root", "password": password}
    token = (await world.http.post("/api/v1/sessions", json=body)).json()["token"]
    return world, {"Authorization": f"Bearer {token}"}


async def send(company: tuple[World, dict[str, str]], data: bytes | str, query: str = "") -> httpx.Response:
    world, headers = company
    content = data.encode() if isinstance(data, str) else data
    files = {"file": ("people.csv", content)}
    return await world.http.post(f"/api/v1/organisation/import{query}", files=files, headers=headers)


async def get(company: tuple[World, dict[str, str]], path: str) -> httpx.Response:
    world, headers = company
    return await world.http.get(f"/api/v1/{path}", headers=headers)


async def test_a_dry_run_changes_nothing(company: tuple[World, dict[str, str]]) -> None:
    """It says what would happen; the same file then does it, and again does nothing."""
    sheet = "编号,姓名,上级,角色,技能\nann,安,bob,engineer,repair:3\nbob,鲍,,lead,\n"
    seen = (await send(company, sheet, "?dry_run=true")).json()
    assert (seen["dry_run"], seen["added"], seen["problems"]) == (True, 2, [])
    assert len((await get(company, "people")).json()["items"]) == 1
    done = (await send(company, sheet)).json()
    assert (done["added"], done["changed"], done["unchanged"]) == (2, 0, 0)
    again = (await send(company, sheet)).json()
    assert (again["unchanged"], again["version"], again["job"]) == (2, done["version"], None)
    ann = (await get(company, "people/ann")).json()
    assert (ann["name"], ann["manager"], ann["skills"]) == ("安", "bob", {"repair": 3})


async def test_a_faulty_sheet_is_refused_whole(company: tuple[World, dict[str, str]]) -> None:
    """Every fault with row, column, code and both languages: of a cell, and of people together."""
    cells = await send(company, "id,email,manager\nann,nowhere,\nbob,b@x.cn,\n")
    together = await send(company, "id,manager\nann,bob\nbob,ann\ncid,ghost\n")
    external = await send(company, "id,external\nann,hr:1\nbob,hr:1\n")
    for answer in (cells, together, external):
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_import"), answer.text
    places: list[list[tuple[Any, ...]]] = [
        sorted((fault["row"], fault["column"], fault["code"]) for fault in answer.json()["detail"]["problems"])
        for answer in (cells, together, external)
    ]
    assert places[0] == [(2, "email", "bad_value")]
    assert places[1] == [(2, "manager", "manager_cycle"), (4, "manager", "unknown_person")]
    assert places[2] == [(3, "external", "external_id_in_use")]
    tried = (await send(company, "id,email\nann,nowhere\n", "?dry_run=true")).json()
    assert (tried["faults"], tried["problems"][0]["row"]) == (1, 2)
    assert len((await get(company, "people")).json()["items"]) == 1


async def test_two_thousand_people_in_one_go(company: tuple[World, dict[str, str]]) -> None:
    """As CSV in, as XLSX out and in again without a change; a name that looks like a formula stays a name."""
    lines = [f"p{number},=Person {number},p{number // 10},engineer,+86 138{number:08d}" for number in range(1, 2_000)]
    sheet = "\n".join(["id,name,manager,roles,phone", "p0,Boss,,lead,", *lines])
    assert (await send(company, sheet)).json()["added"] == 2_000
    exported = await get(company, "organisation/export?format=xlsx")
    assert exported.headers["content-disposition"] == 'attachment; filename="people.xlsx"'
    again = (await send(company, exported.content)).json()
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 2_001)
    text = (await get(company, "organisation/export")).content.decode("utf-8-sig")
    assert text.splitlines()[3].startswith("p1,'=Person 1,")
    assert text.startswith("编号,姓名")


async def test_people_of_other_tenants_do_not_exist(company: tuple[World, dict[str, str]]) -> None:
    """Not as people, not as managers, proxies or receivers of work, not as jobs or external ids; ids may be alike."""
    world, headers = company
    owner = await world.sign_in("admin_xu")
    linked = {"id": "olga_linked", "external": {"hr": "shared"}}
    assert (await world.http.post("/api/v1/people", json=linked, headers=owner)).status_code in (201, 409)
    jobs = (await world.http.get("/api/v1/organisation/jobs?limit=1", headers=owner)).json()["items"]
    for path in ("people/admin_xu", f"organisation/jobs/{jobs[0]['id']}" if jobs else "people/olga_linked"):
        assert (await get(company, path)).status_code == 404
    assert [one["id"] for one in (await get(company, "people?q=admin")).json()["items"]] == []
    assert (await get(company, "organisation/jobs")).json()["items"] == []
    bad: list[tuple[str, str, dict[str, Any], int]] = [
        ("POST", "people", {"id": "ann", "manager": "admin_xu"}, 422),
        ("POST", "people/root/proxies", {"person": "admin_xu"}, 422),
        ("POST", "people/root/handover", {"to": "admin_xu"}, 422),
        ("PATCH", "people/admin_xu", {"name": "x"}, 404),
        ("PUT", "people/by-external-id/shared?source=hr", {"id": "mine"}, 201),
        ("POST", "people", {"id": "admin_xu"}, 201),
    ]
    for method, path, body, status in bad:
        answer = await world.http.request(method, f"/api/v1/{path}", json=body, headers=headers)
        assert answer.status_code == status, (path, answer.text)
    assert (await world.http.get("/api/v1/people/admin_xu", headers=owner)).json()["name"] == "徐敏"
