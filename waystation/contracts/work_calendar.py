"""The working calendar: weekly opening hours, holidays, make-up days (调休), and arithmetic on opening time.

A calendar is plain data, so it rides inside a plan. It reads no clock; every method takes aware datetimes and answers
in UTC. Opening time is half-open, [from, to). What a calendar works out about a day it keeps, so that sums over years
cost a dictionary look-up a day the second time. `waystation.contracts.calendars` is the door to import from.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import count, islice
from zoneinfo import ZoneInfo

import msgspec

#: A text in one language, or one text per locale.
Text = str | dict[str, str]
#: Opening time from one instant (included) to another (excluded), both in UTC.
Interval = tuple[datetime, datetime]

ZERO = timedelta(0)
_SECOND = timedelta(seconds=1)
_DAY_MINUTES = 24 * 60
#: Days that a sum or a search may cover. Further away, the calendar hardly ever opens or the amount is a mistake.
_HORIZON = 36_525
#: Worked-out days that a calendar keeps: enough for every open case, too few to fill the memory.
_KEPT_DAYS = 4_096
_FIRST_YEAR, _LAST_YEAR = 1000, 9000


class Window(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Opening hours in minutes after local midnight of the day they belong to.

    `end` is greater than `start`, by at most a day; beyond 1440 the window passes midnight.
    """

    start: int
    end: int


class MakeUpDay(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A day that is worked although it would be off. `like`: the weekday whose hours it has (0 Monday .. 6 Sunday)."""

    name: Text = ""
    like: int = 0


class _Day(msgspec.Struct, frozen=True):
    """What one local day opens: disjoint intervals in order, and their sum."""

    intervals: tuple[Interval, ...]
    total: timedelta


class WorkCalendar(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, dict=True):
    """When an organisation works.

    Attributes:
        name: the calendar's id, as processes name it.
        timezone: IANA name; weekdays, holidays and windows are local to it.
        week: seven lists of windows, Monday first. Windows of one day are in order and do not overlap.
        holidays: `YYYY-MM-DD` -> name; off, whatever the weekday.
        workdays: `YYYY-MM-DD` -> make-up day; worked, whatever the weekday.
        official, provisional: years whose holidays are announced, or only guessed from the law and the moon.
    """

    name: str
    timezone: str
    week: tuple[tuple[Window, ...], ...]
    title: Text = ""
    holidays: dict[str, Text] = {}
    workdays: dict[str, MakeUpDay] = {}
    official: tuple[int, ...] = ()
    provisional: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not any(self.week):
            raise ValueError("a calendar has seven weekdays and opens on at least one of them")

    def is_workday(self, day: date) -> bool:
        """Whether people work on that local day: a make-up day, or a weekday with windows that is no holiday."""
        ordinal = day.toordinal()
        return ordinal in self._made_up or (bool(self.week[day.weekday()]) and ordinal not in self._off)

    def windows(self, day: date) -> tuple[Interval, ...]:
        """The opening intervals that belong to a local day, in UTC and in order; the last may end on the next day.

        An hour that the day before already covers (a window past midnight) is counted there, not here.
        """
        return self._day(day.toordinal()).intervals

    def is_open(self, t: datetime) -> bool:
        """Whether `t` lies in opening time."""
        moment = in_utc(t)
        return any(start <= moment < end for start, end in self._around(self._local_day(moment)))

    def next_opening(self, t: datetime) -> datetime:
        """`t` itself while open, else the start of the next window."""
        moment = in_utc(t)
        for start, end in self._onwards(self._local_day(moment) - 1):
            if moment < end:
                return max(start, moment)
        raise self._too_far(t)

    def opening_between(self, a: datetime, b: datetime) -> timedelta:
        """Opening time from `a` to `b`; negative when `b` is earlier.

        Raises:
            ValueError: a and b are more than 100 years apart.
        """
        first, last = in_utc(a), in_utc(b)
        if last < first:
            return -self.opening_between(last, first)
        day_a, day_b = self._local_day(first), self._local_day(last)
        if day_b - day_a > _HORIZON:
            raise self._too_far(b)
        whole = sum((self._day(day).total for day in range(day_a - 1, day_b - 1)), ZERO)
        return whole + self._opened_by(last, day_b) - self._opened_by(first, day_a)

    def add_opening(self, t: datetime, delta: timedelta) -> datetime:
        """The first instant at which `delta` of opening time has passed since `t`.

        From outside opening time the count starts at the next opening. An amount that runs out exactly at closing
        time ends there, not at the next opening. Zero gives `t` unchanged, open or not. A negative amount goes back
        to the last instant from which `-delta` of opening time passes until `t`.

        Raises:
            ValueError: the result is more than 100 years away.
        """
        moment = in_utc(t)
        if delta == ZERO:
            return moment
        return self._forward(moment, delta) if delta > ZERO else self._back(moment, -delta)

    def shift_workdays(self, day: date, n: int) -> date:
        """The n-th working day after `day` (before it for negative n); 0 gives `day` itself, worked or not.

        Raises:
            ValueError: n is beyond 36525 (a hundred years of days).
        """
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR or abs(n) > _HORIZON:
            raise self._too_far(day)
        if n == 0:
            return day
        step = 1 if n > 0 else -1
        days = (day + timedelta(step * distance) for distance in count(1))
        return next(islice(filter(self.is_workday, days), abs(n) - 1, None))

    def add_workdays(self, t: datetime, n: int) -> datetime:
        """The same local time of day on the n-th next working day (previous, for negative n); 0 gives `t`.

        A time that the clock skips on that day (summer time) becomes the instant of the change.
        """
        moment = in_utc(t)
        if n == 0:
            return moment
        local = moment.astimezone(self._zone)
        day = self.shift_workdays(local.date(), n)
        return self._instant(datetime.combine(day, local.time().replace(fold=0)))

    def workdays_between(self, a: datetime | date, b: datetime | date) -> int:
        """Working days after a's local date, up to and including b's.

        When b is earlier: minus the working days before a's date, back to and including b's; so it always holds that
        `workdays_between(t, add_workdays(t, n)) == n`.
        """
        first, last = self._date_of(a).toordinal(), self._date_of(b).toordinal()
        return self._workdays_in(first + 1, last + 1) if first <= last else -self._workdays_in(last, first)

    @property
    def workdays_a_week(self) -> int:
        """Weekdays with opening hours: what a week means on this calendar."""
        return sum(1 for windows in self.week if windows)

    def crosses_provisional(self, a: datetime | date, b: datetime | date) -> int | None:
        """The first local year from a to b whose holidays are not official (guessed, or not in the calendar at all).

        None when all are official, or when the calendar has no yearly data, such as one that is always open.
        """
        if not self.official and not self.provisional:
            return None
        years = sorted((self._date_of(a).year, self._date_of(b).year))
        return next((year for year in range(years[0], years[1] + 1) if year not in self.official), None)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def _off(self) -> frozenset[int]:
        return frozenset(date.fromisoformat(day).toordinal() for day in self.holidays)

    @cached_property
    def _made_up(self) -> dict[int, int]:
        return {date.fromisoformat(day).toordinal(): made_up.like for day, made_up in self.workdays.items()}

    @cached_property
    def _exceptions(self) -> tuple[int, ...]:
        return tuple(sorted(self._off | self._made_up.keys()))

    @cached_property
    def _known_days(self) -> dict[int, _Day]:
        return {}

    def _day(self, ordinal: int) -> _Day:
        known = self._known_days.get(ordinal)
        if known is None:
            if len(self._known_days) >= _KEPT_DAYS:
                self._known_days.clear()
            known = self._known_days[ordinal] = self._work_out(ordinal)
        return known

    def _work_out(self, ordinal: int) -> _Day:
        tail = max((window.end for window in self._hours(ordinal - 1)), default=0) - _DAY_MINUTES
        midnight = datetime.combine(date.fromordinal(ordinal), time())
        intervals: list[Interval] = []
        for window in self._hours(ordinal):
            start, end = (midnight + timedelta(minutes=m) for m in (max(window.start, tail), max(window.end, tail)))
            opens, closes = self._instant(start), self._instant(end)
            if opens < closes:
                intervals.append((opens, closes))
        return _Day(tuple(intervals), sum((end - start for start, end in intervals), ZERO))

    def _hours(self, ordinal: int) -> tuple[Window, ...]:
        like = self._made_up.get(ordinal)
        if like is not None:
            return self.week[like]
        return () if ordinal in self._off else self.week[(ordinal - 1) % 7]

    def _workdays_in(self, first: int, end: int) -> int:
        weeks, rest = divmod(end - first, 7)
        total = weeks * self.workdays_a_week + sum(bool(self.week[(day - 1) % 7]) for day in range(end - rest, end))
        for day in self._exceptions:
            if first <= day < end:
                total += self.is_workday(date.fromordinal(day)) - bool(self.week[(day - 1) % 7])
        return total

    def _onwards(self, day: int) -> Iterator[Interval]:
        for ordinal in range(day, day + _HORIZON):
            yield from self._day(ordinal).intervals

    def _backwards(self, day: int) -> Iterator[Interval]:
        for ordinal in range(day, day - _HORIZON, -1):
            yield from reversed(self._day(ordinal).intervals)

    def _around(self, day: int) -> Iterator[Interval]:
        """What may be open during a local day: windows reach over midnight, and clocks set back over it return."""
        for ordinal in (day - 1, day, day + 1):
            yield from self._day(ordinal).intervals

    def _opened_by(self, moment: datetime, day: int) -> timedelta:
        """Opening time before `moment`, counted from the first window of the day before its local day."""
        return sum((min(end, moment) - start for start, end in self._around(day) if start < moment), ZERO)

    def _forward(self, moment: datetime, delta: timedelta) -> datetime:
        day = self._local_day(moment)
        left = delta + self._opened_by(moment, day)
        for start, end in self._onwards(day - 1):
            if left <= end - start:
                return start + left
            left -= end - start
        raise self._too_far(moment)

    def _back(self, moment: datetime, delta: timedelta) -> datetime:
        day = self._local_day(moment)
        left = delta + sum((end - start for start, end in self._around(day)), ZERO) - self._opened_by(moment, day)
        for start, end in self._backwards(day + 1):
            if left <= end - start:
                return end - left
            left -= end - start
        raise self._too_far(moment)

    def _too_far(self, start: date) -> ValueError:
        return ValueError(f"calendar {self.name}: from {start.isoformat()} it is more than 100 years")

    def _local_day(self, moment: datetime) -> int:
        return moment.astimezone(self._zone).toordinal()

    def _date_of(self, when: datetime | date) -> date:
        return in_utc(when).astimezone(self._zone).date() if isinstance(when, datetime) else when

    def _instant(self, local: datetime) -> datetime:
        """The first instant at which the local clock shows `local` or later. Monotone, also where the clock jumps."""
        moment = local.replace(tzinfo=self._zone).astimezone(UTC)
        if self._shown_at(moment) == local:
            return moment
        # Skipped by the clock: find the jump between the two readings of a time that never was.
        skipped = local.replace(tzinfo=self._zone, microsecond=0)
        before, after = skipped.replace(fold=1).astimezone(UTC), skipped.astimezone(UTC)
        while after - before > _SECOND:
            middle = before + (after - before) // (2 * _SECOND) * _SECOND
            before, after = (before, middle) if self._shown_at(middle) >= local else (middle, after)
        return after

    def _shown_at(self, moment: datetime) -> datetime:
        return moment.astimezone(self._zone).replace(tzinfo=None, fold=0)


def in_utc(t: datetime) -> datetime:
    """The same instant in UTC; ValueError for a naive datetime or one outside the years 1000 to 9000."""
    if t.utcoffset() is None:
        raise ValueError(f"{t.isoformat()} has no time zone; calendars take aware datetimes only")
    if not _FIRST_YEAR <= t.year <= _LAST_YEAR:
        raise ValueError(f"{t.isoformat()} is outside the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return t.astimezone(UTC)
