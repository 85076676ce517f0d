"""Clocks of running cases: worked out by hand, counted again after a calendar was edited, explained part by part."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.compiling import plan
from waystation.compiler import Library
from waystation.contracts.calendars import WorkCalendar, elapsed_between, parse_calendar
from waystation.contracts.events import Command, EntryKind
from waystation.scenario_files import PlanBook
from workflows.clock_parts import Standing
from workflows.explaining import explain
from workflows.machine.state import Clock
from workflows.memory import ActionCall, MemoryEngine
from workflows.people import parse_people

OPEN = ["09:00-12:00", "13:30-18:00"]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OPEN)
#: A Monday off, and the Saturday before it worked like a Friday.
HOLIDAYS = {"official": True, "holidays": {"2026-05-04": "劳动节"}, "workdays": {"2026-05-09": "劳动节调休"}}


def calendar(name: str, zone: str = "Asia/Shanghai", week: Mapping[str, Any] = WEEK, **years: Any) -> WorkCalendar:
    return parse_calendar({"calendar": name, "timezone": zone, "week": week, "years": years.get("years", {})})


SHOP = calendar("shop", years={2026: HOLIDAYS})
#: One of the days that follow has become a holiday, or a Saturday a day of work.
EDITED = calendar("shop", years={2026: {**HOLIDAYS, "holidays": {"2026-05-04": "劳动节", "2026-05-12": "停电"}}})
NEW_YORK = calendar("ny", "America/New_York", {day: ["09:00-17:00"] for day in WEEK})


async def no_action(_: ActionCall) -> Any:
    raise AssertionError("there is no action")


def engine(due: str, *calendars: WorkCalendar, at: str, zone: str = "Asia/Shanghai", more: str = "") -> MemoryEngine:
    """A case with one task whose deadline is `due` by a calendar; a version of the process for each calendar."""
    versions = [
        plan(
            f"""
            timezone: {zone}
            data: {{ stop: {{ type: boolean, default: false }} }}
            nodes:
              work: {{ kind: task, assign: [{{ user: ann }}], next: end,
                deadline: {{ in: {due}, calendar: {each.name}, pause_when: data.stop{more} }} }}
            """,
            Library(calendars={each.name: each}),
        )
        for each in calendars
    ]
    moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    book = PlanBook({"p": versions[-1]}, {"p": versions})
    return MemoryEngine(book, parse_people({"ann": ["staff"]}), no_action, at=moment)


async def begun(running: MemoryEngine) -> str:
    return await running.start("p", {}, "ann", None, 1)


async def clock(running: MemoryEngine, case: str) -> Clock:
    (found,) = (await running.state(case)).clocks.values()
    return found


async def tell(running: MemoryEngine, case: str, verb: str, **args: Any) -> None:
    running_number = len(await running.journal(case))
    await running.command(case, Command(running.now(), f"c{running_number}", verb, "ann", None, args))


async def until(running: MemoryEngine, text: str, zone: str = "Asia/Shanghai") -> None:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    await running.advance(moment.astimezone(UTC) - running.now())


def shown(moment: datetime, zone: str = "Asia/Shanghai") -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("at", "due", "stops", "goes_on", "expected"),
    [
        ("2026-05-08 16:00", "4h", "2026-05-08 17:00", "2026-05-09 09:00", "05-09 12:00"),  # into the make-up Saturday
        ("2026-05-15 16:00", "4h", "2026-05-15 17:00", "2026-05-18 10:00", "05-18 14:30"),  # paused over the weekend
        (
            "2026-05-15 16:00",
            "4h",
            "2026-05-16 10:00",
            "2026-05-17 10:00",
            "05-18 11:00",
        ),  # only the weekend: no change
        ("2026-05-13 11:00", "2h", "2026-05-13 12:00", "2026-05-13 13:30", "05-13 14:30"),  # only lunch: no change
        ("2026-05-13 11:00", "2h", "2026-05-13 11:30", "2026-05-13 13:45", "05-13 15:15"),  # half an hour and a quarter
        ("2026-04-30 17:00", "1 workdays", "2026-05-01 09:00", "2026-05-05 10:00", "05-05 18:00"),  # over 劳动节
        ("2026-05-13 10:00", "8 workhours", "2026-05-13 10:00", "2026-05-14 10:00", "05-15 10:30"),  # a day of 7.5 h
        ("2026-05-13 10:00", "2 workdays", "2026-05-13 12:30", "2026-05-13 13:00", "05-15 10:00"),  # same time of day
    ],
)
async def test_a_pause_moves_the_due_time_by_the_opening_time_that_it_took(
    at: str, due: str, stops: str, goes_on: str, expected: str
) -> None:
    """Worked out by hand, with a weekend, a holiday, a make-up day and lunch in between."""
    running = engine(due, SHOP, at=at)
    case = await begun(running)
    await until(running, stops)
    await tell(running, case, "edit", data={"stop": True})
    await until(running, goes_on)
    await tell(running, case, "edit", data={"stop": False})
    assert shown((await clock(running, case)).due) == expected


async def test_a_pause_over_the_change_to_summer_time() -> None:
    """Opening hours of a Monday count as on any other, though the night before was an hour shorter."""
    running = engine("8h", NEW_YORK, at="2026-03-06 13:00", zone="America/New_York")
    case = await begun(running)
    await until(running, "2026-03-06 16:00", "America/New_York")
    await tell(running, case, "suspend")
    await until(running, "2026-03-09 10:00", "America/New_York")
    await tell(running, case, "resume")
    assert shown((await clock(running, case)).due, "America/New_York") == "03-09 15:00"


async def test_a_step_fires_at_its_share_of_opening_time_after_a_pause() -> None:
    """75 % of eight hours of opening time are six: two on Friday, four from Monday noon on."""
    steps = ', steps: [ { at: "75%", notify: { to: [assignees], template: task_due_soon } } ]'
    running = engine("8h", SHOP, at="2026-05-15 16:00", more=steps)
    case = await begun(running)
    await until(running, "2026-05-18 09:00")
    await tell(running, case, "edit", data={"stop": True})
    await until(running, "2026-05-18 10:00")
    await tell(running, case, "edit", data={"stop": False})
    await until(running, "2026-05-18 15:29")
    assert [told.template for told in running.told] == []
    await until(running, "2026-05-18 15:31")
    assert [told.template for told in running.told] == ["task_due_soon"]


@pytest.mark.parametrize("due", ["16h", "3 workdays", "20 workhours"])
@pytest.mark.parametrize("moved", ["2026-05-08 11:00", "2026-05-09 20:00", "2026-05-11 15:30"])
async def test_after_a_calendar_was_edited_a_clock_shows_what_a_new_count_gives(due: str, moved: str) -> None:
    """A day to come was made a holiday: it is due when a clock is that had counted by the new calendar all along."""
    running = engine(due, SHOP, EDITED, at="2026-05-08 10:00")
    case = await begun(running)
    await until(running, moved)
    await tell(running, case, "migrate", to=2)
    fresh = engine(due, EDITED, at="2026-05-08 10:00")
    other = await begun(fresh)
    assert (await clock(running, case)).due == (await clock(fresh, other)).due
    if not (await clock(running, case)).fired:
        assert (await clock(running, case)).next == (await clock(fresh, other)).next
    told = [entry for entry in await running.journal(case) if entry.kind is EntryKind.CLOCK_SET]
    assert told[-1].data["due"] == (await clock(running, case)).due


async def test_a_clock_that_stands_while_its_calendar_is_edited() -> None:
    """It goes on by the new one: the holiday that it stood through does not count as time that it stood."""
    running = engine("16h", SHOP, EDITED, at="2026-05-11 09:00")
    case = await begun(running)
    await until(running, "2026-05-11 18:00")  # 7.5 h used
    await tell(running, case, "edit", data={"stop": True})
    await tell(running, case, "migrate", to=2)
    await until(running, "2026-05-13 09:00")  # the 12th is off now
    await tell(running, case, "edit", data={"stop": False})
    assert shown((await clock(running, case)).due) == "05-14 10:00"


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_what_is_explained_adds_up(seed: int) -> None:
    """Parts are without gap or overlap; what they count was used, and that with what remains is the budget."""
    asyncio.run(_adds_up(Random(seed)))


async def _adds_up(dice: Random) -> None:
    due = dice.choice(["2h", "16h", "3 workdays", "30 workhours", "40d"])
    running = engine(due, SHOP, EDITED, at=f"2026-05-{dice.randint(1, 15):02} {dice.randint(0, 23):02}:15")
    case = await begun(running)
    for _ in range(dice.randint(0, 6)):
        await running.advance(timedelta(minutes=dice.randint(1, 3_000)))
        await tell(running, case, "edit", data={"stop": dice.random() < 0.5})
    state, program = await running.state(case), await running.program(case)
    told = [
        Standing(str(entry.data["clock"]), entry.at, bool(entry.data["paused"]))
        for entry in await running.journal(case)
        if entry.kind is EntryKind.CLOCK_SET
    ]
    (one,) = explain(program, state, told, now=running.now())["clocks"]
    counted = sum(part["counted_seconds"] for part in one["parts"])
    assert counted == pytest.approx(one["used_seconds"], abs=1.0)
    assert one["used_seconds"] + one["remaining_seconds"] == pytest.approx(one["budget_seconds"], abs=1e-6)
    for before, after in zip(one["parts"], one["parts"][1:], strict=False):
        assert before["to"] == after["from"]
    if one["remaining_seconds"] > 0:
        left = elapsed_between(one["paused_since"] or running.now(), one["due"], SHOP).total_seconds()
        assert left == pytest.approx(one["remaining_seconds"], abs=1.0)
