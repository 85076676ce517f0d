"""Bearer tokens: opaque and random; the store knows only their SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from waystation.store import people
from waystation.store.session import TenantSession

#: How long a session lasts.
SESSION = timedelta(hours=12)
#: What a token is: of somebody who signed in, or made by him for a program.
SIGNED_IN, MADE = "session", "token"
_PREFIX = "ws_"
#: Letters of a token's hash that name it.
_NAMED_BY = 24


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def id_of(token_digest: str) -> str:
    """What a token is called in lists; it does not lead back to the token."""
    return token_digest[:_NAMED_BY]


async def issue(session: TenantSession, person: str, at: datetime) -> tuple[str, datetime]:
    """A new session for a person and when it expires."""
    return await make(session, person, at, lasts=SESSION, kind=SIGNED_IN), at + SESSION


async def make(
    session: TenantSession,
    person: str,
    at: datetime,
    *,
    lasts: timedelta,
    kind: str = MADE,
    scopes: tuple[str, ...] = (),
    label: str = "",
) -> str:
    """A new token; it is known here and never again."""
    token = _PREFIX + secrets.token_urlsafe(32)
    await people.add_token(
        session, digest(token), person, kind=kind, at=at, expires_at=at + lasts, scopes=scopes, label=label
    )
    return token
