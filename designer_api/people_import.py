"""A sheet of people into the organisation: all of it or nothing, every fault with its row and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from designer_api import people_bodies as bodies
from designer_api import staff
from designer_api.auth.policy import Action, Caller, require
from designer_api.deps import Parts
from designer_api.people_columns import Column, Fault, heading, values_of, with_row
from designer_api.sheets import read_table
from waystation.contracts.directory import PersonRecord
from waystation.contracts.errors import Refused
from waystation.contracts.problems import Path
from waystation.gateway.organisation import Changed
from waystation.store import organisation as rows
from waystation.store.organisation import Stored
from waystation.store.session import TenantSession
from workflows.people import check_record

#: Faults that an answer lists; all are counted.
_LISTED = 200
_COLUMN_OF = {"at": "latitude", "proxies": "id", "absences": "id"}


@dataclass(slots=True)
class Sheet:
    """What a sheet says: the row and wanted record of each person, in order."""

    rows: dict[str, int] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


class _DryRun(Exception):
    """Ends a transaction that was only to be tried."""

    def __init__(self, made: Changed) -> None:
        super().__init__()
        self.made = made


def read_sheet(data: bytes) -> Sheet:
    """A file's rows by person.

    Raises:
        Refused: `bad_sheet`, `too_large`.
    """
    table = read_table(data)
    sheet = Sheet()
    if not table or not table[0]:
        raise Refused("bad_sheet", "the first row has no headings", "第一行没有列名")
    columns, sheet.faults = heading(table[0])
    if not sheet.faults:
        for number, cells in enumerate(table[1:], 2):
            if cells:
                _read_row(sheet, columns, cells, number)
        if not sheet.rows and not sheet.faults:
            raise Refused("bad_sheet", "there are no people in this file", "文件中没有人员")
    return sheet


def _read_row(sheet: Sheet, columns: Sequence[Column], cells: Sequence[str], number: int) -> None:
    values, faults = values_of(columns, cells, number)
    if len(cells) > len(columns):
        faults.append(Fault(number, "", "too_many_cells", "单元格多于列名", "more cells than headings"))
    person = str(values.get("id") or "")
    if not person:
        faults.append(Fault(number, "id", "bad_id", "缺少编号", "the id is missing"))
    elif person in sheet.rows:
        earlier = sheet.rows[person]
        zh, en = f"编号 {person} 与第 {earlier} 行重复", f"{person} is in row {earlier} already"
        faults.append(Fault(number, "id", "duplicate_id", zh, en))
    else:
        sheet.rows[person], sheet.values[person] = number, values
    sheet.faults += faults


async def bring_in(held: Parts, caller: Caller, data: bytes, *, dry_run: bool) -> bodies.Imported:
    """Import a sheet. With `dry_run` nothing changes, and faults are part of the answer.

    Raises:
        Refused: `bad_import` with all faults, `bad_sheet`, `too_large`, `not_allowed`.
    """
    require(caller, Action.MANAGE_PEOPLE)
    sheet = read_sheet(data)
    counts: dict[str, int] = {}

    async def work(session: TenantSession, at: datetime) -> str:
        counts.update(await _write(session, sheet, caller.person, at))
        return "organisation/import"

    try:
        if sheet.faults:
            raise _bad_import(sheet.faults)
        made = await _tried(held, caller, work, dry_run=dry_run)
    except Refused as refused:
        fault = _located(refused, sheet)
        if not dry_run or fault.code != "bad_import":
            raise fault from None
        return bodies.Imported(dry_run=True, **fault.detail)
    return bodies.Imported(dry_run=dry_run, version=made.version, job=made.job, **counts)


async def _tried(held: Parts, caller: Caller, work: staff.Work, *, dry_run: bool) -> Changed:
    if not dry_run:
        return await staff.changed(held, caller, "organisation.import", work)
    try:
        return await staff.changed(held, caller, "organisation.import", work, before_commit=_give_up)
    except _DryRun as tried:
        return Changed(tried.made.version, None)


async def _give_up(made: Changed) -> None:
    raise _DryRun(made)


async def _write(session: TenantSession, sheet: Sheet, by: str, at: datetime) -> dict[str, int]:
    known, parts = await rows.everybody(session), await rows.parts(session)
    records = [_record(known, person, values) for person, values in sheet.values.items()]
    faults = [
        Fault(sheet.rows[record.id], _column(problem.path), problem.code, problem.zh, problem.en)
        for record in records
        for problem in check_record(record, parts)
    ]
    if faults:
        raise _bad_import(faults)
    fresh = [record for record in records if record.id not in known]
    changed = [record for record in records if record.id in known and known[record.id].record != record]
    await rows.add(session, fresh, by=by, at=at)
    for record in changed:
        await rows.change(session, record, by=by, at=at, known=known[record.id])
    return {"added": len(fresh), "changed": len(changed), "unchanged": len(records) - len(fresh) - len(changed)}


def _record(known: Mapping[str, Stored], person: str, values: Mapping[str, Any]) -> PersonRecord:
    earlier = known[person].record if person in known else PersonRecord(person)
    return with_row(earlier, values)


def _located(refused: Refused, sheet: Sheet) -> Refused:
    """What is wrong with several people together, said with rows too."""
    if refused.code == "external_id_in_use":
        wanted = (str(refused.detail["source"]), str(refused.detail["external_id"]))
        owner = [one for one, values in sheet.values.items() if wanted in dict(values.get("external") or {}).items()]
        row = sheet.rows[owner[-1]] if owner else 1
        return _bad_import([Fault(row, "external", refused.code, refused.zh, refused.en)])
    if refused.code != "bad_people":
        return refused
    faults = []
    for problem in refused.detail["problems"]:
        path = tuple(problem["path"])
        row = sheet.rows.get(str(path[1]), 1) if len(path) > 1 else 1
        faults.append(Fault(row, _column(path), problem["code"], problem["zh"], problem["en"]))
    return _bad_import(faults)


def _column(path: Path) -> str:
    field_name = str(path[2]) if len(path) > 2 else "id"
    return _COLUMN_OF.get(field_name, field_name)


def _bad_import(faults: Sequence[Fault]) -> Refused:
    ordered = sorted(faults)
    first = ordered[0]
    return Refused(
        "bad_import",
        f"{len(faults)} faults; row {first.row}, {first.column}: {first.en}",
        f"共 {len(faults)} 处错误；第 {first.row} 行 {first.column}：{first.zh}",
        {"faults": len(faults), "problems": [fault._asdict() for fault in ordered[:_LISTED]]},
    )
