"""Timetables of processes (`start.every`): what the published plans want, and what Temporal has been told."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.json import Decoder
from sqlalchemy import delete, select

from waystation.store import definitions, outbox
from waystation.store.definitions import SET_TIMETABLE
from waystation.store.ids import new_id
from waystation.store.inserts import insert_if_new
from waystation.store.session import TenantSession
from waystation.store.tables.chores import TimetableRow


class Every(Struct, frozen=True):
    """When a process starts by itself: cron text in a time zone, on working days of a calendar if one is named."""

    cron: str
    calendar: str = ""


class _Start(Struct):
    every: Every | None = None


class _Plan(Struct):
    """What of a plan concerns its timetable."""

    start: _Start
    timezone: str = "Asia/Shanghai"


class Wanted(Struct, frozen=True):
    """When a process starts by itself. `calendar` is the id of a calendar, empty for every day."""

    cron: str
    timezone: str
    calendar: str = ""


_DECODER = Decoder(_Plan)


async def wanted(session: TenantSession, process: str) -> Wanted | None:
    """The timetable that the newest version of a process wants; None where there is none."""
    version = await definitions.latest(session, process)
    return None if version is None else await _of_plan(session, version.plan_hash)


async def _of_plan(session: TenantSession, plan_hash: str) -> Wanted | None:
    data = await definitions.plan_by_hash(session, plan_hash)
    plan = None if data is None else _DECODER.decode(data)
    if plan is None or plan.start.every is None:
        return None
    return Wanted(plan.start.every.cron, plan.timezone, plan.start.every.calendar)


async def all_wanted(session: TenantSession) -> list[tuple[str, Wanted]]:
    """Processes whose newest version has a timetable, in name order."""
    versions = sorted(await definitions.published(session), key=lambda version: version.process)
    processes = dict.fromkeys(version.process for version in versions)
    found = [(process, await wanted(session, process)) for process in processes]
    return [(process, each) for process, each in found if each is not None]


async def is_set(session: TenantSession, process: str) -> bool:
    """Has Temporal been told of a timetable of this process?"""
    return await session.get(TimetableRow, (session.tenant, process)) is not None


async def note(session: TenantSession, process: str, *, at: datetime, there: bool) -> None:
    """Temporal has, or no longer has, a timetable for this process."""
    if there:
        await insert_if_new(session, TimetableRow, process=process, set_at=at)
    else:
        await session.execute(delete(TimetableRow).where(TimetableRow.process == process))


async def have_all_set(session: TenantSession, at: datetime) -> None:
    """Have all timetables put right: what has been retired since, or was lost with Temporal's own database."""
    known = set(await session.scalars(select(TimetableRow.process)))
    for version in await definitions.published(session):
        if await _of_plan(session, version.plan_hash) is not None:
            known.add(version.process)
    for process in sorted(known):
        await outbox.put(session, SET_TIMETABLE, new_id(), {"process": process}, at=at)


__all__ = ["SET_TIMETABLE", "Every", "Wanted", "all_wanted", "have_all_set", "is_set", "note", "wanted"]
