"""Bearer tokens: opaque and random; the store knows only their SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from waystation.store import people
from waystation.store.session import TenantSession

#: How long a session lasts.
SESSION = timedelta(hours=12)
_PREFIX = "ws_"


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def issue(session: TenantSession, person: str, at: datetime, *, kind: str = "session") -> tuple[str, datetime]:
    """A new token for a person and when it expires."""
    token = _PREFIX + secrets.token_urlsafe(32)
    expires = at + SESSION
    await people.add_token(session, digest(token), person, kind=kind, at=at, expires_at=expires)
    return token, expires
