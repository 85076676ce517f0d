"""Temporal's page has sealed payloads opened: by those who may, of their own tenant, from its own origin."""

from __future__ import annotations

import dataclasses
from base64 import b64encode
from collections.abc import AsyncIterator

import httpx
import pytest
from temporalio.api.common.v1 import Payload

from tests.api.conftest import World
from tests.support.applications import application
from waystation.sealing.payloads import PayloadSeal
from waystation.sealing.ring import KeyRing

KEYS = f"a:{b64encode(b'k' * 32).decode()}"
PAGE = "http://127.0.0.1:8233"
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"13800138000"')


def spelt(payload: Payload) -> dict[str, object]:
    metadata = {name: b64encode(value).decode() for name, value in payload.metadata.items()}
    return {"metadata": metadata, "data": b64encode(payload.data).decode()}


def sealed(tenant: str) -> dict[str, object]:
    return {"payloads": [spelt(PayloadSeal(KeyRing.read(KEYS), tenant).seal(PLAIN))]}


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The API with keys."""
    settings = world.parts.settings.model_copy(update={"keys": KEYS})
    app = application(dataclasses.replace(world.parts, settings=settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_an_admin_has_payloads_opened(world: World, http: httpx.AsyncClient) -> None:
    """What was sealed for his tenant comes back as it was, and the audit log says that he looked."""
    admin = await world.sign_in(world.with_role("admin"))
    answer = await http.post("/api/v1/codec/decode", json=sealed("demo"), headers=admin | {"X-Namespace": "default"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"payloads": [spelt(PLAIN)]}
    log = (await http.get("/api/v1/audit", params={"limit": 1}, headers=admin)).json()["items"]
    assert [(row["action"], row["detail"]) for row in log] == [("payloads.open", {"count": 1})]


async def test_nobody_else_does(world: World, http: httpx.AsyncClient) -> None:
    """Not a stranger, not somebody without the permission, and nobody another tenant's."""
    worker = await world.sign_in("sales_he")
    admin = await world.sign_in(world.with_role("admin"))
    told = [
        await http.post("/api/v1/codec/decode", json=sealed("demo")),
        await http.post("/api/v1/codec/decode", json=sealed("demo"), headers=worker),
        await http.post("/api/v1/codec/decode", json=sealed("other"), headers=admin),
        await http.post("/api/v1/codec/decode", json=sealed("demo"), headers=admin | {"X-Namespace": "elsewhere"}),
        await http.post("/api/v1/codec/decode", json={"payloads": [{"data": "***"}]}, headers=admin),
    ]
    assert [answer.status_code for answer in told] == [401, 403, 403, 404, 400]


async def test_only_temporals_page_may_ask_from_a_browser(world: World, http: httpx.AsyncClient) -> None:
    """Its origin is let in, with the session's cookie; every other origin is held off, there and everywhere else."""
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-namespace"}
    for origin, status in ((PAGE, 200), ("http://evil.example", 400)):
        answer = await http.options("/api/v1/codec/decode", headers=asking | {"Origin": origin})
        assert answer.status_code == status
        assert answer.headers.get("access-control-allow-origin") == (PAGE if status == 200 else None)
    elsewhere = await http.options("/api/v1/cases", headers=asking | {"Origin": PAGE})
    assert "access-control-allow-origin" not in elsewhere.headers

    person = world.with_role("admin")
    body = {"tenant": "demo", "user": person, "password": world.made.passwords[person], "browser": True}
    await http.post("/api/v1/sessions", json=body, headers={"Origin": "http://test"})
    for origin, status in ((PAGE, 200), ("http://evil.example", 403)):
        answer = await http.post(
            "/api/v1/codec/decode", json=sealed("demo"), headers={"Origin": origin, "Sec-Fetch-Site": "same-site"}
        )
        assert answer.status_code == status, answer.text
    other = await http.post("/api/v1/me/tokens", json={}, headers={"Origin": PAGE, "Sec-Fetch-Site": "same-site"})
    assert other.status_code == 403
