"""Everything that is held on one person, for that person: his data in every case, and his own record.

What is sealed with the keys of others stays closed: in a case of two people each gets what is his.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import select

from waystation.sealing.envelopes import Envelope, replaced, take_out
from waystation.store import erasing, exact_json, file_seal, organisation, person_keys, personal_rows
from waystation.store.erasing import Found
from waystation.store.session import TenantSession
from waystation.store.tables.access import FileRow, UserRow
from waystation.store.tables.cases import CaseRow
from waystation.store.tables.desk import CommentRow
from waystation.store.tables.journal import JournalRow

#: What stands where data are somebody else's.
OTHERS = "他人数据 of somebody else"


async def export(session: TenantSession, by: str, value: str) -> dict[str, Any]:
    """All of it, as JSON data.

    Raises:
        Refused: `bad_request`, `not_sealed` where a person is not looked for as a member.
    """
    found = Found()
    if session.ring is not None or by != "member":
        found = await erasing.find(session, by, value)
    cases = [await _case(session, case, numbers) for case, numbers in found.cases.items()]
    held: dict[str, Any] = {"looked_for": {"by": by, "value": value}, "cases": [case for case in cases if case]}
    held["rows"] = await personal_rows.rows_of(session, found.cases)
    if by == "member":
        held["member"] = await _member(session, value)
        held["written"] = await _written(session, value)
    return held


def files_in(found: dict[str, Any]) -> list[str]:
    """Ids of the files that belong into an export: those whose names are his to see."""
    listed = [file for case in found["cases"] for file in case["files"]]
    listed += found.get("written", {}).get("files", [])
    return list(dict.fromkeys(file["id"] for file in listed if file["name"] != OTHERS))


def zipped(found: dict[str, Any], contents: Mapping[str, bytes]) -> bytes:
    """An export as a ZIP file: `index.json`, a file for each case, and under `files/` the files, by their ids.

    Args:
        contents: the bytes of files; those that are not there are listed only.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        index = {**found, "cases": [f"cases/{case['case']}.json" for case in found["cases"]]}
        archive.writestr("index.json", _text(index))
        for case in found["cases"]:
            archive.writestr(f"cases/{case['case']}.json", _text(case))
        for name, data in contents.items():
            archive.writestr(f"files/{name}", data)
    return file.getvalue()


def _text(value: Any) -> str:
    return msgspec.json.format(exact_json.encode(value), indent=2)


async def _case(session: TenantSession, case_id: str, numbers: list[int]) -> dict[str, Any] | None:
    row = await session.get(CaseRow, (session.tenant, case_id))
    if row is None:
        return None
    keys = await person_keys.opened(session, ((case_id, number) for number in numbers))

    def his(each: Envelope) -> Any:
        text = take_out(keys.get(each.key), session.tenant, each)
        return OTHERS if text is None else exact_json.decode(text)

    journal = await session.scalars(
        select(JournalRow).where(JournalRow.case_id == case_id).order_by(JournalRow.seq)
    )  # fmt: skip
    entries = [
        {"seq": entry.seq, "at": entry.at, "kind": entry.kind, "by": entry.actor, "data": replaced(entry.data, his)}
        for entry in journal
        if "$sealed" in exact_json.encode(entry.data)
    ]
    files = await session.scalars(select(FileRow).where(FileRow.case_id == case_id, FileRow.deleted_at.is_(None)))
    said = await session.scalars(select(CommentRow).where(CommentRow.case_id == case_id).order_by(CommentRow.seq))
    return {
        "case": case_id, "process": row.process, "title": replaced(row.title, his), "status": row.status,
        "started_at": row.started_at, "ended_at": row.ended_at, "data": replaced(row.data, his), "entries": entries,
        "comments": [{"at": row.at, "by": row.by, "text": replaced(row.sealed or row.text, his)} for row in said],
        "files": [_file(file, replaced(file_seal.name_of(session, file), his)) for file in files],
    }  # fmt: skip


def _file(row: FileRow, name: Any) -> dict[str, Any]:
    return {"id": row.id, "name": name, "size": row.size, "stored_at": row.stored_at}


async def _written(session: TenantSession, person: str) -> dict[str, Any]:
    """What somebody who works here has said and stored; where it is sealed, it is data of somebody else."""
    said = await session.scalars(
        select(CommentRow).where(CommentRow.by == person).order_by(CommentRow.at, CommentRow.case_id, CommentRow.seq)
    )
    stored = await session.scalars(
        select(FileRow).where(FileRow.stored_by == person, FileRow.deleted_at.is_(None)).order_by(FileRow.stored_at)
    )
    return {
        "comments": [
            {"case": row.case_id, "at": row.at, "text": OTHERS if row.sealed else row.text} for row in said
        ],
        "files": [_file(row, OTHERS if row.sealed else file_seal.name_of(session, row)) for row in stored],
    }  # fmt: skip


async def _member(session: TenantSession, person: str) -> dict[str, Any] | None:
    """The record of somebody who works here, and whether he may sign in."""
    known = await organisation.person(session, person)
    user = await session.get(UserRow, (session.tenant, person))
    if known is None and user is None:
        return None
    return {
        "record": msgspec.to_builtins(known.record) if known is not None else None,
        "login": user.login if user is not None else None,
        "login_since": user.created_at if user is not None else None,
    }
