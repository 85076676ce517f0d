"""Files for a caller: taken in, scanned, put with cases, handed out. What a sender says of a file is not believed."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from designer_api import desk_schemas
from designer_api.auth.access_rules import Right
from designer_api.auth.policy import Caller
from designer_api.deps import Parts, now
from designer_api.objects import ObjectStore
from designer_api.objects.digests import checked, sha256
from designer_api.objects.scanning import Scanner
from designer_api.objects.sniffing import MOST, clean_name, sniff
from designer_api.opening import note_read
from designer_api.views import task_id, visible_case
from waystation.contracts.errors import Refused
from waystation.store import attachments, audit, file_seal, files, idempotency, personal
from waystation.store.attachments import Attachment, Scan, no_file, require_released
from waystation.store.files import StoredFile
from waystation.store.ids import new_id
from waystation.store.session import Database, TenantSession
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
    key_of_file = file_seal.fresh(held.database.ring, new_id())
    is_sealed, digest = key_of_file.secret is not None, sha256(data)
    place = await objects.put(caller.tenant, key_of_file.seal(data))
    at, dropped = now(), False
    facts = {"name": cleaned, "media_type": media_type, "size": len(data), "sha256": digest}

    async def work(session: TenantSession) -> dict[str, Any]:
        async def keep() -> dict[str, Any]:
            stored = StoredFile(
                key_of_file.file, cleaned, media_type, len(data), digest,
                stored_as=place if is_sealed else None, wrapped=file_seal.wrapped(session, key_of_file, cleaned),
            )  # fmt: skip
            await files.add_file(session, stored, by=caller.person, at=at)
            await attachments.save_scan(session, stored.id, scan, at=at)
            return {"id": stored.id}

        nonlocal dropped
        dropped = await files.has_bytes(session, digest, deleted=True)

        if key is None:
            file = (await keep())["id"]
        else:
            file = (await idempotency.once(session, f"file:{caller.person}", key, [digest, cleaned], keep))["id"]
        return {**facts, "id": file, **_verdict(await attachments.scan_of(session, file))}

    found = await held.database.transact(caller.tenant, work)
    if is_sealed and found["id"] != key_of_file.file:  # it was sent again, and is kept already
        await objects.drop(caller.tenant, place)
    elif dropped and not is_sealed:  # the same bytes may be being dropped just now, because their last file was removed
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


async def content(held: Parts, objects: ObjectStore, caller: Caller, row: FileRow, route: str) -> tuple[bytes, str]:
    """The bytes of a file, as they came, and its name. Whoever gets those of a case about people is in the access log.

    Raises:
        Refused: `not_found`, they were erased; `not_allowed`, by the rules of access for `file`.
        Unavailable: the object store or the database does not answer, a key is missing.
    """
    if row.sealed is not None and caller.rules.rights(caller.roles).get(personal.FILE, Right.EDIT) < Right.READ:
        raise Refused("not_allowed", "you may not see this file", "您无权查看此文件")
    data = await bytes_of(held.database, objects, caller.tenant, row)
    async with held.database.read(caller.tenant) as session:
        name = str(await personal.opened(session, file_seal.name_of(session, row)))
    if row.sealed is not None:
        await note_read(held.database, caller, row.case_id or "", [personal.FILE], route)
    return data, name


async def bytes_of(database: Database, objects: ObjectStore, tenant: str, row: FileRow) -> bytes:
    """The bytes of a file, opened and checked.

    Raises:
        Refused: `not_found`, they are gone or were erased.
        Unavailable: `files_unavailable`, `content_damaged`, `key_missing`.
    """
    async with database.read(tenant) as session:
        key = await file_seal.key_of(session, row)
    return checked(key.open(await objects.get(tenant, row.stored_as or row.sha256)), row.sha256)


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
    scan = await scanner.scan(await bytes_of(held.database, objects, caller.tenant, row))
    at = now()

    async def work(session: TenantSession) -> Any:
        await attachments.save_scan(session, file, scan, at=at)
        return file_seal.name_of(session, row)

    name = await held.database.transact(caller.tenant, work)
    return desk_schemas.StoredFile.model_validate(_facts(row, name, scan))


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


def headers_of(name: str) -> dict[str, str]:
    """Headers of a download: saved under its name, shown by nothing."""
    plain = re.sub(r"[^\w.() -]", "_", name, flags=re.ASCII)
    return {
        **_DOWNLOAD,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, '')}",
    }


def view(found: Attachment) -> desk_schemas.Attachment:
    row = found.file
    task = task_id(row.case_id or "", found.path) if found.path else None
    return desk_schemas.Attachment.model_validate(
        {**_facts(row, found.name, found.scan), "task": task, "by": found.by, "at": found.at}
    )


def _facts(row: FileRow, name: Any, scan: Scan) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": name,
        "media_type": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
        **_verdict(scan),
    }


def _verdict(scan: Scan) -> dict[str, Any]:
    return {"state": scan.state.value, "finding": scan.finding or None}
