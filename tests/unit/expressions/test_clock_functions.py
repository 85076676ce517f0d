"""Functions of timestamps, dates, durations, working days and places."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.expressions import NOW, failure_of, reason_of, value_of
from waystation.contracts.calendars import Window, WorkCalendar
from waystation.expressions import Environment, ExpressionError, compile_expression


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("now()", NOW),
        ("timestamp('2024-03-01T16:00:00+08:00') == now()", True),
        ("timestamp('2024-03-01T08:00:00.123456789Z')", datetime(2024, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)),
        ("timestamp(0)", datetime(1970, 1, 1, tzinfo=UTC)),
        ("timestamp(data.day)", datetime(2024, 2, 29, 16, tzinfo=UTC)),
        ("date('2024-02-29')", date(2024, 2, 29)),
        ("date(data.at)", date(2024, 3, 2)),
        ("data.at.date()", date(2024, 3, 2)),
        ("duration('1h30m')", timedelta(hours=1, minutes=30)),
        ("duration('1.5h')", timedelta(hours=1, minutes=30)),
        ("duration('-90s')", timedelta(seconds=-90)),
        ("duration('3d') == days(3)", True),
        ("duration('1w')", timedelta(weeks=1)),
        ("duration('PT1H30M')", timedelta(hours=1, minutes=30)),
        ("duration('P1DT0.5S')", timedelta(days=1, milliseconds=500)),
        ("duration('-P1W')", timedelta(weeks=-1)),
        ("duration('250ms')", timedelta(milliseconds=250)),
        ("days(1.5)", timedelta(hours=36)),
        ("hours(2)", timedelta(hours=2)),
        ("minutes(-5)", timedelta(minutes=-5)),
    ],
)
def test_times_and_their_texts(source: str, expected: Any) -> None:
    """A date is a day in the process's zone; 23:30 UTC is the next day in Shanghai."""
    assert expected == value_of(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("data.at.getFullYear()", 2024),
        ("data.at.getMonth()", 2),
        ("data.at.getDate()", 1),
        ("data.at.getDate('Asia/Shanghai')", 2),
        ("data.at.getDayOfMonth()", 0),
        ("data.at.getDayOfWeek()", 5),
        ("data.at.getDayOfYear()", 60),
        ("data.at.getHours()", 23),
        ("data.at.getHours('Asia/Shanghai')", 7),
        ("data.at.getHours('+08:00')", 7),
        ("data.at.getHours('-02:30')", 21),
        ("data.at.getMinutes('-02:45')", 45),
        ("data.at.getSeconds()", 0),
        ("timestamp('2024-01-01T00:00:00.25Z').getMilliseconds()", 250),
        ("data.day.getFullYear()", 2024),
        ("data.day.getDayOfWeek()", 5),
        ("date('2024-03-03').getDayOfWeek()", 0),
        ("duration('90m').getHours()", 1),
        ("duration('90m').getMinutes()", 90),
        ("duration('-90m').getHours()", -1),
        ("duration('90m').getSeconds()", 5400),
        ("duration('1.25s').getMilliseconds()", 250),
    ],
)
def test_parts_of_times(source: str, expected: int) -> None:
    """CEL's parts: months and days of month from 0, Sunday is 0, UTC without a zone."""
    assert expected == value_of(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("format(data.at, 'yyyy-MM-dd HH:mm')", "2024-03-02 07:30"),
        ("data.at.format('yyyy年M月d日 H时m分s秒')", "2024年3月2日 7时30分0秒"),
        ("format(data.at, 'yy/MM/dd hh:mm:ss.SSS')", "24/03/02 07:30:00.000"),
        ("format(now(), 'h')", "4"),
        ("format(data.day, \"yyyy'T'MM''\")", "2024T03'"),
        ("format(1234567.895, '#,##0.00')", "1,234,567.90"),
        ("format(2, '0.00')", "2.00"),
        ("format(0.125, '0.0%')", "12.5%"),
        ("format(-0.001, '0.00')", "0.00"),
        ("format(1234, '0')", "1234"),
    ],
)
def test_format(source: str, expected: str) -> None:
    """Times in the process's zone, numbers half-up to the digits of the pattern."""
    assert expected == value_of(source)


@pytest.mark.parametrize(
    "source",
    [
        "format(now(), 'YYYY')",
        "format(now(), 'HH:MM:nn')",
        "format(data.day, 'HH')",
        'format(now(), "\'a")',
        "format(1, 'yyyy')",
    ],
)
def test_unknown_letters_in_a_pattern_are_errors(source: str) -> None:
    """A pattern is never guessed at; a date has no hours."""
    assert reason_of(source) == "pattern"


@pytest.mark.parametrize(
    "source",
    [
        "timestamp('2024-03-01')",
        "timestamp('2024-03-01T08:00:00')",
        "timestamp('2024-02-30T08:00:00Z')",
        "date('2024-02-30')",
        "date('20240301')",
        "duration('')",
        "duration('5')",
        "duration('1h 30m')",
        "duration('P1M')",
        "duration('PT')",
        "duration('P1DT')",
    ],
)
def test_texts_that_are_no_times_are_errors(source: str) -> None:
    """RFC 3339 with an offset, days as ISO has them, durations without months."""
    assert reason_of(source) == "parse"


@pytest.mark.parametrize("zone", ["Asia/Atlantis", "../etc/passwd", "+25:00", "Asia", "", "/etc/localtime"])
def test_unknown_zones_are_errors(zone: str) -> None:
    """Only names of the zone database and offsets are zones."""
    assert reason_of("now().getHours(zone)", zone=zone) == "timezone"


@pytest.mark.parametrize(
    "source",
    [
        "now() + days(3e6)",
        "timestamp(99999999999999)",
        "days(1e9)",
        "timestamp('0001-01-01T00:00:00Z').getHours('-08:00')",
        "date(timestamp('9999-12-31T23:59:59Z'))",
        "data.day + days(9999999)",
    ],
)
def test_times_out_of_range_are_errors(source: str) -> None:
    """The calendar has the years 1 to 9999."""
    assert reason_of(source) == "range"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("workdays_between(data.day, date('2024-03-08'))", 5),
        ("workdays_between(now(), now() + days(3))", 1),
        ("add_workdays(now(), 1)", datetime(2024, 3, 4, 8, tzinfo=UTC)),
        ("now().add_workdays(0)", NOW),
        ("add_workdays(date('2024-03-04'), 1)", date(2024, 3, 5)),
    ],
)
def test_working_days_are_the_calendars(source: str, expected: Any) -> None:
    """Of a timestamp the same time of day, of a date a date."""
    assert expected == value_of(source)


def test_the_products_calendars_fit() -> None:
    """Monday to Friday with one holiday: Friday's order is due on Tuesday."""
    open_hours = (Window(540, 1080),)
    calendar = WorkCalendar("test", "Asia/Shanghai", (*[open_hours] * 5, (), ()), holidays={"2024-03-04": "Holiday"})
    env = Environment(NOW, "Asia/Shanghai", calendar)
    due = compile_expression("add_workdays(now(), 1)").evaluate({}, env)
    assert due == datetime(2024, 3, 5, 8, tzinfo=UTC)
    counted = compile_expression("workdays_between(date(now()), date('2024-03-08'))").evaluate({}, env)
    assert counted == 4
    assert compile_expression("add_workdays(date(now()), -1)").evaluate({}, env) == date(2024, 2, 29)


def test_without_a_calendar_there_are_no_working_days() -> None:
    """The error says so; what the calendar refuses is an error too."""
    expression = compile_expression("workdays_between(now(), now())")
    with pytest.raises(ExpressionError) as caught:
        expression.evaluate({}, Environment(NOW))
    assert caught.value.reason == "calendar"
    assert "only looks ahead" in failure_of("add_workdays(now(), -1)").en
    assert reason_of("add_workdays(now(), 1000000)") == "range"


@pytest.mark.parametrize(
    ("source", "metres"),
    [
        ("distance([31.2, 121.5], [31.2, 121.5])", "0"),
        ("distance([0, 121.5], [90, 121.5])", "10001966"),
        ("distance([0, 0], [0, 1])", "111319"),
        ("distance(data.address.point, {'lat': 31.2, 'lng': 121.51})", "953"),
        ("[0, 0].distance([0, 180])", "20003931"),
    ],
)
def test_distance_is_geodesic(source: str, metres: str) -> None:
    """Metres along the WGS-84 ellipsoid: a quarter of a meridian is 10,001,966 m."""
    assert abs(value_of(source) - Decimal(metres)) < 1


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("distance([91, 0], [0, 0])", "range"),
        ("distance([0, 181], [0, 0])", "range"),
        ("distance([0], [0, 0])", "type"),
        ("distance(['a', 0], [0, 0])", "type"),
        ("distance([true, 0], [0, 0])", "type"),
        ("distance({'lat': 1}, [0, 0])", "missing"),
        ("distance({'lat': 1, 'lng': 1, 'datum': 'wgs84'}, {'lat': 1, 'lng': 1, 'datum': 'gcj02'})", "type"),
    ],
)
def test_points_that_are_none_are_errors(source: str, reason: str) -> None:
    """Degrees have their ranges, and points of different datums have no distance."""
    assert reason == reason_of(source)


def test_an_environment_needs_an_aware_time() -> None:
    """A naive time would mean different instants on different machines."""
    with pytest.raises(ValueError, match="aware"):
        Environment(datetime(2024, 1, 1))  # noqa: DTZ001 - the naive time is the point


def test_an_environment_is_a_value() -> None:
    """It can be shared between evaluations."""
    assert Environment(NOW) == Environment(NOW, "Asia/Shanghai", None)
    with pytest.raises(AttributeError):
        Environment(NOW).timezone = "UTC"  # type: ignore[misc]


def test_the_zone_of_the_environment_decides() -> None:
    """The same instant is another day elsewhere; an unknown zone is an error of the expression."""
    source = compile_expression("string(date(now())) + format(now(), ' HH')")
    assert source.evaluate({}, Environment(NOW, "America/New_York")) == "2024-03-01 03"
    assert source.evaluate({}, Environment(NOW, "+10:00")) == "2024-03-01 18"
    with pytest.raises(ExpressionError, match="time zone"):
        source.evaluate({}, Environment(NOW, "Mars/Olympus"))
