"""Sealing for a tenant as a whole: what is kept for a while, or in one piece, and is not yet known to be anybody's."""

from __future__ import annotations

import base64
import os
import zlib
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from waystation.sealing.ring import missing
from waystation.store import exact_json
from waystation.store.session import TenantSession

#: What sealed bytes begin with; no JSON does.
MARK = b"\0ws1 "
#: The one key of a map that holds a sealed value. No field has such a name.
_KEPT = "$kept"
_NONCE = 12


def sealed_bytes(session: TenantSession, text: bytes) -> bytes:
    """A text, compressed and sealed for the tenant; as it is where there are no keys."""
    ring = session.ring
    if ring is None:
        return text
    nonce, key_id = os.urandom(_NONCE), ring.current
    cipher = AESGCM(ring.key(key_id, "state", session.tenant))
    return MARK + key_id.encode() + b" " + nonce + cipher.encrypt(nonce, zlib.compress(text), MARK)


def opened_bytes(session: TenantSession, kept: bytes) -> bytes:
    """The text that was sealed; what was not is given back.

    Raises:
        Unavailable: `key_missing`.
    """
    if not kept.startswith(MARK):
        return kept
    key_id, _, text = kept.removeprefix(MARK).partition(b" ")
    if session.ring is None:
        raise missing(key_id.decode())
    cipher = AESGCM(session.ring.key(key_id.decode(), "state", session.tenant))
    return zlib.decompress(cipher.decrypt(text[:_NONCE], text[_NONCE:], MARK))


def sealed(session: TenantSession, value: Any) -> Any:
    """A JSON value as it is kept."""
    if session.ring is None:
        return value
    return {_KEPT: base64.b64encode(sealed_bytes(session, exact_json.encode(value).encode())).decode()}


def opened(session: TenantSession, kept: Any) -> Any:
    """The JSON value that was kept."""
    if not isinstance(kept, dict) or set(kept) != {_KEPT} or not isinstance(kept[_KEPT], str):
        return kept
    return exact_json.decode(opened_bytes(session, base64.b64decode(kept[_KEPT])).decode())


def key_id(kept: Any) -> str:
    """Which master key a value was sealed by; empty where it is not sealed."""
    if not isinstance(kept, dict) or set(kept) != {_KEPT}:
        return ""
    return base64.b64decode(kept[_KEPT]).removeprefix(MARK).partition(b" ")[0].decode()
