"""The OWASP API Security Top 10 of 2023, by number: what each test proves stands in its first line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from designer_api.auth.entrance import Gate
from designer_api.auth.rates import Rates
from designer_api.limits import MOST_BYTES
from designer_api.views import task_id
from tests.store.journals import Story
from tests.support.office import PASSWORD, Office, open_office
from tests.support.openid import OpenIdProvider
from waystation.contracts.events import EntryKind
from waystation.store import files
from waystation.store.files import StoredFile

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = Path(__file__).parents[2]
TASK = task_id("c1", "a")
SECRET = "13812345678"
RULES = {
    "rows": [{"process": "repair", "reach": {"agent": "own", "lead": "unit", "operator": "all"}}],
    "fields": [
        {"field": "phone", "rights": {"*": "mask", "lead": "edit"}},
        {"field": "id_number", "rights": {"lead": "read"}},
    ],
}


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    running = OpenIdProvider().start()
    yield running
    running.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory, provider: OpenIdProvider) -> AsyncIterator[Office]:
    """Case c1 was started by ann and asks bob; c2 was started by olly. Both hold a telephone number."""
    folder: Path = tmp_path_factory.mktemp("owasp")
    oidc = {"oidc_issuer": provider.issuer, "oidc_client": "waystation", "oidc_secret": "s3cret", "oidc_tenant": "acme"}
    async with open_office(folder, sign_ins_per_minute=10_000, **oidc) as made:
        data = {"phone": SECRET, "id_number": "11010519491231002X", "lines": [{"phone": SECRET}]}
        first = Story("c1").started(process="repair", by="ann", data=data).asks("a", "bob")
        first.tell(EntryKind.DATA_CHANGED, "a", "bob", fields={"phone": SECRET})
        await first.store(made.database, "acme")
        await Story("c2").started(process="repair", by="olly", data=data, key="k2").store(made.database, "acme")
        async with made.database.write("acme") as session:
            await files.add_file(
                session, StoredFile("f1", "a.png", "image/png", 1, "0" * 64), by="olly", at=first.entries[0].at
            )
        changed = await made.ask("root", "PUT", "/access/rules", json=RULES)
        assert changed.status_code == 200, changed.text
        yield made


async def ids(office: Office, person: str) -> set[str]:
    """The cases in somebody's list."""
    return {row["id"] for row in (await office.ask(person, "GET", "/cases")).json()["items"]}


async def test_api1_broken_object_level_authorization(office: Office) -> None:
    """An id of a case, task or file opens it only to who takes part or whose row rights reach it; lists agree."""
    for path in ("/cases/c2", "/cases/c2/timeline", "/cases/c2/attachments", "/files/f1"):
        assert (await office.ask("ann", "GET", path)).status_code == 403, path
    for person, seen in (("ann", {"c1"}), ("bob", {"c1"}), ("dee", set()), ("root", {"c1", "c2"})):
        assert await ids(office, person) == seen, person
    assert await ids(office, "lea") == {"c1", "c2"}  # of her unit
    assert (await office.ask("lea", "GET", "/cases/c2")).status_code == 200
    assert (await office.ask("bob", "GET", f"/tasks/{TASK}")).status_code == 200
    assert (await office.ask("dee", "GET", f"/tasks/{TASK}")).status_code == 403
    assert (await office.ask("root", "GET", "/cases/c1", tenant="other")).status_code == 404
    for path, body in (("/cases/c2/cancel", {}), ("/cases/c2/comments", {"text": "x"})):
        assert (await office.ask("ann", "POST", path, json=body)).status_code == 403, path


async def test_api2_broken_authentication(office: Office) -> None:
    """Guessing is slowed down, also with the right password; who is unknown is told the same; nothing opens without."""
    body = {"tenant": "acme", "user": "audrey", "password": "guess"}
    told = [await office.http.post("/api/v1/sessions", json=body) for _ in range(6)]
    assert [answer.status_code for answer in told] == [401] * 5 + [429]
    right = await office.http.post("/api/v1/sessions", json={**body, "password": PASSWORD})
    assert right.status_code == 429
    unknown = await office.http.post("/api/v1/sessions", json={**body, "user": "nobody"})
    elsewhere = await office.http.post("/api/v1/sessions", json={**body, "tenant": "nowhere"})
    assert unknown.json() == elsewhere.json() == told[0].json()
    for header in ("Bearer", "Bearer ", "Bearer null", "Basic YW5uOng=", "ws_x"):
        answer = await office.http.get("/api/v1/me", headers={"Authorization": header})
        assert answer.status_code == 401, header
    query = await office.http.get("/api/v1/me", params={"token": await office.token("ann")})
    assert query.status_code == 401


async def test_api3_broken_object_property_level_authorization(office: Office) -> None:
    """Hidden fields are nowhere in any answer, masked ones nowhere in the clear; neither can be set; nor can others."""
    for path in ("/cases", "/cases/c1", "/cases/c1/timeline", f"/tasks/{TASK}", "/tasks", "/tasks?box=all"):
        said = (await office.ask("bob", "GET", path)).text
        assert SECRET not in said, path
        assert "id_number" not in said, path
        assert "11010519491231002X" not in said, path
    case = (await office.ask("bob", "GET", "/cases/c1")).json()["case"]
    assert case["data"] == {"phone": "138****5678", "lines": [{"phone": "138****5678"}]}
    assert (await office.ask("lea", "GET", "/cases/c1")).json()["case"]["data"]["phone"] == SECRET
    for field in ("phone", "id_number"):
        for path, body in (
            (f"/tasks/{TASK}/complete", {"form": {field: "1"}}),
            ("/cases", {"process": "repair", "data": {field: "1"}}),
            ("/cases/c1/commands", {"verb": "edit", "args": {"data": {field: "1"}}}),
        ):
            answer = await office.ask("bob", "POST", path, json=body)
            assert (answer.status_code, answer.json().get("detail")) == (403, {"fields": [field]}), (path, answer.text)
    more = await office.ask("bob", "POST", "/cases", json={"process": "repair", "initiator": "root"})
    assert (more.status_code, more.json()["code"]) == (400, "bad_request")


async def test_api4_unrestricted_resource_consumption(office: Office) -> None:
    """Bodies have a size and a depth whatever the method, pages a length, and everybody a rate."""
    headers = {**await office.headers("ann"), "Content-Type": "application/json"}
    for method in ("POST", "PUT", "PATCH", "DELETE", "GET"):
        large = await office.http.request(method, "/api/v1/cases", content=b" " * (MOST_BYTES + 1), headers=headers)
        assert (large.status_code, large.json()["code"]) == (413, "too_large"), method
    deep = await office.http.post("/api/v1/cases", content=b"[" * 65 + b"]" * 65, headers=headers)
    assert (deep.status_code, deep.json()["code"]) == (400, "too_deep")
    for path in ("/cases", "/tasks", "/notices", "/people", "/audit", "/cases/c1/timeline"):
        assert (await office.ask("root", "GET", f"{path}?limit=201")).status_code == 400, path
    parameters = [p for route in _routes(office) for p in route.get("parameters", ()) if p["name"] == "limit"]
    assert len(parameters) > 8
    assert all("maximum" in p["schema"] for p in parameters)


async def test_api5_broken_function_level_authorization(office: Office) -> None:
    """What is for designers, personnel, auditors and admins is for nobody else; every route says for whom it is."""
    for person in ("ann", "olly"):
        for method, path, body in (
            ("POST", "/processes", {"text": "x"}),
            ("POST", "/people", {"id": "x"}),
            ("PUT", "/organisation/admins", {"people": [person]}),
            ("POST", "/people/root/password", None),
            ("PUT", "/access/rules", {}),
            ("GET", "/audit", None),
        ):
            answer = await office.ask(person, method, path, json=body)
            assert answer.status_code == 403, (person, path, answer.text)
            assert answer.json()["detail"]["permission"]
    assert all(route["x-permission"] for route in _routes(office))
    raised = await office.ask("hal", "PATCH", "/people/hal", json={"roles": ["hr", "admin"]})
    assert raised.status_code == 403, raised.text


async def test_api6_unrestricted_access_to_sensitive_business_flows(office: Office) -> None:
    """Who starts cases by machine is held to his rate, however many tokens he makes."""
    kept: Gate = office.app.state.gate
    office.app.state.gate = Gate(Rates(1, 3), Rates(1, 3), Rates(1, 3))
    try:
        answers = []
        for _ in range(5):
            headers = {"Authorization": f"Bearer {await office.token('dee')}"}
            body = {"process": "none"}
            answers.append((await office.http.post("/api/v1/cases", json=body, headers=headers)).status_code)
        assert answers == [404, 404, 404, 429, 429]
    finally:
        office.app.state.gate = kept


async def test_api7_server_side_request_forgery(office: Office, provider: OpenIdProvider) -> None:
    """The server asks the configured provider only: no address from a request, no redirect, nothing less safe."""
    provider.fetched.clear()
    answer = await office.http.get("/api/v1/sessions/oidc?issuer=http://127.0.0.1:1&next=http://evil.test")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{provider.issuer}/authorize?")
    assert "evil" not in answer.headers["location"]
    assert set(provider.fetched) == {"/.well-known/openid-configuration"}
    provider.planted["/.well-known/openid-configuration"] = (302, f"{provider.issuer}/keys".encode())
    office.app.state.provider = None
    provider.fetched.clear()
    try:
        assert (await office.http.get("/api/v1/sessions/oidc")).status_code == 401
        assert provider.fetched == ["/.well-known/openid-configuration"]
        ftp = {"issuer": provider.issuer, "authorization_endpoint": "ftp://x/a", "token_endpoint": "file:///etc/passwd"}
        provider.planted["/.well-known/openid-configuration"] = (
            200,
            json.dumps({**ftp, "jwks_uri": "ftp://x"}).encode(),
        )
        assert (await office.http.get("/api/v1/sessions/oidc")).status_code == 401
    finally:
        provider.planted.clear()
        office.app.state.provider = None


async def test_api8_security_misconfiguration(office: Office) -> None:
    """Every answer carries the headers, errors too; no other origin is let in; errors tell nothing of the inside."""
    headers = await office.headers("ann")
    big = b" " * (MOST_BYTES + 1)
    for answer in (
        await office.http.get("/"),
        await office.http.get("/api/v1/me"),
        await office.http.get("/api/v1/me", headers=headers),
        await office.http.get("/no/such/page"),
        await office.http.post("/api/v1/cases", content=big, headers=headers),
        await office.http.get("/api/v1/docs"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
    assert (await office.http.get("/api/v1/me", headers=headers)).headers["cache-control"] == "no-store"
    asked = {"Origin": "http://evil.test", "Access-Control-Request-Method": "POST"}
    preflight = await office.http.options("/api/v1/cases", headers=asked)
    assert preflight.status_code == 405
    assert not [name for name in preflight.headers if name.startswith("access-control-")]
    for method in ("TRACE", "PROPFIND"):
        assert (await office.http.request(method, "/api/v1/me", headers=headers)).status_code == 405
    broken = await office.http.post(
        "/api/v1/cases", content=b"{", headers={**headers, "Content-Type": "application/json"}
    )
    assert "Traceback" not in broken.text
    assert ".py" not in broken.text


async def test_api9_improper_inventory_management(office: Office) -> None:
    """There is one version, and every address that answers stands in the document that is kept with the code."""
    kept = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
    assert set(office.app.openapi()["paths"]) == set(kept["paths"])
    outside = {path for path in kept["paths"] if not path.startswith("/api/v1/")}
    assert {path for path in outside if not path.startswith("/scim/v2/")} == {"/healthz", "/readyz", "/metrics"}
    for old in ("/api/cases", "/api/v0/cases", "/cases", "/admin", "/debug", "/openapi.json", "/docs"):
        assert (await office.http.get(old)).status_code == 404, old


@pytest.mark.parametrize(
    "body", [b"[]", b"<html>", b"{" + b" " * 300_000 + b"}", b'{"issuer": 1}', b"\xff\xfe"], ids=lambda b: repr(b[:8])
)
async def test_api10_unsafe_consumption_of_apis(office: Office, provider: OpenIdProvider, body: bytes) -> None:
    """What the provider sends is measured, parsed and checked before it is believed; nonsense is a clear refusal."""
    office.app.state.provider = None
    provider.planted["/.well-known/openid-configuration"] = (200, body)
    try:
        answer = await office.http.get("/api/v1/sessions/oidc")
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_failed")
    finally:
        provider.planted.clear()
        office.app.state.provider = None


def _routes(office: Office) -> list[dict[str, Any]]:
    return [route for methods in office.app.openapi()["paths"].values() for route in methods.values()]
