"""Which version new cases get: retired versions, and versions that only a part of the new cases gets for now.

While a roll-out runs, `base` is what everybody else gets, and nothing new can be published past it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from waystation.contracts.errors import Refused
from waystation.store import audit, definitions, prepared
from waystation.store.definitions import Version
from waystation.store.session import TenantSession
from waystation.store.tables.cases import CaseRow, CaseStatus
from waystation.store.tables.changes import RetiredVersionRow, RolloutRow

#: What a roll-out may hash.
PART_BY = ("initiator", "key")


@dataclass(frozen=True, slots=True)
class Figures:
    """How the cases of a version fare."""

    version: int
    cases: int
    open: int
    failed: int
    incidents: int
    breaches: int


# ------------------------------------------------------------------------------------------------- retiring
async def retire_version(
    session: TenantSession, process: str, number: int, *, by: str, at: datetime, reason: str = ""
) -> None:
    """Start no more cases of a version; its open cases go on. Doing it again changes nothing.

    Raises:
        Refused: `unknown_version`, or `rollout_active` where a roll-out needs it.
    """
    _ = await definitions.lock_process(session, process)
    await _existing(session, process, number)
    running = await rollout(session, process)
    if running is not None and number in (running.base, running.version):
        raise Refused(
            "rollout_active",
            f"version {number} is part of a roll-out; finish that or roll it back first",
            f"版本 {number} 正在灰度发布，请先完成或回滚",
        )
    await _retire(session, process, number, by, at, reason)


async def _retire(session: TenantSession, process: str, number: int, by: str, at: datetime, reason: str) -> None:
    if await session.get(RetiredVersionRow, (session.tenant, process, number)) is not None:
        return
    session.add(RetiredVersionRow(process=process, number=number, retired_at=at, retired_by=by, reason=reason))
    await _note(session, by, "version.retire", process, at, version=number, reason=reason)


async def offer_version(session: TenantSession, process: str, number: int, *, by: str, at: datetime) -> None:
    """Take back that a version was retired.

    Raises:
        Refused: `unknown_version`.
    """
    _ = await definitions.lock_process(session, process)
    await _existing(session, process, number)
    row = await session.get(RetiredVersionRow, (session.tenant, process, number))
    if row is not None:
        await session.delete(row)
        await session.flush()
        await _note(session, by, "version.offer", process, at, version=number)


async def retired(session: TenantSession, process: str) -> dict[int, RetiredVersionRow]:
    """The retired versions of a process, by number."""
    query = select(RetiredVersionRow).where(RetiredVersionRow.process == process)
    return {row.number: row for row in await session.scalars(query.order_by(RetiredVersionRow.number))}


# ---------------------------------------------------------------------------------------------- rolling out
async def rollout(session: TenantSession, process: str) -> RolloutRow | None:
    """The roll-out of a process that is under way."""
    return await prepared.row(session, RolloutRow, process)


async def all_rollouts(session: TenantSession) -> list[RolloutRow]:
    return list(await session.scalars(select(RolloutRow).order_by(RolloutRow.process)))


async def hold(session: TenantSession, process: str, *, by: str, at: datetime, before: int) -> RolloutRow | None:
    """Right after publishing, keep the new version from everybody: a roll-out to nobody yet.

    Args:
        before: the version that new cases got until now; with 0 there is nothing else to give them.
    """
    newest = await definitions.latest(session, process)
    if newest is None or not before or newest.number == before:
        return await rollout(session, process)
    return await _begin(session, _new(process, newest.number, before, "initiator", by, at))


async def roll_out(
    session: TenantSession,
    process: str,
    number: int,
    units: Sequence[str],
    percent: int,
    *,
    part_by: str = "initiator",
    by: str,
    at: datetime,
) -> RolloutRow:
    """Give a version to these units, and to this percentage of the others; again, to widen it or take it in.

    Raises:
        Refused: `unknown_version`; `not_newest`; `no_base` where no older version is offered; `rollout_active` of
            another version.
    """
    _ = await definitions.lock_process(session, process)
    row = await rollout(session, process)
    if row is None:
        base = await _base_for(session, process, number)
        row = _new(process, number, base, part_by, by, at)
        row.units, row.percent = list(units), percent
        return await _begin(session, row)
    if row.version != number:
        raise Refused(
            "rollout_active",
            f"version {row.version} is being rolled out; finish that or roll it back first",
            f"版本 {row.version} 正在灰度发布，请先完成或回滚",
            {"version": row.version},
        )
    row.units, row.percent, row.part_by = list(units), percent, part_by
    row.changed_at, row.changed_by, row.revision = at, by, row.revision + 1
    await _note(session, by, "rollout.change", process, at, version=number, units=list(units), percent=percent)
    return row


async def finish(session: TenantSession, process: str, *, by: str, at: datetime) -> int:
    """Everybody gets the new version from now on; its number.

    Raises:
        Refused: `not_found` where no roll-out is under way.
    """
    row = await _running(session, process)
    await session.delete(row)
    await _note(session, by, "rollout.finish", process, at, version=row.version)
    return row.version


async def roll_back(session: TenantSession, process: str, *, by: str, at: datetime, reason: str = "") -> int:
    """Nobody gets the new version any more: it is retired. The number that everybody gets now.

    Raises:
        Refused: `not_found` where no roll-out is under way.
    """
    row = await _running(session, process)
    await session.delete(row)
    await session.flush()
    await _retire(session, process, row.version, by, at, reason)
    await _note(session, by, "rollout.back", process, at, version=row.version, reason=reason)
    return row.base


async def figures(session: TenantSession, process: str, numbers: Sequence[int], since: datetime) -> list[Figures]:
    """How the cases of these versions fare that were started since then."""
    is_open = CaseRow.status.in_((CaseStatus.OPEN, CaseStatus.SUSPENDED))
    query = (
        select(
            CaseRow.version,
            func.count(),
            func.sum(case((is_open, 1), else_=0)),
            func.sum(case((CaseRow.status == CaseStatus.FAILED, 1), else_=0)),
            func.sum(CaseRow.incidents),
            func.sum(CaseRow.breaches),
        )
        .where(CaseRow.process == process, CaseRow.version.in_(sorted(numbers)), CaseRow.started_at >= since)
        .group_by(CaseRow.version)
    )
    found = {row[0]: Figures(*(int(number or 0) for number in row)) for row in await session.execute(query)}
    return [found.get(number, Figures(number, 0, 0, 0, 0, 0)) for number in numbers]


async def open_cases(session: TenantSession, process: str) -> dict[int, int]:
    """How many cases of a process are under way, by version; versions without any are left out."""
    query = (
        select(CaseRow.version, func.count())
        .where(CaseRow.process == process, CaseRow.status.in_((CaseStatus.OPEN, CaseStatus.SUSPENDED)))
        .group_by(CaseRow.version)
    )
    return {int(row[0]): int(row[1]) for row in await session.execute(query)}


# --------------------------------------------------------------------------------------------------- inside
async def _begin(session: TenantSession, row: RolloutRow) -> RolloutRow:
    session.add(row)
    await session.flush()
    detail = {"version": row.version, "base": row.base, "units": row.units, "percent": row.percent}
    await _note(session, row.started_by, "rollout.begin", row.process, row.started_at, **detail)
    return row


def _new(process: str, number: int, base: int, part_by: str, by: str, at: datetime) -> RolloutRow:
    """A roll-out to nobody yet."""
    return RolloutRow(
        process=process,
        version=number,
        base=base,
        units=[],
        percent=0,
        part_by=part_by,
        revision=1,
        started_at=at,
        started_by=by,
        changed_at=at,
        changed_by=by,
    )


async def _base_for(session: TenantSession, process: str, number: int) -> int:
    """The version that everybody else gets: the newest one offered below the new one, which must be the newest."""
    await _existing(session, process, number)
    newest = await definitions.latest(session, process)
    if newest is None or newest.number != number:
        raise Refused("not_newest", "only the newest version can be rolled out", "只能灰度发布最新版本")
    gone = await retired(session, process)
    older = [version.number for version in await definitions.versions(session, process)]
    base = next((found for found in older if found < number and found not in gone), None)
    if base is None:
        raise Refused("no_base", "there is no older version for the others", "没有可供其他人使用的旧版本")
    return base


async def _existing(session: TenantSession, process: str, number: int) -> Version:
    found = await definitions.version(session, process, number)
    if found is None:
        raise Refused("unknown_version", f"{process} has no version {number}", f"{process} 没有版本 {number}")
    return found


async def _running(session: TenantSession, process: str) -> RolloutRow:
    _ = await definitions.lock_process(session, process)
    row = await rollout(session, process)
    if row is None:
        raise Refused("not_found", f"no roll-out of {process} is under way", f"流程 {process} 没有进行中的灰度发布")
    return row


async def _note(session: TenantSession, by: str, action: str, process: str, at: datetime, **detail: object) -> None:
    await audit.record(session, by, action, at=at, target=f"process/{process}", detail=detail)
