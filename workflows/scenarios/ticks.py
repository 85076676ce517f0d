"""When a process that starts by itself (`start.every`) does so: the next time its cron text names, in its own zone.

On a server Temporal's schedules know this; a scenario's clock has no server behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from waystation.contracts.plan import Plan

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def next_tick(plan: Plan, after: datetime, until: datetime) -> datetime | None:
    """The first moment later than `after` and not later than `until` at which a case starts, aware UTC; or None."""
    if plan.start.every is None:
        return None
    zone = ZoneInfo(plan.timezone)
    first, last = after.astimezone(zone).date(), until.astimezone(zone).date()
    for day in _days(plan, first, last):
        for at in _times(str(plan.start.every["cron"])):
            moment = datetime.combine(day, at, zone).astimezone(UTC)
            if after < moment <= until:
                return moment
    return None


def _days(plan: Plan, first: date, last: date) -> Iterator[date]:
    every = plan.start.every or {}
    calendar = plan.calendars.get(every.get("calendar") or "")
    _, _, in_month, month, in_week = str(every["cron"]).split()
    months, days = _numbers(month, 1, 12, _MONTHS), _numbers(in_month, 1, 31, ())
    weekdays = {number % 7 for number in _numbers(in_week, 0, 7, _DAYS)}
    either = not (in_month.startswith("*") or in_week.startswith("*"))
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        fits = (day.day in days, day.isoweekday() % 7 in weekdays)
        named = day.month in months and (any(fits) if either else all(fits))
        if named and (calendar is None or calendar.is_workday(day)):
            yield day


def _times(cron: str) -> Iterator[time]:
    minute, hour, *_ = cron.split()
    minutes = sorted(_numbers(minute, 0, 59, ()))
    for each in sorted(_numbers(hour, 0, 23, ())):
        yield from (time(each, at) for at in minutes)


def _numbers(field: str, low: int, high: int, names: tuple[str, ...]) -> set[int]:
    """What a field of a cron text that the compiler has found good means."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        ends = [names.index(word.lower()) + low if word.lower() in names else word for word in span.split("-")]
        begin = low if span == "*" else int(ends[0])
        end = high if span == "*" or (step and len(ends) == 1) else int(ends[-1])
        found.update(range(begin, end + 1, int(step or 1)))
    return found
