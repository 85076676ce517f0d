"""The keys of stored files: made where there is a key ring, handed over to the case that a file is put with, destroyed
with the person whom that case is about. The bytes themselves are never written again."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select

from waystation.contracts.errors import Refused, Unavailable
from waystation.sealing.ring import SIZE, KeyRing
from waystation.store import person_keys, personal
from waystation.store.session import TenantSession
from waystation.store.tables.access import FileRow
from waystation.store.tables.cases import CaseRow

_NONCE = 12


@dataclass(frozen=True, slots=True)
class FileKey:
    """The key of a file. `secret` is None where there is no ring: then the bytes are kept as they are."""

    file: str
    secret: bytes | None

    def seal(self, data: bytes) -> bytes:
        """The bytes as they are stored."""
        if self.secret is None:
            return data
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.secret).encrypt(nonce, data, _bound(self.file))

    def open(self, stored: bytes) -> bytes:
        """The bytes that were sealed.

        Raises:
            Unavailable: `content_damaged`.
        """
        if self.secret is None:
            return stored
        try:
            return AESGCM(self.secret).decrypt(stored[:_NONCE], stored[_NONCE:], _bound(self.file))
        except (InvalidTag, ValueError):
            raise Unavailable(
                "content_damaged", "the stored content is damaged", "存储的文件内容已损坏", retry_after=60
            ) from None


def fresh(ring: KeyRing | None, file: str) -> FileKey:
    """A key for a new file."""
    return FileKey(file, None if ring is None else os.urandom(SIZE))


def wrapped(session: TenantSession, key: FileKey, name: str) -> str | None:
    """The key and the file's name as they are kept until the file belongs to somebody."""
    if key.secret is None or session.ring is None:
        return None
    return person_keys.wrap(session.ring, session.tenant, _name(key.file), key.secret + name.encode())


async def key_of(session: TenantSession, row: FileRow) -> FileKey:
    """The key of a file.

    Raises:
        Refused: `not_found`, it was erased.
        Unavailable: `key_missing`.
    """
    if row.stored_as is None:
        return FileKey(row.id, None)
    if row.sealed is not None:
        kept = await personal.opened(session, row.sealed["key"], erased=None)
        if not isinstance(kept, str):
            raise Refused("not_found", "the file was erased", "文件内容已删除")
        return FileKey(row.id, base64.b64decode(kept))
    return FileKey(row.id, _unwrapped(session, row)[:SIZE])


async def hand_over(session: TenantSession, row: FileRow, case_id: str) -> None:
    """Let a file go with the person whom a case is about, where its process says that it holds personal data."""
    if row.stored_as is None or row.sealed is not None:
        return
    key, case = await key_of(session, row), await session.get(CaseRow, (session.tenant, case_id))
    assert key.secret is not None, "what is stored under another name is sealed"
    plan = case.plan_hash if case is not None else None
    made = await personal.sealed_for_case(
        session, case_id, plan, [base64.b64encode(key.secret).decode(), name_of(session, row)]
    )  # fmt: skip
    if made:
        row.sealed, row.wrapped = {"key": made[0], "name": made[1]}, None


def name_of(session: TenantSession, row: FileRow) -> Any:
    """A file's name, or the envelope that holds it.

    Raises:
        Unavailable: `key_missing`.
    """
    if row.stored_as is None:
        return row.name
    return _unwrapped(session, row)[SIZE:].decode() if row.sealed is None else row.sealed["name"]


async def rewrap(session: TenantSession, ring: KeyRing, *, limit: int = 500) -> int:
    """Wrap keys of files by the ring's first key that an older one has wrapped; how many there were."""
    first = f"{ring.current}.".replace("_", "/_")
    query = select(FileRow).where(FileRow.wrapped.is_not(None), FileRow.wrapped.not_like(f"{first}%", escape="/"))
    rows = (await session.scalars(query.limit(limit).with_for_update())).all()
    for row in rows:
        row.wrapped = wrapped(session, await key_of(session, row), name_of(session, row))
    await session.flush()
    return len(rows)


def _unwrapped(session: TenantSession, row: FileRow) -> bytes:
    if session.ring is None or row.wrapped is None:
        raise Unavailable("key_missing", "no keys are set here (WAYSTATION_KEYS)", "未设置密钥（WAYSTATION_KEYS）")
    return person_keys.unwrap(session.ring, session.tenant, _name(row.id), row.wrapped)


def _name(file: str) -> str:
    return f"file {file}"


def _bound(file: str) -> bytes:
    return f"waystation file 1\0{file}".encode()
