"""Is somebody at work at a moment? Absences with their periods, hours of duty, and the plain `away` of before."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from waystation.contracts.people import Absence, Duty, Organisation, Person

_DAY = 24 * 60


def is_away(person: Person, at: datetime | None) -> bool:
    """Out of office then? Without a moment only `away` counts."""
    return person.away or (at is not None and any(_covers(absence, at) for absence in person.absent))


def is_on_duty(organisation: Organisation, person: Person, at: datetime | None) -> bool:
    """Within his hours of duty, in the organisation's time zone? Always, for who has none."""
    if not person.duty or at is None:
        return True
    local = at.astimezone(ZoneInfo(organisation.timezone))
    minute = local.hour * 60 + local.minute
    yesterday = (local - timedelta(days=1)).weekday()
    return any(_holds(duty, local.weekday(), minute) or _holds(duty, yesterday, minute + _DAY) for duty in person.duty)


def _covers(absence: Absence, at: datetime) -> bool:
    return (absence.since is None or absence.since <= at) and (absence.until is None or at < absence.until)


def _holds(duty: Duty, weekday: int, minute: int) -> bool:
    return weekday in duty.days and duty.start <= minute < duty.end
