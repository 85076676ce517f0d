"""Identifiers made by the store: UUIDs of version 7, which sort by the time they were made."""

from __future__ import annotations

import secrets
import time
from uuid import UUID


def new_id() -> str:
    """A new UUIDv7 as text. It sorts after those made a microsecond ago or earlier."""
    # Milliseconds, then the microseconds' rest as the first 12 random bits (RFC 9562, method 3), then randomness.
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    value = milliseconds << 80 | 7 << 76 | (rest * 4096 // 1_000_000) << 64 | 2 << 62 | secrets.randbits(62)
    return str(UUID(int=value))
