"""Who may what: strangers, people without the right, other tenants; and that errors are said in one form."""

from __future__ import annotations

import asyncio
import re
import uuid
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from bench.troubles.wire import Wire
from designer_api import operations
from designer_api.auth import passwords
from designer_api.errors import STATUS
from tests.api.conftest import World
from tests.support.installation import ROOT
from waystation.contracts.people import Organisation, Person
from waystation.provision import reset_password
from waystation.store import people, tenants

pytestmark = [pytest.mark.temporal, pytest.mark.asyncio(loop_scope="session")]

#: What everybody may ask.
PUBLIC = {
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    ("post", "/api/v1/sessions"),
    ("get", "/api/v1/sessions/oidc"),
    ("get", "/api/v1/sessions/oidc/callback"),
    ("get", "/api/v1/sessions/oidc/offered"),
    ("post", "/api/v1/hooks/{tenant}/{hook}"),
}
CLOSED = """
waystation: 1
process: {name}
title: {{ zh: 内部, en: Internal }}
data: {{ note: {{ type: string }} }}
access: {{ start: [role:owner], see: [role:finance], operate: [role:finance] }}
nodes:
  review: {{ kind: task, title: {{ zh: 审核, en: Review }}, assign: [role:engineer], next: end }}
"""


@pytest.fixture(scope="session")
def stranger() -> dict[str, str]:
    return {"person": "olga", "tenant": "elsewhere", "password": uuid.uuid4().hex}


async def sign_in_elsewhere(world: World, stranger: dict[str, str]) -> dict[str, str]:
    """Headers of the admin of another tenant."""
    at = datetime.now(UTC)
    hashed = await passwords.hash_password(stranger["password"])
    async with world.parts.database.write(stranger["tenant"]) as session:
        await tenants.ensure_tenant(session, at=at)
        organisation = Organisation({"olga": Person("olga", roles=("admin",))})
        await people.save_organisation(session, organisation, by="", at=at)
        await people.save_user(session, "olga", "olga", hashed, at=at)
    body = {"tenant": stranger["tenant"], "user": "olga", "password": stranger["password"]}
    answer = await world.http.post("/api/v1/sessions", json=body)
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def start_closed(world: World) -> dict[str, Any]:
    """A case of a process that only the owner may start and only finance may see."""
    name = f"closed_{uuid.uuid4().hex[:8]}"
    admin, owner = await world.sign_in(world.with_role("admin")), await world.sign_in(world.with_role("owner"))
    published = await world.http.post("/api/v1/processes", json={"text": CLOSED.format(name=name)}, headers=admin)
    assert published.status_code == 201, published.text
    started = await world.http.post("/api/v1/cases", json={"process": name, "data": {}}, headers=owner)
    assert started.status_code == 201, started.text
    found: dict[str, Any] = started.json()
    return found


def is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    """Whether an answer is this error, in both languages."""
    body = answer.json()
    assert (answer.status_code, body.get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return bool(body["status"] == status and body["zh"] and body["en"] and body["title"] in (body["zh"], body["en"]))


async def test_every_route_asks_who_is_there(world: World) -> None:
    """Anonymous callers get 401 from every route but the few public ones, also with a made-up token."""
    paths = world.http._transport.app.openapi()["paths"]  # type: ignore[attr-defined]
    walked = 0
    for path, methods in paths.items():
        for method in methods:
            if (method, path) in PUBLIC:
                continue
            address = path.replace("{verb}", "claim").replace("{number}", "1")
            address = re.sub(r"{\w+}", "x", address)
            for headers in ({}, {"Authorization": "Bearer ws_made_up"}):
                answer = await world.http.request(method, address, headers=headers)
                assert is_problem(answer, 401, "unauthenticated"), (method, path)
                assert answer.headers["www-authenticate"] == "Bearer"
            walked += 1
    assert walked >= 20


async def test_what_belongs_to_another_tenant_does_not_exist(world: World, stranger) -> None:
    """Even its admin gets 404 for cases, tasks, timelines, processes and commands of this one, and empty lists."""
    started = await start_closed(world)
    case, task, process = started["case"]["id"], started["tasks"][0]["id"], started["case"]["process"]
    headers = await sign_in_elsewhere(world, stranger)
    for path in (f"cases/{case}", f"cases/{case}/timeline", f"cases/{case}/explain", f"tasks/{task}"):
        assert is_problem(await world.http.get(f"/api/v1/{path}", headers=headers), 404, "not_found")
    for path in (f"tasks/{task}/complete", f"cases/{case}/cancel"):
        assert is_problem(await world.http.post(f"/api/v1/{path}", json={}, headers=headers), 404, "not_found")
    answer = await world.http.get(f"/api/v1/processes/{process}", headers=headers)
    assert is_problem(answer, 404, "unknown_process")
    answer = await world.http.post("/api/v1/cases", json={"process": process}, headers=headers)
    assert answer.status_code == 404
    for path in ("cases", "tasks", "processes", "notices"):
        assert (await world.http.get(f"/api/v1/{path}", headers=headers)).json()["items"] == []


async def test_a_process_says_who_starts_sees_and_operates_it(world: World) -> None:
    """`access`, with inherited roles: start 403, see 403, operate 403 for the others."""
    started = await start_closed(world)
    case, process = started["case"]["id"], started["case"]["process"]
    sales, finance = await world.sign_in("sales_he"), await world.sign_in("finance_lin")
    refused = await world.http.post("/api/v1/cases", json={"process": process}, headers=sales)
    assert is_problem(refused, 403, "not_allowed")
    assert is_problem(await world.http.get(f"/api/v1/cases/{case}", headers=sales), 403, "not_allowed")
    assert case not in [item["id"] for item in (await world.http.get("/api/v1/cases", headers=sales)).json()["items"]]
    assert (await world.http.get(f"/api/v1/cases/{case}", headers=finance)).status_code == 200
    suspend = {"verb": "suspend", "args": {}}
    for nobody in (sales, await world.sign_in("eng_wu")):
        answer = await world.http.post(f"/api/v1/cases/{case}/commands", json=suspend, headers=nobody)
        assert is_problem(answer, 403, "not_allowed")
    answer = await world.http.post(f"/api/v1/cases/{case}/commands", json=suspend, headers=finance)
    assert answer.status_code == 200, answer.text
    task = started["tasks"][0]["id"]
    answer = await world.http.post(f"/api/v1/tasks/{task}/complete", json={}, headers=await world.sign_in("eng_wu"))
    assert is_problem(answer, 409, "suspended")
    answer = await world.http.post(f"/api/v1/cases/{case}/cancel", json={"reason": "test"}, headers=finance)
    assert answer.json()["case"]["status"] == "cancelled"


async def test_only_candidates_answer_a_task(world: World) -> None:
    """Somebody else's task is `not_yours`; who is a candidate through a role that inherits, is one."""
    started = await start_closed(world)
    task = started["tasks"][0]["id"]
    answer = await world.http.post(f"/api/v1/tasks/{task}/complete", json={}, headers=await world.sign_in("sales_he"))
    assert is_problem(answer, 403, "not_yours")
    lead = await world.sign_in("lead_jiang")
    assert task in [item["id"] for item in (await world.http.get("/api/v1/tasks", headers=lead)).json()["items"]]
    assert (await world.http.post(f"/api/v1/tasks/{task}/complete", json={}, headers=lead)).status_code == 200


async def test_publishing_needs_a_designer(world: World) -> None:
    """A clerk may not publish; an admin's faulty text answers with every place."""
    body = {"text": CLOSED.format(name="whatever").replace("next: end", "next: nowhere")}
    clerk, admin = await world.sign_in("agent_zhou"), await world.sign_in("admin_xu")
    for path in ("processes", "definitions/check"):
        assert is_problem(await world.http.post(f"/api/v1/{path}", json=body, headers=clerk), 403, "not_allowed")
    answer = await world.http.post("/api/v1/processes", json=body, headers=admin)
    assert is_problem(answer, 422, "definition_invalid")
    found = answer.json()["problems"][0]
    assert found["line"] == 8
    assert found["node"] == "review"
    checked = (await world.http.post("/api/v1/definitions/check", json=body, headers=admin)).json()
    assert (checked["ok"], checked["problems"][0]["code"]) == (False, found["code"])


async def test_wrong_passwords_are_slowed_down(world: World) -> None:
    """The sixth wrong password for a user has to wait; an unknown user is told the same as a wrong password."""
    body = {"tenant": "demo", "user": f"nobody_{uuid.uuid4().hex[:6]}", "password": "guess"}
    answers = [await world.http.post("/api/v1/sessions", json=body) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert is_problem(answers[0], 401, "bad_credentials")
    assert is_problem(answers[-1], 429, "too_many_tries")


async def test_a_session_ends(world: World) -> None:
    """After signing out the token is worth nothing."""
    body = {"tenant": "demo", "user": "buyer_tang", "password": world.made.passwords["buyer_tang"]}
    session = (await world.http.post("/api/v1/sessions", json=body)).json()
    headers = {"Authorization": f"Bearer {session['token']}"}
    assert (await world.http.get("/api/v1/me", headers=headers)).json()["person"] == "buyer_tang"
    assert (await world.http.delete("/api/v1/sessions/current", headers=headers)).status_code == 204
    assert is_problem(await world.http.get("/api/v1/me", headers=headers), 401, "unauthenticated")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"process": "ticket", "dat": {}}', 400, "bad_request"),
        (b'{"process": 7}', 400, "bad_request"),
        (b"not json", 400, "bad_request"),
        (b'{"process": "ticket", "data": ' + b"[" * 100 + b"]" * 100 + b"}", 400, "too_deep"),
        (b'{"process": "' + b"x" * 4_200_000 + b'"}', 413, "too_large"),
        (b'{"process": "no_such"}', 404, "unknown_process"),
        (b'{"process": "ticket", "data": {}}', 422, "bad_form"),
    ],
    ids=["unknown_field", "wrong_type", "no_json", "deep", "large", "unknown", "form"],
)
async def test_bad_requests_are_named(world: World, body: bytes, status: int, code: str) -> None:
    """Each fault of a request has its status and code; the sentence follows Accept-Language."""
    headers = {**await world.sign_in("agent_zhou"), "Content-Type": "application/json", "Accept-Language": "en-GB"}
    answer = await world.http.post("/api/v1/cases", content=body, headers=headers)
    assert is_problem(answer, status, code)
    if code not in {"too_large", "too_deep"}:
        assert answer.json()["title"] == answer.json()["en"]


async def test_the_error_table_is_documented(world: World) -> None:
    """Every code of the table stands in docs/api.md in the row of its status."""
    rows = [
        line for line in (ROOT / "docs" / "api.md").read_text("utf-8").splitlines() if line.startswith(("| 4", "| 5"))
    ]
    for code, status in STATUS.items():
        assert any(str(status) in row.split("|")[1] and f"`{code}`" in row for row in rows), code


async def test_pages_and_headers(world: World) -> None:
    """Every answer carries the security headers, pages too."""
    page = await world.http.get("/")
    assert (await world.http.get("/style/home.css")).status_code == 200
    for answer in (page, await world.http.get("/healthz"), await world.http.get("/api/v1/me")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
    async with asyncio.timeout(60):  # a busy machine may keep the engine from answering for a moment
        while (ready := await world.http.get("/readyz")).status_code != 200:
            assert (ready.status_code, ready.json()["code"]) == (503, "not_ready")
            await asyncio.sleep(0.2)
    assert ready.text == "ready"


@pytest.mark.parametrize("cut", [False, True], ids=["silent", "cut off"])
async def test_an_engine_that_hangs_is_not_ready(world: World, monkeypatch: pytest.MonkeyPatch, cut: bool) -> None:
    """A server that takes the call and says nothing, or goes away with it: named like one that is not there."""
    _, port = world.parts.gateway.client.service_client.config.target_host.rsplit(":", 1)
    with Wire(int(port), Random(1)) as wire:
        far = await Client.connect(f"127.0.0.1:{wire.port}")
        wire.dawdles = (1.0, 60.0)
        monkeypatch.setattr(world.parts.gateway, "client", far)
        monkeypatch.setattr(operations, "_PATIENCE", 30.0 if cut else 0.3)
        asking = asyncio.create_task(world.http.get("/readyz"))
        while cut and not wire.cuts:
            await asyncio.sleep(0.1)
            wire.cut()
        answer = await asking
    assert (answer.status_code, answer.json()["detail"]) == (503, {"database": "ok", "engine": "engine_unavailable"})


async def test_files_go_in_and_out(world: World) -> None:
    """A picture is known by its bytes, not by its name; only who stored it gets it back; scripts are refused."""
    headers, other = await world.sign_in("agent_zhou"), await world.sign_in("sales_he")
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 64
    stored = await world.http.post("/api/v1/files", files={"file": ("../a.exe", picture)}, headers=headers)
    assert stored.status_code == 201, stored.text
    assert (stored.json()["media_type"], stored.json()["name"]) == ("image/png", "a.exe")
    address = f"/api/v1/files/{stored.json()['id']}"
    assert (await world.http.get(address, headers=headers)).content == picture
    assert is_problem(await world.http.get(address, headers=other), 403, "not_allowed")
    page = await world.http.post("/api/v1/files", files={"file": ("a.png", b"<html><script>")}, headers=headers)
    assert is_problem(page, 415, "unsupported_type")


async def test_a_message_counts_once(world: World) -> None:
    """The same message id again is the same message; with other content it is refused."""
    headers = await world.sign_in("shop_adapter")
    body = {"name": "point_freed", "fields": {"region": "华北"}, "id": uuid.uuid4().hex}
    first = await world.http.post("/api/v1/messages", json=body, headers=headers)
    assert (first.status_code, first.json()) == (202, {"taken": 0, "started": []})
    assert (await world.http.post("/api/v1/messages", json=body, headers=headers)).status_code == 202
    other = await world.http.post("/api/v1/messages", json={**body, "fields": {"region": "华南"}}, headers=headers)
    assert is_problem(other, 409, "key_reused")


async def test_a_forgotten_password_is_replaced(world: World) -> None:
    """The new one signs in, the old one does not, and sessions of before are over."""
    headers = await world.sign_in("legal_song")
    fresh = await reset_password(world.parts.database, "demo", "legal_song")
    assert is_problem(await world.http.get("/api/v1/me", headers=headers), 401, "unauthenticated")
    body = {"tenant": "demo", "user": "legal_song", "password": world.made.passwords["legal_song"]}
    assert is_problem(await world.http.post("/api/v1/sessions", json=body), 401, "bad_credentials")
    assert (await world.http.post("/api/v1/sessions", json={**body, "password": fresh})).status_code == 201
