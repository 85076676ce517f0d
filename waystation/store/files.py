"""What is known of stored files. Their bytes are in the object store; a case refers to them by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from waystation.store.session import TenantSession
from waystation.store.tables.access import FileRow


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file whose bytes have been stored.

    Args:
        size: bytes.
        sha256: of the bytes, in hex.
        original: id of the file this one was made from (a watermarked picture).
        facts: what was found in it (place and time of a picture, its perceptual hash …).
    """

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    original: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


async def add_file(session: TenantSession, stored: StoredFile, *, by: str, at: datetime) -> None:
    session.add(
        FileRow(
            id=stored.id,
            name=stored.name,
            media_type=stored.media_type,
            size=stored.size,
            sha256=stored.sha256,
            case_id=None,
            original=stored.original,
            facts=dict(stored.facts),
            stored_at=at,
            stored_by=by,
            deleted_at=None,
        )
    )
    await session.flush()


async def file(session: TenantSession, file_id: str) -> FileRow | None:
    """A file that has not been deleted."""
    row = await session.get(FileRow, (session.tenant, file_id))
    return None if row is None or row.deleted_at is not None else row


async def attach(session: TenantSession, file_id: str, case_id: str) -> bool:
    """Let a file belong to a case: who may see the case may see it. False when it is unknown or another case's."""
    row = await file(session, file_id)
    if row is None or row.case_id not in {None, case_id}:
        return False
    row.case_id = case_id
    return True


async def files_of(session: TenantSession, case_id: str) -> list[FileRow]:
    """The files of a case, in the order in which they were stored."""
    query = select(FileRow).where(FileRow.case_id == case_id, FileRow.deleted_at.is_(None))
    return list(await session.scalars(query.order_by(FileRow.stored_at, FileRow.id)))


async def delete_file(session: TenantSession, file_id: str, *, at: datetime) -> str | None:
    """Forget a file. Returns the SHA-256 of bytes that no other file has, for the object store to drop."""
    row = await file(session, file_id)
    if row is None:
        return None
    row.deleted_at = at
    await session.flush()
    others = select(FileRow.id).where(FileRow.sha256 == row.sha256, FileRow.deleted_at.is_(None)).limit(1)
    return row.sha256 if (await session.scalars(others)).first() is None else None
