"""Drafts, immutable published versions, and plans by their hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, bindparam, func, select

from waystation.contracts.errors import Refused
from waystation.store import outbox, prepared
from waystation.store.ids import new_id
from waystation.store.inserts import insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.changes import RetiredVersionRow, RolloutRow
from waystation.store.tables.definitions import DraftRow, PlanRow, ProcessRow, VersionRow

#: The kind of outbox row that has the timetable of a process put right (`store.timetables`).
SET_TIMETABLE = "set_timetable"


@dataclass(frozen=True, slots=True)
class Version:
    """A published version. `number` counts from 1 within the process."""

    process: str
    number: int
    plan_hash: str
    source: str
    notes: str
    published_at: datetime
    published_by: str


_RETIRED = prepared.prepared(select(RetiredVersionRow.number).where(RetiredVersionRow.process == bindparam("process")))


@dataclass(frozen=True, slots=True)
class Draft:
    """A text being worked on; `revision` counts its saves from 1."""

    kind: str
    name: str
    source: str
    layout: Any
    revision: int
    changed_at: datetime
    changed_by: str


async def publish(
    session: TenantSession,
    process: str,
    source: str,
    plan: bytes,
    *,
    by: str,
    at: datetime,
    notes: str = "",
) -> int:
    """Publish a version; returns its number. Publishing the plan of the latest version again gives that number.

    Args:
        plan: canonical JSON of the compiled plan; its SHA-256 becomes the version's identity.
    Raises:
        Refused: `rollout_active`, while a part of the new cases tries out another version.
    """
    plan_hash = await keep_plan(session, plan, at)
    row = await lock_process(session, process)
    newest = await latest(session, process)
    if newest is not None and newest.number == row.latest and newest.plan_hash == plan_hash:
        return row.latest
    if await session.get(RolloutRow, (session.tenant, process)) is not None:
        raise Refused(
            "rollout_active",
            f"a version of {process} is being rolled out; finish that or roll it back first",
            f"流程 {process} 正在灰度发布，请先完成或回滚",
        )
    session.changes("version")
    row.latest += 1
    row.retired_at, row.retired_by = None, ""
    session.add(
        VersionRow(
            process=process,
            number=row.latest,
            plan_hash=plan_hash,
            source=source,
            notes=notes,
            published_at=at,
            published_by=by,
        )
    )
    await session.flush()
    await outbox.put(session, SET_TIMETABLE, new_id(), {"process": process}, at=at)
    return row.latest


async def keep_plan(session: TenantSession, plan: bytes, at: datetime) -> str:
    """Keep a plan without publishing it (a draft that is tried out); returns its hash."""
    plan_hash = hashlib.sha256(plan).hexdigest()
    await insert_if_new(session, PlanRow, hash=plan_hash, plan=plan, kept_at=at)
    return plan_hash


async def plan_by_hash(session: TenantSession, plan_hash: str) -> bytes | None:
    """The canonical JSON of a plan."""
    return await session.scalar(select(PlanRow.plan).where(PlanRow.hash == plan_hash))


async def plan_hashes(session: TenantSession) -> list[str]:
    """The hashes of all plans that are kept, published or tried out."""
    return list(await session.scalars(select(PlanRow.hash).order_by(PlanRow.hash)))


async def latest(session: TenantSession, process: str) -> Version | None:
    """The newest version of a process that is not retired; None where there is none, or the process is retired."""
    row = await prepared.row(session, ProcessRow, process)
    if row is None or row.retired_at is not None:
        return None
    retired = set(await session.scalars(_RETIRED, {"process": process}))
    for number in range(row.latest, 0, -1):
        if number not in retired:
            return await version(session, process, number)
    return None


async def version(session: TenantSession, process: str, number: int) -> Version | None:
    """One version, also of a retired process. It never changes, so it is read once."""
    name = ("version", session.tenant, process, number)
    known: Version | None = session.kept.get(name)
    if known is None:
        row = await prepared.row(session, VersionRow, process, number)
        if row is None:
            return None
        known = _version(row)
        session.keep(name, known)
    return known


async def versions(session: TenantSession, process: str) -> list[Version]:
    """All versions of a process, newest first."""
    query = select(VersionRow).where(VersionRow.process == process).order_by(VersionRow.number.desc())
    return [_version(row) for row in await session.scalars(query)]


async def published(session: TenantSession) -> list[Version]:
    """The newest version of every process, without what is retired, by process id."""
    return [_version(row) for row in await session.scalars(_newest().order_by(VersionRow.process))]


async def process_ids(session: TenantSession) -> list[str]:
    """The ids of the processes that are offered, in order."""
    query = select(ProcessRow.process).where(ProcessRow.retired_at.is_(None), ProcessRow.latest > 0)
    return list(await session.scalars(query.order_by(ProcessRow.process)))


async def retire(session: TenantSession, process: str, *, by: str, at: datetime) -> None:
    """Offer a process no more; its open cases go on. Publishing it again brings it back.

    Raises:
        Refused: `not_found`.
    """
    row = await session.get(ProcessRow, (session.tenant, process))
    if row is None:
        raise Refused("not_found", f"there is no process {process}", f"没有流程 {process}")
    if row.retired_at is None:
        row.retired_at, row.retired_by = at, by
        await outbox.put(session, SET_TIMETABLE, new_id(), {"process": process}, at=at)


async def save_draft(
    session: TenantSession,
    kind: str,
    name: str,
    source: str,
    *,
    by: str,
    at: datetime,
    layout: Any = None,
    revision: int | None = None,
) -> int:
    """Save a draft; returns its new revision.

    Args:
        revision: the revision that the author had read, 0 for a new text; None overwrites whatever is there.
    Raises:
        Refused: `stale` when somebody else has saved since.
    """
    fresh = {"source": source, "layout": layout, "changed_at": at, "changed_by": by}
    if revision in (None, 0) and await insert_if_new(session, DraftRow, kind=kind, name=name, revision=1, **fresh):
        return 1
    query = select(DraftRow).where(DraftRow.kind == kind, DraftRow.name == name).with_for_update()
    row = (await session.scalars(query)).one_or_none()
    if row is None or revision not in (None, row.revision):
        raise Refused("stale", "somebody else has changed this text", "该内容已被他人修改，请刷新后再保存")
    row.source, row.layout, row.changed_at, row.changed_by = source, layout, at, by
    row.revision += 1
    return row.revision


async def draft(session: TenantSession, kind: str, name: str) -> Draft | None:
    row = await session.get(DraftRow, (session.tenant, kind, name))
    return None if row is None else _draft(row)


async def drafts(session: TenantSession, kind: str | None = None) -> list[Draft]:
    """All drafts (of one kind), by kind and name."""
    query = select(DraftRow).order_by(DraftRow.kind, DraftRow.name)
    return [_draft(row) for row in await session.scalars(query if kind is None else query.where(DraftRow.kind == kind))]


async def drop_draft(session: TenantSession, kind: str, name: str) -> bool:
    """Throw a draft away. False where there is none."""
    row = await session.get(DraftRow, (session.tenant, kind, name))
    if row is None:
        return False
    await session.delete(row)
    await session.flush()
    return True


def _newest() -> Select[VersionRow]:
    """The newest version of each process; retired versions and processes are left out."""
    numbers = _newest_numbers()
    return (
        select(VersionRow)
        .join(numbers, (numbers.c.process == VersionRow.process) & (numbers.c.number == VersionRow.number))
        .join(ProcessRow, ProcessRow.process == VersionRow.process)
        .where(ProcessRow.retired_at.is_(None))
    )


def _newest_numbers() -> Subquery:
    retired = select(RetiredVersionRow.number).where(
        RetiredVersionRow.process == VersionRow.process, RetiredVersionRow.number == VersionRow.number
    )
    offered = select(VersionRow.process, func.max(VersionRow.number).label("number")).where(~retired.exists())
    return offered.group_by(VersionRow.process).subquery()


async def lock_process(session: TenantSession, process: str) -> ProcessRow:
    """The row of a process, made if it is new; whoever changes what new cases get holds it."""
    await insert_if_new(session, ProcessRow, process=process, latest=0)
    query = select(ProcessRow).where(ProcessRow.process == process).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


def _version(row: VersionRow) -> Version:
    return Version(row.process, row.number, row.plan_hash, row.source, row.notes, row.published_at, row.published_by)


def _draft(row: DraftRow) -> Draft:
    return Draft(row.kind, row.name, row.source, row.layout, row.revision, row.changed_at, row.changed_by)
