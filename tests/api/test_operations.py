"""What operators look at: readiness by part, figures of the business, who may read them, and the id of a request."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from designer_api.operations import FAMILIES
from tests.store.journals import Story
from tests.support.office import Office, open_office
from waystation.store import outbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = "a-key-of-sixteen-or-more"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    folder: Path = tmp_path_factory.mktemp("operations")
    async with open_office(folder) as made:
        story = Story("c1").started(process="repair", by="ann").asks("a", "bob")
        await story.store(made.database, "acme")
        async with made.database.write("other") as session:
            await outbox.put(session, "notice", "n1", {}, at=datetime.now(UTC) - timedelta(minutes=5))
        yield made


async def test_figures_of_the_business_by_tenant_and_process(office: Office) -> None:
    """Open cases and tasks where they are, what waits in the outbox and for how long; every family is there."""
    text = (await office.http.get("/metrics")).text
    assert 'waystation_cases_open{process="repair",tenant="acme"} 1.0' in text
    assert 'waystation_tasks_open{process="repair",tenant="acme"} 1.0' in text
    assert 'waystation_outbox_waiting{kind="notice",tenant="other"} 1.0' in text
    (late,) = re.findall(r'waystation_outbox_oldest_seconds{tenant="other"} ([\d.]+)', text)
    assert 300 <= float(late) < 3000
    assert all(f"# TYPE {name} gauge" in text for name in FAMILIES)
    assert "waystation_database_up 1.0" in text


async def test_requests_are_counted_by_template(office: Office) -> None:
    """The series of a route do not grow with the cases that are asked for, nor with addresses that are not there."""
    for path in ("/cases/c1", "/cases/nobody", "/nothing/here"):
        await office.ask("ann", "GET", path)
    text = (await office.http.get("/metrics")).text
    assert 'waystation_requests_total{method="GET",route="/api/v1/cases/{case}",status="404"}' in text
    assert 'route="unknown"' in text
    assert "nobody" not in text
    assert "waystation_request_seconds_bucket" in text


async def test_who_may_read_figures(office: Office, tmp_path: Path) -> None:
    """Without a key, this machine, and not through a proxy; with one, whoever sends it."""
    proxied = await office.http.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert (proxied.status_code, proxied.json()["code"]) == (401, "unauthenticated")
    away = httpx.ASGITransport(office.app, client=("203.0.113.9", 1234))
    async with httpx.AsyncClient(transport=away, base_url="http://test") as http:
        assert (await http.get("/metrics")).status_code == 401
        assert (await http.get("/healthz")).status_code == 200
    async with open_office(tmp_path, metrics_key=KEY) as keyed:
        assert (await keyed.http.get("/metrics")).status_code == 401
        assert (await keyed.http.get("/metrics", headers={"Authorization": "Bearer wrong"})).status_code == 401
        assert (await keyed.http.get("/metrics", headers={"Authorization": f"Bearer {KEY}"})).status_code == 200


async def test_readiness_names_what_is_not_there(office: Office) -> None:
    """No engine runs here: 503 says so, and that the database answers."""
    answer = await office.http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["code"] == "not_ready"
    assert answer.json()["detail"] == {"database": "ok", "engine": "engine_unavailable"}


async def test_every_answer_has_the_id_of_its_request(office: Office) -> None:
    """The caller's own id comes back if it is a plain one; else it gets a new one."""
    given = await office.http.get("/healthz", headers={"X-Request-Id": "order-17.step:2"})
    assert given.headers["X-Request-Id"] == "order-17.step:2"
    for unfit in ("short", "x" * 65, 'quotes"inside', "line\tbreak"):
        fresh = (await office.http.get("/healthz", headers={"X-Request-Id": unfit})).headers["X-Request-Id"]
        assert re.fullmatch(r"[0-9a-f-]{36}", fresh), unfit


async def test_a_crash_is_answered_like_other_errors(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something unforeseen in the program: 500 in the form of all errors, without a word of the exception."""

    async def broken() -> None:
        raise RuntimeError("the words of the exception")

    monkeypatch.setattr(office.app.state.parts.database, "ping", broken)
    answer = await office.http.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "words" not in answer.text
