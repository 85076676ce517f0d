"""Points on the earth, the distance between them, and the verdict on a fix near a fence.

A coordinate means nothing without its datum: Chinese maps shift mainland places by 266 to 621 metres (GCJ-02), far
more than a 50 m fence. So every point carries its datum, and two points are compared in one datum by converting
forward, WGS-84 to GCJ-02, which is exact. Nothing converts back. Degrees are decimal, distances metres.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec
from geographiclib.geodesic import Geodesic

from waystation.contracts.mainland import is_mainland

Datum = Literal["wgs84", "gcj02"]
Verdict = Literal["ok", "uncertain", "refused", "retry"]

_DATUMS: tuple[Datum, ...] = ("wgs84", "gcj02")
_MEAN_RADIUS = 6_371_008.8
# The ellipsoid of the shift: Krassowsky 1940.
_SEMI_MAJOR = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
#: How much longer than the geodesic a haversine may be is under 0.6 %; beyond this factor a point is surely outside.
_HAVERSINE_MARGIN = 1.01


class Point(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A place.

    Attributes:
        lat, lng: degrees, north and east positive.
        datum: what the degrees are measured in.
        accuracy_m: radius in metres within which the device believes to be; None where none was given.

    Raises:
        ValueError: a coordinate or accuracy out of range, an unknown datum.
    """

    lat: float
    lng: float
    datum: Datum
    accuracy_m: float | None = None

    def __post_init__(self) -> None:
        if not (abs(self.lat) <= 90 and abs(self.lng) <= 180):
            raise ValueError(f"{self.lat}, {self.lng} is not a latitude and a longitude in degrees")
        if self.datum not in _DATUMS:
            raise ValueError(f"'{self.datum}' is not a datum; it is wgs84 or gcj02")
        if self.accuracy_m is not None and not 0 <= self.accuracy_m < math.inf:
            raise ValueError("an accuracy is a number of metres from 0 on")


def parse_point(data: Mapping[str, Any]) -> Point:
    """Read a point from plain data: `lat`, `lng`, `datum` and perhaps `accuracy_m`; other keys are left alone.

    Raises:
        ValueError: a missing datum or coordinate, or one that is no number.
    """
    datum = data.get("datum")
    if datum is None:
        raise ValueError("a coordinate needs its datum: wgs84 (GPS) or gcj02 (Chinese maps)")
    accuracy = data.get("accuracy_m")
    metres = None if accuracy is None else _number(data, "accuracy_m")
    return Point(_number(data, "lat"), _number(data, "lng"), datum, metres)


def wgs84_to_gcj02(point: Point, *, mainland: bool | None = None) -> Point:
    """The point as Chinese maps show it; a GCJ-02 point is returned as it is.

    Outside the mainland both datums agree, so only the label changes: Hong Kong, Macau and Taiwan, as well as Seoul
    and Hanoi, are not shifted. The accuracy stays.

    Args:
        mainland: what is known about the place, where the caller knows better than the coarse outline.
    """
    if point.datum == "gcj02":
        return point
    lat, lng = point.lat, point.lng
    if is_mainland(lat, lng) if mainland is None else mainland:
        lat, lng = _shift(lat, lng)
    return Point(lat, lng, "gcj02", point.accuracy_m)


def distance_m(a: Point, b: Point) -> float:
    """Metres along the ellipsoid, rounded to a millimetre so that every machine gives the same number."""
    a, b = _in_one_datum(a, b)
    line = Geodesic.WGS84.Inverse(a.lat, a.lng, b.lat, b.lng, Geodesic.DISTANCE)
    return round(float(line["s12"]), 3)


def haversine_m(a: Point, b: Point) -> float:
    """Metres on a sphere: fifty times faster than `distance_m` and up to 0.6 % off. For sorting out, not deciding."""
    a, b = _in_one_datum(a, b)
    south, north = math.radians(a.lat), math.radians(b.lat)
    half_lat, half_lng = (north - south) / 2, math.radians(b.lng - a.lng) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(south) * math.cos(north) * math.sin(half_lng) ** 2
    return 2 * _MEAN_RADIUS * math.asin(math.sqrt(min(1.0, chord)))


def is_within(a: Point, b: Point, radius_m: float) -> bool:
    """Whether the points are at most `radius_m` apart: far ones are sorted out cheaply, near ones measured."""
    return haversine_m(a, b) <= radius_m * _HAVERSINE_MARGIN and distance_m(a, b) <= radius_m


def inside(distance: float, accuracy: float | None, radius: float = 50, accuracy_limit: float = 100) -> Verdict:
    """The verdict on a fix `distance` metres from the middle of a fence of `radius` metres.

    `retry`: the device does not know where it is (accuracy missing, or worse than `accuracy_limit`); `ok`: inside
    even at worst; `refused`: outside even at best; `uncertain`: may be either, so a photo and a manager decide.

    Raises:
        ValueError: a negative number, or one that is none.
    """
    if not (distance >= 0 and radius >= 0 and accuracy_limit >= 0 and (accuracy is None or accuracy >= 0)):
        raise ValueError("distance, accuracy, radius and limit are metres from 0 on")
    if accuracy is None or accuracy > accuracy_limit:
        return "retry"
    if distance + accuracy <= radius:
        return "ok"
    return "refused" if distance - accuracy > radius else "uncertain"


def _in_one_datum(a: Point, b: Point) -> tuple[Point, Point]:
    return (a, b) if a.datum == b.datum else (wgs84_to_gcj02(a), wgs84_to_gcj02(b))


def _number(data: Mapping[str, Any], key: str) -> float:
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"'{key}' of a coordinate is a number")
    return float(value)


def _shift(lat: float, lng: float) -> tuple[float, float]:
    """The published GCJ-02 polynomial: a shift in metres, north and east, turned into degrees."""
    x, y = lng - 105.0, lat - 35.0
    ripple = 20 * _wave(x, 6) + 20 * _wave(x, 2)
    north = ripple + 20 * _wave(y, 1) + 40 * _wave(y, 1 / 3) + 160 * _wave(y, 1 / 12) + 320 * _wave(y, 1 / 30)
    east = ripple + 20 * _wave(x, 1) + 40 * _wave(x, 1 / 3) + 150 * _wave(x, 1 / 12) + 300 * _wave(x, 1 / 30)
    root = math.sqrt(abs(x))
    north = north * 2 / 3 - 100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    east = east * 2 / 3 + 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    flat = 1 - _ECCENTRICITY_SQUARED * math.sin(math.radians(lat)) ** 2
    meridian = _SEMI_MAJOR * (1 - _ECCENTRICITY_SQUARED) / (flat * math.sqrt(flat))
    parallel = _SEMI_MAJOR / math.sqrt(flat) * math.cos(math.radians(lat))
    return lat + math.degrees(north / meridian), lng + math.degrees(east / parallel)


def _wave(x: float, frequency: float) -> float:
    return math.sin(frequency * x * math.pi)
