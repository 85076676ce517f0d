"""The calendars that ship: what the State Council announced, and what follows from the law for the year after."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from waystation.contracts.calendars import WorkCalendar, due_at, parse_calendar
from waystation.contracts.durations import parse_duration

FOLDER = Path(__file__).parents[3] / "definitions" / "calendars"


def shipped(name: str) -> WorkCalendar:
    return parse_calendar(yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_is_a_calendar_of_its_name(path: Path) -> None:
    """Each file reads, and is named after its calendar."""
    assert path.stem == shipped(path.stem).name


@pytest.mark.parametrize(("year", "workdays"), [(2024, 251), (2025, 248), (2026, 248)])
def test_official_years_have_their_working_days(year: int, workdays: int) -> None:
    """Working days of a year, as counted from the notices: weekdays, less holidays on them, plus make-up days."""
    cn = shipped("cn")
    assert workdays == cn.workdays_between(date(year - 1, 12, 31), date(year, 12, 31))


def test_make_up_days_are_weekend_days_and_holidays_beside_them_are_off() -> None:
    """调休 only ever moves work to a Saturday or Sunday."""
    cn = shipped("cn")
    assert len(cn.workdays) == 19
    assert all(date.fromisoformat(day).weekday() >= 5 for day in cn.workdays)
    assert all(not cn.is_workday(date.fromisoformat(day)) for day in cn.holidays)


def test_the_year_to_come_is_provisional() -> None:
    """Until the notice, 2027 has the statutory days and no make-up days."""
    cn = shipped("cn")
    assert (cn.official, cn.provisional) == ((2024, 2025, 2026), (2027,))
    assert cn.crosses_provisional(date(2026, 12, 30), date(2027, 1, 4)) == 2027
    assert not any(day.startswith("2027") for day in cn.workdays)
    statutory = ("01-01", "02-05", "02-06", "02-07", "02-08", "04-05", "05-01", "05-02", "06-09", "09-15")
    assert all(f"2027-{day}" in cn.holidays for day in (*statutory, "10-01", "10-02", "10-03"))


def test_a_deadline_over_spring_festival() -> None:
    """Three working days from Friday 13 February 2026, 10:00: Saturday 14 is worked, 15 to 23 are off."""
    start = datetime.fromisoformat("2026-02-13T10:00:00+08:00")
    assert datetime.fromisoformat("2026-02-25T10:00:00+08:00") == due_at(start, parse_duration("3d"), shipped("cn"))


def test_always_open_is_the_wall_clock() -> None:
    """On it every duration is elapsed time."""
    start = datetime.fromisoformat("2026-02-14T10:00:00+08:00")
    assert start + timedelta(days=9, hours=2) == due_at(start, parse_duration("1w2d2h"), shipped("always"))


def test_an_office_with_summer_time() -> None:
    """Juneteenth 2026 is a Friday; offices on Eastern time open at 13:00 UTC in June and at 14:00 in December."""
    us = shipped("us_east")
    assert datetime.fromisoformat("2026-06-22T13:00:00Z") == us.next_opening(
        datetime.fromisoformat("2026-06-19T13:00Z")
    )
    assert datetime.fromisoformat("2026-12-28T14:00:00Z") == us.next_opening(
        datetime.fromisoformat("2026-12-25T13:00Z")
    )
