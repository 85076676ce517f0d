"""Reading a calendar from plain data: what is filled in, and every fault with its path."""

from __future__ import annotations

from typing import Any

import pytest

from waystation.contracts.calendars import CalendarInvalid, MakeUpDay, Window, WorkCalendar, parse_calendar

GOOD: dict[str, Any] = {
    "calendar": "shop",
    "title": {"zh": "门店", "en": "Shop"},
    "timezone": "Asia/Shanghai",
    "week": {"tue": ["09:00-12:00", "13:30-18:00"], "sat": ["22:00-06:00"], "sun": []},
    "years": {
        2027: {"official": False, "holidays": {"2027-01-01": "元旦"}},
        "2026": {
            "official": True,
            "source": "notice",
            "holidays": {"2026-10-01": {"zh": "国庆节", "en": "National Day"}},
            "workdays": {"2026-10-11": "调休", "2026-10-10": {"name": "调休", "like": "sat"}},
        },
    },
}


def test_reads_a_whole_calendar() -> None:
    """Days are in order of date, a make-up day has the hours of Monday or else of the first open weekday."""
    calendar = parse_calendar(GOOD)
    assert calendar.name == "shop"
    assert (Window(540, 720), Window(810, 1080)) == calendar.week[1]
    assert (Window(1320, 1800),) == calendar.week[5]
    assert calendar.holidays == {"2026-10-01": {"zh": "国庆节", "en": "National Day"}, "2027-01-01": "元旦"}
    assert [("2026-10-10", MakeUpDay("调休", 5)), ("2026-10-11", MakeUpDay("调休", 1))] == list(
        calendar.workdays.items()
    )
    assert (calendar.official, calendar.provisional) == ((2026,), (2027,))


def test_years_are_optional() -> None:
    """A calendar without holidays is a calendar."""
    calendar = parse_calendar({key: GOOD[key] for key in ("calendar", "timezone", "week")})
    assert (calendar.official, calendar.holidays) == ((), {})


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"calendar": "My Shop"}, ["calendar"]),
        ({"calendar": None}, ["calendar"]),
        ({"timezone": "Asia"}, ["timezone"]),
        ({"timezone": "../Shanghai"}, ["timezone"]),
        ({"timezone": "Beijing"}, ["timezone"]),
        ({"timezone": 8}, ["timezone"]),
        ({"week": {}, "years": {}}, ["week"]),
        ({"week": None, "years": {}}, ["week"]),
        ({"week": ["09:00-18:00"], "years": {}}, ["week", "week"]),
        ({"week": {"tue": "09:00-18:00", "sat": ["09:00-18:00"]}}, ["week.tue"]),
        ({"week": {"monday": ["09:00-18:00"], "sat": ["09:00-18:00"]}}, ["week.monday"]),
        ({"week": {"sat": ["9:00-18:00"]}, "years": {}}, ["week.sat.0", "week"]),
        ({"week": {"sat": ["09:00-24:30", "09:00-10:00"]}}, ["week.sat.0"]),
        ({"week": {"sat": ["09:00-09:00", "09:00-10:00"]}}, ["week.sat.0"]),
        ({"week": {"sat": ["09:00-12:00", "11:00-13:00"]}}, ["week.sat.1"]),
        ({"week": {"sat": ["22:00-06:00", "23:00-23:30"]}}, ["week.sat.1"]),
        ({"title": 3}, ["title"]),
        ({"holidays": {}}, ["holidays"]),
        ({"years": {"26": {"official": True}}}, ["years.26"]),
        ({"years": {2026: {"official": True}, "2026": {"official": False}}}, ["years.2026"]),
        ({"years": {2026: {}}}, ["years.2026.official"]),
        ({"years": {2026: {"official": "yes"}}}, ["years.2026.official"]),
        ({"years": {2026: {"official": True, "holidays": ["2026-01-01"]}}}, ["years.2026.holidays"]),
        (
            {"years": {2026: {"official": True, "holidays": {"2026-02-30": "x", "20260101": "x", "2025-01-01": "x"}}}},
            ["years.2026.holidays.2026-02-30", "years.2026.holidays.20260101", "years.2026.holidays.2025-01-01"],
        ),
        ({"years": {2026: {"official": True, "holidays": {"2026-01-01": 1}}}}, ["years.2026.holidays.2026-01-01"]),
        (
            {"years": {2026: {"official": True, "holidays": {"2026-01-01": "x"}, "workdays": {"2026-01-01": "y"}}}},
            ["years.2026.workdays.2026-01-01"],
        ),
        (
            {"years": {2026: {"official": True, "workdays": {"2026-01-04": {"name": "y", "like": "mon"}}}}},
            ["years.2026.workdays.2026-01-04.like"],
        ),
        (
            {"years": {2026: {"official": True, "workdays": {"2026-01-04": {"like": "sat", "hours": 1}}}}},
            ["years.2026.workdays.2026-01-04.hours", "years.2026.workdays.2026-01-04.name"],
        ),
    ],
)
def test_every_fault_has_its_path(change: dict[str, Any], paths: list[str]) -> None:
    """All faults are collected, each with where it is and a sentence in both languages."""
    with pytest.raises(CalendarInvalid) as refusal:
        parse_calendar(GOOD | change)
    assert paths == [".".join(map(str, fault.path)) for fault in refusal.value.faults]
    assert all(fault.zh and fault.en in str(refusal.value) for fault in refusal.value.faults)


def test_what_is_no_mapping_is_no_calendar() -> None:
    """The fault then concerns the whole."""
    with pytest.raises(ValueError, match="calendar: is a mapping"):
        parse_calendar([])  # type: ignore[arg-type]


def test_a_calendar_opens_at_least_once_a_week() -> None:
    """However it was built: without opening hours nothing would ever be due."""
    with pytest.raises(ValueError, match="opens on at least one"):
        WorkCalendar("never", "UTC", ((),) * 7)
