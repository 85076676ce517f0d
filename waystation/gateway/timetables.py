"""Cases that start by themselves: a Temporal schedule for every process with `start.every`, and what its ticks do.

Ids of schedules are made of tenant and process and hold no data of a case. A tick asks the newest version whether it
is a working day and starts a case through the outbox, like a call; so a worker that dies loses no start, and a tick
that is repeated makes no second one.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from temporalio import activity
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from activities._journal import start_later
from waystation.contracts import runs
from waystation.contracts.errors import Refused, Unavailable
from waystation.contracts.events import StartCase
from waystation.contracts.plan import Plan, read_plan
from waystation.contracts.runs import CalledStart, Tick, Timetable
from waystation.store import cases, definitions, timetables
from waystation.store.session import Database, TenantSession
from waystation.store.timetables import Wanted
from workflows.machine import Program, check_start

#: Ticks that were missed while Temporal was down are made up for when they are younger than this.
CATCH_UP = timedelta(hours=1)
#: Next ticks that are shown.
_TICKS = 5
#: Ids of cases that a tick starts.
_STARTED_BY = uuid.UUID("9d0e7c1e-8f2b-5c53-a3a7-63d6b2a1c5f4")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A timetable as it is: what the newest version wants, and what Temporal will do. `ticks` are all of the cron
    text; those that are no working day of the calendar start nothing."""

    process: str
    wanted: Wanted
    is_set: bool
    is_paused: bool
    ticks: tuple[datetime, ...]


def schedule_id(tenant: str, process: str) -> str:
    return f"{tenant}/every/{process}"


class Timetables:
    """The timetables of all tenants.

    Args:
        decided: called when a case may wait in the outbox to be started.
    """

    def __init__(
        self, client: Client, database: Database, task_queue: str, decided: Callable[[], None] = lambda: None
    ) -> None:
        self._client = client
        self._database = database
        self._task_queue = task_queue
        self.decided = decided

    # ------------------------------------------------------------------------------------------- schedules
    async def set(self, tenant: str, process: str) -> None:
        """Make Temporal's schedule what the newest version wants; none where it wants none.

        Raises:
            Unavailable: Temporal or the database does not answer.
        """
        wanted, is_set = await self._look(tenant, process)
        while wanted is not None or is_set:
            if wanted is not None:  # noted before: what we are not sure of must not be forgotten
                await self._note(tenant, process, there=True)
            try:
                await self._tell(tenant, process, wanted)
            except RPCError as error:
                raise _not_answering() from error
            if wanted is None:
                await self._note(tenant, process, there=False)
            # Somebody may have published meanwhile, and another process may have told Temporal before us.
            now, is_set = await self._look(tenant, process)
            if now == wanted:
                return
            wanted = now

    async def _note(self, tenant: str, process: str, *, there: bool) -> None:
        async def work(session: TenantSession) -> None:
            await timetables.note(session, process, at=datetime.now(UTC), there=there)

        await self._database.transact(tenant, work)

    async def _look(self, tenant: str, process: str) -> tuple[Wanted | None, bool]:
        async with self._database.read(tenant) as session:
            return await timetables.wanted(session, process), await timetables.is_set(session, process)

    async def _tell(self, tenant: str, process: str, wanted: Wanted | None) -> None:
        handle = self._client.get_schedule_handle(schedule_id(tenant, process))
        if wanted is None:
            try:
                await handle.delete()
            except RPCError as error:
                if error.status != RPCStatusCode.NOT_FOUND:
                    raise
            return
        schedule = self._schedule(tenant, process, wanted)
        try:
            _ = await self._client.create_schedule(handle.id, schedule)
        except ScheduleAlreadyRunningError:

            async def renew(given: ScheduleUpdateInput) -> ScheduleUpdate:
                schedule.state = given.description.schedule.state  # an operator may have paused it
                return ScheduleUpdate(schedule)

            await handle.update(renew)

    def _schedule(self, tenant: str, process: str, wanted: Wanted) -> Schedule:
        """Each tick is for itself: that one takes long, or its case is open, holds up no other."""
        return Schedule(
            action=ScheduleActionStartWorkflow(
                runs.TIMETABLE,
                Timetable(tenant, process),
                id=f"{tenant}/tick/{process}",
                task_queue=self._task_queue,
            ),
            spec=ScheduleSpec(cron_expressions=cron_texts(wanted.cron), time_zone_name=wanted.timezone),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.ALLOW_ALL, catchup_window=CATCH_UP),
        )

    # ----------------------------------------------------------------------------------------------- ticks
    @activity.defn(name=runs.START_ON_TIME)
    async def start_on_time(self, tick: Tick) -> str:
        """Have the case of a tick started: its id, or empty where none starts."""
        case = await self._database.transact(tick.tenant, lambda session: _start(session, tick))
        self.decided()
        return case


async def of_tenant(client: Client, database: Database, tenant: str) -> list[Shown]:
    """Every process of a tenant that starts by itself, in name order.

    Raises:
        Unavailable: Temporal or the database does not answer.
    """
    async with database.read(tenant) as session:
        found = await timetables.all_wanted(session)
    return [Shown(process, wanted, *await _planned(client, tenant, process)) for process, wanted in found]


async def _planned(client: Client, tenant: str, process: str) -> tuple[bool, bool, tuple[datetime, ...]]:
    """Whether Temporal has a timetable, whether it is paused, and its next ticks."""
    try:
        known = await client.get_schedule_handle(schedule_id(tenant, process)).describe()
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return False, False, ()
        raise _not_answering() from error
    paused = known.schedule.state.paused
    return True, paused, () if paused else tuple(known.info.next_action_times[:_TICKS])


def cron_texts(text: str) -> list[str]:
    """Cron texts that together mean this one.

    Where both a day of the month and a day of the week are given, cron takes days that are either; Temporal takes
    those that are both.
    """
    minute, hour, day, month, weekday = text.split()
    if day.startswith("*") or weekday.startswith("*"):
        return [text]
    return [f"{minute} {hour} {day} {month} *", f"{minute} {hour} * {month} {weekday}"]


async def _start(session: TenantSession, tick: Tick) -> str:
    version = await definitions.latest(session, tick.process)
    data = None if version is None else await definitions.plan_by_hash(session, version.plan_hash)
    plan = None if data is None else read_plan(data)
    if plan is None or version is None or not _starts_on(plan, tick.at):
        return ""
    case = str(uuid.uuid5(_STARTED_BY, f"{tick.tenant}|{tick.process}|{tick.at.astimezone(UTC).isoformat()}"))
    if await cases.case(session, case) is not None:
        return case
    try:
        given = check_start(Program(plan, version.plan_hash), {})
    except Refused as refused:
        _log.warning("timetable_start_refused", tenant=tick.tenant, process=tick.process, code=refused.code)
        return ""
    effect = StartCase("", case, tick.process, "latest", given, "", None, wait=False)
    await start_later(session, CalledStart(effect, "", tick.at))
    return case


def _starts_on(plan: Plan, at: datetime) -> bool:
    """Does a process start by itself, and on this day?"""
    if plan.start.every is None:
        return False
    calendar = plan.calendars.get(plan.start.every.get("calendar") or "")
    return calendar is None or calendar.is_workday(at.astimezone(ZoneInfo(plan.timezone)).date())


def _not_answering() -> Unavailable:
    return Unavailable("engine_unavailable", "the process engine is not answering", "流程引擎没有响应")
