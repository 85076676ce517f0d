"""Places as actions use them: distances in metres between points of any datum, and the middles of Chinese areas.

Channels often hide a receiver's street. Then the goods go, for choosing a warehouse, to the middle of the district,
city or province, as definitions/areas/cn.yaml gives it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from activities._runtime.files import DataFile, load_file
from activities._runtime.models import Point
from waystation.contracts import geo


class Areas(DataFile):
    """Middles of areas: province, province/city or province/city/district -> [latitude, longitude]."""

    areas: str
    datum: Literal["wgs84", "gcj02"]
    middles: dict[str, tuple[float, float]]


def point_at(lat: float, lng: float, datum: str) -> Point:
    """A point from three columns of a row.

    Raises:
        ValueError: not a place on earth, or an unknown datum.
    """
    return Point.model_validate({"lat": lat, "lng": lng, "datum": datum})


def metres_between(one: Point, other: Point) -> float:
    """Metres along the ellipsoid; points of different datums are compared in one."""
    return geo.distance_m(_geo(one), _geo(other))


def area_point(area: str) -> Point | None:
    """The middle of the smallest known area that `area` (四川省/成都市/锦江区) lies in; None when none is known."""
    parts = area.split("/")
    known = load_file("areas", "cn", Areas)
    for length in range(len(parts), 0, -1):
        middle = known.middles.get("/".join(parts[:length]))
        if middle is not None:
            return point_at(*middle, known.datum)
    return None


@lru_cache(maxsize=4096)
def _geo(point: Point) -> geo.Point:
    return geo.Point(point.lat, point.lng, point.datum)
