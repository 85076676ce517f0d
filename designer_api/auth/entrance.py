"""The entrance: runs before every route, finds out who asks, and whether the route is open to him.

It reads the permission that the route names (`needs`), so that a route is guarded because it exists. In this order: how
often somebody asks, who he is, where a browser's request comes from, the permission.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from fastapi import Request

from designer_api.auth import browsers, veil
from designer_api.auth.access_rules import SETTING, read_rules
from designer_api.auth.needs import permission_of
from designer_api.auth.permissions import ADMIN, PUBLIC, has
from designer_api.auth.policy import Caller
from designer_api.auth.rates import Rates
from designer_api.auth.tokens import digest
from designer_api.temporal_page import is_from_page
from waystation.contracts.errors import Refused, Unavailable
from waystation.contracts.people import Organisation
from waystation.settings import Settings
from waystation.store import people, tenants
from waystation.store.people import Bearer
from waystation.store.session import EVERY_TENANT, Database
from workflows.facts import facts_for

if TYPE_CHECKING:
    from designer_api.deps import Parts

#: How exactly it is known when a token was used last.
_USED_EVERY = timedelta(minutes=5)
#: How a request authenticates itself.
_BEARER = "bearer "


@dataclass(slots=True)
class Gate:
    """What one application counts at its entrance."""

    callers: Rates
    strangers: Rates
    sign_ins: Rates

    @classmethod
    def of(cls, settings: Settings) -> Gate:
        often, sign_ins = settings.requests_per_minute, settings.sign_ins_per_minute
        return cls(Rates(often, often), Rates(often, often), Rates(sign_ins, 2 * sign_ins))


async def admit(request: Request) -> None:
    """Let a request through to its route, or raise.

    Raises:
        Refused: `too_many_requests`, `unauthenticated`, `cross_site`, `not_allowed`.
    """
    permission = permission_of(request.scope.get("route"), request.method)
    gate: Gate = request.app.state.gate
    if permission == PUBLIC:
        return
    try:
        found = await caller_of(request)
    except Refused:
        gate.strangers.take(address_of(request), datetime.now(UTC))
        raise
    gate.callers.take(f"{found.tenant}/{found.person}", datetime.now(UTC))
    if permission is None and ADMIN in found.roles and found.scopes is None:
        return
    if permission is None or not has(found.roles, found.scopes, permission):
        named = permission or "a permission that the route does not name"
        raise Refused("not_allowed", f"this needs {named}", f"需要权限 {named}", {"permission": permission})


async def caller_of(request: Request) -> Caller:
    """Who asks; from here on, in this request, data is shown as he may see it.

    Raises:
        Refused: `unauthenticated`, `cross_site`.
    """
    known: Caller | None = getattr(request.state, "caller", None)
    if known is not None:
        return known
    held: Parts = request.app.state.parts
    secret = _secret(request, held.settings)
    at = datetime.now(UTC)
    async with held.database.read(EVERY_TENANT) as session:
        bearer = await people.bearer(session, digest(secret), at=at)
    if bearer is None:
        raise unauthenticated()
    found = await caller_for(held.database, bearer.tenant, bearer.person, at, scopes=bearer.scopes)
    await _note_use(held.database, bearer, digest(secret), at)
    structlog.contextvars.bind_contextvars(tenant=found.tenant)
    request.state.caller, request.state.bearer, request.state.token = found, bearer, digest(secret)
    veil.look_through(found.rules.rights(found.roles))
    return found


def _secret(request: Request, settings: Settings) -> str:
    """The token of the request: from its header, else from the browser's cookie."""
    header = request.headers.get("authorization")
    if header is not None:
        if not header.lower().startswith(_BEARER):
            raise unauthenticated()
        return header[len(_BEARER) :].strip()
    cookie = browsers.cookie_in(request, settings, browsers.SESSION)
    if cookie is None:
        raise unauthenticated()
    if not is_from_page(request.url.path, request.headers.get("origin"), settings):
        browsers.check_same_site(request, settings)
    return cookie


async def caller_for(
    database: Database, tenant: str, person: str, at: datetime, *, scopes: tuple[str, ...] = ()
) -> Caller:
    """A person as one who asks, with what he may do now.

    Raises:
        Refused: `unauthenticated`, there is no such person, or he has left.
    """
    async with database.read(tenant) as session:
        organisation = await people.organisation(session)
        rules = read_rules(await tenants.setting(session, SETTING))
    found = organisation.people.get(person)
    if found is None or not found.active:
        raise unauthenticated()
    facts = facts_for(organisation, person, "", at)
    unit = unit_of(organisation, person) if rules.rows else frozenset()
    return Caller(tenant, person, found.name or person, facts, scopes or None, rules, unit)


def unit_of(organisation: Organisation, person: str) -> frozenset[str]:
    """Everybody in the first group of a person and in those below it, and who reports to him, directly or not."""
    groups = organisation.people[person].groups[:1]
    found = {one.id for one in organisation.people.values() if groups and groups[0] in one.groups}
    waiting = [person]
    while waiting:
        manager = waiting.pop()
        below = [one.id for one in organisation.people.values() if one.manager == manager and one.id not in found]
        found.update(below)
        waiting.extend(below)
    return frozenset(found)


async def _note_use(database: Database, bearer: Bearer, token: str, at: datetime) -> None:
    if bearer.used_at is not None and at - bearer.used_at < _USED_EVERY:
        return
    with suppress(Unavailable):  # the next request notes it
        async with database.write(bearer.tenant) as session:
            await people.token_used(session, token, at=at)


def address_of(request: Request) -> str:
    """Where a request comes from. Behind a proxy, uvicorn has put the caller's own address there."""
    return request.client.host if request.client is not None else ""


def unauthenticated() -> Refused:
    return Refused("unauthenticated", "sign in first", "请先登录")
