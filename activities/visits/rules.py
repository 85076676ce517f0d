"""Field visits: the order of a day's stops, the numbers of a check-in, and its marks of risk. Pure.

What a fix says about being at the site is decided by `waystation.contracts.geo.inside`. A mock location or a late
upload are marks for a manager to see, never proof.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import TypeVar

#: A check-in must be within so many metres of the site. Tenant setting `visits.radius_m`.
RADIUS_M = 50
#: A fix less accurate than this is taken again. Tenant setting `visits.accuracy_m`.
ACCURACY_M = 100
#: A device time so far from ours is marked.
LATE = timedelta(minutes=10)

#: Faster than this, in metres a second, nobody drives: the fix is wrong. Tenant setting `visits.fastest_kmh`.
FASTEST_KMH = 130
#: Work hours of a salesperson; what lies outside is private. Tenant settings `visits.work_from`, `visits.work_until`.
WORK_FROM, WORK_UNTIL = "08:00", "20:00"
_CHINA = timezone(timedelta(hours=8))

_Stop = TypeVar("_Stop")


@dataclass(frozen=True, slots=True)
class Fix:
    """One point of a track. `metres` is the way from the last point that counts, None for the first one."""

    at: datetime
    accuracy_m: float
    metres: float | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrackRules:
    """The numbers of a track; hours as HH:MM in China."""

    accuracy_m: int = ACCURACY_M
    fastest_kmh: int = FASTEST_KMH
    work_from: str = WORK_FROM
    work_until: str = WORK_UNTIL


def track_flag(fix: Fix, rules: TrackRules) -> str:
    """Why a point of a track is not shown to managers; "" where it is. Nothing is ever deleted."""
    clock = fix.at.astimezone(_CHINA).time()
    if not time.fromisoformat(rules.work_from) <= clock < time.fromisoformat(rules.work_until):
        return "private"
    if fix.accuracy_m > rules.accuracy_m:
        return "inaccurate"
    if fix.metres is not None and fix.last_at is not None:
        seconds = max((fix.at - fix.last_at).total_seconds(), 1)
        if fix.metres / seconds * 3.6 > rules.fastest_kmh:
            return "jump"
    return ""


def risks(*, mock: bool, device_time: datetime | None, at: datetime) -> list[str]:
    """Marks that a manager should see beside a check-in."""
    marks = ["mock_location"] if mock else []
    if device_time is not None and abs(at - device_time) > LATE:
        marks.append("late_upload" if device_time < at else "clock_ahead")
    return marks


def order_stops(stops: Sequence[_Stop], start: _Stop | None, metres: Callable[[_Stop, _Stop], float]) -> list[_Stop]:
    """A short way through all stops: nearest neighbour first, then pairs of edges are swapped while that helps.

    The same stops in the same order give the same way. Without `start` the first stop stays first.
    """
    if not stops:
        return []
    left = list(stops)
    way = [left.pop(0)] if start is None else [start]
    while left:
        here = way[-1]
        nearest = min(range(len(left)), key=lambda index: (metres(here, left[index]), index))
        way.append(left.pop(nearest))
    _swap_edges(way, metres)
    return way if start is None else way[1:]


def _swap_edges(way: list[_Stop], metres: Callable[[_Stop, _Stop], float]) -> None:
    """2-opt on an open way whose first stop is fixed; at most so many rounds as there are stops."""
    for _ in range(len(way)):
        better = False
        for i in range(1, len(way) - 1):
            for j in range(i + 1, len(way)):
                before = metres(way[i - 1], way[i]) + (metres(way[j], way[j + 1]) if j + 1 < len(way) else 0)
                after = metres(way[i - 1], way[j]) + (metres(way[i], way[j + 1]) if j + 1 < len(way) else 0)
                if after < before - 1e-6:
                    way[i : j + 1] = reversed(way[i : j + 1])
                    better = True
        if not better:
            return
