"""Hours of duty as people write them: `mon-fri 09:00-18:00; sat 10:00-14:00`. Chinese day names are read as well."""

from __future__ import annotations

import re
from collections.abc import Iterable

from waystation.contracts.people import Duty

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE = {**dict(zip("一二三四五六日", DAYS, strict=True)), "天": "sun"}
_PART = re.compile(r"(?P<days>[a-z,\- ]+?)\s+(?P<start>\d{1,2}:\d{2})\s*-\s*(?P<end>\d{1,2}:\d{2})")
_DAY = 24 * 60


def parse_duty(text: str) -> tuple[Duty, ...]:
    """The hours that a text says; an end that is not after its start is on the next day.

    Raises:
        ValueError: it is none of this form.
    """
    plain = re.sub("(?:周|星期)([一二三四五六日天])", lambda found: _CHINESE[found[1]], text.strip().lower())
    plain = plain.replace("至", "-").replace("、", ",").replace("；", ";")
    return tuple(_part(part.strip()) for part in plain.split(";") if part.strip())


def duty_text(duty: Iterable[Duty]) -> str:
    """The text that reads as these hours."""
    return "; ".join(f"{_days_text(one.days)} {_clock(one.start)}-{_clock(one.end)}" for one in duty)


def _part(text: str) -> Duty:
    found = _PART.fullmatch(text)
    if found is None:
        raise ValueError(text)
    start, end = _minutes(found["start"]), _minutes(found["end"])
    if start >= _DAY:
        raise ValueError(text)
    return Duty(_days(found["days"]), start, end if end > start else end + _DAY)


def _days(text: str) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = (one.strip() for one in part.partition("-"))
        begin = DAYS.index(first)
        until = DAYS.index(last) if dash else begin
        found.update((begin + step) % 7 for step in range((until - begin) % 7 + 1))
    return tuple(sorted(found))


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    if int(hours) > 24 or int(minutes) > 59 or int(hours) * 60 + int(minutes) > _DAY:
        raise ValueError(text)
    return int(hours) * 60 + int(minutes)


def _days_text(days: tuple[int, ...]) -> str:
    if len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1)):
        return f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
    return ",".join(DAYS[day] for day in days)


def _clock(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours if minutes == _DAY else hours % 24:02d}:{rest:02d}"
