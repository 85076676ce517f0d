"""Envelopes: how a sealed value stands among plain data, and how values are put in and taken out.

An envelope is a map with one key, which no field has. It names the case, the number of the key in that case and the
field, and all three are bound to the text: it opens nowhere else. Where the key is gone, so is the value.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: The key of an envelope.
SEALED = "$sealed"
#: What stands in lists, reports and exports where a value was erased.
ERASED = "已删除 erased"
_NONCE = 12
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Envelope:
    """A sealed value. `text` is empty where it was erased before it was ever kept."""

    case: str
    number: int
    field: str
    text: str

    @property
    def key(self) -> tuple[str, int]:
        """Which key opens it: case and number."""
        return self.case, self.number

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {SEALED: [self.case, self.number, self.field, self.text]}


def envelope_of(value: Any) -> Envelope | None:
    """The envelope that a value is; None where it is none."""
    if not isinstance(value, Mapping) or len(value) != 1 or SEALED not in value:
        return None
    parts = value[SEALED]
    if not isinstance(parts, list | tuple) or len(parts) != _PARTS:
        return None
    case, number, field, text = parts
    if not (isinstance(case, str) and isinstance(field, str) and isinstance(text, str)):
        return None
    return Envelope(case, number, field, text) if isinstance(number, int) and not isinstance(number, bool) else None


def envelopes_in(value: Any) -> Iterator[Envelope]:
    """Every envelope inside a JSON value."""
    found = envelope_of(value)
    if found is not None:
        yield found
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from envelopes_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from envelopes_in(item)


def replaced(value: Any, by: Callable[[Envelope], Any]) -> Any:
    """The same JSON value with something else in the place of each envelope."""
    found = envelope_of(value)
    if found is not None:
        return by(found)
    if isinstance(value, Mapping):
        return {name: replaced(item, by) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [replaced(item, by) for item in value]
    return value


def put_in(key: bytes | None, tenant: str, envelope: Envelope, text: str) -> Envelope:
    """The envelope with a text sealed in it; without a key it stays empty."""
    if key is None:
        return envelope
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), _bound(tenant, envelope))
    return Envelope(envelope.case, envelope.number, envelope.field, base64.b64encode(sealed).decode())


def take_out(key: bytes | None, tenant: str, envelope: Envelope) -> str | None:
    """The text in an envelope; None where the key is gone, or the envelope is not what was sealed."""
    if key is None or not envelope.text:
        return None
    try:
        sealed = base64.b64decode(envelope.text, validate=True)
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(tenant, envelope)).decode()
    except (InvalidTag, ValueError, binascii.Error):
        return None


def _bound(tenant: str, envelope: Envelope) -> bytes:
    return f"waystation value 1\0{tenant}\0{envelope.case}\0{envelope.number}\0{envelope.field}".encode()
