"""Signing in at an OpenID provider: who comes back as whom, and everything that is refused on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import Any

import httpx
import pytest
import pytest_asyncio
from msgspec import structs

from designer_api.auth import oidc
from designer_api.auth.oidc import Provider
from tests.support.office import Office, open_office
from tests.support.openid import OpenIdProvider, _new_key
from waystation.store import audit, organisation, people

pytestmark = pytest.mark.asyncio(loop_scope="module")
GO, BACK = "/api/v1/sessions/oidc", "/api/v1/sessions/oidc/callback"


@pytest.fixture(scope="module")
def running() -> Iterator[OpenIdProvider]:
    provider = OpenIdProvider().start()
    yield provider
    provider.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory, running: OpenIdProvider) -> AsyncIterator[Office]:
    folder: Path = tmp_path_factory.mktemp("oidc")
    given: dict[str, Any] = {"oidc_issuer": running.issuer, "oidc_client": "waystation", "oidc_secret": "s3cret"}
    given["oidc_tenant"] = "acme"
    async with open_office(folder, sign_ins_per_minute=10_000, **given) as made:
        at = datetime.now(UTC)
        async with made.database.write("acme") as session:
            for person, subject, email in (("ann", "u-1", "Ann@acme.test"), ("bob", "u-2", "bob@acme.test")):
                stored = await organisation.person(session, person)
                assert stored is not None
                record = structs.replace(stored.record, external={"oidc": subject}, email=email)
                await organisation.change(session, record, by="", at=at)
        yield made


@pytest.fixture
def provider(running: OpenIdProvider, office: Office) -> OpenIdProvider:
    """The provider as it was at first; the application knows nothing of it yet."""
    running.lies, running.stranger = {}, None
    running.person = {"sub": "u-1", "email": "ann@acme.test", "email_verified": True, "name": "Ann"}
    office.app.state.provider = None
    return running


def set_up(office: Office, **changed: Any) -> None:
    """Change settings of the running application."""
    parts = office.app.state.parts
    object.__setattr__(parts, "settings", parts.settings.model_copy(update=changed))


async def at_provider(address: str) -> httpx.URL:
    """What the provider sends the browser back to."""
    async with httpx.AsyncClient() as client:
        return httpx.URL((await client.get(address)).headers["location"])


async def signed_in(browser: httpx.AsyncClient) -> httpx.Response:
    """The whole way: there, through, and back."""
    sent = await browser.get(GO)
    assert sent.status_code == 303, sent.text
    back = await at_provider(sent.headers["location"])
    return await browser.get(back.raw_path.decode())


def failed(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["code"]) == (401, "sign_in_failed")


async def test_somebody_known_by_his_external_id_signs_in(office: Office, provider: OpenIdProvider) -> None:
    """The browser gets a session in a cookie that scripts cannot read; the audit log knows where it came from."""
    async with office.browser() as browser:
        answer = await signed_in(browser)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("waystation="))
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        assert (await browser.get("/api/v1/me")).json()["person"] == "ann"
    async with office.database.read("acme") as session:
        newest = (await audit.records(session, actor="ann")).items[0]
    assert (newest.action, newest.detail) == ("session.start", {"source": "oidc"})


async def test_the_sign_in_page_knows_whether_there_is_a_provider(office: Office, provider: OpenIdProvider) -> None:
    """Anybody may ask, before signing in; nothing about the provider is told."""
    answer = await office.http.get("/api/v1/sessions/oidc/offered")
    assert (answer.status_code, answer.json()) == (200, {"offered": True})


async def test_the_way_there_asks_for_a_code_with_pkce(office: Office, provider: OpenIdProvider) -> None:
    """State, nonce and challenge are fresh each time; the verifier does not leave the browser's cookie."""
    asked = []
    for _ in range(2):
        async with office.browser() as browser:
            asked.append(httpx.URL((await browser.get(GO)).headers["location"]).params)
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[0][name]) >= 32
        assert asked[0][name] != asked[1][name]
    assert (asked[0]["response_type"], asked[0]["code_challenge_method"]) == ("code", "S256")
    assert asked[0]["redirect_uri"] == f"http://test{BACK}"


async def test_an_answer_for_another_browser_is_refused(office: Office, provider: OpenIdProvider) -> None:
    """Without the cookie, or with another state, nobody is signed in; a code counts once."""
    async with office.browser() as victim, office.browser() as attacker:
        back = await at_provider((await attacker.get(GO)).headers["location"])
        assert failed(await victim.get(back.raw_path.decode()))
        await victim.get(GO)
        assert failed(await victim.get(back.raw_path.decode()))
        other = back.copy_set_param("state", "x" * 32)
        assert failed(await attacker.get(other.raw_path.decode()))
        assert (await attacker.get(back.raw_path.decode())).status_code == 303
        assert failed(await attacker.get(back.raw_path.decode()))
        assert failed(await attacker.get(f"{BACK}?state=x&error=access_denied"))


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "http://elsewhere.test"},
        {"iss": None},
        {"aud": "another_client"},
        {"aud": None},
        {"aud": ["waystation", "other"], "azp": "other"},
        {"exp": int(time()) - 3600},
        {"exp": None},
        {"iat": int(time()) + 36_000, "nbf": int(time()) + 36_000},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": None},
        {"at_hash": "wrong"},
    ],
    ids=lambda lies: "-".join(
        f"{claim}_{value if value is None else type(value).__name__}" for claim, value in lies.items()
    ),
)
async def test_an_identity_that_is_not_for_us_now_is_refused(
    office: Office, provider: OpenIdProvider, lies: dict[str, Any]
) -> None:
    """Issuer, audience, time, nonce, subject and the access token's hash are checked."""
    provider.lies = lies
    async with office.browser() as browser:
        assert failed(await signed_in(browser))
        assert (await browser.get("/api/v1/me")).status_code == 401


async def test_a_signature_of_somebody_else_is_refused(office: Office, provider: OpenIdProvider) -> None:
    """The right name of the key is not enough."""
    provider.stranger = _new_key("k1")
    async with office.browser() as browser:
        assert failed(await signed_in(browser))


async def test_the_provider_may_rotate_its_keys(office: Office, provider: OpenIdProvider) -> None:
    """A token that names an unknown key has the keys read again, but not over and over."""
    async with office.browser() as browser:
        assert (await signed_in(browser)).status_code == 303
    kept: Provider = office.app.state.provider
    provider.rotate()
    async with office.browser() as browser:
        assert failed(await signed_in(browser))  # read a moment ago: not again so soon
    assert kept._keys is not None
    kept._keys = kept._keys[0], datetime.fromtimestamp(time() - 60, UTC)
    async with office.browser() as browser:
        assert (await signed_in(browser)).status_code == 303


async def test_who_is_unknown_is_not_let_in(office: Office, provider: OpenIdProvider) -> None:
    """Nobody with this id; by mail only where the provider has verified it and where it is asked for."""
    provider.person |= {"sub": "u-99"}
    async with office.browser() as browser:
        assert failed(await signed_in(browser))
    set_up(office, oidc_match="email")
    try:
        async with office.browser() as browser:
            assert (await signed_in(browser)).status_code == 303
        provider.person |= {"email_verified": False}
        async with office.browser() as browser:
            assert failed(await signed_in(browser))
    finally:
        set_up(office, oidc_match="external")


async def test_somebody_new_is_made_only_where_that_is_configured(office: Office, provider: OpenIdProvider) -> None:
    """He has no role; the next time he is the same; an address of mail that is somebody's makes nobody."""
    set_up(office, oidc_create=True)
    try:
        provider.person = {"sub": "n-1", "email": "root@else.test", "email_verified": True, "name": "N"}
        for _ in range(2):
            async with office.browser() as browser:
                assert (await signed_in(browser)).status_code == 303
                me = (await browser.get("/api/v1/me")).json()
            assert (me["person"], me["roles"]) == ("root_2", [])
        provider.person = {"sub": "n-2", "email": "bob@acme.test", "email_verified": True}
        async with office.browser() as browser:
            assert failed(await signed_in(browser))
    finally:
        set_up(office, oidc_create=False)


async def test_who_may_no_longer_log_in_does_not_this_way_either(office: Office, provider: OpenIdProvider) -> None:
    provider.person |= {"sub": "u-2"}
    async with office.database.write("acme") as session:
        await people.disable_user(session, "bob", at=datetime.now(UTC))
    async with office.browser() as browser:
        assert failed(await signed_in(browser))


async def test_a_provider_that_is_silent_or_another_is_named(office: Office, provider: OpenIdProvider) -> None:
    """503 when it is not there; refused when its description is of another issuer; 404 where none is configured."""
    issuer = office.app.state.parts.settings.oidc_issuer
    for settings, status in (
        ({"oidc_issuer": "http://127.0.0.1:1"}, 503),
        ({"oidc_issuer": f"{issuer}/"}, 401),
        ({"oidc_issuer": None}, 404),
    ):
        set_up(office, **settings)
        office.app.state.provider = None
        assert (await office.http.get(GO)).status_code == status, settings
    set_up(office, oidc_issuer=issuer)


async def test_a_provider_that_takes_the_call_and_never_answers_is_named(
    office: Office, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 when patience ends: the browser is not left hanging."""
    issuer = office.app.state.parts.settings.oidc_issuer
    over = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _ = await over.wait()
        writer.close()

    monkeypatch.setattr(oidc, "_PATIENCE", 0.2)
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        set_up(office, oidc_issuer=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        office.app.state.provider = None
        assert (await office.http.get(GO)).status_code == 503
        over.set()
    office.app.state.provider = None
    set_up(office, oidc_issuer=issuer)
