"""Signatures of webhooks, as Standard Webhooks has them, both when we send and when we are called.

`webhook-signature` holds `v1,` and the base64 of HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`; several,
parted by spaces, while a secret is being changed. A secret is `whsec_` and the base64 of its bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from waystation.contracts.errors import Refused

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
#: How far the clocks of both sides may differ.
WINDOW = timedelta(minutes=5)
_PREFIX = "whsec_"
_BYTES = 32
_LONGEST_ID = 200


def new_secret() -> str:
    """A secret that nobody can guess."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def headers(known: Iterable[str], id: str, at: datetime, body: bytes) -> dict[str, str]:  # noqa: A002 - its name there
    """Headers of a call that say that it is ours: one signature for each secret that counts now."""
    moment = str(int(at.timestamp()))
    signed = " ".join(f"v1,{_signature(secret, id, moment, body)}" for secret in known)
    return {ID: id, TIMESTAMP: moment, SIGNATURE: signed}


def check(known: Iterable[str], id: str, moment: str, signatures: str, body: bytes, *, at: datetime) -> None:  # noqa: A002
    """Refuse a call that is not signed with one of these secrets, or was signed at another time.

    Raises:
        Refused: `bad_signature`, `bad_timestamp`.
    """
    if not id or len(id) > _LONGEST_ID or not id.isprintable() or not (moment.isascii() and moment.isdigit()):
        raise _unsigned()
    given = [part.partition(",")[2] for part in signatures.split(" ")[:10] if part.startswith("v1,")]
    right = [_signature(secret, id, moment, body) for secret in known]
    matches = [hmac.compare_digest(one.encode(), other.encode()) for one in given for other in right]
    if not any(matches):
        raise _unsigned()
    if len(moment) > 11 or abs(at - datetime.fromtimestamp(int(moment), UTC)) > WINDOW:
        raise Refused("bad_timestamp", "the call was signed at another time", "签名时间超出允许范围")


def is_secret(text: str) -> bool:
    """Whether a text is a secret of 24 to 64 bytes."""
    key = _key(text)
    return key is not None and 24 <= len(key) <= 64


def _signature(secret: str, id: str, moment: str, body: bytes) -> str:  # noqa: A002 - its name there
    made = hmac.new(_key(secret) or b"", f"{id}.{moment}.".encode() + body, hashlib.sha256)
    return base64.b64encode(made.digest()).decode()


def _key(secret: str) -> bytes | None:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True) if secret.startswith(_PREFIX) else None
    except binascii.Error:
        return None


def _unsigned() -> Refused:
    return Refused("bad_signature", "the call is not signed as it should be", "签名无效")
