"""Files put with cases and tasks, and what the virus scanner said of them.

A file that the scanner has not cleared (it found something, failed or did not answer in time) is in quarantine: it is
kept and listed, and nobody gets its bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, select

from waystation.contracts.errors import Refused
from waystation.store import file_seal, files
from waystation.store.inserts import insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.access import FileRow
from waystation.store.tables.desk import AttachmentRow, FileScanRow

#: Files of one case.
MOST = 200


class ScanState(StrEnum):
    """`unscanned`: there was no scanner when it was stored."""

    UNSCANNED = "unscanned"
    CLEAN = "clean"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Scan:
    """A verdict. `finding` is the virus, or how the scanner failed; empty for a clean file."""

    state: ScanState
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a case. `name` may be an envelope."""

    file: FileRow
    name: Any
    path: str
    by: str
    at: datetime
    scan: Scan


async def save_scan(session: TenantSession, file: str, scan: Scan, *, at: datetime) -> None:
    """Note what the scanner said of a file, in place of what it said before."""
    await session.execute(delete(FileScanRow).where(FileScanRow.file == file))
    session.add(FileScanRow(file=file, state=scan.state, finding=scan.finding[:200].rstrip(), at=at))
    await session.flush()


async def scan_of(session: TenantSession, file: str) -> Scan:
    row = await session.get(FileScanRow, (session.tenant, file))
    return _scan(row)


async def attach(session: TenantSession, file: str, case_id: str, path: str, *, by: str, at: datetime) -> None:
    """Put a file of one's own with a case. Doing so again changes nothing.

    Raises:
        Refused: `not_found`, `not_allowed` (somebody else's, or another case's), `quarantined`, `too_many`.
    """
    row = await files.file(session, file)
    if row is None:
        raise no_file()
    if await session.get(AttachmentRow, (session.tenant, case_id, file)) is not None:
        return
    if row.stored_by != by:
        raise Refused("not_allowed", "only who stored a file may attach it", "只能附加自己上传的文件")
    require_released(await scan_of(session, file))
    count = select(func.count()).select_from(AttachmentRow).where(AttachmentRow.case_id == case_id)
    if int(await session.scalar(count) or 0) >= MOST:
        raise Refused("too_many", f"a case has at most {MOST} files", f"每个流程最多 {MOST} 个附件")
    if not await files.attach(session, file, case_id):
        raise Refused("not_allowed", "the file belongs to another case", "该文件属于另一流程")
    await session.flush()
    _ = await insert_if_new(session, AttachmentRow, case_id=case_id, file=file, path=path, at=at, by=by)


async def attachments(session: TenantSession, case_id: str, path: str | None = None) -> list[Attachment]:
    """The files of a case, or of one task of it, in the order in which they came."""
    query = (
        select(AttachmentRow, FileRow, FileScanRow)
        .join(FileRow, FileRow.id == AttachmentRow.file)
        .outerjoin(FileScanRow, FileScanRow.file == AttachmentRow.file)
        .where(AttachmentRow.case_id == case_id, FileRow.deleted_at.is_(None))
        .order_by(AttachmentRow.at, AttachmentRow.file)
    )
    found = await session.execute(query if path is None else query.where(AttachmentRow.path == path))
    return [
        Attachment(file, file_seal.name_of(session, file), row.path, row.by, row.at, _scan(scan))
        for row, file, scan in found
    ]


def _scan(row: FileScanRow | None) -> Scan:
    return Scan(ScanState.UNSCANNED) if row is None else Scan(ScanState(row.state), row.finding)


def require_released(scan: Scan) -> None:
    """Raise `quarantined` unless the bytes may be handed out."""
    if scan.state is ScanState.QUARANTINED:
        raise Refused("quarantined", "the file is in quarantine", "文件已被隔离", {"finding": scan.finding})


def no_file() -> Refused:
    return Refused("not_found", "there is no such file", "没有该文件")
