"""Calendars and what a duration means on them: the one module to import calendar things from.

| duration      | without a calendar | with a calendar                                                           |
|---------------|--------------------|---------------------------------------------------------------------------|
| `2h`, `PT90S` | elapsed time       | opening time                                                              |
| `3d`          | 3 x 24 hours       | the same time of day on the third next working day, like `3 workdays`     |
| `1w`          | 7 x 24 hours       | as many working days as the calendar's week has (five, Monday to Friday)  |
| `1d2h`        | 26 hours           | first the days, then two hours of opening time                            |
| `2 workdays`  | refused            | the same time of day on the second next working day                       |
| `8 workhours` | refused            | eight hours of opening time                                               |

Whoever writes "three days" on a working calendar means three working days; 3 x 24 hours of opening time would be
nine of them. On a calendar that never closes both readings agree.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from waystation.contracts.calendar_text import CalendarFault, CalendarInvalid, parse_calendar
from waystation.contracts.durations import Duration
from waystation.contracts.work_calendar import Interval, MakeUpDay, Text, Window, WorkCalendar, in_utc

__all__ = [
    "CalendarFault",
    "CalendarInvalid",
    "Interval",
    "MakeUpDay",
    "Text",
    "Window",
    "WorkCalendar",
    "due_at",
    "elapsed_between",
    "parse_calendar",
    "point_at",
]

_MICROSECOND = timedelta(microseconds=1)


def due_at(start: datetime, duration: Duration, calendar: WorkCalendar | None = None) -> datetime:
    """When `duration` has passed since `start`, in UTC. The table above says how it is counted.

    Raises:
        ValueError: workdays or workhours without a calendar, a naive `start`, a result more than 100 years away.
    """
    if calendar is None:
        if duration.needs_calendar:
            raise ValueError(f"'{duration}' needs a calendar")
        return in_utc(start) + timedelta(seconds=duration.seconds)
    days = duration.count + duration.days + duration.weeks * calendar.workdays_a_week
    return calendar.add_opening(calendar.add_workdays(start, days), timedelta(seconds=duration.rest))


def elapsed_between(start: datetime, end: datetime, calendar: WorkCalendar | None = None) -> timedelta:
    """Time that counts between two instants: opening time, or all of it without a calendar. Negative when reversed."""
    return in_utc(end) - in_utc(start) if calendar is None else calendar.opening_between(start, end)


def point_at(
    start: datetime, due: datetime, fraction: Fraction | Decimal | int, calendar: WorkCalendar | None = None
) -> datetime:
    """The instant, in UTC, at which `fraction` of the time from `start` to `due` has passed.

    0 is `start` and 1 is `due`, exactly, even where they lie outside opening time. Between them the share of opening
    time decides, rounded down to a microsecond; where nothing opens in between, the share of elapsed time. Beyond 1
    the count goes on from `due` on the same clock.

    Raises:
        ValueError: a negative fraction, or `due` before `start`.
    """
    share = Fraction(fraction)
    if share < 0 or in_utc(due) < in_utc(start):
        raise ValueError("a fraction of a deadline is not negative, and the deadline does not end before it starts")
    counted = elapsed_between(start, due, calendar)
    clock = calendar if counted else None
    span = counted or in_utc(due) - in_utc(start)
    if share >= 1:
        return _later(due, _times(span, share - 1), calendar)
    return min(_later(start, _times(span, share), clock), in_utc(due))


def _times(span: timedelta, share: Fraction) -> timedelta:
    return int(span // _MICROSECOND * share) * _MICROSECOND


def _later(start: datetime, span: timedelta, calendar: WorkCalendar | None) -> datetime:
    return in_utc(start) + span if calendar is None else calendar.add_opening(start, span)
