"""Functions of timestamps, dates and durations.

The `get…` functions are CEL's: without a zone they read a timestamp in UTC. `date` and `format` use the zone of the
environment, which is the process's: ask `date(t)` for the local day and the parts of a date need no zone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from waystation.expressions.clock_text import date_from, duration_from, timestamp_from
from waystation.expressions.environment import Frame, zone_of
from waystation.expressions.errors import ExpressionError, failure
from waystation.expressions.functions.signatures import Function, function, takes
from waystation.expressions.operators import multiply
from waystation.expressions.types import DATE, DURATION, INT, NUMBER, STRING, TIMESTAMP

_SECOND = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _timestamp(frame: Frame, value: str | int | datetime | date) -> datetime:
    """From RFC 3339 text, from seconds since 1970, or the start of a date in the environment's zone."""
    try:
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime.combine(value, time(), frame.env.zone).astimezone(UTC)
        if isinstance(value, int):
            return _EPOCH + timedelta(seconds=value)
    except OverflowError:
        raise failure("range", "the time is out of range", "时间超出范围") from None
    found = timestamp_from(value)
    if found is None:
        raise _unreadable(value, "a timestamp such as 2024-03-01T08:00:00Z", "时间，例如 2024-03-01T08:00:00Z")
    return found


def _date(frame: Frame, value: str | date | datetime) -> date:
    """From `2024-03-01`, or the day of a timestamp in the environment's zone."""
    if isinstance(value, datetime):
        return local_time(value, frame.env.timezone).date()
    if isinstance(value, date):
        return value
    found = date_from(value)
    if found is None:
        raise _unreadable(value, "a date such as 2024-03-01", "日期，例如 2024-03-01")
    return found


def _duration(frame: Frame, value: str | timedelta) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = duration_from(value)
    if found is None:
        raise _unreadable(value, "a duration such as 1h30m or PT90S", "时长，例如 1h30m 或 PT90S")
    return found


def _unreadable(text: str, what: str, zh: str) -> ExpressionError:
    shown = text if len(text) <= 40 else text[:37] + "…"
    return failure("parse", f"'{shown}' is not {what}", f"'{shown}' 不是{zh}")


def local_time(moment: datetime, zone: str) -> datetime:
    try:
        return moment.astimezone(zone_of(zone))
    except OverflowError:
        raise failure("range", "the time is out of range", "时间超出范围") from None


def _part(name: str, of: Callable[[Any], int], length: timedelta | None = None) -> Function:
    """A `get…` function: of dates unless it reads a clock, and of durations in units of `length`."""
    of_zone = takes(TIMESTAMP, STRING, gives=INT, run=lambda frame, moment, zone: of(local_time(moment, zone)))
    of_moment = takes(TIMESTAMP, gives=INT, run=lambda frame, moment: of(local_time(moment, "UTC")))
    if length is None:
        return function(name, of_moment, of_zone, takes(DATE, gives=INT, run=lambda frame, day: of(day)))
    return function(name, of_moment, of_zone, takes(DURATION, gives=INT, run=lambda frame, span: _whole(span, length)))


def _whole(span: timedelta, length: timedelta) -> int:
    """How many whole lengths a duration has, towards zero."""
    return span // length if span >= timedelta(0) else -(-span // length)


def _milliseconds(frame: Frame, span: timedelta) -> int:
    return _whole(span, timedelta(milliseconds=1)) - 1000 * _whole(span, _SECOND)


def _span(name: str, length: timedelta) -> Function:
    """`days(n)` and the like, of any number."""
    return function(name, takes(NUMBER, gives=DURATION, run=lambda frame, count: multiply(length, count)), method=False)


FUNCTIONS = (
    function("now", takes(gives=TIMESTAMP, run=lambda frame: frame.env.now), method=False),
    function(
        "timestamp",
        *(takes(kind, gives=TIMESTAMP, run=_timestamp) for kind in (STRING, INT, TIMESTAMP, DATE)),
        method=False,
    ),
    function("date", *(takes(kind, gives=DATE, run=_date) for kind in (STRING, TIMESTAMP, DATE))),
    function("duration", *(takes(kind, gives=DURATION, run=_duration) for kind in (STRING, DURATION)), method=False),
    _span("days", timedelta(days=1)),
    _span("hours", timedelta(hours=1)),
    _span("minutes", timedelta(minutes=1)),
    _part("getFullYear", lambda moment: moment.year),
    _part("getMonth", lambda moment: moment.month - 1),
    _part("getDate", lambda moment: moment.day),
    _part("getDayOfMonth", lambda moment: moment.day - 1),
    _part("getDayOfWeek", lambda moment: moment.isoweekday() % 7),
    _part("getDayOfYear", lambda moment: moment.timetuple().tm_yday - 1),
    _part("getHours", lambda moment: moment.hour, timedelta(hours=1)),
    _part("getMinutes", lambda moment: moment.minute, timedelta(minutes=1)),
    _part("getSeconds", lambda moment: moment.second, _SECOND),
    function(
        "getMilliseconds",
        takes(TIMESTAMP, gives=INT, run=lambda frame, moment: moment.microsecond // 1000),
        takes(
            TIMESTAMP, STRING, gives=INT, run=lambda frame, moment, zone: local_time(moment, zone).microsecond // 1000
        ),
        takes(DURATION, gives=INT, run=_milliseconds),
    ),
)
