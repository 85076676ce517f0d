"""Processes that start by themselves (`start.every`), with the schedules of a real server."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from temporalio.client import ScheduleDescription
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment

from tests.support.house import House, eventually
from waystation.compiler.files import Definitions, find_files
from waystation.contracts.runs import Tick
from waystation.gateway.timetables import Timetables, cron_texts, schedule_id
from waystation.scenario_files import shipped_definitions
from waystation.store import definitions
from waystation.store.tables.cases import CaseRow

DAILY = """
    timezone: Asia/Shanghai
    data: { n: { type: integer, default: NUMBER } }
    start: { every: { cron: "CRON", calendar: cn } }
    access: { start: [role:admin] }
    nodes:
      look: { kind: task, assign: [{ user: ann }], next: end }
"""
BY_HAND = """
    nodes:
      look: { kind: task, assign: [{ user: ann }], next: end }
"""


def daily(cron: str = "0 9 * * 1-5", number: int = 1, *, calendar: bool = True) -> str:
    text = DAILY.replace("NUMBER", str(number))
    return (text if calendar else text.replace(", calendar: cn", "")).replace("CRON", cron)


async def described(house: House, process: str) -> ScheduleDescription | None:
    """Temporal's schedule of a process."""
    try:
        return await house.client.get_schedule_handle(schedule_id(house.tenant, process)).describe()
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        return None


async def hours(house: House, process: str) -> set[tuple[int, int]] | None:
    """Hour and minute of the next ticks in China; None where there is no schedule."""
    found = await described(house, process)
    if found is None:
        return None
    local = [at.astimezone(ZoneInfo("Asia/Shanghai")) for at in found.info.next_action_times]
    return {(at.hour, at.minute) for at in local}


async def cases_of(house: House, process: str) -> list[CaseRow]:
    async with house.database.read(house.tenant) as session:
        return list(await session.scalars(select(CaseRow).where(CaseRow.process == process)))


async def test_a_schedule_follows_what_is_published(house: House) -> None:
    """Publishing makes it, a new version changes it, one without `every` and retiring take it away."""
    await house.employ("ann")

    async def at(process: str, wanted: set[tuple[int, int]] | None) -> None:
        async def look() -> bool:
            return await hours(house, process) == wanted

        _ = await eventually(look)

    async with house.open():
        await house.publish("p", daily(calendar=False))
        await at("p", {(9, 0)})
        await house.publish("p", daily("30 17 * * *", calendar=False))
        await at("p", {(17, 30)})
        await house.publish("p", BY_HAND)
        await at("p", None)
        await house.publish("p", daily("15 8 1 * mon", calendar=False))
        await at("p", {(8, 15)})
        async with house.database.write(house.tenant) as session:
            await definitions.retire(session, "p", by="ann", at=datetime.now(UTC))
        await at("p", None)


async def test_a_tick_starts_a_case_of_the_newest_version(house: House) -> None:
    """By the same way as every case: journaled, with its first people asked, by the version of that time."""
    await house.employ("ann")
    async with house.open():
        await house.publish("p", daily(calendar=False))
        await house.publish("p", daily(number=2, calendar=False))

        async def there() -> ScheduleDescription | None:
            return await described(house, "p")

        _ = await eventually(there)
        await house.client.get_schedule_handle(schedule_id(house.tenant, "p")).trigger()

        async def started() -> list[CaseRow]:
            return await cases_of(house, "p")

        [row] = await eventually(started)
        state = await house.at(row.case_id, "look", phase="open")
        assert (state.version, state.data, state.initiator) == (2, {"n": 2}, "")
        assert "case_started" == (await house.journal(row.case_id))[0].kind
        async with house.database.write(house.tenant) as session:
            await definitions.retire(session, "p", by="ann", at=datetime.now(UTC))

        async def gone() -> bool:
            return await described(house, "p") is None

        _ = await eventually(gone)


async def test_a_tick_that_comes_twice_starts_one_case(house: House) -> None:
    """Its case's id follows from the tick; another tick starts another case, a holiday none."""
    await house.employ("ann")
    shipped = Definitions.read(find_files([shipped_definitions()])).library
    async with house.open():
        await house.publish("p", daily(), calendars=shipped.calendars)
        ticking = Timetables(house.client, house.database, house.queue, house.gateway.decided)

        async def tick(*when: int) -> str:
            at = datetime(*when, 1, tzinfo=UTC)  # type: ignore[misc,arg-type]
            found: str = await ActivityEnvironment().run(ticking.start_on_time, Tick(house.tenant, "p", at))
            return found

        first, again, made_up = await tick(2026, 9, 30), await tick(2026, 9, 30), await tick(2026, 10, 10)
        assert first == again != made_up
        assert [await tick(2026, 10, 1), await tick(2026, 10, 11)] == ["", ""]
        for case in (first, made_up):
            _ = await house.at(case, "look", phase="open")
        assert {first, made_up} == {row.case_id for row in await cases_of(house, "p")}


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("0 9 * * 1-5", ["0 9 * * 1-5"]),
        ("0 9 1 * *", ["0 9 1 * *"]),
        ("0 9 1,15 * fri", ["0 9 1,15 * *", "0 9 * * fri"]),
    ],
)
def test_either_day_counts(text: str, means: list[str]) -> None:
    """Cron starts on the day of the month and on the day of the week, where both are given."""
    assert cron_texts(text) == means
