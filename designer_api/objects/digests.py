"""Names of stored bytes: by content and tenant, so that nothing a sender says becomes a part of a path."""

from __future__ import annotations

import hashlib

from waystation.contracts.errors import Unavailable


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def place_of(tenant: str, digest: str) -> str:
    """Where bytes are kept below the root of a store."""
    safe = hashlib.sha256(tenant.encode()).hexdigest()[:16]
    return f"{safe}/{digest[:2]}/{digest}"


def checked(data: bytes, digest: str) -> bytes:
    """The data, if it is what was stored.

    Raises:
        Unavailable: `content_damaged`.
    """
    if sha256(data) != digest:
        raise Unavailable("content_damaged", "the stored content is damaged", "存储的文件内容已损坏", retry_after=60)
    return data
