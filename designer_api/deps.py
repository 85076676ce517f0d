"""What routes are given: the application's parts, and the caller."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from designer_api.auth import entrance
from designer_api.auth.policy import Caller
from waystation.compiler.library import Library
from waystation.contracts.catalog import Catalog
from waystation.contracts.plan import Access
from waystation.gateway import Gateway
from waystation.settings import Settings
from waystation.store.session import Database

_BEARER = HTTPBearer(auto_error=False, description="A token from POST /api/v1/sessions")


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the application stands on; made by an entry point."""

    settings: Settings
    database: Database
    gateway: Gateway
    catalog: Catalog
    library: Library
    #: By plan hash, for lists: whose plan it is makes no difference to what it says.
    accesses: dict[str, Access] = field(default_factory=dict)


async def parts(request: Request) -> Parts:
    found: Parts = request.app.state.parts
    return found


def now() -> datetime:
    return datetime.now(UTC)


async def caller(
    request: Request, _credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Caller:
    """Who is asking; the entrance has found out.

    Raises:
        Refused: `unauthenticated`.
    """
    return await entrance.caller_of(request)


Signed = Annotated[Caller, Depends(caller)]
Held = Annotated[Parts, Depends(parts)]
