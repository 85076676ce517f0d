"""Signing in and out, and who one is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from designer_api import schemas
from designer_api.auth import passwords, tokens
from designer_api.auth.throttle import Throttle
from designer_api.deps import Held, Signed, now
from waystation.contracts.errors import Refused
from waystation.store import people

router = APIRouter(tags=["sessions"])


@router.post("/sessions", status_code=201)
async def sign_in(body: schemas.SignIn, held: Held, request: Request) -> schemas.Session:
    """Sign in with a password; the token goes into `Authorization: Bearer …`."""
    throttle: Throttle = request.app.state.throttle
    at = now()
    throttle.check(body.tenant, body.user, at)
    async with held.database.read(body.tenant) as session:
        user = await people.user_by_login(session, body.user)
        organisation = await people.organisation(session)
    stored = user.password_hash if user is not None and user.disabled_at is None else None
    if not await passwords.matches(stored, body.password) or user is None:
        throttle.failed(body.tenant, body.user, at)
        raise Refused("bad_credentials", "unknown user or wrong password", "用户名或密码错误")
    throttle.succeeded(body.tenant, body.user)
    async with held.database.write(body.tenant) as session:
        token, expires = await tokens.issue(session, user.person, at)
    person = organisation.people.get(user.person)
    name = person.name if person is not None and person.name else user.person
    return schemas.Session(token=token, expires_at=expires, person=user.person, name=name)


@router.delete("/sessions/current", status_code=204)
async def sign_out(
    held: Held,
    caller: Signed,
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
) -> Response:
    """End the session of this token."""
    async with held.database.write(caller.tenant) as session:
        await people.revoke(session, tokens.digest(credentials.credentials), at=now())
    return Response(status_code=204)


@router.get("/me")
async def me(caller: Signed) -> schemas.Me:
    """Who is signed in, with all roles."""
    return schemas.Me(tenant=caller.tenant, person=caller.person, name=caller.name, roles=list(caller.roles))
