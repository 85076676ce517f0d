"""Field visits: the order of a day's stops, the numbers of a check-in, and its marks of risk. Pure.

What a fix says about being at the site is decided by `waystation.contracts.geo.inside`. A mock location or a late
upload are marks for a manager to see, never proof.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

#: A check-in must be within so many metres of the site. Tenant setting `visits.radius_m`.
RADIUS_M = 50
#: A fix less accurate than this is taken again. Tenant setting `visits.accuracy_m`.
ACCURACY_M = 100
#: A device time so far from ours is marked.
LATE = timedelta(minutes=10)

_Stop = TypeVar("_Stop")


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
