"""Records and tracks of devices: each once, the wrong ones aside, private ways hidden but kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from activities.visits.rules import Fix, TrackRules, track_flag
from activities.visits.tables import OfflineRecord, TrackPoint
from tests.unit.activities.conftest import AT, Desk

HOTEL = {"lat": 31.2415, "lng": 121.4868, "datum": "wgs84"}
HERE = {"location": HOTEL, "accuracy_m": 8, "photo": "file-1"}


async def visit_of(desk: Desk) -> str:
    plan = await desk.ok("visits.plan", salesperson="sales_he", customers=["hotel_bund"], purpose="新品")
    visit: str = plan["stops"][0]["visit"]
    return visit


def record(visit: str, **more: Any) -> dict[str, Any]:
    return {"record": "r1", "visit": visit, "kind": "check_in", "device_time": AT.isoformat(), "content": HERE} | more


@pytest.mark.databases
async def test_a_record_counts_once(desk: Desk) -> None:
    """FLD-06: sent again, also later and from another case, it is the same; other content under its id is refused."""
    visit = await visit_of(desk)
    first = await desk.ok("visits.accept_record", **record(visit))
    desk.at = AT + timedelta(days=2)
    again = await desk.ok("visits.accept_record", case="case-2", **record(visit))
    assert (first["fresh"], again["fresh"]) == (True, False)
    assert first["content"] == again["content"]
    other = await desk.no("visits.accept_record", **record(visit, content={**HERE, "photo": "file-2"}))
    assert other.code == "visits.record_conflict"
    async with desk.database.read(desk.tenant) as session:
        row = (await session.scalars(select(OfflineRecord))).one()
    assert (row.device_time, row.received_at) == (AT, AT)


@pytest.mark.databases
async def test_a_record_must_hold_what_its_kind_needs(desk: Desk) -> None:
    """The field that is wrong is named; a visit that nobody planned is unknown."""
    visit = await visit_of(desk)
    bad = await desk.no("visits.accept_record", **record(visit, content={**HERE, "location": {"lat": 1, "lng": 2}}))
    assert (bad.code, "location.datum" in bad.en) == ("visits.bad_record", True)
    notes = await desk.no("visits.accept_record", **record(visit, kind="notes", content={"notes": "好"}))
    assert "goal_met" in notes.en
    assert (await desk.no("visits.accept_record", **record("VIS-none"))).code == "visits.unknown_visit"
    closed = await desk.ok("visits.accept_record", **record(visit, kind="closed", content={}))
    assert closed["content"] == {}


@pytest.mark.databases
async def test_a_way_changed_by_hand_is_kept(desk: Desk) -> None:
    """FLD-02: the order given, not the shortest one."""
    by_hand = ["mall_lujiazui", "cafe_nanjing_road", "hotel_bund"]
    planned = await desk.ok("visits.plan", salesperson="s", customers=by_hand, keep_order=True)
    shortest = await desk.ok("visits.plan", salesperson="s", customers=by_hand)
    assert [stop["customer"] for stop in planned["stops"]] == by_hand
    assert shortest["metres"] < planned["metres"]


@pytest.mark.parametrize(
    ("hour", "accuracy", "metres", "flag"),
    [
        (-10, 5, None, "private"),
        (12, 5, None, "private"),
        (0, 5, None, ""),
        (0, 100, 100, ""),
        (0, 101, 100, "inaccurate"),
        (0, 5, 2166, ""),
        (0, 5, 2167, "jump"),
    ],
)
def test_points_that_do_not_count_are_marked(hour: int, accuracy: float, metres: float | None, flag: str) -> None:
    """FLD-07: outside 8 to 20 o'clock in China, a bad fix, or faster than 130 km/h (here within one minute)."""
    at = AT + timedelta(hours=hour)
    last = None if metres is None else at - timedelta(minutes=1)
    assert track_flag(Fix(at, accuracy, metres, last), TrackRules()) == flag


@pytest.mark.databases
async def test_a_track_keeps_every_point_once(desk: Desk) -> None:
    """The way home is hidden, not deleted; a jump does not spoil what comes after it."""
    places = [(0, 31.2415), (1, 31.2416), (2, 31.9), (3, 31.2417), (780, 31.3)]
    points = [
        {
            "id": f"p{at}",
            "at": (AT + timedelta(minutes=at)).isoformat(),
            "place": {**HOTEL, "lat": lat},
            "accuracy_m": 5,
        }
        for at, lat in places
    ]
    sent = await desk.ok("visits.track", salesperson="sales_he", points=list(reversed(points)))
    again = await desk.ok("visits.track", salesperson="sales_he", points=points)
    assert sent == {"counted": 3, "private": 1, "jump": 1, "inaccurate": 0}
    assert set(again.values()) == {0}
    async with desk.database.read(desk.tenant) as session:
        assert await session.scalar(select(func.count()).select_from(TrackPoint)) == 5
