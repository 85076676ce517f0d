"""Secrets that have to be read again: of webhooks. Sealed for their tenant and owner where there is a key ring.

A list of them, newest first; each but the newest has an end, after which it counts no more.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from waystation.contracts.errors import Unavailable
from waystation.store.session import TenantSession

Kept = list[dict[str, Any]]

_PURPOSE, _NONCE = "secret", 12


def keep(
    session: TenantSession, owner: str, secret: str, earlier: Sequence[Any] = (), until: datetime | None = None
) -> Kept:
    """A new secret before the one that was newest, which counts until then; older ones go."""
    ending = [{**one, "until": until.isoformat()} for one in list(earlier)[:1] if until is not None]
    return [{"secret": _sealed(session, owner, secret), "until": None}, *ending]


def valid(session: TenantSession, owner: str, kept: Sequence[Any], at: datetime) -> list[str]:
    """The secrets that count now, newest first.

    Raises:
        Unavailable: `key_missing`, `not_openable`.
    """
    counting = [one for one in kept if one["until"] is None or datetime.fromisoformat(one["until"]) > at]
    return [_opened(session, owner, str(one["secret"])) for one in counting]


def _sealed(session: TenantSession, owner: str, secret: str) -> str:
    ring = session.ring
    if ring is None:
        return f"plain:{secret}"
    nonce = os.urandom(_NONCE)
    key = AESGCM(ring.key(ring.current, _PURPOSE, session.tenant))
    text = nonce + key.encrypt(nonce, secret.encode(), _bound(session, owner))
    return f"sealed:{ring.current}:{base64.b64encode(text).decode()}"


def _opened(session: TenantSession, owner: str, kept: str) -> str:
    form, _, rest = kept.partition(":")
    if form == "plain":
        return rest
    key_id, _, text = rest.partition(":")
    ring = session.ring
    try:
        if ring is None:
            raise ValueError("no ring")
        sealed = base64.b64decode(text, validate=True)
        key = AESGCM(ring.key(key_id, _PURPOSE, session.tenant))
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(session, owner)).decode()
    except (InvalidTag, ValueError, binascii.Error):
        raise Unavailable("not_openable", "a sealed secret cannot be opened", "无法解开已加密的密钥") from None


def _bound(session: TenantSession, owner: str) -> bytes:
    return f"waystation secret 1\0{session.tenant}\0{owner}".encode()
