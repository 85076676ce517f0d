"""Files for a caller: taken in, scanned, put with cases, handed out. What a sender says of a file is not believed."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from designer_api import desk_schemas
from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.objects import ObjectStore
from designer_api.objects.scanning import Scanner
from designer_api.objects.sniffing import MOST, clean_name, sniff
from designer_api.views import task_id, visible_case
from waystation.contracts.errors import Refused
from waystation.store import attachments, audit, files, idempotency
from waystation.store.attachments import Attachment, Scan, no_file, require_released
from waystation.store.files import StoredFile
from waystation.store.ids import new_id
from waystation.store.session import TenantSession
from waystation.store.tables.access import FileRow

#: A browser that shows a file all the same runs nothing in it.
_DOWNLOAD = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}


async def take_in(
    held: Parts, objects: ObjectStore, scanner: Scanner, caller: Caller, data: bytes, name: str | None, key: str | None
) -> desk_schemas.StoredFile:
    """Store a file of the caller. What the scanner does not clear is kept in quarantine.

    Args:
        key: Idempotency-Key: the same file sent again with it is the same file.
    Raises:
        Refused: `too_large`, `unsupported_type`, `key_reused`.
        Unavailable: the object store or the database does not answer.
    """
    if len(data) > MOST:
        raise Refused("too_large", f"at most {MOST} bytes", f"文件不得超过 {MOST} 字节")
    cleaned = clean_name(name)
    media_type = sniff(data, cleaned)
    scan = await scanner.scan(data)
    digest = await objects.put(caller.tenant, data)
    stored, at, dropped = StoredFile(new_id(), cleaned, media_type, len(data), digest), now(), False

    async def work(session: TenantSession) -> dict[str, Any]:
        async def keep() -> dict[str, Any]:
            await files.add_file(session, stored, by=caller.person, at=at)
            await attachments.save_scan(session, stored.id, scan, at=at)
            return _facts(stored, scan)

        nonlocal dropped
        dropped = await files.has_bytes(session, digest, deleted=True)

        if key is None:
            return await keep()
        return dict(await idempotency.once(session, f"file:{caller.person}", key, [digest, cleaned], keep))

    found = await held.database.transact(caller.tenant, work)
    if dropped:  # the same bytes may be being dropped just now, because their last file was removed
        await objects.put(caller.tenant, data)
    return desk_schemas.StoredFile.model_validate(found)


async def remove(held: Parts, objects: ObjectStore, caller: Caller, file: str) -> None:
    """Delete a file of the caller that is in no case's record. Its bytes go with the last file that has them.

    Raises:
        Refused: `not_found`, `not_allowed` (somebody else's), `in_use`.
    """
    at = now()

    async def work(session: TenantSession) -> str | None:
        row = await _visible(held, session, caller, file)
        if row.stored_by != caller.person:
            raise Refused("not_allowed", "only who stored a file may delete it", "只能删除自己上传的文件")
        if await files.is_named(session, row):
            raise Refused("in_use", "the file is part of a case's record", "文件已是流程记录的一部分，不可删除")
        unused = await files.delete_file(session, file, at=at)
        await audit.record(session, caller.person, "file.delete", at=at, target=f"file/{file}")
        return unused

    unused = await held.database.transact(caller.tenant, work)
    if unused is not None:
        await _drop(held, objects, caller.tenant, unused)


async def _drop(held: Parts, objects: ObjectStore, tenant: str, digest: str) -> None:
    """Drop bytes that no file has; put them back if one has come meanwhile."""
    try:
        data = await objects.get(tenant, digest)
    except Refused:
        return  # gone already
    await objects.drop(tenant, digest)
    async with held.database.read(tenant) as session:
        wanted = await files.has_bytes(session, digest)
    if wanted:
        await objects.put(tenant, data)


async def released(held: Parts, caller: Caller, file: str) -> FileRow:
    """A file that may be handed out to the caller: he stored it, or may see its case.

    Raises:
        Refused: `not_found`, `not_allowed`, `quarantined`.
    """
    async with held.database.read(caller.tenant) as session:
        row = await _visible(held, session, caller, file)
        require_released(await attachments.scan_of(session, file))
        return row


async def _visible(held: Parts, session: TenantSession, caller: Caller, file: str) -> FileRow:
    row = await files.file(session, file)
    if row is None:
        raise no_file()
    if row.stored_by == caller.person:
        return row
    if row.case_id is None:
        raise Refused("not_allowed", "you may not see this file", "您无权查看此文件")
    _ = await visible_case(held, session, caller, row.case_id)
    return row


async def scan_again(
    held: Parts, objects: ObjectStore, scanner: Scanner, caller: Caller, file: str
) -> desk_schemas.StoredFile:
    """Ask the scanner again, after it failed or has learnt of more viruses."""
    async with held.database.read(caller.tenant) as session:
        row = await _visible(held, session, caller, file)
    scan = await scanner.scan(await objects.get(caller.tenant, row.sha256))
    at = now()

    async def work(session: TenantSession) -> None:
        await attachments.save_scan(session, file, scan, at=at)

    await held.database.transact(caller.tenant, work)
    return desk_schemas.StoredFile.model_validate(_facts(row, scan))


async def attach(held: Parts, caller: Caller, case_id: str, path: str, file: str) -> None:
    """Put a file of the caller with a case that he may see.

    Raises:
        Refused: `not_found`, `not_allowed`, `quarantined`, `too_many`.
    """
    at = now()

    async def work(session: TenantSession) -> None:
        _ = await visible_case(held, session, caller, case_id)
        await attachments.attach(session, file, case_id, path, by=caller.person, at=at)

    await held.database.transact(caller.tenant, work)


def headers_of(row: FileRow) -> dict[str, str]:
    """Headers of a download: saved under its name, shown by nothing."""
    plain = re.sub(r"[^\w.() -]", "_", row.name, flags=re.ASCII)
    return {
        **_DOWNLOAD,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(row.name, '')}",
    }


def view(found: Attachment) -> desk_schemas.Attachment:
    row = found.file
    task = task_id(row.case_id or "", found.path) if found.path else None
    return desk_schemas.Attachment.model_validate(
        {**_facts(row, found.scan), "task": task, "by": found.by, "at": found.at}
    )


def _facts(row: FileRow | StoredFile, scan: Scan) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "media_type": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
        "state": scan.state.value,
        "finding": scan.finding or None,
    }
