"""The local object store: bytes in a folder, by tenant and SHA-256; the database knows what a file is and is called."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from pathlib import Path

from waystation.contracts.errors import Refused

#: Magic bytes at the start of what may be stored -> media type. SVG and HTML are left out: they can carry scripts.
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
)
_OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
MOST = 20 * 1024 * 1024


def sniff(data: bytes, name: str) -> str:
    """The media type by what the bytes are, not by what the sender says.

    Raises:
        Refused: `unsupported_type`.
    """
    for signature, media_type in _SIGNATURES:
        if data.startswith(signature):
            return _OFFICE.get(Path(name).suffix.lower(), media_type) if media_type == "application/zip" else media_type
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"WAVE"):
        return "image/webp" if data[8:12] == b"WEBP" else "audio/wav"
    if data[4:8] == b"ftyp":
        return "video/mp4"
    if _is_text(data):
        return "text/csv" if name.lower().endswith(".csv") else "text/plain"
    raise Refused("unsupported_type", "files of this type are not accepted", "不支持此类文件")


def _is_text(data: bytes) -> bool:
    if b"\x00" in data[:4096] or data.lstrip()[:1] == b"<":
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class LocalObjects:
    """Files under `<folder>/<tenant>/<first two of the hash>/<hash>`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, tenant: str, data: bytes) -> str:
        """Store bytes; their SHA-256. Storing the same bytes again changes nothing."""
        digest = hashlib.sha256(data).hexdigest()
        await asyncio.to_thread(self._write, self._place(tenant, digest), data)
        return digest

    async def get(self, tenant: str, digest: str) -> bytes:
        """The bytes.

        Raises:
            Refused: `not_found`.
        """
        place = self._place(tenant, digest)
        if not place.is_file():
            raise Refused("not_found", "the file's content is gone", "文件内容已不存在")
        return await asyncio.to_thread(place.read_bytes)

    def _place(self, tenant: str, digest: str) -> Path:
        safe = hashlib.sha256(tenant.encode()).hexdigest()[:16]
        return self._folder / safe / digest[:2] / digest

    @staticmethod
    def _write(place: Path, data: bytes) -> None:
        """Whole or not at all: written beside, then moved."""
        if place.is_file():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(temporary).replace(place)
