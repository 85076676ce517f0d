"""An export of what is held on one person as a ZIP file, with the bytes of his files."""

from __future__ import annotations

from typing import Any

from designer_api.attaching import bytes_of
from designer_api.objects import ObjectStore
from waystation.contracts.errors import Refused
from waystation.store import attachments, files, personal_exports
from waystation.store.attachments import ScanState
from waystation.store.session import Database

#: Bytes of files that one export holds; what is beyond is listed in it and asked for one by one.
MOST = 256 * 1024 * 1024


async def archive(database: Database, objects: ObjectStore, tenant: str, found: dict[str, Any]) -> bytes:
    """The ZIP file. `files_left_out` in its index names files in quarantine, erased ones, and those over the limit.

    Args:
        found: what `personal_exports.export` found.
    Raises:
        Unavailable: the object store or the database does not answer.
    """
    contents: dict[str, bytes] = {}
    left_out: list[str] = []
    room = MOST
    for name in personal_exports.files_in(found):
        data = await _content(database, objects, tenant, name, room)
        if data is None:
            left_out.append(name)
            continue
        contents[name], room = data, room - len(data)
    return personal_exports.zipped({**found, "files_left_out": left_out}, contents)


async def _content(database: Database, objects: ObjectStore, tenant: str, name: str, room: int) -> bytes | None:
    async with database.read(tenant) as session:
        row, scan = await files.file(session, name), await attachments.scan_of(session, name)
    if row is None or row.size > room or scan.state is ScanState.QUARANTINED:
        return None
    try:
        return await bytes_of(database, objects, tenant, row)
    except Refused:
        return None
