"""Passwords, browser sessions, tokens and how often one may ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from designer_api.auth.entrance import Gate
from designer_api.auth.rates import Rates
from designer_api.auth.tokens import digest
from tests.support.office import PASSWORD, Office, open_office
from waystation.contracts.errors import Refused
from waystation.store import audit, people

pytestmark = pytest.mark.asyncio(loop_scope="module")
T0 = datetime(2026, 1, 1, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    folder: Path = tmp_path_factory.mktemp("sessions")
    async with open_office(folder, sign_ins_per_minute=10_000) as made:
        yield made


def credentials(person: str = "ann", **more: Any) -> dict[str, Any]:
    return {"tenant": "acme", "user": person, "password": PASSWORD, **more}


async def signed_in(browser: httpx.AsyncClient, person: str = "ann") -> httpx.Response:
    """Sign in as a page of ours would have the browser do it."""
    own = {"Origin": str(browser.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    answer = await browser.post("/api/v1/sessions", json=credentials(person, browser=True), headers=own)
    assert answer.status_code == 201, answer.text
    return answer


async def test_a_browser_gets_a_cookie_and_no_token(office: Office) -> None:
    """Scripts can read neither; over https it is bound to this host and never sent in the clear."""
    async with office.browser() as browser:
        answer = await signed_in(browser)
        assert answer.json()["token"] is None
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
        assert (await browser.get("/api/v1/me")).json()["person"] == "ann"
    async with office.browser("https://test") as browser:
        cookie = (await signed_in(browser)).headers["set-cookie"]
        assert cookie.startswith("__Host-waystation=")
        assert "Secure" in cookie.split("; ")
        assert (await browser.get("/api/v1/me")).headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"Origin": "http://test"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://test"}, True),
        ({}, False),
        ({"Origin": "http://evil.test"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://test"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://test"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.test"}, False),
    ],
    ids=str,
)
async def test_a_cookie_counts_for_changes_only_from_our_own_pages(
    office: Office, headers: dict[str, str], taken: bool
) -> None:
    """Another site that has the browser ask changes nothing; reading is the browser's to keep apart."""
    async with office.browser() as browser:
        await signed_in(browser)
        answer = await browser.post("/api/v1/notices/read", headers=headers)
        assert answer.status_code == (204 if taken else 403), answer.text
        assert (await browser.get("/api/v1/me", headers=headers)).status_code == 200
        bearer = {**headers, **await office.headers("ann")}
        assert (await browser.post("/api/v1/notices/read", headers=bearer)).status_code == 204


async def test_another_site_cannot_sign_a_browser_in(office: Office) -> None:
    """A cookie for the attacker's own account would have the victim work in it."""
    answer = await office.http.post(
        "/api/v1/sessions", json=credentials(browser=True), headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert "set-cookie" not in answer.headers


async def test_signing_out_ends_the_session_everywhere(office: Office) -> None:
    """The cookie goes, and what was in it is worth nothing any more."""
    async with office.browser() as browser:
        await signed_in(browser)
        kept = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        out = await browser.delete("/api/v1/sessions/current", headers={"Origin": "http://test"})
        assert out.status_code == 204
        assert not browser.cookies
        assert (await browser.get("/api/v1/me", headers={"Cookie": kept})).status_code == 401


async def test_a_token_is_shown_once_and_kept_hashed(office: Office) -> None:
    """It does what its scopes hold, says when it was used last, and ends when it is revoked."""
    made = await office.ask("ann", "POST", "/me/tokens", json={"label": "shop", "scopes": ["cases.*"], "days": 30})
    assert made.status_code == 201, made.text
    token, name = made.json()["token"], made.json()["id"]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await office.http.get("/api/v1/cases", headers=headers)).status_code == 200
    assert (await office.http.get("/api/v1/people", headers=headers)).status_code == 403
    listed = (await office.ask("ann", "GET", "/me/tokens")).json()
    assert token not in str(listed)
    found = next(row for row in listed["items"] if row["id"] == name)
    assert (found["label"], found["scopes"], found["ended"], found["current"]) == ("shop", ["cases.*"], False, False)
    assert found["used_at"] is not None
    async with office.database.read("acme") as session:
        assert digest(token) in {row.digest for row in await people.tokens_of(session, "ann")}
    assert (await office.ask("bob", "DELETE", f"/me/tokens/{name}")).status_code == 404
    assert (await office.ask("ann", "DELETE", f"/me/tokens/{name}")).status_code == 204
    assert (await office.http.get("/api/v1/cases", headers=headers)).status_code == 401
    async with office.database.read("acme") as session:
        noted = (await audit.records(session, target=f"token/{name}")).items
    assert [row.action for row in noted] == ["token.revoke", "token.make"]


async def test_a_token_makes_no_tokens(office: Office) -> None:
    """Else whoever finds one could keep himself in for ever; and what is no scope is refused."""
    token = await office.token("ann", kind="token", scopes=("tokens.own",))
    body = {"label": "x", "scopes": ["cases.see"]}
    headers = {"Authorization": f"Bearer {token}"}
    assert (await office.http.post("/api/v1/me/tokens", json=body, headers=headers)).status_code == 403
    for scope in ("coffee.drink", "*", "cases", "CASES.SEE"):
        answer = await office.ask("ann", "POST", "/me/tokens", json={**body, "scopes": [scope]})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request"), scope
    assert (await office.ask("ann", "POST", "/me/tokens", json={**body, "days": 366})).status_code == 400


async def test_a_token_ends_by_itself(office: Office) -> None:
    token = await office.token("ann", lasts=timedelta(seconds=-1))
    answer = await office.http.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_a_new_password_ends_all_other_sessions(office: Office) -> None:
    """The old one must be known; a short one is refused; the session that changed it stays."""
    mine, other = [{"Authorization": f"Bearer {await office.token('lea')}"} for _ in range(2)]
    for body, status in (
        ({"old": "wrong", "new": "long enough indeed"}, 401),
        ({"old": PASSWORD, "new": "short"}, 400),
        ({"old": PASSWORD, "new": "long enough indeed"}, 204),
    ):
        answer = await office.http.put("/api/v1/me/password", json=body, headers=mine)
        assert answer.status_code == status, answer.text
    assert (await office.http.get("/api/v1/me", headers=mine)).status_code == 200
    assert (await office.http.get("/api/v1/me", headers=other)).status_code == 401
    assert (await office.http.post("/api/v1/sessions", json=credentials("lea"))).status_code == 401


async def test_sign_ins_are_noted(office: Office) -> None:
    """Good and bad ones, in the tenant that they were for; one that is not there gets no row."""
    for tenant in ("acme", "nowhere"):
        await office.http.post("/api/v1/sessions", json={"tenant": tenant, "user": "mallory", "password": "x"})
    async with office.database.read("acme") as session:
        found = [row for row in (await audit.records(session, actor="")).items if row.detail == {"user": "mallory"}]
    async with office.database.read("nowhere") as session:
        assert (await audit.records(session)).items == []
    assert [(row.action, row.result) for row in found] == [("session.start", "bad_credentials")]


async def test_a_bucket_fills_steadily() -> None:
    """Three at once, then one a second; the refusal says how long to wait; keys do not share."""
    rates = Rates(per_minute=60, burst=3)
    for _ in range(3):
        rates.take("a", T0)
    with pytest.raises(Refused) as refused:
        rates.take("a", T0)
    assert (refused.value.code, refused.value.detail) == ("too_many_requests", {"retry_after": 1})
    rates.take("b", T0)
    rates.take("a", T0 + timedelta(seconds=1))
    with pytest.raises(Refused):
        rates.take("a", T0 + timedelta(seconds=1))
    for _ in range(3):
        rates.take("a", T0 + timedelta(hours=1))


async def test_who_asks_too_often_has_to_wait(office: Office) -> None:
    """By person once he is known, by address while he is not; the answer says when to come again."""
    kept: Gate = office.app.state.gate
    office.app.state.gate = Gate(Rates(1, 2), Rates(1, 1), Rates(1, 1))
    try:
        told = [await office.ask("bob", "GET", "/me") for _ in range(3)]
        assert [answer.status_code for answer in told] == [200, 200, 429]
        assert int(told[-1].headers["retry-after"]) > 0
        assert (await office.ask("ann", "GET", "/me")).status_code == 200
        strangers = [(await office.http.get("/api/v1/me")).status_code for _ in range(2)]
        assert strangers == [401, 429]
        sign_ins = [(await office.http.post("/api/v1/sessions", json=credentials())).status_code for _ in range(2)]
        assert sign_ins == [201, 429]
    finally:
        office.app.state.gate = kept
