"""What is known of stored files. Their bytes are in the object store; a case refers to them by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, select, type_coerce

from waystation.store import file_seal
from waystation.store.session import TenantSession
from waystation.store.tables.access import FileRow
from waystation.store.tables.journal import JournalRow

#: How far the clocks of two processes may be apart.
_CLOCKS_APART = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file whose bytes have been stored.

    Args:
        size: bytes.
        sha256: of the bytes, in hex.
        stored_as: name of the bytes in the object store where they are sealed; None: `sha256`.
        wrapped: the key of sealed bytes and the name, as they are kept; then the row itself has no name.
        original: id of the file this one was made from (a watermarked picture).
        facts: what was found in it (place and time of a picture, its perceptual hash …).
    """

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    stored_as: str | None = None
    wrapped: str | None = None
    original: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


async def add_file(session: TenantSession, stored: StoredFile, *, by: str, at: datetime) -> None:
    session.add(
        FileRow(
            id=stored.id,
            name=stored.name if stored.wrapped is None else "",
            media_type=stored.media_type,
            size=stored.size,
            sha256=stored.sha256,
            stored_as=stored.stored_as,
            wrapped=stored.wrapped,
            sealed=None,
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
    await file_seal.hand_over(session, row, case_id)
    return True


async def files_of(session: TenantSession, case_id: str) -> list[FileRow]:
    """The files of a case, in the order in which they were stored."""
    query = select(FileRow).where(FileRow.case_id == case_id, FileRow.deleted_at.is_(None))
    return list(await session.scalars(query.order_by(FileRow.stored_at, FileRow.id)))


async def is_named(session: TenantSession, row: FileRow) -> bool:
    """Is a file in a case's record: put with the case, or named in what its owner has sent to any case?

    Nobody else may see it before, so nobody else can have named it.
    """
    if row.case_id is not None:
        return True
    entries = select(JournalRow.seq).where(
        JournalRow.actor == row.stored_by,
        JournalRow.at >= row.stored_at - _CLOCKS_APART,
        type_coerce(JournalRow.data, Text).contains(row.id, autoescape=True),
    )
    made_of_it = select(FileRow.id).where(FileRow.original == row.id, FileRow.deleted_at.is_(None))
    for query in (entries, made_of_it):
        if (await session.execute(query.limit(1))).first() is not None:
            return True
    return False


async def has_bytes(session: TenantSession, sha256: str, *, deleted: bool = False) -> bool:
    """Is there a file that keeps these bytes as they are (with `deleted`, one that was deleted)?"""
    gone = FileRow.deleted_at.is_not(None) if deleted else FileRow.deleted_at.is_(None)
    query = select(FileRow.id).where(FileRow.sha256 == sha256, FileRow.stored_as.is_(None), gone)
    return (await session.scalars(query.limit(1))).first() is not None


async def delete_file(session: TenantSession, file_id: str, *, at: datetime) -> str | None:
    """Forget a file. Returns the name of bytes that no other file has, for the object store to drop."""
    row = await file(session, file_id)
    if row is None:
        return None
    row.deleted_at, row.wrapped = at, None
    await session.flush()
    if row.stored_as is not None:
        return row.stored_as
    return None if await has_bytes(session, row.sha256) else row.sha256
