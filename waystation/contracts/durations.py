"""Durations as authors write them: `90s`, `1h30m`, `3d`, `PT90S`, `2 workdays`, `8 workhours`.

A duration is a value: parsing it reads no clock and no calendar. What it means from a given start is said by
`waystation.contracts.calendars.due_at`. Days and weeks are kept apart from hours, because they part company on a
working calendar: `24h` is then twenty-four hours of opening time, `1d` is one working day.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

Kind = Literal["wall", "workdays", "workhours"]

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

#: Nothing in a process lasts longer; whatever does is a typing mistake. 100 Julian years.
LONGEST_DAYS = 36_525

_LONGEST_TEXT = 64
_UNITS = {"w": WEEK, "d": DAY, "h": HOUR, "m": MINUTE, "s": 1}
_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
_WORK = re.compile(rf"({_NUMBER})\s*(workday|workdays|workhour|workhours)")
_SHORT = re.compile("".join(rf"(?:({_NUMBER})\s*{unit}\s*)?" for unit in _UNITS))
_ISO = re.compile(
    rf"P(?:({_NUMBER})W)?(?:({_NUMBER})D)?(?:T(?=[0-9])(?:({_NUMBER})H)?(?:({_NUMBER})M)?(?:({_NUMBER})S)?)?"
)
_ISO_MONTHS = re.compile(rf"P(?:{_NUMBER}Y|{_NUMBER}M)")


class Duration(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A length of time.

    Attributes:
        kind: `wall` (elapsed time, or opening time where a calendar is given), `workdays` or `workhours`.
        seconds: `wall`: the whole length in seconds on a wall clock, days and weeks included; `workhours`: seconds
            of opening time, a multiple of 9 (hours with up to four decimals); `workdays`: 0.
        count: `workdays`: how many; otherwise 0.
        days, weeks: `wall`: how much of `seconds` was written in days and in weeks. On a calendar these are working
            days, and weeks of as many working days as the calendar has in a week.

    Raises:
        ValueError: a negative part, parts that contradict the kind, or more than 100 years.
    """

    kind: Kind
    seconds: int = 0
    count: int = 0
    days: int = 0
    weeks: int = 0

    def __post_init__(self) -> None:
        if min(self.seconds, self.count, self.days, self.weeks) < 0:
            raise ValueError("a duration cannot be negative")
        if self.seconds > LONGEST_DAYS * DAY or self.count > LONGEST_DAYS:
            raise ValueError("a duration cannot be longer than 100 years")
        if self.kind != "workdays" and self.count:
            raise ValueError("only workdays are counted")
        if self.kind != "wall" and (self.days or self.weeks):
            raise ValueError("only wall-clock durations have days and weeks")
        if self.kind == "workdays" and self.seconds:
            raise ValueError("workdays have no seconds")
        if self.kind == "workhours" and self.seconds % 9:
            raise ValueError("workhours are hours with up to four decimals")
        if self.rest < 0:
            raise ValueError("the days and weeks of a duration are part of its seconds")

    @property
    def rest(self) -> int:
        """Seconds that were written in hours, minutes and seconds."""
        return self.seconds - self.days * DAY - self.weeks * WEEK

    @property
    def needs_calendar(self) -> bool:
        """Whether the duration means nothing without a calendar."""
        return self.kind != "wall"

    def __str__(self) -> str:
        """The canonical text; parsing it gives an equal duration."""
        if self.kind == "workdays":
            return f"{self.count} workday{'' if self.count == 1 else 's'}"
        if self.kind == "workhours":
            amount = f"{Decimal(self.seconds) / HOUR:f}"
            return f"{amount} workhour{'' if self.seconds == HOUR else 's'}"
        hours, seconds = divmod(self.rest, HOUR)
        minutes, seconds = divmod(seconds, MINUTE)
        amounts = (self.weeks, self.days, hours, minutes, seconds)
        return "".join(f"{number}{unit}" for number, unit in zip(amounts, _UNITS, strict=True) if number) or "0s"


def parse_duration(text: str) -> Duration:
    """Read a duration.

    Accepted: `90s`, `15m`, `2h`, `3d`, `1w` and these in falling order (`1w2d`, `1h30m`, `1h 30m`); ISO 8601 with
    weeks, days, hours, minutes and seconds (`PT90S`, `P1DT2H`); `2 workdays`; `8 workhours`. Hours, minutes, seconds
    and workhours may be fractions that come to whole seconds (`1.5h`, `0.5 workhours`).

    Raises:
        ValueError: with a sentence for the author: empty, negative, unreadable, finer than a second, over 100 years.
    """
    clean = text.strip()
    if not clean:
        raise ValueError("a duration is empty; write for example 2h, 3d or 2 workdays")
    if len(clean) > _LONGEST_TEXT:
        raise ValueError(f"a duration has at most {_LONGEST_TEXT} characters")
    if clean.startswith("-"):
        raise ValueError(f"'{clean}' is negative; a duration cannot be")
    if work := _WORK.fullmatch(clean):
        return _work_duration(clean, work[1], work[2])
    if match := _SHORT.fullmatch(clean) or _ISO.fullmatch(clean):
        amounts = dict(zip(_UNITS, match.groups(), strict=True))
        if any(amounts.values()):
            return _wall_duration(clean, amounts)
    raise ValueError(_complaint(clean))


def _wall_duration(text: str, amounts: dict[str, str | None]) -> Duration:
    seconds = {unit: _seconds(text, amount or "0", _UNITS[unit]) for unit, amount in amounts.items()}
    for unit, word in (("w", "weeks"), ("d", "days")):
        if not (amounts[unit] or "0").isdecimal():
            raise ValueError(f"'{text}': {word} are whole numbers; write the rest in hours")
    total = sum(seconds.values())
    _refuse_longer_than(text, total, LONGEST_DAYS * DAY)
    return Duration("wall", total, days=seconds["d"] // DAY, weeks=seconds["w"] // WEEK)


def _work_duration(text: str, amount: str, unit: str) -> Duration:
    if unit.startswith("workhour"):
        seconds = _seconds(text, amount, HOUR)
        _refuse_longer_than(text, seconds, LONGEST_DAYS * DAY)
        return Duration("workhours", seconds)
    if not amount.isdecimal():
        raise ValueError(f"'{text}': workdays are whole numbers; write a part of a day in workhours")
    _refuse_longer_than(text, int(amount), LONGEST_DAYS)
    return Duration("workdays", count=int(amount))


def _seconds(text: str, amount: str, size: int) -> int:
    seconds = Fraction(amount.replace(",", ".")) * size
    if seconds.denominator != 1:
        raise ValueError(f"'{text}' is not a whole number of seconds")
    return seconds.numerator


def _refuse_longer_than(text: str, amount: int, limit: int) -> None:
    if amount > limit:
        raise ValueError(f"'{text}' is longer than 100 years")


def _complaint(text: str) -> str:
    if _ISO_MONTHS.match(text):
        return f"'{text}': months and years have no fixed length; write days"
    if re.fullmatch(_NUMBER, text):
        return f"'{text}' has no unit; write {text}s, {text}m, {text}h, {text}d or {text} workdays"
    return f"'{text}' is not a duration; write for example 90s, 1h30m, 3d, 1w, PT90S, 2 workdays or 8 workhours"
