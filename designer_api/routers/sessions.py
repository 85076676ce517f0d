"""Signing in and out, and who one is."""

from __future__ import annotations

from datetime import datetime

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
from waystation.store.session import TenantSession

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

    async def work(session: TenantSession) -> tuple[str, datetime]:
        issued = await tokens.issue(session, person, at)
        await audit.record(session, person, "session.start", at=at, detail={"address": address_of(request)})
        return issued

    token, expires = await held.database.transact(body.tenant, work)
    async with held.database.read(body.tenant) as session:
        found = (await people.organisation(session)).people.get(person)
    if body.browser:
        browsers.set_cookie(request, response, held.settings, browsers.SESSION, token, expires)
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
        detail = {"user": body.user}

        async def work(session: TenantSession) -> None:
            await audit.record(session, "", "session.start", at=at, result="bad_credentials", detail=detail)

        await held.database.transact(body.tenant, work)
    raise Refused("bad_credentials", "unknown user or wrong password", "用户名或密码错误")


@router.delete("/sessions/current", status_code=204, dependencies=[needs("me.leave")])
async def sign_out(held: Held, caller: Signed, request: Request) -> Response:
    """End the session of this token."""
    async with held.database.write(caller.tenant) as session:
        await people.revoke(session, request.state.token, at=now())
    response = Response(status_code=204)
    browsers.drop_cookie(request, response, held.settings, browsers.SESSION)
    return response


@router.put("/me/password", status_code=204, dependencies=[needs("password.own")])
async def change_password(body: schemas.NewPassword, held: Held, caller: Signed, request: Request) -> None:
    """Change one's own password; every other session and token ends."""
    at = now()
    throttle: Throttle = request.app.state.throttle
    throttle.check(caller.tenant, caller.person, at)
    async with held.database.read(caller.tenant) as session:
        user = await people.user(session, caller.person)
    if user is None or not await passwords.matches(user.password_hash, body.old):
        throttle.failed(caller.tenant, caller.person, at)
        raise Refused("bad_credentials", "wrong password", "密码错误")
    login, hashed = user.login, await passwords.hash_password(body.new)

    async def work(session: TenantSession) -> None:
        await people.save_user(session, caller.person, login, hashed, at=at)
        await people.revoke_all(session, caller.person, at=at, but=request.state.token)
        await audit.record(session, caller.person, "password.change", at=at)

    await held.database.transact(caller.tenant, work)


@router.get("/me", dependencies=[needs("me.see")])
async def me(caller: Signed) -> schemas.Me:
    """Who is signed in, with all roles, and what he may do."""
    allowed = [name for name in PERMISSIONS if name != PUBLIC and has(caller.roles, caller.scopes, name)]
    return schemas.Me(
        tenant=caller.tenant, person=caller.person, name=caller.name, roles=list(caller.roles), permissions=allowed
    )
