"""Opening time, working days and due times, against vectors worked out by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from waystation.contracts.calendars import WorkCalendar, due_at, elapsed_between, parse_calendar, point_at
from waystation.contracts.durations import parse_duration

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def calendar(timezone: str, windows: dict[str, list[str]], **years: Any) -> WorkCalendar:
    return parse_calendar({"calendar": "test", "timezone": timezone, "week": windows, "years": years.get("years", {})})


def weekdays(*windows: str) -> dict[str, list[str]]:
    return {day: list(windows) for day in WEEKDAYS[:5]}


SHOP = calendar(
    "Asia/Shanghai",
    weekdays("09:00-12:00", "13:30-18:00"),
    years={
        2026: {
            "official": True,
            "holidays": {f"2026-10-0{day}": "国庆节" for day in range(1, 8)},
            "workdays": {"2026-09-20": "国庆节调休", "2026-10-10": {"name": "国庆节调休", "like": "fri"}},
        },
        2027: {"official": False, "holidays": {"2027-01-01": "元旦"}},
    },
)
NIGHT = calendar("Asia/Shanghai", {"fri": ["22:00-06:00"], "sat": ["05:00-07:00"], "sun": ["10:00-10:30"]})
NEW_YORK = calendar("America/New_York", weekdays("09:00-17:00") | {"sun": ["01:00-05:00"]})
ALWAYS = calendar("America/New_York", {day: ["00:00-24:00"] for day in WEEKDAYS})


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("start", "text", "due"),
    [
        ("2026-11-02 10:00", "2h", "2026-11-02 12:00"),  # runs out at closing time, not at the next opening
        ("2026-11-02 11:00", "2h", "2026-11-02 14:30"),  # over lunch
        ("2026-11-02 12:30", "2h", "2026-11-02 15:30"),  # begins in the lunch break
        ("2026-11-06 17:00", "2h", "2026-11-09 10:00"),  # over the weekend
        ("2026-11-07 03:00", "90s", "2026-11-09 09:01:30"),  # begins at the weekend
        ("2026-11-07 03:00", "0s", "2026-11-07 03:00"),  # zero stays where it is
        ("2026-09-30 17:00", "2h", "2026-10-08 10:00"),  # over the holidays
        ("2026-09-18 17:00", "2h", "2026-09-20 10:00"),  # into a make-up Sunday
        ("2026-10-09 17:00", "8 workhours", "2026-10-10 17:30"),  # a make-up Saturday with Friday's hours
        ("2026-11-02 09:00", "8 workhours", "2026-11-03 09:30"),  # a day has seven and a half
        ("2026-11-02 10:15", "1 workday", "2026-11-03 10:15"),  # which is not eight workhours
        ("2026-11-02 20:00", "1 workday", "2026-11-03 20:00"),  # the same time, also after closing
        ("2026-11-06 10:15", "2 workdays", "2026-11-10 10:15"),
        ("2026-11-07 10:15", "1 workday", "2026-11-09 10:15"),
        ("2026-09-30 10:15", "2 workdays", "2026-10-09 10:15"),  # 8th and 9th October
        ("2026-10-08 10:15", "2 workdays", "2026-10-10 10:15"),
        ("2026-11-02 10:15", "3d", "2026-11-05 10:15"),  # days on a calendar are working days
        ("2026-11-05 10:15", "3d", "2026-11-10 10:15"),
        ("2026-11-02 10:15", "1w", "2026-11-09 10:15"),  # a week is five of them
        ("2026-11-02 10:15", "1d2h", "2026-11-03 13:45"),  # days first, then opening time
        ("2026-11-02 11:15", "P1DT2H", "2026-11-03 14:45"),
    ],
)
def test_due_on_a_working_calendar(start: str, text: str, due: str) -> None:
    """Hours count opening time; days count working days and keep the time of day."""
    assert at(due) == due_at(at(start), parse_duration(text), SHOP)


def test_due_on_the_wall_clock() -> None:
    """Without a calendar a day is twenty-four hours, also when the clocks change."""
    start = at("2026-10-31 12:00", "America/New_York")
    assert at("2026-11-01 11:00", "America/New_York") == due_at(start, parse_duration("1d"))
    assert at("2026-11-07 11:00", "America/New_York") == due_at(start, parse_duration("1w"))


def test_days_on_a_calendar_that_never_closes_are_days() -> None:
    """Where everything is open, a day is a day and a week is seven."""
    start = at("2026-11-02 12:00", "America/New_York")
    for text in ("3d", "1w", "1w2d"):
        assert due_at(start, parse_duration(text)) == due_at(start, parse_duration(text), ALWAYS)


@pytest.mark.parametrize("text", ["2 workdays", "8 workhours"])
def test_work_time_needs_a_calendar(text: str) -> None:
    """Workdays and workhours mean nothing on a wall clock."""
    with pytest.raises(ValueError, match="needs a calendar"):
        due_at(at("2026-11-02 10:00"), parse_duration(text))


@pytest.mark.parametrize(
    ("a", "b", "hours"),
    [
        ("2026-11-02 09:00", "2026-11-02 18:00", 7.5),
        ("2026-11-02 12:00", "2026-11-02 13:30", 0),
        ("2026-11-06 17:00", "2026-11-09 10:00", 2),
        ("2026-11-07 00:00", "2026-11-08 23:59", 0),
        ("2026-09-19 00:00", "2026-09-21 00:00", 7.5),
        ("2026-09-30 18:00", "2026-10-08 09:00", 0),
        ("2026-11-09 10:00", "2026-11-06 17:00", -2),
        ("2026-11-02 00:00", "2026-11-30 00:00", 20 * 7.5),
    ],
)
def test_opening_time_between(a: str, b: str, hours: float) -> None:
    """A hold over the weekend weighs nothing; the sign follows the order."""
    assert timedelta(hours=hours) == SHOP.opening_between(at(a), at(b))


def test_a_window_past_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    """Friday's night shift lasts into Saturday, and what both days cover is counted once."""
    assert at("2026-11-07 05:00") == NIGHT.add_opening(at("2026-11-06 12:00"), timedelta(hours=7))
    assert at("2026-11-07 06:30") == NIGHT.add_opening(at("2026-11-07 01:00"), timedelta(hours=5.5))
    assert timedelta(hours=9) == NIGHT.opening_between(at("2026-11-06 00:00"), at("2026-11-08 00:00"))
    assert ((at("2026-11-07 06:00"), at("2026-11-07 07:00")),) == NIGHT.windows(date(2026, 11, 7))
    assert not NIGHT.is_workday(date(2026, 11, 5))
    assert NIGHT.is_open(at("2026-11-07 03:00"))
    assert not NIGHT.is_open(at("2026-11-07 07:00"))


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-08 00:00", 2, "2026-03-08 04:00"),  # spring: 01:00-05:00 lacks an hour, so three are left
        ("2026-03-08 00:00", 3, "2026-03-08 05:00"),
        ("2026-03-06 16:00", 5, "2026-03-09 10:00"),
        ("2026-11-01 00:00", 4, "2026-11-01 04:00"),  # autumn: 01:00-05:00 has five
        ("2026-11-01 00:00", 5, "2026-11-01 05:00"),
        ("2026-10-30 16:00", 7, "2026-11-02 10:00"),
    ],
)
def test_hours_are_real_hours_when_the_clocks_change(start: str, hours: int, due: str) -> None:
    """Opening time is elapsed time: the missing hour is not counted and the doubled one twice."""
    begin = at(start, "America/New_York")
    assert at(due, "America/New_York") == NEW_YORK.add_opening(begin, timedelta(hours=hours))
    assert timedelta(hours=hours) == NEW_YORK.opening_between(begin, at(due, "America/New_York"))


def test_a_workday_keeps_the_local_time_over_a_clock_change() -> None:
    """The same time on the next working day is local time, not 24 hours."""
    assert at("2026-03-09 16:30", "America/New_York") == NEW_YORK.add_workdays(
        at("2026-03-06 16:30", "America/New_York"), 2
    )


def test_a_time_that_the_clock_skips_is_the_moment_of_the_change() -> None:
    """02:30 did not exist on 8 March 2026; windows and workdays take the first instant after it."""
    early = calendar("America/New_York", {"sat": ["02:30-04:00"], "sun": ["02:30-04:00"]})
    change = at("2026-03-08 03:00", "America/New_York")
    assert ((change, at("2026-03-08 04:00", "America/New_York")),) == early.windows(date(2026, 3, 8))
    assert change == early.add_workdays(at("2026-03-07 02:30:15.5", "America/New_York"), 1)


def test_from_an_hour_that_came_twice_to_one_that_never_came() -> None:
    """02:30 in Berlin: the second one of 25 October 2026, and 154 days later the skipped one of 28 March 2027."""
    daily = calendar("Europe/Berlin", {day: ["00:00-24:00"] for day in WEEKDAYS})
    start = at("2026-10-25 02:30", "Europe/Berlin").replace(fold=1)
    assert at("2027-03-28 03:00", "Europe/Berlin") == daily.add_workdays(start, 154)


def test_a_day_that_the_country_skipped_has_no_windows() -> None:
    """Samoa went from 29 to 31 December 2011."""
    apia = calendar("Pacific/Apia", weekdays("09:00-17:00"))
    assert apia.windows(date(2011, 12, 30)) == ()
    assert timedelta(hours=1) == apia.opening_between(
        at("2011-12-29 16:00", "Pacific/Apia"), at("2012-01-02 00:00", "Pacific/Apia")
    )


def test_clocks_set_back_over_midnight_lose_nothing() -> None:
    """St. John's went back from 00:01 to 23:01 of the day before: midnight came twice, the first one counts."""
    open_always = calendar("America/St_Johns", {day: ["00:00-24:00"] for day in WEEKDAYS})
    evening = at("2010-11-06 12:00", "America/St_Johns")
    for minutes in range(0, 24 * 60, 7):
        later = due_at(evening, parse_duration(f"{minutes}m"))
        assert timedelta(minutes=minutes) == open_always.opening_between(evening, later)
        assert later == open_always.add_opening(evening, timedelta(minutes=minutes))


def test_workdays_and_make_up_days() -> None:
    """A make-up day is worked on a weekend, a holiday is off on a weekday."""
    worked = [day for day in range(1, 12) if SHOP.is_workday(date(2026, 10, day))]
    assert worked == [8, 9, 10]
    assert SHOP.is_workday(date(2026, 9, 20))


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [
        ("2026-11-02 23:00", "2026-11-03 01:00", 1),
        ("2026-11-02 01:00", "2026-11-02 23:00", 0),
        ("2026-11-06 10:00", "2026-11-09 10:00", 1),
        ("2026-11-07 10:00", "2026-11-08 10:00", 0),
        ("2026-09-30 10:00", "2026-10-12 10:00", 4),
        ("2026-11-09 10:00", "2026-11-06 10:00", -1),
        ("2026-11-08 10:00", "2026-11-06 10:00", -1),
        ("2026-01-01 10:00", "2036-01-01 10:00", 2604),  # 2608 weekdays, 6 holidays on them, 2 make-up days
    ],
)
def test_working_days_between(a: str, b: str, count: int) -> None:
    """After a's date, up to and including b's, whatever the time of day."""
    assert count == SHOP.workdays_between(at(a), at(b))
    assert count == SHOP.workdays_between(at(a).date(), at(b).date())


def test_working_days_back() -> None:
    """Negative numbers go back, and so does negative opening time."""
    assert at("2026-09-30 10:15") == SHOP.add_workdays(at("2026-10-08 10:15"), -1)
    assert at("2026-11-06 17:00") == SHOP.add_opening(at("2026-11-09 10:00"), timedelta(hours=-2))
    assert at("2026-11-09 09:00") == SHOP.add_opening(at("2026-11-09 10:00"), timedelta(hours=-1))


def test_next_opening() -> None:
    """Open: now. Closed: the start of the next window."""
    assert at("2026-11-02 10:15") == SHOP.next_opening(at("2026-11-02 10:15"))
    assert at("2026-11-02 13:30") == SHOP.next_opening(at("2026-11-02 12:00"))
    assert at("2026-10-08 09:00") == SHOP.next_opening(at("2026-09-30 18:00"))


def test_shares_of_a_deadline_count_opening_time() -> None:
    """75 % of two hours over a weekend is an hour and a half of opening time; the ends are exact."""
    start, due = at("2026-11-06 17:00"), at("2026-11-09 10:00")
    assert at("2026-11-09 09:30") == point_at(start, due, Decimal("0.75"), SHOP)
    assert at("2026-11-06 18:00") == point_at(start, due, Fraction(1, 2), SHOP)
    assert at("2026-11-09 11:00") == point_at(start, due, Decimal("1.5"), SHOP)
    assert (start, due) == (point_at(start, due, 0, SHOP), point_at(start, due, 1, SHOP))
    assert at("2026-11-07 01:15") == point_at(start, at("2026-11-07 04:00"), Fraction(3, 4))


def test_a_due_time_outside_opening_hours_stays_where_it_is() -> None:
    """One workday from 20:00 is due at 20:00; the share of opening time is reached before."""
    start, due = at("2026-11-02 20:00"), at("2026-11-03 20:00")
    assert due == point_at(start, due, 1, SHOP)
    assert at("2026-11-03 13:30") + timedelta(minutes=45) == point_at(start, due, Fraction(1, 2), SHOP)


def test_a_deadline_without_opening_time_is_shared_by_the_wall_clock() -> None:
    """From Saturday to Sunday nothing opens, so the reminder is not already late on Saturday."""
    start, due = at("2026-11-07 00:00"), at("2026-11-08 00:00")
    assert at("2026-11-07 12:00") == point_at(start, due, Fraction(1, 2), SHOP)


@pytest.mark.parametrize(
    ("end", "share"), [("2026-11-09 10:00", Fraction(-1, 4)), ("2026-11-01 10:00", Fraction(1, 4))]
)
def test_shares_of_nothing_are_refused(end: str, share: Fraction) -> None:
    """A share is not negative and a deadline does not end before it starts."""
    with pytest.raises(ValueError, match="deadline"):
        point_at(at("2026-11-06 17:00"), at(end), share, SHOP)


def test_elapsed_time() -> None:
    """With a calendar opening time has elapsed, without one all of it."""
    start, end = at("2026-11-06 17:00"), at("2026-11-09 10:00")
    assert timedelta(hours=2) == elapsed_between(start, end, SHOP)
    assert timedelta(hours=65) == elapsed_between(start, end)


def test_provisional_years_are_named() -> None:
    """A span that touches a year without an official calendar says which; known years say nothing."""
    assert SHOP.crosses_provisional(at("2026-03-01 10:00"), at("2026-12-31 23:00")) is None
    assert SHOP.crosses_provisional(at("2026-12-30 10:00"), at("2027-01-05 10:00")) == 2027
    assert SHOP.crosses_provisional(date(2028, 5, 1), date(2026, 5, 1)) == 2027
    assert SHOP.crosses_provisional(date(2030, 5, 1), date(2030, 5, 1)) == 2030
    assert ALWAYS.crosses_provisional(date(2026, 5, 1), date(2036, 5, 1)) is None


def test_travels_as_json_and_stays_equal() -> None:
    """A calendar is plain data; what it has worked out meanwhile neither travels nor counts."""
    SHOP.opening_between(at("2026-01-01 00:00"), at("2026-12-31 00:00"))
    assert msgspec.json.decode(msgspec.json.encode(SHOP), type=WorkCalendar) == SHOP


@pytest.mark.parametrize(
    "use",
    [
        lambda t: SHOP.add_opening(t, timedelta(hours=1)),
        lambda t: SHOP.add_workdays(t, 1),
        SHOP.is_open,
        lambda t: due_at(t, parse_duration("1h")),
        lambda t: elapsed_between(t, t),
    ],
)
def test_naive_times_are_refused(use: Any) -> None:
    """A time without a zone is no instant."""
    with pytest.raises(ValueError, match="time zone"):
        use(datetime(2026, 11, 2, 10))  # noqa: DTZ001


def test_spans_beyond_a_hundred_years_are_refused() -> None:
    """Arithmetic on calendars is bounded."""
    rarely = calendar("Asia/Shanghai", {"mon": ["09:00-10:00"]})
    with pytest.raises(ValueError, match="100 years"):
        rarely.add_opening(at("2026-11-02 10:00"), timedelta(hours=6000))
    with pytest.raises(ValueError, match="100 years"):
        rarely.opening_between(at("2026-11-02 10:00"), at("2226-11-02 10:00"))
    with pytest.raises(ValueError, match="100 years"):
        rarely.add_workdays(at("2026-11-02 10:00"), -36526)
