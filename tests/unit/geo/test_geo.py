"""Datums, distances and verdicts."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waystation.contracts.geo import (
    Datum,
    Point,
    distance_m,
    haversine_m,
    inside,
    is_within,
    parse_point,
    wgs84_to_gcj02,
)


def wgs(lat: float, lng: float) -> Point:
    return Point(lat, lng, "wgs84")


def shift_m(point: Point, *, mainland: bool | None = None) -> float:
    """How far apart the same degrees would be on the two maps."""
    shifted = wgs84_to_gcj02(point, mainland=mainland)
    return distance_m(point, Point(shifted.lat, shifted.lng, "wgs84"))


@pytest.mark.parametrize(
    ("city", "lat", "lng", "metres", "tolerance"),
    [
        ("Beijing", 39.9042, 116.4074, 556, 1),
        ("Shanghai", 31.2304, 121.4737, 482, 1),
        ("Guangzhou", 23.1291, 113.2644, 621, 1),
        ("Urumqi", 43.8256, 87.6168, 266, 1),
        ("Chengdu", 30.5728, 104.0668, 360, 10),
        ("Kunming", 24.8801, 102.8329, 360, 10),
    ],
)
def test_mainland_cities_are_shifted(city: str, lat: float, lng: float, metres: float, tolerance: float) -> None:
    """The offsets measured in each city's middle; where the middle lies moves some by a few metres."""
    assert shift_m(wgs(lat, lng)) == pytest.approx(metres, abs=tolerance), city


def test_the_published_vector() -> None:
    """The pair that implementations of the shift are compared by."""
    shifted = wgs84_to_gcj02(wgs(31.1774276, 121.5272106))
    assert (shifted.lat, shifted.lng) == pytest.approx((31.17530398364597, 121.531541859215), abs=1e-12)
    assert shifted.datum == "gcj02"


@pytest.mark.parametrize(
    ("place", "lat", "lng"),
    [
        ("Hong Kong", 22.3193, 114.1694),
        ("Sheung Shui, near the Shenzhen river", 22.5010, 114.1280),
        ("Macau", 22.1987, 113.5439),
        ("Taipei", 25.0330, 121.5654),
        ("Kaohsiung", 22.6273, 120.3014),
        ("Kinmen", 24.4321, 118.3171),
        ("Seoul", 37.5665, 126.9780),
        ("Pyongyang", 39.0392, 125.7625),
        ("Hanoi", 21.0278, 105.8342),
        ("Ulan Bator", 47.8864, 106.9057),
        ("Vladivostok", 43.1155, 131.8855),
        ("Blagoveshchensk", 50.2796, 127.5405),
        ("Almaty", 43.2220, 76.8512),
        ("Kathmandu", 27.7172, 85.3240),
        ("Fukuoka", 33.5902, 130.4017),
        ("Sydney", -33.8688, 151.2093),
        ("New York", 40.7128, -74.0060),
    ],
)
def test_places_outside_the_mainland_are_not(place: str, lat: float, lng: float) -> None:
    """A bounding box would shift most of these; the outline leaves them where they are."""
    assert shift_m(wgs(lat, lng)) == 0, place


@pytest.mark.parametrize(
    ("place", "lat", "lng"),
    [
        ("Shenzhen Futian", 22.5410, 114.0550),
        ("Shenzhen Luohu", 22.5480, 114.1310),
        ("Shekou", 22.4800, 113.9150),
        ("Zhuhai Gongbei", 22.2250, 113.5500),
        ("Hengqin", 22.1400, 113.5200),
        ("Xiamen", 24.4798, 118.0894),
        ("Sanya", 18.2528, 109.5119),
        ("Dandong", 40.1290, 124.3940),
        ("Heihe", 50.2450, 127.4990),
        ("Hekou", 22.5290, 103.9390),
        ("Ruili", 24.0130, 97.8520),
        ("Horgos", 44.2150, 80.4200),
        ("Kashgar", 39.4704, 75.9898),
        ("Lhasa", 29.6520, 91.1721),
        ("Mohe", 52.9720, 122.5390),
        ("Zhoushan", 30.0160, 122.1060),
    ],
)
def test_towns_at_the_edge_of_the_mainland_are(place: str, lat: float, lng: float) -> None:
    """The outline holds the mainland's border towns and coast."""
    assert 100 < shift_m(wgs(lat, lng)) < 1000, place


def test_who_knows_the_region_overrules_the_outline() -> None:
    """An address says more than a coarse outline."""
    assert shift_m(wgs(22.3193, 114.1694), mainland=True) == pytest.approx(596, abs=1)
    assert shift_m(wgs(39.9042, 116.4074), mainland=False) == 0


def test_shifting_twice_changes_nothing() -> None:
    """A GCJ-02 point is already where maps show it."""
    once = wgs84_to_gcj02(Point(31.23, 121.47, "wgs84", 12.5))
    assert wgs84_to_gcj02(once) is once
    assert once.accuracy_m == 12.5


def test_the_same_place_in_two_datums_is_no_distance_apart() -> None:
    """Mixed datums are compared after converting; raw degrees would be half a kilometre off."""
    store = wgs84_to_gcj02(wgs(39.9042, 116.4074))
    assert distance_m(wgs(39.9042, 116.4074), store) == 0
    assert distance_m(store, wgs(39.9042, 116.4074)) == 0
    assert is_within(store, wgs(39.9043, 116.4074), 50)
    assert not is_within(Point(39.9042, 116.4074, "gcj02"), wgs(39.9042, 116.4074), 500)


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        (wgs(0, 0), wgs(0, 1), 111_319.491),
        (wgs(0, 0), wgs(1, 0), 110_574.389),
        (wgs(90, 0), wgs(-90, 0), 20_003_931.459),
        (wgs(31.2304, 121.4737), wgs(31.2304, 121.4737), 0),
        (wgs(0, 179.9995), wgs(0, -179.9995), 111.319),
    ],
)
def test_distances_along_the_ellipsoid(a: Point, b: Point, metres: float) -> None:
    """A degree on the equator, a degree of meridian, pole to pole, and over the date line."""
    assert distance_m(a, b) == pytest.approx(metres, abs=0.001)


@settings(max_examples=80, deadline=None)
@given(
    lat=st.floats(-85, 85),
    lng=st.floats(-179, 179),
    north=st.floats(-0.03, 0.03),
    east=st.floats(-0.03, 0.03),
)
def test_the_quick_distance_never_sorts_out_what_is_near(lat: float, lng: float, north: float, east: float) -> None:
    """Whatever the ellipsoid says is within the radius passes the sphere's looser test."""
    a, b = wgs(lat, lng), wgs(lat + north, lng + east)
    true = distance_m(a, b)
    assert haversine_m(a, b) == pytest.approx(true, rel=0.01, abs=0.01)
    assert is_within(a, b, true + 0.001)
    assert distance_m(b, a) == pytest.approx(true, abs=0.001)


@pytest.mark.parametrize(
    ("distance", "accuracy", "verdict"),
    [
        (30, 20, "ok"),
        (30, 20.01, "uncertain"),
        (0, 50, "ok"),
        (0, 51, "uncertain"),
        (60, 10, "uncertain"),
        (60.01, 10, "refused"),
        (51, 0, "refused"),
        (50, 0, "ok"),
        (10, 100, "uncertain"),
        (10, 100.01, "retry"),
        (5000, 150, "retry"),
        (10, None, "retry"),
    ],
)
def test_verdicts_take_the_accuracy_into_account(distance: float, accuracy: float | None, verdict: str) -> None:
    """A fix of plus or minus 150 m is not trusted like one of 5 m, neither for nor against the visitor."""
    assert inside(distance, accuracy) == verdict


def test_fences_have_their_own_radius_and_limit() -> None:
    """Both are settings."""
    assert inside(180, 20, radius=200) == "ok"
    assert inside(10, 40, accuracy_limit=30) == "retry"


@pytest.mark.parametrize("metres", [-1.0, math.nan])
def test_verdicts_on_nonsense_are_refused(metres: float) -> None:
    """No number of metres must never read as inside."""
    for arguments in ((metres, 5), (5, metres), (5, 5, metres), (5, 5, 50, metres)):
        with pytest.raises(ValueError, match="metres"):
            inside(*arguments)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((91, 0, "wgs84"), "latitude"),
        ((0, 181, "wgs84"), "latitude"),
        ((math.nan, 0, "wgs84"), "latitude"),
        ((0, math.inf, "wgs84"), "latitude"),
        ((0, 0, "bd09"), "datum"),
        ((0, 0, "wgs84", -1), "accuracy"),
        ((0, 0, "wgs84", math.nan), "accuracy"),
    ],
)
def test_impossible_points_are_refused(parts: tuple[Any, ...], words: str) -> None:
    """Degrees, datum and accuracy are checked when a point is made."""
    with pytest.raises(ValueError, match=words):
        Point(*parts)


@pytest.mark.parametrize("datum", ["wgs84", "gcj02"])
def test_points_are_plain_data(datum: Datum) -> None:
    """A point travels as JSON and is read from data, exact decimals included."""
    point = Point(31.5, 121.25, datum, 8)
    assert msgspec.json.decode(msgspec.json.encode(point), type=Point) == point
    data = {"lat": Decimal("31.5"), "lng": 121.25, "datum": datum, "accuracy_m": 8, "name": "store"}
    assert parse_point(data) == point


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"lat": 31.5, "lng": 121.25}, "needs its datum"),
        ({"lat": 31.5, "datum": "wgs84"}, "'lng'"),
        ({"lat": "31.5", "lng": 121.25, "datum": "wgs84"}, "'lat'"),
        ({"lat": True, "lng": 121.25, "datum": "wgs84"}, "'lat'"),
        ({"lat": 31.5, "lng": 121.25, "datum": "wgs84", "accuracy_m": "5"}, "'accuracy_m'"),
        ({"lat": 31.5, "lng": 121.25, "datum": "mars"}, "datum"),
    ],
)
def test_points_without_a_datum_or_number_are_refused(data: dict[str, Any], words: str) -> None:
    """A coordinate whose datum is unknown could be half a kilometre away."""
    with pytest.raises(ValueError, match=words):
        parse_point(data)
