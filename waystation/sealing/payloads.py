"""What Temporal is handed: each payload compressed where it is large, and sealed for the tenant of its workflow.

A workflow's id begins with its tenant, and everything that is read or written for it says that id. So a payload opens
only in workflows of the tenant that it was sealed for: it has a key of its own, and its name is bound to the text.
Payloads from before there was a key are taken as they are.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from waystation.contracts.errors import Unavailable
from waystation.sealing.ring import KeyRing

ENCODING: Final = b"binary/waystation-sealed"
#: Bytes from which on a payload is compressed, and the most that one may become again.
LARGE, MOST = 2 * 1024, 64 * 1024 * 1024
_NONCE = 12
_PLAIN, _DEFLATED = b"\0", b"\1"
_LEVEL = 3  # what a case sends is JSON: more takes longer and saves little


class PayloadSeal(PayloadCodec, WithSerializationContext):
    """Seals payloads. `tenant` is empty where something belongs to no workflow."""

    def __init__(self, ring: KeyRing, tenant: str = "") -> None:
        self._ring = ring
        self.tenant = tenant

    def with_context(self, context: SerializationContext) -> PayloadSeal:
        """The same, for the tenant of a workflow."""
        workflow = None
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            workflow = context.workflow_id
        tenant = (workflow or "").partition("/")[0]
        return self if tenant == self.tenant else PayloadSeal(self._ring, tenant)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self.seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self.open(payload) for payload in payloads]

    def seal(self, payload: Payload) -> Payload:
        key_id, nonce = self._ring.current, os.urandom(_NONCE)
        text = _smaller(payload.SerializeToString())
        data = nonce + self._cipher(key_id).encrypt(nonce, text, self._bound(key_id))
        return Payload(metadata={"encoding": ENCODING, "key": key_id.encode()}, data=data)

    def open(self, payload: Payload) -> Payload:
        """The payload that was sealed; one that was not is given back.

        Raises:
            Unavailable: `key_missing`; `not_openable`, it was changed or belongs to another tenant.
        """
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        try:
            key_id = payload.metadata.get("key", b"").decode()
            nonce, text = payload.data[:_NONCE], payload.data[_NONCE:]
            return Payload.FromString(_larger(self._cipher(key_id).decrypt(nonce, text, self._bound(key_id))))
        except (InvalidTag, ValueError, zlib.error):
            raise Unavailable(
                "not_openable",
                "sealed data were changed, or belong to another tenant",
                "加密数据已被改动，或属于其他租户",
            ) from None

    def _cipher(self, key_id: str) -> AESGCM:
        return AESGCM(self._ring.key(key_id, "payload", self.tenant))

    def _bound(self, key_id: str) -> bytes:
        return f"waystation payload 1\0{key_id}\0{self.tenant}".encode()


def _smaller(text: bytes) -> bytes:
    if len(text) >= LARGE:
        deflated = zlib.compress(text, _LEVEL)
        if len(deflated) < len(text):
            return _DEFLATED + deflated
    return _PLAIN + text


def _larger(text: bytes) -> bytes:
    if text[:1] != _DEFLATED:
        return text[1:]
    inflater = zlib.decompressobj()
    found = inflater.decompress(text[1:], MOST)
    if not inflater.eof:
        raise ValueError("larger than any payload")
    return found
