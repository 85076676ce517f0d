"""Visits are planned in a short way and begin within 50 m of the customer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from activities.visits.rules import order_stops, risks
from activities.visits.tables import CheckIn, VisitSite
from tests.unit.activities.conftest import AT, Desk

CAFE = {"lat": 31.2289, "lng": 121.4527, "datum": "wgs84"}
DEGREE_M = 111_195


def north(metres: float) -> dict[str, Any]:
    """A place so far north of the cafe."""
    return {**CAFE, "lat": CAFE["lat"] + metres / DEGREE_M}  # type: ignore[operator]


async def planned(desk: Desk, *customers: str) -> list[str]:
    plan = await desk.ok("visits.plan", salesperson="sales_he", customers=list(customers or ["cafe_nanjing_road"]))
    return [stop["visit"] for stop in plan["stops"]]


@pytest.mark.databases
async def test_a_day_is_planned_in_a_short_way(desk: Desk) -> None:
    """FLD-02: from the start, nearest first; a customer named twice is visited once."""
    customers = ["mall_lujiazui", "cafe_nanjing_road", "hotel_bund", "hotel_bund"]
    plan = await desk.ok("visits.plan", salesperson="sales_he", customers=customers, start=CAFE)
    assert [stop["customer"] for stop in plan["stops"]] == ["cafe_nanjing_road", "hotel_bund", "mall_lujiazui"]
    assert [stop["position"] for stop in plan["stops"]] == [1, 2, 3]
    assert (await desk.ok("visits.void_plan", plan=plan["plan"]))["visits"] == 3


@pytest.mark.databases
async def test_unknown_customers_are_all_named(desk: Desk) -> None:
    """Nothing is planned while somebody has no address."""
    refused = await desk.no("visits.plan", salesperson="s", customers=["nobody", "hotel_bund", "noone"])
    assert (refused.code, refused.detail) == ("visits.unknown_customer", {"customers": ["nobody", "noone"]})


@pytest.mark.databases
@pytest.mark.parametrize(
    ("metres", "accuracy", "verdict"),
    [(10, 5, "ok"), (44, 5, "ok"), (48, 5, "uncertain"), (54, 5, "uncertain"), (20, 80, "uncertain")],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_check_in_weighs_distance_and_accuracy(
    desk: Desk, metres: float, accuracy: float, verdict: str
) -> None:
    """FLD-03: inside for certain is fine; perhaps inside is for the manager to look at."""
    visit = (await planned(desk))[0]
    fix = await desk.ok("visits.check_in", visit=visit, at=north(metres), accuracy_m=accuracy)
    assert fix["verdict"] == verdict


@pytest.mark.databases
async def test_a_check_in_from_afar_is_refused(desk: Desk) -> None:
    """FLD-03: outside for certain; nothing is written."""
    visit = (await planned(desk))[0]
    refused = await desk.no("visits.check_in", visit=visit, at=north(56), accuracy_m=5)
    assert (refused.code, refused.zh) == ("visits.too_far", "请到达客户现场签到")
    vague = await desk.no("visits.check_in", visit=visit, at=north(10), accuracy_m=101)
    assert vague.code == "visits.inaccurate"
    async with desk.database.read(desk.tenant) as session:
        assert await session.scalar(select(func.count()).select_from(CheckIn)) == 0


@pytest.mark.databases
async def test_the_same_degrees_on_another_map_are_another_place(desk: Desk) -> None:
    """B7: the cafe's GPS degrees read as GCJ-02 lie hundreds of metres off; without a datum they are refused."""
    visit = (await planned(desk))[0]
    wrong = await desk.no("visits.check_in", visit=visit, at={**CAFE, "datum": "gcj02"}, accuracy_m=5)
    assert wrong.code == "visits.too_far"
    bare = {"lat": 31.2289, "lng": 121.4527}
    assert (await desk.no("visits.check_in", visit=visit, at=bare, accuracy_m=5)).code == "bad_args"


@pytest.mark.databases
async def test_a_report_follows_a_check_in_and_counts_once(desk: Desk) -> None:
    """FLD-09, FLD-10: the site's last visit is set; without note and order a visit is not effective."""
    first, second = await planned(desk, "cafe_nanjing_road", "hotel_bund")
    assert (await desk.no("visits.report", visit=first, notes="x")).code == "visits.not_checked_in"
    await desk.ok("visits.check_in", visit=first, at=CAFE, accuracy_m=5, photo="file-1")
    told = await desk.ok("visits.report", visit=first, notes="要补货", photos=["file-1", "file-2"])
    assert told == {"changed": True, "effective": True}
    assert (await desk.ok("visits.report", visit=first, notes=" "))["changed"] is False
    async with desk.database.read(desk.tenant) as session:
        site = select(VisitSite.last_visit_at).where(VisitSite.customer == "cafe_nanjing_road")
        assert await session.scalar(site) == AT
    bund = {"lat": 31.2415, "lng": 121.4868, "datum": "wgs84"}
    await desk.ok("visits.check_in", visit=second, at=bund, accuracy_m=5)
    assert (await desk.ok("visits.report", visit=second, notes="  "))["effective"] is False


@pytest.mark.databases
async def test_a_follow_up_is_noted_and_dropped_once(desk: Desk) -> None:
    """Times come as text with their offset; a time without one is refused."""
    visit = (await planned(desk))[0]
    made = await desk.ok("visits.follow_up", visit=visit, need="确认补货", due_at="2026-05-13T10:00:00+08:00")
    drops = [await desk.ok("visits.void_follow_up", follow_up=made["follow_up"]) for _ in range(2)]
    assert [each["changed"] for each in drops] == [True, False]
    vague = await desk.no("visits.follow_up", visit=visit, need="x", due_at="2026-05-13T10:00:00")
    assert vague.code == "bad_args"


def test_marks_of_risk_are_marks_only() -> None:
    """A made-up location, a late upload and a clock ahead are each told."""
    at = datetime(2026, 5, 1, tzinfo=UTC)
    assert risks(mock=True, device_time=at, at=at) == ["mock_location"]
    assert risks(mock=False, device_time=at - timedelta(hours=1), at=at) == ["late_upload"]
    assert risks(mock=False, device_time=at + timedelta(hours=1), at=at) == ["clock_ahead"]
    assert risks(mock=False, device_time=None, at=at) == []


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=6, unique=True))
def test_on_a_line_the_way_is_never_longer_than_twice_the_best(stops: list[int]) -> None:
    """Every stop once, and a way that a person would not laugh at."""

    def metres(one: int, other: int) -> float:
        return abs(one - other)

    def length(way: tuple[int, ...] | list[int]) -> float:
        return sum(metres(one, other) for one, other in pairwise([0, *way]))

    way = order_stops(stops, 0, metres)
    assert sorted(way) == sorted(stops)
    assert length(way) <= 2 * min(length(best) for best in permutations(stops))
