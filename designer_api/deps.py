"""What routes are given: the application's parts, and the caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from designer_api.auth.policy import Caller
from designer_api.auth.tokens import digest
from waystation.compiler.library import Library
from waystation.contracts.catalog import Catalog
from waystation.contracts.errors import Refused
from waystation.gateway import Gateway
from waystation.settings import Settings
from waystation.store import people
from waystation.store.session import EVERY_TENANT, Database
from workflows.facts import facts_for

_BEARER = HTTPBearer(auto_error=False, description="A token from POST /api/v1/sessions")


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the application stands on; made by an entry point."""

    settings: Settings
    database: Database
    gateway: Gateway
    catalog: Catalog
    library: Library


def parts(request: Request) -> Parts:
    found: Parts = request.app.state.parts
    return found


def now() -> datetime:
    return datetime.now(UTC)


async def caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Caller:
    """Who is asking.

    Raises:
        Refused: `unauthenticated`.
    """
    held = parts(request)
    if credentials is None:
        raise unauthenticated()
    at = now()
    async with held.database.read(EVERY_TENANT) as session:
        bearer = await people.bearer(session, digest(credentials.credentials), at=at)
    if bearer is None:
        raise unauthenticated()
    async with held.database.read(bearer.tenant) as session:
        organisation = await people.organisation(session)
    person = organisation.people.get(bearer.person)
    if person is None or not person.active:
        raise unauthenticated()
    facts = facts_for(organisation, bearer.person, "", at)
    return Caller(bearer.tenant, bearer.person, person.name or person.id, facts)


def unauthenticated() -> Refused:
    return Refused("unauthenticated", "sign in first", "请先登录")


Signed = Annotated[Caller, Depends(caller)]
Held = Annotated[Parts, Depends(parts)]
