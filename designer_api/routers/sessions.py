"""Signing in and out, and who one is."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from designer_api import schemas
from designer_api.auth import browsers, passwords, tokens
from designer_api.auth.entrance import Gate, address_of
from designer_api.auth.needs import anybody, needs
from designer_api.auth.permissions import PERMISSIONS, PUBLIC, has
from designer_api.auth.throttle import Throttle
from designer_api.deps import Held, Signed, now
from waystation.contracts.errors import Refused
from waystation.store import audit, people, tenants

router = APIRouter(tags=["sessions"])


@router.post("/sessions", status_code=201, dependencies=[anybody])
async def sign_in(body: schemas.SignIn, held: Held, request: Request, response: Response) -> schemas.Session:
    """Sign in with a password. The token goes into `Authorization: Bearer …`, or, with `browser`, into a cookie."""
    if body.browser:
        browsers.check_same_site(request, held.settings)
    at = now()
    gate: Gate = request.app.state.gate
    gate.sign_ins.take(address_of(request), at)
    throttle: Throttle = request.app.state.throttle
    throttle.check(body.tenant, body.user, at)
    person = await _checked(body, held, throttle)
    async with held.database.write(body.tenant) as session:
        token, expires = await tokens.issue(session, person, at)
        await audit.record(session, person, "session.start", at=at, detail={"address": address_of(request)})
        found = (await people.organisation(session)).people.get(person)
    if body.browser:
        browsers.remember(request, response, held.settings, token, expires)
    name = found.name if found is not None and found.name else person
    return schemas.Session(token=None if body.browser else token, expires_at=expires, person=person, name=name)


async def _checked(body: schemas.SignIn, held: Held, throttle: Throttle) -> str:
    """The person whose password this is.

    Raises:
        Refused: `bad_credentials`; noted in the tenant's audit log.
    """
    at = now()
    async with held.database.read(body.tenant) as session:
        user = await people.user_by_login(session, body.user)
        known = await tenants.tenant(session) is not None
    stored = user.password_hash if user is not None and user.disabled_at is None else None
    if await passwords.matches(stored, body.password) and user is not None:
        throttle.succeeded(body.tenant, body.user)
        return user.person
    throttle.failed(body.tenant, body.user, at)
    if known:
        async with held.database.write(body.tenant) as session:
            await audit.record(
                session, "", "session.start", at=at, result="bad_credentials", detail={"user": body.user}
            )
    raise Refused("bad_credentials", "unknown user or wrong password", "用户名或密码错误")


@router.delete("/sessions/current", status_code=204, dependencies=[needs("me.leave")])
async def sign_out(held: Held, caller: Signed, request: Request) -> Response:
    """End the session of this token."""
    async with held.database.write(caller.tenant) as session:
        await people.revoke(session, request.state.token, at=now())
    response = Response(status_code=204)
    browsers.forget(request, response, held.settings)
    return response


@router.get("/me", dependencies=[needs("me.see")])
async def me(caller: Signed) -> schemas.Me:
    """Who is signed in, with all roles, and what he may do."""
    allowed = [name for name in PERMISSIONS if name != PUBLIC and has(caller.roles, caller.scopes, name)]
    return schemas.Me(
        tenant=caller.tenant, person=caller.person, name=caller.name, roles=list(caller.roles), permissions=allowed
    )
