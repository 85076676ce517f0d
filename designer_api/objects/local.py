"""The local object store: bytes in a folder."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from designer_api.objects.digests import checked, place_of, sha256
from waystation.contracts.errors import Refused


class LocalObjects:
    """Files under `<folder>/<tenant's digest>/<first two of the hash>/<hash>`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, tenant: str, data: bytes) -> str:
        digest = sha256(data)
        await asyncio.to_thread(_write, self._folder / place_of(tenant, digest), data)
        return digest

    async def get(self, tenant: str, digest: str) -> bytes:
        place = self._folder / place_of(tenant, digest)
        try:
            return checked(await asyncio.to_thread(place.read_bytes), digest)
        except FileNotFoundError:
            raise content_gone() from None

    async def drop(self, tenant: str, digest: str) -> None:
        await asyncio.to_thread((self._folder / place_of(tenant, digest)).unlink, missing_ok=True)


def _write(place: Path, data: bytes) -> None:
    """Whole or not at all: written beside, then moved."""
    if place.is_file():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    Path(temporary).replace(place)


def content_gone() -> Refused:
    return Refused("not_found", "the file's content is gone", "文件内容已不存在")
