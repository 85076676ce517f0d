"""How a clock comes to what it shows: the time since its start, cut into parts that count and parts that do not.

The parts add up: what they count is what the clock has used, and that with what remains is its budget.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waystation.contracts.calendars import WorkCalendar, elapsed_between
from workflows.machine.state import Clock

#: Days that are shown one by one; a longer stretch is shown as a whole.
MOST_DAYS = 31
#: What is lost to rounding between two ways of counting.
_ROUNDING = 1.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A journal entry about a clock: from then on it stood, or ran."""

    clock: str
    at: datetime
    paused: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """The parts of a clock, and what they come to in seconds."""

    parts: list[dict[str, Any]]
    budget: float
    used: float
    remaining: float


def sum_up(clock: Clock, calendar: WorkCalendar | None, zone: ZoneInfo, told: Sequence[Standing], now: datetime) -> Sum:
    """What a clock has counted up to now, or up to when it was stopped.

    Args:
        told: of this clock, in order.
    """
    end = max(clock.start, clock.paused or now)
    used = clock.used
    if clock.paused is None:
        used += elapsed_between(clock.mark, max(end, clock.mark), calendar).total_seconds()
    budget = clock.budget
    if clock.kind == "wait":
        budget = used + elapsed_between(end, max(end, clock.due), calendar).total_seconds()
    parts = [part for stretch in _stretches(clock, told, now) for part in _cut(stretch, calendar, zone)]
    missing = used - sum(part["counted_seconds"] for part in parts)
    if abs(missing) > _ROUNDING:
        parts.append(_part(end, end, missing, "在其他版本或日历下计入", "counted under another version or calendar"))
    return Sum(parts, budget, used, budget - used)


def _stretches(clock: Clock, told: Sequence[Standing], now: datetime) -> Iterator[tuple[datetime, datetime, bool]]:
    """(from, to, stood) from the start to now, without gaps."""
    since, stood = clock.start, False
    for standing in told:
        if standing.at < clock.start or standing.paused == stood:
            continue
        if standing.at > since:
            yield since, standing.at, stood
        since, stood = max(since, standing.at), standing.paused
    if now > since:
        yield since, now, stood or clock.paused is not None


def _cut(
    stretch: tuple[datetime, datetime, bool], calendar: WorkCalendar | None, zone: ZoneInfo
) -> Iterator[dict[str, Any]]:
    since, until, stood = stretch
    if stood:
        yield _part(since, until, 0.0, "暂停", "stood")
    elif calendar is None:
        yield _part(since, until, (until - since).total_seconds(), "自然时间", "wall time")
    elif until - since > timedelta(days=MOST_DAYS):
        counted = elapsed_between(since, until, calendar).total_seconds()
        yield _part(since, until, counted, "营业时间合计", "opening hours of all these days")
    else:
        for start, end in _days(since, until, zone):
            yield _day(start, end, calendar, zone)


def _day(start: datetime, end: datetime, calendar: WorkCalendar, zone: ZoneInfo) -> dict[str, Any]:
    counted = elapsed_between(start, end, calendar).total_seconds()
    if counted > 0:
        return _part(start, end, counted, "营业时间", "opening hours")
    if calendar.is_workday(start.astimezone(zone).date()):
        return _part(start, end, 0.0, "非营业时间", "outside opening hours")
    return _part(start, end, 0.0, "休息日", "not a working day")


def _days(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    while since < until:
        tomorrow = since.astimezone(zone).date() + timedelta(days=1)
        end = min(until, datetime.combine(tomorrow, time(), zone).astimezone(since.tzinfo))
        yield since, end
        since = end


def _part(since: datetime, until: datetime, counted: float, zh: str, en: str) -> dict[str, Any]:
    return {"from": since, "to": until, "counted_seconds": counted, "why": {"zh": zh, "en": en}}
