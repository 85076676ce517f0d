"""Passwords: argon2id with the OWASP profile (19 MiB, two passes), a few at a time: logins cannot fill memory."""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_FEW = asyncio.Semaphore(4)
#: Verified when a login is unknown, so that the time tells nothing.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))


def new_password() -> str:
    """A random password that can be typed."""
    return secrets.token_urlsafe(9)


async def hash_password(password: str) -> str:
    async with _FEW:
        return await asyncio.to_thread(_HASHER.hash, password)


async def matches(stored: str | None, password: str) -> bool:
    """Is this the password? Takes as long for somebody who does not exist."""
    async with _FEW:
        return await asyncio.to_thread(_verify, stored or _NOBODY, password) and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
