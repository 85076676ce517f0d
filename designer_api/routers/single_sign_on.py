"""Signing in at an OpenID provider: the browser is sent there, comes back, and has a session."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from designer_api.auth import browsers, known_people, oidc, tokens
from designer_api.auth.entrance import Gate, address_of
from designer_api.auth.needs import anybody
from designer_api.auth.oidc import Errand, Provider
from designer_api.deps import Held, now
from waystation.contracts.errors import Refused
from waystation.store import audit, people
from waystation.store.session import TenantSession

router = APIRouter(prefix="/sessions/oidc", tags=["sessions"], dependencies=[anybody])

_COOKIE = "waystation_errand"
Word = Annotated[str, Query(min_length=1, max_length=4_000)]


def provider_of(request: Request, held: Held) -> tuple[Provider, str]:
    """The provider and the tenant whose people sign in there.

    Raises:
        Refused: `not_found`: none is configured.
    """
    settings = held.settings
    if settings.oidc_issuer is None or settings.oidc_client is None or settings.oidc_tenant is None:
        raise Refused("not_found", "there is no identity provider here", "未配置身份提供方")
    if getattr(request.app.state, "provider", None) is None:
        request.app.state.provider = Provider(settings)
    found: Provider = request.app.state.provider
    return found, settings.oidc_tenant


def _back(request: Request, held: Held) -> str:
    return f"{browsers.own_origin(request, held.settings)}/api/v1/sessions/oidc/callback"


class Offered(BaseModel):
    """Whether people may sign in at a provider."""

    offered: bool


@router.get("/offered")
async def offered(held: Held) -> Offered:
    """Whether the sign-in page shows a way to a provider."""
    settings = held.settings
    return Offered(offered=None not in (settings.oidc_issuer, settings.oidc_client, settings.oidc_tenant))


@router.get("", status_code=303, response_class=RedirectResponse)
async def go(held: Held, request: Request) -> Response:
    """Send the browser to the provider."""
    gate: Gate = request.app.state.gate
    gate.sign_ins.take(address_of(request), now())
    provider, _ = provider_of(request, held)
    errand = Errand.new()
    response = RedirectResponse(await provider.address(errand, _back(request, held)), 303)
    browsers.set_cookie(request, response, held.settings, _COOKIE, errand.text(), now() + oidc.STAYS_AWAY)
    return response


@router.get("/callback", status_code=303, response_class=RedirectResponse)
async def come_back(held: Held, request: Request, state: Word, code: Word | None = None) -> Response:
    """The browser is back: who is it? It gets a session in a cookie and goes to the start page."""
    gate: Gate = request.app.state.gate
    gate.sign_ins.take(address_of(request), now())
    provider, tenant = provider_of(request, held)
    errand = Errand.read(browsers.cookie_in(request, held.settings, _COOKIE))
    if code is None or not secrets.compare_digest(errand.state.encode(), state.encode()):
        raise oidc.failed("the sign-in was not completed here", "登录未在此完成")
    identity = await provider.identity(errand, code, _back(request, held))
    at = now()

    async def work(session: TenantSession) -> tuple[str, datetime]:
        person = await known_people.person_for(session, identity, held.settings, at)
        user = await people.user(session, person)
        if user is not None and user.disabled_at is not None:
            raise oidc.failed("nobody here has this identity", "此处没有与该身份对应的人员")
        issued = await tokens.issue(session, person, at)
        await audit.record(session, person, "session.start", at=at, detail={"source": known_people.SOURCE})
        return issued

    token, expires = await held.database.transact(tenant, work)
    response = RedirectResponse("/", 303)
    browsers.set_cookie(request, response, held.settings, browsers.SESSION, token, expires)
    browsers.drop_cookie(request, response, held.settings, _COOKIE)
    return response
